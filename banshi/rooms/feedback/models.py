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
    """差评工单: someone must call back and settle it. state: open → answered → settled."""

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
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "feedback_task"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(TASK.states)), name="task_state_is_known")
        ]
