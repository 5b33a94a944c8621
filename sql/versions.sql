--
-- Shape versions: a row for each row key and timestamp at which a declared
-- column has a cell.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA versions;
SET search_path = versions, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER versions_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER versions_hbase;
CREATE FOREIGN TABLE h (
  id text OPTIONS (column ':key') COLLATE "C",
  ts timestamptz OPTIONS (column ':timestamp'),
  v text,
  n int,
  w text OPTIONS (column 'attr:w')
) SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions');
CREATE FOREIGN TABLE h8 (
  id text OPTIONS (column ':key') COLLATE "C",
  ts int8 OPTIONS (column ':timestamp'),
  v text,
  n int,
  w text OPTIONS (column 'attr:w')
) SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions');
CREATE TABLE l8 (id text COLLATE "C", ts int8, v text, n int, w text);
INSERT INTO l8 VALUES
  ('a', 4000, 'a4', NULL, NULL), ('a', 3000, NULL, 3, 'w3'), ('a', 2000, 'a2', 2, NULL), ('a', 1000, 'a1', NULL, NULL),
  ('b', 1000, 'b1', NULL, NULL),
  ('n', 2500, NULL, 25, 'w25'), ('n', 1500, NULL, 15, NULL),
  ('y', 5000, NULL, NULL, 'w5'), ('y', 4000, NULL, NULL, 'w4'), ('y', 3000, NULL, NULL, 'w3'),
  ('z', 9223372036854775806, 'the last', NULL, NULL), ('z', 9224318016000000, 'beyond timestamptz', NULL, NULL),
  ('z', 9224318015999999, 'the last of timestamptz', NULL, NULL), ('z', 253402300800000, 'year 10000', NULL, NULL),
  ('z', 1704164645678, '2024', NULL, NULL), ('z', 0, 'zero', NULL, NULL);
CREATE TABLE l AS SELECT id, CASE WHEN ts >= 9224318016000000 THEN timestamptz 'infinity'
  ELSE timestamptz '1970-01-01 00:00:00Z' + ts / 86400000 * interval '1 day' + ts % 86400000 * interval '1 ms' END AS ts, v, n, w FROM l8;
SELECT * FROM h8;
SELECT * FROM h;
SELECT differences('TABLE h8', 'TABLE l8'), differences('TABLE h', 'TABLE l');
SELECT count(*), count(v), count(n), count(w) FROM h;
-- which timestamps there are does not depend on the columns that are read
SELECT id, count(*) FROM h GROUP BY id ORDER BY id;
SELECT v FROM h WHERE id = 'n';
SELECT ts FROM h8 WHERE id = 'a' AND v IS NULL;
SELECT n FROM h8 WHERE id = 'a';

-- conditions on the time: the lower end is the scan's time range, the upper end is
-- not, since HBase would then show versions beyond those that the family keeps
-- ('y' has two of them that are not flushed away yet)
SELECT * FROM probe('h8', 'l8', ARRAY['ts = 2000', 'ts < 2000', 'ts <= 2000', 'ts > 2000', 'ts >= 2000', 'ts BETWEEN 1500 AND 3000', 'ts > 1000 AND ts < 2000',
  'ts > 1000 AND ts < 2000 AND id = ''n''', 'ts > 3000 AND ts < 2000', 'ts = 1', 'ts < 0', 'ts <= 0', 'ts = 0', 'ts > 9223372036854775806', 'ts >= 9223372036854775806', 'ts < 9223372036854775807',
  'ts = 9223372036854775807', 'ts > -1', 'ts = NULL', 'ts IS NULL', 'ts IS NOT NULL', 'ts = 2000.0', 'ts = 2000.5', 'ts > 1999.5', 'ts < 2000.5', 'ts <= 1e30', 'ts > -1e30', 'ts > 1e30',
  'ts >= 2000::float8', 'ts > ''NaN''::float8', 'ts < ''NaN''::numeric', 'ts = 2000::int2', 'ts IN (1000, 4000)', 'ts = 1000 OR ts = 4000', 'ts <> 2000', 'ts + 0 = 2000',
  'id = ''a'' AND ts >= 2000', 'id = ''a'' AND ts >= 2000 AND n IS NULL', 'id > ''a'' AND ts < 2000', 'id = ''a'' OR ts = 5000']);
-- timestamptz: microseconds are rounded outwards, infinity is what PostgreSQL has no timestamp for
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS times
FROM (VALUES ('timestamptz', '{-Infinity,1969-12-31 23:59:59.999999Z,1970-01-01 00:00:00Z,1970-01-01 00:00:00.000001Z,1970-01-01 00:00:01.999999Z,1970-01-01 00:00:02Z,1970-01-01 00:00:02.000001Z,1970-01-01 00:00:02.000999Z,1970-01-01 00:00:02.001Z,2024-01-02 03:04:05.678Z,2024-01-02 03:04:05.6785Z,10000-01-01 00:00:00Z,294276-12-31 23:59:59.999Z,294276-12-31 23:59:59.9995Z,294276-12-31 23:59:59.999999Z,Infinity}'::text[]),
             ('timestamp', '{-Infinity,1970-01-01 00:00:02,1970-01-01 00:00:02.0005,2024-01-02 03:04:05.678,Infinity}'),
             ('date', '{-Infinity,1970-01-01,2024-01-02,2024-01-03,Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('h', 'l', 'ts', '{=,<,<=,>,>=,<>}', :'times');
SET timezone = 'Asia/Tokyo';
SELECT * FROM probe_ops('h', 'l', 'ts', '{=,<,<=,>,>=,<>}', :'times');
SELECT v FROM h WHERE ts = timestamp '2024-01-02 12:04:05.678';
SET timezone = 'UTC';
SELECT * FROM probe('h', 'l', ARRAY['ts = ''infinity''', 'ts > ''infinity''', 'ts < ''infinity''', 'ts > ''2024-01-01'' AND ts < now()', 'ts > now() - interval ''1000 years'' AND id = ''z''']);
-- the range is really sent
SELECT fact('SELECT * FROM h8 WHERE ts >= 5000 AND ts < 6000', 'HBase Rows') AS sent;
-- parameters
SET plan_cache_mode = force_generic_plan;
PREPARE since (int8) AS SELECT id, ts, v FROM h8 WHERE ts >= $1 AND ts < 6000;
EXECUTE since (4000);
EXECUTE since (NULL);
EXECUTE since (9223372036854775807);
PREPARE since_time (timestamptz, text) AS SELECT id, ts, v FROM h WHERE ts > $1 AND ts < '1980-01-01' AND id >= $2;
EXECUTE since_time ('1970-01-01 00:00:02.5Z', 'a');
EXECUTE since_time ('-infinity', 'n');
EXECUTE since_time ('infinity', 'a');
EXECUTE since_time (NULL, NULL);
RESET plan_cache_mode;
SELECT w.t, h.id, h.v FROM (VALUES (1000), (4000), (NULL), (-5)) AS w (t) LEFT JOIN LATERAL (SELECT * FROM h8 WHERE ts = w.t) AS h ON true ORDER BY w.t, h.id;
-- as of a time: the newest version of each column until then
SELECT DISTINCT ON (id) id, ts, v FROM h8 WHERE ts <= 2999 AND v IS NOT NULL ORDER BY id, ts DESC;

-- the history of one key comes newest first
EXPLAIN (COSTS OFF) SELECT ts, v FROM h8 WHERE id = 'a' ORDER BY ts DESC;
SELECT ts, v FROM h8 WHERE id = 'a' ORDER BY ts DESC;
SELECT ts, v FROM h8 WHERE id = 'a' ORDER BY ts;

-- order: key ascending, then newest first; or keys descending
EXPLAIN (COSTS OFF) SELECT id, ts FROM h8 ORDER BY id, ts DESC;
EXPLAIN (COSTS OFF) SELECT id, ts FROM h8 ORDER BY id DESC, ts DESC;
SELECT id, ts, v FROM h8 WHERE ts < 6000 ORDER BY id DESC, ts DESC;
SELECT id, ts FROM h8 WHERE id < 'c' ORDER BY id, ts;
SELECT id, ts FROM h8 ORDER BY ts DESC, id LIMIT 3;
-- trap 2: one HBase row is several rows here, so LIMIT is not sent
SELECT shown('SELECT * FROM h8 LIMIT 2', 'HBase Limit');
SELECT id, ts FROM h8 ORDER BY id, ts DESC LIMIT 6;
SELECT id, ts FROM h8 ORDER BY id, ts DESC LIMIT 2 OFFSET 3;

-- max_versions: of each column the newest so many; a time then chooses among those
CREATE FOREIGN TABLE h1 (id text OPTIONS (column ':key') COLLATE "C", ts int8 OPTIONS (column ':timestamp'), v text, n int, w text OPTIONS (column 'attr:w'))
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions', max_versions '1');
CREATE FOREIGN TABLE h2 (id text OPTIONS (column ':key') COLLATE "C", ts int8 OPTIONS (column ':timestamp'), v text, n int, w text OPTIONS (column 'attr:w'))
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions', max_versions '2');
SELECT * FROM h1 WHERE id < 'y';
SELECT * FROM h2 WHERE id < 'c' OR id = 'y';
SELECT * FROM h1 WHERE ts <= 2000;
SELECT clauses('SELECT * FROM h1 WHERE ts <= 2000');

-- the history of one column, of none, of the key alone
CREATE FOREIGN TABLE h_other (id text OPTIONS (column ':key') COLLATE "C", ts int8 OPTIONS (column ':timestamp'), other text)
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions');
SELECT * FROM h_other;
CREATE FOREIGN TABLE h_none (id text OPTIONS (column ':key') COLLATE "C", ts int8 OPTIONS (column ':timestamp'))
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'attr', shape 'versions');
SELECT * FROM h_none;
SELECT count(*) FROM h_none;
CREATE FOREIGN TABLE h_untimed (id text OPTIONS (column ':key') COLLATE "C", v text) SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions');
SELECT * FROM h_untimed WHERE id < 'y';
CREATE FOREIGN TABLE h_twice (id text OPTIONS (column ':key') COLLATE "C", ts int8 OPTIONS (column ':timestamp'), v text, again text OPTIONS (column 'cf:v'))
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf', shape 'versions');
SELECT * FROM h_twice WHERE id = 'a';

-- shape row: trap 17: the newest version of each column, whatever the older ones say; the newest time of the row
CREATE FOREIGN TABLE r (id text OPTIONS (column ':key') COLLATE "C", ts timestamptz OPTIONS (column ':timestamp'), v text, n int, w text OPTIONS (column 'attr:w'))
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf');
CREATE FOREIGN TABLE r8 (id text OPTIONS (column ':key') COLLATE "C", ts int8 OPTIONS (column ':timestamp'), v text, n int, w text OPTIONS (column 'attr:w'))
  SERVER versions_hbase OPTIONS (table_name 'regress_versions', family 'cf');
SELECT * FROM r;
SELECT * FROM r8;
SELECT id, ts FROM r8;
SELECT id FROM r8 WHERE ts >= 5000;
SELECT id FROM r WHERE ts < '1970-01-01 00:00:05Z';
SELECT id, v FROM r8 WHERE v = 'a1';
SELECT clauses('SELECT id FROM r8 WHERE ts >= 5000');
-- switches off: the same rows
SET htable_fdw.enable_time_range = off;
SELECT * FROM probe('h8', 'l8', ARRAY['ts = 2000', 'ts BETWEEN 1500 AND 3000']);
RESET htable_fdw.enable_time_range;

\set VERBOSITY terse
DROP SCHEMA versions CASCADE;
DROP SERVER versions_hbase CASCADE;
