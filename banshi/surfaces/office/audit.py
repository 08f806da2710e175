"""The audit trail: who did what, who looked at whom, and whether the chain is whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock, limits
from banshi.foundation.doors import Asked, door
from banshi.foundation.said import named
from banshi.frames.staff import exports
from banshi.frames.staff.frame import zone_of
from banshi.frames.staff.templatetags.staff import stamp
from banshi.frames.typed import clean, day_or_none, int_or_none, invalid
from banshi.rooms.audit import queries as audit_of
from banshi.rooms.identity.models import Staff
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office import deeds
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.words import AUDIT

PER_PAGE = 50
MOST_EXPORTED = 5000


@dataclass(frozen=True)
class Question:
    """What is asked of the trail, as typed."""

    subject: str
    action: str
    who: str
    first: date | None
    last: date | None
    whole: bool  # of all halls

    @property
    def about(self) -> str:
        """The subject as people type it: a reference; "" where it is another kind of thing, chosen from the list."""
        return self.subject.removeprefix("appointment:") if self.subject.startswith("appointment:") else ""


def _asked(request: Asked) -> Question:
    return Question(
        subject=_subject(clean(request.GET.get("subject"), 80)),
        action=clean(request.GET.get("action"), 60),
        who=clean(request.GET.get("who"), 60),
        first=day_or_none(request.GET.get("first")),
        last=day_or_none(request.GET.get("last")),
        whole=request.who.may("audit.view", "*") and bool(request.GET.get("all")),
    )


def _subject(said: str) -> str:
    """`window:town-01` as the trail keeps it; a reference alone is an appointment's."""
    return said if ":" in said or not said else f"appointment:{said.upper()}"


def _actors(who: str) -> list[str] | None:
    """Whose deeds: `staff:12`, a login, or a name as people know it – everybody's of that name; None: anybody's."""
    if not who or ":" in who or who in ("system", "demo"):
        return [who] if who else None
    named = Q(login=who.lower()) | Q(name_zh=who) | Q(name_en__iexact=who)
    return [f"staff:{pk}" for pk in Staff.objects.filter(named).order_by("pk").values_list("pk", flat=True)]


def _rows(hall: Hall, asked: Question, *, cursor: int | None, limit: int) -> list[audit_of.EntryView]:
    zone = zone_of(hall)
    return audit_of.trail(
        hall=None if asked.whole else hall.code,
        subject=asked.subject or None,
        action=asked.action or None,
        actors=_actors(asked.who),
        since=datetime.combine(asked.first, time(0), zone) if asked.first else None,
        until=datetime.combine(asked.last + timedelta(days=1), time(0), zone) if asked.last else None,
        cursor=cursor,
        limit=limit,
    )


@door(audience="staff", permission="audit.view")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    """This hall's entries; who audits everywhere may look at all of them (`all=1`)."""
    place = places.hall_by_code(hall)
    asked = _asked(request)
    rows = _rows(place, asked, cursor=int_or_none(request.GET.get("before"), 1, 2**62), limit=PER_PAGE + 1)
    left = request.GET.copy()
    left.pop("before", None)
    anything = left.copy()
    anything.pop("subject", None)
    return page(
        request,
        "office/audit.html",
        place,
        lines=deeds.read(rows[:PER_PAGE]),
        older=rows[PER_PAGE - 1].id if len(rows) > PER_PAGE else None,
        more=f"{left.urlencode()}&" if left else "",
        actions=AUDIT.items(),
        asked=asked,
        about=deeds.name_of(asked.subject, place.code) if asked.subject and not asked.about else "",
        anything=f"?{anything.urlencode()}",
        everywhere=request.who.may("audit.view", "*"),
        whole=asked.whole,
        halls=_halls() if asked.whole else {},
    )


def _halls() -> dict[str, str]:
    """Names of the halls by code: who reads the trail of all of them reads of which an entry is."""
    return {each.code: named(each) for each in places.all_halls()}


@door(audience="staff", permission="audit.view")
@require_GET
def export(request: Asked, hall: str) -> HttpResponseBase:
    """The entries asked for, newest first, in the words of the page. `format`: xlsx | csv."""
    place = places.hall_by_code(hall)
    form = request.GET.get("format", "xlsx")
    if form not in ("xlsx", "csv"):
        raise invalid("format", _("Choose XLSX or CSV."))
    asked = _asked(request)
    lines = deeds.read(_rows(place, asked, cursor=None, limit=MOST_EXPORTED))
    halls = _halls() if asked.whole else {}
    columns = (
        exports.Column("at", _("Time"), "text"),
        *([exports.Column("hall", _("Hall"), "text")] if asked.whole else []),
        exports.Column("what", _("What happened"), "text"),
        exports.Column("details", pgettext("audit", "Details"), "text"),
        exports.Column("sealed", _("Sealed"), "text"),
    )
    rows = tuple(
        {
            "at": stamp(line.entry.at, place),
            **({"hall": halls.get(line.entry.hall, line.entry.hall)} if asked.whole else {}),
            "what": line.sentence,
            "details": " · ".join(line.details),
            "sealed": _("sealed") if line.entry.sealed else _("not yet"),
        }
        for line in lines
    )
    table = exports.Table("audit", _("Audit trail"), columns, rows)
    content = exports.as_csv(table) if form == "csv" else exports.as_xlsx([table])
    return exports.answer(content, name=f"banshi-{hall}-audit", form=form)


@door(audience="staff", permission="audit.view")
@require_POST
def verify(request: Asked, hall: str) -> HttpResponseBase:
    """Walk the whole chain. It reads every entry, so not too often."""
    place = places.hall_by_code(hall)
    limits.take(key=f"audit-verify:{request.who.staff_id}", per_minute=2, burst=4)
    verdict = audit_of.verify()
    return page(
        request,
        "office/audit_verify.html",
        place,
        verdict=verdict,
        at=clock.now(),
        status=200 if verdict.whole else 409,
    )
