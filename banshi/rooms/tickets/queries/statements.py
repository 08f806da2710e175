"""SQL that tickets lend to rooms below and journeys above: who was here."""

from __future__ import annotations

# Of an appointment `a`: its person, or who holds it, was in the hall that day before `{until}`; taken by whoever sweeps no-shows.
# Who was sent on from another hall is here once they have arrived. A document that was only typed proves nobody's presence –
# unless a number was taken with it for the very matter, or in its line, and not given up, or was served at any window: whoever
# was here for what is booked is not struck for it, whatever the hall made of the number. Who was turned away before a service
# began was somebody else.
WAS_HERE = """EXISTS (
  SELECT 1 FROM tickets_visit v
  WHERE v.hall_id = a.hall_id AND v.day = a.day AND v.person_id = a.person_id AND v.arrived_at < {until}
    AND (v.limit_key IN ('', a.limit_key)
      AND (SELECT COALESCE(bool_or(t.came_from_id IS NULL OR t.waits_from IS NOT NULL), true)
        FROM tickets_ticket t WHERE t.visit_id = v.id)
      OR EXISTS (
        SELECT 1 FROM tickets_ticket t
        WHERE t.visit_id = v.id
          AND (t.item_id = a.item_id OR t.category_id = a.category_id OR t.started_at IS NOT NULL)
          AND (t.came_from_id IS NULL OR t.waits_from IS NOT NULL)
          AND t.identity_ok IS NOT FALSE AND (t.outcome <> 'refused' OR t.started_at IS NOT NULL)
          AND t.state <> 'left' AND NOT starts_with(t.closed_why, 'turned_away:'))))"""
