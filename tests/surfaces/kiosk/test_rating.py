"""好差评 at the machine: in the list what is over, faces and words, once and one follow-up, thanks, and the start by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback.models import Rating, Task
from banshi.surfaces.kiosk import rating
from tests.bundles import opened as opened_as_one
from tests.bundles import sign_of
from tests.matters import Matters, matters_of
from tests.rooms.feedback.test_rating_a_case import closed
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_filling import HERE, lay, said
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


@pytest.fixture
def case(matters: Matters) -> Case:
    return closed(matters)


def page_of(case: Case) -> str:
    return f"{HERE}/mine/{case.no}/rate"


def offered(page: Any) -> list[tuple[str, str]]:
    """Number and words of what the list offers to rate."""
    [things] = [things for _title, things in page.context["parts"][-1:]]
    return [(each.no, each.does) for each in things]


def test_what_is_over_is_rated_from_the_list_and_the_start_comes_by_itself(
    matters: Matters, case: Case, machine: Client
) -> None:
    mine = lay(machine, matters)
    page = machine.get(page_of(case))
    sent = machine.post(page_of(case), {"step": "rate", "stars": "5", "tags": ["quick", "slow"], "text": "快"})
    thanks = machine.get(sent["Location"])

    assert offered(mine) == [(case.no, "评价")]
    assert f'href="{page_of(case)}"' in mine.content.decode()
    assert re.findall(r'name="stars" value="(\d)"', page.content.decode()) == ["5", "4", "3", "2", "1"]
    [kept] = Rating.objects.all()
    assert (kept.case, kept.stars, kept.tags, kept.text, kept.channel) == (case, 5, ["quick"], "快", "kiosk")
    assert (sent.status_code, thanks.status_code, "谢谢" in said(thanks)) == (302, 200, True)
    assert f'data-idle="{rating.THANKS_S}" data-idle-href="{HERE}/"' in thanks.content.decode()


def test_later_it_is_added_to_once(matters: Matters, case: Case, machine: Client) -> None:
    feedback.rate_case(case_no=case.no, stars=5, channel="web", now=TUESDAY_NINE, by=matters.applicant)
    mine = lay(machine, matters)
    page = machine.get(page_of(case))
    machine.post(page_of(case), {"step": "follow_up", "stars": "2", "tags": ["slow"]})
    after = machine.get(f"{HERE}/mine")
    again = machine.get(page_of(case))

    assert offered(mine) == [(case.no, "追评")]
    assert 'name="step" value="follow_up"' in page.content.decode()
    assert [(row.stars, row.follow_up, row.channel) for row in Rating.objects.order_by("id")] == [
        (5, False, "web"), (2, True, "kiosk"),
    ]  # fmt: skip
    assert Task.objects.count() == 1
    assert offered(after) == []
    assert (again.status_code, "谢谢" in said(again)) == (200, True)


def test_pressed_twice_it_is_rated_once_and_the_follow_up_is_left(
    matters: Matters, case: Case, machine: Client
) -> None:
    lay(machine, matters)
    first, second = (machine.post(page_of(case), {"step": "rate", "stars": "4"}) for _ in range(2))

    assert first["Location"] == second["Location"] == f"{page_of(case)}?thanks=4"
    assert Rating.objects.count() == 1
    assert offered(machine.get(f"{HERE}/mine")) == [(case.no, "追评")]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"text": "很好"}, "先点一个表情。"),
        ({"stars": "6"}, "先点一个表情。"),
        ({"stars": "x"}, "先点一个表情。"),
        ({"stars": "5", "text": "好" * 501}, "500 字以内"),
    ],
)
def test_without_a_face_or_with_too_much_nothing_is_kept_and_what_was_typed_stands(
    matters: Matters, case: Case, machine: Client, sent: dict[str, str], says: str
) -> None:
    lay(machine, matters)
    answer = machine.post(page_of(case), {"step": "rate", "tags": ["quick"], **sent})

    assert (answer.status_code, says in said(answer)) == (422, True)
    assert sent.get("text", "") in answer.content.decode()
    assert Rating.objects.count() == 0


def test_the_last_day_is_the_halls_and_the_day_after_it_is_gone(
    matters: Matters, case: Case, machine: Client, set_time: Any
) -> None:
    last = (TUESDAY_NINE + timedelta(days=7)).replace(hour=23, minute=59)
    seen = {}
    for at in (last, last + timedelta(minutes=1)):
        set_time(at)
        seen[at] = offered(lay(machine, matters))
    late = machine.post(page_of(case), {"step": "rate", "stars": "5"})

    assert list(seen.values()) == [[(case.no, "评价")], []]
    assert (late.status_code, Rating.objects.count()) == (409, 0)


def test_neither_what_goes_on_nor_what_was_never_received_nor_anothers_is_offered(
    matters: Matters, machine: Client
) -> None:
    going_on = matters.in_review()
    never = matters.opened(anyway=True)
    cases.withdraw(case_no=never.no, reason="不办了", by=matters.applicant, now=TUESDAY_NINE)
    other = matters.town.person(2)
    lay(machine, matters)

    answers = [machine.get(page_of(each)).status_code for each in (going_on, never)]
    mine = machine.get(f"{HERE}/mine")
    machine.post(f"{HERE}/mine", {"chip": chip(other)})

    assert (answers, offered(mine)) == ([409, 409], [])
    assert machine.get(page_of(going_on)).status_code == 404
    assert machine.post(page_of(going_on), {"stars": "5"}).status_code == 404


def test_without_a_card_it_asks_for_one(case: Case, machine: Client) -> None:
    answer = machine.post(page_of(case), {"step": "rate", "stars": "5"})

    assert (answer.status_code, Rating.objects.count()) == (422, 0)


def test_several_sent_as_one_are_rated_once_when_the_last_is_over(matters: Matters, machine: Client) -> None:
    sign_of(matters.town)
    whole = opened_as_one(matters)
    parts = list(Case.objects.filter(bundle=whole).order_by("id"))
    Case.objects.filter(bundle=whole).update(
        phase="closed", outcome="granted", received_at=TUESDAY_NINE, closed_at=TUESDAY_NINE, granted=True
    )
    mine = lay(machine, matters)
    machine.post(page_of(parts[1]), {"step": "rate", "stars": "5"})

    assert offered(mine) == [(whole.no, "评价")]
    assert Rating.objects.get().case == parts[0]
    assert offered(machine.get(f"{HERE}/mine")) == [(whole.no, "追评")]


def test_one_or_three_to_rate_cost_the_same(matters: Matters, case: Case, machine: Client) -> None:
    lay(machine, matters)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            machine.get(f"{HERE}/mine")
        counts.append(len(seen))
        for _ in range(2):
            closed(matters, anyway=True)

    assert counts[0] == counts[1]
    assert len(offered(machine.get(f"{HERE}/mine"))) == 5
