"""Large files from a page, in parts: gone on with after the page was closed, one page however often it is told, nobody else's."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest

from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.library.models import Upload, UploadPart
from banshi.rooms.library.rules.parts import PART
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant, photo
from tests.surfaces.citizen.conftest import Phone, browser, text
from tests.town import Town

pytestmark = pytest.mark.django_db


def large() -> bytes:
    """A photo with much behind it, which nobody keeps: drawn anew it is small."""
    return photo().read() + os.urandom(PART)


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


@pytest.fixture
def case(shop: tuple[Matters, Phone]) -> Case:
    return shop[0].opened()


def begin(me: Phone, case: Case, content: bytes, code: str = "id", **more: str) -> Any:
    said = {"code": code, "name": "IMG_1.jpg", "size": str(len(content)), "sha256": hashlib.sha256(content).hexdigest()}
    return me.client.post(f"/cases/{case.no}/uploads", said | more)


def put(me: Phone, case: Case, ref: str, content: bytes, offset: int) -> Any:
    address = f"/cases/{case.no}/uploads/{ref}?code=id&offset={offset}"
    return me.client.post(address, content[offset : offset + PART], content_type="application/octet-stream")


def whole(me: Phone, case: Case, content: bytes) -> str:
    ref = str(begin(me, case, content).json()["id"])
    for offset in range(0, len(content), PART):
        put(me, case, ref, content, offset)
    return ref


def test_a_page_that_was_closed_is_told_and_the_same_file_goes_on(me, case):
    content = large()
    first = begin(me, case, content).json()
    put(me, case, first["id"], content, 0)

    page = text(me.get(f"/cases/{case.no}/papers/"))
    again = begin(me, case, content).json()
    last = put(me, case, first["id"], content, PART).json()
    sent = me.client.post(f"/cases/{case.no}/papers/", {"code": "id", "upload": first["id"]})

    assert f"“IMG_1.jpg”已收到 {100 * PART // len(content)}%" in page
    assert (again["id"], again["offset"], last["offset"]) == (first["id"], PART, len(content))
    assert (sent.status_code, sent["Location"]) == (302, f"/cases/{case.no}/papers/#paper-id")
    assert CaseMaterial.objects.get().file.mime == "image/jpeg"
    assert UploadPart.objects.count() == 0


def test_told_twice_that_it_is_whole_it_is_one_page(me, case):
    ref = whole(me, case, large())

    answers = [me.client.post(f"/cases/{case.no}/papers/", {"code": "id", "upload": ref}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert CaseMaterial.objects.count() == 1


def test_a_part_too_early_is_told_the_offset_and_what_is_not_whole_is_no_page(me, case):
    content = large()
    ref = begin(me, case, content).json()["id"]

    early = put(me, case, ref, content, PART)
    sent = me.client.post(f"/cases/{case.no}/papers/", {"code": "id", "upload": ref})

    assert (early.status_code, early.json()["facts"]) == (409, {"offset": 0})
    assert (sent.status_code, CaseMaterial.objects.count()) == (409, 0)


def test_what_is_no_photo_is_refused_where_its_paper_stands_and_begun_anew(me, case):
    ref = whole(me, case, os.urandom(PART + 7))

    page = me.client.post(f"/cases/{case.no}/papers/", {"code": "id", "upload": ref})

    assert (page.status_code, "只收照片" in text(page)) == (422, True)
    assert Upload.objects.count() == 0


def test_others_neither_begin_nor_go_on_and_a_paper_nobody_asks_for_is_none(me, case, open_town: Town):
    content = large()
    ref = begin(me, case, content).json()["id"]
    other = Phone(browser(), me.account, me.person)

    assert begin(other, case, content).status_code == 302  # sign in first
    assert begin(me, case, content, "nothing").status_code == 404
    assert put(me, case, "x" * 20, content, 0).status_code == 404
    assert begin(me, case, content, size="1e9").json()["facts"]["why"] == "too-large"
    assert Upload.objects.get().ref == ref
