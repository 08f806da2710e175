"""Addresses of the video seat: /seat/<hall>/…"""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.seat import calls, hand_over, pages, reach, recording, review

app_name = "seat"

CALL = "<slug:hall>/calls/<slug:ref>/"

urlpatterns = [
    path("<slug:hall>/", pages.home, name="home"),
    path("<slug:hall>/part", pages.part, name="part"),
    path("<slug:hall>/state", pages.state, name="state"),
    path("<slug:hall>/ticket", pages.hall_ticket, name="ticket"),
    path("<slug:hall>/recordings/", review.index, name="recordings"),
    path("<slug:hall>/recordings/<slug:recording>/", review.show, name="recording"),
    path("<slug:hall>/recordings/<slug:recording>/<int:stretch>", review.part, name="recording-part"),
    path(CALL, calls.show, name="call"),
    path(CALL + "answer", calls.answer, name="answer"),
    path(CALL + "decline", calls.decline, name="decline"),
    path(CALL + "news", calls.news, name="news"),
    path(CALL + "say", calls.say, name="say"),
    path(CALL + "file", calls.send_file, name="file"),
    path(CALL + "file/<int:n>", calls.file, name="file-of"),
    path(CALL + "signal", calls.signal, name="signal"),
    path(CALL + "recording", recording.record, name="record"),
    path(CALL + "chunk", recording.chunk, name="chunk"),
    path(CALL + "transfer", calls.transfer, name="transfer"),
    path(CALL + "end", calls.end, name="end"),
    path(CALL + "hand", reach.hand, name="hand"),
    path(CALL + "hand/ask", reach.ask_screen, name="ask-screen"),
    path(CALL + "hand/act", reach.act, name="act"),
    path(CALL + "folder", hand_over.folder, name="folder"),
    path(CALL + "folder/matter", hand_over.matter, name="matter"),
    path(CALL + "folder/who", hand_over.who, name="folder-who"),
    path(CALL + "folder/answer", hand_over.answer, name="folder-answer"),
    path(CALL + "folder/form", hand_over.form, name="folder-form"),
    path(CALL + "folder/paper", hand_over.paper, name="folder-put"),
    path(CALL + "folder/book", hand_over.book, name="folder-book"),
]
