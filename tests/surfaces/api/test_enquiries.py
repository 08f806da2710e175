"""Questions to a department over the API: asked by a channel's key, answered and forwarded by staff, read by everybody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from banshi.foundation import clock
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.consulting import actions
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.consulting.rules import ENQUIRY
from banshi.rooms.messaging.models import Message
from banshi.surfaces.api import enquiries
from tests.surfaces.api.casework import Casework

TEXT = "店面还在装修，能先办许可证吗？"
BODY = {"item": "pension", "hall": "town", "text": TEXT, "phone": "13800138000"}
ANSWER = {"question": 1, "text": "能，先带租约来。"}


@pytest.fixture
def no(work: Casework) -> str:
    police = Department.objects.create(code="police", name_zh="公安局", name_en="Public Security")
    Item.objects.filter(code="id-card").update(department=police)
    answer = work.calls("post", "/enquiries", "channel", BODY)
    assert answer.status_code == 201, answer.content.decode()
    return str(answer.json()["no"])


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("type", "")


def test_states_are_those_of_the_table() -> None:
    assert get_args(enquiries.State) == ENQUIRY.states


def test_asked_answered_and_read_by_who_asked(work: Casework, no: str) -> None:
    done = work.calls("post", f"/enquiries/{no}/answer", "reviewer", ANSWER)
    again = work.calls("post", f"/enquiries/{no}/answer", "approver", ANSWER)

    seen = work.calls("get", f"/enquiries/{no}", "channel").json()
    assert (done.status_code, told(again)) == (200, (409, "wrong-state"))
    assert (seen["state"], seen["due_on"], seen["department"]["code"]) == ("answered", None, "hrss")
    assert [(q["question"], q["text"], q["answer"]["text"]) for q in seen["questions"]] == [(1, TEXT, ANSWER["text"])]
    assert Message.objects.get(key="enquiry_answered").params["enquiry"] == no


def test_nobody_else_finds_it(work: Casework, no: str) -> None:
    answers = {
        key: told(work.calls("get", f"/enquiries/{no}", key))
        for key in ("other-channel", "other-staff", "kiosk", "reviewer", "supervisor")
    }

    assert answers == {
        "other-channel": (404, "nothing-found"), "other-staff": (403, "not-allowed"), "kiosk": (403, "not-allowed"),
        "reviewer": (200, ""), "supervisor": (200, ""),
    }  # fmt: skip
    assert told(work.calls("post", f"/enquiries/{no}/answer", "supervisor", ANSWER)) == (403, "not-allowed")


def test_forwarded_to_another_department_once(work: Casework, no: str) -> None:
    body = {"to": "police", "reason": "户口的事"}

    done = work.calls("post", f"/enquiries/{no}/forward", "reviewer", body)
    late = work.calls("post", f"/enquiries/{no}/answer", "reviewer", ANSWER)

    assert (done.status_code, done.json()["department"]["code"], done.json()["due_on"]) == (200, "police", "2026-03-13")
    assert told(late) == (409, "changed-meanwhile")


def test_what_is_published_is_found_by_words_with_any_key(work: Casework, no: str) -> None:
    by, now = work.matters.by, clock.now()
    actions.answer(no=no, seq=1, text="能。", department="hrss", by=by["reviewer"], now=now)
    writing = actions.Writing("装修时能办许可证吗？", "能，先带租约来。")
    row = actions.write_up(no=no, writing=writing, department="hrss", by=by["reviewer"], now=now)
    before = work.calls("get", "/items/pension/answers", "read").json()["data"]
    actions.publish(answer_id=row.pk, hall=work.matters.town.hall, department="", by=by["approver"], now=now)

    found = {q: work.calls("get", f"/items/pension/answers?q={q}", "read").json()["data"] for q in ("", "装修", "天气")}

    assert (before, {q: len(rows) for q, rows in found.items()}) == ([], {"": 1, "装修": 1, "天气": 0})
    assert (found[""][0]["answer"], found[""][0]["published_on"]) == ("能，先带租约来。", "2026-03-10")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "短"}, (422, "invalid")),
        ({"item": "nothing"}, (404, "nothing-found")),
        ({"hall": "other"}, (409, "item-not-here")),
        ({"phone": "12"}, (422, "phone-invalid")),
        ({"name": "张三"}, (422, "invalid")),
    ],
)
def test_what_does_not_fit_is_refused(work: Casework, change: dict[str, str], said: tuple[int, str]) -> None:
    assert told(work.calls("post", "/enquiries", "channel", {**BODY, **change})) == said


def listed(work: Casework, key: str = "reviewer", query: str = "") -> list[dict[str, Any]]:
    answer = work.calls("get", f"/enquiries{query}", key)
    assert answer.status_code == 200, answer.content.decode()
    return list(answer.json()["data"])


def test_staff_list_what_their_department_answers_without_a_word_of_it(work: Casework, no: str) -> None:
    second = work.calls("post", "/enquiries", "channel", {**BODY, "phone": ""}).json()["no"]

    rows = listed(work)

    assert [(row["no"], row["asker"], row["state"], row["light"]) for row in rows] == [
        (second, None, "open", "green"), (no, "138****8000", "open", "green"),
    ]  # fmt: skip
    assert TEXT not in str(rows)
    assert [row["no"] for row in listed(work, query="?limit=1")] == [second]


def test_what_was_forwarded_and_what_is_elsewhere_is_not_listed(work: Casework, no: str) -> None:
    assert [len(listed(work, query=f"?{asked}")) for asked in ("hall=town", "item=id-card", "item=pension")] == [
        1,
        0,
        1,
    ]
    work.calls("post", f"/enquiries/{no}/forward", "reviewer", {"to": "police", "reason": "户口的事"})

    assert listed(work) == []
    answers = [work.calls("get", f"/enquiries{query}", key) for key, query in (
        ("channel", ""), ("other-staff", ""), ("reviewer", "?hall=nowhere"), ("reviewer", "?state=lost"),
    )]  # fmt: skip
    assert [told(each) for each in answers] == [
        (403, "not-allowed"), (403, "not-allowed"), (404, "nothing-found"), (422, "invalid"),
    ]  # fmt: skip


def test_the_list_is_narrowed_by_state_and_by_what_is_late(work: Casework, no: str) -> None:
    day = Enquiry.objects.get(no=no).due_on
    found = []
    for due in (clock.now().date(), clock.now().date() - timedelta(days=1)):
        Enquiry.objects.filter(no=no).update(due_on=due)
        found.append([row["no"] for row in listed(work, query="?overdue=true")])
    Enquiry.objects.filter(no=no).update(due_on=day)
    work.calls("post", f"/enquiries/{no}/answer", "reviewer", ANSWER)

    assert found == [[], [no]]
    assert [len(listed(work, query=f"?{asked}")) for asked in ("state=open", "state=answered", "overdue=true")] == [
        0,
        1,
        0,
    ]


def test_a_staff_key_takes_down_what_does_not_get_done(work: Casework) -> None:
    case = work.matters.received()
    said = {"hall": "town", "text": TEXT, "phone": "13800138000", "case": case.no}

    made = work.calls("post", "/enquiries", "receiver", said)
    matter = work.calls("post", "/enquiries", "receiver", {**BODY, "complaint": True})
    listed = work.calls("get", "/enquiries", "supervisor").json()["data"]

    assert (made.status_code, matter.status_code) == (201, 201)
    assert [(line["case"], line["complaint"]) for line in listed] == [(None, True), (case.no, True)]


@pytest.mark.parametrize(
    ("key", "body", "found"),
    [
        ("receiver", {"item": None}, (422, "invalid")),
        ("receiver", {"phone": ""}, (422, "invalid")),
        ("receiver", {"case": "NONE"}, (404, "nothing-found")),
        ("reviewer", {}, (403, "not-allowed")),
        ("channel", {"complaint": True}, (422, "invalid")),
        ("channel", {"case": "NONE"}, (422, "invalid")),
        ("channel", {"item": None}, (422, "invalid")),
    ],
)
def test_what_is_not_taken_down(work: Casework, key: str, body: dict[str, Any], found: tuple[int, str]) -> None:
    assert told(work.calls("post", "/enquiries", key, {**BODY, **body})) == found
    assert Enquiry.objects.count() == 0
