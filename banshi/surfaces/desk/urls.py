"""Addresses of the clerk's desk."""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.desk import (
    acting,
    agent_acting,
    bundle,
    case_acting,
    cases,
    console,
    firm_acting,
    glance,
    guardian_acting,
    heard,
    vouching,
    ward_acting,
)

app_name = "desk"
NUMBER = "cases/<slug:ref>/"
CASE = NUMBER + "<slug:no>/"
urlpatterns = [
    path("", console.desk, name="desk"),
    path("console", console.whole, name="console"),
    path("line", console.line, name="line"),
    path("items", console.items, name="items"),
    path("aims", console.aims, name="aims"),
    path("halls", console.halls, name="halls"),
    path("sign-in", acting.sign_in, name="sign-in"),
    path("do/<slug:verb>", acting.do, name="do"),
    path("machine", vouching.vouch, name="vouch"),
    path("listen", heard.listen, name="listen"),
    path("listen/matters", heard.matters, name="listen-matters"),
    path("listen/find", heard.find, name="listen-find"),
    path("listen/<slug:enquiry>", heard.heard, name="heard"),
    path(NUMBER, cases.home, name="cases"),
    path(NUMBER + "glance", glance.glance, name="glance"),
    path(NUMBER + "glance/<slug:certificate>", glance.open_certificate, name="glance-certificate"),
    path(NUMBER + "scan", cases.scan, name="case-scan"),
    path(NUMBER + "items", cases.items, name="case-items"),
    path(NUMBER + "together/<slug:no>", bundle.receive, name="bundle-receive"),
    path(NUMBER + "together/<slug:no>/", bundle.show, name="bundle"),
    path(NUMBER + "together/<slug:no>/keep", bundle.keep, name="bundle-keep"),
    path(NUMBER + "agent/<slug:verb>", agent_acting.agent, name="agent"),
    path(NUMBER + "guardian/<slug:verb>", guardian_acting.guardian, name="guardian"),
    path(NUMBER + "ward/<slug:verb>", ward_acting.ward, name="ward"),
    path(NUMBER + "firm/<slug:verb>", firm_acting.firm, name="firm"),
    path(NUMBER + "open", case_acting.open_case, name="case-open"),
    path(NUMBER + "open-together", case_acting.open_bundle, name="bundle-open"),
    path(CASE, cases.show, name="case"),
    path(CASE + "do/<slug:verb>", case_acting.do, name="case-do"),
    path(CASE + "whole", case_acting.whole, name="case-whole"),
    path(CASE + "fee/<slug:verb>", case_acting.fee, name="case-fee"),
    path(CASE + "pages", case_acting.pages, name="case-pages"),
    path(CASE + "uploads", case_acting.begin_upload, name="case-upload"),
    path(CASE + "uploads/<slug:upload>", case_acting.put_part, name="case-upload-part"),
    path(CASE + "pages/<int:material_id>", cases.file, name="case-file"),
    path(CASE + "pages/<int:material_id>/back", case_acting.take_back, name="case-page-back"),
    path(CASE + "pages/<int:material_id>/move/<slug:to>", case_acting.move_page, name="case-page-move"),
    path(CASE + "papers/<slug:number>", cases.paper, name="case-paper"),
]
