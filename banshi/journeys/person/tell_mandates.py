"""Clients are told what an agent may do, and does, for them; agents that a mandate is over. A forged one is found out so.

A duty looks at the last day, and each thing is said once: whichever door a mandate or a booking came through.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from banshi.rooms.booking.actions.telling import said_of, subject_of
from banshi.rooms.booking.models import Appointment, Move
from banshi.rooms.booking.queries.facts import CHINA, hall_facts, item_words
from banshi.rooms.booking.queries.mandated import Side, side_of
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.models import Agent, Mandate
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.messaging.models import Message

LOOKS_BACK = timedelta(days=1)
AWAKE_FROM = 8  # o'clock: a mandate runs out at midnight
MOST_GIVEN = 3  # times in half a day that a client hears of one agent's mandates; the last one is told afterwards
HALF_A_DAY = timedelta(hours=12)


@dataclass(frozen=True)
class News:
    key: str
    phone: str
    hall: str
    subject: str
    params: dict[str, Any]
    dedupe: str
    language: str


def tell(*, now: datetime) -> int:
    """:returns: how many were told something new."""
    since = now - LOOKS_BACK
    found = [*_of_mandates(since), *_run_out(now), *_of_bookings(since, now)]
    dedupes = {each.dedupe for each in found}
    said = set(Message.objects.filter(dedupe__in=dedupes).values_list("dedupe", flat=True)) if found else set()
    new = [each for each in found if each.dedupe not in said and not _told_enough(each, now)]
    for each in new:
        messaging.write(
            key=each.key, to_phone=each.phone, hall=each.hall, subject=each.subject, params=each.params,
            dedupe=each.dedupe, language=each.language, now=now,
        )  # fmt: skip
    return len(new)


def _of_mandates(since: datetime) -> Iterator[News]:
    rows = Mandate.objects.filter(Q(given_at__gte=since) | Q(ended_at__gte=since), given_at__isnull=False)
    for row in rows.select_related("agent__account").order_by("id"):
        about = {"hall": row.agent.hall, "subject": f"agent:{row.agent_id}"}
        until = row.valid_until
        params = {
            "text": row.agent.name,
            "until_zh": f"{until.month}月{until.day}日",
            "until_en": f"{until:%Y-%m-%d}",
        }
        if row.ended_at is None:
            phone, language = people.told_at(row.person_id)
            if phone and row.paper:  # without a paper they agreed themselves
                yield News("mandate_given", phone, **about, params=params, dedupe=f"mandate_given:{row.pk}",
                           language=language)  # fmt: skip
        elif (account := row.agent.account) is not None and not _renewed(row):
            params = _WHO_ENDED.get(people.why_over(account.pk, row.person_id, today=row.valid_until), {})
            yield News("mandate_over", account.phone, **about, params=params, dedupe=f"mandate_over:{row.pk}",
                       language=account.language)  # fmt: skip


def _told_enough(news: News, now: datetime) -> bool:
    if news.key != "mandate_given":
        return False
    said = Message.objects.filter(
        key=news.key, subject=news.subject, to_index=messaging.phone_index(news.phone), created_at__gt=now - HALF_A_DAY
    )
    return said.values("created_at").distinct().count() >= MOST_GIVEN  # a row for each channel


def _run_out(now: datetime) -> Iterator[News]:
    """What nobody ended: the agent hears of it in the morning after the last day."""
    local = now.astimezone(CHINA)
    if local.hour < AWAKE_FROM:
        return
    rows = Mandate.objects.filter(valid_until=local.date() - timedelta(days=1), ended_at=None, given_at__isnull=False)
    for row in rows.filter(agent__account__isnull=False).select_related("agent__account").order_by("id"):
        account = row.agent.account
        assert account is not None  # the filter says so
        yield News("mandate_over", account.phone, hall=row.agent.hall, subject=f"agent:{row.agent_id}",
                   params=_RUN_OUT, dedupe=f"mandate_over:{row.pk}", language=account.language)  # fmt: skip


_RUN_OUT: dict[str, Any] = {"reason_zh": "到期了", "reason_en": "it has run out"}
_WHO_ENDED: dict[str, dict[str, Any]] = {
    "client": {"reason_zh": "委托人已结束委托", "reason_en": "the client ended it"},
    "hall": {"reason_zh": "大厅已结束委托", "reason_en": "the hall ended it"},
}


def _renewed(row: Mandate) -> bool:
    same = Mandate.objects.filter(agent_id=row.agent_id, person_id=row.person_id, ended_at=None)
    return same.filter(given_at__isnull=False).exists()


def _of_bookings(since: datetime, now: datetime) -> Iterator[News]:
    agents = {row.account_id: row for row in Agent.objects.filter(account__isnull=False).select_related("account")}
    if not agents:
        return
    moved = Move.objects.filter(at__gte=since, appointment__account_id__in=list(agents)).values("appointment_id")
    lately = Q(created_at__gte=since) | Q(cancelled_at__gte=since) | Q(pk__in=moved)
    rows = Appointment.objects.filter(lately, account_id__in=list(agents), limit_key="", evidence=0)
    for row in rows.select_related("hall").order_by("id"):
        agent = agents[row.account_id]
        key = _happened(row)
        if key is None or agent.account is None or agent.account.person_id == row.person_id:
            continue
        phone, language = people.told_at(row.person_id)
        if not phone or phone == row.contact:
            continue
        hall = hall_facts(row.hall, now=now)
        params = said_of(row, hall=hall, item=item_words(row.hall_id, row.item_id))
        yield News(key, phone, hall.code, subject_of(row.code), params | {"text": agent.name, "to_client": True},
                   f"{key}:{row.code}:{row.moves}", language)  # fmt: skip


def _happened(row: Appointment) -> str | None:
    """What the agent did last, by whatever way; what others did they or the hall say (booking/actions/telling.py)."""
    if row.state == "cancelled":
        return "agent_cancelled" if side_of(row, row.cancelled_by) == Side.AGENT else None
    if row.state != "booked":
        return None
    if not row.moves:
        return "agent_booked"
    last = Move.objects.filter(appointment=row).order_by("-id").values_list("by", flat=True).first() or ""
    return "agent_moved" if side_of(row, last) == Side.AGENT else None
