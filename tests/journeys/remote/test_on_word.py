"""Whoever calls without proof: a folder on their word, that tells nothing, holds up nobody, and is compared at the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from banshi.journeys.remote import hand_over
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.evidence import Evidence
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.booking.models import Appointment
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import guided_case
from banshi.rooms.identity.models import AccountPerson, Person
from banshi.rooms.remote import actions
from banshi.rooms.remote.models import RemoteSession
from tests.journeys.remote.conftest import Call
from tests.together import together
from tests.town import TUESDAY_NINE

NOW = TUESDAY_NINE
PHONE_LINE = Actor(ActorKind.CHANNEL, "7")


def refused(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as no:
        act()
    return no.value


def number(serial: int = 41) -> str:
    return generate_resident_id("510114", date(1980, 5, 6), serial)


def stranger(call: Call, *, account: bool = False) -> Any:
    """Somebody who calls about the shop licence, whom nothing proves; `account`: signed in by telephone."""
    actions.leave(ref=call.session.ref, by=call.matters.applicant, now=NOW)
    values = {"account_id": call.matters.account.pk} if account else {}
    asking = actions.Asking(hall=call.video.town.hall, origin="web", wants="accept", item="pension", **values)
    session = actions.ask(asking, by=PHONE_LINE, now=NOW)
    actions.assign(now=NOW)
    return actions.answer(ref=session.ref, by=call.agent, now=NOW)


def said(call: Call, session: Any, *, name: str = "赵小云", id_number: str | None = None) -> RemoteSession:
    return hand_over.name_caller(
        ref=session.ref, name=name, id_type="resident_id", id_number=id_number or number(), by=call.agent, now=NOW
    )


@pytest.mark.django_db
def test_on_their_word_a_folder_is_begun_and_a_time_is_booked(call: Call) -> None:
    session = stranger(call)

    named = said(call, session)
    case = hand_over.gather(ref=session.ref, by=call.agent, now=NOW, answers={"premises": "rented"})
    booked = hand_over.hand_over(ref=session.ref, slot_id=call.slot.pk, by=call.agent, now=NOW)

    case.refresh_from_db()
    assert (named.evidence, named.masked_name, named.proven) == (0, "赵**", False)
    assert (case.applicant, case.evidence, case.account_id, case.appointment) == ("赵小云", 0, None, booked.code)
    assert (booked.evidence, booked.name, booked.person_id) == (0, "赵小云", case.person_id)
    assert Entry.objects.get(action="remote_named").facts == {"evidence": "declared"}


@pytest.mark.django_db
def test_of_somebody_on_record_it_tells_and_changes_nothing(call: Call) -> None:
    """A name and a number that somebody knows open nothing: not the name on record, not the telephone, not a paper."""
    known = call.video.town.person(3)
    session = stranger(call)

    said(call, session, name="别的名字", id_number=known.id_number)
    case = hand_over.gather(ref=session.ref, by=call.agent, now=NOW, answers={"premises": "rented", "food": "no"})

    carried = hand_over.known_in(case, now=NOW)(guided_case(case).fields)
    before, after = known.name, Person.objects.get(pk=known.pk)
    assert (after.name, case.applicant, case.contact) == (before, "别的名字", None)
    assert {each.source for each in carried.values()} <= {"typed"}
    assert before not in {str(each.value) for each in carried.values()}
    assert RemoteSession.objects.get(ref=session.ref).masked_name == "别**"


@pytest.mark.django_db
def test_a_name_that_is_only_said_keeps_the_person_out_of_nothing(call: Call) -> None:
    known = call.video.town.person(3)
    session = stranger(call)
    said(call, session, id_number=known.id_number)
    call.video.town.person(3)

    theirs = call.video.asked(3)
    again = refused(lambda: call.video.asked(3))

    assert (theirs.state, again.slug) == ("waiting", "already-waiting")
    assert RemoteSession.objects.filter(person=known, ended_at=None).count() == 2


@pytest.mark.django_db
def test_of_an_account_it_is_one_of_its_people_under_the_name_it_said(call: Call) -> None:
    session = stranger(call, account=True)

    named = said(call, session)
    case = hand_over.gather(ref=session.ref, by=call.agent, now=NOW, answers={"premises": "rented"})

    row = AccountPerson.objects.get(account=call.matters.account, person_id=named.person_id)
    assert (row.name, case.account_id, case.applicant) == ("赵小云", call.matters.account.pk, "赵小云")


@pytest.mark.django_db
def test_written_down_anew_while_nothing_is_collected_and_not_after(call: Call) -> None:
    session = stranger(call)
    first = said(call, session)
    second = said(call, session, name="钱一", id_number=number(43))
    hand_over.gather(ref=session.ref, by=call.agent, now=NOW, answers={"premises": "rented"})

    no = refused(lambda: said(call, session, name="孙二", id_number=number(45)))

    assert (first.person_id != second.person_id, no.slug, no.facts["field"]) == (True, "invalid", "person")
    assert Case.objects.get().person_id == second.person_id


@pytest.mark.django_db
def test_who_is_proven_is_not_renamed_by_a_word(call: Call) -> None:
    no = refused(lambda: said(call, call.session))

    assert (no.slug, RemoteSession.objects.get(ref=call.session.ref).person_id) == ("invalid", call.matters.person.pk)


@pytest.mark.django_db
def test_a_card_at_the_machine_says_it_better(call: Call) -> None:
    session, person = stranger(call), call.video.town.person(4)
    said(call, session, id_number=person.id_number)
    key = {
        "ref": session.ref,
        "person_id": person.pk,
        "evidence": Evidence.CHIP,
        "name": "",
        "by": PHONE_LINE,
        "now": NOW,
    }

    shown = [actions.named(**key) for _ in range(2)][-1]

    assert (shown.proven, shown.caller_name, shown.masked_name) == (True, None, person.masked_name)
    assert Entry.objects.filter(action="remote_named").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "id_number", "slug"),
    [("", "x", "invalid"), ("赵小云", "510114198005060000", "identity-invalid"), ("赵小云", "", "identity-invalid")],
)
def test_what_is_no_name_or_number_is_refused_and_nothing_is_written(
    call: Call, name: str, id_number: str, slug: str
) -> None:
    session = stranger(call)

    no = refused(
        lambda: hand_over.name_caller(
            ref=session.ref, name=name, id_type="resident_id", id_number=id_number, by=call.agent, now=NOW
        )
    )

    assert (no.slug in (slug, "identity-invalid"), RemoteSession.objects.get(ref=session.ref).person_id) == (True, None)


@pytest.mark.django_db
def test_another_seat_writes_nothing_down(call: Call) -> None:
    session = stranger(call)

    no = refused(
        lambda: hand_over.name_caller(
            ref=session.ref, name="赵小云", id_type="resident_id", id_number=number(), by=call.video.second, now=NOW
        )
    )

    assert no.slug == "changed-meanwhile"


@pytest.mark.race
def test_the_card_and_the_word_at_once_end_with_the_card(committed_call: Call) -> None:
    call = committed_call
    session, person = stranger(call), call.video.town.person(5)

    def by_word() -> str:
        try:
            said(call, session, id_number=number(47))
        except Refused as no:
            return no.slug
        return "said"

    def by_card() -> str:
        actions.named(ref=session.ref, person_id=person.pk, evidence=Evidence.CHIP, name="", by=PHONE_LINE, now=NOW)
        return "card"

    done = together(2, lambda n: (by_word, by_card)[n]())

    row = RemoteSession.objects.get(ref=session.ref)
    assert (set(done) <= {"said", "invalid", "card"}, "card" in done) == (True, True)
    assert (row.person_id, row.evidence, row.caller_name) == (person.pk, int(Evidence.CHIP), None)
    assert Appointment.objects.count() == 0
