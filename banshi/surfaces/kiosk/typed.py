"""Numbers for which somebody typed the number of the card that is laid now: offered to its holder, who knows which are theirs."""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from banshi.journeys.visit import check_in as arriving
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import queries as identity
from banshi.rooms.tickets import queries as tickets
from banshi.rooms.tickets.queries import TicketView
from banshi.surfaces.kiosk import slips
from banshi.surfaces.kiosk.place import Place, at_kiosk, page
from banshi.surfaces.kiosk.presented import Presented
from banshi.surfaces.kiosk.refusing import refused_page

_SALT = "kiosk-card"
_FOR_S = 300  # machine time: as long as somebody stands there


def token_of(shown: Presented) -> str:
    """Whose card was laid; "" where none was, or nobody is known by it."""
    person = identity.person_by_document(shown.id_type, shown.number) if shown.chip else None
    return signing.dumps(person.pk, salt=_SALT) if person is not None else ""


def offered(place: Place, token: str) -> list[TicketView]:
    """What whoever laid the card a moment ago may take over; nothing for a token that is none, or old."""
    person = _person(token)
    if person is None:
        return []
    return tickets.claimable(person, hall_id=place.hall.pk, day=place.today, now=place.now)


def _person(token: str) -> int | None:
    try:
        return int(signing.loads(token, salt=_SALT, max_age=_FOR_S))
    except (signing.BadSignature, TypeError):
        return None


def numbers_page(request: HttpRequest, place: Place, mine: list[TicketView], token: str) -> HttpResponse:
    """The holder's own numbers, and those that may be theirs."""
    slips.let(request, *(each.ref for each in mine))
    return page(request, place, "numbers.html", {"mine": mine, "typed": offered(place, token), "card": token})


@at_kiosk
@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest, place: Place) -> HttpResponse:
    """GET offers, POST takes the one over that was pressed."""
    if request.method == "GET":
        return numbers_page(request, place, [], request.GET.get("card", ""))
    here = reverse("kiosk:check-in", args=[place.hall.code])
    ref, person = request.POST.get("ref", "")[:32].replace("\0", ""), _person(request.POST.get("card", ""))
    try:
        if person is None:
            raise Refused("nothing-found")
        ticket = arriving.claim_typed(hall=place.hall, ref=ref, person_id=person, by=place.by, now=place.now)
    except Refused as no:
        return refused_page(request, place, no, again=here)
    return redirect(slips.address(request, place, ticket.ref))
