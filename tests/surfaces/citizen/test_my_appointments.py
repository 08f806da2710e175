"""An appointment's page, its link, cancelling, moving, booking again; the list; credit and the waiting list."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from banshi.foundation.crypto import link_key, rating_key, sign
from banshi.journeys.visit import check_in
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.numbers import code_from
from banshi.rooms.booking import actions
from banshi.rooms.booking.actions.credit import BOOKED_AGAIN
from banshi.rooms.booking.models import Appeal, Appointment, Hold, LedgerEntry, Slot, Suspension, Waiting
from banshi.rooms.booking.queries import qr_text
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.town import CITIZEN, CLERK, TUESDAY_NINE, Town, at

KIOSK = Actor(ActorKind.KIOSK, "1", "town")


def test_the_appointment_shows_its_qr_code_and_no_document_or_telephone(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))

    page = text(mine.get(f"/a/{booked.code}", new="1"))

    assert 'aria-label="取号二维码"' in page
    assert booked.code in page
    assert "明天 9:00–10:00" in page
    assert "8:45 到，用这个码在取号机取号。" in page
    assert [secret for secret in (mine.person.id_number, mine.person.phone) if secret in page] == []


def test_who_came_late_finds_the_number_on_the_page_of_the_booking(mine: Phone, theirs: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    late = at("2026-03-11 10:20")
    actions.sweep_no_shows(now=late)
    stop_the_clock(late)
    number = check_in.by_code(hall=open_town.hall, code=qr_text(booked.code), by=KIOSK, now=late, channel="kiosk")

    page = text(mine.get(f"/a/{booked.code}"))

    assert (number.late_for_id, number.number in page, f"/t/{number.ref}" in page) == (booked.pk, True, True)
    assert theirs.get(f"/a/{booked.code}").status_code == 404


PATHS = ("/a/{}", "/a/{}/cancel", "/a/{}/move", "/a/{}/calendar.ics")


@pytest.mark.parametrize("path", PATHS)
def test_an_appointment_of_another_account_is_not_found(
    mine: Phone, theirs: Phone, anybody: Phone, open_town: Town, path: str
):
    booked = book(mine, open_town.slot(quota=3))

    answers = [phone.get(path.format(booked.code)).status_code for phone in (mine, theirs, anybody)]

    assert answers == [200, 404, 302]


def test_a_booking_that_became_anothers_at_that_moment_hands_out_no_key(
    mine: Phone, theirs: Phone, open_town: Town, monkeypatch: pytest.MonkeyPatch
):
    """Its person proves another telephone at the window while the finder of the lost one presses."""
    booked = book(mine, open_town.slot(quota=3))
    mine.post(f"/a/{booked.code}/cancel")
    real = actions.rebook

    def after_the_window(**asked: Any) -> Appointment:
        Appointment.objects.filter(pk=booked.pk).update(account_id=theirs.account.pk)
        return real(**asked)

    monkeypatch.setattr(actions, "rebook", after_the_window)
    answer = mine.post(f"/a/{booked.code}/rebook")

    again = Appointment.objects.get(state="booked")
    assert (answer.url, again.account_id) == (f"/a/{again.code}?new=1", theirs.account.pk)


def test_whoever_cancelled_by_the_link_books_again_and_reads_the_new_one(mine: Phone, anybody: Phone, open_town: Town):
    """Also of a booking without an account: nobody signed in is not whoever booked it."""
    booked = book(mine, open_town.slot(quota=3))
    Appointment.objects.filter(pk=booked.pk).update(account_id=None)
    link = f"?k={link_key(booked.code)}"
    anybody.post(f"/a/{booked.code}/cancel{link}")

    answer = anybody.post(f"/a/{booked.code}/rebook{link}")

    again = Appointment.objects.get(state="booked")
    assert answer.url == f"/a/{again.code}?new=1&k={link_key(again.code)}"
    assert again.code in text(anybody.client.get(answer.url))


def test_by_the_link_of_one_matter_of_a_visit_the_others_are_opened_by_theirs(
    mine: Phone, anybody: Phone, open_town: Town
):
    first = book(mine, open_town.slot(quota=3))
    other = book(mine, open_town.slot(quota=3, starts=at("2026-03-12 14:00")))
    Appointment.objects.filter(pk__in=[first.pk, other.pk]).update(visit_group="VISIT", link_turn=1)

    page = anybody.get(f"/a/{first.code}", k=link_key(first.code, 1))
    [onward] = re.findall(rf'href="(/a/{other.code}[^"]*)"', text(page))

    assert (page.status_code, onward) == (200, f"/a/{other.code}?k={link_key(other.code, 1)}")
    assert anybody.client.get(onward).status_code == 200
    assert mine.get(f"/a/{first.code}").status_code == 200


@pytest.mark.parametrize("made", [True, False])
def test_whose_session_has_ended_signs_in_first_whatever_the_code(
    mine: Phone, anybody: Phone, open_town: Town, made: bool
):
    """Not "not found", which tells nobody whether it was cancelled; and the same of a code that nobody has."""
    code = book(mine, open_town.slot(quota=3)).code if made else code_from(b"nobody-has-it"[:5])

    looked, pressed = anybody.get(f"/a/{code}"), anybody.post(f"/a/{code}/cancel")

    assert (looked.status_code, looked.url) == (302, f"/sign-in?next=/a/{code}")
    assert (pressed.status_code, pressed.url.partition("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize("verb", ["cancel", "move", "rebook", "earlier", "earlier/leave", "earlier/take"])
def test_nobody_changes_an_appointment_of_another_account(
    mine: Phone, theirs: Phone, anybody: Phone, open_town: Town, verb: str
):
    slot = open_town.slot(quota=3)
    booked = book(mine, slot)

    answers = [phone.post(f"/a/{booked.code}/{verb}", slot=slot.pk).status_code for phone in (theirs, anybody)]

    booked.refresh_from_db()
    assert (answers, booked.state, booked.moves) == ([404, 302], "booked", 0)


def test_the_link_of_a_message_opens_it_without_signing_in(mine: Phone, anybody: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    key = sign(booked.code, purpose="link")

    page = anybody.get(f"/a/{booked.code}", k=key)
    cancelled = anybody.client.post(f"/a/{booked.code}/cancel?k={key}")

    assert f"/a/{booked.code}/move?k={key}" in text(page)
    assert cancelled.url == f"/a/{booked.code}?k={key}"
    booked.refresh_from_db()
    assert (booked.state, booked.cancelled_by) == ("cancelled", f"citizen:link-{booked.code}")


@pytest.mark.parametrize(
    ("key", "status"),
    [("", 302), ("A", 404), ("AAAAAAAAAAAA", 404), ("密", 404), ("\x00", 400), ("a" * 500, 404)],
)
def test_a_wrong_link_opens_nothing(mine: Phone, anybody: Phone, open_town: Town, key: str, status: int):
    booked = book(mine, open_town.slot(quota=3))

    assert anybody.get(f"/a/{booked.code}", k=key).status_code == status


def test_the_qr_signature_does_not_open_the_page(mine: Phone, anybody: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))

    assert anybody.get(f"/a/{booked.code}", k=sign(booked.code, purpose="appointment")).status_code == 404


def test_cancelling_asks_once_and_says_that_it_is_free(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))

    page = text(mine.get(f"/a/{booked.code}/cancel"))

    assert "不收钱，取消后马上可以再约。" in page
    assert "一个月取消超过 3 次，网上预约要停 30 天。" in page


def test_a_mistaken_cancellation_is_undone_in_one_tap(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)
    booked = book(mine, slot)

    cancelled = mine.get(mine.post(f"/a/{booked.code}/cancel").url)
    again = mine.post(f"/a/{booked.code}/rebook")

    assert "点错了？原样再约" in text(cancelled)
    live = Appointment.objects.get(state="booked")
    assert again.url == f"/a/{live.code}?new=1"
    assert (live.slot_id, live.person_id, live.account_id) == (slot.pk, mine.person.pk, mine.account.pk)


def test_cancelling_twice_says_that_it_is_done(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    mine.post(f"/a/{booked.code}/cancel")

    answer = mine.post(f"/a/{booked.code}/cancel")

    assert (answer.status_code, answer.context["panel"].slug) == (409, "already-cancelled")


def test_after_the_period_it_cannot_be_cancelled(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    stop_the_clock(at("2026-03-11 10:00"))

    answer = mine.post(f"/a/{booked.code}/cancel")

    assert (answer.status_code, answer.context["panel"].slug) == (409, "too-late")


def test_moving_keeps_the_reference(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    later = open_town.slot(quota=3, starts=at("2026-03-12 14:00"))

    page = mine.get(f"/a/{booked.code}/move", day="2026-03-11")
    answer = mine.post(f"/a/{booked.code}/move", slot=later.pk)

    assert "现在约的就是这个" in text(page)
    assert answer.url == f"/a/{booked.code}"
    booked.refresh_from_db()
    assert (booked.slot_id, booked.moves, booked.state) == (later.pk, 1, "booked")
    assert "改好了，预约号不变。" in text(mine.get(answer.url))


def test_a_full_period_is_not_moved_to(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    full = open_town.slot(quota=1, taken=1, starts=at("2026-03-12 14:00"))

    answer = mine.post(f"/a/{booked.code}/move", slot=full.pk)

    assert (answer.status_code, answer.context["panel"].slug) == (409, "slot-full")


def test_a_half_day_in_which_they_have_another_booking_is_not_offered_for_a_move(mine: Phone, open_town: Town):
    """By the rule that grants the move: of the day of a second booking the other half alone."""
    open_town.policy(booking={"half_day_limit": True})
    booked = book(mine, open_town.slot(quota=3))
    book(mine, open_town.slot(quota=3, starts=at("2026-03-12 14:00")))
    starts = ("10:00", "15:00")
    morning, afternoon = (open_town.slot(quota=3, starts=at(f"2026-03-12 {start}")) for start in starts)

    page = mine.get(f"/a/{booked.code}/move", day="2026-03-12")
    answers = [mine.post(f"/a/{booked.code}/move", slot=slot.pk).status_code for slot in (afternoon, morning)]

    offered = [f'id="period-{slot.pk}"' in page.content.decode() for slot in (morning, afternoon)]
    assert (offered, answers) == ([True, False], [409, 302])
    assert "这半天已经约过" in text(page)


def test_a_refused_move_offers_times_that_stay_in_the_move(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    full = open_town.slot(quota=1, taken=1, starts=at("2026-03-12 14:00"))
    free = open_town.slot(quota=3, starts=at("2026-03-12 15:00"))

    offered = mine.post(f"/a/{booked.code}/move", slot=full.pk).context["panel"].next_options
    page = text(mine.get(offered[0].href.split("#")[0]))

    assert [o.href for o in offered] == [f"/a/{booked.code}/move?day=2026-03-12&to={free.pk}#period-{free.pk}"]
    assert page.count("is-offered") == 1


@pytest.mark.parametrize(
    ("slot", "status"), [("", 404), ("x", 404), ("-1", 404), ("9" * 30, 404), ("1.5", 404), ("\x00", 400)]
)
def test_a_slot_that_is_none_is_not_found(mine: Phone, open_town: Town, slot: str, status: int):
    booked = book(mine, open_town.slot(quota=3))

    assert mine.post(f"/a/{booked.code}/move", slot=slot).status_code == status
    assert mine.post("/book/pension/take", slot=slot).status_code == status


def test_the_calendar_file_names_place_and_time_and_no_person(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))

    answer = mine.get(f"/a/{booked.code}/calendar.ics")

    body = text(answer).replace("\r\n ", "")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert "DTSTART:20260311T010000Z" in body
    assert "养老保险参保登记 · 小镇大厅" in body
    assert mine.person.name not in body


def test_coming_and_past_are_listed_apart(mine: Phone, open_town: Town):
    coming = book(mine, open_town.slot(quota=3))
    cancelled = book(mine, open_town.slot(quota=3, starts=at("2026-03-12 14:00")))
    mine.post(f"/a/{cancelled.code}/cancel")

    page = mine.get("/appointments/")

    assert [a.code for a in page.context["coming"]] == [coming.code]
    assert [a.code for a in page.context["past"]] == [cancelled.code]


def test_the_list_costs_the_same_for_one_and_for_three(mine: Phone, open_town: Town):
    book(mine, open_town.slot(quota=3))
    mine.get("/appointments/")
    with CaptureQueriesContext(connection) as one:
        mine.get("/appointments/")
    for hour, item in ((14, "medical"), (15, "rent-invoice")):
        book(mine, open_town.slot(quota=3, starts=at(f"2026-03-11 {hour}:00")), item)

    with CaptureQueriesContext(connection) as three:
        page = mine.get("/appointments/")

    assert len(page.context["coming"]) == 3
    assert (len(one), len(three)) == (COST_OF_THE_LIST, COST_OF_THE_LIST)


COST_OF_THE_LIST = 13  # of them: whether the account is proven to be somebody; what is not served in a closure


def test_who_is_not_signed_in_is_told_how(anybody: Phone):
    page = anybody.get("/appointments/")

    assert page.status_code == 200
    assert 'href="/sign-in?next=/appointments/"' in text(page)


def suspended(phone: Phone) -> Any:
    return Suspension.objects.create(
        person=phone.person,
        party=f"account:{phone.account.pk}",
        scope="town",
        reason="no_shows",
        from_on=date(2026, 3, 1),
        until_on=date(2026, 3, 30),
        made_at=TUESDAY_NINE,
    )


def test_a_suspension_says_until_when_and_why(mine: Phone, open_town: Town):
    suspended(mine)

    page = text(mine.get("/appointments/"))

    assert "到3月30日 周一，不能网上预约，因为约了没来。现场取号照常。" in page
    assert "现场取号照常。" in page


def test_a_suspended_person_is_told_when_booking(mine: Phone, open_town: Town):
    suspended(mine)
    slot = open_town.slot(quota=3)

    answer = mine.post(f"/book/pension/{slot.pk}/", who=mine.person.pk)

    assert (answer.status_code, answer.context["panel"].slug) == (409, "suspended")
    assert "多次预约后未到" in text(answer)


def test_a_suspended_person_is_told_before_a_time_is_chosen_and_no_place_is_kept(mine: Phone, open_town: Town):
    suspended(mine)
    slot = open_town.slot(quota=3)

    times = mine.get("/book/pension/", day="2026-03-11")
    tapped = mine.post("/book/pension/take", slot=slot.pk)
    form = mine.get(f"/book/pension/{slot.pk}/")
    after_sign_in = mine.post(f"/book/pension/{slot.pk}/hold")

    assert [each.context["panel"].slug for each in (times, tapped, form, after_sign_in)] == ["suspended"] * 4
    assert form.context["shut"]
    assert "hold" not in text(form)
    assert not Hold.objects.exists()


@pytest.mark.parametrize(("minutes", "status"), [(20, 302), (31, 409)])
def test_a_suspended_persons_mistaken_cancel_is_taken_back_within_half_an_hour(
    mine: Phone, open_town: Town, minutes: int, status: int
):
    """ "Book again at once", said the page and the message; and it was refused."""
    booked = book(mine, open_town.slot(quota=3))
    bar = suspended(mine)
    bar.reason = "manual"
    bar.save()
    asked = text(mine.get(f"/a/{booked.code}/cancel"))
    mine.post(f"/a/{booked.code}/cancel")
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=minutes))

    again = mine.post(f"/a/{booked.code}/rebook")

    assert ("半小时内只能原样约回" in asked, "取消后马上可以再约" in asked) == (True, False)
    assert again.status_code == status


def test_who_is_suspended_as_an_account_still_books_for_themselves_by_proof(mine: Phone, open_town: Town):
    suspended(mine)
    mine.account.person, mine.account.person_evidence = mine.person, Evidence.VOUCHED
    mine.account.save()
    slot = open_town.slot(quota=3)

    assert mine.get("/book/pension/").context.get("panel") is None
    assert mine.post(f"/book/pension/{slot.pk}/", who=mine.person.pk).status_code == 302


def test_an_appeal_reaches_the_hall_and_stands_on_the_page(mine: Phone, open_town: Town):
    suspension = suspended(mine)

    answer = mine.post("/appointments/appeal", suspension=suspension.pk, text="那天孩子急诊")

    appeal = Appeal.objects.get()
    assert answer.url == "/appointments/#credit"
    assert (appeal.suspension_id, appeal.text, appeal.state) == (suspension.pk, "那天孩子急诊", "open")
    assert "申诉已交大厅" in text(mine.get("/appointments/"))


def test_nobody_appeals_for_somebody_else(mine: Phone, theirs: Phone, open_town: Town):
    suspension = suspended(theirs)

    answer = mine.post("/appointments/appeal", suspension=suspension.pk, text="帮忙")

    assert (answer.status_code, Appeal.objects.count()) == (404, 0)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"text": "x"},
        {"suspension": "x", "text": "x"},
        {"suspension": "1", "entry": "1", "text": "x"},
        {"text": "长" * 501},
    ],
)
def test_an_appeal_about_nothing_is_refused(mine: Phone, given: dict[str, str]):
    assert mine.post("/appointments/appeal", **given).status_code == 422


def test_a_no_show_that_was_forgiven_is_said_so_and_offers_no_appeal(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    stop_the_clock(at("2026-03-11 10:30"))
    actions.sweep_no_shows(now=at("2026-03-11 10:30"))
    actions.mark_fault_day(hall=open_town.hall, day=booked.day, why="停电", by=CLERK, now=at("2026-03-11 10:30"))

    single, listed = text(mine.get(f"/a/{booked.code}")), text(mine.get("/appointments/"))

    assert ("这个时段没等到人，不计失约。" in single, "申诉" in single) == (True, False)
    assert "没来，不计失约" in listed


@pytest.mark.parametrize(
    ("language", "said", "other"),
    [("zh-hans", "30 分钟内重新预约", "booked again"), ("en", "Booked again within 30 minutes", "分钟内")],
)
def test_what_was_booked_again_at_once_says_so_in_one_language(
    mine: Phone, open_town: Town, language: str, said: str, other: str
):
    booked = book(mine, open_town.slot(quota=3))
    mine.post(f"/a/{booked.code}/cancel")
    mine.post(f"/a/{booked.code}/rebook")
    mine.client.cookies["django_language"] = language

    page = text(mine.get("/appointments/"))

    assert LedgerEntry.objects.get().forgiven_why == BOOKED_AGAIN
    assert (page.count(said), other in page) == (1, False)


def test_a_no_show_is_on_record_and_can_be_appealed(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    stop_the_clock(at("2026-03-11 10:30"))
    actions.sweep_no_shows(now=at("2026-03-11 10:30"))

    page = mine.get("/appointments/")
    single = text(mine.get(f"/a/{booked.code}"))

    credit = page.context["credit"][0]
    assert ([e.kind for e in credit.entries], [(t.no_shows, t.cancels) for t in credit.tallies]) == (
        ["no_show"],
        [(1, 0)],
    )
    assert "约了没来" in text(page)
    assert "记为一次失约" in single
    assert LedgerEntry.objects.count() == 1


def test_an_offered_place_is_taken_or_left(mine: Phone, theirs: Phone, open_town: Town):
    slot = open_town.slot(quota=1)
    booked = book(theirs, slot)
    mine.post("/book/pension/wait", hall="town", day="2026-03-11", who=mine.person.pk)
    theirs.post(f"/a/{booked.code}/cancel")
    waiting = Waiting.objects.get()

    page = text(mine.get("/appointments/"))
    stranger = theirs.post(f"/waiting/{waiting.pk}/take")
    taken = mine.post(f"/waiting/{waiting.pk}/take")
    again = mine.post(f"/waiting/{waiting.pk}/take")

    assert "就要这个" in page
    assert stranger.status_code == 404
    live = Appointment.objects.get(state="booked")
    assert (taken.url, live.person_id) == (f"/a/{live.code}?new=1", mine.person.pk)
    assert (again.status_code, again.url) == (302, f"/a/{live.code}")  # tapped twice, or in another browser


def test_leaving_the_waiting_list(mine: Phone, open_town: Town):
    open_town.slot(quota=1, taken=1)
    mine.post("/book/pension/wait", hall="town", day="2026-03-11", who=mine.person.pk)

    mine.post(f"/waiting/{Waiting.objects.get().pk}/leave")

    assert Waiting.objects.get().state == "left"


def test_check_in_is_announced_when_it_opens(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    stop_the_clock(at("2026-03-11 08:45"))

    page = mine.get(f"/a/{booked.code}")

    assert (page.context["check_in"].state, page.context["check_in"].closes) == ("open", at("2026-03-11 10:00"))
    assert "现在可以取号" in text(page)


def test_the_next_thing_on_the_first_page_is_the_earliest(mine: Phone, open_town: Town):
    later = book(mine, open_town.slot(quota=3, starts=at("2026-03-12 14:00")))
    first = book(mine, open_town.slot(quota=3))

    shown = mine.get("/").context["next_thing"]

    assert (shown.appointment.code, shown.more, shown.ticket) == (first.code, 1, None)
    assert later.code != first.code


def test_moves_are_limited_where_the_hall_says_so(mine: Phone, open_town: Town):
    open_town.policy(booking={"move_limit": 0})
    booked = book(mine, open_town.slot(quota=3))
    later = open_town.slot(quota=3, starts=at("2026-03-12 14:00"))

    page = text(mine.get(f"/a/{booked.code}"))
    answer = mine.post(f"/a/{booked.code}/move", slot=later.pk)

    assert f"/a/{booked.code}/move" not in page
    assert answer.status_code == 409


def proven(phone: Phone) -> None:
    from banshi.kernel.evidence import Evidence
    from banshi.rooms.identity.models import Account

    Account.objects.filter(pk=phone.account.pk).update(person=phone.person, person_evidence=Evidence.WINDOW)


def test_the_proven_person_sees_cancels_and_disowns_what_others_booked_on_their_document(
    mine: Phone, theirs: Phone, open_town: Town
):
    on_mine = Phone(theirs.client, theirs.account, mine.person)
    first = book(on_mine, open_town.slot(quota=3))
    second = book(on_mine, open_town.slot(quota=3, starts=at("2026-03-12 09:00")))

    unproven = mine.get(f"/a/{first.code}").status_code
    proven(mine)
    page = text(mine.get("/appointments/"))
    cancelled = mine.post(f"/a/{first.code}/cancel")
    disowned = mine.post(f"/a/{second.code}/not-by-me")

    assert (unproven, cancelled.status_code, disowned.status_code) == (404, 302, 302)
    assert "别人用我的证件约的" in page
    assert [a.state for a in Appointment.objects.order_by("id")] == ["cancelled", "cancelled"]
    # Cancelling what somebody else booked is nobody's fault; "not by me" counts against them.
    assert list(LedgerEntry.objects.values_list("party", "kind")) == [(f"account:{theirs.account.pk}", "no_show")]


def test_what_the_hall_booked_is_their_own_once_the_proven_person_books_it_again(mine: Phone, open_town: Town):
    booked = actions.place(
        slot_id=open_town.slot(quota=3).pk, item_code="pension", person_id=mine.person.pk, source="staff", by=CLERK,
        now=TUESDAY_NINE, evidence=Evidence.WINDOW, contact="+8613900000009", why="没有手机",
    )  # fmt: skip
    proven(mine)
    before = "别人用我的证件约的" in text(mine.get("/appointments/"))
    mine.post(f"/a/{booked.code}/cancel")

    landed = mine.client.post(f"/a/{booked.code}/rebook", follow=True)

    again = Appointment.objects.get(state="booked")
    listed = text(mine.get("/appointments/"))
    assert (landed.status_code, again.account_id, again.contact) == (200, mine.account.pk, mine.account.phone)
    assert (before, "别人用我的证件约的" in listed, again.code in listed) == (True, False, True)


def test_nobody_disowns_their_own_or_anothers_booking(mine: Phone, theirs: Phone, open_town: Town):
    own = book(mine, open_town.slot(quota=3))
    proven(mine)

    assert mine.post(f"/a/{own.code}/not-by-me").status_code == 404
    assert theirs.post(f"/a/{own.code}/not-by-me").status_code == 404


@pytest.mark.parametrize("by_hall", [True, False])
@pytest.mark.parametrize("by_link", [True, False])
def test_what_was_booked_again_is_led_to_from_the_old_page_and_by_a_second_tap(
    mine: Phone, anybody: Phone, open_town: Town, by_hall: bool, by_link: bool
):
    booked = book(mine, open_town.slot(quota=3))
    phone, key = (anybody, f"?k={link_key(booked.code)}") if by_link else (mine, "")
    actions.cancel(code=booked.code, by=CITIZEN, now=TUESDAY_NINE, by_hall=by_hall)

    first, second = (phone.post(f"/a/{booked.code}/rebook{key}") for _ in range(2))
    page = text(phone.get(f"/a/{booked.code}{key}"))

    (again,) = Appointment.objects.filter(state="booked")
    assert first.url == second.url
    assert again.code in second.url
    assert ("取消后又约上了" in page, f"/a/{again.code}" in page, "/rebook" in page) == (True, True, False)


def test_an_earlier_place_is_asked_for_and_taken_on_the_appointments_page(mine: Phone, open_town: Town):
    from tests.rooms.booking.test_place import book as book_for

    booked = book(mine, open_town.slot(quota=1, starts=at("2026-03-13 09:00")))
    full = open_town.slot(quota=1)
    other = book_for(open_town, full, 7)

    mine.post(f"/a/{booked.code}/earlier")
    asked = text(mine.get(f"/a/{booked.code}"))
    actions.cancel(code=other.code, by=CITIZEN, now=TUESDAY_NINE)
    offered = text(mine.get(f"/a/{booked.code}"))
    mine.post(f"/a/{booked.code}/earlier/take")

    booked.refresh_from_db()
    assert "已登记提前" in asked
    assert "有更早的位子" in offered
    assert booked.slot_id == full.pk
    assert Slot.objects.get(pk=full.pk).taken == 1


def test_a_late_tap_on_an_earlier_place_names_until_when_it_was_kept_and_a_second_tap_leads_to_it(
    mine: Phone, open_town: Town
):
    from tests.rooms.booking.test_place import book as book_for

    booked = book(mine, open_town.slot(quota=1, starts=at("2026-03-13 09:00")))
    other = book_for(open_town, open_town.slot(quota=1), 7)
    mine.post(f"/a/{booked.code}/earlier")
    actions.cancel(code=other.code, by=CITIZEN, now=TUESDAY_NINE)
    until = Hold.objects.get(kind="offer").expires_at

    stop_the_clock(until + timedelta(minutes=17))
    actions.expire_holds(now=until + timedelta(minutes=17))
    late = mine.post(f"/a/{booked.code}/earlier/take")
    stop_the_clock(TUESDAY_NINE)
    Waiting.objects.update(state="offered")
    Hold.objects.filter(kind="offer").update(ended_at=None, outcome="")
    taken = mine.post(f"/a/{booked.code}/earlier/take")
    twice = mine.post(f"/a/{booked.code}/earlier/take")

    assert timezone.localtime(until).strftime("%-H:%M") in text(late)
    assert (taken.status_code, twice.status_code) == (302, 302)


def test_my_people_stand_by_their_names_for_me_and_masked_for_a_link(mine: Phone, anybody: Phone, open_town: Town):
    booked = book(mine, open_town.slot())
    name = mine.person.name

    assert name in text(mine.get("/appointments/"))
    assert name in text(mine.get(f"/a/{booked.code}"))
    by_link = text(anybody.get(f"/a/{booked.code}", k=link_key(booked.code)))
    assert name not in by_link
    assert booked.person.masked_name in by_link


def test_the_name_on_the_card_is_not_told_to_whoever_typed_another(mine: Phone, open_town: Town):
    from banshi.rooms.booking.models import Appointment
    from banshi.rooms.identity.models import AccountPerson

    booked = book(mine, open_town.slot())
    AccountPerson.objects.filter(account_id=mine.account.pk).update(name="别的名字")
    Appointment.objects.filter(pk=booked.pk).update(name=mine.person.name)  # as after the chip was read

    page = text(mine.get(f"/a/{booked.code}"))

    assert "别的名字" in page
    assert mine.person.name not in page


def test_a_wait_for_an_earlier_place_stands_with_the_account_and_ends_there(mine: Phone, open_town: Town):
    from banshi.rooms.booking.models import Waiting

    booked = book(mine, open_town.slot(starts=at("2026-03-20 09:00")))
    offered = text(mine.get(f"/a/{booked.code}?new=1"))
    mine.post(f"/a/{booked.code}/earlier")
    listed = text(mine.get("/appointments/"))
    one = Waiting.objects.get(appointment=booked)
    mine.post(f"/waiting/{one.pk}/leave")

    assert f'action="/a/{booked.code}/earlier"' in offered
    assert "想比 3月20日 周五 9:00–10:00 更早" in listed
    assert f'action="/waiting/{one.pk}/leave"' in listed
    one.refresh_from_db()
    assert one.state == "left"
    assert f"/waiting/{one.pk}/leave" not in text(mine.get("/appointments/"))


def test_an_earlier_place_is_not_offered_where_none_is_worth_it(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot())  # tomorrow

    assert f'action="/a/{booked.code}/earlier"' not in text(mine.get(f"/a/{booked.code}?new=1"))


@pytest.mark.parametrize(
    ("tickets", "said"),
    [
        ({}, ["10:00 前取号，还按约好的时段排", "可以取现场号"]),
        ({"check_in_closes": "period_start", "check_in_grace": 10, "late": "refuse"}, ["9:10 前取号", "要另约时间"]),
        ({"booked_first": False}, ["10:00 前都能取号，按取号先后排"]),
    ],
)
def test_who_is_late_reads_what_that_means_in_this_hall(
    mine: Phone, open_town: Town, tickets: dict[str, Any], said: list[str]
):
    open_town.policy(tickets=tickets)
    booked = book(mine, open_town.slot())
    before = text(mine.get(f"/a/{booked.code}"))
    stop_the_clock(at("2026-03-11 08:00"))

    page = text(mine.get(f"/a/{booked.code}"))

    assert [words for words in said if words not in page] == []
    assert said[0] not in before  # the day before there is nothing to be late for


@pytest.mark.parametrize(
    ("when", "home", "page"),
    [
        ("2026-03-11 08:00", "8:45 前到", "8:45 到；取号机 8:55 起可以取号。"),
        ("2026-03-11 08:50", "8:55 起取号", "8:55 起可以取号。"),
        ("2026-03-11 08:56", "可以取号了，9:10 前取", "现在可以取号：对着门口取号机扫一下。"),
        ("2026-03-11 09:12", "位子留到了 9:10", "用这个码还能取现场号"),
    ],
)
def test_home_says_what_is_true_once_the_time_to_be_there_is_past(
    mine: Phone, open_town: Town, when: str, home: str, page: str
):
    open_town.policy(tickets={"check_in_opens": 5, "check_in_closes": "period_start", "check_in_grace": 10})
    booked = book(mine, open_town.slot())
    stop_the_clock(at(when))

    said = [text(mine.get("/")), text(mine.get(f"/a/{booked.code}"))]

    assert [home in said[0], page in said[1]] == [True, True]
    assert ["8:45" in each for each in said] == [when.endswith("08:00")] * 2


def test_a_move_to_the_very_same_time_says_that_nothing_changed(mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))

    answer = mine.post(f"/a/{booked.code}/move", slot=booked.slot_id)

    page = text(mine.get(answer.url))
    booked.refresh_from_db()
    assert ("改好了" in page, "没有变动" in page) == (False, True)
    assert (booked.moves, Message.objects.filter(key="moved").count()) == (0, 0)


def test_whoever_is_not_signed_in_finds_the_number_of_the_slip_they_scanned(anybody: Phone, open_town: Town):
    ticket = tickets.issue(
        tickets.Take(category_code="A", channel="kiosk", by=CITIZEN), hall=open_town.hall, now=TUESDAY_NINE
    )
    anybody.get(f"/t/{ticket.ref}", k=rating_key(ticket.ref))

    page = text(anybody.get("/appointments/"))

    assert (ticket.number in page, f"/t/{ticket.ref}" in page) == (True, True)


def test_who_stands_in_line_finds_the_number_among_appointments_and_numbers(mine: Phone, open_town: Town):
    """The elder home's door to this page says: my appointments and numbers."""
    Account.objects.filter(pk=mine.account.pk).update(person_id=mine.person.pk, person_evidence=Evidence.CHIP)
    both = [
        tickets.issue(
            tickets.Take(category_code=category, person_id=mine.person.pk, channel="kiosk", by=CITIZEN),
            hall=open_town.hall,
            now=TUESDAY_NINE,
        )
        for category in ("A", "B")
    ]

    page = text(mine.get("/appointments/"))

    assert [f"/t/{each.ref}" in page for each in both] == [True, True]
    assert "没有要办的预约" not in page
