"""Names, telephone and document numbers, codes and keys are planted everywhere; then everything at rest is searched."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import SEALED, FreeText
from banshi.journeys.hall import forgetting
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit.queries import trail
from banshi.rooms.booking import actions as bookings
from banshi.rooms.booking.models import LedgerEntry
from banshi.rooms.devices.actions import fleet
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback.models import Task
from banshi.rooms.identity.actions import correcting as identity
from banshi.rooms.library import actions as library
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.actions import publish_policy
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.actions.noting import write_note
from banshi.rooms.tickets.models import Ticket
from banshi.rooms.tickets.queries.line import line
from banshi.rooms.zones import actions as zones
from tests.house.test_text_columns import text_columns
from tests.rooms.messaging.test_outbox import Spy
from tests.surfaces.api.conftest import Calls, booking, keys_of, open_all_day, stop_the_clock
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at
from tests.zones import a_zone

NAME = "欧阳测试甲"
ID_NUMBER = "11010519491231002X"
PHONE = "13912345678"
OTHER_PHONE = "13987654321"
PERSON = {"name": NAME, "id_type": "resident_id", "id_number": ID_NUMBER, "phone": PHONE}
IDEMPOTENCY = "order-13912345678"


def dumped() -> dict[str, str]:
    """Every table as COPY writes it; bytes as the text they hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        tables = [row[0] for row in cursor.fetchall()]
        content = {}
        for table in sorted(tables):
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = "\n".join(str(row[0]) for row in cursor.fetchall())
            content[table] = rows + _unhexed(rows)
    return content


def stands_in(planted: str, rows: str) -> bool:
    """By itself: a digest or the fraction of a second may hold six digits by chance."""
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(planted)}(?![0-9A-Za-z])", rows) is not None


def _unhexed(rows: str) -> str:
    """What bytea columns (`\\x…`) hold, as text."""
    return "\n".join(
        bytes.fromhex(found).decode("utf-8", errors="replace") for found in re.findall(r"\\x((?:[0-9a-f]{2})+)", rows)
    )


@pytest.fixture
def planted(town: Town, capfd: Any) -> dict[str, str]:
    """What was planted: kind → text that must appear nowhere."""
    stop_the_clock()
    open_all_day(town)
    calls = Calls(town, keys_of(town))
    booked = calls("post", "/appointments", "channel", booking(town.slot(), person=PERSON), Idempotency_Key=IDEMPOTENCY)
    assert booked.status_code == 201, booked.content
    walked_in = {"category": "A", "person": PERSON}
    assert calls("post", "/halls/town/tickets", "kiosk", walked_in, Idempotency_Key=IDEMPOTENCY).status_code == 201
    calls("post", "/windows/town-01/sign-in", "desk")
    called = calls("post", "/windows/town-01/calls", "desk", Idempotency_Key=IDEMPOTENCY)
    assert called.json()["person"]["name"] == NAME
    for step in ("start", "finish"):
        calls("post", f"/tickets/{called.json()['id']}/{step}", "desk", Idempotency_Key=f"{step}-{PHONE}")
    calls("get", f"/notices?person={PHONE}", "demo")
    citizen = Client()
    answer = citizen.post("/sign-in", {"phone": OTHER_PHONE})
    assert answer.status_code == 302, answer.content.decode()
    code = _code()
    assert citizen.post("/sign-in/code", {"code": code}).status_code == 302
    citizen.post("/me/people", {"name": NAME, "id_type": "resident_id", "id_number": ID_NUMBER, "phone": ""})
    Client().post("/staff/sign-in", {"login": PHONE, "password": "planted-password"})
    assert Ticket.objects.count() == 1
    return {
        "name": NAME,
        "document": ID_NUMBER,
        "phone": PHONE,
        "citizen's phone": OTHER_PHONE,
        "code": code,
        "password": "planted-password",
        "key": calls.keys["desk"],
    }


def _code() -> str:
    """The one-time code, as the person reads it."""
    message = Message.objects.filter(key="code").order_by("-id").first()
    assert message is not None
    found = re.search(r"\d{6}", str(message.sealed))
    assert found is not None
    return found[0]


def test_nothing_personal_is_at_rest_in_clear(planted: dict[str, str]) -> None:
    """Only of the code, six digits, a digest or the fraction of a second may hold as many by chance."""
    tables = dumped()
    long = {
        (kind, table) for kind, text in planted.items() if kind != "code" for table in tables if text in tables[table]
    }

    assert long == set()
    assert [table for table, rows in tables.items() if stands_in(planted["code"], rows)] == []


def test_neither_logs_nor_metrics_hold_anything_personal(planted: dict[str, str], capfd: Any) -> None:
    from prometheus_client import generate_latest

    written = "".join(capfd.readouterr())
    metrics = generate_latest().decode()

    assert {kind for kind, text in planted.items() if stands_in(text, written) or stands_in(text, metrics)} == set()


SAID = f"{NAME}的电话是 {PHONE}，证件 {ID_NUMBER}"


@pytest.fixture
def told(town: Town) -> None:
    """Whatever a person or a clerk may write in their own words names somebody, on every way such words go."""
    stop_the_clock()
    open_all_day(town)
    town.policy(messages={"channels": ["sms"]}, rating={"bad_from_below": 3})
    calls = Calls(town, keys_of(town))
    _told_of_bookings(town, calls)
    _told_of_credit(town)
    _told_at_windows(town, calls)
    _told_about_people(town)
    _told_to_the_hall(town)
    _handed_in(town)
    gateway = Spy()
    for later in (timedelta(0), timedelta(days=3, hours=4)):
        messaging.drain(channels={"sms": gateway}, now=TUESDAY_NINE + later)
    assert any(SAID in text for _, text, _ in gateway.sent)


def _told_of_bookings(town: Town, calls: Calls) -> None:
    first, second, third = (town.slot(starts=at(f"2026-03-12 {hour}:00")) for hour in ("09", "14", "16"))
    code = calls("post", "/appointments", "channel", booking(first, note=SAID)).json()["code"]
    bookings.move(code=code, slot_id=second.pk, by=CLERK, now=TUESDAY_NINE, why=SAID, by_hall=True)
    bookings.cancel(code=code, by=CLERK, now=TUESDAY_NINE, why=SAID, by_hall=True)
    mine = {"slot_id": first.pk, "item_code": "pension", "person_id": town.person(2).pk, "source": "staff", "by": CLERK}
    kept = bookings.place(**mine, now=TUESDAY_NINE, note=SAID, why=SAID, contact="+8613800138000")
    bookings.keep(rows=[kept], why_zh=SAID, more={"reason": {"zh": SAID, "en": SAID}}, by=CLERK, now=TUESDAY_NINE)
    bookings.close_slot(slot_id=third.pk, by=CLERK, now=TUESDAY_NINE, why=SAID)
    bookings.note_outage(
        hall=town.hall,
        starts_at=at("2026-03-10 08:00"),
        ends_at=at("2026-03-10 08:30"),
        why=SAID,
        by=CLERK,
        now=TUESDAY_NINE,
    )
    bookings.open_follow_up(
        hall=town.hall, cause="by-hand:1", why_zh=SAID, why_en=SAID, visits=[], by=CLERK, now=TUESDAY_NINE
    )


def _told_of_credit(town: Town) -> None:
    person, late = town.person(3), at("2026-03-13 12:00")
    for hour, day in (("10", 11), ("14", 11), ("10", 12)):
        slot = town.slot(starts=at(f"2026-03-{day} {hour}:30"), minutes=30)
        bookings.place(
            slot_id=slot.pk, item_code="rent-invoice", person_id=person.pk, source="staff", by=CLERK, now=TUESDAY_NINE,
            contact="+8613800138000",
        )  # fmt: skip
    bookings.mark_fault_day(hall=town.hall, day=date(2026, 3, 11), why=SAID, by=CLERK, now=TUESDAY_NINE)
    bookings.sweep_no_shows(now=late)  # SQL copies the reason of the day
    entry = LedgerEntry.objects.filter(forgiven_at=None, person=person).get()
    assert LedgerEntry.objects.filter(person=person).exclude(pk=entry.pk).first().forgiven_why == SAID  # type: ignore[union-attr]
    bar = bookings.suspend(
        person_id=person.pk, scope="town", from_on=late.date(), until_on=date(2026, 4, 1), why=SAID, by=CLERK, now=late
    )
    against_bar = bookings.appeal(text=SAID, by=CITIZEN, now=late, suspension_id=bar.pk)
    against_entry = bookings.appeal(text=SAID, by=CITIZEN, now=late, entry_id=entry.pk)
    bookings.answer_appeal(appeal_id=against_entry.pk, upheld=True, answer=SAID, by=CLERK, now=late)
    bookings.answer_appeal(appeal_id=against_bar.pk, upheld=False, answer=SAID, by=CLERK, now=late)
    bookings.lift(suspension_id=bar.pk, why=SAID, by=CLERK, now=late)


def _told_at_windows(town: Town, calls: Calls) -> None:
    clerk, other = town.clerk.pk, town.second_clerk.pk
    made = [calls("post", "/halls/town/tickets", "kiosk", {"category": "A"}).json()["id"] for _ in range(4)]
    tickets.sign_in(window_code="town-01", staff_id=clerk, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-02", staff_id=other, now=TUESDAY_NINE)
    tickets.put_first(ref=made[3], why=SAID, by=CLERK, now=TUESDAY_NINE)
    tickets.skip(ref=made[0], staff_id=other, why=SAID, now=TUESDAY_NINE)
    tickets.call_ticket(window_code="town-01", ref=made[1], staff_id=clerk, why=SAID, now=TUESDAY_NINE)
    tickets.start(ref=made[1], staff_id=clerk, now=TUESDAY_NINE)
    write_note(ref=made[1], text=SAID, staff_id=clerk, now=TUESDAY_NINE)
    tickets.transfer(ref=made[1], staff_id=clerk, category_code="B", why=SAID, now=TUESDAY_NINE)
    called = tickets.call_next(window_code="town-02", staff_id=other, now=TUESDAY_NINE)
    assert called is not None
    write_note(ref=called.ref, text=SAID, staff_id=other, now=TUESDAY_NINE)
    tickets.start(ref=called.ref, staff_id=other, now=TUESDAY_NINE)
    done = tickets.finish(ref=called.ref, staff_id=other, outcome="refused", why=SAID, now=TUESDAY_NINE)
    assert (done.note, done.outcome_why) == (SAID, SAID)
    feedback.rate(ref=done.ref, stars=1, tags=[], text=SAID, channel="web", now=TUESDAY_NINE)
    task = Task.objects.get()
    feedback.answer(task_id=task.pk, text=SAID, by=CLERK, now=TUESDAY_NINE)
    feedback.appeal(task_id=task.pk, ground="groundless", text=SAID, by=CLERK, now=TUESDAY_NINE)
    feedback.judge(task_id=task.pk, uphold=False, finding=SAID, by=Actor(ActorKind.STAFF, "77"), now=TUESDAY_NINE)
    feedback.rate(
        ref=done.ref, stars=1, tags=[], text=SAID, channel="web", now=TUESDAY_NINE
    )  # what was answered is audited
    tickets.pause(staff_id=clerk, reason=SAID, now=TUESDAY_NINE)
    assert SAID[:60] in {window.pause_reason for window in line(town.hall.pk, TUESDAY_NINE).windows}


def _told_about_people(town: Town) -> None:
    person = town.person(4)
    said = {"why": SAID, "card_seen": True, "by": CLERK, "now": TUESDAY_NINE}
    identity.correct_name(person_id=person.pk, name="测试新", **said)
    identity.clear_phone(person_id=person.pk, **said)
    own_words = [entry.facts["why"] for entry in trail(subject=f"person:{person.pk}") if "why" in entry.facts]
    assert own_words == [SAID, SAID]


def _told_to_the_hall(town: Town) -> None:
    zones.close_for_today(area=a_zone(town), why=SAID, by=CLERK, now=TUESDAY_NINE)
    fleet.maintain(
        hall=town.hall,
        from_at=TUESDAY_NINE,
        until_at=TUESDAY_NINE + timedelta(hours=1),
        why=SAID,
        by=CLERK,
        now=TUESDAY_NINE,
    )
    publish_policy(hall=town.hall, document={}, by=CLERK, now=TUESDAY_NINE, note=SAID)


def _handed_in(town: Town) -> None:
    person = town.person(4).pk
    by = {"by": CLERK, "now": TUESDAY_NINE}
    library.keep(content=SAID.encode(), mime="application/pdf", kind="paper:receipt", name=SAID, person_id=person, **by)
    made = library.issue_certificate(
        type="resident-id", number=ID_NUMBER, name_zh="居民身份证", name_en="ID card", issuer_zh="公安局",
        issuer_en="Police", issued_on=TUESDAY_NINE.date(), trust="B", source="window:town", person_id=person, **by,
    )  # fmt: skip
    library.use_certificate(
        ref=made.ref, purpose="id", subject="case:1", consent=True, note=SAID, person_id=person, **by
    )
    library.learn(person_id=person, element="phone", value=PHONE, trust="C", source="case:1", now=TUESDAY_NINE)
    library.agree_to_facts(subject="case:1", consent=True, person_id=person, **by)
    library.lend_facts(subject="case:1", facts=[library.Lent("phone", PHONE, "case:1", TUESDAY_NINE, "C")])
    library.use_facts(subject="case:1", purpose="pension", stands={"phone": [PHONE]}, **by)


def test_what_people_say_in_their_own_words_is_not_at_rest_in_clear(told: None) -> None:
    tables = dumped()

    planted = {"name": NAME, "document": ID_NUMBER, "phone": PHONE}
    assert {(kind, table) for kind, text in planted.items() for table, rows in tables.items() if text in rows} == set()


def test_every_column_of_own_words_was_planted(told: None) -> None:
    sealed = {name for name, field in text_columns().items() if isinstance(field, FreeText)}
    empty = set()
    with connection.cursor() as cursor:
        for name in sorted(sealed):
            table, column = name.split(".")
            cursor.execute(f"SELECT count(*) FROM {table} WHERE starts_with({column}, %s)", [SEALED])  # noqa: S608
            if cursor.fetchone()[0] == 0:
                empty.add(name)

    assert (
        empty
        == {"calendars_version.note"}
        | OF_CASES
        | OF_QUESTIONS
        | OF_CALLS
        | OF_VISITS
        | OF_THE_ARCHIVE
        | COMING
        | OWN
        | SETTLED_TASK
    )


# Why a case is still needed and how long it is kept stands with the archive.
OF_THE_ARCHIVE = {"archive_hold.basis", "archive_hold.reason", "archive_retention_rule.basis"}
# What was said about a case stays with its story; tests/rooms/cases/test_reviewing.py plants it.
OF_CASES = {
    "cases_consultation.question", "cases_consultation.text", "cases_handover.why",
    "cases_event.why", "cases_extension.reason", "cases_material.why", "cases_opinion.text", "cases_stop.basis",
    "cases_stop.result", "cases_told_field.why", "fees_waiver.reason", "cases_promise_check.why",
    "cases_promise_check.lifted_why",
    "cases_sitevisit.asked", "cases_sitevisit.contact", "cases_sitevisit.why", "cases_sitevisit.words",
}  # fmt: skip
# What a department was asked goes once the question ended; tests/rooms/consulting plants and deletes it.
OF_QUESTIONS = {
    "consulting_answer.text", "consulting_forwarding.reason", "consulting_public_answer.answer_en",
    "consulting_public_answer.answer_zh", "consulting_public_answer.question_en", "consulting_public_answer.question_zh",
    "consulting_question.text",
}  # fmt: skip
# What was said in a call goes once it ended; tests/rooms/remote and tests/rooms/hotline plant and delete it.
OF_CALLS = {
    "hotline_handling.text", "hotline_order.text", "remote_said.body", "remote_session.outcome", "remote_recording.purpose",
    "remote_recording_look.reason",
}  # fmt: skip
# Whose a visit was, where and what was said goes once it ended; tests/rooms/homevisits plants and deletes it.
OF_VISITS = {"homevisits_step.text", "homevisits_visit.outcome", "homevisits_visit.taken"}
# The name of a file that comes in parts goes with it, a day after its last part (tests/rooms/library/test_uploads.py).
COMING = {"library_upload.name"}
# What somebody looks for again and again is theirs until they drop it.
OWN = {"staffing_saved_filter.name", "staffing_saved_filter.query"}
# What came with papers, and what a certificate was used for: kept as long as they are.
OF_THE_LIBRARY = {"library_certificate_use.note", "library_document.name"}
# Words about the hall and its hours, which are nobody's visit.
OF_THE_HALL = {
    "zones_closing.why",  # of an area, like that of a closure
    "booking_fault_day.why",
    "booking_follow_up.why_en",
    "booking_follow_up.why_zh",
    "booking_outage.why",
    "devices_maintenance.why",
    "places_policy_version.note",
}
OPEN_TASK = {"feedback_rating.text", "feedback_task.answer", "feedback_task.appeal_text", "feedback_task.finding"}
SETTLED_TASK = {"feedback_task.settlement"}  # nothing stands there before
A_YEAR_LATER = TUESDAY_NINE + timedelta(days=400)


def still_said() -> set[str]:
    """Columns of own words in which what was planted is still to be read."""
    return {
        name
        for name, field in text_columns().items()
        if isinstance(field, FreeText)
        and any(SAID[:20] in said for said in field.model._base_manager.values_list(field.attname, flat=True))
    }


def test_what_was_said_about_visits_is_forgotten_with_them_in_every_column(told: None) -> None:
    task = Task.objects.get()
    feedback.answer(task_id=task.pk, text=SAID, by=CLERK, now=TUESDAY_NINE)
    before = still_said()

    forgetting.forget(now=A_YEAR_LATER, wall=clock.wall())
    while_unsettled = still_said()
    feedback.settle(task_id=task.pk, outcome="explained", text=SAID, by=CLERK, now=A_YEAR_LATER)
    settled = still_said() - while_unsettled
    forgetting.forget(now=A_YEAR_LATER, wall=clock.wall())

    assert (
        before
        == {name for name, field in text_columns().items() if isinstance(field, FreeText)}
        - {"calendars_version.note"}
        - OF_CASES
        - OF_QUESTIONS
        - OF_CALLS
        - OF_VISITS
        - OF_THE_ARCHIVE
        - COMING
        - OWN
        - SETTLED_TASK
    )
    assert while_unsettled == OF_THE_HALL | OF_THE_LIBRARY | OPEN_TASK
    assert (settled, still_said()) == (SETTLED_TASK, OF_THE_HALL | OF_THE_LIBRARY)


def test_what_was_said_stays_in_the_trail_for_those_who_may_read_it(told: None) -> None:
    forgetting.forget(now=A_YEAR_LATER, wall=clock.wall())

    assert {entry.action for entry in trail(limit=500) if SAID in entry.facts.values()} >= {
        "forgiven",
        "lifted",
        "transferred",
    }
