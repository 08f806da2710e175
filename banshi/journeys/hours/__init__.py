"""When a hall is open: its hours change, it closes and opens, and what becomes of everybody who counted on it."""
