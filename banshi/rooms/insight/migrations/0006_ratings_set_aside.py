"""A rating that is set aside changes the settled day it counted in: of its visit, or of its case."""

from django.db import migrations

OF_A_VISIT = ("visit_id", "ticket_id", "window_id", "stars", "follow_up")
OF_A_CASE = ("case_id", "stars", "follow_up")


def triggers(*more: str) -> str:
    visit, case = ((*columns, *more) for columns in (OF_A_VISIT, OF_A_CASE))
    return f"""
DROP TRIGGER a_settled_day_changes ON feedback_rating;
CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF {", ".join(visit)} ON feedback_rating FOR EACH ROW
  WHEN ({_differ(visit)}) EXECUTE FUNCTION insight_note_visit();
DROP TRIGGER a_settled_day_of_its_case_changes ON feedback_rating;
CREATE TRIGGER a_settled_day_of_its_case_changes AFTER UPDATE OF {", ".join(case)} ON feedback_rating FOR EACH ROW
  WHEN ({_differ(case)} AND NOT (OLD.follow_up AND NEW.follow_up)) EXECUTE FUNCTION insight_note_rated_case();
"""


def _differ(columns: tuple[str, ...]) -> str:
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return f"ROW({old}) IS DISTINCT FROM ROW({new})"


class Migration(migrations.Migration):
    dependencies = [("insight", "0005_seconds_at_the_window"), ("feedback", "0006_appeals")]

    operations = [migrations.RunSQL(triggers("set_aside_at"), triggers())]
