"""What is said about a number opens it: only who may steer it is told (docs/decisions/0009-evidence.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import rating_key
from banshi.journeys.hall import close_hall_day
from banshi.journeys.hours import change_hours, close_line
from banshi.journeys.visit import check_in, serve, take_number
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of
from banshi.surfaces.citizen.following import may_act
from tests.agents import agent as an_accepted_agent
from tests.surfaces.kiosk.cards import chip
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
THEIRS, OWN = "+8613900139000", "+8613800138001"


@pytest.fixture(autouse=True)
def without_phone(opened: Town) -> None:
    """Nobody has proven a telephone yet."""
    Person.objects.update(phone=None, phone_index=None)


def account(phone: str, person: int | None = None) -> Account:
    made = Account.objects.create(
        phone_index=identity.number_index(phone), phone=phone, created_at=TUESDAY_NINE,
    )  # fmt: skip
    if person is not None:
        identity.prove_account(person_id=person, account=made, evidence=Evidence.CHIP, by=SYSTEM, now=TUESDAY_NINE)
    return made


def book(town: Town, who: Account, contact: str) -> Appointment:
    starts = at("2026-03-10 09:15")
    slot = Slot.objects.filter(starts_at=starts).first() or town.slot(starts=starts)
    return booking.place(
        slot_id=slot.id, item_code="pension", person_id=town.person(1).id, source="web", account_id=who.pk,
        by=Actor(ActorKind.CITIZEN, str(who.pk)), name=town.person(1).name, contact=contact,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip


def arrive(machine: Client, **said: str) -> Any:
    return machine.post("/kiosk/town/check-in", said)


def served(town: Town) -> Ticket:
    """Called, served and finished at the window: everything that is ever said about a number has been."""
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    now = TUESDAY_NINE + timedelta(minutes=16)
    called = tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=now)
    assert called is not None
    tickets.start(ref=called.ref, staff_id=town.clerk.pk, now=now)
    return serve.finish(ref=called.ref, staff_id=town.clerk.pk, now=now + timedelta(minutes=5))


def told() -> set[tuple[str, str]]:
    rows = Message.objects.filter(subject__startswith="ticket:")
    return {(row.key, row.to) for row in rows}


def test_who_declared_the_document_is_told_nothing_of_the_visit_of_its_holder(opened: Town, machine: Client) -> None:
    book(opened, account(THEIRS), THEIRS)

    arrive(machine, chip=chip(opened.person(1)))
    ticket = served(opened)

    assert (ticket.limit_key, ticket.notify_to, told()) == ("", "", set())


@pytest.mark.parametrize("first", ["typed", "code"])
def test_a_number_taken_over_by_the_card_speaks_to_nobody_else(opened: Town, machine: Client, first: str) -> None:
    made = book(opened, account(THEIRS), THEIRS)
    said = {"typed": typed_in(opened), "code": {"presented": bookings.qr_text(made.code)}}[first]
    arrive(machine, **said)
    before = Ticket.objects.get()

    arrive(machine, chip=chip(opened.person(1)))

    after = Ticket.objects.get()
    assert (before.pk, contact_of(before), after.limit_key, contact_of(after)) == (after.pk, THEIRS, "", None)
    assert set(Message.objects.filter(subject=f"ticket:{before.ref}").values_list("state", flat=True)) <= {"dropped"}


def typed_in(town: Town) -> dict[str, str]:
    return {"presented": str(Person.objects.get(pk=town.person(1).pk).id_number), "last4": THEIRS[-4:]}


def test_the_persons_own_telephone_is_told_instead(opened: Town, machine: Client) -> None:
    person = opened.person(1)
    account(OWN, person.pk)
    book(opened, account(THEIRS), THEIRS)

    arrive(machine, chip=chip(person))
    served(opened)

    assert {to for _, to in told()} == {OWN}


def test_the_own_account_is_told_with_the_key(opened: Town, machine: Client) -> None:
    person = opened.person(1)
    book(opened, account(OWN, person.pk), OWN)

    arrive(machine, chip=chip(person))
    served(opened)

    assert ("rate", OWN) in told()


def test_a_contact_given_with_the_own_account_stays(opened: Town, machine: Client) -> None:
    """The account is proven, and says where to tell: its word counts."""
    person = opened.person(1)
    book(opened, account(OWN, person.pk), THEIRS)

    arrive(machine, chip=chip(person))

    assert contact_of(Ticket.objects.get()) == THEIRS


@pytest.mark.parametrize(
    ("items", "until", "ended", "told_at"),
    [
        ([], "2026-03-10", False, THEIRS),
        (["pension"], "2026-03-10", False, THEIRS),
        (["medical"], "2026-03-10", False, None),  # of another matter
        ([], "2026-03-10", True, None),
    ],
)
def test_an_agent_with_a_mandate_is_told(
    opened: Town, machine: Client, items: list[str], until: str, ended: bool, told_at: str | None
) -> None:
    person = opened.person(1)
    agent = an_accepted_agent(phone=THEIRS)
    row = type(person).objects.get(pk=person.pk)
    mandate = identity.give_mandate(
        agent_id=agent.pk, name=row.name, id_type=row.id_type, id_number=row.id_number,
        valid_until=at(f"{until} 00:00").date(), items=[], paper="委托书", by=SYSTEM, now=at("2026-03-09 09:00"),
    )  # fmt: skip
    book(opened, Account.objects.get(pk=agent.account_id), THEIRS)
    type(mandate).objects.filter(pk=mandate.pk).update(items=items, ended_at=TUESDAY_NINE if ended else None)

    arrive(machine, chip=chip(person))

    assert contact_of(Ticket.objects.get()) == told_at


def test_a_booking_checked_in_by_its_own_code_speaks_to_whoever_booked(opened: Town, machine: Client) -> None:
    made = book(opened, account(THEIRS), THEIRS)

    arrive(machine, presented=bookings.qr_text(made.code))
    served(opened)

    assert {to for _, to in told()} == {THEIRS}


def test_the_code_of_a_booking_opens_nothing_once_the_card_was_shown(opened: Town, machine: Client) -> None:
    made = book(opened, account(THEIRS), THEIRS)
    arrive(machine, chip=chip(opened.person(1)))
    ticket = Ticket.objects.get()

    again = arrive(Client(headers={"accept-language": "zh-CN"}), presented=bookings.qr_text(made.code))

    page = again.content.decode()
    assert (again.status_code, ticket.number in page, ticket.ref in page) == (409, False, False)
    with pytest.raises(Refused) as no:
        check_in.by_code(hall=opened.hall, code=made.code, by=SYSTEM, now=TUESDAY_NINE, channel="api")
    assert (no.value.slug, no.value.facts) == ("already-checked-in", {"declared": True})


def test_the_code_ranks_a_number_taken_with_the_card_for_the_same_matter_and_shows_it_to_nobody(
    opened: Town, machine: Client
) -> None:
    """The person asked for a number, and what somebody booked for them is shown after that: one matter, one turn."""
    walk_in = take_number.take(
        take_number.Asked(
            item_code="pension", person_id=opened.person(1).pk, channel="kiosk", by=SYSTEM, shown=Evidence.CHIP
        ),
        hall=opened.hall,
        now=TUESDAY_NINE,
    )
    made = book(opened, account(THEIRS), THEIRS)

    by_code = arrive(machine, presented=bookings.qr_text(made.code))

    page, number = by_code.content.decode(), Ticket.objects.get()
    made.refresh_from_db()
    assert (by_code.status_code, walk_in.number in page, walk_in.ref in page) == (409, False, False)
    assert (number.kind, number.appointment_id, number.limit_key, contact_of(number)) == ("booked", made.pk, "", None)
    assert made.state == "checked_in"
    by_card = arrive(machine, chip=chip(opened.person(1)))
    assert by_card["Location"] == f"/kiosk/town/slip/{walk_in.ref}"


def test_the_holder_with_the_card_still_finds_the_number_again(opened: Town, machine: Client) -> None:
    book(opened, account(THEIRS), THEIRS)
    arrive(machine, chip=chip(opened.person(1)))

    again = arrive(machine, chip=chip(opened.person(1)))

    assert again["Location"] == f"/kiosk/town/slip/{Ticket.objects.get().ref}"


def test_who_declared_it_reads_on_the_page_that_it_is_used_and_no_number(opened: Town, machine: Client) -> None:
    who = account(THEIRS)
    made = book(opened, who, THEIRS)
    arrive(machine, chip=chip(opened.person(1)))
    ticket = Ticket.objects.get()
    phone = Client(headers={"accept-language": "zh-CN"})
    session = phone.session
    session["account"], session["epoch"] = who.pk, 0
    session.save()

    page = phone.get(f"/a/{made.code}").content.decode()

    assert ["号在本人手里" in page, ticket.number in page, ticket.ref in page, rating_key(ticket.ref) in page] == [
        True, False, False, False,
    ]  # fmt: skip


def test_once_the_person_said_so_the_account_behind_that_telephone_follows_the_number(
    opened: Town, machine: Client
) -> None:
    who, other = account(THEIRS), account("+8613900139001")
    made = book(opened, who, THEIRS)
    where = arrive(machine, chip=chip(opened.person(1)))["Location"].split("?")[0]
    ticket = Ticket.objects.get()
    before = [ticket.number in page for page in on_the_phone_of(who, made)]

    machine.post(f"{where}/tell")
    after = on_the_phone_of(who, made)

    assert before == [False, False]
    assert [(ticket.number in page, f"/t/{ticket.ref}" in page, "号在本人手里" in page) for page in after] == [
        (True, True, False)
    ] * 2
    assert not may_act(ticket, account_id=other.pk)


def on_the_phone_of(who: Account, made: Appointment) -> list[str]:
    phone = Client(headers={"accept-language": "zh-CN"})
    session = phone.session
    session["account"], session["epoch"] = who.pk, 0
    session.save()
    return [phone.get(path).content.decode() for path in ("/", f"/a/{made.code}")]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_type_the_same_at_once_one_gets_the_bookings_number_and_the_other_the_common_answer(
    opened: Town,
) -> None:
    book(opened, account(THEIRS), THEIRS)
    number = str(Person.objects.get(pk=opened.person(1).pk).id_number)

    def arrives(n: int) -> Any:
        try:
            return check_in.by_typed_id(
                hall=opened.hall, id_number=number, last4=THEIRS[-4:], by=Actor(ActorKind.KIOSK, f"machine-{n}", "town"),
                now=TUESDAY_NINE, channel="kiosk",
            )  # fmt: skip
        except Refused as refused:
            return refused.slug

    results = together(4, arrives)

    assert sorted(r if isinstance(r, str) else "number" for r in results) == ["nothing-found"] * 3 + ["number"]
    assert Ticket.objects.count() == 1


def test_whoever_typed_first_is_told_no_more_once_the_hall_checks_in_by_the_booking(
    opened: Town, machine: Client
) -> None:
    """At the guide, by API or at the machine: the booking's code is its booker's, and the typed slip opens nothing more."""
    made = book(opened, account(THEIRS), THEIRS)
    arrive(machine, **typed_in(opened))
    typed = Ticket.objects.get()

    check_in.by_code(
        hall=opened.hall, code=made.code, by=Actor(ActorKind.STAFF, "1", "town"), now=TUESDAY_NINE, channel="staff"
    )

    mine = Ticket.objects.get()
    assert (mine.number, mine.ref == typed.ref, contact_of(mine)) == (typed.number, False, THEIRS)
    assert machine.get(f"/t/{typed.ref}?k={rating_key(typed.ref)}").status_code == 404
    assert machine.get(f"/kiosk/town/slip/{typed.ref}").status_code == 404


SPELLED = (
    "{0}",
    " {0}",
    "{0} ",
    "{1} {2}",
    "{1}-{2}",
    "{1}　{2}",
    "{1}—{2}",
    "{3}",
    "{4} {5}",
)  # as typed, with spaces, dashes, in full width


def test_tries_of_a_typed_number_are_counted_however_it_is_spelled(opened: Town):
    """Each spelling had its own five, enough of them to guess the last four digits of a telephone."""
    book(opened, account(THEIRS), THEIRS)
    number = opened.person(1).id_number
    wide = "".join(chr(ord(each) + 0xFEE0) for each in number)

    def come(n: int) -> str:
        spelled = SPELLED[n % len(SPELLED)].format(number, number[:6], number[6:], wide, number[:3], number[3:])
        try:
            check_in.by_typed_id(
                hall=opened.hall, id_number=spelled, last4=f"{n:04}", id_type=("resident_id", None)[n % 2], by=SYSTEM,
                now=TUESDAY_NINE, channel="kiosk",
            )  # fmt: skip
        except Refused as no:
            return no.slug
        return "in"

    assert [come(n) for n in range(len(SPELLED))] == ["nothing-found"] * 5 + ["rate-limited"] * 4


def test_the_person_with_the_card_says_that_the_bookings_telephone_may_be_told(opened: Town, machine: Client) -> None:
    """Most people book with a telephone that nobody has proven: one press, and they are told after all."""
    book(opened, account(THEIRS), THEIRS)
    where = arrive(machine, chip=chip(opened.person(1)))["Location"].split("?")[0]

    asked = machine.get(where).content.decode()
    machine.post(f"{where}/tell")
    after = machine.get(where).content.decode()
    again = machine.post(f"{where}/tell")

    assert ("页面开着" in asked, "没有可发消息的手机号" in asked) == (True, False)
    assert ["进展发到尾号 9000 的手机" in asked, "进展发到尾号" in after, THEIRS in asked] == [True, False, False]
    assert (contact_of(Ticket.objects.get()), again.status_code) == (THEIRS, 409)
    assert Entry.objects.filter(action="contact_confirmed").count() == 1


@pytest.mark.parametrize("how", ["code", "typed"])
def test_nobody_else_is_asked_whom_to_tell(opened: Town, machine: Client, how: str) -> None:
    made = book(opened, account(THEIRS), THEIRS)
    where = arrive(machine, **(typed_in(opened) if how == "typed" else {"presented": bookings.qr_text(made.code)}))
    slip = where["Location"].split("?")[0]
    Ticket.objects.update(notify_to="", phone_index="")

    assert "进展发到尾号" not in machine.get(slip).content.decode()
    assert machine.post(f"{slip}/tell").status_code == 409


def shut_till_evening(town: Town) -> Closure:
    """From now on, with everybody in line told."""
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TUESDAY_NINE, ends_at=at("2026-03-10 19:00"), reason_zh="停电",
        reason_en="Power cut", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip
    close_line.look(now=TUESDAY_NINE)
    return closure


def fate_told() -> list[tuple[str, str, bool]]:
    rows = Message.objects.filter(key="booking_over").order_by("id")
    return [(row.to, row.params["fate"]["zh"], "next" in row.params) for row in rows]


def test_who_declared_hears_that_the_person_was_at_the_window_and_no_more(opened: Town, machine: Client) -> None:
    book(opened, account(THEIRS), THEIRS)
    arrive(machine, chip=chip(opened.person(1)))

    served(opened)

    assert fate_told() == [(THEIRS, "已到过窗口", False)]


def test_who_declared_hears_that_it_came_to_nothing_with_the_first_free_time(opened: Town, machine: Client) -> None:
    book(opened, account(THEIRS), THEIRS)
    booking.materialise(hall=opened.hall, now=TUESDAY_NINE)
    arrive(machine, chip=chip(opened.person(1)))

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    assert fate_told() == [(THEIRS, "没能办上", True)]


@pytest.mark.parametrize("ends", ["the day", "a closure"])
def test_who_declared_a_visit_of_two_matters_hears_once_that_it_came_to_nothing(
    opened: Town, machine: Client, ends: str
) -> None:
    who, starts = account(THEIRS), at("2026-03-10 09:15")
    slots = [opened.slot(starts=starts, category=letter) for letter in "AB"]
    booking.place_several(
        slot_id=slots[0].pk, item_codes=["pension", "id-card"], person_id=opened.person(1).pk, source="web",
        account_id=who.pk, by=Actor(ActorKind.CITIZEN, str(who.pk)), name=opened.person(1).name, contact=THEIRS,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip
    arrive(machine, chip=chip(opened.person(1)))
    in_line = Ticket.objects.filter(state="waiting").count()

    if ends == "the day":
        close_hall_day.close_due(now=at("2026-03-10 18:30"))
    else:
        shut_till_evening(opened)

    (message,) = Message.objects.filter(key="booking_over")
    assert (in_line, message.params["item_zh"]) == (2, "养老保险参保登记、居民身份证换领")
    assert [fate for _, fate, _ in fate_told()] == ["没能办上"]


def test_who_declared_hears_that_what_a_closure_sent_home_counts_again_and_how_it_ended(
    opened: Town, machine: Client
) -> None:
    book(opened, account(THEIRS), THEIRS)
    booking.materialise(hall=opened.hall, now=TUESDAY_NINE)
    arrive(machine, chip=chip(opened.person(1)))
    closure = shut_till_evening(opened)
    soon = TUESDAY_NINE + timedelta(minutes=2)

    change_hours.withdraw(closure=closure, by=CLERK, now=soon)
    close_line.look(now=soon)
    close_line.look(now=soon + timedelta(minutes=1))
    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    assert [(to, fate) for to, fate, _ in fate_told()] == [
        (THEIRS, "没能办上"), (THEIRS, "的号又有效了，回到大厅即可接着排"), (THEIRS, "没能办上")
    ]  # fmt: skip


def test_who_declared_is_promised_no_place_in_line_for_what_was_missed_before_it_closed(
    opened: Town, machine: Client
) -> None:
    book(opened, account(THEIRS), THEIRS)
    booking.materialise(hall=opened.hall, now=TUESDAY_NINE)
    arrive(machine, chip=chip(opened.person(1)))
    arrive(machine, chip=chip(opened.person(1)))
    tickets.sign_in(window_code="town-01", staff_id=opened.clerk.pk, now=TUESDAY_NINE)
    called = tickets.call_next(window_code="town-01", staff_id=opened.clerk.pk, now=TUESDAY_NINE)
    assert called is not None
    tickets.miss(ref=called.ref, staff_id=opened.clerk.pk, now=TUESDAY_NINE)
    closure = shut_till_evening(opened)
    soon = TUESDAY_NINE + timedelta(minutes=2)

    change_hours.withdraw(closure=closure, by=CLERK, now=soon)
    close_line.look(now=soon)

    assert [(to, fate) for to, fate, _ in fate_told()] == [
        (THEIRS, "没能办上"), (THEIRS, "的号又有效了，到大厅找导办接着办"),
    ]  # fmt: skip


def test_who_declared_hears_of_what_was_begun_when_the_day_ended_that_it_was_at_the_window(
    opened: Town, machine: Client
) -> None:
    book(opened, account(THEIRS), THEIRS)
    arrive(machine, chip=chip(opened.person(1)))
    by: dict[str, Any] = {"staff_id": opened.clerk.pk, "now": TUESDAY_NINE + timedelta(minutes=16)}
    tickets.sign_in(window_code="town-01", staff_id=opened.clerk.pk, now=TUESDAY_NINE)
    called = tickets.call_next(window_code="town-01", **by)
    assert called is not None
    tickets.start(ref=called.ref, **by)
    tickets.hold(ref=called.ref, **by)

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    assert fate_told() == [(THEIRS, "已到过窗口", False)]


def test_an_own_booking_and_one_told_by_the_persons_press_hear_it_once(opened: Town, machine: Client) -> None:
    made = book(opened, account(THEIRS), THEIRS)
    arrive(machine, chip=chip(opened.person(1)))
    ticket = Ticket.objects.get(appointment=made)
    machine.post(f"/kiosk/town/slip/{ticket.ref}/tell")

    served(opened)

    assert (fate_told(), told()) == ([], {("your_turn", THEIRS), ("rate", THEIRS)})


def test_the_code_of_a_booking_whose_number_was_given_up_says_so_and_offers_another(
    opened: Town, machine: Client
) -> None:
    """Whoever reads it off an old message learns no number by it."""
    made = book(opened, account(THEIRS), THEIRS)
    ticket = check_in.by_code(hall=opened.hall, code=made.code, by=SYSTEM, now=TUESDAY_NINE, channel="kiosk")
    tickets.leave(ref=ticket.ref, by=SYSTEM, now=TUESDAY_NINE)

    for presented in (made.code, bookings.qr_text(made.code)):
        says_given_up(arrive(machine, presented=presented), ticket)


def test_the_card_whose_own_number_was_given_up_is_told_so_and_gets_another(opened: Town, machine: Client) -> None:
    book(opened, account(THEIRS), THEIRS)
    card = chip(opened.person(1))
    arrive(machine, chip=card)
    ticket = Ticket.objects.get()
    tickets.leave(ref=ticket.ref, by=SYSTEM, now=TUESDAY_NINE)

    says_given_up(arrive(machine, chip=card), ticket)
    another = take_number.take(
        take_number.Asked(
            item_code="pension", person_id=opened.person(1).pk, shown=Evidence.CHIP, channel="kiosk", by=SYSTEM
        ),
        hall=opened.hall,
        now=TUESDAY_NINE,
    )
    assert (another.kind, Ticket.objects.get(pk=ticket.pk).state) == ("walk_in", "left")


def says_given_up(shown: Any, ticket: Ticket) -> None:
    page = shown.content.decode()
    assert (shown.status_code, "号退了" in page, "/kiosk/town/walk-in" in page) == (409, True, True)
    assert (ticket.number in page, ticket.ref in page, "号码只给出示证件的人" in page) == (False, False, False)
