"""What a firm's case lets people do: its letters are the firm's own, and whoever may act for it counts like who opened it."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps

from banshi.journeys.case import conclude, expecting
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import facts_of
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account, PaperMandate, Person
from tests.firms import CODE, firm, member
from tests.journeys.case.test_agents import fetched, opening, slug
from tests.letters import letter
from tests.matters import Matters
from tests.rooms.tickets.line import booked
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE, at

pytestmark = pytest.mark.django_db
TODAY = TUESDAY_NINE.date()
SEEN = conclude.Letter("written", "", TODAY)


def ready_for_firm(matters: Matters, **more: Any) -> Case:
    """Opened by the firm's agent at the window, granted, made and laid ready."""
    asked: dict[str, Any] = {"channel": "window", "account_id": None, "contact": "13800130002", **more}
    if "organisation_id" not in asked:
        asked["organisation_id"] = member(matters.person).organisation_id
    case = matters.decided(**asked)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)


def test_a_letter_to_fetch_a_firms_result_is_the_firms_and_nothing_of_its_member(matters: Matters) -> None:
    stranger = matters.town.person(3)
    of_firm = ready_for_firm(matters)
    own = ready_for_firm(matters, organisation_id=None)

    done = fetched(matters, of_firm, stranger, SEEN)

    made = PaperMandate.objects.get()
    firms = people.person_by_document(IdType.USCC, CODE)
    assert firms is not None
    assert (done.phase, made.person_id, made.client) == ("closed", firms.pk, "一号公司")
    assert people.acting_between(stranger.pk, matters.person.pk, item="pension", today=TODAY) is None
    assert slug(fetched, matters, own, stranger) == "mandate-missing"
    with pytest.raises(Refused) as refused:
        matters.opened(**opening(made))
    assert refused.value.slug == "mandate-missing"


def test_a_firms_letter_fetches_its_next_result_too(matters: Matters) -> None:
    stranger = matters.town.person(3)
    first = ready_for_firm(matters)
    second = ready_for_firm(matters, organisation_id=first.organisation_id)
    fetched(matters, first, stranger, SEEN)

    assert fetched(matters, second, stranger).phase == "closed"


def test_what_a_member_gave_of_their_own_fetches_nothing_of_the_firm(matters: Matters) -> None:
    stranger = matters.town.person(3)
    letter(stranger, matters.person, fetches=True)
    of_firm = ready_for_firm(matters)
    own = ready_for_firm(matters, organisation_id=None)

    assert slug(fetched, matters, of_firm, stranger) == "mandate-missing"
    assert fetched(matters, own, stranger).phase == "closed"


def test_letters_that_were_written_down_for_a_member_in_the_firms_name_end(matters: Matters) -> None:
    member(matters.person)
    wrong = letter(matters.town.person(3), matters.person, fetches=True)
    PaperMandate.objects.filter(pk=wrong.pk).update(client="一号公司")
    own = letter(matters.town.person(4), matters.person)
    nobodys = letter(matters.town.person(3), matters.town.person(4))
    PaperMandate.objects.filter(pk=nobodys.pk).update(client="一号公司")  # of somebody who never acted for a firm

    importlib.import_module("banshi.rooms.identity.migrations.0021_letters_of_firms_end").end(apps, None)

    assert list(PaperMandate.objects.filter(ended_at=None).order_by("id")) == [own, nobodys]
    assert PaperMandate.objects.get(pk=wrong.pk).ended_by == "system"


# --- Whoever may act for it -------------------------------------------------------------------------------------


def taker(case: Case) -> str:
    return facts_of(case.papers.get(kind="delivery_receipt")).taker


@pytest.mark.parametrize("role", ["legal", "agent"])
def test_who_acts_for_the_firm_fetches_with_their_own_card_and_stands_on_the_receipt(
    matters: Matters, role: str
) -> None:
    case, other = ready_for_firm(matters), matters.town.person(3)
    member(other, role)

    done = fetched(matters, case, other, code="no code")

    assert (done.phase, taker(done), PaperMandate.objects.count()) == ("closed", other.name, 0)
    assert Entry.objects.get(action="handed-over").facts["taker_person"] == other.pk


def test_a_member_fetches_only_what_their_limits_cover_and_nothing_once_it_is_over(matters: Matters) -> None:
    case, limited, gone = ready_for_firm(matters), matters.town.person(3), matters.town.person(4)
    member(limited, items=("medical",))
    identity.end_member(member_id=member(gone).pk, by=CLERK, now=TUESDAY_NINE)

    assert [slug(fetched, matters, case, who) for who in (limited, gone)] == ["mandate-missing", "mandate-missing"]


def test_a_firm_that_was_typed_by_its_code_is_fetched_for_by_who_acts_for_it(matters: Matters) -> None:
    typed = identity.enrol(name="一号公司", id_type=IdType.USCC, id_number=CODE, now=TUESDAY_NINE)
    case = ready_for_firm(matters, organisation_id=None, person_id=typed.pk)
    head = matters.town.person(3)
    before = slug(fetched, matters, case, head)
    member(head, "legal")

    assert (before, fetched(matters, case, head).phase) == ("mandate-missing", "closed")


@pytest.mark.django_db(transaction=True)
def test_a_standing_that_ends_as_the_card_is_shown_comes_before_or_after(committed_matters: Matters) -> None:
    matters = committed_matters
    case, other = ready_for_firm(matters), matters.town.person(3)
    mine = member(other)

    def act(i: int) -> str:
        if i == 0:
            identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)
            return "ended"
        try:
            return fetched(matters, case, other).phase
        except Refused as refused:
            return refused.slug

    ended, *rest = together(4, act)

    case.refresh_from_db()
    assert (ended, rest.count("closed")) == ("ended", int(case.phase == "closed"))
    assert set(rest) <= {"closed", "mandate-missing", "code-used"}


def booked_by_member(matters: Matters) -> Any:
    """A time of the other member's own, whose account is proven."""
    row = booked(matters.town, starts=at("2026-03-11 09:00"))
    account = Account.objects.create(
        phone="+8613900139000",
        phone_index="x",
        person=matters.town.person(3),
        person_evidence=3,
        created_at=TUESDAY_NINE,
    )
    row.person, row.account_id = matters.town.person(3), account.pk
    row.save(update_fields=["person", "account_id"])
    return row


@pytest.mark.parametrize(("limits", "phase"), [({}, "await_receipt"), ({"items": ("medical",)}, "pre_passed")])
def test_a_time_that_another_member_booked_brings_the_firms_case(
    matters: Matters, limits: dict[str, Any], phase: str
) -> None:
    case = matters.opened(organisation_id=member(matters.person).organisation_id)
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    member(matters.town.person(3), **limits)
    row = booked_by_member(matters)

    expecting.brings(appointment=row.code, by=matters.applicant, now=TUESDAY_NINE)

    case.refresh_from_db()
    assert case.phase == phase


def test_a_booking_names_a_firms_case_for_whoever_acts_for_it(matters: Matters) -> None:
    case = matters.opened(organisation_id=member(matters.person).organisation_id)
    Case.objects.filter(pk=case.pk).update(phase="pre_passed")
    case.refresh_from_db()
    asked: dict[str, Any] = {"item": "pension", "hall": "town", "now": TUESDAY_NINE}
    other = matters.town.person(3)

    with pytest.raises(Refused) as refused:
        expecting.named(case, number_index=other.number_index, **asked)
    member(other, "legal")
    expecting.named(case, number_index=other.number_index, **asked)

    assert refused.value.facts["reason"] == expecting.OTHERS_CASE


# --- The same matter twice --------------------------------------------------------------------------------------


def begun(matters: Matters, who: Person, **more: Any) -> str:
    asked: dict[str, Any] = {"anyway": False, "channel": "window", "account_id": None, **more}
    asked.setdefault("organisation_id", firm().pk)
    try:
        return str(matters.opened(person_id=who.pk, **asked).no)
    except Refused as refused:
        return str(refused.facts["case"])


def test_a_colleague_is_told_of_what_is_under_way_for_the_firm(matters: Matters) -> None:
    mine, other = matters.person, matters.town.person(3)
    member(mine)
    member(other)
    first = begun(matters, mine)
    account = Account.objects.create(phone="+8613900139000", phone_index="x", person=other, created_at=TUESDAY_NINE)

    own = begun(matters, other, organisation_id=None)

    assert begun(matters, other) == first
    assert begun(matters, other, channel="web", account_id=account.pk) == first
    assert begun(matters, other, anyway=True) != first
    assert (own != first, begun(matters, other, organisation_id=None)) == (True, own)


@pytest.mark.django_db(transaction=True)
def test_two_members_at_once_begin_one_case_of_the_firm(committed_matters: Matters) -> None:
    matters = committed_matters
    people_of_it = [matters.person, matters.town.person(3), matters.town.person(4)]
    for each in people_of_it:
        member(each)

    numbers = together(3, lambda i: begun(matters, people_of_it[i]))

    assert (len(set(numbers)), Case.objects.count()) == (1, 1)
