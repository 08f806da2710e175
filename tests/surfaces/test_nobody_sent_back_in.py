"""While everybody is out, no message sends anybody back in; what was held back is said when it is true again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from banshi.gateways.outbox import Outbox
from banshi.journeys.hours import change_hours, close_line
from banshi.rooms.booking.models import Kept
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.test_closed_in_the_middle import TEN, booked_for_ten, shut
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.surfaces.test_evacuated import UNTIL_NIGHT, evacuate, with_phones
from tests.town import CITIZEN, CLERK, Town, at

pytestmark = pytest.mark.django_db
AFTER = at("2026-03-10 10:20")


def ahead(town: Town, now: datetime) -> int:
    return tickets.send_ahead(hall=town.hall, now=now)


def sent(now: datetime) -> list[str]:
    """The keys of what goes out."""
    box = {name: Outbox(name) for name in ("sms", "wechat", "email")}
    due = set(Message.objects.filter(state="due").values_list("pk", flat=True))
    messaging.drain(channels=box, now=now)
    return sorted(Message.objects.filter(pk__in=due, state="sent").values_list("key", flat=True))


def over(closure: object, now: datetime) -> None:
    change_hours.withdraw(closure=closure, by=CLERK, now=now)
    close_line.look(now=now)


@pytest.mark.parametrize("kind", ["evacuation", "closure"])
def test_nobody_is_told_to_wait_nearby_while_the_line_is_stopped_and_everybody_when_it_goes_on(ten: Town, kind: str):
    ten.policy(messages={"ahead": 5})
    with_phones(ten)
    closure = shut(ten, whole=True, kind=kind)

    during = ahead(ten, TEN)
    over(closure, AFTER)
    after = ahead(ten, AFTER)

    waiting = Ticket.objects.filter(state="waiting").count()
    assert (during, after, Message.objects.filter(key="ahead").count()) == (0, waiting, waiting)


def test_what_was_written_before_does_not_go_out_in_an_evacuation_and_is_said_once_more_after_it(ten: Town):
    ten.policy(messages={"ahead": 5})
    with_phones(ten)
    ahead(ten, TEN)
    closure = evacuate(ten, until=UNTIL_NIGHT)

    during = sent(TEN)
    over(closure, AFTER)
    told = [ahead(ten, AFTER), ahead(ten, AFTER)]

    assert during == ["evacuated", "evacuated"]
    assert told == [2, 0]
    assert sent(AFTER) == ["ahead", "ahead", "evacuation_over", "evacuation_over"]


def test_whoever_was_kept_in_a_closure_hears_that_it_is_nearly_their_turn(ten: Town):
    ten.policy(messages={"ahead": 5})
    booked = booked_for_ten(ten)
    Kept.objects.create(appointment=booked, at=TEN, by="staff:1")
    mine = tickets.issue(
        tickets.Take(
            item_code="pension",
            appointment=booked,
            person_id=booked.person_id,
            kind="booked",
            channel="kiosk",
            by=CITIZEN,
            contact="+8613800138000",
        ),
        hall=ten.hall,
        now=TEN - timedelta(minutes=5),
    )
    shut(ten, whole=True)

    assert ahead(ten, TEN) == 1
    assert sent(TEN) == ["ahead", "confirmation"]
    assert set(Message.objects.filter(key="ahead").values_list("subject", flat=True)) == {f"ticket:{mine.ref}"}
