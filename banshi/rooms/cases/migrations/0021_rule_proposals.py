"""Rules decide once two people said so: one proposed it, another switched them on. And a stage under way has its own last day."""

import django.db.models.deletion
from django.db import migrations, models


GUARD = """
CREATE FUNCTION cases_rules_on_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_rule_proposal p WHERE p.item_id = NEW.item_id AND p.agreed
                 AND p.ended_at = NEW.changed_at AND p.ended_by = NEW.changed_by
                 AND p.sample_percent = NEW.sample_percent) THEN
    RAISE EXCEPTION 'rules decide once another person agreed to it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER rules_are_switched_on_by_two BEFORE UPDATE OF mode, sample_percent ON cases_rule_switch
  FOR EACH ROW WHEN (NEW.mode = 'live' AND (OLD.mode <> 'live' OR NEW.sample_percent < OLD.sample_percent))
  EXECUTE FUNCTION cases_rules_on_guard();
CREATE TRIGGER rules_begin_switched_on_by_two BEFORE INSERT ON cases_rule_switch
  FOR EACH ROW WHEN (NEW.mode = 'live') EXECUTE FUNCTION cases_rules_on_guard();
"""
UNGUARD = """
DROP TRIGGER rules_begin_switched_on_by_two ON cases_rule_switch;
DROP TRIGGER rules_are_switched_on_by_two ON cases_rule_switch;
DROP FUNCTION cases_rules_on_guard();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0020_agent"),
        ("catalogue", "0011_retired_and_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="RuleProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.IntegerField()),
                ("sample_percent", models.SmallIntegerField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=60)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(db_default="", default="", max_length=60)),
                ("agreed", models.BooleanField(db_default=False, default=False)),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rule_proposals", to="catalogue.item")),
            ],
            options={
                "db_table": "cases_rule_proposal",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("ended_at", None)), fields=("item",), name="one_proposal_of_rules_at_a_time_of_an_item"),
                    models.CheckConstraint(condition=models.Q(("agreed", False), models.Q(("ended_by__gt", ""), models.Q(("ended_by", models.F("asked_by")), _negated=True)), _connector="OR"), name="another_person_switches_rules_on"),
                    models.CheckConstraint(condition=models.Q(("sample_percent__range", (0, 100))), name="a_proposed_sample_is_a_share_of_a_hundred"),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.AddField(
            model_name="case",
            name="stage",
            field=models.CharField(db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            model_name="case",
            name="stage_due_on",
            field=models.DateField(null=True),
        ),
    ]
