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
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation
from banshi.surfaces.desk.case_front import Served

FIELDS = ("uscc", "firm", "role", "until")
FOR = "applies_for"  # in the session: of which number, which organisation


@dataclass(frozen=True)
class FirmPart:
    """Whom the served person acts for; `chosen`: a new case is this one's. `typed`: what could not be entered."""

    rows: tuple[tuple[ActsForOrganisation, str], ...]  # each with what they may do, where it is not everything
    chosen: int | None
    typed: Mapping[str, str]

    @property
    def open(self) -> bool:
        """Whether the form to enter one is: something was typed."""
        return any(self.typed.values())


def firms_part(request: Asked, here: Served, typed: Mapping[str, str], now: datetime) -> FirmPart | None:
    """None where nobody is served by name."""
    if here.ticket.person_id is None:
        return None
    rows = people.organisations_of(here.ticket.person_id, today=here.today(now))
    return FirmPart(
        tuple((each, _limits(each)) for each in rows),
        applies_for(request, here, now),
        dict.fromkeys(FIELDS, "") | dict(typed),
    )


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
