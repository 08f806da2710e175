"""Waiting for an earlier place than the one booked; how often somebody was asked, and for which place last."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0007_who_credit_falls_on")]

    operations = [
        migrations.AlterField(
            "waiting",
            "hold",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="waiting", to="booking.hold"
            ),
        ),
        migrations.AddField(
            "waiting",
            "appointment",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="waits_earlier",
                to="booking.appointment",
            ),
        ),
        migrations.AddField("waiting", "offers", models.SmallIntegerField(default=0, db_default=0)),
        migrations.AddField("waiting", "last_slot", models.BigIntegerField(default=0, db_default=0)),
        migrations.RemoveConstraint("waiting", "a_person_waits_once_per_business_and_day"),
        migrations.AddConstraint(
            "waiting",
            models.UniqueConstraint(
                fields=["hall", "business", "day", "person", "limit_key"],
                condition=models.Q(state__in=["waiting", "offered"], appointment=None),
                name="a_person_waits_once_per_business_and_day",
            ),
        ),
        migrations.AddConstraint(
            "waiting",
            models.UniqueConstraint(
                fields=["appointment"],
                condition=models.Q(state__in=["waiting", "offered"]),
                name="an_appointment_waits_once_for_an_earlier_place",
            ),
        ),
    ]
