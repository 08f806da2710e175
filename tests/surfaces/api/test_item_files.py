"""What an item store answers, sent to us: a report per item, never half, and nothing in force."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from banshi.rooms.catalogue.models import Item, ItemDraft
from banshi.surfaces.api import operations
from tests.rooms.catalogue.stores import CODE, answer, file, numbered, record, upper
from tests.surfaces.api.conftest import CLIENT, Calls


def sent(calls: Calls, content: bytes, **headers: str) -> Any:
    return calls("post", "/items/import", "staff", content, **headers)


@pytest.mark.parametrize("spelling", [lambda node: node, upper])
def test_an_answer_becomes_drafts_and_is_reported_item_by_item(calls: Calls, spelling: Any) -> None:
    content = json.dumps(spelling(answer(record(link_way="<b>1</b>", task_type="77"), numbered(2, promise_day=99))))

    found = sent(calls, content.encode())

    assert found.status_code == 200
    taken, refused = found.json()["items"]
    assert (taken["task_code"], taken["result"], "why" in taken) == (CODE, "new", False)
    assert {"where": "AUDIT_ITEM.link_way", "what": "html", "times": 1} in taken["mended"]
    assert taken["unknown"] == [{"where": "AUDIT_ITEM.task_type", "value": "77", "kept": "10"}]
    assert (refused["result"], refused["why"]["field"], refused["why"]["value"]) == (
        "refused", "AUDIT_ITEM.promise_day", "99 working_day > 15 working_day",
    )  # fmt: skip
    assert [draft.entered_by for draft in ItemDraft.objects.all()] == [f"staff:{calls.town.manager.pk}"]
    assert Item.objects.filter(task_code=CODE).count() == 0


def test_answers_one_a_line_and_files_in_a_form_are_taken_as_well(calls: Calls) -> None:
    lines = sent(calls, file(record()) + b"\n" + file(numbered(2)), content_type="application/x-ndjson")
    form = CLIENT.post(
        "/api/v1/items/import",
        {
            "file": SimpleUploadedFile(
                "事项.json", json.dumps(answer(numbered(3)), ensure_ascii=False).encode("gb18030")
            )
        },
        headers={"Authorization": f"Bearer {calls.keys['staff']}"},
    )

    assert [[each["result"] for each in one.json()["items"]] for one in (lines, form)] == [["new", "new"], ["new"]]


def test_a_form_takes_one_file(calls: Calls) -> None:
    found = CLIENT.post("/api/v1/items/import", {"x": "1"}, headers={"Authorization": f"Bearer {calls.keys['staff']}"})

    assert (found.status_code, found.json()["detail"]) == (422, "要带一个文件，名为 file")


def test_a_file_that_breaks_off_is_refused_whole(calls: Calls) -> None:
    found = sent(calls, file(record(), numbered(2))[:-9], Accept_Language="en")

    assert (found.status_code, found.json()["type"]) == (422, "invalid")
    assert found.json()["detail"] == "This is not JSON, or not whole"
    assert ItemDraft.objects.count() == 0


def test_the_same_key_gives_the_first_report_again(calls: Calls) -> None:
    first, again, other = (
        sent(calls, content, Idempotency_Key="k") for content in (file(record()), file(record()), file(numbered(2)))
    )

    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    assert (other.status_code, other.json()["type"]) == (409, "idempotency-conflict")
    assert [each["result"] for each in sent(calls, file(record())).json()["items"]] == ["unchanged"]


def test_more_than_a_megabyte_is_taken_and_more_than_a_file_may_have_is_not(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = file(record(note="x" * 1_500_000))

    taken = sent(calls, large)
    monkeypatch.setattr("banshi.surfaces.api.item_files.MOST_FORM_BYTES", 1_000_000)
    refused = sent(calls, large)

    assert (taken.status_code, refused.status_code, refused.json()["type"]) == (200, 413, "too-large")
    assert operations.MOST_FORM_BYTES > 20_000_000


@pytest.mark.parametrize("kind", ["text/plain", "", "application/xml"])
def test_another_type_is_refused(calls: Calls, kind: str) -> None:
    assert sent(calls, file(record()), content_type=kind).status_code == 415


def test_whoever_may_not_draft_items_sends_none(calls: Calls) -> None:
    found = calls("post", "/items/import", "other-staff", file(record()))

    assert (found.status_code, found.json()["type"], ItemDraft.objects.count()) == (403, "not-allowed", 0)
