"""物料流转: given by one, signed for by another, once – or refused with why, and back at the front."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, Handover
from banshi.rooms.cases.queries import exceptions, worklist
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE


def no_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


def sign(case: Case, matters: Matters, who: str = "reviewer") -> Case:
    return cases.sign_for(case_no=case.no, by=matters.by[who], now=TUESDAY_NINE)


@pytest.mark.django_db
def test_the_front_gives_and_the_department_signs(matters: Matters):
    case = matters.in_review()
    before = Handover.objects.get()
    sign(case, matters)

    slip = Handover.objects.get()
    assert (before.signed_at, before.given_by_id, before.pieces) == (None, int(matters.by["receiver"].id), 3)
    assert (slip.signed_by_id, slip.signed_at) == (int(matters.by["reviewer"].id), TUESDAY_NINE)
    assert case.events.order_by("-seq")[0].verb == "sign_for"
    assert no_of(sign, case, matters) == "changed-meanwhile"


@pytest.mark.django_db
def test_whoever_of_the_department_fetches_it_has_signed_for_it(matters: Matters):
    case = matters.received()
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.hand_over(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE, fetched=True)

    slip = Handover.objects.get()
    assert (slip.given_by_id, slip.signed_by_id) == (int(matters.by["receiver"].id), int(matters.by["reviewer"].id))


@pytest.mark.django_db
def test_a_colleague_at_the_front_who_hands_it_over_has_not_signed_for_it(matters: Matters):
    case = matters.received()
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    cases.hand_over(case_no=case.no, by=matters.by["supervisor"], now=TUESDAY_NINE)

    assert Handover.objects.get().signed_by_id is None
    sign(case, matters)
    assert Handover.objects.get().signed_by_id == int(matters.by["reviewer"].id)


@pytest.mark.django_db
def test_nothing_goes_back_while_its_clock_stands(matters: Matters):
    """The front could not end the procedure that stops it."""
    case = matters.in_review()
    by = matters.by["reviewer"]
    matters.stop(case)

    no = no_of(cases.refuse_papers, case_no=case.no, why="少一份租约", by=by, now=TUESDAY_NINE)

    assert no == "clock-stopped"
    assert Case.objects.get(pk=case.pk).phase == "in_review"


@pytest.mark.django_db
def test_something_lacks_and_it_goes_back_to_the_front_which_gives_it_again(matters: Matters):
    case = matters.in_review()

    assert (
        no_of(cases.refuse_papers, case_no=case.no, why=" ", by=matters.by["reviewer"], now=TUESDAY_NINE) == "invalid"
    )
    back = cases.refuse_papers(case_no=case.no, why="少一份租约", by=matters.by["reviewer"], now=TUESDAY_NINE)
    seen = exceptions(matters.town.hall, now=TUESDAY_NINE)
    again = cases.hand_over(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
    sign(case, matters)

    assert (back.phase, back.due_promised == case.due_promised, again.phase) == ("accepted", True, "in_review")
    assert [slip.why for slip in seen.refused] == ["少一份租约"]
    assert [bool(slip.signed_at) for slip in Handover.objects.order_by("id")] == [False, True]


@pytest.mark.django_db
def test_who_gave_it_does_not_sign_nor_does_the_table_let_them(matters: Matters):
    case = matters.in_review()

    assert no_of(sign, case, matters, "receiver") == "same-person"
    with pytest.raises(IntegrityError, match="who_hands_over_does_not_sign_for_it"), transaction.atomic():
        Handover.objects.update(signed_by=int(matters.by["receiver"].id), signed_at=TUESDAY_NINE)


@pytest.mark.django_db(transaction=True)
def test_of_one_who_signs_and_one_who_refuses_at_once_one_does(committed_matters: Matters):
    matters = committed_matters
    case = matters.in_review()
    by = matters.by["reviewer"]

    results = together(
        2,
        lambda i: (
            cases.sign_for(case_no=case.no, by=by, now=TUESDAY_NINE)
            if i
            else cases.refuse_papers(case_no=case.no, why="少一份", by=by, now=TUESDAY_NINE)
        ),
    )

    assert sum(isinstance(each, Case) for each in results) == 1
    assert Handover.objects.filter(signed_at=None, refused_at=None).count() == 0


@pytest.mark.django_db
def test_what_is_out_of_the_ordinary_stands_on_one_page(matters: Matters):
    case = matters.in_review()
    cases.take(case_no=case.no, by=matters.by["reviewer"], now=TUESDAY_NINE)
    cases.take(case_no=case.no, by=matters.by["supervisor"], now=TUESDAY_NINE, over=True)

    quiet = exceptions(matters.town.hall, now=TUESDAY_NINE)
    later = exceptions(matters.town.hall, now=TUESDAY_NINE + timedelta(days=7))
    elsewhere = exceptions(matters.town.hall, department="police", now=TUESDAY_NINE + timedelta(days=7))

    assert (quiet.red, quiet.unsigned, [each.verb for each in quiet.taken_over]) == (0, [], ["take"])
    assert (later.red, [line.no for line in later.late], len(later.unsigned)) == (1, [case.no], 1)
    assert (elsewhere.red, elsewhere.taken_over, elsewhere.unsigned) == (0, [], [])
    assert worklist("supervision", halls=["town"]).count() == 1
