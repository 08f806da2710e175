"""What an item said stays said: a version for each change, none is changed or taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from banshi.kernel.actors import SYSTEM
from banshi.rooms.catalogue import actions
from banshi.rooms.catalogue.models import (
    Department,
    HallItem,
    HallItemVersion,
    Item,
    ItemVersion,
    Material,
    MaterialRequirement,
    Theme,
)
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, Town

LATER = TUESDAY_NINE + timedelta(hours=1)
FACTS = {"bookable": True, "walk_in": True, "extended": False, "periods": 1, "most_persons": 1}


@pytest.fixture
def kept(town: Town) -> Town:
    """Items with a first version; a pension needs a card."""
    card = Material.objects.create(
        code="id-card", name_zh="身份证", name_en="ID card", kind="certificate", source="own"
    )
    MaterialRequirement.objects.create(item=town.items["pension"], material=card, order=0, originals=1, copies=2)
    Theme.objects.create(code="old-age", kind="life", audience="person", name_zh="养老", name_en="Old age")
    actions.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    actions.keep_hall_item_versions(hall=town.hall, by=SYSTEM, now=TUESDAY_NINE)
    return town


def versions(code: str) -> list[int]:
    return list(ItemVersion.objects.filter(item__code=code).order_by("version").values_list("version", flat=True))


def in_force(versions: QuerySet[Any], *, at: datetime) -> dict[str, Any]:
    """What was said at a moment."""
    found: dict[str, Any] = (
        versions.filter(valid_from__lte=at).order_by("-version").values_list("document", flat=True)[0]
    )
    return found


def handled(town: Town, code: str) -> list[dict[str, Any]]:
    rows = HallItemVersion.objects.filter(hall=town.hall, item__code=code).order_by("version")
    return list(rows.values_list("document", flat=True))


def test_the_first_version_holds_all_an_item_says_and_was_always_so(kept: Town) -> None:
    first = ItemVersion.objects.get(item__code="pension")

    assert (first.version, first.valid_from, first.made_by, first.made_at) == (
        1,
        actions.ALWAYS,
        "system",
        TUESDAY_NINE,
    )
    assert first.document["name_en"] == "Pension enrolment"
    assert first.document["department"] == {
        "code": "hrss", "name_zh": "人社局", "name_en": "Human Resources and Social Security", "kind": "",
    }  # fmt: skip
    assert [
        (needed["code"], needed["name_en"], needed["originals"], needed["copies"], needed["necessity"])
        for needed in first.document["materials"]
    ] == [("id-card", "ID card", 1, 2, "required")]
    no_words_of_it = {"id", "version", "department_id", "retired_on", "successor_id"}
    columns = {f.column for f in Item._meta.concrete_fields} - no_words_of_it
    assert set(first.document) == {*columns, "department", "themes", "materials"}


def test_what_says_the_same_gets_no_version(kept: Town) -> None:
    assert actions.keep_item_versions(by=SYSTEM, now=LATER) == []
    assert actions.keep_hall_item_versions(hall=kept.hall, by=SYSTEM, now=LATER) == 0


def _renamed() -> None:
    Item.objects.filter(code="pension").update(name_en="Pension")


def _needs_more_copies() -> None:
    MaterialRequirement.objects.update(copies=3)


def _needs_it_no_more() -> None:
    MaterialRequirement.objects.all().delete()


def _material_renamed() -> None:
    Material.objects.update(name_en="Identity card")


def _under_a_theme() -> None:
    Item.objects.get(code="pension").themes.add(Theme.objects.get())


@pytest.mark.parametrize("change", [_renamed, _needs_more_copies, _needs_it_no_more, _material_renamed, _under_a_theme])
def test_whatever_an_item_says_otherwise_is_a_new_version(kept: Town, change: Callable[[], None]) -> None:
    before = ItemVersion.objects.get(item__code="pension").document

    change()

    assert actions.keep_item_versions(by=CLERK, now=LATER) == ["pension"]
    first, second = ItemVersion.objects.filter(item__code="pension").order_by("version")
    assert (first.document, second.document != before) == (before, True)
    assert (second.version, second.valid_from, second.made_by) == (2, LATER, str(CLERK))
    assert Item.objects.get(code="pension").version == 2


def test_a_department_that_is_renamed_is_said_by_all_its_items(kept: Town) -> None:
    Department.objects.update(name_en="Labour")

    assert actions.keep_item_versions(by=SYSTEM, now=LATER) == ["id-card", "medical", "pension", "rent-invoice"]


def test_versions_go_on_from_the_number_an_item_bears(kept: Town) -> None:
    Item.objects.filter(code="pension").update(version=5, name_en="Pension")

    actions.keep_item_versions(by=SYSTEM, now=LATER)

    assert (versions("pension"), Item.objects.get(code="pension").version) == ([1, 5], 5)


def test_who_booked_before_a_change_was_told_what_stood_then(kept: Town) -> None:
    pension = kept.items["pension"]
    _renamed()
    actions.keep_item_versions(by=SYSTEM, now=LATER)

    of_item = ItemVersion.objects.filter(item=pension)
    told = [in_force(of_item, at=moment) for moment in (TUESDAY_NINE, LATER)]

    assert [one["name_en"] for one in told] == ["Pension enrolment", "Pension"]


def test_how_a_hall_handles_an_item_is_kept_when_its_office_changes_it(kept: Town) -> None:
    row = HallItem.objects.get(item__code="pension")

    actions.set_hall_item(
        hall_item_id=row.pk, category=kept.categories["B"], bookable=False, walk_in=True, extended=True, most_persons=4,
        by=CLERK, now=LATER,
    )  # fmt: skip

    changed = {**FACTS, "category": "B", "bookable": False, "extended": True, "most_persons": 4}
    assert handled(kept, "pension") == [{**FACTS, "category": "A"}, changed]
    here = HallItemVersion.objects.filter(hall=kept.hall, item=row.item_id)
    assert [in_force(here, at=moment)["category"] for moment in (TUESDAY_NINE, LATER)] == ["A", "B"]


def test_a_change_finds_kept_what_nobody_has_kept_yet(town: Town) -> None:
    row = HallItem.objects.get(item__code="pension")

    actions.set_hall_item(
        hall_item_id=row.pk, category=row.category, bookable=False, walk_in=True, extended=False, by=CLERK, now=LATER
    )

    first, second = HallItemVersion.objects.order_by("version")
    assert (first.document["bookable"], first.valid_from) == (True, actions.ALWAYS)
    assert (second.document["bookable"], second.valid_from, second.made_by) == (False, LATER, str(CLERK))


@pytest.mark.parametrize("table", ["catalogue_item_version", "catalogue_hall_item_version"])
@pytest.mark.parametrize("change", ["UPDATE {} SET document = '{{}}'", "DELETE FROM {}"])
def test_a_version_is_neither_changed_nor_deleted(kept: Town, table: str, change: str) -> None:
    with pytest.raises(IntegrityError, match="versions stand"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


@pytest.mark.race
def test_who_changes_an_item_at_once_each_leaves_a_version(committed_town: Town) -> None:
    row = HallItem.objects.get(item__code="pension")

    done = together(
        4,
        lambda i: actions.set_hall_item(
            hall_item_id=row.pk, category=row.category, bookable=True, walk_in=True, extended=False, most_persons=2 + i,
            by=CLERK, now=LATER,
        ),
    )  # fmt: skip

    assert [each for each in done if isinstance(each, Exception)] == []
    said = [document["most_persons"] for document in handled(committed_town, "pension")]
    row.refresh_from_db()
    assert (said[0], sorted(said), said[-1]) == (1, [1, 2, 3, 4, 5], row.most_persons)
