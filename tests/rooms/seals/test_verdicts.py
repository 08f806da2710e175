"""What a signature is worth, from the worst that can be said of it to the best."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.rooms.seals.rules import VERDICTS, key_of, verdict
from tests.town import TUESDAY_NINE

GOOD: dict[str, Any] = {
    "signed": True, "intact": True, "whole": True, "trusted": True, "in_time": True, "signed_at": TUESDAY_NINE,
    "seal_ended_at": None, "ours": True, "recorded": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({}, "sealed"),
        ({"signed": False, "intact": False, "whole": False}, "unsigned"),
        ({"intact": False, "whole": False}, "changed"),
        ({"whole": False, "recorded": False}, "added"),
        ({"ours": False, "recorded": False}, "stranger"),
        ({"trusted": False}, "stranger"),
        ({"in_time": False, "trusted": False}, "expired"),
        ({"recorded": False}, "unknown"),
        ({"recorded": False, "seal_ended_at": TUESDAY_NINE}, "replaced"),
        ({"recorded": False, "seal_ended_at": TUESDAY_NINE + timedelta(seconds=1)}, "unknown"),
        ({"recorded": False, "signed_at": None}, "replaced"),
        # Sealed before the seal was replaced: we recorded it then, whenever somebody asks.
        ({"seal_ended_at": TUESDAY_NINE + timedelta(days=1)}, "sealed"),
    ],
)
def test_the_first_that_is_so_is_said(otherwise: dict[str, Any], said: str):
    assert verdict(**GOOD | otherwise) == said
    assert said in VERDICTS


def test_a_key_is_named_by_whose_seal_it_is_and_its_number():
    assert (key_of("town", "", 1), key_of("town", "hrss", 2)) == ("town-1", "town-hrss-2")
