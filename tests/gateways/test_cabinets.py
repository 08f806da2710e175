"""The demo's lock boards: the same doors jam in every demo, once, until somebody mends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.gateways.cabinets import OPEN_FOR, OPENINGS, opened
from banshi.rooms.delivery.ports import DoorStuck
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
CABINET, CELLS = "town-cabinet-1", range(1, 25)


@pytest.fixture(autouse=True)
def board(settings: Any, tmp_path: Any) -> None:
    settings.BANSHI_CABINETS_FOLDER, settings.BANSHI_JAM_ONE_IN = str(tmp_path / "1"), 4
    stop_the_clock()


def opens(cell: int) -> bool:
    try:
        opened(CABINET, cell)
    except DoorStuck:
        return False
    return True


def first_jams() -> dict[int, int]:
    """Cells that jam by themselves, and on which of their openings."""
    found = {cell: [opens(cell) for _ in range(OPENINGS)] for cell in CELLS}
    return {cell: went.index(False) + 1 for cell, went in found.items() if not all(went)}


def test_some_doors_jam_and_in_the_next_demo_the_same(settings: Any, tmp_path: Any) -> None:
    here = first_jams()
    settings.BANSHI_CABINETS_FOLDER = str(tmp_path / "2")

    assert (first_jams(), 1 <= len(here) < 12, set(here.values()) <= {1, 2, 3}) == (here, True, True)

    settings.BANSHI_CABINETS_FOLDER, settings.BANSHI_JAM_ONE_IN = str(tmp_path / "3"), 0
    assert first_jams() == {}


def test_a_jammed_door_stays_shut_until_it_is_mended_and_does_not_jam_again(settings: Any) -> None:
    cell = next(iter(first_jams()))
    assert (opens(cell), opened.look(CABINET, cell, now=TUESDAY_NINE)) == (False, "jammed")

    opened.press(CABINET, cell, "mend")

    assert [opens(cell) for _ in range(OPENINGS)] == [True] * OPENINGS


def test_by_hand_it_is_jammed_left_open_and_shut_and_after_a_while_it_is_shut(settings: Any) -> None:
    settings.BANSHI_JAM_ONE_IN = 0

    def looks(later: timedelta = timedelta()) -> str:
        return opened.look(CABINET, 1, now=TUESDAY_NINE + later)

    seen = [looks(), opens(1), looks(), looks(OPEN_FOR)]
    for how in ("leave", "shut", "jam", "leave", "nonsense"):
        opened.press(CABINET, 1, how)
        seen.append(looks())

    assert seen == ["shut", True, "open", "shut", "left", "shut", "jammed", "jammed", "jammed"]
