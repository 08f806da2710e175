"""承诺核查: each promise in place of a paper is checked by a day; what was found stays."""

import banshi.foundation.crypto
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GUARD = """
CREATE FUNCTION cases_promise_check_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was found of a promise stays' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER what_was_found_of_a_promise_stays BEFORE UPDATE ON cases_promise_check FOR EACH ROW
  WHEN (OLD.says <> '' AND (OLD.says, OLD.ground, OLD.late, OLD.checked_at, OLD.checked_by_id, OLD.barred_until)
        IS DISTINCT FROM (NEW.says, NEW.ground, NEW.late, NEW.checked_at, NEW.checked_by_id, NEW.barred_until))
  EXECUTE FUNCTION cases_promise_check_guard();
"""
UNGUARD = """
DROP TRIGGER what_was_found_of_a_promise_stays ON cases_promise_check;
DROP FUNCTION cases_promise_check_guard();
"""
# Promises of before, in cases that were accepted: checked within the same days as later ones, from now on.
OF_BEFORE = """
INSERT INTO cases_promise_check (case_id, material_id, due_on, why, lifted_why)
SELECT c.id, m.id, (now() + interval '56 days')::date, '', ''
FROM cases_material m JOIN cases_case c ON c.id = m.case_id
WHERE m.channel = 'promise' AND m.gone_at IS NULL AND c.accepted_at IS NOT NULL AND c.destroyed_at IS NULL
  AND (c.granted IS NULL OR c.granted) AND c.outcome IN ('', 'granted')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0033_papers_used_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PromiseCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('says', models.CharField(db_default='', default='', max_length=8)),
                ('ground', models.CharField(db_default='', default='', max_length=12)),
                ('why', banshi.foundation.crypto.FreeText(default='')),
                ('late', models.BooleanField(db_default=False, default=False)),
                ('checked_at', models.DateTimeField(null=True)),
                ('barred_until', models.DateField(null=True)),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_why', banshi.foundation.crypto.FreeText(default='')),
                ('revoked_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promise_checks', to='cases.case')),
                ('checked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('material', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='promise_check', to='cases.casematerial')),
                ('revoked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'cases_promise_check',
                'indexes': [models.Index(condition=models.Q(('says', '')), fields=['due_on', 'id'], name='promises_to_be_checked'), models.Index(condition=models.Q(('lifted_at', None), ('says', 'broken')), fields=['case'], name='promises_that_bar')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('barred_until', None), ('checked_at', None), ('checked_by', None), ('says', '')), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('says__in', ['kept', 'broken'])), _connector='OR'), name='a_checked_promise_says_what_by_whom_and_when'), models.CheckConstraint(condition=models.Q(models.Q(('ground__in', ['untrue', 'not_met', 'hidden', 'no_check']), ('says', 'broken')), models.Q(models.Q(('says', 'broken'), _negated=True), ('barred_until', None), ('ground', '')), _connector='OR'), name='only_an_untrue_promise_has_a_ground_and_bars'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('late', True), ('revoked_at__isnull', False), ('revoked_by__isnull', False), ('says', 'broken'), models.Q(('revoked_by', models.F('checked_by')), _negated=True)), _connector='OR'), name='another_person_revokes_what_a_promise_got'), models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), ('says', 'broken'), models.Q(('lifted_by', models.F('checked_by')), _negated=True)), _connector='OR'), name='another_person_lifts_what_a_promise_bars')],
            },
        ),
        migrations.AddIndex(model_name='notice', index=models.Index(fields=['at'], name='notices_by_day')),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop),
    ]
