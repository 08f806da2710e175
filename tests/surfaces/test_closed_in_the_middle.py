"""A closure in the middle of the day: hall page, desk, kiosk and office say the same, and say it at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.foundation.crypto import link_key, rating_key
from banshi.foundation.translations import compile_all
from banshi.journeys.hours import change_hours, close_line
from banshi.journeys.visit import check_in
from banshi.journeys.visit.when import when
from banshi.rooms.booking import actions as booking
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.actions import create_key
from banshi.rooms.places.models import Floor
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
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
        tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    clock.set_clock(now=TEN, speed=0)
    yield town
    clock.forget()


def shut(town: Town, *, whole: bool = False, kind: str = "closure", until: Any = NOON) -> Closure:
    floor = None if whole else town.windows["01"].zone.floor
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TEN, ends_at=until, reason_zh="消防检查", reason_en="Fire drill", made_by="staff:1",
        made_at=TEN, floor=floor, kind=kind,
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


def booked_for_ten(town: Town) -> Any:
    slot = town.slot(starts=TEN)
    return booking.place(
        slot_id=slot.pk, item_code="pension", person_id=town.person(1).pk, source="staff", by=CLERK,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip


def everywhere(town: Town, ref: str) -> dict[str, str]:
    """What each surface shows."""
    found = {
        "phone": browser().get(f"/t/{ref}"),
        "hall": browser().get("/halls/town"),
        "hall-state": browser().get("/halls/town/state"),
        "slip": browser().get(f"/kiosk/town/slip/{ref}?k={rating_key(ref)}"),
        "kiosk": browser().get("/kiosk/town/"),
        "desk": signed_in(town.clerk).get("/desk/"),
        "book": browser().get("/book/pension/?hall=town"),
    }
    said = {name: page.content.decode() for name, page in found.items()}
    said["board"] = browser().get("/screens/town/facts").json()["message"]
    said["when"] = next(c.why_closed_zh for c in when(item_code="pension", now=TEN) if c.hall == "town")
    key = create_key(name="test", scope="manage", hall="town", now=TEN)
    listed = browser().get("/api/v1/halls/town/closures", headers={"authorization": f"Bearer {key}"}).json()
    said["api"] = listed["data"][0]["says"]
    return said


@pytest.mark.parametrize("whole", [True, False])
def test_everybody_is_told_of_a_closure_in_one_sentence_and_nobody_a_wait(ten: Town, whole: bool):
    ref = Ticket.objects.get(state="waiting").ref
    shut(ten, whole=whole)
    where = "大厅" if whole else ten.windows["01"].zone.floor.label_zh

    said = everywhere(ten, ref)

    sentence = f"{where}关闭：消防检查。暂停叫号，预计今天 12:00 恢复。"
    assert [name for name, text in said.items() if sentence not in text] == []
    line = queries.line(ten.hall.pk, TEN)
    assert {(c.stopped, c.likely_s, c.at_most_s) for c in line.categories} == {(True, None, None)}
    assert [(t.likely_s, t.walk_off_until, t.ahead) for t in line.tickets if t.state == "waiting"] == [(None, None, 0)]
    assert "暂停叫号" in browser().get("/halls/town/line").content.decode()
    above_windows = browser().get("/screens/town/facts?zone=main").json()
    assert (above_windows["stopped"], sentence in above_windows["message"]) == (True, True)
    refused = browser().get("/kiosk/town/confirm?item=pension").content.decode()
    assert sentence in refused


def test_the_list_of_halls_says_it_too(ten: Town):
    shut(ten, whole=True)

    page = browser().get("/halls/").content.decode()

    assert "大厅关闭：消防检查。暂停叫号，预计今天 12:00 恢复。" in page


def test_whoever_was_kept_is_called_and_told_so_in_the_same_sentence_everywhere(ten: Town):
    other = Ticket.objects.get(state="waiting").ref
    row = booked_for_ten(ten)
    shut(ten, whole=True)
    booking.keep(rows=[row], why_zh="消防检查", by=CLERK, now=TEN)
    sentence = "大厅关闭：消防检查。只叫保留的预约，其余预计今天 12:00 恢复。"
    mine = "这次预约已保留，照常叫号。"

    booked = browser().get(f"/a/{row.code}?k={link_key(row.code)}").content.decode()
    number = check_in.by_code(hall=ten.hall, code=row.code, by=CITIZEN, now=TEN, channel="kiosk")
    said = everywhere(ten, number.ref)

    assert (sentence in booked, mine in booked) == (True, True)
    assert [name for name, text in said.items() if sentence not in text] == []
    assert (mine in said["phone"], mine in said["slip"], "data-wait" in said["phone"]) == (True, True, True)
    theirs = browser().get(f"/t/{other}").content.decode()
    assert (sentence in theirs, mine in theirs, "data-wait" in theirs) == (True, False, False)
    assert browser().get("/screens/town/facts?zone=main").json()["stopped"] is False
    view = queries.ticket(number.ref, TEN)
    assert (view.ahead, view.likely_s is not None) == (0, True)
    tickets.miss(ref=Ticket.objects.get(state="called").ref, staff_id=ten.clerk.pk, now=TEN)
    called = tickets.call_next(window_code="town-01", staff_id=ten.clerk.pk, now=TEN)
    assert called is not None
    assert called.ref == number.ref


def test_who_was_sent_home_reads_why_and_that_no_place_is_kept(ten: Town):
    ref = Ticket.objects.get(state="waiting").ref
    shut(ten, until=at("2026-03-10 23:59"))

    page = browser().get(f"/t/{ref}").content.decode()

    assert Ticket.objects.get(ref=ref).state == "closed"
    assert "1 楼关闭：消防检查。暂停叫号，预计明天 9:00 恢复。" in page
    assert "号不作废" not in page


def test_evacuated_nobody_is_called_and_nobody_is_told_they_were_kept(ten: Town):
    row = booked_for_ten(ten)
    booking.keep(rows=[row], why_zh="消防检查", by=CLERK, now=TEN)
    shut(ten, whole=True, kind="evacuation", until=at("2026-03-10 23:59"))

    message = browser().get("/screens/town/facts").json()["message"]
    booked = browser().get(f"/a/{row.code}?k={link_key(row.code)}").content.decode()

    assert message == "疏散：离开大厅，听现场工作人员指引。原因：消防检查。恢复时另行通知。"
    assert (message in booked, "保留" in booked) == (True, False)


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
