"""征求意见: another department is asked by a day, answers once for itself, and holds up nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, Consultation
from banshi.rooms.cases.queries import asked_of, closed_for, consulted_on, ended_under, papers_shown
from banshi.rooms.cases.rules import consulted
from banshi.rooms.catalogue.models import Department
from banshi.rooms.identity.models import Role, Staff
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

WEDNESDAY = date(2026, 3, 11)
DAY = timedelta(days=1)


def police(matters: Matters, login: str = "case-police") -> Actor:
    """A reviewer of another department."""
    Department.objects.get_or_create(code="police", defaults={"name_zh": "公安局", "name_en": "Police"})
    one = Staff.objects.create_staff(
        login=login, password="town-password", name_zh="警员", name_en="Officer", created_at=TUESDAY_NINE, department="police"
    )  # fmt: skip
    Role.objects.create(
        staff=one, role="reviewer", scope_kind="hall", scope="town", given_at=TUESDAY_NINE, given_by="system"
    )
    matters.staff[login] = one
    return Actor(ActorKind.STAFF, str(one.pk), "town")


def ask(matters: Matters, case: Case, **more: Any) -> Consultation:
    asked = {"department": "police", "question": "这里能开店吗？", "papers": ["lease"], "due_on": WEDNESDAY} | more
    return cases.consult(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE, **asked)


def answer(row: Consultation, by: Actor, *, now: Any = TUESDAY_NINE, **more: Any) -> Consultation:
    said = {"says": "refuse", "text": "在学校旁边", "department": "police"} | more
    return cases.answer_consultation(consultation_id=row.pk, by=by, now=now, **said)


def no_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


@pytest.mark.django_db
def test_a_department_is_asked_and_its_answer_stands_among_the_opinions(matters: Matters):
    officer, case = police(matters), matters.in_review()

    row = ask(matters, case)
    waits = [each.pk for each in asked_of(halls=["town"], department="police")]
    answer(row, officer)

    case.refresh_from_db()
    opinion = case.opinions.get()
    assert (waits, [paper.code for paper in papers_shown(row)]) == ([row.pk], ["lease"])
    assert (opinion.stage, opinion.says, opinion.text, opinion.by.login) == (
        "consult",
        "refuse",
        "在学校旁边",
        "case-police",
    )
    assert list(case.events.order_by("seq").values_list("verb", flat=True))[-2:] == ["consult", "answer_consult"]
    assert (case.proposed, case.due_promised, list(asked_of(halls=["*"]))) == ("", date(2026, 3, 16), [])


@pytest.mark.django_db
def test_none_of_ours_is_said_with_why_and_is_no_opinion(matters: Matters):
    officer, case = police(matters), matters.in_review()
    row = ask(matters, case)

    assert no_of(answer, row, officer, says="pass", text=" ") == "invalid"
    answer(row, officer, says="pass", text="归城管")

    assert (case.opinions.count(), consulted_on(case, now=TUESDAY_NINE)[0].open) == (0, False)


@pytest.mark.django_db
def test_an_answer_after_its_day_comes_late_and_until_then_it_lights_up(matters: Matters):
    officer, case = police(matters), matters.in_review()
    row = ask(matters, case)

    lights = [consulted_on(case, now=TUESDAY_NINE + days * DAY)[0].light for days in (0, 1, 2)]
    answer(row, officer, now=TUESDAY_NINE + 2 * DAY)

    assert lights == ["yellow", "yellow", "red"]
    assert consulted_on(case, now=TUESDAY_NINE + 2 * DAY)[0].late


@pytest.mark.django_db
def test_neither_itself_nor_twice_nor_too_late_nor_papers_that_are_none(matters: Matters):
    police(matters)
    case = matters.in_review()

    assert no_of(ask, matters, case, department=case.department.code) == "invalid"
    assert no_of(ask, matters, case, due_on=WEDNESDAY - 2 * DAY) == "invalid"
    assert no_of(ask, matters, case, due_on=date(2026, 3, 17)) == "invalid"  # promised for the 16th
    assert no_of(ask, matters, case, papers=["nothing"]) == "invalid"
    assert no_of(ask, matters, case, question=" ") == "invalid"
    ask(matters, case)
    assert no_of(ask, matters, case) == "changed-meanwhile"
    draft = matters.opened()
    assert no_of(ask, matters, draft) == "wrong-state"


@pytest.mark.django_db
def test_only_the_department_asked_answers_and_never_who_asked(matters: Matters):
    officer, case = police(matters), matters.in_review()
    row = ask(matters, case)

    assert no_of(answer, row, officer, department="hrss") == "nothing-found"
    assert no_of(answer, row, matters.by["reviewer"], department="") == "same-person"
    asker = int(matters.by["reviewer"].id)
    with pytest.raises(IntegrityError, match="who_asked_a_department_does_not_answer_for_it"), transaction.atomic():
        Consultation.objects.filter(pk=row.pk).update(answered_by=asker, answered_at=TUESDAY_NINE, says="note")


@pytest.mark.django_db
def test_a_case_is_decided_without_the_answer_which_is_then_none(matters: Matters):
    officer, case = police(matters), matters.in_review()
    row = ask(matters, case)
    cases.opine(case_no=case.no, says="grant", by=matters.by["reviewer"], now=TUESDAY_NINE)
    cases.decide(case_no=case.no, grant=True, by=matters.by["approver"], now=TUESDAY_NINE)

    assert no_of(answer, row, officer) == "wrong-state"
    assert list(asked_of(halls=["town"], department="police")) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_who_answer_at_once_one_does(committed_matters: Matters):
    matters = committed_matters
    people = [police(matters, f"case-police-{i}") for i in range(3)]
    row = ask(matters, matters.in_review())

    results = together(3, lambda i: answer(row, people[i]))

    assert sum(isinstance(each, Consultation) for each in results) == 1
    assert {each.slug for each in results if isinstance(each, Refused)} == {"changed-meanwhile"}
    assert row.case.opinions.count() == 1


def test_the_light_is_yellow_on_the_day_before_and_the_day():
    assert [consulted.light(WEDNESDAY, today=WEDNESDAY + days * DAY) for days in (-2, -1, 0, 1)] == [
        "green", "yellow", "yellow", "red",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["withdraw", "terminate"])
def test_what_is_taken_back_or_ended_is_told_to_whoever_was_asked_and_whoever_had_it(matters: Matters, how: str):
    officer, case = police(matters), matters.in_review()
    sign = cases.sign_for(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)
    row = ask(matters, sign)
    Case.objects.filter(pk=case.pk).update(locked_by=None, locked_until=None)

    if how == "withdraw":
        cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    else:
        cases.terminate(
            case_no=case.no, reason="重复", second_by=matters.staff["second_supervisor"].pk, second_may=True,
            by=matters.by["supervisor"], now=TUESDAY_NINE,
        )  # fmt: skip

    row.refresh_from_db()
    reviewer, receiver = matters.staff["reviewer"].pk, matters.staff["receiver"].pk
    assert (row.closed_at, list(asked_of(halls=["town"], department="police"))) == (TUESDAY_NINE, [])
    assert [each.pk for each in closed_for(hall="town", department="police", now=TUESDAY_NINE)] == [row.pk]
    assert list(closed_for(hall="town", department="hrss", now=TUESDAY_NINE)) == []
    assert list(closed_for(hall="other", department="", now=TUESDAY_NINE)) == []
    assert list(closed_for(hall="town", department="", now=TUESDAY_NINE + 15 * DAY)) == []
    assert [each.no for each in ended_under(reviewer, hall="town", now=TUESDAY_NINE)] == [case.no]
    assert list(ended_under(receiver, hall="town", now=TUESDAY_NINE)) == []
    assert list(ended_under(reviewer, hall="other", now=TUESDAY_NINE)) == []
    assert no_of(answer, row, officer) == "wrong-state"
