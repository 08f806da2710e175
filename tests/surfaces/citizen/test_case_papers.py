"""Papers of a case: photographed, seen by their owner alone, taken back, refused in plain words, or not needed at all."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from banshi.journeys.case import from_library
from banshi.rooms.cases import actions
from banshi.rooms.cases.actions.receiving import Missing
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import paper_rows
from banshi.rooms.identity.models import Account
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import CertificateUse, Document
from tests.matters import Matters
from tests.surfaces.citizen.cases import applicant, handed_in, photo
from tests.surfaces.citizen.conftest import Phone, text
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def with_a_script() -> bytes:
    """A PDF that would run something when it is opened."""
    document, into = pikepdf.new(), io.BytesIO()
    document.add_blank_page(page_size=(595, 842))
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.save(into)
    return into.getvalue()


@pytest.fixture
def shop(open_town: Town) -> tuple[Matters, Phone]:
    return applicant(open_town)


@pytest.fixture
def me(shop: tuple[Matters, Phone]) -> Phone:
    return shop[1]


@pytest.fixture
def case(shop: tuple[Matters, Phone]) -> Case:
    return shop[0].opened()


def path(case: Case, more: str = "") -> str:
    return f"/cases/{case.no}/papers/{more}"


def identity_card(matters: Matters) -> None:
    library.issue_certificate(
        type="resident-id", number="441900199001011234", name_zh="居民身份证", name_en="Resident identity card",
        issuer_zh="公安局", issuer_en="Police", issued_on=date(2020, 1, 1), trust="A", source="import:police",
        person_id=matters.person.pk, by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip


def test_pages_of_a_paper_come_one_by_one_and_progress_is_told(me, case):
    before = text(me.get(path(case)))

    handed_in(me, case, "id", "id", "lease")

    after = text(me.get(path(case)))
    assert ("必交 2 份，已有 0 份" in before, "必交 2 份，已有 2 份" in after) == (True, True)
    assert CaseMaterial.objects.filter(case=case, code="id").count() == 2
    assert [m.trust for m in CaseMaterial.objects.order_by("id")] == ["C", "C", "C"]
    assert {d.account_id for d in Document.objects.order_by("id")} == {me.account.pk}


def test_what_comes_on_paper_alone_is_brought_later_and_keeps_nobody_from_sending(shop):
    shop[0].lease_by_hand()
    case, me = shop[0].opened(), shop[1]
    handed_in(me, case, "id")

    page, check = text(me.get(path(case))), text(me.get(f"/cases/{case.no}/check/"))
    me.post(f"/cases/{case.no}/check/")

    assert ("必交 1 份，已有 1 份" in page, "另有 1 份，预审通过后带来" in page) == (True, True)
    assert (page.count("要带来"), check.count("要带来"), "还缺" in check) == (1, 1, False)
    assert Case.objects.get(no=case.no).phase == "pre_review"


def test_the_camera_comes_first_and_files_may_be_chosen(me, case):
    page = text(me.get(path(case)))

    assert 'accept="image/*" capture="environment"' in page
    assert 'accept="image/*,application/pdf" multiple' in page
    assert 'enctype="multipart/form-data"' in page


def test_several_files_are_taken_at_once(me, case):
    answer = me.client.post(path(case), {"code": "lease", "file": [photo("1.jpg"), photo("2.jpg", "grey")]})

    assert answer["Location"] == path(case, "#paper-lease")
    assert CaseMaterial.objects.count() == 2


def test_a_page_is_shown_to_its_owner_and_kept_nowhere_on_the_way(me, case):
    handed_in(me, case, "lease")
    row = CaseMaterial.objects.get()

    whole, small = me.get(path(case, str(row.pk))), me.get(path(case, f"{row.pk}?small"))

    assert (whole.status_code, whole["Content-Type"], whole["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert whole["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in whole["Content-Security-Policy"]
    assert len(small.content) < len(whole.content)


def test_a_page_sent_by_mistake_is_taken_back(me, case):
    handed_in(me, case, "lease")
    row = CaseMaterial.objects.get()

    answers = [me.client.post(path(case, f"{row.pk}/take-back")) for _ in range(2)]

    assert [each["Location"] for each in answers] == [path(case), path(case)]
    assert CaseMaterial.objects.get().gone_at is not None
    assert me.get(path(case, str(row.pk))).status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "先拍照或选一个文件"),
        (b"MZ\x90\x00 not a picture", "只收照片"),
        (b"<svg onload=alert(1)></svg>", "只收照片"),
        (b"\xff\xd8\xff\xe0 cut short", "文件打不开"),
        (with_a_script(), "PDF 里有脚本"),
    ],
)
def test_a_file_that_is_not_taken_says_why_at_its_paper(me, case, content, why):
    files = {"file": SimpleUploadedFile("../../x.exe", content, "image/jpeg")} if content else {}

    answer = me.client.post(path(case), {"code": "lease", **files})

    assert answer.status_code == 422
    assert why in text(answer)
    assert CaseMaterial.objects.count() == 0


def test_what_was_taken_stays_when_the_next_is_refused(me, case):
    bad = SimpleUploadedFile("x.jpg", b"nothing", "image/jpeg")

    answer = me.client.post(path(case), {"code": "lease", "file": [photo(), bad]})

    assert (answer.status_code, CaseMaterial.objects.count()) == (422, 1)


def test_a_paper_that_is_not_asked_for_is_not_taken(me, case):
    assert me.client.post(path(case), {"code": "passport", "file": photo()}).status_code == 404
    assert me.client.post(path(case), {"file": photo()}).status_code == 404


def test_the_same_photo_twice_is_one_and_another_photo_is_another(me, case):
    page = text(me.get(path(case)))
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    for colour in ("white", "white", "grey"):
        said = {"code": "lease", "file": photo(colour=colour), "csrfmiddlewaretoken": token}
        assert me.client.post(path(case), said).status_code == 302

    assert CaseMaterial.objects.count() == 2


def test_what_the_authorities_hold_is_used_with_one_tap(shop, me, case):
    identity_card(shop[0])
    page = text(me.get(path(case)))

    answer = me.client.post(path(case, "held"), {"consent": "1", "code": "id"})

    row = CaseMaterial.objects.get()
    assert ("居民身份证" in page, "同意用于这件事" in page) == (True, True)
    assert answer["Location"] == path(case)
    assert (row.channel, row.trust) == ("library", "A")
    assert [use.subject for use in CertificateUse.objects.order_by("id")] == [f"case:{case.no}"]


def test_of_what_the_library_supplies_no_photo_is_asked_for(shop, me, case):
    """Taken back, or told to be wrong, it is asked for again."""
    identity_card(shop[0])
    before = me.get(path(case)).content.decode()

    me.client.post(path(case, "held"), {"consent": "1", "code": "id"})
    supplied = me.get(path(case)).content.decode()
    me.client.post(path(case, f"{CaseMaterial.objects.get().pk}/take-back"))
    again = me.get(path(case)).content.decode()

    cameras = [page.count('capture="environment"') for page in (before, supplied, again)]
    assert cameras == [cameras[0], cameras[0] - 1, cameras[0]]


def test_without_consent_nothing_is_used(shop, me, case):
    identity_card(shop[0])

    answer = me.client.post(path(case, "held"), {"code": "id"})

    assert (answer.status_code, CertificateUse.objects.count()) == (409, 0)


def test_the_library_opens_only_for_the_proven_person(shop, me, case):
    identity_card(shop[0])
    Account.objects.filter(pk=me.account.pk).update(person=None, person_evidence=0)

    page = text(me.get(path(case)))
    answer = me.client.post(path(case, "held"), {"consent": "1", "code": "id"})

    assert "同意用于这件事" not in page
    assert (answer.status_code, CertificateUse.objects.count()) == (409, 0)


@pytest.mark.parametrize("how", ["its last day is over", "its authority ended it"])
def test_a_certificate_that_holds_no_more_is_not_there_and_another_is_offered(shop, case, monkeypatch, how):
    matters, me = shop
    held = {
        "type": "resident-id", "name_zh": "居民身份证", "name_en": "Resident identity card", "issuer_zh": "公安局",
        "issuer_en": "Police", "issued_on": date(2020, 1, 1), "trust": "A", "source": "import:police",
        "person_id": matters.person.pk, "by": CLERK,
    }  # fmt: skip
    until = TUESDAY_NINE.date() if how.startswith("its last") else None
    old = library.issue_certificate(number="1", valid_until=until, now=TUESDAY_NINE, **held)
    from_library.use(case_no=case.no, consent=True, by=matters.applicant, now=TUESDAY_NINE)
    counted = text(me.get(path(case)))
    if until is None:
        library.end_own(ref=old.ref, reason="挂失", sources=["import:police"], by=CLERK, now=TUESDAY_NINE)
    tomorrow = TUESDAY_NINE + timedelta(days=1)
    monkeypatch.setattr("banshi.foundation.clock.now", lambda: tomorrow)

    page, check = text(me.get(path(case))), text(me.get(f"/cases/{case.no}/check/"))
    library.issue_certificate(number="2", now=tomorrow, **held)
    (offered,) = from_library.held(case, now=tomorrow)

    assert ("已有 1 份" in counted, "已失效" in counted) == (True, False)
    assert ("已有 0 份" in page, "已失效" in page, "还缺" in check) == (True, True, True)
    assert (offered.paper.code, offered.certificate.number) == ("id", "2")
    assert [row.state for row in paper_rows(case) if row.code == "id"] == ["missing"]


def test_pages_are_put_in_order_without_javascript(me, case):
    handed_in(me, case, "lease", "lease")
    first, second = CaseMaterial.objects.order_by("id").values_list("id", flat=True)
    before = text(me.get(path(case)))

    answer = me.post(path(case, f"{second}/move"), to="up")
    (lease,) = [row for row in paper_rows(case) if row.code == "lease"]

    assert (f"papers/{second}/move" in before, answer.status_code) == (True, 302)
    assert [row.pk for row in lease.came] == [second, first]


def test_what_the_hall_told_comes_first_and_what_is_right_asks_for_nothing(shop, me):
    matters = shop[0]
    case = matters.received(papers=("id", "photo"))
    missing = [Missing("lease", "要租约全部页")]
    actions.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)

    before, right = me.get(f"/cases/{case.no}/papers/").content.decode().split("<details", 1)
    handed_in(me, case, "lease")
    after = me.get(f"/cases/{case.no}/papers/").content.decode()

    assert ('id="paper-lease"' in before, 'type="file"' in before, "要租约全部页" in before) == (True, True, True)
    assert [f'id="paper-{code}"' in right for code in ("id", "photo", "lease")] == [True, True, False]
    assert ('type="file"' in right.split("</details>")[0], "2 份材料没有问题，不用再交" in right) == (False, True)
    assert 'id="paper-lease"' in after.split("<details")[0]
