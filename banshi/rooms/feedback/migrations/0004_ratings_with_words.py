from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0003_tasks_of_nobody_in_particular")]

    operations = [
        migrations.AddIndex(
            model_name="rating",
            index=models.Index(condition=~models.Q(text=""), fields=["hall", "at"], name="ratings_with_words"),
        ),
    ]
