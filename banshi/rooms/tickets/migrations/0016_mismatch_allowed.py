from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0015_numbers_of_the_late'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='mismatch_allowed',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
