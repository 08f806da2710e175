"""办件: its phases and what may be done in each, after the chain 申请 → 受理 → 办理 → 办结 → 评价 (GB/T 39046-2020, tables 5–9).

Stopped, tolerant, overdue, locked are flags of a case, never phases. Filed away (归档) is a fact of a case that has ended.
"""

from __future__ import annotations

from banshi.kernel.transitions import Step, Table

# Before anything was decided: the applicant may take it back (行政许可法 allows it until the decision).
_APPLYING = ("draft", "pre_review", "pre_returned", "pre_passed", "await_receipt")
_PENDING = ("received", "supplement", "accepted", "in_review")
_RESULT = ("decided", "issuing", "ready", "delivered")
_HELD = ("pre_review", "pre_passed", "await_receipt", *_PENDING, "decided", "issuing")  # by one who works on it
_CHECKED = ("received", "accepted", "in_review", *_RESULT, "closed")

CASE = Table(
    "case",
    states=[
        "draft", "pre_review", "pre_returned", "pre_passed", "await_receipt", "received", "supplement", "accepted",
        "in_review", "decided", "issuing", "ready", "delivered", "closed", "not_accepted", "withdrawn", "terminated",
    ],
    ends=["closed", "not_accepted", "withdrawn", "terminated"],
    steps={
        "change": Step("draft", "pre_returned", "supplement"),
        "submit": Step("draft", "pre_returned", to="pre_review"),
        "return": Step("pre_review", to="pre_returned"),
        "pass": Step("pre_review", to="pre_passed"),
        "expect": Step("pre_passed", to="await_receipt"),  # a time is booked, a cabinet or a parcel is on its way
        "expect_no_more": Step("await_receipt", to="pre_passed"),
        "receive": Step("draft", "pre_passed", "await_receipt", to="received"),
        "notice": Step("received", to="supplement"),
        "supplement": Step("supplement", to="received"),
        "lapse": Step("supplement", to="terminated"),
        "refuse": Step("received", "supplement", to="not_accepted"),  # what is another body's waits for no supplement
        "accept": Step("received", to="accepted"),
        "deem": Step("received", to="accepted"),
        "hand_over": Step("accepted", to="in_review"),
        "take": Step(*_HELD),
        "release": Step(*_HELD),
        "urge": Step("pre_review", "received", "accepted", "in_review", "decided", "issuing"),  # 催办
        "hand_on": Step("pre_review", "received", "accepted", "in_review", "decided", "issuing"),  # 转办, to a colleague
        "hand_to_department": Step("accepted", "in_review", to="accepted"),  # 转办: it gets the papers anew
        "opine": Step("in_review"),
        "sign_for": Step("in_review"),  # 签收: the department has the papers in hand
        "refuse_papers": Step("in_review", to="accepted"),  # something of them was not there
        "consult": Step("in_review"),  # 征求意见: another department is asked
        "answer_consult": Step("in_review"),
        "plan_visit": Step("in_review"),  # 现场勘查: a day, and who comes
        "move_visit": Step("in_review"),
        "cancel_visit": Step("in_review"),
        "ask_visit": Step("in_review"),  # the applicant asks for another time
        "report_visit": Step("in_review"),
        "propose_stop": Step("in_review"),  # 特殊程序: the review asks for it
        "refuse_stop": Step("in_review"),
        "stop_clock": Step("in_review"),  # an approver agrees: the clock stands
        "resume_clock": Step("in_review"),
        "propose_extension": Step("in_review"),  # 延长办理期限: the department asks for it
        "refuse_extension": Step("in_review"),
        "extend": Step("in_review"),  # the head of the body approves
        "recount": Step("pre_review", "await_receipt", *_PENDING, *_RESULT[:3]),
        "settle": Step("accepted", "in_review"),  # a paper that was to follow has come
        "unmet": Step("accepted", "in_review"),  # its day has gone by, and it has not
        "enter_round": Step("accepted", "in_review"),  # 转入下一期: it takes part in another round
        "draw": Step("accepted", "in_review"),  # 摇号: by lot it has a place, or none
        "decide": Step("in_review", to="decided"),
        "decide_at_once": Step("received"),  # 即办: the window, where the item says so, through all steps in one go
        "pay": Step("decided"),  # the fee is paid, or waived: the days to issue begin
        "waive": Step("decided"),
        "reassess": Step("decided"),  # 重新核定: what the fee was computed by is put right
        "issue": Step("decided", to="issuing"),
        "shelve": Step("issuing", to="ready"),
        # A refusal in writing is delivered as it was decided: nothing is made of it, nothing laid ready (`handed_from`).
        "post": Step("decided", "ready"),  # the carrier has it: made and handed on in time
        "come_back": Step("decided", "ready"),  # it could not be delivered
        "deliver": Step("decided", "ready", to="delivered"),
        "close": Step("delivered", to="closed"),
        # 承诺核查: also of a case that ended – what was found of it, and what is revoked for it, changes no phase.
        "check_promise": Step(*_CHECKED, undoes=True),
        "revoke": Step("closed", undoes=True),
        "lift_bar": Step(*_CHECKED, "supplement", "not_accepted", "withdrawn", "terminated", undoes=True),
        "withdraw": Step(*_APPLYING, *_PENDING, to="withdrawn"),
        "agree": Step(*_APPLYING, *_PENDING, *_RESULT[:3]),  # the second person, where a step takes two
        "terminate": Step(*_APPLYING, *_PENDING, *_RESULT[:3], to="terminated"),
    },
)  # fmt: skip

OUTCOMES = ("granted", "refused", "not_accepted", "withdrawn", "terminated", "lapsed")
AGAINST = ("refused", "not_accepted", "terminated", "lapsed")  # what one may turn against
OPEN_TO_APPLICANT = CASE.of("change")
BEFORE_RECEIPT = (*_APPLYING,)
AT_THE_HALL = (*_PENDING,)
UNDER_CLOCK = ("accepted", "in_review")  # the promised and the statutory limit run
MORE = ("supplement", *UNDER_CLOCK)  # what was told to be missing, or was to follow, may come


def waits_for_more(phase: str, *, tolerant: bool) -> bool:
    """Whether papers may be brought, by whichever way, without a change of phase: a supplement, or what was to follow (容缺)."""
    return phase == "supplement" or (phase in UNDER_CLOCK and tolerant)


def handed_from(*, granted: bool | None) -> str:
    """The phase from which what was decided is posted and delivered: a refusal at once, a grant once its result lies ready."""
    return "decided" if granted is False else "ready"


# Work lists: what each of them holds, and by which day it is ordered.
WORKLISTS: dict[str, tuple[tuple[str, ...], str]] = {
    "pre-review": (("pre_review",), "pre_review_due_on"),
    "acceptance": (("pre_passed", "await_receipt", "received"), "notice_due_on"),
    "to-hand-over": (("accepted",), "due_promised"),
    "review": (("accepted", "in_review"), "due_promised"),
    "approval": (("in_review",), "due_promised"),
    "extension": (("in_review",), "due_promised"),
    "issue": (("decided", "issuing", "ready"), "issue_due_on"),
    "supervision": ((*_APPLYING[1:], *_PENDING, *_RESULT[:3]), "due_promised"),
}
# Which day is waited for, phase by phase.
DUE = {
    "pre_review": "pre_review_due_on", "await_receipt": "notice_due_on", "received": "notice_due_on",
    "supplement": "supplement_due_on", "accepted": "due_promised", "in_review": "due_promised", "decided": "issue_due_on",
    "issuing": "issue_due_on",
}  # fmt: skip
# Phases in which it turns to the hall all the same: since which day something lies there, and which day is waited for then.
LIES_HERE = {
    "await_receipt": ("counts_from", "notice_due_on"),  # it came by cabinet or courier
    "supplement": ("brought_on", "notice_due_on"),
    "ready": ("to_post_on", "issue_due_on"),
}
# Which permission opens a list, and the cases in it.
PERMISSION = {
    "pre-review": "cases.pre_review",
    "acceptance": "cases.receive",
    "to-hand-over": "cases.receive",
    "review": "cases.review",
    "approval": "cases.approve",
    "extension": "cases.head",
    "issue": "cases.issue",
    "supervision": "cases.supervise",
}
