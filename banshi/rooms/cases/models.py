"""Cases (办件): one application each, from the first answer to the result, and all that was said and done about it."""

from __future__ import annotations

from typing import Final

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models.functions import Coalesce, Least

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.rooms.cases.rules.by_rule import MODES, OCCASIONS, RUN_OUTCOMES, WHYS
from banshi.rooms.cases.rules.consulted import SAYS
from banshi.rooms.cases.rules.grounds import GROUNDS
from banshi.rooms.cases.rules.lifecycle import CASE, DUE, LIES_HERE, OUTCOMES, UNDER_CLOCK, WORKLISTS
from banshi.rooms.cases.rules.materials import AGAIN
from banshi.rooms.cases.rules.promises import BROKEN, FINDINGS, UNTRUE
from banshi.rooms.cases.rules.quota import ENTRY_STATES, LIVE
from banshi.rooms.cases.rules.site_visits import FOUND, NOT_MET, OVER, STATES
from banshi.rooms.catalogue import queries as catalogue
from banshi.rooms.catalogue.models import Department, Item
from banshi.rooms.catalogue.queries import ItemSaid
from banshi.rooms.identity.models import Account, Guardianship, Mandate, Organisation, PaperMandate, Person, Staff
from banshi.rooms.library.models import Certificate, DocumentVersion
from banshi.rooms.library.rules import PDF
from banshi.rooms.places.models import Hall, Window
from banshi.rooms.seals.models import Seal
from banshi.rooms.tickets.models import Visit

Q = models.Q


def _shown_day() -> Least:
    def or_fee(column: str) -> Coalesce:
        return Coalesce(models.F(column), models.F("fee_due_on"))

    here = [
        models.When(Q(("phase", phase), (f"{since}__isnull", False)), then=or_fee(column))
        for phase, (since, column) in LIES_HERE.items()
    ]
    due = [models.When(phase=phase, then=or_fee(column)) for phase, column in DUE.items()]
    return Least(models.Case(*here, *due, output_field=models.DateField()), models.F("stage_due_on"))


# The first of the days that are waited for, of the phase and of the stage under way; null where there is none.
SHOWN_DAY: Final = _shown_day()

_SAID = ("pass", "return", "notice", "refuse", "opine", "answer_consult")  # what somebody of the hall thought of it


class Bundle(models.Model):
    """一件事: several matters begun as one, by one form and one set of papers. Each goes on as a case of its own."""

    no = models.CharField(max_length=50, unique=True)
    matter = models.CharField(max_length=60, default="", db_default="")  # code of a OneMatter; "": chosen one by one
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="bundles")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="bundles")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="bundles")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="bundles")
    opened_by = models.CharField(max_length=60)
    opened_at = models.DateTimeField()
    revision = models.IntegerField(default=0)  # of the one form: two tabs never overwrite each other unseen
    joint_days = models.SmallIntegerField(null=True)  # 联办时限: working days for the whole, where one is set

    class Meta:
        db_table = "cases_bundle"
        constraints = [
            models.CheckConstraint(
                condition=Q(joint_days=None) | Q(joint_days__range=(1, 365)), name="a_joint_limit_is_some_days"
            )
        ]
        indexes = [
            models.Index(fields=["person", "-opened_at"], name="bundles_of_a_person"),
            models.Index(fields=["account", "-opened_at"], name="bundles_of_an_account"),
        ]


class Case(models.Model):
    """办件. It pins what its item said when it was opened: a new version of the item changes no case."""

    no = models.CharField(max_length=50, unique=True)  # 办件编号
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="cases")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="cases")
    item_version = models.IntegerField()
    item_type = models.CharField(max_length=2)  # A.1, of that version: what its law makes of silence
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    case_kind = models.CharField(max_length=2)  # A.6
    instant = models.BooleanField(default=False)  # the window may decide it on the spot
    bundle = models.ForeignKey(Bundle, null=True, on_delete=models.PROTECT, related_name="cases")  # 一件事

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="cases"
    )  # who applies, or acts for a firm
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="cases")
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="cases")
    guardian = models.ForeignKey(
        Guardianship, null=True, on_delete=models.PROTECT, related_name="+"
    )  # 监护人 of a minor
    # 代理人: who acts for the applicant, and the mandate by which they opened it – of a registered agent, or a letter.
    agent = EncryptedText(null=True)  # name as it stands on the papers
    masked_agent = models.CharField(max_length=60, default="", db_default="")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="cases")
    letter = models.ForeignKey(PaperMandate, null=True, on_delete=models.PROTECT, related_name="cases")
    applicant = EncryptedText()  # name as it stands on the papers
    masked_applicant = models.CharField(max_length=60)
    contact = EncryptedText(null=True)  # telephone for this case, E.164
    contact_index = models.CharField(max_length=64, default="", db_default="")
    language = models.CharField(max_length=10, default="zh-hans")
    channel = models.CharField(max_length=12)  # web | window | video | kiosk | api
    opened_by = models.CharField(
        max_length=60, default="", db_default=""
    )  # str(Actor): a channel's system sees its own
    # How whoever applies was shown to be that person when it was opened (kernel.evidence.Evidence).
    evidence = models.SmallIntegerField(default=0, db_default=0)

    answers = models.JSONField(default=dict)  # situation: question → option, codes alone
    situation = models.CharField(max_length=60, default="")
    form = EncryptedText(default="{}")  # field → value, as JSON
    revision = models.IntegerField(default=0)  # of answers and form: two tabs never overwrite each other unseen

    phase = models.CharField(max_length=16, default="draft")
    outcome = models.CharField(max_length=16, default="")
    ground = models.CharField(max_length=16, default="", db_default="")  # 不予受理的情形 (rules/grounds)
    stopped_at = models.DateTimeField(null=True)  # a special procedure is under way
    tolerant = models.BooleanField(default=False)  # 容缺: papers are to follow
    deemed = models.BooleanField(default=False)  # 视为受理
    proposed = models.CharField(max_length=8, default="")  # grant | refuse, or stop: what the review proposes
    proposed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    notices = models.SmallIntegerField(default=0)  # how often something was asked for
    # Somebody works on it.
    locked_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    locked_until = models.DateTimeField(null=True)

    window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT)  # where it was received
    # It was sent back and came again: whose it is first, and until when.
    back_to = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    back_until = models.DateTimeField(null=True)
    visit = models.ForeignKey(Visit, null=True, on_delete=models.SET_NULL, related_name="cases")
    appointment = models.CharField(max_length=40, default="")  # the code of the booking that brings it

    opened_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    counts_from = models.DateField(
        null=True
    )  # papers came by cabinet or courier, or all online: T1 counts from this day, not from receipt
    received_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    granted = models.BooleanField(null=True)
    issued_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)  # nothing personal is left of it

    # Never received: the day on which it goes, and its revision when whoever has it was told.
    forget_on = models.DateField(null=True)
    forget_told = models.IntegerField(null=True)

    pre_review_due_on = models.DateField(null=True)
    notice_due_on = models.DateField(null=True)  # T1: what is missing is told by then, or it counts as accepted
    supplement_due_on = models.DateField(null=True)  # T3
    due_promised = models.DateField(null=True)  # T4
    due_at = models.DateTimeField(null=True)  # T4 in hours or minutes: its last moment, in the hall's hours
    due_statutory = models.DateField(null=True)  # T4′
    issue_due_on = models.DateField(null=True)  # T6; where a fee is due, from the day it is paid
    fee_due_on = models.DateField(null=True)  # granted, and not paid for yet: by then it should be
    provisional = models.BooleanField(default=False)  # a calendar not published yet may move the day that is waited for
    statutory_provisional = models.BooleanField(default=False, db_default=False)  # the same of T4′
    wait_until = models.DateTimeField(null=True)  # 立等可取: promised to whoever waits in the hall
    called_to = models.CharField(max_length=10, default="", db_default="")  # number of the window that called for it
    called_at = models.DateTimeField(null=True)  # last; null: nobody is called
    due_told = models.DateField(null=True)  # the day to wait for that the applicant was told last
    stage = models.CharField(
        max_length=80, default="", db_default=""
    )  # under way, with a limit of its own (rules/flow)
    stage_due_on = models.DateField(null=True)  # its last day
    fee_reminded_at = models.DateTimeField(null=True)  # who has to pay was reminded
    urged_on = models.DateField(null=True)  # 催办: whoever has it was urged, and has not done their part yet
    # 延长办理期限: who asked the head of the body for it, until the head answered
    extension_asked_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    # What was told to be missing, or was to follow, came by cabinet or courier and nobody took it in yet: the day it counts from.
    brought_on = models.DateField(null=True)
    # It lies ready, is to be posted, and the carrier does not have it: the day from which T6 counts – anew from a later wish.
    to_post_on = models.DateField(null=True)

    # Said once, by the calendar and the story of that day (rules/measures): figures read them.
    days_saved = models.SmallIntegerField(null=True)  # working days that the decision left of the statutory limit
    trips = models.SmallIntegerField(default=0, db_default=0)  # days on which somebody came for it, until it was closed

    class Meta:
        db_table = "cases_case"
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=list(CASE.states)), name="case_phase_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=["", *OUTCOMES]), name="case_outcome_is_known"),
            models.CheckConstraint(condition=~Q(item_type=""), name="a_case_is_of_a_type_of_item"),
            models.CheckConstraint(
                condition=Q(phase__in=list(CASE.goes_on), closed_at=None)
                | (Q(phase__in=sorted(CASE.ends), closed_at__isnull=False) & ~Q(outcome="")),
                name="a_case_that_ended_has_an_outcome_and_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(accepted_by=None)
                | Q(instant=True)
                | ~Q(decided_by=models.F("accepted_by")),
                name="who_accepted_a_case_does_not_decide_it",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | Q(issued_by=None)
                | Q(instant=True)
                | ~Q(issued_by=models.F("decided_by")),
                name="who_decided_a_case_does_not_issue_it",
            ),
            models.CheckConstraint(
                condition=Q(locked_by=None, locked_until=None) | Q(locked_by__isnull=False, locked_until__isnull=False),
                name="a_lease_is_somebodys_and_ends",
            ),
            models.CheckConstraint(
                condition=Q(back_to=None, back_until=None) | Q(back_to__isnull=False, back_until__isnull=False),
                name="what_comes_back_is_somebodys_first_for_a_time",
            ),
            models.CheckConstraint(
                condition=Q(phase__in=["decided", "issuing", "ready", "delivered", "closed", "terminated"])
                | Q(decided_at=None),
                name="only_a_decided_case_has_a_decision",
            ),
            models.CheckConstraint(
                condition=Q(fee_due_on=None) | Q(phase="decided", granted=True),
                name="no_result_is_made_while_a_fee_is_due",
            ),
            models.CheckConstraint(
                condition=Q(masked_agent="", mandate=None, letter=None)
                | (
                    ~Q(masked_agent="")
                    & (Q(mandate__isnull=False, letter=None) | Q(mandate=None, letter__isnull=False))
                ),
                name="who_acts_in_a_case_has_one_mandate",
            ),
            models.CheckConstraint(
                condition=Q(masked_agent="") | Q(guardian=None, organisation=None),
                name="a_guardian_or_member_is_no_agent",
            ),
            models.CheckConstraint(
                condition=Q(ground="") | Q(ground__in=list(GROUNDS), outcome="not_accepted"),
                name="a_ground_is_known_and_of_what_was_not_accepted",
            ),
            models.CheckConstraint(
                condition=Q(brought_on=None) | Q(phase="supplement") | Q(phase__in=list(UNDER_CLOCK)),
                name="what_came_is_taken_in_while_it_is_waited_for",
            ),
            models.CheckConstraint(
                condition=Q(to_post_on=None) | Q(phase="ready", issue_due_on__isnull=False),
                name="what_is_to_be_posted_lies_ready_and_has_a_day",
            ),
            models.UniqueConstraint(fields=["bundle", "item"], name="an_item_is_once_in_a_bundle"),
            models.CheckConstraint(
                condition=Q(called_at=None, called_to="") | (Q(called_at__isnull=False) & ~Q(called_to="")),
                name="who_is_called_for_a_result_is_called_to_a_window",
            ),
            models.CheckConstraint(
                condition=Q(wait_until=None) | Q(wait_until__gt=models.F("received_at")),
                name="who_waits_was_promised_a_time_after_receipt",
            ),
        ]
        indexes = [
            # Work lists: what waits is counted, put in order and offered to choose from by this alone.
            models.Index(
                fields=["hall", "phase", "due_promised", "id"],
                include=["department", "item", "channel", "proposed"],
                name="cases_that_wait",
            ),
            # Of what goes on alone, in the order of its day: a page of it costs the same however many cases ended, or wait.
            models.Index(
                fields=["hall", "due_promised", "id"],
                include=["phase"],
                name="cases_that_go_on",
                condition=Q(phase__in=WORKLISTS["supervision"][0]),
            ),
            models.Index(
                models.F("hall"),
                SHOWN_DAY.asc(),
                models.F("id"),
                name="cases_by_shown_day",
                condition=Q(phase__in=WORKLISTS["supervision"][0]),
            ),
            models.Index(
                fields=["department", "hall", "due_promised", "id"],
                include=["phase", "item", "channel", "proposed"],
                name="cases_with_a_department",
                condition=Q(phase__in=WORKLISTS["supervision"][0]),
            ),
            models.Index(fields=["person", "-opened_at"], name="cases_of_a_person"),
            models.Index(fields=["account", "-opened_at"], name="cases_of_an_account"),
            models.Index(fields=["contact_index"], name="cases_by_telephone", condition=~Q(contact_index="")),
            models.Index(fields=["opened_by", "-opened_at", "-id"], name="cases_by_who_opened_them"),
            models.Index(fields=["supplement_due_on"], name="cases_to_lapse", condition=Q(phase="supplement")),
            models.Index(
                fields=["item_type", "notice_due_on"],
                name="cases_to_be_deemed",
                condition=Q(phase__in=["await_receipt", "received", "supplement"]),
            ),
            models.Index(fields=["fee_due_on"], name="cases_to_be_paid", condition=Q(fee_due_on__isnull=False)),
            models.Index(
                fields=["hall", "due_promised"],
                name="extensions_asked_for",
                condition=Q(extension_asked_by__isnull=False),
            ),
            models.Index(fields=["due_at"], name="cases_due_at_a_moment", condition=Q(due_at__isnull=False)),
            models.Index(fields=["hall"], name="cases_that_something_came_for", condition=Q(brought_on__isnull=False)),
            models.Index(fields=["wait_until"], name="cases_waited_for", condition=Q(wait_until__isnull=False)),
            models.Index(fields=["called_at"], name="cases_called_for", condition=Q(called_at__isnull=False)),
            # Figures read a hall's days.
            *(
                models.Index(fields=["hall", at], name=f"cases_by_{at}", condition=Q(**{f"{at}__isnull": False}))
                for at in ("received_at", "accepted_at", "decided_at", "closed_at")
            ),
        ]

    @property
    def item_then(self) -> ItemSaid:
        """Its item by the version it pins: what is said of the case in writing, and what follows from it by law. `item` is
        that of today: whether it is retired, whose it is, and the name in lists, where one looks for it by that. A process reads
        each version once."""
        return catalogue.said_in(self.item_id, self.item_version)

    @property
    def worked_by(self) -> set[int | None]:
        """Who took one of its steps, looked at it beforehand or gave an opinion, by id of staff; None among them where one was
        nobody's."""
        said = self.events.filter(verb__in=_SAID, actor__startswith="staff:").order_by("seq")
        judged = {int(each.removeprefix("staff:")) for each in said.values_list("actor", flat=True)}
        return {self.received_by_id, self.accepted_by_id, self.decided_by_id, self.issued_by_id, *judged}


class CaseEvent(models.Model):
    """One thing done to a case: appended, chained by hash, changed by nobody (a trigger refuses)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    seq = models.IntegerField()
    verb = models.CharField(max_length=20)
    actor = models.CharField(max_length=60)
    at = models.DateTimeField()
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)  # codes, dates, counts
    why = FreeText(default="")
    earlier_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "cases_event"
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_event_a_place_in_a_case")]


class Stop(models.Model):
    """特殊程序: the clock stands while a hearing, an inspection, an expert review is under way."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stops")
    kind = models.CharField(max_length=20)
    basis = FreeText(default="")
    expected_days = models.SmallIntegerField()
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    result = FreeText(default="")
    proposed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    late_told_at = models.DateTimeField(null=True)  # that it takes longer than was said

    class Meta:
        db_table = "cases_stop"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_at=None), name="one_procedure_at_a_time_stops_a_case"
            ),
            models.CheckConstraint(condition=Q(expected_days__range=(1, 365)), name="a_procedure_takes_some_days"),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (Q(proposed_by__isnull=False) & ~Q(proposed_by=models.F("approved_by"))),
                name="who_proposes_a_procedure_does_not_approve_it",
            ),
        ]
        indexes = [models.Index(fields=["started_at"], name="procedures_under_way", condition=Q(ended_at=None))]


class Extension(models.Model):
    """延长办理期限: once a case, by the head of the body – of their own, or as another asked for it (行政许可法 42 条)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="extension")
    days = models.SmallIntegerField()
    reason = FreeText(default="")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    proposed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")  # None: nobody asked
    approved_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")  # None: of before

    class Meta:
        db_table = "cases_extension"
        constraints = [
            models.CheckConstraint(condition=Q(days__range=(1, 15)), name="an_extension_is_15_days_at_most"),
            models.CheckConstraint(
                condition=Q(proposed_by=None)
                | (Q(approved_by__isnull=False) & ~Q(proposed_by=models.F("approved_by"))),
                name="who_asks_for_an_extension_does_not_approve_it",
            ),
        ]


IN_ORDER = (
    models.F("place").asc(nulls_last=True),
    "id",
)  # pages as they were put in order; what came since, after them


class CaseMaterial(models.Model):
    """收取材料: a page, a file, a certificate or paper that came for one of the papers the situation asks for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="materials")
    code = models.CharField(max_length=60)
    channel = models.CharField(max_length=8)  # paper | usb | scan | upload | library | promise
    copies = models.SmallIntegerField(default=1)
    # What was sent; of a certificate its copy (复用件), once somebody looked at it.
    file = models.ForeignKey(DocumentVersion, null=True, on_delete=models.PROTECT, related_name="+")
    certificate = models.ForeignKey(Certificate, null=True, on_delete=models.PROTECT, related_name="+")
    trust = models.CharField(max_length=1)  # A–D
    verdict = models.CharField(max_length=4, default="")  # ok | bad
    why = FreeText(default="")
    judged_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    gone_at = models.DateTimeField(null=True)  # taken back, or replaced by a better one
    place = models.SmallIntegerField(null=True)  # among the pages of its paper, where somebody put them in order
    # 材料复用: in which case it was handed in the first time, and on which day of that hall; its file is the same.
    origin = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    handed_on = models.DateField(null=True)

    class Meta:
        db_table = "cases_material"
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["", "ok", "bad"]), name="a_paper_is_right_wrong_or_not_seen"
            ),
            models.CheckConstraint(condition=Q(trust__in=["A", "B", "C", "D"]), name="trust_is_a_to_d"),
            models.CheckConstraint(condition=Q(copies__range=(1, 99)), name="a_paper_that_came_is_counted"),
            models.UniqueConstraint(
                fields=["case", "certificate"], condition=Q(gone_at=None), name="a_certificate_once_per_case"
            ),
            models.UniqueConstraint(
                fields=["case", "code"], condition=Q(channel="promise", gone_at=None), name="a_paper_is_promised_once"
            ),
            models.CheckConstraint(
                condition=~Q(channel="promise") | Q(trust="D", file=None, certificate=None),
                name="a_promise_is_trust_d_and_nothing_else",
            ),
            models.CheckConstraint(
                condition=Q(origin=None, handed_on=None)
                | Q(
                    origin__isnull=False,
                    handed_on__isnull=False,
                    channel="library",
                    file__isnull=False,
                    certificate=None,
                ),
                name="a_paper_used_again_is_a_file_and_says_where_it_came",
            ),
            models.UniqueConstraint(
                fields=["case", "code", "file"],
                condition=Q(gone_at=None, origin__isnull=False),
                name="an_earlier_page_once_per_paper",
            ),
        ]

    @property
    def mime(self) -> str:
        """As what it can be looked at: its file, or the copy of a certificate, which is made at the first look; "": it cannot."""
        if self.file is not None:
            return str(self.file.mime)
        return PDF if self.certificate_id is not None else ""

    @property
    def way(self) -> str:
        """As which it came, in a word: its channel, or that it was handed in before."""
        return AGAIN if self.origin_id is not None else self.channel

    @property
    def scan(self) -> str:
        """What is known of viruses in it; what we made ourselves has none. "": nothing to look at."""
        if self.file is not None:
            return str(self.file.scan)
        return "clean" if self.certificate_id is not None else ""

    @property
    def to_see(self) -> bool:
        """Whether somebody who may can look at it."""
        return self.mime != "" and self.scan != "rejected"


class PageOrder(models.Model):
    """页序: an order that the pages of a paper were put in before it was handed in. The last one counts; those before it stay."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="page_orders")
    code = models.CharField(max_length=60)
    version = models.SmallIntegerField()
    pages = models.JSONField()  # ids of materials, in order
    hash = models.CharField(max_length=64)  # SHA-256 of what they are, in order
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        db_table = "cases_page_order"
        constraints = [
            models.UniqueConstraint(fields=["case", "code", "version"], name="an_order_of_pages_has_one_version")
        ]


class PromiseCheck(models.Model):
    """承诺核查: a promise that was taken in place of a paper, to be checked by a day; what was found, and what followed.

    Found untrue (`broken`), it bars whoever applied from promising until `barred_until`, unless it is lifted. What was granted
    is revoked by another approver than who checked. What was found stays (a trigger).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="promise_checks")
    material = models.OneToOneField(CaseMaterial, on_delete=models.PROTECT, related_name="promise_check")
    due_on = models.DateField()
    says = models.CharField(max_length=8, default="", db_default="")  # "" not checked yet | kept | broken
    ground = models.CharField(max_length=12, default="", db_default="")  # rules/promises.UNTRUE
    why = FreeText(default="")
    late = models.BooleanField(default=False, db_default=False)  # found after it was granted
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    barred_until = models.DateField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    lifted_why = FreeText(default="")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "cases_promise_check"
        constraints = [
            models.CheckConstraint(
                condition=Q(says="", checked_at=None, checked_by=None, barred_until=None)
                | Q(says__in=list(FINDINGS), checked_at__isnull=False, checked_by__isnull=False),
                name="a_checked_promise_says_what_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=(
                    Q(says=BROKEN, ground__in=list(UNTRUE)) | (~Q(says=BROKEN) & Q(ground="", barred_until=None))
                ),
                name="only_an_untrue_promise_has_a_ground_and_bars",
            ),
            models.CheckConstraint(
                condition=Q(revoked_by=None, revoked_at=None)
                | (
                    Q(says=BROKEN, late=True, revoked_by__isnull=False, revoked_at__isnull=False)
                    & ~Q(revoked_by=models.F("checked_by"))
                ),
                name="another_person_revokes_what_a_promise_got",
            ),
            models.CheckConstraint(
                condition=Q(lifted_by=None, lifted_at=None)
                | (
                    Q(says=BROKEN, lifted_by__isnull=False, lifted_at__isnull=False)
                    & ~Q(lifted_by=models.F("checked_by"))
                ),
                name="another_person_lifts_what_a_promise_bars",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="promises_to_be_checked", condition=Q(says="")),
            models.Index(fields=["case"], name="promises_that_bar", condition=Q(says=BROKEN, lifted_at=None)),
        ]


class Obligation(models.Model):
    """容缺材料: a paper that may follow, by a day that was promised in writing."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="obligations")
    code = models.CharField(max_length=60)
    due_on = models.DateField()
    met_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_obligation"
        constraints = [models.UniqueConstraint(fields=["case", "code"], name="a_paper_follows_once_per_case")]
        indexes = [
            models.Index(fields=["due_on"], name="papers_that_are_to_follow", condition=Q(met_at=None, lapsed_at=None))
        ]


class Notice(models.Model):
    """一次性告知: everything that is missing, told once. A further one needs a second person, and says whether what it asks for
    could have been seen the first time.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices_given")
    round = models.SmallIntegerField()
    missing = models.JSONField()  # [{"code", "kind": material | field, "said": keyed digest of what the field said}]
    reasons = EncryptedText(default="{}")  # code → what is wrong, as JSON
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    second_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "cases_notice"
        constraints = [
            models.UniqueConstraint(fields=["case", "round"], name="one_notice_a_round"),
            models.CheckConstraint(
                condition=Q(round=1) | (Q(second_by__isnull=False) & ~Q(second_by=models.F("by"))),
                name="a_further_notice_has_a_second_person",
            ),
        ]
        indexes = [models.Index(fields=["at"], name="notices_by_day")]  # figures read them


class ToldField(models.Model):
    """预审指出的填写项: a field of the form that was sent back, with why. It is put right once it says something else.

    One row of each return, and each notice, has the code `*`: its `why` is the whole form as it stood then, as JSON.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="told_fields")
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="+")  # the step that sent it back
    code = models.CharField(max_length=80)
    said = models.CharField(max_length=64)  # keyed digest of what the field said
    why = FreeText()

    class Meta:
        db_table = "cases_told_field"
        constraints = [
            models.UniqueConstraint(fields=["event", "code"], name="a_field_is_sent_back_once_a_time"),
            models.CheckConstraint(condition=~Q(said="") & ~Q(code=""), name="a_field_sent_back_is_known_and_marked"),
        ]


class Opinion(models.Model):
    """审查意见 of one stage."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    stage = models.CharField(max_length=10)  # review | consult | decide
    says = models.CharField(max_length=8)  # grant | refuse | note
    text = FreeText(default="")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        db_table = "cases_opinion"


class Handover(models.Model):
    """物料流转: paper given to the department behind: by whom, how many pieces; signed for, or refused with why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="handovers")
    given_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    pieces = models.IntegerField()
    signed_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)
    why = FreeText(default="")

    class Meta:
        db_table = "cases_handover"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(signed_at=None, refused_at=None), name="one_handover_waits_for_a_signature"
            ),
            models.CheckConstraint(
                condition=Q(signed_by=None, signed_at=None) | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="a_signature_is_somebodys_and_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(refused_by=None, refused_at=None) | Q(refused_by__isnull=False, refused_at__isnull=False),
                name="a_handover_is_refused_by_somebody_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(signed_at=None) | Q(refused_at=None), name="a_handover_is_signed_for_or_refused"
            ),
            models.CheckConstraint(
                condition=(Q(signed_by=None) | ~Q(signed_by=models.F("given_by")))
                & (Q(refused_by=None) | ~Q(refused_by=models.F("given_by"))),
                name="who_hands_over_does_not_sign_for_it",
            ),
        ]
        indexes = [
            models.Index(fields=["given_at"], name="handovers_unsigned", condition=Q(signed_at=None, refused_at=None))
        ]


class Consultation(models.Model):
    """征求意见: another department is asked about a case by a day, and sees the papers named here and nothing else of it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consultations")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    question = FreeText()
    papers = models.JSONField(default=list)  # codes
    due_on = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    says = models.CharField(max_length=8, default="", db_default="")  # grant | refuse | note | pass
    text = FreeText(default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)  # the case was taken back, or ended: no answer is needed any more

    class Meta:
        db_table = "cases_consultation"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "department"],
                condition=Q(answered_at=None),
                name="a_department_is_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, says="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False, says__in=list(SAYS))),
                name="an_answered_consultation_says_who_and_what",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(closed_at=None), name="a_consultation_is_answered_or_closed"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(answered_by=models.F("asked_by")),
                name="who_asked_a_department_does_not_answer_for_it",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "due_on", "id"], name="consultations_open", condition=Q(answered_at=None)
            )
        ]


class SiteVisit(models.Model):
    """现场勘查: two officers or more (a trigger) come to the premises on a day that was told. `stage`: the one of the flow that
    it is; "": the review planned it of its own. What came of it stays (a trigger).

    `from_at`, `until_at`: of the hall's clock. moved: another row stands in its place; `not_met`: nobody was there, or let
    them in.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="site_visits")
    stage = models.CharField(max_length=60, default="", db_default="")
    day = models.DateField()
    from_at = models.TimeField()
    until_at = models.TimeField()
    officers = models.ManyToManyField(Staff, related_name="+", db_table="cases_sitevisit_officer")
    leader = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = FreeText(default="")  # whom to call there
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, default="planned", db_default="planned")
    ended_at = models.DateTimeField(null=True)  # moved, or called off
    why = FreeText(default="")
    asked_at = models.DateTimeField(null=True)  # the applicant asked for another time
    asked = FreeText(default="")
    outcome = models.CharField(max_length=7, default="", db_default="")  # pass | faults | not_met
    words = FreeText(default="")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "cases_sitevisit"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "stage"], condition=Q(state="planned"), name="one_planned_visit_a_case_and_stage"
            ),
            models.CheckConstraint(condition=Q(state__in=list(STATES)), name="a_visit_stands_somewhere"),
            models.CheckConstraint(condition=Q(from_at__lt=models.F("until_at")), name="a_visit_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(state="done", outcome__in=list(FOUND), done_at__isnull=False, done_by__isnull=False)
                | Q(state="not_met", outcome=NOT_MET, done_at__isnull=False, done_by__isnull=False)
                | (~Q(state__in=["done", "not_met"]) & Q(outcome="", done_at=None, done_by=None)),
                name="a_visit_that_was_made_says_what_by_whom_and_when",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(OVER), ended_at__isnull=False)
                | (~Q(state__in=list(OVER)) & Q(ended_at=None)),
                name="a_visit_that_is_off_says_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["day", "from_at", "id"], name="visits_planned", condition=Q(state="planned")),
        ]


class CasePaper(models.Model):
    """文书: what was given to the applicant in writing. `facts` is what it says; the PDF is made once and kept."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=60, unique=True)  # <hall>-<year>-<n>: its key, for addresses
    printed = models.CharField(max_length=160)  # 文号: the number as it stands on the paper
    serial = models.IntegerField()
    facts = EncryptedText()
    code = models.CharField(max_length=20, unique=True)  # anybody who holds the paper may check it online
    event = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="papers")
    file = models.ForeignKey(DocumentVersion, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # no longer in force

    class Meta:
        db_table = "cases_paper"


class PaperSeal(models.Model):
    """加盖电子印章: that a paper is to be sealed, and how it was. `file`: the bytes given from then on; `rendered`: SHA-256 of
    those they were made from. What is sealed stays so (a trigger). `next_at` is machine time.
    """

    paper = models.OneToOneField(CasePaper, on_delete=models.CASCADE, related_name="sealing")
    wanted_at = models.DateTimeField()
    tries = models.IntegerField(default=0, db_default=0)  # in vain
    next_at = models.DateTimeField()
    trouble = models.CharField(max_length=120, default="", db_default="")  # the signer's words; they name no person
    seal = models.ForeignKey(Seal, null=True, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(DocumentVersion, null=True, on_delete=models.PROTECT, related_name="+")
    rendered = models.CharField(max_length=64, default="", db_default="")
    sha256 = models.CharField(max_length=64, default="", db_default="")
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_paper_seal"
        constraints = [
            models.CheckConstraint(
                condition=Q(sealed_at=None, seal=None, file=None, rendered="", sha256="")
                | (
                    Q(sealed_at__isnull=False, seal__isnull=False, file__isnull=False) & ~Q(rendered="") & ~Q(sha256="")
                ),
                name="a_paper_is_sealed_whole_or_not_yet",
            ),
            models.UniqueConstraint(fields=["sha256"], condition=~Q(sha256=""), name="sealed_bytes_are_one_paper"),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(sealed_at=None), name="papers_to_be_sealed"),
            models.Index(fields=["rendered"], condition=~Q(rendered=""), name="papers_by_what_was_sealed"),
        ]


class PaperCounter(models.Model):
    """How many papers a hall has numbered in a year."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE)
    year = models.SmallIntegerField()
    last = models.IntegerField()

    class Meta:
        db_table = "cases_paper_counter"
        constraints = [models.UniqueConstraint(fields=["hall", "year"], name="one_count_of_papers_per_hall_and_year")]


class RuleSwitch(models.Model):
    """秒批开关: whether the rules of an item decide (live), are tried beside a person (shadow), or rest (off, or no row).

    Whoever decides by rule holds the row as it is until they are done: who stops it waits for them, and they for who stops it.
    """

    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="rule_switch")
    mode = models.CharField(max_length=8, default="off", db_default="off")
    sample_percent = models.SmallIntegerField(default=0, db_default=0)  # so many in a hundred a person looks at
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=60)

    class Meta:
        db_table = "cases_rule_switch"
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=list(MODES)), name="rules_rest_are_tried_or_decide"),
            models.CheckConstraint(
                condition=Q(sample_percent__range=(0, 100)), name="a_sample_is_a_share_of_a_hundred"
            ),
        ]


class RuleProposal(models.Model):
    """提出启用: somebody would have the rules of an item decide; another person switches them on, or it is dropped."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="rule_proposals")
    version = models.IntegerField()  # of the item, whose rules were read
    sample_percent = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="", db_default="")
    agreed = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "cases_rule_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(ended_at=None), name="one_proposal_of_rules_at_a_time_of_an_item"
            ),
            models.CheckConstraint(
                condition=Q(agreed=False) | (Q(ended_by__gt="") & ~Q(ended_by=models.F("asked_by"))),
                name="another_person_switches_rules_on",
            ),
            models.CheckConstraint(
                condition=Q(sample_percent__range=(0, 100)), name="a_proposed_sample_is_a_share_of_a_hundred"
            ),
        ]


class RuleRun(models.Model):
    """规则判定: the rules of an item tried on a case, once when it is sent and once when a window received it. Appended, changed
    by nobody (a trigger refuses). A decision without a person has one that granted (a trigger refuses, too).
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rule_runs")
    occasion = models.CharField(max_length=8)  # submit | receive
    at = models.DateTimeField()
    mode = models.CharField(max_length=8)
    version = models.IntegerField()  # of the item, whose rules these are
    held = models.BooleanField()  # every one of them
    sampled = models.BooleanField()
    outcome = models.CharField(max_length=8)  # grant | person
    why = models.CharField(max_length=12, default="", db_default="")  # why a person: rules/by_rule.WHYS
    trace = models.JSONField()  # [{"rule", "held": true | false | null}]

    class Meta:
        db_table = "cases_rule_run"
        constraints = [
            models.UniqueConstraint(fields=["case", "occasion"], name="rules_are_tried_once_an_occasion"),
            models.CheckConstraint(condition=Q(mode__in=list(MODES)), name="a_run_of_rules_has_a_mode"),
            models.CheckConstraint(condition=Q(occasion__in=list(OCCASIONS)), name="a_run_of_rules_has_an_occasion"),
            models.CheckConstraint(
                condition=Q(outcome__in=list(RUN_OUTCOMES)), name="rules_grant_or_leave_it_to_a_person"
            ),
            models.CheckConstraint(condition=Q(why__in=list(WHYS)), name="a_run_of_rules_says_why_a_person"),
            models.CheckConstraint(
                condition=Q(outcome="grant", mode="live", held=True, sampled=False, why="")
                | (Q(outcome="person") & ~Q(why="")),
                name="rules_grant_only_live_and_where_all_hold",
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(outcome="grant"), name="rules_decide_a_case_once"),
        ]
        indexes = [models.Index(fields=["-at", "-id"], name="rule_runs_newest_first")]


class QuotaRound(models.Model):
    """指标期次: so many places of an item for what is applied for on its days. One proposes it, another publishes it.

    `taken` is counted by a trigger, and never above `places`. Of a draw: the list is closed by one, who commits to a `seed`
    (its SHA-256 is public from then on), and drawn by another, who reveals it; neither is ever written twice (a trigger).
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="quota_rounds")
    year = models.SmallIntegerField()
    number = models.SmallIntegerField()  # in the year: 2026 年第 2 期
    by = models.CharField(max_length=8)  # order | draw
    places = models.IntegerField()
    taken = models.IntegerField(default=0, db_default=0)
    opens_on = models.DateField()
    closes_on = models.DateField()
    draw_on = models.DateField(null=True)  # from that day the limits of its cases run
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    dropped_at = models.DateTimeField(null=True)  # before anybody published it
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=60, default="", db_default="")
    closed_at = models.DateTimeField(null=True)  # its list
    closed_by = models.CharField(max_length=60, default="", db_default="")
    entrants = models.IntegerField(default=0, db_default=0)  # on the list
    list_hash = models.CharField(max_length=64, default="", db_default="")
    commitment = models.CharField(max_length=64, default="", db_default="")
    seed = EncryptedText(null=True)  # until it is drawn nobody sees it
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.CharField(max_length=60, default="", db_default="")

    class Meta:
        db_table = "cases_quota_round"
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=models.F("places")), name="no_more_is_granted_than_places"
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="a_round_has_places"),
            models.CheckConstraint(condition=Q(closes_on__gte=models.F("opens_on")), name="a_round_closes_after_it_opens"),
            models.CheckConstraint(
                condition=Q(by="order", draw_on=None) | Q(by="draw", draw_on__gt=models.F("closes_on")),
                name="a_draw_comes_after_its_round",
            ),
            models.UniqueConstraint(fields=["item", "year", "number"], name="one_round_a_number_in_a_year"),
            models.UniqueConstraint(
                fields=["item"], condition=Q(published_at=None, dropped_at=None), name="one_round_is_proposed_at_a_time"
            ),
            ExclusionConstraint(
                name="rounds_of_an_item_do_not_overlap",
                expressions=[
                    ("item", "="),
                    (models.Func("opens_on", "closes_on", models.Value("[]"), function="daterange",
                                 output_field=models.TextField()), "&&"),
                ],
                condition=Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, published_by="")
                | (
                    Q(published_at__isnull=False, dropped_at=None, published_by__gt="")
                    & ~Q(published_by=models.F("asked_by"))
                ),
                name="another_person_publishes_a_round",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by="", commitment="", list_hash="", seed=None)
                | (Q(by="draw", closed_at__isnull=False, published_at__isnull=False, closed_by__gt="", commitment__gt="",
                     list_hash__gt="", seed__isnull=False)),
                name="a_closed_list_is_committed_to_a_seed",
            ),
            models.CheckConstraint(
                condition=Q(drawn_at=None, drawn_by="")
                | (Q(drawn_at__isnull=False, closed_at__isnull=False, drawn_by__gt="") & ~Q(drawn_by=models.F("closed_by"))),
                name="another_person_draws",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["item", "-opens_on"], name="rounds_of_an_item")]


class QuotaEntry(models.Model):
    """A case in a round. waits → drawn | missed, by lot; → holds, granted; out: refused, withdrawn or ended, its place is free.

    `number`: on the closed list; `rank`: in which it was drawn.
    """

    round = models.ForeignKey(QuotaRound, on_delete=models.PROTECT, related_name="entries")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="quota_entries")
    state = models.CharField(max_length=8, default="waits", db_default="waits")
    entered_at = models.DateTimeField()
    number = models.IntegerField(null=True)
    rank = models.IntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "cases_quota_entry"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(ENTRY_STATES)), name="a_case_in_a_round_stands_somewhere"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=list(LIVE)), name="a_case_is_in_one_round_at_a_time"
            ),
            models.UniqueConstraint(fields=["round", "case"], name="a_case_is_once_in_a_round"),
            models.UniqueConstraint(fields=["round", "number"], name="a_number_of_a_round_is_one_case"),
            models.UniqueConstraint(fields=["round", "rank"], name="a_rank_of_a_draw_is_one_case"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["round", "state", "case"], name="who_waits_in_a_round")]
