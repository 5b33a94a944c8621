--
-- Reading the past: ":as_of", the option and the setting of that name.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA past;
SET search_path = past, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER past_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', past_reads 'allow');
CREATE USER MAPPING FOR CURRENT_USER SERVER past_hbase;
CREATE FOREIGN TABLE h (
  id text OPTIONS (column ':key') COLLATE "C",
  ts int8 OPTIONS (column ':timestamp'),
  at timestamptz OPTIONS (column ':as_of'),
  v text,
  n text,
  w text OPTIONS (column 'attr:w')
) SERVER past_hbase OPTIONS (table_name 'regress_newest', family 'cf');
CREATE FOREIGN TABLE h8 (
  id text OPTIONS (column ':key') COLLATE "C",
  ts int8 OPTIONS (column ':timestamp'),
  at int8 OPTIONS (column ':as_of'),
  v text,
  n text,
  w text OPTIONS (column 'attr:w')
) SERVER past_hbase OPTIONS (table_name 'regress_newest', family 'cf');
CREATE FOREIGN TABLE versions8 (
  id text OPTIONS (column ':key') COLLATE "C",
  ts int8 OPTIONS (column ':timestamp'),
  at int8 OPTIONS (column ':as_of'),
  v text,
  n text
) SERVER past_hbase OPTIONS (table_name 'regress_newest', family 'cf', shape 'versions');
CREATE FOREIGN TABLE plain (
  id text OPTIONS (column ':key') COLLATE "C",
  v text,
  n text
) SERVER past_hbase OPTIONS (table_name 'regress_newest', family 'cf');

-- every cell as it was then; a row that had none did not exist
SELECT * FROM h8 WHERE at = 5000 AND id < 'm';
SELECT * FROM h8 WHERE at = 4999 AND id < 'm';
SELECT count(*) FROM h8 WHERE at = 999;
SELECT count(*), count(v), count(n) FROM h8 WHERE at = 9000;
SELECT * FROM versions8 WHERE at = 5000 AND id IN ('b', 'f');
SELECT * FROM h8 WHERE at = 5000 AND id = 'f';
-- the moment of a millisecond is all of it; infinity and no condition are everything there is
SELECT ts, at FROM h WHERE at = '1970-01-01 00:00:05.0009Z' AND id = 'b';
SELECT ts, at FROM h WHERE at = '1970-01-01 00:00:04.9999Z' AND id = 'b';
SELECT ts, at FROM h WHERE at = 'infinity' AND id = 'f';
SELECT ts, at FROM h WHERE id = 'f';
SELECT ts, at FROM h8 WHERE id = 'f';
SELECT count(*) FROM h WHERE at = '-infinity';
SELECT count(*) FROM h8 WHERE at = -1;
SELECT count(*) FROM h8 WHERE at = NULL;
SELECT ts FROM h8 WHERE at = 9223372036854775807 AND id = 'z';
SELECT id, ts FROM h WHERE at = timestamp '1970-01-01 00:00:05' AND id = 'b';
SELECT id, ts, at FROM h WHERE at = date '1970-01-02' AND id = 'b';
SELECT id, ts, at FROM h8 WHERE 5000::int2 = at AND id = 'b';
-- any expression: stable functions, parameters, sub-selects, outer references
SELECT count(*) = (SELECT count(*) - 1 FROM h) FROM h WHERE at = now() - interval '1 h';
PREPARE past(int8) AS SELECT id, v, at FROM h8 WHERE at = $1 AND id = 'f';
SET plan_cache_mode = force_generic_plan;
EXECUTE past(1000);
EXECUTE past(6000);
EXECUTE past(NULL);
EXECUTE past(8000);
RESET plan_cache_mode;
SELECT v FROM h8 WHERE at = (SELECT 5000) AND id = 'f';
SELECT t, (SELECT v FROM h8 WHERE at = t AND id = 'f') FROM (VALUES (1000), (5000), (8000), (500)) AS x (t);
-- with conditions on cells and on the time
SELECT id, v FROM h8 WHERE at = 5000 AND v = 'newer';
SELECT id, v FROM h8 WHERE at = 5000 AND v = 'newest';
SELECT id, n FROM h8 WHERE at = 5000 AND n IS NOT NULL;
SELECT id, ts FROM h8 WHERE at = 5000 AND ts >= 3000 AND id < 'm';
SELECT count(*) FROM h8 WHERE at = 5000 AND ts >= 6000;
SELECT id, v FROM h8 WHERE at = 5000 ORDER BY id DESC LIMIT 2;
-- joins: the same table at two moments
SELECT a.id, b.v, a.v FROM h8 a JOIN h8 b USING (id) WHERE a.at = 8000 AND b.at = 5000 AND a.v <> b.v AND id < 'm';
SELECT b.id, b.v, a.n FROM h8 b LEFT JOIN h8 a ON a.id = b.id AND a.at = 4999 WHERE b.at = 5000 AND b.n IS NOT NULL AND b.id < 'm';
EXPLAIN (VERBOSE, COSTS OFF) SELECT id, v FROM h8 WHERE at = 5000 AND id < 'm';
-- through views and partitions
CREATE VIEW seen AS SELECT at AS moment, id, v FROM h8;
SELECT * FROM seen WHERE moment = 5000 AND id = 'f';
CREATE TABLE parts (id text COLLATE "C", at int8, v text) PARTITION BY LIST (id);
CREATE FOREIGN TABLE part_f PARTITION OF parts FOR VALUES IN ('f') SERVER past_hbase OPTIONS (table_name 'regress_newest', family 'cf');
ALTER FOREIGN TABLE part_f ALTER COLUMN id OPTIONS (ADD column ':key'), ALTER COLUMN at OPTIONS (ADD column ':as_of');
SELECT * FROM parts WHERE at = 5000 AND id = 'f';
SELECT outcome('SELECT * FROM parts p, (VALUES (5000::int8)) AS x (t) WHERE p.at = x.t AND id = ''f''');
CREATE TABLE moments (t int8);
INSERT INTO moments VALUES (5000);
SELECT outcome('SELECT * FROM parts p, moments m WHERE p.at = m.t AND id = ''f''');

-- any other use is refused while planning
SELECT q, split_part(outcome('EXPLAIN ' || q), E'\n', 1) FROM unnest(ARRAY[
  'SELECT 1 FROM h8 WHERE at > 5000', 'SELECT 1 FROM h8 WHERE at = 5000 OR id = ''a''', 'SELECT 1 FROM h8 WHERE at IN (5000, 6000)', 'SELECT 1 FROM h8 WHERE at IS NOT NULL',
  'SELECT 1 FROM h8 WHERE NOT at = 5000', 'SELECT 1 FROM h8 WHERE at = ts', 'SELECT 1 FROM h8 WHERE at = random()::int8', 'SELECT 1 FROM h8 WHERE at + 1 = 5000', 'SELECT 1 FROM h8 WHERE at = 5000.0',
  'SELECT 1 FROM h8, moments WHERE at = t', 'SELECT 1 FROM moments LEFT JOIN h8 ON at = t', 'SELECT 1 FROM h8 LEFT JOIN moments ON at = 5000', 'SELECT 1 FROM h8 a JOIN h8 b USING (id, at)',
  'SELECT 1 FROM h8 WHERE EXISTS (SELECT 1 FROM moments WHERE t = at)', 'SELECT 1 FROM h WHERE at = ''1970-01-01 00:00:05Z''::timestamptz AND at < ''infinity''']) AS q;
-- the same moment for both sides is one for each
SELECT count(*) FROM h8 a JOIN h8 b USING (id, at) WHERE a.at = 5000;
SELECT id, at FROM h8 WHERE id = 'f' GROUP BY id, at ORDER BY at;

-- the option and the setting, for views and tools; the most specific counts
SET htable_fdw.as_of = '1970-01-01 00:00:05Z';
SELECT id, v, n FROM plain WHERE id < 'm';
SELECT v, at FROM h WHERE id = 'f';
SELECT v, at FROM h8 WHERE id = 'f' AND at = 1000;
ALTER FOREIGN TABLE h OPTIONS (ADD as_of '8000');
SELECT v, at FROM h WHERE id = 'f';
SELECT v, at FROM h WHERE id = 'f' AND at = '1970-01-01 00:00:01Z';
EXPLAIN (VERBOSE, COSTS OFF) SELECT v FROM plain WHERE id = 'f';
SET plan_cache_mode = force_generic_plan;
PREPARE of_setting AS SELECT v FROM plain WHERE id = 'f';
EXECUTE of_setting;
SET htable_fdw.as_of = 1000;
EXECUTE of_setting;
RESET htable_fdw.as_of;
EXECUTE of_setting;
RESET plan_cache_mode;
SELECT v, split_part(outcome(format('SET htable_fdw.as_of = %L', v)), E'\n', 2) FROM unnest(ARRAY['1970-01-01 00:00:05.5+02', '2024-02-29T12:00:00Z', '2024-02-29 12:00:00+05:30', '0', '',
  '2024-02-29 12:00:00', '2024-02-30 12:00:00Z', 'now', 'yesterday', '2024-02-29', '29.02.2024 12:00:00Z', '99999999999999999999', '-1', '1969-12-31 23:59:59Z', 'x']) AS v;
SELECT outcome('SET htable_fdw.as_of = now');
RESET htable_fdw.as_of;
ALTER FOREIGN TABLE h OPTIONS (SET as_of 'tomorrow');
ALTER FOREIGN TABLE h OPTIONS (DROP as_of);

-- whether HBase still knows the past
CREATE FOREIGN TABLE forgets (id text OPTIONS (column ':key') COLLATE "C", at int8 OPTIONS (column ':as_of'), v text, w text OPTIONS (column 'attr:w'), x text OPTIONS (column 'short:x'))
  SERVER past_hbase OPTIONS (table_name 'regress_past', family 'cf', past_reads 'warn');
CREATE FOREIGN TABLE knows (id text OPTIONS (column ':key') COLLATE "C", at int8 OPTIONS (column ':as_of'), v text OPTIONS (column 'all:v'))
  SERVER past_hbase OPTIONS (table_name 'regress_past', past_reads 'error');
SELECT * FROM forgets WHERE at = 1500;
-- one warning for a statement and a table, however often it is read
SELECT t, (SELECT v FROM forgets WHERE at = t) FROM (VALUES (1000), (2000)) AS x (t);
-- no past is read
SELECT * FROM forgets;
SELECT v FROM forgets WHERE at = 9223372036854775807;
SELECT v FROM forgets WHERE at = extract(epoch FROM now() + interval '1 h')::int8 * 1000;
-- only the families that are declared count: this one keeps everything
SELECT * FROM knows WHERE at = 1500;
SELECT * FROM knows WHERE at = 2500;
SELECT * FROM knows;
ALTER FOREIGN TABLE forgets OPTIONS (SET past_reads 'error');
SELECT outcome('SELECT * FROM forgets WHERE at = 1500');
SELECT count(*) FROM forgets;
SET htable_fdw.as_of = 1500;
SELECT outcome('SELECT * FROM forgets');
RESET htable_fdw.as_of;
ALTER FOREIGN TABLE forgets OPTIONS (SET past_reads 'allow');
SELECT * FROM forgets WHERE at = 1500;
ALTER FOREIGN TABLE forgets OPTIONS (SET past_reads 'never');
CREATE FOREIGN TABLE no_table (id text OPTIONS (column ':key'), at int8 OPTIONS (column ':as_of')) SERVER past_hbase OPTIONS (family 'cf', past_reads 'error');
SELECT outcome('SELECT * FROM no_table WHERE at = 1500');
ALTER FOREIGN TABLE no_table OPTIONS (SET past_reads 'warn');
SELECT outcome('SELECT * FROM no_table WHERE at = 1500');

-- declarations
CREATE FOREIGN TABLE wrong (id text OPTIONS (column ':key'), at date OPTIONS (column ':as_of')) SERVER past_hbase OPTIONS (family 'cf');
SELECT outcome('SELECT * FROM wrong');
DROP FOREIGN TABLE wrong;
CREATE FOREIGN TABLE wrong (a int8 OPTIONS (column ':as_of'), b int8 OPTIONS (column ':as_of')) SERVER past_hbase OPTIONS (family 'cf');
SELECT outcome('SELECT * FROM wrong');
DROP FOREIGN TABLE wrong;
CREATE FOREIGN TABLE wrong (a int8 OPTIONS (column ':as_of', encoding 'binary')) SERVER past_hbase OPTIONS (family 'cf');
DROP SCHEMA past CASCADE;
DROP SERVER past_hbase CASCADE;
