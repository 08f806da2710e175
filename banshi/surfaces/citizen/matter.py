"""A matter from the first question on: what is it about, what does it take, and begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock, once, phones
from banshi.journeys.case.carried import Firm, carried, of_firm
from banshi.kernel.documents import IdType
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries as of_cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.catalogue.rules.guided import Guided, guided, in_hall, said_firm
from banshi.rooms.catalogue.rules.handling import Handling, Option, Question
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import ActsForOrganisation, Mine
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.blanks import Blank
from banshi.surfaces.citizen.case_doors import answers_query
from banshi.surfaces.citizen.chosen import codes_chosen
from banshi.surfaces.citizen.doors import citizen_page, language, page, public_page
from banshi.surfaces.citizen.forms import WhoComes
from banshi.surfaces.citizen.in_season import in_season
from banshi.surfaces.citizen.online_level import to_prove
from banshi.surfaces.citizen.organisations import my_organisations
from banshi.surfaces.citizen.proving import costs
from banshi.surfaces.citizen.quota import round_line
from banshi.surfaces.citizen.refusals import NO_FIRM, NOBODY_CHOSEN, NOT_FILLED, Panel, panel, unfilled, ways_on
from banshi.surfaces.citizen.retired import gone, led_away

MOST_ANSWERS = 30


@dataclass(frozen=True)
class Choice:
    """One answer of a question as a row. `href`: where it leads; `said`: it is the one given before."""

    option: Option
    href: str
    said: bool


def answers_of(request: Any) -> dict[str, str]:
    """What was answered so far, as the address or the form carries it; at most so many."""
    listed = (request.POST if request.method == "POST" else request.GET).getlist("a")
    pairs = (str(each)[:200].partition(":") for each in listed[:MOST_ANSWERS])
    return {question: option for question, colon, option in pairs if colon}


def halls_for(item: Item) -> list[Hall]:
    """Where it is handled."""
    rows = HallItem.objects.filter(item=item).select_related("hall__region").order_by("hall__order", "hall__code")
    return [row.hall for row in rows]


def hall_asked(request: Any, halls: Sequence[Hall]) -> Hall | None:
    asked = (request.POST if request.method == "POST" else request.GET).get("hall")
    return next((each for each in halls if each.code == asked), halls[0] if len(halls) == 1 else None)


def question_asked(request: Any, handling: Handling, found: Guided) -> Question | None:
    """The one that the address goes back to, if it is asked; else the next one; None: all is said."""
    at = request.GET.get("at")
    return next((each for each in found.questions if each.id == at), None) or found.next_question


def _steps_back(found: Guided, question: Question) -> str | None:
    """The question before this one."""
    order = [each.id for each in found.questions]
    place = order.index(question.id)
    return order[place - 1] if place else None


@public_page
@require_GET
def matter(request: Any, item: str) -> HttpResponseBase:
    """One question a screen; once all are answered, what it takes. Nobody signs in for it, and nothing is kept."""
    found_item = catalogue.item_by_code(item)
    if (away := led_away(found_item, now=clock.now())) is not None:
        return away
    handling = catalogue.handling_of(found_item)
    found = guided(handling, answers_of(request))
    halls = halls_for(found_item)
    hall = hall_asked(request, halls)
    question = question_asked(request, handling, found)
    here = reverse("citizen:matter", args=[found_item.code])
    context: dict[str, Any] = {"item": found_item, "hall": hall, "halls": halls, "guided": found}
    if question is not None:
        context |= {"whole": found_item, "whole_href": reverse("citizen:item", args=[found_item.code])}
        return page(request, "citizen/question.html", context | asking(found, question, here, hall=hall))
    return page(request, "citizen/takes.html", context | _takes(request, found_item, found, hall), hall=hall)


def asking(found: Guided, question: Question, here: str, *, hall: Hall | None = None) -> dict[str, Any]:
    """What a page with one question shows."""
    code = hall.code if hall else ""
    said = dict(found.answers)
    back = _steps_back(found, question)
    place = [each.id for each in found.questions].index(question.id)
    return {
        "question": question,
        "choices": [
            Choice(option, here + answers_query({**said, question.id: option.id}, hall=code), said.get(question.id) == option.id)
            for option in question.options
        ],
        "back": here + answers_query(said, hall=code, at=back) if back else None,
        "place": place + 1,
    }  # fmt: skip


def _takes(request: Any, item: Item, found: Guided, hall: Hall | None) -> dict[str, Any]:
    """What it takes, in the hall that is chosen."""
    row = HallItem.objects.filter(item=item, hall=hall).first() if hall else None
    there = in_hall(found, bookable=row.bookable, walk_in=row.walk_in) if row else found
    query = answers_query(found.answers, hall=hall.code if hall else "")
    here = reverse("citizen:matter", args=[item.code])
    season = in_season(item, now=clock.now())
    return {
        "season": season,
        "to_prove": to_prove(catalogue.handling_of(item), account_id=request.who.account_id, hall=hall),
        "quota": round_line(item, catalogue.handling_of(item), now=clock.now()),
        "received": season is None or season.now,
        "guided": there,
        "handling": catalogue.handling_of(item),
        "gone": gone(item, now=clock.now()),
        "said": [(q, said_option(q, found.answers[q.id])) for q in found.questions],
        "again": [here + answers_query(found.answers, hall=hall.code if hall else "", at=q.id) for q in found.questions],
        "answers": found.answers.items(),
        "bookable": row is not None and row.bookable and not (season is not None and season.far),
        "far": season is not None and season.far,
        "start": reverse("citizen:begin", args=[item.code]) + query,
        "book": reverse("citizen:book", args=[item.code]) + query,
        "begun": _begun(request, item),
        "chosen": codes_chosen(request),
        "library": {paper.code for paper in found.materials if paper.satisfied_by},
        "blanks": {paper.code: [Blank(item, paper.code)] for paper in found.materials if paper.form},
        "result_sample": of_cases.has_result_sample(item),
    }  # fmt: skip


def said_option(question: Question, answer: str) -> Option:
    return next(each for each in question.options if each.id == answer)


def _begun(request: Any, item: Item) -> Case | None:
    """The draft of the same matter that this account began last: it goes on, on any device."""
    if request.who.account_id is None:
        return None
    return of_cases.mine(account_id=request.who.account_id).filter(item=item, phase="draft").first()


# --- Begin ------------------------------------------------------------------------------------------------------


def _sent_since(request: Any, item: str) -> str:
    """Of a form that was carried out: it is another one, once its case is no draft any more."""
    account = request.session.get("account")
    rows = Case.objects.filter(account_id=int(account), item__code=item) if account else Case.objects.none()
    return str(rows.exclude(phase="draft").count())


@once.until(_sent_since)
@citizen_page
@require_http_methods(["GET", "POST"])
@costs("people")
def begin(request: Any, item: str) -> HttpResponseBase:
    """Who applies; then the case is there, as a draft."""
    now = clock.now()
    found_item = catalogue.item_by_code(item)
    if request.method == "GET" and (away := led_away(found_item, now=now)) is not None:
        return away
    halls = halls_for(found_item)
    hall = hall_asked(request, halls)
    found = guided(catalogue.handling_of(found_item), answers_of(request))
    season = in_season(found_item, now=now) if request.method == "GET" else None
    shut = season is not None and not season.now
    if shut or not found.complete or hall is None or not found.where.online:
        return redirect(
            reverse("citizen:matter", args=[found_item.code])
            + answers_query(found.answers, hall=hall.code if hall else "")
        )
    if request.method == "POST":
        return _open(request, found_item, hall, found, now=now)
    return _who_page(request, found_item, hall, found, form=sent.again(request, WhoComes), now=now)


def _who_page(
    request: Any,
    item: Item,
    hall: Hall,
    found: Guided,
    *,
    form: WhoComes,
    now: datetime,
    refused: Refused | None = None,
) -> HttpResponseBase:
    mine, only_these = applicants(request, item, now=now)
    organisations = () if item.audience == "person" else my_organisations(request)
    firm_first(form, mine, organisations, items=[item], answers=found.answers)
    context = {
        "item": item,
        "hall": hall,
        "people": mine,
        "only_these": only_these,
        "firm_chosen": firm_said(form),
        "to_prove": to_prove(catalogue.handling_of(item), account_id=request.who.account_id, hall=hall),
        "organisations": organisations,
        "form": form,
        "who_chosen": form["who"].value() or who_first(request, mine),
        "answers": found.answers.items(),
        "back": reverse("citizen:matter", args=[item.code]) + answers_query(found.answers, hall=hall.code),
        "panel": who_panel(form, refused, hall, now=now) if refused is not None else None,
        "another": refused is not None and refused.slug == "duplicate-case",
    }
    return page(request, "citizen/begin.html", context, hall=hall, refused=refused)


def who_first(request: Any, mine: Sequence[Mine]) -> str:
    """Who is chosen before anybody says: of an agent, the client it came from; else the first."""
    client = request.session.get("for_client")
    if any(each.pk == client for each in mine):
        return str(client)
    return str(mine[0].pk) if mine else "new"


def firm_first(
    form: WhoComes,
    mine: Sequence[Mine],
    organisations: Sequence[ActsForOrganisation],
    *,
    items: Iterable[Item],
    answers: Mapping[str, str],
) -> None:
    """Where a firm applies, one of theirs is chosen before anybody says, and a new one is asked for by its credit code. For a
    matter of firms somebody may apply who is about to found one: whoever is first stays chosen."""
    said = said_firm(answers)
    if form.is_bound or not (said or all(item.audience == "firm" for item in items)):
        return
    known = [f"org-{each.organisation_id}" for each in organisations]
    known += [str(each.pk) for each in mine if each.id_type == IdType.USCC]
    first = known or (["new"] if said else [])
    form.initial.update({"id_type": IdType.USCC.value}, **({"who": first[0]} if first else {}))


def firm_said(form: WhoComes) -> str:
    kind, _, key = str(form["who"].value() or "").partition("-")
    return key if kind == "org" else ""


def who_panel(form: WhoComes, refused: Refused, hall: Hall, *, now: datetime) -> Panel:
    shown = unfilled(NOT_FILLED) if sent.beside(form, refused) else refused
    zone = ZoneInfo(hall.timezone)
    return panel(shown, today=now.astimezone(zone).date(), zone=zone, more=ways_on(shown))


def applicants(request: Any, item: Item, *, now: datetime) -> tuple[list[Mine], bool]:
    """Whom the account may apply for, who is proven first; and whether for nobody else: an agent's clients whose mandate
    covers the matter."""
    mine = people.people_of(request.who.account_id)
    today = timezone.localtime(now).date()
    only = people.clients_for(request.who.account_id, items=[item.code], until=today, today=today)
    shown = mine if only is None else [each for each in mine if each.pk in only]
    return sorted(shown, key=lambda each: not each.is_me), only is not None


def _open(request: Any, item: Item, hall: Hall, found: Guided, *, now: datetime) -> HttpResponseBase:
    form = WhoComes(request.POST)
    if not form.is_valid():
        return _who_page(request, item, hall, found, form=form, now=now, refused=unfilled(NOT_FILLED))
    try:
        with transaction.atomic():
            firm = organisation_chosen(request, form)
            said = said_firm(found.answers)
            who = member(request) if firm else applied_by(request, item, hall, form, firm=said, now=now)
            case = _opened(request, item, hall, found, who, firm=firm, now=now)
    except Refused as refused:
        return _who_page(request, item, hall, found, form=form, now=now, refused=refused)
    return redirect("citizen:case-form", case.no)


def applied_by(request: Any, item: Item, hall: Hall, form: WhoComes, *, firm: bool, now: datetime) -> identity.Enrolled:
    """The chosen one of the account's people, or the person typed in. :param firm: it was answered that a firm applies.

    :raises Refused: identity-invalid, phone-invalid, too-many-people; invalid where nobody was chosen, or a natural person for
        a firm.
    """
    said = form.cleaned_data
    listed, only_these = applicants(request, item, now=now)
    if said["who"] != "new" or only_these:
        mine = {str(each.pk): each for each in listed}
        if said["who"] not in mine:
            raise unfilled(NOBODY_CHOSEN, field="who")
        if firm and mine[said["who"]].id_type != IdType.USCC:
            raise unfilled(NO_FIRM, field="who")
        return identity.Enrolled(mine[said["who"]].pk, mine[said["who"]].name, None)
    if firm and said["id_type"] != IdType.USCC:
        raise unfilled(NO_FIRM, field="id_type")
    phone = phones.reachable(said["phone"]) if said["phone"] else None
    typed = identity.add_typed(
        account_id=request.who.account_id, name=said["name"], id_type=said["id_type"], id_number=said["id_number"], now=now,
        policy=places.policy_of(hall.pk, now=now).booking,
    )  # fmt: skip
    return replace(typed, phone=phone)


def organisation_chosen(request: Any, form: WhoComes) -> ActsForOrganisation | None:
    """The organisation that applies, where one was chosen."""
    said = str(form.cleaned_data["who"])
    return next((each for each in my_organisations(request) if said == f"org-{each.organisation_id}"), None)


def firm_of(acts: ActsForOrganisation, account_id: int) -> Firm:
    acts_by = people.proven_person(account_id)
    return Firm(acts.organisation_id, acts.name, acts.uscc, people.phone_of(account_id=account_id), acts_by)


def member(request: Any) -> identity.Enrolled:
    """Who acts for an organisation: the proven owner of the account."""
    me = people.person(people.proven_person(request.who.account_id) or 0)
    return identity.Enrolled(me.pk, me.name, None)


def _opened(
    request: Any,
    item: Item,
    hall: Hall,
    found: Guided,
    who: identity.Enrolled,
    *,
    firm: ActsForOrganisation | None,
    now: datetime,
) -> Case:
    """The draft, with all that need not be asked."""
    account = request.who.account_id
    today = now.astimezone(ZoneInfo(hall.timezone)).date()
    known = (
        carried(found.fields, account_id=account, person_id=who.id, name=who.name, phone=who.phone, today=today)
        if firm is None
        else of_firm(found.fields, firm=firm_of(firm, account), today=today)
    )
    asked = cases.Opening(
        hall=hall, item_code=item.code, person_id=who.id, channel="web", account_id=account,
        organisation_id=firm.organisation_id if firm else None,
        name="" if people.proven_by(account, who.id).proves else who.name,
        contact=who.phone or people.phone_of(account_id=account), language=language(), answers=found.answers,
        form={code: each.value for code, each in known.items()}, anyway=request.POST.get("anyway") == "1",
    )  # fmt: skip
    return cases.open_case(asked, by=request.who.by, now=now)
