"""Appointments over HTTP: booked, seen by whom, cancelled, moved."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.cases.models import Case
from banshi.surfaces.api.bookings import Booking, book_many, prepare_booking
from tests.matters import matters_of
from tests.surfaces.api.conftest import PERSON, Calls, booking, person, stop_the_clock
from tests.together import together
from tests.town import TUESDAY_NINE, at


def test_a_booking_answers_with_reference_qr_times_and_a_masked_name(calls: Calls) -> None:
    slot = calls.town.slot()

    answer = calls("post", "/appointments", "channel", booking(slot))

    assert answer.status_code == 201
    made = answer.json()
    assert made["status"] == "booked"
    assert made["qr"].startswith(f"BS1.{made['code']}.")
    assert made["hall"] == {"code": "town", "name": "小镇大厅", "name_en": "Town Hall"}
    assert made["item"] == {"code": "pension", "name": "养老保险参保登记", "name_en": "Pension enrolment"}
    assert (made["starts_at"], made["ends_at"]) == ("2026-03-11T09:00:00+08:00", "2026-03-11T10:00:00+08:00")
    assert made["name"] == "张**"
    assert Appointment.objects.get(code=made["code"]).booked_by.startswith("channel:")


def test_what_was_booked_reads_the_same_afterwards(calls: Calls) -> None:
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()

    assert calls("get", f"/appointments/{made['code']}", "channel").json() == made
    assert calls("get", f"/appointments/{made['code']}", "kiosk").json() == made


def test_what_was_answered_says_what_to_bring(calls: Calls) -> None:
    matters_of(calls.town)
    slot, said = calls.town.slot(), {"premises": "rented", "food": "no"}

    made = calls("post", "/appointments", "channel", booking(slot, answers=said)).json()
    wrong = calls("post", "/appointments", "channel", booking(slot, person=person(2), answers={"premises": "castle"}))

    assert [each["name"] for each in made["bring"]] == ["身份证", "租约", "店面照片"]
    assert made["situation"] == {"id": "any", "name": "开店", "name_en": "A shop"}
    assert calls("get", f"/appointments/{made['code']}", "channel").json() == made
    assert (wrong.status_code, wrong.json()["facts"]["field"]) == (422, "answers.premises")


def test_a_ticket_says_the_situation_that_was_booked_and_what_to_have_ready(calls: Calls) -> None:
    matters_of(calls.town)
    slot = calls.town.slot()
    made = calls("post", "/appointments", "channel", booking(slot, answers={"premises": "own", "food": "no"})).json()
    stop_the_clock(slot.starts_at)
    given = calls("post", "/halls/town/check-ins", "kiosk", {"code": made["code"]}).json()
    calls("post", "/windows/town-01/sign-in", "desk")
    called = calls("post", "/windows/town-01/calls", "desk").json()
    walk_in = calls("post", "/halls/town/tickets", "kiosk", {"item": "pension"}).json()

    said = [(each["situation"], [one["name"] for one in each["bring"]]) for each in (given, called, walk_in)]

    shop = {"id": "any", "name": "开店", "name_en": "A shop"}
    assert said == [(shop, ["身份证", "店面照片"]), (shop, ["身份证", "店面照片"]), (None, [])]


def test_another_channel_and_another_hall_find_nothing(calls: Calls) -> None:
    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]

    for key in ("other-channel", "other-kiosk", "other-desk", "other-manage"):
        answer = calls("get", f"/appointments/{code}", key)
        assert (answer.status_code, answer.json()["type"]) == (404, "nothing-found")
    assert calls("delete", f"/appointments/{code}", "other-channel").status_code == 404
    assert Appointment.objects.get(code=code).state == "booked"


def test_a_full_slot_is_refused_with_the_rule_the_facts_and_what_is_possible_instead(calls: Calls) -> None:
    full = calls.town.slot(quota=1, taken=1)
    quiet = calls.town.slot(quota=5, starts=at("2026-03-11 10:00"))

    answer = calls("post", "/appointments", "channel", booking(full))

    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["rule"], problem["status"]) == ("slot-full", "slot-full", 409)
    assert problem["facts"]["quota"] == 1
    assert [n["slot"] for n in problem["next"]] == [quiet.id]
    assert Slot.objects.get(id=full.id).taken == 1


def test_a_number_that_cannot_be_is_refused_without_repeating_it(calls: Calls) -> None:
    wrong = {**PERSON, "id_number": "110105194912310021"}

    answer = calls("post", "/appointments", "channel", booking(calls.town.slot(), person=wrong))

    assert (answer.status_code, answer.json()["type"]) == (422, "identity-invalid")
    assert wrong["id_number"] not in answer.content.decode()


def test_cancelling_frees_the_place_and_counts_as_the_persons_own(calls: Calls) -> None:
    slot = calls.town.slot(quota=1)
    code = calls("post", "/appointments", "channel", booking(slot)).json()["code"]

    answer = calls("delete", f"/appointments/{code}", "channel")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert Slot.objects.get(id=slot.id).taken == 0
    assert LedgerEntry.objects.filter(kind="cancel").count() == 1
    again = calls("delete", f"/appointments/{code}", "channel")
    assert (again.status_code, again.json()["type"]) == (409, "already-cancelled")


def test_what_the_hall_cancels_never_counts_against_the_person(calls: Calls) -> None:
    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]

    answer = calls("delete", f"/appointments/{code}", "manage")

    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert Appointment.objects.get(code=code).by_hall is True
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


def test_moving_keeps_the_reference(calls: Calls) -> None:
    first, later = calls.town.slot(quota=1), calls.town.slot(quota=1, starts=at("2026-03-12 14:00"))
    code = calls("post", "/appointments", "channel", booking(first)).json()["code"]

    answer = calls("post", f"/appointments/{code}/move", "channel", {"slot": later.id})

    assert answer.status_code == 200
    assert (answer.json()["code"], answer.json()["starts_at"]) == (code, "2026-03-12T14:00:00+08:00")
    assert [Slot.objects.get(id=s.id).taken for s in (first, later)] == [0, 1]


def test_a_slot_that_does_not_exist_is_nothing_found(calls: Calls) -> None:
    answer = calls("post", "/appointments", "channel", {**booking(calls.town.slot()), "slot": 2**62})

    assert (answer.status_code, answer.json()["type"]) == (404, "nothing-found")


def test_what_a_channel_cancelled_by_mistake_it_books_again(calls: Calls) -> None:
    slot = calls.town.slot(quota=1)
    code = calls("post", "/appointments", "channel", booking(slot)).json()["code"]
    calls("delete", f"/appointments/{code}", "channel")

    again = calls("post", f"/appointments/{code}/rebook", "channel")
    others = calls("post", f"/appointments/{code}/rebook", "other-channel")
    twice = calls("post", f"/appointments/{code}/rebook", "channel")

    assert (again.status_code, again.json()["status"], again.json()["name"]) == (201, "booked", "张**")
    assert (others.status_code, twice.json()["type"]) == (404, "limit-half-day")
    assert calls("get", f"/appointments/{again.json()['code']}", "channel").status_code == 200
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 0


@pytest.mark.parametrize(("minutes", "counted"), [(29, 0), (30, 1)])
def test_booking_again_forgives_a_cancellation_by_api_as_long_as_on_the_web(
    calls: Calls, minutes: int, counted: int
) -> None:
    slot = calls.town.slot(quota=1)
    code = calls("post", "/appointments", "channel", booking(slot)).json()["code"]
    calls("delete", f"/appointments/{code}", "channel")
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=minutes))

    again = calls("post", f"/appointments/{code}/rebook", "channel")

    assert (again.status_code, Slot.objects.get(pk=slot.pk).taken) == (201, 1)
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == counted


def test_what_a_channel_cancelled_is_gone_once_somebody_has_the_place(calls: Calls) -> None:
    slot = calls.town.slot(quota=1)
    code = calls("post", "/appointments", "channel", booking(slot)).json()["code"]
    calls("delete", f"/appointments/{code}", "channel")
    other = calls("post", "/appointments", "other-channel", {**booking(slot), "person": person(2)})

    late = calls("post", f"/appointments/{code}/rebook", "channel")

    assert (other.status_code, late.status_code, late.json()["type"]) == (201, 409, "slot-full")
    assert LedgerEntry.objects.filter(forgiven_at=None).count() == 1


def test_what_a_channel_s_person_books_again_by_the_link_stays_the_channel_s(calls: Calls) -> None:
    from banshi.kernel.actors import Actor, ActorKind
    from banshi.rooms.booking import actions

    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]
    calls("delete", f"/appointments/{code}", "channel")

    again = actions.rebook(code=code, by=Actor(ActorKind.CITIZEN, f"link-{code}"), now=TUESDAY_NINE)

    assert calls("get", f"/appointments/{again.code}", "channel").json()["status"] == "booked"


def looked_over(work: Any, **more: Any) -> str:
    """A case of the booker's whose pre-review is passed."""
    no = str(work.opened(**more))
    Case.objects.filter(no=no).update(phase="pre_passed")
    return no


def test_a_booking_brings_a_case_and_keeps_it_when_moved(work: Any) -> None:
    no, calls = looked_over(work), work.calls
    slot, later = calls.town.slot(), calls.town.slot(starts=at("2026-03-12 14:00"))

    made = calls("post", "/appointments", "channel", booking(slot, case=no)).json()
    moved = calls("post", f"/appointments/{made['code']}/move", "channel", {"slot": later.id}).json()

    assert (made["case"], moved["case"]) == (no, no)
    case = Case.objects.get(no=no)
    assert (case.phase, case.appointment) == ("await_receipt", made["code"])


def test_a_case_goes_along_with_what_is_booked_again_or_anew(work: Any) -> None:
    no, calls = looked_over(work), work.calls
    made = calls("post", "/appointments", "channel", booking(calls.town.slot(), case=no)).json()

    calls("delete", f"/appointments/{made['code']}", "channel")
    again = calls("post", f"/appointments/{made['code']}/rebook", "channel").json()
    calls("delete", f"/appointments/{again['code']}", "channel")
    anew = calls("post", "/appointments", "channel", booking(calls.town.slot(starts=at("2026-03-12 09:00")), case=no))

    assert (again["case"], anew.json()["case"]) == (no, no)
    assert Case.objects.get(no=no).appointment == anew.json()["code"]


@pytest.mark.parametrize(
    ("other", "key", "said"),
    [
        ({"person": person(2)}, "channel", (422, "invalid")),
        ({"item": "housing"}, "channel", (422, "invalid")),
        ({}, "other-channel", (404, "nothing-found")),
        ({"case": "BS000"}, "channel", (404, "nothing-found")),
    ],
)
def test_no_booking_brings_what_is_somebody_else_s_or_another_matter(
    work: Any, other: dict[str, Any], key: str, said: tuple[int, str]
) -> None:
    no, slot = looked_over(work), work.calls.town.slot()

    answer = work.calls("post", "/appointments", key, {**booking(slot, case=no), **other})

    assert (answer.status_code, answer.json()["type"]) == said
    assert (Appointment.objects.count(), Case.objects.get(no=no).phase) == (0, "pre_passed")


def test_a_case_that_is_expected_already_or_not_looked_over_keeps_the_booking_away(work: Any) -> None:
    no, calls = looked_over(work), work.calls
    calls("post", "/appointments", "channel", booking(calls.town.slot(), case=no))
    draft = work.opened(anyway=True)

    twice = calls("post", "/appointments", "channel", booking(calls.town.slot(starts=at("2026-03-12 09:00")), case=no))
    early = calls(
        "post", "/appointments", "channel", booking(calls.town.slot(starts=at("2026-03-13 09:00")), case=draft)
    )

    assert [(each.status_code, each.json()["type"]) for each in (twice, early)] == [(409, "wrong-state")] * 2
    assert Appointment.objects.count() == 1


def test_of_two_in_one_batch_one_brings_the_case(work: Any) -> None:
    no, calls = looked_over(work), work.calls
    slots = [calls.town.slot(), calls.town.slot(starts=at("2026-03-12 09:00"))]
    headers = {"authorization": f"Bearer {calls.keys['channel']}", "content-type": "application/json"}
    asked = [prepare_booking(headers, json.dumps(booking(slot, case=no)).encode()) for slot in slots]

    answers = book_many([one for one in asked if isinstance(one, Booking)])

    assert [each.status for each in answers] == [201, 409]
    assert Appointment.objects.get().code == Case.objects.get(no=no).appointment


@pytest.mark.race
def test_of_two_at_once_one_brings_the_case_and_the_other_books_nothing(committed_work: Any) -> None:
    no, calls = looked_over(committed_work), committed_work.calls
    slots = [calls.town.slot(), calls.town.slot(starts=at("2026-03-12 09:00"))]

    answers = together(2, lambda i: calls("post", "/appointments", "channel", booking(slots[i], case=no)))

    assert sorted(each.status_code for each in answers) == [201, 409]
    assert Appointment.objects.get().code == Case.objects.get(no=no).appointment
