"""One word per state, in Chinese and English, for every page, export, message and the trail.

`{% load states %}{{ ticket.state|state_word:"ticket" }}`, in Python `word("ticket", "no_show")`. What a page says about a
state in a sentence (“Was called, nobody came”) is the page's; the word of the state is said here and nowhere else.
The tone is the colour of its tag: info, ok, wait, urgent or none.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Text = str | Promise

STATES: dict[str, dict[str, tuple[Text, str]]] = {
    "appointment": {
        "booked": (pgettext_lazy("state", "Booked"), "info"),
        "checked_in": (pgettext_lazy("state", "Checked in"), "ok"),
        "served": (pgettext_lazy("state", "Served"), "ok"),
        "cancelled": (pgettext_lazy("state", "Cancelled"), ""),
        "no_show": (pgettext_lazy("state", "No-show"), "urgent"),
        # Kept as no_show: it was forgiven, and counts for nobody.
        "no_show_forgiven": (pgettext_lazy("state", "Missed, not counted"), ""),
        # Kept as checked_in: was in the hall for another matter while this one's period went by.
        "no_number": (pgettext_lazy("state", "No number taken"), ""),
        # Kept as checked_in: its number came to nothing, by the hall's doing, or given up.
        "not_reached": (pgettext_lazy("state", "Not served that day"), ""),
        "number_over": (pgettext_lazy("state", "Number over"), ""),
        # Kept as checked_in or served: the window did not accept it.
        "refused": (pgettext_lazy("state", "Not accepted"), "urgent"),
    },
    "ticket": {
        "waiting": (pgettext_lazy("state", "Waiting"), "info"),
        "called": (pgettext_lazy("state", "Called"), "urgent"),
        "serving": (pgettext_lazy("state", "Being served"), "ok"),
        "held": (pgettext_lazy("state", "On hold"), "wait"),
        "parked": (pgettext_lazy("state", "Stepped out"), "wait"),
        "missed": (pgettext_lazy("state", "Missed"), "wait"),
        "finished": (pgettext_lazy("state", "Finished"), "ok"),
        "left": (pgettext_lazy("state", "Left"), ""),
        "redirected": (pgettext_lazy("state", "Sent to another hall"), ""),
        "closed": (pgettext_lazy("state", "Void"), ""),
    },
    "window": {
        "idle": (pgettext_lazy("state", "Idle"), "ok"),
        "called": (pgettext_lazy("state", "Calling"), "urgent"),
        "serving": (pgettext_lazy("state", "Being served"), "info"),
        "paused": (pgettext_lazy("state", "Paused"), "wait"),
        "emergency": (pgettext_lazy("state", "Help called"), "urgent"),
        "closed": (pgettext_lazy("state", "Not open"), ""),
    },
    "hall": {
        "open": (pgettext_lazy("state", "Open"), "ok"),
        "closed": (pgettext_lazy("state", "Closed"), ""),
        # The doors are open and numbers are given; the windows begin later.
        "numbers": (pgettext_lazy("state", "Giving numbers"), "ok"),
    },
    "line": {
        "stopped": (pgettext_lazy("state", "Calling stopped"), "wait"),
    },
    "slot": {
        "open": (pgettext_lazy("state", "Free places"), "ok"),
        "full": (pgettext_lazy("state", "Fully booked"), ""),
        "closed": (pgettext_lazy("state", "Booking stopped"), "wait"),
    },
    "message": {
        "due": (pgettext_lazy("state", "To be sent"), "info"),
        "sending": (pgettext_lazy("state", "On its way"), "info"),
        "sent": (pgettext_lazy("state", "Sent"), "ok"),
        "failed": (pgettext_lazy("state", "Failed"), "urgent"),
        "dropped": (pgettext_lazy("state", "No longer needed"), ""),
    },
    "device": {
        "ok": (pgettext_lazy("state", "Working"), "ok"),
        "trouble": (pgettext_lazy("state", "In trouble"), "urgent"),
        "silent": (pgettext_lazy("state", "Not heard from"), "wait"),
        "never": (pgettext_lazy("state", "Never connected"), ""),
        "retired": (pgettext_lazy("state", "Retired"), ""),
    },
    "task": {
        "open": (pgettext_lazy("state", "To answer"), "wait"),
        "answered": (pgettext_lazy("state", "To settle"), "info"),
        "settled": (pgettext_lazy("state", "Settled"), "ok"),
    },
    "appeal": {
        "open": (pgettext_lazy("state", "Appeal with the hall"), "info"),
        "upheld": (pgettext_lazy("state", "Appeal upheld"), "ok"),
        "rejected": (pgettext_lazy("state", "Appeal not upheld"), "wait"),
    },
    "waiting": {
        "waiting": (pgettext_lazy("state", "Waiting for a place"), "info"),
        "offered": (pgettext_lazy("state", "A place is kept"), "urgent"),
        "taken": (pgettext_lazy("state", "Place taken"), "ok"),
        "left": (pgettext_lazy("state", "Gave up waiting"), ""),
        "lapsed": (pgettext_lazy("state", "Offer lapsed"), ""),
        "closed": (pgettext_lazy("state", "Ended: the day closed"), ""),
        "reopened": (pgettext_lazy("state", "Can be booked again"), "ok"),
        "unbooked": (pgettext_lazy("state", "Ended: no longer booked"), ""),
        "list_off": (pgettext_lazy("state", "Ended: no waiting list"), ""),
        "handed": (pgettext_lazy("state", "Waited for by the person"), ""),
        "over": (pgettext_lazy("state", "No place came free"), ""),
    },
    "outcome": {  # of a number that was served: how it ended
        "done": (pgettext_lazy("state", "Done"), "ok"),
        "paper_missing": (pgettext_lazy("state", "Papers missing"), "wait"),
        "advice_only": (pgettext_lazy("state", "Advice only"), "info"),
        "refused": (pgettext_lazy("state", "Not accepted"), "urgent"),
        "not_finished": (pgettext_lazy("state", "Not finished"), "wait"),  # put aside when the day ended
        "left_open": (pgettext_lazy("state", "Was at the window"), ""),  # nobody said how it ended
    },
    "suspension": {
        "suspended": (pgettext_lazy("state", "Booking suspended"), "urgent"),
        "lifted": (pgettext_lazy("state", "Suspension lifted"), "ok"),
    },
}


# What the window said with it, to the person.
_TOLD: dict[str, Text] = {
    "done": pgettext_lazy("state", "Advice: %(why)s"),
    "paper_missing": pgettext_lazy("state", "Missing: %(why)s"),
    "advice_only": pgettext_lazy("state", "Advice: %(why)s"),
    "refused": pgettext_lazy("state", "Reason: %(why)s"),
}

# By which way somebody came, booked or is told.
CHANNELS: dict[str, Text] = {
    "sms": pgettext_lazy("state", "SMS"),
    "wechat": pgettext_lazy("state", "WeChat"),
    "email": pgettext_lazy("state", "E-mail"),
    "web": pgettext_lazy("state", "Web"),
    "app": pgettext_lazy("state", "App"),
    "kiosk": pgettext_lazy("state", "Kiosk"),
    "phone": pgettext_lazy("state", "Telephone"),
    "video": pgettext_lazy("state", "Video"),
    "staff": pgettext_lazy("state", "Staff"),
    "api": pgettext_lazy("state", "Partner"),
}


def word(of: str, state: str) -> str:
    """The word for the state of an appointment, ticket, window …; "–" for a state nobody has named."""
    return str(STATES[of].get(state, ("–", ""))[0])


def outcome_told(outcome: str, why: str) -> str:
    """What is missing, was advised, or why not; "" where the window said nothing."""
    return str(_TOLD[outcome]) % {"why": why} if why and outcome in _TOLD else ""


def tone(of: str, state: str) -> str:
    return STATES[of].get(state, ("", ""))[1]


def any_word(state: str) -> str | None:
    """The word for a state whose owner is not said, as in a refusal's facts; the first owner in the order above."""
    return next((str(table[state][0]) for table in STATES.values() if state in table), None)
