"""What somebody says at the window: what they could not get done (办不成事), or a question to a department – with a number or
without, with an account or without. Taken down by the clerk, answered by the department by its day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.typed import clean, invalid, lines_of
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases import queries as cases
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import HallItem, Item
from banshi.rooms.consulting import actions
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.consulting.rules import LONGEST, STUCK
from banshi.rooms.identity import queries as people
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets.models import Ticket, WindowSession
from banshi.surfaces.desk import console
from banshi.surfaces.desk.case_front import PERMISSION, number_in, theirs

TYPED = {"kind": 10, "about": 80, "q": 60, "phone": 30}
NOTHING = dict.fromkeys((*TYPED, "text"), "")
MOST = 8


def _in_front(request: Asked, hall: Hall) -> Ticket | None:
    """The number in front of this clerk, whose card does not differ from it; None: nobody's, or none."""
    assert request.who.staff_id is not None
    at = WindowSession.objects.filter(staff_id=request.who.staff_id, signed_out_at=None).values("window")
    rows = Ticket.objects.filter(hall=hall, state="serving", window__in=at).select_related("item")
    return next((each for each in rows.order_by("id") if each.identity_ok is not False or each.mismatch_allowed), None)


@door(audience="staff", permission=PERMISSION)
@require_http_methods(["GET", "POST"])
def listen(request: Asked) -> HttpResponseBase:
    """The page; what is written down goes to the department."""
    hall, now = console.hall_to_receive(request), clock.now()
    if request.method == "GET":
        return _page(request, hall, NOTHING, now=now)
    typed = {name: clean(request.POST.get(name), most) for name, most in TYPED.items()}
    typed["text"] = lines_of(request.POST.get("text"), LONGEST + 1)
    try:
        asking = _asking(request, hall, typed)
        made = actions.ask(asking, by=replace(request.who.by, hall=hall.code), now=now)
    except Refused as refused:
        return _page(request, hall, typed, refused=refused, now=now)
    return redirect("desk:heard", made.no)


def _asking(request: Asked, hall: Hall, typed: Mapping[str, str]) -> actions.Asking:
    """:raises Refused: invalid – neither matter nor case; nothing-found – no such case of this hall."""
    person, known = _person(_in_front(request, hall))
    about = typed["about"] or typed["q"]
    complaint, number = typed["kind"] != "question", number_in(about)
    case = _case(hall, number) if number else None
    if case is not None:
        item = consulting.where_to_complain(case) if complaint else case.item.code
    elif typed["about"]:
        item = typed["about"]
    else:
        reason = pgettext("desk heard", "Choose the matter it is about, or write the number of the case.")
        raise invalid("about", reason)
    return actions.Asking(
        hall=hall, item_code=item, text=typed["text"], contact=typed["phone"] or known or None,
        language=get_language() or "zh-hans", case_id=case.pk if case is not None and complaint else None, person_id=person,
        complaint=complaint,
    )  # fmt: skip


def _person(ticket: Ticket | None) -> tuple[int | None, str | None]:
    """Whose the number in front is, and the telephone they proved."""
    if ticket is None or ticket.person_id is None:
        return None, None
    return ticket.person_id, people.phone_of(person_id=ticket.person_id)


def _case(hall: Hall, number: str) -> Case:
    """:raises Refused: nothing-found."""
    found = cases.all_cases().filter(hall=hall, no=number).first()
    if found is None:
        raise Refused("nothing-found", facts={"case": number})
    return found


def _page(
    request: Asked, hall: Hall, typed: Mapping[str, str], *, refused: Refused | None = None, now: datetime
) -> HttpResponse:
    today, ticket = now.astimezone(ZoneInfo(hall.timezone)).date(), _in_front(request, hall)
    person, known = _person(ticket)
    days = places.policy_of(hall.pk, now=now).consulting.answer_working_days
    about = typed["about"]
    shown = {
        "hall": hall, "ticket": ticket, "typed": typed, "refused": refused, "about": about,
        "wrong": str(refused.facts.get("field", "")) if refused is not None else "",
        "cases": list(theirs(person, hall.code, today=today)[:MOST]), "known_at": mask_phone(known) if known else "",
        "matter": ticket.item if ticket is not None else None, "found": _found(hall, typed["q"], about),
        "stuck": HallItem.objects.filter(hall=hall, item__code=STUCK).exists(), "stuck_code": STUCK,
        "until": work_calendar().add_working_days(today, days),
    }  # fmt: skip
    return render(request, "desk/listen.html", shown, status=SLUGS[refused.slug] if refused else 200)


def _found(hall: Hall, q: str, about: str = "") -> list[Item]:
    """Matters of this hall that are looked for; the one that was chosen stands among them."""
    found: list[Any] = [] if not q.strip() or number_in(q) else list(catalogue.search(q, hall=hall.code, limit=MOST))
    if about and not number_in(about) and about != STUCK and about not in {each.code for each in found}:
        found += list(Item.objects.filter(code=about, halls__hall=hall).order_by("code"))
    return found


@door(audience="staff", permission=PERMISSION)
@require_GET
def matters(request: Asked) -> HttpResponse:
    """Matters of this hall by words, pinyin or initials, to choose one of."""
    q = clean(request.GET.get("q"), TYPED["q"])
    return render(
        request, "desk/_listen_found.html", {"found": _found(console.hall_to_receive(request), q), "about": "", "q": q}
    )


@door(audience="staff", permission=PERMISSION)
@require_GET
def find(request: Asked) -> HttpResponseBase:
    """Somebody asks what became of what they said: by the number they were given."""
    hall = console.hall_to_receive(request)
    said = clean(request.GET.get("no"), 40).upper()
    try:
        return redirect("desk:heard", _taken(hall, said).no)
    except Refused as refused:
        return _page(request, hall, NOTHING, refused=refused, now=clock.now())


def _taken(hall: Hall, no: str) -> Enquiry:
    """:raises Refused: nothing-found."""
    found = consulting.taken_at_windows(hall.code).filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"enquiry": no})
    return found


@door(audience="staff", permission=PERMISSION)
@require_GET
def heard(request: Asked, enquiry: str) -> HttpResponse:
    """One that was taken down at a window here: its number, its day, and the answer once it is there – not what was said.

    :raises Refused: nothing-found.
    """
    hall, now = console.hall_to_receive(request), clock.now()
    found = _taken(hall, enquiry)
    (line,) = consulting.lines([found], now=now)
    given = [(each.seq, each.answer) for each in consulting.questions_of(found) if each.answer is not None]
    if given:
        look = audit.Look(f"enquiry:{found.no}", replace(request.who.by, hall=hall.code), hall.code, "window")
        audit.looked_once([look], now=now)
    shown = {
        "hall": hall, "line": line, "given": given, "told_at": mask_phone(str(found.contact)) if found.contact else "",
    }  # fmt: skip
    return render(request, "desk/heard.html", shown)
