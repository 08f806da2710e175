"""Credit (信用): suspensions, a person's ledger, appeals, and the hall's own fault days."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, day_or_none, invalid, lines_of
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking import queries as bookings
from banshi.rooms.booking.models import Appeal, Appointment, FaultDay, LedgerEntry, Suspension
from banshi.rooms.booking.queries.facts import hall_facts
from banshi.rooms.identity.models import Account, ApiKey, Person
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page

VIEWS = ("suspended", "appeals", "past")


def _scopes(hall: Hall) -> set[str]:
    """Where this hall's decisions reach: itself, and the district when its strikes count there."""
    return {hall.code, hall_facts(hall, now=clock.now()).scope}


def _appeals(scopes: set[str]) -> QuerySet[Appeal]:
    return (
        Appeal.objects.filter(Q(suspension__scope__in=scopes) | Q(entry__scope__in=scopes), state="open")
        .select_related("suspension__person", "entry__person", "entry__appointment__item")
        .order_by("made_at", "id")
    )


@door(audience="staff", permission="credit.view")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    scopes = _scopes(place)
    today = local(place, clock.now()).date()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "suspended"
    suspensions = Suspension.objects.filter(scope__in=scopes).select_related("person")
    in_force = suspensions.filter(lifted_at=None, until_on__gte=today)
    appeals = _appeals(scopes)
    rows: Any
    if view == "appeals":
        rows = appeals
    elif view == "past":
        rows = suspensions.exclude(lifted_at=None, until_on__gte=today).order_by("-until_on", "-id")
    else:
        rows = in_force.order_by("until_on", "id")
    rows = paged(request, rows, 30)
    makers = names_of(row.lifted_by for row in rows if isinstance(row, Suspension) and row.lifted_by)
    return page(
        request,
        "office/credit.html",
        place,
        parties={row.party: party_words(row.party) for row in rows if isinstance(row, Suspension)},
        view=view,
        rows=rows,
        more=query_without_page(request),
        who_made=makers,
        counts={"suspended": in_force.count(), "appeals": appeals.count()},
        may_decide=request.who.may("credit.decide", hall),
    )


def party_words(party: str) -> str:
    """On whom it falls, in words: the person, the account that booked, a channel, or the hall's own staff."""
    kind, _colon, rest = party.partition(":")
    if kind == "person":
        return gettext("The person")
    if kind == "account" and rest.isdigit():
        account = Account.objects.filter(id=int(rest)).first()
        return gettext("Account %(phone)s, which booked") % {"phone": mask_phone(account.phone) if account else rest}
    if kind == "key":
        number = re.split("[:/]", rest)[0]  # behind it, whom of its users
        key = ApiKey.objects.filter(id=int(number)).first() if number.isdecimal() else None
        return gettext("Channel %(name)s, which booked") % {"name": key.name if key else f"#{number}"}
    return gettext("Booked by hall staff for the person")


def _person(hall: Hall, person_id: int) -> Person:
    """Someone who has to do with this hall; others are not found."""
    known = (
        Appointment.objects.filter(person_id=person_id, hall=hall).exists()
        or LedgerEntry.objects.filter(person_id=person_id, scope__in=_scopes(hall)).exists()
        or Suspension.objects.filter(person_id=person_id, scope__in=_scopes(hall)).exists()
    )
    person = Person.objects.filter(id=person_id).defer("name", "id_number", "phone").first() if known else None
    if person is None:
        raise Refused("nothing-found", facts={"person": person_id})
    return person


def _ledger(request: Asked, hall: Hall, person_id: int, refused: Refused | None = None) -> HttpResponseBase:
    now = clock.now()
    one = _person(hall, person_id)
    return page(
        request,
        "office/credit_person.html",
        hall,
        person=one,
        ledgers=[
            (party_words(party), bookings.credit_of(party, hall, now))
            for party in bookings.parties_about(person_id, hall, now)
        ],
        coming=[
            each
            for each in bookings.of_person(person_id, now, limit=50)
            if each.hall_id == hall.pk and each.state == "booked"
        ],
        refused=refused,
        may_decide=request.who.may("credit.decide", hall.code),
        status=status_of(refused) if refused else 200,
    )


@door(audience="staff", permission="credit.view")
@require_GET
def person(request: Asked, hall: str, person_id: int) -> HttpResponseBase:
    return _ledger(request, places.hall_by_code(hall), person_id)


@door(audience="staff", permission="credit.decide")
@require_POST
def lift(request: Asked, hall: str, suspension_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = Suspension.objects.filter(id=suspension_id, scope__in=_scopes(place)).first()
    if row is None:
        raise Refused("nothing-found", facts={"suspension": suspension_id})
    why = clean(request.POST.get("why"), 200)
    try:
        if not why:
            raise invalid("why", _("Say why: it stays on record."))
        booking.lift(suspension_id=row.pk, why=why, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _ledger(request, place, row.person_id, refused)
    messages.success(request, _("Lifted. Online booking works again for this person."))
    return redirect("office:credit_person", hall=hall, person_id=row.person_id)


@door(audience="staff", permission="credit.decide")
@require_POST
def forgive(request: Asked, hall: str, entry_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = LedgerEntry.objects.filter(id=entry_id, scope__in=_scopes(place)).first()
    if row is None:
        raise Refused("nothing-found", facts={"entry": entry_id})
    why = clean(request.POST.get("why"), 200)
    try:
        if not why:
            raise invalid("why", _("Say why: it stays on record."))
        booking.forgive(entry_id=row.pk, why=why, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _ledger(request, place, row.person_id, refused)
    messages.success(request, _("Forgiven. Suspensions were counted anew."))
    return redirect("office:credit_person", hall=hall, person_id=row.person_id)


@door(audience="staff", permission="credit.decide")
@require_POST
def answer(request: Asked, hall: str, appeal_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    row = _appeals(_scopes(place)).filter(id=appeal_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"appeal": appeal_id})
    about = row.suspension or row.entry
    assert about is not None
    verdict = request.POST.get("verdict", "")
    try:
        if verdict not in ("upheld", "rejected"):
            raise invalid("verdict", _("Choose: agree or not."))
        text = " ".join(lines_of(request.POST.get("answer"), 500).split())
        booking.answer_appeal(
            appeal_id=row.pk, upheld=verdict == "upheld", answer=text, by=acting(request, place), now=clock.now()
        )
    except Refused as refused:
        return _ledger(request, place, about.person_id, refused)
    messages.success(request, _("Answered."))
    return redirect("office:credit_person", hall=hall, person_id=about.person_id)


def _would_forgive(hall: Hall, day: date) -> QuerySet[LedgerEntry]:
    """What marking the day forgives: entries of its appointments, and cancellations made on it."""
    of_hall = LedgerEntry.objects.filter(appointment__hall=hall, forgiven_at=None)
    return (
        of_hall.filter(Q(appointment__day=day) | Q(kind="cancel", on=day))
        .select_related("person", "appointment__item")
        .order_by("at", "id")
    )


@door(audience="staff", permission="credit.decide")
@require_http_methods(["GET", "POST"])
def fault_days(request: Asked, hall: str) -> HttpResponseBase:
    """Days that were the hall's own fault. POST `act=look` shows whom it forgives, `act=mark` does it."""
    place = places.hall_by_code(hall)
    typed = {"day": clean(request.POST.get("day"), 10), "why": clean(request.POST.get("why"), 200)}
    refused: Refused | None = None
    forgiven: Any = None
    if request.method == "POST":
        day = day_or_none(typed["day"])
        try:
            if day is None:
                raise invalid("day", _("A day like 2026-10-01."))
            if day > local(place, clock.now()).date():
                raise invalid("day", _("Only today or a day that has been."))
            if not typed["why"]:
                raise invalid("why", _("Say why: it stays on record."))
            if request.POST.get("act") == "mark":
                n = booking.mark_fault_day(
                    hall=place, day=day, why=typed["why"], by=acting(request, place), now=clock.now()
                )
                messages.success(
                    request, ngettext("%(n)s entry is forgiven.", "%(n)s entries are forgiven.", n) % {"n": n}
                )
                return redirect("office:fault_days", hall=hall)
            forgiven = _would_forgive(place, day)
        except Refused as wrong:
            refused = wrong
    rows = paged(request, FaultDay.objects.filter(hall=place).order_by("-day"), 20)
    return page(
        request,
        "office/fault_days.html",
        place,
        rows=rows,
        more=query_without_page(request),
        who_made=names_of(row.made_by for row in rows),
        typed=typed,
        today=local(place, clock.now()).date(),
        forgiven=list(forgiven[:100]) if forgiven is not None else None,
        forgiven_count=forgiven.count() if forgiven is not None else 0,
        people=forgiven.values("person_id").order_by().distinct().count() if forgiven is not None else 0,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )
