"""My cases: all of them, one as it stands, checked and sent, taken back, its result received, what was given in writing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.frames.case_fields import groups_of, known_for, known_of, lines_of
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.case import bundles, conclude, ending, renewing
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import CaseLine
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.cases.rules.site_visits import LONGEST_WHY
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.feedback import queries as feedbacks
from banshi.rooms.fees import queries as fees
from banshi.rooms.identity import queries as people
from banshi.surfaces.citizen import case_story, case_ways, case_where
from banshi.surfaces.citizen.case_doors import (
    acted_here,
    case_panel,
    is_open,
    my_case,
    my_people,
    only_fills,
    opens_library,
    today_of,
    told_here,
)
from banshi.surfaces.citizen.case_fee import has_machine
from banshi.surfaces.citizen.case_papers import listed
from banshi.surfaces.citizen.case_rows import rows_of
from banshi.surfaces.citizen.clients import without_ended
from banshi.surfaces.citizen.doors import citizen_page, page
from banshi.surfaces.citizen.matter import said_option
from banshi.surfaces.citizen.online_level import to_prove_for
from banshi.surfaces.citizen.retired import gone
from banshi.surfaces.citizen.to_follow import may_follow, to_follow
from banshi.surfaces.citizen.uses import Used, used_in

PAGE = 20
LONGEST_REASON = 200
LOOKED_AT = ("pre_review", "received")  # by a person, where no rule decided it


@citizen_page
@require_GET
def my_cases(request: Any) -> HttpResponseBase:
    """What this account applied for, what is under way for whom it is proven to be, and what was left at a window with its
    telephone; newest first, what was begun as one (一件事) in one row."""
    now = clock.now()
    number = int_or_none(request.GET.get("page"), 1, 500) or 1
    rows = cases.mine(account_id=request.who.account_id, person_ids=my_people(request), told=told_here(request))
    rows = without_ended(rows, request.who.account_id, today=timezone.localtime(now).date())
    shown, has_more = rows_of(rows, start=PAGE * (number - 1), most=PAGE, now=now)
    unproven = not shown and people.proven_person(request.who.account_id) is None
    context = {"rows": shown, "number": number, "has_more": has_more, "unproven": unproven}
    return page(request, "citizen/cases.html", context)


def waiting_case(account_id: int, *, now: datetime) -> CaseLine | None:
    """The one case that waits longest for whoever is signed in, what binds before what is only begun; None: nothing waits."""
    order = {"supplement": 0, "decided": 1, "ready": 2, "pre_returned": 3, "draft": 4}
    rows = (
        without_ended(cases.mine(account_id=account_id), account_id, today=timezone.localtime(now).date())
        .filter(phase__in=list(order))
        .exclude(phase="decided", fee_due_on=None)
        .exclude(delivery__state="posted")
    )
    found = cases.lines(cases.as_lines(rows)[:PAGE], now=now)
    return min(found, key=lambda line: (order[line.phase], line.due_on or now.date(), line.opened_at), default=None)


@citizen_page
@require_GET
def case(request: Any, no: str) -> HttpResponseBase:
    """How it stands: the present step, what can be done, the papers, the story."""
    now = clock.now()
    try:
        found = my_case(request, no)
    except Http404:
        told = next((row for row in cases.all_cases().filter(no=no) if row.pk in told_here(request)), None)
        if told is None and cases.left_with(people.phone_of(account_id=request.who.account_id), no=no):
            shown = page(request, "citizen/case_unproven.html", {"no": no})
            shown.status_code = 404  # nothing of it is here for them yet
            return shown
        if told is None:
            raise
        return _told_page(request, told, now=now)
    return _case_page(request, found, now=now)


def _told_page(request: Any, found: Case, *, now: datetime) -> HttpResponseBase:
    """How far a case is, for whoever has the telephone that was left with it: nothing of what is in it, nothing to do."""
    present = case_story.present(found, case_where.Where(), now=now, today=today_of(found, now), appointment=None)
    story = case_story.story(found, now_it_is="" if present.over else present.title)
    context = {
        "case": found,
        "line": cases.line_of_case(found, now=now),
        "agent": cases.agent_of_case(found, today=today_of(found, now)),
        "acts": found.pk in acted_here(request),
        "story": [(each.title, each.at) for each in story],
    }
    return page(request, "citizen/case_told.html", context, hall=found.hall)


def _case_page(request: Any, found: Case, *, refused: Refused | None = None, now: datetime) -> HttpResponseBase:
    today = today_of(found, now)
    appointment = case_story.appointment_of(found, now=now)
    where = case_where.where_of(found, now=now)
    present = case_story.present(found, where, now=now, today=today, appointment=appointment)
    ruled = cases.ruled(found)
    context = {
        "case": found,
        "line": cases.line_of_case(found, now=now),
        "agent": cases.agent_of_case(found, today=today),
        "present": present,
        "appointment": appointment,
        "remedy": cases.remedy_shown(found),
        "gates": cases.gates_of(found) if found.phase in ("accepted", "in_review") else (),
        "visits": [each for each in cases.visits_on(found) if each.row.state in ("planned", "done", "not_met")]
        if found.accepted_at
        else [],
        "visit_open": found.phase == "in_review",
        "visit_typed": {
            "visit": request.POST.get("visit", ""),
            "text": clean(request.POST.get("text"), LONGEST_WHY + 1),
        },
        "told": cases.told_missing(found),
        "fee": fees.owed(found.no, now=now) if found.decided_at else None,
        "to_follow": to_follow([found]).get(found.pk, []),
        "later": may_follow(found) if found.phase in case_where.WAITS_FOR_PAPERS else [],
        "pickup": case_where.pickup(found, where, now=now),
        "may_take": case_where.may_take(found, where, now=now),
        "call": deliveries.call_of(found, now=now),
        "paper_at": case_where.paper_at(where),
        "kept": case_where.kept_of(found),
        "drop_slip": where.slip,
        "drop_at": case_where.to_drop_at(found, where),
        "to_leave": where.to_leave,
        "wait": (wait := case_ways.wait_of(found, now=now)),
        "promised_hour": wait is not None and not wait.late,
        "way": case_ways.way_of(found, now=now),
        "send_in": case_where.to_send_in(where),
        "book_for_it": case_where.to_book(found, where, comes=appointment is not None),
        "documents": case_story.documents(found, now=now),
        "story": case_story.story(found, now_it_is="" if present.over else present.title, ruled=ruled),
        "standing": cases.standing_of(found),
        "ruled": ruled if ruled is not None and ruled.granted else None,
        "left_to_person": ruled if ruled is not None and ruled.decides and found.phase in LOOKED_AT else None,
        "uses": _uses(request, found),
        "can_withdraw": CASE.may(found.phase, "withdraw"),
        "result": cases.handling_of_case(found).result if case_story.comes_to(found) else None,
        "to_prove": to_prove_for([found]),
        "costs": cases.cost_of(found),
        "contact": mask_phone(found.contact) if found.contact else "",
        "rate": feedbacks.case_rate_page(found, now=now) if present.over and found.received_at else None,
        "panel": case_panel(refused, found, now=now) if refused is not None else None,
        "gone": gone(found.item, now=now) if found.phase == "draft" else None,
        "replaced": [each for each in (cases.replaced(found),) if each is not None],
        "renew": reverse("citizen:renew", args=[found.no]),
    }
    return page(request, "citizen/case.html", context, hall=found.hall, refused=refused)


def _uses(request: Any, found: Case) -> list[Used]:
    """What the library was asked for in this case."""
    return used_in(found) if opens_library(request, found) else []


# --- Check and send ---------------------------------------------------------------------------------------------


@citizen_page
@require_http_methods(["GET", "POST"])
def check(request: Any, no: str) -> HttpResponseBase:
    """All of it once more, and send."""
    now = clock.now()
    found = my_case(request, no)
    if request.method == "POST":
        send = actions.supplement if found.phase == "supplement" else bundles.submit
        try:
            done = send(case_no=found.no, by=request.who.by, now=now)
        except Refused as refused:
            if refused.slug == "wrong-state" and not is_open(cases.case_by_no(found.no)):
                return redirect("citizen:case", found.no)  # tapped twice, or sent in another tab
            return _check_page(request, cases.case_by_no(found.no), refused=refused, now=now)
        granted = pgettext("case", "Granted at once. What was decided is among your papers.")
        messages.success(
            request, granted if done.granted else pgettext("case", "Sent. A receipt is among your papers.")
        )
        return redirect("citizen:case", found.no)
    if not is_open(found):
        return redirect("citizen:case", found.no)
    if found.bundle is not None and found.phase == "draft":
        return redirect("citizen:bundle-check", found.bundle.no)
    if not cases.guided_case(found).complete:
        return redirect("citizen:situation", found.no)
    return _check_page(request, found, now=now)


def _check_page(request: Any, found: Case, *, refused: Refused | None = None, now: datetime) -> HttpResponseBase:
    guided, costs = cases.guided_case(found), cases.cost_of(found)
    today = today_of(found, now)
    known = known_of(found, account_id=request.who.account_id, today=today)
    lines = lines_of(found, known=known, today=today, all_faults=True)
    papers = listed(request, found, now=now)
    context = {
        "case": found,
        "step": "check",
        "said": [(q, said_option(q, guided.answers[q.id])) for q in guided.questions if q.id in guided.answers],
        "groups": groups_of(lines),
        "wrong": [line for line in lines if line.fault],
        "papers": papers,
        "lacking": [each for each in papers if each.row.necessity == "required" and not each.there],
        "replaced": [each for each in (cases.replaced(found),) if each is not None],
        "renew": reverse("citizen:renew", args=[found.no]),
        "later": may_follow(found, [each.row for each in papers]),
        "limits": cases.handling_of_case(found).limits,
        "senders": only_fills(request, found),
        "to_prove": to_prove_for([found]) if refused is None or refused.slug != "identity-level" else None,
        "unproven": refused is not None and refused.slug == "identity-level",
        "costs": costs,
        "at_machine": costs is not None and has_machine(found.hall),
        "panel": case_panel(refused, found, now=now) if refused is not None else None,
    }
    return page(request, "citizen/case_check.html", context, hall=found.hall, refused=refused)


@citizen_page
@require_POST
def renew(request: Any, no: str) -> HttpResponseBase:
    """A draft is begun anew by what holds today, with all that was filled in; of a 一件事 all of it."""
    now = clock.now()
    found = my_case(request, no)
    known = known_for(found, account_id=request.who.account_id, today=today_of(found, now))
    try:
        renewing.renew(case_no=found.no, known=known, by=request.who.by, now=now)
    except Refused as refused:
        if refused.slug != "wrong-state":
            raise
        return redirect("citizen:case", found.no)  # sent meanwhile, in another tab
    messages.success(request, pgettext("case", "Begun anew. What is still asked for is filled in as it was."))
    return redirect(anew(cases.case_by_no(found.no)))


def anew(found: Case) -> str:
    """Where a draft goes on that was begun anew: at the question that is open, else at its form."""
    rows = [found] if found.bundle is None else cases.cases_of(found.bundle)
    for case in rows:
        if case.phase == "draft" and not cases.guided_case(case).complete:
            return reverse("citizen:situation", args=[case.no])
    if found.bundle is not None:
        return reverse("citizen:bundle-check", args=[found.bundle.no])
    return reverse("citizen:check", args=[found.no])


# --- Take back, receive -----------------------------------------------------------------------------------------


@citizen_page
@require_http_methods(["GET", "POST"])
def withdraw(request: Any, no: str) -> HttpResponseBase:
    """Asked once; until the decision it may be taken back."""
    now = clock.now()
    found = my_case(request, no)
    if request.method == "GET":
        if not CASE.may(found.phase, "withdraw"):
            return redirect("citizen:case", found.no)
        context = {
            "case": found,
            "appointment": case_story.appointment_of(found, now=now),
            "kept": case_where.kept_of(found),
        }
        return page(request, "citizen/case_withdraw.html", context, hall=found.hall)
    try:
        ending.withdraw(
            case_no=found.no, reason=clean(request.POST.get("reason"), LONGEST_REASON), by=request.who.by, now=now
        )
    except Refused as refused:
        now_it_is = cases.case_by_no(found.no)
        if now_it_is.phase == "withdrawn":
            return redirect("citizen:case", found.no)
        return _case_page(request, now_it_is, refused=refused, now=now)
    return redirect("citizen:case", found.no)


@citizen_page
@require_POST
def receive(request: Any, no: str) -> HttpResponseBase:
    """Take the result as a file, or the refusal in writing: worth the same as the paper."""
    now = clock.now()
    found = my_case(request, no)
    try:
        done = conclude.receive_electronically(case_no=found.no, by=request.who.by, now=now)
    except Refused as refused:
        now_it_is = cases.case_by_no(found.no)
        if now_it_is.phase in case_story.AFTER_DELIVERY:
            return redirect("citizen:case", found.no)
        return _case_page(request, now_it_is, refused=refused, now=now)
    yours = pgettext("case", "The result is yours. It stands first among the papers.")
    refused_ = pgettext("case", "The decision was handed to you today. It stands first among the papers.")
    messages.success(request, refused_ if done.granted is False else yours)
    return redirect("citizen:case", found.no)


@citizen_page
@require_GET
def document(request: Any, no: str, number: str) -> HttpResponseBase:
    """What was given in writing, as a PDF."""
    found = my_case(request, no)
    papers = cases.papers_of(found)
    paper = next((each for each in papers if each.number == number), None)
    if paper is None or not case_story.may_read(found, paper, now=clock.now()):
        raise Http404
    named = cases.file_name(paper)
    answer = HttpResponse(actions.pdf_of(number, now=clock.now()), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{named}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


@citizen_page
@require_POST
def ask_visit(request: Any, no: str) -> HttpResponseBase:
    """Another time is asked for an on-site visit, once; until it is moved the one that was told stands."""
    now = clock.now()
    found = my_case(request, no)
    try:
        actions.ask_other_time(
            case_no=found.no, visit_id=int_or_none(request.POST.get("visit"), 1, 2**31) or 0,
            text=clean(request.POST.get("text"), LONGEST_WHY + 1), by=request.who.by, now=now,
        )  # fmt: skip
    except Refused as refused:
        return _case_page(request, cases.case_by_no(found.no), refused=refused, now=now)
    messages.success(
        request, pgettext("visit", "Asked. The time that was told stands until a message says another one.")
    )
    return redirect("citizen:case", found.no)
