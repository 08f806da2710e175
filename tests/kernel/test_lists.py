"""Lists of several things as one."""

from __future__ import annotations

import pytest

from banshi.kernel.lists import each_once


@pytest.mark.parametrize(
    ("lists", "tongue", "one"),
    [
        (["申请表；户口簿；身份证", "申请表；户口簿；出生证"], "zh", "申请表；户口簿；身份证；出生证"),
        (["Photograph, recent; ID card", "ID card"], "en", "Photograph, recent; ID card"),
        (["", "申请表", ""], "zh", "申请表"),
        ([], "zh", ""),
    ],
)  # fmt: skip
def test_each_thing_is_named_once_in_its_order(lists: list[str], tongue: str, one: str) -> None:
    assert each_once(lists, tongue=tongue) == one
