"""The cabinet beside the machine: fetch a result by its code, drop the papers of a case, at any hour."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation.said import named
from banshi.foundation.times import day_words
from banshi.journeys.case import cabinets as at_cabinets
from banshi.journeys.case.drop_slip import DropSlip, slip_of
from banshi.kernel.refusals import Refused
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet, Stay
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_often, page
from banshi.surfaces.kiosk.refusing import refused_page

_SALT = "kiosk-cell"
_FOR_S = 300  # machine time: as long as somebody stands there
_DAY_AND_SERIAL = 12  # digits that end the number of a case: 260310-000123


def here(place: Place) -> list[Cabinet]:
    """The cabinets this machine opens."""
    return deliveries.cabinets_at(place.hall, place.device.pk if place.device is not None else None)


def _need(place: Place) -> list[Cabinet]:
    found = here(place)
    if not found:
        raise Http404
    return found


@at_kiosk
@require_GET
def cabinet(request: HttpRequest, place: Place) -> HttpResponse:
    """Two doors: fetch, drop."""
    return page(request, place, "cabinet.html", {"cabinet": _need(place)[0]})


@sensitive_post_parameters("code")
@at_kiosk
@require_http_methods(["GET", "POST"])
def fetch(request: HttpRequest, place: Place) -> HttpResponse:
    """Eight digits open the door."""
    cabinets = _need(place)
    if request.method == "GET":
        return page(request, place, "cabinet_fetch.html")
    try:
        not_too_often(place)
        stay = at_cabinets.pick_up(cabinets=cabinets, code=_digits(request, "code"), by=place.by, now=place.now)
    except Refused as no:
        return refused_page(request, place, no, again=reverse("kiosk:cabinet-fetch", args=[place.hall.code]))
    return page(request, place, "cabinet_open.html", {"stay": stay, "kind": "result", "token": _token(stay)})


@at_kiosk
@require_POST
def taken(request: HttpRequest, place: Place) -> HttpResponse:
    """Whoever stands there has it. What counts as taken already is no trouble of theirs."""
    _need(place)
    try:
        at_cabinets.taken(stay_id=_stay_of(request.POST.get("stay", "")), by=place.by, now=place.now)
    except Refused as no:
        if no.slug != "changed-meanwhile":
            raise
    return redirect(place.start)


@at_kiosk
@require_POST
def shut(request: HttpRequest, place: Place) -> HttpResponse:
    """Whoever stands there with a code says that the door did not open: where the result is had, and that the code stays good."""
    _need(place)
    again = reverse("kiosk:cabinet-fetch", args=[place.hall.code])
    try:
        stay = at_cabinets.stayed_shut(stay_id=_stay_of(request.POST.get("stay", "")), by=place.by, now=place.now)
    except Refused as no:
        return refused_page(request, place, no, again=again)
    return refused_page(request, place, Refused("door-stuck", facts={"cabinet": stay.cell.cabinet.code}), again=again)


@sensitive_post_parameters("last4")
@at_kiosk
@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, place: Place) -> HttpResponse:
    """The number of the case, scanned or typed, and how its telephone ends, open an empty cell. The digits are asked of
    everybody, whether or not there is such a case."""
    cabinets = _need(place)
    if request.method == "GET":
        return page(request, place, "cabinet_drop.html")
    number = _case_no(request)
    if "last4" not in request.POST:
        return page(request, place, "cabinet_digits.html", {"number": number})
    last4 = _digits(request, "last4")[:4]
    return _papers_in(
        request,
        place,
        lambda: at_cabinets.drop_typed(cabinets=cabinets, case_no=number, last4=last4, by=place.by, now=place.now),
    )


@at_kiosk
@require_POST
def other_door(request: HttpRequest, place: Place) -> HttpResponse:
    """Whoever stands there says that the door did not open."""
    _need(place)
    return _papers_in(
        request,
        place,
        lambda: at_cabinets.other_door(stay_id=_stay_of(request.POST.get("stay", "")), now=place.now),
    )


@at_kiosk
@require_POST
def print_slip(request: HttpRequest, place: Place) -> HttpResponse:
    """投件凭条 from the printer, to whoever stands there; says how that went. The papers lie there whatever happens."""
    _need(place)
    try:
        stay = deliveries.dropped(_stay_of(request.POST.get("stay", "")), place.hall)
    except Refused as no:
        return refused_page(request, place, no, again=reverse("kiosk:cabinet-drop", args=[place.hall.code]))
    trouble = ""
    try:
        devices.print_slip(device=place.device, slip=_on_paper(place, slip_of(stay)))
    except PrinterTrouble as wrong:
        trouble = wrong.why
    return render(request, "kiosk/part_drop_printed.html", {"trouble": trouble})


def _on_paper(place: Place, slip: DropSlip) -> Slip:
    """The words on the slip, in the active language. It names nobody."""
    cell = pgettext("kiosk", "%(cabinet)s, cell %(no)s") % {"cabinet": named(slip.cabinet), "no": slip.cell}
    lines = [
        (pgettext("kiosk", "Case"), slip.case),
        (pgettext("kiosk", "Lies in"), cell),
        *[(pgettext("kiosk", "Papers") if no == 0 else "", named(each)) for no, each in enumerate(slip.leaves)],
        (pgettext("kiosk", "Counts from"), day_words(slip.counts_from, None) if slip.counts_from else ""),
        (pgettext("kiosk", "Check code"), slip.code),
        (pgettext("kiosk", "Dropped at"), timezone.localtime(place.now).strftime("%Y-%m-%d %H:%M")),
    ]
    return Slip(
        hall=named(place.hall), kind=pgettext("kiosk", "Slip for papers dropped"), number=str(slip.cell), lines=tuple(lines),
        qr=f"{settings.BANSHI_PUBLIC_URL}/cases/{slip.case}/", qr_says=pgettext("kiosk", "Scan: how the case stands"),
        foot=(pgettext("kiosk", "A message says when the hall has received them."),),
    )  # fmt: skip


def _papers_in(request: HttpRequest, place: Place, opens: Callable[[], Stay]) -> HttpResponse:
    """Which door is open for papers, and from when they count; or why none is: told of the case, not of an appointment."""
    try:
        not_too_often(place)
        stay = opens()
    except Refused as no:
        told = Refused(no.slug, facts={**no.facts, "cabinet": True, "papers": True}, next=no.next)
        return refused_page(request, place, told, again=reverse("kiosk:cabinet-drop", args=[place.hall.code]))
    context = {
        "stay": stay, "kind": "drop", "at_once": stay.counts_from == place.today,
        "token": _token(stay), "slip": slip_of(stay), "has_printer": bool(place.device and place.device.printer),
    }  # fmt: skip
    return page(request, place, "cabinet_open.html", context)


def _token(stay: Stay) -> str:
    """What says later which door it was, to whoever stands there."""
    return signing.dumps(stay.pk, salt=_SALT)


def _stay_of(token: str) -> int:
    """:raises Refused: changed-meanwhile – too old, or not ours."""
    try:
        return int(signing.loads(token, salt=_SALT, max_age=_FOR_S))
    except (signing.BadSignature, TypeError, ValueError) as nobodys:
        raise Refused("changed-meanwhile") from nobodys


def _digits(request: HttpRequest, name: str) -> str:
    return re.sub(r"[^0-9]", "", request.POST.get(name, "")[:60])


def _case_no(request: HttpRequest) -> str:
    """As it is written: the strokes need not be typed."""
    digits = _digits(request, "case")
    region, tail = digits[:-_DAY_AND_SERIAL], digits[-_DAY_AND_SERIAL:]
    return f"{region}-{tail[:6]}-{tail[6:]}"
