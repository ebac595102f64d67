"""The judge of exactly-once, and the tortures it judges. docs/exactly-once.md tells how to run it."""
