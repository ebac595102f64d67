"""ClickHouse, server or in-process (chDB): client, migrations, writer. The only room that imports
clickhouse_connect."""
