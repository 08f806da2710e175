"""The day's bookings on paper: by e-mail each morning, and always in the office, with a trail."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from banshi.config.wiring import ENCLOSURES
from banshi.foundation import clock
from banshi.journeys.hall import day_sheet
from banshi.kernel.policy import HallPolicy
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging import queries as notices
from banshi.rooms.messaging.models import Message
from tests.surfaces.office.editing import booked, manager, office, signed_in  # noqa: F401 – fixtures
from tests.town import CITIZEN, TUESDAY_NINE, at

MORNING = at("2026-03-11 07:30")
TO = {"day_sheet_to": ["hall@town.cn"]}


class Letters:
    """An e-mail channel that keeps what it was given."""

    name = "email"
    needs_address = False

    def __init__(self):
        self.sent = []

    def send(self, to, text, *, template, params, idempotency, attachments=()):
        self.sent.append((to, text, list(attachments)))
        return "sent"


def morning(town, now=MORNING, **messages):
    town.policy(messages={**TO, **messages})
    slot = town.slot()
    for i in range(2):
        booking.place(
            slot_id=slot.pk, item_code="pension", person_id=town.person(i).pk, source="web", by=CITIZEN,
            now=TUESDAY_NINE,
        )  # fmt: skip
    return day_sheet.send_due(now=now)


def sent(now=MORNING, enclosures=ENCLOSURES):
    letters = Letters()
    messaging.drain(channels={"email": letters}, now=now, enclosures=enclosures)
    return [each for each in letters.sent if each[0] == "hall@town.cn"]


def test_the_days_bookings_go_to_the_hall_in_the_morning_once(town):
    assert (morning(town), day_sheet.send_due(now=MORNING + timedelta(minutes=5))) == (1, 1)

    (letter,) = sent()

    to, text, (sheet,) = letter
    assert (to, text) == ("hall@town.cn", "小镇大厅今天（3月11日）预约单：2 个预约。附件可以打印，断网断电时照单办理。")
    assert (sheet.name, sheet.kind) == ("2026-03-11-town.html", "text/html")
    assert sheet.content.decode().count("<tr>") == 3
    assert Message.objects.filter(key="day_sheet").count() == 1
    assert Entry.objects.filter(action="looked", subject="day-sheet:2026-03-11").count() == 1


@pytest.mark.parametrize(
    ("now", "written"),
    [("2026-03-11 07:29", 0), ("2026-03-11 07:30", 1), ("2026-03-11 11:29", 1), ("2026-03-11 11:30", 0)],
)
def test_a_sheet_comes_when_it_is_of_use(town, now, written):
    assert morning(town, now=at(now)) == written


@pytest.mark.parametrize("policy", [{"day_sheet_to": []}, {"day_sheet_at": None}])
def test_a_hall_that_wants_no_sheet_gets_none(town, policy):
    assert morning(town, **policy) == 0


def test_a_day_without_bookings_needs_no_sheet(town):
    town.policy(messages=TO)

    assert day_sheet.send_due(now=MORNING) == 0


@pytest.mark.parametrize(("names", "shown"), [("masked", False), ("whole", True)])
def test_names_are_shown_as_the_policy_says(town, names, shown):
    morning(town, day_sheet_names=names)

    ((_, _, (sheet,)),) = sent()

    assert (town.person(0).name in sheet.content.decode()) is shown


def test_nothing_of_the_sheet_is_stored_with_its_message(town):
    morning(town, day_sheet_names="whole")

    sent()

    message = Message.objects.get(key="day_sheet")
    assert message.params == {"day": "2026-03-11", "count": 2}
    assert town.person(0).name not in str(message.said) + message.text


def test_a_sheet_that_cannot_be_made_is_shown_to_a_person(town):
    morning(town)

    def broken(_subject, *, language):
        raise ZeroDivisionError(language)

    assert sent(enclosures={"day_sheet": broken}) == []
    assert [(n.status, n.error) for n in notices.notices(key="day_sheet")] == [
        ("failed", "the attachment could not be made")
    ]


@pytest.mark.parametrize("address", ["hall", "a@b", "a b@town.cn", "hall@town.cn\nBcc: x@y.cn"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ValueError, match="day_sheet_to"):
        HallPolicy.model_validate({"messages": {"day_sheet_to": [address]}})


def test_the_office_prints_it_and_saves_it_and_both_are_on_record(office, manager):  # noqa: F811
    appointment = booked(office, "2026-03-11 09:00")

    page = manager.get("/office/town/appointments/sheet?day=2026-03-11").content.decode()
    file = manager.get("/office/town/appointments/sheet?day=2026-03-11&format=xlsx").content

    rows = list(load_workbook(io.BytesIO(file)).active.values)
    assert re.findall(r"<td>(.*?)</td>", page)[-1] == appointment.code
    assert rows[1][6] == appointment.code
    looked = Entry.objects.filter(action="looked", subject="day-sheet:2026-03-11")
    assert {each.actor for each in looked} == {f"staff:{office.manager.pk}"}
    assert looked.count() == 2


def test_a_booking_for_several_says_how_many_come(office, manager):  # noqa: F811
    appointment = booked(office, "2026-03-11 09:00")
    Appointment.objects.filter(pk=appointment.pk).update(persons=3)

    page = manager.get("/office/town/appointments/sheet?day=2026-03-11").content.decode()
    file = manager.get("/office/town/appointments/sheet?day=2026-03-11&format=xlsx").content

    head, line = list(load_workbook(io.BytesIO(file)).active.values)[:2]
    heads, cells = re.findall(r"<th>(.*?)</th>", page), re.findall(r"<td[^>]*>(.*?)</td>", page)
    assert dict(zip(heads, cells, strict=True))["人数"] == "3"
    assert dict(zip(head, line, strict=True))["人数"] == 3


def test_a_window_clerk_gets_no_sheet(office):  # noqa: F811
    assert signed_in(office.clerk).get("/office/town/appointments/sheet").status_code == 403
    assert clock.now() == TUESDAY_NINE
