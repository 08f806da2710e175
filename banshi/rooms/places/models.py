"""Places: the region tree, halls with floors, zones, windows and categories, and each hall's versioned policy."""

from __future__ import annotations

from datetime import time

from django.db import models

from banshi.foundation.crypto import FreeText


class Region(models.Model):
    """区划: province → city → district → town → village. `path` = codes from the root, `/440000/441900/`."""

    code = models.CharField(max_length=20, primary_key=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    level = models.CharField(max_length=10)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    path = models.CharField(max_length=200, db_index=True)

    class Meta:
        db_table = "places_region"


class Hall(models.Model):
    """政务服务大厅."""

    code = models.CharField(max_length=40, unique=True)
    region = models.ForeignKey(Region, on_delete=models.PROTECT)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    address_zh = models.CharField(max_length=200)
    address_en = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, default="")
    timezone = models.CharField(max_length=40, default="Asia/Shanghai")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    order = models.SmallIntegerField(default=0)
    crowd = models.JSONField(default=dict)  # arrival shape and the like, for simulation

    class Meta:
        db_table = "places_hall"


class Floor(models.Model):
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="floors")
    code = models.CharField(max_length=10)
    label_zh = models.CharField(max_length=30)
    label_en = models.CharField(max_length=30)
    order = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "places_floor"
        constraints = [models.UniqueConstraint(fields=["hall", "code"], name="one_floor_per_hall_and_code")]


class Zone(models.Model):
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="zones")
    floor = models.ForeignKey(Floor, on_delete=models.PROTECT)
    code = models.CharField(max_length=20)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)

    class Meta:
        db_table = "places_zone"
        constraints = [models.UniqueConstraint(fields=["hall", "code"], name="one_zone_per_hall_and_code")]


class Category(models.Model):
    """业务类别: what a ticket waits in. `letter` starts its ticket numbers."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="categories")
    code = models.CharField(max_length=10)
    letter = models.CharField(max_length=2)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.SET_NULL)
    handling_minutes = models.FloatField(default=12.0)  # typical; the prior of the learned times
    weight = models.FloatField(default=1.0)  # share of arrivals, for simulation
    order = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "places_category"
        constraints = [
            models.UniqueConstraint(fields=["hall", "code"], name="one_category_per_hall_and_code"),
            models.UniqueConstraint(fields=["hall", "letter"], name="one_letter_per_category"),
        ]


class Window(models.Model):
    """窗口; code `<hall>-<number>`. Integrated (综合) serves every category of its hall, special only its own."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="windows")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT)
    code = models.CharField(max_length=60, unique=True)
    number = models.CharField(max_length=10)
    kind = models.CharField(max_length=12)  # integrated | special
    x = models.FloatField(default=0)
    y = models.FloatField(default=0)
    categories = models.ManyToManyField(Category, through="WindowCategory")

    class Meta:
        db_table = "places_window"
        constraints = [
            models.UniqueConstraint(fields=["hall", "number"], name="one_window_per_hall_and_number"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["integrated", "special"]), name="a_window_is_integrated_or_special"
            ),
        ]


class WindowCategory(models.Model):
    """What a window serves. Integrated windows have a row for every category too, so the line reads one table."""

    window = models.ForeignKey(Window, on_delete=models.CASCADE)
    category = models.ForeignKey(Category, on_delete=models.CASCADE)
    preferred = models.BooleanField(default=False)  # called there before the others (a quick desk)

    class Meta:
        db_table = "places_window_category"
        constraints = [models.UniqueConstraint(fields=["window", "category"], name="a_window_serves_a_category_once")]


class SelfServiceArea(models.Model):
    """自助服务区: machines in one place, in a hall or far from it; the hall answers for it. `all_hours`: open at night, too."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120)
    place_zh = models.CharField(max_length=200)
    place_en = models.CharField(max_length=200)
    all_hours = models.BooleanField(default=False)
    most_inside = models.PositiveSmallIntegerField(null=True)  # people at once; None = nobody counts
    stay_minutes = models.PositiveSmallIntegerField(default=30)
    # Its door (rooms/zones): what it asks for, when it asks on a day the hall is open, too, and when its lights burn.
    asks = models.CharField(max_length=12, default="nobody", db_default="nobody")  # card | card-or-code | nobody
    free_by_day = models.BooleanField(default=True, db_default=True)
    nights_from = models.TimeField(default=time(18), db_default=time(18))
    nights_until = models.TimeField(default=time(8, 30), db_default=time(8, 30))
    lights = models.CharField(max_length=6, default="night", db_default="night")  # day | night | always
    limits_by = models.CharField(max_length=60, default="", db_default="")  # who set them here; "" = as the presets say
    door_by = models.CharField(max_length=60, default="", db_default="")  # … and who set what the door asks
    active = models.BooleanField(default=True)

    class Meta:
        db_table = "places_area"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(most_inside=None) | models.Q(most_inside__gte=1), name="an_area_takes_somebody"
            ),
            models.CheckConstraint(condition=models.Q(stay_minutes__gte=1), name="a_stay_in_an_area_lasts"),
            models.CheckConstraint(
                condition=models.Q(asks__in=["card", "card-or-code", "nobody"]),
                name="a_door_asks_for_a_card_a_code_or_nothing",
            ),
            models.CheckConstraint(
                condition=models.Q(lights__in=["day", "night", "always"]), name="lights_burn_by_day_by_night_or_always"
            ),
        ]


class PolicyVersion(models.Model):
    """One version of a hall's policy (kernel.policy.HallPolicy). Immutable; the newest with valid_from ≤ now rules."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="policies")
    version = models.IntegerField()
    document = models.JSONField()
    valid_from = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    note = FreeText(default="")

    class Meta:
        db_table = "places_policy_version"
        constraints = [models.UniqueConstraint(fields=["hall", "version"], name="one_policy_per_hall_and_version")]
