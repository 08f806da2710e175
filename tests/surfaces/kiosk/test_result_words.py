"""How what was granted is had, said at the machine by what the matter and the case say of it, and never a way for nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from banshi.foundation import clock
from banshi.journeys.case import by_rule, conclude, courier
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.actions import Receiver
from banshi.rooms.devices.models import Device
from banshi.surfaces.kiosk.place import Place
from banshi.surfaces.kiosk.result import result_words
from tests.matters import SHOP, Matters, matters_of
from tests.rules_of_shop import ruled
from tests.signers import Plain, sealing
from tests.surfaces.citizen.cases import retell
from tests.surfaces.kiosk.test_filling import HERE, ready_to_send, show_first
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
WINDOW = "正在制作结果。好了以后，凭身份证到出件窗口领取。"
READY = "结果已经好了：凭身份证到出件窗口领取。"
REPLY = {"kind": "reply", "name_zh": "备案回执", "name_en": "Filing receipt"}


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


def words(place: Place, case: Case) -> str:
    with override("zh-hans"):
        return result_words(place, queries.case_by_no(case.no))


def here(matters: Matters, device: Device | None = None) -> Place:
    """As the machine sees it: the hall, its policy, its printer."""
    from banshi.rooms.places.queries import policy_of

    policy = policy_of(matters.town.hall.pk, now=TUESDAY_NINE)
    return Place(hall=matters.town.hall, device=device, policy=policy, now=TUESDAY_NINE)


def test_a_reply_that_waits_for_its_seal_sends_nobody_to_a_window_and_then_lies_with_the_case(
    matters: Matters, machine: Client, kiosk: Device, settings: Any, tmp_path: Path
) -> None:
    sealing(settings, tmp_path)
    ruled(matters)
    retell(matters, result=REPLY)
    case = ready_to_send(machine, matters)
    show_first(machine, case)

    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)
    waiting = Case.objects.get().phase
    cases.make_due(now=clock.now())
    cases.seal_due(signer=Plain(), now=clock.now(), wall=clock.wall())
    by_rule.give_sealed(now=clock.now())
    given = machine.get(f"{HERE}/mine/{case.no}/sent")

    assert (waiting, Case.objects.get().phase) == ("issuing", "closed")
    assert sent.context["next"] == ["结果是电子文件，稍后就在手机的办件页面里，不用去领。"]
    assert given.context["next"] == ["结果是电子文件，在手机的办件页面里。"]


def test_what_rules_grant_and_is_no_file_is_fetched_at_the_window(
    matters: Matters, machine: Client, kiosk: Device
) -> None:
    ruled(matters, electronic=False)
    case = ready_to_send(machine, matters)
    show_first(machine, case)

    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)

    assert sent.context["next"] == [WINDOW]


def test_a_certificate_lies_in_the_library_too(matters: Matters, machine: Client, kiosk: Device) -> None:
    ruled(matters)
    case = ready_to_send(machine, matters)
    show_first(machine, case)

    sent = machine.post(f"{HERE}/mine/{case.no}/check", follow=True)

    assert sent.context["next"] == ["结果是电子文件，在手机的办件页面和“我的数据”里。"]
    case.refresh_from_db()
    assert case.phase == "closed"


def test_each_other_way_is_named_as_it_was_chosen_and_as_it_stands(matters: Matters, kiosk: Device) -> None:
    retell(matters, result={**SHOP["result"], "printable": True})
    place, issuer = here(matters, kiosk), matters.by["issuer"]
    matters.town.policy(delivery={"courier": True})
    case = matters.decided()
    said = [words(place, case)]

    to = Receiver("陈小红", "13900139000", "东莞市南城街道一号路 8 号 201")
    courier.wish(case_no=case.no, how="courier", receiver=to, by=matters.applicant, now=TUESDAY_NINE)
    said.append(words(place, case))
    conclude.issue(case_no=case.no, by=issuer, now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-1", by=issuer, now=TUESDAY_NINE)
    said.append(words(place, case))
    courier.wish(case_no=case.no, how="counter", by=matters.applicant, now=TUESDAY_NINE)
    said.append(words(place, case))
    said.append(words(here(matters), case))
    conclude.hand_over(case_no=case.no, identified=True, how="counter", by=issuer, now=TUESDAY_NINE)
    said.append(words(place, case))

    assert said == [
        WINDOW,
        "正在制作结果，好了就寄给你。",
        "结果已经好了，会寄给你。",
        f"{READY}也可以在这台机器上打印：先输取件码，再放身份证。",
        READY,
        "结果已经领走。",
    ]
