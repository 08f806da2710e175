"""Which document is it? Asked only where a typed number can be of several kinds, such as H12345678."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from banshi.surfaces.kiosk.place import Place, page
from banshi.surfaces.kiosk.presented import Presented

_NOT_AGAIN = {"csrfmiddlewaretoken", "id_type"}


def which_document(request: HttpRequest, place: Place, shown: Presented) -> HttpResponse:
    """Tiles of the kinds that fit; each sends what was sent before, and which document it was."""
    sent = [(name, value) for name, value in request.POST.items() if name not in _NOT_AGAIN]
    context = {"kinds": shown.fits, "sent": sent, "to": request.get_full_path()}
    return page(request, place, "which_document.html", context)
