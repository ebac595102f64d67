SELECT
    count() AS total,
    countIf($after) AS after,
    arraySlice(arraySort(groupArrayIf(person, $after)), 1, {limit:UInt32}) AS people
FROM ($persons)
