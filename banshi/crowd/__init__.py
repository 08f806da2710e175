"""A crowd that uses the product through its public API alone, and the bench."""
