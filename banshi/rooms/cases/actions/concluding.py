"""出件到办结: the result is made, waits, is handed over; or the case ends otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.granting import as_decided, days_decided
from banshi.rooms.cases.actions.ground import (
    give,
    invalid,
    locked,
    need,
    need_handed,
    need_lease,
    need_paid,
    need_sealed,
    outcome_kind,
    papers_listed,
    staff_of,
    step,
    tell,
    today_of,
    trips_of,
)
from banshi.rooms.cases.actions.posting import unsay_ready
from banshi.rooms.cases.actions.pre_reviewing import LONGEST_WHY
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries.bundles import siblings
from banshi.rooms.cases.queries.handling import form_of, guided_case, handling_of_case
from banshi.rooms.cases.queries.kept import next_refusal
from banshi.rooms.cases.queries.second import Word, word_holds
from banshi.rooms.cases.rules.duties import second_refusal
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.paper_texts import Named, day_words
from banshi.rooms.cases.rules.papers import KINDS
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.valid import valid_until
from banshi.rooms.library.rules import certificate_number

HOW_ZH = {
    "counter": "窗口领取",
    "electronic": "电子证照",
    "courier": "政务专递",
    "cabinet": "取件柜",
    "kiosk": "自助打印",
}


AT_THE_HALL = ("counter", "cabinet", "kiosk")
NOWHERE_ZH = "网上送达，无送达地点"
GRANTING = ("grant", "licence", "pickup_notice")  # papers that hold no more once a case is ended early


def issue(*, case_no: str, by: Actor, now: datetime) -> CasePaper:
    """制证: the result is made, with a number of its own, by somebody who neither decided nor, as items have it, reviewed it.

    :returns: the licence, certificate or reply. :raises Refused: nothing-found, wrong-state (refused, or issued), locked,
        same-person, fee-due.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "issue")
        if not case.granted:
            raise Refused("wrong-state", facts={"kind": "case", "state": "refused", "needs": "granted"})
        need_paid(case)
        need_lease(case, by=by, now=now)
        if (no := next_refusal(case, staff=staff_of(by))) is not None:
            raise Refused(no)
        return write_result(case, by=by, now=now)


def write_result(case: Case, *, by: Actor, now: datetime) -> CasePaper:
    """The result, as the form says it. The case is locked."""
    event = step(case, "issue", by=by, now=now, issued_by_id=None if by == SYSTEM else staff_of(by))
    form = form_of(case)
    stated = tuple(
        (f.label_zh, said_value(f, form[f.code]))
        for f in guided_case(case).fields
        if f.on_result and form.get(f.code) not in (None, "")
    )
    until = valid_until(handling_of_case(case), case.answers, form, days_decided(case), today_of(case, now))
    return give(case, "licence", event=event, now=now, stated=stated, granted=as_decided(case), valid_until=until)


def end_result(*, case_no: str, number: str, now: datetime) -> None:
    """The result of another case came in its place, or cancelled it: on paper, too, it is no longer in force.

    :param number: of the certificate, as the library compares it. Its holder is held (`library.hold_holder`).
    """
    _results(case_no, number).filter(ended_at=None).update(ended_at=now)


def restore_result(*, case_no: str, number: str) -> None:
    """What ended it was taken back: it is in force as before. Its holder is held."""
    _results(case_no, number).update(ended_at=None)


def _results(case_no: str, number: str) -> QuerySet[CasePaper]:
    rows = CasePaper.objects.filter(case__no=case_no, kind="licence")
    return rows.filter(id__in=[row.pk for row in rows.order_by("id") if certificate_number(row.printed) == number])


def said_value(field: Field, value: object) -> str:
    """What a field holds, as a licence says it: a choice by its words, a day as a day."""
    if field.type == "choice":
        return next((option.text_zh for option in field.options if option.id == value), str(value))
    if field.type == "yes_no":
        return "是" if value in (True, "yes", "true") else "否"
    return day_words(date.fromisoformat(str(value))) if field.type == "date" else str(value)


def shelve(*, case_no: str, place: str, by: Actor, now: datetime) -> Case:
    """待领取: it lies where it is said, and whoever applied is told (the journey adds the code).

    :raises Refused: nothing-found, wrong-state, locked, invalid, not-sealed-yet, paper-set-aside.
    """
    place = place_of(place)
    with transaction.atomic():
        case = locked(case_no)
        need_shelvable(case, by=by, now=now)
        event = step(case, "shelve", by=by, now=now, facts={"place": place})
        give(case, "pickup_notice", event=event, now=now, shelf=place)
    return case


def need_shelvable(case: Case, *, by: Actor, now: datetime) -> None:
    """Whether it may lie ready; asked before a door opens for it. The case is locked.

    :raises Refused: wrong-state, locked, not-sealed-yet, paper-set-aside.
    """
    need(case, "shelve")
    need_lease(case, by=by, now=now)
    need_sealed(case)


def need_to_hand(case: Case, *, by: Actor, now: datetime) -> None:
    """Whether a member of staff may hand over, or send off, what lies ready: sealed, and nobody else at it. The case is locked.

    :raises Refused: wrong-state, locked, not-sealed-yet, paper-set-aside.
    """
    need_handed(case, "deliver")
    need_lease(case, by=by, now=now)
    need_sealed(case)


def place_of(said: str) -> str:
    """Where something lies, as somebody wrote it. :raises Refused: invalid."""
    place = said.strip()
    if not place or len(place) > 40:
        raise invalid("place", "写明放在哪里，40 字以内", "Say where it lies, in up to 40 characters")
    return place


def post(*, case_no: str, waybill: str, by: Actor, now: datetime) -> Case:
    """交寄: the carrier has the result. The days in which it was to be handed on end here; the case goes on until it arrives.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        need_handed(case, "post")
        unsay_ready(case)
        event = step(case, "post", by=by, now=now, issue_due_on=None, to_post_on=None)
        tell(case, "case_posted", event=event, now=now, waybill=waybill)
    return case


def come_back(*, case_no: str, place: str, by: Actor, now: datetime) -> Case:
    """退件: it lies at the issue window again, and whoever applied says where to with it.

    :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        need_handed(case, "come_back")
        event = step(case, "come_back", by=by, now=now, facts={"place": place})
        tell(case, "case_came_back", event=event, now=now)
    return case


def deliver(
    *,
    case_no: str,
    how: str,
    proof: str = "",
    taker: str = "",
    place: str = "",
    says: str = "case_closed",
    by: Actor,
    now: datetime,
) -> Case:
    """送达: handed over to whoever may have it – the result, or the refusal in writing –; that ends the case.

    :param how: counter | electronic | courier | cabinet | kiosk. :param proof: how it was seen that the right one has it.
    :param taker: name of who fetched it for somebody (代领). :param place: where, if not at the hall: the address of a parcel.
    :param says: the message with which it ends. :raises Refused: nothing-found, wrong-state.
    """
    with transaction.atomic():
        case = locked(case_no)
        need_handed(case, "deliver")
        refused = case.granted is False
        event = step(case, "deliver", by=by, now=now, facts={"how": how})
        paper = CasePaper.objects.filter(case=case, kind=outcome_kind(case)).order_by("id").last()
        name = KINDS["refusal"].title_zh if refused else handling_of_case(case).result.name_zh
        handed = (Named(name, paper.printed),) if paper else ()
        there = case.hall.address_zh if how in AT_THE_HALL else NOWHERE_ZH if how == "electronic" else place
        give(
            case, "delivery_receipt", event=event, now=now, channel=HOW_ZH[how], materials=handed, proof=proof, taker=taker,
            place=there, refused=refused,
        )  # fmt: skip
        _close(case, now=now, says=says)
    return case


def _close(case: Case, *, now: datetime, says: str) -> None:
    event = step(case, "close", by=SYSTEM, now=now, closed_at=now, issue_due_on=None, trips=trips_of(case))
    tell(case, says, event=event, now=now, **_asked(case))


def _asked(case: Case) -> dict[str, Any]:
    """请评价, once: of several that were begun as one, with the last that ends."""
    if any(each.phase not in CASE.ends for each in siblings(case)):
        return {}
    return {"ask_zh": "办得怎么样，评一下。", "ask_en": "How did it go? Rate it there."}


def terminate(
    *,
    case_no: str,
    reason: str,
    second_by: int | None,
    second_may: bool | Word,
    held: Sequence[Named] | None = None,
    told: Mapping[str, Any] | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """终止: by two people who supervise, with a reason. What was granted in writing is no longer in force.

    :param held: papers that the hall still has, to be fetched; None: all that were counted. :param told: what else its
        message says.
    :raises Refused: nothing-found, wrong-state, same-person, invalid.
    """
    if not reason.strip() or len(reason) > LONGEST_WHY:
        raise invalid(
            "reason", f"写明理由，{LONGEST_WHY} 字以内", f"Give the reason, in up to {LONGEST_WHY} characters"
        )
    with transaction.atomic():
        case = locked(case_no)
        if no := second_refusal(first=staff_of(by), second=second_by, may=word_holds(case, second_may)):
            raise Refused(no)
        case.stops.filter(ended_at=None).update(ended_at=now)
        event = step(
            case, "terminate", by=by, now=now, why=reason.strip(), facts={"second_by": second_by}, outcome="terminated",
            closed_at=now, stopped_at=None, fee_due_on=None,
        )  # fmt: skip
        CasePaper.objects.filter(case=case, kind__in=GRANTING, ended_at=None).update(ended_at=now)
        case.consultations.filter(answered_at=None).update(closed_at=now)
        papers = papers_listed(case, channel="paper") if held is None else tuple(held)
        give(case, "termination", event=event, now=now, reason=reason.strip(), materials=papers)
        tell(case, "case_terminated", event=event, now=now, reason=reason.strip(), **(told or {}))
    return case
