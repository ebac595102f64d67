"""Settings loader, clock, logging, metrics catalogue, error roots. Imports nothing of ours."""
