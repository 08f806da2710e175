"""What people wrote in their own words – reasons, notes, answers – may name anybody: it is sealed from now on."""

import banshi.foundation.crypto
from banshi.foundation.sealing import seal_words
from django.db import migrations

COLUMNS = (
    ("feedback_rating", "text", ""),
    ("feedback_task", "answer", ""),
)


def seal(apps, editor):
    for table, column, place in COLUMNS:
        seal_words(editor, table, column, place=place)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [
        migrations.AlterField("rating", "text", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("task", "answer", banshi.foundation.crypto.FreeText(default="")),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
