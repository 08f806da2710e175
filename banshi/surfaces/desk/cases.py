"""Cases at the window: the thread of whoever is served, one case on the desk, its pages and papers. Read side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import case_files
from banshi.frames.typed import clean
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Item
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.rules import folder_pk
from banshi.surfaces.desk.agents import AgentPart, agents_part
from banshi.surfaces.desk.case_front import (
    PERMISSION,
    Gone,
    Served,
    case_of,
    context_of,
    found_by,
    number_in,
    served,
    threads,
    together,
)
from banshi.surfaces.desk.case_panels import panel_of
from banshi.surfaces.desk.case_sent import Sent
from banshi.surfaces.desk.firms import FirmPart, firms_part
from banshi.surfaces.desk.guardians import guardians_part
from banshi.surfaces.desk.wards import WardPart, wards_part

View = Callable[..., HttpResponseBase]
CAMERA_HERE = "geolocation=(), camera=(self), microphone=()"  # 高拍仪: on this page alone


def of_number(view: Callable[..., HttpResponseBase]) -> View:
    """A page of the number that is served at this window; where its service has ended meanwhile, that is said."""

    @door(audience="staff", permission=PERMISSION)
    def asked(request: Asked, /, ref: str, **parts: Any) -> HttpResponseBase:
        try:
            here = served(request, ref)
        except Gone as gone:
            return _over(request, gone)
        return view(request, here, **parts)

    asked.__name__, asked.__doc__ = view.__name__, view.__doc__
    return asked


def _over(request: Asked, gone: Gone) -> HttpResponse:
    shown = {"number": gone.number, "state": gone.state}
    if not request.htmx:
        return render(request, "desk/case_over.html", shown, status=409)
    answer = render(request, "desk/_case_over.html", shown, status=409)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#case-said", "innerHTML"  # what was typed stays where it is
    return answer


@require_GET
@of_number
def home(request: Asked, here: Served) -> HttpResponse:
    """What the person has under way in this hall, and a new case."""
    return thread_page(request, here)


def thread_page(
    request: Asked,
    here: Served,
    *,
    refused: Refused | None = None,
    item: str = "",
    matter: str = "",
    other: str = "",
    typed: Mapping[str, str] | None = None,
    firm_typed: Mapping[str, str] | None = None,
    letter_typed: Mapping[str, str] | None = None,
    ward_typed: Mapping[str, str] | None = None,
    q: str = "",
) -> HttpResponse:
    """:param item: what could not be opened, `matter`: if it was several at once; `other`: the case of the same matter that
    goes on; `typed`: of a guardian who could not be entered,
    `firm_typed`: of an organisation, `letter_typed`: of a letter, `ward_typed`: of a child; `q`: a matter that was looked for."""
    now = clock.now()
    ticket = here.ticket
    rows = threads(ticket.person_id, here.hall.code, item_id=ticket.item_id, today=here.today(now))
    firms, agents = (
        firms_part(request, here, firm_typed or {}, now),
        agents_part(request, here, letter_typed or {}, now),
    )
    wards = wards_part(request, here, ward_typed or {}, now)
    shown = context_of(here, now, clock.speed()) | {
        "guardians": guardians_part(request, here, typed or {}, now),
        "firms": firms, "agents": agents, "wards": wards, "for_whom": _for_whom(here, firms, agents, wards),
        "together": together(rows), "threads": rows, "refused": refused, "refused_item": item,
        "refused_matter": matter, "other": other, "q": q,
        "found": catalogue.search(q, hall=here.hall.code, limit=8) if q and refused is None else [],
        "matters": catalogue.one_matters(here.hall.code),
        "booked": here.booked,
        "offered": None if ticket.item is None or _under_way(rows, ticket.item) else ticket.item,
    }  # fmt: skip
    return render(request, "desk/cases.html", shown, status=SLUGS[refused.slug] if refused else 200)


def _for_whom(here: Served, firms: FirmPart | None, agents: AgentPart | None, wards: WardPart | None) -> str:
    """Whose a new case is, masked: the child's, client's or organisation's that was chosen, else the served person's own."""
    client = (
        next((each.masked_client for each, _ in agents.rows if str(each.ref) == agents.chosen), "") if agents else ""
    )
    firm = next((row.acts.name for row in firms.rows if row.acts.organisation_id == firms.chosen), "") if firms else ""
    child = next((each.other for each, _ in wards.rows if each.id == wards.chosen), "") if wards else ""
    return child or client or firm or (here.ticket.person.masked_name if here.ticket.person is not None else "")


def _under_way(rows: list[Any], item: Item) -> bool:
    return any(each.case.item_id == item.pk for each in rows)


@require_GET
@of_number
def items(request: Asked, here: Served) -> HttpResponse:
    """Matters of this hall by words, pinyin or initials, to open a case of; by a number the case that goes by it."""
    q = request.GET.get("q", "")[:60]
    if (number := number_in(q)) and (case := found_by(here, number)) is not None:
        known = {"case": case, "href": _page_of(here, case, number), "q": q, "ref": here.ticket.ref}
        return render(request, "desk/_case_items.html", known)
    found = catalogue.search(q, hall=here.hall.code, limit=8) if q.strip() else []
    return render(request, "desk/_case_items.html", {"found": found, "q": q, "ref": here.ticket.ref})


def _page_of(here: Served, found: Case, number: str) -> str:
    """Of a bundle, all of it."""
    return reverse("desk:case" if found.no == number else "desk:bundle", args=[here.ticket.ref, number])


@require_GET
@of_number
def scan(request: Asked, here: Served) -> HttpResponseBase:
    """A folder's label or a case's number, scanned or typed: its case is on the desk. Other words find a matter."""
    said = clean(request.GET.get("q"), 60)
    if number := number_in(said):
        found = found_by(here, number)
        if found is None:
            refused = Refused("nothing-found", facts={"case": number})
            return thread_page(request, here, refused=refused, q=said)
        return redirect(_page_of(here, found, number))
    if folder_pk(said) is None:
        return thread_page(request, here, q=said)
    try:
        folder = deliveries.folder_here(said, hall=here.hall)
        no = case_of(here, folder.case.no).no
    except Refused as refused:
        return thread_page(request, here, refused=refused, q=said)
    return redirect("desk:case", ref=here.ticket.ref, no=no)


@require_GET
@of_number
def show(request: Asked, here: Served, no: str) -> HttpResponse:
    """One case on the desk."""
    return case_page(request, here, case_of(here, no))


def case_page(
    request: Asked,
    here: Served,
    case: Case,
    *,
    sent: Sent | None = None,
    refused: Refused | None = None,
    at: str = "",
) -> HttpResponse:
    """The page, or the part of it that changes.

    :param sent: what was typed and is not kept yet. :param at: the step that was refused.
    """
    now = clock.now()
    case_files.looked(request, case, now=now)
    page = panel_of(request, here, case, sent=sent or Sent.nothing(), refused=refused, at=at, now=now)
    shown: Mapping[str, Any] = context_of(here, now, clock.speed()) | page
    template = "desk/_case.html" if request.htmx else "desk/case.html"
    answer = render(request, template, shown, status=SLUGS[refused.slug] if refused else 200)
    answer["Permissions-Policy"] = CAMERA_HERE
    return answer


@require_GET
@of_number
def file(request: Asked, here: Served, no: str, material_id: int) -> HttpResponse:
    """A page that came for the case."""
    return case_files.file_of(request, case_of(here, no), material_id)


@require_GET
@of_number
def paper(request: Asked, here: Served, no: str, number: str) -> HttpResponse:
    """A paper of the case, to print."""
    return case_files.pdf_of(request, case_of(here, no), number)
