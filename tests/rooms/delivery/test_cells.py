"""One result opened once by its code; one thing in a cell, by constraint too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.delivery import actions, queries
from banshi.rooms.delivery.models import Cabinet, Cell, Delivery, Stay
from tests.matters import Matters
from tests.town import CLERK, TUESDAY_NINE, Town


@pytest.fixture
def cabinet(town: Town) -> Cabinet:
    return actions.install(hall=town.hall, code="c-1", name_zh="文件柜", name_en="Cabinet", cells=2)


def held(cabinet: Cabinet, case: Any, kind: str = "drop") -> Stay:
    day = TUESDAY_NINE.date() if kind == "drop" else None
    return actions.hold_cell(cabinets=[cabinet], case=case, kind=kind, counts_from=day, by=CLERK, now=TUESDAY_NINE)


def test_a_cabinet_is_installed_once(town: Town, cabinet: Cabinet) -> None:
    again = actions.install(hall=town.hall, code="c-1", name_zh="别的", name_en="Other", cells=9)

    assert (again, list(Cell.objects.order_by("no").values_list("no", flat=True))) == (cabinet, [1, 2])


def test_cells_are_given_from_the_first_and_a_broken_one_never(cabinet: Cabinet, matters: Matters) -> None:
    actions.broken(cell=cabinet.cells.get(no=1), now=TUESDAY_NINE)

    assert held(cabinet, matters.opened()).cell.no == 2
    with pytest.raises(Refused) as no:
        held(cabinet, matters.opened())
    assert no.value.slug == "cabinet-full"


def test_a_result_waits_three_days_and_papers_count_from_a_day(cabinet: Cabinet, matters: Matters) -> None:
    drop, result = held(cabinet, matters.opened()), held(cabinet, matters.opened(), "result")

    assert (drop.counts_from, drop.fetch_by) == (TUESDAY_NINE.date(), None)
    assert (result.counts_from, result.fetch_by) == (None, TUESDAY_NINE + timedelta(hours=72))


@pytest.mark.parametrize("hours", [12, 240])
def test_a_result_waits_as_long_as_its_hall_says_and_what_lies_there_keeps_its_time(
    cabinet: Cabinet, matters: Matters, hours: int
) -> None:
    before = held(cabinet, matters.opened(), "result")
    matters.town.policy(delivery={"cabinet_hours": hours})
    again, new = held(cabinet, before.case, "result"), held(cabinet, matters.opened(), "result")

    assert (again.pk, again.fetch_by) == (before.pk, TUESDAY_NINE + timedelta(hours=72))
    assert new.fetch_by == TUESDAY_NINE + timedelta(hours=hours)


def test_a_cell_held_for_a_result_is_held_on(cabinet: Cabinet, matters: Matters) -> None:
    case = matters.opened()

    assert held(cabinet, case, "result") == held(cabinet, case, "result")


def test_two_things_do_not_lie_in_one_cell(cabinet: Cabinet, matters: Matters) -> None:
    stay = held(cabinet, matters.opened())

    with pytest.raises(IntegrityError, match="one_thing_in_a_cell"), transaction.atomic():
        Stay.objects.create(
            cell=stay.cell,
            case=matters.opened(),
            kind="drop",
            put_at=TUESDAY_NINE,
            put_by="x",
            counts_from=stay.counts_from,
        )


def test_what_was_taken_out_leaves_its_cell_to_others(cabinet: Cabinet, matters: Matters) -> None:
    stay = held(cabinet, matters.opened())

    actions.take_out(stay_id=stay.pk, out_by="staff", by=CLERK, now=TUESDAY_NINE)

    assert held(cabinet, matters.opened()).cell == stay.cell
    assert len(queries.lying(cabinet.hall, now=TUESDAY_NINE)) == 1


def test_five_wrong_codes_leave_the_card_alone(matters: Matters) -> None:
    case = matters.decided()
    code = actions.make_ready(case=case, place="A-1", by=CLERK, now=TUESDAY_NINE)
    wrong = f"{(int(code) + 1) % 10**8:08d}"

    def hand(given: str, **more: Any) -> Any:
        return actions.hand_over(case_no=case.no, how="counter", code=given, by=CLERK, now=TUESDAY_NINE, **more)

    left = [hand(wrong).facts["left"] for _ in range(5)]

    assert left == [4, 3, 2, 1, 0]
    assert hand(code).slug == "code-wrong"
    assert hand("", identified=True) is None
    assert Delivery.objects.get().by_what == "card"
