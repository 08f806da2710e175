"""What lies ready for days is told of once more."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0011_papers_added_to_a_folder'),
    ]

    operations = [
        migrations.AddField(
            model_name='delivery',
            name='reminded_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('reminded_at', None), ('state', 'ready')), fields=['ready_at'], name='what_lies_ready_untold'),
        ),
    ]
