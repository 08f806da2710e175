"""Which case it is: one question a screen, what it takes, and begun; and the questions of a draft again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from banshi.frames.case_fields import card_for
from banshi.journeys.case import at_machine, changing
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases import queries as cases
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries.retiring import need_taken
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.catalogue.rules.guided import Guided, guided, in_hall
from banshi.rooms.catalogue.rules.handling import Option, Question
from banshi.surfaces.kiosk import offering, sitting
from banshi.surfaces.kiosk.mine import their_case, together
from banshi.surfaces.kiosk.place import Place, not_too_often

MOST_ANSWERS = 30


@dataclass(frozen=True)
class Choice:
    """One answer. `href`: where it leads; "" where it is sent as a form; `said`: the one given before."""

    option: Option
    said: bool
    href: str = ""


def answers_said(request: Any) -> dict[str, str]:
    pairs = (str(each)[:200].partition(":") for each in request.POST.getlist("a") or request.GET.getlist("a"))
    return {question: option for question, colon, option in list(pairs)[:MOST_ANSWERS] if colon}


def query(answers: dict[str, str], at: str = "") -> str:
    said = [("a", f"{question}:{option}") for question, option in answers.items()] + ([("at", at)] if at else [])
    return f"?{urlencode(said)}" if said else ""


def asked_of(request: Any, found: Guided) -> Question | None:
    """The one that somebody went back to; else the next one; None: all is said."""
    at = request.GET.get("at")
    return next((each for each in found.questions if each.id == at), None) or found.next_question


def before(found: Guided, question: Question) -> str:
    order = [each.id for each in found.questions]
    return order[order.index(question.id) - 1] if order.index(question.id) else ""


@sitting.by_card
def about(request: Any, place: Place, person: int, item: str) -> HttpResponse:
    """One question a screen, then what it takes. Nothing is kept yet.

    :raises Refused: item-not-here, item-retired, out-of-season.
    """
    listed = catalogue.hall_item(place.hall.pk, item[:80])
    need_taken(listed.item, day=place.today)
    if not offering.offer(place).begins(listed.item.code):
        return _not_here(place, listed)
    found = guided(catalogue.handling_of(listed.item), answers_said(request))
    if not (found.where.online or found.where.kiosk):
        return redirect(f"{reverse('kiosk:confirm', args=[place.hall.code])}?{urlencode({'item': item})}")
    question = asked_of(request, found)
    if question is None:
        return sitting.shown(request, place, "begin_takes.html", _takes(place, listed, found))
    here = reverse("kiosk:about", args=[place.hall.code, item])
    said, earlier = dict(found.answers), before(found, question)
    context = {
        "item": listed.item,
        "question": question,
        "number": [each.id for each in found.questions].index(question.id) + 1,
        "choices": [
            Choice(each, said.get(question.id) == each.id, here + query({**said, question.id: each.id}))
            for each in question.options
        ],
        "back": here + query(said, earlier) if earlier else reverse("kiosk:begin-find", args=[place.hall.code]),
    }
    return sitting.shown(request, place, "begin_question.html", context)


def _not_here(place: Place, listed: HallItem) -> HttpResponse:
    """It is not begun at a machine of this kind: where it is, the search says."""
    return redirect(
        f"{reverse('kiosk:begin-find', args=[place.hall.code])}?{urlencode({'q': listed.item.name_zh[:40]})}"
    )


def _takes(place: Place, listed: HallItem, found: Guided) -> dict[str, Any]:
    here = reverse("kiosk:about", args=[place.hall.code, listed.item.code])
    said, season = dict(found.answers), seasons_of(listed.item)
    last = found.questions[-1].id if found.questions else ""
    handling = catalogue.handling_of(listed.item)
    return {
        "item": listed.item,
        "guided": in_hall(found, bookable=listed.bookable, walk_in=listed.walk_in),
        "handling": handling,
        "said": said_rows(found, here),
        "answers": [f"{question}:{option}" for question, option in said.items()],
        "closes": season.closes(place.today) if season is not None else None,
        "back": here + query(said, last) if last else reverse("kiosk:begin-find", args=[place.hall.code]),
    }


def said_rows(found: Guided, here: str) -> list[tuple[Question, Option, str]]:
    """Each question that was answered, what was said, and where that is changed. :param here: the page that asks."""
    said = dict(found.answers)
    return [
        (each, next(one for one in each.options if one.id == said[each.id]), here + query(said, each.id))
        for each in found.questions
        if each.id in said
    ]


@sitting.by_card
def begin(request: Any, place: Place, person: int, item: str) -> HttpResponse:
    """The draft, as the answers have it. :raises Refused: rate-limited; those of `at_machine.begin`."""
    here = reverse("kiosk:about", args=[place.hall.code, item])
    if request.method == "GET":
        return redirect(here)
    not_too_often(place)
    listed = catalogue.hall_item(place.hall.pk, item[:80])
    if not offering.offer(place).begins(listed.item.code):
        return _not_here(place, listed)
    found = guided(catalogue.handling_of(listed.item), answers_said(request))
    if not found.complete or not (found.where.online or found.where.kiosk):
        return redirect(here + query(dict(found.answers)))
    asked = at_machine.Beginning(
        hall=place.hall, item_code=listed.item.code, person_id=person, answers=found.answers,
        language=get_language() or "zh-hans", anyway=request.POST.get("anyway") == "1",
    )  # fmt: skip
    try:
        case = at_machine.begin(asked, by=place.by, now=place.now)
    except Refused as no:
        if no.slug != "duplicate-case":
            raise
        context = {**_takes(place, listed, found), "there": no.facts["case"]}
        return sitting.shown(request, place, "begin_takes.html", context, status=SLUGS[no.slug])
    return redirect(f"{reverse('kiosk:form', args=[place.hall.code, case.no])}?at=0")


@sitting.by_card
def situation(request: Any, place: Place, person: int, no: str) -> HttpResponse:
    """The questions of a draft again: another answer asks for other papers and fields.

    :raises Refused: nothing-found, wrong-state.
    """
    case = their_case(place, person, no)
    here = reverse("kiosk:situation", args=[place.hall.code, no])
    if together(case) and case.bundle is not None:
        return redirect("kiosk:bundle-form", place.hall.code, case.bundle.no)
    if request.method == "POST":
        question_id, _, option = str(request.POST.get("answer") or "")[:200].partition(":")
        case = changing.change(
            case_no=no, answers={question_id: option}, known=card_for(case, today=place.today), by=place.by,
            now=place.now,
        )  # fmt: skip
        return redirect(here)
    found = cases.guided_case(case)
    question = asked_of(request, found)
    if question is None:
        return redirect("kiosk:form", place.hall.code, no)
    earlier = before(found, question)
    context = {
        "item": case.item,
        "case": case,
        "question": question,
        "number": [each.id for each in found.questions].index(question.id) + 1,
        "choices": [Choice(each, found.answers.get(question.id) == each.id) for each in question.options],
        "back": f"{here}?at={earlier}" if earlier else reverse("kiosk:mine", args=[place.hall.code]),
    }
    return sitting.shown(request, place, "begin_question.html", context)
