"""Bytes of a file as an answer: kept nowhere on the way, taken for nothing else than it is, without any right of the page."""

from __future__ import annotations

import io
from typing import Final

from django.http import HttpResponse
from PIL import Image

PDF: Final = "application/pdf"
# A picture has no right of the page it stands in. A viewer of PDFs does not run in a sandbox: it may load nothing else.
PICTURE_MAY: Final = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
PDF_MAY: Final = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
SMALL: Final = 360  # pixels a side of a page in the list


def closed(answer: HttpResponse) -> HttpResponse:
    """Headers of a file that is looked at here."""
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["Content-Security-Policy"] = PDF_MAY if answer["Content-Type"] == PDF else PICTURE_MAY
    return answer


def small(content: bytes) -> bytes:
    """A picture that we drew ourselves, as a small one."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        image.draft("RGB", (SMALL, SMALL))
        image.thumbnail((SMALL, SMALL))
        into = io.BytesIO()
        image.convert("RGB").save(into, "JPEG", quality=72)
    return into.getvalue()
