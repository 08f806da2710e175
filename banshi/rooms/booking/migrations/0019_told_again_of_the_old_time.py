from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0018_links_end_as_it_passes")]

    operations = [
        migrations.AddField("followupvisit", "told_again_at", models.DateTimeField(null=True)),
    ]
