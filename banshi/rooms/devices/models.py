"""Devices of a hall: kiosks, screens, window displays, evaluators, printers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value

from banshi.foundation.crypto import EncryptedText, FreeText
from banshi.kernel.machine_orders import ORDER
from banshi.rooms.catalogue.models import Item
from banshi.rooms.devices.rules.use import DEEDS, NO_MATTERS
from banshi.rooms.places.models import Hall, SelfServiceArea, Window, Zone


class MachineType(models.Model):
    """A kind of self-service machine (自助设备类型) and the parts it has, in the order they are shown (presets/machines.yaml)."""

    code = models.CharField(max_length=40, primary_key=True)
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    parts = models.JSONField(default=list)  # of rules.fleet.PARTS
    order = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "devices_machine_type"


class Device(models.Model):
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="devices")
    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)  # kiosk | board | zone_board | window_display | evaluator | machine
    name = models.CharField(max_length=80)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.SET_NULL)
    window = models.ForeignKey(Window, null=True, on_delete=models.SET_NULL)
    area = models.ForeignKey(SelfServiceArea, null=True, on_delete=models.SET_NULL, related_name="devices")
    type = models.ForeignKey(MachineType, null=True, on_delete=models.PROTECT)  # None: no self-service machine
    printer = models.CharField(max_length=120, default="")  # "", "file:name" or "tcp:host:port"
    secret_hash = models.CharField(max_length=64, default="")  # the device's sign-in token
    enrol_hash = models.CharField(
        max_length=64, default="", db_default=""
    )  # the same secret, for the machine's own program
    enrol_until = models.DateTimeField(null=True)  # machine time
    reader_key = EncryptedText(default="")  # what its chip reader signs with; "" = no reader is believed
    last_seen_at = models.DateTimeField(null=True)  # machine time
    in_use_since = models.DateTimeField(null=True)  # its first heartbeat as a machine of the fleet, hall time
    state = models.JSONField(default=dict)
    retired_at = models.DateTimeField(null=True)  # its key opens nothing; brought back, it is paired anew
    test = models.JSONField(default=dict)  # the last one asked for: id, asked_at, printer, seen_at; machine time

    class Meta:
        db_table = "devices_device"


class Fault(models.Model):
    """故障: a part of a machine is low | out | jam | broken, or the whole machine ("") is silent. Hall time."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="faults")
    part = models.CharField(max_length=20, default="")
    kind = models.CharField(max_length=10)
    opened_at = models.DateTimeField()
    seen_by = models.CharField(max_length=60, default="")  # who looks after it
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "devices_fault"
        constraints = [
            # Two heartbeats that come together open one.
            models.UniqueConstraint(
                fields=["device", "part"], condition=models.Q(ended_at=None), name="one_open_fault_per_device_and_part"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["low", "out", "jam", "broken", "left"]) & ~models.Q(part="")
                | models.Q(kind="silent", part=""),
                name="a_part_has_a_fault_and_a_machine_is_silent",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_at__gte=models.F("opened_at")),
                name="a_fault_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=models.Q(seen_at=None, seen_by="") | models.Q(seen_at__isnull=False) & ~models.Q(seen_by=""),
                name="who_looks_after_a_fault_has_a_name",
            ),
        ]
        indexes = [models.Index(fields=["device", "opened_at"], name="faults_by_device")]


class Alarm(models.Model):
    """告警: that a fault was told, step by step, each once. `told`: [{"zh", "en"}], the names of whoever held the role at that
    moment; empty: nobody did."""

    fault = models.ForeignKey(Fault, on_delete=models.CASCADE, related_name="alarms")
    step = models.CharField(max_length=10)  # keepers | head | region
    told = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        db_table = "devices_alarm"
        constraints = [
            models.UniqueConstraint(fields=["fault", "step"], name="a_step_is_told_once_of_a_fault"),
            models.CheckConstraint(
                condition=models.Q(step__in=["keepers", "head", "region"]), name="an_alarm_is_of_a_known_step"
            ),
        ]


class Maintenance(models.Model):
    """检修: no alarm of a machine, of an area, or of all machines of a hall (neither is said), from–until. It ends by itself."""

    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="maintenances")
    area = models.ForeignKey(SelfServiceArea, null=True, on_delete=models.CASCADE, related_name="maintenances")
    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="maintenances")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    why = FreeText(default="")
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # earlier than planned
    ended_by = models.CharField(max_length=60, default="")

    class Meta:
        db_table = "devices_maintenance"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_at__gt=models.F("from_at")), name="a_maintenance_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=models.Q(area=None) | models.Q(device=None), name="a_maintenance_is_of_one_thing"
            ),
        ]
        indexes = [models.Index(fields=["hall", "until_at"], name="maintenances_by_hall")]


class DeviceOrder(models.Model):
    """An order to a machine (命令): waiting → sent → done | failed | unsure; what nobody fetched is expired. Machine time."""

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="orders")
    key = models.CharField(max_length=80)  # by whoever orders: the same key is the same order
    kind = models.CharField(max_length=20)
    body = EncryptedText(null=True)  # JSON by its kind; none once nobody needs it
    state = models.CharField(max_length=10, default="waiting")
    why = models.CharField(max_length=20, default="")
    made_by = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()  # then its state ends by itself: waiting is expired, sent is unsure
    repeats = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="repeated")

    class Meta:
        db_table = "devices_order"
        constraints = [
            models.UniqueConstraint(fields=["device", "key"], name="an_order_is_given_once_per_key"),
            models.CheckConstraint(condition=Q(state__in=ORDER.states), name="device_order_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sent"], ended_at=None)
                | (~Q(state__in=["waiting", "sent"]) & Q(ended_at__isnull=False)),
                name="an_order_that_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=False) | Q(state__in=["waiting", "expired"]),
                name="only_what_was_handed_out_is_done",
            ),
        ]
        indexes = [
            models.Index(fields=["device", "id"], name="device_orders_waiting", condition=Q(state="waiting")),
            models.Index(
                fields=["expires_at"], name="device_orders_to_end", condition=Q(state__in=["waiting", "sent"])
            ),
            models.Index(fields=["made_at"], name="device_orders_by_age"),
        ]


class MachineUse(models.Model):
    """使用: what a machine did for somebody, once; append only. Hall time; nothing says for whom.

    `key`: the number of the case or ticket, or a hash, and where that may come again ":" and which time. `matter`: it counts as a
    matter – what a machine did of one case on one day is one, however many deeds it took.
    """

    id = models.BigAutoField(primary_key=True)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="uses", db_index=False)
    deed = models.CharField(max_length=10)
    key = models.CharField(max_length=80)
    item = models.ForeignKey(Item, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    matter = models.BooleanField()
    at = models.DateTimeField()
    day = models.DateField()  # of the hall

    class Meta:
        db_table = "devices_use"
        constraints = [
            # Pressed twice is done once.
            models.UniqueConstraint(fields=["device", "deed", "key"], name="a_machine_does_a_thing_once"),
            models.UniqueConstraint(
                F("device"), F("day"), Func(F("key"), Value(":"), Value(1), function="split_part"),
                condition=Q(matter=True), name="a_matter_counts_once_a_machine_and_day",
            ),
            models.CheckConstraint(condition=Q(deed__in=DEEDS), name="a_machine_does_known_deeds"),
            models.CheckConstraint(
                condition=Q(matter=False) | ~Q(deed__in=sorted(NO_MATTERS)), name="a_number_or_a_door_is_no_matter"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["device", "day"], name="uses_by_device_and_day")]
