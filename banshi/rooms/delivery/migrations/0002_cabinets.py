import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_who_opened"),
        ("delivery", "0001_initial"),
        ("devices", "0005_signed_cards"),
        ("places", "0003_own_words_sealed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Cabinet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=30, unique=True)),
                ("name_zh", models.CharField(max_length=60)),
                ("name_en", models.CharField(max_length=60)),
                ("place_zh", models.CharField(default="", max_length=120)),
                ("place_en", models.CharField(default="", max_length=120)),
                ("active", models.BooleanField(default=True)),
                (
                    "device",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cabinets",
                        to="devices.device",
                    ),
                ),
                (
                    "hall",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cabinets", to="places.hall"
                    ),
                ),
            ],
            options={
                "db_table": "delivery_cabinet",
            },
        ),
        migrations.CreateModel(
            name="Cell",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("no", models.SmallIntegerField()),
                ("broken_at", models.DateTimeField(null=True)),
                (
                    "cabinet",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cells", to="delivery.cabinet"
                    ),
                ),
            ],
            options={
                "db_table": "delivery_cell",
            },
        ),
        migrations.CreateModel(
            name="Stay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=8)),
                ("put_at", models.DateTimeField()),
                ("put_by", models.CharField(max_length=60)),
                ("counts_from", models.DateField(null=True)),
                ("fetch_by", models.DateTimeField(null=True)),
                ("out_at", models.DateTimeField(null=True)),
                ("out_by", models.CharField(default="", max_length=12)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stays", to="cases.case"
                    ),
                ),
                (
                    "cell",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stays", to="delivery.cell"
                    ),
                ),
            ],
            options={
                "db_table": "delivery_stay",
            },
        ),
        migrations.AddConstraint(
            model_name="cell",
            constraint=models.UniqueConstraint(fields=("cabinet", "no"), name="a_cell_has_its_number"),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("out_at", None)), fields=("cell",), name="one_thing_in_a_cell"
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.UniqueConstraint(
                condition=models.Q(("out_at", None)), fields=("case", "kind"), name="one_thing_of_a_kind_of_a_case_lies"
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("drop", "result"))), name="what_lies_is_of_a_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("out_at", None), ("out_by", "")),
                    models.Q(("out_at__isnull", False), ("out_by__in", ("applicant", "staff", "moved"))),
                    _connector="OR",
                ),
                name="what_is_out_was_taken_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="stay",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counts_from__isnull", False), ("fetch_by", None), ("kind", "drop")),
                    models.Q(("counts_from", None), ("fetch_by__isnull", False), ("kind", "result")),
                    _connector="OR",
                ),
                name="a_drop_counts_and_a_result_waits",
            ),
        ),
    ]
