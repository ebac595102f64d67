"""Find, export and erase a person, across every store; and what must happen by itself: retention, old salts.

Sits above warehouse, streams and registry; the command line and the dashboard API call it."""
