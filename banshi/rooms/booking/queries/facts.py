"""Facts that the rules need, read set-based: one statement for everybody who asks at the same moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from banshi.foundation import prepared
from banshi.kernel.lists import BETWEEN_PAPERS
from banshi.kernel.ownership import tells_the_person
from banshi.kernel.policy import HallPolicy
from banshi.kernel.refusals import Refusal
from banshi.kernel.working_days import WorkCalendar
from banshi.rooms.booking import rules
from banshi.rooms.booking.models import LIVE, Appointment, Slot
from banshi.rooms.booking.rules import AgentFacts, Barred, ItemFacts, PersonFacts, SlotFacts
from banshi.rooms.calendars.queries import closures, recent_calendar, work_calendar, zones_by_category
from banshi.rooms.catalogue.models import HallItem, MaterialRequirement
from banshi.rooms.catalogue.queries.retiring import retired_of
from banshi.rooms.catalogue.queries.seasons import seasons_of
from banshi.rooms.catalogue.rules.retiring import Retired, retired
from banshi.rooms.catalogue.rules.seasons import seasons
from banshi.rooms.places.models import Hall, Region
from banshi.rooms.places.queries import parsed_policy, policy_of
from banshi.rooms.places.statements import policy_in_force


@dataclass(frozen=True, slots=True)
class HallFacts:
    """What booking needs of a hall. `region`: that of its city (its own where it is in none). `scope`: in which credit
    counts together: the hall's code or the region's."""

    id: int
    code: str
    name_zh: str
    name_en: str
    zone: ZoneInfo
    region: str
    policy: HallPolicy

    @property
    def scope(self) -> str:
        return self.region if self.policy.booking.credit.scope == "region" else self.code


@dataclass(frozen=True, slots=True)
class ItemWords:
    """An item as messages name it, and what to bring."""

    id: int
    category_id: int
    name_zh: str
    name_en: str
    bring_zh: str
    bring_en: str
    facts: ItemFacts


@dataclass(frozen=True, slots=True)
class AskedFacts:
    """Everything about one request to book. `item` is None where the hall has not got it, `slot` where it is gone."""

    hall: HallFacts | None
    slot: SlotFacts | None
    item: ItemWords | None
    person: PersonFacts
    person_known: bool
    opens: datetime | None
    evidence: int = 0  # of the person: what was brought, or what the account is proven by
    limit_key: str = ""  # whose bookings this one counts together with
    party: str = ""  # on whom credit falls
    phone: str | None = None  # the account's telephone, else the person's own proven one; as stored at `phone_place`
    phone_place: str = ""
    phone_index: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """One request: what, for whom, and who asks. `holder`: `rules.holder_of`; `evidence`: of the person, brought along."""

    slot_id: int
    item_code: str
    person_id: int
    holder: str
    evidence: int = 0
    account_id: int | None = None
    visit: str = ""  # visit_group it joins
    but: str = ""  # code of an appointment that does not count: the one that is moved
    hold: int | None = None  # the kept place that is used, which does not count either
    document: str = ""  # index of the document of whoever has no `person_id` yet: enrolled in the same transaction

    @classmethod
    def to_move(cls, row: Appointment, slot_id: int) -> Asking:
        """What a move of this appointment (with its item) to a period asks."""
        return cls(
            slot_id, row.item.code, row.person_id, row.holder, row.evidence, row.account_id, row.visit_group, row.code
        )


_DEFAULTS = HallPolicy()


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def hall_facts(hall: Hall, *, now: datetime) -> HallFacts:
    """A hall with the policy in force."""
    policy = policy_of(hall.pk, now=now)
    region = city_of(hall.region_id) if policy.booking.credit.scope == "region" else hall.region_id
    return HallFacts(hall.pk, hall.code, hall.name_zh, hall.name_en, zone_of(hall.timezone), region, policy)


def city_of(region: str) -> str:
    """The city that a region lies in; the region itself where it is in none. Halls of one city share their credit."""
    path = Region.objects.values_list("path", flat=True).get(code=region)
    within = [code for code in path.split("/") if code]
    return Region.objects.filter(code__in=within, level="city").values_list("code", flat=True).first() or region


def slot_facts(slot: Slot, zone: ZoneInfo) -> SlotFacts:
    return SlotFacts(
        id=slot.pk,
        business=slot.business,
        day=slot.day,
        half=slot.half,
        starts_at=slot.starts_at.astimezone(zone),
        ends_at=slot.ends_at.astimezone(zone),
        quota=slot.quota,
        taken=slot.taken,
        internal_quota=slot.internal_quota,
        internal_taken=slot.internal_taken,
        closed=slot.closed,
        cut_off_at=slot.cut_off_at.astimezone(zone) if slot.cut_off_at else None,
        extended_only=slot.extended_only,
        items=None if slot.items is None else frozenset(slot.items),
        channels=None if slot.channels is None else frozenset(slot.channels),
        carried=slot.carried,
    )


def closed_under_way(hall: HallFacts, item: ItemFacts | None, slot: SlotFacts, *, now: datetime) -> Refusal | None:
    """Why what is left of a period under way is not served, or None. Periods to come are closed with their hours; one
    that runs keeps its row, and only staff still give its places."""
    if slot.starts_at > now or item is None:
        return None
    zone, category = zones_by_category(hall.id).get(item.category), item.category
    for closure in closures(Hall.objects.get(id=hall.id), slot.day, slot.day):
        if closure.takes(now, slot.ends_at, zone=zone, category=category, item=item.code):
            reason = {"zh": closure.reason.zh, "en": closure.reason.en}
            return Refusal("closed", {"reason": reason, "until": closure.ends_at}, closure.ends_at)
    return None


class Opens:
    """When days open, worked out once per hall and day of a batch.

    :param settled: believe the national calendar that this process read within the last second.
    """

    def __init__(self, now: datetime, *, settled: bool = False) -> None:
        self._now = now
        self._settled = settled
        self._read: WorkCalendar | None = None
        self._known: dict[tuple[int, date, str], datetime | None] = {}

    def at(self, hall: HallFacts, day: date, business: str) -> datetime | None:
        place = rules.place_of(business)
        key = (hall.id, day, place)
        if key not in self._known:
            local = self._now.astimezone(hall.zone)
            self._known[key] = rules.opens_at(rules.rules_at(hall.policy, place), day, self.calendar, local)
        return self._known[key]

    @property
    def calendar(self) -> WorkCalendar:
        if self._read is None:
            self._read = recent_calendar() if self._settled else work_calendar()
        return self._read


# One row per request. Slots and items of a rush are few and people many: the few come once, as JSON in the first row.
FACTS_SQL = f"""
WITH given AS MATERIALIZED (
  SELECT a.slot_id, a.item_code, a.holder, a.evidence, a.account_id, a.visit, a.but, a.hold, a.ord,
    -- A further document of somebody leads to the entry that stands.
    CASE WHEN a.document = '' THEN a.person_id
      ELSE (SELECT COALESCE(d.same_as_id, d.id) FROM identity_person d WHERE d.number_index = a.document) END AS person_id
  FROM unnest(%(slots)s::bigint[], %(items)s::text[], %(people)s::bigint[], %(holders)s::text[], %(evidence)s::int[],
    %(accounts)s::bigint[], %(visits)s::text[], %(but)s::text[], %(holds)s::bigint[], %(documents)s::text[])
    WITH ORDINALITY AS a(slot_id, item_code, person_id, holder, evidence, account_id, visit, but, hold, document, ord)
), asked AS (
  -- A declared booking counts together with those of its holder alone; one with evidence with the person's, and so does
  -- what an agent books by a mandate, and what passed to its client after one. Credit (party) stays with who books.
  SELECT a.slot_id, a.item_code, a.person_id, a.ord,
    a.holder, GREATEST(a.evidence, CASE WHEN c.person_id = a.person_id THEN c.person_evidence ELSE 0 END) AS evidence,
    CASE WHEN a.evidence > 0 OR c.person_id = a.person_id OR m.id IS NOT NULL OR a.holder = %(passed_on)s THEN ''
      ELSE a.holder END AS limit_key,
    CASE WHEN a.evidence > 0 OR c.person_id = a.person_id THEN 'person:' || a.person_id
      WHEN starts_with(a.holder, 'account:') THEN a.holder ELSE a.holder || '/' || a.person_id END AS party,
    a.account_id, a.visit, a.but, a.hold, c.phone AS account_phone, c.phone_index AS account_phone_index,
    -- An agent's own person is its own: what it books as agent and as a person is counted apart.
    CASE WHEN g.id IS NOT NULL THEN c.person_id END AS own,
    CASE WHEN c.person_id IS DISTINCT FROM a.person_id THEN g.live_most END AS live_most,
    CASE WHEN c.person_id IS DISTINCT FROM a.person_id THEN g.day_most END AS day_most,
    COALESCE(m.items = '[]'::jsonb OR m.items ? a.item_code, false) AS mandated, m.valid_until
  FROM given a
  LEFT JOIN identity_account c ON c.id = a.account_id
  LEFT JOIN identity_agent g ON g.account_id = a.account_id AND g.suspended_at IS NULL
  -- Two entries joined meanwhile: the mandate stands under the one that stays.
  LEFT JOIN identity_mandate m ON m.agent_id = g.id AND m.ended_at IS NULL AND m.given_at IS NOT NULL
    AND m.person_id = COALESCE((SELECT same_as_id FROM identity_person WHERE id = a.person_id), a.person_id)
    AND m.valid_until >= %(today)s AND c.person_id IS DISTINCT FROM a.person_id
), slot AS MATERIALIZED (
  SELECT s.id, s.hall_id, s.business, s.day, s.half, s.starts_at, s.ends_at, s.quota, s.taken, s.carried, s.internal_quota,
    s.internal_taken, s.closed, s.cut_off_at, s.extended_only, s.items, s.channels,
    h.code AS hall_code, h.name_zh, h.name_en, h.timezone,
    COALESCE((SELECT c.code FROM places_region r JOIN places_region c ON c.level = 'city' AND starts_with(r.path, c.path)
     WHERE r.code = h.region_id LIMIT 1), h.region_id) AS region_id,
    ({policy_in_force("h.id", column="id")}) AS policy_id
  FROM booking_slot s JOIN places_hall h ON h.id = s.hall_id WHERE s.id = ANY(%(some_slots)s)
), item AS MATERIALIZED (
  SELECT i.id, i.code, i.name_zh, i.name_en, i.exempt_half_day, hi.hall_id, hi.category_id, hi.bookable, hi.extended,
    hi.periods, hi.most_persons, i.handling -> 'seasons' AS seasons,
    i.retired_on, n.code AS next_code, n.name_zh AS next_zh, n.name_en AS next_en,
    c.code AS category_code, bring.zh AS bring_zh, bring.en AS bring_en
  FROM catalogue_item i
  JOIN catalogue_hall_item hi ON hi.item_id = i.id AND hi.hall_id IN (SELECT hall_id FROM slot)
  JOIN places_category c ON c.id = hi.category_id
  LEFT JOIN catalogue_item n ON n.id = i.successor_id
  CROSS JOIN LATERAL (
    SELECT string_agg(m.name_zh, '；' ORDER BY r."order", r.id) AS zh,
           string_agg(m.name_en, '; ' ORDER BY r."order", r.id) AS en
    FROM catalogue_material_requirement r JOIN catalogue_material m ON m.id = r.material_id
    WHERE r.item_id = i.id AND r.necessity <> 'optional'
  ) bring
  WHERE i.code = ANY(%(some_items)s)
)
SELECT a.slot_id, s.hall_id, a.item_code, i.id IS NOT NULL, p.id, a.evidence, a.limit_key, a.party,
  COALESCE(a.account_phone, p.phone), a.account_phone IS NOT NULL, COALESCE(a.account_phone_index, p.phone_index),
  a.holder, mine.holder, mine.code, mine.starts_at, mine.live, mine.same_time, mine.same_time_at,
  account.live, account.in_period, barred.rows,
  account.in_day, a.live_most, a.day_most, a.mandated, a.valid_until, mine.anywhere,
  CASE WHEN a.ord = 1 THEN (SELECT jsonb_agg(to_jsonb(slot)) FROM slot) END,
  CASE WHEN a.ord = 1 THEN (SELECT jsonb_agg(to_jsonb(item)) FROM item) END
FROM asked a
LEFT JOIN slot s ON s.id = a.slot_id
LEFT JOIN item i ON i.code = a.item_code AND i.hall_id = s.hall_id
LEFT JOIN identity_person p ON p.id = a.person_id
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE x.hall_id = s.hall_id AND x.ends_at > %(now)s) AS live, count(*) AS anywhere,
    -- Of one holder: that holder; of several: nobody's.
    CASE WHEN min(x.holder) = max(x.holder) THEN min(x.holder) ELSE '' END AS holder,
    min(x.code) FILTER (WHERE x.hall_id = s.hall_id AND x.business = s.business AND x.day = s.day AND x.half = s.half
      AND NOT x.exempt) AS code,
    min(x.starts_at) FILTER (WHERE x.hall_id = s.hall_id AND x.business = s.business AND x.day = s.day
      AND x.half = s.half AND NOT x.exempt) AS starts_at,
    min(x.code) FILTER (WHERE x.starts_at < s.ends_at AND x.ends_at > s.starts_at
      AND (a.visit = '' OR x.visit_group <> a.visit)) AS same_time,
    min(x.starts_at) FILTER (WHERE x.starts_at < s.ends_at AND x.ends_at > s.starts_at
      AND (a.visit = '' OR x.visit_group <> a.visit)) AS same_time_at
  FROM (
    -- OFFSET 0 keeps the planner on the person's index: on a young table it would read the hall's whole future.
    SELECT * FROM booking_appointment WHERE person_id = a.person_id AND day >= %(yesterday)s OFFSET 0
  ) x
  WHERE x.state = ANY(%(live)s) AND x.let_go_at IS NULL AND x.limit_key = a.limit_key AND x.code <> a.but
) mine ON true
LEFT JOIN LATERAL (
  -- Persons, not matters: one visit of three matters is one, four who come together are four. A place kept for a form counts
  -- beside what is booked; alone it keeps nobody away, for it may have been left.
  SELECT CASE WHEN count(v.live) FILTER (WHERE v.visit <> 'kept') > 0 THEN sum(v.live) END AS live,
    CASE WHEN count(v.in_period) FILTER (WHERE v.visit <> 'kept') > 0 THEN sum(v.in_period) END AS in_period,
    CASE WHEN count(v.in_day) FILTER (WHERE v.visit <> 'kept') > 0 THEN sum(v.in_day) END AS in_day
  FROM (
    SELECT y.visit, max(y.persons) AS live, max(y.persons) FILTER (
        WHERE y.hall_id = s.hall_id AND y.starts_at < s.ends_at AND y.ends_at > s.starts_at) AS in_period,
      max(y.persons) FILTER (WHERE y.hall_id = s.hall_id AND y.day = s.day) AS in_day
    FROM (
      (SELECT hall_id, day, starts_at, ends_at, COALESCE(NULLIF(visit_group, ''), code) AS visit, persons
      FROM booking_appointment
      WHERE account_id = a.account_id AND state = ANY(%(live)s) AND let_go_at IS NULL AND ends_at > %(now)s
        AND code <> a.but AND (a.own IS NULL OR (person_id = a.own) = (a.person_id = a.own)) OFFSET 0)
      UNION ALL
      SELECT t.hall_id, t.day, t.starts_at, t.ends_at, 'kept', 1 FROM booking_hold k JOIN booking_slot t ON t.id = k.slot_id
      WHERE k.account_id = a.account_id AND k.kind = 'form' AND k.ended_at IS NULL AND k.expires_at > %(now)s
        AND k.id IS DISTINCT FROM a.hold
    ) y WHERE y.visit <> a.visit GROUP BY y.visit
  ) v
) account ON a.account_id IS NOT NULL
LEFT JOIN LATERAL (
  SELECT jsonb_agg(jsonb_build_array(z.scope, z.reason, z.from_on, z.until_on)) AS rows FROM booking_suspension z
  WHERE z.party = a.party AND z.lifted_at IS NULL AND z.until_on >= %(yesterday)s
    AND z.scope IN (s.hall_code, s.region_id)
) barred ON true
ORDER BY a.ord
"""  # noqa: S608 – fragments only


def read_facts(asked: Sequence[Asking], *, now: datetime, opens: Opens) -> list[AskedFacts]:
    """Facts of every request, in order, in one statement."""
    return facts_of(prepared.rows(*facts_asked(asked, now=now)), now=now, opens=opens)


def facts_asked(asked: Sequence[Asking], *, now: datetime) -> prepared.Statement:
    """The statement whose rows `facts_of` reads, for whoever has more to ask in the same round trip."""
    return FACTS_SQL, {
        "slots": [_id(each.slot_id) for each in asked],
        "items": [each.item_code for each in asked],
        "people": [_id(each.person_id) for each in asked],
        "holders": [each.holder for each in asked],
        "passed_on": rules.PASSED_ON,
        "evidence": [each.evidence for each in asked],
        "accounts": [each.account_id for each in asked],
        "visits": [each.visit for each in asked],
        "but": [each.but for each in asked],
        "holds": [each.hold for each in asked],
        "documents": [each.document for each in asked],
        "some_slots": sorted({_id(each.slot_id) for each in asked}),
        "some_items": sorted({each.item_code for each in asked}),
        "now": now,
        "yesterday": (now - timedelta(days=1)).date(),
        "today": now.astimezone(CHINA).date(),
        "live": LIVE,
    }


def facts_of(rows: Sequence[tuple[Any, ...]], *, now: datetime, opens: Opens) -> list[AskedFacts]:
    """What the rows of `facts_asked` say, in order."""
    if not rows:
        return []
    halls, slots = _slots_read(rows[0][-2])
    items = {(each["hall_id"], each["code"]): _item_read(each) for each in _json(rows[0][-1])}
    found = []
    for slot_id, hall_id, item_code, has_item, person_id, evidence, limit_key, party, *rest in rows:
        phone, own, index, *facts = rest
        hall, slot = halls.get(hall_id), slots.get(slot_id)
        person = PersonFacts()
        if hall is not None and slot is not None:
            person = _person_read(hall, facts, evidence, now)
        found.append(
            AskedFacts(
                hall=hall if slot is not None else None,
                slot=slot if hall is not None else None,
                item=items[hall_id, item_code] if has_item and hall is not None else None,
                person=person,
                person_known=person_id is not None,
                opens=opens.at(hall, slot.day, slot.business) if hall is not None and slot is not None else None,
                evidence=evidence,
                limit_key=limit_key,
                party=party,
                phone=phone if own or tells_the_person(limit_key) else None,
                phone_place=ACCOUNT_PHONE if own else PERSON_PHONE,
                phone_index=index or "",
            )
        )
    return found


CHINA = ZoneInfo("Asia/Shanghai")  # a mandate ends with a day there
ACCOUNT_PHONE, PERSON_PHONE = "identity_account.phone", "identity_person.phone"


def _person_read(hall: HallFacts, facts: Sequence[Any], evidence: int, now: datetime) -> PersonFacts:
    holder, found, same, same_at, live, same_time, same_time_at, account_live, account_in_period, barred, *more = facts
    account_in_day, live_most, day_most, mandated, until, anywhere, *_ = more
    return PersonFacts(
        same_half_day=same,
        same_half_day_starts_at=same_at.astimezone(hall.zone) if same_at else None,
        live=live,
        same_time=same_time,
        same_time_starts_at=same_time_at.astimezone(hall.zone) if same_time_at else None,
        account_live=account_live or 0,
        account_in_period=account_in_period or 0,
        told=rules.tells_which(holder=holder, found=found or "", evidence=evidence),
        account_in_day=account_in_day or 0,
        anywhere=anywhere or 0,
        agent=AgentFacts(live_most, day_most, mandated, until) if live_most is not None else None,
        barred=_barred(_json(barred), hall.scope, now.astimezone(hall.zone).date()),
    )


def _id(number: int) -> int:
    """A number that a bigint can hold; 0 is nobody's id."""
    return number if 0 < number < 2**63 else 0


def _json(value: Any) -> list[Any]:
    # Django's cursors leave jsonb of raw SQL as text.
    return [] if value is None else orjson.loads(value) if isinstance(value, str | bytes) else list(value)


def _slots_read(value: Any) -> tuple[dict[int, HallFacts], dict[int, SlotFacts]]:
    halls: dict[int, HallFacts] = {}
    slots: dict[int, SlotFacts] = {}
    for row in _json(value):
        zone = zone_of(row["timezone"])
        if row["hall_id"] not in halls:
            policy = _DEFAULTS if row["policy_id"] is None else parsed_policy(row["policy_id"])
            halls[row["hall_id"]] = HallFacts(
                row["hall_id"], row["hall_code"], row["name_zh"], row["name_en"], zone, row["region_id"], policy
            )
        slots[row["id"]] = SlotFacts(
            id=row["id"],
            business=row["business"],
            day=date.fromisoformat(row["day"]),
            half=row["half"],
            starts_at=datetime.fromisoformat(row["starts_at"]).astimezone(zone),
            ends_at=datetime.fromisoformat(row["ends_at"]).astimezone(zone),
            quota=row["quota"],
            taken=row["taken"],
            internal_quota=row["internal_quota"],
            internal_taken=row["internal_taken"],
            closed=row["closed"],
            cut_off_at=datetime.fromisoformat(row["cut_off_at"]).astimezone(zone) if row["cut_off_at"] else None,
            extended_only=row["extended_only"],
            items=None if row["items"] is None else frozenset(row["items"]),
            channels=None if row["channels"] is None else frozenset(row["channels"]),
            carried=row["carried"],
        )
    return halls, slots


def _item_read(row: dict[str, Any]) -> ItemWords:
    facts = ItemFacts(
        code=row["code"],
        category=row["category_code"],
        bookable=row["bookable"],
        extended=row["extended"],
        exempt=row["exempt_half_day"],
        periods=row["periods"],
        most_persons=row["most_persons"],
        retired=_retired(row),
        seasons=seasons(row["code"], row["seasons"]),
    )
    return ItemWords(
        row["id"],
        row["category_id"],
        row["name_zh"],
        row["name_en"],
        row["bring_zh"] or "",
        row["bring_en"] or "",
        facts,
    )


def _retired(row: dict[str, Any]) -> Retired | None:
    day = date.fromisoformat(row["retired_on"]) if row["retired_on"] else None
    return retired(row["code"], day, row["next_code"], row["next_zh"], row["next_en"])


def _barred(rows: list[Any], scope: str, today: date) -> Barred | None:
    """The suspension in force in this scope that lasts longest."""
    found = [
        Barred(date.fromisoformat(until_on), reason)
        for row_scope, reason, from_on, until_on in rows
        if row_scope == scope and rules.in_force(date.fromisoformat(from_on), date.fromisoformat(until_on), today)
    ]
    return max(found, key=lambda each: each.until_on, default=None)


def item_words(hall_id: int, item_id: int) -> ItemWords | None:
    """One item of a hall, with what to bring; None where the hall does not handle it (any more)."""
    rows = HallItem.objects.select_related("item__successor", "category").filter(hall_id=hall_id, item_id=item_id)
    row = rows.first()
    if row is None:
        return None
    needed = MaterialRequirement.objects.filter(item_id=item_id).exclude(necessity="optional").order_by("order", "id")
    names = list(needed.values_list("material__name_zh", "material__name_en"))
    facts = ItemFacts(
        row.item.code,
        row.category.code,
        row.bookable,
        row.extended,
        row.item.exempt_half_day,
        row.periods,
        row.most_persons,
        retired_of(row.item),
        seasons_of(row.item),
    )
    return ItemWords(
        id=item_id,
        category_id=row.category_id,
        name_zh=row.item.name_zh,
        name_en=row.item.name_en,
        bring_zh=BETWEEN_PAPERS["zh"].join(zh for zh, _ in names),
        bring_en=BETWEEN_PAPERS["en"].join(en for _, en in names),
        facts=facts,
    )
