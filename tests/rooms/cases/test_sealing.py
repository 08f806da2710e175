"""Papers get their seal after they were made, once; a signer that fails delays the seal and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, IntegrityError, transaction

from banshi.foundation import clock
from banshi.gateways.seals import DemoAuthority
from banshi.journeys.case import conclude
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions, queries
from banshi.rooms.cases.actions import papers
from banshi.rooms.cases.models import CasePaper, PaperSeal
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.seals.models import Seal
from banshi.rooms.seals.ports import Signer
from tests.matters import Matters
from tests.moods import ill, well
from tests.signers import EMPTY, MARK, Down, Empty, Moody, Plain, sealing
from tests.together import together
from tests.town import TUESDAY_NINE


@pytest.fixture(autouse=True)
def sealed_here(settings: Any, tmp_path: Path) -> None:
    sealing(settings, tmp_path)


def made(matters: Matters) -> CasePaper:
    """A receipt whose PDF is made."""
    case = matters.received()
    paper = CasePaper.objects.get(case=case, kind="receipt")
    actions.pdf_of(paper.number, now=TUESDAY_NINE)
    return paper


def seal_all(signer: Signer | None = None, **more: Any) -> int:
    return actions.seal_due(signer=signer or Plain(), now=TUESDAY_NINE, wall=more.pop("wall", clock.wall()), **more)


def test_a_paper_is_given_as_it_was_made_until_it_is_sealed(matters: Matters):
    paper = made(matters)
    before = actions.pdf_of(paper.number, now=TUESDAY_NINE)
    waiting = queries.seals_of([paper])[paper.pk].state

    assert seal_all() == 1

    after = actions.pdf_of(paper.number, now=TUESDAY_NINE)
    row, seal = PaperSeal.objects.get(paper=paper), queries.seals_of([paper])[paper.pk]
    assert after == before + MARK + b"town-1"
    assert (waiting, seal.state, seal.words) == ("waiting", "sealed", paper.case.hall.name_zh)
    assert (row.rendered, row.sha256) == (hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
    assert [queries.kept_as(row.sha256), queries.kept_as(row.rendered), queries.kept_as("0" * 64)] == [
        (paper, True),
        (paper, False),
        None,
    ]
    # Both stay in the library, as versions of one document.
    assert sorted(DocumentVersion.objects.filter(document__kind="paper:receipt").values_list("version", flat=True)) == [
        1,
        2,
    ]


def test_what_goes_out_in_a_departments_name_has_its_seal(matters: Matters):
    matters.in_review()
    actions.make_due(now=TUESDAY_NINE)

    seal_all()

    rows = PaperSeal.objects.order_by("id").values_list("paper__kind", "seal__key")
    assert dict(rows) == {"receipt": "town-1", "acceptance": "town-hrss-1", "handover_slip": "town-1"}


def test_a_paper_says_in_its_words_whether_it_gets_a_seal(matters: Matters, settings: Any):
    paper = made(matters)
    settings.BANSHI_SIGNER = ""
    plain = CasePaper.objects.get(case=matters.received(), kind="receipt")

    assert (PaperSeal.objects.filter(paper=paper).count(), PaperSeal.objects.filter(paper=plain).count()) == (1, 0)
    assert queries.seals_of([plain])[plain.pk].state == "none"


def test_several_workers_seal_a_paper_once(committed_matters: Matters):
    papers = [made(committed_matters) for _ in range(3)]

    sealed = together(4, lambda _: seal_all())

    assert sum(sealed) == len(papers)
    assert DocumentVersion.objects.filter(document__kind="paper:receipt").count() == 2 * len(papers)
    assert Seal.objects.count() == 1


def test_a_paper_is_sealed_whole_and_stays_so(matters: Matters):
    paper = made(matters)
    rows = PaperSeal.objects.filter(paper=paper)

    with pytest.raises(IntegrityError, match="a_paper_is_sealed_whole_or_not_yet"), transaction.atomic():
        rows.update(sealed_at=TUESDAY_NINE)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperSeal.objects.create(paper=paper, wanted_at=TUESDAY_NINE, next_at=TUESDAY_NINE)
    seal_all()
    for change in ({"sealed_at": None}, {"sha256": "0" * 64}, {"tries": 3}):
        with pytest.raises(Error, match="what was sealed stays so"), transaction.atomic():
            rows.update(**change)


def test_a_signer_that_is_down_is_tried_again_ever_later_and_somebody_is_told(matters: Matters):
    paper, wall = made(matters), clock.wall()
    waits = []
    for _ in range(6):
        assert seal_all(Down(), wall=wall) == 0
        row = PaperSeal.objects.get(paper=paper)
        waits.append((row.next_at - wall).total_seconds())
        assert seal_all(Plain(), wall=row.next_at - timedelta(seconds=1)) == 0
        wall = row.next_at

    assert waits == [5, 15, 60, 300, 600, 600]
    assert (row.tries, row.trouble) == (6, "down, ring ***")
    assert queries.troubled(["town", "elsewhere"]) == {"town": 1}
    assert [each.paper_id for each in queries.sealed_in("town")] == [paper.pk]
    assert seal_all(wall=wall) == 1
    assert queries.troubled(["town"]) == {}


def test_who_sees_to_it_has_it_tried_at_once(matters: Matters):
    made(matters)
    seal_all(Down())

    assert actions.try_again(hall="town", wall=clock.wall()) == 1
    assert seal_all() == 1


def test_a_paper_that_cannot_be_sealed_keeps_no_other_back(matters: Matters):
    matters.in_review()
    actions.make_due(now=TUESDAY_NINE)

    assert seal_all(Moody()) == 1  # the department's; of the hall's there are two

    assert PaperSeal.objects.filter(tries=1, trouble="not this one").count() == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("down", "down"), ("stamp", "the time stamp authority does not answer"), ("expired", "the certificate is over"),
        ("half", "what came back is not the whole paper"),
    ],
)  # fmt: skip
def test_nothing_is_half_signed_and_the_paper_goes_on_by_itself(
    matters: Matters, settings: Any, tmp_path: Path, fault: str, said: str
) -> None:
    settings.BANSHI_MOODS_FOLDER = str(tmp_path / "moods")
    paper, signer = made(matters), DemoAuthority()
    before = actions.pdf_of(paper.number, now=TUESDAY_NINE)
    ill("signer", fault)

    in_vain = seal_all(signer)
    row = PaperSeal.objects.get(paper=paper)
    meanwhile = actions.pdf_of(paper.number, now=TUESDAY_NINE)
    well("signer", fault)
    sealed = [seal_all(signer, wall=row.next_at) for _ in range(2)]

    assert (in_vain, row.tries, row.trouble, meanwhile == before) == (0, 1, said, True)
    assert (sealed, actions.pdf_of(paper.number, now=TUESDAY_NINE).startswith(before)) == ([1, 0], True)


def test_a_signer_that_breaks_keeps_no_other_paper_waiting(matters: Matters) -> None:
    papers, wall = [made(matters) for _ in range(2)], clock.wall()

    assert seal_all(Broken(), wall=wall) == 1
    assert PaperSeal.objects.get(paper=papers[0]).trouble == "the signer broke: ZeroDivisionError"


class Broken(Plain):
    """The first paper breaks it."""

    times = 0

    def sign(self, content: bytes, **more: Any) -> bytes:
        self.times += 1
        return super().sign(content, **more) if self.times > 1 else bytes(1 // 0)


def test_where_the_signer_has_no_key_it_waits(matters: Matters, settings: Any):
    made(matters)
    settings.BANSHI_SIGNER = EMPTY

    assert seal_all(Empty()) == 0
    assert Seal.objects.count() == 0


def slug(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.slug


def test_a_decision_waits_for_no_seal_but_a_result_is_not_ready_without(matters: Matters, settings: Any):
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    actions.make_due(now=TUESDAY_NINE)

    def shelve() -> object:
        return conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)

    assert slug(shelve) == "not-sealed-yet"
    seal_all(Down())
    assert slug(shelve) == "not-sealed-yet"
    seal_all(wall=clock.wall() + timedelta(seconds=5))
    shelve()
    assert queries.case_by_no(case.no).phase == "ready"


def test_where_nobody_signs_any_more_nothing_waits(matters: Matters, settings: Any):
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    settings.BANSHI_SIGNER = ""

    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)

    assert queries.case_by_no(case.no).phase == "ready"


def test_a_paper_that_cannot_be_set_keeps_no_other_waiting(matters: Matters, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(papers, "_not_set", set())
    wrong = matters.received(name="李\U0002a6d6")
    right = matters.received()

    made = [actions.make_due(now=TUESDAY_NINE) for _ in range(2)]
    seal_all()

    rows = dict(PaperSeal.objects.values_list("paper__case__no", "trouble"))
    assert made == [1, 0]
    assert PaperSeal.objects.get(paper__case=right).sealed_at == TUESDAY_NINE
    assert rows[wrong.no] == "receipt: no font has U+2A6D6"
    with pytest.raises(Refused) as no:
        actions.pdf_of(CasePaper.objects.get(case=wrong).number, now=TUESDAY_NINE)
    assert no.value.slug == "paper-set-aside"
    (aside,) = queries.set_aside([wrong.hall.code], now=TUESDAY_NINE)
    assert (aside.case_id, queries.missing_signs(aside)) == (wrong.pk, ["U+2A6D6"])
    assert wrong.pk not in [row.paper.case_id for row in queries.sealed_in(wrong.hall.code)]
