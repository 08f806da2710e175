"""The demo's cabinets: each cell with its door and what lies behind it, without names. A door can be jammed,
mended, left open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods

from banshi.foundation import clock
from banshi.foundation.doors import Asked, door
from banshi.frames.typed import int_or_none
from banshi.rooms.delivery import queries as deliveries
from banshi.rooms.delivery.models import Cabinet
from banshi.rooms.places import queries as places


class Shown(Protocol):
    """What the stand-in lock board can do beside its port."""

    def look(self, cabinet: str, cell: int, *, now: datetime) -> str: ...

    def press(self, cabinet: str, cell: int, how: str) -> None: ...


@dataclass(frozen=True)
class Drawn:
    """A cell. `door`: as the lock board has it; `inside`: drop | result | "" nothing; `counts_as_stuck`: to the hall, which gives
    it to nobody until the issue window has looked at it."""

    no: int
    door: str
    inside: str
    counts_as_stuck: bool


def _board() -> Shown:
    """:raises Http404: the lock board here is a real one."""
    made = import_string(settings.BANSHI_CABINETS)
    if not hasattr(made, "press"):
        raise Http404
    return cast(Shown, made)


@require_http_methods(["GET", "POST"])
@door(audience="demo")
def cabinets(request: Asked) -> HttpResponse:
    board, now = _board(), clock.now()
    if request.method == "POST":
        return _pressed(request, board)
    drawn = [
        {"cabinet": each, "hall": hall, "cells": _drawn(board, each, now)}
        for hall in places.all_halls()
        for each in deliveries.cabinets_of(hall)
    ]
    return render(request, "demo/cabinets.html", {"cabinets": drawn})


def _drawn(board: Shown, cabinet: Cabinet, now: datetime) -> list[Drawn]:
    return [
        Drawn(each.no, board.look(cabinet.code, each.no, now=now), each.inside, each.stuck)
        for each in deliveries.cells_of(cabinet)
    ]


def _pressed(request: Asked, board: Shown) -> HttpResponse:
    """:raises Http404: no such cell."""
    cabinet = deliveries.cabinet_by_code(request.POST.get("cabinet", "")[:60].replace("\0", ""))
    no = int_or_none(request.POST.get("cell"), 1, 999)
    if cabinet is None or no not in {each.no for each in deliveries.cells_of(cabinet)}:
        raise Http404
    board.press(cabinet.code, no, request.POST.get("how", "")[:10])
    return redirect(f"{reverse('demo:cabinets')}#{cabinet.code}-{no}")
