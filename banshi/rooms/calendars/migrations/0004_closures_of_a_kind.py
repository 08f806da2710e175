"""An evacuation stands beside a closure of the same time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("calendars", "0003_own_words_sealed")]

    operations = [
        migrations.RemoveConstraint(model_name="closure", name="a_closure_is_announced_once"),
        migrations.AddConstraint(
            model_name="closure",
            constraint=models.UniqueConstraint(
                fields=["hall", "floor", "zone", "category", "item", "starts_at", "ends_at", "kind"],
                condition=models.Q(withdrawn_at=None),
                nulls_distinct=False,
                name="a_closure_is_announced_once",
            ),
        ),
    ]
