"""The story of a case is only ever appended to, also by SQL; numbers of cases come from a sequence."""

from django.db import migrations

GUARD = """
CREATE SEQUENCE cases_number;
CREATE FUNCTION cases_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was done to a case stands' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER an_event_of_a_case_stands BEFORE UPDATE OR DELETE ON cases_event
  FOR EACH ROW EXECUTE FUNCTION cases_event_guard();
CREATE FUNCTION cases_paper_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.number, OLD.kind, OLD.facts, OLD.code, OLD.case_id, OLD.event_id, OLD.made_at)
     IS DISTINCT FROM (NEW.number, NEW.kind, NEW.facts, NEW.code, NEW.case_id, NEW.event_id, NEW.made_at)
     OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id) THEN
    RAISE EXCEPTION 'what was given in writing stands' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_paper_that_was_given_stands BEFORE UPDATE ON cases_paper
  FOR EACH ROW EXECUTE FUNCTION cases_paper_guard();
"""
UNGUARD = """
DROP TRIGGER a_paper_that_was_given_stands ON cases_paper;
DROP FUNCTION cases_paper_guard();
DROP TRIGGER an_event_of_a_case_stands ON cases_event;
DROP FUNCTION cases_event_guard();
DROP SEQUENCE cases_number;
"""


class Migration(migrations.Migration):

    dependencies = [("cases", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
