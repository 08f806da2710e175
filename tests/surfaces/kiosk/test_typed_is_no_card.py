"""A number that is typed, and a code that says a number and a name, are no card: nothing is proven, taken or told by them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.cards import sign
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.ownership import is_typed
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.queries import secret_hash
from banshi.rooms.identity.models import Person
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.rules import RankClass
from tests.surfaces.kiosk.cards import card, chip
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
DIGITS = "0001"
OWN, STRANGER = Actor(ActorKind.CHANNEL, "3"), Actor(ActorKind.CHANNEL, "4")


def number_of(person: Any) -> str:
    return str(Person.objects.get(pk=person.pk).id_number)


def book(town: Town, by: Actor, item: str, name: str, category: str = "A") -> Appointment:
    starts = at("2026-03-10 09:15")
    slot = Slot.objects.filter(starts_at=starts).first() or town.slot(starts=starts, category=category)
    return booking.place(
        slot_id=slot.id, item_code=item, person_id=town.person(1).id, source="api", by=by, name=name,
        contact=town.person(1).phone, now=at("2026-03-09 10:00"),
    )  # fmt: skip


def states() -> list[str]:
    return list(Appointment.objects.order_by("id").values_list("state", flat=True))


def arrive(machine: Client, **said: str) -> Any:
    """With the last digits of person 1's telephone, which whoever is at home there knows."""
    return machine.post("/kiosk/town/check-in", {"last4": DIGITS, **said})


def walk_in(machine: Client, **said: str) -> Any:
    return machine.post("/kiosk/town/confirm?category=A", said)


# --- 1: typed is declared ----------------------------------------------------------------------------------------


def test_typing_a_number_proves_nothing_and_cancels_nobodys(opened: Town, machine: Client) -> None:
    book(opened, STRANGER, "pension", "某某")
    book(opened, OWN, "pension", opened.person(1).name)

    arrive(machine, presented=number_of(opened.person(1)))

    assert sorted(states()) == ["booked", "checked_in"]
    assert set(Appointment.objects.values_list("evidence", flat=True)) == {0}


# --- 2: whose booking it is --------------------------------------------------------------------------------------


def test_the_booking_in_the_cards_name_is_used_and_the_strangers_falls_free(opened: Town, machine: Client) -> None:
    book(opened, STRANGER, "medical", "某某")
    own = book(opened, OWN, "pension", opened.person(1).name)

    arrive(machine, chip=chip(opened.person(1)))

    assert (Ticket.objects.get().appointment_id, states()) == (own.pk, ["cancelled", "checked_in"])


def test_where_only_the_person_knows_they_choose_and_nothing_is_freed_meanwhile(opened: Town, machine: Client) -> None:
    name = opened.person(1).name
    book(opened, STRANGER, "medical", name)
    own = book(opened, OWN, "pension", name)

    asked = arrive(machine, chip=chip(opened.person(1)))

    assert (asked.status_code, states(), Ticket.objects.count()) == (409, ["booked", "booked"], 0)
    assert own.code in asked.content.decode()

    arrive(machine, chip=chip(opened.person(1)), choice=own.code)

    assert (Ticket.objects.get().appointment_id, states()) == (own.pk, ["booked", "checked_in"])


def test_whoever_typed_the_number_is_not_told_what_there_is_to_choose_from(opened: Town, machine: Client) -> None:
    for by, item in ((STRANGER, "medical"), (OWN, "pension")):
        book(opened, by, item, opened.person(1).name)

    asked = arrive(machine, presented=number_of(opened.person(1)))

    assert (asked.status_code, states()) == (404, ["booked", "booked"])


def test_a_number_taken_with_the_card_leaves_a_strangers_booking_alone(opened: Town, machine: Client) -> None:
    book(opened, STRANGER, "pension", "某某")

    machine.post("/kiosk/town/confirm?item=pension", {"chip": chip(opened.person(1))})

    assert (Ticket.objects.get().kind, states()) == ("walk_in", ["booked"])


# --- 3: what a reader says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("between", [",", "\t", "|", "，"])
def test_a_number_and_a_name_typed_or_scanned_are_no_card(opened: Town, machine: Client, between: str) -> None:
    person = opened.person(1)

    walk_in(machine, presented=f"{number_of(person)}{between}狗蛋")

    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.name_disputed_at, is_typed(Ticket.objects.get().limit_key)) == (person.name, None, True)


@pytest.fixture
def reader(opened: Town, kiosk: Device, machine: Client) -> str:
    """The key of the reader of a paired machine."""
    secret = devices.new_secret(code=kiosk.code, by=CITIZEN, now=TUESDAY_NINE)
    token = devices.pair(hall=opened.hall, code=kiosk.code, secret=secret, by=CITIZEN, now=TUESDAY_NINE)
    machine.cookies["device"] = f"{kiosk.code}:{token}"
    return secret_hash("reader", secret)


def signed(said: str, key: str, seconds_ago: int = 0) -> str:
    text = f"BC1|{int(clock.wall().timestamp()) - seconds_ago}|{said}"
    return f"{text}|{sign(text, key=key)}"


def test_what_the_paired_reader_signed_is_a_card(opened: Town, machine: Client, reader: str) -> None:
    person = opened.person(1)

    walk_in(machine, chip=signed(f"{number_of(person)}|{person.name}|resident_id", reader))

    ticket = Ticket.objects.get()
    assert (ticket.person_id, ticket.limit_key) == (person.pk, "")


@pytest.mark.parametrize("how", ["unsigned", "other-key", "old", "changed"])
def test_what_it_did_not_sign_is_none(opened: Town, machine: Client, reader: str, how: str) -> None:
    said = f"{number_of(opened.person(1))}|{opened.person(1).name}|"
    text = {
        "unsigned": f"BC1|{said}",
        "other-key": signed(said, "0" * 64),
        "old": signed(said, reader, 301),
        "changed": signed(said, reader).replace(opened.person(1).name, "狗蛋"),
    }[how]

    answer = walk_in(machine, chip=text)

    assert (answer.status_code, Ticket.objects.count()) == (422, 0)


def test_in_production_a_machine_without_a_paired_reader_has_no_cards(
    opened: Town, machine: Client, reader: str, settings: Any
) -> None:
    settings.PRODUCTION = True
    Device.objects.update(reader_key="")

    assert walk_in(machine, chip=chip(opened.person(1))).status_code == 422


def test_a_card_does_not_rename_whom_another_card_proved(opened: Town, machine: Client) -> None:
    person = opened.person(1)
    walk_in(machine, chip=chip(person))

    machine.post("/kiosk/town/confirm?category=B", {"chip": card(number_of(person), "狗蛋")})

    row = Person.objects.get(pk=person.pk)
    assert (row.name, row.name_disputed_at is None) == (person.name, False)


# --- 4: whose number it is ---------------------------------------------------------------------------------------


def test_the_card_gets_a_number_of_its_own_beside_one_that_was_typed(opened: Town, machine: Client) -> None:
    own = book(opened, OWN, "pension", opened.person(1).name)
    Appointment.objects.update(starts_at=at("2026-03-10 10:15"), ends_at=at("2026-03-10 11:15"))
    walk_in(machine, presented=number_of(opened.person(1)))
    Appointment.objects.update(starts_at=at("2026-03-10 09:15"), ends_at=at("2026-03-10 10:15"))

    arrive(machine, chip=chip(opened.person(1)))

    typed, mine = Ticket.objects.order_by("id")
    assert (is_typed(typed.limit_key), typed.appointment_id, mine.limit_key, mine.appointment_id) == (
        True, None, "", own.pk,
    )  # fmt: skip
    assert typed.visit_id != mine.visit_id


def test_a_typed_number_neither_blocks_nor_is_told_of_anybody_elses(opened: Town, machine: Client) -> None:
    """Nor do two who type the same: neither is told of the other, shares the other's visit or waits for them."""
    first = walk_in(machine, chip=chip(opened.person(1)))
    second = walk_in(machine, presented=number_of(opened.person(1)))
    again = walk_in(machine, presented=number_of(opened.person(1)))

    assert (first.status_code, second.status_code, again.status_code) == (302, 302, 302)
    assert len(set(Ticket.objects.values_list("visit_id", flat=True))) == 3
    assert len(set(Ticket.objects.values_list("limit_key", flat=True))) == 3


@pytest.mark.parametrize("stronger", ["card", "code"])
def test_card_and_code_take_over_what_was_checked_in_by_a_typed_number(
    opened: Town, machine: Client, stronger: str
) -> None:
    own = book(opened, OWN, "pension", opened.person(1).name)
    arrive(machine, presented=number_of(opened.person(1)))
    theirs = Ticket.objects.get()

    said = {"chip": chip(opened.person(1))} if stronger == "card" else {"presented": bookings.qr_text(own.code)}
    answer = arrive(machine, **said)

    mine = Ticket.objects.get()
    assert (mine.number, mine.ref == theirs.ref, rating_key(mine.ref) == rating_key(theirs.ref)) == (
        theirs.number, False, False,
    )  # fmt: skip
    assert answer["Location"] == f"/kiosk/town/slip/{mine.ref}?new=1"
    assert machine.get(f"/kiosk/town/slip/{theirs.ref}").status_code == 404


@pytest.mark.parametrize("ended", ["left", "finished", "closed"])
@pytest.mark.parametrize("stronger", ["card", "code"])
def test_a_typed_number_that_is_over_uses_up_nobodys_booking(
    opened: Town, machine: Client, stronger: str, ended: str
) -> None:
    """A stranger types the document, gives the number up or is turned away: the booking is its holder's all the same."""
    own = book(opened, OWN, "pension", opened.person(1).name)
    arrive(machine, presented=number_of(opened.person(1)))
    theirs = Ticket.objects.get()
    Ticket.objects.filter(pk=theirs.pk).update(state=ended)

    said = {"chip": chip(opened.person(1))} if stronger == "card" else {"presented": bookings.qr_text(own.code)}
    arrive(machine, **said)

    mine = Ticket.objects.exclude(pk=theirs.pk).get()
    assert (mine.appointment_id, mine.kind, mine.state) == (own.pk, "booked", "waiting")
    assert Ticket.objects.get(pk=theirs.pk).appointment_id is None


def test_a_typed_number_that_is_over_stays_so_for_whoever_types(opened: Town, machine: Client) -> None:
    book(opened, OWN, "pension", opened.person(1).name)
    arrive(machine, presented=number_of(opened.person(1)))
    Ticket.objects.update(state="left")

    again = arrive(machine, presented=number_of(opened.person(1)))

    assert (again.status_code, Ticket.objects.count()) == (404, 1)


def test_a_typed_number_counts_towards_what_one_machine_gives(opened: Town, machine: Client) -> None:
    """Anybody can invent a document number; who lays a card is not counted."""
    answers = [
        walk_in(machine, presented=generate_resident_id("441900", date(1990, 1, 1), i)).status_code for i in range(32)
    ]

    assert (answers[:30], answers[-1]) == ([302] * 30, 429)
    assert walk_in(machine, chip=chip(opened.person(1))).status_code == 302


@pytest.mark.parametrize("digits", [DIGITS, "9999"])
@pytest.mark.parametrize("there", ["early", "late", "waits", "checked-in", "missed", "two", "typed", "walked-in"])
def test_a_typed_number_is_told_the_same_whatever_there_is(
    opened: Town, machine: Client, there: str, digits: str
) -> None:
    """Who has something booked, and how far they are, is told alike of somebody nobody knows – digits or not."""
    number = number_of(opened.person(1))
    if there != "walked-in":
        book(opened, OWN, "pension", opened.person(1).name)
    if there == "two":
        book(opened, STRANGER, "medical", opened.person(1).name)
    if there == "early":
        Appointment.objects.update(starts_at=at("2026-03-10 10:30"), ends_at=at("2026-03-10 11:30"))
    if there == "late":
        Appointment.objects.update(starts_at=at("2026-03-10 07:00"), ends_at=at("2026-03-10 08:00"))
    if there == "missed":
        Appointment.objects.update(state="no_show")
    if there in ("waits", "walked-in"):
        walk_in(machine, chip=chip(opened.person(1)))
    if there == "checked-in":
        arrive(machine, chip=chip(opened.person(1)))
    if there == "typed":
        arrive(machine, presented=number)
    if there == "late":
        opened.policy(tickets={"late": "refuse"})
    if there in ("waits", "missed"):
        digits = digits if digits != DIGITS else "9998"  # with the right ones it is checked in, late or not
    said = {"presented": number, "last4": digits}
    unknown = {"presented": generate_resident_id("441900", date(1990, 1, 1), 7), "last4": digits}

    answers = [machine.post("/kiosk/town/check-in", each) for each in (said, unknown)]
    looked = [machine.post("/kiosk/town/look-up", each) for each in (said, unknown)]

    assert [each.status_code for each in (*answers, *looked)] == [404] * 4
    assert len({plain(each) for each in answers}) == 1
    assert len({plain(each) for each in looked}) == 1


def plain(answer: Any) -> str:
    """The page without its token, which is another each time."""
    return re.sub(r'(csrf-token" content|csrfmiddlewaretoken" value)="[^"]*"', "", answer.content.decode())


def test_the_digits_are_asked_of_everybody_who_types(opened: Town, machine: Client) -> None:
    book(opened, OWN, "pension", opened.person(1).name)
    unknown = generate_resident_id("441900", date(1990, 1, 1), 7)

    pages = [machine.post("/kiosk/town/check-in", {"presented": n}) for n in (number_of(opened.person(1)), unknown)]

    assert [(page.status_code, 'name="last4"' in page.content.decode()) for page in pages] == [(200, True)] * 2
    assert Ticket.objects.count() == 0


@pytest.mark.parametrize(("digits", "gets"), [(DIGITS, 302), ("0002", 404), ("", 404), ("00001", 404)])
def test_a_typed_number_checks_in_with_the_last_digits_of_its_telephone(
    opened: Town, machine: Client, digits: str, gets: int
) -> None:
    made = book(opened, OWN, "pension", opened.person(1).name)
    Appointment.objects.filter(pk=made.pk).update(contact="+8613800130001")

    answer = arrive(machine, presented=number_of(opened.person(1)), last4=digits)

    assert (answer.status_code, Ticket.objects.count()) == (gets, int(gets == 302))


def test_the_digits_cannot_be_tried_without_end(opened: Town, machine: Client) -> None:
    book(opened, OWN, "pension", opened.person(1).name)
    tries = [arrive(machine, presented=number_of(opened.person(1)), last4=f"1{i:03d}").status_code for i in range(6)]

    assert tries == [404] * 5 + [429]
    assert arrive(machine, chip=chip(opened.person(1))).status_code == 302  # the card is asked for none


def test_a_typed_walk_in_uses_and_tells_no_booking(opened: Town, machine: Client) -> None:
    own = book(opened, OWN, "pension", opened.person(1).name)

    machine.post("/kiosk/town/confirm?item=pension", {"presented": number_of(opened.person(1))})
    arrive(machine, chip=chip(opened.person(1)))

    typed, mine = Ticket.objects.order_by("id")
    assert (typed.kind, typed.appointment_id, mine.kind, mine.appointment_id) == ("walk_in", None, "booked", own.pk)


@pytest.mark.parametrize("shown", [True, False])
def test_the_elderly_lane_of_a_typed_number_ranks_once_the_card_was_seen(
    opened: Town, machine: Client, shown: bool
) -> None:
    old = opened.person(1)
    number = generate_resident_id("441900", date(1950, 5, 5), 9)
    if not shown:
        machine.post("/kiosk/town/confirm?category=B", {"chip": card(number, old.name)})

    given = walk_in(machine, **({"chip": card(number, old.name)} if shown else {"presented": number}))

    ticket = Ticket.objects.get(category__code="A")
    lane = RankClass.LANE if shown else RankClass.WALK_IN
    assert (ticket.lane, ticket.lane_to_check, ticket.rank_class) == ("elderly", not shown, lane)
    assert ("身份证给导办看过后优先" in machine.get(given["Location"]).content.decode()) is not shown
    assert ("身份证给导办看过后优先" in machine.get(f"/t/{ticket.ref}").content.decode()) is not shown


def test_the_card_gives_an_elder_who_typed_first_the_lane_from_when_they_came(opened: Town, machine: Client) -> None:
    old = opened.person(1)
    number = generate_resident_id("441900", date(1950, 5, 5), 9)
    machine.post("/kiosk/town/confirm?category=B", {"chip": card(number, old.name)})
    elder = Person.objects.get(number_last4=number[-4:])
    slot = opened.slot(starts=at("2026-03-10 09:15"))
    booking.place(
        slot_id=slot.id, item_code="pension", person_id=elder.pk, source="api", by=OWN, name=elder.name,
        contact="+8613800130001", now=at("2026-03-09 10:00"),
    )  # fmt: skip
    arrive(machine, presented=number)
    before = Ticket.objects.get(category__code="A")

    arrive(machine, chip=card(number, old.name))

    after = Ticket.objects.get(category__code="A")
    assert (before.rank_class, before.lane_to_check) == (RankClass.BOOKED, True)
    assert (after.rank_class, after.lane_to_check, after.number) == (RankClass.LANE, False, before.number)
