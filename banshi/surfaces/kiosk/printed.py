"""自助打印 at the machine: the code of the result, then the card on the reader; the pages come out of its printer."""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from banshi.journeys.case import kiosk_print
from banshi.kernel.refusals import Refused
from banshi.surfaces.kiosk import offering, presented
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_often, page
from banshi.surfaces.kiosk.refusing import refused_page


def prints(place: Place) -> bool:
    """Whether results are printed here."""
    has_printer = place.device is not None and bool(place.device.printer)
    return place.policy.delivery.kiosk_prints > 0 and has_printer and "print" in offering.deeds(place)


@sensitive_post_parameters("code", "chip", "presented")
@at_kiosk
@require_http_methods(["GET", "POST"])
def print_result(request: HttpRequest, place: Place) -> HttpResponse:
    """First the code alone, then the code with what lies on the reader. A number that is only typed prints nothing."""
    if not prints(place):
        raise Http404
    code = re.sub(r"[^0-9]", "", request.POST.get("code", "")[:60])
    if request.method == "GET":
        return page(request, place, "print_code.html")
    if not presented.anything(request):
        return page(request, place, "print_card.html", {"code": code})
    try:
        not_too_often(place)
        shown = presented.posted(request)
        person = presented.person_of(shown, by=place.by, now=place.now, required=True) if shown.is_document else None
        if person is None:
            raise Refused("code-wrong", facts={"print": True})
        kiosk_print.print_result(
            hall=place.hall, code=code, person_id=person, device=place.device, by=place.by, now=place.now
        )
    except Refused as no:
        return refused_page(request, place, no, again=reverse("kiosk:print-result", args=[place.hall.code]))
    return page(request, place, "print_done.html")
