"""叫领取: whoever waits in the hall is called to the issue window; who does not come finds it on its shelf."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import calling, conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Delivery
from banshi.rooms.delivery.queries import call_of, called_for, called_to
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

MINUTE = timedelta(minutes=1)


def laid_ready(matters: Matters) -> Case:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    Case.objects.filter(pk=case.pk).update(wait_until=TUESDAY_NINE + MINUTE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


def call(matters: Matters, case: Case, window: str = "01", minute: int = 0) -> Case:
    return calling.call(case_no=case.no, window=window, by=matters.by["issuer"], now=TUESDAY_NINE + minute * MINUTE)


def on_board(matters: Matters, minute: int = 0) -> list[tuple[str, str]]:
    rows = called_to(matters.town.hall, now=TUESDAY_NINE + minute * MINUTE)
    return [(row.number, row.window) for row in rows]


def told(case: Case) -> list[str]:
    rows = Message.objects.filter(subject=f"case:{case.no}", key="case_called").order_by("id")
    return [row.params["window"] for row in rows]


def refusal_of(act: Any) -> str:
    with pytest.raises(Refused) as no:
        act()
    return str(no.value.slug)


def test_a_call_stands_on_the_board_for_some_minutes_and_a_recall_for_as_long_again(matters: Matters) -> None:
    case = laid_ready(matters)
    number = f"…{case.no[-4:]}"

    before = called_for(matters.town.hall, now=TUESDAY_NINE)
    call(matters, case)
    first = [on_board(matters, minute) for minute in (0, 9, 10)]
    call(matters, case, minute=8)

    assert before == [number]
    assert called_for(matters.town.hall, now=TUESDAY_NINE + 9 * MINUTE) == []
    assert first == [[(number, "01")], [(number, "01")], []]
    assert (on_board(matters, 17), on_board(matters, 18)) == ([(number, "01")], [])
    assert told(case) == ["01"]
    call(matters, case, "02", minute=9)
    assert (told(case), on_board(matters, 9)) == (["01", "02"], [(number, "02")])


def test_who_did_not_come_is_called_no_more_and_it_stays_on_its_shelf(matters: Matters) -> None:
    case = laid_ready(matters)
    call(matters, case)

    after = calling.missed(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 3 * MINUTE)

    assert (call_of(after, now=TUESDAY_NINE + 3 * MINUTE), on_board(matters, 3)) == ("", [])
    assert (after.phase, Delivery.objects.get(case=case).place) == ("ready", "A-3")
    assert (
        refusal_of(lambda: calling.missed(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)) == "wrong-state"
    )


def test_nobody_is_called_for_what_was_fetched_is_not_waited_for_or_to_a_window_of_another_hall(
    matters: Matters,
) -> None:
    case = laid_ready(matters)

    assert refusal_of(lambda: call(matters, case, "99")) == "invalid"
    call(matters, case)
    conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)
    assert (on_board(matters), refusal_of(lambda: call(matters, case))) == ([], "wrong-state")
    other = laid_ready(matters)
    Case.objects.filter(pk=other.pk).update(wait_until=None)
    assert refusal_of(lambda: call(matters, other)) == "wrong-state"


def test_nobody_is_called_for_what_is_on_its_way_by_post(matters: Matters) -> None:
    case = laid_ready(matters)
    Delivery.objects.filter(case=case).update(state="posted")

    assert refusal_of(lambda: call(matters, case)) == "wrong-state"


def test_fetched_and_called_in_one_instant_leaves_nobody_on_the_board(committed_matters: Matters) -> None:
    case = laid_ready(committed_matters)

    def press(i: int) -> object:
        if i % 2:
            return call(committed_matters, case)
        return conclude.hand_over(case_no=case.no, identified=True, by=committed_matters.by["issuer"], now=TUESDAY_NINE)

    done = together(6, press)

    assert Case.objects.get(pk=case.pk).phase == "closed"
    assert on_board(committed_matters) == []
    assert sum(isinstance(each, Case) and each.phase == "closed" for each in done) == 1
