"""复用件: a certificate that stands for a paper is seen as a copy that says what it is for; the same for everybody, made once."""

from __future__ import annotations

from datetime import date, timedelta

import pypdfium2
import pytest

from banshi.journeys.case import conclude, from_library
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import CaseMaterial
from banshi.rooms.cases.queries import papers_of
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import Document
from tests.matters import Matters
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE

LATER = TUESDAY_NINE + timedelta(days=40)


def text_of(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_bounded() for page in pages).replace("\r\n", "").replace(" ", "")


def card(matters: Matters, **more):
    given = {
        "person_id": matters.person.pk, "type": "resident-id", "number": "44190019900101001X", "name_zh": "居民身份证",
        "name_en": "Identity card", "issuer_zh": "镇公安局", "issuer_en": "Police", "issued_on": date(2020, 1, 2),
        "valid_until": date(2040, 1, 2), "trust": "A", "source": "import:police", "by": CLERK, "now": TUESDAY_NINE,
    }  # fmt: skip
    return library.issue_certificate(**{**given, **more})


def used(matters: Matters, now=TUESDAY_NINE, **more) -> CaseMaterial:
    """The identity card of the library stands for the paper of a draft."""
    case = matters.opened(now, **more)
    return from_library.use(case_no=case.no, codes=["id"], consent=True, by=matters.applicant, now=now)[0]


def licence_will_do() -> None:
    """From now on the licence of a shop stands for the identity card."""
    item = Item.objects.get(code="pension")
    card, *others = item.handling["materials"]
    item.handling = {**item.handling, "materials": [{**card, "satisfied_by": ["shop-licence"]}, *others]}
    item.save(update_fields=["handling"])
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)


@pytest.mark.django_db
def test_what_is_seen_says_what_the_certificate_says_and_what_it_is_for(matters: Matters):
    card(matters)
    row = used(matters)

    seen = cases.content_of(row.pk, now=LATER)

    said = text_of(seen.content)
    wanted = [
        "44190019900101001X",
        matters.person.name,
        "镇公安局",
        "2020年1月2日",
        "2040年1月2日",
        "A（发证机关签发）",
    ]
    marks = [f"仅用于{row.case.item.name_zh}{row.case.no}", "身份证·2026年3月10日·再次使用无效", "voidforanyotheruse"]
    assert (seen.mime, [each for each in wanted if each not in said]) == ("application/pdf", [])
    assert [said.count(each) for each in marks] == [3, 3, 3]


@pytest.mark.django_db
def test_it_is_made_once_and_kept(matters: Matters, monkeypatch):
    card(matters)
    row = used(matters)
    first = cases.content_of(row.pk, now=LATER)
    monkeypatch.setattr("banshi.rooms.cases.actions.copies._set", None)

    again = cases.content_of(row.pk, now=LATER + timedelta(days=1))

    assert (again, Document.objects.filter(kind="copy").count()) == (first, 1)


@pytest.mark.django_db
def test_who_takes_the_consent_back_and_gives_it_again_gets_the_same_bytes(matters: Matters):
    card(matters)
    row = used(matters)
    first = cases.content_of(row.pk, now=TUESDAY_NINE)
    cases.take_back_paper(case_no=row.case.no, material_id=row.pk, by=matters.applicant, now=TUESDAY_NINE)
    again = from_library.use(case_no=row.case.no, codes=["id"], consent=True, by=matters.applicant, now=LATER)[0]

    assert (cases.content_of(again.pk, now=LATER), Document.objects.filter(kind="copy").count()) == (first, 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_look_at_once_both_see_the_same_and_one_is_kept(committed_town):
    from tests.matters import matters_of

    matters = matters_of(committed_town)
    card(matters)
    row = used(matters)

    seen = together(2, lambda _: cases.content_of(row.pk, now=TUESDAY_NINE))

    assert (seen[0].content[:5], seen[0] == seen[1], Document.objects.filter(kind="copy").count()) == (
        b"%PDF-",
        True,
        1,
    )


@pytest.mark.django_db
def test_a_certificate_with_a_paper_of_its_own_is_seen_as_that_paper_marked_on_every_page(matters: Matters):
    earlier = matters.decided()
    conclude.issue(case_no=earlier.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    licence_will_do()
    row = used(matters, LATER)
    paper = next(paper for paper in papers_of(earlier) if paper.kind == "licence")
    original = cases.pdf_of(paper.number, now=LATER)

    seen = cases.content_of(row.pk, now=LATER)

    said, pages = text_of(seen.content), len(pypdfium2.PdfDocument(original))
    assert [part for part in ("核验码", "开店许可证", "小镇书店", matters.person.name) if part not in said] == []
    assert said.count(f"仅用于{row.case.item.name_zh}{row.case.no}") == 3 * pages
    assert cases.pdf_of(paper.number, now=LATER) == original


@pytest.mark.django_db
def test_what_a_stranger_sent_in_is_not_opened_for_it(matters: Matters):
    file = library.keep(
        content=b"no pdf", mime="application/pdf", kind="upload", name="a", person_id=matters.person.pk, by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip
    card(matters, document_version_id=file.pk)

    assert "镇公安局" in text_of(cases.content_of(used(matters).pk, now=TUESDAY_NINE).content)


@pytest.mark.django_db
def test_a_letter_no_font_has_is_refused_and_kept_from_nobody_else(matters: Matters):
    card(matters, issuer_zh="\U0003f000局")
    row = used(matters)

    with pytest.raises(Refused) as no:
        cases.content_of(row.pk, now=TUESDAY_NINE)

    assert (no.value.slug, CaseMaterial.objects.get(id=row.pk).file_id) == ("copy-not-set", None)


@pytest.mark.django_db
def test_paper_that_was_counted_is_nothing_to_look_at(matters: Matters):
    case = matters.received()
    row = CaseMaterial.objects.filter(case=case).first()
    assert row is not None

    with pytest.raises(Refused) as no:
        cases.content_of(row.pk, now=TUESDAY_NINE)

    assert no.value.slug == "nothing-found"
