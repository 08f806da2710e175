"""Addresses of the screens, mounted at /screens/."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.screens import boards, devices, evaluator

app_name = "screens"

urlpatterns = [
    path("worker.js", boards.worker, name="worker"),
    path("heartbeat", devices.heartbeat, name="heartbeat"),
    path("windows/<str:window>", boards.window, name="window"),
    path("windows/<str:window>/rate", evaluator.evaluator, name="evaluator"),
    path("windows/<str:window>/rate/part", evaluator.part, name="evaluator-part"),
    path("windows/<str:window>/rate/<str:ref>", evaluator.rate, name="rate"),
    path("<str:hall>/board", boards.board, name="board"),
    path("<str:hall>/facts", boards.facts, name="facts"),
    path("<str:hall>/zones/<str:zone>", boards.zone_board, name="zone"),
]
