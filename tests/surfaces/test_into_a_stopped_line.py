"""A closure runs: nobody is put into a line that does not move, and whoever joins one all the same hears what the rest heard."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import encrypt
from banshi.journeys.hours import close_line
from banshi.journeys.visit import take_number
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.actions import create_key
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places.models import Floor, Zone
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Miss, Ticket
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import NOON, TEN
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.town import CITIZEN, CLERK, Town, at

pytestmark = pytest.mark.django_db
NIGHT = at("2026-03-10 23:00")
LATER = at("2026-03-10 10:20")


def shut(town: Town, *, until: datetime = NOON, kind: str = "closure", **part: Any) -> Closure:
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TEN, ends_at=until, reason_zh="消防检查", reason_en="Fire drill", made_by="staff:1",
        made_at=TEN, kind=kind, **part,
    )  # fmt: skip
    close_line.begin(closure=closure, now=TEN)
    return closure


def upstairs(town: Town, number: str) -> None:
    """This window stands on a floor of its own."""
    floor = Floor.objects.create(hall=town.hall, code="2", label_zh="2 楼", label_en="Floor 2")
    town.windows[number].zone = Zone.objects.create(
        hall=town.hall, floor=floor, code="up", name_zh="楼上", name_en="Upstairs"
    )
    town.windows[number].save()


def called() -> str:
    return Ticket.objects.get(state="called").ref


def closed(act: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        act(**more)
    assert refused.value.slug == "closed"
    return refused.value


def test_a_number_is_passed_to_no_line_that_is_stopped(ten: Town):
    shut(ten, category=ten.categories["B"])

    no = closed(tickets.transfer, ref=called(), staff_id=ten.clerk.pk, category_code="B", now=TEN)

    assert (no.facts["reason"]["zh"], no.next) == ("消防检查", NOON)
    assert Ticket.objects.get(ref=called()).category.code == "A"


def test_the_api_says_so_too_and_changes_nothing(ten: Town):
    shut(ten, category=ten.categories["B"])
    key = create_key(name="desk", scope="desk", hall="town", staff=ten.clerk, now=TEN)

    no = Client().post(
        f"/api/v1/tickets/{called()}/transfer", {"category": "B"}, content_type="application/json",
        headers={"authorization": f"Bearer {key}", "idempotency-key": "once"},
    )  # fmt: skip

    assert (no.status_code, no.json()["type"].rpartition("/")[2]) == (409, "closed")


def test_the_desk_names_a_stopped_line_and_does_not_offer_it(ten: Town):
    before = signed_in(ten.clerk).get("/desk/").content.decode()
    shut(ten, category=ten.categories["B"])

    page = signed_in(ten.clerk).get("/desk/").content.decode()

    assert '<option value="B">' in before
    assert ('<option value="B">' in page, '<option value="B" disabled>' in page) == (False, True)


def test_no_number_is_kept_for_a_window_where_nobody_is_called(ten: Town):
    upstairs(ten, "02")
    tickets.sign_in(window_code="town-02", staff_id=ten.second_clerk.pk, now=TEN)
    offered = signed_in(ten.clerk).get("/desk/")
    shut(ten, floor=ten.windows["02"].zone.floor, kind="evacuation")

    closed(tickets.transfer, ref=called(), staff_id=ten.clerk.pk, window_code="town-02", now=TEN)
    page = signed_in(ten.clerk).get("/desk/")

    assert ['value="town-02"' in each.content.decode() for each in (offered, page)] == [True, False]
    assert offered.context["seen"] != page.context["seen"]  # a desk on another floor fetches its page, too


def test_a_number_kept_for_a_window_is_every_windows_once_that_is_closed(ten: Town):
    upstairs(ten, "02")
    tickets.sign_in(window_code="town-02", staff_id=ten.second_clerk.pk, now=TEN)
    ref = called()
    tickets.transfer(ref=ref, staff_id=ten.clerk.pk, window_code="town-02", now=TEN)

    shut(ten, floor=ten.windows["02"].zone.floor)
    next_one = tickets.call_next(window_code="town-01", staff_id=ten.clerk.pk, now=TEN)

    assert next_one is not None
    assert next_one.ref == ref  # passed on from here, it comes back only as nobody else at work serves it


def test_a_second_matter_is_added_to_no_line_that_is_stopped(ten: Town):
    tickets.start(ref=called(), staff_id=ten.clerk.pk, now=TEN)
    ref = Ticket.objects.get(state="serving").ref
    shut(ten, item=ten.items["medical"])

    closed(take_number.add, ref=ref, item_code="medical", staff_id=ten.clerk.pk, now=TEN)

    assert Ticket.objects.filter(channel="desk").count() == 0


def test_a_kept_booking_is_added_all_the_same(ten: Town):
    number = tickets.issue(
        tickets.Take(item_code="pension", person_id=ten.person(3).pk, channel="kiosk", by=CITIZEN),
        hall=ten.hall,
        now=TEN,
    )
    row = booking.place(
        slot_id=ten.slot(starts=TEN).pk, item_code="medical", person_id=ten.person(3).pk, source="staff", by=CLERK,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip
    tickets.miss(ref=called(), staff_id=ten.clerk.pk, now=TEN)
    tickets.call_ticket(window_code="town-01", ref=number.ref, staff_id=ten.clerk.pk, why="同一人", now=TEN)
    tickets.start(ref=number.ref, staff_id=ten.clerk.pk, now=TEN)
    shut(ten, item=ten.items["medical"])
    booking.keep(rows=[row], why_zh="消防检查", by=CLERK, now=TEN)

    added = take_number.add(ref=number.ref, item_code="medical", staff_id=ten.clerk.pk, now=TEN)

    assert added.appointment_id == row.pk


def missed(town: Town) -> Ticket:
    """Called, not there, and told nothing of the closure: their telephone was not known when it began."""
    ref = called()
    tickets.miss(ref=ref, staff_id=town.clerk.pk, now=TEN)
    Miss.objects.filter(ticket__ref=ref).update(at=TEN)
    Ticket.objects.filter(ref=ref).update(notify_to=encrypt("13800000000", place=TO_PLACE))
    return Ticket.objects.get(ref=ref)


def told(key: str) -> list[str]:
    return list(Message.objects.filter(key=key).order_by("id").values_list("subject", flat=True))


def test_who_is_put_back_into_a_stopped_line_is_told_once_like_the_rest(ten: Town):
    ref = called()
    shut(ten, category=ten.categories["A"])
    number = missed(ten)

    tickets.reinstate(ref=ref, by=CLERK, now=LATER)
    for _ in range(2):
        close_line.look(now=LATER)

    assert told("line_stopped") == [f"ticket:{number.ref}"]
    assert Ticket.objects.get(ref=ref).state == "waiting"


def test_nobody_is_put_back_while_everybody_is_out(ten: Town):
    ref = called()
    tickets.miss(ref=ref, staff_id=ten.clerk.pk, now=TEN)
    shut(ten, kind="evacuation")

    closed(tickets.reinstate, ref=ref, by=CLERK, now=TEN)

    assert Ticket.objects.get(ref=ref).state == "missed"


@pytest.mark.parametrize("phone", [True, False])
def test_who_is_missed_in_a_line_that_opens_no_more_today_gets_the_apology_and_no_way_back(ten: Town, phone: bool):
    ref = called()
    shut(ten, until=NIGHT, category=ten.categories["A"])
    Ticket.objects.filter(ref=ref).update(notify_to=encrypt("13800000000", place=TO_PLACE) if phone else "")
    tickets.miss(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    closed(tickets.reinstate, ref=ref, by=CLERK, now=TEN)
    close_line.look(now=TEN)
    at_once = Ticket.objects.get(ref=ref).state
    for _ in range(2):
        close_line.look(now=LATER)

    assert (at_once, Ticket.objects.get(ref=ref).closed_why) == (
        "missed",
        "hall_closed",
    )  # a slip of the hand is undone
    assert (told("missed"), told("not_served")) == ([], [f"ticket:{ref}"] if phone else [])


@pytest.mark.parametrize("phone", [True, False])
def test_who_is_back_in_a_line_that_opens_no_more_today_goes_home_with_an_apology(ten: Town, phone: bool):
    """Called when it closed, and in line again as the clerk works no more."""
    ref = called()
    shut(ten, until=NIGHT, category=ten.categories["A"])
    Ticket.objects.filter(ref=ref).update(notify_to=encrypt("13800000000", place=TO_PLACE) if phone else "")
    tickets.free_window(staff_id=ten.clerk.pk, now=LATER)

    close_line.look(now=LATER)

    assert Ticket.objects.get(ref=ref).closed_why == "hall_closed"
    assert told("not_served") == ([f"ticket:{ref}"] if phone else [])


def test_a_number_kept_for_a_window_that_pauses_goes_to_the_next_one(ten: Town):
    tickets.sign_in(window_code="town-02", staff_id=ten.second_clerk.pk, now=TEN)
    ref = called()
    tickets.transfer(ref=ref, staff_id=ten.clerk.pk, window_code="town-02", now=TEN)
    tickets.pause(staff_id=ten.second_clerk.pk, reason="用餐", now=TEN)

    next_one = tickets.call_next(window_code="town-01", staff_id=ten.clerk.pk, now=TEN)

    assert next_one is not None
    assert next_one.ref == ref  # passed on from here, and nobody else at work serves it


def test_no_number_is_passed_to_a_window_that_is_paused(ten: Town):
    tickets.sign_in(window_code="town-02", staff_id=ten.second_clerk.pk, now=TEN)
    tickets.pause(staff_id=ten.second_clerk.pk, reason="用餐", now=TEN)

    with pytest.raises(Refused, match="wrong-state"):
        tickets.transfer(ref=called(), staff_id=ten.clerk.pk, window_code="town-02", now=TEN)

    assert 'value="town-02"' not in signed_in(ten.clerk).get("/desk/").content.decode()


@pytest.mark.parametrize("leaves", ["help", "pause", "sign out"])
def test_a_number_passed_on_in_the_moment_in_which_nobody_is_left_there_goes_to_the_next_one(ten: Town, leaves: str):
    """The aimed clerk's press had not been seen; or help was called at the window, and nothing else is done there."""
    tickets.sign_in(window_code="town-02", staff_id=ten.second_clerk.pk, now=TEN)
    ref = called()
    tickets.transfer(ref=ref, staff_id=ten.clerk.pk, window_code="town-02", now=TEN)
    kept = Ticket.objects.get(ref=ref).only_window_id
    at_work = tickets.free_kept_for_nobody(now=TEN)
    act = {
        "help": lambda: tickets.emergency(staff_id=ten.second_clerk.pk, now=TEN),
        "pause": lambda: tickets.pause(staff_id=ten.second_clerk.pk, reason="用餐", now=TEN),
        "sign out": lambda: tickets.sign_out(staff_id=ten.second_clerk.pk, now=TEN),
    }[leaves]
    act()
    Ticket.objects.filter(ref=ref).update(only_window_id=kept)

    freed = tickets.free_kept_for_nobody(now=TEN)

    assert (at_work, freed, Ticket.objects.get(ref=ref).only_window_id) == (0, 1, None)


def test_a_new_number_missed_by_mistake_in_a_line_closed_for_the_day_can_be_undone(ten: Town):
    """Made two minutes before the line closed: it is no number that joined meanwhile."""
    ref = called()
    Ticket.objects.filter(ref=ref).update(made_at=TEN - timedelta(minutes=2))
    shut(ten, until=NIGHT, category=ten.categories["A"])
    tickets.miss(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    close_line.look(now=TEN + timedelta(seconds=2))
    undone = tickets.undo(ref=ref, staff_id=ten.clerk.pk, now=TEN + timedelta(seconds=5))

    assert undone.state == "called"
