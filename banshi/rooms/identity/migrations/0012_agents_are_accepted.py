"""The owner of the telephone accepts to be an agent. Agents that have an account are accepted: they stay what they are."""

import django.db.models.deletion
from django.db import migrations, models

import banshi.foundation.crypto


class Migration(migrations.Migration):
    dependencies = [("identity", "0011_keys_of_devices")]

    operations = [
        migrations.AlterField(
            "agent",
            "account",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="agents", to="identity.account"
            ),
        ),
        migrations.AddField("agent", "phone", banshi.foundation.crypto.EncryptedText(null=True)),
        migrations.AddField("agent", "phone_index", models.CharField(db_default="", default="", max_length=64)),
        migrations.RemoveConstraint("agent", "a_user_of_a_key_is_one_agent"),
        migrations.AddConstraint(
            "agent",
            models.UniqueConstraint(
                condition=models.Q(("account__isnull", False), ("key__isnull", False)),
                fields=("key", "end_user_index"),
                name="a_user_of_a_key_is_one_agent",
            ),
        ),
        migrations.AddConstraint(
            "agent",
            models.UniqueConstraint(
                condition=models.Q(("account", None)), fields=("hall", "phone_index"), name="a_hall_asks_a_number_once"
            ),
        ),
        migrations.AddConstraint(
            "agent",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__isnull", False), ("phone", None), ("phone_index", "")),
                    models.Q(
                        ("account", None), ("phone__isnull", False), models.Q(("phone_index", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="an_agent_has_an_account_or_a_number_that_is_asked",
            ),
        ),
    ]
