"""Places as a heat grid: how full a cell is stands in it as a colour, a number and a word."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from banshi.surfaces.office.slots import heat
from tests.surfaces.office.editing import booked, manager, office, slot_at  # noqa: F401 – fixtures
from tests.town import Town


@pytest.mark.parametrize(
    ("taken", "quota", "word"),
    [(0, 0, "none"), (0, 8, "free"), (3, 8, "free"), (4, 8, "some"), (6, 8, "some"), (7, 8, "tight"), (8, 8, "full"),
     (4, 5, "tight"), (1, 1, "full"), (9, 8, "over"), (1, 0, "over")],
)  # fmt: skip
def test_heat_is_the_share_taken(taken: int, quota: int, word: str):
    assert heat(taken, quota) == word


def cell(html: str, slot_id: int) -> str:
    return re.split(rf'id="slot-{slot_id}"', html)[1].split("</div>")[0]


def test_a_cell_says_in_a_word_what_its_colour_says(manager: Client, office: Town):  # noqa: F811
    booked(office, "2026-03-11 09:00", 0)
    half = slot_at(office, "2026-03-11 09:00")
    booked(office, "2026-03-11 14:00", 1)
    booked(office, "2026-03-11 14:00", 2)
    full = slot_at(office, "2026-03-11 14:00")

    html = manager.get("/office/town/slots/?day=2026-03-11", headers={"accept-language": "zh-CN"}).content.decode()

    assert re.search(rf'data-heat="some" class="slot" id="slot-{half.id}"', html)
    assert re.search(rf'data-heat="full" class="slot" id="slot-{full.id}"', html)
    assert "过半" in cell(html, half.id)
    assert "约满" in cell(html, full.id)


def test_places_people_were_carried_into_count_as_taken(manager: Client, office: Town):  # noqa: F811
    slot = slot_at(office, "2026-03-11 09:00")
    slot.carried = 2
    slot.save(update_fields=["carried"])

    html = manager.get("/office/town/slots/?day=2026-03-11").content.decode()

    assert re.search(rf'data-heat="full" class="slot" id="slot-{slot.id}"', html)
