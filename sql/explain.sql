--
-- What EXPLAIN shows: which clauses HBase keeps, which stay here and why,
-- columns, direction, limit.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA explained;
SET search_path = explained, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER explained_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER explained_hbase;
CREATE FOREIGN TABLE f (
  id text OPTIONS (column ':key') COLLATE "C",
  n int,
  s text,
  note text OPTIONS (column 'attr:note')
) SERVER explained_hbase OPTIONS (table_name 'regress_scan', family 'cf');
CREATE FOREIGN TABLE h (
  id text OPTIONS (column ':key') COLLATE "C",
  ts timestamptz OPTIONS (column ':timestamp'),
  v text
) SERVER explained_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions');
CREATE FOREIGN TABLE d (id text OPTIONS (column ':key'), n int) SERVER explained_hbase OPTIONS (table_name 'regress_scan', family 'cf');

EXPLAIN (COSTS OFF) SELECT * FROM f;
EXPLAIN (COSTS OFF) SELECT * FROM f WHERE id = 'a';
EXPLAIN (COSTS OFF) SELECT * FROM f WHERE id = 'a' AND n = 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM f;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM f WHERE id > 'a' AND id <= 'b';
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE id LIKE 'a%';
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE id LIKE 'a%c';
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE id IN ('a', 'b') ORDER BY id DESC LIMIT 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE id = 'a' OR n = 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE id < 'b' OR id > 'z' ORDER BY id LIMIT 2 OFFSET 1;
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE (id < 'b' AND n > 1) OR id > 'z';
EXPLAIN (COSTS OFF, VERBOSE) SELECT count(*) FROM f;
EXPLAIN (COSTS OFF, VERBOSE) SELECT s FROM f WHERE s = 'one' AND lower(id) = 'a' AND id < random()::text;
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM d WHERE id > 'a' AND id LIKE 'b%' ORDER BY id;
EXPLAIN (COSTS OFF, VERBOSE) SELECT v FROM h WHERE ts >= '2024-01-01' AND id = 'a' ORDER BY id, ts DESC;
EXPLAIN (COSTS OFF, VERBOSE) SELECT v FROM h WHERE ts = ANY ('{2024-01-01}') OR ts IS NULL;
EXPLAIN (COSTS OFF, VERBOSE) SELECT a.n FROM f AS a JOIN f AS b ON a.id = b.s WHERE b.id = 'a';

-- each switch and what it changes
SET htable_fdw.enable_key_range = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT n FROM f WHERE id > 'a' AND id LIKE 'b%' LIMIT 1;
RESET htable_fdw.enable_key_range;
SET htable_fdw.enable_time_range = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT v FROM h WHERE ts >= '2024-01-01';
RESET htable_fdw.enable_time_range;
SET htable_fdw.enable_projection = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM f;
RESET htable_fdw.enable_projection;
SET htable_fdw.enable_limit = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM f LIMIT 1;
RESET htable_fdw.enable_limit;
SET htable_fdw.enable_key_order = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM f ORDER BY id LIMIT 1;
RESET htable_fdw.enable_key_order;

-- reasons, one for each kind of clause
SELECT c AS condition, clauses('SELECT * FROM f WHERE ' || c) FROM unnest(ARRAY[
  'id = ''a''', 'id <> ''a''', 'n = 1', 'id = s', 'id = random()::text', 'id ~ ''a''', 'id = ALL (''{a}'')', 'id IS NULL', 'id IS NOT NULL', 'id COLLATE "en_US.utf8" > ''a''',
  'id > ''a'' COLLATE "default"', 'id::bytea = ''a''', 'id LIKE s', 'id LIKE ''a_''', 'id ILIKE ''a''', 'id = ''a'' OR n = 1', 'NOT id = ''a''', 'id IN (SELECT s FROM f)', 'now() > ''2000-01-01''',
  'true', 'n > 1 AND id > ''a''']) AS c
WHERE c NOT LIKE '%en_US%' OR EXISTS (SELECT FROM pg_collation WHERE collname = 'en_US.utf8');

-- trap 7: no plan costs less in all than it costs to begin
CREATE FUNCTION costs(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN (SELECT bool_and((p ->> 'Total Cost')::float8 >= (p ->> 'Startup Cost')::float8 AND (p ->> 'Plan Rows')::float8 >= 1)
          FROM jsonb_path_query(plan, 'strict $.** ? (@."Node Type" == "Foreign Scan")') AS p);
END $$;
SELECT q AS query, costs(q) FROM unnest(ARRAY['TABLE f', 'SELECT * FROM f WHERE id = ''a''', 'SELECT * FROM f WHERE id = ANY (''{}'')', 'SELECT * FROM f WHERE id IS NULL',
  'SELECT * FROM f WHERE id < ''a'' AND id > ''z''', 'SELECT * FROM f ORDER BY id DESC LIMIT 1', 'SELECT a.n FROM f AS a JOIN f AS b ON a.id = b.s',
  'SELECT v FROM h WHERE ts = ''2024-01-01''', 'SELECT * FROM f WHERE id LIKE ''''']) AS q;

-- EXPLAIN ANALYZE counts ranges, regions, calls, rows and bytes; times and sizes vary, so only their presence is shown
SELECT k AS item, CASE WHEN k IN ('HBase Ranges', 'HBase Rows', 'HBase Retries') THEN v::text ELSE (v::int > 0)::text END AS value
FROM (SELECT plan_of('SELECT * FROM f WHERE id < ''b'' OR id = ''zz''', ', ANALYZE, TIMING OFF, SUMMARY OFF') #> '{0,Plan}' AS p) AS q, jsonb_each_text(p) AS e (k, v)
WHERE k IN ('HBase Ranges', 'HBase Regions', 'HBase RPCs', 'HBase Rows', 'HBase Bytes', 'HBase Retries') ORDER BY k;
-- other formats
SELECT jsonb_pretty(plan_of('SELECT n FROM f WHERE id = ''a'' AND n = 1 LIMIT 1', '') #> '{0,Plan,Plans,0}' - 'Disabled');
-- EXPLAIN asks no server
CREATE SERVER nowhere FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '127.0.0.1:1');
CREATE FOREIGN TABLE there (id text OPTIONS (column ':key') COLLATE "C") SERVER nowhere;
EXPLAIN (COSTS OFF, VERBOSE) SELECT * FROM there WHERE id > 'a';

\set VERBOSITY terse
DROP SCHEMA explained CASCADE;
DROP SERVER explained_hbase CASCADE;
DROP SERVER nowhere CASCADE;
