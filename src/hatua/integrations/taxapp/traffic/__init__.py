"""Made-up but plausible traffic of the demo Tax App. Pure functions of a seed; `client.py` alone talks to a server."""
