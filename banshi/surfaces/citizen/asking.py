"""Ask the department of a matter (咨询): what is answered already, one's question, its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.consulting import actions
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.consulting.queries import PublicView
from banshi.rooms.consulting.rules import ENQUIRY, LISTED, QUESTIONS, SHORTEST
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.doors import asked, citizen_page, language, page, public_page
from banshi.surfaces.citizen.forms import AskForm
from banshi.surfaces.citizen.refusals import NOT_FILLED, Option, Panel, panel, unfilled

PAGE = 20


@public_page
@require_GET
def answers(request: Any, code: str) -> HttpResponseBase:
    """What was answered on a matter, for everybody; by words where some are given."""
    item, q = catalogue.item_by_code(code), asked(request, "q")
    context = {
        "item": item,
        "q": q,
        "answers": consulting.answers_of(item, q, limit=50),
        "asks": HallItem.objects.filter(item=item).exists(),
    }
    return page(request, "citizen/answers.html", context)


# --- Ask --------------------------------------------------------------------------------------------------------


@citizen_page
@require_http_methods(["GET", "POST"])
def ask(request: Any, code: str) -> HttpResponseBase:
    """One's question. What is answered already and is like it stands there first; then it is sent all the same."""
    item, now = catalogue.item_by_code(code), clock.now()
    halls = _halls_of(item)
    if request.method == "GET":
        return _ask_page(request, item, halls, form=sent.again(request, AskForm), now=now)
    form = AskForm(request.POST)
    hall = next(
        (each for each in halls if each.code == request.POST.get("hall")), halls[0] if len(halls) == 1 else None
    )
    if not form.is_valid() or hall is None:
        if hall is None and form.is_bound:
            form.add_error("hall", pgettext("enquiry", "Choose the hall."))
        wrong = "text" if form.has_error("text") else "hall"  # what is right is not marked
        return _ask_page(request, item, halls, form=form, refused=unfilled(NOT_FILLED, field=wrong), now=now)
    text = form.cleaned_data["text"]
    alike_ones = [] if request.POST.get("sure") else consulting.answers_of(item, text, limit=LISTED)
    if alike_ones:
        sent.spare(request)
        return _ask_page(request, item, halls, form=form, found=alike_ones, now=now)
    asking = actions.Asking(
        hall=hall, item_code=item.code, text=text, account_id=request.who.account_id, language=language()
    )
    try:
        enquiry_asked = actions.ask(asking, by=request.who.by, now=now)
    except Refused as refused:
        return _ask_page(request, item, halls, form=form, refused=refused, now=now)
    messages.success(request, pgettext("enquiry", "Your question is with the department."))
    return redirect("citizen:enquiry", enquiry_asked.no)


@public_page
@require_POST
def alike(request: Any, code: str) -> HttpResponseBase:
    """Answers that are like what is being typed: sent as a form, so that no address keeps somebody's words."""
    item, text = catalogue.item_by_code(code), str(request.POST.get("text", ""))[:200]
    sent.spare(request)
    found = consulting.answers_of(item, text, limit=LISTED) if len(text.strip()) >= SHORTEST else []
    return render(request, "citizen/_alike.html", {"found": found})


def _halls_of(item: Item) -> list[Hall]:
    rows = HallItem.objects.filter(item=item).select_related("hall").order_by("hall__order", "hall__code")
    return [row.hall for row in rows]


def _ask_page(
    request: Any,
    item: Item,
    halls: Sequence[Hall],
    *,
    form: AskForm,
    found: Sequence[PublicView] = (),
    refused: Refused | None = None,
    now: datetime,
) -> HttpResponseBase:
    if not halls:
        raise Refused("nothing-found")
    first = halls[0]
    context = {
        "item": item, "halls": halls, "form": form, "found": found,
        "hall_chosen": form["hall"].value() or request.GET.get("hall") or (first.code if len(halls) == 1 else ""),
        "days": places.policy_of(first.pk, now=now).consulting.answer_working_days if len(halls) == 1 else None,
        "panel": _panel(form, refused, first, now=now) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/ask.html", context, refused=refused)


def _panel(form: AskForm, refused: Refused, hall: Hall, *, now: datetime) -> Panel | None:
    if refused.slug == "invalid" and sent.beside(form, refused):
        refused = unfilled(NOT_FILLED)
    zone = ZoneInfo(hall.timezone)
    more: tuple[Option, ...] = ()
    if refused.slug == "too-many-enquiries":
        more = (Option(pgettext("enquiry", "My questions"), reverse("citizen:enquiries")),)
    return panel(refused, today=now.astimezone(zone).date(), zone=zone, more=more)


# --- My questions -----------------------------------------------------------------------------------------------


@citizen_page
@require_GET
def enquiries(request: Any) -> HttpResponseBase:
    """What this account asked, newest first."""
    number = int_or_none(request.GET.get("page"), 1, 500) or 1
    some = list(consulting.mine(request.who.account_id)[PAGE * (number - 1) : PAGE * number + 1])
    context = {
        "lines": consulting.lines(some[:PAGE], now=clock.now()),
        "number": number,
        "has_more": len(some) > PAGE,
    }
    return page(request, "citizen/enquiries.html", context)


def _mine(request: Any, no: str) -> Enquiry:
    """:raises Http404: there is none, or somebody else asked it."""
    found = consulting.mine(request.who.account_id).filter(no=no).first()
    if found is None:
        raise Http404
    return found


@citizen_page
@require_GET
def enquiry(request: Any, no: str) -> HttpResponseBase:
    """What was asked and answered, and what can be done."""
    return _page(request, _mine(request, no), form=_further_form(request, no), now=clock.now())


def _further_form(request: Any, no: str) -> AskForm:
    return sent.again(request, AskForm, reverse("citizen:ask-further", args=[no]))


def _page(
    request: Any, found: Enquiry, *, form: AskForm, refused: Refused | None = None, now: datetime
) -> HttpResponseBase:
    (line,) = consulting.lines([found], now=now)
    questions = consulting.questions_of(found)
    verbs = {verb for verb in ENQUIRY.steps if ENQUIRY.may(found.state, verb)}
    if len(questions) >= QUESTIONS:
        verbs.discard("ask_further")
    forwarding = consulting.forwarding_of(found)
    context = {
        "enquiry": found, "line": line, "questions": questions, "verbs": verbs, "form": form,
        "marked": "" if found.helped is None else "yes" if found.helped else "no",
        "forwarded_at": forwarding.at if forwarding is not None else None,
        "panel": _panel(form, refused, found.hall, now=now) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/enquiry.html", context, hall=found.hall, refused=refused)


@citizen_page
@require_POST
def further(request: Any, no: str) -> HttpResponseBase:
    """One further question."""
    found, form, now = _mine(request, no), AskForm(request.POST), clock.now()
    if not form.is_valid():
        return _page(request, found, form=form, refused=unfilled(NOT_FILLED, field="text"), now=now)
    try:
        actions.ask_further(no=found.no, text=form.cleaned_data["text"], by=request.who.by, now=now)
    except Refused as refused:
        return _page(request, _mine(request, no), form=form, refused=refused, now=now)
    messages.success(request, pgettext("enquiry", "Your question is with the department."))
    return redirect("citizen:enquiry", found.no)


def _step(request: Any, no: str, act: Callable[[str, datetime], Enquiry]) -> HttpResponseBase:
    found, now = _mine(request, no), clock.now()
    try:
        act(found.no, now)
    except Refused as refused:
        return _page(request, _mine(request, no), form=_further_form(request, no), refused=refused, now=now)
    return redirect("citizen:enquiry", found.no)


@citizen_page
@require_POST
def mark(request: Any, no: str) -> HttpResponseBase:
    """Whether the answer helped."""
    helped = request.POST.get("helped") == "yes"
    return _step(request, no, lambda of, now: actions.mark(no=of, helped=helped, by=request.who.by, now=now))


@citizen_page
@require_POST
def close(request: Any, no: str) -> HttpResponseBase:
    """It is settled."""
    return _step(request, no, lambda of, now: actions.close(no=of, by=request.who.by, now=now))


@citizen_page
@require_POST
def withdraw(request: Any, no: str) -> HttpResponseBase:
    """No answer is wanted any more."""
    return _step(request, no, lambda of, now: actions.withdraw(no=of, by=request.who.by, now=now))
