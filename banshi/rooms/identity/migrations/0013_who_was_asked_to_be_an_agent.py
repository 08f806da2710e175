"""Each time the owner of a number is asked to be an agent, and what they refused: nobody is asked without end."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0012_agents_are_accepted")]

    operations = [
        migrations.CreateModel(
            name="AgentAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hall", models.CharField(max_length=40)),
                ("phone_index", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("declined_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identity_agent_asked",
                "indexes": [models.Index(fields=["phone_index", "at"], name="asked_to_be_an_agent")],
            },
        ),
    ]
