from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0003_stretches_and_outcomes'),
    ]

    operations = [
        migrations.AddField(
            model_name='handlingtime',
            name='gap_s',
            field=models.FloatField(db_default=40.0, default=40.0),
        ),
    ]
