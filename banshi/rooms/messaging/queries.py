"""Reads on messages: what was sent to whom (masked), what waits, what is in trouble, and the words in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, TextField
from django.db.models.functions import Cast

from banshi.foundation.crypto import Unreadable, blind_index, decrypt
from banshi.kernel.masking import mask_phone
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.kernel.refusals import Refused
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.models import Message, Template


@dataclass(frozen=True)
class NoticeView:
    """One message as the notices page shows it. `at`: sent, or due (hall time, UTC). `status` = the row's state."""

    id: int
    channel: str  # sms | wechat | email, or "" while it waits to be split
    text: str
    at: datetime
    status: str  # due | sending | sent | failed | dropped
    key: str
    masked_to: str
    hall: str
    subject: str
    receipt: str
    error: str
    tries: int
    until: datetime | None  # its last moment
    why: str  # of a dropped one: taken_back | lapsed | moved_on | unreachable


@dataclass(frozen=True)
class TemplateView:
    """The words of one message in one language; `own`: this hall's, not the common ones."""

    key: str
    language: str
    body: str
    own: bool
    placeholders: tuple[str, ...]


def notices(
    *,
    phone: str | None = None,
    hall: str | None = None,
    subject: str | None = None,
    state: str | None = None,
    key: str | None = None,
    limit: int = 50,
    cursor: int | None = None,
) -> list[NoticeView]:
    """Newest first. Receipts can be found by the exact telephone number, which is matched through its blind index.

    :param cursor: the last id seen; older ones follow.
    :raises Refused: phone-invalid.
    """
    rows = Message.objects.order_by("-id")
    if phone is not None:
        try:
            rows = rows.filter(to_index=blind_index(normalise_phone(phone), purpose="phone"))
        except InvalidPhone as wrong:
            raise Refused("phone-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    for field, value in (("hall", hall), ("subject", subject), ("state", state), ("key", key)):
        if value is not None:
            rows = rows.filter(**{field: value})
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    # `to` is read as stored: one row under a lost key must not take the page down.
    rows = rows.annotate(stored_to=Cast("to", TextField())).defer("to", "params")
    return [_view(row, row.stored_to) for row in rows[: max(1, min(limit, 500))]]


def _view(row: Message, stored_to: str) -> NoticeView:
    try:
        masked = mask_phone(decrypt(stored_to, place="messaging_message.to"))
    except Unreadable:
        masked = "****"
    return NoticeView(
        id=row.id, channel=row.channel, text=row.text, at=row.sent_at or row.due_at, status=row.state, key=row.key,
        masked_to=masked, hall=row.hall, subject=row.subject, receipt=row.receipt, error=row.error, tries=row.tries,
        until=row.until, why=row.why,
    )  # fmt: skip


def counts(*, hall: str | None = None) -> dict[str, int]:
    """Messages by state."""
    rows = Message.objects.filter(hall=hall) if hall is not None else Message.objects.all()
    found = dict(rows.values_list("state").annotate(n=Count("id")).order_by("state"))
    return {state: found.get(state, 0) for state in ("due", "sending", "sent", "failed", "dropped")}


def outbox_age(now: datetime) -> float:
    """Hall seconds that the oldest due message has waited; 0 when nothing is late."""
    oldest = Message.objects.filter(state="due", due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    return (now - oldest).total_seconds() if oldest else 0.0


def outbox_due(now: datetime) -> int:
    """Messages due and not sent."""
    return Message.objects.filter(state="due", due_at__lte=now).count()


def templates(hall: str) -> list[TemplateView]:
    """Every message's words in this hall, in both languages, in a fixed order."""
    rows = Template.objects.filter(hall__in=[hall, ""]).order_by("id")
    own = {(row.hall, row.key, row.language): row.body for row in rows}
    return [
        TemplateView(
            key=key,
            language=language,
            body=own.get((hall, key, language)) or own.get(("", key, language)) or rules.COMMON[key][language],
            own=(hall, key, language) in own,
            placeholders=tuple(sorted(rules.allowed(key))),
        )
        for key in rules.COMMON
        for language in rules.LANGUAGES
    ]
