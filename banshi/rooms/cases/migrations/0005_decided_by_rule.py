"""Rules that decide without a person: their switch, what they came to, and no decision by nobody without them."""

import django.db.models.deletion
from django.db import migrations, models


GUARD = """
CREATE FUNCTION cases_rule_run_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what the rules came to stands' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER what_the_rules_came_to_stands BEFORE UPDATE OR DELETE ON cases_rule_run
  FOR EACH ROW EXECUTE FUNCTION cases_rule_run_guard();
CREATE FUNCTION cases_decided_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.granted IS NOT TRUE
     OR NOT EXISTS (SELECT 1 FROM cases_rule_run r WHERE r.case_id = NEW.id AND r.outcome = 'grant') THEN
    RAISE EXCEPTION 'a case is decided by somebody, or granted by its rules' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decided_by_somebody_or_granted_by_rule BEFORE INSERT OR UPDATE OF decided_at, decided_by_id, granted ON cases_case
  FOR EACH ROW WHEN (NEW.decided_at IS NOT NULL AND NEW.decided_by_id IS NULL) EXECUTE FUNCTION cases_decided_guard();
"""
UNGUARD = """
DROP TRIGGER decided_by_somebody_or_granted_by_rule ON cases_case;
DROP FUNCTION cases_decided_guard();
DROP TRIGGER what_the_rules_came_to_stands ON cases_rule_run;
DROP FUNCTION cases_rule_run_guard();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0004_what_figures_read'),
        ('catalogue', '0007_item_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('occasion', models.CharField(max_length=8)),
                ('at', models.DateTimeField()),
                ('mode', models.CharField(max_length=8)),
                ('version', models.IntegerField()),
                ('held', models.BooleanField()),
                ('sampled', models.BooleanField()),
                ('outcome', models.CharField(max_length=8)),
                ('why', models.CharField(db_default='', default='', max_length=12)),
                ('trace', models.JSONField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rule_runs', to='cases.case')),
            ],
            options={
                'db_table': 'cases_rule_run',
                'indexes': [models.Index(fields=['-at', '-id'], name='rule_runs_newest_first')],
                'constraints': [models.UniqueConstraint(fields=('case', 'occasion'), name='rules_are_tried_once_an_occasion'), models.CheckConstraint(condition=models.Q(('mode__in', ['off', 'shadow', 'live'])), name='a_run_of_rules_has_a_mode'), models.CheckConstraint(condition=models.Q(('occasion__in', ['submit', 'receive'])), name='a_run_of_rules_has_an_occasion'), models.CheckConstraint(condition=models.Q(('outcome__in', ['grant', 'person'])), name='rules_grant_or_leave_it_to_a_person'), models.CheckConstraint(condition=models.Q(('why__in', ['', 'off', 'seen', 'applicant', 'suspended', 'papers', 'rule', 'unclear', 'shadow', 'sampled', 'error'])), name='a_run_of_rules_says_why_a_person'), models.CheckConstraint(condition=models.Q(models.Q(('held', True), ('mode', 'live'), ('outcome', 'grant'), ('sampled', False), ('why', '')), models.Q(('outcome', 'person'), models.Q(('why', ''), _negated=True)), _connector='OR'), name='rules_grant_only_live_and_where_all_hold'), models.UniqueConstraint(condition=models.Q(('outcome', 'grant')), fields=('case',), name='rules_decide_a_case_once')],
            },
        ),
        migrations.CreateModel(
            name='RuleSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(db_default='off', default='off', max_length=8)),
                ('sample_percent', models.SmallIntegerField(db_default=0, default=0)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.CharField(max_length=60)),
                ('item', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rule_switch', to='catalogue.item')),
            ],
            options={
                'db_table': 'cases_rule_switch',
                'constraints': [models.CheckConstraint(condition=models.Q(('mode__in', ['off', 'shadow', 'live'])), name='rules_rest_are_tried_or_decide'), models.CheckConstraint(condition=models.Q(('sample_percent__range', (0, 100))), name='a_sample_is_a_share_of_a_hundred')],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
