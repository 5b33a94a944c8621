--
-- INSERT: a row that is there is never overwritten, whoever wrote it, and one
-- that was inserted is there.  The fixture must be new: rows stay.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA ins;
SET search_path = ins, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER ins_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER ins_hbase;
CREATE FOREIGN TABLE t (
  k text OPTIONS (column ':key') COLLATE "C",
  a text,
  n int OPTIONS (encoding 'binary')
) SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', row_marker 'cf:_');

-- rows of any number; the count is that of the rows
INSERT INTO t VALUES ('one', 'x', 1);
INSERT INTO t VALUES ('two', NULL, 2), ('three', '', NULL), ('four', NULL, NULL);
INSERT INTO t (k) VALUES ('five') RETURNING *;
INSERT INTO t SELECT 'row' || i, 'v' || i, i FROM generate_series(1, 2500) AS i;
SELECT count(*), sum(n) FROM t WHERE k LIKE 'row%';
SELECT * FROM t WHERE k IN ('one', 'two', 'three', 'four', 'five');

-- a row that is there: by this session, by another program, deleted but for an older version
SELECT outcome(format('INSERT INTO t VALUES (%L, ''new'', 1)', k))
  FROM unnest(ARRAY['one', 'four', 'foreign', 'future', 'half']) AS k;
SELECT * FROM t WHERE k IN ('one', 'four', 'foreign', 'future', 'half');
-- one that was deleted, with a marker in the future too; one whose only version was
SELECT outcome(format('INSERT INTO t VALUES (%L, ''new'', 1)', k)) FROM unnest(ARRAY['gone', 'column', 'whole']) AS k;
SELECT * FROM t WHERE k IN ('gone', 'column', 'whole');
-- a row of families that the table does not declare is none of its rows
INSERT INTO t VALUES ('elsewhere', 'new', 1);
INSERT INTO t VALUES ('foreign2', 'new', 1);
-- the same key twice in one statement: nothing of its batch is written
SELECT outcome('INSERT INTO t VALUES (''d1'', ''x'', 1), (''d2'', ''x'', 1), (''d1'', ''y'', 2)');
SELECT count(*) FROM t WHERE k IN ('d1', 'd2');
-- ... and when the two are in different batches the second is found all the same
SET client_min_messages = error;
SELECT regexp_replace(outcome('INSERT INTO t SELECT ''e'' || i % 1500, ''x'', i FROM generate_series(0, 1999) AS i'), 'e\d+', 'e');
SELECT count(*) FROM t WHERE k ~ '^e\d+$' AND n >= 1500;
RESET client_min_messages;

-- ON CONFLICT DO NOTHING: the count and RETURNING are of the rows inserted
INSERT INTO t VALUES ('one', 'y', 9), ('n1', 'x', 1), ('foreign', 'y', 9), ('n1', 'y', 9) ON CONFLICT DO NOTHING;
INSERT INTO t VALUES ('one', 'y', 9), ('n2', 'x', 1), ('n2', 'y', 9), ('n3', 'z', 1) ON CONFLICT DO NOTHING RETURNING k, a;
INSERT INTO t SELECT 'row' || i, 'again', i FROM generate_series(2001, 3500) AS i ON CONFLICT DO NOTHING;
SELECT count(*), count(*) FILTER (WHERE a = 'again') FROM t WHERE k LIKE 'row%';
SELECT outcome('INSERT INTO t VALUES (''one'', ''y'', 9) ON CONFLICT (k) DO NOTHING');
SELECT outcome('INSERT INTO t VALUES (''one'', ''y'', 9) ON CONFLICT (k) DO UPDATE SET a = ''y''');

-- a statement that reads the table does not see its own rows
INSERT INTO t SELECT k || '_copy', a, n FROM t WHERE k IN ('one', 'two', 'three');
INSERT INTO t SELECT k || '_copy', a, n FROM t WHERE k LIKE 'o%' OR k LIKE 't%' ON CONFLICT DO NOTHING RETURNING k;
INSERT INTO t SELECT 'sub' || (SELECT count(*) FROM t WHERE k LIKE 'sub%'), a, n FROM t WHERE k LIKE 'one%' ON CONFLICT DO NOTHING;
SELECT outcome('INSERT INTO t SELECT ''sub'' || (SELECT count(*) FROM t WHERE k LIKE ''sub%''), a, n FROM t WHERE k LIKE ''one%''');
SELECT k FROM t WHERE k LIKE '%\_copy%' OR k LIKE 'sub%';

-- what is sent is not rolled back
BEGIN;
INSERT INTO t VALUES ('kept', 'x', 1);
ROLLBACK;
SELECT * FROM t WHERE k = 'kept';
-- a prepared statement, generic plans too
PREPARE put(text, int) AS INSERT INTO t (k, n) VALUES ($1, $2);
SET plan_cache_mode = force_generic_plan;
EXECUTE put('prepared1', 1);
EXECUTE put('prepared2', 2);
RESET plan_cache_mode;
SELECT k, n FROM t WHERE k LIKE 'prepared%';
-- two relations of one statement on one HBase table
CREATE FOREIGN TABLE other (k text OPTIONS (column ':key') COLLATE "C", a text)
  SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', row_marker 'cf:_');
WITH w AS (INSERT INTO other VALUES ('with', 'one') RETURNING k) INSERT INTO t SELECT k || '2', 'two', 2 FROM w;
SELECT outcome('WITH w AS (INSERT INTO other VALUES (''with3'', ''one'') RETURNING k) INSERT INTO t SELECT k, ''two'', 2 FROM w');
SELECT * FROM t WHERE k IN ('with', 'with2') ORDER BY k;

-- ---- what EXPLAIN says ----
EXPLAIN (COSTS OFF) INSERT INTO t VALUES ('e', 'x', 1);
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO t SELECT k, a, n FROM t;
CREATE FUNCTION said(query text) RETURNS TABLE (line text) LANGUAGE plpgsql AS $$
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || query LOOP
    IF line ~ '^  (HBase Mutations|HBase Conflicts|HBase Retries)' THEN RETURN NEXT; END IF;
  END LOOP;
END $$;
SELECT * FROM said('INSERT INTO t SELECT ''ex'' || i FROM generate_series(1, 1700) AS i');
SELECT * FROM said('INSERT INTO t SELECT ''ex'' || i FROM generate_series(1501, 2000) AS i ON CONFLICT DO NOTHING');
-- without a sentinel it is not exact, but what is there is found
CREATE FOREIGN TABLE bare (k text OPTIONS (column ':key') COLLATE "C", a text NOT NULL, n int OPTIONS (encoding 'binary'))
  SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf');
EXPLAIN (COSTS OFF) INSERT INTO bare VALUES ('e', 'x', 1);
INSERT INTO bare VALUES ('bare', 'x', 1);
SELECT outcome('INSERT INTO bare VALUES (''bare'', ''x'', 1)');
SELECT outcome('INSERT INTO bare SELECT ''bare'' || i % 1500, ''x'', i FROM generate_series(0, 1999) AS i');
INSERT INTO bare SELECT 'bare' || i % 1500, 'x', i FROM generate_series(0, 1999) AS i ON CONFLICT DO NOTHING;
SELECT count(*) FROM bare WHERE k LIKE 'bare%';
-- a NOT NULL column whose values are never empty is one
ALTER FOREIGN TABLE bare ALTER n SET NOT NULL;
EXPLAIN (COSTS OFF) INSERT INTO bare VALUES ('e', 'x', 1);
-- a column that is the marker must have bytes
CREATE FOREIGN TABLE marked (k text OPTIONS (column ':key') COLLATE "C", a text)
  SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', row_marker 'cf:a');
SELECT outcome('INSERT INTO marked VALUES (''m1'', ''x'')');
SELECT outcome('INSERT INTO marked VALUES (''m2'', '''')');
SELECT outcome('INSERT INTO marked VALUES (''m3'', NULL)');
-- without a marker a row needs a value
CREATE FOREIGN TABLE unmarked (k text OPTIONS (column ':key') COLLATE "C", a text)
  SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf');
SELECT outcome('INSERT INTO unmarked VALUES (''u'', NULL)');

-- ---- all encodings, both ways ----
CREATE TABLE types (id int, b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, num numeric,
  tx text, vc varchar(10), ch char(4), ba bytea, d date, ti time, ts timestamp(3), tz timestamptz(3), iv interval, u uuid, j jsonb, ar int[]);
INSERT INTO types VALUES
  (1, true, -1, 42, 9223372036854775807, 0.1, -1.5e300, 12.500, 'teks', 'abc', 'ab', '\x00ff', '2024-02-29', '12:34:56.789', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.789+07', '1 mon 2 days', '00000000-0000-0000-0000-000000000001', '{"a": [1, null]}', '{1,NULL,3}'),
  (2, false, 32767, -2147483648, -1, 'NaN', 'Infinity', -0.001, '', '', '', '', '0001-01-01', '00:00', '1970-01-01', '1969-12-31 23:59:59.999+00', '-1 day', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', '{}'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
SET timezone = 'Asia/Jakarta';
SET datestyle = 'SQL, DMY';
CREATE FOREIGN TABLE f_types (id int OPTIONS (column ':key'), b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, num numeric,
  tx text, vc varchar(10), ch char(4), ba bytea, d date, ti time, ts timestamp(3), tz timestamptz(3), iv interval, u uuid, j jsonb, ar int[])
  SERVER ins_hbase OPTIONS (table_name 'regress_insert_types', family 'cf', row_marker 'cf:_', key_prefix 'text');
INSERT INTO f_types SELECT * FROM types;
SELECT differences('SELECT * FROM f_types', 'SELECT * FROM types');
CREATE FOREIGN TABLE b_types (id int OPTIONS (column ':key'), b boolean, i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, num numeric,
  tx text, vc varchar(10), ch char(4), ba bytea, ts timestamp(3), tz timestamptz(3), u uuid)
  SERVER ins_hbase OPTIONS (table_name 'regress_insert_types', family 'cf', row_marker 'cf:_', key_prefix 'binary', encoding 'binary');
INSERT INTO b_types SELECT id, b, i2, i4, i8, f4, f8, num, tx, vc, ch, ba, ts, tz, u FROM types;
SELECT differences('SELECT * FROM b_types', 'SELECT id, b, i2, i4, i8, f4, f8, num, tx, vc, ch, ba, ts, tz, u FROM types');
CREATE FOREIGN TABLE o_types (id int OPTIONS (column ':key'), i2 smallint, i4 int, i8 bigint, f4 real, f8 double precision, num numeric,
  tx text, vc varchar(10), ba bytea, ts timestamp(3), tz timestamptz(3))
  SERVER ins_hbase OPTIONS (table_name 'regress_insert_types', family 'cf', row_marker 'cf:_', key_prefix 'ordered', encoding 'ordered');
INSERT INTO o_types SELECT id, i2, i4, i8, f4, f8, num, tx, vc, ba, ts, tz FROM types;
SELECT differences('SELECT * FROM o_types', 'SELECT id, i2, i4, i8, f4, f8, num, tx, vc, ba, ts, tz FROM types');
SET timezone = 'UTC';
SET datestyle = ISO;

-- ---- row keys ----
CREATE FOREIGN TABLE parts (
  a text OPTIONS (column ':key', terminator '#') COLLATE "C",
  b text OPTIONS (column ':key', length '4') COLLATE "C",
  c bytea OPTIONS (column ':key', length '2'),
  d int OPTIONS (column ':key', encoding 'binary'),
  v text
) SERVER ins_hbase OPTIONS (table_name 'regress_insert_keys', family 'cf', key_prefix 'p');
INSERT INTO parts VALUES ('x', 'ab', '\x0102', 7, 'one'), ('', '', '\x0000', -1, 'two');
SELECT * FROM parts;
SELECT outcome(format('INSERT INTO parts VALUES (%s, ''v'')', v)) FROM unnest(ARRAY[
  $$'x', 'ab', '\x0102', 7$$, $$'a#b', 'ab', '\x0102', 7$$, $$'a', 'abcde', '\x0102', 7$$,
  $$'a', 'ab', '\x01', 7$$, $$'a', 'ab', '\x010203', 7$$, $$NULL, 'ab', '\x0102', 7$$, $$'a', 'ab', '\x0102', NULL$$]) AS v;
CREATE FOREIGN TABLE nullable (
  a int OPTIONS (column ':key'), b text OPTIONS (column ':key', order 'desc'), v text OPTIONS (encoding 'text')
) SERVER ins_hbase OPTIONS (table_name 'regress_insert_keys', family 'cf', key_prefix 'o', encoding 'ordered');
INSERT INTO nullable VALUES (1, NULL, 'x'), (NULL, 'y', 'x'), (NULL, NULL, 'x');
SELECT outcome('INSERT INTO nullable VALUES (NULL, ''y'', ''x'')');
SELECT * FROM nullable;
SELECT outcome('INSERT INTO t VALUES (NULL)');
SELECT outcome('INSERT INTO t VALUES ('''')');
SELECT outcome('INSERT INTO t VALUES (repeat(''k'', 32768))');
INSERT INTO t VALUES (repeat('k', 32767));
SELECT length(k) FROM t WHERE k LIKE 'kkk%';
-- a cell beyond what servers take
SELECT outcome('INSERT INTO t VALUES (''huge'', repeat(''x'', 11 * 1024 * 1024))');

-- ---- constraints, generated columns, views ----
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FOREIGN TABLE r (
  k text OPTIONS (column ':key') COLLATE "C",
  a text NOT NULL,
  n int CHECK (n < 100),
  p positive,
  g int GENERATED ALWAYS AS (n * 2) STORED,
  d text DEFAULT 'of course',
  CONSTRAINT not_b CHECK (a <> 'b')
) SERVER ins_hbase OPTIONS (table_name 'regress_insert_rules', family 'cf', row_marker 'cf:_');
INSERT INTO r (k, a, n, p) VALUES ('ok', 'x', 4, 1) RETURNING *;
SELECT outcome(format('INSERT INTO r (k, a, n, p) VALUES (%s)', v)) FROM unnest(ARRAY[
  $$'r1', NULL, 1, 1$$, $$'r2', 'x', 100, 1$$, $$'r3', 'b', 1, 1$$, $$'r4', 'x', 1, 0$$, $$'r5', 'x', NULL, NULL$$]) AS v;
SELECT * FROM r;
CREATE VIEW few AS SELECT * FROM r WHERE n < 10 WITH CHECK OPTION;
INSERT INTO few (k, a, n) VALUES ('view', 'x', 5);
SELECT outcome('INSERT INTO few (k, a, n) VALUES (''view2'', ''x'', 50)');
SELECT k, n FROM r;

-- ---- triggers ----
CREATE TABLE log (what text, k text, seen bigint);
CREATE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log VALUES ('before', NEW.k, (SELECT count(*) FROM r));
  IF NEW.k LIKE 'skip%' THEN RETURN NULL; END IF;
  NEW.a := upper(NEW.a);
  RETURN NEW;
END $$;
CREATE FUNCTION after_any() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log VALUES (lower(TG_WHEN || ' ' || TG_LEVEL), CASE WHEN TG_LEVEL = 'ROW' THEN NEW.k END, (SELECT count(*) FROM r));
  RETURN NULL;
END $$;
CREATE TRIGGER b BEFORE INSERT ON r FOR EACH ROW EXECUTE FUNCTION before_row();
INSERT INTO r (k, a) VALUES ('t1', 'x'), ('skip', 'x'), ('t2', 'y') RETURNING k, a;
DROP TRIGGER b ON r;
CREATE TRIGGER a AFTER INSERT ON r FOR EACH ROW EXECUTE FUNCTION after_any();
CREATE TRIGGER s AFTER INSERT ON r FOR EACH STATEMENT EXECUTE FUNCTION after_any();
INSERT INTO r (k, a) VALUES ('t3', 'x'), ('t4', 'x');
INSERT INTO r (k, a) VALUES ('t3', 'x'), ('t5', 'x') ON CONFLICT DO NOTHING;
SELECT * FROM log;
DROP TRIGGER a ON r;
DROP TRIGGER s ON r;

-- ---- the time of cells, and how long they live ----
CREATE FOREIGN TABLE timed (
  k text OPTIONS (column ':key') COLLATE "C", a text, ts timestamptz OPTIONS (column ':timestamp'),
  ttl interval OPTIONS (column ':ttl'), at timestamptz OPTIONS (column ':as_of')
) SERVER ins_hbase OPTIONS (table_name 'regress_insert_rules', family 'cf', row_marker 'cf:_');
INSERT INTO timed VALUES ('ts1', 'x', '2020-01-01 00:00:00.123+00');
SELECT k, a, ts FROM timed WHERE k = 'ts1';
INSERT INTO timed (k, a) VALUES ('ts2', 'x') RETURNING ts IS NOT NULL AND ts = (SELECT ts) AS shown;
WITH w AS (INSERT INTO timed (k, a) VALUES ('ts3', 'x') RETURNING ts) SELECT ts > '2024-01-01' FROM w;
INSERT INTO timed (k, a, ttl) VALUES ('short', 'x', '1 ms'), ('long', 'x', '1 day');
SELECT pg_sleep(0.1);
SELECT k, ttl FROM timed WHERE k IN ('short', 'long');
SELECT outcome(format('INSERT INTO timed VALUES (%s)', v)) FROM unnest(ARRAY[
  $$'x1', 'x', '2020-01-01 00:00:00.1234+00'$$, $$'x2', 'x', 'infinity'$$, $$'x3', 'x', '1969-01-01+00'$$,
  $$'x4', 'x', NULL, '1 mon'$$, $$'x5', 'x', NULL, '-1 s'$$, $$'x6', 'x', NULL, NULL, '2020-01-01'$$]) AS v;
-- a given time that a delete marker hides
CREATE FOREIGN TABLE hidden (k text OPTIONS (column ':key') COLLATE "C", a text, ts bigint OPTIONS (column ':timestamp'))
  SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', row_marker 'cf:_');
SELECT outcome(format('INSERT INTO hidden VALUES (''deleted'', ''x'', %s)', ts)) FROM unnest(ARRAY['-1', '4000', '5000', '5001', '9223372036854775807']) AS ts;
SELECT * FROM hidden WHERE k = 'deleted';

-- ---- maps ----
CREATE FOREIGN TABLE m (
  k text OPTIONS (column ':key') COLLATE "C", a text, attr jsonb OPTIONS (column 'attr:'),
  pre json OPTIONS (column 'attr:pre_*'), hex jsonb OPTIONS (column 'cf:bin_*', map_encoding 'hex')
) SERVER ins_hbase OPTIONS (table_name 'regress_insert_rules', family 'cf');
INSERT INTO m VALUES ('map1', 'x', '{"one": "1", "none": null, "": "empty"}', '{"pre_a": "2"}', '{"bin_x": "\\x00ff"}');
SELECT outcome('INSERT INTO m (k, attr) VALUES (''map3'', ''{"q": ""}''), (''map2'', ''{}'')');
INSERT INTO m (k, attr) VALUES ('map4', '{"q": "x"}');
SELECT * FROM m WHERE k LIKE 'map%';
SELECT outcome(format('INSERT INTO m VALUES (%s)', v)) FROM unnest(ARRAY[
  $$'mx1', 'x', '[1]'$$, $$'mx2', 'x', '{"n": 1}'$$, $$'mx3', 'x', NULL, '{"other": "1"}'$$,
  $$'mx4', 'x', '{"pre_a": "1"}', '{"pre_a": "2"}'$$, $$'mx5', 'x', NULL, NULL, '{"bin_x": "00"}'$$,
  $$'mx6', 'x', NULL, NULL, '{"bin_x": "\\xzz"}'$$, $$'mx7', 'x', '{"pre_a": "1"}', '{"pre_a": "1"}'$$]) AS v;

-- ---- partitions ----
CREATE TABLE parted (k text COLLATE "C", a text, n int) PARTITION BY RANGE (k);
CREATE FOREIGN TABLE part_a (n int, k text OPTIONS (column ':key') COLLATE "C", a text)
  SERVER ins_hbase OPTIONS (table_name 'regress_insert_parts', family 'cf', row_marker 'cf:_');
ALTER TABLE parted ATTACH PARTITION part_a FOR VALUES FROM ('a') TO ('m');
CREATE TABLE part_m PARTITION OF parted FOR VALUES FROM ('m') TO ('s');
CREATE FOREIGN TABLE part_s (n int, k text OPTIONS (column ':key') COLLATE "C", a text)
  SERVER ins_hbase OPTIONS (table_name 'regress_insert_parts', family 'cf', row_marker 'cf:_');
ALTER TABLE parted ATTACH PARTITION part_s FOR VALUES FROM ('s') TO ('z');
INSERT INTO parted VALUES ('b', 'x', 1), ('n', 'y', 2), ('t', 'z', 3) RETURNING tableoid::regclass, k;
INSERT INTO parted SELECT chr(97 + i % 25) || i, 'v', i FROM generate_series(0, 999) AS i;
SELECT tableoid::regclass, count(*), sum(n) FROM parted GROUP BY 1 ORDER BY 1;
INSERT INTO parted VALUES ('b', 'x', 1), ('c', 'y', 2), ('t', 'y', 2), ('n', 'y', 2) ON CONFLICT DO NOTHING;
SELECT outcome('INSERT INTO parted VALUES (''u'', ''x'', 1), (''t'', ''y'', 2)');
SELECT outcome('INSERT INTO part_a VALUES (1, ''x'', ''x'')');

-- ---- refusals ----
CREATE FOREIGN TABLE no_key (a text) SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf');
CREATE FOREIGN TABLE of_past (k text OPTIONS (column ':key'), a text) SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', as_of '1000');
CREATE FOREIGN TABLE no_cell (k text OPTIONS (column ':key')) SERVER ins_hbase OPTIONS (table_name 'regress_insert');
CREATE FOREIGN TABLE far_marker (k text OPTIONS (column ':key'), a text) SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', row_marker 'attr:_');
CREATE FOREIGN TABLE read_only (k text OPTIONS (column ':key'), a text) SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'cf', updatable 'false');
CREATE FOREIGN TABLE missing (k text OPTIONS (column ':key'), a text) SERVER ins_hbase OPTIONS (table_name 'regress_insert_no', family 'cf');
CREATE FOREIGN TABLE no_family (k text OPTIONS (column ':key'), a text) SERVER ins_hbase OPTIONS (table_name 'regress_insert', family 'nope');
SELECT outcome(format('INSERT INTO %s DEFAULT VALUES', r)) FROM unnest(ARRAY['no_key', 'of_past', 'no_cell', 'far_marker', 'read_only']) AS r;
SELECT outcome(format('INSERT INTO %s VALUES (''k'', ''x'')', r)) FROM unnest(ARRAY['missing', 'no_family']) AS r;
SELECT is_insertable_into FROM information_schema.tables WHERE table_schema = 'ins' AND table_name IN ('t', 'read_only') ORDER BY table_name;
BEGIN READ ONLY;
INSERT INTO t VALUES ('ro', 'x', 1);
ROLLBACK;
-- who writes: the owner of a view
CREATE ROLE ins_reader;
GRANT USAGE ON SCHEMA ins TO ins_reader;
CREATE VIEW through AS SELECT * FROM t;
GRANT INSERT ON through TO ins_reader;
SET ROLE ins_reader;
INSERT INTO ins.through VALUES ('viewed', 'x', 1);
INSERT INTO ins.t VALUES ('refused', 'x', 1);
RESET ROLE;
SELECT k FROM t WHERE k IN ('viewed', 'refused');
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA ins CASCADE;
DROP SERVER ins_hbase CASCADE;
DROP ROLE ins_reader;
