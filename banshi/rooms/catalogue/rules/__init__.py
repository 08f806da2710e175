"""How an item is handled, as data (办理要求): what is asked, what is needed, and what a form must say. No database, no clock."""
