from django.db import migrations, models

# Reminders written before messages had a last moment: the start of the period they speak of.
LAST_MOMENTS = """
UPDATE messaging_message SET until = (params ->> 'starts_at')::timestamptz
WHERE state = 'due' AND key IN ('reminder', 'leave') AND params ->> 'starts_at' LIKE '____-__-__T__:__:__+__:__'
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_retries_addresses_deliveries")]

    operations = [
        migrations.AddField("message", "until", models.DateTimeField(null=True)),
        migrations.AddField("message", "why", models.CharField(db_default="", default="", max_length=12)),
        migrations.RunSQL(LAST_MOMENTS, migrations.RunSQL.noop),
    ]
