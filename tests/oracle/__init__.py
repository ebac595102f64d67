"""A second source for every answer: plain Python over lists of events, written from docs/metrics.md and not from the
SQL. Slow and obvious on purpose; it shares nothing with hatua.analytics but the questions' and answers' shapes."""
