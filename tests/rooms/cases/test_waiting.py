"""立等可取: what is promised to whoever waits, in the hall's own hours, and said honestly once it is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from banshi.rooms.cases import actions
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.cases.rules.waiting import is_late, promised
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.queries import called_for
from banshi.rooms.messaging.models import Message
from tests.matters import Matters, matters_of
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.citizen.cases import retell
from tests.town import CLERK, TUESDAY_NINE, Town, at

MINUTE = timedelta(minutes=1)
DAYS = [
    (at("2026-03-10 09:00"), at("2026-03-10 12:00")), (at("2026-03-10 14:00"), at("2026-03-10 17:00")),
    (at("2026-03-11 09:00"), at("2026-03-11 12:00")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-10 09:30", "2026-03-10 11:30"),
        ("2026-03-10 10:00", "2026-03-10 12:00"),  # the last minute of the morning
        ("2026-03-10 10:01", "2026-03-10 14:01"),
        ("2026-03-10 16:00", "2026-03-11 10:00"),  # the rest is done the next day
        ("2026-03-10 08:00", "2026-03-10 11:00"),
    ],
)
def test_a_promise_counts_the_halls_own_hours(now: str, until: str) -> None:
    sessions = [each for each in DAYS if each[1] > at(now)]

    assert promised(sessions, minutes=120, now=at(now)) == at(until)


def test_nothing_is_promised_where_no_hours_are_known() -> None:
    assert promised([], minutes=120, now=TUESDAY_NINE) is None
    assert promised([(at("2026-03-10 09:00"), at("2026-03-10 10:00"))], minutes=120, now=TUESDAY_NINE) is None


@pytest.mark.parametrize(("now", "ready", "late"), [(0, False, False), (1, False, True), (1, True, False)])
def test_late_is_what_is_not_ready_in_time(now: int, ready: bool, late: bool) -> None:
    assert is_late(wait_until=TUESDAY_NINE, ready=ready, now=TUESDAY_NINE + now * MINUTE) is late
    assert not is_late(wait_until=None, ready=False, now=TUESDAY_NINE)


@pytest.fixture
def matters(town: Town) -> Matters:
    open_town(town)
    found = matters_of(town)
    retell(found, wait_minutes=120)
    return found


def keys() -> list[str]:
    return list(Message.objects.filter(key__startswith="case_").order_by("id").values_list("key", flat=True))


def test_whoever_waits_is_promised_a_time_on_the_receipt_and_by_message(matters: Matters) -> None:
    case = matters.received()

    receipt = CasePaper.objects.get(case=case, kind="receipt")
    assert case.wait_until == TUESDAY_NINE + 120 * MINUTE
    assert facts_of(receipt).wait == "3月10日 11:00 左右，出件窗口"
    assert keys() == ["case_wait"]


def test_papers_that_came_without_a_person_promise_no_wait(matters: Matters) -> None:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")

    case = actions.receive(
        case_no=case.no, materials=[actions.Counted(c) for c in ("id", "lease", "photo")], by=matters.by["receiver"],
        now=TUESDAY_NINE,
    )  # fmt: skip

    assert (case.wait_until, keys()) == (None, ["case_received"])


def test_who_waits_longer_is_told_once(matters: Matters) -> None:
    case = matters.received()
    late = TUESDAY_NINE + 121 * MINUTE

    counts = [actions.tell_late(now=now) for now in (TUESDAY_NINE + 120 * MINUTE, late)]
    actions.accept(case_no=case.no, by=matters.by["receiver"], now=late)
    counts.append(actions.tell_late(now=late + MINUTE))
    counts.append(actions.tell_late(now=late + timedelta(days=1)))

    assert counts == [0, 1, 1, 0]
    assert keys().count("case_wait_late") == 1


def laid_ready(matters: Matters, now: datetime, **more: Any) -> Case:
    case = matters.opened(now, **more)
    Case.objects.filter(pk=case.pk).update(phase="ready", received_at=now, wait_until=now + MINUTE)
    delivery.make_ready(case=case, place="A-1", by=CLERK, now=now)
    return case


def test_what_is_ready_is_called_on_the_boards_for_a_while_by_a_number_alone(matters: Matters) -> None:
    case = laid_ready(matters, TUESDAY_NINE)
    hall = matters.town.hall

    called = [called_for(hall, now=TUESDAY_NINE + n * MINUTE) for n in (0, 19, 20)]
    delivery.hand_over(case_no=case.no, how="counter", identified=True, by=CLERK, now=TUESDAY_NINE)

    assert called == [[f"…{case.no[-4:]}"], [f"…{case.no[-4:]}"], []]
    assert called_for(hall, now=TUESDAY_NINE) == []
    assert called_for(matters.town.other_hall, now=TUESDAY_NINE) == []
