"""Names as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banshi.kernel.names import InvalidName, check, fold, label, same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("买买提·吐尔逊", "买买提•吐尔逊"),
        ("买买提·吐尔逊", "买买提・吐尔逊"),
        ("买买提·吐尔逊", "买买提‧吐尔逊"),
        ("买买提·吐尔逊", "买买提．吐尔逊"),
        ("买买提·吐尔逊", "买买提 · 吐尔逊"),
        ("买买提·吐尔逊", "买买提∙吐尔逊"),
        ("买买提·吐尔逊", "买买提⋅吐尔逊"),
        ("王伟", "王 伟"),
        ("王伟", "王\u3000伟"),
        ("王伟", "王伟\u200b"),  # noqa: PLE2515
        ("JOHN SMITH", "John Smith"),
        ("JOHN SMITH", "Smith, John"),
        ("ＪＯＨＮ ＳＭＩＴＨ", "john smith"),
        ("O’Brien Ann", "ann o'brien"),
        ("Jean‐Luc Picard", "PICARD Jean-Luc"),
        ("José", "José"),
    ],
)
def test_two_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("王伟", "王玮"), ("王伟", "伟王"), ("John Smith", "Jon Smith"), ("买买提·吐尔逊", "买买提吐尔逊"), ("李", "𠮷")],
)
def test_other_names_stay_others(one: str, other: str) -> None:
    assert not same(one, other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(st.text(alphabet="abcXYZéß", min_size=1, max_size=6), min_size=1, max_size=4), st.randoms())
def test_the_order_of_latin_words_does_not_matter(words: list[str], random: object) -> None:
    turned = list(words)
    random.shuffle(turned)  # type: ignore[attr-defined]

    assert fold(" ".join(words)) == fold(" ".join(turned))


@pytest.mark.parametrize(
    "hidden",
    [
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u00ad",
        "\x00",
        "\x1f",
        "\t",
        "\n",
        "\ue000",
        "\u2028",
        "\u3164",
    ],
)
def test_a_name_with_characters_nobody_sees_is_refused(hidden: str) -> None:
    with pytest.raises(InvalidName):
        check(f"王{hidden}伟")


@pytest.mark.parametrize("empty", ["", "  ", "·", "123", "王" * 61])
def test_what_cannot_be_a_name_is_refused(empty: str) -> None:
    with pytest.raises(InvalidName):
        check(empty)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  王　伟 ", "王 伟"), ("John   Smith", "John Smith"), ("𠮷野", "𠮷野"), ("\U00031350一", "\U00031350一")],
)
def test_a_name_is_kept_as_it_is_written(typed: str, kept: str) -> None:
    assert check(typed) == kept


@pytest.mark.parametrize(
    "hidden", ["\u200b", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164", "\x07", "\n", "\u2028", "\ue000"]
)
def test_a_label_holds_nothing_that_is_not_seen(hidden: str) -> None:
    with pytest.raises(InvalidName):
        label(f"一号{hidden}机")


def test_a_label_may_be_a_number_and_loses_doubled_spaces() -> None:
    assert (label(" 3  号\u3000机 "), label("12")) == ("3 号 机", "12")


@pytest.mark.parametrize("wrong", ["", " \u3000", "长" * 81])
def test_a_label_is_neither_empty_nor_too_long(wrong: str) -> None:
    with pytest.raises(InvalidName):
        label(wrong)
