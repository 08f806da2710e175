"""What changes in every hall takes the right in every hall that handles the item; the page says so before anything is pressed."""

from __future__ import annotations

import pytest
from django.test import Client

from banshi.journeys.hall.every_hall import lacking
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue.actions.editing import open_change
from banshi.rooms.catalogue.actions.retiring import ask_to_retire
from banshi.rooms.catalogue.models import HallItem, Item, ItemDraft, OneMatter, OneMatterDraft, Retirement
from banshi.rooms.catalogue.queries.matter_drafts import items_changed
from banshi.rooms.catalogue.rules.one_matters import EMPTY
from banshi.rooms.identity.models import Role
from banshi.rooms.places.models import Category
from tests.rooms.catalogue.handlings import document
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town, at

ANOTHER = Actor(ActorKind.STAFF, "900")


@pytest.fixture
def both(office: Town) -> Town:  # noqa: F811
    """Both halls handle the pension."""
    line = Category.objects.create(hall=office.other_hall, code="A", letter="A", name_zh="社保", name_en="Social")
    HallItem.objects.create(hall=office.other_hall, item=office.items["pension"], category=line)
    return office


def city() -> Client:
    return signed_in(staff_with("city-publisher", "city_admin", "all", "*"))


def shown(client: Client, url: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    return " ".join(client.get(url).content.decode().split())


def test_one_halls_manager_does_not_publish_for_the_other(both: Town) -> None:
    item = both.items["pension"]
    item.handling = document()
    item.save(update_fields=["handling"])
    change = open_change(item_id=item.pk, by=ANOTHER, now=TUESDAY_NINE)
    change.document["handling"]["minutes"] = 30
    change.save(update_fields=["document"])
    page, act = f"/office/town/items/changes/{change.pk}/", f"/office/town/items/drafts/{change.pk}/publish"
    manager, everywhere = signed_in(both.manager), city()

    before = [shown(manager, page), shown(manager, page, "en")]
    refused = manager.post(act, {"seen": change.revision})

    assert "你在这些大厅没有权限：邻镇大厅" in before[0]
    assert "city-publisher" in before[0]
    assert "You hold no right for it in: Other Hall" in before[1]
    assert act not in before[0]
    assert refused.status_code == 403
    assert ItemDraft.objects.get(pk=change.pk).state == "draft"
    assert "你在这些大厅没有权限" not in shown(everywhere, page)
    assert everywhere.post(act, {"seen": change.revision}).status_code == 302
    assert ItemDraft.objects.get(pk=change.pk).state == "published"


def test_whoever_manages_both_halls_publishes(both: Town) -> None:
    staff_with("other-manager", "hall_manager", scope="other")
    two = staff_with("two-halls", "hall_manager")
    Role.objects.create(
        staff=two, role="hall_manager", scope_kind="hall", scope="other", given_at=TUESDAY_NINE, given_by="system"
    )
    change = open_change(item_id=both.items["pension"].pk, by=ANOTHER, now=TUESDAY_NINE)

    said = shown(signed_in(both.manager), f"/office/town/items/changes/{change.pk}/")

    assert "可以办的人：two-halls" in said
    assert lacking({"items.publish": frozenset({"town", "other"})}, "items.publish", both.items["pension"]) is None


def test_nobody_of_one_hall_retires_an_item_of_two_or_puts_it_back(both: Town) -> None:
    row = ask_to_retire(
        item=both.items["pension"],
        from_day=at("2026-04-01 09:00").date(),
        reason_zh="并入",
        by=ANOTHER,
        now=TUESDAY_NINE,
    )
    here = HallItem.objects.get(hall=both.hall, item=both.items["pension"])
    at_ = f"/office/town/items/{here.pk}/retiring/"
    manager = signed_in(both.manager)

    said = shown(manager, at_)
    refused = [manager.post(at_ + verb).status_code for verb in ("agree", "put-back")]

    assert "邻镇大厅" in said
    assert at_ + "agree" not in said
    assert refused == [403, 403]
    assert Retirement.objects.get(pk=row.pk).state == "asked"
    assert city().post(at_ + "agree").status_code == 302
    assert Item.objects.get(code="pension").retired_on == row.from_day


def test_a_matter_of_several_items_belongs_to_every_hall_that_handles_them_all(both: Town) -> None:
    writer, second = (signed_in(staff_with(name, "hall_manager")) for name in ("writer", "second"))
    path = str(writer.post("/office/town/matters/begin", {"code": "two", "do": "new"})["Location"])
    draft = OneMatterDraft.objects.get()
    draft.document |= {"name_zh": "两件", "name_en": "Two", "items": "pension;medical"}
    draft.save(update_fields=["document"])
    alone = lacking({"items.publish": frozenset({"town"})}, "items.publish", *items_changed([draft])[draft.pk])
    line = Category.objects.get(hall=both.other_hall)
    HallItem.objects.create(hall=both.other_hall, item=both.items["medical"], category=line)

    page, refused = shown(second, path), second.post(f"{path}publish", {"seen": draft.revision})

    assert alone is None
    assert "你在这些大厅没有权限：邻镇大厅" in page
    assert f"{path}publish" not in page
    assert (refused.status_code, OneMatterDraft.objects.get().state) == (403, "draft")


def test_nobody_takes_a_matter_from_another_hall_by_an_item_that_it_does_not_handle(both: Town) -> None:
    line = Category.objects.get(hall=both.other_hall)
    HallItem.objects.create(hall=both.other_hall, item=both.items["medical"], category=line)
    OneMatter.objects.create(code="two", **{**EMPTY, "name_zh": "两件", "name_en": "Two", "items": "pension;medical"})
    writer, second = (signed_in(staff_with(name, "hall_manager")) for name in ("writer", "second"))
    path = str(writer.post("/office/town/matters/begin", {"code": "two", "do": "new"})["Location"])
    draft = OneMatterDraft.objects.get()
    draft.document |= {"items": "pension;medical;rent-invoice"}
    draft.save(update_fields=["document"])

    refused = second.post(f"{path}publish", {"seen": draft.revision})

    assert not both.other_hall.items.filter(item__code="rent-invoice").exists()
    assert (refused.status_code, OneMatter.objects.get().items) == (403, "pension;medical")


def test_another_halls_manager_drops_no_draft_that_is_not_theirs(both: Town) -> None:
    line = Category.objects.get(hall=both.other_hall)
    HallItem.objects.create(hall=both.other_hall, item=both.items["medical"], category=line)
    writer = staff_with("writer", "hall_manager")
    second, other = (
        signed_in(staff_with("second", "hall_manager")),
        signed_in(staff_with("there", "hall_manager", "hall", "other")),
    )
    path = str(signed_in(writer).post("/office/town/matters/begin", {"code": "two", "do": "new"})["Location"])
    draft = OneMatterDraft.objects.get()
    draft.document |= {"name_zh": "两件", "name_en": "Two", "items": "pension;medical"}
    draft.save(update_fields=["document"])

    page, refused = shown(second, path), second.post(f"{path}drop")
    over_there = other.post(f"/office/other/matters/{draft.pk}/drop")

    assert f"{path}drop" not in page
    assert "你在这些大厅没有权限：邻镇大厅" in page
    assert (refused.status_code, over_there.status_code, OneMatterDraft.objects.get().state) == (403, 403, "draft")
    assert city().post(f"{path}drop").status_code == 302
    assert "被别人作废：你写的“两件”" in shown(signed_in(writer), "/office/")
    assert "Dropped by another: your draft of Two" in shown(signed_in(writer), "/office/", "en")
    assert "被别人作废" not in shown(second, "/office/")


def test_who_wrote_it_takes_it_back_wherever_it_is_offered_and_is_told_nothing(both: Town) -> None:
    writer = signed_in(staff_with("writer", "hall_manager"))
    path = str(writer.post("/office/town/matters/begin", {"code": "two", "do": "new"})["Location"])
    OneMatterDraft.objects.update(document={**EMPTY, "name_zh": "两件", "items": "pension"})

    answer = writer.post(f"{path}drop")

    assert (answer.status_code, OneMatterDraft.objects.get().state) == (302, "dropped")
    assert "被别人作废" not in shown(writer, "/office/")


def test_an_item_of_one_hall_asks_nobody_else(office: Town) -> None:  # noqa: F811
    assert lacking({"items.publish": frozenset({"town"})}, "items.publish", office.items["medical"]) is None
    assert lacking({}, "items.publish", None) is None
