"""A time booked by video (视频预约): its person comes into the lobby, goes first at their time, and is served in the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.evidence import Evidence
from banshi.kernel.policy import VideoPolicy
from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking import actions as booking
from banshi.rooms.booking.models import LIVE, Appointment
from banshi.rooms.identity import queries as people
from banshi.rooms.places.queries import policy_of
from banshi.rooms.remote import actions as remote
from banshi.rooms.remote import queries
from banshi.rooms.remote.models import RemoteSession

SETTLE_WITHIN = timedelta(days=2)  # of the end of a call
_HELPED = ("helped", "not-helped", "left")  # how a call ended that somebody had answered
_NOT_BOOKED = {"zh": "这个预约已经结束或取消了", "en": "this appointment is over or cancelled"}
_BY_VIDEO = {"zh": "还没结束的视频预约", "en": "a booked time by video that is not over"}


@dataclass(frozen=True)
class Lobby:
    """When the lobby of a booked time opens, until when whoever comes goes first, and when it is over."""

    opens: datetime
    first_until: datetime
    closes: datetime

    def late(self, now: datetime) -> bool:
        return now > self.first_until


def lobby_of(row: Appointment, policy: VideoPolicy) -> Lobby:
    opens = row.starts_at - timedelta(minutes=policy.lobby_minutes)
    return Lobby(opens, row.starts_at + timedelta(minutes=policy.late_minutes), row.ends_at)


def refusal(row: Appointment, policy: VideoPolicy, *, now: datetime) -> Refusal | None:
    """Why its lobby is not open, or None."""
    if row.place != "video" or row.state not in LIVE:
        return Refusal("wrong-state", {"state": _NOT_BOOKED, "needs": _BY_VIDEO})
    lobby = lobby_of(row, policy)
    if now < lobby.opens:
        return Refusal("too-early", {"opens": lobby.opens}, lobby.opens)
    if now >= lobby.closes:
        return Refusal("too-late", {"closes": lobby.closes})
    return None


def come(
    *, code: str, by: Actor, now: datetime, account_id: int | None = None, origin: str = "web", wants: str = "accept",
    media: str = "video", language: str = "zh",
) -> RemoteSession:  # fmt: skip
    """Come for a booked time: in the line, first from its start on. Who comes late takes their turn with the others. Come
    already, it is the same session; who waits already without it waits for it from now on.

    :raises Refused: nothing-found, wrong-state, too-early, too-late; those of `remote.ask`.
    """
    with transaction.atomic():
        row = _locked(code)
        policy = policy_of(row.hall_id, now=now).video
        if (open_one := queries.held_for(row.code)) is not None:
            return open_one
        if (no := refusal(row, policy, now=now)) is not None:
            raise Refused(no)
        lobby = lobby_of(row, policy)
        first_from = None if lobby.late(now) else row.starts_at
        proof = max(Evidence(row.evidence), people.proven_by(account_id, row.person_id))
        waits = queries.open_of(row.person_id, asked_by="" if proof.proves else str(by))
        if waits is not None and waits.hall_id == row.hall_id and not waits.appointment:
            session = remote.is_for(ref=waits.ref, appointment=row.code, first_from=first_from, by=by, now=now)
        else:
            asking = remote.Asking(
                hall=row.hall, origin=origin, wants=wants, media=media, language=language, item=row.item.code,
                person_id=row.person_id, evidence=proof, name=row.name or "",
                account_id=account_id, appointment=row.code, first_from=first_from,
            )  # fmt: skip
            session = remote.ask(asking, by=by, now=now)
        if row.state == "booked":
            booking.mark_checked_in(appointment_id=row.pk, now=now)
        else:
            booking.hold_again(appointment_id=row.pk)
    return session


def _locked(code: str) -> Appointment:
    """:raises Refused: nothing-found."""
    rows = Appointment.objects.select_for_update(no_key=True, of=("self",)).select_related("hall", "item")
    row = rows.filter(code=code).first()
    if row is None:
        raise Refused("nothing-found", facts={"appointment": code})
    return row


def settle(*, now: datetime) -> int:
    """Calls for a booked time that are over: who was answered was served; who was not was here, and is let go.

    :returns: how many appointments.
    """
    ended = RemoteSession.objects.exclude(appointment="").filter(ended_at__gt=now - SETTLE_WITHIN)
    came = Appointment.objects.filter(code__in=list(ended.order_by("id").values_list("appointment", flat=True)))
    codes = list(came.filter(state="checked_in", let_go_at=None).order_by("id").values_list("code", flat=True))
    return sum(_settled(code, now=now) for code in codes)


def _settled(code: str, *, now: datetime) -> bool:
    ended = RemoteSession.objects.filter(appointment=code).order_by("-id")
    if not ended.exists() or ended.filter(ended_at=None).exists():
        return False
    with transaction.atomic():
        row = _locked(code)  # whoever comes anew at this moment does so before, or finds it settled
        last = ended.first()
        if row.state != "checked_in" or row.let_go_at is not None or last is None or last.ended_at is None:
            return False
        if last.answered_at is not None and last.why in _HELPED:
            booking.mark_served(appointment_id=row.pk, now=now)
        else:
            booking.let_go(appointment_ids=[row.pk], now=now)
    return True
