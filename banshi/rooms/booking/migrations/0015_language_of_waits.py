from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0014_moves_of_the_hall")]

    operations = [
        migrations.AddField(
            model_name="waiting",
            name="language",
            field=models.CharField(db_default="zh-hans", default="zh-hans", max_length=10),
        ),
    ]
