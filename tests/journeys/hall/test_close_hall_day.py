"""The end of a hall's day is one act: whose number is closed is told, or nothing is closed yet."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.journeys.hall import close_hall_day
from banshi.journeys.hours import close_line
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town as open_every_day
from tests.town import TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
EVENING = at("2026-03-10 18:30")


@pytest.fixture
def open_town(town: Town) -> Town:
    open_every_day(town)
    return town


def number(town: Town) -> Ticket:
    return tickets.issue(
        tickets.Take(
            item_code="pension", person_id=town.person(1).pk, channel="kiosk", by=Actor(ActorKind.CITIZEN, "1", "town")
        ),
        hall=town.hall,
        now=TUESDAY_NINE,
    )


def states() -> list[str]:
    return list(Ticket.objects.order_by("id").values_list("state", flat=True))


class Killed(BaseException):
    """What no code catches: the process is gone."""


@pytest.mark.parametrize("where", ["_mark_served", "apologise"])
def test_a_day_whose_closing_is_cut_short_is_closed_and_told_by_the_next_run(
    open_town: Town, monkeypatch: Any, where: str
):
    number(open_town)

    def cut(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as then:
        then.setattr(close_hall_day if where == "_mark_served" else close_line, where, cut)
        with pytest.raises(Killed):
            close_hall_day.close_due(now=EVENING)
    cut_short = states()
    close_hall_day.close_due(now=EVENING)
    close_hall_day.close_due(now=EVENING)

    assert (cut_short, states()) == (["waiting"], ["closed"])
    assert Message.objects.filter(key="not_served").count() == 1


def test_a_day_that_cannot_be_closed_holds_up_no_other(open_town: Town, monkeypatch: Any):
    number(open_town)
    days = [(open_town.other_hall, EVENING.date()), (open_town.hall, EVENING.date())]
    real = tickets.close_day

    def close_day(*, hall: Any, **more: Any) -> Any:
        if hall == open_town.other_hall:
            raise RuntimeError("not this one")
        return real(hall=hall, **more)

    monkeypatch.setattr(close_hall_day, "_over_now", lambda now: days)
    monkeypatch.setattr(tickets, "close_day", close_day)
    with pytest.raises(RuntimeError):
        close_hall_day.close_due(now=EVENING)

    assert states() == ["closed"]


@pytest.mark.parametrize(("at_what_time", "after"), [("17:59:59", "waiting"), ("18:00", "closed")])
def test_who_is_in_line_at_the_end_of_the_hours_is_served_for_an_hour_more(
    open_town: Town, at_what_time: str, after: str
):
    """The hall is open until 17:00."""
    number(open_town)

    close_hall_day.close_due(now=at(f"2026-03-10 {at_what_time}"))

    assert states() == [after]
