"""Devices of a hall: kiosks, screens, window displays, evaluators, printers."""

from __future__ import annotations

from django.db import models

from banshi.foundation.crypto import EncryptedText
from banshi.rooms.places.models import Hall, Window, Zone


class Device(models.Model):
    hall = models.ForeignKey(Hall, on_delete=models.CASCADE, related_name="devices")
    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20)  # kiosk | board | zone_board | window_display | evaluator
    name = models.CharField(max_length=80)
    zone = models.ForeignKey(Zone, null=True, on_delete=models.SET_NULL)
    window = models.ForeignKey(Window, null=True, on_delete=models.SET_NULL)
    printer = models.CharField(max_length=120, default="")  # "", "file:name" or "tcp:host:port"
    secret_hash = models.CharField(max_length=64, default="")  # the device's sign-in token
    reader_key = EncryptedText(default="")  # what its chip reader signs with; "" = no reader is believed
    last_seen_at = models.DateTimeField(null=True)
    state = models.JSONField(default=dict)
    retired_at = models.DateTimeField(null=True)  # its key opens nothing; brought back, it is paired anew
    test = models.JSONField(default=dict)  # the last one asked for: id, asked_at, printer, seen_at; machine time

    class Meta:
        db_table = "devices_device"
