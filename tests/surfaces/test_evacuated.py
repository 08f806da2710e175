"""An evacuation is no closure: everybody is told to leave, nobody to wait, and every number stays."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from banshi.foundation.crypto import encrypt
from banshi.journeys.hall.close_hall_day import close_due
from banshi.journeys.hours import change_hours, close_line, unsettled
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment, Slot
from banshi.rooms.calendars import actions as calendars
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.places.models import Floor
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets import queries
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.screens.facts import facts_of
from tests.rooms.booking.test_who_books import slug_of
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import NOON, TEN, booked_for_ten, browser, everywhere, shut
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.town import CITIZEN, CLERK, Town, at

pytestmark = pytest.mark.django_db
LEAVE = "疏散：离开大厅，听现场工作人员指引。"
UNTIL_NIGHT = at("2026-03-10 23:59")


def evacuate(town: Town, *, whole: bool = True, until: object = NOON) -> Closure:
    return shut(town, whole=whole, kind="evacuation", until=until)


def with_phones(town: Town) -> None:
    Ticket.objects.filter(hall=town.hall).update(notify_to=encrypt("13800000000", place=TO_PLACE))


def told(key: str) -> list[str]:
    return sorted(Message.objects.filter(key=key).values_list("subject", flat=True))


def test_everybody_is_told_to_leave_in_one_sentence_and_nobody_to_wait(ten: Town):
    ref = Ticket.objects.get(state="waiting").ref
    evacuate(ten)

    said = everywhere(ten, ref)

    assert [name for name, text in said.items() if LEAVE not in text] == []
    assert [name for name, text in said.items() if "消防检查" not in text] == []
    assert "号和位置都保留，恢复后接着叫。" in said["phone"]
    assert [word for word in ("在这里等", "data-wait", "data-ahead", "窗口 01") if word in said["phone"]] == []
    assert [name for name in ("slip", "kiosk") if "现场取号" in said[name]] == []
    assert ["号都保留" in said[name] for name in ("slip", "kiosk")] == [True, True]


def test_the_board_gives_no_tips_while_everybody_leaves(ten: Town):
    ten.policy(screens={"notices_zh": ["到 1 楼咨询台反映"]})
    before = facts_of(ten.hall, now=TEN)["notices"]
    evacuate(ten)

    assert (before, facts_of(ten.hall, now=TEN)["notices"]) == (["到 1 楼咨询台反映"], [])


def test_a_floor_is_left_by_its_name(ten: Town):
    evacuate(ten, whole=False)
    floor = ten.windows["01"].zone.floor.label_zh

    above = browser().get("/screens/town/facts?zone=main").json()

    assert above["evacuated"] == {
        "leave": f"疏散：离开{floor}，听现场工作人员指引。", "why": "原因：消防检查。预计今天 12:00 恢复。",
        "stays": "号都保留，恢复后接着叫。",
    }  # fmt: skip
    whole = browser().get("/screens/town/facts").json()
    assert (whole["evacuated"], whole["out"]) == (None, ["main"])


def test_without_a_typed_end_or_a_reason_nothing_of_tomorrow_is_promised(ten: Town):
    closure = evacuate(ten, until=UNTIL_NIGHT)
    Closure.objects.filter(pk=closure.pk).update(reason_zh="紧急疏散", reason_en="Evacuation")

    facts = browser().get("/screens/town/facts").json()
    english = browser().get("/screens/town/facts?lang=en").json()["evacuated"]

    assert facts["message"] == f"{LEAVE}恢复时另行通知。"
    assert facts["evacuated"]["why"] == "恢复时另行通知。"
    assert english["leave"] == "Evacuation: leave the hall and follow the staff there."


def test_who_is_called_or_served_is_told_too_and_reads_of_no_window(ten: Town):
    with_phones(ten)
    called, waiting = Ticket.objects.get(state="called"), Ticket.objects.get(state="waiting")

    evacuate(ten)

    called.refresh_from_db()
    assert (called.state, called.window, called.misses) == ("waiting", None, 0)
    assert told("evacuated") == sorted([f"ticket:{called.ref}", f"ticket:{waiting.ref}"])
    page = browser().get(f"/t/{called.ref}").content.decode()
    assert (LEAVE in page, "现在去" in page, "号窗口" in page) == (True, False, False)
    assert queries.line(ten.hall.pk, TEN).calls == ()


def test_who_is_being_served_leaves_and_goes_on_at_the_same_window(ten: Town):
    with_phones(ten)
    ref = Ticket.objects.get(state="called").ref
    tickets.start(ref=ref, staff_id=ten.clerk.pk, now=TEN)

    closure = evacuate(ten)
    page = browser().get(f"/t/{ref}").content.decode()
    desk = signed_in(ten.clerk).get("/desk/").content.decode()

    assert (LEAVE in page, "正在" in page) == (True, False)
    assert Ticket.objects.get(ref=ref).state == "serving"
    assert (LEAVE in desk, "带上窗口前的人一起走" in desk) == (True, True)
    assert [key for key in ("Space", "h", "t", "m", "a", "k", "p") if f'data-key="{key}"' in desk] == []
    assert 'data-key="F9"' in desk
    change_hours.withdraw(closure=closure, by=CLERK, now=TEN)
    close_line.look(now=TEN)
    assert told("evacuation_over") == told("evacuated")
    assert 'data-key="Space"' in signed_in(ten.clerk).get("/desk/").content.decode()


BACK_DOORS = {
    "recall": ([], tickets.recall, "called"),
    "start": ([], tickets.start, "called"),
    "resume_held": ([tickets.start, tickets.hold], tickets.resume_held, "held"),
    "undo miss": ([tickets.miss], tickets.undo, "missed"),
    "undo start": ([tickets.start], tickets.undo, "serving"),
    "undo turning away": ([tickets.turn_away], tickets.undo, "finished"),
}


@pytest.mark.parametrize("press", BACK_DOORS)
@pytest.mark.parametrize("kind", ["evacuation", "closure"])
def test_no_press_brings_anybody_to_a_window_while_people_leave(ten: Town, kind: str, press: str):
    """Not even before the hall's own look has sent out whom it finds; in any other closure who is there is served."""
    before, act, state = BACK_DOORS[press]
    ref = Ticket.objects.get(state="called").ref
    for each in before:
        each(ref=ref, staff_id=ten.clerk.pk, now=TEN, **({"why": "不是本人"} if each is tickets.turn_away else {}))
    Closure.objects.create(
        hall=ten.hall, starts_at=TEN, ends_at=NOON, reason_zh="消防检查", reason_en="Fire drill", made_by="staff:1",
        made_at=TEN, kind=kind,
    )  # fmt: skip

    said = slug_of(act, ref=ref, staff_id=ten.clerk.pk, now=TEN)

    assert said == ("closed" if kind == "evacuation" else "done")
    assert kind == "closure" or Ticket.objects.get(ref=ref).state == state


def test_a_finish_is_taken_back_while_people_leave_for_they_go_on_afterwards(ten: Town):
    ref = Ticket.objects.get(state="called").ref
    tickets.start(ref=ref, staff_id=ten.clerk.pk, now=TEN)
    tickets.finish(ref=ref, staff_id=ten.clerk.pk, now=TEN)
    evacuate(ten)

    assert tickets.undo(ref=ref, staff_id=ten.clerk.pk, now=TEN).state == "serving"


def test_a_clerk_who_comes_in_and_the_tablet_at_a_window_read_it(ten: Town):
    evacuate(ten, whole=False)
    floor = ten.windows["01"].zone.floor.label_zh
    leave = f"疏散：离开{floor}，听现场工作人员指引。"

    choosing = signed_in(ten.second_clerk).get("/desk/").content.decode()
    tablet = browser().get("/screens/windows/town-01/rate/part").content.decode()

    assert (leave in choosing, leave in tablet, "为你服务" in tablet) == (True, True, False)


def test_after_its_end_the_one_who_was_called_is_called_first_again(ten: Town):
    with_phones(ten)
    first = Ticket.objects.get(state="called").ref
    closure = evacuate(ten, until=UNTIL_NIGHT)

    change_hours.withdraw(closure=closure, by=CLERK, now=TEN)
    close_line.look(now=TEN)
    again = tickets.call_next(window_code="town-01", staff_id=ten.clerk.pk, now=TEN)

    assert again is not None
    assert (again.ref, again.calls) == (first, 2)
    assert len(told("evacuation_over")) == 2


def test_numbers_stay_through_an_evacuation_without_an_end_until_the_day_would_have_ended(ten: Town):
    evacuate(ten, until=UNTIL_NIGHT)

    close_due(now=at("2026-03-10 11:30"))
    stay = list(Ticket.objects.order_by("id").values_list("state", flat=True))
    close_due(now=at("2026-03-10 18:30"))

    assert stay == ["waiting", "waiting"]
    assert list(Ticket.objects.order_by("id").values_list("state", flat=True)) == ["closed", "closed"]


def test_the_desk_says_how_many_keep_their_place_while_calling_has_stopped(ten: Town):
    tickets.miss(ref=Ticket.objects.get(state="called").ref, staff_id=ten.clerk.pk, now=TEN)
    shut(ten, whole=True)

    desk = signed_in(ten.clerk).get("/desk/").content.decode()

    assert "另有 1 人的号保留，暂停叫号" in desk
    assert '<p class="muted">没有人在等</p>' not in desk
    assert "1 人在等，号和位置都保留。" in desk


def test_a_kiosk_gives_nothing_while_people_leave_and_starts_again_by_itself(ten: Town):
    closure = evacuate(ten)
    asks = {"HX-Request": "true"}

    for path in ("walk-in", "search", "check-in", "confirm?item=pension"):
        assert LEAVE in browser().get(f"/kiosk/town/{path}").content.decode()
    taken = browser().post("/kiosk/town/confirm?item=pension")
    still = browser().get("/kiosk/town/?out=1", headers=asks)
    open_page = browser().get("/kiosk/town/", headers=asks)
    beat = browser().post("/kiosk/town/heartbeat", "{}", content_type="application/json")
    change_hours.withdraw(closure=closure, by=CLERK, now=TEN)
    over = browser().get("/kiosk/town/?out=1", headers=asks)

    assert (taken.status_code, Ticket.objects.count()) == (409, 2)
    assert (still.status_code, open_page["HX-Redirect"], beat.status_code) == (204, "/kiosk/town/", 200)
    assert over["HX-Redirect"] == "/kiosk/town/"


def test_the_live_page_says_it_and_ends_it(ten: Town):
    closure = evacuate(ten)
    manager = signed_in(ten.manager)

    page = manager.get("/office/town/live").content.decode()
    ended = manager.post(f"/office/town/calendar/closures/{closure.pk}/withdraw", {"back": "live"}, follow=True)

    assert (f"{LEAVE}原因：消防检查。预计今天 12:00 恢复。" in page, "结束疏散" in page) == (True, True)
    assert "优先叫号" not in page
    assert ended.redirect_chain[0][0] == "/office/town/live"
    assert "已撤回。排队的 2 人接着叫号。2 人没留电话，要当面说。" in ended.content.decode()


def test_the_live_page_names_a_closed_floor_and_says_no_wait(ten: Town):
    shut(ten)

    page = signed_in(ten.manager).get("/office/town/live").content.decode()

    assert (f"{ten.windows['01'].zone.floor.label_zh}关闭：消防检查。" in page, "恢复办理" in page) == (True, True)
    assert "暂时估不出" not in page


def test_only_places_with_windows_are_evacuated_and_no_category(ten: Town):
    Floor.objects.create(hall=ten.hall, code="9", label_zh="9 楼", label_en="Floor 9")

    form = signed_in(ten.manager).get("/office/town/calendar/evacuate").content.decode()
    with pytest.raises(Refused) as no:
        calendars.close(
            hall=ten.hall, starts_at=TEN, ends_at=NOON, reason_zh="x", reason_en="x", by=CLERK, now=TEN,
            category=ten.categories["A"], kind="evacuation",
        )  # fmt: skip

    assert ['value="floor:9"' in form, 'value="zone:main"' in form, 'value="category:A"' in form] == [
        False,
        True,
        False,
    ]
    assert no.value.facts["field"] == "kind"


def test_a_number_passed_on_leaves_the_called_ones(ten: Town):
    ref = Ticket.objects.get(state="called").ref
    assert [call.ref for call in queries.line(ten.hall.pk, TEN).calls] == [ref]

    tickets.transfer(ref=ref, staff_id=ten.clerk.pk, category_code="B", now=TEN)

    assert queries.line(ten.hall.pk, TEN).calls == ()


def test_who_has_come_is_no_longer_unsettled(ten: Town):
    row = booked_for_ten(ten)
    Slot.objects.filter(pk=row.slot_id).update(closed=True, session="")
    before = unsettled.unsettled(hall=ten.hall, now=TEN).old_grid

    type(row).objects.filter(pk=row.pk).update(state="checked_in")

    assert ([slot.pk for slot in before], unsettled.unsettled(hall=ten.hall, now=TEN).old_grid) == ([row.slot_id], [])


def test_a_closed_category_is_not_served_in_every_place(ten: Town):
    calendars.close(
        hall=ten.hall, starts_at=at("2026-03-10 11:00"), ends_at=NOON, reason_zh="系统检修", reason_en="Upkeep",
        category=ten.categories["A"], by=CLERK, now=TEN,
    )  # fmt: skip
    name = ten.categories["A"].name_zh

    hall = browser().get("/halls/town").content.decode()
    Closure.objects.update(starts_at=TEN)
    kiosk = browser().get("/kiosk/town/confirm?category=A").content.decode()

    assert f"，{name}暂停办理：系统检修" in hall
    assert "<h1>暂停办理</h1>" in kiosk


@pytest.mark.parametrize("kind", ["evacuation", "closure"])
def test_who_booked_for_later_today_reads_what_runs_in_the_hall_now(ten: Town, kind: str):
    booked = booked_at(ten, at("2026-03-10 14:00"))
    phone = browser()
    session = phone.session
    session["account"], session["epoch"] = booked.account_id, 0
    session.save()
    shut(ten, whole=True, kind=kind)

    pages = [phone.get(path).content.decode() for path in ("/", f"/a/{booked.code}")]

    assert ["消防检查" in page for page in pages] == [True, True]
    assert [("疏散" in page) is (kind == "evacuation") for page in pages] == [True, True]
    assert "13:45 到" in pages[1]


def booked_at(town: Town, starts: object) -> Appointment:
    account = Account.objects.create(phone_index="x" * 64, phone="+8613800138007", created_at=TEN)
    return booking.place(
        slot_id=town.slot(starts=starts).pk, item_code="pension", person_id=town.person(1).pk, source="web",
        account_id=account.pk, by=Actor(ActorKind.CITIZEN, str(account.pk)), name=town.person(1).name,
        now=at("2026-03-09 10:00"),
    )  # fmt: skip


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_whom_a_call_under_way_brings_to_a_window_leaves_like_the_others(committed_town: Town):
    """The call has chosen and is not committed; the evacuation is announced and looks who is at a window."""
    town = committed_town
    open_town(town)
    clerk = town.clerk.pk
    tickets.sign_in(window_code="town-01", staff_id=clerk, now=TEN)
    mine = tickets.issue(tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=town.hall, now=TEN)
    with_phones(town)
    called, announced = threading.Event(), threading.Event()

    def call() -> None:
        with transaction.atomic():
            tickets.call_next(window_code="town-01", staff_id=clerk, now=TEN)
            called.set()
            announced.wait(timeout=30)
        connection.close()

    calling = threading.Thread(target=call)
    calling.start()
    called.wait(timeout=30)
    evacuate(town)
    announced.set()
    calling.join(timeout=30)
    before = Ticket.objects.get(pk=mine.pk).state
    close_line.look(now=TEN)
    close_line.look(now=TEN)

    assert (before, Ticket.objects.get(pk=mine.pk).state) == ("called", "waiting")
    assert told("evacuated") == [f"ticket:{mine.ref}"]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "key"), [("evacuation", "evacuated"), ("closure", "line_stopped")])
def test_whose_number_is_given_in_that_moment_hears_of_it_too(committed_town: Town, kind: str, key: str):
    """The number is made and not committed; the closure is announced and looks who is in line."""
    town = committed_town
    open_town(town)
    given, announced = threading.Event(), threading.Event()

    def take() -> None:
        with transaction.atomic():
            tickets.issue(
                tickets.Take(category_code="A", channel="kiosk", by=CITIZEN, contact="+8613800138000"),
                hall=town.hall,
                now=TEN,
            )
            given.set()
            announced.wait(timeout=30)
        connection.close()

    taking = threading.Thread(target=take)
    taking.start()
    given.wait(timeout=30)
    shut(town, whole=True, kind=kind)
    before = told(key)
    announced.set()
    taking.join(timeout=30)
    close_line.look(now=TEN)
    close_line.look(now=TEN)

    assert (before, told(key)) == ([], [f"ticket:{Ticket.objects.get().ref}"])
