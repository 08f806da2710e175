"""What every page for staff stands in: the hall, the halls one may switch to, and the way around by permission.

A surface says once what it wears: `FRAME = Frame(...)`, and answers with `FRAME.page(request, "…", hall)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

from banshi.foundation.doors import Asked, Who
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall

Text = str | Promise


@dataclass(frozen=True)
class Way:
    """One entry of the sidebar, as a reader sees it. `here`: the page lies there, or below it."""

    href: str
    icon: str
    label: Text
    here: bool


@dataclass(frozen=True)
class Group:
    label: Text
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class To:
    """Where an entry of the sidebar leads, for whom. `name` is an address of any surface, as `office:live`: one that is
    not there is left out. `kwargs`: what the address needs beside the hall; `also`: a permission that is needed, too."""

    name: str
    icon: str
    label: Text
    permission: str
    kwargs: Mapping[str, str] = field(default_factory=dict)
    also: str = ""

    def leads(self, who: Who, hall: str) -> bool:
        """Whether this person gets in there."""
        return who.may(self.permission, hall) and (not self.also or who.may(self.also, hall))

    def address(self, hall: str | None) -> str | None:
        try:
            return reverse(self.name, kwargs={**self.kwargs, **({"hall": hall} if hall else {})})
        except NoReverseMatch:
            return None


@dataclass(frozen=True)
class Frame:
    """What a surface for staff wears.

    - `first`: the address of a hall's first page; `ways`: the sidebar of a hall, group by group.
    - `over_all`: what is about all halls, for who holds the permission everywhere and sees several.
    - `bars`: the part on top of every page: its address in a hall, and on pages that are no hall's.
    - `sees`: the permission that makes a hall one's own here; `styles`: style sheets, after the frame's.
    """

    first: str
    ways: Sequence[tuple[Text, Sequence[To]]] = ()
    over_all: Sequence[To] = ()
    bars: tuple[str, str] | None = None
    sees: str = "line.view"
    styles: Sequence[str] = ()

    def my_halls(self, who: Who, here: Hall | None = None) -> list[Hall]:
        """The halls this person sees here, in their order. :param here: where they are: who sees no other needs no list."""
        if here is not None and who.grants.get(self.sees, frozenset()) == frozenset({here.code}):
            return [here]
        return [hall for hall in places.all_halls() if who.may(self.sees, hall.code)]

    def page(
        self,
        request: HttpRequest | Asked,
        template: str,
        hall: Hall | None = None,
        *,
        status: int = 200,
        **context: Any,
    ) -> HttpResponse:
        """Render a page in this frame. A fragment (`_…html`) is rendered without the sidebar's queries.

        :raises ValueError: `who`, which is whoever is signed in, would stand for somebody else.
        """
        if "who" in context:
            raise ValueError(f"{template}: who is whoever is signed in")
        if not template.rsplit("/", 1)[-1].startswith("_"):
            context |= self._around(request, hall)
        return render(request, template, {"hall": hall, **context}, status=status)

    def _around(self, request: HttpRequest | Asked, hall: Hall | None) -> dict[str, Any]:
        """What `staff/frame.html` shows around the page."""
        who: Who = request.who  # type: ignore[union-attr]
        halls = self.my_halls(who, hall)
        seen = who.may(self.sees, hall.code) if hall else bool(halls)
        return {
            "frame_styles": self.styles,
            "frame_switches": len(halls) > 1 or hall is None,
            "frame_switch": self._switch(request, hall, halls),
            "frame_groups": self._groups(who, hall.code, request.path) if hall else [],
            "frame_over": self._over(who, None if hall else request.path) if len(halls) > 1 else [],
            "frame_bars": self._bars(hall) if seen else None,
        }

    def _groups(self, who: Who, hall: str, path: str) -> list[Group]:
        wanted = [
            (label, [(to, href) for to in ways if to.leads(who, hall) and (href := to.address(hall))])
            for label, ways in self.ways
        ]
        # The deepest address that the page lies under is where one is.
        here = max(
            (
                href
                for _label, ways in wanted
                for _to, href in ways
                if path == href or path.startswith(href.rstrip("/") + "/")
            ),
            key=len,
            default="",
        )
        return [
            Group(label, tuple(Way(href, to.icon, to.label, href == here) for to, href in ways))
            for label, ways in wanted
            if ways
        ]

    def _over(self, who: Who, path: str | None) -> list[Way]:
        found = ((to, to.address(None)) for to in self.over_all if to.leads(who, "*"))
        return [Way(href, to.icon, to.label, href == path) for to, href in found if href]

    def _bars(self, hall: Hall | None) -> str | None:
        if self.bars is None:
            return None
        in_hall, in_mine = self.bars
        return reverse(in_hall, kwargs={"hall": hall.code}) if hall else reverse(in_mine)

    def _switch(
        self, request: HttpRequest | Asked, hall: Hall | None, halls: Sequence[Hall]
    ) -> list[tuple[Hall, str, bool]]:
        """Each hall with the address of this page there; pages about one thing lead to the hall's first page."""
        match = request.resolver_match
        alike = match is not None and match.url_name and hall is not None and set(match.kwargs) == {"hall"}
        name = match.view_name if match is not None and alike else self.first
        found = []
        for each in halls:
            href = reverse(name, kwargs={"hall": each.code})
            found.append((each, href, hall is not None and each.code == hall.code))
        return found


def status_of(refused: Refused) -> int:
    return SLUGS[refused.slug]


def paged(request: HttpRequest | Asked, rows: Any, per: int = 40, *, count: int | None = None) -> Page[Any]:
    """The asked page of a list; a page that is not there is the nearest one.

    :param count: how many there are, where that is known.
    """
    pages = Paginator(rows, per)
    if count is not None:
        pages.count = count  # it would be asked for again
    return pages.get_page(request.GET.get("page"))


def query_without_page(request: HttpRequest | Asked) -> str:
    """The query string to put before `page=…`."""
    left = request.GET.copy()
    left.pop("page", None)
    text = left.urlencode()
    return f"{text}&" if text else ""


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def zone_of(hall: Hall) -> ZoneInfo:
    return ZoneInfo(hall.timezone)


def local(hall: Hall, now: datetime) -> datetime:
    return now.astimezone(zone_of(hall))


def acting(request: HttpRequest | Asked, hall: Hall) -> Actor:
    """Who acts, bound to the hall acted in, so that the trail says where."""
    who: Who = request.who  # type: ignore[union-attr]
    return replace(who.by, hall=hall.code)
