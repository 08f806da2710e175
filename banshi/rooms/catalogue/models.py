"""Catalogue: departments, themes, items with the national data elements, and each hall's list of items."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import Exact

from banshi.rooms.catalogue.rules.one_form import member
from banshi.rooms.places.models import Category, Hall


class Department(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    kind = models.CharField(max_length=30, default="")

    class Meta:
        db_table = "catalogue_department"


class Theme(models.Model):
    """主题, 人生事项, 专区."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    audience = models.CharField(max_length=10)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    order = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "catalogue_theme"


class Item(models.Model):
    """政务服务事项 (ServiceItem); columns after GB/T 39046-2020, see domain words in docs/words.md."""

    code = models.CharField(max_length=80, unique=True)
    catalog_code = models.CharField(max_length=12)  # 基本编码
    task_code = models.CharField(max_length=36)  # 实施编码
    version = models.IntegerField(default=1)
    name_zh = models.CharField(max_length=160)
    name_en = models.CharField(max_length=240)
    department = models.ForeignKey(Department, on_delete=models.PROTECT)
    themes = models.ManyToManyField(Theme, db_table="catalogue_item_theme")
    audience = models.CharField(max_length=10)  # person | firm | both
    service_object = models.CharField(max_length=20)  # A.4
    item_type = models.CharField(max_length=2)  # A.1
    exercise_level = models.CharField(max_length=2)  # A.2
    case_kind = models.CharField(max_length=2)  # A.6: 1 即办件, 2 承诺件
    statutory_days = models.SmallIntegerField(default=0)
    promised_days = models.SmallIntegerField(default=0)
    visits_needed = models.SmallIntegerField(default=1)
    general_scope_zh = models.CharField(max_length=60, default="")
    handling_forms = models.CharField(max_length=40, default="1")
    acceptance_condition_zh = models.TextField(default="")
    acceptance_condition_en = models.TextField(default="")
    fee_zh = models.CharField(max_length=200, default="")
    fee_en = models.CharField(max_length=200, default="")
    result_zh = models.CharField(max_length=120, default="")
    result_en = models.CharField(max_length=160, default="")
    keywords_zh = models.CharField(max_length=300, default="")
    agent_allowed = models.BooleanField(default=True)
    exempt_half_day = models.BooleanField(default=False)
    home_visit = models.BooleanField(default=False)
    handling_minutes = models.FloatField(default=12.0)
    handling = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField())
    )  # rules/handling.py; {}: as general
    retired_on = models.DateField(
        null=True
    )  # 停办: from this day nothing new of it is begun; written by its Retirement
    successor = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="predecessors")

    class Meta:
        db_table = "catalogue_item"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(promised_days__lte=models.F("statutory_days")) | models.Q(statutory_days=0),
                name="promised_is_not_later_than_statutory",
            ),
            models.CheckConstraint(
                condition=models.Q(successor=None) | models.Q(retired_on__isnull=False),
                name="only_a_retired_item_has_a_successor",
            ),
            models.CheckConstraint(
                condition=~models.Q(successor=models.F("id")), name="an_item_does_not_succeed_itself"
            ),
        ]


class ItemVersion(models.Model):
    """What an item said from a moment on: its columns, its department, what to bring, as one document. Immutable, also for
    whoever comes by SQL; the newest with valid_from ≤ a moment is what people were told then.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="versions")
    version = models.IntegerField()
    document = models.JSONField()
    valid_from = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_item_version"
        constraints = [models.UniqueConstraint(fields=["item", "version"], name="one_document_per_item_and_version")]


class ItemDraft(models.Model):
    """What an item store, or this office, wants an item to say, until a second person publishes it. `document` is what publishing
    is made from (rules/item_store.py; of the office: a handling, finished or not); the record as it came is kept beside.
    States: rules/drafts.py.
    """

    task_code = models.CharField(max_length=36)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=8, default="store", db_default="store")  # store | office
    version = models.IntegerField()  # the store's own count; of the office: the item's version that it is a change of
    revision = models.IntegerField(default=1, db_default=1)  # counts every change, so that nobody writes over another
    editors = models.TextField(default="", db_default="")  # who changed it, each once, between spaces
    name_zh = models.CharField(max_length=160)
    document = models.JSONField()
    content_hash = models.CharField(max_length=64)
    raw = models.TextField(default="")
    notes = models.JSONField(
        default=dict
    )  # what was mended, which codes were unknown, why it was not published on its day
    state = models.CharField(max_length=12, default="draft")
    entered_by = models.CharField(max_length=60)
    entered_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)  # of the office: finished, and waits for the second person
    ready_by = models.CharField(max_length=60, default="", db_default="")
    published_by = models.CharField(max_length=60, default="")  # who agreed to it
    published_at = models.DateTimeField(null=True)
    planned_from = models.DateField(null=True)
    item_version = models.IntegerField(null=True)  # the version it became

    class Meta:
        db_table = "catalogue_item_draft"
        indexes = [models.Index(fields=["task_code", "-version", "-id"], name="newest_draft_of_an_item")]
        constraints = [
            models.UniqueConstraint(
                fields=["task_code"], condition=models.Q(state="draft", kind="store"), name="one_open_draft_per_item"
            ),
            models.UniqueConstraint(
                fields=["task_code"],
                condition=models.Q(state="planned", kind="store"),
                name="one_planned_draft_per_item",
            ),
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(state="draft", kind="office"), name="one_open_change_per_item"
            ),
            models.UniqueConstraint(
                fields=["item"], condition=models.Q(state="planned", kind="office"), name="one_planned_change_per_item"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="store") | models.Q(kind="office", item__isnull=False),
                name="the_office_changes_an_item_that_is_there",
            ),
            models.CheckConstraint(
                condition=~models.Q(published_by=models.F("entered_by")), name="another_person_publishes_a_draft"
            ),
            models.CheckConstraint(
                condition=models.Q(published_by="")
                | models.Q(
                    Exact(
                        StrIndex("editors", Concat(models.Value(" "), "published_by", models.Value(" "))),
                        models.Value(0),
                    )
                ),
                name="nobody_publishes_what_they_edited",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["published", "planned"]) | models.Q(published_by__gt=""),
                name="a_published_draft_says_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(ready_at=None, ready_by="") | models.Q(ready_at__isnull=False, ready_by__gt=""),
                name="a_finished_draft_says_by_whom",
            ),
        ]


class Retirement(models.Model):
    """停办: from a day nothing new of an item is begun. Asked for by one, agreed to by another, taken back before its day by
    either, and after it by two again. States: rules/retiring.py; what is agreed to stands in the item.
    """

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="retirements")
    from_day = models.DateField()
    reason_zh = models.CharField(max_length=200)
    reason_en = models.CharField(max_length=200, default="")
    successor = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="asked")
    asked_by = models.CharField(max_length=60)
    asked_at = models.DateTimeField()
    agreed_by = models.CharField(max_length=60, default="")
    agreed_at = models.DateTimeField(null=True)
    back_asked_by = models.CharField(max_length=60, default="", db_default="")
    undone_by = models.CharField(max_length=60, default="")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_retirement"
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(state__in=["asked", "agreed", "asked_back"]),
                name="one_retirement_of_an_item",
            ),
            models.CheckConstraint(
                condition=models.Q(back_asked_by="") | ~models.Q(undone_by=models.F("back_asked_by")),
                name="another_person_agrees_to_put_back",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="asked_back") | models.Q(back_asked_by__gt=""),
                name="who_asks_for_a_retired_item_is_said",
            ),
            models.CheckConstraint(
                condition=~models.Q(agreed_by=models.F("asked_by")), name="another_person_agrees_to_retire"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="agreed") | models.Q(agreed_by__gt="", agreed_at__isnull=False),
                name="an_agreed_retirement_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="undone") | models.Q(undone_by__gt="", undone_at__isnull=False),
                name="an_undone_retirement_says_by_whom",
            ),
            models.CheckConstraint(
                condition=~models.Q(successor=models.F("item")), name="nothing_is_retired_for_itself"
            ),
        ]


class Material(models.Model):
    """申请材料, one per entry of the shared list."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200)
    kind = models.CharField(max_length=30)
    source = models.CharField(max_length=20)
    issuer_zh = models.CharField(max_length=80, default="")
    issuer_en = models.CharField(max_length=120, default="")
    note_zh = models.CharField(max_length=300, default="")
    note_en = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "catalogue_material"


class DataElement(models.Model):
    """数据元: an entry of the data dictionary. What forms ask for is asked once under this name, and carried over."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    type = models.CharField(max_length=20)  # rules/handling.FieldType
    sensitivity = models.CharField(max_length=12)  # public | internal | personal | sensitive
    source_precedence = models.CharField(
        max_length=200
    )  # where its value is taken from, the best first, separated by ;
    checks = models.CharField(
        max_length=300, default="", db_default=""
    )  # what a value has to be beyond its type, by rules/checks.py, separated by ;

    class Meta:
        db_table = "catalogue_data_element"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sensitivity__in=["public", "internal", "personal", "sensitive"]),
                name="a_data_element_says_how_sensitive_it_is",
            )
        ]


class MaterialRequirement(models.Model):
    """What an item needs, in order."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="requirements")
    material = models.ForeignKey(Material, on_delete=models.PROTECT)
    order = models.SmallIntegerField()
    originals = models.SmallIntegerField(default=0)
    copies = models.SmallIntegerField(default=0)
    necessity = models.CharField(max_length=12, default="required")  # required | optional | deferrable (容缺)

    class Meta:
        db_table = "catalogue_material_requirement"
        constraints = [models.UniqueConstraint(fields=["item", "material"], name="a_material_once_per_item")]


class HallItem(models.Model):
    """An item in a hall: its category there, and what is possible."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="items")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="halls")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="items")
    bookable = models.BooleanField(default=True)
    walk_in = models.BooleanField(default=True)
    extended = models.BooleanField(default=False)  # may be handled in evening and weekend sessions (延时服务)
    periods = models.SmallIntegerField(default=1)  # consecutive periods an appointment takes
    most_persons = models.SmallIntegerField(default=1, db_default=1)  # one booking may be for so many, a place each

    class Meta:
        db_table = "catalogue_hall_item"
        constraints = [
            models.UniqueConstraint(fields=["hall", "item"], name="an_item_once_per_hall"),
            models.CheckConstraint(condition=models.Q(periods__gte=1), name="an_appointment_takes_a_period"),
            models.CheckConstraint(
                condition=models.Q(most_persons__range=(1, 20)), name="a_booking_is_for_somebody_and_no_crowd"
            ),
        ]


class HallItemVersion(models.Model):
    """How a hall handled an item from a moment on, as `ItemVersion`."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="item_versions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="hall_versions")
    version = models.IntegerField()
    document = models.JSONField()
    valid_from = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "catalogue_hall_item_version"
        constraints = [
            models.UniqueConstraint(fields=["hall", "item", "version"], name="one_document_per_hall_item_and_version")
        ]


class OneMatter(models.Model):
    """一件事: items that somebody needs together, begun by one form. What each of them asks stays its own."""

    code = models.CharField(max_length=60, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120)
    summary_zh = models.CharField(max_length=200, default="")
    summary_en = models.CharField(max_length=200, default="")
    audience = models.CharField(max_length=10)
    items = models.CharField(
        max_length=1200
    )  # in the order of the form, separated by ; – as `rules.one_form.member` reads each
    joint_days = models.SmallIntegerField(null=True)  # 联办时限: working days for the whole
    order = models.SmallIntegerField(default=0)
    of_office = models.BooleanField(default=False, db_default=False)  # published here: the presets no longer say it
    retired_at = models.DateTimeField(null=True)  # not begun any more; what was begun goes on

    class Meta:
        db_table = "catalogue_one_matter"
        constraints = [
            models.CheckConstraint(condition=models.Q(items__contains=";"), name="a_matter_of_several_items"),
            models.CheckConstraint(
                condition=models.Q(joint_days=None) | models.Q(joint_days__range=(1, 365)),
                name="a_matter_is_limited_to_some_days",
            ),
        ]

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in map(member, self.items.split(";"))]

    @property
    def implied(self) -> dict[str, dict[str, str]]:
        """Item → what the situation answers of its questions: nobody is asked."""
        return dict(map(member, self.items.split(";")))


class MachineOffer(models.Model):
    """What a kind of self-service machine does (presets/machines.yaml): `items`, codes of matters that are begun there, [] with
    `all_items` for every one that needs no window; `deeds`, of rules/machines.DEEDS. A kind without a row does everything.
    """

    type = models.CharField(max_length=40, primary_key=True)  # code of the kind, as the devices room knows it
    items = models.JSONField(default=list)
    all_items = models.BooleanField(default=False)
    deeds = models.JSONField(default=list)

    class Meta:
        db_table = "catalogue_machine_offer"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(all_items=False) | models.Q(items=[]), name="a_machine_offers_all_matters_or_some"
            )
        ]


class OneMatterDraft(models.Model):
    """What the office wants a 一件事 to say, or that it is no longer offered, until a second person publishes it. `document`:
    rules/one_matters.py. States: rules/drafts.py.
    """

    code = models.CharField(max_length=60)
    document = models.JSONField()
    retires = models.BooleanField(default=False, db_default=False)
    revision = models.IntegerField(default=1, db_default=1)  # counts every change, so that nobody writes over another
    editors = models.TextField(default="", db_default="")  # who changed it, each once, between spaces
    state = models.CharField(max_length=12, default="draft")
    entered_by = models.CharField(max_length=60)
    entered_at = models.DateTimeField()
    published_by = models.CharField(max_length=60, default="", db_default="")
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "catalogue_one_matter_draft"
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(state="draft"), name="one_open_draft_per_one_matter"
            ),
            models.CheckConstraint(
                condition=~models.Q(published_by=models.F("entered_by")), name="another_person_publishes_a_one_matter"
            ),
            models.CheckConstraint(
                condition=models.Q(published_by="")
                | models.Q(
                    Exact(
                        StrIndex("editors", Concat(models.Value(" "), "published_by", models.Value(" "))),
                        models.Value(0),
                    )
                ),
                name="nobody_publishes_a_one_matter_they_edited",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="published") | models.Q(published_by__gt="", published_at__isnull=False),
                name="a_published_one_matter_says_by_whom",
            ),
        ]


class Synonym(models.Model):
    """What people say for items that the catalogue calls otherwise: 换驾照 for 机动车驾驶证（换领）."""

    words = models.CharField(max_length=300, unique=True)  # separated by ;
    items = models.CharField(max_length=600, default="")  # codes, the likeliest first, separated by ;
    means = models.CharField(max_length=60, default="")  # or: the catalogue's word for these, in any question
    source = models.CharField(max_length=160)  # where it comes from: spoken, an abbreviation, a former name and its law

    class Meta:
        db_table = "catalogue_synonym"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(items="", means__gt="") | models.Q(items__gt="", means=""),
                name="a_synonym_names_items_or_means_a_word",
            )
        ]
