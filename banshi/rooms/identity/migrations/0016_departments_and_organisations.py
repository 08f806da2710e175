"""Staff have a department; organisations apply, and people act for them."""

import django.db.models.deletion
from django.db import migrations, models

import banshi.foundation.crypto


class Migration(migrations.Migration):
    dependencies = [("identity", "0015_why_an_agent_is_suspended")]

    operations = [
        migrations.AddField("staff", "department", models.CharField(db_default="", default="", max_length=40)),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uscc", banshi.foundation.crypto.EncryptedText()),
                ("uscc_index", models.CharField(max_length=64)),
                ("name", banshi.foundation.crypto.EncryptedText()),
                ("masked_name", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "identity_organisation",
                "constraints": [
                    models.UniqueConstraint(fields=("uscc_index",), name="one_organisation_per_code"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=10)),
                ("valid_until", models.DateField(null=True)),
                ("given_at", models.DateTimeField()),
                ("given_by", models.CharField(max_length=60)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(db_default="", default="", max_length=60)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="members",
                        to="identity.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="identity.person",
                    ),
                ),
            ],
            options={
                "db_table": "identity_organisation_member",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("organisation", "person"),
                        name="a_person_acts_for_an_organisation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["legal", "agent"])),
                        name="a_member_represents_or_is_an_agent",
                    ),
                ],
            },
        ),
    ]
