"""One step of an event's journey per file. `hatua.processor.journey` lists them in order."""
