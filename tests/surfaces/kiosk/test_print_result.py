"""A result printed at the machine: code, then card; only where there is a printer, and never by a number that was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.journeys.case import conclude
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.devices.models import Device
from tests.matters import SHOP, Matters, matters_of
from tests.surfaces.citizen.cases import retell
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_cabinet import said
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
AT = "/kiosk/town/print"


@pytest.fixture
def matters(opened: Town, settings: Any, tmp_path: Path) -> Matters:
    settings.BANSHI_SPOOL = tmp_path
    found = matters_of(opened)
    retell(found, result={**SHOP["result"], "printable": True})
    return found


def coded(matters: Matters) -> tuple[Case, str]:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    return case, deliveries.code_for_applicant(case)


def test_a_machine_without_a_printer_offers_none(matters: Matters, client: Client) -> None:
    assert client.get(AT).status_code == 404
    assert "打印证照" not in said(client.get("/kiosk/town/"))


def test_code_and_card_print_it_and_a_typed_number_never(matters: Matters, kiosk: Device, machine: Client) -> None:
    case, code = coded(matters)

    offered = said(machine.get("/kiosk/town/"))
    asked = said(machine.post(AT, {"code": code}))
    typed = machine.post(AT, {"code": code, "presented": matters.person.id_number})
    wrong = machine.post(AT, {"code": "00000000", "chip": chip(matters.person)})
    done = machine.post(AT, {"code": code, "chip": chip(matters.person)})

    assert ("打印证照" in offered, "放到读卡区" in asked, typed.status_code) == (True, True, 422)
    assert (wrong.status_code, "对不上" in said(wrong)) == (409, True)
    assert ("打印好了" in said(done), Case.objects.get(pk=case.pk).phase) == (True, "closed")


def test_what_is_no_sheet_of_paper_is_said_to_be_none(matters: Matters, kiosk: Device, machine: Client) -> None:
    retell(matters, result=SHOP["result"])
    _case, code = coded(matters)

    answer = machine.post(AT, {"code": code, "chip": chip(matters.person)})

    assert (answer.status_code, "这份证照不能在自助机上打印" in said(answer)) == (409, True)
