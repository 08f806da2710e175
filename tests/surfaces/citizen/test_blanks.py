"""Blanks, samples, samples of results: open to everybody, led to from where they are needed, the same bytes each time."""

from __future__ import annotations

import re
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.journeys.hall import retire_item
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases import queries as of_cases
from banshi.rooms.cases.queries.blanks import forget_blanks
from banshi.rooms.catalogue import queries
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.actions.retiring import ask_to_retire
from banshi.rooms.catalogue.models import Item, OneMatter
from banshi.surfaces.citizen import blanks
from tests.matters import Matters
from tests.rooms.catalogue.handlings import document
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import CLERK, TUESDAY_NINE, Town, at

pytestmark = pytest.mark.django_db
SECOND = Actor(ActorKind.STAFF, "2")
FORM = {"signatures": [{"text_zh": "申请人（签名）", "text_en": "Applicant (signature)"}]}
OPEN = (
    "/items/pension/papers/form/blank.pdf",
    "/items/pension/papers/form/sample.pdf",
    "/items/pension/result-sample.pdf",
)


def modelled(code: str) -> None:
    handling = document()
    handling["materials"][0]["form"] = FORM
    Item.objects.filter(code=code).update(handling=handling)


@pytest.fixture
def shop(open_town: Town) -> Town:
    modelled("pension")
    return open_town


@pytest.fixture
def handed_out(open_town: Town) -> tuple[Matters, Phone]:
    """Somebody who applies for the shop of cases, of whose first paper there is a blank."""
    found = applicant(open_town)
    item = Item.objects.get(code="pension")
    item.handling["materials"][0]["form"] = FORM
    item.save(update_fields=["handling"])
    keep_item_versions(by=CLERK, now=TUESDAY_NINE)
    queries.forget()
    return found


def led_to(page: str) -> list[str]:
    return re.findall(r'href="(/items/[^"]*[.]pdf[^"]*)"', page)


def test_the_page_of_a_matter_leads_to_all_three_and_each_is_there(shop: Town, anybody: Any) -> None:
    links = led_to(text(anybody.get("/items/pension")))

    assert sorted(links) == sorted(OPEN)
    for link in links:
        answer = anybody.client.get(link)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")


def test_what_a_situation_takes_leads_to_them(shop: Town, anybody: Any) -> None:
    page = text(anybody.get("/matters/pension/?a=premises:own&a=agent:self&hall=town"))

    assert sorted(led_to(page)) == sorted(OPEN)


def test_the_papers_of_a_case_lead_to_the_blank_of_each(handed_out: tuple[Matters, Phone]) -> None:
    matters, me = handed_out
    code = Item.objects.get(code="pension").handling["materials"][0]["code"]

    page = text(me.get(f"/cases/{matters.opened().no}/papers/"))

    assert led_to(page) == [f"/items/pension/papers/{code}/{kind}.pdf" for kind in ("blank", "sample")]


def test_what_was_filled_in_stands_on_the_paper_to_sign_and_nobody_else_gets_it(
    handed_out: tuple[Matters, Phone], theirs: Phone
) -> None:
    matters, me = handed_out
    case = matters.opened()
    code = Item.objects.get(code="pension").handling["materials"][0]["code"]
    here = f"/cases/{case.no}/blanks/{code}.pdf"

    page, answer = text(me.get(f"/cases/{case.no}/papers/")), me.client.get(here)
    others = [theirs.client.get(here).status_code, me.client.get(f"/cases/{case.no}/blanks/nothing.pdf").status_code]

    assert (f'href="{here}"' in page, answer.status_code, answer.content[:4]) == (True, 200, b"%PDF")
    assert (others, answer["Cache-Control"]) == ([404, 404], "no-store")
    name = of_cases.form_of(case)["name"]
    assert [name in of_cases.filled_blank(case, code, without=left).data for left in ((), ("name",))] == [True, False]


def test_a_case_leads_to_the_blank_of_the_version_it_was_opened_under(handed_out: tuple[Matters, Phone]) -> None:
    matters, me = handed_out
    no, item = matters.opened().no, Item.objects.get(code="pension")
    before = me.client.get(led_to(text(me.get(f"/cases/{no}/papers/")))[0]).content
    version = item.version
    del item.handling["materials"][0]["form"]
    item.name_zh = "另一个名称"
    item.save(update_fields=["handling", "name_zh"])
    keep_item_versions(by=CLERK, now=TUESDAY_NINE)
    queries.forget()

    (blank, _) = led_to(text(me.get(f"/cases/{no}/papers/")))

    assert blank.endswith(f"/blank.pdf?version={version}")
    assert me.client.get(blank).content == before
    assert me.client.get(blank.partition("?")[0]).status_code == 404
    assert me.client.get(blank.replace(f"={version}", "=999")).status_code == 404


def test_of_matters_together_each_hands_out_its_own(shop: Town, anybody: Any) -> None:
    modelled("medical")
    OneMatter.objects.create(code="both", name_zh="一起办", name_en="Both", audience="person", items="pension;medical")

    page = text(anybody.get("/together/both/?a=premises:own&a=agent:self"))

    assert [link.split("/")[2] for link in led_to(page)] == ["pension", "pension", "medical", "medical"]


@pytest.mark.parametrize(
    "path",
    [
        "/items/pension/papers/nothing/blank.pdf",
        "/items/pension/papers/card/sample.pdf",  # a paper without a blank
        "/items/nothing/papers/form/blank.pdf",
        "/items/medical/papers/form/blank.pdf",  # handled as general
        "/items/medical/result-sample.pdf",
        "/items/nothing/result-sample.pdf",
    ],
)
def test_what_nobody_hands_out_is_not_there(shop: Town, anybody: Any, path: str) -> None:
    assert anybody.client.get(path).status_code == 404


def test_the_same_is_not_sent_twice_and_another_version_is(shop: Town, anybody: Any) -> None:
    first = anybody.client.get(OPEN[0])
    forget_blanks()
    again = anybody.client.get(OPEN[0])
    kept = anybody.client.get(OPEN[0], headers={"If-None-Match": first["ETag"]})
    Item.objects.filter(code="pension").update(name_zh="另一个名称")
    changed = anybody.client.get(OPEN[0], headers={"If-None-Match": first["ETag"]})

    assert first.content == again.content
    assert (kept.status_code, kept.content) == (304, b"")
    assert (changed.status_code, changed["ETag"] != first["ETag"]) == (200, True)


def test_a_network_has_so_many_set_and_what_is_set_costs_nothing(
    shop: Town, anybody: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blanks, "PER_MINUTE", 0.001)
    monkeypatch.setattr(blanks, "BURST", 1)

    said = [anybody.client.get(path).status_code for path in (OPEN[0], OPEN[0], OPEN[1], OPEN[0])]

    assert said == [200, 200, 429, 200]


def test_of_a_retired_matter_they_stay_and_its_page_leads_to_none(shop: Town, anybody: Any) -> None:
    day = at("2026-03-13 09:30")
    row = ask_to_retire(
        item=Item.objects.get(code="pension"), from_day=day.date(), reason_zh="合并办理", reason_en="Merged",
        successor="medical", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    retire_item.agree(retirement_id=row.pk, by=SECOND, now=TUESDAY_NINE)
    queries.forget()
    clock.set_clock(now=day, speed=0)

    assert led_to(text(anybody.get("/items/pension"))) == []
    assert [anybody.client.get(path).status_code for path in OPEN] == [200, 200, 200]
