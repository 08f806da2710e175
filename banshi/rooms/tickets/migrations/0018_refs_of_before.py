import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0017_keys_that_end_at_a_window")]

    operations = [
        migrations.CreateModel(
            name="FormerRef",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=32)),
                ("at", models.DateTimeField()),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="former_refs", to="tickets.ticket"
                    ),
                ),
            ],
            options={
                "db_table": "tickets_former_ref",
                "constraints": [models.UniqueConstraint(fields=("ref",), name="a_former_ref_was_one_numbers")],
            },
        ),
    ]
