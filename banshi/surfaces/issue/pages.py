"""统一出件窗口: make the result, lay it ready, hand it over by code or card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff import case_fees, case_files, folders
from banshi.frames.staff import cases as shared
from banshi.frames.staff.case_deeds import deed
from banshi.frames.staff.frame import status_of
from banshi.frames.typed import clean, invalid, key_or_none
from banshi.journeys.case import cabinets as at_cabinets
from banshi.journeys.case import calling, conclude, courier, to_issue
from banshi.kernel.actors import Actor
from banshi.kernel.masking import mask_name, mask_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import CaseLine
from banshi.rooms.cases.rules.waiting import is_late
from banshi.rooms.delivery.models import FolderMove
from banshi.rooms.delivery.queries import (
    Step,
    cabinets_of,
    call_of,
    delivery_of,
    papers_left,
    parcel_of,
    stay_of,
    trail,
    wish_of,
    wishes_of,
)
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import GuardianView
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.tickets.models import WindowSession
from banshi.surfaces.issue import fetching
from banshi.surfaces.issue.fetching import fetching_part
from banshi.surfaces.issue.frame import page

PERMISSION = "cases.issue"
MOST = 30  # of a column; the rest is found by number
# Columns, by phase: what is to be done with what stands in them.
COLUMNS = (("decided", _lazy("To make")), ("issuing", _lazy("To lay ready")), ("ready", _lazy("To hand over")))
# Why the card is compared and not the code typed.
WHYS = (
    ("no-message", _lazy("The message did not come")), ("no-phone", _lazy("The telephone is not with them")),
    ("code-spent", _lazy("The code was wrong too often")), ("by-card", _lazy("They came with their card alone")),
)  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    place, asked = places.hall_by_code(hall), clean(request.GET.get("q"), 50)
    now, shown, one = clock.now(), [], []
    titles = dict(COLUMNS)
    for phase, here in to_issue.columns(halls=[place.code], department=shared.department_of(request), q=asked):
        found = list(queries.read(here[: MOST + 1]))
        shown.append((phase, titles[phase], _rows(found[:MOST], now=now), len(found) > MOST))
        one += [case.no for case in found]
    if asked and len(one) == 1:  # a number that was scanned or typed
        return redirect("issue:case", hall=hall, no=one[0])
    left = papers_left(place, most=MOST)
    return page(request, "issue/home.html", place, columns=shown, asked=asked, any=bool(one), left=left)


@dataclass(frozen=True)
class Row:
    """A case in its column. `wish`: how its result is wanted; `waits`: somebody waits for it in the hall, until when that is
    promised; `late`: it is later."""

    line: CaseLine
    wish: str
    waits: datetime | None
    late: bool


def _rows(found: list[Case], *, now: datetime) -> list[Row]:
    """Whoever waits in the hall first."""
    wishes = wishes_of(found)
    waits = [None if case.phase == "ready" else case.wait_until for case in found]
    rows = [
        Row(line, wishes.get(case.pk, ""), until, is_late(wait_until=until, ready=False, now=now))
        for case, line, until in zip(found, queries.lines(found, now=now), waits, strict=True)
    ]
    return sorted(rows, key=lambda row: (row.waits is None, row.waits or now))


@door(audience="staff", permission=PERMISSION)
@require_GET
def show(request: Asked, hall: str, no: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _one(request, place, shared.case_here(request, place, no))


@door(audience="staff", permission=PERMISSION)
@require_POST
def whole(request: Asked, hall: str, no: str) -> HttpResponseBase:
    """Whose it is, in full: asked for, and traced."""
    shared.show_whole(request, shared.case_here(request, places.hall_by_code(hall), no), now=clock.now())
    return redirect("issue:case", hall=hall, no=no)


@door(audience="staff", permission=PERMISSION)
@require_GET
def paper(request: Asked, hall: str, no: str, number: str) -> HttpResponseBase:
    return case_files.pdf_of(request, shared.case_here(request, places.hall_by_code(hall), no), number)


def _one(request: Asked, hall: Hall, case: Case, refused: Refused | None = None) -> HttpResponseBase:
    context = dict(shared.shown(request, case, now=clock.now()))
    own, made = conclude.is_their_own(case, now=clock.now()), queries.papers_of(case)
    context |= fetching_part(request, case)
    context |= _calling(request, hall, case, clock.now())
    context |= _posting(case) | {
        "delivery": delivery_of(case), "result": conclude.result_of(case), "refused": refused, "whys": WHYS,
        "decision": next((p for p in made if p.kind in ("grant", "refusal")), None),
        "refuses": case.phase == "decided" and case.granted is False,
        "own": queries.next_refusal(case, staff=request.who.staff_id or 0) is not None,
        "waits": case.wait_until if case.phase in ("decided", "issuing") and case.granted else None,
        "by_card_alone": not own,
        "members": queries.who_acts_in(case, today=today_of(case, clock.now())),
        "guardians": _guardians(case, clock.now()).items(),
        "busy": shared.held(case, staff=request.who.staff_id),
        "delivered": next((p for p in made if p.kind == "delivery_receipt"), None),
        "receipt": next((p for p in made if p.kind == "fee_receipt"), None),
        "cabinet": case.phase in ("issuing", "ready") and bool(cabinets_of(hall)) and own,
        "trail": [(step, _place(step)) for step in trail(case)[::-1]],
        "replaced": conclude.replaced_by(case) if case.phase in ("decided", "issuing", "ready") else None,
        "in_cell": stay_of(case, "result"), "kept": folders.folder_of(case),
        "lying": folders.papers_lying(case),
        "may_keep": request.who.may("folders.keep", hall.code),
        "typed": {name: request.POST.get(name, "") for name in ("place", "code", "why", "member")},
    }  # fmt: skip
    return page(request, "issue/case.html", hall, status=status_of(refused) if refused else 200, **context)


def _place(step: Step) -> str:
    """In words: a cell by its cabinet's name, a folder as its own page says it."""
    if isinstance(step.thing, FolderMove):
        return folders.where(step.thing)
    if step.thing is None:
        return step.place
    return pgettext("issue", "%(cabinet)s, cell %(no)s") % {"cabinet": named(step.thing.cabinet), "no": step.thing.no}


WINDOW = "issue-window"


def _calling(request: Asked, hall: Hall, case: Case, now: datetime) -> dict[str, Any]:
    """Where whoever waits for it may be called to: the windows, the one last called to in this browser or where this clerk is
    signed in, and the call that stands."""
    if not calling.may_be_called(case):
        return {"windows": []}
    here, _colon, last = str(request.session.get(WINDOW, "")).partition(":")
    signed_in = WindowSession.objects.filter(staff_id=request.who.staff_id or 0, hall=hall, signed_out_at=None)
    mine = signed_in.values_list("window__number", flat=True).first() or (last if here == hall.code else "")
    return {
        "windows": list(Window.objects.filter(hall=hall).order_by("number").values_list("number", flat=True)),
        "at_window": case.called_to or mine,
        "called_at": case.called_at,
        "call_stands": bool(call_of(case, now=now)),
    }


def _posting(case: Case) -> dict[str, Any]:
    """What is wished, and the parcel there is; whom it goes to stands masked."""
    wish, parcel = wish_of(case), parcel_of(case)
    there = parcel if parcel is not None and parcel.ended_at is None else None
    row = there or (wish if wish is not None and wish.how == "courier" else None)
    to = f"{mask_name(row.name)} {mask_phone(row.phone)} {row.address[:3]}****" if row is not None and row.name else ""
    return {"wish": wish.how if wish is not None else "", "parcel": there, "to": to}


_deed = deed(PERMISSION, then="issue:case", again=_one)


@_deed
def make(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    conclude.issue(case_no=case.no, by=by, now=now)
    return _("The result is made. Print it, then say where it lies.")


@_deed
def take_fee(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    case_fees.take(request, case, by, now)
    return _("Paid. The receipt is among the papers: print it.")


@_deed
def show_code(request: Asked, case: Case, by: Actor, now: datetime) -> str | None:
    """A code of the till, for their own telephone."""
    case_fees.show_code(case, by, now)
    return None


@_deed
def hand_back(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    case_fees.hand_back(request, case, by, now)
    return _("The money went back.")


@_deed
def shelve(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    laid = conclude.shelve(case_no=case.no, place=clean(request.POST.get("place"), 60), by=by, now=now)
    if not case.contact:
        return _("Laid ready. There is no telephone in this case, so no message goes out.")
    if conclude.is_their_own(case, now=now):
        if laid.to_post_on is not None:
            return _("Laid ready, to be posted. The applicant is told so.")
        return _("Laid ready. The applicant gets the code.")
    return _("Laid ready. The applicant is told to come with the card.")


@_deed
def call(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """Whoever waits in the hall is called to this window, or once more; the browser remembers which one it is."""
    window = clean(request.POST.get("window"), 10)
    calling.call(case_no=case.no, window=window, by=by, now=now)
    request.session[WINDOW] = f"{case.hall.code}:{window}"
    return _("Called to window %(n)s: board, voice and telephone say so.") % {"n": window}


@_deed
def missed(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """They did not come."""
    calling.missed(case_no=case.no, by=by, now=now)
    return _("Back to its place. It is fetched another time, by code or card.")


@_deed
def consign(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """A parcel with its waybill, to the address the applicant gave."""
    courier.consign(case_no=case.no, by=by, now=now)
    return _("The waybill is made. Print it, stick it on the parcel, and hand it to the courier.")


@_deed
def posted(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    courier.post(case_no=case.no, by=by, now=now)
    return _("Posted. The applicant gets the number of the waybill.")


@_deed
def to_cabinet(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """Into a cell of the hall's cabinets, whose door opens."""
    put = at_cabinets.put_again if case.phase == "ready" else at_cabinets.put
    stay = put(cabinets=cabinets_of(case.hall), case_no=case.no, by=by, now=now)
    where = {"cabinet": named(stay.cell.cabinet), "cell": stay.cell.no}
    return _("Cabinet “%(cabinet)s”, door %(cell)s is open: put it in. The applicant gets the code.") % where


OWN = "own"  # the card of whoever applied, where it may be another's


def _guardians(case: Case, now: datetime) -> dict[str, GuardianView]:
    """Who may fetch what is a child's, by a paper that a window saw; by what the page calls them."""
    if case.organisation_id is not None:
        return {}
    rows = people.guardians_of(case.person_id, today=today_of(case, now))
    return {f"guardian-{each.id}": each for each in rows if each.proven and not each.contested}


@_deed
def hand_over(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """By the code the applicant got."""
    conclude.hand_over(case_no=case.no, code=clean(request.POST.get("code"), 20), by=by, now=now)
    return _("Handed over. The case is closed.")


@_deed
def by_card(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """By the card of the person, or of somebody who acts for the organisation, compared: why leaves a trace."""
    member, why = _whose(request, case, now), clean(request.POST.get("why"), 20)
    if request.POST.get("compared") != "1":
        raise invalid("compared", _("Compare the card and the person first."))
    if why not in {code for code, _words in WHYS}:
        raise invalid("why", _("Say why there is no code."))
    conclude.hand_over(case_no=case.no, identified=True, member=member, by=by, now=now)
    audit.looked(subject=f"person:{member or case.person_id}", by=by, now=now, hall=case.hall.code, why=why)
    return _("Handed over. The case is closed.")


def _whose(request: Asked, case: Case, now: datetime) -> int | None:
    """Whose card it was, of those who act for the organisation, or of the guardians of a child; None: the applicant's own.

    :raises Refused: invalid.
    """
    here = queries.who_acts_in(case, today=today_of(case, now))
    said = clean(request.POST.get("member"), 30)
    if case.organisation_id is None and not here:
        guardians = _guardians(case, now)
        if guardians and said != OWN and said not in guardians:
            raise invalid("member", _("Say whose card it was."))
        return guardians[said].guardian_id if said in guardians else None
    asked = key_or_none(said)
    found = next((each.person_id for each in here if each.member_id == asked), None)
    if found is None:
        raise invalid("member", _("Say whose card it was."))
    return found


by_agent = _deed(fetching.by_agent)


@_deed
def paper_out(request: Asked, case: Case, by: Actor, now: datetime) -> str:
    """The paper that stayed when the file was taken: by the card, compared."""
    if request.POST.get("compared") != "1":
        raise invalid("compared", _("Compare the card and the person first."))
    conclude.hand_paper(case_no=case.no, by=by, now=now)
    audit.looked(subject=f"person:{case.person_id}", by=by, now=now, hall=case.hall.code, why="by-card")
    return _("The paper was handed over.")
