"""Questions to a department (咨询), what it answered, and what of it everybody may read (常见问答)."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.consulting.rules import ENQUIRY, PUBLIC_ANSWER
from banshi.rooms.identity.models import Account, Staff
from banshi.rooms.places.models import Hall

Q = models.Q


class Enquiry(models.Model):
    """咨询: a question on an item in a hall, by an account, at a window, or through another system.

    `due_on`: by which day it is answered, while it is open. `asked_by`: str(Actor). `forgotten`: its words are deleted.
    """

    no = models.CharField(max_length=40, unique=True)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="enquiries")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="enquiries")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="enquiries")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="enquiries")
    case = models.ForeignKey(
        Case, null=True, on_delete=models.SET_NULL, related_name="enquiries"
    )  # what it complains of
    complaint = models.BooleanField(default=False, db_default=False)  # 办不成事: no question, something goes wrong
    asked_by = models.CharField(max_length=60)
    contact = EncryptedText(null=True)  # of who asks through another system; an account has its own
    contact_index = models.CharField(max_length=64, default="")  # of who asked without an account, to count them by
    language = models.CharField(max_length=10, default="zh-hans")
    state = models.CharField(max_length=10, default="open")
    asked_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    answered_at = models.DateTimeField(null=True)
    helped = models.BooleanField(null=True)  # what who asked said of the answer
    closed_at = models.DateTimeField(null=True)
    forgotten = models.BooleanField(default=False)

    class Meta:
        db_table = "consulting_enquiry"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ENQUIRY.states)), name="enquiry_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="open", due_on__isnull=False) | (~Q(state="open") & Q(due_on=None)),
                name="an_open_enquiry_has_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(ENQUIRY.goes_on), closed_at=None)
                | Q(state__in=sorted(ENQUIRY.ends), closed_at__isnull=False),
                name="an_enquiry_that_ended_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "state", "due_on", "id"], name="enquiries_by_hall_and_state"),
            models.Index(fields=["account", "-id"], name="enquiries_of_an_account"),
            models.Index(fields=["asked_by", "-id"], name="enquiries_by_who_asked"),
            models.Index(fields=["answered_at"], name="enquiries_to_close", condition=Q(state="answered")),
            models.Index(
                fields=["hall", "closed_at"], name="enquiries_to_forget",
                condition=Q(closed_at__isnull=False, forgotten=False),
            ),
        ]  # fmt: skip


class Question(models.Model):
    """What was asked: first, and once further."""

    enquiry = models.ForeignKey(Enquiry, on_delete=models.CASCADE, related_name="questions")
    seq = models.SmallIntegerField()
    text = FreeText()
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "consulting_question"
        constraints = [
            models.UniqueConstraint(fields=["enquiry", "seq"], name="one_question_a_place_in_an_enquiry"),
            models.CheckConstraint(condition=Q(seq__range=(1, 2)), name="one_further_question_and_no_more"),
        ]


class Answer(models.Model):
    """What a department answered; a correction is a further version, and the earlier one stays."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="answers")
    version = models.SmallIntegerField()
    text = FreeText()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "consulting_answer"
        constraints = [
            models.UniqueConstraint(fields=["question", "version"], name="one_answer_a_version_of_a_question")
        ]


class Forwarding(models.Model):
    """Another department answers: once, with why. The clock goes on."""

    enquiry = models.OneToOneField(Enquiry, on_delete=models.CASCADE, related_name="forwarding")
    sender = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    reason = FreeText()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "consulting_forwarding"
        constraints = [
            models.CheckConstraint(
                condition=~Q(sender=models.F("receiver")), name="an_enquiry_is_forwarded_to_another_department"
            )
        ]


class PublicAnswer(models.Model):
    """常见问答: a question and its answer without whose they were, for everybody once a second person agreed."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="public_answers")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="public_answers")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    enquiry = models.ForeignKey(Enquiry, on_delete=models.PROTECT, related_name="public_answers")
    # Sealed like what it was written from: a draft nobody else has read may still name somebody.
    question_zh = FreeText()
    answer_zh = FreeText()
    question_en = FreeText(default="")
    answer_en = FreeText(default="")
    state = models.CharField(max_length=10, default="draft")
    written_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    published_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "consulting_public_answer"
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(PUBLIC_ANSWER.states)), name="public_answer_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(published_by=models.F("written_by")), name="another_person_publishes_an_answer"
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_by__isnull=False, published_at__isnull=False),
                name="a_published_answer_says_by_whom",
            ),
            models.UniqueConstraint(
                fields=["enquiry"], condition=Q(state="draft"), name="one_answer_of_an_enquiry_waits_to_be_published"
            ),
        ]
        indexes = [
            models.Index(
                fields=["item", "-published_at"], name="published_answers_of_an_item", condition=Q(state="published")
            )
        ]
