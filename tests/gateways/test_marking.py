"""What is laid over pages of ours: on each, turned or not, as archival as before; no signature that would not hold."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from banshi.gateways.papers import Typst
from banshi.gateways.seals import DemoAuthority
from banshi.rooms.cases.rules.copies import Held, Use, copy_sheet, mark
from tests.gateways.test_papers import data, text_of
from tests.gateways.test_seals import NOW, SEAL, paper, sealed

HELD = Held(
    name_zh="营业执照", name_en="Business licence", number="91440100", holder="𠮷㛃䶮", issuer="市场监督管理局",
    issued_on=date(2024, 1, 2), valid_until=None, trust="A", source="import:market",
)  # fmt: skip
USE = Use(
    item_zh="户外广告设置", item_en="Outdoor advertising", case_no="440106-260310-000012", purpose_zh="营业执照",
    purpose_en="Business licence", on=date(2026, 3, 10),
)  # fmt: skip
LINE = "仅用于户外广告设置440106-260310-000012"


def claimed(pdf: bytes) -> tuple[str, int]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        said = opened.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)
        return said.pdfa_status, len(opened.Root.OutputIntents)


def times(pdf: bytes) -> list[int]:
    pages = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_bounded().replace(" ", "").count(LINE) for page in pages]


def test_a_sheet_of_what_is_known_says_it_and_is_archival():
    sheet = Typst().compose("copy", copy_sheet(HELD, USE))

    said = text_of(sheet).replace(" ", "")
    assert [part for part in ("91440100", "𠮷㛃䶮", "长期", "发证机关的数据") if part not in said] == []
    assert (claimed(sheet), times(sheet), sheet == Typst().compose("copy", copy_sheet(HELD, USE))) == (
        ("2B", 1),
        [3],
        True,
    )


def test_each_page_is_marked_upright_and_turned_and_the_rest_stays():
    given = data()
    long = Typst().compose("acceptance", given | {"paragraphs": [*given["paragraphs"], *["很长的一段话。" * 60] * 8]})
    with pikepdf.open(io.BytesIO(long)) as pdf:
        pdf.pages[0].rotate(90, relative=False)
        turned = io.BytesIO()
        pdf.save(turned)

    marked = [Typst().mark(each, mark(HELD, USE)) for each in (long, turned.getvalue())]

    assert len(times(long)) > 1
    assert [set(times(each)) for each in marked] == [{3}, {3}]
    assert [len(times(each)) for each in marked] == [len(times(long))] * 2
    assert (claimed(marked[0]), given["title"] in text_of(marked[0]).replace(" ", "")) == (("2B", 1), True)


@pytest.fixture
def folder(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    settings.BANSHI_SEALS_FOLDER = tmp_path / "seals"


def test_of_a_sealed_paper_the_seal_is_seen_and_no_signature_claims_to_hold(folder: None):
    DemoAuthority().enrol(SEAL, at=NOW)
    original = sealed(paper())

    marked = Typst().mark(original, mark(HELD, USE))

    with pikepdf.open(io.BytesIO(original)) as before, pikepdf.open(io.BytesIO(marked)) as after:
        assert ("/AcroForm" in before.Root, "/AcroForm" in after.Root) == (True, False)
        assert [page.obj.get("/Annots") for page in after.pages if len(page.obj.get("/Annots", []))] == []
    seen = [_red(each) for each in (paper(), original, marked)]
    assert (seen[0], seen[1] > 0, seen[2] > seen[1] // 2) == (0, True, True)
    assert Typst().mark(original, mark(HELD, USE)) == marked


def _red(content: bytes) -> int:
    """How much of its first page is as red as a seal; what is laid across is paler."""
    pdf = pypdfium2.PdfDocument(content)
    pdf.init_forms()
    colours = pdf[0].render(scale=1).to_pil().convert("RGB").getcolors(1 << 20)
    return sum(many for many, (red, green, blue) in colours if red > 150 and green < 90 and blue < 90)
