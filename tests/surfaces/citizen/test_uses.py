"""What my certificates were used for: each use with its case, for the proven owner alone, page by page."""

from __future__ import annotations

import re

import pytest

from banshi.journeys.case import from_library
from banshi.rooms.cases import actions as cases
from banshi.rooms.identity.models import Account
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import CertificateUse
from tests.surfaces.citizen.cases import applicant
from tests.surfaces.citizen.conftest import browser, text
from tests.town import CLERK, TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def a_certificate(person):
    return library.issue_certificate(
        person_id=person.pk, type="resident-id", number="44190000", name_zh="居民身份证", name_en="Identity card",
        issuer_zh="公安局", issuer_en="Police", issued_on=TUESDAY_NINE.date(), trust="A", source="window:town-01", by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip


def test_each_use_stands_with_its_case_and_may_be_taken_back_while_it_is_open(open_town: Town):
    matters, phone = applicant(open_town)
    held, case = a_certificate(phone.person), matters.opened()
    for purpose, by in (("id", matters.applicant), ("other", CLERK)):
        library.use_certificate(
            ref=held.ref, purpose=purpose, subject=f"case:{case.no}", consent=True, person_id=phone.person.pk, by=by,
            now=TUESDAY_NINE,
        )  # fmt: skip

    shown = text(phone.get("/me/uses/"))

    assert (case.no in shown, shown.count("居民身份证"), shown.count("撤回同意")) == (True, 2, 1)
    assert ("你在网上同意" in shown, "你在窗口同意" in shown) == (True, True)


def test_of_many_uses_a_page_shows_twenty_and_leads_on(open_town: Town):
    _, phone = applicant(open_town)
    held = a_certificate(phone.person)
    for i in range(21):
        library.use_certificate(
            ref=held.ref, purpose="id", subject=f"case:{i}", consent=True, person_id=phone.person.pk, by=CLERK,
            now=TUESDAY_NINE,
        )  # fmt: skip

    counts = [text(phone.get("/me/uses/", page=n)).count("居民身份证") for n in (1, 2)]

    assert counts == [20, 1]


def test_nobody_sees_what_is_not_proven_to_be_theirs(open_town: Town):
    matters, phone = applicant(open_town)
    held = a_certificate(phone.person)
    library.use_certificate(
        ref=held.ref, purpose="id", subject="case:1", consent=True, person_id=phone.person.pk, by=CLERK,
        now=TUESDAY_NINE,
    )  # fmt: skip
    matters.account.person_evidence = 0
    matters.account.save(update_fields=["person_evidence"])

    assert "居民身份证" not in text(phone.get("/me/uses/"))


def a_use(matters, phone):
    """For the identity card of a case, at which its applicant was asked."""
    a_certificate(phone.person)
    case = matters.opened()
    return from_library.use(case_no=case.no, codes=["id"], consent=True, by=matters.applicant, now=TUESDAY_NINE)[0]


def test_its_owner_sees_the_copy_that_was_seen_also_when_it_is_taken_back_or_over(open_town: Town):
    matters, phone = applicant(open_town)
    row = a_use(matters, phone)
    shown = text(phone.get("/me/uses/"))
    there = re.search(r"/me/uses/\d+/copy", shown)[0]
    first = phone.get(there)
    ways = [f"/cases/{row.case.no}/", f"/cases/{row.case.no}/papers/"]
    linked = [f"/cases/{row.case.no}/papers/{row.pk}" in phone.get(way).content.decode() for way in ways]

    library.end_certificate(ref=row.certificate.ref, by=CLERK, now=TUESDAY_NINE)
    cases.take_back_paper(case_no=row.case.no, material_id=row.pk, by=matters.applicant, now=TUESDAY_NINE)

    assert ("代替：身份证" in shown, linked, first["Content-Type"]) == (True, [True, True], "application/pdf")
    assert (phone.get(there).content == first.content, "已失效" in text(phone.get("/me/uses/"))) == (True, True)


def test_nobody_else_gets_the_copy(open_town: Town):
    matters, phone = applicant(open_town)
    row = a_use(matters, phone)
    use = CertificateUse.objects.get().pk
    stranger = browser()
    account = Account.objects.create(
        phone="+8613900139000", phone_index="x", person=open_town.person(2), person_evidence=3, created_at=TUESDAY_NINE
    )
    session = stranger.session
    session["account"] = account.pk
    session.save()
    addresses = [f"/me/uses/{use}/copy", f"/cases/{row.case.no}/papers/{row.pk}"]
    theirs = [stranger.get(each).status_code for each in addresses]

    matters.account.person_evidence = 0  # it opened the case, and is not proven to be its person
    matters.account.save(update_fields=["person_evidence"])

    assert (theirs, [phone.get(each).status_code for each in addresses]) == ([404, 404], [404, 404])
    assert "复用件" not in text(phone.get(f"/cases/{row.case.no}/papers/"))
