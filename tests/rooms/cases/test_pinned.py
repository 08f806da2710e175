"""A new version of an item changes no case that runs: its type, its name, its codes and whether agents may come are those it was
opened with (行政许可法 32 条 binds what was applied for as a permit)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM
from banshi.rooms.archive.actions.packing import described_case
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.rules.paper_facts import read
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item, ItemVersion
from banshi.rooms.exchange.queries import rows_of
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
T1_OVER = at("2026-03-18 00:00")


def published_anew(**columns: Any) -> None:
    """The shop licence becomes a service under another name, as an office would publish it."""
    said = {"item_type": "20", "name_zh": "开店登记", "name_en": "Shop registration", "agent_allowed": False,
            "task_code": "11440000000000000X400099900000", "catalog_code": "000999000000", **columns}  # fmt: skip
    Item.objects.filter(code="pension").update(**said)
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)


def test_a_permit_counts_as_accepted_though_its_item_is_none_any_more(matters: Matters):
    case = matters.received()
    name = case.item_then.name_zh
    published_anew()

    done = cases.deem_due(now=T1_OVER)

    paper = read(CasePaper.objects.get(kind="acceptance").facts)
    assert (done, Case.objects.get().deemed, Case.objects.get().accepted_at) == (1, True, TUESDAY_NINE)
    assert (paper.item, paper.permit, paper.law) == (name, True, "《中华人民共和国行政许可法》第三十二条")
    assert {each.params["item_zh"] for each in Message.objects.filter(subject=f"case:{case.no}")} == {name}


def test_what_was_no_permit_does_not_become_one(matters: Matters):
    Item.objects.filter(code="pension").update(item_type="20")
    catalogue.keep_item_versions(by=SYSTEM, now=at("2026-01-06 09:00"))
    matters.received()
    published_anew(item_type="01")

    assert cases.deem_due(now=T1_OVER) == 0


def test_what_is_begun_afterwards_is_of_the_new_version(matters: Matters):
    published_anew()

    case = matters.opened()

    assert (case.item_type, case.item_then.name_zh) == ("20", "开店登记")


def test_what_is_kept_and_handed_on_names_it_as_it_was_applied_for(matters: Matters):
    case = matters.received()
    then = ItemVersion.objects.get(item=case.item, version=case.item_version).document
    published_anew()
    case = queries.case_by_no(case.no)

    kept = described_case(case)
    told = [row for (table, _key), row in rows_of(case).items() if table == "up_pro_accept"]

    assert [kept[name] for name in ("item", "task_code", "catalog_code")] == [
        then[name] for name in ("name_zh", "task_code", "catalog_code")
    ]
    assert [(row["task_name"], row["task_code"], row["task_version"]) for row in told] == [
        (then["name_zh"], then["task_code"], case.item_version)
    ]


def test_its_own_page_names_it_so_and_a_list_by_the_name_of_today(matters: Matters):
    case = matters.received()
    then = case.item_then.name_en
    published_anew()
    case = queries.case_by_no(case.no)

    (listed,) = queries.lines([case], now=TUESDAY_NINE)

    assert queries.line_of_case(case, now=TUESDAY_NINE).item_en == then
    assert listed.item_en == "Shop registration"


def test_a_case_without_a_type_is_none(matters: Matters):
    case = matters.opened()

    with pytest.raises(IntegrityError, match="a_case_is_of_a_type_of_item"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(item_type="")


def test_what_is_left_to_run_is_told_by_the_limits_it_was_accepted_under(matters: Matters):
    case = matters.received()
    published_anew()

    accepted = cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)

    assert accepted.due_promised == date(2026, 3, 16)
