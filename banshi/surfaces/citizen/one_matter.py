"""一件事: several matters that somebody needs together – what all of them ask, what they take, and begun as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock, once
from banshi.frames.bundle_words import BETWEEN, said_of
from banshi.journeys.case.carried import carried, of_firm
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases.models import Bundle
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item, OneMatter
from banshi.rooms.catalogue.queries import retiring
from banshi.rooms.catalogue.queries.together import chosen_of
from banshi.rooms.catalogue.rules.guided import Guided, said_firm
from banshi.rooms.catalogue.rules.one_form import (
    MOST_ITEMS,
    OneForm,
    blanks_jointly,
    costs_jointly,
    guided_jointly,
    implied_jointly,
    one_form,
    unasked,
)
from banshi.rooms.catalogue.rules.together import Hindrance, hindrances
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation, Mine
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.blanks import Blank
from banshi.surfaces.citizen.case_doors import answers_query
from banshi.surfaces.citizen.chosen import forget
from banshi.surfaces.citizen.doors import citizen_page, language, page, public_page
from banshi.surfaces.citizen.forms import WhoComes
from banshi.surfaces.citizen.matter import (
    answers_of,
    applicants,
    applied_by,
    asking,
    firm_first,
    firm_of,
    firm_said,
    hall_asked,
    member,
    organisation_chosen,
    said_option,
    who_first,
    who_panel,
)
from banshi.surfaces.citizen.organisations import my_organisations
from banshi.surfaces.citizen.proving import costs
from banshi.surfaces.citizen.refusals import NOBODY_CHOSEN, NOT_FILLED, unfilled
from banshi.surfaces.citizen.retired import gone


@dataclass(frozen=True)
class Asked:
    """A matter as far as it is answered, in the hall that is chosen."""

    matter: OneMatter
    items: Sequence[Item]
    one: OneForm
    guided: Guided
    halls: Sequence[Hall]
    hall: Hall | None
    hindrances: Sequence[Hindrance]
    here: str  # address of its page

    @property
    def code(self) -> str:
        return self.hall.code if self.hall else ""

    @property
    def up(self) -> str:
        """The page it was chosen on."""
        return reverse("citizen:one-matters" if self.matter.code else "citizen:chosen")


def _prepared(request: Any, code: str) -> Asked:
    """:raises Http404: there is no such matter."""
    try:
        return _asked(request, catalogue.one_matter(code), reverse("citizen:one-matter", args=[code]))
    except Refused as nothing:
        raise Http404 from nothing


def _chosen(request: Any, listed: str) -> Asked:
    """What somebody chose: its items are in the address. :raises Http404: it names none, or too few or too many."""
    codes = list(dict.fromkeys(listed.split(BETWEEN)))
    if not 2 <= len(codes) <= MOST_ITEMS:
        raise Http404
    n = len(codes)
    matter = OneMatter(name_zh=f"自己选的 {n} 件事", name_en=f"{n} matters of your choice", items=";".join(codes))
    try:
        return _asked(request, matter, reverse("citizen:chosen-matter", args=[BETWEEN.join(codes)]))
    except Refused as nothing:
        raise Http404 from nothing


def _asked(request: Any, found: OneMatter, here: str) -> Asked:
    """:raises Refused: nothing-found."""
    items = [catalogue.item_by_code(each) for each in found.codes]
    one = one_form([(item.code, catalogue.handling_of(item)) for item in items])
    halls = _halls(items)
    implied = implied_jointly(one, found.implied)
    guided = unasked(guided_jointly(one, answers_of(request) | implied), implied)
    hindered = hindrances(chosen_of(items, day=retiring.today(clock.now())))
    return Asked(found, items, one, guided, halls, hall_asked(request, halls), hindered, here)


def _halls(items: Sequence[Item]) -> list[Hall]:
    """Where all of them are handled."""
    rows = HallItem.objects.filter(item__in=items).select_related("hall__region").order_by("hall__order", "hall__code")
    found: dict[str, list[Hall]] = {}
    for row in rows:
        found.setdefault(row.hall.code, []).append(row.hall)
    return [each[0] for each in found.values() if len(each) == len(items)]


@public_page
@require_GET
def one_matters(request: Any) -> HttpResponseBase:
    """What can be done in one go."""
    return page(request, "citizen/one_matters.html", {"matters": catalogue.one_matters()})


@public_page
@require_GET
def one_matter(request: Any, code: str) -> HttpResponseBase:
    """One question a screen, each asked once for all of them; then what it takes. Nothing is kept."""
    asked = _prepared(request, code)
    if asked.matter.retired_at is not None:
        return _apart_page(request, asked, [pgettext("bundle", "It is no longer offered.")])
    return _matter_page(request, asked)


def _apart_page(request: Any, asked: Asked, why: list[str]) -> HttpResponseBase:
    return page(request, "citizen/apart.html", {"matter": asked.matter, "items": asked.items, "hindrances": why})


@public_page
@require_GET
def chosen_matter(request: Any, items: str) -> HttpResponseBase:
    """The same of matters that somebody chose; or why they are not begun as one."""
    asked = _chosen(request, items)
    if asked.hindrances:
        return _apart_page(request, asked, said_of(asked.hindrances, asked.items))
    return _matter_page(request, asked)


def _matter_page(request: Any, asked: Asked) -> HttpResponseBase:
    guided, here = asked.guided, asked.here
    at = request.GET.get("at")
    question = next((each for each in guided.questions if each.id == at), None) or guided.next_question
    context: dict[str, Any] = {"matter": asked.matter, "items": asked.items, "hall": asked.hall, "guided": guided}
    if question is not None:
        context |= {"whole": asked.matter, "whole_href": asked.up}
        return page(request, "citizen/question.html", context | asking(guided, question, here, hall=asked.hall))
    query = answers_query(guided.answers, hall=asked.code)
    context |= {
        "halls": asked.halls,
        "said": [(q, said_option(q, guided.answers[q.id])) for q in guided.questions],
        "again": [here + answers_query(guided.answers, hall=asked.code, at=q.id) for q in guided.questions],
        "answers": guided.answers.items(),
        "up": asked.up,
        "start": f"{here}begin{query}",
        "hindrances": said_of([each for each in asked.hindrances if each.why != "retired"], asked.items),
        "library": {paper.code for paper in guided.materials if paper.satisfied_by},
        "blanks": _blanks(asked),
        "gone": (ended := [each for item in asked.items if (each := gone(item, now=clock.now())) is not None]),
        "over": any(each.over for each in ended) or bool(asked.hindrances),
        "costs": (costs := costs_jointly(asked.one, guided.answers)),
        "fees": [(item, fee) for item, (_, fee) in zip(asked.items, costs.each, strict=True)],
        "saved": sum(len(part.fields) for part in asked.one.parts) - len(_names(asked.one)),
    }
    return page(request, "citizen/one_takes.html", context, hall=asked.hall)


def _blanks(asked: Asked) -> dict[str, list[Blank]]:
    items = {item.code: item for item in asked.items}
    return {name: [Blank(items[item], code) for item, code in of] for name, of in blanks_jointly(asked.one).items()}


def _names(one: OneForm) -> set[str]:
    return {name for part in one.parts for name in part.fields.values()}


# --- Begin ------------------------------------------------------------------------------------------------------


def _sent_since(request: Any, code: str = "", items: str = "") -> str:
    """Of a form that was carried out: it is another one, once its bundle was sent."""
    account = request.session.get("account")
    rows = Bundle.objects.filter(account_id=int(account), matter=code) if account else Bundle.objects.none()
    return str(rows.exclude(cases__phase="draft").count())


@once.until(_sent_since)
@citizen_page
@require_http_methods(["GET", "POST"])
@costs("people")
def begin(request: Any, code: str) -> HttpResponseBase:
    """Who applies; then the whole is there, as a draft."""
    return _begin(request, _prepared(request, code))


@once.until(_sent_since)
@citizen_page
@require_http_methods(["GET", "POST"])
@costs("people")
def begin_chosen(request: Any, items: str) -> HttpResponseBase:
    """The same of matters that somebody chose."""
    return _begin(request, _chosen(request, items))


def _begin(request: Any, asked: Asked) -> HttpResponseBase:
    now = clock.now()
    back = asked.here + answers_query(asked.guided.answers, hall=asked.code)
    if (
        asked.matter.retired_at is not None
        or asked.hindrances
        or not asked.guided.complete
        or asked.hall is None
        or not asked.guided.where.online
    ):
        return redirect(back)
    form = WhoComes(request.POST) if request.method == "POST" else sent.again(request, WhoComes)
    refused: Refused | None = None
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise unfilled(NOT_FILLED)
            with transaction.atomic():
                made = _opened(request, asked, asked.hall, form, now=now)
            forget(request, asked.matter.codes)
            return redirect("citizen:bundle-form", made.no)
        except Refused as no:
            refused = no
    mine, only_these = _applicants(request, asked, now=now)
    organisations = _organisations(request, asked)
    firm_first(form, mine, organisations, items=asked.items, answers=asked.guided.answers)
    context = {
        "item": asked.matter,
        "hall": asked.hall,
        "people": mine,
        "firm_chosen": firm_said(form),
        "organisations": organisations,
        "only_these": only_these,
        "form": form,
        "who_chosen": form["who"].value() or who_first(request, mine),
        "answers": asked.guided.answers.items(),
        "back": back,
        "panel": who_panel(form, refused, asked.hall, now=now) if refused is not None else None,
        "another": refused is not None and refused.slug == "duplicate-case",
    }
    return page(request, "citizen/begin.html", context, hall=asked.hall, refused=refused)


def _applicants(request: Any, asked: Asked, *, now: datetime) -> tuple[list[Mine], bool]:
    """Whom the account may apply for in every one of them."""
    each = [applicants(request, item, now=now) for item in asked.items]
    everywhere = set.intersection(*({one.pk for one in mine} for mine, _ in each))
    return [one for one in each[0][0] if one.pk in everywhere], any(only for _, only in each)


def _organisations(request: Any, asked: Asked) -> tuple[ActsForOrganisation, ...]:
    """Whom the account may apply for as an organisation: none where one of the matters is for people alone."""
    if any(item.audience == "person" for item in asked.items):
        return ()
    return my_organisations(request)


def _applied_by(
    request: Any, asked: Asked, hall: Hall, form: WhoComes, *, now: datetime
) -> tuple[identity.Enrolled, ActsForOrganisation | None]:
    """:raises Refused: those of `applied_by`; invalid – nobody was chosen who may apply for all of it."""
    firm = organisation_chosen(request, form)
    if firm is not None:
        return member(request), firm
    mine, _ = _applicants(request, asked, now=now)
    if form.cleaned_data["who"] not in ("new", *(str(each.pk) for each in mine)):
        raise unfilled(NOBODY_CHOSEN, field="who")
    said = said_firm(asked.guided.answers)
    return applied_by(request, asked.items[0], hall, form, firm=said, now=now), None


def _opened(request: Any, asked: Asked, hall: Hall, form: WhoComes, *, now: datetime) -> Bundle:
    """The drafts, with all that need not be asked. :raises Refused: those of `_applied_by`, `open_bundle`."""
    who, firm = _applied_by(request, asked, hall, form, now=now)
    account = request.who.account_id
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    known = (
        carried(asked.guided.fields, account_id=account, person_id=who.id, name=who.name, phone=who.phone, today=today)
        if firm is None
        else of_firm(asked.guided.fields, firm=firm_of(firm, account), today=today)
    )
    each = cases.Opening(
        hall=hall, item_code="", person_id=who.id, channel="web", account_id=account,
        organisation_id=firm.organisation_id if firm else None,
        name="" if people.proven_by(account, who.id).proves else who.name,
        contact=who.phone or people.phone_of(account_id=account), language=language(),
        anyway=request.POST.get("anyway") == "1",
    )  # fmt: skip
    asked_for = cases.Bundling(
        asked.matter.codes, each, asked.guided.answers, {code: said.value for code, said in known.items()},
        matter=asked.matter.code, joint_days=asked.matter.joint_days,
    )  # fmt: skip
    return cases.open_bundle(asked_for, by=request.who.by, now=now)
