"""Letters (授权委托书): a window saw that somebody has a person act for them. They end, and are held while one is acted by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from banshi.kernel.actors import Actor
from banshi.kernel.documents import last_day_minor
from banshi.kernel.names import InvalidName, label
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.identity.actions.agents import invalid
from banshi.rooms.identity.actions.mandates import check_end
from banshi.rooms.identity.actions.people import CHINA, Enrolled, PersonAsked, enrol_together, seen_here
from banshi.rooms.identity.models import Mandate, PaperMandate, Person
from banshi.rooms.identity.queries.guardians import born_on
from banshi.rooms.identity.queries.letters import Acting, MandateRef, acting_by
from banshi.rooms.identity.rules import LETTERS

_KIND = {"zh": "选择委托书的种类", "en": "Choose the kind of letter"}
_NUMBER = {"zh": "公证委托书要填公证书编号", "en": "A notarised letter has the number of its certificate"}
_SELF = {"zh": "委托人与代理人是同一个人", "en": "Client and agent are the same person"}
_MINOR = {
    "zh": "未满 18 周岁的由监护人代办，也不能代别人办",
    "en": "Under 18: a guardian acts for them, and they act for nobody",
}
MOST_ITEMS = 20  # of one letter


@transaction.atomic
def record_letter(
    *,
    agent: PersonAsked,
    client: PersonAsked,
    kind: str,
    number: str = "",
    items: Sequence[str] = (),
    fetches: bool = False,
    valid_until: date,
    by: Actor,
    now: datetime,
) -> PaperMandate:
    """A clerk saw the letter, the agent with their document, and the number of the client's. The very same again changes nothing.

    :param items: codes of the matters it covers; empty = all. :param fetches: the agent may fetch results, too.
    :raises Refused: invalid (name, kind, number, end, the same person twice, one of them under 18), identity-invalid.
    """
    terms = _terms(kind, number, items, fetches=fetches, valid_until=valid_until, now=now)
    # The letter says whose it is; that the client stood here, it does not: nothing of them changes.
    shown, known = enrol_together([seen_here(agent, by), client], now=now)
    for each in (shown, known):
        if isinstance(each, Refused):
            raise each
    assert isinstance(shown, Enrolled)
    assert isinstance(known, Enrolled)
    acts, gives = _locked_people(shown.id, known.id)
    if acts.pk == gives.pk:
        raise invalid("id_number", _SELF)
    today = now.astimezone(CHINA).date()
    if any(born is not None and today <= last_day_minor(born) for born in (born_on(acts), born_on(gives))):
        raise invalid("id_number", _MINOR)
    for standing in PaperMandate.objects.filter(person=gives, agent=acts, ended_at=None).order_by("id"):
        if all(getattr(standing, name) == value for name, value in terms.items()):
            return standing
    made = PaperMandate.objects.create(
        person=gives, agent=acts, name=acts.name, client=known.name, seen_at=now, seen_by=str(by)[:60],
        hall=by.hall or "", **terms,
    )  # fmt: skip
    audit.record(action="letter-seen", by=by, now=now, **_about(made, by))
    return made


def _terms(
    kind: str, number: str, items: Sequence[str], *, fetches: bool, valid_until: date, now: datetime
) -> dict[str, Any]:
    if kind not in LETTERS:
        raise invalid("kind", _KIND)
    try:
        said = label(number, 40) if number.strip() else ""
    except InvalidName as wrong:
        raise invalid("number", {"zh": wrong.zh, "en": wrong.en}) from wrong
    if kind == "notarised" and not said:
        raise invalid("number", _NUMBER)
    check_end(valid_until, now)
    codes = sorted(set(items))[:MOST_ITEMS]
    return {"kind": kind, "number": said, "items": codes, "fetches": fetches, "valid_until": valid_until}


@transaction.atomic
def end_letter(*, letter_id: int, by: Actor, now: datetime) -> None:
    """It gives no right any more; what was done by it stands. Twice changes nothing.

    :raises Refused: nothing-found.
    """
    row = PaperMandate.objects.select_for_update(no_key=True).filter(id=letter_id).first()
    if row is None:
        raise Refused("nothing-found", facts={"mandate": letter_id})
    if row.ended_at is None:
        row.ended_at, row.ended_by = now, str(by)[:60]
        row.save(update_fields=["ended_at", "ended_by"])
        audit.record(action="letter-ended", by=by, now=now, **_about(row, by))


def hold_acting(ref: MandateRef, *, today: date) -> Acting | None:
    """Inside a transaction: whoever ends it comes before or after. :returns: how it then stands.

    Its agent is not locked: whoever gives a mandate locks agent, then client, and whoever opens a case has the client already.
    """
    if ref.kind == "letter":
        list(PaperMandate.objects.select_for_update(no_key=True).filter(id=ref.id).values_list("id", flat=True))
    else:
        rows = Mandate.objects.select_for_update(of=("self",), no_key=True).filter(id=ref.id)
        list(rows.values_list("id", flat=True))
    return acting_by(ref, today=today)


def _locked_people(one_id: int, other_id: int) -> tuple[Person, Person]:
    """Both, in key order, as the entries that stand: two clerks who write one letter down wait for each other."""
    rows = Person.objects.select_for_update(no_key=True, of=("self",)).filter(id__in=[one_id, other_id])
    known = {row.pk: row.same_as or row for row in rows.select_related("same_as").order_by("id")}
    return known[one_id], known[other_id]


def _about(row: PaperMandate, by: Actor) -> dict[str, Any]:
    """What the trail says of it: whose, who acts, until when."""
    facts: dict[str, Any] = {"agent_person": row.agent_id, "until": row.valid_until.isoformat(), "letter": row.kind}
    facts |= {"items": list(row.items)} if row.items else {}
    return {"subject": f"person:{row.person_id}", "hall": by.hall or row.hall, "facts": facts}


# --- Two entries of one person -----------------------------------------------------------------------------------


def hand_over_letters(keep: Person, other: Person, *, how: str, now: datetime) -> None:
    """Both sides go to the entry that stands. A number typed wrongly is somebody else's: nobody acts by it."""
    rows = PaperMandate.objects.select_for_update(no_key=True).order_by("id")
    if how != "renewed":
        rows.filter(person=other, ended_at=None).update(ended_at=now)
        rows.filter(agent=other, ended_at=None).update(ended_at=now)
        return
    rows.filter(person=other).exclude(agent=keep).update(person=keep)
    rows.filter(agent=other).exclude(person=keep).update(agent=keep)
