"""Work lists: what somebody may take now, due first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.words import words
from banshi.frames.staff.cases import case_here, department_of
from banshi.frames.staff.frame import acting, paged, query_without_page
from banshi.frames.staff.saved import saved
from banshi.frames.typed import clean
from banshi.journeys.case import folders, to_issue
from banshi.kernel.refusals import Refused
from banshi.rooms.cases import actions as cases
from banshi.rooms.cases import queries
from banshi.rooms.cases.actions.ground import today_in
from banshi.rooms.cases.rules.lifecycle import PERMISSION
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.staffing import queries as staffing
from banshi.surfaces.review.frame import FRAME, page

TITLES = {
    "pre-review": gettext_lazy("Pre-review"),
    "acceptance": gettext_lazy("Acceptance"),
    "to-hand-over": pgettext_lazy("cases", "To hand over"),
    "review": gettext_lazy("Review"),
    "approval": gettext_lazy("Decision"),
    "extension": pgettext_lazy("cases", "Extensions"),
    "supervision": gettext_lazy("Supervision"),
}
PROMISES = pgettext_lazy("promise check", "Promises to check")
VISITS = pgettext_lazy("visit", "On-site visits")
ASKED = pgettext_lazy("consult", "Asked of us, and answers")
WAITING = pgettext_lazy("waiting", "Waits for me")
PER_PAGE = 50
MOST_CHOICES = 100  # of matters to choose from; in a longer list one finds it by its words
MOST_AT_ONCE = 50  # cases that are ticked
TRIES = 5  # others press “take the next one” at the same moment


def mine(request: Asked, hall: str) -> list[str]:
    """The lists this person works, in their order."""
    return [name for name in TITLES if request.who.may(PERMISSION[name], hall)]


def tabs(
    request: Asked, hall: Hall, department: str, here: str = "", *, counted: int | None = None
) -> list[tuple[str, Any, int, bool]]:
    """The lists this person works, each with its address, its title, how many wait in it, and whether it is shown.

    :param counted: how many wait in the one that is shown, where that is known.
    """
    found = []
    for name in mine(request, hall.code):
        count = counted if name == here else None
        if count is None:
            rows = queries.worklist(name, halls=[hall.code], department=department, staff=request.who.staff_id)
            count = rows.count()
        found.append((f"review:{name.replace('-', '_')}", TITLES[name], count, name == here))
    if request.who.may(PERMISSION["review"], hall.code):  # 征求意见: shown where somebody waits
        asked = queries.asked_of(halls=[hall.code], department=department, staff=request.who.staff_id).count()
        asked += queries.answered_to(request.who.staff_id or 0, halls=[hall.code]).count()
        if asked or here == "consults":
            found.append(("review:consults", ASKED, asked, here == "consults"))
        me = request.who.staff_id or 0  # 现场勘查: shown to whoever goes, from when it is planned
        today = today_in(hall, clock.now())
        visits = queries.visits_waiting(me, halls=[hall.code], department=department, today=today)
        if visits.planned or here == "visits":
            found.append(("review:visits", VISITS, visits.waiting, here == "visits"))
    waits = promises_waiting(request, hall, department)
    lifts = request.who.may("cases.supervise", hall.code)  # a bar is lifted there, whether anything waits or not
    if waits or lifts or here == "promises":  # 承诺核查: shown where something waits
        found.append(("review:promises", PROMISES, waits, here == "promises"))
    issues = request.who.may(PERMISSION["issue"], hall.code)
    if found or issues:  # one page of all that is somebody's turn; supervision is nobody's
        waits = sum(n for address, _title, n, _here in found if address != "review:supervision")
        if issues:
            waits += sum(rows.count() for rows in to_issue.to_do(halls=[hall.code], department=department).values())
        found.insert(0, ("review:waiting", WAITING, waits, here == "waiting"))
    return found


def promises_waiting(request: Asked, hall: Hall, department: str) -> int:
    """How many promises this person is to check, and how many findings to revoke for."""
    code = hall.code
    check = (code,) if request.who.may("cases.review", code) else ()
    revoke = (code,) if request.who.may("cases.approve", code) else ()
    return queries.promises_due(check=check, revoke=revoke, department=department).count() if check or revoke else 0


@door(audience="staff", permission="cases.look")
@require_GET
def start(request: Asked) -> HttpResponseBase:
    """Where somebody's day with cases begins: in their first hall, with their first list, else at the issue window."""
    hall = next(iter(FRAME.my_halls(request.who)), None)
    if hall is None:  # a region without halls
        raise Refused("nothing-found")
    issues = not mine(request, hall.code) and request.who.may("cases.issue", hall.code)
    return redirect("issue:home" if issues else "review:home", hall=hall.code)


@door(audience="staff", permission="cases.look")
@require_GET
def home(request: Asked, hall: str) -> HttpResponseBase:
    """The first list of whoever asks; who only looks finds a case by its number."""
    place = places.hall_by_code(hall)
    for name in mine(request, hall):
        return _list(request, place, name)
    return _found(request, place, asked="", several=False)


@door(audience="staff", permission="cases.look")
@require_GET
def find(request: Asked, hall: str) -> HttpResponseBase:
    """A case by its number, or its last digits."""
    place, asked = places.hall_by_code(hall), clean(request.GET.get("no"), 50)
    rows = queries.visible_to(queries.all_cases(), halls=[place.code], department=department_of(request))
    found = [case.no for case in rows.filter(queries.found_by(asked)).order_by("-id")[:2]] if asked else []
    if len(found) == 1 or asked in found:
        return redirect("review:case", hall=hall, no=asked if asked in found else found[0])
    return _found(request, place, asked=asked, several=len(found) > 1)


def _found(request: Asked, hall: Hall, *, asked: str, several: bool) -> HttpResponseBase:
    own = department_of(request)
    return page(request, "review/find.html", hall, asked=asked, several=several, tabs=tabs(request, hall, own))


def _listed(name: str) -> Callable[..., HttpResponseBase]:
    @door(audience="staff", permission=PERMISSION[name])
    @require_GET
    def view(request: Asked, hall: str) -> HttpResponseBase:
        return _list(request, places.hall_by_code(hall), name)

    return view


def _list(request: Asked, hall: Hall, name: str, *, refusals: Sequence[tuple[str, str, str]] = ()) -> HttpResponseBase:
    """:param refusals: of several that were to be done at once: number, what cannot be, why."""
    own = department_of(request)
    asked, item = clean(request.GET.get("q"), 50), clean(request.GET.get("item"), 60)
    department = own or clean(request.GET.get("department"), 60)
    me = request.who.staff_id
    rows = queries.worklist(name, halls=[hall.code], department=department, item=item, q=asked, staff=me)
    if name == "supervision":
        rows = queries.by_shown_day(rows)
    every = queries.waiting(queries.worklist(name, halls=[hall.code], department=own, staff=me), most=MOST_CHOICES)
    theirs = every
    if department != own:
        chosen = queries.worklist(name, halls=[hall.code], department=department, staff=me)
        theirs = queries.waiting(chosen, most=MOST_CHOICES)
    shown = paged(request, rows, PER_PAGE, count=None if asked or item else theirs.count)
    filtered = bool(asked or item or (department and not own))
    here: Any = shown.object_list
    lines = queries.lines(queries.read(here), now=clock.now())
    return page(
        request, "review/list.html", hall, rows=shown, title=TITLES[name], asked=asked, name=name,
        lines=lines, more=query_without_page(request),
        tabs=tabs(request, hall, own, name, counted=every.count),
        items=_choices(Item, theirs.items, item),
        departments=[] if own else _choices(Department, every.departments, department),
        item=item, department=department, own=own, filtered=filtered,
        next_address="" if name in ("extension", "supervision") else f"review:next_{name.replace('-', '_')}",
        saved=saved(request, hall, f"review:{name.replace('-', '_')}"),
        given_back=queries.given_back([line.no for line in lines]) if name == "to-hand-over" else {},
        several=name == "review", refusals=refusals, most=MOST_AT_ONCE, status=409 if refusals else 200,
    )  # fmt: skip


def _choices(kind: type[Item | Department], keys: list[int] | None, chosen: str) -> list[Mapping[str, Any]]:
    """Items or departments of which something waits, by code; where they are too many, the one that is chosen."""
    rows = kind._default_manager.filter(code=chosen) if keys is None else kind._default_manager.filter(id__in=keys)
    return list(rows.order_by("code").values("code", "name_zh", "name_en"))


def _next(name: str) -> Callable[..., HttpResponseBase]:
    @door(audience="staff", permission=PERMISSION[name])
    @require_POST
    def view(request: Asked, hall: str) -> HttpResponseBase:
        """What came back to them, else the one due first that nobody has: it is whoever's pressed first."""
        place, now, me = places.hall_by_code(hall), clock.now(), request.who.staff_id
        rows = queries.worklist(name, halls=[place.code], department=department_of(request), staff=me)
        free = queries.free(rows, staff=me, away=staffing.off_today(place, now), now=now)
        for no in free.values_list("no", flat=True)[:TRIES]:
            try:
                cases.take(case_no=no, by=acting(request, place), now=now)
            except Refused:  # somebody was quicker: the next one
                continue
            return redirect("review:case", hall=hall, no=no)
        messages.info(request, _("Nothing waits that nobody has."))
        return redirect(f"review:{name.replace('-', '_')}", hall=hall)

    return view


def _several(act: Callable[..., object]) -> Callable[..., HttpResponseBase]:
    """One step with every case that is ticked in the list of the review, each by itself: what is refused is said of each."""

    @door(audience="staff", permission=PERMISSION["review"])
    @require_POST
    def view(request: Asked, hall: str) -> HttpResponseBase:
        place, now, done = places.hall_by_code(hall), clock.now(), 0
        refusals: list[tuple[str, str, str]] = []
        for no in dict.fromkeys(each[:50] for each in request.POST.getlist("no")[:MOST_AT_ONCE]):
            try:
                act(case_no=case_here(request, place, no).no, by=acting(request, place), now=now)
                done += 1
            except Refused as refused:
                refusals.append((no, *words(refused.refusal)))
        if done:
            said = ngettext("%(n)s case: done.", "%(n)s cases: done.", done) % {"n": done}
            messages.success(request, said)
        elif not refusals:
            messages.info(request, _("Tick some cases first."))
        return _list(request, place, "review", refusals=refusals) if refusals else redirect("review:review", hall=hall)

    return view


pre_review = _listed("pre-review")
acceptance = _listed("acceptance")
to_hand_over = _listed("to-hand-over")
review = _listed("review")
approval = _listed("approval")
extension = _listed("extension")
supervision = _listed("supervision")
take_several = _several(cases.take)
hand_over_several = _several(partial(folders.hand_over, fetched=True))
sign_for_several = _several(folders.sign_for)
next_pre_review = _next("pre-review")
next_acceptance = _next("acceptance")
next_to_hand_over = _next("to-hand-over")
next_review = _next("review")
next_approval = _next("approval")
