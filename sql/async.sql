--
-- Asynchronous Append: scans of partitions wait together, and deliver the rows that
-- they deliver one after the other.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA async;
SET search_path = async, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER async_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
-- small answers, and one region after the other
CREATE SERVER async_small FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', fetch_bytes '16kB', scan_window '0', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER async_hbase;
CREATE USER MAPPING FOR CURRENT_USER SERVER async_small;

-- Partitions of one server, and of two; what HBase has of each is in the fixtures of sql/parallel.sql.
CREATE TABLE p (id text COLLATE "C", n int, s text) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE p_low PARTITION OF p FOR VALUES FROM (MINVALUE) TO ('k')
  SERVER async_hbase OPTIONS (table_name 'regress_parallel_one', family 'a');
ALTER FOREIGN TABLE p_low ALTER COLUMN id OPTIONS (ADD column ':key');
CREATE FOREIGN TABLE p_high PARTITION OF p FOR VALUES FROM ('k') TO ('l')
  SERVER async_hbase OPTIONS (table_name 'regress_parallel', family 'a');
ALTER FOREIGN TABLE p_high ALTER COLUMN id OPTIONS (ADD column ':key');
CREATE TABLE q (LIKE p) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE q_low PARTITION OF q FOR VALUES FROM (MINVALUE) TO ('k')
  SERVER async_small OPTIONS (table_name 'regress_parallel_one', family 'a');
ALTER FOREIGN TABLE q_low ALTER COLUMN id OPTIONS (ADD column ':key');
CREATE FOREIGN TABLE q_high PARTITION OF q FOR VALUES FROM ('k') TO ('l')
  SERVER async_hbase OPTIONS (table_name 'regress_parallel', family 'a');
ALTER FOREIGN TABLE q_high ALTER COLUMN id OPTIONS (ADD column ':key');
CREATE TABLE q_local PARTITION OF q FOR VALUES FROM ('l') TO (MAXVALUE);
INSERT INTO q VALUES ('local', 1, 's1'), ('local too', 50, 's2');
CREATE FOREIGN TABLE changed_low (id text OPTIONS (column ':key') COLLATE "C", n int, at bigint OPTIONS (column ':timestamp'))
  SERVER async_small OPTIONS (table_name 'regress_parallel_one', family 'a');
CREATE FOREIGN TABLE changed_high (id text OPTIONS (column ':key') COLLATE "C", n int, at bigint OPTIONS (column ':timestamp'))
  SERVER async_hbase OPTIONS (table_name 'regress_parallel', family 'a');
CREATE FOREIGN TABLE changed_slowly (id text OPTIONS (column ':key') COLLATE "C", n int, at bigint OPTIONS (column ':timestamp'))
  SERVER async_small OPTIONS (table_name 'regress_parallel', family 'a');
CREATE FOREIGN TABLE versions (id text OPTIONS (column ':key') COLLATE "C", n int, at bigint OPTIONS (column ':timestamp'))
  SERVER async_hbase OPTIONS (table_name 'regress_parallel', family 'a', shape 'versions');
CREATE FOREIGN TABLE cells (id text OPTIONS (column ':key') COLLATE "C", fam text OPTIONS (column ':family') COLLATE "C",
    n text OPTIONS (column ':value'), at bigint OPTIONS (column ':timestamp'))
  SERVER async_hbase OPTIONS (table_name 'regress_parallel', shape 'cells');
SET max_parallel_workers_per_gather = 0;

-- A query with asynchronous Append, held against the same query without: how many
-- scans are asynchronous, how many rows there are, and whether they are the same.
CREATE FUNCTION overlapped(query text, OUT async bigint, OUT rows bigint, OUT same boolean) LANGUAGE plpgsql AS $$
BEGIN
  SELECT count(*) INTO async
    FROM jsonb_path_query(plan_of(query, ''), 'strict $.** ? (@."Node Type" == "Foreign Scan" && @."Async Capable" == true)') AS j;
  EXECUTE 'CREATE TEMP TABLE together AS ' || query;
  SET LOCAL enable_async_append = off;
  EXECUTE 'CREATE TEMP TABLE in_turn AS ' || query;
  SET LOCAL enable_async_append = on;
  SELECT count(*) INTO rows FROM together;
  same := differences('TABLE together', 'TABLE in_turn') = 0;
  DROP TABLE together, in_turn;
END $$;
CREATE FUNCTION overlapped_all(queries text[]) RETURNS TABLE (query text, async bigint, rows bigint, same boolean) LANGUAGE sql AS $$
  SELECT q, o.* FROM unnest(queries) AS q, LATERAL overlapped(q) AS o
$$;

-- ---- plans ----

EXPLAIN (COSTS OFF) SELECT * FROM p;
EXPLAIN (COSTS OFF) SELECT * FROM q WHERE n > 20 AND length(s) = 3;
EXPLAIN (COSTS OFF) SELECT * FROM p ORDER BY id LIMIT 3;
ALTER FOREIGN TABLE p_low OPTIONS (ADD async_capable 'off');
EXPLAIN (COSTS OFF) SELECT * FROM p;
ALTER FOREIGN TABLE p_low OPTIONS (DROP async_capable);
ALTER SERVER async_small OPTIONS (ADD async_capable 'off');
EXPLAIN (COSTS OFF) SELECT * FROM q;
ALTER FOREIGN TABLE q_low OPTIONS (ADD async_capable 'on');
EXPLAIN (COSTS OFF) SELECT * FROM q;
ALTER FOREIGN TABLE q_low OPTIONS (DROP async_capable);
ALTER SERVER async_small OPTIONS (DROP async_capable);
SET enable_async_append = off;
EXPLAIN (COSTS OFF) SELECT * FROM p;
RESET enable_async_append;
-- also where workers might read
SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT n FROM p WHERE n > 3;
EXPLAIN (COSTS OFF) SELECT * FROM (SELECT * FROM p_low WHERE id > '1' UNION ALL SELECT * FROM p_high WHERE id < 'k2') AS u WHERE n > 3;
SET max_parallel_workers_per_gather = 0;

-- ---- rows ----

SELECT * FROM overlapped_all(ARRAY[
  'SELECT * FROM p', 'SELECT * FROM q', 'SELECT id FROM p', 'SELECT count(*) FROM q', 'SELECT s, count(*), sum(n) FROM q GROUP BY s',
  'SELECT * FROM p WHERE n > 20', 'SELECT * FROM q WHERE n % 7 = 3 OR s IS NULL', 'SELECT id || s FROM q WHERE s = ''s4''',
  'SELECT * FROM p WHERE id > ''a'' AND id < ''k050''', 'SELECT * FROM q WHERE id IN (''0000'', ''k003'', ''k300'', ''local'')',
  'SELECT * FROM p WHERE id IN (''0000'', ''k003'') AND n > 1', 'SELECT * FROM p WHERE n = 123456', 'SELECT * FROM q WHERE id > (SELECT NULL::text)',
  'SELECT * FROM q ORDER BY id', 'SELECT * FROM q ORDER BY n, id OFFSET 100', 'SELECT count(*) FROM (SELECT * FROM q LIMIT 77) AS few',
  'SELECT count(*) FROM (SELECT * FROM q WHERE n > 3 LIMIT 1) AS single', 'SELECT * FROM p WHERE random() >= 0']);
-- rows found by time, several slots of a row, families that the table lacks
SELECT * FROM overlapped_all(ARRAY[
  'SELECT * FROM changed_low WHERE at >= 800 UNION ALL SELECT * FROM changed_high WHERE at >= 1300',
  'SELECT * FROM changed_high WHERE at >= 600 UNION ALL SELECT * FROM changed_high WHERE at >= 1350',
  'SELECT * FROM changed_slowly WHERE at >= 600 UNION ALL SELECT * FROM changed_slowly WHERE at >= 1190',
  'SELECT * FROM versions UNION ALL SELECT * FROM changed_low', 'SELECT id, n::text, at FROM versions WHERE at < 800 UNION ALL SELECT id, n, at FROM cells',
  'SELECT id, n FROM cells WHERE fam = ''b'' UNION ALL SELECT id, n FROM cells WHERE fam IN (''a'', ''none'') AND id < ''k1''',
  'SELECT id FROM cells WHERE fam = ''none'' UNION ALL SELECT id FROM p_low']);
-- more scans than begin at once, ends of which come at any time
SELECT overlapped(string_agg(format('SELECT * FROM %s WHERE n >= %s', CASE WHEN i % 3 = 0 THEN 'p_low' ELSE 'p_high' END, i * 4), ' UNION ALL '))
  FROM generate_series(1, 30) AS i;
SELECT overlapped(string_agg(format('SELECT * FROM p_high WHERE id > (SELECT %s)', CASE WHEN i % 2 = 0 THEN 'NULL::text' ELSE '''k39''' END), ' UNION ALL '))
  FROM generate_series(1, 24) AS i;
SELECT overlapped('SELECT count(id) FROM (SELECT * FROM (' || string_agg(format('SELECT id FROM p_high WHERE n <> %s', i), ' UNION ALL ') || ') AS u LIMIT 100) AS l')
  FROM generate_series(1, 12) AS i;
-- most of them have not begun when a LIMIT ends them all
SELECT count(*) AS begun FROM (SELECT string_agg(format('SELECT id FROM p_high WHERE n <> %s', i), ' UNION ALL ') AS arms FROM generate_series(1, 20) AS i) AS q,
  LATERAL jsonb_path_query(plan_of('SELECT * FROM (' || arms || ') AS u LIMIT 1', ', ANALYZE, TIMING OFF'), 'strict $.** ? (@."HBase RPCs" > 0)') AS j;
-- the counters are those of scans one after the other
SELECT fact('SELECT * FROM q', 'HBase Rows') AS rows, fact('SELECT * FROM q WHERE n > 20', 'HBase Ranges') AS ranges,
  fact('SELECT * FROM q', 'Actual Rows') >= 522 AS counted;

-- ---- around scans ----

CREATE TABLE l (id text COLLATE "C", n int);
INSERT INTO l VALUES ('k003', 1), ('k200', 2), ('0000', 3), ('none', 4), ('local', 5), (NULL, 6);
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT * FROM overlapped_all(ARRAY[
  'SELECT id, l.n AS ln, q.n FROM l JOIN q USING (id)', 'SELECT l.*, (SELECT sum(q.n) FROM q WHERE q.n > l.n * 10) FROM l',
  'SELECT g, c FROM generate_series(1, 3) AS g, LATERAL (SELECT count(*) AS c FROM p WHERE n > g) AS t',
  'SELECT g, n FROM generate_series(1, 3) AS g LEFT JOIN (SELECT n FROM q WHERE n % 50 = 1 OFFSET 0) AS t ON t.n > g',
  'SELECT a.id FROM p AS a JOIN q AS b ON a.n = b.n WHERE a.n < 3 AND b.n < 3']);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;
-- partitions chosen when it runs
SET plan_cache_mode = force_generic_plan;
PREPARE later(text) AS SELECT count(*), sum(n) FROM q WHERE id >= $1;
EXPLAIN (COSTS OFF) EXECUTE later('k');
EXECUTE later('k');
EXECUTE later('l');
EXECUTE later('');
RESET plan_cache_mode;
-- cursors that rest while scans are pending, beside other reads of the same connections
CREATE FUNCTION moved(name refcursor, most int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  MOVE FORWARD most FROM name;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN n;
END $$;
BEGIN;
DECLARE c NO SCROLL CURSOR FOR SELECT * FROM q WHERE n >= 0;
SELECT moved('c', 5);
SELECT count(*), sum(n) FROM p;
DECLARE d NO SCROLL CURSOR FOR SELECT * FROM q WHERE n >= 0;
SELECT moved('d', 100);
SELECT moved('c', 300);
SELECT moved('d', 1000) AS rest_of_d, moved('c', 1000) AS rest_of_c;
CLOSE c;
DECLARE c NO SCROLL CURSOR FOR SELECT * FROM p;
SELECT moved('c', 1);
ROLLBACK;
-- a local row that is locked, and changed, by the rows of an asynchronous Append
UPDATE l SET n = q.n FROM q WHERE q.id = l.id AND q.n IS NOT NULL;
SELECT * FROM l ORDER BY id;

-- ---- errors ----

CREATE FOREIGN TABLE odd (id text OPTIONS (column ':key') COLLATE "C", n int OPTIONS (column 'b:odd'), s text)
  SERVER async_hbase OPTIONS (table_name 'regress_parallel', family 'a');
SELECT outcome('SELECT * FROM p_low UNION ALL SELECT * FROM odd');
ALTER FOREIGN TABLE odd OPTIONS (ADD on_bad_value 'null');
SELECT count(n) FROM (SELECT * FROM p_low UNION ALL SELECT * FROM odd) AS u;
CREATE FOREIGN TABLE missing (id text OPTIONS (column ':key') COLLATE "C", n int, s text)
  SERVER async_small OPTIONS (table_name 'regress_no_such_table', family 'a');
SELECT outcome('SELECT * FROM p_high UNION ALL SELECT * FROM missing');
SELECT outcome('SELECT 1 / (n - 5) FROM q');
SELECT count(*) FROM q;
SELECT count(*) FROM htable_get_connections() WHERE in_use;

\set ECHO none
\set VERBOSITY terse
SET client_min_messages = warning;
DROP SCHEMA async CASCADE;
DROP SERVER async_hbase CASCADE;
DROP SERVER async_small CASCADE;
