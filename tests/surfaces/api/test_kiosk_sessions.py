"""Somebody at a machine over HTTP: card, one more way, what they do there, gone; for the machine's own key alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banshi.foundation import clock
from banshi.journeys.case import conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.queries import trail
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import MachineOffer
from banshi.rooms.devices import actions
from banshi.rooms.devices.models import Device, MachineType
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity.actions import at_machine
from banshi.rooms.identity.models import KioskSession
from tests.matters import SHOP, Matters, matters_of
from tests.surfaces.api.conftest import Calls
from tests.surfaces.citizen.cases import retell
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def matters(calls: Calls, settings: Any, tmp_path: Path) -> Matters:
    settings.BANSHI_SPOOL = tmp_path
    found = matters_of(calls.town)
    retell(found, result={**SHOP["result"], "printable": True})
    return found


@pytest.fixture
def key(calls: Calls, matters: Matters) -> str:
    Device.objects.create(hall=calls.town.hall, code="k-1", kind="machine", name="一号机", printer="file:pages")
    code = actions.new_secret(code="k-1", by=SYSTEM, now=TUESDAY_NINE)
    return calls("post", "/devices/k-1/enrol", "", {"code": code}).json()["key"]


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    real = identity.new_code
    monkeypatch.setattr(identity, "new_code", lambda **asked: sent.append(real(**asked)) or sent[-1])
    return sent


def card(person: Any) -> dict[str, str]:
    return {"id_type": person.id_type, "id_number": person.id_number, "name": person.name}


def begin(calls: Calls, key: str, matters: Matters, device: str = "k-1") -> Any:
    return calls("post", "/kiosk-sessions", key, {"device": device, "card": card(matters.person)})


def what(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "").rsplit("/", 1)[-1]


def test_a_card_then_a_code_shows_it_and_it_ends(calls: Calls, key: str, matters: Matters, codes: list[str]) -> None:
    began = begin(calls, key, matters)
    here = f"/kiosk-sessions/{began.json()['id']}"
    sent = calls("post", f"{here}/code", key, {})
    wrong = calls("post", f"{here}/code", key, {"code": "000000" if codes[0] != "000000" else "111111"})
    done = calls("post", f"{here}/code", key, {"code": codes[0]})
    gone = calls("delete", here, key)

    assert (began.status_code, began.json()["level"], began.json()["ways"]) == (201, "card", ["code", "clerk", "face"])
    assert sent.json()["phone"].endswith("0001")
    assert (what(wrong), wrong.json()["facts"]["left"]) == ((409, "code-wrong"), 2)
    assert (done.json()["level"], done.json()["ways"]) == ("shown", [])
    assert (gone.status_code, what(calls("post", f"{here}/code", key, {}))) == (204, (404, "nothing-found"))


def test_a_face_counts_with_consent_alone_and_three_times(calls: Calls, key: str, matters: Matters) -> None:
    here = f"/kiosk-sessions/{begin(calls, key, matters).json()['id']}"

    said = [
        what(calls("post", f"{here}/face", key, body))
        for body in (
            {"consent": False, "matched": True}, {"consent": True, "matched": False}, {"consent": True},
            {"consent": True, "matched": False}, {"consent": True, "matched": True},
        )
    ]  # fmt: skip

    assert said == [(409, "consent-missing"), *[(409, "way-not-shown")] * 4]
    assert (KioskSession.objects.get().level, KioskSession.objects.get().face_misses) == ("card", 3)


def test_another_machines_key_and_one_of_no_machine_open_nothing(calls: Calls, key: str, matters: Matters) -> None:
    here = f"/kiosk-sessions/{begin(calls, key, matters).json()['id']}"
    Device.objects.create(hall=calls.town.hall, code="k-2", kind="machine", name="二号机")
    code = actions.new_secret(code="k-2", by=SYSTEM, now=TUESDAY_NINE)
    other = calls("post", "/devices/k-2/enrol", "", {"code": code}).json()["key"]

    answers = [calls("post", f"{here}/face", each, {"consent": True, "matched": True}) for each in (other, "kiosk")] + [
        begin(calls, other, matters),
        begin(calls, "kiosk", matters),
    ]

    assert [what(each) for each in answers] == [(404, "nothing-found")] * 4


def test_documents_are_printed_once_shown_and_not_before(calls: Calls, key: str, matters: Matters) -> None:
    case = matters.decided()
    for act in (
        lambda: conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE),
        lambda: conclude.shelve(case_no=case.no, place="A-1", by=matters.by["issuer"], now=TUESDAY_NINE),
        lambda: conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE),
    ):
        act()
    number = conclude.result_of(Case.objects.get(pk=case.pk)).number  # type: ignore[union-attr]
    here = f"/kiosk-sessions/{begin(calls, key, matters).json()['id']}"

    before = calls("post", f"{here}/prints", key, {"document": number})
    calls("post", f"{here}/face", key, {"consent": True, "matched": True})
    done = calls("post", f"{here}/prints", key, {"document": number})
    strange = calls("post", f"{here}/prints", key, {"document": "X-1"})

    assert (what(before), done.json()) == ((403, "show-first"), {"document": number, "pages": 1})
    assert (what(strange), len(trail(action="document-printed"))) == ((404, "nothing-found"), 1)


def test_a_matter_is_begun_that_the_kind_begins(calls: Calls, key: str, matters: Matters) -> None:
    here = f"/kiosk-sessions/{begin(calls, key, matters).json()['id']}"
    began = calls("post", f"{here}/cases", key, {"item": "pension", "answers": {"premises": "own", "food": "no"}})
    kind = MachineType.objects.create(code="cards", name_zh="卡机", name_en="Cards", parts=["screen"])
    MachineOffer.objects.create(type="cards", items=[], deeds=[])
    Device.objects.filter(code="k-1").update(type=kind)
    not_here = calls("post", f"{here}/cases", key, {"item": "pension", "anyway": True})

    assert (began.status_code, began.json()) == (201, {"case": Case.objects.get().no, "phase": "draft"})
    assert calls("get", f"/cases/{Case.objects.get().no}", key).status_code == 200
    assert what(not_here) == (409, "item-not-here")


def test_a_clerk_vouches_by_the_number_on_the_screen(calls: Calls, key: str, matters: Matters) -> None:
    ref = begin(calls, key, matters).json()["id"]
    number = at_machine.number_to_vouch(ref=ref, at=clock.wall(), draw=lambda: "4821")
    by = matters.by["receiver"]

    from banshi.journeys.person import at_kiosk

    at_kiosk.vouch(hall=calls.town.hall, number=number, by=by, now=TUESDAY_NINE)

    row = KioskSession.objects.get()
    assert (row.level, row.way, row.vouched_by) == ("shown", "clerk", str(by))
    assert what(calls("post", "/halls/town/kiosk-sessions/vouch", key, {"number": "4821"})) == (403, "not-allowed")
