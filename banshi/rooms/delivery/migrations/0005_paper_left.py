"""Whoever takes the file leaves the paper: it is fetched later, or lies there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("delivery", "0004_printings")]

    operations = [
        migrations.AddField("delivery", "paper_out_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "delivery",
            models.CheckConstraint(
                condition=models.Q(("paper_out_at", None), ("how", "electronic"), _connector="OR"),
                name="a_paper_is_left_where_the_file_was_taken",
            ),
        ),
    ]
