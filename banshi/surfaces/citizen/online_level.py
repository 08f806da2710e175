"""How whoever sends a matter online has to be known (实名等级): said before anything is filled in, where it is not so yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import pgettext

from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries.handling import handling_of_case
from banshi.rooms.cases.queries.levels import level_of
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.rules.handling import Handling
from banshi.rooms.catalogue.rules.online_level import how, met
from banshi.rooms.devices import queries as devices
from banshi.rooms.identity import queries as people
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen.refusals import Option

ANY_HALL = ("政务大厅", "a service hall")


@dataclass(frozen=True)
class ToProve:
    """What is to be done before it is sent online; `ways`: pages on which it is begun, the best first."""

    text_zh: str
    text_en: str
    ways: tuple[Option, ...] = ()


def to_prove(handling: Handling, *, account_id: int | None, hall: Hall | None) -> ToProve | None:
    """Of a matter; None where nothing is asked, or the account is known far enough. Nobody signed in is told what is asked."""
    if not handling.where.online or met(handling.online_level, people.proven_as(account_id)):
        return None
    return ToProve(*how(handling.online_level, hall=(hall.name_zh, hall.name_en) if hall is not None else ANY_HALL))


def to_prove_for(rows: Sequence[Case]) -> ToProve | None:
    """Of what was begun, alone or together: the first that cannot be sent yet."""
    for case in rows:
        level = handling_of_case(case).online_level
        if case.phase == "draft" and level != "declared" and not met(level, level_of(case)):
            return ToProve(*how(level, hall=(case.hall.name_zh, case.hall.name_en)), ways_to_prove(case))
    return None


def ways_to_prove(case: Case) -> tuple[Option, ...]:
    """Where an identity is proven for a case: a time at a window of its hall, where the matter is booked there; the page of the
    hall, with its hours, for its windows and kiosks."""
    hall, ways = case.hall, []
    if HallItem.objects.filter(item=case.item_id, hall=hall, bookable=True).exists():
        there = f"{reverse('citizen:book', args=[case.item.code])}?hall={hall.code}"
        ways.append(Option(pgettext("online level", "Book a time at a window"), there))
    hours = (
        pgettext("online level", "Hours of the hall and its kiosks")
        if devices.first_of_kind(hall, "kiosk") is not None
        else pgettext("online level", "Hours of the hall")
    )
    return (*ways, Option(hours, reverse("citizen:hall", args=[hall.code])))
