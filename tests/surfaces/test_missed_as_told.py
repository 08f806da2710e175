"""What somebody who missed the call was told about coming back stands, whatever the hall decides since."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Miss, Ticket
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import shut
from tests.surfaces.test_missed_and_sent_out import over
from tests.surfaces.test_missed_until import DAY, NOT_ANY_MORE, desk, go_to, phone, ref, slip
from tests.surfaces.test_missed_until import morning as morning
from tests.town import CITIZEN, Town, at

pytestmark = pytest.mark.django_db
NEVER = "过号作废"


def decide(town: Town, **rule: Any) -> None:
    """A quarter past nine: new rules for missed numbers."""
    go_to("09:15")
    town.policy(tickets={"missed": "reissue", "reissue_within": 120} | rule)


def back(time: str) -> Ticket:
    return tickets.reinstate(ref=ref(), by=CITIZEN, now=at(f"{DAY} {time}"))


@pytest.mark.parametrize(
    "rule", [{"reissue_within": 10}, {"reissue_within": 0}, {"reissue_limit": 0}, {"missed": "behind_all"}]
)
def test_what_was_told_at_the_miss_stands_on_every_page(morning: Town, rule: dict[str, Any]):
    decide(morning, **rule)
    go_to("11:11")

    said = (phone(), slip(), desk(morning))
    found = signed_in(morning.manager).post("/office/town/guide/find", {"q": "A001"}).content.decode()

    assert "11:12 前到取号机扫这个码补号，或找导办，不用重新排队。" in said[0]
    assert ("11:12 前可以补号，不用重新排队。" in said[1], f"{ref()}/back" in said[1]) == (True, True)
    assert ("11:12 前" in said[2], f"here-{ref()}" in said[2]) == (True, True)
    assert "11:12 前" in found


@pytest.mark.parametrize(
    "rule", [{"reissue_within": 10}, {"reissue_within": 0}, {"reissue_limit": 0}, {"missed": "behind_all"}]
)
def test_it_comes_back_in_time_without_queueing_as_it_was_told(morning: Town, rule: dict[str, Any]):
    decide(morning, **rule)
    kept = tickets.let_missed_go(now=at(f"{DAY} 11:11"))

    returned = back("11:11")

    assert (kept, returned.state, returned.rank_class) == (0, "waiting", 1)


@pytest.mark.parametrize("rule", [{"reissue_within": 10}, {"reissue_limit": 0}])
def test_not_a_minute_longer_and_then_the_hall_is_not_said_to_put_none_back(morning: Town, rule: dict[str, Any]):
    decide(morning, **rule)
    go_to("11:12")

    said = (phone(), slip())
    with pytest.raises(Refused) as no:
        back("11:12")

    assert (no.value.slug, no.value.facts["closes"]) == ("too-late", at(f"{DAY} 11:12"))
    assert [(NOT_ANY_MORE in each, NEVER in each) for each in said] == [(True, False)] * 2


def test_a_longer_time_is_given_to_whoever_has_missed_already(morning: Town):
    decide(morning, reissue_within=180)

    assert queries.ticket(ref(), at(f"{DAY} 12:11")).back_until == at(f"{DAY} 12:12")


def test_a_longer_time_is_not_given_where_none_may_come_back_any_more(morning: Town):
    decide(morning, reissue_within=180, reissue_limit=0)

    assert queries.ticket(ref(), at(f"{DAY} 11:11")).back_until == at(f"{DAY} 11:12")


def test_the_next_miss_of_the_number_goes_by_the_new_rule(morning: Town):
    decide(morning, reissue_within=10)
    back("09:20")
    tickets.call_next(window_code="town-01", staff_id=morning.clerk.pk, now=at(f"{DAY} 09:21"))
    tickets.miss(ref=ref(), staff_id=morning.clerk.pk, now=at(f"{DAY} 09:22"))

    assert queries.ticket(ref(), at(f"{DAY} 09:23")).back_until == at(f"{DAY} 09:32")


def test_who_was_told_to_go_behind_all_does_so(morning: Town):
    Miss.objects.update(back_way="behind_all")
    decide(morning)
    go_to("09:20")

    said, returned = slip(), back("09:20")

    assert ("排在现在所有号的后面" in said, returned.rank_class) == (True, 4)


def test_a_miss_of_before_of_which_nothing_is_kept_goes_by_the_rule_in_force(morning: Town):
    Miss.objects.update(back_within=None, back_way="")
    decide(morning, reissue_within=10)

    seen = [queries.ticket(ref(), at(f"{DAY} {time}")).back_until for time in ("09:21", "09:22")]

    assert seen == [at(f"{DAY} 09:22"), None]


def test_what_was_told_stands_still_while_the_hall_is_closed(morning: Town):
    decide(morning, reissue_within=10)
    clock.set_clock(now=at(f"{DAY} 10:00"), speed=0)
    closure = shut(morning, whole=True)
    over(morning, closure, at(f"{DAY} 10:40"))

    assert queries.ticket(ref(), at(f"{DAY} 11:30")).back_until == at(f"{DAY} 11:52")
