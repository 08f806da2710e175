"""What somebody says at the window – a complaint or a question, with a number or without – goes to the department."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.consulting import actions, queries
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.identity.models import Role
from banshi.rooms.messaging.models import Message
from banshi.rooms.tickets import actions as tickets
from tests.matters import Matters
from tests.surfaces.desk.served import serve
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
TEXT = "跑了三趟，每趟都说缺材料。"
SAID = {"kind": "complaint", "about": "pension", "text": TEXT, "phone": "13800138000"}
LATER = TUESDAY_NINE + timedelta(hours=1)


@pytest.fixture
def at_work(clerk: Client, matters: Matters) -> Client:
    """The clerk works a window, and nobody is in front."""
    tickets.sign_in(window_code="town-01", staff_id=matters.town.clerk.pk, now=TUESDAY_NINE)
    return clerk


def said(client: Client, **more: str) -> Any:
    return client.post("/desk/listen", {**SAID, **more})


def answered(enquiry: Enquiry, matters: Matters, *, by: str = "reviewer") -> None:
    department = enquiry.department.code
    actions.answer(no=enquiry.no, seq=1, text="明天专人陪办。", department=department, by=matters.by[by], now=LATER)


def test_somebody_without_a_number_complains_and_is_told_of_the_answer(at_work: Client, matters: Matters) -> None:
    answer = said(at_work)
    (found,) = queries.stuck("town")
    before = at_work.get(f"/desk/listen/{found.no}").content.decode()
    answered(found, matters)
    page = at_work.get(f"/desk/listen/{found.no}").content.decode()

    assert (answer.status_code, answer["Location"]) == (302, f"/desk/listen/{found.no}")
    assert (found.item.code, found.complaint, found.account_id, found.due_on) == (
        "pension", True, None, date(2026, 3, 13),
    )  # fmt: skip
    assert [each.text for each in queries.questions_of(found)] == [TEXT]
    message = Message.objects.get(key="enquiry_answered")
    assert (message.to, "link" in message.params) == ("+8613800138000", False)
    assert "明天专人陪办。" in page
    assert ["把编号写给本人" in each for each in (before, page)] == [True, False]
    assert TEXT not in page
    assert "13800138000" not in page
    assert Entry.objects.filter(
        action="enquiry_asked", subject=f"enquiry:{found.no}", actor__startswith="staff:"
    ).exists()
    assert Entry.objects.filter(action="looked", subject=f"enquiry:{found.no}").count() == 1


def test_a_question_is_none_of_what_does_not_get_done(at_work: Client) -> None:
    said(at_work, kind="question")

    assert (Enquiry.objects.get().complaint, queries.stuck("town").count()) == (False, 0)


def test_a_case_is_complained_of_by_its_number_and_whoever_worked_it_does_not_answer(
    at_work: Client, matters: Matters
) -> None:
    case = matters.in_review()

    said(at_work, about="", q=f" {case.no.lower()} ")
    found = Enquiry.objects.get()

    assert (found.case_id, found.item.code) == (case.pk, case.item.code)
    with pytest.raises(Refused) as no:
        answered(found, matters, by="receiver")
    assert no.value.slug == "same-person"


def test_the_case_of_whoever_is_served_stands_on_the_page(clerk: Client, matters: Matters) -> None:
    case = matters.received()
    ticket = serve(matters.town, 0)
    ticket.person_id = case.person_id
    ticket.save(update_fields=["person_id"])

    page = clerk.get("/desk/listen").content.decode()
    ticket.identity_ok = False
    ticket.save(update_fields=["identity_ok"])
    differs = clerk.get("/desk/listen").content.decode()

    assert case.no in page
    assert case.no not in differs


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"about": "", "q": ""}, "about"), ({"text": "四个字吗"}, "text"), ({"phone": ""}, "phone")],
)
def test_what_is_not_said_is_asked_for_and_what_was_typed_stays(
    at_work: Client, wrong: dict[str, str], field: str
) -> None:
    answer = said(at_work, **wrong)

    assert (answer.status_code, Enquiry.objects.count()) == (422, 0)
    assert answer.context["wrong"] == field
    assert ({**SAID, **wrong})["text"] in answer.content.decode()


@pytest.mark.parametrize("about", ["441900-202603-000000000001", "nothing", "id-card-elsewhere"])
def test_no_such_case_nor_matter(at_work: Client, about: str) -> None:
    assert said(at_work, about=about).status_code == 404
    assert Enquiry.objects.count() == 0


def test_one_person_says_so_much_a_day_whichever_clerk_writes_it_down(at_work: Client, matters: Matters) -> None:
    for _ in range(5):
        said(at_work)
    other = Actor(ActorKind.STAFF, "999")
    asking = actions.Asking(hall=matters.town.hall, item_code="pension", text=TEXT, contact="138 0013 8000")

    answer = said(at_work)
    with pytest.raises(Refused) as no:
        actions.ask(asking, by=other, now=TUESDAY_NINE)

    assert (answer.status_code, no.value.slug) == (409, "too-many-enquiries")
    assert said(at_work, phone="13800138001").status_code == 302


def test_it_is_found_again_by_its_number_in_this_hall_alone(at_work: Client, matters: Matters) -> None:
    said(at_work)
    found = Enquiry.objects.get()
    online = actions.ask(
        actions.Asking(hall=matters.town.hall, item_code="pension", text=TEXT), by=matters.applicant, now=TUESDAY_NINE
    )

    assert at_work.get("/desk/listen/find", {"no": found.no.lower()})["Location"] == f"/desk/listen/{found.no}"
    assert at_work.get("/desk/listen/find", {"no": online.no}).status_code == 404
    assert at_work.get(f"/desk/listen/{online.no}").status_code == 404
    Enquiry.objects.filter(pk=found.pk).update(hall=matters.town.other_hall)
    assert at_work.get(f"/desk/listen/{found.no}").status_code == 404


def test_only_at_work_and_only_who_receives(at_work: Client, matters: Matters) -> None:
    tickets.sign_out(staff_id=matters.town.clerk.pk, now=LATER)
    clock.forget()
    clock.set_clock(now=LATER, speed=0)

    assert at_work.get("/desk/listen").status_code == 409
    Role.objects.filter(staff=matters.town.clerk).update(ended_at=LATER)
    assert at_work.get("/desk/listen").status_code == 403


def test_words_find_the_matter(at_work: Client) -> None:
    name = Item.objects.get(code="pension").name_zh

    page = at_work.get("/desk/listen/matters", {"q": name[:4]}).content.decode()

    assert 'value="pension"' in page
    assert Department.objects.filter(code="hrss").exists()
