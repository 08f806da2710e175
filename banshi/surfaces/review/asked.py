"""What people ask a department: the work list, one enquiry, its answer, and what everybody may read of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.cases import department_of
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.staff.names import names_of
from banshi.frames.typed import clean, int_or_none, lines_of
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import Department
from banshi.rooms.consulting import actions
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.consulting.models import Enquiry
from banshi.rooms.consulting.rules import ENQUIRY, LONGEST_ANSWER, LONGEST_REASON
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.review.frame import page

PER_PAGE = 50
LISTS = ("waiting", "late", "answered")


@door(audience="staff", permission="enquiries.look")
@require_GET
def enquiries(request: Asked, hall: str) -> HttpResponseBase:
    """What waits for an answer, due first; what is late; what was answered."""
    place, own, now = places.hall_by_code(hall), department_of(request), clock.now()
    name = request.GET.get("list", LISTS[0])
    name = name if name in LISTS else LISTS[0]
    today = now.astimezone(ZoneInfo(place.timezone)).date()
    waiting = consulting.worklist(halls=[place.code], department=own)
    late = consulting.worklist(halls=[place.code], department=own, late_on=today)
    rows = {"waiting": waiting, "late": late}.get(name)
    if rows is None:
        seen = consulting.visible_to(consulting.all_enquiries(), halls=[place.code], department=own)
        rows = seen.filter(answered_at__isnull=False).exclude(state="open").order_by("-answered_at", "-id")
    asked = clean(request.GET.get("q"), 50)
    if asked:
        rows = rows.filter(consulting.found_by(asked))
    shown = paged(request, rows, PER_PAGE)
    return page(
        request, "review/enquiries.html", place, rows=shown, lines=consulting.lines(shown, now=now), name=name, own=own,
        asked=asked, counts={"waiting": waiting.count(), "late": late.count()}, more=query_without_page(request),
    )  # fmt: skip


def _here(request: Asked, hall: Hall, no: str) -> Enquiry:
    """One of this hall, and of the department of whoever belongs to one, or forwarded by it.

    :raises Refused: nothing-found – also where it is somebody else's.
    """
    rows = consulting.visible_to(consulting.all_enquiries(), halls=[hall.code], department=department_of(request))
    found = rows.filter(no=no).first()
    if found is None:
        raise Refused("nothing-found", facts={"enquiry": no})
    return found


@door(audience="staff", permission="enquiries.look")
@require_GET
def one(request: Asked, hall: str, enquiry: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _page(request, place, _here(request, place, enquiry))


def _page(
    request: Asked,
    hall: Hall,
    found: Enquiry,
    *,
    refused: Refused | None = None,
    deed: str = "",
    typed: Mapping[str, Any] | None = None,
) -> HttpResponseBase:
    """The page; where something was refused, with why and what was typed."""
    (line,) = consulting.lines([found], now=clock.now())
    questions, written = consulting.questions_of(found), consulting.written_of(found)
    forwarding = consulting.forwarding_of(found)
    given = [one for each in questions for one in (each.answer, *each.earlier) if one is not None]
    people = [f"staff:{one.by}" for one in given] + [f"staff:{each.written_by}" for each in written]
    people += [f"staff:{forwarding.by_id}"] if forwarding is not None else []
    said = {name: str(typed[name]) for name in typed} if typed else {}
    others = consulting.other_departments(found)
    deeds = _deeds(request, hall, found, others)
    context = {
        "enquiry": found, "line": line, "questions": questions, "last": questions[-1], "written": written,
        "forwarding": forwarding, "deeds": deeds, "refused": refused, "deed": deed,
        "said": {name: said.get(name, "") for name in TYPED}, "others": others,
        "names": {int(who.removeprefix("staff:")): name for who, name in names_of(people).items()},
        "may_publish": request.who.may("enquiries.publish", hall.code), "me": request.who.staff_id,
        "lost": refused is not None and deed in ("answer", "correct") and deed not in deeds,
    }  # fmt: skip
    return page(request, "review/enquiry.html", hall, status=status_of(refused) if refused else 200, **context)


TYPED = ("text", "to", "reason", "question_zh", "answer_zh", "question_en", "answer_en")


def _deeds(request: Asked, hall: Hall, found: Enquiry, others: Sequence[Department]) -> frozenset[str]:
    """What whoever looks may do with it now."""
    own = department_of(request)
    if not request.who.may("enquiries.answer", hall.code) or (own and found.department.code != own):
        return frozenset()
    verbs = {verb for verb in ("answer", "correct", "forward") if ENQUIRY.may(found.state, verb)}
    if consulting.forwarding_of(found) is not None or not others:
        verbs.discard("forward")
    if found.answered_at is not None and not found.forgotten:
        verbs.add("write_up")
    return frozenset(verbs)


Act = Callable[[Asked, str, str, Actor, datetime], str]


def _deed(name: str) -> Callable[[Act], Callable[..., HttpResponseBase]]:
    """A view that does one thing to an enquiry seen here; what it returns is said on the page that follows."""

    def wrap(act: Act) -> Callable[..., HttpResponseBase]:
        @door(audience="staff", permission="enquiries.answer")
        @require_POST
        def view(request: Asked, hall: str, enquiry: str) -> HttpResponseBase:
            place = places.hall_by_code(hall)
            found = _here(request, place, enquiry)
            try:
                said = act(request, found.no, department_of(request), acting(request, place), clock.now())
            except Refused as refused:
                return _page(
                    request, place, _here(request, place, enquiry), refused=refused, deed=name, typed=request.POST
                )
            messages.success(request, said)
            return redirect("review:enquiry", hall=hall, enquiry=enquiry)

        view.__name__ = act.__name__
        return view

    return wrap


def _seq(request: Asked) -> int:
    return int_or_none(request.POST.get("seq"), 1, 9) or 0


@_deed("answer")
def answer(request: Asked, no: str, department: str, by: Actor, now: datetime) -> str:
    text = lines_of(request.POST.get("text"), LONGEST_ANSWER + 1)
    done = actions.answer(no=no, seq=_seq(request), text=text, department=department, by=by, now=now)
    if not actions.told_at(done):
        return pgettext("enquiry", "Answered. Who asked left no telephone: every window here finds it by its number.")
    return pgettext("enquiry", "Answered. Who asked is told.")


@_deed("correct")
def correct(request: Asked, no: str, department: str, by: Actor, now: datetime) -> str:
    text = lines_of(request.POST.get("text"), LONGEST_ANSWER + 1)
    done = actions.correct(no=no, seq=_seq(request), text=text, department=department, by=by, now=now)
    if not actions.told_at(done):
        return pgettext("enquiry", "Corrected; the earlier answer stays. Who asked left no telephone, and is not told.")
    return pgettext("enquiry", "Corrected. Who asked is told; the earlier answer stays.")


@_deed("forward")
def forward(request: Asked, no: str, department: str, by: Actor, now: datetime) -> str:
    to, reason = clean(request.POST.get("to"), 60), lines_of(request.POST.get("reason"), LONGEST_REASON + 1)
    actions.forward(no=no, to=to, reason=reason, department=department, by=by, now=now)
    return pgettext("enquiry", "Forwarded. The day by which it is answered stays.")


@_deed("write_up")
def write_up(request: Asked, no: str, department: str, by: Actor, now: datetime) -> str:
    fields = {name: lines_of(request.POST.get(name), LONGEST_ANSWER + 1) for name in TYPED[3:]}
    actions.write_up(no=no, writing=actions.Writing(**fields), department=department, by=by, now=now)
    return pgettext("enquiry", "Written. Another person publishes it.")


# --- For everybody ----------------------------------------------------------------------------------------------


@door(audience="staff", permission="enquiries.look")
@require_GET
def answers(request: Asked, hall: str) -> HttpResponseBase:
    """What waits to be published, and what is."""
    return _answers(request, places.hall_by_code(hall))


def _answers(request: Asked, hall: Hall, *, refused: Refused | None = None) -> HttpResponseBase:
    own = department_of(request)
    drafts = consulting.public_answers(hall=hall.code, department=own, state="draft")[:PER_PAGE]
    shown = paged(request, consulting.public_answers(hall=hall.code, department=own, state="published"), PER_PAGE)
    waiting, published = [[consulting.public_view(row) for row in rows] for rows in (drafts, shown)]
    names = names_of(f"staff:{each.written_by}" for each in (*waiting, *published))
    return page(
        request, "review/answers.html", hall, waiting=waiting, published=published, rows=shown, refused=refused,
        names={int(who.removeprefix("staff:")): name for who, name in names.items()}, me=request.who.staff_id,
        may_publish=request.who.may("enquiries.publish", hall.code), more=query_without_page(request),
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


def _public(act: Callable[..., object], said: Callable[[], str]) -> Callable[..., HttpResponseBase]:
    @door(audience="staff", permission="enquiries.publish")
    @require_POST
    def view(request: Asked, hall: str, answer_id: int) -> HttpResponseBase:
        place = places.hall_by_code(hall)
        try:
            act(
                answer_id=answer_id,
                hall=place,
                department=department_of(request),
                by=acting(request, place),
                now=clock.now(),
            )
        except Refused as refused:
            if refused.slug == "nothing-found":
                raise
            return _answers(request, place, refused=refused)
        messages.success(request, said())
        return redirect("review:answers", hall=hall)

    return view


publish = _public(actions.publish, lambda: pgettext("enquiry", "Published."))
take_down = _public(actions.take_down, lambda: pgettext("enquiry", "Withdrawn: nobody reads it any more."))
