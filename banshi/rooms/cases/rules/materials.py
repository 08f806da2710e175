"""收件: what a situation needs against what has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from banshi.kernel.refusals import Refusal
from banshi.kernel.working_days import WorkCalendar

UPLOAD, LIBRARY = "upload", "library"
AGAIN = "again"  # 材料复用: from the library, as it was handed in before
PROMISE = "promise"  # 告知承诺: signed in place of the paper, checked afterwards
CARD = "card"  # the applicant's identity card, its chip read where they stood
CHANNELS = ("paper", "usb", "scan", UPLOAD, LIBRARY, PROMISE, CARD)
TRUSTED = ("A", "B")  # made by its issuer, or seen by a window: nobody has to look again
UNCLEARED = ("pending", "rejected")  # of a file: nothing is granted on it
VERDICTS = ("ok", "bad")


def by_hand(channels: Collection[str]) -> bool:
    """Whether no file stands for a paper: it is seen where somebody has it in hand."""
    return UPLOAD not in channels


def takes(
    channels: Collection[str], channel: str, *, by_promise: bool = False, again: bool = False, by_card: bool = False
) -> bool:
    """Whether a paper may come by a way: a window takes paper and scans of all, and a stick brings the file that may be sent.

    :param by_promise: a promise may stand for it. :param again: one that was handed in before may. :param by_card: it is the
        applicant's identity card, and its chip was read.
    """
    if channel == PROMISE:
        return by_promise
    if channel == CARD:
        return by_card
    if channel == LIBRARY and again:
        return True
    return channel in channels or channel in ("paper", "scan") or (channel == "usb" and UPLOAD in channels)


@dataclass(frozen=True)
class Wanted:
    """One paper that the situation asks for."""

    code: str
    name_zh: str
    name_en: str
    necessity: str  # required | optional | deferrable
    channels: tuple[str, ...] = CHANNELS  # by which it may come


@dataclass(frozen=True)
class Got:
    """One paper that has come, as it stands now."""

    code: str
    channel: str
    trust: str
    verdict: str  # "" not looked at
    usable: bool = True  # False: a file that is quarantined or was rejected, a certificate that ended


def missing(wanted: Iterable[Wanted], got: Iterable[Got], *, deferred: Collection[str] = ()) -> list[Wanted]:
    """Papers that have to be there and are not; those that may follow are missing, too, unless they are in `deferred`."""
    there = {each.code for each in got if each.usable and each.verdict != "bad"}
    return [w for w in wanted if w.necessity != "optional" and w.code not in there and w.code not in deferred]


def not_there(wanted: Sequence[Wanted], got: Iterable[Got]) -> list[Wanted]:
    """Papers that have to be there, and are not; those that may follow are left out."""
    return missing(wanted, got, deferred=[each.code for each in wanted if each.necessity == "deferrable"])


def unsent(wanted: Sequence[Wanted], got: Iterable[Got]) -> list[Wanted]:
    """Papers that have to be sent before anybody looks at them, and are not: not those that may follow, nor those that are
    brought when the matter is received."""
    return [each for each in not_there(wanted, got) if not by_hand(each.channels)]


def unmended(wanted: Sequence[Wanted], got: Sequence[Got], told: Collection[str]) -> list[Wanted]:
    """Papers that were told to be missing or wrong, and still are: nothing right came for them. One that may be left out is
    mended by taking back what was wrong, too."""
    right = {each.code for each in got if each.usable and each.verdict != "bad"}
    there = {each.code for each in got}
    return [
        each
        for each in wanted
        if each.code in told and each.code not in right and (each.necessity != "optional" or each.code in there)
    ]


def unseen(wanted: Iterable[Wanted], got: Sequence[Got]) -> list[str]:
    """Codes of papers that came and nobody has said whether they are right; those of trust A and B need nobody, and of a
    promise there is nothing to see before it is checked afterwards."""
    asked = {each.code for each in wanted}
    return sorted(
        {g.code for g in got if g.code in asked and not g.verdict and g.trust not in TRUSTED and g.channel != PROMISE}
    )


WAYS_ZH = {
    "paper": "纸质",
    "usb": "U 盘",
    "scan": "扫描",
    "upload": "网上提交",
    LIBRARY: "证照库调取",
    AGAIN: "复用以前交的材料",
    PROMISE: "告知承诺",
    CARD: "现场读取身份证",
}


def ways_said(came: Iterable[tuple[str, int]]) -> str:
    """One paper of a receipt: how many copies there are on paper, and how many files came by which way.

    :param came: each piece, by its way and how many copies it is.
    """
    counts: dict[str, int] = {}
    for way, copies in came:
        counts[way] = counts.get(way, 0) + copies
    return "；".join(
        f"{WAYS_ZH[way]} {n} 份"
        if way == "paper"
        else WAYS_ZH[way]
        if n == 1 or way in (LIBRARY, AGAIN, PROMISE, CARD)
        else f"{WAYS_ZH[way]} {n} 个文件"
        for way, n in counts.items()
    )


def deferral_refusal(
    *,
    wanted: Sequence[Wanted],
    deferred: Sequence[tuple[str, date]],
    today: date,
    latest: date,
    calendar: WorkCalendar,
    barred: bool = False,
) -> Refusal | None:
    """Why papers may not follow later (容缺受理); None where they may. Only those the item calls deferrable (副件), each by a
    working day after today and not after `latest`, the day the matter is promised for.

    :param barred: a record of bad credit names whoever applies.
    """
    if barred and deferred:
        return Refusal("deferral-barred")
    by_code = {each.code: each for each in wanted}
    for code, due_on in deferred:
        paper = by_code.get(code)
        if paper is None or paper.necessity != "deferrable":
            name = paper.name_zh if paper else code
            return Refusal("not-deferrable", {"material": name})
        if not today < due_on <= latest or not calendar.is_working(due_on):
            reason = {
                "zh": f"写一个工作日，在今天之后、{latest.isoformat()} 之前（含当天）",
                "en": f"A working day after today and no later than {latest.isoformat()}",
            }
            return Refusal("invalid", {"field": "deferred", "reason": reason})
    return None
