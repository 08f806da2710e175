"""One sign of life per duty and job, with how it went."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foundation", "0003_heartbeat")]

    operations = [
        migrations.AlterField("heartbeat", "name", models.CharField(max_length=60, primary_key=True, serialize=False)),
        migrations.AddField("heartbeat", "succeeded_at", models.DateTimeField(null=True)),
        migrations.AddField("heartbeat", "failed_at", models.DateTimeField(null=True)),
        migrations.AddField("heartbeat", "failures", models.IntegerField(default=0)),
    ]
