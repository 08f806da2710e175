"""Work lists as they grow: the same statements, the same order, by an index, and no more to choose from than somebody reads."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.functions import Reverse
from django.db.models.lookups import StartsWith

from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.surfaces.review import lists
from tests.matters import Matters
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
LIST = "/review/town/review"


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_as_many_statements_however_many_wait(matters, client_of, django_assert_num_queries, count):
    for _ in range(count):
        matters.in_review()
    client_of("reviewer").get(LIST)

    with django_assert_num_queries(13):
        assert client_of("reviewer").get(LIST).status_code == 200


def test_a_page_of_a_list_keeps_its_order(matters: Matters):
    cases = [matters.in_review() for _ in range(4)]
    for case, due in zip(cases, (9, None, 3, 3), strict=True):
        Case.objects.filter(pk=case.pk).update(due_promised=due and date(2026, 3, 10) + timedelta(days=due))
    rows = queries.worklist("review", halls=["town"])

    assert [case.no for case in queries.read(rows[:4])] == [cases[n].no for n in (2, 3, 0, 1)]
    assert [case.no for case in queries.read(rows[1:3])] == [cases[n].no for n in (3, 0)]


def test_a_list_opens_nothing_that_is_sealed_and_its_lines_ask_for_nothing_more(
    matters: Matters, django_assert_num_queries
):
    matters.in_review()
    with django_assert_num_queries(2):  # the calendar, and the cases
        (line,) = queries.lines(rows := queries.read(queries.worklist("review", halls=["town"])[:5]), now=TUESDAY_NINE)

    assert rows[0].get_deferred_fields() == {"applicant", "contact", "answers", "form"}
    assert (line.item_zh, line.hall, line.department_zh) == (rows[0].item.name_zh, "town", rows[0].department.name_zh)


def test_of_too_many_matters_the_one_that_was_chosen_stands_alone(matters, client_of, monkeypatch):
    case = matters.in_review()
    rows = queries.worklist("review", halls=["town"])

    assert queries.waiting(rows, most=1) == queries.Waiting(1, [case.item_id], [case.department_id])
    assert queries.waiting(rows, most=0) == queries.Waiting(1, None, None)
    assert queries.waiting(rows.none(), most=0) == queries.Waiting(0, [], [])
    monkeypatch.setattr(lists, "MOST_CHOICES", 0)
    page = client_of("reviewer").get(LIST).content.decode()
    chosen = client_of("reviewer").get(f"{LIST}?item={case.item.code}").content.decode()
    assert (page.count('name="item"'), chosen.count(f'<option value="{case.item.code}" selected')) == (0, 1)


def test_a_case_is_found_by_the_end_of_its_number_and_the_words_of_its_matter(matters: Matters):
    case = matters.in_review()
    found = {q: [each.no for each in Case.objects.filter(queries.found_by(q))] for q in
             (case.no, case.no[-4:], case.no[:8], case.item.name_zh[1:3], case.item.name_en[:5].upper(), "%", "_")}  # fmt: skip

    assert list(found.values()) == [[case.no]] * 5 + [[]] * 2


def plans_by(names: Collection[str], *asked: QuerySet[Any]) -> list[str]:
    """What the planner takes of several that would do hangs on statistics: whether these would do is what is asked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'cases_case'::regclass AND NOT indisunique "
            "AND indexrelid::regclass::text <> ALL(%s)",
            [list(names)],
        )
        for (other,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {other}")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        return [rows.explain() for rows in asked]


def test_a_page_of_what_goes_on_in_a_hall_comes_in_its_order_and_sorts_nothing(matters: Matters):
    matters.in_review()

    (plan,) = plans_by(["cases_that_go_on"], queries.worklist("supervision", halls=["town"]).values("pk")[:50])

    assert ("cases_that_go_on" in plan, "Sort" in plan) == (True, False)


def test_a_page_by_the_day_that_is_shown_comes_in_its_order_and_sorts_nothing(matters: Matters):
    matters.in_review()
    rows = queries.by_shown_day(queries.worklist("supervision", halls=["town"]))

    (plan,) = plans_by(["cases_by_shown_day"], rows.values("pk")[:50])

    assert ("cases_by_shown_day" in plan, "Sort" in plan) == (True, False)


def test_the_list_of_a_department_reads_nothing_that_ended(matters: Matters):
    case = matters.in_review()
    rows = queries.worklist("review", halls=["town"], department=case.department.code)

    plans = plans_by(["cases_with_a_department"], rows.values("pk")[:50], rows.order_by("item_id").values("item_id"))

    assert ["cases_with_a_department" in plan for plan in plans] == [True, True]


def test_lists_and_last_digits_go_by_an_index(matters: Matters):
    matters.in_review()
    waiting = queries.worklist("supervision", halls=["town"])
    asked = {
        "cases_that_wait": [
            waiting.order_by().values("department_id", "item_id").annotate(n=Count("pk")),
            waiting.values("pk")[:50],
        ],
        "cases_by_end_of_number": [Case.objects.filter(StartsWith(Reverse("no"), "654321")).values("pk")],
    }

    plans = {name: plans_by(asked, *rows) for name, rows in asked.items()}

    assert {name: [name in plan for plan in each] for name, each in plans.items()} == {
        "cases_that_wait": [True, True], "cases_by_end_of_number": [True],
    }  # fmt: skip


def test_supervision_goes_by_the_day_that_is_shown_whatever_it_waits_for(matters: Matters, client_of):
    """What is over first; a stage counts by its own day; what has none comes last."""
    decided, stage, later, none, here = (matters.in_review() for _ in range(5))
    day = date(2026, 3, 10)
    every = {
        decided: {"phase": "decided", "granted": True, "issue_due_on": day - timedelta(days=1), "due_promised": day},
        here: {
            "phase": "supplement",
            "brought_on": day,
            "notice_due_on": day,
            "due_promised": None,
            "supplement_due_on": None,
        },
        stage: {"due_promised": day + timedelta(days=30), "stage_due_on": day + timedelta(days=1)},
        later: {"due_promised": day + timedelta(days=2)},
        none: {"due_promised": None},
    }
    for case, columns in every.items():
        Case.objects.filter(pk=case.pk).update(**columns)

    lines = client_of("supervisor").get("/review/town/supervision").context["lines"]

    assert [line.no for line in lines] == [case.no for case in every]
