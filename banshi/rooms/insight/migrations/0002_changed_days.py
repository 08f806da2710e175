"""The tables of the facts say which settled days they change, whoever writes them: a late rating, a strike taken back.

Who writes a fact holds its day, shared with all other writers, until the change is there for everybody; who settles a day has
it alone. So a change is either in what is settled, or finds the day settled and notes that it changed.
"""

from django.db import migrations

from banshi.foundation.locks import SETTLED_DAY, held_shared

# A day that is not settled costs one look into an index.
FUNCTIONS = f"""
CREATE FUNCTION insight_key(a_hall bigint, a_day date) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT hashint8(a_hall * 100000 + (a_day - DATE '2000-01-01'))
$$;
CREATE FUNCTION insight_note(a_hall bigint, a_day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM {held_shared(SETTLED_DAY, "insight_key(a_hall, a_day)")};
  INSERT INTO insight_changed (hall_id, day)
    SELECT a_hall, a_day WHERE EXISTS (SELECT FROM insight_span s WHERE s.hall_id = a_hall AND s.start = a_day AND s.days = 1);
END $$;
CREATE FUNCTION insight_note_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(n.hall_id, n.day) FROM (SELECT DISTINCT hall_id, day FROM fresh ORDER BY hall_id, day) n;
  RETURN NULL;
END $$;
CREATE FUNCTION insight_note_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(OLD.hall_id, OLD.day);
  IF TG_OP = 'UPDATE' AND (NEW.hall_id, NEW.day) IS DISTINCT FROM (OLD.hall_id, OLD.day) THEN
    PERFORM insight_note(NEW.hall_id, NEW.day);
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION insight_note_booking() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(a.hall_id, a.day) FROM booking_appointment a
    WHERE a.id = NEW.appointment_id AND (a.hall_id, a.day) IS DISTINCT FROM (NEW.hall_id, NEW.day);
  RETURN NULL;
END $$;
CREATE FUNCTION insight_note_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(v.hall_id, v.day) FROM tickets_visit v WHERE v.id IN (OLD.visit_id, NEW.visit_id);
  RETURN NULL;
END $$;
CREATE FUNCTION insight_note_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(t.hall_id, t.day) FROM tickets_ticket t WHERE t.id IN (OLD.ticket_id, NEW.ticket_id);
  RETURN NULL;
END $$;
CREATE FUNCTION insight_note_strike() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insight_note(n.hall_id, n.day) FROM (
    SELECT hall_id, day FROM booking_appointment WHERE id IN (OLD.appointment_id, NEW.appointment_id)
    UNION SELECT hall_id, day FROM booking_appointment WHERE code IN (OLD.visit, NEW.visit)
    UNION SELECT hall_id, day FROM booking_appointment WHERE visit_group <> '' AND visit_group IN (OLD.visit, NEW.visit)
    ORDER BY hall_id, day
  ) n;
  RETURN NULL;
END $$;
"""
BY_ROW = {  # table: (function, columns that figures read)
    "tickets_visit": ("insight_note_row", "hall_id day channel arrived_at"),
    "tickets_ticket": (
        "insight_note_row",
        "hall_id day visit_id appointment_id category_id item_id window_id channel kind state outcome closed_why misses made_at "
        "started_at wait_s way_s handling_s came_from_id waits_from",
    ),
    "tickets_estimate": ("insight_note_row", "hall_id day likely_s at_most_s actual_s"),
    "booking_appointment": (
        "insight_note_row",
        "hall_id day code visit_group category_id item_id source state persons starts_at",
    ),
    "tickets_transfer": ("insight_note_ticket", "ticket_id"),
    "feedback_rating": ("insight_note_visit", "visit_id ticket_id window_id stars follow_up"),
    "booking_ledger_entry": ("insight_note_strike", "appointment_id visit kind forgiven_at"),
}
# A booking waits for as little as may be: once a statement, not once a row. And a strike changes nothing before it is forgiven.
NEW_AT_ONCE = ("tickets_visit", "tickets_ticket", "tickets_estimate", "booking_appointment")
NEW_ONES = {
    "tickets_transfer": "",
    "feedback_rating": "",
    "booking_ledger_entry": "WHEN (NEW.forgiven_at IS NOT NULL)",
}


def triggers() -> str:
    said = []
    for table, (function, columns) in BY_ROW.items():
        names = columns.split()
        old, new = (", ".join(f"{row}.{name}" for name in names) for row in ("OLD", "NEW"))
        said.append(
            f"CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF {', '.join(names)} ON {table} FOR EACH ROW "
            f"WHEN (ROW({old}) IS DISTINCT FROM ROW({new})) EXECUTE FUNCTION {function}();"
            f"CREATE TRIGGER a_settled_day_loses AFTER DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}();"
        )
    said += [
        f"CREATE TRIGGER a_settled_day_gains AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh "
        f"FOR EACH STATEMENT EXECUTE FUNCTION insight_note_new();"
        for table in NEW_AT_ONCE
    ]
    said += [
        f"CREATE TRIGGER a_settled_day_gains AFTER INSERT ON {table} FOR EACH ROW {when} "
        f"EXECUTE FUNCTION {BY_ROW[table][0]}();"
        for table, when in NEW_ONES.items()
    ]
    # A booking's row is told by the window of its number, which may be of another day or hall.
    said.append(
        "CREATE TRIGGER a_settled_day_of_its_booking AFTER INSERT OR UPDATE OF window_id, state, appointment_id "
        "ON tickets_ticket FOR EACH ROW WHEN (NEW.appointment_id IS NOT NULL) "
        "EXECUTE FUNCTION insight_note_booking();"
    )
    return "\n".join(said)


def no_triggers() -> str:
    said = [
        f"DROP TRIGGER a_settled_day_{what} ON {table};" for table in BY_ROW for what in ("gains", "changes", "loses")
    ]
    names = ("new", "row", "booking", "visit", "ticket", "strike")
    return "\n".join(
        [
            *said,
            "DROP TRIGGER a_settled_day_of_its_booking ON tickets_ticket;",
            *(f"DROP FUNCTION insight_note_{name}();" for name in names),
            "DROP FUNCTION insight_note(bigint, date); DROP FUNCTION insight_key(bigint, date);",
        ]
    )


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0001_kept_days"),
        ("booking", "0022_where_the_last_look_stopped"),
        ("tickets", "0020_what_the_missed_were_told"),
        ("feedback", "0002_own_words_sealed"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS + triggers(), no_triggers()),
    ]
