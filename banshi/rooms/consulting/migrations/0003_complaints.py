"""What somebody complains of (办不成事反映) names its case."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_sealed'),
        ('consulting', '0002_numbers'),
    ]

    operations = [
        migrations.AddField(
            model_name='enquiry',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='enquiries', to='cases.case'),
        ),
    ]
