"""The guide by situation (情形引导): questions of an item, and what the answers come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Path, Query, Router

from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.catalogue.rules import online_level
from banshi.rooms.catalogue.rules.costs import Cost
from banshi.rooms.catalogue.rules.granting import grants_of
from banshi.rooms.catalogue.rules.guided import Guided, answer_faults, guided, in_hall
from banshi.rooms.catalogue.rules.handling import Formula, Handling, Limit, Paper, Promise, Question, Stage
from banshi.rooms.catalogue.rules.json_schema import form_schema
from banshi.rooms.places import queries as places
from banshi.surfaces.api.answers import Answer, answer, invalid
from banshi.surfaces.api.operations import found, op, write
from banshi.surfaces.api.parts import named
from banshi.surfaces.api.schemas import Asked, Code, FormSchemaOut, GuideAnswersIn, GuidedOut, GuideOut

router = Router(tags=["items"])


class Where(Asked):
    hall: Code | None = None


@router.get("/items/{item}/guide", **op("get_item_guide", {200: GuideOut}), summary="Questions of an item")
def get_item_guide(request: HttpRequest, item: Path[Code], asked: Query[Where]) -> HttpResponse:
    """What is asked before the list of papers: a question is asked where its `asked_if` holds for the answers so far. Items
    with no questions are answered at once by the same address with POST.
    """
    row, _ = _asked_of(item, asked.hall)
    handling = catalogue.handling_of(row)
    return found(
        {"item": row.code, "version": row.version, "questions": [question_shown(each) for each in handling.questions]}
    )


@router.get(
    "/items/{item}/form-schema", **op("get_form_schema", {200: FormSchemaOut}), summary="Its form as JSON Schema"
)
def get_form_schema(request: HttpRequest, item: Path[Code]) -> HttpResponse:
    """JSON Schema 2020-12 of the `answers` and the `form` that a case of the item takes: to show the form, and to check it before
    it is sent. What hangs on answers and fields above stands in `allOf`, the fields' own conditions beside it in `x-show-if`.
    """
    row = catalogue.item_by_code(item)
    handling = catalogue.handling_of(row)
    said = form_schema(handling, item=row.code, version=row.version, title=row.name_zh, title_en=row.name_en)
    return found(said)


@router.post("/items/{item}/guide", **op("guide_item", {200: GuidedOut}), summary="What is needed in a situation")
@write
def guide_item(request: HttpRequest, item: Path[Code], body: GuideAnswersIn) -> Answer:
    """What the answers come to: papers, conditions, places, fee, limits. While `complete` is false: what is needed in any
    case, and the next question. Nothing is kept.
    """
    row, here = _asked_of(item, body.hall)
    handling = catalogue.handling_of(row)
    wrong = answer_faults(handling, body.answers)
    if wrong:
        errors = [{"field": f"answers.{each.code}", "reason": {"zh": each.zh, "en": each.en}} for each in wrong]
        raise invalid(f"{wrong[0].code}：{wrong[0].zh}", f"{wrong[0].code}: {wrong[0].en}", errors=errors)
    outcome = guided(handling, body.answers)
    if here is not None:
        outcome = in_hall(outcome, bookable=here.bookable, walk_in=here.walk_in)
    return answer(200, {"item": row.code, "version": row.version, **_outcome(outcome, row)})


def _asked_of(item: str, hall: str | None) -> tuple[Item, HallItem | None]:
    """:raises Refused: nothing-found, item-not-here."""
    row = catalogue.item_by_code(item)
    return row, None if hall is None else catalogue.hall_item(places.hall_by_code(hall).pk, item)


def _text(zh: str, en: str) -> dict[str, str]:
    return {"text": zh, "text_en": en}


def question_shown(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        **_text(question.text_zh, question.text_en),
        "help": question.help_zh,
        "help_en": question.help_en,
        "options": [{"id": each.id, **_text(each.text_zh, each.text_en)} for each in question.options],
        "asked_if": question.asked_if or None,
    }


def _outcome(outcome: Guided, item: Item) -> dict[str, Any]:
    situation = outcome.situation
    return {
        "complete": outcome.complete,
        "next_question": outcome.next_question and question_shown(outcome.next_question),
        "answers": dict(outcome.answers),
        "situation": situation and {"id": situation.id, "name": situation.name_zh, "name_en": situation.name_en},
        "handling_item": below_shown(outcome),
        "conditions": [_text(each.text_zh, each.text_en) for each in outcome.conditions],
        "materials": [paper_shown(each, (item.code, each.code)) for each in outcome.materials],
        "stages": [stage_shown(each) for each in outcome.stages],
        "where": outcome.where.model_dump(),
        "online_level": online_level_shown(catalogue.handling_of(item)),
        "appointment": outcome.appointment,
        "fee": outcome.fee and fee_shown(outcome.fee),
        "promised": _limit(outcome.promised),
        "statutory": _limit(outcome.statutory),
        "minutes": outcome.minutes,
        "grants": [
            {
                **named(each.code, each.label_zh, each.label_en),
                "type": each.type,
                "proposed": each.has_source and not each.always,
            }
            for each in grants_of(catalogue.handling_of(item), outcome.answers)
        ],
        "result_sample": _page("result-sample", item.code) if cases.has_result_sample(item) else None,
    }


def online_level_shown(handling: Handling) -> dict[str, Any]:
    """How who sends it online has to be known."""
    zh, en = online_level.NAMES[handling.online_level]
    return {"level": handling.online_level, "name": zh, "name_en": en}


def stage_shown(stage: Stage) -> dict[str, Any]:
    """办理流程: one stage."""
    return {
        **named(stage.code, stage.name_zh, stage.name_en),
        "act": stage.act,
        "department": stage.department or None,
        "procedure": stage.procedure or None,
        "days": stage.days,
        "who": stage.who_zh,
        "who_en": stage.who_en,
        "standard": stage.standard_zh,
        "standard_en": stage.standard_en,
    }


def below_shown(outcome: Guided) -> dict[str, Any] | None:
    """业务办理项, once every question is answered."""
    below = outcome.handling_item
    return named(below.code, below.name_zh, below.name_en) if below is not None else None


def paper_shown(paper: Paper, of: tuple[str, str] | None) -> dict[str, Any]:
    """:param of: the item that hands out its blank, and its code there; None: several do, each with its own."""
    named_by = of if paper.form else None
    return {
        **named(paper.code, paper.name_zh, paper.name_en),
        "necessity": paper.necessity,
        "originals": paper.originals,
        "copies": paper.copies,
        "channels": list(paper.channels),
        "satisfied_by": list(paper.satisfied_by),
        "by_promise": paper.by_promise and _promise(paper.by_promise),
        "reuse_days": paper.reuse_days,
        "accept": paper.accept_zh,
        "accept_en": paper.accept_en,
        "source": paper.source or None,
        "issuer": paper.issuer_zh,
        "issuer_en": paper.issuer_en,
        "fill": paper.fill_zh,
        "fill_en": paper.fill_en,
        "blank": named_by and _page("paper-blank", *named_by),
        "sample": named_by and _page("paper-sample", *named_by),
    }


def _promise(said: Promise) -> dict[str, str]:
    return {
        "duty": said.duty_zh,
        "duty_en": said.duty_en,
        "untrue": said.untrue_zh,
        "untrue_en": said.untrue_en,
        "promise": said.promise_zh,
        "promise_en": said.promise_en,
    }


def _page(name: str, *of: str) -> str:
    """The address of a page for everybody."""
    return settings.BANSHI_PUBLIC_URL.rstrip("/") + reverse(f"citizen:{name}", args=of)


def fee_shown(cost: Cost) -> dict[str, Any]:
    """收费, and how it is computed."""
    return {
        "amount": _yuan(cost.amount),
        **_text(cost.text_zh, cost.text_en),
        "how": cost.how_zh,
        "how_en": cost.how_en,
        "formula": cost.formula and _formula(cost.formula),
        "possible": [
            {
                "amount": _yuan(each.amount),
                **_text(each.text_zh, each.text_en),
                "formula": each.formula and _formula(each.formula),
            }
            for each in cost.possible
        ],
    }


def _formula(formula: Formula) -> dict[str, Any]:
    steps = [{"up_to": each.up_to and str(each.up_to), "value": str(each.value)} for each in formula.steps]
    return {
        "kind": formula.kind,
        "field": formula.field,
        "unit": formula.unit_zh,
        "unit_en": formula.unit_en,
        "unit_price": _yuan(formula.unit_price),
        "base": _yuan(formula.base),
        "included": formula.included,
        "steps": steps,
        "least": _yuan(formula.least),
        "most": _yuan(formula.most),
    }


def _yuan(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _limit(limit: Limit) -> dict[str, Any]:
    return {"value": limit.value, "unit": limit.unit}
