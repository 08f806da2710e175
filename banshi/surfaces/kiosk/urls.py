"""Addresses of the kiosk, mounted at /kiosk/."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.kiosk import (
    away,
    cabinet,
    check_in,
    form,
    handing_in,
    mine,
    own_phone,
    pairing,
    papers,
    paying,
    printed,
    situation,
    slip,
    start,
    typed,
    walk_in,
)

app_name = "kiosk"

urlpatterns = [
    path("worker.js", away.worker, name="worker"),
    path("away", away.away, name="away"),
    path("<str:hall>/", start.start, name="start"),
    path("<str:hall>/heartbeat", start.heartbeat, name="heartbeat"),
    path("<str:hall>/pair", pairing.pair, name="pair"),
    path("<str:hall>/check-in", check_in.check_in, name="check-in"),
    path("<str:hall>/numbers", typed.claim, name="claim"),
    path("<str:hall>/look-up", check_in.look_up, name="look-up"),
    path("<str:hall>/phone", own_phone.own_phone_page, name="phone"),
    path("<str:hall>/papers", papers.papers, name="papers"),
    path("<str:hall>/cabinet", cabinet.cabinet, name="cabinet"),
    path("<str:hall>/cabinet/fetch", cabinet.fetch, name="cabinet-fetch"),
    path("<str:hall>/cabinet/drop", cabinet.drop, name="cabinet-drop"),
    path("<str:hall>/cabinet/other", cabinet.other_door, name="cabinet-other"),
    path("<str:hall>/cabinet/slip", cabinet.print_slip, name="cabinet-slip"),
    path("<str:hall>/cabinet/taken", cabinet.taken, name="cabinet-taken"),
    path("<str:hall>/cabinet/shut", cabinet.shut, name="cabinet-shut"),
    path("<str:hall>/mine", mine.mine, name="mine"),
    path("<str:hall>/begin", mine.find, name="begin-find"),
    path("<str:hall>/begin/<str:item>", situation.about, name="about"),
    path("<str:hall>/begin/<str:item>/new", situation.begin, name="begin"),
    path("<str:hall>/mine/<str:no>/situation", situation.situation, name="situation"),
    path("<str:hall>/mine/<str:no>/form", form.form, name="form"),
    path("<str:hall>/mine/<str:no>/papers", handing_in.case_papers, name="case-papers"),
    path("<str:hall>/mine/<str:no>/check", handing_in.check, name="check"),
    path("<str:hall>/mine/<str:no>/sent", handing_in.sent, name="sent"),
    path("<str:hall>/mine/<str:no>/pay", paying.pay, name="pay"),
    path("<str:hall>/mine/<str:no>/pay/now", paying.how_it_stands, name="pay-now"),
    path("<str:hall>/mine/<str:no>/pay/look", paying.look, name="pay-look"),
    path("<str:hall>/mine/<str:no>/paid", paying.paid, name="paid"),
    path("<str:hall>/print", printed.print_result, name="print-result"),
    path("<str:hall>/walk-in", walk_in.categories, name="walk-in"),
    path("<str:hall>/search", walk_in.search, name="search"),
    path("<str:hall>/confirm", walk_in.confirm, name="confirm"),
    path("<str:hall>/slip/<str:ref>", slip.slip, name="slip"),
    path("<str:hall>/slip/<str:ref>/back", slip.put_back, name="put-back"),
    path("<str:hall>/slip/<str:ref>/tell", slip.tell, name="tell"),
    path("<str:hall>/slip/<str:ref>/print", slip.print_it, name="print"),
]
