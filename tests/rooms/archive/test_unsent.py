"""What was never received is told some days before, once, and goes; what came, what is held, what goes on stays."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.archive import actions, queries
from banshi.rooms.archive.models import Hold, Package
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import chain_holds, timeline
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import Blob, FactCarried, FactConsent
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.rooms.archive.ended import DAY, LATER
from tests.together import together
from tests.town import TUESDAY_NINE

TOLD, GONE = TUESDAY_NINE + 83 * DAY, TUESDAY_NINE + 90 * DAY


def told() -> int:
    return Message.objects.filter(key="case_unsent_ends").count()


def begun(matters: Matters) -> Case:
    """A draft with a page, and a telephone that hears of it."""
    case = matters.opened()
    page = {"mime": "application/pdf", "kind": "upload", "name": "租约.pdf", "by": SYSTEM, "now": TUESDAY_NINE}
    file = library.keep(content=b"%PDF-mine", **page)
    case.materials.create(code="lease", channel="upload", trust="D", file=file, at=TUESDAY_NINE, by="system")
    return case


def gone(now: datetime) -> int:
    return actions.forget_unsent(now=now)


@pytest.mark.django_db
def test_a_draft_is_told_of_once_and_goes_on_its_day_with_its_files(matters: Matters):
    case = begun(matters)

    before = [gone(TOLD - DAY), told(), gone(TOLD), gone(TOLD + DAY), told(), gone(GONE - DAY)]
    after = [gone(GONE), gone(GONE)]

    case.refresh_from_db()
    assert (before, after) == ([0, 0, 0, 0, 1, 0], [1, 0])
    assert (case.phase, case.outcome, case.destroyed_at) == ("terminated", "lapsed", GONE)
    assert (case.applicant, case.form, case.account, case.contact) == ("", "{}", None, None)
    assert (CaseMaterial.objects.filter(case=case).count(), Blob.objects.count()) == (0, 0)
    last = timeline(case)[-1]
    assert (last.verb, last.before, last.after, last.facts, last.why) == ("destroy", "draft", "terminated", {}, "")
    assert chain_holds(case)


@pytest.mark.django_db
def test_what_is_changed_after_it_was_told_has_all_its_days_again(matters: Matters):
    case = begun(matters)
    gone(TOLD)
    Case.objects.filter(pk=case.pk).update(revision=case.revision + 1)

    went = [gone(GONE), gone(GONE + 82 * DAY), told(), gone(GONE + 90 * DAY), told(), gone(GONE + 97 * DAY)]

    assert went == [0, 0, 1, 0, 2, 1]


@pytest.mark.django_db
def test_where_nobody_looked_for_long_it_is_told_first_all_the_same(matters: Matters):
    begun(matters)
    late = TUESDAY_NINE + 300 * DAY

    assert [gone(late), told(), gone(late + 6 * DAY), gone(late + 7 * DAY)] == [0, 1, 0, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("phase", ["pre_returned", "pre_passed"])
def test_what_was_sent_back_or_passed_and_never_brought_has_longer(matters: Matters, phase: str):
    case = begun(matters)
    Case.objects.filter(pk=case.pk).update(phase=phase)

    went = [gone(GONE), told(), gone(TUESDAY_NINE + 173 * DAY), told(), gone(TUESDAY_NINE + 180 * DAY)]

    assert went == [0, 0, 0, 1, 1]


@pytest.mark.django_db
def test_what_was_thrown_away_unsent_goes_and_is_never_archived(matters: Matters):
    case = begun(matters)
    cases.withdraw(case_no=case.no, by=matters.applicant, now=TUESDAY_NINE)

    waiting = list(queries.waiting(case.hall, now=LATER))
    with pytest.raises(Refused) as no:
        actions.archive(case_no=case.no, by=SYSTEM, now=LATER)
    went = [gone(TUESDAY_NINE + 29 * DAY), gone(TUESDAY_NINE + 30 * DAY)]

    case.refresh_from_db()
    assert (waiting, no.value.slug, Package.objects.count(), went, told()) == ([], "wrong-state", 0, [0, 1], 0)
    assert (case.phase, case.outcome, case.applicant) == ("withdrawn", "withdrawn", "")


@pytest.mark.django_db
def test_what_is_held_or_was_received_or_is_looked_at_stays(matters: Matters):
    held, received, sent = begun(matters), matters.received(), begun(matters)
    Hold.objects.create(case=held, reason="诉讼", placed_by=matters.staff["supervisor"], placed_at=TUESDAY_NINE)
    Case.objects.filter(pk=sent.pk).update(phase="pre_review")
    gone(TOLD)

    assert gone(GONE + 300 * DAY) == 0
    for case in (held, received):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET destroyed_at = %s WHERE id = %s", [GONE, case.pk])


@pytest.mark.django_db(transaction=True)
def test_who_sends_it_at_the_same_instant_has_sent_it_or_finds_it_gone(committed_matters: Matters):
    matters = committed_matters
    case = begun(matters)
    gone(TOLD)

    def one(i: int) -> object:
        if i % 2:
            return gone(GONE)
        return cases.withdraw(case_no=case.no, by=matters.applicant, now=GONE)

    results = together(4, one)

    case.refresh_from_db()
    went = sum(each for each in results if isinstance(each, int))
    sent = [each for each in results if isinstance(each, Case)]
    assert (went, len(sent)) in ((1, 0), (0, 1))
    assert (case.destroyed_at is not None) == bool(went)


@pytest.mark.django_db
def test_a_consent_to_facts_goes_with_its_draft(matters: Matters):
    case = begun(matters)
    said = {"by": SYSTEM, "now": TUESDAY_NINE}
    library.agree_to_facts(subject=f"case:{case.no}", consent=True, person_id=matters.person.pk, **said)
    fact = library.Lent("residence-address", "一号路 2 号", "import:police", TUESDAY_NINE, "A")
    library.lend_facts(subject=f"case:{case.no}", facts=[fact])
    gone(TOLD)

    went = gone(GONE)

    assert (went, FactConsent.objects.count(), FactCarried.objects.count()) == (1, 0, 0)
