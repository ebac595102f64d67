"""The composition root: the only room that reads the environment and builds real clients. One file per command."""
