"""Numbers of identity documents (证件号码): read, checked and written one way.

`normalise` takes what a person typed or a reader read – full-width digits, spaces, small letters – and returns
the one spelling that is stored and compared, or raises `InvalidDocument` with the reason.

What is checked, by type:

- resident identity card (居民身份证, GB 11643): 18 characters, a real birth date, check character by ISO 7064
  MOD 11-2; an old number of 15 digits is upgraded to 18. The area is not looked at: areas are merged and
  renamed, and people keep their number.
- residence permit for Hong Kong, Macao and Taiwan residents (港澳台居民居住证): the same, area 810000/820000/830000.
- foreigner's permanent residence card (外国人永久居留身份证): 18 digits beginning with 9, checked the same way
  (2023 edition), or the earlier 15 characters, whose birth date is checked and whose check digit is not.
- mainland travel permits for Hong Kong and Macao residents (回乡证) and Taiwan residents (台胞证), passports: pattern.
- unified social credit code (统一社会信用代码, GB 32100): 18 characters, check character MOD 31-3.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from enum import StrEnum


class IdType(StrEnum):
    """Kind of identity document (证件类型)."""

    RESIDENT_ID = "resident_id"  # 居民身份证
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    PERMANENT_RESIDENCE = "permanent_residence"  # 外国人永久居留身份证
    HOME_RETURN = "home_return"  # 港澳居民来往内地通行证, 回乡证
    TAIWAN_PASS = "taiwan_pass"  # noqa: S105 – 台湾居民来往大陆通行证, 台胞证
    PASSPORT = "passport"  # 护照
    USCC = "uscc"  # 统一社会信用代码

    @property
    def name_zh(self) -> str:
        return _NAMES[self][0]

    @property
    def name_en(self) -> str:
        return _NAMES[self][1]


_NAMES = {
    IdType.RESIDENT_ID: ("居民身份证", "Resident identity card"),
    IdType.RESIDENCE_PERMIT: ("港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan residents"),
    IdType.PERMANENT_RESIDENCE: ("外国人永久居留身份证", "Foreigner's permanent residence card"),
    IdType.HOME_RETURN: ("港澳居民来往内地通行证", "Mainland travel permit for Hong Kong and Macao residents"),
    IdType.TAIWAN_PASS: ("台湾居民来往大陆通行证", "Mainland travel permit for Taiwan residents"),
    IdType.PASSPORT: ("护照", "Passport"),
    IdType.USCC: ("统一社会信用代码", "Unified social credit code"),
}


class Fault(StrEnum):
    """Why a number cannot be right."""

    EMPTY = "empty"
    FORMAT = "format"
    BIRTH_DATE = "birth_date"
    CHECK_CHARACTER = "check_character"
    OTHER_TYPE = "other_type"


_FAULTS = {
    Fault.EMPTY: ("输入证件号码。", "Enter the document number."),
    Fault.FORMAT: (
        "号码的位数或字符不对，对照证件再看一遍。",
        "The number has the wrong length or characters; compare it with the document.",
    ),
    Fault.BIRTH_DATE: ("号码里的出生日期不存在，核对一下。", "The birth date inside the number does not exist."),
    Fault.CHECK_CHARACTER: (
        "号码与最后一位校验码不符，可能有一位输错了。",
        "The last character does not fit the rest; one character is probably wrong.",
    ),
    Fault.OTHER_TYPE: ("这个号码属于另一种证件，换一个证件类型。", "This number is of another type of document."),
}


class InvalidDocument(ValueError):
    """The number cannot belong to such a document. `reason` is the slug, `zh` and `en` say it to a person."""

    def __init__(self, reason: Fault) -> None:
        self.reason = reason
        self.zh = _FAULTS[reason][0]
        self.en = _FAULTS[reason][1]
        super().__init__(self.en)


# What readers and people call them.
_SAID = {
    "身份证": IdType.RESIDENT_ID,
    "二代证": IdType.RESIDENT_ID,
    "港澳台居住证": IdType.RESIDENCE_PERMIT,
    "j": IdType.RESIDENCE_PERMIT,
    "外国人永居证": IdType.PERMANENT_RESIDENCE,
    "永居证": IdType.PERMANENT_RESIDENCE,
    "i": IdType.PERMANENT_RESIDENCE,
    "回乡证": IdType.HOME_RETURN,
    "台胞证": IdType.TAIWAN_PASS,
    "普通护照": IdType.PASSPORT,
}

_PERMIT_AREAS = frozenset({"810000", "820000", "830000"})
_EIGHTEEN = re.compile(r"[1-9][0-9]{16}[0-9X]")
_FIFTEEN = re.compile(r"[1-9][0-9]{14}")
_OLD_PERMANENT = re.compile(r"[A-Z]{3}[0-9]{12}")
_HOME_RETURN = re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?")
_TAIWAN_PASS = re.compile(r"[0-9]{8}|[0-9]{10}")
_TAIWAN_ISSUE = re.compile(r"([0-9]{10})\(?[A-Z]\)?")  # the older card prints how often it was issued: 0012345601(B)
_PASSPORT = re.compile(r"(?=.*[0-9])[A-Z0-9]{5,15}")
_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_CODE = re.compile(rf"[{_CREDIT_CHARACTERS}]{{2}}[0-9]{{6}}[{_CREDIT_CHARACTERS}]{{10}}")
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—−·"), None)


def normalise(id_type: IdType, number: str, *, today: date | None = None) -> str:
    """The stored spelling of a number: half-width capitals and digits, no spaces or dashes.

    :param today: the hall's day; with it, a birth date after it is refused.
    :raises InvalidDocument: with the reason.
    """
    text = unicodedata.normalize("NFKC", number).translate(_DASHES).upper()
    text = "".join(text.split())
    if not text:
        raise InvalidDocument(Fault.EMPTY)
    if id_type is IdType.RESIDENT_ID:
        text = _resident(text)
    elif id_type is IdType.RESIDENCE_PERMIT:
        _residence_permit(text)
    elif id_type is IdType.PERMANENT_RESIDENCE:
        _permanent_residence(text)
    elif id_type is IdType.USCC:
        _credit_code(text)
    else:
        if id_type is IdType.TAIWAN_PASS and (issued := _TAIWAN_ISSUE.fullmatch(text)):
            text = issued[1]
        pattern = {IdType.HOME_RETURN: _HOME_RETURN, IdType.TAIWAN_PASS: _TAIWAN_PASS}.get(id_type, _PASSPORT)
        if not pattern.fullmatch(text):
            raise InvalidDocument(Fault.FORMAT)
    born = birth_date(id_type, text)
    if today is not None and born is not None and born > today:
        raise InvalidDocument(Fault.BIRTH_DATE)
    return text


# Passport numbers have nine characters at most (ICAO 9303-4); some countries' files write more, which `normalise` takes.
_PASSPORT_AT_MOST = 9


def types_that_fit(number: str, *, today: date | None = None) -> tuple[IdType, ...]:
    """Every type this number can be of, the likeliest first; none when it can be no document's.

    A travel permit's H or M and eight digits are some countries' passport numbers too (Korea, Hong Kong), and so are the
    eight digits of a Taiwan permit: then several fit, and only the holder or the chip knows which.
    """
    fits = []
    for kind in IdType:
        try:
            text = normalise(kind, number, today=today)
        except InvalidDocument:
            continue
        fits.append((kind, text))
    several = len(fits) > 1
    return tuple(
        kind
        for kind, text in fits
        if not several or (kind is not IdType.USCC and (kind is not IdType.PASSPORT or len(text) <= _PASSPORT_AT_MOST))
    )


def type_named(text: str) -> IdType | None:
    """The type a chip reader says: by slug, by its name in Chinese or English, by the mark in its chip (I, J)."""
    asked = text.strip().lower()
    for kind in IdType:
        if asked in (kind.value, kind.name_zh, kind.name_en.lower()):
            return kind
    return _SAID.get(asked)


def birth_date(id_type: IdType, number: str) -> date | None:
    """The birth date inside a normalised number, or None where the document carries none.

    The 15-character permanent residence card has a two-digit year that leaves the century open: None.
    """
    if id_type not in (IdType.RESIDENT_ID, IdType.RESIDENCE_PERMIT, IdType.PERMANENT_RESIDENCE) or len(number) != 18:
        return None
    return _date(number[6:14])


def age_on(born: date, day: date) -> int:
    """Whole years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def last_day_minor(born: date) -> date:
    """The day before the 18th birthday (民法典 17 条: 十八周岁以上 are of age). Born on 29 February one is of age on 1 March of a
    common year (202 条)."""
    leap_day = (born.month, born.day) == (2, 29)
    return (date(born.year + 18, 3, 1) if leap_day else born.replace(year=born.year + 18)) - timedelta(days=1)


def generate_resident_id(area: str, birth: date, seq: int) -> str:
    """A well-formed resident number for a demo person; an odd `seq` is a man's, an even one a woman's.

    :param area: six digits, such as 441900 (Dongguan).
    :raises ValueError: when `area` is not six digits or `seq` is not 0–999.
    """
    if not re.fullmatch(r"[1-9][0-9]{5}", area):
        raise ValueError(f"an area has six digits, not {area!r}")
    if not 0 <= seq <= 999:
        raise ValueError(f"a sequence number is 0 to 999, not {seq}")
    body = f"{area}{birth:%Y%m%d}{seq:03d}"
    return body + _check_11_2(body)


def _resident(text: str) -> str:
    if _FIFTEEN.fullmatch(text):
        # The numbers of 1984–1999 knew the twentieth century only.
        body = f"{text[:6]}19{text[6:]}"
        text = body + _check_11_2(body)
        _date(text[6:14])
    _eighteen(text)
    if text[:6] in _PERMIT_AREAS or text[0] == "9":
        raise InvalidDocument(Fault.OTHER_TYPE)
    return text


def _residence_permit(text: str) -> None:
    _eighteen(text)
    if text[:6] not in _PERMIT_AREAS:
        raise InvalidDocument(Fault.OTHER_TYPE)


def _permanent_residence(text: str) -> None:
    if _OLD_PERMANENT.fullmatch(text):
        # Country, place of application (4), birth YYMMDD, serial, check digit. 29 February passes in a leap year only.
        for century in ("19", "20"):
            if _is_date(century + text[7:13]):
                return
        raise InvalidDocument(Fault.BIRTH_DATE)
    _eighteen(text)
    if text[0] != "9":
        raise InvalidDocument(Fault.OTHER_TYPE)


def _eighteen(text: str) -> None:
    if not _EIGHTEEN.fullmatch(text):
        raise InvalidDocument(Fault.FORMAT)
    _date(text[6:14])
    if text[17] != _check_11_2(text[:17]):
        raise InvalidDocument(Fault.CHECK_CHARACTER)


def _credit_code(text: str) -> None:
    if not _CREDIT_CODE.fullmatch(text):
        raise InvalidDocument(Fault.FORMAT)
    total = sum(_CREDIT_CHARACTERS.index(each) * pow(3, place, 31) for place, each in enumerate(text[:17]))
    if text[17] != _CREDIT_CHARACTERS[-total % 31]:
        raise InvalidDocument(Fault.CHECK_CHARACTER)


def _check_11_2(body: str) -> str:
    """Check character of ISO 7064 MOD 11-2: 0–9 or X for ten."""
    total = 0
    for digit in body:
        total = (total + int(digit)) * 2 % 11
    return "0123456789X"[(12 - total) % 11]


def _is_date(text: str) -> bool:
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def _date(text: str) -> date:
    if not _is_date(text):
        raise InvalidDocument(Fault.BIRTH_DATE)
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
