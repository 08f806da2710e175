from django.db import migrations, models

URGENT = ["code", "your_turn", "ahead", "line_stopped", "line_goes_on", "evacuated", "evacuation_over"]


class Migration(migrations.Migration):
    """The index of what overtakes a flood names the keys of an evacuation too."""

    dependencies = [("messaging", "0006_own_words_sealed")]

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
