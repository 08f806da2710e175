"""Who waits for a call and looks away is told: nearly next, over before their turn, called back in vain. Each once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.remote import attend
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging import rules as messages
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules import lost_sense, sense_of
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.remote.queries import conditions
from tests.rooms.remote.conftest import Video
from tests.together import together
from tests.town import CITIZEN, TUESDAY_NINE

NOW = TUESDAY_NINE
SOON = NOW + timedelta(minutes=1)


def account(i: int, language: str = "zh-hans") -> Account:
    phone = f"+861380013800{i}"
    return Account.objects.create(phone=phone, phone_index=f"call-{i}", language=language, created_at=NOW)


def line(video: Video, n: int) -> list[RemoteSession]:
    """So many wait, each signed in, and nobody answers."""
    video.town.policy(video={"opens": "08:00", "closes": "18:00"}, messages={"ahead": 1})
    video.seat(ready=False)
    later = timedelta(seconds=1)
    return [video.asked(i, now=NOW + i * later, account_id=account(i).pk) for i in range(1, n + 1)]


def told(key: str = "call_near") -> list[tuple[str, Any]]:
    rows = Message.objects.filter(key=key).order_by("id")
    return [(each.subject.removeprefix("call:"), each.params.get("ahead")) for each in rows]


@pytest.mark.django_db
def test_nearly_next_is_told_once_and_not_to_whom_the_page_just_said_it(video: Video) -> None:
    first, second, third, fourth = line(video, 4)
    before = [actions.tell_near(hall=video.town.hall, now=SOON) for _ in range(2)]
    actions.leave(ref=first.ref, by=CITIZEN, now=SOON)

    after = [actions.tell_near(hall=video.town.hall, now=SOON) for _ in range(2)]

    assert (before, after, told()) == ([0, 0], [1, 0], [(third.ref, 1)])
    assert {each.told_near_at is None for each in RemoteSession.objects.filter(pk__in=[second.pk, third.pk])} == {False}
    assert RemoteSession.objects.get(pk=fourth.pk).told_near_at is None


@pytest.mark.django_db
def test_where_nobody_is_told_of_those_ahead_nobody_is(video: Video) -> None:
    line(video, 3)
    video.town.policy(video={"opens": "08:00", "closes": "18:00"}, messages={"ahead": 0})

    assert (actions.tell_near(hall=video.town.hall, now=SOON), told()) == (0, [])


@pytest.mark.django_db
def test_what_is_said_leads_back_to_the_page_that_waits(video: Video) -> None:
    line(video, 3)
    actions.leave(ref=RemoteSession.objects.order_by("id")[0].ref, by=CITIZEN, now=SOON)
    actions.tell_near(hall=video.town.hall, now=SOON)
    message = Message.objects.get(key="call_near")

    said = messages.spoken(message.params, language="zh", zone=NOW.tzinfo, now=NOW)  # type: ignore[arg-type]

    assert (said["in_line"], said["number"]) == ("前面还有 1 人", "V003")
    assert message.params["link"] == f"/video/{message.subject.removeprefix('call:')}/"


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "lost"), [("waiting", False), ("talking", True), ("ended", True)])
def test_once_somebody_answers_it_is_said_no_more(video: Video, state: str, lost: bool) -> None:
    video.seat(ready=state == "talking")
    session = video.talking() if state == "talking" else video.asked(2)
    if state == "ended":
        actions.leave(ref=session.ref, by=CITIZEN, now=SOON)
    asked = sense_of(key="call_near", subject=f"call:{session.ref}")

    standing = conditions.calls([session.ref, "none"], now=NOW)

    assert asked is not None
    assert (list(standing), lost_sense(asked[2], params={}, now=standing[session.ref])) == ([session.ref], lost)


@pytest.mark.django_db
def test_the_day_ended_before_their_turn_and_they_hear_when_it_opens(video: Video) -> None:
    waits = line(video, 2)
    evening = NOW.replace(hour=18, minute=1)

    attend.look(now=evening, wall=evening)

    rows = Message.objects.filter(key="call_closed").order_by("id")
    assert [each.subject for each in rows] == [f"call:{each.ref}" for each in waits]
    assert rows[0].params["starts_at"].startswith("2026-03-11T08:00")
    assert {each.why for each in RemoteSession.objects.all()} == {"closed"}


@pytest.mark.django_db
def test_called_back_in_vain_is_told_at_that_number(video: Video) -> None:
    video.seat()
    session = video.asked(1)
    actions.call_back(ref=session.ref, phone="13900139001", by=CITIZEN, now=NOW)
    actions.assign(video.town.hall, now=NOW)
    actions.answer(ref=session.ref, by=video.agent, now=NOW)

    actions.end(ref=session.ref, by=video.agent, now=NOW, why="no-answer")

    message = Message.objects.get(key="call_unanswered")
    assert (message.to, "link" in message.params) == ("+8613900139001", False)


@pytest.mark.django_db
def test_who_left_no_telephone_is_told_nothing(video: Video) -> None:
    video.town.policy(video={"opens": "08:00", "closes": "18:00"}, messages={"ahead": 1})
    video.seat(ready=False)
    first, *_ = [video.asked(i, now=NOW + timedelta(seconds=i)) for i in (1, 2, 3)]
    actions.leave(ref=first.ref, by=CITIZEN, now=SOON)

    actions.tell_near(hall=video.town.hall, now=SOON)
    actions.close_due(hall=video.town.hall, now=NOW.replace(hour=19))

    assert Message.objects.count() == 0


@pytest.mark.race
def test_two_workers_tell_it_once(committed_video: Video) -> None:
    first, _, third = line(committed_video, 3)
    actions.leave(ref=first.ref, by=CITIZEN, now=SOON)

    done = together(2, lambda _n: actions.tell_near(hall=committed_video.town.hall, now=SOON))

    assert (sorted(done), told()) == ([0, 1], [(third.ref, 1)])
