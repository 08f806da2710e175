from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0004_services_by_window'),
    ]

    operations = [
        migrations.AddField(
            model_name='handlingtime',
            name='gap_s',
            field=models.FloatField(db_default=40.0, default=40.0),
        ),
    ]
