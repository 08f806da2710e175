"""Every list, search, export and page, and every read of the API: whole names, document and telephone numbers are shown
only where the looking leaves a trace; what is taken along needs the right of the page it comes from."""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as bookings
from banshi.rooms.identity.models import Person, Role
from banshi.rooms.places.models import PolicyVersion
from tests.house.test_permissions import VIEWS, address, rows, staff_with  # noqa: F401 – fixture
from tests.surfaces.api.conftest import PERSON, Calls, booking, calls  # noqa: F401 – fixture
from tests.surfaces.office.editing import office, signed_in  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db

# What can be taken along → the page it comes from. A paper for a person shows a way in: it needs the right to act for them.
EXPORTS = {
    "office:audit_export": "office:audit",
    "office:figures-export": "office:figures",
    "office:region-figures-export": "office:region-figures",
    "office:case-figures-export": "office:case-figures",
    "office:region-case-figures-export": "office:region-case-figures",
    "office:fleet-figures-export": "office:fleet-figures",
    "office:fleet-figures-all-export": "office:fleet-figures-all",
    "office:day_sheet": "office:appointments",
    "office:guide_paper": "office:guide",
    "office:paper_sheet": "office:paper",
    "office:appointment_paper": "office:appointment_cancel",
    "homevisits:sheet": "homevisits:visit",
    "review:paper": "review:case",
    "issue:paper": "issue:case",
    "desk:case-paper": "desk:case",
}
FORMATS = ("", "?format=csv", "?format=xlsx")


def said(answer: Any) -> str:
    """What an answer holds, as text; a workbook's too."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            text = "".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
            return html.unescape(text)  # a writer may say 王 as &#29579;
    return str(content.decode("utf-8", "replace"))


def planted(person: Person) -> set[str]:
    phone = (person.phone or "+860000000000000").removeprefix("+86")
    return {person.name, person.id_number, phone, f"{phone[:3]} {phone[3:7]} {phone[7:]}"}


def shown_untraced(ask: Any, people: list[Person]) -> set[str]:
    """What of these people an answer shows without a new look on the trail."""
    before = Entry.objects.filter(action="looked").count()
    content = said(ask())
    found = {text for person in people for text in planted(person) if text in content}
    return found if Entry.objects.filter(action="looked").count() == before else set()


@pytest.fixture
def people(rows: dict[str, Any], office: Town) -> list[Person]:  # noqa: F811
    return list(Person.objects.order_by("id"))


@pytest.fixture
def boss(office: Town) -> Client:  # noqa: F811
    """Who may see everything in every hall."""
    for role in ("city_admin", "auditor", "senior_clerk", "guide"):
        Role.objects.get_or_create(
            staff=office.manager, role=role, scope_kind="all", scope="*", given_at=TUESDAY_NINE, given_by="system"
        )
    return signed_in(office.manager)


def test_no_page_list_or_export_shows_somebody_whole_without_a_trace(
    rows: dict[str, Any],  # noqa: F811
    people: list[Person],
    boss: Client,
) -> None:
    found = {}
    for name in VIEWS:
        for form in FORMATS if name in EXPORTS else ("",):
            url = address(name, rows) + form
            found[name + form] = shown_untraced(lambda url=url: boss.get(url), people)

    assert {name: text for name, text in found.items() if text} == {}


@pytest.mark.parametrize("name", ["office:people_find", "office:appointment_find", "office:guide_find"])
@pytest.mark.parametrize("field", ["id_number", "phone"])
def test_no_search_shows_a_name_without_a_trace(
    rows: dict[str, Any],  # noqa: F811
    people: list[Person],
    boss: Client,
    name: str,
    field: str,
) -> None:
    q = str(getattr(people[0], field)).removeprefix("+86")
    before = Entry.objects.filter(action="looked").count()

    content = said(boss.post(address(name, rows), {"q": q}))

    traced = Entry.objects.filter(action="looked").count() > before
    assert (people[0].name in content) <= traced


def test_a_day_sheet_with_whole_names_is_a_look_and_one_without_shows_none(
    rows: dict[str, Any],  # noqa: F811
    people: list[Person],
    boss: Client,
) -> None:
    url = f"{address('office:day_sheet', rows)}?day=2026-03-11"
    masked = {form: said(boss.get(f"{url}&format={form}")) for form in ("html", "xlsx")}
    version = PolicyVersion.objects.latest("id")
    PolicyVersion.objects.filter(pk=version.pk).update(
        document={**version.document, "messages": {**version.document["messages"], "day_sheet_names": "whole"}}
    )
    from banshi.foundation.memory import forget_everything

    forget_everything()
    before = Entry.objects.filter(action="looked", subject="day-sheet:2026-03-11").count()
    whole = said(boss.get(f"{url}&format=xlsx"))

    name = people[0].name
    assert {form: name in content for form, content in masked.items()} == {"html": False, "xlsx": False}
    assert (name in whole, Entry.objects.filter(subject="day-sheet:2026-03-11").count()) == (True, before + 1)


def test_what_can_be_taken_along_needs_the_right_of_its_page() -> None:
    taken = {name for name in VIEWS if re.search(r"(export|sheet|paper)$", name) and name != "office:paper"}

    assert taken == set(EXPORTS)
    assert {name: VIEWS[name].callback.permission for name in EXPORTS} == {
        name: VIEWS[page].callback.permission for name, page in EXPORTS.items()
    }


# Of whatever somebody looks after: that nothing else is in it is asked in tests/surfaces/office/test_fleet_figures.py.
OF_ONES_OWN = {"office:fleet-figures-all-export"}


@pytest.mark.parametrize("name", sorted(set(EXPORTS) - OF_ONES_OWN))
@pytest.mark.parametrize("form", FORMATS)
def test_nobody_takes_along_what_is_another_halls(rows: dict[str, Any], name: str, form: str) -> None:  # noqa: F811
    theirs = signed_in(staff_with("theirs", "hall_manager", scope="other"))

    assert theirs.get(address(name, rows) + form).status_code == 403


def test_no_read_of_the_api_shows_somebody_whole_without_a_trace(calls: Calls) -> None:  # noqa: F811
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()
    taken = calls("post", "/halls/town/tickets", "kiosk", {"category": "A", "person": PERSON}).json()
    calls("post", "/windows/town-01/sign-in", "desk")
    called = calls("post", "/windows/town-01/calls", "desk").json()
    person = Person.objects.get(masked_name="张**")
    paths = [
        f"/appointments/{made['code']}", f"/tickets/{taken['id']}", "/windows/town-01", "/halls/town/live", "/halls",
        "/halls/town/slots?item=pension", "/stats/visits?hall=town", "/halls/town/closures", "/items", "/halls/town/sessions",
        "/when?item=pension", f"/notices?person={PERSON['phone']}",
    ]  # fmt: skip
    keys = ["channel", "kiosk", "desk", "second-desk", "manage", "city-manage", "read", "demo"]

    found = {
        (path, key): shown_untraced(lambda p=path, k=key: calls("get", p, k), [person])
        for path in paths
        for key in keys
    }

    assert called["person"]["name"] == PERSON["name"]
    assert Entry.objects.filter(action="looked").count() == 1
    # The clerk who serves them has looked once: what is asked again meanwhile is the same look.
    own = {("/windows/town-01", "desk"), (f"/tickets/{taken['id']}", "desk")}
    assert {each: text for each, text in found.items() if text} == dict.fromkeys(own, {PERSON["name"]})


@pytest.mark.parametrize("key", ["other-channel", "other-kiosk", "other-desk", "other-manage", "other-read"])
def test_another_halls_keys_read_nothing_of_this_hall(calls: Calls, key: str) -> None:  # noqa: F811
    made = calls("post", "/appointments", "channel", booking(calls.town.slot())).json()
    taken = calls("post", "/halls/town/tickets", "kiosk", {"category": "A", "person": PERSON}).json()
    paths = [f"/appointments/{made['code']}", f"/tickets/{taken['id']}", "/windows/town-01", "/stats/visits?hall=town"]

    statuses = {path: calls("get", path, key).status_code for path in paths}

    assert {path: status for path, status in statuses.items() if status not in (403, 404)} == {}


def test_a_citizen_reads_nothing_of_another(calls: Calls) -> None:  # noqa: F811
    mine = bookings.place(
        slot_id=calls.town.slot().pk, item_code="pension", person_id=calls.town.person(0).pk, source="web", by=CITIZEN,
        now=TUESDAY_NINE,
    )  # fmt: skip
    stranger = Client()

    shown = {
        path: said(stranger.get(path))
        for path in (f"/a/{mine.code}", f"/a/{mine.code}/calendar.ics", f"/a/{mine.code}?k=X")
    }

    person = calls.town.person(0)
    assert {path for path, text in shown.items() if any(each in text for each in planted(person))} == set()
