"""Reads on messages: what was sent to whom (masked), what waits, what is in trouble, and the words in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Min, TextField
from django.db.models.functions import Cast

from banshi.foundation import phones
from banshi.foundation.crypto import SEALED, Unreadable, blind_index, decrypt
from banshi.kernel.masking import mask_phone
from banshi.rooms.messaging import rules
from banshi.rooms.messaging.models import Message, Template
from banshi.rooms.messaging.statements import SAID_PLACE, TEXT_PLACE, TO_PLACE

STATES = rules.MESSAGE.states
# Each state by name: it has an index of its own.
UP_TO_SQL = " UNION ALL ".join(
    f"SELECT '{state}', count(*) FROM (SELECT 1 FROM messaging_message WHERE hall = %(hall)s AND state = '{state}' "  # noqa: S608
    "LIMIT %(most)s) m"
    for state in STATES
)


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
    """Newest first, as staff may read them. Found by the exact telephone number through its blind index.

    :param cursor: the last id seen; older ones follow.
    :raises Refused: phone-invalid.
    """
    found = _found(phone=phone, hall=hall, subject=subject, state=state, key=key, limit=limit, cursor=cursor)
    return [_view(row, _words(row)) for row in found]


def as_sent(*, phone: str | None = None, limit: int = 50, cursor: int | None = None) -> list[NoticeView]:
    """Newest first and whole, links and all: for the holder of the telephone, and the demo's page.

    :raises Refused: phone-invalid.
    """
    found = _found(phone=phone, limit=limit, cursor=cursor)
    return [_view(row, _opened(row.stored_said, SAID_PLACE) or _words(row)) for row in found]


def _found(*, limit: int, cursor: int | None, phone: str | None, **asked: str | None) -> list[Any]:
    rows = Message.objects.order_by("-id")
    if phone is not None:
        rows = rows.filter(to_index=blind_index(phones.known(phone), purpose="phone"))
    rows = rows.filter(**{field: value for field, value in asked.items() if value is not None})
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    # What is sealed is read as stored: one row under a lost key must not take the page down.
    rows = rows.annotate(stored_to=Cast("to", TextField()), stored_said=Cast("said", TextField()))
    rows = rows.annotate(stored_text=Cast("text", TextField()))
    return list(rows.defer("to", "params", "sealed", "text", "said")[: max(1, min(limit, 500))])


def _opened(stored: str | None, place: str) -> str:
    try:
        return decrypt(stored, place=place) if stored else ""
    except Unreadable:
        return ""


def _words(row: Any) -> str:
    return _opened(row.stored_text, TEXT_PLACE) if row.stored_text.startswith(SEALED) else str(row.stored_text)


def _view(row: Any, text: str) -> NoticeView:
    masked = mask_phone(_opened(row.stored_to, TO_PLACE)) or "****"
    return NoticeView(
        id=row.id, channel=row.channel, text=text, at=row.sent_at or row.due_at, status=row.state, key=row.key,
        masked_to=masked, hall=row.hall, subject=row.subject, receipt=row.receipt, error=row.error, tries=row.tries,
        until=row.until, why=row.why,
    )  # fmt: skip


def counts(*, hall: str | None = None) -> dict[str, int]:
    """Messages by state."""
    rows = Message.objects.filter(hall=hall) if hall is not None else Message.objects.all()
    found = dict(rows.values_list("state").annotate(n=Count("id")).order_by("state"))
    return {state: found.get(state, 0) for state in STATES}


def counts_up_to(most: int, *, hall: str) -> dict[str, int]:
    """As `counts`, and `most` + 1 where there are more: what a hall sent in years is not counted for a page."""
    with connection.cursor() as cursor:
        cursor.execute(UP_TO_SQL, {"hall": hall, "most": most + 1})
        return dict(cursor.fetchall())


def outbox_age(now: datetime) -> float:
    """Hall seconds that the oldest due message has waited; 0 when nothing is late."""
    oldest = Message.objects.filter(state="due", due_at__lte=now).aggregate(at=Min("due_at"))["at"]
    return (now - oldest).total_seconds() if oldest else 0.0


def outbox_due(now: datetime) -> int:
    """Messages due and not sent."""
    return Message.objects.filter(state="due", due_at__lte=now).count()


def told_of(key: str, *, subjects: Sequence[str], mark: str) -> set[str]:
    """Those of these subjects of which this was written already, under a `dedupe` with this mark: whatever became of it."""
    if not subjects:
        return set()
    rows = Message.objects.filter(key=key, subject__in=list(subjects), dedupe__contains=mark)
    return set(rows.order_by().values_list("subject", flat=True))


def written_since(key: str, *, subject: str, since: datetime) -> bool:
    """Whether this was written of a subject since then, and not dropped before it went."""
    rows = Message.objects.filter(key=key, subject=subject, due_at__gte=since)
    return rows.exclude(state="dropped").exists()


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
