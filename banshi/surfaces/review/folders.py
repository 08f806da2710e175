"""材料袋: the folders of a hall by place, one of them with its papers and its trail, label and receipt, a shelf gone through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff import folders as shown
from banshi.frames.staff.cases import case_here, department_of
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.typed import clean, int_or_none, lines_of
from banshi.journeys.case import folders as journey
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.delivery import actions as delivery
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.actions import At
from banshi.rooms.delivery.models import PaperFolder
from banshi.rooms.delivery.rules import FOLDER_PLACES
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review.frame import page

PERMISSION = "folders.keep"
PER_PAGE = 50
MOST_MOVES = 2**31 - 1
LONGEST_LIST = 100_000  # of numbers scanned, in characters; more of them than one may scan at once
Act = Callable[[Asked, PaperFolder, Actor, datetime], str]


@door(audience="staff", permission=PERMISSION)
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """By place, whoever lies longest first. `?no=`: a label that was scanned leads straight there."""
    place, own = places.hall_by_code(hall), department_of(request)
    asked = clean(request.GET.get("no"), 24)
    if asked:
        try:
            found = deliveries.folder_here(asked, hall=place, department=own)
        except Refused as refused:
            return _list(request, place, refused=refused, asked=asked)
        return redirect("review:folder", hall=hall, folder=found.no)
    return _list(request, place)


@door(audience="staff", permission=PERMISSION)
@require_GET
def to_send_after(request: Asked, hall: str) -> HttpResponseBase:
    """随后袋 that nobody has sent yet, while the department has their main folder."""
    place = places.hall_by_code(hall)
    return _list(request, place, rows=deliveries.to_be_sent_after([place.code], department=department_of(request)))


def _list(
    request: Asked,
    hall: Hall,
    *,
    rows: QuerySet[PaperFolder] | None = None,
    refused: Refused | None = None,
    asked: str = "",
) -> HttpResponseBase:
    own, after, chosen = department_of(request), rows is not None, True
    if rows is None:
        rows, chosen = _chosen(request, deliveries.folders_in(hall, department=own).filter(ended_at=None))
    found = paged(request, rows.order_by("since", "id"), PER_PAGE)
    here: list[PaperFolder] = list(found.object_list)
    return page(
        request, "review/folders.html", hall, status=status_of(refused) if refused else 200, rows=found, refused=refused,
        asked=asked, after=after, lines=[shown.Shown(row, shown.where(row)) for row in here], chosen=chosen,
        spots=deliveries.spots(hall, department=own), more=query_without_page(request),
    )  # fmt: skip


def _chosen(request: Asked, rows: QuerySet[PaperFolder]) -> tuple[QuerySet[PaperFolder], bool]:
    """Those at the place that was chosen, and whether one was; the archive stands by itself."""
    place, spot = clean(request.GET.get("place"), 8), clean(request.GET.get("spot"), 40)
    if place not in FOLDER_PLACES:
        return rows.exclude(place="archive"), False
    rows = rows.filter(place=place, **({"spot": spot} if spot else {}))
    holder = int_or_none(request.GET.get("holder"), 1, MOST_MOVES)
    return (rows.filter(holder_id=holder) if holder else rows), True


def _here(request: Asked, hall: Hall, no: str) -> PaperFolder:
    """:raises Refused: nothing-found – also another hall's, or another department's."""
    return deliveries.folder_here(no, hall=hall, department=department_of(request))


@door(audience="staff", permission=PERMISSION)
@require_GET
def show(request: Asked, hall: str, folder: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _one(request, place, _here(request, place, folder))


def _one(request: Asked, hall: Hall, folder: PaperFolder, refused: Refused | None = None) -> HttpResponseBase:
    papers, early = shown.papers_of(folder), deliveries.is_early(folder.case)
    over, sends = folder.case.phase in CASE.ends, _may_be_sent(folder)
    beside = deliveries.follower_of(folder.case) if folder.follows_id is None else deliveries.folder_of(folder.case)
    return page(
        request, "review/folder.html", hall, status=status_of(refused) if refused else 200, folder=folder,
        case=folder.case, where=shown.where(folder), papers=papers, moves=shown.moves_of(folder), refused=refused,
        mine=folder.holder_id == request.who.staff_id, over=over,
        to_give=[each for each in papers if each.left and not (early and each.stays)], early=early,
        given=any(each.row.back for each in papers), whys=shown.GIVEN_EARLY.items(),
        beside=shown.Shown(beside, shown.where(beside)) if beside is not None else None,
        sends=sends, put_first=not over and not sends,
        ticked=request.POST.getlist("code") or [each.row.code for each in papers if not early and not each.stays],
        typed_why=clean(request.POST.get("why"), 8),
        may_look=request.who.may("cases.look", hall.code), typed=clean(request.POST.get("place"), 40),
    )  # fmt: skip


def _may_be_sent(folder: PaperFolder) -> bool:
    """What follows is sent after a main one that the department has, or will have."""
    gone = folder.case.phase == "in_review"
    return folder.follows_id is not None and folder.ended_at is None and gone and folder.place != "sent"


@door(audience="staff", permission=PERMISSION)
@require_GET
def slip(request: Asked, hall: str, folder: str) -> HttpResponseBase:
    """随后袋流转单, to be printed and signed by both: what lies in a folder that is sent after the main one. One that follows
    none has the slip of its case."""
    place = places.hall_by_code(hall)
    found = _here(request, place, folder)
    if found.follows is None:
        return redirect("review:folder", hall=hall, folder=found.no)
    papers = [each for each in shown.papers_of(found) if each.left or each.row.copies]
    context = {"hall": place, "folder": found, "main": found.follows, "case": found.case, "papers": papers}
    return render(request, "review/folder_slip.html", context | {"now": clock.now()})


@door(audience="staff", permission=PERMISSION)
@require_GET
def label(request: Asked, hall: str, folder: str) -> HttpResponseBase:
    """袋签, to be printed and stuck on it: its number to be scanned, and nothing personal."""
    place = places.hall_by_code(hall)
    found = _here(request, place, folder)
    context = {"hall": place, "folder": found, "case": found.case, "main": found.follows}
    return render(request, "review/folder_label.html", context)


@door(audience="staff", permission=PERMISSION)
@require_http_methods(["GET", "POST"])
def receipt(request: Asked, hall: str, folder: str) -> HttpResponseBase:
    """原件退还回执, to be printed and signed by whoever takes the originals: those ticked; later those that went back."""
    place = places.hall_by_code(hall)
    found = _here(request, place, folder)
    early = deliveries.is_early(found.case)  # what is signed by hand goes back to nobody before the decision
    papers = [each for each in shown.papers_of(found) if each.row.originals and not (early and each.stays)]
    if ticked := set(request.POST.getlist("code")):
        papers = [each for each in papers if each.row.code in ticked and each.left]
    elif any(each.row.back for each in papers):
        papers = [each for each in papers if each.row.back]
    context = {
        "hall": place, "folder": found, "case": found.case, "papers": papers, "ticked": bool(ticked), "now": clock.now(),
    }  # fmt: skip
    return render(request, "review/folder_receipt.html", context)


def _deed(act: Act) -> Callable[..., HttpResponseBase]:
    """One thing done to a folder seen here; refused, its page says why."""

    @door(audience="staff", permission=PERMISSION)
    @require_POST
    def view(request: Asked, hall: str, folder: str) -> HttpResponseBase:
        place = places.hall_by_code(hall)
        found = _here(request, place, folder)
        try:
            said = act(request, found, acting(request, place), clock.now())
        except Refused as refused:
            return _one(request, place, _here(request, place, folder), refused)
        messages.success(request, said)
        return redirect("review:folder", hall=hall, folder=found.no)

    view.__name__ = act.__name__
    return view


def _seen(request: Asked) -> int | None:
    """How often it had been moved when its page was shown; None where a label was scanned and nothing was shown."""
    return int_or_none(request.POST.get("seen"), 1, MOST_MOVES)


def _move(request: Asked, folder: PaperFolder, deed: str, at: At, by: Actor, now: datetime) -> PaperFolder:
    return delivery.move(
        folder_id=folder.pk, hall=folder.case.hall, deed=deed, at=at, seen=_seen(request), by=by, now=now
    )  # fmt: skip


@_deed
def put(request: Asked, folder: PaperFolder, by: Actor, now: datetime) -> str:
    at = At("shelf", delivery.spot_of(clean(request.POST.get("place"), 60)))
    return _("Put away: %(where)s.") % {"where": shown.where(_move(request, folder, "put", at, by, now))}


@_deed
def take(request: Asked, folder: PaperFolder, by: Actor, now: datetime) -> str:
    sent = folder.trail.order_by("-seq").first() if folder.place == "sent" and folder.follows_id else None
    deed = "signed" if sent is not None and sent.by != str(by) else "taken"
    _move(request, folder, deed, delivery.with_whom(by), by, now)
    return _("You have it now.")


@_deed
def send(request: Asked, folder: PaperFolder, by: Actor, now: datetime) -> str:
    if not _may_be_sent(folder):
        raise Refused("changed-meanwhile")
    _move(request, folder, "sent", At("sent"), by, now)
    return pgettext("folder", "It is on its way to the department. Give its slip along.")


@_deed
def archive(request: Asked, folder: PaperFolder, by: Actor, now: datetime) -> str:
    at = At("archive", delivery.spot_of(clean(request.POST.get("place"), 60)))
    return _("Archived: %(where)s.") % {"where": shown.where(_move(request, folder, "archived", at, by, now))}


@_deed
def give(request: Asked, folder: PaperFolder, by: Actor, now: datetime) -> str:
    delivery.give_back(
        folder_id=folder.pk, hall=folder.case.hall, codes=[code[:60] for code in request.POST.getlist("code")],
        signed=request.POST.get("signed") == "1", why=clean(request.POST.get("why"), 8), seen=_seen(request), by=by,
        now=now,
    )  # fmt: skip
    return _("Given back. Keep the signed receipt with the case.")


@door(audience="staff", permission=PERMISSION)
@require_POST
def make(request: Asked, hall: str, no: str) -> HttpResponseBase:
    """A folder for papers of a case that are here and have none: its label is printed next."""
    place = places.hall_by_code(hall)
    case = case_here(request, place, no)
    folder = journey.make(case_no=case.no, by=acting(request, place), now=clock.now())
    return redirect("review:folder", hall=hall, folder=folder.no)


@door(audience="staff", permission=PERMISSION)
@require_http_methods(["GET", "POST"])
def stock(request: Asked, hall: str) -> HttpResponseBase:
    """盘点: everything on a shelf is scanned; what is missing, and what is strange, is named."""
    place, found, refused = places.hall_by_code(hall), None, None
    spot, numbers = clean(request.POST.get("place"), 60), lines_of(request.POST.get("numbers"), LONGEST_LIST)
    if request.method == "POST":
        try:
            found = delivery.take_stock(
                hall=place, spot=spot, numbers=numbers.replace(",", "\n").split("\n"), department=department_of(request),
                by=acting(request, place), now=clock.now(),
            )  # fmt: skip
        except Refused as no:
            refused = no
    return page(
        request, "review/stock.html", place, status=status_of(refused) if refused else 200, stock=found, refused=refused,
        spot=spot, numbers=numbers, missing=_said(found.missing if found else ()),
        strange=_said(found.strange if found else ()),
    )  # fmt: skip


def _said(rows: tuple[PaperFolder, ...]) -> list[shown.Shown]:
    return [shown.Shown(row, shown.where(row)) for row in rows]
