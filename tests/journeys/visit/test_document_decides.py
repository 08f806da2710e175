"""At the machine the document decides, whoever booked on it: one booking is used, the doubles fall free."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.identity.models import Account, Person
from tests.town import TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "9", "town")
KEY, OTHER = Actor(ActorKind.CHANNEL, "3"), Actor(ActorKind.CHANNEL, "4")


def booked(town: Town, slot: Slot, by: Actor, **more: Any) -> Appointment:
    return actions.place(
        slot_id=slot.pk, item_code=more.pop("item", "pension"), person_id=town.person(1).pk, source="api", by=by,
        now=TUESDAY_NINE, **more,
    )  # fmt: skip


def arrive(town: Town, now: datetime, evidence: Evidence = Evidence.CHIP) -> Any:
    return check_in.by_id(
        hall=town.hall, id_number=town.person(1).id_number, by=KIOSK, now=now, channel="kiosk", evidence=evidence
    )


def states() -> list[str]:
    return [a.state for a in Appointment.objects.order_by("id")]


def test_doubles_on_the_document_fall_free_at_once_without_a_strike(town: Town) -> None:
    slot, later = town.slot(), town.slot(starts=at("2026-03-11 10:00"))
    stranger, own = booked(town, slot, KEY, contact="+8613900139000"), booked(town, later, OTHER)

    ticket = arrive(town, at("2026-03-11 08:50"))

    own.refresh_from_db()
    slot.refresh_from_db()
    later.refresh_from_db()
    assert (ticket.appointment_id, states()) == (stranger.pk, ["checked_in", "cancelled"])
    assert (own.by_hall, slot.taken, later.taken) == (True, 1, 0)
    assert LedgerEntry.objects.count() == 0


def test_of_two_that_are_open_the_one_with_evidence_is_used(town: Town) -> None:
    slot = town.slot()
    booked(town, slot, KEY)
    own = booked(town, slot, OTHER, evidence=Evidence.VOUCHED)

    ticket = arrive(town, at("2026-03-11 08:50"))

    assert (ticket.appointment_id, states()) == (own.pk, ["cancelled", "checked_in"])


def test_one_that_is_open_now_goes_before_a_later_one_with_evidence(town: Town) -> None:
    booked(
        town, town.slot(category="B", starts=at("2026-03-11 10:00")), OTHER, item="id-card", evidence=Evidence.VOUCHED
    )
    first = booked(town, town.slot(), KEY)

    ticket = arrive(town, at("2026-03-11 08:50"))

    # Another business: no double.
    assert (ticket.appointment_id, states()) == (first.pk, ["booked", "checked_in"])


def test_the_booking_used_carries_the_evidence_and_the_proven_name(town: Town) -> None:
    made = booked(town, town.slot(), KEY, name="陌生人")

    arrive(town, at("2026-03-11 08:50"))

    made.refresh_from_db()
    assert (made.evidence, made.name) == (Evidence.CHIP, town.person(1).name)


def test_a_number_only_declared_frees_nothing(town: Town) -> None:
    booked(town, town.slot(), KEY)
    booked(town, town.slot(starts=at("2026-03-11 10:00")), OTHER)

    arrive(town, at("2026-03-11 08:50"), Evidence.DECLARED)

    assert states() == ["checked_in", "booked"]


def test_the_further_matters_of_the_same_visit_are_no_doubles(town: Town) -> None:
    actions.place_several(
        slot_id=town.slot().pk, item_codes=["pension", "medical"], person_id=town.person(1).pk, source="api", by=KEY,
        now=TUESDAY_NINE,
    )  # fmt: skip

    arrive(town, at("2026-03-11 08:50"))

    assert states() == ["checked_in", "checked_in"]


def test_not_by_me_cancels_and_strikes_who_booked(town: Town) -> None:
    stranger = Account.objects.create(phone="+8613900139000", phone_index="s", created_at=TUESDAY_NINE)
    by = Actor(ActorKind.CITIZEN, str(stranger.pk))
    made = booked(town, town.slot(), by, account_id=stranger.pk)

    actions.disown(code=made.code, by=Actor(ActorKind.CITIZEN, "99"), now=TUESDAY_NINE)

    row = Appointment.objects.get()
    assert (row.state, row.disowned_at) == ("cancelled", TUESDAY_NINE)
    assert list(LedgerEntry.objects.values_list("party", "kind")) == [(f"account:{stranger.pk}", "no_show")]


def test_the_name_on_the_card_is_the_persons_from_then_on(town: Town) -> None:
    booked(town, town.slot(), KEY)
    person = town.person(1)
    Person.objects.filter(pk=person.pk).update(name_evidence=0, name_at=None)

    check_in.by_id(
        hall=town.hall, id_number=person.id_number, name="张三丰", by=KIOSK, now=at("2026-03-11 08:50"),
        channel="kiosk", evidence=Evidence.CHIP,
    )  # fmt: skip

    person.refresh_from_db()
    assert (person.name, person.name_evidence, person.name_source) == ("张三丰", Evidence.CHIP, str(KIOSK))


def test_a_name_the_chip_spells_oddly_changes_nothing_and_stops_nobody(town: Town) -> None:
    booked(town, town.slot(), KEY)
    person = town.person(1)

    ticket = check_in.by_id(
        hall=town.hall, id_number=person.id_number, name="\u202e7", by=KIOSK, now=at("2026-03-11 08:50"),
        channel="kiosk", evidence=Evidence.CHIP, choice=Appointment.objects.get().code,
    )  # fmt: skip

    assert (ticket.state, Person.objects.get(pk=person.pk).name) == ("waiting", person.name)
