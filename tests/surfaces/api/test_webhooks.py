"""A system registers where it is told, sees how it goes, and has things told again; it sees nobody else's."""

from __future__ import annotations

import json

import pytest
from openapi_spec_validator import validate

from banshi.rooms.hooks import actions
from banshi.rooms.hooks.ports import Answered
from banshi.surfaces.api.api import api
from tests.surfaces.api.conftest import Calls, booking
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/in"


def made(calls: Calls, key: str = "channel", **body: object):
    return calls("post", "/webhooks", key, {"url": URL, **body})


def told(status: int = 204) -> int:
    actions.gather(now=TUESDAY_NINE)
    return actions.send_due(now=TUESDAY_NINE, post=lambda *_, **__: Answered(status))


def test_a_channel_is_told_of_its_booking_sees_how_and_has_it_told_again(calls: Calls) -> None:
    hook = made(calls).json()
    code = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()["code"]
    told()

    (delivery,) = calls("get", f"/webhooks/{hook['id']}/deliveries", "channel").json()["data"]
    again = calls("post", f"/webhooks/{hook['id']}/replay", "channel", {"from": delivery["event"]}).json()

    assert hook["secret"].startswith("whsec_")
    assert (delivery["type"], delivery["subject"]) == ("appointment.booked", f"appointment:{code}")
    assert (delivery["state"], delivery["attempts"][0]["status"]) == ("sent", 204)
    assert (again, told()) == ({"events": 1}, 1)


def test_the_secret_is_shown_when_it_is_made_and_never_again(calls: Calls) -> None:
    first = made(calls, "manage").json()

    changed = calls("post", f"/webhooks/{first['id']}/secret", "manage").json()
    shown = calls("get", f"/webhooks/{first['id']}", "manage").json()

    assert changed["secret"] != first["secret"]
    assert shown["both_secrets_until"] is not None
    assert "secret" not in shown


def test_another_key_sees_none_of_it(calls: Calls) -> None:
    hook = made(calls).json()["id"]
    for method, path in (("get", ""), ("delete", ""), ("post", "/ping"), ("post", "/secret"), ("get", "/deliveries")):
        answer = calls(method, f"/webhooks/{hook}{path}", "other-channel")

        assert (answer.status_code, answer.json()["type"]) == (404, "nothing-found")
    assert calls("get", "/webhooks", "other-channel").json()["data"] == []


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ({"url": "http://hooks.example.com/"}, 422, "address-not-allowed"),
        ({"url": "https://10.0.0.1/"}, 422, "address-not-allowed"),
        ({"types": ["person.*"]}, 422, "invalid"),
        ({"hall": "other"}, 403, "not-your-hall"),
    ],
)
def test_what_cannot_be_registered(calls: Calls, body: dict[str, object], status: int, slug: str) -> None:
    answer = made(calls, "manage", **body)

    assert (answer.status_code, answer.json()["type"]) == (status, slug)


def test_what_is_ended_is_not_listed_and_told_nothing(calls: Calls) -> None:
    hook = made(calls).json()["id"]
    calls("post", f"/webhooks/{hook}/ping", "channel")

    ended = calls("delete", f"/webhooks/{hook}", "channel").json()

    assert ended["state"] == "ended"
    assert calls("get", "/webhooks", "channel").json()["data"] == []
    assert told() == 0


def test_the_document_says_what_is_sent() -> None:
    document = api.get_openapi_schema(path_prefix="/api/v1/")

    validate(json.loads(json.dumps(document)))
    assert list(document["webhooks"]) == ["event"]
