"""Every form, command and file that takes a name refuses what cannot be seen in it, and nothing is made."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from banshi.journeys.hall import load_presets
from banshi.rooms.calendars.models import CalendarVersion
from banshi.rooms.devices.models import Device
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import ApiKey, Staff
from banshi.rooms.places.models import Hall
from tests.surfaces.office.editing import manager, office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town

HIDDEN = ["\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad", "\u3164", "\u2028", "\x1b"]


def device(client: Client, name: str) -> Any:
    return client.post(
        "/office/town/devices/new",
        {"code": "town-kiosk-1", "kind": "kiosk", "name": name, "zone": "", "window": "", "printer": ""},
    )


def known_device(client: Client, name: str) -> Any:
    Device.objects.create(hall=Hall.objects.get(code="town"), code="town-kiosk-1", kind="kiosk", name="一号机")
    answer = client.post("/office/town/devices/town-kiosk-1/", {"name": name, "zone": "", "window": "", "printer": ""})
    assert Device.objects.get().name == "一号机"
    Device.objects.all().delete()
    return answer


def staff(field: str) -> Callable[[Client, str], Any]:
    values = {"login": "new", "name_zh": "张三", "name_en": "Zhang San", "badge": "", "role": "guide"}
    return lambda client, name: client.post("/office/town/staff/new", values | {field: name})


def session(field: str) -> Callable[[Client, str], Any]:
    values = {"rules": "1", "valid_from": "2026-03-16", "r0-code": "regular", "r0-name_zh": "工作日", "r0-name_en": "Regular",
              "r0-hours": "09:00–12:00", "r0-kind": "regular", "r0-when": "working"}  # fmt: skip
    return lambda client, name: client.post(
        "/office/town/calendar/edit/", values | {f"r0-{field}": name, "act": "look"}
    )


FORMS = {
    "a new device": device, "a known device": known_device, "staff in Chinese": staff("name_zh"),
    "staff in English": staff("name_en"), "a session in Chinese": session("name_zh"), "a session in English": session("name_en"),
}  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda each: f"{ord(each):04x}")
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_form_refuses_it(office: Town, form: Callable[[Client, str], Any], hidden: str):  # noqa: F811
    client = signed_in(staff_with("city", "city_admin", "all", "*"))
    before = (Staff.objects.count(), Device.objects.count(), CalendarVersion.objects.count())

    answer = form(client, f"一号{hidden}机")

    assert answer.status_code == 422
    assert "看不见的字符" in answer.content.decode()
    assert (Staff.objects.count(), Device.objects.count(), CalendarVersion.objects.count()) == before


def test_a_key_refuses_it(office: Town):  # noqa: F811
    with pytest.raises(ValueError, match="cannot be seen"):
        identity.create_key(name="省\u202e平台", scope="channel", now=TUESDAY_NINE)

    assert ApiKey.objects.count() == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda doc: doc["name"].update(zh="南城\u202e大厅"),
        lambda doc: doc["zones"][0]["name"].update(en="Main\u200b"),
        lambda doc: doc["floors"][0]["label"].update(zh="一\u2066楼"),
        lambda doc: doc["categories"][0]["name"].update(zh="社\u00ad保"),
        lambda doc: doc["windows"][0].update(number="0\u200b1"),
    ],
    ids=["hall", "zone", "floor", "category", "window"],
)
def test_a_halls_file_refuses_it_and_says_where(db: Any, tmp_path: Path, spoil: Callable[[Any], None]):
    source = Path("presets/halls/nancheng/hall.yaml")
    doc = yaml.safe_load(source.read_text(encoding="utf-8"))
    spoil(doc)
    folder = tmp_path / "nancheng"
    folder.mkdir()
    (folder / "hall.yaml").write_text(yaml.safe_dump(doc, allow_unicode=True), encoding="utf-8")

    with pytest.raises(ValueError, match=r"nancheng/hall\.yaml, .*cannot be seen"):
        load_presets._hall(folder, TUESDAY_NINE)

    assert Hall.objects.filter(code="nancheng").count() == 0


def test_a_taken_login_is_said_at_its_field(office: Town):  # noqa: F811
    client = signed_in(staff_with("city", "city_admin", "all", "*"))

    answer = staff("login")(client, "city")

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["login"])
