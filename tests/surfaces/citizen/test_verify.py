"""Anybody who holds a paper may see whether it is real; whoever guesses finds nothing, and not for long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from banshi.foundation import clock
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import CasePaper
from banshi.rooms.library import queries as library
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import Busy, Rejected
from tests.matters import Matters, matters_of
from tests.signers import Plain, looked, sealing
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(open_town: Town) -> CasePaper:
    matters: Matters = matters_of(open_town)
    matters.received()
    return CasePaper.objects.get(kind="receipt")


def test_a_real_paper_is_told_with_its_holder_masked(paper: CasePaper, anybody: Phone):
    page = text(anybody.get(f"/verify/{paper.code}/"))

    assert ("真实，有效" in page, "接收回执" in page, paper.printed in page, "小镇大厅" in page) == (
        True,
        True,
        True,
        True,
    )
    assert paper.case.applicant not in page
    assert paper.case.masked_applicant in page


def test_a_paper_that_holds_no_longer_is_told_as_such(paper: CasePaper, anybody: Phone):
    CasePaper.objects.filter(pk=paper.pk).update(ended_at=TUESDAY_NINE)

    assert "真实，但已失效" in text(anybody.get(f"/verify/{paper.code}/"))


def test_a_code_is_typed_in_any_spelling(paper: CasePaper, anybody: Phone):
    typed = f" {paper.code[:4].lower()}-{paper.code[4:]} "

    assert anybody.client.get("/verify/", {"code": typed})["Location"] == f"/verify/{paper.code}/"
    assert "文书上的核验码" in text(anybody.get("/verify/"))


def test_an_unknown_code_is_a_calm_no(paper: CasePaper, anybody: Phone):
    answer = anybody.get("/verify/AAAA2222BBBB3333/")

    assert answer.status_code == 404
    assert "没有这个核验码" in text(answer)


def test_whoever_guesses_waits(paper: CasePaper, anybody: Phone, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("banshi.surfaces.citizen.verify.BURST", 2)

    answers = [anybody.get(f"/verify/{paper.code}/").status_code for _ in range(3)]

    assert answers == [200, 200, 429]


# --- Seals ------------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed_paper(settings: Any, tmp_path: Path, open_town: Town) -> CasePaper:
    """A receipt with the hall's seal."""
    sealing(settings, tmp_path)
    matters_of(open_town).received()
    paper = CasePaper.objects.get(kind="receipt")
    cases.pdf_of(paper.number, now=TUESDAY_NINE)
    cases.seal_due(signer=Plain(), now=TUESDAY_NINE, wall=clock.wall())
    return paper


def sent(phone: Phone, content: bytes) -> Any:
    return phone.client.post("/verify/file/", {"file": SimpleUploadedFile("a.pdf", content, "application/pdf")})


def seeing(monkeypatch: pytest.MonkeyPatch, **said: Any) -> None:
    """What is seen in every file."""
    monkeypatch.setattr("banshi.gateways.seals.seen", looked(**said))


def test_a_paper_says_by_which_seal_it_was_sealed(sealed_paper: CasePaper, anybody: Phone):
    page = text(anybody.get(f"/verify/{sealed_paper.code}/"))

    assert [part for part in ("小镇大厅 · 2026-03-10 09:00", Seal.objects.get().serial) if part not in page] == []


def test_a_paper_that_waits_for_its_seal_says_so(settings: Any, tmp_path: Path, open_town: Town, anybody: Phone):
    sealing(settings, tmp_path)
    matters_of(open_town).received()

    assert "还没盖章" in text(anybody.get(f"/verify/{CasePaper.objects.get(kind='receipt').code}/"))


def test_a_file_is_told_with_what_it_is(sealed_paper: CasePaper, anybody: Phone, monkeypatch: pytest.MonkeyPatch):
    own = {"certificate": Seal.objects.get().certificate, "signed_at": TUESDAY_NINE, "name": "小镇大厅"}
    whole, made = (
        cases.pdf_of(sealed_paper.number, now=TUESDAY_NINE),
        library.content(CasePaper.objects.get(pk=sealed_paper.pk).file_id),
    )

    def said(content: bytes, **more: Any) -> str:
        seeing(monkeypatch, **own | more)
        return text(sent(anybody, content))

    shown = said(whole)
    assert ("盖章后没有改动" in shown, sealed_paper.printed in shown, sealed_paper.case.applicant in shown) == (
        True,
        True,
        False,
    )
    assert "是这里发出的文书，还没盖章的版本" in said(made, signatures=0, certificate="")
    assert "查不到记录" in said(b"%PDF-another")
    assert "无效：文件被改动过" in said(b"%PDF-another", intact=False)
    assert "无效：盖章后添加了内容" in said(b"%PDF-another", whole=False)
    assert "无效：不是这里盖的章" in said(b"%PDF-another", certificate="f" * 64, name="国务院")


@pytest.mark.parametrize(("trouble", "said", "status"), [
    (Rejected("unreadable"), "文件打不开", 422), (Rejected("heavy"), "核验它太费力", 422), (Busy(), "", 429),
])  # fmt: skip
def test_what_nobody_can_look_at_is_refused(
    open_town: Town, anybody: Phone, monkeypatch: pytest.MonkeyPatch, trouble: Exception, said: str, status: int
):
    def seen(content: bytes, *, roots: Any) -> Any:
        raise trouble

    monkeypatch.setattr("banshi.gateways.seals.seen", seen)
    answer = sent(anybody, b"%PDF-")

    assert (answer.status_code, said in text(answer)) == (status, True)


def test_a_file_is_chosen_first_and_not_too_large(open_town: Town, anybody: Phone, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("banshi.surfaces.citizen.verify.MOST_BYTES", 10)

    answers = [anybody.client.post("/verify/file/"), sent(anybody, b"%PDF-" + b"x" * 10)]

    assert [(each.status_code, "先选一个 PDF" in text(each)) for each in answers] == [(422, True), (422, False)]


def test_one_network_has_only_so_many_files_looked_at(open_town: Town, anybody: Phone, monkeypatch: pytest.MonkeyPatch):
    seeing(monkeypatch, signatures=0)
    monkeypatch.setattr("banshi.surfaces.citizen.verify.FILES_BURST", 2)

    assert [sent(anybody, b"%PDF-").status_code for _ in range(3)] == [200, 200, 429]
