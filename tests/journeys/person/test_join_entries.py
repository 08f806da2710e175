"""Two entries of one person made one: what goes over, what does not, and who books at that very moment."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from banshi.journeys.person import join_entries
from banshi.journeys.visit import take_number
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Hold, LedgerEntry, Suspension, Waiting
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account, Agent, Mandate, Person
from banshi.rooms.tickets.models import Ticket, Visit
from tests.agents import agent as an_accepted_agent
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, at

GUIDE = Actor(ActorKind.STAFF, "7", "town")
PASSPORT, RENEWED = "E12345678", "EA1234567"
SEEN = {"how": "renewed", "why": "换发护照", "card_seen": True, "by": GUIDE, "now": TUESDAY_NINE}
KEY = Actor(ActorKind.CHANNEL, "3")


def holder(number: str, *, name: str = "JOHN SMITH", evidence: Evidence = Evidence.WINDOW) -> Person:
    return identity.enrol(
        name=name, id_type="passport", id_number=number, evidence=evidence, by=CLERK, now=TUESDAY_NINE
    )


def booked(town, person: Person, hour: str = "2026-03-11 09:00", **more) -> Appointment:
    slot = town.slot(starts=at(hour), quota=5)
    more = {"by": CITIZEN, "evidence": 3, "item_code": "pension", "source": "web"} | more
    return booking.place(slot_id=slot.pk, person_id=person.pk, now=TUESDAY_NINE, **more)


def number(town, person: Person) -> Ticket:
    return take_number.take(
        take_number.Asked(category_code="A", person_id=person.pk, channel="kiosk", by=CITIZEN, shown=Evidence.CHIP),
        hall=town.hall,
        now=TUESDAY_NINE,
    )


def test_after_joining_both_documents_lead_to_the_entry_that_stands(town):
    old, new = holder(PASSPORT), holder(RENEWED)

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    assert people.person_by_document("passport", PASSPORT) == new
    assert people.people_by_number(PASSPORT) == [new]
    assert holder(PASSPORT).pk == new.pk
    assert [row.pk for row in people.documents_of(new.pk)] == [new.pk, old.pk]


@pytest.mark.parametrize(
    ("keeps", "goes", "stays"),
    [("waiting", "offered", "goes"), ("offered", "waiting", "keeps"), ("waiting", "waiting", "keeps"),
     ("offered", "offered", "keeps")],
)  # fmt: skip
def test_of_two_places_in_one_waiting_line_one_stays_and_an_offer_before_a_wait(town, keeps, goes, stays):
    old, new = holder(PASSPORT), holder(RENEWED)
    slot = town.slot(starts=at("2026-03-11 09:00"), quota=5)

    def wait(person: Person, state: str, minutes: int) -> Waiting:
        hold = None
        if state == "offered":
            until = TUESDAY_NINE + timedelta(minutes=20)
            hold = Hold.objects.create(
                slot=slot, kind="offer", person=person, made_at=TUESDAY_NINE, expires_at=until, account_id=9
            )
        return Waiting.objects.create(
            hall=town.hall, item=town.items["pension"], business=slot.business, day=slot.day, person=person, account_id=9,
            made_at=TUESDAY_NINE - timedelta(minutes=minutes), state=state, hold=hold,
        )  # fmt: skip

    kept, gone = wait(new, keeps, 60), wait(old, goes, 30)

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    one, other = (gone, kept) if stays == "goes" else (kept, gone)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.person_id, one.state, other.state) == (new.pk, goes if stays == "goes" else keeps, "left")
    expired = list(Hold.objects.filter(expires_at__lte=TUESDAY_NINE).values_list("id", flat=True))
    assert expired == ([other.hold_id] if (keeps, goes) == ("offered", "offered") else [])


def test_bookings_numbers_and_visits_go_over(town):
    open_town(town)
    old, new = holder(PASSPORT), holder(RENEWED)
    appointment, ticket = booked(town, old), number(town, old)

    moved = join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    appointment.refresh_from_db()
    ticket.refresh_from_db()
    assert (moved.bookings, moved.numbers) == (1, 1)
    assert (appointment.person_id, ticket.person_id, ticket.visit.person_id) == (new.pk, new.pk, new.pk)


def test_somebody_who_waits_twice_keeps_both_places_and_both_visits(town):
    open_town(town)
    old, new = holder(PASSPORT), holder(RENEWED)
    first, second = number(town, new), number(town, old)

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    assert set(Ticket.objects.filter(person=new, state="waiting")) == {first, second}
    assert list(Visit.objects.order_by("id").values_list("person_id", flat=True)) == [new.pk, None]


def test_strikes_and_suspensions_go_over_whoever_they_fall_on(town):
    old, new = holder(PASSPORT), holder(RENEWED)
    appointment = booked(town, old)
    parties = [f"person:{old.pk}", f"channel:3/{old.pk}", "account:5"]
    for kind, party in zip(["no_show", "cancel", "other"], parties, strict=True):
        LedgerEntry.objects.create(
            person=old,
            party=party,
            scope="town",
            kind=kind,
            on=date(2026, 3, 9),
            at=TUESDAY_NINE,
            appointment=appointment,
        )
    Suspension.objects.create(
        person=old, party=f"person:{old.pk}", scope="town", reason="manual", from_on=date(2026, 3, 10),
        until_on=date(2026, 4, 8), made_at=TUESDAY_NINE,
    )  # fmt: skip

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    mine = [f"person:{new.pk}", f"channel:3/{new.pk}", "account:5"]
    assert list(LedgerEntry.objects.filter(person=new).order_by("id").values_list("party", flat=True)) == mine
    assert Suspension.objects.get(person=new).party == f"person:{new.pk}"


def test_the_telephone_and_the_account_go_over_where_the_standing_entry_has_none(town):
    old, new = holder(PASSPORT), holder(RENEWED)
    account = Account.objects.create(phone="+8613800138123", phone_index="x", created_at=TUESDAY_NINE)
    identity.bind_phone(person_id=old.pk, account=account, why="本人", card_seen=True, by=CLERK, now=TUESDAY_NINE)

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    account.refresh_from_db()
    new.refresh_from_db()
    old.refresh_from_db()
    assert (account.person_id, new.phone, old.phone) == (new.pk, "+8613800138123", None)
    assert [(mine.pk, mine.number_last4, mine.is_me) for mine in people.people_of(account.pk)] == [
        (new.pk, PASSPORT[-4:], True)  # under the document it was typed with
    ]


def test_whoever_types_the_old_document_learns_nothing_of_the_new_one(town):
    old, new = holder(PASSPORT), holder(RENEWED)
    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)
    stranger = Account.objects.create(phone="+8613800138124", phone_index="y", created_at=TUESDAY_NINE)

    identity.add_typed(
        account_id=stranger.pk, name="John Smith", id_type="passport", id_number=PASSPORT, now=TUESDAY_NINE
    )

    (mine,) = people.people_of(stranger.pk)
    assert (mine.pk, mine.number_last4) == (new.pk, PASSPORT[-4:])
    identity.remove_from_account(account_id=stranger.pk, person_id=mine.pk, now=TUESDAY_NINE)
    assert people.people_of(stranger.pk) == []


def test_of_a_number_typed_wrongly_only_what_is_in_this_name_goes_over(town):
    right = holder(RENEWED)
    wrong = holder(PASSPORT, evidence=Evidence.DECLARED)
    mine = booked(town, wrong, name="Smith, John", evidence=0)
    theirs = booked(town, wrong, "2026-03-12 09:00", name="Mary Jones", evidence=0)

    join_entries.join(keep_id=right.pk, other_id=wrong.pk, **SEEN | {"how": "mistyped"})

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.person_id, theirs.person_id) == (right.pk, wrong.pk)
    assert people.person_by_document("passport", PASSPORT) == wrong  # perhaps somebody else's: it leads nowhere


def test_nothing_is_taken_from_a_document_that_somebody_has_shown(town):
    right, shown = holder(RENEWED), holder(PASSPORT, evidence=Evidence.CHIP)
    appointment = booked(town, shown)

    with pytest.raises(Refused, match="invalid"):
        join_entries.join(keep_id=right.pk, other_id=shown.pk, **SEEN | {"how": "mistyped"})

    appointment.refresh_from_db()
    assert appointment.person_id == shown.pk


@pytest.mark.parametrize("without", [{"why": " "}, {"card_seen": False}, {"how": "whatever"}])
def test_entries_are_joined_with_the_card_seen_a_reason_and_a_kind_only(town, without):
    old, new = holder(PASSPORT), holder(RENEWED)

    with pytest.raises(Refused, match="invalid"):
        join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN | without)

    old.refresh_from_db()
    assert old.same_as_id is None


def test_two_proven_names_that_differ_are_two_people(town):
    old, new = holder(PASSPORT, name="Mary Jones"), holder(RENEWED)

    with pytest.raises(Refused) as no:
        join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    assert no.value.facts["field"] == "number"


def test_an_entry_is_joined_once_and_never_with_itself(town):
    old, new = holder(PASSPORT), holder(RENEWED)
    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    with pytest.raises(Refused, match="invalid"):
        join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)
    with pytest.raises(Refused, match="nothing-found"):
        join_entries.join(keep_id=new.pk, other_id=new.pk, **SEEN)


def test_two_bookings_that_one_person_cannot_have_are_settled_first(town):
    old, new = holder(PASSPORT), holder(RENEWED)
    slot = town.slot(quota=5)
    for person in (old, new):
        booking.place(
            slot_id=slot.pk,
            person_id=person.pk,
            item_code="pension",
            source="web",
            by=CITIZEN,
            evidence=3,
            now=TUESDAY_NINE,
        )

    with pytest.raises(Refused) as no:
        join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    assert no.value.slug in ("same-time", "limit-half-day")
    assert Appointment.objects.filter(person=old).count() == 1


def test_a_card_shown_later_under_the_old_document_proves_the_standing_entry(town):
    old = holder(PASSPORT, evidence=Evidence.DECLARED)
    new = holder(RENEWED, evidence=Evidence.DECLARED, name="Jon Smith")
    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    holder(PASSPORT, evidence=Evidence.CHIP)

    new.refresh_from_db()
    assert (new.name, new.name_evidence) == ("JOHN SMITH", Evidence.CHIP)


def test_three_documents_of_one_person_all_lead_to_the_last(town):
    first, second, third = holder("E11111111"), holder("E22222222"), holder("E33333333")
    join_entries.join(keep_id=second.pk, other_id=first.pk, **SEEN)
    join_entries.join(keep_id=third.pk, other_id=second.pk, **SEEN)

    assert people.person_by_document("passport", "E11111111") == third


def test_the_trail_says_on_both_entries_what_was_done_and_names_nobody(town):
    old, new = holder(PASSPORT), holder(RENEWED)

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    entries = Entry.objects.filter(action="entries_joined").order_by("subject")
    assert {entry.subject for entry in entries} == {f"person:{old.pk}", f"person:{new.pk}"}
    assert entries[0].facts["how"] == "renewed"
    assert "SMITH" not in str([entry.facts for entry in entries]).upper()


@pytest.mark.django_db(transaction=True)
def test_whoever_books_while_the_entries_are_joined_has_booked_for_the_one_that_stands(committed_town):
    town = committed_town
    old, new = holder(PASSPORT), holder(RENEWED)
    slots = [town.slot(starts=at("2026-03-11 09:00") + timedelta(days=n), quota=5) for n in range(8)]

    def act(i: int):
        if i == 0:
            return join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)
        return booking.place(
            slot_id=slots[i].pk,
            person_id=old.pk,
            item_code="pension",
            source="web",
            by=KEY,
            evidence=1,
            now=TUESDAY_NINE,
        )

    results = together(8, act)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Appointment.objects.filter(person=new).count() == 7
    assert Appointment.objects.filter(person=old).count() == 0


# --- Mandates ----------------------------------------------------------------------------------------------------


def agent() -> Agent:
    return an_accepted_agent()


def mandate(of: Agent, number: str, days: int = 30, name: str = "JOHN SMITH", items: tuple[str, ...] = ()) -> Mandate:
    return identity.give_mandate(
        agent_id=of.pk, name=name, id_type="passport", id_number=number, paper="委托书", items=items, by=CLERK,
        valid_until=TUESDAY_NINE.date() + timedelta(days=days), now=TUESDAY_NINE,
    )  # fmt: skip


def books(town, of: Agent, person_id: int, slot) -> Appointment:
    return booking.place(
        slot_id=slot.pk, person_id=person_id, item_code="pension", source="web", account_id=of.account_id,
        by=Actor(ActorKind.CITIZEN, str(of.account_id)), now=TUESDAY_NINE,
    )  # fmt: skip


def test_a_mandate_follows_to_the_entry_that_stays_and_what_was_booked_under_it_too(town):
    old, new, one = holder(PASSPORT), holder(RENEWED), agent()
    given = mandate(one, PASSPORT)
    made = books(town, one, old.pk, town.slot(quota=5))

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    given.refresh_from_db()
    made.refresh_from_db()
    assert (given.person_id, given.ended_at, made.person_id) == (new.pk, None, new.pk)
    later = books(town, one, old.pk, town.slot(quota=5, starts=at("2026-03-12 09:00")))  # its list is of yesterday
    later.refresh_from_db()
    assert later.person_id == new.pk
    identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)
    assert people.people_of(one.account_id) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "stays"),
    [
        ((30, ()), (60, ()), "theirs"),
        ((60, ()), (30, ()), "mine"),
        ((30, ("pension",)), (30, ()), "theirs"),
        ((30, ()), (30, ("pension",)), "mine"),
    ],
)
def test_of_two_mandates_for_one_agent_the_longer_stays_then_the_wider(town, mine, theirs, stays):
    old, new, one = holder(PASSPORT), holder(RENEWED), agent()
    rows = {
        "mine": mandate(one, RENEWED, mine[0], items=mine[1]),
        "theirs": mandate(one, PASSPORT, theirs[0], items=theirs[1]),
    }

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    assert list(Mandate.objects.filter(ended_at=None).values_list("id", "person_id")) == [(rows[stays].pk, new.pk)]


def test_a_mandate_that_ended_stays_ended(town):
    old, new, one = holder(PASSPORT), holder(RENEWED), agent()
    ended = mandate(one, PASSPORT, 90)
    identity.end_mandate(mandate_id=ended.pk, by=CLERK, now=TUESDAY_NINE)
    standing = mandate(one, RENEWED, 5)

    join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)

    assert list(Mandate.objects.filter(person=new, ended_at=None)) == [standing]
    assert Mandate.objects.filter(person=new).count() == 2


def test_of_a_number_typed_wrongly_only_mandates_in_this_name_go_over(town):
    right, wrong = holder(RENEWED), holder(PASSPORT, evidence=Evidence.DECLARED)
    one = agent()
    mine = mandate(one, PASSPORT, name="Smith, John")
    second = an_accepted_agent(name="另一家", phone="13900000078", live_most=3, day_most=3)
    theirs = mandate(second, PASSPORT, name="Mary Jones")

    join_entries.join(keep_id=right.pk, other_id=wrong.pk, **SEEN | {"how": "mistyped"})

    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.person_id, theirs.person_id) == (right.pk, wrong.pk)
    assert [each.pk for each in people.people_of(one.account_id)] == [right.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_an_agent_that_books_while_its_client_is_joined_has_booked_for_the_one_that_stands(committed_town):
    town, one = committed_town, agent()
    old, new = holder(PASSPORT), holder(RENEWED)
    mandate(one, PASSPORT)
    slots = [town.slot(starts=at(f"2026-03-{11 + n} 09:00"), quota=5) for n in range(6)]

    def act(i: int):
        if i == 0:
            return join_entries.join(keep_id=new.pk, other_id=old.pk, **SEEN)
        return books(town, one, old.pk, slots[i])

    results = together(6, act)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert Appointment.objects.filter(person=new).count() == 5
    assert list(Mandate.objects.values_list("person_id", "ended_at")) == [(new.pk, None)]
