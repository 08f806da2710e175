"""A code that somebody was given for another opens nothing once they may fetch no more, at window, cabinet and kiosk;
whoever applied gets a new one, once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from banshi.journeys.case import cabinets, codes, conclude, kiosk_print
from banshi.kernel.documents import generate_resident_id
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Cabinet, Delivery, Stay
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import PaperMandate, Person
from banshi.rooms.messaging.models import Message
from banshi.rooms.messaging.rules.templates import OPENS
from tests.journeys.case.test_agents import AGENT, CLIENTS, agent_of, fetched, opening, ready, slug
from tests.journeys.case.test_cabinets import KIOSK, TODAY, cabinet_of
from tests.journeys.case.test_kiosk_print import device_of
from tests.letters import letter
from tests.matters import SHOP, Matters
from tests.rooms.tickets.conftest import open_town
from tests.surfaces.citizen.cases import retell
from tests.together import together
from tests.town import CLERK, TUESDAY_NINE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIRM = "91350100M000100Y43"
TOMORROW = TUESDAY_NINE + DAY


@pytest.fixture(autouse=True)
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.BANSHI_SPOOL = settings.BANSHI_COURIER_FOLDER = tmp_path
    return tmp_path


def proven(matters: Matters) -> None:
    """The client's own telephone."""
    Person.objects.filter(pk=matters.person.pk).update(phone=CLIENTS, phone_evidence=3)


def code_of(case: Case) -> str:
    return Delivery.objects.get(case=case).code


def by_code(matters: Matters, case: Case, code: str, now: Any = TUESDAY_NINE) -> Case:
    return conclude.hand_over(case_no=case.no, code=code, by=matters.by["issuer"], now=now)


def anew() -> list[str | None]:
    """Where new codes were told."""
    rows = Message.objects.filter(key="case_code_anew", channel="", sealed__isnull=False)
    return list(rows.order_by("id").values_list("to", flat=True))


def in_cabinet(matters: Matters, row: PaperMandate) -> tuple[Cabinet, Case]:
    open_town(matters.town)
    cabinet = cabinet_of(matters.town)
    case = matters.decided(**opening(row))
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    cabinets.put(cabinets=[cabinet], case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    return cabinet, case


def test_the_window_takes_no_code_of_a_letter_that_ran_out_and_the_client_gets_another(matters: Matters) -> None:
    proven(matters)
    case, row = ready(matters, fetches=True, valid_until=TODAY)
    told = code_of(case)

    at_the_end = codes.renew_due(now=TUESDAY_NINE)
    tries = [slug(by_code, matters, case, told, TOMORROW) for _n in range(7)]
    at_counter = by_code(matters, case, code_of(case), TOMORROW)

    assert (at_the_end, set(tries), at_counter.phase) == (0, {"code-void"}, "closed")
    assert (anew(), Delivery.objects.get().tries_left) == ([CLIENTS], 5)
    assert Entry.objects.get(action="code-renewed").facts == {"rested_on": f"p{row.pk}"}


def test_a_letter_that_still_stands_opens_by_code_on_its_last_day(matters: Matters) -> None:
    proven(matters)
    case, _row = ready(matters, fetches=True, valid_until=TODAY)

    assert by_code(matters, case, code_of(case)).phase == "closed"
    assert anew() == []


def test_where_nobody_can_be_told_only_the_card_helps(matters: Matters) -> None:
    Person.objects.filter(pk=matters.person.pk).update(phone=None, phone_evidence=0)
    case, row = ready(matters, fetches=True)
    told = code_of(case)
    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    renewed = [codes.renew_due(now=TUESDAY_NINE) for _n in range(2)]

    assert (renewed, anew(), Delivery.objects.get().open_code) == ([1, 0], [], "")
    assert slug(by_code, matters, case, told) == "code-void"
    assert slug(by_code, matters, case, code_of(case)) == "code-wrong"
    done = conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)
    assert done.phase == "closed"


def test_the_job_voids_before_anybody_tries_and_tells_once(matters: Matters) -> None:
    proven(matters)
    case, row = ready(matters, fetches=True)
    told = code_of(case)
    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    renewed = [codes.renew_due(now=TUESDAY_NINE) for _n in range(2)]

    assert (renewed, anew(), code_of(case) == told) == ([1, 0], [CLIENTS], False)
    assert slug(by_code, matters, case, told) == "code-void"
    assert "case_code_anew" in OPENS  # what it says is masked where staff read it


def test_the_cabinet_stays_shut_and_the_new_code_opens_it(matters: Matters) -> None:
    proven(matters)
    row = letter(agent_of(matters), matters.person, fetches=True)
    cabinet, case = in_cabinet(matters, row)
    told = code_of(case)
    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    def picked(code: str) -> Stay:
        return cabinets.pick_up(cabinets=[cabinet], code=code, by=KIOSK, now=TUESDAY_NINE)

    shut = [slug(picked, told) for _n in range(7)]
    stay = picked(code_of(case))
    cabinets.taken(stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)

    case.refresh_from_db()
    assert (set(shut), anew(), case.phase) == ({"code-void"}, [CLIENTS], "closed")


def test_whoever_has_the_door_open_has_it_though_the_letter_ends_then(matters: Matters) -> None:
    proven(matters)
    row = letter(agent_of(matters), matters.person, fetches=True)
    cabinet, case = in_cabinet(matters, row)
    stay = cabinets.pick_up(cabinets=[cabinet], code=code_of(case), by=KIOSK, now=TUESDAY_NINE)

    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)
    renewed = codes.renew_due(now=TUESDAY_NINE)
    cabinets.taken(stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)

    case.refresh_from_db()
    assert (renewed, anew(), case.phase) == (0, [], "closed")


def test_a_door_that_did_not_open_after_all_is_asked_again(matters: Matters) -> None:
    proven(matters)
    row = letter(agent_of(matters), matters.person, fetches=True)
    cabinet, case = in_cabinet(matters, row)
    stay = cabinets.pick_up(cabinets=[cabinet], code=code_of(case), by=KIOSK, now=TUESDAY_NINE)
    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    cabinets.stayed_shut(stay_id=stay.pk, by=KIOSK, now=TUESDAY_NINE)

    assert (codes.renew_due(now=TUESDAY_NINE), anew()) == (1, [CLIENTS])


def test_the_kiosk_prints_nothing_by_a_code_that_is_void(matters: Matters, spool: Path) -> None:
    proven(matters)
    retell(matters, result={**SHOP["result"], "printable": True})
    case, row = ready(matters, fetches=True)
    told = code_of(case)
    identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)

    def printed(code: str) -> Any:
        return kiosk_print.print_result(
            hall=matters.town.hall, code=code, person_id=matters.person.pk, device=device_of(matters), by=KIOSK,
            now=TUESDAY_NINE,
        )  # fmt: skip

    voids = [slug(printed, told) for _n in range(2)]
    nothing = (spool / "pages").exists()
    printed(code_of(case))

    case.refresh_from_db()
    assert (voids, nothing, anew(), case.phase) == (["code-void"] * 2, False, [CLIENTS], "closed")


def test_while_a_machine_prints_it_nobody_else_hands_it_over(matters: Matters, monkeypatch: Any) -> None:
    retell(matters, result={**SHOP["result"], "printable": True})
    case, _row = ready(matters, fetches=True)
    seen: list[str] = []

    def meanwhile(**_more: Any) -> None:
        seen.append(slug(by_code, matters, case, code_of(case)))

    monkeypatch.setattr("banshi.journeys.case.kiosk_print.devices.print_pages", meanwhile)
    kiosk_print.print_result(
        hall=matters.town.hall, code=code_of(case), person_id=matters.person.pk, device=device_of(matters), by=KIOSK,
        now=TUESDAY_NINE,
    )  # fmt: skip

    case.refresh_from_db()
    assert (seen, case.phase, Delivery.objects.get().how) == (["changed-meanwhile"], "closed", "kiosk")


def test_a_guardians_code_is_good_until_the_eighteenth_birthday(matters: Matters) -> None:
    born = TUESDAY_NINE.date().replace(year=TUESDAY_NINE.year - 18) + DAY
    child = matters.person
    Person.objects.filter(pk=child.pk).update(id_number=generate_resident_id("441900", born, 11), phone=CLIENTS)
    child.refresh_from_db()
    other = agent_of(matters)
    proof = identity.prove_guardian(
        child_id=child.pk, relation="parent", name=other.name, id_type=other.id_type, id_number=other.id_number,
        paper="出生证明", by=CLERK, now=TUESDAY_NINE,
    )  # fmt: skip
    case = matters.decided(channel="window", account_id=None, contact=AGENT, guardian_id=proof.pk)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)
    told = code_of(case)

    on_the_last_day, after = codes.renew_due(now=TUESDAY_NINE), slug(by_code, matters, case, told, TOMORROW)

    assert (on_the_last_day, after, anew()) == (0, "code-void", [CLIENTS])


def test_a_removed_member_fetches_nothing_and_the_head_of_the_firm_is_told(matters: Matters) -> None:
    head, member = matters.town.person(3), matters.person
    Person.objects.filter(pk=head.pk).update(phone=CLIENTS, phone_evidence=3)
    firm = identity.enrol_organisation(uscc=FIRM, name="一号公司", by=CLERK, now=TUESDAY_NINE)
    for_firm: dict[str, Any] = {"organisation_id": firm.pk, "by": CLERK, "now": TUESDAY_NINE}
    identity.authorise_member(person_id=head.pk, role="legal", **for_firm)
    mine = identity.authorise_member(person_id=member.pk, role="agent", valid_until=date(2026, 12, 31), **for_firm)
    case = matters.decided(channel="window", account_id=None, contact=AGENT, organisation_id=firm.pk)
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)
    told = code_of(case)
    identity.end_member(member_id=mine.pk, by=CLERK, now=TUESDAY_NINE)

    assert slug(by_code, matters, case, told) == "code-void"
    assert (anew(), by_code(matters, case, code_of(case)).phase) == ([CLIENTS], "closed")


@pytest.mark.django_db(transaction=True)
def test_a_letter_ended_at_the_instant_of_fetching_comes_before_or_after(committed_matters: Matters) -> None:
    matters = committed_matters
    proven(matters)
    case, row = ready(matters, fetches=True)
    told = code_of(case)

    def act(i: int) -> str:
        if i == 0:
            identity.end_letter(letter_id=row.pk, by=CLERK, now=TUESDAY_NINE)
            return "ended"
        if i == 1:
            return str(codes.renew_due(now=TUESDAY_NINE))
        try:
            return by_code(matters, case, told).phase
        except Refused as refused:
            return refused.slug

    ended, *rest = together(8, act)

    case.refresh_from_db()
    closed = rest.count("closed")
    assert (ended, closed <= 1) == ("ended", True)
    assert case.phase == ("closed" if closed else "ready")
    assert set(rest[1:]) <= {"closed", "code-used", "code-void"}
    codes.renew_due(now=TUESDAY_NINE)
    assert len(anew()) == (0 if closed else 1)


def test_a_wrong_code_leaves_no_letter_behind_and_costs_a_try(matters: Matters) -> None:
    case, _row = ready(matters, fetches=True)
    before, seen = PaperMandate.objects.count(), conclude.Letter("written", "", TODAY)

    wrong = slug(fetched, matters, case, matters.town.person(3), seen, "00000000x")
    left = (PaperMandate.objects.count() - before, Delivery.objects.get().tries_left)
    done = fetched(matters, case, matters.town.person(3), seen)

    assert (wrong, left, done.phase) == ("code-wrong", (0, 4), "closed")
    assert PaperMandate.objects.count() == before + 1
