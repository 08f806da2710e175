"""A case and its stars say which settled days they change, as the other facts do (0002): each thing that happened to it the day
it happened on, and only when what figures read of that thing is another. Days settled before know no cases: they are settled anew.
"""

from django.db import migrations

ANEW = "TRUNCATE insight_case_sum, insight_sum, insight_span;"
FUNCTIONS = """
CREATE FUNCTION insight_case_facts(c cases_case) RETURNS TABLE (hall_id bigint, day date, said text) LANGUAGE sql STABLE AS $$
  SELECT h.id, (f.at AT TIME ZONE h.timezone)::date, ROW(f.what, f.said, c.item_id, c.department_id, c.channel, c.instant)::text
  FROM places_hall h CROSS JOIN LATERAL (VALUES
    ('received', c.received_at, (c.notices > 1)::text),
    ('accepted', c.accepted_at, ''),
    ('decided', c.decided_at, ROW(c.granted, c.due_promised, c.days_saved)::text),
    ('completed', CASE WHEN c.phase = 'closed' THEN c.closed_at END, ROW(c.notices = 0, c.trips)::text)
  ) AS f(what, at, said)
  WHERE h.id = c.hall_id AND f.at IS NOT NULL
$$;
CREATE FUNCTION insight_note_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  earlier cases_case;
  later cases_case;
BEGIN
  IF TG_OP <> 'INSERT' THEN earlier := OLD; END IF;
  IF TG_OP <> 'DELETE' THEN later := NEW; END IF;
  PERFORM insight_note(n.hall_id, n.day) FROM (
    SELECT DISTINCT x.hall_id, x.day FROM (
      (SELECT * FROM insight_case_facts(earlier) EXCEPT SELECT * FROM insight_case_facts(later))
      UNION ALL (SELECT * FROM insight_case_facts(later) EXCEPT SELECT * FROM insight_case_facts(earlier))
    ) x ORDER BY x.hall_id, x.day
  ) n;
  RETURN NULL;
END $$;
CREATE FUNCTION insight_note_rated_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(c.hall_id, (c.closed_at AT TIME ZONE h.timezone)::date)
    FROM cases_case c JOIN places_hall h ON h.id = c.hall_id
    WHERE c.id IN (OLD.case_id, NEW.case_id) AND c.phase = 'closed';
  RETURN NULL;
END $$;
"""
COLUMNS = (
    "hall_id", "item_id", "department_id", "channel", "instant", "phase", "notices", "granted", "due_promised", "days_saved",
    "trips", "received_at", "accepted_at", "decided_at", "closed_at",
)  # fmt: skip
OLD, NEW = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("OLD", "NEW"))
TRIGGERS = f"""
CREATE TRIGGER a_settled_day_gains AFTER INSERT ON cases_case FOR EACH ROW WHEN (NEW.received_at IS NOT NULL)
  EXECUTE FUNCTION insight_note_case();
CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF {", ".join(COLUMNS)} ON cases_case FOR EACH ROW
  WHEN (ROW({OLD}) IS DISTINCT FROM ROW({NEW})) EXECUTE FUNCTION insight_note_case();
CREATE TRIGGER a_settled_day_loses AFTER DELETE ON cases_case FOR EACH ROW EXECUTE FUNCTION insight_note_case();
CREATE TRIGGER a_settled_day_of_its_case_gains AFTER INSERT ON feedback_rating FOR EACH ROW
  WHEN (NEW.case_id IS NOT NULL AND NOT NEW.follow_up) EXECUTE FUNCTION insight_note_rated_case();
CREATE TRIGGER a_settled_day_of_its_case_changes AFTER UPDATE OF case_id, stars, follow_up ON feedback_rating FOR EACH ROW
  WHEN (ROW(OLD.case_id, OLD.stars, OLD.follow_up) IS DISTINCT FROM ROW(NEW.case_id, NEW.stars, NEW.follow_up)
    AND NOT (OLD.follow_up AND NEW.follow_up))
  EXECUTE FUNCTION insight_note_rated_case();
CREATE TRIGGER a_settled_day_of_its_case_loses AFTER DELETE ON feedback_rating FOR EACH ROW
  WHEN (OLD.case_id IS NOT NULL AND NOT OLD.follow_up) EXECUTE FUNCTION insight_note_rated_case();
"""
BACK = """
DROP TRIGGER a_settled_day_of_its_case_loses ON feedback_rating;
DROP TRIGGER a_settled_day_of_its_case_changes ON feedback_rating;
DROP TRIGGER a_settled_day_of_its_case_gains ON feedback_rating;
DROP TRIGGER a_settled_day_loses ON cases_case;
DROP TRIGGER a_settled_day_changes ON cases_case;
DROP TRIGGER a_settled_day_gains ON cases_case;
DROP FUNCTION insight_note_rated_case();
DROP FUNCTION insight_note_case();
DROP FUNCTION insight_case_facts(cases_case);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0003_cases_kept"),
        ("cases", "0004_what_figures_read"),
        ("feedback", "0005_ratings_of_cases"),
    ]

    operations = [
        migrations.RunSQL(ANEW, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK),
    ]
