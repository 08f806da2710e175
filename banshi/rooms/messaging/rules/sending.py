"""When and by which channel a message goes out, how long it is tried, and what takes its sense away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from banshi.kernel.lists import each_once
from banshi.rooms.messaging.rules.values import moment_of

BACK_OFF = (  # machine time
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
)
LAST_WAIT_PARTS = 4  # no wait takes more than this part of the time that is left
LEASE = timedelta(seconds=60)  # machine time; a message `sending` for longer has lost its worker
# Never behind a flood of closures.
URGENT = ("code", "your_turn", "ahead", "line_stopped", "line_goes_on", "evacuated", "evacuation_over")

DAY = timedelta(days=1)
# How long a message keeps its sense after it is due, where nothing it speaks of says so itself.
LASTS = {
    "code": timedelta(minutes=10),
    "your_turn": timedelta(minutes=30),
    "ahead": timedelta(minutes=15),
    "line_stopped": timedelta(minutes=30),
    "line_goes_on": timedelta(minutes=30),
    "evacuated": timedelta(minutes=15),
    "evacuation_over": timedelta(minutes=30),
    "missed": timedelta(hours=2),
    "order_taken": DAY,
    "order_replied": 7 * DAY,
    "order_closed": 3 * DAY,
    "call_near": timedelta(minutes=15),
    "call_closed": DAY,
    "call_unanswered": DAY,
    "redirected": timedelta(hours=2),
    "no_show": 3 * DAY,
    "outage": 7 * DAY,
    "no_show_off": 7 * DAY,
    "suspended": 7 * DAY,
    "lifted": 7 * DAY,
    "rate": 3 * DAY,
    "rating_answered": 7 * DAY,
    "rating_settled": 7 * DAY,
    "rating_set_aside": 7 * DAY,
    "enquiry_answered": 7 * DAY,
    "home_visit_planned": DAY,
    "home_visit_moved": DAY,
    "home_visit_on_the_way": timedelta(hours=2),
    "home_visit_off": DAY,
    "appeal_answered": 7 * DAY,
    "case_item_retired": 7 * DAY,
    "case_item_kept": 7 * DAY,
    "case_season_ends": 7 * DAY,
    "case_unsent_ends": 3 * DAY,
    "case_by_person": 7 * DAY,
    "guardian_entered": 7 * DAY,
    "guardian_contested": 7 * DAY,
    "guardian_ended": 7 * DAY,
    "case_sent": 7 * DAY,
    "case_returned": 7 * DAY,
    "case_file_refused": 7 * DAY,
    "case_passed": 7 * DAY,
    "case_received": 7 * DAY,
    "case_at_once": DAY,
    "case_wait": DAY,
    "case_wait_late": DAY / 2,
    "case_notice": 7 * DAY,
    "case_remind": DAY,
    "case_supplemented": 7 * DAY,
    "case_not_accepted": 7 * DAY,
    "case_accepted": 7 * DAY,
    "case_taken": 7 * DAY,
    "case_follow_remind": DAY,
    "case_follow_late": 7 * DAY,
    "case_follow_came": 7 * DAY,
    "case_deemed": 7 * DAY,
    "case_deemed_late": 7 * DAY,
    "case_drawn": 7 * DAY,
    "case_not_drawn": 7 * DAY,
    "case_next_round": 7 * DAY,
    "case_stopped": 7 * DAY,
    "case_stop_longer": 7 * DAY,
    "case_goes_on": 7 * DAY,
    "case_visit": DAY,
    "case_visit_moved": DAY,
    "case_visit_off": DAY,
    "case_extended": 7 * DAY,
    "case_later": 7 * DAY,
    "case_day_later": 7 * DAY,
    "case_granted": 7 * DAY,
    "case_refused": 7 * DAY,
    "case_ready": 7 * DAY,
    "case_to_post": 7 * DAY,
    "case_ready_remind": DAY,
    "case_called": timedelta(minutes=30),
    "case_in_cabinet": 3 * DAY,
    "case_code_anew": 7 * DAY,
    "case_moved": 7 * DAY,
    "case_posted": 7 * DAY,
    "case_out": DAY,
    "case_arrived": 7 * DAY,
    "case_came_back": 7 * DAY,
    "case_papers_came": 7 * DAY,
    "case_dropped": 7 * DAY,
    "case_fee_due": 7 * DAY,
    "case_fee_anew": 7 * DAY,
    "case_fee_remind": DAY,
    "case_fee_paid": 7 * DAY,
    "case_fee_waived": 7 * DAY,
    "case_fee_less": 7 * DAY,
    "case_fee_back": 7 * DAY,
    "case_fee_fetch": 7 * DAY,
    "case_closed": 7 * DAY,
    "case_withdrawn": 7 * DAY,
    "case_terminated": 7 * DAY,
    "case_lapsed": 7 * DAY,
    "case_promise_untrue": 7 * DAY,
    "case_promise_lifted": 7 * DAY,
    "case_revoked": 7 * DAY,
}
BY_A_CLICK = ("confirmation", "moved", "cancelled")  # as often as somebody clicks: capped by telephone and day
UNTIL_START = frozenset({"reminder", "leave"})
UNTIL_END = frozenset(
    {
        "confirmation",
        "moved",
        "moved_by_hall",
        "old_time_free",
        "cancelled_by_hall",
        "closure",
        "closure_off",
        "time_back",
        "kept",
        "excused",
        "booking_yours",
        "item_retired",
        "item_kept",
    }
)


@dataclass(frozen=True)
class Sense:
    """What must hold when a message goes out: its subject in one of `states`; where `same`, unchanged since; where `served`, in
    a line that nothing has stopped; where `back`, with nothing that keeps its person from coming back; and the closure it
    speaks of in one of `closure`."""

    states: frozenset[str]
    same: bool = False
    served: bool = False
    back: bool = False
    closure: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standing:
    """How a subject stands now. `mark`: what a message may not outlive – the start of a period, the count of calls.
    `stopped`: a closure or an evacuation is over its line; `out`: an evacuation, over its line or its window."""

    state: str
    mark: datetime | int | None = None
    stopped: bool = False
    out: bool = False


def _sense(
    *states: str, same: bool = False, served: bool = False, back: bool = False, closure: Sequence[str] = ()
) -> Sense:
    return Sense(frozenset(states), same, served, back, frozenset(closure))


AT_WINDOW = ("called", "serving")
IN_THE_HALL = ("waiting", "parked", "missed", "held", *AT_WINDOW)
UNDER_WAY = ("accepted", "in_review")
RUNNING, AHEAD = ("running",), ("announced", "running")

# By kind of subject and key; what is not named keeps its sense.
SENSE: Mapping[tuple[str, str], Sense] = {
    # `closed`: booked, but a closure lies over it and the hall did not say that it stands all the same.
    ("appointment", "confirmation"): _sense("booked", "closed", same=True),
    ("appointment", "reminder"): _sense("booked", same=True),
    ("appointment", "leave"): _sense("booked", same=True),
    ("appointment", "moved"): _sense("booked", "closed", same=True),
    ("appointment", "moved_by_hall"): _sense("booked", "closed", same=True),
    ("appointment", "old_time_free"): _sense("booked", same=True),
    ("appointment", "closure_off"): _sense("booked", same=True),
    ("appointment", "closure"): _sense("booked", "closed", closure=AHEAD),
    ("appointment", "agent_booked"): _sense("booked", "closed", same=True),
    ("appointment", "agent_moved"): _sense("booked", "closed", same=True),
    ("appointment", "agent_cancelled"): _sense("cancelled"),
    ("appointment", "booking_yours"): _sense("booked", "closed", same=True),
    ("appointment", "item_retired"): _sense("booked", "closed", same=True),
    ("appointment", "item_kept"): _sense("booked", "closed", same=True),
    ("appointment", "cancelled"): _sense("cancelled"),
    ("appointment", "cancelled_by_hall"): _sense("cancelled"),
    ("appointment", "time_back"): _sense("cancelled"),
    ("appointment", "no_show"): _sense("no_show"),
    ("appointment", "outage"): _sense("no_show"),
    ("appointment", "no_show_off"): _sense("no_show"),
    ("ticket", "your_turn"): _sense("called", same=True),
    ("ticket", "ahead"): _sense("waiting", served=True),
    ("ticket", "missed"): _sense("missed"),
    ("call", "call_near"): _sense("waiting", "callback"),
    ("ticket", "redirected"): _sense("waiting", "parked"),
    ("ticket", "rate"): _sense("finished"),
    ("appointment", "kept"): _sense("booked", "closed", same=True, closure=AHEAD),
    ("appointment", "excused"): _sense("booked", "closed", same=True, closure=AHEAD),
    ("ticket", "line_stopped"): _sense("waiting", "parked", "missed", "held", closure=RUNNING),
    ("ticket", "line_goes_on"): _sense(*IN_THE_HALL, same=True, back=True),
    ("ticket", "evacuated"): _sense(*IN_THE_HALL, closure=RUNNING),
    ("ticket", "evacuation_over"): _sense(*IN_THE_HALL, same=True, back=True),
    ("ticket", "not_served"): _sense("closed"),
    ("ticket", "not_finished"): _sense("finished"),
    ("waiting", "waiting_offer"): _sense("offered"),
    ("waiting", "earlier_offer"): _sense("offered"),
    ("waiting", "waiting_closed"): _sense("closed"),
    ("waiting", "waiting_open"): _sense("reopened"),
    ("waiting", "waiting_again"): _sense("waiting"),
    ("waiting", "waiting_place_off"): _sense("waiting"),
    ("waiting", "waiting_unbooked"): _sense("unbooked"),
    ("waiting", "waiting_list_off"): _sense("list_off"),
    ("waiting", "waiting_missed"): _sense("over"),
    ("waiting", "waiting_yours"): _sense("waiting"),
    ("waiting", "waiting_over"): _sense("left"),
    ("suspension", "suspended"): _sense("suspended"),
    ("suspension", "lifted"): _sense("lifted"),
    # What asks for something, or says where a case is: only while it is so.
    ("case", "case_item_retired"): _sense("draft"),
    ("case", "case_item_kept"): _sense("draft"),
    ("case", "case_season_ends"): _sense("draft"),
    ("case", "case_unsent_ends"): _sense("draft", "pre_returned", "pre_passed"),
    ("case", "case_returned"): _sense("pre_returned"),
    ("case", "case_file_refused"): _sense("draft", "pre_returned", "pre_passed", "await_receipt", "supplement"),
    ("case", "case_passed"): _sense("pre_passed", "await_receipt"),
    ("case", "case_notice"): _sense("supplement"),
    ("case", "case_remind"): _sense("supplement"),
    ("case", "case_fee_due"): _sense("fee_due"),
    ("case", "case_fee_anew"): _sense("fee_due"),
    ("case", "case_fee_remind"): _sense("fee_due"),
    ("case", "case_ready"): _sense("ready"),
    ("case", "case_to_post"): _sense("ready"),
    ("case", "case_ready_remind"): _sense("ready", "decided"),
    ("case", "case_called"): _sense("ready"),
    ("case", "case_in_cabinet"): _sense("ready"),
    ("case", "case_code_anew"): _sense("ready"),
    ("case", "case_moved"): _sense("ready"),
    ("case", "case_posted"): _sense("ready", "decided"),  # decided: a refusal in writing
    ("case", "case_out"): _sense("ready", "decided"),
    ("case", "case_came_back"): _sense("ready", "decided"),
    # Also what was missing, or was to follow, comes so.
    ("case", "case_papers_came"): _sense("await_receipt", "supplement", *UNDER_WAY, "stopped"),
    ("case", "case_dropped"): _sense("await_receipt", "supplement", *UNDER_WAY, "stopped"),
    ("case", "case_follow_remind"): _sense(*UNDER_WAY, "stopped"),
    ("case", "case_follow_late"): _sense(*UNDER_WAY, "stopped"),
    ("case", "case_stopped"): _sense("stopped"),
    ("case", "case_drawn"): _sense(*UNDER_WAY),
    ("case", "case_not_drawn"): _sense(*UNDER_WAY),
    ("case", "case_next_round"): _sense(*UNDER_WAY),
    ("case", "case_stop_longer"): _sense("stopped"),
    ("case", "case_goes_on"): _sense(*UNDER_WAY),
    ("case", "case_visit"): _sense(*UNDER_WAY, "stopped"),
    ("case", "case_visit_moved"): _sense(*UNDER_WAY, "stopped"),
    ("case", "case_extended"): _sense(*UNDER_WAY, "stopped"),
    ("case", "case_later"): _sense(*UNDER_WAY),
    ("case", "case_day_later"): _sense(
        "pre_review", "await_receipt", "received", "supplement", "fee_due", "decided", "issuing", "ready"
    ),
}


def channels_for(
    *, key: str, wanted: Sequence[str], to: str, offered: Iterable[str], unreachable: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The channels one message goes out on, each once.

    A one-time code goes by SMS alone: it proves the telephone. E-mail needs an address, the others a number. Where
    nothing of what the hall wants reaches the person, SMS is tried, so that nobody is left untold.

    :param offered: names of the channels this installation has.
    :param unreachable: channels that have no address for this person.
    """
    offered = set(offered)
    if "@" in to:
        return ("email",) if "email" in offered else ()
    if key == "code":
        return ("sms",)
    if "sms" in unreachable:  # a landline: no other way, no message
        offered.discard("sms")
    possible = [c for c in dict.fromkeys(wanted) if c in offered and c != "email" and c not in unreachable]
    if possible:
        return tuple(possible)
    return ("sms",) if wanted and "sms" not in unreachable else ()


def sibling(dedupe: str, channel: str) -> str:
    """The dedupe of the same message on a further channel, within the column's 140 characters."""
    if len(dedupe) + len(channel) + 1 > 140:
        dedupe = hashlib.sha256(dedupe.encode()).hexdigest()
    return f"{dedupe}:{channel}"


def next_try(tries: int, *, left: timedelta) -> timedelta:
    """How long to wait (machine time) after the `tries`-th failure that may pass: longer each time, sooner near the end.

    :param left: until the message's last moment; it is tried until then.
    """
    wait = BACK_OFF[min(max(tries, 1), len(BACK_OFF)) - 1]
    return min(wait, max(BACK_OFF[0], left / LAST_WAIT_PARTS))


def last_moment(*, key: str, due_at: datetime, params: Mapping[str, Any]) -> datetime:
    """The last moment (hall time) at which a message still says something: what it speaks of sets it, else `LASTS`.

    A reminder ends with the start of its period, a confirmation with the end, an offer when it expires.
    """
    starts_at, ends_at = moment_of(params.get("starts_at")), moment_of(params.get("ends_at"))
    if key in ("waiting_offer", "earlier_offer") and (expires := moment_of(params.get("expires"))):
        return expires
    if key in UNTIL_START and starts_at:
        return starts_at
    if key in UNTIL_END and (end := ends_at or starts_at):
        return max(end, due_at + timedelta(hours=1))
    return due_at + LASTS.get(key, DAY)


def sense_of(*, key: str, subject: str) -> tuple[str, str, Sense] | None:
    """Kind and reference of what to ask about before a message goes out, and what must hold; None: nothing."""
    kind, _, ref = subject.partition(":")
    sense = SENSE.get((kind, key))
    return (kind, ref, sense) if sense and ref else None


def lost_sense(sense: Sense, *, params: Mapping[str, Any], now: Standing | None, closure: str | None = None) -> bool:
    """Whether the world has moved on since a message was written. What its owner knows nothing of is still said.

    :param params: of the message: `starts_at` or `call` is what `same` compares.
    :param closure: how the closure of which it speaks stands; None where it speaks of none.
    """
    if closure is not None and sense.closure and closure not in sense.closure:
        return True
    if now is None:
        return False
    if now.state not in sense.states or (sense.served and now.stopped):
        return True
    if sense.back and (now.out or (now.stopped and now.state not in AT_WINDOW)):
        return True
    if not sense.same or now.mark is None:
        return False
    was = moment_of(params.get("starts_at")) if isinstance(now.mark, datetime) else params.get("call")
    return was is not None and was != now.mark


def same_news(*, key: str, to_index: str, params: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What makes messages one: the same about the matters of one visit, or the cases of one bundle, to one telephone and for one
    day. None: it stands alone."""
    if not params.get("visit"):
        return None
    return (key, to_index, *(str(params.get(each)) for each in ("visit", "starts_at", "ends_at", "was", "day")))


def together(params: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The values of several messages as one: matters, papers and references are listed, each once."""
    one = dict(params[0])
    for name in ("item_zh", "item_en", "bring_zh", "bring_en", "code", "case"):
        said = [each for other in params for each in _listed(other.get(name))]
        if said and name.startswith("bring_"):  # two matters ask for some of the same papers
            one[name] = each_once(said, tongue=name[-2:])
        elif said:
            one[name] = list(dict.fromkeys(said))
    return one


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


_TELLING = re.compile(r"\+?\d[\d -]{4,}\d|https?://\S+")


def scrubbed(error: str) -> str:
    """What a gateway answered, without numbers and links: it may quote what it was asked to send."""
    return _TELLING.sub("…", error)


OF_A_RATING = ("rating_answered", "rating_settled", "rating_set_aside")  # what the hall has to say to one


def link(base: str, *, key: str, subject: str) -> str:
    """The page a message leads to, by what it is about; empty where there is none."""
    kind, _, ref = subject.partition(":")
    if not ref:
        return ""
    if kind == "ticket":
        return f"{base}/{'r' if key in ('rate', *OF_A_RATING) else 't'}/{ref}"
    if kind == "appointment":
        return f"{base}/a/{ref}"
    if kind == "agent":
        return f"{base}/me/"
    return f"{base}/appointments/" if kind in ("waiting", "suspension", "entry") else ""
