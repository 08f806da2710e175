"""本人证照 at the machine: what was granted to whoever stands there, printed with its verification code."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from banshi.journeys.case import own_print
from banshi.kernel.refusals import Refused
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.place import Place, not_too_often
from banshi.surfaces.kiosk.printed import prints
from banshi.surfaces.kiosk.refusing import refused_page


@sitting.by_card
def documents(request: Any, place: Place, person: int) -> HttpResponse:
    """Those that hold; POST prints one. Whoever showed only a card shows first who they are."""
    if not prints(place):
        raise Http404
    here = reverse("kiosk:documents", args=[place.hall.code])
    if not sitting.reaches(request, place, "prints"):
        return sitting.show_first(place, here)
    if request.method == "GET":
        return sitting.shown(request, place, "documents.html", {"found": own_print.documents_of(person)})
    not_too_often(place)
    number = request.POST.get("document", "")[:60].replace("\0", "")
    try:
        done = own_print.print_own(
            session=sitting.session_for(request, place, person), hall=place.hall, number=number, device=place.device,
            by=place.by, now=place.now,
        )  # fmt: skip
    except Refused as no:
        return refused_page(request, place, no, again=here, first=[sitting.to_mine(place)])
    return sitting.shown(request, place, "document_printed.html", {"pages": done.pages})
