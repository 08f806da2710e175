"""Two browsers, one account: a page that promises a place learns that it was given up in the other."""

from __future__ import annotations

from banshi.rooms.booking.models import Appointment
from tests.rooms.booking.test_place import book as book_for
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import Town, at


def other_window(phone: Phone) -> Phone:
    """The same account in another browser."""
    client = browser()
    session = client.session
    session["account"] = phone.account.pk
    session.save()
    return Phone(client, phone.account, phone.person)


def given_up(mine: Phone, open_town: Town, *, sold: bool) -> int:
    """A place kept in one window and given up in another; the slot's id."""
    slot, second = open_town.slot(quota=1), open_town.slot(quota=1, starts=at("2026-03-11 10:00"))
    mine.post("/book/pension/take", slot=slot.pk)
    other_window(mine).post("/book/pension/take", slot=second.pk)
    if sold:
        book_for(open_town, slot, 9)
    return slot.pk


def test_an_open_page_learns_that_its_place_is_no_longer_kept(mine: Phone, open_town: Town):
    slot = open_town.slot(quota=1)
    mine.post("/book/pension/take", slot=slot.pk)
    before = text(mine.part(f"/book/pension/{slot.pk}/kept"))
    second = open_town.slot(quota=1, starts=at("2026-03-11 10:00"))
    other_window(mine).post("/book/pension/take", slot=second.pk)

    after = text(mine.part(f"/book/pension/{slot.pk}/kept"))

    once_it_is_over = "<p data-kept-over hidden>位子已不再保留；还有空位的话仍可以预约。</p>"
    assert (once_it_is_over in before, before.count("位子已不再保留")) == (True, 1)
    assert (once_it_is_over in after, after.count("位子已不再保留")) == (False, 1)


def test_a_place_given_up_and_sold_is_refused_with_the_reason(mine: Phone, open_town: Town):
    slot = given_up(mine, open_town, sold=True)

    answer = mine.post(f"/book/pension/{slot}/", who=str(mine.person.pk))

    assert answer.status_code == 409
    assert "保留的名额已过时" in text(answer)
    assert Appointment.objects.filter(account_id=mine.account.pk).count() == 0


def test_a_place_given_up_and_still_free_is_booked_all_the_same(mine: Phone, open_town: Town):
    slot = given_up(mine, open_town, sold=False)

    answer = mine.post(f"/book/pension/{slot}/", who=str(mine.person.pk))

    assert answer.status_code == 302
    assert Appointment.objects.filter(account_id=mine.account.pk, slot_id=slot).count() == 1
