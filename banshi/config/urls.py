"""All addresses. Each surface owns its part."""

from __future__ import annotations

from django.urls import include, path

from banshi.config.again import again
from banshi.config.health import healthz, livez, prometheus, readyz

urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("healthz", healthz),
    path("metrics", prometheus),
    path("again", again),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("banshi.surfaces.api.urls")),
    path("kiosk/", include("banshi.surfaces.kiosk.urls")),
    path("zone/", include("banshi.surfaces.zone.urls")),
    path("screens/", include("banshi.surfaces.screens.urls")),
    path("desk/", include("banshi.surfaces.desk.urls")),
    path("review/", include("banshi.surfaces.review.urls")),
    path("issue/", include("banshi.surfaces.issue.urls")),
    path("hotline-desk/", include("banshi.surfaces.hotline.urls")),
    path("home-visits-desk/", include("banshi.surfaces.homevisits.urls")),
    path("seat/", include("banshi.surfaces.seat.urls")),
    path("demo/", include("banshi.surfaces.demo.urls")),
    path("staff/", include("banshi.frames.staff.urls")),
    path("", include("banshi.surfaces.office.urls")),  # /office/…
    path("", include("banshi.surfaces.citizen.urls")),
]
handler400 = "banshi.config.errors.bad_request"
handler403 = "banshi.config.errors.forbidden"
handler404 = "banshi.config.errors.not_found"
handler500 = "banshi.config.errors.broken"
