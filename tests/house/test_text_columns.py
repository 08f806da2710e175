"""Every column that holds text is classified: what people write in their own words is sealed, everything else says why not."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from banshi.foundation.crypto import SEALED, EncryptedText, FreeText

# Codes, references and states of ours; who did it as `kind:id`; blind indexes and hashes.
CODES = """
auth_group.name auth_permission.codename auth_permission.name django_content_type.app_label django_content_type.model
django_session.session_key procrastinate_events.type procrastinate_jobs.lock procrastinate_jobs.queue_name
procrastinate_jobs.queueing_lock procrastinate_jobs.status procrastinate_jobs.task_name
procrastinate_periodic_defers.periodic_id procrastinate_periodic_defers.task_name
foundation_demo_switch.crowd_halls foundation_event.hall foundation_event.subject foundation_event.topic
foundation_heartbeat.name foundation_idempotency_key.body_hash foundation_idempotency_key.key
foundation_idempotency_key.owner foundation_rate_bucket.key foundation_watermark.name
audit_entry.action audit_entry.actor audit_entry.hall audit_entry.sealed_hash audit_entry.subject audit_seal.last_hash
identity_account.language identity_account.phone_index identity_agent.hall identity_agent.registered_by
identity_agent.end_user_index identity_agent.phone_index identity_agent_asked.hall identity_agent_asked.phone_index
identity_api_key.device identity_guardianship.contested_by identity_guardianship.ended_by
identity_guardianship.proven_by identity_guardianship.relation
identity_api_key.hall identity_api_key.key_hash identity_api_key.region identity_api_key.scope identity_mandate.given_by
identity_mandate.ended_by identity_paper_mandate.ended_by identity_paper_mandate.hall identity_paper_mandate.items
identity_paper_mandate.kind identity_paper_mandate.seen_by delivery_delivery.fetch_mandate
delivery_delivery.rests_on
identity_kiosk_session.ref identity_kiosk_session.hall identity_kiosk_session.device identity_kiosk_session.level
identity_kiosk_session.way identity_kiosk_session.number identity_kiosk_session.vouched_by
identity_organisation.uscc_index identity_organisation_member.ended_by
identity_organisation_member.given_by identity_organisation_member.role identity_staff.department
identity_organisation_member.items identity_organisation_member.departments
identity_mandate.items identity_person.id_type identity_person.name_index identity_person.name_source
identity_person.number_index identity_person.phone_index identity_role.given_by identity_role.role identity_role.scope
identity_role.scope_kind identity_sign_in_code.code_hash identity_sign_in_code.phone_index identity_staff.password
booking_appointment.answers
booking_appeal.answered_by booking_appeal.state booking_appointment.booked_by booking_appointment.business
booking_appointment.cancelled_by booking_appointment.code booking_appointment.contact_index booking_appointment.half
booking_appointment.dealt_on booking_hold.limit_key
booking_appointment.holder booking_appointment.language booking_appointment.limit_key booking_appointment.name_index
booking_appointment.source booking_appointment.state booking_appointment.visit_group booking_fault_day.made_by
booking_follow_up.cause booking_follow_up.made_by booking_follow_up_visit.codes booking_follow_up_visit.slug
booking_follow_up_visit.state booking_follow_up_visit.visit booking_follow_up_visit.what booking_hold.kind
booking_hold.outcome booking_kept.by booking_ledger_entry.forgiven_by booking_ledger_entry.kind booking_ledger_entry.party
booking_ledger_entry.scope booking_ledger_entry.visit booking_move.by booking_opening_asked.language booking_outage.made_by
booking_slot.business booking_slot.channels booking_slot.half booking_slot.items booking_slot.session
booking_slot.session_kind booking_suspension.lifted_by booking_suspension.party booking_suspension.reason
booking_suspension.scope booking_waiting.business booking_waiting.language booking_waiting.limit_key booking_waiting.state
calendars_closure.kind calendars_closure.made_by calendars_version.made_by catalogue_hall_item_version.made_by
catalogue_item_version.made_by devices_device.code devices_device.kind
devices_device.enrol_hash devices_order.key devices_order.kind devices_order.made_by devices_order.state devices_order.why
devices_use.deed devices_use.key
devices_device.printer devices_device.secret_hash devices_device.state devices_device.test
devices_machine_type.code devices_machine_type.parts devices_fault.kind devices_fault.part devices_fault.seen_by
devices_alarm.step devices_maintenance.ended_by devices_maintenance.made_by
archive_package.checks archive_package.item archive_package.manifest_sha256 archive_purge_line.outcome
archive_retention_rule.item archive_retention_rule.item_type archive_retention_rule.set_by
exchange_batch.made_by exchange_batch.no exchange_batch.scope exchange_batch.sha256 exchange_row.digest
exchange_row.guid exchange_row.operation exchange_row.receipt exchange_row.table
feedback_task.appeal_ground feedback_task.appealed_by feedback_task.judged_by
feedback_rating.channel feedback_task.answered_by feedback_task.outcome feedback_task.settled_by feedback_task.state
insight_span.timezone insight_sum.by insight_sum.key insight_case_sum.channel
messaging_address.channel messaging_address.to_index messaging_delivery.channel messaging_delivery.message
messaging_message.channel messaging_message.dedupe messaging_message.hall messaging_message.key
messaging_message.language messaging_message.receipt messaging_message.state messaging_message.subject
messaging_message.to_index messaging_message.why messaging_template.hall messaging_template.key
messaging_template.language messaging_template.made_by places_policy_version.made_by
staffing_saved_filter.listed
staffing_shift.duty staffing_shift.made_by tickets_call.kind tickets_former_ref.ref
tickets_hall_day.account tickets_hall_day.closed_by
tickets_miss.back_way tickets_miss.by tickets_miss.reinstated_by tickets_paper_block.letter tickets_paper_block.made_by
tickets_planned_desk.made_by tickets_service.outcome tickets_skip.by tickets_ticket.channel tickets_ticket.closed_why
tickets_ticket.kind tickets_ticket.lane tickets_ticket.language tickets_ticket.letter tickets_ticket.limit_key
tickets_ticket.number tickets_ticket.outcome tickets_ticket.phone_index tickets_ticket.ref tickets_ticket.session_kind
tickets_ticket.state tickets_transfer.by tickets_visit.channel tickets_visit.limit_key tickets_counter.letter
cases_sitevisit.outcome cases_sitevisit.stage cases_sitevisit.state
cases_consultation.papers cases_consultation.says cases_bundle.matter cases_bundle.no cases_bundle.opened_by
cases_case.answers cases_case.appointment cases_case.case_kind cases_case.channel cases_case.language cases_case.no
cases_case.called_to cases_case.contact_index
cases_case.ground cases_case.item_type cases_case.stage cases_promise_check.ground cases_promise_check.says
cases_case.opened_by cases_case.outcome cases_case.phase cases_case.proposed cases_case.situation cases_event.actor
cases_event.after
cases_event.before cases_event.earlier_hash cases_event.facts cases_event.hash cases_event.verb cases_extension.by
cases_told_field.code cases_told_field.said
cases_page_order.by cases_page_order.code cases_page_order.hash cases_page_order.pages
cases_material.by cases_material.channel cases_material.code cases_material.trust cases_material.verdict
cases_notice.missing cases_obligation.code cases_opinion.says cases_opinion.stage cases_paper.code cases_paper.kind
cases_paper.number cases_paper_seal.rendered cases_paper_seal.sha256 cases_rule_run.mode cases_rule_run.occasion
cases_rule_run.outcome cases_rule_run.trace cases_rule_run.why seals_seal.key seals_seal.chain seals_seal.certificate
seals_seal.serial seals_seal.made_by
cases_quota_round.by cases_quota_round.asked_by cases_quota_round.published_by cases_quota_round.closed_by
cases_quota_round.drawn_by cases_quota_round.list_hash cases_quota_round.commitment cases_quota_entry.state
cases_rule_proposal.asked_by cases_rule_proposal.ended_by catalogue_item_draft.ready_by
cases_paper.printed cases_rule_switch.changed_by cases_rule_switch.mode cases_stop.kind cases_stop.started_by
fees_charge.case_no fees_charge.lines fees_charge.raised_by fees_charge.state fees_payment.address fees_payment.means
fees_payment.number fees_payment.receipt_no fees_payment.reference fees_payment.started_by fees_payment.state fees_payment.way
fees_refund.done_by fees_refund.number fees_refund.why
delivery_delivery.by_what delivery_delivery.delivered_by
delivery_delivery.how delivery_delivery.ready_by delivery_delivery.state delivery_cabinet.code delivery_stay.kind
delivery_stay.out_by delivery_stay.put_by delivery_stay.seen_by delivery_stay.taken_by delivery_printing.by
delivery_printing.state delivery_wish.how delivery_wish.said_by delivery_parcel.made_by
delivery_parcel.payer delivery_parcel.posted_by delivery_parcel.reference delivery_parcel.state delivery_parcel.waybill
delivery_parcel_word.event delivery_parcel_word.status delivery_sent_papers.came_by delivery_sent_papers.said_by
delivery_sent_papers.waybill delivery_folder.made_by delivery_folder.place delivery_folder_paper.code delivery_folder_move.by
delivery_folder_move.deed delivery_folder_move.place delivery_folder_move.why
remote_seat.kind remote_seat.languages remote_seat.skills remote_seat.state remote_session.asked_by remote_session.booking
remote_session.appointment hotline_call.call hotline_call.phone_index hotline_call.state
remote_session.language remote_session.media remote_session.origin remote_session.ref remote_session.skills
remote_session.state remote_session.wants remote_session.why remote_talk.why remote_said.by remote_said.key remote_said.kind
remote_signal.by remote_signal.kind remote_consent.what remote_act.key remote_act.kind
remote_recording.ref remote_recording.state remote_recording.why remote_recording.key_id remote_recording_chunk.mime
remote_recording_chunk.sha256 remote_recording.salt
hotline_order.kind hotline_order.line hotline_order.no hotline_order.phone_index hotline_order.state hotline_order.subject
hotline_order.taken_by hotline_handling.by hotline_handling.line hotline_handling.said hotline_handling.verb
homevisits_visit.asked_by homevisits_visit.half homevisits_visit.kind homevisits_visit.no homevisits_visit.origin
homevisits_visit.phone_index homevisits_visit.reason homevisits_visit.ref homevisits_visit.state homevisits_visit.wish_half
homevisits_step.by homevisits_step.verb
consulting_enquiry.asked_by consulting_enquiry.contact_index
consulting_enquiry.language consulting_enquiry.no consulting_enquiry.state consulting_public_answer.state
library_authority_key.authority library_authority_key.given_by
library_blob.key_id library_blob.salt library_blob.sha256 library_certificate.case_no
library_certificate.ended_by library_certificate.ended_for
library_certificate.made_by library_certificate.number_index library_certificate.ref library_certificate.source
library_certificate.status library_certificate.trust library_certificate.type library_certificate_use.by
library_certificate_use.origin library_certificate_use.purpose library_certificate_use.subject
library_document.hall library_document.kind
library_fact_carried.element library_fact_carried.source library_fact_carried.trust library_fact_carried.value_index
library_fact_consent.given_by library_fact_consent.subject library_fact_consent.withdrawn_by library_fact_consent.words
library_fact_use.became library_fact_use.by library_fact_use.element library_fact_use.purpose library_fact_use.source
library_fact_use.subject library_fact_use.trust library_fact_use.value_index
library_document.made_by library_document.ref library_document_version.by library_document_version.channel
library_document_version.mime library_document_version.reason library_document_version.scan
library_document_version.source_sha256 library_fact.element library_fact.own_index library_fact.source library_fact.trust
library_upload.became library_upload.by library_upload.key_id library_upload.ref library_upload.salt library_upload.sha256
library_upload.subject library_import_batch.by library_import_batch.digest
zones_entry.out_how zones_entry.way zones_entry_code.code_index zones_help_call.answered_by zones_help_call.ended_by
zones_help_told.step zones_closing.ended_by zones_closing.made_by
hooks_hook.code hooks_hook.hall hooks_hook.state hooks_hook.why hooks_event.code hooks_event.type hooks_event.hall
hooks_event.subject hooks_event.maker hooks_delivery.subject hooks_delivery.state hooks_cursor.source
"""
# What stands on pages and walls: the hall itself, the law, what is announced to everybody.
PUBLIC = """
calendars_closure.reason_en calendars_closure.reason_zh calendars_national_day.kind calendars_national_day.name_en
calendars_national_day.name_zh calendars_national_day.notice calendars_national_day.state calendars_version.document
messaging_template.body places_policy_version.document library_certificate.issuer_en library_certificate.issuer_zh
library_certificate.name_en library_certificate.name_zh seals_seal.words
"""
PUBLIC_TABLES = ("places_", "catalogue_")  # but for what is named elsewhere
# Names that staff bear at work and things bear in a hall: an office may read them.
OFFICIAL = """
delivery_cabinet.name_en delivery_cabinet.name_zh delivery_cabinet.place_en delivery_cabinet.place_zh
delivery_delivery.place delivery_parcel.place delivery_stay.seen_place delivery_folder.spot delivery_folder_move.spot
devices_device.name devices_machine_type.name_en devices_machine_type.name_zh devices_alarm.told zones_help_told.told
identity_api_key.name identity_staff.badge identity_staff.login identity_staff.name_en
identity_staff.name_zh
"""
# What is masked, or cleaned before it is written; the reason stands beside it.
CLEANED = {
    "identity_person.masked_name": "张*: a surname",
    "cases_case.masked_agent": "张*, or a registered agent's name but for its middle",
    "cases_case.masked_applicant": "张*, or a firm's name but for its middle",
    "identity_person.number_last4": "told apart by it in lists",
    "identity_organisation.masked_name": "东莞****公司: its ends",
    "messaging_message.params": "facts of ours; people's own words go to `sealed` (rules.OWN_WORDS)",
    "cases_paper_seal.trouble": "the signer's words, scrubbed of numbers, codes and links",
    "exchange_batch.trouble": "the platform's words, scrubbed of numbers, codes and links",
    "exchange_row.why": "the platform's words, scrubbed of numbers, codes and links",
    "messaging_message.error": "scrubbed of numbers, codes and links",
    "hooks_event.data": "codes, numbers, states and times (tests/rooms/hooks)",
    "hooks_attempt.said": "scrubbed of numbers, codes and links",
    "audit_entry.facts": "facts of ours; people's own words are sealed in it (rules.OWN_WORDS)",
    "feedback_rating.tags": "codes, and a partner's own vocabulary, without numbers",
    "procrastinate_jobs.args": "the time of a periodic duty",
    "foundation_idempotency_key.answer": "sealed by surfaces/api/idempotency.py",
    "django_session.session_data": "ids; telephones and kept forms are sealed in it",
    "tickets_ticket.notify_to": "sealed for the outbox",
    "library_blob_part.body": "sealed piece by piece (library/rules/chunks.py)",
    "remote_recording_chunk.body": "sealed piece by piece (library/rules/chunks.py)",
    "library_upload_part.body": "sealed piece by piece (library/rules/chunks.py)",
}


def text_columns() -> dict[str, models.Field[Any, Any]]:
    kinds = (models.CharField, models.TextField, models.JSONField, models.BinaryField)
    return {
        f"{model._meta.db_table}.{field.column}": field
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if isinstance(field, kinds)
    }


def classified() -> set[str]:
    return {*CODES.split(), *PUBLIC.split(), *OFFICIAL.split(), *CLEANED}


def test_every_text_column_is_sealed_or_says_why_it_need_not_be():
    in_clear = {name for name, field in text_columns().items() if not isinstance(field, EncryptedText)}

    assert {name for name in in_clear - classified() if not name.startswith(PUBLIC_TABLES)} == set()


def test_what_is_classified_is_there_and_in_clear():
    in_clear = {name for name, field in text_columns().items() if not isinstance(field, EncryptedText)}

    assert classified() - in_clear == set()


def test_jobs_are_told_the_time_alone():
    from banshi.config import jobs
    from banshi.config.jobs import app

    ours = {name: task.func.__code__ for name, task in app.tasks.items() if task.func.__module__ == jobs.__name__}
    told = {said for code in ours.values() for said in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]}

    assert ("tick" in ours, told - {"timestamp"}) == (True, set())


WORDS = "李雷 13912345678 说不来了"
# Tables that never held own words in clear.
BORN_SEALED = (
    "zones_closing.",
    "archive_",
    "cases_",
    "library_",
    "delivery_",
    "devices_",
    "consulting_",
    "remote_",
    "hotline_",
    "homevisits_",
    "fees_",
    "feedback_task.appeal_text",
    "feedback_task.finding",
    "feedback_task.settlement",
    "staffing_saved_filter.",
)
MIGRATIONS = {
    "booking": "0013_own_words_sealed",
    "tickets": "0012_own_words_sealed",
    "feedback": "0002_own_words_sealed",
    "places": "0003_own_words_sealed",
    "calendars": "0003_own_words_sealed",
}


def test_every_column_of_own_words_is_carried_over():
    carried = {
        f"{table}.{column}"
        for room, name in MIGRATIONS.items()
        for table, column, _ in importlib.import_module(f"banshi.rooms.{room}.migrations.{name}").COLUMNS
    }

    theirs = {name for name, field in text_columns().items() if isinstance(field, FreeText)}
    born_sealed = {name for name in theirs if name.startswith(BORN_SEALED)}
    assert theirs - carried - born_sealed == {"messaging_message.text"}  # by a migration of its own


@pytest.mark.parametrize("place", ["", "booking.why"])
def test_what_stood_in_clear_is_sealed_once_and_still_read(town: Any, place: str):
    from banshi.foundation.sealing import seal_words
    from banshi.rooms.booking.models import FaultDay, FollowUp

    model, column = (FaultDay, "why") if place else (FollowUp, "why_zh")
    table = model._meta.db_table
    common = {"hall": town.hall, "made_by": "staff:1", "made_at": "2026-03-10T01:00Z"}
    for day in range(3):
        more = {"day": f"2026-03-1{day}", "why": ""} if place else {"cause": f"closure:{day}"}
        model.objects.create(**common, **more)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = (SELECT min(id) FROM {table})", [WORDS])  # noqa: S608
        for _ in range(2):
            with connection.schema_editor() as editor:
                seal_words(editor, table, column, place=place)
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")  # noqa: S608
        stored = [row[0] for row in cursor.fetchall()]

    assert [(said[: len(SEALED)], WORDS in said) for said in stored] == [(SEALED, False), ("", False), ("", False)]
    assert [getattr(row, column) for row in model.objects.order_by("id")] == [WORDS, "", ""]  # type: ignore[attr-defined]


def test_reasons_and_answers_of_older_messages_are_put_away(town: Any):
    from banshi.rooms.messaging.models import Message
    from tests.rooms.messaging.test_outbox import say

    migration = importlib.import_module("banshi.rooms.messaging.migrations.0006_own_words_sealed")
    say(0)
    say(1, dedupe="due")
    say(2, dedupe="sent")
    for dedupe, state in (("due", "due"), ("sent", "sent")):
        Message.objects.filter(dedupe=dedupe).update(state=state, params={"code": "K7", "reason": WORDS})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_message SET text = %s WHERE dedupe = 'sent'", [WORDS])

    with connection.schema_editor() as editor:
        migration.seal(apps, editor)

    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM messaging_message t")
        assert [row[0] for row in cursor.fetchall() if "李雷" in row[0] or "13912345678" in row[0]] == []
    rows = {row.dedupe: row for row in Message.objects.order_by("id")}
    assert (rows["due"].params, rows["due"].sealed) == ({"code": "K7"}, f'{{"reason": "{WORDS}"}}')
    assert (rows["sent"].params, rows["sent"].sealed, rows["sent"].text) == ({"code": "K7"}, None, WORDS)
