"""A service that was begun before its line closes is served to the end: put aside at the window, it is taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key
from banshi.journeys.hall import close_hall_day
from banshi.journeys.hours import close_line
from banshi.journeys.visit import serve
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import TEN, browser, shut
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.surfaces.test_evacuated import UNTIL_NIGHT, evacuate, told, with_phones
from tests.surfaces.test_missed_and_sent_out import over, said
from tests.town import Town, at

pytestmark = pytest.mark.django_db
STAYS = "已经在办，不受影响：准备好了回窗口接着办。"
LATER = TEN + timedelta(minutes=20)


def begun(town: Town) -> str:
    """Who was called is being served; the ref."""
    with_phones(town)
    ref = Ticket.objects.get(state="called").ref
    tickets.start(ref=ref, staff_id=town.clerk.pk, now=TEN)
    return ref


def aside(town: Town, now: datetime = TEN) -> str:
    ref = begun(town)
    tickets.hold(ref=ref, staff_id=town.clerk.pk, now=now)
    return ref


def look(*moments: datetime) -> None:
    for now in moments:
        clock.set_clock(now=now, speed=0)
        close_line.look(now=now)


def messages(ref: str) -> list[str]:
    keys = Message.objects.filter(subject=f"ticket:{ref}").exclude(key="your_turn").order_by("id")
    return list(keys.values_list("key", flat=True))


@pytest.mark.parametrize("whole", [True, False])
def test_put_aside_in_a_line_closed_until_tomorrow_it_stays_and_is_taken_up_again(ten: Town, whole: bool):
    ref = begun(ten)
    shut(ten, whole=whole, until=UNTIL_NIGHT)

    desk = signed_in(ten.clerk)
    desk.post("/desk/do/hold", {"ref": ref})
    look(TEN + timedelta(seconds=1), TEN + timedelta(minutes=4), LATER)
    aside_now, page = Ticket.objects.get(ref=ref).state, desk.get("/desk/").content.decode()
    desk.post("/desk/do/resume-held", {"ref": ref})
    again = Ticket.objects.get(ref=ref).state
    serve.finish(ref=ref, staff_id=ten.clerk.pk, now=LATER)

    assert (aside_now, f'id="up-{ref}"' in page, again) == ("held", True, "serving")
    assert messages(ref) == ["rate"]
    assert Ticket.objects.get(ref=ref).state == "finished"


def test_put_aside_before_its_line_closes_its_person_is_told_to_come_back_and_nobody_sorry(ten: Town):
    ref, waiting = aside(ten), Ticket.objects.get(state="waiting").ref
    shut(ten, until=UNTIL_NIGHT)
    look(TEN + timedelta(seconds=1), LATER)

    resumed = tickets.resume_held(ref=ref, staff_id=ten.clerk.pk, now=LATER)

    assert (resumed.state, Ticket.objects.get(ref=waiting).state) == ("serving", "closed")
    assert (messages(ref), told("not_served")) == (["line_stopped"], [f"ticket:{waiting}"])
    assert said("line_stopped", ref).endswith(f"预计明天（3月11日）9:00恢复。{STAYS}")
    assert said("line_stopped", ref, "en").partition("A001: ")[2] == (
        "its service is under way and goes on: come back to the window when things are ready."
    )


@pytest.mark.parametrize("until", [at("2026-03-10 12:00"), UNTIL_NIGHT])
def test_its_page_says_that_the_closure_does_not_concern_it(ten: Town, until: datetime):
    ref = aside(ten)
    shut(ten, until=until)

    page = browser().get(f"/t/{ref}?k={rating_key(ref)}").content.decode()

    assert (STAYS in page, "恢复后接着办" in page, "号只在当天有效" in page) == (True, False, False)


def test_nothing_of_it_was_held_up_so_nobody_hears_that_it_goes_on(ten: Town):
    ref, waiting = aside(ten), Ticket.objects.get(state="waiting").ref
    closure = shut(ten)

    over(ten, closure, LATER)

    assert (messages(ref), told("line_goes_on")) == (["line_stopped"], [f"ticket:{waiting}"])


def test_a_finish_taken_back_inside_the_closure_can_be_put_aside_too(ten: Town):
    ref = begun(ten)
    shut(ten, until=UNTIL_NIGHT)
    serve.finish(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    serve.undo(ref=ref, staff_id=ten.clerk.pk, now=TEN)
    tickets.hold(ref=ref, staff_id=ten.clerk.pk, now=TEN)
    look(LATER)

    assert tickets.resume_held(ref=ref, staff_id=ten.clerk.pk, now=LATER).state == "serving"


def test_of_a_clerk_who_has_to_go_it_is_put_aside_and_goes_on_at_another_window(ten: Town):
    ref = begun(ten)
    shut(ten, until=UNTIL_NIGHT)
    tickets.free_window(staff_id=ten.clerk.pk, now=TEN)
    look(TEN + timedelta(seconds=1), LATER)

    tickets.sign_in(window_code="town-02", staff_id=ten.second_clerk.pk, now=LATER)

    assert tickets.resume_held(ref=ref, staff_id=ten.second_clerk.pk, now=LATER).state == "serving"


def test_it_is_not_passed_on_into_the_closed_line_and_keeps_its_way_back(ten: Town):
    ref = aside(ten)
    shut(ten, until=UNTIL_NIGHT)

    with pytest.raises(Refused) as no:
        tickets.transfer(ref=ref, staff_id=ten.clerk.pk, category_code="A", now=LATER)

    assert (no.value.slug, no.value.next) == ("closed", at("2026-03-11 09:00"))
    assert Ticket.objects.get(ref=ref).state == "held"


def test_who_does_not_come_back_by_the_end_of_the_day_hears_that_it_was_not_finished(ten: Town):
    ref = aside(ten)
    shut(ten, until=UNTIL_NIGHT)

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    assert messages(ref) == ["line_stopped", "not_finished"]
    assert Ticket.objects.get(ref=ref).state == "finished"


def test_evacuated_its_person_leaves_and_comes_back_although_the_line_stays_closed(ten: Town):
    ref = aside(ten)
    out = evacuate(ten)
    shut(ten, until=UNTIL_NIGHT)
    during = messages(ref)
    with pytest.raises(Refused):
        tickets.resume_held(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    over(ten, out, LATER)

    assert (during, messages(ref)) == (["evacuated"], ["evacuated", "evacuation_over"])
    assert said("evacuation_over", ref).endswith("接着办，准备好了窗口会再叫。")
    assert tickets.resume_held(ref=ref, staff_id=ten.clerk.pk, now=LATER).state == "serving"


def test_the_preview_counts_it_among_those_served_to_the_end(ten: Town):
    aside(ten)
    words = {
        "from_day": "2026-03-10", "from_time": "10:05", "to_day": "2026-03-10", "to_time": "23:59", "part": "",
        "reason_zh": "消防检查", "reason_en": "",
    }  # fmt: skip

    page = signed_in(ten.manager).post("/office/town/calendar/closures/preview", words)

    assert (page.context["in_line"], page.context["at_windows"]) == (1, 1)
