"""A refusal in writing is delivered within days, as a result is: those that were decided before get their day, too."""

from django.db import migrations

# Ten working days from the decision are two weeks; a recount by the calendar puts them right where a holiday comes between.
THEIR_DAY = """
UPDATE cases_case SET issue_due_on = decided_at::date + 14
WHERE phase = 'decided' AND granted IS FALSE AND issue_due_on IS NULL AND decided_at IS NOT NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0029_counts_from'),
    ]

    operations = [
        migrations.RunSQL(THEIR_DAY, migrations.RunSQL.noop),
    ]
