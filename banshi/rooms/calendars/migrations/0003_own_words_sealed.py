"""What people wrote in their own words – reasons, notes, answers – may name anybody: it is sealed from now on."""

import banshi.foundation.crypto
from banshi.foundation.sealing import seal_words
from django.db import migrations

COLUMNS = (
    ("calendars_version", "note", ""),
)


def seal(apps, editor):
    for table, column, place in COLUMNS:
        seal_words(editor, table, column, place=place)


class Migration(migrations.Migration):
    dependencies = [("calendars", "0002_closures_of_parts")]

    operations = [
        migrations.AlterField("calendarversion", "note", banshi.foundation.crypto.FreeText(default="")),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
