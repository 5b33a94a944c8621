--
-- Parallel scans: several processes share one scan and deliver the rows that one
-- delivers alone, in the same order, each once.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA parallel;
SET search_path = parallel, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER parallel_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER parallel_hbase;
CREATE FOREIGN TABLE f (
  id text OPTIONS (column ':key') COLLATE "C",
  n int,
  s text
) SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'a', parallel_workers '2');
CREATE FOREIGN TABLE one (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER parallel_hbase OPTIONS (table_name 'regress_parallel_one', family 'a', parallel_workers '2');
CREATE FOREIGN TABLE changed (
  id text OPTIONS (column ':key') COLLATE "C",
  n int,
  at bigint OPTIONS (column ':timestamp')
) SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'a', parallel_workers '2');
CREATE FOREIGN TABLE versions (
  id text OPTIONS (column ':key') COLLATE "C",
  n int,
  at bigint OPTIONS (column ':timestamp')
) SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'a', shape 'versions', parallel_workers '2');
CREATE FOREIGN TABLE cells (
  id text OPTIONS (column ':key') COLLATE "C",
  fam text OPTIONS (column ':family') COLLATE "C",
  q text OPTIONS (column ':qualifier') COLLATE "C",
  v text OPTIONS (column ':value')
) SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', shape 'cells', parallel_workers '2');
-- what sql/fixtures/parallel.cells puts
CREATE TABLE l AS
SELECT 'k' || lpad(i::text, 3, '0') COLLATE "C" AS id, CASE WHEN i % 5 <> 3 THEN i * 37 % 101 WHEN i % 4 = 0 THEN i END AS n, 's' || i % 13 AS s
FROM generate_series(0, 399) AS i;
ANALYZE l;
ALTER TABLE l SET (parallel_workers = 0);

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;

-- The nodes of a query's plan that are about processes, or scan foreign tables.
-- (Which Gather there is where no order is asked for differs between versions.)
CREATE FUNCTION shape(query text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(CASE WHEN (j ->> 'Parallel Aware')::boolean THEN 'Parallel ' ELSE '' END
                    || CASE WHEN query !~ 'ORDER BY' THEN replace(j ->> 'Node Type', 'Gather Merge', 'Gather') ELSE j ->> 'Node Type' END, ' > ')
  FROM jsonb_path_query(plan_of(query, ''), 'strict $.** ? (exists (@."Node Type"))') AS j
  WHERE j ->> 'Node Type' LIKE 'Gather%' OR j ->> 'Node Type' = 'Foreign Scan' OR j ->> 'Node Type' LIKE '%Append'
$$;

-- A query by several processes, held against the same query by one: what shares
-- the work, how many rows there are, and whether they are the same, where the
-- query says so in the same order.  (Rows are stored: where a caller fetches them
-- one by one, PostgreSQL begins no workers.  They are where they were put.)
CREATE FUNCTION shared(query text, OUT plan text, OUT rows bigint, OUT same boolean) LANGUAGE plpgsql AS $$
DECLARE
  enabled text := current_setting('htable_fdw.enable_parallel');
BEGIN
  plan := shape(query);
  EXECUTE 'CREATE TEMP TABLE by_many AS ' || query;
  PERFORM set_config('htable_fdw.enable_parallel', 'off', false);
  EXECUTE 'CREATE TEMP TABLE by_one AS ' || query;
  PERFORM set_config('htable_fdw.enable_parallel', enabled, false);
  SELECT count(*) INTO rows FROM by_many;
  IF query ~* 'ORDER BY' THEN
    same := differences('SELECT ctid, * FROM by_many', 'SELECT ctid, * FROM by_one') = 0;
  ELSE
    same := differences('TABLE by_many', 'TABLE by_one') = 0;
  END IF;
  DROP TABLE by_many, by_one;
END $$;
CREATE FUNCTION shared_all(queries text[]) RETURNS TABLE (query text, plan text, rows bigint, same boolean) LANGUAGE sql AS $$
  SELECT q, s.* FROM unnest(queries) AS q, LATERAL shared(q) AS s
$$;

-- ---- plans ----

EXPLAIN (COSTS OFF) SELECT count(*), sum(n) FROM f;
EXPLAIN (COSTS OFF) SELECT * FROM f ORDER BY id;
EXPLAIN (COSTS OFF) SELECT * FROM f ORDER BY id DESC;
-- keys are a few calls
EXPLAIN (COSTS OFF) SELECT count(*) FROM f WHERE id = 'k007';
EXPLAIN (COSTS OFF) SELECT count(*) FROM f WHERE id IN ('k007', 'k200', 'k301');
-- a LIMIT is not each process's
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM f ORDER BY id LIMIT 3;
SELECT shown('SELECT * FROM f ORDER BY id LIMIT 3', 'HBase Limit');
-- a table of a size that nobody knows is not shared, unless it is to be
CREATE FOREIGN TABLE unknown (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'a');
RESET min_parallel_table_scan_size;
SELECT shape('SELECT count(*) FROM unknown');
ALTER FOREIGN TABLE unknown OPTIONS (ADD parallel_workers '1');
SELECT shape('SELECT count(*) FROM unknown');
SET min_parallel_table_scan_size = 0;
ALTER FOREIGN TABLE unknown OPTIONS (SET parallel_workers '0');
SELECT shape('SELECT count(*) FROM unknown');
ALTER FOREIGN TABLE unknown OPTIONS (DROP parallel_workers);
SELECT shape('SELECT count(*) FROM unknown');
SET htable_fdw.enable_parallel = off;
SELECT shape('SELECT count(*) FROM unknown');
RESET htable_fdw.enable_parallel;
-- starting workers has its price, and so have their connections
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
SELECT shape('SELECT count(*) FROM f WHERE id >= ''k390'' AND id < ''k395''');
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;

-- ---- rows ----

SELECT differences('TABLE f', 'TABLE l');
SELECT * FROM shared_all(ARRAY[
  'SELECT * FROM f', 'SELECT count(*) FROM f', 'SELECT id FROM f', 'SELECT n FROM f WHERE n IS NOT NULL',
  'SELECT * FROM f ORDER BY id', 'SELECT * FROM f ORDER BY id DESC',
  'SELECT s, count(*), sum(n), min(id), max(id) FROM f GROUP BY s',
  'SELECT DISTINCT n FROM f', 'SELECT count(DISTINCT s) FROM f',
  'SELECT * FROM f ORDER BY id OFFSET 390', 'SELECT * FROM f ORDER BY id DESC LIMIT 7 OFFSET 3',
  'SELECT count(*) FROM (SELECT * FROM f LIMIT 5) AS few',
  'SELECT * FROM one ORDER BY id', 'SELECT sum(n) FROM one', 'SELECT * FROM one WHERE id >= ''4'' AND id < ''9'' ORDER BY id DESC']);
-- ranges inside a region and over several, points among them, none at all
SELECT * FROM shared_all(ARRAY[
  'SELECT * FROM f WHERE id >= ''k120'' AND id < ''k140''', 'SELECT * FROM f WHERE id BETWEEN ''k099'' AND ''k350'' ORDER BY id',
  'SELECT * FROM f WHERE id > ''k100'' AND id <= ''k200'' ORDER BY id DESC', 'SELECT * FROM f WHERE id LIKE ''k1%''',
  'SELECT * FROM f WHERE id < ''k003'' OR id = ''k200'' OR id BETWEEN ''k299'' AND ''k301'' ORDER BY id',
  'SELECT * FROM f WHERE id < ''k003'' OR id = ''k200'' OR id > ''k397'' ORDER BY id DESC',
  'SELECT * FROM f WHERE id > ''k2'' AND id > (SELECT max(id) FROM l WHERE n = 50)',
  'SELECT * FROM f WHERE id >= (SELECT min(id) FROM l) AND id <= (SELECT min(id) FROM l)',
  'SELECT * FROM f WHERE id > (SELECT NULL::text)', 'SELECT * FROM f WHERE id > ''m''', 'SELECT * FROM f WHERE id > ''k2'' AND n > 1000000',
  'SELECT count(*) FROM f WHERE id < ''k2'' AND n = 5', 'SELECT * FROM f WHERE s IN (''s1'', ''s5'')']);
-- one piece for each region is not enough for three processes
SELECT fact('SELECT n FROM f', 'HBase Regions') >= 12 AS whole_table,
  fact('SELECT n FROM f WHERE id >= ''k120'' AND id < ''k140''', 'HBase Regions') >= 12 AS in_one_region,
  fact('SELECT n FROM one', 'HBase Regions') >= 12 AS without_boundaries;
-- what all processes did counts
SELECT fact('SELECT * FROM f', 'HBase Rows') AS rows, fact('SELECT * FROM f', 'HBase Ranges') AS ranges,
  fact('SELECT count(*) FROM f WHERE id < ''k1'' OR id > ''k3''', 'HBase Ranges') AS two;

-- shapes, and rows found by time
SELECT * FROM shared_all(ARRAY[
  'SELECT * FROM changed', 'SELECT * FROM changed WHERE at >= 1300', 'SELECT id, at FROM changed WHERE at >= 1100 AND id > ''k05'' ORDER BY id DESC',
  'SELECT count(*) FROM changed WHERE at > 99999',
  'SELECT * FROM versions', 'SELECT count(*), sum(n) FROM versions WHERE at < 800', 'SELECT * FROM versions ORDER BY id, at DESC',
  'SELECT * FROM versions WHERE at >= 700 AND id < ''k3''',
  'SELECT * FROM cells', 'SELECT * FROM cells ORDER BY id, fam, q', 'SELECT fam, q, count(*) FROM cells GROUP BY fam, q',
  'SELECT * FROM cells WHERE fam = ''b''', 'SELECT * FROM cells WHERE q = ''odd'' ORDER BY id DESC']);
-- families that the table lacks are found after pieces have been claimed
SELECT * FROM shared_all(ARRAY['SELECT * FROM cells WHERE fam = ''none''', 'SELECT * FROM cells WHERE fam IN (''b'', ''none'')',
  'SELECT * FROM cells WHERE fam IN (''a'', ''none'') AND q = ''s'' ORDER BY id']);

-- ---- around scans ----

-- joins, rescans, sub-selects, several tables
SET enable_material = off;
SET enable_memoize = off;
SELECT * FROM shared_all(ARRAY[
  'SELECT f.id, l.n FROM f JOIN l USING (id) WHERE f.n = l.n', 'SELECT count(*) FROM f JOIN one ON f.n = one.n',
  'SELECT count(*) FROM f AS a JOIN f AS b ON a.n = b.n AND a.id > ''k300''', 'SELECT id FROM l WHERE EXISTS (SELECT FROM f WHERE f.id = l.id AND f.s = ''s3'')',
  'SELECT * FROM f UNION ALL SELECT id, n, NULL FROM one',
  'SELECT g, (SELECT count(*) FROM f WHERE n > 50) FROM generate_series(1, 3) AS g']);
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT * FROM shared_all(ARRAY['SELECT g, m.* FROM generate_series(1, 4) AS g LEFT JOIN (SELECT s, sum(n) AS sum FROM f GROUP BY s) AS m ON g * 100 < m.sum']);
SELECT loops > 1 AS rescanned FROM (SELECT max((j ->> 'Actual Loops')::int) AS loops FROM jsonb_path_query(
  plan_of('SELECT g, m.* FROM generate_series(1, 4) AS g LEFT JOIN (SELECT s, sum(n) AS sum FROM f GROUP BY s) AS m ON g * 100 < m.sum', ', ANALYZE, TIMING OFF'),
  'strict $.** ? (@."Node Type" like_regex "^Gather")') AS j) AS t;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
RESET enable_memoize;
CREATE TABLE parts (id text COLLATE "C", n int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE parts_low PARTITION OF parts FOR VALUES FROM (MINVALUE) TO ('k')
  SERVER parallel_hbase OPTIONS (table_name 'regress_parallel_one', family 'a', parallel_workers '2');
ALTER FOREIGN TABLE parts_low ALTER COLUMN id OPTIONS (ADD column ':key');
CREATE FOREIGN TABLE parts_high PARTITION OF parts FOR VALUES FROM ('k') TO (MAXVALUE)
  SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'a', parallel_workers '2');
ALTER FOREIGN TABLE parts_high ALTER COLUMN id OPTIONS (ADD column ':key');
SELECT * FROM shared_all(ARRAY['SELECT count(*), sum(n) FROM parts', 'SELECT * FROM parts', 'SELECT * FROM parts ORDER BY id',
  'SELECT * FROM parts WHERE id > ''8'' AND id < ''k2'' AND n > 7']);
CREATE TABLE copied AS SELECT * FROM f;
INSERT INTO copied SELECT * FROM f WHERE id < 'k010';
SELECT count(*), count(DISTINCT id) FROM copied;
-- generic plans, other values
SET plan_cache_mode = force_generic_plan;
PREPARE between_two(text, text) AS SELECT count(*), sum(n) FROM f WHERE id >= $1 AND id <= $2;
EXPLAIN (COSTS OFF) EXECUTE between_two('k1', 'k2');
EXECUTE between_two('k1', 'k2');
EXECUTE between_two('k2', 'k2');
EXECUTE between_two('k200', 'k200');
EXECUTE between_two('k3', 'k2');
EXECUTE between_two(NULL, 'k2');
RESET plan_cache_mode;
-- callers that fetch row by row begin no workers
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM f ORDER BY id;
FETCH 3 FROM c;
MOVE 394 FROM c;
FETCH 5 FROM c;
COMMIT;

-- the leader reads nothing, or everything
SET parallel_leader_participation = off;
SELECT * FROM shared_all(ARRAY['SELECT * FROM f', 'SELECT * FROM f ORDER BY id DESC', 'SELECT s, sum(n) FROM f GROUP BY s',
  'SELECT * FROM changed WHERE at >= 1300']);
SELECT fact('SELECT * FROM f', 'HBase Rows') AS rows;
RESET parallel_leader_participation;
SET max_parallel_workers = 0;
SELECT * FROM shared_all(ARRAY['SELECT * FROM f', 'SELECT * FROM f ORDER BY id DESC', 'SELECT s, sum(n) FROM f GROUP BY s',
  'SELECT * FROM changed WHERE at >= 1300']);
RESET max_parallel_workers;
-- a worker that runs the whole plan, limits included
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET max_parallel_workers_per_gather = 0;
SELECT id FROM f ORDER BY id LIMIT 3;
SELECT count(*) FROM f WHERE id IN ('k007', 'k200', 'k301', 'none');
SET max_parallel_workers_per_gather = 2;
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');

-- ---- what is said once ----

CREATE FOREIGN TABLE odd (id text OPTIONS (column ':key') COLLATE "C", odd int OPTIONS (column 'b:odd'), s text)
  SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'a', parallel_workers '2');
SELECT outcome('SELECT count(odd) FROM odd WHERE id < ''k010''');
ALTER FOREIGN TABLE odd OPTIONS (ADD on_bad_value 'null');
SELECT count(odd) FROM odd;
SELECT count(odd) FROM odd WHERE id < 'k2';
ALTER FOREIGN TABLE odd OPTIONS (DROP on_bad_value, ADD full_scan 'warn');
SELECT count(id) FROM odd;
SELECT count(id) FROM odd WHERE id < 'k2';
SELECT count(*) FROM odd AS a JOIN one USING (id);
ALTER FOREIGN TABLE odd OPTIONS (SET full_scan 'error');
SELECT outcome('SELECT count(id) FROM odd');
ALTER FOREIGN TABLE odd OPTIONS (DROP full_scan, ADD as_of '1200');
\set VERBOSITY terse
SELECT count(s) FROM odd;
ALTER FOREIGN TABLE odd OPTIONS (ADD past_reads 'error');
SELECT count(s) FROM odd;
\set VERBOSITY default

-- what is wrong with the table is the same error
CREATE FOREIGN TABLE missing (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER parallel_hbase OPTIONS (table_name 'regress_no_such_table', family 'a', parallel_workers '2');
SELECT outcome('SELECT count(*) FROM missing');
CREATE FOREIGN TABLE no_family (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER parallel_hbase OPTIONS (table_name 'regress_parallel', family 'zz', parallel_workers '2');
SELECT replace(outcome('SELECT count(*) FROM no_family'), E'\n  CONTEXT: parallel worker', '') AS outcome;
SELECT outcome('SELECT id, s::int FROM f WHERE id > ''k300''') LIKE '22P02: %' AS conversion;

\set ECHO none
\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA parallel CASCADE;
DROP SERVER parallel_hbase CASCADE;
