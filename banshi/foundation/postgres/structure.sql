-- What the migrations make of an empty database. Written by `make structure`; nobody edits it.

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

CREATE TYPE public.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);

CREATE TYPE public.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);

CREATE TYPE public.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);

CREATE FUNCTION public.archive_destroyed_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (OLD.received_at IS NOT NULL OR NEW.received_at IS NOT NULL) AND NOT EXISTS (
    SELECT 1 FROM archive_purge_line l JOIN archive_purge p ON p.id = l.purge_id JOIN archive_package k ON k.id = l.package_id
    WHERE k.case_id = NEW.id AND p.confirmed_at IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'nothing is destroyed without the word of two people' USING ERRCODE = 'check_violation';
  END IF;

  IF EXISTS (
    SELECT 1 FROM archive_hold h JOIN places_hall x ON x.id = NEW.hall_id
    WHERE h.case_id = NEW.id AND h.lifted_at IS NULL
      AND (h.until IS NULL OR h.until >= (NEW.destroyed_at AT TIME ZONE x.timezone)::date)
  ) THEN
    RAISE EXCEPTION 'nothing is destroyed under a hold' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.archive_hold_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.destroyed_at IS NULL FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'what is destroyed cannot be held' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.archive_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'the archive stands: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.audit_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_entry' THEN
    IF OLD.sealed_hash IS NULL AND OLD.sealed_no IS NULL AND NEW.sealed_hash IS NOT NULL AND NEW.sealed_no IS NOT NULL
       AND (NEW.id, NEW.at, NEW.actor, NEW.hall, NEW.action, NEW.subject, NEW.facts)
           IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.actor, OLD.hall, OLD.action, OLD.subject, OLD.facts) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail is append-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.booking_slot_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NEW.taken > OLD.taken AND NEW.taken + NEW.carried > NEW.quota THEN
    RAISE EXCEPTION 'slot % has no free place', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'a_slot_is_never_oversold', TABLE = 'booking_slot';
  END IF;
  IF NEW.internal_taken > OLD.internal_taken AND NEW.internal_taken > NEW.internal_quota THEN
    RAISE EXCEPTION 'slot % has no free internal place', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'internal_places_are_never_oversold', TABLE = 'booking_slot';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.cases_decided_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NEW.granted IS NOT TRUE
     OR NOT EXISTS (SELECT 1 FROM cases_rule_run r WHERE r.case_id = NEW.id AND r.outcome = 'grant') THEN
    RAISE EXCEPTION 'a case is decided by somebody, or granted by its rules' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.cases_destroyed_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what was destroyed does not come back' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.cases_event_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.why = '' AND to_jsonb(NEW) - 'why' = to_jsonb(OLD) - 'why'
     AND EXISTS (SELECT 1 FROM cases_case c WHERE c.id = OLD.case_id AND c.destroyed_at IS NOT NULL) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'what was done to a case stands' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.cases_paper_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (OLD.number, OLD.kind, OLD.facts, OLD.code, OLD.case_id, OLD.event_id, OLD.made_at, OLD.printed)
     IS DISTINCT FROM (NEW.number, NEW.kind, NEW.facts, NEW.code, NEW.case_id, NEW.event_id, NEW.made_at, NEW.printed)
     OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id) THEN
    RAISE EXCEPTION 'what was given in writing stands' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.cases_paper_seal_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what was sealed stays so' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.cases_promise_check_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what was found of a promise stays' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.cases_quota_counted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  was integer := CASE WHEN TG_OP <> 'INSERT' AND OLD.state IN ('drawn', 'holds') THEN 1 ELSE 0 END;
  is_ integer := CASE WHEN TG_OP <> 'DELETE' AND NEW.state IN ('drawn', 'holds') THEN 1 ELSE 0 END;
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.round_id <> NEW.round_id THEN
    RAISE EXCEPTION 'a case changes its round by another entry' USING ERRCODE = 'check_violation';
  END IF;
  IF is_ <> was THEN
    UPDATE cases_quota_round SET taken = taken + is_ - was
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.cases_quota_entry_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (OLD.number IS NOT NULL AND NEW.number IS DISTINCT FROM OLD.number)
     OR (OLD.rank IS NOT NULL AND NEW.rank IS DISTINCT FROM OLD.rank) THEN
    RAISE EXCEPTION 'what the list and the draw said stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.cases_quota_round_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF (NEW.item_id, NEW.year, NEW.number, NEW."by", NEW.places, NEW.opens_on, NEW.closes_on, NEW.asked_by)
     IS DISTINCT FROM (OLD.item_id, OLD.year, OLD.number, OLD."by", OLD.places, OLD.opens_on, OLD.closes_on, OLD.asked_by)
     OR NEW.draw_on IS DISTINCT FROM OLD.draw_on
     OR (OLD.published_at IS NOT NULL AND (NEW.published_at, NEW.published_by) IS DISTINCT FROM (OLD.published_at, OLD.published_by)) THEN
    RAISE EXCEPTION 'a round stays as it was proposed and published' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.closed_by, NEW.commitment, NEW.list_hash, NEW.seed, NEW.entrants)
     IS DISTINCT FROM (OLD.closed_at, OLD.closed_by, OLD.commitment, OLD.list_hash, OLD.seed, OLD.entrants) THEN
    RAISE EXCEPTION 'a closed list and its seed stay as they are' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.drawn_at IS NOT NULL AND (NEW.drawn_at, NEW.drawn_by) IS DISTINCT FROM (OLD.drawn_at, OLD.drawn_by) THEN
    RAISE EXCEPTION 'a round is drawn once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.cases_rule_run_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what the rules came to stands' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.cases_rules_on_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM cases_rule_proposal p WHERE p.item_id = NEW.item_id AND p.agreed
                 AND p.ended_at = NEW.changed_at AND p.ended_by = NEW.changed_by
                 AND p.sample_percent = NEW.sample_percent) THEN
    RAISE EXCEPTION 'rules decide once another person agreed to it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.cases_sitevisit_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what came of a visit stays' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.cases_sitevisit_two() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM cases_sitevisit WHERE id = NEW.id)
     AND (SELECT count(*) FROM cases_sitevisit_officer WHERE sitevisit_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'two officers make a visit' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.catalogue_versions_stand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'versions stand: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.delivery_folder_follows() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE led delivery_folder;
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.follows_id IS NOT DISTINCT FROM OLD.follows_id AND NEW.case_id = OLD.case_id THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'UPDATE' AND (OLD.follows_id IS NULL OR NEW.follows_id IS NOT NULL OR NEW.case_id <> OLD.case_id) THEN
    RAISE EXCEPTION 'which folder another follows stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.follows_id IS NULL THEN
    RETURN NEW;
  END IF;
  SELECT * INTO led FROM delivery_folder WHERE id = NEW.follows_id FOR SHARE;
  IF led.case_id IS DISTINCT FROM NEW.case_id OR led.follows_id IS NOT NULL OR led.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'a folder follows an open main folder of its own case' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.delivery_folder_is_not_left() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF EXISTS (SELECT FROM delivery_folder WHERE follows_id = NEW.id AND ended_at IS NULL) THEN
    RAISE EXCEPTION 'a folder that another follows has not ended' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.delivery_folder_moves_stand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'where a folder was stands: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.delivery_words_stand() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what a carrier said stands: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.devices_use_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what a machine did stands' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.fees_charge_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.hall_id, NEW.case_no, NEW.lines, NEW.fen, NEW.raised_at, NEW.raised_by)
     IS DISTINCT FROM (OLD.hall_id, OLD.case_no, OLD.lines, OLD.fen, OLD.raised_at, OLD.raised_by) THEN
    RAISE EXCEPTION 'what is owed stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state IS DISTINCT FROM OLD.state AND NEW.state <> 'released' AND OLD.state <> 'due' THEN
    RAISE EXCEPTION 'a charge that was settled stays so' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'paid' AND NOT EXISTS (SELECT 1 FROM fees_payment p WHERE p.charge_id = NEW.id AND p.counts) THEN
    RAISE EXCEPTION 'a charge is paid by a payment that counts' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'waived' AND NOT EXISTS (SELECT 1 FROM fees_waiver w WHERE w.charge_id = NEW.id) THEN
    RAISE EXCEPTION 'a charge is let off by two people' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.fees_payment_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.state = 'paid') THEN
    RAISE EXCEPTION 'what was paid stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.fen <> (SELECT c.fen FROM fees_charge c WHERE c.id = NEW.charge_id) THEN
    RAISE EXCEPTION 'a payment is for what is owed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.fees_refund_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  came integer;
  others bigint;
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what went back stands' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT p.got INTO came FROM fees_payment p WHERE p.id = NEW.payment_id FOR NO KEY UPDATE;
  SELECT coalesce(sum(r.fen), 0) INTO others FROM fees_refund r WHERE r.payment_id = NEW.payment_id AND r.id <> NEW.id;
  IF came IS NULL OR NEW.fen + others > came OR (NEW.why <> 'less' AND NEW.fen + others <> came) THEN
    RAISE EXCEPTION 'what came goes back, no more and no less' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.fees_waiver_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'what was let off stands' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.homevisits_step_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'a step of a visit is never changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.hotline_first_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM hotline_order WHERE id = NEW.first_id AND first_id IS NOT NULL)
     OR EXISTS (SELECT 1 FROM hotline_order WHERE first_id = NEW.id) THEN
    RAISE EXCEPTION 'an order follows one that follows no other' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.hotline_handling_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'a step of an order is never changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.identity_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE stands bigint;
BEGIN
  SELECT same_as_id INTO stands FROM identity_person WHERE id = NEW.person_id FOR KEY SHARE;
  IF stands IS NOT NULL THEN
    NEW.person_id := stands;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.identity_tell_rights() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_notify('banshi_live', '0 * rights');
  RETURN NULL;
END $$;

CREATE TABLE public.cases_case (
    id bigint NOT NULL,
    no character varying(50) NOT NULL,
    item_version integer NOT NULL,
    case_kind character varying(2) NOT NULL,
    instant boolean NOT NULL,
    applicant text NOT NULL,
    masked_applicant character varying(60) NOT NULL,
    contact text,
    language character varying(10) NOT NULL,
    channel character varying(12) NOT NULL,
    answers jsonb NOT NULL,
    situation character varying(60) NOT NULL,
    form text NOT NULL,
    revision integer NOT NULL,
    phase character varying(16) NOT NULL,
    outcome character varying(16) NOT NULL,
    stopped_at timestamp with time zone,
    tolerant boolean NOT NULL,
    deemed boolean NOT NULL,
    proposed character varying(8) NOT NULL,
    notices smallint NOT NULL,
    locked_until timestamp with time zone,
    appointment character varying(40) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    received_at timestamp with time zone,
    accepted_at timestamp with time zone,
    decided_at timestamp with time zone,
    granted boolean,
    closed_at timestamp with time zone,
    archived_at timestamp with time zone,
    pre_review_due_on date,
    notice_due_on date,
    supplement_due_on date,
    due_promised date,
    due_statutory date,
    issue_due_on date,
    provisional boolean NOT NULL,
    due_told date,
    accepted_by_id bigint,
    account_id bigint,
    decided_by_id bigint,
    department_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    issued_by_id bigint,
    item_id bigint NOT NULL,
    locked_by_id bigint,
    organisation_id bigint,
    person_id bigint NOT NULL,
    proposed_by_id bigint,
    received_by_id bigint,
    visit_id bigint,
    window_id bigint,
    opened_by character varying(60) DEFAULT ''::character varying NOT NULL,
    days_saved smallint,
    trips smallint DEFAULT 0 NOT NULL,
    fee_due_on date,
    destroyed_at timestamp with time zone,
    bundle_id bigint,
    wait_until timestamp with time zone,
    urged_on date,
    fee_reminded_at timestamp with time zone,
    guardian_id bigint,
    contact_index character varying(64) DEFAULT ''::character varying NOT NULL,
    called_at timestamp with time zone,
    called_to character varying(10) DEFAULT ''::character varying NOT NULL,
    agent text,
    letter_id bigint,
    mandate_id bigint,
    masked_agent character varying(60) DEFAULT ''::character varying NOT NULL,
    stage character varying(80) DEFAULT ''::character varying NOT NULL,
    stage_due_on date,
    back_to_id bigint,
    back_until timestamp with time zone,
    evidence smallint DEFAULT 0 NOT NULL,
    ground character varying(16) DEFAULT ''::character varying NOT NULL,
    counts_from date,
    extension_asked_by_id bigint,
    forget_on date,
    forget_told integer,
    due_at timestamp with time zone,
    item_type character varying(2) NOT NULL,
    statutory_provisional boolean DEFAULT false NOT NULL,
    brought_on date,
    to_post_on date,
    CONSTRAINT a_case_is_of_a_type_of_item CHECK ((NOT ((item_type)::text = ''::text))),
    CONSTRAINT a_case_that_ended_has_an_outcome_and_a_time CHECK ((((closed_at IS NULL) AND ((phase)::text = ANY ((ARRAY['draft'::character varying, 'pre_review'::character varying, 'pre_returned'::character varying, 'pre_passed'::character varying, 'await_receipt'::character varying, 'received'::character varying, 'supplement'::character varying, 'accepted'::character varying, 'in_review'::character varying, 'decided'::character varying, 'issuing'::character varying, 'ready'::character varying, 'delivered'::character varying])::text[]))) OR ((closed_at IS NOT NULL) AND ((phase)::text = ANY ((ARRAY['closed'::character varying, 'not_accepted'::character varying, 'terminated'::character varying, 'withdrawn'::character varying])::text[])) AND (NOT ((outcome)::text = ''::text))))),
    CONSTRAINT a_ground_is_known_and_of_what_was_not_accepted CHECK ((((ground)::text = ''::text) OR (((ground)::text = ANY ((ARRAY['other_body'::character varying, 'not_needed'::character varying, 'not_eligible'::character varying, 'not_mended'::character varying, 'decided'::character varying, 'false_papers'::character varying, 'item_ended'::character varying, 'other'::character varying])::text[])) AND ((outcome)::text = 'not_accepted'::text)))),
    CONSTRAINT a_guardian_or_member_is_no_agent CHECK ((((masked_agent)::text = ''::text) OR ((guardian_id IS NULL) AND (organisation_id IS NULL)))),
    CONSTRAINT a_lease_is_somebodys_and_ends CHECK ((((locked_by_id IS NULL) AND (locked_until IS NULL)) OR ((locked_by_id IS NOT NULL) AND (locked_until IS NOT NULL)))),
    CONSTRAINT case_outcome_is_known CHECK (((outcome)::text = ANY ((ARRAY[''::character varying, 'granted'::character varying, 'refused'::character varying, 'not_accepted'::character varying, 'withdrawn'::character varying, 'terminated'::character varying, 'lapsed'::character varying])::text[]))),
    CONSTRAINT case_phase_is_known CHECK (((phase)::text = ANY ((ARRAY['draft'::character varying, 'pre_review'::character varying, 'pre_returned'::character varying, 'pre_passed'::character varying, 'await_receipt'::character varying, 'received'::character varying, 'supplement'::character varying, 'accepted'::character varying, 'in_review'::character varying, 'decided'::character varying, 'issuing'::character varying, 'ready'::character varying, 'delivered'::character varying, 'closed'::character varying, 'not_accepted'::character varying, 'withdrawn'::character varying, 'terminated'::character varying])::text[]))),
    CONSTRAINT no_result_is_made_while_a_fee_is_due CHECK (((fee_due_on IS NULL) OR (granted AND ((phase)::text = 'decided'::text)))),
    CONSTRAINT only_a_decided_case_has_a_decision CHECK ((((phase)::text = ANY ((ARRAY['decided'::character varying, 'issuing'::character varying, 'ready'::character varying, 'delivered'::character varying, 'closed'::character varying, 'terminated'::character varying])::text[])) OR (decided_at IS NULL))),
    CONSTRAINT what_came_is_taken_in_while_it_is_waited_for CHECK (((brought_on IS NULL) OR ((phase)::text = 'supplement'::text) OR ((phase)::text = ANY ((ARRAY['accepted'::character varying, 'in_review'::character varying])::text[])))),
    CONSTRAINT what_comes_back_is_somebodys_first_for_a_time CHECK ((((back_to_id IS NULL) AND (back_until IS NULL)) OR ((back_to_id IS NOT NULL) AND (back_until IS NOT NULL)))),
    CONSTRAINT what_is_to_be_posted_lies_ready_and_has_a_day CHECK (((to_post_on IS NULL) OR ((issue_due_on IS NOT NULL) AND ((phase)::text = 'ready'::text)))),
    CONSTRAINT who_accepted_a_case_does_not_decide_it CHECK (((decided_by_id IS NULL) OR (accepted_by_id IS NULL) OR instant OR (NOT ((decided_by_id = accepted_by_id) AND (decided_by_id IS NOT NULL) AND (accepted_by_id IS NOT NULL))))),
    CONSTRAINT who_acts_in_a_case_has_one_mandate CHECK ((((letter_id IS NULL) AND (mandate_id IS NULL) AND ((masked_agent)::text = ''::text)) OR ((NOT ((masked_agent)::text = ''::text)) AND (((letter_id IS NULL) AND (mandate_id IS NOT NULL)) OR ((letter_id IS NOT NULL) AND (mandate_id IS NULL)))))),
    CONSTRAINT who_decided_a_case_does_not_issue_it CHECK (((decided_by_id IS NULL) OR (issued_by_id IS NULL) OR instant OR (NOT ((issued_by_id = decided_by_id) AND (issued_by_id IS NOT NULL) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT who_is_called_for_a_result_is_called_to_a_window CHECK ((((called_at IS NULL) AND ((called_to)::text = ''::text)) OR ((called_at IS NOT NULL) AND (NOT ((called_to)::text = ''::text))))),
    CONSTRAINT who_waits_was_promised_a_time_after_receipt CHECK (((wait_until IS NULL) OR (wait_until > received_at)))
);

CREATE FUNCTION public.insight_case_facts(c public.cases_case) RETURNS TABLE(hall_id bigint, day date, said text)
    LANGUAGE sql STABLE
    AS $$
  SELECT h.id, (f.at AT TIME ZONE h.timezone)::date, ROW(f.what, f.said, c.item_id, c.department_id, c.channel, c.instant)::text
  FROM places_hall h CROSS JOIN LATERAL (VALUES
    ('received', c.received_at, (c.notices > 1)::text),
    ('accepted', c.accepted_at, ''),
    ('decided', c.decided_at, ROW(c.granted, c.due_promised, c.days_saved)::text),
    ('completed', CASE WHEN c.phase = 'closed' THEN c.closed_at END, ROW(c.notices = 0, c.trips)::text)
  ) AS f(what, at, said)
  WHERE h.id = c.hall_id AND f.at IS NOT NULL
$$;

CREATE FUNCTION public.insight_key(a_hall bigint, a_day date) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$
  SELECT hashint8(a_hall * 100000 + (a_day - DATE '2000-01-01'))
$$;

CREATE FUNCTION public.insight_note(a_hall bigint, a_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(716008, insight_key(a_hall, a_day));
  INSERT INTO insight_changed (hall_id, day)
    SELECT a_hall, a_day WHERE EXISTS (SELECT FROM insight_span s WHERE s.hall_id = a_hall AND s.start = a_day AND s.days = 1);
END $$;

CREATE FUNCTION public.insight_note_booking() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(a.hall_id, a.day) FROM booking_appointment a
    WHERE a.id = NEW.appointment_id AND (a.hall_id, a.day) IS DISTINCT FROM (NEW.hall_id, NEW.day);
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_case() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
  earlier cases_case;
  later cases_case;
BEGIN
  IF TG_OP <> 'INSERT' THEN earlier := OLD; END IF;
  IF TG_OP <> 'DELETE' THEN later := NEW; END IF;
  PERFORM insight_note(n.hall_id, n.day) FROM (
    SELECT DISTINCT x.hall_id, x.day FROM (
      (SELECT * FROM insight_case_facts(earlier) EXCEPT SELECT * FROM insight_case_facts(later))
      UNION ALL (SELECT * FROM insight_case_facts(later) EXCEPT SELECT * FROM insight_case_facts(earlier))
    ) x ORDER BY x.hall_id, x.day
  ) n;
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_new() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(n.hall_id, n.day) FROM (SELECT DISTINCT hall_id, day FROM fresh ORDER BY hall_id, day) n;
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_rated_case() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(c.hall_id, (c.closed_at AT TIME ZONE h.timezone)::date)
    FROM cases_case c JOIN places_hall h ON h.id = c.hall_id
    WHERE c.id IN (OLD.case_id, NEW.case_id) AND c.phase = 'closed';
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_row() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(OLD.hall_id, OLD.day);
  IF TG_OP = 'UPDATE' AND (NEW.hall_id, NEW.day) IS DISTINCT FROM (OLD.hall_id, OLD.day) THEN
    PERFORM insight_note(NEW.hall_id, NEW.day);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_strike() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(n.hall_id, n.day) FROM (
    SELECT hall_id, day FROM booking_appointment WHERE id IN (OLD.appointment_id, NEW.appointment_id)
    UNION SELECT hall_id, day FROM booking_appointment WHERE code IN (OLD.visit, NEW.visit)
    UNION SELECT hall_id, day FROM booking_appointment WHERE visit_group <> '' AND visit_group IN (OLD.visit, NEW.visit)
    ORDER BY hall_id, day
  ) n;
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_ticket() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(t.hall_id, t.day) FROM tickets_ticket t WHERE t.id IN (OLD.ticket_id, NEW.ticket_id);
  RETURN NULL;
END $$;

CREATE FUNCTION public.insight_note_visit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM insight_note(v.hall_id, v.day) FROM tickets_visit v WHERE v.id IN (OLD.visit_id, NEW.visit_id);
  RETURN NULL;
END $$;

CREATE FUNCTION public.library_goes_with_its_case() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM cases_case WHERE 'case:' || no = OLD.subject AND destroyed_at IS NOT NULL
  ) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the library stands: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.library_stands() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'the library stands: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_jobs_v1(jobs public.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE TABLE public.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public.procrastinate_job_status DEFAULT 'todo'::public.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    queueing_lock text,
    priority integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::public.procrastinate_job_status) AND (abort_requested = true))))
);

CREATE FUNCTION public.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS public.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION public.procrastinate_finish_job_v1(job_id bigint, end_status public.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION public.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.remote_consent_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'a consent is closed once, never changed' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION public.remote_recording_chunk_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'a chunk that came stands' USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM 1 FROM remote_recording r JOIN remote_consent c ON c.id = r.consent_id
    WHERE r.id = NEW.recording_id AND r.state = 'running' AND c.taken_back_at IS NULL AND c.what = 'recording'
    FOR SHARE OF c;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'nothing is recorded without consent' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION public.seals_seal_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE EXCEPTION 'a seal stands as it was entered' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TABLE public.archive_hold (
    id bigint NOT NULL,
    reason text NOT NULL,
    basis text NOT NULL,
    until date,
    placed_at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone,
    case_id bigint NOT NULL,
    lifted_by_id bigint,
    placed_by_id bigint NOT NULL,
    CONSTRAINT who_placed_a_hold_does_not_lift_it CHECK ((((lifted_at IS NULL) AND (lifted_by_id IS NULL)) OR ((lifted_at IS NOT NULL) AND (lifted_by_id IS NOT NULL) AND (NOT ((lifted_by_id = placed_by_id) AND (lifted_by_id IS NOT NULL))))))
);

ALTER TABLE public.archive_hold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.archive_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.archive_package (
    id bigint NOT NULL,
    item character varying(80) NOT NULL,
    closed_on date NOT NULL,
    manifest_sha256 character varying(64) NOT NULL,
    checks jsonb NOT NULL,
    made_at timestamp with time zone NOT NULL,
    destroyed_at timestamp with time zone,
    case_id bigint NOT NULL,
    file_id bigint,
    hall_id bigint NOT NULL,
    CONSTRAINT a_package_has_a_file_until_it_is_destroyed CHECK ((((destroyed_at IS NULL) AND (file_id IS NOT NULL)) OR ((destroyed_at IS NOT NULL) AND (file_id IS NULL))))
);

ALTER TABLE public.archive_package ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.archive_package_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.archive_purge (
    id bigint NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    confirm_from timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    dropped_at timestamp with time zone,
    confirmed_by_id bigint,
    dropped_by_id bigint,
    hall_id bigint NOT NULL,
    proposed_by_id bigint NOT NULL,
    CONSTRAINT another_person_confirms_a_purge_and_not_too_early CHECK ((((confirmed_at IS NULL) AND (confirmed_by_id IS NULL)) OR ((confirmed_at >= confirm_from) AND (confirmed_by_id IS NOT NULL) AND (dropped_at IS NULL) AND (NOT ((confirmed_by_id = proposed_by_id) AND (confirmed_by_id IS NOT NULL))))))
);

ALTER TABLE public.archive_purge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.archive_purge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.archive_purge_line (
    id bigint NOT NULL,
    outcome character varying(12) NOT NULL,
    package_id bigint NOT NULL,
    purge_id bigint NOT NULL,
    CONSTRAINT what_became_of_a_package_is_known CHECK (((outcome)::text = ANY ((ARRAY[''::character varying, 'destroyed'::character varying, 'held'::character varying, 'kept'::character varying])::text[])))
);

ALTER TABLE public.archive_purge_line ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.archive_purge_line_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.archive_retention_rule (
    id bigint NOT NULL,
    item character varying(80) NOT NULL,
    item_type character varying(2) NOT NULL,
    years smallint,
    basis text NOT NULL,
    set_at timestamp with time zone NOT NULL,
    set_by character varying(60) NOT NULL,
    CONSTRAINT a_retention_rule_is_of_an_item_or_of_a_type CHECK (((((item)::text = ''::text) AND (NOT ((item_type)::text = ''::text))) OR ((NOT ((item)::text = ''::text)) AND ((item_type)::text = ''::text)))),
    CONSTRAINT years_are_10_30_or_for_ever CHECK (((years IS NULL) OR (years = ANY (ARRAY[10, 30]))))
);

ALTER TABLE public.archive_retention_rule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.archive_retention_rule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_entry (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor character varying(60) NOT NULL,
    hall character varying(40) NOT NULL,
    action character varying(60) NOT NULL,
    subject character varying(80) NOT NULL,
    facts jsonb NOT NULL,
    sealed_hash character varying(64),
    sealed_no bigint
);

ALTER TABLE public.audit_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_seal (
    id bigint NOT NULL,
    last_no bigint NOT NULL,
    last_hash character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    version smallint NOT NULL
);

ALTER TABLE public.audit_seal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.audit_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_appeal (
    id bigint NOT NULL,
    text text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    state character varying(8) NOT NULL,
    answer text NOT NULL,
    answered_at timestamp with time zone,
    answered_by character varying(60) NOT NULL,
    entry_id bigint,
    suspension_id bigint
);

ALTER TABLE public.booking_appeal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_appeal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_appointment (
    id bigint NOT NULL,
    code character varying(16) NOT NULL,
    business character varying(90) NOT NULL,
    day date NOT NULL,
    half character varying(2) NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    exempt boolean NOT NULL,
    internal boolean NOT NULL,
    state character varying(10) NOT NULL,
    source character varying(12) NOT NULL,
    account_id bigint,
    booked_by character varying(60) NOT NULL,
    on_behalf_why text NOT NULL,
    note text NOT NULL,
    visit_group character varying(16) NOT NULL,
    language character varying(10) NOT NULL,
    moves smallint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    cancelled_at timestamp with time zone,
    cancelled_by character varying(60) NOT NULL,
    cancel_reason text NOT NULL,
    by_hall boolean NOT NULL,
    checked_in_at timestamp with time zone,
    no_show_at timestamp with time zone,
    served_at timestamp with time zone,
    category_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL,
    person_id bigint NOT NULL,
    slot_id bigint NOT NULL,
    contact text,
    contact_index character varying(64) DEFAULT ''::character varying NOT NULL,
    evidence smallint DEFAULT 0 NOT NULL,
    holder character varying(40) DEFAULT ''::character varying NOT NULL,
    limit_key character varying(40) DEFAULT ''::character varying NOT NULL,
    name text,
    name_index character varying(64) DEFAULT ''::character varying NOT NULL,
    disowned_at timestamp with time zone,
    persons smallint DEFAULT 1 NOT NULL,
    hall_moves smallint DEFAULT 0 NOT NULL,
    dealt_on character varying(32) DEFAULT ''::character varying NOT NULL,
    link_turn smallint DEFAULT 0 NOT NULL,
    let_go_at timestamp with time zone,
    answers jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT a_booking_has_persons CHECK (((persons >= 1) AND (persons <= 20))),
    CONSTRAINT appointment_state_is_known CHECK (((state)::text = ANY ((ARRAY['booked'::character varying, 'checked_in'::character varying, 'served'::character varying, 'cancelled'::character varying, 'no_show'::character varying])::text[])))
);

ALTER TABLE public.booking_appointment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_appointment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_extra_slot (
    id bigint NOT NULL,
    appointment_id bigint NOT NULL,
    slot_id bigint NOT NULL
);

ALTER TABLE public.booking_extra_slot ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_extra_slot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_fault_day (
    id bigint NOT NULL,
    day date NOT NULL,
    why text NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.booking_fault_day ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_fault_day_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_follow_up (
    id bigint NOT NULL,
    cause character varying(60) NOT NULL,
    why_zh text NOT NULL,
    why_en text NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    hall_id bigint NOT NULL
);

ALTER TABLE public.booking_follow_up ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_follow_up_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_follow_up_visit (
    id bigint NOT NULL,
    visit character varying(16) NOT NULL,
    codes jsonb NOT NULL,
    what character varying(8) NOT NULL,
    starts_at timestamp with time zone,
    state character varying(10) NOT NULL,
    slug character varying(40) NOT NULL,
    settled_at timestamp with time zone,
    follow_up_id bigint NOT NULL,
    told_again_at timestamp with time zone,
    CONSTRAINT a_visit_is_moved_cancelled_or_kept CHECK (((what)::text = ANY ((ARRAY['move'::character varying, 'cancel'::character varying, 'keep'::character varying])::text[])))
);

ALTER TABLE public.booking_follow_up_visit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_follow_up_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_hold (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    account_id bigint,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome character varying(10) NOT NULL,
    person_id bigint,
    slot_id bigint NOT NULL,
    limit_key character varying(40) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE public.booking_hold ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_hold_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_kept (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    why text NOT NULL,
    appointment_id bigint NOT NULL,
    served boolean DEFAULT true NOT NULL
);

ALTER TABLE public.booking_kept ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_kept_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_ledger_entry (
    id bigint NOT NULL,
    scope character varying(40) NOT NULL,
    kind character varying(10) NOT NULL,
    "on" date NOT NULL,
    at timestamp with time zone NOT NULL,
    forgiven_at timestamp with time zone,
    forgiven_by character varying(60) NOT NULL,
    forgiven_why text NOT NULL,
    appointment_id bigint NOT NULL,
    person_id bigint NOT NULL,
    used_by_id bigint,
    party character varying(60) DEFAULT ''::character varying NOT NULL,
    visit character varying(16) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE public.booking_ledger_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_ledger_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_move (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    why text NOT NULL,
    appointment_id bigint NOT NULL,
    from_slot_id bigint NOT NULL,
    to_slot_id bigint NOT NULL
);

ALTER TABLE public.booking_move ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_move_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_opening_asked (
    id bigint NOT NULL,
    day date NOT NULL,
    account_id bigint NOT NULL,
    language character varying(10) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    told boolean NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL
);

ALTER TABLE public.booking_opening_asked ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_opening_asked_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_outage (
    id bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    why text NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL,
    CONSTRAINT an_outage_ends_after_it_begins CHECK ((ends_at > starts_at))
);

ALTER TABLE public.booking_outage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_outage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_slot (
    id bigint NOT NULL,
    business character varying(90) NOT NULL,
    day date NOT NULL,
    half character varying(2) NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    quota integer NOT NULL,
    taken integer NOT NULL,
    internal_quota integer NOT NULL,
    internal_taken integer NOT NULL,
    session_kind character varying(12) NOT NULL,
    session character varying(40) NOT NULL,
    cut_off_at timestamp with time zone,
    extended_only boolean NOT NULL,
    items jsonb,
    channels jsonb,
    closed boolean NOT NULL,
    touched boolean NOT NULL,
    hall_id bigint NOT NULL,
    carried integer DEFAULT 0 NOT NULL,
    asked_to bigint DEFAULT 0 NOT NULL,
    CONSTRAINT a_slot_ends_after_it_starts CHECK ((ends_at > starts_at)),
    CONSTRAINT taken_internal_places_are_counted CHECK ((internal_taken >= 0)),
    CONSTRAINT taken_places_are_counted CHECK ((taken >= 0))
);

ALTER TABLE public.booking_slot ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_slot_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_suspension (
    id bigint NOT NULL,
    scope character varying(40) NOT NULL,
    reason character varying(12) NOT NULL,
    from_on date NOT NULL,
    until_on date NOT NULL,
    made_at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone,
    lifted_by character varying(60) NOT NULL,
    lifted_why text NOT NULL,
    person_id bigint NOT NULL,
    party character varying(60) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_suspension_lasts_a_day CHECK ((until_on >= from_on))
);

ALTER TABLE public.booking_suspension ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_suspension_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.booking_waiting (
    id bigint NOT NULL,
    business character varying(90) NOT NULL,
    day date NOT NULL,
    account_id bigint,
    made_at timestamp with time zone NOT NULL,
    state character varying(8) NOT NULL,
    hall_id bigint NOT NULL,
    hold_id bigint,
    item_id bigint NOT NULL,
    person_id bigint NOT NULL,
    limit_key character varying(40) DEFAULT ''::character varying NOT NULL,
    appointment_id bigint,
    offers smallint DEFAULT 0 NOT NULL,
    last_slot bigint DEFAULT 0 NOT NULL,
    language character varying(10) DEFAULT 'zh-hans'::character varying NOT NULL
);

ALTER TABLE public.booking_waiting ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.booking_waiting_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.calendars_closure (
    id bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    reason_zh character varying(120) NOT NULL,
    reason_en character varying(160) NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    hall_id bigint NOT NULL,
    zone_id bigint,
    kind character varying(12) NOT NULL,
    floor_id bigint,
    category_id bigint,
    item_id bigint,
    begun_at timestamp with time zone,
    over_at timestamp with time zone,
    CONSTRAINT a_closure_ends_after_it_starts CHECK ((ends_at > starts_at)),
    CONSTRAINT a_closure_is_of_a_known_kind CHECK (((kind)::text = ANY ((ARRAY['closure'::character varying, 'evacuation'::character varying, 'outage'::character varying])::text[])))
);

ALTER TABLE public.calendars_closure ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.calendars_closure_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.calendars_national_day (
    day date NOT NULL,
    kind character varying(10) NOT NULL,
    name_zh character varying(40) NOT NULL,
    name_en character varying(60) NOT NULL,
    notice character varying(60) NOT NULL,
    state character varying(12) NOT NULL,
    CONSTRAINT a_day_is_work_or_rest CHECK (((kind)::text = ANY ((ARRAY['workday'::character varying, 'restday'::character varying])::text[])))
);

CREATE TABLE public.calendars_version (
    id bigint NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    valid_from date NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    note text NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.calendars_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.calendars_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_bundle (
    id bigint NOT NULL,
    no character varying(50) NOT NULL,
    matter character varying(60) DEFAULT ''::character varying NOT NULL,
    opened_by character varying(60) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    joint_days smallint,
    account_id bigint,
    hall_id bigint NOT NULL,
    organisation_id bigint,
    person_id bigint NOT NULL,
    CONSTRAINT a_joint_limit_is_some_days CHECK (((joint_days IS NULL) OR ((joint_days >= 1) AND (joint_days <= 365))))
);

ALTER TABLE public.cases_bundle ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_bundle_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.cases_bundle_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER TABLE public.cases_case ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_case_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_consultation (
    id bigint NOT NULL,
    question text NOT NULL,
    papers jsonb NOT NULL,
    due_on date NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    says character varying(8) DEFAULT ''::character varying NOT NULL,
    text text NOT NULL,
    answered_at timestamp with time zone,
    answered_by_id bigint,
    asked_by_id bigint NOT NULL,
    case_id bigint NOT NULL,
    department_id bigint NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT a_consultation_is_answered_or_closed CHECK (((answered_at IS NULL) OR (closed_at IS NULL))),
    CONSTRAINT an_answered_consultation_says_who_and_what CHECK ((((answered_at IS NULL) AND (answered_by_id IS NULL) AND ((says)::text = ''::text)) OR ((answered_at IS NOT NULL) AND (answered_by_id IS NOT NULL) AND ((says)::text = ANY ((ARRAY['grant'::character varying, 'refuse'::character varying, 'note'::character varying, 'pass'::character varying])::text[]))))),
    CONSTRAINT who_asked_a_department_does_not_answer_for_it CHECK (((answered_by_id IS NULL) OR (NOT ((answered_by_id = asked_by_id) AND (answered_by_id IS NOT NULL)))))
);

ALTER TABLE public.cases_consultation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_consultation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_event (
    id bigint NOT NULL,
    seq integer NOT NULL,
    verb character varying(20) NOT NULL,
    actor character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    before character varying(16) NOT NULL,
    after character varying(16) NOT NULL,
    facts jsonb NOT NULL,
    why text NOT NULL,
    earlier_hash character varying(64) NOT NULL,
    hash character varying(64) NOT NULL,
    case_id bigint NOT NULL
);

ALTER TABLE public.cases_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_extension (
    id bigint NOT NULL,
    days smallint NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    case_id bigint NOT NULL,
    approved_by_id bigint,
    proposed_by_id bigint,
    CONSTRAINT an_extension_is_15_days_at_most CHECK (((days >= 1) AND (days <= 15))),
    CONSTRAINT who_asks_for_an_extension_does_not_approve_it CHECK (((proposed_by_id IS NULL) OR ((approved_by_id IS NOT NULL) AND (NOT ((proposed_by_id = approved_by_id) AND (proposed_by_id IS NOT NULL) AND (approved_by_id IS NOT NULL))))))
);

ALTER TABLE public.cases_extension ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_extension_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_handover (
    id bigint NOT NULL,
    given_at timestamp with time zone NOT NULL,
    pieces integer NOT NULL,
    signed_at timestamp with time zone,
    refused_at timestamp with time zone,
    why text NOT NULL,
    case_id bigint NOT NULL,
    given_by_id bigint NOT NULL,
    refused_by_id bigint,
    signed_by_id bigint,
    CONSTRAINT a_handover_is_refused_by_somebody_at_a_time CHECK ((((refused_at IS NULL) AND (refused_by_id IS NULL)) OR ((refused_at IS NOT NULL) AND (refused_by_id IS NOT NULL)))),
    CONSTRAINT a_handover_is_signed_for_or_refused CHECK (((signed_at IS NULL) OR (refused_at IS NULL))),
    CONSTRAINT a_signature_is_somebodys_and_has_a_time CHECK ((((signed_at IS NULL) AND (signed_by_id IS NULL)) OR ((signed_at IS NOT NULL) AND (signed_by_id IS NOT NULL)))),
    CONSTRAINT who_hands_over_does_not_sign_for_it CHECK ((((signed_by_id IS NULL) OR (NOT ((signed_by_id = given_by_id) AND (signed_by_id IS NOT NULL)))) AND ((refused_by_id IS NULL) OR (NOT ((refused_by_id = given_by_id) AND (refused_by_id IS NOT NULL))))))
);

ALTER TABLE public.cases_handover ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_handover_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_material (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    channel character varying(8) NOT NULL,
    copies smallint NOT NULL,
    trust character varying(1) NOT NULL,
    verdict character varying(4) NOT NULL,
    why text NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    gone_at timestamp with time zone,
    case_id bigint NOT NULL,
    certificate_id bigint,
    file_id bigint,
    judged_by_id bigint,
    place smallint,
    handed_on date,
    origin_id bigint,
    CONSTRAINT a_paper_is_right_wrong_or_not_seen CHECK (((verdict)::text = ANY ((ARRAY[''::character varying, 'ok'::character varying, 'bad'::character varying])::text[]))),
    CONSTRAINT a_paper_that_came_is_counted CHECK (((copies >= 1) AND (copies <= 99))),
    CONSTRAINT a_paper_used_again_is_a_file_and_says_where_it_came CHECK ((((handed_on IS NULL) AND (origin_id IS NULL)) OR ((certificate_id IS NULL) AND ((channel)::text = 'library'::text) AND (file_id IS NOT NULL) AND (handed_on IS NOT NULL) AND (origin_id IS NOT NULL)))),
    CONSTRAINT a_promise_is_trust_d_and_nothing_else CHECK (((NOT ((channel)::text = 'promise'::text)) OR ((certificate_id IS NULL) AND (file_id IS NULL) AND ((trust)::text = 'D'::text)))),
    CONSTRAINT trust_is_a_to_d CHECK (((trust)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying, 'C'::character varying, 'D'::character varying])::text[])))
);

ALTER TABLE public.cases_material ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_material_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_notice (
    id bigint NOT NULL,
    round smallint NOT NULL,
    missing jsonb NOT NULL,
    reasons text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint NOT NULL,
    case_id bigint NOT NULL,
    second_by_id bigint,
    CONSTRAINT a_further_notice_has_a_second_person CHECK (((round = 1) OR ((second_by_id IS NOT NULL) AND (NOT ((second_by_id = by_id) AND (second_by_id IS NOT NULL))))))
);

ALTER TABLE public.cases_notice ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.cases_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.cases_obligation (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    due_on date NOT NULL,
    met_at timestamp with time zone,
    lapsed_at timestamp with time zone,
    case_id bigint NOT NULL
);

ALTER TABLE public.cases_obligation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_obligation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_opinion (
    id bigint NOT NULL,
    stage character varying(10) NOT NULL,
    says character varying(8) NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint NOT NULL,
    case_id bigint NOT NULL
);

ALTER TABLE public.cases_opinion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_opinion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_page_order (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    version smallint NOT NULL,
    pages jsonb NOT NULL,
    hash character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    case_id bigint NOT NULL
);

ALTER TABLE public.cases_page_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_page_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_paper (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    number character varying(60) NOT NULL,
    serial integer NOT NULL,
    facts text NOT NULL,
    code character varying(20) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    case_id bigint NOT NULL,
    event_id bigint NOT NULL,
    file_id bigint,
    printed character varying(160) NOT NULL
);

CREATE TABLE public.cases_paper_counter (
    id bigint NOT NULL,
    year smallint NOT NULL,
    last integer NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.cases_paper_counter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_paper_counter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.cases_paper ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_paper_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_paper_seal (
    id bigint NOT NULL,
    wanted_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone NOT NULL,
    trouble character varying(120) DEFAULT ''::character varying NOT NULL,
    rendered character varying(64) DEFAULT ''::character varying NOT NULL,
    sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    sealed_at timestamp with time zone,
    file_id bigint,
    paper_id bigint NOT NULL,
    seal_id bigint,
    CONSTRAINT a_paper_is_sealed_whole_or_not_yet CHECK ((((file_id IS NULL) AND ((rendered)::text = ''::text) AND (seal_id IS NULL) AND (sealed_at IS NULL) AND ((sha256)::text = ''::text)) OR ((file_id IS NOT NULL) AND (seal_id IS NOT NULL) AND (sealed_at IS NOT NULL) AND (NOT ((rendered)::text = ''::text)) AND (NOT ((sha256)::text = ''::text)))))
);

ALTER TABLE public.cases_paper_seal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_paper_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_promise_check (
    id bigint NOT NULL,
    due_on date NOT NULL,
    says character varying(8) DEFAULT ''::character varying NOT NULL,
    ground character varying(12) DEFAULT ''::character varying NOT NULL,
    why text NOT NULL,
    late boolean DEFAULT false NOT NULL,
    checked_at timestamp with time zone,
    barred_until date,
    lifted_at timestamp with time zone,
    lifted_why text NOT NULL,
    revoked_at timestamp with time zone,
    case_id bigint NOT NULL,
    checked_by_id bigint,
    lifted_by_id bigint,
    material_id bigint NOT NULL,
    revoked_by_id bigint,
    CONSTRAINT a_checked_promise_says_what_by_whom_and_when CHECK ((((barred_until IS NULL) AND (checked_at IS NULL) AND (checked_by_id IS NULL) AND ((says)::text = ''::text)) OR ((checked_at IS NOT NULL) AND (checked_by_id IS NOT NULL) AND ((says)::text = ANY ((ARRAY['kept'::character varying, 'broken'::character varying])::text[]))))),
    CONSTRAINT another_person_lifts_what_a_promise_bars CHECK ((((lifted_at IS NULL) AND (lifted_by_id IS NULL)) OR ((lifted_at IS NOT NULL) AND (lifted_by_id IS NOT NULL) AND ((says)::text = 'broken'::text) AND (NOT ((lifted_by_id = checked_by_id) AND (lifted_by_id IS NOT NULL) AND (checked_by_id IS NOT NULL)))))),
    CONSTRAINT another_person_revokes_what_a_promise_got CHECK ((((revoked_at IS NULL) AND (revoked_by_id IS NULL)) OR (late AND (revoked_at IS NOT NULL) AND (revoked_by_id IS NOT NULL) AND ((says)::text = 'broken'::text) AND (NOT ((revoked_by_id = checked_by_id) AND (revoked_by_id IS NOT NULL) AND (checked_by_id IS NOT NULL)))))),
    CONSTRAINT only_an_untrue_promise_has_a_ground_and_bars CHECK (((((ground)::text = ANY ((ARRAY['untrue'::character varying, 'not_met'::character varying, 'hidden'::character varying, 'no_check'::character varying])::text[])) AND ((says)::text = 'broken'::text)) OR ((NOT ((says)::text = 'broken'::text)) AND (barred_until IS NULL) AND ((ground)::text = ''::text))))
);

ALTER TABLE public.cases_promise_check ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_promise_check_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_quota_entry (
    id bigint NOT NULL,
    state character varying(8) DEFAULT 'waits'::character varying NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    number integer,
    rank integer,
    settled_at timestamp with time zone,
    case_id bigint NOT NULL,
    round_id bigint NOT NULL,
    CONSTRAINT a_case_in_a_round_stands_somewhere CHECK (((state)::text = ANY ((ARRAY['waits'::character varying, 'drawn'::character varying, 'missed'::character varying, 'holds'::character varying, 'out'::character varying])::text[])))
);

ALTER TABLE public.cases_quota_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_quota_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_quota_round (
    id bigint NOT NULL,
    year smallint NOT NULL,
    number smallint NOT NULL,
    by character varying(8) NOT NULL,
    places integer NOT NULL,
    taken integer DEFAULT 0 NOT NULL,
    opens_on date NOT NULL,
    closes_on date NOT NULL,
    draw_on date,
    asked_at timestamp with time zone NOT NULL,
    asked_by character varying(60) NOT NULL,
    dropped_at timestamp with time zone,
    published_at timestamp with time zone,
    published_by character varying(60) DEFAULT ''::character varying NOT NULL,
    closed_at timestamp with time zone,
    closed_by character varying(60) DEFAULT ''::character varying NOT NULL,
    entrants integer DEFAULT 0 NOT NULL,
    list_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    commitment character varying(64) DEFAULT ''::character varying NOT NULL,
    seed text,
    drawn_at timestamp with time zone,
    drawn_by character varying(60) DEFAULT ''::character varying NOT NULL,
    item_id bigint NOT NULL,
    CONSTRAINT a_closed_list_is_committed_to_a_seed CHECK ((((closed_at IS NULL) AND ((closed_by)::text = ''::text) AND ((commitment)::text = ''::text) AND ((list_hash)::text = ''::text) AND (seed IS NULL)) OR (((by)::text = 'draw'::text) AND (closed_at IS NOT NULL) AND ((closed_by)::text > ''::text) AND ((commitment)::text > ''::text) AND ((list_hash)::text > ''::text) AND (published_at IS NOT NULL) AND (seed IS NOT NULL)))),
    CONSTRAINT a_draw_comes_after_its_round CHECK (((((by)::text = 'order'::text) AND (draw_on IS NULL)) OR (((by)::text = 'draw'::text) AND (draw_on > closes_on)))),
    CONSTRAINT a_round_closes_after_it_opens CHECK ((closes_on >= opens_on)),
    CONSTRAINT a_round_has_places CHECK ((places >= 1)),
    CONSTRAINT another_person_draws CHECK ((((drawn_at IS NULL) AND ((drawn_by)::text = ''::text)) OR ((closed_at IS NOT NULL) AND (drawn_at IS NOT NULL) AND ((drawn_by)::text > ''::text) AND (NOT ((drawn_by)::text = (closed_by)::text))))),
    CONSTRAINT another_person_publishes_a_round CHECK ((((published_at IS NULL) AND ((published_by)::text = ''::text)) OR ((dropped_at IS NULL) AND (published_at IS NOT NULL) AND ((published_by)::text > ''::text) AND (NOT ((published_by)::text = (asked_by)::text))))),
    CONSTRAINT no_more_is_granted_than_places CHECK (((taken >= 0) AND (taken <= places)))
);

ALTER TABLE public.cases_quota_round ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_quota_round_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_rule_proposal (
    id bigint NOT NULL,
    version integer NOT NULL,
    sample_percent smallint NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    asked_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) DEFAULT ''::character varying NOT NULL,
    agreed boolean DEFAULT false NOT NULL,
    item_id bigint NOT NULL,
    CONSTRAINT a_proposed_sample_is_a_share_of_a_hundred CHECK (((sample_percent >= 0) AND (sample_percent <= 100))),
    CONSTRAINT another_person_switches_rules_on CHECK (((NOT agreed) OR (((ended_by)::text > ''::text) AND (NOT ((ended_by)::text = (asked_by)::text)))))
);

ALTER TABLE public.cases_rule_proposal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_rule_proposal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_rule_run (
    id bigint NOT NULL,
    occasion character varying(8) NOT NULL,
    at timestamp with time zone NOT NULL,
    mode character varying(8) NOT NULL,
    version integer NOT NULL,
    held boolean NOT NULL,
    sampled boolean NOT NULL,
    outcome character varying(8) NOT NULL,
    why character varying(12) DEFAULT ''::character varying NOT NULL,
    trace jsonb NOT NULL,
    case_id bigint NOT NULL,
    CONSTRAINT a_run_of_rules_has_a_mode CHECK (((mode)::text = ANY ((ARRAY['off'::character varying, 'shadow'::character varying, 'live'::character varying])::text[]))),
    CONSTRAINT a_run_of_rules_has_an_occasion CHECK (((occasion)::text = ANY ((ARRAY['submit'::character varying, 'receive'::character varying])::text[]))),
    CONSTRAINT a_run_of_rules_says_why_a_person CHECK (((why)::text = ANY ((ARRAY[''::character varying, 'off'::character varying, 'seen'::character varying, 'applicant'::character varying, 'suspended'::character varying, 'papers'::character varying, 'rule'::character varying, 'unclear'::character varying, 'shadow'::character varying, 'sampled'::character varying, 'place'::character varying, 'error'::character varying])::text[]))),
    CONSTRAINT rules_grant_only_live_and_where_all_hold CHECK (((held AND ((mode)::text = 'live'::text) AND ((outcome)::text = 'grant'::text) AND (NOT sampled) AND ((why)::text = ''::text)) OR (((outcome)::text = 'person'::text) AND (NOT ((why)::text = ''::text))))),
    CONSTRAINT rules_grant_or_leave_it_to_a_person CHECK (((outcome)::text = ANY ((ARRAY['grant'::character varying, 'person'::character varying])::text[])))
);

ALTER TABLE public.cases_rule_run ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_rule_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_rule_switch (
    id bigint NOT NULL,
    mode character varying(8) DEFAULT 'off'::character varying NOT NULL,
    sample_percent smallint DEFAULT 0 NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by character varying(60) NOT NULL,
    item_id bigint NOT NULL,
    CONSTRAINT a_sample_is_a_share_of_a_hundred CHECK (((sample_percent >= 0) AND (sample_percent <= 100))),
    CONSTRAINT rules_rest_are_tried_or_decide CHECK (((mode)::text = ANY ((ARRAY['off'::character varying, 'shadow'::character varying, 'live'::character varying])::text[])))
);

ALTER TABLE public.cases_rule_switch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_rule_switch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_sitevisit (
    id bigint NOT NULL,
    stage character varying(60) DEFAULT ''::character varying NOT NULL,
    day date NOT NULL,
    from_at time without time zone NOT NULL,
    until_at time without time zone NOT NULL,
    contact text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    state character varying(9) DEFAULT 'planned'::character varying NOT NULL,
    ended_at timestamp with time zone,
    why text NOT NULL,
    asked_at timestamp with time zone,
    asked text NOT NULL,
    outcome character varying(7) DEFAULT ''::character varying NOT NULL,
    words text NOT NULL,
    done_at timestamp with time zone,
    case_id bigint NOT NULL,
    done_by_id bigint,
    leader_id bigint NOT NULL,
    made_by_id bigint NOT NULL,
    CONSTRAINT a_visit_ends_after_it_began CHECK ((from_at < until_at)),
    CONSTRAINT a_visit_stands_somewhere CHECK (((state)::text = ANY ((ARRAY['planned'::character varying, 'moved'::character varying, 'cancelled'::character varying, 'done'::character varying, 'not_met'::character varying])::text[]))),
    CONSTRAINT a_visit_that_is_off_says_since_when CHECK ((((ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['moved'::character varying, 'cancelled'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['moved'::character varying, 'cancelled'::character varying])::text[]))) AND (ended_at IS NULL)))),
    CONSTRAINT a_visit_that_was_made_says_what_by_whom_and_when CHECK ((((done_at IS NOT NULL) AND (done_by_id IS NOT NULL) AND ((outcome)::text = ANY ((ARRAY['pass'::character varying, 'faults'::character varying])::text[])) AND ((state)::text = 'done'::text)) OR ((done_at IS NOT NULL) AND (done_by_id IS NOT NULL) AND ((outcome)::text = 'not_met'::text) AND ((state)::text = 'not_met'::text)) OR ((NOT ((state)::text = ANY ((ARRAY['done'::character varying, 'not_met'::character varying])::text[]))) AND (done_at IS NULL) AND (done_by_id IS NULL) AND ((outcome)::text = ''::text))))
);

ALTER TABLE public.cases_sitevisit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_sitevisit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_sitevisit_officer (
    id bigint NOT NULL,
    sitevisit_id bigint NOT NULL,
    staff_id bigint NOT NULL
);

ALTER TABLE public.cases_sitevisit_officer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_sitevisit_officer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_stop (
    id bigint NOT NULL,
    kind character varying(20) NOT NULL,
    basis text NOT NULL,
    expected_days smallint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    started_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    result text NOT NULL,
    case_id bigint NOT NULL,
    proposed_by_id bigint,
    approved_by_id bigint,
    late_told_at timestamp with time zone,
    CONSTRAINT a_procedure_takes_some_days CHECK (((expected_days >= 1) AND (expected_days <= 365))),
    CONSTRAINT who_proposes_a_procedure_does_not_approve_it CHECK (((approved_by_id IS NULL) OR ((proposed_by_id IS NOT NULL) AND (NOT ((proposed_by_id = approved_by_id) AND (proposed_by_id IS NOT NULL) AND (approved_by_id IS NOT NULL))))))
);

ALTER TABLE public.cases_stop ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_stop_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_told_field (
    id bigint NOT NULL,
    code character varying(80) NOT NULL,
    said character varying(64) NOT NULL,
    why text NOT NULL,
    case_id bigint NOT NULL,
    event_id bigint NOT NULL,
    CONSTRAINT a_field_sent_back_is_known_and_marked CHECK (((NOT ((said)::text = ''::text)) AND (NOT ((code)::text = ''::text))))
);

ALTER TABLE public.cases_told_field ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_told_field_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_data_element (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(120) NOT NULL,
    type character varying(20) NOT NULL,
    sensitivity character varying(12) NOT NULL,
    source_precedence character varying(200) NOT NULL,
    checks character varying(300) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_data_element_says_how_sensitive_it_is CHECK (((sensitivity)::text = ANY ((ARRAY['public'::character varying, 'internal'::character varying, 'personal'::character varying, 'sensitive'::character varying])::text[])))
);

ALTER TABLE public.catalogue_data_element ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_data_element_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_department (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(120) NOT NULL,
    kind character varying(30) NOT NULL
);

ALTER TABLE public.catalogue_department ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_department_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_hall_item (
    id bigint NOT NULL,
    bookable boolean NOT NULL,
    walk_in boolean NOT NULL,
    extended boolean NOT NULL,
    periods smallint NOT NULL,
    category_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL,
    most_persons smallint DEFAULT 1 NOT NULL,
    CONSTRAINT a_booking_is_for_somebody_and_no_crowd CHECK (((most_persons >= 1) AND (most_persons <= 20))),
    CONSTRAINT an_appointment_takes_a_period CHECK ((periods >= 1))
);

ALTER TABLE public.catalogue_hall_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_hall_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_hall_item_version (
    id bigint NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL
);

ALTER TABLE public.catalogue_hall_item_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_hall_item_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_item (
    id bigint NOT NULL,
    code character varying(80) NOT NULL,
    catalog_code character varying(12) NOT NULL,
    task_code character varying(36) NOT NULL,
    version integer NOT NULL,
    name_zh character varying(160) NOT NULL,
    name_en character varying(240) NOT NULL,
    audience character varying(10) NOT NULL,
    service_object character varying(20) NOT NULL,
    item_type character varying(2) NOT NULL,
    exercise_level character varying(2) NOT NULL,
    case_kind character varying(2) NOT NULL,
    statutory_days smallint NOT NULL,
    promised_days smallint NOT NULL,
    visits_needed smallint NOT NULL,
    general_scope_zh character varying(60) NOT NULL,
    handling_forms character varying(40) NOT NULL,
    acceptance_condition_zh text NOT NULL,
    acceptance_condition_en text NOT NULL,
    fee_zh character varying(200) NOT NULL,
    fee_en character varying(200) NOT NULL,
    result_zh character varying(120) NOT NULL,
    result_en character varying(160) NOT NULL,
    keywords_zh character varying(300) NOT NULL,
    agent_allowed boolean NOT NULL,
    exempt_half_day boolean NOT NULL,
    home_visit boolean NOT NULL,
    handling_minutes double precision NOT NULL,
    department_id bigint NOT NULL,
    handling jsonb DEFAULT '{}'::jsonb NOT NULL,
    retired_on date,
    successor_id bigint,
    CONSTRAINT an_item_does_not_succeed_itself CHECK ((NOT ((successor_id = id) AND (successor_id IS NOT NULL)))),
    CONSTRAINT only_a_retired_item_has_a_successor CHECK (((successor_id IS NULL) OR (retired_on IS NOT NULL))),
    CONSTRAINT promised_is_not_later_than_statutory CHECK (((promised_days <= statutory_days) OR (statutory_days = 0)))
);

CREATE TABLE public.catalogue_item_draft (
    id bigint NOT NULL,
    task_code character varying(36) NOT NULL,
    version integer NOT NULL,
    name_zh character varying(160) NOT NULL,
    document jsonb NOT NULL,
    content_hash character varying(64) NOT NULL,
    raw text NOT NULL,
    notes jsonb NOT NULL,
    state character varying(12) NOT NULL,
    entered_by character varying(60) NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    published_by character varying(60) NOT NULL,
    published_at timestamp with time zone,
    planned_from date,
    item_version integer,
    item_id bigint,
    editors text DEFAULT ''::text NOT NULL,
    kind character varying(8) DEFAULT 'store'::character varying NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    ready_at timestamp with time zone,
    ready_by character varying(60) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_finished_draft_says_by_whom CHECK ((((ready_at IS NULL) AND ((ready_by)::text = ''::text)) OR ((ready_at IS NOT NULL) AND ((ready_by)::text > ''::text)))),
    CONSTRAINT a_published_draft_says_by_whom CHECK (((NOT ((state)::text = ANY ((ARRAY['published'::character varying, 'planned'::character varying])::text[]))) OR ((published_by)::text > ''::text))),
    CONSTRAINT another_person_publishes_a_draft CHECK ((NOT ((published_by)::text = (entered_by)::text))),
    CONSTRAINT nobody_publishes_what_they_edited CHECK ((((published_by)::text = ''::text) OR (strpos(editors, (COALESCE(' '::text, ''::text) || COALESCE(((COALESCE(published_by, ''::character varying))::text || COALESCE(' '::text, ''::text)), ''::text))) = 0))),
    CONSTRAINT the_office_changes_an_item_that_is_there CHECK ((((kind)::text = 'store'::text) OR ((item_id IS NOT NULL) AND ((kind)::text = 'office'::text))))
);

ALTER TABLE public.catalogue_item_draft ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_item_draft_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.catalogue_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_item_theme (
    id bigint NOT NULL,
    item_id bigint NOT NULL,
    theme_id bigint NOT NULL
);

ALTER TABLE public.catalogue_item_theme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_item_theme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_item_version (
    id bigint NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    item_id bigint NOT NULL
);

ALTER TABLE public.catalogue_item_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_item_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_machine_offer (
    type character varying(40) NOT NULL,
    items jsonb NOT NULL,
    all_items boolean NOT NULL,
    deeds jsonb NOT NULL,
    CONSTRAINT a_machine_offers_all_matters_or_some CHECK (((NOT all_items) OR (items = '[]'::jsonb)))
);

CREATE TABLE public.catalogue_material (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    name_zh character varying(120) NOT NULL,
    name_en character varying(200) NOT NULL,
    kind character varying(30) NOT NULL,
    source character varying(20) NOT NULL,
    issuer_zh character varying(80) NOT NULL,
    issuer_en character varying(120) NOT NULL,
    note_zh character varying(300) NOT NULL,
    note_en character varying(300) NOT NULL
);

ALTER TABLE public.catalogue_material ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_material_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_material_requirement (
    id bigint NOT NULL,
    "order" smallint NOT NULL,
    originals smallint NOT NULL,
    copies smallint NOT NULL,
    necessity character varying(12) NOT NULL,
    item_id bigint NOT NULL,
    material_id bigint NOT NULL
);

ALTER TABLE public.catalogue_material_requirement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_material_requirement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_one_matter (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(120) NOT NULL,
    summary_zh character varying(200) NOT NULL,
    summary_en character varying(200) NOT NULL,
    audience character varying(10) NOT NULL,
    items character varying(1200) NOT NULL,
    joint_days smallint,
    "order" smallint NOT NULL,
    of_office boolean DEFAULT false NOT NULL,
    retired_at timestamp with time zone,
    CONSTRAINT a_matter_is_limited_to_some_days CHECK (((joint_days IS NULL) OR ((joint_days >= 1) AND (joint_days <= 365)))),
    CONSTRAINT a_matter_of_several_items CHECK (((items)::text ~~ '%;%'::text))
);

CREATE TABLE public.catalogue_one_matter_draft (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    document jsonb NOT NULL,
    retires boolean DEFAULT false NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    editors text DEFAULT ''::text NOT NULL,
    state character varying(12) NOT NULL,
    entered_by character varying(60) NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    published_by character varying(60) DEFAULT ''::character varying NOT NULL,
    published_at timestamp with time zone,
    CONSTRAINT a_published_one_matter_says_by_whom CHECK (((NOT ((state)::text = 'published'::text)) OR ((published_at IS NOT NULL) AND ((published_by)::text > ''::text)))),
    CONSTRAINT another_person_publishes_a_one_matter CHECK ((NOT ((published_by)::text = (entered_by)::text))),
    CONSTRAINT nobody_publishes_a_one_matter_they_edited CHECK ((((published_by)::text = ''::text) OR (strpos(editors, (COALESCE(' '::text, ''::text) || COALESCE(((COALESCE(published_by, ''::character varying))::text || COALESCE(' '::text, ''::text)), ''::text))) = 0)))
);

ALTER TABLE public.catalogue_one_matter_draft ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_one_matter_draft_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.catalogue_one_matter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_one_matter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_retirement (
    id bigint NOT NULL,
    from_day date NOT NULL,
    reason_zh character varying(200) NOT NULL,
    reason_en character varying(200) NOT NULL,
    state character varying(12) NOT NULL,
    asked_by character varying(60) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    agreed_by character varying(60) NOT NULL,
    agreed_at timestamp with time zone,
    undone_by character varying(60) NOT NULL,
    undone_at timestamp with time zone,
    item_id bigint NOT NULL,
    successor_id bigint,
    back_asked_by character varying(60) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT an_agreed_retirement_says_by_whom CHECK (((NOT ((state)::text = 'agreed'::text)) OR ((agreed_at IS NOT NULL) AND ((agreed_by)::text > ''::text)))),
    CONSTRAINT an_undone_retirement_says_by_whom CHECK (((NOT ((state)::text = 'undone'::text)) OR ((undone_at IS NOT NULL) AND ((undone_by)::text > ''::text)))),
    CONSTRAINT another_person_agrees_to_put_back CHECK ((((back_asked_by)::text = ''::text) OR (NOT ((undone_by)::text = (back_asked_by)::text)))),
    CONSTRAINT another_person_agrees_to_retire CHECK ((NOT ((agreed_by)::text = (asked_by)::text))),
    CONSTRAINT nothing_is_retired_for_itself CHECK ((NOT ((successor_id = item_id) AND (successor_id IS NOT NULL)))),
    CONSTRAINT who_asks_for_a_retired_item_is_said CHECK (((NOT ((state)::text = 'asked_back'::text)) OR ((back_asked_by)::text > ''::text)))
);

ALTER TABLE public.catalogue_retirement ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_retirement_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_synonym (
    id bigint NOT NULL,
    words character varying(300) NOT NULL,
    items character varying(600) NOT NULL,
    means character varying(60) NOT NULL,
    source character varying(160) NOT NULL,
    CONSTRAINT a_synonym_names_items_or_means_a_word CHECK (((((items)::text = ''::text) AND ((means)::text > ''::text)) OR (((items)::text > ''::text) AND ((means)::text = ''::text))))
);

ALTER TABLE public.catalogue_synonym ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_synonym_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.catalogue_theme (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    kind character varying(20) NOT NULL,
    audience character varying(10) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(80) NOT NULL,
    "order" smallint NOT NULL
);

ALTER TABLE public.catalogue_theme ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.catalogue_theme_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.consulting_answer (
    id bigint NOT NULL,
    version smallint NOT NULL,
    text text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint NOT NULL,
    department_id bigint NOT NULL,
    question_id bigint NOT NULL
);

ALTER TABLE public.consulting_answer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.consulting_answer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.consulting_enquiry (
    id bigint NOT NULL,
    no character varying(40) NOT NULL,
    asked_by character varying(60) NOT NULL,
    contact text,
    contact_index character varying(64) NOT NULL,
    language character varying(10) NOT NULL,
    state character varying(10) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_on date,
    answered_at timestamp with time zone,
    helped boolean,
    closed_at timestamp with time zone,
    forgotten boolean NOT NULL,
    account_id bigint,
    department_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL,
    case_id bigint,
    complaint boolean DEFAULT false NOT NULL,
    CONSTRAINT an_enquiry_that_ended_has_a_time CHECK ((((closed_at IS NULL) AND ((state)::text = ANY ((ARRAY['open'::character varying, 'answered'::character varying])::text[]))) OR ((closed_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['closed'::character varying, 'withdrawn'::character varying])::text[]))))),
    CONSTRAINT an_open_enquiry_has_a_day CHECK ((((due_on IS NOT NULL) AND ((state)::text = 'open'::text)) OR ((NOT ((state)::text = 'open'::text)) AND (due_on IS NULL)))),
    CONSTRAINT enquiry_state_is_known CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'answered'::character varying, 'closed'::character varying, 'withdrawn'::character varying])::text[])))
);

ALTER TABLE public.consulting_enquiry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.consulting_enquiry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.consulting_forwarding (
    id bigint NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint NOT NULL,
    enquiry_id bigint NOT NULL,
    receiver_id bigint NOT NULL,
    sender_id bigint NOT NULL,
    CONSTRAINT an_enquiry_is_forwarded_to_another_department CHECK ((NOT (sender_id = receiver_id)))
);

ALTER TABLE public.consulting_forwarding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.consulting_forwarding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.consulting_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.consulting_public_answer (
    id bigint NOT NULL,
    question_zh text NOT NULL,
    answer_zh text NOT NULL,
    question_en text NOT NULL,
    answer_en text NOT NULL,
    state character varying(10) NOT NULL,
    written_at timestamp with time zone NOT NULL,
    published_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    department_id bigint NOT NULL,
    enquiry_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL,
    published_by_id bigint,
    withdrawn_by_id bigint,
    written_by_id bigint NOT NULL,
    CONSTRAINT a_published_answer_says_by_whom CHECK (((NOT ((state)::text = 'published'::text)) OR ((published_at IS NOT NULL) AND (published_by_id IS NOT NULL)))),
    CONSTRAINT another_person_publishes_an_answer CHECK ((NOT ((published_by_id = written_by_id) AND (published_by_id IS NOT NULL)))),
    CONSTRAINT public_answer_state_is_known CHECK (((state)::text = ANY ((ARRAY['draft'::character varying, 'published'::character varying, 'withdrawn'::character varying])::text[])))
);

ALTER TABLE public.consulting_public_answer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.consulting_public_answer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.consulting_question (
    id bigint NOT NULL,
    seq smallint NOT NULL,
    text text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    enquiry_id bigint NOT NULL,
    CONSTRAINT one_further_question_and_no_more CHECK (((seq >= 1) AND (seq <= 2)))
);

ALTER TABLE public.consulting_question ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.consulting_question_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_cabinet (
    id bigint NOT NULL,
    code character varying(30) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(60) NOT NULL,
    place_zh character varying(120) NOT NULL,
    place_en character varying(120) NOT NULL,
    active boolean NOT NULL,
    device_id bigint,
    hall_id bigint NOT NULL
);

ALTER TABLE public.delivery_cabinet ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_cabinet_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_cell (
    id bigint NOT NULL,
    no smallint NOT NULL,
    broken_at timestamp with time zone,
    cabinet_id bigint NOT NULL
);

ALTER TABLE public.delivery_cell ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_cell_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_delivery (
    id bigint NOT NULL,
    state character varying(12) NOT NULL,
    place character varying(40) NOT NULL,
    code text NOT NULL,
    tries_left smallint NOT NULL,
    ready_at timestamp with time zone NOT NULL,
    ready_by character varying(60) NOT NULL,
    how character varying(12) NOT NULL,
    by_what character varying(8) NOT NULL,
    delivered_at timestamp with time zone,
    delivered_by character varying(60) NOT NULL,
    case_id bigint NOT NULL,
    paper_out_at timestamp with time zone,
    fetch_mandate character varying(20) DEFAULT ''::character varying NOT NULL,
    fetched_by_id bigint,
    reminded_at timestamp with time zone,
    rests_on character varying(20) DEFAULT ''::character varying NOT NULL,
    void_code text,
    CONSTRAINT a_code_made_anew_is_the_applicants_alone CHECK ((((rests_on)::text = ''::text) OR (void_code IS NULL))),
    CONSTRAINT a_delivery_goes_a_known_way CHECK (((how)::text = ANY ((ARRAY[''::character varying, 'counter'::character varying, 'electronic'::character varying, 'courier'::character varying, 'cabinet'::character varying, 'kiosk'::character varying])::text[]))),
    CONSTRAINT a_paper_is_left_where_the_file_was_taken CHECK (((paper_out_at IS NULL) OR ((how)::text = 'electronic'::text))),
    CONSTRAINT delivery_state_is_known CHECK (((state)::text = ANY ((ARRAY['ready'::character varying, 'posted'::character varying, 'delivered'::character varying, 'ended'::character varying])::text[]))),
    CONSTRAINT tries_at_a_code_run_out_at_zero CHECK ((tries_left >= 0)),
    CONSTRAINT what_was_delivered_has_a_time CHECK ((((delivered_at IS NULL) AND ((state)::text = ANY ((ARRAY['ready'::character varying, 'posted'::character varying, 'ended'::character varying])::text[]))) OR ((delivered_at IS NOT NULL) AND ((state)::text = 'delivered'::text)))),
    CONSTRAINT who_fetches_for_somebody_has_a_mandate CHECK (((((by_what)::text = 'agent'::text) AND (fetched_by_id IS NOT NULL) AND (NOT ((fetch_mandate)::text = ''::text))) OR ((NOT ((by_what)::text = 'agent'::text)) AND ((fetch_mandate)::text = ''::text) AND (fetched_by_id IS NULL))))
);

ALTER TABLE public.delivery_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_folder (
    id bigint NOT NULL,
    place character varying(8) NOT NULL,
    spot character varying(40) NOT NULL,
    moves integer NOT NULL,
    since timestamp with time zone NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    missed_at timestamp with time zone,
    ended_at timestamp with time zone,
    case_id bigint NOT NULL,
    holder_id bigint,
    follows_id bigint,
    CONSTRAINT a_folder_is_at_one_place CHECK ((((holder_id IS NULL) AND ((place)::text = ANY ((ARRAY['tray'::character varying, 'shelf'::character varying, 'archive'::character varying, 'joined'::character varying])::text[])) AND (NOT ((spot)::text = ''::text))) OR ((holder_id IS NOT NULL) AND ((place)::text = 'person'::text) AND ((spot)::text = ''::text)) OR ((holder_id IS NULL) AND ((place)::text = ANY ((ARRAY['sent'::character varying, 'back'::character varying])::text[])) AND ((spot)::text = ''::text)))),
    CONSTRAINT a_folder_is_put_into_the_one_it_follows CHECK (((NOT ((place)::text = 'joined'::text)) OR (follows_id IS NOT NULL))),
    CONSTRAINT a_folder_that_went_back_has_ended CHECK ((((ended_at IS NOT NULL) AND ((place)::text = ANY ((ARRAY['back'::character varying, 'joined'::character varying])::text[]))) OR ((NOT ((place)::text = ANY ((ARRAY['back'::character varying, 'joined'::character varying])::text[]))) AND (ended_at IS NULL))))
);

ALTER TABLE public.delivery_folder ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_folder_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_folder_move (
    id bigint NOT NULL,
    seq integer NOT NULL,
    deed character varying(8) NOT NULL,
    place character varying(8) NOT NULL,
    spot character varying(40) NOT NULL,
    pieces smallint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    holder_id bigint,
    folder_id bigint NOT NULL,
    why character varying(8) NOT NULL,
    CONSTRAINT a_folder_is_moved_in_a_known_way CHECK (((deed)::text = ANY ((ARRAY['made'::character varying, 'follows'::character varying, 'received'::character varying, 'added'::character varying, 'put'::character varying, 'taken'::character varying, 'sent'::character varying, 'signed'::character varying, 'refused'::character varying, 'gave'::character varying, 'joined'::character varying, 'archived'::character varying])::text[]))),
    CONSTRAINT a_folder_moves_to_a_known_place CHECK (((place)::text = ANY ((ARRAY['tray'::character varying, 'shelf'::character varying, 'person'::character varying, 'sent'::character varying, 'archive'::character varying, 'back'::character varying, 'joined'::character varying])::text[]))),
    CONSTRAINT originals_go_back_early_for_a_known_reason CHECK ((((why)::text = ''::text) OR (((deed)::text = 'gave'::text) AND ((why)::text = ANY ((ARRAY['compared'::character varying, 'needed'::character varying, 'replaced'::character varying, 'mistake'::character varying])::text[])))))
);

ALTER TABLE public.delivery_folder_move ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_folder_move_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_folder_paper (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    originals smallint NOT NULL,
    copies smallint NOT NULL,
    back smallint NOT NULL,
    folder_id bigint NOT NULL,
    back_at timestamp with time zone,
    CONSTRAINT no_more_goes_back_than_there_was CHECK (((back >= 0) AND (back <= originals))),
    CONSTRAINT papers_in_a_folder_are_counted CHECK ((((copies >= 0) AND (copies <= 999)) AND ((originals >= 0) AND (originals <= 999)))),
    CONSTRAINT what_went_back_went_some_time CHECK (((back_at IS NULL) OR (back > 0)))
);

ALTER TABLE public.delivery_folder_paper ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_folder_paper_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_parcel (
    id bigint NOT NULL,
    reference character varying(24) NOT NULL,
    waybill character varying(40) NOT NULL,
    payer character varying(8) NOT NULL,
    originals boolean NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    address text NOT NULL,
    state character varying(10) NOT NULL,
    signer text NOT NULL,
    place character varying(40) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    posted_at timestamp with time zone,
    posted_by character varying(60) NOT NULL,
    heard_at timestamp with time zone,
    asked_at timestamp with time zone,
    ended_at timestamp with time zone,
    case_id bigint NOT NULL,
    CONSTRAINT a_parcel_that_ended_has_a_time CHECK ((((ended_at IS NULL) AND ((state)::text = ANY ((ARRAY['made'::character varying, 'posted'::character varying, 'accepted'::character varying, 'moving'::character varying, 'out'::character varying, 'refused'::character varying, 'returning'::character varying])::text[]))) OR ((ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['back'::character varying, 'delivered'::character varying, 'void'::character varying])::text[]))))),
    CONSTRAINT parcel_state_is_known CHECK (((state)::text = ANY ((ARRAY['made'::character varying, 'posted'::character varying, 'accepted'::character varying, 'moving'::character varying, 'out'::character varying, 'refused'::character varying, 'returning'::character varying, 'delivered'::character varying, 'back'::character varying, 'void'::character varying])::text[]))),
    CONSTRAINT somebody_pays_for_a_parcel CHECK (((payer)::text = ANY ((ARRAY['receiver'::character varying, 'hall'::character varying])::text[]))),
    CONSTRAINT what_was_posted_has_a_waybill_and_a_time CHECK ((((posted_at IS NULL) AND ((state)::text = ANY ((ARRAY['made'::character varying, 'void'::character varying])::text[]))) OR ((posted_at IS NOT NULL) AND (NOT ((state)::text = ANY ((ARRAY['made'::character varying, 'void'::character varying])::text[]))) AND (NOT ((waybill)::text = ''::text)))))
);

ALTER TABLE public.delivery_parcel ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_parcel_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_parcel_word (
    id bigint NOT NULL,
    event character varying(64) NOT NULL,
    status character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL,
    told_at timestamp with time zone NOT NULL,
    moved boolean NOT NULL,
    parcel_id bigint NOT NULL,
    CONSTRAINT a_word_of_the_carrier_is_known CHECK (((status)::text = ANY ((ARRAY['accepted'::character varying, 'moving'::character varying, 'out'::character varying, 'delivered'::character varying, 'refused'::character varying, 'returning'::character varying])::text[])))
);

ALTER TABLE public.delivery_parcel_word ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_parcel_word_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_printing (
    id bigint NOT NULL,
    n smallint NOT NULL,
    state character varying(8) NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    case_id bigint NOT NULL,
    device_id bigint,
    CONSTRAINT a_copy_is_printed_or_jammed_or_under_way CHECK ((((ended_at IS NULL) AND ((state)::text = 'printing'::text)) OR ((ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['printed'::character varying, 'jammed'::character varying])::text[])))))
);

ALTER TABLE public.delivery_printing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_printing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_sent_papers (
    id bigint NOT NULL,
    carrier text NOT NULL,
    waybill character varying(40) NOT NULL,
    said_at timestamp with time zone NOT NULL,
    said_by character varying(60) NOT NULL,
    came_at timestamp with time zone,
    came_by character varying(60) NOT NULL,
    counts_from date,
    off_at timestamp with time zone,
    case_id bigint NOT NULL,
    CONSTRAINT papers_that_came_count_from_a_day CHECK ((((came_at IS NULL) AND (counts_from IS NULL)) OR ((came_at IS NOT NULL) AND (counts_from IS NOT NULL) AND (off_at IS NULL))))
);

ALTER TABLE public.delivery_sent_papers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_sent_papers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_stay (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    put_at timestamp with time zone NOT NULL,
    put_by character varying(60) NOT NULL,
    counts_from date,
    fetch_by timestamp with time zone,
    out_at timestamp with time zone,
    out_by character varying(12) NOT NULL,
    case_id bigint NOT NULL,
    cell_id bigint NOT NULL,
    opened_at timestamp with time zone,
    seen_at timestamp with time zone,
    seen_by character varying(60) NOT NULL,
    seen_place character varying(40) NOT NULL,
    taken_by character varying(60) NOT NULL,
    CONSTRAINT a_drop_counts_and_a_result_waits CHECK ((((counts_from IS NOT NULL) AND (fetch_by IS NULL) AND ((kind)::text = 'drop'::text)) OR ((counts_from IS NULL) AND (fetch_by IS NOT NULL) AND ((kind)::text = 'result'::text)))),
    CONSTRAINT two_people_empty_a_stuck_cell CHECK ((((seen_at IS NULL) AND ((seen_by)::text = ''::text) AND ((seen_place)::text = ''::text)) OR ((seen_at IS NOT NULL) AND (NOT ((seen_by)::text = ''::text)) AND (NOT ((seen_by)::text = (taken_by)::text))))),
    CONSTRAINT what_is_out_was_taken_by_somebody CHECK ((((out_at IS NULL) AND ((out_by)::text = ''::text)) OR ((out_at IS NOT NULL) AND ((out_by)::text = ANY ((ARRAY['applicant'::character varying, 'staff'::character varying, 'moved'::character varying])::text[]))))),
    CONSTRAINT what_lies_is_of_a_known_kind CHECK (((kind)::text = ANY ((ARRAY['drop'::character varying, 'result'::character varying])::text[])))
);

ALTER TABLE public.delivery_stay ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_stay_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.delivery_wish (
    id bigint NOT NULL,
    how character varying(8) NOT NULL,
    name text NOT NULL,
    phone text NOT NULL,
    address text NOT NULL,
    originals boolean NOT NULL,
    said_at timestamp with time zone NOT NULL,
    said_by character varying(60) NOT NULL,
    case_id bigint NOT NULL,
    CONSTRAINT a_wish_is_for_a_known_way CHECK (((how)::text = ANY ((ARRAY['counter'::character varying, 'cabinet'::character varying, 'courier'::character varying])::text[])))
);

ALTER TABLE public.delivery_wish ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.delivery_wish_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.devices_alarm (
    id bigint NOT NULL,
    step character varying(10) NOT NULL,
    told jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    fault_id bigint NOT NULL,
    CONSTRAINT an_alarm_is_of_a_known_step CHECK (((step)::text = ANY ((ARRAY['keepers'::character varying, 'head'::character varying, 'region'::character varying])::text[])))
);

ALTER TABLE public.devices_alarm ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.devices_alarm_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.devices_device (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    kind character varying(20) NOT NULL,
    name character varying(80) NOT NULL,
    printer character varying(120) NOT NULL,
    secret_hash character varying(64) NOT NULL,
    last_seen_at timestamp with time zone,
    state jsonb NOT NULL,
    hall_id bigint NOT NULL,
    window_id bigint,
    zone_id bigint,
    retired_at timestamp with time zone,
    test jsonb NOT NULL,
    reader_key text NOT NULL,
    enrol_hash character varying(64) DEFAULT ''::character varying NOT NULL,
    enrol_until timestamp with time zone,
    area_id bigint,
    in_use_since timestamp with time zone,
    type_id character varying(40)
);

ALTER TABLE public.devices_device ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.devices_device_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.devices_fault (
    id bigint NOT NULL,
    part character varying(20) NOT NULL,
    kind character varying(10) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    seen_by character varying(60) NOT NULL,
    seen_at timestamp with time zone,
    ended_at timestamp with time zone,
    device_id bigint NOT NULL,
    CONSTRAINT a_fault_ends_after_it_began CHECK (((ended_at IS NULL) OR (ended_at >= opened_at))),
    CONSTRAINT a_part_has_a_fault_and_a_machine_is_silent CHECK (((((kind)::text = ANY ((ARRAY['low'::character varying, 'out'::character varying, 'jam'::character varying, 'broken'::character varying, 'left'::character varying])::text[])) AND (NOT ((part)::text = ''::text))) OR (((kind)::text = 'silent'::text) AND ((part)::text = ''::text)))),
    CONSTRAINT who_looks_after_a_fault_has_a_name CHECK ((((seen_at IS NULL) AND ((seen_by)::text = ''::text)) OR ((seen_at IS NOT NULL) AND (NOT ((seen_by)::text = ''::text)))))
);

ALTER TABLE public.devices_fault ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.devices_fault_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.devices_machine_type (
    code character varying(40) NOT NULL,
    name_zh character varying(40) NOT NULL,
    name_en character varying(60) NOT NULL,
    parts jsonb NOT NULL,
    "order" smallint NOT NULL
);

CREATE TABLE public.devices_maintenance (
    id bigint NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    why text NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) NOT NULL,
    area_id bigint,
    device_id bigint,
    hall_id bigint NOT NULL,
    CONSTRAINT a_maintenance_ends_after_it_starts CHECK ((until_at > from_at)),
    CONSTRAINT a_maintenance_is_of_one_thing CHECK (((area_id IS NULL) OR (device_id IS NULL)))
);

ALTER TABLE public.devices_maintenance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.devices_maintenance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.devices_order (
    id bigint NOT NULL,
    key character varying(80) NOT NULL,
    kind character varying(20) NOT NULL,
    body text,
    state character varying(10) NOT NULL,
    why character varying(20) NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    ended_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    device_id bigint NOT NULL,
    repeats_id bigint,
    CONSTRAINT an_order_that_ended_says_when CHECK ((((ended_at IS NULL) AND ((state)::text = ANY ((ARRAY['waiting'::character varying, 'sent'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['waiting'::character varying, 'sent'::character varying])::text[]))) AND (ended_at IS NOT NULL)))),
    CONSTRAINT device_order_state_is_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'sent'::character varying, 'done'::character varying, 'failed'::character varying, 'expired'::character varying, 'unsure'::character varying])::text[]))),
    CONSTRAINT only_what_was_handed_out_is_done CHECK (((sent_at IS NOT NULL) OR ((state)::text = ANY ((ARRAY['waiting'::character varying, 'expired'::character varying])::text[]))))
);

ALTER TABLE public.devices_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.devices_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.devices_use (
    id bigint NOT NULL,
    deed character varying(10) NOT NULL,
    key character varying(80) NOT NULL,
    matter boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    day date NOT NULL,
    device_id bigint NOT NULL,
    item_id bigint,
    CONSTRAINT a_machine_does_known_deeds CHECK (((deed)::text = ANY ((ARRAY['ticket'::character varying, 'print'::character varying, 'apply'::character varying, 'decided'::character varying, 'drop'::character varying, 'pickup'::character varying, 'payment'::character varying, 'contact'::character varying, 'entry'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT a_number_or_a_door_is_no_matter CHECK (((NOT matter) OR (NOT ((deed)::text = ANY ((ARRAY['entry'::character varying, 'ticket'::character varying])::text[])))))
);

ALTER TABLE public.devices_use ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.devices_use_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

CREATE TABLE public.exchange_batch (
    id bigint NOT NULL,
    no character varying(40) NOT NULL,
    scope character varying(60) NOT NULL,
    first date NOT NULL,
    last date NOT NULL,
    rows integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    file_id bigint NOT NULL,
    sent_at timestamp with time zone,
    tries integer NOT NULL,
    next_at timestamp with time zone,
    trouble character varying(120) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_batch_is_of_some_days CHECK ((last >= first))
);

ALTER TABLE public.exchange_batch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.exchange_row (
    id bigint NOT NULL,
    "table" character varying(30) NOT NULL,
    guid character varying(32) NOT NULL,
    operation character varying(1) NOT NULL,
    digest character varying(64) NOT NULL,
    batch_id bigint NOT NULL,
    case_id bigint NOT NULL,
    receipt character varying(8) NOT NULL,
    why character varying(200) NOT NULL,
    CONSTRAINT a_receipt_is_known CHECK (((receipt)::text = ANY ((ARRAY[''::character varying, 'accepted'::character varying, 'refused'::character varying])::text[]))),
    CONSTRAINT a_row_is_new_changed_or_gone CHECK (((operation)::text = ANY ((ARRAY['I'::character varying, 'U'::character varying, 'D'::character varying])::text[]))),
    CONSTRAINT a_row_is_of_a_known_table CHECK ((("table")::text = ANY ((ARRAY['up_pro_accept'::character varying, 'up_pro_process'::character varying, 'up_pro_specialprocedure'::character varying, 'up_pro_result'::character varying, 'up_pro_material'::character varying])::text[])))
);

ALTER TABLE public.exchange_row ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.exchange_row_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.feedback_rating (
    id bigint NOT NULL,
    stars smallint NOT NULL,
    tags jsonb NOT NULL,
    text text NOT NULL,
    channel character varying(12) NOT NULL,
    follow_up boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL,
    staff_id bigint,
    ticket_id bigint,
    visit_id bigint,
    window_id bigint,
    case_id bigint,
    set_aside_at timestamp with time zone,
    CONSTRAINT a_rating_is_of_a_visit_or_of_a_case CHECK ((((case_id IS NULL) AND (ticket_id IS NOT NULL) AND (visit_id IS NOT NULL)) OR ((case_id IS NOT NULL) AND (ticket_id IS NULL) AND (visit_id IS NULL)))),
    CONSTRAINT stars_are_1_to_5 CHECK (((stars >= 1) AND (stars <= 5)))
);

ALTER TABLE public.feedback_rating ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.feedback_rating_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.feedback_task (
    id bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    answer_due_on date NOT NULL,
    settle_due_on date NOT NULL,
    state character varying(8) NOT NULL,
    answer text NOT NULL,
    answered_at timestamp with time zone,
    answered_by character varying(60) NOT NULL,
    outcome character varying(12) NOT NULL,
    settled_at timestamp with time zone,
    settled_by character varying(60) NOT NULL,
    hall_id bigint NOT NULL,
    rating_id bigint NOT NULL,
    appeal_ground character varying(12) DEFAULT ''::character varying NOT NULL,
    appeal_text text DEFAULT ''::text NOT NULL,
    appealed_at timestamp with time zone,
    appealed_by character varying(60) DEFAULT ''::character varying NOT NULL,
    finding text DEFAULT ''::text NOT NULL,
    judged_at timestamp with time zone,
    judged_by character varying(60) DEFAULT ''::character varying NOT NULL,
    upheld boolean,
    judge_due_on date,
    settlement text DEFAULT ''::text NOT NULL,
    CONSTRAINT an_appeal_is_judged_by_a_day CHECK (((NOT ((state)::text = 'appealed'::text)) OR (judge_due_on IS NOT NULL))),
    CONSTRAINT an_appealed_task_waits_for_a_judgement CHECK (((NOT ((state)::text = 'appealed'::text)) OR ((appealed_at IS NOT NULL) AND (judged_at IS NULL)))),
    CONSTRAINT malicious_is_what_somebody_else_found CHECK (((NOT ((outcome)::text = 'malicious'::text)) OR (upheld AND (upheld IS NOT NULL)))),
    CONSTRAINT nobody_judges_their_own_appeal CHECK ((((judged_at IS NULL) AND (upheld IS NULL)) OR ((appealed_at IS NOT NULL) AND (judged_at IS NOT NULL) AND (upheld IS NOT NULL) AND (NOT ((judged_by)::text = (appealed_by)::text)) AND (NOT ((judged_by)::text = (answered_by)::text))))),
    CONSTRAINT task_state_is_known CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'answered'::character varying, 'appealed'::character varying, 'settled'::character varying])::text[])))
);

ALTER TABLE public.feedback_task ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.feedback_task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_charge (
    id bigint NOT NULL,
    case_no character varying(50) NOT NULL,
    lines jsonb NOT NULL,
    fen integer NOT NULL,
    state character varying(10) NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    raised_by character varying(60) NOT NULL,
    settled_at timestamp with time zone,
    hall_id bigint NOT NULL,
    further boolean DEFAULT false NOT NULL,
    CONSTRAINT a_charge_is_of_some_money CHECK ((fen > 0)),
    CONSTRAINT a_charge_that_is_not_due_has_a_time CHECK ((((settled_at IS NULL) AND ((state)::text = 'due'::text)) OR ((NOT ((state)::text = 'due'::text)) AND (settled_at IS NOT NULL)))),
    CONSTRAINT charge_state_is_known CHECK (((state)::text = ANY ((ARRAY['due'::character varying, 'paid'::character varying, 'waived'::character varying, 'released'::character varying])::text[])))
);

ALTER TABLE public.fees_charge ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_charge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_payment (
    id bigint NOT NULL,
    way character varying(8) NOT NULL,
    means character varying(8) NOT NULL,
    reference character varying(32) NOT NULL,
    fen integer NOT NULL,
    state character varying(8) NOT NULL,
    address character varying(500) NOT NULL,
    number character varying(64) NOT NULL,
    got integer,
    counts boolean NOT NULL,
    receipt_no character varying(60),
    started_at timestamp with time zone NOT NULL,
    started_by character varying(60) NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    ended_at timestamp with time zone,
    charge_id bigint NOT NULL,
    CONSTRAINT a_payment_goes_a_known_way CHECK (((way)::text = ANY ((ARRAY['window'::character varying, 'qr'::character varying, 'kiosk'::character varying])::text[]))),
    CONSTRAINT a_payment_that_ended_has_a_time CHECK ((((ended_at IS NULL) AND ((state)::text = 'started'::text)) OR ((NOT ((state)::text = 'started'::text)) AND (ended_at IS NOT NULL)))),
    CONSTRAINT a_window_says_what_it_took CHECK (((((means)::text = ANY ((ARRAY['cash'::character varying, 'card'::character varying, 'qr'::character varying])::text[])) AND ((way)::text = 'window'::text)) OR ((NOT ((way)::text = 'window'::text)) AND ((means)::text = ''::text)))),
    CONSTRAINT payment_state_is_known CHECK (((state)::text = ANY ((ARRAY['started'::character varying, 'paid'::character varying, 'failed'::character varying, 'closed'::character varying])::text[]))),
    CONSTRAINT what_counts_is_paid_in_full_and_receipted CHECK ((((NOT counts) AND (receipt_no IS NULL)) OR (counts AND (got = fen) AND (receipt_no IS NOT NULL) AND ((state)::text = 'paid'::text)))),
    CONSTRAINT what_is_paid_is_some_money CHECK ((((got > 0) AND ((state)::text = 'paid'::text)) OR ((NOT ((state)::text = 'paid'::text)) AND (got IS NULL))))
);

ALTER TABLE public.fees_payment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_payment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_receipt_counter (
    id bigint NOT NULL,
    year smallint NOT NULL,
    last integer NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.fees_receipt_counter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_receipt_counter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_refund (
    id bigint NOT NULL,
    fen integer NOT NULL,
    why character varying(8) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    done_by character varying(60) NOT NULL,
    number character varying(64) NOT NULL,
    payment_id bigint NOT NULL,
    CONSTRAINT a_refund_is_of_some_money CHECK ((fen > 0)),
    CONSTRAINT a_refund_says_why CHECK (((why)::text = ANY ((ARRAY['double'::character varying, 'wrong'::character varying, 'ended'::character varying, 'less'::character varying])::text[]))),
    CONSTRAINT what_went_back_was_given_by_somebody CHECK ((((done_at IS NULL) AND ((done_by)::text = ''::text)) OR ((done_at IS NOT NULL) AND (NOT ((done_by)::text = ''::text)))))
);

ALTER TABLE public.fees_refund ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_refund_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.fees_waiver (
    id bigint NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    by_id bigint NOT NULL,
    charge_id bigint NOT NULL,
    second_by_id bigint NOT NULL,
    CONSTRAINT who_lets_a_fee_off_has_a_second_person CHECK ((NOT (by_id = second_by_id)))
);

ALTER TABLE public.fees_waiver ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.fees_waiver_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.foundation_clock (
    id smallint NOT NULL,
    wall_at timestamp with time zone NOT NULL,
    hall_at timestamp with time zone NOT NULL,
    speed double precision NOT NULL,
    CONSTRAINT clock_speed_is_0_to_600 CHECK (((speed >= (0.0)::double precision) AND (speed <= (600.0)::double precision))),
    CONSTRAINT there_is_one_clock CHECK ((id = 1))
);

CREATE TABLE public.foundation_demo_switch (
    id smallint NOT NULL,
    crowd_halls jsonb NOT NULL,
    CONSTRAINT there_is_one_demo_switch CHECK ((id = 1))
);

CREATE TABLE public.foundation_event (
    id bigint NOT NULL,
    hall character varying(40) NOT NULL,
    topic character varying(40) NOT NULL,
    subject character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.foundation_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.foundation_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.foundation_heartbeat (
    name character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    succeeded_at timestamp with time zone,
    failed_at timestamp with time zone,
    failures integer NOT NULL
);

CREATE TABLE public.foundation_idempotency_key (
    id bigint NOT NULL,
    owner character varying(60) NOT NULL,
    key character varying(200) NOT NULL,
    body_hash character varying(64) NOT NULL,
    status smallint,
    answer bytea,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE public.foundation_idempotency_key ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.foundation_idempotency_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.foundation_rate_bucket (
    key character varying(120) NOT NULL,
    tokens double precision NOT NULL,
    at timestamp with time zone NOT NULL
);

CREATE TABLE public.foundation_watermark (
    name character varying(80) NOT NULL,
    day date NOT NULL
);

CREATE TABLE public.homevisits_counter (
    day date NOT NULL,
    last integer NOT NULL
);

CREATE TABLE public.homevisits_going (
    id bigint NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    live boolean NOT NULL,
    staff_id bigint NOT NULL,
    visit_id bigint NOT NULL
);

ALTER TABLE public.homevisits_going ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.homevisits_going_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.homevisits_step (
    id bigint NOT NULL,
    seq smallint NOT NULL,
    verb character varying(8) NOT NULL,
    text text NOT NULL,
    starts_at timestamp with time zone,
    by character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    visit_id bigint NOT NULL,
    CONSTRAINT home_visit_step_is_known CHECK (((verb)::text = ANY ((ARRAY['ask'::character varying, 'plan'::character varying, 'move'::character varying, 'set_off'::character varying, 'finish'::character varying, 'not_met'::character varying, 'cancel'::character varying])::text[])))
);

ALTER TABLE public.homevisits_step ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.homevisits_step_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.homevisits_visit (
    id bigint NOT NULL,
    no character varying(20) NOT NULL,
    day date NOT NULL,
    seq integer NOT NULL,
    kind character varying(8) NOT NULL,
    name text NOT NULL,
    firm text NOT NULL,
    project text NOT NULL,
    phone text NOT NULL,
    phone_index character varying(64) NOT NULL,
    address text NOT NULL,
    reason character varying(12) NOT NULL,
    origin character varying(8) NOT NULL,
    ref character varying(20) NOT NULL,
    asked_by character varying(60) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    wish_day date NOT NULL,
    wish_half character varying(2) NOT NULL,
    state character varying(10) NOT NULL,
    starts_at timestamp with time zone,
    ends_at timestamp with time zone,
    half character varying(2) NOT NULL,
    due_on date,
    outcome text NOT NULL,
    taken text NOT NULL,
    ended_at timestamp with time zone,
    forgotten boolean NOT NULL,
    account_id bigint,
    area_id character varying(20) NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint NOT NULL,
    person_id bigint,
    CONSTRAINT a_home_visit_that_goes_on_has_a_day CHECK ((((due_on IS NOT NULL) AND (ended_at IS NULL) AND ((state)::text = ANY ((ARRAY['asked'::character varying, 'planned'::character varying, 'on_the_way'::character varying])::text[]))) OR ((due_on IS NULL) AND (ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['cancelled'::character varying, 'done'::character varying, 'not_met'::character varying])::text[]))))),
    CONSTRAINT a_planned_visit_has_a_time CHECK ((((ends_at IS NULL) AND ((half)::text = ''::text) AND (starts_at IS NULL)) OR (((half)::text = ANY ((ARRAY['am'::character varying, 'pm'::character varying])::text[])) AND (starts_at IS NOT NULL) AND (starts_at < ends_at)))),
    CONSTRAINT a_visit_is_at_home_for_a_reason_or_for_a_project CHECK (((((kind)::text = 'home'::text) AND ((reason)::text = ANY ((ARRAY['moves_badly'::character varying, 'bedridden'::character varying, 'disabled'::character varying, 'aged'::character varying, 'pregnant'::character varying, 'carer'::character varying])::text[]))) OR (((kind)::text = 'project'::text) AND ((reason)::text = ''::text)))),
    CONSTRAINT home_visit_state_is_known CHECK (((state)::text = ANY ((ARRAY['asked'::character varying, 'planned'::character varying, 'on_the_way'::character varying, 'done'::character varying, 'not_met'::character varying, 'cancelled'::character varying])::text[]))),
    CONSTRAINT how_a_visit_was_asked_for_is_known CHECK ((((origin)::text = ANY ((ARRAY['guide'::character varying, 'hotline'::character varying, 'staff'::character varying])::text[])) AND ((wish_half)::text = ANY ((ARRAY['am'::character varying, 'pm'::character varying])::text[])))),
    CONSTRAINT nobody_goes_without_a_time CHECK (((NOT ((state)::text = ANY ((ARRAY['planned'::character varying, 'on_the_way'::character varying, 'done'::character varying, 'not_met'::character varying])::text[]))) OR (starts_at IS NOT NULL)))
);

ALTER TABLE public.homevisits_visit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.homevisits_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hooks_attempt (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    status smallint,
    ms integer NOT NULL,
    said character varying(200) NOT NULL,
    delivery_id bigint NOT NULL
);

ALTER TABLE public.hooks_attempt ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hooks_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hooks_cursor (
    source character varying(12) NOT NULL,
    low bigint NOT NULL,
    seen bigint NOT NULL,
    horizon bigint NOT NULL,
    mark bigint,
    mark_xid bigint,
    mark_at timestamp with time zone
);

CREATE TABLE public.hooks_delivery (
    id bigint NOT NULL,
    subject character varying(80) NOT NULL,
    state character varying(8) NOT NULL,
    tries smallint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    claimed_at timestamp with time zone,
    event_id bigint NOT NULL,
    hook_id bigint NOT NULL,
    CONSTRAINT hook_delivery_state_is_known CHECK (((state)::text = ANY ((ARRAY['due'::character varying, 'sending'::character varying, 'sent'::character varying, 'failed'::character varying])::text[])))
);

ALTER TABLE public.hooks_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hooks_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hooks_event (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    type character varying(40) NOT NULL,
    hall character varying(40) NOT NULL,
    subject character varying(80) NOT NULL,
    maker character varying(40) NOT NULL,
    at timestamp with time zone NOT NULL,
    data jsonb NOT NULL,
    found_at timestamp with time zone NOT NULL
);

ALTER TABLE public.hooks_event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hooks_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hooks_hook (
    id bigint NOT NULL,
    code character varying(24) NOT NULL,
    hall character varying(40) NOT NULL,
    url text NOT NULL,
    types character varying(40)[] NOT NULL,
    secret text NOT NULL,
    old_secret text,
    old_until timestamp with time zone,
    state character varying(8) NOT NULL,
    why character varying(8) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    failing_since timestamp with time zone,
    resting_until timestamp with time zone,
    reached_at timestamp with time zone,
    key_id bigint NOT NULL,
    CONSTRAINT an_old_secret_has_an_end CHECK ((((old_secret IS NULL) AND (old_until IS NULL)) OR ((old_secret IS NOT NULL) AND (old_until IS NOT NULL)))),
    CONSTRAINT hook_state_is_known CHECK (((state)::text = ANY ((ARRAY['on'::character varying, 'off'::character varying, 'ended'::character varying])::text[])))
);

ALTER TABLE public.hooks_hook ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hooks_hook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hotline_call (
    id bigint NOT NULL,
    call character varying(64) NOT NULL,
    inward boolean NOT NULL,
    phone text,
    phone_index character varying(64) NOT NULL,
    state character varying(8) NOT NULL,
    rung_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    settled_at timestamp with time zone,
    agent_id bigint,
    hall_id bigint NOT NULL,
    order_id bigint,
    CONSTRAINT a_phone_call_that_is_over_says_when CHECK ((((ended_at IS NOT NULL) AND ((state)::text = ANY ((ARRAY['ended'::character varying, 'missed'::character varying])::text[]))) OR ((ended_at IS NULL) AND ((state)::text = ANY ((ARRAY['ringing'::character varying, 'talking'::character varying])::text[]))))),
    CONSTRAINT phone_call_state_is_known CHECK (((state)::text = ANY ((ARRAY['ringing'::character varying, 'talking'::character varying, 'ended'::character varying, 'missed'::character varying])::text[]))),
    CONSTRAINT somebody_rings_them_up CHECK ((inward OR (agent_id IS NOT NULL))),
    CONSTRAINT who_talks_on_the_telephone_is_known CHECK (((NOT ((state)::text = 'talking'::text)) OR ((agent_id IS NOT NULL) AND (answered_at IS NOT NULL))))
);

ALTER TABLE public.hotline_call ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hotline_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hotline_counter (
    day date NOT NULL,
    last integer NOT NULL
);

CREATE TABLE public.hotline_handling (
    id bigint NOT NULL,
    seq smallint NOT NULL,
    verb character varying(8) NOT NULL,
    line character varying(60) NOT NULL,
    said character varying(12) NOT NULL,
    text text NOT NULL,
    by character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    order_id bigint NOT NULL,
    CONSTRAINT hotline_step_is_known CHECK (((verb)::text = ANY ((ARRAY['open'::character varying, 'assign'::character varying, 'answer'::character varying, 'reply'::character varying, 'return'::character varying, 'join'::character varying, 'remind'::character varying, 'revisit'::character varying, 'redo'::character varying, 'reopen'::character varying, 'close'::character varying, 'rate'::character varying, 'become'::character varying])::text[]))),
    CONSTRAINT whoever_is_rung_up_says_a_known_word CHECK (((((said)::text = ANY ((ARRAY['satisfied'::character varying, 'dissatisfied'::character varying, 'unreachable'::character varying])::text[])) AND ((verb)::text = 'revisit'::text)) OR ((NOT ((verb)::text = 'revisit'::text)) AND ((said)::text = ''::text))))
);

ALTER TABLE public.hotline_handling ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hotline_handling_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hotline_order (
    id bigint NOT NULL,
    no character varying(20) NOT NULL,
    day date NOT NULL,
    seq integer NOT NULL,
    kind character varying(12) NOT NULL,
    subject character varying(12) NOT NULL,
    text text NOT NULL,
    caller_name text,
    phone text,
    phone_index character varying(64) NOT NULL,
    taken_by character varying(60) NOT NULL,
    state character varying(10) NOT NULL,
    line character varying(10) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    due_on date,
    reminders smallint NOT NULL,
    redone smallint NOT NULL,
    replied_at timestamp with time zone,
    closed_at timestamp with time zone,
    stars smallint,
    rated_at timestamp with time zone,
    forgotten boolean NOT NULL,
    department_id bigint,
    first_id bigint,
    hall_id bigint NOT NULL,
    item_id bigint,
    line_hall_id bigint,
    person_id bigint,
    CONSTRAINT a_hotline_order_that_goes_on_has_a_day CHECK ((((closed_at IS NULL) AND (due_on IS NOT NULL) AND ((state)::text = ANY ((ARRAY['open'::character varying, 'assigned'::character varying, 'replied'::character varying])::text[]))) OR ((closed_at IS NOT NULL) AND (due_on IS NULL) AND ((state)::text = ANY ((ARRAY['closed'::character varying, 'joined'::character varying])::text[]))))),
    CONSTRAINT a_joined_order_follows_another CHECK ((((first_id IS NOT NULL) AND ((state)::text = 'joined'::text) AND (NOT ((first_id = id) AND (first_id IS NOT NULL)))) OR ((NOT ((state)::text = 'joined'::text)) AND (first_id IS NULL)))),
    CONSTRAINT a_line_is_a_department_a_hall_or_the_city CHECK ((((department_id IS NULL) AND ((line)::text = ''::text) AND (line_hall_id IS NULL)) OR ((department_id IS NULL) AND ((line)::text = 'city'::text) AND (line_hall_id IS NULL)) OR ((department_id IS NOT NULL) AND ((line)::text = 'department'::text) AND (line_hall_id IS NULL)) OR ((department_id IS NULL) AND ((line)::text = 'hall'::text) AND (line_hall_id IS NOT NULL)))),
    CONSTRAINT a_matter_is_named_and_a_topic_has_none CHECK ((((item_id IS NOT NULL) AND ((subject)::text = 'matter'::text)) OR ((NOT ((subject)::text = 'matter'::text)) AND (item_id IS NULL)))),
    CONSTRAINT a_rated_order_has_one_to_five_stars CHECK ((((rated_at IS NULL) AND (stars IS NULL)) OR ((rated_at IS NOT NULL) AND ((stars >= 1) AND (stars <= 5))))),
    CONSTRAINT an_assigned_order_has_a_line CHECK (((NOT ((state)::text = 'assigned'::text)) OR (NOT ((line)::text = ''::text)))),
    CONSTRAINT an_order_at_the_desk_has_no_line CHECK (((NOT ((state)::text = 'open'::text)) OR ((line)::text = ''::text))),
    CONSTRAINT hotline_order_state_is_known CHECK (((state)::text = ANY ((ARRAY['open'::character varying, 'assigned'::character varying, 'replied'::character varying, 'closed'::character varying, 'joined'::character varying])::text[]))),
    CONSTRAINT what_a_hotline_order_wants_is_known CHECK ((((kind)::text = ANY ((ARRAY['enquiry'::character varying, 'help'::character varying, 'complaint'::character varying, 'suggestion'::character varying])::text[])) AND ((subject)::text = ANY ((ARRAY['matter'::character varying, 'service'::character varying, 'waiting'::character varying, 'booking'::character varying, 'machines'::character varying, 'place'::character varying, 'website'::character varying, 'rules'::character varying, 'other'::character varying])::text[]))))
);

ALTER TABLE public.hotline_order ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.hotline_order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_account (
    id bigint NOT NULL,
    phone text NOT NULL,
    phone_index character varying(64) NOT NULL,
    language character varying(10) NOT NULL,
    elder_mode boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    person_id bigint,
    person_at timestamp with time zone,
    person_evidence smallint DEFAULT 0 NOT NULL
);

ALTER TABLE public.identity_account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_account_person (
    id bigint NOT NULL,
    added_at timestamp with time zone NOT NULL,
    account_id bigint NOT NULL,
    person_id bigint NOT NULL,
    name text,
    removed_at timestamp with time zone
);

ALTER TABLE public.identity_account_person ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_account_person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_agent (
    id bigint NOT NULL,
    hall character varying(40) NOT NULL,
    name text NOT NULL,
    paper text NOT NULL,
    live_most smallint NOT NULL,
    day_most smallint NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    registered_by character varying(60) NOT NULL,
    suspended_at timestamp with time zone,
    account_id bigint,
    key_id bigint,
    end_user_index character varying(64) DEFAULT ''::character varying NOT NULL,
    phone text,
    phone_index character varying(64) DEFAULT ''::character varying NOT NULL,
    suspended_why text NOT NULL,
    CONSTRAINT an_agent_has_an_account_or_a_number_that_is_asked CHECK ((((account_id IS NOT NULL) AND (phone IS NULL) AND ((phone_index)::text = ''::text)) OR ((account_id IS NULL) AND (phone IS NOT NULL) AND (NOT ((phone_index)::text = ''::text))))),
    CONSTRAINT an_agent_may_book_something CHECK (((day_most >= 1) AND (live_most >= 1)))
);

CREATE TABLE public.identity_agent_asked (
    id bigint NOT NULL,
    hall character varying(40) NOT NULL,
    phone_index character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    declined_at timestamp with time zone
);

ALTER TABLE public.identity_agent_asked ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_agent_asked_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.identity_agent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_agent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_api_key (
    id bigint NOT NULL,
    name character varying(80) NOT NULL,
    key_hash character varying(64) NOT NULL,
    scope character varying(10) NOT NULL,
    hall character varying(40) NOT NULL,
    region character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    staff_id bigint,
    vouches boolean DEFAULT false NOT NULL,
    device character varying(60) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE public.identity_api_key ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_api_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_guardianship (
    id bigint NOT NULL,
    relation character varying(12) NOT NULL,
    name text NOT NULL,
    valid_until date NOT NULL,
    paper text NOT NULL,
    declared_at timestamp with time zone,
    proven_at timestamp with time zone,
    proven_by character varying(60) DEFAULT ''::character varying NOT NULL,
    contested_at timestamp with time zone,
    contested_by character varying(60) DEFAULT ''::character varying NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) DEFAULT ''::character varying NOT NULL,
    why text NOT NULL,
    child_id bigint NOT NULL,
    guardian_id bigint NOT NULL,
    CONSTRAINT a_guardian_is_related_in_a_known_way CHECK (((relation)::text = ANY ((ARRAY['parent'::character varying, 'grandparent'::character varying, 'sibling'::character varying, 'other'::character varying])::text[]))),
    CONSTRAINT a_guardianship_is_declared_or_proven CHECK (((proven_at IS NOT NULL) OR (declared_at IS NOT NULL))),
    CONSTRAINT nobody_is_their_own_guardian CHECK ((NOT (child_id = guardian_id)))
);

ALTER TABLE public.identity_guardianship ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_guardianship_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_kiosk_session (
    id bigint NOT NULL,
    ref character varying(32) NOT NULL,
    hall character varying(40) NOT NULL,
    device character varying(60) NOT NULL,
    level character varying(8) NOT NULL,
    way character varying(8) NOT NULL,
    number character varying(6) NOT NULL,
    code_misses smallint NOT NULL,
    face_misses smallint NOT NULL,
    consent_at timestamp with time zone,
    vouched_by character varying(60) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    shown_at timestamp with time zone,
    until timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    person_id bigint NOT NULL,
    CONSTRAINT no_face_is_compared_without_consent CHECK (((NOT ((way)::text = 'face'::text)) OR (consent_at IS NOT NULL))),
    CONSTRAINT who_vouches_at_a_machine_has_a_name CHECK (((((way)::text = 'clerk'::text) AND (NOT ((vouched_by)::text = ''::text))) OR ((NOT ((way)::text = 'clerk'::text)) AND ((vouched_by)::text = ''::text)))),
    CONSTRAINT who_was_shown_at_a_machine_says_by_which_way CHECK (((((level)::text = 'card'::text) AND (shown_at IS NULL) AND ((way)::text = ''::text)) OR (((level)::text = 'shown'::text) AND (shown_at IS NOT NULL) AND ((way)::text = ANY ((ARRAY['code'::character varying, 'face'::character varying, 'clerk'::character varying])::text[])))))
);

ALTER TABLE public.identity_kiosk_session ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_kiosk_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_mandate (
    id bigint NOT NULL,
    items jsonb NOT NULL,
    valid_until date NOT NULL,
    paper text NOT NULL,
    given_at timestamp with time zone,
    given_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    agent_id bigint NOT NULL,
    person_id bigint NOT NULL,
    name text NOT NULL,
    proposed_at timestamp with time zone,
    ended_by character varying(60) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_mandate_is_proposed_or_given CHECK (((given_at IS NOT NULL) OR (proposed_at IS NOT NULL)))
);

ALTER TABLE public.identity_mandate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_mandate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_organisation (
    id bigint NOT NULL,
    uscc text NOT NULL,
    uscc_index character varying(64) NOT NULL,
    name text NOT NULL,
    masked_name character varying(60) NOT NULL,
    created_at timestamp with time zone NOT NULL
);

ALTER TABLE public.identity_organisation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_organisation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_organisation_member (
    id bigint NOT NULL,
    role character varying(10) NOT NULL,
    valid_until date,
    given_at timestamp with time zone NOT NULL,
    given_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) DEFAULT ''::character varying NOT NULL,
    organisation_id bigint NOT NULL,
    person_id bigint NOT NULL,
    appoints boolean DEFAULT false NOT NULL,
    departments jsonb DEFAULT '[]'::jsonb NOT NULL,
    items jsonb DEFAULT '[]'::jsonb NOT NULL,
    sends boolean DEFAULT true NOT NULL,
    CONSTRAINT a_member_represents_or_is_an_agent CHECK (((role)::text = ANY ((ARRAY['legal'::character varying, 'agent'::character varying])::text[]))),
    CONSTRAINT who_appoints_agents_is_not_limited CHECK (((NOT appoints) OR ((departments = '[]'::jsonb) AND (items = '[]'::jsonb) AND sends))),
    CONSTRAINT who_represents_an_organisation_is_not_limited CHECK (((NOT ((role)::text = 'legal'::text)) OR ((NOT appoints) AND (departments = '[]'::jsonb) AND (items = '[]'::jsonb) AND sends)))
);

ALTER TABLE public.identity_organisation_member ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_organisation_member_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_paper_mandate (
    id bigint NOT NULL,
    name text NOT NULL,
    client text NOT NULL,
    items jsonb NOT NULL,
    fetches boolean NOT NULL,
    valid_until date NOT NULL,
    kind character varying(10) NOT NULL,
    number text NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    seen_by character varying(60) NOT NULL,
    hall character varying(40) NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) DEFAULT ''::character varying NOT NULL,
    agent_id bigint NOT NULL,
    person_id bigint NOT NULL,
    CONSTRAINT a_letter_is_of_a_known_kind CHECK (((kind)::text = ANY ((ARRAY['written'::character varying, 'notarised'::character varying])::text[]))),
    CONSTRAINT nobody_is_their_own_agent CHECK ((NOT (person_id = agent_id)))
);

ALTER TABLE public.identity_paper_mandate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_paper_mandate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_person (
    id bigint NOT NULL,
    name text NOT NULL,
    masked_name character varying(40) NOT NULL,
    id_type character varying(20) NOT NULL,
    id_number text NOT NULL,
    number_index character varying(64) NOT NULL,
    number_last4 character varying(4) NOT NULL,
    name_index character varying(64) NOT NULL,
    birth_year smallint,
    phone text,
    phone_index character varying(64),
    created_at timestamp with time zone NOT NULL,
    name_at timestamp with time zone,
    name_evidence smallint DEFAULT 0 NOT NULL,
    name_source character varying(60) DEFAULT ''::character varying NOT NULL,
    phone_at timestamp with time zone,
    phone_evidence smallint DEFAULT 0 NOT NULL,
    same_as_id bigint,
    name_disputed_at timestamp with time zone,
    CONSTRAINT nobody_is_a_further_document_of_themselves CHECK (((same_as_id IS NULL) OR (NOT ((same_as_id = id) AND (same_as_id IS NOT NULL)))))
);

ALTER TABLE public.identity_person ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_role (
    id bigint NOT NULL,
    role character varying(20) NOT NULL,
    scope_kind character varying(10) NOT NULL,
    scope character varying(40) NOT NULL,
    given_at timestamp with time zone NOT NULL,
    given_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    staff_id bigint NOT NULL
);

ALTER TABLE public.identity_role ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_sign_in_code (
    id bigint NOT NULL,
    phone_index character varying(64) NOT NULL,
    code_hash character varying(64) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries_left smallint NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT tries_run_out_at_zero CHECK ((tries_left >= 0))
);

ALTER TABLE public.identity_sign_in_code ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_sign_in_code_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.identity_staff (
    id bigint NOT NULL,
    password character varying(128) NOT NULL,
    last_login timestamp with time zone,
    login character varying(40) NOT NULL,
    name_zh character varying(40) NOT NULL,
    name_en character varying(60) NOT NULL,
    badge character varying(20) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    must_change_password boolean DEFAULT false NOT NULL,
    department character varying(40) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE public.identity_staff ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.identity_staff_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.insight_case_sum (
    id bigint NOT NULL,
    channel character varying(12) NOT NULL,
    instant boolean NOT NULL,
    received integer NOT NULL,
    second_notices integer NOT NULL,
    accepted integer NOT NULL,
    decided integer NOT NULL,
    granted integer NOT NULL,
    due integer NOT NULL,
    on_time integer NOT NULL,
    completed integer NOT NULL,
    one_stop integer NOT NULL,
    trips integer NOT NULL,
    ratings integer NOT NULL,
    stars_1 integer NOT NULL,
    stars_2 integer NOT NULL,
    stars_3 integer NOT NULL,
    stars_4 integer NOT NULL,
    stars_5 integer NOT NULL,
    saved_steps numeric NOT NULL,
    department_id bigint NOT NULL,
    item_id bigint NOT NULL,
    span_id bigint NOT NULL,
    prepared integer DEFAULT 0 NOT NULL,
    prepared_s bigint DEFAULT 0 NOT NULL,
    unprepared integer DEFAULT 0 NOT NULL,
    unprepared_s bigint DEFAULT 0 NOT NULL
);

ALTER TABLE public.insight_case_sum ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.insight_case_sum_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.insight_changed (
    id bigint NOT NULL,
    day date NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.insight_changed ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.insight_changed_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.insight_span (
    id bigint NOT NULL,
    start date NOT NULL,
    days smallint NOT NULL,
    timezone character varying(40) NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    arrivals integer[] NOT NULL,
    waits integer[] NOT NULL,
    promised integer NOT NULL,
    kept integer NOT NULL,
    below_likely integer NOT NULL,
    off_s bigint NOT NULL,
    hall_id bigint NOT NULL,
    CONSTRAINT a_span_is_of_1_8_or_64_days CHECK ((days = ANY (ARRAY[1, 8, 64])))
);

ALTER TABLE public.insight_span ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.insight_span_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.insight_sum (
    id bigint NOT NULL,
    by character varying(8) NOT NULL,
    key character varying(20),
    visits integer NOT NULL,
    persons integer NOT NULL,
    visits_served integer NOT NULL,
    visits_told integer NOT NULL,
    wasted integer NOT NULL,
    one_stop integer NOT NULL,
    tickets integer NOT NULL,
    booked integer NOT NULL,
    walk_in integer NOT NULL,
    served integer NOT NULL,
    done integer NOT NULL,
    paper_missing integer NOT NULL,
    advice_only integer NOT NULL,
    refused integer NOT NULL,
    held integer NOT NULL,
    missed integer NOT NULL,
    "left" integer NOT NULL,
    closed integer NOT NULL,
    redirected integer NOT NULL,
    open integer NOT NULL,
    appointments integer NOT NULL,
    checked_in integer NOT NULL,
    no_shows integer NOT NULL,
    cancelled integer NOT NULL,
    ratings integer NOT NULL,
    stars_1 integer NOT NULL,
    stars_2 integer NOT NULL,
    stars_3 integer NOT NULL,
    stars_4 integer NOT NULL,
    stars_5 integer NOT NULL,
    wait_n integer NOT NULL,
    wait_sum_s bigint NOT NULL,
    way_n integer NOT NULL,
    way_sum_s bigint NOT NULL,
    handling_n integer NOT NULL,
    handling_sum_s bigint NOT NULL,
    wait_steps numeric NOT NULL,
    handling_steps numeric NOT NULL,
    span_id bigint NOT NULL
);

ALTER TABLE public.insight_sum ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.insight_sum_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_authority_key (
    id bigint NOT NULL,
    authority character varying(40) NOT NULL,
    given_at timestamp with time zone NOT NULL,
    given_by character varying(60) NOT NULL,
    key_id bigint NOT NULL,
    CONSTRAINT an_authority_is_named_by_its_code CHECK (((authority)::text ~ '^[a-z0-9][a-z0-9-]{0,39}$'::text))
);

ALTER TABLE public.library_authority_key ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_authority_key_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_blob (
    id bigint NOT NULL,
    sha256 character varying(64) NOT NULL,
    size integer NOT NULL,
    salt bytea NOT NULL,
    key_id character varying(40) NOT NULL,
    made_at timestamp with time zone NOT NULL
);

ALTER TABLE public.library_blob ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_blob_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_blob_part (
    id bigint NOT NULL,
    no integer NOT NULL,
    body bytea NOT NULL,
    blob_id bigint NOT NULL
);
ALTER TABLE ONLY public.library_blob_part ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE public.library_blob_part ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_blob_part_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_certificate (
    id bigint NOT NULL,
    ref character varying(20) NOT NULL,
    type character varying(60) NOT NULL,
    number text NOT NULL,
    number_index character varying(64) NOT NULL,
    name_zh character varying(120) NOT NULL,
    name_en character varying(200) NOT NULL,
    issuer_zh character varying(120) NOT NULL,
    issuer_en character varying(200) NOT NULL,
    issued_on date NOT NULL,
    valid_until date,
    status character varying(8) DEFAULT 'valid'::character varying NOT NULL,
    trust character varying(1) NOT NULL,
    source character varying(60) NOT NULL,
    case_no character varying(50) DEFAULT ''::character varying NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) DEFAULT ''::character varying NOT NULL,
    organisation_id bigint,
    person_id bigint,
    document_version_id bigint,
    ended_for character varying(50) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_certificate_has_one_holder CHECK ((((organisation_id IS NOT NULL) AND (person_id IS NULL)) OR ((organisation_id IS NULL) AND (person_id IS NOT NULL)))),
    CONSTRAINT a_certificate_is_not_over_before_it_is_issued CHECK (((valid_until IS NULL) OR (valid_until >= issued_on))),
    CONSTRAINT an_ended_certificate_says_when CHECK ((((ended_at IS NULL) AND ((status)::text = 'valid'::text)) OR ((ended_at IS NOT NULL) AND ((status)::text = 'ended'::text)))),
    CONSTRAINT certificate_state_is_known CHECK (((status)::text = ANY ((ARRAY['valid'::character varying, 'ended'::character varying])::text[]))),
    CONSTRAINT certificate_trust_is_known CHECK (((trust)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying, 'C'::character varying, 'D'::character varying])::text[]))),
    CONSTRAINT only_an_ended_certificate_was_ended_for_a_case CHECK ((((ended_for)::text = ''::text) OR ((status)::text = 'ended'::text)))
);

ALTER TABLE public.library_certificate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_certificate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_certificate_use (
    id bigint NOT NULL,
    purpose character varying(60) NOT NULL,
    subject character varying(80) NOT NULL,
    by character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    consent boolean NOT NULL,
    note text NOT NULL,
    certificate_id bigint,
    handed_on date,
    organisation_id bigint,
    origin character varying(50) DEFAULT ''::character varying NOT NULL,
    person_id bigint,
    CONSTRAINT a_use_is_of_a_certificate_or_an_earlier_paper CHECK ((((certificate_id IS NOT NULL) AND (handed_on IS NULL) AND (organisation_id IS NULL) AND ((origin)::text = ''::text) AND (person_id IS NULL)) OR ((certificate_id IS NULL) AND (handed_on IS NOT NULL) AND ((origin)::text > ''::text) AND (((organisation_id IS NOT NULL) AND (person_id IS NULL)) OR ((organisation_id IS NULL) AND (person_id IS NOT NULL)))))),
    CONSTRAINT nothing_is_used_without_consent CHECK (consent)
);

ALTER TABLE public.library_certificate_use ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_certificate_use_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_document (
    id bigint NOT NULL,
    ref character varying(20) NOT NULL,
    hall character varying(40) DEFAULT ''::character varying NOT NULL,
    kind character varying(40) NOT NULL,
    name text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    account_id bigint,
    organisation_id bigint,
    person_id bigint
);

ALTER TABLE public.library_document ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_document_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_document_version (
    id bigint NOT NULL,
    version integer NOT NULL,
    mime character varying(40) NOT NULL,
    pages integer NOT NULL,
    scan character varying(12) NOT NULL,
    reason character varying(40) DEFAULT ''::character varying NOT NULL,
    source_sha256 character varying(64) NOT NULL,
    channel character varying(12) NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    blob_id bigint NOT NULL,
    document_id bigint NOT NULL,
    CONSTRAINT upload_state_is_known CHECK (((scan)::text = ANY ((ARRAY['pending'::character varying, 'clean'::character varying, 'unavailable'::character varying, 'rejected'::character varying])::text[])))
);

ALTER TABLE public.library_document_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_document_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_fact (
    id bigint NOT NULL,
    element character varying(60) NOT NULL,
    value text NOT NULL,
    trust character varying(1) NOT NULL,
    source character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    organisation_id bigint,
    person_id bigint,
    ended boolean DEFAULT false NOT NULL,
    own_index character varying(64) DEFAULT ''::character varying NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    valid_from date,
    valid_until date,
    CONSTRAINT a_fact_is_not_over_before_it_begins CHECK (((valid_from IS NULL) OR (valid_until IS NULL) OR (valid_until >= valid_from))),
    CONSTRAINT a_fact_is_of_one_holder CHECK ((((organisation_id IS NOT NULL) AND (person_id IS NULL)) OR ((organisation_id IS NULL) AND (person_id IS NOT NULL)))),
    CONSTRAINT an_authoritys_fact_has_a_revision CHECK ((((NOT ended) AND ((own_index)::text = ''::text) AND (revision = 0)) OR ((NOT ((own_index)::text = ''::text)) AND (revision >= 1)))),
    CONSTRAINT fact_trust_is_known CHECK (((trust)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying, 'C'::character varying, 'D'::character varying])::text[])))
);

CREATE TABLE public.library_fact_carried (
    id bigint NOT NULL,
    element character varying(60) NOT NULL,
    source character varying(60) NOT NULL,
    said_at timestamp with time zone NOT NULL,
    trust character varying(1) NOT NULL,
    value_index character varying(64) NOT NULL,
    consent_id bigint NOT NULL
);

ALTER TABLE public.library_fact_carried ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_fact_carried_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_fact_consent (
    id bigint NOT NULL,
    subject character varying(80) NOT NULL,
    words character varying(12) NOT NULL,
    given_at timestamp with time zone NOT NULL,
    given_by character varying(60) NOT NULL,
    withdrawn_at timestamp with time zone,
    withdrawn_by character varying(60) DEFAULT ''::character varying NOT NULL,
    organisation_id bigint,
    person_id bigint,
    CONSTRAINT a_consent_taken_back_says_by_whom CHECK ((((withdrawn_at IS NULL) AND ((withdrawn_by)::text = ''::text)) OR ((withdrawn_at IS NOT NULL) AND (NOT ((withdrawn_by)::text = ''::text))))),
    CONSTRAINT a_consent_to_facts_is_of_one_holder CHECK ((((organisation_id IS NOT NULL) AND (person_id IS NULL)) OR ((organisation_id IS NULL) AND (person_id IS NOT NULL)))),
    CONSTRAINT words_of_a_consent_are_known CHECK (((words)::text = ANY ((ARRAY['own-1'::character varying, 'window-1'::character varying, 'channel-1'::character varying])::text[])))
);

ALTER TABLE public.library_fact_consent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_fact_consent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.library_fact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_fact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_fact_use (
    id bigint NOT NULL,
    element character varying(60) NOT NULL,
    source character varying(60) NOT NULL,
    said_at timestamp with time zone NOT NULL,
    trust character varying(1) NOT NULL,
    value_index character varying(64) NOT NULL,
    subject character varying(80) NOT NULL,
    purpose character varying(60) NOT NULL,
    became character varying(12) NOT NULL,
    by character varying(60) NOT NULL,
    at timestamp with time zone NOT NULL,
    consent_id bigint NOT NULL,
    CONSTRAINT trust_of_a_used_fact_is_known CHECK (((trust)::text = ANY ((ARRAY['A'::character varying, 'B'::character varying, 'C'::character varying, 'D'::character varying])::text[]))),
    CONSTRAINT what_became_of_a_fact_is_known CHECK (((became)::text = ANY ((ARRAY['kept'::character varying, 'corrected'::character varying, 'taken_out'::character varying])::text[])))
);

ALTER TABLE public.library_fact_use ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_fact_use_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_import_batch (
    id bigint NOT NULL,
    by character varying(60) NOT NULL,
    digest character varying(64) NOT NULL,
    begun_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone
);

ALTER TABLE public.library_import_batch ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_import_batch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_imported_row (
    id bigint NOT NULL,
    no integer NOT NULL,
    told text NOT NULL,
    batch_id bigint NOT NULL
);

ALTER TABLE public.library_imported_row ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_imported_row_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_upload (
    id bigint NOT NULL,
    ref character varying(20) NOT NULL,
    subject character varying(140) NOT NULL,
    name text NOT NULL,
    size integer NOT NULL,
    received integer DEFAULT 0 NOT NULL,
    sha256 character varying(64) DEFAULT ''::character varying NOT NULL,
    place smallint,
    salt bytea NOT NULL,
    key_id character varying(40) NOT NULL,
    by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    became character varying(40) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT an_upload_is_not_too_large CHECK (((size >= 1) AND (size <= 20971520))),
    CONSTRAINT an_upload_under_way_has_a_place CHECK ((((finished_at IS NULL) AND (place IS NOT NULL)) OR ((finished_at IS NOT NULL) AND (place IS NULL)))),
    CONSTRAINT no_more_comes_than_announced CHECK (((received >= 0) AND (received <= size))),
    CONSTRAINT upload_places_are_few CHECK (((place IS NULL) OR ((place >= 1) AND (place <= 5))))
);

ALTER TABLE public.library_upload ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_upload_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.library_upload_part (
    id bigint NOT NULL,
    no integer NOT NULL,
    body bytea NOT NULL,
    upload_id bigint NOT NULL
);
ALTER TABLE ONLY public.library_upload_part ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE public.library_upload_part ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.library_upload_part_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.messaging_address (
    id bigint NOT NULL,
    to_index character varying(64) NOT NULL,
    channel character varying(10) NOT NULL,
    address text NOT NULL,
    bound_at timestamp with time zone NOT NULL
);

ALTER TABLE public.messaging_address ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.messaging_address_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.messaging_delivery (
    id bigint NOT NULL,
    message character varying(40) NOT NULL,
    channel character varying(10) NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE public.messaging_delivery ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.messaging_delivery_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.messaging_message (
    id bigint NOT NULL,
    hall character varying(40) DEFAULT ''::character varying NOT NULL,
    key character varying(40) NOT NULL,
    subject character varying(60) DEFAULT ''::character varying NOT NULL,
    channel character varying(10) DEFAULT ''::character varying NOT NULL,
    "to" text NOT NULL,
    to_index character varying(64) NOT NULL,
    language character varying(10) DEFAULT 'zh-hans'::character varying NOT NULL,
    params jsonb DEFAULT '{}'::jsonb NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    dedupe character varying(140) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    state character varying(8) DEFAULT 'due'::character varying NOT NULL,
    tries smallint DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone,
    sent_at timestamp with time zone,
    receipt character varying(120) DEFAULT ''::character varying NOT NULL,
    error character varying(200) DEFAULT ''::character varying NOT NULL,
    created_at timestamp with time zone NOT NULL,
    retry_at timestamp with time zone,
    until timestamp with time zone,
    why character varying(12) DEFAULT ''::character varying NOT NULL,
    sealed text,
    said text,
    CONSTRAINT message_state_is_known CHECK (((state)::text = ANY ((ARRAY['due'::character varying, 'sending'::character varying, 'sent'::character varying, 'failed'::character varying, 'dropped'::character varying])::text[])))
);

ALTER TABLE public.messaging_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.messaging_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.messaging_template (
    id bigint NOT NULL,
    hall character varying(40) NOT NULL,
    key character varying(40) NOT NULL,
    language character varying(10) NOT NULL,
    body text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL
);

ALTER TABLE public.messaging_template ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.messaging_template_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_area (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name_zh character varying(80) NOT NULL,
    name_en character varying(120) NOT NULL,
    place_zh character varying(200) NOT NULL,
    place_en character varying(200) NOT NULL,
    all_hours boolean NOT NULL,
    most_inside smallint,
    stay_minutes smallint NOT NULL,
    active boolean NOT NULL,
    hall_id bigint NOT NULL,
    asks character varying(12) DEFAULT 'nobody'::character varying NOT NULL,
    free_by_day boolean DEFAULT true NOT NULL,
    lights character varying(6) DEFAULT 'night'::character varying NOT NULL,
    limits_by character varying(60) DEFAULT ''::character varying NOT NULL,
    nights_from time without time zone DEFAULT '18:00:00'::time without time zone NOT NULL,
    nights_until time without time zone DEFAULT '08:30:00'::time without time zone NOT NULL,
    door_by character varying(60) DEFAULT ''::character varying NOT NULL,
    CONSTRAINT a_door_asks_for_a_card_a_code_or_nothing CHECK (((asks)::text = ANY ((ARRAY['card'::character varying, 'card-or-code'::character varying, 'nobody'::character varying])::text[]))),
    CONSTRAINT a_stay_in_an_area_lasts CHECK ((stay_minutes >= 1)),
    CONSTRAINT an_area_takes_somebody CHECK (((most_inside IS NULL) OR (most_inside >= 1))),
    CONSTRAINT lights_burn_by_day_by_night_or_always CHECK (((lights)::text = ANY ((ARRAY['day'::character varying, 'night'::character varying, 'always'::character varying])::text[]))),
    CONSTRAINT places_area_most_inside_check CHECK ((most_inside >= 0)),
    CONSTRAINT places_area_stay_minutes_check CHECK ((stay_minutes >= 0))
);

ALTER TABLE public.places_area ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_area_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_category (
    id bigint NOT NULL,
    code character varying(10) NOT NULL,
    letter character varying(2) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(80) NOT NULL,
    handling_minutes double precision NOT NULL,
    weight double precision NOT NULL,
    "order" smallint NOT NULL,
    hall_id bigint NOT NULL,
    zone_id bigint
);

ALTER TABLE public.places_category ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_category_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_floor (
    id bigint NOT NULL,
    code character varying(10) NOT NULL,
    label_zh character varying(30) NOT NULL,
    label_en character varying(30) NOT NULL,
    "order" smallint NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.places_floor ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_floor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_hall (
    id bigint NOT NULL,
    code character varying(40) NOT NULL,
    name_zh character varying(80) NOT NULL,
    name_en character varying(120) NOT NULL,
    address_zh character varying(200) NOT NULL,
    address_en character varying(200) NOT NULL,
    phone character varying(40) NOT NULL,
    timezone character varying(40) NOT NULL,
    lat double precision,
    lon double precision,
    "order" smallint NOT NULL,
    crowd jsonb NOT NULL,
    region_id character varying(20) NOT NULL
);

ALTER TABLE public.places_hall ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_hall_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_policy_version (
    id bigint NOT NULL,
    version integer NOT NULL,
    document jsonb NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    note text NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.places_policy_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_policy_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_region (
    code character varying(20) NOT NULL,
    level character varying(10) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(80) NOT NULL,
    path character varying(200) NOT NULL,
    parent_id character varying(20)
);

CREATE TABLE public.places_window (
    id bigint NOT NULL,
    code character varying(60) NOT NULL,
    number character varying(10) NOT NULL,
    kind character varying(12) NOT NULL,
    x double precision NOT NULL,
    y double precision NOT NULL,
    hall_id bigint NOT NULL,
    zone_id bigint NOT NULL,
    CONSTRAINT a_window_is_integrated_or_special CHECK (((kind)::text = ANY ((ARRAY['integrated'::character varying, 'special'::character varying])::text[])))
);

CREATE TABLE public.places_window_category (
    id bigint NOT NULL,
    category_id bigint NOT NULL,
    window_id bigint NOT NULL,
    preferred boolean NOT NULL
);

ALTER TABLE public.places_window_category ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_window_category_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.places_window ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_window_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_zone (
    id bigint NOT NULL,
    code character varying(20) NOT NULL,
    name_zh character varying(60) NOT NULL,
    name_en character varying(80) NOT NULL,
    floor_id bigint NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.places_zone ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.places_zone_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type public.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);

CREATE SEQUENCE public.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_events_id_seq OWNED BY public.procrastinate_events.id;

CREATE SEQUENCE public.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_jobs_id_seq OWNED BY public.procrastinate_jobs.id;

CREATE TABLE public.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);

CREATE SEQUENCE public.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_periodic_defers_id_seq OWNED BY public.procrastinate_periodic_defers.id;

CREATE TABLE public.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_act (
    id bigint NOT NULL,
    n integer NOT NULL,
    key character varying(64) NOT NULL,
    kind character varying(8) NOT NULL,
    body text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    yes boolean,
    answered_at timestamp with time zone,
    done_at timestamp with time zone,
    session_id bigint NOT NULL,
    CONSTRAINT an_act_is_answered_after_it_was_asked CHECK ((((answered_at IS NULL) AND (yes IS NULL)) OR ((answered_at >= asked_at) AND (yes IS NOT NULL)))),
    CONSTRAINT an_act_is_known CHECK (((kind)::text = ANY ((ARRAY['point'::character varying, 'fill'::character varying, 'press'::character varying, 'print'::character varying, 'open'::character varying])::text[]))),
    CONSTRAINT only_what_was_allowed_is_done CHECK (((done_at IS NULL) OR ((done_at >= answered_at) AND yes)))
);

ALTER TABLE public.remote_act ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_act_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_consent (
    id bigint NOT NULL,
    what character varying(10) NOT NULL,
    given_at timestamp with time zone NOT NULL,
    taken_back_at timestamp with time zone,
    session_id bigint NOT NULL,
    CONSTRAINT a_consent_is_taken_back_after_it_was_given CHECK (((taken_back_at IS NULL) OR (taken_back_at >= given_at))),
    CONSTRAINT what_is_consented_to_is_known CHECK (((what)::text = ANY ((ARRAY['recording'::character varying, 'screen'::character varying])::text[])))
);

ALTER TABLE public.remote_consent ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_consent_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_counter (
    id bigint NOT NULL,
    day date NOT NULL,
    last integer NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.remote_counter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_counter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_recording (
    id bigint NOT NULL,
    ref character varying(32) NOT NULL,
    purpose text NOT NULL,
    state character varying(8) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    heard_at timestamp with time zone,
    ended_at timestamp with time zone,
    why character varying(12) NOT NULL,
    kept_until timestamp with time zone,
    deleted_at timestamp with time zone,
    chunks integer NOT NULL,
    size bigint NOT NULL,
    salt bytea NOT NULL,
    key_id character varying(40) NOT NULL,
    consent_id bigint,
    hall_id bigint NOT NULL,
    seat_id bigint NOT NULL,
    session_id bigint NOT NULL,
    CONSTRAINT a_recording_is_answered_after_it_was_asked CHECK ((((answered_at IS NULL) AND ((state)::text = 'asked'::text)) OR ((NOT ((state)::text = 'asked'::text)) AND (answered_at >= asked_at)))),
    CONSTRAINT a_recording_that_closed_says_when_why_and_how_long CHECK ((((ended_at >= answered_at) AND (kept_until >= ended_at) AND ((state)::text = ANY ((ARRAY['ended'::character varying, 'deleted'::character varying])::text[])) AND ((why)::text = ANY ((ARRAY['taken-back'::character varying, 'stopped'::character varying, 'talk-over'::character varying, 'silent'::character varying, 'full'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['ended'::character varying, 'deleted'::character varying])::text[]))) AND (ended_at IS NULL) AND (kept_until IS NULL) AND ((why)::text = ''::text)))),
    CONSTRAINT a_recording_that_is_deleted_says_when CHECK ((((deleted_at >= ended_at) AND ((state)::text = 'deleted'::text)) OR ((NOT ((state)::text = 'deleted'::text)) AND (deleted_at IS NULL)))),
    CONSTRAINT nothing_is_recorded_without_consent CHECK ((((chunks = 0) AND (consent_id IS NULL) AND ((state)::text = ANY ((ARRAY['asked'::character varying, 'declined'::character varying])::text[]))) OR ((NOT ((state)::text = ANY ((ARRAY['asked'::character varying, 'declined'::character varying])::text[]))) AND (consent_id IS NOT NULL) AND (heard_at IS NOT NULL)))),
    CONSTRAINT recording_state_is_known CHECK (((state)::text = ANY ((ARRAY['asked'::character varying, 'declined'::character varying, 'running'::character varying, 'ended'::character varying, 'deleted'::character varying])::text[])))
);

CREATE TABLE public.remote_recording_chunk (
    id bigint NOT NULL,
    no integer NOT NULL,
    part integer NOT NULL,
    mime character varying(10) NOT NULL,
    size integer NOT NULL,
    sha256 character varying(64) NOT NULL,
    body bytea NOT NULL,
    at timestamp with time zone NOT NULL,
    recording_id bigint NOT NULL,
    CONSTRAINT a_chunk_is_small_and_of_a_known_kind CHECK (((no >= 0) AND (part >= 0) AND ((size >= 1) AND (size <= 2097152)) AND ((mime)::text = ANY ((ARRAY['video/webm'::character varying, 'audio/webm'::character varying])::text[]))))
);
ALTER TABLE ONLY public.remote_recording_chunk ALTER COLUMN body SET STORAGE EXTERNAL;

ALTER TABLE public.remote_recording_chunk ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_recording_chunk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.remote_recording ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_recording_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_recording_look (
    id bigint NOT NULL,
    reason text NOT NULL,
    at timestamp with time zone NOT NULL,
    recording_id bigint NOT NULL,
    staff_id bigint NOT NULL
);

ALTER TABLE public.remote_recording_look ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_recording_look_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_said (
    id bigint NOT NULL,
    n integer NOT NULL,
    by character varying(8) NOT NULL,
    kind character varying(8) NOT NULL,
    body text NOT NULL,
    key character varying(64) NOT NULL,
    at timestamp with time zone NOT NULL,
    document_id bigint,
    session_id bigint NOT NULL,
    CONSTRAINT who_says_what_is_known CHECK ((((by)::text = ANY ((ARRAY['citizen'::character varying, 'seat'::character varying, 'hall'::character varying])::text[])) AND ((kind)::text = ANY ((ARRAY['text'::character varying, 'picture'::character varying, 'file'::character varying, 'act'::character varying])::text[]))))
);

ALTER TABLE public.remote_said ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_said_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_screen (
    id bigint NOT NULL,
    n integer NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    session_id bigint NOT NULL,
    CONSTRAINT screens_are_counted_from_one CHECK ((n >= 1))
);

ALTER TABLE public.remote_screen ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_screen_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_seat (
    id bigint NOT NULL,
    kind character varying(10) NOT NULL,
    skills jsonb NOT NULL,
    languages jsonb NOT NULL,
    state character varying(8) NOT NULL,
    since timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone,
    hall_id bigint,
    staff_id bigint NOT NULL,
    CONSTRAINT a_windows_seat_has_a_hall CHECK (((NOT ((kind)::text = 'window'::text)) OR (hall_id IS NOT NULL))),
    CONSTRAINT seat_kind_is_known CHECK (((kind)::text = ANY ((ARRAY['dedicated'::character varying, 'window'::character varying, 'hotline'::character varying])::text[]))),
    CONSTRAINT seat_state_is_known CHECK (((state)::text = ANY ((ARRAY['away'::character varying, 'ready'::character varying, 'paused'::character varying, 'talking'::character varying])::text[])))
);

ALTER TABLE public.remote_seat ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_seat_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_session (
    id bigint NOT NULL,
    ref character varying(32) NOT NULL,
    day date NOT NULL,
    seq integer NOT NULL,
    asked_by character varying(60) NOT NULL,
    origin character varying(8) NOT NULL,
    wants character varying(12) NOT NULL,
    media character varying(6) NOT NULL,
    language character varying(6) NOT NULL,
    skills jsonb NOT NULL,
    phone text,
    state character varying(10) NOT NULL,
    promised_at timestamp with time zone,
    asked_at timestamp with time zone NOT NULL,
    rung_at timestamp with time zone,
    answered_at timestamp with time zone,
    ended_at timestamp with time zone,
    why character varying(12) NOT NULL,
    outcome text NOT NULL,
    score smallint,
    rated_at timestamp with time zone,
    booking character varying(40) NOT NULL,
    forgotten boolean NOT NULL,
    account_id bigint,
    case_id bigint,
    device_id bigint,
    hall_id bigint NOT NULL,
    item_id bigint,
    person_id bigint,
    only_seat_id bigint,
    seat_id bigint,
    appointment character varying(16) DEFAULT ''::character varying NOT NULL,
    first_from timestamp with time zone,
    caller_name text,
    evidence smallint DEFAULT 0 NOT NULL,
    told_near_at timestamp with time zone,
    CONSTRAINT a_call_back_has_a_phone CHECK (((NOT ((state)::text = 'callback'::text)) OR (phone IS NOT NULL))),
    CONSTRAINT a_session_that_ended_says_when_and_why CHECK ((((ended_at IS NOT NULL) AND ((state)::text = 'ended'::text) AND ((why)::text = ANY ((ARRAY['helped'::character varying, 'not-helped'::character varying, 'no-answer'::character varying, 'left'::character varying, 'closed'::character varying])::text[]))) OR ((NOT ((state)::text = 'ended'::text)) AND (ended_at IS NULL) AND ((why)::text = ''::text)))),
    CONSTRAINT only_what_ended_is_rated CHECK ((((rated_at IS NULL) AND (score IS NULL)) OR ((rated_at IS NOT NULL) AND ((score >= 0) AND (score <= 10)) AND ((state)::text = 'ended'::text)))),
    CONSTRAINT remote_session_state_is_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'ringing'::character varying, 'talking'::character varying, 'callback'::character varying, 'ended'::character varying])::text[]))),
    CONSTRAINT times_of_a_session_are_in_order CHECK ((((rung_at IS NULL) OR (rung_at >= asked_at)) AND ((answered_at IS NULL) OR (answered_at >= asked_at)) AND ((ended_at IS NULL) OR (ended_at >= asked_at)) AND ((ended_at IS NULL) OR (answered_at IS NULL) OR (ended_at >= answered_at)))),
    CONSTRAINT what_a_session_wants_is_known CHECK ((((origin)::text = ANY ((ARRAY['web'::character varying, 'wechat'::character varying, 'kiosk'::character varying, 'phone'::character varying])::text[])) AND ((wants)::text = ANY ((ARRAY['consult'::character varying, 'tutor'::character varying, 'pre-review'::character varying, 'accept'::character varying, 'book'::character varying])::text[])) AND ((media)::text = ANY ((ARRAY['video'::character varying, 'voice'::character varying, 'text'::character varying])::text[])) AND ((language)::text = ANY ((ARRAY['zh'::character varying, 'en'::character varying, 'sign'::character varying])::text[])))),
    CONSTRAINT who_rings_or_talks_has_a_seat CHECK ((((seat_id IS NULL) AND ((state)::text = ANY ((ARRAY['waiting'::character varying, 'callback'::character varying])::text[]))) OR ((rung_at IS NOT NULL) AND (seat_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['ringing'::character varying, 'talking'::character varying])::text[]))) OR ((state)::text = 'ended'::text))),
    CONSTRAINT who_talks_was_answered CHECK (((NOT ((state)::text = 'talking'::text)) OR (answered_at IS NOT NULL)))
);

ALTER TABLE public.remote_session ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_signal (
    id bigint NOT NULL,
    n integer NOT NULL,
    by character varying(8) NOT NULL,
    kind character varying(10) NOT NULL,
    body text NOT NULL,
    at timestamp with time zone NOT NULL,
    session_id bigint NOT NULL,
    CONSTRAINT a_signal_is_known CHECK ((((by)::text = ANY ((ARRAY['citizen'::character varying, 'seat'::character varying])::text[])) AND ((kind)::text = ANY ((ARRAY['offer'::character varying, 'answer'::character varying, 'candidate'::character varying, 'bye'::character varying, 'pointer'::character varying])::text[]))))
);

ALTER TABLE public.remote_signal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_signal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.remote_talk (
    id bigint NOT NULL,
    answered_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    why character varying(12) NOT NULL,
    hall_id bigint NOT NULL,
    seat_id bigint NOT NULL,
    session_id bigint NOT NULL,
    CONSTRAINT a_talk_ends_after_it_began CHECK ((((ended_at IS NULL) AND ((why)::text = ''::text)) OR ((ended_at >= answered_at) AND (NOT ((why)::text = ''::text)))))
);

ALTER TABLE public.remote_talk ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.remote_talk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.seals_seal (
    id bigint NOT NULL,
    no smallint NOT NULL,
    key character varying(100) NOT NULL,
    words character varying(60) NOT NULL,
    chain text NOT NULL,
    certificate character varying(64) NOT NULL,
    serial character varying(60) NOT NULL,
    valid_from timestamp with time zone NOT NULL,
    valid_until timestamp with time zone NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    made_at timestamp with time zone NOT NULL,
    made_by character varying(60) NOT NULL,
    department_id bigint,
    hall_id bigint NOT NULL,
    CONSTRAINT a_seal_is_not_over_before_it_begins CHECK ((valid_until > valid_from)),
    CONSTRAINT seals_are_counted_from_one CHECK ((no >= 1))
);

ALTER TABLE public.seals_seal ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.seals_seal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.staffing_saved_filter (
    id bigint NOT NULL,
    listed character varying(40) NOT NULL,
    place smallint NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    made_at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    CONSTRAINT saved_filters_of_a_list_are_few CHECK (((place >= 1) AND (place <= 12)))
);

ALTER TABLE public.staffing_saved_filter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.staffing_saved_filter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.staffing_shift (
    id bigint NOT NULL,
    day date NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    duty character varying(20) NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    window_id bigint,
    CONSTRAINT a_shift_ends_after_it_starts CHECK ((ends_at > starts_at))
);

ALTER TABLE public.staffing_shift ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.staffing_shift_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_call (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    out_of_order_why text NOT NULL,
    at timestamp with time zone NOT NULL,
    hall_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    window_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    waited_s integer
);

ALTER TABLE public.tickets_call ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_counter (
    id bigint NOT NULL,
    day date NOT NULL,
    letter character varying(2) NOT NULL,
    last integer NOT NULL,
    walk_ins integer NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.tickets_counter ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_counter_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_estimate (
    id bigint NOT NULL,
    day date NOT NULL,
    at timestamp with time zone NOT NULL,
    ahead integer NOT NULL,
    likely_s integer NOT NULL,
    at_most_s integer NOT NULL,
    actual_s integer,
    hall_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    CONSTRAINT at_most_is_not_below_likely CHECK ((at_most_s >= likely_s))
);

ALTER TABLE public.tickets_estimate ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_estimate_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_former_ref (
    id bigint NOT NULL,
    ref character varying(32) NOT NULL,
    at timestamp with time zone NOT NULL,
    ticket_id bigint NOT NULL
);

ALTER TABLE public.tickets_former_ref ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_former_ref_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_hall_day (
    id bigint NOT NULL,
    day date NOT NULL,
    closed_at timestamp with time zone,
    closed_by character varying(60) NOT NULL,
    account jsonb NOT NULL,
    hall_id bigint NOT NULL
);

ALTER TABLE public.tickets_hall_day ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_hall_day_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_handling_time (
    id bigint NOT NULL,
    hour smallint NOT NULL,
    weight double precision NOT NULL,
    mean_s double precision NOT NULL,
    p50_s double precision NOT NULL,
    p90_s double precision NOT NULL,
    learned_at timestamp with time zone NOT NULL,
    category_id bigint NOT NULL,
    gap_s double precision DEFAULT 40.0 NOT NULL
);

ALTER TABLE public.tickets_handling_time ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_handling_time_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_miss (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    reinstated_at timestamp with time zone,
    reinstated_by character varying(60) NOT NULL,
    hall_id bigint NOT NULL,
    window_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    back_within integer,
    back_way character varying(10) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE public.tickets_miss ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_miss_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_paper_block (
    id bigint NOT NULL,
    letter character varying(2) NOT NULL,
    first integer NOT NULL,
    last integer NOT NULL,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    category_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    device_id bigint,
    ended_at timestamp with time zone,
    CONSTRAINT a_paper_block_has_numbers CHECK (((first >= 1) AND (last >= first) AND (last <= 99999)))
);

ALTER TABLE public.tickets_paper_block ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_paper_block_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_pause (
    id bigint NOT NULL,
    reason text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    session_id bigint NOT NULL
);

ALTER TABLE public.tickets_pause ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_pause_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_planned_desk (
    id bigint NOT NULL,
    weekday smallint,
    day date,
    starts time without time zone NOT NULL,
    ends time without time zone NOT NULL,
    desks smallint NOT NULL,
    shift bigint,
    made_by character varying(60) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    category_id bigint,
    hall_id bigint NOT NULL,
    window_id bigint,
    CONSTRAINT planned_desks_are_of_a_weekday_or_a_day CHECK ((((day IS NOT NULL) AND (weekday IS NULL)) OR ((day IS NULL) AND ((weekday >= 0) AND (weekday <= 6))))),
    CONSTRAINT planned_desks_are_some CHECK (((desks >= 1) AND (desks <= 500))),
    CONSTRAINT planned_desks_close_after_they_open CHECK ((ends > starts))
);

ALTER TABLE public.tickets_planned_desk ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_planned_desk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_service (
    id bigint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome character varying(12) NOT NULL,
    category_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint,
    staff_id bigint NOT NULL,
    window_id bigint NOT NULL,
    ticket_id bigint NOT NULL,
    learned_at timestamp with time zone
);

ALTER TABLE public.tickets_service ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_service_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_skip (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    why text NOT NULL,
    ticket_id bigint NOT NULL,
    window_id bigint NOT NULL
);

ALTER TABLE public.tickets_skip ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_skip_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_ticket (
    id bigint NOT NULL,
    ref character varying(32) NOT NULL,
    day date NOT NULL,
    number character varying(8) NOT NULL,
    letter character varying(2) NOT NULL,
    seq integer NOT NULL,
    kind character varying(8) NOT NULL,
    lane character varying(12) NOT NULL,
    channel character varying(12) NOT NULL,
    language character varying(10) NOT NULL,
    phone_index character varying(64) NOT NULL,
    state character varying(10) NOT NULL,
    rank_class smallint NOT NULL,
    rank_key bigint NOT NULL,
    call_by timestamp with time zone,
    session_kind character varying(12) NOT NULL,
    after_booked boolean NOT NULL,
    made_at timestamp with time zone NOT NULL,
    called_at timestamp with time zone,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    wait_s integer,
    handling_s integer,
    calls smallint NOT NULL,
    recalls smallint NOT NULL,
    misses smallint NOT NULL,
    identity_ok boolean,
    note text NOT NULL,
    closed_why character varying(40) NOT NULL,
    appointment_id bigint,
    category_id bigint NOT NULL,
    hall_id bigint NOT NULL,
    item_id bigint,
    only_window_id bigint,
    person_id bigint,
    window_id bigint,
    visit_id bigint NOT NULL,
    alone boolean NOT NULL,
    notify_to text NOT NULL,
    parked_until timestamp with time zone,
    session_until timestamp with time zone,
    away_s integer DEFAULT 0 NOT NULL,
    lane_to_check boolean DEFAULT false NOT NULL,
    outcome character varying(16) DEFAULT ''::character varying NOT NULL,
    outcome_why text DEFAULT ''::character varying NOT NULL,
    parked_at timestamp with time zone,
    waits_from timestamp with time zone,
    way_s integer,
    came_from_id bigint,
    limit_key character varying(40) DEFAULT ''::character varying NOT NULL,
    line_closes_at timestamp with time zone,
    late_for_id bigint,
    mismatch_allowed boolean DEFAULT false NOT NULL,
    renew_on_return boolean DEFAULT false NOT NULL,
    CONSTRAINT at_a_window_means_a_window CHECK (((NOT ((state)::text = ANY ((ARRAY['called'::character varying, 'serving'::character varying])::text[]))) OR (window_id IS NOT NULL))),
    CONSTRAINT ticket_state_is_known CHECK (((state)::text = ANY ((ARRAY['waiting'::character varying, 'called'::character varying, 'serving'::character varying, 'held'::character varying, 'parked'::character varying, 'missed'::character varying, 'finished'::character varying, 'left'::character varying, 'redirected'::character varying, 'closed'::character varying])::text[])))
);

ALTER TABLE public.tickets_ticket ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_ticket_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_transfer (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    by character varying(60) NOT NULL,
    why text NOT NULL,
    from_window_id bigint,
    ticket_id bigint NOT NULL,
    to_category_id bigint,
    to_hall_id bigint,
    to_window_id bigint
);

ALTER TABLE public.tickets_transfer ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_transfer_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_turnout (
    hall_id bigint NOT NULL,
    weight double precision NOT NULL,
    comes double precision NOT NULL,
    come_by double precision[] NOT NULL,
    learned_at timestamp with time zone NOT NULL,
    CONSTRAINT those_who_come_are_a_share CHECK (((comes >= (0.0)::double precision) AND (comes <= (1.0)::double precision)))
);

CREATE TABLE public.tickets_visit (
    id bigint NOT NULL,
    day date NOT NULL,
    channel character varying(12) NOT NULL,
    arrived_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone,
    hall_id bigint NOT NULL,
    person_id bigint,
    rated_at timestamp with time zone,
    limit_key character varying(40) DEFAULT ''::character varying NOT NULL
);

ALTER TABLE public.tickets_visit ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tickets_window_session (
    id bigint NOT NULL,
    signed_in_at timestamp with time zone NOT NULL,
    signed_out_at timestamp with time zone,
    paused_at timestamp with time zone,
    pause_reason text NOT NULL,
    emergency_at timestamp with time zone,
    hall_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    window_id bigint NOT NULL,
    idle_since timestamp with time zone,
    emergency_seen_at timestamp with time zone,
    emergency_seen_by_id bigint,
    CONSTRAINT a_seen_call_for_help_is_on_and_names_who_saw_it CHECK ((((emergency_seen_at IS NULL) AND (emergency_seen_by_id IS NULL)) OR ((emergency_at IS NOT NULL) AND (emergency_seen_at IS NOT NULL) AND (emergency_seen_by_id IS NOT NULL))))
);

ALTER TABLE public.tickets_window_session ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.tickets_window_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.zones_closing (
    id bigint NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    why text NOT NULL,
    made_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) NOT NULL,
    area_id bigint NOT NULL,
    CONSTRAINT an_area_closes_before_it_opens CHECK ((until_at > from_at))
);

ALTER TABLE public.zones_closing ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.zones_closing_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.zones_entry (
    id bigint NOT NULL,
    way character varying(4) NOT NULL,
    people smallint NOT NULL,
    in_at timestamp with time zone NOT NULL,
    stay_until timestamp with time zone NOT NULL,
    openings smallint NOT NULL,
    opened_at timestamp with time zone,
    out_at timestamp with time zone,
    out_how character varying(5) NOT NULL,
    area_id bigint NOT NULL,
    order_id bigint,
    person_id bigint,
    CONSTRAINT a_stay_ends_after_it_began CHECK ((stay_until > in_at)),
    CONSTRAINT an_entry_is_by_card_code_or_hand CHECK (((way)::text = ANY ((ARRAY['card'::character varying, 'code'::character varying, 'hand'::character varying])::text[]))),
    CONSTRAINT an_entry_is_of_somebody CHECK (((people >= 1) AND (people <= 20))),
    CONSTRAINT whoever_is_out_went_somehow CHECK ((((out_at IS NULL) AND ((out_how)::text = ''::text)) OR ((out_at IS NOT NULL) AND ((out_how)::text = ANY ((ARRAY['door'::character varying, 'left'::character varying, 'swept'::character varying, 'shut'::character varying])::text[]))))),
    CONSTRAINT zones_entry_openings_check CHECK ((openings >= 0)),
    CONSTRAINT zones_entry_people_check CHECK ((people >= 0))
);

CREATE TABLE public.zones_entry_code (
    id bigint NOT NULL,
    code_index character varying(64) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    account_id bigint,
    area_id bigint NOT NULL,
    entry_id bigint,
    CONSTRAINT an_entry_code_lasts CHECK ((until > made_at))
);

ALTER TABLE public.zones_entry_code ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.zones_entry_code_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.zones_entry ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.zones_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.zones_help_call (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    answered_at timestamp with time zone,
    answered_by character varying(60) NOT NULL,
    ended_at timestamp with time zone,
    ended_by character varying(60) NOT NULL,
    area_id bigint NOT NULL,
    device_id bigint,
    CONSTRAINT who_answers_a_call_has_a_name CHECK ((((answered_at IS NULL) AND ((answered_by)::text = ''::text)) OR ((answered_at IS NOT NULL) AND (NOT ((answered_by)::text = ''::text))))),
    CONSTRAINT who_ends_a_call_has_a_name CHECK ((((ended_at IS NULL) AND ((ended_by)::text = ''::text)) OR ((ended_at IS NOT NULL) AND (NOT ((ended_by)::text = ''::text)))))
);

ALTER TABLE public.zones_help_call ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.zones_help_call_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.zones_help_told (
    id bigint NOT NULL,
    step character varying(10) NOT NULL,
    told jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    call_id bigint NOT NULL,
    CONSTRAINT help_is_told_to_a_known_step CHECK (((step)::text = ANY ((ARRAY['keepers'::character varying, 'head'::character varying, 'region'::character varying])::text[])))
);

ALTER TABLE public.zones_help_told ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.zones_help_told_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_events_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_jobs_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_periodic_defers_id_seq'::regclass);

ALTER TABLE ONLY public.cases_quota_entry
    ADD CONSTRAINT a_case_is_once_in_a_round UNIQUE (round_id, case_id);

ALTER TABLE ONLY public.delivery_cell
    ADD CONSTRAINT a_cell_has_its_number UNIQUE (cabinet_id, no);

ALTER TABLE ONLY public.remote_recording_chunk
    ADD CONSTRAINT a_chunk_stands_once_in_its_recording UNIQUE (recording_id, no);

ALTER TABLE ONLY public.library_fact_carried
    ADD CONSTRAINT a_fact_is_carried_once_by_a_consent UNIQUE (consent_id, element);

ALTER TABLE ONLY public.hooks_event
    ADD CONSTRAINT a_fact_is_one_event UNIQUE (code);

ALTER TABLE ONLY public.library_fact_use
    ADD CONSTRAINT a_fact_used_in_a_matter_is_traced_once UNIQUE (subject, element);

ALTER TABLE ONLY public.booking_fault_day
    ADD CONSTRAINT a_fault_day_once UNIQUE (hall_id, day);

ALTER TABLE ONLY public.cases_told_field
    ADD CONSTRAINT a_field_is_sent_back_once_a_time UNIQUE (event_id, code);

ALTER TABLE ONLY public.delivery_folder_move
    ADD CONSTRAINT a_folder_makes_one_move_at_a_time UNIQUE (folder_id, seq);

ALTER TABLE ONLY public.tickets_former_ref
    ADD CONSTRAINT a_former_ref_was_one_numbers UNIQUE (ref);

ALTER TABLE ONLY public.tickets_hall_day
    ADD CONSTRAINT a_hall_day_once UNIQUE (hall_id, day);

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT a_home_visit_number_is_given_once_a_day UNIQUE (day, seq);

ALTER TABLE ONLY public.hooks_delivery
    ADD CONSTRAINT a_hook_is_told_of_an_event_once UNIQUE (hook_id, event_id);

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT a_hotline_number_is_given_once_a_day UNIQUE (day, seq);

ALTER TABLE ONLY public.identity_api_key
    ADD CONSTRAINT a_key_is_unique UNIQUE (key_hash);

ALTER TABLE ONLY public.library_authority_key
    ADD CONSTRAINT a_key_speaks_for_an_authority_once UNIQUE (key_id, authority);

ALTER TABLE ONLY public.devices_use
    ADD CONSTRAINT a_machine_does_a_thing_once UNIQUE (device_id, deed, key);

ALTER TABLE ONLY public.catalogue_material_requirement
    ADD CONSTRAINT a_material_once_per_item UNIQUE (item_id, material_id);

ALTER TABLE ONLY public.messaging_delivery
    ADD CONSTRAINT a_message_is_delivered_once UNIQUE (message);

ALTER TABLE ONLY public.messaging_message
    ADD CONSTRAINT a_message_is_written_once UNIQUE (dedupe);

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT a_number_is_given_once_a_day UNIQUE (hall_id, day, letter, seq);

ALTER TABLE ONLY public.cases_quota_entry
    ADD CONSTRAINT a_number_of_a_round_is_one_case UNIQUE (round_id, number);

ALTER TABLE ONLY public.archive_purge_line
    ADD CONSTRAINT a_package_stands_once_in_a_purge UNIQUE (purge_id, package_id);

ALTER TABLE ONLY public.cases_obligation
    ADD CONSTRAINT a_paper_follows_once_per_case UNIQUE (case_id, code);

ALTER TABLE ONLY public.delivery_folder_paper
    ADD CONSTRAINT a_paper_is_listed_once_in_a_folder UNIQUE (folder_id, code);

ALTER TABLE ONLY public.tickets_paper_block
    ADD CONSTRAINT a_paper_number_is_printed_once UNIQUE (hall_id, letter, first);

ALTER TABLE ONLY public.library_upload_part
    ADD CONSTRAINT a_part_comes_once_in_its_upload UNIQUE (upload_id, no);

ALTER TABLE ONLY public.library_blob_part
    ADD CONSTRAINT a_part_stands_once_in_its_blob UNIQUE (blob_id, no);

ALTER TABLE ONLY public.identity_account_person
    ADD CONSTRAINT a_person_once_per_account UNIQUE (account_id, person_id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT a_place_in_the_chain_is_taken_once UNIQUE (sealed_no);

ALTER TABLE ONLY public.cases_quota_entry
    ADD CONSTRAINT a_rank_of_a_draw_is_one_case UNIQUE (round_id, rank);

ALTER TABLE ONLY public.library_certificate
    ADD CONSTRAINT a_reference_is_one_certificate UNIQUE (ref);

ALTER TABLE ONLY public.library_document
    ADD CONSTRAINT a_reference_is_one_document UNIQUE (ref);

ALTER TABLE ONLY public.library_upload
    ADD CONSTRAINT a_reference_is_one_upload UNIQUE (ref);

ALTER TABLE ONLY public.exchange_row
    ADD CONSTRAINT a_row_is_told_once_a_batch UNIQUE (batch_id, guid);

ALTER TABLE ONLY public.library_imported_row
    ADD CONSTRAINT a_row_of_a_list_is_taken_once UNIQUE (batch_id, no);

ALTER TABLE ONLY public.library_upload
    ADD CONSTRAINT a_sender_has_few_uploads_under_way UNIQUE (by, place);

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT a_session_number_is_given_once_a_day UNIQUE (hall_id, day, seq);

ALTER TABLE ONLY public.insight_sum
    ADD CONSTRAINT a_span_has_one_sum_per_key UNIQUE NULLS NOT DISTINCT (span_id, by, key);

ALTER TABLE ONLY public.insight_case_sum
    ADD CONSTRAINT a_span_has_one_sum_per_kind_of_case UNIQUE (span_id, item_id, department_id, channel, instant);

ALTER TABLE ONLY public.zones_help_told
    ADD CONSTRAINT a_step_is_told_once_of_a_call UNIQUE (call_id, step);

ALTER TABLE ONLY public.devices_alarm
    ADD CONSTRAINT a_step_is_told_once_of_a_fault UNIQUE (fault_id, step);

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT a_ticket_ref_is_unique UNIQUE (ref);

ALTER TABLE ONLY public.library_certificate_use
    ADD CONSTRAINT a_use_for_a_purpose_is_traced_once UNIQUE (certificate_id, subject, purpose);

ALTER TABLE ONLY public.booking_follow_up_visit
    ADD CONSTRAINT a_visit_is_followed_up_once_per_change UNIQUE (follow_up_id, visit);

ALTER TABLE ONLY public.places_window_category
    ADD CONSTRAINT a_window_serves_a_category_once UNIQUE (window_id, category_id);

ALTER TABLE ONLY public.tickets_skip
    ADD CONSTRAINT a_window_skips_a_number_once UNIQUE (window_id, ticket_id);

ALTER TABLE ONLY public.delivery_parcel_word
    ADD CONSTRAINT a_word_of_the_carrier_is_kept_once UNIQUE (parcel_id, event);

ALTER TABLE ONLY public.identity_agent
    ADD CONSTRAINT an_account_is_one_agent UNIQUE (account_id);

ALTER TABLE ONLY public.remote_act
    ADD CONSTRAINT an_act_is_asked_once UNIQUE (session_id, key);

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT an_appointment_code_is_unique UNIQUE (code);

ALTER TABLE ONLY public.booking_extra_slot
    ADD CONSTRAINT an_extra_slot_once UNIQUE (appointment_id, slot_id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT an_item_is_once_in_a_bundle UNIQUE (bundle_id, item_id);

ALTER TABLE ONLY public.catalogue_hall_item
    ADD CONSTRAINT an_item_once_per_hall UNIQUE (hall_id, item_id);

ALTER TABLE ONLY public.devices_order
    ADD CONSTRAINT an_order_is_given_once_per_key UNIQUE (device_id, key);

ALTER TABLE ONLY public.cases_page_order
    ADD CONSTRAINT an_order_of_pages_has_one_version UNIQUE (case_id, code, version);

ALTER TABLE ONLY public.booking_outage
    ADD CONSTRAINT an_outage_is_noted_once UNIQUE (hall_id, starts_at, ends_at);

ALTER TABLE ONLY public.archive_hold
    ADD CONSTRAINT archive_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.archive_package
    ADD CONSTRAINT archive_package_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY public.archive_package
    ADD CONSTRAINT archive_package_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.archive_purge_line
    ADD CONSTRAINT archive_purge_line_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.archive_purge
    ADD CONSTRAINT archive_purge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.archive_retention_rule
    ADD CONSTRAINT archive_retention_rule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_last_no_key UNIQUE (last_no);

ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_appeal
    ADD CONSTRAINT booking_appeal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT booking_appointment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_extra_slot
    ADD CONSTRAINT booking_extra_slot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_fault_day
    ADD CONSTRAINT booking_fault_day_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_follow_up
    ADD CONSTRAINT booking_follow_up_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_follow_up_visit
    ADD CONSTRAINT booking_follow_up_visit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_hold
    ADD CONSTRAINT booking_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_kept
    ADD CONSTRAINT booking_kept_appointment_id_key UNIQUE (appointment_id);

ALTER TABLE ONLY public.booking_kept
    ADD CONSTRAINT booking_kept_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_ledger_entry
    ADD CONSTRAINT booking_ledger_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_move
    ADD CONSTRAINT booking_move_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_opening_asked
    ADD CONSTRAINT booking_opening_asked_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_outage
    ADD CONSTRAINT booking_outage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_slot
    ADD CONSTRAINT booking_slot_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_suspension
    ADD CONSTRAINT booking_suspension_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.booking_waiting
    ADD CONSTRAINT booking_waiting_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.calendars_closure
    ADD CONSTRAINT calendars_closure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.calendars_national_day
    ADD CONSTRAINT calendars_national_day_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.calendars_version
    ADD CONSTRAINT calendars_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_bundle
    ADD CONSTRAINT cases_bundle_no_key UNIQUE (no);

ALTER TABLE ONLY public.cases_bundle
    ADD CONSTRAINT cases_bundle_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_no_key UNIQUE (no);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_consultation
    ADD CONSTRAINT cases_consultation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_event
    ADD CONSTRAINT cases_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_extension
    ADD CONSTRAINT cases_extension_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY public.cases_extension
    ADD CONSTRAINT cases_extension_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_material
    ADD CONSTRAINT cases_material_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_obligation
    ADD CONSTRAINT cases_obligation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_opinion
    ADD CONSTRAINT cases_opinion_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_page_order
    ADD CONSTRAINT cases_page_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_code_key UNIQUE (code);

ALTER TABLE ONLY public.cases_paper_counter
    ADD CONSTRAINT cases_paper_counter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_number_key UNIQUE (number);

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_paper_seal
    ADD CONSTRAINT cases_paper_seal_paper_id_key UNIQUE (paper_id);

ALTER TABLE ONLY public.cases_paper_seal
    ADD CONSTRAINT cases_paper_seal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_material_id_key UNIQUE (material_id);

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_quota_entry
    ADD CONSTRAINT cases_quota_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_quota_round
    ADD CONSTRAINT cases_quota_round_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_rule_proposal
    ADD CONSTRAINT cases_rule_proposal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_rule_run
    ADD CONSTRAINT cases_rule_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_rule_switch
    ADD CONSTRAINT cases_rule_switch_item_id_key UNIQUE (item_id);

ALTER TABLE ONLY public.cases_rule_switch
    ADD CONSTRAINT cases_rule_switch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_sitevisit_officer
    ADD CONSTRAINT cases_sitevisit_officer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_sitevisit_officer
    ADD CONSTRAINT cases_sitevisit_officer_sitevisit_id_staff_id_9e3e53d5_uniq UNIQUE (sitevisit_id, staff_id);

ALTER TABLE ONLY public.cases_sitevisit
    ADD CONSTRAINT cases_sitevisit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_stop
    ADD CONSTRAINT cases_stop_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_told_field
    ADD CONSTRAINT cases_told_field_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_data_element
    ADD CONSTRAINT catalogue_data_element_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalogue_data_element
    ADD CONSTRAINT catalogue_data_element_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_department
    ADD CONSTRAINT catalogue_department_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalogue_department
    ADD CONSTRAINT catalogue_department_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_hall_item
    ADD CONSTRAINT catalogue_hall_item_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_hall_item_version
    ADD CONSTRAINT catalogue_hall_item_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_item
    ADD CONSTRAINT catalogue_item_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalogue_item_draft
    ADD CONSTRAINT catalogue_item_draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_item
    ADD CONSTRAINT catalogue_item_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_item_theme
    ADD CONSTRAINT catalogue_item_theme_item_id_theme_id_cc42d89e_uniq UNIQUE (item_id, theme_id);

ALTER TABLE ONLY public.catalogue_item_theme
    ADD CONSTRAINT catalogue_item_theme_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_item_version
    ADD CONSTRAINT catalogue_item_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_machine_offer
    ADD CONSTRAINT catalogue_machine_offer_pkey PRIMARY KEY (type);

ALTER TABLE ONLY public.catalogue_material
    ADD CONSTRAINT catalogue_material_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalogue_material
    ADD CONSTRAINT catalogue_material_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_material_requirement
    ADD CONSTRAINT catalogue_material_requirement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_one_matter
    ADD CONSTRAINT catalogue_one_matter_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalogue_one_matter_draft
    ADD CONSTRAINT catalogue_one_matter_draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_one_matter
    ADD CONSTRAINT catalogue_one_matter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_retirement
    ADD CONSTRAINT catalogue_retirement_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_synonym
    ADD CONSTRAINT catalogue_synonym_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.catalogue_synonym
    ADD CONSTRAINT catalogue_synonym_words_key UNIQUE (words);

ALTER TABLE ONLY public.catalogue_theme
    ADD CONSTRAINT catalogue_theme_code_key UNIQUE (code);

ALTER TABLE ONLY public.catalogue_theme
    ADD CONSTRAINT catalogue_theme_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consulting_answer
    ADD CONSTRAINT consulting_answer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_no_key UNIQUE (no);

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consulting_forwarding
    ADD CONSTRAINT consulting_forwarding_enquiry_id_key UNIQUE (enquiry_id);

ALTER TABLE ONLY public.consulting_forwarding
    ADD CONSTRAINT consulting_forwarding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_answer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consulting_question
    ADD CONSTRAINT consulting_question_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.insight_span
    ADD CONSTRAINT days_of_a_hall_are_kept_once UNIQUE (hall_id, start, days);

ALTER TABLE ONLY public.delivery_cabinet
    ADD CONSTRAINT delivery_cabinet_code_key UNIQUE (code);

ALTER TABLE ONLY public.delivery_cabinet
    ADD CONSTRAINT delivery_cabinet_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_cell
    ADD CONSTRAINT delivery_cell_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_delivery
    ADD CONSTRAINT delivery_delivery_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY public.delivery_delivery
    ADD CONSTRAINT delivery_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_folder_move
    ADD CONSTRAINT delivery_folder_move_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_folder_paper
    ADD CONSTRAINT delivery_folder_paper_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_folder
    ADD CONSTRAINT delivery_folder_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_parcel
    ADD CONSTRAINT delivery_parcel_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_parcel
    ADD CONSTRAINT delivery_parcel_reference_key UNIQUE (reference);

ALTER TABLE ONLY public.delivery_parcel_word
    ADD CONSTRAINT delivery_parcel_word_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_printing
    ADD CONSTRAINT delivery_printing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_sent_papers
    ADD CONSTRAINT delivery_sent_papers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_stay
    ADD CONSTRAINT delivery_stay_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_wish
    ADD CONSTRAINT delivery_wish_case_id_key UNIQUE (case_id);

ALTER TABLE ONLY public.delivery_wish
    ADD CONSTRAINT delivery_wish_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices_alarm
    ADD CONSTRAINT devices_alarm_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_code_key UNIQUE (code);

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices_fault
    ADD CONSTRAINT devices_fault_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices_machine_type
    ADD CONSTRAINT devices_machine_type_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.devices_maintenance
    ADD CONSTRAINT devices_maintenance_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices_order
    ADD CONSTRAINT devices_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.devices_order
    ADD CONSTRAINT devices_order_repeats_id_key UNIQUE (repeats_id);

ALTER TABLE ONLY public.devices_use
    ADD CONSTRAINT devices_use_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.exchange_batch
    ADD CONSTRAINT exchange_batch_no_key UNIQUE (no);

ALTER TABLE ONLY public.exchange_batch
    ADD CONSTRAINT exchange_batch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exchange_row
    ADD CONSTRAINT exchange_row_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.feedback_task
    ADD CONSTRAINT feedback_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.feedback_task
    ADD CONSTRAINT feedback_task_rating_id_key UNIQUE (rating_id);

ALTER TABLE ONLY public.fees_charge
    ADD CONSTRAINT fees_charge_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_receipt_no_key UNIQUE (receipt_no);

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_reference_key UNIQUE (reference);

ALTER TABLE ONLY public.fees_receipt_counter
    ADD CONSTRAINT fees_receipt_counter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_refund
    ADD CONSTRAINT fees_refund_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fees_waiver
    ADD CONSTRAINT fees_waiver_charge_id_key UNIQUE (charge_id);

ALTER TABLE ONLY public.fees_waiver
    ADD CONSTRAINT fees_waiver_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.foundation_clock
    ADD CONSTRAINT foundation_clock_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.foundation_demo_switch
    ADD CONSTRAINT foundation_demo_switch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.foundation_event
    ADD CONSTRAINT foundation_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.foundation_heartbeat
    ADD CONSTRAINT foundation_heartbeat_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.foundation_idempotency_key
    ADD CONSTRAINT foundation_idempotency_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.foundation_rate_bucket
    ADD CONSTRAINT foundation_rate_bucket_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.foundation_watermark
    ADD CONSTRAINT foundation_watermark_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.homevisits_counter
    ADD CONSTRAINT homevisits_counter_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.homevisits_going
    ADD CONSTRAINT homevisits_going_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.homevisits_step
    ADD CONSTRAINT homevisits_step_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_no_key UNIQUE (no);

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hooks_attempt
    ADD CONSTRAINT hooks_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hooks_cursor
    ADD CONSTRAINT hooks_cursor_pkey PRIMARY KEY (source);

ALTER TABLE ONLY public.hooks_delivery
    ADD CONSTRAINT hooks_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hooks_event
    ADD CONSTRAINT hooks_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hooks_hook
    ADD CONSTRAINT hooks_hook_code_key UNIQUE (code);

ALTER TABLE ONLY public.hooks_hook
    ADD CONSTRAINT hooks_hook_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hotline_call
    ADD CONSTRAINT hotline_call_call_key UNIQUE (call);

ALTER TABLE ONLY public.hotline_call
    ADD CONSTRAINT hotline_call_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hotline_counter
    ADD CONSTRAINT hotline_counter_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.hotline_handling
    ADD CONSTRAINT hotline_handling_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_no_key UNIQUE (no);

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_account_person
    ADD CONSTRAINT identity_account_person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_account
    ADD CONSTRAINT identity_account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_agent_asked
    ADD CONSTRAINT identity_agent_asked_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_agent
    ADD CONSTRAINT identity_agent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_api_key
    ADD CONSTRAINT identity_api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_guardianship
    ADD CONSTRAINT identity_guardianship_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_kiosk_session
    ADD CONSTRAINT identity_kiosk_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_kiosk_session
    ADD CONSTRAINT identity_kiosk_session_ref_key UNIQUE (ref);

ALTER TABLE ONLY public.identity_mandate
    ADD CONSTRAINT identity_mandate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_organisation_member
    ADD CONSTRAINT identity_organisation_member_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_organisation
    ADD CONSTRAINT identity_organisation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_paper_mandate
    ADD CONSTRAINT identity_paper_mandate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_person
    ADD CONSTRAINT identity_person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_role
    ADD CONSTRAINT identity_role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_sign_in_code
    ADD CONSTRAINT identity_sign_in_code_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identity_staff
    ADD CONSTRAINT identity_staff_login_key UNIQUE (login);

ALTER TABLE ONLY public.identity_staff
    ADD CONSTRAINT identity_staff_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.insight_case_sum
    ADD CONSTRAINT insight_case_sum_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.insight_changed
    ADD CONSTRAINT insight_changed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.insight_span
    ADD CONSTRAINT insight_span_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.insight_sum
    ADD CONSTRAINT insight_sum_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_authority_key
    ADD CONSTRAINT library_authority_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_blob_part
    ADD CONSTRAINT library_blob_part_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_blob
    ADD CONSTRAINT library_blob_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_certificate
    ADD CONSTRAINT library_certificate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_certificate_use
    ADD CONSTRAINT library_certificate_use_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_document
    ADD CONSTRAINT library_document_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_document_version
    ADD CONSTRAINT library_document_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_fact_carried
    ADD CONSTRAINT library_fact_carried_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_fact_consent
    ADD CONSTRAINT library_fact_consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_fact
    ADD CONSTRAINT library_fact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_fact_use
    ADD CONSTRAINT library_fact_use_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_import_batch
    ADD CONSTRAINT library_import_batch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_imported_row
    ADD CONSTRAINT library_imported_row_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_upload_part
    ADD CONSTRAINT library_upload_part_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.library_upload
    ADD CONSTRAINT library_upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_address
    ADD CONSTRAINT messaging_address_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_delivery
    ADD CONSTRAINT messaging_delivery_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_message
    ADD CONSTRAINT messaging_message_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.messaging_template
    ADD CONSTRAINT messaging_template_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.homevisits_going
    ADD CONSTRAINT nobody_is_at_two_home_visits_at_a_time EXCLUDE USING gist (staff_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (live);

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT nobody_is_at_two_places_at_a_time EXCLUDE USING gist (person_id WITH =, hashtext((limit_key)::text) WITH =, hashtext((
CASE
    WHEN ((visit_group)::text = ''::text) THEN code
    ELSE visit_group
END)::text) WITH <>, tstzrange(starts_at, ends_at) WITH &&) WHERE (((let_go_at IS NULL) AND ((state)::text = ANY ((ARRAY['booked'::character varying, 'checked_in'::character varying])::text[]))));

ALTER TABLE ONLY public.identity_account
    ADD CONSTRAINT one_account_per_phone UNIQUE (phone_index);

ALTER TABLE ONLY public.remote_act
    ADD CONSTRAINT one_act_a_place_in_a_session UNIQUE (session_id, n);

ALTER TABLE ONLY public.messaging_address
    ADD CONSTRAINT one_address_per_number_and_channel UNIQUE (to_index, channel);

ALTER TABLE ONLY public.consulting_answer
    ADD CONSTRAINT one_answer_a_version_of_a_question UNIQUE (question_id, version);

ALTER TABLE ONLY public.foundation_idempotency_key
    ADD CONSTRAINT one_answer_per_owner_and_key UNIQUE (owner, key);

ALTER TABLE ONLY public.calendars_version
    ADD CONSTRAINT one_calendar_per_hall_and_version UNIQUE (hall_id, version);

ALTER TABLE ONLY public.places_category
    ADD CONSTRAINT one_category_per_hall_and_code UNIQUE (hall_id, code);

ALTER TABLE ONLY public.zones_entry_code
    ADD CONSTRAINT one_code_of_a_number_per_area UNIQUE (area_id, code_index);

ALTER TABLE ONLY public.library_document_version
    ADD CONSTRAINT one_content_per_document_and_version UNIQUE (document_id, version);

ALTER TABLE ONLY public.cases_paper_counter
    ADD CONSTRAINT one_count_of_papers_per_hall_and_year UNIQUE (hall_id, year);

ALTER TABLE ONLY public.fees_receipt_counter
    ADD CONSTRAINT one_count_of_receipts_per_hall_and_year UNIQUE (hall_id, year);

ALTER TABLE ONLY public.remote_counter
    ADD CONSTRAINT one_count_of_sessions_per_hall_and_day UNIQUE (hall_id, day);

ALTER TABLE ONLY public.tickets_counter
    ADD CONSTRAINT one_counter_per_hall_day_letter UNIQUE (hall_id, day, letter);

ALTER TABLE ONLY public.catalogue_hall_item_version
    ADD CONSTRAINT one_document_per_hall_item_and_version UNIQUE (hall_id, item_id, version);

ALTER TABLE ONLY public.catalogue_item_version
    ADD CONSTRAINT one_document_per_item_and_version UNIQUE (item_id, version);

ALTER TABLE ONLY public.cases_event
    ADD CONSTRAINT one_event_a_place_in_a_case UNIQUE (case_id, seq);

ALTER TABLE ONLY public.places_floor
    ADD CONSTRAINT one_floor_per_hall_and_code UNIQUE (hall_id, code);

ALTER TABLE ONLY public.booking_follow_up
    ADD CONSTRAINT one_follow_up_per_change UNIQUE (hall_id, cause);

ALTER TABLE ONLY public.tickets_handling_time
    ADD CONSTRAINT one_handling_time_per_category_hour UNIQUE (category_id, hour);

ALTER TABLE ONLY public.booking_ledger_entry
    ADD CONSTRAINT one_ledger_entry_per_appointment_and_kind UNIQUE (appointment_id, kind);

ALTER TABLE ONLY public.places_category
    ADD CONSTRAINT one_letter_per_category UNIQUE (hall_id, letter);

ALTER TABLE ONLY public.remote_said
    ADD CONSTRAINT one_line_a_place_in_a_session UNIQUE (session_id, n);

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT one_notice_a_round UNIQUE (case_id, round);

ALTER TABLE ONLY public.identity_organisation
    ADD CONSTRAINT one_organisation_per_code UNIQUE (uscc_index);

ALTER TABLE ONLY public.identity_person
    ADD CONSTRAINT one_person_per_document UNIQUE (number_index);

ALTER TABLE ONLY public.places_policy_version
    ADD CONSTRAINT one_policy_per_hall_and_version UNIQUE (hall_id, version);

ALTER TABLE ONLY public.consulting_question
    ADD CONSTRAINT one_question_a_place_in_an_enquiry UNIQUE (enquiry_id, seq);

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT one_rating_and_one_follow_up_per_case UNIQUE (case_id, follow_up);

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT one_rating_and_one_follow_up_per_visit UNIQUE (visit_id, follow_up);

ALTER TABLE ONLY public.cases_quota_round
    ADD CONSTRAINT one_round_a_number_in_a_year UNIQUE (item_id, year, number);

ALTER TABLE ONLY public.staffing_saved_filter
    ADD CONSTRAINT one_saved_filter_at_a_place_of_a_list UNIQUE (staff_id, hall_id, listed, place);

ALTER TABLE ONLY public.seals_seal
    ADD CONSTRAINT one_seal_per_holder_and_number UNIQUE NULLS NOT DISTINCT (hall_id, department_id, no);

ALTER TABLE ONLY public.remote_signal
    ADD CONSTRAINT one_signal_a_place_in_a_session UNIQUE (session_id, n);

ALTER TABLE ONLY public.booking_slot
    ADD CONSTRAINT one_slot_per_hall_business_span UNIQUE (hall_id, business, starts_at, ends_at);

ALTER TABLE ONLY public.homevisits_step
    ADD CONSTRAINT one_step_a_place_in_a_home_visit UNIQUE (visit_id, seq);

ALTER TABLE ONLY public.hotline_handling
    ADD CONSTRAINT one_step_a_place_in_a_hotline_order UNIQUE (order_id, seq);

ALTER TABLE ONLY public.messaging_template
    ADD CONSTRAINT one_template_per_hall_key_language UNIQUE (hall, key, language);

ALTER TABLE ONLY public.places_window
    ADD CONSTRAINT one_window_per_hall_and_number UNIQUE (hall_id, number);

ALTER TABLE ONLY public.places_zone
    ADD CONSTRAINT one_zone_per_hall_and_code UNIQUE (hall_id, code);

ALTER TABLE ONLY public.places_area
    ADD CONSTRAINT places_area_code_key UNIQUE (code);

ALTER TABLE ONLY public.places_area
    ADD CONSTRAINT places_area_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_category
    ADD CONSTRAINT places_category_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_floor
    ADD CONSTRAINT places_floor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_hall
    ADD CONSTRAINT places_hall_code_key UNIQUE (code);

ALTER TABLE ONLY public.places_hall
    ADD CONSTRAINT places_hall_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_policy_version
    ADD CONSTRAINT places_policy_version_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_region
    ADD CONSTRAINT places_region_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.places_window_category
    ADD CONSTRAINT places_window_category_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_window
    ADD CONSTRAINT places_window_code_key UNIQUE (code);

ALTER TABLE ONLY public.places_window
    ADD CONSTRAINT places_window_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_zone
    ADD CONSTRAINT places_zone_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);

ALTER TABLE ONLY public.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_act
    ADD CONSTRAINT remote_act_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_consent
    ADD CONSTRAINT remote_consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_counter
    ADD CONSTRAINT remote_counter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_recording_chunk
    ADD CONSTRAINT remote_recording_chunk_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_consent_id_key UNIQUE (consent_id);

ALTER TABLE ONLY public.remote_recording_look
    ADD CONSTRAINT remote_recording_look_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_ref_key UNIQUE (ref);

ALTER TABLE ONLY public.remote_said
    ADD CONSTRAINT remote_said_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_screen
    ADD CONSTRAINT remote_screen_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_screen
    ADD CONSTRAINT remote_screen_session_id_key UNIQUE (session_id);

ALTER TABLE ONLY public.remote_seat
    ADD CONSTRAINT remote_seat_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_seat
    ADD CONSTRAINT remote_seat_staff_id_key UNIQUE (staff_id);

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_ref_key UNIQUE (ref);

ALTER TABLE ONLY public.remote_signal
    ADD CONSTRAINT remote_signal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_talk
    ADD CONSTRAINT remote_talk_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_quota_round
    ADD CONSTRAINT rounds_of_an_item_do_not_overlap EXCLUDE USING gist (item_id WITH =, daterange(opens_on, closes_on, '[]'::text) WITH &&) WHERE ((published_at IS NOT NULL));

ALTER TABLE ONLY public.cases_rule_run
    ADD CONSTRAINT rules_are_tried_once_an_occasion UNIQUE (case_id, occasion);

ALTER TABLE ONLY public.seals_seal
    ADD CONSTRAINT seals_seal_certificate_key UNIQUE (certificate);

ALTER TABLE ONLY public.seals_seal
    ADD CONSTRAINT seals_seal_key_key UNIQUE (key);

ALTER TABLE ONLY public.seals_seal
    ADD CONSTRAINT seals_seal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.staffing_saved_filter
    ADD CONSTRAINT staffing_saved_filter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.staffing_shift
    ADD CONSTRAINT staffing_shift_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_call
    ADD CONSTRAINT tickets_call_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_counter
    ADD CONSTRAINT tickets_counter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_estimate
    ADD CONSTRAINT tickets_estimate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_former_ref
    ADD CONSTRAINT tickets_former_ref_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_hall_day
    ADD CONSTRAINT tickets_hall_day_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_handling_time
    ADD CONSTRAINT tickets_handling_time_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_miss
    ADD CONSTRAINT tickets_miss_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_paper_block
    ADD CONSTRAINT tickets_paper_block_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_pause
    ADD CONSTRAINT tickets_pause_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_planned_desk
    ADD CONSTRAINT tickets_planned_desk_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_skip
    ADD CONSTRAINT tickets_skip_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_transfer
    ADD CONSTRAINT tickets_transfer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_turnout
    ADD CONSTRAINT tickets_turnout_pkey PRIMARY KEY (hall_id);

ALTER TABLE ONLY public.tickets_visit
    ADD CONSTRAINT tickets_visit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tickets_window_session
    ADD CONSTRAINT tickets_window_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.remote_said
    ADD CONSTRAINT what_is_sent_again_is_said_once UNIQUE (session_id, by, key);

ALTER TABLE ONLY public.homevisits_going
    ADD CONSTRAINT who_goes_is_named_once UNIQUE (visit_id, staff_id);

ALTER TABLE ONLY public.zones_closing
    ADD CONSTRAINT zones_closing_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.zones_entry_code
    ADD CONSTRAINT zones_entry_code_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.zones_entry
    ADD CONSTRAINT zones_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.zones_help_call
    ADD CONSTRAINT zones_help_call_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.zones_help_told
    ADD CONSTRAINT zones_help_told_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX a_case_has_one_folder_of_papers ON public.delivery_folder USING btree (case_id) WHERE ((ended_at IS NULL) AND (follows_id IS NULL));

CREATE UNIQUE INDEX a_case_is_in_one_round_at_a_time ON public.cases_quota_entry USING btree (case_id) WHERE ((state)::text = ANY ((ARRAY['waits'::character varying, 'drawn'::character varying, 'holds'::character varying])::text[]));

CREATE UNIQUE INDEX a_certificate_once_per_case ON public.cases_material USING btree (case_id, certificate_id) WHERE (gone_at IS NULL);

CREATE UNIQUE INDEX a_charge_is_paid_once ON public.fees_payment USING btree (charge_id) WHERE counts;

CREATE UNIQUE INDEX a_closure_is_announced_once ON public.calendars_closure USING btree (hall_id, floor_id, zone_id, category_id, item_id, starts_at, ends_at, kind) NULLS NOT DISTINCT WHERE (withdrawn_at IS NULL);

CREATE UNIQUE INDEX a_consent_is_given_once ON public.remote_consent USING btree (session_id, what) WHERE (taken_back_at IS NULL);

CREATE UNIQUE INDEX a_copy_that_came_out_has_its_number ON public.delivery_printing USING btree (case_id, n) WHERE (NOT ((state)::text = 'jammed'::text));

CREATE UNIQUE INDEX a_department_is_asked_once_at_a_time ON public.cases_consultation USING btree (case_id, department_id) WHERE (answered_at IS NULL);

CREATE UNIQUE INDEX a_file_is_under_way_once_for_a_subject ON public.library_upload USING btree (by, subject, sha256) WHERE ((finished_at IS NULL) AND (NOT ((sha256)::text = ''::text)));

CREATE UNIQUE INDEX a_guardian_of_a_child_once ON public.identity_guardianship USING btree (child_id, guardian_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX a_hall_asks_a_number_once ON public.identity_agent USING btree (hall, phone_index) WHERE (account_id IS NULL);

CREATE UNIQUE INDEX a_list_is_under_way_once_for_its_sender ON public.library_import_batch USING btree (by, digest) WHERE (told_at IS NULL);

CREATE UNIQUE INDEX a_matter_counts_once_a_machine_and_day ON public.devices_use USING btree (device_id, day, split_part((key)::text, ':'::text, 1)) WHERE matter;

CREATE UNIQUE INDEX a_number_to_vouch_is_of_one_who_stands_there ON public.identity_kiosk_session USING btree (hall, number) WHERE ((NOT ((number)::text = ''::text)) AND (ended_at IS NULL));

CREATE UNIQUE INDEX a_paper_is_promised_once ON public.cases_material USING btree (case_id, code) WHERE (((channel)::text = 'promise'::text) AND (gone_at IS NULL));

CREATE UNIQUE INDEX a_paper_number_is_entered_once ON public.tickets_ticket USING btree (hall_id, letter, seq) WHERE ((channel)::text = 'paper'::text);

CREATE UNIQUE INDEX a_paper_used_again_for_a_purpose_is_traced_once ON public.library_certificate_use USING btree (origin, subject, purpose) WHERE (certificate_id IS NULL);

CREATE UNIQUE INDEX a_payment_goes_back_once ON public.fees_refund USING btree (payment_id) WHERE (NOT ((why)::text = 'less'::text));

CREATE UNIQUE INDEX a_person_acts_for_an_organisation_once ON public.identity_organisation_member USING btree (organisation_id, person_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX a_person_is_at_one_window ON public.tickets_ticket USING btree (person_id, limit_key) WHERE ((state)::text = ANY ((ARRAY['called'::character varying, 'serving'::character varying])::text[]));

CREATE UNIQUE INDEX a_person_is_in_an_area_once ON public.zones_entry USING btree (area_id, person_id) WHERE (out_at IS NULL);

CREATE UNIQUE INDEX a_person_waits_once_per_business_and_day ON public.booking_waiting USING btree (hall_id, business, day, person_id, limit_key) WHERE ((appointment_id IS NULL) AND ((state)::text = ANY ((ARRAY['waiting'::character varying, 'offered'::character varying])::text[])));

CREATE UNIQUE INDEX a_person_waits_once_per_category ON public.tickets_ticket USING btree (person_id, category_id, day, limit_key) WHERE (alone AND (person_id IS NOT NULL) AND ((state)::text = ANY ((ARRAY['waiting'::character varying, 'called'::character varying, 'parked'::character varying])::text[])));

CREATE UNIQUE INDEX a_role_is_held_once_per_scope ON public.identity_role USING btree (staff_id, role, scope_kind, scope) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX a_seat_has_one_talk ON public.remote_talk USING btree (seat_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX a_session_is_one_talk ON public.remote_talk USING btree (session_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX a_shift_plans_one_desk ON public.tickets_planned_desk USING btree (shift) WHERE (shift IS NOT NULL);

CREATE UNIQUE INDEX a_ticket_is_served_once_at_a_time ON public.tickets_service USING btree (ticket_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX a_user_of_a_key_is_one_agent ON public.identity_agent USING btree (key_id, end_user_index) WHERE ((account_id IS NOT NULL) AND (key_id IS NOT NULL));

CREATE UNIQUE INDEX a_waybill_is_of_one_parcel ON public.delivery_parcel USING btree (waybill) WHERE (NOT ((waybill)::text = ''::text));

CREATE UNIQUE INDEX a_window_has_one_ticket ON public.tickets_ticket USING btree (window_id) WHERE ((state)::text = ANY ((ARRAY['called'::character varying, 'serving'::character varying])::text[]));

CREATE UNIQUE INDEX a_window_serves_one ON public.tickets_service USING btree (window_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX an_account_asks_once_about_a_day ON public.booking_opening_asked USING btree (account_id, hall_id, item_id, day) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX an_agent_talks_in_one_phone_call ON public.hotline_call USING btree (agent_id) WHERE ((state)::text = 'talking'::text);

CREATE UNIQUE INDEX an_appointment_waits_once_for_an_earlier_place ON public.booking_waiting USING btree (appointment_id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'offered'::character varying])::text[]));

CREATE UNIQUE INDEX an_authority_says_each_revision_of_a_fact_once ON public.library_fact USING btree (source, own_index, revision) WHERE (NOT ((own_index)::text = ''::text));

CREATE UNIQUE INDEX an_earlier_page_once_per_paper ON public.cases_material USING btree (case_id, code, file_id) WHERE ((gone_at IS NULL) AND (origin_id IS NOT NULL));

CREATE INDEX appointments_by_contact ON public.booking_appointment USING btree (contact_index) WHERE (NOT ((contact_index)::text = ''::text));

CREATE INDEX appointments_by_hall_day ON public.booking_appointment USING btree (hall_id, day, starts_at);

CREATE INDEX appointments_by_person ON public.booking_appointment USING btree (person_id, day);

CREATE INDEX appointments_live_by_slot ON public.booking_appointment USING btree (slot_id) WHERE ((state)::text = ANY ((ARRAY['booked'::character varying, 'checked_in'::character varying])::text[]));

CREATE INDEX appointments_of_a_visit ON public.booking_appointment USING btree (visit_group) WHERE (NOT ((visit_group)::text = ''::text));

CREATE INDEX appointments_open ON public.booking_appointment USING btree (ends_at) WHERE ((state)::text = 'booked'::text);

CREATE INDEX archive_hold_case_id_b993869a ON public.archive_hold USING btree (case_id);

CREATE INDEX archive_hold_lifted_by_id_509ba6ca ON public.archive_hold USING btree (lifted_by_id);

CREATE INDEX archive_hold_placed_by_id_3d24dd09 ON public.archive_hold USING btree (placed_by_id);

CREATE INDEX archive_package_file_id_4c6a070f ON public.archive_package USING btree (file_id);

CREATE INDEX archive_package_hall_id_ec412b6d ON public.archive_package USING btree (hall_id);

CREATE INDEX archive_purge_confirmed_by_id_e84900f0 ON public.archive_purge USING btree (confirmed_by_id);

CREATE INDEX archive_purge_dropped_by_id_35f30b05 ON public.archive_purge USING btree (dropped_by_id);

CREATE INDEX archive_purge_hall_id_94b3d35d ON public.archive_purge USING btree (hall_id);

CREATE INDEX archive_purge_line_package_id_a65dabf6 ON public.archive_purge_line USING btree (package_id);

CREATE INDEX archive_purge_line_purge_id_efa7a695 ON public.archive_purge_line USING btree (purge_id);

CREATE INDEX archive_purge_proposed_by_id_a5c4961b ON public.archive_purge USING btree (proposed_by_id);

CREATE INDEX asked_to_be_an_agent ON public.identity_agent_asked USING btree (phone_index, at);

CREATE INDEX audit_by_hall ON public.audit_entry USING btree (hall, at);

CREATE INDEX audit_by_subject ON public.audit_entry USING btree (subject, id);

CREATE INDEX audit_unsealed ON public.audit_entry USING btree (id) WHERE (sealed_hash IS NULL);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX booking_appeal_entry_id_a1bb87cf ON public.booking_appeal USING btree (entry_id);

CREATE INDEX booking_appeal_suspension_id_4fe8f963 ON public.booking_appeal USING btree (suspension_id);

CREATE INDEX booking_appointment_account_id_40c21684 ON public.booking_appointment USING btree (account_id);

CREATE INDEX booking_extra_slot_appointment_id_176e7981 ON public.booking_extra_slot USING btree (appointment_id);

CREATE INDEX booking_extra_slot_slot_id_65988bfe ON public.booking_extra_slot USING btree (slot_id);

CREATE INDEX booking_fault_day_hall_id_be3d6072 ON public.booking_fault_day USING btree (hall_id);

CREATE INDEX booking_follow_up_hall_id_762ce460 ON public.booking_follow_up USING btree (hall_id);

CREATE INDEX booking_follow_up_visit_follow_up_id_00f970b2 ON public.booking_follow_up_visit USING btree (follow_up_id);

CREATE INDEX booking_hold_person_id_d91a0973 ON public.booking_hold USING btree (person_id);

CREATE INDEX booking_hold_slot_id_0439c94a ON public.booking_hold USING btree (slot_id);

CREATE INDEX booking_ledger_entry_appointment_id_1e1d346e ON public.booking_ledger_entry USING btree (appointment_id);

CREATE INDEX booking_ledger_entry_person_id_47388f02 ON public.booking_ledger_entry USING btree (person_id);

CREATE INDEX booking_ledger_entry_used_by_id_57058da4 ON public.booking_ledger_entry USING btree (used_by_id);

CREATE INDEX booking_move_appointment_id_30f50b73 ON public.booking_move USING btree (appointment_id);

CREATE INDEX booking_move_from_slot_id_ae4c03b6 ON public.booking_move USING btree (from_slot_id);

CREATE INDEX booking_move_to_slot_id_11ebfc44 ON public.booking_move USING btree (to_slot_id);

CREATE INDEX booking_opening_asked_hall_id_43d6ef49 ON public.booking_opening_asked USING btree (hall_id);

CREATE INDEX booking_opening_asked_item_id_47428f99 ON public.booking_opening_asked USING btree (item_id);

CREATE INDEX booking_outage_hall_id_0942b79e ON public.booking_outage USING btree (hall_id);

CREATE INDEX booking_slot_hall_id_4a347f69 ON public.booking_slot USING btree (hall_id);

CREATE INDEX booking_suspension_person_id_3ff6b48f ON public.booking_suspension USING btree (person_id);

CREATE INDEX booking_waiting_appointment_id_f2e49fe2 ON public.booking_waiting USING btree (appointment_id);

CREATE INDEX booking_waiting_hall_id_4ef55ae9 ON public.booking_waiting USING btree (hall_id);

CREATE INDEX booking_waiting_hold_id_f13ba4df ON public.booking_waiting USING btree (hold_id);

CREATE INDEX booking_waiting_item_id_001d8873 ON public.booking_waiting USING btree (item_id);

CREATE INDEX booking_waiting_person_id_208ada6e ON public.booking_waiting USING btree (person_id);

CREATE INDEX bundles_of_a_person ON public.cases_bundle USING btree (person_id, opened_at DESC);

CREATE INDEX bundles_of_an_account ON public.cases_bundle USING btree (account_id, opened_at DESC);

CREATE INDEX calendars_closure_category_id_e561399c ON public.calendars_closure USING btree (category_id);

CREATE INDEX calendars_closure_floor_id_d45c3dfc ON public.calendars_closure USING btree (floor_id);

CREATE INDEX calendars_closure_hall_id_618f99d7 ON public.calendars_closure USING btree (hall_id);

CREATE INDEX calendars_closure_item_id_0d9fabee ON public.calendars_closure USING btree (item_id);

CREATE INDEX calendars_closure_zone_id_0b5e8e9d ON public.calendars_closure USING btree (zone_id);

CREATE INDEX calendars_version_hall_id_338e8d7e ON public.calendars_version USING btree (hall_id);

CREATE INDEX calls_by_hall ON public.tickets_call USING btree (hall_id, at DESC);

CREATE INDEX calls_by_ticket ON public.tickets_call USING btree (ticket_id);

CREATE INDEX cases_bundle_account_id_d31b6744 ON public.cases_bundle USING btree (account_id);

CREATE INDEX cases_bundle_hall_id_68b74a96 ON public.cases_bundle USING btree (hall_id);

CREATE INDEX cases_bundle_no_9c77bff8_like ON public.cases_bundle USING btree (no varchar_pattern_ops);

CREATE INDEX cases_bundle_organisation_id_28cf40a7 ON public.cases_bundle USING btree (organisation_id);

CREATE INDEX cases_bundle_person_id_3b9cb150 ON public.cases_bundle USING btree (person_id);

CREATE INDEX cases_by_accepted_at ON public.cases_case USING btree (hall_id, accepted_at) WHERE (accepted_at IS NOT NULL);

CREATE INDEX cases_by_closed_at ON public.cases_case USING btree (hall_id, closed_at) WHERE (closed_at IS NOT NULL);

CREATE INDEX cases_by_decided_at ON public.cases_case USING btree (hall_id, decided_at) WHERE (decided_at IS NOT NULL);

CREATE INDEX cases_by_end_of_number ON public.cases_case USING btree (reverse((no)::text) text_pattern_ops);

CREATE INDEX cases_by_received_at ON public.cases_case USING btree (hall_id, received_at) WHERE (received_at IS NOT NULL);

CREATE INDEX cases_by_shown_day ON public.cases_case USING btree (hall_id, LEAST(
CASE
    WHEN (((phase)::text = 'await_receipt'::text) AND (counts_from IS NOT NULL)) THEN COALESCE(notice_due_on, fee_due_on)
    WHEN (((phase)::text = 'supplement'::text) AND (brought_on IS NOT NULL)) THEN COALESCE(notice_due_on, fee_due_on)
    WHEN (((phase)::text = 'ready'::text) AND (to_post_on IS NOT NULL)) THEN COALESCE(issue_due_on, fee_due_on)
    WHEN ((phase)::text = 'pre_review'::text) THEN COALESCE(pre_review_due_on, fee_due_on)
    WHEN ((phase)::text = 'await_receipt'::text) THEN COALESCE(notice_due_on, fee_due_on)
    WHEN ((phase)::text = 'received'::text) THEN COALESCE(notice_due_on, fee_due_on)
    WHEN ((phase)::text = 'supplement'::text) THEN COALESCE(supplement_due_on, fee_due_on)
    WHEN ((phase)::text = 'accepted'::text) THEN COALESCE(due_promised, fee_due_on)
    WHEN ((phase)::text = 'in_review'::text) THEN COALESCE(due_promised, fee_due_on)
    WHEN ((phase)::text = 'decided'::text) THEN COALESCE(issue_due_on, fee_due_on)
    WHEN ((phase)::text = 'issuing'::text) THEN COALESCE(issue_due_on, fee_due_on)
    ELSE NULL::date
END, stage_due_on), id) WHERE ((phase)::text = ANY ((ARRAY['pre_review'::character varying, 'pre_returned'::character varying, 'pre_passed'::character varying, 'await_receipt'::character varying, 'received'::character varying, 'supplement'::character varying, 'accepted'::character varying, 'in_review'::character varying, 'decided'::character varying, 'issuing'::character varying, 'ready'::character varying])::text[]));

CREATE INDEX cases_by_telephone ON public.cases_case USING btree (contact_index) WHERE (NOT ((contact_index)::text = ''::text));

CREATE INDEX cases_by_who_opened_them ON public.cases_case USING btree (opened_by, opened_at DESC, id DESC);

CREATE INDEX cases_called_for ON public.cases_case USING btree (called_at) WHERE (called_at IS NOT NULL);

CREATE INDEX cases_case_accepted_by_id_ab15c7e1 ON public.cases_case USING btree (accepted_by_id);

CREATE INDEX cases_case_account_id_18367a6b ON public.cases_case USING btree (account_id);

CREATE INDEX cases_case_back_to_id_ca370741 ON public.cases_case USING btree (back_to_id);

CREATE INDEX cases_case_bundle_id_599600e2 ON public.cases_case USING btree (bundle_id);

CREATE INDEX cases_case_decided_by_id_d07f4a47 ON public.cases_case USING btree (decided_by_id);

CREATE INDEX cases_case_department_id_c5b7309d ON public.cases_case USING btree (department_id);

CREATE INDEX cases_case_guardian_id_b06be779 ON public.cases_case USING btree (guardian_id);

CREATE INDEX cases_case_hall_id_5d58c57b ON public.cases_case USING btree (hall_id);

CREATE INDEX cases_case_issued_by_id_5895a497 ON public.cases_case USING btree (issued_by_id);

CREATE INDEX cases_case_item_id_896f667f ON public.cases_case USING btree (item_id);

CREATE INDEX cases_case_letter_id_c52e0c6d ON public.cases_case USING btree (letter_id);

CREATE INDEX cases_case_locked_by_id_39e2dafc ON public.cases_case USING btree (locked_by_id);

CREATE INDEX cases_case_mandate_id_97e2c57c ON public.cases_case USING btree (mandate_id);

CREATE INDEX cases_case_no_94fbf68e_like ON public.cases_case USING btree (no varchar_pattern_ops);

CREATE INDEX cases_case_organisation_id_dac38ff3 ON public.cases_case USING btree (organisation_id);

CREATE INDEX cases_case_person_id_f87eeffa ON public.cases_case USING btree (person_id);

CREATE INDEX cases_case_proposed_by_id_65822a80 ON public.cases_case USING btree (proposed_by_id);

CREATE INDEX cases_case_received_by_id_6e6e5bac ON public.cases_case USING btree (received_by_id);

CREATE INDEX cases_case_visit_id_f86f3f6c ON public.cases_case USING btree (visit_id);

CREATE INDEX cases_case_window_id_c32d5238 ON public.cases_case USING btree (window_id);

CREATE INDEX cases_consultation_answered_by_id_32bfac4b ON public.cases_consultation USING btree (answered_by_id);

CREATE INDEX cases_consultation_asked_by_id_d85950ba ON public.cases_consultation USING btree (asked_by_id);

CREATE INDEX cases_consultation_case_id_6e73f919 ON public.cases_consultation USING btree (case_id);

CREATE INDEX cases_consultation_department_id_6992a445 ON public.cases_consultation USING btree (department_id);

CREATE INDEX cases_due_at_a_moment ON public.cases_case USING btree (due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX cases_event_case_id_59b954a1 ON public.cases_event USING btree (case_id);

CREATE INDEX cases_extension_approved_by_id_74e674fb ON public.cases_extension USING btree (approved_by_id);

CREATE INDEX cases_extension_proposed_by_id_97d687c4 ON public.cases_extension USING btree (proposed_by_id);

CREATE INDEX cases_handover_case_id_d0f7ad3b ON public.cases_handover USING btree (case_id);

CREATE INDEX cases_handover_given_by_id_89d119a5 ON public.cases_handover USING btree (given_by_id);

CREATE INDEX cases_handover_refused_by_id_2fdbd7c3 ON public.cases_handover USING btree (refused_by_id);

CREATE INDEX cases_handover_signed_by_id_22eeac8d ON public.cases_handover USING btree (signed_by_id);

CREATE INDEX cases_material_case_id_972fd638 ON public.cases_material USING btree (case_id);

CREATE INDEX cases_material_certificate_id_311b0dde ON public.cases_material USING btree (certificate_id);

CREATE INDEX cases_material_file_id_5493b261 ON public.cases_material USING btree (file_id);

CREATE INDEX cases_material_judged_by_id_fa51a763 ON public.cases_material USING btree (judged_by_id);

CREATE INDEX cases_notice_by_id_b50b850d ON public.cases_notice USING btree (by_id);

CREATE INDEX cases_notice_case_id_cd438a78 ON public.cases_notice USING btree (case_id);

CREATE INDEX cases_notice_second_by_id_b25ba57a ON public.cases_notice USING btree (second_by_id);

CREATE INDEX cases_obligation_case_id_97728ea5 ON public.cases_obligation USING btree (case_id);

CREATE INDEX cases_of_a_person ON public.cases_case USING btree (person_id, opened_at DESC);

CREATE INDEX cases_of_an_account ON public.cases_case USING btree (account_id, opened_at DESC);

CREATE INDEX cases_opinion_by_id_e3b8b389 ON public.cases_opinion USING btree (by_id);

CREATE INDEX cases_opinion_case_id_2f32e550 ON public.cases_opinion USING btree (case_id);

CREATE INDEX cases_page_order_case_id_adfcf98f ON public.cases_page_order USING btree (case_id);

CREATE INDEX cases_paper_case_id_1d2fd58d ON public.cases_paper USING btree (case_id);

CREATE INDEX cases_paper_code_4873e381_like ON public.cases_paper USING btree (code varchar_pattern_ops);

CREATE INDEX cases_paper_counter_hall_id_b3da3649 ON public.cases_paper_counter USING btree (hall_id);

CREATE INDEX cases_paper_event_id_86faa4bb ON public.cases_paper USING btree (event_id);

CREATE INDEX cases_paper_file_id_cc1ea3fa ON public.cases_paper USING btree (file_id);

CREATE INDEX cases_paper_number_f0662531_like ON public.cases_paper USING btree (number varchar_pattern_ops);

CREATE INDEX cases_paper_seal_file_id_1f0c6bf0 ON public.cases_paper_seal USING btree (file_id);

CREATE INDEX cases_paper_seal_seal_id_cf614f04 ON public.cases_paper_seal USING btree (seal_id);

CREATE INDEX cases_promise_check_case_id_41f49f86 ON public.cases_promise_check USING btree (case_id);

CREATE INDEX cases_quota_entry_case_id_6256b8ba ON public.cases_quota_entry USING btree (case_id);

CREATE INDEX cases_quota_entry_round_id_6c230708 ON public.cases_quota_entry USING btree (round_id);

CREATE INDEX cases_quota_round_item_id_e7054065 ON public.cases_quota_round USING btree (item_id);

CREATE INDEX cases_rule_proposal_item_id_fc9ac57e ON public.cases_rule_proposal USING btree (item_id);

CREATE INDEX cases_rule_run_case_id_08edc2a0 ON public.cases_rule_run USING btree (case_id);

CREATE INDEX cases_sitevisit_case_id_46d76027 ON public.cases_sitevisit USING btree (case_id);

CREATE INDEX cases_sitevisit_officer_sitevisit_id_32be3502 ON public.cases_sitevisit_officer USING btree (sitevisit_id);

CREATE INDEX cases_sitevisit_officer_staff_id_a3fad14d ON public.cases_sitevisit_officer USING btree (staff_id);

CREATE INDEX cases_stop_approved_by_id_3b53736c ON public.cases_stop USING btree (approved_by_id);

CREATE INDEX cases_stop_case_id_3a51a776 ON public.cases_stop USING btree (case_id);

CREATE INDEX cases_stop_proposed_by_id_6cafc18b ON public.cases_stop USING btree (proposed_by_id);

CREATE INDEX cases_that_go_on ON public.cases_case USING btree (hall_id, due_promised, id) INCLUDE (phase) WHERE ((phase)::text = ANY ((ARRAY['pre_review'::character varying, 'pre_returned'::character varying, 'pre_passed'::character varying, 'await_receipt'::character varying, 'received'::character varying, 'supplement'::character varying, 'accepted'::character varying, 'in_review'::character varying, 'decided'::character varying, 'issuing'::character varying, 'ready'::character varying])::text[]));

CREATE INDEX cases_that_something_came_for ON public.cases_case USING btree (hall_id) WHERE (brought_on IS NOT NULL);

CREATE INDEX cases_that_wait ON public.cases_case USING btree (hall_id, phase, due_promised, id) INCLUDE (department_id, item_id, channel, proposed);

CREATE INDEX cases_to_be_deemed ON public.cases_case USING btree (item_type, notice_due_on) WHERE ((phase)::text = ANY ((ARRAY['await_receipt'::character varying, 'received'::character varying, 'supplement'::character varying])::text[]));

CREATE INDEX cases_to_be_paid ON public.cases_case USING btree (fee_due_on) WHERE (fee_due_on IS NOT NULL);

CREATE INDEX cases_to_lapse ON public.cases_case USING btree (supplement_due_on) WHERE ((phase)::text = 'supplement'::text);

CREATE INDEX cases_told_field_case_id_93b53a21 ON public.cases_told_field USING btree (case_id);

CREATE INDEX cases_told_field_event_id_191883d6 ON public.cases_told_field USING btree (event_id);

CREATE INDEX cases_waited_for ON public.cases_case USING btree (wait_until) WHERE (wait_until IS NOT NULL);

CREATE INDEX cases_with_a_department ON public.cases_case USING btree (department_id, hall_id, due_promised, id) INCLUDE (phase, item_id, channel, proposed) WHERE ((phase)::text = ANY ((ARRAY['pre_review'::character varying, 'pre_returned'::character varying, 'pre_passed'::character varying, 'await_receipt'::character varying, 'received'::character varying, 'supplement'::character varying, 'accepted'::character varying, 'in_review'::character varying, 'decided'::character varying, 'issuing'::character varying, 'ready'::character varying])::text[]));

CREATE INDEX catalogue_data_element_code_750cd3c1_like ON public.catalogue_data_element USING btree (code varchar_pattern_ops);

CREATE INDEX catalogue_department_code_23c82d9a_like ON public.catalogue_department USING btree (code varchar_pattern_ops);

CREATE INDEX catalogue_hall_item_category_id_8962f06a ON public.catalogue_hall_item USING btree (category_id);

CREATE INDEX catalogue_hall_item_hall_id_2de8896d ON public.catalogue_hall_item USING btree (hall_id);

CREATE INDEX catalogue_hall_item_item_id_745ca20e ON public.catalogue_hall_item USING btree (item_id);

CREATE INDEX catalogue_hall_item_version_hall_id_f872bae0 ON public.catalogue_hall_item_version USING btree (hall_id);

CREATE INDEX catalogue_hall_item_version_item_id_f08d0f33 ON public.catalogue_hall_item_version USING btree (item_id);

CREATE INDEX catalogue_item_code_338712c0_like ON public.catalogue_item USING btree (code varchar_pattern_ops);

CREATE INDEX catalogue_item_department_id_564524a7 ON public.catalogue_item USING btree (department_id);

CREATE INDEX catalogue_item_draft_item_id_fe9f9f7c ON public.catalogue_item_draft USING btree (item_id);

CREATE INDEX catalogue_item_successor_id_44d1ae3e ON public.catalogue_item USING btree (successor_id);

CREATE INDEX catalogue_item_theme_item_id_98733ff1 ON public.catalogue_item_theme USING btree (item_id);

CREATE INDEX catalogue_item_theme_theme_id_b9ffe13b ON public.catalogue_item_theme USING btree (theme_id);

CREATE INDEX catalogue_item_version_item_id_bb8d2944 ON public.catalogue_item_version USING btree (item_id);

CREATE INDEX catalogue_machine_offer_type_fccbe8f2_like ON public.catalogue_machine_offer USING btree (type varchar_pattern_ops);

CREATE INDEX catalogue_material_code_2c7dc4c1_like ON public.catalogue_material USING btree (code varchar_pattern_ops);

CREATE INDEX catalogue_material_requirement_item_id_2e9e218f ON public.catalogue_material_requirement USING btree (item_id);

CREATE INDEX catalogue_material_requirement_material_id_df56dbc9 ON public.catalogue_material_requirement USING btree (material_id);

CREATE INDEX catalogue_one_matter_code_b5e2786f_like ON public.catalogue_one_matter USING btree (code varchar_pattern_ops);

CREATE INDEX catalogue_retirement_item_id_d3a3160b ON public.catalogue_retirement USING btree (item_id);

CREATE INDEX catalogue_retirement_successor_id_f1e7db1d ON public.catalogue_retirement USING btree (successor_id);

CREATE INDEX catalogue_synonym_words_0bb7e9df_like ON public.catalogue_synonym USING btree (words varchar_pattern_ops);

CREATE INDEX catalogue_theme_code_6832aad4_like ON public.catalogue_theme USING btree (code varchar_pattern_ops);

CREATE INDEX certificates_ended_by_a_case ON public.library_certificate USING btree (ended_for) WHERE (NOT ((ended_for)::text = ''::text));

CREATE INDEX changed_by_hall_day ON public.insight_changed USING btree (hall_id, day);

CREATE INDEX charges_of_a_case ON public.fees_charge USING btree (case_no, id DESC);

CREATE INDEX closures_by_hall ON public.calendars_closure USING btree (hall_id, starts_at);

CREATE INDEX codes_that_others_were_given ON public.delivery_delivery USING btree (case_id) WHERE (((state)::text = 'ready'::text) AND (NOT ((rests_on)::text = ''::text)));

CREATE INDEX consultations_open ON public.cases_consultation USING btree (department_id, due_on, id) WHERE (answered_at IS NULL);

CREATE INDEX consulting_answer_by_id_0b24dc7f ON public.consulting_answer USING btree (by_id);

CREATE INDEX consulting_answer_department_id_9bc2935e ON public.consulting_answer USING btree (department_id);

CREATE INDEX consulting_answer_question_id_09b8238e ON public.consulting_answer USING btree (question_id);

CREATE INDEX consulting_enquiry_account_id_db71cf65 ON public.consulting_enquiry USING btree (account_id);

CREATE INDEX consulting_enquiry_case_id_dc021480 ON public.consulting_enquiry USING btree (case_id);

CREATE INDEX consulting_enquiry_department_id_714618ab ON public.consulting_enquiry USING btree (department_id);

CREATE INDEX consulting_enquiry_hall_id_d5fc4f09 ON public.consulting_enquiry USING btree (hall_id);

CREATE INDEX consulting_enquiry_item_id_1fd1125a ON public.consulting_enquiry USING btree (item_id);

CREATE INDEX consulting_enquiry_no_c4e5efc6_like ON public.consulting_enquiry USING btree (no varchar_pattern_ops);

CREATE INDEX consulting_forwarding_by_id_d4b28d56 ON public.consulting_forwarding USING btree (by_id);

CREATE INDEX consulting_forwarding_receiver_id_3fd2c794 ON public.consulting_forwarding USING btree (receiver_id);

CREATE INDEX consulting_forwarding_sender_id_b1a20537 ON public.consulting_forwarding USING btree (sender_id);

CREATE INDEX consulting_public_answer_department_id_8cd64fb4 ON public.consulting_public_answer USING btree (department_id);

CREATE INDEX consulting_public_answer_enquiry_id_fb24fe62 ON public.consulting_public_answer USING btree (enquiry_id);

CREATE INDEX consulting_public_answer_hall_id_36e37c2a ON public.consulting_public_answer USING btree (hall_id);

CREATE INDEX consulting_public_answer_item_id_fab51732 ON public.consulting_public_answer USING btree (item_id);

CREATE INDEX consulting_public_answer_published_by_id_ed43922c ON public.consulting_public_answer USING btree (published_by_id);

CREATE INDEX consulting_public_answer_withdrawn_by_id_69d6d727 ON public.consulting_public_answer USING btree (withdrawn_by_id);

CREATE INDEX consulting_public_answer_written_by_id_f9b988b2 ON public.consulting_public_answer USING btree (written_by_id);

CREATE INDEX consulting_question_enquiry_id_d9eaf211 ON public.consulting_question USING btree (enquiry_id);

CREATE INDEX delivery_cabinet_code_18bc848c_like ON public.delivery_cabinet USING btree (code varchar_pattern_ops);

CREATE INDEX delivery_cabinet_device_id_96f5794a ON public.delivery_cabinet USING btree (device_id);

CREATE INDEX delivery_cabinet_hall_id_adf79cf1 ON public.delivery_cabinet USING btree (hall_id);

CREATE INDEX delivery_cell_cabinet_id_7f231ca8 ON public.delivery_cell USING btree (cabinet_id);

CREATE INDEX delivery_delivery_fetched_by_id_99fc2a4c ON public.delivery_delivery USING btree (fetched_by_id);

CREATE INDEX delivery_folder_case_id_d72316c5 ON public.delivery_folder USING btree (case_id);

CREATE INDEX delivery_folder_follows_id_0df57eb3 ON public.delivery_folder USING btree (follows_id);

CREATE INDEX delivery_folder_holder_id_c2d1e396 ON public.delivery_folder USING btree (holder_id);

CREATE INDEX delivery_folder_move_folder_id_5430f42f ON public.delivery_folder_move USING btree (folder_id);

CREATE INDEX delivery_folder_move_holder_id_f9cc5653 ON public.delivery_folder_move USING btree (holder_id);

CREATE INDEX delivery_folder_paper_folder_id_46f9d9c5 ON public.delivery_folder_paper USING btree (folder_id);

CREATE INDEX delivery_parcel_case_id_78a84b80 ON public.delivery_parcel USING btree (case_id);

CREATE INDEX delivery_parcel_reference_38cddc04_like ON public.delivery_parcel USING btree (reference varchar_pattern_ops);

CREATE INDEX delivery_parcel_word_parcel_id_3b0c0aef ON public.delivery_parcel_word USING btree (parcel_id);

CREATE INDEX delivery_printing_case_id_2ab5e872 ON public.delivery_printing USING btree (case_id);

CREATE INDEX delivery_printing_device_id_783df62a ON public.delivery_printing USING btree (device_id);

CREATE INDEX delivery_sent_papers_case_id_3a2c4ec8 ON public.delivery_sent_papers USING btree (case_id);

CREATE INDEX delivery_stay_case_id_5d27f8a9 ON public.delivery_stay USING btree (case_id);

CREATE INDEX delivery_stay_cell_id_943734c6 ON public.delivery_stay USING btree (cell_id);

CREATE INDEX device_orders_by_age ON public.devices_order USING btree (made_at);

CREATE INDEX device_orders_to_end ON public.devices_order USING btree (expires_at) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'sent'::character varying])::text[]));

CREATE INDEX device_orders_waiting ON public.devices_order USING btree (device_id, id) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX devices_alarm_fault_id_ad12ba00 ON public.devices_alarm USING btree (fault_id);

CREATE INDEX devices_device_area_id_e799070b ON public.devices_device USING btree (area_id);

CREATE INDEX devices_device_code_09976111_like ON public.devices_device USING btree (code varchar_pattern_ops);

CREATE INDEX devices_device_hall_id_b35d44fb ON public.devices_device USING btree (hall_id);

CREATE INDEX devices_device_type_id_16e2b1c2 ON public.devices_device USING btree (type_id);

CREATE INDEX devices_device_type_id_16e2b1c2_like ON public.devices_device USING btree (type_id varchar_pattern_ops);

CREATE INDEX devices_device_window_id_7377bbf1 ON public.devices_device USING btree (window_id);

CREATE INDEX devices_device_zone_id_a6931c33 ON public.devices_device USING btree (zone_id);

CREATE INDEX devices_fault_device_id_16e58818 ON public.devices_fault USING btree (device_id);

CREATE INDEX devices_machine_type_code_a25db6d9_like ON public.devices_machine_type USING btree (code varchar_pattern_ops);

CREATE INDEX devices_maintenance_area_id_1ef5a3aa ON public.devices_maintenance USING btree (area_id);

CREATE INDEX devices_maintenance_device_id_9291fd02 ON public.devices_maintenance USING btree (device_id);

CREATE INDEX devices_maintenance_hall_id_d4a82ded ON public.devices_maintenance USING btree (hall_id);

CREATE INDEX devices_order_device_id_8972b0fc ON public.devices_order USING btree (device_id);

CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

CREATE INDEX doors_opened_by_a_code ON public.delivery_stay USING btree (opened_at) WHERE (out_at IS NULL);

CREATE INDEX enquiries_by_hall_and_state ON public.consulting_enquiry USING btree (hall_id, state, due_on, id);

CREATE INDEX enquiries_by_who_asked ON public.consulting_enquiry USING btree (asked_by, id DESC);

CREATE INDEX enquiries_of_an_account ON public.consulting_enquiry USING btree (account_id, id DESC);

CREATE INDEX enquiries_to_close ON public.consulting_enquiry USING btree (answered_at) WHERE ((state)::text = 'answered'::text);

CREATE INDEX enquiries_to_forget ON public.consulting_enquiry USING btree (hall_id, closed_at) WHERE ((closed_at IS NOT NULL) AND (NOT forgotten));

CREATE INDEX entries_by_age ON public.zones_entry USING btree (in_at);

CREATE INDEX entries_inside ON public.zones_entry USING btree (area_id) WHERE (out_at IS NULL);

CREATE INDEX entry_codes_by_account ON public.zones_entry_code USING btree (account_id, area_id);

CREATE INDEX estimates_by_hall_day ON public.tickets_estimate USING btree (hall_id, day);

CREATE INDEX estimates_by_ticket ON public.tickets_estimate USING btree (ticket_id);

CREATE INDEX event_by_hall ON public.foundation_event USING btree (hall, id);

CREATE INDEX exchange_batch_file_id_069ead20 ON public.exchange_batch USING btree (file_id);

CREATE INDEX exchange_batch_no_1c6c94d4_like ON public.exchange_batch USING btree (no varchar_pattern_ops);

CREATE INDEX exchange_row_batch_id_f9719d76 ON public.exchange_row USING btree (batch_id);

CREATE INDEX exchange_row_case_id_831c7fca ON public.exchange_row USING btree (case_id);

CREATE INDEX extensions_asked_for ON public.cases_case USING btree (hall_id, due_promised) WHERE (extension_asked_by_id IS NOT NULL);

CREATE INDEX facts_of_a_person ON public.library_fact USING btree (person_id, element, at DESC);

CREATE INDEX facts_of_an_organisation ON public.library_fact USING btree (organisation_id, element, at DESC);

CREATE INDEX faults_by_device ON public.devices_fault USING btree (device_id, opened_at);

CREATE INDEX feedback_rating_case_id_bed8f5c6 ON public.feedback_rating USING btree (case_id);

CREATE INDEX feedback_rating_hall_id_41e85a32 ON public.feedback_rating USING btree (hall_id);

CREATE INDEX feedback_rating_staff_id_46778ed4 ON public.feedback_rating USING btree (staff_id);

CREATE INDEX feedback_rating_ticket_id_8300e67e ON public.feedback_rating USING btree (ticket_id);

CREATE INDEX feedback_rating_visit_id_f9640828 ON public.feedback_rating USING btree (visit_id);

CREATE INDEX feedback_rating_window_id_55e299ee ON public.feedback_rating USING btree (window_id);

CREATE INDEX feedback_task_hall_id_26358fe2 ON public.feedback_task USING btree (hall_id);

CREATE INDEX fees_charge_hall_id_c9025e2f ON public.fees_charge USING btree (hall_id);

CREATE INDEX fees_payment_charge_id_b1037652 ON public.fees_payment USING btree (charge_id);

CREATE INDEX fees_payment_receipt_no_c3c51b69_like ON public.fees_payment USING btree (receipt_no varchar_pattern_ops);

CREATE INDEX fees_payment_reference_d1e7fd86_like ON public.fees_payment USING btree (reference varchar_pattern_ops);

CREATE INDEX fees_receipt_counter_hall_id_946cec0d ON public.fees_receipt_counter USING btree (hall_id);

CREATE INDEX fees_refund_payment_id_3f6061ac ON public.fees_refund USING btree (payment_id);

CREATE INDEX fees_waiver_by_id_1a13dec2 ON public.fees_waiver USING btree (by_id);

CREATE INDEX fees_waiver_second_by_id_bd7e9e0b ON public.fees_waiver USING btree (second_by_id);

CREATE INDEX folders_by_place ON public.delivery_folder USING btree (place, since) WHERE (ended_at IS NULL);

CREATE INDEX follow_ups_open ON public.booking_follow_up USING btree (id) WHERE (finished_at IS NULL);

CREATE INDEX foundation_heartbeat_name_4f33a665_like ON public.foundation_heartbeat USING btree (name varchar_pattern_ops);

CREATE INDEX foundation_rate_bucket_key_9d267a0c_like ON public.foundation_rate_bucket USING btree (key varchar_pattern_ops);

CREATE INDEX foundation_watermark_name_25ab23e3_like ON public.foundation_watermark USING btree (name varchar_pattern_ops);

CREATE INDEX handovers_unsigned ON public.cases_handover USING btree (given_at) WHERE ((refused_at IS NULL) AND (signed_at IS NULL));

CREATE INDEX holds_open ON public.booking_hold USING btree (expires_at) WHERE (ended_at IS NULL);

CREATE INDEX holds_that_stand ON public.archive_hold USING btree (case_id) WHERE (lifted_at IS NULL);

CREATE INDEX home_visits_by_hall ON public.homevisits_visit USING btree (hall_id, id DESC);

CREATE INDEX home_visits_due ON public.homevisits_visit USING btree (hall_id, due_on, id) WHERE (ended_at IS NULL);

CREATE INDEX home_visits_of_a_telephone ON public.homevisits_visit USING btree (phone_index, id DESC);

CREATE INDEX home_visits_of_an_account ON public.homevisits_visit USING btree (account_id, id DESC);

CREATE INDEX home_visits_to_forget ON public.homevisits_visit USING btree (hall_id, ended_at) WHERE ((ended_at IS NOT NULL) AND (NOT forgotten));

CREATE INDEX homevisits_going_staff_id_f68eef0e ON public.homevisits_going USING btree (staff_id);

CREATE INDEX homevisits_going_visit_id_751356c5 ON public.homevisits_going USING btree (visit_id);

CREATE INDEX homevisits_step_visit_id_689ad38d ON public.homevisits_step USING btree (visit_id);

CREATE INDEX homevisits_visit_account_id_cd5f7229 ON public.homevisits_visit USING btree (account_id);

CREATE INDEX homevisits_visit_area_id_0ca46e10 ON public.homevisits_visit USING btree (area_id);

CREATE INDEX homevisits_visit_area_id_0ca46e10_like ON public.homevisits_visit USING btree (area_id varchar_pattern_ops);

CREATE INDEX homevisits_visit_hall_id_d3d69923 ON public.homevisits_visit USING btree (hall_id);

CREATE INDEX homevisits_visit_item_id_8ed99493 ON public.homevisits_visit USING btree (item_id);

CREATE INDEX homevisits_visit_no_25654261_like ON public.homevisits_visit USING btree (no varchar_pattern_ops);

CREATE INDEX homevisits_visit_person_id_0f3e724a ON public.homevisits_visit USING btree (person_id);

CREATE INDEX hook_attempts_of_a_delivery ON public.hooks_attempt USING btree (delivery_id, id DESC);

CREATE INDEX hook_deliveries_due ON public.hooks_delivery USING btree (hook_id, event_id) WHERE ((state)::text = 'due'::text);

CREATE INDEX hook_deliveries_in_order ON public.hooks_delivery USING btree (hook_id, subject, event_id) WHERE ((state)::text = ANY ((ARRAY['due'::character varying, 'sending'::character varying])::text[]));

CREATE INDEX hook_deliveries_sending ON public.hooks_delivery USING btree (claimed_at) WHERE ((state)::text = 'sending'::text);

CREATE INDEX hook_events_by_age ON public.hooks_event USING btree (found_at);

CREATE INDEX hooks_attempt_delivery_id_0a5c6b23 ON public.hooks_attempt USING btree (delivery_id);

CREATE INDEX hooks_cursor_source_ebbb6f97_like ON public.hooks_cursor USING btree (source varchar_pattern_ops);

CREATE INDEX hooks_delivery_event_id_e593646f ON public.hooks_delivery USING btree (event_id);

CREATE INDEX hooks_delivery_hook_id_9588de63 ON public.hooks_delivery USING btree (hook_id);

CREATE INDEX hooks_hook_code_1655062b_like ON public.hooks_hook USING btree (code varchar_pattern_ops);

CREATE INDEX hooks_hook_key_id_f7ae0a30 ON public.hooks_hook USING btree (key_id);

CREATE INDEX hotline_call_agent_id_2951cc3f ON public.hotline_call USING btree (agent_id);

CREATE INDEX hotline_call_call_b4163abf_like ON public.hotline_call USING btree (call varchar_pattern_ops);

CREATE INDEX hotline_call_hall_id_2e158668 ON public.hotline_call USING btree (hall_id);

CREATE INDEX hotline_call_order_id_6b03ece1 ON public.hotline_call USING btree (order_id);

CREATE INDEX hotline_handling_order_id_b23443ee ON public.hotline_handling USING btree (order_id);

CREATE INDEX hotline_order_department_id_33df871f ON public.hotline_order USING btree (department_id);

CREATE INDEX hotline_order_first_id_021e55e0 ON public.hotline_order USING btree (first_id);

CREATE INDEX hotline_order_hall_id_9ae2efd1 ON public.hotline_order USING btree (hall_id);

CREATE INDEX hotline_order_item_id_e588fb38 ON public.hotline_order USING btree (item_id);

CREATE INDEX hotline_order_line_hall_id_d925670f ON public.hotline_order USING btree (line_hall_id);

CREATE INDEX hotline_order_no_0f8c34d7_like ON public.hotline_order USING btree (no varchar_pattern_ops);

CREATE INDEX hotline_order_person_id_82c24bfa ON public.hotline_order USING btree (person_id);

CREATE INDEX hotline_orders_by_hall ON public.hotline_order USING btree (hall_id, asked_at);

CREATE INDEX hotline_orders_due ON public.hotline_order USING btree (hall_id, due_on, id) WHERE (closed_at IS NULL);

CREATE INDEX hotline_orders_of_a_department ON public.hotline_order USING btree (department_id, due_on, id) WHERE (closed_at IS NULL);

CREATE INDEX hotline_orders_of_a_telephone ON public.hotline_order USING btree (phone_index, id DESC);

CREATE INDEX hotline_orders_to_forget ON public.hotline_order USING btree (hall_id, closed_at) WHERE ((closed_at IS NOT NULL) AND (NOT forgotten));

CREATE INDEX idempotency_by_age ON public.foundation_idempotency_key USING btree (created_at);

CREATE INDEX identity_account_person_account_id_7c8f7a08 ON public.identity_account_person USING btree (account_id);

CREATE INDEX identity_account_person_id_b0155c6e ON public.identity_account USING btree (person_id);

CREATE INDEX identity_account_person_person_id_f830a007 ON public.identity_account_person USING btree (person_id);

CREATE INDEX identity_agent_account_id_6eee4cf1 ON public.identity_agent USING btree (account_id);

CREATE INDEX identity_agent_key_id_069f0726 ON public.identity_agent USING btree (key_id);

CREATE INDEX identity_api_key_staff_id_37e31ce0 ON public.identity_api_key USING btree (staff_id);

CREATE INDEX identity_guardianship_child_id_a7daf219 ON public.identity_guardianship USING btree (child_id);

CREATE INDEX identity_guardianship_guardian_id_ca9fee2a ON public.identity_guardianship USING btree (guardian_id);

CREATE INDEX identity_kiosk_session_person_id_04484981 ON public.identity_kiosk_session USING btree (person_id);

CREATE INDEX identity_kiosk_session_ref_5e19e3b9_like ON public.identity_kiosk_session USING btree (ref varchar_pattern_ops);

CREATE INDEX identity_mandate_agent_id_8e654fd9 ON public.identity_mandate USING btree (agent_id);

CREATE INDEX identity_mandate_person_id_7b32f11a ON public.identity_mandate USING btree (person_id);

CREATE INDEX identity_organisation_member_organisation_id_a58b6e75 ON public.identity_organisation_member USING btree (organisation_id);

CREATE INDEX identity_organisation_member_person_id_15c81d10 ON public.identity_organisation_member USING btree (person_id);

CREATE INDEX identity_paper_mandate_agent_id_7094f61b ON public.identity_paper_mandate USING btree (agent_id);

CREATE INDEX identity_paper_mandate_person_id_e7bb5e5e ON public.identity_paper_mandate USING btree (person_id);

CREATE INDEX identity_person_phone_index_65f87555 ON public.identity_person USING btree (phone_index);

CREATE INDEX identity_person_phone_index_65f87555_like ON public.identity_person USING btree (phone_index varchar_pattern_ops);

CREATE INDEX identity_person_same_as_id_b474b0c3 ON public.identity_person USING btree (same_as_id);

CREATE INDEX identity_role_staff_id_dec0974b ON public.identity_role USING btree (staff_id);

CREATE INDEX identity_sign_in_code_phone_index_6c4113b1 ON public.identity_sign_in_code USING btree (phone_index);

CREATE INDEX identity_sign_in_code_phone_index_6c4113b1_like ON public.identity_sign_in_code USING btree (phone_index varchar_pattern_ops);

CREATE INDEX identity_staff_login_0362c232_like ON public.identity_staff USING btree (login varchar_pattern_ops);

CREATE INDEX idx_procrastinate_jobs_worker_not_null ON public.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::public.procrastinate_job_status));

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON public.procrastinate_workers USING btree (last_heartbeat);

CREATE INDEX kiosk_sessions_by_age ON public.identity_kiosk_session USING btree (until);

CREATE INDEX kiosk_sessions_of_a_person ON public.identity_kiosk_session USING btree (person_id, until);

CREATE INDEX late_numbers ON public.tickets_ticket USING btree (late_for_id) WHERE (late_for_id IS NOT NULL);

CREATE INDEX ledger_by_party ON public.booking_ledger_entry USING btree (party, scope);

CREATE INDEX ledger_by_person ON public.booking_ledger_entry USING btree (person_id, scope, kind, "on");

CREATE INDEX library_authority_key_key_id_304cd21e ON public.library_authority_key USING btree (key_id);

CREATE INDEX library_certificate_document_version_id_74d6606b ON public.library_certificate USING btree (document_version_id);

CREATE INDEX library_certificate_organisation_id_0cd3a5a9 ON public.library_certificate USING btree (organisation_id);

CREATE INDEX library_certificate_person_id_c0083fde ON public.library_certificate USING btree (person_id);

CREATE INDEX library_certificate_use_organisation_id_99b920f0 ON public.library_certificate_use USING btree (organisation_id);

CREATE INDEX library_certificate_use_person_id_52e17682 ON public.library_certificate_use USING btree (person_id);

CREATE INDEX library_document_account_id_7f55f78c ON public.library_document USING btree (account_id);

CREATE INDEX library_document_organisation_id_74e89bfb ON public.library_document USING btree (organisation_id);

CREATE INDEX library_document_person_id_76add293 ON public.library_document USING btree (person_id);

CREATE INDEX library_document_version_blob_id_6f5f84e9 ON public.library_document_version USING btree (blob_id);

CREATE INDEX library_fact_consent_organisation_id_2ed8ce71 ON public.library_fact_consent USING btree (organisation_id);

CREATE INDEX library_fact_consent_person_id_0b5e8213 ON public.library_fact_consent USING btree (person_id);

CREATE INDEX library_fact_use_consent_id_0b63fc88 ON public.library_fact_use USING btree (consent_id);

CREATE INDEX library_import_batch_begun_at_562e9950 ON public.library_import_batch USING btree (begun_at);

CREATE INDEX library_upload_changed_at_c0b97a5d ON public.library_upload USING btree (changed_at);

CREATE INDEX maintenances_by_hall ON public.devices_maintenance USING btree (hall_id, until_at);

CREATE INDEX messages_by_phone ON public.messaging_message USING btree (to_index, id DESC);

CREATE INDEX messages_by_subject ON public.messaging_message USING btree (subject);

CREATE INDEX messages_due ON public.messaging_message USING btree (due_at) WHERE ((state)::text = 'due'::text);

CREATE INDEX messages_due_urgent ON public.messaging_message USING btree (due_at) WHERE (((key)::text = ANY ((ARRAY['code'::character varying, 'your_turn'::character varying, 'ahead'::character varying, 'line_stopped'::character varying, 'line_goes_on'::character varying, 'evacuated'::character varying, 'evacuation_over'::character varying])::text[])) AND ((state)::text = 'due'::text));

CREATE INDEX messages_in_trouble ON public.messaging_message USING btree (state, id DESC) WHERE ((state)::text = 'failed'::text);

CREATE INDEX messages_over_by_hall ON public.messaging_message USING btree (hall, state, id DESC) WHERE ((state)::text = ANY ((ARRAY['sent'::character varying, 'dropped'::character varying])::text[]));

CREATE INDEX messages_sending ON public.messaging_message USING btree (claimed_at) WHERE ((state)::text = 'sending'::text);

CREATE INDEX messages_to_forget ON public.messaging_message USING btree (hall, COALESCE(until, due_at)) WHERE (((state)::text = ANY ((ARRAY['sent'::character varying, 'failed'::character varying, 'dropped'::character varying])::text[])) AND (NOT ((to_index)::text = ''::text)));

CREATE INDEX newest_draft_of_an_item ON public.catalogue_item_draft USING btree (task_code, version DESC, id DESC);

CREATE UNIQUE INDEX nobody_is_rung_up_twice_at_a_time ON public.hotline_call USING btree (phone_index) WHERE ((NOT inward) AND ((state)::text = ANY ((ARRAY['ringing'::character varying, 'talking'::character varying])::text[])) AND (NOT ((phone_index)::text = ''::text)));

CREATE INDEX notices_by_day ON public.cases_notice USING btree (at);

CREATE UNIQUE INDEX one_answer_of_an_enquiry_waits_to_be_published ON public.consulting_public_answer USING btree (enquiry_id) WHERE ((state)::text = 'draft'::text);

CREATE UNIQUE INDEX one_call_per_seat ON public.remote_session USING btree (seat_id) WHERE ((state)::text = ANY ((ARRAY['ringing'::character varying, 'talking'::character varying])::text[]));

CREATE UNIQUE INDEX one_charge_due_of_a_case ON public.fees_charge USING btree (case_no) WHERE ((state)::text = 'due'::text);

CREATE UNIQUE INDEX one_clerk_per_window ON public.tickets_window_session USING btree (window_id) WHERE (signed_out_at IS NULL);

CREATE UNIQUE INDEX one_closing_in_force_per_area ON public.zones_closing USING btree (area_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_consent_to_facts_stands_in_a_matter ON public.library_fact_consent USING btree (subject) WHERE (withdrawn_at IS NULL);

CREATE UNIQUE INDEX one_copy_of_a_result_is_printed_at_a_time ON public.delivery_printing USING btree (case_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_folder_follows_that_of_a_case ON public.delivery_folder USING btree (case_id) WHERE ((ended_at IS NULL) AND (follows_id IS NOT NULL));

CREATE UNIQUE INDEX one_handover_waits_for_a_signature ON public.cases_handover USING btree (case_id) WHERE ((refused_at IS NULL) AND (signed_at IS NULL));

CREATE UNIQUE INDEX one_ledger_entry_per_visit_and_kind ON public.booking_ledger_entry USING btree (visit, kind) WHERE (NOT ((visit)::text = ''::text));

CREATE UNIQUE INDEX one_live_appointment_per_person_business_half_day ON public.booking_appointment USING btree (person_id, limit_key, hall_id, business, day, half) WHERE ((let_go_at IS NULL) AND ((state)::text = ANY ((ARRAY['booked'::character varying, 'checked_in'::character varying])::text[])) AND (NOT exempt));

CREATE UNIQUE INDEX one_live_charge_of_a_case ON public.fees_charge USING btree (case_no) WHERE ((NOT ((state)::text = 'released'::text)) AND (NOT further));

CREATE UNIQUE INDEX one_mandate_per_agent_and_client ON public.identity_mandate USING btree (agent_id, person_id) WHERE ((ended_at IS NULL) AND (given_at IS NOT NULL));

CREATE UNIQUE INDEX one_open_appeal_per_entry ON public.booking_appeal USING btree (entry_id) WHERE ((state)::text = 'open'::text);

CREATE UNIQUE INDEX one_open_appeal_per_suspension ON public.booking_appeal USING btree (suspension_id) WHERE ((state)::text = 'open'::text);

CREATE UNIQUE INDEX one_open_call_for_help_per_area ON public.zones_help_call USING btree (area_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_open_change_per_item ON public.catalogue_item_draft USING btree (item_id) WHERE (((kind)::text = 'office'::text) AND ((state)::text = 'draft'::text));

CREATE UNIQUE INDEX one_open_draft_per_item ON public.catalogue_item_draft USING btree (task_code) WHERE (((kind)::text = 'store'::text) AND ((state)::text = 'draft'::text));

CREATE UNIQUE INDEX one_open_draft_per_one_matter ON public.catalogue_one_matter_draft USING btree (code) WHERE ((state)::text = 'draft'::text);

CREATE UNIQUE INDEX one_open_fault_per_device_and_part ON public.devices_fault USING btree (device_id, part) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_open_hold_per_account ON public.booking_hold USING btree (account_id) WHERE ((ended_at IS NULL) AND ((kind)::text = 'form'::text));

CREATE UNIQUE INDEX one_open_recording_per_session ON public.remote_recording USING btree (session_id) WHERE ((state)::text = ANY ((ARRAY['asked'::character varying, 'running'::character varying])::text[]));

CREATE UNIQUE INDEX one_open_session_per_appointment ON public.remote_session USING btree (appointment) WHERE ((ended_at IS NULL) AND (NOT ((appointment)::text = ''::text)));

CREATE UNIQUE INDEX one_open_session_per_person ON public.remote_session USING btree (person_id) WHERE ((ended_at IS NULL) AND (evidence > 0) AND (person_id IS NOT NULL));

CREATE UNIQUE INDEX one_open_session_per_person_said ON public.remote_session USING btree (person_id, asked_by) WHERE ((ended_at IS NULL) AND (evidence = 0) AND (person_id IS NOT NULL));

CREATE UNIQUE INDEX one_open_visit_per_account_and_telephone ON public.homevisits_visit USING btree (account_id, phone_index, item_id) WHERE ((account_id IS NOT NULL) AND (ended_at IS NULL) AND (person_id IS NULL));

CREATE UNIQUE INDEX one_open_visit_per_person_and_item ON public.homevisits_visit USING btree (person_id, item_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_open_visit_per_telephone_and_item ON public.homevisits_visit USING btree (phone_index, item_id) WHERE ((account_id IS NULL) AND (ended_at IS NULL) AND (person_id IS NULL));

CREATE UNIQUE INDEX one_parcel_of_a_case_is_under_way ON public.delivery_parcel USING btree (case_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_payment_of_a_way_under_way ON public.fees_payment USING btree (charge_id, way) WHERE ((state)::text = 'started'::text);

CREATE UNIQUE INDEX one_planned_change_per_item ON public.catalogue_item_draft USING btree (item_id) WHERE (((kind)::text = 'office'::text) AND ((state)::text = 'planned'::text));

CREATE UNIQUE INDEX one_planned_draft_per_item ON public.catalogue_item_draft USING btree (task_code) WHERE (((kind)::text = 'store'::text) AND ((state)::text = 'planned'::text));

CREATE UNIQUE INDEX one_planned_visit_a_case_and_stage ON public.cases_sitevisit USING btree (case_id, stage) WHERE ((state)::text = 'planned'::text);

CREATE UNIQUE INDEX one_procedure_at_a_time_stops_a_case ON public.cases_stop USING btree (case_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_proposal_of_rules_at_a_time_of_an_item ON public.cases_rule_proposal USING btree (item_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_proposal_per_agent_and_client ON public.identity_mandate USING btree (agent_id, person_id) WHERE ((ended_at IS NULL) AND (given_at IS NULL));

CREATE UNIQUE INDEX one_purge_of_a_hall_waits ON public.archive_purge USING btree (hall_id) WHERE ((confirmed_at IS NULL) AND (dropped_at IS NULL));

CREATE UNIQUE INDEX one_retirement_of_an_item ON public.catalogue_retirement USING btree (item_id) WHERE ((state)::text = ANY ((ARRAY['asked'::character varying, 'agreed'::character varying, 'asked_back'::character varying])::text[]));

CREATE UNIQUE INDEX one_round_is_proposed_at_a_time ON public.cases_quota_round USING btree (item_id) WHERE ((dropped_at IS NULL) AND (published_at IS NULL));

CREATE UNIQUE INDEX one_thing_in_a_cell ON public.delivery_stay USING btree (cell_id) WHERE (out_at IS NULL);

CREATE UNIQUE INDEX one_thing_of_a_kind_of_a_case_lies ON public.delivery_stay USING btree (case_id, kind) WHERE (out_at IS NULL);

CREATE UNIQUE INDEX one_ticket_per_appointment ON public.tickets_ticket USING btree (appointment_id) WHERE (NOT ((state)::text = 'redirected'::text));

CREATE UNIQUE INDEX one_valid_certificate_per_organisation_type_and_number ON public.library_certificate USING btree (organisation_id, type, number_index) WHERE ((organisation_id IS NOT NULL) AND ((status)::text = 'valid'::text));

CREATE UNIQUE INDEX one_valid_certificate_per_person_type_and_number ON public.library_certificate USING btree (person_id, type, number_index) WHERE ((person_id IS NOT NULL) AND ((status)::text = 'valid'::text));

CREATE UNIQUE INDEX one_visit_per_person_and_day ON public.tickets_visit USING btree (hall_id, day, person_id, limit_key) WHERE (person_id IS NOT NULL);

CREATE UNIQUE INDEX one_window_per_clerk ON public.tickets_window_session USING btree (staff_id) WHERE (signed_out_at IS NULL);

CREATE INDEX packages_of_a_hall ON public.archive_package USING btree (hall_id, made_at DESC, id DESC);

CREATE INDEX packages_to_run_out ON public.archive_package USING btree (hall_id, closed_on) WHERE (destroyed_at IS NULL);

CREATE INDEX papers_by_what_was_sealed ON public.cases_paper_seal USING btree (rendered) WHERE (NOT ((rendered)::text = ''::text));

CREATE UNIQUE INDEX papers_of_a_case_are_sent_once ON public.delivery_sent_papers USING btree (case_id) WHERE ((came_at IS NULL) AND (off_at IS NULL));

CREATE INDEX papers_that_are_to_follow ON public.cases_obligation USING btree (due_on) WHERE ((lapsed_at IS NULL) AND (met_at IS NULL));

CREATE INDEX papers_to_be_sealed ON public.cases_paper_seal USING btree (next_at, id) WHERE (sealed_at IS NULL);

CREATE INDEX parcels_under_way ON public.delivery_parcel USING btree (state) WHERE (ended_at IS NULL);

CREATE INDEX parked_until ON public.tickets_ticket USING btree (parked_until) WHERE ((state)::text = 'parked'::text);

CREATE INDEX payments_to_ask_about ON public.fees_payment USING btree (started_at) WHERE ((state)::text = ANY ((ARRAY['started'::character varying, 'closed'::character varying])::text[]));

CREATE INDEX phone_calls_that_go_on ON public.hotline_call USING btree (hall_id, rung_at) WHERE (ended_at IS NULL);

CREATE INDEX phone_calls_to_forget ON public.hotline_call USING btree (hall_id, ended_at) WHERE (phone IS NOT NULL);

CREATE INDEX phone_calls_to_ring_back ON public.hotline_call USING btree (hall_id, rung_at) WHERE (inward AND (settled_at IS NULL) AND ((state)::text = 'missed'::text));

CREATE INDEX places_area_code_7c3e4f9f_like ON public.places_area USING btree (code varchar_pattern_ops);

CREATE INDEX places_area_hall_id_aab422be ON public.places_area USING btree (hall_id);

CREATE INDEX places_category_hall_id_b919f454 ON public.places_category USING btree (hall_id);

CREATE INDEX places_category_zone_id_9bab56a4 ON public.places_category USING btree (zone_id);

CREATE INDEX places_floor_hall_id_b07dcc36 ON public.places_floor USING btree (hall_id);

CREATE INDEX places_hall_code_70522fa4_like ON public.places_hall USING btree (code varchar_pattern_ops);

CREATE INDEX places_hall_region_id_e71c05ad ON public.places_hall USING btree (region_id);

CREATE INDEX places_hall_region_id_e71c05ad_like ON public.places_hall USING btree (region_id varchar_pattern_ops);

CREATE INDEX places_policy_version_hall_id_fe296d51 ON public.places_policy_version USING btree (hall_id);

CREATE INDEX places_region_code_c6cbaa1a_like ON public.places_region USING btree (code varchar_pattern_ops);

CREATE INDEX places_region_parent_id_35c7db0c ON public.places_region USING btree (parent_id);

CREATE INDEX places_region_parent_id_35c7db0c_like ON public.places_region USING btree (parent_id varchar_pattern_ops);

CREATE INDEX places_region_path_5b43fd0f ON public.places_region USING btree (path);

CREATE INDEX places_region_path_5b43fd0f_like ON public.places_region USING btree (path varchar_pattern_ops);

CREATE INDEX places_window_category_category_id_84260b04 ON public.places_window_category USING btree (category_id);

CREATE INDEX places_window_category_window_id_88b29851 ON public.places_window_category USING btree (window_id);

CREATE INDEX places_window_code_8b0be2b7_like ON public.places_window USING btree (code varchar_pattern_ops);

CREATE INDEX places_window_hall_id_a48ac880 ON public.places_window USING btree (hall_id);

CREATE INDEX places_window_zone_id_31ee51e9 ON public.places_window USING btree (zone_id);

CREATE INDEX places_zone_floor_id_534bce2a ON public.places_zone USING btree (floor_id);

CREATE INDEX places_zone_hall_id_a36d37d7 ON public.places_zone USING btree (hall_id);

CREATE INDEX planned_desks_by_hall_day ON public.tickets_planned_desk USING btree (hall_id, day);

CREATE UNIQUE INDEX planned_desks_of_an_hour_are_said_once ON public.tickets_planned_desk USING btree (hall_id, weekday, day, starts, category_id) NULLS NOT DISTINCT WHERE (shift IS NULL);

CREATE INDEX procedures_under_way ON public.cases_stop USING btree (started_at) WHERE (ended_at IS NULL);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON public.procrastinate_events USING btree (job_id);

CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON public.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::public.procrastinate_job_status, 'doing'::public.procrastinate_job_status]));

CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON public.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_priority_idx_v1 ON public.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON public.procrastinate_jobs USING btree (queue_name);

CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON public.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON public.procrastinate_periodic_defers USING btree (job_id);

CREATE INDEX promises_that_bar ON public.cases_promise_check USING btree (case_id) WHERE ((lifted_at IS NULL) AND ((says)::text = 'broken'::text));

CREATE INDEX promises_to_be_checked ON public.cases_promise_check USING btree (due_on, id) WHERE ((says)::text = ''::text);

CREATE INDEX published_answers_of_an_item ON public.consulting_public_answer USING btree (item_id, published_at DESC) WHERE ((state)::text = 'published'::text);

CREATE INDEX purges_of_a_hall ON public.archive_purge USING btree (hall_id, id DESC);

CREATE INDEX ratings_by_hall ON public.feedback_rating USING btree (hall_id, at);

CREATE INDEX ratings_with_words ON public.feedback_rating USING btree (hall_id, at) WHERE (NOT (text = ''::text));

CREATE INDEX recordings_by_hall ON public.remote_recording USING btree (hall_id, asked_at DESC, id DESC);

CREATE INDEX recordings_that_run ON public.remote_recording USING btree (heard_at) WHERE ((state)::text = 'running'::text);

CREATE INDEX recordings_to_delete ON public.remote_recording USING btree (kept_until) WHERE ((state)::text = 'ended'::text);

CREATE INDEX refunds_to_do ON public.fees_refund USING btree (next_at) WHERE (done_at IS NULL);

CREATE INDEX remote_act_session_id_1f25673f ON public.remote_act USING btree (session_id);

CREATE INDEX remote_consent_session_id_dfa2ea5e ON public.remote_consent USING btree (session_id);

CREATE INDEX remote_counter_hall_id_037f6847 ON public.remote_counter USING btree (hall_id);

CREATE INDEX remote_recording_hall_id_be2f3afa ON public.remote_recording USING btree (hall_id);

CREATE INDEX remote_recording_look_recording_id_37c24ff1 ON public.remote_recording_look USING btree (recording_id);

CREATE INDEX remote_recording_look_staff_id_6e51ebbe ON public.remote_recording_look USING btree (staff_id);

CREATE INDEX remote_recording_ref_1131345c_like ON public.remote_recording USING btree (ref varchar_pattern_ops);

CREATE INDEX remote_recording_seat_id_f4b7c056 ON public.remote_recording USING btree (seat_id);

CREATE INDEX remote_recording_session_id_4ddc3a44 ON public.remote_recording USING btree (session_id);

CREATE INDEX remote_said_document_id_9a7f91cc ON public.remote_said USING btree (document_id);

CREATE INDEX remote_said_session_id_b66ccc2c ON public.remote_said USING btree (session_id);

CREATE INDEX remote_seat_hall_id_8a335fd6 ON public.remote_seat USING btree (hall_id);

CREATE INDEX remote_session_account_id_be60b326 ON public.remote_session USING btree (account_id);

CREATE INDEX remote_session_case_id_46828251 ON public.remote_session USING btree (case_id);

CREATE INDEX remote_session_device_id_76ddb963 ON public.remote_session USING btree (device_id);

CREATE INDEX remote_session_hall_id_88ec9d81 ON public.remote_session USING btree (hall_id);

CREATE INDEX remote_session_item_id_07cd99ec ON public.remote_session USING btree (item_id);

CREATE INDEX remote_session_only_seat_id_9c4e7895 ON public.remote_session USING btree (only_seat_id);

CREATE INDEX remote_session_person_id_3f6dfe7c ON public.remote_session USING btree (person_id);

CREATE INDEX remote_session_ref_15168cb1_like ON public.remote_session USING btree (ref varchar_pattern_ops);

CREATE INDEX remote_session_seat_id_fb402c9a ON public.remote_session USING btree (seat_id);

CREATE INDEX remote_signal_session_id_8cd2389c ON public.remote_signal USING btree (session_id);

CREATE INDEX remote_talk_hall_id_019eabef ON public.remote_talk USING btree (hall_id);

CREATE INDEX remote_talk_seat_id_d82cc588 ON public.remote_talk USING btree (seat_id);

CREATE INDEX remote_talk_session_id_c849208f ON public.remote_talk USING btree (session_id);

CREATE INDEX rounds_of_an_item ON public.cases_quota_round USING btree (item_id, opens_on DESC);

CREATE INDEX rows_told_of_a_case ON public.exchange_row USING btree (case_id, guid, id DESC);

CREATE INDEX rule_runs_newest_first ON public.cases_rule_run USING btree (at DESC, id DESC);

CREATE UNIQUE INDEX rules_decide_a_case_once ON public.cases_rule_run USING btree (case_id) WHERE ((outcome)::text = 'grant'::text);

CREATE UNIQUE INDEX sealed_bytes_are_one_paper ON public.cases_paper_seal USING btree (sha256) WHERE (NOT ((sha256)::text = ''::text));

CREATE INDEX seals_seal_certificate_e619a1b6_like ON public.seals_seal USING btree (certificate varchar_pattern_ops);

CREATE INDEX seals_seal_department_id_e1ca61b8 ON public.seals_seal USING btree (department_id);

CREATE INDEX seals_seal_key_905af79b_like ON public.seals_seal USING btree (key varchar_pattern_ops);

CREATE INDEX seats_that_are_free ON public.remote_seat USING btree (since) WHERE ((state)::text = 'ready'::text);

CREATE INDEX services_by_hall ON public.tickets_service USING btree (hall_id, started_at);

CREATE INDEX services_by_window ON public.tickets_service USING btree (window_id, id DESC);

CREATE INDEX services_to_learn ON public.tickets_service USING btree (id) WHERE ((ended_at IS NOT NULL) AND (learned_at IS NULL));

CREATE INDEX sessions_by_appointment ON public.remote_session USING btree (appointment) WHERE (NOT ((appointment)::text = ''::text));

CREATE INDEX sessions_by_booking ON public.remote_session USING btree (booking) WHERE (NOT ((booking)::text = ''::text));

CREATE INDEX sessions_by_hall ON public.remote_session USING btree (hall_id, asked_at);

CREATE INDEX sessions_by_who_asked ON public.remote_session USING btree (asked_by, id DESC);

CREATE INDEX sessions_of_an_account ON public.remote_session USING btree (account_id, id DESC);

CREATE INDEX sessions_that_ring ON public.remote_session USING btree (rung_at) WHERE ((state)::text = 'ringing'::text);

CREATE INDEX sessions_to_forget ON public.remote_session USING btree (hall_id, ended_at) WHERE ((ended_at IS NOT NULL) AND (NOT forgotten));

CREATE INDEX shifts_by_hall_day ON public.staffing_shift USING btree (hall_id, day);

CREATE INDEX signals_to_forget ON public.remote_signal USING btree (at);

CREATE INDEX slots_by_hall_day ON public.booking_slot USING btree (hall_id, day);

CREATE INDEX staffing_saved_filter_hall_id_79263260 ON public.staffing_saved_filter USING btree (hall_id);

CREATE INDEX staffing_saved_filter_staff_id_40c36240 ON public.staffing_saved_filter USING btree (staff_id);

CREATE INDEX staffing_shift_hall_id_c91a6254 ON public.staffing_shift USING btree (hall_id);

CREATE INDEX staffing_shift_staff_id_e5491cf4 ON public.staffing_shift USING btree (staff_id);

CREATE INDEX staffing_shift_window_id_9c6108fa ON public.staffing_shift USING btree (window_id);

CREATE INDEX suspensions_by_party ON public.booking_suspension USING btree (party, scope) WHERE (lifted_at IS NULL);

CREATE INDEX suspensions_by_person ON public.booking_suspension USING btree (person_id, scope) WHERE (lifted_at IS NULL);

CREATE INDEX talks_by_hall ON public.remote_talk USING btree (hall_id, ended_at DESC) WHERE (ended_at IS NOT NULL);

CREATE INDEX the_line ON public.tickets_ticket USING btree (hall_id, category_id, rank_class, rank_key, seq) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX the_line_by_last_moment ON public.tickets_ticket USING btree (hall_id, day, call_by) WHERE ((call_by IS NOT NULL) AND ((state)::text = 'waiting'::text));

CREATE INDEX the_line_in_order ON public.tickets_ticket USING btree (hall_id, day, rank_class, rank_key, id) WHERE ((state)::text = 'waiting'::text);

CREATE INDEX the_line_of_video ON public.remote_session USING btree (asked_at, id) WHERE ((state)::text = ANY ((ARRAY['waiting'::character varying, 'callback'::character varying])::text[]));

CREATE INDEX tickets_by_hall_day ON public.tickets_ticket USING btree (hall_id, day, state);

CREATE INDEX tickets_by_person ON public.tickets_ticket USING btree (person_id) WHERE (person_id IS NOT NULL);

CREATE INDEX tickets_call_hall_id_11f686d5 ON public.tickets_call USING btree (hall_id);

CREATE INDEX tickets_call_staff_id_5ed870ca ON public.tickets_call USING btree (staff_id);

CREATE INDEX tickets_call_ticket_id_e531dae1 ON public.tickets_call USING btree (ticket_id);

CREATE INDEX tickets_call_window_id_dcfacf6b ON public.tickets_call USING btree (window_id);

CREATE INDEX tickets_counter_hall_id_f4123a12 ON public.tickets_counter USING btree (hall_id);

CREATE INDEX tickets_estimate_hall_id_81ba8aed ON public.tickets_estimate USING btree (hall_id);

CREATE INDEX tickets_estimate_ticket_id_0f972387 ON public.tickets_estimate USING btree (ticket_id);

CREATE INDEX tickets_former_ref_ticket_id_ceaf27b5 ON public.tickets_former_ref USING btree (ticket_id);

CREATE INDEX tickets_hall_day_hall_id_1eaa1a17 ON public.tickets_hall_day USING btree (hall_id);

CREATE INDEX tickets_handling_time_category_id_0350afbd ON public.tickets_handling_time USING btree (category_id);

CREATE INDEX tickets_miss_hall_id_87201635 ON public.tickets_miss USING btree (hall_id);

CREATE INDEX tickets_miss_ticket_id_328d09cc ON public.tickets_miss USING btree (ticket_id);

CREATE INDEX tickets_miss_window_id_f34bf839 ON public.tickets_miss USING btree (window_id);

CREATE INDEX tickets_paper_block_category_id_2cd21cc0 ON public.tickets_paper_block USING btree (category_id);

CREATE INDEX tickets_paper_block_device_id_60c55e3b ON public.tickets_paper_block USING btree (device_id);

CREATE INDEX tickets_paper_block_hall_id_813c7466 ON public.tickets_paper_block USING btree (hall_id);

CREATE INDEX tickets_pause_session_id_71f4151d ON public.tickets_pause USING btree (session_id);

CREATE INDEX tickets_planned_desk_category_id_31b45ed5 ON public.tickets_planned_desk USING btree (category_id);

CREATE INDEX tickets_planned_desk_hall_id_74d7fedc ON public.tickets_planned_desk USING btree (hall_id);

CREATE INDEX tickets_planned_desk_window_id_3256e517 ON public.tickets_planned_desk USING btree (window_id);

CREATE INDEX tickets_service_category_id_6152648e ON public.tickets_service USING btree (category_id);

CREATE INDEX tickets_service_hall_id_4fb8b183 ON public.tickets_service USING btree (hall_id);

CREATE INDEX tickets_service_item_id_5c7e2a48 ON public.tickets_service USING btree (item_id);

CREATE INDEX tickets_service_staff_id_e5e74c8b ON public.tickets_service USING btree (staff_id);

CREATE INDEX tickets_service_ticket_id_9b399d17 ON public.tickets_service USING btree (ticket_id);

CREATE INDEX tickets_service_window_id_b1ed64bf ON public.tickets_service USING btree (window_id);

CREATE INDEX tickets_skip_ticket_id_0324f848 ON public.tickets_skip USING btree (ticket_id);

CREATE INDEX tickets_skip_window_id_c2fb43ee ON public.tickets_skip USING btree (window_id);

CREATE INDEX tickets_ticket_appointment_id_0901acc2 ON public.tickets_ticket USING btree (appointment_id);

CREATE INDEX tickets_ticket_came_from_id_c7ff21da ON public.tickets_ticket USING btree (came_from_id);

CREATE INDEX tickets_ticket_category_id_710dbfd0 ON public.tickets_ticket USING btree (category_id);

CREATE INDEX tickets_ticket_hall_id_484417d3 ON public.tickets_ticket USING btree (hall_id);

CREATE INDEX tickets_ticket_item_id_625c912f ON public.tickets_ticket USING btree (item_id);

CREATE INDEX tickets_ticket_only_window_id_6d9e5bc7 ON public.tickets_ticket USING btree (only_window_id);

CREATE INDEX tickets_ticket_person_id_63feff51 ON public.tickets_ticket USING btree (person_id);

CREATE INDEX tickets_ticket_visit_id_55b68296 ON public.tickets_ticket USING btree (visit_id);

CREATE INDEX tickets_ticket_window_id_4bd2ccab ON public.tickets_ticket USING btree (window_id);

CREATE INDEX tickets_transfer_from_window_id_b2f46de6 ON public.tickets_transfer USING btree (from_window_id);

CREATE INDEX tickets_transfer_ticket_id_2f4ab539 ON public.tickets_transfer USING btree (ticket_id);

CREATE INDEX tickets_transfer_to_category_id_9e0fb501 ON public.tickets_transfer USING btree (to_category_id);

CREATE INDEX tickets_transfer_to_hall_id_f8b1efdf ON public.tickets_transfer USING btree (to_hall_id);

CREATE INDEX tickets_transfer_to_window_id_6fe4c4ce ON public.tickets_transfer USING btree (to_window_id);

CREATE INDEX tickets_visit_hall_id_7a1181e7 ON public.tickets_visit USING btree (hall_id);

CREATE INDEX tickets_visit_person_id_e1785bdb ON public.tickets_visit USING btree (person_id);

CREATE INDEX tickets_window_session_emergency_seen_by_id_8525c823 ON public.tickets_window_session USING btree (emergency_seen_by_id);

CREATE INDEX tickets_window_session_hall_id_df261c7d ON public.tickets_window_session USING btree (hall_id);

CREATE INDEX tickets_window_session_staff_id_e71d3851 ON public.tickets_window_session USING btree (staff_id);

CREATE INDEX tickets_window_session_window_id_d659d2b5 ON public.tickets_window_session USING btree (window_id);

CREATE INDEX uploads_to_be_scanned ON public.library_document_version USING btree (id) WHERE ((scan)::text = 'pending'::text);

CREATE INDEX uses_by_device_and_day ON public.devices_use USING btree (device_id, day);

CREATE INDEX visits_by_hall_day ON public.tickets_visit USING btree (hall_id, day);

CREATE INDEX visits_planned ON public.cases_sitevisit USING btree (day, from_at, id) WHERE ((state)::text = 'planned'::text);

CREATE INDEX visits_to_follow_up ON public.booking_follow_up_visit USING btree (follow_up_id) WHERE ((state)::text = 'due'::text);

CREATE INDEX what_lies_ready_untold ON public.delivery_delivery USING btree (ready_at) WHERE ((reminded_at IS NULL) AND ((state)::text = 'ready'::text));

CREATE INDEX who_waits_in_a_round ON public.cases_quota_entry USING btree (round_id, state, case_id);

CREATE INDEX windows_at_work ON public.tickets_window_session USING btree (hall_id) WHERE (signed_out_at IS NULL);

CREATE INDEX zones_closing_area_id_102369f3 ON public.zones_closing USING btree (area_id);

CREATE INDEX zones_entry_area_id_9d743571 ON public.zones_entry USING btree (area_id);

CREATE INDEX zones_entry_code_account_id_b1a5c85f ON public.zones_entry_code USING btree (account_id);

CREATE INDEX zones_entry_code_area_id_d5550da7 ON public.zones_entry_code USING btree (area_id);

CREATE INDEX zones_entry_code_entry_id_ccfcb96a ON public.zones_entry_code USING btree (entry_id);

CREATE INDEX zones_entry_order_id_ccf23c34 ON public.zones_entry USING btree (order_id);

CREATE INDEX zones_entry_person_id_514e98c3 ON public.zones_entry USING btree (person_id);

CREATE INDEX zones_help_call_area_id_1120165a ON public.zones_help_call USING btree (area_id);

CREATE INDEX zones_help_call_device_id_66597203 ON public.zones_help_call USING btree (device_id);

CREATE INDEX zones_help_told_call_id_52c8dcb1 ON public.zones_help_told USING btree (call_id);

CREATE TRIGGER a_blob_stands BEFORE UPDATE ON public.library_blob FOR EACH ROW EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_carried_fact_stands BEFORE UPDATE ON public.library_fact_carried FOR EACH ROW EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_certificate_stands BEFORE UPDATE ON public.library_certificate FOR EACH ROW WHEN ((((to_jsonb(new.*) - '{status,ended_at,ended_by,ended_for}'::text[]) IS DISTINCT FROM (to_jsonb(old.*) - '{status,ended_at,ended_by,ended_for}'::text[])) OR (((old.status)::text = 'ended'::text) AND (((old.ended_for)::text = ''::text) OR (((new.status)::text = 'ended'::text) AND ((to_jsonb(new.*) - '{ended_for}'::text[]) IS DISTINCT FROM (to_jsonb(old.*) - '{ended_for}'::text[]))))))) EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_consent_is_closed_once BEFORE UPDATE ON public.remote_consent FOR EACH ROW WHEN (((old.taken_back_at IS NOT NULL) OR (new.taken_back_at IS NULL) OR ((to_jsonb(new.*) - 'taken_back_at'::text) IS DISTINCT FROM (to_jsonb(old.*) - 'taken_back_at'::text)))) EXECUTE FUNCTION public.remote_consent_guard();

CREATE TRIGGER a_consent_to_facts_goes_with_its_case BEFORE DELETE ON public.library_fact_consent FOR EACH ROW EXECUTE FUNCTION public.library_goes_with_its_case();

CREATE TRIGGER a_consent_to_facts_stands BEFORE UPDATE ON public.library_fact_consent FOR EACH ROW WHEN (((old.withdrawn_at IS NOT NULL) OR ((to_jsonb(new.*) - '{withdrawn_at,withdrawn_by}'::text[]) IS DISTINCT FROM (to_jsonb(old.*) - '{withdrawn_at,withdrawn_by}'::text[])))) EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_destroyed_case_stays_so BEFORE UPDATE OF destroyed_at ON public.cases_case FOR EACH ROW WHEN (((old.destroyed_at IS NOT NULL) AND (new.destroyed_at IS DISTINCT FROM old.destroyed_at))) EXECUTE FUNCTION public.cases_destroyed_guard();

CREATE TRIGGER a_fact_stands BEFORE UPDATE ON public.library_fact FOR EACH ROW EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_fact_use_stands BEFORE DELETE OR UPDATE ON public.library_fact_use FOR EACH ROW EXECUTE FUNCTION public.library_goes_with_its_case();

CREATE TRIGGER a_folder_follows_one_of_its_case BEFORE INSERT OR UPDATE ON public.delivery_folder FOR EACH ROW EXECUTE FUNCTION public.delivery_folder_follows();

CREATE CONSTRAINT TRIGGER a_folder_that_is_followed_goes_on AFTER UPDATE ON public.delivery_folder DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.ended_at IS NOT NULL) AND (old.ended_at IS NULL))) EXECUTE FUNCTION public.delivery_folder_is_not_left();

CREATE TRIGGER a_hall_item_version_stands BEFORE DELETE OR UPDATE ON public.catalogue_hall_item_version FOR EACH ROW EXECUTE FUNCTION public.catalogue_versions_stand();

CREATE TRIGGER a_hold_is_on_what_is_there BEFORE INSERT ON public.archive_hold FOR EACH ROW EXECUTE FUNCTION public.archive_hold_guard();

CREATE TRIGGER a_move_of_a_folder_stands BEFORE DELETE OR UPDATE ON public.delivery_folder_move FOR EACH ROW EXECUTE FUNCTION public.delivery_folder_moves_stand();

CREATE TRIGGER a_package_is_not_deleted BEFORE DELETE ON public.archive_package FOR EACH ROW EXECUTE FUNCTION public.archive_stands();

CREATE TRIGGER a_package_stands BEFORE UPDATE ON public.archive_package FOR EACH ROW WHEN (((old.destroyed_at IS NOT NULL) OR (new.destroyed_at IS NULL) OR ((to_jsonb(new.*) - '{file_id,destroyed_at}'::text[]) IS DISTINCT FROM (to_jsonb(old.*) - '{file_id,destroyed_at}'::text[])))) EXECUTE FUNCTION public.archive_stands();

CREATE TRIGGER a_paper_that_was_given_stands BEFORE UPDATE ON public.cases_paper FOR EACH ROW EXECUTE FUNCTION public.cases_paper_guard();

CREATE TRIGGER a_part_stands BEFORE UPDATE ON public.library_blob_part FOR EACH ROW EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_part_that_came_stands BEFORE UPDATE ON public.library_upload_part FOR EACH ROW EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_retention_rule_stands BEFORE DELETE OR UPDATE ON public.archive_retention_rule FOR EACH ROW EXECUTE FUNCTION public.archive_stands();

CREATE TRIGGER a_round_is_published_and_drawn_once BEFORE UPDATE ON public.cases_quota_round FOR EACH ROW EXECUTE FUNCTION public.cases_quota_round_guard();

CREATE TRIGGER a_seal_stands BEFORE DELETE OR UPDATE ON public.seals_seal FOR EACH ROW EXECUTE FUNCTION public.seals_seal_guard();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF hall_id, day, code, visit_group, category_id, item_id, source, state, persons, starts_at ON public.booking_appointment FOR EACH ROW WHEN (((((((((((old.hall_id IS DISTINCT FROM new.hall_id) OR (old.day IS DISTINCT FROM new.day)) OR ((old.code)::text IS DISTINCT FROM (new.code)::text)) OR ((old.visit_group)::text IS DISTINCT FROM (new.visit_group)::text)) OR (old.category_id IS DISTINCT FROM new.category_id)) OR (old.item_id IS DISTINCT FROM new.item_id)) OR ((old.source)::text IS DISTINCT FROM (new.source)::text)) OR ((old.state)::text IS DISTINCT FROM (new.state)::text)) OR (old.persons IS DISTINCT FROM new.persons)) OR (old.starts_at IS DISTINCT FROM new.starts_at))) EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF appointment_id, visit, kind, forgiven_at ON public.booking_ledger_entry FOR EACH ROW WHEN (((((old.appointment_id IS DISTINCT FROM new.appointment_id) OR ((old.visit)::text IS DISTINCT FROM (new.visit)::text)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR (old.forgiven_at IS DISTINCT FROM new.forgiven_at))) EXECUTE FUNCTION public.insight_note_strike();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF hall_id, item_id, department_id, channel, instant, phase, notices, granted, due_promised, days_saved, trips, received_at, accepted_at, decided_at, closed_at ON public.cases_case FOR EACH ROW WHEN ((((((((((((((((old.hall_id IS DISTINCT FROM new.hall_id) OR (old.item_id IS DISTINCT FROM new.item_id)) OR (old.department_id IS DISTINCT FROM new.department_id)) OR ((old.channel)::text IS DISTINCT FROM (new.channel)::text)) OR (old.instant IS DISTINCT FROM new.instant)) OR ((old.phase)::text IS DISTINCT FROM (new.phase)::text)) OR (old.notices IS DISTINCT FROM new.notices)) OR (old.granted IS DISTINCT FROM new.granted)) OR (old.due_promised IS DISTINCT FROM new.due_promised)) OR (old.days_saved IS DISTINCT FROM new.days_saved)) OR (old.trips IS DISTINCT FROM new.trips)) OR (old.received_at IS DISTINCT FROM new.received_at)) OR (old.accepted_at IS DISTINCT FROM new.accepted_at)) OR (old.decided_at IS DISTINCT FROM new.decided_at)) OR (old.closed_at IS DISTINCT FROM new.closed_at))) EXECUTE FUNCTION public.insight_note_case();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF visit_id, ticket_id, window_id, stars, follow_up, set_aside_at ON public.feedback_rating FOR EACH ROW WHEN (((((((old.visit_id IS DISTINCT FROM new.visit_id) OR (old.ticket_id IS DISTINCT FROM new.ticket_id)) OR (old.window_id IS DISTINCT FROM new.window_id)) OR (old.stars IS DISTINCT FROM new.stars)) OR (old.follow_up IS DISTINCT FROM new.follow_up)) OR (old.set_aside_at IS DISTINCT FROM new.set_aside_at))) EXECUTE FUNCTION public.insight_note_visit();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF hall_id, day, likely_s, at_most_s, actual_s ON public.tickets_estimate FOR EACH ROW WHEN ((((((old.hall_id IS DISTINCT FROM new.hall_id) OR (old.day IS DISTINCT FROM new.day)) OR (old.likely_s IS DISTINCT FROM new.likely_s)) OR (old.at_most_s IS DISTINCT FROM new.at_most_s)) OR (old.actual_s IS DISTINCT FROM new.actual_s))) EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF hall_id, day, visit_id, appointment_id, category_id, item_id, window_id, channel, kind, state, outcome, closed_why, misses, made_at, started_at, wait_s, way_s, handling_s, came_from_id, waits_from ON public.tickets_ticket FOR EACH ROW WHEN (((((((((((((((((((((old.hall_id IS DISTINCT FROM new.hall_id) OR (old.day IS DISTINCT FROM new.day)) OR (old.visit_id IS DISTINCT FROM new.visit_id)) OR (old.appointment_id IS DISTINCT FROM new.appointment_id)) OR (old.category_id IS DISTINCT FROM new.category_id)) OR (old.item_id IS DISTINCT FROM new.item_id)) OR (old.window_id IS DISTINCT FROM new.window_id)) OR ((old.channel)::text IS DISTINCT FROM (new.channel)::text)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR ((old.state)::text IS DISTINCT FROM (new.state)::text)) OR ((old.outcome)::text IS DISTINCT FROM (new.outcome)::text)) OR ((old.closed_why)::text IS DISTINCT FROM (new.closed_why)::text)) OR (old.misses IS DISTINCT FROM new.misses)) OR (old.made_at IS DISTINCT FROM new.made_at)) OR (old.started_at IS DISTINCT FROM new.started_at)) OR (old.wait_s IS DISTINCT FROM new.wait_s)) OR (old.way_s IS DISTINCT FROM new.way_s)) OR (old.handling_s IS DISTINCT FROM new.handling_s)) OR (old.came_from_id IS DISTINCT FROM new.came_from_id)) OR (old.waits_from IS DISTINCT FROM new.waits_from))) EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF ticket_id ON public.tickets_transfer FOR EACH ROW WHEN ((old.ticket_id IS DISTINCT FROM new.ticket_id)) EXECUTE FUNCTION public.insight_note_ticket();

CREATE TRIGGER a_settled_day_changes AFTER UPDATE OF hall_id, day, channel, arrived_at ON public.tickets_visit FOR EACH ROW WHEN (((((old.hall_id IS DISTINCT FROM new.hall_id) OR (old.day IS DISTINCT FROM new.day)) OR ((old.channel)::text IS DISTINCT FROM (new.channel)::text)) OR (old.arrived_at IS DISTINCT FROM new.arrived_at))) EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.booking_appointment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.insight_note_new();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.booking_ledger_entry FOR EACH ROW WHEN ((new.forgiven_at IS NOT NULL)) EXECUTE FUNCTION public.insight_note_strike();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.cases_case FOR EACH ROW WHEN ((new.received_at IS NOT NULL)) EXECUTE FUNCTION public.insight_note_case();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.feedback_rating FOR EACH ROW EXECUTE FUNCTION public.insight_note_visit();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.tickets_estimate REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.insight_note_new();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.tickets_ticket REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.insight_note_new();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.tickets_transfer FOR EACH ROW EXECUTE FUNCTION public.insight_note_ticket();

CREATE TRIGGER a_settled_day_gains AFTER INSERT ON public.tickets_visit REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.insight_note_new();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.booking_appointment FOR EACH ROW EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.booking_ledger_entry FOR EACH ROW EXECUTE FUNCTION public.insight_note_strike();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.cases_case FOR EACH ROW EXECUTE FUNCTION public.insight_note_case();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.feedback_rating FOR EACH ROW EXECUTE FUNCTION public.insight_note_visit();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.tickets_estimate FOR EACH ROW EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.tickets_ticket FOR EACH ROW EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.tickets_transfer FOR EACH ROW EXECUTE FUNCTION public.insight_note_ticket();

CREATE TRIGGER a_settled_day_loses AFTER DELETE ON public.tickets_visit FOR EACH ROW EXECUTE FUNCTION public.insight_note_row();

CREATE TRIGGER a_settled_day_of_its_booking AFTER INSERT OR UPDATE OF window_id, state, appointment_id ON public.tickets_ticket FOR EACH ROW WHEN ((new.appointment_id IS NOT NULL)) EXECUTE FUNCTION public.insight_note_booking();

CREATE TRIGGER a_settled_day_of_its_case_changes AFTER UPDATE OF case_id, stars, follow_up, set_aside_at ON public.feedback_rating FOR EACH ROW WHEN ((((((old.case_id IS DISTINCT FROM new.case_id) OR (old.stars IS DISTINCT FROM new.stars)) OR (old.follow_up IS DISTINCT FROM new.follow_up)) OR (old.set_aside_at IS DISTINCT FROM new.set_aside_at)) AND (NOT (old.follow_up AND new.follow_up)))) EXECUTE FUNCTION public.insight_note_rated_case();

CREATE TRIGGER a_settled_day_of_its_case_gains AFTER INSERT ON public.feedback_rating FOR EACH ROW WHEN (((new.case_id IS NOT NULL) AND (NOT new.follow_up))) EXECUTE FUNCTION public.insight_note_rated_case();

CREATE TRIGGER a_settled_day_of_its_case_loses AFTER DELETE ON public.feedback_rating FOR EACH ROW WHEN (((old.case_id IS NOT NULL) AND (NOT old.follow_up))) EXECUTE FUNCTION public.insight_note_rated_case();

CREATE TRIGGER a_slot_is_never_oversold BEFORE UPDATE OF taken, internal_taken ON public.booking_slot FOR EACH ROW WHEN (((new.taken > old.taken) OR (new.internal_taken > old.internal_taken))) EXECUTE FUNCTION public.booking_slot_guard();

CREATE TRIGGER a_step_of_a_visit_is_never_changed BEFORE UPDATE ON public.homevisits_step FOR EACH ROW WHEN (((new.text <> ''::text) OR ((to_jsonb(new.*) - 'text'::text) IS DISTINCT FROM (to_jsonb(old.*) - 'text'::text)))) EXECUTE FUNCTION public.homevisits_step_guard();

CREATE TRIGGER a_step_of_an_order_is_never_changed BEFORE UPDATE ON public.hotline_handling FOR EACH ROW WHEN (((new.text <> ''::text) OR ((to_jsonb(new.*) - 'text'::text) IS DISTINCT FROM (to_jsonb(old.*) - 'text'::text)))) EXECUTE FUNCTION public.hotline_handling_guard();

CREATE TRIGGER a_use_stands BEFORE DELETE OR UPDATE ON public.library_certificate_use FOR EACH ROW EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_version_stands BEFORE UPDATE ON public.library_document_version FOR EACH ROW WHEN ((((old.scan)::text = 'rejected'::text) OR ((to_jsonb(new.*) - '{scan,reason}'::text[]) IS DISTINCT FROM (to_jsonb(old.*) - '{scan,reason}'::text[])))) EXECUTE FUNCTION public.library_stands();

CREATE TRIGGER a_word_of_the_carrier_stands BEFORE DELETE OR UPDATE ON public.delivery_parcel_word FOR EACH ROW EXECUTE FUNCTION public.delivery_words_stand();

CREATE TRIGGER an_event_of_a_case_stands BEFORE DELETE OR UPDATE ON public.cases_event FOR EACH ROW EXECUTE FUNCTION public.cases_event_guard();

CREATE TRIGGER an_item_version_stands BEFORE DELETE OR UPDATE ON public.catalogue_item_version FOR EACH ROW EXECUTE FUNCTION public.catalogue_versions_stand();

CREATE TRIGGER an_order_follows_one_that_follows_no_other BEFORE INSERT OR UPDATE OF first_id ON public.hotline_order FOR EACH ROW WHEN ((new.first_id IS NOT NULL)) EXECUTE FUNCTION public.hotline_first_guard();

CREATE TRIGGER audit_entry_is_append_only BEFORE DELETE OR UPDATE ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_entry_is_not_emptied BEFORE TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_seal_is_append_only BEFORE DELETE OR UPDATE ON public.audit_seal FOR EACH ROW EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER audit_seal_is_not_emptied BEFORE TRUNCATE ON public.audit_seal FOR EACH STATEMENT EXECUTE FUNCTION public.audit_append_only();

CREATE TRIGGER decided_by_somebody_or_granted_by_rule BEFORE INSERT OR UPDATE OF decided_at, decided_by_id, granted ON public.cases_case FOR EACH ROW WHEN (((new.decided_at IS NOT NULL) AND (new.decided_by_id IS NULL))) EXECUTE FUNCTION public.cases_decided_guard();

CREATE TRIGGER destroyed_by_two_and_under_no_hold BEFORE UPDATE OF destroyed_at ON public.cases_case FOR EACH ROW WHEN (((old.destroyed_at IS NULL) AND (new.destroyed_at IS NOT NULL))) EXECUTE FUNCTION public.archive_destroyed_guard();

CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON public.booking_appointment FOR EACH ROW WHEN ((new.person_id IS NOT NULL)) EXECUTE FUNCTION public.identity_stands();

CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON public.booking_hold FOR EACH ROW WHEN ((new.person_id IS NOT NULL)) EXECUTE FUNCTION public.identity_stands();

CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON public.booking_waiting FOR EACH ROW WHEN ((new.person_id IS NOT NULL)) EXECUTE FUNCTION public.identity_stands();

CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON public.tickets_ticket FOR EACH ROW WHEN ((new.person_id IS NOT NULL)) EXECUTE FUNCTION public.identity_stands();

CREATE TRIGGER it_is_for_the_entry_that_stands BEFORE INSERT ON public.tickets_visit FOR EACH ROW WHEN ((new.person_id IS NOT NULL)) EXECUTE FUNCTION public.identity_stands();

CREATE TRIGGER no_chunk_without_consent BEFORE INSERT OR UPDATE ON public.remote_recording_chunk FOR EACH ROW EXECUTE FUNCTION public.remote_recording_chunk_guard();

CREATE TRIGGER places_are_counted AFTER INSERT OR DELETE OR UPDATE OF state, round_id ON public.cases_quota_entry FOR EACH ROW EXECUTE FUNCTION public.cases_quota_counted();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_unlink_periodic_defers_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON public.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER rights_of_keys_are_told AFTER DELETE OR UPDATE ON public.identity_api_key FOR EACH STATEMENT EXECUTE FUNCTION public.identity_tell_rights();

CREATE TRIGGER rights_of_roles_are_told AFTER INSERT OR DELETE OR UPDATE ON public.identity_role FOR EACH STATEMENT EXECUTE FUNCTION public.identity_tell_rights();

CREATE TRIGGER rights_of_staff_are_told AFTER UPDATE OF is_active, must_change_password ON public.identity_staff FOR EACH STATEMENT EXECUTE FUNCTION public.identity_tell_rights();

CREATE TRIGGER rules_are_switched_on_by_two BEFORE UPDATE OF mode, sample_percent ON public.cases_rule_switch FOR EACH ROW WHEN ((((new.mode)::text = 'live'::text) AND (((old.mode)::text <> 'live'::text) OR (new.sample_percent < old.sample_percent)))) EXECUTE FUNCTION public.cases_rules_on_guard();

CREATE TRIGGER rules_begin_switched_on_by_two BEFORE INSERT ON public.cases_rule_switch FOR EACH ROW WHEN (((new.mode)::text = 'live'::text)) EXECUTE FUNCTION public.cases_rules_on_guard();

CREATE CONSTRAINT TRIGGER two_officers_make_a_visit AFTER INSERT ON public.cases_sitevisit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.cases_sitevisit_two();

CREATE TRIGGER what_a_machine_did_stands BEFORE DELETE OR UPDATE ON public.devices_use FOR EACH ROW EXECUTE FUNCTION public.devices_use_guard();

CREATE TRIGGER what_came_of_a_visit_stays BEFORE UPDATE ON public.cases_sitevisit FOR EACH ROW WHEN (((old.done_at IS NOT NULL) AND ((((((old.state)::text IS DISTINCT FROM (new.state)::text) OR ((old.outcome)::text IS DISTINCT FROM (new.outcome)::text)) OR (old.done_at IS DISTINCT FROM new.done_at)) OR (old.done_by_id IS DISTINCT FROM new.done_by_id)) OR (old.day IS DISTINCT FROM new.day)))) EXECUTE FUNCTION public.cases_sitevisit_guard();

CREATE TRIGGER what_is_owed_stands BEFORE DELETE OR UPDATE ON public.fees_charge FOR EACH ROW EXECUTE FUNCTION public.fees_charge_guard();

CREATE TRIGGER what_the_draw_said_stays BEFORE UPDATE ON public.cases_quota_entry FOR EACH ROW EXECUTE FUNCTION public.cases_quota_entry_guard();

CREATE TRIGGER what_the_rules_came_to_stands BEFORE DELETE OR UPDATE ON public.cases_rule_run FOR EACH ROW EXECUTE FUNCTION public.cases_rule_run_guard();

CREATE TRIGGER what_was_found_of_a_promise_stays BEFORE UPDATE ON public.cases_promise_check FOR EACH ROW WHEN ((((old.says)::text <> ''::text) AND (((((((old.says)::text IS DISTINCT FROM (new.says)::text) OR ((old.ground)::text IS DISTINCT FROM (new.ground)::text)) OR (old.late IS DISTINCT FROM new.late)) OR (old.checked_at IS DISTINCT FROM new.checked_at)) OR (old.checked_by_id IS DISTINCT FROM new.checked_by_id)) OR (old.barred_until IS DISTINCT FROM new.barred_until)))) EXECUTE FUNCTION public.cases_promise_check_guard();

CREATE TRIGGER what_was_let_off_stands BEFORE DELETE OR UPDATE ON public.fees_waiver FOR EACH ROW EXECUTE FUNCTION public.fees_waiver_guard();

CREATE TRIGGER what_was_paid_stands BEFORE INSERT OR DELETE OR UPDATE ON public.fees_payment FOR EACH ROW EXECUTE FUNCTION public.fees_payment_guard();

CREATE TRIGGER what_was_sealed_stays_so BEFORE UPDATE ON public.cases_paper_seal FOR EACH ROW WHEN ((old.sealed_at IS NOT NULL)) EXECUTE FUNCTION public.cases_paper_seal_guard();

CREATE TRIGGER what_went_back_stands BEFORE INSERT OR DELETE OR UPDATE ON public.fees_refund FOR EACH ROW EXECUTE FUNCTION public.fees_refund_guard();

ALTER TABLE ONLY public.archive_hold
    ADD CONSTRAINT archive_hold_case_id_b993869a_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_hold
    ADD CONSTRAINT archive_hold_lifted_by_id_509ba6ca_fk_identity_staff_id FOREIGN KEY (lifted_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_hold
    ADD CONSTRAINT archive_hold_placed_by_id_3d24dd09_fk_identity_staff_id FOREIGN KEY (placed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_package
    ADD CONSTRAINT archive_package_case_id_cdc90e3b_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_package
    ADD CONSTRAINT archive_package_file_id_4c6a070f_fk_library_document_version_id FOREIGN KEY (file_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_package
    ADD CONSTRAINT archive_package_hall_id_ec412b6d_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_purge
    ADD CONSTRAINT archive_purge_confirmed_by_id_e84900f0_fk_identity_staff_id FOREIGN KEY (confirmed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_purge
    ADD CONSTRAINT archive_purge_dropped_by_id_35f30b05_fk_identity_staff_id FOREIGN KEY (dropped_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_purge
    ADD CONSTRAINT archive_purge_hall_id_94b3d35d_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_purge_line
    ADD CONSTRAINT archive_purge_line_package_id_a65dabf6_fk_archive_package_id FOREIGN KEY (package_id) REFERENCES public.archive_package(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_purge_line
    ADD CONSTRAINT archive_purge_line_purge_id_efa7a695_fk_archive_purge_id FOREIGN KEY (purge_id) REFERENCES public.archive_purge(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.archive_purge
    ADD CONSTRAINT archive_purge_proposed_by_id_a5c4961b_fk_identity_staff_id FOREIGN KEY (proposed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appeal
    ADD CONSTRAINT booking_appeal_entry_id_a1bb87cf_fk_booking_ledger_entry_id FOREIGN KEY (entry_id) REFERENCES public.booking_ledger_entry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appeal
    ADD CONSTRAINT booking_appeal_suspension_id_4fe8f963_fk_booking_suspension_id FOREIGN KEY (suspension_id) REFERENCES public.booking_suspension(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT booking_appointment_category_id_7fa32032_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT booking_appointment_hall_id_e319d97b_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT booking_appointment_item_id_e54b2491_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT booking_appointment_person_id_43c6ae43_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_appointment
    ADD CONSTRAINT booking_appointment_slot_id_72b9094f_fk_booking_slot_id FOREIGN KEY (slot_id) REFERENCES public.booking_slot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_extra_slot
    ADD CONSTRAINT booking_extra_slot_appointment_id_176e7981_fk_booking_a FOREIGN KEY (appointment_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_extra_slot
    ADD CONSTRAINT booking_extra_slot_slot_id_65988bfe_fk_booking_slot_id FOREIGN KEY (slot_id) REFERENCES public.booking_slot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_fault_day
    ADD CONSTRAINT booking_fault_day_hall_id_be3d6072_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_follow_up
    ADD CONSTRAINT booking_follow_up_hall_id_762ce460_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_follow_up_visit
    ADD CONSTRAINT booking_follow_up_vi_follow_up_id_00f970b2_fk_booking_f FOREIGN KEY (follow_up_id) REFERENCES public.booking_follow_up(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_hold
    ADD CONSTRAINT booking_hold_person_id_d91a0973_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_hold
    ADD CONSTRAINT booking_hold_slot_id_0439c94a_fk_booking_slot_id FOREIGN KEY (slot_id) REFERENCES public.booking_slot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_kept
    ADD CONSTRAINT booking_kept_appointment_id_6a4590f1_fk_booking_appointment_id FOREIGN KEY (appointment_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_ledger_entry
    ADD CONSTRAINT booking_ledger_entry_appointment_id_1e1d346e_fk_booking_a FOREIGN KEY (appointment_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_ledger_entry
    ADD CONSTRAINT booking_ledger_entry_person_id_47388f02_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_ledger_entry
    ADD CONSTRAINT booking_ledger_entry_used_by_id_57058da4_fk_booking_s FOREIGN KEY (used_by_id) REFERENCES public.booking_suspension(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_move
    ADD CONSTRAINT booking_move_appointment_id_30f50b73_fk_booking_appointment_id FOREIGN KEY (appointment_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_move
    ADD CONSTRAINT booking_move_from_slot_id_ae4c03b6_fk_booking_slot_id FOREIGN KEY (from_slot_id) REFERENCES public.booking_slot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_move
    ADD CONSTRAINT booking_move_to_slot_id_11ebfc44_fk_booking_slot_id FOREIGN KEY (to_slot_id) REFERENCES public.booking_slot(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_opening_asked
    ADD CONSTRAINT booking_opening_asked_hall_id_43d6ef49_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_opening_asked
    ADD CONSTRAINT booking_opening_asked_item_id_47428f99_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_outage
    ADD CONSTRAINT booking_outage_hall_id_0942b79e_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_slot
    ADD CONSTRAINT booking_slot_hall_id_4a347f69_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_suspension
    ADD CONSTRAINT booking_suspension_person_id_3ff6b48f_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_waiting
    ADD CONSTRAINT booking_waiting_appointment_id_f2e49fe2_fk_booking_a FOREIGN KEY (appointment_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_waiting
    ADD CONSTRAINT booking_waiting_hall_id_4ef55ae9_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_waiting
    ADD CONSTRAINT booking_waiting_hold_id_f13ba4df_fk_booking_hold_id FOREIGN KEY (hold_id) REFERENCES public.booking_hold(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_waiting
    ADD CONSTRAINT booking_waiting_item_id_001d8873_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.booking_waiting
    ADD CONSTRAINT booking_waiting_person_id_208ada6e_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.calendars_closure
    ADD CONSTRAINT calendars_closure_category_id_e561399c_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.calendars_closure
    ADD CONSTRAINT calendars_closure_floor_id_d45c3dfc_fk_places_floor_id FOREIGN KEY (floor_id) REFERENCES public.places_floor(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.calendars_closure
    ADD CONSTRAINT calendars_closure_hall_id_618f99d7_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.calendars_closure
    ADD CONSTRAINT calendars_closure_item_id_0d9fabee_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.calendars_closure
    ADD CONSTRAINT calendars_closure_zone_id_0b5e8e9d_fk_places_zone_id FOREIGN KEY (zone_id) REFERENCES public.places_zone(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.calendars_version
    ADD CONSTRAINT calendars_version_hall_id_338e8d7e_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_bundle
    ADD CONSTRAINT cases_bundle_account_id_d31b6744_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_bundle
    ADD CONSTRAINT cases_bundle_hall_id_68b74a96_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_bundle
    ADD CONSTRAINT cases_bundle_organisation_id_28cf40a7_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_bundle
    ADD CONSTRAINT cases_bundle_person_id_3b9cb150_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_accepted_by_id_ab15c7e1_fk_identity_staff_id FOREIGN KEY (accepted_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_account_id_18367a6b_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_back_to_id_ca370741_fk_identity_staff_id FOREIGN KEY (back_to_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_bundle_id_599600e2_fk_cases_bundle_id FOREIGN KEY (bundle_id) REFERENCES public.cases_bundle(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_decided_by_id_d07f4a47_fk_identity_staff_id FOREIGN KEY (decided_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_department_id_c5b7309d_fk_catalogue_department_id FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_extension_asked_by_id_a3b51dd0_fk_identity_staff_id FOREIGN KEY (extension_asked_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_guardian_id_b06be779_fk_identity_guardianship_id FOREIGN KEY (guardian_id) REFERENCES public.identity_guardianship(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_hall_id_5d58c57b_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_issued_by_id_5895a497_fk_identity_staff_id FOREIGN KEY (issued_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_item_id_896f667f_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_letter_id_c52e0c6d_fk_identity_paper_mandate_id FOREIGN KEY (letter_id) REFERENCES public.identity_paper_mandate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_locked_by_id_39e2dafc_fk_identity_staff_id FOREIGN KEY (locked_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_mandate_id_97e2c57c_fk_identity_mandate_id FOREIGN KEY (mandate_id) REFERENCES public.identity_mandate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_organisation_id_dac38ff3_fk_identity_organisation_id FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_person_id_f87eeffa_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_proposed_by_id_65822a80_fk_identity_staff_id FOREIGN KEY (proposed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_received_by_id_6e6e5bac_fk_identity_staff_id FOREIGN KEY (received_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_visit_id_f86f3f6c_fk_tickets_visit_id FOREIGN KEY (visit_id) REFERENCES public.tickets_visit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_window_id_c32d5238_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consultation
    ADD CONSTRAINT cases_consultation_answered_by_id_32bfac4b_fk_identity_staff_id FOREIGN KEY (answered_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consultation
    ADD CONSTRAINT cases_consultation_asked_by_id_d85950ba_fk_identity_staff_id FOREIGN KEY (asked_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consultation
    ADD CONSTRAINT cases_consultation_case_id_6e73f919_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consultation
    ADD CONSTRAINT cases_consultation_department_id_6992a445_fk_catalogue FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_event
    ADD CONSTRAINT cases_event_case_id_59b954a1_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extension
    ADD CONSTRAINT cases_extension_approved_by_id_74e674fb_fk_identity_staff_id FOREIGN KEY (approved_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extension
    ADD CONSTRAINT cases_extension_case_id_583445e3_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extension
    ADD CONSTRAINT cases_extension_proposed_by_id_97d687c4_fk_identity_staff_id FOREIGN KEY (proposed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_case_id_d0f7ad3b_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_given_by_id_89d119a5_fk_identity_staff_id FOREIGN KEY (given_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_refused_by_id_2fdbd7c3_fk_identity_staff_id FOREIGN KEY (refused_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_signed_by_id_22eeac8d_fk_identity_staff_id FOREIGN KEY (signed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_material
    ADD CONSTRAINT cases_material_case_id_972fd638_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_material
    ADD CONSTRAINT cases_material_certificate_id_311b0dde_fk_library_c FOREIGN KEY (certificate_id) REFERENCES public.library_certificate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_material
    ADD CONSTRAINT cases_material_file_id_5493b261_fk_library_document_version_id FOREIGN KEY (file_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_material
    ADD CONSTRAINT cases_material_judged_by_id_fa51a763_fk_identity_staff_id FOREIGN KEY (judged_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_material
    ADD CONSTRAINT cases_material_origin_id_a2ac2097_fk_cases_case_id FOREIGN KEY (origin_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_by_id_b50b850d_fk_identity_staff_id FOREIGN KEY (by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_case_id_cd438a78_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_second_by_id_b25ba57a_fk_identity_staff_id FOREIGN KEY (second_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_obligation
    ADD CONSTRAINT cases_obligation_case_id_97728ea5_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_opinion
    ADD CONSTRAINT cases_opinion_by_id_e3b8b389_fk_identity_staff_id FOREIGN KEY (by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_opinion
    ADD CONSTRAINT cases_opinion_case_id_2f32e550_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_page_order
    ADD CONSTRAINT cases_page_order_case_id_adfcf98f_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_case_id_1d2fd58d_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper_counter
    ADD CONSTRAINT cases_paper_counter_hall_id_b3da3649_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_event_id_86faa4bb_fk_cases_event_id FOREIGN KEY (event_id) REFERENCES public.cases_event(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_file_id_cc1ea3fa_fk_library_document_version_id FOREIGN KEY (file_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper_seal
    ADD CONSTRAINT cases_paper_seal_file_id_1f0c6bf0_fk_library_d FOREIGN KEY (file_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper_seal
    ADD CONSTRAINT cases_paper_seal_paper_id_1b3743ce_fk_cases_paper_id FOREIGN KEY (paper_id) REFERENCES public.cases_paper(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper_seal
    ADD CONSTRAINT cases_paper_seal_seal_id_cf614f04_fk_seals_seal_id FOREIGN KEY (seal_id) REFERENCES public.seals_seal(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_case_id_41f49f86_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_checked_by_id_aa181d19_fk_identity_staff_id FOREIGN KEY (checked_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_lifted_by_id_83f7e976_fk_identity_staff_id FOREIGN KEY (lifted_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_material_id_8a7a4cb9_fk_cases_material_id FOREIGN KEY (material_id) REFERENCES public.cases_material(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_promise_check
    ADD CONSTRAINT cases_promise_check_revoked_by_id_531214ff_fk_identity_staff_id FOREIGN KEY (revoked_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_quota_entry
    ADD CONSTRAINT cases_quota_entry_case_id_6256b8ba_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_quota_entry
    ADD CONSTRAINT cases_quota_entry_round_id_6c230708_fk_cases_quota_round_id FOREIGN KEY (round_id) REFERENCES public.cases_quota_round(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_quota_round
    ADD CONSTRAINT cases_quota_round_item_id_e7054065_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_rule_proposal
    ADD CONSTRAINT cases_rule_proposal_item_id_fc9ac57e_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_rule_run
    ADD CONSTRAINT cases_rule_run_case_id_08edc2a0_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_rule_switch
    ADD CONSTRAINT cases_rule_switch_item_id_18d9bcc2_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sitevisit
    ADD CONSTRAINT cases_sitevisit_case_id_46d76027_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sitevisit
    ADD CONSTRAINT cases_sitevisit_done_by_id_06f89647_fk_identity_staff_id FOREIGN KEY (done_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sitevisit
    ADD CONSTRAINT cases_sitevisit_leader_id_55ffb1bc_fk_identity_staff_id FOREIGN KEY (leader_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sitevisit
    ADD CONSTRAINT cases_sitevisit_made_by_id_81311451_fk_identity_staff_id FOREIGN KEY (made_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sitevisit_officer
    ADD CONSTRAINT cases_sitevisit_offi_sitevisit_id_32be3502_fk_cases_sit FOREIGN KEY (sitevisit_id) REFERENCES public.cases_sitevisit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sitevisit_officer
    ADD CONSTRAINT cases_sitevisit_officer_staff_id_a3fad14d_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_stop
    ADD CONSTRAINT cases_stop_approved_by_id_3b53736c_fk_identity_staff_id FOREIGN KEY (approved_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_stop
    ADD CONSTRAINT cases_stop_case_id_3a51a776_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_stop
    ADD CONSTRAINT cases_stop_proposed_by_id_6cafc18b_fk_identity_staff_id FOREIGN KEY (proposed_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_told_field
    ADD CONSTRAINT cases_told_field_case_id_93b53a21_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_told_field
    ADD CONSTRAINT cases_told_field_event_id_191883d6_fk_cases_event_id FOREIGN KEY (event_id) REFERENCES public.cases_event(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_hall_item_version
    ADD CONSTRAINT catalogue_hall_item__item_id_f08d0f33_fk_catalogue FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_hall_item
    ADD CONSTRAINT catalogue_hall_item_category_id_8962f06a_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_hall_item
    ADD CONSTRAINT catalogue_hall_item_hall_id_2de8896d_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_hall_item
    ADD CONSTRAINT catalogue_hall_item_item_id_745ca20e_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_hall_item_version
    ADD CONSTRAINT catalogue_hall_item_version_hall_id_f872bae0_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_item
    ADD CONSTRAINT catalogue_item_department_id_564524a7_fk_catalogue FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_item_draft
    ADD CONSTRAINT catalogue_item_draft_item_id_fe9f9f7c_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_item
    ADD CONSTRAINT catalogue_item_successor_id_44d1ae3e_fk_catalogue_item_id FOREIGN KEY (successor_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_item_theme
    ADD CONSTRAINT catalogue_item_theme_item_id_98733ff1_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_item_theme
    ADD CONSTRAINT catalogue_item_theme_theme_id_b9ffe13b_fk_catalogue_theme_id FOREIGN KEY (theme_id) REFERENCES public.catalogue_theme(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_item_version
    ADD CONSTRAINT catalogue_item_version_item_id_bb8d2944_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_material_requirement
    ADD CONSTRAINT catalogue_material_r_item_id_2e9e218f_fk_catalogue FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_material_requirement
    ADD CONSTRAINT catalogue_material_r_material_id_df56dbc9_fk_catalogue FOREIGN KEY (material_id) REFERENCES public.catalogue_material(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_retirement
    ADD CONSTRAINT catalogue_retirement_item_id_d3a3160b_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.catalogue_retirement
    ADD CONSTRAINT catalogue_retirement_successor_id_f1e7db1d_fk_catalogue_item_id FOREIGN KEY (successor_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_answer
    ADD CONSTRAINT consulting_answer_by_id_0b24dc7f_fk_identity_staff_id FOREIGN KEY (by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_answer
    ADD CONSTRAINT consulting_answer_department_id_9bc2935e_fk_catalogue FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_answer
    ADD CONSTRAINT consulting_answer_question_id_09b8238e_fk_consultin FOREIGN KEY (question_id) REFERENCES public.consulting_question(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_account_id_db71cf65_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_case_id_dc021480_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_department_id_714618ab_fk_catalogue FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_hall_id_d5fc4f09_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_enquiry
    ADD CONSTRAINT consulting_enquiry_item_id_1fd1125a_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_forwarding
    ADD CONSTRAINT consulting_forwardin_enquiry_id_c14c56bf_fk_consultin FOREIGN KEY (enquiry_id) REFERENCES public.consulting_enquiry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_forwarding
    ADD CONSTRAINT consulting_forwardin_receiver_id_3fd2c794_fk_catalogue FOREIGN KEY (receiver_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_forwarding
    ADD CONSTRAINT consulting_forwardin_sender_id_b1a20537_fk_catalogue FOREIGN KEY (sender_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_forwarding
    ADD CONSTRAINT consulting_forwarding_by_id_d4b28d56_fk_identity_staff_id FOREIGN KEY (by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_an_department_id_8cd64fb4_fk_catalogue FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_an_enquiry_id_fb24fe62_fk_consultin FOREIGN KEY (enquiry_id) REFERENCES public.consulting_enquiry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_an_published_by_id_ed43922c_fk_identity_ FOREIGN KEY (published_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_an_withdrawn_by_id_69d6d727_fk_identity_ FOREIGN KEY (withdrawn_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_an_written_by_id_f9b988b2_fk_identity_ FOREIGN KEY (written_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_answer_hall_id_36e37c2a_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_public_answer
    ADD CONSTRAINT consulting_public_answer_item_id_fab51732_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.consulting_question
    ADD CONSTRAINT consulting_question_enquiry_id_d9eaf211_fk_consultin FOREIGN KEY (enquiry_id) REFERENCES public.consulting_enquiry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_cabinet
    ADD CONSTRAINT delivery_cabinet_device_id_96f5794a_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_cabinet
    ADD CONSTRAINT delivery_cabinet_hall_id_adf79cf1_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_cell
    ADD CONSTRAINT delivery_cell_cabinet_id_7f231ca8_fk_delivery_cabinet_id FOREIGN KEY (cabinet_id) REFERENCES public.delivery_cabinet(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_delivery
    ADD CONSTRAINT delivery_delivery_case_id_67699b18_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_delivery
    ADD CONSTRAINT delivery_delivery_fetched_by_id_99fc2a4c_fk_identity_person_id FOREIGN KEY (fetched_by_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_folder
    ADD CONSTRAINT delivery_folder_case_id_d72316c5_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_folder
    ADD CONSTRAINT delivery_folder_follows_id_0df57eb3_fk_delivery_folder_id FOREIGN KEY (follows_id) REFERENCES public.delivery_folder(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_folder
    ADD CONSTRAINT delivery_folder_holder_id_c2d1e396_fk_identity_staff_id FOREIGN KEY (holder_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_folder_move
    ADD CONSTRAINT delivery_folder_move_folder_id_5430f42f_fk_delivery_folder_id FOREIGN KEY (folder_id) REFERENCES public.delivery_folder(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_folder_move
    ADD CONSTRAINT delivery_folder_move_holder_id_f9cc5653_fk_identity_staff_id FOREIGN KEY (holder_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_folder_paper
    ADD CONSTRAINT delivery_folder_paper_folder_id_46f9d9c5_fk_delivery_folder_id FOREIGN KEY (folder_id) REFERENCES public.delivery_folder(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_parcel
    ADD CONSTRAINT delivery_parcel_case_id_78a84b80_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_parcel_word
    ADD CONSTRAINT delivery_parcel_word_parcel_id_3b0c0aef_fk_delivery_parcel_id FOREIGN KEY (parcel_id) REFERENCES public.delivery_parcel(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_printing
    ADD CONSTRAINT delivery_printing_case_id_2ab5e872_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_printing
    ADD CONSTRAINT delivery_printing_device_id_783df62a_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_sent_papers
    ADD CONSTRAINT delivery_sent_papers_case_id_3a2c4ec8_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_stay
    ADD CONSTRAINT delivery_stay_case_id_5d27f8a9_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_stay
    ADD CONSTRAINT delivery_stay_cell_id_943734c6_fk_delivery_cell_id FOREIGN KEY (cell_id) REFERENCES public.delivery_cell(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.delivery_wish
    ADD CONSTRAINT delivery_wish_case_id_08e6c864_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_alarm
    ADD CONSTRAINT devices_alarm_fault_id_ad12ba00_fk_devices_fault_id FOREIGN KEY (fault_id) REFERENCES public.devices_fault(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_area_id_e799070b_fk_places_area_id FOREIGN KEY (area_id) REFERENCES public.places_area(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_hall_id_b35d44fb_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_type_id_16e2b1c2_fk_devices_machine_type_code FOREIGN KEY (type_id) REFERENCES public.devices_machine_type(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_window_id_7377bbf1_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_device
    ADD CONSTRAINT devices_device_zone_id_a6931c33_fk_places_zone_id FOREIGN KEY (zone_id) REFERENCES public.places_zone(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_fault
    ADD CONSTRAINT devices_fault_device_id_16e58818_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_maintenance
    ADD CONSTRAINT devices_maintenance_area_id_1ef5a3aa_fk_places_area_id FOREIGN KEY (area_id) REFERENCES public.places_area(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_maintenance
    ADD CONSTRAINT devices_maintenance_device_id_9291fd02_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_maintenance
    ADD CONSTRAINT devices_maintenance_hall_id_d4a82ded_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_order
    ADD CONSTRAINT devices_order_device_id_8972b0fc_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_order
    ADD CONSTRAINT devices_order_repeats_id_605f7586_fk_devices_order_id FOREIGN KEY (repeats_id) REFERENCES public.devices_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_use
    ADD CONSTRAINT devices_use_device_id_5839cd83_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.devices_use
    ADD CONSTRAINT devices_use_item_id_680cb045_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_batch
    ADD CONSTRAINT exchange_batch_file_id_069ead20_fk_library_document_version_id FOREIGN KEY (file_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_row
    ADD CONSTRAINT exchange_row_batch_id_f9719d76_fk_exchange_batch_id FOREIGN KEY (batch_id) REFERENCES public.exchange_batch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.exchange_row
    ADD CONSTRAINT exchange_row_case_id_831c7fca_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_case_id_bed8f5c6_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_hall_id_41e85a32_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_staff_id_46778ed4_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_ticket_id_8300e67e_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_visit_id_f9640828_fk_tickets_visit_id FOREIGN KEY (visit_id) REFERENCES public.tickets_visit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_rating
    ADD CONSTRAINT feedback_rating_window_id_55e299ee_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_task
    ADD CONSTRAINT feedback_task_hall_id_26358fe2_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.feedback_task
    ADD CONSTRAINT feedback_task_rating_id_714ce80c_fk_feedback_rating_id FOREIGN KEY (rating_id) REFERENCES public.feedback_rating(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_charge
    ADD CONSTRAINT fees_charge_hall_id_c9025e2f_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_payment
    ADD CONSTRAINT fees_payment_charge_id_b1037652_fk_fees_charge_id FOREIGN KEY (charge_id) REFERENCES public.fees_charge(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_receipt_counter
    ADD CONSTRAINT fees_receipt_counter_hall_id_946cec0d_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_refund
    ADD CONSTRAINT fees_refund_payment_id_3f6061ac_fk_fees_payment_id FOREIGN KEY (payment_id) REFERENCES public.fees_payment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_waiver
    ADD CONSTRAINT fees_waiver_by_id_1a13dec2_fk_identity_staff_id FOREIGN KEY (by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_waiver
    ADD CONSTRAINT fees_waiver_charge_id_245b86ca_fk_fees_charge_id FOREIGN KEY (charge_id) REFERENCES public.fees_charge(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.fees_waiver
    ADD CONSTRAINT fees_waiver_second_by_id_bd7e9e0b_fk_identity_staff_id FOREIGN KEY (second_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_going
    ADD CONSTRAINT homevisits_going_staff_id_f68eef0e_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_going
    ADD CONSTRAINT homevisits_going_visit_id_751356c5_fk_homevisits_visit_id FOREIGN KEY (visit_id) REFERENCES public.homevisits_visit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_step
    ADD CONSTRAINT homevisits_step_visit_id_689ad38d_fk_homevisits_visit_id FOREIGN KEY (visit_id) REFERENCES public.homevisits_visit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_account_id_cd5f7229_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_area_id_0ca46e10_fk_places_region_code FOREIGN KEY (area_id) REFERENCES public.places_region(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_hall_id_d3d69923_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_item_id_8ed99493_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.homevisits_visit
    ADD CONSTRAINT homevisits_visit_person_id_0f3e724a_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hooks_attempt
    ADD CONSTRAINT hooks_attempt_delivery_id_0a5c6b23_fk_hooks_delivery_id FOREIGN KEY (delivery_id) REFERENCES public.hooks_delivery(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hooks_delivery
    ADD CONSTRAINT hooks_delivery_event_id_e593646f_fk_hooks_event_id FOREIGN KEY (event_id) REFERENCES public.hooks_event(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hooks_delivery
    ADD CONSTRAINT hooks_delivery_hook_id_9588de63_fk_hooks_hook_id FOREIGN KEY (hook_id) REFERENCES public.hooks_hook(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hooks_hook
    ADD CONSTRAINT hooks_hook_key_id_f7ae0a30_fk_identity_api_key_id FOREIGN KEY (key_id) REFERENCES public.identity_api_key(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_call
    ADD CONSTRAINT hotline_call_agent_id_2951cc3f_fk_identity_staff_id FOREIGN KEY (agent_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_call
    ADD CONSTRAINT hotline_call_hall_id_2e158668_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_call
    ADD CONSTRAINT hotline_call_order_id_6b03ece1_fk_hotline_order_id FOREIGN KEY (order_id) REFERENCES public.hotline_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_handling
    ADD CONSTRAINT hotline_handling_order_id_b23443ee_fk_hotline_order_id FOREIGN KEY (order_id) REFERENCES public.hotline_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_department_id_33df871f_fk_catalogue_department_id FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_first_id_021e55e0_fk_hotline_order_id FOREIGN KEY (first_id) REFERENCES public.hotline_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_hall_id_9ae2efd1_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_item_id_e588fb38_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_line_hall_id_d925670f_fk_places_hall_id FOREIGN KEY (line_hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.hotline_order
    ADD CONSTRAINT hotline_order_person_id_82c24bfa_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_account_person
    ADD CONSTRAINT identity_account_per_account_id_7c8f7a08_fk_identity_ FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_account_person
    ADD CONSTRAINT identity_account_per_person_id_f830a007_fk_identity_ FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_account
    ADD CONSTRAINT identity_account_person_id_b0155c6e_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_agent
    ADD CONSTRAINT identity_agent_account_id_6eee4cf1_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_agent
    ADD CONSTRAINT identity_agent_key_id_069f0726_fk_identity_api_key_id FOREIGN KEY (key_id) REFERENCES public.identity_api_key(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_api_key
    ADD CONSTRAINT identity_api_key_staff_id_37e31ce0_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_guardianship
    ADD CONSTRAINT identity_guardianshi_guardian_id_ca9fee2a_fk_identity_ FOREIGN KEY (guardian_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_guardianship
    ADD CONSTRAINT identity_guardianship_child_id_a7daf219_fk_identity_person_id FOREIGN KEY (child_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_kiosk_session
    ADD CONSTRAINT identity_kiosk_session_person_id_04484981_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_mandate
    ADD CONSTRAINT identity_mandate_agent_id_8e654fd9_fk_identity_agent_id FOREIGN KEY (agent_id) REFERENCES public.identity_agent(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_mandate
    ADD CONSTRAINT identity_mandate_person_id_7b32f11a_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_organisation_member
    ADD CONSTRAINT identity_organisatio_organisation_id_a58b6e75_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_organisation_member
    ADD CONSTRAINT identity_organisatio_person_id_15c81d10_fk_identity_ FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_paper_mandate
    ADD CONSTRAINT identity_paper_mandate_agent_id_7094f61b_fk_identity_person_id FOREIGN KEY (agent_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_paper_mandate
    ADD CONSTRAINT identity_paper_mandate_person_id_e7bb5e5e_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_person
    ADD CONSTRAINT identity_person_same_as_id_b474b0c3_fk_identity_person_id FOREIGN KEY (same_as_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.identity_role
    ADD CONSTRAINT identity_role_staff_id_dec0974b_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.insight_case_sum
    ADD CONSTRAINT insight_case_sum_department_id_0f9c3d8e_fk_catalogue FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.insight_case_sum
    ADD CONSTRAINT insight_case_sum_item_id_160f3bfc_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.insight_case_sum
    ADD CONSTRAINT insight_case_sum_span_id_d3d6f461_fk_insight_span_id FOREIGN KEY (span_id) REFERENCES public.insight_span(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.insight_span
    ADD CONSTRAINT insight_span_hall_id_13375d03_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.insight_sum
    ADD CONSTRAINT insight_sum_span_id_8f93d495_fk_insight_span_id FOREIGN KEY (span_id) REFERENCES public.insight_span(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_authority_key
    ADD CONSTRAINT library_authority_key_key_id_304cd21e_fk_identity_api_key_id FOREIGN KEY (key_id) REFERENCES public.identity_api_key(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_blob_part
    ADD CONSTRAINT library_blob_part_blob_id_03598016_fk_library_blob_id FOREIGN KEY (blob_id) REFERENCES public.library_blob(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_certificate_use
    ADD CONSTRAINT library_certificate__certificate_id_9e87a607_fk_library_c FOREIGN KEY (certificate_id) REFERENCES public.library_certificate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_certificate_use
    ADD CONSTRAINT library_certificate__organisation_id_99b920f0_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_certificate_use
    ADD CONSTRAINT library_certificate__person_id_52e17682_fk_identity_ FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_certificate
    ADD CONSTRAINT library_certificate_document_version_id_74d6606b_fk_library_d FOREIGN KEY (document_version_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_certificate
    ADD CONSTRAINT library_certificate_organisation_id_0cd3a5a9_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_certificate
    ADD CONSTRAINT library_certificate_person_id_c0083fde_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_document
    ADD CONSTRAINT library_document_account_id_7f55f78c_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_document
    ADD CONSTRAINT library_document_organisation_id_74e89bfb_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_document
    ADD CONSTRAINT library_document_person_id_76add293_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_document_version
    ADD CONSTRAINT library_document_ver_document_id_221ef5b2_fk_library_d FOREIGN KEY (document_id) REFERENCES public.library_document(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_document_version
    ADD CONSTRAINT library_document_version_blob_id_6f5f84e9_fk_library_blob_id FOREIGN KEY (blob_id) REFERENCES public.library_blob(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_fact_carried
    ADD CONSTRAINT library_fact_carried_consent_id_0e2c146f_fk_library_f FOREIGN KEY (consent_id) REFERENCES public.library_fact_consent(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_fact_consent
    ADD CONSTRAINT library_fact_consent_organisation_id_2ed8ce71_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_fact_consent
    ADD CONSTRAINT library_fact_consent_person_id_0b5e8213_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_fact
    ADD CONSTRAINT library_fact_organisation_id_b2ac2305_fk_identity_ FOREIGN KEY (organisation_id) REFERENCES public.identity_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_fact
    ADD CONSTRAINT library_fact_person_id_ee05f4db_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_fact_use
    ADD CONSTRAINT library_fact_use_consent_id_0b63fc88_fk_library_fact_consent_id FOREIGN KEY (consent_id) REFERENCES public.library_fact_consent(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_imported_row
    ADD CONSTRAINT library_imported_row_batch_id_34fb71e1_fk_library_i FOREIGN KEY (batch_id) REFERENCES public.library_import_batch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.library_upload_part
    ADD CONSTRAINT library_upload_part_upload_id_9b5b2ab8_fk_library_upload_id FOREIGN KEY (upload_id) REFERENCES public.library_upload(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_area
    ADD CONSTRAINT places_area_hall_id_aab422be_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_category
    ADD CONSTRAINT places_category_hall_id_b919f454_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_category
    ADD CONSTRAINT places_category_zone_id_9bab56a4_fk_places_zone_id FOREIGN KEY (zone_id) REFERENCES public.places_zone(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_floor
    ADD CONSTRAINT places_floor_hall_id_b07dcc36_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hall
    ADD CONSTRAINT places_hall_region_id_e71c05ad_fk_places_region_code FOREIGN KEY (region_id) REFERENCES public.places_region(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_policy_version
    ADD CONSTRAINT places_policy_version_hall_id_fe296d51_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_region
    ADD CONSTRAINT places_region_parent_id_35c7db0c_fk_places_region_code FOREIGN KEY (parent_id) REFERENCES public.places_region(code) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_window_category
    ADD CONSTRAINT places_window_catego_category_id_84260b04_fk_places_ca FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_window_category
    ADD CONSTRAINT places_window_category_window_id_88b29851_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_window
    ADD CONSTRAINT places_window_hall_id_a48ac880_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_window
    ADD CONSTRAINT places_window_zone_id_31ee51e9_fk_places_zone_id FOREIGN KEY (zone_id) REFERENCES public.places_zone(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_zone
    ADD CONSTRAINT places_zone_floor_id_534bce2a_fk_places_floor_id FOREIGN KEY (floor_id) REFERENCES public.places_floor(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_zone
    ADD CONSTRAINT places_zone_hall_id_a36d37d7_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.procrastinate_workers(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id);

ALTER TABLE ONLY public.remote_act
    ADD CONSTRAINT remote_act_session_id_1f25673f_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_consent
    ADD CONSTRAINT remote_consent_session_id_dfa2ea5e_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_counter
    ADD CONSTRAINT remote_counter_hall_id_037f6847_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording_chunk
    ADD CONSTRAINT remote_recording_chu_recording_id_87b6f06a_fk_remote_re FOREIGN KEY (recording_id) REFERENCES public.remote_recording(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_consent_id_48ae3fc5_fk_remote_consent_id FOREIGN KEY (consent_id) REFERENCES public.remote_consent(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_hall_id_be2f3afa_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording_look
    ADD CONSTRAINT remote_recording_loo_recording_id_37c24ff1_fk_remote_re FOREIGN KEY (recording_id) REFERENCES public.remote_recording(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording_look
    ADD CONSTRAINT remote_recording_look_staff_id_6e51ebbe_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_seat_id_f4b7c056_fk_remote_seat_id FOREIGN KEY (seat_id) REFERENCES public.remote_seat(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_recording
    ADD CONSTRAINT remote_recording_session_id_4ddc3a44_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_said
    ADD CONSTRAINT remote_said_document_id_9a7f91cc_fk_library_document_version_id FOREIGN KEY (document_id) REFERENCES public.library_document_version(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_said
    ADD CONSTRAINT remote_said_session_id_b66ccc2c_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_screen
    ADD CONSTRAINT remote_screen_session_id_55528501_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_seat
    ADD CONSTRAINT remote_seat_hall_id_8a335fd6_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_seat
    ADD CONSTRAINT remote_seat_staff_id_cda3b509_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_account_id_be60b326_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_case_id_46828251_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_device_id_76ddb963_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_hall_id_88ec9d81_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_item_id_07cd99ec_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_only_seat_id_9c4e7895_fk_remote_seat_id FOREIGN KEY (only_seat_id) REFERENCES public.remote_seat(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_person_id_3f6dfe7c_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_session
    ADD CONSTRAINT remote_session_seat_id_fb402c9a_fk_remote_seat_id FOREIGN KEY (seat_id) REFERENCES public.remote_seat(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_signal
    ADD CONSTRAINT remote_signal_session_id_8cd2389c_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_talk
    ADD CONSTRAINT remote_talk_hall_id_019eabef_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_talk
    ADD CONSTRAINT remote_talk_seat_id_d82cc588_fk_remote_seat_id FOREIGN KEY (seat_id) REFERENCES public.remote_seat(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.remote_talk
    ADD CONSTRAINT remote_talk_session_id_c849208f_fk_remote_session_id FOREIGN KEY (session_id) REFERENCES public.remote_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.seals_seal
    ADD CONSTRAINT seals_seal_department_id_e1ca61b8_fk_catalogue_department_id FOREIGN KEY (department_id) REFERENCES public.catalogue_department(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.seals_seal
    ADD CONSTRAINT seals_seal_hall_id_24f22ceb_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.staffing_saved_filter
    ADD CONSTRAINT staffing_saved_filter_hall_id_79263260_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.staffing_saved_filter
    ADD CONSTRAINT staffing_saved_filter_staff_id_40c36240_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.staffing_shift
    ADD CONSTRAINT staffing_shift_hall_id_c91a6254_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.staffing_shift
    ADD CONSTRAINT staffing_shift_staff_id_e5491cf4_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.staffing_shift
    ADD CONSTRAINT staffing_shift_window_id_9c6108fa_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_call
    ADD CONSTRAINT tickets_call_hall_id_11f686d5_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_call
    ADD CONSTRAINT tickets_call_staff_id_5ed870ca_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_call
    ADD CONSTRAINT tickets_call_ticket_id_e531dae1_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_call
    ADD CONSTRAINT tickets_call_window_id_dcfacf6b_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_counter
    ADD CONSTRAINT tickets_counter_hall_id_f4123a12_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_estimate
    ADD CONSTRAINT tickets_estimate_hall_id_81ba8aed_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_estimate
    ADD CONSTRAINT tickets_estimate_ticket_id_0f972387_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_former_ref
    ADD CONSTRAINT tickets_former_ref_ticket_id_ceaf27b5_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_hall_day
    ADD CONSTRAINT tickets_hall_day_hall_id_1eaa1a17_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_handling_time
    ADD CONSTRAINT tickets_handling_tim_category_id_0350afbd_fk_places_ca FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_miss
    ADD CONSTRAINT tickets_miss_hall_id_87201635_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_miss
    ADD CONSTRAINT tickets_miss_ticket_id_328d09cc_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_miss
    ADD CONSTRAINT tickets_miss_window_id_f34bf839_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_paper_block
    ADD CONSTRAINT tickets_paper_block_category_id_2cd21cc0_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_paper_block
    ADD CONSTRAINT tickets_paper_block_device_id_60c55e3b_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_paper_block
    ADD CONSTRAINT tickets_paper_block_hall_id_813c7466_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_pause
    ADD CONSTRAINT tickets_pause_session_id_71f4151d_fk_tickets_window_session_id FOREIGN KEY (session_id) REFERENCES public.tickets_window_session(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_planned_desk
    ADD CONSTRAINT tickets_planned_desk_category_id_31b45ed5_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_planned_desk
    ADD CONSTRAINT tickets_planned_desk_hall_id_74d7fedc_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_planned_desk
    ADD CONSTRAINT tickets_planned_desk_window_id_3256e517_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_category_id_6152648e_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_hall_id_4fb8b183_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_item_id_5c7e2a48_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_staff_id_e5e74c8b_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_ticket_id_9b399d17_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_service
    ADD CONSTRAINT tickets_service_window_id_b1ed64bf_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_skip
    ADD CONSTRAINT tickets_skip_ticket_id_0324f848_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_skip
    ADD CONSTRAINT tickets_skip_window_id_c2fb43ee_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_appointment_id_0901acc2_fk_booking_a FOREIGN KEY (appointment_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_came_from_id_c7ff21da_fk_tickets_ticket_id FOREIGN KEY (came_from_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_category_id_710dbfd0_fk_places_category_id FOREIGN KEY (category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_hall_id_484417d3_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_item_id_625c912f_fk_catalogue_item_id FOREIGN KEY (item_id) REFERENCES public.catalogue_item(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_late_for_id_3a30a98a_fk_booking_appointment_id FOREIGN KEY (late_for_id) REFERENCES public.booking_appointment(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_only_window_id_6d9e5bc7_fk_places_window_id FOREIGN KEY (only_window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_person_id_63feff51_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_visit_id_55b68296_fk_tickets_visit_id FOREIGN KEY (visit_id) REFERENCES public.tickets_visit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_ticket
    ADD CONSTRAINT tickets_ticket_window_id_4bd2ccab_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_transfer
    ADD CONSTRAINT tickets_transfer_from_window_id_b2f46de6_fk_places_window_id FOREIGN KEY (from_window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_transfer
    ADD CONSTRAINT tickets_transfer_ticket_id_2f4ab539_fk_tickets_ticket_id FOREIGN KEY (ticket_id) REFERENCES public.tickets_ticket(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_transfer
    ADD CONSTRAINT tickets_transfer_to_category_id_9e0fb501_fk_places_category_id FOREIGN KEY (to_category_id) REFERENCES public.places_category(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_transfer
    ADD CONSTRAINT tickets_transfer_to_hall_id_f8b1efdf_fk_places_hall_id FOREIGN KEY (to_hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_transfer
    ADD CONSTRAINT tickets_transfer_to_window_id_6fe4c4ce_fk_places_window_id FOREIGN KEY (to_window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_turnout
    ADD CONSTRAINT tickets_turnout_hall_id_960e1851_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_visit
    ADD CONSTRAINT tickets_visit_hall_id_7a1181e7_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_visit
    ADD CONSTRAINT tickets_visit_person_id_e1785bdb_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_window_session
    ADD CONSTRAINT tickets_window_sessi_emergency_seen_by_id_8525c823_fk_identity_ FOREIGN KEY (emergency_seen_by_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_window_session
    ADD CONSTRAINT tickets_window_session_hall_id_df261c7d_fk_places_hall_id FOREIGN KEY (hall_id) REFERENCES public.places_hall(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_window_session
    ADD CONSTRAINT tickets_window_session_staff_id_e71d3851_fk_identity_staff_id FOREIGN KEY (staff_id) REFERENCES public.identity_staff(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.tickets_window_session
    ADD CONSTRAINT tickets_window_session_window_id_d659d2b5_fk_places_window_id FOREIGN KEY (window_id) REFERENCES public.places_window(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_closing
    ADD CONSTRAINT zones_closing_area_id_102369f3_fk_places_area_id FOREIGN KEY (area_id) REFERENCES public.places_area(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_entry
    ADD CONSTRAINT zones_entry_area_id_9d743571_fk_places_area_id FOREIGN KEY (area_id) REFERENCES public.places_area(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_entry_code
    ADD CONSTRAINT zones_entry_code_account_id_b1a5c85f_fk_identity_account_id FOREIGN KEY (account_id) REFERENCES public.identity_account(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_entry_code
    ADD CONSTRAINT zones_entry_code_area_id_d5550da7_fk_places_area_id FOREIGN KEY (area_id) REFERENCES public.places_area(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_entry_code
    ADD CONSTRAINT zones_entry_code_entry_id_ccfcb96a_fk_zones_entry_id FOREIGN KEY (entry_id) REFERENCES public.zones_entry(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_entry
    ADD CONSTRAINT zones_entry_order_id_ccf23c34_fk_devices_order_id FOREIGN KEY (order_id) REFERENCES public.devices_order(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_entry
    ADD CONSTRAINT zones_entry_person_id_514e98c3_fk_identity_person_id FOREIGN KEY (person_id) REFERENCES public.identity_person(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_help_call
    ADD CONSTRAINT zones_help_call_area_id_1120165a_fk_places_area_id FOREIGN KEY (area_id) REFERENCES public.places_area(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_help_call
    ADD CONSTRAINT zones_help_call_device_id_66597203_fk_devices_device_id FOREIGN KEY (device_id) REFERENCES public.devices_device(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.zones_help_told
    ADD CONSTRAINT zones_help_told_call_id_52c8dcb1_fk_zones_help_call_id FOREIGN KEY (call_id) REFERENCES public.zones_help_call(id) DEFERRABLE INITIALLY DEFERRED;

INSERT INTO public.django_migrations (app, name, applied) VALUES
    ('places', '0001_initial', now()),
    ('identity', '0001_initial', now()),
    ('catalogue', '0001_initial', now()),
    ('booking', '0001_initial', now()),
    ('tickets', '0001_initial', now()),
    ('tickets', '0002_line_in_order', now()),
    ('places', '0002_preferred_categories', now()),
    ('tickets', '0003_stretches_and_outcomes', now()),
    ('tickets', '0004_services_by_window', now()),
    ('tickets', '0005_learned_gap', now()),
    ('tickets', '0006_came_from', now()),
    ('tickets', '0007_help_seen', now()),
    ('tickets', '0008_planned_desks', now()),
    ('identity', '0002_evidence', now()),
    ('booking', '0002_fewer_indexes_on_appointments', now()),
    ('booking', '0003_evidence', now()),
    ('identity', '0003_names_and_phones', now()),
    ('identity', '0004_rights_are_told', now()),
    ('identity', '0005_password_to_be_changed', now()),
    ('identity', '0006_further_documents', now()),
    ('tickets', '0009_entries_that_stand', now()),
    ('catalogue', '0002_words_people_say', now()),
    ('booking', '0004_follow_ups', now()),
    ('booking', '0005_places_over_time', now()),
    ('booking', '0006_opening_asked', now()),
    ('booking', '0007_who_credit_falls_on', now()),
    ('booking', '0008_earlier_places', now()),
    ('booking', '0009_entries_that_stand', now()),
    ('booking', '0010_outages', now()),
    ('tickets', '0010_paper_numbers', now()),
    ('identity', '0007_passwords_to_be_changed_are_told', now()),
    ('identity', '0008_names_in_dispute', now()),
    ('tickets', '0011_holders_of_numbers', now()),
    ('tickets', '0012_own_words_sealed', now()),
    ('places', '0003_own_words_sealed', now()),
    ('tickets', '0013_turnout_of_booked_people', now()),
    ('tickets', '0014_until_when_the_line_is_served', now()),
    ('identity', '0009_agents_and_mandates', now()),
    ('identity', '0010_mandates_are_proposed_and_given', now()),
    ('identity', '0011_keys_of_devices', now()),
    ('identity', '0012_agents_are_accepted', now()),
    ('catalogue', '0003_several_persons', now()),
    ('booking', '0011_several_persons', now()),
    ('booking', '0012_who_stands_behind_a_key', now()),
    ('booking', '0013_own_words_sealed', now()),
    ('booking', '0014_moves_of_the_hall', now()),
    ('tickets', '0015_numbers_of_the_late', now()),
    ('tickets', '0016_mismatch_allowed', now()),
    ('tickets', '0017_keys_that_end_at_a_window', now()),
    ('tickets', '0018_refs_of_before', now()),
    ('booking', '0015_language_of_waits', now()),
    ('booking', '0016_dealt_with_on', now()),
    ('booking', '0017_whose_place_is_withheld', now()),
    ('booking', '0018_links_end_as_it_passes', now()),
    ('booking', '0019_told_again_of_the_old_time', now()),
    ('booking', '0020_bookings_let_go', now()),
    ('tickets', '0019_bookings_of_numbers_over', now()),
    ('tickets', '0020_what_the_missed_were_told', now()),
    ('identity', '0013_who_was_asked_to_be_an_agent', now()),
    ('identity', '0014_who_ended_a_mandate', now()),
    ('identity', '0015_why_an_agent_is_suspended', now()),
    ('identity', '0016_departments_and_organisations', now()),
    ('identity', '0017_guardians', now()),
    ('identity', '0018_limits_of_members', now()),
    ('identity', '0019_letters', now()),
    ('catalogue', '0004_versions', now()),
    ('catalogue', '0005_first_versions', now()),
    ('catalogue', '0006_handling', now()),
    ('catalogue', '0007_item_drafts', now()),
    ('catalogue', '0008_one_matters', now()),
    ('catalogue', '0009_retirement', now()),
    ('catalogue', '0010_office_drafts', now()),
    ('catalogue', '0011_retired_and_back', now()),
    ('catalogue', '0012_finished_drafts', now()),
    ('catalogue', '0013_one_matter_drafts', now()),
    ('catalogue', '0014_checks_of_elements', now()),
    ('library', '0001_initial', now()),
    ('library', '0002_what_stands', now()),
    ('library', '0003_uploads', now()),
    ('library', '0004_parts_that_come', now()),
    ('library', '0005_what_authorities_say', now()),
    ('library', '0006_lists_under_way', now()),
    ('seals', '0001_initial', now()),
    ('cases', '0001_initial', now()),
    ('cases', '0002_what_stands', now()),
    ('cases', '0003_who_opened', now()),
    ('cases', '0004_what_figures_read', now()),
    ('cases', '0005_decided_by_rule', now()),
    ('cases', '0006_fee_due', now()),
    ('cases', '0007_destroyed', now()),
    ('cases', '0008_bundles', now()),
    ('cases', '0009_printed_numbers', now()),
    ('cases', '0010_found_by_last_digits', now()),
    ('cases', '0011_lists_by_index', now()),
    ('cases', '0012_consulted_and_signed_for', now()),
    ('cases', '0013_wait_until', now()),
    ('cases', '0014_sealed', now()),
    ('cases', '0015_urged', now()),
    ('cases', '0016_fee_reminded', now()),
    ('cases', '0017_guardian', now()),
    ('cases', '0018_found_by_telephone', now()),
    ('cases', '0019_limits', now()),
    ('cases', '0020_agent', now()),
    ('cases', '0021_rule_proposals', now()),
    ('cases', '0022_comes_back_and_order_of_pages', now()),
    ('cases', '0023_identity_shown_and_promises', now()),
    ('cases', '0024_fields_sent_back', now()),
    ('cases', '0025_quota_rounds', now()),
    ('cases', '0028_lists_of_what_goes_on', now()),
    ('cases', '0029_counts_from', now()),
    ('cases', '0030_refusals_have_their_day', now()),
    ('cases', '0031_extension_by_the_head', now()),
    ('cases', '0032_never_received', now()),
    ('archive', '0001_initial', now()),
    ('archive', '0002_retention_holds_purges', now()),
    ('archive', '0003_what_stands', now()),
    ('archive', '0004_never_received', now()),
    ('audit', '0001_initial', now()),
    ('audit', '0002_seal', now()),
    ('audit', '0003_truncate_and_keyed_seals', now()),
    ('contenttypes', '0001_initial', now()),
    ('contenttypes', '0002_remove_content_type_name', now()),
    ('auth', '0001_initial', now()),
    ('auth', '0002_alter_permission_name_max_length', now()),
    ('auth', '0003_alter_user_email_max_length', now()),
    ('auth', '0004_alter_user_username_opts', now()),
    ('auth', '0005_alter_user_last_login_null', now()),
    ('auth', '0006_require_contenttypes_0002', now()),
    ('auth', '0007_alter_validators_add_error_messages', now()),
    ('auth', '0008_alter_user_username_max_length', now()),
    ('auth', '0009_alter_user_last_name_max_length', now()),
    ('auth', '0010_alter_group_name_max_length', now()),
    ('auth', '0011_update_proxy_permissions', now()),
    ('auth', '0012_alter_user_first_name_max_length', now()),
    ('booking', '0021_kept_as_promised', now()),
    ('booking', '0022_where_the_last_look_stopped', now()),
    ('booking', '0023_situation_of_a_booking', now()),
    ('calendars', '0001_initial', now()),
    ('calendars', '0002_closures_of_parts', now()),
    ('calendars', '0003_own_words_sealed', now()),
    ('calendars', '0004_closures_of_a_kind', now()),
    ('identity', '0021_letters_of_firms_end', now()),
    ('library', '0007_papers_used_again', now()),
    ('cases', '0033_papers_used_again', now()),
    ('cases', '0036_promises_are_checked', now()),
    ('cases', '0037_due_at_a_moment', now()),
    ('cases', '0039_pinned_type_and_provisional_law', now()),
    ('cases', '0040_what_came_is_taken_in', now()),
    ('cases', '0041_days_in_order', now()),
    ('cases', '0042_site_visits', now()),
    ('catalogue', '0015_what_machines_offer', now()),
    ('consulting', '0001_initial', now()),
    ('consulting', '0002_numbers', now()),
    ('consulting', '0003_complaints', now()),
    ('consulting', '0004_complaints_at_the_window', now()),
    ('devices', '0001_initial', now()),
    ('devices', '0002_longer_kinds', now()),
    ('devices', '0003_slips_into_the_spool', now()),
    ('devices', '0004_retired_and_tested', now()),
    ('devices', '0005_signed_cards', now()),
    ('delivery', '0001_initial', now()),
    ('delivery', '0002_cabinets', now()),
    ('delivery', '0003_parcels', now()),
    ('delivery', '0004_printings', now()),
    ('delivery', '0005_paper_left', now()),
    ('delivery', '0006_ended', now()),
    ('delivery', '0007_doors_that_jam', now()),
    ('delivery', '0008_fetched_by_agents', now()),
    ('delivery', '0009_folders', now()),
    ('delivery', '0011_papers_added_to_a_folder', now()),
    ('delivery', '0012_told_once_more', now()),
    ('delivery', '0013_codes_of_others', now()),
    ('delivery', '0014_folders_that_follow', now()),
    ('places', '0004_self_service_areas', now()),
    ('devices', '0006_orders_to_machines', now()),
    ('devices', '0007_faults_of_machines', now()),
    ('devices', '0008_what_machines_did', now()),
    ('devices', '0009_a_card_that_was_left', now()),
    ('exchange', '0001_initial', now()),
    ('exchange', '0002_sent_and_answered', now()),
    ('exchange', '0003_tried_again', now()),
    ('feedback', '0001_initial', now()),
    ('feedback', '0002_own_words_sealed', now()),
    ('feedback', '0003_tasks_of_nobody_in_particular', now()),
    ('feedback', '0004_ratings_with_words', now()),
    ('feedback', '0005_ratings_of_cases', now()),
    ('feedback', '0006_appeals', now()),
    ('feedback', '0007_appeals_by_a_day', now()),
    ('feedback', '0008_settled_with_words', now()),
    ('fees', '0001_initial', now()),
    ('fees', '0002_what_was_paid_stands', now()),
    ('fees', '0003_computed_anew', now()),
    ('foundation', '0001_initial', now()),
    ('foundation', '0002_demo_switch', now()),
    ('foundation', '0003_heartbeat', now()),
    ('foundation', '0004_heartbeat_per_duty', now()),
    ('foundation', '0005_seal_answers', now()),
    ('foundation', '0006_watermarks', now()),
    ('foundation', '0007_forget_visits_anew', now()),
    ('places', '0005_doors_of_areas', now()),
    ('places', '0006_who_set_an_areas_door', now()),
    ('identity', '0022_who_stands_at_a_machine', now()),
    ('homevisits', '0001_visits', now()),
    ('homevisits', '0002_by_telephone', now()),
    ('homevisits', '0003_typed_telephones', now()),
    ('hooks', '0001_initial', now()),
    ('hotline', '0001_orders', now()),
    ('hotline', '0002_became', now()),
    ('hotline', '0003_phone_calls', now()),
    ('insight', '0001_kept_days', now()),
    ('insight', '0002_changed_days', now()),
    ('insight', '0003_cases_kept', now()),
    ('insight', '0004_cases_change_days', now()),
    ('insight', '0005_seconds_at_the_window', now()),
    ('insight', '0006_ratings_set_aside', now()),
    ('library', '0008_ended_for_a_case', now()),
    ('library', '0009_facts_used_with_consent', now()),
    ('messaging', '0001_initial', now()),
    ('messaging', '0002_retries_addresses_deliveries', now()),
    ('messaging', '0003_last_moments', now()),
    ('messaging', '0004_nothing_that_opens_in_clear', now()),
    ('messaging', '0005_urgent_keys_of_the_line', now()),
    ('messaging', '0006_own_words_sealed', now()),
    ('messaging', '0007_urgent_keys_of_an_evacuation', now()),
    ('messaging', '0008_messages_over_by_hall', now()),
    ('messaging', '0009_messages_by_their_own_age', now()),
    ('procrastinate', '0001_initial', now()),
    ('procrastinate', '0002_drop_started_at_column', now()),
    ('procrastinate', '0003_drop_started_at_column', now()),
    ('procrastinate', '0004_drop_procrastinate_version_table', now()),
    ('procrastinate', '0005_fix_procrastinate_fetch_job', now()),
    ('procrastinate', '0006_fix_trigger_status_events_insert', now()),
    ('procrastinate', '0007_add_queueing_lock_column', now()),
    ('procrastinate', '0008_close_fetch_job_race_condition', now()),
    ('procrastinate', '0009_add_defer_job_function', now()),
    ('procrastinate', '0010_add_procrastinate_periodic_defers', now()),
    ('procrastinate', '0011_add_foreign_key_index', now()),
    ('procrastinate', '0012_add_locks_to_periodic_defer', now()),
    ('procrastinate', '0013_fix_procrastinate_defer_periodic_job', now()),
    ('procrastinate', '0014_add_finish_job_and_retry_job_functions', now()),
    ('procrastinate', '0015_add_trigger_on_job_deletion', now()),
    ('procrastinate', '0016_delete_finished_jobs', now()),
    ('procrastinate', '0017_add_checks_to_finish_job', now()),
    ('procrastinate', '0018_add_checks_to_retry_job', now()),
    ('procrastinate', '0019_fix_finish_job_compat_issue', now()),
    ('procrastinate', '0020_add_index_on_procrastinate_jobs', now()),
    ('procrastinate', '0021_add_kwargs_to_defer_periodic_job', now()),
    ('procrastinate', '0022_null_locks_excluded', now()),
    ('procrastinate', '0023_remove_old_finish_job_function', now()),
    ('procrastinate', '0024_job_id_bigint', now()),
    ('procrastinate', '0025_add_models', now()),
    ('procrastinate', '0026_add_job_priority', now()),
    ('procrastinate', '0027_add_periodic_job_priority', now()),
    ('procrastinate', '0028_add_cancel_states', now()),
    ('procrastinate', '0029_add_additional_params_to_retry_job', now()),
    ('procrastinate', '0030_alter_procrastinateevent_options', now()),
    ('procrastinate', '0031_add_indexes_for_fetch_job', now()),
    ('procrastinate', '0032_pre_cancel_notification', now()),
    ('procrastinate', '0033_post_cancel_notification', now()),
    ('procrastinate', '0034_pre_add_heartbeat', now()),
    ('procrastinate', '0035_post_add_heartbeat', now()),
    ('procrastinate', '0036_add_worker_model', now()),
    ('procrastinate', '0037_pre_batch_defer_jobs', now()),
    ('procrastinate', '0038_post_batch_defer_jobs', now()),
    ('procrastinate', '0039_pre_priority_lock_fetch_job', now()),
    ('procrastinate', '0040_pre_retry_failed_job', now()),
    ('procrastinate', '0041_post_retry_failed_job', now()),
    ('remote', '0001_seats_and_sessions', now()),
    ('remote', '0002_the_hand', now()),
    ('remote', '0003_by_appointment', now()),
    ('remote', '0004_who_calls', now()),
    ('remote', '0005_recordings', now()),
    ('sessions', '0001_initial', now()),
    ('staffing', '0001_initial', now()),
    ('staffing', '0002_desks_to_come', now()),
    ('staffing', '0003_saved_filters', now()),
    ('tickets', '0021_numbers_ahead_for_machines', now()),
    ('zones', '0001_night_zones', now());
