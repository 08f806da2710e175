"""秒批: the rules of an item decide a case without a person, or leave it to one – nothing that was entered is lost either way."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.actions.concluding import deliver, write_result
from banshi.rooms.cases.actions.ground import day_ahead, give, locked, need_paid, step, tell_of, today_of
from banshi.rooms.cases.actions.receiving import write_acceptance, write_receipt
from banshi.rooms.cases.actions.reviewing import decided
from banshi.rooms.cases.models import Case, CasePaper, RuleRun, RuleSwitch
from banshi.rooms.cases.queries.handling import form_of, got_of, handling_of_case, wanted_of
from banshi.rooms.cases.rules import by_rule as rules
from banshi.rooms.cases.rules.by_rule import Inputs, Tried
from banshi.rooms.cases.rules.paper_texts import Named
from banshi.rooms.catalogue.rules.guided import APPLICANT, REGISTER, SHOWN, facts_of, vouched_by
from banshi.rooms.catalogue.rules.handling import ByRule
from banshi.rooms.messaging import actions as messaging

log = logging.getLogger(__name__)
# Shared: many decide at once, and whoever changes it waits for them all.
HELD_SQL = "SELECT * FROM cases_rule_switch WHERE item_id = %s FOR SHARE"
ASKED_IN = {"submit": "pre_review", "receive": "received"}  # the phase in which rules are tried
BROKEN = (ArithmeticError, LookupError, TypeError, ValueError, Refused)  # what a rule, or a step it leads to, ends with
NO_PLACE = ("quota-full", "earlier-first")
ONLINE = "线上直接送达"
_CAME = {"submit": "case_sent", "receive": "case_received"}


@dataclass(frozen=True)
class Applicant:
    """What is known of whoever applies beside what they say.

    :ivar proven: who applies is who they say, and filled in their own name and number. :ivar suspended: they may not book.
    :ivar shown: how they were seen to be that person (`guided.SHOWN_BY`). :ivar on_record: fields that say what an authority's
        record says.
    """

    proven: bool
    suspended: bool
    shown: str = ""
    on_record: frozenset[str] = frozenset()


def try_rules(*, case_no: str, occasion: str, applicant: Applicant, now: datetime) -> RuleRun | None:
    """Try the rules of the case's item, and where all hold and they decide: receive, accept, hand over and grant it, in this
    transaction. The switch is asked here, and stays as it is until the transaction ends.

    :param occasion: submit | receive. :returns: what came of it; None where the item has no rules, the case moved on, or they
        were tried on this occasion before. :raises Refused: nothing-found.
    """
    with transaction.atomic():
        case = locked(case_no)
        pack = handling_of_case(case).by_rule
        if pack is None or case.phase != ASKED_IN[occasion] or case.rule_runs.filter(occasion=occasion).exists():
            return None
        mode, percent = _switch(case)
        sampled = rules.sampled(case.no, percent)
        tried, why = _tried(case, pack, applicant, mode=mode, sampled=sampled, now=now)
        if not why:
            try:
                with transaction.atomic():
                    run = _write(case, occasion, mode, tried, sampled=sampled, why="", now=now)
                    _grant(case, pack, tried, now=now)
                return run
            except BROKEN as broken:
                case, why = locked(case_no), "error"
                if isinstance(broken, Refused) and broken.slug in NO_PLACE:
                    why = "place"
                else:
                    log.exception("what the rules decided could not be done")
        run = _write(case, occasion, mode, tried, sampled=sampled, why=why, now=now)
        _tell_why(case, pack, run, tried, now=now)
        return run


def _switch(case: Case) -> tuple[str, int]:
    row = next(iter(RuleSwitch.objects.raw(HELD_SQL, [case.item_id])), None)
    return ("off", 0) if row is None else (row.mode, row.sample_percent)


def _tried(
    case: Case, pack: ByRule, applicant: Applicant, *, mode: str, sampled: bool, now: datetime
) -> tuple[tuple[Tried, ...], str]:
    """What the rules say, and why a person looks at it; "" where nobody does."""
    if mode == "off":
        return (), "off"
    if _seen_by_a_person(case):
        return (), "seen"
    try:
        facts = _facts(case, applicant, now=now)
        inputs = Inputs(
            facts, wanted_of(case), got_of(case, cleared=True, now=now), applicant.proven, applicant.suspended
        )
        tried = rules.trace(pack, inputs)
    except BROKEN:
        log.exception("a rule could not be tried")
        return (), "error"
    return tried, rules.why_not(tried, mode=mode, sampled=sampled)


def _facts(case: Case, applicant: Applicant, *, now: datetime) -> dict[str, object]:
    """What the rules ask: what is said, and who stands behind it."""
    handling = handling_of_case(case)
    facts = facts_of(handling, case.answers, form_of(case), today_of(case, now))
    facts |= {vouched_by(each.code): APPLICANT for each in handling.fields if each.element}
    return facts | {vouched_by(code): REGISTER for code in applicant.on_record} | {SHOWN: applicant.shown}


def _seen_by_a_person(case: Case) -> bool:
    """Whoever sent it back, or said what is missing, looks at it again."""
    return case.notices > 0 or case.events.filter(verb="return").exists()


def _write(
    case: Case, occasion: str, mode: str, tried: Sequence[Tried], *, sampled: bool, why: str, now: datetime
) -> RuleRun:
    return RuleRun.objects.create(
        case=case, occasion=occasion, at=now, mode=mode, version=case.item_version, held=rules.all_held(tried),
        sampled=sampled and why == "sampled", outcome=rules.PERSON if why else rules.GRANT, why=why,
        trace=[{"rule": each.rule, "held": each.held} for each in tried],
    )  # fmt: skip


def _tell_why(case: Case, pack: ByRule, run: RuleRun, tried: Sequence[Tried], *, now: datetime) -> None:
    """Whoever expects an answer at once hears why a person gives it, in the words of the rule; in place of the message that it
    came. Where the rules do not decide anyway there is nothing to tell.
    """
    if run.mode != "live" or run.why not in rules.TOLD or case.wait_until is not None:
        return
    zh, en = rules.reason(pack, tried, run.why)
    due = case.pre_review_due_on if run.occasion == "submit" else case.notice_due_on
    more = day_ahead(case, due, now=now)
    messaging.drop(subject=f"case:{case.no}", keys=[_CAME[run.occasion]], now=now)
    tell_of(case, "case_by_person", mark=f"{run.pk}", now=now, reason_zh=zh, reason_en=en, **more)


def _grant(case: Case, pack: ByRule, tried: Sequence[Tried], *, now: datetime) -> None:
    """Every step that people would have taken, each with its event and its paper; one message, that it is granted: that it came,
    and by when it is looked at, is said no more where it was still to go out."""
    messaging.drop(subject=f"case:{case.no}", keys=list(_CAME.values()), now=now)
    if case.phase == "pre_review":
        step(case, "pass", by=SYSTEM, now=now, pre_review_due_on=None)
        write_receipt(case, by=SYSTEM, now=now)
    write_acceptance(case, "accept", accepted_at=now, at_once=True, by=SYSTEM, now=now)
    step(case, "hand_over", by=SYSTEM, now=now, facts={"pieces": 0})
    event = decided(case, "decide", grant=True, reason="", by=SYSTEM, now=now)
    called = {**{code: zh for code, (zh, _) in rules.CHECKS.items()}, **{rule.id: rule.text_zh for rule in pack.rules}}
    listed = tuple(Named(called[each.rule], "成立") for each in tried)
    give(case, "rule_trace", event=event, now=now, rules=listed, rules_version=f"事项第 {case.item_version} 版")


def issue_by_rule(*, case_no: str, now: datetime) -> CasePaper:
    """制证: of what rules granted, by nobody. :raises Refused: nothing-found, wrong-state, fee-due."""
    with transaction.atomic():
        case = _granted_by_rule(case_no)
        need_paid(case)
        return write_result(case, by=SYSTEM, now=now)


def deliver_by_rule(*, case_no: str, now: datetime) -> Case:
    """送达: as a file, at once; that ends the case. :raises Refused: nothing-found, wrong-state."""
    with transaction.atomic():
        step(_granted_by_rule(case_no), "shelve", by=SYSTEM, now=now, facts={"how": "electronic"})
        return deliver(case_no=case_no, how="electronic", proof=ONLINE, by=SYSTEM, now=now)


def _granted_by_rule(case_no: str) -> Case:
    """The case, locked. :raises Refused: nothing-found; wrong-state – a person decided it."""
    case = locked(case_no)
    if not case.rule_runs.filter(outcome=rules.GRANT).exists():
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": "granted"})
    return case
