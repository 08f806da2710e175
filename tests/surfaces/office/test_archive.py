"""The archive in the office: what is kept, read again, taken out with a trace; another hall's is not found."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.rooms.archive import actions
from banshi.rooms.archive.models import Hold, Purge
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from tests.matters import Matters, matters_of
from tests.surfaces.office.editing import office, signed_in, staff_with  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
LIST = "/office/town/archive/"


@pytest.fixture
def matters(office: Any) -> Matters:  # noqa: F811
    return matters_of(office)


@pytest.fixture
def kept(matters: Matters) -> str:
    case = matters.received()
    cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)
    actions.archive(case_no=case.no, by=SYSTEM, now=TUESDAY_NINE)
    return str(case.no)


@pytest.fixture
def archivist(office: Any) -> Client:  # noqa: F811
    return signed_in(staff_with("archivist", "archivist"))


def test_an_archive_that_is_empty_says_how_it_fills(archivist: Client):
    assert "还没有归档的办件" in archivist.get(LIST).content.decode()


def test_a_package_is_found_read_again_and_taken_out_with_a_trace(archivist: Client, kept: str):
    listed = archivist.get(f"{LIST}?q={kept[-4:]}").content.decode()
    shown = archivist.get(f"{LIST}packages/{kept}/").content.decode()
    again = archivist.post(f"{LIST}packages/{kept}/verify", follow=True).content.decode()
    file = archivist.post(f"{LIST}packages/{kept}/take-out")

    assert kept in listed
    assert "真实：办理过程与当时写下的一致" in shown
    assert "归档信息包与归档时一致。" in again
    assert f"{kept}/bagit.txt" in zipfile.ZipFile(io.BytesIO(file.content)).namelist()
    assert file["Cache-Control"] == "no-store"
    trace = Entry.objects.filter(subject=f"case:{kept}", action__startswith="archive").order_by("id")
    assert list(trace.values_list("action", flat=True)) == ["archived", "archive-verified", "archive-downloaded"]


def test_another_number_is_not_found(archivist: Client, kept: str):
    assert "没有这个编号的归档信息包" in archivist.get(f"{LIST}?q=x{kept}").content.decode()
    assert archivist.get(f"{LIST}packages/x{kept}/").status_code == 404


def test_an_archivist_of_another_hall_does_not_find_it_there(office: Any, kept: str):  # noqa: F811
    other = signed_in(staff_with("theirs", "archivist", scope="other"))

    assert other.get(f"/office/other/archive/packages/{kept}/").status_code == 404
    assert other.get(f"{LIST}packages/{kept}/").status_code == 403


def test_a_hold_is_placed_by_one_and_lifted_by_another(office: Any, archivist: Client, kept: str):  # noqa: F811
    page = f"{LIST}packages/{kept}/"
    second = signed_in(staff_with("second", "archivist"))

    placed = archivist.post(f"{page}hold", {"reason": "行政诉讼", "until": ""}, follow=True).content.decode()
    hold = Hold.objects.get()

    assert "行政诉讼" in placed
    assert "由另一个人解除。" in placed
    assert archivist.post(f"{page}holds/{hold.pk}/lift").status_code == 409
    assert "已解除" in second.post(f"{page}holds/{hold.pk}/lift", follow=True).content.decode()
    assert archivist.post(f"{page}keep", {"years": "10", "basis": "x"}).status_code == 403  # of all halls


def test_nothing_run_out_is_nothing_to_propose(archivist: Client, kept: str):
    assert "没有期限已满的档案。" in archivist.get(f"{LIST}purges/").content.decode()
    assert archivist.post(f"{LIST}purges/propose").status_code == 404


def test_a_purge_is_seen_case_by_case_and_confirmed_by_another(office: Any, archivist: Client, kept: str):  # noqa: F811
    purge = actions.propose(
        hall=office.hall, by=Actor(ActorKind.STAFF, str(office.manager.pk)), now=TUESDAY_NINE.replace(year=2058)
    )
    Purge.objects.filter(id=purge.pk).update(confirm_from=TUESDAY_NINE)

    shown = archivist.get(f"{LIST}purges/{purge.pk}/").content.decode()
    after = archivist.post(f"{LIST}purges/{purge.pk}/confirm", follow=True).content.decode()

    assert kept in shown
    assert "批准，永久销毁" in shown
    assert "已批准。没有暂缓的，几分钟内销毁。" in after
    assert "批准，永久销毁" not in after
