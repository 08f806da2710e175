"""Signing in by phone and one-time code, and my own page: whom I book for, messages, language."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banshi.foundation import clock, kept, limits
from banshi.foundation.crypto import Unreadable, blind_index, decrypt, encrypt
from banshi.foundation.doors import AGAIN
from banshi.journeys.person import mandates, own_phone
from banshi.journeys.person import sign_in as journey
from banshi.kernel.addresses import network_of
from banshi.kernel.masking import mask_phone
from banshi.kernel.phones import InvalidPhone
from banshi.kernel.refusals import Refused
from banshi.rooms.identity import actions as identity
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Account
from banshi.rooms.messaging import queries as messaging
from banshi.rooms.messaging.queries import NoticeView
from banshi.surfaces.citizen import sent
from banshi.surfaces.citizen.agents import acting_as, acting_for_me, asked_of_me, letters_for_me
from banshi.surfaces.citizen.doors import citizen_page, elder, language, page, public_page
from banshi.surfaces.citizen.forms import Code, NewClient, NewNumber, NewPerson, Phone
from banshi.surfaces.citizen.known_numbers import known, remember
from banshi.surfaces.citizen.proving import costs, from_the_hall
from banshi.surfaces.citizen.refusals import NOT_FILLED, Panel, panel, unfilled

MESSAGES_SHOWN = 20
PLACE = "session.phone"


def _next(request: Any) -> str:
    """Where to go after signing in: a page of ours, else the first page."""
    asked = str(request.POST.get("next") or request.GET.get("next") or "")[:500]
    safe = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=False)
    return asked if asked.startswith("/") and safe else ""


def _on_with_a_time(request: Any, onward: str) -> bool:
    """Whether what goes on after signing in has a time chosen already: the form of a period, or what it had typed."""
    there = kept.address(request) if onward.startswith(AGAIN) else onward
    return re.match(r"/book/[\w-]+/(\d+/|take)", there) is not None


def _not_a_phone() -> Refused:
    return Refused("phone-invalid", facts={"reason": {"zh": InvalidPhone.zh, "en": InvalidPhone.en}})


def _said(refused: Refused) -> Panel:
    zone = timezone.get_default_timezone()
    now = clock.now()
    return panel(refused, today=now.astimezone(zone).date(), zone=zone)


def _panel(form: Any, refused: Refused) -> Panel | None:
    """The refusal, or nothing where it stands at its field."""
    return None if sent.beside(form, refused) else _said(refused)


def _not_too_many(request: Any) -> None:
    """Codes from one address, whatever the numbers: a hall's own machines and networks have an allowance.

    :raises Refused: rate-limited.
    """
    index = blind_index(network_of(request.META.get("REMOTE_ADDR", "")), purpose="address")[:32]
    if from_the_hall(request):
        limits.take(key=f"code-hall:{index}", per_minute=120, burst=300)
    else:
        limits.take(key=f"code-from:{index}", per_minute=2, burst=20)


def _send_code(request: Any, phone: str) -> None:
    """:raises Refused: phone-invalid, rate-limited."""
    browser = request.session.setdefault("browser", secrets.token_hex(16))
    device = known(request)
    was_here = identity.number_index(phone) in device.numbers
    # A browser can be had anew with each try, a network cannot: only one that signed in before counts by itself.
    asker = f"browser:{device.browser}" if was_here else f"network:{network_of(request.META.get('REMOTE_ADDR', ''))}"
    journey.ask_code(
        phone=phone, language=language(), browser=browser, asker=asker, was_here=was_here, calm=elder(request),
        now=clock.now(),
    )  # fmt: skip


@public_page
@require_http_methods(["GET", "POST"])
@costs("code")
def sign_in(request: Any) -> HttpResponseBase:
    """The phone number; a code is sent to it."""
    onward = _next(request)
    asked = {"next": onward, "chosen": _on_with_a_time(request, onward)}
    if request.method == "GET":
        if request.who.account_id is not None:
            return redirect(onward or "citizen:home")
        return page(request, "citizen/sign_in.html", asked | {"form": sent.again(request, Phone)})
    form = Phone(request.POST)
    if not form.is_valid():
        return page(request, "citizen/sign_in.html", asked | {"form": form}, refused=_not_a_phone())
    phone = form.cleaned_data["phone"]
    try:
        _not_too_many(request)
        _send_code(request, phone)
    except Refused as refused:
        return page(
            request, "citizen/sign_in.html", asked | {"form": form, "panel": _panel(form, refused)}, refused=refused
        )
    # Encrypted: a session row is no place for a telephone number in clear.
    request.session["signing_in"] = encrypt(phone, place=PLACE)
    return redirect(reverse("citizen:code") + (f"?{urlencode({'next': onward})}" if onward else ""))


@public_page
@require_http_methods(["GET", "POST"])
def code(request: Any) -> HttpResponseBase:
    """The code from the message; it opens the account."""
    onward = _next(request)
    try:
        phone = decrypt(str(request.session.get("signing_in", "")), place=PLACE)
    except Unreadable:
        return redirect(reverse("citizen:sign-in") + (f"?{urlencode({'next': onward})}" if onward else ""))
    context: dict[str, Any] = {"next": onward, "phone": mask_phone(phone.removeprefix("+86"))}
    if request.method == "GET":
        return page(request, "citizen/code.html", context | {"form": sent.again(request, Code)})
    context["form"] = form = Code(request.POST)
    if not form.is_valid():
        return page(request, "citizen/code.html", context, refused=Refused("invalid"))
    try:
        browser = str(request.session.get("browser", ""))
        account = journey.enter(phone=phone, code=form.cleaned_data["code"], browser=browser, now=clock.now())
    except Refused as refused:
        return page(request, "citizen/code.html", context | {"panel": _panel(form, refused)}, refused=refused)
    request.session.cycle_key()
    request.session.pop("signing_in", None)
    request.session["account"], request.session["epoch"] = account.pk, account.epoch
    entered = redirect(onward or "citizen:home")
    remember(request, entered, account.phone_index)
    return entered


@public_page
@require_POST
def sign_out(request: Any) -> HttpResponseBase:
    """End the citizen's session; a clerk signed in on the same browser stays."""
    for key in ("account", "epoch", "hold", "ticket", "signing_in", "new_number", "old_answered"):
        request.session.pop(key, None)
    sent.forget(request)
    request.session.cycle_key()
    return redirect("citizen:home")


@citizen_page
@require_http_methods(["GET", "POST"])
def sign_out_everywhere(request: Any) -> HttpResponseBase:
    """End every session of this account, on whatever telephone or computer; this one too. Asked once."""
    if request.method == "GET":
        return page(request, "citizen/sign_out_everywhere.html", {})
    identity.sign_out_everywhere(account_id=request.who.account_id, by=request.who.by, now=clock.now())
    people.forget_epochs()
    messages.success(request, gettext("Signed out on every device."))
    return sign_out(request)


@citizen_page
@require_http_methods(["GET", "POST"])
@costs("code")
def number(request: Any) -> HttpResponseBase:
    """Another telephone for this account: a code to the new number, and one to the old."""
    account = Account.objects.get(id=request.who.account_id)
    if request.method == "POST":
        return _change(request, account) if "code" in request.POST else _ask_codes(request, account)
    if "other" in request.GET:
        _end_change(request)
    try:
        wanted = decrypt(str(request.session.get("new_number", "")), place=PLACE)
    except Unreadable:
        return _number_page(request, account, form=sent.again(request, Phone))
    return _number_page(request, account, form=sent.again(request, NewNumber), wanted=wanted)


def _number_page(
    request: Any, account: Account, *, form: Any, wanted: str = "", refused: Refused | None = None, panel: Any = None
) -> HttpResponseBase:
    """:param wanted: the number the codes went to; "" while none is asked for."""
    if wanted and request.session.get("old_answered"):
        form.fields.pop("old_code", None)
    context = {
        "phone": mask_phone(account.phone.removeprefix("+86")),
        "wanted": mask_phone(wanted.removeprefix("+86")),
        "form": form,
        "panel": panel,
    }
    return page(request, "citizen/number.html", context, refused=refused)


def _ask_codes(request: Any, account: Account) -> HttpResponseBase:
    form = Phone(request.POST)
    if not form.is_valid():
        return _number_page(request, account, form=form, refused=_not_a_phone())
    wanted = form.cleaned_data["phone"]
    try:
        _not_too_many(request)
        for each in (wanted, account.phone):
            _send_code(request, each)
    except Refused as refused:
        return _number_page(request, account, form=form, refused=refused, panel=_panel(form, refused))
    _end_change(request)
    request.session["new_number"] = encrypt(wanted, place=PLACE)
    return redirect("citizen:number")


def _change(request: Any, account: Account) -> HttpResponseBase:
    try:
        wanted = decrypt(str(request.session.get("new_number", "")), place=PLACE)
    except Unreadable:
        return redirect("citizen:number")
    form, browser, now = NewNumber(request.POST), str(request.session.get("browser", "")), clock.now()
    if request.session.get("old_answered"):
        form.fields.pop("old_code")
    if not form.is_valid():
        return _number_page(request, account, form=form, wanted=wanted, refused=Refused("invalid"))
    try:
        # Not in one transaction: a wrong try counts, whatever comes of the rest; and what was right need not be said again.
        if not request.session.get("old_answered"):
            _answer_old(account, form.cleaned_data["old_code"], browser)
            request.session["old_answered"] = True
        identity.answer_code(phone=wanted, code=form.cleaned_data["code"], browser=browser)
        own_phone.change_number(account_id=account.pk, phone=wanted, by=request.who.by, now=now)
    except Refused as refused:
        if sent.field_of(refused) == "phone":
            return _another_number(request, account, wanted, refused)
        shown = _panel(form, refused)
        return _number_page(request, account, form=form, wanted=wanted, refused=refused, panel=shown)
    people.forget_epochs()
    _end_change(request)
    changed = Account.objects.get(id=account.pk)
    request.session["epoch"] = changed.epoch
    request.session.cycle_key()
    messages.success(
        request, gettext("The number is changed. Other browsers are signed out; messages go to the new number.")
    )
    done = redirect("citizen:me")
    remember(request, done, changed.phone_index)
    return done


def _another_number(request: Any, account: Account, wanted: str, refused: Refused) -> HttpResponseBase:
    """It cannot be this number, however right the codes are: the field to type another, with why and what to do instead."""
    _end_change(request)
    typed = QueryDict(mutable=True)
    typed["phone"] = wanted.removeprefix("+86")
    request.POST = typed  # what is kept of this form, should its person come back to it
    form = Phone(typed)
    return _number_page(request, account, form=form, refused=refused, panel=_panel(form, refused))


def _answer_old(account: Account, code: str, browser: str) -> None:
    try:
        identity.answer_code(phone=account.phone, code=code, browser=browser)
    except Refused as refused:
        raise Refused(refused.slug, facts={**refused.facts, "field": "old_code"}, next=refused.next) from refused


def _end_change(request: Any) -> None:
    for key in ("new_number", "old_answered"):
        request.session.pop(key, None)


@public_page
@require_GET
def lost_number(request: Any) -> HttpResponseBase:
    """How somebody gets on whose telephone number is gone: by the ID card, at a desk."""
    return page(request, "citizen/lost_number.html", {})


@public_page
@require_GET
def me(request: Any) -> HttpResponseBase:
    return _me(
        request,
        form=sent.again(request, NewPerson, reverse("citizen:add-person")),
        client=sent.again(request, NewClient, reverse("citizen:propose-client")),
    )


def _me(
    request: Any,
    *,
    form: NewPerson | None = None,
    client: NewClient | None = None,
    looking: bool = False,
    refused: Refused | None = None,
) -> HttpResponseBase:
    account_id = request.who.account_id
    if account_id is None:
        return page(request, "citizen/me.html", {"account": None})
    account = Account.objects.get(id=account_id)
    came = messaging.as_sent(phone=account.phone, limit=3 * MESSAGES_SHOWN)
    form, client = form or NewPerson(), client or NewClient()
    wrong = client if client.is_bound else form
    agent = acting_as(account_id)
    context = {
        "account": account,
        "agent": agent,
        "resting": people.suspended_agent(account_id),
        "choice": mandates.choice(agent.hall, q=str(client["q"].value() or ""), chosen=client.chosen)
        if agent and agent.hall
        else None,
        "proposing": looking or client.is_bound,
        "asked": asked_of_me(account_id),
        "for_me": acting_for_me(account_id),
        "letters": letters_for_me(account_id),
        "client": client,
        "phone": mask_phone(account.phone),
        "people": people.people_of(account_id),
        "sent": _once([m for m in came if m.key != "code" and m.status == "sent"])[:MESSAGES_SHOWN],
        "form": form,
        "panel": _said(_summed_up(wrong, refused)) if refused else None,
    }
    return page(request, "citizen/me.html", context, refused=refused)


def _summed_up(form: NewPerson, refused: Refused) -> Refused:
    """Of a refusal that stands at its field, the page says only where to look."""
    return unfilled(NOT_FILLED) if sent.beside(form, refused) else refused


@dataclass(frozen=True)
class Sent:
    """A message as the person knows it: once, however many ways it came."""

    text: str
    at: datetime
    channels: tuple[str, ...]


def _once(came: list[NoticeView]) -> list[Sent]:
    """Newest first; what went out by SMS and WeChat alike stands once."""
    found: dict[tuple[str, str, str], Sent] = {}
    for each in came:
        known = found.get(same := (each.key, each.subject, each.text))
        channels = (each.channel, *(known.channels if known else ()))
        found[same] = Sent(each.text, known.at if known else each.at, tuple(dict.fromkeys(channels)))
    return list(found.values())


@citizen_page
@require_POST
@costs("people")
def add_person(request: Any) -> HttpResponseBase:
    """Somebody else I book for."""
    form = NewPerson(request.POST)
    if not form.is_valid():
        return _me(request, form=form, refused=unfilled(NOT_FILLED))
    given = form.cleaned_data
    now = clock.now()
    try:
        identity.add_typed(
            account_id=request.who.account_id,
            name=given["name"],
            id_type=given["id_type"],
            id_number=given["id_number"],
            now=now,
        )
    except Refused as refused:
        return _me(request, form=form, refused=refused)
    messages.success(request, gettext("Added."))
    return redirect(f"{reverse('citizen:me')}#people")


@citizen_page
@require_POST
def client_matters(request: Any) -> HttpResponseBase:
    """Looks for matters of a mandate; what was typed so far stays."""
    said = {name: request.POST.get(name, "") for name in NewClient.base_fields}
    return _me(request, client=NewClient(initial=said | {"items": request.POST.getlist("items")}), looking=True)


@citizen_page
@require_POST
@costs("people")
def propose_client(request: Any) -> HttpResponseBase:
    """As an agent: somebody I would like to act for. The hall sees the paper, or the client agrees, before I may."""
    acting = acting_as(request.who.account_id)
    if acting is None:
        return redirect("citizen:me")
    client = NewClient(request.POST)
    if not client.is_valid():
        return _me(request, client=client, refused=unfilled(NOT_FILLED))
    given = {name: client.cleaned_data[name] for name in ("name", "id_type", "id_number", "valid_until")}
    some = client.chosen if client.cleaned_data["scope"] == "some" else []
    try:
        items = mandates.matters(acting.hall, some) if acting.hall else []
        identity.propose_mandate(agent_id=acting.agent.id, items=items, by=request.who.by, now=clock.now(), **given)
    except Refused as refused:
        return _me(request, client=client, refused=refused)
    messages.success(
        request, gettext("Proposed. Show the paper at the hall, or let the client agree on their own page.")
    )
    return redirect(f"{reverse('citizen:me')}#agent")


@citizen_page
@require_POST
def remove_person(request: Any, person: int) -> HttpResponseBase:
    """No longer book for somebody; their appointments stay."""
    identity.remove_from_account(account_id=request.who.account_id, person_id=person, now=clock.now())
    return redirect(f"{reverse('citizen:me')}#people")
