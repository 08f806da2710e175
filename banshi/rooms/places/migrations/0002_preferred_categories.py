
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='windowcategory',
            name='preferred',
            field=models.BooleanField(default=False),
        ),
    ]
