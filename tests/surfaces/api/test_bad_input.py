"""Bad input in every field of every endpoint: a problem that says what is wrong, never a 500, nothing half-written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banshi.rooms.booking.models import Appointment
from banshi.rooms.identity.models import Person
from banshi.rooms.tickets.models import Ticket
from banshi.surfaces.api.api import api
from banshi.surfaces.api.keys import SCOPES_OF
from banshi.surfaces.api.operations import FILE_IS_BODY, TAKES_FILES
from tests.surfaces.api.conftest import PERSON, SCOPES, Calls, booking
from tests.surfaces.api.test_rights import ENDPOINTS

WRONG_VALUES: list[Any] = [
    None, True, 0, -1, 10**30, 1.5, "", "\x00", "x\x00y", "\x1b[31m", "x" * 5000, [], [[]], {}, {"a": 1},
    "../../etc/passwd", "' OR 1=1 --", "\ud800", "𠮷", "2026-99-99", "1e999",
]  # fmt: skip
MALFORMED = [
    b"{", b"[", b"null", b"[]", b'"text"', b"1", b"\xff\xfe", b'{"slot": NaN}', b'{"slot": 1} trailing', b"\x00",
    b"[" * 5000, b'{"slot": ' + b"9" * 5000 + b"}", "{}".encode("utf-16"),
]  # fmt: skip


def bodies() -> dict[str, Any]:
    """Of those that say which fields they take; not of what is signed, whose body nobody reads before its signature."""
    left_out = {*FILE_IS_BODY, "till_callback", "courier_callback"}
    return {name: body for name, (_, _, body) in ENDPOINTS.items() if body is not None and name not in left_out}


def scope_for(name: str) -> str:
    return next((scope for scope in SCOPES if scope in SCOPES_OF[name]), "read")


def nothing_written() -> bool:
    """The town has two people and nothing else."""
    return not (
        Appointment.objects.exists() or Ticket.objects.exists() or Person.objects.count() > 2
    )  # the town has two


def with_value(body: Any, path: tuple[str, ...], value: Any) -> Any:
    changed = json.loads(json.dumps(body))
    inner = changed
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return changed


def fields(body: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(name,) for name in body] + [
        (name, inner) for name, value in body.items() if isinstance(value, dict) for inner in value
    ]


@pytest.mark.parametrize("name", sorted(bodies()))
def test_a_wrong_value_in_any_field_of_a_body_is_a_problem(calls: Calls, name: str) -> None:
    method, path, body = ENDPOINTS[name]
    if name == "book":
        body = booking(calls.town.slot())

    for field in fields(body):
        for value in WRONG_VALUES:
            answer = calls(method, path, scope_for(name), with_value(body, field, value))

            if answer.status_code >= 400:
                assert answer["Content-Type"] == "application/problem+json"
            assert answer.status_code in (200, 201, 204, 404, 409, 422), (name, field, value, answer.content)
    assert Person.objects.filter(name_index="").count() == 0


@pytest.mark.parametrize("name", sorted(bodies()))
def test_an_unknown_or_missing_field_is_refused(calls: Calls, name: str) -> None:
    method, path, body = ENDPOINTS[name]

    unknown = calls(method, path, scope_for(name), {**body, "unknown": 1})
    twice = calls(method, path, scope_for(name), b'{"unknown": 1, "unknown": 2}')

    assert (unknown.status_code, unknown.json()["type"]) == (422, "invalid")
    assert [e["field"] for e in unknown.json()["facts"]["errors"]] == ["unknown"]
    assert twice.status_code == 422
    assert nothing_written()


@pytest.mark.parametrize("name", sorted(bodies()))
def test_a_body_that_is_not_a_json_object_is_refused(calls: Calls, name: str) -> None:
    method, path, _ = ENDPOINTS[name]

    statuses = {content[:20]: calls(method, path, scope_for(name), content).status_code for content in MALFORMED}

    assert statuses == dict.fromkeys(statuses, 422)
    assert calls(method, path, scope_for(name)).status_code == 422
    assert nothing_written()


@pytest.mark.parametrize("name", sorted(bodies()))
def test_a_body_of_another_type_or_size_is_refused(calls: Calls, name: str) -> None:
    method, path, body = ENDPOINTS[name]
    text = json.dumps(body).encode()
    wrong_types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json",
                   "application/json; charset=gb18030"]  # fmt: skip
    if name in TAKES_FILES:
        wrong_types.remove("multipart/form-data; boundary=x")

    statuses = {kind: calls(method, path, scope_for(name), text, content_type=kind).status_code for kind in wrong_types}
    too_large = calls(method, path, scope_for(name), b'{"x": "' + b"x" * 70_000 + b'"}')

    assert statuses == dict.fromkeys(wrong_types, 415)
    assert (too_large.status_code, too_large["Content-Type"]) == (413, "application/problem+json")
    assert nothing_written()


@pytest.mark.parametrize(
    "name", sorted(set(ENDPOINTS) - set(bodies()) - FILE_IS_BODY - {"till_callback", "courier_callback"})
)
def test_where_no_body_is_taken_only_an_empty_object_passes(calls: Calls, name: str) -> None:
    method, path, _ = ENDPOINTS[name]
    if method != "post":
        return

    assert calls(method, path, scope_for(name), {"x": 1}).status_code == 422
    assert calls(method, path, scope_for(name), {}).status_code == calls(method, path, scope_for(name)).status_code


def queries() -> list[tuple[str, str, dict[str, Any]]]:
    """(operation, query field, its schema) of the whole document."""
    return [
        (operation["operationId"], parameter["name"], parameter["schema"])
        for methods in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].values()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    ]


WRONG_TEXTS = [
    "", "%00", "a%00b", "%FF", "%ED%A0%80", "x" * 5000, "-1", "0", "1e9", "9" * 400, "%0A", "%F0%A0%AE%B7", "[]",
    "0000-00-00", "10000-01-01", "2026-02-30", "0001-01-01", "9999-12-31", "2026-03-10T09:00:00", "%7B%7D", "NaN",
    "2026-03-10T09:00:00%2B99:99", "%E2%80%AE", "true",
]  # fmt: skip


def test_a_wrong_value_in_any_query_field_is_a_problem(calls: Calls) -> None:
    for name, field, _ in queries():
        method, path, body = ENDPOINTS[name]
        for text in WRONG_TEXTS:
            base = path.split("?")[0] if f"{field}=" in path else path
            answer = calls(method, f"{base}{'&' if '?' in base else '?'}{field}={text}", scope_for(name), body)

            known = {200, 404, 409, 422}
            if name == "put_part":  # a part is no JSON, which is told first
                known = {415, 422}
            if (name, field) == ("list_consultations", "hall"):  # one that is none is none of theirs
                known |= {403}
            assert answer.status_code in known, (name, field, text, answer.content)


def test_an_unknown_or_repeated_query_field_is_refused_everywhere(calls: Calls) -> None:
    for name, (method, path, body) in ENDPOINTS.items():
        mark = "&" if "?" in path else "?"
        answer = calls(method, f"{path}{mark}unknown=1", scope_for(name), body)
        assert (name, answer.status_code, answer.json()["type"]) == (name, 422, "invalid")

    assert calls("get", "/halls?limit=1&limit=2", "read").status_code == 422
    assert nothing_written()


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-03-11&to=2026-03-10",
        "from=2026-01-01&to=2026-12-31",
        "from=2026-3-1",
        "from=20260301",
        "from=0",
        "limit=201",
        "limit=0",
        "cursor=nonsense",
        "cursor=bzotMQ",
        "cursor=bzo5OTk5OTk5OTk5",
    ],
)
def test_days_limits_and_cursors_that_cannot_be_are_invalid(calls: Calls, query: str) -> None:
    answer = calls("get", f"/halls/town/sessions?{query}", "read")

    assert (answer.status_code, answer.json()["type"]) == (422, "invalid")


def test_a_path_that_cannot_be_is_nothing_found(calls: Calls) -> None:
    for path in ("/halls/%00", "/halls/%FF", f"/halls/{'x' * 500}", "/halls/%F0%A0%AE%B7", "/halls/a%20b", "/items/'--",
                 "/appointments/%0A", "/tickets/..%2F..", "/nothing", "/halls/"):  # fmt: skip
        answer = calls("get", path, "manage")

        assert (path, answer.status_code, answer["Content-Type"]) == (path, 404, "application/problem+json")


def test_a_method_that_is_not_there_is_told_which_are(calls: Calls) -> None:
    answer = calls("patch", "/appointments/X", "channel")

    assert (answer.status_code, answer.json()["type"]) == (405, "method-not-allowed")
    assert answer["Allow"] == "DELETE, GET"


def test_the_fields_that_are_wrong_are_named_in_both_languages_and_never_repeated(calls: Calls) -> None:
    wrong = booking(calls.town.slot(), person={**PERSON, "name": 987654, "phone": ["13800138000"]})

    answer = calls("post", "/appointments", "channel", wrong)

    errors = answer.json()["facts"]["errors"]
    assert [e["field"] for e in errors] == ["person.name", "person.phone"]
    assert errors[0]["reason"] == {"zh": "应为文字", "en": "Input should be a valid string"}
    assert [text in answer.content.decode() for text in ("987654", "13800138000", PERSON["id_number"])] == [False] * 3


@pytest.mark.parametrize(
    ("asked", "title", "tag"),
    [
        (None, "没有找到", "zh-CN"),
        ("zh-CN", "没有找到", "zh-CN"),
        ("en", "Nothing found", "en"),
        ("en-GB,zh;q=0.5", "Nothing found", "en"),
        ("fr, zh;q=0.1, en;q=0.9", "Nothing found", "en"),
        ("de", "没有找到", "zh-CN"),
        ("*", "没有找到", "zh-CN"),
        ("\x7f;;;q=x", "没有找到", "zh-CN"),
    ],
)
def test_problems_speak_the_asked_language(calls: Calls, asked: str | None, title: str, tag: str) -> None:
    headers = {} if asked is None else {"Accept_Language": asked}

    answer = calls("get", "/halls/nowhere", "read", **headers)

    assert (answer.json()["title"], answer["Content-Language"]) == (title, tag)
