"""A fee that is computed anew: a further charge beside what was paid, or a part of what was paid that goes back."""

import django.db.models.deletion
from django.db import migrations, models

REFUNDS = """
CREATE OR REPLACE FUNCTION fees_refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  came integer;
  others bigint;
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what went back stands' USING ERRCODE = 'restrict_violation';
  END IF;
  SELECT p.got INTO came FROM fees_payment p WHERE p.id = NEW.payment_id FOR NO KEY UPDATE;
  SELECT coalesce(sum(r.fen), 0) INTO others FROM fees_refund r WHERE r.payment_id = NEW.payment_id AND r.id <> NEW.id;
  IF came IS NULL OR NEW.fen + others > came OR (NEW.why <> 'less' AND NEW.fen + others <> came) THEN
    RAISE EXCEPTION 'what came goes back, no more and no less' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION fees_refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what went back stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.fen IS DISTINCT FROM (SELECT p.got FROM fees_payment p WHERE p.id = NEW.payment_id) THEN
    RAISE EXCEPTION 'what came goes back, no more and no less' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('fees', '0002_what_was_paid_stands'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='charge',
            name='one_live_charge_of_a_case',
        ),
        migrations.RemoveConstraint(
            model_name='refund',
            name='a_refund_says_why',
        ),
        migrations.AddField(
            model_name='charge',
            name='further',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='refund',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='fees.payment'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('state', 'released'), _negated=True), ('further', False)), fields=('case_no',), name='one_live_charge_of_a_case'),
        ),
        migrations.AddConstraint(
            model_name='charge',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'due')), fields=('case_no',), name='one_charge_due_of_a_case'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('why__in', ['double', 'wrong', 'ended', 'less'])), name='a_refund_says_why'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.UniqueConstraint(condition=models.Q(('why', 'less'), _negated=True), fields=('payment',), name='a_payment_goes_back_once'),
        ),
        migrations.RunSQL(REFUNDS, AS_BEFORE),
    ]
