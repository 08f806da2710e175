"""`banshi items import`: files as drafts, a report, and exit codes that a script can rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from banshi.cli import main
from banshi.rooms.catalogue.models import ItemDraft
from tests.rooms.catalogue.stores import CODE, file, numbered, record
from tests.town import Town


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django is set up already, on the tests' database."""
    monkeypatch.setattr("banshi.cli.ground.django", lambda data=None: None)


def run(tmp_path: Path, *contents: bytes, more: tuple[str, ...] = ()) -> Any:
    names = []
    for n, content in enumerate(contents):
        (tmp_path / f"{n}.json").write_bytes(content)
        names.append(str(tmp_path / f"{n}.json"))
    return CliRunner().invoke(main, ["items", "import", *names, *more])


def test_files_are_read_and_what_became_of_each_item_is_said(town: Town, tmp_path: Path) -> None:
    done = run(tmp_path, file(record(link_way="<b>1</b>", task_type="77")), file(numbered(2)))
    again = run(tmp_path, file(record(link_way="<b>1</b>", task_type="77")))

    assert (done.exit_code, again.exit_code) == (0, 0)
    assert done.output.splitlines() == [
        f"new        {CODE}  个体工商户登记——设立登记  6 mended; unknown: AUDIT_ITEM.task_type 77 (kept: 10)",
        "new        1144190000000000002  第2号事项  5 mended",
        "2 items: 2 new, 0 newer, 0 unchanged, 0 refused",
    ]
    assert again.output == "1 items: 0 new, 0 newer, 1 unchanged, 0 refused\n"
    assert set(ItemDraft.objects.values_list("entered_by", flat=True)) == {"system"}


def test_a_refused_item_is_exit_code_three_and_the_others_come(town: Town, tmp_path: Path) -> None:
    done = run(tmp_path, file(record(promise_day=99), numbered(2)), more=("--json",))

    said = json.loads(done.stdout)["items"]
    assert (done.exit_code, [each["result"] for each in said]) == (3, ["refused", "new"])
    assert said[0]["why"]["field"] == "AUDIT_ITEM.promise_day"
    assert "why" not in said[1]


def test_a_refused_item_is_told_with_its_row(town: Town, tmp_path: Path) -> None:
    done = run(tmp_path, file(record(promise_day=99)))

    assert done.output.splitlines()[0] == (
        f"refused    {CODE}  个体工商户登记——设立登记  #1 AUDIT_ITEM 1 AUDIT_ITEM.promise_day = "
        "'99 working_day > 15 working_day': Promised later than the law allows"
    )


def test_a_file_that_breaks_off_is_exit_code_two_and_other_files_come(town: Town, tmp_path: Path) -> None:
    done = run(tmp_path, file(record())[:-3], file(numbered(2)))

    assert (done.exit_code, ItemDraft.objects.count()) == (2, 1)
    assert "0.json: This is not JSON, or not whole. Nothing of it was taken." in done.output


def test_who_enters_them_is_named_and_may_draft_items(town: Town, tmp_path: Path) -> None:
    done = run(tmp_path, file(record()), more=("--by", town.manager.login))
    clerk = run(tmp_path, file(numbered(2)), more=("--by", town.clerk.login))
    nobody = run(tmp_path, file(numbered(2)), more=("--by", "nobody"))

    assert [each.exit_code for each in (done, clerk, nobody)] == [0, 1, 1]
    assert ItemDraft.objects.get().entered_by == f"staff:{town.manager.pk}"
