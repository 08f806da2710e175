"""What whoever looks at a case may do with it now, and why what they would look for is not there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from banshi.foundation.doors import Who
from banshi.foundation.said import named
from banshi.foundation.words import words
from banshi.frames.staff.cases import held
from banshi.rooms.cases.actions.ground import today_of
from banshi.rooms.cases.models import Case
from banshi.rooms.cases.queries import (
    PaperRow,
    cost_of,
    handling_of_case,
    limit_begins,
    place_refusal,
    stages_not_begun,
    stages_waited_for,
)
from banshi.rooms.cases.queries.stopping import STOP
from banshi.rooms.cases.rules.lifecycle import CASE
from banshi.rooms.catalogue.rules.costs import hangs_on
from banshi.rooms.catalogue.rules.handling import Stage

# Parts of the page: each with the verb it takes and the permission.
PARTS = (
    ("pre_review", "pass", "cases.pre_review"),
    ("receive", "receive", "cases.receive"),
    ("receipt", "accept", "cases.receive"),
    ("refuse", "refuse", "cases.receive"),
    ("hand_over", "hand_over", "cases.review"),
    ("give", "hand_over", "cases.receive"),
    ("sign", "sign_for", "cases.review"),
    ("opine", "opine", "cases.review"),
    ("consult", "consult", "cases.review"),
    ("visit", "plan_visit", "cases.review"),
    ("settle", "settle", "cases.review"),
    ("take_in", "supplement", "cases.receive"),
    ("take_in", "settle", "cases.receive"),
    ("stop", "propose_stop", "cases.review"),
    ("agree_stop", "stop_clock", "cases.approve"),
    ("resume", "resume_clock", "cases.review"),
    ("decide", "decide", "cases.approve"),
    ("ask_longer", "propose_extension", "cases.review"),
    ("ask_longer", "propose_extension", "cases.approve"),
    ("extend", "extend", "cases.head"),
    ("take_over", "take", "cases.supervise"),
    ("urge", "urge", "cases.supervise"),
    ("hand_on", "hand_on", "cases.supervise"),
    ("hand_to_department", "hand_to_department", "cases.supervise"),
    ("agree", "notice", "cases.supervise"),
    ("waive", "waive", "cases.supervise"),
    ("reassess", "reassess", "cases.supervise"),
    ("terminate", "terminate", "cases.supervise"),
)
ALWAYS = (
    "extend",
    "sign",
    "take_in",
    "take_over",
    "urge",
    "hand_on",
    "hand_to_department",
    "agree",
    "waive",
    "reassess",
    "terminate",
)  # also while somebody else works on it
Agreed = Mapping[str, Sequence[Any]]


def deeds_of(
    who: Who, case: Case, papers: Sequence[PaperRow], *, agreed: Agreed, put_by: Collection[int], now: datetime
) -> frozenset[str]:
    """The parts that are shown. :param put_by: who proposed its decision."""
    busy = held(case, staff=who.staff_id, now=now)
    found = {
        part
        for part, verb, permission in PARTS
        if who.may(permission, case.hall.code) and CASE.may(case.phase, verb) and (not busy or part in ALWAYS)
    }
    if found & {"ask_longer", "extend"} and not _begun(case, now=now):
        found -= {"ask_longer", "extend"}
    return frozenset(part for part in found if _open(part, who, case, papers, agreed, put_by, busy=busy))


def _begun(case: Case, *, now: datetime) -> bool:
    """Whether its days run: those of what is drawn by lot run from the draw, and there is nothing to extend before."""
    begins = limit_begins(case)
    return begins is None or begins <= today_of(case, now)


def _open(
    part: str, who: Who, case: Case, papers: Sequence[PaperRow], agreed: Agreed, put_by: Collection[int], *, busy: bool
) -> bool:
    """Whether nothing but phase and permission stands against a part."""
    stopped = case.stopped_at is not None
    if part == "receive":
        return case.phase != "draft"  # a draft is received where the person stands
    if part == "give":
        return not who.may("cases.review", case.hall.code)  # who may fetch it has signed for it by that
    if part == "sign":
        waits = case.handovers.filter(signed_at=None, refused_at=None).first()
        return waits is not None and waits.given_by_id != who.staff_id
    if part == "opine":
        return not stopped and not _accepted_by(who, case)
    if part == "stop":
        return not stopped and case.proposed != STOP
    if part == "agree_stop":
        return case.proposed == STOP and not stopped and who.staff_id != case.proposed_by_id
    if part == "hand_to_department":
        return not stopped
    if part == "resume":
        return stopped
    if part == "settle":
        return case.tolerant
    if part == "take_in":
        # What lies here; of what is to follow also what is brought, where nobody of the review is at hand.
        follows = case.tolerant and not who.may("cases.review", case.hall.code)
        return case.brought_on is not None or (case.phase != "supplement" and follows)
    if part == "decide":
        return case.proposed in ("grant", "refuse") and not stopped and not _their_own(who, case, put_by)
    if part == "ask_longer":  # a head needs to ask nobody
        return not _extended(case) and not who.may("cases.head", case.hall.code)
    if part == "extend":
        return not _extended(case) and case.extension_asked_by_id != who.staff_id
    if part == "take_over":
        return busy
    if part == "waive":
        return case.fee_due_on is not None
    if part == "reassess":
        return (
            bool(hangs_on(handling_of_case(case))) and cost_of(case) is not None
        )  # also of 0: by a wrong number, perhaps
    return part != "agree" or case.notices > 0


def _accepted_by(who: Who, case: Case) -> bool:
    """Whether they accepted it, and another has to review it."""
    return who.staff_id == case.accepted_by_id and not handling_of_case(case).duties.receiver_reviews


def _their_own(who: Who, case: Case, put_by: Collection[int]) -> bool:
    return who.staff_id in (case.received_by_id, case.accepted_by_id, *put_by)


def _listed(stages: Sequence[Stage]) -> str:
    return pgettext("list", ", ").join(named(each) for each in stages)


def _extended(case: Case) -> bool:
    return getattr(case, "extension", None) is not None


def lacking(papers: Sequence[PaperRow]) -> list[str]:
    """Papers that have to be there and for which nothing came."""
    return [named(row) for row in papers if row.necessity == "required" and not row.there]


def withheld(
    who: Who, case: Case, papers: Sequence[PaperRow], *, agreed: Agreed, put_by: Collection[int], now: datetime
) -> list[str]:
    """Why something that belongs to this person's work is not on the page: said where they would look for it.

    :param put_by: who proposed its decision.
    """
    if held(case, staff=who.staff_id, now=now) and case.locked_by is not None:
        return [_("%(who)s works on it now.") % {"who": named(case.locked_by)}]
    code, found = case.hall.code, []
    if case.phase == "received" and who.may("cases.receive", code) and (left := lacking(papers)):
        found.append(
            _("It cannot be accepted yet. Missing: %(papers)s.") % {"papers": pgettext("list", ", ").join(left)}
        )
    if case.phase == "received" and who.may("cases.receive", code) and case.notices and not agreed.get("notice"):
        found.append(_("A notice was given. For a further one a colleague who supervises agrees on this page first."))
    if case.phase == "in_review" and who.may("cases.approve", code):
        found += _undecided(who, case, put_by)
    if case.phase == "in_review" and who.may("cases.review", code) and case.stopped_at is not None:
        found.append(_("While the clock stands no opinion is given."))
    elif case.phase == "in_review" and who.may("cases.review", code) and _accepted_by(who, case):
        found.append(_("You accepted it: another reviewer gives the opinion."))
    if CASE.may(case.phase, "terminate") and who.may("cases.supervise", code) and not agreed.get("terminate"):
        found.append(_("Two people end a case: another one who supervises agrees on this page first."))
    return found


def _undecided(who: Who, case: Case, put_by: Collection[int]) -> list[str]:
    """Why an approver finds no decision to take, or no extension."""
    found = []
    if case.stopped_at is not None:
        found.append(_("No decision while the clock stands."))
    elif case.proposed not in ("grant", "refuse"):
        found.append(_("No decision yet: the review has given no opinion."))
    elif who.staff_id in (case.received_by_id, case.accepted_by_id):
        found.append(_("You took it in: another approver decides."))
    elif who.staff_id in put_by:
        found.append(_("The opinion is yours: another approver decides."))
    elif case.tolerant:
        found.append(_("Papers are still to follow: it can be refused, not granted."))
    elif (no_place := place_refusal(case)) is not None:
        title, detail = words(no_place.refusal)
        found.append(f"{title} – {detail}")
    elif waits := stages_waited_for(case):
        found.append(
            _("It can be refused, not granted, before these are done: %(stages)s.") % {"stages": _listed(waits)}
        )
        if left := stages_not_begun(case):
            said = pgettext("opinion", "Nobody began with these yet: %(stages)s. A reviewer does it on this page.")
            found.append(said % {"stages": _listed(left)})
    if _extended(case):
        found.append(_("It was extended once, and is not extended again."))
    return found
