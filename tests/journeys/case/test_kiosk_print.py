"""Results printed at a kiosk: by card and code, once, counted where they came out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from banshi.journeys.case import charging, conclude, courier, kiosk_print
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.models import Case, CasePaper
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Delivery, Printing
from banshi.rooms.devices.models import Device
from banshi.rooms.devices.ports import PrinterTrouble
from tests.journeys.case.test_cabinets import slug_of
from tests.matters import SHOP, Matters
from tests.surfaces.citizen.cases import retell
from tests.together import together
from tests.town import TUESDAY_NINE

KIOSK = Actor(ActorKind.KIOSK, "kiosk-1", "town")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def spool(settings: Any, tmp_path: Path) -> Path:
    settings.BANSHI_SPOOL = settings.BANSHI_COURIER_FOLDER = tmp_path
    return tmp_path


def device_of(matters: Matters, n: int = 1) -> Device:
    return Device.objects.get_or_create(
        hall=matters.town.hall, code=f"town-kiosk-{n}", kind="kiosk", name=f"{n} 号自助机", printer="file:pages"
    )[0]


def ready(matters: Matters, *, printable: bool = True) -> tuple[Case, str]:
    retell(matters, result={**SHOP["result"], "printable": printable})
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE)
    return case, deliveries.code_for_applicant(case)


def printed(matters: Matters, code: str, now: Any = TUESDAY_NINE, **more: Any) -> Printing:
    asked = {"hall": matters.town.hall, "person_id": matters.person.pk, "device": device_of(matters), "by": KIOSK}
    return kiosk_print.print_result(**{**asked, "code": code, "now": now, **more})


def test_card_and_code_print_it_once_and_that_hands_it_over(matters: Matters, spool: Path) -> None:
    case, code = ready(matters)

    printed(matters, code)

    row = Delivery.objects.get()
    assert (spool / "pages").read_bytes().startswith(b"%PDF")
    assert (Case.objects.get(pk=case.pk).phase, row.how, row.by_what) == ("closed", "kiosk", "code")
    assert [step.what for step in deliveries.trail(case)] == ["ready", "printed", "handed_kiosk"]
    assert slug_of(printed, matters, code) == "code-used"


def test_what_did_not_come_out_is_not_handed_over(matters: Matters, monkeypatch: pytest.MonkeyPatch) -> None:
    case, code = ready(matters)

    def jams(address: str, data: bytes) -> None:
        raise PrinterTrouble("no_paper")

    with monkeypatch.context() as patched:
        patched.setattr("banshi.gateways.printers.send", jams)
        slug = slug_of(printed, matters, code)
    handed = Case.objects.get(pk=case.pk).phase
    printed(matters, code)

    assert (slug, handed) == ("printer-stuck", "ready")
    assert list(Printing.objects.order_by("id").values_list("state", "n")) == [("jammed", 1), ("printed", 1)]
    assert Case.objects.get(pk=case.pk).phase == "closed"


@pytest.mark.parametrize("who", ["other", "wrong", "hall"])
def test_another_card_another_code_and_another_hall_print_nothing(matters: Matters, who: str) -> None:
    case, code = ready(matters)
    more: dict[str, Any] = {
        "other": {"person_id": matters.person.pk + 1}, "wrong": {}, "hall": {"hall": matters.town.other_hall},
    }[who]  # fmt: skip

    assert slug_of(printed, matters, "00000000" if who == "wrong" else code, **more) == "code-wrong"
    assert Case.objects.get(pk=case.pk).phase == "ready"


def test_a_card_is_no_sheet_of_paper(matters: Matters) -> None:
    _case, code = ready(matters, printable=False)

    assert slug_of(printed, matters, code) == "way-not-here"


def test_what_is_with_the_courier_is_not_printed(matters: Matters) -> None:
    case, code = ready(matters)
    to = courier.Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号")
    courier.wish(case_no=case.no, how="courier", receiver=to, by=matters.applicant, now=TUESDAY_NINE)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    courier.post(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)

    assert slug_of(printed, matters, code) == "code-wrong"


def test_a_machine_that_died_over_it_leaves_it_to_the_next(matters: Matters) -> None:
    case, code = ready(matters)
    Printing.objects.create(case=case, n=1, at=TUESDAY_NINE, by=str(KIOSK))

    soon = slug_of(printed, matters, code, TUESDAY_NINE + MINUTE)
    printed(matters, code, TUESDAY_NINE + 2 * MINUTE)

    assert soon == "changed-meanwhile"
    assert list(Printing.objects.order_by("id").values_list("state", flat=True)) == ["jammed", "printed"]


def ended(matters: Matters, case: Case, now: Any = TUESDAY_NINE) -> Case:
    second = int(matters.by["second_supervisor"].id or 0)
    asked: dict[str, Any] = {"reason": "重复", "second_by": second, "second_may": True}
    return charging.terminate(case_no=case.no, by=matters.by["supervisor"], now=now, **asked)


def test_while_a_machine_prints_it_nobody_ends_the_case_or_posts_it(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, code = ready(matters)
    to = courier.Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号")
    courier.wish(case_no=case.no, how="courier", receiver=to, by=matters.applicant, now=TUESDAY_NINE)
    courier.consign(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    said: list[str] = []

    def prints(address: str, data: bytes) -> None:
        said.append(slug_of(ended, matters, case))
        said.append(slug_of(courier.post, case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE))

    monkeypatch.setattr("banshi.gateways.printers.send", prints)
    printed(matters, code)

    assert said == ["changed-meanwhile", "changed-meanwhile"]
    assert Case.objects.get(pk=case.pk).phase == "closed"


def test_a_printer_that_takes_too_long_does_not_keep_a_case_and_hands_over_nothing_that_ended(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, code = ready(matters)

    def prints(address: str, data: bytes) -> None:
        ended(matters, case, TUESDAY_NINE + 2 * MINUTE)
        Printing.objects.filter(ended_at=None).update(state="jammed", ended_at=TUESDAY_NINE + 2 * MINUTE)

    monkeypatch.setattr("banshi.gateways.printers.send", prints)

    assert slug_of(printed, matters, code) == "changed-meanwhile"
    assert Case.objects.get(pk=case.pk).phase == "terminated"
    assert not Printing.objects.filter(state="printed").exists()


def test_what_holds_no_more_is_not_printed_again(matters: Matters) -> None:
    matters.town.policy(delivery={"kiosk_prints": 3})
    case, code = ready(matters)
    printed(matters, code)
    CasePaper.objects.filter(case=case, kind="licence").update(ended_at=TUESDAY_NINE)

    assert slug_of(printed, matters, code) == "way-not-here"


@pytest.mark.django_db(transaction=True)
def test_who_ends_it_and_a_machine_that_prints_it_together_are_one_of_them(committed_matters: Matters) -> None:
    case, code = ready(committed_matters)
    device_of(committed_matters)

    results = together(2, lambda i: printed(committed_matters, code) if i else ended(committed_matters, case))
    phase = Case.objects.get(pk=case.pk).phase

    assert sum(isinstance(r, (Printing, Case)) for r in results) == 1
    assert (Printing.objects.filter(state="printed").count(), phase) in ((1, "closed"), (0, "terminated"))


@pytest.mark.django_db(transaction=True)
def test_two_machines_that_print_together_print_one(committed_matters: Matters) -> None:
    case, code = ready(committed_matters)
    machines = [device_of(committed_matters, n) for n in (1, 2)]

    results = together(2, lambda i: printed(committed_matters, code, device=machines[i]))

    assert sum(isinstance(r, Printing) for r in results) == 1
    assert {r.slug for r in results if isinstance(r, Refused)} <= {"changed-meanwhile", "code-used", "code-wrong"}
    assert (Printing.objects.filter(state="printed").count(), Case.objects.get(pk=case.pk).phase) == (1, "closed")
