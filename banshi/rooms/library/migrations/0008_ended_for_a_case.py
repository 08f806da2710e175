"""A certificate that the result of a case ended says of which; terminated, that case gives it back, and nobody else does."""

from django.db import migrations, models

COLUMNS = "'{status,ended_at,ended_by,ended_for}'::text[]"
FORWARD = f"""
DROP TRIGGER a_certificate_stands ON library_certificate;
CREATE TRIGGER a_certificate_stands BEFORE UPDATE ON library_certificate FOR EACH ROW
  WHEN (to_jsonb(NEW) - {COLUMNS} IS DISTINCT FROM to_jsonb(OLD) - {COLUMNS}
    OR (OLD.status = 'ended' AND (OLD.ended_for = '' OR (NEW.status = 'ended'
      AND to_jsonb(NEW) - '{{ended_for}}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{{ended_for}}'::text[]))))
  EXECUTE FUNCTION library_stands();
"""
BACKWARD = """
DROP TRIGGER a_certificate_stands ON library_certificate;
CREATE TRIGGER a_certificate_stands BEFORE UPDATE ON library_certificate FOR EACH ROW
  WHEN (OLD.status = 'ended' OR to_jsonb(NEW) - '{status,ended_at,ended_by}'::text[]
    IS DISTINCT FROM to_jsonb(OLD) - '{status,ended_at,ended_by}'::text[])
  EXECUTE FUNCTION library_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0007_papers_used_again")]

    operations = [
        migrations.AddField("certificate", "ended_for", models.CharField(max_length=50, default="", db_default="")),
        migrations.AddConstraint(
            "certificate",
            models.CheckConstraint(
                condition=models.Q(("ended_for", ""), ("status", "ended"), _connector="OR"),
                name="only_an_ended_certificate_was_ended_for_a_case",
            ),
        ),
        migrations.AddIndex(
            "certificate",
            models.Index(
                condition=models.Q(("ended_for", ""), _negated=True),
                fields=["ended_for"],
                name="certificates_ended_by_a_case",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
