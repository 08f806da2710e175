"""A rating that is not so: the hall appeals once, somebody else judges; what is upheld counts for nothing and is kept."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.feedback import actions, queries
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from tests.rooms.feedback.test_rating import MANAGER, rate, served, slug_of
from tests.rooms.tickets.conftest import open_town
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE, at

JUDGE = Actor(ActorKind.STAFF, "77")
AT = TUESDAY_NINE


@pytest.fixture
def task(town: Any) -> Task:
    """One star for a visit, called back."""
    served(town, person=town.people[1])
    rate(stars=1, text="要我请吃饭")
    actions.answer(task_id=Task.objects.get().pk, text="没有这回事。", by=MANAGER, now=AT)
    return Task.objects.get()


def appeal(task: Task, **more: Any) -> Task:
    given = {"task_id": task.pk, "ground": "malicious", "text": "监控里没有这回事", "by": MANAGER, "now": AT}
    return actions.appeal(**{**given, **more})


def judge(task: Task, **more: Any) -> Task:
    given = {"task_id": task.pk, "uphold": True, "finding": "看过监控，没有这回事。", "by": JUDGE, "now": AT}
    return actions.judge(**{**given, **more})


def test_what_is_upheld_is_set_aside_settled_and_told(task: Task) -> None:
    appeal(task)

    judge(task)

    task.refresh_from_db()
    told = Message.objects.get(key="rating_set_aside")
    assert (task.state, task.outcome, task.upheld, task.judged_by) == ("settled", "malicious", True, "staff:77")
    assert (Rating.objects.get().set_aside_at, Rating.objects.get().stars) == (AT, 1)
    assert json.loads(told.sealed) == {"text": "看过监控，没有这回事。"}
    assert list(Entry.objects.filter(subject=f"task:{task.pk}").order_by("id").values_list("action", flat=True))[
        -2:
    ] == [
        "task_appealed",
        "task_upheld",
    ]


def test_what_is_dismissed_counts_is_settled_otherwise_and_not_appealed_again(task: Task) -> None:
    appeal(task)

    judge(task, uphold=False)

    task.refresh_from_db()
    assert (task.state, task.upheld, Rating.objects.get().set_aside_at) == ("answered", False, None)
    assert not Message.objects.filter(key="rating_set_aside").exists()
    assert slug_of(appeal, task=task) == "wrong-state"
    assert slug_of(judge, task=task) == "wrong-state"
    actions.settle(task_id=task.pk, outcome="explained", text="改好了", by=MANAGER, now=AT)
    assert Task.objects.get().state == "settled"


def test_nobody_judges_who_appealed_answered_or_served(town: Any, task: Task) -> None:
    appellant = Actor(ActorKind.STAFF, "8")
    appeal(task, by=appellant)

    told = [slug_of(judge, task=task, by=by) for by in (appellant, MANAGER, Actor(ActorKind.STAFF, str(town.clerk.pk)))]

    assert told == ["same-person"] * 3
    assert Rating.objects.get().set_aside_at is None
    rows = Task.objects.filter(pk=task.pk)
    for judge_id in ("staff:8", "staff:9"):
        with pytest.raises(IntegrityError, match="nobody_judges_their_own_appeal"), transaction.atomic():
            rows.update(state="answered", judged_at=AT, upheld=True, judged_by=judge_id)


def test_a_hall_calls_nothing_malicious_by_itself(task: Task) -> None:
    assert slug_of(actions.settle, task_id=task.pk, outcome="malicious", text="改好了", by=MANAGER, now=AT) == "invalid"
    with pytest.raises(IntegrityError, match="malicious_is_what_somebody_else_found"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(outcome="malicious")


def test_it_is_answered_before_it_is_appealed_and_waits_with_its_days(town: Any) -> None:
    served(town)
    rate(stars=1)
    task = Task.objects.get()

    assert slug_of(appeal, task=task) == "wrong-state"
    assert slug_of(appeal, task=task, ground="rude") == "invalid"
    actions.answer(task_id=task.pk, text="回了", by=MANAGER, now=AT)
    assert slug_of(appeal, task=task, text=" ") == "invalid"
    appeal(task)
    assert slug_of(actions.settle, task_id=task.pk, outcome="fixed", text="改好了", by=MANAGER, now=AT) == "wrong-state"


def test_two_judges_at_once_find_once(committed_town: Any) -> None:
    town = committed_town
    person = town.person(1)
    open_town(town)
    ticket = tickets.issue(
        tickets.Take(category_code="A", person_id=person.pk, channel="kiosk", by=CITIZEN), hall=town.hall, now=AT
    )
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=AT)
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=AT)
    tickets.start(ref=ticket.ref, staff_id=town.clerk.pk, now=AT)
    tickets.finish(ref=ticket.ref, staff_id=town.clerk.pk, now=AT)
    rate(ref=ticket.ref, stars=1)
    task = Task.objects.get()
    actions.answer(task_id=task.pk, text="回了", by=MANAGER, now=AT)
    appeal(task)

    found = together(2, lambda n: judge(task, uphold=bool(n), by=Actor(ActorKind.STAFF, str(70 + n))))

    assert sorted(isinstance(each, Refused) for each in found) == [False, True]
    task.refresh_from_db()
    assert (task.upheld is True) == (Rating.objects.get().set_aside_at is not None)


def test_whoever_rated_reads_what_was_answered_and_found(task: Task) -> None:
    before = queries.rate_page("ref1", now=AT).answers
    appeal(task)
    waiting = queries.rate_page("ref1", now=AT).answers
    judge(task)

    (after,) = queries.rate_page("ref1", now=AT).answers
    assert [(each.text, each.set_aside, each.finding) for each in (*before, *waiting)] == [
        ("没有这回事。", None, "")
    ] * 2
    assert (after.text, after.set_aside, after.finding) == ("没有这回事。", AT, "看过监控，没有这回事。")


def test_an_appeal_is_promised_for_a_working_day_and_turns_yellow_then_red(town: Any, task: Task) -> None:
    town.policy(rating={"judge_working_days": 5})

    appeal(task)

    task.refresh_from_db()
    assert task.judge_due_on == date(2026, 3, 17)  # five working days after a Tuesday
    lights = {}
    for day in (12, 13, 17, 18):
        now = at(f"2026-03-{day} 09:00")
        shown = queries.task(task.pk, now=now)
        assert shown.appeal is not None
        lights[day] = (
            shown.appeal.light,
            shown.overdue,
            [each.light for each in queries.appeals_due(town.hall, now=now)],
        )
    assert lights == {
        12: ("green", False, []),
        13: ("yellow", False, ["yellow"]),
        17: ("yellow", False, ["yellow"]),
        18: ("red", True, ["red"]),
    }
    judge(task, uphold=False)
    over = queries.task(task.pk, now=at("2026-03-18 09:00"))
    assert over.appeal is not None
    assert (over.appeal.light, queries.appeals_due(town.hall, now=at("2026-03-18 09:00"))) == ("", [])


def test_the_list_of_appeals_begins_with_what_is_due_first(town: Any, task: Task) -> None:
    appeal(task)
    served(town, n=2, person=town.person(2))
    rate("ref2", stars=1, text="又一次")
    second = Task.objects.latest("id")
    actions.answer(task_id=second.pk, text="没有这回事。", by=MANAGER, now=AT)
    town.policy(rating={"judge_working_days": 1})
    appeal(second)

    found = queries.tasks(hall=town.hall, now=AT, state="appealed")

    assert [each.id for each in found] == [second.pk, task.pk]


def test_no_appeal_waits_without_a_day(task: Task) -> None:
    appeal(task)

    with pytest.raises(IntegrityError, match="an_appeal_is_judged_by_a_day"), transaction.atomic():
        Task.objects.update(judge_due_on=None)
