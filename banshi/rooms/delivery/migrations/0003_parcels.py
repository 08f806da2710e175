"""Parcels, the wish to have one, what their carrier said (only ever appended to), papers that were posted to the hall."""

import banshi.foundation.crypto
import django.db.models.deletion
from django.db import migrations, models

STANDS = """
CREATE FUNCTION delivery_words_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what a carrier said stands: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER a_word_of_the_carrier_stands BEFORE UPDATE OR DELETE ON delivery_parcel_word
  FOR EACH ROW EXECUTE FUNCTION delivery_words_stand();
"""
LET_GO = """
DROP TRIGGER a_word_of_the_carrier_stands ON delivery_parcel_word;
DROP FUNCTION delivery_words_stand();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0008_bundles"),
        ("delivery", "0002_cabinets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Parcel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=24, unique=True)),
                ("waybill", models.CharField(default="", max_length=40)),
                ("payer", models.CharField(max_length=8)),
                ("originals", models.BooleanField(default=False)),
                ("name", banshi.foundation.crypto.EncryptedText(default="")),
                ("phone", banshi.foundation.crypto.EncryptedText(default="")),
                ("address", banshi.foundation.crypto.EncryptedText(default="")),
                ("state", models.CharField(default="made", max_length=10)),
                ("signer", banshi.foundation.crypto.EncryptedText(default="")),
                ("place", models.CharField(default="", max_length=40)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=60)),
                ("posted_at", models.DateTimeField(null=True)),
                ("posted_by", models.CharField(default="", max_length=60)),
                ("heard_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "delivery_parcel",
            },
        ),
        migrations.CreateModel(
            name="ParcelWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.CharField(max_length=64)),
                ("status", models.CharField(max_length=10)),
                ("at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("moved", models.BooleanField()),
            ],
            options={
                "db_table": "delivery_parcel_word",
            },
        ),
        migrations.CreateModel(
            name="SentPapers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("carrier", banshi.foundation.crypto.EncryptedText(default="")),
                ("waybill", models.CharField(max_length=40)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=60)),
                ("came_at", models.DateTimeField(null=True)),
                ("came_by", models.CharField(default="", max_length=60)),
                ("counts_from", models.DateField(null=True)),
                ("off_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "delivery_sent_papers",
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("how", models.CharField(max_length=8)),
                ("name", banshi.foundation.crypto.EncryptedText(default="")),
                ("phone", banshi.foundation.crypto.EncryptedText(default="")),
                ("address", banshi.foundation.crypto.EncryptedText(default="")),
                ("originals", models.BooleanField(default=False)),
                ("said_at", models.DateTimeField()),
                ("said_by", models.CharField(max_length=60)),
            ],
            options={
                "db_table": "delivery_wish",
            },
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="delivery_state_is_known",
        ),
        migrations.RemoveConstraint(
            model_name="delivery",
            name="what_was_delivered_has_a_time",
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["ready", "posted", "delivered"])), name="delivery_state_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delivered_at", None), ("state__in", ["ready", "posted"])),
                    models.Q(("delivered_at__isnull", False), ("state", "delivered")),
                    _connector="OR",
                ),
                name="what_was_delivered_has_a_time",
            ),
        ),
        migrations.AddField(
            model_name="parcel",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="parcels", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="parcelword",
            name="parcel",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="words", to="delivery.parcel"
            ),
        ),
        migrations.AddField(
            model_name="sentpapers",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="sent_papers", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="wish",
            name="case",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="wish", to="cases.case"
            ),
        ),
        migrations.AddIndex(
            model_name="parcel",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["state"], name="parcels_under_way"),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "made",
                            "posted",
                            "accepted",
                            "moving",
                            "out",
                            "refused",
                            "returning",
                            "delivered",
                            "back",
                            "void",
                        ],
                    )
                ),
                name="parcel_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(("payer__in", ("receiver", "hall"))), name="somebody_pays_for_a_parcel"
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("case",), name="one_parcel_of_a_case_is_under_way"
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("waybill", ""), _negated=True),
                fields=("waybill",),
                name="a_waybill_is_of_one_parcel",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("posted_at", None), ("state__in", ["made", "void"])),
                    models.Q(
                        ("posted_at__isnull", False),
                        models.Q(("state__in", ["made", "void"]), _negated=True),
                        models.Q(("waybill", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="what_was_posted_has_a_waybill_and_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcel",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None),
                        ("state__in", ["made", "posted", "accepted", "moving", "out", "refused", "returning"]),
                    ),
                    models.Q(("ended_at__isnull", False), ("state__in", ["back", "delivered", "void"])),
                    _connector="OR",
                ),
                name="a_parcel_that_ended_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="parcelword",
            constraint=models.UniqueConstraint(fields=("parcel", "event"), name="a_word_of_the_carrier_is_kept_once"),
        ),
        migrations.AddConstraint(
            model_name="parcelword",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ("accepted", "moving", "out", "delivered", "refused", "returning"))),
                name="a_word_of_the_carrier_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sentpapers",
            constraint=models.UniqueConstraint(
                condition=models.Q(("came_at", None), ("off_at", None)),
                fields=("case",),
                name="papers_of_a_case_are_sent_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="sentpapers",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("came_at", None), ("counts_from", None)),
                    models.Q(("came_at__isnull", False), ("counts_from__isnull", False), ("off_at", None)),
                    _connector="OR",
                ),
                name="papers_that_came_count_from_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="wish",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ("counter", "cabinet", "courier"))), name="a_wish_is_for_a_known_way"
            ),
        ),
        migrations.RunSQL(STANDS, LET_GO),
    ]
