"""A machine does what its kind does; what else is asked for, it says where; and what it says is checked when it is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.journeys.hall import load_fleet
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import MachineOffer
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.places.models import SelfServiceArea
from tests.matters import Matters, matters_of
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_cabinet import said
from tests.town import Town

pytestmark = pytest.mark.django_db
HERE = "/kiosk/town"


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


def kind(code: str, *, items: list[str], deeds: list[str]) -> MachineType:
    MachineOffer.objects.create(type=code, items=items, deeds=deeds)
    return MachineType.objects.create(
        code=code, name_zh=f"{code}机", name_en=f"{code} machine", parts=["screen", "reader"]
    )


def placed(opened: Town, of: MachineType, code: str) -> Device:
    area = SelfServiceArea.objects.create(
        hall=opened.hall,
        code=f"area-{code}",
        name_zh="东门自助区",
        name_en="East gate",
        place_zh="东门",
        place_en="East",
    )
    return Device.objects.create(hall=opened.hall, code=code, kind="machine", name="机", type=of, area=area)


def stands(machine: Client, matters: Matters, device: str) -> None:
    machine.get(f"{HERE}/?machine={device}")
    machine.post(f"{HERE}/mine", {"chip": chip(matters.person)})


def test_a_machine_shows_what_its_kind_does_and_says_where_the_rest_is(
    matters: Matters, machine: Client, opened: Town
) -> None:
    placed(opened, kind("cards", items=[], deeds=["apply"]), "cards-1")
    placed(opened, kind("shops", items=["pension"], deeds=["apply"]), "shops-1")
    stands(machine, matters, "cards-1")
    nothing, searched = machine.get(f"{HERE}/begin"), said(machine.get(f"{HERE}/begin?q=养老"))
    stands(machine, matters, "shops-1")
    there = machine.get(f"{HERE}/begin")

    assert [line.code for line, _href in nothing.context["found"]] == []
    assert "在别的自助机办：东门自助区" in searched
    assert [line.code for line, _href in there.context["found"]] == ["pension"]


def test_what_its_kind_does_not_is_not_begun_there_by_an_address_either(
    matters: Matters, machine: Client, opened: Town
) -> None:
    placed(opened, kind("cards", items=[], deeds=["apply"]), "cards-1")
    stands(machine, matters, "cards-1")

    answers = [machine.get(f"{HERE}/begin/pension"), machine.post(f"{HERE}/begin/pension/new", {"a": ["food:no"]})]

    assert [each["Location"].startswith(f"{HERE}/begin?q=") for each in answers] == [True, True]
    assert not Case.objects.exists()


def test_the_start_page_of_a_kind_offers_its_deeds_alone(matters: Matters, machine: Client, opened: Town) -> None:
    placed(opened, kind("cards", items=[], deeds=["contact"]), "cards-1")

    page = machine.get(f"{HERE}/?machine=cards-1").content.decode()

    assert ("本人手机" in page or "我的手机" in page, "U 盘" in page, "/walk-in" in page) == (True, False, False)


def test_a_kiosk_of_no_kind_does_everything(matters: Matters, machine: Client, kiosk: Device) -> None:
    machine.post(f"{HERE}/mine", {"chip": chip(matters.person)})

    assert [line.code for line, _href in machine.get(f"{HERE}/begin").context["found"]] == ["pension"]


@pytest.mark.parametrize(
    ("says", "wrong"),
    [
        ("deeds: [apply]\n  items: [nowhere]", "there is no matter nowhere"),
        ("deeds: [fly]", "there is no deed fly; there are apply"),
        ("deeds: [print]\n  items: [pension]", "matters are begun where the deed apply is"),
        ("deeds: [apply]\n  items: some", "items is all, or a list of matters"),
    ],
)
def test_what_a_kind_cannot_do_is_refused_when_it_is_loaded(
    matters: Matters, tmp_path: Path, says: str, wrong: str
) -> None:
    text = f"- code: x\n  name_zh: 机\n  name_en: Machine\n  parts: [screen]\n  {says}\n"
    (tmp_path / "machines.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(ValueError, match=wrong):
        load_fleet.load_offers(tmp_path)


def test_all_needs_no_list(matters: Matters, tmp_path: Path) -> None:
    text = "- code: x\n  name_zh: 机\n  name_en: Machine\n  parts: [screen]\n  deeds: [apply]\n  items: all\n"
    (tmp_path / "machines.yaml").write_text(text, encoding="utf-8")

    load_fleet.load_offers(tmp_path)

    assert [(row.all_items, row.items) for row in MachineOffer.objects.all()] == [(True, [])]


def test_a_machine_named_in_an_address_is_one_of_this_hall(
    matters: Matters, machine: Client, opened: Town, kiosk: Any
) -> None:
    other = kind("cards", items=[], deeds=[])
    Device.objects.create(hall=opened.other_hall, code="far-1", kind="machine", name="机", type=other)

    assert machine.get(f"{HERE}/?machine=far-1").context["machine"] is None


def test_the_page_without_a_line_looks_for_the_machines_own_program_and_nowhere_else(client: Client) -> None:
    answer = client.get("/kiosk/away")

    assert "connect-src 'self' http://127.0.0.1:8377" in answer["Content-Security-Policy"]
    assert 'data-program="http://127.0.0.1:8377"' in answer.content.decode()
