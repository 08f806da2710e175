"""Tickets and windows over HTTP: from arriving to rating."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation.crypto import rating_key
from banshi.rooms.booking.models import Appointment
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.api.conftest import PERSON, Calls, booking, stop_the_clock
from tests.together import together
from tests.town import at


def ticket(calls: Calls, **body: Any) -> dict[str, Any]:
    answer = calls("post", "/halls/town/tickets", "kiosk", body or {"category": "A"})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def called(calls: Calls, **body: Any) -> str:
    ticket(calls, **body)
    calls("post", "/windows/town-01/sign-in", "desk")
    ref: str = calls("post", "/windows/town-01/calls", "desk").json()["id"]
    return ref


def test_a_walk_in_gets_a_number_with_its_place_in_line(calls: Calls) -> None:
    first, second = ticket(calls, category="A"), ticket(calls, item="pension")

    assert (first["number"], first["kind"], first["state"], first["hall"]) == ("A001", "walk_in", "waiting", "town")
    assert second["number"] == "A002"
    assert second["ahead"] == 1
    assert second["item"]["code"] == "pension"
    assert second["category"]["code"] == "A"


def test_an_appointment_becomes_a_ticket_by_code_qr_or_id_number(calls: Calls) -> None:
    made = [
        calls("post", "/appointments", "channel", booking(calls.town.slot(starts=start), item=item)).json()
        for start, item in [(at("2026-03-11 09:00"), "pension"), (at("2026-03-11 14:00"), "pension")]
    ]
    stop_the_clock(at("2026-03-11 09:05"))

    by_code = calls("post", "/halls/town/check-ins", "kiosk", {"code": made[0]["code"]})
    again = calls("post", "/halls/town/check-ins", "kiosk", {"code": made[0]["qr"]})
    stop_the_clock(at("2026-03-11 14:05"))
    by_id = calls("post", "/halls/town/check-ins", "kiosk", {"id_number": PERSON["id_number"], "phone_last4": "8000"})

    assert (by_code.status_code, by_code.json()["kind"]) == (201, "booked")
    assert (again.status_code, again.json()["type"]) == (409, "already-checked-in")
    assert by_id.status_code == 201


@pytest.mark.parametrize("digits", ["8000", "1111", ""])
@pytest.mark.parametrize("there", ["early", "checked-in", "unknown"])
def test_a_typed_number_is_answered_alike_whatever_there_is(calls: Calls, there: str, digits: str) -> None:
    if there != "unknown":
        made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()
    if there == "checked-in":
        stop_the_clock(at("2026-03-11 09:05"))
        calls("post", "/halls/town/check-ins", "kiosk", {"code": made["code"]})

    typed = {"id_number": PERSON["id_number"], "phone_last4": digits}
    answer = calls("post", "/halls/town/check-ins", "kiosk", typed)

    assert (answer.status_code, answer.json()["type"]) == (404, "nothing-found")
    assert answer.json()["facts"] == {"typed": True, "minutes": 15}


@pytest.mark.parametrize("once", [False, True])
def test_who_tries_the_last_digits_has_five_tries_an_hour(calls: Calls, once: bool) -> None:
    """Each refusal took its own count back with it: 279 tries in a row guessed the digits."""
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()
    stop_the_clock(at("2026-03-11 09:05"))

    answers = [
        calls(
            "post", "/halls/town/check-ins", "kiosk", {"id_number": PERSON["id_number"], "phone_last4": digits},
            **({"idempotency_key": f"try-{n}"} if once else {}),
        )
        for n, digits in enumerate(["1111", "2222", "3333", "4444", "5555", "8000"])
    ]  # fmt: skip

    assert [each.status_code for each in answers] == [404] * 5 + [429]
    assert Appointment.objects.get(code=made["code"]).state == "booked"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_tries_that_arrive_together_are_five_as_well(committed_calls: Calls) -> None:
    committed_calls("post", "/appointments", "channel", booking(committed_calls.town.slot()))
    stop_the_clock(at("2026-03-11 09:05"))

    def tried(n: int) -> int:
        typed = {"id_number": PERSON["id_number"], "phone_last4": f"111{n % 10}"}
        status: int = committed_calls("post", "/halls/town/check-ins", "kiosk", typed).status_code
        return status

    assert sorted(together(12, tried)) == [404] * 5 + [429] * 7


def test_a_channel_follows_no_number_that_the_card_has_taken_over(calls: Calls) -> None:
    """Whoever booked through the app may be anybody: once the person is here with the card, the number is theirs."""
    calls("post", "/appointments", "channel", booking(calls.town.slot()))
    stop_the_clock(at("2026-03-11 09:05"))
    card = {"id_number": PERSON["id_number"], "name": PERSON["name"], "presented": "read"}
    ref = calls("post", "/halls/town/check-ins", "kiosk", card).json()["id"]

    answers = [
        calls("get", f"/tickets/{ref}", "channel"),
        calls("post", f"/tickets/{ref}/leave", "channel"),
        calls("post", f"/tickets/{ref}/rating", "channel", {"stars": 5}),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_a_code_joins_the_number_that_the_card_took_for_the_same_matter(calls: Calls) -> None:
    """What the answer refuses to show is done all the same: the person in line has the booked rank, and no second number."""
    slot = calls.town.slot()
    stop_the_clock(at("2026-03-11 09:05"))
    walk_in = ticket(calls, item="pension", person=PERSON, presented="read")["id"]
    stop_the_clock()
    made = calls("post", "/appointments", "channel", booking(slot)).json()
    stop_the_clock(at("2026-03-11 09:10"))

    first, again = (calls("post", "/halls/town/check-ins", "kiosk", {"code": made["qr"]}) for _ in range(2))

    assert [(each.status_code, each.json()["type"], each.json()["facts"]) for each in (first, again)] == [
        (409, "already-checked-in", {"declared": True})
    ] * 2
    number = Ticket.objects.get()
    assert (number.ref, number.kind, number.limit_key) == (walk_in, "booked", "")
    assert walk_in not in first.content.decode()


def test_checking_in_too_early_names_the_time_from_which_it_works(calls: Calls) -> None:
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()

    answer = calls("post", "/halls/town/check-ins", "kiosk", {"code": made["code"]})

    assert (answer.status_code, answer.json()["type"]) == (409, "too-early")
    assert answer.json()["next"] == "2026-03-11T08:45:00+08:00"


def test_a_channel_follows_the_ticket_of_its_own_appointment_only(calls: Calls) -> None:
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()
    stop_the_clock(at("2026-03-11 09:05"))
    ref = calls("post", "/halls/town/check-ins", "kiosk", {"code": made["code"]}).json()["id"]
    walk_in = ticket(calls, category="A")["id"]

    assert calls("get", f"/tickets/{ref}", "channel").status_code == 200
    assert calls("get", f"/tickets/{ref}", "other-channel").status_code == 404
    assert calls("get", f"/tickets/{walk_in}", "channel").status_code == 404
    assert calls("get", f"/tickets/{ref}", "other-kiosk").status_code == 404


def test_calling_gives_the_next_number_and_204_when_nobody_waits(calls: Calls) -> None:
    waiting = ticket(calls, category="A")
    signed_in = calls("post", "/windows/town-01/sign-in", "desk")

    first = calls("post", "/windows/town-01/calls", "desk")
    busy = calls("post", "/windows/town-01/calls", "desk")
    calls("post", "/windows/town-02/sign-in", "second-desk")
    nobody = calls("post", "/windows/town-02/calls", "second-desk")

    assert (signed_in.status_code, signed_in.json()) == (200, {"window": "town-01", "state": "idle"})
    assert (first.status_code, first.json()["id"], first.json()["state"]) == (201, waiting["id"], "called")
    assert first.json()["called_to"] == "01"
    assert (busy.status_code, busy.json()["type"]) == (409, "window-busy")
    assert (nobody.status_code, nobody.content) == (204, b"")


def test_a_restarted_clerks_client_finds_the_number_it_was_at(calls: Calls) -> None:
    waiting = ticket(calls, category="A")
    calls("post", "/windows/town-01/sign-in", "desk")
    before = calls("get", "/windows/town-01", "desk")
    calls("post", "/windows/town-01/calls", "desk")

    after = calls("get", "/windows/town-01", "desk")

    assert (before.json()["state"], before.json()["ticket"]) == ("idle", None)
    assert (after.json()["state"], after.json()["ticket"]["id"]) == ("called", waiting["id"])


def test_a_window_is_worked_by_whoever_is_signed_in_there(calls: Calls) -> None:
    before = calls("post", "/windows/town-01/calls", "desk")
    calls("post", "/windows/town-01/sign-in", "desk")
    taken = calls("post", "/windows/town-01/sign-in", "second-desk")
    elsewhere = calls("post", "/windows/town-02/pause", "desk", {"reason": "打印机卡纸"})

    assert (before.status_code, before.json()["type"]) == (409, "not-signed-in")
    assert (taken.status_code, taken.json()["type"]) == (409, "window-taken")
    assert (elsewhere.status_code, elsewhere.json()["type"]) == (409, "not-signed-in")


def test_a_paused_window_resumes_and_signs_out(calls: Calls) -> None:
    calls("post", "/windows/town-01/sign-in", "desk")

    paused = calls("post", "/windows/town-01/pause", "desk", {"reason": "午餐"}).json()
    resumed = calls("post", "/windows/town-01/resume", "desk").json()
    closed = calls("post", "/windows/town-01/sign-out", "desk").json()

    assert [paused["state"], resumed["state"], closed["state"]] == ["paused", "idle", "closed"]


def test_a_called_ticket_is_recalled_started_held_resumed_and_finished(calls: Calls) -> None:
    ref = called(calls)

    states = [
        (step, calls("post", f"/tickets/{ref}/{step}", "desk").json()["state"])
        for step in ("recall", "start", "hold", "resume", "finish")
    ]

    assert states == [
        ("recall", "called"), ("start", "serving"), ("hold", "held"), ("resume", "serving"), ("finish", "finished"),
    ]  # fmt: skip


def test_a_step_out_of_turn_is_wrong_state(calls: Calls) -> None:
    ref = called(calls)

    answer = calls("post", f"/tickets/{ref}/finish", "desk")

    assert (answer.status_code, answer.json()["type"]) == (409, "wrong-state")
    assert Ticket.objects.get(ref=ref).state == "called"


def test_a_missed_number_comes_back_by_the_kiosk(calls: Calls) -> None:
    ref = called(calls)
    missed = calls("post", f"/tickets/{ref}/miss", "desk")

    back = calls("post", f"/tickets/{ref}/reinstate", "kiosk")

    assert (missed.status_code, back.status_code) == (200, 200)
    assert back.json()["state"] == "waiting"


def test_a_ticket_is_transferred_to_another_category_of_the_hall(calls: Calls) -> None:
    ref = called(calls)
    calls("post", f"/tickets/{ref}/start", "desk")

    answer = calls("post", f"/tickets/{ref}/transfer", "desk", {"category": "B", "why": "要先改户口"})

    assert answer.status_code == 200, answer.content
    assert (answer.json()["category"]["code"], answer.json()["state"]) == ("B", "waiting")


def test_a_visit_is_rated_once_with_one_follow_up(calls: Calls) -> None:
    ref = called(calls)
    for step in ("start", "finish"):
        calls("post", f"/tickets/{ref}/{step}", "desk")

    answers = [
        calls("post", f"/tickets/{ref}/rating", "kiosk", {"stars": stars, "tags": ["quick"], "text": "很快"})
        for stars in (5, 4, 3)
    ]

    assert [a.status_code for a in answers] == [201, 201, 409]
    assert [a.json().get("follow_up") for a in answers] == [False, True, None]
    assert answers[2].json()["type"] == "already-rated"


def test_the_clerk_at_the_window_sees_the_person_and_nobody_else_does(calls: Calls) -> None:
    ref = called(calls, item="pension", person=PERSON)

    at_the_window = calls("get", f"/tickets/{ref}", "desk").json()["person"]
    others = [calls("get", f"/tickets/{ref}", key) for key in ("kiosk", "second-desk", "manage")]
    calls("post", f"/tickets/{ref}/start", "desk")
    calls("post", f"/tickets/{ref}/finish", "desk")
    afterwards = calls("get", f"/tickets/{ref}", "desk").json()["person"]

    assert at_the_window["name"] == "张三丰"
    assert at_the_window["id_number"] == "1101**********002X"
    assert at_the_window["phone"] == "+8613800138000"
    assert [other.json()["person"] for other in others] == [None, None, None]
    assert afterwards is None


def test_no_answer_shows_a_whole_name_number_or_phone_but_the_window_s(calls: Calls) -> None:
    made = calls("post", "/appointments", "channel", booking(calls.town.slot()))
    code = made.json()["code"]
    ref = ticket(calls, item="medical", person=PERSON)["id"]

    shown = [
        made,
        calls("get", f"/appointments/{code}", "kiosk"),
        calls("get", f"/tickets/{ref}", "kiosk"),
        calls("get", f"/tickets/{ref}", "desk"),
        calls("get", "/halls/town/live", "read"),
        calls("post", "/appointments", "channel", booking(calls.town.slot(starts=at("2026-03-11 10:00")))),
        calls("delete", f"/appointments/{code}", "channel"),
    ]

    for answer in shown:
        text = answer.content.decode()
        assert [PERSON["name"] in text, PERSON["id_number"] in text, "13800138000" in text] == [False, False, False]


def test_the_line_counts_who_waits_and_who_is_served(calls: Calls) -> None:
    called(calls)
    ticket(calls, category="B")

    live = calls("get", "/halls/town/live", "read").json()

    assert (live["waiting"], live["serving"]) in ((1, 0), (1, 1))
    assert [(c["code"], c["waiting"]) for c in live["categories"]] == [("A", 0), ("B", 1)]
    assert [w["state"] for w in live["windows"]] == ["called", "closed", "closed"]
    assert live["version"] > 0


def test_a_finish_has_an_outcome_and_is_taken_back(calls: Calls) -> None:
    ref = called(calls)
    calls("post", f"/tickets/{ref}/start", "desk")

    no_reason = calls("post", f"/tickets/{ref}/finish", "desk", {"outcome": "refused"})
    unknown = calls("post", f"/tickets/{ref}/finish", "desk", {"outcome": "lunch"})
    ended = calls("post", f"/tickets/{ref}/finish", "desk", {"outcome": "paper_missing"})
    outcome = Ticket.objects.get(ref=ref).outcome
    undone = calls("post", f"/tickets/{ref}/undo", "desk")

    assert [a.status_code for a in (no_reason, unknown, ended, undone)] == [422, 422, 200, 200]
    assert (outcome, undone.json()["state"], Ticket.objects.get(ref=ref).outcome) == ("paper_missing", "serving", "")
    assert [each.json()["outcome"] for each in (ended, undone)] == ["paper_missing", None]


def test_a_wrong_person_is_found_and_turned_away(calls: Calls) -> None:
    ref = called(calls, category="A", person=PERSON)

    compared = calls("post", f"/tickets/{ref}/identity", "desk", {"ok": False})
    started = calls("post", f"/tickets/{ref}/start", "desk")
    away = calls("post", f"/tickets/{ref}/turn-away", "desk", {"reason": "非本人"})

    assert (compared.status_code, started.json()["type"], away.json()["state"]) == (
        200,
        "identity-mismatch",
        "finished",
    )


def test_a_window_passes_a_number_by_and_names_a_matter(calls: Calls) -> None:
    first, second = ticket(calls), ticket(calls)
    calls("post", "/windows/town-01/sign-in", "desk")
    calls("post", "/windows/town-02/sign-in", "second-desk")

    calls("post", f"/tickets/{first['id']}/skip", "desk", {"reason": "要双人办理"})
    here = calls("post", "/windows/town-01/calls", "desk").json()
    named = calls("post", f"/tickets/{here['id']}/matter", "desk", {"item": "pension"}).json()

    assert (here["id"], named["item"]["code"]) == (second["id"], "pension")


def test_a_number_is_put_off_taken_back_and_given_up(calls: Calls) -> None:
    mine = ticket(calls)["id"]

    steps = [calls("post", f"/tickets/{mine}/{step}", "kiosk").json()["state"] for step in ("late", "return", "leave")]
    again = calls("post", f"/tickets/{mine}/return", "kiosk")

    assert steps == ["parked", "waiting", "left"]
    assert (again.status_code, again.json()["type"]) == (409, "wrong-state")


def test_a_desk_gives_nobodys_number_up(calls: Calls) -> None:
    mine = ticket(calls)["id"]

    assert calls("post", f"/tickets/{mine}/leave", "desk").status_code == 403
    assert Ticket.objects.get(ref=mine).state == "waiting"


def test_a_ticket_says_until_when_its_person_may_walk_off(calls: Calls) -> None:
    called(calls)  # a window is at work
    for _ in range(12):
        last = ticket(calls)["id"]

    seen = calls("get", f"/tickets/{last}", "kiosk").json()

    assert seen["walk_off_until"].endswith(":00+08:00")
    assert (seen["lane"], calls("get", f"/tickets/{ticket(calls)['id']}", "kiosk").json()["lane"]) == (None, None)


def test_only_a_lead_takes_over_or_overrides_and_says_where_the_number_was(calls: Calls) -> None:
    ref = called(calls, category="A", person=PERSON)
    calls("post", f"/tickets/{ref}/identity", "desk", {"ok": False})
    calls("post", "/windows/town-02/sign-in", "second-desk")
    taken = {"reason": "不舒服", "window": "town-01"}

    clerks = [
        calls("post", f"/tickets/{ref}/{verb}", "desk", body).json()["type"]
        for verb, body in (("take-over", taken), ("override", {"reason": "新证"}))
    ]
    elsewhere = calls("post", f"/tickets/{ref}/take-over", "second-desk", {**taken, "window": "town-03"})
    lead = calls("post", f"/tickets/{ref}/take-over", "second-desk", taken)
    overridden = calls("post", f"/tickets/{ref}/override", "second-desk", {"reason": "新证"})

    assert clerks == ["not-allowed", "not-allowed"]
    assert elsewhere.json()["type"] == "person-elsewhere"
    assert (lead.status_code, lead.json()["state"], Ticket.objects.get().window.number) == (200, "called", "02")
    assert (overridden.status_code, Ticket.objects.get().identity_ok) == (200, True)


def booked_at_nine(calls: Calls) -> str:
    made = calls("post", "/appointments", "channel", booking(calls.town.slot(starts=at("2026-03-11 09:00")))).json()
    stop_the_clock(at("2026-03-11 09:05"))
    return str(made["code"])


def test_a_slips_address_checks_in_as_the_kiosk_reads_it(calls: Calls) -> None:
    """A scanner types the whole address; without the key on the slip it opens nothing."""
    ref = calls("post", "/halls/town/check-ins", "kiosk", {"code": booked_at_nine(calls)}).json()["id"]
    address = f"https://banshi.example.org/t/{ref}"

    keyed = calls("post", "/halls/town/check-ins", "kiosk", {"code": f"{address}?k={rating_key(ref)}"})
    bare = calls("post", "/halls/town/check-ins", "kiosk", {"code": address})
    elsewhere = calls("post", "/halls/other/check-ins", "other-kiosk", {"code": f"{address}?k={rating_key(ref)}"})

    assert (keyed.status_code, keyed.json()["id"]) == (201, ref)
    # The person is at the wrong hall: a right that staff need there would be no help.
    assert (bare.status_code, elsewhere.status_code) == (404, 409)
    assert elsewhere.json()["type"] == "other-hall"


def test_the_address_in_a_bookings_message_checks_in(calls: Calls) -> None:
    code = booked_at_nine(calls)

    answer = calls("post", "/halls/town/check-ins", "kiosk", {"code": f"https://banshi.example.org/a/{code}?k=x"})

    assert (answer.status_code, Ticket.objects.get().appointment.code) == (201, code)
