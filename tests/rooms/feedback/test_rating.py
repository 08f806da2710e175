"""Rating a visit: once and one follow-up, with a task for what went badly; silence says nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.models import NationalDay
from banshi.rooms.feedback import actions, queries
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets.models import Service, Ticket, Visit
from tests.together import together
from tests.town import CN, TUESDAY_NINE, at

MANAGER = Actor(ActorKind.STAFF, "9", "town")
DAY = date(2026, 3, 10)


def served(
    town, *, n=1, person=None, visit=None, window="01", staff=None, category="A", state="finished", starts=TUESDAY_NINE
):
    """A ticket that was served at a window for ten minutes."""
    day = starts.astimezone(CN).date()
    visit = visit or Visit.objects.create(hall=town.hall, day=day, person=person, channel="kiosk", arrived_at=starts)
    ticket = Ticket.objects.create(
        ref=f"ref{n}", hall=town.hall, day=day, number=f"{category}{n:03d}", letter=category, seq=n, kind="walk_in",
        category=town.categories[category], person=person, visit=visit, channel="kiosk", state=state, rank_class=4,
        rank_key=n, made_at=starts, window=town.windows[window], finished_at=starts + timedelta(minutes=10),
    )  # fmt: skip
    if state == "finished":
        Service.objects.create(
            ticket=ticket, hall=town.hall, window=town.windows[window], staff=staff or town.clerk,
            category=town.categories[category], started_at=starts,
            ended_at=starts + timedelta(minutes=10), outcome="finished",
        )  # fmt: skip
    return ticket


def rate(ref="ref1", stars=5, **more):
    return actions.rate(**{"ref": ref, "stars": stars, "channel": "qr", "now": TUESDAY_NINE, **more})


def slug_of(call, **more):
    with pytest.raises(Refused) as no:
        call(**more)
    return no.value.slug


def test_a_rating_says_who_served_where(town):
    served(town, staff=town.second_clerk, window="02")

    rating = rate(tags=["办得快", "quick", "Friendly", "自己的话"], text=" 很好\x00 ")

    assert (rating.window, rating.staff, rating.follow_up) == (town.windows["02"], town.second_clerk, False)
    assert (rating.tags, rating.text) == (["quick", "friendly", "自己的话"], "很好")
    assert Task.objects.count() == 0


def test_a_visit_is_rated_once_and_followed_up_once(town):
    served(town)

    first, second = rate(stars=5), rate(stars=4)

    assert (first.follow_up, second.follow_up) == (False, True)
    assert slug_of(rate) == "already-rated"


def test_a_double_tap_on_the_evaluator_does_not_use_up_the_follow_up(town):
    served(town)
    rate(follow_up=False)

    assert slug_of(rate, follow_up=False) == "already-rated"
    assert rate(follow_up=True, stars=1).follow_up is True


def test_there_is_no_follow_up_to_nothing(town):
    served(town)

    assert slug_of(rate, follow_up=True) == "wrong-state"


def test_two_matters_of_one_visit_share_its_rating(town):
    visit = served(town, n=1).visit
    served(town, n=2, visit=visit, starts=TUESDAY_NINE + timedelta(minutes=20))
    rate("ref1")

    assert rate("ref2", follow_up=None).follow_up is True
    assert queries.rated(["ref1", "ref2", "none"]) == {"ref1": 2, "ref2": 2}


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ({"ref": "unknown"}, "nothing-found"),
        ({"stars": 0}, "invalid"),
        ({"stars": 6}, "invalid"),
        ({"stars": True}, "invalid"),
        ({"channel": "pigeon"}, "invalid"),
        ({"text": "x" * 501}, "invalid"),
        ({"tags": ["x" * 31]}, "invalid"),
        ({"tags": [str(n) for n in range(11)]}, "invalid"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(town, asked, slug):
    served(town)

    assert slug_of(rate, **asked) == slug
    assert Rating.objects.count() == 0


def test_who_was_not_served_cannot_rate(town):
    served(town, state="waiting")

    assert slug_of(rate) == "wrong-state"


@pytest.mark.parametrize(("moment", "slug"), [("2026-03-17 23:59", None), ("2026-03-18 00:00", "too-late")])
def test_a_visit_can_be_rated_until_the_end_of_the_last_local_day(town, moment, slug):
    served(town)

    if slug is None:
        assert rate(now=at(moment)).stars == 5
    else:
        assert slug_of(rate, now=at(moment)) == slug


def test_a_bad_rating_opens_a_task_with_days_counted_in_working_days(town):
    NationalDay.objects.create(
        day=date(2026, 3, 11), kind="restday", name_zh="假", name_en="Day off", state="confirmed"
    )
    served(town)

    rate(stars=2)

    task = Task.objects.get()
    assert (task.state, task.answer_due_on, task.settle_due_on) == ("open", date(2026, 3, 12), date(2026, 4, 1))


@pytest.mark.parametrize(("stars", "below", "tasks"), [(3, 3, 0), (2, 3, 1), (3, 4, 1), (1, 1, 0)])
def test_what_counts_as_bad_is_policy(town, stars, below, tasks):
    town.policy(rating={"bad_from_below": below})
    served(town)

    rate(stars=stars)

    assert Task.objects.count() == tasks


def test_a_bad_follow_up_joins_the_open_task_and_opens_one_where_there_is_none(town):
    served(town, n=1)
    served(town, n=2)
    rate("ref1", stars=1)
    rate("ref1", stars=1)
    rate("ref2", stars=5)

    rate("ref2", stars=1)

    assert list(Task.objects.order_by("id").values_list("rating__ticket__ref", "rating__follow_up")) == [
        ("ref1", False),
        ("ref2", True),
    ]


def test_a_bad_follow_up_after_the_answer_opens_the_task_again_and_shows_what_was_said(town):
    served(town, person=town.people[1])
    rate(stars=1)
    task = Task.objects.get()
    actions.answer(task_id=task.pk, text="会改进", by=MANAGER, now=TUESDAY_NINE)

    rate(stars=2, text="没人改", now=at("2026-03-12 09:00"))

    (open_one,) = queries.tasks(hall=town.hall, now=at("2026-03-12 09:00"), state="open")
    assert (open_one.id, open_one.answer, open_one.answer_due_on) == (task.pk, "会改进", date(2026, 3, 13))
    assert open_one.follow_up is not None
    assert (open_one.follow_up.stars, open_one.follow_up.text) == (2, "没人改")
    actions.answer(task_id=task.pk, text="已换人", by=MANAGER, now=at("2026-03-12 10:00"))
    told = Message.objects.filter(key="rating_answered").order_by("id")
    assert [json.loads(message.sealed)["text"] for message in told] == ["会改进", "已换人"]


def test_a_good_follow_up_leaves_the_answered_task_alone(town):
    served(town)
    rate(stars=1)
    actions.answer(task_id=Task.objects.get().pk, text="会改进", by=MANAGER, now=TUESDAY_NINE)

    rate(stars=5)

    assert Task.objects.get().state == "answered"


def test_a_bad_follow_up_of_a_settled_task_opens_one_of_its_own(town):
    served(town)
    rate(stars=1)
    task = Task.objects.get()
    actions.answer(task_id=task.pk, text="会改进", by=MANAGER, now=TUESDAY_NINE)
    actions.settle(task_id=task.pk, outcome="fixed", text="改好了", by=MANAGER, now=TUESDAY_NINE)

    rate(stars=1)

    assert list(Task.objects.order_by("id").values_list("state", "rating__follow_up")) == [
        ("settled", False),
        ("open", True),
    ]


def test_a_long_answer_is_told_whole(town):
    served(town, person=town.people[1])
    rate(stars=1)
    answer = "字" * 500

    actions.answer(task_id=Task.objects.get().pk, text=answer, by=MANAGER, now=TUESDAY_NINE)

    assert json.loads(Message.objects.get(key="rating_answered").sealed) == {"text": answer}


def test_an_answer_reaches_the_person_once(town):
    served(town, person=town.people[1])
    rate(stars=1)
    task = Task.objects.get()

    actions.answer(task_id=task.id, text="已经补办好了。", by=MANAGER, now=TUESDAY_NINE)

    message = Message.objects.get()
    assert (message.key, message.subject, message.params) == ("rating_answered", "ticket:ref1", {"day": "2026-03-10"})
    assert json.loads(message.sealed) == {"text": "已经补办好了。"}
    assert slug_of(actions.answer, task_id=task.id, text="x", by=MANAGER, now=TUESDAY_NINE) == "wrong-state"


def test_a_task_is_answered_before_it_is_settled_and_the_stars_stay(town):
    served(town)
    rate(stars=1)
    task = Task.objects.get()
    settle = {"task_id": task.id, "outcome": "groundless", "text": "查过，不属实", "by": MANAGER, "now": TUESDAY_NINE}

    assert slug_of(actions.settle, **settle) == "wrong-state"
    assert slug_of(actions.settle, **{**settle, "outcome": "forgotten"}) == "invalid"
    assert slug_of(actions.answer, task_id=task.id, text=" ", by=MANAGER, now=TUESDAY_NINE) == "invalid"
    actions.answer(task_id=task.id, text="回了", by=MANAGER, now=TUESDAY_NINE)
    actions.settle(**settle)

    assert slug_of(actions.answer, task_id=task.id, text="再回", by=MANAGER, now=TUESDAY_NINE) == "wrong-state"
    assert [each.stars for each in queries.ratings(hall=town.hall, first=DAY, last=DAY)] == [1]


def test_what_came_of_it_is_told_once_and_stands_on_the_page_of_the_rating(town):
    served(town, person=town.people[1])
    rate(stars=1)
    task = Task.objects.get()
    actions.answer(task_id=task.pk, text="会改进", by=MANAGER, now=TUESDAY_NINE)
    settle = {"task_id": task.pk, "outcome": "fixed", "by": MANAGER, "now": TUESDAY_NINE}

    without = slug_of(actions.settle, **settle, text=" ")
    actions.settle(**settle, text="加开了窗口")
    again = slug_of(actions.settle, **settle, text="再写")

    (message,) = Message.objects.filter(key="rating_settled")
    (shown,) = queries.rate_page("ref1", now=TUESDAY_NINE).answers
    assert (without, again, message.subject) == ("invalid", "wrong-state", "ticket:ref1")
    assert json.loads(message.sealed) == {"text": "加开了窗口"}
    assert (shown.text, shown.outcome_zh, shown.settlement) == ("会改进", "已整改", "加开了窗口")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_settle_at_once_one_is_told(committed_town):
    served(committed_town, person=committed_town.people[1])
    rate(stars=1)
    task = Task.objects.get()
    actions.answer(task_id=task.pk, text="会改进", by=MANAGER, now=TUESDAY_NINE)

    done = together(
        2, lambda i: actions.settle(task_id=task.pk, outcome="fixed", text=f"改{i}", by=MANAGER, now=TUESDAY_NINE)
    )

    assert sum(isinstance(each, Task) for each in done) == 1
    assert Message.objects.filter(key="rating_settled").count() == 1


def test_a_task_nobody_acted_on_is_overdue_the_day_after(town):
    served(town)
    rate(stars=1)
    task_id = Task.objects.get().id

    assert [t.overdue for t in queries.tasks(hall=town.hall, now=at("2026-03-11 23:59"))] == [False]
    assert [t.id for t in queries.tasks(hall=town.hall, now=at("2026-03-12 00:00"), state="overdue")] == [task_id]
    actions.answer(task_id=task_id, text="回了", by=MANAGER, now=at("2026-03-12 09:00"))
    assert queries.task(task_id, now=at("2026-03-12 09:00")).overdue is False
    assert queries.task(task_id, now=at("2026-04-30 09:00")).overdue is True


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_whatever_they_hold(town, django_assert_num_queries, rows):
    for n in range(1, rows + 1):
        served(town, n=n)
        rate(f"ref{n}", stars=1, tags=["slow"])

    with django_assert_num_queries(1):
        assert len(queries.ratings(hall=town.hall, first=DAY, last=DAY, stars=[1])) == rows
    with django_assert_num_queries(2):  # the tasks, and what was said later
        assert len(queries.tasks(hall=town.hall, now=TUESDAY_NINE)) == rows


def test_the_page_knows_the_next_step(town):
    served(town)

    steps = [queries.rate_page("ref1", now=TUESDAY_NINE).step]
    for _ in range(2):
        rate()
        steps.append(queries.rate_page("ref1", now=TUESDAY_NINE).step)

    assert steps == ["rate", "follow_up", "done"]
    assert queries.rate_page("ref1", now=at("2026-05-01 09:00")).refusal.slug == "too-late"


@pytest.mark.race
def test_two_ratings_together_are_one_rating_and_one_follow_up(committed_town):
    served(committed_town)

    results = together(5, lambda i: rate(stars=1 + i, channel="qr"))

    assert sorted(r.follow_up for r in results if isinstance(r, Rating)) == [False, True]
    assert [r.slug for r in results if isinstance(r, Refused)] == ["already-rated"] * 3


@pytest.mark.race
def test_five_taps_together_on_the_evaluator_are_one_rating(committed_town):
    served(committed_town)

    results = together(5, lambda i: rate(follow_up=False))

    assert [r.follow_up for r in results if isinstance(r, Rating)] == [False]
    assert Rating.objects.count() == 1


@pytest.mark.parametrize("tag", ["13912345678", "打给139 1234 5678", "E12345678"])
def test_a_partners_own_tag_holds_no_number(town, tag):
    served(town)

    assert slug_of(rate, stars=1, tags=[tag]) == "invalid"
    assert rate(stars=1, tags=["排队有序"]).tags == ["排队有序"]
