"""Appointments as people see them, their QR text and calendar file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from django.db.models import QuerySet
from django.utils.translation import gettext, override

from banshi.foundation.crypto import blind_index, clients_key_ok, link_key_ok, sign, signed_ok, turned
from banshi.foundation.windows import few
from banshi.kernel.clock_words import clock_words
from banshi.kernel.masking import mask_name
from banshi.kernel.numbers import InvalidCode, normalise_code
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import Appointment, Move
from banshi.rooms.booking.queries.facts import HallFacts, hall_facts
from banshi.rooms.booking.queries.situation import BookedSituation, booked_situation
from banshi.rooms.booking.queries.standing import excused
from banshi.rooms.catalogue.models import MaterialRequirement
from banshi.rooms.catalogue.rules.handling import Paper, Situation
from banshi.rooms.identity import queries as identity
from banshi.rooms.places.models import Hall, Window

_QR = "BS1."
_PURPOSE = "appointment"


@dataclass(frozen=True)
class Named:
    """Something with a code and its name in both languages."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Bring:
    name_zh: str
    name_en: str


BringMay = tuple[tuple[Bring, ...], tuple[Bring, ...]]  # what is needed, and what is brought if there is one


@dataclass(frozen=True)
class AppointmentView:
    """An appointment as the citizen, the clerk and the API see it. Moments in the hall's zone; the name is masked.

    `can_cancel` and `can_move` are None when it is possible, else the reason why not.
    """

    code: str
    state: str
    qr: str
    hall: Named
    hall_id: int
    address_zh: str
    address_en: str
    item: Named
    category: Named
    slot_id: int
    starts_at: datetime
    ends_at: datetime
    day: date
    half: str
    masked_name: str
    person_id: int
    account_id: int | None
    bring: tuple[Bring, ...]
    may_bring: tuple[Bring, ...]  # 有就带
    come_at: datetime
    visit_group: str
    can_cancel: Refusal | None
    can_move: Refusal | None
    can_rebook: bool
    excused: bool  # a closure lies over it, it is not served in it, and that is no no-show
    source: str
    persons: int  # who come together on it
    internal: bool
    moves: int
    note: str
    floor_zh: str
    floor_en: str
    windows: tuple[str, ...]
    language: str
    created_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str
    by_hall: bool
    checked_in_at: datetime | None
    no_show_at: datetime | None
    served_at: datetime | None
    limit_key: str = ""  # "" the person's, by evidence or mandate; else who declared it
    situation: Situation | None = None  # as it was booked, where the answers still come to one
    link_turn: int = 0  # how often it changed hands: part of its links' keys
    place: str = "window"  # | video


def hall_code_of(code: str) -> str:
    """:raises Refused: nothing-found."""
    found = Appointment.objects.filter(code=code).values_list("hall__code", flat=True).order_by("id").first()
    if found is None:
        raise Refused("nothing-found", facts={"appointment": code})
    return found


def shown_name(row: Appointment) -> str:
    """The masked name of a booking: as it was declared with it, so that it tells nothing about whose document it is."""
    return mask_name(row.name) if row.name else row.person.masked_name


def qr_text(code: str, turn: int = 0) -> str:
    """The text of an appointment's QR code: signed, so that nobody makes one up from a reference.

    :param turn: how often the appointment has passed to somebody else: the codes of before open nothing any more.
    """
    return f"{_QR}{code}.{sign(turned(code, turn), purpose=_PURPOSE)}"


def _turn(code: str) -> int:
    return Appointment.objects.filter(code=code).values_list("link_turn", flat=True).first() or 0


def link_ok(code: str, key: str) -> bool:
    """Whether somebody holds the link of an appointment as it was sent to whoever has it now, or to its agent's client."""
    if not rules.storable(code):
        return False
    row = Appointment.objects.filter(code=code).first()
    return row is not None and (link_key_ok(code, key, row.link_turn) or clients_link_ok(row, key))


def clients_link_ok(row: Appointment, key: str) -> bool:
    """Whether somebody holds the link to what an agent booked as it was sent to its client: to the telephone that is theirs by
    proof now."""
    if not key or row.account_id is None or row.limit_key:
        return False
    phone, _ = identity.told_at(row.person_id)
    return bool(phone) and clients_key_ok(row.code, key, row.link_turn, blind_index(str(phone), purpose="phone"))


def read_qr(text: str) -> str | None:
    """The reference in a QR text that we signed, else None. Capitals and spaces around do not matter."""
    parts = text.strip().upper().split(".")
    if len(parts) != 3 or parts[0] != _QR.rstrip(".") or not rules.storable(parts[1]):
        return None
    return parts[1] if signed_ok(turned(parts[1], _turn(parts[1])), parts[2], purpose=_PURPOSE) else None


def code_of(text: str) -> str | None:
    """The reference meant by what was scanned or typed: a signed QR text, or a reference."""
    scanned = read_qr(text)
    if scanned is not None:
        return scanned
    try:
        return normalise_code(text)
    except InvalidCode:
        return None


def appointment(code: str, *, now: datetime) -> AppointmentView:
    """:raises Refused: nothing-found."""
    found = _views(_rows().filter(code=code), now=now) if rules.storable(code) else []
    if not found:
        raise Refused("nothing-found", facts={"appointment": code})
    return found[0]


def of_account(account_id: int, now: datetime, *, limit: int = 100) -> list[AppointmentView]:
    """What an account booked, latest first."""
    return _views(_rows().filter(account_id=account_id).order_by("-starts_at", "-id")[:limit], now=now)


def of_person(person_id: int, now: datetime, *, limit: int = 100) -> list[AppointmentView]:
    """What was booked for a person, latest first."""
    return _views(_rows().filter(person_id=person_id).order_by("-starts_at", "-id")[:limit], now=now)


def coming_of(person_id: int, now: datetime, *, limit: int = 20) -> list[AppointmentView]:
    """What is booked for a person in any hall and not over yet, by time."""
    rows = _rows().filter(person_id=person_id, state="booked", ends_at__gt=now)
    return _views(rows.order_by("starts_at", "id")[:limit], now=now)


def of_contact(contact_index: str, hall_id: int, now: datetime, *, limit: int = 50) -> list[AppointmentView]:
    """What was booked here with this telephone number (its blind index), latest first."""
    rows = _rows().filter(contact_index=contact_index, hall_id=hall_id).exclude(contact_index="")
    return _views(rows.order_by("-starts_at", "-id")[:limit], now=now)


def coming(hall_id: int, now: datetime, limit: int = 50) -> list[AppointmentView]:
    """Who is still to come today and whose period is not over, by time."""
    rows = _rows().filter(hall_id=hall_id, state="booked", ends_at__gt=now, starts_at__lt=now + timedelta(days=1))
    views = _views(rows.order_by("starts_at", "id")[: limit * 2], now=now)
    return [view for view in views if view.day == now.astimezone(view.starts_at.tzinfo).date()][:limit]


@dataclass(frozen=True)
class ToConfirm:
    """A booking whose confirmation can be sent again (补发)."""

    code: str
    item: Named
    starts_at: datetime
    ends_at: datetime


def to_confirm(
    hall_id: int, *, now: datetime, person_id: int | None = None, code: str | None = None
) -> list[ToConfirm]:
    """A person's bookings in a hall, or the one of this code, that `confirm_again` sends again: still to come, and with
    somewhere to send it to."""
    rows = Appointment.objects.select_related("item", "hall", "person").filter(
        hall_id=hall_id, state="booked", ends_at__gt=now
    )
    rows = rows.filter(person_id=person_id) if person_id is not None else rows.filter(code=code)
    found = []
    for row in rows.order_by("starts_at", "id")[:20]:
        if not row.told_at:
            continue
        zone = ZoneInfo(row.hall.timezone)
        item = Named(row.item.code, row.item.name_zh, row.item.name_en)
        found.append(ToConfirm(row.code, item, row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)))
    return found


def of_visit(visit_group: str, *, now: datetime) -> list[AppointmentView]:
    """The matters of one visit."""
    return _views(_rows().filter(visit_group=visit_group).order_by("id"), now=now) if visit_group else []


def gone_from(slot_id: int, *, account_id: int) -> str:
    """What an account booked in a period and is there no more – cancelled, or moved away –, as one word that changes with it."""
    cancelled = Appointment.objects.filter(account_id=account_id, slot=slot_id, state="cancelled").count()
    moved = Move.objects.filter(from_slot=slot_id, appointment__account_id=account_id).count()
    return f"{cancelled}-{moved}"


def _rows() -> QuerySet[Appointment]:
    return Appointment.objects.select_related("hall", "item", "category__zone__floor", "person")


def _views(rows: Iterable[Appointment], *, now: datetime) -> list[AppointmentView]:
    """Four queries for any number of rows, one more for those booked, and one per hall for its policy."""
    found = list(rows)
    halls = {row.hall_id: row.hall for row in found}
    facts = {hall_id: hall_facts(hall, now=now) for hall_id, hall in halls.items()}
    bring = _bring({row.item_id for row in found})
    windows = _windows({row.category_id for row in found})
    away = excused([row.code for row in found if row.state == rules.State.BOOKED])
    return [
        _view(
            row, facts[row.hall_id], bring.get(row.item_id, ((), ())), windows.get(row.category_id, ()), excused=row.code in away,
            now=now,
        )
        for row in found
    ]  # fmt: skip


def _view(
    row: Appointment, hall: HallFacts, bring: BringMay, windows: Sequence[str], *, excused: bool, now: datetime
) -> AppointmentView:
    starts_at, ends_at = row.starts_at.astimezone(hall.zone), row.ends_at.astimezone(hall.zone)
    policy = hall.policy.booking
    no = rules.change_refusal(
        policy=policy, state=row.state, starts_at=starts_at, ends_at=ends_at, now=now, cancelled_at=row.cancelled_at,
        excused=excused,
    )  # fmt: skip
    zone, booked = row.category.zone, booked_situation(row, row.item)
    return AppointmentView(
        code=row.code,
        state=row.state,
        place=row.place,
        qr=qr_text(row.code, row.link_turn),
        hall=Named(row.hall.code, row.hall.name_zh, row.hall.name_en),
        hall_id=row.hall_id,
        address_zh=row.hall.address_zh,
        address_en=row.hall.address_en,
        item=Named(row.item.code, row.item.name_zh, row.item.name_en),
        category=Named(row.category.code, row.category.name_zh, row.category.name_en),
        slot_id=row.slot_id,
        starts_at=starts_at,
        ends_at=ends_at,
        day=row.day,
        half=row.half,
        masked_name=shown_name(row),
        person_id=row.person_id,
        account_id=row.account_id,
        limit_key=row.limit_key,
        link_turn=row.link_turn,
        bring=(needed := _brought_to(booked, bring))[0],
        may_bring=needed[1],
        situation=booked.situation if booked is not None else None,
        come_at=starts_at - timedelta(minutes=policy.come_early),
        visit_group=row.visit_group,
        can_cancel=no,
        can_move=no or rules.move_refusal(policy=policy, moves=row.own_moves, excused=excused),
        excused=excused,
        can_rebook=row.state == "cancelled" and ends_at > now,
        source=row.source,
        persons=row.persons,
        internal=row.internal,
        moves=row.moves,
        note=row.note,
        floor_zh=zone.floor.label_zh if zone else "",
        floor_en=zone.floor.label_en if zone else "",
        windows=tuple(windows),
        language=row.language,
        created_at=row.created_at,
        cancelled_at=row.cancelled_at,
        cancel_reason=row.cancel_reason,
        by_hall=row.by_hall,
        checked_in_at=row.checked_in_at,
        no_show_at=row.no_show_at,
        served_at=row.served_at,
    )


def _brought_to(booked: BookedSituation | None, general: BringMay) -> BringMay:
    """What its situation takes, else what the matter does in general."""
    if booked is None or not booked.complete:
        return general
    may = [each for each in booked.papers if each.necessity == "optional"]
    return _as_bring(booked.bring), _as_bring(may)


def _as_bring(papers: Iterable[Paper]) -> tuple[Bring, ...]:
    return tuple(Bring(each.name_zh, each.name_en) for each in papers)


def _bring(item_ids: set[int]) -> dict[int, BringMay]:
    rows = MaterialRequirement.objects.filter(item_id__in=item_ids).order_by("order", "id")
    found: dict[int, BringMay] = {}
    for item_id, zh, en, necessity in rows.values_list(
        "item_id", "material__name_zh", "material__name_en", "necessity"
    ):
        needed, may = found.get(item_id, ((), ()))
        each = (Bring(zh, en),)
        found[item_id] = (needed, (*may, *each)) if necessity == "optional" else ((*needed, *each), may)
    return found


def _windows(category_ids: set[int]) -> dict[int, tuple[str, ...]]:
    rows = Window.objects.filter(categories__in=category_ids).order_by("number")
    found: dict[int, tuple[str, ...]] = {}
    for category_id, number in rows.values_list("categories", "number"):
        if category_id in category_ids:
            found[category_id] = (*found.get(category_id, ()), number)
    return {category_id: tuple(few(numbers)) for category_id, numbers in found.items()}


def ics(code: str, *, now: datetime, language: str = "zh-hans") -> str:
    """The appointment as an iCalendar file (.ics, RFC 5545), with an alarm when it is time to leave. No personal data.

    Moved appointments keep their UID and raise SEQUENCE, cancelled ones say so: a phone's calendar follows.

    :raises Refused: nothing-found.
    """
    view = appointment(code, now=now)
    english = language.startswith("en")
    item, hall = (view.item.name_en, view.hall.name_en) if english else (view.item.name_zh, view.hall.name_zh)
    address = view.address_en if english else view.address_zh
    bring = ", ".join(each.name_en for each in view.bring) if english else "、".join(e.name_zh for e in view.bring)
    policy = hall_facts(Hall.objects.get(id=view.hall_id), now=now).policy
    with override(language):
        lines = [gettext("Reference: %(code)s") % {"code": view.code}]
        if view.place == "video":
            lines.append(gettext("By video: nobody has to come to the hall."))
        else:
            lines.append(gettext("Come at %(time)s.") % {"time": clock_words(view.come_at)})
        if bring:
            lines.append(gettext("Bring: %(materials)s") % {"materials": bring})
    event = icalendar.Event()
    event.add("uid", f"{view.code}@banshi")
    event.add("dtstamp", now.astimezone(ZoneInfo("UTC")))
    event.add("dtstart", view.starts_at.astimezone(ZoneInfo("UTC")))
    event.add("dtend", view.ends_at.astimezone(ZoneInfo("UTC")))
    event.add("sequence", view.moves + (1 if view.state == "cancelled" else 0))
    event.add("status", "CANCELLED" if view.state == "cancelled" else "CONFIRMED")
    event.add("summary", f"{item} · {hall}")
    if view.place == "window":
        event.add("location", f"{hall}, {address}" if english else f"{hall}（{address}）")
    event.add("description", "\n".join(lines))
    if policy.messages.leave_before is not None:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", f"{item} · {hall}")
        alarm.add("trigger", -timedelta(minutes=policy.messages.leave_before))
        event.add_component(alarm)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Banshi//Appointments//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if view.state == "cancelled" else "PUBLISH")
    calendar.add_component(event)
    return str(calendar.to_ical().decode())
