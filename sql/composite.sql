--
-- Row keys of several parts: conditions on leading parts are ranges, on all of
-- them single keys; the rows are those of local tables.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE SCHEMA composite;
SET search_path = composite, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER hb_composite FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb_composite;

-- a string that a zero byte ends, a number in descending order, the rest
CREATE FOREIGN TABLE event (
	device text OPTIONS (column ':key', terminator '\x00') COLLATE "C",
	at int8 OPTIONS (column ':key', encoding 'ordered', "order" 'desc') NOT NULL,
	seq int2 OPTIONS (column ':key', encoding 'binary'),
	n int
) SERVER hb_composite OPTIONS (table_name 'regress_parts_event', family 'cf');
CREATE TABLE l_event (device text COLLATE "C", at int8, seq int2, n int);
INSERT INTO l_event SELECT d, at, seq, row_number() OVER (ORDER BY i, j, k)
  FROM unnest('{"",a,a!,ab,abc,b}'::text[]) WITH ORDINALITY AS d (d, i), unnest('{-5,0,7,100}'::int8[]) WITH ORDINALITY AS a (at, j),
       unnest('{-1,0,2}'::int2[]) WITH ORDINALITY AS s (seq, k);
SELECT differences('TABLE event', 'TABLE l_event');
SELECT * FROM event WHERE device = 'ab' ORDER BY device, at DESC LIMIT 4;
SELECT * FROM probe('event', 'l_event', ARRAY[
  -- leading parts
  'device = ''a''', 'device = ''nix''', 'device = ''''', 'device = ''a'' AND at = 7', 'device = ''a'' AND at = 7 AND seq = -1',
  'device IN (''a'', ''b'') AND at IN (0, 7) AND seq IN (0, 2, 5)', 'device = ''a'' AND at IN (0, 7) AND seq = 0',
  -- a range behind them
  'device = ''a'' AND at > 0', 'device = ''a'' AND at BETWEEN 0 AND 7', 'device = ''a'' AND at < 7.5', 'device = ''a'' AND at = 7 AND seq < 2',
  'device = ''a'' AND at = 7 AND seq BETWEEN -1 AND 1', 'device IN (''a'', ''ab'') AND at > 0', 'device < ''ab''', 'device <= ''ab''',
  'device > ''a''', 'device >= ''a!''', 'device LIKE ''a%''', 'device LIKE ''ab''', 'device ^@ ''a!''', 'device LIKE ''a_''',
  'device LIKE ''a%'' AND at = 7', 'device > ''a'' AND device < ''b'' AND at > 0',
  -- not reached, or not in the order of the key
  'at = 7', 'seq = 0', 'device > ''a'' AND seq = 0', 'device = ''a'' AND seq = 0', 'at = 7 AND seq = 0', 'device = ''a'' OR at = 7',
  -- several parts in an OR
  '(device = ''a'' AND at = 7) OR (device = ''b'' AND at > 7)', '(device, at) IN ((''a'', 7), (''b'', 0), (''b'', 1))',
  '(device, at, seq) IN ((''a'', 7, 0), (''b'', 0, 2))', '(device, at) IN ((''a'', 7), (''b'', 0)) AND seq >= 0',
  'device = ''a'' AND (at = 7 OR (at = 0 AND seq > 0))', 'device = ''a'' AND (at = 7 OR seq = 0)',
  -- never
  'device IS NULL AND at = 7', 'device = ''a'' AND at > 7 AND at < 0', 'device = NULL AND at = 7', 'device = ''a'' AND at = 7.5',
  'device IS NOT NULL AND seq IS NOT NULL']);
SELECT * FROM probe('event', 'l_event', ARRAY[
  '(device, at) > (''a'', 7)', '(device, at) >= (''a'', 7)', '(device, at) < (''a'', 7)', '(device, at) <= (''a'', 7)', '(device, at) = (''a'', 7)',
  '(device, at) <> (''a'', 7)', '(device, at, seq) > (''a'', 7, 0)', '(device, at, seq) <= (''ab'', 0, 0)', '(''a'', 7) < (device, at)',
  'device = ''a'' AND (at, seq) > (0, 0)', 'device = ''a'' AND (at, seq) <= (7, -1)', '(device, at) > (''a'', NULL)', '(device, at) > (NULL, 7)',
  '(device, at, seq) > (''a'', 7, NULL)', '(at, device) > (7, ''a'')', '(device, seq) > (''a'', 0)', '(device, n) >= (''a'', 3)', '(n, device) > (3, ''a'')',
  '(device, at) > (''a'', 7.5)', '(device, 7) > (''a'', at)', '(device, device) > (''a'', ''b'')', '(device, at) > (''a'', 7) AND (device, at) < (''b'', 0)']);

-- the order of the keys: forward, backward, behind parts that are fixed
CREATE FUNCTION sorts(query text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN plan_of(query, '')::text LIKE '%Sort%' THEN 'sort, ' ELSE '' END || shown(query, 'HBase Direction')
$$;
SELECT o, sorts('SELECT * FROM event ' || o) FROM unnest(ARRAY['ORDER BY device', 'ORDER BY device DESC', 'ORDER BY device, at', 'ORDER BY device, at DESC',
  'ORDER BY device DESC, at', 'ORDER BY device, at DESC, seq', 'WHERE device = ''a'' ORDER BY at', 'WHERE device = ''a'' ORDER BY at DESC', 'ORDER BY at',
  'WHERE device = ''a'' ORDER BY device, at DESC', 'WHERE device IN (''a'', ''b'') ORDER BY at', 'WHERE device = ''a'' AND at = 7 ORDER BY seq']) AS o;
-- two's complement, text of a fixed length, and the rest, which may be empty
CREATE FOREIGN TABLE tenant (
	tenant int OPTIONS (column ':key', encoding 'binary'), country text OPTIONS (column ':key', length '3') COLLATE "C",
	id text OPTIONS (column ':key') COLLATE "C", n int
) SERVER hb_composite OPTIONS (table_name 'regress_parts_tenant', family 'cf');
CREATE TABLE l_tenant (tenant int, country text COLLATE "C", id text COLLATE "C", n int);
INSERT INTO l_tenant SELECT t, c, i, row_number() OVER (ORDER BY x, y, z)
  FROM unnest('{-2,-1,0,1,7}'::int[]) WITH ORDINALITY AS t (t, x), unnest(ARRAY['', 'd', 'de', 'deu', 'f', U&'\00e9']) WITH ORDINALITY AS c (c, y),
       unnest('{"",1,10,2}'::text[]) WITH ORDINALITY AS i (i, z);
SELECT differences('TABLE tenant', 'TABLE l_tenant');
SELECT * FROM probe('tenant', 'l_tenant', ARRAY['tenant = -1', 'tenant < 1', 'tenant >= -1', 'tenant = 1 AND country = ''''', 'tenant = 1 AND country = ''de''',
  'tenant = 1 AND country = ''deut''', 'tenant = 1 AND country < ''deut''', 'tenant = 1 AND country <= ''deut''', 'tenant = 1 AND country > ''deut''',
  'tenant = 1 AND country >= ''de''', 'tenant = 1 AND country > ''de''', 'tenant = 1 AND country < ''de''', 'tenant = 1 AND country LIKE ''de%''',
  'tenant = 1 AND country LIKE ''deut%''', 'tenant = 1 AND country > ''deu'' AND country < ''deut''', 'tenant IN (-1, 1) AND country IN (''de'', ''f'', ''longer'')',
  'tenant = 1 AND country = ''de'' AND id = ''''', 'tenant = 1 AND country = ''de'' AND id > ''''', 'tenant = 1 AND country = ''de'' AND id >= ''1''',
  'tenant = 1 AND country = ''de'' AND id <= ''''', 'tenant = 1 AND country = ''de'' AND id LIKE ''1%''', 'tenant IN (1, 7) AND country = ''de'' AND id IN ('''', ''2'')',
  '(tenant, country, id) > (-1, ''f'', ''2'')', '(tenant, country, id) <= (0, ''d'', ''1'')', '(tenant, country) >= (1, ''deutsch'')', '(tenant, country) < (1, ''deutsch'')',
  'tenant = 1 AND (country, id) > (''de'', ''1'')', 'tenant = 1.5 AND country = ''de''', 'tenant > 1e30 AND country = ''de''']);
SELECT o, sorts('SELECT * FROM tenant ' || o) FROM unnest(ARRAY['ORDER BY tenant', 'WHERE tenant = 1 ORDER BY country, id', 'WHERE tenant = 1 ORDER BY country DESC, id DESC',
  'WHERE tenant = 1 ORDER BY country, id DESC', 'WHERE tenant = 1 AND country = ''de'' ORDER BY id DESC']) AS o;
-- keyset paging: one range, one call, no more rows than asked for
SELECT country, id, n FROM tenant WHERE tenant = -1 AND (country, id) > ('de', '1') ORDER BY country, id LIMIT 3;
SELECT country, id, n FROM tenant WHERE tenant = -1 AND (country, id) < ('de', '1') ORDER BY country DESC, id DESC LIMIT 3;
EXPLAIN (VERBOSE, COSTS OFF) SELECT country, id, n FROM tenant WHERE tenant = -1 AND (country, id) > ('de', '1') ORDER BY country, id LIMIT 3;
-- the same where the directions differ
SELECT device, at, n FROM event WHERE device > 'a!' OR (device = 'a!' AND at < 7) ORDER BY device, at DESC LIMIT 4;
SELECT fact(q, 'HBase Ranges') AS ranges, fact(q, 'HBase RPCs') AS rpcs, fact(q, 'HBase Rows') AS rows
  FROM (VALUES ('SELECT n FROM tenant WHERE tenant = -1 AND (country, id) > (''de'', ''1'') ORDER BY country, id LIMIT 3'),
               ('SELECT n FROM tenant WHERE tenant = -1 AND (country, id) < (''de'', ''1'') ORDER BY country DESC, id DESC LIMIT 3'),
               ('SELECT n FROM event WHERE device > ''a!'' OR (device = ''a!'' AND at < 7) ORDER BY device, at DESC LIMIT 4'),
               ('SELECT n FROM event WHERE (device, at) IN ((''a'', 7), (''b'', 0)) ORDER BY device, at DESC LIMIT 4')) AS v (q);

-- key_prefix: rows of other keys are not of the table; a terminator above other bytes
CREATE FOREIGN TABLE visit (
	name text OPTIONS (column ':key', terminator '#') COLLATE "C", day text OPTIONS (column ':key') COLLATE "C", n int
) SERVER hb_composite OPTIONS (table_name 'regress_parts_user', family 'cf', key_prefix 'u#', full_scan 'error');
CREATE TABLE l_visit (name text COLLATE "C", day text COLLATE "C", n int);
INSERT INTO l_visit SELECT m, d, row_number() OVER (ORDER BY x, y)
  FROM unnest(ARRAY['', 'anna', 'anna!', 'anna"x', 'annab', 'bert', '~']) WITH ORDINALITY AS m (m, x),
       unnest('{"",2024-01-01,2024-01-02,2024-02-01}'::text[]) WITH ORDINALITY AS d (d, y);
SELECT outcome('SELECT count(*) FROM visit');
SELECT outcome('SELECT count(*) FROM visit WHERE day = ''2024-01-01''');
ALTER FOREIGN TABLE visit OPTIONS (SET full_scan 'allow');
SELECT differences('TABLE visit', 'TABLE l_visit');
SELECT * FROM probe('visit', 'l_visit', ARRAY['name = ''anna''', 'name = ''anna!''', 'name = ''''', 'name = ''anna#''', 'name = ''anna#2024-01-01''', 'name < ''anna!''',
  'name <= ''anna!''', 'name > ''anna!''', 'name >= ''anna!''', 'name < ''anna''', 'name > ''anna''', 'name < ''anna#b''', 'name > ''anna#b''', 'name <= ''anna"x''',
  'name LIKE ''anna%''', 'name LIKE ''anna#%''', 'name ^@ ''anna!''', 'name = ''anna'' AND day >= ''2024-01-02''', 'name = ''anna'' AND day LIKE ''2024-01%''',
  'name = ''anna'' AND day = ''''', '(name, day) > (''anna'', ''2024-01-02'')', '(name, day) <= (''anna!'', ''2024-01-01'')', 'name < ''~'' AND day = ''''']);
SELECT o, sorts('SELECT * FROM visit ' || o) FROM unnest(ARRAY['ORDER BY name', 'WHERE name = ''anna'' ORDER BY day', 'WHERE name = ''anna'' ORDER BY day DESC']) AS o;

-- nulls of OrderedBytes, between other parts too
CREATE FOREIGN TABLE nulls (
	a int OPTIONS (column ':key'), b text OPTIONS (column ':key') COLLATE "C", c numeric OPTIONS (column ':key'), n int OPTIONS (encoding 'text')
) SERVER hb_composite OPTIONS (table_name 'regress_parts_null', family 'cf', encoding 'ordered');
CREATE TABLE l_nulls (a int, b text COLLATE "C", c numeric, n int);
INSERT INTO l_nulls SELECT a, b, c, row_number() OVER (ORDER BY x, y, z)
  FROM unnest('{NULL,-1,0,3}'::int[]) WITH ORDINALITY AS a (a, x), unnest('{NULL,"",x,xy}'::text[]) WITH ORDINALITY AS b (b, y),
       unnest('{NULL,-1,0,1}'::numeric[]) WITH ORDINALITY AS c (c, z);
SELECT differences('TABLE nulls', 'TABLE l_nulls');
SELECT * FROM probe('nulls', 'l_nulls', ARRAY['a IS NULL', 'a IS NOT NULL', 'a = 0 AND b IS NULL', 'a IS NULL AND b IS NULL AND c IS NULL', 'a = 0 AND b IS NOT NULL',
  'a = 0 AND b = '''' AND c >= 0', 'a = 0 AND (b IS NULL OR b = ''x'')', '(a, b) > (0, ''x'')', '(a, b) <= (0, ''x'')', '(a, b, c) > (0, ''x'', 0)', 'a < 0', 'a >= 0 AND b = ''x''',
  'a = 0 AND b < ''x''', 'a = 0 AND b IN (''x'', NULL) AND c = 1.0']);
SELECT o, sorts('SELECT * FROM nulls ' || o) FROM unnest(ARRAY['ORDER BY a', 'ORDER BY a NULLS FIRST', 'ORDER BY a NULLS FIRST, b NULLS FIRST, c NULLS FIRST', 'ORDER BY a DESC',
  'ORDER BY a DESC NULLS LAST, b DESC NULLS LAST', 'WHERE a = 0 ORDER BY b NULLS FIRST']) AS o;
SELECT array_agg(n) = (SELECT array_agg(n) FROM l_nulls) AS in_order FROM (SELECT n FROM nulls ORDER BY a NULLS FIRST, b NULLS FIRST, c NULLS FIRST) AS q;
ALTER FOREIGN TABLE nulls ALTER a SET NOT NULL;
SELECT outcome('SELECT a FROM nulls');
SELECT outcome('SELECT a FROM nulls WHERE a < 3');
SELECT sorts('SELECT * FROM nulls ORDER BY a');

-- parameters, rescans, joins on all parts
SET plan_cache_mode = force_generic_plan;
PREPARE page (text, int8) AS SELECT device, at, n FROM event WHERE (device, at) > ($1, $2) ORDER BY device, at DESC LIMIT 2;
EXECUTE page ('a', 7);
EXECUTE page ('abc', 100);
EXECUTE page (NULL, 100);
EXECUTE page ('b', NULL);
PREPARE many (text[], int8[]) AS SELECT n FROM event WHERE device = ANY ($1) AND at = ANY ($2) AND seq = 0 ORDER BY n;
EXECUTE many ('{a,b,NULL}', '{7,0,1}');
EXECUTE many ('{}', '{7}');
EXECUTE many (NULL, '{7}');
SELECT clauses('EXECUTE many (''{a}'', ''{7}'')');
RESET plan_cache_mode;
-- lists that would make more ranges than 10 000 leave the later part to be checked here
SELECT fact(q, 'HBase Ranges') AS ranges, clauses(q)
  FROM (SELECT format('SELECT n FROM event WHERE device = ANY (%L) AND at = ANY (%L)', array_agg('a' || g), array_agg(g)) AS q FROM generate_series(1, 101) AS g) AS s;
SELECT fact(q, 'HBase Ranges') AS ranges, clauses(q)
  FROM (SELECT format('SELECT n FROM event WHERE device = ANY (%L) AND at = ANY (%L)', array_agg('a' || g), array_agg(g)) AS q FROM generate_series(1, 100) AS g) AS s;
CREATE TABLE wanted (device text COLLATE "C", at int8, seq int2);
INSERT INTO wanted VALUES ('a', 7, 0), ('abc', 100, -1), ('abc', 100, 5), ('b', NULL, 0), (NULL, 7, 0), ('', 0, 2);
ANALYZE wanted;
CREATE TABLE moment (at int8);
INSERT INTO moment VALUES (0), (7);
ANALYZE moment;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_memoize = off;
-- what a scan is parameterised by
CREATE FUNCTION conditions(query text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(m[1], ', ' ORDER BY m[1]) FROM regexp_matches(shown(query, 'HBase Cond'), 'e\.(\w+) = [wm]\.', 'g') AS m
$$;
SELECT q, conditions('SELECT e.n FROM ' || q) FROM unnest(ARRAY['wanted w JOIN event e ON e.device = w.device AND e.at = w.at AND e.seq = w.seq',
  'wanted w JOIN event e ON e.device = w.device AND e.at = w.at', 'wanted w JOIN event e ON e.device = w.device AND e.seq = w.seq',
  -- a join on a later part alone reads the whole table once
  'wanted w JOIN event e ON e.at = w.at',
  -- one part from each of two tables
  'wanted w, moment m, event e WHERE e.device = w.device AND e.at = m.at']) AS q;
SELECT e.n FROM wanted w JOIN event e ON e.device = w.device AND e.at = w.at AND e.seq = w.seq ORDER BY 1;
SELECT w.*, count(e.n) FROM wanted w LEFT JOIN event e ON e.device = w.device AND e.at = w.at GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT w.device, m.at, e.n FROM wanted w, moment m, event e WHERE e.device = w.device AND e.at = m.at AND e.seq = w.seq ORDER BY 1, 2, 3;
-- on leading parts both sides are in order
SET enable_mergejoin = on;
SET enable_nestloop = off;
SELECT count(*), count(DISTINCT e.n) FROM event e JOIN l_event l ON l.device = e.device AND l.at = e.at;
RESET enable_nestloop;
RESET enable_memoize;
RESET enable_hashjoin;
RESET enable_mergejoin;

-- keys that do not fit the declaration
CREATE FOREIGN TABLE bad (a text OPTIONS (column ':key', length '2', terminator '-') COLLATE "C", b int OPTIONS (column ':key', encoding 'binary'), n int)
  SERVER hb_composite OPTIONS (table_name 'regress_parts_bad', family 'cf');
CREATE FOREIGN TABLE raw (k bytea OPTIONS (column ':key'), n int) SERVER hb_composite OPTIONS (table_name 'regress_parts_bad', family 'cf');
SELECT count(*) FROM bad;
SELECT outcome('SELECT b FROM bad');
SELECT outcome('SELECT n FROM bad WHERE a = ''ok''');
SELECT outcome('SELECT n FROM bad WHERE a = ''p''');
-- whatever parts are looked at, all of them must be there
SELECT outcome('SELECT n FROM bad WHERE a = ''ab''');
SELECT outcome('SELECT a FROM bad WHERE a = ''ab'' AND b >= 1');
SELECT outcome('SELECT a FROM bad WHERE a > ''z''');
SELECT outcome('SELECT b FROM bad WHERE a >= ''a'' AND a < ''aa''');
ALTER FOREIGN TABLE bad OPTIONS (ADD on_bad_key 'skip');
RESET client_min_messages;
SELECT * FROM bad;
SELECT count(*) FROM bad;
SET client_min_messages = warning;
-- each kind of end that is not there
CREATE FOREIGN TABLE ends (a text OPTIONS (column ':key', terminator '::'), b text OPTIONS (column ':key'), n int)
  SERVER hb_composite OPTIONS (table_name 'regress_parts_bad', family 'cf');
SELECT outcome('SELECT a FROM ends');
ALTER FOREIGN TABLE ends ALTER a OPTIONS (ADD encoding 'ordered', DROP terminator);
SELECT outcome('SELECT a FROM ends');
ALTER FOREIGN TABLE ends ALTER a OPTIONS (ADD terminator '!', SET encoding 'text', ADD length '1');
SELECT outcome('SELECT b FROM ends');
ALTER FOREIGN TABLE ends ALTER a OPTIONS (SET length '40');
SELECT outcome('SELECT n FROM ends');
SELECT outcome('SELECT b FROM ends');

-- shape versions
CREATE FOREIGN TABLE history (a text OPTIONS (column ':key', terminator '\x00') COLLATE "C", b int OPTIONS (column ':key', encoding 'binary'), n text, at int8 OPTIONS (column ':timestamp'))
  SERVER hb_composite OPTIONS (table_name 'regress_parts_versions', family 'cf', shape 'versions');
SELECT * FROM history WHERE a = 'a' AND b = 2 AND at >= 2000 ORDER BY at DESC;
SELECT * FROM history WHERE (a, b) > ('a', 1) AND at = 1000;
SELECT sorts('SELECT * FROM history WHERE a = ''a'' AND b = 2 ORDER BY at DESC'), sorts('SELECT * FROM history WHERE a = ''a'' ORDER BY b, at DESC'), sorts('SELECT * FROM history ORDER BY a DESC');

-- shape cells
CREATE FOREIGN TABLE cell (a text OPTIONS (column ':key', terminator '\x00') COLLATE "C", b int OPTIONS (column ':key', encoding 'binary'),
	q text OPTIONS (column ':qualifier') COLLATE "C", v text OPTIONS (column ':value'), at int8 OPTIONS (column ':timestamp'))
  SERVER hb_composite OPTIONS (table_name 'regress_parts_versions', family 'cf', shape 'cells');
SELECT * FROM cell WHERE (a, b) > ('a', 1) AND (a, b) <= ('b', 1) ORDER BY a, b, q, at DESC;
SELECT sorts('SELECT * FROM cell WHERE a = ''a'' AND b = 2 ORDER BY q, at DESC'), sorts('SELECT * FROM cell ORDER BY a, q');

-- declarations that make no sense
CREATE FUNCTION declared(columns text, options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  result := outcome(format('CREATE FOREIGN TABLE declared (%s) SERVER hb_composite OPTIONS (family ''cf''%s)', columns, options));
  IF result <> '0 rows' THEN RETURN result; END IF;
  result := outcome('EXPLAIN SELECT * FROM declared');
  DROP FOREIGN TABLE declared;
  RETURN CASE WHEN result ~ '^\d+ rows' THEN 'good' ELSE result END;
END $$;
SELECT declared('a text OPTIONS (column '':key''), b text OPTIONS (column '':key'')');
SELECT declared('a bytea OPTIONS (column '':key'', encoding ''binary''), b text OPTIONS (column '':key'')');
SELECT declared('a numeric OPTIONS (column '':key'', encoding ''binary''), b text OPTIONS (column '':key'')');
SELECT declared('a int OPTIONS (column '':key''), b text OPTIONS (column '':key'')');
SELECT declared('a int OPTIONS (column '':key'', terminator '',''), b text OPTIONS (column '':key'')');
SELECT declared('a int OPTIONS (column '':key'', encoding ''binary''), b text OPTIONS (column '':key'')');
SELECT declared('a int OPTIONS (column '':key'', encoding ''binary'', length ''4''), b text OPTIONS (column '':key'')');
SELECT declared('a int OPTIONS (column '':key'', encoding ''binary'', length ''5''), b text OPTIONS (column '':key'')');
SELECT declared('a text OPTIONS (column '':key'', encoding ''ordered'', length ''5''), b text OPTIONS (column '':key'')');
SELECT declared('a text OPTIONS (column '':key'', length ''0'')');
SELECT declared('a text OPTIONS (column '':key'', length ''32768'')');
SELECT declared('a text OPTIONS (column '':key'', terminator '''')');
SELECT declared('a text OPTIONS (column '':key'', terminator ''\x0'')');
SELECT declared('a text OPTIONS (column '':key'', terminator ''\n'')');
SELECT declared('a text OPTIONS (column '':key'', terminator ''\\\xff'')');
SELECT declared('a text OPTIONS (column ''cf:a'', length ''5'')');
SELECT declared('a text OPTIONS (terminator ''#'')');
SELECT declared('a text OPTIONS (column '':key'')', ', key_prefix ''''');
SELECT declared('a text OPTIONS (column '':key'')', ', key_prefix ''u\''');

DROP SCHEMA composite CASCADE;
DROP SERVER hb_composite CASCADE;
