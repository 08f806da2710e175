"""What is done to cases; every verb of domain.md's table."""

from __future__ import annotations

from banshi.rooms.cases.actions.agreeing import agree
from banshi.rooms.cases.actions.applying import (
    Opening,
    add_material,
    change,
    expect,
    expect_no_more,
    holder_of,
    open_case,
    submit,
    supplement,
    take_back_material,
    tell_dropped,
    withdraw,
)
from banshi.rooms.cases.actions.concluding import close_refused, deliver, issue, place_of, shelve, terminate
from banshi.rooms.cases.actions.ground import locked as lock
from banshi.rooms.cases.actions.ground import tell
from banshi.rooms.cases.actions.papers import make_due, pdf_of
from banshi.rooms.cases.actions.pre_reviewing import Verdict, pass_on, send_back
from banshi.rooms.cases.actions.receiving import (
    Counted,
    Missing,
    accept,
    deem_due,
    give_notice,
    lapse_due,
    receive,
    refuse,
    remind_due,
    see,
)
from banshi.rooms.cases.actions.reviewing import (
    decide,
    decide_at_once,
    extend,
    hand_over,
    opine,
    recount,
    release,
    resume_clock,
    settle_deferred,
    stop_clock,
    take,
)

__all__ = [
    "Counted",
    "Missing",
    "Opening",
    "Verdict",
    "accept",
    "add_material",
    "agree",
    "change",
    "close_refused",
    "decide",
    "decide_at_once",
    "deem_due",
    "deliver",
    "expect",
    "expect_no_more",
    "extend",
    "give_notice",
    "hand_over",
    "holder_of",
    "issue",
    "lapse_due",
    "lock",
    "make_due",
    "open_case",
    "opine",
    "pass_on",
    "pdf_of",
    "place_of",
    "receive",
    "recount",
    "refuse",
    "release",
    "remind_due",
    "resume_clock",
    "see",
    "send_back",
    "settle_deferred",
    "shelve",
    "stop_clock",
    "submit",
    "supplement",
    "take",
    "take_back_material",
    "tell",
    "tell_dropped",
    "terminate",
    "withdraw",
]
