"""Addresses of those who work cases: /review/<hall>/…"""

from __future__ import annotations

from django.urls import path

from banshi.surfaces.review import asked, case, consults, deeds, exceptions, folders, lists, rules, supervising

app_name = "review"

HALL = "<slug:hall>/"
CASE = HALL + "cases/<slug:no>/"
CONSULT = HALL + "consults/<int:consultation_id>/"
FOLDER = HALL + "folders/<slug:folder>/"
ENQUIRY = HALL + "enquiries/<slug:enquiry>/"

urlpatterns = [
    path("", lists.start, name="start"),
    path(HALL, lists.home, name="home"),
    path(HALL + "find", lists.find, name="find"),
    path(HALL + "pre-review", lists.pre_review, name="pre_review"),
    path(HALL + "acceptance", lists.acceptance, name="acceptance"),
    path(HALL + "review", lists.review, name="review"),
    path(HALL + "approval", lists.approval, name="approval"),
    path(HALL + "supervision", lists.supervision, name="supervision"),
    path(HALL + "review/take", lists.take_several, name="take_several"),
    path(HALL + "review/hand-over", lists.hand_over_several, name="hand_over_several"),
    path(HALL + "review/sign-for", lists.sign_for_several, name="sign_for_several"),
    path(HALL + "exceptions", exceptions.show, name="exceptions"),
    path(HALL + "exceptions/urge", exceptions.urge, name="urge_several"),
    path(HALL + "pre-review/next", lists.next_pre_review, name="next_pre_review"),
    path(HALL + "acceptance/next", lists.next_acceptance, name="next_acceptance"),
    path(HALL + "review/next", lists.next_review, name="next_review"),
    path(HALL + "approval/next", lists.next_approval, name="next_approval"),
    path(HALL + "consults", consults.home, name="consults"),
    path(CONSULT, consults.one, name="consult_one"),
    path(CONSULT + "answer", consults.answer, name="consult_answer"),
    path(CONSULT + "pages/<int:material_id>", consults.file, name="consult_file"),
    path(HALL + "enquiries", asked.enquiries, name="enquiries"),
    path(ENQUIRY, asked.one, name="enquiry"),
    path(ENQUIRY + "answer", asked.answer, name="answer"),
    path(ENQUIRY + "correct", asked.correct, name="correct"),
    path(ENQUIRY + "forward", asked.forward, name="forward"),
    path(ENQUIRY + "write-up", asked.write_up, name="write_up"),
    path(HALL + "answers", asked.answers, name="answers"),
    path(HALL + "answers/<int:answer_id>/publish", asked.publish, name="publish"),
    path(HALL + "answers/<int:answer_id>/withdraw", asked.take_down, name="take_down"),
    path(HALL + "rules/", rules.show, name="rules"),
    path(HALL + "rules/set", rules.put, name="rules_put"),
    path(HALL + "rules/answer", rules.answer, name="rules_answer"),
    path(HALL + "rules/stop", rules.stop, name="rules_stop"),
    path(HALL + "folders", folders.home, name="folders"),
    path(HALL + "stock", folders.stock, name="stock"),
    path(FOLDER, folders.show, name="folder"),
    path(FOLDER + "label", folders.label, name="folder_label"),
    path(FOLDER + "receipt", folders.receipt, name="folder_receipt"),
    path(FOLDER + "put", folders.put, name="folder_put"),
    path(FOLDER + "take", folders.take, name="folder_take"),
    path(FOLDER + "archive", folders.archive, name="folder_archive"),
    path(FOLDER + "give", folders.give, name="folder_give"),
    path(CASE + "folder", folders.make, name="folder_make"),
    path(CASE, case.show, name="case"),
    path(CASE + "whole", case.whole, name="whole"),
    path(CASE + "files/<int:material_id>/look", case.look, name="look"),
    path(CASE + "files/<int:material_id>", case.file, name="file"),
    path(CASE + "papers/<slug:number>", case.paper, name="paper"),
    path(CASE + "return", deeds.send_back, name="return"),
    path(CASE + "pass", deeds.pass_on, name="pass"),
    path(CASE + "receive", deeds.receive, name="receive"),
    path(CASE + "accept", deeds.accept, name="accept"),
    path(CASE + "notice", deeds.notice, name="notice"),
    path(CASE + "refuse", deeds.refuse, name="refuse"),
    path(CASE + "hand-over", deeds.hand_over, name="hand_over"),
    path(CASE + "give", deeds.give_papers, name="give"),
    path(CASE + "sign-for", deeds.sign_for, name="sign_for"),
    path(CASE + "refuse-papers", deeds.refuse_papers, name="refuse_papers"),
    path(CASE + "opine", deeds.opine, name="opine"),
    path(CASE + "consult", consults.consult, name="consult"),
    path(CASE + "settle", deeds.settle, name="settle"),
    path(CASE + "propose-stop", deeds.propose_stop, name="propose_stop"),
    path(CASE + "refuse-stop", deeds.refuse_stop, name="refuse_stop"),
    path(CASE + "stop-clock", deeds.stop_clock, name="stop_clock"),
    path(CASE + "resume-clock", deeds.resume_clock, name="resume_clock"),
    path(CASE + "extend", deeds.extend, name="extend"),
    path(CASE + "decide", deeds.decide, name="decide"),
    path(CASE + "release", deeds.release, name="release"),
    path(CASE + "take-over", deeds.take_over, name="take_over"),
    path(CASE + "urge", supervising.urge, name="urge"),
    path(CASE + "hand-on", supervising.hand_on, name="hand_on"),
    path(CASE + "hand-to-department", supervising.hand_to_department, name="hand_to_department"),
    path(CASE + "agree", deeds.agree, name="agree"),
    path(CASE + "waive", deeds.waive, name="waive"),
    path(CASE + "terminate", deeds.terminate, name="terminate"),
]
