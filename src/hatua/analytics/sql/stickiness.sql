SELECT buckets, count() AS people FROM ($people) GROUP BY buckets
