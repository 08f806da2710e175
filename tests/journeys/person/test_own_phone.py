"""A lost telephone: who finds it, still signed in, steers nothing of the person's any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from banshi.foundation.crypto import encrypt, link_key
from banshi.journeys.person import own_phone
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, LedgerEntry, Waiting
from banshi.rooms.booking.queries import link_ok
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.rooms.booking.test_place import book
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
LOST, NEW = "+8613700137001", "+8613700137002"
SEEN: dict[str, Any] = {"why": "手机丢了", "card_seen": True, "by": CLERK, "now": TUESDAY_NINE}


def account(phone: str) -> Account:
    made, _ = Account.objects.get_or_create(
        phone_index=phone_index(phone), defaults={"phone": phone, "created_at": TUESDAY_NINE}
    )
    return made


@dataclass
class Lost:
    person: Any
    account: Account
    booked: Appointment


@pytest.fixture
def lost(town: Town) -> Lost:
    """The person's own account, proven at a window, booked for them; then the telephone was lost."""
    person, first = town.person(1), account(LOST)
    own_phone.bind(person_id=person.pk, account=first, **SEEN)
    by = Actor(ActorKind.CITIZEN, str(first.pk))
    return Lost(person, first, book(town, town.slot(), by=by, account_id=first.pk))


def test_with_a_new_telephone_proven_the_bookings_are_its_accounts(lost: Lost) -> None:
    links = link_key(lost.booked.code, lost.booked.link_turn)
    new = account(NEW)

    own_phone.bind(person_id=lost.person.pk, account=new, **SEEN)

    row = Appointment.objects.get()
    due = {each.to for each in Message.objects.filter(state="due", subject=f"appointment:{row.code}")}
    assert (row.account_id, row.holder, row.contact) == (new.pk, f"account:{new.pk}", NEW)
    assert (link_ok(row.code, links), due) == (False, {NEW})
    assert [Account.objects.get(pk=each.pk).epoch for each in (lost.account, new)] == [1, 0]


def test_taken_off_at_the_window_the_bookings_are_held_by_the_document_and_told_to_nobody(lost: Lost) -> None:
    own_phone.clear(person_id=lost.person.pk, **SEEN)

    row = Appointment.objects.get()
    assert (row.state, row.account_id, row.holder, row.contact) == ("booked", None, "person", None)
    assert row.evidence >= Evidence.WINDOW
    assert not Message.objects.filter(state="due", subject=f"appointment:{row.code}").exists()
    assert Account.objects.get(pk=lost.account.pk).epoch == 1


def test_what_was_held_by_the_document_is_the_accounts_that_is_proven_next(lost: Lost) -> None:
    own_phone.clear(person_id=lost.person.pk, **SEEN)
    new = account(NEW)

    own_phone.bind(person_id=lost.person.pk, account=new, **SEEN)

    row = Appointment.objects.get()
    assert (row.account_id, row.holder, row.contact) == (new.pk, f"account:{new.pk}", NEW)


def test_who_does_not_come_after_that_is_still_the_person(lost: Lost) -> None:
    own_phone.clear(person_id=lost.person.pk, **SEEN)

    booking.sweep_no_shows(now=at("2026-03-11 18:00"))

    assert LedgerEntry.objects.get().party == f"person:{lost.person.pk}"


def test_what_the_account_booked_for_others_and_others_for_the_person_stays(town: Town, lost: Lost) -> None:
    by = Actor(ActorKind.CITIZEN, str(lost.account.pk))
    others = book(town, town.slot(starts=at("2026-03-12 09:00")), 2, by=by, account_id=lost.account.pk)
    declared = account("+8613700137003")
    whose = book(
        town, town.slot(starts=at("2026-03-12 14:00")), by=Actor(ActorKind.CITIZEN, str(declared.pk)),
        account_id=declared.pk,
    )  # fmt: skip

    own_phone.bind(person_id=lost.person.pk, account=account(NEW), **SEEN)

    accounts = [Appointment.objects.get(pk=each.pk).account_id for each in (others, whose)]
    assert accounts == [lost.account.pk, declared.pk]


@pytest.mark.parametrize("again", [True, False])
def test_the_place_in_a_waiting_list_goes_along(town: Town, lost: Lost, again: bool) -> None:
    wait = Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=at("2026-03-13").date(), person=lost.person,
        account_id=lost.account.pk, made_at=TUESDAY_NINE,
    )  # fmt: skip
    new = account(NEW)

    if again:
        own_phone.bind(person_id=lost.person.pk, account=new, **SEEN)
    else:
        own_phone.clear(person_id=lost.person.pk, **SEEN)

    wait.refresh_from_db()
    assert (wait.state, wait.account_id) == ("waiting", new.pk if again else None)


@pytest.mark.parametrize("again", [True, False])
def test_the_number_in_line_is_told_to_the_lost_telephone_no_more_and_its_link_ends(
    town: Town, lost: Lost, again: bool
) -> None:
    open_town(town)
    number = tickets.issue(
        tickets.Take(category_code="A", person_id=lost.person.pk, channel="kiosk", by=CLERK),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    told = {"notify_to": encrypt(LOST, place=TO_PLACE), "phone_index": phone_index(LOST)}
    Ticket.objects.filter(pk=number.pk).update(**told)

    if again:
        renewed = own_phone.bind(person_id=lost.person.pk, account=account(NEW), **SEEN)
    else:
        renewed = own_phone.clear(person_id=lost.person.pk, **SEEN)

    row = Ticket.objects.get()
    assert (renewed, row.ref == number.ref, row.state) == (1, False, "waiting")
    assert row.phone_index == (phone_index(NEW) if again else "")


def test_what_was_declared_before_the_card_said_so_is_the_persons_own_from_then_on(town: Town) -> None:
    """The usual order: first the telephone, then a booking, and the card at a machine later."""
    person, first, new = town.person(1), account(LOST), account(NEW)
    by = Actor(ActorKind.CITIZEN, str(first.pk))
    booked = book(town, town.slot(), by=by, account_id=first.pk)
    before = booked.limit_key

    own_phone.bind(person_id=person.pk, account=first, **SEEN)
    own = Appointment.objects.get()
    own_phone.bind(person_id=person.pk, account=new, **SEEN)

    assert (before, own.limit_key, own.evidence > 0) == (f"account:{first.pk}", "", True)
    assert Appointment.objects.get().account_id == new.pk


def test_what_was_declared_in_another_name_stays_with_who_declared_it(town: Town) -> None:
    first = account(LOST)
    by = Actor(ActorKind.CITIZEN, str(first.pk))
    booked = book(town, town.slot(), by=by, account_id=first.pk, name="李四")

    own_phone.bind(person_id=town.person(1).pk, account=first, **SEEN)

    assert Appointment.objects.get().limit_key == booked.limit_key == f"account:{first.pk}"


def test_what_is_the_persons_own_already_keeps_its_half_day(town: Town) -> None:
    first = account(LOST)
    own = book(town, town.slot(), evidence=Evidence.WINDOW)
    declared = book(
        town, town.slot(starts=at("2026-03-11 10:00")), by=Actor(ActorKind.CITIZEN, str(first.pk)), account_id=first.pk
    )  # fmt: skip

    own_phone.bind(person_id=town.person(1).pk, account=first, **SEEN)

    keys = [Appointment.objects.get(pk=each.pk).limit_key for each in (own, declared)]
    assert keys == ["", f"account:{first.pk}"]


def test_a_wait_that_nobodys_account_held_goes_to_the_one_proven_next(town: Town, lost: Lost) -> None:
    wait = Waiting.objects.create(
        hall=town.hall, item=town.items["pension"], business="cat:A", day=at("2026-03-13").date(), person=lost.person,
        account_id=lost.account.pk, made_at=TUESDAY_NINE,
    )  # fmt: skip
    own_phone.clear(person_id=lost.person.pk, **SEEN)
    new = account(NEW)

    own_phone.bind(person_id=lost.person.pk, account=new, **SEEN)

    wait.refresh_from_db()
    assert wait.account_id == new.pk


def test_the_same_account_proven_again_loses_nothing(lost: Lost) -> None:
    before = Appointment.objects.values().get()

    own_phone.bind(person_id=lost.person.pk, account=lost.account, **SEEN)

    assert Appointment.objects.values().get() == before
    assert Account.objects.get(pk=lost.account.pk).epoch == 0


def test_a_declaration_makes_no_account_anybodys(lost: Lost) -> None:
    with pytest.raises(ValueError, match="declar|prov"):
        identity.prove_account(
            person_id=lost.person.pk, account=account(NEW), evidence=Evidence.DECLARED, by=CLERK, now=TUESDAY_NINE
        )
    assert Appointment.objects.get().account_id == lost.account.pk


@pytest.mark.race
def test_of_two_accounts_that_take_one_number_together_one_has_it(committed_town: Town) -> None:
    both = [account(LOST), account("+8613700137003")]

    def take(i: int) -> str:
        by = Actor(ActorKind.CITIZEN, str(both[i].pk))
        try:
            own_phone.change_number(account_id=both[i].pk, phone=NEW, by=by, now=TUESDAY_NINE)
        except Refused as no:
            return no.slug
        return "done"

    assert sorted(together(2, take)) == ["done", "invalid"]
    assert Account.objects.filter(phone_index=phone_index(NEW)).count() == 1


@pytest.mark.race
def test_what_is_booked_again_while_another_telephone_is_proven_is_its_accounts(committed_town: Town) -> None:
    """The finder presses at the window's very moment; whichever comes first, nothing of the person's stays with them."""
    person, first, new = committed_town.person(1), account(LOST), account(NEW)
    own_phone.bind(person_id=person.pk, account=first, **SEEN)
    finder = Actor(ActorKind.CITIZEN, str(first.pk))
    booked = book(committed_town, committed_town.slot(), by=finder, account_id=first.pk)
    booking.cancel(code=booked.code, by=finder, now=TUESDAY_NINE)

    def act(i: int) -> None:
        if i:
            own_phone.bind(person_id=person.pk, account=new, **SEEN)
        else:
            booking.rebook(code=booked.code, by=finder, now=TUESDAY_NINE)

    together(2, act)

    assert set(Appointment.objects.values_list("account_id", flat=True)) == {new.pk}
