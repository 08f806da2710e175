"""What people wrote in their own words – reasons, notes, answers – may name anybody: it is sealed from now on."""

import banshi.foundation.crypto
from banshi.foundation.sealing import seal_words
from django.db import migrations

COLUMNS = (
    ("booking_appointment", "on_behalf_why", ""),
    ("booking_appointment", "note", ""),
    ("booking_appointment", "cancel_reason", ""),
    ("booking_move", "why", ""),
    ("booking_ledger_entry", "forgiven_why", "booking.why"),
    ("booking_suspension", "lifted_why", ""),
    ("booking_appeal", "text", ""),
    ("booking_appeal", "answer", ""),
    ("booking_fault_day", "why", "booking.why"),
    ("booking_outage", "why", "booking.why"),
    ("booking_kept", "why", "booking.why"),
    ("booking_follow_up", "why_zh", ""),
    ("booking_follow_up", "why_en", ""),
)


def seal(apps, editor):
    for table, column, place in COLUMNS:
        seal_words(editor, table, column, place=place)


class Migration(migrations.Migration):
    dependencies = [("booking", "0012_who_stands_behind_a_key")]

    operations = [
        migrations.AlterField("appointment", "on_behalf_why", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("appointment", "note", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("appointment", "cancel_reason", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("move", "why", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("ledgerentry", "forgiven_why", banshi.foundation.crypto.FreeText(default="", place="booking.why")),
        migrations.AlterField("suspension", "lifted_why", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("appeal", "text", banshi.foundation.crypto.FreeText()),
        migrations.AlterField("appeal", "answer", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("faultday", "why", banshi.foundation.crypto.FreeText(place="booking.why")),
        migrations.AlterField("outage", "why", banshi.foundation.crypto.FreeText(place="booking.why")),
        migrations.AlterField("kept", "why", banshi.foundation.crypto.FreeText(default="", place="booking.why")),
        migrations.AlterField("followup", "why_zh", banshi.foundation.crypto.FreeText(default="")),
        migrations.AlterField("followup", "why_en", banshi.foundation.crypto.FreeText(default="")),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]
