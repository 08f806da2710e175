"""Closures of a floor, a category or an item; kinds; each announced once."""

import django.db.models.deletion
from django.db import migrations, models

# The same closure announced twice stays once.
TWICE = """
UPDATE calendars_closure c SET withdrawn_at = c.made_at
WHERE c.withdrawn_at IS NULL AND EXISTS (
  SELECT 1 FROM calendars_closure o WHERE o.hall_id = c.hall_id AND o.zone_id IS NOT DISTINCT FROM c.zone_id
    AND o.starts_at = c.starts_at AND o.ends_at = c.ends_at AND o.withdrawn_at IS NULL AND o.id < c.id)
"""
# Those that run or ran before people in line were told about them are not told late.
OVER = "UPDATE calendars_closure SET begun_at = starts_at, over_at = ends_at WHERE ends_at < now()"


class Migration(migrations.Migration):
    dependencies = [
        ("calendars", "0001_initial"),
        ("catalogue", "0001_initial"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.AddField("closure", "kind", models.CharField(default="closure", max_length=12)),
        migrations.AddField(
            "closure",
            "floor",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="places.floor"),
        ),
        migrations.AddField(
            "closure",
            "category",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="places.category"),
        ),
        migrations.AddField(
            "closure",
            "item",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="catalogue.item"),
        ),
        migrations.AddField("closure", "begun_at", models.DateTimeField(null=True)),
        migrations.AddField("closure", "over_at", models.DateTimeField(null=True)),
        migrations.RunSQL(TWICE, migrations.RunSQL.noop),
        migrations.RunSQL(OVER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "closure",
            models.CheckConstraint(
                condition=models.Q(kind__in=["closure", "evacuation", "outage"]), name="a_closure_is_of_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            "closure",
            models.UniqueConstraint(
                fields=["hall", "floor", "zone", "category", "item", "starts_at", "ends_at"],
                condition=models.Q(withdrawn_at=None),
                nulls_distinct=False,
                name="a_closure_is_announced_once",
            ),
        ),
        migrations.AddIndex("closure", models.Index(fields=["hall", "starts_at"], name="closures_by_hall")),
    ]
