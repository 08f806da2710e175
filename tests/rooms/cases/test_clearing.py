"""A file in quarantine: who looked says what it is; until then it came, and nothing is granted on it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from banshi.rooms.cases.queries import got_of
from banshi.rooms.library import actions as library
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.messaging.models import Message
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE


def came(case: Case, scan: str = "pending", code: str = "lease") -> CaseMaterial:
    file = library.keep(
        content=b"%PDF-ours", mime="application/pdf", kind="scan", name="租约.pdf", by=SYSTEM, now=TUESDAY_NINE
    )
    DocumentVersion.objects.filter(id=file.pk).update(scan=scan, reason="by-hand" if scan == "rejected" else "")
    row: CaseMaterial = case.materials.create(
        code=code, channel="upload", trust="C", file=file, at=TUESDAY_NINE, by="system"
    )
    return row


def said(matters: Matters, row: CaseMaterial, *, harmless: bool, who: str = "reviewer") -> Any:
    return cases.clear_file(
        case_no=row.case.no, material_id=row.pk, harmless=harmless, by=matters.by[who], now=TUESDAY_NINE
    )


@pytest.mark.django_db
def test_what_waits_has_come_and_is_no_ground_for_a_grant(matters: Matters) -> None:
    case = matters.opened()
    came(case)

    listed, for_grant = (got_of(case, cleared=cleared, now=TUESDAY_NINE)[0].usable for cleared in (False, True))

    assert (listed, for_grant) == (True, False)


@pytest.mark.django_db
@pytest.mark.parametrize("harmless", [True, False])
def test_a_grant_waits_until_somebody_looked(matters: Matters, harmless: bool) -> None:
    case = matters.in_review()
    row = came(case)
    cases.opine(case_no=case.no, says="grant", text="", by=matters.by["reviewer"], now=TUESDAY_NINE)
    asked: dict[str, Any] = {"case_no": case.no, "grant": True, "reason": "", "by": matters.by["approver"]}

    with pytest.raises(Refused) as no:
        cases.decide(**asked, now=TUESDAY_NINE)
    said(matters, row, harmless=harmless)
    done = cases.decide(**asked, now=TUESDAY_NINE)

    assert (no.value.slug, no.value.facts["kind"], no.value.facts["state"]) == ("wrong-state", "document", "pending")
    assert (done.phase, done.granted) == ("decided", True)


@pytest.mark.django_db
def test_a_refusal_waits_for_no_file(matters: Matters) -> None:
    case = matters.in_review()
    came(case)
    cases.opine(case_no=case.no, says="refuse", text="不符合", by=matters.by["reviewer"], now=TUESDAY_NINE)

    done = cases.decide(case_no=case.no, grant=False, reason="不符合", by=matters.by["approver"], now=TUESDAY_NINE)

    assert done.granted is False


@pytest.mark.django_db
@pytest.mark.parametrize(("harmless", "told"), [(True, []), (False, [["租约", "Lease"]])])
def test_who_applies_is_told_to_send_it_again_and_a_trace_says_who_looked(
    matters: Matters, harmless: bool, told: list[list[str]]
) -> None:
    row = came(matters.opened())

    said(matters, row, harmless=harmless, who="receiver")

    row.refresh_from_db()
    heard = [each.params["bring"] for each in Message.objects.filter(key="case_file_refused")]
    action = "document_released" if harmless else "document_rejected"
    assert row.file is not None
    assert (row.file.scan, heard[0] if heard else []) == ("clean" if harmless else "rejected", told)
    assert Entry.objects.get(action=action).actor == str(matters.by["receiver"])
    assert got_of(row.case, cleared=True, now=TUESDAY_NINE)[0].usable is harmless


@pytest.mark.django_db
def test_what_is_looked_at_beforehand_is_told_with_the_return(matters: Matters) -> None:
    case = matters.opened()
    row = came(case)
    Case.objects.filter(pk=case.pk).update(phase="pre_review")

    said(matters, row, harmless=False, who="pre_reviewer")

    assert not Message.objects.filter(key="case_file_refused").exists()


@pytest.mark.django_db
def test_what_is_clear_or_not_there_is_not_judged(matters: Matters) -> None:
    case, other = matters.opened(), matters.opened(TUESDAY_NINE + timedelta(minutes=1))
    clean, gone, elsewhere = came(case, "clean"), came(case, "rejected"), came(other)
    slugs = []

    for no, row in ((case.no, clean), (case.no, gone), (case.no, elsewhere)):
        with pytest.raises(Refused) as refused:
            cases.clear_file(
                case_no=no, material_id=row.pk, harmless=False, by=matters.by["reviewer"], now=TUESDAY_NINE
            )
        slugs.append(refused.value.slug)

    assert slugs == ["wrong-state", "material-rejected", "nothing-found"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_say_different_things_at_once_one_is_heard(matters: Matters) -> None:
    row = came(matters.opened())

    def say(one: int) -> str:
        try:
            return str(said(matters, row, harmless=one == 0).file.scan)
        except Refused as no:
            return no.slug

    found = together(2, say)

    row.refresh_from_db()
    assert row.file is not None
    assert row.file.scan in ("clean", "rejected")
    assert sum(each == row.file.scan for each in found) == 1
