"""实名等级: what may be sent online, by whom; where it may not, what was filled in stays, and the way on is named."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from banshi.journeys.case import bundles
from banshi.kernel.actors import SYSTEM, Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.actions import keep_item_versions
from banshi.rooms.catalogue.models import Item
from banshi.rooms.identity.models import Account
from tests.matters import Matters
from tests.town import TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
BEFORE = at("2026-01-06 09:00")
CHANNEL, KIOSK = Actor(ActorKind.CHANNEL, "7"), Actor(ActorKind.KIOSK, "7")


def asks(level: str, now: datetime = BEFORE) -> None:
    row = Item.objects.get(code="pension")
    row.handling = {**row.handling, "online_level": level}
    row.save(update_fields=["handling"])
    keep_item_versions(by=SYSTEM, now=now)


def drafted(matters: Matters, **more: Any) -> Case:
    case: Case = matters.opened(**more)
    for code in ("id", "lease"):
        cases.add_material(case_no=case.no, code=code, channel="upload", by=matters.applicant, now=TUESDAY_NINE)
    return case


def send(case: Case, by: Actor) -> str:
    """The phase it came to, or the refusal: rule, level, reason."""
    try:
        return bundles.submit(case_no=case.no, by=by, now=TUESDAY_NINE).phase
    except Refused as refused:
        return f"{refused.slug} {refused.facts['level']}: {refused.facts['reason']['zh']}"


@pytest.mark.parametrize(
    ("level", "has", "sent"),
    [
        ("declared", Evidence.DECLARED, True),
        ("vouched", Evidence.DECLARED, False),
        ("vouched", Evidence.VOUCHED, True),
        ("vouched", Evidence.CHIP, True),
        ("window", Evidence.VOUCHED, False),
        ("window", Evidence.CHIP, True),
        ("window", Evidence.WINDOW, True),
    ],
)
def test_an_account_sends_what_it_is_known_for(matters: Matters, level: str, has: Evidence, sent: bool) -> None:
    asks(level)
    case = drafted(matters)
    Account.objects.filter(pk=matters.account.pk).update(person_evidence=has)

    said = send(case, matters.applicant)

    case.refresh_from_db()
    assert (said == "pre_review", case.phase) == (sent, "pre_review" if sent else "draft")
    if not sent:
        assert said.startswith(f"identity-level {level}: ")
        assert f"{case.hall.name_zh}的窗口、自助机" in said


def test_that_somebody_was_seen_once_says_nothing_of_who_sends_it_now(matters: Matters) -> None:
    """The person's own name rests on a window; the account that types their number is proven to be nobody."""
    asks("window")
    case = drafted(matters)
    matters.person.name_evidence = Evidence.WINDOW
    matters.person.save(update_fields=["name_evidence"])
    Account.objects.filter(pk=matters.account.pk).update(person=None, person_evidence=0)

    assert send(case, matters.applicant).startswith("identity-level window:")


@pytest.mark.parametrize(("shown", "sent"), [(Evidence.DECLARED, False), (Evidence.VOUCHED, True)])
def test_a_channel_sends_for_whom_it_vouched_as_it_opened_the_case(
    matters: Matters, shown: Evidence, sent: bool
) -> None:
    asks("vouched")
    case = drafted(matters, account_id=None, channel="api", evidence=shown)

    assert (send(case, CHANNEL) == "pre_review") == sent


def test_what_was_begun_elsewhere_is_sent_once_the_card_is_read(matters: Matters) -> None:
    asks("window")
    case = drafted(matters)
    Account.objects.filter(pk=matters.account.pk).update(person_evidence=0)
    before = send(case, KIOSK)

    cases.seen_again(case_nos=[case.no], evidence=Evidence.CHIP)

    assert (before.startswith("identity-level window:"), send(case, KIOSK)) == (True, "pre_review")


def test_what_was_sent_goes_on_and_a_case_keeps_what_its_version_asked(matters: Matters) -> None:
    case = drafted(matters)
    Account.objects.filter(pk=matters.account.pk).update(person_evidence=0)
    asks("window", TUESDAY_NINE)

    assert send(case, matters.applicant) == "pre_review"
