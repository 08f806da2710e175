"""What may be done to an appointment, a place in a waiting list, an appeal, a visit to follow up: the tables that rules,
statements and refusals go by."""

from __future__ import annotations

from enum import StrEnum

from banshi.kernel.transitions import Step, Table


class State(StrEnum):
    """State of an appointment (预约状态)."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    SERVED = "served"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


# A no-show and a cancellation are final: who was late takes a walk-in number, who cancelled books again, anew.
APPOINTMENT = Table(
    "appointment",
    states=list(State),
    ends=[State.SERVED, State.CANCELLED, State.NO_SHOW],
    steps={
        "check_in": Step("booked", to="checked_in"),
        "move": Step("booked"),
        "keep": Step("booked"),
        "confirm_again": Step("booked"),
        "wait_for_earlier": Step("booked"),
        "cancel": Step("booked", to="cancelled"),
        "miss": Step("booked", to="no_show"),
        "let_go": Step("checked_in"),  # its number came to nothing
        "hold_again": Step("checked_in"),
        "serve": Step("checked_in", to="served"),
        "undo_serve": Step("served", to="checked_in", undoes=True),
        "deal_with": Step("booked", to="served"),  # on another number of its person
        "undo_deal_with": Step("served", to="booked", undoes=True),
        "rebook": Step("cancelled", undoes=True),  # a new one takes its place
    },
)

WAITING = Table(
    "waiting",
    states=[
        "waiting",
        "offered",
        "taken",
        "lapsed",
        "left",
        "closed",
        "reopened",
        "handed",
        "over",
        "unbooked",
        "list_off",
    ],
    ends=["taken", "lapsed", "left", "closed", "reopened", "handed", "over", "unbooked", "list_off"],
    begins=["offered"],
    steps={
        "offer": Step("waiting", to="offered"),
        "take": Step("offered", to="taken"),
        "wait_on": Step("offered", to="waiting"),
        "rest": Step("waiting", "offered", to="waiting"),
        "lapse": Step("offered", to="lapsed"),
        "leave": Step("waiting", "offered", to="left"),
        "hand": Step("waiting", "offered", to="handed"),  # it goes on as another entry
        "close": Step("waiting", "offered", to="closed"),  # the day or its hours are gone
        "unbook": Step("waiting", "offered", to="unbooked"),  # the matter is not booked any more
        "end_list": Step("waiting", to="list_off"),  # the hall keeps none any more; an offer stands
        "pass": Step("waiting", to="over"),  # the day went by
        "reopen": Step("closed", to="reopened", undoes=True),
        "close_again": Step("reopened", to="closed", undoes=True),  # before anybody booked it
        "stand_again": Step("closed", to="handed", undoes=True),
    },
)

APPEAL = Table(
    "appeal",
    states=["open", "upheld", "rejected"],
    ends=["upheld", "rejected"],
    steps={"uphold": Step("open", to="upheld"), "reject": Step("open", to="rejected")},
)

# A visit whose hours a change took: settled by the job, or by hand where that failed.
FOLLOW_UP = Table(
    "follow_up",
    states=["due", "moved", "cancelled", "kept", "failed", "done"],
    ends=["moved", "cancelled", "kept", "done"],
    steps={
        "move": Step("due", to="moved"),
        "cancel": Step("due", to="cancelled"),
        "keep": Step("due", to="kept"),
        "fail": Step("due", to="failed"),
        "find_done": Step("due", "failed", to="done"),
    },
)
