"""Alembic's folder, run by `hatua.registry.migrate`. Revisions are numbered and never edited once released."""
