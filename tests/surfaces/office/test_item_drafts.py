"""Drafts from the item store in the office: what each changes, and a second person who publishes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue.actions.drafts import import_records, publish_draft
from banshi.rooms.catalogue.models import Item, ItemDraft
from tests.rooms.catalogue.stores import CODE, a_draft, file, material, record
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town

LIST = "/office/town/items/drafts/"
SECOND = Actor(ActorKind.STAFF, "900")


@pytest.fixture
def publisher(office: Town) -> Client:  # noqa: F811
    return signed_in(office.manager)


def text(client: Client, url: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    return " ".join(client.get(url).content.decode().split())


def changed() -> ItemDraft:
    """A newer version of an item in force: another promise, one paper more, one no more."""
    publish_draft(draft_id=a_draft().pk, by=SECOND, now=TUESDAY_NINE)
    newer = record(task_version=4, promise_day=1)
    newer["AUDIT_MATERIAL"] = [*newer["AUDIT_MATERIAL"][:2], material(9, "承诺书<b>", copy_amount=2, material_type="2")]
    import_records(file(newer), by=SECOND, now=TUESDAY_NINE)
    return ItemDraft.objects.get(state="draft")


def test_the_list_says_what_each_draft_changes(publisher: Client) -> None:
    changed()
    a_draft(task_code="77", task_name="另一件事")

    chinese, english = (text(publisher, LIST, language) for language in ("zh-hans", "en"))

    for said in (
        "个体工商户登记——设立登记",
        "承诺时限",
        "承诺书",
        "经营场所使用文件",
        "不再有",
        "另一件事",
        "新事项",
        "待发布",
    ):
        assert said in chinese
    for said in ("Promised limit", "no more", "A new matter", "To be published"):
        assert said in english


def test_a_draft_is_shown_beside_what_is_in_force(publisher: Client) -> None:
    draft = changed()

    chinese = text(publisher, f"{LIST}{draft.pk}/")
    english = text(publisher, f"{LIST}{draft.pk}/", "en")

    for said in ("2 个工作日", "1 个工作日", "复印件 2 份、必要", "去掉了网页标记", "承诺书"):
        assert said in chinese
    for said in ("2 working days", "1 working day", "2 copies, required", "Markup taken out"):
        assert said in english


def test_nothing_that_came_in_is_shown_as_html(publisher: Client) -> None:
    draft = a_draft(task_name="办<script>alert(1)</script>事 a < b", link_way="&amp;lt;img src=x&amp;gt;拨 1<2 &copy;")

    page = text(publisher, f"{LIST}{draft.pk}/") + text(publisher, LIST)

    assert ("alert(1)" in page, "<img src=x" in page) == (False, False)
    assert "办事 a &lt; b" in page
    assert "拨 1&lt;2 ©" in page


def test_another_person_publishes_it(publisher: Client) -> None:
    draft = a_draft()

    answer = publisher.post(f"{LIST}{draft.pk}/publish", {"from_day": ""})

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert Item.objects.get(task_code=CODE).name_zh == "个体工商户登记——设立登记"
    assert "“个体工商户登记——设立登记”已发布。" in text(publisher, LIST)
    assert "主任" in text(publisher, f"{LIST}?state=published")


def test_whoever_entered_it_is_offered_no_button_and_is_refused(office: Town, publisher: Client) -> None:  # noqa: F811
    import_records(file(record()), by=Actor(ActorKind.STAFF, str(office.manager.pk)), now=TUESDAY_NINE)
    draft = ItemDraft.objects.get()

    page = text(publisher, f"{LIST}{draft.pk}/")
    answer = publisher.post(f"{LIST}{draft.pk}/publish")

    assert ("你录入的要由别人发布。" in page, f"{draft.pk}/publish" in page) == (True, False)
    assert (answer.status_code, "录入的人不能自己发布" in answer.content.decode()) == (409, True)
    assert ItemDraft.objects.get().state == "draft"


def test_what_keeps_it_from_being_published_is_shown_and_refused(publisher: Client) -> None:
    draft = a_draft()
    draft.document["handling"]["materials"][1]["channels"] = ["paper"]
    draft.save()

    pages = [text(publisher, url) for url in (LIST, f"{LIST}{draft.pk}/")]
    answer = publisher.post(f"{LIST}{draft.pk}/publish")

    assert "不能发布" in pages[0]
    assert "证照库能提供，不能再要（国令716号第七条）" in pages[1]
    assert (answer.status_code, "经营者身份证明" in answer.content.decode()) == (409, True)
    assert Item.objects.filter(task_code=CODE).count() == 0


def test_it_is_published_from_a_day_to_come(publisher: Client) -> None:
    draft = a_draft()
    day = TUESDAY_NINE.date() + timedelta(days=3)

    publisher.post(f"{LIST}{draft.pk}/publish", {"from_day": day.isoformat()})

    draft.refresh_from_db()
    assert (draft.state, draft.planned_from, Item.objects.filter(task_code=CODE).count()) == ("planned", day, 0)
    page = text(publisher, LIST)
    assert ("2026-03-13" in page, "到日子发布" in page) == (True, True)
    publisher.post(f"{LIST}{draft.pk}/publish")
    draft.refresh_from_db()
    assert draft.state == "published"


def test_what_is_no_day_is_said_and_changes_nothing(publisher: Client) -> None:
    draft = a_draft()

    answer = publisher.post(f"{LIST}{draft.pk}/publish", {"from_day": "2026-02-31"})

    assert (answer.status_code, "不是日期" in answer.content.decode()) == (422, True)
    assert ItemDraft.objects.get().state == "draft"


def test_a_draft_can_be_left(publisher: Client) -> None:
    draft = a_draft()

    publisher.post(f"{LIST}{draft.pk}/drop")
    again = publisher.post(f"{LIST}{draft.pk}/drop")

    assert (ItemDraft.objects.get().state, again.status_code) == ("dropped", 409)
    assert "现在是“不采用”" in again.content.decode() or "不采用" in again.content.decode()
    assert draft.name_zh in text(publisher, f"{LIST}?state=dropped")


@pytest.mark.parametrize(("role", "sees", "publishes"), [("hall_manager", 200, 302), ("clerk", 403, 403)])
def test_whoever_drafts_sees_and_whoever_publishes_decides(
    office: Town,  # noqa: F811
    role: str,
    sees: int,
    publishes: int,
) -> None:
    draft, client = a_draft(), signed_in(staff_with("somebody", role))

    found: list[Any] = [client.get(LIST).status_code, client.post(f"{LIST}{draft.pk}/publish").status_code]

    assert found == [sees, publishes]
