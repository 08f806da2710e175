"""The trail in sentences: who did what to what, with the names of things. `read` turns entries into lines.

A new action needs a sentence in `DEEDS` and a short word in `words.AUDIT` (a house test looks). An action that means
something else for another kind of thing is said under `action:kind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy

from banshi.foundation import states
from banshi.foundation.relations import LETTERS, RELATIONS
from banshi.foundation.said import english, named, one_tongue
from banshi.foundation.times import clock_words, day_words, span_words
from banshi.frames.staff.names import names_of, scopes_named
from banshi.frames.staff.words import ROLES
from banshi.journeys.hall.change_rules import ruled_when_made
from banshi.kernel.masking import mask_name
from banshi.rooms.audit.models import Entry
from banshi.rooms.audit.queries import EntryView
from banshi.rooms.booking.models import Appeal, Appointment, LedgerEntry, Outage, Slot, Suspension, Waiting
from banshi.rooms.calendars.models import Closure
from banshi.rooms.catalogue.models import Department, Item, OneMatter
from banshi.rooms.devices.models import Device
from banshi.rooms.feedback.models import Task
from banshi.rooms.identity.models import Agent, ApiKey, Organisation, Person, Role, Staff
from banshi.rooms.messaging.models import Message
from banshi.rooms.places.models import Category, Hall, PolicyVersion, SelfServiceArea, Window
from banshi.rooms.tickets.models import FormerRef, Ticket
from banshi.surfaces.office.policy_form import changes
from banshi.surfaces.office.words import (
    DEVICES,
    JOINED,
    MESSAGE_KEYS,
    OUTCOMES,
    STANDINGS,
    STEPS,
    SUSPENSIONS,
    WEEKDAYS,
    Text,
)

DEEDS: dict[str, Text] = {
    "looked:day-sheet": pgettext_lazy("deed", "%(who)s looked at who is booked on %(what)s"),
    "looked": pgettext_lazy("deed", "%(who)s looked at the data of %(what)s"),
    "placed": pgettext_lazy("deed", "%(who)s booked %(what)s"),
    "cancelled": pgettext_lazy("deed", "%(who)s cancelled %(what)s"),
    "moved": pgettext_lazy("deed", "%(who)s moved %(what)s"),
    "kept": pgettext_lazy("deed", "%(who)s let %(what)s stand in a closure"),
    "confirmed-again": pgettext_lazy("deed", "%(who)s sent the confirmation of %(what)s again"),
    "result_called": pgettext_lazy("deed", "%(who)s called for the result of %(what)s"),
    "result_not_fetched": pgettext_lazy("deed", "%(who)s noted that nobody came for the result of %(what)s"),
    "no_show": pgettext_lazy("deed", "%(what)s was noted as a no-show"),
    "no_show:not_counted": pgettext_lazy("deed", "Nobody came for %(what)s; it does not count"),
    "signed-in": pgettext_lazy("deed", "%(who)s signed in"),
    "signed-out": pgettext_lazy("deed", "%(who)s signed out"),
    "sign-in-failed": pgettext_lazy("deed", "A sign-in failed"),
    "changed-password": pgettext_lazy("deed", "%(who)s changed the password"),
    "reset-password": pgettext_lazy("deed", "%(who)s reset the password of %(what)s"),
    "published-policy": pgettext_lazy("deed", "%(who)s published rules for %(what)s"),
    "published-calendar": pgettext_lazy("deed", "%(who)s published opening hours for %(what)s"),
    "imported-national-days": pgettext_lazy("deed", "%(who)s took over the national holidays"),
    "imported-items": pgettext_lazy("deed", "%(who)s read matters from the item store"),
    "planned-item": pgettext_lazy("deed", "%(who)s agreed to what %(what)s says from a day on"),
    "published-item": pgettext_lazy("deed", "%(who)s published what %(what)s says"),
    "began-item-change": pgettext_lazy("deed", "%(who)s began to change what %(what)s says"),
    "changed-item-draft": pgettext_lazy("deed", "%(who)s changed the draft of %(what)s"),
    "dropped-item-draft": pgettext_lazy("deed", "%(who)s dropped a draft of %(what)s"),
    "began-matter": pgettext_lazy("deed", "%(who)s began to write %(what)s"),
    "changed-matter": pgettext_lazy("deed", "%(who)s changed a draft of %(what)s"),
    "published-matter": pgettext_lazy("deed", "%(who)s published a draft of %(what)s"),
    "dropped-matter": pgettext_lazy("deed", "%(who)s dropped what was written of %(what)s"),
    "asked-to-retire-matter": pgettext_lazy("deed", "%(who)s asked that %(what)s be no longer offered"),
    "retired-matter": pgettext_lazy("deed", "%(who)s agreed that %(what)s is no longer offered"),
    "asked-to-retire": pgettext_lazy("deed", "%(who)s asked to retire %(what)s from a day on"),
    "agreed-to-retire": pgettext_lazy("deed", "%(who)s agreed to retire %(what)s from a day on"),
    "kept-item": pgettext_lazy("deed", "%(who)s took back that %(what)s is retired"),
    "asked-item-back": pgettext_lazy("deed", "%(who)s asked for %(what)s to be handled again"),
    "kept-retired": pgettext_lazy("deed", "%(who)s left %(what)s retired"),
    "put-item-back": pgettext_lazy("deed", "%(who)s agreed that %(what)s is handled again"),
    "finished-item-change": pgettext_lazy("deed", "%(who)s finished a change of %(what)s"),
    "proposed-rules": pgettext_lazy("deed", "%(who)s proposed that rules decide %(what)s"),
    "dropped-rules": pgettext_lazy("deed", "%(who)s dropped the proposal that rules decide %(what)s"),
    "proposed-round": pgettext_lazy("deed", "%(who)s proposed a round of places of %(what)s"),
    "published-round": pgettext_lazy("deed", "%(who)s published a round of places of %(what)s"),
    "dropped-round": pgettext_lazy("deed", "%(who)s dropped a proposed round of %(what)s"),
    "closed-round": pgettext_lazy("deed", "%(who)s closed the list of a round of %(what)s"),
    "drew-round": pgettext_lazy("deed", "%(who)s drew the places of a round of %(what)s"),
    "set-rules": pgettext_lazy("deed", "%(who)s set the rules that decide %(what)s"),
    "closed": pgettext_lazy("deed", "%(who)s announced a closure of %(what)s"),
    "closed:slot": pgettext_lazy("deed", "%(who)s stopped booking for %(what)s"),
    "opened": pgettext_lazy("deed", "%(who)s resumed booking for %(what)s"),
    "evacuated": pgettext_lazy("deed", "%(who)s had %(what)s evacuated"),
    "withdrew-closure": pgettext_lazy("deed", "%(who)s took a closure of %(what)s back"),
    "opened-window": pgettext_lazy("deed", "%(who)s opened %(what)s"),
    "closed-window": pgettext_lazy("deed", "%(who)s closed %(what)s"),
    "paused-window": pgettext_lazy("deed", "%(who)s paused %(what)s"),
    "resumed-window": pgettext_lazy("deed", "%(who)s let %(what)s go on"),
    "called-help": pgettext_lazy("deed", "%(who)s called for help at %(what)s"),
    "ended-help": pgettext_lazy("deed", "%(who)s ended the call for help at %(what)s"),
    "saw-help": pgettext_lazy("deed", "%(who)s saw the call for help at %(what)s"),
    "freed-window": pgettext_lazy("deed", "%(who)s freed %(what)s, whose clerk works no more"),
    "changed-window": pgettext_lazy("deed", "%(who)s changed what %(what)s serves"),
    "changed-item": pgettext_lazy("deed", "%(who)s changed how %(what)s is handled"),
    "quota": pgettext_lazy("deed", "%(who)s changed the places of %(what)s"),
    "gave-role": pgettext_lazy("deed", "%(who)s gave %(what)s a role"),
    "ended-role": pgettext_lazy("deed", "%(who)s ended the role %(what)s"),
    "set-department": pgettext_lazy("deed", "%(who)s changed the department of %(what)s"),
    "organisation-enrolled": pgettext_lazy("deed", "%(who)s entered %(what)s"),
    "organisation-renamed": pgettext_lazy("deed", "%(who)s put the name of %(what)s right"),
    "member-authorised": pgettext_lazy("deed", "%(who)s noted that %(what)s acts for an organisation"),
    "member-ended": pgettext_lazy("deed", "%(who)s noted that %(what)s acts for an organisation no longer"),
    "created": pgettext_lazy("deed", "%(who)s created the account of %(what)s"),
    "activated": pgettext_lazy("deed", "%(who)s activated the account of %(what)s"),
    "deactivated": pgettext_lazy("deed", "%(who)s deactivated the account of %(what)s"),
    "planned-shift": pgettext_lazy("deed", "%(who)s planned a shift for %(what)s"),
    "printed-paper": pgettext_lazy("deed", "%(who)s printed paper numbers for %(what)s"),
    "entered-paper": pgettext_lazy("deed", "%(who)s entered paper numbers of %(what)s"),
    "granted-numbers": pgettext_lazy("deed", "%(who)s got numbers of %(what)s ahead"),
    "took-in-offline": pgettext_lazy("deed", "%(who)s brought offline numbers of %(what)s in"),
    "noted-outage": pgettext_lazy("deed", "%(who)s noted an outage of %(what)s"),
    "planned-desks": pgettext_lazy("deed", "%(who)s planned desks of %(what)s"),
    "removed-desks": pgettext_lazy("deed", "%(who)s took planned desks of %(what)s out"),
    "removed-shift": pgettext_lazy("deed", "%(who)s removed a shift of %(what)s"),
    "suspended": pgettext_lazy("deed", "%(who)s suspended online booking for %(what)s"),
    "lifted": pgettext_lazy("deed", "%(who)s lifted the suspension of %(what)s"),
    "forgiven": pgettext_lazy("deed", "%(who)s forgave an entry of %(what)s"),
    "fault_day": pgettext_lazy("deed", "%(who)s marked a day as the fault of %(what)s"),
    "appealed": pgettext_lazy("deed", "%(what)s appealed"),
    "upheld": pgettext_lazy("deed", "%(who)s upheld the appeal of %(what)s and answered in writing"),
    "rejected": pgettext_lazy("deed", "%(who)s did not uphold the appeal of %(what)s and answered in writing"),
    "waiting": pgettext_lazy("deed", "%(who)s put %(what)s on the waiting list"),
    "left": pgettext_lazy("deed", "%(who)s took %(what)s off the waiting list"),
    "asked-opening": pgettext_lazy("deed", "%(who)s asked to be told when a day opens"),
    "disowned": pgettext_lazy("deed", "%(what)s was disowned by the person it names"),
    "turned_away": pgettext_lazy("deed", "%(who)s turned %(what)s away"),
    "overrode_mismatch": pgettext_lazy("deed", "%(who)s let %(what)s go on in spite of a mismatch"),
    "took_over": pgettext_lazy("deed", "%(who)s took %(what)s over from another window"),
    "undone": pgettext_lazy("deed", "%(who)s undid the last step of %(what)s"),
    "skipped": pgettext_lazy("deed", "%(who)s passed %(what)s by"),
    "transferred": pgettext_lazy("deed", "%(who)s passed %(what)s on"),
    "redirected": pgettext_lazy("deed", "%(who)s sent %(what)s on to another hall"),
    "called_out_of_turn": pgettext_lazy("deed", "%(who)s called %(what)s out of turn"),
    "given_up": pgettext_lazy("deed", "%(who)s ended %(what)s: its person gave it up or is gone"),
    "contact_confirmed": pgettext_lazy("deed", "%(what)s: its person, with the card, said whom to tell"),
    "lane_confirmed": pgettext_lazy("deed", "%(who)s saw why %(what)s goes first"),
    "put_first": pgettext_lazy("deed", "%(who)s put %(what)s first in line"),
    "noted": pgettext_lazy("deed", "%(who)s wrote a note on %(what)s"),
    "remote_asked": pgettext_lazy("deed", "%(who)s asked for an agent: %(what)s"),
    "phone_call_rang": pgettext_lazy("deed", "%(who)s told of a call: %(what)s"),
    "phone_call_taken": pgettext_lazy("deed", "%(who)s took the call %(what)s"),
    "phone_call_made": pgettext_lazy("deed", "%(who)s rang somebody up: %(what)s"),
    "phone_call_settled": pgettext_lazy("deed", "%(who)s settled the missed call %(what)s"),
    "remote_named": pgettext_lazy("deed", "%(who)s wrote down who calls: %(what)s"),
    "remote_for_booking": pgettext_lazy("deed", "%(who)s waits for a booked call: %(what)s"),
    "remote_left": pgettext_lazy("deed", "%(who)s left the call %(what)s"),
    "remote_closed": pgettext_lazy("deed", "The call %(what)s ended: the service closed"),
    "remote_call_back_asked": pgettext_lazy("deed", "%(who)s asked to be called back: %(what)s"),
    "remote_rated": pgettext_lazy("deed", "%(who)s rated the call %(what)s"),
    "remote_answered": pgettext_lazy("deed", "%(who)s answered the call %(what)s"),
    "remote_not_answered": pgettext_lazy("deed", "The call %(what)s rang and nobody answered"),
    "remote_passed_on": pgettext_lazy("deed", "%(who)s passed on the call %(what)s"),
    "remote_ended": pgettext_lazy("deed", "%(who)s ended the call %(what)s"),
    "remote_consent_given": pgettext_lazy("deed", "%(who)s gave consent in the call %(what)s"),
    "remote_consent_taken_back": pgettext_lazy("deed", "%(who)s took consent back in the call %(what)s"),
    "remote_act_asked": pgettext_lazy("deed", "%(who)s asked to do something on the screen in the call %(what)s"),
    "remote_act_allowed": pgettext_lazy("deed", "%(who)s allowed it on the screen in the call %(what)s"),
    "remote_act_declined": pgettext_lazy("deed", "%(who)s declined it on the screen in the call %(what)s"),
    "remote_act_done": pgettext_lazy("deed", "It was done on the screen in the call %(what)s"),
    "remote_recording_asked": pgettext_lazy("deed", "%(who)s asked to record the call %(what)s"),
    "remote_recording_declined": pgettext_lazy("deed", "%(who)s declined to be recorded in the call %(what)s"),
    "remote_recording_stopped": pgettext_lazy("deed", "%(who)s stopped the recording of the call %(what)s"),
    "remote_recording_closed": pgettext_lazy("deed", "The recording of the call %(what)s closed"),
    "remote_recording_deleted": pgettext_lazy("deed", "The recording of the call %(what)s was deleted"),
    "remote_recording_looked_at": pgettext_lazy("deed", "%(who)s looked at the recording of the call %(what)s"),
    "remote_folder_begun": pgettext_lazy("deed", "%(who)s began a folder in the call %(what)s"),
    "remote_matter_chosen": pgettext_lazy("deed", "%(who)s said which matter the call %(what)s is about"),
    "remote_handed_over": pgettext_lazy("deed", "%(who)s handed the call %(what)s over to a window"),
    "hotline_opened": pgettext_lazy("deed", "%(who)s opened the hotline order %(what)s"),
    "hotline_assigned": pgettext_lazy("deed", "%(who)s gave the hotline order %(what)s to a line"),
    "hotline_replied": pgettext_lazy("deed", "%(who)s replied to the hotline order %(what)s"),
    "hotline_returned": pgettext_lazy("deed", "%(who)s returned the hotline order %(what)s"),
    "hotline_reminded": pgettext_lazy("deed", "%(who)s reminded the line of the hotline order %(what)s"),
    "hotline_joined": pgettext_lazy("deed", "%(who)s joined the hotline order %(what)s to another"),
    "hotline_revisited": pgettext_lazy("deed", "%(who)s rang up the caller of the hotline order %(what)s"),
    "hotline_sent_again": pgettext_lazy("deed", "%(who)s sent the hotline order %(what)s to its line again"),
    "hotline_became": pgettext_lazy(
        "deed", "%(who)s made a case, a booking, a call or a visit of the hotline order %(what)s"
    ),
    "hotline_closed": pgettext_lazy("deed", "%(who)s closed the hotline order %(what)s"),
    "hotline_rated": pgettext_lazy("deed", "%(who)s rated the hotline order %(what)s"),
    "home_visit_asked": pgettext_lazy("deed", "%(who)s asked for the visit %(what)s"),
    "home_visit_planned": pgettext_lazy("deed", "%(who)s planned the visit %(what)s"),
    "home_visit_moved": pgettext_lazy("deed", "%(who)s moved the visit %(what)s"),
    "home_visit_set_off": pgettext_lazy("deed", "%(who)s set off for the visit %(what)s"),
    "home_visit_done": pgettext_lazy("deed", "%(who)s finished the visit %(what)s"),
    "home_visit_not_met": pgettext_lazy("deed", "%(who)s met nobody at the visit %(what)s"),
    "home_visit_cancelled": pgettext_lazy("deed", "%(who)s cancelled the visit %(what)s"),
    "seat_set_up": pgettext_lazy("deed", "%(who)s set up the video seat of %(what)s"),
    "seat_changed": pgettext_lazy("deed", "%(who)s changed the state of a video seat: %(what)s"),
    "seat_lost": pgettext_lazy("deed", "The video seat of %(what)s was lost: its page is closed"),
    "enquiry_asked": pgettext_lazy("deed", "%(who)s asked a question: %(what)s"),
    "enquiry_asked_further": pgettext_lazy("deed", "%(who)s asked further: %(what)s"),
    "enquiry_answered": pgettext_lazy("deed", "%(who)s answered the question %(what)s"),
    "enquiry_corrected": pgettext_lazy("deed", "%(who)s corrected the answer to %(what)s"),
    "enquiry_forwarded": pgettext_lazy("deed", "%(who)s forwarded the question %(what)s"),
    "enquiry_marked": pgettext_lazy("deed", "%(who)s said whether the answer to %(what)s helped"),
    "enquiry_withdrawn": pgettext_lazy("deed", "%(who)s took the question %(what)s back"),
    "enquiry_closed": pgettext_lazy("deed", "%(who)s closed the question %(what)s"),
    "answer_written": pgettext_lazy("deed", "%(who)s wrote up %(what)s for everybody"),
    "answer_published": pgettext_lazy("deed", "%(who)s published what was written up from %(what)s"),
    "answer_withdrawn": pgettext_lazy("deed", "%(who)s withdrew what was written up from %(what)s"),
    "rated": pgettext_lazy("deed", "The visitor of %(what)s gave a rating"),
    "task_answered": pgettext_lazy("deed", "%(who)s answered %(what)s"),
    "task_appealed": pgettext_lazy("deed", "%(who)s appealed against %(what)s"),
    "task_upheld": pgettext_lazy("deed", "%(who)s upheld the appeal against %(what)s"),
    "task_dismissed": pgettext_lazy("deed", "%(who)s dismissed the appeal against %(what)s"),
    "task_settled": pgettext_lazy("deed", "%(who)s settled %(what)s"),
    "task_reopened": pgettext_lazy("deed", "A new bad rating opened %(what)s again"),
    "template_set": pgettext_lazy("deed", "%(who)s reworded %(what)s"),
    "template_reset": pgettext_lazy("deed", "%(who)s took the common words for %(what)s"),
    "message_sent_again": pgettext_lazy("deed", "%(who)s sent %(what)s again"),
    "device_registered": pgettext_lazy("deed", "%(who)s named %(what)s"),
    "device_secret_made": pgettext_lazy("deed", "%(who)s made a pairing code for %(what)s"),
    "device_renamed": pgettext_lazy("deed", "%(who)s renamed %(what)s"),
    "device_changed": pgettext_lazy("deed", "%(who)s changed place or printer of %(what)s"),
    "device_paired": pgettext_lazy("deed", "%(what)s was paired"),
    "device_enrolled": pgettext_lazy("deed", "The own program of %(what)s was let in"),
    "device_order_repeated": pgettext_lazy("deed", "%(who)s had an order to %(what)s repeated"),
    "device_tested": pgettext_lazy("deed", "%(who)s tested %(what)s"),
    "device_retired": pgettext_lazy("deed", "%(who)s retired %(what)s"),
    "device_brought_back": pgettext_lazy("deed", "%(who)s brought %(what)s back"),
    "device_seen_to": pgettext_lazy("deed", "%(who)s looks after %(what)s"),
    "maintenance_planned": pgettext_lazy("deed", "%(who)s planned a maintenance of %(what)s"),
    "maintenance_ended": pgettext_lazy("deed", "%(who)s ended the maintenance of %(what)s"),
    "area_door_set": pgettext_lazy("deed", "%(who)s changed what the door asks and when lights burn in %(what)s"),
    "area_limits_set": pgettext_lazy("deed", "%(who)s changed how many people and how long in %(what)s"),
    "zone_opened_by_hand": pgettext_lazy("deed", "%(who)s let people into %(what)s by hand"),
    "zone_left_noted": pgettext_lazy("deed", "%(who)s noted that somebody left %(what)s"),
    "zone_help_called": pgettext_lazy("deed", "Somebody called for help in %(what)s"),
    "zone_help_answered": pgettext_lazy("deed", "%(who)s looks after a call for help in %(what)s"),
    "zone_help_ended": pgettext_lazy("deed", "%(who)s ended a call for help in %(what)s"),
    "zone_closed": pgettext_lazy("deed", "%(who)s closed %(what)s for the day"),
    "zone_opened_again": pgettext_lazy("deed", "%(who)s opened %(what)s again"),
    "revoked": pgettext_lazy("deed", "%(who)s revoked %(what)s"),
    "name_disputed": pgettext_lazy("deed", "A card was read for %(what)s with another name than the proven one"),
    "ticket_claimed": pgettext_lazy("deed", "%(what)s taken over by whoever showed more than a typed number"),
    "ticket_renewed": pgettext_lazy(
        "deed", "What an agent whose mandate ended holds of %(what)s opens nothing any more"
    ),
    "name_replaced": pgettext_lazy("deed", "Evidence replaced the name of %(what)s"),
    "name_proven": pgettext_lazy("deed", "Evidence proved the name of %(what)s"),
    "phone_proven": pgettext_lazy("deed", "%(what)s proved the telephone number"),
    "name_corrected": pgettext_lazy("deed", "%(who)s corrected the name of %(what)s from the card"),
    "account_proven": pgettext_lazy("deed", "%(who)s bound the telephone of %(what)s"),
    "shown_at_machine": pgettext_lazy("deed", "%(what)s showed at a machine who they are"),
    "not_shown_at_machine": pgettext_lazy("deed", "At a machine it was not shown that it is %(what)s"),
    "phone_cleared": pgettext_lazy("deed", "%(who)s took the telephone off %(what)s"),
    "name_confirmed": pgettext_lazy("deed", "%(who)s compared the name of %(what)s with the card"),
    "entries_joined": pgettext_lazy("deed", "%(who)s made two entries one: %(what)s has two documents"),
    "contact_moved": pgettext_lazy("deed", "%(who)s had the messages to %(what)s go to the proven telephone"),
    "changed-number": pgettext_lazy("deed", "%(who)s changed the number of %(what)s"),
    "seal-entered": pgettext_lazy("deed", "%(who)s entered %(what)s for a first paper"),
    "seal-replaced": pgettext_lazy("deed", "%(who)s replaced a seal by %(what)s"),
    "hook-registered": pgettext_lazy("deed", "%(who)s registered a webhook"),
    "hook-secret-changed": pgettext_lazy("deed", "%(who)s changed the secret of a webhook"),
    "hook-turned-off": pgettext_lazy("deed", "%(who)s turned a webhook off"),
    "hook-turned-on": pgettext_lazy("deed", "%(who)s turned a webhook on again"),
    "hook-ended": pgettext_lazy("deed", "%(who)s ended a webhook"),
    "hook-tested": pgettext_lazy("deed", "%(who)s sent a test event to a webhook"),
    "hook-replayed": pgettext_lazy("deed", "%(who)s had events sent to a webhook again"),
    "agent-registered": pgettext_lazy("deed", "%(who)s registered %(what)s"),
    "agent-accepted": pgettext_lazy("deed", "%(who)s accepted to be %(what)s"),
    "agent-declined": pgettext_lazy("deed", "%(who)s declined to be %(what)s"),
    "agent-lapsed": pgettext_lazy("deed", "%(who)s dropped %(what)s, whom nobody had accepted"),
    "agent-limited": pgettext_lazy("deed", "%(who)s changed the limits of %(what)s"),
    "agent-suspended": pgettext_lazy("deed", "%(who)s suspended %(what)s"),
    "agent-restored": pgettext_lazy("deed", "%(who)s ended the suspension of %(what)s"),
    "guardian-declared": pgettext_lazy("deed", "%(who)s said to be a guardian of %(what)s"),
    "guardian-proven": pgettext_lazy("deed", "%(who)s entered a guardian of %(what)s"),
    "guardian-contested": pgettext_lazy("deed", "%(who)s contested a guardianship of %(what)s"),
    "guardian-upheld": pgettext_lazy("deed", "%(who)s upheld a guardianship of %(what)s"),
    "guardian-ended": pgettext_lazy("deed", "%(who)s ended a guardianship of %(what)s"),
    "letter-seen": pgettext_lazy("deed", "%(who)s wrote down a letter by which somebody acts for %(what)s"),
    "letter-ended": pgettext_lazy("deed", "%(who)s ended a letter by which somebody acted for %(what)s"),
    "mandate-proposed": pgettext_lazy("deed", "%(who)s proposed a mandate of %(what)s for an agent"),
    "mandate-given": pgettext_lazy("deed", "%(who)s entered a mandate of %(what)s for an agent"),
    "passed-on": pgettext_lazy("deed", "%(what)s passed to the client: the agent's mandate is over"),
    "mandate-ended": pgettext_lazy("deed", "%(who)s ended a mandate of %(what)s for an agent"),
    "document_taken_in": pgettext_lazy("deed", "%(who)s took %(what)s in"),
    "document_released": pgettext_lazy("deed", "%(who)s looked at %(what)s and took it"),
    "document_rejected": pgettext_lazy("deed", "%(who)s did not take %(what)s"),
    "certificate_issued": pgettext_lazy("deed", "%(who)s put %(what)s into the library"),
    "fee-paid": pgettext_lazy("deed", "%(who)s took the fee of %(what)s"),
    "fee-waived": pgettext_lazy("deed", "%(who)s let off the fee of %(what)s"),
    "payment-not-owed": pgettext_lazy("deed", "%(who)s took money for %(what)s that was not owed"),
    "refund-asked": pgettext_lazy("deed", "%(who)s had money for %(what)s go back"),
    "refunded": pgettext_lazy("deed", "%(who)s gave money for %(what)s back"),
    "cell-emptied": pgettext_lazy("deed", "%(who)s took out of the cabinet what lay there of %(what)s"),
    "cell-stuck": pgettext_lazy("deed", "%(who)s said that the cell with the result of %(what)s did not open"),
    "cell-looked-into": pgettext_lazy("deed", "%(who)s opened a stuck cell with what lay there of %(what)s"),
    "code-renewed": pgettext_lazy("deed", "%(who)s made the code of %(what)s void; a new one was told"),
    "cell-works": pgettext_lazy("deed", "%(who)s put %(what)s back to use"),
    "handed-over": pgettext_lazy("deed", "%(who)s handed over the result of %(what)s"),
    "delivery-wished": pgettext_lazy("deed", "%(who)s said how the result of %(what)s is wanted"),
    "parcel-made": pgettext_lazy("deed", "%(who)s made a waybill for %(what)s"),
    "parcel-posted": pgettext_lazy("deed", "%(who)s handed %(what)s to the courier"),
    "parcel-back": pgettext_lazy("deed", "%(who)s took %(what)s back from the courier"),
    "document-printed": pgettext_lazy("deed", "The document of %(what)s was printed at a machine by its holder"),
    "result-printed": pgettext_lazy("deed", "%(who)s printed the result of %(what)s"),
    "folder-made": pgettext_lazy("deed", "%(who)s made a folder for the papers of %(what)s"),
    "folder-joined": pgettext_lazy("deed", "%(who)s put two folders with papers of %(what)s into one"),
    "folder-moved": pgettext_lazy("deed", "%(who)s moved the folder with the papers of %(what)s"),
    "originals-given": pgettext_lazy("deed", "%(who)s gave originals of %(what)s back"),
    "shelf-counted": pgettext_lazy("deed", "%(who)s went through a shelf of folders in %(what)s"),
    "papers-came": pgettext_lazy("deed", "%(who)s has the papers that were sent for %(what)s"),
    "certificate_ended": pgettext_lazy("deed", "%(who)s ended %(what)s"),
    "certificate_put_back": pgettext_lazy("deed", "%(who)s put %(what)s in force again"),
    "authority-given": pgettext_lazy("deed", "%(who)s let %(what)s speak for an authority"),
    "authority-taken": pgettext_lazy("deed", "%(who)s no longer lets %(what)s speak for an authority"),
    "certificate_used": pgettext_lazy("deed", "%(who)s used %(what)s in place of a paper"),
    "paper_used_again": pgettext_lazy("deed", "%(who)s used a paper that was handed in before again for %(what)s"),
    "facts_agreed": pgettext_lazy("deed", "%(who)s agreed that what is on record fills in the form of %(what)s"),
    "facts_taken_back": pgettext_lazy("deed", "%(who)s took back the consent to what is on record for %(what)s"),
    "facts_used": pgettext_lazy("deed", "%(who)s handed in %(what)s, filled in from what is on record"),
    "archived": pgettext_lazy("deed", "%(who)s archived %(what)s"),
    "hold-placed": pgettext_lazy("deed", "%(who)s holds %(what)s back from destruction"),
    "hold-lifted": pgettext_lazy("deed", "%(who)s lifted the hold on %(what)s"),
    "retention-set": pgettext_lazy("deed", "%(who)s said how long %(what)s is kept"),
    "purge-proposed": pgettext_lazy("deed", "%(who)s proposed to destroy what has run out"),
    "purge-confirmed": pgettext_lazy("deed", "%(who)s confirmed that what has run out is destroyed"),
    "purge-dropped": pgettext_lazy("deed", "%(who)s dropped a proposal to destroy"),
    "unsent-case-destroyed": pgettext_lazy(
        "deed", "%(what)s was never received, and was deleted when its days were over"
    ),
    "case-destroyed": pgettext_lazy("deed", "On the word of %(who)s the content of %(what)s was destroyed"),
    "exchange-made": pgettext_lazy("deed", "%(who)s made a batch for the national platform"),
    "exchange-again": pgettext_lazy("deed", "%(who)s had a batch for the national platform sent again"),
    "exchange-exported": pgettext_lazy("deed", "%(who)s took a batch for the national platform out"),
    "archive-verified": pgettext_lazy("deed", "%(who)s read the package of %(what)s again"),
    "archive-downloaded": pgettext_lazy("deed", "%(who)s took the package of %(what)s out of the archive"),
    "signed-out-everywhere": pgettext_lazy("deed", "%(who)s ended every session of %(what)s"),
}


@dataclass(frozen=True)
class Line:
    """An entry as a sentence, with what is known besides, in words."""

    entry: EntryView
    sentence: str
    details: tuple[str, ...]


def read(entries: Iterable[EntryView]) -> list[Line]:
    """A query per kind of thing, however many entries."""
    rows = list(entries)
    things = Things(rows)
    who, agents = names_of(row.actor for row in rows), _agents_acting(rows)
    return [
        Line(row, _sentence(row, agents.get(row.id) or who.get(row.actor, ""), things), things.details(row))
        for row in rows
    ]


def name_of(subject: str, hall: str = "") -> str:
    """The thing of an entry, in words: “3 号窗口”; the kind of thing where it is gone or never was, or its hall is not said."""
    kind, _colon, key = subject.partition(":")
    if kind in _OF_A_HALL:
        found = _named(_OF_A_HALL[kind], {f"{hall}/{key}"}).get(f"{hall}/{key}")
        return _evenly_spaced(found or str(_KINDS.get(kind, "")))
    return _evenly_spaced(_named(kind, {key}).get(key) or str(_KINDS.get(kind, pgettext("thing", "something"))))


def _sentence(row: EntryView, who: str, things: Things) -> str:
    kind = row.subject.partition(":")[0]
    kind = "not_counted" if row.facts.get("counted") is False else kind
    words = DEEDS.get(f"{row.action}:{kind}") or DEEDS.get(row.action) or pgettext("deed", "%(who)s changed %(what)s")
    text = str(words) % {"who": who, "what": things.subject(row)}
    return _evenly_spaced(text[:1].upper() + text[1:])


# A Chinese name put into a Chinese sentence stands without spaces; Latin letters and digits keep theirs.
_BETWEEN_HAN = re.compile(r"(?<=[\u4e00-\u9fff“”（）]) (?=[\u4e00-\u9fff“”（）])(?!周[一二三四五六日])")


def _evenly_spaced(text: str) -> str:
    return _BETWEEN_HAN.sub("", text)


class Things:
    """The names of everything that some entries are about or mention."""

    def __init__(self, rows: list[EntryView]) -> None:
        wanted: dict[str, set[str]] = {}
        for row in rows:
            kind, _colon, key = row.subject.partition(":")
            wanted.setdefault(kind, set()).add(key)
            for mentioned, keys in _mentioned(row.facts):
                wanted.setdefault(mentioned, set()).update(keys)
            if kind == "appointment":
                wanted.setdefault("appointment-then", set()).add(key)
            if kind in _OF_A_HALL:
                wanted.setdefault(_OF_A_HALL[kind], set()).add(f"{row.hall}/{key}")
            for name, value in row.facts.items():
                if of := _OF_A_HALL.get(_NAMED_FACTS.get(name, "")):
                    wanted.setdefault(of, set()).update(f"{row.hall}/{each}" for each in _listed(value))
            wanted.setdefault("hall", set()).add(row.hall)
        self._more = _written_elsewhere(rows)
        self._slots = _slots_then([row for row in rows if row.subject.startswith("appointment:")])
        wanted["slot-start"] = set(self._slots.values())
        self._names = {(kind, key): name for kind in wanted for key, name in _named(kind, wanted[kind]).items()}

    def name(self, subject: str, hall: str = "") -> str:
        """“3 号窗口”; the kind of thing where it is gone. `hall`: whose codes are meant."""
        kind, _colon, key = subject.partition(":")
        if kind in _OF_A_HALL:
            kind, key = _OF_A_HALL[kind], f"{hall}/{key}"
        return self._names.get((kind, key)) or str(_KINDS.get(kind, pgettext("thing", "something")))

    def subject(self, row: EntryView) -> str:
        """What an entry is about, by the time it was about: an appointment may have been moved since."""
        kind, _colon, key = row.subject.partition(":")
        then = self._names.get(("appointment-then", key)) if kind == "appointment" else None
        at = self._names.get(("slot-start", self._slots.get(row.id, "")))
        return then.replace(_TIME, at) if then and at else self.name(row.subject, row.hall)

    def details(self, row: EntryView) -> tuple[str, ...]:
        order = {name: place for place, name in enumerate(_FACTS)}
        facts = sorted(row.facts.items(), key=lambda fact: order.get(fact[0], 0))  # jsonb keeps none
        said = (self._detail(name, value, row) for name, value in facts)
        return tuple(each for each in (*said, *self._more.get(row.id, ())) if each)

    def _detail(self, name: str, value: Any, row: EntryView) -> str:
        if value in (None, "", [], False):
            return ""
        if name in ("from", "to") and row.action == "moved":
            label, text = _FACTS["slot_from" if name == "from" else "slot_to"], self.name(f"slot:{value}")
        elif name == "to" and row.action == "took_over":
            label, text = _FACTS["to_window"], str(value)
        elif name in _NAMED_FACTS:
            names = (self.name(f"{_NAMED_FACTS[name]}:{key}", row.hall) for key in _listed(value))
            label, text = _FACTS[name], gettext(", ").join(names)
        elif name in _FACTS:
            label, text = _FACTS[name], _fact(name, value)
        else:
            return ""
        if value is True:
            return str(label)
        gap = "" if str(label).endswith("：") else " "
        return f"{label}{gap}{text}" if text else ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# Kinds whose codes mean something in their hall alone: looked for by hall/code.
_OF_A_HALL = {"category": "category-of"}
_NAMED_FACTS = {
    "slot": "slot", "item": "item", "successor": "item", "items": "item",
    "category": "category", "categories": "category", "preferred": "category",
    "staff": "staff", "closure": "closure", "scope": "scope", "to_category": "category", "to_hall": "hall",
    "agent": "agent-name", "department": "department", "departments": "department",
    "organisation": "organisation-name",
}  # fmt: skip
_FACTS: dict[str, Text] = {
    "slot": pgettext_lazy("fact", "Time:"),
    "slot_from": pgettext_lazy("fact", "From:"),
    "slot_to": pgettext_lazy("fact", "To:"),
    "item": pgettext_lazy("fact", "Matter:"),
    "successor": pgettext_lazy("fact", "Instead of it:"),
    "items": pgettext_lazy("fact", "Matters:"),
    "category": pgettext_lazy("fact", "Business:"),
    "categories": pgettext_lazy("fact", "Business:"),
    "preferred": pgettext_lazy("fact", "Preferred:"),
    "staff": pgettext_lazy("fact", "Who:"),
    "closure": pgettext_lazy("fact", "Closure:"),
    "scope": pgettext_lazy("fact", "Where:"),
    "agent": pgettext_lazy("fact", "Agent:"),
    "department": pgettext_lazy("fact", "Department:"),
    "departments": pgettext_lazy("fact", "Departments:"),
    "organisation": pgettext_lazy("fact", "Organisation:"),
    "stands": pgettext_lazy("fact", "As:"),
    "fills_only": pgettext_lazy("fact", "Fills in only"),
    "appoints": pgettext_lazy("fact", "Appoints agents"),
    "relation": pgettext_lazy("fact", "Relation:"),
    "letter": pgettext_lazy("fact", "Letter:"),
    "live_most": pgettext_lazy("fact", "Visits to come, at most:"),
    "day_most": pgettext_lazy("fact", "On one day, at most:"),
    "source": pgettext_lazy("fact", "Through:"),
    "channel": pgettext_lazy("fact", "Through:"),
    "verb": pgettext_lazy("fact", "Step:"),
    "window": pgettext_lazy("fact", "Window:"),
    "to_window": pgettext_lazy("fact", "To window:"),
    "to_category": pgettext_lazy("fact", "To business:"),
    "to_hall": pgettext_lazy("fact", "To hall:"),
    "seal": pgettext_lazy("fact", "Seal:"),
    "why": pgettext_lazy("fact", "Reason:"),
    "reason": pgettext_lazy("fact", "Reason:"),
    "by_hall": pgettext_lazy("fact", "By the hall"),
    "version": pgettext_lazy("fact", "Version:"),
    "valid_from": pgettext_lazy("fact", "In force from:"),
    "day": pgettext_lazy("fact", "Day:"),
    "from": pgettext_lazy("fact", "From:"),
    "to": pgettext_lazy("fact", "To:"),
    "until": pgettext_lazy("fact", "Until:"),
    "days": pgettext_lazy("fact", "Days:"),
    "notice": pgettext_lazy("fact", "Number of the notice:"),
    "desks": pgettext_lazy("fact", "Desks:"),
    "forgiven": pgettext_lazy("fact", "No-shows taken back:"),
    "note": pgettext_lazy("fact", "Note:"),
    "stars": pgettext_lazy("fact", "Stars:"),
    "follow_up": pgettext_lazy("fact", "Second rating"),
    "outcome": pgettext_lazy("fact", "Outcome:"),
    "role": pgettext_lazy("fact", "Role:"),
    "kind": pgettext_lazy("fact", "Kind:"),
    "how": pgettext_lazy("fact", "Why two:"),
    "bookings": pgettext_lazy("fact", "Bookings moved:"),
    "numbers": pgettext_lazy("fact", "Numbers moved:"),
    "bookable": pgettext_lazy("fact", "Bookable"),
    "walk_in": pgettext_lazy("fact", "Walk-in"),
    "extended": pgettext_lazy("fact", "In extended hours"),
}
_CODED: dict[str, Mapping[str, Text]] = {
    "source": states.CHANNELS, "channel": states.CHANNELS, "outcome": OUTCOMES, "role": ROLES, "kind": DEVICES,
    "how": JOINED, "verb": STEPS, "stands": STANDINGS, "relation": RELATIONS, "letter": LETTERS,
}  # fmt: skip
_OCCASION = re.compile(r"[a-z]+:[\w-]+$")  # of a look: by which number, on which page of which day; no words
_CERTIFICATE_FOR: dict[str, Text] = {  # what a certificate was opened for at a window
    "matter": pgettext_lazy("fact", "a certificate, for the matter at the window"),
    "compare": pgettext_lazy("fact", "a certificate, to compare it with what was brought"),
    "tell": pgettext_lazy("fact", "a certificate: they asked what is on record"),
}
_WHYS: dict[str, Text] = {
    "search": pgettext_lazy("fact", "searching"),
    "print": pgettext_lazy("fact", "printing it"),
    "waybill": pgettext_lazy("fact", "printing its waybill"),
    "slip": pgettext_lazy("fact", "printing one slip again"),
    "e-mail": pgettext_lazy("fact", "sending it by e-mail"),
}


def _fact(name: str, value: Any) -> str:
    if value is True:
        return ""
    if name in _CODED:
        return str(_CODED[name].get(str(value), ""))
    if name in ("why", "reason"):
        text = str(value)
        if text.startswith("certificate:"):
            return str(_CERTIFICATE_FOR.get(text.rpartition(":")[2], ""))
        return "" if _OCCASION.match(text) else str(_WHYS.get(text) or SUSPENSIONS.get(text) or one_tongue(text))
    if name == "days" and isinstance(value, list):
        return gettext(", ").join(_on(str(each)) for each in value)
    if isinstance(value, list):
        return _places(value) if name in ("from", "to") and len(value) == 2 else gettext(", ").join(map(str, value))
    if name in ("valid_from", "day", "from", "to", "until"):
        return _day(str(value))
    return str(value)


def _places(value: list[Any]) -> str:
    """The places of a period: for everybody, and kept for staff to give."""
    public, kept = value
    return pgettext("fact", "%(public)s public, %(kept)s kept") % {"public": public, "kept": kept}


def _on(text: str) -> str:
    """A weekday (0 = Monday) of every week, or one day."""
    return str(WEEKDAYS[int(text)][1]) if text in set("0123456") else _day(text)


def _day(text: str) -> str:
    try:
        return _moment(datetime.fromisoformat(text)) if "T" in text else day_words(date.fromisoformat(text), None)
    except ValueError:
        return text.removeprefix("0")  # a time of day: 09:00 → 9:00


def _mentioned(facts: Mapping[str, Any]) -> Iterable[tuple[str, set[str]]]:
    for name, value in facts.items():
        kind = "slot" if name in ("from", "to") and isinstance(value, int) else _NAMED_FACTS.get(name)
        if kind and value not in (None, "") and not isinstance(value, bool):  # 1 == True, and an id
            yield kind, {str(each) for each in (value if isinstance(value, list) else [value])}


_KINDS: dict[str, Text] = {
    "appointment": pgettext_lazy("thing", "an appointment"),
    "person": pgettext_lazy("thing", "a person"),
    "agent": pgettext_lazy("thing", "an agent"),
    "hook": pgettext_lazy("thing", "a webhook"),
    "cell": pgettext_lazy("thing", "a cell of a cabinet"),
    "seal": pgettext_lazy("thing", "a seal"),
    "organisation": pgettext_lazy("thing", "an organisation"),
    "staff": pgettext_lazy("thing", "a member of staff"),
    "window": pgettext_lazy("thing", "a window"),
    "item": pgettext_lazy("thing", "a matter"),
    "matter": pgettext_lazy("thing", "several matters as one"),
    "hall": pgettext_lazy("thing", "all halls"),
    "device": pgettext_lazy("thing", "a device"),
    "area": pgettext_lazy("thing", "a self-service area"),
    "key": pgettext_lazy("thing", "a key"),
    "ticket": pgettext_lazy("thing", "a number"),
    "template": pgettext_lazy("thing", "a message's words"),
    "message": pgettext_lazy("thing", "a message"),
    "task": pgettext_lazy("thing", "a bad rating"),
    "enquiry": pgettext_lazy("thing", "a question"),
    "remote": pgettext_lazy("thing", "a call"),
    "hotline": pgettext_lazy("thing", "a hotline order"),
    "homevisit": pgettext_lazy("thing", "a visit at home or for a project"),
    "slot": pgettext_lazy("thing", "a period"),
    "role": pgettext_lazy("thing", "a role"),
    "suspension": pgettext_lazy("thing", "a person"),
    "appeal": pgettext_lazy("thing", "a person"),
    "entry": pgettext_lazy("thing", "a person"),
    "waiting": pgettext_lazy("thing", "a person"),
    "category": pgettext_lazy("thing", "a kind of business"),
    "closure": pgettext_lazy("thing", "a closure"),
    "day-sheet": pgettext_lazy("thing", "a day"),
    "document": pgettext_lazy("thing", "a file"),
    "certificate": pgettext_lazy("thing", "a certificate"),
}


def _named(kind: str, keys: set[str]) -> dict[str, str]:
    """Key → name, in one query."""
    find = _FINDERS.get(kind)
    return find(keys) if find is not None else {}


def _numbers(keys: set[str]) -> list[int]:
    return [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < 19]


def _people(model: Any, *path: str) -> Callable[[set[str]], dict[str, str]]:
    """Masked names of the people behind rows of a model."""

    def find(keys: set[str]) -> dict[str, str]:
        rows = model.objects.filter(pk__in=_numbers(keys)).order_by("pk")
        if path:
            rows = rows.select_related("__".join(path))
        found = {}
        for row in rows:
            person = row
            for step in path:
                person = getattr(person, step) if person is not None else None
            if person is not None:
                found[str(row.pk)] = mask_name(person.name)
        return found

    return find


def _appeals(keys: set[str]) -> dict[str, str]:
    rows = Appeal.objects.filter(pk__in=_numbers(keys)).select_related("suspension__person", "entry__person")
    against = ((row.pk, row.suspension or row.entry) for row in rows.order_by("pk"))
    return {str(key): mask_name(one.person.name) for key, one in against if one is not None}


_TIME = "\0"  # in the name of an appointment, until it is known when it was then


def _appointments_then(keys: set[str]) -> dict[str, str]:
    rows = Appointment.objects.filter(code__in=keys).select_related("item").order_by("id")
    words = pgettext("thing", "appointment %(code)s (%(item)s, %(time)s)")
    return {r.code: words % {"code": r.code, "item": named(r.item), "time": _TIME} for r in rows}


def _slots_then(rows: list[EntryView]) -> dict[int, str]:
    """By entry, the period its appointment had then: as it was last given before, or as a later move found it."""
    steps: dict[str, list[tuple[int, str, str]]] = {}  # when, the period before, the period from then on
    given = Entry.objects.filter(subject__in={row.subject for row in rows}, action__in=("placed", "moved"))
    for pk, subject, action, facts in given.order_by("id").values_list("id", "subject", "action", "facts"):
        before, after = (facts.get("from"), facts.get("to")) if action == "moved" else (None, facts.get("slot"))
        steps.setdefault(subject, []).append((pk, str(before or ""), str(after or "")))
    found = {}
    for row in rows:
        of_it = steps.get(row.subject, [])
        so_far = [after for pk, _before, after in of_it if pk < row.id or (pk == row.id and row.action != "moved")]
        to_come = [before for pk, before, _after in of_it if pk >= row.id]
        found[row.id] = so_far[-1] if so_far else to_come[0] if to_come else ""
    return found


def _slot_starts(keys: set[str]) -> dict[str, str]:
    rows = Slot.objects.filter(pk__in=_numbers(keys)).order_by("pk")
    return {str(row.pk): _moment(row.starts_at) for row in rows}


def _agents(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "the agent %(name)s")
    return {key: words % {"name": name} for key, name in _agents_named(keys).items()}


def _agents_named(keys: set[str]) -> dict[str, str]:
    rows = Agent.objects.filter(pk__in=_numbers(keys)).order_by("pk")
    return {str(row.pk): _agent_name(row.name) for row in rows}


def _organisations(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "the organisation %(name)s")
    return {key: words % {"name": name} for key, name in _organisations_named(keys).items()}


def _organisations_named(keys: set[str]) -> dict[str, str]:
    rows = Organisation.objects.filter(pk__in=_numbers(keys)).order_by("pk")
    return {str(row.pk): row.masked_name for row in rows}


def _agent_name(name: str) -> str:
    """Of an organisation as it is registered, of a person as persons are named: four characters at most, or with a dot."""
    is_person = len(name) <= 4 or "·" in name or name.isascii()
    return mask_name(name) if is_person else name


def _written_elsewhere(rows: list[EntryView]) -> dict[int, tuple[str, ...]]:
    """By entry, what is kept beside the trail: what a version of the rules changes, from when, its note; why an outage was."""
    return {
        **{row.id: _of_version(row) for row in rows if row.action == "published-policy"},
        **{row.id: _of_outage(row) for row in rows if row.action == "noted-outage"},
    }


def _of_version(row: EntryView) -> tuple[str, ...]:
    version = PolicyVersion.objects.filter(hall__code=row.hall, version=int(row.facts.get("version", 0))).first()
    if version is None:
        return ()
    before = ruled_when_made(version)
    changed = changes(before.document, version.document) if before is not None else []
    said = [f"{each.label}{_colon()}{each.before} → {each.after}" for each in changed]
    planned = version.valid_from > version.made_at
    since = [_said("valid_from", _moment(version.valid_from))] if planned else []
    return (*since, *said, _said("note", one_tongue(version.note)) if version.note else "")


def _of_outage(row: EntryView) -> tuple[str, ...]:
    found = Outage.objects.filter(
        hall__code=row.hall, starts_at=str(row.facts["from"]), ends_at=str(row.facts["to"])
    ).first()
    return (_said("reason", one_tongue(found.why)),) if found is not None and found.why else ()


def _said(name: str, text: str) -> str:
    label = str(_FACTS[name])
    return f"{label}{'' if label.endswith('：') else ' '}{text}"


def _colon() -> str:
    return ": " if english() else "："


def _agents_acting(entries: list[EntryView]) -> dict[int, str]:
    """By entry about an appointment that an agent booked for a client, the agent that did it with its account."""
    mine = {e.id: e.actor.removeprefix("citizen:") for e in entries if e.subject.startswith("appointment:")}
    mine = {pk: key for pk, key in mine.items() if key.isascii() and key.isdigit() and len(key) < 19}
    if not mine:
        return {}
    of_account = {str(row.account_id): row for row in Agent.objects.filter(account_id__in=_numbers(set(mine.values())))
                  .select_related("account").order_by("id")}  # fmt: skip
    codes = {e.subject.partition(":")[2] for e in entries if mine.get(e.id) in of_account}
    whose = dict(Appointment.objects.filter(code__in=codes).values_list("code", "person_id")) if codes else {}
    words = pgettext("thing", "the agent %(name)s")
    found = {}
    for each in entries:
        one = of_account.get(mine.get(each.id, ""))
        person = whose.get(each.subject.partition(":")[2])
        if one is not None and one.account is not None and person != one.account.person_id:
            found[each.id] = words % {"name": _agent_name(one.name)}
    return found


def _appointments(keys: set[str]) -> dict[str, str]:
    rows = Appointment.objects.filter(code__in=keys).select_related("item").order_by("id")
    words = pgettext("thing", "appointment %(code)s (%(item)s, %(time)s)")
    return {r.code: words % {"code": r.code, "item": named(r.item), "time": _moment(r.starts_at)} for r in rows}


def _slots(keys: set[str]) -> dict[str, str]:
    """The span, and for which business or matter its places are."""
    rows = list(Slot.objects.filter(pk__in=_numbers(keys)).order_by("pk"))
    halls, codes = {row.hall_id for row in rows}, {row.business.partition(":")[2] for row in rows}
    categories = Category.objects.filter(hall__in=halls, code__in=codes).order_by("pk")
    names = {(each.hall_id, f"cat:{each.code}"): named(each) for each in categories}
    items = {f"item:{code}": name for code, name in _by_code(Item)(codes).items()}
    words = pgettext("thing", "%(category)s, %(span)s")
    found = {}
    for row in rows:
        span = span_words(row.starts_at, row.ends_at, None)
        business = names.get((row.hall_id, row.business)) or items.get(row.business)
        business = pgettext("slots", "By video") if row.business == "video" else business
        found[str(row.pk)] = words % {"category": business, "span": span} if business else span
    return found


def _moment(at: datetime) -> str:
    return f"{day_words(timezone.localtime(at).date(), None)} {clock_words(at)}"


def _tickets(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "number %(number)s of %(day)s")
    rows = [(row.ref, row) for row in Ticket.objects.filter(ref__in=keys).order_by("id")]
    before = FormerRef.objects.filter(ref__in=keys).select_related("ticket").order_by("id")
    rows += [(row.ref, row.ticket) for row in before]
    return {ref: words % {"number": row.number, "day": day_words(row.day, None)} for ref, row in rows}


def _tasks(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "the bad rating of %(day)s")
    rows = Task.objects.filter(pk__in=_numbers(keys)).select_related("rating").order_by("pk")
    return {str(row.pk): words % {"day": day_words(timezone.localtime(row.rating.at).date(), None)} for row in rows}


def _staff(keys: set[str]) -> dict[str, str]:
    by_id = Staff.objects.filter(pk__in=_numbers(keys)).order_by("pk")
    found = {str(row.pk): named(row) for row in by_id}
    logins = {key for key in keys if not key.isdigit()}
    if logins:
        found |= {row.login: named(row) for row in Staff.objects.filter(login__in=logins).order_by("pk")}
    return found


def _roles(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "“%(role)s” of %(who)s")
    rows = Role.objects.filter(pk__in=_numbers(keys)).select_related("staff").order_by("pk")
    return {str(r.pk): words % {"role": ROLES.get(r.role, ""), "who": named(r.staff)} for r in rows}


def _windows(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "window %(n)s")
    return {row.code: words % {"n": row.number} for row in Window.objects.filter(code__in=keys).order_by("pk")}


def _templates(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "the message “%(message)s”")
    return {key: words % {"message": MESSAGE_KEYS.get(key.partition(":")[0], "")} for key in keys}


def _messages(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "the message “%(message)s”")
    rows = Message.objects.filter(pk__in=_numbers(keys)).order_by("pk")
    return {str(row.pk): words % {"message": MESSAGE_KEYS.get(row.key, "")} for row in rows}


def _closures(keys: set[str]) -> dict[str, str]:
    """Which part, from when to when, why."""
    rows = Closure.objects.filter(pk__in=_numbers(keys)).select_related("floor", "zone", "category", "item")
    found = {}
    for row in rows.order_by("pk"):
        part = row.floor or row.zone or row.category or row.item
        reason = row.reason_en if english() else row.reason_zh
        said = (_part(part), span_words(row.starts_at, row.ends_at, None), reason)
        found[str(row.pk)] = " · ".join(each for each in said if each)
    return found


def _part(part: Any) -> str:
    if part is None:
        return pgettext("thing", "the whole hall")
    return named({"l_zh": part.label_zh, "l_en": part.label_en}, "l") if hasattr(part, "label_zh") else named(part)


def _days(keys: set[str]) -> dict[str, str]:
    return {key: _day(key) for key in keys}


def _by_code(model: Any, field: str = "code") -> Callable[[set[str]], dict[str, str]]:
    def find(keys: set[str]) -> dict[str, str]:
        rows = model.objects.filter(**{f"{field}__in": keys}).order_by("pk")
        return {str(getattr(row, field)): named(row) for row in rows}

    return find


def _categories_of(keys: set[str]) -> dict[str, str]:
    """By hall/code: every hall has letters of its own."""
    pairs = {tuple(key.split("/", 1)) for key in keys if "/" in key}
    rows = Category.objects.filter(hall__code__in={hall for hall, _ in pairs}, code__in={code for _, code in pairs})
    return {f"{row.hall.code}/{row.code}": named(row) for row in rows.select_related("hall").order_by("pk")}


def _devices(keys: set[str]) -> dict[str, str]:
    return {row.code: row.name or row.code for row in Device.objects.filter(code__in=keys).order_by("pk")}


def _keys(keys: set[str]) -> dict[str, str]:
    words = pgettext("thing", "the key of %(name)s")
    return {
        str(row.pk): words % {"name": row.name} for row in ApiKey.objects.filter(pk__in=_numbers(keys)).order_by("pk")
    }


def _themselves(keys: set[str]) -> dict[str, str]:
    """What is known by its number alone."""
    return {key: key for key in keys}


_FINDERS: dict[str, Callable[[set[str]], dict[str, str]]] = {
    "appointment": _appointments, "slot": _slots, "ticket": _tickets, "task": _tasks, "staff": _staff, "role": _roles,
    "window": _windows, "template": _templates, "message": _messages, "closure": _closures, "device": _devices,
    "appointment-then": _appointments_then, "slot-start": _slot_starts, "agent": _agents, "agent-name": _agents_named,
    "key": _keys, "item": _by_code(Item), "matter": _by_code(OneMatter), "hall": _by_code(Hall),
    "area": _by_code(SelfServiceArea), "scope": scopes_named,
    "category-of": _categories_of, "department": _by_code(Department), "organisation": _organisations,
    "organisation-name": _organisations_named,
    "enquiry": _themselves, "remote": _themselves, "hotline": _themselves,
    "homevisit": _themselves,
    "person": _people(Person), "suspension": _people(Suspension, "person"), "entry": _people(LedgerEntry, "person"),
    "waiting": _people(Waiting, "person"), "appeal": _appeals, "day-sheet": _days,
}  # fmt: skip
