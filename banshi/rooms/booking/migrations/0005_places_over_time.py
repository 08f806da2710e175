"""A quota is what the hall wants now; nobody is added above it. Places are counted over time, not per row."""

from django.db import migrations, models

GUARD = """
CREATE FUNCTION booking_slot_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.taken > OLD.taken AND NEW.taken + NEW.carried > NEW.quota THEN
    RAISE EXCEPTION 'slot % has no free place', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'a_slot_is_never_oversold', TABLE = 'booking_slot';
  END IF;
  IF NEW.internal_taken > OLD.internal_taken AND NEW.internal_taken > NEW.internal_quota THEN
    RAISE EXCEPTION 'slot % has no free internal place', NEW.id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'internal_places_are_never_oversold', TABLE = 'booking_slot';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_slot_is_never_oversold BEFORE UPDATE OF taken, internal_taken ON booking_slot
FOR EACH ROW WHEN (NEW.taken > OLD.taken OR NEW.internal_taken > OLD.internal_taken)
EXECUTE FUNCTION booking_slot_guard();
"""
UNGUARD = "DROP TRIGGER a_slot_is_never_oversold ON booking_slot; DROP FUNCTION booking_slot_guard();"


class Migration(migrations.Migration):
    dependencies = [("booking", "0004_follow_ups")]

    operations = [
        migrations.AddField("slot", "carried", models.IntegerField(default=0, db_default=0)),
        migrations.RemoveConstraint("slot", "one_slot_per_hall_business_start"),
        migrations.AddConstraint(
            "slot",
            models.UniqueConstraint(
                fields=["hall", "business", "starts_at", "ends_at"], name="one_slot_per_hall_business_span"
            ),
        ),
        migrations.RemoveConstraint("slot", "a_slot_is_never_oversold"),
        migrations.RemoveConstraint("slot", "internal_places_are_never_oversold"),
        migrations.AddConstraint(
            "slot", models.CheckConstraint(condition=models.Q(taken__gte=0), name="taken_places_are_counted")
        ),
        migrations.AddConstraint(
            "slot",
            models.CheckConstraint(
                condition=models.Q(internal_taken__gte=0), name="taken_internal_places_are_counted"
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
