"""A booking whose number came to nothing stands in the way of no other one. Those of before: tickets 0019."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import migrations, models

STANDS = models.Q(("let_go_at", None), ("state__in", ["booked", "checked_in"]))
VISIT = models.Case(models.When(then="code", visit_group=""), default="visit_group")


def _hash(of):
    return models.Func(of, function="hashtext", output_field=models.IntegerField())


class Migration(migrations.Migration):
    dependencies = [("booking", "0019_told_again_of_the_old_time")]

    operations = [
        migrations.AddField("appointment", "let_go_at", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("appointment", "one_live_appointment_per_person_business_half_day"),
        migrations.RemoveConstraint("appointment", "nobody_is_at_two_places_at_a_time"),
        migrations.AddConstraint(
            "appointment",
            models.UniqueConstraint(
                fields=["person", "limit_key", "hall", "business", "day", "half"],
                condition=STANDS & models.Q(("exempt", False)),
                name="one_live_appointment_per_person_business_half_day",
            ),
        ),
        migrations.AddConstraint(
            "appointment",
            ExclusionConstraint(
                expressions=[
                    ("person", "="),
                    (_hash("limit_key"), "="),
                    (_hash(VISIT), "<>"),
                    (
                        models.Func(
                            "starts_at", "ends_at", function="tstzrange", output_field=models.TextField()
                        ),
                        "&&",
                    ),
                ],
                condition=STANDS,
                name="nobody_is_at_two_places_at_a_time",
            ),
        ),
    ]
