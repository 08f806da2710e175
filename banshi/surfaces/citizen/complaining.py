"""Say what goes wrong with a case (办不成事反映): to the hall's window for it, which answers by a day."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.times import day_words
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case
from banshi.rooms.consulting import actions
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.places import queries as places
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.case_doors import my_case
from banshi.surfaces.citizen.doors import citizen_page, language, page
from banshi.surfaces.citizen.forms import ComplaintForm
from banshi.surfaces.citizen.refusals import NOT_FILLED, Option, panel, unfilled


@citizen_page
@require_http_methods(["GET", "POST"])
def complain(request: Any, no: str) -> HttpResponseBase:
    """Whoever may follow a case says what is wrong with it; the case is named with it."""
    case, now = my_case(request, no), clock.now()
    if request.method == "GET":
        return _page(request, case, form=sent.again(request, ComplaintForm), now=now)
    form = ComplaintForm(request.POST)
    if not form.is_valid():
        return _page(request, case, form=form, refused=unfilled(NOT_FILLED, field="text"), now=now)
    asking = actions.Asking(
        hall=case.hall, item_code=consulting.where_to_complain(case), text=form.cleaned_data["text"],
        account_id=request.who.account_id, case_id=case.pk, language=language(),
    )  # fmt: skip
    try:
        made = actions.ask(asking, by=request.who.by, now=now)
    except Refused as refused:
        return _page(request, case, form=form, refused=refused, now=now)
    assert made.due_on is not None  # it is open
    said = pgettext("complaint", "The hall has it, and answers by %(day)s. A message tells you.")
    messages.success(request, said % {"day": day_words(made.due_on, local(case, now).date())})
    return redirect("citizen:enquiry", made.no)


def _page(
    request: Any, case: Case, *, form: ComplaintForm, refused: Refused | None = None, now: datetime
) -> HttpResponseBase:
    today, days = local(case, now).date(), places.policy_of(case.hall_id, now=now).consulting.answer_working_days
    more: tuple[Option, ...] = ()
    if refused is not None and refused.slug == "too-many-enquiries":
        more = (Option(pgettext("enquiry", "My questions"), reverse("citizen:enquiries")),)
    if refused is not None and refused.slug == "invalid" and sent.beside(form, refused):
        refused = unfilled(NOT_FILLED, field="text")
    context = {
        "case": case, "form": form, "until": work_calendar().add_working_days(today, days),
        "panel": panel(refused, today=today, zone=ZoneInfo(case.hall.timezone), more=more) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/complain.html", context, hall=case.hall, refused=refused)


def local(case: Case, now: datetime) -> datetime:
    """The hall's time."""
    return now.astimezone(ZoneInfo(case.hall.timezone))
