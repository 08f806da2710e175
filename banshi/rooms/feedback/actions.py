"""Rate a visit; answer and settle the task that a bad rating opens."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q

from banshi.foundation.announce import announce
from banshi.foundation.scrubbing import scrubbed
from banshi.kernel.actors import Actor, ActorKind
from banshi.kernel.policy import RatingPolicy
from banshi.kernel.refusals import Refused
from banshi.kernel.wording import legible
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.feedback import rules
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.feedback.queries import refusal
from banshi.rooms.messaging import actions as messaging
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.actions import mark_rated
from banshi.rooms.tickets.models import Service, Ticket, Visit
from banshi.rooms.tickets.queries import contact_of, not_there

SOMEBODY = Actor(ActorKind.CITIZEN)  # who holds the slip: a rating needs no name


def rate(
    *,
    ref: str,
    stars: int,
    tags: Sequence[str] = (),
    text: str = "",
    channel: str,
    now: datetime,
    by: Actor | None = None,
    follow_up: bool | None = None,
    staff_id: int | None = None,
) -> Rating:
    """Rate the visit of a ticket: once, and one follow-up (一次一评, 追评). A bad one opens a task.

    :param stars: 5 非常满意 … 1 非常不满意.
    :param tags: codes or words of `tags_for`, or a partner's own; up to 10 of 30 characters.
    :param channel: evaluator | qr | message | kiosk | web | api.
    :param follow_up: None: the first is the rating, the second the follow-up; False: only ever the rating, so that a
        double tap does not use up the follow-up; True: only ever the follow-up.
    :param staff_id: the member of staff who is signed in where the rating is given, if any.
    :raises Refused: not-allowed (who served wants to rate),
        nothing-found, invalid, wrong-state (not served, nothing to follow up), too-late, already-rated.
    """
    stars, words, kept = _checked(stars, tags, text, channel)
    with transaction.atomic():
        ticket = Ticket.objects.select_related("hall").filter(ref=ref).first()
        if ticket is None:
            raise not_there(ref)
        # Two ratings of one visit wait for each other here; the table's constraint stands behind it.
        visit = (
            Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("person").get(id=ticket.visit_id)
        )
        policy = policy_of(ticket.hall_id, now=now).rating
        _not_their_own(visit, staff_id)
        no = refusal(ticket=ticket, within_days=policy.within_days, now=now)
        if no is not None:
            raise Refused(no)
        before = list(Rating.objects.filter(visit=visit).order_by("follow_up"))
        second = bool(before) if follow_up is None else follow_up
        if second and not before:
            raise Refused("wrong-state", facts={"state": "not rated", "needs": "rated"})
        if any(each.follow_up == second for each in before):
            raise Refused("already-rated", facts={"ticket": ref})
        window_id, staff_id = _who_served(ticket)
        try:
            rating = Rating.objects.create(
                visit=visit, ticket=ticket, hall=ticket.hall, window_id=window_id, staff_id=staff_id, stars=stars,
                tags=words, text=kept, channel=channel, follow_up=second, at=now,
            )  # fmt: skip
        except IntegrityError as taken:
            raise Refused("already-rated", facts={"ticket": ref}) from taken
        if stars < policy.bad_from_below:
            _open_task(rating, policy=policy, now=now)
        audit.record(
            action="rated", subject=f"ticket:{ref}", by=by or SOMEBODY, now=now, hall=ticket.hall.code,
            facts={"stars": stars, "channel": channel, "follow_up": second},
        )  # fmt: skip
        mark_rated(visit_id=visit.pk, now=now)
        announce(hall=ticket.hall.code, topic="ratings", subject=ref, now=now)
    return rating


def _checked(stars: int, tags: Sequence[str], text: str, channel: str) -> tuple[int, list[str], str]:
    if isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5:
        raise _invalid("stars", "星级是 1 到 5", "Stars are 1 to 5")
    if channel not in rules.CHANNELS:
        raise _invalid("channel", f"渠道是 {'、'.join(rules.CHANNELS)} 之一", f"One of {', '.join(rules.CHANNELS)}")
    words = list(dict.fromkeys(rules.tag_code(_clean(word)) for word in tags if _clean(word)))
    if len(words) > rules.MOST_TAGS or any(len(word) > rules.LONGEST_TAG for word in words):
        most, longest = rules.MOST_TAGS, rules.LONGEST_TAG
        raise _invalid(
            "tags", f"最多 {most} 个标签，每个 {longest} 字以内", f"Up to {most} tags of {longest} characters"
        )
    if any(scrubbed(word) != word for word in words):  # tags are counted, and stand in clear
        raise _invalid("tags", "标签里不写号码", "No numbers of anybody in a tag")
    kept = _clean(text)
    if len(kept) > rules.LONGEST_TEXT:
        raise _invalid("text", f"{rules.LONGEST_TEXT} 字以内", f"Up to {rules.LONGEST_TEXT} characters")
    return stars, words, kept


def _invalid(field: str, zh: str, en: str) -> Refused:
    return Refused("invalid", facts={"field": field, "reason": {"zh": zh, "en": en}})


def _clean(text: str) -> str:
    """Without control characters (which the database or a screen would trip over), line breaks kept."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs")).strip()


def _not_their_own(visit: Visit, staff_id: int | None) -> None:
    """:raises Refused: not-allowed – a member of staff who served this visit."""
    if staff_id is not None and Service.objects.filter(ticket__visit_id=visit.pk, staff_id=staff_id).exists():
        raise Refused("not-allowed", facts={"permission": rules.NOT_ONES_OWN})


def _who_served(ticket: Ticket) -> tuple[int | None, int | None]:
    last = Service.objects.filter(ticket=ticket).order_by("-started_at", "-id").first()
    return (last.window_id, last.staff_id) if last else (ticket.window_id, None)


def _open_task(rating: Rating, *, policy: RatingPolicy, now: datetime) -> None:
    """差评工单. A bad follow-up joins the task of the first rating: one that was answered is open again, because the
    answer did not help; one that was settled gets a task of its own."""
    answer_by, settle_by = rules.clocks(
        now.astimezone(ZoneInfo(rating.hall.timezone)).date(),
        answer_days=policy.answer_working_days,
        settle_days=policy.settle_working_days,
        calendar=work_calendar(),
    )
    if rating.follow_up:
        tasks = Task.objects.select_for_update(no_key=True).filter(rating__visit_id=rating.visit_id)
        task = tasks.filter(state__in=rules.TASK.goes_on).order_by("-id").first()
        if task is not None and rules.TASK.may(task.state, "reopen"):
            task.state, task.answer_due_on = rules.TASK.to("reopen"), answer_by
            task.settle_due_on = max(task.settle_due_on, answer_by)
            task.save(update_fields=["state", "answer_due_on", "settle_due_on"])
            facts = {"answered_by": task.answered_by, "answer": task.answer}
            audit.record(
                action="task_reopened",
                subject=f"task:{task.pk}",
                by=SOMEBODY,
                now=now,
                hall=rating.hall.code,
                facts=facts,
            )
        if task is not None:
            return
    Task.objects.create(
        rating=rating, hall=rating.hall, opened_at=now, answer_due_on=answer_by, settle_due_on=settle_by
    )


def _need(task: Task, verb: str) -> None:
    """:raises Refused: wrong-state."""
    if (no := rules.TASK.refusal(task.state, verb)) is not None:
        raise Refused(no)


def answer(*, task_id: int, text: str, by: Actor, now: datetime) -> Task:
    """Answer a bad rating (回访). Who gave it is told, where a number is known.

    :raises Refused: nothing-found, invalid (no text), wrong-state (answered already).
    """
    kept = legible(_clean(text), field="text")
    if not kept or len(kept) > rules.LONGEST_TEXT:
        raise _invalid("text", f"写 1 到 {rules.LONGEST_TEXT} 个字", f"1 to {rules.LONGEST_TEXT} characters")
    with transaction.atomic():
        task = _task(task_id)
        _need(task, "answer")
        task.state, task.answer = rules.TASK.to("answer"), kept
        task.answered_at, task.answered_by = now, str(by)
        task.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        ticket = task.rating.ticket
        messaging.write(
            key="rating_answered",
            to_phone=contact_of(ticket),
            hall=task.hall,
            subject=f"ticket:{ticket.ref}",
            params={"text": kept, "day": ticket.day.isoformat()},
            dedupe=f"rating-answered:{task_id}:{now.isoformat()}",
            language=ticket.language,
            now=now,
        )
        audit.record(action="task_answered", subject=f"task:{task_id}", by=by, now=now, hall=task.hall.code)
        announce(hall=task.hall.code, topic="ratings", subject=ticket.ref, now=now)
    return task


def settle(*, task_id: int, outcome: str, by: Actor, now: datetime) -> Task:
    """Close an answered task with what came of it (整改).

    :param outcome: fixed | explained | groundless | malicious. The rating stays and counts, whatever the outcome.
    :raises Refused: nothing-found, invalid, wrong-state (not answered yet, or settled).
    """
    if outcome not in rules.OUTCOMES:
        zh, en = "、".join(zh for zh, _ in rules.OUTCOMES.values()), ", ".join(rules.OUTCOMES)
        raise _invalid("outcome", f"结果是{zh}之一", f"One of {en}")
    with transaction.atomic():
        task = _task(task_id)
        _need(task, "settle")
        task.state, task.outcome = rules.TASK.to("settle"), outcome
        task.settled_at, task.settled_by = now, str(by)
        task.save(update_fields=["state", "outcome", "settled_at", "settled_by"])
        audit.record(
            action="task_settled",
            subject=f"task:{task_id}",
            by=by,
            now=now,
            hall=task.hall.code,
            facts={"outcome": outcome},
        )
        announce(hall=task.hall.code, topic="ratings", subject=task.rating.ticket.ref, now=now)
    return task


def _task(task_id: int) -> Task:
    tasks = Task.objects.select_for_update(no_key=True, of=("self",))
    task = tasks.select_related("hall", "rating__ticket", "rating__visit__person").filter(id=task_id).first()
    if task is None:
        raise Refused("nothing-found", facts={"task": task_id})
    return task


def forget_words(*, before: Mapping[int, datetime], most: int) -> int:
    """Delete what people wrote with old ratings and what they were answered; stars and tags stay. Not while the task of a visit
    is open or unsettled.

    :param before: by hall id, what a rating, and an answer, is older than. :param most: ratings in one go.
    :returns: of how many ratings.
    """
    if not before:
        return 0
    rated, answered = Q(), Q()
    for hall_id, moment in before.items():
        rated |= Q(hall_id=hall_id, at__lt=moment)
        answered |= Q(hall_id=hall_id, answered_at__lt=moment)
    Task.objects.filter(answered).exclude(state__in=rules.TASK.goes_on).exclude(answer="").update(answer="")
    unsettled = Task.objects.filter(state__in=rules.TASK.goes_on).values("rating__visit")
    old = Rating.objects.filter(rated).exclude(text="").exclude(visit__in=unsettled)
    return Rating.objects.filter(pk__in=old.order_by("at", "id").values("pk")[:most]).update(text="")
