from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0003_slips_into_the_spool")]

    operations = [
        migrations.AddField("device", "retired_at", models.DateTimeField(null=True)),
        migrations.AddField("device", "test", models.JSONField(default=dict)),
    ]
