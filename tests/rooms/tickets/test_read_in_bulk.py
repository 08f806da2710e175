"""The numbers of a line, thousands of them, are read in binary form: the same rows as in text, and no moment is parsed."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import BaseTzLoader

from banshi.foundation import prepared
from banshi.rooms.calendars.models import Closure
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Skip, Ticket
from banshi.rooms.tickets.queries.scene import IN_THE_HALL, TICKETS_SQL, rows
from tests.rooms.tickets.line import booked, check_in, minutes, next_at, take, work
from tests.town import Town


def test_rows_in_binary_form_are_those_of_text(open_hall: Town) -> None:
    town = open_hall
    work(town)
    check_in(town, booked(town))
    for n in range(6):
        take(town, "AB"[n % 2], now=minutes(n))
    next_at(town, now=minutes(7))
    waits = list(Ticket.objects.filter(state="waiting").order_by("pk"))
    Ticket.objects.filter(pk=waits[0].pk).update(call_by=minutes(5), wait_s=90, waits_from=minutes(4))
    Ticket.objects.filter(pk=waits[1].pk).update(only_window=town.windows["02"], line_closes_at=minutes(300))
    for window in ("01", "02"):
        Skip.objects.create(ticket=waits[2], window=town.windows[window], at=minutes(6))
    Closure.objects.create(
        hall=town.hall, category=town.categories["B"], starts_at=minutes(0), ends_at=minutes(99),
        reason_zh="停电", reason_en="No power", made_by="system", made_at=minutes(0),
    )  # fmt: skip
    asked: dict[str, Any] = {
        "hall": town.hall.pk,
        "day": waits[0].day,
        "now": minutes(8),
        "states": list(IN_THE_HALL),
    }

    as_text = rows(TICKETS_SQL, **asked)

    assert prepared.many(TICKETS_SQL, asked) == as_text
    assert len(as_text) == 7


@pytest.mark.parametrize("many", [3, 30])
def test_no_moment_of_a_waiting_number_is_read_as_text(
    open_hall: Town, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    for n in range(many):
        take(open_hall, now=minutes(n))
    read, load = [], BaseTzLoader.load
    monkeypatch.setattr(BaseTzLoader, "load", lambda self, data: read.append(data) or load(self, data))

    line = queries.line(open_hall.hall.pk, minutes(40))

    assert (line.waiting, len(read)) == (many, 0)


def test_the_database_plans_it_for_just_these_values(open_hall: Town) -> None:
    [(asked, seven)] = prepared.many(
        "SELECT current_query(), %(seven)s::int", {"seven": 7}
    )  # no parameter is left in it

    assert (asked, seven) == ("SELECT current_query(), 7::int", 7)
