import django.db.models.deletion
from django.db import migrations, models

Q = models.Q


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_who_opened"),
        ("feedback", "0004_ratings_with_words"),
        ("tickets", "0020_what_the_missed_were_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="rating",
            name="case",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="ratings", to="cases.case"
            ),
        ),
        migrations.AlterField(
            model_name="rating",
            name="ticket",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="tickets.ticket"),
        ),
        migrations.AlterField(
            model_name="rating",
            name="visit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="ratings", to="tickets.visit"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.UniqueConstraint(
                fields=["case", "follow_up"], name="one_rating_and_one_follow_up_per_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="rating",
            constraint=models.CheckConstraint(
                condition=Q(visit__isnull=False, ticket__isnull=False, case=None)
                | Q(visit=None, ticket=None, case__isnull=False),
                name="a_rating_is_of_a_visit_or_of_a_case",
            ),
        ),
    ]
