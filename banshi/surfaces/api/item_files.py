"""Items from an item store (事项库): its answer as a body, or files in a form, become drafts that a second person publishes."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from banshi.foundation import clock
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.actions.drafts import import_records
from banshi.rooms.catalogue.rules.store_answers import Unreadable
from banshi.surfaces.api import idempotency
from banshi.surfaces.api.answers import Answer, answer, response_of
from banshi.surfaces.api.keys import Caller
from banshi.surfaces.api.one_file import only_file
from banshi.surfaces.api.operations import MOST_FORM_BYTES, HttpFault, attempted, caller, is_form, language, lower, op
from banshi.surfaces.api.schemas import Out

router = Router(tags=["items"])


class MendedOut(Out):
    where: str = Field(description="Table and field, as AUDIT_MATERIAL.remark.")
    what: str = Field(description="html, entities, escapes, spaces, unseen, nothing, numbers, date, shortened, …")
    times: int = Field(description="In how many rows.")


class UnknownOut(Out):
    where: str
    value: str = Field(description="The code, with the store's own words for it.")
    kept: str = Field(description="What it was taken for; `text`: kept beside, as text.")


class WhyOut(Out):
    row: str = Field(description="Answer, table and row, as #1 AUDIT_MATERIAL 3; empty where it is not one row.")
    field: str
    value: str
    zh: str
    en: str


class ImportedOut(Out):
    task_code: str = Field(description="Empty where an answer names no item, as an error page.")
    name: str
    result: Literal["new", "newer", "unchanged", "refused"]
    mended: list[MendedOut]
    unknown: list[UnknownOut]
    why: WhyOut | None = Field(None, description="Of what was refused alone.")


class ItemImportOut(Out):
    items: list[ImportedOut] = Field(description="In the order of the file.")


_ANSWER: dict[str, Any] = {"type": "object", "title": "StoreAnswer", "description": "As the store gave it."}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _ANSWER},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "title": "StoreFile",
                    "properties": {"file": {"type": "string", "format": "binary", "title": "File"}},
                    "required": ["file"],
                }
            },
        },
    }
}


def _sent(request: HttpRequest) -> bytes:
    """:raises Refused: invalid. :raises HttpFault: too large."""
    if not is_form(lower(request.headers)):
        content = request.read(MOST_FORM_BYTES + 1)  # `body` takes a megabyte at most
        if len(content) > MOST_FORM_BYTES:
            raise HttpFault("too-large")
        return content
    return only_file(request)


@router.post(
    "/items/import",
    **op("import_items", {200: ItemImportOut}),
    summary="Items of an item store as drafts",
    openapi_extra=BODY,
)
def import_items(request: HttpRequest) -> HttpResponse:
    """The store's answer as it came – either spelling, any wrapping, several in a list or one a line – as JSON, or as a form with
    a `file`. Nothing is in force before a second person publishes it. The same file again changes nothing; one that ends in the
    middle is refused whole."""
    who, asked_in = caller(request), language(request)
    content = _sent(request)
    once = idempotency.once_of(
        lower(request.headers), caller=who, method="POST", path=request.get_full_path(), body=content
    )
    return response_of(
        idempotency.answered_once(once, asked_in, lambda: attempted(asked_in, lambda: _imported(content, who)))
    )


def _imported(content: bytes, who: Caller) -> Answer:
    try:
        reported = import_records(content, by=who.by, now=clock.now())
    except Unreadable as wrong:
        raise Refused("invalid", facts={"field": "file", "reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    return answer(200, {"items": [each.as_json() for each in reported]})
