"""How who applies was shown to be that person; promises in place of papers."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [('cases', '0022_comes_back_and_order_of_pages'), ('library', '0006_lists_under_way')]

    operations = [
        migrations.AddField(
            model_name='case', name='evidence', field=models.SmallIntegerField(db_default=0, default=0)
        ),
        migrations.AddConstraint(
            model_name='casematerial',
            constraint=models.UniqueConstraint(
                condition=Q(('channel', 'promise'), ('gone_at', None)), fields=('case', 'code'),
                name='a_paper_is_promised_once',
            ),
        ),
        migrations.AddConstraint(
            model_name='casematerial',
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(('channel', 'promise'), _negated=True),
                    Q(('certificate', None), ('file', None), ('trust', 'D')),
                    _connector='OR',
                ),
                name='a_promise_is_trust_d_and_nothing_else',
            ),
        ),
    ]
