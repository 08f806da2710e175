"""What waits is counted, put in order and offered to choose from by one index, without reading the cases."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_found_by_last_digits'),
        ('catalogue', '0008_one_matters'),
        ('identity', '0016_departments_and_organisations'),
        ('places', '0003_own_words_sealed'),
        ('tickets', '0020_what_the_missed_were_told'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='cases_by_hall_and_phase',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['hall', 'phase', 'due_promised', 'id'], include=('department', 'item', 'channel', 'proposed'), name='cases_that_wait'),
        ),
    ]
