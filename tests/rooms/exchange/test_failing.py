"""A platform that is down, mishears, refuses, answers late or backwards: nothing is lost, and it goes on by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from banshi.gateways.exchange.stand_in import LATE
from banshi.kernel.actors import SYSTEM
from banshi.rooms.exchange import actions, queries
from banshi.rooms.exchange.models import Batch, ExchangeRow
from tests.matters import Matters
from tests.moods import ill, stand_ins, well
from tests.surfaces.citizen.conftest import stop_the_clock
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def platform(settings: Any, tmp_path: Path) -> None:
    stand_ins(settings, tmp_path)
    stop_the_clock()


def batch(matters: Matters) -> Batch:
    matters.received()
    day = TUESDAY_NINE.date()
    made = actions.make_batch(
        halls=[matters.town.hall], scope="hall:town", first=day, last=day, by=SYSTEM, now=TUESDAY_NINE
    )
    assert made is not None
    return made


def answers(row: Batch) -> set[str]:
    return set(row.told.values_list("receipt", flat=True))


@pytest.mark.parametrize(("fault", "said"), [("down", "silent"), ("checksum", "checksum"), ("refused", "refused")])
def test_a_batch_that_does_not_get_through_waits_longer_and_longer_and_then_goes(
    matters: Matters, fault: str, said: str
) -> None:
    row, now, waits = batch(matters), TUESDAY_NINE, []
    ill("exchange", fault)
    for _ in range(5):
        assert actions.send_due(now=now) == 0
        row.refresh_from_db()
        assert row.next_at is not None
        waits.append((row.next_at - now) / MINUTE)
        now = row.next_at
    actions.send_due(now=now - MINUTE)
    well("exchange", fault)
    row.refresh_from_db()
    assert (waits, row.tries, row.trouble) == ([0, 30, 120, 360, 360], 5, said)

    went = actions.send_due(now=now)

    row.refresh_from_db()
    assert (went, row.trouble, row.next_at) == (1, "", None)
    assert (actions.take_receipts(now=now), answers(row)) == (row.rows, {"accepted"})


def test_those_behind_it_wait_with_it_and_keep_their_order(matters: Matters) -> None:
    first, second = batch(matters), batch(matters)
    ill("exchange", "checksum")
    actions.send_due(now=TUESDAY_NINE)
    actions.send_due(now=TUESDAY_NINE)
    well("exchange", "checksum")

    before = actions.send_due(now=TUESDAY_NINE + MINUTE)
    after = actions.send_due(now=TUESDAY_NINE + 31 * MINUTE)

    assert (before, after, set(Batch.objects.values_list("id", "tries"))) == (0, 2, {(first.pk, 2), (second.pk, 0)})


def test_who_sees_to_it_has_it_tried_at_once_and_the_office_is_told_of_what_stays(matters: Matters) -> None:
    row, now = batch(matters), TUESDAY_NINE
    ill("exchange", "refused")
    for hours in (0, 1, 4):
        actions.send_due(now=now + timedelta(hours=hours))
    told = queries.troubled(["town", "other"])
    well("exchange", "refused")
    later = now + timedelta(hours=4)

    actions.send_again(no=row.no, hall=matters.town.hall, by=SYSTEM, now=later)

    assert (told, actions.send_due(now=later), queries.troubled(["town"])) == ({"town": 1}, 1, {})


def test_receipts_that_come_late_are_fetched_when_they_come(matters: Matters) -> None:
    ill("exchange", "late")
    row = batch(matters)
    actions.send_due(now=TUESDAY_NINE)

    early = actions.take_receipts(now=TUESDAY_NINE)
    stop_the_clock(TUESDAY_NINE + LATE)

    assert (early, actions.take_receipts(now=TUESDAY_NINE + LATE), answers(row)) == (0, row.rows, {"accepted"})


def test_receipts_that_come_backwards_and_twice_leave_the_first_word(matters: Matters) -> None:
    ill("exchange", "crosswise")
    row = batch(matters)
    actions.send_due(now=TUESDAY_NINE)

    came = [actions.take_receipts(now=TUESDAY_NINE) for _ in range(3)]

    assert (came[0] < row.rows, sum(came), came[2]) == (True, row.rows, 0)
    assert answers(row) == {"accepted"}  # said otherwise the second time, the rows that were answered stand


def test_what_an_adapter_breaks_with_is_no_end_of_the_round(matters: Matters, settings: Any) -> None:
    row = batch(matters)
    settings.BANSHI_EXCHANGE = "tests.rooms.exchange.test_failing.Broken"

    assert (actions.send_due(now=TUESDAY_NINE), actions.take_receipts(now=TUESDAY_NINE)) == (0, 0)
    row.refresh_from_db()
    assert row.trouble == "ZeroDivisionError"


def test_rows_that_are_refused_are_told_again_and_taken(matters: Matters) -> None:
    ill("exchange", "rows")
    row = batch(matters)
    actions.send_due(now=TUESDAY_NINE)
    actions.take_receipts(now=TUESDAY_NINE)
    well("exchange", "rows")
    day = TUESDAY_NINE.date()

    again = actions.make_batch(
        halls=[matters.town.hall], scope="hall:town", first=day, last=day, by=SYSTEM, now=TUESDAY_NINE
    )
    actions.send_due(now=TUESDAY_NINE)
    actions.take_receipts(now=TUESDAY_NINE)

    assert again is not None
    assert (answers(row), answers(again), again.rows) == ({"refused"}, {"accepted"}, row.rows)
    assert ExchangeRow.objects.filter(batch=again).exclude(operation="I").count() == 0


class Broken:
    def send(self, no: str, content: bytes) -> None:
        raise ZeroDivisionError

    def receipts(self, no: str) -> dict[str, str]:
        raise ZeroDivisionError
