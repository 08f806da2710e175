"""Papers that are to follow are found by their day; a procedure names who proposed it, who approved it, and whether its
applicant was told that it takes longer."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [("cases", "0018_found_by_telephone")]

    operations = [
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                fields=["due_on"], name="papers_that_are_to_follow", condition=Q(met_at=None, lapsed_at=None)
            ),
        ),
        migrations.AddField(
            model_name="stop",
            name="proposed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.staff"
            ),
        ),
        migrations.AddField(
            model_name="stop",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="identity.staff"
            ),
        ),
        migrations.AddField(model_name="stop", name="late_told_at", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.CheckConstraint(
                condition=Q(approved_by=None) | (Q(proposed_by__isnull=False) & ~Q(proposed_by=F("approved_by"))),
                name="who_proposes_a_procedure_does_not_approve_it",
            ),
        ),
        migrations.AddIndex(
            model_name="stop",
            index=models.Index(fields=["started_at"], name="procedures_under_way", condition=Q(ended_at=None)),
        ),
    ]
