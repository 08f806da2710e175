"""What a case costs, as its applicant reads it, and paying it: a code and an address of the till, and whether it is paid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock
from banshi.journeys.case import paying
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.devices import queries as devices
from banshi.rooms.fees import queries as fees
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.case_doors import case_panel, my_case
from banshi.surfaces.citizen.doors import citizen_page, page


@citizen_page
@require_http_methods(["GET", "POST"])
def pay(request: Any, no: str) -> HttpResponseBase:
    """Asked for (POST), the till gives an address; the page shows it, as a code for another telephone, too."""
    now, found = clock.now(), my_case(request, no)
    if request.method == "POST":
        try:
            paying.by_till(case_no=found.no, way="qr", by=request.who.by, now=now)
        except Refused as refused:
            if refused.slug == "fee-settled":  # in another tab, or at a window meanwhile
                return redirect("citizen:case", found.no)
            return _page(request, found, refused=refused)
        return redirect("citizen:pay", found.no)
    return _page(request, found)


def _page(request: Any, found: Case, *, refused: Refused | None = None) -> HttpResponseBase:
    now = clock.now()
    fee = fees.owed(found.no, now=now)
    if fee is None or not fee.is_due:
        return redirect("citizen:case", found.no)
    panel = case_panel(refused, found, now=now) if refused is not None else None
    context = {"case": found, "fee": fee, "panel": panel, "at_machine": has_machine(found.hall)}
    return page(request, "citizen/pay.html", context, hall=found.hall, refused=refused)


def has_machine(hall: Hall) -> bool:
    """Whether a fee is paid at a kiosk of this hall, too."""
    return devices.first_of_kind(hall, "kiosk") is not None


@citizen_page
@require_POST
def look(request: Any, no: str) -> HttpResponseBase:
    """“I have paid”: the till is asked."""
    found = my_case(request, no)
    paying.look(case_no=found.no, now=clock.now())
    if cases.case_by_no(found.no).fee_due_on is None:
        messages.success(request, pgettext("fee", "Paid. The receipt is among your papers."))
        return redirect("citizen:case", found.no)
    messages.info(request, pgettext("fee", "Nothing has come yet. It may take a minute; what was paid is not lost."))
    return redirect("citizen:pay", found.no)
