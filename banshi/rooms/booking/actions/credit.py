"""The credit ledger (信用记录): no-shows, cancellations, suspensions, forgiveness, appeals.

Suspensions follow from the entries that stand (`rules.suspensions_from`) and are counted anew whenever an entry comes
or is forgiven; so a late job or a repeated one leaves the same rows. What a suspension that was served, or that the hall
lifted, has used up stays used up; and forgiving only ever lessens: a suspension is made where something new calls for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import QuerySet

from banshi.foundation import locks
from banshi.kernel.actors import SYSTEM, Actor
from banshi.kernel.policy import Credit
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit.statements import recorded
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions import telling
from banshi.rooms.booking.actions.retrying import again
from banshi.rooms.booking.models import Appeal, Appointment, FaultDay, LedgerEntry, Suspension
from banshi.rooms.booking.queries.credit import AppealTime, appeal_time, hall_of_scope
from banshi.rooms.booking.queries.facts import HallFacts, ItemWords, hall_facts, item_words
from banshi.rooms.booking.queries.mandated import Side, by_mandate, side_of
from banshi.rooms.booking.queries.standing import CLOSED_OVER
from banshi.rooms.identity import queries as identity
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall

RECOUNTED = "counted anew"
MOVED_BY_HALL = "大厅当天改了时间 · moved by the hall on the day itself"
MOVED_UNTOLD = "时间是大厅改的，没能通知到 · the hall changed the time and could tell nobody"
MANDATE_OVER = "委托已结束，代办人不能再取消 · the mandate was over, and the agent could not cancel any more"
BOOKED_AGAIN = "30 分钟内重新预约 · booked again within 30 minutes"


def enter_cancel(row: Appointment, *, by: Actor, hall: HallFacts, now: datetime) -> None:
    """Enter a cancellation that counts for whoever it falls on, on the hall's local day of cancelling; a visit once, and not
    while another of its matters still brings its person to the hall.

    What an agent booked and passed on is nobody's strike: its client did not choose it. What the client, or the hall at their
    wish, cancels of what an agent booked is not the agent's doing.
    """
    if row.holder == rules.PASSED_ON or _still_comes(row):
        return
    party = f"person:{row.person_id}" if _not_by_its_agent(row, by) else party_of(row)
    # A visit that was cancelled, booked again and is cancelled once more is cancelled: its one entry stands again.
    # On whoever cancelled it last.
    entries = LedgerEntry.objects.filter(kind="cancel", visit=row.visit_group or row.code).exclude(forgiven_at=None)
    again = {entry.pk: entry for entry in entries.order_by("id") if entry.forgiven_why == BOOKED_AGAIN}
    parties = [(each, hall.scope) for each in sorted({party, *(entry.party for entry in again.values())})]
    lock_faults(shared=True)
    _lock_credit(parties)
    fault = FaultDay.objects.filter(hall_id=row.hall_id, day=row.day).first()
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(
                appointment=row,
                kind="cancel",
                visit=row.visit_group or row.code,
                person_id=row.person_id,
                party=party,
                scope=hall.scope,
                on=now.astimezone(hall.zone).date(),
                at=now,
                **_forgiven_by_fault(fault),
            )
        ],
        ignore_conflicts=True,
    )
    LedgerEntry.objects.filter(id__in=again).update(forgiven_at=None, forgiven_by="", forgiven_why="", party=party)
    recount(parties=parties, now=now, entered={row.pk, *(entry.appointment_id for entry in again.values())})


def _still_comes(row: Appointment) -> bool:
    """Whether its person comes, or came, for another matter of the visit that day. `cancel` holds all of their rows: of two
    that are cancelled at one instant the last is entered."""
    others = Appointment.objects.filter(visit_group=row.visit_group, person=row.person_id, day=row.day).exclude(
        pk=row.pk
    )
    comes = (rules.State.BOOKED, rules.State.CHECKED_IN, rules.State.SERVED)
    return bool(row.visit_group) and others.filter(state__in=comes).exists()


def _not_by_its_agent(row: Appointment, by: Actor) -> bool:
    """Whether an agent booked it, and somebody else acts; the link is the client's where it went to their telephone."""
    if not by_mandate(row):
        return False
    if side_of(row, str(by)) != Side.AGENT:
        return True
    return by.id.startswith("link-") and row.contact == identity.told_at(row.person_id)[0]


def enter_disowned(row: Appointment, *, hall: HallFacts, now: datetime) -> None:
    """Enter a strike for who booked on a document whose holder says: not by me."""
    party = rules.party_of(holder=row.holder, person_id=row.person_id, evidence=0)
    day = now.astimezone(hall.zone).date()
    entry = LedgerEntry(
        appointment=row, kind="no_show", visit=row.visit_group or row.code, person_id=row.person_id, party=party,
        scope=hall.scope, on=day, at=now,
    )  # fmt: skip
    LedgerEntry.objects.bulk_create([entry], ignore_conflicts=True)
    recount(parties=[(party, hall.scope)], now=now, entered={row.pk})


def party_of(row: Appointment) -> str:
    """On whom a booking's credit falls, by what is proven now: an account may have been proven since."""
    evidence = row.evidence or int(identity.proven_by(row.account_id, row.person_id))
    return rules.party_of(holder=row.holder, person_id=row.person_id, evidence=evidence)


def _forgiven_by_fault(fault: FaultDay | None) -> dict[str, Any]:
    if fault is None:
        return {}
    return {"forgiven_at": fault.made_at, "forgiven_by": fault.made_by, "forgiven_why": fault.why}


NOBODY_CAME = "false"
MISSED_SQL = f"""
WITH due AS (
  SELECT a.id, a.ends_at + g.grace AS at, {{came}} AS came FROM booking_appointment a
  JOIN unnest(%(halls)s::bigint[], %(graces)s::interval[]) AS g(hall_id, grace) ON g.hall_id = a.hall_id
  WHERE a.state IN ({rules.APPOINTMENT.sql("miss")}) AND a.ends_at + g.grace <= %(now)s
  ORDER BY a.id FOR NO KEY UPDATE OF a SKIP LOCKED
), present AS (
  UPDATE booking_appointment a SET state = {rules.APPOINTMENT.sql_to("check_in")}, checked_in_at = due.at, let_go_at = due.at
  FROM due WHERE a.id = due.id AND a.state IN ({rules.APPOINTMENT.sql("check_in")}) AND due.came
)
UPDATE booking_appointment a SET state = {rules.APPOINTMENT.sql_to("miss")}, no_show_at = due.at FROM due
WHERE a.id = due.id AND a.state IN ({rules.APPOINTMENT.sql("miss")}) AND NOT due.came
RETURNING a.id
"""  # noqa: S608 – states of the table
# Read once they are marked: who was found present for, or checks in at this instant for, another matter of the visit was here.
# The entry is dated by the period, not by the job. What the hall itself caused is forgiven at once: a day it marked as
# its fault, an appointment it kept although its hours were gone, a closure or an outage that touched the period, a time
# that it chose on the day itself, or of which nobody could be told, and the person has not chosen anew since. So is what its
# agent could not cancel any more.
NOBODY_TOLD = """(m.contact_index = '' AND NOT EXISTS (
  SELECT 1 FROM identity_person p
  WHERE p.id = m.person_id AND p.phone_index IS NOT NULL AND NOT starts_with(m.limit_key, 'key:')))"""
NOTED_SQL = """
  SELECT %(now)s::timestamptz AS at, 'system' AS actor, h.code AS hall, 'no_show' AS action,
    'appointment:' || m.code AS subject,
    CASE WHEN e.forgiven_at IS NOT NULL OR m.visit NOT IN (SELECT visit FROM struck)
      THEN jsonb_build_object('counted', false) ELSE '{}'::jsonb END AS facts
  FROM missed m JOIN places_hall h ON h.id = m.hall_id LEFT JOIN entered e ON e.visit = m.visit
"""
STRUCK_SQL = """
WITH missed AS (
  SELECT a.id, a.code, a.hall_id, a.person_id, a.item_id, a.category_id, a.day, a.starts_at, a.ends_at,
    a.no_show_at, a.business, a.visit_group, a.account_id, a.limit_key, a.holder, a.contact_index,
    COALESCE(NULLIF(a.visit_group, ''), a.code) AS visit,
    CASE WHEN a.evidence > 0 OR EXISTS (
        SELECT 1 FROM identity_account c WHERE c.id = a.account_id AND c.person_id = a.person_id)
      THEN 'person:' || a.person_id
      WHEN starts_with(a.holder, 'account:') THEN a.holder ELSE a.holder || '/' || a.person_id END AS party
  FROM booking_appointment a WHERE a.id = ANY(%(missed)s)
), struck AS (
  -- A visit is missed once, and not at all by who was here that day for another matter of it.
  -- Nor is a time by video, where the hall counts none.
  SELECT DISTINCT ON (visit) * FROM missed m WHERE (m.visit_group = '' OR NOT EXISTS (
    SELECT 1 FROM booking_appointment o
    WHERE o.visit_group = m.visit_group AND o.visit_group <> '' AND o.day = m.day AND o.state IN ('checked_in', 'served')))
    AND NOT (m.business = 'video' AND m.hall_id = ANY(%(video_free)s))
  ORDER BY visit, id
), entered AS (
  INSERT INTO booking_ledger_entry
    (person_id, party, visit, scope, kind, "on", at, appointment_id, forgiven_at, forgiven_by, forgiven_why)
  SELECT m.person_id, m.party, m.visit, s.scope, 'no_show', m.day, m.no_show_at, m.id, f.made_at,
    coalesce(f.made_by, ''), coalesce(f.why, '')
  FROM struck m JOIN unnest(%(halls)s::bigint[], %(scopes)s::text[]) AS s(hall_id, scope) ON s.hall_id = m.hall_id
  LEFT JOIN LATERAL (
    SELECT d.made_at, d.made_by, d.why FROM booking_fault_day d WHERE d.hall_id = m.hall_id AND d.day = m.day
    UNION ALL
    SELECT k.at, k.by, k.why FROM booking_kept k WHERE k.appointment_id = m.id
      AND NOT EXISTS (SELECT 1 FROM booking_move n WHERE n.appointment_id = m.id AND n.at > k.at)
    UNION ALL
    SELECT o.made_at, o.made_by, o.why FROM booking_outage o
    WHERE o.hall_id = m.hall_id AND o.starts_at < m.ends_at AND o.ends_at > m.starts_at
    UNION ALL
    SELECT v.settled_at, 'system', CASE WHEN {nobody_told} THEN %(moved_untold)s ELSE %(moved_by_hall)s END
    FROM booking_follow_up_visit v
    JOIN places_hall h ON h.id = m.hall_id
    WHERE v.visit = m.visit AND v.state = 'moved'
      AND ((v.settled_at AT TIME ZONE h.timezone)::date = m.day OR {nobody_told})
      AND NOT EXISTS (SELECT 1 FROM booking_move n WHERE n.appointment_id = m.id AND n.at > v.settled_at)
    UNION ALL
    SELECT m.no_show_at, 'system', %(mandate_over)s FROM identity_agent g JOIN identity_account c ON c.id = g.account_id
    WHERE m.limit_key = '' AND g.account_id = m.account_id AND c.person_id IS DISTINCT FROM m.person_id
      AND EXISTS (SELECT 1 FROM identity_mandate d
        WHERE d.agent_id = g.id AND d.person_id = m.person_id AND d.given_at IS NOT NULL)
      AND NOT EXISTS (
        SELECT 1 FROM identity_mandate d JOIN catalogue_item i ON i.id = m.item_id
        WHERE d.agent_id = g.id AND d.person_id = m.person_id AND d.given_at IS NOT NULL AND d.valid_until >= m.day
          AND (d.ended_at IS NULL OR d.ended_at >= m.ends_at) AND (g.suspended_at IS NULL OR g.suspended_at >= m.ends_at)
          AND (d.items = '[]'::jsonb OR d.items ? i.code))
    UNION ALL
    SELECT m.no_show_at, 'system', %(mandate_over)s WHERE m.holder = %(passed_on)s
    UNION ALL
    {closed_over}
    LIMIT 1
  ) f ON true
  ON CONFLICT DO NOTHING
  RETURNING visit, forgiven_at
), audited AS (
{recorded}
)
SELECT id, party, id IN (SELECT id FROM struck) FROM missed ORDER BY id
"""


@again
@transaction.atomic
def sweep_no_shows(*, now: datetime, came: str = NOBODY_CAME) -> int:
    """Turn appointments whose period (and the hall's grace) is over without check-in into no-shows (失约).

    Run as often or as late as you like: entries are dated by their periods and suspensions follow from the dates.
    Whoever was in the hall by then has come, whatever number they hold: their appointment counts as checked in.

    :param came: SQL over an appointment `a`, lent by the room that knows who was here; `{until}` in it is the end of
        the period with its grace.
    :returns: how many were found.
    """
    ids = (
        Appointment.objects.filter(state=rules.State.BOOKED, ends_at__lte=now)
        .order_by("hall_id")
        .values_list("hall_id", flat=True)
        .distinct()
    )
    halls = {row.pk: hall_facts(row, now=now) for row in Hall.objects.filter(id__in=list(ids)).order_by("id")}
    if not halls:
        return 0
    values: dict[str, Any] = {
        "halls": list(halls),
        "graces": [timedelta(minutes=hall.policy.tickets.check_in_grace) for hall in halls.values()],
        "scopes": [hall.scope for hall in halls.values()],
        "video_free": [pk for pk, hall in halls.items() if not hall.policy.video.no_show_counts],
        "now": now,
        "moved_by_hall": MOVED_BY_HALL,
        "moved_untold": MOVED_UNTOLD,
        "mandate_over": MANDATE_OVER,
        "passed_on": rules.PASSED_ON,
    }
    with connection.cursor() as cursor:
        cursor.execute(MISSED_SQL.format(came=came.format(until="a.ends_at + g.grace")), values)
        values["missed"] = [row[0] for row in cursor.fetchall()]
        lock_faults(shared=True)
        statement = STRUCK_SQL.format(
            closed_over=CLOSED_OVER.format(a="m"), nobody_told=NOBODY_TOLD, recorded=recorded(NOTED_SQL)
        )
        cursor.execute(statement, values)
        missed = {id_: (party, struck) for id_, party, struck in cursor.fetchall()}
    rows = list(Appointment.objects.select_related("person").filter(id__in=list(missed)).order_by("id"))
    words: dict[tuple[int, int], ItemWords | None] = {}
    for row in rows:
        key = (row.hall_id, row.item_id)
        if key not in words:
            words[key] = item_words(*key)
        telling.drop(row.code, now=now)
    forgiven = set(
        LedgerEntry.objects.filter(appointment__in=rows, kind="no_show", forgiven_at__isnull=False).values_list(
            "appointment_id", flat=True
        )
    )
    struck = [row for row in rows if missed[row.pk][1]]
    counted = [(row, halls[row.hall_id], words[row.hall_id, row.item_id]) for row in struck if row.pk not in forgiven]
    telling.tell_all("no_show", counted, now=now)
    telling.tell_of_outages(list(missed), now=now)
    parties = sorted({(missed[row.pk][0], halls[row.hall_id].scope) for row in struck})
    recount(parties=parties, now=now, entered={row.pk for row in struck})
    return len(rows)


class _Credits:
    """The credit rule of a hall at a moment, each looked up once."""

    def __init__(self) -> None:
        self._halls: dict[int, Hall] = {}
        self._known: dict[tuple[int, date], Credit] = {}

    def of(self, hall_id: int, at: datetime) -> Credit:
        key = (hall_id, at.date())
        if key not in self._known:
            if hall_id not in self._halls:
                self._halls[hall_id] = Hall.objects.get(id=hall_id)
            self._known[key] = hall_facts(self._halls[hall_id], now=at).policy.booking.credit
        return self._known[key]


def recount(*, parties: Iterable[tuple[str, str]], now: datetime, entered: Collection[int] = ()) -> None:
    """Bring suspensions in line with the entries that stand, for these (party, scope) pairs.

    One that a manager lifted stays lifted; one that the entries no longer call for is lifted unless it is over, a missing
    one is made. The rule applied to an entry is the one in force when it happened, so a stricter policy never reaches back.

    :param entered: ids of the appointments whose entries came just now, or stand again: only they make a suspension.
    """
    wanted = sorted(set(parties))
    if not wanted:
        return
    _lock_credit(wanted)
    names = [party for party, _ in wanted]
    scopes = sorted({scope for _, scope in wanted})
    rows = LedgerEntry.objects.filter(party__in=names, scope__in=scopes)
    bars = Suspension.objects.filter(party__in=names, scope__in=scopes).exclude(reason="manual")
    entries: dict[tuple[str, str], list[LedgerEntry]] = {}
    for row in rows.select_related("appointment__hall").order_by("on", "at", "id"):
        entries.setdefault((row.party, row.scope), []).append(row)
    known: dict[tuple[str, str], list[Suspension]] = {}
    for bar in bars.order_by("id"):
        known.setdefault((bar.party, bar.scope), []).append(bar)
    credits = _Credits()
    for key in wanted:
        if key in entries:
            _recount(key, entries[key], known.get(key, []), credits, entered=entered, now=now)


def _lock_credit(parties: Iterable[tuple[str, str]]) -> None:
    """One recount, lifting, forgiving or appeal of a party at a time: two cancellations at once must not both miss the other,
    and what a manager lifts at this moment is not lifted anew. To be taken before any entry or suspension is locked.
    """
    locks.hold_each(locks.CREDIT, [f"{party}:{scope}" for party, scope in parties])


def lock_faults(*, shared: bool = False) -> None:
    """What a hall declares its own fault (a day, an outage) and the entries written meanwhile see each other: whoever writes
    an entry holds it shared. Before the lock of a party.
    """
    locks.hold(locks.FAULTS, shared=shared)


def _recount(
    key: tuple[str, str],
    rows: Sequence[LedgerEntry],
    bars: Sequence[Suspension],
    credits: _Credits,
    *,
    entered: Collection[int],
    now: datetime,
) -> None:
    today = now.astimezone(ZoneInfo(rows[-1].appointment.hall.timezone)).date()
    spent = _spent(rows, bars, credits, today=today)
    counted = {row.pk: row for row in rows if row.forgiven_at is None and row.used_by_id not in spent}
    entries = [
        rules.Entry(
            row.pk, row.kind, row.on, row.at, credits.of(row.appointment.hall_id, row.at), row.appointment_id in entered
        )
        for row in counted.values()
    ]
    known = {_called(bar): bar for bar in bars if bar.pk not in spent}
    due = rules.suspensions_from(entries, made={what for what, bar in known.items() if bar.lifted_by != str(SYSTEM)})
    called = {each.called for each in due}
    fallen = [bar for bar in bars if bar.lifted_at is None and bar.until_on >= today and _called(bar) not in called]
    for bar in fallen:
        _set_lifted(bar, at=now)
    used: dict[int, int] = {}
    for each in due:
        last = counted[each.entries[-1]]
        bar = known.get(each.called) or _suspended(key, each, last, now=now)
        if bar.lifted_by == str(SYSTEM):
            _set_lifted(bar, at=None)
            _tell_suspended(bar, entry_id=last.pk, now=now, anew=True)
        used |= dict.fromkeys(each.entries, bar.pk)
    for bar in sorted(fallen, key=lambda bar: bar.until_on)[-1:]:
        telling.tell_lifted(bar, why="", now=now)
    for row in rows:
        if row.used_by_id not in spent and row.used_by_id != used.get(row.pk):
            LedgerEntry.objects.filter(id=row.pk).update(used_by=used.get(row.pk))


def _called(bar: Suspension) -> rules.Called:
    return bar.reason, bar.from_on, bar.until_on


def _spent(
    rows: Sequence[LedgerEntry], bars: Sequence[Suspension], credits: _Credits, *, today: date
) -> frozenset[int | None]:
    """Suspensions that have used up their strikes for good: served, or lifted by the hall; their entries never count again,
    whichever of them is forgiven later.

    :param rows: in order; forgiven ones too.
    """
    newest = {row.used_by_id: row for row in rows if row.used_by_id is not None}
    found: set[int | None] = set()
    for bar in bars:
        last = newest.get(bar.pk)
        settled = bar.until_on < today if bar.lifted_at is None else bar.lifted_by != str(SYSTEM)
        if last is not None and settled and credits.of(last.appointment.hall_id, last.at).uses_strikes_up:
            found.add(bar.pk)
    return frozenset(found)


def _set_lifted(bar: Suspension, *, at: datetime | None) -> None:
    bar.lifted_at = at
    bar.lifted_by, bar.lifted_why = (str(SYSTEM), RECOUNTED) if at else ("", "")
    bar.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])


def _suspended(key: tuple[str, str], due: rules.Due, last: LedgerEntry, *, now: datetime) -> Suspension:
    bar = Suspension.objects.create(
        person_id=last.person_id,
        party=key[0],
        scope=key[1],
        reason=due.reason,
        from_on=due.from_on,
        until_on=due.until_on,
        made_at=now,
    )
    facts = {"reason": due.reason, "from": due.from_on.isoformat(), "until": due.until_on.isoformat()}
    hall = last.appointment.hall.code
    audit.record(action="suspended", subject=f"suspension:{bar.pk}", by=SYSTEM, now=now, hall=hall, facts=facts)
    _tell_suspended(bar, entry_id=due.entries[-1], now=now)
    return bar


def _tell_suspended(row: Suspension, *, entry_id: int, now: datetime, anew: bool = False) -> None:
    appointment = LedgerEntry.objects.select_related("appointment__hall").get(id=entry_id).appointment
    if row.until_on < now.astimezone(ZoneInfo(appointment.hall.timezone)).date():
        return  # found by a late job, and already over: nothing to tell
    reason = rules.REASONS[row.reason]
    phone, language = telling.credit_told_at(row.party, appointment)
    messaging.write(
        key="suspended",
        to_phone=phone,
        hall=appointment.hall,
        subject=f"suspension:{row.pk}",
        params={
            "hall": appointment.hall.code,
            "hall_zh": appointment.hall.name_zh,
            "hall_en": appointment.hall.name_en,
            "since": row.from_on.isoformat(),
            "until": row.until_on.isoformat(),
            "reason_zh": reason["zh"],
            "reason_en": reason["en"],
        }
        | telling.led_to(row.party, appointment),
        dedupe=f"suspended:{row.pk}:{now.isoformat()}" if anew else f"suspended:{row.pk}",
        language=language,
        now=now,
    )


@transaction.atomic
def suspend(
    *, person_id: int, scope: str, from_on: date, until_on: date, why: str, by: Actor, now: datetime
) -> Suspension:
    """Suspend by decision of the hall, both days included.

    :raises Refused: invalid, without a reason or with the days the wrong way round.
    """
    why = legible(why)
    if not why or until_on < from_on:
        raise Refused("invalid", facts={"reason": _NEEDS_WHY if not why else _DAYS_BACKWARDS})
    row = Suspension.objects.create(
        person_id=person_id,
        party=f"person:{person_id}",
        scope=scope,
        reason="manual",
        from_on=from_on,
        until_on=until_on,
        made_at=now,
    )
    facts = {"from": from_on.isoformat(), "until": until_on.isoformat(), "why": why}
    hall = _hall_of(suspension=row, by=by)
    audit.record(action="suspended", subject=f"suspension:{row.pk}", by=by, now=now, hall=hall, facts=facts)
    return row


ANSWER_LONGEST = 500  # of an appeal, and so of the reason why it forgave or lifted
_NEEDS_WHY = {"zh": "要写明原因", "en": "A reason is needed"}
_FORGIVEN = {"zh": "已经不计", "en": "forgiven"}
_LIFTED = {"zh": "已经解除", "en": "lifted"}
_ENDED = {"zh": "已经结束", "en": "over"}
_BARS = {"zh": "还没结束的暂停", "en": "a suspension that is not over"}
_COUNTS = {"zh": "还在计", "en": "an entry that counts"}
_ANSWERED = {"zh": "申诉已经答复", "en": "the appeal is answered"}
_NEVER_APPEALED = {"zh": "还没申诉过的记录", "en": "one that was not appealed yet"}
_DAYS_BACKWARDS = {"zh": "结束日期早于开始日期", "en": "The last day is before the first"}


@transaction.atomic
def lift(*, suspension_id: int, why: str, by: Actor, now: datetime, tell: bool = True) -> Suspension:
    """Lift a suspension before its time (解除暂停), with a reason. Its strikes stay used up.

    :param tell: the person; not where the answer to their appeal says so.
    :raises Refused: nothing-found, invalid (no reason), wrong-state (already lifted).
    """
    why = legible(why)
    if not why:
        raise Refused("invalid", facts={"reason": _NEEDS_WHY})
    found = Suspension.objects.filter(id=suspension_id).values_list("party", "scope").first()
    if found is None:
        raise Refused("nothing-found", facts={"suspension": suspension_id})
    _lock_credit([found])
    row = Suspension.objects.select_for_update().get(id=suspension_id)
    if row.lifted_at is not None:
        raise Refused("wrong-state", facts={"state": "lifted", "needs": "suspended"})
    row.lifted_at, row.lifted_by, row.lifted_why = now, str(by)[:60], why[:ANSWER_LONGEST]
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    hall = _hall_of(suspension=row, by=by)
    audit.record(action="lifted", subject=f"suspension:{row.pk}", by=by, now=now, hall=hall, facts={"why": why})
    if tell:
        telling.tell_lifted(row, why=why, now=now)
    return row


@transaction.atomic
def forgive(*, entry_id: int, why: str, by: Actor, now: datetime) -> LedgerEntry:
    """Forgive one entry, with a reason; suspensions are counted anew. Forgiving twice changes nothing.

    :raises Refused: nothing-found, invalid (no reason).
    """
    why = legible(why)
    if not why:
        raise Refused("invalid", facts={"reason": _NEEDS_WHY})
    row = _locked_entry(entry_id)
    if row.forgiven_at is None:
        row.forgiven_at, row.forgiven_by, row.forgiven_why = now, str(by)[:60], why[:ANSWER_LONGEST]
        row.save(update_fields=["forgiven_at", "forgiven_by", "forgiven_why"])
        hall = _hall_of(entry=row, by=by)
        audit.record(action="forgiven", subject=f"entry:{row.pk}", by=by, now=now, hall=hall, facts={"why": why})
        recount(parties=[(row.party, row.scope)], now=now)
    return row


def _locked_entry(entry_id: int) -> LedgerEntry:
    found = LedgerEntry.objects.filter(id=entry_id).values_list("party", "scope").first()
    if found is None:
        raise Refused("nothing-found", facts={"entry": entry_id})
    _lock_credit([found])
    return LedgerEntry.objects.select_for_update().get(id=entry_id)


@transaction.atomic
def mark_fault_day(*, hall: Hall, day: date, why: str, by: Actor, now: datetime) -> int:
    """Mark a day as the hall's own fault (大厅原因): its no-shows and cancellations are forgiven, those to come too.

    Forgiven are entries of appointments for that day and cancellations made on it.

    :returns: how many entries were forgiven now.
    :raises Refused: invalid (no reason).
    """
    why = legible(why)
    if not why:
        raise Refused("invalid", facts={"reason": _NEEDS_WHY})
    lock_faults()
    fault, new = FaultDay.objects.get_or_create(
        hall=hall, day=day, defaults={"why": why[:200], "made_by": str(by)[:60], "made_at": now}
    )
    of_hall = LedgerEntry.objects.filter(appointment__hall=hall, forgiven_at=None)
    ids = set(of_hall.filter(appointment__day=day).values_list("id", flat=True))
    ids |= set(of_hall.filter(kind="cancel", on=day).values_list("id", flat=True))
    missed = Appointment.objects.filter(state=rules.State.NO_SHOW, ledgerentry__in=ids, ledgerentry__kind="no_show")
    rows = list(missed.select_related("person").order_by("id"))
    done = forgive_all(LedgerEntry.objects.filter(id__in=ids), by=fault.made_by, why=fault.why, now=now)
    telling.tell_no_show_off(rows, hall=hall_facts(hall, now=now), why=fault.why, now=now)
    if new:
        facts = {"day": day.isoformat(), "why": why}
        audit.record(action="fault_day", subject=f"hall:{hall.code}", by=by, now=now, hall=hall.code, facts=facts)
    return done


def forgive_all(entries: QuerySet[LedgerEntry], *, by: str, why: str, now: datetime) -> int:
    """Forgive those of them that count, and count their parties anew.

    :returns: how many were forgiven now.
    """
    parties = sorted(set(entries.filter(forgiven_at=None).order_by("party", "scope").values_list("party", "scope")))
    _lock_credit(parties)
    done = entries.filter(forgiven_at=None).update(forgiven_at=now, forgiven_by=by, forgiven_why=why)
    recount(parties=parties, now=now)
    return done


@transaction.atomic
def appeal(
    *, text: str, by: Actor, now: datetime, suspension_id: int | None = None, entry_id: int | None = None
) -> Appeal:
    """Appeal (申诉) against one entry or one suspension, within the days the policy gives, once.

    :raises Refused: nothing-found, invalid (no text, not exactly one), wrong-state (forgiven, lifted, over or answered
        already), too-late; the open appeal is given again.
    """
    if not text.strip() or (suspension_id is None) == (entry_id is None):
        raise Refused("invalid", facts={"reason": _NEEDS_WHY})
    _lock_credit_of(suspension_id, entry_id)
    time = _appealable(suspension_id, entry_id)
    if suspension_id is not None:
        _need_bar(suspension_id, today=now.astimezone(time.zone).date())
    if now >= time.closes:
        raise Refused("too-late", facts={"closes": time.closes.astimezone(time.zone)})
    # Two browsers of one account may send it at once: the table lets one be open, and the other is given that one.
    about: dict[str, Any] = {"suspension_id": suspension_id, "entry_id": entry_id}
    if Appeal.objects.filter(**about).exclude(state="open").exists():
        raise Refused("wrong-state", facts={"state": _ANSWERED, "needs": _NEVER_APPEALED})
    row, fresh = Appeal.objects.get_or_create(**about, state="open", defaults={"text": text[:500], "made_at": now})
    if fresh:
        audit.record(action="appealed", subject=f"appeal:{row.pk}", by=by, now=now, hall=time.hall)
    return row


def _lock_credit_of(suspension_id: int | None, entry_id: int | None) -> None:
    """Of what an appeal is about: what is lifted or forgiven at this moment can no longer be appealed, or is so after it."""
    if suspension_id is not None:
        _lock_credit(Suspension.objects.filter(id=suspension_id).values_list("party", "scope"))
    if entry_id is not None:
        _lock_credit(LedgerEntry.objects.filter(id=entry_id).values_list("party", "scope"))


def _need_bar(suspension_id: int, *, today: date) -> None:
    """Of what bars nobody any more nothing can be lifted; each of its entries may still be appealed.

    :raises Refused: wrong-state.
    """
    row = Suspension.objects.get(id=suspension_id)
    if row.lifted_at is not None:
        raise Refused("wrong-state", facts={"state": _LIFTED, "needs": _BARS})
    if row.until_on < today:
        raise Refused("wrong-state", facts={"state": _ENDED, "needs": _BARS})


def _appealable(suspension_id: int | None, entry_id: int | None) -> AppealTime:
    """:raises Refused: nothing-found; wrong-state (forgiven)."""
    if entry_id is not None:
        entry = LedgerEntry.objects.select_related("appointment__hall").filter(id=entry_id).first()
        if entry is None:
            raise Refused("nothing-found", facts={"entry": entry_id})
        if entry.forgiven_at is not None:
            raise Refused("wrong-state", facts={"state": _FORGIVEN, "needs": _COUNTS})
        return appeal_time(entry=entry)
    suspension = Suspension.objects.filter(id=suspension_id or 0).first()
    if suspension is None:
        raise Refused("nothing-found", facts={"suspension": suspension_id})
    return appeal_time(suspension=suspension)


def _hall_of(*, entry: LedgerEntry | None = None, suspension: Suspension | None = None, by: Actor) -> str:
    """In whose trail a deed about credit stands: the hall of the last missed or cancelled visit behind it, whoever acts –
    who answers for a whole city is bound to no hall."""
    if suspension is not None:
        used = LedgerEntry.objects.select_related("appointment__hall").filter(used_by=suspension)
        entry = used.order_by("-on", "-id").first()
    if entry is not None:
        return entry.appointment.hall.code
    return by.hall or (hall_of_scope(suspension) if suspension is not None else "")


@transaction.atomic
def answer_appeal(*, appeal_id: int, upheld: bool, answer: str, by: Actor, now: datetime) -> Appeal:
    """Answer an appeal. Upheld: the entry is forgiven, or the suspension lifted.

    :raises Refused: nothing-found, invalid (no words), wrong-state (already answered).
    """
    answer = legible(answer, field="answer")
    if not answer:
        raise Refused("invalid", facts={"reason": _NEEDS_WHY})
    about = Appeal.objects.filter(id=appeal_id).values_list("suspension_id", "entry_id").first()
    if about is None:
        raise Refused("nothing-found", facts={"appeal": appeal_id})
    _lock_credit_of(*about)
    row = Appeal.objects.select_for_update().get(id=appeal_id)
    verb = "uphold" if upheld else "reject"
    if (no := rules.APPEAL.refusal(row.state, verb)) is not None:
        raise Refused(no)
    hall = _hall_of(entry=row.entry, suspension=row.suspension, by=by)  # before what is lifted lets its entries go
    row.state = rules.APPEAL.to(verb)
    row.answer, row.answered_at, row.answered_by = answer[:ANSWER_LONGEST], now, str(by)[:60]
    row.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    if upheld and row.entry_id is not None:
        forgive(entry_id=row.entry_id, why=answer, by=by, now=now)
    if upheld and row.suspension_id is not None:
        suspension = Suspension.objects.get(id=row.suspension_id)
        if suspension.lifted_at is None:
            lift(suspension_id=row.suspension_id, why=answer, by=by, now=now, tell=False)
    telling.tell_appeal(row, now=now)
    audit.record(action=row.state, subject=f"appeal:{row.pk}", by=by, now=now, hall=hall)
    return row
