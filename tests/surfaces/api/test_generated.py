"""Generated requests to every operation that the OpenAPI document names: what is answered is what the document says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from banshi.surfaces.api.api import api
from banshi.surfaces.api.keys import SCOPES_OF
from tests.asgi import with_lanes
from tests.surfaces.api.conftest import SCOPES, Calls, stop_the_clock
from tests.surfaces.api.seeds import KEYS, things
from tests.surfaces.api.strict import operations

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 5
NOT_GENERATED: dict[str, str] = {}  # operation → why not; each is asked by hand elsewhere


@cache
def subjects() -> dict[str, frozenset[str]]:
    """First part of the address → operations under it, as the document has them."""
    found: dict[str, set[str]] = {}
    for _, path, operation in operations(api.get_openapi_schema(path_prefix="/api/v1/")):
        name = operation["operationId"]
        if name not in NOT_GENERATED:
            found.setdefault(path.split("/")[3], set()).add(name)
    return {subject: frozenset(names) for subject, names in found.items()}


@contextmanager
def one_connection() -> Iterator[None]:
    """Django closes connections between requests; the test's transaction must not be closed with them."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (signals.request_started, signals.request_finished):
            signal.connect(close_old_connections)


@cache
def described() -> Any:
    """The API as its own document says; to read it takes half a second."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", with_lanes(get_wsgi_application()))


def generated(operation: Any, mode: GenerationMode, known: dict[str, str], key: str) -> None:
    """Send generated requests, each also with the path of something that is there."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        for there in ({}, known):
            case.path_parameters = {k: there.get(k, v) for k, v in (case.path_parameters or {}).items()}
            case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    send()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("subject", sorted(subjects()))
def test_generated_requests_get_documented_answers(calls: Calls, subject: str, mode: GenerationMode) -> None:
    known = things(calls, subject)
    ran = set()

    with one_connection():
        for result in described().include(path_regex=f"^/api/v1/{subject}(/|$)").get_all_operations():
            operation = result.ok()
            name = operation.definition.raw["operationId"]
            if name in NOT_GENERATED:
                continue
            scope = KEYS.get(name) or next((s for s in SCOPES if s in SCOPES_OF[name]), "read")
            assert {each.name for each in operation.path_parameters} <= set(
                known
            )  # else only what is not there is asked for
            generated(operation, mode, known, calls.keys[scope])
            ran.add(name)

    assert ran == subjects()[subject]
    stop_the_clock()
