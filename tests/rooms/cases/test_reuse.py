"""材料复用: what was handed in before and judged right stands again, for so many days, for its holder alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions as archive
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.actions.pre_reviewing import judge
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import case_by_no, earlier_papers, paper_rows
from banshi.rooms.cases.rules.reuse import Page, last_day, stands
from banshi.rooms.identity import actions as identity
from banshi.rooms.library import queries as stored
from banshi.rooms.library.models import CertificateUse, Document, DocumentVersion
from tests import bundles
from tests.matters import Matters
from tests.reused import DAYS, handed_in_before, page_of, reusable
from tests.rooms.archive.ended import closed
from tests.rooms.archive.test_purging import WAITED, YEARS_ON
from tests.together import meanwhile, together
from tests.town import TUESDAY_NINE, at

LAST = TUESDAY_NINE + timedelta(days=DAYS)
SOON = TUESDAY_NINE + timedelta(days=3)


def offered(matters: Matters, now: datetime = SOON, **more: Any) -> list[str]:
    return sorted(earlier_papers(matters.opened(now, **more), now=now))


def use(matters: Matters, case: Case, earlier: int, now: datetime = SOON, **more: Any) -> CaseMaterial:
    given = {"code": "lease", "consent": True, "by": matters.applicant, **more}
    return cases.add_material(case_no=case.no, channel="library", earlier=earlier, now=now, **given)


def slug_of(act: Any, *args: Any, **more: Any) -> str:
    with pytest.raises(Refused) as no:
        act(*args, **more)
    return no.value.slug


# --- The rule -----------------------------------------------------------------------------------------------------


def page(day: str = "2026-03-10", **more: Any) -> Page:
    said = {"handed_on": at(f"{day} 00:00").date(), "verdict": "ok", "by_staff": True, "scan": "clean", **more}
    return Page(**said)


@pytest.mark.parametrize(
    ("today", "holds"), [("2026-03-10", True), ("2026-09-06", True), ("2026-09-07", False)]
)  # day 0, day n, day n + 1
def test_it_stands_up_to_and_with_its_last_day(today, holds):
    assert stands([page()], days=180, today=at(f"{today} 00:00").date()) == holds


@pytest.mark.parametrize(
    ("more", "holds"),
    [
        ({}, True), ({"verdict": ""}, False), ({"verdict": "bad"}, False), ({"by_staff": False}, False),
        ({"scan": "pending"}, False), ({"scan": "rejected"}, False), ({"scan": "unavailable"}, True),
    ],
)  # fmt: skip
def test_every_page_was_judged_right_by_staff_and_may_be_opened(more, holds):
    assert stands([page(), page(**more)], days=180, today=at("2026-03-11 00:00").date()) == holds


def test_the_oldest_page_counts_and_nothing_is_no_paper():
    assert last_day([page("2026-03-12"), page()], days=2) == at("2026-03-12 00:00").date()
    assert not stands([], days=180, today=at("2026-03-11 00:00").date())


# --- What is offered ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_paper_that_was_judged_right_is_offered_until_its_last_day(matters: Matters):
    reusable()
    before = handed_in_before(matters)

    found = earlier_papers(matters.opened(LAST), now=LAST)

    lease = found["lease"]
    assert (sorted(found), lease.id, lease.origin.no, lease.trust) == (["lease"], page_of(before).pk, before.no, "C")
    assert (lease.handed_on, lease.until) == (TUESDAY_NINE.date(), LAST.date())
    assert offered(matters, LAST.replace(hour=23, minute=59)) == ["lease"]
    assert offered(matters, LAST + timedelta(days=1)) == []


@pytest.mark.django_db
def test_without_days_in_the_item_nothing_is_offered_and_nothing_taken(matters: Matters):
    before = handed_in_before(matters)

    assert offered(matters) == []
    assert slug_of(use, matters, matters.opened(SOON), page_of(before).pk) == "invalid"


@pytest.mark.django_db
def test_an_item_that_takes_it_for_fewer_days_goes_by_its_own(matters: Matters):
    reusable(days=2)
    before = handed_in_before(matters)

    assert offered(matters, TUESDAY_NINE + timedelta(days=2)) == ["lease"]
    assert offered(matters, SOON) == []
    assert slug_of(use, matters, matters.opened(SOON), page_of(before).pk) == "invalid"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "bad"}, {"verdict": ""}, {"verdict": "ok", "judged_by": None}, {"gone_at": TUESDAY_NINE}, {"code": "plan"},
    ],
)  # fmt: skip
def test_what_was_wrong_not_judged_taken_back_or_another_paper_is_not(matters: Matters, change):
    reusable()
    before = handed_in_before(matters)
    CaseMaterial.objects.filter(case=before, code="lease").update(**change)

    assert offered(matters) == []
    assert slug_of(use, matters, matters.opened(SOON), CaseMaterial.objects.latest("id").pk) == "invalid"


@pytest.mark.django_db
@pytest.mark.parametrize("scan", ["pending", "rejected"])
def test_a_file_in_quarantine_is_not(matters: Matters, scan):
    reusable()
    before = handed_in_before(matters)
    DocumentVersion.objects.filter(pk=page_of(before).file_id).update(scan=scan)

    assert offered(matters) == []


@pytest.mark.django_db
def test_of_a_case_that_was_taken_back_nothing_is(matters: Matters):
    reusable()
    before = handed_in_before(matters)
    cases.withdraw(case_no=before.no, by=matters.applicant, now=TUESDAY_NINE)

    assert offered(matters) == []


@pytest.mark.django_db
def test_of_what_was_never_received_nothing_is(matters: Matters):
    reusable()
    before = handed_in_before(matters)
    Case.objects.filter(pk=before.pk).update(received_at=None)

    assert offered(matters) == []


@pytest.mark.django_db
def test_where_papers_were_false_nothing_is(matters: Matters):
    reusable()
    before = handed_in_before(matters, accept=False)
    cases.refuse(
        case_no=before.no, reason="材料虚假", ground="false_papers", by=matters.by["receiver"], now=TUESDAY_NINE
    )

    assert offered(matters) == []


@pytest.mark.django_db
def test_one_wrong_page_spoils_the_paper_and_what_was_counted_is_no_part_of_it(matters: Matters):
    reusable()
    before = handed_in_before(matters)
    rows = CaseMaterial.objects.filter(case=before, code="lease")
    rows.create(case=before, code="lease", channel="paper", trust="B", verdict="ok", at=TUESDAY_NINE, by="staff:1")
    assert offered(matters) == ["lease"]

    rows.filter(channel="paper").update(verdict="bad")

    assert offered(matters) == []


@pytest.mark.django_db
def test_another_persons_and_an_organisations_are_not_ones_own(matters: Matters):
    reusable()
    before = handed_in_before(matters)
    other = matters.opened(SOON, person_id=matters.town.person(5).pk, account_id=None)
    firm = identity.enrol_organisation(uscc="91350100M000100Y43", name="一号书店", by=SYSTEM, now=TUESDAY_NINE)
    theirs = matters.opened(SOON, account_id=None)
    Case.objects.filter(pk=theirs.pk).update(organisation=firm)
    theirs = case_by_no(theirs.no)

    assert (earlier_papers(other, now=SOON), earlier_papers(theirs, now=SOON)) == ({}, {})
    assert slug_of(use, matters, other, page_of(before).pk, by=SYSTEM) == "invalid"

    Case.objects.filter(pk=before.pk).update(organisation=firm)
    assert sorted(earlier_papers(theirs, now=SOON)) == ["lease"]
    assert offered(matters) == []


@pytest.mark.django_db
def test_the_newest_is_offered_and_an_older_one_may_be_named(matters: Matters):
    reusable()
    old = handed_in_before(matters)
    new = handed_in_before(matters, now=TUESDAY_NINE + timedelta(days=1))
    case = matters.opened(SOON)

    assert earlier_papers(case, now=SOON)["lease"].origin.no == new.no
    assert use(matters, case, page_of(old).pk).origin_id == old.pk


# --- Used ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_used_it_has_the_same_file_the_trust_it_had_and_says_where_it_came(matters: Matters):
    reusable()
    before = handed_in_before(matters, pages=2)
    case, files = matters.opened(SOON), Document.objects.count()

    row = use(matters, case, page_of(before).pk)

    (lease,) = [each for each in paper_rows(case) if each.code == "lease"]
    came = [
        (each.file_id, each.channel, each.trust, each.verdict, each.origin_id, each.handed_on) for each in lease.came
    ]
    ids = list(CaseMaterial.objects.filter(case=before, code="lease").order_by("id").values_list("file_id", flat=True))
    assert came == [(each, "library", "C", "", before.pk, TUESDAY_NINE.date()) for each in ids]
    assert (lease.state, row.pk, len(ids), Document.objects.count()) == ("came", lease.came[0].pk, 2, files)
    (told,) = stored.uses_of(matters.person.pk)
    assert (told.origin, told.handed_on, told.purpose, told.subject) == (
        before.no, TUESDAY_NINE.date(), "lease", f"case:{case.no}",
    )  # fmt: skip
    assert Entry.objects.get(action="paper_used_again").facts == {"case": before.no}
    assert earlier_papers(case, now=SOON)["lease"].origin.no == before.no


@pytest.mark.django_db
def test_used_twice_it_is_there_once_and_taken_back_it_comes_again(matters: Matters):
    reusable()
    before = handed_in_before(matters)
    case = matters.opened(SOON)
    row = use(matters, case, page_of(before).pk)

    assert slug_of(use, matters, case, page_of(before).pk) == "invalid"
    cases.take_back_paper(case_no=case.no, material_id=row.pk, by=matters.applicant, now=SOON)
    use(matters, case, page_of(before).pk)

    assert CaseMaterial.objects.filter(case=case, gone_at=None).count() == 1
    assert CertificateUse.objects.count() == 1


@pytest.mark.django_db
def test_without_consent_or_beside_something_else_nothing_is_used(matters: Matters):
    reusable()
    before = handed_in_before(matters)
    case, page = matters.opened(SOON), page_of(before)

    assert slug_of(use, matters, case, page.pk, consent=False) == "consent-missing"
    assert slug_of(use, matters, case, page.pk, certificate="x") == "invalid"
    assert slug_of(use, matters, case, page.pk, file=page.file) == "invalid"
    assert slug_of(use, matters, case, page.pk, code="plan") == "invalid"
    assert slug_of(use, matters, case, 2**40) == "invalid"
    assert (CaseMaterial.objects.filter(case=case).count(), CertificateUse.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_used_again_and_again_it_grows_no_older_days(matters: Matters):
    reusable()
    first = handed_in_before(matters)
    second = matters.opened(SOON)
    use(matters, second, page_of(first).pk)
    cases.receive(
        case_no=second.no, materials=[cases.Counted("id"), cases.Counted("photo")], by=matters.by["receiver"], now=SOON
    )
    cases.accept(case_no=second.no, verdicts=[cases.Verdict("lease", ok=True)], by=matters.by["receiver"], now=SOON)
    third = matters.opened(LAST)

    row = use(matters, third, page_of(second).pk, now=LAST)

    assert (row.origin_id, row.handed_on) == (first.pk, TUESDAY_NINE.date())
    assert offered(matters, LAST + timedelta(days=1)) == []


@pytest.mark.django_db
def test_a_clerk_who_takes_what_a_window_scanned_has_nothing_to_judge_and_what_was_sent_is_looked_at(matters: Matters):
    reusable()
    sent = handed_in_before(matters)
    case = matters.opened(SOON)
    assert use(matters, case, page_of(sent).pk, by=matters.by["receiver"]).verdict == ""
    CaseMaterial.objects.filter(case=sent, code="lease").update(trust="B")

    row = use(matters, matters.opened(SOON), page_of(sent).pk, by=matters.by["receiver"])

    assert (row.trust, row.verdict) == ("B", "ok")


@pytest.mark.django_db
def test_the_table_takes_no_page_that_does_not_say_where_it_came(matters: Matters):
    reusable()
    row = use(matters, matters.opened(SOON), page_of(handed_in_before(matters)).pk)

    for wrong in ({"handed_on": None}, {"channel": "upload"}, {"file": None}):
        with pytest.raises(IntegrityError, match="a_paper_used_again_is_a_file"), transaction.atomic():
            CaseMaterial.objects.filter(pk=row.pk).update(**wrong)
    with pytest.raises(IntegrityError, match="library stands"), transaction.atomic():
        CertificateUse.objects.update(note="x")


@pytest.mark.django_db
@pytest.mark.parametrize("both", [True, False])
def test_of_a_bundle_it_comes_once_for_every_case_that_takes_it(matters: Matters, both):
    bundles.sign_of(matters.town)
    reusable()
    if both:
        reusable(item="sign")
    before = handed_in_before(matters)
    shop, sign = bundles.opened(matters).cases.order_by("id")

    cases.add_paper(
        case_no=shop.no, code="lease", channel="library", earlier=page_of(before).pk, consent=True, by=matters.applicant,
        now=TUESDAY_NINE,
    )  # fmt: skip

    took = [shop, sign] if both else [shop]
    rows = CaseMaterial.objects.filter(case__in=[shop, sign], code="lease")
    assert sorted(rows.values_list("case__no", flat=True)) == sorted(each.no for each in took)
    assert CertificateUse.objects.count() == len(took)
    cases.take_back_paper(case_no=shop.no, material_id=rows.get(case=shop).pk, by=matters.applicant, now=TUESDAY_NINE)
    assert not rows.filter(gone_at=None).exists()


# --- Together -----------------------------------------------------------------------------------------------------


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_drafts_that_take_one_paper_at_once_both_have_it(committed_matters: Matters):
    matters = committed_matters
    reusable()
    page = page_of(handed_in_before(matters))
    drafts = [matters.opened(SOON) for _ in range(2)]

    came = together(4, lambda i: use(matters, drafts[i % 2], page.pk))

    assert sorted(getattr(each, "slug", "used") for each in came) == ["invalid", "invalid", "used", "used"]
    assert [CaseMaterial.objects.filter(case=each, file=page.file).count() for each in drafts] == [1, 1]
    assert CertificateUse.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("use_first", [True, False])
def test_its_case_is_destroyed_as_it_is_used(committed_matters: Matters, use_first):
    """Either it stands for the new case, and its file stays; or it is gone, and nothing half-written is left."""
    matters = committed_matters
    reusable(days=3660)
    before = closed(matters)
    CaseMaterial.objects.filter(case=before, code="lease", file__isnull=False).update(
        verdict="ok", judged_by=matters.staff["receiver"], handed_on=None
    )
    page = CaseMaterial.objects.get(case=before, code="lease", file__isnull=False)
    archive.archive(case_no=before.no, by=SYSTEM, now=TUESDAY_NINE + timedelta(days=40))
    CaseMaterial.objects.filter(pk=page.pk).update(at=YEARS_ON)  # young enough, though its case ran out
    purge = archive.propose(hall=matters.town.hall, by=matters.by["supervisor"], now=YEARS_ON)
    archive.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)
    case = matters.opened(WAITED, account_id=None)
    acts = [
        lambda: use(matters, case, page.pk, now=WAITED, by=matters.by["receiver"]),
        lambda: archive.destroy_confirmed(now=WAITED),
    ]

    result = meanwhile(*(acts if use_first else acts[::-1]))

    left = list(CaseMaterial.objects.filter(case=case).values_list("file_id", flat=True))
    assert result == 1 if use_first else result.slug == "invalid", result
    assert left == ([page.file_id] if use_first else [])
    assert DocumentVersion.objects.filter(pk=page.file_id).exists() == use_first
    assert CertificateUse.objects.count() == int(use_first)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_what_is_found_wrong_as_it_is_used_is_not_used_after(committed_matters: Matters):
    matters = committed_matters
    reusable()
    before = handed_in_before(matters, accept=False)
    page, case = page_of(before), matters.opened(SOON)
    wrong = [cases.Verdict("lease", ok=False, reason="租约是假的")]

    result = meanwhile(
        lambda: judge(cases.lock(before.no), wrong, by=matters.by["receiver"], now=SOON),
        lambda: use(matters, case, page.pk),
    )

    assert result.slug == "invalid"
    assert CaseMaterial.objects.filter(case=case).count() == 0
