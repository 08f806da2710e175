"""How many messages a hall has sent is counted, and the latest are listed, without reading all that ever were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_urgent_keys_of_an_evacuation")]

    operations = [
        migrations.AddIndex(
            "message",
            models.Index(
                condition=models.Q(state__in=["sent", "dropped"]),
                fields=["hall", "state", "-id"],
                name="messages_over_by_hall",
            ),
        )
    ]
