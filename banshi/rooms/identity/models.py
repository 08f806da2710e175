"""People: real-name persons, citizen accounts, staff with roles, API keys. Personal data is encrypted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from banshi.foundation.crypto import EncryptedText
from banshi.kernel.shown import WAYS
from banshi.rooms.identity.rules import LETTERS, RELATIONS, Limits


class Person(models.Model):
    """A real-name person (实名). `number_index` is the blind index of `id_type:normalised number`.

    Somebody with two documents has two entries; `same_as` leads from the further one to the one that stands.
    """

    name = EncryptedText()
    masked_name = models.CharField(max_length=40)  # 张*; what screens and lists show
    id_type = models.CharField(max_length=20)
    id_number = EncryptedText()
    number_index = models.CharField(max_length=64)
    number_last4 = models.CharField(max_length=4)
    name_index = models.CharField(max_length=64)  # blind index of the folded name (kernel/names.py)
    name_evidence = models.SmallIntegerField(default=0, db_default=0)  # kernel.evidence.Evidence
    name_at = models.DateTimeField(null=True)  # when it was seen last by evidence
    name_source = models.CharField(max_length=60, default="", db_default="")  # str(Actor) who gave the evidence
    name_disputed_at = models.DateTimeField(null=True)  # a chip gave another name than the proven one: for the window
    birth_year = models.SmallIntegerField(null=True)
    phone = EncryptedText(null=True)  # only ever set by proof: a code sent there, and evidence of the person
    phone_index = models.CharField(max_length=64, null=True, db_index=True)
    phone_evidence = models.SmallIntegerField(default=0, db_default=0)
    phone_at = models.DateTimeField(null=True)
    # A further document of somebody (a renewed passport): all that is theirs stands under the entry it points to.
    same_as = models.ForeignKey("Person", null=True, on_delete=models.PROTECT, related_name="documents")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "identity_person"
        constraints = [
            models.UniqueConstraint(fields=["number_index"], name="one_person_per_document"),
            models.CheckConstraint(
                condition=models.Q(same_as=None) | ~models.Q(same_as=models.F("id")),
                name="nobody_is_a_further_document_of_themselves",
            ),
        ]


class Account(models.Model):
    """A citizen's sign-in (phone and one-time code)."""

    phone = EncryptedText()
    phone_index = models.CharField(max_length=64)
    language = models.CharField(max_length=10, default="zh-hans")
    elder_mode = models.BooleanField(default=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="accounts")  # "me", proven
    person_evidence = models.SmallIntegerField(default=0, db_default=0)
    person_at = models.DateTimeField(null=True)
    epoch = models.IntegerField(default=0, db_default=0)  # sessions of an earlier one have ended
    created_at = models.DateTimeField()

    class Meta:
        db_table = "identity_account"
        constraints = [models.UniqueConstraint(fields=["phone_index"], name="one_account_per_phone")]


class AccountPerson(models.Model):
    """Whom an account books for: oneself, family. The name is as this account typed it; nobody else is bound by it.

    Taken out of the list it stays a while: how many people were new on a day counts them too.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="people")
    person = models.ForeignKey(Person, on_delete=models.CASCADE)
    name = EncryptedText(null=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_account_person"
        constraints = [models.UniqueConstraint(fields=["account", "person"], name="a_person_once_per_account")]


class AgentAsked(models.Model):
    """A hall asked the owner of a number to be an agent, and they were told; `declined_at`: they said no to that hall."""

    hall = models.CharField(max_length=40)
    phone_index = models.CharField(max_length=64)
    at = models.DateTimeField()
    declined_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_agent_asked"
        indexes = [models.Index(fields=["phone_index", "at"], name="asked_to_be_an_agent")]


class Agent(models.Model):
    """An organisation or person registered at a hall to book for others (代办), under its own limits.

    It books with its account; strikes fall on that account. Suspended, the account is like any other. Until the owner of
    the telephone has accepted it has no account and is a mere proposal (`phone`): nothing of theirs changes.
    """

    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="agents")
    phone = EncryptedText(null=True)  # of a proposal, whose owner is asked; an agent's is its account's
    phone_index = models.CharField(max_length=64, default="", db_default="")
    hall = models.CharField(max_length=40)  # where it was registered
    name = EncryptedText()
    paper = EncryptedText(default="")  # what was seen: the licence, a letter
    live_most = models.SmallIntegerField()  # visits to come
    day_most = models.SmallIntegerField()  # visits on one day of one hall
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=60)
    suspended_at = models.DateTimeField(null=True)
    suspended_why = EncryptedText(default="")
    # Where it books through another system: that system's key, and – blind index – its own user there; "" = the whole key.
    key = models.ForeignKey("ApiKey", null=True, on_delete=models.PROTECT, related_name="agents")
    end_user_index = models.CharField(max_length=64, default="", db_default="")

    class Meta:
        db_table = "identity_agent"
        constraints = [
            models.UniqueConstraint(fields=["account"], name="an_account_is_one_agent"),
            models.UniqueConstraint(
                fields=["key", "end_user_index"],
                condition=models.Q(key__isnull=False, account__isnull=False),
                name="a_user_of_a_key_is_one_agent",
            ),
            models.UniqueConstraint(
                fields=["hall", "phone_index"],
                condition=models.Q(account=None),
                name="a_hall_asks_a_number_once",
            ),
            models.CheckConstraint(
                condition=models.Q(account__isnull=False, phone=None, phone_index="")
                | (models.Q(account=None, phone__isnull=False) & ~models.Q(phone_index="")),
                name="an_agent_has_an_account_or_a_number_that_is_asked",
            ),
            models.CheckConstraint(
                condition=models.Q(live_most__gte=1, day_most__gte=1), name="an_agent_may_book_something"
            ),
        ]

    @property
    def books_as(self) -> int:
        """The account of an agent; 0, nobody's, while it is a proposal."""
        return self.account_id or 0


class Mandate(models.Model):
    """Somebody has an agent act for them (授权委托): what for, until when, and what was seen of it. Ended, never deleted.

    Proposed by the agent it gives no right until the hall has seen the paper, or the client agreed (`given_at`).
    """

    agent = models.ForeignKey(Agent, on_delete=models.PROTECT, related_name="mandates")
    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    items = models.JSONField(default=list)  # codes of the matters it covers; empty = all
    valid_until = models.DateField()  # its last day
    paper = EncryptedText(default="")  # what was seen: the letter, the card; "" where the client agreed
    name = EncryptedText(default="")  # the client's, as the agent proposed it
    proposed_at = models.DateTimeField(null=True)  # by the agent
    given_at = models.DateTimeField(null=True)  # null: proposed only
    given_by = models.CharField(max_length=60, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="", db_default="")  # str(Actor); "" where a new one replaced it

    class Meta:
        db_table = "identity_mandate"
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "person"],
                condition=models.Q(ended_at=None, given_at__isnull=False),
                name="one_mandate_per_agent_and_client",
            ),
            models.UniqueConstraint(
                fields=["agent", "person"],
                condition=models.Q(ended_at=None, given_at=None),
                name="one_proposal_per_agent_and_client",
            ),
            models.CheckConstraint(
                condition=models.Q(given_at__isnull=False) | models.Q(proposed_at__isnull=False),
                name="a_mandate_is_proposed_or_given",
            ),
        ]


class Organisation(models.Model):
    """A firm or body that applies (法人): one per unified social credit code, whose blind index is `uscc_index`."""

    uscc = EncryptedText()
    uscc_index = models.CharField(max_length=64)
    name = EncryptedText()
    masked_name = models.CharField(max_length=60)  # 东莞****公司; what lists show
    created_at = models.DateTimeField()

    class Meta:
        db_table = "identity_organisation"
        constraints = [models.UniqueConstraint(fields=["uscc_index"], name="one_organisation_per_code")]


class OrganisationMember(models.Model):
    """A person acts for an organisation: its legal representative (法定代表人) or an agent (经办人). Ended, never deleted.

    An agent may be limited to matters and departments, and to filling in what somebody else sends; a new word replaces the row,
    so that what somebody might do on a day can be read later.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="organisations")
    role = models.CharField(max_length=10)  # legal | agent
    valid_until = models.DateField(null=True)  # its last day; null: until it is ended
    items = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))  # codes of matters
    departments = models.JSONField(default=list, db_default=models.Value([], models.JSONField()))  # both empty = all
    sends = models.BooleanField(default=True, db_default=True)  # False: fills in, and somebody else sends
    appoints = models.BooleanField(default=False, db_default=False)  # the legal representative lets them appoint agents
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="", db_default="")  # str(Actor); "" where a new one replaced it

    @property
    def limits(self) -> Limits:
        return Limits(tuple(self.items), tuple(self.departments), self.sends, self.appoints)

    class Meta:
        db_table = "identity_organisation_member"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"],
                condition=models.Q(ended_at=None),
                name="a_person_acts_for_an_organisation_once",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["legal", "agent"]), name="a_member_represents_or_is_an_agent"
            ),
            models.CheckConstraint(
                condition=~models.Q(role="legal") | models.Q(items=[], departments=[], sends=True, appoints=False),
                name="who_represents_an_organisation_is_not_limited",
            ),
            models.CheckConstraint(
                condition=models.Q(appoints=False) | models.Q(items=[], departments=[], sends=True),
                name="who_appoints_agents_is_not_limited",
            ),
        ]


class Guardianship(models.Model):
    """监护: somebody acts for a minor until the day before the 18th birthday. Ended, never deleted.

    Declared by the guardian it gives no right until a window has seen the papers (`proven_at`); contested it rests.
    """

    child = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="guardians")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="wards")
    relation = models.CharField(max_length=12)  # rules.RELATIONS
    name = EncryptedText(default="")  # the child's, as the guardian declared it or the papers said
    valid_until = models.DateField()  # its last day
    paper = EncryptedText(default="")  # what was seen: household register, birth certificate, a judgment
    declared_at = models.DateTimeField(null=True)  # by the guardian
    proven_at = models.DateTimeField(null=True)  # null: declared only
    proven_by = models.CharField(max_length=60, default="", db_default="")
    contested_at = models.DateTimeField(null=True)
    contested_by = models.CharField(max_length=60, default="", db_default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="", db_default="")  # str(Actor); "" where entries were joined
    why = EncryptedText(default="")  # of a contest, or of an end

    class Meta:
        db_table = "identity_guardianship"
        constraints = [
            models.UniqueConstraint(
                fields=["child", "guardian"], condition=models.Q(ended_at=None), name="a_guardian_of_a_child_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(child=models.F("guardian")), name="nobody_is_their_own_guardian"
            ),
            models.CheckConstraint(
                condition=models.Q(proven_at__isnull=False) | models.Q(declared_at__isnull=False),
                name="a_guardianship_is_declared_or_proven",
            ),
            models.CheckConstraint(
                condition=models.Q(relation__in=list(RELATIONS)), name="a_guardian_is_related_in_a_known_way"
            ),
        ]


class PaperMandate(models.Model):
    """授权委托书: somebody has a person act for them in cases, by a letter that a window saw. Ended, never deleted.

    Its terms never change: a case keeps which one it was opened by, and with it scope, last day and proof.
    """

    # Who gave it; of a firm's the entry of its code, never of its member.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="letters")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="letters_for")  # 代理人, who acts
    name = EncryptedText()  # the agent's, by the document that was seen
    client = EncryptedText()  # name of who gave it, as the letter says it
    items = models.JSONField(default=list)  # codes of the matters it covers; empty = all
    fetches = models.BooleanField(default=False)  # 代领: the result may be handed to them
    valid_until = models.DateField()  # its last day
    kind = models.CharField(max_length=10)  # rules.LETTERS
    number = EncryptedText(default="")  # of the letter
    seen_at = models.DateTimeField()
    seen_by = models.CharField(max_length=60)
    hall = models.CharField(max_length=40)  # where it was seen
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="", db_default="")  # str(Actor); "" where entries were joined

    class Meta:
        db_table = "identity_paper_mandate"
        constraints = [
            models.CheckConstraint(condition=~models.Q(person=models.F("agent")), name="nobody_is_their_own_agent"),
            models.CheckConstraint(condition=models.Q(kind__in=list(LETTERS)), name="a_letter_is_of_a_known_kind"),
        ]


class SignInCode(models.Model):
    """A one-time code sent to a phone; machine time, 10 minutes, 5 tries."""

    phone_index = models.CharField(max_length=64, db_index=True)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries_left = models.SmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_sign_in_code"
        constraints = [models.CheckConstraint(condition=models.Q(tries_left__gte=0), name="tries_run_out_at_zero")]


class KioskSession(models.Model):
    """Somebody at a machine with their card, and how far they have shown who they are (kernel/shown.py). No picture, no digits of
    a code: which way, when, who vouched. `until`, `ended_at`: machine time; `began_at`, `shown_at`: hall time.

    `number`: what a clerk types who vouches, once it was asked for. `consent_at`: a check of the face was agreed to.
    """

    ref = models.CharField(max_length=32, unique=True)
    hall = models.CharField(max_length=40)
    device = models.CharField(max_length=60, default="")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=8, default="card")
    way = models.CharField(max_length=8, default="")
    number = models.CharField(max_length=6, default="")
    code_misses = models.SmallIntegerField(default=0)
    face_misses = models.SmallIntegerField(default=0)
    consent_at = models.DateTimeField(null=True)
    vouched_by = models.CharField(max_length=60, default="")
    began_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_kiosk_session"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level="card", way="", shown_at=None)
                | models.Q(level="shown", way__in=WAYS, shown_at__isnull=False),
                name="who_was_shown_at_a_machine_says_by_which_way",
            ),
            models.CheckConstraint(
                condition=~models.Q(way="face") | models.Q(consent_at__isnull=False),
                name="no_face_is_compared_without_consent",
            ),
            models.CheckConstraint(
                condition=models.Q(way="clerk") & ~models.Q(vouched_by="")
                | ~models.Q(way="clerk") & models.Q(vouched_by=""),
                name="who_vouches_at_a_machine_has_a_name",
            ),
            models.UniqueConstraint(
                fields=["hall", "number"],
                condition=~models.Q(number="") & models.Q(ended_at=None),
                name="a_number_to_vouch_is_of_one_who_stands_there",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "until"], name="kiosk_sessions_of_a_person"),
            models.Index(fields=["until"], name="kiosk_sessions_by_age"),
        ]


class StaffManager(BaseUserManager["Staff"]):
    def create_staff(self, *, login: str, password: str, **fields: Any) -> Staff:
        staff = self.model(login=login, **fields)
        staff.set_password(password)
        staff.save()
        return staff


class Staff(AbstractBaseUser):
    """Someone who works here: signs in, holds roles."""

    login = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    badge = models.CharField(max_length=20, default="")  # 工号, shown on the evaluator
    department = models.CharField(max_length=40, default="", db_default="")  # code of the one whose cases they work
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False, db_default=False)  # somebody else knows it
    created_at = models.DateTimeField()

    USERNAME_FIELD = "login"
    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        db_table = "identity_staff"

    def __str__(self) -> str:
        return self.login


class Role(models.Model):
    """A role held by staff, in one hall or region (`*` = everywhere). Ended, never deleted."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20)
    scope_kind = models.CharField(max_length=10)  # hall | region | all
    scope = models.CharField(max_length=40)  # hall code, region code or "*"
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_role"
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "role", "scope_kind", "scope"],
                condition=models.Q(ended_at=None),
                name="a_role_is_held_once_per_scope",
            )
        ]


class ApiKey(models.Model):
    """Key of another system; only its SHA-256 is stored. `halls`: codes it is bound to; empty = all its scope allows."""

    name = models.CharField(max_length=80)
    key_hash = models.CharField(max_length=64)
    scope = models.CharField(max_length=10)
    hall = models.CharField(max_length=40, default="")
    region = models.CharField(max_length=20, default="")
    staff = models.ForeignKey(Staff, null=True, on_delete=models.CASCADE)
    vouches = models.BooleanField(default=False, db_default=False)  # its people are checked: names count as vouched
    device = models.CharField(
        max_length=60, default="", db_default=""
    )  # the machine that holds it, and with which it ends
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identity_api_key"
        constraints = [models.UniqueConstraint(fields=["key_hash"], name="a_key_is_unique")]
