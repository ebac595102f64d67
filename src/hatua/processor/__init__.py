"""EventLog in, warehouse out: enriches, finds sessions, links identities, inserts, acknowledges; in that order."""
