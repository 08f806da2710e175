"""A change that is written in the office is finished, and waits for the second person."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0011_retired_and_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="itemdraft",
            name="ready_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="itemdraft",
            name="ready_by",
            field=models.CharField(db_default="", default="", max_length=60),
        ),
        migrations.AddConstraint(
            model_name="itemdraft",
            constraint=models.CheckConstraint(
                condition=models.Q(("ready_at", None), ("ready_by", ""))
                | models.Q(("ready_at__isnull", False), ("ready_by__gt", "")),
                name="a_finished_draft_says_by_whom",
            ),
        ),
    ]
