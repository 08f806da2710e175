"""What is kept of days that are over equals a recount: before, while and after they are settled, and whatever changes since."""

import random
import threading
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from banshi.rooms.booking.models import Appointment, LedgerEntry
from banshi.rooms.feedback.models import Rating
from banshi.rooms.insight import actions, queries
from banshi.rooms.insight.models import Changed, Span, Sum
from banshi.rooms.insight.queries.visits import BYS
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Estimate, Ticket, Transfer, Visit
from tests.rooms.insight.facts import booked, came
from tests.together import meanwhile, together
from tests.town import at

FIRST = date(2026, 1, 5)  # a span of 64 days begins on 6 February
NOW = at("2026-02-01 09:00")  # the days in between have nothing to count, and each is settled


class Undone(Exception):
    pass


def everything(halls, first, last):
    """All that pages and the API show of these days."""
    asked = {"halls": halls, "first": first, "last": last}
    return {
        **{by: queries.visits(**asked, by=by) for by in BYS},
        "levels": queries.levels(**asked),
        "several": queries.figures(**asked, bys=["day", "hour", "category", "window", "channel", "item", "hall"]),
        "arrivals": queries.arrivals_by_half_hour(**asked),
        "waits": queries.wait_distribution(**asked),
        "promises": queries.promises(**asked),
    }


def recount(halls, first, last):
    """The same with nothing kept."""
    found = {}
    with suppress(Undone), transaction.atomic():
        Span.objects.all().delete()
        found = everything(halls, first, last)
        raise Undone
    return found


def settle_all(*, now=NOW):
    while actions.settle_due(now=now, most=50):
        pass


@pytest.fixture
def county(county):
    """The town, its halls in a row, and the categories of each, by its id."""
    town, halls, categories = county
    others = {hall.pk: [categories[code]] for code, hall in halls.items()}
    return town, list(halls.values()), {**others, town.hall.pk: list(town.categories.values())}


def live(town, halls, categories, *, days, a_day, seed):
    """A seeded crowd: numbers, bookings, stars, promises, visits of two matters, people sent on."""
    dice = random.Random(seed)
    for n in range(days):
        day = FIRST + timedelta(days=n)
        for hall in halls:
            home = hall.pk == town.hall.pk
            for _ in range(dice.randrange(a_day + 1)):
                state = dice.choice(["finished"] * 6 + ["left", "closed", "redirected", "missed"])
                ticket = came(
                    hall, dice.choice(categories[hall.pk]), at(f"{day} 08:30") + timedelta(minutes=dice.randrange(480)),
                    wait_min=dice.choice([0, dice.uniform(0, 20), dice.uniform(20, 200)]),
                    handling_min=dice.uniform(1, 90), state=state,
                    window=town.windows[dice.choice(["01", "02", "03"])] if home and state == "finished" else None,
                    staff=town.clerk if home else None, item=dice.choice([None, *town.items.values()]),
                    channel=dice.choice(["kiosk", "wechat", "paper"]), kind=dice.choice(["booked", "walk_in"]),
                    misses=dice.choice([0, 0, 1]), stars=dice.choice([None, None, 1, 3, 5]),
                    promised=dice.choice([None, (10, 20)]),
                )  # fmt: skip
                if dice.random() < 0.1:
                    came(hall, dice.choice(categories[hall.pk]), ticket.made_at, visit=ticket.visit)
                if dice.random() < 0.3:
                    Ticket.objects.filter(pk=ticket.pk).update(way_s=dice.randrange(120), outcome="done")
            slot = town.slot(hall=hall, quota=50, starts=at(f"{day} 09:00"))
            for state in dice.choices(["served", "no_show", "cancelled"], k=dice.randrange(3)):
                booked(hall, categories[hall.pk][0], town.items["pension"], town.person(1), slot, state=state)


def test_what_is_kept_equals_a_recount_on_every_level_and_every_day_in_between(county):
    town, halls, categories = county
    live(town, halls, categories, days=12, a_day=6, seed=1)
    last = FIRST + timedelta(days=11)
    before = everything(halls, FIRST, last)
    differing = []

    while actions.settle_due(now=NOW, most=7):
        if everything(halls, FIRST, last) != before:
            differing.append(Span.objects.count())

    assert differing == []
    # 12 days and one or two whole eights of each hall, and the days since.
    assert Span.objects.filter(days=8, start__lt=last).count() >= len(halls)
    assert before["day"][-1]["visits"] > 100
    assert before == recount(halls, FIRST, last)


def test_spans_of_sixty_four_days_are_the_sums_of_their_days(county):
    town, halls, categories = county
    halls = halls[:2]
    live(town, halls, categories, days=130, a_day=1, seed=2)
    settle_all(now=at("2026-05-20 09:00"))
    dice = random.Random(5)
    differing = []

    for _ in range(6):
        first = FIRST + timedelta(days=dice.randrange(60))
        last = first + timedelta(days=dice.randrange(20, 90))
        if everything(halls, first, last) != recount(halls, first, last):
            differing.append((first, last))

    assert differing == []
    assert Span.objects.filter(days=64).count() > 0


def test_hall_town_district_and_city_add_up_from_what_is_kept(county):
    town, halls, categories = county
    live(town, halls, categories, days=9, a_day=6, seed=3)
    settle_all()

    *rows, total = queries.levels(halls=halls, first=FIRST, last=FIRST + timedelta(days=8))

    for parent in [*(row for row in rows if row["level"] != "hall"), {**total, "key": None}]:
        parts = [row for row in rows if row["parent"] == parent["key"]]
        sums = {count: sum(part[count] for part in parts) for count in queries.COUNTS}
        assert sums == {count: parent[count] for count in queries.COUNTS}, parent["key"]


@pytest.mark.parametrize("days", [1, 3, 30])
def test_settled_days_take_one_query_and_one_for_names_however_many(county, days):
    town, halls, categories = county
    for n in range(days):
        came(halls[0], categories[halls[0].pk][0], at(f"{FIRST + timedelta(days=n)} 09:00"), item=town.items["pension"])
    settle_all(now=at("2026-02-20 09:00"))

    with CaptureQueriesContext(connection) as done:
        queries.visits(halls=[town.hall], first=FIRST, last=FIRST + timedelta(days=days - 1), by="item")

    assert len(done) == 2


# --- what changes a day that is settled ---


@pytest.fixture
def settled(town):
    """One settled day of the town: somebody served with a promise, somebody booked who did not come and was struck."""
    ticket = came(
        town.hall,
        town.categories["A"],
        at(f"{FIRST} 09:00"),
        window=town.windows["01"],
        staff=town.clerk,
        promised=(10, 20),
    )
    slot = town.slot(starts=at(f"{FIRST} 10:00"))
    booking = booked(town.hall, town.categories["A"], town.items["pension"], town.person(1), slot, state="no_show")
    entry = LedgerEntry.objects.create(
        person=booking.person, appointment=booking, visit=booking.code, scope="town", kind="no_show", on=FIRST,
        at=booking.ends_at,
    )  # fmt: skip
    settle_all()
    return {"town": town, "ticket": ticket, "booking": booking, "entry": entry}


def rated(on):
    Rating.objects.create(
        visit=on["ticket"].visit, ticket=on["ticket"], hall=on["town"].hall, window=on["ticket"].window, stars=5, channel="qr",
        at=NOW,
    )  # fmt: skip


def forgiven(on):
    LedgerEntry.objects.filter(pk=on["entry"].pk).update(forgiven_at=NOW)


def finished_otherwise(on):
    Ticket.objects.filter(pk=on["ticket"].pk).update(outcome="refused")


def handled_longer(on):
    Ticket.objects.filter(pk=on["ticket"].pk).update(handling_s=3_000)


def moved_elsewhere(on):
    Transfer.objects.create(ticket=on["ticket"], from_window=on["town"].windows["01"], at=NOW, by="system")
    Ticket.objects.filter(pk=on["ticket"].pk).update(outcome="done")


def served_after_all(on):
    Appointment.objects.filter(pk=on["booking"].pk).update(state="served")


def booked_afterwards(on):
    row = on["booking"]
    slot = row.slot
    booked(row.hall, row.category, row.item, on["town"].person(2), slot, state="served")


def entered_from_paper(on):
    came(on["town"].hall, on["town"].categories["B"], at(f"{FIRST} 14:00"), channel="paper")


def taken_away(on):
    Estimate.objects.all().delete()
    ticket = on["ticket"]
    Ticket.objects.filter(pk=ticket.pk).delete()
    Visit.objects.filter(pk=ticket.visit_id).delete()


def to_another_day(on):
    Appointment.objects.filter(pk=on["booking"].pk).update(day=FIRST + timedelta(days=1))


def waited_in_truth(on):
    Estimate.objects.all().update(actual_s=2_000)


def told_by_another_door(on):
    Visit.objects.all().update(channel="web")


LATE = [
    rated, forgiven, finished_otherwise, handled_longer, moved_elsewhere, served_after_all, booked_afterwards,
    entered_from_paper, taken_away, to_another_day, waited_in_truth, told_by_another_door,
]  # fmt: skip


@pytest.mark.parametrize("change", LATE)
def test_what_changes_a_settled_day_is_seen_at_once_and_settled_again(settled, change):
    halls, days = [settled["town"].hall], (FIRST, FIRST + timedelta(days=1))
    before = everything(halls, *days)

    change(settled)
    at_once = everything(halls, *days)
    truth = recount(halls, *days)
    settle_all()

    assert before != truth
    assert at_once == truth
    assert Changed.objects.count() == 0
    assert everything(halls, *days) == truth


def test_a_rating_that_is_set_aside_counts_no_more_on_its_settled_day(settled):
    halls, days = [settled["town"].hall], (FIRST, FIRST + timedelta(days=1))
    unrated = everything(halls, *days)
    rated(settled)
    settle_all()
    before = everything(halls, *days)

    Rating.objects.all().update(set_aside_at=NOW)
    noted = list(Changed.objects.values_list("day", flat=True))
    at_once = everything(halls, *days)
    settle_all()

    assert noted == [FIRST]
    assert before != at_once
    assert at_once == everything(halls, *days) == recount(halls, *days) == unrated


def test_what_figures_do_not_read_leaves_a_day_settled(settled):
    Ticket.objects.all().update(note="", language="en")
    Visit.objects.all().update(left_at=NOW, rated_at=NOW)
    Appointment.objects.all().update(note="", moves=1)
    LedgerEntry.objects.all().update(used_by=None)

    assert Changed.objects.count() == 0


def test_a_hall_that_lived_by_another_clock_is_counted_anew(settled):
    hall = settled["town"].hall
    Hall.objects.filter(pk=hall.pk).update(timezone="Asia/Tokyo")
    hall.refresh_from_db()

    at_once = everything([hall], FIRST, FIRST)
    truth = recount([hall], FIRST, FIRST)
    settle_all()

    assert [row["key"] for row in truth["hour"]] == ["10", "11", "total"]
    assert (at_once, everything([hall], FIRST, FIRST)) == (truth, truth)


# --- settling ---


def rows():
    return list(Span.objects.order_by("start", "days", "hall").values_list("hall", "start", "days")), list(
        Sum.objects.order_by("span__start", "span__days", "by", "key").values_list("by", "key", "tickets", "wait_steps")
    )


def test_a_day_settled_twice_is_the_same(settled):
    once = rows()

    again = actions.settle(hall=settled["town"].hall, day=FIRST, now=NOW)

    assert again is True
    assert rows() == once


def test_days_are_settled_once_over_the_latest_first_and_so_many_at_a_time(town):
    for day in ("2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12"):
        came(town.hall, town.categories["A"], at(f"{day} 09:00"))
    now = at("2026-03-12 12:00")

    runs = [actions.settle_due(now=now, most=2) for _ in range(3)]

    assert runs == [[("town", "2026-03-11"), ("town", "2026-03-10")], [("town", "2026-03-09")], []]


def test_a_day_that_cannot_be_settled_holds_up_no_other(town, monkeypatch):
    for day in ("2026-03-10", "2026-03-11"):
        came(town.hall, town.categories["A"], at(f"{day} 09:00"))
    real = queries.sides

    def sides(*, hall, day):
        if day == date(2026, 3, 11):
            raise RuntimeError("no")
        return real(hall=hall, day=day)

    monkeypatch.setattr(queries, "sides", sides)

    with pytest.raises(RuntimeError, match="no"):
        actions.settle_due(now=at("2026-03-12 12:00"))

    assert list(Span.objects.values_list("start", flat=True)) == [date(2026, 3, 10)]


def test_a_hall_without_any_fact_is_left_alone(town):
    assert actions.settle_due(now=NOW) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_who_settle_a_day_together_keep_it_once(committed_town):
    town = committed_town
    came(town.hall, town.categories["A"], at(f"{FIRST} 09:00"), stars=5)

    results = together(6, lambda i: actions.settle(hall=town.hall, day=FIRST, now=NOW))

    assert set(results) <= {True, False}
    assert any(results)
    assert list(Span.objects.values_list("start", "days")) == [(FIRST, 1)]
    assert everything([town.hall], FIRST, FIRST) == recount([town.hall], FIRST, FIRST)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_day_on_which_somebody_rates_at_this_instant_is_left_for_later(committed_town):
    town = committed_town
    ticket = came(town.hall, town.categories["A"], at(f"{FIRST} 09:00"))

    rating, go_on = threading.Event(), threading.Event()

    def rate():
        with transaction.atomic():
            rated({"town": town, "ticket": ticket})
            rating.set()
            go_on.wait(timeout=60)
        connection.close()

    under_way = threading.Thread(target=rate)
    under_way.start()
    assert rating.wait(timeout=60)
    left = actions.settle(hall=town.hall, day=FIRST, now=NOW)
    go_on.set()
    under_way.join(timeout=60)

    assert left is False
    assert actions.settle(hall=town.hall, day=FIRST, now=NOW) is True
    assert queries.visits(halls=[town.hall], first=FIRST, last=FIRST)[-1]["ratings"] == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_rating_that_comes_while_its_day_is_settled_is_counted(committed_town):
    town = committed_town
    ticket = came(town.hall, town.categories["A"], at(f"{FIRST} 09:00"))

    meanwhile(
        lambda: actions.settle(hall=town.hall, day=FIRST, now=NOW), lambda: rated({"town": town, "ticket": ticket})
    )

    assert queries.visits(halls=[town.hall], first=FIRST, last=FIRST)[-1]["ratings"] == 1
    settle_all(now=at(f"{FIRST + timedelta(days=1)} 09:00"))
    assert queries.visits(halls=[town.hall], first=FIRST, last=FIRST)[-1]["ratings"] == 1
    assert Changed.objects.count() == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_people_who_rate_and_a_day_being_settled_over_and_over_end_in_a_recount(committed_town):
    town = committed_town
    tickets = [came(town.hall, town.categories["A"], at(f"{FIRST} 09:00")) for _ in range(8)]

    def one(i):
        if i < 8:
            rated({"town": town, "ticket": tickets[i]})
        else:
            actions.settle(hall=town.hall, day=FIRST, now=NOW)

    results = together(12, one)

    assert [r for r in results if isinstance(r, Exception)] == []
    assert queries.visits(halls=[town.hall], first=FIRST, last=FIRST)[-1]["ratings"] == 8
    settle_all(now=at(f"{FIRST + timedelta(days=1)} 09:00"))
    assert everything([town.hall], FIRST, FIRST) == recount([town.hall], FIRST, FIRST)
