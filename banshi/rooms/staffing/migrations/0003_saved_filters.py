"""Filters that a member of staff saves of a list."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import banshi.foundation.crypto


class Migration(migrations.Migration):

    dependencies = [
        ("places", "0003_own_words_sealed"),
        ("staffing", "0002_desks_to_come"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("listed", models.CharField(max_length=40)),
                ("place", models.SmallIntegerField()),
                ("name", banshi.foundation.crypto.FreeText()),
                ("query", banshi.foundation.crypto.FreeText()),
                ("made_at", models.DateTimeField()),
                ("hall", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="places.hall")),
                ("staff", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "db_table": "staffing_saved_filter",
                "constraints": [
                    models.UniqueConstraint(fields=("staff", "hall", "listed", "place"), name="one_saved_filter_at_a_place_of_a_list"),
                    models.CheckConstraint(condition=models.Q(("place__range", (1, 12))), name="saved_filters_of_a_list_are_few"),
                ],
            },
        ),
    ]
