"""秒批: sent in or received, and decided by the rules of the matter in the same instant where all of them hold; what is a file is
given at once. Anything doubtful goes the ordinary way, to a person, with all that was entered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from banshi.foundation import clock
from banshi.journeys.case import charging, conclude, folders
from banshi.journeys.case.cabinets import need_taken_out
from banshi.kernel import names
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.documents import InvalidDocument
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking import queries as booking
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.ground import alone, today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of, guided_case, handling_of_case, sealed_by_rule
from banshi.rooms.cases.rules.materials import TRUSTED
from banshi.rooms.catalogue.rules.handling import NAME, NUMBER, Field
from banshi.rooms.catalogue.rules.values import WrongValue, read
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.devices.actions import use as machines
from banshi.rooms.identity import queries as identity
from banshi.rooms.identity.queries import at_machine as at_machines
from banshi.rooms.library import queries as library
from banshi.rooms.places.queries import policy_of


def submit(*, case_no: str, by: Actor, now: datetime) -> Case:
    """申报, and what its rules make of it. :raises Refused: those of `cases.submit`."""
    with transaction.atomic():
        conclude.hold(cases.lock(case_no))
        case = cases.submit(case_no=case_no, by=by, now=now)
        machines.used_by([machines.Used(by, "apply", case_no, case.item_id)], now=now)
        pack = handling_of_case(case).by_rule
        if pack is None:
            return case
        applicant = _applicant(case, now=now)
        if not shown_enough(case, by=by, now=now):
            applicant = replace(applicant, proven=False)
        run = cases.try_rules(case_no=case_no, occasion="submit", applicant=applicant, now=now)
        if run is not None and run.outcome == "grant":
            machines.used_by([machines.Used(by, "decided", case_no, case.item_id)], now=now)
            case = charging.charged(cases.lock(case_no), by=SYSTEM, now=now)
            if pack.electronic and case.fee_due_on is None:
                _give(case_no, now=now)
        return cases.lock(case_no)


def shown_enough(case: Case, *, by: Actor, now: datetime) -> bool:
    """Whether whoever sends it from a machine has shown as much as the hall's rules ask for: else a person looks at it."""
    if by.kind is not ActorKind.KIOSK or policy_of(case.hall_id, now=now).machines.rules_level != "shown":
        return True
    entries = [row.pk for row in identity.documents_of(case.person_id)]
    return at_machines.is_shown(entries, hall=case.hall.code, at=clock.wall())


def receive(
    *, case_no: str, materials: Sequence[cases.Counted] = (), window_id: int | None = None, by: Actor, now: datetime
) -> Case:
    """收件, and what its rules make of it. :raises Refused: those of `cases.receive`, papers-in-cabinet."""
    with transaction.atomic():
        need_taken_out(cases.lock(case_no))
        case = cases.receive(case_no=case_no, materials=materials, window_id=window_id, by=by, now=now)
        folders.received(case, by=by, now=now)
        return received(case_no=case_no, now=now)


def received(*, case_no: str, now: datetime) -> Case:
    """A window has just received it: what its rules make of it. What they grant goes to the issue window.

    :raises Refused: nothing-found.
    """
    with transaction.atomic():
        case = cases.lock(case_no)
        if handling_of_case(case).by_rule is not None:
            cases.try_rules(case_no=case_no, occasion="receive", applicant=_applicant(case, now=now), now=now)
            case = charging.charged(cases.lock(case_no), by=SYSTEM, now=now)
        return case


def give_paid(*, case_no: str, now: datetime) -> None:
    """What its rules granted online and was paid for since, or let off: given at once, as it would have been then."""
    case = cases.lock(case_no)
    conclude.hold(case)
    pack, run = handling_of_case(case).by_rule, case.rule_runs.filter(outcome="grant", occasion="submit").first()
    if pack is not None and pack.electronic and run is not None and case.phase == "decided":
        _give(case_no, now=now)


def _give(case_no: str, *, now: datetime) -> None:
    """The result is made, kept in its holder's library, and theirs as a file: at once, or where it gets a seal, with that."""
    paper = cases.issue_by_rule(case_no=case_no, now=now)
    case = cases.lock(case_no)
    conclude.keep_result(case, paper, by=SYSTEM, now=now)
    if not cases.waits_for_seal(case):
        _hand_over(case, now=now)


def give_sealed(*, now: datetime) -> int:
    """What rules granted and has its seal now is given. Whoever comes at once finds it given. :returns: how many."""
    given = 0
    for case_no in sealed_by_rule():
        with alone(case_no, what="sealed"):
            case = cases.lock(case_no)
            if case.phase == "issuing":
                _hand_over(case, now=now)
                given += 1
    return given


def _hand_over(case: Case, *, now: datetime) -> None:
    case_no = case.no
    delivery.make_ready(case=case, place="", code_opens=False, by=SYSTEM, now=now)
    delivery.hand_over(case_no=case_no, how="electronic", identified=True, by=SYSTEM, now=now)
    cases.deliver_by_rule(case_no=case_no, now=now)


def _applicant(case: Case, *, now: datetime) -> cases.Applicant:
    suspended = booking.is_suspended(case.person_id, today=today_of(case, now))
    shown = _shown(case)
    return cases.Applicant(
        proven=bool(shown) and _filled_in_as_themselves(case, now=now), suspended=suspended,
        shown="" if _somebody_acts(case) else shown, on_record=_on_record(case, now=now),
    )  # fmt: skip


def _shown(case: Case) -> str:
    """How whoever applied is proven to be the person: by their account, at a window, or by what a machine or channel showed of
    them as the case was opened or gone on with there; "" where nothing proves it. A firm's agent is looked at by a person.
    """
    if case.organisation_id is not None:
        return ""
    if case.account_id is not None:
        return "account" if identity.proven_by(case.account_id, case.person_id).proves else ""
    if case.channel == "window" and Actor.parse(case.opened_by).kind is ActorKind.STAFF:
        return "window"
    proof = Evidence(case.evidence)
    if not (proof.proves and Evidence(case.person.name_evidence).proves):
        return ""
    return "card" if proof.rank >= Evidence.CHIP else "channel"


def _somebody_acts(case: Case) -> bool:
    """Whoever stood there was not the person: an agent, a guardian."""
    return bool(case.masked_agent) or case.guardian_id is not None


def _on_record(case: Case, *, now: datetime) -> frozenset[str]:
    """Fields that say today what an authority's own record says of the applicant – not what was said in an earlier case."""
    form, today = form_of(case), today_of(case, now)
    fields = [each for each in guided_case(case).fields if each.element and form.get(each.code) not in (None, "")]
    known = library.facts_of(**cases.holder_of(case), elements=[each.element for each in fields], today=today)
    said = {
        code: each.value for code, each in known.items() if each.source.startswith("import:") and each.trust in TRUSTED
    }
    return frozenset(
        each.code for each in fields if each.element in said and _same(each, form[each.code], said[each.element])
    )


def _same(field: Field, one: object, other: object) -> bool:
    try:
        return read(field, one, None) == read(field, other, None)
    except WrongValue:
        return False


def _filled_in_as_themselves(case: Case, *, now: datetime) -> bool:
    """Whether name and number in the form, where it asks for the applicant's, are theirs."""
    form, today = form_of(case), today_of(case, now)
    for field in guided_case(case).fields:
        said = form.get(field.code)
        if said in (None, ""):
            continue
        if field.element == NAME and not names.same(str(said), case.person.name):
            return False
        if field.element == NUMBER and not _has(case, str(said), today):
            return False
    return True


def _has(case: Case, number: str, today: date) -> bool:
    try:
        return identity.has_document(case.person, number, today=today)
    except InvalidDocument:
        return False
