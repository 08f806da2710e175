"""The demo's page of cabinets: what lies where without names, doors jammed and mended by hand; real boards have no page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banshi.journeys.case import cabinets as at_cabinets
from banshi.kernel.actors import Actor, ActorKind
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery.models import Cabinet, Cell, Stay
from tests.matters import Matters, matters_of
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
PAGE = "/demo/cabinet/"
KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")


@pytest.fixture
def matters(town: Town) -> Matters:
    return matters_of(town)


@pytest.fixture
def cabinet(town: Town, settings: Any, tmp_path: Any) -> Cabinet:
    settings.BANSHI_CABINETS_FOLDER = str(tmp_path)
    return delivery.install(hall=town.hall, code="town-cabinet-1", name_zh="1 号文件柜", name_en="Cabinet 1", cells=2)


def dropped(matters: Matters, cabinet: Cabinet) -> Stay:
    case = matters.opened()
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    return at_cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)


def pressed(client: Client, how: str, cell: object = 1) -> int:
    return client.post(PAGE, {"cabinet": "town-cabinet-1", "cell": cell, "how": how}).status_code


def test_a_door_that_somebody_jams_leads_to_the_next_cell_and_is_seen(
    matters: Matters, cabinet: Cabinet, client: Client
) -> None:
    assert pressed(client, "jam") == 302
    stay = dropped(matters, cabinet)
    page = client.get(PAGE, headers={"accept-language": "zh-CN"}).content.decode()

    assert (stay.cell.no, Cell.objects.get(no=1).broken_at) == (2, TUESDAY_NINE)
    assert [page.count(word) for word in ("柜门卡住", "记作卡住", "data-full")] == [1, 2, 1]  # once in the words above
    assert (matters.person.name in page, stay.case.no in page) == (False, False)

    assert pressed(client, "mend") == 302
    assert "柜门卡住" not in client.get(PAGE, headers={"accept-language": "zh-CN"}).content.decode()


@pytest.mark.parametrize("cell", [3, 0, "x", ""])
def test_no_such_cell(cabinet: Cabinet, client: Client, cell: object) -> None:
    assert pressed(client, "jam", cell) == 404


def test_a_real_lock_board_has_no_page(cabinet: Cabinet, client: Client, settings: Any) -> None:
    settings.BANSHI_CABINETS = "banshi.gateways.cabinets.not_set"
    assert (client.get(PAGE).status_code, pressed(client, "jam")) == (404, 404)
