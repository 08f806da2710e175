"""Roles and permissions (角色与权限). A role is held in a hall, a region, or everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from banshi.kernel.policy import BookingPolicy
from banshi.kernel.refusals import Refusal

# permission → what it allows; each staff view names one (tests/house checks both directions).
PERMISSIONS: dict[str, str] = {
    "desk.work": "sign in at a window, call and serve numbers",
    "desk.out_of_order": "call a number out of its turn",
    "desk.identity": "see the served person's identity at the window",
    "line.view": "see the live line of a hall",
    "line.help": "say that a clerk's call for help was seen",
    "line.steer": "open and close windows, change what a window serves, put a number first",
    "figures.view": "see figures and export them",
    "appointments.view": "look up appointments (masked)",
    "appointments.manage": "book, move and cancel for a citizen, give internal places",
    "slots.edit": "change quotas and slots",
    "calendar.edit": "change opening hours and closures",
    "policy.edit": "change a hall's policy",
    "credit.view": "see no-shows, cancellations and suspensions",
    "credit.decide": "lift a suspension, forgive a strike, answer an appeal",
    "ratings.view": "see ratings",
    "ratings.answer": "answer tasks from bad ratings",
    "ratings.judge": "judge appeals against bad ratings",
    "staff.manage": "create staff, give roles",
    "roster.edit": "plan shifts",
    "notices.view": "see the notices sent (masked)",
    "devices.manage": "name screens, kiosks and printers; see their health",
    "catalogue.edit": "change which items a hall handles",
    "people.correct": "find a person and put name and telephone right, with the card seen",
    "agents.manage": "register agents and whom they act for, with the papers seen",
    "hooks.manage": "see where other systems are told of what happens; test, repeat, turn off",
    "seals.manage": "see a hall's seals and what waits for one; replace a seal, have it tried again",
    "audit.view": "read the audit trail",
    "cases.look": "see a hall's cases (masked)",
    "cases.pre_review": "look over applications made online before they are received",
    "cases.receive": "receive papers, accept applications or refuse them",
    "cases.review": "review accepted cases",
    "cases.approve": "decide cases",
    "cases.head": "approve, as the head of the body, what the law leaves to the head: a longer time for a case",
    "cases.issue": "make out results and hand them over",
    "folders.keep": "put folders of papers away, take them out, give originals back",
    "cases.supervise": "watch over the limits of cases, allow exceptions, end cases",
    "enquiries.look": "see what people ask about items, and the answers",
    "enquiries.answer": "answer questions of people, forward them, write up answers for everybody",
    "enquiries.publish": "publish answers that another person wrote up, withdraw them",
    "items.edit": "draft how an item is handled",
    "items.publish": "publish how an item is handled",
    "video.answer": "take calls of the video service, with a seat of one's own",
    "video.view": "see the video service's line, seats and figures",
    "video.review": "look at recorded calls, with a reason that those recorded read",
    "hotline.look": "see the orders of the hotline's desk",
    "hotline.desk": "work at the desk of the hotline: take down, pass on, ring up, close",
    "hotline.line": "reply to orders of the hotline that are with one's department or hall",
    "visits.plan": "plan visits at home and for key projects: when, and who goes",
    "visits.go": "go to visits at home and for key projects, and say what came of them",
    "archive.look": "see what is archived, read packages again and take them out",
    "archive.manage": "say how long is kept, hold back from destruction, propose and confirm it",
}

_CLERK = {
    "desk.work",
    "desk.identity",
    "line.view",
    "line.help",
    "cases.receive",
    "folders.keep",
    "video.answer",
    "visits.go",
}
_GUIDE = {"line.view", "line.help", "appointments.view", "appointments.manage", "people.correct", "visits.go"}
# Whoever steers a hall takes no step of a case: who receives, who reviews and who decides are set apart (GB/T 22239). Nor
# does it answer for a department.
_STEPS = {"cases.pre_review", "cases.receive", "cases.review", "cases.approve", "cases.head", "cases.issue"}
_STEPS |= {"enquiries.answer", "video.answer", "video.review", "hotline.desk", "visits.go"}
_MANAGER = set(PERMISSIONS) - {"desk.work"} - _STEPS
_CASES = {"line.view", "cases.look", "folders.keep"}  # the first page of the office, and what one works on
_ANSWERS = {"enquiries.look", "enquiries.answer", "enquiries.publish", "hotline.line"}
ROLES: dict[str, frozenset[str]] = {
    "clerk": frozenset(_CLERK),  # 窗口人员
    "senior_clerk": frozenset(
        _CLERK | {"desk.out_of_order", "people.correct", "agents.manage", "visits.plan"}
    ),  # 值班长
    "guide": frozenset(_GUIDE),  # 导办
    "pre_reviewer": frozenset(_CASES | _ANSWERS | {"cases.pre_review"}),  # 预审人员
    "receiver": frozenset(_CASES | _ANSWERS | {"cases.receive"}),  # 收件人员
    "reviewer": frozenset(_CASES | _ANSWERS | {"cases.review"}),  # 审查人员
    "approver": frozenset(_CASES | _ANSWERS | {"cases.approve"}),  # 审批人员
    "head": frozenset(_CASES | {"cases.head"}),  # 机关负责人 (行政许可法 42 条): held besides another role, or alone
    "issue_clerk": frozenset(_CASES | {"cases.issue"}),  # 出件人员
    "supervisor": frozenset(
        _CASES
        | {
            "cases.supervise",
            "enquiries.look",
            "enquiries.publish",
            "figures.view",
            "ratings.view",
            "ratings.judge",
            "video.review",
        }
    ),  # 督办人员
    "archivist": frozenset({"line.view", "archive.look", "archive.manage", "folders.keep"}),  # 档案人员
    "video_agent": frozenset({"line.view", "cases.look", "video.answer"}),  # 视频坐席
    "hotline_agent": frozenset({"line.view", "cases.look", "hotline.look", "hotline.desk"}),  # 热线坐席
    "hall_manager": frozenset(_MANAGER - {"ratings.judge"}),  # 大厅主任: whom an appeal is of does not judge it
    "city_admin": frozenset(_MANAGER),  # 市级管理员
    "auditor": frozenset({"audit.view", "figures.view", "line.view"}),  # 审计
}


# API key scopes (api.md) → audience words for messages.
SCOPES = ("channel", "kiosk", "desk", "staff", "manage", "read", "demo")

# --- Whom an account books for --------------------------------------------------------------------------------------


def too_many_people(policy: BookingPolicy, *, listed: int, new_today: int, new: bool, now: datetime) -> Refusal | None:
    """Why an account may list nobody else now; None where it may.

    :param listed: people on the account's list; :param new_today: how many came onto it today, those taken out again
        included; :param new: the next one never stood on it; :param now: in the zone whose days count.
    """
    if listed >= policy.account_people:
        return Refusal("too-many-people", {"limit": policy.account_people})
    if new and new_today >= policy.account_new_people:
        tomorrow = datetime.combine(now.date() + timedelta(days=1), time(0), now.tzinfo)
        return Refusal("too-many-people", {"limit": policy.account_new_people, "day": True}, tomorrow)
    return None


# --- Who acts for an organisation ----------------------------------------------------------------------------------

STANDINGS = ("legal", "agent")  # 法定代表人 | 经办人, the stronger first


@dataclass(frozen=True)
class Limits:
    """What somebody may do for an organisation. `items`, `departments`: codes; both empty: everything. `sends`: what is filled
    in may be sent, supplemented, taken back by them, too. `appoints`: they may appoint agents."""

    items: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    sends: bool = True
    appoints: bool = False

    @property
    def all_matters(self) -> bool:
        return not self.items and not self.departments

    def covers(self, item: str, department: str) -> bool:
        """Whether a matter of a department is theirs."""
        return self.all_matters or item in self.items or department in self.departments

    @property
    def fault(self) -> bool:
        """Whoever lets others act for it acts for it in everything."""
        return self.appoints and not (self.all_matters and self.sends)


UNLIMITED = Limits()


def stronger(
    role: str, until: date | None, than_role: str, than_until: date | None,
    *, limits: Limits = UNLIMITED, than_limits: Limits = UNLIMITED,
) -> bool:  # fmt: skip
    """Whether one word that a person acts for an organisation is worth more than another: by standing, by what it lets them do,
    then by its end."""

    def worth(standing: str, may: Limits, end: date | None) -> tuple[int, bool, bool, date]:
        return -STANDINGS.index(standing), may.all_matters, may.sends, end or date.max

    return worth(role, limits, until) > worth(than_role, than_limits, than_until)


def appointing_refusal(
    *, role: str, appoints: bool, until: date | None, asked: Limits, asked_until: date
) -> str | None:
    """Why somebody may not appoint an agent so: "not-allowed" | "appoints" – only the legal representative hands that on |
    "valid_until" – nobody gives longer than they have. None: they may."""
    if role != "legal" and not appoints:
        return "not-allowed"
    if role != "legal" and asked.appoints:
        return "appoints"
    return "valid_until" if until is not None and asked_until > until else None


# --- Two entries of one person -----------------------------------------------------------------------------------

JOINED = ("renewed", "mistyped")  # 换发的证件 | 号码录错
_ALREADY = {"zh": "这本证件已经归到一个人名下", "en": "This document already leads to a person"}
_HOW = {"zh": "说明是换了证件，还是号码录错", "en": "Say whether the document was renewed or the number mistyped"}
_SHOWN = {
    "zh": "这个号码的证件有人出示过，不是录错的号码",
    "en": "Somebody has shown the document of this number: it was not mistyped",
}
_NO_NAME = {
    "zh": "先按证件更正姓名：只移以这个姓名预约的",
    "en": "Correct the name from the card first: what is in it goes over",
}
_TWO_NAMES = {
    "zh": "两边核验过的姓名不同，先按证件更正姓名",
    "en": "Both names are proven and differ: correct the name from the card first",
}


def join_refusal(
    *, how: str, joined: bool, named: bool, both_proven: bool, other_proven: bool, same_name: bool
) -> Refusal | None:
    """Why two entries are not made one; None where they may be.

    A number that was typed wrongly may be another person's: where its document was shown it is, and nothing is taken
    from it. Two proven names that differ are two people until the card says otherwise.
    """
    if how not in JOINED:
        return Refusal("invalid", {"field": "how", "reason": _HOW})
    if joined:
        return Refusal("invalid", {"field": "number", "reason": _ALREADY})
    if how == "mistyped" and not named:
        return Refusal("invalid", {"field": "how", "reason": _NO_NAME})
    if how == "mistyped" and other_proven:
        return Refusal("invalid", {"field": "how", "reason": _SHOWN})
    if both_proven and not same_name:
        return Refusal("invalid", {"field": "number", "reason": _TWO_NAMES})
    return None


# --- Letters -----------------------------------------------------------------------------------------------------

LETTERS = ("written", "notarised")  # 授权委托书: signed by hand; certified by a notary (公证)

# --- Guardians ---------------------------------------------------------------------------------------------------

RELATIONS = (
    "parent",
    "grandparent",
    "sibling",
    "other",
)  # 民法典 27 条, in its order; other: named by a court or committee
