from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from banshi.rooms.catalogue.models import Synonym
from banshi.rooms.insight.queries import often
from tests.rooms.insight.facts import booked, came
from tests.town import TUESDAY_NINE


def codes(hall=None, n=3):
    often.forget()
    return [line.code for line in often.popular(hall, now=TUESDAY_NINE, n=n)]


def many(town, item, times, *, days_ago=1, state="finished"):
    for minute in range(times):
        arrived = TUESDAY_NINE - timedelta(days=days_ago, minutes=-minute)
        came(town.hall, town.categories["A"], arrived, item=town.items[item], state=state)


def test_frequent_is_what_people_did_in_the_last_thirty_days(town):
    many(town, "medical", 20)
    many(town, "rent-invoice", 12, days_ago=30)
    many(town, "id-card", 40, days_ago=31)

    assert codes("town") == ["medical", "rent-invoice", "id-card"]
    assert [often._known["town"][1].get(code, 0) for code in ("medical", "rent-invoice", "id-card")] == [20, 12, 0]


def test_who_left_did_nothing_and_a_booking_counts_until_it_has_a_number(town):
    many(town, "id-card", 40, state="left")
    many(town, "medical", 29)
    booked(
        town.hall, town.categories["A"], town.items["pension"], town.person(0),
        town.slot(starts=TUESDAY_NINE + timedelta(hours=1)), state="booked",
    )  # fmt: skip
    booked(
        town.hall, town.categories["A"], town.items["rent-invoice"], town.person(1),
        town.slot(starts=TUESDAY_NINE + timedelta(hours=2)), state="cancelled",
    )  # fmt: skip

    codes("town")

    assert often._known["town"][1] == {"medical": 29, "pension": 1}


def test_another_halls_people_do_not_count_here_but_in_the_city(town):
    many(town, "medical", 30)

    assert codes()[0] == "medical"
    assert codes("other") == []


def test_a_new_hall_shows_what_people_have_words_for(town):
    Synonym.objects.create(words="养老;退休金", items="pension;medical", source="spoken")
    Synonym.objects.create(words="租房发票", items="rent-invoice", source="spoken")

    assert codes("town") == ["pension", "rent-invoice", "id-card"]


def test_the_count_is_made_once_for_everybody_who_comes_within_minutes(town):
    many(town, "medical", 30)
    codes("town")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        often.popular("town", now=TUESDAY_NINE)

    assert [query["sql"] for query in queries if "tickets_ticket" in query["sql"]] == []
