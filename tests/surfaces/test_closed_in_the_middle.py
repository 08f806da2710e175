"""A closure in the middle of the day: hall page, desk, kiosk and office say the same, and say it at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.translations import compile_all
from banshi.journeys import change_hours, close_line
from banshi.rooms.calendars.models import Closure
from banshi.rooms.places.models import Floor
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
compile_all()
TEN, NOON = at("2026-03-10 10:00"), at("2026-03-10 12:00")


@pytest.fixture
def ten(town: Town) -> Any:
    """Ten o'clock; window 01 at work, one called there and one in line."""
    open_town(town)
    for _ in range(2):
        tickets.issue(hall=town.hall, item_code="pension", channel="kiosk", by=CITIZEN, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    clock.set_clock(now=TEN, speed=0)
    yield town
    clock.forget()


def shut(town: Town) -> Closure:
    zone = town.windows["01"].zone
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TEN, ends_at=NOON, reason_zh="消防检查", reason_en="Fire drill", made_by="staff:1",
        made_at=TEN, floor=zone.floor,
    )  # fmt: skip
    close_line.begin(closure=closure, now=TEN)
    return closure


def browser() -> Client:
    return Client(headers={"accept-language": "zh-CN"})


def test_a_desk_with_somebody_called_hears_of_a_closure_and_of_its_end(ten: Town):
    clerk = signed_in(ten.clerk)
    before = clerk.get("/desk/").context["seen"]

    closure = shut(ten)
    began = clerk.get("/desk/line", {"seen": before})
    during = clerk.get("/desk/").context["seen"]
    change_hours.withdraw(closure=closure, by=CLERK, now=TEN)
    close_line.look(now=TEN)
    ended = clerk.get("/desk/line", {"seen": during})

    assert (began["HX-Trigger"], ended["HX-Trigger"]) == ("desk-changed", "desk-changed")
    assert clerk.get("/desk/").context["seen"] == before


def test_the_desk_says_it_in_whole_sentences(ten: Town):
    shut(ten)

    assert "到 12:00。那里暂停叫号，排队的人已经通知。" in signed_in(ten.clerk).get("/desk/").content.decode()


def test_the_halls_page_names_the_floor_and_says_closed(ten: Town):
    floor = ten.windows["01"].zone.floor
    shut(ten)

    page = browser().get("/halls/town").content.decode()

    assert f"今天 10:00–12:00，{floor.label_zh}关闭：消防检查" in page


def test_the_kiosk_refuses_before_it_offers_a_wait(ten: Town):
    shut(ten)

    for asked in ("item=pension", "category=A"):
        page = browser().get(f"/kiosk/town/confirm?{asked}")
        assert (page.status_code, "消防检查" in page.content.decode()) == (409, True)


def test_the_phone_says_no_wait_while_calling_has_stopped(ten: Town):
    ref = Ticket.objects.get(state="waiting").ref
    assert "data-wait" in browser().get(f"/t/{ref}").content.decode()

    shut(ten)

    page = browser().get(f"/t/{ref}").content.decode()
    assert ("暂停叫号" in page, "data-wait" in page) == (True, False)


def test_the_preview_counts_those_in_line_and_at_windows(ten: Town):
    manager = signed_in(ten.manager)
    words = {
        "from_day": "2026-03-10", "from_time": "10:05", "to_day": "2026-03-10", "to_time": "12:30", "part": "",
        "reason_zh": "消防检查", "reason_en": "",
    }  # fmt: skip

    page = manager.post("/office/town/calendar/closures/preview", words)

    assert (page.context["in_line"], page.context["at_windows"]) == (1, 1)
    assert ("另有 1 人在排队" in page.content.decode(), "1 人正在窗口" in page.content.decode()) == (True, True)


def test_a_floor_without_windows_is_not_offered_to_close(ten: Town):
    Floor.objects.create(hall=ten.hall, code="9", label_zh="9 楼", label_en="Floor 9")
    manager = signed_in(ten.manager)

    form = manager.get("/office/town/calendar/closures/").content.decode()

    assert ('value="floor:9"' in form, f'value="floor:{ten.windows["01"].zone.floor.code}"' in form) == (False, True)
