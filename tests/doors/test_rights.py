"""Operation × key × hall, through the application that really serves: lanes, views and streams answer alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import ApiKey, Staff
from banshi.surfaces.api import keys as remembered
from banshi.surfaces.api.keys import SCOPES_OF
from tests.doors.conftest import Asgi, Reply, scope_of
from tests.surfaces.api.conftest import SCOPES, booking, keys_of, open_all_day, stop_the_clock
from tests.surfaces.api.test_rights import ENDPOINTS
from tests.town import CLERK, TUESDAY_NINE, Town

# What names no hall by itself: its rows are filtered, or hidden as if they were not there.
WITHOUT_HALL = {
    "list_halls", "list_items", "get_item", "get_item_guide", "get_item_quota", "get_form_schema", "guide_item", "when", "book",
    "list_notices", "get_clock",
    "set_clock", "get_crowd", "set_crowd", *(name for name in SCOPES_OF if "appointment" in name),
    *(n for n in SCOPES_OF if n.endswith("_ticket")),
    "list_cases", "look_into_library", "enter_certificate", "worklist", "list_answers", "make_form",
    "get_cabinet", "drop_papers", "pick_up", "pick_up_taken", "pick_up_shut", "list_deliveries",
    "heartbeat", "get_fleet", "get_zone", "enter_zone", "left_zone", "begin_kiosk_session", "show_face", "show_code",
    "end_kiosk_session", "print_own", "begin_at_machine", "vouch_at_machine",
    "fetch_orders", "order_ended", "numbers_ahead", "offline_numbers",
    *(n for n in SCOPES_OF if "bundle" in n or "webhook" in n),
} - {"issue_ticket"}  # fmt: skip


@pytest.fixture
def keys(committed_town: Town) -> dict[str, str]:
    stop_the_clock()
    open_all_day(committed_town)
    remembered.forget()
    bound = {
        "other-channel": create_key(name="c", scope="channel", hall="other", now=TUESDAY_NINE),
        "own-channel": create_key(name="c", scope="channel", hall="town", now=TUESDAY_NINE),
    }
    return {**keys_of(committed_town), **bound}


@pytest.fixture
def ask(asgi: Asgi, keys: dict[str, str]) -> Any:
    def call(name: str, key: str, **more: Any) -> Reply:
        method, path, body = ENDPOINTS[name]
        content = b"" if body is None else json.dumps(body).encode()
        return asgi(method, f"/api/v1{path}", content, Authorization=f"Bearer {keys.get(key, key)}", **more)

    return call


def what(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.json()["type"] if reply.status >= 400 else ""


def test_each_operation_is_for_its_scopes(ask: Any) -> None:
    answers = {
        (name, scope): ask(name, scope).status
        for name in ENDPOINTS
        for scope in SCOPES
        if name != "visits" or scope not in SCOPES_OF[name]
    }

    assert {each for each, status in answers.items() if status == 403} == {
        (name, scope) for name in ENDPOINTS for scope in SCOPES if SCOPES_OF[name] and scope not in SCOPES_OF[name]
    }
    unheard = {each for each, status in answers.items() if status in (0, 401) or status >= 500}
    assert unheard == {
        (name, scope) for name in ("till_callback", "courier_callback") for scope in SCOPES
    }  # which is signed, whatever key comes with it


@pytest.mark.parametrize(("name", "key"), [("book", "channel"), ("issue_ticket", "kiosk"), ("call_next", "desk")])
def test_there_is_one_way_to_the_busiest_writes(
    asgi: Asgi, ask: Any, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str, key: str
) -> None:
    """The views that describe them to ninja are asked nothing, whatever stands in the address."""

    async def not_there(*_: Any) -> None:
        raise AssertionError("a view was asked")

    monkeypatch.setattr(asgi.app.pages, "answer", not_there)
    long = ENDPOINTS[name][1].replace("town", "t" * 300)
    there = asgi("post", f"/api/v1{long}", b"{}", Authorization=f"Bearer {keys[key]}")

    assert (ask(name, key).status >= 500, there.status) == (False, 422 if name in ("book", "issue_ticket") else 404)


@pytest.mark.parametrize("scope", ["channel", "kiosk", "desk", "manage", "read"])
def test_a_key_of_another_hall_does_nothing_here(ask: Any, scope: str) -> None:
    names = [name for name in ENDPOINTS if scope in SCOPES_OF[name] and name not in WITHOUT_HALL]

    elsewhere = ("/agents/", "/mandates/", "/people/", "/guardians", "/cases/", "/documents/", "/enquiries/", "/hotline/orders/",
                 "/remote/sessions/NONE", "/library/imports", "/library/certificates/")  # fmt: skip
    hidden = {name for name in names if ENDPOINTS[name][1].startswith(elsewhere)}
    expected = {name: (404, "nothing-found") if name in hidden else (403, "not-your-hall") for name in names}
    if "put_part" in names:  # a part is no JSON, which is told before anything is looked for
        expected["put_part"] = (415, "unsupported-media-type")
    assert {name: what(ask(name, f"other-{scope}")) for name in names} == expected


def test_a_channel_of_one_hall_books_there_alone(asgi: Asgi, keys: dict[str, str], committed_town: Town) -> None:
    body = json.dumps(booking(committed_town.slot())).encode()

    elsewhere = asgi("post", "/api/v1/appointments", body, Authorization=f"Bearer {keys['other-channel']}")
    here = asgi("post", "/api/v1/appointments", body, Authorization=f"Bearer {keys['own-channel']}")

    assert (what(elsewhere), what(here)) == ((403, "not-your-hall"), (201, ""))


def test_lists_hold_only_the_halls_of_the_key(asgi: Asgi, keys: dict[str, str]) -> None:
    def halls(key: str) -> list[str]:
        listed = asgi("get", "/api/v1/halls", Authorization=f"Bearer {keys[key]}").json()
        return [hall["code"] for hall in listed["data"]]

    assert (halls("other-channel"), halls("channel")) == (["other"], ["town", "other"])


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("other-read", (403, "not-your-hall")),
        ("other-channel", (403, "not-your-hall")),
        ("demo", (403, "not-allowed")),
        ("bs_read_nonsense", (401, "unauthenticated")),
        ("\xff", (401, "unauthenticated")),
    ],
)
def test_a_stream_asks_as_the_api_does(asgi: Asgi, keys: dict[str, str], key: str, answer: tuple[int, str]) -> None:
    assert what(asgi("get", "/live/halls/town", Authorization=f"Bearer {keys.get(key, key)}")) == answer


def test_a_stream_of_its_own_hall_opens(asgi: Asgi, keys: dict[str, str]) -> None:
    reply = asgi("get", "/live/halls/town", Authorization=f"Bearer {keys['kiosk']}")

    assert (reply.status, reply.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


DEADS = ["deactivated", "revoked", "password to be changed"]


@pytest.mark.parametrize("why", DEADS)
def test_the_key_of_somebody_who_left_opens_nothing(ask: Any, committed_town: Town, why: str) -> None:
    if why == "deactivated":
        identity.set_active(staff=committed_town.clerk, active=False, by=CLERK, now=TUESDAY_NINE)
    elif why == "password to be changed":
        identity.reset_password(staff=committed_town.clerk, password="somebody-knows-it", by=CLERK, now=TUESDAY_NINE)
    else:
        key_id = ApiKey.objects.get(staff=committed_town.clerk).pk
        identity.revoke_key(key_id=key_id, by=CLERK, now=TUESDAY_NINE)

    names = [name for name in ENDPOINTS if SCOPES_OF[name]]
    assert {name: what(ask(name, "desk")) for name in names} == dict.fromkeys(names, (401, "unauthenticated"))


def test_the_key_of_a_clerk_whose_role_here_ended_reaches_no_hall(ask: Any, committed_town: Town) -> None:
    identity.end_role(role_id=committed_town.clerk.roles.get().pk, by=CLERK, now=TUESDAY_NINE)
    names = [name for name in ENDPOINTS if "desk" in SCOPES_OF[name] and name not in WITHOUT_HALL]

    assert {name: what(ask(name, "desk")) for name in names} == dict.fromkeys(names, (403, "not-your-hall"))


@pytest.mark.race
@pytest.mark.parametrize("why", ["deactivated", "role ended", "revoked"])
def test_a_web_process_that_knows_the_key_hears_of_its_end_at_once(
    asgi: Asgi, ask: Any, committed_town: Town, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    import asyncio

    monkeypatch.setattr(remembered, "REMEMBERED_S", 3600.0)
    heard = asyncio.Event()

    def forget() -> None:
        remembered.forget()
        heard.set()

    hub = asgi.loop.run_until_complete(asgi.app._hub())
    hub.rights_changed = forget
    asgi.loop.run_until_complete(asyncio.wait_for(heard.wait(), 20))  # it listens
    heard.clear()
    assert ask("call_next", "desk").status == 409  # known now: nobody is signed in at the window

    if why == "deactivated":
        Staff.objects.filter(pk=committed_town.clerk.pk).update(is_active=False)
    elif why == "revoked":
        ApiKey.objects.filter(staff=committed_town.clerk).update(revoked_at=TUESDAY_NINE)
    else:
        committed_town.clerk.roles.update(ended_at=TUESDAY_NINE)
    asgi.loop.run_until_complete(asyncio.wait_for(heard.wait(), 20))

    assert ask("call_next", "desk").status == (403 if why == "role ended" else 401)


@pytest.mark.race
@pytest.mark.parametrize("why", DEADS)
def test_an_open_stream_ends_with_the_right_to_watch(
    asgi: Asgi, keys: dict[str, str], committed_town: Town, why: str
) -> None:
    """The clerk's stream ends; the wall beside it, which needs no key, stays open."""
    import asyncio

    asgi.loop.run_until_complete(asgi.app._hub())
    staff = committed_town.clerk

    async def watch(began: asyncio.Event, **headers: str) -> None:
        async def send(message: dict[str, Any]) -> None:
            if message.get("body"):
                began.set()

        await asgi.app(scope_of("GET", "/live/halls/town", headers), asyncio.Event().wait, send)

    async def story() -> tuple[bool, bool]:
        clerks, walls = asyncio.Event(), asyncio.Event()
        stream = asyncio.create_task(watch(clerks, Authorization=f"Bearer {keys['desk']}"))
        wall = asyncio.create_task(watch(walls))
        await asyncio.wait_for(asyncio.gather(clerks.wait(), walls.wait()), 20)
        await asyncio.to_thread(end)
        await asyncio.wait_for(stream, 20)
        still_open = not wall.done()
        wall.cancel()
        return stream.done(), still_open

    def end() -> None:
        from django.db import connections

        if why == "deactivated":
            Staff.objects.filter(pk=staff.pk).update(is_active=False)
        elif why == "password to be changed":
            Staff.objects.filter(pk=staff.pk).update(must_change_password=True)
        else:
            ApiKey.objects.filter(staff=staff).update(revoked_at=TUESDAY_NINE)
        connections.close_all()

    assert asgi.loop.run_until_complete(story()) == (True, True)
