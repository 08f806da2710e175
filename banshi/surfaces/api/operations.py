"""How an endpoint is declared: its key check, its documented answers, and writes that may be repeated."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja.security import HttpBearer

from banshi.foundation import clock, limits
from banshi.foundation.crypto import blind_index
from banshi.kernel.addresses import network_of
from banshi.kernel.refusals import Refused
from banshi.kernel.signing import signed
from banshi.rooms.library import rules as library
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, invalid, language_of, refused, response_of
from banshi.surfaces.api.keys import Caller, authorise
from banshi.surfaces.api.schemas import Problem

MOST_BYTES = 64 * 1024
PROBLEMS: dict[Any, Any] = {
    (400, 401, 403, 404, 405, 409, 413, 415, 422, 429): Problem,
}
# operation id → the query fields it knows; filled from the signatures by api.py.
QUERY_FIELDS: dict[str, frozenset[str]] = {}

# Operations that take no body (an empty JSON object passes).
WITHOUT_BODY: set[str] = set()

# Operations that read their body themselves: JSON, or a form with a file of up to 20 MB (case_files.py, item_files.py).
TAKES_FILES = frozenset({"add_material", "import_items"})
MOST_FORM_BYTES = library.MOST_BYTES + MOST_BYTES
# Those whose body is the file itself, as large, in whatever encoding, or one document a line; or a part of one: their types.
KINDS_OF_FILES = {
    "import_items": frozenset({"application/json", "application/x-ndjson"}),
    "put_part": frozenset({"application/octet-stream"}),
}
FILE_IS_BODY = frozenset(KINDS_OF_FILES)
# Operations that answer with a file: its types.
GIVES_FILES = {
    **dict.fromkeys(("get_document", "get_drafted_blank"), ("application/pdf",)),
    **dict.fromkeys(("get_material_content", "get_consultation_page"), ("application/pdf", "image/jpeg")),
}

# How often one network may ask what is open to all: a minute, and at once.
OPEN_PER_MINUTE, OPEN_AT_ONCE = 30, 60


class HttpFault(Exception):
    """What HTTP itself refuses: a slug of answers.HTTP_PROBLEMS."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(slug)


def is_form(headers: Mapping[str, str]) -> bool:
    """Whether a body says that it is a form with files. :param headers: names in lower case."""
    return headers.get("content-type", "").lower().split(";")[0].strip() == "multipart/form-data"


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def check_body(headers: Mapping[str, str], body: bytes) -> None:
    """:raises HttpFault: too large, or not JSON by its Content-Type. No body has no type."""
    if not body:
        return
    if len(body) > MOST_BYTES:
        raise HttpFault("too-large")
    kind, *parameters = headers.get("content-type", "").lower().split(";")
    if kind.strip() != "application/json":
        raise HttpFault("unsupported-media-type")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise HttpFault("unsupported-media-type")


def check_kind(headers: Mapping[str, str], operation: str) -> None:
    """:raises HttpFault: by its Content-Type no file of this operation's: JSON, whole or one document a line; or bytes."""
    if headers.get("content-type", "").lower().split(";")[0].strip() not in KINDS_OF_FILES[operation]:
        raise HttpFault("unsupported-media-type")


def check_empty(body: bytes) -> None:
    """:raises Refused: invalid – a body where none is taken, other than an empty object."""
    if body.strip() not in (b"", b"{}"):
        raise invalid("这里不需要请求内容", "This takes no body")


class Key(HttpBearer):
    """A key of this installation: `Authorization: Bearer bs_…`."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller:
        """Everything that is refused before the parameters are read."""
        headers = lower(request.headers)
        request.operation = self.operation  # type: ignore[attr-defined]
        caller = authorise(headers, self.operation)
        _check_query(request, self.operation)
        if request.method in ("POST", "PUT", "PATCH"):
            if self.operation in TAKES_FILES and is_form(headers):
                return caller
            if self.operation in FILE_IS_BODY:
                check_kind(headers, self.operation)
                return caller
            check_body(headers, request.body)
            if self.operation in WITHOUT_BODY:
                check_empty(request.body)
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError  # __call__ does it all


class Nobody:
    """An operation that is open to all: as often as a network may ask."""

    def __init__(self, operation: str, *, per_minute: int, at_once: int, reads_json: bool = False) -> None:
        self.operation, self.per_minute, self.at_once, self.reads_json = operation, per_minute, at_once, reads_json

    def __call__(self, request: HttpRequest) -> bool:
        _check_query(request, self.operation)
        network = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
        limits.take(key=f"{self.operation}:{network}", per_minute=self.per_minute, burst=self.at_once)
        if self.reads_json:
            check_body(lower(request.headers), request.body)
        return True


@dataclass(frozen=True)
class Signed:
    """An operation that another's machine calls: signed with the secret it shares with this installation. `who`: till |
    courier, as its headers and its setting begin."""

    operation: str
    who: str

    def __call__(self, request: HttpRequest) -> bool:
        """:raises Refused: unauthenticated – not its signature, or an old one."""
        headers = lower(request.headers)
        _check_query(request, self.operation)
        own = signed(
            getattr(settings, f"BANSHI_{self.who.upper()}_SECRET"), at=headers.get(f"{self.who}-timestamp", ""),
            body=request.body, said=headers.get(f"{self.who}-signature", ""), now=clock.wall(),
        )  # fmt: skip
        if not own:
            raise Refused("unauthenticated")
        check_body(headers, request.body)
        return True


def _check_query(request: HttpRequest, operation: str) -> None:
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "").replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise invalid("查询参数不是有效的 UTF-8", "The query is not valid UTF-8") from wrong
    known = QUERY_FIELDS.get(operation, frozenset())
    for name in request.GET:
        if name not in known:
            shown = "".join(c for c in name[:60] if c.isprintable())
            raise invalid(f"{shown}：不认识这一项", f"{shown}: no such parameter here")
        if len(request.GET.getlist(name)) > 1:
            raise invalid(f"{name}：只能出现一次", f"{name}: may be given once only")


def op(operation: str, answers: dict[int, Any]) -> dict[str, Any]:
    """Arguments of a ninja route: its id, its key check and its documented answers."""
    return {"operation_id": operation, "auth": Key(operation), "response": {**answers, **PROBLEMS}}


def open_op(
    operation: str,
    answers: dict[int, Any],
    *,
    per_minute: int = OPEN_PER_MINUTE,
    at_once: int = OPEN_AT_ONCE,
    reads_json: bool = False,
) -> dict[str, Any]:
    """As `op`, of an operation that takes no key. :param reads_json: its body is JSON, as everybody else's."""
    nobody = Nobody(operation, per_minute=per_minute, at_once=at_once, reads_json=reads_json)
    return {"operation_id": operation, "auth": nobody, "response": {**answers, **PROBLEMS}}


def signed_op(operation: str, answers: dict[int, Any], *, who: str) -> dict[str, Any]:
    """As `op`, of an operation that another's machine signs. :param who: till | courier."""
    return {"operation_id": operation, "auth": Signed(operation, who), "response": {**answers, **PROBLEMS}}


def caller(request: HttpRequest) -> Caller:
    """Who calls (set by `Key`)."""
    found: Caller = request.auth  # type: ignore[attr-defined]
    return found


def language(request: HttpRequest) -> str:
    return language_of(request.headers.get("Accept-Language", ""))


def found(content: Any) -> HttpResponse:
    """200 with what was asked for."""
    return response_of(answer(200, content))


Then = Callable[[], Answer]
Write = Callable[..., Answer | Then]


def write(view: Write) -> Callable[..., HttpResponse]:
    """A write: at most once per Idempotency-Key, and its refusals are answers like any other.

    The view does its work and answers an `Answer`; a `Refused` rolls back what it did. What others are given because of it, in
    transactions of its own, comes after the view's: it answers with what does that, and then says how things stand.
    """

    @wraps(view)
    def once(request: HttpRequest, **values: Any) -> HttpResponse:
        asked_in = language(request)
        wanted = idempotency.once_of(
            lower(request.headers),
            caller=caller(request),
            method=request.method or "",
            path=request.get_full_path(),
            body=request.body,
        )
        return response_of(
            idempotency.answered_once(wanted, asked_in, lambda: attempted(asked_in, lambda: view(request, **values)))
        )

    # ninja reads annotations in the module of the function it is given: hand it the view's own, evaluated.
    once.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return once


def attempted(asked_in: str, act: Callable[[], Answer | Then]) -> Answer:
    """What `act` answers, or its refusal as a problem, with nothing of it left behind."""
    try:
        with translation.override(asked_in):
            with transaction.atomic():
                done = act()
            return done if isinstance(done, Answer) else done()
    except Refused as no:
        return refused(no.refusal, asked_in)
