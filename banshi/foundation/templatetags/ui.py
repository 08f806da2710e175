"""Template tags of the design system: `{% load ui %}`. Examples: templates/ui/README.md and the gallery."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import segno
from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, pgettext

from banshi.foundation import crypto, once
from banshi.foundation.said import one_tongue
from banshi.foundation.times import clock_words, day_words, span_words, when
from banshi.foundation.windows import windows_words
from banshi.foundation.words import words
from banshi.kernel.refusals import Alternative, Refusal, Refused

register = template.Library()

ICONS = Path(__file__).resolve().parent.parent / "static" / "ui" / "icons"


@cache
def _icon_body(name: str) -> str:
    """The shapes inside one icon file of our own.

    :raises LookupError: no such icon; see static/ui/icons.
    """
    path = ICONS / f"{name}.svg"
    if not path.is_file():
        raise LookupError(f"no icon {name!r} in static/ui/icons")
    text = path.read_text(encoding="utf-8")
    return " ".join(text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")].split())


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An inline icon; hidden from screen readers unless it has a label.

    :param size: "", "lg" or "xl".
    """
    attributes = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        f" icon--{size}" if size else "",
        attributes,
        mark_safe(_icon_body(name)),  # noqa: S308 our own files
    )


@register.simple_tag
def qr(text: str, label: str = "", size: str = "") -> SafeString:
    """A QR code as inline SVG, level M, four modules of quiet zone.

    :param label: what it is for; the default says “QR code”.
    :param size: "" or "sm".
    """
    drawn = io.BytesIO()
    segno.make(str(text), error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=True, nl=False, omitsize=True, border=4, svgclass=None, lineclass=None
    )
    return format_html(
        '<span class="qr{}" role="img" aria-label="{}">{}</span>',
        f" qr--{size}" if size else "",
        label or gettext("QR code"),
        mark_safe(drawn.getvalue().decode()),  # noqa: S308 drawn here
    )


@register.inclusion_tag("ui/busy_bar.html")
def busy_bar(free: int, quota: int) -> dict[str, Any]:
    """How full a period is, as a bar and in words: quiet below half, busy from 80 %, then full."""
    taken = 100 if quota <= 0 else round(100 * (quota - max(free, 0)) / quota)
    if free <= 0:
        tone, word = "none", pgettext("period", "Full")
    elif taken >= 80:
        tone, word = "wait", pgettext("period", "Busy")
    elif taken >= 50:
        tone, word = "info", pgettext("period", "Fair")
    else:
        tone, word = "ok", pgettext("period", "Quiet")
    places = ngettext("%(n)s place", "%(n)s places", max(free, 0)) % {"n": max(free, 0)}
    return {"taken": max(0, min(100, taken)), "tone": tone, "word": word, "places": places, "free": free}


def _read(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.inclusion_tag("ui/refusal.html", takes_context=True)
def refusal(context: Context, refused: Any, slot_url: str = "", level: int = 2) -> dict[str, Any]:
    """What cannot be, why, and what is possible now.

    :param refused: a `Refused` or `Refusal`, or anything with `title`, `detail` and `next_options`
        (each with `label` and `href`, perhaps `hint`).
    :param slot_url: name of a URL that takes a slot's id; makes the alternatives of a `Refused` into buttons.
    :param level: of the heading.
    """
    today = _today(context)
    if isinstance(refused, Refused):
        refused = refused.refusal
    if isinstance(refused, Refusal):
        near = {k: when(v, today) if isinstance(v, datetime) else v for k, v in refused.facts.items()}
        title, detail = words(replace(refused, facts=near))
        options, since = _alternatives(refused, today, slot_url)
        since = "" if since and since in detail else since  # the rule's moment is the next chance: said once
    else:
        title, detail = _read(refused, "title"), _read(refused, "detail")
        options, since = [_option(o) for o in _read(refused, "next_options") or []], ""
    return {"title": title, "detail": detail, "options": options, "since": since, "heading": f"h{level}"}


def _option(option: Any) -> dict[str, Any]:
    return {"label": _read(option, "label"), "href": _read(option, "href") or "", "hint": _read(option, "hint") or ""}


def _alternatives(refused: Refusal, today: date | None, slot_url: str) -> tuple[list[dict[str, Any]], str]:
    """Buttons for offered slots, or the words for an earliest next chance."""
    if isinstance(refused.next, datetime):
        return [], when(refused.next, today)
    slots: Sequence[Alternative] = refused.next or ()
    return [
        {
            "label": capfirst(span_words(slot.starts_at, slot.ends_at, today))
            + (f" · {slot.hall_name}" if slot.hall_name else ""),
            "href": reverse(slot_url, args=[slot.slot_id]) if slot_url else "",
            "hint": ngettext("%(n)s place left", "%(n)s places left", slot.free) % {"n": slot.free},
        }
        for slot in slots
    ], ""


# --- times as people say them ---


def _today(context: Context) -> date | None:
    """`today` of the page, else the day of its `now` in the active zone, else unknown."""
    if context.get("today") is not None:
        return context["today"]  # type: ignore[no-any-return]
    now = context.get("now")
    return timezone.localtime(now).date() if now is not None else None


@register.simple_tag(takes_context=True)
def time_span(context: Context, starts_at: datetime, ends_at: datetime, inside: bool = False) -> str:
    """“明天 9:30–10:30”. Active time zone; says 明天 by the context's `today` or `now`.

    :param inside: a sentence, where “tomorrow” is written small.
    """
    said = span_words(starts_at, ends_at, _today(context))
    return said if inside else capfirst(said)


@register.simple_tag(takes_context=True)
def at(context: Context, moment: datetime, inside: bool = False) -> str:
    """“今天 14:05”, like `time_span`."""
    said = when(moment, _today(context))
    return said if inside else capfirst(said)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date, inside: bool = False) -> str:
    """“后天”, “11月24日 周二”, like `time_span`."""
    said = day_words(value, _today(context))
    return said if inside else capfirst(said)


@register.simple_tag(takes_context=True)
def sent_once(context: Context) -> SafeString:
    """Beside `{% csrf_token %}` in a form whose page is made anew when somebody goes back to it."""
    return format_html('<input type="hidden" name="once" value="{}">', once.stable(context["request"]))


register.filter("one_tongue", one_tongue)


@register.filter
def rating_key(ref: str) -> str:
    """What opens the rating of a number; only on pages of the one who was served."""
    return crypto.rating_key(ref)


@register.filter
def clock(moment: datetime | time | None) -> str:
    """“9:30”, active time zone; an hour of a day as it stands; nothing in a sentence that is hidden until its time is known."""
    return "" if moment is None else clock_words(moment)


def duration_words(seconds: float) -> str:
    """“12 分钟”, “1 小时 10 分钟”; whole minutes, at least one."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return gettext("%(n)s min") % {"n": minutes}
    if not rest:
        return gettext("%(n)s h") % {"n": hours}
    return gettext("%(h)s h %(m)s min") % {"h": hours, "m": rest}


@register.filter
def lasted(seconds: float | None) -> str:
    """What somebody has waited: as `duration`, and “不到 1 分钟” for less than a minute."""
    if seconds is not None and seconds < 60:
        return gettext("under 1 min")
    return duration(seconds)


@register.filter
def below(seconds: float | None) -> str:
    """What a share of people stayed below: whole minutes, rounded up, or it would not be true."""
    return duration(None if seconds is None else (seconds // 60 + 1) * 60)


@register.filter
def windows(numbers: Sequence[str]) -> str:
    """“01–03、12”."""
    return windows_words(numbers)


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Seconds or a timedelta → “12 分钟”; “–” for None."""
    if value is None:
        return "–"
    return duration_words(value.total_seconds() if isinstance(value, timedelta) else value)


@register.simple_tag
def wait(likely: float | None, at_most: float | None, inside: bool = False) -> str:
    """“约 12 分钟，最多 20 分钟”.

    :param likely: expected wait in seconds (P50); None when it cannot be told.
    :param at_most: seconds that nine in ten stay below (P90), rounded up to whole minutes.
    :param inside: after other words, where “about” is written small.
    """
    said = _wait(likely, at_most)
    return said if inside else capfirst(said)


def _wait(likely: float | None, at_most: float | None) -> str:
    if likely is None:
        return gettext("cannot be estimated yet")
    most = None if at_most is None else math.ceil(at_most / 60) * 60
    if (likely if most is None else most) <= 60:
        return gettext("right away")
    about = gettext("about %(time)s") % {"time": duration_words(likely)}
    if most is None or most <= max(60, round(likely / 60) * 60):
        return about
    return gettext("%(about)s, at most %(time)s") % {"about": about, "time": duration_words(most)}


@register.inclusion_tag("ui/field.html")
def field(bound: Any, hint: str = "", cls: str = "") -> dict[str, Any]:
    """A Django form field with label, hint and errors, tied together for screen readers."""
    described = [f"{bound.id_for_label}-hint"] if hint or bound.help_text else []
    attrs: dict[str, str | bool] = {}
    if bound.form.errors:  # the first field that is wrong is where to go on, also without scripts
        attrs["autofocus"] = bound.name == next(
            iter(name for name in bound.form.fields if name in bound.form.errors), ""
        )
    if bound.errors:
        described.append(f"{bound.id_for_label}-error")
        attrs["aria-invalid"] = "true"
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return {"field": bound, "widget": bound.as_widget(attrs=attrs), "hint": hint or bound.help_text, "cls": cls}


@register.simple_tag(takes_context=True)
def current(context: Context, href: str, under: bool = False) -> SafeString:
    """`aria-current="page"` when the page is at `href` (or below it, with `under=True`)."""
    request = context.get("request")
    path = request.path if request else ""
    here = path == href or (under and path.startswith(href))
    return mark_safe('aria-current="page"') if here else mark_safe("")


# --- attributes that depend on a value: `<option value="x"{% selected one asked %}>` ---


def _among(one: Any, asked: Any) -> bool:
    """Whether it is the one that was asked for, or among those that were."""
    if isinstance(asked, list | tuple | set | frozenset | dict):
        return one in asked
    return bool(one == asked)


@register.simple_tag
def selected(one: Any, asked: Any) -> SafeString:
    return mark_safe(" selected") if _among(one, asked) else mark_safe("")


@register.simple_tag
def checked(one: Any, asked: Any) -> SafeString:
    return mark_safe(" checked") if _among(one, asked) else mark_safe("")


@register.simple_tag
def opened(one: Any, asked: Any) -> SafeString:
    """Of a part that folds: unfolded where it is the one that was sent."""
    return mark_safe(" open") if _among(one, asked) else mark_safe("")


@register.simple_tag
def here(one: Any, asked: Any, kind: str = "page") -> SafeString:
    """`aria-current="page"` of the one where the reader is; `kind`: page | step | date | true."""
    return format_html(' aria-current="{}"', kind) if _among(one, asked) else mark_safe("")


@register.simple_tag
def step_mark(step: int, at: int) -> SafeString:
    """Of one step of several, numbered from 1: where the reader is, or that it is done."""
    if step == at:
        return mark_safe(' aria-current="step"')
    return mark_safe(' class="is-done"') if step < at else mark_safe("")


@register.filter
def may(who: Any, permission: str) -> bool:
    """Whether whoever looks holds a permission anywhere: for a way that leads out of a surface."""
    return bool(who) and bool(who.may(permission))


@register.filter
def among(one: Any, asked: Any) -> bool:
    """`{% if code|among:chosen %}`: a boolean where an attribute needs one. Several words in one string are several."""
    return _among(one, asked.split() if isinstance(asked, str) and " " in asked else asked)
