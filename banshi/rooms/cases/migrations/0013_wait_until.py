"""立等可取: what was promised to whoever waits in the hall."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0012_consulted_and_signed_for'),
        ('catalogue', '0008_one_matters'),
        ('identity', '0016_departments_and_organisations'),
        ('places', '0003_own_words_sealed'),
        ('tickets', '0020_what_the_missed_were_told'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='wait_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('wait_until__isnull', False)), fields=['wait_until'], name='cases_waited_for'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('wait_until', None), ('wait_until__gt', models.F('received_at')), _connector='OR'), name='who_waits_was_promised_a_time_after_receipt'),
        ),
    ]
