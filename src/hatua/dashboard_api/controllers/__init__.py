"""One controller per noun: request in, answer out, no logic of their own."""
