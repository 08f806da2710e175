"""A channel's system sees the cases it opened, and no other's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_what_stands")]

    operations = [
        migrations.AddField("case", "opened_by", models.CharField(db_default="", default="", max_length=60)),
        migrations.AddIndex(
            "case", models.Index(fields=["opened_by", "-opened_at", "-id"], name="cases_by_who_opened_them")
        ),
    ]
