"""What staff write for others to read."""

from __future__ import annotations

import pytest

from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "\x00", "\ufeff"])
def test_what_is_not_seen_or_turns_text_round_is_refused(hidden: str) -> None:
    with pytest.raises(Refused) as no:
        legible(f"停电{hidden}开放", field="reason")

    assert (no.value.refusal.slug, no.value.refusal.facts["field"]) == ("invalid", "reason")


def test_lines_may_break_and_the_ends_are_tidied() -> None:
    assert legible(" 带身份证\r\n再来一趟 ") == "带身份证\n再来一趟"
