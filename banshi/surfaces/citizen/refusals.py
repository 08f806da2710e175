"""A refusal as a panel of this surface: its alternatives become links that keep the matter chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext

from banshi.foundation.times import day_words, span_words, when
from banshi.foundation.words import words
from banshi.kernel.refusals import Alternative, Refusal, Refused

# What the forms here ask for once more: shape, not rules.
NOT_FILLED = {"zh": "还有几处没填好，见下面红字。", "en": "A few fields need another look, see below."}
NOBODY_CHOSEN = {"zh": "先选谁来办。", "en": "Choose who comes."}
NO_FIRM = {
    "zh": "前面选了申请人是企业：选单位，或填单位名称和统一社会信用代码。", "en":
    "You answered that a firm applies: choose it, or write its name and its unified social credit code.",
}  # fmt: skip
NO_APPEAL = {"zh": "写几句当时的情况，500 字以内。", "en": "Say in a few words what happened, 500 characters at most."}
NO_FACE = {"zh": "先选一个表情；文字不超过 500 字。", "en": "Choose a face first; 500 characters at most."}


def unfilled(reason: dict[str, str], *, field: str = "") -> Refused:
    """A form that is not filled as it should be; `field`: where."""
    return Refused("invalid", facts={"reason": reason} | ({"field": field} if field else {}))


@dataclass(frozen=True)
class Option:
    label: str
    href: str
    hint: str = ""


@dataclass(frozen=True)
class Panel:
    """What `{% refusal %}` shows."""

    slug: str
    title: str
    detail: str
    next_options: tuple[Option, ...] = ()


def spoken(refusal: Refusal, today: date) -> Refusal:
    """The same refusal with its times and days as people say them: 明天 9:15. In the active time zone."""
    return replace(refusal, facts={name: _spoken(value, today) for name, value in refusal.facts.items()})


def _spoken(value: object, today: date) -> object:
    if isinstance(value, datetime):
        return when(value, today)
    return day_words(value, today) if isinstance(value, date) else value


def ways_on(refused: Refused) -> tuple[Option, ...]:
    """Pages of ours that help with a refusal: the appointment in the way, the credit and its appeal."""
    if refused.slug == "suspended":
        return (Option(gettext("Credit and appeal"), f"{reverse('citizen:appointments')}#credit"),)
    if refused.slug == "limit-live":
        return (Option(gettext("See the appointments"), reverse("citizen:appointments")),)
    if refused.slug in ("too-many-people", "mandate-missing", "limit-period"):
        return (Option(gettext("Booking for many people"), reverse("citizen:agents")),)
    if refused.slug == "duplicate-case":
        there = reverse("citizen:case", args=[str(refused.facts["case"])])
        return (Option(pgettext("case", "Go on with that one"), there),)
    if refused.slug == "item-retired":
        return _successor(refused)
    code = refused.facts.get("appointment") if refused.slug in ("limit-half-day", "same-time") else None
    if isinstance(code, str) and code:
        return (Option(gettext("See that appointment"), reverse("citizen:appointment", args=[code])),)
    return ()


def _successor(refused: Refused) -> tuple[Option, ...]:
    """What is applied for instead of a retired matter, where there is something."""
    if (code := refused.facts.get("successor")) is None:
        return ()
    return (Option(pgettext("retirement", "See what takes its place"), reverse("citizen:item", args=[code])),)


def panel(
    refused: Refused | Refusal,
    *,
    today: date,
    zone: ZoneInfo,
    href: Callable[[Alternative], str] | None = None,
    more: tuple[Option, ...] = (),
) -> Panel:
    """:param href: where choosing an offered slot leads. :param more: further ways on, after the offered slots."""
    refusal = refused.refusal if isinstance(refused, Refused) else refused
    options: list[Option] = []
    with timezone.override(zone):
        title, detail = words(spoken(refusal, today), zone)
        if isinstance(refusal.next, datetime):
            if (since := when(refusal.next, today)) not in detail:  # else the sentence has said it
                options.append(Option(gettext("From %(when)s") % {"when": since}, ""))
        elif refusal.next:
            for slot in refusal.next:
                label = span_words(slot.starts_at, slot.ends_at, today)
                hall = f" · {slot.hall_name}" if slot.hall_name else ""
                places = ngettext("%(n)s place left", "%(n)s places left", slot.free) % {"n": slot.free}
                options.append(Option(label + hall, href(slot) if href else "", places))
    return Panel(refusal.slug, title, detail, (*options, *more))
