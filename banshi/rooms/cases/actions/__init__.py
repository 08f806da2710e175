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
from banshi.rooms.cases.actions.charging import fee_paid, fee_waived, remind_unpaid
from banshi.rooms.cases.actions.concluding import close_refused, deliver, issue, place_of, shelve, terminate
from banshi.rooms.cases.actions.destroying import destroy_content
from banshi.rooms.cases.actions.filing import file_away
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
from banshi.rooms.cases.actions.ruling import (
    Applicant,
    deliver_by_rule,
    issue_by_rule,
    set_rules,
    stop_all_rules,
    try_rules,
)

__all__ = [
    "Applicant",
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
    "deliver_by_rule",
    "destroy_content",
    "expect",
    "expect_no_more",
    "extend",
    "fee_paid",
    "fee_waived",
    "file_away",
    "give_notice",
    "hand_over",
    "holder_of",
    "issue",
    "issue_by_rule",
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
    "remind_unpaid",
    "resume_clock",
    "see",
    "send_back",
    "set_rules",
    "settle_deferred",
    "shelve",
    "stop_all_rules",
    "stop_clock",
    "submit",
    "supplement",
    "take",
    "take_back_material",
    "tell",
    "tell_dropped",
    "terminate",
    "try_rules",
    "withdraw",
]
