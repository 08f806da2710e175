"""Who rings up, and all they have had to do with the halls: orders, cases, appointments, numbers, calls, visits, questions.
Masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from banshi.foundation.crypto import blind_index
from banshi.kernel.phones import InvalidPhone, normalise_phone
from banshi.rooms.booking.queries import appointments
from banshi.rooms.cases import queries as cases
from banshi.rooms.consulting import queries as consulting
from banshi.rooms.homevisits import queries as visits
from banshi.rooms.hotline import queries as hotline
from banshi.rooms.identity.models import Account, Person
from banshi.rooms.remote.models import RemoteSession
from banshi.rooms.tickets.models import Ticket

MOST = 20  # of each kind


@dataclass(frozen=True)
class Event:
    """One thing of a caller's. `of`: as `foundation.states` calls its states; `no`: what it is known by."""

    of: str
    at: datetime
    no: str
    state: str
    title_zh: str
    title_en: str
    hall: str
    hall_zh: str
    hall_en: str


@dataclass(frozen=True)
class Caller:
    """Whoever has a telephone: the people who proved it theirs, masked, and the person it is where there is but one."""

    phone: str
    names: tuple[str, ...]
    person_ids: tuple[int, ...]
    person_id: int | None
    events: tuple[Event, ...]


def number(text: str) -> str | None:
    """E.164 of what was typed, where it is a telephone number."""
    try:
        return normalise_phone(text)
    except InvalidPhone:
        return None


def caller(phone: str, *, now: datetime) -> Caller:
    """:param phone: E.164."""
    index = blind_index(phone, purpose="phone")
    people = list(Person.objects.filter(phone_index=index, same_as=None).order_by("id")[:MOST])
    ids = tuple(row.pk for row in people)
    only = ids[0] if len(ids) == 1 else None
    accounts = list(Account.objects.filter(phone_index=index).order_by("id").values_list("pk", flat=True)[:MOST])
    events = [
        *_orders(phone, only),
        *_cases(ids, accounts),
        *_numbers(ids),
        *_calls(ids, accounts),
        *_visits(phone, only),
        *_questions(accounts),
    ]
    for person in ids:
        events += _appointments(person, now)
    events.sort(key=lambda each: each.at, reverse=True)
    return Caller(phone, tuple(row.masked_name for row in people), ids, only, tuple(events))


def _event(of: str, at: datetime, no: str, state: str, title: Any, hall: Any) -> Event:
    zh, en = title if isinstance(title, tuple) else (title.name_zh, title.name_en) if title is not None else ("", "")
    return Event(of, at, no, state, zh, en, hall.code, hall.name_zh, hall.name_en)


def _orders(phone: str, person: int | None) -> list[Event]:
    rows = hotline.of_caller(phone, person)[:MOST]
    return [_event("hotline_order", row.asked_at, row.no, row.state, hotline.subject_of(row), row.hall) for row in rows]


def _cases(people: tuple[int, ...], accounts: list[int]) -> list[Event]:
    found = {row.pk: row for row in cases.mine(account_id=None, person_ids=people)[:MOST]}
    for account in accounts:
        found |= {row.pk: row for row in cases.mine(account_id=account)[:MOST]}
    return [_event("case", row.opened_at, row.no, row.phase, row.item, row.hall) for row in found.values()]


def _appointments(person: int, now: datetime) -> list[Event]:
    rows = appointments.of_person(person, now, limit=MOST)
    return [
        Event("appointment", row.starts_at, row.code, row.state, row.item.name_zh, row.item.name_en, row.hall.code,
              row.hall.name_zh, row.hall.name_en)
        for row in rows
    ]  # fmt: skip


def _numbers(people: tuple[int, ...]) -> list[Event]:
    rows = Ticket.objects.filter(person_id__in=people).select_related("hall", "item", "category").order_by("-id")
    return [
        _event("ticket", row.made_at, row.number, row.state, row.item or row.category, row.hall) for row in rows[:MOST]
    ]


def _calls(people: tuple[int, ...], accounts: list[int]) -> list[Event]:
    rows = RemoteSession.objects.select_related("hall", "item").order_by("-id")
    found = {row.pk: row for row in rows.filter(person_id__in=people, evidence__gt=0)[:MOST]}
    found |= {row.pk: row for row in rows.filter(account_id__in=accounts)[:MOST]}
    return [_event("remote_session", row.asked_at, row.no, row.state, row.item, row.hall) for row in found.values()]


def _visits(phone: str, person: int | None) -> list[Event]:
    rows = visits.of_caller(phone, person)[:MOST]
    return [_event("home_visit", row.asked_at, row.no, row.state, row.item, row.hall) for row in rows]


def _questions(accounts: list[int]) -> list[Event]:
    found = [row for account in accounts for row in consulting.mine(account)[:MOST]]
    return [_event("enquiry", row.asked_at, row.no, row.state, row.item, row.hall) for row in found]
