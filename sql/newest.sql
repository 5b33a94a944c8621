--
-- Shape row by time: the timestamp of a row is that of its newest cell, and
-- rows from a time on are found by it without reading the others.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA newest;
SET search_path = newest, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER newest_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER newest_hbase;
CREATE FOREIGN TABLE h8 (
  id text OPTIONS (column ':key') COLLATE "C",
  ts int8 OPTIONS (column ':timestamp'),
  v text,
  n text,
  w text OPTIONS (column 'attr:w')
) SERVER newest_hbase OPTIONS (table_name 'regress_newest', family 'cf');
CREATE FOREIGN TABLE h (
  id text OPTIONS (column ':key') COLLATE "C",
  ts timestamptz OPTIONS (column ':timestamp'),
  v text,
  n text,
  w text OPTIONS (column 'attr:w')
) SERVER newest_hbase OPTIONS (table_name 'regress_newest', family 'cf');
-- the newest cell of the declared families, whichever columns are declared
SELECT * FROM h8 WHERE id < 'm' OR id > 'n';
CREATE TABLE l8 AS SELECT * FROM h8;
CREATE TABLE l AS SELECT * FROM h;

-- rows from a time on come whole, those before it are not sent
SELECT * FROM h8 WHERE ts >= 5000 AND (id < 'm' OR id > 'n');
SELECT * FROM probe('h8', 'l8', ARRAY['ts >= 5000', 'ts > 5000', 'ts = 5000', 'ts = 8000', 'ts >= 9000', 'ts > 10399', 'ts = 10399', 'ts BETWEEN 6000 AND 7000', 'ts > 7000 AND ts < 6000',
  'ts < 5000', 'ts <= 1000', 'ts >= 0', 'ts >= -5', 'ts > 8999.5', 'ts = 8999.5', 'ts >= 1e30', 'ts >= NULL', 'ts IS NULL', 'ts IS NOT NULL', 'ts IN (5000, 9000)', 'ts <> 9000',
  'ts >= 9223372036854775806', 'ts > 9223372036854775806', 'ts = 9223372036854775807',
  'ts >= 9000 AND id > ''m0700''', 'ts >= 9000 AND id = ''m0011''', 'ts >= 9000 AND id = ''m0012''', 'ts >= 9000 AND id IN (''m0011'', ''m0012'', ''m0022'', ''none'')',
  'ts >= 5000 AND v = ''newest''', 'ts >= 5000 AND n IS NULL', 'ts >= 5000 AND n = ''2''', 'ts >= 9000 AND w IS NOT NULL', 'ts >= 5000 OR id = ''a''']);
SELECT * FROM probe('h', 'l', ARRAY['ts >= ''1970-01-01 00:00:09Z''', 'ts > ''1970-01-01 00:00:08.9999Z''', 'ts > ''infinity''', 'ts >= ''infinity''', 'ts = ''infinity''', 'ts >= ''-infinity''', 'ts > date ''1970-01-01''']);
-- columns and counts do not need the timestamp to be shown
SELECT count(*), count(n), min(id), max(id) FROM h8 WHERE ts >= 9000;
SELECT v FROM h8 WHERE ts = 8000;
-- forward and reversed, with a limit
SELECT id, ts FROM h8 WHERE ts >= 9000 ORDER BY id LIMIT 3;
SELECT id, ts FROM h8 WHERE ts >= 9000 ORDER BY id DESC LIMIT 3;
SELECT differences('(SELECT id FROM h8 WHERE ts >= 2000 ORDER BY id DESC LIMIT 1200)', '(SELECT id FROM l8 WHERE ts >= 2000 ORDER BY id DESC LIMIT 1200)'),
       differences('(SELECT id FROM h8 WHERE ts >= 2000 ORDER BY id LIMIT 1200)', '(SELECT id FROM l8 WHERE ts >= 2000 ORDER BY id LIMIT 1200)');
-- nested loops and parameters
PREPARE since(int8) AS SELECT id FROM h8 WHERE ts >= $1 AND id < 'm' ORDER BY id;
SET plan_cache_mode = force_generic_plan;
EXECUTE since(6000);
EXECUTE since(NULL);
EXECUTE since(7000);
RESET plan_cache_mode;
SELECT t, (SELECT string_agg(id, ',') FROM h8 WHERE ts >= t AND id < 'm') FROM (VALUES (5000), (NULL), (8000), (1000)) AS x (t);
-- what EXPLAIN says
EXPLAIN (VERBOSE, COSTS OFF) SELECT v FROM h8 WHERE ts >= 9000 AND v <> 'x';
EXPLAIN (VERBOSE, COSTS OFF) SELECT v FROM h8 WHERE ts < 9000;
SET htable_fdw.enable_time_range = off;
EXPLAIN (VERBOSE, COSTS OFF) SELECT v FROM h8 WHERE ts >= 9000;
SELECT count(*) FROM h8 WHERE ts >= 9000;
RESET htable_fdw.enable_time_range;
DROP SCHEMA newest CASCADE;
DROP SERVER newest_hbase CASCADE;
