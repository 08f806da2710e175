"""The main job, end to end over real HTTP: book → check in → call → start → finish → rate, with the messages that go with it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import httpx
import pytest

from banshi.kernel.documents import generate_resident_id

pytestmark = pytest.mark.browser
ITEM = "id-card-renew"


def person(i: int) -> dict[str, str]:
    return {
        "name": f"试验{chr(0x4E00 + i)}",
        "id_type": "resident_id",
        "id_number": generate_resident_id("441900", date(1985, 5, 5), 100 + i),
        "phone": f"1381000{i:04d}",
    }


@pytest.fixture
def nancheng_item(installation: Any) -> str:
    """A bookable item of Nancheng."""
    with installation.api("channel") as api:
        rows = api.get("/items", params={"hall": "nancheng", "q": "身份证"}).raise_for_status().json()["data"]
    return str(rows[0]["code"])


def test_a_citizen_books_comes_is_served_and_rates(installation: Any, nancheng_item: str):
    installation.set_clock("2026-11-24T09:10:00+08:00", 0)
    someone = person(1)
    with installation.api("channel") as channel:
        slots = channel.get("/halls/nancheng/slots", params={"item": nancheng_item}).raise_for_status().json()["data"]
        slot = next(s for s in slots if s["bookable"])
        body = {"slot": slot["id"], "item": nancheng_item, "person": someone, "source": "app"}
        booked = channel.post("/appointments", json=body)
        assert booked.status_code == 201, booked.text
        code = booked.json()["code"]
        again = channel.post("/appointments", json=body)
        assert (again.status_code, again.json()["type"]) == (409, "limit-half-day")
    sent = installation.messages(someone["phone"], until=lambda rows: any(row["status"] == "sent" for row in rows))
    assert sum(row["status"] == "sent" for row in sent) >= 1

    installation.set_clock(slot["starts_at"])
    with installation.api("kiosk", "nancheng") as kiosk:
        ticket = kiosk.post("/halls/nancheng/check-ins", json={"code": code})
        assert ticket.status_code == 201, ticket.text
        ref, category = ticket.json()["id"], ticket.json()["category"]["code"]
        windows = kiosk.get("/halls/nancheng").raise_for_status().json()["windows"]
    window = next(each["code"] for each in windows if category in each["categories"])
    with installation.api("desk", window) as desk:
        assert desk.post(f"/windows/{window}/sign-in").status_code == 200
        called = desk.post(f"/windows/{window}/calls")
        assert (called.status_code, called.json()["id"], called.json()["called_to"]) == (
            201,
            ref,
            window.split("-")[-1],
        )
        assert desk.post(f"/tickets/{ref}/start").json()["state"] == "serving"
        assert desk.post(f"/tickets/{ref}/finish").json()["state"] == "finished"
        assert desk.post(f"/windows/{window}/calls").status_code == 204
        assert desk.post(f"/windows/{window}/sign-out").status_code == 200
    with installation.api("channel") as channel:
        assert channel.get(f"/appointments/{code}").json()["status"] == "served"
        rated = channel.post(f"/tickets/{ref}/rating", json={"stars": 5, "tags": []})
        assert rated.status_code in (200, 201), rated.text
    with installation.api("read") as read:
        day = slot["starts_at"][:10]
        figures = read.get("/stats/visits", params={"hall": "nancheng", "from": day, "to": day, "by": "day"})
        row = figures.raise_for_status().json()["data"][0]
        assert (row["served"], row["ratings"]["n"] if isinstance(row["ratings"], dict) else row["ratings"]) == (1, 1)


def test_a_phone_hears_of_its_call_over_sse(installation: Any):
    installation.set_clock("2026-11-25T09:30:00+08:00", 0)
    with installation.api("kiosk", "dongcheng") as kiosk:
        categories = kiosk.get("/halls/dongcheng").json()["categories"]
        ticket = kiosk.post("/halls/dongcheng/tickets", json={"category": categories[0]["code"]}).json()
    window = "dongcheng-05"
    with installation.api("desk", window) as desk:
        desk.post(f"/windows/{window}/sign-in").raise_for_status()
        states = []
        with httpx.stream(
            "GET", f"{installation.url}/live/tickets/{ticket['id']}", timeout=20, trust_env=False
        ) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:") and line != "data: {}":
                    state = json.loads(line[5:])
                    states.append(state["state"])
                    if state["state"] == "waiting" and len(states) == 1:
                        assert desk.post(f"/windows/{window}/calls").status_code == 201
                    if state["state"] == "called":
                        assert state["called_to"] == "05"
                        break
        desk.post(f"/tickets/{ticket['id']}/start")
        desk.post(f"/tickets/{ticket['id']}/finish")
        desk.post(f"/windows/{window}/sign-out")

    assert states[-1] == "called"
