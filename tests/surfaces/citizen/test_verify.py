"""Anybody who holds a paper may see whether it is real; whoever guesses finds nothing, and not for long."""

from __future__ import annotations

import pytest

from banshi.rooms.cases.models import CasePaper
from tests.matters import Matters, matters_of
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
