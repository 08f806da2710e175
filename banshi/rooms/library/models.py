"""The library (一库): sealed files, documents and their versions, certificates and their uses, facts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.rooms.identity.models import Account, ApiKey, Organisation, Person
from banshi.rooms.library.rules import CERTIFICATE, MOST_BYTES, TRUST, UPLOAD
from banshi.rooms.library.rules.consents import BECAME, WORDS
from banshi.rooms.library.rules.parts import PLACES

ONE_HOLDER = Q(person=None, organisation__isnull=False) | Q(person__isnull=False, organisation=None)


class Blob(models.Model):
    """The bytes of a file, sealed in parts (rules/chunks.py). `sha256` and `size` are those in clear."""

    sha256 = models.CharField(max_length=64)
    size = models.IntegerField()
    salt = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=40)  # of settings.BANSHI_DATA_KEYS
    made_at = models.DateTimeField()

    class Meta:
        db_table = "library_blob"


class BlobPart(models.Model):
    """One sealed piece; stored out of line and not compressed (STORAGE EXTERNAL)."""

    blob = models.ForeignKey(Blob, on_delete=models.CASCADE, related_name="parts", db_index=False)
    no = models.IntegerField()  # from 0
    body = models.BinaryField()

    class Meta:
        db_table = "library_blob_part"
        constraints = [models.UniqueConstraint(fields=["blob", "no"], name="a_part_stands_once_in_its_blob")]


class Upload(models.Model):
    """A file that comes in parts (断点续传). Under way it has one of its sender's few places; finished, it only tells what became
    of it, so that who did not hear it may ask again.
    """

    ref = models.CharField(max_length=20)
    subject = models.CharField(max_length=140)  # what it is for: case:<number>:<paper>
    name = FreeText()
    size = models.IntegerField()  # of the whole, as announced
    received = models.IntegerField(default=0, db_default=0)  # where the next part begins
    sha256 = models.CharField(max_length=64, default="", db_default="")  # of the whole, where it was said
    place = models.SmallIntegerField(null=True)
    salt = models.BinaryField(max_length=32)
    key_id = models.CharField(max_length=40)
    by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)  # the last part, or the end
    finished_at = models.DateTimeField(null=True)
    became = models.CharField(max_length=40, default="", db_default="")

    class Meta:
        db_table = "library_upload"
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="a_reference_is_one_upload"),
            models.UniqueConstraint(fields=["by", "place"], name="a_sender_has_few_uploads_under_way"),
            models.UniqueConstraint(
                fields=["by", "subject", "sha256"],
                condition=Q(finished_at=None) & ~Q(sha256=""),
                name="a_file_is_under_way_once_for_a_subject",
            ),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=MOST_BYTES), name="an_upload_is_not_too_large"),
            models.CheckConstraint(
                condition=Q(received__gte=0, received__lte=F("size")), name="no_more_comes_than_announced"
            ),
            models.CheckConstraint(
                condition=Q(place=None) | Q(place__gte=1, place__lte=PLACES), name="upload_places_are_few"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, place__isnull=False) | Q(finished_at__isnull=False, place=None),
                name="an_upload_under_way_has_a_place",
            ),
        ]


class UploadPart(models.Model):
    """One sealed part of a file that is coming."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts", db_index=False)
    no = models.IntegerField()  # from 0
    body = models.BinaryField()

    class Meta:
        db_table = "library_upload_part"
        constraints = [models.UniqueConstraint(fields=["upload", "no"], name="a_part_comes_once_in_its_upload")]


class Document(models.Model):
    """A file somebody has or was given (文件), by a name; its content is that of its newest version."""

    ref = models.CharField(max_length=20)  # random: nobody guesses another's
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    account = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL)  # who sent it in
    hall = models.CharField(max_length=40, default="", db_default="")  # where it was taken in at a window
    kind = models.CharField(max_length=40)  # upload, paper:…, certificate
    name = FreeText()
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)

    class Meta:
        db_table = "library_document"
        constraints = [models.UniqueConstraint(fields=["ref"], name="a_reference_is_one_document")]


class DocumentVersion(models.Model):
    """What a document was from a moment on. Frozen, but for what is found out about viruses (a trigger)."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions", db_index=False)
    version = models.IntegerField()
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT)
    mime = models.CharField(max_length=40)
    pages = models.IntegerField()
    scan = models.CharField(max_length=12)  # rules.UPLOAD
    reason = models.CharField(max_length=40, default="", db_default="")  # of a rejection: key of rules.REASONS
    source_sha256 = models.CharField(max_length=64)  # of what was sent, before it was drawn anew
    channel = models.CharField(max_length=12)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        db_table = "library_document_version"
        constraints = [
            models.UniqueConstraint(fields=["document", "version"], name="one_content_per_document_and_version"),
            models.CheckConstraint(condition=Q(scan__in=list(UPLOAD.states)), name="upload_state_is_known"),
        ]
        indexes = [models.Index(fields=["id"], name="uploads_to_be_scanned", condition=Q(scan="pending"))]


class Certificate(models.Model):
    """电子证照 (GB/T 36902): a right or a fact that an authority vouches for, of one person or organisation.

    `number_index` is the blind index of the number. Once ended it stays so, but for what ended with the result of a case
    (`ended_for`): terminated, that case gives it back (a trigger).
    """

    ref = models.CharField(max_length=20)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    type = models.CharField(max_length=60)
    number = EncryptedText()
    number_index = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    issuer_zh = models.CharField(max_length=120)
    issuer_en = models.CharField(max_length=200)
    issued_on = models.DateField()
    valid_until = models.DateField(null=True)  # the last day
    status = models.CharField(max_length=8, default="valid", db_default="valid")  # rules.CERTIFICATE
    trust = models.CharField(max_length=1)
    source = models.CharField(max_length=60)  # who says so: case:…, window:…, import:…
    case_no = models.CharField(max_length=50, default="", db_default="")
    document_version = models.ForeignKey(DocumentVersion, null=True, on_delete=models.PROTECT)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=60, default="", db_default="")
    ended_for = models.CharField(max_length=50, default="", db_default="")  # number of the case whose result ended it

    class Meta:
        db_table = "library_certificate"
        constraints = [
            models.UniqueConstraint(fields=["ref"], name="a_reference_is_one_certificate"),
            models.UniqueConstraint(
                fields=["person", "type", "number_index"],
                condition=Q(status="valid", person__isnull=False),
                name="one_valid_certificate_per_person_type_and_number",
            ),
            models.UniqueConstraint(
                fields=["organisation", "type", "number_index"],
                condition=Q(status="valid", organisation__isnull=False),
                name="one_valid_certificate_per_organisation_type_and_number",
            ),
            models.CheckConstraint(condition=ONE_HOLDER, name="a_certificate_has_one_holder"),
            models.CheckConstraint(condition=Q(trust__in=TRUST), name="certificate_trust_is_known"),
            models.CheckConstraint(condition=Q(status__in=list(CERTIFICATE.states)), name="certificate_state_is_known"),
            models.CheckConstraint(
                condition=Q(status="valid", ended_at=None) | Q(status="ended", ended_at__isnull=False),
                name="an_ended_certificate_says_when",
            ),
            models.CheckConstraint(
                condition=Q(ended_for="") | Q(status="ended"), name="only_an_ended_certificate_was_ended_for_a_case"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("issued_on")),
                name="a_certificate_is_not_over_before_it_is_issued",
            ),
        ]
        indexes = [
            models.Index(fields=["ended_for"], condition=~Q(ended_for=""), name="certificates_ended_by_a_case"),
        ]


class CertificateUse(models.Model):
    """A certificate took the place of a paper (免证办), or a paper that was handed in before did (材料复用): in what, for what,
    with whose consent. Append-only (a trigger).

    Of an earlier paper it says whose it is, in which case (`origin`) and on which day it was handed in: it stays when that paper
    is destroyed.
    """

    certificate = models.ForeignKey(
        Certificate, null=True, on_delete=models.PROTECT, related_name="uses", db_index=False
    )
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    origin = models.CharField(max_length=50, default="", db_default="")  # number of a case
    handed_on = models.DateField(null=True)  # the hall's day
    purpose = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)  # case:…
    by = models.CharField(max_length=60)
    at = models.DateTimeField()
    consent = models.BooleanField()
    note = FreeText(default="")

    class Meta:
        db_table = "library_certificate_use"
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "subject", "purpose"], name="a_use_for_a_purpose_is_traced_once"
            ),
            models.UniqueConstraint(
                fields=["origin", "subject", "purpose"],
                condition=Q(certificate=None),
                name="a_paper_used_again_for_a_purpose_is_traced_once",
            ),
            models.CheckConstraint(condition=Q(consent=True), name="nothing_is_used_without_consent"),
            models.CheckConstraint(
                condition=Q(certificate__isnull=False, person=None, organisation=None, origin="", handed_on=None)
                | (Q(certificate=None, handed_on__isnull=False, origin__gt="") & ONE_HOLDER),
                name="a_use_is_of_a_certificate_or_an_earlier_paper",
            ),
        ]


class Fact(models.Model):
    """Something known of a person or organisation, by the code of its data element. The newest of an element counts.

    What an authority says bears its own number (`own_index`): said otherwise, or ended, it is a further revision of it.
    """

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, db_index=False)
    element = models.CharField(max_length=60)
    value = EncryptedText()
    trust = models.CharField(max_length=1)
    source = models.CharField(max_length=60)
    at = models.DateTimeField()
    valid_from = models.DateField(null=True)  # its first day
    valid_until = models.DateField(null=True)  # its last day
    own_index = models.CharField(max_length=64, default="", db_default="")  # blind index of the authority's own number
    revision = models.IntegerField(default=0, db_default=0)  # of that number, from 1
    ended = models.BooleanField(default=False, db_default=False)  # this revision says that it holds no more

    class Meta:
        db_table = "library_fact"
        constraints = [
            models.CheckConstraint(condition=ONE_HOLDER, name="a_fact_is_of_one_holder"),
            models.CheckConstraint(condition=Q(trust__in=TRUST), name="fact_trust_is_known"),
            models.UniqueConstraint(
                fields=["source", "own_index", "revision"],
                condition=~Q(own_index=""),
                name="an_authority_says_each_revision_of_a_fact_once",
            ),
            models.CheckConstraint(
                condition=Q(own_index="", revision=0, ended=False) | (~Q(own_index="") & Q(revision__gte=1)),
                name="an_authoritys_fact_has_a_revision",
            ),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="a_fact_is_not_over_before_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "element", "-at"], name="facts_of_a_person"),
            models.Index(fields=["organisation", "element", "-at"], name="facts_of_an_organisation"),
        ]


class FactConsent(models.Model):
    """In one matter, what is known of its holder fills in the form, and they agreed. Taken back before it is sent, it holds no
    more; a further one is another row. It stands otherwise (a trigger), until its case is destroyed."""

    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80)  # case:…
    words = models.CharField(max_length=12)  # the sentence they agreed to: rules.consents.WORDS
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=60)  # themselves, or the clerk they said it to
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=60, default="", db_default="")

    class Meta:
        db_table = "library_fact_consent"
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(withdrawn_at=None), name="one_consent_to_facts_stands_in_a_matter"
            ),
            models.CheckConstraint(condition=ONE_HOLDER, name="a_consent_to_facts_is_of_one_holder"),
            models.CheckConstraint(condition=Q(words__in=list(WORDS)), name="words_of_a_consent_are_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by="") | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="")),
                name="a_consent_taken_back_says_by_whom",
            ),
        ]


class FactCarried(models.Model):
    """A fact that filled in a field of a form that is not sent yet. `value_index`: blind index of what it said."""

    consent = models.ForeignKey(FactConsent, on_delete=models.CASCADE, related_name="carried", db_index=False)
    element = models.CharField(max_length=60)
    source = models.CharField(max_length=60)
    said_at = models.DateTimeField()
    trust = models.CharField(max_length=1)
    value_index = models.CharField(max_length=64)

    class Meta:
        db_table = "library_fact_carried"
        constraints = [
            models.UniqueConstraint(fields=["consent", "element"], name="a_fact_is_carried_once_by_a_consent")
        ]


class FactUse(models.Model):
    """What was known of somebody went into a form that was sent: which fact, in what, for what, by whom, and what became of it.
    Append-only, until its case is destroyed (a trigger)."""

    consent = models.ForeignKey(FactConsent, on_delete=models.PROTECT, related_name="uses")
    element = models.CharField(max_length=60)
    source = models.CharField(max_length=60)  # as of the fact, and when it was said
    said_at = models.DateTimeField()
    trust = models.CharField(max_length=1)
    value_index = models.CharField(max_length=64)
    subject = models.CharField(max_length=80)  # case:…
    purpose = models.CharField(max_length=60)  # code of the item
    became = models.CharField(max_length=12)  # rules.consents.BECAME
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        db_table = "library_fact_use"
        constraints = [
            models.UniqueConstraint(fields=["subject", "element"], name="a_fact_used_in_a_matter_is_traced_once"),
            models.CheckConstraint(condition=Q(became__in=list(BECAME)), name="what_became_of_a_fact_is_known"),
            models.CheckConstraint(condition=Q(trust__in=TRUST), name="trust_of_a_used_fact_is_known"),
        ]


class AuthorityKey(models.Model):
    """A key of the API that speaks for an authority (证照主管部门): it enters, renews and ends what that authority says."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    authority = models.CharField(max_length=40)
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=60)

    class Meta:
        db_table = "library_authority_key"
        constraints = [
            models.UniqueConstraint(fields=["key", "authority"], name="a_key_speaks_for_an_authority_once"),
            models.CheckConstraint(
                condition=Q(authority__regex=r"^[a-z0-9][a-z0-9-]{0,39}$"), name="an_authority_is_named_by_its_code"
            ),
        ]


class ImportBatch(models.Model):
    """A list of an authority that came by the API, by a blind index of what it says; under way until its report went out."""

    by = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_index=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "library_import_batch"
        constraints = [
            models.UniqueConstraint(
                fields=["by", "digest"], condition=Q(told_at=None), name="a_list_is_under_way_once_for_its_sender"
            )
        ]


class ImportedRow(models.Model):
    """A row of such a list that was taken: committed with what it changed, or with why it was refused."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows", db_index=False)
    no = models.IntegerField()  # from 1
    told = EncryptedText()  # its line of the report, as JSON

    class Meta:
        db_table = "library_imported_row"
        constraints = [models.UniqueConstraint(fields=["batch", "no"], name="a_row_of_a_list_is_taken_once")]
