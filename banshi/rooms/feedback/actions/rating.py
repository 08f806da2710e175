"""Rate a visit or a case; a bad rating opens a task."""

from __future__ import annotations

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
from banshi.rooms.audit import actions as audit
from banshi.rooms.calendars.queries import work_calendar
from banshi.rooms.cases.models import Bundle, Case
from banshi.rooms.feedback import rules
from banshi.rooms.feedback.actions.ground import clean, invalid
from banshi.rooms.feedback.models import Rating, Task
from banshi.rooms.feedback.queries import case_refusal, rated_with, refusal, what_was_rated
from banshi.rooms.places.queries import policy_of
from banshi.rooms.tickets.actions import mark_rated
from banshi.rooms.tickets.models import Service, Ticket, Visit
from banshi.rooms.tickets.queries import not_there

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
        second = _which(list(Rating.objects.filter(visit=visit).order_by("follow_up")), follow_up, {"ticket": ref})
        window_id, staff_id = _who_served(ticket)
        rating = Rating(
            visit=visit, ticket=ticket, hall=ticket.hall, window_id=window_id, staff_id=staff_id, stars=stars,
            tags=words, text=kept, channel=channel, follow_up=second, at=now,
        )  # fmt: skip
        _keep(rating, policy=policy, by=by or SOMEBODY, taken={"ticket": ref})
        mark_rated(visit_id=visit.pk, now=now)
    return rating


def rate_case(
    *,
    case_no: str,
    stars: int,
    tags: Sequence[str] = (),
    text: str = "",
    channel: str,
    now: datetime,
    by: Actor,
    follow_up: bool | None = None,
    staff_id: int | None = None,
) -> Rating:
    """Rate a case that is over: once, and one follow-up (一事一评, 追评). Whoever may follow it may; the caller sees to that.

    Parameters as of `rate`.
    :raises Refused: not-allowed (who worked it wants to rate), nothing-found, invalid, wrong-state (not over, nothing to follow
        up), too-late, already-rated.
    """
    stars, words, kept = _checked(stars, tags, text, channel)
    with transaction.atomic():
        # Two ratings of one case wait for each other here; the table's constraint stands behind it.
        case = _held(case_no)
        if case is None:
            raise Refused("nothing-found", facts={"case": case_no})
        parts = rated_with(case)  # 一件事: one rating for the whole, whichever of its cases it is given at
        case = parts[0]
        if staff_id is not None and any(staff_id in part.worked_by for part in parts):
            raise Refused("not-allowed", facts={"permission": rules.NOT_ONES_OWN})
        policy = policy_of(case.hall_id, now=now).rating
        no = case_refusal(case=case, within_days=policy.within_days, now=now)
        if no is not None:
            raise Refused(no)
        second = _which(list(Rating.objects.filter(case=case).order_by("follow_up")), follow_up, {"case": case_no})
        rating = Rating(
            case=case, hall=case.hall, window_id=case.window_id, staff_id=case.received_by_id, stars=stars,
            tags=words, text=kept, channel=channel, follow_up=second, at=now,
        )  # fmt: skip
        _keep(rating, policy=policy, by=by, taken={"case": case_no})
    return rating


def _held(case_no: str) -> Case | None:
    """The case; of a bundle its whole first, then the case, as everybody takes them who writes a bundle."""
    bundle = Case.objects.filter(no=case_no, bundle__isnull=False).values_list("bundle_id", flat=True).first()
    if bundle is not None:
        Bundle.objects.select_for_update(no_key=True).get(pk=bundle)
    rows = Case.objects.select_for_update(no_key=True, of=("self",)).select_related("hall")
    return rows.filter(no=case_no).first()


def _which(before: Sequence[Rating], follow_up: bool | None, what: Mapping[str, str]) -> bool:
    """Whether it is the follow-up. :raises Refused: wrong-state, already-rated."""
    second = bool(before) if follow_up is None else follow_up
    if second and not before:
        raise Refused("wrong-state", facts={"state": "not rated", "needs": "rated"})
    if any(each.follow_up == second for each in before):
        raise Refused("already-rated", facts=dict(what))
    return second


def _keep(rating: Rating, *, policy: RatingPolicy, by: Actor, taken: Mapping[str, str]) -> None:
    """Write it with the task that a bad one opens. :raises Refused: already-rated."""
    try:
        with transaction.atomic():
            rating.save()
    except IntegrityError as there:
        raise Refused("already-rated", facts=dict(taken)) from there
    if rating.stars < policy.bad_from_below:
        _open_task(rating, policy=policy, now=rating.at)
    what = what_was_rated(rating)
    audit.record(
        action="rated", subject=what.subject, by=by, now=rating.at, hall=rating.hall.code,
        facts={"stars": rating.stars, "channel": rating.channel, "follow_up": rating.follow_up},
    )  # fmt: skip
    announce(hall=rating.hall.code, topic="ratings", subject=what.ref, now=rating.at)


def _checked(stars: int, tags: Sequence[str], text: str, channel: str) -> tuple[int, list[str], str]:
    if isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5:
        raise invalid("stars", "星级是 1 到 5", "Stars are 1 to 5")
    if channel not in rules.CHANNELS:
        raise invalid("channel", f"渠道是 {'、'.join(rules.CHANNELS)} 之一", f"One of {', '.join(rules.CHANNELS)}")
    words = list(dict.fromkeys(rules.tag_code(clean(word)) for word in tags if clean(word)))
    if len(words) > rules.MOST_TAGS or any(len(word) > rules.LONGEST_TAG for word in words):
        most, longest = rules.MOST_TAGS, rules.LONGEST_TAG
        raise invalid(
            "tags", f"最多 {most} 个标签，每个 {longest} 字以内", f"Up to {most} tags of {longest} characters"
        )
    if any(scrubbed(word) != word for word in words):  # tags are counted, and stand in clear
        raise invalid("tags", "标签里不写号码", "No numbers of anybody in a tag")
    kept = clean(text)
    if len(kept) > rules.LONGEST_TEXT:
        raise invalid("text", f"{rules.LONGEST_TEXT} 字以内", f"Up to {rules.LONGEST_TEXT} characters")
    return stars, words, kept


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
        same = Q(rating__case=rating.case) if rating.case_id else Q(rating__visit=rating.visit_id)
        tasks = Task.objects.select_for_update(no_key=True, of=("self",)).filter(same)
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
