"""An extension is asked for by the department and approved by the head of the body, who is somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, Extension
from banshi.rooms.cases.queries import facts_of, worklist
from banshi.rooms.cases.queries.extending import asked_extension
from banshi.rooms.cases.rules.papers import words
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules.templates import render
from banshi.rooms.messaging.rules.words import COMMON
from tests.matters import Matters
from tests.rooms.cases.test_consulting import police
from tests.rooms.cases.test_reviewing import refusal_of
from tests.together import together
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


def asks(matters: Matters, case: Case, *, who: str = "reviewer", days: int = 5) -> Case:
    return cases.propose_extension(case_no=case.no, days=days, reason="案情复杂", by=matters.by[who], now=TUESDAY_NINE)


def extends(matters: Matters, case: Case, *, who: str = "head", days: int = 5) -> Case:
    return cases.extend(case_no=case.no, days=days, reason="案情复杂", by=matters.by[who], now=TUESDAY_NINE)


def waits_for(matters: Matters, who: str) -> list[str]:
    return [each.no for each in worklist("extension", halls=["town"], staff=matters.staff[who].pk)]


def test_what_is_asked_for_moves_no_day_and_waits_for_the_head(matters: Matters):
    case = matters.in_review()
    before = case.due_promised

    asked = asks(matters, case)

    assert (asked.due_promised, asked.papers.filter(kind="extension").count()) == (before, 0)
    said = asked_extension(asked)
    assert said is not None
    assert (said.days, said.reason) == (5, "案情复杂")
    assert (waits_for(matters, "head"), waits_for(matters, "reviewer")) == ([case.no], [])


def test_the_head_extends_while_another_works_on_it_and_takes_it_from_nobody(matters: Matters):
    case = matters.in_review()
    asks(matters, case)

    extended = extends(matters, case)

    row = Extension.objects.get()
    assert (row.proposed_by, row.approved_by) == (matters.staff["reviewer"], matters.staff["head"])
    assert (extended.locked_by, extended.extension_asked_by) == (matters.staff["reviewer"], None)
    assert (waits_for(matters, "head"), extended.due_statutory) == ([], date(2026, 4, 14))


def test_paper_and_message_name_both_days_each_by_its_kind(matters: Matters):
    """One says until when it was promised, the other what the law allows: neither is taken for the other."""
    case = extends(matters, matters.in_review())

    rows = dict(words("extension", facts_of(case.papers.get(kind="extension"))).rows)
    told = Message.objects.get(key="case_extended").params
    assert (rows["承诺办结日期"], rows["法定办结日期"]) == (
        "原 2026 年 3 月 16 日，延长后 2026 年 3 月 23 日，暂定",
        "原 2026 年 4 月 7 日，延长后 2026 年 4 月 14 日，暂定",
    )
    assert (told["day"], told["law"], told["year"]) == ("2026-03-23", "2026-04-14", "2026")


def test_where_the_law_alone_sets_a_day_nothing_is_called_promised(matters: Matters):
    case = matters.in_review()
    Case.objects.filter(pk=case.pk).update(due_promised=case.due_statutory)
    facts = replace(facts_of(extends(matters, case).papers.get(kind="extension")), due_promised=date(2026, 4, 14))

    rows = dict(words("extension", facts).rows)

    assert (rows.get("承诺办结日期"), rows["法定办结日期"]) == (
        None,
        "原 2026 年 4 月 7 日，延长后 2026 年 4 月 14 日，暂定",
    )


def test_a_day_that_may_still_move_is_told_as_such():
    words_of = {lang: render(COMMON["case_extended"][lang], {
        "item": "“营业执照”", "days": 5, "day": "1月7日", "law": "1月18日", "year": "2027", "reason": "复杂",
        "link": "L",
    }) for lang in ("zh", "en")}  # fmt: skip

    assert "2027 年的放假安排还没公布，日期暂定。" in words_of["zh"]
    assert "The holidays of 2027 are not published yet: the day may move." in words_of["en"]


def test_a_head_extends_unasked(matters: Matters):
    extends(matters, matters.in_review())

    row = Extension.objects.get()
    assert (row.proposed_by, row.approved_by) == (None, matters.staff["head"])


def test_who_asked_approves_nothing_though_they_are_a_head_by_then(matters: Matters):
    case = matters.in_review()
    asks(matters, case, who="approver")

    no = [
        refusal_of(lambda: extends(matters, case, who="approver")).slug,
        refusal_of(
            lambda: cases.refuse_extension(case_no=case.no, why="不必", by=matters.by["approver"], now=TUESDAY_NINE)
        ).slug,
    ]

    assert (no, Extension.objects.count()) == (["same-person", "same-person"], 0)


def test_the_table_holds_two_people_apart(matters: Matters):
    case, one = matters.in_review(), matters.staff["head"]

    with pytest.raises(IntegrityError, match="who_asks_for_an_extension"), transaction.atomic():
        Extension.objects.create(
            case=case, days=3, reason="", at=TUESDAY_NINE, by="staff:1", proposed_by=one, approved_by=one
        )


def test_what_was_not_approved_is_asked_for_again_and_what_was_is_not(matters: Matters):
    case = matters.in_review()
    never = refusal_of(
        lambda: cases.refuse_extension(case_no=case.no, why="不必", by=matters.by["head"], now=TUESDAY_NINE)
    )
    asks(matters, case)

    back = cases.refuse_extension(case_no=case.no, why="不必", by=matters.by["head"], now=TUESDAY_NINE)
    asks(matters, case, days=10)
    extends(matters, case, days=3)

    assert (never.slug, back.extension_asked_by) == ("wrong-state", None)
    assert Extension.objects.get().days == 3
    assert refusal_of(lambda: asks(matters, case)).slug == "wrong-state"


@pytest.mark.parametrize(("days", "slug"), [(0, "invalid"), (11, "invalid")])
def test_no_more_is_asked_for_than_the_law_gives(matters: Matters, days: int, slug: str):
    case = matters.in_review()

    assert refusal_of(lambda: asks(matters, case, days=days)).slug == slug


def test_a_case_that_goes_to_another_department_asks_for_nothing_any_more(matters: Matters):
    police(matters)
    case = matters.in_review()
    asks(matters, case)

    moved = cases.hand_to_department(
        case_no=case.no, department="police", may=True, why="归公安", by=matters.by["supervisor"], now=TUESDAY_NINE
    )

    assert moved.extension_asked_by_id is None


@pytest.mark.django_db(transaction=True)
def test_of_two_heads_at_once_one_extends(committed_matters: Matters):
    case = committed_matters.in_review()
    asks(committed_matters, case)

    found = together(2, lambda i: extends(committed_matters, case, who=("head", "supervisor")[i]))

    assert sum(isinstance(each, Case) for each in found) == 1
    assert [each.slug for each in found if isinstance(each, Refused)] == ["wrong-state"]
    assert Extension.objects.count() == 1
