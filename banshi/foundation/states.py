"""One word per state, in Chinese and English, for every page, export, message and the trail.

`{% load states %}{{ ticket.state|state_word:"ticket" }}`, in Python `word("ticket", "no_show")`. What a page says about a
state in a sentence (“Was called, nobody came”) is the page's; the word of the state is said here and nowhere else.
The tone is the colour of its tag: info, ok, wait, urgent or none.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

Text = str | Promise

STATES: dict[str, dict[str, tuple[Text, str]]] = {
    "appointment": {
        "booked": (pgettext_lazy("state", "Booked"), "info"),
        "checked_in": (pgettext_lazy("state", "Checked in"), "ok"),
        "served": (pgettext_lazy("state", "Served"), "ok"),
        "cancelled": (pgettext_lazy("state", "Cancelled"), ""),
        "no_show": (pgettext_lazy("state", "No-show"), "urgent"),
        # Kept as no_show: it was forgiven, and counts for nobody.
        "no_show_forgiven": (pgettext_lazy("state", "Missed, not counted"), ""),
        # Kept as checked_in: was in the hall for another matter while this one's period went by.
        "no_number": (pgettext_lazy("state", "No number taken"), ""),
        # Kept as checked_in: its number came to nothing, by the hall's doing, or given up.
        "not_reached": (pgettext_lazy("state", "Not served that day"), ""),
        "number_over": (pgettext_lazy("state", "Number over"), ""),
        # Kept as checked_in or served: the window did not accept it.
        "refused": (pgettext_lazy("state", "Not accepted"), "urgent"),
    },
    "ticket": {
        "waiting": (pgettext_lazy("state", "Waiting"), "info"),
        "called": (pgettext_lazy("state", "Called"), "urgent"),
        "serving": (pgettext_lazy("state", "Being served"), "ok"),
        "held": (pgettext_lazy("state", "On hold"), "wait"),
        "parked": (pgettext_lazy("state", "Stepped out"), "wait"),
        "missed": (pgettext_lazy("state", "Missed"), "wait"),
        "finished": (pgettext_lazy("state", "Finished"), "ok"),
        "left": (pgettext_lazy("state", "Left"), ""),
        "redirected": (pgettext_lazy("state", "Sent to another hall"), ""),
        "closed": (pgettext_lazy("state", "Void"), ""),
    },
    "window": {
        "idle": (pgettext_lazy("state", "Idle"), "ok"),
        "called": (pgettext_lazy("state", "Calling"), "urgent"),
        "serving": (pgettext_lazy("state", "Being served"), "info"),
        "paused": (pgettext_lazy("state", "Paused"), "wait"),
        "emergency": (pgettext_lazy("state", "Help called"), "urgent"),
        "closed": (pgettext_lazy("state", "Not open"), ""),
    },
    "hall": {
        "open": (pgettext_lazy("state", "Open"), "ok"),
        "closed": (pgettext_lazy("state", "Closed"), ""),
        # The doors are open and numbers are given; the windows begin later.
        "numbers": (pgettext_lazy("state", "Giving numbers"), "ok"),
    },
    "line": {
        "stopped": (pgettext_lazy("state", "Calling stopped"), "wait"),
    },
    "remote_session": {
        "waiting": (pgettext_lazy("state of a call", "Waiting"), "wait"),
        "ringing": (pgettext_lazy("state of a call", "Ringing"), "urgent"),
        "talking": (pgettext_lazy("state of a call", "Talking"), "ok"),
        "callback": (pgettext_lazy("state of a call", "To be called back"), "info"),
        "ended": (pgettext_lazy("state of a call", "Ended"), ""),
    },
    "seat": {
        "away": (pgettext_lazy("state of a seat", "Away"), ""),
        "ready": (pgettext_lazy("state of a seat", "Ready"), "ok"),
        "paused": (pgettext_lazy("state of a seat", "Paused"), "wait"),
        "talking": (pgettext_lazy("state of a seat", "In a call"), "info"),
    },
    "remote_act": {
        "asked": (pgettext_lazy("state of an act", "Asked"), "wait"),
        "allowed": (pgettext_lazy("state of an act", "Allowed"), "ok"),
        "answered": (pgettext_lazy("state of an act", "Answered"), ""),
    },
    "hotline_order": {
        "open": (pgettext_lazy("state of an order", "At the desk"), "wait"),
        "assigned": (pgettext_lazy("state of an order", "With a line"), "info"),
        "replied": (pgettext_lazy("state of an order", "Replied to"), "ok"),
        "closed": (pgettext_lazy("state of an order", "Closed"), ""),
        "joined": (pgettext_lazy("state of an order", "Joined to another"), ""),
    },
    "phone_call": {
        "ringing": (pgettext_lazy("state of a call", "Ringing"), "urgent"),
        "talking": (pgettext_lazy("state of a call", "Talking"), "ok"),
        "ended": (pgettext_lazy("state of a call", "Ended"), ""),
        "missed": (pgettext_lazy("state of a call", "Not answered"), "wait"),
    },
    "home_visit": {
        "asked": (pgettext_lazy("state of a home visit", "To be planned"), "wait"),
        "planned": (pgettext_lazy("state of a home visit", "Planned"), "info"),
        "on_the_way": (pgettext_lazy("state of a home visit", "On the way"), "info"),
        "done": (pgettext_lazy("state of a home visit", "Done"), "ok"),
        "not_met": (pgettext_lazy("state of a home visit", "Nobody met"), "urgent"),
        "cancelled": (pgettext_lazy("state of a home visit", "Cancelled"), ""),
    },
    "slot": {
        "open": (pgettext_lazy("state", "Free places"), "ok"),
        "full": (pgettext_lazy("state", "Fully booked"), ""),
        "closed": (pgettext_lazy("state", "Booking stopped"), "wait"),
    },
    "message": {
        "due": (pgettext_lazy("state", "To be sent"), "info"),
        "sending": (pgettext_lazy("state", "On its way"), "info"),
        "sent": (pgettext_lazy("state", "Sent"), "ok"),
        "failed": (pgettext_lazy("state", "Failed"), "urgent"),
        "dropped": (pgettext_lazy("state", "No longer needed"), ""),
    },
    "device": {
        "ok": (pgettext_lazy("state", "Working"), "ok"),
        "trouble": (pgettext_lazy("state", "In trouble"), "urgent"),
        "silent": (pgettext_lazy("state", "Not heard from"), "wait"),
        "never": (pgettext_lazy("state", "Never connected"), ""),
        "retired": (pgettext_lazy("state", "Retired"), ""),
    },
    "enquiry": {
        "open": (pgettext_lazy("state", "Waits for an answer"), "info"),
        "answered": (pgettext_lazy("state", "Answered"), "ok"),
        "closed": (pgettext_lazy("enquiry", "Closed"), ""),
        "withdrawn": (pgettext_lazy("state", "Withdrawn"), ""),
    },
    "public_answer": {
        "draft": (pgettext_lazy("state", "To be published"), "wait"),
        "published": (pgettext_lazy("state", "Published"), "ok"),
        "withdrawn": (pgettext_lazy("state", "No longer shown"), ""),
    },
    "task": {
        "open": (pgettext_lazy("state", "To answer"), "wait"),
        "answered": (pgettext_lazy("state", "To settle"), "info"),
        "appealed": (pgettext_lazy("state", "To judge"), "wait"),
        "settled": (pgettext_lazy("state", "Settled"), "ok"),
    },
    "appeal": {
        "open": (pgettext_lazy("state", "Appeal with the hall"), "info"),
        "upheld": (pgettext_lazy("state", "Appeal upheld"), "ok"),
        "rejected": (pgettext_lazy("state", "Appeal not upheld"), "wait"),
    },
    "waiting": {
        "waiting": (pgettext_lazy("state", "Waiting for a place"), "info"),
        "offered": (pgettext_lazy("state", "A place is kept"), "urgent"),
        "taken": (pgettext_lazy("state", "Place taken"), "ok"),
        "left": (pgettext_lazy("state", "Gave up waiting"), ""),
        "lapsed": (pgettext_lazy("state", "Offer lapsed"), ""),
        "closed": (pgettext_lazy("state", "Ended: the day closed"), ""),
        "reopened": (pgettext_lazy("state", "Can be booked again"), "ok"),
        "unbooked": (pgettext_lazy("state", "Ended: no longer booked"), ""),
        "list_off": (pgettext_lazy("state", "Ended: no waiting list"), ""),
        "handed": (pgettext_lazy("state", "Waited for by the person"), ""),
        "over": (pgettext_lazy("state", "No place came free"), ""),
    },
    "outcome": {  # of a number that was served: how it ended
        "done": (pgettext_lazy("state", "Done"), "ok"),
        "paper_missing": (pgettext_lazy("state", "Papers missing"), "wait"),
        "advice_only": (pgettext_lazy("state", "Advice only"), "info"),
        "refused": (pgettext_lazy("state", "Not accepted"), "urgent"),
        "not_finished": (pgettext_lazy("state", "Not finished"), "wait"),  # put aside when the day ended
        "left_open": (pgettext_lazy("state", "Was at the window"), ""),  # nobody said how it ended
    },
    "upload": {  # a file from outside, and viruses
        "pending": (pgettext_lazy("state", "Not checked for viruses yet"), "wait"),
        "clean": (pgettext_lazy("state", "Checked for viruses"), "ok"),
        "unavailable": (pgettext_lazy("state", "No virus check here"), "wait"),
        "rejected": (pgettext_lazy("state", "File not taken"), "urgent"),
    },
    "item_draft": {  # what an item store says of an item
        "draft": (pgettext_lazy("state", "To be published"), "wait"),
        "planned": (pgettext_lazy("state", "Published on its day"), "info"),
        "published": (pgettext_lazy("state", "Published"), "ok"),
        "dropped": (pgettext_lazy("state", "Not taken over"), ""),
    },
    "retirement": {  # of an item (停办)
        "asked": (pgettext_lazy("state", "Waits for a second person"), "wait"),
        "agreed": (pgettext_lazy("state", "Retired from its day"), "urgent"),
        "asked_back": (pgettext_lazy("state", "Retired; to be handled again"), "wait"),
        "undone": (pgettext_lazy("state", "Handled as before"), ""),
    },
    "certificate": {
        "valid": (pgettext_lazy("state", "Valid"), "ok"),
        "ended": (pgettext_lazy("state", "No longer valid"), ""),
    },
    "suspension": {
        "suspended": (pgettext_lazy("state", "Booking suspended"), "urgent"),
        "lifted": (pgettext_lazy("state", "Suspension lifted"), "ok"),
    },
    "case": {  # 办件, domain.md §2.1
        "draft": (pgettext_lazy("state", "Not sent yet"), ""),
        "pre_review": (pgettext_lazy("state", "Papers being looked at"), "info"),
        "pre_returned": (pgettext_lazy("state", "To be put right"), "wait"),
        "pre_passed": (pgettext_lazy("state", "Papers are right"), "ok"),
        "await_receipt": (pgettext_lazy("state", "Papers expected"), "info"),
        "received": (pgettext_lazy("state", "Papers received"), "info"),
        "supplement": (pgettext_lazy("state", "Something is missing"), "wait"),
        "accepted": (pgettext_lazy("state", "Accepted"), "ok"),
        "in_review": (pgettext_lazy("state", "Under review"), "info"),
        "decided": (pgettext_lazy("state", "Decided"), "ok"),
        "issuing": (pgettext_lazy("state", "Being made"), "info"),
        "ready": (pgettext_lazy("state", "Ready to fetch"), "ok"),
        "delivered": (pgettext_lazy("state", "Handed over"), "ok"),
        "closed": (pgettext_lazy("state", "Case closed"), "ok"),
        "not_accepted": (pgettext_lazy("state", "Application not accepted"), "urgent"),
        "withdrawn": (pgettext_lazy("state", "Withdrawn"), ""),
        "terminated": (pgettext_lazy("state", "Ended early"), "urgent"),
        # What a verb needs beside a phase.
        "stopped": (pgettext_lazy("state", "Clock stopped"), "wait"),
        "proposed": (pgettext_lazy("state", "With an opinion"), "info"),
        "granted": (pgettext_lazy("state", "Granted"), "ok"),
        "refused": (pgettext_lazy("state", "Refused"), "urgent"),
        "extended": (pgettext_lazy("state", "Extended"), "info"),
        "not extended": (pgettext_lazy("state", "Not extended yet"), ""),
    },
    "charge": {  # 应缴
        "due": (pgettext_lazy("state", "To be paid"), "wait"),
        "paid": (pgettext_lazy("state", "Paid"), "ok"),
        "waived": (pgettext_lazy("state", "Let off"), "ok"),
        "released": (pgettext_lazy("state", "Nothing owed"), ""),
    },
    "fee_way": {  # how a fee was paid
        "cash": (pgettext_lazy("state", "Cash at a window"), ""),
        "card": (pgettext_lazy("state", "Card at a window"), ""),
        "scan": (pgettext_lazy("state", "Scanned at a window"), ""),
        "telephone": (pgettext_lazy("state", "By telephone"), ""),
        "kiosk": (pgettext_lazy("state", "At a kiosk"), ""),
    },
    "refund": {  # why money goes back
        "double": (pgettext_lazy("state", "Paid twice, or after it was let off"), ""),
        "wrong": (pgettext_lazy("state", "Another sum than was owed"), ""),
        "ended": (pgettext_lazy("state", "The case was ended"), ""),
        "less": (pgettext_lazy("state", "Less was owed than was paid"), ""),
    },
    "case_step": {  # what was done to a case
        "open": (pgettext_lazy("case step", "Begun"), ""),
        "change": (pgettext_lazy("case step", "Begun anew by the version of today"), ""),
        "submit": (pgettext_lazy("case step", "Sent"), "info"),
        "return": (pgettext_lazy("case step", "Sent back to be put right"), "wait"),
        "pass": (pgettext_lazy("case step", "Papers found right"), "ok"),
        "expect": (pgettext_lazy("case step", "Waits for the papers"), "info"),
        "expect_no_more": (pgettext_lazy("case step", "Time given up"), ""),
        "receive": (pgettext_lazy("case step", "Papers received"), "info"),
        "notice": (pgettext_lazy("case step", "Told what is missing"), "wait"),
        "supplement": (pgettext_lazy("case step", "What was missing came"), "info"),
        "lapse": (pgettext_lazy("case step", "Ended: nothing came in time"), "urgent"),
        "refuse": (pgettext_lazy("case step", "Not accepted"), "urgent"),
        "accept": (pgettext_lazy("case step", "Accepted"), "ok"),
        "deem": (pgettext_lazy("case step", "Counts as accepted: nobody answered in time"), "urgent"),
        "hand_over": (pgettext_lazy("case step", "Given to the department"), "info"),
        "take": (pgettext_lazy("case step", "Taken over"), ""),
        "urge": (pgettext_lazy("case step", "Urged"), "wait"),
        "hand_on": (pgettext_lazy("case step", "Handed on to a colleague"), "info"),
        "hand_to_department": (pgettext_lazy("case step", "Handed on to another department"), "info"),
        "opine": (pgettext_lazy("case step", "Opinion given"), "info"),
        "sign_for": (pgettext_lazy("case step", "Papers signed for by the department"), "info"),
        "refuse_papers": (pgettext_lazy("case step", "Papers not signed for: back to the front"), "wait"),
        "consult": (pgettext_lazy("case step", "Another department asked"), "info"),
        "answer_consult": (pgettext_lazy("case step", "Another department answered"), "info"),
        "plan_visit": (pgettext_lazy("case step", "On-site visit planned"), "info"),
        "move_visit": (pgettext_lazy("case step", "On-site visit moved"), "info"),
        "cancel_visit": (pgettext_lazy("case step", "On-site visit called off"), "wait"),
        "ask_visit": (pgettext_lazy("case step", "Applicant asks for another time"), "wait"),
        "report_visit": (pgettext_lazy("case step", "On-site visit reported"), "info"),
        "propose_stop": (pgettext_lazy("case step", "Special procedure proposed"), "wait"),
        "refuse_stop": (pgettext_lazy("case step", "Special procedure not approved"), ""),
        "stop_clock": (pgettext_lazy("case step", "Clock stopped"), "wait"),
        "enter_round": (pgettext_lazy("case step", "Takes part in a round"), "info"),
        "draw": (pgettext_lazy("case step", "Drawn by lot"), "info"),
        "resume_clock": (pgettext_lazy("case step", "Clock runs again"), "info"),
        "propose_extension": (pgettext_lazy("case step", "Extension asked for"), "wait"),
        "refuse_extension": (pgettext_lazy("case step", "Extension not approved"), ""),
        "extend": (pgettext_lazy("case step", "Extended"), "wait"),
        "recount": (pgettext_lazy("case step", "Days worked out anew"), ""),
        "settle": (pgettext_lazy("case step", "A paper that was to follow came"), "info"),
        "unmet": (pgettext_lazy("case step", "A paper that was to follow did not come in time"), "urgent"),
        "decide": (pgettext_lazy("case step", "Decided"), "ok"),
        "pay": (pgettext_lazy("case step", "Fee paid"), "ok"),
        "waive": (pgettext_lazy("case step", "Fee let off"), "ok"),
        "reassess": (pgettext_lazy("case step", "Fee computed anew"), "wait"),
        "issue": (pgettext_lazy("case step", "Result made"), "ok"),
        "shelve": (pgettext_lazy("case step", "Ready to fetch"), "ok"),
        "post": (pgettext_lazy("case step", "Posted"), "info"),
        "come_back": (pgettext_lazy("case step", "Came back by courier"), "wait"),
        "deliver": (pgettext_lazy("case step", "Handed over"), "ok"),
        "close": (pgettext_lazy("case step", "Closed"), "ok"),
        "withdraw": (pgettext_lazy("case step", "Withdrawn"), ""),
        "terminate": (pgettext_lazy("case step", "Ended early"), "urgent"),
        "agree": (pgettext_lazy("case step", "A second person agreed"), ""),
        "check_promise": (pgettext_lazy("case step", "A promise was checked"), "info"),
        "revoke": (pgettext_lazy("case step", "What was granted was revoked"), "urgent"),
        "lift_bar": (pgettext_lazy("case step", "What followed an untrue promise was lifted"), "ok"),
        "archive": (pgettext_lazy("case step", "Archived"), ""),
        "destroy": (pgettext_lazy("case step", "Destroyed"), ""),
    },
    "parcel": {  # 快件
        "made": (pgettext_lazy("parcel", "Waybill made"), ""),
        "posted": (pgettext_lazy("parcel", "Handed to the courier"), "info"),
        "accepted": (pgettext_lazy("parcel", "The courier has it"), "info"),
        "moving": (pgettext_lazy("parcel", "On its way"), "info"),
        "out": (pgettext_lazy("parcel", "Out for delivery"), "info"),
        "refused": (pgettext_lazy("parcel", "Not taken in"), "wait"),
        "returning": (pgettext_lazy("parcel", "On its way back"), "wait"),
        "delivered": (pgettext_lazy("parcel", "Delivered"), "ok"),
        "back": (pgettext_lazy("parcel", "Back at the issue window"), "wait"),
        "void": (pgettext_lazy("parcel", "Not posted after all"), ""),
    },
    "trail": {  # where a result, or papers, lay and went
        "ready": (pgettext_lazy("parcel", "Result laid ready"), "ok"),
        "drop_in_cell": (pgettext_lazy("parcel", "Papers into the cabinet"), ""),
        "drop_out_of_cell": (pgettext_lazy("parcel", "Papers taken out of the cabinet"), ""),
        "result_in_cell": (pgettext_lazy("parcel", "Result into the cabinet"), ""),
        "result_out_of_cell": (pgettext_lazy("parcel", "Result taken out of the cabinet"), ""),
        "sent_in": (pgettext_lazy("parcel", "Papers sent to the hall"), ""),
        "came_in": (pgettext_lazy("parcel", "The hall has the papers that were sent"), "ok"),
        "folder_made": (pgettext_lazy("folder", "Folder of papers made"), "info"),
        "folder_follows": (pgettext_lazy("folder", "Papers came into a folder that follows"), "info"),
        "folder_received": (pgettext_lazy("folder", "Papers received into the folder"), "ok"),
        "folder_added": (pgettext_lazy("folder", "More papers put into the folder"), "ok"),
        "folder_put": (pgettext_lazy("folder", "Folder put away"), ""),
        "folder_taken": (pgettext_lazy("folder", "Folder taken out"), "info"),
        "folder_sent": (pgettext_lazy("folder", "Folder handed over to the department"), "info"),
        "folder_signed": (pgettext_lazy("folder", "Folder signed for"), "ok"),
        "folder_refused": (pgettext_lazy("folder", "Folder not signed for"), "wait"),
        "folder_gave": (pgettext_lazy("folder", "Originals given back"), "ok"),
        "folder_joined": (pgettext_lazy("folder", "The folder that followed is put into the main one"), "ok"),
        "folder_archived": (pgettext_lazy("folder", "Folder archived"), ""),
        "parcel_made": (pgettext_lazy("parcel", "Waybill made"), ""),
        "parcel_posted": (pgettext_lazy("parcel", "Handed to the courier"), "info"),
        "parcel_accepted": (pgettext_lazy("parcel", "The courier has it"), "info"),
        "parcel_moving": (pgettext_lazy("parcel", "On its way"), "info"),
        "parcel_out": (pgettext_lazy("parcel", "Out for delivery"), "info"),
        "parcel_delivered": (pgettext_lazy("parcel", "Delivered"), "ok"),
        "parcel_refused": (pgettext_lazy("parcel", "Not taken in"), "wait"),
        "parcel_returning": (pgettext_lazy("parcel", "On its way back"), "wait"),
        "parcel_back": (pgettext_lazy("parcel", "Back at the issue window"), "wait"),
        "printed": (pgettext_lazy("parcel", "Printed at a kiosk"), "ok"),
        "jammed": (pgettext_lazy("parcel", "Not printed: the kiosk failed"), "wait"),
        "handed_counter": (pgettext_lazy("parcel", "Handed over at the window"), "ok"),
        "handed_electronic": (pgettext_lazy("parcel", "Taken as a file"), "ok"),
        "handed_cabinet": (pgettext_lazy("parcel", "Fetched from the cabinet"), "ok"),
        "handed_kiosk": (pgettext_lazy("parcel", "Fetched at a kiosk"), "ok"),
        "handed_courier": (pgettext_lazy("parcel", "Delivered by courier"), "ok"),
    },
    "folder": {  # where papers are; a number, a shelf or a name follows
        "tray": (pgettext_lazy("folder", "Tray of window"), "info"),
        "shelf": (pgettext_lazy("folder", "Shelf"), "ok"),
        "person": (pgettext_lazy("folder", "With"), "info"),
        "sent": (pgettext_lazy("folder", "On its way to the department"), "wait"),
        "archive": (pgettext_lazy("folder", "Archive"), ""),
        "back": (pgettext_lazy("folder", "Given back"), ""),
        "joined": (pgettext_lazy("folder", "Put into"), ""),
    },
    "opinion": {
        "grant": (pgettext_lazy("opinion", "For granting"), "ok"),
        "refuse": (pgettext_lazy("opinion", "For refusing"), "urgent"),
        "stop": (pgettext_lazy("opinion", "For a special procedure"), "wait"),
        "note": (pgettext_lazy("opinion", "Remark"), ""),
        "pass": (pgettext_lazy("opinion", "None of ours"), ""),
    },
    "purge_line": {  # what became of a package that was to be destroyed
        "destroyed": (pgettext_lazy("archive", "Destroyed"), "urgent"),
        "held": (pgettext_lazy("archive", "Held back from destruction"), "wait"),
        "kept": (pgettext_lazy("archive", "Kept longer"), "ok"),
    },
    "archive_check": {  # what was looked at before a package was kept (四性)
        "authentic": (pgettext_lazy("archive", "Authentic: the story of the case is as it was written"), ""),
        "complete": (pgettext_lazy("archive", "Complete: everything the manifest lists is there"), ""),
        "usable": (pgettext_lazy("archive", "Usable: the package opens as any archive opens one"), ""),
        "safe": (pgettext_lazy("archive", "Safe: no file waits for the scanner"), ""),
    },
    "rules": {  # of an item: whether they decide
        "off": (pgettext_lazy("rules", "Off"), ""),
        "shadow": (pgettext_lazy("rules", "Trial"), "wait"),
        "live": (pgettext_lazy("rules", "On"), "ok"),
    },
    "quota_round": {
        "proposed": (pgettext_lazy("quota", "Proposed"), "wait"),
        "ahead": (pgettext_lazy("quota", "Not open yet"), ""),
        "open": (pgettext_lazy("quota", "Open"), "ok"),
        "closed": (pgettext_lazy("quota", "Its days are over"), ""),
        "listed": (pgettext_lazy("quota", "List closed"), "wait"),
        "drawn": (pgettext_lazy("quota", "Drawn"), "ok"),
    },
    "rule_run": {
        "grant": (pgettext_lazy("rules", "Granted by rule"), "ok"),
        "person": (pgettext_lazy("rules", "Left to a person"), ""),
    },
    "package": {  # of the archive
        "invalid": (pgettext_lazy("state", "Damaged"), "urgent"),
    },
    "paper": {  # one paper of a case
        "missing": (pgettext_lazy("state", "Missing"), "wait"),
        "left_out": (pgettext_lazy("state", "Not handed in"), ""),
        "came": (pgettext_lazy("state", "Handed in"), "info"),
        "ok": (pgettext_lazy("state", "Right"), "ok"),
        "bad": (pgettext_lazy("state", "Not right"), "urgent"),
    },
    "hook": {
        "on": (pgettext_lazy("webhook state", "On"), "ok"),
        "off": (pgettext_lazy("webhook state", "Off"), "urgent"),
        "ended": (pgettext_lazy("webhook state", "Ended"), ""),
    },
    "device_order": {
        "waiting": (pgettext_lazy("state of an order to a machine", "Not fetched yet"), "info"),
        "sent": (pgettext_lazy("state of an order to a machine", "At the machine"), "info"),
        "done": (pgettext_lazy("state of an order to a machine", "Done"), "ok"),
        "failed": (pgettext_lazy("state of an order to a machine", "Not done"), "urgent"),
        "expired": (pgettext_lazy("state of an order to a machine", "Not fetched in time"), "wait"),
        "unsure": (pgettext_lazy("state of an order to a machine", "Not known whether it came out"), "urgent"),
    },
    "seal": {
        "used": (pgettext_lazy("seal state", "In use"), "ok"),
        "coming": (pgettext_lazy("seal state", "To come"), "info"),
        "replaced": (pgettext_lazy("seal state", "Replaced"), ""),
    },
    "hook_delivery": {
        "due": (pgettext_lazy("webhook state", "Not delivered yet"), "wait"),
        "sending": (pgettext_lazy("webhook state", "Being delivered"), "info"),
        "sent": (pgettext_lazy("webhook state", "Delivered"), "ok"),
        "failed": (pgettext_lazy("webhook state", "Given up"), "urgent"),
    },
    "way": {  # by which a paper of a case came
        "paper": (pgettext_lazy("way of a paper", "On paper"), ""),
        "usb": (pgettext_lazy("way of a paper", "USB stick"), ""),
        "scan": (pgettext_lazy("way of a paper", "Scanned"), ""),
        "upload": (pgettext_lazy("way of a paper", "Sent online"), ""),
        "library": (pgettext_lazy("way of a paper", "From the library"), ""),
        "again": (pgettext_lazy("way of a paper", "Handed in before"), ""),
        "promise": (pgettext_lazy("way of a paper", "Promised, to be checked afterwards"), "wait"),
        "card": (pgettext_lazy("way of a paper", "Identity card read here"), ""),
    },
}


# What the window said with it, to the person.
_TOLD: dict[str, Text] = {
    "done": pgettext_lazy("state", "Advice: %(why)s"),
    "paper_missing": pgettext_lazy("state", "Missing: %(why)s"),
    "advice_only": pgettext_lazy("state", "Advice: %(why)s"),
    "refused": pgettext_lazy("state", "Reason: %(why)s"),
}

# By which way somebody came, booked or is told.
CHANNELS: dict[str, Text] = {
    "sms": pgettext_lazy("state", "SMS"),
    "wechat": pgettext_lazy("state", "WeChat"),
    "email": pgettext_lazy("state", "E-mail"),
    "web": pgettext_lazy("state", "Web"),
    "app": pgettext_lazy("state", "App"),
    "kiosk": pgettext_lazy("state", "Kiosk"),
    "phone": pgettext_lazy("state", "Telephone"),
    "video": pgettext_lazy("state", "Video"),
    "staff": pgettext_lazy("state", "Staff"),
    "api": pgettext_lazy("state", "Partner"),
    "window": pgettext_lazy("state", "Window"),
}


def word(of: str, state: str) -> str:
    """The word for the state of an appointment, ticket, window …; "–" for a state nobody has named."""
    return str(STATES[of].get(state, ("–", ""))[0])


def outcome_told(outcome: str, why: str) -> str:
    """What is missing, was advised, or why not; "" where the window said nothing."""
    return str(_TOLD[outcome]) % {"why": why} if why and outcome in _TOLD else ""


def tone(of: str, state: str) -> str:
    return STATES[of].get(state, ("", ""))[1]


def any_word(state: str, of: str = "") -> str | None:
    """The word for a state as a refusal's facts name it. :param of: its owner, where the facts say; else the first in the
    order above that has it."""
    if state in STATES.get(of, {}):
        return word(of, state)
    return next((str(table[state][0]) for table in STATES.values() if state in table), None)
