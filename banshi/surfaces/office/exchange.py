"""数据交换: what was told the national platform of the hall's cases, what it did not take and why; again, or put right."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import acting, paged, query_without_page, status_of
from banshi.frames.typed import clean
from banshi.kernel.refusals import Refused
from banshi.rooms.exchange import actions, queries
from banshi.rooms.exchange.models import Batch
from banshi.rooms.places import queries as places
from banshi.rooms.places.models import Hall
from banshi.surfaces.office.frame import page

PERMISSION = "hooks.manage"
ON_A_PAGE = 20
TABLES = {
    "up_pro_accept": pgettext_lazy("exchange", "Acceptance"),
    "up_pro_process": pgettext_lazy("exchange", "Steps"),
    "up_pro_specialprocedure": pgettext_lazy("exchange", "Special procedures"),
    "up_pro_result": pgettext_lazy("exchange", "Result"),
    "up_pro_material": pgettext_lazy("exchange", "Materials"),
}
# What a batch did not get through for, where it is not the platform's own words.
TROUBLES = {
    "silent": pgettext_lazy("exchange", "The platform does not answer"),
    "checksum": pgettext_lazy("exchange", "Other bytes arrived than were sent"),
    "refused": pgettext_lazy("exchange", "The platform did not take the batch"),
}


@door(audience="staff", permission=PERMISSION)
@require_GET
def index(request: Asked, hall: str) -> HttpResponseBase:
    return _index(request, places.hall_by_code(hall))


def _index(request: Asked, hall: Hall, *, refused: Refused | None = None, case: str = "") -> HttpResponseBase:
    """:param case: as typed."""
    return page(
        request, "office/exchange.html", hall, rows=paged(request, queries.batches_of(hall), ON_A_PAGE),
        more=query_without_page(request), refused=refused, case=case, status=status_of(refused) if refused else 200,
    )  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_GET
def one(request: Asked, hall: str, batch: str) -> HttpResponseBase:
    place = places.hall_by_code(hall)
    return _one(request, place, queries.batch_of_hall(batch, place))


def _one(request: Asked, hall: Hall, row: Batch, refused: Refused | None = None) -> HttpResponseBase:
    rows = paged(request, queries.refused_of(row, hall), ON_A_PAGE)
    return page(
        request, "office/exchange_batch.html", hall, batch=row, rows=rows, more=query_without_page(request),
        tables=[(TABLES[name], n) for name, n in queries.tables_of(row, hall)],
        lines=[(each, TABLES[each.table]) for each in rows],
        trouble=TROUBLES.get(row.trouble, row.trouble), own=queries.only_of(row, hall), refused=refused,
        status=status_of(refused) if refused else 200,
    )  # fmt: skip


@door(audience="staff", permission=PERMISSION)
@require_POST
def again(request: Asked, hall: str, batch: str) -> HttpResponseBase:
    """Send it once more."""
    place = places.hall_by_code(hall)
    row = queries.batch_of_hall(batch, place)
    try:
        actions.send_again(no=row.no, hall=place, by=acting(request, place), now=clock.now())
    except Refused as no:
        return _one(request, place, row, no)
    messages.success(request, pgettext("exchange", "It is sent again within minutes, the same as before."))
    return redirect("office:exchange_batch", hall=hall, batch=row.no)


@door(audience="staff", permission=PERMISSION)
@require_POST
def correct(request: Asked, hall: str) -> HttpResponseBase:
    """What of one case the platform has otherwise, or did not take, in a batch of its own."""
    place, case = places.hall_by_code(hall), clean(request.POST.get("case"), 40)
    try:
        made = actions.correct(case_no=case, hall=place, by=acting(request, place), now=clock.now())
    except Refused as no:
        return _index(request, place, refused=no, case=case)
    if made is None:
        messages.info(
            request, pgettext("exchange", "The platform was told all of this case: there is nothing to correct.")
        )
        return redirect("office:exchange", hall=hall)
    messages.success(request, pgettext("exchange", "A batch with the correction is made, and sent within minutes."))
    return redirect("office:exchange_batch", hall=hall, batch=made.no)
