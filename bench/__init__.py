"""How fast Fissure is, and in how much memory: `python -m bench`, or `make bench`."""
