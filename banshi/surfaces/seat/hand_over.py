"""In a call: say the matter, answer, fill in, and book the time at which the window finds it all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.case_fields import merged, typed_in
from banshi.frames.remote_call import Side
from banshi.frames.staff.frame import acting, status_of
from banshi.frames.typed import clean, int_or_none
from banshi.journeys.remote import hand_over
from banshi.kernel.refusals import Refused
from banshi.rooms.booking import queries as booking
from banshi.rooms.cases import queries as cases
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession
from banshi.surfaces.seat.calls import mine, show_page
from banshi.surfaces.seat.folder import WHO, folder_of, known_of
from banshi.surfaces.seat.frame import page
from banshi.surfaces.seat.pages import PERMISSION

_UNKNOWN = {"zh": "选一个时间", "en": "Choose a time"}


@door(audience="staff", permission=PERMISSION)
@require_GET
def folder(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """The folder alone; `q` finds matters, `at` goes back to a question."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    if not _script(request):
        return show_page(request, place, session, side)
    return _part(request, place, session)


@door(audience="staff", permission=PERMISSION)
@require_POST
def matter(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    by, code = acting(request, place), clean(request.POST.get("item"), 80)
    return _done(
        request, place, session, side,
        lambda: hand_over.choose(ref=session.ref, item_code=code, by=by, now=clock.now()),
    )  # fmt: skip


@sensitive_post_parameters()
@door(audience="staff", permission=PERMISSION)
@require_POST
def who(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """Who calls, on their word; what is refused stays typed."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    name, id_type, id_number = (clean(request.POST.get(each), 60) for each in WHO)
    by = acting(request, place)
    return _done(
        request, place, session, side,
        lambda: hand_over.name_caller(
            ref=session.ref, name=name, id_type=id_type, id_number=id_number, by=by, now=clock.now()
        ),
    )  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_POST
def answer(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """One question; the first answer begins the folder."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    question, _, option = clean(request.POST.get("answer"), 200).partition(":")
    said = {question: option} if question else {}
    return _done(request, place, session, side, lambda: _gather(request, place, session, answers=said))


@door(audience="staff", permission=PERMISSION)
@require_POST
def form(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """All fields as they stand on the page: written where nobody else wrote them since. What is refused stays typed."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    case = session.case
    if case is None:
        return _done(request, place, session, side, lambda: _gather(request, place, session))
    values, marks = typed_in(request.POST, case, {**known_of(case, now=clock.now())})
    merge = merged(case, values, marks)

    def act() -> None:
        if merge.changes:
            _gather(request, place, session, form=merge.changes, revision=case.revision)
        if merge.clashes:
            raise Refused("changed-meanwhile", facts={"case": case.no})

    def unkept() -> Mapping[str, str]:
        still = merged(cases.case_by_no(case.no), values, marks)
        return still.changes | still.clashes

    return _done(request, place, session, side, act, unkept)


@door(audience="staff", permission=PERMISSION)
@require_POST
def paper(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """A picture or file of the call becomes a paper of the matter: which one is said with it. Pressed twice it is there once."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    line, code = int_or_none(request.POST.get("line")) or 0, clean(request.POST.get("code"), 60)
    by = acting(request, place)
    return _done(
        request, place, session, side,
        lambda: hand_over.paper(ref=session.ref, line=line, code=code, by=by, now=clock.now()),
    )  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_POST
def book(request: Asked, hall: str, ref: str) -> HttpResponseBase:
    """A time of this hall: the window finds the folder then. Pressed twice it is one booking."""
    place = places.hall_by_code(hall)
    session, side = mine(request, place, ref)
    slot = int_or_none(request.POST.get("slot")) or 0

    def act() -> None:
        if booking.halls_of([slot]).get(slot) != place.code:
            raise Refused("invalid", facts={"field": "slot", "reason": _UNKNOWN})
        hand_over.hand_over(ref=session.ref, slot_id=slot, by=acting(request, place), now=clock.now())

    return _done(request, place, session, side, act)


def _gather(request: Asked, hall: Hall, session: RemoteSession, **said: Any) -> None:
    language = get_language() or "zh-hans"
    hand_over.gather(ref=session.ref, by=acting(request, hall), now=clock.now(), language=language, **said)


def _done(
    request: Asked, hall: Hall, session: RemoteSession, side: Side, act: Callable[[], Any],
    unkept: Callable[[], Mapping[str, str]] = dict,
) -> HttpResponseBase:  # fmt: skip
    """Do it, and answer as whoever asked wants it: the folder as it is now, or the page, so that no picture breaks off.

    :param unkept: by field, what was typed and is not kept.
    """
    try:
        act()
    except Refused as refused:
        fresh = queries.by_ref(session.ref)
        if _script(request):
            return _part(request, hall, fresh, unkept(), refused)
        typed = folder_of(request, fresh, typed=unkept(), refused=refused, now=clock.now())
        return show_page(request, hall, fresh, side, refused, typed)
    if _script(request):
        return _part(request, hall, queries.by_ref(session.ref))
    return redirect(reverse("seat:call", kwargs={"hall": hall.code, "ref": session.ref}) + "#folder")


def _script(request: Asked) -> bool:
    return request.headers.get("HX-Request") == "true"


def _part(
    request: Asked, hall: Hall, session: RemoteSession, typed: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> HttpResponseBase:  # fmt: skip
    now = clock.now()
    shown = folder_of(request, session, typed=typed, refused=refused, now=now)
    status = status_of(refused) if refused else 200
    return page(request, "seat/_folder.html", hall, status=status, folder=shown, session=session, now=now)
