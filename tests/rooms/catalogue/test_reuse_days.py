"""材料复用 in the handling: left out where there is none, compared, kept by an import, the fewer days for two items."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from banshi.rooms.catalogue.rules.compared import Said, compared
from banshi.rooms.catalogue.rules.drafts import writing_of
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.one_form import guided_jointly, one_form
from tests.matters import SHOP


def handling(days: Any = None) -> Handling:
    said = deepcopy(SHOP)
    if days is not None:
        said["materials"][1]["reuse_days"] = days
    return Handling.model_validate(said)


def test_a_paper_without_days_is_the_document_that_it_was() -> None:
    papers = [each.model_dump(mode="json") for each in (handling().materials[1], handling(180).materials[1])]

    assert ["reuse_days" in each for each in papers] == [False, True]


@pytest.mark.parametrize("days", [0, -1, 3661, "viele"])
def test_days_that_are_none_are_refused(days: Any) -> None:
    with pytest.raises(ValidationError):
        handling(days)


def test_what_changed_is_said_in_the_comparison() -> None:
    (change,) = compared(Said({}, handling(180)), Said({}, handling(90)))

    assert [(each.name, each.before, each.after) for each in change.leaves] == [("reuse_days", 180, 90)]


def test_a_store_that_says_nothing_of_it_leaves_it() -> None:
    words = dict.fromkeys(("name_zh", "acceptance_condition_zh", "fee_zh", "result_zh"), "")
    told = {"columns": words, "handling": handling().model_dump(mode="json")}

    made = writing_of(told, now=handling(180), standing={"name_zh": "开店", "name_en": "A shop"})

    assert made.handling.materials[1].reuse_days == 180


@pytest.mark.parametrize(("one", "other", "both"), [(180, 30, 30), (180, None, None), (None, None, None)])
def test_one_paper_of_two_items_is_taken_for_the_fewer_days(one: Any, other: Any, both: Any) -> None:
    whole = one_form([("a", handling(one)), ("b", handling(other))])
    said = guided_jointly(whole, {"premises": "rented", "food": "no"})

    assert [each.reuse_days for each in said.materials if each.name_zh == "租约"] == [both]
