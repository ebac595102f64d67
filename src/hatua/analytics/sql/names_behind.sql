SELECT
    count() AS total,
    countIf($after) AS left,
    arraySlice(arraySort(groupArrayIf(name, $after)), 1, {limit:UInt32}) AS shown
FROM ($names)
