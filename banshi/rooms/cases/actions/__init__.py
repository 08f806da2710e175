"""What is done to cases; every verb of domain.md's table."""

from __future__ import annotations

from banshi.rooms.cases.actions.acting import held_mandate, need_acting, need_agent
from banshi.rooms.cases.actions.agreeing import agree
from banshi.rooms.cases.actions.applying import (
    Holder,
    Opening,
    add_material,
    by_card_of,
    card_counts,
    change,
    expect,
    expect_no_more,
    holder_of,
    open_case,
    papers_here,
    seen_again,
    submit,
    supplement,
    take_back_material,
    tell_dropped,
    withdraw,
)
from banshi.rooms.cases.actions.bringing import counted_late, need_wanted, nothing_here, still_missing, taken_in
from banshi.rooms.cases.actions.bundling import (
    Bundling,
    add_paper,
    change_bundle,
    lock_bundle,
    lock_drafts,
    need_one_form,
    need_whole,
    open_bundle,
    take_back_paper,
    withdraw_bundle,
)
from banshi.rooms.cases.actions.charging import fee_paid, fee_waived, reassess, remind_unpaid
from banshi.rooms.cases.actions.clearing import clear_file
from banshi.rooms.cases.actions.concluding import (
    come_back,
    deliver,
    end_result,
    issue,
    need_shelvable,
    need_to_hand,
    place_of,
    post,
    restore_result,
    shelve,
    terminate,
)
from banshi.rooms.cases.actions.consulting import answer_consultation, consult
from banshi.rooms.cases.actions.copies import content_of, make_copies
from banshi.rooms.cases.actions.deferring import lapse_deferred, remind_deferred, settle_deferred
from banshi.rooms.cases.actions.destroying import destroy_content
from banshi.rooms.cases.actions.extending import extend, propose_extension, refuse_extension
from banshi.rooms.cases.actions.filing import file_away
from banshi.rooms.cases.actions.forgetting import forget_unsent, never_received, runs_out, unsent_ends
from banshi.rooms.cases.actions.ground import alone, names, need_sealed, tell, told_at, told_at_ends, waits_for_seal
from banshi.rooms.cases.actions.ground import locked as lock
from banshi.rooms.cases.actions.handing import Handed, hand_over, refuse_papers, sign_for
from banshi.rooms.cases.actions.in_season import tell_season_ends
from banshi.rooms.cases.actions.ordering import move_page, order_pages
from banshi.rooms.cases.actions.papers import make_due, pdf_of
from banshi.rooms.cases.actions.passing import pass_on
from banshi.rooms.cases.actions.posting import lies_to_be_posted, wished
from banshi.rooms.cases.actions.pre_reviewing import Verdict, send_back
from banshi.rooms.cases.actions.promise_checks import check_promise, lift_bar, revoke
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
from banshi.rooms.cases.actions.recounting import recount, recount_minutes
from banshi.rooms.cases.actions.renewing import renew
from banshi.rooms.cases.actions.reviewing import (
    decide,
    decide_at_once,
    opine,
    release,
    take,
)
from banshi.rooms.cases.actions.rounds import close_list, draw_round, drop_round, propose_round, publish_round
from banshi.rooms.cases.actions.rule_switch import drop_proposal, propose_rules, set_rules, stop_all_rules, switch_on
from banshi.rooms.cases.actions.ruling import Applicant, deliver_by_rule, issue_by_rule, try_rules
from banshi.rooms.cases.actions.sealing import seal_due, try_again
from banshi.rooms.cases.actions.stopping import propose_stop, refuse_stop, resume_clock, stop_clock, tell_longer
from banshi.rooms.cases.actions.supervising import hand_on, hand_to_department, urge
from banshi.rooms.cases.actions.waiting import tell_late

__all__ = [
    "Applicant",
    "Bundling",
    "Counted",
    "Handed",
    "Holder",
    "Missing",
    "Opening",
    "Verdict",
    "accept",
    "add_material",
    "add_paper",
    "agree",
    "alone",
    "answer_consultation",
    "by_card_of",
    "card_counts",
    "change",
    "change_bundle",
    "check_promise",
    "clear_file",
    "close_list",
    "come_back",
    "consult",
    "content_of",
    "counted_late",
    "decide",
    "decide_at_once",
    "deem_due",
    "deliver",
    "deliver_by_rule",
    "destroy_content",
    "draw_round",
    "drop_proposal",
    "drop_round",
    "end_result",
    "expect",
    "expect_no_more",
    "extend",
    "fee_paid",
    "fee_waived",
    "file_away",
    "forget_unsent",
    "give_notice",
    "hand_on",
    "hand_over",
    "hand_to_department",
    "held_mandate",
    "holder_of",
    "issue",
    "issue_by_rule",
    "lapse_deferred",
    "lapse_due",
    "lies_to_be_posted",
    "lift_bar",
    "lock",
    "lock_bundle",
    "lock_drafts",
    "make_copies",
    "make_due",
    "move_page",
    "names",
    "need_acting",
    "need_agent",
    "need_one_form",
    "need_sealed",
    "need_shelvable",
    "need_to_hand",
    "need_wanted",
    "need_whole",
    "never_received",
    "nothing_here",
    "open_bundle",
    "open_case",
    "opine",
    "order_pages",
    "papers_here",
    "pass_on",
    "pdf_of",
    "place_of",
    "post",
    "propose_extension",
    "propose_round",
    "propose_rules",
    "propose_stop",
    "publish_round",
    "reassess",
    "receive",
    "recount",
    "recount_minutes",
    "refuse",
    "refuse_extension",
    "refuse_papers",
    "refuse_stop",
    "release",
    "remind_deferred",
    "remind_due",
    "remind_unpaid",
    "renew",
    "restore_result",
    "resume_clock",
    "revoke",
    "runs_out",
    "seal_due",
    "see",
    "seen_again",
    "send_back",
    "set_rules",
    "settle_deferred",
    "shelve",
    "sign_for",
    "still_missing",
    "stop_all_rules",
    "stop_clock",
    "submit",
    "supplement",
    "switch_on",
    "take",
    "take_back_material",
    "take_back_paper",
    "taken_in",
    "tell",
    "tell_dropped",
    "tell_late",
    "tell_longer",
    "tell_season_ends",
    "terminate",
    "told_at",
    "told_at_ends",
    "try_again",
    "try_rules",
    "unsent_ends",
    "urge",
    "waits_for_seal",
    "wished",
    "withdraw",
    "withdraw_bundle",
]
