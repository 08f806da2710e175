"""Figures, notices, and the demo's clock and crowd."""

from __future__ import annotations

from datetime import timedelta

import pytest

from banshi.foundation import clock, demo
from banshi.foundation.models import Event
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging.models import Message
from tests.surfaces.api.conftest import PERSON, Calls, booking
from tests.town import TUESDAY_NINE, at


def serve_one(calls: Calls, category: str) -> str:
    calls("post", "/halls/town/tickets", "kiosk", {"category": category})
    ref: str = calls("post", "/windows/town-01/calls", "desk").json()["id"]
    for step in ("start", "finish"):
        calls("post", f"/tickets/{ref}/{step}", "desk")
    return ref


def test_figures_count_visits_and_rows_add_up_to_the_total(calls: Calls) -> None:
    calls("post", "/windows/town-01/sign-in", "desk")
    ref = serve_one(calls, "A")
    serve_one(calls, "B")
    calls("post", f"/tickets/{ref}/rating", "kiosk", {"stars": 4})
    calls("post", "/halls/town/tickets", "kiosk", {"category": "A"})

    figures = calls("get", "/stats/visits?hall=town&by=category", "read").json()

    rows = {row["code"].split("-")[-1]: row for row in figures["data"]}
    counts = ("visits", "served", "open", "ratings")
    assert [figures["total"][count] for count in counts] == [3, 2, 1, 1]
    assert [sum(row[count] for row in figures["data"]) for count in counts] == [3, 2, 1, 1]
    assert {code: row["tickets"] for code, row in rows.items() if row["tickets"]} == {"A": 2, "B": 1}
    assert figures["total"]["wait"] == {"mean": 0, "p50": 0, "p90": 0}
    assert figures["total"]["rating_mean"] == 4.0


def test_without_by_there_is_one_row_for_all_halls_of_the_key(calls: Calls) -> None:
    figures = calls("get", "/stats/visits?from=2026-03-01&to=2026-03-31", "other-read").json()

    assert figures["data"] == [figures["total"]]
    assert figures["total"]["visits"] == 0


def test_a_region_reaching_beyond_the_key_is_refused(calls: Calls) -> None:
    answer = calls("get", "/stats/visits?region=440000", "manage")

    assert (answer.status_code, answer.json()["type"]) == (403, "not-your-hall")


@pytest.mark.parametrize("query", ["by=staff", "hall=town&region=440000", "from=2024-01-01&to=2026-01-01"])
def test_figures_that_cannot_be_asked_for_are_invalid(calls: Calls, query: str) -> None:
    answer = calls("get", f"/stats/visits?{query}", "read")

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")


def test_what_was_sent_to_a_phone_is_found_by_its_number_as_people_write_it(calls: Calls) -> None:
    calls("post", "/appointments", "channel", booking(calls.town.slot()))
    calls("post", "/appointments", "channel", booking(calls.town.slot(starts=at("2026-03-12 09:00"))))

    notices = calls("get", "/notices?person=138%200013%208000&limit=1", "demo").json()
    later = calls("get", f"/notices?person=13800138000&limit=200&cursor={notices['next']}", "demo").json()

    assert set(notices["data"][0]) == {"channel", "text", "at", "status"}
    assert len(notices["data"] + later["data"]) == Message.objects.count() >= 2
    assert calls("get", "/notices?person=13900139000", "demo").json()["data"] == []
    assert calls("get", "/notices?person=12", "demo").json()["type"] == "phone-invalid"


def test_the_clock_is_read_set_and_sped_up_for_everybody(calls: Calls) -> None:
    before = calls("get", "/demo/clock", "demo").json()
    after = calls("put", "/demo/clock", "demo", {"now": "2026-03-11T08:00:00+08:00", "speed": 0}).json()

    assert before == {"now": "2026-03-10T09:00:00+08:00", "speed": 0.0}
    assert after == {"now": "2026-03-11T08:00:00+08:00", "speed": 0.0}
    assert clock.now() == TUESDAY_NINE + timedelta(hours=23)
    assert list(Event.objects.filter(topic="clock").values_list("hall", flat=True)) == ["*"]


def test_what_is_due_by_the_new_time_is_done_before_the_answer(calls: Calls) -> None:
    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]

    calls("put", "/demo/clock", "demo", {"now": "2026-03-11T10:00:00+08:00"})

    assert Appointment.objects.get(code=code).state == "no_show"
    assert calls("get", f"/appointments/{code}", "channel").json()["status"] == "no_show"


@pytest.mark.parametrize(
    "body",
    [{}, {"speed": -1}, {"speed": 601}, {"speed": "fast"}, {"speed": True}, {"now": "2026-03-11T10:00:00"}, {"now": 0},
     {"now": "0001-01-01T00:00:00Z"}, {"now": "2099-12-31T23:59:00-12:00"}, {"now": "2099-12-31T16:00:00Z"},
     {"now": "1999-12-31T15:59:00Z"}],
)  # fmt: skip
def test_a_clock_that_cannot_be_is_refused_and_stays(calls: Calls, body: dict[str, object]) -> None:
    answer = calls("put", "/demo/clock", "demo", body)

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")
    assert clock.now() == TUESDAY_NINE


def test_the_crowd_is_switched_on_in_some_halls_and_off_again(calls: Calls) -> None:
    states = [
        calls("put", "/demo/crowd", "demo", body).json()
        for body in ({"on": True}, {"on": False, "halls": ["other"]}, {"on": True, "halls": ["other"]}, {"on": False})
    ]

    assert states == [
        {"on": True, "halls": ["other", "town"]},
        {"on": True, "halls": ["town"]},
        {"on": True, "halls": ["other"]},
        {"on": False, "halls": []},
    ]
    assert demo.crowd_halls() == []
    assert calls("put", "/demo/crowd", "demo", {"on": True, "halls": ["nowhere"]}).status_code == 404


def test_a_persons_data_is_not_in_what_was_sent(calls: Calls) -> None:
    calls("post", "/appointments", "channel", booking(calls.town.slot()))

    text = calls("get", "/notices?person=13800138000", "demo").content.decode()

    assert [PERSON["name"] in text, PERSON["id_number"] in text] == [False, False]
