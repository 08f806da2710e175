"""What people wrote in their own words – reasons, notes, answers – may name anybody: it is sealed from now on."""

import banshi.foundation.crypto
from banshi.foundation.sealing import seal_words
from django.db import migrations

COLUMNS = (
    ("tickets_ticket", "note", ""),
    ("tickets_ticket", "outcome_why", ""),
    ("tickets_window_session", "pause_reason", ""),
    ("tickets_pause", "reason", ""),
    ("tickets_call", "out_of_order_why", ""),
    ("tickets_transfer", "why", ""),
    ("tickets_skip", "why", ""),
)


def seal(apps, editor):
    for table, column, place in COLUMNS:
        seal_words(editor, table, column, place=place)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_holders_of_numbers")]

    operations = [
        migrations.AlterField("ticket", "note", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("ticket", "outcome_why", banshi.foundation.crypto.FreeText(db_default="", default="")),
        migrations.AlterField("windowsession", "pause_reason", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("pause", "reason", banshi.foundation.crypto.FreeText()),
        migrations.AlterField("call", "out_of_order_why", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("transfer", "why", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("skip", "why", banshi.foundation.crypto.FreeText(default="")),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
