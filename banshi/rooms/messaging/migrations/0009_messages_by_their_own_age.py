"""Telephones and words of messages are deleted by the age of the message, found without reading what was deleted before."""

from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_messages_over_by_hall")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                models.F("hall"),
                Coalesce("until", "due_at"),
                condition=models.Q(state__in=("sent", "failed", "dropped")) & ~models.Q(to_index=""),
                name="messages_to_forget",
            ),
        )
    ]
