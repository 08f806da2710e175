"""What figures read of a case: the days its decision saved, the trips it took, and a hall's days found by index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_who_opened")]

    operations = [
        migrations.AddField("case", "days_saved", models.SmallIntegerField(null=True)),
        migrations.AddField("case", "trips", models.SmallIntegerField(db_default=0, default=0)),
        *(
            migrations.AddIndex(
                "case",
                models.Index(
                    fields=["hall", at], name=f"cases_by_{at}", condition=models.Q((f"{at}__isnull", False))
                ),
            )
            for at in ("received_at", "accepted_at", "decided_at", "closed_at")
        ),
    ]
