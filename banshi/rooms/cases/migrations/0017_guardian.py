"""监护人 of a minor, who acts in a case for them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0016_fee_reminded'),
        ('identity', '0017_guardians'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='guardian',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.guardianship'),
        ),
    ]
