"""催办: on which day whoever has a case was urged."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_sealed'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='urged_on',
            field=models.DateField(null=True),
        ),
    ]
