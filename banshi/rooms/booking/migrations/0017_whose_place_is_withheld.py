from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0016_dealt_with_on")]

    operations = [
        migrations.AddField("hold", "limit_key", models.CharField(db_default="", default="", max_length=40)),
    ]
