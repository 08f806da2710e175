"""Two evacuations at once: the end of the one says what is still evacuated, and calls nobody to a closed window."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from banshi.foundation import clock
from banshi.foundation.translations import compile_all
from banshi.journeys.hours import change_hours, close_line
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging import rules as wording
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import WindowCategory
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.journeys.hours.test_closures import TEN, two_floors
from tests.surfaces.test_closed_in_the_middle import browser
from tests.surfaces.test_evacuated import with_phones
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
compile_all()
__all__ = ["two_floors"]


@pytest.fixture
def hall(two_floors: Town) -> Any:
    """Ten o'clock; A waits and is served below, B waits below and is served upstairs only."""
    b = two_floors.categories["B"]
    b.zone = two_floors.windows["01"].zone
    b.save()
    WindowCategory.objects.filter(category=b).exclude(window=two_floors.windows["03"]).delete()
    for item in ("pension", "id-card"):
        tickets.issue(tickets.Take(item_code=item, channel="kiosk", by=CITIZEN), hall=two_floors.hall, now=TUESDAY_NINE)
    with_phones(two_floors)
    clock.set_clock(now=TEN, speed=0)
    yield two_floors
    clock.forget()


def evacuate(town: Town, **part: Any) -> Closure:
    closure = Closure.objects.create(
        hall=town.hall, starts_at=TEN, ends_at=at("2026-03-10 23:59"), reason_zh="火警", reason_en="Fire",
        made_by="staff:1", made_at=TEN, kind="evacuation", **part,
    )  # fmt: skip
    close_line.begin(closure=closure, now=TEN)
    return closure


def over(closure: Closure, now: datetime) -> list[str]:
    """What its end says, by number."""
    before = set(Message.objects.values_list("pk", flat=True))
    clock.set_clock(now=now, speed=0)
    change_hours.withdraw(closure=closure, by=CLERK, now=now)
    close_line.look(now=now)
    told = Message.objects.filter(key="evacuation_over").exclude(pk__in=before).order_by("params__number")
    zone = ZoneInfo("Asia/Shanghai")
    said = [wording.spoken(each.params, language="zh", zone=zone, now=now) for each in told]
    return [wording.render(wording.COMMON["evacuation_over"]["zh"], each).partition("，")[2] for each in said]


def test_the_end_of_one_names_the_floor_that_is_still_evacuated_and_the_end_of_that_one_tells_the_rest(hall: Town):
    upstairs, whole = evacuate(hall, floor=hall.extra["upstairs"]), evacuate(hall)

    first = over(whole, at("2026-03-10 10:20"))
    page = browser().get(f"/t/{Ticket.objects.get(number='B001').ref}").content.decode()
    then = over(upstairs, at("2026-03-10 10:30"))

    assert first == [
        "可以回来了。2 楼还在疏散，别过去。A001 号还在原来的位置，接着叫号。",
        "可以回来了。2 楼还在疏散，别过去。B001 号还在原来的位置，窗口还没恢复。",
    ]
    assert ("疏散：离开2 楼" in page, "号和位置都保留，恢复后接着叫。" in page, "暂时估不出" in page) == (
        True,
        True,
        False,
    )
    assert then == ["可以回来了。B001 号还在原来的位置，接着叫号。"]


def test_while_the_whole_hall_is_out_the_end_of_a_floors_tells_nobody(hall: Town):
    upstairs, whole = evacuate(hall, floor=hall.extra["upstairs"]), evacuate(hall)

    first, then = over(upstairs, at("2026-03-10 10:20")), over(whole, at("2026-03-10 10:30"))

    assert (first, [each.partition("。")[2] for each in then]) == (
        [], ["A001 号还在原来的位置，接着叫号。", "B001 号还在原来的位置，接着叫号。"],
    )  # fmt: skip


def test_who_is_served_at_a_window_still_evacuated_is_not_told_to_go_back_to_it(hall: Town):
    tickets.sign_in(window_code="town-03", staff_id=hall.clerk.pk, now=TUESDAY_NINE)
    called = tickets.call_next(window_code="town-03", staff_id=hall.clerk.pk, now=TUESDAY_NINE)
    assert called is not None
    tickets.start(ref=called.ref, staff_id=hall.clerk.pk, now=TUESDAY_NINE)
    upstairs, whole = evacuate(hall, floor=hall.extra["upstairs"]), evacuate(hall)

    first, then = over(whole, at("2026-03-10 10:20")), over(upstairs, at("2026-03-10 10:30"))

    assert (len(first), then) == (1, ["可以回来了。B001 号接着办，回到窗口。"])
