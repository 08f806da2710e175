"""What was said to the questions of the matter when it was booked: its papers are those of that situation."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("booking", "0022_where_the_last_look_stopped")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="answers",
            field=models.JSONField(default=dict, db_default={}),
        ),
    ]
