--
-- When a row exists: whatever columns a query reads, it sees the same rows.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA existence;
SET search_path = existence, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER existence_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER existence_hbase;

-- three families; c is not declared
CREATE FOREIGN TABLE f (
  id text OPTIONS (column ':key') COLLATE "C",
  x text OPTIONS (column 'a:x'),
  y text OPTIONS (column 'a:y'),
  z text OPTIONS (column 'b:z')
) SERVER existence_hbase OPTIONS (table_name 'regress_exist');
-- r06 and r08 have cells in family c only, r13 and family a of r14 are deleted
CREATE TABLE l (id text COLLATE "C", x text, y text, z text);
INSERT INTO l VALUES ('r01', 'x1', 'y1', 'z1'), ('r02', 'x2', NULL, NULL), ('r03', NULL, NULL, NULL), ('r04', NULL, NULL, 'z4'),
  ('r05', NULL, NULL, NULL), ('r07', NULL, NULL, NULL), ('r09', '', NULL, NULL), ('r10', NULL, 'y10', NULL), ('r11', 'x11', NULL, ''),
  ('r12', NULL, NULL, NULL), ('r14', NULL, NULL, NULL);
SELECT * FROM f;
SELECT differences('TABLE f', 'TABLE l');
-- an empty cell is an empty text, no cell is NULL
SELECT id, x IS NULL AS x, z IS NULL AS z FROM f WHERE id IN ('r09', 'r11', 'r12');

-- the same table, so wide that columns are picked on the server
DO $$ BEGIN EXECUTE (
  SELECT format('CREATE FOREIGN TABLE wide (id text OPTIONS (column '':key'') COLLATE "C", x text OPTIONS (column ''a:x''), y text OPTIONS (column ''a:y''), z text OPTIONS (column ''b:z''), %s) SERVER existence_hbase OPTIONS (table_name ''regress_exist'')',
    string_agg(format('w%s text OPTIONS (column ''%s:w%s'')', i, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END, i), ', ')) FROM generate_series(1, 40) AS i);
END $$;
DO $$ BEGIN EXECUTE (
  SELECT format('CREATE TABLE lwide AS SELECT l.*, %s FROM l', string_agg(format('%s AS w%s', CASE i WHEN 20 THEN 'CASE id WHEN ''r12'' THEN ''wide'' END' ELSE 'NULL::text' END, i), ', '))
    FROM generate_series(1, 40) AS i);
END $$;
-- the same again with a mark that every row of family a is said to have: r07, r09 and on break the promise
DO $$ BEGIN EXECUTE (
  SELECT format('CREATE FOREIGN TABLE marked (id text OPTIONS (column '':key'') COLLATE "C", x text OPTIONS (column ''a:x''), %s) SERVER existence_hbase OPTIONS (table_name ''regress_exist'', row_marker ''a:mark'')',
    string_agg(format('w%s text OPTIONS (column ''a:w%s'')', i, i), ', ')) FROM generate_series(1, 40) AS i);
END $$;
DO $$ BEGIN EXECUTE (
  SELECT format('CREATE FOREIGN TABLE promised (id text OPTIONS (column '':key'') COLLATE "C", x text OPTIONS (column ''a:x''), m int OPTIONS (column ''a:mark'') NOT NULL, %s) SERVER existence_hbase OPTIONS (table_name ''regress_exist'')',
    string_agg(format('w%s text OPTIONS (column ''a:w%s'')', i, i), ', ')) FROM generate_series(1, 40) AS i);
END $$;
CREATE FOREIGN TABLE narrow (id text OPTIONS (column ':key') COLLATE "C", x text OPTIONS (column 'a:x')) SERVER existence_hbase OPTIONS (table_name 'regress_exist');
CREATE FOREIGN TABLE keys (id text OPTIONS (column ':key') COLLATE "C") SERVER existence_hbase OPTIONS (table_name 'regress_exist');
CREATE FOREIGN TABLE keys_a (id text OPTIONS (column ':key') COLLATE "C") SERVER existence_hbase OPTIONS (table_name 'regress_exist', family 'a');
CREATE FOREIGN TABLE timed (id text OPTIONS (column ':key') COLLATE "C", x text OPTIONS (column 'a:x'), z text OPTIONS (column 'b:z'), ts int8 OPTIONS (column ':timestamp'))
  SERVER existence_hbase OPTIONS (table_name 'regress_exist');

-- trap 1: a projection loses no rows.  All sets of columns, forwards, backwards and with LIMIT
CREATE FUNCTION projections(f regclass, l regclass, columns text[])
RETURNS TABLE (projection text, rows bigint, same boolean, reversed_same boolean, limited bigint, existence text) LANGUAGE plpgsql AS $$
DECLARE
  query text;
BEGIN
  FOR i IN 0 .. (1 << cardinality(columns)) - 1 LOOP
    SELECT coalesce(string_agg(c, ', ' ORDER BY n), '') INTO projection FROM unnest(columns) WITH ORDINALITY AS u (c, n) WHERE i & (1 << (n::int - 1)) <> 0;
    query := format('SELECT %s FROM %%s', projection);
    EXECUTE format('SELECT count(*) FROM (%s) AS q', format(query, f)) INTO rows;
    query := format('SELECT ROW(%s) FROM %%s', projection);
    same := differences(format(query, f), format(query, l)) = 0;
    reversed_same := differences('(' || format(query, f) || ' ORDER BY id DESC)', format(query, l)) = 0;
    EXECUTE format('SELECT count(*) FROM (SELECT %s FROM %s LIMIT 8) AS q', projection, f) INTO limited;
    existence := shown(format('SELECT %s FROM %s', projection, f), 'Row Existence');
    RETURN NEXT;
  END LOOP;
END $$;
SELECT * FROM projections('f', 'l', '{id,x,y,z}');
SELECT * FROM projections('wide', 'lwide', '{id,x,y,z,w20}');
SELECT count(*) FROM f;
SELECT count(*) FROM wide;
SELECT count(x), count(y), count(z), count(w20), count(w21) FROM wide;
SELECT x FROM wide WHERE id = 'r03';
SELECT count(*) FROM wide WHERE id IN ('r03', 'r05', 'r06', 'r07', 'r13');
-- what turning projection off gives
SET htable_fdw.enable_projection = off;
SELECT * FROM projections('wide', 'lwide', '{id,x,z}');
RESET htable_fdw.enable_projection;

-- one family, one column, no column
SELECT id FROM narrow;
SELECT x FROM narrow;
SELECT id, x FROM narrow;
SELECT count(*) FROM narrow;
SELECT id FROM keys;
SELECT count(*) FROM keys;
SELECT id FROM keys_a;
-- the newest timestamp of a row is that of all its declared families
SELECT id, ts FROM timed;
SELECT id FROM timed WHERE ts = 1000 AND x IS NULL;
SELECT count(ts), count(*) FROM timed;

-- clauses on columns: those that are never true for NULL may pick rows by the column, others may not
SELECT c AS condition, p1.rows, p1.same, p2.same AS wide_same, shown('SELECT x FROM wide WHERE ' || c, 'Row Existence') AS wide_existence
FROM unnest(ARRAY['x = ''x1''', 'x IS NULL', 'x IS NOT NULL', 'x <> ''x1''', 'x IS DISTINCT FROM ''x1''', 'x IS NOT DISTINCT FROM ''x1''', 'NOT x = ''x1''', 'x = ''''', '(x = ''x1'') IS NOT TRUE',
    '(x = ''x1'') IS TRUE', '(x = ''x1'') IS UNKNOWN', 'coalesce(x, ''none'') = ''none''', 'x = ''x1'' OR z = ''z4''', 'x = ''x1'' OR x = ''x2''', 'x = ''x1'' AND z = ''z1''', 'x = y', 'x > z',
    'x || y IS NULL', 'concat(x, y) = ''''', 'num_nulls(x, y, z) = 3', 'x IN (''x1'', ''x2'')', 'x NOT IN (''x1'', ''x2'')', 'x = ANY (NULL::text[])',
    'CASE WHEN x IS NULL THEN true ELSE x = ''x1'' END', 'x LIKE ''x%''', 'length(x) > 1', 'nullif(x, '''') IS NULL', 'ROW(x, y) IS NULL', 'ROW(x, z) IS NOT NULL',
    'x = ''x1'' OR id > ''r09''', 'x < ''x2'' AND id > ''r01''', 'x IS NULL AND y IS NULL AND z IS NULL', 'true', 'NULL::boolean']) AS c,
  LATERAL probe('f', 'l', ARRAY[c]) AS p1, LATERAL probe('wide', 'lwide', ARRAY[c]) AS p2;
-- the same where the column is read for the clause alone
SELECT c AS condition, differences('SELECT id FROM wide WHERE ' || c, 'SELECT id FROM lwide WHERE ' || c) AS id,
  differences('SELECT y FROM wide WHERE ' || c, 'SELECT y FROM lwide WHERE ' || c) AS y
FROM unnest(ARRAY['x = ''x1''', 'x IS NULL', 'x <> ''x1''', 'x = ''x1'' OR z = ''z4''', 'x = ''x1'' OR x = ''x2''', '(x = ''x1'') IS NOT TRUE', 'coalesce(x, y) IS NULL']) AS c;

-- NOT NULL and row_marker are promises: rows that break them are seen or not, as the plan finds them
SELECT count(*) FROM narrow;
SELECT count(*), shown('SELECT count(*) FROM marked', 'Row Existence'), shown('SELECT count(*) FROM marked', 'HBase Columns') FROM marked;
SELECT id, x FROM marked;
SELECT x FROM marked WHERE x IS NOT NULL;
SELECT shown('SELECT id FROM marked', 'Row Existence'), shown('SELECT x FROM marked', 'HBase Columns'), shown('SELECT x FROM marked WHERE x > ''x''', 'HBase Columns');
SELECT count(*), shown('SELECT count(*) FROM promised', 'Row Existence'), shown('SELECT count(*) FROM promised', 'HBase Columns') FROM promised;
SELECT id, x, m FROM promised;
SELECT x FROM promised;
SELECT shown('SELECT x FROM promised', 'Row Existence'), shown('SELECT x FROM promised', 'HBase Columns');

-- existence under joins and parameters
SELECT l.id, w.x FROM l JOIN wide AS w USING (id) ORDER BY id;
SELECT l.id FROM l LEFT JOIN wide AS w USING (id) WHERE w.id IS NULL;
SELECT l.id FROM l WHERE NOT EXISTS (SELECT FROM wide AS w WHERE w.id = l.id);
SELECT l.id FROM l WHERE (SELECT count(*) FROM wide AS w WHERE w.id = l.id) <> 1;

\set VERBOSITY terse
DROP SCHEMA existence CASCADE;
DROP SERVER existence_hbase CASCADE;
