"""Pages and problems for what no view answered: 400, 403, 404, 500 and a failed CSRF check."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from banshi.foundation.problem import problem_response
from banshi.kernel.refusals import Refusal


def _answer(request: HttpRequest, slug: str, status: int, title: str, detail: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(Refusal(slug, {"reason": detail}))
    return render(request, "refused.html", {"title": title, "detail": detail}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request, "nothing-found", 404, _("Nothing found"), _("Check the address, or start again from the first page.")
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(
        request,
        "invalid",
        400,
        _("Something in the input is not right"),
        _("Go back, look at the fields and send again."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, "not-allowed", 403, _("Not allowed"), _("This page is for somebody else."))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request, "not-allowed", 403, _("The page was too old"), _("Load it again and repeat; nothing was changed.")
    )


def broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse(
        "<!doctype html><meta charset=utf-8><title>500</title><h1>出错了 · Something broke</h1>"
        "<p>没有保存任何内容，可以再试一次。Nothing was saved; try again.</p>",
        status=500,
    )
