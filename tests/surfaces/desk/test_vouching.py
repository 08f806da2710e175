"""A clerk who sees person and card shows who stands at a machine, once they have read whose card it was."""

from __future__ import annotations

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.audit.models import Entry
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from banshi.rooms.tickets import actions as tickets
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_work(clerk: Client, matters: Matters) -> Client:
    tickets.sign_in(window_code="town-01", staff_id=matters.town.clerk.pk, now=TUESDAY_NINE)
    return clerk


def waiting(matters: Matters, hall: str = "town") -> KioskSession:
    """Somebody stands there with a number on the screen."""
    row = at_machine.begin_session(hall=hall, device="", person_id=matters.person.pk, at=clock.wall(), now=TUESDAY_NINE)
    at_machine.number_to_vouch(ref=row.ref, at=clock.wall())
    row.refresh_from_db()
    return row


def test_the_number_says_masked_whose_card_it_was_and_the_second_press_shows_it(at_work: Client, matters: Matters):
    row = waiting(matters)

    asked = at_work.post("/desk/machine", {"number": row.number})
    between = KioskSession.objects.get().level
    done = at_work.post("/desk/machine", {"number": row.number, "seen": row.person_id})
    again = at_work.post("/desk/machine", {"number": row.number, "seen": row.person_id})

    page = asked.content.decode()
    assert (matters.person.masked_name in page, str(matters.person.id_number) in page, between) == (True, False, "card")
    row.refresh_from_db()
    assert (done.status_code, row.level, row.way) == (302, "shown", "clerk")
    assert row.vouched_by == f"staff:{matters.town.clerk.pk}"
    assert Entry.objects.filter(action="shown_at_machine").count() == 1
    assert again.status_code in (302, 404)


def test_a_number_of_nobody_or_of_another_hall_shows_nobody(at_work: Client, matters: Matters):
    row = waiting(matters, hall="other")
    wrong = "0000" if row.number != "0000" else "1111"

    answers = [
        at_work.post("/desk/machine", {"number": n, "seen": s})
        for n in (wrong, row.number)
        for s in ("", row.person_id)
    ]

    assert [each.status_code for each in answers] == [404] * 4
    assert KioskSession.objects.get().level == "card"


def test_whoever_guesses_waits(at_work: Client, matters: Matters):
    slugs = [at_work.post("/desk/machine", {"number": f"{n:04d}"}).status_code for n in range(12)]

    assert (slugs[0], slugs[-1]) == (404, 429)


def test_who_receives_no_cases_vouches_for_nobody(client: Client, matters: Matters):
    row = waiting(matters)
    client.force_login(matters.staff["reviewer"])

    assert client.post("/desk/machine", {"number": row.number, "seen": row.person_id}).status_code == 403


def test_a_number_that_is_somebody_elses_by_now_shows_nobody(at_work: Client, matters: Matters):
    row = waiting(matters)
    at_work.post("/desk/machine", {"number": row.number})
    KioskSession.objects.filter(pk=row.pk).update(person=matters.town.person(3))

    pressed = at_work.post("/desk/machine", {"number": row.number, "seen": row.person_id})

    assert (pressed.status_code, KioskSession.objects.get().level) == (404, "card")
