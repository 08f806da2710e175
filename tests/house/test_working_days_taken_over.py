"""`banshi working-days FILE`: the year's notice as an office saves it is taken over whole, or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from banshi.cli import ground, main
from banshi.rooms.booking.models import FollowUp
from banshi.rooms.calendars.models import NationalDay
from tests.town import Town

pytestmark = pytest.mark.django_db
NOTICE = "国办发明电〔2026〕9号"
TABLE = "日期,类型,名称\r\n2027/2/6,上班,春节\r\n2027年2月8日,放假,春节\r\n"


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command acts on the test's own database."""
    monkeypatch.setattr(ground, "django", lambda data=None: None)


def take_over(folder: Path, content: bytes) -> Result:
    file = folder / "2027.csv"
    file.write_bytes(content)
    return CliRunner().invoke(main, ["working-days", str(file), "--notice", NOTICE])


def days_of_2027() -> list[tuple[date, str, str, str]]:
    rows = NationalDay.objects.filter(day__year=2027).order_by("day")
    return list(rows.values_list("day", "kind", "name_zh", "state"))


@pytest.mark.parametrize("saved", ["gbk", "utf-8-sig", "utf-16", "utf-8"])
def test_a_notice_is_taken_over_however_excel_saved_it(town: Town, tmp_path: Path, saved: str) -> None:
    done = take_over(tmp_path, TABLE.encode(saved))

    assert (done.exit_code, done.output) == (0, "2 days taken over; places are made anew and people are moved\n")
    assert days_of_2027() == [
        (date(2027, 2, 6), "workday", "春节", "confirmed"),
        (date(2027, 2, 8), "restday", "春节", "confirmed"),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2027/2/30,放假,春节", "row 4, column 日期: “2027/2/30” is no day"),
        ("2027/2/9,放大假,春节", "row 4, column 类型: “放大假”"),
        ("2027/2/8,上班,春节", "row 4"),  # the same day again
    ],
)
def test_one_wrong_row_is_named_and_nothing_is_written(town: Town, tmp_path: Path, row: str, said: str) -> None:
    take_over(tmp_path, TABLE.encode("gbk"))
    before = days_of_2027()
    longer = TABLE.replace("2027/2/6,上班", "2027/2/6,放假") + row + "\r\n"

    no = take_over(tmp_path, longer.encode("gbk"))

    assert no.exit_code == 1
    assert said in no.output
    assert "Traceback" not in no.output
    assert (days_of_2027(), FollowUp.objects.filter(hall=town.hall).count()) == (before, 1)
