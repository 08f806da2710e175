"""Names as people write them: what may stand in one, and when two are the same."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60
_DOTS = re.compile("[·•・‧∙⋅●∘◦⸱᛫˙.。︰]")  # after NFKC, which already turns ．･ and · into . ・ ·
_APOSTROPHES = re.compile("[’‘ʼʹ′`´]")
_HYPHENS = re.compile("[‐‑‒–—―−]")
_COMMAS = re.compile("[,，、;；]")
_HAN = re.compile(
    "[\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"  # to the end of plane 3
)
# Not in a category of their own, and yet nothing is seen: fillers, joiners, the blank of Braille.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0\u2028\u2029")
_REFUSED = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})


class InvalidName(ValueError):
    """This cannot be a name. `zh` and `en` say why to a person."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def _hidden(char: str) -> bool:
    """Whether a character is invisible, turns the direction of text, or does not exist.

    Rare Han characters are younger than the tables of this Python may be: planes 2 and 3 are theirs.
    """
    if char in _UNSEEN:
        return True
    category = unicodedata.category(char)
    return category in _REFUSED and not (category == "Cn" and 0x20000 <= ord(char) <= 0x3FFFD)


def hidden(text: str) -> bool:
    """Whether anything in it is invisible, turns the direction of text, or does not exist."""
    return any(_hidden(char) for char in text)


def check(text: str) -> str:
    """The name with spaces at the ends and doubled ones taken out.

    :raises InvalidName: empty, too long, without a letter, or with characters that cannot be seen.
    """
    name = re.sub("[ \u00a0\u3000]+", " ", text).strip(" ")
    if hidden(name):
        raise InvalidName(
            "姓名里有看不见的字符，删掉后重新输入", "The name has characters that cannot be seen: type it again"
        )
    if not 1 <= len(name) <= LONGEST:
        raise InvalidName(f"姓名要填 1 到 {LONGEST} 个字", f"A name has 1 to {LONGEST} characters")
    if not any(char.isalpha() or _HAN.match(char) for char in name):
        raise InvalidName("姓名里没有文字", "A name has letters")
    return name


def label(text: str, longest: int = 80) -> str:
    """The name of a thing or of a member of staff, on one line: spaces at the ends and doubled ones taken out.

    :raises InvalidName: empty, too long, or with characters that are not seen, turn the text round or break the line.
    """
    name = re.sub("[ \u00a0\u3000]+", " ", text).strip(" ")
    if hidden(name):
        raise InvalidName(
            "名称里有看不见的字符，删掉后重新输入", "The name has characters that cannot be seen: type it again"
        )
    if not 1 <= len(name) <= longest:
        raise InvalidName(f"名称要填 1 到 {longest} 个字", f"A name has 1 to {longest} characters")
    return name


def fold(name: str) -> str:
    """The form in which names are compared: two spellings of one name have the same.

    买买提·吐尔逊 = 买买提•吐尔逊, 王伟 = 王 伟, JOHN SMITH = Smith, John. A name with Han characters loses its spaces and
    keeps one kind of middle dot; any other is a sorted set of words. Folding twice changes nothing.
    """
    text = name
    while True:  # folding one thing may make another foldable: until it rests
        folded = _once(text)
        if folded == text:
            return folded
        text = folded


def _once(name: str) -> str:
    text = "".join(char for char in name if not _hidden(char) or char.isspace())
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = _HYPHENS.sub("-", _APOSTROPHES.sub("'", text))
    if _HAN.search(text):
        return _DOTS.sub("·", _COMMAS.sub("", "".join(text.split())))
    return " ".join(sorted(set(_DOTS.sub(" ", _COMMAS.sub(" ", text)).split())))


def same(one: str, other: str) -> bool:
    """Whether two spellings are of one name."""
    return fold(one) == fold(other)
