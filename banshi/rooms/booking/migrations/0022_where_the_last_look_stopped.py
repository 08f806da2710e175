"""How far down the list of those who wait a free place was asked about."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("booking", "0021_kept_as_promised")]

    operations = [
        migrations.AddField(
            model_name="slot",
            name="asked_to",
            field=models.BigIntegerField(default=0, db_default=0),
        ),
    ]
