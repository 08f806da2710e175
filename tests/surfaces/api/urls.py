"""Only the API, at its own address."""

from django.urls import include, path

urlpatterns = [path("api/v1/", include("banshi.surfaces.api.urls"))]
handler400 = "banshi.config.errors.bad_request"
handler403 = "banshi.config.errors.forbidden"
handler404 = "banshi.config.errors.not_found"
handler500 = "banshi.config.errors.broken"
