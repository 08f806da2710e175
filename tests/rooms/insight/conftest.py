"""Halls on every level of the regions."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.places.models import Category, Hall, Region
from tests.town import Town


@pytest.fixture
def county(town: Town) -> tuple[Town, dict[str, Any], dict[str, Any]]:
    """The town in a city with a hall of its own, a town hall in a town below it, and one in another city."""
    city = town.hall.region
    south = Region.objects.create(
        code="441900004",
        parent=city,
        level="town",
        name_zh="南城街道",
        name_en="Nancheng",
        path=f"{city.path}441900004/",
    )
    far = Region.objects.create(code="510100", level="city", name_zh="成都市", name_en="Chengdu", path="/510100/")
    # A code that begins like the city's must not count as below it.
    Region.objects.create(code="4419001", level="city", name_zh="别市", name_en="Another", path="/440000/4419001/")
    halls = {"city": town.hall, "next": town.other_hall}
    for code, region in (("south", south), ("far", far)):
        halls[code] = Hall.objects.create(
            code=code,
            region=region,
            name_zh=code,
            name_en=code,
            address_zh="一号路",
            address_en="1 First Road",
            order=9,
        )
    categories = {"city": town.categories["A"]}
    for code in ("next", "south", "far"):
        categories[code] = Category.objects.create(
            hall=halls[code], code="A", letter="A", name_zh="社保", name_en="Social security"
        )
    return town, halls, categories
