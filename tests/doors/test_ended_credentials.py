"""Whatever opens a door, once it has ended, opens none: page, API, lane and stream, through the application that serves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.journeys.person import sign_in
from banshi.kernel import cards
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices import queries as known
from banshi.rooms.devices.models import Device
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import create_key
from banshi.rooms.identity.models import Account, ApiKey
from banshi.surfaces.api import keys as remembered
from tests.doors.conftest import Asgi
from tests.surfaces.api.conftest import booking, open_all_day, stop_the_clock
from tests.town import CLERK, TUESDAY_NINE, Town

PHONE = "13800138000"


@dataclass
class Ground:
    town: Town
    asgi: Asgi
    secret: str = ""
    device: Device | None = None
    browser: Any = None

    def asked(self, method: str, path: str, body: Any = None) -> int:
        content = b"" if body is None else json.dumps(body).encode()
        remembered.forget()  # what the hub does when the database says that rights changed (test_rights.py)
        return self.asgi(method, path, content, Authorization=f"Bearer {self.secret}").status


@pytest.fixture
def ground(asgi: Asgi, committed_town: Town) -> Ground:
    stop_the_clock()
    open_all_day(committed_town)
    return Ground(committed_town, asgi)


# --- Keys: API, lane, stream ---------------------------------------------------------------------------------------------


def _key(scope: str) -> Callable[[Ground], None]:
    def give(ground: Ground) -> None:
        bound: dict[str, Any] = {"hall": "town"} if scope in ("kiosk", "manage", "desk") else {}
        if scope == "desk":
            bound["staff"] = ground.town.clerk
        ground.secret = create_key(name=scope, scope=scope, now=TUESDAY_NINE, **bound)

    return give


def _kiosks_own_key(ground: Ground) -> None:
    ground.device = Device.objects.create(hall=ground.town.hall, code="k-1", kind="kiosk", name="一号机")
    ground.secret = create_key(name="k-1", scope="kiosk", hall="town", device="k-1", now=TUESDAY_NINE)


def _revoked(ground: Ground) -> None:
    assert identity.revoke_key(key_id=ApiKey.objects.get().pk, by=CLERK, now=TUESDAY_NINE)


def _deactivated(ground: Ground) -> None:
    identity.set_active(staff=ground.town.clerk, active=False, by=CLERK, now=TUESDAY_NINE)


def _password_known_to_others(ground: Ground) -> None:
    identity.reset_password(staff=ground.town.clerk, password="somebody-knows-it", by=CLERK, now=TUESDAY_NINE)


def _retired(ground: Ground) -> None:
    devices.retire(code="k-1", by=CLERK, now=TUESDAY_NINE)


def _retired_and_brought_back(ground: Ground) -> None:
    devices.retire(code="k-1", by=CLERK, now=TUESDAY_NINE)
    devices.bring_back(code="k-1", by=CLERK, now=TUESDAY_NINE)


def _paired_anew(ground: Ground) -> None:
    devices.new_secret(code="k-1", by=CLERK, now=TUESDAY_NINE)


@pytest.mark.parametrize(
    ("give", "end"),
    [
        *((_key(scope), _revoked) for scope in ("channel", "kiosk", "desk", "manage", "read", "demo")),
        (_key("desk"), _deactivated),
        (_key("desk"), _password_known_to_others),
        (_kiosks_own_key, _revoked),
        (_kiosks_own_key, _retired),
        (_kiosks_own_key, _retired_and_brought_back),
        (_kiosks_own_key, _paired_anew),
    ],
)
def test_a_key_that_ended_is_nobodys_at_every_door(ground: Ground, give: Any, end: Callable[[Ground], None]) -> None:
    give(ground)
    slot = ground.town.slot()
    doors: list[tuple[str, str, Any]] = [
        ("GET", "/api/v1/halls", None),
        ("GET", "/api/v1/halls/town/live", None),
        ("POST", "/api/v1/appointments", booking(slot)),  # the lanes
        ("POST", "/api/v1/halls/town/tickets", {"category": "A"}),
        ("POST", "/api/v1/windows/town-01/calls", None),
        ("GET", "/live/halls/town", None),
    ]
    before = ground.asked("GET", "/api/v1/halls")

    end(ground)

    assert before == 200
    assert {path: ground.asked(method, path, body) for method, path, body in doors} == {
        path: 401 for _, path, _ in doors
    }


def test_the_key_of_another_machine_works_on(ground: Ground) -> None:
    _kiosks_own_key(ground)
    create_key(name="k-2", scope="kiosk", hall="town", device="k-2", now=TUESDAY_NINE, secret="bs_kiosk_of-the-other")

    _retired(ground)
    ground.secret = "bs_kiosk_of-the-other"

    assert ground.asked("POST", "/api/v1/halls/town/tickets", {"category": "A"}) == 201


# --- What a paired machine holds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [_retired, _retired_and_brought_back, _paired_anew])
def test_cookie_pairing_secret_and_reader_of_a_machine_end_together(
    town: Town, settings: Any, end: Callable[[Any], None]
) -> None:
    settings.PRODUCTION = True
    device = Device.objects.create(hall=town.hall, code="k-1", kind="kiosk", name="一号机")
    secret = devices.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    machine = Client()
    assert machine.post("/kiosk/town/pair", {"code": "k-1", "secret": secret}).status_code == 302
    before = machine.get("/kiosk/town/").status_code
    reader = known.secret_hash("reader", secret)
    said = f"{cards.MARK}|{int(clock.wall().timestamp())}|11010519491231002X|张三|"
    signed = f"{said}|{cards.sign(said, key=reader)}"

    end(None)
    device.refresh_from_db()
    again = Client().post("/kiosk/town/pair", {"code": "k-1", "secret": secret}).status_code
    heard = machine.post("/screens/heartbeat", {}, content_type="application/json").json()

    assert (before, machine.get("/kiosk/town/").status_code in (302, 410), again) == (200, True, 409)
    assert heard["known"] is False
    assert cards.card_of(signed, key=device.reader_key, now=clock.wall()) is None
    for path in ("check-in", "look-up", "phone", "confirm"):
        assert machine.post(f"/kiosk/town/{path}", {"chip": signed}).status_code in (302, 410)


# --- Sessions ------------------------------------------------------------------------------------------------------------


def _staff(ground: Ground) -> None:
    ground.browser = Client()
    ground.browser.post("/staff/sign-in", {"login": "clerk", "password": "town-password"})


def _roles_ended(ground: Ground) -> None:
    identity.end_role(role_id=ground.town.clerk.roles.get().pk, by=CLERK, now=TUESDAY_NINE)


@pytest.mark.parametrize(
    ("end", "answer"),
    [(_deactivated, "/staff/sign-in"), (_password_known_to_others, "/staff/"), (_roles_ended, 403)],
)
def test_the_session_of_a_clerk_who_left_opens_no_page(
    town: Town, end: Callable[[Any], None], answer: str | int
) -> None:
    stop_the_clock()
    ground = Ground(town, None)  # type: ignore[arg-type]
    _staff(ground)
    pages = ("/desk/", "/office/town/live", "/office/town/appointments/")
    before = ground.browser.get("/desk/").status_code

    end(ground)

    assert before in (200, 302)
    for path in pages:
        got = ground.browser.get(path)
        where = got.get("Location", "")
        assert (got.status_code == answer) if isinstance(answer, int) else where.startswith(answer), (
            path,
            got.status_code,
        )
        assert ground.browser.post(path).status_code != 200


def _citizen(phone: str) -> Client:
    browser = Client()
    account = Account.objects.get(phone=phone) if Account.objects.filter(phone=phone).exists() else None
    if account is None:
        account = Account.objects.create(phone=phone, phone_index=phone[-8:], created_at=TUESDAY_NINE)
    session = browser.session
    session["account"], session["epoch"] = account.pk, account.epoch
    session.save()
    return browser


@pytest.mark.parametrize("end", ["signed out everywhere", "the number changed"])
def test_the_session_of_a_citizen_who_ended_it_elsewhere_opens_nothing(town: Town, end: str) -> None:
    stop_the_clock()
    browser = _citizen("+8613800138000")
    account = Account.objects.get()
    by = Actor(ActorKind.CITIZEN, str(account.pk))
    before = browser.get("/me/").status_code

    if end == "signed out everywhere":
        identity.sign_out_everywhere(account_id=account.pk, by=by, now=TUESDAY_NINE)
    else:
        identity.change_number(account_id=account.pk, phone="+8613900139000", by=by, now=TUESDAY_NINE)
    from banshi.foundation.memory import forget_everything

    forget_everything()  # sessions are believed for three seconds

    assert before == 200
    for path in ("/me/", "/appointments/"):
        got = browser.get(path)
        assert got.status_code in (302, 200), path
        assert got.status_code == 302 or "/sign-in" in got.content.decode(), path


# --- Who acts for others -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["suspended", "mandate ended", "mandate over"])
def test_an_agent_whose_mandate_or_registration_ended_books_for_no_client(town: Town, end: str) -> None:
    from tests.agents import agent
    from tests.rooms.booking.test_agents import books, mandate

    one, slot = agent(), town.slot(quota=9)
    given = mandate(one, town, 1, valid_until=TUESDAY_NINE.date() + timedelta(days=30))
    if end == "suspended":
        identity.suspend_agent(agent_id=one.pk, by=CLERK, now=TUESDAY_NINE)
        # An account like any other from now on: what it books is declared, and counts as its own.
        assert books(town, one, slot, 1) == "done"
        assert slot.appointment_set.get().limit_key == f"account:{one.account_id}"
        return
    if end == "mandate ended":
        identity.end_mandate(mandate_id=given.pk, by=CLERK, now=TUESDAY_NINE)
    else:
        type(given).objects.filter(pk=given.pk).update(valid_until=TUESDAY_NINE.date() - timedelta(days=1))

    assert books(town, one, slot, 1) == "mandate-missing"


def test_a_code_that_was_used_or_asked_anew_signs_nobody_in(town: Town) -> None:
    stop_the_clock()
    sign_in.ask_code(phone=PHONE, language="zh-hans", now=TUESDAY_NINE)
    first = _code()
    sign_in.enter(phone=PHONE, code=first, now=TUESDAY_NINE)

    with pytest.raises(Refused) as used:
        sign_in.enter(phone=PHONE, code=first, now=TUESDAY_NINE)

    assert used.value.slug == "code-wrong"


def _code() -> str:
    from banshi.rooms.messaging.models import Message

    return str(json.loads(Message.objects.filter(key="code").latest("id").sealed or "{}")["code"])
