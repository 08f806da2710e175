from django.db import migrations

import banshi.foundation.crypto


class Migration(migrations.Migration):
    dependencies = [("identity", "0014_who_ended_a_mandate")]

    operations = [
        migrations.AddField(
            model_name="agent",
            name="suspended_why",
            field=banshi.foundation.crypto.EncryptedText(default=""),
        ),
    ]
