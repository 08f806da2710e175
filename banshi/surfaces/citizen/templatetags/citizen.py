"""Small words of the citizen pages: `{% load citizen %}`."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, pgettext

from banshi.foundation import states
from banshi.foundation.crypto import LIVE_BOOKING, clients_key, link_key, sign
from banshi.foundation.said import english, named
from banshi.foundation.times import day_words
from banshi.foundation.words import words
from banshi.rooms.booking.models import LedgerEntry, Suspension
from banshi.rooms.booking.queries.credit import appeal_time
from banshi.surfaces.citizen.forms import Appeal, id_types

register = template.Library()


@register.filter
def live_key(code: str) -> str:
    """With it the page of an appointment hears that the appointment has changed."""
    return sign(code, purpose=LIVE_BOOKING)


@register.filter
def said(words: Any) -> str:
    """A pair with `zh` and `en` in the active language."""
    if words is None:
        return ""
    return str(words.en if english() else words.zh)


@register.filter
def weekday(day: date) -> str:
    """周二; Tue."""
    if (get_language() or "zh").startswith("zh"):
        return "周" + "一二三四五六日"[day.weekday()]
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]


@register.simple_tag(takes_context=True)
def strip_day(context: template.Context, day: date) -> str:
    """今天, 明天, 周四 over the number in a day strip."""
    today = timezone.localtime(context["now"]).date()
    return capfirst(day_words(day, today)) if 0 <= (day - today).days <= 1 else weekday(day)


@register.simple_tag
def month_begins(days: Any, index: int) -> str:
    """“12月” before the days of a month, “2027年1月” in another year; nothing inside one, or where all days are of one."""
    first, last, day = days[0].day, days[-1].day, days[index].day
    if (first.year, first.month) == (last.year, last.month) or (index and day.day != 1):
        return ""
    return month_words(day, with_year=day.year != first.year)


def month_words(day: date, *, with_year: bool = False) -> str:
    if english():
        return date_format(day, "M Y" if with_year else "M")
    return (f"{day.year}年" if with_year else "") + f"{day.month}月"


@register.filter
def month(day: date) -> str:
    return month_words(day)


@register.filter
def masked_id(person: Any) -> str:
    """A person's document with its end shown: ****1234."""
    return f"**** {person.number_last4}"


@register.filter
def id_type_name(code: str) -> str:
    return str(dict(id_types()).get(code, code))


@register.filter
def as_json(value: Any) -> str:
    """For an attribute that a script reads."""
    return orjson.dumps(value).decode()


@register.filter
def iso(moment: datetime) -> str:
    return moment.isoformat()


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """`{{ mapping|get:key }}`; None where it is missing."""
    return mapping.get(key) if mapping else None


@register.inclusion_tag("citizen/_state.html")
def state_tag(state: str) -> dict[str, str]:
    """The state of an appointment as a tag."""
    return {"tone": states.tone("appointment", state), "word": states.word("appointment", state)}


@register.inclusion_tag("citizen/_state.html")
def number_tag(number: Any) -> dict[str, str]:
    """The state of a number in line as a tag; without a colour on a red card, which says enough."""
    state = number.ticket.state
    return {"tone": "" if number.urgent else states.tone("ticket", state), "word": states.word("ticket", state)}


@register.inclusion_tag("citizen/_state.html")
def ended_tag(outcome: str | None) -> dict[str, str]:
    """How a served appointment ended, as a tag; nothing of that for whoever may not know it."""
    if not outcome:
        return {"tone": "", "word": pgettext("citizen", "Was at the window")}
    kind, state = ("appointment", "served") if outcome == "done" else ("outcome", outcome)
    return {"tone": states.tone(kind, state), "word": states.word(kind, state)}


@register.simple_tag
def appeal_form(form: Appeal, about: str, key: int) -> Appeal:
    """The appeal about one entry or suspension: as it was refused, if it was this one; else empty. Ids apart."""
    mine = form.is_bound and str(form.data.get(about, "")) == str(key)
    shown = Appeal(form.data if mine else None, auto_id=f"appeal-{about}-{key}-%s")
    if mine:
        shown.is_valid()
    return shown


@register.simple_tag
def appeal_until(row: Suspension | LedgerEntry) -> datetime:
    """Until when it can be appealed against."""
    if isinstance(row, Suspension):
        return appeal_time(suspension=row).closes
    return appeal_time(entry=row).closes


@register.filter
def lane_name(ticket: Any) -> str:
    return gettext("Booked number") if ticket.kind == "booked" else gettext("Walk-in number")


@register.filter
def away(hall: Any) -> str:
    """“约 3 公里”: as the crow flies, so no more exact than that; nothing where it is not known."""
    if hall.away_km is None:
        return ""
    if hall.away_km < 1:
        return gettext("under 1 km")
    return gettext("about %(n)s km") % {"n": f"{hall.away_km:,.0f}"}


@register.simple_tag
def gap() -> str:
    """Between two sentences: a space in English, nothing in Chinese, whose full stop has its own."""
    return " " if english() else ""


@register.simple_tag
def timezone_day(moment: datetime) -> str:
    """2026-11-24, in the active zone, for addresses."""
    return timezone.localtime(moment).date().isoformat()


@register.simple_tag
def refusal_title(refused: Any) -> str:
    """What cannot be, in a few words."""
    return words(refused)[0] if refused is not None else ""


LINK = re.compile(r"(https?://[!-~]*[A-Za-z0-9/=_-])")


@register.filter
def linked(text: str) -> SafeString:
    """A message with its addresses as links, also where no space stands before them, as in Chinese."""
    parts = LINK.split(text)  # words and addresses by turns
    return format_html_join(
        "",
        "{}",
        ((format_html('<a href="{}" rel="nofollow">{}</a>', p, p) if n % 2 else p,) for n, p in enumerate(parts)),
    )


@register.simple_tag
def minutes_left(seconds: int) -> str:
    """“9 min 58 s left”; what the countdown starts from and readers without scripts see."""
    minutes, rest = divmod(max(0, seconds), 60)
    return gettext("{m} min {s} s left").format(m=minutes, s=rest)


@register.simple_tag
def link_key_of(appointment: Any, k: str, phone_index: str) -> str:
    """Who came by a link sees the other matters of the visit by theirs. `phone_index`: where the client of an agent came."""
    if phone_index:
        return f"?k={clients_key(appointment.code, appointment.link_turn, phone_index)}"
    return f"?k={link_key(appointment.code, appointment.link_turn)}" if k else ""


@register.filter
def closure_tone(stop: Any) -> str:
    """The colour in which a closure is told to one person."""
    return "urgent" if stop.evacuates else "info" if stop.lets_in else "wait"


@register.filter
def calls_away(number: Any, stop: Any) -> bool:
    """Whether a booking's number, or a closure of its hall, sends its person somewhere now; either may be none."""
    return bool((number and number.urgent) or (stop and stop.evacuates))


@register.simple_tag
def ticket_look(state: str, evacuated: Any) -> str:
    """The classes of a number's card: called stands out, unless everybody leaves; over is quiet."""
    called = " is-called" if state == "called" and not evacuated else ""
    return f"ticket{called}{' is-over' if state in ('finished', 'closed', 'left') else ''}"


@register.simple_tag
def tagged_with(stars: int) -> str:
    """The ratings whose tags stand under the face of these stars."""
    return {5: "4 5", 3: "3"}.get(stars, "1 2")


@register.simple_tag
def first_place_href(place: Any) -> str:
    """Where the first free time is booked: with its matters, or where the matter is chosen first."""
    if place.item:
        along = urlencode([("with", code) for code in place.also])
        return reverse("citizen:confirm", args=[place.item, place.slot_id]) + (f"?{along}" if along else "")
    return f"{reverse('citizen:items')}?{urlencode({'hall': place.hall, 'category': place.category})}"


@register.filter
def day_again(wait: Any) -> str:
    """Of a wait whose day can be booked again: the day, to go behind the hall of an address."""
    return f"&day={wait.day.isoformat()}" if wait.state == "reopened" else ""


@register.filter
def at_place(listed: Any, place: int) -> Any:
    """One of a list by its place."""
    return listed[place]


INPUT_TYPES = {"date": "date", "phone": "tel"}
KEYBOARDS = {"number": "decimal", "money": "decimal", "phone": "tel"}
FILLED_BY_BROWSERS = {"name": "name", "phone": "tel", "address": "street-address"}


@register.simple_tag
def field_attributes(case: Any, bundle: Any, line: Any) -> SafeString:
    """Of the input of one field of a case, or – where there is none – of the one form of a bundle: how it is typed, what is
    said about it, and that it is saved when it is left."""
    kind = line.field.type
    saved_at = ("citizen:save-field", case.no) if case else ("citizen:save-bundle-field", bundle.no)
    found: dict[str, Any] = {
        "id": f"field-{line.no}",
        "autocomplete": FILLED_BY_BROWSERS.get(kind, "off"),
        "hx-post": reverse(saved_at[0], args=[saved_at[1], line.no]),
        "hx-trigger": "change",
        "hx-target": f"#line-{line.no}",
        "hx-swap": "outerHTML",
        "hx-include": "closest .field",
        "hx-params": f"{line.name},w-{line.no}",
        "hx-sync": "#case-fields:queue all",
    }
    if kind not in ("choice", "yes_no"):
        found |= {"maxlength": line.field.longest}
        found |= {} if line.several_lines else {"type": INPUT_TYPES.get(kind, "text")}
    if kind in KEYBOARDS:
        found["inputmode"] = KEYBOARDS[kind]
    if line.carried:
        found["aria-label"] = named(line.field, "label")
    if line.described_by:
        found["aria-describedby"] = line.described_by
    if line.has_error or line.told:
        found["aria-invalid"] = "true"
    return format_html_join(" ", '{}="{}"', found.items())


@register.inclusion_tag("citizen/_state.html")
def case_tag(line: Any) -> dict[str, str]:
    """How a case stands, in a word: a refusal and a clock that stands are said as such."""
    state = line.phase
    if "fee_due" in line.flags:
        return {"tone": states.tone("charge", "due"), "word": states.word("charge", "due")}
    if "clock_stopped" in line.flags:
        state = "stopped"
    elif line.outcome in ("granted", "refused") and state in ("decided", "closed"):
        state = line.outcome if state == "decided" or line.outcome == "refused" else state
    return {"tone": states.tone("case", state), "word": states.word("case", state)}


@register.simple_tag
def page_alt(place: int) -> str:
    """What a picture of a page is, for whoever does not see it."""
    return pgettext("case", "Page %(n)s") % {"n": place}


@register.filter
def is_by(row_by: str, actor: Any) -> bool:
    """Whether something was done by this actor."""
    return row_by == str(actor)


@register.filter
def pair(words: tuple[str, str]) -> str:
    """Chinese and English: the one of the active language."""
    return words[1] if english() else words[0]


@register.filter
def in_fours(code: str) -> str:
    """1234 5678: as one reads it out."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))
