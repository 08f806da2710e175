"""Low ratings in the office: answered within the days, then settled; each on the record and told to the person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.rooms.audit.models import Entry
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback.models import Task
from banshi.rooms.identity.models import Person
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.office.editing import manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE, Town


@pytest.fixture
def task(office: Town) -> Task:  # noqa: F811
    """Somebody was served at window 01 and gave one star."""
    office.policy(
        booking={"quotas": [{"target": "category", "code": "*", "public": 2, "internal": 1}]},
        messages={"channels": ["sms"]},
    )
    ticket = tickets.issue(
        tickets.Take(category_code="A", person_id=office.person(1).pk, channel="kiosk", by=CITIZEN),
        hall=office.hall,
        now=TUESDAY_NINE,
    )
    staff_id = office.clerk.pk
    tickets.sign_in(window_code="town-01", staff_id=staff_id, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=staff_id, now=TUESDAY_NINE)
    tickets.start(ref=ticket.ref, staff_id=staff_id, now=TUESDAY_NINE)
    tickets.finish(ref=ticket.ref, staff_id=staff_id, now=TUESDAY_NINE)
    feedback.rate(ref=ticket.ref, stars=1, tags=[], text="等了很久", channel="qr", now=TUESDAY_NINE)
    return Task.objects.get()


def test_whom_no_message_reaches_is_said_before_and_after_writing(manager: Client, task: Task):  # noqa: F811
    Ticket.objects.update(notify_to="")
    Person.objects.update(phone=None, phone_index=None)

    before = page(manager, "open")
    after = manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": "已加开窗口。"}, follow=True)

    assert "本人收不到消息" in before
    assert "收不到消息" in after.content.decode()
    assert "已发消息告诉本人" not in after.content.decode()
    assert Message.objects.filter(key="rating_answered").count() == 0


def page(client: Client, state: str) -> str:
    return client.get(f"/office/town/ratings/?state={state}").content.decode()


def test_a_low_rating_waits_until_it_is_answered_and_settled(manager: Client, task: Task):  # noqa: F811
    seen: list[Any] = [f'id="task-{task.pk}"' in page(manager, "open")]
    manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": "对不起，已加开窗口。"})
    seen.append(f'id="task-{task.pk}"' in page(manager, "answered"))
    manager.post(f"/office/town/ratings/{task.pk}/settle", {"outcome": "fixed", "text": "周二起多开一个窗口。"})
    seen.append(f'id="task-{task.pk}"' in page(manager, "settled"))

    task.refresh_from_db()
    assert seen == [True, True, True]
    assert (task.state, task.answer, task.outcome) == ("settled", "对不起，已加开窗口。", "fixed")
    assert "周二起多开一个窗口。" in page(manager, "settled")
    assert Entry.objects.filter(hall="town", subject__contains=str(task.pk)).count() >= 2


def test_nothing_is_settled_without_a_word_to_the_person(manager: Client, task: Task):  # noqa: F811
    manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": "会改进。"})

    refused = manager.post(f"/office/town/ratings/{task.pk}/settle", {"outcome": "explained", "text": " "})
    kept = manager.post(f"/office/town/ratings/{task.pk}/settle", {"outcome": "shoe", "text": "周二起多开一个窗口。"})

    task.refresh_from_db()
    assert (refused.status_code, kept.status_code, task.state) == (422, 422, "answered")
    assert Message.objects.filter(key="rating_settled").count() == 0


def test_what_was_said_later_stands_on_the_page_with_its_stars(manager: Client, task: Task):  # noqa: F811
    manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": "会改进。"})
    before = page(manager, "open")

    ref = Ticket.objects.get().ref
    feedback.rate(ref=ref, stars=2, tags=[], text="没人改", channel="qr", now=TUESDAY_NINE + timedelta(days=1))

    shown = page(manager, "open").partition(f'id="task-{task.pk}"')[2]
    later = re.sub(r"<[^>]+>", " ", shown.partition("后来又说")[2]).split()
    assert (f'id="task-{task.pk}"' in before, "会改进。" in shown) == (False, True)
    assert later[:6] == ["·", "2", "星", "·", "2026-03-11", "09:00"]
    assert "没人改" in later[6:10]


def test_the_answer_reaches_the_person_once(manager: Client, task: Task):  # noqa: F811
    before = Message.objects.count()

    codes = [
        manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": text}).status_code
        for text in ("对不起。", "再说一次。")
    ]

    task.refresh_from_db()
    assert (codes, task.answer) == ([302, 409], "对不起。")
    assert Message.objects.count() == before + 1


@pytest.mark.parametrize(("verb", "fields"), [("answer", {"text": "  "}), ("settle", {"outcome": "fixed"})])
def test_no_words_and_no_settling_before_an_answer(manager: Client, task: Task, verb: str, fields: dict[str, str]):  # noqa: F811
    answer = manager.post(f"/office/town/ratings/{task.pk}/{verb}", fields)

    task.refresh_from_db()
    assert (400 <= answer.status_code < 500, task.state) == (True, "open")


def test_a_task_of_another_hall_is_not_answered_from_here(task: Task):
    theirs = signed_in(staff_with("theirs", "hall_manager", scope="other"))

    assert theirs.post(f"/office/other/ratings/{task.pk}/answer", {"text": "好"}).status_code == 404
    task.refresh_from_db()
    assert task.state == "open"


def test_the_hall_appeals_and_somebody_with_the_right_judges(manager: Client, task: Task):  # noqa: F811
    manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": "没有这回事。"})
    answered = page(manager, "answered")
    manager.post(f"/office/town/ratings/{task.pk}/appeal", {"ground": "malicious", "text": "监控里没有"})
    supervisor = signed_in(staff_with("su", "supervisor"))

    waits = [page(each, "appealed") for each in (manager, supervisor)]
    by_manager = manager.post(f"/office/town/ratings/{task.pk}/judge", {"finding": "属实", "uphold": "1"})
    without_words = supervisor.post(f"/office/town/ratings/{task.pk}/judge", {"finding": " ", "uphold": "1"})
    supervisor.post(f"/office/town/ratings/{task.pk}/judge", {"finding": "看过监控，没有。", "uphold": "1"})

    task.refresh_from_db()
    settled = page(supervisor, "settled")
    assert "申诉：不属实或恶意差评" in answered
    assert ["成立，不计入评价" in each for each in waits] == [False, True]
    assert (by_manager.status_code, without_words.status_code) == (403, 422)
    assert (task.state, task.outcome) == ("settled", "malicious")
    assert "看过监控，没有。" in settled
    assert "成立：评价不计入" in settled


def test_a_judge_of_another_hall_judges_nothing_here(manager: Client, task: Task):  # noqa: F811
    manager.post(f"/office/town/ratings/{task.pk}/answer", {"text": "没有这回事。"})
    manager.post(f"/office/town/ratings/{task.pk}/appeal", {"ground": "groundless", "text": "不是这里的事"})
    theirs = signed_in(staff_with("theirs", "supervisor", scope="other"))

    answer = theirs.post(f"/office/other/ratings/{task.pk}/judge", {"finding": "好", "uphold": "1"})

    task.refresh_from_db()
    assert (answer.status_code, task.state) == (404, "appealed")


def test_what_was_ticked_is_read_in_words(manager: Client, task: Task):  # noqa: F811
    task.rating.tags = ["slow", "自己的话"]
    task.rating.save(update_fields=["tags"])

    shown = page(manager, "open")

    assert re.findall(r'<span class="tag">([^<]*)</span>', shown) == ["办得慢", "自己的话"]
