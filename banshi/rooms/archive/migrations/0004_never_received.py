"""What was never received goes without the word of two people and without a package; nothing goes under a hold."""

from django.db import migrations

HOLD = """
  IF EXISTS (
    SELECT 1 FROM archive_hold h JOIN places_hall x ON x.id = NEW.hall_id
    WHERE h.case_id = NEW.id AND h.lifted_at IS NULL
      AND (h.until IS NULL OR h.until >= (NEW.destroyed_at AT TIME ZONE x.timezone)::date)
  ) THEN
    RAISE EXCEPTION 'nothing is destroyed under a hold' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
TWO = """
CREATE OR REPLACE FUNCTION archive_destroyed_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF %s NOT EXISTS (
    SELECT 1 FROM archive_purge_line l JOIN archive_purge p ON p.id = l.purge_id JOIN archive_package k ON k.id = l.package_id
    WHERE k.case_id = NEW.id AND p.confirmed_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'nothing is destroyed without the word of two people' USING ERRCODE = 'check_violation';
  END IF;
"""


class Migration(migrations.Migration):

    dependencies = [("archive", "0003_what_stands"), ("cases", "0032_never_received")]

    operations = [
        migrations.RunSQL(
            TWO % "(OLD.received_at IS NOT NULL OR NEW.received_at IS NOT NULL) AND" + HOLD, TWO % "" + HOLD
        )
    ]
