from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0010_mandates_are_proposed_and_given")]

    operations = [
        migrations.AddField("apikey", "device", models.CharField(db_default="", default="", max_length=60)),
    ]
