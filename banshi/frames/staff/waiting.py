"""What waits for whoever works here, as lines: in words, with the page where it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import npgettext, pgettext

from banshi.foundation.doors import Who
from banshi.foundation.times import day_words
from banshi.frames.staff.frame import local
from banshi.journeys.case.waiting import Waiting, waits_for
from banshi.rooms.places.models import Hall


@dataclass(frozen=True)
class Line:
    """`tone`: urgent – the first of it is due today, or was; wait."""

    hall: Hall
    icon: str
    tone: str
    text: str
    href: str
    detail: str
    n: int


_WHERE = {
    "make": ("file-check", "issue:home"),
    "lay_ready": ("folder", "issue:home"),
    "post": ("truck", "issue:home"),
    "decide": ("scale", "review:approval"),
    "extension": ("clock", "review:extension"),
    "sign_for": ("files", "review:review"),
    "review": ("clipboard-list", "review:review"),
    "given_back": ("undo-2", "review:to_hand_over"),
    "to_hand_over": ("files", "review:to_hand_over"),
    "to_send_after": ("folder", "review:to_send_after"),
    "came_again": ("folder", "review:acceptance"),
    "acceptance": ("folder", "review:acceptance"),
    "pre_review": ("eye", "review:pre_review"),
    "asked": ("message-square", "review:consults"),
    "answered": ("message-square", "review:consults"),
    "visits": ("map-pin", "review:visits"),
    "other_times": ("message-square", "review:visits"),
    "promises": ("file-check", "review:promises"),
    "enquiries": ("message-square", "review:enquiries"),
}
_TEXT: dict[str, Callable[[int], str]] = {
    "make": lambda n: npgettext("waiting", "%(n)s result to make", "%(n)s results to make", n),
    "lay_ready": lambda n: npgettext("waiting", "%(n)s result to lay ready", "%(n)s results to lay ready", n),
    "post": lambda n: npgettext("waiting", "%(n)s result to post", "%(n)s results to post", n),
    "decide": lambda n: npgettext("waiting", "%(n)s case to decide", "%(n)s cases to decide", n),
    "extension": lambda n: npgettext("waiting", "%(n)s extension to approve", "%(n)s extensions to approve", n),
    "sign_for": lambda n: npgettext(
        "waiting", "Papers of %(n)s case to sign for", "Papers of %(n)s cases to sign for", n
    ),
    "review": lambda n: npgettext("waiting", "%(n)s case to review", "%(n)s cases to review", n),
    "given_back": lambda n: npgettext(
        "waiting",
        "The department gave back the papers of %(n)s case",
        "The department gave back the papers of %(n)s cases",
        n,
    ),
    "to_hand_over": lambda n: npgettext(
        "waiting", "Papers of %(n)s case to hand over", "Papers of %(n)s cases to hand over", n
    ),
    "to_send_after": lambda n: npgettext(
        "waiting", "%(n)s folder of papers that follow to send", "%(n)s folders of papers that follow to send", n
    ),
    "came_again": lambda n: npgettext(
        "waiting", "What was missing has come: %(n)s case", "What was missing has come: %(n)s cases", n
    ),
    "acceptance": lambda n: npgettext("waiting", "%(n)s case to accept", "%(n)s cases to accept", n),
    "pre_review": lambda n: npgettext("waiting", "%(n)s case to look at first", "%(n)s cases to look at first", n),
    "asked": lambda n: npgettext("waiting", "%(n)s opinion is asked of us", "%(n)s opinions are asked of us", n),
    "answered": lambda n: npgettext("waiting", "%(n)s answer to what you asked", "%(n)s answers to what you asked", n),
    "visits": lambda n: npgettext("waiting", "%(n)s on-site visit to make", "%(n)s on-site visits to make", n),
    "other_times": lambda n: npgettext(
        "waiting", "Another time is asked for %(n)s on-site visit", "Another time is asked for %(n)s on-site visits", n
    ),
    "promises": lambda n: npgettext("waiting", "%(n)s promise to check", "%(n)s promises to check", n),
    "enquiries": lambda n: npgettext("waiting", "%(n)s question to answer", "%(n)s questions to answer", n),
}


def waiting_lines(who: Who, halls: Sequence[Hall], *, now: datetime) -> list[Line]:
    """By hall; in each what is nearest to its end first."""
    if who.staff_id is None:
        return []
    return [_line(each, now) for each in waits_for(who.grants, who.staff_id, who.department, halls, now=now)]


def _line(each: Waiting, now: datetime) -> Line:
    icon, address = _WHERE[each.what]
    today = local(each.hall, now).date()
    late = each.due is not None and each.due <= today
    detail = ""
    if each.due is not None:
        detail = pgettext("waiting", "The first by %(day)s") % {"day": day_words(each.due, today)}
    href = reverse(address, kwargs={"hall": each.hall.code})
    return Line(
        each.hall, icon, "urgent" if late else "wait", _TEXT[each.what](each.n) % {"n": each.n}, href, detail, each.n
    )
