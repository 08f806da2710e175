"""What a matter said before: its versions, and any two of them beside each other."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.views.decorators.http import require_GET

from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import paged, query_without_page
from banshi.frames.staff.names import names_of
from banshi.frames.typed import int_or_none
from banshi.kernel.refusals import Refused
from banshi.rooms.catalogue.models import HallItem
from banshi.rooms.catalogue.queries import versions as queries
from banshi.rooms.catalogue.rules.compared import compared
from banshi.rooms.places import queries as places
from banshi.surfaces.office.frame import page
from banshi.surfaces.office.item_version_words import change_shown

PER_PAGE = 20
MOST = 2**31 - 1


@door(audience="staff", permission="catalogue.edit")
@require_GET
def index(request: Asked, hall: str, hall_item_id: int) -> HttpResponseBase:
    """The versions; `?before=` and `?after=` choose two, else the newest is held against the one before it."""
    place = places.hall_by_code(hall)
    row = HallItem.objects.filter(hall=place, id=hall_item_id).select_related("item__department").first()
    if row is None:
        raise Refused("nothing-found", facts={"item": hall_item_id})
    item = row.item
    all_versions = queries.versions(item)
    known = list(all_versions.values_list("version", flat=True))
    before, after = _chosen(request, known)
    changes = None
    if before is not None and after is not None:
        sides = queries.said_by(item, before), queries.said_by(item, after)
        changes = change_shown(compared(*sides), *sides)
    rows = paged(request, all_versions, PER_PAGE)
    who = names_of(each.made_by for each in rows)
    return page(
        request, "office/item_versions.html", place, row=row, rows=rows, known=known, before=before, after=after,
        first=known[-1] if known else None, changes=changes, lines=[(each, who.get(each.made_by, "")) for each in rows],
        more=query_without_page(request),
    )  # fmt: skip


def _chosen(request: Asked, known: list[int]) -> tuple[int | None, int | None]:
    """:raises Refused: nothing-found – a version that there is not."""
    newest = known[0] if known else None
    after = int_or_none(request.GET.get("after"), 1, MOST) or newest
    earlier = next((each for each in known if after is not None and each < after), None)
    before = int_or_none(request.GET.get("before"), 1, MOST) or earlier
    return before, after
