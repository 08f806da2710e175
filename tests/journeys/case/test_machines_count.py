"""What was done at a machine is counted there, once, with what came of it; what failed, or was done elsewhere, is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from banshi.journeys.case import bundles, by_rule, cabinets, paying
from banshi.journeys.person import own_phone
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.evidence import Evidence
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.models import Cabinet
from banshi.rooms.devices.models import Device, MachineUse
from banshi.rooms.devices.ports import PrinterTrouble
from banshi.rooms.fees.ports import Told
from banshi.rooms.identity import actions as identity
from tests.journeys.case.test_cabinets import cabinet as a_cabinet
from tests.journeys.case.test_cabinets import coded, jammed, passed, slug_of
from tests.journeys.case.test_kiosk_print import printed, ready, spool
from tests.matters import Matters
from tests.rules_of_shop import ruled, sure
from tests.standing import shown_there
from tests.town import TUESDAY_NINE, Town

__all__ = ["a_cabinet", "spool"]
KIOSK = Actor(ActorKind.KIOSK, "town-kiosk-1", "town")
MINUTE = timedelta(minutes=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kiosk(town: Town) -> Device:
    return Device.objects.create(
        hall=town.hall, code="town-kiosk-1", kind="kiosk", name="1 号自助机", printer="file:pages"
    )


@pytest.fixture
def cabinet(a_cabinet: Cabinet) -> Cabinet:
    return a_cabinet


def counted() -> list[tuple[str, str, str, bool]]:
    rows = MachineUse.objects.order_by("id").select_related("item", "device")
    return [(row.deed, row.key, row.item.code if row.item else "", row.matter) for row in rows]


def test_a_case_sent_and_decided_at_a_machine_is_one_matter(matters: Matters) -> None:
    case = sure(ruled(matters))
    shown_there(matters.person.pk)

    by_rule.submit(case_no=case.no, by=KIOSK, now=TUESDAY_NINE)

    assert counted() == [("apply", case.no, case.item.code, True), ("decided", case.no, case.item.code, False)]


def test_one_sent_from_the_telephone_is_no_machines(matters: Matters) -> None:
    bundles.submit(case_no=sure(ruled(matters)).no, by=matters.applicant, now=TUESDAY_NINE)

    assert counted() == []


def test_what_could_not_be_sent_was_not_applied_for(matters: Matters) -> None:
    assert slug_of(by_rule.submit, case_no=matters.opened().no, by=KIOSK, now=TUESDAY_NINE) != ""

    assert counted() == []


def test_each_printed_copy_is_counted_and_none_that_jammed(matters: Matters, monkeypatch: Any, spool: Path) -> None:
    case, code = ready(matters)

    def jams(address: str, data: bytes) -> None:
        raise PrinterTrouble("no_paper")

    with monkeypatch.context() as patched:
        patched.setattr("banshi.gateways.printers.send", jams)
        slug = slug_of(printed, matters, code)
    jammed_first = counted()
    printed(matters, code, now=TUESDAY_NINE + MINUTE)

    assert (slug, jammed_first) == ("printer-stuck", [])
    assert counted() == [("print", f"{case.no}:1", case.item.code, True)]


def test_a_drop_counts_once_its_door_is_open(matters: Matters, cabinet: Cabinet, settings: Any) -> None:
    case = passed(matters)
    jammed(settings, 1, 2, 3)
    stuck = slug_of(cabinets.drop, cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)
    before = counted()

    settings.BANSHI_JAMMED = frozenset()
    cabinet.cells.update(broken_at=None)
    stay = cabinets.drop(cabinets=[cabinet], case_no=case.no, by=KIOSK, now=TUESDAY_NINE)

    assert (stuck, before) == ("door-stuck", [])
    assert counted() == [("drop", f"{case.no}:{stay.pk}", case.item.code, True)]


def test_a_result_fetched_counts_once_however_often_its_door_opens(matters: Matters, cabinet: Cabinet) -> None:
    case, code = coded(cabinet, matters)

    for minute in (0, 1):
        stay = cabinets.fetch(cabinets=[cabinet], code=code, by=KIOSK, now=TUESDAY_NINE + minute * MINUTE)
    slug_of(cabinets.fetch, cabinets=[cabinet], code="00000000", by=KIOSK, now=TUESDAY_NINE)

    assert counted() == [("pickup", f"{case.no}:{stay.pk}", case.item.code, True)]


@pytest.mark.parametrize(("way", "expected"), [("kiosk", ["payment"]), ("qr", [])])
def test_what_was_paid_at_a_machine_counts_there_whoever_tells_us(
    matters: Matters, settings: Any, tmp_path: Path, way: str, expected: list[str]
) -> None:
    settings.BANSHI_TILL_FOLDER = tmp_path
    case = matters.owing()
    by = KIOSK if way == "kiosk" else matters.applicant

    payment = paying.by_till(case_no=case.no, way=way, by=by, now=TUESDAY_NINE)
    begun = counted()
    for _ in range(2):
        paying.told(reference=payment.reference, said=Told("paid", 8000, "T-1"), now=TUESDAY_NINE)

    assert begun == []
    assert [(deed, key) for deed, key, *_ in counted()] == [(deed, case.no) for deed in expected]
    assert Case.objects.get(pk=case.pk).fee_due_on is None


def test_a_contact_changed_counts_once_a_day_and_says_nobodys_number(town: Town) -> None:
    person = town.person(1)
    code = identity.new_code(phone="13700137009", browser="b", now=TUESDAY_NINE)

    own_phone.prove(person_id=person.pk, phone="13700137009", code=code, browser="b", by=KIOSK, now=TUESDAY_NINE)
    own_phone.move_messages(person_id=person.pk, by=KIOSK, now=TUESDAY_NINE + MINUTE)

    ((deed, key, item, matter),) = counted()
    assert (deed, item, matter, len(key)) == ("contact", "", True, 64)
    assert Evidence.CHIP is Evidence(type(person).objects.get(pk=person.pk).phone_evidence)
