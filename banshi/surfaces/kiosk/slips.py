"""Whose slip this machine may show: a ref is no key – staff and boards know refs – and a slip carries the key that steers.

A slip is opened by the key on it (the slip scanned), or for some minutes after this machine gave the number or was shown
its person's card or booking.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from banshi.foundation import clock
from banshi.foundation.crypto import rating_key_ok
from banshi.kernel.refusals import Refused
from banshi.surfaces.kiosk.place import Place

SHOWN = "slips"  # in the machine's session: ref → until when, machine time
FOR_S = 300  # as long as somebody stands there
_WORDS = {
    "zh": "只凭号码打不开：放身份证，或扫号票上的码；都没有，到咨询台补打",
    "en": "The number alone does not open it: lay the card on the reader, or scan the code on the slip; with neither, "
    "the service desk prints it again",
}


def let(request: HttpRequest, *refs: str) -> None:
    """This machine has just given these numbers, or been shown whose they are."""
    at = clock.wall().timestamp()
    fresh = {ref: until for ref, until in request.session.get(SHOWN, {}).items() if until > at}
    request.session[SHOWN] = fresh | dict.fromkeys(refs, at + FOR_S)


def address(request: HttpRequest, place: Place, ref: str) -> str:
    """Where the slip stands, opened for this machine."""
    let(request, ref)
    return reverse("kiosk:slip", args=[place.hall.code, ref])


def need_let(request: HttpRequest, ref: str) -> None:
    """:raises Refused: not-allowed – neither shown here a moment ago, nor its key."""
    until = request.session.get(SHOWN, {}).get(ref, 0)
    if until <= clock.wall().timestamp() and not rating_key_ok(ref, str(request.GET.get("k") or "")):
        raise Refused("not-allowed", facts={"permission": _WORDS, "slip": True})


def need_key(ref: str, key: str) -> None:
    """What was scanned or typed is the code of a slip, not merely its ref.

    :raises Refused: not-allowed.
    """
    if not rating_key_ok(ref, key):
        raise Refused("not-allowed", facts={"permission": _WORDS, "slip": True})
