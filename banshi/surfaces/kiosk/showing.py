"""“Show that it is you”: a code to the telephone, a clerk, or a look of the machine – each leads on by itself, back to where it
was asked for. What was typed there is kept by that page before it leads here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, pgettext

from banshi.foundation import clock
from banshi.foundation.words import words
from banshi.journeys.person import at_kiosk as showing
from banshi.journeys.person.at_kiosk import Ways
from banshi.kernel.refusals import SLUGS, Refused
from banshi.kernel.shown import CLERK, CODE, FACE
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.place import Place, not_too_often

IDLE_S = 120  # a message takes its time, and so does a walk to the counter; nobody touches the machine meanwhile


@sitting.by_card
def show(request: Any, place: Place, person: int) -> HttpResponse:
    """The ways, each as good as the other; a face is never the first, and never the only one."""
    session = sitting.session_for(request, place, person)
    if session.level == "shown":
        return redirect(_then(request, place))
    return _ways(request, place, session)


@sitting.by_card
def by_code(request: Any, place: Place, person: int) -> HttpResponse:
    """POST without a code sends one; with it that is looked at. A wrong one may be typed again, three in all."""
    session = sitting.session_for(request, place, person)
    if session.level == "shown":
        return redirect(_then(request, place))
    if request.method == "GET":
        return sitting.show_first(place, _then(request, place))
    not_too_often(place)
    code = request.POST.get("code", "")[:10].replace("\0", "").strip()
    try:
        if code:
            showing.by_code(session, code=code, by=place.by, now=place.now)
            return redirect(_then(request, place))
        if "code" not in request.POST:
            showing.ask_code(session, language=get_language() or "zh-hans", now=place.now)
        return _typed(request, place, session)
    except Refused as no:
        if no.slug == "code-wrong":
            return _typed(request, place, session, left=int(str(no.facts["left"])))
        return _missed(request, place, no)


@sitting.by_card
def by_face(request: Any, place: Place, person: int) -> HttpResponse:
    """What is compared, where, and what stays of it; POST with consent has it compared."""
    session = sitting.session_for(request, place, person)
    if session.level == "shown":
        return redirect(_then(request, place))
    if FACE not in showing.ways_of(session, device=place.device, now=place.now).open:
        return sitting.show_first(place, _then(request, place))
    if request.method == "GET":
        return _page(request, place, "show_face.html", {})
    not_too_often(place)
    try:
        consent = request.POST.get("consent") == "1"
        matched = showing.compared(session, device=place.device) if consent else None
        showing.by_face(session, consent=consent, matched=matched, by=place.by, now=place.now)
    except Refused as no:
        return _missed(request, place, no)
    return redirect(_then(request, place))


@sitting.by_card
def by_clerk(request: Any, place: Place, person: int) -> HttpResponse:
    """Four digits to tell a clerk, who sees person and card; this page goes on by itself."""
    session = sitting.session_for(request, place, person)
    if session.level == "shown":
        return redirect(_then(request, place))
    number = at_machine.number_to_vouch(ref=session.ref, at=clock.wall())
    return _page(request, place, "show_clerk.html", {"number": number, "idle_s": IDLE_S})


@sitting.by_card_unasked
def looked_at(request: Any, place: Place, person: int) -> HttpResponse:
    """Asked for by the page while a clerk looks: it stays as it is, or leads on."""
    session = sitting.session_at(request, place)
    if session is not None and session.level == "shown":
        then = _then(request, place)
        return HttpResponse(headers={"HX-Redirect": then}) if request.htmx else redirect(then)
    if request.htmx:
        return HttpResponse(status=204)
    return sitting.show_first(place, _then(request, place))


def _then(request: Any, place: Place) -> str:
    """Where it leads: a page of this machine, else their matters."""
    said = str(request.POST.get("then") or request.GET.get("then") or "")[:500].replace("\0", "")
    here = url_has_allowed_host_and_scheme(said, allowed_hosts=None) and said.startswith(place.start)
    return said if here else reverse("kiosk:mine", args=[place.hall.code])


def _ways(request: Any, place: Place, session: KioskSession, *, wrong: str = "", status: int = 200) -> HttpResponse:
    found: Ways = showing.ways_of(session, device=place.device, now=place.now)
    then = _then(request, place)
    context = {
        "by_code": CODE in found.open, "by_clerk": CLERK in found.open, "by_face": FACE in found.open,
        "phone": found.phone, "wrong": wrong, "send_without": _send_without(place, then),
    }  # fmt: skip
    return _page(request, place, "show.html", context, status=status)


def _send_without(place: Place, then: str) -> str:
    """Of what is to be sent: the page that sends it to a person, for whom the card is enough; "" of anything else."""
    path = then.partition("?")[0]
    own = (f"{place.start}mine/", f"{place.start}bundles/")
    return f"{path}?{urlencode({'by_person': 1})}" if path.startswith(own) and path.endswith("/check") else ""


def _typed(request: Any, place: Place, session: KioskSession, *, left: int | None = None) -> HttpResponse:
    phone = showing.ways_of(session, device=place.device, now=place.now).phone
    known = {"phone": phone, "left": left, "idle_s": IDLE_S}
    return _page(request, place, "show_code.html", known, status=200 if left is None else SLUGS["code-wrong"])


def _missed(request: Any, place: Place, no: Refused) -> HttpResponse:
    """What it did not show, and the ways that are left. :raises Refused: what is no matter of a way."""
    said = words(no.refusal)[1]
    if no.slug == "consent-missing":
        said = pgettext("kiosk", "Nothing was compared. Another way leads on just as well.")
    elif no.slug == "way-not-shown":
        said = pgettext("kiosk", "This did not show that it is you. Choose a way below; all are as good.")
    elif no.slug != "rate-limited":
        raise no
    fresh = sitting.session_at(request, place)
    if fresh is None:
        raise no
    return _ways(request, place, fresh, wrong=said, status=SLUGS[no.slug])


def _page(request: Any, place: Place, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return sitting.shown(request, place, template, {"then": _then(request, place), **context}, status=status)
