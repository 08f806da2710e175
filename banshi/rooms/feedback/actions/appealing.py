"""A rating that is not so, or malicious (误评、恶意差评): the hall appeals once for who was rated, somebody else judges. What is
upheld is kept and not counted, and its author is told why; silence upholds nothing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from banshi.foundation.announce import announce
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.refusals import Refused
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.feedback import rules
from banshi.rooms.feedback.actions.ground import held, invalid, need, words
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.feedback.queries import contact_for, rated_with, what_was_rated
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.models import Service


@transaction.atomic
def appeal(*, task_id: int, ground: str, text: str, by: Actor, now: datetime) -> Task:
    """Ask that a rating be set aside, with the reason: after its person was called back, and once. It is judged by a day, which
    the hall's policy promises.

    :param ground: groundless (误评) | malicious (恶意).
    :raises Refused: nothing-found, invalid, wrong-state (not answered yet, settled, or appealed before).
    """
    if ground not in rules.GROUNDS:
        zh, en = ("、".join(rules.OUTCOMES[each][0] for each in rules.GROUNDS), ", ".join(rules.GROUNDS))
        raise invalid("ground", f"理由是{zh}之一", f"One of {en}")
    kept = words(text)
    task = held(task_id)
    need(task, "appeal")
    if task.appealed_at is not None:
        raise Refused("wrong-state", facts={"state": "judged", "needs": "not appealed"})
    task.state, task.appeal_ground, task.appeal_text = rules.TASK.to("appeal"), ground, kept
    task.appealed_at, task.appealed_by = now, str(by)
    today = now.astimezone(ZoneInfo(task.hall.timezone)).date()
    days = policy_of(task.hall_id, now=now).rating.judge_working_days
    task.judge_due_on = work_calendar().add_working_days(today, days)
    task.save(update_fields=["state", "appeal_ground", "appeal_text", "appealed_at", "appealed_by", "judge_due_on"])
    hall, facts = task.hall.code, {"ground": ground}
    audit.record(action="task_appealed", subject=f"task:{task_id}", by=by, now=now, hall=hall, facts=facts)
    announce(hall=hall, topic="ratings", subject=what_was_rated(task.rating).ref, now=now)
    return task


@transaction.atomic
def judge(*, task_id: int, uphold: bool, finding: str, by: Actor, now: datetime) -> Task:
    """Decide an appeal: upheld, the rating counts for nothing and the task is settled; dismissed, it is to be settled otherwise.

    :param by: neither who appealed, answered, served nor worked it.
    :raises Refused: nothing-found, invalid, wrong-state (no appeal waits), same-person.
    """
    kept = words(finding)
    task = held(task_id)
    need(task, "uphold" if uphold else "dismiss")
    no = rules.judge_refusal(
        judge=str(by), appealed_by=task.appealed_by, answered_by=task.answered_by, served_by=_served_by(task.rating)
    )
    if no is not None:
        raise Refused(no)
    task.upheld, task.finding, task.judged_at, task.judged_by = uphold, kept, now, str(by)
    task.state = rules.TASK.to("uphold" if uphold else "dismiss")
    fields = ["state", "upheld", "finding", "judged_at", "judged_by"]
    if uphold:
        task.outcome, task.settled_at, task.settled_by = task.appeal_ground, now, str(by)
        fields += ["outcome", "settled_at", "settled_by"]
        Rating.objects.filter(pk=task.rating_id).update(set_aside_at=now)
        _tell(task, now)
    task.save(update_fields=fields)
    hall = task.hall.code
    if uphold:
        audit.record(action="task_upheld", subject=f"task:{task_id}", by=by, now=now, hall=hall)
    else:
        audit.record(action="task_dismissed", subject=f"task:{task_id}", by=by, now=now, hall=hall)
    announce(hall=hall, topic="ratings", subject=what_was_rated(task.rating).ref, now=now)
    return task


def _served_by(rating: Rating) -> set[str]:
    """Who served the visit, or took a step of what was rated, as actors are written down."""
    staff: set[int | None] = {rating.staff_id}
    if rating.visit_id is not None:
        served = Service.objects.filter(ticket__visit_id=rating.visit_id).order_by("id")
        staff.update(served.values_list("staff_id", flat=True))
    if rating.case is not None:
        for part in rated_with(rating.case):
            staff.update(part.worked_by)
    return {str(Actor(ActorKind.STAFF, str(each))) for each in staff if each is not None}


def _tell(task: Task, now: datetime) -> None:
    rated = what_was_rated(task.rating)
    messaging.write(
        key="rating_set_aside",
        to_phone=contact_for(task.rating),
        hall=task.hall,
        subject=rated.subject,
        params={"text": task.finding, "day": rated.day.isoformat()},
        dedupe=f"rating-set-aside:{task.pk}",
        language=rated.language,
        now=now,
    )
