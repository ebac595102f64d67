-- One row a journey. Of each person all events in order; a pause cuts them into pieces. A start opens a journey unless one
-- of its name is open; an end, a start of another name, or the end of the piece closes it.
-- mark: 0 none, 1 start, 2 end, 3 both. step: the event's name, '' for messages and agents' own.
SELECT
    person,
    one[1].5 AS name,
    one[1].1 AS start_ms,
    cut[-1].1 AS end_ms,
    one[1].3 AS start_id,
    arrayFirstIndex(x -> bitTest(x.4, 1), one) AS end_place,
    if(end_place = 0, one, arraySlice(one, 1, end_place)) AS cut,
    multiIf(end_place > 0, 'completed', end_ms + {idle_ms:Int64} >= {now_ms:Int64}, 'in_progress', 'dropped') AS outcome,
    arrayExists(x -> x.6, cut) AS assisted,
    arrayFirstIndex(x -> x.7, cut) AS handoff_place,
    handoff_place > 0 AS handed_off,
    arrayLast(x -> x.8 != '', arraySlice(cut, 1, greatest(handoff_place - 1, 0))).8 AS handoff_step
FROM
(
    SELECT
        person,
        arrayPushFront(arrayPopBack(found), found[1]) AS befores,
        arrayMap((x, before) -> x.1 - before.1 > {idle_ms:Int64}, found, befores) AS pauses,
        arrayMap(x -> if(x.4 = 0, 0, if(x.4 = 1, 1, 2)), found) AS states,
        arrayFill((x, state, pause) -> state != 0 OR pause,
            arrayMap((x, state) -> (state, x.5), found, states), states, pauses) AS filled,
        arrayPushFront(arrayPopBack(filled), (0, '')) AS earlier,
        arrayMap(
            (x, pause, was) -> bitTest(x.4, 0) AND (pause OR was.1 != 1 OR was.2 != x.5),
            found, pauses, earlier) AS opens,
        arrayJoin(arraySplit((x, open, pause) -> open OR pause, found, opens, pauses)) AS one,
        one[1].3 AS first_id
    FROM
    (
        SELECT
            person,
            arraySort(groupArray((ts, seq, event_id, mark, named, agent, handoff, step, chosen))) AS found
        FROM ($events)
        WHERE person IN (SELECT person FROM ($starts))
        GROUP BY person
    )
)
WHERE bitTest(one[1].4, 0) AND one[1].9 AND start_ms < {last_start_ms:Int64}
