"""自助打印: copies of results from kiosks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_wait_until'),
        ('delivery', '0003_parcels'),
        ('devices', '0005_signed_cards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Printing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('n', models.SmallIntegerField()),
                ('state', models.CharField(default='printing', max_length=8)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=60)),
                ('ended_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='printings', to='cases.case')),
                ('device', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='devices.device')),
            ],
            options={
                'db_table': 'delivery_printing',
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case',), name='one_copy_of_a_result_is_printed_at_a_time'), models.UniqueConstraint(condition=models.Q(('state', 'jammed'), _negated=True), fields=('case', 'n'), name='a_copy_that_came_out_has_its_number'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state', 'printing')), models.Q(('ended_at__isnull', False), ('state__in', ['printed', 'jammed'])), _connector='OR'), name='a_copy_is_printed_or_jammed_or_under_way')],
            },
        ),
    ]
