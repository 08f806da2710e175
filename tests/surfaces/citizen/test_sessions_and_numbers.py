"""Signing out everywhere, and another number for the account."""

from __future__ import annotations

import pytest

from banshi.rooms.identity.models import Account, Person, SignInCode
from banshi.rooms.messaging.models import Message
from tests.surfaces.citizen.conftest import Phone, book, browser, text
from tests.town import Town


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
    booked = book(mine, open_town.slot(quota=3))
    other = second_browser(mine)
    mine.post("/me/number", phone="13700137000")

    answer = mine.post("/me/number", code=codes[0], old_code=codes[1])

    account = Account.objects.get(pk=mine.account.pk)
    booked.refresh_from_db()
    assert (answer.status_code, account.phone, account.epoch) == (302, "+8613700137000", 1)
    assert booked.contact == mine.account.phone  # bookings keep their contact
    assert (mine.get("/me/").context["account"], other.get("/me/").context["account"]) == (account, None)
    assert {m.to for m in Message.objects.filter(key="code")} == {"+8613700137000", mine.account.phone}


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

    assert answer.status_code == 422
    assert "这个号码已有自己的账号" in text(answer)
    assert Person.objects.get(pk=mine.person.pk).phone == mine.person.phone


def test_signing_out_everywhere_is_asked_first_and_told_afterwards(mine: Phone, open_town: Town):
    asked = text(mine.get("/sign-out-everywhere"))
    still = mine.get("/me/").context["account"]

    mine.post("/sign-out-everywhere")

    assert ["退出所有设备？" in asked, still == mine.account] == [True, True]
    assert "已退出所有设备。" in text(mine.get("/"))
