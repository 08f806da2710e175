"""What every office page stands in: the hall, the halls one may switch to, and the way around by permission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from banshi.foundation.doors import Asked, Who
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import SLUGS, Refused
from banshi.kernel.working_days import YEARS
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

Text = str | Promise

# group, then: URL name, icon, label, permission. A name without an address yet is left out.
WAYS: tuple[tuple[Text, tuple[tuple[str, str, Text, str], ...]], ...] = (
    (
        _("Today"),
        (
            ("overview", "house", _("To do"), "line.view"),
            ("live", "activity", _("The hall now"), "line.view"),
            ("guide", "id-card", _("Guide"), "appointments.manage"),
            ("paper", "printer", _("Paper numbers"), "line.steer"),
            ("appointments", "calendar-check", _("Appointments"), "appointments.view"),
            ("people", "users", pgettext_lazy("office", "Citizens"), "people.correct"),
            ("agents", "heart-handshake", _("Agents"), "agents.manage"),
            ("ratings", "star", _("Low ratings"), "ratings.view"),
            ("notices", "bell", _("Notices sent"), "notices.view"),
        ),
    ),
    (
        _("Planning"),
        (
            ("calendar", "calendar-clock", _("Opening hours"), "calendar.edit"),
            ("slots", "layout-grid", _("Places"), "slots.edit"),
            ("roster", "calendar-days", _("Roster"), "roster.edit"),
            ("windows", "store", _("Windows"), "line.steer"),
            ("items", "clipboard-list", _("Matters handled"), "catalogue.edit"),
        ),
    ),
    (
        _("Rules"),
        (
            ("policy", "scale", _("Hall rules"), "policy.edit"),
            ("credit", "shield-check", _("Credit"), "credit.view"),
            ("templates", "message-square", _("Message texts"), "policy.edit"),
        ),
    ),
    (
        _("Looking back"),
        (
            ("figures", "chart-column", _("Figures"), "figures.view"),
            ("audit", "history", _("Audit trail"), "audit.view"),
        ),
    ),
    (
        _("People and devices"),
        (
            ("staff", "users", _("Staff"), "staff.manage"),
            ("devices", "monitor", _("Devices"), "devices.manage"),
        ),
    ),
)


@dataclass(frozen=True)
class Way:
    """One entry of the sidebar. `under`: pages below it count as this one too."""

    name: str
    href: str
    icon: str
    label: Text
    here: bool


@dataclass(frozen=True)
class Group:
    label: Text
    ways: tuple[Way, ...]


def _address(name: str, hall: str) -> str | None:
    try:
        return reverse(f"office:{name}", kwargs={"hall": hall})
    except NoReverseMatch:
        return None


def _groups(who: Who, hall: str, path: str) -> list[Group]:
    wanted = [
        (
            label,
            [
                (name, href, icon, text)
                for name, icon, text, permission in ways
                if who.may(permission, hall) and (href := _address(name, hall))
            ],
        )
        for label, ways in WAYS
    ]
    # The deepest address that the page lies under is where one is.
    here = max(
        (
            href
            for _label, ways in wanted
            for _name, href, _icon, _text in ways
            if path == href or path.startswith(href.rstrip("/") + "/")
        ),
        key=len,
        default="",
    )
    return [
        Group(label, tuple(Way(name, href, icon, text, href == here) for name, href, icon, text in ways))
        for label, ways in wanted
        if ways
    ]


def my_halls(who: Who) -> list[Hall]:
    """The halls in which this person may see the line, in their order."""
    return [hall for hall in places.all_halls() if who.may("line.view", hall.code)]


def page(
    request: HttpRequest | Asked, template: str, hall: Hall | None = None, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page in the office's frame. A fragment (`_…html`) is rendered without the sidebar's queries."""
    who: Who = request.who  # type: ignore[union-attr]
    if not template.rsplit("/", 1)[-1].startswith("_"):
        halls = my_halls(who)
        context["frame_halls"] = halls
        context["frame_groups"] = _groups(who, hall.code, request.path) if hall else []
        context["frame_help"] = who.may("line.view", hall.code) if hall else bool(halls)
        context["frame_switch"] = _switch(request, hall, halls)
        if len(halls) > 1 and who.may("figures.view", "*"):
            context["frame_all"] = reverse("office:region-figures", kwargs={"region": "all"})
    return render(request, template, {"hall": hall, **context}, status=status)


def _switch(request: HttpRequest | Asked, hall: Hall | None, halls: Sequence[Hall]) -> list[tuple[Hall, str, bool]]:
    """Each hall with the address of this page there; pages about one thing lead to the hall's first page."""
    match = request.resolver_match
    found = []
    for each in halls:
        href = None
        if match is not None and hall is not None and set(match.kwargs) == {"hall"}:
            href = _address(match.url_name or "", each.code)
        found.append(
            (
                each,
                href or reverse("office:overview", kwargs={"hall": each.code}),
                hall is not None and each.code == hall.code,
            )
        )
    return found


def status_of(refused: Refused) -> int:
    return SLUGS[refused.slug]


def paged(request: HttpRequest | Asked, rows: Any, per: int = 40) -> Page[Any]:
    """The asked page of a list; a page that is not there is the nearest one."""
    return Paginator(rows, per).get_page(request.GET.get("page"))


def query_without_page(request: HttpRequest | Asked) -> str:
    """The query string to put before `page=…`."""
    left = request.GET.copy()
    left.pop("page", None)
    text = left.urlencode()
    return f"{text}&" if text else ""


# --- reading what people typed --------------------------------------------------------------------------------------


def day_asked(text: str | None, default: date) -> date:
    """A day of a query string; the default where it is none."""
    found = day_or_none(text)
    return default if found is None else found


def day_or_none(text: str | None) -> date | None:
    """`2026-10-01`, within the years that calendars can work with; else None."""
    try:
        found = date.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None


def time_or_none(text: str | None) -> time | None:
    """`9:05` or `09:05`; else None."""
    cleaned = (text or "").strip().replace("：", ":")
    if len(cleaned) == 4:
        cleaned = f"0{cleaned}"
    try:
        return (
            time.fromisoformat(cleaned).replace(second=0, microsecond=0, tzinfo=None)
            if len(cleaned) in (5, 8)
            else None
        )
    except ValueError:
        return None


def int_or_none(text: str | None, low: int = 0, high: int = 2_000_000_000) -> int | None:
    """A whole number low–high; else None."""
    cleaned = (text or "").strip()
    if not cleaned.isascii() or not cleaned.removeprefix("-").isdigit() or len(cleaned) > 12:
        return None
    value = int(cleaned)
    return value if low <= value <= high else None


def clean(text: str | None, most: int) -> str:
    """One line as typed, without control characters, cut to `most` characters."""
    return "".join(c for c in (text or "") if c >= " " and c != "\x7f").strip()[:most]


def lines_of(text: str | None, most: int) -> str:
    """Several lines as typed, without control characters, cut to `most` characters."""
    kept = (text or "").replace("\r\n", "\n")
    return "".join(c for c in kept if c == "\n" or (c >= " " and c != "\x7f")).strip()[:most]


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def zone_of(hall: Hall) -> ZoneInfo:
    return ZoneInfo(hall.timezone)


def local(hall: Hall, now: datetime) -> datetime:
    return now.astimezone(zone_of(hall))


def invalid(field: str, reason: Text) -> Refused:
    """A refusal in the reader's language, for what only this surface can know to be wrong."""
    return Refused("invalid", facts={"field": field, "reason": str(reason)})


def acting(request: HttpRequest | Asked, hall: Hall) -> Actor:
    """Who acts, bound to the hall acted in, so that the trail says where."""
    who: Who = request.who  # type: ignore[union-attr]
    return replace(who.by, hall=hall.code)
