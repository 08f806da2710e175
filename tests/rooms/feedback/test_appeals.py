"""A rating that is not so: the hall appeals once, somebody else judges; what is upheld counts for nothing and is kept."""

from __future__ import annotations

import json
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
from tests.town import CITIZEN, TUESDAY_NINE

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
    actions.settle(task_id=task.pk, outcome="explained", by=MANAGER, now=AT)
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
    assert slug_of(actions.settle, task_id=task.pk, outcome="malicious", by=MANAGER, now=AT) == "invalid"
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
    assert slug_of(actions.settle, task_id=task.pk, outcome="fixed", by=MANAGER, now=AT) == "wrong-state"


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
