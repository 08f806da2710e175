"""What people say for what the catalogue calls otherwise: 房产证 for 不动产权证书, 换驾照 for 机动车驾驶证（换领）.

A `Synonym` names the matters meant by some spoken words, the likeliest first – or says that a word in a question
means another (丢了: 补领). `Spoken` finds them by the words themselves, by their pinyin and by its initials; it knows
whole sayings, and sayings inside a longer question. The beginning of a saying is found by the index like a keyword.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from banshi.kernel.readings import readings, spellings


@dataclass(frozen=True, slots=True)
class Synonym:
    """`words` that mean the matters `codes`, the likeliest first; or that mean the word `means` in any question."""

    words: tuple[str, ...]
    codes: tuple[str, ...] = ()
    means: str = ""


Folding = Callable[[str], str]  # how the index spells pinyin
Ranked = dict[int, int]  # entry: its place among those meant, from 0


class Spoken:
    """Sayings, ready to be asked; entries are known by their number."""

    def __init__(self, synonyms: Iterable[Synonym], numbers: Mapping[str, int], folded: Folding) -> None:
        self._sayings: dict[str, Ranked] = {}
        self._sounds: dict[str, Ranked] = {}
        self._initials: dict[str, Ranked] = {}
        self._means: dict[str, str] = {}
        for synonym in synonyms:
            for word in synonym.words:
                if synonym.means:
                    self._means[word] = synonym.means
                else:
                    self._learn(word, [numbers[code] for code in synonym.codes if code in numbers], folded)
        meaning = "|".join(re.escape(word) for word in sorted(self._means, key=len, reverse=True))
        self._meaning = re.compile(meaning) if meaning else None

    def _learn(self, word: str, meant: list[int], folded: Folding) -> None:
        rank = {number: place for place, number in enumerate(meant)}
        _note(self._sayings, word, rank)
        for spelt in spellings(readings(word.replace(" ", ""))):
            _note(self._sounds, folded("".join(spelt)), rank)
            if len(spelt) > 2:
                _note(self._initials, "".join(syllable[0] for syllable in spelt), rank)

    def whole(self, text: str) -> Ranked:
        """Who is meant by exactly these words."""
        return self._sayings.get(text, {})

    def sounding(self, folded_pinyin: str) -> Ranked:
        return self._sounds.get(folded_pinyin, {})

    def beginning_with(self, initials: str) -> Ranked:
        return self._initials.get(initials, {})

    def inside(self, text: str) -> tuple[Ranked, str]:
        """The longest saying inside a question, and which it was; the first of equally long ones."""
        for size in range(min(len(text), 14), 1, -1):
            for at in range(len(text) - size + 1):
                if text[at : at + size] in self._sayings:
                    return self._sayings[text[at : at + size]], text[at : at + size]
        return {}, ""

    def meant(self, text: str) -> str:
        """The question in the catalogue's words: 社保卡丢了 → 社保卡 补领."""
        return self._meaning.sub(lambda found: f" {self._means[found[0]]} ", text) if self._meaning else text


def _note(table: dict[str, Ranked], key: str, rank: Ranked) -> None:
    known = table.setdefault(key, {})
    for number, place in rank.items():
        known[number] = min(place, known.get(number, place))
