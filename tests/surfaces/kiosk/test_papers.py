"""Papers from a USB stick: by the card alone, for the own cases of this hall, told file by file, handed in when all is there."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Case, CaseMaterial
from tests.matters import Matters, matters_of
from tests.surfaces.kiosk.cards import chip
from tests.town import TUESDAY_NINE, Town

pytestmark = pytest.mark.django_db


def photo(colour: str = "white") -> SimpleUploadedFile:
    into = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(into, "JPEG")
    return SimpleUploadedFile("scan.jpg", into.getvalue(), "image/jpeg")


def ask(machine: Client, **said: Any) -> Any:
    return machine.post("/kiosk/town/papers", said)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def matters(opened: Town) -> Matters:
    return matters_of(opened)


def to_supplement(matters: Matters) -> Case:
    """The lease is missing, which was told."""
    case = matters.received(papers=("id", "photo"))
    missing = [cases.Missing("lease", "没有带", "material")]
    return cases.give_notice(case_no=case.no, missing_now=missing, by=matters.by["receiver"], now=TUESDAY_NINE)


def test_the_card_shows_the_case_and_what_is_told_to_come_is_sent_and_handed_in(
    matters: Matters, machine: Client
) -> None:
    case = to_supplement(matters)

    shown = ask(machine, chip=chip(matters.person))
    step = shown.context["step"]
    sent = ask(machine, step=step, case=case.no, code="lease", file=[photo(), photo("grey")])
    done = ask(machine, step=sent.context["step"], case=case.no, hand_in="1")

    assert ("租约" in said(shown), f"/cases/{case.no}/papers/" not in said(shown)) == (True, True)
    assert ("收到 2 个文件" in said(sent), "都齐了，提交" in said(sent), "都齐了，提交" in said(shown)) == (
        True,
        True,
        False,
    )
    case.refresh_from_db()
    assert (done.status_code, case.phase) == (200, "received")
    rows = CaseMaterial.objects.filter(case=case, code="lease").order_by("id")
    assert {(row.channel, row.trust, row.by.split(":")[0]) for row in rows} == {("usb", "C", "kiosk")}


def test_of_several_cases_one_is_chosen_and_a_bad_file_says_why_at_its_paper(matters: Matters, machine: Client) -> None:
    one, other = matters.opened(), matters.opened()
    step = ask(machine, chip=chip(matters.person)).context["step"]

    page = ask(machine, step=step, case=one.no)
    bad = ask(machine, step=step, case=one.no, code="lease", file=SimpleUploadedFile("x.exe", b"MZ\x90 no picture"))

    assert other.no not in said(page)
    assert (bad.status_code, "只收照片" in said(bad), bad.context["at"]) == (422, True, "lease")
    assert CaseMaterial.objects.count() == 0
    assert "都齐了，提交" not in said(page)  # a draft is checked and sent by whoever filled it


def test_a_typed_number_opens_nothing_and_nobody_elses_case_is_found(
    matters: Matters, machine: Client, opened: Town
) -> None:
    case = matters.opened()
    typed = ask(machine, presented=matters.person.id_number)
    stranger = next(p for p in (opened.person(i) for i in (1, 2, 3)) if p.pk != matters.person.pk)
    step = ask(machine, chip=chip(stranger)).context["step"]

    answers = [
        ask(machine, step=step, case=case.no),
        ask(machine, step=step, case=case.no, code="lease", file=photo()),
        ask(machine, step=step, case=case.no, hand_in="1"),
    ]

    assert (typed.status_code, "step" in typed.context) == (422, False)
    assert [answer.status_code for answer in answers] == [404] * 3
    assert CaseMaterial.objects.count() == 0


def test_a_step_that_is_too_old_or_of_another_hall_asks_for_the_card_again(
    matters: Matters, machine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = matters.opened()
    step = ask(machine, chip=chip(matters.person)).context["step"]
    monkeypatch.setattr("banshi.foundation.clock.now", lambda: TUESDAY_NINE + timedelta(minutes=16))

    late = ask(machine, step=step, case=case.no, code="lease", file=photo())

    assert (late.status_code, CaseMaterial.objects.count()) == (422, 0)
    assert ask(machine, step="made up", case=case.no).status_code == 422
