"""Cases at the window, write side: each POST is one step; refused, it answers with the same page and what was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.frames import in_parts
from banshi.frames.staff import case_fees
from banshi.frames.staff import cases as shared
from banshi.frames.typed import clean
from banshi.journeys.case import at_window, consenting, from_library, renewing, sending
from banshi.journeys.case.carried import Carried, Firm, of_case_at_window, of_client, of_firm
from banshi.journeys.case.carried import at_window as carried
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.materials import PROMISE
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.rules.handling import Field
from banshi.rooms.catalogue.rules.one_form import guided_jointly, implied_jointly, one_form
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting, GuardianView
from banshi.rooms.library import actions as library
from banshi.rooms.library.rules import MOST_BYTES, rejected
from banshi.surfaces.desk import agents, guardians
from banshi.surfaces.desk.case_front import Served, case_of, need_card
from banshi.surfaces.desk.case_sent import Sent
from banshi.surfaces.desk.cases import case_page, of_number, thread_page
from banshi.surfaces.desk.firms import applies_for
from banshi.surfaces.desk.wards import ward_for

Act = Callable[[Served, Case, Sent, datetime], None]
MOST_AT_ONCE = 10
STICK = "usb-"  # begins the name of a field whose files come from a USB stick


@require_POST
@of_number
def open_case(request: Asked, here: Served) -> HttpResponse:
    """A new case of the person who is served, with what is known of them filled in, and what they answered when they booked."""
    now, code = clock.now(), clean(request.POST.get("item"), 80)
    person_id = here.ticket.person_id
    try:
        if person_id is None:
            raise Refused("invalid", facts={"reason": _("The number is nobody's: compare the card first.")})
        item = catalogue.hall_item(here.hall.pk, code).item
        booked = here.said_of(item.pk)
        opening, form = _opening(request, here, person_id, catalogue.handling_of(item).fields, now=now)
        asked = replace(opening, item_code=code, form=form, answers=booked.answers if booked else None)
        case = cases.open_case(asked, by=here.by, now=now)
    except Refused as refused:
        other = str(refused.facts.get("case", "")) if refused.slug == "duplicate-case" else ""
        return thread_page(request, here, refused=refused, item=code, other=other)
    return redirect("desk:case", ref=here.ticket.ref, no=case.no)


@require_POST
@of_number
def open_bundle(request: Asked, here: Served) -> HttpResponse:
    """Everything of a 一件事 for the person who is served, begun at once, with what is known of them filled in: its one form is
    on the desk."""
    now, person_id = clock.now(), here.ticket.person_id
    try:
        if person_id is None:
            raise Refused("invalid", facts={"reason": _("The number is nobody's: compare the card first.")})
        matter = catalogue.one_matter(clean(request.POST.get("matter"), 60), retired=False)
        rows = [catalogue.hall_item(here.hall.pk, code).item for code in matter.codes]
        one = one_form([(row.code, catalogue.handling_of(row)) for row in rows])
        said = implied_jointly(one, matter.implied)
        each, form = _opening(request, here, person_id, guided_jointly(one, said).fields, now=now)
        asked = cases.Bundling(
            matter.codes, each, answers=said, form=form, matter=matter.code, joint_days=matter.joint_days
        )
        bundle = cases.open_bundle(asked, by=here.by, now=now)
    except Refused as refused:
        other = str(refused.facts.get("case", "")) if refused.slug == "duplicate-case" else ""
        return thread_page(request, here, refused=refused, matter=clean(request.POST.get("matter"), 60), other=other)
    return redirect("desk:bundle", ref=here.ticket.ref, no=bundle.no)


def _opening(
    request: Asked, here: Served, person_id: int, fields: Iterable[Field], *, now: datetime
) -> tuple[cases.Opening, dict[str, object]]:
    """A case of whoever is served: their own, their guardian beside them, or of the child, client or organisation they chose;
    and by field what is known of them."""
    ward = ward_for(request, here, now)
    person_id = ward.child_id if ward is not None else person_id
    guardian, firm = ward or guardians.here_for(request, here, now), applies_for(request, here, now)
    agent = agents.client_for(request, here, now)
    applies = agent.person_id if agent is not None else person_id
    phone = guardians.reached_at(person_id, None if agent else guardian)
    known = _known(here, fields, agent, guardian, phone, person_id=person_id, organisation_id=firm, now=now)
    opening = cases.Opening(
        hall=here.hall, item_code="", person_id=applies, channel="window", contact=phone,
        guardian_id=guardian.id if guardian and firm is None and agent is None else None,
        organisation_id=firm, mandate=agent.ref if agent else None, name=agent.client if agent else "",
        visit_id=here.ticket.visit_id, window_id=here.window.pk, anyway=request.POST.get("anyway") == "yes",
    )  # fmt: skip
    return opening, {field: each.value for field, each in known.items()}


def _known(
    here: Served,
    fields: Iterable[Field],
    agent: Acting | None,
    guardian: GuardianView | None,
    phone: str | None,
    *,
    person_id: int,
    organisation_id: int | None,
    now: datetime,
) -> dict[str, Carried]:
    """By field, of the person who is served, of the client they act for, or of the organisation; nothing once they do so no
    longer."""
    today = here.today(now)
    if agent is not None:
        return of_client(fields, agent=agent, phone=phone, today=today)
    if organisation_id is None:
        beside = guardian.guardian_id if guardian is not None else None
        return carried(fields, person_id=person_id, guardian_id=beside, today=today)
    acts = people.standing_in(organisation_id, person_id, today=today)
    if acts is None:
        return {}
    firm = Firm(acts.organisation_id, acts.name, acts.uscc, people.phone_of(person_id=person_id), person_id)
    return of_firm(fields, firm=firm, today=today)


@require_POST
@of_number
def do(request: Asked, here: Served, no: str, verb: str) -> HttpResponse:
    """One step with the case on the desk."""
    act = VERBS.get(verb)
    if act is None:
        raise Refused("nothing-found")
    case = case_of(here, no)
    sent = Sent.of(request, case)
    try:
        act(here, case, sent, clock.now())
    except Refused as refused:
        return case_page(request, here, case_of(here, no), sent=sent, refused=refused, at=verb)
    if verb in FACTS:  # what was typed is kept, and more with it
        sent = replace(sent, form={}, answers={})
    return _done(request, here, no, sent if verb in STAYS else None)


def _done(request: Asked, here: Served, no: str, sent: Sent | None) -> HttpResponse:
    """The page as it then is; what was ticked and not counted yet stays ticked."""
    if not request.htmx:
        return redirect("desk:case", ref=here.ticket.ref, no=no)
    return case_page(request, here, case_of(here, no), sent=sent)


@require_POST
@of_number
def pages(request: Asked, here: Served, no: str) -> HttpResponse:
    """Pages scanned or photographed at the window, or from somebody's USB stick: each is opened and cleaned before
    anything is locked, and stays, whatever comes of the next."""
    case = case_of(here, no)
    sent = Sent.of(request, case)
    try:
        files = [(*_way_of(name), file) for name, each in request.FILES.lists() for file in each]
        whole = _sent_in_parts(request)
        if not files and not whole:
            raise Refused("invalid", facts={"field": "file", "reason": _("Choose a file first.")})
        for channel, code, ref in whole[:MOST_AT_ONCE]:
            sending.finish(
                case=case, code=code, ref=ref, channel=channel, hall=here.hall.code, by=here.by, now=clock.now()
            )  # fmt: skip
        for channel, code, file in files[:MOST_AT_ONCE]:
            if (file.size or 0) > MOST_BYTES:
                raise Refused(rejected("too-large"))
            now = clock.now()
            version = library.take_in(
                content=file.read(), name=file.name or "", channel=channel, hall=here.hall.code, by=here.by, now=now,
                **cases.holder_of(case),
            )  # fmt: skip
            cases.add_paper(case_no=no, code=code, channel=channel, file=version, by=here.by, now=now)
    except Refused as refused:
        return case_page(request, here, case_of(here, no), sent=sent, refused=refused, at="pages")
    return _done(request, here, no, sent)


def _way_of(name: str) -> tuple[str, str]:
    """The way a file came, and for which paper, by the name of its field: scanned here, or from a stick."""
    return ("usb", name.removeprefix(STICK)) if name.startswith(STICK) else ("scan", name.removeprefix("file-"))


def _sent_in_parts(request: Asked) -> list[tuple[str, str, str]]:
    """Ways and papers, and references of the files that have come whole for them."""
    mark = f"{in_parts.FIELD}-"
    named = [(name, refs) for name, refs in request.POST.lists() if name.removeprefix(STICK).startswith(mark)]
    ways = [("usb" if name.startswith(STICK) else "scan", name.removeprefix(STICK), refs) for name, refs in named]
    return [(way, name.removeprefix(mark)[:60], str(ref)[:20]) for way, name, refs in ways for ref in refs]


@require_POST
@of_number
def begin_upload(request: Asked, here: Served, no: str) -> HttpResponse:
    """A large file is begun in parts, or gone on with; `pages` is then told that it is whole."""
    return in_parts.begin(request, case_of(here, no), by=here.by, now=clock.now())


@require_POST
@of_number
def put_part(request: Asked, here: Served, no: str, upload: str) -> HttpResponse:
    """The next part of it."""
    return in_parts.part(request, case_of(here, no), upload, by=here.by, now=clock.now())


def _keep(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.keep(case_no=case.no, brought=sent.brought(here, case), by=here.by, now=now)


def _renew(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    """Begun anew by what holds today, with what stands on the page: nothing that was just typed is lost."""
    _keep(here, case, sent, now)
    renewing.renew(
        case_no=case.no,
        known=lambda fields: of_case_at_window(fields, case, today=here.today(now)),
        by=here.by,
        now=now,
    )


def _receive(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.receive(case_no=case.no, brought=sent.brought(here, case), by=here.by, now=now)


def _accept(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.accept(case_no=case.no, brought=sent.brought(here, case), by=here.by, now=now)


def _follow(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.accept(case_no=case.no, brought=sent.brought(here, case), deferred=sent.deferred(), by=here.by, now=now)


def _notice(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    second, may = shared.second_of(case, "notice", sent.words["second"], now=now)
    at_window.give_notice(
        case_no=case.no, brought=sent.brought(here, case), missing_now=sent.missing(), second_by=second, second_may=may,
        by=here.by, now=now,
    )  # fmt: skip


def _refuse(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.refuse(
        case_no=case.no, brought=sent.brought(here, case), reason=sent.words["reason"], body=sent.words["body"],
        ground=sent.words["ground"], by=here.by, now=now,
    )  # fmt: skip


def _grant(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.decide(case_no=case.no, brought=sent.brought(here, case), grant=True, by=here.by, now=now)


def _deny(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    reason = sent.words["deny"]
    at_window.decide(case_no=case.no, brought=sent.brought(here, case), grant=False, reason=reason, by=here.by, now=now)


def _library(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    """Their certificates, and what they handed in before as far as it is ticked, with consent, once the card was compared."""
    need_card(here, case)
    with transaction.atomic():
        taken = from_library.use(case_no=case.no, consent=sent.consent, by=here.by, now=now)
        for code, earlier in sorted(sent.again.items()):
            taken.append(
                from_library.use_earlier(
                    case_no=case.no, code=code, earlier=earlier, consent=sent.consent, by=here.by, now=now
                )
            )
        if not taken:
            raise Refused("invalid", facts={"reason": _("Tick the earlier papers that are used again.")})


def _facts(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    """What is on record of them fills in what is still empty, with the consent they gave at the window."""
    need_card(here, case)
    with transaction.atomic():
        _keep(here, case, sent, now)
        consenting.agree(case_no=case.no, consent=sent.facts, by=here.by, now=now)


def _facts_back(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    with transaction.atomic():
        _keep(here, case, sent, now)
        consenting.take_back(case_no=case.no, by=here.by, now=now)


def _settle(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    at_window.settle(case_no=case.no, brought=sent.brought(here, case), by=here.by, now=now)


def _promise(here: Served, case: Case, sent: Sent, now: datetime) -> None:
    """告知承诺, signed at the window in place of papers. :raises Refused: consent-missing – none is ticked; promise-barred."""
    if not sent.promised:
        raise Refused("invalid", facts={"field": "promise", "reason": _("Tick what was read and signed first.")})
    for code in sorted(sent.promised):
        cases.add_paper(case_no=case.no, code=code, channel=PROMISE, consent=True, by=here.by, now=now)


VERBS: dict[str, Act] = {
    "keep": _keep,
    "receive": _receive,
    "accept": _accept,
    "follow": _follow,
    "notice": _notice,
    "refuse": _refuse,
    "grant": _grant,
    "deny": _deny,
    "library": _library,
    "facts": _facts,
    "facts-back": _facts_back,
    "promise": _promise,
    "settle": _settle,
    "renew": _renew,
}
FACTS = ("facts", "facts-back")
STAYS = ("keep", "library", "promise", *FACTS)  # what was ticked is not counted by these


@require_POST
@of_number
def fee(request: Asked, here: Served, no: str, verb: str) -> HttpResponse:
    """What it costs: taken here, a code for their telephone, or handed back."""
    case, now = case_of(here, no), clock.now()
    try:
        if verb == "take":
            case_fees.take(request, case, here.by, now)
        elif verb == "code":
            case_fees.show_code(case, here.by, now)
        elif verb == "back":
            case_fees.hand_back(request, case, here.by, now)
        else:
            raise Refused("nothing-found")
    except Refused as refused:
        return case_page(request, here, case_of(here, no), refused=refused, at="fee")
    return redirect("desk:case", ref=here.ticket.ref, no=no)


@require_POST
@of_number
def take_back(request: Asked, here: Served, no: str, material_id: int) -> HttpResponse:
    """A page that was taken by mistake."""
    case = case_of(here, no)
    sent = Sent.of(request, case)
    try:
        cases.take_back_material(case_no=no, material_id=material_id, by=here.by, now=clock.now())
    except Refused as refused:
        return case_page(request, here, case_of(here, no), sent=sent, refused=refused, at="pages")
    return _done(request, here, no, sent)


@require_POST
@of_number
def move_page(request: Asked, here: Served, no: str, material_id: int, to: str) -> HttpResponse:
    """A page before the one before it, or after the one after it."""
    case = case_of(here, no)
    sent = Sent.of(request, case)
    try:
        cases.move_page(case_no=no, material_id=material_id, up=to == "up", by=here.by, now=clock.now())
    except Refused as refused:
        return case_page(request, here, case_of(here, no), sent=sent, refused=refused, at="pages")
    return _done(request, here, no, sent)


@require_POST
@of_number
def whole(request: Asked, here: Served, no: str) -> HttpResponse:
    """Whose case it is, in full; it leaves a trace."""
    case = case_of(here, no)
    shared.show_whole(request, case, now=clock.now())
    return redirect("desk:case", ref=here.ticket.ref, no=no)
