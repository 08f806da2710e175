"""What a hall's screens say beside the line: open or not, notices, what is out of the ordinary, sound."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import pgettext

from banshi.foundation import clock
from banshi.foundation.said import english
from banshi.foundation.times import when
from banshi.journeys.hours.after_hours import after_hours
from banshi.journeys.hours.stops import Stop, evacuating, stops
from banshi.rooms.calendars.rules import ClosedSlug, WhyClosed
from banshi.rooms.delivery.queries import called_for, called_to
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.rooms.tickets import queries as tickets

View = Callable[..., HttpResponseBase]


def in_asked_language(view: View) -> View:
    """A screen is nobody's own: its language is Chinese, or what `?lang=en` in its address says; a link switches it."""

    @wraps(view)
    def said(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        with translation.override("en" if request.GET.get("lang") == "en" else "zh-hans"):
            request.LANGUAGE_CODE = translation.get_language()
            return view(request, **kwargs)

    return said


def facts_of(hall: Hall, *, now: datetime, zone: str | None = None) -> dict[str, Any]:
    """JSON-ready, in the active language.

    `open`; `opens`: words such as “明天 9:00”, "" when open; `why`: what keeps it closed beside the hour, or "";
    `message`: a closure that runs now, or until when the windows stay for those in line; `stopped`: by a closure, nobody
    is called in this hall, or zone; `numbers`: the machines here give numbers, each of them; `stays`: no numbers any
    more, and the windows go on for those in line;
    `evacuated`: over all that the screen shows, what to do instead of waiting (`leave`, `why`, `stays`), else None; `out`:
    zones that are evacuated, whose calls are not shown; `fetch`: who is called to an issue window; `notices`; `chime`,
    `voice`; `at`: hall time; `speed`: of the hall's clock.

    :param zone: code of the zone whose closures matter too; None = the whole hall's only.
    """
    local = now.astimezone(ZoneInfo(hall.timezone))
    policy = places.policy_of(hall.pk, now=now)
    given = tickets.numbers_open(hall=hall, policy=policy.tickets, now=now)
    session = given.session if given.session is not None and given.session.starts_at <= now else None
    screens = policy.screens
    with timezone.override(ZoneInfo(hall.timezone)):
        opens = when(given.opens_at, local.date()) if session is None and given.opens_at else ""
        closed = stops(hall, now, zone=zone)
        message = (" " if english() else "").join(each.words for each in closed)
        after = None if session or message else after_hours(hall, now)
        message = after.stays if after else message
        out = evacuating(closed, zone=zone)
        evacuated = {"leave": out.leave, "why": out.why, "stays": out.all_stay} if out is not None else None
    return {
        "open": session is not None,
        "opens": opens,
        "why": _why(None if session else given.why, closed),
        "message": message,
        "evacuated": evacuated,
        "out": sorted({code for each in closed if each.evacuates for code in each.zones}),
        # Somewhere in an evacuated or closed part stands a machine that gives none: nobody is sent to look for one.
        "numbers": given.open and all(each.matter for each in closed),
        "stays": after is not None,
        "stopped": any(
            not each.matter and not each.kept and (each.where is None or zone is not None) for each in closed
        ),
        # Tips send people about in the hall: none while everybody leaves it.
        "notices": []
        if evacuated
        else _ready(hall, now) + list((english() and screens.notices_en) or screens.notices_zh),
        "fetch": [] if evacuated else _fetch(hall, zone, now),
        "chime": not screens.silent and screens.chime,
        "voice": not screens.silent and screens.voice,
        "at": local.isoformat(),
        "speed": clock.speed(),
    }


def _ready(hall: Hall, now: datetime) -> list[str]:
    """立等可取: whose result is ready, called to the issue window by the number they had."""
    called = called_for(hall, now=now)
    if not called:
        return []
    return [pgettext("screen", "Ready at the issue window: %(numbers)s") % {"numbers": ", ".join(called)}]


def _fetch(hall: Hall, zone: str | None, now: datetime) -> list[dict[str, str]]:
    """叫领取: who is called to an issue window – of a zone's screen: in that zone –, as rows of the board."""
    return [
        {
            "number": each.number, "window": each.window, "at": each.at.isoformat(), "zone": each.zone,
            "floor": each.floor_zh, "floor_en": each.floor_en, "kind": "fetch",
        }
        for each in called_to(hall, now=now)
        if zone is None or each.zone == zone
    ]  # fmt: skip


def _why(why: WhyClosed | None, closed: list[Stop]) -> str:
    """What keeps it closed beside the hour; a closure says so itself, in the message."""
    if why is None or why.slug == ClosedSlug.OUTSIDE_HOURS or closed:
        return ""
    return why.words.en if english() else why.words.zh
