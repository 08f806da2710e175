"""A telephone proven at the machine: card, number, code; and a number that was only typed tells nobody anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.crypto import rating_key
from banshi.journeys.visit import take_number
from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking.models import Appointment
from banshi.rooms.devices.models import Device
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries import contact_of
from tests.standing import shown_at_page
from tests.surfaces.kiosk.cards import chip
from tests.town import CITIZEN, TUESDAY_NINE, Town


def unknown(i: int = 1) -> str:
    from datetime import date

    from banshi.kernel.documents import generate_resident_id

    return generate_resident_id("441900", date(1985, 6, 6), 600 + i)


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    real = identity.new_code
    monkeypatch.setattr(identity, "new_code", lambda **asked: sent.append(real(**asked)) or sent[-1])
    return sent


def ask(machine: Client, **said: Any) -> Any:
    """Whoever has a number already shows first who they are."""
    answer = machine.post("/kiosk/town/phone", said)
    if answer.status_code == 302:
        assert answer["Location"] == "/kiosk/town/show?then=%2Fkiosk%2Ftown%2Fphone"
        machine.get(answer["Location"])
        shown_at_page()
        answer = machine.get("/kiosk/town/phone")
    return answer


def test_card_number_and_code_prove_the_telephone(opened: Town, machine: Client, codes: list[str]):
    person = opened.person(1)

    card = ask(machine, chip=chip(person))
    number = ask(machine, step=card.context["step"], phone="13700137009")
    done = ask(machine, step=number.context["step"], code=codes[0])

    account = Account.objects.get(person=person)
    person.refresh_from_db()
    assert done.status_code == 200
    assert (account.phone, account.person_evidence) == ("+8613700137009", Evidence.CHIP)
    assert (person.phone, person.phone_evidence) == ("+8613700137009", Evidence.CHIP)
    assert trail(action="account_proven")[0].facts == {"why": "", "evidence": 2}


def test_a_typed_number_is_no_card(opened: Town, machine: Client, codes: list[str]):
    refused = ask(machine, presented=opened.person(1).id_number)

    assert (refused.status_code, codes) == (422, [])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("13700137009", "先放身份证，手机号在下一步输"),
        ("+86 137 0013 7009", "先放身份证，手机号在下一步输"),
        ("110101198506067418", "只输号码不能绑定"),
        ("x", "只输号码不能绑定"),
        ("", "只输号码不能绑定"),
    ],
)
def test_whatever_is_typed_where_the_card_belongs_is_answered_there(
    opened: Town, machine: Client, typed: str, said: str
):
    shown = ask(machine, presented=typed)

    assert (shown.status_code, said in shown.text, "证件号不对" in shown.text) == (422, True, False)
    assert 'data-reader="hidden"' in shown.text  # the card can be laid there at once


def test_a_reader_that_is_not_paired_is_said_to_be_and_nothing_is_called_wrong(opened: Town, machine: Client):
    Device.objects.create(hall=opened.hall, code="town-kiosk-1", kind="kiosk", name="一号机", reader_key="k" * 64)

    shown = ask(machine, chip="BC1|110101198506067418|王小明|1|00")

    assert (shown.status_code, "读卡器没有和这台机器配对" in shown.text) == (422, True)
    assert "证件号不对" not in shown.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("110101198506067418", "这是证件号。手机号是 11 位"),
        ("1370013700", "这不是有效的手机号"),
        ("01065288888", "手机号"),
    ],
)
def test_what_is_no_telephone_is_said_at_the_field_and_the_step_is_kept(
    opened: Town, machine: Client, codes: list[str], typed: str, said: str
):
    card = ask(machine, chip=chip(opened.person(1)))

    wrong = ask(machine, step=card.context["step"], phone=typed)
    assert (wrong.status_code, said in wrong.text, codes) == (422, True, [])
    assert (wrong.context["typed"], 'aria-invalid="true"' in wrong.text) == (typed, True)

    right = ask(machine, step=wrong.context["step"], phone="13700137009")
    assert (right.status_code, len(codes)) == (200, 1)


@pytest.mark.parametrize("step", ["phone", "code"])
def test_number_and_code_are_typed_on_keys_on_the_screen(opened: Town, machine: Client, codes: list[str], step: str):
    shown = ask(machine, chip=chip(opened.person(1)))
    if step == "code":
        shown = ask(machine, step=shown.context["step"], phone="13700137009")

    assert re.findall(r'data-type="(.)"', shown.text) == list("1234567890")
    assert f'data-pad-for="{step}"' in shown.text
    assert f'<label for="{step}">' in shown.text


def test_a_wrong_code_may_be_typed_again_and_proves_nothing(opened: Town, machine: Client, codes: list[str]):
    card = ask(machine, chip=chip(opened.person(1)))
    number = ask(machine, step=card.context["step"], phone="13700137009")

    wrong = ask(machine, step=number.context["step"], code="000000" if codes[0] != "000000" else "111111")
    assert (wrong.status_code, Account.objects.count()) == (409, 0)

    right = ask(machine, step=wrong.context["step"], code=codes[0])
    assert right.status_code == 200


def test_messages_of_earlier_bookings_go_there_when_asked(
    opened: Town, booked: Appointment, machine: Client, codes: list[str]
):
    Appointment.objects.update(contact="+8613900000000", contact_index="old")
    card = ask(machine, chip=chip(booked.person))
    number = ask(machine, step=card.context["step"], phone="13700137009")
    proven = ask(machine, step=number.context["step"], code=codes[0])
    booked.refresh_from_db()
    assert (proven.context["elsewhere"], booked.contact) == (1, "+8613900000000")

    ask(machine, step=proven.context["step"])

    booked.refresh_from_db()
    assert booked.contact == "+8613700137009"


@pytest.mark.parametrize("state", ["waiting", "missed"])
def test_a_number_told_to_another_telephone_goes_there_when_asked_and_its_old_link_ends(
    opened: Town, machine: Client, codes: list[str], state: str
):
    """Taken by card at a maker's machine, with a telephone that is lost since."""
    person = opened.person(1)
    number = walk_in(opened, person, contact="+8613900000000")
    Ticket.objects.filter(pk=number.pk).update(state=state)

    proven, moved = prove_and_move(machine, person, codes)

    row = Ticket.objects.get()
    assert (proven.context["elsewhere"], "1 个预约或号的通知还发往别的号码。" in proven.text) == (1, True)
    assert (contact_of(row), row.ref == number.ref, moved.context["renewed"]) == ("+8613700137009", False, 1)
    opens = [machine.get(f"/t/{ref}?k={rating_key(ref)}").status_code for ref in (number.ref, row.ref)]
    assert opens == [404, 200]


def test_a_number_outlives_the_period_of_its_booking_and_is_counted_still(
    opened: Town, booked: Appointment, machine: Client, set_time: Callable[..., None], codes: list[str]
):
    Appointment.objects.update(contact="+8613900000000", contact_index="old", state="checked_in")
    number = walk_in(opened, booked.person, contact="+8613900000000")
    Ticket.objects.filter(pk=number.pk).update(appointment=booked, kind="booked")
    set_time(booked.ends_at + timedelta(minutes=1))

    proven, moved = prove_and_move(machine, booked.person, codes)

    assert (proven.context["elsewhere"], moved.context["renewed"]) == (1, 1)
    assert contact_of(Ticket.objects.get()) == "+8613700137009"


def test_nothing_is_offered_for_a_number_that_is_told_there_or_is_over(opened: Town, machine: Client, codes: list[str]):
    person = opened.person(1)
    over = walk_in(opened, person, contact="+8613900000000")
    Ticket.objects.filter(pk=over.pk).update(state="finished")
    walk_in(opened, person, contact="+8613700137009", category="B")

    proven = prove(machine, person, codes)

    assert (proven.context["elsewhere"], "改发" in proven.text) == (0, False)


def walk_in(town: Town, person: Person, *, contact: str, category: str = "A") -> Ticket:
    return take_number.take(
        take_number.Asked(
            category_code=category, person_id=person.pk, channel="api", by=CITIZEN, shown=Evidence.CHIP, contact=contact
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )


def prove(machine: Client, person: Person, codes: list[str]) -> Any:
    card = ask(machine, chip=chip(person))
    number = ask(machine, step=card.context["step"], phone="13700137009")
    return ask(machine, step=number.context["step"], code=codes[-1])


def prove_and_move(machine: Client, person: Person, codes: list[str]) -> tuple[Any, Any]:
    proven = prove(machine, person, codes)
    return proven, ask(machine, step=proven.context["step"])


def test_a_step_of_another_hall_an_old_one_and_a_forged_one_begin_anew(
    opened: Town, machine: Client, set_time: Callable[..., None], codes: list[str]
):
    card = ask(machine, chip=chip(opened.person(1)))

    forged = ask(machine, step="forged", phone="13700137009")
    set_time(TUESDAY_NINE + timedelta(minutes=11))
    old = ask(machine, step=card.context["step"], phone="13700137009")

    assert (forged.status_code, old.status_code, codes) == (422, 422, [])
    assert "再放一次身份证" in old.text


def test_an_unknown_typed_number_is_bound_and_tells_nothing_when_typed_again(opened: Town, machine: Client):
    given = machine.post("/kiosk/town/confirm?category=A", {"presented": unknown()})
    ticket = Ticket.objects.get()

    again = machine.post("/kiosk/town/check-in", {"presented": unknown(), "last4": "0000"})

    assert (given.status_code, again.status_code) == (302, 404)
    assert (ticket.person.name, ticket.person.name_evidence) == ("", Evidence.DECLARED)
    # Whoever types it this time may be another: it finds nothing, as it finds nothing of anybody (ADR 9).
    assert [ticket.number in again.text, ticket.ref in again.text] == [False, False]


def test_the_first_name_declared_for_such_a_number_is_the_persons_until_evidence_comes(opened: Town):
    bare = identity.enrol_number(id_type="resident_id", id_number=unknown(2), now=TUESDAY_NINE)

    def named(name: str, evidence: Evidence) -> str:
        asked: dict[str, Any] = {"id_type": "resident_id", "id_number": unknown(2), "now": TUESDAY_NINE}
        identity.enrol(name=name, evidence=evidence, **asked)
        identity.enrol_number(id_type="resident_id", id_number=unknown(2), now=TUESDAY_NINE)  # changes nothing
        bare.refresh_from_db()
        return str(bare.name)

    assert named("王伟", Evidence.DECLARED) == "王伟"
    assert named("李四", Evidence.DECLARED) == "王伟"
    assert named("王伟民", Evidence.CHIP) == "王伟民"


def test_looking_by_a_typed_number_shows_no_name(opened: Town, booked: Appointment, machine: Client):
    typed = machine.post("/kiosk/town/look-up", {"presented": booked.person.id_number}).text
    read = machine.post("/kiosk/town/look-up", {"chip": chip(booked.person)}).text

    assert booked.person.masked_name not in typed
    assert booked.person.masked_name in read
    for page in (typed, read):
        assert booked.person.phone[-4:] not in page


def test_typing_a_number_to_look_enrols_nobody(opened: Town, machine: Client):
    before = Person.objects.count()

    machine.post("/kiosk/town/check-in", {"presented": unknown(3)})
    machine.post("/kiosk/town/look-up", {"presented": unknown(3)})

    assert (Person.objects.count(), people.people_by_number(unknown(3))) == (before, [])


def test_the_numbers_one_stands_with_are_told_from_then_on(opened: Town, machine: Client, codes: list[str]):
    person = opened.person(1)
    Person.objects.filter(pk=person.pk).update(phone=None, phone_index=None)
    machine.post("/kiosk/town/confirm?item=pension", {"chip": chip(person), "lane": ""})
    before = Ticket.objects.get().notify_to

    card = ask(machine, chip=chip(person))
    number = ask(machine, step=card.context["step"], phone="13700137009")
    ask(machine, step=number.context["step"], code=codes[-1])

    now = Ticket.objects.get()
    assert (before, now.notify_to != "", contact_of(now)) == ("", True, "+8613700137009")
