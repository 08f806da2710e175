"""Seals (电子印章): of a hall, or of a department in a hall; what was entered stands."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION seals_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a seal stands as it was entered' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_seal_stands BEFORE UPDATE OR DELETE ON seals_seal FOR EACH ROW EXECUTE FUNCTION seals_seal_guard();
"""
UNGUARD = """
DROP TRIGGER a_seal_stands ON seals_seal;
DROP FUNCTION seals_seal_guard();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalogue', '0008_one_matters'),
        ('places', '0003_own_words_sealed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('no', models.SmallIntegerField()),
                ('key', models.CharField(max_length=100, unique=True)),
                ('words', models.CharField(max_length=60)),
                ('chain', models.TextField()),
                ('certificate', models.CharField(max_length=64, unique=True)),
                ('serial', models.CharField(max_length=60)),
                ('valid_from', models.DateTimeField()),
                ('valid_until', models.DateTimeField()),
                ('starts_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.CharField(max_length=60)),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='catalogue.department')),
                ('hall', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.hall')),
            ],
            options={
                'db_table': 'seals_seal',
                'constraints': [models.UniqueConstraint(fields=('hall', 'department', 'no'), name='one_seal_per_holder_and_number', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('no__gte', 1)), name='seals_are_counted_from_one'), models.CheckConstraint(condition=models.Q(('valid_until__gt', models.F('valid_from'))), name='a_seal_is_not_over_before_it_begins')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
