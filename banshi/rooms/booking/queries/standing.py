"""How things stand, for messages that are about to go out (`messaging.ports.Condition`): one query for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from banshi.rooms.booking.models import Appointment, Suspension, Waiting
from banshi.rooms.messaging.rules import Standing


def appointments(refs: Sequence[str], /) -> Mapping[str, Standing]:
    """By code: the state, and the start of the period."""
    rows = Appointment.objects.filter(code__in=refs).order_by("id").values_list("code", "state", "starts_at")
    return {code: Standing(state, starts_at) for code, state, starts_at in rows}


def waiting(refs: Sequence[str], /) -> Mapping[str, Standing]:
    """By id: an offer that is over or used is no longer `offered`."""
    rows = Waiting.objects.filter(id__in=_ids(refs)).order_by("id").values_list("id", "state", "hold__ended_at")
    return {str(id_): Standing("over" if ended_at and state == "offered" else state) for id_, state, ended_at in rows}


def suspensions(refs: Sequence[str], /) -> Mapping[str, Standing]:
    rows = Suspension.objects.filter(id__in=_ids(refs)).order_by("id").values_list("id", "lifted_at")
    return {str(id_): Standing("lifted" if lifted_at else "suspended") for id_, lifted_at in rows}


def _ids(refs: Sequence[str]) -> list[int]:
    return [int(ref) for ref in refs if ref.isdecimal()]
