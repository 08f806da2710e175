"""加盖电子印章: that a paper is to be sealed, and how it was; what is sealed stays so."""

import django.db.models.deletion
from django.db import migrations, models

GUARD = """
CREATE FUNCTION cases_paper_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was sealed stays so' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER what_was_sealed_stays_so BEFORE UPDATE ON cases_paper_seal FOR EACH ROW
  WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION cases_paper_seal_guard();
"""
UNGUARD = """
DROP TRIGGER what_was_sealed_stays_so ON cases_paper_seal;
DROP FUNCTION cases_paper_seal_guard();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0013_wait_until'),
        ('library', '0002_what_stands'),
        ('seals', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PaperSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('wanted_at', models.DateTimeField()),
                ('tries', models.IntegerField(db_default=0, default=0)),
                ('next_at', models.DateTimeField()),
                ('trouble', models.CharField(db_default='', default='', max_length=120)),
                ('rendered', models.CharField(db_default='', default='', max_length=64)),
                ('sha256', models.CharField(db_default='', default='', max_length=64)),
                ('sealed_at', models.DateTimeField(null=True)),
                ('file', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='library.documentversion')),
                ('paper', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sealing', to='cases.casepaper')),
                ('seal', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='seals.seal')),
            ],
            options={
                'db_table': 'cases_paper_seal',
                'indexes': [models.Index(condition=models.Q(('sealed_at', None)), fields=['next_at', 'id'], name='papers_to_be_sealed'), models.Index(condition=models.Q(('rendered', ''), _negated=True), fields=['rendered'], name='papers_by_what_was_sealed')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('file', None), ('rendered', ''), ('seal', None), ('sealed_at', None), ('sha256', '')), models.Q(('file__isnull', False), ('seal__isnull', False), ('sealed_at__isnull', False), models.Q(('rendered', ''), _negated=True), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='a_paper_is_sealed_whole_or_not_yet'), models.UniqueConstraint(condition=models.Q(('sha256', ''), _negated=True), fields=('sha256',), name='sealed_bytes_are_one_paper')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
