"""Pages of several steps that begin with a card on the reader: whose it was goes from form to form, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import ClassVar, Self

from django.http import HttpRequest
from django.utils.translation import pgettext

from banshi.foundation.crypto import Unreadable, decrypt, encrypt
from banshi.foundation.words import words
from banshi.kernel.refusals import Refused
from banshi.surfaces.kiosk import presented
from banshi.surfaces.kiosk.place import Place

LONGEST = 2000


@dataclass(frozen=True)
class Step:
    """Whose card was read; handed on sealed, so that the machine keeps nothing. `purpose`: of which page it is."""

    purpose: ClassVar[str]

    hall: str
    person: int
    until: str

    def sealed(self) -> str:
        return encrypt(json.dumps(asdict(self)), place=self.purpose)

    @classmethod
    def handed_on(cls, text: str, place: Place) -> Self | None:
        """None where it is of another hall or page, too old, or not ours."""
        try:
            step = cls(**json.loads(decrypt(text[:LONGEST], place=cls.purpose)))
        except (Unreadable, ValueError, TypeError):
            return None
        return step if step.hall == place.hall.code and datetime.fromisoformat(step.until) > place.now else None


class NotRead(Exception):
    """No card was read. `wrong`: what the page says of that."""

    def __init__(self, wrong: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong


def only_typed(_typed: str = "") -> str:
    return pgettext("kiosk", "A typed number is not enough. Lay the ID card on the reader.")


def person_read(request: HttpRequest, place: Place, *, typed: Callable[[str], str] = only_typed) -> int:
    """Nothing but a card that was read will do.

    :param typed: what is said of something that was only typed. :raises NotRead: it was none.
    :raises Refused: those of `presented.person_of`.
    """
    if request.POST.get("step"):
        raise NotRead(pgettext("kiosk", "Too much time has passed. Lay the card there once more."))
    if not request.POST.get("chip", "").strip("\0"):
        raise NotRead(typed(request.POST.get("presented", "")))
    try:
        shown = presented.posted(request)
    except Refused as no:
        if no.slug != "identity-invalid":
            raise
        raise NotRead(words(no.refusal)[1]) from no
    if not shown.name:
        raise NotRead(typed(""))
    person = presented.person_of(shown, by=place.by, now=place.now, required=True)
    assert person is not None  # a chip names its person
    return person
