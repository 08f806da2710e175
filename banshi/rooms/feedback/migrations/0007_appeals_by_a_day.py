"""An appeal is judged by a day. One that waits already gets fourteen days from when it was made: ten working days, no holiday."""

from django.db import migrations, models


PROMISED = """
UPDATE feedback_task SET judge_due_on = (appealed_at AT TIME ZONE 'Asia/Shanghai')::date + 14
WHERE state = 'appealed' AND judge_due_on IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ("feedback", "0006_appeals"),
    ]

    operations = [
        migrations.AddField(
            model_name="task",
            name="judge_due_on",
            field=models.DateField(null=True),
        ),
        migrations.RunSQL(PROMISED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "appealed"), _negated=True) | models.Q(("judge_due_on__isnull", False)),
                name="an_appeal_is_judged_by_a_day",
            ),
        ),
    ]
