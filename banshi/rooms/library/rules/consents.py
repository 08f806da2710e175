"""Consent that what is known of somebody fills in a form: the sentences they agree to, and what becomes of a value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Sentence:
    zh: str
    en: str


# By key, kept with each consent: a sentence that is worded otherwise gets a key of its own, and the old one stays.
WORDS: Final = {
    "own-1": Sentence(
        "我同意：用已有的记录填写这张表，仅用于这件事",
        "I agree: fill this form in with what is on record, for this matter alone",
    ),
    "window-1": Sentence(
        "已当面询问：同意用已有的记录填写这张表，仅用于这件事",
        "Asked: they agree that what is on record fills this form in, for this matter alone",
    ),
    "channel-1": Sentence(
        "经接入平台同意：用已有的记录填写这张表，仅用于这件事",
        "Agreed on the connected platform: what is on record fills this form in, for this matter alone",
    ),
}
WORDS_OF: Final = {"citizen": "own-1", "kiosk": "own-1", "staff": "window-1"}  # by kind of actor
BECAME: Final = ("kept", "corrected", "taken_out")


def words_for(kind: str) -> str:
    """Key of the sentence, by the kind of actor that gives or takes down the consent."""
    return WORDS_OF.get(kind, "channel-1")


def became(carried: str, stands: Collection[str]) -> str:
    """What became of a value that was carried over.

    :param carried: its blind index. :param stands: those of what fields of its element say as the form is sent.
    """
    if carried in stands:
        return "kept"
    return "corrected" if stands else "taken_out"
