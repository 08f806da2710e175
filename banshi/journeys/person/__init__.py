"""A citizen, an agent, an entry: who it is, how they sign in, for whom they act, what they are told."""
