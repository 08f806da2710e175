from django.db import migrations, models

URGENT = ["code", "your_turn", "ahead", "line_stopped", "line_goes_on"]


class Migration(migrations.Migration):
    """The index of what overtakes a flood names the keys of a stopped line too."""

    dependencies = [("messaging", "0004_nothing_that_opens_in_clear")]

    operations = [
        migrations.RemoveIndex("message", "messages_due_urgent"),
        migrations.AddIndex(
            "message",
            models.Index(
                fields=["due_at"],
                name="messages_due_urgent",
                condition=models.Q(("key__in", URGENT), ("state", "due")),
            ),
        ),
    ]
