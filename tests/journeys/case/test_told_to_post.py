"""What is said of a result that is to be posted: that it is made and will be posted, never “come and fetch it”; of one that is
posted at once its waybill alone; and where it is to be fetched after all, that it lies at the window."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from banshi.journeys.case import cabinets, conclude, courier
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Parcel
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules import MESSAGE
from tests.journeys.case.test_cabinets import cabinet_of, made
from tests.journeys.case.test_courier import folder, phase_of, told, wished
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

__all__ = ["folder"]
pytestmark = pytest.mark.django_db
KEYS = ("case_ready", "case_to_post", "case_posted", "case_in_cabinet", "case_came_back")
MINUTE = timedelta(minutes=1)


def said(case: Case) -> list[str]:
    """What goes out, or went out, of how it is handed over."""
    rows = Message.objects.filter(subject=f"case:{case.no}", key__in=KEYS, channel="").exclude(why="taken_back")
    return list(rows.order_by("id").values_list("key", flat=True))


def went_out() -> None:
    """Everything that is due by now, as the worker sends it."""
    rows = Message.objects.filter(key__in=KEYS).exclude(why="taken_back")
    rows.update(state=MESSAGE.to("send"), sealed=None)


def laid(matters: Matters, case: Case, place: str = "A-1") -> Case:
    return conclude.shelve(case_no=case.no, place=place, by=matters.by["issuer"], now=TUESDAY_NINE)


def to_post(matters: Matters) -> Case:
    """Made, to be posted, laid ready."""
    case = made(matters)
    wished(case, matters)
    return laid(matters, case)


def counter(case: Case, matters: Matters, how: str = "counter") -> Any:
    return wished(case, matters, how=how, to=None)


def test_whoever_has_it_posted_is_not_told_to_come(matters: Matters) -> None:
    case = to_post(matters)

    row = Message.objects.get(subject=f"case:{case.no}", key="case_to_post")
    assert said(case) == ["case_to_post"]
    assert case.issue_due_on is not None
    assert (row.params["day"], row.sealed, row.due_at) == (
        case.issue_due_on.isoformat(), None, TUESDAY_NINE + 10 * MINUTE,
    )  # fmt: skip


def test_whoever_fetches_it_is_told_where_it_lies_as_before(matters: Matters) -> None:
    case = laid(matters, made(matters))

    row = Message.objects.get(subject=f"case:{case.no}", key="case_ready")
    opens = json.loads(str(row.sealed))
    assert (said(case), opens) == (["case_ready"], {"code": deliveries.code_for_applicant(case)})


def test_a_day_that_is_over_is_not_promised(matters: Matters) -> None:
    case = made(matters)
    wished(case, matters)

    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE + timedelta(days=60))

    assert "day" not in Message.objects.get(key="case_to_post").params


@pytest.mark.parametrize("first", [True, False])
def test_of_what_is_posted_within_minutes_the_waybill_alone_is_told(matters: Matters, first: bool) -> None:
    """Laid ready before, or made a parcel at once."""
    case = made(matters)
    wished(case, matters)
    if first:
        laid(matters, case)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    before = said(case)

    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 9 * MINUTE)

    assert (before, said(case)) == (["case_to_post"], ["case_posted"])


def test_what_is_posted_later_is_told_of_twice(matters: Matters) -> None:
    case = to_post(matters)
    went_out()
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 60 * MINUTE)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE + 61 * MINUTE)

    assert said(case) == ["case_to_post", "case_posted"]


@pytest.mark.parametrize("sent", [True, False])
def test_where_it_is_to_be_fetched_after_all_its_place_is_told_then(matters: Matters, sent: bool) -> None:
    case = to_post(matters)
    if sent:
        went_out()

    counter(case, matters)
    counter(case, matters)

    row = Message.objects.get(subject=f"case:{case.no}", key="case_ready")
    assert said(case) == [*(["case_to_post"] if sent else []), "case_ready"]
    opens = json.loads(str(row.sealed))
    assert opens == {"code": deliveries.code_for_applicant(case)}


def test_to_and_fro_within_minutes_ends_in_one_message_that_is_true(matters: Matters) -> None:
    case = to_post(matters)
    counter(case, matters)
    wished(case, matters)
    there = said(case)
    counter(case, matters)

    assert (there, said(case)) == (["case_to_post"], ["case_ready"])


def test_who_knows_that_it_is_made_and_has_it_posted_then_hears_the_waybill_next(matters: Matters) -> None:
    case = laid(matters, made(matters))
    went_out()
    wished(case, matters)
    counter(case, matters)
    wished(case, matters)

    assert said(case) == ["case_ready"]


def test_a_wish_before_it_is_made_tells_nothing(matters: Matters) -> None:
    case = made(matters)
    wished(case, matters)
    counter(case, matters)

    assert said(case) == []


def test_what_lies_in_a_cell_is_told_of_by_that(matters: Matters) -> None:
    case = made(matters)
    wished(case, matters)
    cabinets.put(cabinets=[cabinet_of(matters.town)], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    counter(case, matters)

    assert said(case) == ["case_in_cabinet"]


def test_what_came_back_is_told_of_anew(matters: Matters) -> None:
    case = to_post(matters)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    told(case, "returning")
    courier.came_back(case_no=case.no, place="B-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    went_out()
    wished(case, matters)
    counter(case, matters)

    assert said(case) == ["case_posted", "case_came_back", "case_ready"]


@pytest.mark.django_db(transaction=True)
def test_a_parcel_and_another_wish_at_once_say_what_became_of_it(committed_matters: Matters) -> None:
    matters = committed_matters
    case = to_post(matters)
    Case.objects.filter(pk=case.pk).update(locked_by=None, locked_until=None)

    def act(n: int) -> Any:
        if n % 2:
            return courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
        return counter(case, matters)

    done = together(2, act)

    parcels, slugs = (
        Parcel.objects.exclude(state="void").count(),
        {each.slug for each in done if isinstance(each, Refused)},
    )
    assert (said(case), slugs) == (
        (["case_to_post"], {"on-its-way"}) if parcels else (["case_ready"], {"changed-meanwhile"})
    )
    assert phase_of(case) == "ready"
