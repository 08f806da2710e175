"""缴费 at the machine: what a case costs, a code of the till to scan with a telephone, and the receipt out of the printer.

The payment belongs to the case, not to whoever stands there: it goes on when they leave, and what comes then counts as well.
"""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import pgettext

from banshi.foundation.said import named
from banshi.journeys.case import paying
from banshi.kernel.money import yuan
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.devices import actions as devices
from banshi.rooms.devices.ports import PrinterTrouble, Slip
from banshi.rooms.fees import queries as fees
from banshi.rooms.fees.models import Payment
from banshi.rooms.fees.queries import Owed
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.mine import their_case
from banshi.surfaces.kiosk.place import Place, not_too_often
from banshi.surfaces.kiosk.refusing import Way, refused_page

IDLE_S = 180  # a telephone is taken out, and a password typed on it, which no page sees
Stage = Literal["new", "waits", "failed", "over"]


@sitting.by_card
def pay(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """What is due; POST has the till give a code. Two machines show the same one, as long as it takes money."""
    case = their_case(place, person, no)
    fee = fees.owed(case.no, now=place.now)
    if fee is None or not fee.is_due:
        return _settled(place, case, fee)
    if request.method == "GET":
        return _page(request, place, case, fee)
    try:
        not_too_often(place)
        paying.by_till(case_no=case.no, way="kiosk", by=place.by, now=place.now)
    except Refused as refused:
        if refused.slug == "fee-settled":  # on a telephone, or at a window, in that instant
            return redirect("kiosk:pay", place.hall.code, no)
        return _no_code(request, place, case, refused)
    return redirect("kiosk:pay", place.hall.code, no)


def _no_code(request: Any, place: Place, case: Case, refused: Refused) -> HttpResponse:
    """The till gives none: it can be asked again."""
    again = reverse("kiosk:pay", args=[place.hall.code, case.no])
    first = [Way(pgettext("kiosk", "Try it again"), again, "rotate-ccw"), sitting.to_mine(place)]
    return refused_page(request, place, refused, again=again, first=first)


def _page(request: Any, place: Place, case: Case, fee: Owed, *, itself: bool = False) -> HttpResponse:
    """:param itself: the page asked, nobody pressed."""
    context = {
        "case": case, "fee": fee, "stage": stage_of(fee, place), "idle_s": IDLE_S,
        "nothing_yet": request.GET.get("nothing") == "1" and not itself,
    }  # fmt: skip
    return sitting.shown(request, place, "pay.html", context)


def stage_of(fee: Owed, place: Place) -> Stage:
    """How far the payment at a machine is: its code takes money, did not work, or takes none any more."""
    payment = fee.at_machine
    if payment is None:
        return "new"
    if payment.state == "failed":
        return "failed"
    return "waits" if payment.state == "started" and place.now < payment.ends_at else "over"


def _settled(place: Place, case: Case, fee: Owed | None, *, new: bool = False) -> HttpResponse:
    """Nothing is due: the receipt, where something was paid."""
    if fee is None or fee.state != "paid":
        return redirect("kiosk:sent", place.hall.code, case.no)
    there = reverse("kiosk:paid", args=[place.hall.code, case.no])
    return redirect(f"{there}?new=1" if new else there)


@sitting.by_card_unasked
def how_it_stands(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """Asked for by the page while somebody pays: it stays as it is, or leads on. Without scripts it loads itself anew."""
    case = their_case(place, person, no)
    fee = fees.owed(case.no, now=place.now)
    if fee is None or not fee.is_due:
        answer = _settled(place, case, fee, new=True)
        return HttpResponse(headers={"HX-Redirect": answer["Location"]}) if request.htmx else answer
    if not request.htmx:
        return _page(request, place, case, fee, itself=True)
    if stage_of(fee, place) == "waits":
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Redirect": reverse("kiosk:pay", args=[place.hall.code, no])})


@sitting.by_card
def look(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """“I have paid”: the till is asked."""
    case = their_case(place, person, no)
    pay_page = reverse("kiosk:pay", args=[place.hall.code, no])
    if request.method == "GET":
        return redirect(pay_page)
    not_too_often(place)
    paying.look(case_no=case.no, now=place.now)
    fee = fees.owed(case.no, now=place.now)
    if fee is None or not fee.is_due:
        return _settled(place, case, fee, new=True)
    return redirect(f"{pay_page}?nothing=1")


# --- Paid -------------------------------------------------------------------------------------------------------


@sitting.by_card
def paid(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """It is paid, however; POST prints the receipt. `?new=1`: just now, at this machine."""
    case = their_case(place, person, no)
    fee = fees.owed(case.no, now=place.now)
    if fee is None or fee.paid is None:
        return redirect("kiosk:sent", place.hall.code, no)
    if request.method == "POST":
        return _print(request, place, case, fee.paid)
    context = {
        "case": case, "fee": fee, "new": request.GET.get("new") == "1",
        "has_printer": bool(place.device and place.device.printer),
        "backs": [each for each in fee.backs if each.payment.way != "window"],
    }  # fmt: skip
    return sitting.shown(request, place, "paid.html", context)


def _print(request: Any, place: Place, case: Case, payment: Payment) -> HttpResponse:
    """It is paid whatever the printer says."""
    trouble = ""
    try:
        devices.print_slip(device=place.device, slip=receipt_of(place, case, payment))
    except PrinterTrouble as wrong:
        trouble = wrong.why
    return render(request, "kiosk/part_drop_printed.html", {"trouble": trouble})


def receipt_of(place: Place, case: Case, payment: Payment) -> Slip:
    """The words on the slip, in the active language. It names nobody; the receipt itself lies with the case."""
    at = timezone.localtime(payment.ended_at or place.now).strftime("%Y-%m-%d %H:%M")
    lines = [
        (pgettext("kiosk", "For"), named(case.item_then)), (pgettext("kiosk", "Case"), case.no),
        (pgettext("kiosk", "Amount"), f"¥ {yuan(payment.fen)}"), (pgettext("kiosk", "Paid at"), at),
    ]  # fmt: skip
    return Slip(
        hall=named(place.hall), kind=pgettext("kiosk", "Receipt for a fee"), number=payment.receipt_no or "",
        lines=tuple(lines), qr=f"{settings.BANSHI_PUBLIC_URL}{reverse('citizen:case', args=[case.no])}",
        qr_says=pgettext("kiosk", "Scan: the receipt with its seal"), foot=(),
    )  # fmt: skip
