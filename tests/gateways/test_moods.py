"""What may go wrong with the demo's stand-ins is said by its page alone; what a page does not know changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from banshi.gateways import till
from banshi.gateways.moods import FAULTS, Moods, strikes
from banshi.kernel.actors import SYSTEM
from banshi.kernel.refusals import Refused
from banshi.rooms.fees.ports import TillDown
from banshi.rooms.library import actions as library
from banshi.surfaces.demo import outside
from tests.moods import ill, stand_ins, well
from tests.town import TUESDAY_NINE

pytestmark = pytest.mark.django_db
PAGE = "/demo/outside/"


def test_nothing_fails_in_tests_unless_it_is_asked_for(settings: Any) -> None:
    ill("signer", "down")

    assert (settings.BANSHI_MOODS_FOLDER, strikes("signer", "down")) == ("", False)


def test_the_page_says_how_often_and_changes_one_fault_at_a_time(client: Client, settings: Any, tmp_path: Path) -> None:
    stand_ins(settings, tmp_path)
    for who, fault, chance in (("exchange", "down", "100"), ("exchange", "late", "20"), ("signer", "late", "100")):
        assert client.post(PAGE, {"who": who, "fault": fault, "chance": chance}).status_code == 302
    for wrong in (
        {"who": "../x", "fault": "down", "chance": "20"},
        {"who": "credit", "fault": "down", "chance": "99"},
        {},
    ):
        assert client.post(PAGE, wrong).status_code == 302

    page = client.get(PAGE, headers={"accept-language": "zh-CN"}).content.decode()

    ills = {who: {k: v for k, v in each.items() if v} for who, each in Moods().all().items()}
    assert ills == {"exchange": {"down": 100, "late": 20}, "signer": {}, "credit": {}, "scanner": {}, "till": {}}
    assert (page.count("有差错"), page.count('aria-pressed="true"')) == (1, sum(map(len, FAULTS.values())))


def test_every_fault_has_its_words() -> None:
    assert set(outside.WHO) == set(FAULTS)
    assert set(outside.FAULTS) == {each for faults in FAULTS.values() for each in faults}


def test_a_real_machine_has_no_page(client: Client, settings: Any) -> None:
    settings.BANSHI_MOODS = ""

    assert client.get(PAGE).status_code == 404


def test_a_file_waits_for_the_scanner_and_is_found_clean_or_not_once_it_answers(settings: Any, tmp_path: Path) -> None:
    stand_ins(settings, tmp_path)
    settings.BANSHI_INTAKE = "tests.rooms.library.test_files.as_it_is"
    ill("scanner", "down")
    waits = library.take_in(content=b"content", name="a", channel="upload", by=SYSTEM, now=TUESDAY_NINE)
    still = library.scan_pending(now=TUESDAY_NINE)
    well("scanner", "down")
    ill("scanner", "infected")

    with pytest.raises(Refused, match="material-rejected"):
        library.take_in(content=b"content", name="b", channel="upload", by=SYSTEM, now=TUESDAY_NINE)
    settled = [library.scan_pending(now=TUESDAY_NINE) for _ in range(2)]

    was, _ = waits.scan, waits.refresh_from_db()
    assert (was, still, settled, waits.scan) == ("pending", 0, [1, 0], "rejected")


@pytest.mark.parametrize(
    ("fault", "state", "told"), [("twice", "paid", 2), ("silent", "paid", 0), ("behind", "late", 0)]
)
def test_the_till_misbehaves_by_itself_as_it_does_when_pressed(
    fault: str, state: str, told: int, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_ins(settings, tmp_path)
    settings.BANSHI_TILL_FOLDER = tmp_path / "till"
    heard: list[str] = []
    monkeypatch.setattr(till, "_tell", heard.append)
    till.StandIn().start(reference="r1", fen=8000, subject="x", until=TUESDAY_NINE, back="/")
    ill("till", fault)

    till.StandIn().press("r1", "pay")

    found = till.StandIn().look("r1")
    assert (found and found["state"], len(heard)) == (state, told)


def test_a_till_that_is_down_takes_nothing_and_says_so(settings: Any, tmp_path: Path) -> None:
    stand_ins(settings, tmp_path)
    settings.BANSHI_TILL_FOLDER = tmp_path / "till"
    ill("till", "down")

    with pytest.raises(TillDown):
        till.StandIn().start(reference="r1", fen=8000, subject="x", until=TUESDAY_NINE, back="/")
