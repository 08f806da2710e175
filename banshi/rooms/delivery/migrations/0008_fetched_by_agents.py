"""代领: whose document was compared, and the mandate by which they fetched a result."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0020_agent'),
        ('delivery', '0007_doors_that_jam'),
        ('identity', '0019_letters'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='fetch_mandate',
            field=models.CharField(db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='delivery',
            name='fetched_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.person'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by_what', 'agent'), ('fetched_by__isnull', False), models.Q(('fetch_mandate', ''), _negated=True)), models.Q(models.Q(('by_what', 'agent'), _negated=True), ('fetch_mandate', ''), ('fetched_by', None)), _connector='OR'), name='who_fetches_for_somebody_has_a_mandate'),
        ),
    ]
