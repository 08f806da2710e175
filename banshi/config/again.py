"""A form that came too late – the session had ended, the page was too old – is shown again instead of lost."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from banshi.foundation import kept
from banshi.foundation.doors import door
from banshi.foundation.said import named
from banshi.kernel.documents import IdType
from banshi.kernel.masking import mask_id, mask_phone

ADDRESS = "/again"
# What somebody typed and will want to see again; the rest of a form are codes and numbers of rows.
LABELS = {
    "name": pgettext_lazy("again", "Name"),
    "id_type": pgettext_lazy("again", "ID document"),
    "id_number": pgettext_lazy("again", "ID number"),
    "phone": pgettext_lazy("again", "Mobile number"),
    "persons": pgettext_lazy("again", "Persons"),
    "day": pgettext_lazy("again", "Day"),
    "starts": pgettext_lazy("again", "From"),
    "ends": pgettext_lazy("again", "Until"),
    "text": pgettext_lazy("again", "Text"),
    "answer": pgettext_lazy("again", "Answer"),
    "note": pgettext_lazy("again", "Note"),
    "why": pgettext_lazy("again", "Reason"),
    "reason_zh": pgettext_lazy("again", "Reason (Chinese)"),
    "reason_en": pgettext_lazy("again", "Reason (English)"),
    "q": pgettext_lazy("again", "Search"),
}


@require_GET
@door(audience="public")
def again(request: HttpRequest) -> HttpResponse:
    """After signing in: what was typed, ready to be sent."""
    found = kept.take(request)
    if found is None:
        return redirect("/")
    path, fields = found
    return shown(request, _("Signed in again"), path, fields, status=200)


def shown(request: HttpRequest, title: str, path: str, fields: list[tuple[str, str]], *, status: int) -> HttpResponse:
    """The page that keeps a form: its values to look at, and one button."""
    visible = [(str(LABELS[name]), as_read(name, value)) for name, value in fields if name in LABELS and value.strip()]
    context = {
        "title": title,
        "path": path,
        "fields": fields,
        "shown": visible[:40],
        "back": nearest(urlsplit(path).path),
    }
    return render(request, "again.html", context, status=status)


def as_read(name: str, value: str) -> str:
    """A value as people read it, and as a passer-by may: what is sent stays whole."""
    match name:
        case "id_number":
            return mask_id(value, first=4)
        case "phone":
            return mask_phone(value)
        case "id_type":
            return named(IdType(value)) if value in {kind.value for kind in IdType} else value
    return value


def nearest(path: str) -> str:
    """The nearest page above an address that only takes forms."""
    parts = path.strip("/").split("/")
    while parts := parts[:-1]:
        for candidate in (f"/{'/'.join(parts)}/", f"/{'/'.join(parts)}"):
            try:
                resolve(candidate)
            except (Resolver404, Http404):
                continue
            return candidate
    return "/"
