"""办件: from the first answer to the result in hand."""
