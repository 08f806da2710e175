"""The office sees which systems are told, tests, repeats, changes the secret and turns off: of its own hall alone."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from banshi.rooms.hooks import actions
from banshi.rooms.hooks.models import Hook
from banshi.rooms.hooks.ports import Answered
from tests.rooms.hooks.conftest import key, listening
from tests.surfaces.office.editing import manager, office  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE

pytestmark = pytest.mark.django_db


def at(name, hook=None, **more):
    return reverse(f"office:{name}", kwargs={"hall": "town", **({"hook": hook.code} if hook else {}), **more})


def test_a_test_event_is_sent_and_how_it_went_stands_there(manager):  # noqa: F811
    hook = listening(key(hall="town"), url="https://hooks.example.com/in?token=abc")
    manager.post(at("hook_ping", hook))
    actions.send_due(now=TUESDAY_NINE, post=lambda *_, **__: Answered(500, "call 13800138000"))

    shown = manager.get(at("hook", hook)).content.decode()

    assert "HTTP 500" in shown
    assert "https://hooks.example.com/…" in shown
    assert [word for word in ("token=abc", "13800138000") if word in shown] == []


def test_a_new_secret_is_shown_once(manager):  # noqa: F811
    hook = listening(key(hall="town"))

    shown = manager.post(at("hook_secret", hook)).content.decode()

    (secret,) = re.findall(r"whsec_[\w+/=]+", shown)
    assert Hook.objects.get().secret == secret
    assert "whsec_" not in manager.get(at("hook", hook)).content.decode()


def test_it_is_turned_off_and_on_again(manager):  # noqa: F811
    hook = listening(key(hall="town"))

    states = []
    for act in ("off", "on"):
        manager.post(at("hook_turn", hook), {"act": act})
        states.append(Hook.objects.get().state)

    assert states == ["off", "on"]


def test_from_an_event_on_it_is_told_again(manager):  # noqa: F811
    hook = listening(key(hall="town"))
    event = actions.ping(code=hook.code, by=CITIZEN, now=TUESDAY_NINE)
    actions.send_due(now=TUESDAY_NINE, post=lambda *_, **__: Answered(204))

    manager.post(at("hook_replay", hook), {"event": event})

    assert hook.deliveries.get().state == "due"
    assert manager.post(at("hook_replay", hook), {"event": "evt_0"}).status_code == 404


def test_what_hears_of_other_halls_too_is_seen_and_not_touched(manager):  # noqa: F811
    city, others = listening(key(region="441900")), listening(key(hall="other"))

    assert manager.get(at("hook", city)).status_code == 200
    assert manager.post(at("hook_turn", city), {"act": "off"}).status_code == 403
    assert manager.get(at("hook", others)).status_code == 404
    assert Hook.objects.get(pk=city.pk).state == "on"


def test_one_that_was_turned_off_by_itself_is_a_thing_to_do(manager):  # noqa: F811
    listening(key(hall="town"))
    Hook.objects.update(state="off", why="failing")

    assert at("hooks") in manager.get(reverse("office:overview", kwargs={"hall": "town"})).content.decode()
