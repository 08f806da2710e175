"""Until when the windows serve those in line: a number is warned that it comes too late by that, not by when numbers end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0013_turnout_of_booked_people")]

    operations = [migrations.AddField("ticket", "line_closes_at", models.DateTimeField(null=True))]
