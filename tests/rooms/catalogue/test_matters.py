"""What a hall handles, and how it is found."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue import actions, queries
from banshi.rooms.catalogue.models import Department, HallItem, Material, MaterialRequirement, OneMatter, Synonym, Theme
from tests.town import CLERK, TUESDAY_NINE, Town


def pension() -> HallItem:
    return HallItem.objects.select_related("category").get(item__code="pension")


def change(**more: Any) -> HallItem:
    row = pension()
    asked = {"category": row.category, "bookable": True, "walk_in": True, "extended": False, **more}
    return actions.set_hall_item(**{"hall_item_id": row.pk, "by": CLERK, "now": TUESDAY_NINE, **asked})


def codes(lines: list[queries.ItemLine]) -> list[str]:
    return [line.code for line in lines]


def test_how_an_item_is_handled_is_changed_and_stands_in_the_trail(town: Town) -> None:
    change(category=town.categories["B"], bookable=False, extended=True, most_persons=3)

    row = pension()
    assert (row.category.code, row.bookable, row.walk_in, row.extended, row.most_persons) == ("B", False, True, True, 3)
    entry = Entry.objects.get(action="changed-item")
    assert (entry.subject, entry.hall, entry.actor) == ("item:pension", "town", str(CLERK))
    assert entry.facts == {"category": "B", "bookable": False, "walk_in": True, "extended": True, "persons": 3}


def test_for_how_many_a_booking_may_be_stays_where_nobody_says(town: Town) -> None:
    change(most_persons=5)
    change(most_persons=None)

    assert pension().most_persons == 5


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"bookable": False, "walk_in": False}, "walk_in"),
        ({"most_persons": 0}, "most_persons"),
        ({"most_persons": 21}, "most_persons"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(town: Town, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as no:
        change(**wrong)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", field)
    assert (pension().bookable, pension().most_persons, Entry.objects.filter(action="changed-item").count()) == (
        True, 1, 0,
    )  # fmt: skip


def test_a_category_of_another_hall_is_refused(town: Town) -> None:
    elsewhere = town.categories["A"].__class__.objects.create(
        hall=town.other_hall, code="A", letter="A", name_zh="社保", name_en="Social security", order=0
    )

    with pytest.raises(Refused) as no:
        change(category=elsewhere)

    assert (no.value.slug, no.value.facts["field"]) == ("invalid", "category")


def test_an_item_no_hall_has_is_not_found(town: Town) -> None:
    with pytest.raises(Refused) as no:
        change(hall_item_id=0)

    assert no.value.slug == "nothing-found"


def test_items_are_found_by_words_initials_and_what_people_say(town: Town) -> None:
    Synonym.objects.create(words="退休金;养老金", items="pension", source="spoken")

    assert codes(queries.search("身份证"))[:1] == ["id-card"]
    assert codes(queries.search("退休金"))[:1] == ["pension"]
    assert codes(queries.search("sfz"))[:1] == ["id-card"]


def test_a_list_is_narrowed_and_turned_page_by_page(town: Town) -> None:
    theme = Theme.objects.create(code="old-age", kind="life", audience="person", name_zh="养老", name_en="Old age")
    town.items["pension"].themes.add(theme)

    assert codes(queries.search(hall="town")) == ["pension", "medical", "rent-invoice", "id-card"]
    assert codes(queries.search(hall="town", category="B")) == ["id-card"]
    assert codes(queries.search(hall="other")) == []
    assert codes(queries.search(theme="old-age")) == ["pension"]
    assert codes(queries.search(department="none")) == []
    assert codes(queries.search(audience="firm")) == []
    assert codes(queries.search(limit=2, offset=1)) == ["medical", "rent-invoice"]
    [line] = queries.search(hall="town", category="B")
    assert (line.hall, line.category, line.category_en, line.bookable) == ("town", "B", "Household registration", True)
    with pytest.raises(Refused, match="nothing-found"):
        queries.search(hall="nowhere")


def test_a_guide_says_what_to_bring_in_order_and_where(town: Town) -> None:
    for order, code in ((1, "form"), (0, "card")):
        material = Material.objects.create(code=code, name_zh=code, name_en=code, kind="paper", source="own")
        MaterialRequirement.objects.create(
            item=town.items["pension"], material=material, order=order, originals=1, copies=order
        )

    found = queries.guide(queries.item_by_code("pension"))

    assert [(m.code, m.originals, m.copies) for m in found.materials] == [("card", 1, 0), ("form", 1, 1)]
    assert (found.halls, found.department_en) == (("town",), "Human Resources and Social Security")


def test_an_item_of_no_hall_and_one_of_another_hall_are_told_apart(town: Town) -> None:
    assert queries.hall_item(town.hall.pk, "pension").category.code == "A"
    with pytest.raises(Refused, match="item-not-here"):
        queries.hall_item(town.other_hall.pk, "pension")
    with pytest.raises(Refused, match="nothing-found"):
        queries.hall_item(town.hall.pk, "flying")


def test_what_was_done_most_comes_first_then_what_people_have_words_for(town: Town) -> None:
    Synonym.objects.create(words="租金;租房发票", items="rent-invoice", source="spoken")

    assert codes(queries.popular("town", 2)) == ["rent-invoice", "id-card"]  # then the shorter name
    assert codes(queries.popular("town", 2, done={"pension": 3})) == ["pension", "rent-invoice"]
    assert codes(queries.popular("other")) == []


def test_departments_are_those_a_hall_works_for(town: Town) -> None:
    Department.objects.create(code="fire", name_zh="消防", name_en="Fire")

    assert [d.code for d in queries.departments()] == ["fire", "hrss"]
    assert [d.code for d in queries.departments("town")] == ["hrss"]


def test_a_change_is_found_with_the_next_look_at_the_catalogue(town: Town) -> None:
    queries.search(hall="town")
    change(category=town.categories["B"])
    queries.forget()

    assert codes(queries.search(hall="town", category="B")) == ["pension", "id-card"]


def test_what_is_done_together_is_found_by_its_name_its_sound_and_its_english(town: Town) -> None:
    OneMatter.objects.create(
        code="shop", name_zh="我要开便利店", name_en="Opening a convenience store", audience="firm", order=1,
        items="pension;medical",
    )  # fmt: skip

    said = ["开便利店", "开个便利店", "bianlidian", "kbld", "convenience store"]
    others = ["", "身份证", "我的身份证", "退休金"]

    assert [[each.code for each in queries.find_matters(q)] for q in said] == [["shop"]] * len(said)
    assert [queries.find_matters(q) for q in others] == [[]] * len(others)
    assert queries.find_matters("便利店", audience="person") == []
    assert queries.find_matters("便利店", hall="other") == []


def test_what_is_no_longer_offered_together_is_not_found(town: Town) -> None:
    OneMatter.objects.create(
        code="shop", name_zh="我要开便利店", name_en="Opening a shop", audience="firm", items="pension;medical", order=1,
        retired_at=TUESDAY_NINE,
    )  # fmt: skip

    assert queries.find_matters("便利店") == []
