import django.db.models.deletion
from django.db import migrations, models


# Also for whoever comes by SQL: what a version said it said. Emptying the table is left to tests.
FORWARD = """
CREATE FUNCTION catalogue_versions_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'versions stand: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER an_item_version_stands BEFORE UPDATE OR DELETE ON catalogue_item_version
  FOR EACH ROW EXECUTE FUNCTION catalogue_versions_stand();
CREATE TRIGGER a_hall_item_version_stands BEFORE UPDATE OR DELETE ON catalogue_hall_item_version
  FOR EACH ROW EXECUTE FUNCTION catalogue_versions_stand();
"""
BACKWARD = """
DROP TRIGGER an_item_version_stands ON catalogue_item_version;
DROP TRIGGER a_hall_item_version_stands ON catalogue_hall_item_version;
DROP FUNCTION catalogue_versions_stand();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0003_several_persons'),
        ('places', '0003_own_words_sealed'),
    ]

    operations = [
        migrations.CreateModel(
            name='HallItemVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField()),
                ('document', models.JSONField()),
                ('valid_from', models.DateTimeField()),
                ('made_by', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
                ('hall', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='item_versions', to='places.hall')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='hall_versions', to='catalogue.item')),
            ],
            options={
                'db_table': 'catalogue_hall_item_version',
                'constraints': [models.UniqueConstraint(fields=('hall', 'item', 'version'), name='one_document_per_hall_item_and_version')],
            },
        ),
        migrations.CreateModel(
            name='ItemVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.IntegerField()),
                ('document', models.JSONField()),
                ('valid_from', models.DateTimeField()),
                ('made_by', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='catalogue.item')),
            ],
            options={
                'db_table': 'catalogue_item_version',
                'constraints': [models.UniqueConstraint(fields=('item', 'version'), name='one_document_per_item_and_version')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
