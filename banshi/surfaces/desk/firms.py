"""Organisations at the window: whom the served person acts for, entered once the papers were seen, and for which a case is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from banshi.foundation.doors import Asked
from banshi.foundation.said import english
from banshi.frames.typed import key_or_none
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation
from banshi.surfaces.desk.case_front import Served

FIELDS = ("uscc", "firm", "role", "until", "may", "matters", "department")
FOR = "applies_for"  # in the session: of which number, which organisation


@dataclass(frozen=True)
class FirmRow:
    """One standing. `limits`: what they may do, where it is not everything; `as_is`: the same as its form says it."""

    acts: ActsForOrganisation
    limits: str
    as_is: Mapping[str, str]


@dataclass(frozen=True)
class FirmPart:
    """Whom the served person acts for; `chosen`: a new case is this one's. `typed`: what could not be entered."""

    rows: tuple[FirmRow, ...]
    chosen: int | None
    typed: Mapping[str, str]
    departments: tuple[Department, ...]
    at: int | None = None  # the standing whose new limits were typed

    @property
    def open(self) -> bool:
        """Whether the form to enter one is: something was typed."""
        return self.at is None and any(self.typed.values())


def firms_part(request: Asked, here: Served, typed: Mapping[str, str], now: datetime) -> FirmPart | None:
    """None where nobody is served by name."""
    if here.ticket.person_id is None:
        return None
    rows = people.organisations_of(here.ticket.person_id, today=here.today(now))
    return FirmPart(
        tuple(FirmRow(each, _limits(each), _as_is(each)) for each in rows),
        applies_for(request, here, now),
        dict.fromkeys(FIELDS, "") | dict(typed),
        tuple(Department.objects.order_by("code")),
        key_or_none(request.POST.get("member")) if typed else None,
    )


def _as_is(each: ActsForOrganisation) -> dict[str, str]:
    may = each.limits
    names = (
        Item.objects.filter(code__in=may.items).order_by("code").values_list("name_zh", flat=True) if may.items else ()
    )
    return {
        "may": "appoint" if may.appoints else "send" if may.sends else "fill",
        "matters": "、".join(names),
        "department": may.departments[0] if may.departments else "",
        "until": each.valid_until.isoformat() if each.valid_until else "",
    }


def _limits(each: ActsForOrganisation) -> str:
    may = each.limits
    if may.all_matters and may.sends:
        return ""
    names = gettext(", ").join(one["en" if english() else "zh"] for one in cases.matters_of(may))
    if may.sends:
        return pgettext("desk firm", "only %(matters)s") % {"matters": names}
    return pgettext("desk firm", "fills in only: %(matters)s") % {"matters": names}


def applies_for(request: Asked, here: Served, now: datetime) -> int | None:
    """The organisation a new case of this number is for; None: the person's own."""
    ref, _, said = str(request.session.get(FOR, "")).partition(":")
    asked = key_or_none(said) if ref == here.ticket.ref else None
    if asked is None or here.ticket.person_id is None:
        return None
    return asked if people.may_act_for(here.ticket.person_id, asked, here.today(now)) else None
