-- Who is on a page of people: persons by their keys, last seen first. Who ties with the last one comes too, since among
-- these the order is that of the ids, which nobody looks at here.
SELECT *
FROM
(
    SELECT person_key, last_ms, total
    FROM
    (
        SELECT *, count() OVER () AS total
        FROM
        (
            SELECT person_key, max(known) AS known, max(ts) AS last_ms
            FROM ($seen)
            GROUP BY person_key
            HAVING ($search) AND $narrowed
        )
    )
    WHERE $after
    ORDER BY last_ms DESC
    LIMIT {room:UInt32} WITH TIES
)
LIMIT {most:UInt32}
