"""The catalogue: items found by words, pinyin or initials, and their guides."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, StringConstraints

from banshi.foundation import clock
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries import Guide, ItemLine
from banshi.rooms.catalogue.queries.remedies import remedies_of
from banshi.rooms.catalogue.queries.retiring import retirement_of, today
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.catalogue.rules.national import stated
from banshi.rooms.catalogue.rules.seasons import words
from banshi.surfaces.api.guide import online_level_shown
from banshi.surfaces.api.operations import found, op
from banshi.surfaces.api.pages import page_of_more, start_of
from banshi.surfaces.api.parts import named, remedy_part
from banshi.surfaces.api.quota_parts import draw_part, round_part
from banshi.surfaces.api.schemas import PRINTABLE, Code, ItemLineOut, ItemOut, Page, Paged, QuotaOut

router = Router(tags=["items"])
MOST_ROUNDS = 12


class Search(Paged):
    q: Annotated[str, StringConstraints(max_length=80, pattern=PRINTABLE)] = Field(
        "", description="Words, pinyin or initials; typing slips are forgiven."
    )
    hall: Code | None = Field(None, description="Only items of this hall, with their category there.")
    department: Code | None = None


@router.get("/items", **op("list_items", {200: Page[ItemLineOut]}), summary="Search the catalogue")
def list_items(request: HttpRequest, asked: Query[Search]) -> HttpResponse:
    """Items, best match first; all of them in order of code where `q` is empty."""
    lines = catalogue.search(
        asked.q, hall=asked.hall, department=asked.department, limit=asked.limit + 1, offset=start_of(asked)
    )
    return found(page_of_more([_line(line) for line in lines], asked))


@router.get("/items/{item}", **op("get_item", {200: ItemOut}), summary="Guide of one item")
def get_item(request: HttpRequest, item: Path[Code]) -> HttpResponse:
    """The guide: conditions, days, fee, result, and the materials to bring."""
    return found(_guide(catalogue.guide(catalogue.item_by_code(item))))


def _line(line: ItemLine) -> dict[str, Any]:
    return {
        **named(line.code, line.name_zh, line.name_en),
        "department": named(line.department, line.department_zh, line.department_en),
        "audience": line.audience,
        "category": named(line.category, line.category_zh, line.category_en) if line.category else None,
        "hall": line.hall,
        "bookable": line.bookable if line.hall else None,
        "walk_in": line.walk_in if line.hall else None,
    }


def _guide(guide: Guide) -> dict[str, Any]:
    item = guide.item
    handling = catalogue.handling_of(item)
    return {
        **named(item.code, item.name_zh, item.name_en),
        "department": named(item.department.code, guide.department_zh, guide.department_en),
        "audience": item.audience,
        "catalog_code": item.catalog_code,
        "task_code": item.task_code,
        "case_kind": item.case_kind,
        "statutory_days": item.statutory_days,
        "promised_days": item.promised_days,
        "visits_needed": item.visits_needed,
        "agent_allowed": item.agent_allowed,
        "condition": item.acceptance_condition_zh,
        "condition_en": item.acceptance_condition_en,
        "fee": item.fee_zh,
        "fee_en": item.fee_en,
        "result": item.result_zh,
        "result_en": item.result_en,
        "materials": [
            {
                **named(m.code, m.name_zh, m.name_en),
                "originals": m.originals,
                "copies": m.copies,
                "necessity": m.necessity,
                "source": m.source,
                "note": m.note_zh,
                "note_en": m.note_en,
            }
            for m in guide.materials
        ],
        "halls": list(guide.halls),
        "retired": _retired(item),
        "elements": [
            {**named(each.code, each.name_zh, each.name_en), "value": each.value_zh, "value_en": each.value_en}
            for each in stated(catalogue.columns_of(item), handling)
        ],
        "remedies": [
            {"hall": hall, **remedy_part(remedy)}
            for hall, remedy in remedies_of(item, handling.stated, guide.halls, now=clock.now())
        ],
        "seasons": _seasons(item),
        "quota": _quota(item),
        "handling_items": [named(each.code, each.name_zh, each.name_en) for each in handling.handling_items],
        "online_level": online_level_shown(handling),
        "faq": [
            {
                "question": each.text_zh,
                "question_en": each.text_en,
                "answer": each.answer_zh,
                "answer_en": each.answer_en,
            }
            for each in handling.faq
        ],
    }


def _quota(item: Item) -> dict[str, Any] | None:
    quota = catalogue.handling_of(item).quota
    if quota is None:
        return None
    line = cases.shown_round(item, today=today(clock.now()))
    return {"by": quota.by, "carried": quota.carried, "round": round_part(line) if line is not None else None}


@router.get(
    "/items/{item}/quota", **op("get_item_quota", {200: QuotaOut}), summary="Rounds of an item, and their draws"
)
def get_item_quota(request: HttpRequest, item: Path[Code]) -> HttpResponse:
    """Rounds that were published, newest first, twelve at most. Of a draw the commitment and the list stand here once the list is
    closed, and the seed once it is drawn: with them anybody can draw again.
    """
    row, day = catalogue.item_by_code(item), today(clock.now())
    quota = catalogue.handling_of(row).quota
    rounds = [cases.line_of(each, today=day) for each in cases.rounds_of(row)[:MOST_ROUNDS]]
    return found(
        {
            **named(row.code, row.name_zh, row.name_en),
            "by": quota.by if quota is not None else None,
            "carried": quota is not None and quota.carried,
            "rounds": [{**round_part(each), **draw_part(each)} for each in rounds],
        }
    )


def _seasons(item: Item) -> dict[str, Any] | None:
    found, day = seasons_of(item), today(clock.now())
    if found is None:
        return None
    zh, en = words(found.spans)
    held = found.hold(day)
    opens = None if held else found.opens(day)
    return {
        "spans": [{"first": each.first, "last": each.last} for each in found.spans],
        "text": zh,
        "text_en": en,
        "received": held,
        "closes": found.closes(day).isoformat() if held else None,
        "opens": opens.isoformat() if opens else None,
    }


def _retired(item: Item) -> dict[str, Any] | None:
    row = retirement_of(item) if item.retired_on is not None else None
    if row is None:
        return None
    after = row.successor
    return {
        "on": row.from_day.isoformat(),
        "reason": row.reason_zh,
        "reason_en": row.reason_en,
        "successor": named(after.code, after.name_zh, after.name_en) if after is not None else None,
    }
