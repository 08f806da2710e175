"""Signing out everywhere, and another number for the account."""

from __future__ import annotations

import pytest

from banshi.foundation.crypto import encrypt, link_key
from banshi.journeys.visit import take_number
from banshi.kernel.evidence import Evidence
from banshi.rooms.booking.models import Appointment
from banshi.rooms.booking.queries import link_ok
from banshi.rooms.identity.models import Account, Person, SignInCode
from banshi.rooms.messaging.actions import phone_index
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.statements import TO_PLACE
from banshi.rooms.tickets.models import Ticket
from tests.rooms.tickets.line import KIOSK
from tests.surfaces.citizen.conftest import Phone, book, browser, text
from tests.town import TUESDAY_NINE, Town, at


def second_browser(mine: Phone) -> Phone:
    client = browser()
    session = client.session
    session["account"], session["epoch"] = mine.account.pk, 0
    session.save()
    return Phone(client, mine.account, mine.person)


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes in the order in which they were made."""
    from banshi.rooms.identity import actions

    made: list[str] = []
    real = actions.new_code

    def kept(**asked: object) -> str:
        made.append(real(**asked))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(actions, "new_code", kept)
    return made


def test_signing_out_everywhere_ends_the_other_browsers_too(mine: Phone, theirs: Phone, open_town: Town):
    other = second_browser(mine)
    before = other.get("/me/").context["account"]

    mine.post("/sign-out-everywhere")

    assert before is not None
    assert [each.get("/me/").context["account"] for each in (mine, other)] == [None, None]
    assert theirs.get("/me/").context["account"] is not None
    assert other.get("/appointments/").status_code == 200


def test_the_number_changes_with_a_code_from_the_new_and_one_from_the_old(
    mine: Phone, open_town: Town, codes: list[str]
):
    other = second_browser(mine)
    mine.post("/me/number", phone="13700137000")

    answer = mine.post("/me/number", code=codes[0], old_code=codes[1])

    account = Account.objects.get(pk=mine.account.pk)
    assert (answer.status_code, account.phone, account.epoch) == (302, "+8613700137000", 1)
    assert (mine.get("/me/").context["account"], other.get("/me/").context["account"]) == (account, None)
    assert {m.to for m in Message.objects.filter(key="code")} == {"+8613700137000", mine.account.phone}


def test_messages_of_what_is_booked_and_of_the_number_in_line_go_to_the_new_one(
    mine: Phone, open_town: Town, codes: list[str]
):
    """The old number is given to somebody else one day: they would hear of it all, and could cancel by the link."""
    before, elsewhere, new = mine.account.phone, "+8613600136000", "+8613700137000"
    Account.objects.filter(pk=mine.account.pk).update(phone_index=phone_index(before))
    own, others = (
        book(mine, open_town.slot(quota=3)),
        book(mine, open_town.slot(quota=3, starts=at("2026-03-12 09:00"))),
    )
    Appointment.objects.filter(pk=others.pk).update(contact=elsewhere, contact_index=phone_index(elsewhere))
    number = take_number.take(
        take_number.Asked(category_code="A", person_id=mine.person.pk, channel="kiosk", by=KIOSK, shown=Evidence.CHIP),
        hall=open_town.hall,
        now=TUESDAY_NINE,
    )
    Ticket.objects.filter(pk=number.pk).update(
        person_id=mine.person.pk, notify_to=encrypt(before, place=TO_PLACE), phone_index=phone_index(before)
    )
    Account.objects.filter(pk=mine.account.pk).update(person_id=mine.person.pk, person_evidence=Evidence.CHIP)
    old_link = link_key(own.code, own.link_turn)

    mine.post("/me/number", phone="13700137000")
    mine.post("/me/number", code=codes[0], old_code=codes[1])

    own, others, number = (type(row).objects.get(pk=row.pk) for row in (own, others, number))
    due = Message.objects.filter(state="due", subject=f"appointment:{own.code}")
    assert (own.contact, others.contact, number.phone_index) == (new, elsewhere, phone_index(new))
    assert {message.to for message in due} == {new}
    assert [link_ok(own.code, key) for key in (old_link, link_key(own.code, own.link_turn))] == [False, True]


def test_without_the_old_numbers_code_nothing_changes_and_the_try_counts(mine: Phone, codes: list[str]):
    mine.post("/me/number", phone="13700137000")

    answer = mine.post("/me/number", code=codes[0], old_code="000000")

    assert (answer.status_code, Account.objects.get(pk=mine.account.pk).phone) == (409, mine.account.phone)
    assert sorted(SignInCode.objects.values_list("tries_left", flat=True)) == [4, 5]


def test_a_number_with_an_account_of_its_own_is_not_taken(mine: Phone, theirs: Phone, codes: list[str]):
    from banshi.foundation.crypto import blind_index

    Account.objects.filter(pk=theirs.account.pk).update(phone_index=blind_index("+8613700137000", purpose="phone"))
    mine.post("/me/number", phone="13700137000")

    answer = mine.post("/me/number", code=codes[0], old_code=codes[1])

    again = mine.get("/me/number")
    assert answer.status_code == 422
    for page in (answer, again):
        assert "这个号码已有自己的账号：退出后用它登录。带身份证到咨询台核对，本人的预约就归到它名下" in text(page)
        assert [f'name="{field}"' in text(page) for field in ("phone", "code")] == [True, False]
        assert 'value="13700137000"' in text(page)
    assert Person.objects.get(pk=mine.person.pk).phone == mine.person.phone


def test_signing_out_everywhere_is_asked_first_and_told_afterwards(mine: Phone, open_town: Town):
    asked = text(mine.get("/sign-out-everywhere"))
    still = mine.get("/me/").context["account"]

    mine.post("/sign-out-everywhere")

    assert ["退出所有设备？" in asked, still == mine.account] == [True, True]
    assert "已退出所有设备。" in text(mine.get("/"))
