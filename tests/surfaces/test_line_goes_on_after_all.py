"""A closure to the end of the day is taken back: whom it sent home count again, with their rank, once they are there."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from banshi.foundation.crypto import rating_key
from banshi.journeys.hall import close_hall_day
from banshi.journeys.hours import change_hours, close_line
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import Appointment
from banshi.rooms.calendars.models import Closure
from banshi.rooms.messaging import rules as wording
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import Ticket, Visit
from banshi.rooms.tickets.queries.missed import back_until
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.office.editing import signed_in
from tests.surfaces.test_closed_in_the_middle import TEN, browser
from tests.surfaces.test_closed_in_the_middle import ten as ten
from tests.surfaces.test_evacuated import with_phones
from tests.surfaces.test_into_a_stopped_line import NIGHT, shut
from tests.together import meanwhile, together
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
SOON = TEN + timedelta(seconds=20)


def shut_till_night(town: Town, **more: object) -> Closure:
    closure: Closure = shut(town, until=NIGHT, category=town.categories["A"], **more)
    return closure


def taken_back(closure: Closure, now: datetime = SOON) -> None:
    change_hours.withdraw(closure=closure, by=CLERK, now=now)
    close_line.look(now=now)


def waiting() -> Ticket:
    return Ticket.objects.order_by("id").get(state="waiting")


def test_whom_it_sent_home_keep_their_rank_and_are_told_how_to_be_back(ten: Town):
    with_phones(ten)
    number = waiting()
    later = tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=ten.hall, now=TEN)
    closure = shut_till_night(ten)
    assert {each.state for each in Ticket.objects.filter(pk__in=[number.pk, later.pk])} == {"closed"}

    taken_back(closure)

    now = Ticket.objects.get(pk=number.pk)
    told = Message.objects.filter(key="line_goes_on", subject=f"ticket:{number.ref}")
    page = browser().get(f"/t/{number.ref}?k={rating_key(number.ref)}").content.decode()
    assert (now.state, now.closed_why, now.rank_key) == ("parked", "", number.rank_key)
    assert [each.params["again_zh"] for each in told] == [
        "重新有效，位置不变。人回来了扫码或在页面上点一下，就接着叫。"
    ]
    assert ("今天没有轮到" in page, "大厅已收号" in page) == (False, False)
    newcomer = tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=ten.hall, now=SOON)
    tickets.unpark(ref=number.ref, by=CITIZEN, now=SOON)
    tickets.miss(ref=Ticket.objects.get(state="called").ref, staff_id=ten.clerk.pk, now=SOON)
    called = tickets.call_next(window_code="town-01", staff_id=ten.clerk.pk, now=SOON)
    assert called is not None
    assert (called.ref, newcomer.state) == (number.ref, "waiting")


@pytest.mark.parametrize(("minutes", "then"), [(20, "waiting"), (31, "parked")])
def test_whom_nobody_could_tell_to_go_is_in_line_as_before(ten: Town, minutes: int, then: str):
    """Their numbers were set aside, no window called them, and they stood there."""
    number = waiting()
    closure = shut_till_night(ten)
    later = TEN + timedelta(minutes=minutes)

    taken_back(closure, later)

    now = Ticket.objects.get(pk=number.pk)
    assert (now.state, now.rank_key, now.waits_from, now.closed_why) == (then, number.rank_key, number.waits_from, "")
    if then == "waiting":
        tickets.miss(ref=Ticket.objects.get(state="called").ref, staff_id=ten.clerk.pk, now=later)
        called = tickets.call_next(window_code="town-01", staff_id=ten.clerk.pk, now=later)
        assert called is not None
        assert called.ref == number.ref


def test_they_are_told_once_however_often_one_looks(ten: Town):
    with_phones(ten)
    closure = shut_till_night(ten)
    taken_back(closure)

    close_line.look(now=SOON)
    close_line.look(now=SOON + timedelta(minutes=1))

    assert Message.objects.filter(key="line_goes_on").count() == 1


def test_nobody_comes_back_while_another_closure_keeps_the_line_shut_till_night(ten: Town):
    with_phones(ten)
    closure, other = shut_till_night(ten), shut(ten, until=NIGHT)

    taken_back(closure)
    still = Ticket.objects.filter(closed_why="hall_closed").count()
    taken_back(other)

    assert (still, Ticket.objects.filter(state="parked").count()) == (1, 1)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", ["closure", "evacuation"])
def test_who_comes_back_into_a_line_that_stands_still_hears_that_and_when_it_goes_on(ten: Town, kind: str, first: bool):
    """“It goes on” came while another closure ran till noon; whoever had heard of that one before, nothing else."""
    with_phones(ten)
    number, noon = waiting(), at("2026-03-10 12:00")
    if first:
        shut(ten, until=noon, kind=kind)
    closure = shut_till_night(ten)
    if not first:
        shut(ten, until=noon, kind=kind)

    taken_back(closure)
    close_line.look(now=SOON + timedelta(seconds=1))
    before = keys_of(number)
    close_line.look(now=noon)

    stopped, goes_on = ("evacuated", "evacuation_over") if kind == "evacuation" else ("line_stopped", "line_goes_on")
    assert before == [*([stopped] if first else []), "not_served", stopped]
    assert Message.objects.filter(subject=f"ticket:{number.ref}", key=stopped).last().params["until"]
    assert keys_of(number) == [*before, goes_on]
    assert Ticket.objects.get(pk=number.pk).state == "parked"


def test_out_of_a_line_that_stands_still_one_hears_when_that_line_goes_on(ten: Town):
    """“Expected back 10:30”, said to whoever had read that their line is closed until noon; and nothing once it was over."""
    with_phones(ten)
    number, noon, half_past = waiting(), at("2026-03-10 12:00"), TEN + timedelta(minutes=30)
    shut(ten, until=noon, category=ten.categories["A"])
    alarm = shut(ten, until=half_past, kind="evacuation")
    out = Message.objects.get(subject=f"ticket:{number.ref}", key="evacuated")
    page = browser().get(f"/t/{number.ref}?k={rating_key(number.ref)}").content.decode()

    taken_back(alarm)
    close_line.look(now=SOON + timedelta(seconds=1))
    before = keys_of(number)
    close_line.look(now=noon)

    again = Message.objects.filter(subject=f"ticket:{number.ref}", key="line_stopped").order_by("id").last()
    assert again is not None
    spoken = wording.spoken(again.params, language="zh", zone=ZoneInfo(ten.hall.timezone), now=SOON)
    said = wording.render(wording.COMMON["line_stopped"]["zh"], spoken)
    assert (out.params["until"], again.params["until"]) == (noon.isoformat(), noon.isoformat())
    assert ("预计今天 12:00 恢复" in page, "10:30" in page) == (True, False)
    assert said.startswith(f"疏散结束，可以回来了。{number.number} 号：")
    assert before == ["line_stopped", "evacuated", "line_stopped"]
    assert keys_of(number) == [*before, "line_goes_on"]


def test_of_two_evacuations_the_end_of_one_brings_nobody_back(ten: Town):
    with_phones(ten)
    number = waiting()
    shut(ten, until=at("2026-03-10 12:00"), category=ten.categories["A"])
    alarm = shut(ten, until=NIGHT, kind="evacuation")
    shut(ten, until=NIGHT, kind="evacuation", floor=ten.windows["01"].zone.floor)

    taken_back(alarm)

    assert keys_of(number) == ["line_stopped", "evacuated", "evacuated"]


def keys_of(number: Ticket) -> list[str]:
    rows = Message.objects.filter(subject=f"ticket:{number.ref}").order_by("id")
    return list(rows.values_list("key", flat=True))


def test_nobody_comes_back_once_the_day_is_over(ten: Town):
    closure = shut_till_night(ten)

    taken_back(closure, at("2026-03-10 20:00"))

    assert Ticket.objects.filter(state="parked").count() == 0


def test_who_has_another_number_meanwhile_stays_with_that_one(ten: Town):
    number, person = waiting(), ten.person(1).pk
    Ticket.objects.filter(pk=number.pk).update(person=person)
    closure = shut_till_night(ten)
    change_hours.withdraw(closure=closure, by=CLERK, now=SOON)
    tickets.issue(
        tickets.Take(item_code="pension", person_id=person, channel="kiosk", by=CITIZEN), hall=ten.hall, now=SOON
    )

    close_line.look(now=SOON)

    assert Ticket.objects.get(pk=number.pk).state == "closed"


def test_the_booking_of_a_number_that_comes_back_stands_again(ten: Town):
    slot, person = ten.slot(starts=TEN), ten.person(1).pk
    booked = booking.place(
        slot_id=slot.pk, item_code="pension", person_id=person, source="staff", by=CLERK, now=at("2026-03-09 10:00")
    )
    booking.mark_checked_in(appointment_id=booked.pk, now=TUESDAY_NINE)
    tickets.issue(
        tickets.Take(appointment=booked, kind="booked", person_id=person, channel="kiosk", by=CITIZEN),
        hall=ten.hall,
        now=TUESDAY_NINE,
    )
    closure = shut_till_night(ten)
    let_go = Appointment.objects.get(pk=booked.pk).let_go_at

    taken_back(closure)

    assert (let_go, Appointment.objects.get(pk=booked.pk).let_go_at) == (TEN, None)


def test_coming_back_meets_a_new_number_of_the_same_person(committed_town: Town):
    """Whoever is faster, they wait with one number."""
    town = committed_town
    open_town(town)
    person = town.person(1).pk
    tickets.issue(
        tickets.Take(item_code="pension", person_id=person, channel="kiosk", by=CITIZEN),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    closure = shut_till_night(town)
    change_hours.withdraw(closure=closure, by=CLERK, now=SOON)

    def act(n: int) -> Ticket | None:
        if n == 0:
            close_line.look(now=SOON)
            return None
        return tickets.issue(
            tickets.Take(item_code="pension", person_id=person, channel="kiosk", by=CITIZEN), hall=town.hall, now=SOON
        )

    came_back, anew = together(2, act)

    assert came_back is None
    assert isinstance(anew, Ticket) or (isinstance(anew, Refused) and anew.slug == "already-waiting")
    assert Ticket.objects.filter(state__in=["waiting", "parked"]).count() == 1


def test_coming_back_waits_for_whoever_takes_a_number_of_the_same_visit(committed_town: Town):
    """Taking a number has the visit before the line: coming back asks for both in that order, else each waits for the other."""
    town = committed_town
    open_town(town)
    take = tickets.Take(item_code="pension", person_id=town.person(1).pk, channel="kiosk", by=CITIZEN)
    before = tickets.issue(take, hall=town.hall, now=TUESDAY_NINE)
    closure = shut_till_night(town)
    change_hours.withdraw(closure=closure, by=CLERK, now=SOON)

    came_back = meanwhile(
        lambda: Visit.objects.select_for_update().get(pk=before.visit_id),
        lambda: close_line.look(now=SOON),
        go_on=lambda: tickets.issue(take, hall=town.hall, now=SOON),
    )

    assert came_back is None
    assert Ticket.objects.filter(state__in=["waiting", "parked"]).exclude(pk=before.pk).count() == 1
    assert Ticket.objects.get(pk=before.pk).state == "closed"


def test_whoever_is_sent_home_again_is_told_again(ten: Town):
    """Back in between, they were told to come: the last they read must not be that their number counts."""
    with_phones(ten)
    number = waiting()

    for _ in range(2):
        taken_back(shut_till_night(ten))
    shut_till_night(ten)

    rows = Message.objects.filter(subject=f"ticket:{number.ref}", key__in=["not_served", "line_goes_on"])
    told = list(rows.order_by("id").values_list("key", flat=True))
    assert told == ["not_served", "line_goes_on", "not_served", "line_goes_on", "not_served"]


def test_the_end_of_the_day_apologises_to_whoever_came_back(ten: Town):
    with_phones(ten)
    number = waiting()
    taken_back(shut_till_night(ten))

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    rows = Message.objects.filter(subject=f"ticket:{number.ref}", key="not_served")
    assert rows.count() == 2


def miss(town: Town, **rule: object) -> Ticket:
    """Whoever is at window 01 does not come."""
    town.policy(tickets=rule)
    number = Ticket.objects.get(state="called")
    tickets.miss(ref=number.ref, staff_id=town.clerk.pk, now=TEN)
    return number


@pytest.mark.parametrize("rule", [{"missed": "behind_all", "reissue_within": 60}, {"missed": "reissue"}])
def test_what_was_missed_comes_back_as_its_person_was_told_and_not_in_front(ten: Town, rule: dict[str, object]):
    with_phones(ten)
    number = miss(ten, **rule)
    before = back_until([Ticket.objects.get(pk=number.pk)], TEN)[number.pk]

    taken_back(shut_till_night(ten))

    now = Ticket.objects.get(pk=number.pk)
    assert (now.state, now.closed_why) == ("missed", "")
    assert back_until([now], SOON)[number.pk] - before == SOON - TEN  # no time ran while it was closed
    back = tickets.reinstate(ref=number.ref, by=CITIZEN, now=SOON)
    others = Ticket.objects.filter(state__in=["waiting", "parked"]).exclude(pk=number.pk)
    if rule["missed"] == "behind_all":
        assert all((each.rank_class, each.rank_key) < (back.rank_class, back.rank_key) for each in others)


def test_what_was_missed_for_good_gets_no_apology_and_does_not_come_back(ten: Town):
    with_phones(ten)
    number = miss(ten, missed="reissue", reissue_limit=0)

    taken_back(shut_till_night(ten))

    assert Ticket.objects.get(pk=number.pk).state == "missed"
    assert not Message.objects.filter(subject=f"ticket:{number.ref}", key__in=["not_served", "line_goes_on"]).exists()
    with pytest.raises(Refused):
        tickets.unpark(ref=number.ref, by=CITIZEN, now=SOON)


@pytest.mark.parametrize(
    ("rule", "again"),
    [
        ({"missed": "behind_all"}, "已过，11:00 前到取号机扫码，或找导办，补到已取号的人后面。"),
        ({"missed": "reissue"}, "已过，11:00 前到取号机扫码，或找导办，不用重新排队。"),
    ],
)
def test_what_was_missed_is_told_once_how_to_come_back_however_many_closures_end(
    ten: Town, rule: dict[str, object], again: str
):
    with_phones(ten)
    number = miss(ten, reissue_within=60, **rule)
    closures = [shut_till_night(ten), shut(ten, until=NIGHT), shut(ten)]
    for closure in closures:
        change_hours.withdraw(closure=closure, by=CLERK, now=SOON)

    close_line.look(now=SOON)
    close_line.look(now=SOON + timedelta(seconds=1))

    told = Message.objects.filter(key="line_goes_on", subject=f"ticket:{number.ref}")
    assert [each.params["again_zh"] for each in told] == [again]


def test_what_was_missed_and_came_back_is_closed_as_missed_at_the_end_of_the_day(ten: Town):
    with_phones(ten)
    number = miss(ten, missed="behind_all", reissue_within=60)
    taken_back(shut_till_night(ten))

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    now = Ticket.objects.get(pk=number.pk)
    assert (now.state, now.closed_why) == ("closed", "missed")


def test_what_was_missed_for_good_is_closed_as_missed_at_the_end_of_the_day(ten: Town):
    with_phones(ten)
    number = miss(ten, reissue_limit=0)
    shut_till_night(ten)

    close_hall_day.close_due(now=at("2026-03-10 18:30"))

    now = Ticket.objects.get(pk=number.pk)
    assert (now.state, now.closed_why) == ("closed", "missed")
    assert not Message.objects.filter(subject=f"ticket:{number.ref}", key="not_served").exists()


def test_whose_time_was_over_before_it_closed_stays_missed(ten: Town):
    with_phones(ten)
    number = miss(ten, missed="behind_all", reissue_within=60)
    late = at("2026-03-10 11:00")
    closure = Closure.objects.create(
        hall=ten.hall, starts_at=late, ends_at=NIGHT, reason_zh="停电", reason_en="Power cut", made_by="staff:1",
        made_at=late,
    )  # fmt: skip

    close_line.look(now=late)
    during = Ticket.objects.get(pk=number.pk).state
    taken_back(closure, late + timedelta(minutes=20))

    assert (during, Ticket.objects.get(pk=number.pk).state) == ("missed", "missed")
    assert not Message.objects.filter(subject=f"ticket:{number.ref}", key__in=["not_served", "line_goes_on"]).exists()
    with pytest.raises(Refused) as refused:
        tickets.reinstate(ref=number.ref, by=CITIZEN, now=late + timedelta(minutes=20))
    assert refused.value.slug == "too-late"


def test_what_was_missed_once_and_put_back_comes_back_set_aside(ten: Town):
    with_phones(ten)
    number = miss(ten, missed="behind_all", reissue_within=60)
    tickets.reinstate(ref=number.ref, by=CITIZEN, now=TEN)

    taken_back(shut_till_night(ten))

    assert Ticket.objects.get(pk=number.pk).state == "parked"


def test_who_was_away_before_it_closed_has_been_away_since_then(ten: Town):
    number, early = waiting(), TEN - timedelta(minutes=10)
    tickets.park(ref=number.ref, by=CITIZEN, now=early)

    taken_back(shut_till_night(ten))
    aside = Ticket.objects.get(pk=number.pk)
    back = tickets.unpark(ref=number.ref, by=CITIZEN, now=SOON)

    assert (aside.state, aside.rank_key, aside.parked_at) == ("parked", number.rank_key, early)
    assert back.away_s == (SOON - early).total_seconds()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_coming_back_meets_the_closure_that_sends_home(committed_town: Town):
    """Put back in the instant in which it closes: set aside with the place it got; else missed still, as it was told."""
    town = committed_town
    open_town(town)
    tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=town.hall, now=TUESDAY_NINE)
    tickets.sign_in(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    tickets.call_next(window_code="town-01", staff_id=town.clerk.pk, now=TUESDAY_NINE)
    number = miss(town, missed="behind_all", reissue_within=60)

    def act(n: int) -> object:
        if n == 0:
            return shut_till_night(town)
        return tickets.reinstate(ref=number.ref, by=CITIZEN, now=TEN)

    closure, back = together(2, act)
    taken_back(closure)

    assert isinstance(back, Ticket) or (isinstance(back, Refused) and back.slug in ("closed", "wrong-state"))
    stands = Ticket.objects.get(pk=number.pk)
    if not isinstance(back, Ticket):
        assert stands.state == "missed"
    elif stands.state != "parked":  # put back behind the closure's look, and the closure was off before the next one
        assert (stands.state, stands.parked_at, stands.closed_why) == ("waiting", None, "")


def told_of_the_end() -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__in=["line_goes_on", "evacuation_over"]).order_by("id")
    return [(each.key, each.subject) for each in rows]


@pytest.mark.parametrize("home", [True, False])
@pytest.mark.parametrize("kind", ["closure", "evacuation"])
def test_closures_that_end_together_are_told_once(ten: Town, home: bool, kind: str):
    """A worker was away, or they were taken back within a second: each told the same people that it goes on."""
    with_phones(ten)
    number = waiting()
    until = NIGHT if home else TEN + timedelta(hours=1)
    closures = [shut(ten, until=until, category=ten.categories["A"]), shut(ten, until=until), shut(ten, kind=kind)]
    for closure in closures:
        change_hours.withdraw(closure=closure, by=CLERK, now=SOON)

    close_line.look(now=SOON)
    close_line.look(now=SOON + timedelta(seconds=1))

    assert Ticket.objects.get(pk=number.pk).state == ("parked" if home else "waiting")
    assert Closure.objects.filter(over_at=None).count() == 0
    assert [subject for _key, subject in told_of_the_end()].count(f"ticket:{number.ref}") == 1


def test_two_workers_that_end_closures_at_once_tell_once(committed_town: Town):
    town = committed_town
    open_town(town)
    tickets.issue(
        tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN, contact="+8613812345678"),
        hall=town.hall,
        now=TUESDAY_NINE,
    )
    for closure in [shut(town, until=NIGHT), shut(town, until=NIGHT, category=town.categories["A"])]:
        change_hours.withdraw(closure=closure, by=CLERK, now=SOON)

    together(2, lambda _: close_line.look(now=SOON))

    assert [key for key, _ in told_of_the_end()] == ["line_goes_on"]


def test_who_had_stepped_out_before_hears_that_it_is_so_still(ten: Town):
    with_phones(ten)
    number = waiting()
    tickets.park(ref=number.ref, by=CITIZEN, now=TEN - timedelta(minutes=1))

    taken_back(shut_till_night(ten))

    told = Message.objects.get(key="line_goes_on", subject=f"ticket:{number.ref}")
    assert told.params["again_zh"] == "还在暂离，扫码或在页面上点一下就接着排。"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh-hans",
            ["排队的 1 人接着叫号。", "已道歉收回的 1 个号重新有效，人回来扫码后接着叫。", "1 人没留电话，要当面说。"],
        ),
        (
            "en",
            [
                "1 person in line goes on.",
                "1 number that was sent home counts again, and is called once its person is back.",
                "1 person left no telephone: say it aloud.",
            ],
        ),
    ],
)
def test_the_office_hears_whose_numbers_count_again_and_who_is_to_be_told_aloud(
    ten: Town, language: str, said: list[str]
):
    with_phones(ten)
    tickets.issue(tickets.Take(item_code="pension", channel="kiosk", by=CITIZEN), hall=ten.hall, now=TEN)
    closure = shut_till_night(ten)
    manager = signed_in(ten.manager)
    manager.cookies["django_language"] = language

    page = manager.post(f"/office/town/calendar/closures/{closure.pk}/withdraw", follow=True).content.decode()

    told = page.split('data-tone="success"')[1].split("</p>")[0]
    assert [each in told for each in said] == [True] * 3, told[-400:]
