"""What was paid stands: a charge keeps its sum, money that came keeps its amount, what went back and was let off stays so."""

from django.db import migrations


GUARD = """
CREATE FUNCTION fees_charge_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.hall_id, NEW.case_no, NEW.lines, NEW.fen, NEW.raised_at, NEW.raised_by)
     IS DISTINCT FROM (OLD.hall_id, OLD.case_no, OLD.lines, OLD.fen, OLD.raised_at, OLD.raised_by) THEN
    RAISE EXCEPTION 'what is owed stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state IS DISTINCT FROM OLD.state AND NEW.state <> 'released' AND OLD.state <> 'due' THEN
    RAISE EXCEPTION 'a charge that was settled stays so' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'paid' AND NOT EXISTS (SELECT 1 FROM fees_payment p WHERE p.charge_id = NEW.id AND p.counts) THEN
    RAISE EXCEPTION 'a charge is paid by a payment that counts' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'waived' AND NOT EXISTS (SELECT 1 FROM fees_waiver w WHERE w.charge_id = NEW.id) THEN
    RAISE EXCEPTION 'a charge is let off by two people' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_is_owed_stands BEFORE UPDATE OR DELETE ON fees_charge
  FOR EACH ROW EXECUTE FUNCTION fees_charge_guard();
CREATE FUNCTION fees_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.state = 'paid') THEN
    RAISE EXCEPTION 'what was paid stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.fen <> (SELECT c.fen FROM fees_charge c WHERE c.id = NEW.charge_id) THEN
    RAISE EXCEPTION 'a payment is for what is owed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_was_paid_stands BEFORE INSERT OR UPDATE OR DELETE ON fees_payment
  FOR EACH ROW EXECUTE FUNCTION fees_payment_guard();
CREATE FUNCTION fees_refund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL) THEN
    RAISE EXCEPTION 'what went back stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.fen IS DISTINCT FROM (SELECT p.got FROM fees_payment p WHERE p.id = NEW.payment_id) THEN
    RAISE EXCEPTION 'what came goes back, no more and no less' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_went_back_stands BEFORE INSERT OR UPDATE OR DELETE ON fees_refund
  FOR EACH ROW EXECUTE FUNCTION fees_refund_guard();
CREATE FUNCTION fees_waiver_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was let off stands' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER what_was_let_off_stands BEFORE UPDATE OR DELETE ON fees_waiver
  FOR EACH ROW EXECUTE FUNCTION fees_waiver_guard();
"""
UNGUARD = """
DROP TRIGGER what_was_let_off_stands ON fees_waiver;
DROP FUNCTION fees_waiver_guard();
DROP TRIGGER what_went_back_stands ON fees_refund;
DROP FUNCTION fees_refund_guard();
DROP TRIGGER what_was_paid_stands ON fees_payment;
DROP FUNCTION fees_payment_guard();
DROP TRIGGER what_is_owed_stands ON fees_charge;
DROP FUNCTION fees_charge_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0001_initial")]

    operations = [migrations.RunSQL(GUARD, UNGUARD)]
