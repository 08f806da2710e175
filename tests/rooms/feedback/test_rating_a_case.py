"""Rating a case: once it is over, once and one follow-up, by nobody who worked it; what went badly is answered like a visit's."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.journeys.case import conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.queries import code_for_applicant
from banshi.rooms.feedback import actions, queries
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rooms.feedback.test_rating import MANAGER, rate, served
from tests.together import together
from tests.town import TUESDAY_NINE


def closed(matters: Matters, **more: Any) -> Case:
    """Granted, and in the applicant's hand."""
    case = matters.decided(**more)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)
    code = code_for_applicant(Case.objects.get(pk=case.pk))
    return conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=TUESDAY_NINE)


def rated(matters: Matters, case: Case, stars: int = 5, **more: Any) -> Rating:
    asked = {"case_no": case.no, "stars": stars, "channel": "web", "now": TUESDAY_NINE, "by": matters.applicant, **more}
    return actions.rate_case(**asked)


def slug_of(matters: Matters, case: Case, **more: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as no:
        rated(matters, case, **more)
    return no.value.slug, no.value.facts


def test_a_case_that_is_over_is_rated_by_what_received_it(matters: Matters) -> None:
    case = closed(matters)

    rating = rated(matters, case, tags=["办得快"], text="一次就办好了")

    assert (rating.case, rating.visit, rating.ticket, rating.hall) == (case, None, None, matters.town.hall)
    assert (rating.staff, rating.window, rating.tags) == (matters.staff["receiver"], case.window, ["quick"])
    [entry] = Entry.objects.filter(action="rated")
    assert (entry.subject, entry.facts["stars"]) == (f"case:{case.no}", 5)


def test_a_case_under_way_is_not_rated_yet(matters: Matters) -> None:
    case = matters.in_review()

    assert slug_of(matters, case) == ("wrong-state", {"state": "in_review", "needs": "closed"})


def test_a_draft_taken_back_has_nobody_to_be_rated(matters: Matters) -> None:
    case = matters.opened()
    cases.withdraw(case_no=case.no, reason="", by=matters.applicant, now=TUESDAY_NINE)

    assert slug_of(matters, case)[0] == "wrong-state"


def test_a_case_is_rated_on_its_last_day_and_not_the_day_after(matters: Matters) -> None:
    case = closed(matters)
    page = queries.case_rate_page(case, now=TUESDAY_NINE)
    days = timedelta(days=1)
    late = TUESDAY_NINE
    while queries.case_rate_page(case, now=late + days).refusal is None:
        late += days

    slug, facts = slug_of(matters, case, now=late + days)
    kept = rated(matters, case, now=late)

    assert (page.step, page.refusal, page.stars) == ("rate", None, None)
    assert (slug, facts["closes"]) == ("too-late", late.date().isoformat())
    assert kept.stars == 5


def test_once_and_one_follow_up(matters: Matters) -> None:
    case = closed(matters)

    steps = [queries.case_rate_page(case, now=TUESDAY_NINE).step]
    for _ in range(2):
        rated(matters, case)
        steps.append(queries.case_rate_page(case, now=TUESDAY_NINE).step)

    assert steps == ["rate", "follow_up", "done"]
    assert slug_of(matters, case) == ("already-rated", {"case": case.no})
    assert slug_of(matters, case, follow_up=False)[0] == "already-rated"


def test_a_follow_up_needs_something_to_follow(matters: Matters) -> None:
    assert slug_of(matters, closed(matters), follow_up=True)[0] == "wrong-state"


@pytest.mark.parametrize("who", ["receiver", "approver", "issuer"])
def test_who_worked_a_case_does_not_rate_it(matters: Matters, who: str) -> None:
    case = closed(matters)

    assert slug_of(matters, case, staff_id=matters.staff[who].pk)[0] == "not-allowed"
    assert rated(matters, case, staff_id=matters.staff["supervisor"].pk).stars == 5


def test_no_case_of_that_number(matters: Matters) -> None:
    with pytest.raises(Refused) as no:
        actions.rate_case(case_no="none", stars=5, channel="web", now=TUESDAY_NINE, by=matters.applicant)

    assert no.value.slug == "nothing-found"


def test_a_bad_one_is_answered_to_the_telephone_of_the_case(matters: Matters) -> None:
    case = closed(matters)
    rated(matters, case, 1, text="等了一个月")
    task = Task.objects.get()
    shown = queries.task(task.pk, now=TUESDAY_NINE)

    actions.answer(task_id=task.pk, text="已改进。", by=MANAGER, now=TUESDAY_NINE)
    rated(matters, case, 2, text="还是慢")

    message = Message.objects.get(key="rating_answered")
    assert (shown.told, shown.rating.case, shown.rating.ticket, shown.rating.number) == (True, case.no, "", case.no)
    assert (shown.rating.category_zh, shown.rating.text) == (case.item.name_zh, "等了一个月")
    assert (message.subject, json.loads(message.sealed)) == (f"case:{case.no}", {"text": "已改进。"})
    again = queries.task(task.pk, now=TUESDAY_NINE)
    assert again.follow_up is not None
    assert (again.state, again.follow_up.text) == ("open", "还是慢")
    assert Task.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_of_both_kinds_cost_the_same_whatever_they_hold(
    matters: Matters, django_assert_num_queries: Any, rows: int
) -> None:
    for n in range(1, rows + 1):
        rated(matters, closed(matters), 1)
        served(matters.town, n=n)
        rate(f"ref{n}", stars=1)

    with django_assert_num_queries(1):
        assert len(queries.ratings(hall=matters.town.hall)) == 2 * rows
    with django_assert_num_queries(2):
        assert len(queries.tasks(hall=matters.town.hall, now=TUESDAY_NINE)) == 2 * rows


def test_words_are_forgotten_but_not_while_somebody_has_to_answer_them(matters: Matters) -> None:
    settled, waiting = closed(matters), closed(matters)
    rated(matters, settled, 5, text="谢谢")
    rated(matters, waiting, 1, text="没办成")
    later = TUESDAY_NINE + timedelta(days=400)

    gone = actions.forget_words(before={matters.town.hall.pk: later}, most=10)

    assert gone == 1
    assert dict(Rating.objects.values_list("case__no", "text")) == {settled.no: "", waiting.no: "没办成"}


def test_a_rating_is_of_a_visit_or_of_a_case_by_the_database(matters: Matters) -> None:
    hall = matters.town.hall

    with pytest.raises(IntegrityError, match="a_rating_is_of_a_visit_or_of_a_case"), transaction.atomic():
        Rating.objects.create(hall=hall, stars=5, channel="web", at=TUESDAY_NINE)


@pytest.mark.race
def test_five_who_rate_a_case_together_are_one_rating_and_one_follow_up(committed_matters: Matters) -> None:
    case = closed(committed_matters)

    results = together(5, lambda i: rated(committed_matters, case, 1 + i))

    assert sorted(r.follow_up for r in results if isinstance(r, Rating)) == [False, True]
    assert [r.slug for r in results if isinstance(r, Refused)] == ["already-rated"] * 3


def test_who_looked_at_it_beforehand_or_gave_an_opinion_does_not_rate_it(matters: Matters) -> None:
    sent = matters.opened()
    for code in ("id", "lease", "photo"):
        cases.add_material(case_no=sent.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    cases.submit(case_no=sent.no, by=matters.applicant, now=TUESDAY_NINE)
    verdicts = [cases.Verdict(code, ok=True) for code in ("id", "lease", "photo")]
    cases.pass_on(case_no=sent.no, verdicts=verdicts, by=matters.by["pre_reviewer"], now=TUESDAY_NINE)
    sent.refresh_from_db()
    case = matters.in_review()
    cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=TUESDAY_NINE)

    assert matters.staff["pre_reviewer"].pk in sent.worked_by
    assert matters.staff["reviewer"].pk in case.worked_by
    assert matters.staff["supervisor"].pk not in sent.worked_by | case.worked_by
