"""What people are told about an appointment. Params carry no names and no ID numbers; they are worded by messaging."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from banshi.foundation import limits
from banshi.kernel.actors import Actor
from banshi.kernel.lists import each_once
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Outage, Suspension
from banshi.rooms.booking.queries.facts import HallFacts, ItemWords, hall_facts, item_words
from banshi.rooms.booking.queries.mandated import Side, by_mandate, client_told_at, side_of
from banshi.rooms.booking.queries.situation import words_of
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall


def subject_of(code: str) -> str:
    return f"appointment:{code}"


def params_of(
    hall: HallFacts,
    item: ItemWords | None,
    *,
    code: str,
    starts_at: datetime,
    ends_at: datetime,
    visit: str = "",
    persons: int = 1,
    turn: int = 0,
    place: str = "window",
) -> dict[str, Any]:
    """What a message about an appointment may say.

    :param visit: what the appointments of one visit share: they are told together.
    :param turn: of its link.
    """
    params: dict[str, Any] = {
        "hall": hall.code,
        "hall_zh": hall.name_zh,
        "hall_en": hall.name_en,
        "starts_at": starts_at.astimezone(hall.zone).isoformat(),
        "ends_at": ends_at.astimezone(hall.zone).isoformat(),
        "code": code,
    } | (BY_VIDEO if place == "video" else {"come_early": hall.policy.booking.come_early})
    if visit:
        params["visit"] = visit
    if persons > 1:
        params["persons"] = persons
    if turn:
        params["turn"] = turn
    if item is not None:
        params |= {"item_zh": item.name_zh, "item_en": item.name_en}
        params |= {"bring_zh": item.bring_zh, "bring_en": item.bring_en} if place == "window" else {}
    return params


BY_VIDEO = {
    "by_video_zh": "视频办，不用来大厅：先试好摄像头和麦克风，材料放在手边，到时从链接进",
    "by_video_en": "By video, nobody has to come: try the camera and the microphone before, have the papers at hand, and"
    " enter through the link",
}


def said_of(row: Appointment, *, hall: HallFacts, item: ItemWords | None) -> dict[str, Any]:
    """What a message about this appointment, as it stands, may say."""
    return params_of(
        hall,
        words_of(row, item),
        code=row.code,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        visit=row.visit_group,
        persons=row.persons,
        turn=row.link_turn,
        place=row.place,
    )


def tell(
    key: str,
    appointment: Appointment,
    *,
    hall: HallFacts,
    item: ItemWords | None,
    now: datetime,
    more: dict[str, Any] | None = None,
    anew: str = "",
    by: Actor | None = None,
) -> None:
    """One message about an appointment, due at once. `anew`: why it is said once more – somebody else was told before, or of
    another time.

    What the hall did to a booking that an agent made – because it had to, or for whoever asked it –, the client hears as well:
    it is they who come. What the agent does they hear in its name (journeys/person/tell_mandates.py).

    :param by: who did it, where it was not the hall by itself.
    """
    params = said_of(appointment, hall=hall, item=item) | (more or {})
    mine = {"link": ""} if _former_agents(appointment, hall=hall, now=now) else {}
    told: list[tuple[str | None, str, str, dict[str, Any]]] = [(appointment.told_at, appointment.language, anew, mine)]
    of_hall = key in BY_THE_HALL or (by is not None and side_of(appointment, str(by)) == Side.HALL)
    if of_hall and (client := client_told_at(appointment)) is not None:
        told.append((*client, f"{anew}:client", {"to_client": True}))
    for phone, language, whom, mark in told:
        messaging.write(
            key=key,
            to_phone=phone,
            hall=hall.code,
            subject=subject_of(appointment.code),
            params=params | mark,
            dedupe=f"{key}:{appointment.code}:{appointment.moves}{whom}",
            language=language,
            now=now,
        )


def _former_agents(appointment: Appointment, *, hall: HallFacts, now: datetime) -> bool:
    """Whether it goes to an agent whose mandate is over: they may pass it on, and are asked to change nothing."""
    if appointment.account_id is None or not by_mandate(appointment):
        return False
    today = now.astimezone(hall.zone).date()
    return identity.mandate_over(appointment.account_id, appointment.person_id, item=appointment.item.code, today=today)


BY_THE_HALL = frozenset({
    "moved_by_hall", "cancelled_by_hall", "closure", "kept", "excused", "closure_off", "time_back", "item_retired", "item_kept",
})  # fmt: skip


def mandate_words(why: str) -> dict[str, str]:
    """What the client hears of their agent's mandate. :param why: as `identity.why_over` says."""
    if why == "suspended":
        return {"reason_zh": "大厅停用了你的代办人", "reason_en": "The hall has suspended your agent"}
    if why == "expired":
        return {
            "reason_zh": "你的代办委托到那天已过期",
            "reason_en": "Your mandate for an agent will have run out by then",
        }
    return {"reason_zh": "你的代办委托结束了", "reason_en": "Your mandate for an agent is over"}


def tell_visit(
    key: str,
    rows: Sequence[Appointment],
    *,
    hall: HallFacts,
    now: datetime,
    more: dict[str, Any] | None = None,
    anew: str = "",
    by: Actor | None = None,
) -> None:
    """One message about a visit, whatever the number of its matters; about its first, naming all. `anew`, `by`: as in `tell`."""
    first = rows[0]
    items = [item for row in rows if (item := words_of(row, item_words(row.hall_id, row.item_id))) is not None]
    named = None
    if items:
        named = replace(
            items[0],
            name_zh="、".join(item.name_zh for item in items),
            name_en=", ".join(item.name_en for item in items),
            bring_zh=each_once((item.bring_zh for item in items), tongue="zh"),
            bring_en=each_once((item.bring_en for item in items), tongue="en"),
        )
        more = {"bring_zh": named.bring_zh, "bring_en": named.bring_en} | (more or {})  # of all, not of the first alone
    tell(key, first, hall=hall, item=named, now=now, more=more, anew=anew, by=by)


def tell_no_show_off(rows: Sequence[Appointment], *, hall: HallFacts, why: str, now: datetime) -> None:
    """Whoever was told of a no-show hears once for the visit that it no longer counts.

    :param rows: of the entries that are forgiven now, with their people.
    """
    for row in rows:
        matters = Appointment.objects.filter(visit_group=row.visit_group, state=rules.State.NO_SHOW).exclude(
            visit_group=""
        )
        visit = list(matters.select_related("person").order_by("starts_at", "id")) or [row]
        tell_visit("no_show_off", visit, hall=hall, now=now, more={"reason": why[:80]})


def tell_of_outages(missed: Collection[int], *, now: datetime) -> None:
    """Whoever was absent in hours in which the hall's machines failed hears once for the visit that it is no no-show: when
    the outage is entered, or – their period still ran then – when their absence is found.

    :param missed: appointments that nobody came for; those of no outage are passed over.
    """
    outage = Outage.objects.filter(
        hall=OuterRef("hall"), starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    touched = Appointment.objects.filter(Exists(outage), state=rules.State.NO_SHOW)
    touched = touched.select_related("hall", "person").order_by("starts_at", "id")
    found = list(touched.filter(id__in=missed))
    groups = {row.visit_group for row in found if row.visit_group}
    visits: dict[str, list[Appointment]] = {row.code: [row] for row in found if not row.visit_group}
    for row in touched.filter(visit_group__in=groups):
        visits.setdefault(row.visit_group, []).append(row)
    for rows in visits.values():
        one = rows[0]
        failed = Outage.objects.filter(hall=one.hall_id, starts_at__lt=one.ends_at, ends_at__gt=one.starts_at)
        why = failed.order_by("id")[0].why
        tell_visit("outage", rows, hall=hall_facts(one.hall, now=now), now=now, more={"reason": why[:80]})


def tell_all(key: str, about: Sequence[tuple[Appointment, HallFacts, ItemWords | None]], *, now: datetime) -> None:
    """One message about each appointment (with its person), due at once, in one statement."""
    messaging.write_rows(
        messaging.row(
            key=key,
            phone=phone,
            hall=hall.code,
            subject=subject_of(row.code),
            params=said_of(row, hall=hall, item=item),
            due_at=now,
            dedupe=f"{key}:{row.code}:{row.moves}",
            language=row.language,
            now=now,
        )
        for row, hall, item in about
        if (phone := row.told_at)
    )


def remind(appointment: Appointment, *, hall: HallFacts, item: ItemWords, now: datetime, anew: str = "") -> None:
    """The reminders of an appointment: the day before, and when it is time to leave."""
    starts_at = appointment.starts_at.astimezone(hall.zone)
    params = said_of(appointment, hall=hall, item=item)
    times = rules.reminders_at(appointment.place, hall.policy, starts_at, now)
    for key, due_at in times.items():
        messaging.write(
            key=key,
            to_phone=appointment.told_at,
            hall=hall.code,
            subject=subject_of(appointment.code),
            params=params,
            due_at=due_at,
            dedupe=f"{key}:{appointment.code}:{appointment.moves}{anew}",
            language=appointment.language,
            now=now,
            until=times.get("leave") if key == "reminder" else None,  # never both at once
        )


_NO_CONTACT = {"zh": "预约时没有留手机号", "en": "No mobile number was given with the booking"}


@transaction.atomic
def confirm_again(*, code: str, by: Actor, now: datetime) -> None:
    """Send the confirmation of a visit again (补发通知), to the number that was given with it: it was lost, or never came.

    :raises Refused: nothing-found; wrong-state; too-late; invalid (no number was given); rate-limited (twice in ten
        minutes at most).
    """
    row = Appointment.objects.select_related("hall").filter(code=code).first() if rules.storable(code) else None
    if row is None:
        raise Refused("nothing-found", facts={"appointment": code})
    if (no := rules.APPOINTMENT.refusal(row.state, "confirm_again")) is not None:
        raise Refused(no)
    if row.ends_at <= now:
        raise Refused("too-late", facts={"closes": row.ends_at})
    phone = row.told_at
    if not phone:
        raise Refused("invalid", facts={"field": "contact", "reason": _NO_CONTACT})
    limits.take(key=f"again:{code}", per_minute=0.2, burst=2)
    hall = hall_facts(row.hall, now=now)
    visit = Appointment.objects.filter(visit_group=row.visit_group, state=rules.State.BOOKED, starts_at=row.starts_at)
    for each in visit.order_by("id") if row.visit_group else [row]:
        item = item_words(each.hall_id, each.item_id)
        messaging.write(
            key="confirmation",
            to_phone=phone,
            hall=hall.code,
            subject=subject_of(each.code),
            params=said_of(each, hall=hall, item=item),
            dedupe=f"confirmation:{each.code}:{each.moves}:{now.isoformat()}",
            language=each.language,
            now=now,
        )
    audit.record(action="confirmed-again", subject=subject_of(code), by=by, now=now, hall=hall.code)


def credit_told_at(party: str, row: Appointment) -> tuple[str | None, str]:
    """Telephone and language of whoever an entry about a booking falls on: its agent's, or the client's own."""
    if party == f"person:{row.person_id}" and by_mandate(row):
        return identity.told_at(row.person_id)
    return row.told_at, row.language


def led_to(party: str, row: Appointment) -> dict[str, Any]:
    """Params by which a message about credit leads to the booking behind it, where whoever holds it may appeal: many have
    no account. With `credit_told_at`."""
    mark = {"to_client": True} if party == f"person:{row.person_id}" and by_mandate(row) else {}
    return {"booking": row.code, **({"turn": row.link_turn} if row.link_turn else {}), **mark}


def tell_lifted(row: Suspension, *, why: str, now: datetime) -> None:
    """Online booking works again: before its time, or because an entry no longer counts. Not where another one stands."""
    of = LedgerEntry.objects.select_related("appointment__hall").filter(used_by=row).order_by("-on", "-id").first()
    hall = of.appointment.hall if of else Hall.objects.filter(code=row.scope).order_by("id").first()
    today = now.astimezone(ZoneInfo(hall.timezone if hall else settings.TIME_ZONE)).date()
    others = Suspension.objects.filter(party=row.party, scope=row.scope, lifted_at=None, until_on__gte=today)
    if row.until_on < today or others.exclude(pk=row.pk).exists():
        return  # it was over already, or booking stays barred
    phone, language = credit_told_at(row.party, of.appointment) if of else _by_decision(row.person_id)
    messaging.write(
        key="lifted",
        to_phone=phone,
        hall=hall,
        subject=f"suspension:{row.pk}",
        params={"reason": why.rstrip("。.")},
        dedupe=f"lifted:{row.pk}:{now.isoformat()}",
        language=language,
        now=now,
    )


def _by_decision(person_id: int) -> tuple[str | None, str]:
    """Of a suspension that no entry stands behind."""
    return identity.phone_of(person_id=person_id), "zh-hans"


_OUTCOMES = {
    "entry": ("成立，这一条不再计", "upheld, the entry no longer counts"),
    "suspension": ("成立，网上预约恢复了", "upheld, online booking works again"),
    "rejected": ("不成立", "not upheld"),
}


def tell_appeal(row: Appeal, *, now: datetime) -> None:
    """The answer to an appeal, whole."""
    entry = row.entry or LedgerEntry.objects.filter(used_by_id=row.suspension_id).order_by("-on", "-id").first()
    about = row.entry or row.suspension
    assert about is not None
    phone, language = credit_told_at(about.party, entry.appointment) if entry else _by_decision(about.person_id)
    kind = "entry" if row.entry_id else "suspension"
    zh, en = _OUTCOMES[kind if row.state == "upheld" else "rejected"]
    messaging.write(
        key="appeal_answered",
        to_phone=phone,
        hall=entry.appointment.hall if entry else Hall.objects.filter(code=about.scope).order_by("id").first(),
        subject=f"{kind}:{about.pk}",
        params={"outcome_zh": zh, "outcome_en": en, "answer": row.answer}
        | (led_to(about.party, entry.appointment) if entry else {}),
        dedupe=f"appeal_answered:{row.pk}",
        language=language,
        now=now,
    )


def drop(code: str, *, now: datetime) -> None:
    """Take back what is still to be said about an appointment that is cancelled or moved."""
    messaging.drop(subject=subject_of(code), now=now)


def bring_back(appointment: Appointment, *, now: datetime) -> None:
    """What `drop` took back for good reason, until the reason was a mistake: its confirmation and reminders are due again."""
    of = f"{appointment.code}:{appointment.moves}"
    said = [f"{key}:{of}{anew}" for key in ("confirmation", "reminder", "leave") for anew in ("", ":client")]
    messaging.bring_back(dedupes=said, to_phone=appointment.told_at, now=now)
