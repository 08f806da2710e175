"""The demo's landing page: doors to every page with their logins, the clock, the crowd, and what was sent to phones."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth import authenticate, login
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, demo
from banshi.foundation.announce import announce
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.journeys.hall import housekeeping
from banshi.journeys.hall.demo_seeds import (
    CASE_HALLS,
    OF_DEPARTMENTS,
    PASSWORD,
    case_logins,
    departments_worked,
    hotline_logins,
    of_all_departments,
    password,
    video_logins,
)
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars import queries as calendars
from banshi.rooms.devices.models import Device
from banshi.rooms.messaging import queries as messaging
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import SelfServiceArea

CHINA = ZoneInfo("Asia/Shanghai")
SPEEDS = (0, 1, 20, 60, 300, 600)
DEMO = Actor(ActorKind.DEMO)


@require_GET
@door(audience="demo")
def landing(request: Asked) -> HttpResponse:
    now = clock.now()
    alive = set(demo.crowd_halls())
    halls = []
    for hall in places.all_halls():
        session = calendars.session_at(hall, now)
        coming = session or calendars.next_opening(hall, now)
        first = hall.windows.order_by("code").values_list("code", flat=True).first()
        halls.append({"hall": hall, "open": session, "coming": coming, "crowd": hall.code in alive, "window": first})
    return render(
        request,
        "demo/landing.html",
        {
            "halls": halls,
            "logins": _logins(),
            "case_logins": _case_logins(),
            "far_logins": _far_logins(),
            "night": _night(),
            "password": password() if _at_this_machine(request) else "",
            "speeds": SPEEDS,
            "speed": clock.speed(),
            "local_now": now.astimezone(CHINA),
            "crowd_on": bool(alive),
            "jumps": _jumps(now),
        },
    )


def _at_this_machine(request: Asked) -> bool:
    """A demo that others can reach lets only those at its own machine in without a password."""
    if password() == PASSWORD:
        return True
    return request.META.get("REMOTE_ADDR") in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def _logins() -> list[dict[str, str]]:
    return [
        {"login": "dongcheng-01", "role": _("Window clerk, Dongcheng 01"), "next": "/desk/"},
        {"login": "dongcheng-lead", "role": _("Shift lead, Dongcheng"), "next": "/desk/"},
        {"login": "dongcheng-guide", "role": _("Floor guide, Dongcheng"), "next": "/office/"},
        {"login": "dongcheng-manager", "role": _("Hall manager, Dongcheng"), "next": "/office/dongcheng/live"},
        {"login": "nancheng-01", "role": _("Window clerk, Nancheng 01"), "next": "/desk/"},
        {"login": "nancheng-manager", "role": _("Hall manager, Nancheng"), "next": "/office/nancheng/live"},
        {"login": "city", "role": _("City administrator, all halls"), "next": "/office/"},
        {"login": "city2", "role": _("The second city administrator"), "next": "/office/"},
        {"login": "auditor", "role": _("Auditor"), "next": "/office/"},
    ]


# Who takes which step of a case: role, and the page where their work stands.
STEPS = (
    ("pre_reviewer", _lazy("Looks over what was sent online"), "/review/{}/pre-review"),
    ("receiver", _lazy("Receives and accepts"), "/review/{}/acceptance"),
    ("reviewer", _lazy("Reviews"), "/review/{}/review"),
    ("approver", _lazy("Decides"), "/review/{}/approval"),
    ("issue_clerk", _lazy("Makes and hands over the result"), "/issue/{}/"),
    ("supervisor", _lazy("Watches over the days"), "/review/{}/supervision"),
)


def _case_logins() -> list[dict[str, str]]:
    """Those of each step, in the first hall that has them; those of the other halls sign in by name."""
    hall, found = CASE_HALLS[0], []
    departments = [named(row) if row is not None else "" for row in departments_worked()]
    for role, words, page in STEPS:
        whose = [(case_logins(hall, role)[0], "")]
        if role in OF_DEPARTMENTS:
            whose = [*zip(case_logins(hall, role), departments, strict=True)]
            whose.append((of_all_departments(hall, role)[0], _("any department")))
        found += [
            {"login": login, "role": f"{words} · {of}" if of else str(words), "next": page.format(hall)}
            for login, of in whose
        ]
    return found


def _far_logins() -> list[dict[str, str]]:
    """Who helps from afar, and who looks after the machines."""
    hall = CASE_HALLS[0]
    return [
        {"login": video_logins(hall)[0], "role": _("Takes video calls, Dongcheng"), "next": f"/seat/{hall}/"},
        {
            "login": hotline_logins(hall)[0],
            "role": _("Sits at the hotline, Dongcheng"),
            "next": f"/hotline-desk/{hall}/",
        },
        {
            "login": f"{hall}-manager",
            "role": _("Replies for the hall to the hotline"),
            "next": f"/hotline-desk/{hall}/line/",
        },
        {
            "login": f"{hall}-lead",
            "role": _("Plans home visits, Dongcheng"),
            "next": f"/home-visits-desk/{hall}/",
        },
        {
            "login": f"{hall}-guide",
            "role": _("Goes to people at home"),
            "next": f"/home-visits-desk/{hall}/mine/",
        },
        {"login": "city", "role": _("Looks after all machines of the city"), "next": "/office/fleet/"},
    ]


def _night() -> dict[str, Any] | None:
    """The first area whose door asks for a card or a code, and a machine of each type inside."""
    area = SelfServiceArea.objects.select_related("hall").exclude(asks="nobody").order_by("code").first()
    if area is None:
        return None
    inside = Device.objects.filter(area=area, kind="machine", retired_at=None).select_related("type").order_by("code")
    machines = {each.type_id: each for each in reversed(inside)}
    return {"area": area, "machines": sorted(machines.values(), key=lambda each: each.code)}


def _jumps(now: datetime) -> list[dict[str, Any]]:
    """Moments worth jumping to: later today, and the next working morning."""
    local = now.astimezone(CHINA)
    calendar = calendars.work_calendar()
    next_day = calendar.next_working_day(local.date())
    found = [
        datetime.combine(local.date(), time(hour, minute), CHINA)
        for hour, minute in ((8, 55), (10, 30), (14, 0), (16, 30), (23, 40))
        if datetime.combine(local.date(), time(hour, minute), CHINA) > local
    ]
    found.append(datetime.combine(next_day, time(8, 25), CHINA))
    return [{"at": moment, "value": moment.isoformat()} for moment in found]


@require_POST
@door(audience="demo")
def set_clock(request: Asked) -> HttpResponse:
    """Set hall time and speed, then do at once what became due."""
    try:
        moment = _moment(request.POST.get("now", ""))
        speed = float(request.POST["speed"]) if request.POST.get("speed") else None
        with transaction.atomic():
            clock.set_clock(now=moment, speed=speed)
    except (ValueError, OverflowError):
        messages.error(request, _("The clock takes a date and time, and a speed from 0 to 600."))
        return redirect("demo:landing")
    now = clock.now()
    housekeeping.run_due(now=now, everything=moment is not None)
    announce(hall="*", topic="clock", now=now)
    return redirect("demo:landing")


def _moment(text: str) -> datetime | None:
    """A moment within what calendars carry. :raises ValueError: malformed or outside 2019–2030."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=CHINA)
    local = moment.astimezone(CHINA)
    if not 2019 <= local.year <= 2030:
        raise ValueError("outside the calendar")
    return local


@require_POST
@door(audience="demo")
def set_crowd(request: Asked) -> HttpResponse:
    known = {hall.code for hall in places.all_halls()}
    demo.set_crowd_halls(code for code in request.POST.getlist("hall") if code in known)
    return redirect("demo:landing")


@require_POST
@door(audience="demo")
def enter(request: Asked) -> HttpResponse:
    """Sign in as one of the demo's staff without typing."""
    wanted = request.POST.get("login", "")
    offers = _far_logins() if "far" in request.POST else [*_logins(), *_case_logins()]
    offer = next((one for one in offers if one["login"] == wanted), None)
    if not _at_this_machine(request):
        return redirect("/staff/sign-in")
    staff = authenticate(request, username=wanted, password=password()) if offer else None
    if offer is None or staff is None:
        raise Refused("nothing-found")
    login(request, staff)
    audit.record(action="signed-in", subject=f"staff:{wanted}", by=DEMO, now=clock.now())
    return redirect(offer["next"])


@require_GET
@door(audience="demo")
def notices(request: Asked) -> HttpResponse:
    """What was sent, newest first; one phone's messages when its number is given."""
    text = request.GET.get("phone", "").strip()
    phone, wrong = None, ""
    if text:
        try:
            phone = normalise_phone(text)
        except InvalidPhone:
            wrong = _("A mobile number of mainland China has 11 digits.")
    rows = [] if wrong else messaging.as_sent(phone=phone, limit=60)
    halls = {hall.code: named(hall) for hall in places.all_halls()}
    return render(request, "demo/notices.html", {"rows": rows, "typed": text, "wrong": wrong, "halls": halls})


@require_GET
@door(audience="demo")
def gallery(request: Asked) -> HttpResponse:
    """Every component of the design system in every state."""
    return render(
        request, "ui/gallery.html", {"today": clock.now().astimezone(CHINA).date(), "soon": timedelta(hours=1)}
    )
