"""Feedback: ratings (好差评) and the tasks that bad ones open. Silence is never a rating."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import FreeText
from banshi.rooms.cases.models import Case
from banshi.rooms.feedback.rules import TASK
from banshi.rooms.identity.models import Staff
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.tickets.models import Ticket, Visit


class Rating(models.Model):
    """一次一评, 一事一评: one per visit and one per case, and one follow-up (追评) of each.

    stars 5 = 非常满意 … 1 = 非常不满意 (A.8 code = 6 − stars). `window`, `staff`: who served; of a case, who received it.
    """

    visit = models.ForeignKey(Visit, null=True, on_delete=models.CASCADE, related_name="ratings")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="ratings")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT)
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT)
    stars = models.SmallIntegerField()
    tags = models.JSONField(default=list)
    text = FreeText(default="")
    channel = models.CharField(max_length=12)  # evaluator | qr | message | kiosk | web | api
    follow_up = models.BooleanField(default=False)
    at = models.DateTimeField()
    set_aside_at = models.DateTimeField(null=True)  # an appeal against it was upheld: it is kept, and not counted

    class Meta:
        db_table = "feedback_rating"
        constraints = [
            models.UniqueConstraint(fields=["visit", "follow_up"], name="one_rating_and_one_follow_up_per_visit"),
            models.UniqueConstraint(fields=["case", "follow_up"], name="one_rating_and_one_follow_up_per_case"),
            models.CheckConstraint(
                condition=models.Q(visit__isnull=False, ticket__isnull=False, case=None)
                | models.Q(visit=None, ticket=None, case__isnull=False),
                name="a_rating_is_of_a_visit_or_of_a_case",
            ),
            models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="stars_are_1_to_5"),
        ]
        indexes = [
            models.Index(fields=["hall", "at"], name="ratings_by_hall"),
            # What is deleted leaves it: looking for more costs as much as there is.
            models.Index(fields=["hall", "at"], name="ratings_with_words", condition=~models.Q(text="")),
        ]


class Task(models.Model):
    """差评工单: someone must call back and settle it. state: open → answered (→ appealed) → settled.

    `appeal_…`: 申诉, once, by the hall for who was rated; `judged_…`, `finding`: what somebody else found.
    """

    rating = models.OneToOneField(Rating, on_delete=models.CASCADE, related_name="task")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT)
    opened_at = models.DateTimeField()
    answer_due_on = models.DateField()
    settle_due_on = models.DateField()
    state = models.CharField(max_length=8, default="open")
    answer = FreeText(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=60, default="")
    outcome = models.CharField(max_length=12, default="")  # fixed | explained | groundless | malicious
    settlement = FreeText(default="", db_default="")  # 整改: what was done, or found, in words to the person
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=60, default="")
    appeal_ground = models.CharField(max_length=12, default="", db_default="")  # groundless | malicious
    appeal_text = FreeText(default="", db_default="")
    appealed_at = models.DateTimeField(null=True)
    appealed_by = models.CharField(max_length=60, default="", db_default="")
    judge_due_on = models.DateField(null=True)  # promised when it was appealed
    upheld = models.BooleanField(null=True)
    finding = FreeText(default="", db_default="")
    judged_at = models.DateTimeField(null=True)
    judged_by = models.CharField(max_length=60, default="", db_default="")

    class Meta:
        db_table = "feedback_task"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(TASK.states)), name="task_state_is_known"),
            models.CheckConstraint(
                condition=~models.Q(state="appealed") | models.Q(appealed_at__isnull=False, judged_at=None),
                name="an_appealed_task_waits_for_a_judgement",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="appealed") | models.Q(judge_due_on__isnull=False),
                name="an_appeal_is_judged_by_a_day",
            ),
            models.CheckConstraint(
                condition=models.Q(judged_at=None, upheld=None)
                | models.Q(judged_at__isnull=False, upheld__isnull=False, appealed_at__isnull=False)
                & ~models.Q(judged_by=models.F("appealed_by"))
                & ~models.Q(judged_by=models.F("answered_by")),
                name="nobody_judges_their_own_appeal",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="malicious") | models.Q(upheld__isnull=False, upheld=True),
                name="malicious_is_what_somebody_else_found",
            ),
        ]
