"""Deliveries: one result each, where it lies, the code that opens it, who has it now. Cabinets: cells, what is in them. Parcels:
where they go, what their carrier said of them. Folders (材料袋): paper of a case, where it is, who moved it.
"""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import EncryptedText
from banshi.rooms.cases.models import Case
from banshi.rooms.delivery.rules import (
    DELIVERY,
    FOLDER_DEEDS,
    FOLDER_PLACES,
    FOLDER_SPOTS,
    GIVEN_EARLY,
    HOW,
    KINDS,
    OUT_BY,
    PARCEL,
    PAYERS,
    WISHES,
    WORDS,
    folder_no,
)
from banshi.rooms.devices.models import Device
from banshi.rooms.identity.models import Person, Staff
from banshi.rooms.places.models import Hall


class Delivery(models.Model):
    """送达. `code` is sealed; it is told to the applicant and shown to nobody who works here. Whoever takes the file has the
    result; its paper stays at `place` until it is fetched, too (`paper_out_at`).
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="delivery")
    state = models.CharField(max_length=12, default="ready")
    place = models.CharField(max_length=40)
    code = EncryptedText(default="")
    tries_left = models.SmallIntegerField()
    # By what somebody beside whoever applied was given the code: p12 a letter, g12 a guardianship, o12 an organisation they act
    # for; "" where nobody was. `void_code`: the one they had, once that was over; it opens nothing, and is known for what it is.
    rests_on = models.CharField(max_length=20, default="", db_default="")
    void_code = EncryptedText(null=True)
    ready_at = models.DateTimeField()
    ready_by = models.CharField(max_length=60)
    reminded_at = models.DateTimeField(null=True)  # told of once more, as nobody came
    how = models.CharField(max_length=12, default="")
    by_what = models.CharField(max_length=8, default="")  # code | card | agent: by code and mandate
    # 代领: whose document was compared, and the mandate by which it was handed to them.
    fetched_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    fetch_mandate = models.CharField(max_length=20, default="", db_default="")  # its reference: m12, p12
    delivered_at = models.DateTimeField(null=True)
    delivered_by = models.CharField(max_length=60, default="")
    paper_out_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_delivery"
        indexes = [
            models.Index(
                fields=["case"],
                name="codes_that_others_were_given",
                condition=models.Q(state="ready") & ~models.Q(rests_on=""),
            ),
            models.Index(
                fields=["ready_at"], name="what_lies_ready_untold", condition=models.Q(state="ready", reminded_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(DELIVERY.states)), name="delivery_state_is_known"),
            models.CheckConstraint(condition=models.Q(how__in=["", *HOW]), name="a_delivery_goes_a_known_way"),
            models.CheckConstraint(condition=models.Q(tries_left__gte=0), name="tries_at_a_code_run_out_at_zero"),
            models.CheckConstraint(
                condition=models.Q(state__in=[*DELIVERY.goes_on, "ended"], delivered_at=None)
                | models.Q(state="delivered", delivered_at__isnull=False),
                name="what_was_delivered_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(paper_out_at=None) | models.Q(how="electronic"),
                name="a_paper_is_left_where_the_file_was_taken",
            ),
            models.CheckConstraint(
                condition=models.Q(by_what="agent", fetched_by__isnull=False) & ~models.Q(fetch_mandate="")
                | (~models.Q(by_what="agent") & models.Q(fetched_by=None, fetch_mandate="")),
                name="who_fetches_for_somebody_has_a_mandate",
            ),
            models.CheckConstraint(
                condition=models.Q(rests_on="") | models.Q(void_code=None),
                name="a_code_made_anew_is_the_applicants_alone",
            ),
        ]

    @property
    def open_code(self) -> str:
        """The code while it opens something; "" before and afterwards."""
        return self.code if self.state == "ready" and self.tries_left > 0 else ""

    @property
    def paper_left(self) -> bool:
        """Whether the file was taken, and the paper lies there still."""
        return self.how == "electronic" and bool(self.place) and self.paper_out_at is None


class Cabinet(models.Model):
    """自助文件柜: takes papers in and gives results out at any hour.

    `device`: the kiosk at which its cells are opened; None: any of the hall's.
    """

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="cabinets")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="cabinets")
    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    place_zh = models.CharField(max_length=120, default="")
    place_en = models.CharField(max_length=120, default="")
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "delivery_cabinet"


class Cell(models.Model):
    """A cell with its door. `broken_at`: it did not open; somebody has to look at it."""

    cabinet = models.ForeignKey(Cabinet, on_delete=models.CASCADE, related_name="cells")
    no = models.SmallIntegerField()
    broken_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_cell"
        constraints = [models.UniqueConstraint(fields=["cabinet", "no"], name="a_cell_has_its_number")]

    @property
    def name(self) -> str:
        """For machines and lists: nancheng-cabinet-1-03."""
        return f"{self.cabinet.code}-{self.no:02d}"

    @property
    def said_zh(self) -> str:
        """As it stands on papers and pages: 1 号文件柜 3 号格."""
        return f"{self.cabinet.name_zh[:30]} {self.no} 号格"


class Stay(models.Model):
    """What lay in a cell, from when until when. `counts_from`: the day from which dropped papers count; `fetch_by`: a result lies
    that long. `opened_at`: a code opened its door, and nobody said yet whether it is out. `seen_*`: who looked into a cell whose
    door is stuck, and where it goes; another one takes it out."""

    cell = models.ForeignKey(Cell, on_delete=models.PROTECT, related_name="stays")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="stays")
    kind = models.CharField(max_length=8)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=60)
    counts_from = models.DateField(null=True)
    fetch_by = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)
    out_by = models.CharField(max_length=12, default="")
    opened_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=60, default="")
    seen_place = models.CharField(max_length=40, default="")
    taken_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "delivery_stay"
        indexes = [models.Index(fields=["opened_at"], name="doors_opened_by_a_code", condition=models.Q(out_at=None))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(seen_at=None, seen_by="", seen_place="")
                | (models.Q(seen_at__isnull=False) & ~models.Q(seen_by="") & ~models.Q(seen_by=models.F("taken_by"))),
                name="two_people_empty_a_stuck_cell",
            ),
            models.UniqueConstraint(fields=["cell"], condition=models.Q(out_at=None), name="one_thing_in_a_cell"),
            models.UniqueConstraint(
                fields=["case", "kind"], condition=models.Q(out_at=None), name="one_thing_of_a_kind_of_a_case_lies"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="what_lies_is_of_a_known_kind"),
            models.CheckConstraint(
                condition=models.Q(out_at=None, out_by="") | models.Q(out_at__isnull=False, out_by__in=OUT_BY),
                name="what_is_out_was_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="drop", counts_from__isnull=False, fetch_by=None)
                | models.Q(kind="result", counts_from=None, fetch_by__isnull=False),
                name="a_drop_counts_and_a_result_waits",
            ),
        ]


class Wish(models.Model):
    """领取方式: how whoever applied wants the result. Where it is posted to is sealed; it is gone once a parcel came back."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="wish")
    how = models.CharField(max_length=8)
    name = EncryptedText(default="")
    phone = EncryptedText(default="")
    address = EncryptedText(default="")
    originals = models.BooleanField(default=False)  # papers that the hall has go back with it
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=60)

    class Meta:
        db_table = "delivery_wish"
        constraints = [models.CheckConstraint(condition=models.Q(how__in=WISHES), name="a_wish_is_for_a_known_way")]


class Parcel(models.Model):
    """快件: a result on its way. `reference`: ours, by which the carrier knows it before it has a waybill; name, telephone and
    address as they stood when it was made; `place`: where it lies since it came back."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parcels")
    reference = models.CharField(max_length=24, unique=True)
    waybill = models.CharField(max_length=40, default="")
    payer = models.CharField(max_length=8)
    originals = models.BooleanField(default=False)
    name = EncryptedText(default="")
    phone = EncryptedText(default="")
    address = EncryptedText(default="")
    state = models.CharField(max_length=10, default="made")
    signer = EncryptedText(default="")  # who signed for it, as the carrier says
    place = models.CharField(max_length=40, default="")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    posted_at = models.DateTimeField(null=True)
    posted_by = models.CharField(max_length=60, default="")
    heard_at = models.DateTimeField(null=True)  # the carrier's last word, by hall time
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_parcel"
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=list(PARCEL.states)), name="parcel_state_is_known"),
            models.CheckConstraint(condition=models.Q(payer__in=PAYERS), name="somebody_pays_for_a_parcel"),
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="one_parcel_of_a_case_is_under_way"
            ),
            models.UniqueConstraint(
                fields=["waybill"], condition=~models.Q(waybill=""), name="a_waybill_is_of_one_parcel"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["made", "void"], posted_at=None)
                | (models.Q(posted_at__isnull=False) & ~models.Q(state__in=["made", "void"]) & ~models.Q(waybill="")),
                name="what_was_posted_has_a_waybill_and_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=list(PARCEL.goes_on), ended_at=None)
                | models.Q(state__in=sorted(PARCEL.ends), ended_at__isnull=False),
                name="a_parcel_that_ended_has_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="parcels_under_way", condition=models.Q(ended_at=None))]


class ParcelWord(models.Model):
    """One thing the carrier said of a parcel, kept once by the carrier's own id. `moved`: the parcel went on by it; else it came
    late, or again. Appended, changed by nobody (a trigger refuses)."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="words")
    event = models.CharField(max_length=64)
    status = models.CharField(max_length=10)
    at = models.DateTimeField()  # when it happened, as the carrier says
    told_at = models.DateTimeField()
    moved = models.BooleanField()

    class Meta:
        db_table = "delivery_parcel_word"
        constraints = [
            models.UniqueConstraint(fields=["parcel", "event"], name="a_word_of_the_carrier_is_kept_once"),
            models.CheckConstraint(condition=models.Q(status__in=WORDS), name="a_word_of_the_carrier_is_known"),
        ]


class SentPapers(models.Model):
    """寄件: papers that whoever applied posted to the hall. `counts_from`: the day from which they count, once they came."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sent_papers")
    carrier = EncryptedText(default="")
    waybill = models.CharField(max_length=40)
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=60)
    came_at = models.DateTimeField(null=True)
    came_by = models.CharField(max_length=60, default="")
    counts_from = models.DateField(null=True)
    off_at = models.DateTimeField(null=True)  # they are not sent after all

    class Meta:
        db_table = "delivery_sent_papers"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(off_at=None, came_at=None), name="papers_of_a_case_are_sent_once"
            ),
            models.CheckConstraint(
                condition=models.Q(came_at=None, counts_from=None)
                | models.Q(came_at__isnull=False, counts_from__isnull=False, off_at=None),
                name="papers_that_came_count_from_a_day",
            ),
        ]


class Printing(models.Model):
    """自助打印: a copy of a result from a kiosk, claimed before it is printed, counted where it came out. `n`: which."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="printings")
    device = models.ForeignKey(Device, null=True, on_delete=models.SET_NULL, related_name="+")
    n = models.SmallIntegerField()
    state = models.CharField(max_length=8, default="printing")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_printing"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None), name="one_copy_of_a_result_is_printed_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["case", "n"], condition=~models.Q(state="jammed"), name="a_copy_that_came_out_has_its_number"
            ),
            models.CheckConstraint(
                condition=models.Q(state="printing", ended_at=None)
                | models.Q(state__in=["printed", "jammed"], ended_at__isnull=False),
                name="a_copy_is_printed_or_jammed_or_under_way",
            ),
        ]


class PaperFolder(models.Model):
    """材料袋: the papers of a case that the hall has. It is at one place since `since`; `moves`: how often it was moved, by
    which whoever moves it says what they saw. `missed_at`: it was not on its shelf when that was gone through (盘点).

    `follows`: the main folder of the case, of one that was begun where the main one was not (随后袋). A trigger refuses one that
    follows another case's, or one that follows itself, and a main one that ends while another follows it.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="folders")
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followers")
    place = models.CharField(max_length=8)
    spot = models.CharField(max_length=40, default="")  # number of the window, label of the shelf, box of the archive
    holder = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    moves = models.IntegerField(default=1)
    since = models.DateTimeField()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    missed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # everything in it was given back, or lies in the one it followed

    class Meta:
        db_table = "delivery_folder"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(ended_at=None, follows=None), name="a_case_has_one_folder_of_papers"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(ended_at=None, follows__isnull=False),
                name="one_folder_follows_that_of_a_case",
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=[*FOLDER_SPOTS, "joined"], holder=None) & ~models.Q(spot="")
                | models.Q(place="person", holder__isnull=False, spot="")
                | models.Q(place__in=["sent", "back"], holder=None, spot=""),
                name="a_folder_is_at_one_place",
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=["back", "joined"], ended_at__isnull=False)
                | (~models.Q(place__in=["back", "joined"]) & models.Q(ended_at=None)),
                name="a_folder_that_went_back_has_ended",
            ),
            models.CheckConstraint(
                condition=~models.Q(place="joined") | models.Q(follows__isnull=False),
                name="a_folder_is_put_into_the_one_it_follows",
            ),
        ]
        indexes = [models.Index(fields=["place", "since"], name="folders_by_place", condition=models.Q(ended_at=None))]

    @property
    def no(self) -> str:
        """Its number, as the label bears it."""
        return folder_no(self.pk)


class FolderPaper(models.Model):
    """One kind of paper in a folder, counted: originals, copies, and how many of the originals went back to whoever applied, the
    last of them when. A sheet that stands for several cases of a bundle is counted once, in the folder in which it lies."""

    folder = models.ForeignKey(PaperFolder, on_delete=models.PROTECT, related_name="papers")
    code = models.CharField(max_length=60)
    originals = models.SmallIntegerField(default=0)
    copies = models.SmallIntegerField(default=0)
    back = models.SmallIntegerField(default=0)
    back_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "delivery_folder_paper"
        constraints = [
            models.UniqueConstraint(fields=["folder", "code"], name="a_paper_is_listed_once_in_a_folder"),
            models.CheckConstraint(
                condition=models.Q(originals__range=(0, 999), copies__range=(0, 999)),
                name="papers_in_a_folder_are_counted",
            ),
            models.CheckConstraint(
                condition=models.Q(back__gte=0, back__lte=models.F("originals")),
                name="no_more_goes_back_than_there_was",
            ),
            models.CheckConstraint(
                condition=models.Q(back_at=None) | models.Q(back__gt=0), name="what_went_back_went_some_time"
            ),
        ]


class FolderMove(models.Model):
    """流转记录: who moved a folder when, and where it was then. Appended, changed by nobody (a trigger refuses)."""

    folder = models.ForeignKey(PaperFolder, on_delete=models.PROTECT, related_name="trail")
    seq = models.IntegerField()
    deed = models.CharField(max_length=8)
    place = models.CharField(max_length=8)
    spot = models.CharField(max_length=40, default="")
    holder = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    pieces = models.SmallIntegerField(default=0)  # originals that went back; papers that were added, or joined
    why = models.CharField(max_length=8, default="")  # of originals that went back before the decision
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        db_table = "delivery_folder_move"
        constraints = [
            models.UniqueConstraint(fields=["folder", "seq"], name="a_folder_makes_one_move_at_a_time"),
            models.CheckConstraint(condition=models.Q(place__in=FOLDER_PLACES), name="a_folder_moves_to_a_known_place"),
            models.CheckConstraint(condition=models.Q(deed__in=FOLDER_DEEDS), name="a_folder_is_moved_in_a_known_way"),
            models.CheckConstraint(
                condition=models.Q(why="") | models.Q(why__in=GIVEN_EARLY, deed="gave"),
                name="originals_go_back_early_for_a_known_reason",
            ),
        ]
