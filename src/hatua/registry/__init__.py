"""Metadata: tenants, users, projects, keys, sessions, audit trail, over SQLite or PostgreSQL. The door: `store.py`."""
