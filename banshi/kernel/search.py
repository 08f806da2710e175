"""Search over a few thousand short names, in memory: by words, pinyin, initials, English, and typing slips.

An `Index` is built once from entries and then asked; it never changes. Every name and keyword is cut into the
suffixes that begin where a person may begin: at each Chinese character, each syllable of the pinyin, each initial,
each English word. The suffixes lie sorted in four tables, so a lookup is a bisection, and a typing slip is a few
hundred bisections. Nothing scans all entries except the last resort for pinyin mixed with initials.

The four tables: Han text; pinyin written together in every living reading (`readings`), folded for the accents people
mix up (zh/z, ch/c, sh/s, ng/n, l/n, and ü typed as u, v or yu); pinyin initials; English words.

Hits are ordered by score (0–100, plus up to 5 for weight); among equals stand first the matters that do not end
something (注销), then the shorter names, then the codes: always the same order. What people call a thing (`synonyms`)
comes before what merely contains the letters: a whole saying scores up to 110, its pinyin 108, its initials 90.
`why` says how the best term matched: synonym, name, keyword, pinyin, initials, english, mixed, words (some of the
words) or similar (a slip of the finger or the ear). How much may be wrong grows with what was typed: nothing below four
letters, two letters changed over below six, one letter from six; of three Chinese characters not the first.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from banshi.kernel.readings import Spelt, readings, spellings
from banshi.kernel.synonyms import Ranked, Spoken, Synonym


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
_LONGEST_QUERY = 160
_TERMS_AT_MOST = 8
_SHORTEST_SLIP = 4
_SHORTEST_WRONG = 6  # letters of which one may be wrong, missing or too many; below, two may be changed over
_SHORTEST_WRONG_FIRST = (
    4  # characters of which the first may be another; of three it makes another thing (银行卡, 旅行卡)
)
_SHORTEST_PART = 3  # initials that stand for a thing when two are written as one

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
        self._syllables: list[Spelt] = []
        self._spoken = Spoken((), {}, _folded)
        self._bonus: list[float] = []
        self._order: list[tuple[int, int]] = []
        self._han = self._pinyin = self._initials = self._english = _Table()

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def build(cls, entries: Iterable[Entry], synonyms: Iterable[Synonym] = ()) -> Index:
        """Build an index; a few thousand entries take a few seconds.

        :raises ValueError: when two entries have one code.
        """
        index = cls()
        index._entries = sorted(entries, key=lambda entry: entry.code)
        for one, other in zip(index._entries, index._entries[1:], strict=False):
            if one.code == other.code:
                raise ValueError(f"two entries have the code {one.code!r}")
        heaviest = max((entry.weight for entry in index._entries), default=0.0) or 1.0
        index._bonus = [round(_WEIGHT_BONUS * max(entry.weight, 0.0) / heaviest, 3) for entry in index._entries]
        index._order = [(len(_ENDINGS.findall(entry.name_zh)), len(entry.name_zh)) for entry in index._entries]
        numbers = {entry.code: number for number, entry in enumerate(index._entries)}
        said = [Synonym(tuple(map(_plain, each.words)), each.codes, each.means) for each in synonyms]
        index._spoken = Spoken(said, numbers, _folded)
        index._fill([(word, each.codes) for each in said for word in each.words if not each.means], numbers)
        return index

    def search(self, q: str, limit: int = 20) -> list[Hit]:
        """The best `limit` entries for what a person typed; none for an empty or all too strange query.

        Entries that match every term come alone; only if there are none, those that match some of them.
        """
        text = unicodedata.normalize("NFKC", q).lower().replace("ü", "v")[:_LONGEST_QUERY]
        terms = _terms(text)
        if not terms or limit <= 0:
            return []
        found = self._said(terms)
        for number, best in self._all_of(terms, slips=False).items():
            if number not in found or best[0] > found[number][0]:
                found[number] = best
        shorter = _terms(_FILLERS.sub(" ", text))
        if not found and shorter and shorter != terms:
            terms = shorter
            found = self._said(terms) or self._all_of(terms, slips=False)
        meant = _terms(self._spoken.meant(" ".join(terms)))
        if not found and meant != terms:
            found = self._all_of(meant, slips=False)
        if not found:
            found = self._all_of(terms, slips=True)
        if not found and len(terms) > 1:
            found = self._some_of(terms)
        ranked = sorted(
            (-round(score + self._bonus[number], 3), self._order[number], number, why)
            for number, (score, why) in found.items()
        )
        return [Hit(self._entries[number].code, -score, why) for score, _, number, why in ranked[:limit]]

    # --- Building ----------------------------------------------------------------------------------------------

    def _fill(self, sayings: Iterable[tuple[str, Sequence[str]]], numbers: dict[str, int]) -> None:
        han: list[tuple[str, int, int]] = []
        pinyin: list[tuple[str, int, int]] = []
        initials: list[tuple[str, int, int]] = []
        english: list[tuple[str, int, int]] = []
        heard: dict[str, _Heard] = {}
        texts = [(number, kind, text) for number, entry in enumerate(self._entries) for kind, text in _texts(entry)]
        texts += [(numbers[code], "keyword", word) for word, codes in sayings for code in codes if code in numbers]
        for number, kind, text in texts:
            if not _HAN_RUN.search(text):
                words = _words(text)
                if words:
                    place = self._add(number, "english" if kind == "name" else kind, len(" ".join(words)), ())
                    english.extend((" ".join(words[at:]), place, at) for at in range(len(words)))
                continue
            plain = "".join(_RUNS.findall(text))
            if plain not in heard:  # hundreds of items share a keyword
                heard[plain] = _heard(plain)
            read, sounds, firsts = heard[plain]
            place = self._add(number, kind, len(plain), read)
            han.extend((plain[at:], place, at) for at in range(len(plain)))
            pinyin.extend((sound, place, at) for sound, at in sounds)
            initials.extend((first, place, at) for first, at in firsts)
        self._han, self._pinyin = _Table.of(han), _Table.of(pinyin)
        self._initials, self._english = _Table.of(initials), _Table.of(english)

    def _add(self, entry: int, kind: str, length: int, syllables: Spelt) -> int:
        self._fields.append(_Field(entry, kind, length))
        self._syllables.append(syllables)
        return len(self._fields) - 1

    # --- Asking ------------------------------------------------------------------------------------------------

    def _said(self, terms: Sequence[str]) -> _Found:
        """Matters that people call so: in these words, in their pinyin, by its initials."""
        together = "".join(terms) if any(map(_HAN_RUN.fullmatch, terms)) else " ".join(terms)
        found = self._as_ranked(self._spoken.whole(together), 110.0)
        if not found and together.isascii():
            sound = "".join(terms)
            for folded in _foldings(sound):
                found = found or self._as_ranked(self._spoken.sounding(folded), 108.0)
            found = found or self._as_ranked(self._spoken.beginning_with(sound), 90.0)
        return found

    def _as_ranked(self, ranked: Ranked, worth: float) -> _Found:
        """By rank alone: the weight of an entry (up to 5) is not to change the order people gave."""
        return {number: (worth - place - self._bonus[number], "synonym") for number, place in ranked.items()}

    def _all_of(self, terms: Sequence[str], *, slips: bool) -> _Found:
        """Entries in which every term is found; terms that also stand together there come first."""
        telling = [term for term in terms if term not in _STOP_WORDS] or terms
        each = [self._one(term, slips=slips) for term in telling]
        common = set(each[0]).intersection(*each[1:])
        found = {number: _mean([one[number] for one in each]) for number in common}
        if len(terms) > 1:
            for number, best in self._together(terms).items():
                if number not in found or best[0] > found[number][0]:
                    found[number] = best
        return found

    def _some_of(self, terms: Sequence[str]) -> _Found:
        """Entries with the most terms found, at a discount for those that are not."""
        each = [self._one(term, slips=True) for term in terms if term not in _STOP_WORDS]
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
            self._from_pinyin(found, "".join(_likeliest(term) for term in terms))
        else:
            self._from_table(found, self._english, " ".join(term for term in terms if term not in _STOP_WORDS), None)
            self._from_pinyin(found, "".join(terms))
        return found

    def _one(self, term: str, *, slips: bool) -> _Found:
        if _HAN_RUN.fullmatch(term):
            return self._one_han(term, slips=slips)
        return self._one_latin(term, slips=slips)

    def _one_han(self, term: str, *, slips: bool) -> _Found:
        found: _Found = {}
        self._from_table(found, self._han, term, None)
        if found or len(term) < 2 or not slips:
            return found
        # The wrong character of the right sound is the commonest slip of a pinyin keyboard: 营业执召.
        sound = _likeliest(term)
        self._from_sound(found, sound, len(term))
        for number, best in self._as_ranked(self._spoken.sounding(_folded(sound)), 60.0).items():
            found[number] = max(best, found.get(number, best))
        if len(term) >= 3:
            self._from_slips(found, self._han, term)
        return found or self._from_pieces(term)

    def _one_latin(self, term: str, *, slips: bool) -> _Found:
        found: _Found = {}
        self._from_table(found, self._han, term, None)
        self._from_table(found, self._english, term, None)
        self._from_pinyin(found, term)
        self._from_table(found, self._initials, term, "initials")
        if found or len(term) < _SHORTEST_SLIP or not slips:
            return found
        self._from_mixed(found, term)
        self._from_slips(found, self._pinyin, _folded(term), len(term))
        self._from_slips(found, self._english, term)
        return found or self._from_two(term)

    def _from_sound(self, found: _Found, sound: str, units: int) -> None:
        """Fields with the sound of these characters. Two are meant as they sound: an accent, or a syllable that goes on, makes
        another word of them (吃饭 is not in 保持方案)."""
        for place, unit in self._pinyin.find(_folded(sound)):
            if units > 2 or _sounds(sound, 0, self._syllables[place], unit):
                self._note(found, place, unit, "similar", self._share(place, unit, sound, "similar", units))

    def _from_pinyin(self, found: _Found, term: str) -> None:
        """Fields with this sound: as spelt, or as an accent spells it (shengfenzhen)."""
        for folded in _foldings(term):
            for place, unit in self._pinyin.find(folded):
                as_spelt = _reads(_umlauts(term), 0, self._syllables[place], unit)
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
            whole = sum(len(each[0]) for each in self._syllables[place])
            return len(term) / max(whole, 1)
        return len(term) / self._fields[place].length

    def _note(self, found: _Found, place: int, unit: int, why: str | None, share: float) -> None:
        where = self._fields[place]
        why = why or where.kind
        worth = _WORTH[why] - (4.0 if where.kind == "keyword" and why != "keyword" else 0.0)
        score = worth + (_FIRST_BONUS if unit == 0 else 0.0) + _COVERAGE_BONUS * min(share, 1.0)
        if where.entry not in found or score > found[where.entry][0]:
            found[where.entry] = (score, why)

    def _from_slips(self, found: _Found, table: _Table, term: str, typed: int | None = None) -> None:
        """Fields with the term in them but for one character wrong, missing, too many, or two changed over."""
        han = table is self._han
        swaps_only = not han and (typed or len(term)) < _SHORTEST_WRONG
        first = 1 if han and len(term) < _SHORTEST_WRONG_FIRST else 0
        for variant in _variants(term, table, swaps_only=swaps_only, first=first):
            self._from_table(found, table, variant, "similar", len(variant) if han else None)

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
        for at in range(_SHORTEST_PART, len(term) - _SHORTEST_PART + 1):
            if term[:at] == term[at:]:
                continue
            first, second = self._sounding(term[:at]), self._sounding(term[at:])
            for number in first & second:
                found[number] = (_WORTH["words"] + _COVERAGE_BONUS, "words")
        if not found and len(term) >= _SHORTEST_WRONG:
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
        found: _Found = {
            number: (_WORTH["words"] + _COVERAGE_BONUS * size / len(term), "words")
            for number, size in matched.items()
            if 2 * size >= most
        }
        ranked, word = self._spoken.inside(term)
        for number, (score, why) in self._as_ranked(ranked, _WORTH["words"] + 30.0 * len(word) / len(term)).items():
            more = _COVERAGE_BONUS * matched.get(number, 0) / len(term)
            found[number] = max((score + more, why), found.get(number, (0.0, why)))
        return found


# --- Text ------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    for kind, text in (("name", entry.name_zh), ("name", entry.name_en), *(("keyword", k) for k in entry.keywords)):
        if _plain(text).strip():
            yield kind, _plain(text)


def _words(text: str) -> list[str]:
    return [word for word in _RUNS.findall(text.replace("'", "")) if word not in _STOP_WORDS]


def _terms(text: str) -> list[str]:
    return _RUNS.findall(text.replace("'", ""))[:_TERMS_AT_MOST]


_Heard = tuple[Spelt, set[tuple[str, int]], set[tuple[str, int]]]


def _heard(plain: str) -> _Heard:
    """Its readings; the sound and the initials of each of its suffixes, with the unit at which it begins."""
    read = readings(plain)
    sounds: set[tuple[str, int]] = set()
    firsts: set[tuple[str, int]] = set()
    for spelt in spellings(read):
        for at in range(len(spelt)):
            sounds.add((_folded("".join(spelt[at:])), at))
            firsts.add(("".join(each[0] for each in spelt[at:]), at))
    return read, sounds, firsts


def _likeliest(text: str) -> str:
    """The pinyin of a text as its phrases read."""
    return "".join(each[0] for each in readings(text))


def _umlauts(pinyin: str) -> str:
    """ü as the syllables write it (v), also where it was typed as passports print it: lyu, nyu."""
    return re.sub("lyu", "lv", re.sub("(?<![aeiou])nyu", "nv", pinyin))


def _folded(pinyin: str) -> str:
    """One spelling for the sounds that accents and keyboards mix up, of syllables written together."""
    text = pinyin.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("v", "u").replace("l", "n")
    return re.sub("ng+", "n", text)  # g+ because "xin guan" and "xing guan" are to run together alike


def _foldings(typed: str) -> list[str]:
    """The folded spellings of what was typed: nyu may be ü, or the end of one syllable and the start of the next."""
    return list(dict.fromkeys((_folded(typed), _folded(_umlauts(typed)))))


def _reads(term: str, at: int, read: Spelt, unit: int) -> bool:
    """Whether the rest of the term is spelt by these syllables, in any reading; the last may break off."""
    if at == len(term):
        return True
    if unit == len(read):
        return False
    rest = term[at:]
    return any(
        syllable.startswith(rest) or (rest.startswith(syllable) and _reads(term, at + len(syllable), read, unit + 1))
        for syllable in read[unit]
    )


def _sounds(term: str, at: int, read: Spelt, unit: int) -> bool:
    """Whether the rest of the term is whole syllables of these, in any reading."""
    if at == len(term) or unit == len(read):
        return at == len(term)
    return any(
        term.startswith(syllable, at) and _sounds(term, at + len(syllable), read, unit + 1) for syllable in read[unit]
    )


def _spelt(term: str, at: int, read: Spelt, unit: int) -> bool:
    """Whether the rest of the term is spelt by these syllables, whole or by initial; the last may break off."""
    if at == len(term):
        return True
    if unit == len(read):
        return False
    rest = len(term) - at
    for syllable in read[unit]:
        if rest <= len(syllable) and syllable.startswith(term[at:]):
            return True
        for size in {len(syllable), 2 if syllable[1:2] == "h" else 1, 1}:
            if term.startswith(syllable[:size], at) and _spelt(term, at + size, read, unit + 1):
                return True
    return False


def _variants(term: str, table: _Table, *, swaps_only: bool, first: int = 0) -> Iterator[str]:
    """Every string one edit away from the term that begins some suffix of the table. `first`: where an edit may begin."""
    seen = {term}
    for at in range(first, len(term) + 1):
        head, tail = term[:at], term[at:]
        if head and not table.has(head):
            return  # no suffix begins like this: an edit further right cannot help
        edited = [head + tail[1:]] if tail and not swaps_only else []
        if len(tail) > 1:
            edited.append(head + tail[1] + tail[0] + tail[2:])
        for letter in () if swaps_only else _next_letters(head, table):
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
