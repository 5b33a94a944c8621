--
-- UPDATE t SET n = n + k of rows whose keys are fixed: one Increment, exactly as
-- SQL adds.  The fixture must be new: numbers stay.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA inc;
SET search_path = inc, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER inc_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER inc_hbase;
CREATE FOREIGN TABLE t (
  k text OPTIONS (column ':key') COLLATE "C",
  n bigint OPTIONS (encoding 'binary'),
  s text
) SERVER inc_hbase OPTIONS (table_name 'regress_increment', family 'cf');

EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET n = n + 1 WHERE k = 'a';
UPDATE t SET n = n + 1 WHERE k = 'a';
\echo :ROW_COUNT rows
UPDATE t SET n = n - 2 WHERE k = 'a' RETURNING n;
UPDATE t SET n = 10 + n WHERE k IN ('a', 'z', 'nobody', 'null') RETURNING k, n, n * 2 AS twice;
UPDATE t SET n = n + 0 WHERE k = 'a' RETURNING n;
UPDATE t SET n = n + 100 WHERE k = 'future' RETURNING n;
SELECT n FROM t WHERE k = 'future';
-- a row that is missing stays missing, what is NULL stays NULL
UPDATE t SET n = n + 1 WHERE k = 'nobody';
\echo :ROW_COUNT rows
UPDATE t SET n = n + 1 WHERE k = 'null';
\echo :ROW_COUNT rows
SELECT * FROM t WHERE k IN ('nobody', 'null');
-- no sum wraps around
UPDATE t SET n = n + 1 WHERE k = 'high' RETURNING n;
SELECT outcome('UPDATE t SET n = n + 1 WHERE k = ''high''');
SELECT outcome('UPDATE t SET n = n + 9223372036854775807 WHERE k = ''high''');
UPDATE t SET n = n - 1 WHERE k = 'low' RETURNING n;
SELECT outcome('UPDATE t SET n = n - 1 WHERE k = ''low''');
UPDATE t SET n = n - (-9223372036854775808) WHERE k IN ('low', 'minus') RETURNING k, n;
SELECT outcome('UPDATE t SET n = n - (-9223372036854775808) WHERE k = ''a''');
UPDATE t SET n = n + (-9223372036854775808) WHERE k = 'minus' RETURNING n;
SELECT k, n FROM t WHERE k IN ('high', 'low', 'minus');
-- bytes of another length are no number
SELECT left(outcome('UPDATE t SET n = n + 1 WHERE k = ''short'''), 5);

-- generic plans, with an amount that is NULL too
SET plan_cache_mode = force_generic_plan;
PREPARE add(bigint, text) AS UPDATE t SET n = n + $1 WHERE k = $2 RETURNING k, n;
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE add(1, 'a');
EXECUTE add(1, 'a');
EXECUTE add(1, NULL);
SELECT outcome('EXECUTE add(NULL, ''z'')');
EXECUTE add(NULL, 'a');
SELECT * FROM t WHERE k = 'a';
EXECUTE add(1, 'a');
RESET plan_cache_mode;
UPDATE t SET n = 1 WHERE k = 'a';
SELECT fact('UPDATE t SET n = n + 1 WHERE k = ''a''', 'HBase Mutations');

-- whatever else is read, or has to be seen here, makes it a look and a condition
CREATE FUNCTION by_increment(query text) RETURNS boolean LANGUAGE sql AS $$
  SELECT shown(query, 'HBase Mutation') LIKE 'Increment%'
$$;
SELECT q, by_increment(q) FROM unnest(ARRAY[
  'UPDATE t SET n = n + 1 WHERE k = ''a''',
  'UPDATE t SET n = n + length(k) WHERE k = ''a''',
  'UPDATE t SET n = n + 1, s = ''x'' WHERE k = ''a''',
  'UPDATE t SET n = n + 1 WHERE k > ''a''',
  'UPDATE t SET n = n + 1 WHERE k = ''a'' AND s = ''x''',
  'UPDATE t SET n = n + 1 WHERE k = ''a'' RETURNING s',
  'UPDATE t SET n = n * 2 WHERE k = ''a''',
  'UPDATE t SET n = 1 - n WHERE k = ''a''',
  'UPDATE t SET n = n + (random() * 5)::int WHERE k = ''a''',
  'UPDATE t SET n = n + (SELECT count(*) FROM t) WHERE k = ''a''',
  'UPDATE t SET n = t.n + 1 FROM t AS o WHERE t.k = ''a'' AND o.k = ''z''']) AS q;
ALTER FOREIGN TABLE t ADD CHECK (n < 1000);
SELECT by_increment('UPDATE t SET n = n + 1 WHERE k = ''a''');
SELECT outcome('UPDATE t SET n = n + 1000 WHERE k = ''a''');
ALTER FOREIGN TABLE t DROP CONSTRAINT t_n_check;
SET htable_fdw.enable_increment = off;
SELECT by_increment('UPDATE t SET n = n + 1 WHERE k = ''a''');
UPDATE t SET n = n + 1 WHERE k = 'a' RETURNING n;
RESET htable_fdw.enable_increment;

-- a NOT NULL column has a number, or the row is refused
CREATE FOREIGN TABLE strict (k text OPTIONS (column ':key') COLLATE "C", n bigint OPTIONS (encoding 'binary') NOT NULL, s text)
  SERVER inc_hbase OPTIONS (table_name 'regress_increment', family 'cf');
SELECT outcome('UPDATE strict SET n = n + 1 WHERE k = ''null''');
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA inc CASCADE;
DROP SERVER inc_hbase CASCADE;
