"""Cases go to the national platform once, whole, and corrected where they change; a batch is the same bytes for ever."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from banshi.journeys.case import conclude
from banshi.kernel.actors import SYSTEM
from banshi.rooms.audit.models import Entry
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.rules.materials import CHANNELS
from banshi.rooms.catalogue import actions as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.exchange import actions, queries
from banshi.rooms.exchange.models import Batch, ExchangeRow
from banshi.rooms.exchange.rules import codes
from tests.matters import Matters
from tests.together import together
from tests.town import TUESDAY_NINE

DAY = timedelta(days=1)


def batch(matters: Matters, days: int = 0, **more: Any) -> Batch | None:
    today = (TUESDAY_NINE + days * DAY).date()
    asked: dict[str, Any] = {"first": today, "last": today, **more}
    return actions.make_batch(
        halls=[matters.town.hall], scope="hall:town", by=SYSTEM, now=TUESDAY_NINE + days * DAY, **asked
    )


def told(row: Batch | None) -> dict[str, list[dict[str, Any]]]:
    assert row is not None
    found: dict[str, list[dict[str, Any]]] = json.loads(queries.content(row))["CUSTOM"]
    return found


def closed(matters: Matters) -> Any:
    case = matters.decided()
    conclude.issue(case_no=case.no, by=matters.by["issuer"], now=TUESDAY_NINE)
    conclude.shelve(case_no=case.no, place="A-3", by=matters.by["issuer"], now=TUESDAY_NINE)
    return conclude.hand_over(case_no=case.no, identified=True, by=matters.by["issuer"], now=TUESDAY_NINE)


@pytest.mark.django_db
def test_a_case_is_told_with_all_its_rows(matters: Matters):
    case = closed(matters)

    made = batch(matters)

    rows = told(made)
    assert made is not None
    assert {table: len(each) for table, each in rows.items()} == {
        "up_pro_accept": 1, "up_pro_process": 9, "up_pro_specialprocedure": 0, "up_pro_result": 1, "up_pro_material": 3,
    }  # fmt: skip
    (accept,), (result,) = rows["up_pro_accept"], rows["up_pro_result"]
    assert (accept["projid"], accept["applyer_name"], accept["state"]) == (case.no, case.applicant, "90")
    assert (accept["applyer_page_type"], accept["applyer_page_code"]) == ("居民身份证", case.person.id_number)
    assert {row["receive_type"] for row in rows["up_pro_material"]} == {"纸质"}
    assert (result["result_type"], result["result_code"]) == ("50", case.papers.get(kind="licence").printed)
    marks = [(row["cd_batch"], row["cd_operation"]) for each in rows.values() for row in each]
    assert set(marks) == {(made.no, "I")}
    assert len({row["row_guid"] for each in rows.values() for row in each}) == made.rows == 14


@pytest.mark.django_db
def test_no_word_and_no_number_of_ours_goes_out(matters: Matters):
    case = matters.in_review()
    cases.extend(case_no=case.no, days=5, reason="需要会商", by=matters.by["approver"], now=TUESDAY_NINE)

    rows = told(batch(matters))

    (longer,) = rows["up_pro_specialprocedure"]
    assert (longer["procedure_type"], longer["procedure_name"], longer["limit_days"], longer["basis"]) == (
        "1", "延长审批", 5, "需要会商",
    )  # fmt: skip
    steps = sorted(rows["up_pro_process"], key=lambda row: row["sequence"])
    assert [row["process_name"] for row in steps] == ["收件", "受理", "移交审查", "延长审批"]
    assert [row["state"] for row in steps] == ["26", "30", "30", "30"]
    assert not [row["handler"] for row in rows["up_pro_process"] if ":" in row["handler"] or not row["handler"]]
    (accept,) = rows["up_pro_accept"]
    assert (accept["state"], accept["apply_from"] in "12349") == ("30", True)


@pytest.mark.django_db
def test_a_step_begins_where_the_one_before_it_ended(matters: Matters):
    case = matters.received()
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE + DAY)

    steps = sorted(told(batch(matters, 1))["up_pro_process"], key=lambda row: row["sequence"])

    spans = [(row["start_time"], row["end_time"]) for row in steps[-2:]]
    assert (spans[1][0], spans[1][1] > spans[1][0]) == (spans[0][1], True)
    assert steps[0]["start_time"] == steps[0]["end_time"]


def test_every_way_a_paper_comes_has_its_word():
    assert set(codes.WAYS) == set(CHANNELS)


@pytest.mark.django_db
def test_the_same_days_again_tell_nothing_and_a_batch_is_the_same_bytes(matters: Matters):
    closed(matters)
    made = batch(matters)
    assert made is not None

    assert batch(matters) is None

    once = actions.take_out(no=made.no, by=SYSTEM, now=TUESDAY_NINE)
    assert once == actions.take_out(no=made.no, by=SYSTEM, now=TUESDAY_NINE + DAY)
    assert hashlib.sha256(once).hexdigest() == made.sha256
    assert Entry.objects.filter(subject=f"batch:{made.no}", action="exchange-exported").count() == 2


@pytest.mark.django_db
def test_what_changed_is_told_as_changed_and_what_was_taken_back_as_gone(matters: Matters):
    case = matters.received()
    first = told(batch(matters))
    case.materials.filter(code="lease").update(gone_at=TUESDAY_NINE + DAY)
    cases.add_material(
        case_no=case.no, code="lease", channel="paper", by=matters.by["receiver"], now=TUESDAY_NINE + DAY
    )
    cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE + DAY)

    second = told(batch(matters, 1))

    (before,), (accept,) = first["up_pro_accept"], second["up_pro_accept"]
    assert (accept["row_guid"], accept["cd_operation"]) == (before["row_guid"], "U")
    assert (before["accept_time"], accept["state"]) == (None, "30")
    gone = [row for row in second["up_pro_material"] if row["cd_operation"] == "D"]
    assert [sorted(row) for row in gone] == [["cd_batch", "cd_operation", "row_guid"]]
    assert [row["cd_operation"] for row in second["up_pro_material"]].count("I") == 1


@pytest.mark.django_db
def test_drafts_other_days_and_other_halls_are_not_told(matters: Matters):
    matters.opened()
    matters.received()

    assert batch(matters, 1) is None
    assert actions.make_batch(
        halls=[matters.town.other_hall], scope="hall:other", first=TUESDAY_NINE.date(), last=TUESDAY_NINE.date(),
        by=SYSTEM, now=TUESDAY_NINE,
    ) is None  # fmt: skip
    made = batch(matters)
    assert len(told(made)["up_pro_accept"]) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_batch_tell_each_row_once(committed_matters: Matters):
    committed_matters.received()

    found = together(2, lambda _: batch(committed_matters))

    assert sorted(each is None for each in found) == [False, True], found
    guids = list(ExchangeRow.objects.values_list("guid", flat=True))
    assert len(guids) == len(set(guids)) > 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_who_builds_a_batch_holds_up_nobody_and_tells_nothing_that_was_told_meanwhile(
    committed_matters: Matters, monkeypatch: pytest.MonkeyPatch
):
    matters = committed_matters
    case = matters.received()
    build, beside = queries.rows_of, []

    def built(one: Any) -> Any:
        rows = build(one)
        if not beside:  # built, and not told yet: the case goes on, and somebody else tells all of it
            beside.append(None)
            cases.accept(case_no=case.no, by=matters.by["receiver"], now=TUESDAY_NINE)
            beside.extend(together(1, lambda _: batch(matters)))
        return rows

    monkeypatch.setattr(queries, "rows_of", built)
    late = batch(matters)

    assert late is None  # what it had read is older than what is told
    (accept,) = told(beside[1])["up_pro_accept"]
    assert (accept["state"], Batch.objects.count()) == ("30", 1)


@pytest.mark.django_db
def test_who_dies_while_building_leaves_nothing_and_the_next_try_tells_all(
    matters: Matters, monkeypatch: pytest.MonkeyPatch
):
    first, second = matters.received(), matters.received()
    build = queries.rows_of

    def dies(one: Any) -> Any:
        if one.pk == second.pk:
            raise MemoryError
        return build(one)

    monkeypatch.setattr(queries, "rows_of", dies)
    with pytest.raises(MemoryError):
        batch(matters)
    left = (Batch.objects.count(), ExchangeRow.objects.count())
    monkeypatch.setattr(queries, "rows_of", build)
    made = batch(matters)

    assert left == (0, 0)
    assert {row["projid"] for row in told(made)["up_pro_accept"]} == {first.no, second.no}
    assert batch(matters) is None


@pytest.mark.django_db
def test_a_batch_is_sent_again_until_the_platform_has_it(matters: Matters, settings: Any, tmp_path: Path):
    settings.BANSHI_EXCHANGE, settings.BANSHI_SPOOL = "banshi.gateways.exchange.Folder", tmp_path / "spool"
    matters.received()
    made = batch(matters)
    assert made is not None
    (tmp_path / "spool").write_text("in the way")
    assert actions.send_due(now=TUESDAY_NINE) == 0
    (tmp_path / "spool").unlink()

    assert (actions.send_due(now=TUESDAY_NINE + DAY), actions.send_due(now=TUESDAY_NINE + DAY)) == (1, 0)

    made.refresh_from_db()
    assert (made.tries, made.sent_at) == (1, TUESDAY_NINE + DAY)
    assert (tmp_path / "spool" / "exchange" / f"{made.no}.json").read_bytes() == queries.content(made)


@pytest.mark.django_db
def test_what_the_platform_refused_is_told_again(matters: Matters, settings: Any, tmp_path: Path):
    settings.BANSHI_EXCHANGE, settings.BANSHI_SPOOL = "banshi.gateways.exchange.Folder", tmp_path
    matters.received()
    made = batch(matters)
    assert made is not None
    actions.send_due(now=TUESDAY_NINE)
    one, *others = made.told.order_by("id")
    said: list[dict[str, Any]] = [{"row_guid": one.guid, "accepted": False, "why": "13800138000 不对"}]
    said += [{"row_guid": each.guid, "accepted": True} for each in others]
    place = tmp_path / "exchange" / f"{made.no}.receipts.json"
    place.write_text("{")
    assert actions.take_receipts(now=TUESDAY_NINE) == 0
    place.write_text(json.dumps(said))

    assert actions.take_receipts(now=TUESDAY_NINE) == len(said)
    again = batch(matters)

    one.refresh_from_db()
    assert one.receipt == "refused"
    assert "13800138000" not in one.why
    assert again is not None
    assert [(each.guid, each.operation) for each in again.told.all()] == [(one.guid, "I")]


@pytest.mark.django_db
def test_a_case_is_told_as_its_handling_item_and_others_say_nothing_of_it(matters: Matters):
    before = matters.received()
    below = [{"code": "001", "name_zh": "个人经营", "name_en": "One person"}]
    Item.objects.filter(pk=before.item_id).update(handling={**before.item.handling, "handling_items": below})
    catalogue.keep_item_versions(by=SYSTEM, now=TUESDAY_NINE)
    after = matters.received(anyway=True)

    rows = {each["projid"]: each for each in told(batch(matters))["up_pro_accept"]}

    assert "task_handle_item" not in rows[before.no]
    assert rows[after.no]["task_handle_item"] == "001"
