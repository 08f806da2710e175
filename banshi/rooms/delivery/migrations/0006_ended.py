"""A result that nobody gets any more, because its case was ended (终止)."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_sealed'),
        ('delivery', '0005_paper_left'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='delivery',
            name='delivery_state_is_known',
        ),
        migrations.RemoveConstraint(
            model_name='delivery',
            name='what_was_delivered_has_a_time',
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['ready', 'posted', 'delivered', 'ended'])), name='delivery_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('delivered_at', None), ('state__in', ['ready', 'posted', 'ended'])), models.Q(('delivered_at__isnull', False), ('state', 'delivered')), _connector='OR'), name='what_was_delivered_has_a_time'),
        ),
    ]
