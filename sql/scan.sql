--
-- Reading: whatever way the keys are asked for, the rows are those of a local
-- table with the same contents.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA scan;
SET search_path = scan, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER scan_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER scan_hbase;
CREATE FOREIGN TABLE f (
  id text OPTIONS (column ':key') COLLATE "C",
  n int,
  s text,
  note text OPTIONS (column 'attr:note')
) SERVER scan_hbase OPTIONS (table_name 'regress_scan', family 'cf');
-- what sql/fixtures/scan.cells puts
CREATE TABLE l (id text COLLATE "C" PRIMARY KEY, n int, s text, note text);
INSERT INTO l VALUES
  ('a', 1, 'one', 'note-a'), ('ab', 2, 'two', NULL), ('abc', 3, 'three', 'note-abc'), ('abd', 4, NULL, NULL),
  ('b', 5, 'five', NULL), ('ba', 6, 'six', 'note-ba'), ('h', 7, 'seven', NULL), ('ha', 8, 'eight', NULL),
  ('hz', 9, NULL, 'note-hz'), ('p', 10, 'ten', NULL), ('pa', 11, 'eleven', NULL), ('q%x', 12, 'percent', NULL),
  ('q\y', 13, 'backslash', NULL), ('q_x', 14, 'underscore', NULL), ('qax', 15, 'plain', NULL),
  ('qzx', 16, 'plain', NULL), ('z', 17, NULL, NULL), ('zz', 18, 'eighteen', 'note-zz'),
  ('¿', 19, 'C2 BF', NULL), ('¿a', 20, 'C2 BF 61', NULL), ('À', 21, 'C3 80', NULL), ('é', 22, 'e acute', NULL),
  ('éa', 23, NULL, 'note-é'), ('日本', 24, 'Japan', NULL), ('日本語', 25, 'Japanese', NULL),
  (U&'\FFFF', 26, 'EF BF BF', NULL), (U&'\FFFFz', 27, NULL, NULL), (U&'\+010000', 28, 'F0 90 80 80', NULL),
  ('😀', 29, 'smile', NULL), (U&'\+10FFFF', 30, 'F4 8F BF BF', NULL), (U&'\+10FFFF!', 31, NULL, NULL);

-- all columns of all rows, in the order of the keys
SELECT * FROM f ORDER BY id LIMIT 12;
SELECT count(*) FROM f;
SELECT differences('TABLE f', 'TABLE l');
SELECT array_agg(id) = (SELECT array_agg(id ORDER BY id) FROM l) AS in_key_order FROM f;
SELECT n FROM f WHERE id = 'éa';
SELECT count(*), sum(n), max(s) FROM f;
-- whole-row references and system columns
SELECT f FROM f WHERE id = 'a';
SELECT f.tableoid::regclass, id FROM f WHERE id = 'a';
SELECT count(*) FROM f WHERE f IS NOT NULL;

-- an empty table
CREATE FOREIGN TABLE nothing (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER scan_hbase OPTIONS (table_name 'regress_empty', family 'cf');
SELECT * FROM nothing;
SELECT count(*) FROM nothing WHERE id > 'a';
SELECT * FROM nothing ORDER BY id DESC LIMIT 1;

-- trap 15: the table whose name goes on where this one's ends is another one
CREATE FOREIGN TABLE neighbour (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER scan_hbase OPTIONS (table_name 'regress_scan-x', family 'cf');
SELECT * FROM neighbour;
SELECT max(n) FROM f;

-- comparisons with the key, either way round
SELECT * FROM probe_ops('f', 'l', 'id', ARRAY['=', '<', '<=', '>', '>=', '<>'],
  ARRAY['''a''', '''ab''', '''aba''', '''h''', '''gzzz''', '''p''', '''zz''', '''é''', '''¿''', '''😀''', '''zzz''']);
SELECT * FROM probe('f', 'l', ARRAY[
  'id BETWEEN ''ab'' AND ''h''',
  'id BETWEEN SYMMETRIC ''h'' AND ''ab''',
  'id > ''ab'' AND id < ''b''',
  'id > ''ab'' AND id < ''b'' AND id <= ''abc'' AND id >= ''a''',
  'id IN (''a'', ''b'', ''nope'', ''zz'')',
  'id NOT IN (''a'', ''b'')',
  'id = ANY (ARRAY[''hz'', ''a'', ''a'', NULL, ''q_x''])',
  'id = ANY (''{é,éa,日本}''::text[])',
  'id < ANY (ARRAY[''ab'', ''abc''])',
  'id > ANY (ARRAY[''z'', ''日本''])',
  'id = ALL (ARRAY[''a''])',
  'id <> ALL (ARRAY[''a'', ''b''])',
  'id = ''a'' OR id = ''zz''',
  'id < ''b'' OR id > ''z''',
  'id < ''b'' OR id > ''a''',
  'id BETWEEN ''a'' AND ''abc'' OR id BETWEEN ''ab'' AND ''ba'' OR id = ''p''',
  '(id > ''a'' AND id < ''b'') OR (id > ''h'' AND id < ''p'')',
  '(id > ''a'' AND n > 2) OR id = ''a''',
  'id = ''a'' OR n = 5',
  'NOT id < ''h''',
  'NOT (id < ''h'' OR id > ''pa'')',
  'id IS NULL',
  'id IS NOT NULL',
  'id = ''a'' AND n = 1',
  'id >= ''h'' AND n % 2 = 0',
  '(id, n) > (''b'', 5)',
  'id IS NOT DISTINCT FROM ''a''',
  'lower(id) = ''a''',
  'id || '''' = ''a''',
  'id = lower(''A'')',
  'id = (SELECT min(id) FROM l)',
  'id IN (SELECT id FROM l WHERE n < 3)',
  'id > (SELECT max(id) FROM l WHERE n < 3) AND id < ''ba''',
  'id = s OR id = ''a''']);

-- trap 19: id = '', IN (), empty arrays and ranges turned round give no rows, and ask for none
SELECT * FROM probe('f', 'l', ARRAY[
  'id = ''''', 'id < ''''', 'id <= ''''', 'id >= ''''', 'id > ''''', 'id IN ('''', ''a'')', 'id BETWEEN '''' AND ''a''',
  'id = ANY (''{}''::text[])', 'id < ANY (''{}''::text[])', 'id = ANY (ARRAY[NULL]::text[])', 'id = ANY (NULL::text[])',
  'id > ''h'' AND id < ''b''', 'id BETWEEN ''h'' AND ''b''', 'id > ''a'' AND id < ''a''', 'id >= ''a'' AND id < ''a''',
  'id = ''a'' AND id >= ''b''', 'id IN (''a'', ''b'') AND id > ''b''', 'id = ''a'' AND false', 'id = NULL',
  'id > NULL', 'id BETWEEN NULL AND ''z''', 'id LIKE NULL', 'id = '''' OR id > ''zz''']);

-- prefixes; trap 11: the end of a prefix whose last byte is the last of its length
SELECT * FROM probe('f', 'l', ARRAY[
  'id LIKE ''ab%''', 'id LIKE ''ab''', 'id LIKE ''''', 'id LIKE ''%''', 'id LIKE ''%%''', 'id LIKE ''a%c''', 'id LIKE ''a_''',
  'id LIKE ''_''', 'id LIKE ''q\%x''', 'id LIKE ''q\_x''', 'id LIKE ''q_x''', 'id LIKE ''q\%%''', 'id LIKE ''q\\%''',
  'id LIKE ''q!_%'' ESCAPE ''!''', 'id LIKE ''q\y'' ESCAPE ''''', 'id NOT LIKE ''a%''', 'id ILIKE ''A%''', 'id ~ ''^ab''',
  'id LIKE ''é%''', 'id LIKE ''日本%''', 'id LIKE ''¿%''', 'id LIKE U&''\FFFF%''', 'id LIKE U&''\+10FFFF%''', 'id LIKE ''😀%''',
  'id LIKE ''ab%'' AND id LIKE ''%d''', 'id LIKE ''a%'' OR id LIKE ''z%''', 'id LIKE ''ab%'' OR id = ''zz''',
  'id ^@ ''ab''', 'id ^@ ''''', 'id ^@ ''zzz''', 'id ^@ ''é''', 'starts_with(id, ''h'')', 'starts_with(id, NULL)', '''abc'' ^@ id',
  '''abc'' LIKE id', 'left(id, 1) = ''h''']);
-- a pattern that ends in an escape finds nothing, as with a local index
SELECT count(*) FROM f WHERE id LIKE 'ab\';
SELECT count(*) FROM l WHERE id LIKE 'ab\';

-- keys of bytes, with zeros and 0xFF
CREATE FOREIGN TABLE fb (id bytea OPTIONS (column ':key'), n int) SERVER scan_hbase OPTIONS (table_name 'regress_bytes', family 'cf');
CREATE TABLE lb AS SELECT id::bytea, n::int FROM (VALUES ('\x00', 1), ('\x0000', 2), ('\x01', 3), ('\x61', 4), ('\x61fe', 5),
  ('\x61ff', 6), ('\x61ff00', 7), ('\x61ffff', 8), ('\x61ffff01', 9), ('\x62', 10), ('\xfeff', 11), ('\xff', 12), ('\xff00', 13),
  ('\xffff', 14), ('\xffffff61', 15)) AS v (id, n);
SELECT * FROM fb;
SELECT * FROM probe_ops('fb', 'lb', 'id', ARRAY['=', '<', '<=', '>', '>='],
  (SELECT array_agg(quote_literal(id) || '::bytea') FROM (SELECT id FROM lb UNION SELECT '\xffffffff' UNION SELECT '\x') AS v));
SELECT * FROM probe('fb', 'lb', ARRAY[
  'id >= ''\x61ff'' AND id < ''\x62''', 'id > ''\x61ffff'' AND id < ''\xff''', 'id >= ''\xff''', 'id > ''\xffff''',
  'id LIKE ''\x61ff''::bytea || ''%''::bytea', 'id LIKE ''\xff''::bytea || ''%''::bytea', 'id LIKE ''%''::bytea',
  'id IN (''\x00'', ''\xff'', ''\x'', ''\x6162'')', 'substr(id, 1, 1) = ''\xff''']);
SELECT id FROM fb ORDER BY id DESC;

-- order: forward and reversed scans, in and across regions
SELECT id FROM f WHERE id < 'hb' ORDER BY id DESC;
EXPLAIN (COSTS OFF) SELECT id FROM f WHERE id < 'hb' ORDER BY id DESC;
SELECT array_agg(id) = (SELECT array_agg(id ORDER BY id DESC) FROM l) AS reversed FROM (SELECT id FROM f ORDER BY id DESC) AS q;
SELECT id FROM f WHERE id IN ('zz', 'a', 'h', 'é') ORDER BY id DESC;
SELECT id FROM f WHERE id IN ('zz', 'a', 'h', 'é') ORDER BY id;
SELECT id FROM f WHERE id BETWEEN 'ab' AND 'b' OR id BETWEEN 'ha' AND 'pa' ORDER BY id DESC;
SELECT id FROM f WHERE id > 'b' AND id <= 'p' ORDER BY id DESC;
SELECT id FROM f WHERE id >= 'b' AND id < 'p' ORDER BY id DESC;
SELECT id FROM f ORDER BY id DESC, n LIMIT 2;
SELECT id FROM f WHERE id < 'b' ORDER BY id COLLATE "C" DESC NULLS LAST;
SELECT id, n FROM f WHERE id < 'c' ORDER BY n DESC;
SELECT max(id), min(id) FROM f WHERE id < 'q';
SELECT DISTINCT ON (left(id, 1)) id FROM f WHERE id < 'q' ORDER BY left(id, 1), id DESC;

-- trap 2: LIMIT goes to HBase when nothing is left to do here, and not otherwise
CREATE FUNCTION limits(queries text[]) RETURNS TABLE (query text, hbase_limit text, sent bigint, same boolean) LANGUAGE plpgsql AS $$
BEGIN
  FOREACH query IN ARRAY queries LOOP
    hbase_limit := coalesce(shown(query, 'HBase Limit'), '-');
    sent := CASE WHEN hbase_limit <> '-' THEN fact(query, 'HBase Rows') END;
    same := differences('(' || query || ')', '(' || regexp_replace(query, '\mf\M', 'l', 'g') || ')') = 0;
    RETURN NEXT;
  END LOOP;
END $$;
SELECT * FROM limits(ARRAY[
  'SELECT * FROM f ORDER BY id LIMIT 3',
  'SELECT * FROM f ORDER BY id DESC LIMIT 3',
  'SELECT * FROM f ORDER BY id LIMIT 3 OFFSET 2',
  'SELECT * FROM f ORDER BY id OFFSET 29',
  'SELECT * FROM f ORDER BY id LIMIT 5 OFFSET 29',
  'SELECT * FROM f ORDER BY id LIMIT 0',
  'SELECT * FROM f ORDER BY id LIMIT NULL OFFSET 28',
  'SELECT * FROM f ORDER BY id LIMIT ALL',
  'SELECT * FROM f ORDER BY id LIMIT 1000',
  'SELECT * FROM f ORDER BY id LIMIT 9223372036854775807 OFFSET 28',
  'SELECT * FROM f WHERE id > ''ab'' ORDER BY id LIMIT 2',
  'SELECT * FROM f WHERE id IN (''zz'', ''a'', ''h'', ''é'') ORDER BY id LIMIT 2',
  'SELECT * FROM f WHERE id IN (''zz'', ''a'', ''h'', ''é'') ORDER BY id DESC LIMIT 2',
  'SELECT n FROM f WHERE id < ''b'' OR id > ''p'' ORDER BY id LIMIT 6',
  'SELECT id FROM f ORDER BY id FETCH FIRST 3 ROWS ONLY',
  'SELECT id FROM f ORDER BY id FETCH FIRST 3 ROWS WITH TIES',
  'SELECT id FROM f WHERE n > 6 ORDER BY id LIMIT 2',
  'SELECT id FROM f WHERE id LIKE ''%a'' ORDER BY id LIMIT 2',
  'SELECT id FROM f WHERE id LIKE ''a%c'' ORDER BY id LIMIT 1',
  'SELECT id FROM f WHERE id > ''a'' AND s IS NULL ORDER BY id LIMIT 2',
  'SELECT count(*) FROM f LIMIT 1',
  'SELECT s, count(*) FROM f GROUP BY s ORDER BY s LIMIT 2',
  'SELECT DISTINCT s FROM f ORDER BY s LIMIT 2',
  'SELECT id FROM f ORDER BY n DESC LIMIT 2',
  'SELECT id, row_number() OVER (ORDER BY id DESC) FROM f ORDER BY id LIMIT 2',
  'SELECT id, generate_series(1, 2) FROM f ORDER BY id LIMIT 3',
  'SELECT id FROM f UNION ALL SELECT id FROM f ORDER BY id LIMIT 3',
  'SELECT a.id FROM f AS a JOIN l ON l.id = a.id WHERE l.n > 20 ORDER BY a.id LIMIT 2',
  'SELECT a.id FROM f AS a, f AS b WHERE a.n = b.n AND b.s IS NULL ORDER BY a.id LIMIT 2',
  'SELECT id FROM f AS a WHERE EXISTS (SELECT 1 FROM l AS b WHERE b.n = a.n + 25) ORDER BY id LIMIT 2',
  'SELECT id FROM (SELECT id, n FROM f ORDER BY id LIMIT 9) AS q WHERE n > 7 ORDER BY id LIMIT 1',
  'SELECT g, q.id FROM generate_series(1, 3) AS g, LATERAL (SELECT id FROM f ORDER BY id LIMIT g) AS q']);
SELECT id FROM f ORDER BY id LIMIT -1;
SELECT id FROM f ORDER BY id LIMIT 1 OFFSET -1;
-- a LIMIT for each of several rows: every one begins anew
SELECT g, q.id FROM generate_series(1, 3) AS g, LATERAL (SELECT id FROM f WHERE n > g ORDER BY id LIMIT 1) AS q;

-- prepared statements with generic plans, and NULL parameters
SET plan_cache_mode = force_generic_plan;
PREPARE equal (text) AS SELECT id, n FROM f WHERE id = $1;
EXECUTE equal ('ab');
EXECUTE equal ('nope');
EXECUTE equal ('');
-- trap 10: a NULL parameter gives no rows, and reads none
EXECUTE equal (NULL);
SELECT fact('EXECUTE equal (NULL)', 'HBase Rows') AS sent, fact('EXECUTE equal (NULL)', 'HBase Ranges') AS ranges;
SELECT fact('EXECUTE equal (''ab'')', 'HBase Rows') AS sent;
PREPARE between_ (text, text) AS SELECT id FROM f WHERE id BETWEEN $1 AND $2 ORDER BY id;
EXECUTE between_ ('ab', 'b');
EXECUTE between_ ('b', 'ab');
EXECUTE between_ (NULL, 'ab');
EXECUTE between_ ('ab', NULL);
-- trap 9: the other clause still counts when one is missing
PREPARE either (text, text) AS SELECT id FROM f WHERE id = $1 OR id = $2 ORDER BY id;
EXECUTE either ('ab', NULL);
EXECUTE either (NULL, 'zz');
EXECUTE either (NULL, NULL);
PREPARE any_ (text[]) AS SELECT id FROM f WHERE id = ANY ($1) ORDER BY id DESC;
EXECUTE any_ ('{zz,a,é}');
EXECUTE any_ ('{}');
EXECUTE any_ (NULL);
EXECUTE any_ ('{NULL,a}');
EXECUTE any_ ('{{a,b},{h,p}}');
PREPARE like_ (text) AS SELECT id FROM f WHERE id LIKE $1 ORDER BY id;
EXECUTE like_ ('ab%');
EXECUTE like_ ('a_c');
EXECUTE like_ ('q\%%');
EXECUTE like_ ('');
EXECUTE like_ (NULL);
SELECT clauses('EXECUTE like_ (NULL)'), clauses('EXECUTE any_ (NULL)');
PREPARE prefix (text) AS SELECT id FROM f WHERE id ^@ $1 ORDER BY id;
EXECUTE prefix ('h');
EXECUTE prefix ('');
EXECUTE prefix (NULL);
PREPARE page (bigint, bigint) AS SELECT id FROM f ORDER BY id LIMIT $1 OFFSET $2;
EXECUTE page (2, 3);
EXECUTE page (2, NULL);
EXECUTE page (0, 0);
SELECT shown('EXECUTE page (2, 3)', 'HBase Limit'), fact('EXECUTE page (2, 3)', 'HBase Rows') AS sent;
SELECT count(*) FROM f WHERE id >= 'a';
EXECUTE page (NULL, 29);
EXECUTE page (-1, 0);
-- stable functions are evaluated at each execution, volatile ones stay here
PREPARE setting AS SELECT id FROM f WHERE id = current_setting('application_name');
SET application_name = 'ha';
EXECUTE setting;
SET application_name = 'hz';
EXECUTE setting;
RESET application_name;
SELECT clauses('EXECUTE setting'), clauses('SELECT * FROM f WHERE id < (random()::text || ''x'')');
RESET plan_cache_mode;

-- cursors: forward, backward, two at once, closed half-way
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT id, n FROM f ORDER BY id;
FETCH 2 FROM c;
DECLARE d CURSOR FOR SELECT id FROM f WHERE id >= 'p' ORDER BY id;
FETCH 2 FROM d;
FETCH BACKWARD 1 FROM c;
FETCH 3 FROM c;
FETCH LAST FROM c;
FETCH FIRST FROM c;
CLOSE c;
FETCH 1 FROM d;
COMMIT;
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT id FROM f WHERE id < 'b' ORDER BY id;
COMMIT;
FETCH ALL FROM held;
CLOSE held;
-- a cursor over an error in a subtransaction
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM f ORDER BY id;
FETCH 1 FROM c;
SAVEPOINT s;
FETCH 1 FROM c;
SELECT 1 / 0;
ROLLBACK TO s;
FETCH 1 FROM c;
SELECT count(*) FROM f;
COMMIT;

-- the same through a view, a CTE, a subquery, a set operation, a function
CREATE VIEW v AS SELECT id, n FROM f WHERE n > 2;
SELECT * FROM v WHERE id < 'c';
WITH q AS MATERIALIZED (SELECT * FROM f) SELECT count(*) FROM q AS a JOIN q AS b USING (id);
SELECT id FROM f WHERE id < 'abc' INTERSECT SELECT id FROM f WHERE n > 1;
CREATE FUNCTION get(text) RETURNS int LANGUAGE sql STABLE AS 'SELECT n FROM f WHERE id = $1';
SELECT get('ha'), get('nope'), get(NULL);
SELECT id, get(id) = n AS same FROM f WHERE id > 'hz' AND id < 'q%y';
-- rows go into a local table
CREATE TEMP TABLE copy AS SELECT * FROM f;
SELECT differences('TABLE copy', 'TABLE l');
INSERT INTO copy SELECT * FROM f ORDER BY id LIMIT 2;
SELECT count(*) FROM copy;

-- every switch turned off gives the same rows
CREATE FUNCTION switched_off() RETURNS TABLE (switch text, differing bigint) LANGUAGE plpgsql AS $$
DECLARE
  query text;
BEGIN
  FOREACH switch IN ARRAY ARRAY['enable_key_range', 'enable_time_range', 'enable_projection', 'enable_limit', 'enable_key_order'] LOOP
    PERFORM set_config('htable_fdw.' || switch, 'off', true);
    differing := 0;
    FOREACH query IN ARRAY ARRAY['SELECT * FROM f', 'SELECT n FROM f WHERE id > ''b'' AND id < ''q''', 'SELECT note FROM f',
      'SELECT id FROM f WHERE id LIKE ''a%''', '(SELECT id FROM f ORDER BY id DESC LIMIT 4)', '(SELECT s FROM f WHERE id IN (''a'', ''zz'') ORDER BY id LIMIT 1)',
      'SELECT count(*) FROM f', 'SELECT id FROM f WHERE id = '''''] LOOP
      differing := differing + differences(query, regexp_replace(query, '\mf\M', 'l'));
    END LOOP;
    PERFORM set_config('htable_fdw.' || switch, 'on', true);
    RETURN NEXT;
  END LOOP;
END $$;
SELECT * FROM switched_off();

\set VERBOSITY terse
DROP SCHEMA scan CASCADE;
DROP SERVER scan_hbase CASCADE;
