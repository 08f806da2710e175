"""What is known of somebody fills in a form with their consent alone, and each use leaves a trace. Consents and uses stand, also
for whoever comes by SQL, until the case they are of is destroyed: then they go with it.
"""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION library_goes_with_its_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM cases_case WHERE 'case:' || no = OLD.subject AND destroyed_at IS NOT NULL
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the library stands: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_fact_use_stands BEFORE UPDATE OR DELETE ON library_fact_use
  FOR EACH ROW EXECUTE FUNCTION library_goes_with_its_case();
CREATE TRIGGER a_consent_to_facts_goes_with_its_case BEFORE DELETE ON library_fact_consent
  FOR EACH ROW EXECUTE FUNCTION library_goes_with_its_case();
CREATE TRIGGER a_consent_to_facts_stands BEFORE UPDATE ON library_fact_consent FOR EACH ROW
  WHEN (OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - '{withdrawn_at,withdrawn_by}'::text[]
    IS DISTINCT FROM to_jsonb(OLD) - '{withdrawn_at,withdrawn_by}'::text[])
  EXECUTE FUNCTION library_stands();
CREATE TRIGGER a_carried_fact_stands BEFORE UPDATE ON library_fact_carried
  FOR EACH ROW EXECUTE FUNCTION library_stands();
"""
BACKWARD = """
DROP TRIGGER a_fact_use_stands ON library_fact_use;
DROP TRIGGER a_consent_to_facts_goes_with_its_case ON library_fact_consent;
DROP TRIGGER a_consent_to_facts_stands ON library_fact_consent;
DROP TRIGGER a_carried_fact_stands ON library_fact_carried;
DROP FUNCTION library_goes_with_its_case();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("identity", "0021_letters_of_firms_end"),
        ("library", "0008_ended_for_a_case"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=80)),
                ("words", models.CharField(max_length=12)),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=60)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(db_default="", default="", max_length=60)),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="identity.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.person"
                    ),
                ),
            ],
            options={
                "db_table": "library_fact_consent",
            },
        ),
        migrations.CreateModel(
            name="FactCarried",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("element", models.CharField(max_length=60)),
                ("source", models.CharField(max_length=60)),
                ("said_at", models.DateTimeField()),
                ("trust", models.CharField(max_length=1)),
                ("value_index", models.CharField(max_length=64)),
                (
                    "consent",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="carried",
                        to="library.factconsent",
                    ),
                ),
            ],
            options={
                "db_table": "library_fact_carried",
            },
        ),
        migrations.CreateModel(
            name="FactUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("element", models.CharField(max_length=60)),
                ("source", models.CharField(max_length=60)),
                ("said_at", models.DateTimeField()),
                ("trust", models.CharField(max_length=1)),
                ("value_index", models.CharField(max_length=64)),
                ("subject", models.CharField(max_length=80)),
                ("purpose", models.CharField(max_length=60)),
                ("became", models.CharField(max_length=12)),
                ("by", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="library.factconsent"
                    ),
                ),
            ],
            options={
                "db_table": "library_fact_use",
            },
        ),
        migrations.AddConstraint(
            model_name="factconsent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("subject",),
                name="one_consent_to_facts_stands_in_a_matter",
            ),
        ),
        migrations.AddConstraint(
            model_name="factconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("organisation__isnull", False), ("person", None)),
                    models.Q(("organisation", None), ("person__isnull", False)),
                    _connector="OR",
                ),
                name="a_consent_to_facts_is_of_one_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="factconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(("words__in", ["own-1", "window-1", "channel-1"])),
                name="words_of_a_consent_are_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="factconsent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at", None), ("withdrawn_by", "")),
                    models.Q(("withdrawn_at__isnull", False), models.Q(("withdrawn_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="a_consent_taken_back_says_by_whom",
            ),
        ),
        migrations.AddConstraint(
            model_name="factcarried",
            constraint=models.UniqueConstraint(
                fields=("consent", "element"), name="a_fact_is_carried_once_by_a_consent"
            ),
        ),
        migrations.AddConstraint(
            model_name="factuse",
            constraint=models.UniqueConstraint(
                fields=("subject", "element"), name="a_fact_used_in_a_matter_is_traced_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="factuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("became__in", ["kept", "corrected", "taken_out"])),
                name="what_became_of_a_fact_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="factuse",
            constraint=models.CheckConstraint(
                condition=models.Q(("trust__in", ("A", "B", "C", "D"))), name="trust_of_a_used_fact_is_known"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
