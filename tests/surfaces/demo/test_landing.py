"""The demo's first page: a door for everybody who works cases, and what stands behind it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from banshi.journeys.hall import demo_seeds
from banshi.rooms.devices.models import Device
from banshi.rooms.places.models import SelfServiceArea
from banshi.surfaces.demo import pages
from tests.rooms.devices.test_fleet import machines
from tests.town import Town

pytestmark = pytest.mark.django_db
DOORS = {
    "town-pre-review": "/review/town/pre-review",
    "town-accept": "/review/town/acceptance",
    "town-review": "/review/town/review",
    "town-approve": "/review/town/approval",
    "town-issue": "/issue/town/",
    "town-supervise": "/review/town/supervision",
}


@pytest.fixture
def demo(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The town is the hall that has people for each step."""
    monkeypatch.setattr(demo_seeds, "CASE_HALLS", ("town",))
    monkeypatch.setattr(pages, "CASE_HALLS", ("town",))
    demo_seeds.sow("http://x", tmp_path / "demo.json")
    return town


def test_everybody_who_works_cases_has_a_door(demo: Town, client: Client):
    text = client.get("/demo/").content.decode()

    assert [login for login in re.findall(r'name="login" value="([^"]+)"', text) if login in DOORS] == list(DOORS)


@pytest.mark.parametrize("login", DOORS)
def test_a_door_leads_to_the_work_of_its_step(demo: Town, client: Client, login: str):
    answer = client.post("/demo/enter", {"login": login})

    assert (answer.status_code, answer["Location"]) == (302, DOORS[login])
    assert client.get(answer["Location"]).status_code == 200


def test_nobody_else_is_let_in_without_a_password(demo: Town, client: Client):
    assert client.post("/demo/enter", {"login": "town-accept2"}).status_code == 404


def test_a_hall_is_named_in_the_language_of_the_page(demo: Town, client: Client):
    said = {
        code: client.get("/demo/", headers={"accept-language": code}).content.decode() for code in ("zh-hans", "en")
    }

    assert f"{demo.hall.name_zh} 的人流" in said["zh-hans"]
    assert f"Crowd in {demo.hall.name_en}" in said["en"]


@pytest.mark.parametrize(
    ("login", "to"),
    [
        ("town-video", "/seat/town/"),
        ("town-hotline", "/hotline-desk/town/"),
        ("town-lead", "/home-visits-desk/town/"),
        ("town-guide", "/home-visits-desk/town/mine/"),
        ("city", "/office/fleet/"),
    ],
)
def test_who_helps_from_afar_has_a_door(demo: Town, client: Client, login: str, to: str):
    answer = client.post("/demo/enter", {"login": login, "far": "1"})

    assert (answer.status_code, answer["Location"]) == (302, to)
    assert client.get(to).status_code == 200


def test_the_night_zone_and_a_machine_of_each_type_inside(demo: Town, client: Client, tmp_path: Path):
    machines(demo)
    area = SelfServiceArea.objects.order_by("code").first()
    SelfServiceArea.objects.filter(pk=area.pk).update(asks="card-or-code")
    demo_seeds.sow("http://x", tmp_path / "demo.json")

    text = client.get("/demo/").content.decode()

    assert f'href="/zone/{area.code}/"' in text
    inside = re.findall(r'href="(/kiosk/town/\?machine=[^"]+)"', text)
    assert len(inside) == Device.objects.filter(area=area, kind="machine").values("type").distinct().count() > 0
    assert [client.get(address).status_code for address in [*inside, f"/zone/{area.code}/"]] == [200] * (
        len(inside) + 1
    )
