"""A surface for staff that is not there yet: one page, worn in the frame. What a new surface writes, and no line more."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.urls import include, path
from django.views.decorators.http import require_GET

from banshi.foundation.doors import Asked, door
from banshi.frames.staff.frame import Frame, To, paged, query_without_page
from banshi.frames.typed import day_asked
from banshi.rooms.places import queries as places
from tests.town import TUESDAY_NINE

FRAME = Frame(first="trial:cases", ways=[("审批", [To("trial:cases", "scale", "待审的件", "ratings.view")])])


@door(audience="staff", permission="ratings.view")
@require_GET
def cases(request: Asked, hall: str) -> HttpResponseBase:
    place, day = places.hall_by_code(hall), day_asked(request.GET.get("day"), TUESDAY_NINE.date())
    return FRAME.page(
        request,
        "trial/cases.html",
        place,
        rows=paged(request, range(3), per=2),
        more=query_without_page(request),
        day=day,
    )


trial = [path("review/<slug:hall>/", cases, name="cases")]
urlpatterns = [
    path("staff/", include("banshi.frames.staff.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include((trial, "trial"))),
]
