"""Cases (办件): what whoever applies does, by the key that opened it, and what is shown of a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from banshi.foundation import clock
from banshi.journeys.case import bundles, changing, ending
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.queries.matters import matter_of
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.actions import Enrolled, PersonAsked
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.api.answers import Answer, answer
from banshi.surfaces.api.bundles import bundle_part
from banshi.surfaces.api.case_agents import agent_for, client_named, enrolled
from banshi.surfaces.api.case_parts import (
    as_written,
    case_part,
    line_parts,
    look_at,
    paper_parts,
    seen_case,
    shown_papers,
    timeline_parts,
)
from banshi.surfaces.api.case_schemas import (
    CaseChange,
    CaseIn,
    CaseLineOut,
    CaseOut,
    CasesAsked,
    DocumentOut,
    MomentOut,
    OpenedBundleOut,
    OpenedCaseOut,
    WhyIn,
)
from banshi.surfaces.api.guardians import guardian_for
from banshi.surfaces.api.keys import Caller, permissions_of
from banshi.surfaces.api.operations import caller, found, language, op, write
from banshi.surfaces.api.pages import page_of_more, start_of
from banshi.surfaces.api.parts import zone_of
from banshi.surfaces.api.prefilled import agreed, known_of, listed, prefilled, with_known
from banshi.surfaces.api.schemas import Code, Page, Paged

router = Router(tags=["cases"])
USUAL_CHANNEL = {"kiosk": "kiosk", "staff": "window"}
CHANNELS_OF = {"kiosk": {"kiosk"}, "staff": {"window", "video", "phone"}}  # a channel's system says which way it is


@router.post("/cases", **op("open_case", {201: OpenedCaseOut | OpenedBundleOut}), summary="Open a case")
@write
def open_case(request: HttpRequest, body: CaseIn) -> Answer:
    """A draft with its number; it keeps the version of the item that is in force now. Only the key that opened it sees it,
    and the halls' own people once they may. Several `items` are a bundle: a draft of each, or of none. Where they
    are those of a 一件事 that the hall offers, and no answer says otherwise, it is that one, with its joint limit."""
    who, now = caller(request), clock.now()
    hall = places.hall_by_code(body.hall)
    who.must("open_case", hall.code)
    channel = body.channel or USUAL_CHANNEL.get(who.scope, "api")
    if channel not in CHANNELS_OF.get(who.scope, {channel}):
        reason = {"zh": "这把密钥不能用这个渠道", "en": "Not a channel of this key"}
        raise Refused("invalid", facts={"field": "channel", "reason": reason})
    items = list(body.items or [body.item or ""])
    person = _person(body, who, hall)
    contact = (body.agent.phone if body.agent is not None else "") or person.phone
    mandate = agent_for(body, person.id, who, hall)
    name = client_named(mandate, hall) or person.name  # what the letter says, not what is typed beside it
    firm = _organisation(body, person.id, hall)
    today = now.astimezone(zone_of(hall)).date()
    known = prefilled(body, name=name, person_id=person.id, mandate=mandate, organisation_id=firm, today=today)
    form = with_known(body.form, known)
    opening = cases.Opening(
        hall=hall, item_code=items[0], person_id=person.id, channel=channel, name=name, contact=contact,
        organisation_id=firm, guardian_id=_guardian(body, person.id, who, hall),
        mandate=mandate, language=language(request), answers=body.answers,
        form=form, anyway=body.anyway, evidence=person.evidence,
    )  # fmt: skip
    if len(items) > 1:
        matter = matter_of(items, hall=hall, answers=body.answers)
        bundling = cases.Bundling(
            items, replace(opening, answers={}, form={}), body.answers, form,
            matter=matter.code if matter is not None else "", joint_days=matter.joint_days if matter is not None else None,
        )  # fmt: skip
        made = cases.open_bundle(bundling, by=who.by, now=now)
        kept = queries.filled(queries.one_of(rows := queries.cases_of(made)), rows)[1]
        lent = agreed(rows[0], body.consent or None, who=who, now=now)
        return answer(201, bundle_part(made.no, who, now=now) | {"prefilled": listed(known, body.form, kept) + lent})
    case = cases.open_case(opening, by=who.by, now=now)
    lent = agreed(case, body.consent or None, who=who, now=now)
    more = {"prefilled": listed(known, body.form, queries.form_of(case)) + lent}
    return answer(201, case_part(case.no, who, now=now) | more)


def _person(body: CaseIn, who: Caller, hall: Hall) -> Enrolled:
    """Who applies, entered by their document. :raises Refused: invalid, identity-invalid, phone-invalid."""
    if who.scope == "staff":
        evidence = Evidence.WINDOW if body.presented == "read" else Evidence.DECLARED
    elif body.presented == "read":
        evidence = who.shown(body.presented)
    else:
        evidence = who.evidence
    asked = PersonAsked(
        body.person.name, body.person.id_type, body.person.id_number, body.person.phone, evidence, str(who.by)
    )
    person = enrolled(asked, body, who, hall)
    if isinstance(person, Refused):
        raise person
    return person


def _guardian(body: CaseIn, person_id: int, who: Caller, hall: Hall) -> int | None:
    """:raises Refused: nothing-found, guardian-over; invalid – a machine, which shows one person at a time."""
    if body.guardian is None:
        return None
    if who.scope == "kiosk":
        raise Refused(
            "invalid", facts={"field": "guardian", "reason": {"zh": "自助机不能代办", "en": "Not at a machine"}}
        )
    return guardian_for(who, body.guardian, person_id, today=clock.now().astimezone(zone_of(hall)).date())


def _organisation(body: CaseIn, person_id: int, hall: Hall) -> int | None:
    """:raises Refused: mandate-missing – this person is not known to act for it."""
    if body.organisation is None:
        return None
    today = clock.now().astimezone(zone_of(hall)).date()
    code = "".join(body.organisation.uscc.split()).upper()
    for each in people.organisations_of(person_id, today=today):
        if each.uscc == code:
            return each.organisation_id
    raise Refused("mandate-missing", facts={"item": body.item or (body.items or [""])[0]})


@router.get("/cases", **op("list_cases", {200: Page[CaseLineOut]}), summary="Cases")
def list_cases(request: HttpRequest, asked: Query[CasesAsked]) -> HttpResponse:
    """Newest first. A channel's key: what it opened; others: those of the halls where they see cases."""
    who, start = caller(request), start_of(asked)
    rows = _filtered(_visible(who), asked)
    return found(page_of_more(line_parts(rows[start : start + asked.limit + 1], who, now=clock.now()), asked))


def _visible(who: Caller) -> QuerySet[Case]:
    rows = queries.all_cases().order_by("-opened_at", "-id")
    if who.scope == "channel":
        mine = queries.opened_by(who.by)
        return mine.filter(hall__code__in=who.halls) if who.bound else mine
    if who.scope == "manage":
        return queries.visible_to(rows, halls=who.halls)
    halls = who.where(*permissions_of("list_cases"))
    return queries.visible_to(rows, halls=halls, department=people.department_of(who.staff_id))


def _filtered(rows: QuerySet[Case], asked: CasesAsked) -> QuerySet[Case]:
    exactly = {"phase": asked.phase, "item__code": asked.item, "hall__code": asked.hall}
    exactly["department__code"] = asked.department
    rows = rows.filter(**{name: value for name, value in exactly.items() if value is not None})
    if asked.due_before is not None:
        rows = rows.filter(queries.due_before(asked.due_before))
    return rows.filter(queries.found_by(asked.q)) if asked.q.strip() else rows


@router.get("/cases/{case}", **op("get_case", {200: CaseOut}), summary="One case")
def get_case(request: HttpRequest, case: Path[Code]) -> HttpResponse:
    """Where it stands, by when, whose turn it is. Staff who see cases there see its form, and leave a trace; the channel that
    wrote a draft sees it, too, with what is personal masked."""
    who = caller(request)
    seen = seen_case(who, case)
    return found(case_part(seen.no, who, now=clock.now()))


def _applied(request: HttpRequest, no: str, operation: str, act: Callable[[Caller, Case], object]) -> Answer:
    """One step of whoever applies: by the key that opened it, or at the window, by whoever receives papers there."""
    who = caller(request)
    seen = seen_case(who, no)
    who.must(operation, seen.hall.code)
    act(who, seen)
    return answer(200, case_part(seen.no, who, now=clock.now()))


@router.patch("/cases/{case}", **op("change_case", {200: CaseOut}), summary="Answer questions, fill fields")
@write
def change_case(request: HttpRequest, case: Path[Code], body: CaseChange) -> Answer:
    """What is given replaces what stands under the same name. A change made from an older `revision` is refused
    (`changed-meanwhile`)."""

    def act(who: Caller, seen: Case) -> None:
        now = clock.now()
        changed = changing.change(
            case_no=seen.no, answers=body.answers, form=as_written(seen, body.form, who), revision=body.revision,
            known=known_of(seen), by=who.by, now=now,
        )  # fmt: skip
        agreed(changed, body.consent, who=who, now=now)

    return _applied(request, case, "change_case", act)


@router.post("/cases/{case}/submit", **op("submit_case", {200: CaseOut}), summary="Send it")
@write
def submit_case(request: HttpRequest, case: Path[Code]) -> Answer:
    """The form is right and the papers are there: `form-invalid` names every field, `material-missing` every paper. Where the
    matter has rules that decide and all of them hold, it is granted in the same moment: see `by_rule`."""
    return _applied(
        request, case, "submit_case", lambda who, seen: bundles.submit(case_no=seen.no, by=who.by, now=clock.now())
    )


@router.post("/cases/{case}/supplement", **op("supplement_case", {200: CaseOut}), summary="Send what was missing")
@write
def supplement_case(request: HttpRequest, case: Path[Code]) -> Answer:
    """All that the notice asked for has come; the hall's limit for saying what is missing runs again."""
    return _applied(
        request, case, "supplement_case",
        lambda who, seen: cases.supplement(case_no=seen.no, by=who.by, now=clock.now()),
    )  # fmt: skip


@router.post("/cases/{case}/withdraw", **op("withdraw_case", {200: CaseOut}), summary="Take it back")
@write
def withdraw_case(request: HttpRequest, case: Path[Code], body: WhyIn | None = None) -> Answer:
    """Until it is decided. A member of staff who does it for the applicant gives the reason."""
    reason = body.reason.strip() if body is not None else ""

    def act(who: Caller, seen: Case) -> None:
        if who.scope == "staff" and not reason:
            said = {"zh": "写明申请人的理由", "en": "Give the applicant's reason"}
            raise Refused("invalid", facts={"field": "reason", "reason": said})
        ending.withdraw(case_no=seen.no, reason=reason, by=who.by, now=clock.now())

    return _applied(request, case, "withdraw_case", act)


@router.get("/cases/{case}/timeline", **op("case_timeline", {200: Page[MomentOut]}), summary="What was done")
def case_timeline(request: HttpRequest, case: Path[Code], asked: Query[Paged]) -> HttpResponse:
    """From the first step on, with what was given in writing."""
    who = caller(request)
    seen, start = seen_case(who, case), start_of(asked)
    return found(page_of_more(timeline_parts(seen, who)[start : start + asked.limit + 1], asked))


@router.get("/cases/{case}/documents", **op("list_documents", {200: Page[DocumentOut]}), summary="Its official papers")
def list_documents(request: HttpRequest, case: Path[Code], asked: Query[Paged]) -> HttpResponse:
    """In the order in which they were given."""
    who = caller(request)
    seen, start = seen_case(who, case), start_of(asked)
    rows = list(paper_parts(shown_papers(queries.papers_of(seen), who), seen).values())
    return found(page_of_more(rows[start : start + asked.limit + 1], asked))


@router.get("/documents/{number}", **op("get_document", {200: str}), summary="An official paper as PDF")
def get_document(request: HttpRequest, number: Path[Code]) -> HttpResponse:
    """The same bytes for everybody ever after. Whole: a member of staff who opens it leaves a trace."""
    who, now = caller(request), clock.now()
    paper = queries.paper_by_number(number)
    try:
        seen = seen_case(who, paper.case.no)
    except Refused as no:
        raise Refused("nothing-found", facts={"document": number}) from no
    if not shown_papers([paper], who):
        raise Refused("nothing-found", facts={"document": number})
    look_at(who, seen, now=now)
    return HttpResponse(cases.pdf_of(paper.number, now=now), content_type="application/pdf")
