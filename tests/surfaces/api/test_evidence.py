"""Whoever only knows a name and a number changes nothing, learns nothing and costs nothing."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.actions import create_key, enrol
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.models import Message
from tests.surfaces.api.conftest import PERSON, Calls, booking, stop_the_clock
from tests.town import TUESDAY_NINE, at


def vouching(calls: Calls) -> str:
    return create_key(name="province app", scope="channel", vouches=True, now=TUESDAY_NINE)


def shape(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, sorted(answer.json())


def test_a_name_that_does_not_fit_gets_the_same_answer_as_one_that_does(calls: Calls) -> None:
    calls("post", "/appointments", vouching(calls), booking(calls.town.slot(quota=90)))
    days = [calls.town.slot(starts=at(f"2026-03-{day} 09:00")) for day in (12, 13)]

    wrong = calls("post", "/appointments", "channel", booking(days[0], person={**PERSON, "name": "李四光"}))
    right = calls("post", "/appointments", "other-channel", booking(days[1]))

    assert shape(wrong) == shape(right)
    assert (wrong.status_code, wrong.json()["name"], right.json()["name"]) == (201, "李**", "张**")
    # And later too: what was declared is echoed, never what is stored.
    again = calls("get", f"/appointments/{wrong.json()['code']}", "channel")
    assert again.json()["name"] == "李**"
    assert Person.objects.latest("id").name == "张三丰"


def test_a_strangers_booking_takes_nothing_from_whoever_has_the_document(calls: Calls) -> None:
    slot = calls.town.slot(quota=5)
    stranger = calls("post", "/appointments", "channel", booking(slot, person={**PERSON, "name": "李四光"}))
    again = calls("post", "/appointments", "channel", booking(slot))

    own = calls("post", "/appointments", vouching(calls), booking(slot))

    assert (stranger.status_code, again.status_code, own.status_code) == (201, 409, 201)
    assert again.json()["type"] == "limit-half-day"  # the same key booked this document before
    assert Person.objects.latest("id").name == "张三丰"
    assert [a.limit_key != "" for a in Appointment.objects.order_by("id")] == [True, False]


def test_users_of_one_app_do_not_block_each_other_by_typing_a_number(calls: Calls) -> None:
    slot = calls.town.slot(quota=9)

    def book(**more: Any) -> tuple[int, bool]:
        answer = calls("post", "/appointments", "channel", booking(slot, **more))
        return answer.status_code, "appointment" in answer.json().get("facts", {})

    no_phone = {**PERSON, "phone": ""}
    stranger = calls("post", "/appointments", "channel", booking(slot, end_user="u-1", person=no_phone))

    assert stranger.status_code == 201
    assert book(end_user="u-2", person=no_phone) == (201, False)
    assert book(end_user="u-2", person=no_phone) == (409, True)
    assert [book(), book()] == [(201, False), (409, False)]  # by the telephone, which says nothing of the booking
    assert [book(person=no_phone), book(person=no_phone)] == [(201, False)] * 2
    assert calls("get", f"/appointments/{stranger.json()['code']}", "channel").status_code == 200
    assert "u-1" not in "".join(Appointment.objects.values_list("holder", flat=True))


def test_what_stands_with_evidence_counts_together_whoever_booked_it(calls: Calls) -> None:
    slot = calls.town.slot(quota=5)
    calls("post", "/appointments", vouching(calls), booking(slot))

    other = calls("post", "/appointments", vouching(calls), booking(slot))

    assert (other.status_code, other.json()["type"]) == (409, "limit-half-day")


def _shown_at_the_window(name: str = PERSON["name"]) -> None:
    enrol(
        name=name, id_type="resident_id", id_number=PERSON["id_number"], evidence=Evidence.WINDOW,
        by=Actor(ActorKind.STAFF, "1"), now=TUESDAY_NINE,
    )  # fmt: skip


def test_a_vouched_name_that_contradicts_a_card_costs_its_person_nothing(calls: Calls) -> None:
    _shown_at_the_window()
    slot = calls.town.slot(quota=5)

    slip = calls("post", "/appointments", vouching(calls), booking(slot, person={**PERSON, "name": "李四光"}))
    own = calls("post", "/appointments", vouching(calls), booking(slot))

    assert (slip.status_code, own.status_code) == (201, 201)
    assert [(a.evidence, a.limit_key != "") for a in Appointment.objects.order_by("id")] == [(0, True), (1, False)]
    assert Person.objects.latest("id").name == "张三丰"


def test_a_vouched_name_in_another_spelling_is_the_persons(calls: Calls) -> None:
    _shown_at_the_window("买买提·吐尔逊")

    booked = calls(
        "post", "/appointments", vouching(calls), booking(calls.town.slot(), person={**PERSON, "name": "买买提•吐尔逊"})
    )

    assert booked.status_code == 201
    assert [(a.evidence, a.limit_key) for a in Appointment.objects.all()] == [(1, "")]


def test_messages_of_a_booking_go_to_the_number_given_with_it(calls: Calls) -> None:
    slot = calls.town.slot(quota=5)
    calls("post", "/appointments", "channel", booking(slot, person={**PERSON, "phone": "13900139000"}))
    calls("post", "/appointments", "other-channel", booking(slot, person={**PERSON, "phone": "13800138000"}))

    to = {m.to for m in Message.objects.filter(subject=f"appointment:{Appointment.objects.order_by('id')[0].code}")}

    assert to == {"+8613900139000"}
    assert [(p.phone, p.phone_index) for p in Person.objects.filter(name_evidence=0)] == [(None, None)]


def test_a_kiosk_that_read_the_chip_puts_a_wrong_name_right(calls: Calls) -> None:
    calls("post", "/appointments", "channel", booking(calls.town.slot(), person={**PERSON, "name": "李四光"}))

    read = {"name": "张三丰", "id_type": "resident_id", "id_number": PERSON["id_number"]}
    answer = calls("post", "/halls/town/tickets", "kiosk", {"category": "B", "person": read, "presented": "read"})

    assert answer.status_code == 201
    assert Person.objects.latest("id").name == "张三丰"


READ = {"name": "张三丰", "id_type": "resident_id", "id_number": PERSON["id_number"]}


@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize(
    ("door", "body", "refused"),
    [
        ("check-ins", {"id_number": PERSON["id_number"], "name": "张三丰", "presented": "read"}, "nothing-found"),
        ("tickets", {"category": "Z", "person": READ, "presented": "read"}, "nothing-found"),
    ],
)
def test_a_chip_that_was_read_proves_its_name_though_nothing_is_given(
    calls: Calls, door: str, body: dict[str, Any], refused: str, once: bool
) -> None:
    somebody_typed(calls)

    answer = calls("post", f"/halls/town/{door}", "kiosk", body, **({"Idempotency_Key": "k1"} if once else {}))

    person = Person.objects.latest("id")
    assert answer.json()["type"] == refused
    assert (person.name, person.name_evidence) == ("张三丰", int(Evidence.CHIP))


def test_too_early_by_a_card_that_was_read_proves_its_name(calls: Calls) -> None:
    calls("post", "/appointments", "channel", booking(calls.town.slot(), person={**PERSON, "name": "李四光"}))
    stop_the_clock(at("2026-03-11 08:10"))
    read = {"id_number": PERSON["id_number"], "name": "张三丰", "presented": "read"}

    answer = calls("post", "/halls/town/check-ins", "kiosk", read)

    assert answer.json()["type"] == "too-early"
    assert Person.objects.latest("id").name == "张三丰"
    assert Appointment.objects.get().state == "booked"


def test_a_typed_number_that_is_refused_leaves_nothing(calls: Calls) -> None:
    typed = {"category": "Z", "person": READ}

    assert calls("post", "/halls/town/tickets", "kiosk", typed).status_code == 404
    assert not Person.objects.filter(name="张三丰").exists()


def somebody_typed(calls: Calls) -> None:
    """Under another name, and with nothing booked today."""
    enrol(
        name="李四光", id_type="resident_id", id_number=PERSON["id_number"], evidence=Evidence.DECLARED,
        by=Actor(ActorKind.CHANNEL, "1"), now=TUESDAY_NINE,
    )  # fmt: skip


def test_a_desk_key_that_sees_a_person_leaves_one_trace_however_often_it_asks(calls: Calls) -> None:
    calls("post", "/windows/town-01/sign-in", "desk")
    calls("post", "/halls/town/tickets", "kiosk", {"category": "A", "person": {k: PERSON[k] for k in PERSON}})
    ref = calls("post", "/windows/town-01/calls", "desk").json()["id"]
    for _ in range(3):
        calls("get", f"/tickets/{ref}", "desk")
        calls("get", "/windows/town-01", "desk")

    seen = Entry.objects.filter(action="looked")

    person = Person.objects.latest("id")
    assert [(e.subject, e.facts, e.hall) for e in seen] == [(f"person:{person.pk}", {"why": f"ticket:{ref}"}, "town")]


def test_a_machine_that_does_not_say_read_only_declares(calls: Calls) -> None:
    calls("post", "/appointments", "channel", booking(calls.town.slot(), person={**PERSON, "name": "李四光"}))

    typed = {"name": "张三丰", "id_type": "resident_id", "id_number": PERSON["id_number"]}
    answer = calls("post", "/halls/town/tickets", "kiosk", {"category": "B", "person": typed})

    assert answer.status_code == 201
    assert (Person.objects.latest("id").name, Person.objects.latest("id").name_evidence) == ("李四光", 0)


def test_only_a_machines_key_says_that_a_card_was_read(calls: Calls) -> None:
    read = {"category": "B", "presented": "read", "person": {k: PERSON[k] for k in PERSON}}

    issued = calls("post", "/halls/town/tickets", "manage", read)
    arrived = calls("post", "/halls/town/check-ins", "manage", {"id_number": PERSON["id_number"], "presented": "read"})

    assert [(a.status_code, a.json()["type"]) for a in (issued, arrived)] == [(403, "not-allowed")] * 2


def test_where_matters_differ_the_answer_says_which_to_choose_from(calls: Calls) -> None:
    slot = calls.town.slot(quota=5, starts=at("2026-03-11 09:00"))
    made = [
        calls("post", "/appointments", key, {**booking(slot), "item": item}).json()
        for key, item in (("channel", "medical"), ("other-channel", "pension"))
    ]
    stop_the_clock(at("2026-03-11 09:05"))
    card = {"id_number": PERSON["id_number"], "presented": "read", "name": PERSON["name"]}

    asked = calls("post", "/halls/town/check-ins", "kiosk", card)
    typed = calls("post", "/halls/town/check-ins", "kiosk", {"id_number": PERSON["id_number"]})
    came = calls("post", "/halls/town/check-ins", "kiosk", {**card, "appointment": made[1]["code"]})

    assert [(a.status_code, a.json().get("type")) for a in (asked, typed)] == [
        (409, "which-appointment"), (404, "nothing-found"),
    ]  # fmt: skip
    assert [a["code"] for a in asked.json()["facts"]["appointments"]] == [each["code"] for each in made]
    assert typed.json()["facts"] == {"typed": True, "minutes": 15}
    assert (came.status_code, came.json()["kind"]) == (201, "booked")
    assert came.json()["contact"] == "to_confirm"  # the number given with the booking is told once she says so
    person = Appointment.objects.get(state="checked_in").person
    assert (person.name, person.name_evidence) == (PERSON["name"], 2)  # as the chip has it
    assert sorted(Appointment.objects.values_list("state", flat=True)) == ["booked", "checked_in"]
