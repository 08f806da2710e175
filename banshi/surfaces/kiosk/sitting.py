"""Who stands at the machine: whose card was read, kept sealed in its session while they fill something in.

What they showed besides stands in a row of the identity room, which ends with it. It ends with the start page – Done, silence and
the next person lead there – and some minutes after the last page. Whoever goes back in the browser after that is asked for a
card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, decrypt, encrypt
from banshi.journeys.person import at_kiosk as showing_who
from banshi.kernel import shown as shown_rules
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from banshi.rooms.identity.queries import at_machine as known
from banshi.surfaces.kiosk.place import Place, at_kiosk, page
from banshi.surfaces.kiosk.refusing import Way, refused_page

KEY, PLACE = "sitting", "session.sitting"
FOR_S = 600  # machine time, from page to page
IDLE_S = 90  # a form is thought about, which no page sees

View = Callable[..., HttpResponseBase]


def begin(request: HttpRequest, place: Place, person: int, *, ref: str | None = None) -> None:
    """This person's card lies there. What they showed besides (`ref`) stays theirs while they stand there."""
    if ref is None:
        kept, ref = _at(request, place)
        if kept != person:
            ref = ""
        elif ref:
            at_machine.keep_session(ref=ref, at=clock.wall())
    said = orjson.dumps([place.hall.code, person, clock.wall().timestamp() + FOR_S, ref])
    request.session[KEY] = encrypt(said.decode(), place=PLACE)


def end(request: HttpRequest) -> None:
    """Nobody stands there."""
    kept = request.session.pop(KEY, None)
    if kept is not None and (ref := _taken_apart(kept)[3]):
        at_machine.end_session(ref=ref, at=clock.wall())


def person_at(request: HttpRequest, place: Place) -> int | None:
    """Who stands there; None: nobody, or nobody has touched it for too long."""
    return _at(request, place)[0]


def session_at(request: HttpRequest, place: Place) -> KioskSession | None:
    """What whoever stands there has shown; None while nothing but the card was asked of them."""
    person, ref = _at(request, place)
    found = known.session(ref, at=clock.wall())
    return found if found is not None and found.person_id == person else None


def session_for(request: HttpRequest, place: Place, person: int) -> KioskSession:
    """The same; begun where there is none."""
    found = session_at(request, place)
    if found is None:
        found = showing_who.begin(hall=place.hall, device=place.device, person_id=person, now=place.now)
        begin(request, place, person, ref=found.ref)
    return found


def reaches(request: HttpRequest, place: Place, what: str) -> bool:
    """Whether whoever stands there has shown as much as the hall's rules ask for. :param what: rules | prints | contact."""
    found = session_at(request, place)
    needed = showing_who.level_for(place.hall, what, now=place.now)
    return shown_rules.reaches(found.level if found is not None else "card", needed)


def show_first(place: Place, then: str) -> HttpResponse:
    """Leads to the page that asks who it is, and from there to `then`, a page of this machine."""
    return redirect(f"{reverse('kiosk:show', args=[place.hall.code])}?{urlencode({'then': then})}")


def _at(request: HttpRequest, place: Place) -> tuple[int | None, str]:
    hall, person, until, ref = _taken_apart(request.session.get(KEY, ""))
    there = hall == place.hall.code and until > clock.wall().timestamp()
    return (person, ref) if there else (None, "")


def _taken_apart(kept: object) -> tuple[str, int, float, str]:
    try:
        hall, person, until, ref = orjson.loads(decrypt(str(kept), place=PLACE))
    except (Unreadable, ValueError):
        return "", 0, 0.0, ""
    return str(hall), int(person), float(until), str(ref)


def by_card(view: View) -> View:
    """A page for whoever stands there: without anybody the card is asked for. A no leads back to their things."""
    return _of_the_card(view, renews=True)


def by_card_unasked(view: View) -> View:
    """As `by_card`, for what a page asks by itself: that keeps nobody standing there."""
    return _of_the_card(view, renews=False)


def _of_the_card(view: View, *, renews: bool) -> View:
    @sensitive_post_parameters()
    @at_kiosk
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def opened(request: Any, place: Place, **kwargs: Any) -> HttpResponseBase:
        person = person_at(request, place)
        if person is None:
            return _ask_for_the_card(request, place)
        if renews:
            begin(request, place, person)
        try:
            return view(request, replace(place, person=person), person, **kwargs)
        except Refused as no:
            mine = reverse("kiosk:mine", args=[place.hall.code])
            return refused_page(request, place, no, again=mine, first=[*_instead(place, no), to_mine(place)])

    return opened


def _ask_for_the_card(request: Any, place: Place) -> HttpResponseBase:
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": reverse("kiosk:mine", args=[place.hall.code])})
    if request.method == "GET":
        return redirect("kiosk:mine", place.hall.code)
    wrong = pgettext("kiosk", "Too much time has passed. Lay the card there once more.")
    return page(request, place, "mine_card.html", {"wrong": wrong}, status=SLUGS["identity-invalid"])


def _instead(place: Place, no: Refused) -> list[Way]:
    """What is applied for in place of a matter that is retired."""
    if no.slug != "item-retired" or "successor" not in no.facts:
        return []
    href = reverse("kiosk:about", args=[place.hall.code, str(no.facts["successor"])])
    return [Way(pgettext("kiosk", "Apply for what takes its place"), href, "pencil")]


def to_mine(place: Place) -> Way:
    return Way(pgettext("kiosk", "My matters"), reverse("kiosk:mine", args=[place.hall.code]), "folder")


def shown(
    request: HttpRequest, place: Place, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page for whoever stands there: it waits longer, and no cache keeps it."""
    answer = page(request, place, template, {"idle_s": IDLE_S, **(context or {})}, status=status)
    answer["Cache-Control"] = "no-store"
    return answer
