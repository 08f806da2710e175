"""A line that is closed until another day: no number of today is said to be kept, or to be put back, when it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import rating_key
from banshi.journeys.hours import close_line
from banshi.journeys.hours.stops import stop_of
from banshi.journeys.visit import serve
from banshi.rooms.booking.models import Kept
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.actions import create_key
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import NOON, TEN, booked_for_ten, browser
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.surfaces.test_evacuated import told, with_phones
from tests.surfaces.test_into_a_stopped_line import LATER, NIGHT, called, closed, shut
from tests.town import CLERK, Town, at

pytestmark = pytest.mark.django_db
TOMORROW = at("2026-03-11 10:00")
NO_END = at("2031-03-10 10:00")  # later than any calendar looks ahead
KEPT = ("恢复后接着", "位置都保留", "还能补", "恢复前不计时")


def shut_line(town: Town, until: datetime, **more: Any) -> Any:
    return shut(town, until=until, category=town.categories["A"], **more)


def phone(ref: str, language: str = "zh-CN") -> str:
    return Client(headers={"accept-language": language}).get(f"/t/{ref}?k={rating_key(ref)}").content.decode()


def slip(ref: str) -> str:
    return browser().get(f"/kiosk/town/slip/{ref}?k={rating_key(ref)}").content.decode()


def api(ref: str) -> Any:
    key = create_key(name="test", scope="manage", hall="town", now=TEN)
    return browser().get(f"/api/v1/tickets/{ref}", headers={"authorization": f"Bearer {key}"}).json()


@pytest.mark.parametrize(("until", "back"), [(NOON, True), (NIGHT, False), (TOMORROW, False), (NO_END, False)])
def test_a_missed_number_is_said_to_come_back_only_where_its_line_goes_on_today(ten: Town, until: datetime, back: bool):
    """In the minutes in which the press may be undone; then comes the apology."""
    ten.policy(tickets={"reissue_within": 60})
    ref = called()
    shut_line(ten, until)
    serve.miss(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    page, machine, desk = phone(ref), slip(ref), signed_in(ten.clerk).get("/desk/").content.decode()

    assert ("号已过，还能补；恢复前不计时。" in page, "号已过，不能再补。" in page) == (back, not back)
    assert ("到取号机扫这个码" in page, "这个号不能再补" in page) == (back, not back)
    assert ("补号，继续排队" in machine, "不能再补" in machine) == (back, not back)
    assert (f'id="here-{ref}"' in desk, "今天不能再补" in desk, "重新取号" in desk) == (back, not back, False)
    assert (api(ref)["back_until"] is not None) == back
    if not back:
        closed(tickets.reinstate, ref=ref, by=CLERK, now=TEN)
        serve.undo(ref=ref, staff_id=ten.clerk.pk, now=TEN)  # a slip of the hand all the same
        assert Ticket.objects.get(ref=ref).state == "called"


def test_after_that_it_gets_its_apology_all_the_same(ten: Town):
    with_phones(ten)
    ref = called()
    shut_line(ten, NIGHT)
    serve.miss(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    close_line.look(now=LATER)

    assert (Ticket.objects.get(ref=ref).closed_why, told("missed")) == ("hall_closed", [])


@pytest.mark.parametrize(("until", "keeps"), [(NOON, True), (NIGHT, False), (TOMORROW, False), (NO_END, False)])
@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("waiting", "号和位置都保留，恢复后接着叫。"),
        ("parked", "号和位置都保留，回来后接着排。"),
    ],
)
def test_no_number_of_today_is_said_to_go_on_on_another_day(
    ten: Town, state: str, says: str, until: datetime, keeps: bool
):
    """Whoever is put aside, or back in line, in the second before the closure reaches them."""
    shut_line(ten, until)
    ref = Ticket.objects.order_by("id").values_list("ref", flat=True)[0]
    Ticket.objects.filter(ref=ref).update(state=state, window=None)

    page, english = phone(ref), phone(ref, "en")

    assert (says in page, "号当天有效。" in page, "The number is valid today only." in english) == (
        keeps, not keeps, not keeps,
    )  # fmt: skip
    assert [word for word in KEPT if word in page and not keeps] == []
    if state == "waiting":
        assert ("号不作废，位置保留。" in slip(ref)) == keeps


@pytest.mark.parametrize("until", [NOON, NIGHT, TOMORROW, NO_END])
def test_what_is_begun_and_put_aside_goes_on_whatever_the_day(ten: Town, until: datetime):
    shut_line(ten, until)
    ref = Ticket.objects.order_by("id").values_list("ref", flat=True)[0]
    Ticket.objects.filter(ref=ref).update(state="held", window=None)

    page = phone(ref)

    assert ("已经在办，不受影响：准备好了回窗口接着办。" in page, "号当天有效。" in page) == (True, False)


def test_today_is_the_halls_today(ten: Town):
    """Seven in the morning is yesterday in London still, and nine is not."""
    early = at("2026-03-10 07:00").astimezone(UTC)
    Closure.objects.create(
        hall=ten.hall, starts_at=early - timedelta(hours=1), ends_at=at("2026-03-10 09:00"), reason_zh="停电",
        reason_en="Power cut", made_by="staff:1", made_at=early,
    )  # fmt: skip

    stop = stop_of(ten.hall, early, item="pension", category="A")

    assert stop is not None
    assert stop.resumes is not None
    assert (stop.resumes.astimezone(UTC).date() == early.date(), stop.keeps) == (False, True)


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (NOON, "号和位置都保留，恢复后接着叫。"),
        (at("2026-03-10 23:59"), "号和位置都保留，恢复后接着叫。"),  # nobody knows when: it may be over in ten minutes
        (TOMORROW, "号当天有效。"),
    ],
)
def test_an_evacuation_keeps_all_numbers_unless_it_is_known_to_last_into_tomorrow(
    ten: Town, until: datetime, says: str
):
    with_phones(ten)
    ref = Ticket.objects.get(state="waiting").ref
    shut(ten, until=until, kind="evacuation")

    page, machine, board = phone(ref), slip(ref), browser().get("/screens/town/facts").json()["evacuated"]
    message = Message.objects.get(key="evacuated", subject=f"ticket:{ref}").params["stays_zh"]
    kept = "当天" not in says

    assert (says in page, "号都保留" in machine, message) == (True, kept, says)
    assert (board["stays"], [word for word in KEPT if word in page] == []) == (
        "号都保留，恢复后接着叫。" * kept,
        not kept,
    )
    desk = signed_in(ten.clerk).get("/desk/").content.decode()
    assert ("个号都保留" in desk) == kept


def test_who_was_kept_in_a_closure_for_the_day_still_comes_back(ten: Town):
    ten.policy(booking={"kept": "serve"}, tickets={"reissue_within": 60})
    row = booked_for_ten(ten)
    shut_line(ten, NIGHT)
    Kept.objects.create(appointment=row, by="staff:1", at=TEN)
    ref = Ticket.objects.order_by("id").values_list("ref", flat=True)[0]
    Ticket.objects.filter(ref=ref).update(appointment=row, state="missed", window=None)

    assert api(ref)["back_until"] is not None
