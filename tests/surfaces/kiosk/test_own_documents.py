"""What was granted is printed at the machine by its holder, who has shown more than a card; nobody else's, and nothing twice by
itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.journeys.case import conclude
from banshi.journeys.case.own_print import COPIES, documents_of
from banshi.rooms.audit.queries import trail
from banshi.rooms.cases.models import Case
from banshi.rooms.devices.models import Device, MachineUse
from tests.matters import SHOP, Matters, matters_of
from tests.standing import shown_at_page
from tests.surfaces.citizen.cases import retell
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_cabinet import said
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
HERE = "/kiosk/town"
AT = f"{HERE}/documents"


@pytest.fixture
def matters(opened: Town, settings: Any, tmp_path: Path) -> Matters:
    settings.BANSHI_SPOOL = tmp_path
    found = matters_of(opened)
    retell(found, result={**SHOP["result"], "printable": True})
    return found


def given(matters: Matters) -> str:
    """A licence that its holder has. :returns: its number."""
    case = ready(matters)
    conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)
    paper = conclude.result_of(case)
    assert paper is not None
    return paper.number


def ready(matters: Matters) -> Case:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    return Case.objects.get(pk=case.pk)


def stands(machine: Client, person: Any) -> None:
    machine.post(f"{HERE}/mine", {"chip": chip(person)})
    machine.get(machine.get(AT)["Location"])
    shown_at_page()


def test_a_card_alone_leads_to_the_page_that_asks_who_it_is(matters: Matters, kiosk: Device, machine: Client) -> None:
    number = given(matters)
    machine.post(f"{HERE}/mine", {"chip": chip(matters.person)})

    answers = [machine.get(AT), machine.post(AT, {"document": number})]

    assert [each["Location"] for each in answers] == [f"{HERE}/show?then=%2Fkiosk%2Ftown%2Fdocuments"] * 2
    assert not trail(action="document-printed")


def test_who_showed_who_they_are_prints_it_and_is_told_to_take_it(
    matters: Matters, kiosk: Device, machine: Client
) -> None:
    number = given(matters)
    stands(machine, matters.person)

    listed = said(machine.get(AT))
    done = machine.post(AT, {"document": number})

    assert (number in listed, done.status_code, "取走你的纸：共 1 页" in said(done)) == (True, 200, True)
    assert trail(action="document-printed")[0].facts == {"document": number, "machine": "town-kiosk-1"}
    assert [(use.deed, use.matter) for use in MachineUse.objects.filter(device=kiosk, deed="print")] == [
        ("print", True)
    ]


def test_nothing_that_waits_to_be_fetched(matters: Matters, kiosk: Device, machine: Client) -> None:
    paper = conclude.result_of(ready(matters))
    stands(machine, matters.person)

    assert paper is not None
    assert machine.post(AT, {"document": paper.number}).status_code == 404


def test_nobody_elses(matters: Matters, kiosk: Device, machine: Client) -> None:
    number, other = given(matters), matters.town.person(3)
    stands(machine, other)

    assert machine.post(AT, {"document": number}).status_code == 404
    assert documents_of(other.pk) == []


def test_paper_runs_out_for_who_prints_it_all_day(matters: Matters, kiosk: Device, machine: Client) -> None:
    number = given(matters)
    stands(machine, matters.person)

    answers = [machine.post(AT, {"document": number}).status_code for _ in range(COPIES + 1)]

    assert answers == [200] * COPIES + [429]


def test_a_printer_that_fails_says_so_and_the_document_stays(
    matters: Matters, kiosk: Device, machine: Client, settings: Any
) -> None:
    number = given(matters)
    stands(machine, matters.person)
    Device.objects.update(printer="tcp:127.0.0.1:9")

    no = machine.post(AT, {"document": number})

    assert (no.status_code, "证照还在你名下" in said(no), trail(action="document-printed")) == (409, True, [])


def test_a_machine_without_a_printer_shows_none(matters: Matters, machine: Client) -> None:
    machine.post(f"{HERE}/mine", {"chip": chip(matters.person)})

    assert machine.get(AT).status_code == 404
    assert "我的证照" not in said(machine.get(f"{HERE}/mine"))
