from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("identity", "0013_who_was_asked_to_be_an_agent")]

    operations = [
        migrations.AddField(
            model_name="mandate",
            name="ended_by",
            field=models.CharField(db_default="", default="", max_length=60),
        ),
    ]
