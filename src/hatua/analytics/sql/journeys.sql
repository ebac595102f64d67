-- One row a journey. Of each person all events in order; a pause cuts them into pieces. A start opens a journey unless one
-- of its name is open; an end, a start of another name, or the end of the piece closes it.
-- mark: 0 none, 1 start, 2 end, 3 both. step: the event's name, '' for messages and agents' own.
-- All events of everyone who starts a journey are in memory at once, so they carry texts only where these matter: a name
-- with its mark, steps of who was handed off, ids where a mark, or an agent, may be at the same moment.
SELECT
    person,
    name,
    start_ms,
    start_id,
    end_ms,
    multiIf(end_place > 0, 'completed', end_ms + {idle_ms:Int64} >= {now_ms:Int64}, 'in_progress', 'dropped') AS outcome,
    arrayExists(x -> x.6, cut) AS assisted,
    handoff_place > 0 AS handed_off,
    arrayLast(x -> x.8 != '', arraySlice(cut, 1, greatest(handoff_place - 1, 0))).8 AS handoff_step
FROM
(
    SELECT *, cut[-1].1 AS end_ms, arrayFirstIndex(x -> x.7, cut) AS handoff_place
    FROM
    (
        SELECT
            person, name, start_ms, start_id, end_place,
            if(end_place = 0, one, arraySlice(one, 1, end_place)) AS cut
        FROM
        (
            SELECT
                person,
                one,
                one[1].5 AS name,
                one[1].1 AS start_ms,
                one[1].3 AS start_id,
                arrayFirstIndex(x -> bitTest(x.4, 1), one) AS end_place
            FROM
            (
                SELECT person, arrayJoin(arraySplit((x, open, pause) -> open OR pause, found, opens, pauses)) AS one
                FROM
                (
                    SELECT
                        person,
                        found,
                        pauses,
                        arrayMap(
                            (x, pause, was) -> bitTest(x.4, 0) AND (pause OR was.1 != 1 OR was.2 != x.5),
                            found, pauses, arrayPushFront(arrayPopBack(states), (0, ''))) AS opens
                    FROM
                    (
                        -- states: of the last mark in the piece (0 none, 1 open, 2 closed) and its name
                        SELECT
                            person,
                            found,
                            pauses,
                            arrayFill(
                                (state, pause) -> state.1 != 0 OR pause,
                                arrayMap(x -> (multiIf(x.4 = 0, 0, x.4 = 1, 1, 2), x.5), found), pauses) AS states
                        FROM
                        (
                            SELECT
                                person,
                                found,
                                arrayMap(
                                    (x, before) -> x.1 - before.1 > {idle_ms:Int64},
                                    found, arrayPushFront(arrayPopBack(found), found[1])) AS pauses
                            FROM
                            (
                                SELECT
                                    any(person) AS person,
                                    arraySort(groupArray((ts, seq, event_id, mark, named, agent, handoff, step, chosen)))
                                        AS found
                                FROM
                                (
                                    SELECT
                                        person, person_key, ts, seq, mark, agent, handoff, chosen,
                                        if(mark != 0, named, '') AS named,
                                        if(agent OR person_key IN ($handed_off), step, '') AS step,
                                        if(agent OR person_key IN ($handed_off)
                                            OR cityHash64(person_key, ts) IN ($ties), event_id, '') AS event_id
                                    FROM ($events)
                                )
                                WHERE person_key IN (SELECT person_key FROM ($starts))
                                GROUP BY person_key
                            )
                        )
                    )
                )
            )
            WHERE bitTest(one[1].4, 0) AND one[1].9 AND one[1].1 < {last_start_ms:Int64}
        )
    )
)
