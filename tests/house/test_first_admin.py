"""The first administrator comes from the command line, and the office opens once the password is their own."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from django.contrib.auth import authenticate
from django.test import Client

from banshi.cli import ground, main, staffing
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity.models import Role, Staff
from tests.town import Town

OWN = "a-long-word-of-my-own"
LI = ("create-admin", "--login", "Li.Admin", "--name-zh", "李敏", "--name-en", "Li Min")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands act on the test's own database."""
    monkeypatch.setattr(ground, "django", lambda data=None: None)


def banshi(*command: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["staff", *command], input=typed)


@pytest.fixture
def first(db: None) -> str:
    """Makes the first administrator; returns the password that was printed."""
    done = banshi(*LI, "--generate")
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def test_the_first_administrator_gets_a_password_that_is_printed_once(first: str):
    member = Staff.objects.get()

    assert (member.login, member.name_zh, member.must_change_password) == ("li.admin", "李敏", True)
    assert authenticate(username="li.admin", password=first) == member
    assert len(first) == 17
    role = Role.objects.get()
    assert (role.role, role.scope_kind, role.scope, role.given_by) == ("city_admin", "all", "*", "system")
    assert list(Entry.objects.order_by("id").values_list("actor", "action")) == [
        ("system", "created"),
        ("system", "gave-role"),
    ]


def test_a_second_one_is_made_only_by_who_says_another(first: str):
    other = ("create-admin", "--login", "wang", "--name-zh", "王强", "--name-en", "Wang Qiang", "--generate")

    refused = banshi(*other)
    made = banshi(*other, "--another")

    assert refused.exit_code == 1
    assert refused.stderr.startswith(
        "banshi: there is an administrator already: li.admin. A lost password: `banshi staff reset"
    )
    assert (made.exit_code, Staff.objects.count()) == (0, 2)


def test_one_who_was_deactivated_does_not_stand_in_the_way(first: str):
    assert banshi("deactivate", "li.admin").exit_code == 0

    again = banshi("create-admin", "--login", "wang", "--name-zh", "王强", "--name-en", "Wang Qiang", "--generate")

    assert again.exit_code == 0
    assert authenticate(username="li.admin", password=first) is None


def test_who_is_deactivated_leaves_no_number_and_no_window_behind(town: Town):
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.tickets import actions as tickets
    from banshi.rooms.tickets.models import Ticket, WindowSession
    from tests.rooms.tickets.conftest import open_town
    from tests.town import TUESDAY_NINE

    open_town(town)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    ref = tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=SYSTEM), hall=town.hall, now=TUESDAY_NINE
    ).ref
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.start(ref=ref, staff_id=town.clerk.pk, now=TUESDAY_NINE)

    done = banshi("deactivate", "clerk")

    assert (done.exit_code, Ticket.objects.get().state) == (0, "held")
    assert WindowSession.objects.filter(signed_out_at=None).count() == 0
    assert Entry.objects.filter(action="freed-window", subject="window:town-01").count() == 1


def test_a_login_that_is_taken_is_refused_and_leaves_nothing(town: Town):
    tried = banshi("create-admin", "--login", "clerk", "--name-zh", "李", "--name-en", "Li", "--generate")

    assert (tried.exit_code, tried.stderr) == (1, "banshi: This login is taken\n")
    assert Role.objects.filter(role="city_admin").count() == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short\nshort\n", "This password is too short."),
        (f"{OWN}\n{OWN}\n", ""),
        (f"{OWN}\nanother\n{OWN}\n{OWN}\n", ""),
    ],
)
def test_a_typed_password_is_typed_twice_and_is_no_weak_one(
    db: None, monkeypatch: pytest.MonkeyPatch, typed: str, said: str
):
    monkeypatch.setattr(staffing, "somebody_types", lambda: True)

    done = banshi(*LI, typed=typed)

    if said:
        assert (done.exit_code, Staff.objects.count()) == (1, 0)
        assert said in done.stderr
    else:
        assert done.exit_code == 0
        assert Staff.objects.count() == 1
    assert OWN not in done.output


def test_nobody_to_type_is_told_to_have_one_made(db: None):
    tried = banshi(*LI)

    assert (tried.exit_code, tried.stderr) == (1, "banshi: nobody is here to type a password. Use --generate\n")


def test_the_office_opens_once_the_password_is_their_own(first: str):
    client = Client()

    signed_in = client.post("/staff/sign-in", {"login": "li.admin", "password": first})
    doors = [client.get(path).headers.get("Location") for path in ("/office/", "/desk/", "/staff/me")]
    page = client.get("/staff/me").content.decode()
    same = client.post("/staff/me", {"old_password": first, "new_password1": first, "new_password2": first})
    changed = client.post("/staff/me", {"old_password": first, "new_password1": OWN, "new_password2": OWN})
    open_now = client.get("/office/")

    assert signed_in.status_code == 302
    assert doors == ["/staff/me", "/staff/me", None]
    assert "这个密码别人也知道" in page
    assert (same.status_code, changed.status_code, open_now.status_code) == (422, 302, 200)
    assert Staff.objects.get().must_change_password is False


def test_a_reset_ends_sessions_and_asks_for_an_own_password_again(first: str):
    client = Client()
    client.post("/staff/sign-in", {"login": "li.admin", "password": first})
    client.post("/staff/me", {"old_password": first, "new_password1": OWN, "new_password2": OWN})

    done = banshi("reset", "li.admin", "--generate")

    fresh = done.stdout.strip()
    assert client.get("/office/").headers["Location"].startswith("/staff/sign-in")
    assert authenticate(username="li.admin", password=OWN) is None
    assert authenticate(username="li.admin", password=fresh).must_change_password is True
    assert Entry.objects.filter(action="reset-password", actor="system").count() == 1


def test_staff_are_listed_with_their_roles(first: str):
    done = banshi("list")

    assert done.stdout == f"{'li.admin':<24} 李敏 Li Min  city_admin\n"


def test_who_is_not_there_is_told(db: None):
    assert banshi("reset", "nobody", "--generate").stderr.startswith(
        "banshi: there is no member of staff with the login nobody"
    )
