"""Booking in three screens."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.documents import generate_resident_id
from banshi.rooms.booking.models import Appointment, Hold, Slot, Waiting
from banshi.rooms.calendars.models import Closure
from banshi.rooms.identity.models import AccountPerson, Person
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town, at

NEW = {
    "who": "new",
    "name": "张三丰",
    "id_type": "resident_id",
    "id_number": generate_resident_id("441900", date(1990, 3, 7), 12),
    "phone": "13800138000",
}


def test_a_day_is_open_full_or_closed_with_its_reason(anybody: Phone, open_town: Town):
    open_town.slot(quota=3)
    open_town.slot(quota=1, taken=1, starts=at("2026-03-12 09:00"))

    days = {d.day: d for d in anybody.get("/book/pension/").context["choice"].days}

    assert days[date(2026, 3, 11)].state == "open"
    assert days[date(2026, 3, 12)].state == "full"
    assert (days[date(2026, 3, 14)].state, days[date(2026, 3, 14)].detail) == ("closed", "周末休息，大厅不开放。")
    assert len(days) == 14


def test_a_closed_day_is_asked_about_by_tapping_it(anybody: Phone, open_town: Town):
    open_town.slot(quota=3)

    page = anybody.get("/book/pension/", day="2026-03-14")

    assert "周末休息，大厅不开放。" in text(page)
    assert page.context["choice"].periods == ()


def test_the_reason_is_said_in_english_too(anybody: Phone, open_town: Town):
    open_town.slot(quota=3)
    anybody.client.cookies["django_language"] = "en"

    assert "The hall is closed at the weekend." in text(anybody.get("/book/pension/", day="2026-03-14"))


def test_the_swapped_part_is_that_of_the_fresh_page(anybody: Phone, open_town: Town):
    open_town.slot(quota=3)

    part = text(anybody.part("/book/pension/", day="2026-03-11")).strip()
    whole = text(anybody.get("/book/pension/", day="2026-03-11"))

    assert without_tokens(part) in without_tokens(whole)


def without_tokens(html: str) -> str:
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


def test_the_quietest_period_is_recommended_where_it_makes_a_difference(anybody: Phone, open_town: Town):
    open_town.slot(quota=10, taken=8)
    quiet = open_town.slot(quota=10, taken=1, starts=at("2026-03-11 10:00"))

    choice = anybody.get("/book/pension/").context["choice"]

    assert choice.quietest.id == quiet.pk


def test_periods_that_are_much_alike_get_no_recommendation(anybody: Phone, open_town: Town):
    open_town.slot(quota=10, taken=1)
    open_town.slot(quota=10, taken=0, starts=at("2026-03-11 10:00"))

    assert anybody.get("/book/pension/").context["choice"].quietest is None


def test_a_stranger_signs_in_first_and_keeps_the_choice(anybody: Phone, open_town: Town):
    slot = open_town.slot(quota=3)

    answer = anybody.post("/book/pension/take", slot=slot.pk)

    assert answer.url == f"/sign-in?next=%2Fbook%2Fpension%2F{slot.pk}%2F"
    assert Hold.objects.count() == 0


def test_a_signed_in_person_holds_the_place_while_filling_in(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)

    answer = mine.post("/book/pension/take", slot=slot.pk)
    page = mine.get(answer.url)

    hold = Hold.objects.get()
    assert (hold.account_id, hold.slot_id, hold.expires_at) == (
        mine.account.pk,
        slot.pk,
        TUESDAY_NINE + timedelta(minutes=10),
    )
    assert page.context["kept"].left_s == 600
    assert "10:00" in text(page)
    assert page.context.get("panel") is None


def test_a_hold_that_ran_out_is_no_longer_shown(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)
    onward = mine.post("/book/pension/take", slot=slot.pk).url
    stop_the_clock(TUESDAY_NINE + timedelta(minutes=10))

    assert mine.get(onward).context["kept"] is None


def test_the_confirm_page_reached_after_signing_in_takes_its_hold(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)

    page = mine.get(f"/book/pension/{slot.pk}/")
    part = mine.post(f"/book/pension/{slot.pk}/hold")

    assert f'hx-post="/book/pension/{slot.pk}/hold"' in text(page)
    assert (part.status_code, part.context["kept"].left_s) == (200, 600)


def test_letting_go_frees_the_place_at_once(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)
    mine.post("/book/pension/take", slot=slot.pk)

    mine.post(f"/book/pension/{slot.pk}/give-back")

    slot.refresh_from_db()
    assert slot.taken == 0


def test_a_taken_place_is_refused_with_others_that_lead_on(mine: Phone, open_town: Town):
    full = open_town.slot(quota=1, taken=1)
    other = open_town.slot(quota=2, starts=at("2026-03-11 10:00"))

    answer = mine.post("/book/pension/take", slot=full.pk)

    assert answer.status_code == 409
    assert f'href="/book/pension/{other.pk}/"' in text(answer)
    assert "这个时段约满了" in text(answer)


def test_booking_for_somebody_known(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)
    onward = mine.post("/book/pension/take", slot=slot.pk).url

    answer = mine.post(onward, who=mine.person.pk)

    booked = Appointment.objects.get()
    assert answer.url == f"/a/{booked.code}?new=1"
    assert (booked.person_id, booked.account_id, booked.slot_id, booked.source) == (
        mine.person.pk,
        mine.account.pk,
        slot.pk,
        "web",
    )
    slot.refresh_from_db()
    assert slot.taken == 1  # the held place was used, not a second one


def test_booking_for_somebody_new_remembers_them(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)

    answer = mine.post(f"/book/pension/{slot.pk}/", **NEW)

    person = Person.objects.get(number_last4=NEW["id_number"][-4:])
    assert answer.status_code == 302
    assert Appointment.objects.get().person_id == person.pk
    assert AccountPerson.objects.filter(account=mine.account, person=person).count() == 1
    assert "张三丰" in text(mine.get("/me/"))
    assert (person.phone, Appointment.objects.get().contact) == (None, "+8613800138000")


def test_a_refused_booking_remembers_nobody(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1, taken=1)

    answer = mine.post(f"/book/pension/{slot.pk}/", **NEW)

    assert answer.status_code == 409
    assert AccountPerson.objects.filter(account=mine.account).count() == 1
    assert "张三丰" in text(answer)  # what was typed stays in the form


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"id_number": "441900199003070001"}, 422),
        ({"id_number": ""}, 422),
        ({"name": ""}, 422),
        ({"name": "张" * 200}, 422),
        ({"id_type": "library-card"}, 422),
        ({"phone": "12"}, 422),
        ({"name": "a\u202eb"}, 422),
        ({"who": ""}, 422),
        ({"who": "9" * 30}, 422),
    ],
)
def test_wrong_entries_are_refused_and_nothing_is_written(
    mine: Phone, open_town: Town, wrong: dict[str, str], status: int
):
    slot = open_town.slot(quota=1)

    answer = mine.post(f"/book/pension/{slot.pk}/", **(NEW | wrong))

    assert answer.status_code == status
    assert "data-refusal" in text(answer)
    assert Appointment.objects.count() == 0


def test_a_name_no_text_can_hold_is_turned_away(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)

    assert mine.post(f"/book/pension/{slot.pk}/", **(NEW | {"name": "a\x00b"})).status_code == 400
    assert Appointment.objects.count() == 0


def test_nobody_books_for_a_person_of_another_account(mine: Phone, theirs: Phone, open_town: Town):
    slot = open_town.slot(quota=1)

    answer = mine.post(f"/book/pension/{slot.pk}/", who=theirs.person.pk)

    assert answer.status_code == 422
    assert Appointment.objects.count() == 0


def test_the_half_day_limit_explains_itself(mine: Phone, open_town: Town):
    book(mine, open_town.slot(quota=3))
    second = open_town.slot(quota=3, starts=at("2026-03-11 10:00"))

    answer = mine.post(f"/book/pension/{second.pk}/", who=mine.person.pk)

    assert answer.status_code == 409
    assert "这半天已经约过" in text(answer)
    assert [o.label for o in answer.context["panel"].next_options] == ["看那个预约", "看别的时间"]


def test_nothing_in_the_hidden_fields_keeps_a_known_person_from_booking(mine: Phone, open_town: Town):
    # Fields for somebody new are required and hidden: a browser that checks them would send nothing and say nothing.
    page = text(mine.get(f"/book/pension/{open_town.slot(quota=3).pk}/"))

    form = page[page.index('<form method="post" class="stack gap-5"') :]
    assert form[: form.index(">")].endswith("novalidate")


def test_a_closed_day_with_places_says_why_it_is_closed(anybody: Phone, open_town: Town):
    slot = open_town.slot(quota=3, starts=at("2026-03-12 14:00"))
    Closure.objects.create(
        hall=open_town.hall, starts_at=at("2026-03-12 08:00"), ends_at=at("2026-03-12 18:00"), reason_zh="停电检修",
        reason_en="Power cut", made_by="system", made_at=TUESDAY_NINE,
    )  # fmt: skip
    Slot.objects.filter(pk=slot.pk).update(closed=True)

    choice = anybody.get("/book/pension/", day="2026-03-12").context["choice"]

    assert (choice.chosen.state, choice.refused.detail) == ("closed", "临时关闭：停电检修")


@pytest.mark.parametrize(
    ("part", "reason"),
    [("zone", "一层检修"), ("other", ""), ("before", "")],
    ids=["its floor", "another matter", "over"],
)
def test_a_period_that_a_closure_stopped_says_why_on_tap(mine: Phone, open_town: Town, part: str, reason: str):
    slot = open_town.slot(quota=3, starts=at("2026-03-12 14:00"))
    free = open_town.slot(quota=3, starts=at("2026-03-12 16:00"))
    starts = at("2026-03-12 10:00" if part == "before" else "2026-03-12 14:30")
    where = {"category": open_town.categories["B"]} if part == "other" else {"zone": open_town.categories["A"].zone}
    Closure.objects.create(
        hall=open_town.hall, starts_at=starts, ends_at=starts + timedelta(hours=1), reason_zh="一层检修。",
        reason_en="Upkeep.", made_by="system", made_at=TUESDAY_NINE, **where,
    )  # fmt: skip
    Slot.objects.filter(pk=slot.pk).update(closed=True)
    row = book(mine, free)

    pages = [text(mine.get(path, day="2026-03-12")) for path in ("/book/pension/", f"/a/{row.code}/move")]

    said = f"<summary>已停止预约</summary><p>{reason}</p>" if reason else '<span class="small">已停止预约</span>'
    assert [said in page for page in pages] == [True, True]


def test_a_period_that_cannot_be_booked_says_so_before_anything_is_typed(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1, taken=1)

    page = mine.get(f"/book/pension/{slot.pk}/")

    assert (page.status_code, page.context["panel"].slug) == (200, "slot-full")
    assert "btn--primary btn--lg" not in text(page)


def test_two_matters_in_one_visit(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=5)

    more = mine.part(f"/book/pension/{slot.pk}/more", q="医疗")
    page = mine.get(f"/book/pension/{slot.pk}/", **{"with": "medical"})
    answer = mine.client.post(f"/book/rent-invoice/{slot.pk}/", {"who": mine.person.pk, "with": ["medical"]})

    assert [line.code for line, _ in more.context["offered"]] == ["medical"]
    assert [each.code for each in page.context["also"]] == ["medical"]
    booked = list(Appointment.objects.order_by("id").select_related("item"))
    assert [a.item.code for a in booked] == ["rent-invoice", "medical"]
    assert len({a.visit_group for a in booked}) == 1
    assert "同一趟还办" in text(mine.get(answer.url))


def test_a_matter_that_needs_no_appointment_says_so(anybody: Phone, open_town: Town):
    from banshi.rooms.catalogue.models import HallItem

    HallItem.objects.filter(item=open_town.items["pension"]).update(bookable=False)

    assert "这件事不用预约" in text(anybody.get("/book/pension/"))


def test_a_full_day_can_be_waited_for(mine: Phone, open_town: Town):
    open_town.slot(quota=1, taken=1)

    page = mine.get("/book/pension/", day="2026-03-11")
    answer = mine.post("/book/pension/wait", hall="town", day="2026-03-11", who=mine.person.pk)

    assert page.context["choice"].can_wait is True
    assert answer.url == "/appointments/#waiting"
    assert Waiting.objects.get().person_id == mine.person.pk
    assert "候补中" in text(mine.get("/appointments/"))


def test_a_full_day_with_one_period_stopped_can_be_waited_for(mine: Phone, open_town: Town):
    open_town.slot(quota=1, taken=1)
    open_town.slot(quota=1, starts=at("2026-03-11 10:00"), closed=True)

    page = mine.get("/book/pension/", day="2026-03-11")

    assert page.context["choice"].can_wait is True


def test_nobody_waits_for_a_person_of_another_account(mine: Phone, theirs: Phone, open_town: Town):
    open_town.slot(quota=1, taken=1)

    answer = mine.post("/book/pension/wait", hall="town", day="2026-03-11", who=theirs.person.pk)

    assert (answer.status_code, Waiting.objects.count()) == (422, 0)


def test_confirming_needs_a_signed_in_person(anybody: Phone, open_town: Town):
    slot = open_town.slot(quota=1)

    answers = [
        anybody.get(f"/book/pension/{slot.pk}/"),
        anybody.post(f"/book/pension/{slot.pk}/", **NEW),
        anybody.post(f"/book/pension/{slot.pk}/hold"),
    ]

    assert [a.url.split("?")[0] for a in answers] == ["/sign-in"] * 3
    assert Appointment.objects.count() == 0


def test_the_day_page_costs_the_same_with_many_periods(anybody: Phone, open_town: Town):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    open_town.slot(quota=3)
    anybody.get("/book/pension/")
    with CaptureQueriesContext(connection) as one:
        anybody.get("/book/pension/")
    for hour in (8, 10, 14):
        open_town.slot(quota=3, starts=at(f"2026-03-11 {hour:02d}:00"))

    with CaptureQueriesContext(connection) as four:
        page: Any = anybody.get("/book/pension/")

    assert len(page.context["choice"].periods) == 4
    assert len(four) == len(one)
