"""Filters saved of a list: a row of links of one's own, a dozen at most, which another who may see the list opens by address."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.kernel.refusals import Refused
from banshi.rooms.staffing import actions
from banshi.rooms.staffing.models import SavedFilter
from banshi.rooms.staffing.rules import MOST_FILTERS, filter_of
from tests.matters import Matters, matters_of
from tests.together import together
from tests.town import TUESDAY_NINE, build_town

pytestmark = pytest.mark.django_db
LIST, SAVE = "/review/town/review", "/staff/town/filters"
MINE = {"list": "review:review", "name": "开店", "query": "page=2&item=pension&q=&__proto__=1"}


def keep(matters: Matters, name: str, who: str = "reviewer") -> Any:
    return actions.save_filter(
        hall=matters.town.hall, staff_id=matters.staff[who].pk, listed="review:review", name=name, query="item=pension",
        now=TUESDAY_NINE,
    )  # fmt: skip


def links(client: Client, query: str = "") -> str:
    return client.get(f"{LIST}{query}").content.decode()


def test_a_filter_is_kept_in_one_order_without_page_and_what_is_none() -> None:
    assert filter_of("q=a&page=3&item=x&item=&Evil=1&department=" + "d" * 81) == "item=x&q=a"
    assert filter_of("&" * 100) == ""


def test_it_is_saved_offered_opened_by_address_and_forgotten(matters: Matters, client_of: Any) -> None:
    client = client_of("reviewer")
    offered = links(client, "?item=pension")

    saved = client.post(SAVE, MINE)
    row = SavedFilter.objects.get()
    here = links(client, "?page=1&item=pension")
    others = links(client_of("approver"), "")
    gone = client.post(f"{SAVE}/{row.pk}/drop")

    assert "保存这个筛选" in offered
    assert (saved.status_code, saved.url, row.query) == (302, f"{LIST}?item=pension", "item=pension")
    assert f'href="{LIST}?item=pension" aria-current="page"' in here
    assert "保存这个筛选" not in here
    assert "开店" not in others
    assert (gone.status_code, gone.url, SavedFilter.objects.count()) == (302, LIST, 0)


def test_another_neither_sees_nor_forgets_it(matters: Matters, client_of: Any) -> None:
    row = keep(matters, "开店")

    answer = client_of("supervisor").post(f"{SAVE}/{row.pk}/drop")

    assert (answer.status_code, SavedFilter.objects.count()) == (404, 1)
    assert "开店" not in links(client_of("supervisor"))


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "长" * 21}, {"name": "开\u202e店"}, {"query": "page=2"}, {"list": "office:staff"}]
)
def test_what_is_no_filter_is_not_saved(matters: Matters, client_of: Any, wrong: dict[str, str]) -> None:
    answer = client_of("reviewer").post(SAVE, MINE | wrong)

    assert (answer.status_code in (404, 422), SavedFilter.objects.count()) == (True, 0)


def test_the_same_name_says_something_else_from_now_on(matters: Matters) -> None:
    keep(matters, "开店")
    actions.save_filter(
        hall=matters.town.hall, staff_id=matters.staff["reviewer"].pk, listed="review:review", name="开店",
        query="q=1", now=TUESDAY_NINE,
    )  # fmt: skip

    assert [row.query for row in SavedFilter.objects.order_by("id")] == ["q=1"]


@pytest.mark.django_db(transaction=True)
def test_of_many_saved_at_once_no_more_than_a_dozen_stay() -> None:
    matters = matters_of(build_town())
    for i in range(MOST_FILTERS - 1):
        keep(matters, f"第{i}个")

    results = together(3, lambda i: keep(matters, f"又一个{i}"))

    assert sorted(isinstance(each, Refused) for each in results) == [False, True, True]
    assert SavedFilter.objects.count() == MOST_FILTERS
