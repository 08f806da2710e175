"""How its applicant gets a result – at the window, out of the cabinet, by courier – and where a parcel is; papers that they post
to the hall.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.times import day_words
from banshi.frames.typed import clean
from banshi.journeys.case import conclude, courier, sending_in
from banshi.kernel.masking import mask_name, mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.rules.waiting import WAITS_IN, is_late
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.delivery.models import Delivery, Parcel, SentPapers, Wish
from banshi.rooms.delivery.queries import Step
from banshi.rooms.identity import queries as people
from banshi.rooms.places.queries import policy_of
from banshi.surfaces.citizen.case_doors import case_panel, is_me, my_case
from banshi.surfaces.citizen.case_where import WAITS_FOR_PAPERS, kept_of, where_of
from banshi.surfaces.citizen.doors import citizen_page, page

Words = tuple[str | Promise, str | Promise]
ON_ITS_WAY: Words = (
    pgettext_lazy("case", "On its way to you"),
    _("The courier has it. You get a message when it is out for delivery."),
)
AT_THE_DOOR: Words = (
    pgettext_lazy("case", "Out for delivery"),
    _("The courier is on the way to you with it. Keep the telephone at hand."),
)
NOT_TAKEN_IN: Words = (
    pgettext_lazy("case", "It could not be handed over"),
    _("The courier tries again or brings it back to the hall. You get a message as soon as it is there."),
)
GOES_BACK: Words = (
    pgettext_lazy("case", "On its way back to the hall"),
    _("You get a message as soon as it is there: it can be posted again, or fetched."),
)
TO_POST: Words = (
    pgettext_lazy("case", "It is posted to you"),
    _("The result is ready. You get the number of the waybill as soon as the courier has it."),
)
CAME_BACK: Words = (
    pgettext_lazy("case", "It came back"),
    _(
        "It could not be delivered, and lies at the issue window now. Have it posted again, or fetch it: code or ID card."
    ),
)
PAPERS_ON_THEIR_WAY: Words = (
    pgettext_lazy("case", "Your papers are on their way"),
    _("The hall tells you when it has them. They count from that day, or from its next day of work."),
)
PAPERS_CAME: Words = (
    pgettext_lazy("case", "The hall has the papers you sent"),
    _("They count from %(day)s. The hall looks at them and tells you when it has received them."),
)


# --- What the page of a case says of it -------------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """`to`: who gets the parcel and where, masked; `steps`: what the carrier said, newest first; `choose`: there is something to
    choose; `back`: it came back, and nothing was chosen since."""

    how: str
    to: str
    pays: bool
    parcel: Parcel | None
    steps: tuple[Step, ...]
    choose: bool
    back: bool
    under_way: bool


def way_of(case: Case, *, now: datetime) -> Way | None:
    """None where nothing is to be said: it ended, or it goes the usual way and there is no other."""
    parcel, wish = deliveries.parcel_of(case), deliveries.wish_of(case)
    choose = courier.may_wish(case) and conclude.is_their_own(case, now=now) and len(courier.ways_of(case, now=now)) > 1
    if parcel is None and (not choose or case.phase == "draft"):
        return None
    under_way = parcel is not None and parcel.ended_at is None
    carried = parcel is not None and parcel.posted_at is not None
    steps = [step for step in deliveries.trail(case) if step.what.startswith("parcel_")] if carried else []
    policy = policy_of(case.hall_id, now=now).delivery
    return Way(
        how=wish.how if wish is not None else "", to=_to(parcel if under_way else wish), steps=tuple(steps[::-1]),
        pays=(parcel.payer if under_way and parcel is not None else policy.postage) == "receiver", parcel=parcel,
        choose=choose and not under_way, back=parcel is not None and parcel.state == "back" and wish is None,
        under_way=under_way and carried,
    )  # fmt: skip


def _to(row: Parcel | Wish | None) -> str:
    """Somebody may look over a shoulder."""
    return (
        f"{mask_name(row.name)} {mask_phone(row.phone)} {row.address[:6]}****" if row is not None and row.name else ""
    )


def present_words(case: Case, row: Delivery | None, wish: Wish | None) -> Words | None:
    """What a case that is ready says, where it is not simply to be fetched."""
    parcel = deliveries.parcel_of(case)
    if row is not None and row.state == "posted":
        return {"out": AT_THE_DOOR, "refused": NOT_TAKEN_IN, "returning": GOES_BACK}.get(
            parcel.state if parcel else "", ON_ITS_WAY
        )
    if wish is not None and wish.how == "courier":
        return TO_POST
    return CAME_BACK if parcel is not None and parcel.state == "back" and wish is None else None


@dataclass(frozen=True)
class Wait:
    """立等可取: until when, and whether it is late already."""

    until: datetime
    late: bool


def wait_of(case: Case, *, now: datetime) -> Wait | None:
    """What was promised to whoever waits in the hall, until it is ready or cannot be."""
    if case.wait_until is None or case.phase not in WAITS_IN or case.granted is False:
        return None
    return Wait(case.wait_until, is_late(wait_until=case.wait_until, ready=False, now=now))


def papers_words(sent: SentPapers, *, today: date) -> tuple[str, str]:
    """What a case says that waits for papers which were posted."""
    if sent.counts_from is None:
        return str(PAPERS_ON_THEIR_WAY[0]), str(PAPERS_ON_THEIR_WAY[1])
    return str(PAPERS_CAME[0]), str(PAPERS_CAME[1]) % {"day": day_words(sent.counts_from, today)}


# --- Choosing ---------------------------------------------------------------------------------------------------


@sensitive_post_parameters("name", "phone", "address")
@citizen_page
@require_http_methods(["GET", "POST"])
def ways(request: Any, no: str) -> HttpResponseBase:
    """At the window, in the cabinet, or by courier: chosen at any time until it is on its way."""
    now, found = clock.now(), my_case(request, no)
    if request.method == "GET":
        if not courier.may_wish(found):
            return redirect("citizen:case", found.no)
        return _ways_page(request, found, now=now)
    how = clean(request.POST.get("how"), 10)
    said = Receiver(*(clean(request.POST.get(name), 200) for name in ("name", "phone", "address")))
    try:
        limits.take(key=f"wish:{request.who.account_id}", per_minute=6, burst=20)
        courier.wish(
            case_no=found.no, how=how, receiver=said if how == "courier" else None,
            originals=request.POST.get("originals") == "1", by=request.who.by, now=now,
        )  # fmt: skip
    except Refused as refused:
        return _ways_page(request, my_case(request, no), refused=refused, now=now)
    chosen = {
        "courier": pgettext("case", "It is posted to you as soon as it is ready."),
        "cabinet": pgettext("case", "It goes into the cabinet; you get the code by message."),
    }
    messages.success(request, chosen.get(how, pgettext("case", "You fetch it at the issue window.")))
    return redirect("citizen:case", found.no)


def _ways_page(request: Any, found: Case, *, refused: Refused | None = None, now: datetime) -> HttpResponseBase:
    wish, offered = deliveries.wish_of(found), courier.ways_of(found, now=now)
    typed = {name: request.POST.get(name, "") for name in ("how", "name", "phone", "address", "originals")}
    if request.method == "GET":
        typed = _known(request, found, wish)
    field = (
        str(refused.facts.get("field", "phone" if refused.slug == "phone-invalid" else ""))
        if refused is not None
        else ""
    )
    policy = policy_of(found.hall_id, now=now).delivery
    kept = kept_of(found)
    context = {
        "lies_here": kept is not None and kept.originals,
        "case": found, "offered": offered, "typed": typed, "wrong": field, "own": conclude.is_their_own(found, now=now),
        "pays": policy.postage == "receiver", "hours": policy.cabinet_hours,
        "panel": case_panel(refused, found, now=now) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/case_ways.html", context, hall=found.hall, refused=refused)


def _known(request: Any, found: Case, wish: Wish | None) -> dict[str, str]:
    """As it was chosen before; what that does not say – the cabinet asks for no name – their own name and telephone."""
    me = people.person(found.person_id) if is_me(request, found) else None
    phone = (found.contact or "").removeprefix("+86") if me is not None else ""
    own = {"how": "", "name": me.name if me is not None else "", "phone": phone, "address": "", "originals": ""}
    if wish is None:
        return own
    said = {"how": wish.how, "name": wish.name, "phone": wish.phone.removeprefix("+86"), "address": wish.address}
    return own | {name: value for name, value in said.items() if value} | {"originals": "1" if wish.originals else ""}


# --- Papers to the hall -----------------------------------------------------------------------------------------


@citizen_page
@require_http_methods(["GET", "POST"])
def send_in(request: Any, no: str) -> HttpResponseBase:
    """寄件: the number of the waybill, so that the hall knows what comes."""
    now, found = clock.now(), my_case(request, no)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            sending_in.announce(
                case_no=found.no, carrier=clean(request.POST.get("carrier"), 40),
                waybill=clean(request.POST.get("waybill"), 60), by=request.who.by, now=now,
            )  # fmt: skip
        except Refused as no_:
            refused = no_
        else:
            messages.success(request, pgettext("case", "The hall expects your papers and tells you when it has them."))
            return redirect("citizen:case", found.no)
    where = where_of(found, now=now)
    if request.method != "POST" and found.phase not in WAITS_FOR_PAPERS and not where.waits:
        return redirect("citizen:case", found.no)
    if not where.to_leave:  # an identity card goes into no parcel
        return redirect("citizen:case", found.no)
    sent = where.sent
    typed = {"carrier": sent.carrier if sent else "", "waybill": sent.waybill if sent else ""}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
    context = {
        "case": found, "sent": sent, "typed": typed, "to_leave": where.to_leave,
        "wrong": refused.facts.get("field", "") if refused else "",
        "panel": case_panel(refused, found, now=now) if refused is not None else None,
    }  # fmt: skip
    return page(request, "citizen/case_send_in.html", context, hall=found.hall, refused=refused)


@citizen_page
@require_POST
def not_sent(request: Any, no: str) -> HttpResponseBase:
    """They are not sent after all."""
    found = my_case(request, no)
    with suppress(Refused):  # it came meanwhile, or was called off before: the page says so
        sending_in.call_off(case_no=found.no, by=request.who.by, now=clock.now())
    return redirect("citizen:case", found.no)
