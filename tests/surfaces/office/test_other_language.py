"""Another language in the middle of an editor: drawn anew as typed, with nothing published and nothing taken out."""

from __future__ import annotations

from django.test import Client

from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.places.models import PolicyVersion
from tests.surfaces.office.editing import manager, office  # noqa: F401 – fixtures
from tests.surfaces.office.test_editors import form_of, policy_fields

EDIT = "/office/town/calendar/edit/"


def in_english(client: Client, address: str, sent: dict[str, object]):
    assert client.post("/i18n/setlang/", {"language": "en", "next": address}).status_code == 302
    return client.post(address, sent)


def test_a_calendar_keeps_its_rows_and_what_was_typed_in_them(manager: Client):  # noqa: F811
    typed = form_of(manager, **{"r0-hours": "8:30 bis", "note": "夏令", "valid_from": "2026-05-01"})
    added = manager.post(EDIT, {**typed, "act": "add"}).context["typed"]["forms"]
    rows = {f"r1-{name}": value for name, value in added[1].items() if not isinstance(value, bool)}

    again = in_english(manager, EDIT, {**typed, **rows, "rules": "2", "r1-remove": "1", "act": "redraw"})

    assert "Change the opening hours" in again.content.decode()
    assert [form["hours"] for form in again.context["typed"]["forms"]] == ["8:30 bis", ""]
    assert (again.context["typed"]["note"], again.context["typed"]["valid_from"]) == ("夏令", "2026-05-01")
    assert (again.status_code, again.context["faults"]) == (200, [])
    assert CalendarVersion.objects.count() == 1


def test_a_calendar_as_text_stays_text(manager: Client):  # noqa: F811
    sent = {"tab": "text", "text": "rules: [unfinished", "valid_from": "2026-05-01", "act": "redraw"}

    again = in_english(manager, EDIT, sent)

    assert (again.context["typed"]["tab"], again.context["typed"]["text"]) == ("text", "rules: [unfinished")


def test_rules_keep_what_was_typed_without_being_looked_at(manager: Client):  # noqa: F811
    sent = policy_fields(manager, act="redraw", note="试行", **{"booking.come_early": "20"})

    again = in_english(manager, "/office/town/policy/", sent)

    values = {each.path: each.value for section in again.context["form"] for each in section.fields}
    assert (values["booking.come_early"], again.context["meta"]["note"]) == (20, "试行")
    assert again.context["changes"] is None
    assert PolicyVersion.objects.count() == 1


def test_an_editor_says_how_it_is_drawn_anew(manager: Client):  # noqa: F811
    pages = [
        manager.get(EDIT),
        manager.post(EDIT, form_of(manager)),
        manager.get("/office/town/policy/"),
        manager.post("/office/town/policy/", policy_fields(manager)),
    ]

    said = [page.content.decode().split('data-redrawn="')[1].split('"')[0] for page in pages]

    assert said == ["redraw", "preview", "redraw", "look"]
