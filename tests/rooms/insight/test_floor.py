"""How halls stand this moment: who waits, how long, and how many windows take people."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.kernel.actors import SYSTEM
from banshi.rooms.insight import queries
from banshi.rooms.insight.queries import HallBusy
from banshi.rooms.tickets import actions as tickets
from tests.surfaces.office.hours import open_on_working_days
from tests.town import at

TEN = at("2026-03-10 10:00")


def take(town, *, minutes_ago):
    return tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=SYSTEM),
        hall=town.hall,
        now=TEN - timedelta(minutes=minutes_ago),
    )


def test_a_hall_says_who_waits_how_long_and_which_windows_work_each_for_itself(town):
    open_on_working_days(town.hall)
    take(town, minutes_ago=12)
    take(town, minutes_ago=3)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TEN)

    with CaptureQueriesContext(connection) as asked:
        found = queries.busy([town.hall, town.other_hall], TEN)

    assert found == {
        town.hall.pk: HallBusy(waiting=2, longest_s=12 * 60, at_work=1),
        town.other_hall.pk: HallBusy(waiting=0, longest_s=0, at_work=0),
    }
    assert len(asked) == 2


def test_a_paused_window_takes_nobody(town):
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TEN)
    tickets.pause(staff_id=town.clerk.pk, reason="午餐", now=TEN)

    assert queries.busy([town.hall], TEN)[town.hall.pk].at_work == 0
