"""Who stands at the machine: whose card was read, kept sealed in its session while they fill something in.

It ends with the start page – Done, silence and the next person lead there – and some minutes after the last page. Whoever goes
back in the browser after that is asked for a card.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.crypto import Unreadable, decrypt, encrypt
from banshi.kernel.refusals import SLUGS, Refused
from banshi.surfaces.kiosk.place import Place, at_kiosk, page
from banshi.surfaces.kiosk.refusing import Way, refused_page

KEY, PLACE = "sitting", "session.sitting"
FOR_S = 600  # machine time, from page to page
IDLE_S = 90  # a form is thought about, which no page sees

View = Callable[..., HttpResponseBase]


def begin(request: HttpRequest, place: Place, person: int) -> None:
    """This person's card lies there."""
    said = orjson.dumps([place.hall.code, person, clock.wall().timestamp() + FOR_S])
    request.session[KEY] = encrypt(said.decode(), place=PLACE)


def end(request: HttpRequest) -> None:
    """Nobody stands there."""
    request.session.pop(KEY, None)


def person_at(request: HttpRequest, place: Place) -> int | None:
    """Who stands there; None: nobody, or nobody has touched it for too long."""
    try:
        hall, person, until = orjson.loads(decrypt(str(request.session.get(KEY, "")), place=PLACE))
    except (Unreadable, ValueError):
        return None
    return int(person) if hall == place.hall.code and until > clock.wall().timestamp() else None


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
