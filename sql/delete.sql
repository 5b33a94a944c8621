--
-- DELETE: just the rows that were read, and a row that comes after it is there.
-- The fixture must be new: rows go.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA del;
SET search_path = del, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER del_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER del_hbase;
CREATE FOREIGN TABLE t (
  k text OPTIONS (column ':key') COLLATE "C", s text, n int, m jsonb OPTIONS (column 'attr:')
) SERVER del_hbase OPTIONS (table_name 'regress_delete', family 'cf', row_marker 'cf:_');
CREATE FOREIGN TABLE all_cells (
  k text OPTIONS (column ':key') COLLATE "C", f text OPTIONS (column ':family'), q text OPTIONS (column ':qualifier'),
  ts bigint OPTIONS (column ':timestamp'), v text OPTIONS (column ':value')
) SERVER del_hbase OPTIONS (table_name 'regress_delete', shape 'cells');

-- all versions of the declared families go, undeclared columns of theirs too; other families stay
DELETE FROM t WHERE k = 'a' RETURNING *;
SELECT * FROM all_cells WHERE k = 'a';
DELETE FROM t WHERE s = 'b';
-- a row with a cell stamped in the future goes, and one that is inserted then is there
DELETE FROM t WHERE k = 'c';
SELECT * FROM t WHERE k = 'c';
INSERT INTO t VALUES ('c', 'again', 1);
SELECT * FROM t WHERE k = 'c';
DELETE FROM t WHERE k = 'nobody';
\echo :ROW_COUNT rows
-- the row as it was, expressions and the table's name in RETURNING
DELETE FROM t WHERE n = 5 RETURNING k, n + 1 AS sum, tableoid::regclass;
-- joins: once, though two source rows meet it
DELETE FROM t USING (VALUES ('d'), ('d')) AS v (k) WHERE t.k = v.k RETURNING t.k;
DELETE FROM t WHERE k IN (SELECT o.k FROM t AS o WHERE o.s = 'again');
SELECT * FROM t;

SELECT shown('DELETE FROM t WHERE k = ''z''', 'HBase Columns');
SELECT shown('DELETE FROM t WHERE s = ''z''', 'Compared Columns');
EXPLAIN (VERBOSE, COSTS OFF) DELETE FROM t WHERE s = 'z' AND k > 'a';
SELECT fact('DELETE FROM t WHERE k = ''z''', 'HBase Mutations');
SELECT count(*) FROM t;

-- a row that somebody changes after it was read
INSERT INTO t VALUES ('r1', 's1', 1), ('r2', 's2', 2);
CREATE FUNCTION meddle(query text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN EXECUTE query; RETURN true; END $$;
SELECT outcome($$DELETE FROM t WHERE s = 's1' AND meddle('UPDATE t SET s = ''new'' WHERE k = ''r1''')$$);
SELECT outcome($$DELETE FROM t WHERE s = 's2' AND meddle('DELETE FROM t WHERE k = ''r2''')$$);
SELECT outcome($$DELETE FROM t WHERE k = 'r1' AND meddle('DELETE FROM t WHERE k = ''r1''')$$);
SELECT * FROM t;

-- keys in other forms are the right rows
CREATE FOREIGN TABLE keys (k int OPTIONS (column ':key'), v text)
  SERVER del_hbase OPTIONS (table_name 'regress_delete_keys', family 'cf');
DELETE FROM keys WHERE k = 7 AND v LIKE 'd%';
SELECT * FROM keys;
DELETE FROM keys WHERE k = 7 RETURNING *;
DELETE FROM keys;
SELECT count(*) FROM keys;

-- triggers
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% %: %', TG_WHEN, TG_OP, OLD;
  IF TG_WHEN = 'BEFORE' AND OLD.s = 'stays' THEN RETURN NULL; END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER before_row BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION watch();
CREATE TRIGGER after_row AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION watch();
INSERT INTO t VALUES ('t1', 'goes'), ('t2', 'stays');
DELETE FROM t;
SELECT k, s FROM t;

-- shapes versions and cells: just the cells of the row
CREATE FOREIGN TABLE versions (
  k text OPTIONS (column ':key') COLLATE "C", s text, n text, ts bigint OPTIONS (column ':timestamp')
) SERVER del_hbase OPTIONS (table_name 'regress_delete_cells', family 'cf', shape 'versions');
CREATE FOREIGN TABLE cells (
  k text OPTIONS (column ':key') COLLATE "C", f text OPTIONS (column ':family'), q text OPTIONS (column ':qualifier'),
  ts bigint OPTIONS (column ':timestamp'), v text OPTIONS (column ':value')
) SERVER del_hbase OPTIONS (table_name 'regress_delete_cells', shape 'cells');
DELETE FROM versions WHERE ts = 2000 AND k = 'a' RETURNING *;
SELECT * FROM versions WHERE k = 'a';
SELECT * FROM cells WHERE k = 'a';
DELETE FROM versions WHERE s = 'only';
SELECT * FROM cells WHERE k = 'b';
DELETE FROM cells WHERE v = '2' AND q = 's' RETURNING *;
SELECT * FROM cells WHERE k = 'c';
DELETE FROM cells WHERE k = 'c' AND ts >= 1000;
SELECT count(*) FROM cells WHERE k = 'c';
EXPLAIN (VERBOSE, COSTS OFF) DELETE FROM cells WHERE v = '2';
DELETE FROM cells USING (VALUES ('a'), ('a')) AS w (k) WHERE cells.k = w.k RETURNING q;
DELETE FROM cells;
SELECT count(*) FROM cells;
-- many cells of one row go together
INSERT INTO cells SELECT 'wide', 'cf', 'q' || i, 1000, i FROM generate_series(1, 2500) AS i;
DELETE FROM cells WHERE k = 'wide';
\echo :ROW_COUNT rows
SELECT count(*) FROM cells;

SET htable_fdw.as_of = '2001-01-01 00:00:00+00';
SELECT outcome('DELETE FROM t');
RESET htable_fdw.as_of;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA del CASCADE;
DROP SERVER del_hbase CASCADE;
