"""All of whoever is served on one page: what they booked, their cases, and – once the card was compared – what the library has.

Numbers and facts stand masked. The whole number of one certificate is shown to whoever says what for; each such look leaves a
trace of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked
from banshi.frames.typed import clean, invalid
from banshi.kernel.masking import mask_id, mask_known
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import queries as booking
from banshi.rooms.booking.queries import AppointmentView
from banshi.rooms.cases.actions.applying import Holder
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.identity import queries as people
from banshi.rooms.library import queries as library
from banshi.rooms.library.queries import CertificateView
from banshi.surfaces.desk.case_front import Served, Thread, context_of, threads
from banshi.surfaces.desk.cases import of_number
from banshi.surfaces.desk.firms import applies_for

MOST = 12  # of each kind
PURPOSES: dict[str, str | Promise] = {
    "matter": pgettext_lazy("desk look", "For the matter of this number"),
    "compare": pgettext_lazy("desk look", "To compare it with what they brought"),
    "tell": pgettext_lazy("desk look", "They asked what is on record"),
}


@dataclass(frozen=True)
class Stored:
    """A certificate of theirs: `number` masked unless it was opened; `over`: its last day is."""

    certificate: CertificateView
    number: str
    opened: bool
    over: bool


@dataclass(frozen=True)
class Fact:
    """What is known of an element, masked."""

    element: DataElement
    value: str
    valid_until: date | None


@dataclass(frozen=True)
class Whole:
    """All of a person at a glance. `certificates` and `facts` are empty where the card was not compared."""

    coming: list[AppointmentView]
    drafts: list[Thread]
    folders: list[Thread]
    under_way: list[Thread]
    certificates: list[Stored]
    facts: list[Fact]


@require_GET
@of_number
def glance(request: Asked, here: Served) -> HttpResponse:
    """All of whoever is served."""
    return _page(request, here, now=clock.now())


@require_POST
@of_number
def open_certificate(request: Asked, here: Served, certificate: str) -> HttpResponse:
    """The whole number of one certificate, this once, for a purpose that is kept."""
    now, purpose = clock.now(), clean(request.POST.get("purpose"), 20)
    try:
        _need_theirs(request, here, certificate, now)
        if purpose not in PURPOSES:
            raise invalid("purpose", _("Say what it is looked at for."))
    except Refused as refused:
        if refused.slug == "nothing-found":
            raise
        return _page(request, here, refused=refused, now=now)
    audit.looked(
        subject=f"person:{here.ticket.person_id}", by=here.by, hall=here.hall.code, now=now,
        why=f"certificate:{certificate}:{purpose}",
    )  # fmt: skip
    return _page(request, here, opened=certificate, now=now)


def _holder(request: Asked, here: Served, now: datetime) -> Holder | None:
    """Whose library is open: the organisation's that is served through them, else their own; None: the organisation lets them
    fill in only."""
    person, firm = here.ticket.person_id, applies_for(request, here, now)
    if person is None or firm is None:
        return Holder(person_id=person, organisation_id=None) if person is not None else None
    acts = people.standing_in(firm, person, today=here.today(now))
    return Holder(person_id=None, organisation_id=firm) if acts is not None and acts.limits.sends else None


def _need_theirs(request: Asked, here: Served, certificate: str, now: datetime) -> None:
    """:raises Refused: nothing-found – also somebody else's; invalid – the card was not compared."""
    found = library.certificate(certificate)
    holder = _holder(request, here, now)
    if holder is None or found is None or certificate not in {each.ref for each in library.certificates_of(**holder)}:
        raise Refused("nothing-found", facts={"certificate": certificate})
    if not here.compared:
        raise invalid("purpose", _("Compare the card first: the library opens to its holder alone."))


def _page(
    request: Asked, here: Served, *, opened: str = "", refused: Refused | None = None, now: datetime
) -> HttpResponse:
    shown: Mapping[str, object] = context_of(here, now, clock.speed()) | {
        "compared": here.compared, "refused": refused, "purposes": PURPOSES.items(),
        "whole": _whole(request, here, opened, now) if here.ticket.person_id is not None else None,
        "may_manage": request.who.may("appointments.manage", here.hall.code),
    }  # fmt: skip
    return render(request, "desk/glance.html", shown, status=SLUGS[refused.slug] if refused else 200)


def _whole(request: Asked, here: Served, opened: str, now: datetime) -> Whole:
    """Seen once a number, as far as the trace goes."""
    person, today = here.ticket.person_id, here.today(now)
    assert person is not None
    look = audit.Look(f"person:{person}", request.who.by, here.hall.code, f"ticket:{here.ticket.ref}")
    audit.looked_once([look], now=now)
    holder = _holder(request, here, now) if here.compared else None
    rows = threads(person, here.hall.code, item_id=here.ticket.item_id, today=today)
    return Whole(
        coming=booking.coming_of(person, now, limit=MOST),
        drafts=[each for each in rows if each.begun],
        folders=[each for each in rows if each.folder],
        under_way=[each for each in rows if not each.begun and not each.folder],
        certificates=_certificates(holder, opened, today) if holder else [],
        facts=_facts(holder, today) if holder else [],
    )


def _certificates(holder: Holder, opened: str, today: date) -> list[Stored]:
    return [
        Stored(
            each, each.number if each.ref == opened else mask_id(each.number), each.ref == opened, not each.holds(today)
        )
        for each in library.certificates_of(**holder)[: MOST * 2]
    ]


def _facts(holder: Holder, today: date) -> list[Fact]:
    """By what they are called."""
    known = library.facts_of(**holder, today=today)
    names = DataElement.objects.filter(code__in=known).order_by("code")[: MOST * 2]
    return [Fact(each, mask_known(known[each.code].value), known[each.code].valid_until) for each in names]
