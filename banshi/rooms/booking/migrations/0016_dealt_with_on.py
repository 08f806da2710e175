from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0015_language_of_waits")]

    operations = [
        migrations.AddField("appointment", "dealt_on", models.CharField(db_default="", default="", max_length=32)),
    ]
