"""一件事: items that are begun together."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0007_item_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='OneMatter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60, unique=True)),
                ('name_zh', models.CharField(max_length=60)),
                ('name_en', models.CharField(max_length=120)),
                ('summary_zh', models.CharField(default='', max_length=200)),
                ('summary_en', models.CharField(default='', max_length=200)),
                ('audience', models.CharField(max_length=10)),
                ('items', models.CharField(max_length=1200)),
                ('joint_days', models.SmallIntegerField(null=True)),
                ('order', models.SmallIntegerField(default=0)),
            ],
            options={
                'db_table': 'catalogue_one_matter',
                'constraints': [models.CheckConstraint(condition=models.Q(('items__contains', ';')), name='a_matter_of_several_items'), models.CheckConstraint(condition=models.Q(('joint_days', None), ('joint_days__range', (1, 365)), _connector='OR'), name='a_matter_is_limited_to_some_days')],
            },
        ),
    ]
