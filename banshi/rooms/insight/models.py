"""Insight reads every room and writes only its own tables."""
