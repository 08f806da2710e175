"""收件与受理: the papers are counted, what is missing is told once, the matter is accepted or not – in time, or it counts as
accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.clock_words import clock_words
from banshi.kernel.refusals import Refused
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.actions.applying import add_material, need_form, need_promises
from banshi.rooms.cases.actions.facts_used import note_facts_used
from banshi.rooms.cases.actions.ground import (
    alone,
    called,
    decided_by,
    drawn_on,
    dues,
    give,
    invalid,
    last_day,
    locked,
    names,
    need,
    need_item,
    need_lease,
    need_papers,
    need_seen,
    need_untold_in_time,
    notice_day,
    of_whole,
    papers_listed,
    put_down,
    staff_of,
    step,
    tell,
    tell_came,
    telling_began,
    today_of,
    until,
    untold_in_time,
)
from banshi.rooms.cases.actions.in_one_go import receipt_untold
from banshi.rooms.cases.actions.places import enter
from banshi.rooms.cases.actions.pre_reviewing import LONGEST_WHY, judge, keep_form, need_fields_right, reasons_of
from banshi.rooms.cases.actions.pre_reviewing import Verdict as Verdict
from banshi.rooms.cases.actions.promise_checks import await_checks
from banshi.rooms.cases.actions.promising import give_promises
from banshi.rooms.cases.actions.recounting import is_to_be_reminded, recounted
from banshi.rooms.cases.actions.waiting import waits_until
from banshi.rooms.cases.models import Case, CaseEvent, Notice, Obligation
from banshi.rooms.cases.queries.credit import UNKNOWN, Standing, credit_of
from banshi.rooms.cases.queries.handling import got_of, handling_of_case, wanted_of
from banshi.rooms.cases.queries.second import Word, word_holds
from banshi.rooms.cases.queries.untouched import said_now
from banshi.rooms.cases.rules import clocks
from banshi.rooms.cases.rules.duties import second_refusal
from banshi.rooms.cases.rules.grounds import GROUNDS, Ground, early_refusal, ground_said, law_of
from banshi.rooms.cases.rules.materials import PROMISE, deferral_refusal, missing, unseen
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.catalogue.rules.handling import PERMIT
from banshi.rooms.messaging.queries import told_of

MOST_MISSING = 60
LONGEST_BODY = 60


@dataclass(frozen=True)
class Counted:
    """A paper counted at the window."""

    code: str
    channel: str = "paper"
    copies: int = 1


@dataclass(frozen=True)
class Missing:
    """One thing that is missing or wrong. `kind`: material | field."""

    code: str
    reason: str
    kind: str = "material"


def receive(
    *,
    case_no: str,
    materials: Sequence[Counted] = (),
    visit_id: int | None = None,
    window_id: int | None = None,
    to_refuse: bool = False,
    by: Actor,
    now: datetime,
) -> Case:
    """收件: the hall has the papers, and five working days to say what is missing (行政许可法 32 条).

    From a draft only at a window, where the person stands; what was pre-reviewed, from wherever it came.

    :param visit_id: the visit in which it was handed in. :param to_refuse: it is turned away in the same moment (不予受理): who
        and which matter is enough, nothing has to be filled in, and nothing is said of limits that never run.
    :raises Refused: nothing-found, wrong-state, locked, invalid; unless `to_refuse`, item-retired, out-of-season, form-invalid.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "receive")
        if not to_refuse:
            need_item(case, now=now)
        need_lease(case, by=by, now=now)
        _count(case_no, materials, by=by, now=now)
        if not to_refuse:
            need_form(case, by=by, now=now)
        there = case.phase == "draft" or visit_id is not None
        event, due = write_receipt(
            case,
            by=by,
            now=now,
            there=there,
            to_refuse=to_refuse,
            wait_until=None if to_refuse else waits_until(case, there=there, now=now),
            visit_id=visit_id or case.visit_id,
            window_id=window_id or case.window_id,
        )
        if to_refuse:
            pass  # what becomes of it is told, and nothing else
        elif case.wait_until is not None:
            tell(case, "case_wait", event=event, now=now, at=case.wait_until.isoformat())
        elif there and case.instant:
            tell(case, "case_at_once", event=event, now=now)
        else:
            tell_came(case, "case_received", event=event, due=due, now=now, **of_whole(case))
    return case


def _count(case_no: str, materials: Sequence[Counted], *, by: Actor, now: datetime) -> None:
    for paper in materials:
        add_material(case_no=case_no, code=paper.code, channel=paper.channel, copies=paper.copies, by=by, now=now)


def write_receipt(
    case: Case, *, there: bool = False, to_refuse: bool = False, by: Actor, now: datetime, **columns: Any
) -> tuple[CaseEvent, date]:
    """The receipt, its paper, and the day by which what is missing is told. The case is locked.

    :param there: its person stands at a window: what may be settled there is promised on the spot. :param to_refuse: it is
        turned away at once: a receipt says what was handed in, where anything was, and nothing is promised.
    """
    today = today_of(case, now)
    begun = columns.get("counts_from", case.counts_from)
    counts_from = begun if begun is not None and begun < today else None
    columns |= notice_day(case, begun=counts_from or today)
    due: date = columns["notice_due_on"]
    event = step(
        case, "receive", by=by, now=now, facts={"due_on": due, "materials": len(got_of(case, now=now))}, received_at=now,
        received_by_id=None if by == SYSTEM else staff_of(by), to_refuse=to_refuse, **columns,
    )  # fmt: skip
    wait = _wait_words(case)
    at_once = there and case.instant and not wait and not to_refuse
    papers = papers_listed(case)
    if papers or not to_refuse:
        give(
            case, "receipt", event=event, now=now, materials=papers, due_notice=due, wait=wait, at_once=at_once,
            counts_from=counts_from,
        )  # fmt: skip
    give_promises(case, event=event, now=now)
    note_facts_used(case, by=by, now=now)
    return event, due


def _wait_words(case: Case) -> str:
    """As the receipt promises it."""
    if case.wait_until is None:
        return ""
    at = case.wait_until.astimezone(ZoneInfo(case.hall.timezone))
    return f"{at.month}月{at.day}日 {clock_words(at)} 左右，出件窗口"


def see(*, case_no: str, codes: Sequence[str], by: Actor, now: datetime) -> Case:
    """The window has these papers before it and finds them right, and so what was sent of them before.

    :raises Refused: nothing-found, wrong-state, locked, invalid.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "accept")
        need_lease(case, by=by, now=now)
        judge(case, [Verdict(code, ok=True) for code in codes], by=by, now=now)
    return case


def give_notice(
    *,
    case_no: str,
    missing_now: Sequence[Missing],
    materials: Sequence[Counted] = (),
    second_by: int | None = None,
    second_may: bool | Word = False,
    by: Actor,
    now: datetime,
) -> Case:
    """一次性告知: everything that is missing, once. A further notice needs another person who supervises, and says whether what
    it asks for could have been seen before.

    :param materials: what is counted at the same time. :param second_may: `second_by` supervises cases in this hall, and agreed.
    :raises Refused: nothing-found, wrong-state, too-late, locked, invalid, second-notice (a further one without a second person).
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "notice")
        need_untold_in_time(case, now=now)
        need_lease(case, by=by, now=now)
        _count(case_no, materials, by=by, now=now)
        _check_missing(case, missing_now)
        left = [w for w in missing(wanted_of(case), got_of(case, now=now)) if w.necessity == "required"]
        untold = [w.code for w in left if w.code not in {m.code for m in missing_now}]
        if untold:
            told = "、".join(n[0] for n in names(untold, case)), ", ".join(n[1] for n in names(untold, case))
            raise invalid("missing", f"一次说全：{told[0]} 也没有交", f"Tell all at once: {told[1]} is missing, too")
        further = case.notices > 0
        may = further and word_holds(case, second_may)
        if further and (no := second_refusal(first=staff_of(by), second=second_by, may=may)):
            raise Refused("second-notice", facts=no.facts)
        judge(
            case,
            [Verdict(m.code, ok=False, reason=m.reason) for m in missing_now if m.kind == "material"],
            by=by,
            now=now,
        )
        days = handling_of_case(case).limits.supplement_days
        columns = until("supplement_due_on", days, begun=today_of(case, now))
        due = columns["supplement_due_on"]
        seen_before = further and _visible_before(case, missing_now)
        event = step(
            case, "notice", by=by, now=now, notices=case.notices + 1, notice_due_on=None, **columns,
            facts={"round": case.notices + 1, "missing": [m.code for m in missing_now], "due_on": due,
                   **({"second_by": second_by, "visible_before": seen_before} if further else {})},
        )  # fmt: skip
        Notice.objects.create(
            case=case, round=case.notices, missing=[_as_told(case, m) for m in missing_now],
            reasons=reasons_of({m.code: m.reason for m in missing_now}), at=now, by_id=staff_of(by),
            second_by_id=second_by if further else None,
        )  # fmt: skip
        keep_form(case, event)
        said = called(((m.code, m.kind) for m in missing_now), case)
        listed = tuple(Named(name[0], m.reason) for name, m in zip(said, missing_now, strict=True))
        give(case, "one_time_notice", event=event, now=now, missing=listed, due_supplement=due)
        receipt_untold(case, now=now)
        tell(case, "case_notice", event=event, now=now, bring=said, day=due.isoformat())
    return case


def _as_told(case: Case, each: Missing) -> dict[str, str]:
    """With what a field said, without saying it: until it says something else, it is not supplemented."""
    told = {"code": each.code, "kind": each.kind}
    return told | {"said": said_now(case, each.code)} if each.kind == "field" else told


def _check_missing(case: Case, missing_now: Sequence[Missing]) -> None:
    if not missing_now or len(missing_now) > MOST_MISSING:
        raise invalid("missing", f"写 1 到 {MOST_MISSING} 项", f"1 to {MOST_MISSING} things")
    handling = handling_of_case(case)
    papers, fields = {w.code for w in wanted_of(case)}, {f.code for f in handling.fields}
    for each in missing_now:
        if each.code not in (papers if each.kind == "material" else fields):
            raise invalid("missing", "这种情形不需要这一项", "This situation does not ask for it")
        if not each.reason.strip() or len(each.reason) > LONGEST_WHY:
            raise invalid(
                "reason",
                f"每一项写明缺什么、怎么补，{LONGEST_WHY} 字以内",
                f"Say of each what is missing, in up to {LONGEST_WHY} characters",
            )


def _visible_before(case: Case, missing_now: Sequence[Missing]) -> bool:
    """Whether anything asked for now was there to be seen, or lacking, when the first notice was given."""
    first = case.notices_given.order_by("round").first()
    if first is None:
        return False
    told = {each["code"] for each in first.missing}
    came_later = set(case.materials.filter(at__gt=first.at).values_list("code", flat=True))
    return any(m.code not in told and m.code not in came_later for m in missing_now)


def accept(
    *,
    case_no: str,
    deferred: Sequence[tuple[str, date]] = (),
    verdicts: Sequence[Verdict] = (),
    materials: Sequence[Counted] = (),
    at_once: bool = False,
    by: Actor,
    now: datetime,
) -> Case:
    """受理: the papers are all there and right, or some follow by a promised day (容缺受理); the promised and the statutory limit
    begin today – or on the day of receipt, where nothing was said in time.

    :param verdicts: what is said of papers that came since the pre-review, such as those of a supplement.
    :param materials: papers that are counted only now.
    :param at_once: it is decided in this transaction: its paper names no day, and the message is that of the decision.
    :raises Refused: nothing-found, wrong-state, locked, material-missing, not-looked-at, invalid (a day that
        will not do), not-deferrable, deferral-barred, promise-barred, promise-barred-until.
    """
    with transaction.atomic():
        case = locked(case_no)
        need(case, "accept")
        need_lease(case, by=by, now=now)
        _count(case_no, materials, by=by, now=now)
        judge(case, verdicts, by=by, now=now)
        need_fields_right(verdicts)
        calendar, today, limits = work_calendar(), today_of(case, now), handling_of_case(case).limits
        wanted, got = wanted_of(case), got_of(case, now=now)
        latest = clocks.due(
            today, days=limits.promised.value, unit=limits.promised.unit, calendar=calendar, today=today
        ).on
        need_papers(missing(wanted, got, deferred=[code for code, _ in deferred]))
        there = {each.code for each in missing(wanted, got)}
        open_ones = [(code, due_on) for code, due_on in deferred if code in there]
        credit: Standing = credit_of(case) if open_ones else "clear"
        if no := deferral_refusal(
            wanted=wanted,
            deferred=open_ones,
            today=today,
            latest=latest,
            calendar=calendar,
            barred=credit == "barred",
        ):
            raise Refused(no)
        if any(each.channel == PROMISE and each.verdict != "bad" for each in got):
            need_promises(case, now=now)  # the record may name them since
        need_seen(unseen(wanted, got), case)
        Obligation.objects.bulk_create([Obligation(case=case, code=code, due_on=on) for code, on in open_ones])
        begun = telling_began(case) if untold_in_time(case, now=now) else now
        if at_once:
            write_acceptance(case, "accept", accepted_at=begun, at_once=True, by=by, now=now)
        else:
            _accepted(case, "accept", accepted_at=begun, by=by, now=now, deferred=open_ones, credit=credit)
    return case


def _accepted(
    case: Case,
    verb: str,
    *,
    accepted_at: datetime,
    by: Actor,
    now: datetime,
    deferred: Sequence[tuple[str, date]] = (),
    credit: Standing = "clear",
) -> None:
    """Write the acceptance, and tell it. The case is locked."""
    event = write_acceptance(case, verb, accepted_at=accepted_at, by=by, now=now, deferred=deferred, credit=credit)
    more: dict[str, Any] = {"bring": _owed(deferred, case, now=now)} if deferred else {}
    assert case.due_promised is not None
    key = "case_accepted"
    if case.deemed:  # counted from the receipt: the promised day may be gone already
        key = "case_deemed_late" if case.due_promised < today_of(case, now) else "case_deemed"
    elif receipt_untold(case, now=now):
        key, more = "case_taken", more | of_whole(case)
        if case.wait_until is not None:
            more |= {"at": case.wait_until.isoformat()}
    tell(case, key, event=event, now=now, **decided_by(case), **drawn_on(case), **more)


def _owed(deferred: Sequence[tuple[str, date]], case: Case, *, now: datetime) -> list[list[str]]:
    """What is to follow, each with its day: of several one may be due before another."""
    called, year = names([code for code, _ in deferred], case), today_of(case, now).year
    found = []
    for (zh, en), (_, on) in zip(called, deferred, strict=True):
        then = ("", "") if on.year == year else (f"{on.year}年", f" {on.year}")
        found.append([f"{zh}（{then[0]}{on.month}月{on.day}日前）", f"{en} (by {on.day} {on:%B}{then[1]})"])
    return found


def write_acceptance(
    case: Case,
    verb: str,
    *,
    accepted_at: datetime,
    by: Actor,
    now: datetime,
    deferred: Sequence[tuple[str, date]] = (),
    credit: Standing = "clear",
    at_once: bool = False,
) -> CaseEvent:
    """The acceptance, its days, its paper. The case is locked. :param at_once: as in `accept`."""
    deemed = verb == "deem"
    case.accepted_at = accepted_at
    entered = enter(case, now=now)
    columns = dues(case, now=now)
    event = step(
        case, verb, by=by, now=now, accepted_at=accepted_at, accepted_by_id=None if by == SYSTEM else staff_of(by), deemed=deemed,
        tolerant=bool(deferred), notice_due_on=None, due_told=columns["due_promised"], **columns,
        facts={"due_promised": columns["due_promised"], "due_statutory": columns["due_statutory"],
               "deferred": [[code, on.isoformat()] for code, on in deferred],
               **({"credit": credit} if credit in UNKNOWN else {}), **entered},
    )  # fmt: skip
    called = names([code for code, _ in deferred], case)
    listed = tuple(Named(n[0], by=on) for n, (_, on) in zip(called, deferred, strict=True))
    law = "《中华人民共和国行政许可法》第三十二条" if deemed and case.item_type == PERMIT else ""
    give(case, "acceptance", event=event, now=now, deferred=listed, deemed=deemed, law=law, at_once=at_once)
    give_promises(case, event=event, now=now)
    await_checks(case, now=now)
    return event


def refuse(*, case_no: str, reason: str, body: str = "", ground: str = "", by: Actor, now: datetime) -> Case:
    """不予受理, by one of the grounds there are; said in writing, on the day, with whom to turn to and the remedy. Also while
    something that was told is still to come.

    :param ground: a code of `rules/grounds`; "": by whether a body is named. :param body: whose it is instead.
    :raises Refused: nothing-found, wrong-state, too-late (it counts as accepted), locked, invalid – also where it is another
        body's and nobody says whose, and where what was told still has its time to come.
    """
    chosen = GROUNDS.get(ground_said(ground, body=body))
    if chosen is None:
        raise invalid("ground", "没有这种不予受理的情形", "There is no such ground")
    if not reason.strip() or len(reason) > LONGEST_WHY or len(body) > LONGEST_BODY:
        raise invalid(
            "reason", f"写明理由，{LONGEST_WHY} 字以内", f"Give the reason, in up to {LONGEST_WHY} characters"
        )
    if chosen.needs_body and not body.strip():
        raise invalid("body", "写明向哪个机关申请", "Say which body it is of")
    with transaction.atomic():
        case = locked(case_no)
        need(case, "refuse")
        need_untold_in_time(case, now=now)
        if (no := early_refusal(chosen, supplementing=case.phase == "supplement")) is not None:
            raise Refused(no)
        need_lease(case, by=by, now=now)
        event = step(
            case, "refuse", by=by, now=now, why=reason, outcome="not_accepted", closed_at=now, notice_due_on=None,
            supplement_due_on=None, ground=chosen.code, facts={"ground": chosen.code, **_said_late(case, chosen, now=now)},
        )  # fmt: skip
        law = law_of(chosen, item_type=case.item_type)
        give(case, "non_acceptance", event=event, now=now, reason=reason, body=body, ground=chosen.name_zh, law=law)
        receipt_untold(case, now=now)
        tell(case, "case_not_accepted", event=event, now=now, reason=reason)
    return case


def _said_late(case: Case, ground: Ground, *, now: datetime) -> dict[str, int]:
    """即时: of what needs no looking into, working days since the day on which it came; nothing where it is said on that day."""
    if not ground.at_once:
        return {}
    begun, today = telling_began(case).astimezone(ZoneInfo(case.hall.timezone)).date(), today_of(case, now)
    return {"late_days": work_calendar().working_days_between(begun, today)} if begun < today else {}


def deem_due(*, now: datetime) -> int:
    """逾期不告知即视为受理: a permit that nobody answered in time counts as accepted, from the day its papers – or those of its
    supplement – came; also where those lie in a cabinet or a parcel that nobody took in. Late or twice it comes to the same.

    :returns: how many.
    """
    done = 0
    for case_no in _to_deem(now):
        with alone(case_no, what="deem"):
            case = locked(case_no)
            recounted(case, now=now)  # a calendar may have come since the day was written down
            if not untold_in_time(case, now=now):
                continue
            if (lay := _untaken_since(case)) is not None:
                _deem_untaken(case, lay, now=now)
                done += 1
            elif case.phase == "received":
                _accepted(case, "deem", accepted_at=telling_began(case), by=SYSTEM, now=now)
                done += 1
    return done


def _to_deem(now: datetime) -> list[str]:
    """Those whose day comes before this one."""
    lies = Q(phase="supplement", brought_on__isnull=False) | Q(phase="await_receipt", counts_from__isnull=False)
    rows = Case.objects.filter(
        lies | Q(phase="received"),
        phase__in=["await_receipt", "received", "supplement"],  # as its index says
        notice_due_on__lt=last_day(now),
        item_type=PERMIT,
    )
    return list(rows.order_by("notice_due_on", "id").values_list("no", flat=True)[:500])


def _untaken_since(case: Case) -> date | None:
    """From when what came by cabinet or courier counts, where nobody has counted it; None: nothing lies here so."""
    return {"await_receipt": case.counts_from, "supplement": case.brought_on}.get(case.phase)


def _deem_untaken(case: Case, lay: date, *, now: datetime) -> None:
    """What was to be brought, or was told, came, and nobody looked into it: it counts as handed in on the day it came. What it is
    no receipt says, as nobody counted it; it lies here still, on the list of whoever receives. The case is locked."""
    columns: dict[str, Any] = notice_day(case, begun=lay)
    facts = {"due_on": columns["notice_due_on"], "counts_from": lay, "untaken": True}
    if case.phase == "await_receipt":
        columns |= {"received_at": now, "received_by_id": None}
        step(case, "receive", by=SYSTEM, now=now, facts=facts, **columns)
        note_facts_used(case, by=SYSTEM, now=now)
    else:
        step(case, "supplement", by=SYSTEM, now=now, facts=facts, supplement_due_on=None, **columns)
    _accepted(case, "deem", accepted_at=telling_began(case), by=SYSTEM, now=now)
    put_down(case, brought_on=lay)


def lapse_due(*, now: datetime) -> int:
    """补正期限届满: what was asked for did not come by the day that was told. Who was never reminded – nobody sent anything in
    those days – is reminded now, and has the days of a reminder from here.

    :returns: how many ended.
    """
    done = 0
    for case_no, zone in _due_rows("supplement", "supplement_due_on", before=last_day(now)):
        with alone(case_no, what="lapse"):
            case = locked(case_no)
            recounted(case, now=now)
            due_on = case.supplement_due_on
            if case.brought_on is not None:  # it lies here since, in time: somebody takes it in
                continue
            if case.phase != "supplement" or not clocks.supplement_refusal(due_on=due_on, zone=ZoneInfo(zone), now=now):
                continue
            if is_to_be_reminded(case, now=now):
                _remind_late(case, now=now)
                continue
            told = case.supplement_due_on
            event = step(
                case, "lapse", by=SYSTEM, now=now, facts={"due_on": case.supplement_due_on}, outcome="lapsed",
                closed_at=now, supplement_due_on=None,
            )  # fmt: skip
            give(case, "lapse_notice", event=event, now=now, due_supplement=told,
                 materials=papers_listed(case, channel="paper"))  # fmt: skip
            tell(case, "case_lapsed", event=event, now=now)
            done += 1
    return done


def _remind_late(case: Case, *, now: datetime) -> None:
    today = today_of(case, now)
    columns = until("supplement_due_on", clocks.REMINDED_LATE, begun=today)
    day = columns["supplement_due_on"].isoformat()
    event = step(case, "recount", by=SYSTEM, now=now, facts={"supplement_due_on": day, "reminded_on": today}, **columns)
    tell(case, "case_remind", event=event, now=now, day=day, anew=today.isoformat())


def _due_rows(phase: str, column: str, *, before: date) -> list[tuple[str, str]]:
    """Those whose day comes before this one: what is not due is not even locked. What is done leaves the list, so the next
    run goes on.
    """
    rows = Case.objects.filter(**{"phase": phase, f"{column}__lt": before, "brought_on": None})
    rows = rows.order_by(column, "id")
    return list(rows.values_list("no", "hall__timezone")[:500])


def remind_due(*, now: datetime) -> int:
    """Three working days and one before the last day of a supplement. :returns: how many were reminded."""
    calendar, done = work_calendar(), 0
    for case_no, today in _to_remind(now, calendar).items():
        with alone(case_no, what="remind"):
            case = locked(case_no)
            if case.phase != "supplement" or case.supplement_due_on is None or case.brought_on is not None:
                continue
            if today not in clocks.reminders(case.supplement_due_on, calendar=calendar):
                continue
            event = case.events.order_by("-seq")[0]
            tell(
                case,
                "case_remind",
                event=event,
                now=now,
                day=case.supplement_due_on.isoformat(),
                anew=today.isoformat(),
            )
            done += 1
    return done


def _to_remind(now: datetime, calendar: WorkCalendar) -> dict[str, date]:
    """Whose applicant is to hear of it today and did not yet, with what day it is there: of many under way, a run that finds
    nothing to say locks nobody.
    """
    soon = calendar.add_working_days(last_day(now), max(clocks.REMIND_BEFORE) + 1)
    rows = Case.objects.filter(phase="supplement", supplement_due_on__lt=soon, brought_on=None)
    rows = rows.order_by("supplement_due_on", "id")
    due: dict[str, date] = {}
    for no, zone, due_on in rows.values_list("no", "hall__timezone", "supplement_due_on"):
        today = now.astimezone(ZoneInfo(zone)).date()
        if due_on is not None and today in clocks.reminders(due_on, calendar=calendar):
            due[no] = today
    for today in set(due.values()):
        asked = [f"case:{no}" for no, day in due.items() if day == today]
        for subject in told_of("case_remind", subjects=asked, mark=today.isoformat()):
            del due[subject.removeprefix("case:")]
    return due
