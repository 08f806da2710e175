"""Prove the own telephone at the machine: the card is read, a code goes to the phone, and the code is typed here.

Whoever has a number confirmed already shows first who they are: whoever found a card does not move its holder's messages.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from banshi.foundation.words import words
from banshi.journeys.person import at_kiosk as showing
from banshi.journeys.person import own_phone
from banshi.journeys.person import sign_in as codes
from banshi.kernel.masking import mask_phone
from banshi.kernel.refusals import SLUGS, Refused
from banshi.rooms.identity import queries as people
from banshi.rooms.messaging.actions import phone_index
from banshi.surfaces.kiosk import card, sitting
from banshi.surfaces.kiosk.place import Place, at_kiosk, not_too_often, page
from banshi.surfaces.kiosk.refusing import refused_page

LASTS = timedelta(minutes=10)
CODE_IDLE_S = 120  # a message takes its time, and nobody touches the machine meanwhile
MOBILE = re.compile(r"1[3-9]\d{9}")
DIGITS_OF_A_DOCUMENT = 15  # more than any telephone has


@dataclass(frozen=True)
class Step(card.Step):
    """How far somebody got. `code`: a secret that goes with the code."""

    purpose = "kiosk.own-phone"

    phone: str = ""
    code: str = ""
    proven: bool = False


@sensitive_post_parameters("presented", "chip", "phone", "code")
@at_kiosk
@require_http_methods(["GET", "POST"])
def own_phone_page(request: HttpRequest, place: Place) -> HttpResponse:
    """Card, number, code, done: one after the other; what was given before comes back with each form."""
    here = reverse("kiosk:phone", args=[place.hall.code])
    if request.method == "GET":
        return _shown_or_card(request, place)
    step = Step.handed_on(request.POST.get("step", ""), place)
    try:
        not_too_often(place)
        if step is None:
            return _card_read(request, place)
        if step.proven:
            renewed = own_phone.move_messages(person_id=step.person, by=place.by, now=place.now)
            known = {"phone": mask_phone(step.phone), "moved": True, "renewed": renewed, "ends_here": True}
            return page(request, place, "phone_done.html", known)
        if step.phone:
            return _code_typed(request, place, step)
        return _number_typed(request, place, step)
    except Refused as no:
        return refused_page(request, place, no, again=here)


def _card_read(request: HttpRequest, place: Place) -> HttpResponse:
    """Whatever came but a card, the page says what to lay where. :raises Refused: those of `card.person_read`."""
    try:
        person = card.person_read(request, place, typed=_not_a_card)
    except card.NotRead as no:
        return page(request, place, "phone_card.html", {"wrong": no.wrong}, status=SLUGS["identity-invalid"])
    if showing.has_own_number(person) and showing.level_for(place.hall, "contact", now=place.now) == "shown":
        sitting.begin(request, place, person)
        if not sitting.reaches(request, place, "contact"):
            return sitting.show_first(place, reverse("kiosk:phone", args=[place.hall.code]))
    return _number_page(request, place, person)


def _shown_or_card(request: HttpRequest, place: Place) -> HttpResponse:
    """Whoever showed who they are, and still stands there, lays no card there again."""
    person = sitting.person_at(request, place)
    if person is None or not sitting.reaches(request, place, "contact"):
        return page(request, place, "phone_card.html")
    return _number_page(request, place, person)


def _number_page(request: HttpRequest, place: Place, person: int) -> HttpResponse:
    step = Step(place.hall.code, person, (place.now + LASTS).isoformat())
    return page(request, place, "phone_number.html", {"step": step.sealed(), "typed": ""})


def _not_a_card(typed: str) -> str:
    if MOBILE.fullmatch(re.sub(r"\D", "", typed).removeprefix("86")):
        return pgettext("kiosk", "The card first; the mobile number is typed on the next page.")
    return pgettext("kiosk phone", "A typed number is not enough. Lay the ID card on the reader.")


def _number_typed(request: HttpRequest, place: Place, step: Step) -> HttpResponse:
    """A number nobody can be reached at may be typed again. :raises Refused: rate-limited."""
    asked = request.POST.get("phone", "")[:30].replace("\0", "")
    secret = secrets.token_hex(16)
    try:
        codes.ask_code(phone=asked, language=get_language() or "zh-hans", browser=secret, now=place.now)
    except Refused as no:
        if no.slug != "phone-invalid":
            raise
        known = {"step": step.sealed(), "typed": asked, "wrong": _not_a_phone(asked, no)}
        return page(request, place, "phone_number.html", known, status=SLUGS[no.slug])
    onward = Step(step.hall, step.person, step.until, asked, secret)
    waits: dict[str, Any] = {"step": onward.sealed(), "phone": mask_phone(asked), "idle_s": CODE_IDLE_S}
    return page(request, place, "phone_code.html", waits)


def _not_a_phone(typed: str, no: Refused) -> str:
    if len(re.sub(r"\D", "", typed)) >= DIGITS_OF_A_DOCUMENT:
        return pgettext("kiosk", "That is an ID number. A mobile number has 11 digits.")
    return words(no.refusal)[1]


def _code_typed(request: HttpRequest, place: Place, step: Step) -> HttpResponse:
    """:raises Refused: rate-limited, phone-invalid. A wrong code may be typed again."""
    code = request.POST.get("code", "")[:10].replace("\0", "")
    try:
        renewed = own_phone.prove(
            person_id=step.person, phone=step.phone, code=code, browser=step.code, by=place.by, now=place.now
        )
    except Refused as no:
        if no.slug != "code-wrong" or not no.facts.get("left"):
            raise
        known = {
            "step": step.sealed(), "phone": mask_phone(step.phone), "left": no.facts["left"], "idle_s": CODE_IDLE_S,
        }  # fmt: skip
        return page(request, place, "phone_code.html", known, status=409)
    onward = Step(step.hall, step.person, step.until, step.phone, proven=True)
    stored = people.phone_of(person_id=step.person) or ""
    elsewhere = own_phone.told_elsewhere(person_id=step.person, phone_index=phone_index(stored), now=place.now)
    known = {
        "step": onward.sealed(),
        "phone": mask_phone(stored),
        "elsewhere": elsewhere,
        "renewed": renewed,
        "ends_here": not elsewhere,
    }
    return page(request, place, "phone_done.html", known)
