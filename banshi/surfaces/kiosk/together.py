"""一件事 at the machine: one of the catalogue's, or matters picked one after the other; what all of them ask, once; and begun.

What is picked stands in the address alone, so that nothing of it is left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from banshi.foundation.said import named
from banshi.frames.bundle_words import BETWEEN, said_of
from banshi.journeys.case import at_machine
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item, OneMatter
from banshi.rooms.catalogue.queries.together import chosen_of
from banshi.rooms.catalogue.rules.guided import Guided
from banshi.rooms.catalogue.rules.one_form import (
    MOST_ITEMS,
    OneForm,
    costs_jointly,
    guided_jointly,
    implied_jointly,
    one_form,
    unasked,
)
from banshi.rooms.catalogue.rules.together import hindrances
from banshi.surfaces.kiosk import sitting
from banshi.surfaces.kiosk.place import Place, not_too_often
from banshi.surfaces.kiosk.situation import Choice, answers_said, asked_of, before, query, said_rows

LOOKED_AT = 12  # of what is called so
OFFERED = 3  # of the catalogue's on the page on which a matter is begun


@dataclass(frozen=True)
class Whole:
    """Several matters as far as they are answered. `why_not`: why they are not begun as one here, in sentences."""

    what: str
    matter: OneMatter
    items: Sequence[Item]
    one: OneForm
    guided: Guided
    why_not: Sequence[str]

    def here(self, place: Place) -> str:
        return reverse("kiosk:together", args=[place.hall.code, self.what])


def offered(place: Place, asked: str) -> list[OneMatter]:
    """Those of the catalogue that are sent from a machine of this hall, and are called so; with nothing asked for, the first."""
    here = place.hall.code
    found = catalogue.find_matters(asked, hall=here, limit=LOOKED_AT) if asked else catalogue.one_matters(here)
    codes = {code for row in found for code in row.codes}
    online = set(Item.objects.filter(code__in=codes, handling__where__online=True).values_list("code", flat=True))
    return [row for row in found if online >= set(row.codes)][:OFFERED]


def picked(place: Place, codes: str) -> list[Item]:
    """Matters of this hall, in the order in which they were picked. :raises Refused: nothing-found, item-not-here."""
    listed = list(dict.fromkeys(code[:80] for code in codes.split(BETWEEN) if code))[:MOST_ITEMS]
    return [catalogue.hall_item(place.hall.pk, code).item for code in listed]


def _whole(request: Any, place: Place, what: str) -> Whole:
    """:raises Refused: nothing-found, item-not-here – it is not handled in this hall."""
    if BETWEEN in what:
        items = picked(place, what)
        n = len(items)
        matter = OneMatter(
            name_zh=f"自己选的 {n} 件事", name_en=f"{n} matters of your choice",
            items=";".join(item.code for item in items),
        )  # fmt: skip
    else:
        matter = catalogue.one_matter(what[:60], retired=False)
        items = [catalogue.hall_item(place.hall.pk, code).item for code in matter.codes]
    one = one_form([(item.code, catalogue.handling_of(item)) for item in items])
    implied = implied_jointly(one, matter.implied)
    guided = unasked(guided_jointly(one, answers_said(request) | implied), implied)
    hindered = said_of(hindrances(chosen_of(items, day=place.today)), items)
    return Whole(what, matter, items, one, guided, hindered)


@sitting.by_card
def about(request: Any, place: Place, person: int, what: str) -> HttpResponse:
    """One question a screen, each asked once for all of them; then what it takes. Nothing is kept yet."""
    whole = _whole(request, place, what)
    if len(whole.items) < 2:
        return redirect("kiosk:begin-find", place.hall.code)
    question = None if whole.why_not else asked_of(request, whole.guided)
    if question is None:
        return sitting.shown(request, place, "together_takes.html", _takes(place, whole))
    here, said = whole.here(place), dict(whole.guided.answers)
    first = before(whole.guided, question)
    context = {
        "item": whole.matter,
        "question": question,
        "number": [each.id for each in whole.guided.questions].index(question.id) + 1,
        "choices": [
            Choice(each, said.get(question.id) == each.id, here + query({**said, question.id: each.id}))
            for each in question.options
        ],
        "back": here + query(said, first) if first else _to_find(place, whole),
    }
    return sitting.shown(request, place, "begin_question.html", context)


def _to_find(place: Place, whole: Whole) -> str:
    """Where another is picked, with what is picked already."""
    find = reverse("kiosk:begin-find", args=[place.hall.code])
    return find if whole.matter.code else f"{find}?{urlencode({'with': whole.what})}"


def _takes(place: Place, whole: Whole) -> dict[str, Any]:
    here, guided = whole.here(place), whole.guided
    said, costs = dict(guided.answers), costs_jointly(whole.one, guided.answers)
    return {
        "whole": whole,
        "item": whole.matter,
        "guided": guided,
        "fees": [(item, fee) for item, (_, fee) in zip(whole.items, costs.each, strict=True)],
        "costs": costs,
        "said": said_rows(guided, here),
        "answers": [f"{question}:{option}" for question, option in said.items()],
        "another": "" if whole.matter.code or len(whole.items) >= MOST_ITEMS else _to_find(place, whole),
        "back": here + query(said, guided.questions[-1].id) if guided.questions else _to_find(place, whole),
        "online": guided.where.online,
    }


@sitting.by_card
def begin(request: Any, place: Place, person: int, what: str) -> HttpResponse:
    """The drafts, as the answers have it. :raises Refused: rate-limited; those of `at_machine.begin_together`."""
    here = reverse("kiosk:together", args=[place.hall.code, what])
    if request.method == "GET":
        return redirect(here)
    not_too_often(place)
    whole = _whole(request, place, what)
    if whole.why_not or len(whole.items) < 2 or not whole.guided.complete or not whole.guided.where.online:
        return redirect(here + query(dict(whole.guided.answers)))
    asked = at_machine.Together(
        hall=place.hall, items=[item.code for item in whole.items], person_id=person, answers=whole.guided.answers,
        language=get_language() or "zh-hans", matter=whole.matter.code, joint_days=whole.matter.joint_days,
        anyway=request.POST.get("anyway") == "1",
    )  # fmt: skip
    try:
        made = at_machine.begin_together(asked, by=place.by, now=place.now)
    except Refused as no:
        if no.slug != "duplicate-case":
            raise
        context = {**_takes(place, whole), "there": no.facts["case"]}
        return sitting.shown(request, place, "together_takes.html", context, status=SLUGS[no.slug])
    return redirect(f"{reverse('kiosk:bundle-form', args=[place.hall.code, made.no])}?at=0")


def rest_of(items: Sequence[Item]) -> list[tuple[str, str]]:
    """Of what is picked each by its name, with the others as an address has them: it is taken away again."""
    codes = [item.code for item in items]
    return [(named(item), BETWEEN.join(code for code in codes if code != item.code)) for item in items]
