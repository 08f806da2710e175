"""At 23:40 the hall is closed and nobody works: a licence is decided by rule at the machine, with its trace, and printed; what is
doubtful waits for a person with all that was entered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.foundation import clock
from banshi.rooms.audit.queries import trail
from banshi.rooms.cases import queries
from banshi.rooms.cases.models import Case
from banshi.rooms.devices.models import Device
from banshi.rooms.identity import actions as identity
from tests.matters import SHOP, Matters, matters_of
from tests.rules_of_shop import PACK, RULED, publish, switched_on
from tests.surfaces.kiosk.cards import chip
from tests.surfaces.kiosk.test_filling import HERE, fill, said
from tests.town import Town, at

pytestmark = pytest.mark.django_db
NIGHT = at("2026-03-10 23:40")


@pytest.fixture
def night(opened: Town, settings: Any, tmp_path: Path, set_time: Callable[[datetime], None], kiosk: Device) -> Matters:
    settings.BANSHI_SPOOL = tmp_path
    found = matters_of(opened)
    publish({**RULED, "by_rule": PACK, "result": {**SHOP["result"], "printable": True}})
    switched_on(found)
    set_time(NIGHT)
    return found


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    sent: list[str] = []
    real = identity.new_code
    monkeypatch.setattr(identity, "new_code", lambda **asked: sent.append(real(**asked)) or sent[-1])
    return sent


def filled(machine: Client, night: Matters, premises: str = "own") -> Case:
    machine.post(f"{HERE}/mine", {"chip": chip(night.person)}, follow=True)
    machine.post(f"{HERE}/begin/pension/new", {"a": [f"premises:{premises}", "food:no"]})
    case = Case.objects.get()
    clock.forget()
    clock.set_clock(now=at("2026-03-10 23:41"), speed=0)
    fill(machine, case, name="小镇书店", address="一号路 2 号", phone="13800138000")
    return case


def send(machine: Client, case: Case, codes: list[str]) -> Any:
    check = f"{HERE}/mine/{case.no}/check"
    led = machine.post(check)["Location"]
    then = {"then": f"{check}?shown=1"}
    machine.get(led)
    machine.post(f"{HERE}/show/code", then)
    back = machine.post(f"{HERE}/show/code", {**then, "code": codes[0]})
    assert back["Location"] == then["then"]
    return machine.post(check, follow=True)


def test_a_licence_is_decided_and_printed(night: Matters, machine: Client, codes: list[str], tmp_path: Path) -> None:
    case = filled(machine, night)
    sent = send(machine, case, codes)
    number = sent.context["document"]
    printed = machine.post(f"{HERE}/documents", {"document": number})

    case.refresh_from_db()
    run = case.rule_runs.get()
    assert (case.granted, case.phase, case.outcome) == (True, "closed", "granted")
    assert (run.outcome, {each["held"] for each in run.trace}, len(run.trace) >= 4) == ("grant", {True}, True)
    assert ("现在打印证照" in said(sent), "取走你的纸" in said(printed)) == (True, True)
    assert [row.facts["document"] for row in trail(action="document-printed")] == [number]
    assert any(file.stat().st_size for file in tmp_path.iterdir())


def test_what_is_doubtful_goes_to_a_person_and_keeps_what_was_entered(
    night: Matters, machine: Client, codes: list[str]
) -> None:
    case = filled(machine, night, premises="rented")
    sent = send(machine, case, codes)

    case.refresh_from_db()
    assert (case.granted, case.phase) == (None, "pre_review")
    assert ("由工作人员来看" in said(sent), sent.context["document"]) == (True, "")
    assert queries.form_of(case)["name"] == "小镇书店"


def test_who_shows_nothing_more_than_a_card_leaves_it_to_a_person(night: Matters, machine: Client) -> None:
    case = filled(machine, night)
    check = f"{HERE}/mine/{case.no}/check"
    led = machine.post(check)["Location"]
    offered = machine.get(led).context["send_without"]
    page = machine.get(offered)
    sent = machine.post(offered, follow=True)

    case.refresh_from_db()
    assert (offered, "由工作人员来办" in said(page)) == (f"{check}?by_person=1", True)
    assert (sent.status_code, case.granted, case.phase) == (200, None, "pre_review")
    assert queries.form_of(case)["name"] == "小镇书店"
