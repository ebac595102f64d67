SELECT actor, times, seqs, steps, step_values, excluded
FROM ($chains)
WHERE undecided
