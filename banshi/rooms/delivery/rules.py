"""送达: how a result reaches whom it is for, and what opens it; how a parcel (快件) goes, and what a carrier's word is worth."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from banshi.kernel.transitions import Step, Table
from banshi.kernel.working_days import WorkCalendar

HOW = ("counter", "electronic", "courier", "cabinet", "kiosk")
CODE_DIGITS: Final = 8
TRIES: Final = 5  # wrong codes until only the card helps
KINDS = ("drop", "result")  # what lies in a cell
OUT_BY = ("applicant", "staff", "moved")  # moved: its door did not open, it lies in another cell
LIES_FOR: Final = timedelta(hours=72)  # a result in a cell; then it goes to the issue window
TAKEN_AFTER: Final = timedelta(minutes=5)  # a door opened, nobody said that it did not: it was taken
WRONG_CODES: Final = 5  # at one cabinet, one after the other, until it waits
WISHES = ("counter", "cabinet", "courier")  # how whoever applied wants the result
PAYERS = ("receiver", "hall")  # 到付, or the hall pays

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
