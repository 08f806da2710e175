"""Who rings the hall about their visit means all of it, unless they say otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.rooms.booking.models import Appointment, LedgerEntry, Slot
from banshi.rooms.messaging.models import Message
from tests.surfaces.citizen.conftest import *  # noqa: F403 – two citizens and an open town
from tests.surfaces.citizen.conftest import text
from tests.surfaces.office.editing import signed_in
from tests.town import Town, at

THURSDAY = at("2026-03-12 09:00")


def rows(visit: list[Appointment]) -> list[Appointment]:
    return [Appointment.objects.get(pk=row.pk) for row in visit]


@pytest.mark.parametrize("side", ["person", "hall"])
@pytest.mark.parametrize("only", [False, True])
def test_the_hall_cancels_the_visit_and_names_all_of_it(open_town: Town, visit: list[Any], side: str, only: bool):
    clerk, path = signed_in(open_town.manager), f"/office/town/appointments/{visit[1].code}/"

    page = text(clerk.get(path))
    clerk.post(f"{path}cancel", {"side": side, "why": "本人来电"} | ({"only": "1"} if only else {}))

    assert (visit[0].item.name_zh in page, visit[0].code in page) == (True, True)
    assert [row.state for row in rows(visit)] == ["booked" if only else "cancelled", "cancelled"]
    (message,) = Message.objects.filter(key="cancelled" if side == "person" else "cancelled_by_hall")
    both = f"{visit[1].item.name_zh}、{visit[0].item.name_zh}"
    assert message.params["item_zh"] == (visit[1].item.name_zh if only else both)
    assert LedgerEntry.objects.count() == (1 if side == "person" and not only else 0)


@pytest.mark.parametrize("only", [False, True])
def test_the_hall_moves_the_visit(open_town: Town, visit: list[Any], only: bool):
    new = open_town.slot(quota=3, starts=THURSDAY)
    open_town.slot(quota=3, business="cat:B", starts=THURSDAY)
    clerk, path = signed_in(open_town.manager), f"/office/town/appointments/{visit[0].code}/move"

    page = text(clerk.get(path))
    clerk.post(path, {"slot": new.pk, "why": "本人来电"} | ({"only": "1"} if only else {}))

    assert f"同一趟还办： {visit[1].item.name_zh}" in page
    assert [row.starts_at for row in rows(visit)] == [THURSDAY, visit[1].starts_at if only else THURSDAY]
    assert Message.objects.filter(key="moved").count() == 1


def test_where_another_matter_has_no_place_it_is_named_and_nothing_moves(open_town: Town, visit: list[Any]):
    new = open_town.slot(quota=3, starts=THURSDAY)
    open_town.slot(quota=1, taken=1, business="cat:B", starts=THURSDAY)
    path = f"/office/town/appointments/{visit[0].code}/move"

    answer = signed_in(open_town.manager).post(path, {"slot": new.pk, "why": "本人来电"})

    assert f"问题在同一趟的“{visit[1].item.name_zh}”" in text(answer)
    assert [row.starts_at for row in rows(visit)] == [visit[0].starts_at] * 2
    assert Slot.objects.get(pk=new.pk).taken == 0
