"""Signing in, my page, and input that nobody meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banshi.foundation.crypto import blind_index
from banshi.kernel.addresses import networks
from banshi.rooms.identity.models import Account, AccountPerson, Person
from banshi.rooms.identity.queries import people_of
from banshi.rooms.messaging.actions import write
from banshi.rooms.messaging.models import Message
from banshi.surfaces.citizen.urls import urlpatterns
from tests.matters import matters_of
from tests.surfaces.citizen.conftest import Phone, book, stop_the_clock, text
from tests.town import TUESDAY_NINE, Town

PHONE = "13800138001"


def code_sent() -> str:
    return str(json.loads(Message.objects.filter(key="code").latest("id").sealed or "{}")["code"])


def signed_in(phone: Phone, next_path: str = "") -> Any:
    answer = phone.client.post("/sign-in", {"phone": PHONE, "next": next_path})
    return phone.client.post(answer.url, {"code": code_sent(), "next": next_path})


def test_a_phone_and_its_code_open_an_account(anybody: Phone):
    answer = signed_in(anybody)

    account = Account.objects.get()
    assert answer.url == "/"
    assert anybody.client.session["account"] == account.pk
    assert "signing_in" not in anybody.client.session


def test_signing_in_goes_on_where_it_was_asked_for(anybody: Phone):
    assert signed_in(anybody, "/book/pension/7/?with=medical").url == "/book/pension/7/?with=medical"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil.example", "evil"]
)
def test_nobody_is_led_to_another_site(anybody: Phone, elsewhere: str):
    assert signed_in(anybody, elsewhere).url == "/"


@pytest.mark.parametrize(
    ("onward", "said"), [("/book/pension/1/", [True, False]), ("/me/people", [False, True]), ("", [False, False])]
)
def test_what_is_promised_after_signing_in_is_what_comes(anybody: Phone, onward: str, said: list[bool]):
    page = text(anybody.get(f"/sign-in?next={onward}"))

    assert [words in page for words in ("选好的时间还在", "登录后回到刚才的页面")] == said


def test_the_session_gets_a_new_key(anybody: Phone):
    anybody.client.post("/sign-in", {"phone": PHONE})
    before = anybody.client.session.session_key

    anybody.client.post("/sign-in/code", {"code": code_sent()})

    assert anybody.client.session.session_key != before


def test_a_wrong_code_says_how_many_tries_are_left(anybody: Phone):
    anybody.client.post("/sign-in", {"phone": PHONE})
    wrong = "000000" if code_sent() != "000000" else "000001"

    answer = anybody.client.post("/sign-in/code", {"code": wrong})

    assert (answer.status_code, "account" in anybody.client.session) == (409, False)
    assert "还可以试 4 次。" in text(answer)


def test_the_telephone_number_is_neither_shown_nor_stored_in_clear(anybody: Phone):
    anybody.client.post("/sign-in", {"phone": PHONE})

    page = text(anybody.get("/sign-in/code"))

    assert "138****8001" in page
    assert PHONE not in page
    assert PHONE not in str(dict(anybody.client.session.items()))


@pytest.mark.parametrize("phone", ["", "12", "abc", "1" * 20, "＋８６"])
def test_a_number_that_is_none_is_refused(anybody: Phone, phone: str):
    answer = anybody.client.post("/sign-in", {"phone": phone})

    assert (answer.status_code, Message.objects.count()) == (422, 0)


def test_the_code_page_without_a_number_leads_back(anybody: Phone):
    assert anybody.get("/sign-in/code").url == "/sign-in"


def test_the_demo_says_where_the_code_stands(anybody: Phone):
    anybody.client.post("/sign-in", {"phone": PHONE})

    assert 'href="/demo/notices"' in text(anybody.get("/sign-in/code"))


def test_signing_out_forgets_the_person(mine: Phone):
    mine.post("/sign-out")

    assert [key for key in ("account", "hold", "ticket") if key in mine.client.session] == []


def test_a_clerk_at_the_same_browser_acts_as_the_citizen_here(mine: Phone, open_town: Town):
    account = mine.client.session["account"]
    mine.client.force_login(open_town.clerk)
    session = mine.client.session
    session["account"] = account
    session.save()
    booked = book(mine, open_town.slot(quota=3))

    assert mine.get(f"/a/{booked.code}").status_code == 200
    assert mine.get("/me/").context["account"].pk == account


def test_a_clerk_alone_is_nobody_here(anybody: Phone, mine: Phone, open_town: Town):
    booked = book(mine, open_town.slot(quota=3))
    anybody.client.force_login(open_town.clerk)

    assert anybody.get(f"/a/{booked.code}").status_code == 302
    assert anybody.get("/me/").context["account"] is None


def test_my_page_shows_my_people_as_i_typed_them_and_their_numbers_masked(mine: Phone, open_town: Town):
    book(mine, open_town.slot(quota=3))

    page = text(mine.get("/me/"))

    assert mine.person.name in page
    assert f"**** {mine.person.number_last4}" in page
    assert mine.person.id_number not in page


def test_what_i_typed_of_somebody_stays_mine_and_changes_nothing_of_theirs(mine: Phone, theirs: Phone):
    person = theirs.person
    before = Person.objects.get(pk=person.pk)

    answer = mine.post(
        "/me/people", name="陌生人", id_type="resident_id", id_number=person.id_number, phone="13900139000"
    )

    after = Person.objects.get(pk=person.pk)
    assert answer.status_code == 302
    assert (after.name, after.phone, after.name_index) == (before.name, before.phone, before.name_index)
    assert "陌生人" in text(mine.get("/me/"))
    assert before.name not in text(mine.get("/me/"))
    assert before.name in text(theirs.get("/me/"))


def test_what_came_by_sms_and_wechat_alike_stands_once(mine: Phone, open_town: Town):
    number = mine.account.phone
    write(key="lifted", to_phone=number, subject="suspension:1", dedupe="lifted:1", now=TUESDAY_NINE)
    Account.objects.filter(pk=mine.account.pk).update(phone_index=blind_index(number, purpose="phone"))
    row = Message.objects.get(key="lifted")
    row.state, row.channel, row.text = "sent", "sms", "网上预约恢复了"
    row.save()
    row.pk, row.channel, row.dedupe = None, "wechat", "lifted:1:wechat"
    row.save()

    sent = mine.get("/me/").context["sent"]

    assert [(one.text, sorted(one.channels)) for one in sent] == [("网上预约恢复了", ["sms", "wechat"])]


def test_people_are_added_and_removed(mine: Phone):
    mine.post("/me/people", name="李四", id_type="passport", id_number="E12345678", phone="")
    added = AccountPerson.objects.filter(account=mine.account).latest("id").person

    mine.post(f"/me/people/{mine.person.pk}/remove")

    assert (added.number_last4, added.phone) == ("5678", None)
    assert [each.pk for each in people_of(mine.account.pk)] == [added.pk]


def test_nobody_removes_people_of_another_account(mine: Phone, theirs: Phone):
    mine.post(f"/me/people/{theirs.person.pk}/remove")

    assert AccountPerson.objects.filter(account=theirs.account).count() == 1


GARBAGE = [
    "",
    "x",
    "-1",
    "\x00",
    "%00",
    "'; drop table--",
    "<b>",
    "９",
    "9" * 40,
    "2026-02-30",
    "2026-13-99T99:99",
    "😀" * 50,
]


FIELDS = [
    "q", "theme", "department", "audience", "page", "item", "hall", "at", "day", "with", "window", "k", "next",
    "thanks", "from", "who", "name", "id_type", "id_number", "phone", "code", "slot", "stars", "tags", "text",
    "suspension", "entry", "a", "faults", "revision", "file", "reason", "step", "mark", "value",
]  # fmt: skip


@pytest.mark.parametrize("garbage", GARBAGE)
def test_no_page_breaks_on_input_that_nobody_meant(mine: Phone, open_town: Town, garbage: str):
    slot = open_town.slot(quota=3)
    booked = book(mine, slot)
    arguments = {"code": booked.code, "item": "pension", "hall": "town", "slot": slot.pk, "ref": "0" * 13}
    arguments |= {"waiting": 1, "person": 1, "agent": 1, "mandate": 1, "field": 0, "material": 1, "n": 1}
    arguments |= {"round_id": 1, "area": "none"}
    arguments |= {"guardianship": 1, "organisation": 1, "member": 1, "paper": "none", "use": 1}
    case = matters_of(open_town).opened(account_id=mine.account.pk)
    arguments |= {"no": case.no, "number": "none", "items": "pension+medical", "letter": 1}
    given = dict.fromkeys(FIELDS, garbage)
    broken = []
    for pattern in urlpatterns:
        needed = pattern.pattern.converters
        path = reverse(f"citizen:{pattern.name}", kwargs={
            name: ("pension" if pattern.name == "item" else arguments[name]) for name in needed
        })  # fmt: skip
        for answer in (mine.client.get(path, given), mine.client.post(path, given)):
            if answer.status_code >= 500:
                broken.append((pattern.name, answer.status_code))

    assert broken == []


@pytest.mark.parametrize("path", ["/items/{}", "/halls/{}", "/a/{}", "/t/{}", "/r/{}", "/book/{}/"])
@pytest.mark.parametrize("garbage", ["%00", "%F0%9F%98%80", "..%2F..", "x" * 300, "a%20b"])
def test_an_address_that_nobody_made_is_not_found(anybody: Phone, path: str, garbage: str):
    assert anybody.client.get(path.format(garbage)).status_code == 404


def test_what_others_ask_and_mistype_for_a_number_does_not_end_its_owners_code(anybody: Phone):
    anybody.client.post("/sign-in", {"phone": PHONE})
    mine = code_sent()
    stranger = Client()
    stranger.post("/sign-in", {"phone": PHONE})
    wrong = [stranger.post("/sign-in/code", {"code": mine}).status_code for _ in range(12)]

    answer = anybody.client.post("/sign-in/code", {"code": mine})

    assert set(wrong) <= {409, 429}
    assert answer.status_code == 302
    assert "account" in anybody.client.session


def ask(i: int, address: str) -> int:
    return Client().post("/sign-in", {"phone": f"1390000{i:04d}"}, REMOTE_ADDR=address).status_code


def test_one_address_asks_for_codes_of_many_numbers_without_work_only_so_often(town: Town):
    stop_the_clock()

    assert [ask(i, "192.0.2.7") for i in range(12)] == [302] * 10 + [409] * 2


def test_one_address_asks_for_codes_of_many_numbers_only_so_often(town: Town, settings: Any):
    """However much work it does: proof of work (tests/doors/test_proof.py) is a tax, this is a wall."""
    stop_the_clock()
    settings.BANSHI_PROOF_USUAL = dict.fromkeys(settings.BANSHI_PROOF_USUAL, 0)

    assert [ask(i, "192.0.2.7") for i in range(21)] == [302] * 20 + [429]
    assert ask(30, "192.0.2.8") == 302


def test_a_hall_behind_one_address_has_an_allowance(town: Town, settings: Any):
    stop_the_clock()
    settings.BANSHI_HALL_NETWORKS = networks("192.0.2.0/24")

    assert {ask(i, "192.0.2.7") for i in range(40)} == {302}


def test_one_number_is_sent_codes_only_so_often_wherever_they_are_asked_for(town: Town, settings: Any):
    stop_the_clock()
    settings.BANSHI_HALL_NETWORKS = networks("192.0.2.0/24")

    assert [ask(1, f"192.0.2.{n}") for n in range(21)] == [302] * 20 + [429]


def test_a_stranger_uses_up_their_own_share_of_a_numbers_codes_and_not_the_owners(anybody: Phone, settings: Any):
    stop_the_clock()
    settings.BANSHI_PROOF_USUAL = dict.fromkeys(settings.BANSHI_PROOF_USUAL, 0)
    stranger = [ask(1, "192.0.2.7") for _ in range(6)]

    owner = ask(1, "192.0.2.8")

    assert (stranger, owner) == ([302] * 5 + [429], 302)


def test_the_owners_browser_gets_a_code_whatever_others_ask(anybody: Phone, settings: Any):
    stop_the_clock()
    settings.BANSHI_HALL_NETWORKS = networks("192.0.2.0/24")
    signed_in(anybody)
    anybody.client.post("/sign-out")
    others = [Client().post("/sign-in", {"phone": PHONE}, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(1, 25)]

    answer = anybody.client.post("/sign-in", {"phone": PHONE}, REMOTE_ADDR="192.0.2.1")

    assert (others[-1], answer.status_code) == (429, 302)


def test_from_the_fourth_code_for_one_number_strangers_work_wherever_they_ask(town: Town):
    stop_the_clock()

    assert [ask(1, f"192.0.2.{n}") for n in range(5)] == [302] * 3 + [409] * 2
    assert ask(2, "192.0.2.9") == 302


def test_a_browser_that_signed_in_with_the_number_is_asked_for_no_work_and_has_codes_of_its_own(
    anybody: Phone, settings: Any
):
    """Also tomorrow, when its session is over: whatever strangers have asked for meanwhile."""
    stop_the_clock()
    signed_in(anybody)
    del anybody.client.cookies[settings.SESSION_COOKIE_NAME]
    others = [Client().post("/sign-in", {"phone": PHONE}, REMOTE_ADDR=f"192.0.2.{n}").status_code for n in range(6)]
    settings.BANSHI_PROOF_USUAL = {**settings.BANSHI_PROOF_USUAL, "number": 0}
    for n in range(20, 50):
        Client().post("/sign-in", {"phone": PHONE}, REMOTE_ADDR=f"192.0.2.{n}")
    settings.BANSHI_PROOF_USUAL = {**settings.BANSHI_PROOF_USUAL, "number": 3}

    mine = [anybody.client.post("/sign-in", {"phone": PHONE}).status_code for _ in range(3)]
    new = Client().post("/sign-in", {"phone": PHONE}, REMOTE_ADDR="192.0.2.99").status_code

    assert (others[-1], mine, new) == (409, [302] * 3, 409)


def test_a_made_up_cookie_makes_no_browser_known(town: Town):
    stop_the_clock()
    for n in range(3):
        ask(1, f"192.0.2.{n}")
    forged = Client()
    forged.cookies["numbers"] = "eyJicm93c2VyIjoieCIsIm51bWJlcnMiOltdfQ:1:x"

    assert forged.post("/sign-in", {"phone": "13900000001"}, REMOTE_ADDR="192.0.2.50").status_code == 409


@pytest.mark.parametrize(("sent_to", "chosen"), [("/me/people", False), ("/book/pension/{}/", True)])
def test_a_form_that_outlived_its_session_names_a_time_only_where_it_had_one(
    anybody: Phone, open_town: Town, sent_to: str, chosen: bool
):
    answer = anybody.post(sent_to.format(open_town.slot().pk), name="李雷")

    page = text(anybody.get(answer.url))

    assert ("选好的时间还在" in page, "登录后回到刚才的页面" in page) == (chosen, not chosen)
