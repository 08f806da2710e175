"""The data dictionary in the office: found by words, and each entry with who asks for it and whence it is known."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM
from banshi.kernel.documents import generate_resident_id
from banshi.rooms.catalogue.models import DataElement
from banshi.rooms.library.actions import import_certificates
from tests.rooms.catalogue.handlings import document, paper
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
ID = generate_resident_id("441900", date(1985, 6, 6), 71)
URL = "/office/town/items/elements/"


@pytest.fixture
def editor(office: Town) -> Client:  # noqa: F811
    """A plate that a matter asks for and prints on a blank, and that the police say of somebody; and what nobody asks for."""
    for code, zh, en, checks in (
        ("plate-number", "号牌<b>号码", "Number plate", "plate;length:7..8"),
        ("job", "职业", "Job", ""),
    ):
        DataElement.objects.create(
            code=code, name_zh=zh, name_en=en, type="text", sensitivity="personal", checks=checks,
            source_precedence="library;earlier;applicant",
        )  # fmt: skip
    field = {
        "code": "plate", "label_zh": "我的号牌", "label_en": "My plate", "type": "text", "element": "plate-number",
        "group_zh": "车", "group_en": "Car",
    }  # fmt: skip
    blank = paper("claim", name_zh="申请表", form={"signatures": [{"text_zh": "签名", "text_en": "Signed"}]})
    said = document()
    item = office.items["pension"]
    item.handling = {**said, "fields": [*said["fields"], field], "materials": [*said["materials"], blank]}
    item.save(update_fields=["handling"])
    content = f"holder,id_number,element,value,number\n李小明,{ID},plate-number,粤S12345,P1\n".encode()
    assert [
        each.result for each in import_certificates(content, source="import:police", by=SYSTEM, now=TUESDAY_NINE)
    ] == ["new"]
    return signed_in(staff_with("editor", "hall_manager"))


def text(client: Client, url: str, language: str = "zh-hans") -> str:
    client.cookies["django_language"] = language
    return " ".join(client.get(url).content.decode().split())


def test_it_is_found_by_words(editor: Client) -> None:
    assert "2 个数据元" in text(editor, URL)
    assert [("职业" in page, "号牌" in page) for page in (text(editor, f"{URL}?q=号牌"), text(editor, f"{URL}?q=JOB"))] == [
        (False, True), (True, False),
    ]  # fmt: skip
    assert "没有找到数据元" in text(editor, f"{URL}?q=nothing")


def test_an_entry_says_its_rules_who_asks_and_whence_it_is_known(editor: Client) -> None:
    chinese, english = text(editor, f"{URL}plate-number/"), text(editor, f"{URL}plate-number/", "en")

    for said in (
        "号牌&lt;b&gt;号码", "形如 粤S12345", "7 到 8 个字符", "1. 部门登记的信息", "2. 以前准予的办件", "我的号牌", "申请表",
        "police 的清单",
    ):  # fmt: skip
        assert said in chinese
    for said in ("Number plate", "7 to 8 characters", "1. what the authorities hold", "My plate", "List of police"):
        assert said in english
    assert "粤S12345</" not in chinese
    assert ("没有事项使用它。" in text(editor, f"{URL}job/"), editor.get(f"{URL}none/").status_code) == (True, 404)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_however_long_it_is(
    editor: Client, rows: int, django_assert_num_queries: object
) -> None:
    DataElement.objects.filter(code="job").delete()
    for n in range(1, rows):
        DataElement.objects.create(
            code=f"e-{n}", name_zh="项", name_en="One", type="text", sensitivity="public", source_precedence="applicant"
        )
    editor.get(URL)

    with django_assert_num_queries(QUERIES):  # type: ignore[operator]
        assert editor.get(URL).status_code == 200


QUERIES = 6
