"""送达: how a result reaches whom it is for, and what opens it; how a parcel (快件) goes, and what a carrier's word is worth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from banshi.kernel.transitions import Step, Table
from banshi.kernel.working_days import WorkCalendar

HOW = ("counter", "electronic", "courier", "cabinet", "kiosk")
CODE_DIGITS: Final = 8
TRIES: Final = 5  # wrong codes until only the card helps
KINDS = ("drop", "result")  # what lies in a cell
OUT_BY = ("applicant", "staff", "moved")  # moved: its door did not open, it lies in another cell
TAKEN_AFTER: Final = timedelta(minutes=5)  # a door opened, nobody said that it did not: it was taken
WRONG_CODES: Final = 5  # at one cabinet, one after the other, until it waits
WISHES = ("counter", "cabinet", "courier")  # how whoever applied wants the result
PAYERS = ("receiver", "hall")  # 到付, or the hall pays
# 材料袋: where it is. `tray` of a window, `person` who has it, `sent` to the department, `back` with whoever applied.
# `joined`: what followed lies in the main one since, whose number is its spot.
FOLDER_PLACES = ("tray", "shelf", "person", "sent", "archive", "back", "joined")
FOLDER_SPOTS = ("tray", "shelf", "archive")  # which tray, which shelf, which box
FOLDER_DEEDS = (
    "made", "follows", "received", "added", "put", "taken", "sent", "signed", "refused", "gave", "joined", "archived",
)  # fmt: skip
# 提前退还原件: why an original goes back before its case is decided. Chosen, never written: it names nobody.
GIVEN_EARLY = ("compared", "needed", "replaced", "mistake")
LIES_TOO_LONG: Final = timedelta(days=10)  # a folder of a case that is closed, until it is archived or given back

FOLDER_GOES = {  # to whom a folder goes next, who is no department: as people call the place
    "issue": ("出件窗口", "Issue window"),
    "applicant": ("申请人", "Applicant"),
    "archive": ("档案室", "Archive room"),
}


def folder_goes(phase: str, *, over: bool, instant: bool, originals: bool) -> str | None:
    """Whom the papers of a case go to next, wherever they are now: department | issue – the window that hands the result out –
    | applicant, whose originals are among them | archive; None: nobody has received them yet.

    :param over: the case has ended. :param instant: it is settled at the window, and no department gets it.
    """
    if phase in ("received", "supplement", "accepted"):
        return "issue" if instant else "department"
    if phase in ("in_review", "decided"):
        return "issue"
    if over or phase in ("issuing", "ready", "delivered"):
        return "applicant" if originals else "archive"
    return None


@dataclass(frozen=True)
class At:
    """Where a folder is, or goes. `spot`: which tray, shelf or box; `holder_id`: of staff, who has it."""

    place: str
    spot: str = ""
    holder_id: int | None = None


def meets(one: At, other: At) -> bool:
    """Whether two folders are at the same place, so that one is put into the other. Two on their way are two until somebody has
    both."""
    return one == other and one.place != "sent"


DELIVERY = Table(
    "delivery",
    states=["ready", "posted", "delivered", "ended"],
    ends=["delivered", "ended"],
    steps={
        "hand_over": Step("ready", to="delivered"),
        "post": Step("ready", to="posted"),
        "arrive": Step("posted", to="delivered"),
        "come_back": Step("posted", to="ready"),
        "end": Step("ready", "posted", to="ended"),  # 终止: nobody gets it any more
    },
)
# What a carrier may say of a parcel. It goes forward only: what is told late or twice is kept and changes nothing.
WORDS = ("accepted", "moving", "out", "delivered", "refused", "returning")
_UNDER_WAY = ("posted", "accepted", "moving", "out")
PARCEL = Table(
    "parcel",
    states=[
        "made", "posted", "accepted", "moving", "out", "refused", "returning", "delivered", "back", "void",
    ],
    ends=["delivered", "back", "void"],
    steps={
        "post": Step("made", to="posted"),
        "void": Step("made", to="void"),  # it was fetched at the window after all
        "accepted": Step("posted", to="accepted"),
        "moving": Step("posted", "accepted", to="moving"),
        "out": Step("posted", "accepted", "moving", to="out"),
        "delivered": Step(*_UNDER_WAY, "refused", to="delivered"),
        "refused": Step(*_UNDER_WAY, to="refused"),
        "returning": Step(*_UNDER_WAY, "refused", to="returning"),
        "come_back": Step(*_UNDER_WAY, "refused", "returning", to="back"),
    },
)  # fmt: skip


def quiet(*, heard: date, today: date, working_days: int, calendar: WorkCalendar) -> bool:
    """Whether nobody has heard of a parcel for so many working days. :param heard: the day of the last word."""
    return calendar.working_days_between(heard, today) >= working_days


# --- Numbers of folders (材料袋编号) --------------------------------------------------------------------------------

_FOLDER = re.compile(r"F(\d{7,17})(\d)")


def folder_no(pk: int) -> str:
    """As it stands on the label: F, the number, and a check digit (Luhn), so that a slip of the hand names no other folder."""
    digits = f"{pk:07d}"
    return f"F{digits}{_check(digits)}"


def folder_pk(said: str) -> int | None:
    """What was scanned or typed, whichever way it is written; None where it is no number of a folder."""
    found = _FOLDER.fullmatch("".join(said.split()).upper().replace("-", ""))
    if found is None or not found[0].isascii() or _check(found[1]) != found[2]:
        return None
    return int(found[1])


def _check(digits: str) -> str:
    doubled = [int(each) * (2 - place % 2) for place, each in enumerate(reversed(digits))]
    return str(-sum(each // 10 + each % 10 for each in doubled) % 10)
