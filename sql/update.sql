--
-- UPDATE: the right rows, and no other; nothing that somebody else changed is
-- lost; what is written is there, whatever was deleted or stamped before.  The
-- fixture must be new: rows stay.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA upd;
SET search_path = upd, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER upd_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER upd_hbase;
CREATE FOREIGN TABLE t (
  k text OPTIONS (column ':key') COLLATE "C",
  s text,
  n bigint OPTIONS (encoding 'binary'),
  m jsonb OPTIONS (column 'attr:')
) SERVER upd_hbase OPTIONS (table_name 'regress_update', family 'cf');
CREATE FOREIGN TABLE stamped (
  k text OPTIONS (column ':key') COLLATE "C",
  s text,
  ts timestamptz OPTIONS (column ':timestamp'),
  ttl interval OPTIONS (column ':ttl')
) SERVER upd_hbase OPTIONS (table_name 'regress_update', family 'cf');
CREATE FOREIGN TABLE cells (
  k text OPTIONS (column ':key') COLLATE "C", f text OPTIONS (column ':family'), q text OPTIONS (column ':qualifier'),
  ts bigint OPTIONS (column ':timestamp'), v text OPTIONS (column ':value')
) SERVER upd_hbase OPTIONS (table_name 'regress_update', shape 'cells');

-- one row, all rows, none; expressions see the row before
UPDATE t SET s = 'uno' WHERE k = 'a';
UPDATE t SET s = s || '!', n = n + 10 WHERE n <= 2;
UPDATE t SET s = 'none' WHERE k = 'nobody';
UPDATE t SET n = length(s), s = n::text WHERE k = 'b' RETURNING *;
SELECT * FROM t;
-- a column that is not set keeps its bytes and its time
SELECT * FROM cells WHERE k = 'z';
UPDATE t SET n = 5 WHERE k = 'z';
SELECT q, ts = 1000 AS as_it_was FROM cells WHERE k = 'z';

-- NULL is no cell: the column goes, older versions too, and comes again
UPDATE t SET s = NULL WHERE k IN ('a', 'future');
SELECT k, s, n FROM t WHERE k IN ('a', 'future');
UPDATE t SET s = 'again' WHERE k IN ('a', 'future', 'hidden');
SELECT k, s, n FROM t WHERE k IN ('a', 'future', 'hidden');
-- ... above what was stamped, or deleted, in the future
SELECT k, ts > 4102444800000 AS above FROM cells WHERE q = 's' AND k IN ('a', 'future', 'hidden');
UPDATE t SET s = 'third' WHERE k = 'future';
SELECT s FROM t WHERE k = 'future';
-- a row that would have no cell left is refused; one that nobody declares is a cell
SELECT outcome('UPDATE t SET s = NULL, n = NULL WHERE k = ''hidden''');
UPDATE t SET s = NULL, n = NULL WHERE k = 'z';
SELECT * FROM t WHERE k = 'z';

-- maps: what the map shows is replaced, null members go
UPDATE t SET m = '{"p": "9", "r": "3", "gone": null}' WHERE k = 'b';
SELECT m FROM t WHERE k = 'b';
UPDATE t SET m = m || '{"s": "4"}' WHERE m->>'r' = '3';
SELECT m FROM t WHERE k = 'b';
UPDATE t SET m = NULL WHERE k = 'b';
UPDATE t SET m = '{"p": "after"}' WHERE k IN ('b', 'a');
SELECT k, m FROM t WHERE m IS NOT NULL;
SELECT outcome('UPDATE t SET m = ''[1]'' WHERE k = ''b''');

-- joins; a target that meets two source rows is changed once
UPDATE t SET s = v.s FROM (VALUES ('a', 'joined'), ('b', 'joined'), ('a', 'joined')) AS v (k, s) WHERE t.k = v.k;
\echo :ROW_COUNT rows
UPDATE t SET n = t.n + o.n FROM t AS o WHERE o.k = 'hidden' AND t.k IN ('a', 'b') RETURNING t.k, t.n;
UPDATE t SET s = 'most' WHERE n = (SELECT max(n) FROM t) RETURNING k;
WITH changed AS (UPDATE t SET n = 100 WHERE k = 'a' RETURNING k, n) SELECT changed.n, t.n FROM changed JOIN t USING (k);

-- rows that nobody reads again are sent as they come, others when the statement ends
SELECT shown('UPDATE t SET s = ''x'' WHERE n > 3', 'Write Mode');
SELECT shown('UPDATE t SET s = ''x'' FROM t AS o WHERE o.k = t.k', 'Write Mode');
SELECT shown('UPDATE t SET s = ''x'' WHERE k = ''a''', 'Compared Columns');
SELECT shown('UPDATE t SET s = n::text WHERE s > ''a''', 'Compared Columns');
SELECT shown('UPDATE t SET s = ''x'' WHERE m->>''p'' = ''1''', 'Compared Columns');
SELECT shown('UPDATE t SET s = ''x'' WHERE k = ''a'' RETURNING n', 'Compared Columns');
EXPLAIN (VERBOSE, COSTS OFF) UPDATE t SET s = upper(s) WHERE k = 'a';
SELECT fact('UPDATE t SET s = ''counted'' WHERE k IN (''a'', ''b'')', 'HBase Mutations');

-- the time and the life of what is written
UPDATE stamped SET s = 'then', ts = '2101-02-03 04:05:06+00' WHERE k = 'b';
SELECT s, ts FROM stamped WHERE k = 'b';
SELECT outcome('UPDATE stamped SET s = ''before'', ts = ''2001-01-01'' WHERE k = ''b''');
-- (of a cell that has expired the version before shows again)
UPDATE stamped SET s = 'short', ttl = '1 ms' WHERE k = 'a';
SELECT pg_sleep(0.1);
SELECT s FROM stamped WHERE k = 'a';
SELECT outcome('UPDATE stamped SET ts = now()');
-- RETURNING shows the time that the row has then: of what was written, or of what is younger
UPDATE stamped SET s = 'now' WHERE k = 'a' RETURNING s, ts BETWEEN now() - interval '1 minute' AND clock_timestamp() AS just_now;
UPDATE stamped SET s = 'later' WHERE k = 'b' RETURNING s, ts;
SELECT s, ts FROM stamped WHERE k = 'b';
SELECT outcome('UPDATE stamped SET s = ''x'' FROM t WHERE t.k = stamped.k RETURNING ts');
SELECT outcome('UPDATE stamped SET ttl = ''1 day''');

-- a row that somebody changes after it was read: what was read of it must be as it was
INSERT INTO t VALUES ('r1', 's1', 1), ('r2', '', 2), ('r3', NULL, 3);
CREATE FUNCTION meddle(query text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN EXECUTE query; RETURN 'meddled'; END $$;
SELECT outcome($$UPDATE t SET n = n + length(meddle('UPDATE t SET n = 7 WHERE k = ''r1''')) WHERE k = 'r1'$$);
SELECT outcome($$UPDATE t SET s = meddle('UPDATE t SET n = 8 WHERE k = ''r1''') WHERE k = 'r1'$$);
SELECT outcome($$UPDATE t SET s = meddle('UPDATE t SET n = 9 WHERE k = ''r1''') WHERE n = 8$$);
SELECT outcome($$UPDATE t SET n = 10 WHERE k = 'r1' AND meddle('UPDATE t SET s = ''s9'' WHERE k = ''r1''') > s$$);
SELECT outcome($$UPDATE t SET n = length(meddle('UPDATE t SET s = NULL WHERE k = ''r2''')) WHERE s = '' AND k = 'r2'$$);
SELECT outcome($$UPDATE t SET n = length(meddle('UPDATE t SET s = '''' WHERE k = ''r3''')) WHERE s IS NULL AND k = 'r3'$$);
SELECT outcome($$UPDATE t SET n = length(meddle('UPDATE t SET s = ''x'' WHERE k = ''r3''')) WHERE s = '' AND n = 3$$);
SELECT outcome($$UPDATE t SET m = m || jsonb_build_object('w', meddle('UPDATE t SET m = ''{"p": "x"}'' WHERE k = ''b''')) WHERE k = 'b'$$);
SELECT outcome($$UPDATE t SET s = meddle('SELECT') WHERE k = 'r3' RETURNING n, meddle('SELECT')$$);
SELECT * FROM t WHERE k LIKE 'r_';
SELECT outcome($$UPDATE t SET s = meddle('DELETE FROM t WHERE k = ''r1''') WHERE k = 'r1'$$);
SELECT count(*) FROM t WHERE k = 'r1';
-- what a failing statement has written stays, and is told
SELECT outcome($$UPDATE t SET n = n + length(meddle(CASE k WHEN 'r3' THEN 'UPDATE t SET n = 77 WHERE k = ''r3''' ELSE 'SELECT' END))
  WHERE k IN ('r2', 'r3')$$);
SELECT k, n FROM t WHERE k IN ('r2', 'r3');
DELETE FROM t WHERE k IN ('r2', 'r3');

-- keys in other forms are rows of their own; values are compared as they are stored
CREATE FOREIGN TABLE keys (k int OPTIONS (column ':key'), v text, n int)
  SERVER upd_hbase OPTIONS (table_name 'regress_update_keys', family 'cf');
UPDATE keys SET v = v || '!' WHERE k = 7;
SELECT * FROM keys;
UPDATE keys SET n = n + 1 WHERE n = 8;
SELECT * FROM keys WHERE k = 8;

-- a key stays: HBase has no way to give a row another one
SELECT outcome('UPDATE keys SET k = 9 WHERE k = 8');
UPDATE keys SET k = 7, v = 'same' WHERE k = 7;
SELECT * FROM keys WHERE k = 7;

-- what core leaves to us: constraints, generated columns, views, partitions
CREATE FOREIGN TABLE forms (
  k text OPTIONS (column ':key') COLLATE "C",
  a int NOT NULL,
  b int CHECK (b < 100),
  g int GENERATED ALWAYS AS (a * 2) STORED,
  CHECK (a <= b)
) SERVER upd_hbase OPTIONS (table_name 'regress_update_forms', family 'cf', row_marker 'cf:_');
INSERT INTO forms VALUES ('x', 1, 2), ('y', 3, 4);
SELECT outcome('UPDATE forms SET a = NULL');
SELECT outcome('UPDATE forms SET b = 100 WHERE k = ''x''');
SELECT outcome('UPDATE forms SET b = 0');
UPDATE forms SET a = 2 RETURNING *;
SELECT * FROM forms;
SELECT shown('UPDATE forms SET a = 2 WHERE k = ''x''', 'Compared Columns');
UPDATE forms SET b = NULL;
SELECT * FROM forms;
CREATE VIEW small AS SELECT * FROM forms WHERE a < 10 WITH CHECK OPTION;
SELECT outcome('UPDATE small SET a = 10 WHERE k = ''x''');
UPDATE small SET a = 9 WHERE k = 'x';
SELECT * FROM small;

CREATE TABLE parts (k int, a text) PARTITION BY RANGE (k);
CREATE FOREIGN TABLE low PARTITION OF parts FOR VALUES FROM (0) TO (10)
  SERVER upd_hbase OPTIONS (table_name 'regress_update_parts', family 'cf');
ALTER FOREIGN TABLE low ALTER k OPTIONS (ADD column ':key', ADD encoding 'binary');
CREATE TABLE high PARTITION OF parts FOR VALUES FROM (10) TO (20);
INSERT INTO parts VALUES (1, 'one'), (2, 'two'), (11, 'eleven');
WITH u AS (UPDATE parts SET a = a || '.' RETURNING tableoid::regclass, *) SELECT * FROM u ORDER BY k;
SELECT outcome('UPDATE parts SET k = k + 10 WHERE k = 1');
SELECT outcome('UPDATE parts SET k = k + 1 WHERE k = 1');
SELECT outcome('UPDATE low SET k = 12 WHERE k = 1');
UPDATE parts SET k = 5, a = 'moved in' WHERE k = 11;
SELECT outcome('UPDATE parts SET k = 21 - k WHERE a <> ''nothing''');
SELECT tableoid::regclass, * FROM parts ORDER BY k;

-- row triggers see the row before and after, and may change it
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% %: % -> %', TG_WHEN, TG_OP, OLD, NEW;
  IF TG_WHEN = 'BEFORE' THEN NEW.b := 50; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER before_row BEFORE UPDATE ON forms FOR EACH ROW EXECUTE FUNCTION change();
CREATE TRIGGER after_row AFTER UPDATE ON forms FOR EACH ROW EXECUTE FUNCTION change();
UPDATE forms SET a = 7 WHERE k = 'x';
SELECT * FROM forms;
SELECT shown('UPDATE forms SET a = 2 WHERE k = ''x''', 'Compared Columns');

-- refused: other shapes, the past, a marker without a value, tables that are not updatable
CREATE FOREIGN TABLE versions (k text OPTIONS (column ':key'), s text, ts bigint OPTIONS (column ':timestamp'))
  SERVER upd_hbase OPTIONS (table_name 'regress_update_versions', family 'cf', shape 'versions');
SELECT outcome('UPDATE versions SET s = ''x''');
SELECT outcome('UPDATE cells SET v = ''x''');
SELECT outcome('UPDATE t SET s = ''x'' WHERE ctid = ''(0,1)''');
SELECT outcome('DELETE FROM t RETURNING ctid');
SET htable_fdw.as_of = '2001-01-01 00:00:00+00';
SELECT outcome('UPDATE t SET s = ''x''');
RESET htable_fdw.as_of;
CREATE FOREIGN TABLE marked (k text OPTIONS (column ':key'), s text)
  SERVER upd_hbase OPTIONS (table_name 'regress_update_versions', family 'cf', row_marker 'cf:s');
SELECT outcome('UPDATE marked SET s = NULL');
SELECT outcome('UPDATE marked SET s = ''''');
ALTER FOREIGN TABLE marked OPTIONS (ADD updatable 'false');
SELECT outcome('UPDATE marked SET s = ''x''');

-- a row gets one time, whatever each of its cells follows, or a past state would be half of it
INSERT INTO stamped (k, s, ts) VALUES ('near', 'soon', date_trunc('milliseconds', clock_timestamp()) + interval '500 ms');
UPDATE t SET s = 'both', n = 7 WHERE k = 'near';
SELECT count(*), count(DISTINCT ts) FROM (SELECT q, max(ts) AS ts FROM cells WHERE k = 'near' GROUP BY q) AS newest;

-- a store of rows that does not fit into work_mem
INSERT INTO t SELECT 'many' || i, repeat('x', 100), i FROM generate_series(1, 3000) AS i;
SET work_mem = '64kB';
UPDATE t SET s = 'y' || s FROM generate_series(1, 3000) AS i WHERE k = 'many' || i AND n = i;
\echo :ROW_COUNT rows
SELECT count(*), count(DISTINCT n) FROM t WHERE s LIKE 'yx%' AND length(s) = 101;
RESET work_mem;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA upd CASCADE;
DROP SERVER upd_hbase CASCADE;
