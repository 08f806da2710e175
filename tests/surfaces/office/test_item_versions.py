"""What a matter said before: its versions in the office, and two of them beside each other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import HallItem
from tests.rooms.catalogue.handlings import document, paper
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town


@pytest.fixture
def url(office: Town) -> str:  # noqa: F811
    """Three versions: as in general, modelled, and with a letter more for whoever rents."""
    item = office.items["pension"]
    keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    first = document()
    letter = paper("landlord", name_zh="房东<b>的信", needed_if={"eq": ["premises", "rented"]})
    for n, said in enumerate((first, {**first, "materials": [*first["materials"], letter]}), 1):
        item.handling = said
        item.save(update_fields=["handling"])
        keep_item_versions(by=SYSTEM, now=TUESDAY_NINE + timedelta(hours=n))
    return f"/office/town/items/{HallItem.objects.get(hall=office.hall, item=item).pk}/versions/"


def text(client: Client, url: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    return " ".join(client.get(url).content.decode().split())


def test_the_newest_is_held_against_the_one_before(office: Town, url: str) -> None:  # noqa: F811
    client = signed_in(office.manager)

    chinese, english = text(client, url), text(client, url, "en")

    for said in ("第 2 版与第 3 版的差异", "房东&lt;b&gt;的信", "新增", "什么时候要", "“问”是“选rented”", "最初"):
        assert said in chinese
    for said in ("From version 2 to version 3", "Paper landlord", "added", "“Question” is “Option rented”"):
        assert said in english
    assert "材料card" not in chinese


def test_any_two_are_compared_in_either_direction(office: Town, url: str) -> None:  # noqa: F811
    client = signed_in(office.manager)

    assert "删去" in text(client, f"{url}?before=3&after=2")
    assert "两版内容相同。" in text(client, f"{url}?before=2&after=2")
    assert "第 1 版与第 2 版的差异" in text(client, f"{url}?after=2")


def test_a_version_that_is_not_there_is_not_found(office: Town, url: str) -> None:  # noqa: F811
    client = signed_in(office.manager)

    assert [client.get(f"{url}?before={n}").status_code for n in (9, "2147483648", "x")] == [404, 200, 200]


def test_the_matter_leads_to_its_versions(office: Town, url: str) -> None:  # noqa: F811
    assert url in text(signed_in(office.manager), url.removesuffix("versions/"))


def test_another_hall_sees_none_of_it(office: Town, url: str) -> None:  # noqa: F811
    theirs = signed_in(staff_with("theirs", "hall_manager", scope="other"))

    assert theirs.get(url).status_code == 403
    assert theirs.get(url.replace("/town/", "/other/")).status_code == 404
