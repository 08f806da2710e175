"""The office sees what the platform was told of its hall's cases and did not take; sends again, puts right; of no other hall."""

from __future__ import annotations

from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.exchange import actions
from banshi.rooms.exchange.models import Batch, ExchangeRow
from tests.matters import Matters, matters_of
from tests.surfaces.office.editing import manager, office  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
AT = "/office/town/exchange/"


@pytest.fixture
def matters(office: Any) -> Matters:  # noqa: F811
    return matters_of(office)


def told(matters: Matters, *halls: Any) -> Batch:
    day = TUESDAY_NINE.date()
    made = actions.make_batch(
        halls=list(halls) or [matters.town.hall], scope="all", first=day, last=day, by=SYSTEM, now=TUESDAY_NINE
    )
    assert made is not None
    return made


def test_what_was_refused_stands_there_with_why_and_names_nobody(manager: Any, matters: Matters) -> None:  # noqa: F811
    case = matters.received()
    batch = told(matters)
    Batch.objects.update(sent_at=TUESDAY_NINE)
    ExchangeRow.objects.filter(table="up_pro_accept").update(receipt="refused", why="areacode unknown")

    listed = manager.get(AT).content.decode()
    shown = manager.get(f"{AT}{batch.no}/").content.decode()

    assert (batch.no in listed, "有退回" in listed) == (True, True)
    assert [each in shown for each in (batch.sha256, "areacode unknown", case.no, "材料", case.applicant)] == [
        True, True, True, True, False,
    ]  # fmt: skip


def test_a_batch_that_went_is_sent_again_once_with_a_trace(manager: Any, matters: Matters) -> None:  # noqa: F811
    matters.received()
    batch = told(matters)
    unsent = manager.post(f"{AT}{batch.no}/again").status_code
    Batch.objects.update(sent_at=TUESDAY_NINE)

    answers = [manager.post(f"{AT}{batch.no}/again").status_code for _ in range(2)]

    batch.refresh_from_db()
    assert (unsent, answers, batch.sent_at) == (409, [302, 409], None)
    assert Entry.objects.filter(action="exchange-again", subject=f"batch:{batch.no}").count() == 1


def test_a_case_is_corrected_in_a_batch_of_its_own_once(manager: Any, matters: Matters) -> None:  # noqa: F811
    case = matters.received()
    told(matters)
    ExchangeRow.objects.filter(table="up_pro_accept").update(receipt="refused", why="areacode unknown")

    answers = [manager.post(AT + "correct", {"case": case.no}).status_code for _ in range(2)]

    newest = Batch.objects.order_by("-id")[0]
    assert (answers, Batch.objects.count()) == ([302, 302], 2)
    assert list(newest.told.values_list("table", "operation")) == [("up_pro_accept", "I")]


def test_what_tells_of_another_hall_is_neither_seen_nor_sent_from_here(manager: Any, matters: Matters) -> None:  # noqa: F811
    theirs, ours = matters.received(), matters.received()
    type(theirs).objects.filter(pk=theirs.pk).update(hall=matters.town.other_hall)
    both = told(matters, matters.town.hall, matters.town.other_hall)
    Batch.objects.update(sent_at=TUESDAY_NINE)
    ExchangeRow.objects.update(receipt="refused", why="no")

    shown = manager.get(f"{AT}{both.no}/").content.decode()
    again = manager.post(f"{AT}{both.no}/again").status_code
    correct = manager.post(AT + "correct", {"case": theirs.no}).status_code
    ExchangeRow.objects.filter(case=ours).delete()

    assert (ours.no in shown, theirs.no in shown, again, correct) == (True, False, 403, 404)
    assert manager.get(f"{AT}{both.no}/").status_code == 404
