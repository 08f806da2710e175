"""The office sees its seals and what waits for one, replaces a seal from a day on, has it tried again: of its own hall alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from banshi.foundation import clock
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import PaperSeal
from banshi.rooms.seals import actions
from banshi.rooms.seals.models import Seal
from tests.matters import matters_of
from tests.signers import Down, a_seal, sealing
from tests.surfaces.office.editing import manager, office  # noqa: F401 – fixtures
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db


@pytest.fixture
def seal(office, settings: Any, tmp_path: Path) -> Seal:  # noqa: F811
    sealing(settings, tmp_path)
    return actions.seal_for(hall=office.hall, department=None, now=TUESDAY_NINE)


def at(name: str, seal: Seal | None = None) -> str:
    return reverse(f"office:{name}", kwargs={"hall": "town", **({"seal": seal.key} if seal else {})})


def test_a_seal_is_shown_with_its_certificate_and_its_picture(manager, seal: Seal):  # noqa: F811
    page = manager.get(at("seal", seal)).content.decode()

    assert [part for part in (seal.words, seal.serial, seal.certificate, seal.key) if part not in page] == []
    assert "PRIVATE" not in page
    assert 'src="data:image/svg+xml;base64,PHN2Zy' in page
    assert at("seal", seal) in manager.get(at("seals")).content.decode()


def test_a_seal_is_replaced_from_a_day_on_with_a_trace(manager, seal: Seal):  # noqa: F811
    manager.post(at("seal_replace", seal), {"on": "2026-03-13"})

    new = Seal.objects.get(no=2)
    assert (new.key, new.starts_at.isoformat()) == ("town-2", "2026-03-12T16:00:00+00:00")
    entry = Entry.objects.get(action="seal-replaced")
    assert (entry.subject, entry.hall, entry.facts["replaces"]) == ("seal:town-2", "town", seal.key)


@pytest.mark.parametrize(("day", "status"), [("2026-03-09", 409), ("morgen", 422)])
def test_what_is_no_day_to_come_replaces_nothing(manager, seal: Seal, day: str, status: int):  # noqa: F811
    assert manager.post(at("seal_replace", seal), {"on": day}).status_code == status
    assert Seal.objects.count() == 1


def test_a_seal_that_was_replaced_meanwhile_is_replaced_once(manager, seal: Seal):  # noqa: F811
    manager.post(at("seal_replace", seal))

    assert manager.post(at("seal_replace", seal)).status_code == 409
    assert Seal.objects.count() == 2


def test_what_the_signer_does_not_seal_lights_up_and_is_tried_again(manager, office, seal: Seal):  # noqa: F811
    matters_of(office).received()
    cases.make_due(now=TUESDAY_NINE)
    overview = reverse("office:overview", kwargs={"hall": "town"})
    before = manager.get(overview).content.decode()
    wall = clock.wall()
    for _ in range(3):
        wall += timedelta(hours=1)
        cases.seal_due(signer=Down(), now=TUESDAY_NINE, wall=wall)

    page = manager.get(at("seals")).content.decode()
    row = PaperSeal.objects.get()

    assert (row.paper.printed in page, "down, ring ***" in page, "13800138000" in page) == (True, True, False)
    needs = "1 份文书没能盖章"
    assert (needs in before, needs in manager.get(overview).content.decode()) == (False, True)
    manager.post(at("seals_again"))
    assert PaperSeal.objects.get().next_at <= clock.wall()


def test_a_paper_that_cannot_be_printed_is_listed_with_its_characters_and_what_to_do(manager, office, seal: Seal):  # noqa: F811
    matters_of(office).received(name="李\U0002a6d6")
    cases.make_due(now=TUESDAY_NINE)

    page = manager.get(at("seals")).content.decode()

    assert ("U+2A6D6" in page, "BANSHI_PAPER_FONTS" in page, "等待盖章" in page) == (True, True, False)
    assert "1 份文书打印不出来" in manager.get(reverse("office:overview", kwargs={"hall": "town"})).content.decode()


def test_another_halls_seals_are_not_here(manager, office, seal: Seal):  # noqa: F811
    theirs = a_seal(office.other_hall)

    assert theirs.key not in manager.get(at("seals")).content.decode()
    assert manager.get(at("seal", theirs)).status_code == 404
    assert manager.post(at("seal_replace", theirs)).status_code == 404
    assert Seal.objects.filter(hall=office.other_hall).count() == 1
