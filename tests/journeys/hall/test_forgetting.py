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
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry
from banshi.rooms.identity.models import SignInCode
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import KIOSK
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
NOTHING = {"answers": 0, "tries": 0, "codes": 0, "events": 0, "sessions": 0, "visits": 0}
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

    with django_assert_num_queries(8):  # five tables, twice more for events, and the halls
        assert forget(clock.wall()) == {"events": 5}

    assert Event.objects.count() == 4


def test_nothing_goes_twice() -> None:
    assert forgetting.forget(now=TUESDAY_NINE, wall=clock.wall()) == NOTHING


@pytest.fixture
def open_hall(town: Town) -> Town:
    open_town(town)
    return town


class Visits:
    """Two visits of the town, a day apart: each booked with a telephone, a name and a note, and told of."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.booked: list[Appointment] = []
        self.numbers: list[Ticket] = []
        for n in range(2):
            at = TUESDAY_NINE + timedelta(days=n)
            before = at - timedelta(days=1)
            made = booking.place(
                slot_id=town.slot(starts=at + timedelta(hours=1)).pk, item_code="pension", person_id=town.person(30 + n).pk,
                source="web", by=Actor(ActorKind.CITIZEN, "1"), now=before, name="王小明", contact="13800130000", note="轮椅",
            )  # fmt: skip
            self.booked.append(made)
            taken = tickets.Take(channel="kiosk", by=KIOSK, category_code="A", contact="13800130000")
            number = tickets.issue(taken, hall=town.hall, now=at)
            self.numbers.append(number)
            about = Message.objects.filter(subject=f"appointment:{made.code}")
            about.update(state="sent", said="您好", text="您好")
            messaging.write(
                key="your_turn", subject=f"ticket:{number.ref}", to_phone="13800130000", dedupe=f"due:{n}", hall="town", now=at,
            )  # fmt: skip

    def forget(self, days: int, *, hall_days: float = 0) -> int:
        now = TUESDAY_NINE + timedelta(days=days + hall_days)
        return forgetting.forget(now=now, wall=clock.wall())["visits"]

    def kept(self) -> list[tuple[bool, bool, bool]]:
        """Of each visit: whether anything is kept of its booking, its number, and what was said about it."""
        found = []
        for booked, number in zip(self.booked, self.numbers, strict=True):
            booked.refresh_from_db()
            number.refresh_from_db()
            said = Message.objects.filter(subject__in=[f"appointment:{booked.code}", f"ticket:{number.ref}"])
            over = said.exclude(state="due")
            found.append(
                (
                    any([booked.name, booked.name_index, booked.contact, booked.contact_index, booked.note]),
                    bool(number.notify_to or number.phone_index),
                    any(each.to or each.to_index or each.text or each.said for each in over),
                )
            )
        return found


ALL, NONE = (True, True, True), (False, False, False)


def test_what_was_given_with_a_visit_is_kept_for_as_long_as_the_rules_say(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    visits = Visits(open_hall)
    assert visits.kept() == [ALL, ALL]

    assert (visits.forget(60), visits.kept()) == (0, [ALL, ALL])
    assert (visits.forget(61), visits.kept()) == (1, [NONE, ALL])
    assert (visits.forget(61), visits.kept()) == (0, [NONE, ALL])
    assert (visits.forget(62), visits.kept()) == (1, [NONE, NONE])


def test_the_visit_itself_is_kept_and_what_is_still_to_be_said(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    visits = Visits(open_hall)
    before = list(Appointment.objects.order_by("id").values_list("code", "state", "person_id", "day"))

    visits.forget(100)

    assert list(Appointment.objects.order_by("id").values_list("code", "state", "person_id", "day")) == before
    assert Ticket.objects.count() == 2
    due = Message.objects.filter(state="due")
    assert due.count() == 2
    assert all(each.to for each in due)


def test_many_days_are_forgotten_a_few_at_a_time_and_each_once(
    open_hall: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = Visits(open_hall)
    monkeypatch.setattr(forgetting, "DAYS", 3)

    assert [visits.forget(365 + 5) for _ in range(3)] == [3, 2, 0]
    assert visits.kept() == [NONE, NONE]


def test_a_hall_without_visits_has_nothing_to_forget(town: Town) -> None:
    assert forget(clock.wall()) == {}


def test_an_open_appeal_keeps_what_its_answer_needs(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    visits = Visits(open_hall)
    missed = visits.booked[0]
    entry = LedgerEntry.objects.create(
        person=missed.person, scope="town", kind="no_show", on=missed.day, at=missed.ends_at, appointment=missed
    )
    appeal = Appeal.objects.create(entry=entry, text="堵车", made_at=TUESDAY_NINE)

    visits.forget(100)
    assert [booked for booked, _number, _said in visits.kept()] == [True, False]

    Appeal.objects.filter(pk=appeal.pk).update(state="rejected", answer="不予采纳", answered_at=TUESDAY_NINE)
    assert (visits.forget(101), visits.forget(101)) == (2, 0)
    assert [booked for booked, _number, _said in visits.kept()] == [False, False]


def test_whom_a_message_was_for_is_deleted_and_it_is_not_sent_again(open_hall: Town) -> None:
    visits = Visits(open_hall)
    Message.objects.update(state="failed")
    visits.forget(400)
    message = Message.objects.order_by("id")[0]

    with pytest.raises(Refused) as no:
        messaging.send_again(message_id=message.pk, by=KIOSK, now=TUESDAY_NINE)

    assert (no.value.slug, Message.objects.get(pk=message.pk).state) == ("wrong-state", "failed")
