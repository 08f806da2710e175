"""What jobs do for the line: close the day, learn from it, tell people that it is nearly their turn."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Case, DurationField, ExpressionWrapper, F, Max, Sum, Value, When

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets import rules
from banshi.rooms.tickets.actions.ground import (
    RETURN,
    back_in_line,
    bookings_first,
    business_day,
    came_to_nothing,
)
from banshi.rooms.tickets.actions.told import tell
from banshi.rooms.tickets.actions.windows import end_session
from banshi.rooms.tickets.models import AT_WINDOW, HallDay, HandlingTime, Service, Ticket, Turnout, Visit, WindowSession
from banshi.rooms.tickets.queries import beside, goes_first, line
from banshi.rooms.tickets.queries import ticket as view_of
from banshi.rooms.tickets.queries.missed import HELD, LEFT_OPEN, back_until

# Why a number came to nothing, by the state it was in.
NEVER_ARRIVED = "never_arrived"  # sent on from another hall, and not seen here
CLOSED_WHY = {"waiting": "not_called", "parked": "parked", "missed": "missed", "called": "never_came"}


def close_day(*, hall: Hall, day: date, by: Actor, now: datetime) -> dict[str, int]:
    """Close the line of a business day; every number is accounted for.

    Waiting, parked and missed numbers are closed with the reason; held ones count as served (`held`). Who has been called
    or is served stays until finished, and their windows stay open; idle windows are signed out. Once the business day
    itself is over (a job that comes the next morning), a number still called is closed as `never_came`, one still being
    served is finished as `left_open` – its length is unknown and nothing is learned from it. Any number of runs, early
    or late, give the same account; the day counts as closed when nobody is at a window.

    :returns: numbers by state; they add up to the numbers issued.
    """
    with transaction.atomic():
        closed, _ = HallDay.objects.select_for_update().get_or_create(hall=hall, day=day)
        bookings_first(Ticket.objects.filter(hall=hall, day=day, state__in=list(CLOSED_WHY)))
        Ticket.objects.filter(
            hall=hall, day=day, state__in=rules.NUMBER.of("close_expected"), came_from__isnull=False, waits_from=None
        ).update(state=rules.NUMBER.to("close_expected"), closed_why=NEVER_ARRIVED)
        # In one statement: who comes back from being away at this instant is closed all the same.
        waits = rules.NUMBER.of("close_waiting")
        why = Case(*(When(state=state, then=Value(CLOSED_WHY[state])) for state in waits))
        Ticket.objects.filter(hall=hall, day=day, state__in=waits).update(
            state=rules.NUMBER.to("close_waiting"), closed_why=why, only_window=None, parked_until=None
        )
        _finish_what_was_held(hall, day, now)
        if business_day(hall, now) > day:
            _end_what_was_left_open(hall, day, now)
        came_to_nothing(_closed_but_booked(hall, day), now)
        if business_day(hall, now) >= day:
            _sign_idle_windows_out(hall, day, now)
        open_visits = Ticket.objects.filter(hall=hall, day=day, state__in=AT_WINDOW).values("visit_id")
        Visit.objects.filter(hall=hall, day=day, left_at=None).exclude(pk__in=open_visits).update(left_at=now)
        states = Ticket.objects.filter(hall=hall, day=day).order_by("id").values_list("state", flat=True)
        account = dict(sorted(Counter(states).items()))
        if closed.closed_at is None and not any(account.get(state) for state in AT_WINDOW):
            closed.closed_at, closed.closed_by = now, str(by)
            _learn_turnout(hall, day, now)
        closed.account = account
        closed.save(update_fields=["closed_at", "closed_by", "account"])
        announce(hall=hall.code, topic="line", subject="day-closed", now=now)
    return account


def _closed_but_booked(hall: Hall, day: date) -> list[Ticket]:
    """Closed numbers whose booking still stands."""
    standing = {"appointment__state": "checked_in", "appointment__let_go_at": None}
    return list(Ticket.objects.filter(hall=hall, day=day, state="closed", **standing).order_by("appointment"))


def _finish_what_was_held(hall: Hall, day: date, now: datetime) -> None:
    """Begun and put aside: counted as served, with what was done of it."""
    for ticket in (
        Ticket.objects.select_for_update(no_key=True)
        .filter(hall=hall, day=day, state__in=rules.NUMBER.of("end_held"))
        .order_by("id")
    ):
        total = Service.objects.filter(ticket=ticket).aggregate(total=Sum(LENGTH), last=Max("ended_at"))
        ticket.state, ticket.closed_why = rules.NUMBER.to("end_held"), HELD
        ticket.finished_at = total["last"] or now
        ticket.handling_s = int(total["total"].total_seconds()) if total["total"] else 0
        ticket.save(update_fields=["state", "closed_why", "finished_at", "handling_s"])


LENGTH = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())


def _end_what_was_left_open(hall: Hall, day: date, now: datetime) -> None:
    left = Ticket.objects.filter(hall=hall, day=day)
    called = left.filter(state__in=rules.NUMBER.of("close_called"))
    called.update(state=rules.NUMBER.to("close_called"), closed_why=CLOSED_WHY["called"])
    serving = list(left.filter(state__in=rules.NUMBER.of("end_left_open")).order_by("id").values_list("pk", flat=True))
    Service.objects.filter(ticket_id__in=serving, ended_at=None).update(ended_at=now, outcome="left_open")
    left.filter(pk__in=serving).update(state=rules.NUMBER.to("end_left_open"), finished_at=now, closed_why=LEFT_OPEN)


def _sign_idle_windows_out(hall: Hall, day: date, now: datetime) -> None:
    """Windows at work since that day or earlier, with nobody there; a job that is late leaves the new day's alone."""
    zone = ZoneInfo(hall.timezone)
    sessions = (
        WindowSession.objects.select_for_update(of=("self",), no_key=True)
        .select_related("window", "hall")
        .filter(hall=hall, signed_out_at=None)
        .order_by("id")
    )
    for session in sessions:
        began_that_day = session.signed_in_at.astimezone(zone).date() <= day
        busy = Ticket.objects.filter(window_id=session.window_id, state__in=AT_WINDOW).exists()
        if began_that_day and not busy:
            end_session(session, now)


# Whose period is over: seconds from its beginning to their coming. Who came too late for it is not among those who come.
CAME_SQL = """
SELECT CASE WHEN a.checked_in_at <= a.ends_at THEN EXTRACT(EPOCH FROM a.checked_in_at - a.starts_at)::float END
FROM booking_appointment a
WHERE a.hall_id = %s AND a.day = %s AND a.business <> 'video' AND a.ends_at <= %s
  AND a.state IN ('booked', 'checked_in', 'served', 'no_show')
ORDER BY a.starts_at, a.id
"""


def _learn_turnout(hall: Hall, day: date, now: datetime) -> None:
    """Whoever closes the day for the first time holds its row, so each day is taken in once."""
    with connection.cursor() as cursor:
        cursor.execute(CAME_SQL, [hall.pk, day, now])
        came = [row[0] for row in cursor.fetchall()]
    if not came:
        return
    row = Turnout.objects.select_for_update(no_key=True).filter(hall=hall).first()
    known = rules.Turnout(row.weight, row.comes, tuple(row.come_by)) if row else rules.Turnout()
    learned = rules.learn_turnout(known, came)
    Turnout.objects.update_or_create(
        hall=hall,
        defaults={
            "weight": learned.weight,
            "comes": learned.comes,
            "come_by": list(learned.by),
            "learned_at": now,
        },
    )


SETTLED = timedelta(minutes=5)  # the longest that a hall may let its clerks undo
LONGEST_GAP_S = 300  # a window that stood still for longer was not changing over
LEARN_SQL = """
WITH fresh AS (
  SELECT id FROM tickets_service WHERE learned_at IS NULL AND ended_at <= %(settled)s
  ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
)
UPDATE tickets_service s SET learned_at = %(now)s FROM fresh, places_hall h
WHERE s.id = fresh.id AND h.id = s.hall_id
RETURNING s.id, s.category_id, s.started_at, s.outcome, h.timezone,
  EXTRACT(EPOCH FROM s.ended_at - s.started_at) + COALESCE((
    SELECT sum(EXTRACT(EPOCH FROM o.ended_at - o.started_at)) FROM tickets_service o
    WHERE o.ticket_id = s.ticket_id AND o.outcome IN ('held', 'evacuated') AND o.id < s.id AND o.category_id = s.category_id
      AND NOT EXISTS (SELECT 1 FROM tickets_service x
        WHERE x.ticket_id = s.ticket_id AND x.outcome = 'transferred' AND x.id BETWEEN o.id AND s.id)), 0),
  (SELECT CASE WHEN b.ticket_id <> s.ticket_id THEN EXTRACT(EPOCH FROM s.started_at - b.ended_at) END
   FROM tickets_service b, tickets_ticket t
   WHERE t.id = s.ticket_id AND b.window_id = s.window_id AND b.hall_id = s.hall_id AND b.id <> s.id
     AND b.started_at > s.started_at - interval '1 day' AND b.ended_at <= s.started_at
     AND b.ended_at > s.started_at - make_interval(secs => %(longest_gap)s) AND t.waits_from <= b.ended_at
   ORDER BY b.ended_at DESC, b.id DESC LIMIT 1),
  COALESCE((SELECT a.persons FROM tickets_ticket t JOIN booking_appointment a ON a.id = t.appointment_id
    WHERE t.id = s.ticket_id), 1)
"""


def learn(*, now: datetime, most: int = 5000) -> int:
    """Take the services that ended since last time into the handling times: of their local hour, and of any hour (-1).

    A service that was held, or that an evacuation interrupted, teaches the sum of its stretches; from the end of the one
    before at that window to its start is the gap, if its person waited by then. Every stretch is read once, when it
    can no longer be undone.

    :returns: how many services were taken in.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            values: dict[str, datetime | int] = {
                "settled": now - SETTLED,
                "most": most,
                "now": now,
                "longest_gap": LONGEST_GAP_S,
            }
            cursor.execute(LEARN_SQL, values)
            rows = sorted(cursor.fetchall())
        taught = [row for row in rows if row[3] == "finished"]
        known = _known({row[1] for row in taught})
        changed: dict[tuple[int, int], rules.Handling] = {}
        for _, category, started_at, _, zone, took_s, gap_s, persons in taught:
            for hour in (-1, started_at.astimezone(ZoneInfo(zone)).hour):
                before = changed.get((category, hour)) or known.get((category, hour)) or known[(category, -2)]
                gap = None if gap_s is None else float(gap_s)
                changed[(category, hour)] = rules.learn(before, float(took_s) / persons, gap_s=gap)
        HandlingTime.objects.bulk_create(
            [
                HandlingTime(
                    category_id=category,
                    hour=hour,
                    weight=h.weight,
                    mean_s=h.mean_s,
                    p50_s=h.p50_s,
                    p90_s=h.p90_s,
                    gap_s=h.gap_s,
                    learned_at=now,
                )
                for (category, hour), h in sorted(changed.items())
            ],
            update_conflicts=True,
            unique_fields=["category", "hour"],
            update_fields=["weight", "mean_s", "p50_s", "p90_s", "gap_s", "learned_at"],
        )
    return len(taught)


def _known(categories: set[int]) -> dict[tuple[int, int], rules.Handling]:
    """Learned so far by category and hour; hour -2: what is believed before anything was seen."""
    known = {
        (c.pk, -2): rules.prior(c.handling_minutes) for c in Category.objects.filter(pk__in=categories).order_by("id")
    }
    for t in HandlingTime.objects.filter(category_id__in=categories).order_by("id").select_for_update():
        known[(t.category_id, t.hour)] = rules.Handling(t.weight, t.mean_s, t.p50_s, t.p90_s, t.gap_s)
    return known


# What was dropped – the line was stopped just then – is said once more.
UNTOLD_SQL = """
SELECT t.ref, m.id IS NOT NULL FROM tickets_ticket t LEFT JOIN messaging_message m ON m.dedupe = 'ahead:' || t.ref
WHERE t.hall_id = %s AND t.day = %s AND t.state = 'waiting' AND t.notify_to <> ''
  AND (m.id IS NULL OR m.state = 'dropped' AND m.why = 'moved_on'
    AND NOT EXISTS (SELECT 1 FROM messaging_message again WHERE again.dedupe = 'ahead-again:' || t.ref))
"""


def send_ahead(*, hall: Hall, now: datetime) -> int:
    """Tell those who wait with a phone that at most so many are ahead (mission §2.6); once ever per number. Nobody while
    their line is stopped: in an evacuation it would send them back in.

    :returns: how many were told.
    """
    ahead = policy_of(hall.pk, now=now).messages.ahead
    if ahead == 0:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD_SQL, [hall.pk, business_day(hall, now)])
        untold: dict[str, bool] = dict(cursor.fetchall())
    if not untold:
        return 0
    near = {
        t.ref: t
        for t in line(hall.pk, now).tickets
        if t.ref in untold and not t.stopped and t.ahead is not None and t.ahead <= ahead
    }
    with transaction.atomic():
        for ticket in Ticket.objects.filter(ref__in=near, state="waiting").select_related("hall").order_by("id"):
            seen = near[ticket.ref]
            more: dict[str, str | int | None] = {
                "ahead": seen.ahead,
                "likely_s": seen.likely_s,
                "at_most_s": seen.at_most_s,
                "floor_zh": seen.floor,
                "floor_en": seen.floor_en,
            }
            first = goes_first(view_of(ticket.ref, now), beside(ticket.ref, now)) if ticket.appointment_id else None
            if first is not None:  # the wait begins when the other matter of the visit is done
                more |= {"likely_s": None, "at_most_s": None, "after": first.number}
            dedupe = f"ahead{'-again' if untold[ticket.ref] else ''}:{ticket.ref}"
            tell(ticket, key="ahead", dedupe=dedupe, now=now, more=more)
    return len(near)


def unpark_due(*, now: datetime) -> int:
    """Put those back in line whose time away is over.

    :returns: how many came back.
    """
    with transaction.atomic():
        due = (
            Ticket.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("hall")
            .filter(state__in=rules.NUMBER.of("unpark"), parked_until__lte=now)
            .order_by("id")
        )
        back = list(due)
        for ticket in back:
            back_in_line(ticket, min(ticket.parked_until or now, now))
            ticket.state = rules.NUMBER.to("unpark")
            ticket.save(update_fields=["state", *RETURN])
            announce(hall=ticket.hall.code, topic="line", subject=ticket.ref, now=now)
    return len(back)


def let_missed_go(*, now: datetime) -> int:
    """The bookings of numbers that were missed and can be put back no more: their people may book anew.

    :returns: how many.
    """
    halls = list(Hall.objects.order_by("id").values_list("id", flat=True))
    days = [(now + timedelta(days=n)).date() for n in (-1, 0, 1)]  # whatever day it is in each hall
    standing = {"appointment__state": "checked_in", "appointment__let_go_at": None}
    missed = Ticket.objects.filter(hall__in=halls, day__in=days, state="missed", **standing)
    rows = list(missed.order_by("id"))
    back = back_until(rows, now)
    return sum(_let_go(row, now) for row in rows if row.pk not in back)


@transaction.atomic
def _let_go(row: Ticket, now: datetime) -> bool:
    """False where it was called meanwhile."""
    bookings_first(Ticket.objects.filter(pk=row.pk))
    still = Ticket.objects.select_for_update(no_key=True).filter(pk=row.pk, state="missed", misses=row.misses)
    found = list(still.order_by("id"))
    came_to_nothing(found, now)
    return bool(found)
