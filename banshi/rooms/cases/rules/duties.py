"""Who may do what with a case: the duties the law keeps apart, and the second person that some steps need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from banshi.kernel.refusals import Refusal
from banshi.kernel.rights import holds
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.catalogue.rules.handling import Duties

LEASE: Final = timedelta(minutes=30)  # a case that somebody works on is theirs so long after their last step
BY_TWO: Final = (
    "notice",
    "terminate",
    "waive",
    "reassess",
)  # a further notice, an early end, a fee that is let off or computed anew take two people
AGREED: Final = timedelta(minutes=30)  # so long the second one's word holds
# Whose steps a phase waits for; what is settled on the spot the window decides, too.
_FRONT: Final = ("cases.receive", "cases.pre_review")
_WORKED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "pre_review": ("cases.pre_review",),
    "in_review": ("cases.review", "cases.approve", "cases.receive"),
    "decided": ("cases.issue", "cases.receive"),
    "issuing": ("cases.issue",),
}

_DECIDES = {
    "zh": "收件或者受理这件事的人不作决定，换一位审批人员",
    "en": "Who received or accepted it does not decide it: another approver does",
}
_PROPOSES = {
    "zh": "写审查意见的人不作决定，换一位审批人员",
    "en": "Who gave the opinion does not decide: another approver does",
}
_ISSUES = {
    "zh": "作决定的人不出证，换一位出件人员",
    "en": "Who decided it does not issue the result: another clerk does",
}
_REVIEWS = {
    "zh": "受理这件事的人不写审查意见，换一位审查人员",
    "en": "Who accepted it does not review it: another reviewer does",
}
_MAKES = {
    "zh": "写审查意见的人不出证，换一位出件人员",
    "en": "Who gave the opinion does not issue the result: another clerk does",
}
_APPROVES = {
    "zh": "提出特殊程序的人不批准它，换一位审批人员",
    "en": "Who proposed the procedure does not approve it: another approver does",
}
_EXTENDS = {
    "zh": "提出延期的人不批准它，由另一位负责人批准",
    "en": "Who asked for the extension does not approve it: another head does",
}
_SECOND = {"zh": "要另一位有督办权限的人同意", "en": "Another person who supervises cases has to agree"}


def decide_refusal(
    *, decides: int, taken_in_by: Collection[int | None], proposed_by: Collection[int]
) -> Refusal | None:
    """审批与受理分离: neither who received or accepted it nor any who proposed a decision of it takes it, though another did so
    after.
    """
    if decides in taken_in_by:
        return Refusal("same-person", {"reason": _DECIDES})
    if decides in proposed_by:
        return Refusal("same-person", {"reason": _PROPOSES})
    return None


def review_refusal(*, reviews: int, accepted_by: int | None, duties: Duties) -> Refusal | None:
    """审查与受理分离: who accepted it does not propose what is decided, but where the item says that they may."""
    return None if duties.receiver_reviews or reviews != accepted_by else Refusal("same-person", {"reason": _REVIEWS})


def issue_refusal(
    *, issues: int, decided_by: int | None, proposed_by: Collection[int], instant: bool, duties: Duties
) -> Refusal | None:
    """统一窗口出件: who decided does not hand out what was decided, but for what a window settles on the spot; nor does who
    proposed it, but where the item says that they may.
    """
    if instant:
        return None
    if issues == decided_by:
        return Refusal("same-person", {"reason": _ISSUES})
    return None if duties.reviewer_issues or issues not in proposed_by else Refusal("same-person", {"reason": _MAKES})


def approve_refusal(*, proposed_by: int | None, approves: int) -> Refusal | None:
    """特殊程序: who proposed it does not approve it."""
    return Refusal("same-person", {"reason": _APPROVES}) if proposed_by == approves else None


def extend_refusal(*, proposed_by: int | None, approves: int) -> Refusal | None:
    """延长办理期限: who asked for it does not approve it. :param proposed_by: None where nobody asked."""
    return Refusal("same-person", {"reason": _EXTENDS}) if proposed_by == approves else None


def second_refusal(*, first: int, second: int | None, may: bool) -> Refusal | None:
    """Why a step that two people take is not taken. :param may: the second one supervises cases in this hall."""
    return Refusal("same-person", {"reason": _SECOND}) if second is None or second == first or not may else None


def agreement_holds(*, agreed_at: datetime, used: bool, now: datetime) -> bool:
    """Whether a second person's word still counts. :param used: the step was taken since."""
    return not used and agreed_at <= now < agreed_at + AGREED


def may_hold(grants: Mapping[str, frozenset[str]], phase: str, hall: str) -> bool:
    """Whether somebody with these rights may work on a case of the hall in this phase, and so keep others from it."""
    return any(holds(grants, right, hall) for right in ("cases.supervise", *_WORKED_BY.get(phase, _FRONT)))


def lease_refusal(
    *,
    staff: int,
    held_by: int | None,
    held_by_zh: str,
    held_by_en: str,
    until: datetime | None,
    may: bool = True,
    now: datetime,
) -> Refusal | None:
    """Somebody else works on it; `next`: when it is free again by itself. :param may: whoever holds it may still work on it."""
    if held_by is None or held_by == staff or until is None or until <= now or not may:
        return None
    return Refusal("locked", {"who": {"zh": held_by_zh, "en": held_by_en}}, until)


def urge_refusal(urged_on: date | None, *, today: date, calendar: WorkCalendar) -> Refusal | None:
    """催办 is heard once a working day: on a day off nobody could have done anything since."""
    if urged_on is None or calendar.working_days_between(urged_on, today) >= 1:
        return None
    return Refusal("urged-already", {"day": calendar.next_working_day(urged_on).isoformat()})
