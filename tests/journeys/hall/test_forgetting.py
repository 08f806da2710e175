"""What nobody needs any more goes, everything else stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session

from banshi.foundation import clock
from banshi.foundation.announce import announce
from banshi.foundation.models import Event, IdempotencyKey, RateBucket
from banshi.journeys.hall import forgetting
from banshi.rooms.identity.models import SignInCode
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
NOTHING = {"answers": 0, "tries": 0, "codes": 0, "events": 0, "sessions": 0}
DAY, SECOND = timedelta(hours=24), timedelta(seconds=1)


def forget(wall: datetime) -> dict[str, int]:
    found = forgetting.forget(now=TUESDAY_NINE, wall=wall)
    return {kind: count for kind, count in found.items() if count}


def test_answers_tries_and_codes_go_after_a_day() -> None:
    wall = clock.wall()
    for name, at in (("old", wall - DAY - SECOND), ("young", wall - DAY + SECOND)):
        IdempotencyKey.objects.create(owner="form", key=name, body_hash="", created_at=at)
        RateBucket.objects.create(key=name, tokens=1, at=at)
        SignInCode.objects.create(phone_index=name, code_hash="x", expires_at=at)

    assert forget(wall) == {"answers": 1, "tries": 1, "codes": 1}
    assert [IdempotencyKey.objects.get().key, RateBucket.objects.get().key, SignInCode.objects.get().phone_index] == [
        "young", "young", "young",
    ]  # fmt: skip


def test_sessions_go_when_they_have_ended() -> None:
    wall = clock.wall()
    for name, at in (("ended", wall - SECOND), ("goes-on", wall + SECOND)):
        Session.objects.create(session_key=name, session_data="", expire_date=at)

    assert forget(wall) == {"sessions": 1}
    assert Session.objects.get().session_key == "goes-on"


def test_events_go_after_a_week_of_hall_time_but_each_halls_newest() -> None:
    long_ago, lately = TUESDAY_NINE - timedelta(days=8), TUESDAY_NINE - timedelta(days=6)
    first = announce(hall="town", topic="line", now=long_ago)
    only = announce(hall="other", topic="line", now=long_ago)
    kept = announce(hall="town", topic="line", now=lately)

    assert forget(clock.wall()) == {"events": 1}
    assert list(Event.objects.order_by("id").values_list("id", flat=True)) == [only, kept]
    assert first < only


def test_many_go_in_several_statements_and_those_that_stay_are_not_in_the_way(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(forgetting, "MOST", 2)
    for hall in ("a", "b", "c", "town"):
        announce(hall=hall, topic="line", now=TUESDAY_NINE - timedelta(days=9))
    for _ in range(5):
        announce(hall="town", topic="line", now=TUESDAY_NINE - timedelta(days=8))

    with django_assert_num_queries(7):  # five tables, and twice more for events
        assert forget(clock.wall()) == {"events": 5}

    assert Event.objects.count() == 4


def test_nothing_goes_twice() -> None:
    assert forgetting.forget(now=TUESDAY_NINE, wall=clock.wall()) == NOTHING
