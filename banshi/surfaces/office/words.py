"""Words of the office for codes of the rooms."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from banshi.foundation import states
from banshi.frames.staff.words import ROLES
from banshi.kernel.evidence import Evidence

Text = str | Promise

MESSAGE_KEYS: dict[str, Text] = {
    "code": _("Sign-in code"),
    "confirmation": _("Booking confirmed"),
    "reminder": _("Reminder the day before"),
    "leave": _("Time to leave"),
    "moved": _("Moved to another time"),
    "cancelled": _("Cancelled by the person"),
    "cancelled_by_hall": _("Cancelled by the hall"),
    "moved_by_hall": _("Moved by the hall"),
    "old_time_free": _("Old time open again"),
    "time_back": _("Cancelled time open again"),
    "closure_off": _("Announced closure is off"),
    "closure": _("Hall closed"),
    "no_show": _("No-show noted"),
    "suspended": _("Booking suspended"),
    "lifted": _("Suspension lifted"),
    "appeal_answered": _("Appeal answered"),
    "waiting_offer": _("A place became free"),
    "ahead": _("Nearly your turn"),
    "your_turn": _("Your turn"),
    "missed": _("Missed call"),
    "redirected": pgettext_lazy("message", "Sent on to another hall"),
    "rate": _("Invitation to rate"),
    "rating_answered": _("Rating answered"),
    "enquiry_answered": _("Question answered"),
    "booking_open": _("Booking open"),
    "day_sheet": _("Day sheet"),
    "kept": _("Appointment stands in a closure"),
    "excused": _("Appointment excused in a closure"),
    "outage": _("No no-show: the machines failed"),
    "no_show_off": _("No-show no longer counts"),
    "line_stopped": _("Calling has stopped"),
    "line_goes_on": _("Calling goes on"),
    "evacuated": _("Evacuation: leave the hall"),
    "evacuation_over": _("The evacuation is over"),
    "not_served": _("Not served today"),
    "not_finished": _("Begun and not finished today"),
    "booking_over": _("What became of a booking, to whoever made it"),
    "earlier_offer": _("An earlier place became free"),
    "waiting_closed": _("Waiting ended: the day closed"),
    "waiting_open": _("Waiting ended: the day can be booked again"),
    "waiting_again": _("Waiting goes on: the day is back"),
    "waiting_place_off": _("Waiting: the place kept is off"),
    "waiting_unbooked": _("Waiting ended: not booked any more"),
    "waiting_list_off": _("Waiting ended: no waiting list"),
    "waiting_missed": _("Waiting ended: no place became free"),
    "waiting_yours": _("Waiting passed to the client: mandate over"),
    "waiting_over": _("Waiting ended: mandate over"),
    "agent_asked": _("Asked to accept being an agent"),
    "agent_suspended": _("To the agent: suspended"),
    "agent_restored": _("To the agent: restored"),
    "mandate_given": _("To the client: a mandate was given"),
    "mandate_over": _("To the agent: a mandate is over"),
    "agent_booked": _("To the client: the agent booked"),
    "agent_moved": _("To the client: the agent moved it"),
    "agent_cancelled": _("To the client: the agent cancelled"),
    "booking_yours": _("Booking passed to the client: mandate over"),
    "case_sent": _("Case: application sent"),
    "case_returned": _("Case: papers to be put right"),
    "case_passed": _("Case: papers are right"),
    "case_received": _("Case: papers received"),
    "case_notice": _("Case: something is missing"),
    "case_remind": _("Case: reminder of what is missing"),
    "case_supplemented": _("Case: what was missing has come"),
    "case_not_accepted": _("Case: application not accepted"),
    "case_accepted": _("Case: accepted"),
    "case_stopped": _("Case: special procedure"),
    "case_goes_on": _("Case: clock goes on"),
    "case_extended": _("Case: extended"),
    "case_later": _("Case: later, by the national calendar"),
    "case_granted": _("Case: granted"),
    "case_refused": _("Case: refused"),
    "case_ready": _("Case: result ready to fetch"),
    "case_in_cabinet": _("Case: result in the cabinet"),
    "case_moved": _("Case: result moved to the issue window"),
    "case_dropped": _("Case: papers in the cabinet"),
    "case_fee_due": _("Case: granted, a fee is due"),
    "case_fee_remind": _("Case: reminder of the fee"),
    "case_fee_paid": _("Case: fee paid"),
    "case_fee_waived": _("Case: fee waived"),
    "case_fee_back": _("Case: fee goes back"),
    "case_fee_fetch": _("Case: fee to be fetched back at a window"),
    "case_closed": _("Case: closed"),
    "case_withdrawn": _("Case: withdrawn"),
    "case_terminated": _("Case: ended early"),
    "case_lapsed": _("Case: ended, nothing came"),
}

# Why a message was not sent.
MESSAGE_WHY: dict[str, Text] = {
    "taken_back": _("Not sent: taken back, it was cancelled or moved"),
    "lapsed": _("Not sent: its time was over"),
    "moved_on": _("Not sent: no longer needed"),
    "unreachable": _("Not sent: no channel reaches this person"),
    "too_many": _("Not sent: enough for one day to this telephone"),
    "said_with": _("Said in one message with the other matters of the visit"),
}

OUTCOMES: dict[str, Text] = {
    "fixed": _("Put right"),
    "explained": _("Explained, the person agrees"),
    "groundless": _("Checked, not so"),
    "malicious": _("Malicious"),
}

SUSPENSIONS: dict[str, Text] = {
    "no_shows": _("Booked and did not come, several times"),
    "cancels": _("Too many cancellations in a month"),
    "manual": _("Decided by the hall"),
}

ENTRIES: dict[str, Text] = {
    "no_show": pgettext_lazy("ledger", "Did not come"),
    "cancel": pgettext_lazy("ledger", "Cancelled"),
}

DEVICES: dict[str, Text] = {
    "kiosk": _("Kiosk"),
    "board": _("Hall board"),
    "zone_board": _("Zone board"),
    "window_display": _("Window display"),
    "evaluator": _("Evaluator"),
}

TROUBLES: dict[str, Text] = {
    "stale": _("shows old data"),
    "printer_not_set": _("no printer set"),
    "printer_offline": _("printer does not answer"),
    "printer_no_paper": _("printer is out of paper"),
    "printer_wrong_address": _("printer address is wrong"),
}

HEATS: dict[str, Text] = {
    "none": _("None public"),
    "free": _("Much room"),
    "some": _("Filling"),
    "tight": _("Few left"),
    "full": _("Full"),
    "over": _("Too many"),
}

DUTIES: dict[str, Text] = {
    "window": pgettext_lazy("duty", "Window"),
    "guide": pgettext_lazy("duty", "Guide"),
    "duty_lead": pgettext_lazy("duty", "Duty lead"),
}

SESSION_KINDS: dict[str, Text] = {
    "regular": pgettext_lazy("session", "Regular"),
    "extended": pgettext_lazy("session", "Extended hours"),
    "weekend": pgettext_lazy("session", "Weekend"),
    "market": pgettext_lazy("session", "Market day"),
    "duty": pgettext_lazy("session", "On duty"),
}

WALK_INS: dict[str, Text] = {
    "always": _("Walk-ins all the time"),
    "after_booked": _("Walk-ins once booked people are served"),
    "never": _("No walk-ins"),
}

WEEKDAYS: tuple[tuple[str, Text], ...] = (
    ("mon", pgettext_lazy("weekday", "Mon")),
    ("tue", pgettext_lazy("weekday", "Tue")),
    ("wed", pgettext_lazy("weekday", "Wed")),
    ("thu", pgettext_lazy("weekday", "Thu")),
    ("fri", pgettext_lazy("weekday", "Fri")),
    ("sat", pgettext_lazy("weekday", "Sat")),
    ("sun", pgettext_lazy("weekday", "Sun")),
)

EVIDENCE: dict[Evidence, Text] = {
    Evidence.DECLARED: _("only declared"),
    Evidence.VOUCHED: _("vouched for by a channel"),
    Evidence.CHIP: _("read from the card"),
    Evidence.WINDOW: _("compared at a window"),
}

# What a clerk did with a number, and took back.
STEPS: dict[str, Text] = {
    "start": pgettext_lazy("step", "the start"),
    "finish": pgettext_lazy("step", "the end"),
    "miss": pgettext_lazy("step", "marked as missed"),
    "turn_away": pgettext_lazy("step", "turned away"),
    "go_on": pgettext_lazy("step", "going on to the next matter"),
}

JOINED: dict[str, Text] = {
    "renewed": _("the document was renewed"),
    "mistyped": _("the number was typed wrongly"),
}

STANDINGS: dict[str, Text] = {
    "legal": pgettext_lazy("organisation", "legal representative"),
    "agent": pgettext_lazy("organisation", "agent"),
}

AUDIT: dict[str, Text] = {
    "looked": _("looked at personal data"),
    "placed": _("booked"),
    "cancelled": _("cancelled"),
    "moved": _("moved"),
    "signed-in": _("signed in"),
    "signed-out": _("signed out"),
    "sign-in-failed": _("failed to sign in"),
    "changed-password": _("changed the password"),
    "published-policy": _("published hall rules"),
    "published-calendar": _("published opening hours"),
    "closed": _("closed the hall"),
    "withdrew-closure": _("took a closure back"),
    "changed-window": _("changed a window"),
    "gave-role": _("gave a role"),
    "ended-role": _("ended a role"),
    "set-department": _("changed a department"),
    "organisation-enrolled": _("entered an organisation"),
    "organisation-renamed": _("put an organisation's name right"),
    "member-authorised": _("noted who acts for an organisation"),
    "member-ended": _("noted who acts for an organisation no longer"),
    "created": _("created"),
    "activated": _("activated"),
    "deactivated": _("deactivated"),
    "freed-window": _("freed a window"),
    "planned-shift": _("planned a shift"),
    "removed-shift": _("removed a shift"),
    "printed-paper": _("printed paper numbers"),
    "entered-paper": _("entered paper numbers"),
    "noted-outage": _("noted an outage"),
    "planned-desks": _("planned desks"),
    "removed-desks": _("took planned desks out"),
    "lifted": _("lifted a suspension"),
    "suspended": _("suspended"),
    "template_set": _("worded a message"),
    "template_reset": _("took the common words"),
    "asked-opening": _("asked to be told when a day opens"),
    "confirmed-again": _("sent a confirmation again"),
    "message_sent_again": _("sent a message again"),
    "reset-password": _("reset a password"),
    "quota": _("changed places"),
    "opened": _("opened a period"),
    "forgiven": _("forgave an entry"),
    "fault_day": _("marked a fault day"),
    "upheld": _("upheld an appeal"),
    "task_reopened": _("rated again after the answer: the task is open again"),
    "rejected": _("rejected an appeal"),
    "changed-item": _("changed a matter"),
    "name_disputed": _("read another name from a card"),
    "ticket_claimed": _("took over a number"),
    "ticket_renewed": _("renewed a number's key"),
    "name_replaced": _("replaced a name by evidence"),
    "name_proven": _("proved a name"),
    "phone_proven": _("proved a telephone"),
    "name_corrected": _("corrected a name"),
    "account_proven": _("bound a telephone"),
    "phone_cleared": _("took a telephone off"),
    "name_confirmed": _("proved a name at the window"),
    "entries_joined": _("made two entries one"),
    "contact_moved": _("moved where messages go"),
    "changed-number": _("changed a number"),
    "signed-out-everywhere": _("ended every session"),
    "agent-registered": _("registered an agent"),
    "agent-accepted": _("accepted to be an agent"),
    "agent-declined": _("declined to be an agent"),
    "agent-lapsed": _("dropped an agent nobody accepted"),
    "agent-limited": _("changed an agent's limits"),
    "agent-suspended": _("suspended an agent"),
    "agent-restored": _("let an agent go on"),
    "mandate-proposed": _("proposed a mandate"),
    "passed-on": _("passed a booking to the client"),
    "mandate-given": _("entered a mandate"),
    "mandate-ended": _("ended a mandate"),
    "kept": pgettext_lazy("deed", "let an appointment stand"),
    "no_show": pgettext_lazy("deed", "noted a no-show"),
    "closed-window": pgettext_lazy("deed", "closed a window"),
    "opened-window": pgettext_lazy("deed", "opened a window"),
    "paused-window": pgettext_lazy("deed", "paused a window"),
    "resumed-window": pgettext_lazy("deed", "resumed a window"),
    "called-help": pgettext_lazy("deed", "called for help"),
    "ended-help": pgettext_lazy("deed", "ended a call for help"),
    "saw-help": pgettext_lazy("deed", "saw a call for help"),
    "evacuated": pgettext_lazy("deed", "evacuated the hall"),
    "imported-items": pgettext_lazy("deed", "read matters from the item store"),
    "planned-item": pgettext_lazy("deed", "planned a matter"),
    "published-item": pgettext_lazy("deed", "published a matter"),
    "dropped-item-draft": pgettext_lazy("deed", "dropped a draft of a matter"),
    "set-rules": pgettext_lazy("deed", "set rules that decide"),
    "imported-national-days": pgettext_lazy("deed", "took over the holidays"),
    "appealed": pgettext_lazy("deed", "appealed"),
    "waiting": pgettext_lazy("deed", "joined the waiting list"),
    "left": pgettext_lazy("deed", "left the waiting list"),
    "contact_confirmed": pgettext_lazy("deed", "said whom to tell"),
    "lane_confirmed": pgettext_lazy("deed", "confirmed a priority"),
    "put_first": pgettext_lazy("deed", "put first in line"),
    "noted": pgettext_lazy("deed", "wrote a note"),
    "rated": pgettext_lazy("deed", "rated"),
    "task_answered": pgettext_lazy("deed", "answered a rating"),
    "enquiry_asked": pgettext_lazy("deed", "asked a department"),
    "enquiry_asked_further": pgettext_lazy("deed", "asked further"),
    "enquiry_answered": pgettext_lazy("deed", "answered a question"),
    "enquiry_corrected": pgettext_lazy("deed", "corrected an answer"),
    "enquiry_forwarded": pgettext_lazy("deed", "forwarded a question"),
    "enquiry_marked": pgettext_lazy("deed", "said whether it helped"),
    "enquiry_withdrawn": pgettext_lazy("deed", "took a question back"),
    "enquiry_closed": pgettext_lazy("deed", "closed a question"),
    "answer_written": pgettext_lazy("deed", "wrote an answer up"),
    "answer_published": pgettext_lazy("deed", "published an answer"),
    "answer_withdrawn": pgettext_lazy("deed", "withdrew an answer"),
    "task_settled": pgettext_lazy("deed", "settled a rating"),
    "device_registered": pgettext_lazy("deed", "named a device"),
    "device_secret_made": pgettext_lazy("deed", "made a pairing code"),
    "device_paired": pgettext_lazy("deed", "paired a device"),
    "device_renamed": pgettext_lazy("deed", "renamed a device"),
    "device_changed": pgettext_lazy("deed", "changed a device"),
    "device_tested": pgettext_lazy("deed", "tested a device"),
    "device_retired": pgettext_lazy("deed", "retired a device"),
    "device_brought_back": pgettext_lazy("deed", "brought a device back"),
    "revoked": pgettext_lazy("deed", "revoked a key"),
    "disowned": _("disowned a booking"),
    "turned_away": pgettext_lazy("deed", "turned somebody away"),
    "overrode_mismatch": pgettext_lazy("deed", "overrode a mismatch"),
    "took_over": pgettext_lazy("deed", "took a number over"),
    "undone": pgettext_lazy("deed", "undid a step"),
    "skipped": pgettext_lazy("deed", "passed a number by"),
    "transferred": pgettext_lazy("deed", "passed a number on"),
    "redirected": pgettext_lazy("deed", "sent a number to another hall"),
    "called_out_of_turn": pgettext_lazy("deed", "called out of turn"),
    "given_up": pgettext_lazy("deed", "ended a number given up"),
    "document_taken_in": pgettext_lazy("deed", "took a file in"),
    "document_released": pgettext_lazy("deed", "looked at a file and took it"),
    "document_rejected": pgettext_lazy("deed", "did not take a file"),
    "certificate_issued": pgettext_lazy("deed", "entered a certificate"),
    "certificate_ended": pgettext_lazy("deed", "ended a certificate"),
    "fee-paid": pgettext_lazy("deed", "took a fee"),
    "fee-waived": pgettext_lazy("deed", "let a fee off"),
    "payment-not-owed": pgettext_lazy("deed", "took money that was not owed"),
    "refund-asked": pgettext_lazy("deed", "had money go back"),
    "refunded": pgettext_lazy("deed", "gave money back"),
    "cell-emptied": pgettext_lazy("deed", "emptied a cell"),
    "handed-over": pgettext_lazy("deed", "handed over a result"),
    "certificate_used": pgettext_lazy("deed", "used a certificate"),
}


def _words_of(of: str) -> dict[str, Text]:
    return {code: text for code, (text, _tone) in states.STATES[of].items()}


NOTES: dict[str, Text] = {"preset": _("from the initial setup")}  # notes of versions that nobody typed

TABLES: dict[str, dict[str, Text]] = {
    "message_key": MESSAGE_KEYS,
    "message_state": _words_of("message"),
    "message_why": MESSAGE_WHY,
    "channel": states.CHANNELS,
    "task_state": _words_of("task"),
    "outcome": OUTCOMES,
    "role": ROLES,
    "suspension": SUSPENSIONS,
    "entry": ENTRIES,
    "device": DEVICES,
    "trouble": TROUBLES,
    "heat": HEATS,
    "duty": DUTIES,
    "session_kind": SESSION_KINDS,
    "walk_ins": WALK_INS,
    "audit": AUDIT,
    "note": NOTES,
    "appointment_state": _words_of("appointment"),
    "appointment_tone": {code: tone for code, (_text, tone) in states.STATES["appointment"].items()},
}
