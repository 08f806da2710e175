"""缴费: when whoever has to pay was reminded, so that nobody is looked at again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0015_urged'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='fee_reminded_at',
            field=models.DateTimeField(null=True),
        ),
    ]
