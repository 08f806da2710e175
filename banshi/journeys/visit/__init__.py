"""From “when can I go?” to the last word after a service: booking, arriving, a number, being sent on, served, missed."""
