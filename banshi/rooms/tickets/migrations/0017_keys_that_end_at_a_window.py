from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0016_mismatch_allowed")]

    operations = [
        migrations.AddField("ticket", "renew_on_return", models.BooleanField(db_default=False, default=False)),
    ]
