"""The OpenAPI document: complete, true, and readable without the network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from banshi.surfaces.api.keys import SCOPES_OF
from banshi.surfaces.api.schemas import In, Out
from tests.surfaces.api.conftest import Calls
from tests.surfaces.api.strict import operations, problems


def document(calls: Calls) -> dict[str, Any]:
    found: dict[str, Any] = calls("get", "/openapi.json", "").json()
    return found


def test_the_document_is_open_to_all_and_names_the_scopes_of_every_operation(calls: Calls) -> None:
    found = document(calls)

    assert found["openapi"] == "3.1.0"
    named = {
        operation["operationId"]: frozenset(operation["security"][0].get("Key", ()))
        for methods in found["paths"].values()
        for operation in methods.values()
    }
    assert named == SCOPES_OF


def _below(model: type) -> Iterator[type]:
    for each in model.__subclasses__():
        yield each
        yield from _below(each)


def test_no_two_shapes_share_a_name(calls: Calls) -> None:
    """The document keeps one shape a name: of two, the other's operations would be described by it."""
    document(calls)  # every router is loaded
    made = {each for base in (In, Out) for each in _below(base) if "[" not in each.__name__}
    names = Counter(each.__name__ for each in made if each.__module__.startswith("banshi."))

    assert len(names) > 100
    assert [name for name, count in names.items() if count > 1] == []


def test_every_operation_documents_its_problems_and_every_write_its_idempotency_key(calls: Calls) -> None:
    for methods in document(calls)["paths"].values():
        for method, operation in methods.items():
            problems = {status for status in operation["responses"] if int(status) >= 400}
            headers = {p["name"] for p in operation["parameters"] if p["in"] == "header"}

            assert problems == {"400", "401", "403", "404", "405", "409", "413", "415", "422", "429"}
            assert ("Idempotency-Key" in headers) == (method != "get")
            for status in problems:
                assert set(operation["responses"][status]["content"]) == {"application/problem+json"}


def test_the_docs_page_shows_every_operation_and_loads_nothing_from_elsewhere(calls: Calls) -> None:
    page = calls("get", "/docs", "")

    text = page.content.decode()
    assert page.status_code == 200
    assert [name for name in SCOPES_OF if f'id="{name}"' not in text] == []
    assert [
        part for part in ("http://", "https://", "//cdn") if f'src="{part}' in text or f'href="{part}' in text
    ] == []


def test_the_docs_page_speaks_chinese_unless_asked_otherwise(calls: Calls) -> None:
    chinese = calls("get", "/docs", "").content.decode()
    english = calls("get", "/docs", "", Accept_Language="en").content.decode()

    assert ["<h2>预约</h2>" in chinese, "<strong>呼叫下一位</strong>" in chinese] == [True, True]
    assert ["<h2>appointments</h2>" in english, "<strong>Call the next number</strong>" in english] == [True, True]


def test_the_document_is_valid_and_a_strict_linter_finds_nothing(calls: Calls) -> None:
    found = document(calls)

    OpenAPIV31SpecValidator(found).validate()
    assert problems(found) == []


def _operation(found: dict[str, Any], name: str = "book") -> dict[str, Any]:
    return next(operation for _, _, operation in operations(found) if operation["operationId"] == name)


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "no-empty-servers": lambda found: found.update(servers=[]),
    "no-server-trailing-slash": lambda found: found.update(servers=[{"url": "https://banshi.gov.cn/"}]),
    "no-server-example.com": lambda found: found.update(servers=[{"url": "https://example.com"}]),
    "info-license": lambda found: found["info"].pop("license"),
    "info-license-strict": lambda found: found["info"]["license"].pop("identifier"),
    "no-duplicated-tag-names": lambda found: found.update(tags=[{"name": "halls", "description": "x"}] * 2),
    "tag-description": lambda found: found.update(tags=[{"name": "halls"}]),
    "operation-operationId": lambda found: _operation(found).pop("operationId"),
    "operation-operationId-unique": lambda found: _operation(found).update(operationId="list_halls"),
    "operation-operationId-url-safe": lambda found: _operation(found).update(operationId="to book"),
    "operation-summary": lambda found: _operation(found).pop("summary"),
    "operation-2xx-response": lambda found: _operation(found)["responses"].pop("201"),
    "operation-4xx-response": lambda found: _operation(found).update(
        responses={"201": _operation(found)["responses"]["201"]}
    ),
    "security-defined": lambda found: found["components"].pop("securitySchemes"),
    "operation-parameters-unique": lambda found: _operation(found).update(
        parameters=_operation(found)["parameters"] * 2
    ),
    "path-parameters-defined": lambda found: _operation(found, "get_hall").update(parameters=[]),
    "no-identical-paths": lambda found: found["paths"].update(
        {"/a/{b}": found["paths"]["/api/v1/halls"], "/a/{c}": found["paths"]["/api/v1/halls"]}
    ),
    "no-path-trailing-slash": lambda found: found["paths"].update({"/a/": {}}),
    "path-not-include-query": lambda found: found["paths"].update({"/a?b=c": {}}),
    "path-declaration-must-exist": lambda found: found["paths"].update({"/a/{}": {}}),
    "no-ambiguous-paths": lambda found: found["paths"].update({"/a/{b}/c": {}, "/a/d/{e}": {}}),
    "no-unused-components": lambda found: found["components"]["schemas"].update(Alone={}),
    "no-unresolved-refs": lambda found: found["components"]["schemas"].pop("Problem"),
    "no-required-schema-properties-undefined": lambda found: found["components"]["schemas"]["BookingIn"].update(
        required=["who"]
    ),
    "no-enum-type-mismatch": lambda found: found["components"]["schemas"]["BookingIn"]["properties"]["source"].update(
        enum=[1]
    ),
}


def test_the_linter_names_each_rule_that_is_broken(calls: Calls) -> None:
    whole = document(calls)

    named = {}
    for rule, spoil in SPOILT.items():
        found = deepcopy(whole)
        spoil(found)
        named[rule] = {each.split(":")[0] for each in problems(found)}

    assert [rule for rule, said in named.items() if rule not in said] == []
