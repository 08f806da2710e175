"""Official papers as PDF/A: what stands in them, that it stays text, and that the same data are the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Barrier

import pikepdf
import pypdfium2
import pytest
import typst
import zxingcpp

from banshi.gateways import papers
from banshi.gateways.papers import Typst
from banshi.rooms.cases.ports import CannotSet
from banshi.rooms.cases.rules.papers import KINDS, Facts, Named, numbered, sheet

ROOT = Path(__file__).resolve().parent.parent.parent
URL = "https://banshi.example/verify/4F7K9PQ2MX"
FACTS = Facts(
    applicant="王𠮷㛃·阿卜杜热依木䶮",
    item="户外广告设置",
    case_no="DC-2026-000123",
    on=date(2026, 3, 10),
    hall="东城政务服务中心",
    department="东城区城市管理局",
    received_on=date(2026, 3, 9),
    accepted_on=date(2026, 3, 10),
    due_promised=date(2026, 3, 17),
    materials=(Named("申请书", "原件 1 份"),),
    missing=(Named("平面图", "没有标明尺寸"),),
    reason="设置地点在禁止设置的范围内",
    result="户外广告设置许可证",
    stated=(("设置地点", "东城大道 1 号"),),
)


def data(kind="acceptance", facts=FACTS):
    return sheet(kind, facts, number=numbered(kind, year=2026, no=12), verify_url=URL, verify_code="4F7K 9PQ2 MX")


def text_of(pdf):
    """Everything that can be copied out of it, without breaks."""
    return "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)).replace("\r\n", "")


def fonts_of(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        found = [font.BaseFont for page in opened.pages for font in page.resources.Font.values()]
    return {str(name).partition("+")[2].removesuffix("-Regular-Identity-H") for name in found}


@pytest.fixture
def typesetter():
    return Typst()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_paper_can_be_set_and_its_words_can_be_copied(typesetter, kind):
    given = data(kind)

    pdf = typesetter.compose(kind, given)

    text = text_of(pdf).replace(" ", "")
    wanted = [
        given["title"],
        given["number"],
        given["holder"],
        given["signer"],
        given["on_words"],
        given["verify_code"],
    ]
    wanted += [part for row in given["rows"] for part in row] + [part for row in given["listed"] for part in row]
    assert [part for part in wanted if part.replace(" ", "") not in text] == []
    assert [said for said in [*given["paragraphs"], given["remedy"]] if said.replace(" ", "") not in text] == []


@pytest.mark.parametrize("kind", ["acceptance", "licence"])
def test_it_is_archival_tagged_and_says_its_language(typesetter, kind):
    with pikepdf.open(io.BytesIO(typesetter.compose(kind, data(kind)))) as pdf:
        claimed = pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False)

        assert (claimed.pdfa_status, str(pdf.Root.Lang), bool(pdf.Root.MarkInfo.Marked)) == ("2B", "zh-CN", True)
        assert (len(pdf.Root.OutputIntents), "/StructTreeRoot" in pdf.Root) == (1, True)
        assert (str(pdf.docinfo["/Title"]), str(pdf.docinfo["/CreationDate"])[:10]) == (
            data(kind)["title"],
            "D:20260310",
        )


def test_the_picture_says_what_it_is(typesetter):
    with pikepdf.open(io.BytesIO(typesetter.compose("acceptance", data()))) as pdf:
        told = [str(each.Alt) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each]

    assert told == [f"二维码：{URL}"]


@pytest.mark.parametrize("kind", ["acceptance", "licence"])
def test_the_code_leads_to_where_the_paper_is_checked(typesetter, kind):
    page = pypdfium2.PdfDocument(typesetter.compose(kind, data(kind)))[0]

    seen = zxingcpp.read_barcodes(page.render(scale=150 / 72).to_pil())

    assert [code.text for code in seen] == [URL]


def test_the_same_data_are_the_same_bytes_in_whichever_thread(typesetter):
    together = Barrier(2)
    kinds = ["acceptance", "licence", "refusal"] * 3

    def set_all(_):
        together.wait(timeout=60)
        return [typesetter.compose(kind, data(kind)) for kind in kinds]

    with ThreadPoolExecutor(2) as threads:
        one, other = threads.map(set_all, range(2))

    assert one == other
    assert one[:3] == one[3:6] == [Typst().compose(kind, data(kind)) for kind in kinds[:3]]


def test_the_same_data_are_the_same_bytes_in_whichever_process_and_zone(typesetter):
    program = (
        "import hashlib, json, sys; from banshi.gateways.papers import Typst;"
        "print(hashlib.sha256(Typst().compose('grant', json.load(sys.stdin))).hexdigest())"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(data("grant")),
        env={**os.environ, "PYTHONPATH": str(ROOT), "TZ": "America/New_York"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert done.stdout.strip() == hashlib.sha256(typesetter.compose("grant", data("grant"))).hexdigest()


def test_names_of_everyday_characters_need_the_first_font_alone(typesetter):
    usual, rare = (
        fonts_of(typesetter.compose("grant", data("grant", replace(FACTS, applicant=name))))
        for name in ("李梅", "陳𠮷")
    )

    assert (usual, rare) == ({"BanshiSerif"}, {"BanshiSerif", "BanshiSerifRare"})


@pytest.mark.parametrize(("sign", "named"), [("\U0002a6d6", "U+2A6D6"), ("\x07", "U+0007")])
def test_a_character_that_no_font_has_is_refused_and_named_without_the_name(typesetter, sign, named):
    with pytest.raises(CannotSet) as refused:
        typesetter.compose("grant", data("grant", replace(FACTS, applicant=f"李梅{sign}")))

    assert (str(refused.value), refused.value.signs) == (f"grant: no font has {named}", (named,))
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("sign", ["😀", "\uffff", "❤", "🀄☃"])
def test_a_sign_that_no_font_has_and_is_no_letter_is_marked(typesetter, sign):
    pdf = typesetter.compose("grant", data("grant", replace(FACTS, applicant=f"李梅{sign}", reason=f"谢谢{sign}")))

    assert "〓" in text_of(pdf)


@pytest.mark.parametrize(
    "name", ["阿依努尔·买买提", "陳嘉慧", "Nguyễn Thị Ánh", "Müller", "Иванов", "やまだ", "120 ㎡", "〇零"]
)
def test_names_of_people_from_elsewhere_and_usual_signs_can_be_set(typesetter, name):
    pdf = typesetter.compose("grant", data("grant", replace(FACTS, applicant=name)))

    assert name.replace(" ", "") in text_of(pdf).replace(" ", "")


def test_a_folder_of_more_fonts_is_looked_into(monkeypatch, tmp_path):
    monkeypatch.setenv("BANSHI_PAPER_FONTS", str(tmp_path))
    (tmp_path / "more.otf").write_bytes((papers.HERE / "fonts" / "BanshiSerif.otf").read_bytes())
    papers.fonts.cache_clear()

    found = [Path(str(font.path)).name for font in papers.fonts().fonts()]

    papers.fonts.cache_clear()
    assert found == ["BanshiSerif.otf", "BanshiSerifRare.otf", "more.otf"]


@pytest.mark.parametrize(
    "words",
    [
        '#read("/etc/passwd")',
        '#import "@preview/x:1.0.0"',
        "*粗* _斜_ $x^2$ = 标题",
        "<a> @b // c /* d */",
        "\\u{41} ~ --- 'x'",
    ],
)
def test_what_people_write_stays_text(typesetter, words):
    facts = replace(FACTS, applicant=words, item=words, reason=words, missing=(Named(words, words),), result=words)

    text = text_of(typesetter.compose("one_time_notice", data("one_time_notice", facts))).replace(" ", "")

    assert text.count(words.replace(" ", "")) == 7  # whom it is to, two rows, the sentence, the reason, the list twice
    assert "root:" not in text


def test_templates_fetch_nothing():
    said = [path.read_text(encoding="utf-8") for path in sorted(papers.HERE.glob("*.typ"))]

    assert len(said) == 6
    assert [
        line for text in said for line in text.splitlines() if "@" in line or " read(" in line or "http" in line
    ] == []


@pytest.mark.parametrize(
    "change", [{"layout": "poster"}, {"layout": "notice", "title": None}, {"on": "2026-02-31"}, {"verify_url": ""}]
)
def test_data_of_another_shape_are_refused_without_repeating_them(typesetter, change):
    with pytest.raises(CannotSet) as refused:
        typesetter.compose("grant", data("grant") | change)

    assert FACTS.applicant not in str(refused.value)


def test_a_long_list_goes_on_with_its_head_on_the_next_page(typesetter):
    many = tuple(Named(f"材料第{no}", "原件 1 份") for no in range(1, 81))

    pdf = typesetter.compose("receipt", data("receipt", replace(FACTS, materials=many)))

    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)]
    assert len(pages) == 3
    assert [("序号" in page, f"共 {len(pages)} 页" in page) for page in pages] == [(True, True)] * 3


def test_the_fonts_are_renamed_and_carry_their_licence():
    fonts = typst.Fonts(False, False, [papers.HERE / "fonts"])

    assert fonts.families() == ["Banshi Serif", "Banshi Serif Rare"]
    assert "SIL OPEN FONT LICENSE Version 1.1" in (papers.HERE / "fonts" / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["one_time_notice", "licence"])
def test_words_too_long_for_a_line_do_not_run_off_the_paper(typesetter, kind):
    long = "W" * 120
    facts = replace(FACTS, applicant=long, missing=(Named(long, long),), stated=((long[:9], long),), result="证" * 30)

    pages = pypdfium2.PdfDocument(typesetter.compose(kind, data(kind, facts)))

    margin = 25 / 25.4 * 72
    for page in pages:
        text = page.get_textpage()
        boxes = [text.get_charbox(no) for no in range(text.count_chars()) if text.get_text_range(no, 1).strip()]
        assert max(right for _, _, right, _ in boxes) < page.get_width() - margin


def test_a_sample_says_so_across_and_cannot_be_checked(typesetter):
    given = {**data("licence"), "specimen": "样本 SPECIMEN", "verify_url": "", "verify_code": ""}

    pdf = typesetter.compose("licence", given)

    text = text_of(pdf).replace(" ", "")
    assert "SPECIMEN" in text
    assert "核验" not in text
    assert typesetter.compose("licence", given) == pdf
    with pytest.raises(CannotSet, match="no address"):
        typesetter.compose("licence", {**given, "specimen": ""})
