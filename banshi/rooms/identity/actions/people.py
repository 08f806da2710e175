"""Real-name people: enrolled by document; what is believed about them follows the evidence, never a declaration."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from banshi.foundation import locks, phones, prepared
from banshi.foundation.crypto import blind_index, encrypt
from banshi.kernel.actors import Actor
from banshi.kernel.documents import IdType, InvalidDocument, birth_date, normalise
from banshi.kernel.evidence import Evidence
from banshi.kernel.masking import mask_name
from banshi.kernel.names import InvalidName, check, fold
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.audit.statements import recorded
from banshi.rooms.identity.models import Person

CHINA = ZoneInfo("Asia/Shanghai")  # documents are Chinese: a birth date is a day there


@dataclass(frozen=True)
class PersonAsked:
    """A real-name person as typed or read: checked by `enrol`. `phone`: where to reach whoever asks; may be empty.

    :param source: str(Actor) of who gave the evidence.
    :param unnamed: only the number is known; the first name that is declared is the person's until evidence comes.
    """

    name: str
    id_type: str
    id_number: str
    phone: str = ""
    evidence: Evidence = Evidence.DECLARED
    source: str = ""
    unnamed: bool = False


@dataclass(frozen=True)
class Enrolled:
    """Whose document it is; and name and telephone as they were given, in their tidy form. They need not be the person's.

    `entry`: the row of this very document, where it is a further one of a person; else the same as `id`.
    `evidence`: what the name given weighs here: a vouched one that contradicts a card or a window is only declared.
    """

    id: int
    name: str
    phone: str | None
    entry: int = 0
    evidence: Evidence = Evidence.DECLARED


@dataclass(frozen=True)
class CheckedPerson:
    """A person as typed, in tidy form. `number_index`: blind index of the document."""

    name: str
    id_type: IdType
    number: str
    phone: str | None
    number_index: str
    evidence: Evidence
    source: str


@dataclass(frozen=True)
class _Known:
    """What was stored of a document before the request; nothing of one that is new."""

    stands: int
    entry: int
    name_index: str
    evidence: int


def clean_name(text: str) -> str:
    """:raises Refused: invalid, naming the field."""
    try:
        return check(text)
    except InvalidName as wrong:
        raise Refused("invalid", facts={"field": "name", "reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong


def name_index(name: str) -> str:
    """The blind index of a name: the same for all its spellings."""
    return blind_index(fold(name), purpose="name")


def wrongs(asked: PersonAsked, *, now: datetime) -> list[Refused]:
    """All that is wrong about what was typed, so that a form says it at once: each names its field, or is about one."""
    found = []
    for part in (
        lambda: clean_name(asked.name),
        lambda: _document(asked, now=now),
        lambda: phones.reachable(asked.phone) if asked.phone else None,
    ):
        try:
            part()
        except Refused as wrong:
            found.append(wrong)
    return found


def _check(asked: PersonAsked, *, now: datetime) -> CheckedPerson:
    name = "" if asked.unnamed else clean_name(asked.name)
    id_type, number = _document(asked, now=now)
    phone = phones.reachable(asked.phone) if asked.phone else None
    index = blind_index(f"{id_type}:{number}", purpose="document")
    return CheckedPerson(name, id_type, number, phone, index, asked.evidence, asked.source[:60])


def _document(asked: PersonAsked, *, now: datetime) -> tuple[IdType, str]:
    """:raises Refused: identity-invalid."""
    try:
        id_type = IdType(asked.id_type)
        return id_type, normalise(id_type, asked.id_number, today=now.astimezone(CHINA).date())
    except InvalidDocument as wrong:
        raise Refused("identity-invalid", facts={"reason": {"zh": wrong.zh, "en": wrong.en}}) from wrong
    except ValueError as wrong:
        raise Refused(
            "identity-invalid",
            facts={
                "reason": {"zh": "不认识这种证件", "en": "This kind of document is not known"},
                "known": [t.value for t in IdType],
            },
        ) from wrong


# A further document of somebody leads to the entry that stands, and what evidence says lands there.
# What is only declared about a known document leaves its row as it is, and the answer is the same whether it fits or not.
# Evidence as strong as what is stored replaces it: the newer one is right (a name changed by marriage). But no machine puts
# another name in the place of one that a chip or a window proved: that is disputed until a window has seen the card.
NAMED_SQL = """
  SELECT %(now)s::timestamptz AS at, name_source AS actor, '' AS hall,
    CASE WHEN other THEN 'name_replaced' ELSE 'name_proven' END AS action, 'person:' || id AS subject,
    jsonb_build_object('evidence', name_evidence, 'was', was) AS facts
  FROM proven WHERE other OR was > 0
  UNION ALL SELECT %(now)s::timestamptz, source, '', 'name_disputed', 'person:' || id,
    jsonb_build_object('evidence', 2, 'was', name_evidence) FROM disputed
"""
ENROL_SQL = f"""
WITH asked AS (
  SELECT * FROM unnest(%(name)s::text[], %(masked)s::text[], %(id_type)s::text[], %(number)s::text[], %(number_index)s::text[],
    %(last4)s::text[], %(name_index)s::text[], %(birth)s::int[], %(evidence)s::int[], %(source)s::text[])
    WITH ORDINALITY AS a(name, masked, id_type, number, number_index, last4, name_index, birth, evidence, source, ord)
), best AS (
  SELECT DISTINCT ON (number_index) * FROM asked ORDER BY number_index, least(evidence, 2) DESC, ord
), old AS (
  SELECT s.id, p.id AS entry, p.number_index, s.name_index, s.name_evidence
  FROM identity_person p JOIN best USING (number_index)
  JOIN identity_person s ON s.id = COALESCE(p.same_as_id, p.id)
), fresh AS (
  INSERT INTO identity_person
    (name, masked_name, id_type, id_number, number_index, number_last4, name_index, name_evidence, name_at, name_source,
     birth_year, created_at)
  SELECT name, masked, id_type, number, number_index, last4, name_index, evidence,
    CASE WHEN evidence > 0 THEN %(now)s::timestamptz END, source, birth, %(now)s
  FROM best WHERE number_index NOT IN (SELECT number_index FROM old) ORDER BY number_index
  ON CONFLICT ON CONSTRAINT one_person_per_document DO NOTHING
  RETURNING id, number_index
), proven AS (
  UPDATE identity_person p SET name = b.name, masked_name = b.masked, name_index = b.name_index,
    name_evidence = b.evidence, name_at = CASE WHEN b.evidence > 0 THEN %(now)s::timestamptz END, name_source = b.source
  FROM best b JOIN old USING (number_index)
  WHERE p.id = old.id AND b.name_index <> '' AND (p.name_index = '' OR b.evidence > 0
    AND least(b.evidence, 2) >= least(p.name_evidence, 2)
    AND (p.name_index <> b.name_index OR least(b.evidence, 2) > least(p.name_evidence, 2))
    AND NOT (p.name_index <> b.name_index AND b.evidence = 2 AND p.name_evidence >= 2))
  RETURNING p.id, p.name_source, p.name_evidence, old.name_evidence AS was,
    old.name_index <> p.name_index AND old.name_index <> '' AS other
), disputed AS (
  UPDATE identity_person p SET name_disputed_at = %(now)s::timestamptz FROM best b JOIN old USING (number_index)
  WHERE p.id = old.id AND b.evidence = 2 AND p.name_evidence >= 2 AND p.name_index <> b.name_index
    AND b.name_index <> '' AND p.name_index <> ''
  RETURNING p.id, b.source, p.name_evidence
), trail AS (
{recorded(NAMED_SQL)}
)
SELECT number_index, id, entry, name_index, name_evidence FROM old
UNION ALL SELECT number_index, id, id, '', 0 FROM fresh
"""  # noqa: S608 – only our own statements are put in


def enrol_many(asked: Sequence[PersonAsked], *, now: datetime) -> list[Enrolled | Refused]:
    """The people of these documents, made where new, in one statement; one result per request, in order.

    The same document always leads to the same row. A declared name neither changes nor tests the stored one: the
    answer is the same. Evidence (a vouching channel, a chip, a window) replaces a name that rests on less.
    """
    checked = check_people(asked, now=now)
    found: dict[str, _Known] = {}
    for _attempt in range(3):  # a row inserted by somebody else meanwhile is invisible to this statement: look again
        missing = [c for c in checked if not isinstance(c, Refused) and c.number_index not in found]
        if not missing:
            break
        found |= _known(prepared.rows(*enrolling(missing, now=now)))
    return [c if isinstance(c, Refused) else _enrolled(c, found[c.number_index]) for c in checked]


def enrol_together(
    asked: Sequence[PersonAsked], *, also: Collection[int] = (), now: datetime
) -> list[Enrolled | Refused]:
    """`enrol_many`, for a transaction that goes on with several people or enrols them again, one by one.

    Whoever does so with some of the same people, in whatever order they name them, comes before or after: each waits for the
    documents first, then for the rows that are there, in key order. Else two windows of which one has for its applicant the
    other's agent would wait for each other crosswise.

    :param also: people who are known already, by id.
    """
    indexes = [each.number_index for each in check_people(asked, now=now) if not isinstance(each, Refused)]
    locks.hold_each(locks.DOCUMENTS, indexes)
    entries = Person.objects.filter(Q(number_index__in=indexes) | Q(id__in=also)).order_by("id")
    ids = {stands or entry for entry, stands in entries.values_list("id", "same_as_id")}
    list(Person.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values_list("id"))
    return enrol_many(asked, now=now)


def check_people(asked: Sequence[PersonAsked], *, now: datetime) -> list[CheckedPerson | Refused]:
    """Each as it would be stored, or what is wrong about it. Nothing is read or written."""
    results: list[CheckedPerson | Refused] = []
    for one in asked:
        try:
            results.append(_check(one, now=now))
        except Refused as refused:
            results.append(refused)
    return results


def enrolling(checked: Sequence[CheckedPerson], *, now: datetime) -> prepared.Statement:
    """The statement that enrols them, for whoever has more to ask in the same round trip; `enrolled` reads its rows."""
    return ENROL_SQL, _columns(checked, now=now)


def enrolled(checked: Sequence[CheckedPerson], rows: Iterable[tuple[Any, ...]]) -> list[Enrolled] | None:
    """Who these are, in order. None where somebody else enrolled one of them in the same instant: `enrol_many` again."""
    found = _known(rows)
    if any(c.number_index not in found for c in checked):
        return None
    return [_enrolled(c, found[c.number_index]) for c in checked]


def _known(rows: Iterable[tuple[Any, ...]]) -> dict[str, _Known]:
    return {row[0]: _Known(*row[1:]) for row in rows}


def _enrolled(checked: CheckedPerson, known: _Known) -> Enrolled:
    return Enrolled(known.stands, checked.name, checked.phone, known.entry, _weighs(checked, known))


def _weighs(asked: CheckedPerson, known: _Known) -> Evidence:
    """A channel that vouches for another name than a card or a window showed speaks of somebody else, or made a slip."""
    if asked.evidence != Evidence.VOUCHED or known.evidence <= Evidence.VOUCHED:
        return asked.evidence
    return asked.evidence if name_index(asked.name) == known.name_index else Evidence.DECLARED


def _columns(rows: Sequence[CheckedPerson], *, now: datetime) -> dict[str, Any]:
    def birth(c: CheckedPerson) -> int | None:
        born = birth_date(c.id_type, c.number)
        return born.year if born else None

    return {
        "now": now,
        "name": [encrypt(c.name, place="identity_person.name") for c in rows],
        "masked": [mask_name(c.name) for c in rows],
        "id_type": [c.id_type.value for c in rows],
        "number": [encrypt(c.number, place="identity_person.id_number") for c in rows],
        "number_index": [c.number_index for c in rows],
        "last4": [c.number[-4:] for c in rows],
        "name_index": [name_index(c.name) if c.name else "" for c in rows],
        "birth": [birth(c) for c in rows],
        "evidence": [int(c.evidence) for c in rows],
        "source": [c.source for c in rows],
    }


def enrol(
    *,
    name: str,
    id_type: str,
    id_number: str,
    evidence: Evidence = Evidence.DECLARED,
    by: Actor | None = None,
    now: datetime,
) -> Person:
    """The person of this document, made when new.

    :param evidence: what stands behind the name; a declared one changes nothing.
    :param by: who gave the evidence.
    :raises Refused: invalid (name), identity-invalid.
    """
    asked = PersonAsked(name, id_type, id_number, evidence=evidence, source=str(by) if by else "")
    (result,) = enrol_many([asked], now=now)
    if isinstance(result, Refused):
        raise result
    return Person.objects.get(id=result.id)


def name_read(*, person_id: int, name: str, evidence: Evidence, by: Actor, now: datetime) -> None:
    """The name on a card that was just read is the person's, by that evidence. One that no name can be changes nothing:
    whoever holds the card is not sent away for how the chip spells it."""
    person = Person.objects.only("id_type", "id_number").get(id=person_id)
    with suppress(Refused):
        enrol(name=name, id_type=person.id_type, id_number=person.id_number, evidence=evidence, by=by, now=now)


def seen_here(person: PersonAsked, by: Actor) -> PersonAsked:
    """Who stood before a clerk with their document."""
    return replace(person, evidence=Evidence.WINDOW, source=str(by))


def enrol_number(*, id_type: str, id_number: str, now: datetime) -> Person:
    """The person of a document of which only the number was typed: found by it later, and nothing is known of them.

    :raises Refused: identity-invalid.
    """
    (result,) = enrol_many([PersonAsked("", id_type, id_number, unnamed=True)], now=now)
    if isinstance(result, Refused):
        raise result
    return Person.objects.get(id=result.id)


def prove_phone(*, person_id: int, phone: str, evidence: Evidence, by: Actor, now: datetime) -> None:
    """Set a person's own telephone: whoever calls this has seen a code from that number and proof of the person.

    :raises Refused: phone-invalid. :raises ValueError: with a declaration only.
    """
    if not evidence.proves:
        raise ValueError("a declaration proves no telephone")
    number = phones.reachable(phone)
    person = Person.objects.get(id=person_id)
    person.phone, person.phone_index = number, blind_index(number, purpose="phone")
    person.phone_evidence, person.phone_at = int(evidence), now
    person.save(update_fields=["phone", "phone_index", "phone_evidence", "phone_at"])
    audit.record(
        action="phone_proven", subject=f"person:{person_id}", by=by, now=now, facts={"evidence": int(evidence)}
    )
