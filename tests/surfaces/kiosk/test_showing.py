"""Show that it is you, at the machine: each way leads on by itself, a face is never first and never alone, and it ends with who
stood there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.journeys.person import at_kiosk as showing
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit.queries import trail
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.devices.ports import NoFace
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.models import KioskSession, Person
from tests.surfaces.kiosk.cards import chip
from tests.together import together
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db
HERE = "/kiosk/town"
THEN = "/kiosk/town/phone"
CLERK = Actor(ActorKind.STAFF, "7", "town")


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    real = identity.new_code
    monkeypatch.setattr(identity, "new_code", lambda **asked: sent.append(real(**asked)) or sent[-1])
    return sent


@pytest.fixture
def stands(opened: Town, machine: Client, kiosk: Device) -> Any:
    """Person 1, with a telephone confirmed long ago, whose card lies there."""
    Person.objects.filter(pk=opened.person(1).pk).update(phone_at=TUESDAY_NINE - timedelta(days=9))
    machine.post(f"{HERE}/mine", {"chip": chip(opened.person(1))})
    return opened.person(1)


def show(machine: Client) -> Any:
    return machine.get(f"{HERE}/show", {"then": THEN})


def post(machine: Client, way: str, **said: str) -> Any:
    return machine.post(f"{HERE}/show/{way}", {"then": THEN, **said})


def no_face(_device: str, _session: str) -> bool:
    return False


def nobody(_device: str, _session: str) -> bool:
    raise NoFace


def test_without_a_card_there_is_nobody_to_show(opened: Town, machine: Client) -> None:
    assert [machine.get(f"{HERE}/show{way}")["Location"] for way in ("", "/code", "/face", "/clerk")] == [
        f"{HERE}/mine"
    ] * 4


def test_a_face_is_offered_last_and_never_chosen_beforehand(stands: Any, machine: Client) -> None:
    page = show(machine).content.decode()

    order = [page.index(word) for word in ("给我的手机发短信验证码", "让工作人员看一下", "在这台机器上刷脸")]
    assert (order, "tile--primary" in page) == (sorted(order), False)


def test_a_code_to_the_number_confirmed_earlier_leads_back(stands: Any, machine: Client, codes: list[str]) -> None:
    show(machine)
    asked = post(machine, "code")
    done = post(machine, "code", code=codes[0])

    row = KioskSession.objects.get()
    assert ("138****0001" in said(asked), done["Location"]) == (True, THEN)
    assert (row.level, row.way, row.device, row.shown_at) == ("shown", "code", "town-kiosk-1", TUESDAY_NINE)
    assert trail(action="shown_at_machine")[0].facts == {"way": "code", "machine": "town-kiosk-1", "consent": False}
    assert show(machine)["Location"] == THEN


def test_three_wrong_codes_and_another_way_leads_on(stands: Any, machine: Client, codes: list[str]) -> None:
    show(machine)
    post(machine, "code")
    wrong = "000000" if codes[0] != "000000" else "111111"
    tries = [post(machine, "code", code=wrong) for _ in range(3)]
    right = post(machine, "code", code=codes[0])

    assert ["还可以试 2 次" in said(tries[0]), "还可以试 1 次" in said(tries[1])] == [True, True]
    assert "从下面换一种方式" in said(tries[2])
    assert ("短信验证码" in said(right), "让工作人员看一下" in said(right)) == (False, True)
    assert KioskSession.objects.get().level == "card"
    assert trail(action="not_shown_at_machine")[0].facts == {"way": "code", "machine": "town-kiosk-1"}


def test_a_number_proven_with_the_card_alone_today_says_nothing_more(stands: Any, machine: Client) -> None:
    Person.objects.filter(pk=stands.pk).update(phone_evidence=2, phone_at=TUESDAY_NINE - timedelta(hours=23))

    assert "短信验证码" not in said(show(machine))
    Person.objects.filter(pk=stands.pk).update(phone_at=TUESDAY_NINE - timedelta(hours=24))
    assert "短信验证码" in said(show(machine))


def test_a_face_is_compared_with_consent_alone_and_leads_on(stands: Any, machine: Client) -> None:
    show(machine)
    asked = machine.get(f"{HERE}/show/face", {"then": THEN})
    refused = post(machine, "face")
    still = KioskSession.objects.get().level
    done = post(machine, "face", consent="1")

    row = KioskSession.objects.get()
    assert ("照片不外传" in said(asked), refused.status_code, still) == (True, 409, "card")
    assert (done["Location"], row.way, row.consent_at) == (THEN, "face", TUESDAY_NINE)


@pytest.mark.parametrize("answer", [no_face, nobody])
def test_a_face_that_does_not_fit_leaves_the_other_ways(
    stands: Any, machine: Client, settings: Any, answer: Any
) -> None:
    settings.BANSHI_FACE_CHECK = f"{__name__}.{answer.__name__}"
    show(machine)
    last = [post(machine, "face", consent="1") for _ in range(3)][-1]

    assert ("刷脸" in said(last), "短信验证码" in said(last), last.status_code) == (False, True, 409)
    assert post(machine, "face", consent="1")["Location"].startswith(f"{HERE}/show?")
    assert KioskSession.objects.get().level == "card"


def test_where_nothing_compares_faces_none_is_asked_for(stands: Any, machine: Client, settings: Any) -> None:
    settings.BANSHI_FACE_CHECK = ""

    assert "刷脸" not in said(show(machine))


def test_a_machine_without_a_camera_asks_for_no_face(stands: Any, machine: Client, kiosk: Device) -> None:
    blind = MachineType.objects.create(code="blind", name_zh="打印机", name_en="Printer", parts=["screen"])
    Device.objects.filter(pk=kiosk.pk).update(type=blind)

    assert "刷脸" not in said(show(machine))


def test_a_clerk_vouches_and_the_page_goes_on_by_itself(stands: Any, machine: Client, opened: Town) -> None:
    show(machine)
    number = machine.get(f"{HERE}/show/clerk", {"then": THEN}).context["number"]
    waits = machine.get(f"{HERE}/show/now", {"then": THEN}, headers={"HX-Request": "true"})
    showing.vouch(hall=opened.hall, number=number, by=CLERK, now=TUESDAY_NINE)
    goes_on = machine.get(f"{HERE}/show/now", {"then": THEN}, headers={"HX-Request": "true"})

    row = KioskSession.objects.get()
    assert (waits.status_code, goes_on["HX-Redirect"]) == (204, THEN)
    assert (row.way, row.vouched_by, row.number) == ("clerk", "staff:7", "")
    with pytest.raises(Refused, match="nothing-found"):
        showing.vouch(hall=opened.hall, number=number, by=CLERK, now=TUESDAY_NINE)


def test_a_clerk_of_another_hall_vouches_for_nobody_here(stands: Any, machine: Client, opened: Town) -> None:
    show(machine)
    number = machine.get(f"{HERE}/show/clerk").context["number"]

    with pytest.raises(Refused, match="nothing-found"):
        showing.vouch(hall=opened.other_hall, number=number, by=CLERK, now=TUESDAY_NINE)


def test_it_ends_with_the_start_page_and_with_the_next_card(
    stands: Any, machine: Client, opened: Town, codes: list[str]
) -> None:
    show(machine)
    post(machine, "code")
    post(machine, "code", code=codes[0])
    machine.get(f"{HERE}/")

    assert KioskSession.objects.get().ended_at is not None
    machine.post(f"{HERE}/mine", {"chip": chip(stands)})
    assert show(machine).status_code == 200  # asked again


def test_it_ends_in_silence(stands: Any, machine: Client, codes: list[str]) -> None:
    show(machine)
    post(machine, "code")
    post(machine, "code", code=codes[0])
    KioskSession.objects.update(until=clock.wall())

    assert show(machine).status_code == 200


@pytest.mark.parametrize(
    "then", ["https://elsewhere.example/", "//elsewhere.example", "/kiosk/other/phone", "/office/", ""]
)
def test_it_leads_nowhere_but_to_pages_of_this_machine(
    stands: Any, machine: Client, codes: list[str], then: str
) -> None:
    machine.get(f"{HERE}/show", {"then": then})
    machine.post(f"{HERE}/show/code", {"then": then})

    assert machine.post(f"{HERE}/show/code", {"then": then, "code": codes[0]})["Location"] == f"{HERE}/mine"


@pytest.mark.django_db(transaction=True)
def test_one_code_typed_at_once_shows_it_once(stands: Any, machine: Client, codes: list[str]) -> None:
    show(machine)
    post(machine, "code")
    session = KioskSession.objects.get()
    by = Actor(ActorKind.KIOSK, "town-kiosk-1", "town")

    results = together(6, lambda _i: showing.by_code(session, code=codes[0], by=by, now=TUESDAY_NINE))

    assert (sum(isinstance(each, KioskSession) for each in results), len(trail(action="shown_at_machine"))) == (1, 1)
