from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0017_whose_place_is_withheld")]

    operations = [
        migrations.AddField("appointment", "link_turn", models.SmallIntegerField(db_default=0, default=0)),
    ]
