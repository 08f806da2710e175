"""Low ratings: tasks that somebody answers and settles in time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.foundation.times import day_words
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of
from banshi.frames.typed import lines_of
from banshi.kernel.refusals import Refused
from banshi.rooms.feedback import actions as feedback
from banshi.rooms.feedback import queries as ratings_of
from banshi.rooms.feedback.models import Task
from banshi.rooms.feedback.rules import GROUNDS, SETTLED_BY_ONESELF
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page

STATES = ("open", "answered", "appealed", "settled")


def _list(
    request: Asked, hall: Hall, *, refused: Refused | None = None, typed: dict[str, Any] | None = None
) -> HttpResponseBase:
    state = request.GET.get("state", "")
    state = state if state in STATES else "open"
    rows = paged(request, ratings_of.tasks(hall=hall, now=clock.now(), state=state), 20)
    return page(
        request,
        "office/ratings.html",
        hall,
        rows=rows,
        more=query_without_page(request),
        state=state,
        states=STATES,
        outcomes=SETTLED_BY_ONESELF,
        grounds=GROUNDS,
        refused=refused,
        typed={"appeal": None, "settle": None, "outcome": "", "ground": "", **(typed or {})},
        may_answer=request.who.may("ratings.answer", hall.code),
        may_judge=request.who.may("ratings.judge", hall.code),
        status=status_of(refused) if refused else 200,
    )


@door(audience="staff", permission="ratings.view")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _list(request, places.hall_by_code(hall))


def _task_here(hall: Hall, task_id: int) -> None:
    if not Task.objects.filter(id=task_id, hall=hall).exists():
        raise Refused("nothing-found", facts={"task": task_id})


@door(audience="staff", permission="ratings.answer")
@require_POST
def answer(request: Asked, hall: str, task_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _task_here(place, task_id)
    text = _words(request, "text")
    try:
        feedback.answer(task_id=task_id, text=text, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _list(request, place, refused=refused, typed={"task": task_id, "text": text})
    if ratings_of.task(task_id, now=clock.now()).told:
        messages.success(request, _("Answered. The person gets a message."))
    else:
        messages.warning(request, _("Answered. No number is known, so nobody gets a message."))
    return redirect("office:ratings", hall=hall)


@door(audience="staff", permission="ratings.answer")
@require_POST
def appeal(request: Asked, hall: str, task_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _task_here(place, task_id)
    ground, text = request.POST.get("ground", "")[:20], _words(request, "text")
    try:
        task = feedback.appeal(task_id=task_id, ground=ground, text=text, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _list(request, place, refused=refused, typed={"appeal": [task_id], "ground": [ground], "text": text})
    assert task.judge_due_on is not None  # the action promised it
    day = day_words(task.judge_due_on, local(place, clock.now()).date())
    messages.success(request, _("The appeal waits for somebody else to judge it, by %(day)s.") % {"day": day})
    return redirect("office:ratings", hall=hall)


@door(audience="staff", permission="ratings.judge")
@require_POST
def judge(request: Asked, hall: str, task_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _task_here(place, task_id)
    finding, uphold = _words(request, "finding"), request.POST.get("uphold") == "1"
    try:
        feedback.judge(task_id=task_id, uphold=uphold, finding=finding, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _list(request, place, refused=refused, typed={"judge": task_id, "finding": finding})
    said = _("Set aside. The rating is kept and counts no more.") if uphold else _("Dismissed. The rating counts.")
    messages.success(request, said)
    return redirect("office:ratings", hall=hall)


def _words(request: Asked, name: str) -> str:
    return " ".join(lines_of(request.POST.get(name), 500).split())


@door(audience="staff", permission="ratings.answer")
@require_POST
def settle(request: Asked, hall: str, task_id: int) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    _task_here(place, task_id)
    outcome, text = request.POST.get("outcome", "")[:20], _words(request, "text")
    try:
        feedback.settle(task_id=task_id, outcome=outcome, text=text, by=acting(request, place), now=clock.now())
    except Refused as refused:
        return _list(request, place, refused=refused, typed={"settle": [task_id], "outcome": outcome, "text": text})
    if ratings_of.task(task_id, now=clock.now()).told:
        messages.success(request, _("Settled. The person gets a message."))
    else:
        messages.warning(request, _("Settled. No number is known, so nobody gets a message."))
    return redirect("office:ratings", hall=hall)
