"""Addresses of the hotline's desk and of its lines: /hotline-desk/<hall>/…"""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.hotline import desk, lines, orders, phones

app_name = "hotline"

HALL = "<slug:hall>/"
ORDER = HALL + "orders/<slug:order_no>/"
CALL = HALL + "phone/<str:phone_call>/"
LINE = HALL + "line/<slug:order_no>/"

urlpatterns = [
    path(HALL, desk.home, name="home"),
    path(HALL + "find", desk.find, name="find"),
    path(HALL + "new", desk.new, name="new"),
    path(HALL + "open", desk.take, name="open"),
    path(HALL + "ringing", phones.ringing, name="ringing"),
    path(HALL + "missed", phones.missed, name="missed"),
    path(CALL, phones.show, name="phone"),
    path(CALL + "take", phones.take, name="take"),
    path(CALL + "hang-up", phones.hang_up, name="hang_up"),
    path(CALL + "ring-back", phones.ring_back, name="ring_back"),
    path(ORDER + "ring", phones.ring, name="ring"),
    path(ORDER, orders.show, name="order"),
    path(ORDER + "whole", orders.whole, name="whole"),
    path(ORDER + "assign", orders.assign, name="assign"),
    path(ORDER + "answer", orders.answer, name="answer"),
    path(ORDER + "reply", orders.reply, name="reply"),
    path(ORDER + "join", orders.join, name="join"),
    path(ORDER + "remind", orders.remind, name="remind"),
    path(ORDER + "revisit", orders.revisit, name="revisit"),
    path(ORDER + "case", orders.to_case, name="to_case"),
    path(ORDER + "booking", orders.to_booking, name="to_booking"),
    path(ORDER + "visit", orders.to_visit, name="to_visit"),
    path(ORDER + "call", orders.to_call, name="to_call"),
    path(ORDER + "close", orders.close, name="close"),
    path(HALL + "line/", lines.home, name="line"),
    path(LINE, lines.show, name="line_order"),
    path(LINE + "reply", lines.reply, name="line_reply"),
    path(LINE + "return", lines.give_back, name="line_return"),
]
