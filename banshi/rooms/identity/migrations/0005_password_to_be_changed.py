"""A password that somebody else knows (the operator who made it) is changed at the first sign-in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0004_rights_are_told")]

    operations = [
        migrations.AddField("staff", "must_change_password", models.BooleanField(default=False, db_default=False)),
    ]
