"""Slips that went to a file below the data folder go to the file of that name in the spool folder.

Other files, and printers on the network, print again once the operator lists them (BANSHI_PRINTERS).
"""

from pathlib import Path

from django.conf import settings
from django.db import migrations


def into_the_spool(apps, schema_editor):
    Device = apps.get_model("devices", "Device")
    for device in Device.objects.filter(printer__startswith="file:/").order_by("id"):
        path, hash_, columns = device.printer.removeprefix("file:").partition("#")
        if Path(path).is_relative_to(settings.DATA_DIR):
            device.printer = f"file:{Path(path).name}{hash_}{columns}"
            device.save(update_fields=["printer"])


class Migration(migrations.Migration):
    dependencies = [("devices", "0002_longer_kinds")]

    operations = [migrations.RunPython(into_the_spool, migrations.RunPython.noop)]
