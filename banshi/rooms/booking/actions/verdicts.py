"""What the rules say to a request to book, and what else there is for whoever is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from banshi.kernel.refusals import Refusal, Refused
from banshi.rooms.booking import rules
from banshi.rooms.booking.actions.asked import Asked, Granted, new_code
from banshi.rooms.booking.actions.chances import Chances
from banshi.rooms.booking.actions.granting import place_refusal
from banshi.rooms.booking.queries.facts import AskedFacts
from banshi.rooms.booking.queries.situation import answers_kept, situated

MALFORMED = {"zh": "有的内容里有不能保存的字符", "en": "Some text has characters that cannot be stored"}


def well_formed(asked: Asked) -> bool:
    """One malformed request must not fail those it is batched with."""
    return rules.storable(asked.item_code, asked.source, asked.language, asked.note, asked.why, asked.visit_group)


def with_chances(no: Refusal, fact: AskedFacts, asked: Asked, chances: Chances, *, now: datetime) -> Refused:
    plain = replace(asked, hold_id=None, back=False)  # the place that was kept is no other one

    def would(there: AskedFacts) -> Refusal | None:
        verdict = decided(plain, there, now=now)
        return verdict if isinstance(verdict, Refusal) else None

    return chances.refused(
        no, fact, asked.asking, would, persons=asked.persons, channel=asked.source, internal=asked.internal
    )


def decided(asked: Asked, fact: AskedFacts, *, now: datetime) -> Granted | Refusal:
    if fact.slot is None or fact.hall is None:
        return Refusal("nothing-found", {"slot": asked.slot_id})
    if not fact.person_known:
        return Refusal("nothing-found", {"person": asked.person_id})
    if asked.source not in rules.SOURCES:
        return Refusal("invalid", {"field": "source", "known": list(rules.SOURCES), "reason": asked.source})
    person = replace(fact.person, same_half_day=None) if asked.ride_along else fact.person
    if asked.undone:
        person = replace(person, barred=None)
    no = place_refusal(
        replace(fact, person=person), now=now, channel=asked.source, internal=asked.internal,
        held=asked.hold_id is not None, persons=asked.persons, back=asked.back,
    )  # fmt: skip
    if no is not None:
        return no
    assert fact.item is not None
    item = fact.item
    if asked.answers:
        kept = answers_kept(item.facts.code, asked.answers)
        if isinstance(kept, Refusal):
            return kept
        asked, item = replace(asked, answers=kept), situated(item, kept)
    return Granted(asked, fact.hall, fact.slot, item, fact, new_code())
