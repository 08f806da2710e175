"""Video service (视频办): seats, sessions, what was said in them, and what browsers tell each other meanwhile."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.kernel.masking import mask_name
from banshi.rooms.cases.models import Case
from banshi.rooms.catalogue.models import Item
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.models import Account, Person, Staff
from banshi.rooms.library.models import DocumentVersion
from banshi.rooms.places.models import Hall
from banshi.rooms.remote import rules
from banshi.rooms.remote.rules import RECORDING, SEAT, SESSION


class Seat(models.Model):
    """坐席: somebody who takes calls. `hall` None: of every hall; `skills`: codes of categories and departments, none: all.

    `talking`: a call is theirs, from its first ring on. `last_seen_at` is machine time: whether their page is still there.
    """

    staff = models.OneToOneField(Staff, on_delete=models.CASCADE, related_name="seat")
    hall = models.ForeignKey(Hall, null=True, on_delete=models.CASCADE, related_name="seats")
    kind = models.CharField(max_length=10)
    skills = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    state = models.CharField(max_length=8, default="away")
    since = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "remote_seat"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(rules.KINDS)), name="seat_kind_is_known"),
            models.CheckConstraint(condition=Q(state__in=list(SEAT.states)), name="seat_state_is_known"),
            models.CheckConstraint(
                condition=~Q(kind="window") | Q(hall__isnull=False), name="a_windows_seat_has_a_hall"
            ),
        ]
        indexes = [models.Index(fields=["since"], name="seats_that_are_free", condition=Q(state="ready"))]


class SessionCounter(models.Model):
    """Last number of a session given per hall and day; taken with one UPSERT."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        db_table = "remote_counter"
        constraints = [models.UniqueConstraint(fields=["hall", "day"], name="one_count_of_sessions_per_hall_and_day")]


class RemoteSession(models.Model):
    """视频办会话: from the wish to be helped to its end. Its place in the line is by `asked_at`, and stays when nobody answers
    or it is passed on. Who came for a time booked by video (`appointment`, its code) goes first from `first_from` on.

    `skills`: which of a seat's will do, any of them; none: all can. `only_seat`: passed on to that one.
    """

    ref = models.CharField(max_length=32, unique=True)  # nobody guesses it
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="remote_sessions")
    day = models.DateField()
    seq = models.IntegerField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="remote_sessions")
    evidence = models.SmallIntegerField(
        default=0, db_default=0
    )  # that who calls is the person (kernel.evidence.Evidence)
    caller_name = EncryptedText(null=True)  # as the caller said it, where nothing proves it
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="remote_sessions")
    asked_by = models.CharField(max_length=60)  # str(Actor): a channel's system sees its own
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="remote_sessions")
    origin = models.CharField(max_length=8)
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    wants = models.CharField(max_length=12)
    media = models.CharField(max_length=6)
    language = models.CharField(max_length=6)
    skills = models.JSONField(default=list)
    only_seat = models.ForeignKey(Seat, null=True, on_delete=models.SET_NULL, related_name="+")
    phone = EncryptedText(null=True)  # to be called back at, E.164
    state = models.CharField(max_length=10, default="waiting")
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="sessions")
    told_near_at = models.DateTimeField(null=True)  # by message, or as it stood near when it was asked for
    promised_at = models.DateTimeField(null=True)  # by when somebody was to answer, as was said at the beginning
    asked_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)  # of the present ring, or the last one
    answered_at = models.DateTimeField(null=True)  # the first time
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, default="")
    outcome = FreeText(default="")  # what the seat wrote of how it ended
    score = models.SmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)
    booking = models.CharField(max_length=40, default="")  # code of the appointment made in it
    appointment = models.CharField(max_length=16, default="", db_default="")  # code of the one it is held for
    first_from = models.DateTimeField(null=True)  # its time; None: no appointment, or come too late for it
    forgotten = models.BooleanField(default=False)  # what was said in it is deleted

    @property
    def proven(self) -> bool:
        """Whether anything says that who calls is the person."""
        return self.person_id is not None and self.evidence > 0

    @property
    def masked_name(self) -> str:
        """Of whoever calls, as it is proven or was said; "": nobody said who they are."""
        if self.caller_name:
            return mask_name(str(self.caller_name))
        return self.person.masked_name if self.person is not None else ""

    @property
    def no(self) -> str:
        """`V012`, within hall and day."""
        return f"V{self.seq:03d}"

    class Meta:
        db_table = "remote_session"
        constraints = [
            models.UniqueConstraint(fields=["hall", "day", "seq"], name="a_session_number_is_given_once_a_day"),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(ended_at=None, person__isnull=False, evidence__gt=0),
                name="one_open_session_per_person",
            ),
            models.UniqueConstraint(  # a number that is only said keeps nobody out of the line but whoever said it
                fields=["person", "asked_by"],
                condition=Q(ended_at=None, person__isnull=False, evidence=0),
                name="one_open_session_per_person_said",
            ),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(ended_at=None) & ~Q(appointment=""),
                name="one_open_session_per_appointment",
            ),
            models.UniqueConstraint(
                fields=["seat"], condition=Q(state__in=list(rules.WITH_A_SEAT)), name="one_call_per_seat"
            ),
            models.CheckConstraint(condition=Q(state__in=list(SESSION.states)), name="remote_session_state_is_known"),
            models.CheckConstraint(
                condition=Q(origin__in=list(rules.ORIGINS)) & Q(wants__in=list(rules.WANTS))
                & Q(media__in=list(rules.MEDIA)) & Q(language__in=list(rules.LANGUAGES)),
                name="what_a_session_wants_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "callback"], seat=None)
                | Q(state__in=list(rules.WITH_A_SEAT), seat__isnull=False, rung_at__isnull=False)
                | Q(state="ended"),
                name="who_rings_or_talks_has_a_seat",
            ),
            models.CheckConstraint(
                condition=~Q(state="talking") | Q(answered_at__isnull=False), name="who_talks_was_answered"
            ),
            models.CheckConstraint(condition=~Q(state="callback") | Q(phone__isnull=False), name="a_call_back_has_a_phone"),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False, why__in=list(rules.WHYS))
                | (~Q(state="ended") & Q(ended_at=None, why="")),
                name="a_session_that_ended_says_when_and_why",
            ),
            models.CheckConstraint(
                condition=(Q(rung_at=None) | Q(rung_at__gte=F("asked_at")))
                & (Q(answered_at=None) | Q(answered_at__gte=F("asked_at")))
                & (Q(ended_at=None) | Q(ended_at__gte=F("asked_at")))
                & (Q(ended_at=None) | Q(answered_at=None) | Q(ended_at__gte=F("answered_at"))),
                name="times_of_a_session_are_in_order",
            ),
            models.CheckConstraint(
                condition=Q(score=None, rated_at=None)
                | Q(state="ended", score__range=(0, rules.BEST), rated_at__isnull=False),
                name="only_what_ended_is_rated",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["asked_at", "id"], name="the_line_of_video", condition=Q(state__in=rules.LINE)),
            models.Index(fields=["rung_at"], name="sessions_that_ring", condition=Q(state="ringing")),
            models.Index(fields=["hall", "asked_at"], name="sessions_by_hall"),
            models.Index(
                fields=["hall", "ended_at"],
                name="sessions_to_forget",
                condition=Q(ended_at__isnull=False, forgotten=False),
            ),
            models.Index(fields=["booking"], name="sessions_by_booking", condition=~Q(booking="")),
            models.Index(fields=["appointment"], name="sessions_by_appointment", condition=~Q(appointment="")),
            models.Index(fields=["asked_by", "-id"], name="sessions_by_who_asked"),
            models.Index(fields=["account", "-id"], name="sessions_of_an_account"),
        ]


class Talk(models.Model):
    """One seat's part in a session: answered → ended (`why` as of the session, or `transferred`)."""

    session = models.ForeignKey(RemoteSession, on_delete=models.CASCADE, related_name="talks")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="talks")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, default="")

    class Meta:
        db_table = "remote_talk"
        constraints = [
            models.UniqueConstraint(fields=["session"], condition=Q(ended_at=None), name="a_session_is_one_talk"),
            models.UniqueConstraint(fields=["seat"], condition=Q(ended_at=None), name="a_seat_has_one_talk"),
            models.CheckConstraint(
                condition=Q(ended_at=None, why="") | (Q(ended_at__gte=F("answered_at")) & ~Q(why="")),
                name="a_talk_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["hall", "-ended_at"], name="talks_by_hall", condition=Q(ended_at__isnull=False)),
        ]


class Said(models.Model):
    """What was said, in its order; sent again with the same `key` it is there once. Pictures and files are documents."""

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(RemoteSession, on_delete=models.CASCADE, related_name="said")
    n = models.IntegerField()  # 1, 2, 3 … in its session
    by = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)
    body = FreeText(default="")
    document = models.ForeignKey(DocumentVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "remote_said"
        constraints = [
            models.UniqueConstraint(fields=["session", "n"], name="one_line_a_place_in_a_session"),
            models.UniqueConstraint(fields=["session", "by", "key"], name="what_is_sent_again_is_said_once"),
            models.CheckConstraint(
                condition=Q(by__in=list(rules.SIDES)) & Q(kind__in=list(rules.SAID)), name="who_says_what_is_known"
            ),
        ]


class Signal(models.Model):
    """What one browser tells the other so that picture and sound find their way; gone an hour later."""

    id = models.BigAutoField(primary_key=True)
    session = models.ForeignKey(RemoteSession, on_delete=models.CASCADE, related_name="signals")
    n = models.IntegerField()
    by = models.CharField(max_length=8)
    kind = models.CharField(max_length=10)
    body = EncryptedText(default="")
    at = models.DateTimeField()

    class Meta:
        db_table = "remote_signal"
        constraints = [
            models.UniqueConstraint(fields=["session", "n"], name="one_signal_a_place_in_a_session"),
            models.CheckConstraint(
                condition=Q(by__in=["citizen", "seat"]) & Q(kind__in=list(rules.SIGNALS)), name="a_signal_is_known"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="signals_to_forget")]


class Consent(models.Model):
    """The citizen allows something – that it is recorded, that their screen is seen – and may take it back. Rows are closed,
    never changed (trigger of 0001)."""

    session = models.ForeignKey(RemoteSession, on_delete=models.CASCADE, related_name="consents")
    what = models.CharField(max_length=10)
    given_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "remote_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["session", "what"], condition=Q(taken_back_at=None), name="a_consent_is_given_once"
            ),
            models.CheckConstraint(condition=Q(what__in=list(rules.CONSENTS)), name="what_is_consented_to_is_known"),
            models.CheckConstraint(
                condition=Q(taken_back_at=None) | Q(taken_back_at__gte=F("given_at")),
                name="a_consent_is_taken_back_after_it_was_given",
            ),
        ]


class Recording(models.Model):
    """录音录像: the seat asks and says what for; the citizen's yes begins it, and its consent ends with it. Closed it is
    kept until `kept_until`, then its chunks are gone and the row says so.
    """

    ref = models.CharField(max_length=32, unique=True)  # nobody guesses it
    session = models.ForeignKey(RemoteSession, on_delete=models.CASCADE, related_name="recordings")
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    purpose = FreeText(default="")  # what for, in the seat's words
    state = models.CharField(max_length=8, default="asked")
    consent = models.OneToOneField(Consent, null=True, on_delete=models.CASCADE, related_name="recording")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)  # of the last chunk, or the yes
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, default="")  # it closed
    kept_until = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    chunks = models.IntegerField(default=0)
    size = models.BigIntegerField(default=0)  # bytes in clear
    salt = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=40)  # of settings.BANSHI_DATA_KEYS

    class Meta:
        db_table = "remote_recording"
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state__in=rules.OPEN_RECORDINGS), name="one_open_recording_per_session"
            ),
            models.CheckConstraint(condition=Q(state__in=list(RECORDING.states)), name="recording_state_is_known"),
            models.CheckConstraint(
                condition=Q(state="asked", answered_at=None) | (~Q(state="asked") & Q(answered_at__gte=F("asked_at"))),
                name="a_recording_is_answered_after_it_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "declined"], consent=None, chunks=0)
                | (~Q(state__in=["asked", "declined"]) & Q(consent__isnull=False, heard_at__isnull=False)),
                name="nothing_is_recorded_without_consent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["ended", "deleted"], ended_at__gte=F("answered_at"), kept_until__gte=F("ended_at"),
                            why__in=rules.CLOSED_BY)
                | (~Q(state__in=["ended", "deleted"]) & Q(ended_at=None, kept_until=None, why="")),
                name="a_recording_that_closed_says_when_why_and_how_long",
            ),
            models.CheckConstraint(
                condition=Q(state="deleted", deleted_at__gte=F("ended_at")) | (~Q(state="deleted") & Q(deleted_at=None)),
                name="a_recording_that_is_deleted_says_when",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["hall", "-asked_at", "-id"], name="recordings_by_hall"),
            models.Index(fields=["heard_at"], name="recordings_that_run", condition=Q(state="running")),
            models.Index(fields=["kept_until"], name="recordings_to_delete", condition=Q(state="ended")),
        ]


class RecordingChunk(models.Model):
    """Some seconds, sealed as the library seals files; only while the consent stands (trigger of 0004). `part`: a browser that
    began anew – its page was opened again – begins a new one, which plays by itself."""

    id = models.BigAutoField(primary_key=True)
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    no = models.IntegerField()  # from 0
    part = models.IntegerField()  # from 0
    mime = models.CharField(max_length=10)
    size = models.IntegerField()  # bytes in clear
    sha256 = models.CharField(max_length=64)  # in clear
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        db_table = "remote_recording_chunk"
        constraints = [
            models.UniqueConstraint(fields=["recording", "no"], name="a_chunk_stands_once_in_its_recording"),
            models.CheckConstraint(
                condition=Q(size__range=(1, rules.LARGEST_CHUNK), no__gte=0, part__gte=0) & Q(mime__in=rules.MIMES),
                name="a_chunk_is_small_and_of_a_known_kind",
            ),
        ]


class RecordingLook(models.Model):
    """Somebody looked at a recording, and said why before."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="looks")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    reason = FreeText()
    at = models.DateTimeField()

    class Meta:
        db_table = "remote_recording_look"


class Screen(models.Model):
    """What the citizen's screen shows now, in words: written by the machine while they let it be seen, never kept longer."""

    session = models.OneToOneField(RemoteSession, on_delete=models.CASCADE, related_name="screen")
    n = models.IntegerField()  # how many there have been
    body = EncryptedText()  # JSON: page, title, fields, keys
    at = models.DateTimeField()

    class Meta:
        db_table = "remote_screen"
        constraints = [models.CheckConstraint(condition=Q(n__gte=1), name="screens_are_counted_from_one")]


class Act(models.Model):
    """远程协助: the seat points, fills, presses, prints or opens on the citizen's screen. Done only after the citizen's yes."""

    session = models.ForeignKey(RemoteSession, on_delete=models.CASCADE, related_name="acts")
    n = models.IntegerField()
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    body = EncryptedText(default="{}")  # JSON by its kind
    asked_at = models.DateTimeField()
    yes = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "remote_act"
        constraints = [
            models.UniqueConstraint(fields=["session", "n"], name="one_act_a_place_in_a_session"),
            models.UniqueConstraint(fields=["session", "key"], name="an_act_is_asked_once"),
            models.CheckConstraint(condition=Q(kind__in=list(rules.ACTS)), name="an_act_is_known"),
            models.CheckConstraint(
                condition=Q(yes=None, answered_at=None) | Q(yes__isnull=False, answered_at__gte=F("asked_at")),
                name="an_act_is_answered_after_it_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(yes=True, done_at__gte=F("answered_at")),
                name="only_what_was_allowed_is_done",
            ),
        ]
