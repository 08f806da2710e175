"""An evacuation in the middle of a service: what lies between is no handling – not in figures, estimates or the desk's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from banshi.foundation import clock
from banshi.journeys.hours import change_hours, close_line
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import Closure
from banshi.rooms.insight.queries.day import window_loads
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries, rules
from banshi.rooms.tickets.models import HandlingTime, Service, Ticket
from banshi.rooms.tickets.queries.tally import tally
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import NOON, TEN, shut
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.town import CLERK, Town

pytestmark = pytest.mark.django_db


def minute(n: float) -> datetime:
    return TEN + timedelta(minutes=n)


def serving(town: Town) -> str:
    ref = Ticket.objects.get(state="called").ref
    tickets.start(ref=ref, staff_id=town.clerk.pk, now=TEN)
    return ref


def evacuate(town: Town, n: float, *, whole: bool = True, until: datetime = NOON) -> Closure:
    closure = Closure.objects.create(
        hall=town.hall, zone=None if whole else town.windows["01"].zone, starts_at=minute(n), ends_at=until,
        reason_zh="消防检查", reason_en="Fire drill", made_by="staff:1", made_at=minute(n), kind="evacuation",
    )  # fmt: skip
    close_line.look(now=minute(n))
    return closure


def over(closure: Closure, n: float) -> None:
    change_hours.withdraw(closure=closure, by=CLERK, now=minute(n))
    close_line.look(now=minute(n))


def stretches(ref: str) -> list[tuple[float, float | None, str]]:
    rows = Service.objects.filter(ticket__ref=ref).order_by("id")
    return [
        (
            (each.started_at - TEN).total_seconds() / 60,
            (each.ended_at - TEN).total_seconds() / 60 if each.ended_at else None,
            each.outcome,
        )
        for each in rows
    ]


def test_handling_is_the_sum_of_the_stretches_at_work(ten: Town):
    ref = serving(ten)
    closure = evacuate(ten, 2)
    over(closure, 62)

    done = tickets.finish(ref=ref, staff_id=ten.clerk.pk, now=minute(70))

    assert stretches(ref) == [(0, 2, "evacuated"), (62, 70, "finished")]
    assert done.handling_s == 10 * 60
    assert tally(ten.clerk.pk, since=TEN, until=minute(100)).mean_s == 10 * 60
    load = next(each for each in window_loads(hall=ten.hall, day=TEN.date(), now=minute(70)) if each.number == "01")
    assert (load.busy_s, load.services) == (10 * 60, 1)


def test_only_the_time_at_work_is_learned_and_no_gap_of_it(ten: Town):
    ref = serving(ten)
    closure = evacuate(ten, 2)
    over(closure, 5)
    tickets.finish(ref=ref, staff_id=ten.clerk.pk, now=minute(10))

    taught = tickets.learn(now=minute(20))

    category = Ticket.objects.get(ref=ref).category
    known = HandlingTime.objects.get(category=category, hour=-1)
    wanted = rules.learn(rules.prior(category.handling_minutes), 7 * 60)
    assert (taught, known.mean_s, known.gap_s) == (1, pytest.approx(wanted.mean_s), pytest.approx(wanted.gap_s))


def test_the_end_that_was_announced_is_the_one_that_counts_however_late_the_job_looks(ten: Town):
    ref = serving(ten)
    evacuate(ten, 2, until=minute(12))

    close_line.look(now=minute(15))

    assert stretches(ref) == [(0, 2, "evacuated"), (12, None, "")]


def test_it_goes_on_only_once_every_evacuation_over_the_window_is_over(ten: Town):
    ref = serving(ten)
    whole = evacuate(ten, 2)
    part = evacuate(ten, 3, whole=False)

    over(whole, 20)
    between = stretches(ref)
    over(part, 30)

    assert between == [(0, 2, "evacuated")]
    assert stretches(ref) == [(0, 2, "evacuated"), (30, None, "")]


def test_any_other_closure_interrupts_nobody(ten: Town):
    ref = serving(ten)

    shut(ten, whole=True)
    close_line.look(now=TEN)

    assert stretches(ref) == [(0, None, "")]


def test_a_start_under_way_when_people_were_told_to_leave_has_no_length(ten: Town):
    """It was not committed when the evacuation began, and did not see it."""
    closure = evacuate(ten, 2)
    row = Ticket.objects.order_by("id").first()
    assert row is not None
    Ticket.objects.filter(pk=row.pk).update(state="serving", window=ten.windows["01"], started_at=minute(2.1))
    Service.objects.create(
        ticket=row, hall=ten.hall, window=ten.windows["01"], staff=ten.clerk, category=row.category,
        started_at=minute(2.1),
    )  # fmt: skip

    close_line.look(now=minute(3))
    close_line.look(now=minute(4))
    over(closure, 10)

    assert stretches(row.ref) == [(2.1, 2.1, "evacuated"), (10, None, "")]


@pytest.mark.parametrize("press", ["finish", "hold", "turn_away"])
def test_what_is_pressed_outside_ends_the_service_as_it_was_when_they_left(ten: Town, press: str):
    ref = serving(ten)
    closure = evacuate(ten, 2)
    more = {"why": "不是本人"} if press == "turn_away" else {}

    getattr(tickets, press)(ref=ref, staff_id=ten.clerk.pk, now=minute(20), **more)
    over(closure, 30)

    ended = {"finish": "finished", "hold": "held", "turn_away": "refused"}[press]
    assert stretches(ref) == [(0, 2, "evacuated"), (20, 20, ended)]
    assert Ticket.objects.get(ref=ref).handling_s == (2 * 60 if press == "finish" else None)


def test_nobody_is_passed_on_to_a_line_that_everybody_has_left(ten: Town):
    ref = serving(ten)
    evacuate(ten, 2)

    with pytest.raises(Refused) as no:
        tickets.transfer(ref=ref, staff_id=ten.clerk.pk, category_code="B", now=minute(20))

    assert (no.value.slug, stretches(ref)) == ("closed", [(0, 2, "evacuated")])


def test_a_finish_pressed_outside_and_taken_back_goes_on_afterwards(ten: Town):
    ref = serving(ten)
    closure = evacuate(ten, 2)
    tickets.finish(ref=ref, staff_id=ten.clerk.pk, now=minute(3))
    tickets.undo(ref=ref, staff_id=ten.clerk.pk, now=minute(4))
    close_line.look(now=minute(4))
    over(closure, 30)

    done = tickets.finish(ref=ref, staff_id=ten.clerk.pk, now=minute(35))

    assert done.handling_s == (2 + 5) * 60


def test_the_clock_of_the_desk_goes_on_from_where_it_stood(ten: Town):
    ref = serving(ten)
    over(evacuate(ten, 2), 30)
    clock.set_clock(now=minute(31), speed=0)

    assert 'data-elapsed="180"' in signed_in(ten.clerk).get("/desk/").content.decode()
    assert queries.last_step(Ticket.objects.get(ref=ref)) is None  # the start is no more taken back


def test_the_line_counts_what_is_left_of_it_from_the_time_at_work(ten: Town):
    serving(ten)
    closure = evacuate(ten, 2)

    window = next(w for w in queries.line(ten.hall.pk, minute(20)).windows if w.number == "01")
    over(closure, 30)
    later = next(w for w in queries.line(ten.hall.pk, minute(31)).windows if w.number == "01")

    assert (window.since, later.since) == (minute(18), minute(28))
