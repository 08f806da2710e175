"""Search over a few thousand short names, in memory: by words, pinyin, initials, English, and typing slips.

An `Index` is built once from entries and then asked; it never changes. Every name and keyword is cut into the
suffixes that begin where a person may begin: at each Chinese character, each syllable of the pinyin, each initial,
each English word. The suffixes lie sorted in four tables, so a lookup is a bisection, and a typing slip is a few
hundred bisections. Nothing scans all entries except the last resort for pinyin mixed with initials.

The four tables: Han text; pinyin written together, folded for the accents people mix up (zh/z, ch/c, sh/s, ng/n,
l/n, and ü typed as u or v); pinyin initials; English words.

Hits are ordered by score (0–100, plus up to 5 for weight); among equals stand first the matters that do not end
something (注销), then the shorter names, then the codes: always the same order.
`why` says how the best term matched: name, keyword, pinyin, initials, english, mixed, words (some of the words) or
similar (a slip of one character).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pypinyin import Style, lazy_pinyin, load_phrases_dict


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to find. `weight` ≥ 0 lifts what is asked for often; only its share of the largest counts."""

    code: str
    name_zh: str
    name_en: str = ""
    keywords: tuple[str, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One found entry: its code, its score, and how it was found."""

    code: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class _Field:
    """One name or keyword of one entry."""

    entry: int
    kind: str
    length: int


# What a match is worth before prefix and coverage are added (at most 30).
_WORTH = {
    "name": 70.0,
    "keyword": 62.0,
    "english": 58.0,
    "pinyin": 56.0,
    "initials": 50.0,
    "mixed": 44.0,
    "words": 34.0,
    "similar": 28.0,
}
_FIRST_BONUS, _COVERAGE_BONUS, _WEIGHT_BONUS = 10.0, 20.0, 5.0
_LONGEST_QUERY = 64
_TERMS_AT_MOST = 8
_SHORTEST_SLIP = 4

_HAN = r"㐀-鿿豈-﫿𠀀-𲎯"
_RUNS = re.compile(rf"[{_HAN}]+|[a-z0-9]+")
_HAN_RUN = re.compile(rf"[{_HAN}]+")
# What people wrap around the thing they ask for.
_FILLERS = re.compile(
    "我想要|我想|我要|想要|请问|怎么样|怎么|怎样|如何|在哪里|在哪儿|哪里|哪儿|去哪|在哪|需要什么|要什么|什么时候|可以|能不能|"
    "帮我|给我|一下|吗|呢|吧|啊"
)
# Among equals, what begins something comes before what ends it.
_ENDINGS = re.compile("注销|撤销|终止|停止")
_STOP_WORDS = frozenset(
    ["a", "an", "and", "apply", "can", "do", "for", "get", "how", "i", "in", "is", "my", "of", "or", "the", "to"]
)
# Readings that the pinyin phrases miss, from the vocabulary of the halls.
_PHRASES = {
    "参保": [["cān"], ["bǎo"]],
    "重办": [["chóng"], ["bàn"]],
    "重领": [["chóng"], ["lǐng"]],
    "行号": [["háng"], ["hào"]],
    "调解": [["tiáo"], ["jiě"]],
    "调档": [["diào"], ["dàng"]],
    "莞": [["guǎn"]],
    "东莞": [["dōng"], ["guǎn"]],
}


@dataclass(slots=True)
class _Table:
    """Sorted suffixes; each knows its field and at which unit (character, syllable, word) it begins."""

    texts: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, int, int]]) -> _Table:
        ordered = sorted(rows)
        return cls([text for text, _, _ in ordered], [(number, unit) for _, number, unit in ordered])

    def range(self, term: str) -> tuple[int, int]:
        return bisect_left(self.texts, term), bisect_right(self.texts, term + "\U0010ffff")

    def has(self, term: str) -> bool:
        at = bisect_left(self.texts, term)
        return at < len(self.texts) and self.texts[at].startswith(term)

    def find(self, term: str) -> Iterator[tuple[int, int]]:
        start, end = self.range(term)
        return iter(self.places[start:end])


_Found = dict[int, tuple[float, str]]


class Index:
    """The built index. `Index.build(entries)` makes one; `search` asks it. Safe to share between threads."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._fields: list[_Field] = []
        self._syllables: list[tuple[str, ...]] = []
        self._bonus: list[float] = []
        self._order: list[tuple[int, int]] = []
        self._han = self._pinyin = self._initials = self._english = _Table()

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def build(cls, entries: Iterable[Entry]) -> Index:
        """Build an index; a few thousand entries take about a second.

        :raises ValueError: when two entries have one code.
        """
        load_phrases_dict(_PHRASES)
        index = cls()
        index._entries = sorted(entries, key=lambda entry: entry.code)
        for one, other in zip(index._entries, index._entries[1:], strict=False):
            if one.code == other.code:
                raise ValueError(f"two entries have the code {one.code!r}")
        heaviest = max((entry.weight for entry in index._entries), default=0.0) or 1.0
        index._bonus = [round(_WEIGHT_BONUS * max(entry.weight, 0.0) / heaviest, 3) for entry in index._entries]
        index._order = [(len(_ENDINGS.findall(entry.name_zh)), len(entry.name_zh)) for entry in index._entries]
        index._fill()
        return index

    def search(self, q: str, limit: int = 20) -> list[Hit]:
        """The best `limit` entries for what a person typed; none for an empty or all too strange query.

        Entries that match every term come alone; only if there are none, those that match some of them.
        """
        text = unicodedata.normalize("NFKC", q).lower().replace("ü", "v")[:_LONGEST_QUERY]
        terms = _terms(text)
        if not terms or limit <= 0:
            return []
        found = self._all_of(terms)
        if not found:
            shorter = _terms(_FILLERS.sub(" ", text))
            if shorter and shorter != terms:
                found = self._all_of(shorter)
                terms = shorter
        if not found and len(terms) > 1:
            found = self._some_of(terms)
        ranked = sorted(
            (-round(score + self._bonus[number], 3), self._order[number], number, why)
            for number, (score, why) in found.items()
        )
        return [Hit(self._entries[number].code, -score, why) for score, _, number, why in ranked[:limit]]

    # --- Building ----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        han: list[tuple[str, int, int]] = []
        pinyin: list[tuple[str, int, int]] = []
        initials: list[tuple[str, int, int]] = []
        english: list[tuple[str, int, int]] = []
        for number, entry in enumerate(self._entries):
            for kind, text in _texts(entry):
                if not _HAN_RUN.search(text):
                    words = _words(text)
                    if not words:
                        continue
                    place = self._add(number, "english" if kind == "name" else kind, len(" ".join(words)), ())
                    english.extend((" ".join(words[at:]), place, at) for at in range(len(words)))
                    continue
                plain = "".join(_RUNS.findall(text))
                syllables = _syllables(plain)
                place = self._add(number, kind, len(plain), syllables)
                first = "".join(each[0] for each in syllables)
                han.extend((plain[at:], place, at) for at in range(len(plain)))
                pinyin.extend((_folded("".join(syllables[at:])), place, at) for at in range(len(syllables)))
                initials.extend((first[at:], place, at) for at in range(len(first)))
        self._han, self._pinyin = _Table.of(han), _Table.of(pinyin)
        self._initials, self._english = _Table.of(initials), _Table.of(english)

    def _add(self, entry: int, kind: str, length: int, syllables: tuple[str, ...]) -> int:
        self._fields.append(_Field(entry, kind, length))
        self._syllables.append(syllables)
        return len(self._fields) - 1

    # --- Asking ------------------------------------------------------------------------------------------------

    def _all_of(self, terms: Sequence[str]) -> _Found:
        """Entries in which every term is found; terms that also stand together there come first."""
        telling = [term for term in terms if term not in _STOP_WORDS] or terms
        each = [self._one(term) for term in telling]
        common = set(each[0]).intersection(*each[1:])
        found = {number: _mean([one[number] for one in each]) for number in common}
        if len(terms) > 1:
            for number, best in self._together(terms).items():
                if number not in found or best[0] > found[number][0]:
                    found[number] = best
        return found

    def _some_of(self, terms: Sequence[str]) -> _Found:
        """Entries with the most terms found, at a discount for those that are not."""
        each = [self._one(term) for term in terms if term not in _STOP_WORDS]
        matches: dict[int, list[tuple[float, str]]] = {}
        for one in each:
            for number, match in one.items():
                matches.setdefault(number, []).append(match)
        most = max((len(some) for some in matches.values()), default=0)
        return {
            number: (_mean(some)[0] * len(some) / len(terms), "words")
            for number, some in matches.items()
            if len(some) == most
        }

    def _together(self, terms: Sequence[str]) -> _Found:
        """The terms written together: "yingye zhizhao", "yingye执照", "id card"."""
        found: _Found = {}
        if all(_HAN_RUN.fullmatch(term) for term in terms):
            self._from_table(found, self._han, "".join(terms), None)
        elif any(_HAN_RUN.fullmatch(term) for term in terms):
            self._from_pinyin(found, "".join("".join(_syllables(term)) for term in terms))
        else:
            self._from_table(found, self._english, " ".join(term for term in terms if term not in _STOP_WORDS), None)
            self._from_pinyin(found, "".join(terms))
        return found

    def _one(self, term: str) -> _Found:
        return self._one_han(term) if _HAN_RUN.fullmatch(term) else self._one_latin(term)

    def _one_han(self, term: str) -> _Found:
        found: _Found = {}
        self._from_table(found, self._han, term, None)
        if found or len(term) < 2:
            return found
        # The wrong character of the right sound is the commonest slip of a pinyin keyboard: 营业执召.
        self._from_table(found, self._pinyin, _folded("".join(_syllables(term))), "similar", len(term))
        if len(term) >= 3:
            self._from_slips(found, self._han, term)
        if not found:
            found = self._from_pieces(term)
        return found

    def _one_latin(self, term: str) -> _Found:
        found: _Found = {}
        self._from_table(found, self._han, term, None)
        self._from_table(found, self._english, term, None)
        self._from_pinyin(found, term)
        self._from_table(found, self._initials, term, "initials")
        if found or len(term) < _SHORTEST_SLIP:
            return found
        self._from_mixed(found, term)
        self._from_slips(found, self._pinyin, _folded(term))
        self._from_slips(found, self._english, term)
        return found or self._from_two(term)

    def _from_pinyin(self, found: _Found, term: str) -> None:
        """Fields with this sound: as spelt, or as an accent spells it (shengfenzhen)."""
        for place, unit in self._pinyin.find(_folded(term)):
            as_spelt = "".join(self._syllables[place][unit:]).startswith(term)
            why = "pinyin" if as_spelt else "similar"
            self._note(found, place, unit, why, self._share(place, unit, term, why, None))

    def _from_table(self, found: _Found, table: _Table, term: str, why: str | None, units: int | None = None) -> None:
        if not term:
            return
        for place, unit in table.find(term):
            self._note(found, place, unit, why, self._share(place, unit, term, why, units))

    def _share(self, place: int, unit: int, term: str, why: str | None, units: int | None) -> float:
        """How much of the field the term covers, 0–1."""
        if units is not None:
            return units / self._fields[place].length
        if why in ("pinyin", "mixed", "similar") and self._syllables[place]:
            whole = sum(map(len, self._syllables[place]))
            return len(term) / max(whole, 1)
        return len(term) / self._fields[place].length

    def _note(self, found: _Found, place: int, unit: int, why: str | None, share: float) -> None:
        where = self._fields[place]
        why = why or where.kind
        worth = _WORTH[why] - (4.0 if where.kind == "keyword" and why != "keyword" else 0.0)
        score = worth + (_FIRST_BONUS if unit == 0 else 0.0) + _COVERAGE_BONUS * min(share, 1.0)
        if where.entry not in found or score > found[where.entry][0]:
            found[where.entry] = (score, why)

    def _from_slips(self, found: _Found, table: _Table, term: str) -> None:
        """Fields with the term in them but for one character wrong, missing, too many, or two changed over."""
        for variant in _variants(term, table):
            self._from_table(found, table, variant, "similar", len(variant) if table is self._han else None)

    def _from_mixed(self, found: _Found, term: str) -> None:
        """Syllables and initials mixed, as pinyin keyboards allow: bdcdengji, yyzhizhao."""
        start, end = self._initials.range(term[0])
        for place, unit in self._initials.places[start:end]:
            syllables = self._syllables[place]
            if unit < len(syllables) and _spelt(term, 0, syllables, unit):
                self._note(found, place, unit, "mixed", 0.5)

    def _from_two(self, term: str) -> _Found:
        """Two things written as one, in any names of an entry (bdcscdj: 不动产, 首次登记); else a slip in initials."""
        found: _Found = {}
        for at in range(2, len(term) - 1):
            if term[:at] == term[at:]:
                continue
            first, second = self._sounding(term[:at]), self._sounding(term[at:])
            for number in first & second:
                found[number] = (_WORTH["words"] + _COVERAGE_BONUS, "words")
        if not found:
            self._from_slips(found, self._initials, term)
        return found

    def _sounding(self, term: str) -> set[int]:
        """Entries with this pinyin or these initials."""
        places = [*self._initials.find(term), *(self._pinyin.find(_folded(term)) if len(term) > 3 else ())]
        return {self._fields[place].entry for place, _ in places}

    def _from_pieces(self, term: str) -> _Found:
        """A sentence cut into the longest pieces of two characters or more that occur; how much of it an entry has."""
        matched: dict[int, int] = {}
        at = 0
        while at < len(term):
            length = next((n for n in range(len(term) - at, 1, -1) if self._han.has(term[at : at + n])), 0)
            places = self._han.find(term[at : at + length]) if length else ()
            for number in {self._fields[place].entry for place, _ in places}:
                matched[number] = matched.get(number, 0) + length
            at += length or 1
        most = max(matched.values(), default=0)
        return {
            number: (_WORTH["words"] + _COVERAGE_BONUS * size / len(term), "words")
            for number, size in matched.items()
            if 2 * size >= most
        }


# --- Text ------------------------------------------------------------------------------------------------------


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    for kind, text in (("name", entry.name_zh), ("name", entry.name_en), *(("keyword", k) for k in entry.keywords)):
        plain = unicodedata.normalize("NFKC", text).lower()
        if plain.strip():
            yield kind, plain


def _words(text: str) -> list[str]:
    return [word for word in _RUNS.findall(text.replace("'", "")) if word not in _STOP_WORDS]


def _terms(text: str) -> list[str]:
    return _RUNS.findall(text.replace("'", ""))[:_TERMS_AT_MOST]


def _syllables(text: str) -> tuple[str, ...]:
    """Pinyin syllables without tones; each Latin letter or digit counts as one."""
    spelt = lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]
    return tuple(syllable for syllable in spelt if syllable)


def _folded(pinyin: str) -> str:
    """One spelling for the sounds that accents and keyboards mix up, of syllables written together."""
    text = pinyin.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("v", "u").replace("l", "n")
    return re.sub("ng+", "n", text)  # g+ because "xin guan" and "xing guan" are to run together alike


def _spelt(term: str, at: int, syllables: Sequence[str], unit: int) -> bool:
    """Whether the rest of the term is spelt by these syllables, whole or by initial; the last may break off."""
    if at == len(term):
        return True
    if unit == len(syllables):
        return False
    syllable = syllables[unit]
    rest = len(term) - at
    if rest <= len(syllable) and syllable.startswith(term[at:]):
        return True
    for size in {len(syllable), 2 if syllable[1:2] == "h" else 1, 1}:
        if term.startswith(syllable[:size], at) and _spelt(term, at + size, syllables, unit + 1):
            return True
    return False


def _variants(term: str, table: _Table) -> Iterator[str]:
    """Every string one edit away from the term that begins some suffix of the table."""
    seen = {term}
    for at in range(len(term) + 1):
        head, tail = term[:at], term[at:]
        if head and not table.has(head):
            return  # no suffix begins like this: an edit further right cannot help
        edited = [head + tail[1:]] if tail else []
        if len(tail) > 1:
            edited.append(head + tail[1] + tail[0] + tail[2:])
        for letter in _next_letters(head, table):
            if tail:
                edited.append(head + letter + tail[1:])
                edited.append(head + letter + tail)
        for variant in edited:
            if variant not in seen and len(variant) > 1 and table.has(variant):
                seen.add(variant)
                yield variant


def _next_letters(head: str, table: _Table) -> Iterator[str]:
    """The characters that follow `head` in the table, each once."""
    start, end = table.range(head)
    size = len(head)
    while start < end:
        text = table.texts[start]
        if len(text) <= size:
            start += 1
            continue
        yield text[size]
        start = bisect_right(table.texts, text[: size + 1] + "\U0010ffff", start, end)


def _mean(matches: Sequence[tuple[float, str]]) -> tuple[float, str]:
    best = max(matches)
    return sum(score for score, _ in matches) / len(matches), best[1]
