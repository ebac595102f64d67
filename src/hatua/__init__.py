"""Hatua: standalone analytics, from a click to an exact number. See docs/architecture.md for the rooms."""

__version__ = "0.1.0"
