"""The pictures that introduce the product show a hall in the middle of a living morning, never an empty one, and matters."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from banshi.rooms.places.models import Hall
from tests.e2e.morning import SHOWN, EmptyHall, Seen, live, seen_in, worth_showing
from tests.e2e.under_way import CERTIFICATE
from tests.e2e.under_way import SHOWN as OF_MATTERS
from tests.surfaces.office.editing import office, staff_with  # noqa: F401 – a fixture
from tests.town import at

ROOT = Path(__file__).resolve().parent.parent.parent
PICTURES = ROOT / "docs" / "pictures"
NAMED = re.compile(r"pictures/([\w-]+\.png)")
ALIVE = Seen(waiting=1, being_served=1, windows_at_work=1, served=1, booked=1)


def test_what_is_shown_is_of_the_living_morning_and_nothing_else_is_kept():
    named = {
        name
        for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    shown = {f"{name}.png" for name in (*(row[0] for row in (*SHOWN, *OF_MATTERS)), CERTIFICATE)}

    assert {each.name for each in PICTURES.glob("*.png")} == shown
    assert (len(named) > 3, named - shown) == (True, set())


@pytest.mark.parametrize(
    ("none", "said"),
    [
        ("waiting", "waiting"),
        ("being_served", "being served"),
        ("windows_at_work", "windows at work"),
        ("served", "served"),
        ("booked", "booked"),
    ],
)
def test_no_picture_is_taken_of_a_hall_without(none: str, said: str):
    with pytest.raises(EmptyHall) as no:
        worth_showing("town", replace(ALIVE, **{none: 0}))

    assert str(no.value) == f"town is not in the middle of a morning: nothing {said}"


def test_a_hall_where_little_happens_may_be_shown():
    worth_showing("town", ALIVE)


@pytest.fixture
def staffed(office: Any) -> Any:  # noqa: F811
    """A clerk of each window, called as the window is."""
    for window in office.windows.values():
        staff_with(window.code, "clerk")
    return office


def test_a_morning_is_played_until_people_wait_and_are_served(staffed: Any):
    now = at("2026-03-10 09:40")

    live("town", now)

    worth_showing("town", seen_in(Hall.objects.get(code="town"), now.date()))


def test_a_hall_before_its_first_visitor_is_not_shown(staffed: Any):
    with pytest.raises(EmptyHall):
        live("town", at("2026-03-10 08:55"))
