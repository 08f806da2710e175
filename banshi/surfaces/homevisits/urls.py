"""Addresses of home visits: /home-visits-desk/<hall>/…; who goes has /home-visits-desk/<hall>/mine/."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.homevisits import asking, mine, planning

app_name = "homevisits"

HALL = "<slug:hall>/"
VISIT = HALL + "visits/<slug:visit_no>/"
MINE = HALL + "mine/<slug:visit_no>/"

urlpatterns = [
    path(HALL, planning.home, name="home"),
    path(HALL + "day", planning.day, name="day"),
    path(HALL + "new", asking.new, name="new"),
    path(HALL + "ask", asking.ask, name="ask"),
    path(VISIT, planning.show, name="visit"),
    path(VISIT + "whole", planning.whole, name="whole"),
    path(VISIT + "sheet", planning.sheet, name="sheet"),
    path(VISIT + "plan", planning.plan, name="plan"),
    path(VISIT + "move", planning.move, name="move"),
    path(VISIT + "cancel", planning.cancel, name="cancel"),
    path(VISIT + "set-off", planning.set_off, name="set_off"),
    path(VISIT + "done", planning.finish, name="finish"),
    path(VISIT + "not-met", planning.not_met, name="not_met"),
    path(HALL + "mine/", mine.mine, name="mine"),
    path(MINE + "set-off", mine.set_off, name="mine_set_off"),
    path(MINE + "done", mine.finish, name="mine_finish"),
    path(MINE + "not-met", mine.not_met, name="mine_not_met"),
]
