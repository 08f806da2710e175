"""Rules of the archive: what a package is made of, how long it is kept. Pure."""
