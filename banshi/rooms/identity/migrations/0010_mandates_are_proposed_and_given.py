"""Agents propose mandates, which the hall or the client confirms; and they may book through another system's key."""

import django.db.models.deletion
from django.db import migrations, models

import banshi.foundation.crypto


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_agents_and_mandates")]

    operations = [
        migrations.AddField(
            "agent",
            "key",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="agents", to="identity.apikey"
            ),
        ),
        migrations.AddField(
            "agent", "end_user_index", models.CharField(db_default="", default="", max_length=64)
        ),
        migrations.AddConstraint(
            "agent",
            models.UniqueConstraint(
                condition=models.Q(("key__isnull", False)),
                fields=("key", "end_user_index"),
                name="a_user_of_a_key_is_one_agent",
            ),
        ),
        migrations.AddField("mandate", "name", banshi.foundation.crypto.EncryptedText(default="")),
        migrations.AddField("mandate", "proposed_at", models.DateTimeField(null=True)),
        migrations.AlterField("mandate", "given_at", models.DateTimeField(null=True)),
        migrations.AlterField("mandate", "given_by", models.CharField(default="", max_length=60)),
        migrations.RemoveConstraint("mandate", "one_mandate_per_agent_and_client"),
        migrations.AddConstraint(
            "mandate",
            models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("given_at__isnull", False)),
                fields=("agent", "person"),
                name="one_mandate_per_agent_and_client",
            ),
        ),
        migrations.AddConstraint(
            "mandate",
            models.UniqueConstraint(
                condition=models.Q(("ended_at", None), ("given_at", None)),
                fields=("agent", "person"),
                name="one_proposal_per_agent_and_client",
            ),
        ),
        migrations.AddConstraint(
            "mandate",
            models.CheckConstraint(
                condition=models.Q(("given_at__isnull", False), ("proposed_at__isnull", False), _connector="OR"),
                name="a_mandate_is_proposed_or_given",
            ),
        ),
    ]
