"""What nobody needs any more goes, everything else stays."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from banshi.foundation import clock
from banshi.foundation.announce import announce
from banshi.foundation.models import Event, IdempotencyKey, RateBucket
from banshi.journeys.hall import forgetting
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Move, Suspension
from banshi.rooms.identity.models import SignInCode
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.actions.forgetting import FORGET_SQL
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Call, Skip, Ticket, Transfer
from tests.rooms.tickets.conftest import open_town
from tests.rooms.tickets.line import KIOSK
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
KINDS = (
    "answers", "tries", "codes", "kiosk-sessions", "events", "orders", "zones", "webhooks", "uploads", "imports", "unkept",
    "sessions", "visits", "suspensions", "ratings", "enquiries", "calls", "recordings", "hotline", "home-visits", "messages",
)  # fmt: skip
NOTHING = dict.fromkeys(KINDS, 0)
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

    # Eleven tables, twice more for events, the halls; what appeals still need (three) and messages
    with django_assert_num_queries(22):
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


def test_what_clerks_wrote_about_a_visit_goes_with_it(open_hall: Town) -> None:
    """Passed on, passed by, called out of turn, moved: each with somebody's own words."""
    visits = Visits(open_hall)
    window, clerk = open_hall.windows["01"], open_hall.clerk
    for number in visits.numbers:
        on = {"ticket": number, "at": number.made_at}
        Transfer.objects.create(**on, from_window=window, by="staff:1", why="找王小明的案卷")
        Skip.objects.create(**on, window=window, by="staff:1", why="王小明去复印了")
        Call.objects.create(
            **on, hall=open_hall.hall, window=window, staff=clerk, kind="call", out_of_order_why="王小明行动不便"
        )
    for booked in visits.booked:
        Move.objects.create(
            appointment=booked, from_slot=booked.slot, to_slot=booked.slot, at=booked.created_at, by="staff:1", why="王小明住院",
        )  # fmt: skip
    visits.forget(366)

    kept = [
        [words for words in facts.objects.order_by("id").values_list(column, flat=True) if words]
        for facts, column in ((Transfer, "why"), (Skip, "why"), (Call, "out_of_order_why"), (Move, "why"))
    ]
    assert kept == [["找王小明的案卷"], ["王小明去复印了"], ["王小明行动不便"], ["王小明住院"]]


def test_many_days_are_forgotten_a_few_at_a_time_and_each_once(
    open_hall: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits = Visits(open_hall)
    monkeypatch.setattr(forgetting, "DAYS", 3)

    assert [visits.forget(365 + 5) for _ in range(3)] == [3, 2, 0]
    assert visits.kept() == [NONE, NONE]


def test_a_clock_that_was_far_ahead_leaves_no_visit_out(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 30})
    early = booking.place(
        slot_id=open_hall.slot(starts=TUESDAY_NINE - timedelta(hours=1)).pk, item_code="pension",
        person_id=open_hall.person(9).pk, source="web", by=Actor(ActorKind.CITIZEN, "9"), now=TUESDAY_NINE - DAY,
        contact="13800130000",
    )  # fmt: skip
    forgetting.forget(now=TUESDAY_NINE + 40 * DAY, wall=clock.wall())
    early.refresh_from_db()
    assert early.contact is None

    assert forgetting.forget(now=TUESDAY_NINE, wall=clock.wall())["visits"] == 0
    visits = Visits(open_hall)

    assert (visits.forget(30), visits.kept()) == (30, [ALL, ALL])
    assert (visits.forget(31), visits.kept()) == (1, [NONE, ALL])
    assert (visits.forget(32), visits.kept()) == (1, [NONE, NONE])


def test_a_hall_that_keeps_longer_than_it_did_still_forgets(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    visits = Visits(open_hall)
    visits.forget(61)
    open_hall.policy(records={"contacts_days": 70})

    assert [visits.forget(days) for days in (62, 71)] == [0, 9]
    assert visits.kept() == [NONE, ALL]
    assert (visits.forget(72), visits.kept()) == (1, [NONE, NONE])


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
    assert message.to == ""

    with pytest.raises(Refused) as no:
        messaging.send_again(message_id=message.pk, by=KIOSK, now=TUESDAY_NINE)

    assert (no.value.slug, Message.objects.get(pk=message.pk).state) == ("wrong-state", "failed")


def said(
    subject: str, at: datetime, *, hall: str = "town", until: datetime | None = None, state: str = "sent"
) -> Message:
    return Message.objects.create(
        hall=hall, key="confirmation", subject=subject, to="+8613800130000", to_index="x", text="您好", said="您好", sealed="{}",
        dedupe=f"{hall}:{subject}:{at}:{state}", due_at=at, until=until, state=state, created_at=at,
    )  # fmt: skip


def knows(message: Message) -> bool:
    """Whether a message still tells whom it was for, and what it said; either all of it or nothing."""
    message.refresh_from_db()
    parts = [bool(each) for each in (message.to, message.to_index, message.text, message.said, message.sealed)]
    assert len(set(parts)) == 1
    return parts[0]


MIDNIGHT = TUESDAY_NINE.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=0)


def forget_messages(days: int) -> int:
    return forgetting.forget(now=TUESDAY_NINE + timedelta(days=days), wall=clock.wall())["messages"]


def test_messages_go_by_their_own_age_whatever_they_are_about(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    subjects = ["appointment:A", "ticket:1", "entry:1", "suspension:1", "waiting:1", "agent:1", "task:1", ""]
    old = [said(subject, MIDNIGHT - SECOND) for subject in subjects]
    young = [said(subject, MIDNIGHT) for subject in subjects]

    assert (forget_messages(60), forget_messages(60)) == (len(subjects), 0)
    assert [knows(each) for each in old + young] == [False] * len(subjects) + [True] * len(subjects)


def test_a_message_is_kept_from_its_last_moment_on(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    confirmed = said("appointment:A", MIDNIGHT - 20 * DAY, until=MIDNIGHT + DAY)

    assert [(forget_messages(days), knows(confirmed)) for days in (40, 61, 62)] == [(0, True), (0, True), (1, False)]


def test_what_no_hall_said_is_kept_for_a_year(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    code = said("", TUESDAY_NINE, hall="")

    assert [(forget_messages(days), knows(code)) for days in (365, 366)] == [(0, True), (1, False)]


def test_what_is_still_to_be_sent_keeps_its_telephone(open_hall: Town) -> None:
    waits = [said("entry:1", MIDNIGHT, state=state) for state in ("due", "sending")]
    over = [said("entry:1", MIDNIGHT, state=state) for state in ("sent", "failed", "dropped")]

    assert forget_messages(400) == 3
    assert [knows(each) for each in waits + over] == [True, True, False, False, False]


def test_a_message_about_a_visit_long_over_goes_in_its_turn(open_hall: Town) -> None:
    open_hall.policy(records={"contacts_days": 60})
    visits = Visits(open_hall)
    visits.forget(100)
    late = said(f"appointment:{visits.booked[0].code}", MIDNIGHT + 90 * DAY)

    assert [(forget_messages(days), knows(late)) for days in (150, 151)] == [(0, True), (1, False)]


def test_messages_that_an_open_appeal_may_need_go_after_its_answer(open_hall: Town) -> None:
    missed = Visits(open_hall).booked[0]
    entry = LedgerEntry.objects.create(
        person=missed.person, scope="town", kind="no_show", on=missed.day, at=missed.ends_at, appointment=missed
    )
    suspension = Suspension.objects.create(
        person=missed.person,
        scope="town",
        from_on=missed.day,
        until_on=missed.day,
        reason="no_shows",
        made_at=TUESDAY_NINE,
    )
    needed = [
        said(f"entry:{entry.pk}", MIDNIGHT), said(f"suspension:{suspension.pk}", MIDNIGHT),
        said(f"appointment:{missed.code}", MIDNIGHT),
    ]  # fmt: skip
    other = [said(f"entry:{entry.pk + 1}", MIDNIGHT), said(f"suspension:{suspension.pk + 1}", MIDNIGHT)]
    Appeal.objects.create(entry=entry, text="堵车", made_at=TUESDAY_NINE)
    Appeal.objects.create(suspension=suspension, text="堵车", made_at=TUESDAY_NINE)

    forget_messages(400)
    assert [knows(each) for each in needed + other] == [True] * 3 + [False] * 2

    Appeal.objects.update(state="rejected", answer="不予采纳", answered_at=TUESDAY_NINE)
    forget_messages(400)
    assert [knows(each) for each in needed] == [False] * 3


def test_many_messages_go_a_few_at_a_time_and_each_once(open_hall: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, number in (("MOST", 2), ("ROUNDS", 2)):
        monkeypatch.setattr(forgetting, name, number)
    for n in range(5):
        said("entry:1", MIDNIGHT + timedelta(hours=n))

    assert [forget_messages(400) for _ in range(3)] == [4, 1, 0]


def test_finding_messages_to_forget_reads_nothing_of_those_forgotten_or_young(open_hall: Town) -> None:
    for n in range(40):
        said("entry:1", MIDNIGHT + timedelta(minutes=n))
        said("entry:1", MIDNIGHT + 300 * DAY + timedelta(minutes=n))
    forget_messages(400)
    said("entry:1", MIDNIGHT + timedelta(hours=1))

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN (ANALYZE, TIMING OFF, COSTS OFF, FORMAT JSON) " + FORGET_SQL,
            {"halls": ["town"], "befores": [MIDNIGHT + 40 * DAY], "keep": [], "most": 100, "nobody": ""},
        )
        nodes = list(_nodes(cursor.fetchone()[0][0]["Plan"]))

    found = [node for node in nodes if node.get("Index Name") == "messages_to_forget"]
    assert [(node["Actual Rows"], node.get("Rows Removed by Filter", 0)) for node in found] == [(1, 0)]
    assert [node for node in nodes if node["Node Type"] == "Seq Scan"] == []


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for part in node.get("Plans", ()):
        yield from _nodes(part)


@pytest.mark.race
def test_who_is_being_sent_to_again_is_not_forgotten_meanwhile(committed_town: Town) -> None:
    failed, other = said("entry:1", MIDNIGHT, state="failed"), said("entry:2", MIDNIGHT)
    found: list[int] = []

    def act() -> None:
        found.append(forget_messages(400))
        connection.close()

    with transaction.atomic():
        messaging.send_again(message_id=failed.pk, by=KIOSK, now=TUESDAY_NINE)
        forgetter = threading.Thread(target=act)
        forgetter.start()
        forgetter.join(timeout=60)

    assert (found, forget_messages(400)) == ([1], 0)
    assert [knows(failed), knows(other)] == [True, False]
