"""Writes as they arrive in a fast lane: key and body of each, what becomes of what is wrong with one, or breaks a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import pydantic
import structlog
from django.conf import settings

from banshi.foundation.trouble import held, slug_of
from banshi.kernel.refusals import Refused
from banshi.surfaces.api.answers import Answer, http_problem, invalid, invalid_fields, refused
from banshi.surfaces.api.keys import Caller, authorise
from banshi.surfaces.api.operations import HttpFault, check_body
from banshi.surfaces.api.schemas import Code

log = structlog.get_logger("banshi.api")
BASE = "/api/v1"
Model = TypeVar("Model", bound=pydantic.BaseModel)
_code = pydantic.TypeAdapter(Code)


def short_s() -> float:
    """How long a batch waits for rows that somebody holds, before those that need them are done beside the rest."""
    return float(settings.BANSHI_BOOKING_LOCK_S) / 10


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


def answered(asked_in: str, act: Callable[[], Checked]) -> Checked | Answer:
    try:
        return checked(asked_in, act)
    except Exception as trouble:
        slug = slug_of(trouble)
        log.error("a write broke", exc_info=slug != "unavailable", slug=slug)
        return http_problem(said(slug), asked_in)


def said(slug: str) -> str:
    """Bodies were checked: what the database cannot hold all the same is our mistake."""
    return "broken" if slug == "bad-request" else slug


class Asked(Protocol):
    """One checked request of a batch."""

    @property
    def language(self) -> str: ...
    @property
    def request_id(self) -> str: ...


One = TypeVar("One", bound=Asked)


def in_batch(asked: Sequence[One], act: Callable[[Sequence[One]], list[Answer]], *, what: str) -> list[Answer | None]:
    """What `act` answers, in one transaction; None for all where somebody held rows it needs for too long: nothing was done.

    A request that breaks takes nobody along: the others are then done again one by one.

    :param what: is asked for, in the log.
    """
    if not asked:
        return []
    try:
        return list(act(asked))
    except Exception as trouble:
        if held(trouble):
            return [None for _ in asked]
        slug = slug_of(trouble)
        if slug == "unavailable":  # one by one would only wait for each in turn
            log.error("a batch found no database", what=what, requests=len(asked))
            return [http_problem(slug, one.language) for one in asked]
        if len(asked) == 1:
            log.error("a write broke", exc_info=True, slug=slug, what=what, request_id=asked[0].request_id)
            return [http_problem(said(slug), asked[0].language)]
        log.warning("a batch broke, doing its requests one by one", what=what, requests=len(asked))
        return [in_batch([one], act, what=what)[0] for one in asked]
