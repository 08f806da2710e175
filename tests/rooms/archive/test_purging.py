"""Destroyed is what has run out, on the word of two people, and never what somebody holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions, queries
from banshi.rooms.archive.models import Hold, Package, Purge, PurgeLine
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseEvent, CaseMaterial, CasePaper
from banshi.rooms.cases.queries import timeline
from banshi.rooms.library import actions as library_acts
from banshi.rooms.library import queries as library
from banshi.rooms.library.models import Blob, BlobPart, Document, FactConsent, FactUse
from tests.matters import Matters
from tests.rooms.archive.ended import DAY, LATER, closed
from tests.rooms.cases.test_copies import card
from tests.together import together
from tests.town import TUESDAY_NINE

YEARS_ON = TUESDAY_NINE + timedelta(days=31 * 366)  # thirty years and the rest of the year
WAITED = YEARS_ON + 31 * DAY


def kept(matters: Matters) -> Case:
    case = closed(matters)
    actions.archive(case_no=case.no, by=SYSTEM, now=LATER)
    return case


def proposed(matters: Matters) -> Purge:
    return actions.propose(hall=matters.town.hall, by=matters.by["supervisor"], now=YEARS_ON)


def outcomes() -> list[str]:
    return list(PurgeLine.objects.order_by("id").values_list("outcome", flat=True))


@pytest.mark.django_db
def test_what_ran_out_is_destroyed_by_two_and_its_tombstone_stays(matters: Matters):
    case = kept(matters)
    files = Document.objects.count()
    purge = proposed(matters)

    actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)

    assert (actions.destroy_confirmed(now=WAITED), actions.destroy_confirmed(now=WAITED)) == (1, 0)
    assert outcomes() == ["destroyed"]
    package = queries.package_of(case.no)
    case.refresh_from_db()
    assert (package.file_id, package.destroyed_at, len(package.manifest_sha256)) == (None, WAITED, 64)
    assert (case.applicant, case.contact, case.form, case.destroyed_at) == ("", None, "{}", WAITED)
    assert (CasePaper.objects.count(), CaseMaterial.objects.count()) == (0, 0)
    assert files == 9  # seven papers, a page, the package
    assert (Document.objects.count(), Blob.objects.count(), BlobPart.objects.count()) == (0, 0, 0)
    assert [m.verb for m in timeline(case)][-2:] == ["archive", "destroy"]
    assert not CaseEvent.objects.filter(case=case).exclude(why="").exists()
    with pytest.raises(Refused, match="wrong-state"):
        actions.take_out(case_no=case.no, by=SYSTEM, now=WAITED)
    with pytest.raises(Refused, match="wrong-state"):
        actions.place_hold(case_no=case.no, reason="诉讼", by=matters.by["supervisor"], now=WAITED)


@pytest.mark.django_db
def test_the_copy_of_what_was_reused_goes_with_its_case_and_the_certificate_stays(matters: Matters):
    case, held = closed(matters), card(matters)
    row = case.materials.create(code="id", channel="library", trust="A", certificate=held, at=TUESDAY_NINE, by="system")
    cases.content_of(row.pk, now=LATER)
    actions.archive(case_no=case.no, by=SYSTEM, now=LATER)
    purge = proposed(matters)
    actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)

    actions.destroy_confirmed(now=WAITED)

    assert (Document.objects.count(), library.certificate(held.ref) is not None) == (0, True)
    with pytest.raises(Refused, match="nothing-found"):
        cases.content_of(row.pk, now=WAITED)


@pytest.mark.django_db
def test_the_last_day_of_the_year_is_still_kept(matters: Matters):
    kept(matters)

    with pytest.raises(Refused, match="nothing-found"):
        actions.propose(
            hall=matters.town.hall, by=matters.by["supervisor"], now=TUESDAY_NINE.replace(year=2056, month=12, day=31)
        )

    assert actions.propose(
        hall=matters.town.hall, by=matters.by["supervisor"], now=TUESDAY_NINE.replace(year=2057, month=1, day=1)
    )


@pytest.mark.django_db
def test_who_proposed_does_not_confirm_and_nobody_too_early(matters: Matters):
    kept(matters)
    purge = proposed(matters)

    with pytest.raises(Refused, match="same-person"):
        actions.confirm(purge_id=purge.pk, by=matters.by["supervisor"], now=WAITED)
    with pytest.raises(Refused, match="too-early"):
        actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=YEARS_ON + 29 * DAY)
    with pytest.raises(IntegrityError, match="another_person_confirms"), transaction.atomic():
        Purge.objects.filter(id=purge.pk).update(confirmed_by=purge.proposed_by_id, confirmed_at=WAITED)

    assert proposed(matters).pk == purge.pk


@pytest.mark.django_db
def test_nothing_under_a_hold_and_nothing_kept_longer_by_now_is_destroyed(matters: Matters):
    case = kept(matters)
    purge = proposed(matters)
    hold = actions.place_hold(case_no=case.no, reason="诉讼", by=matters.by["supervisor"], now=YEARS_ON)
    actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)

    assert actions.destroy_confirmed(now=WAITED) == 0
    assert outcomes() == ["held"]
    with pytest.raises(IntegrityError, match="under a hold"), transaction.atomic():
        Case.objects.filter(id=case.pk).update(destroyed_at=WAITED)

    with pytest.raises(Refused, match="same-person"):
        actions.lift_hold(hold_id=hold.pk, by=matters.by["supervisor"], now=WAITED)
    actions.lift_hold(hold_id=hold.pk, by=matters.by["second_supervisor"], now=WAITED)
    again = actions.propose(hall=matters.town.hall, by=matters.by["supervisor"], now=WAITED)
    actions.set_retention(item="pension", years=None, basis="规定", by=matters.by["supervisor"], now=WAITED)
    actions.confirm(purge_id=again.pk, by=matters.by["second_supervisor"], now=WAITED + 31 * DAY)

    assert actions.destroy_confirmed(now=WAITED + 31 * DAY) == 0
    assert outcomes() == ["held", "kept"]
    assert Package.objects.get().destroyed_at is None


@pytest.mark.django_db
def test_nobody_destroys_a_case_without_a_purge_by_sql(matters: Matters):
    case = kept(matters)

    with pytest.raises(IntegrityError, match="two people"), transaction.atomic():
        Case.objects.filter(id=case.pk).update(destroyed_at=WAITED)
    with pytest.raises(IntegrityError, match="archive stands"), transaction.atomic():
        Package.objects.filter(case=case).delete()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_hold_and_a_purge_at_once_never_both_come_through(committed_matters: Matters):
    matters = committed_matters
    case = kept(matters)
    purge = proposed(matters)
    actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)

    found = together(
        3,
        lambda i: (
            actions.destroy_confirmed(now=WAITED)
            if i
            else actions.place_hold(case_no=case.no, reason="诉讼", by=matters.by["supervisor"], now=WAITED)
        ),
    )

    gone = Case.objects.get(id=case.pk).destroyed_at is not None
    assert gone != Hold.objects.exists(), found
    assert sum(found[1:]) == int(gone)
    assert outcomes() == ["destroyed" if gone else "held"]


def with_facts_used(matters: Matters, case: Case) -> None:
    """What was known filled in its form, with consent, and was sent."""
    subject, said = f"case:{case.no}", {"by": SYSTEM, "now": TUESDAY_NINE}
    library_acts.agree_to_facts(subject=subject, consent=True, person_id=matters.person.pk, **said)
    fact = library_acts.Lent("residence-address", "一号路 2 号", "import:police", TUESDAY_NINE, "A")
    library_acts.lend_facts(subject=subject, facts=[fact])
    library_acts.use_facts(subject=subject, purpose="pension", stands={"residence-address": ["一号路 2 号"]}, **said)


def facts_left() -> tuple[int, int]:
    return FactConsent.objects.count(), FactUse.objects.count()


@pytest.mark.django_db
def test_uses_of_facts_go_with_the_case_they_were_used_in_and_with_no_other(matters: Matters):
    case, other = closed(matters), matters.received()
    with_facts_used(matters, case)
    with_facts_used(matters, other)
    actions.archive(case_no=case.no, by=SYSTEM, now=LATER)
    purge = proposed(matters)
    actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)
    before = facts_left()

    actions.destroy_confirmed(now=WAITED)

    assert (before, facts_left()) == ((2, 2), (1, 1))
    assert [use.subject for use in library.fact_uses_of(matters.person.pk)] == [f"case:{other.no}"]


@pytest.mark.django_db
def test_uses_of_facts_stay_while_somebody_holds_the_case(matters: Matters):
    case = closed(matters)
    with_facts_used(matters, case)
    actions.archive(case_no=case.no, by=SYSTEM, now=LATER)
    purge = proposed(matters)
    actions.place_hold(case_no=case.no, reason="诉讼", by=matters.by["supervisor"], now=YEARS_ON)
    actions.confirm(purge_id=purge.pk, by=matters.by["second_supervisor"], now=WAITED)

    actions.destroy_confirmed(now=WAITED)

    assert facts_left() == (1, 1)
