"""一件事 in the office: written item by item without a script, looked at as one form, published by another; what runs stays."""

from __future__ import annotations

import html
from typing import Any

import pytest

from banshi.rooms.cases.queries import cases_of
from banshi.rooms.catalogue.models import OneMatter, OneMatterDraft
from tests.bundles import opened, sign_of
from tests.matters import matters_of
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import Town

pytestmark = pytest.mark.django_db
HERE = "/office/town/matters/"
NAMES = {
    "name_zh": "开书店", "name_en": "A bookshop", "summary_zh": "", "summary_en": "", "audience": "both", "joint_days": "5",
}  # fmt: skip


@pytest.fixture
def two(office: Town) -> tuple[Any, Any]:  # noqa: F811
    sign_of(office)
    return tuple(signed_in(staff_with(name, "hall_manager")) for name in ("writer", "second"))


def begun(writer: Any, code: str = "bookshop", do: str = "new") -> str:
    return str(writer.post(f"{HERE}begin", {"code": code, "do": do})["Location"])


def kept(writer: Any, path: str, items: list[str], do: str = "save", **more: str) -> Any:
    seen = OneMatterDraft.objects.order_by("-id").values_list("revision", flat=True)[0]
    return writer.post(path, {**NAMES, "item": items, "do": do, "seen": seen, **more})


def published(two: tuple[Any, Any], path: str) -> Any:
    seen = OneMatterDraft.objects.order_by("-id").values_list("revision", flat=True)[0]
    return two[1].post(f"{path}publish", {"seen": seen})


def said(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def test_it_is_written_item_by_item_and_published_by_another(two):
    writer, _ = two
    path = begun(writer)
    found = said(kept(writer, path, [], "find", words="招牌"))
    kept(writer, path, ["pension"], "add:sign")
    kept(writer, path, ["pension", "sign"], "up:sign", **{"said-pension-premises": "rented"})
    page, alone = said(writer.get(path)), writer.post(f"{path}publish", {"seen": 9}).status_code

    answer = published(two, path)

    assert ('value="add:sign"' in found, alone, answer["Location"]) == (True, 409, HERE)
    assert ("要填" in page, "由另一人发布" in page, "What changes" in page or "改了什么" in page or "变化" in page)[
        :2
    ] == (True, True)
    row = OneMatter.objects.get(code="bookshop")
    assert (row.items, row.joint_days, row.of_office) == ("sign;pension?premises=rented", 5, True)


def test_a_change_and_the_end_of_it_change_no_bundle_that_runs(two, office):  # noqa: F811
    path = begun(two[0])
    kept(two[0], path, ["pension", "sign"])
    published(two, path)
    bundle = opened(matters_of(office), matter="bookshop", joint_days=5)

    kept(two[0], later := begun(two[0], do="change"), ["sign", "pension"], joint_days="9")
    diff = said(two[1].get(later))
    published(two, later)
    published(two, begun(two[0], do="retire"))

    bundle.refresh_from_db()
    assert ("<td" in diff and ">9<" in diff, OneMatter.objects.get().retired_at is not None) == (True, True)
    assert (bundle.joint_days, [case.item.code for case in cases_of(bundle)]) == (5, ["pension", "sign"])


def test_who_saw_an_older_one_is_told_and_keeps_what_was_typed(two):
    path = begun(two[0])
    kept(two[0], path, ["pension", "sign"])

    late = two[1].post(path, {**NAMES, "name_zh": "另一个名字", "item": ["sign"], "do": "save", "seen": 1})

    assert (late.status_code, "另一个名字" in said(late)) == (409, True)


def test_what_is_wrong_is_said_and_has_no_button_to_publish(two):
    path = begun(two[0])
    kept(two[0], path, ["pension"])

    page, answer = said(two[1].get(path)), published(two, path)

    assert ("还不能发布" in page or "不能发布" in page, "/publish" in page, answer.status_code) == (True, False, 422)


def test_a_clerk_of_the_window_writes_none(office):  # noqa: F811
    clerk = signed_in(staff_with("at-window", "clerk"))

    assert (clerk.get(HERE).status_code, clerk.post(f"{HERE}begin", {"code": "x"}).status_code) == (403, 403)


def test_whoever_may_publish_finds_it_by_name_when_nothing_keeps_it(two):
    path = begun(two[0])
    kept(two[0], path, ["pension"])
    faulty = said(two[1].get("/office/"))
    kept(two[0], path, ["pension", "sign"])

    shown = [said(each.get("/office/")) for each in two]

    assert ("开书店" in faulty, "待发布：开书店" in shown[0], "待发布：开书店" in shown[1]) == (False, False, True)
