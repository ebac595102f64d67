SELECT actor_key, times, seqs, steps, step_values, excluded
FROM ($chains)
WHERE undecided
