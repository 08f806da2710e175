"""Who may not, what does not fit, too often: such an answer uses up no Idempotency-Key, whichever write gave it."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation.models import IdempotencyKey
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.api import bookings, numbers
from banshi.surfaces.api.answers import Answer
from banshi.surfaces.api.idempotency import LET_GO
from banshi.surfaces.api.keys import SCOPES_OF
from tests.surfaces.api.conftest import Calls, booking, person
from tests.surfaces.api.test_idempotency import prepared, shown
from tests.surfaces.api.test_numbers_together import asked
from tests.surfaces.api.test_rights import CLOSE, ENDPOINTS

ASKS = ("guide_item", "make_form", "verify_file")  # sent like a write, and writes nothing
BYTES = ("put_part",)  # no JSON: test_case_uploads.py sends it, and an offset makes it the same twice
ONE_WAY = ("enrol_device",)  # without a key there is nobody to tell again; its code is used up
SIGNED = ("till_callback", "courier_callback")  # by whom it comes, not by a key: told again, it is known
WRITES = {
    name: request
    for name, request in ENDPOINTS.items()
    if request[0] != "get" and name not in (*ASKS, *BYTES, *ONE_WAY, *SIGNED)
}
# What they are about is looked for before a file is read, a door opens, a till is asked: where there is none, no key was claimed.
FOUND_FIRST = (
    "add_material", "finish_upload", "drop_papers", "pick_up", "pick_up_taken", "pick_up_shut", "pay_fee",
    "consign_result", "put_in_cabinet", "import_to_library", "enter_zone", "heartbeat",
)  # fmt: skip
WRONG_DIGIT = {**person(3), "id_number": "110105194912310021"}
IN_TWO_YEARS = {**CLOSE, "starts_at": "2028-03-11T09:00:00+08:00", "ends_at": "2028-03-11T12:00:00+08:00"}
CARD = {"id_number": person(3)["id_number"], "id_type": "resident_id", "name": person(3)["name"], "presented": "read"}
CALLERS = ("channel", "kiosk", "other-kiosk", "desk", "other-desk", "manage", "other-manage", "demo", "nonsense")
# what is said, who says it, method, path, body → the answer, which a rule gave after the key was claimed
REFUSED: dict[str, tuple[str, str, str, Any, tuple[int, str]]] = {
    "check in elsewhere": ("other-kiosk", "post", "/halls/town/check-ins", {"code": "NONE"}, (403, "not-your-hall")),
    "a card a hall's system read": ("manage", "post", "/halls/town/check-ins", CARD, (403, "not-allowed")),
    "sign in elsewhere": ("other-desk", "post", "/windows/town-01/sign-in", None, (403, "not-your-hall")),
    "pause elsewhere": ("other-desk", "post", "/windows/town-01/pause", {"reason": "午餐"}, (403, "not-your-hall")),
    "close elsewhere": ("other-manage", "post", "/halls/town/closures", CLOSE, (403, "not-your-hall")),
    "close in two years": ("manage", "post", "/halls/town/closures", IN_TWO_YEARS, (422, "invalid")),
    "a number elsewhere": ("other-kiosk", "post", "/halls/town/tickets", {"category": "A"}, (403, "not-your-hall")),
    "a number by a card a hall's system read": (
        "manage",
        "post",
        "/halls/town/tickets",
        {"category": "A", "person": person(3), "presented": "read"},
        (403, "not-allowed"),
    ),
    "a number with a wrong check digit": (
        "kiosk",
        "post",
        "/halls/town/tickets",
        {"category": "A", "person": WRONG_DIGIT},
        (422, "identity-invalid"),
    ),
    "the demo's clock, with nothing to set": ("demo", "put", "/demo/clock", {}, (422, "invalid")),
}


def twice(calls: Calls, method: str, path: str, caller: str, body: Any) -> tuple[Any, Any]:
    first = calls(method, path, caller, body, Idempotency_Key="k1")
    return first, calls(method, path, caller, body, Idempotency_Key="k1")


@pytest.mark.parametrize("case", REFUSED)
def test_a_refusal_that_uses_up_no_key_is_not_said_again_but_found_again(calls: Calls, case: str) -> None:
    caller, method, path, body, expected = REFUSED[case]

    both = twice(calls, method, path, caller, body)

    assert [(a.status_code, a.json()["type"]) for a in both] == [expected, expected]
    assert [a.get("Idempotency-Replayed") for a in both] == [None, None]
    assert IdempotencyKey.objects.count() == 0


def test_a_booking_with_a_wrong_check_digit_is_mended_under_the_same_key(calls: Calls) -> None:
    slot = calls.town.slot()

    wrong = twice(calls, "post", "/appointments", "channel", booking(slot, person=WRONG_DIGIT))
    mended = twice(calls, "post", "/appointments", "channel", booking(slot, person=person(3)))

    assert [(a.status_code, a.get("Idempotency-Replayed")) for a in wrong] == [(422, None), (422, None)]
    assert [(a.status_code, a.get("Idempotency-Replayed")) for a in mended] == [(201, None), (201, "true")]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("name", WRITES)
def test_every_write_keeps_the_same_kinds_of_answers(calls: Calls, name: str) -> None:
    ticket = calls("post", "/halls/town/tickets", "kiosk", {"category": "A"}).json()["id"]
    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]
    method, path, body = WRITES[name]
    path = path.replace("/tickets/NONE", f"/tickets/{ticket}").replace("/appointments/NONE", f"/appointments/{code}")

    said = {}
    for caller, sent in [*((caller, body) for caller in CALLERS), (sorted(SCOPES_OF[name])[0], {"nonsense": 1})]:
        IdempotencyKey.objects.all().delete()
        first, again = twice(calls, method, path, caller, sent)
        replayed = again.get("Idempotency-Replayed") == "true"
        said[caller, sent is body] = (first.status_code, replayed, IdempotencyKey.objects.exists())

    statuses = {status for status, *_ in said.values()}
    assert statuses >= ({401, 403} if method == "delete" else {401, 403, 422})
    assert max(statuses) < 500
    let_go = {*LET_GO, 404} if name in FOUND_FIRST else LET_GO
    assert said == {each: (status, status not in let_go, status not in let_go) for each, (status, *_) in said.items()}


def test_of_one_batch_whoever_asks_something_else_with_a_key_let_go_is_heard(calls: Calls) -> None:
    slot = calls.town.slot()
    many = [
        prepared(calls, booking(slot, person=WRONG_DIGIT), "a"),
        prepared(calls, booking(slot, person=WRONG_DIGIT), "a"),
        prepared(calls, booking(slot, person=person(1)), "a"),
        prepared(calls, booking(slot, person=person(1)), "a"),
        prepared(calls, booking(slot, person=person(2)), "a"),
        prepared(calls, booking(slot, person=person(4)), "b"),
    ]

    answers = bookings.book_many(many)

    assert [(*shown(a), a.headers.get("Idempotency-Replayed")) for a in answers] == [
        (422, "identity-invalid", None), (422, "identity-invalid", None), (201, None, None), (201, None, "true"),
        (409, "idempotency-conflict", None), (201, None, None),
    ]  # fmt: skip
    assert Appointment.objects.count() == 2
    slot.refresh_from_db()
    assert (slot.taken, IdempotencyKey.objects.count()) == (2, 2)


def test_of_one_batch_of_numbers_those_who_follow_a_refusal_are_no_echo_of_it(calls: Calls) -> None:
    typed = {"category": "A", "person": WRONG_DIGIT}
    many = [asked(calls, typed, "a"), asked(calls, typed, "a"), asked(calls, {"category": "A"}, "a")]

    answers = numbers.issue_many(many)
    later = numbers.issue_many([many[2], many[0]])

    assert [_said(a) for a in answers] == [(422, None), (422, None), (201, None)]
    assert [_said(a) for a in later] == [(201, "true"), (409, None)]
    assert Ticket.objects.count() == 1


def test_those_who_are_told_together_to_wait_are_all_told_for_the_first_time(calls: Calls) -> None:
    for _ in range(30):
        calls("post", "/halls/town/tickets", "kiosk", {"category": "A"})

    answers = numbers.issue_many([asked(calls, {"category": "A"}, "k1") for _ in range(3)])

    assert [_said(a) for a in answers] == [(429, None)] * 3
    assert (IdempotencyKey.objects.count(), Ticket.objects.count()) == (0, 30)


def _said(answer: Answer) -> tuple[int, str | None]:
    return answer.status, answer.headers.get("Idempotency-Replayed")
