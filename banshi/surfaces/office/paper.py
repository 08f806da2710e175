"""Paper numbers (纸质号): printed before an outage, entered after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, local, paged, query_without_page, status_of, zone_of
from banshi.frames.typed import clean, day_or_none, int_or_none, invalid, time_or_none
from banshi.journeys.hall.after_outage import reconcile
from banshi.kernel.refusals import Refused
from banshi.rooms.booking.models import Outage
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Category, Hall
from banshi.rooms.tickets import actions as tickets
from banshi.rooms.tickets.models import PaperBlock, Ticket
from banshi.rooms.tickets.rules import MOST_AT_ONCE, Given
from banshi.surfaces.office.frame import page

SPAN = re.compile(r"(\d{1,5})(?:\s*[-–—~至到]\s*(\d{1,5}))?")


@dataclass
class Row:
    """A category on the entry form, with what was typed."""

    category: Category
    letter: str
    typed: dict[str, str] = field(default_factory=dict)
    used: str = ""  # entered so far, as people write it


def _shown(
    request: Asked,
    hall: Hall,
    refused: Refused | None = None,
    typed: dict[str, str] | None = None,
    making: dict[str, str] | None = None,
) -> HttpResponseBase:
    blocks = PaperBlock.objects.filter(hall=hall, device=None).select_related("category").order_by("-id")
    letters = dict(blocks.order_by("category_id").values_list("category_id", "letter").distinct())
    today = local(hall, clock.now()).date().isoformat()
    typed = {"day": today, "from": "", "to": "", "why": ""} | (typed or {})
    categories = places.categories_of(hall)
    used = _used(hall)
    rows = [
        Row(c, letters[c.pk], _typed_of(typed, c), spans(used.get(letters[c.pk], [])))
        for c in categories
        if c.pk in letters
    ]
    shown = paged(request, blocks, 20)
    return page(
        request,
        "office/paper.html",
        hall,
        blocks=shown,
        used={block.pk: _used_of(block, used.get(block.letter, [])) for block in shown},
        outages=_outages(hall),
        more=query_without_page(request),
        categories=categories,
        rows=rows,
        typed=typed,
        making=making or {"category": "", "n": "60"},
        most=MOST_AT_ONCE,
        refused=refused,
        status=status_of(refused) if refused else 200,
    )


OUTAGES_SHOWN = 20


def _used(hall: Hall) -> dict[str, list[int]]:
    """By letter, the numbers of paper that were entered, in order."""
    found: dict[str, list[int]] = {}
    rows = Ticket.objects.filter(hall=hall, channel="paper").order_by("letter", "seq")
    for letter, seq in rows.values_list("letter", "seq"):
        found.setdefault(letter, []).append(seq)
    return found


def _used_of(block: PaperBlock, numbers: list[int]) -> str:
    return spans([n for n in numbers if block.first <= n <= block.last])


def spans(numbers: list[int]) -> str:
    """[1, 2, 3, 7] → “1–3, 7”; for numbers in order."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][1] + 1:
            runs[-1][1] = n
        else:
            runs.append([n, n])
    return _(", ").join(str(low) if low == high else f"{low}–{high}" for low, high in runs)


def _outages(hall: Hall) -> list[Outage]:
    """Those noted last, each with `entered`: how many numbers were given on paper meanwhile."""
    given = Ticket.objects.filter(
        hall=hall, channel="paper", made_at__gte=OuterRef("starts_at"), made_at__lt=OuterRef("ends_at")
    )
    counted = given.order_by().values("hall").annotate(n=Count("id")).values("n")
    rows = Outage.objects.filter(hall=hall).annotate(entered=Coalesce(Subquery(counted), 0))
    return list(rows.order_by("-starts_at", "-id")[:OUTAGES_SHOWN])


PARTS = ("first", "last", "from", "to", "left", "waiting")


def _typed_of(typed: dict[str, str], category: Category) -> dict[str, str]:
    return {part: typed.get(f"{part}-{category.pk}", "") for part in PARTS}


@door(audience="staff", permission="line.steer")
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _shown(request, places.hall_by_code(hall))


@door(audience="staff", permission="line.steer")
@require_POST
def make(request: Asked, hall: str) -> HttpResponseBase:
    """A block of numbers of one category; leads to the sheets to print."""
    place = places.hall_by_code(hall)
    making = {name: clean(request.POST.get(name), 20) for name in ("category", "n")}
    try:
        category = Category.objects.filter(hall=place, code=making["category"]).first()
        if category is None:
            raise invalid("category", _("No such category here."))
        block = tickets.print_paper(
            hall=place, category=category, n=int_or_none(making["n"]) or 0, by=acting(request, place),
            now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _shown(request, place, refused, making=making)
    return redirect("office:paper_sheet", hall=hall, block_id=block.pk)


@door(audience="staff", permission="line.steer")
@require_GET
def sheet(request: Asked, hall: str, block_id: int) -> HttpResponseBase:
    """Tear-off numbers on A4."""
    place = places.hall_by_code(hall)
    sheets = PaperBlock.objects.select_related("category").filter(hall=place, device=None)  # a machine prints its own
    block = sheets.filter(pk=block_id).order_by("id").first()
    if block is None:
        raise Refused("nothing-found", facts={"block": block_id})
    numbers = [tickets.paper_number(block.letter, n) for n in range(block.first, block.last + 1)]
    return render(request, "office/paper_sheet.html", {"hall": place, "block": block, "numbers": numbers})


@door(audience="staff", permission="line.steer")
@require_POST
def enter(request: Asked, hall: str) -> HttpResponseBase:
    """Everything of one outage at once."""
    place = places.hall_by_code(hall)
    typed = {name: clean(request.POST.get(name), 200) for name in list(request.POST)[:200]}
    try:
        day = day_or_none(typed.get("day"))
        if day is None:
            raise invalid("day", _("Choose at least one day."))
        starts_at, ends_at = (_moment(place, day, name, typed.get(name)) for name in ("from", "to"))
        given = [
            found
            for category in places.categories_of(place)
            if (found := _given(place, day, _typed_of(typed, category), category, starts_at, ends_at)) is not None
        ]
        done = reconcile(
            hall=place, starts_at=starts_at, ends_at=ends_at, why=typed.get("why", ""), given=given,
            by=acting(request, place), now=clock.now(),
        )  # fmt: skip
    except Refused as refused:
        return _shown(request, place, _in_its_row(place, refused), typed)
    words = _("%(n)s paper numbers entered; %(forgiven)s no-shows taken back.")
    messages.success(request, words % {"n": done.entered, "forgiven": done.forgiven})
    return redirect("office:paper", hall=hall)


def _in_its_row(hall: Hall, refused: Refused) -> Refused:
    """The same refusal, with the name that its field has in the form: every category has a row of its own."""
    field, code = str(refused.facts.get("field", "")), refused.facts.get("category")
    category = next((each for each in places.categories_of(hall) if each.code == code), None)
    part = {"starts_at": "first"}.get(field, field)
    if category is None or part not in PARTS:
        return refused
    return Refused(refused.slug, facts={**refused.facts, "field": f"{part}-{category.pk}"})


def _moment(hall: Hall, day: date, field: str, text: str | None) -> datetime:
    """:raises Refused: invalid."""
    found: time | None = time_or_none(text)
    if found is None:
        raise invalid(field, _("From and to: times like 9:00."))
    return datetime.combine(day, found, zone_of(hall))


def _given(
    hall: Hall, day: date, typed: dict[str, str], category: Category, starts_at: datetime, ends_at: datetime
) -> Given | None:
    """:raises Refused: invalid."""
    if not typed["first"] and not typed["last"]:
        return None
    first, last = int_or_none(typed["first"], 1), int_or_none(typed["last"], 1)
    row = category.pk
    if first is None or last is None:
        raise invalid(
            f"first-{row}" if first is None else f"last-{row}", _("From and to: numbers without the letters.")
        )
    return Given(
        category=category.code,
        first=first,
        last=last,
        starts_at=_moment(hall, day, f"from-{row}", typed["from"]) if typed["from"] else starts_at,
        ends_at=_moment(hall, day, f"to-{row}", typed["to"]) if typed["to"] else ends_at,
        left=numbers(typed["left"], f"left-{row}"),
        waiting=numbers(typed["waiting"], f"waiting-{row}"),
    )


def numbers(text: str, field: str = "left") -> frozenset[int]:
    """“7, 12–14” → {7, 12, 13, 14}. :raises Refused: invalid."""
    found: set[int] = set()
    for part in re.split(r"[,，、;；\s]+(?![-–—~至到])", text.strip()) if text.strip() else []:
        match = SPAN.fullmatch(part.strip())
        if match is None:
            raise invalid(field, _("Numbers like 7, 12–14."))
        low, high = int(match[1]), int(match[2] or match[1])
        if not low <= high < low + MOST_AT_ONCE:
            raise invalid(field, _("Numbers like 7, 12–14."))
        found |= set(range(low, high + 1))
    return frozenset(found)
