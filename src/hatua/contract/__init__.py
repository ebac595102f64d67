"""The wire and the words: events, limits, reasons, log records. Pure data; no I/O, no imports of other rooms."""
