"""Forms sent twice, too late, or without a session: done once, never lost, and never a dead end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.foundation.once import Form, first_answer, keep
from banshi.rooms.booking import actions
from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.models import AccountPerson
from tests.house.test_doors import views
from tests.surfaces.citizen.conftest import *  # noqa: F403 – two citizens and an open town
from tests.surfaces.citizen.conftest import Phone
from tests.town import CITIZEN, TUESDAY_NINE, Town, at

PERSON = {"name": "欧阳测试", "id_type": "resident_id", "id_number": "11010519491231002X", "phone": ""}
HERE = {"HTTP_ORIGIN": "http://testserver"}


@pytest.fixture
def browser(mine: Phone) -> Client:
    """The signed-in citizen's browser, as strict as in life."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = mine.client.cookies
    return strict


def tokens(browser: Client, path: str) -> dict[str, str]:
    """The hidden fields of a page's tokens, as its forms would send them."""
    content = browser.get(path).content.decode()
    found = {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', content)[1]}  # type: ignore[index]
    stable = re.search(r'name="once" value="(\w+)"', content)
    return found | ({"once": stable[1]} if stable else {})


def test_the_same_form_sent_twice_is_done_once_and_answered_alike(browser: Client) -> None:
    form = {**PERSON, **tokens(browser, "/me/")}

    first, second = (browser.post("/me/people", form) for _ in range(2))

    assert (first.status_code, second.status_code, second["Location"]) == (302, 302, first["Location"])
    assert AccountPerson.objects.filter(name__isnull=False).count() == AccountPerson.objects.count()


def test_back_and_resubmit_books_once_also_on_an_exempt_item(browser: Client, mine: Phone, open_town: Town) -> None:
    slot = open_town.slot(quota=5)
    mine = AccountPerson.objects.order_by("id").first()
    path = f"/book/rent-invoice/{slot.pk}/"
    sent = []
    for _ in range(2):  # Back makes the page anew: its form is still the same
        who = str(mine.person_id) if mine else "new"
        form = {"who": who, **(PERSON if mine is None else {}), **tokens(browser, path)}
        sent.append(browser.post(path, form))

    assert [answer.status_code for answer in sent] == [302, 302]
    assert sent[0]["Location"] == sent[1]["Location"]
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("page", ["anew", "open before"])
@pytest.mark.parametrize("undone", ["cancelled", "cancelled by the hall", "moved"])
def test_what_was_given_up_is_booked_again_in_the_ordinary_way(
    browser: Client, mine: Phone, open_town: Town, undone: str, page: str
) -> None:
    slot = open_town.slot(quota=5)
    path = f"/book/rent-invoice/{slot.pk}/"

    open_before = tokens(browser, path)  # a second tab, from before all this

    def booked(tab: dict[str, str] | None = None) -> str:
        return browser.post(path, {"who": str(mine.person.pk), **(tab or tokens(browser, path))})["Location"]

    first = booked()
    code = Appointment.objects.get().code
    if undone == "moved":
        other = open_town.slot(quota=5, starts=at("2026-03-12 09:00"))
        actions.move(code=code, slot_id=other.pk, by=CITIZEN, now=TUESDAY_NINE)
    else:
        actions.cancel(code=code, by=CITIZEN, now=TUESDAY_NINE, by_hall="hall" in undone)
    again = [booked(open_before if page == "open before" else None) for _ in range(2)]

    assert again[0] == again[1] != first
    assert Appointment.objects.filter(slot=slot, state="booked").count() == 1


def test_a_form_that_was_changed_after_going_back_is_a_new_one(browser: Client) -> None:
    form = {**PERSON, **tokens(browser, "/me/")}
    browser.post("/me/people", form)

    browser.post("/me/people", {**form, "name": "欧阳测试乙", "id_number": "440524188001010014"})

    assert AccountPerson.objects.count() >= 2


def test_a_refused_form_may_be_sent_again(browser: Client) -> None:
    form = {**PERSON, "id_number": "1", **tokens(browser, "/me/")}

    assert [browser.post("/me/people", form).status_code >= 400 for _ in range(2)] == [True, True]


def test_a_page_that_was_too_old_keeps_what_was_typed(browser: Client) -> None:
    answer = browser.post("/me/people", {**PERSON, "csrfmiddlewaretoken": "x" * 64}, **HERE)
    page = answer.content.decode()

    assert (answer.status_code, AccountPerson.objects.filter(name=PERSON["name"]).count()) == (403, 0)
    assert 'action="/me/people"' in page
    assert f'name="name" value="{PERSON["name"]}"' in page


def test_a_strangers_form_is_not_offered_again(browser: Client) -> None:
    page = browser.post("/me/people", PERSON, HTTP_ORIGIN="http://evil.example").content.decode()

    assert PERSON["name"] not in page


def test_a_form_sent_without_a_session_is_there_again_after_signing_in(town: Town) -> None:
    browser = Client()
    away = browser.post("/office/town/slots/", {"day": "2026-03-11", "note": "十点前"})
    assert away["Location"] == "/staff/sign-in?next=/again"

    inside = browser.post("/staff/sign-in", {"login": "manager", "password": "town-password", "next": "/again"})
    page = browser.get(inside["Location"]).content.decode()

    assert inside["Location"] == "/again"
    assert 'action="/office/town/slots/"' in page
    assert 'name="note" value="十点前"' in page
    assert browser.get("/again").url == "/"  # once


def test_a_part_fetched_without_a_session_leads_the_whole_page_to_the_sign_in(town: Town) -> None:
    answer = Client().get(
        "/office/town/live", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/office/town/live?x=1"
    )

    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/staff/sign-in?next=/office/town/live&ended=1")


@pytest.mark.parametrize(
    ("path", "page"), [("/me/people", "/me/"), ("/book/pension/7/hold", "/book/pension/7/"), ("/sign-out", "/")]
)
def test_an_address_that_only_takes_forms_leads_back_to_its_page(mine: Phone, path: str, page: str) -> None:
    assert mine.client.get(path).url == page


PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
USUAL = {"hall": "town", "window": "town-01", "zone": "main", "item": "pension"}


def pages() -> Iterator[str]:
    for route, _ in views():
        if not route.startswith(("api/", "^", "livez", "readyz", "healthz", "metrics")):
            yield "/" + PLACE.sub(lambda m: "1" if m[1] == "int" else USUAL.get(m[2], "1"), route)


def test_no_address_ends_in_the_browsers_405_page(open_town: Town) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(open_town.manager)

    assert [
        path for path in pages() for method in ("GET", "POST") if client.generic(method, path).status_code == 405
    ] == []


def test_every_form_that_writes_carries_its_token() -> None:
    """The CSRF token's mask is the once-token: fresh on every page, checked in one place."""
    bare = [
        f"{path.name}: {form[:80]}"
        for path in Path("banshi").rglob("*.html")
        for form in re.findall(r'<form[^>]*method="post".*?</form>', path.read_text(encoding="utf-8"), re.DOTALL)
        if "{% csrf_token %}" not in form
    ]

    assert bare == []


@pytest.mark.race
def test_two_that_arrive_together_are_done_once(transactional_db: Any) -> None:
    from django.http import HttpResponseRedirect

    from tests.together import together

    done = []

    def send(i: int) -> str:
        form = Form("form:citizen:1", "k")
        first = first_answer(form)
        if first is None:
            done.append(i)
            first = HttpResponseRedirect(f"/a/{i}")
            keep(form, first)
        return first["Location"]

    answers = together(8, send)

    assert len(done) == 1
    assert answers == [f"/a/{done[0]}"] * 8
