"""一表一库, with consent: what is known of somebody fills in a form for one matter, and each use leaves a trace they can read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.library.models import FactCarried, FactConsent, FactUse
from banshi.rooms.library.queries import standing, value_index
from banshi.rooms.library.rules.consents import became, words_for


@dataclass(frozen=True)
class Lent:
    """A fact that fills in a field: what it says, and who said so when."""

    element: str
    value: str
    source: str
    said_at: datetime
    trust: str


def agree_to_facts(
    *,
    subject: str,
    consent: bool,
    person_id: int | None = None,
    organisation_id: int | None = None,
    hall: str = "",
    by: Actor,
    now: datetime,
) -> FactConsent:
    """In this matter what is known of its holder fills in the form. Said twice it is one consent.

    :param subject: in what: `case:…`. :raises Refused: consent-missing; nothing-found (no such person).
    """
    if not consent:
        raise Refused("consent-missing")
    holder = {"person_id": None if person_id is None else standing(person_id), "organisation_id": organisation_id}
    with transaction.atomic():
        row, fresh = FactConsent.objects.get_or_create(
            subject=subject, withdrawn_at=None,
            defaults={"words": words_for(by.kind), "given_at": now, "given_by": str(by), **holder},
        )  # fmt: skip
        if fresh:
            audit.record(action="facts_agreed", subject=subject, by=by, now=now, hall=hall)
    return row


def lend_facts(*, subject: str, facts: Iterable[Lent]) -> int:
    """Facts that now stand in fields of a form that is not sent yet. The first one of an element stays.

    :returns: how many; none where no consent stands.
    """
    consent = _standing(subject)
    if consent is None:
        return 0
    rows = [
        FactCarried(
            consent=consent, element=each.element, source=each.source, said_at=each.said_at, trust=each.trust,
            value_index=value_index(each.element, each.value),
        )
        for each in facts
    ]  # fmt: skip
    return len(FactCarried.objects.bulk_create(rows, ignore_conflicts=True))


def take_back_consent(*, subject: str, hall: str = "", by: Actor, now: datetime) -> dict[str, str]:
    """Nothing of theirs is carried over in this matter any more, and nothing is used that was not used yet.

    :returns: blind indexes of what had been carried over and was not used yet, by element: it leaves the form, too.
    :raises Refused: nothing-found – no consent stands.
    """
    with transaction.atomic():
        consent = _standing(subject)
        if consent is None:
            raise Refused("nothing-found")
        used = _used(subject)
        carried = dict(consent.carried.order_by("id").values_list("element", "value_index"))
        consent.carried.all().delete()
        consent.withdrawn_at, consent.withdrawn_by = now, str(by)
        consent.save(update_fields=["withdrawn_at", "withdrawn_by"])
        audit.record(action="facts_taken_back", subject=subject, by=by, now=now, hall=hall)
    return {element: index for element, index in carried.items() if element not in used}


def use_facts(
    *, subject: str, purpose: str, stands: Mapping[str, Collection[str]], hall: str = "", by: Actor, now: datetime
) -> int:
    """The form is sent, or received: what was carried over in it was used. One trace an element and matter: who sends it at the
    same moment, or once more, writes no other.

    :param purpose: code of the item. :param stands: what the fields of each data element say, as they are kept.
    :returns: how many uses are new.
    """
    with transaction.atomic():
        # Whoever takes it back meanwhile waits, and finds it used; or nothing is used here.
        consent = _standing(subject)
        if consent is None:
            return 0
        used = _used(subject)
        fresh = [each for each in consent.carried.order_by("id") if each.element not in used]
        rows = [
            FactUse(
                consent=consent, element=each.element, source=each.source, said_at=each.said_at, trust=each.trust,
                value_index=each.value_index, subject=subject, purpose=purpose, by=str(by), at=now,
                became=became(each.value_index, [value_index(each.element, said) for said in stands.get(each.element, ())]),
            )
            for each in fresh
        ]  # fmt: skip
        FactUse.objects.bulk_create(rows)
        if fresh:
            audit.record(action="facts_used", subject=subject, by=by, now=now, hall=hall, facts={"count": len(fresh)})
    return len(fresh)


def forget_fact_uses(*, subject: str) -> None:
    """Its case is destroyed: what was carried over in it, the uses and the consents go. A trigger asks whether it is."""
    FactUse.objects.filter(subject=subject).delete()
    FactConsent.objects.filter(subject=subject).delete()


def _standing(subject: str) -> FactConsent | None:
    """Held: it is used, or taken back."""
    rows = FactConsent.objects.select_for_update(no_key=True).filter(subject=subject, withdrawn_at=None)
    return rows.first()


def _used(subject: str) -> set[str]:
    """Elements of which a use is written already."""
    return set(FactUse.objects.filter(subject=subject).values_list("element", flat=True))
