"""Rules of cases: phases, limits, papers, duties. Pure."""
