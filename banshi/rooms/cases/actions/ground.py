"""What every step of a case stands on: the case locked, its rule asked again, one event in the chain, a paper, a message."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from banshi.foundation import clock
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Case, CaseEvent, CasePaper, PaperSeal, QuotaEntry, QuotaRound, SiteVisit
from banshi.rooms.cases.queries.agents import acting_in, agent_ref
from banshi.rooms.cases.queries.flow import stage_limit
from banshi.rooms.cases.queries.handling import handling_of_case, remedy_of_case
from banshi.rooms.cases.queries.leases import works_on
from banshi.rooms.cases.queries.minutes import minute_clock
from banshi.rooms.cases.queries.quota import limit_begins, need_round
from banshi.rooms.cases.rules import clocks, measures
from banshi.rooms.cases.rules.chain import FIRST, chained
from banshi.rooms.cases.rules.duties import LEASE, lease_refusal
from banshi.rooms.cases.rules.lifecycle import CASE, MORE, handed_from
from banshi.rooms.cases.rules.materials import AGAIN, Wanted, ways_said
from banshi.rooms.cases.rules.paper_facts import written
from banshi.rooms.cases.rules.paper_texts import Facts, Named
from banshi.rooms.cases.rules.papers import numbered
from banshi.rooms.cases.rules.quota import LIVE
from banshi.rooms.cases.rules.spans import span_words
from banshi.rooms.catalogue.models import Item
from banshi.rooms.catalogue.queries.retiring import need_not_retired, need_taken
from banshi.rooms.catalogue.rules.handling import PERMIT
from banshi.rooms.identity import queries as people
from banshi.rooms.identity.queries import Acting
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.models import Hall
from banshi.rooms.seals import queries as seals
from banshi.rooms.tickets.models import Ticket

log = structlog.get_logger("banshi.cases")
_OTHERS = ":client"  # of two that hear of one thing, the second
LETTERS_ZH = {"written": "书面委托书", "notarised": "公证委托书", "": "代办人登记的委托"}
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
FURTHEST = timezone(timedelta(hours=14))  # in the Pacific
NUMBERED_SQL = """
INSERT INTO cases_paper_counter (hall_id, year, last) VALUES (%s, %s, 1)
ON CONFLICT (hall_id, year) DO UPDATE SET last = cases_paper_counter.last + 1 RETURNING last
"""


def locked(case_no: str) -> Case:
    """The case, and everybody else who wants to do something with it waits until the transaction ends.

    :raises Refused: nothing-found.
    """
    rows = Case.objects.select_for_update(no_key=True, of=("self",))
    case = rows.select_related("hall", "item", "department", "locked_by").filter(no=case_no).first()
    if case is None:
        raise Refused("nothing-found", facts={"case": case_no})
    return case


def need(case: Case, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if no := CASE.refusal(case.phase, verb):
        raise Refused(no.slug, facts={"kind": "case", **no.facts})


def staff_of(by: Actor) -> int:
    """Who works here. :raises Refused: not-allowed – somebody else."""
    if by.kind is not ActorKind.STAFF or not by.id:
        raise Refused("not-allowed", facts={"permission": "cases.look"})
    return int(by.id)


def need_papers(lacking: Sequence[Wanted], *, same: Collection[str] = ()) -> None:
    """:param lacking: papers that have to be there and are not. :param same: codes of those that are there as they were when they
    were told to be wrong. :raises Refused: material-missing, with all of them at once."""
    if lacking:
        said = [{"zh": w.name_zh, "en": w.name_en} for w in lacking]
        facts: dict[str, Any] = {"materials": said, "codes": [w.code for w in lacking]}
        if there := [name for w, name in zip(lacking, said, strict=True) if w.code in same]:
            facts["same"] = there
            if left := [name for w, name in zip(lacking, said, strict=True) if w.code not in same]:
                facts["lacking"] = left
        raise Refused("material-missing", facts=facts)


def need_seen(left: Sequence[str], case: Case) -> None:
    """:param left: codes of papers that came and that nobody looked at. :raises Refused: not-looked-at."""
    if left:
        raise Refused("not-looked-at", facts={"materials": [{"zh": n[0], "en": n[1]} for n in names(left, case)]})


def need_handed(case: Case, verb: str) -> None:
    """Of what leaves the hall: `verb` is due, and there is something to hand over – a refusal, or a result that lies ready.

    :raises Refused: wrong-state.
    """
    need(case, verb)
    if case.phase != (needs := handed_from(granted=case.granted)):
        raise Refused("wrong-state", facts={"kind": "case", "state": case.phase, "needs": needs})


def need_paid(case: Case) -> None:
    """:raises Refused: fee-due – it is granted, and neither paid for nor let off."""
    if case.fee_due_on is not None:
        raise Refused("fee-due", facts={"day": case.fee_due_on.isoformat()})


def need_item(case: Case, *, now: datetime) -> None:
    """What was sent before its item is retired, or its season over, goes on; a draft is not sent any more.

    :raises Refused: item-retired, out-of-season, no-round-open.
    """
    if case.phase == "draft":
        need_begun(case.item, day=today_of(case, now), visit_id=case.visit_id)
        need_round(case, day=today_of(case, now))


def need_begun(item: Item, *, day: date, visit_id: int | None) -> None:
    """Somebody who came as booked begins it whatever its seasons say since.

    :raises Refused: item-retired, out-of-season.
    """
    booked = visit_id is not None and Ticket.objects.filter(visit_id=visit_id, appointment__item=item).exists()
    need = need_not_retired if booked else need_taken
    need(item, day=day)


def need_sealed(case: Case) -> None:
    """:raises Refused: what it is about waits for its seal – not-sealed-yet – or cannot even be set: paper-set-aside."""
    if not waits_for_seal(case):
        return
    aside = _outcome_seals(case).filter(paper__file=None, tries__gt=0).exists()
    raise Refused("paper-set-aside" if aside else "not-sealed-yet")


def waits_for_seal(case: Case) -> bool:
    """Whether its result is made, or it was refused, and that is not sealed yet. Where nobody signs any more, nothing waits."""
    return seals.is_sealed_here() and _outcome_seals(case).filter(sealed_at=None).exists()


def outcome_kind(case: Case) -> str:
    """Kind of the paper that is delivered: of a grant its result, else the refusal in writing."""
    return "refusal" if case.granted is False else "licence"


def _outcome_seals(case: Case) -> QuerySet[PaperSeal]:
    return PaperSeal.objects.filter(paper__case=case, paper__kind=outcome_kind(case))


def need_lease(case: Case, *, by: Actor, now: datetime) -> None:
    """Nobody else works on it – whoever may not any more does not count –; from now on it is `by`'s for a while.

    :raises Refused: locked, with who has it and until when.
    """
    staff, holder = staff_of(by), case.locked_by
    others = holder is not None and holder.pk != staff
    no = lease_refusal(
        staff=staff, held_by=case.locked_by_id, held_by_zh=holder.name_zh if holder else "",
        held_by_en=holder.name_en if holder else "", until=case.locked_until,
        may=not others or works_on(case, now=now), now=now,
    )  # fmt: skip
    if no is not None:
        raise Refused(no)
    case.locked_by_id, case.locked_until = staff, now + LEASE
    case.save(update_fields=["locked_by", "locked_until"])


def step(
    case: Case,
    verb: str,
    *,
    by: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
    why: str = "",
    to_refuse: bool = False,
    **columns: Any,
) -> CaseEvent:
    """Take one step: ask the table of phases, write the case and its event. The case is locked.

    :param facts: codes, dates and counts for the event; nothing personal. :param why: in somebody's own words, sealed.
    :param to_refuse: it is turned away in the same moment, also where its item is not handled any more. :param columns: what
        else changes in the case.
    :raises Refused: wrong-state, item-retired, out-of-season.
    """
    need(case, verb)
    before, to = case.phase, CASE.steps[verb].to
    if to is not None:
        if to not in CASE.ends and not to_refuse:
            need_item(case, now=now)
        columns["phase"] = to
        # Whoever worked on it has done their part.
        columns |= {"locked_by_id": None, "locked_until": None, "urged_on": None}
        if case.brought_on is not None and to not in MORE:
            columns["brought_on"] = None
        if case.to_post_on is not None:
            columns["to_post_on"] = None
    for name, value in columns.items():
        setattr(case, name, value)
    if columns:
        case.save(update_fields=[name.removesuffix("_id") for name in columns])
    event = write_event(case, verb, before=before, by=by, now=now, facts=dict(facts or {}), why=why)
    if before == "in_review" and case.phase != before:
        _nobody_comes(case, event=event, now=now)
    keep_stage(case)
    if case.outcome not in ("", "granted") and handling_of_case(case).quota is not None:
        _leave_round(case, now=now)
    return event


def put_down(case: Case, **columns: Any) -> None:
    """Columns of their own, in which nothing of its story changes. The case is locked."""
    for name, value in columns.items():
        setattr(case, name, value)
    case.save(update_fields=list(columns))


def _leave_round(case: Case, *, now: datetime) -> None:
    """What is refused, taken back or ended lets its place go to the next. The case is locked, its round after it."""
    entry = QuotaEntry.objects.filter(case=case, state__in=LIVE).first()
    if entry is not None:
        QuotaRound.objects.select_for_update(no_key=True).get(pk=entry.round_id)
        QuotaEntry.objects.filter(pk=entry.pk).update(state="out", settled_at=now)


def _nobody_comes(case: Case, *, event: CaseEvent, now: datetime) -> None:
    """A visit that was planned is off with the review: decided, handed on or back, ended. Whoever waits at home is told, unless
    it was they who took it back."""
    for row in SiteVisit.objects.filter(case=case, state="planned").order_by("id"):
        row.state, row.ended_at = "cancelled", now
        row.save(update_fields=["state", "ended_at"])
        row.case = case
        if case.phase != "withdrawn":
            tell_off(row, event=event, now=now)


def tell_off(row: SiteVisit, *, event: CaseEvent, now: datetime, **more: Any) -> None:
    """That nobody comes. :param more: `reason`, where somebody gave one."""
    tell(row.case, "case_visit_off", event=event, now=now, anew=f":{row.pk}", **span_of(row), **more)


def span_of(row: SiteVisit) -> dict[str, Any]:
    """When a visit is, for messages."""
    zone = ZoneInfo(row.case.hall.timezone)
    starts, ends = (datetime.combine(row.day, clock, zone) for clock in (row.from_at, row.until_at))
    return {"starts_at": starts.isoformat(), "ends_at": ends.isoformat()}


def keep_stage(case: Case) -> bool:
    """Where it stands in its flow after a step, for lists that show a light: what a step rests on is written before it.

    :returns: whether that is another stage, or another day.
    """
    stage, due_on = stage_limit(case)
    moved = (stage, due_on) != (case.stage, case.stage_due_on)
    if moved:
        case.stage, case.stage_due_on = stage, due_on
        case.save(update_fields=["stage", "stage_due_on"])
    return moved


def write_event(
    case: Case, verb: str, *, before: str, by: Actor, now: datetime, facts: dict[str, Any], why: str
) -> CaseEvent:
    """The next event in the chain of a case that is locked, or new."""
    last = CaseEvent.objects.filter(case=case).order_by("-seq").first()
    seq, earlier = (last.seq + 1, last.hash) if last else (1, FIRST)
    plain = json.loads(json.dumps(facts, default=_plain))
    digest = chained(
        earlier, case_no=case.no, seq=seq, verb=verb, actor=str(by), at=now, before=before, after=case.phase,
        facts=plain, why=why,
    )  # fmt: skip
    return CaseEvent.objects.create(
        case=case, seq=seq, verb=verb, actor=str(by), at=now, before=before, after=case.phase, facts=plain, why=why,
        earlier_hash=earlier, hash=digest,
    )  # fmt: skip


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def today_of(case: Case, now: datetime) -> date:
    """The hall's day."""
    return today_in(case.hall, now)


def today_in(hall: Hall, now: datetime) -> date:
    return now.astimezone(ZoneInfo(hall.timezone)).date()


def last_day(now: datetime) -> date:
    """The latest day that it is anywhere: no hall is further."""
    return now.astimezone(FURTHEST).date()


def give(case: Case, kind: str, *, event: CaseEvent, now: datetime, **more: Any) -> CasePaper:
    """A numbered paper (文书) for a step: what it says is kept; its PDF is made when it is first looked at, or by the worker,
    which seals it, too, where somebody signs here.

    :param more: what it says beyond the case itself, by the names of `paper_texts.Facts`.
    """
    year = today_of(case, now).year
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED_SQL, [case.hall_id, year])
        serial = int(cursor.fetchone()[0])
    made = CasePaper.objects.create(
        case=case, kind=kind, serial=serial, number=f"{case.hall.code}-{year}-{serial:06d}",
        printed=numbered(kind, year=year, no=serial, before=case.hall.name_zh),
        facts=written(replace(_said_of(case, now), **more)), event=event, made_at=now,
        code="".join(secrets.choice(_ALPHABET) for _ in range(16)),
    )  # fmt: skip
    if seals.is_sealed_here():
        PaperSeal.objects.create(paper=made, wanted_at=now, next_at=clock.wall())
    return made


def _said_of(case: Case, now: datetime) -> Facts:
    """What every paper may say of a case."""
    handling = handling_of_case(case)
    permit = case.item_type == PERMIT
    agent = acting_in(case, today=today_of(case, now))
    remedy = remedy_of_case(case, now=now)
    return Facts(
        applicant=case.applicant, item=case.item_then.name_zh, case_no=case.no, on=today_of(case, now), hall=case.hall.name_zh,
        department=case.department.name_zh, organisation=case.organisation_id is not None, permit=permit,
        phone=case.hall.phone, received_on=_day(case, case.received_at or case.submitted_at),
        applied_on=_day(case, case.submitted_at or case.received_at),
        accepted_on=_day(case, case.accepted_at), due_promised=case.due_promised, due_statutory=case.due_statutory,
        promised=span_words(handling.limits.promised), statutory=span_words(handling.limits.statutory),
        guardian=people.guardian_name(case.guardian_id, today=today_of(case, now)),
        agent=str(case.agent) if agent is not None else "", mandate=_mandate_said(agent),
        draw_on=limit_begins(case) if handling.quota is not None else None,
        provisional=case.provisional, law_provisional=case.statutory_provisional,
        result=handling.result.name_zh, result_en=handling.result.name_en,
        place=case.hall.address_zh, reconsider_at=remedy.reconsider_zh, court=remedy.court_zh,
    )  # fmt: skip


def _mandate_said(agent: Acting | None) -> str:
    """By which letter somebody acts, in the words of a paper."""
    return f"{LETTERS_ZH[agent.kind]} {agent.number}".strip() if agent is not None else ""


def _day(case: Case, moment: datetime | None) -> date | None:
    return moment.astimezone(ZoneInfo(case.hall.timezone)).date() if moment else None


def papers_listed(case: Case, *, since: datetime | None = None, channel: str = "") -> tuple[Named, ...]:
    """What has come, each paper once, as a receipt lists it. :param since, channel: only what came after it, by it."""
    rows = case.materials.filter(gone_at=None).order_by("id")
    if channel:
        rows = rows.filter(channel=channel)
    if since is not None:
        rows = rows.filter(at__gt=since)
    came: dict[str, list[tuple[str, int]]] = {}
    for code, channel, copies, origin in rows.values_list("code", "channel", "copies", "origin_id"):
        came.setdefault(code, []).append((channel if origin is None else AGAIN, copies))
    return tuple(Named(name[0], ways_said(each)) for name, each in zip(names(came, case), came.values(), strict=True))


def tell(
    case: Case,
    key: str,
    *,
    event: CaseEvent,
    now: datetime,
    secret: Mapping[str, Any] | None = None,
    anew: str = "",
    **params: Any,
) -> None:
    """A message to whoever applied, and to their agent, about this step; once.

    :param secret: what opens something, sealed until it is sent. :param anew: what makes it another message.
    """
    tell_of(case, key, mark=f"{event.seq}{anew}", now=now, secret=secret, **params)


# Messages whose link is there to take or read something online.
TAKEN_ONLINE = frozenset({"case_ready", "case_ready_remind", "case_in_cabinet", "case_refused"})


def _only_left(case: Case, phone: str) -> bool:
    """Whether the telephone was left at a window, and nothing proves that it is the applicant's: their page opens by no such."""
    if case.account_id or case.organisation_id or case.guardian_id or agent_ref(case) is not None:
        return False
    return people.phone_of(person_id=case.person_id) != phone


def tell_of(
    case: Case,
    key: str,
    *,
    mark: str,
    now: datetime,
    secret: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    **params: Any,
) -> None:
    """The same, about something that is no step. :param mark: which one: of each it is told once. :param due_at: None: now."""
    for place, (phone, opens) in enumerate(told_at(case, now=now)):
        leads = (opens or not secret) and not (key in TAKEN_ONLINE and _only_left(case, phone))
        messaging.write(
            key=key, to_phone=phone, hall=case.hall, subject=f"case:{case.no}",
            params=_params(case, params if leads else {**params, "link": ""}),
            dedupe=f"case:{case.no}:{key}:{mark}{_OTHERS * place}", language=case.language, now=now,
            secret=secret if opens else None, due_at=due_at,
        )  # fmt: skip


def tell_all(told: Iterable[tuple[Case, int, Mapping[str, Any]]], key: str, *, now: datetime) -> None:
    """The same to many, in one statement: each with the place of the event it is about, and its own params."""
    messaging.write_rows(
        messaging.row(
            key=key, phone=phone, hall=case.hall.code, subject=f"case:{case.no}", params=_params(case, params),
            due_at=now, dedupe=f"case:{case.no}:{key}:{seq}{_OTHERS * place}", language=case.language, now=now,
        )
        for case, seq, params in told
        for place, (phone, _opens) in enumerate(told_at(case, now=now))
    )  # fmt: skip


def _params(case: Case, more: Mapping[str, Any]) -> dict[str, Any]:
    item = case.item_then
    return {"item_zh": item.name_zh, "item_en": item.name_en, "case": case.no, "link": f"/cases/{case.no}/", **more}


def decided_by(case: Case) -> dict[str, Any]:
    """What a message says of the day by which a case is decided: `day`, and where it may still move `year`, whose holidays are
    not published yet."""
    day = case.due_promised
    if day is None:
        return {"day": ""}
    return {"day": day.isoformat(), **({"year": str(day.year)} if case.provisional else {})}


def drawn_on(case: Case) -> dict[str, Any]:
    """What a message says of the draw from which the days of a case run; of what is not drawn by lot nothing."""
    day = limit_begins(case)
    return {"draw": day.isoformat()} if day is not None else {}


def of_whole(case: Case) -> dict[str, Any]:
    """What makes the same news of the cases of a bundle one message, which leads to the whole; of a case alone nothing."""
    return {} if case.bundle is None else {"visit": case.bundle.no, "link": f"/bundles/{case.bundle.no}/"}


def told_at(case: Case, *, now: datetime) -> list[tuple[str, bool]]:
    """Telephones that hear of a case, each with whether what opens its result may go there: its own, unless that is of a
    guardian or agent who is none any more; beside an agent's the client's, where one is proven. Of an organisation whose member
    acts for it no more, nothing opens there, and its legal representatives hear of it, too.
    """
    own = people.phone_of(person_id=case.person_id) if case.guardian_id or agent_ref(case) else None
    if case.guardian_id is not None and not people.guardian_stands(
        case.guardian_id, child_id=case.person_id, today=today_of(case, now)
    ):
        return [(own, True)] if own else []
    contact = [(str(case.contact), True)] if case.contact else []
    if case.organisation_id is not None:
        return _told_of(case.organisation_id, case, contact, today=today_of(case, now))
    if agent_ref(case) is None:
        return contact
    agent = acting_in(case, today=today_of(case, now))
    theirs = [(phone, agent.fetches) for phone, _opens in contact if agent is not None and phone != own]
    return theirs + ([(own, True)] if own else [])


def _told_of(firm: int, case: Case, contact: list[tuple[str, bool]], *, today: date) -> list[tuple[str, bool]]:
    if people.standing_in(firm, case.person_id, today=today) is not None:
        return contact
    heads = [(phone, True) for phone in people.heads_phones(firm, today=today)]
    return [(phone, False) for phone, _opens in contact if (phone, True) not in heads] + heads


def told_at_ends(case: Case, last4: str, *, now: datetime) -> bool:
    """Whether one of its telephones ends so; compared in a time that tells nothing of it."""
    ends = [secrets.compare_digest(phone[-4:].encode(), last4.encode()) for phone, _opens in told_at(case, now=now)]
    return len(last4) == 4 and any(ends)


def stops_of(case: Case) -> list[clocks.Stop]:
    """The days on which the clock of a case stood."""
    zone = ZoneInfo(case.hall.timezone)
    return [
        clocks.Stop(since.astimezone(zone).date(), until.astimezone(zone).date() if until else None)
        for since, until in case.stops.order_by("started_at", "id").values_list("started_at", "ended_at")
    ]


@contextmanager
def alone(case_no: str, *, what: str) -> Iterator[None]:
    """One case of many that a job looks at, in a transaction of its own: what breaks here is told, and tried again with the next
    run; it keeps no other case from its turn. :param what: the job, for the log.
    """
    try:
        with transaction.atomic():
            yield
    except (InterfaceError, OperationalError):  # of none: the database is away
        raise
    except Exception:
        log.exception("a case could not be looked at", case=case_no, job=what)


def need_running(case: Case) -> None:
    """:raises Refused: clock-stopped."""
    if case.stopped_at is not None:
        raise Refused("clock-stopped", facts={"since": case.stopped_at.isoformat()})


def dues(case: Case, *, longer: int = 0, now: datetime) -> dict[str, Any]:
    """Columns of the promised and the statutory day – and of the moment, where the promise is in hours –, worked out anew from
    the acceptance, the stops and the extension.

    :param longer: working days of an extension that is not given yet.
    """
    if case.accepted_at is None:
        return {}
    limits, calendar = handling_of_case(case).limits, work_calendar()
    zone, today = ZoneInfo(case.hall.timezone), today_of(case, now)
    stops, begun = stops_of(case), limit_begins(case) or case.accepted_at.astimezone(zone).date()
    extra = getattr(case, "extension", None)
    more = extra.days if extra is not None else longer
    found: dict[str, Any] = {"due_at": None}
    for name, moves, limit in (
        ("due_promised", "provisional", limits.promised), ("due_statutory", "statutory_provisional", limits.statutory),
    ):  # fmt: skip
        first, days, unit = begun, limit.value, limit.unit
        if unit in clocks.IN_MINUTES:
            last = minute_clock(case, limit, begun=case.accepted_at, now=now).at
            first, days, unit = last.astimezone(zone).date(), 0, "working_day"
            if name == "due_promised" and not more:  # what it was made longer by is days
                found["due_at"] = last
        due = clocks.due(first, days=days, unit=unit, longer=more, stops=stops, calendar=calendar, today=today)
        found[name] = due.on if limit.value else None
        found[moves] = due.provisional and bool(limit.value)
    if found["due_promised"] is None:  # where only the law sets a day, that is the one to go by
        found |= {"due_promised": found["due_statutory"], "provisional": found["statutory_provisional"]}
    return found


def saved(case: Case, *, now: datetime) -> int | None:
    """Working days that a decision now leaves of the statutory limit."""
    if case.accepted_at is None:
        return None
    limit = handling_of_case(case).limits.statutory
    return measures.days_saved(
        begun=limit_begins(case) or case.accepted_at.astimezone(ZoneInfo(case.hall.timezone)).date(),
        decided=today_of(case, now),
        limit=limit.value, unit=limit.unit, stops=stops_of(case), calendar=work_calendar(),
    )  # fmt: skip


def trips_of(case: Case) -> int:
    """The days on which somebody came for it so far."""
    zone = ZoneInfo(case.hall.timezone)
    story = [
        measures.Happened(verb, at.astimezone(zone).date(), before, actor.startswith(f"{ActorKind.STAFF}:"), facts)
        for verb, at, before, actor, facts in case.events.order_by("seq").values_list(
            "verb", "at", "before", "actor", "facts"
        )
    ]
    return measures.trips(story, visited=case.visit.day if case.visit else None)


def until(column: str, days: int, *, begun: date) -> dict[str, Any]:
    """Columns of a limit in working days that began on `begun`: its last day, whether a calendar not published yet may move
    it, and that it is told."""
    due = clocks.due(begun, days=days, calendar=work_calendar(), today=begun)
    return {column: due.on, "provisional": due.provisional, "due_told": due.on}


def telling_began(case: Case) -> datetime:
    """When the days began in which what is missing is told: with the receipt, or on the day from which what came by cabinet,
    by courier or wholly online counts; after a supplement with the supplement. The case was received."""
    last = case.events.filter(verb__in=("receive", "supplement")).order_by("-seq")[0]
    zone = ZoneInfo(case.hall.timezone)
    local = last.at.astimezone(zone)
    if last.verb == "receive" and case.counts_from is not None and case.counts_from < local.date():
        return datetime.combine(case.counts_from, local.timetz())
    if last.verb == "supplement" and (day := last.facts.get("counts_from")):  # it lay here before somebody took it in
        return datetime.combine(date.fromisoformat(day), local.timetz())
    return last.at


def notice_day(case: Case, *, begun: date) -> dict[str, Any]:
    """Columns of T1: until when what is missing is told (行政许可法 32 条)."""
    return until("notice_due_on", handling_of_case(case).limits.notice_days, begun=begun)


def untold_in_time(case: Case, *, now: datetime) -> bool:
    """逾期不告知: the day by which something had to be said is over, and a permit counts as accepted since its papers – or
    those of its supplement – came (行政许可法 32 条). No other item does: its red light is for whoever supervises."""
    over = case.notice_due_on is not None and case.notice_due_on < today_of(case, now)
    return over and case.item_type == PERMIT


def need_untold_in_time(case: Case, *, now: datetime) -> None:
    """Something may still be asked for, or refused. :raises Refused: too-late – it counts as accepted, and the worker writes so
    in a moment."""
    if untold_in_time(case, now=now):
        raise Refused("too-late", facts={"closes": case.notice_due_on})


def tell_came(case: Case, key: str, *, event: CaseEvent, due: date, now: datetime, **more: Any) -> None:
    """It came, and by `due` is heard whether it is accepted. No day that is over is named; and of a permit whose day is over it
    is told in a moment that it counts as accepted, and nothing before."""
    if untold_in_time(case, now=now):
        return
    tell(case, key, event=event, now=now, **day_ahead(case, due, now=now), **more)


def day_ahead(case: Case, day: date | None, *, now: datetime) -> dict[str, Any]:
    """A day for a message; one that is over is not named."""
    return {"day": day.isoformat()} if day is not None and day >= today_of(case, now) else {}


def names(codes: Collection[str], case: Case) -> list[list[str]]:
    """Papers by name, Chinese and English, for messages."""
    by_code = {paper.code: paper for paper in handling_of_case(case).materials}
    return [[by_code[code].name_zh, by_code[code].name_en] if code in by_code else [code, code] for code in codes]


def called(told: Iterable[tuple[str, str]], case: Case) -> list[list[str]]:
    """The same of papers and fields of the form. :param told: code and kind (material | field)."""
    labels = {each.code: [each.label_zh, each.label_en] for each in handling_of_case(case).fields}
    return [labels.get(code, [code, code]) if kind == "field" else names([code], case)[0] for code, kind in told]


def invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})
