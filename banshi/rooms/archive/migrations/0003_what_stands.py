"""Nothing is destroyed without two people, or while somebody holds it; a package changes once; rules are appended."""

from django.db import migrations

GUARD = """
CREATE FUNCTION archive_destroyed_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM archive_purge_line l JOIN archive_purge p ON p.id = l.purge_id JOIN archive_package k ON k.id = l.package_id
    WHERE k.case_id = NEW.id AND p.confirmed_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'nothing is destroyed without the word of two people' USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (
    SELECT 1 FROM archive_hold h JOIN places_hall x ON x.id = NEW.hall_id
    WHERE h.case_id = NEW.id AND h.lifted_at IS NULL
      AND (h.until IS NULL OR h.until >= (NEW.destroyed_at AT TIME ZONE x.timezone)::date)
  ) THEN
    RAISE EXCEPTION 'nothing is destroyed under a hold' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER destroyed_by_two_and_under_no_hold BEFORE UPDATE OF destroyed_at ON cases_case FOR EACH ROW
  WHEN (OLD.destroyed_at IS NULL AND NEW.destroyed_at IS NOT NULL) EXECUTE FUNCTION archive_destroyed_guard();
CREATE FUNCTION archive_hold_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.destroyed_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'what is destroyed cannot be held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_hold_is_on_what_is_there BEFORE INSERT ON archive_hold FOR EACH ROW EXECUTE FUNCTION archive_hold_guard();
CREATE FUNCTION archive_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the archive stands: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_package_stands BEFORE UPDATE ON archive_package FOR EACH ROW
  WHEN (OLD.destroyed_at IS NOT NULL OR NEW.destroyed_at IS NULL
    OR to_jsonb(NEW) - '{file_id,destroyed_at}'::text[] IS DISTINCT FROM to_jsonb(OLD) - '{file_id,destroyed_at}'::text[])
  EXECUTE FUNCTION archive_stands();
CREATE TRIGGER a_package_is_not_deleted BEFORE DELETE ON archive_package FOR EACH ROW EXECUTE FUNCTION archive_stands();
CREATE TRIGGER a_retention_rule_stands BEFORE UPDATE OR DELETE ON archive_retention_rule
  FOR EACH ROW EXECUTE FUNCTION archive_stands();
"""
UNGUARD = """
DROP TRIGGER a_retention_rule_stands ON archive_retention_rule;
DROP TRIGGER a_package_is_not_deleted ON archive_package;
DROP TRIGGER a_package_stands ON archive_package;
DROP FUNCTION archive_stands();
DROP TRIGGER a_hold_is_on_what_is_there ON archive_hold;
DROP FUNCTION archive_hold_guard();
DROP TRIGGER destroyed_by_two_and_under_no_hold ON cases_case;
DROP FUNCTION archive_destroyed_guard();
"""


class Migration(migrations.Migration):

    dependencies = [("archive", "0002_retention_holds_purges")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
