"""One write as it arrives in a fast lane: its key, its body, and what becomes of what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import pydantic
import structlog

from banshi.foundation.trouble import slug_of
from banshi.kernel.refusals import Refused
from banshi.surfaces.api.answers import Answer, http_problem, invalid, invalid_fields, refused
from banshi.surfaces.api.keys import Caller, authorise
from banshi.surfaces.api.operations import HttpFault, check_body
from banshi.surfaces.api.schemas import Code

log = structlog.get_logger("banshi.api")
BASE = "/api/v1"
Model = TypeVar("Model", bound=pydantic.BaseModel)
_code = pydantic.TypeAdapter(Code)


def authorised(headers: Mapping[str, str], operation: str, query: str) -> Caller:
    caller = authorise(headers, operation)
    if query:
        raise invalid("这里不接受查询参数", "This takes no query parameters")
    return caller


def read(model: type[Model], headers: Mapping[str, str], body: bytes) -> Model:
    """The body as this model.

    :raises Refused: invalid. :raises HttpFault: too large, not JSON by its type.
    """
    check_body(headers, body)
    try:
        return model.model_validate_json(body)
    except pydantic.ValidationError as wrong:
        raise invalid_fields([dict(e) for e in wrong.errors(include_url=False, include_input=False)]) from wrong


def path_code(text: str) -> str:
    """:raises Refused: nothing-found – it cannot be a code."""
    try:
        return _code.validate_python(text)
    except pydantic.ValidationError as wrong:
        raise Refused("nothing-found") from wrong


Checked = TypeVar("Checked")


def checked(asked_in: str, act: Callable[[], Checked]) -> Checked | Answer:
    try:
        return act()
    except Refused as no:
        return refused(no.refusal, asked_in)
    except HttpFault as fault:
        return http_problem(fault.slug, asked_in)


def answered(asked_in: str, act: Callable[[], Answer]) -> Answer:
    try:
        return checked(asked_in, act)
    except Exception as trouble:
        slug = slug_of(trouble)
        log.error("a write broke", exc_info=slug != "unavailable", slug=slug)
        return http_problem(said(slug), asked_in)


def said(slug: str) -> str:
    """Bodies were checked: what the database cannot hold all the same is our mistake."""
    return "broken" if slug == "bad-request" else slug
