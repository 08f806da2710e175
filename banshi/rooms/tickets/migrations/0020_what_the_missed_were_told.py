"""What whoever missed the call is told about coming back stays with the miss; earlier ones go by the rule in force."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_bookings_of_numbers_over")]

    operations = [
        migrations.AddField("miss", "back_within", models.IntegerField(null=True)),
        migrations.AddField("miss", "back_way", models.CharField(db_default="", default="", max_length=10)),
    ]
