"""What goes wrong with a case is said from its page, lands at the hall's window for that, and nobody answers for themselves."""

from __future__ import annotations

import pytest

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.consulting import actions
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.consulting.rules import STUCK
from banshi.rooms.identity.models import Account
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.surfaces.office.editing import signed_in
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
WORDS = "说好十点出证，等到下午也没人管。"


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def matters(shop: tuple[Matters, Phone]) -> Matters:
    return shop[0]


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


def stuck_here(matters: Matters) -> None:
    """The hall has a window for what people could not get done."""
    own = HallItem.objects.select_related("item").get(hall=matters.town.hall, item__code="pension")
    item = own.item
    item.pk, item.code = None, STUCK
    item.save()
    own.pk, own.item = None, item
    own.save()


def test_it_is_said_from_the_case_and_names_it_on_both_sides(matters: Matters, me: Phone) -> None:
    case = matters.received()
    stuck_here(matters)
    way = f'href="/cases/{case.no}/complain"'

    there = way in me.get(f"/cases/{case.no}/").content.decode()
    asked = text(me.get(f"/cases/{case.no}/complain"))
    sent = me.client.post(f"/cases/{case.no}/complain", {"text": WORDS})

    enquiry = Enquiry.objects.get()
    seen = text(me.get(f"/enquiries/{enquiry.no}/"))
    assert (there, case.no in asked, sent.status_code) == (True, True, 302)
    assert "答复你，由小镇大厅没有经办这件事的人答复" in asked
    assert "答复，会发消息告诉你" in seen
    assert (enquiry.case_id, enquiry.item.code, enquiry.account_id) == (case.pk, STUCK, matters.account.pk)
    assert WORDS in seen
    assert case.no in seen


def test_where_no_window_is_for_it_the_matters_own_department_answers(matters: Matters, me: Phone) -> None:
    case = matters.received()

    me.client.post(f"/cases/{case.no}/complain", {"text": WORDS})

    assert Enquiry.objects.get().item == case.item


def test_who_supervises_sees_it_wherever_it_went(matters: Matters, me: Phone) -> None:
    case = matters.received()
    me.client.post(f"/cases/{case.no}/complain", {"text": WORDS})

    page = signed_in(matters.staff["supervisor"]).get("/review/town/exceptions").content.decode()

    assert Enquiry.objects.get().no in page
    assert f"/review/town/cases/{case.no}" in page


def test_who_worked_the_case_does_not_answer_for_it(matters: Matters, me: Phone) -> None:
    case = matters.received()
    me.client.post(f"/cases/{case.no}/complain", {"text": WORDS})
    enquiry = Enquiry.objects.get()
    worked = matters.by["receiver"]
    assert worked.id == str(case.received_by_id)

    with pytest.raises(Refused) as no:
        actions.answer(no=enquiry.no, seq=1, text="没有的事。", department="", by=worked, now=clock.now())
    actions.answer(
        no=enquiry.no, seq=1, text="查过了，今天办好。", department="", by=matters.by["reviewer"], now=clock.now()
    )

    with pytest.raises(Refused) as nor:
        actions.correct(no=enquiry.no, seq=1, text="没有的事。", department="", by=worked, now=clock.now())

    assert (no.value.slug, nor.value.slug) == ("same-person", "same-person")
    assert "查过了，今天办好。" in text(me.get(f"/enquiries/{enquiry.no}/"))


@pytest.mark.parametrize("words", ["", "  ", "短", "长" * 1001])
def test_what_is_refused_is_said_and_stays(matters: Matters, me: Phone, words: str) -> None:
    case = matters.received()

    answer = me.client.post(f"/cases/{case.no}/complain", {"text": words})

    assert answer.status_code == 422
    assert words.strip() in answer.content.decode()
    assert Enquiry.objects.count() == 0


def test_a_stranger_who_knows_the_number_says_nothing(matters: Matters) -> None:
    case = matters.received()
    stranger = Account.objects.create(phone="+8613800138999", phone_index="stranger", created_at=TUESDAY_NINE)
    client = browser()
    session = client.session
    session["account"] = stranger.pk
    session.save()

    looks = [client.get(f"/cases/{case.no}/complain"), client.post(f"/cases/{case.no}/complain", {"text": WORDS})]

    assert [each.status_code for each in looks] == [404, 404]
    assert Enquiry.objects.count() == 0
