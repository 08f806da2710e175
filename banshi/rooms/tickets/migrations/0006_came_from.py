import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0005_learned_gap'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='came_from',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='went_on', to='tickets.ticket'),
        ),
    ]
