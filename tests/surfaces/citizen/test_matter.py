"""From the first question to a draft: nobody signs in before it is needed, and nothing is asked twice."""

from __future__ import annotations

import pytest

from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import form_of
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.identity.models import Person
from tests.matters import Matters
from tests.surfaces.citizen.cases import ANSWERS, applicant, fields
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import Town

pytestmark = pytest.mark.django_db
STRANGER = {"name": "欧阳测试", "id_type": "resident_id", "id_number": "11010519491231002X", "phone": ""}


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


def begun(browser: Phone, **more: str) -> str:
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(browser.person.pk), **more}
    return browser.client.post("/matters/pension/begin", said)["Location"]


def test_the_guide_leads_to_the_questions(shop, anybody):
    page = text(anybody.get("/items/pension"))

    assert 'href="/matters/pension/"' in page
    assert 'href="/book/pension/"' in page


def test_one_question_stands_on_a_screen_and_each_answer_leads_on(shop, anybody):
    first = text(anybody.get("/matters/pension/"))
    second = text(anybody.get("/matters/pension/?a=premises:rented"))

    assert ("店面是谁的？" in first, "卖吃的吗？" in first) == (True, False)
    assert 'href="/matters/pension/?a=premises%3Arented&amp;hall=town"' in first
    assert "卖吃的吗？" in second
    assert 'href="/matters/pension/?a=premises%3Arented&amp;a=food%3Ano&amp;hall=town"' in second


def test_going_back_shows_what_was_said(shop, anybody):
    page = text(anybody.get(f"/matters/pension/?{ANSWERS}&at=premises"))

    assert "店面是谁的？" in page
    assert page.count('aria-current="true"') == 1
    assert 'href="/matters/pension/?a=premises%3Aown&amp;a=food%3Ano&amp;hall=town"' in page


def test_what_it_takes_follows_from_the_answers(shop, anybody):
    rented = text(anybody.get(f"/matters/pension/?{ANSWERS}&hall=town"))
    own = text(anybody.get("/matters/pension/?a=premises:own&a=food:no&hall=town"))

    assert ("租约" in rented, "租约" in own) == (True, False)
    assert "4 个工作日" in rented
    assert "20 个工作日" in rented
    assert "/matters/pension/begin?a=premises%3Arented&amp;a=food%3Ano&amp;hall=town" in rented
    assert Case.objects.count() == 0


@pytest.mark.parametrize(
    "wrong", ["a=premises:castle", "a=nothing:own", "a=premises", "a=:", "at=nothing&a=premises:x"]
)
def test_an_answer_that_is_none_is_asked_again(shop, anybody, wrong):
    answer = anybody.client.get(f"/matters/pension/?{wrong}")

    assert answer.status_code == 200
    assert "店面是谁的？" in text(answer)


def test_where_nothing_is_done_online_a_time_is_booked(shop, anybody):
    handling = {**Item.objects.get(code="pension").handling, "where": {"window": True, "online": False}}
    Item.objects.filter(code="pension").update(handling=handling)

    page = text(anybody.get(f"/matters/pension/?{ANSWERS}&hall=town"))

    assert "/matters/pension/begin" not in page
    assert 'href="/book/pension/?a=premises%3Arented&amp;a=food%3Ano&amp;hall=town"' in page


def test_an_item_without_a_model_begins_with_what_it_takes(shop, anybody):
    page = text(anybody.get("/matters/medical/?hall=town"))

    assert "医疗保险参保登记" in page
    assert anybody.get("/matters/nowhere/").status_code == 404


def test_several_halls_are_chosen_from(shop, open_town, anybody):
    HallItem.objects.create(
        hall=open_town.other_hall, item=open_town.items["pension"], category=open_town.categories["A"]
    )

    without = text(anybody.get(f"/matters/pension/?{ANSWERS}"))
    chosen = text(anybody.get(f"/matters/pension/?{ANSWERS}&hall=other"))

    assert "/begin" not in without
    assert "hall=other" in chosen


def test_beginning_leads_over_the_sign_in_and_back(shop, anybody):
    answer = anybody.client.get(f"/matters/pension/begin?{ANSWERS}&hall=town")

    assert answer["Location"] == (
        "/sign-in?next=/matters/pension/begin%3Fa%3Dpremises%3Arented%26a%3Dfood%3Ano%26hall%3Dtown"
    )


def test_begin_with_questions_open_leads_back_to_them(me):
    answer = me.client.get("/matters/pension/begin?a=premises:rented&hall=town")

    assert answer["Location"] == "/matters/pension/?a=premises%3Arented&hall=town"


def test_a_draft_is_opened_for_whom_it_is_for(me):
    page = text(me.get("/matters/pension/begin", a=["premises:rented", "food:no"], hall="town"))

    where = begun(me)

    case = Case.objects.get()
    assert f'value="{me.person.pk}"' in page
    assert where == f"/cases/{case.no}/form/"
    assert (case.phase, case.channel, case.answers, case.account_id) == (
        "draft", "web", {"premises": "rented", "food": "no"}, me.account.pk,
    )  # fmt: skip
    assert case.applicant == Person.objects.get(pk=me.person.pk).name


def test_somebody_typed_in_is_called_as_they_were_typed_and_nothing_of_them_is_told(me, open_town):
    other = open_town.person(2)
    typed = {**STRANGER, "id_number": other.id_number, "who": "new"}

    where = begun(me, **typed)

    case = Case.objects.get()
    assert (case.person_id, case.applicant) == (other.pk, "欧阳测试")
    assert other.name not in text(me.get(where))


def test_a_number_that_was_typed_is_not_asked_for_again_and_stands_nowhere_whole(shop, open_town):
    matters, me = shop
    matters.asks_who()
    typed = {**STRANGER, "who": "new", "phone": "13900139002"}

    where = begun(me, **typed)
    page = text(me.get(where))

    kept = form_of(Case.objects.get())
    own = open_town.person(1)
    assert (kept["buyer-no"], kept["mobile"], kept["agent-no"]) == (
        STRANGER["id_number"],
        "+8613900139002",
        own.id_number,
    )
    assert (page.count("按登记的填"), "**************002X" in page) == (3, True)
    assert (STRANGER["id_number"] in page, own.id_number in page) == (False, False)


def test_what_is_carried_over_can_be_written_otherwise(shop):
    matters, me = shop
    matters.asks_who()
    where = begun(me, **{**STRANGER, "who": "new"})
    said = fields(me.get(where)) | {"f-buyer-no": "E12345678", "go": "later"}

    me.client.post(where, said)

    assert form_of(Case.objects.get())["buyer-no"] == "E12345678"


def test_wrong_typing_stands_at_its_field_and_stays(me):
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": "new", **STRANGER, "id_number": "1"}

    answer = me.client.post("/matters/pension/begin", said)

    assert answer.status_code == 422
    assert 'value="欧阳测试"' in text(answer)
    assert 'aria-invalid="true"' in text(answer)
    assert Case.objects.count() == 0


def test_nobody_of_the_account_can_be_chosen_by_number(me, open_town):
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(open_town.person(2).pk)}

    answer = me.client.post("/matters/pension/begin", said)

    assert (answer.status_code, Case.objects.count()) == (422, 0)


def test_begun_twice_with_one_form_is_one_draft(me):
    import re

    path = f"/matters/pension/begin?{ANSWERS}&hall=town"
    sent = []
    for _ in range(2):
        page = text(me.client.get(path))
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]  # type: ignore[index]
        stable = re.search(r'name="once" value="(\w+)"', page)[1]  # type: ignore[index]
        said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(me.person.pk), "once": stable}
        sent.append(me.client.post(path, {**said, "csrfmiddlewaretoken": token})["Location"])

    assert sent[0] == sent[1]
    assert Case.objects.count() == 1


def test_a_second_one_of_the_same_matter_is_begun_only_on_purpose(me):
    first = begun(me)
    said = {"hall": "town", "a": ["premises:rented", "food:no"], "who": str(me.person.pk)}

    answer = me.client.post("/matters/pension/begin", said)
    second = begun(me, anyway="1")

    there = Case.objects.order_by("id")[0]
    assert answer.status_code == 409
    assert (f'href="/cases/{there.no}/"' in text(answer), 'name="anyway" value="1"' in text(answer)) == (True, True)
    assert first != second


def test_what_was_begun_is_offered_again(shop, me):
    case = shop[0].opened()

    page = text(me.get("/matters/pension/", a=["premises:rented", "food:no"], hall="town"))

    assert f'href="/cases/{case.no}/"' in page


def test_what_is_known_is_filled_in(shop, me):
    item = Item.objects.get(code="pension")
    handling = item.handling
    group = {"group_zh": "人", "group_en": "Person"}
    handling["fields"] = [
        {"code": "who", "label_zh": "姓名", "label_en": "Name", "type": "name", "element": "person-name", **group},
        {"code": "number", "label_zh": "证件号码", "label_en": "ID number", "type": "id_number", "element": "id-number", **group},
        {"code": "tel", "label_zh": "手机", "label_en": "Mobile", "type": "phone", "element": "mobile", **group},
        {"code": "note", "label_zh": "说明", "label_en": "Note", "type": "text", "required": False, **group},
    ]  # fmt: skip
    from banshi.kernel.actors import SYSTEM
    from banshi.rooms.catalogue import actions, queries
    from tests.town import TUESDAY_NINE

    item.handling = handling
    item.save()
    actions.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    queries.forget()
    queries.forget_handlings()

    page = text(me.get(begun(me)))

    person = Person.objects.get(pk=me.person.pk)
    assert form_of(Case.objects.get()) == {"who": person.name, "number": person.id_number, "tel": "+8613800138000"}
    assert person.id_number not in page
    assert person.id_number[-4:] in page
    assert "已代填 3 项，还要填 1 项" in page


def test_a_booking_on_the_way_from_the_questions_shows_the_papers_of_that_situation(open_town: Town, shop):
    """From page to page as a thumb goes: the answers go along, and stand with the booking."""
    matters, me = shop
    slot = open_town.slot(quota=2)

    takes = text(me.get(f"/matters/pension/?{ANSWERS}&hall=town"))
    choose = text(me.get(f"/book/pension/?{ANSWERS}&hall=town"))
    onward = me.client.post("/book/pension/take", {"slot": slot.pk, "a": ["premises:rented", "food:no"]}).url
    confirm = text(me.get(onward))
    booked = me.client.post(onward, {"who": str(me.person.pk), "a": ["premises:rented", "food:no"]})
    page = text(me.get(booked.url))

    assert 'href="/book/pension/?a=premises%3Arented&amp;a=food%3Ano&amp;hall=town"' in takes
    assert '<input type="hidden" name="a" value="premises:rented">' in choose
    assert onward == f"/book/pension/{slot.pk}/?a=premises%3Arented&a=food%3Ano"
    assert '<input type="hidden" name="a" value="food:no">' in confirm
    assert all("租约" in each for each in (confirm, page))
    assert Appointment.objects.get().answers == {"premises": "rented", "food": "no"}


def test_answers_that_are_none_do_not_keep_anybody_from_booking(open_town: Town, shop):
    matters, me = shop
    slot = open_town.slot()

    me.client.post(f"/book/pension/{slot.pk}/", {"who": str(me.person.pk), "a": ["premises:castle", "x:y"]})

    assert Appointment.objects.get().answers == {}
