"""A bad rating is answered and settled; what people wrote is forgotten in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor
from banshi.rooms.audit import actions as audit
from banshi.rooms.feedback import rules
from banshi.rooms.feedback.actions.ground import held, invalid, need, words
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.feedback.queries import contact_for, what_was_rated
from banshi.rooms.messaging import actions as messaging


def answer(*, task_id: int, text: str, by: Actor, now: datetime) -> Task:
    """Answer a bad rating (回访). Who gave it is told, where a number is known.

    :raises Refused: nothing-found, invalid (no text), wrong-state (answered already).
    """
    kept = words(text)
    with transaction.atomic():
        task = held(task_id)
        need(task, "answer")
        task.state, task.answer = rules.TASK.to("answer"), kept
        task.answered_at, task.answered_by = now, str(by)
        task.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        rated = what_was_rated(task.rating)
        messaging.write(
            key="rating_answered",
            to_phone=contact_for(task.rating),
            hall=task.hall,
            subject=rated.subject,
            params={"text": kept, "day": rated.day.isoformat()},
            dedupe=f"rating-answered:{task_id}:{now.isoformat()}",
            language=rated.language,
            now=now,
        )
        audit.record(action="task_answered", subject=f"task:{task_id}", by=by, now=now, hall=task.hall.code)
        announce(hall=task.hall.code, topic="ratings", subject=rated.ref, now=now)
    return task


def settle(*, task_id: int, outcome: str, text: str, by: Actor, now: datetime) -> Task:
    """Close an answered task with what came of it (整改). Who gave the rating is told, where a number is known.

    :param text: what was done, or found, in words to the person.
    :param outcome: fixed | explained | groundless. The rating stays and counts, whatever the outcome; what is set aside was
        judged by somebody else (`judge`).
    :raises Refused: nothing-found, invalid, wrong-state (not answered yet, or settled).
    """
    if outcome not in rules.SETTLED_BY_ONESELF:
        zh = "、".join(rules.OUTCOMES[each][0] for each in rules.SETTLED_BY_ONESELF)
        en = ", ".join(rules.SETTLED_BY_ONESELF)
        raise invalid("outcome", f"结果是{zh}之一", f"One of {en}")
    kept = words(text)
    with transaction.atomic():
        task = held(task_id)
        need(task, "settle")
        task.state, task.outcome, task.settlement = rules.TASK.to("settle"), outcome, kept
        task.settled_at, task.settled_by = now, str(by)
        task.save(update_fields=["state", "outcome", "settlement", "settled_at", "settled_by"])
        rated = what_was_rated(task.rating)
        messaging.write(
            key="rating_settled",
            to_phone=contact_for(task.rating),
            hall=task.hall,
            subject=rated.subject,
            params={"text": kept, "day": rated.day.isoformat()},
            dedupe=f"rating-settled:{task_id}",
            language=rated.language,
            now=now,
        )
        audit.record(
            action="task_settled",
            subject=f"task:{task_id}",
            by=by,
            now=now,
            hall=task.hall.code,
            facts={"outcome": outcome},
        )
        announce(hall=task.hall.code, topic="ratings", subject=rated.ref, now=now)
    return task


def forget_words(*, before: Mapping[int, datetime], most: int) -> int:
    """Delete what people wrote with old ratings and what they were answered; stars and tags stay. Not while the task of a visit,
    or of a case, is open or unsettled.

    :param before: by hall id, what a rating, and an answer, is older than. :param most: ratings in one go.
    :returns: of how many ratings.
    """
    if not before:
        return 0
    rated, answered = Q(), Q()
    for hall_id, moment in before.items():
        rated |= Q(hall_id=hall_id, at__lt=moment)
        answered |= Q(hall_id=hall_id, answered_at__lt=moment)
    done = Task.objects.filter(answered).exclude(state__in=rules.TASK.goes_on)
    none_left = {"answer": "", "settlement": "", "appeal_text": "", "finding": ""}
    done.exclude(**none_left).update(**none_left)
    of_the_same = Q(rating__visit=OuterRef("visit")) | Q(rating__case=OuterRef("case"))
    unsettled = Task.objects.filter(of_the_same, state__in=rules.TASK.goes_on)
    old = Rating.objects.filter(rated).exclude(text="").exclude(Exists(unsettled))
    return Rating.objects.filter(pk__in=old.order_by("at", "id").values("pk")[:most]).update(text="")
