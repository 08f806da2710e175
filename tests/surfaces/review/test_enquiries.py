"""Questions to a department on the pages of those who answer: who sees which, answered, forwarded, written up, published."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.consulting import actions, queries
from banshi.rooms.consulting.models import Answer, Enquiry, PublicAnswer
from banshi.rooms.identity.models import Role, Staff
from tests.matters import Matters
from tests.surfaces.office.editing import signed_in
from tests.town import at

TEXT = "店面还在装修，能先办许可证吗？"
WRITTEN = {"question_zh": "装修时能办吗？", "answer_zh": "能，先带租约来。", "question_en": "", "answer_en": ""}


def worker(login: str, role: str, hall: str, department: str) -> Any:
    born = at("2026-01-05 09:00")
    one = Staff.objects.create_staff(
        login=login,
        password="town-password",
        name_zh="办事员",
        name_en="Worker",
        created_at=born,
        department=department,
    )
    Role.objects.create(staff=one, role=role, scope_kind="hall", scope=hall, given_at=born, given_by="system")
    return one


@pytest.fixture
def enquiry(matters: Matters) -> Enquiry:
    police = Department.objects.create(code="police", name_zh="公安局", name_en="Public Security")
    Item.objects.filter(code="id-card").update(department=police)
    asking = actions.Asking(hall=matters.town.hall, item_code="pension", text=TEXT, account_id=matters.account.pk)
    return actions.ask(asking, by=matters.applicant, now=clock.now())


def post(client: Client, enquiry: Enquiry, verb: str, **fields: str) -> Any:
    return client.post(f"/review/town/enquiries/{enquiry.no}/{verb}", fields)


def test_the_department_reads_and_answers_it(client_of: Any, enquiry: Enquiry) -> None:
    client = client_of("reviewer")

    listed = client.get("/review/town/enquiries").content.decode()
    page = client.get(f"/review/town/enquiries/{enquiry.no}/").content.decode()
    done = post(client, enquiry, "answer", seq="1", text="能，先带租约来。")

    assert (enquiry.no in listed, TEXT in listed, TEXT in page) == (True, False, True)
    assert (done.status_code, Enquiry.objects.get().state) == (302, "answered")
    assert "能，先带租约来。" in client.get(done.url).content.decode()


def test_where_nobody_is_told_of_the_answer_it_does_not_say_so(client_of: Any, enquiry: Enquiry) -> None:
    client = client_of("reviewer")

    told = client.get(post(client, enquiry, "answer", seq="1", text="能。").url).content.decode()
    Enquiry.objects.update(account=None)
    untold = client.get(post(client, enquiry, "correct", seq="1", text="能，先带租约来。").url).content.decode()

    assert ["告诉了提问的人" in each for each in (told, untold)] == [True, False]
    assert "提问的人没留电话，没有通知。" in untold


@pytest.mark.parametrize(
    ("role", "hall", "department", "list_", "page"),
    [
        ("reviewer", "town", "hrss", (200, True), 200),
        ("reviewer", "town", "police", (200, False), 404),
        ("reviewer", "other", "hrss", (403, False), 403),
        ("supervisor", "town", "", (200, True), 200),
        ("issue_clerk", "town", "", (403, False), 403),
    ],
)
def test_who_sees_which(enquiry: Enquiry, role: str, hall: str, department: str, list_: Any, page: int) -> None:
    client = signed_in(worker("somebody", role, hall, department))

    listed = client.get("/review/town/enquiries")
    found = client.get(f"/review/town/enquiries?q={enquiry.no[-6:]}")
    one = client.get(f"/review/town/enquiries/{enquiry.no}/")
    answered = post(client, enquiry, "answer", seq="1", text="能。")

    assert (listed.status_code, enquiry.no in listed.content.decode()) == list_
    assert (found.status_code, enquiry.no in found.content.decode()) == list_
    assert one.status_code == page
    assert answered.status_code == (302 if role == "reviewer" and page == 200 else page if page != 200 else 403)


def test_who_answers_second_finds_their_words_again(client_of: Any, matters: Matters, enquiry: Enquiry) -> None:
    actions.answer(no=enquiry.no, seq=1, text="不能。", department="hrss", by=matters.by["approver"], now=clock.now())

    late = post(client_of("reviewer"), enquiry, "answer", seq="1", text="能，我写了很久。")

    page = late.content.decode()
    assert (late.status_code, "能，我写了很久。" in page, "不能。" in page) == (409, True, True)
    assert Answer.objects.count() == 1


def test_what_was_taken_back_or_forwarded_meanwhile_gives_the_words_back(
    client_of: Any, matters: Matters, enquiry: Enquiry
) -> None:
    client = client_of("reviewer")
    actions.forward(
        no=enquiry.no, to="police", reason="户口的事", department="hrss", by=matters.by["reviewer"], now=clock.now()
    )
    forwarded = post(client, enquiry, "answer", seq="1", text="能，我写了很久。")
    actions.withdraw(no=enquiry.no, by=matters.applicant, now=clock.now())
    withdrawn = post(client, enquiry, "answer", seq="1", text="能，我写了很久。")

    for each in (forwarded, withdrawn):
        assert (each.status_code, "能，我写了很久。" in each.content.decode()) == (409, True)
    assert Answer.objects.count() == 0


def test_hostile_words_stay_words(client_of: Any, matters: Matters, enquiry: Enquiry) -> None:
    text = "<script>alert(1)</script>{{ x }}"
    asking = actions.Asking(hall=matters.town.hall, item_code="pension", text=text, account_id=matters.account.pk)
    hostile = actions.ask(asking, by=matters.applicant, now=clock.now())

    page = client_of("reviewer").get(f"/review/town/enquiries/{hostile.no}/").content.decode()

    assert ("<script>alert" in page, "&lt;script&gt;alert(1)&lt;/script&gt;{{ x }}" in page) == (False, True)


def test_forwarded_once_with_a_reason(client_of: Any, enquiry: Enquiry) -> None:
    client = client_of("reviewer")

    without = post(client, enquiry, "forward", to="police", reason="")
    done = post(client, enquiry, "forward", to="police", reason="户口的事")
    page = client.get(f"/review/town/enquiries/{enquiry.no}/").content.decode()

    assert (without.status_code, done.status_code) == (422, 302)
    assert ("户口的事" in page, 'name="text"' in page) == (True, False)
    assert enquiry.no not in client.get("/review/town/enquiries").content.decode()


def test_corrected_and_written_up_and_published_by_another(client_of: Any, enquiry: Enquiry) -> None:
    writer, other = client_of("reviewer"), client_of("approver")
    post(writer, enquiry, "answer", seq="1", text="不能。")
    post(writer, enquiry, "correct", seq="1", text="能。")
    personal = post(writer, enquiry, "write-up", **WRITTEN | {"answer_zh": "打 13800138000"})
    post(writer, enquiry, "write-up", **WRITTEN)
    row = PublicAnswer.objects.get()

    own = writer.post(f"/review/town/answers/{row.pk}/publish")
    done = other.post(f"/review/town/answers/{row.pk}/publish")
    shown = other.get("/review/town/answers").content.decode()
    down = writer.post(f"/review/town/answers/{row.pk}/withdraw")

    assert (personal.status_code, "打 13800138000" in personal.content.decode()) == (422, True)
    assert (own.status_code, done.status_code, "装修时能办吗？" in shown, down.status_code) == (409, 302, True, 302)
    assert PublicAnswer.objects.get().state == "withdrawn"
    (question,) = queries.questions_of(Enquiry.objects.get())
    assert (question.answer.text, [each.text for each in question.earlier]) == ("能。", ["不能。"])


def test_another_departments_answer_is_nobodys_to_publish(matters: Matters, enquiry: Enquiry) -> None:
    by = Actor(ActorKind.STAFF, str(matters.staff["reviewer"].pk), "town")
    actions.answer(no=enquiry.no, seq=1, text="能。", department="hrss", by=by, now=clock.now())
    row = actions.write_up(
        no=enquiry.no, writing=actions.Writing("问", "答"), department="hrss", by=by, now=clock.now()
    )
    client = signed_in(worker("police", "approver", "town", "police"))

    assert client.post(f"/review/town/answers/{row.pk}/publish").status_code == 404
    assert "答</p>" not in client.get("/review/town/answers").content.decode()
