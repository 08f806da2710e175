import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Who asked to be told when a day opens for booking."""

    dependencies = [
        ("booking", "0005_places_over_time"),
        ("catalogue", "0001_initial"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OpeningAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("account_id", models.BigIntegerField()),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("told", models.BooleanField(default=False)),
                ("hall", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="places.hall")),
                ("item", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="catalogue.item")),
            ],
            options={
                "db_table": "booking_opening_asked",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("account_id", "hall", "item", "day"),
                        name="an_account_asks_once_about_a_day",
                    )
                ],
            },
        ),
    ]
