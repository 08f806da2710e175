from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("feedback", "0002_own_words_sealed")]

    operations = [migrations.RemoveField(model_name="task", name="assigned_to")]
