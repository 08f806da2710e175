"""One's own record: what is known, what it was used for, who looked; nothing of it for whoever is not proven to be somebody."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.audit import actions as audit
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.identity.models import Account
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import Certificate
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
CLERK = Actor(ActorKind.STAFF, "7", "town")


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    """Proven to be the matters' person, of whom something is known."""
    matters, me = applicant(open_town)
    Account.objects.filter(pk=matters.account.pk).update(
        person=matters.person, person_evidence=3, person_at=TUESDAY_NINE
    )
    DataElement.objects.create(
        code="residence-address", name_zh="现住址", name_en="Present address", type="address", sensitivity="personal",
        source_precedence="library;earlier;applicant",
    )  # fmt: skip
    return matters, me


def known(matters: Matters) -> Any:
    case = matters.received()
    library.learn(
        person_id=matters.person.pk, element="residence-address", value="一号路某小区", trust="B", source=f"case:{case.no}",
        now=TUESDAY_NINE,
    )  # fmt: skip
    row = library.issue_certificate(
        person_id=matters.person.pk, type="resident-id", number="441900199001011234", name_zh="居民身份证", name_en="ID card",
        issuer_zh="镇公安局", issuer_en="Town police", issued_on=date(2024, 1, 1), valid_until=None, trust="A",
        source="authority", case_no="", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    library.use_certificate(
        ref=row.ref, subject=f"case:{case.no}", purpose="id", consent=True, person_id=matters.person.pk, by=CLERK, hall="town",
        now=TUESDAY_NINE,
    )  # fmt: skip
    audit.looked_once([audit.Look(f"person:{matters.person.pk}", CLERK, "town", f"case:{case.no}")], now=TUESDAY_NINE)
    return case


def test_all_of_it_stands_there_masked(shop: tuple[Matters, Phone]) -> None:
    case = known(shop[0])

    page = text(shop[1].get("/me/record/"))

    assert "居民身份证" in page
    assert "441900199001011234" not in page
    assert "现住址" in page
    assert "一号路某小区" not in page
    assert page.count(case.no) >= 3  # where it is known from, what the card was used in, why somebody looked
    assert "办理事项" in page


def test_its_owner_sees_the_numbers_on_asking_and_is_told_what_was_looked_at(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    case = known(matters)
    ref = Certificate.objects.get().ref
    look = audit.Look(f"person:{matters.person.pk}", CLERK, "town", f"copy:{case.no}:{ref}")
    audit.looked_once([look], now=TUESDAY_NINE)

    before, asked = me.get("/me/record/"), me.client.post("/me/record/")

    page = " ".join(text(before).split())
    assert ("查看证照复用件：居民身份证" in page, f"办理事项：{case.item.name_zh}" in page) == (True, True)
    whole = text(asked)
    assert ("441900199001011234" in text(before), "441900199001011234" in whole, "一号路某小区" in whole) == (
        False,
        True,
        True,
    )
    assert "441900199001011234" not in text(me.get("/me/record/"))


def test_looks_are_paged_newest_first(shop: tuple[Matters, Phone]) -> None:
    matters, me = shop
    for n in range(25):
        look = audit.Look(f"person:{matters.person.pk}", CLERK, "town", f"ticket:t{n}")
        audit.looked_once([look], now=TUESDAY_NINE + timedelta(minutes=n))

    first = me.get("/me/record/").content.decode()
    before = first.partition('href="?before=')[2].partition("#")[0]
    second = me.get(f"/me/record/?before={before}").content.decode()

    assert (first.count("窗口办理时"), second.count("窗口办理时")) == (20, 5)
    assert 'href="?before=' not in second


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999"])
def test_nonsense_in_the_address_is_the_first_page(shop: tuple[Matters, Phone], before: str) -> None:
    assert shop[1].client.get("/me/record/", {"before": before}).status_code == 200


def test_whoever_is_not_proven_reads_how_that_is_done(open_town: Town) -> None:
    matters, me = applicant(open_town)
    known(matters)
    Account.objects.filter(pk=matters.account.pk).update(person=None, person_evidence=0)

    page = text(me.get("/me/record/"))

    assert "出示一次身份证" in page
    assert "居民身份证" not in page
