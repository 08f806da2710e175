"""An appeal in the office: what it is about, and its answer whole where it forgave or lifted."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from banshi.rooms.booking.actions.credit import RECOUNTED
from banshi.rooms.booking.models import Appeal, LedgerEntry, Suspension
from tests.surfaces.office.editing import booked, manager, office  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

ANSWER = "当天电梯停了，您在楼下等了四十分钟，这次不计。" * 18  # 414 characters


@pytest.fixture
def missed(office: Any) -> LedgerEntry:  # noqa: F811
    row = booked(office, "2026-03-11 09:00")
    return LedgerEntry.objects.create(
        person=row.person, party=f"person:{row.person_id}", scope="town", kind="no_show", on=date(2026, 3, 9),
        at=TUESDAY_NINE, appointment=row,
    )  # fmt: skip


@pytest.fixture
def suspended(missed: LedgerEntry) -> Suspension:
    return Suspension.objects.create(
        person=missed.person, party=missed.party, scope="town", reason="no_shows", from_on=date(2026, 3, 10),
        until_on=date(2026, 4, 8), made_at=TUESDAY_NINE,
    )  # fmt: skip


def shown(client: Any, person: int, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    return client.get(f"/office/town/credit/people/{person}/").content.decode()


def uphold(client: Any, **about: Any) -> None:
    row = Appeal.objects.create(text="电梯停了", made_at=TUESDAY_NINE, **about)
    client.post(f"/office/town/credit/appeals/{row.pk}/answer", {"answer": ANSWER, "verdict": "upheld"})


@pytest.mark.parametrize(
    ("language", "entry", "bar"),
    [
        ("zh-hans", "失约 · 2026-03-09 · 养老保险参保登记", "多次预约后未到 · 2026-03-10 – 2026-04-08"),
        (
            "en",
            "Did not come · 2026-03-09 · Pension enrolment",
            "Booked and did not come, several times · 2026-03-10 – 2026-04-08",
        ),
    ],
)
def test_an_appeal_says_what_it_is_about(manager, missed, suspended, language, entry, bar):  # noqa: F811
    Appeal.objects.create(text="电梯停了", made_at=TUESDAY_NINE, entry=missed)
    Appeal.objects.create(text="电梯停了", made_at=TUESDAY_NINE, suspension=suspended)

    page = shown(manager, missed.person_id, language)

    cards = [each.split("<blockquote")[0] for each in page.split('id="appeal-')[1:]]
    assert [entry in cards[0], bar in cards[1], missed.appointment.code in cards[0]] == [True] * 3


@pytest.mark.parametrize("cut", [False, True])
def test_the_answer_stands_whole_where_it_forgave_and_where_it_lifted(manager, missed, suspended, cut):  # noqa: F811
    Suspension.objects.update(reason="manual")  # else it goes by itself with the entry
    uphold(manager, entry=missed)
    uphold(manager, suspension=suspended)
    if cut:  # as it was kept once
        LedgerEntry.objects.filter(pk=missed.pk).update(forgiven_why=ANSWER[:200])
        Suspension.objects.filter(pk=suspended.pk).update(lifted_why=ANSWER[:200])

    page = shown(manager, missed.person_id)

    assert page.count(ANSWER) == 2


@pytest.mark.parametrize(
    ("language", "said"), [("zh-hans", "重新统计后不再达到次数"), ("en", "Counted anew, below the limit")]
)
def test_why_the_rules_lifted_it_is_read_in_one_language_in_the_list_too(manager, suspended, language, said):  # noqa: F811
    Suspension.objects.update(lifted_at=TUESDAY_NINE, lifted_by="system", lifted_why=RECOUNTED)
    manager.cookies["django_language"] = language

    page = manager.get("/office/town/credit/?view=past").content.decode()

    assert (page.count(said), RECOUNTED in page) == (1, False)
