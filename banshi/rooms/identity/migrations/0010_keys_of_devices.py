from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0009_agents_and_mandates")]

    operations = [
        migrations.AddField("apikey", "device", models.CharField(db_default="", default="", max_length=60)),
    ]
