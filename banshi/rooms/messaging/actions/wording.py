"""What a message says: the words in use, the values put into them, and the words a hall sets itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.db import transaction

from banshi.foundation.crypto import clients_key, link_key, rating_key
from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.actions.claiming import Claimed
from banshi.rooms.messaging.models import Template
from banshi.rooms.places.models import Hall

log = structlog.get_logger("banshi.messaging")


class Words:
    """Templates of a batch: the hall's own, else the installation's, else the common ones."""

    def __init__(self, batch: Sequence[Claimed]) -> None:
        halls = {each.hall for each in batch} | {""}
        rows = Template.objects.filter(hall__in=halls, key__in={each.key for each in batch}).order_by("id")
        self.own = {(row.hall, row.key, row.language): row.body for row in rows}

    def body(self, hall: str, key: str, language: str) -> str:
        for owner in (hall, ""):
            if (owner, key, language) in self.own:
                return self.own[owner, key, language]
        return rules.COMMON.get(key, {}).get(language, "{hall}[：{text}][ {link}]")


def word(message: Claimed, *, words: Words, hall: Hall | None, now: datetime) -> Claimed:
    language = rules.language_of(message.language)
    try:
        zone = ZoneInfo(hall.timezone) if hall else ZoneInfo(settings.TIME_ZONE)
        said = rules.spoken(message.params, language=language, zone=zone, now=now)
    except Exception:  # values nobody foresaw shorten the message; they do not keep it, or the batch, from going out
        log.exception("message values not understood", message=message.id, key=message.key)
        said = {key: str(value) for key, value in message.params.items() if isinstance(value, str | int)}
    if hall is not None:
        said.setdefault("hall", hall.name_en if language == "en" else hall.name_zh)
        said.setdefault("address", hall.address_en if language == "en" else hall.address_zh)
        said.setdefault("phone", hall.phone)
    if message.key in rules.OF_A_RATING and said.get("text"):
        said["text"] = rules.sentence(said["text"], language=language)
    for name, words_of in rules.UNSAID.get(message.key, {}).items():
        said.setdefault(name, words_of[language])
    base = settings.BANSHI_PUBLIC_URL.rstrip("/")
    if "link" not in said:
        booking = message.params.get("booking")  # of a message about credit: where an appeal is made without an account
        subject = f"appointment:{booking}" if booking else message.subject
        said["link"] = rules.link(base, key=message.key, subject=subject)
        kind, _, ref = subject.partition(":")
        if kind == "appointment":  # opens the page for whoever holds the message, without signing in
            said["link"] += f"?k={_key(ref, message)}"
        elif kind == "ticket":  # who holds the message may rate, like who holds the slip
            said["link"] += f"?k={rating_key(ref)}"
    elif said["link"].startswith("/"):
        said["link"] = base + said["link"]
        if message.key == "rate":
            said["link"] += f"?from=message&k={rating_key(message.subject.removeprefix('ticket:'))}"
    body = words.body(message.hall, message.key, language)
    said = rules.fitted(body, said, rules.papers(message.params, language=language), language=language)
    return replace(
        message, text=rules.render(body, said), shown=rules.render(body, rules.shown(message.key, said)), said=said
    )


def _key(code: str, message: Claimed) -> str:
    """Of an appointment's link: the client's own, where an agent has another to the same."""
    turn = int(message.params.get("turn", 0))
    if message.params.get("to_client"):
        return clients_key(code, turn, message.to_index)
    return link_key(code, turn)


def set_template(
    *, hall: str, key: str, language: str, body: str, by: Actor, now: datetime, expected: str | None = None
) -> Template:
    """Word a message for a hall ("" = for every hall that has no words of its own).

    :param language: zh | en. :param expected: the words the change was made from; None does not ask.
    :raises Refused: invalid, with the reason; changed-meanwhile.
    """
    reason = rules.fault(key, body) or (
        None if language in rules.LANGUAGES else {"zh": "语言是 zh 或 en", "en": "The language is zh or en"}
    )
    if reason:
        raise Refused("invalid", facts={"field": "body", "reason": reason})
    with transaction.atomic():
        template = _as_expected(hall, key, language, expected, by, now)
        template.body, template.made_at, template.made_by = body.strip(), now, str(by)
        template.save(update_fields=["body", "made_at", "made_by"])
        audit.record(action="template_set", subject=f"template:{key}:{language}", by=by, now=now, hall=hall)
    return template


def _as_expected(hall: str, key: str, language: str, expected: str | None, by: Actor, now: datetime) -> Template:
    """The hall's own words, locked; made from the common ones where it has none.

    Two who word a message for the first time meet at the unique constraint: the second waits there, and finds the words of the
    first.

    :raises Refused: changed-meanwhile.
    """
    common = Template.objects.filter(hall="", key=key, language=language).exclude(hall=hall).first()
    words = common.body if common else rules.COMMON[key][language]
    Template.objects.get_or_create(
        hall=hall, key=key, language=language, defaults={"body": words, "made_at": now, "made_by": str(by)}
    )
    template = Template.objects.select_for_update().get(hall=hall, key=key, language=language)
    if expected is not None and expected.strip() != template.body.strip():
        raise Refused("changed-meanwhile")
    return template


def reset_template(
    *, hall: str, key: str, language: str, by: Actor, now: datetime, expected: str | None = None
) -> None:
    """Go back to the common words. :raises Refused: changed-meanwhile, as `set_template`."""
    with transaction.atomic():
        if expected is not None and Template.objects.filter(hall=hall, key=key, language=language).exists():
            _as_expected(hall, key, language, expected, by, now)
        gone, _ = Template.objects.filter(hall=hall, key=key, language=language).delete()
        if gone:
            audit.record(action="template_reset", subject=f"template:{key}:{language}", by=by, now=now, hall=hall)
