"""Staff sign in: right, wrong, too often, and where they land."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity.models import Role, Staff
from tests.town import TUESDAY_NINE

WORDS = {"login": "manager", "password": "town-password"}


@pytest.fixture(autouse=True)
def no_time_passes(monkeypatch):
    """What a machine needs for a hundred passwords gives nobody a further try."""
    at = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: at)


@pytest.fixture
def client(town):
    cache.clear()
    return Client()


def test_a_manager_lands_in_the_office_and_it_is_on_record(client, town):
    answer = client.post("/staff/sign-in", WORDS)

    assert (answer.status_code, answer["Location"]) == (302, "/office/")
    assert Entry.objects.filter(action="signed-in", subject=f"staff:{town.manager.id}").count() == 1


def test_a_clerk_lands_at_the_desk(client):
    answer = client.post("/staff/sign-in", {**WORDS, "login": "clerk"})

    assert answer["Location"] == "/desk/"


def test_a_login_is_known_in_any_case(client):
    assert client.post("/staff/sign-in", {**WORDS, "login": " Manager "}).status_code == 302


@pytest.mark.parametrize(
    "words",
    [
        {"login": "manager", "password": "wrong"},
        {"login": "nobody", "password": "town-password"},
    ],
)
def test_a_wrong_login_and_a_wrong_password_read_the_same(client, words):
    answer = client.post("/staff/sign-in", words)

    assert answer.status_code == 422
    assert answer.context["wrong"] == "登录名或密码不对。"


def test_who_was_deactivated_reads_the_same_as_a_wrong_password(client, town):
    Staff.objects.filter(id=town.manager.id).update(is_active=False)

    answer = client.post("/staff/sign-in", WORDS)

    assert answer.status_code == 422
    assert answer.context["wrong"] == "登录名或密码不对。"


def test_the_sixth_wrong_try_in_a_row_for_one_login_waits(client):
    codes = [client.post("/staff/sign-in", {**WORDS, "password": "wrong"}).status_code for _ in range(7)]

    assert codes == [422] * 5 + [429] * 2


def tries(login, password, *, address, device=None):
    """One try from an address, on a device of its own unless one is given."""
    return (
        (device or Client())
        .post("/staff/sign-in", {"login": login, "password": password}, REMOTE_ADDR=address)
        .status_code
    )


def test_one_address_never_shuts_the_others_out(client):
    """128 × 429 for everybody, after 172 tries from one place, was what happened."""
    for n in range(172):
        tries(f"nobody{n}", "wrong", address="192.0.2.66")

    assert tries("stranger", "wrong", address="192.0.2.66") == 429
    assert tries("clerk", "town-password", address="192.0.2.7") == 302


def test_others_wrong_tries_keep_no_owner_out_who_is_known_there(client):
    mine = Client()
    assert tries("manager", "town-password", address="192.0.2.7", device=mine) == 302
    mine.cookies.pop("sessionid")
    for n in range(60):
        tries("manager", "wrong", address=f"198.51.100.{n}")

    assert tries("manager", "wrong", address="203.0.113.5") == 429  # a stranger waits, whoever it is
    assert tries("manager", "town-password", address="203.0.113.5", device=mine) == 302
    assert tries("clerk", "town-password", address="203.0.113.5") == 302


def test_a_known_device_is_known_for_its_own_logins_only_and_tries_are_counted_there_too(client):
    mine = Client()
    tries("clerk", "town-password", address="192.0.2.7", device=mine)
    codes = [tries("manager", "wrong", address="192.0.2.7", device=mine) for _ in range(6)]
    own = [tries("clerk", "wrong", address="192.0.2.7", device=mine) for _ in range(9)]

    assert codes == [422] * 5 + [429]
    assert own == [422] * 8 + [429]


def test_a_made_up_device_cookie_is_none(client):
    forged = Client()
    forged.cookies["known_device"] = "eyJkIjoiYSIsImwiOltdfQ:1abcde:forged"

    codes = [tries("manager", "wrong", address="192.0.2.7", device=forged) for _ in range(6)]

    assert codes == [422] * 5 + [429]


def test_the_right_password_begins_anew(client):
    for _ in range(4):
        tries("clerk", "wrong", address="192.0.2.7")
    tries("clerk", "town-password", address="192.0.2.7")

    assert [tries("clerk", "wrong", address="192.0.2.7") for _ in range(6)] == [422] * 5 + [429]


def test_each_wait_is_twice_the_one_before(client, monkeypatch):
    from datetime import timedelta

    from banshi.foundation import clock, limits
    from banshi.kernel.refusals import Refused

    now = clock.wall()
    monkeypatch.setattr(clock, "wall", lambda: now)
    three = limits.Tries("test", free=3, most_s=60)
    waits = []
    for _ in range(9):
        try:
            three.one()
        except Refused as no:
            waits.append(no.facts["wait_s"])
            now += timedelta(seconds=no.facts["wait_s"])
            three.one()

    assert waits == [1, 2, 4, 8, 16, 32]


def test_another_login_may_still_try(client):
    for _ in range(9):
        client.post("/staff/sign-in", {**WORDS, "password": "wrong"})

    assert client.post("/staff/sign-in", {**WORDS, "login": "clerk"}).status_code == 302


@pytest.mark.parametrize(
    ("after", "where"),
    [
        ("/office/town/slots/?day=2026-03-11", "/office/town/slots/?day=2026-03-11"),
        ("https://evil.example/", "/office/"),
        ("//evil.example/", "/office/"),
        ("/\\evil.example", "/office/"),
        ("javascript:alert(1)", "/office/"),
        ("office/", "/office/"),
    ],
)
def test_only_a_local_path_is_followed_after_signing_in(client, after, where):
    assert client.post("/staff/sign-in", {**WORDS, "next": after})["Location"] == where


def test_the_session_gets_a_new_key_when_somebody_signs_in(client):
    client.get("/staff/sign-in")
    session = client.session
    session["marker"] = 1
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before

    client.post("/staff/sign-in", WORDS)

    assert client.cookies["sessionid"].value != before


def test_signing_out_takes_a_post(client, town):
    client.force_login(town.manager)

    assert client.get("/staff/sign-out")["Allow"] == "POST"
    assert client.post("/staff/sign-out")["Location"] == "/staff/sign-in"
    assert client.get("/office/").status_code == 302


def test_who_is_not_signed_in_is_led_to_the_sign_in_page(client):
    answer = client.get("/office/town/slots/")

    assert answer["Location"] == "/staff/sign-in?next=/office/town/slots/"


def test_a_password_is_changed_with_the_old_one_and_the_session_stays(client, town):
    client.force_login(town.manager)
    words = {
        "old_password": "town-password",
        "new_password1": "a-better-one-2026",
        "new_password2": "a-better-one-2026",
    }

    answer = client.post("/staff/me", words)

    town.manager.refresh_from_db()
    assert answer.status_code == 302
    assert town.manager.check_password("a-better-one-2026")
    assert client.get("/staff/me").status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        {"old_password": "wrong", "new_password1": "a-better-one-2026", "new_password2": "a-better-one-2026"},
        {"old_password": "town-password", "new_password1": "short", "new_password2": "short"},
        {"old_password": "town-password", "new_password1": "a-better-one-2026", "new_password2": "another-one-2026"},
        {},
    ],
)
def test_a_password_that_does_not_do_is_refused(client, town, words):
    client.force_login(town.manager)

    answer = client.post("/staff/me", words)

    town.manager.refresh_from_db()
    assert answer.status_code == 422
    assert town.manager.check_password("town-password")


def test_who_has_a_role_at_the_desk_and_in_the_office_lands_in_the_office(client, town):
    Role.objects.create(
        staff=town.clerk, role="guide", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
    )

    assert client.post("/staff/sign-in", {**WORDS, "login": "clerk"})["Location"] == "/office/"
