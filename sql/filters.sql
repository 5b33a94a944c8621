--
-- Conditions on cells, which run on the region servers: every operator on every
-- type finds what it finds in a local table, whatever versions, absent, empty and
-- undecodable cells there are.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA filters;
SET search_path = filters, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER filters_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER filters_hbase;

-- each column has older versions with other values; family c is not declared, r40 has cells in it only
CREATE FOREIGN TABLE f (
  id text OPTIONS (column ':key') COLLATE "C",
  i2 int2 OPTIONS (column 'a:i2'), i4 int4 OPTIONS (column 'a:i4'), i8 int8 OPTIONS (column 'a:i8'),
  f4 float4 OPTIONS (column 'a:f4'), f8 float8 OPTIONS (column 'a:f8'), bo bool OPTIONS (column 'b:bo'),
  ts timestamptz OPTIONS (column 'b:ts'), u uuid OPTIONS (column 'b:u'),
  t text OPTIONS (column 'b:t') COLLATE "C", by bytea OPTIONS (column 'b:by'),
  n int OPTIONS (column 'a:n', encoding 'text')
) SERVER filters_hbase OPTIONS (table_name 'regress_filters', encoding 'binary');
CREATE TABLE l (id text COLLATE "C", i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, bo bool, ts timestamptz, u uuid, t text COLLATE "C", by bytea, n int);
\set ECHO none
INSERT INTO l SELECT id, i2, i4, i8, f4::float4, f8::float8, bo, '1970-01-01Z'::timestamptz + ts * interval '1 ms', u::uuid, t, by::bytea, n FROM (VALUES
  ('r00', -32768, -5, -1, '0', '0', false, NULL, '80000000-0000-0000-0000-000000000000', '~', '\x', 7),
  ('r01', -5, 0, 7, '0.5', '1.5', true, -62135596800000, NULL, '', '\x00', -1),
  ('r02', -1, 7, NULL, '1.5', 'Infinity', true, -1, '7fffffff-ffff-ffff-ffff-ffffffffffff', 'b', '\x0000', NULL),
  ('r03', 0, NULL, -1, '16777216', 'NaN', NULL, 0, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'é', '\x61', 7),
  ('r04', 1, -2147483648, 7, 'Infinity', '-Infinity', true, 1, '00000000-0000-0000-0000-000000000000', NULL, '\x7f', 12),
  ('r05', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'a', NULL, NULL),
  ('r06', 32767, 1, -1, NULL, '0', true, 1704164645679, NULL, 'A', '\xff', -1),
  ('r07', NULL, 2147483647, 7, '-Infinity', '1.5', true, NULL, '7fffffff-ffff-ffff-ffff-ffffffffffff', '日本', '\xffff', NULL),
  ('r08', -32768, NULL, NULL, '-1.5', 'Infinity', NULL, -62135596800000, 'ffffffff-ffff-ffff-ffff-ffffffffffff', NULL, NULL, 7),
  ('r09', -5, -5, -1, '-0', 'NaN', true, -1, '00000000-0000-0000-0000-000000000000', 'ab', '\x', 12),
  ('r10', -1, 0, 7, '0', '-Infinity', false, 0, '80000000-0000-0000-0000-000000000000', ' ', '\x00', 7),
  ('r11', 0, 7, NULL, '0.5', '-5e-324', true, 1, NULL, '~', '\x0000', -1),
  ('r12', 1, NULL, -1, '1.5', '0', true, 1704164645678, '7fffffff-ffff-ffff-ffff-ffffffffffff', '', '\x61', NULL),
  ('r13', 7, -2147483648, 7, '16777216', '1.5', NULL, 1704164645679, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'b', '\x7f', 7),
  ('r14', 32767, -1, NULL, 'Infinity', 'Infinity', true, NULL, '00000000-0000-0000-0000-000000000000', 'é', '\x80', 12),
  ('r15', NULL, 1, -1, 'NaN', 'NaN', false, -62135596800000, '80000000-0000-0000-0000-000000000000', NULL, '\xff', 7),
  ('r16', -32768, 2147483647, 7, NULL, '-Infinity', true, -1, NULL, 'a', '\xffff', -1),
  ('r17', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('r18', -1, -5, -1, '-1.5', '0', NULL, 1, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '日本', '\x', 7),
  ('r19', 0, 0, 7, '-0', '1.5', true, 1704164645678, '00000000-0000-0000-0000-000000000000', NULL, '\x00', 12),
  ('r20', 1, 7, NULL, '0', 'Infinity', false, 1704164645679, '80000000-0000-0000-0000-000000000000', 'ab', '\x0000', 7),
  ('r21', 7, NULL, -1, '0.5', 'NaN', true, NULL, NULL, ' ', '\x61', -1),
  ('r22', 32767, -2147483648, 7, '1.5', '-Infinity', true, -62135596800000, '7fffffff-ffff-ffff-ffff-ffffffffffff', '~', '\x7f', NULL),
  ('r23', NULL, -1, NULL, '16777216', '-5e-324', NULL, -1, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '', '\x80', 7),
  ('r24', -32768, 1, -1, 'Infinity', '0', true, 0, '00000000-0000-0000-0000-000000000000', 'b', '\xff', 12),
  ('r25', -5, 2147483647, 7, 'NaN', '1.5', false, 1, '80000000-0000-0000-0000-000000000000', 'é', '\xffff', 7),
  ('r26', -1, NULL, NULL, NULL, 'Infinity', true, 1704164645678, NULL, NULL, NULL, -1),
  ('r27', 0, -5, -1, '-Infinity', 'NaN', true, 1704164645679, '7fffffff-ffff-ffff-ffff-ffffffffffff', 'a', '\x', NULL),
  ('r28', 1, 0, 7, '-1.5', '-Infinity', NULL, NULL, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'A', '\x00', 7),
  ('r29', 7, 7, NULL, '-0', '-5e-324', true, -62135596800000, '00000000-0000-0000-0000-000000000000', '日本', '\x0000', 12),
  ('r30', NULL, 7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  ('r31', NULL, -2147483648, 7, '0.5', '1.5', true, 0, NULL, 'ab', '\x7f', -1),
  ('r32', -32768, -1, NULL, '1.5', 'Infinity', true, 1, '7fffffff-ffff-ffff-ffff-ffffffffffff', ' ', '\x80', NULL),
  ('r33', -5, 1, -1, '16777216', 'NaN', NULL, 1704164645678, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '~', '\xff', 7),
  ('r34', -1, 2147483647, 7, 'Infinity', '-Infinity', true, 1704164645679, '00000000-0000-0000-0000-000000000000', '', '\xffff', 12),
  ('r35', 0, NULL, NULL, 'NaN', '-5e-324', false, NULL, '80000000-0000-0000-0000-000000000000', 'b', NULL, 7),
  ('r36', 1, -5, -1, NULL, '0', true, -62135596800000, NULL, 'é', '\x', -1)
) AS v (id, i2, i4, i8, f4, f8, bo, ts, u, t, by, n);
\set ECHO all
SELECT differences('TABLE f', 'TABLE l'), count(*), count(i2), count(i4), count(i8), count(f4), count(f8), count(bo), count(ts), count(u), count(t), count(by), count(n) FROM f;

-- the same table with few columns, where whole families are read; and wide, with a mark that all rows but three have
CREATE FOREIGN TABLE few (
  id text OPTIONS (column ':key') COLLATE "C", i4 int4 OPTIONS (column 'a:i4'), f8 float8 OPTIONS (column 'a:f8'), bo bool OPTIONS (column 'b:bo'),
  t text OPTIONS (column 'b:t') COLLATE "C", n int OPTIONS (column 'a:n', encoding 'text')
) SERVER filters_hbase OPTIONS (table_name 'regress_filters', encoding 'binary');
DO $$ BEGIN EXECUTE (
  SELECT format('CREATE FOREIGN TABLE wide (id text OPTIONS (column '':key'') COLLATE "C", i4 int4 OPTIONS (column ''a:i4''), f8 float8 OPTIONS (column ''a:f8''), bo bool OPTIONS (column ''b:bo''), t text OPTIONS (column ''b:t'') COLLATE "C", n int OPTIONS (column ''a:n'', encoding ''text''), %s) SERVER filters_hbase OPTIONS (table_name ''regress_filters'', encoding ''binary'', row_marker ''a:mark'')',
    string_agg(format('w%s text OPTIONS (column ''%s:w%s'')', i, CASE i % 2 WHEN 0 THEN 'a' ELSE 'b' END, i), ', ')) FROM generate_series(1, 40) AS i);
END $$;
CREATE VIEW marked AS SELECT * FROM wide WHERE id NOT IN ('r05', 'r17', 'r30');
CREATE VIEW lmarked AS SELECT * FROM l WHERE id NOT IN ('r05', 'r17', 'r30');
-- nothing but the tested column
CREATE FOREIGN TABLE narrow (id text OPTIONS (column ':key') COLLATE "C", i4 int4 OPTIONS (column 'a:i4')) SERVER filters_hbase OPTIONS (table_name 'regress_filters', encoding 'binary');
CREATE VIEW lnarrow AS SELECT id, i4 FROM l WHERE id <> 'r05' AND id <> 'r17';

-- every operator against constants of the column's type and of others, from both sides
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS numbers
FROM (VALUES ('int2', '{-5,0,7}'::text[]),
             ('int4', '{-2147483648,-6,-5,-1,0,7,2147483647}'),
             ('int8', '{-2147483649,-5,7,2147483648}'),
             ('numeric', '{-1e30,-5.5,7.0,NaN}'),
             ('float8', '{-5.5,-0,7,9.3e18,NaN,Infinity,-Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('f', 'l', 'i2', '{=,<,<=,>,>=,<>}', '{(-32768)::int2,(-5)::int4,7::int8,32768,-6.5,1e30::float8}');
SELECT * FROM probe_ops('f', 'l', 'i4', '{=,<,<=,>,>=,<>}', :'numbers');
SELECT * FROM probe_ops('f', 'l', 'i8', '{=,<,<=,>,>=,<>}', '{(-9223372036854775808)::int8,(-5)::int2,7,9007199254740993,9223372036854775807,9223372036854775808,-6.5,''NaN''::numeric,7::float8}');
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS numbers
FROM (VALUES ('float8', '{-Infinity,-1e300,-1.5,-5e-324,-0,0,5e-324,0.1,1.5,16777217,1e300,Infinity,NaN}'::text[]),
             ('float4', '{-Infinity,-1.5,-0,0.5,0.1,1.5,16777216,Infinity,NaN}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('f', 'l', 'f4', '{=,<,<=,>,>=,<>}', :'numbers');
SELECT * FROM probe_ops('f', 'l', 'f8', '{=,<,<=,>,>=,<>}', :'numbers');
-- any byte but 00 is true
SELECT * FROM probe_ops('f', 'l', 'bo', '{=,<,<=,>,>=,<>}', '{true,false,(SELECT true),(SELECT false),NULL::bool}');
-- microseconds are rounded outwards, a timestamp is one in the session's zone
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS times
FROM (VALUES ('timestamptz', '{-Infinity,0001-01-01 00:00:00Z,1969-12-31 23:59:59.998999Z,1969-12-31 23:59:59.999Z,1970-01-01 00:00:00Z,1970-01-01 00:00:00.000001Z,2024-01-02 03:04:05.678Z,2024-01-02 03:04:05.6785Z,2024-01-02 03:04:05.679001Z,Infinity}'::text[]),
             ('timestamp', '{-Infinity,1969-12-31 23:59:59.999,2024-01-02 03:04:05.6785,Infinity}'),
             ('date', '{-Infinity,1970-01-01,2024-01-02,Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('f', 'l', 'ts', '{=,<,<=,>,>=,<>}', :'times');
SET timezone = 'America/New_York';
SELECT * FROM probe_ops('f', 'l', 'ts', '{=,<,>=}', :'times');
SET timezone = 'UTC';
SELECT * FROM probe_ops('f', 'l', 'u', '{=,<,<=,>,>=,<>}', (SELECT array_agg(DISTINCT quote_literal(u) || '::uuid') FROM l WHERE u IS NOT NULL));
SELECT * FROM probe_ops('f', 'l', 't', '{=,<,<=,>,>=,<>,~<~,~<=~,~>=~,~>~}', '{''''::text,''a''::text,''ab'',''a b'','' '',''é'',''日'',''日本'',''~'',NULL::text}');
SELECT * FROM probe_ops('f', 'l', 'by', '{=,<,<=,>,>=,<>}', '{''''::bytea,''\\x00''::bytea,''\\x000000''::bytea,''\\x61''::bytea,''\\xff''::bytea,''\\xffff''::bytea}');

-- other forms of conditions.  `wrong` names what differs from the local table: other
-- columns, a count, the other direction, reads by key, a LIMIT, a switch turned off
CREATE FUNCTION wrong_parts(f regclass, l regclass, columns text[], condition text, switches bool) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  wrong text[] := '{}';
  here text := format('SELECT id FROM %s WHERE %s', f, condition);
  there text := format('SELECT id FROM %s WHERE %s', l, condition);
  part text;
  keys text;
BEGIN
  EXECUTE format('SELECT string_agg(quote_literal(id), '', '') FROM %s', l) INTO keys;
  FOREACH part IN ARRAY columns || 'count(*)'::text LOOP
    IF differences(format('SELECT %s FROM %s WHERE %s', part, f, condition), format('SELECT %s FROM %s WHERE %s', part, l, condition)) <> 0 THEN
      wrong := wrong || part;
    END IF;
  END LOOP;
  IF differences(format('(SELECT %s FROM %s WHERE %s ORDER BY id DESC)', columns[1], f, condition), format('SELECT %s FROM %s WHERE %s', columns[1], l, condition)) <> 0 THEN wrong := wrong || 'reversed'::text; END IF;
  IF differences(format('SELECT id FROM %s WHERE id IN (%s) AND (%s)', f, keys, condition), there) <> 0 THEN wrong := wrong || 'by key'::text; END IF;
  IF differences(format('(%s ORDER BY id LIMIT 3)', here), format('(%s ORDER BY id LIMIT 3)', there)) <> 0 THEN wrong := wrong || 'limited'::text; END IF;
  FOR part IN SELECT name FROM pg_settings WHERE switches AND name LIKE 'htable\_fdw.enable\_%' ORDER BY 1 LOOP
    PERFORM set_config(part, 'off', true);
    IF differences(here, there) <> 0 THEN wrong := wrong || part; END IF;
    PERFORM set_config(part, 'on', true);
  END LOOP;
  RETURN nullif(array_to_string(wrong, ', '), '');
END $$;
CREATE FUNCTION tried(f regclass, l regclass, columns text[], conditions text[], switches bool)
RETURNS TABLE (condition text, rows bigint, wrong text, sent bigint, pushed text, existence text) LANGUAGE plpgsql AS $$
DECLARE
  one text;
BEGIN
  FOREACH condition IN ARRAY conditions LOOP
    one := format('SELECT id FROM %s WHERE %s', f, condition);
    EXECUTE format('SELECT count(*) FROM %s WHERE %s', l, condition) INTO rows;
    wrong := wrong_parts(f, l, columns, condition, switches);
    sent := fact(one, 'HBase Rows');
    pushed := clauses(one);
    existence := shown(one, 'Row Existence');
    RETURN NEXT;
  END LOOP;
END $$;
SELECT ARRAY['i4 = 7', 'i4 IS NULL', 'i4 IS NOT NULL', 't IS NULL', 't = ''''', 'i4 IN (7, -5)', 'i4 IN (7, NULL)', 'i4 NOT IN (7, -5)', 'i4 NOT IN (7, NULL)', 'i4 = ANY (''{}'')', 'i4 <> ALL (''{}'')',
  'i4 = ANY (NULL::int[])', 'i4 > ANY (''{0,7}'')', 'i4 > ALL (''{0,1}'')', 'i4 <> ANY (''{0,1}'')', 'i4 BETWEEN -5 AND 0', 'i4 NOT BETWEEN -5 AND 0', 'i4 > 7 AND i4 < 7',
  'i4 = 7 OR t = ''a''', 'i4 = 7 OR t IS NULL', 'i4 IS NULL OR t IS NULL', 'i4 IS NULL AND t IS NULL', 'i4 IS NULL AND t = ''a''', 'i4 IS NOT NULL AND t IS NOT NULL', 'i4 IS NULL AND f8 IS NULL AND bo IS NULL AND t IS NULL',
  '(i4 > 0 AND t > ''a'') OR (i4 < 0 AND t IS NULL) OR f8 = 0', '((i4 > 0 OR t = '''') AND (f8 > 0 OR t IS NULL)) OR i4 = -5', 'NOT (i4 = 7 OR t = ''a'')', 'NOT (i4 = 7 AND t = ''a'')', 'NOT (i4 IS NULL)',
  'NOT (i4 IS NULL AND t > ''a'')', 'bo', 'NOT bo', 'bo IS TRUE', 'bo IS FALSE', 'bo IS NOT TRUE', 'bo IS UNKNOWN', 'bo OR i4 = 7', 'NOT bo AND i4 IS NULL', 'f8 <> 0', 'f8 <> ''NaN''', 'f8 IN (0, ''NaN'')', 'f8 NOT IN (0, ''NaN'', 1.5)',
  'i4 = 7 AND id > ''r20''', 'id > ''r20'' AND t IS NULL', 'id = ''r11'' AND i4 = 7', 'id = ''r11'' AND i4 = 8', 'id = ''r05'' AND i4 IS NULL', 'id = ''r17'' OR i4 = 7', '(id = ''r17'' AND i4 IS NULL) OR (id > ''r30'' AND t = ''a'')',
  '(id > ''r20'' AND i4 = 7) OR t = ''a''', '(n = 7 AND i4 > 0) OR t = ''a''', 'n = 7', 'n IS NULL', 'n IS NULL AND i4 = 7', 'n = 7 OR i4 = 7', 'i4 = n', 'i4 IS DISTINCT FROM 7', 'i4 IS NOT DISTINCT FROM 7', 'i4 + 0 = 7', 'i4 = random()::int * 0 + 7',
  't LIKE ''a%''', 't LIKE ''a_''', 't LIKE ''a%b''', 't LIKE ''ab''', 't LIKE ''''', 't LIKE ''%''', 't LIKE ''_''', 't LIKE ''é%''', 't LIKE ''\a%''', 't ^@ ''a''', 't ^@ ''''', 'starts_with(t, ''日'')', 't NOT LIKE ''a%''', 't COLLATE "en-x-icu" LIKE ''a%''', 't LIKE ''a%'' OR i4 = 7', 't LIKE (SELECT ''a%'')', 't LIKE id', 't || '''' = ''a''', 't COLLATE "en-x-icu" > ''a''', 't COLLATE "en-x-icu" = ''a''', 't::varchar = ''a''', 't::bpchar = ''a''', 'i4::int8 = 7', 'i4::numeric = 7', 'i4::float8 > 0.5', 'coalesce(i4, 7) = 7', '(i4 = 7) IS NOT TRUE', '(i4 = 7) IS TRUE',
  'true', 'NULL::bool', 'i4 = NULL', 'i4 = (SELECT 7)', 't = (SELECT max(t) FROM l)', 'i4 = (SELECT NULL::int)'] AS conditions \gset
SELECT * FROM tried('f', 'l', '{*,id,i4,"t, bo"}', :'conditions', true);
SELECT condition, rows, wrong, sent, existence FROM tried('few', 'l', '{"t, i4",id,bo}', :'conditions', false);
-- (a condition that the planner finds never true has another plan in each version)
SELECT condition, rows, wrong, existence FROM tried('marked', 'lmarked', '{i4}', :'conditions', false)
 WHERE wrong IS NOT NULL OR existence = 'row_marker' AND condition NOT IN ('NULL::bool', 'i4 = NULL');
SELECT * FROM tried('narrow', 'lnarrow', '{*,id,i4}', '{i4 = 7,i4 IS NULL,i4 IS NOT NULL,i4 <> 7,i4 < 0,i4 = 7 OR i4 IS NULL}', true);

-- random trees of conditions: none finds other rows than in the local table
CREATE FUNCTION random_condition(depth int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  leaves text[] := ARRAY['i2 > 0', 'i4 = 7', 'i4 <> 7', 'i4 IS NULL', 'i4 IS NOT NULL', 'i4 IN (7, -5, 0)', 'i4 NOT IN (1, 7)', 'i8 < 5', 'i8 >= -5', 'i8 IS NULL', 'f4 > 0', 'f4 = 0', 'f8 < 0.5', 'f8 <> ''NaN''', 'f8 IS NULL',
    'bo', 'NOT bo', 'bo IS NULL', 'ts > ''1970-01-01''', 'ts IS NULL', 'u > ''7fffffff-ffff-ffff-ffff-fffffffffff0''', 't = ''a''', 't = ''''', 't > ''a''', 't LIKE ''a%''', 't IS NULL', 't <> ''ab''', 't IN (''a'', ''é'')', 'by < ''\x61''', 'by IS NOT NULL',
    'n = 7', 'n IS NULL', 'id > ''r20''', 'id IN (''r05'', ''r17'', ''r30'')', 'i4 = i2', 'i4 IS DISTINCT FROM 7'];
BEGIN
  IF depth = 0 OR random() < 0.2 THEN
    RETURN CASE WHEN random() < 0.2 THEN 'NOT ' ELSE '' END || leaves[1 + floor(random() * cardinality(leaves))::int];
  END IF;
  RETURN format('%s(%s %s %s)', CASE WHEN random() < 0.1 THEN 'NOT ' ELSE '' END, random_condition(depth - 1), CASE WHEN random() < 0.5 THEN 'AND' ELSE 'OR' END, random_condition(depth - 1));
END $$;
SELECT setseed(0.17);
SELECT count(*) AS conditions, string_agg(c, E'\n') FILTER (WHERE differences('SELECT id FROM f WHERE ' || c, 'SELECT id FROM l WHERE ' || c) <> 0) AS wrong,
  string_agg(c, E'\n') FILTER (WHERE differences('SELECT t, bo FROM f WHERE ' || c, 'SELECT t, bo FROM l WHERE ' || c) <> 0) AS wrong_columns
FROM (SELECT random_condition(1 + i % 4) AS c FROM generate_series(1, 300) AS i OFFSET 0) AS q;

-- trap 17: no older version passes
SELECT count(*), count(*) FILTER (WHERE i4 = -5) FROM f WHERE i4 = -5;
-- trap 23: count(*) is the number of rows
SELECT count(*), shown('SELECT count(*) FROM f WHERE i8 > 0', 'HBase Columns') FROM f WHERE i8 > 0;

-- long lists are checked here; those whose length is known only when they are used, again
SELECT format('SELECT id FROM f WHERE i4 IN (%s)', string_agg(i::text, ', ')) AS in32 FROM generate_series(1, 32) AS i \gset
SELECT format('SELECT id FROM f WHERE i4 IN (%s)', string_agg(i::text, ', ')) AS in33 FROM generate_series(1, 33) AS i \gset
SELECT format('SELECT id FROM f WHERE %s', string_agg('i4 = ' || i || ' OR t = ''' || i || '''', ' OR ')) AS or34 FROM generate_series(1, 17) AS i \gset
SELECT clauses(:'in32'), clauses(:'in33'), clauses(:'or34');
:in32;
:in33;
:or34;
-- conditions nested as deep as a filter goes, and deeper
CREATE FUNCTION nested(depth int) RETURNS text LANGUAGE sql AS $$
  SELECT 'SELECT id FROM f WHERE ' || string_agg(CASE i % 2 WHEN 0 THEN '(i4 > 0 AND ' ELSE '(t IS NULL OR ' END, '' ORDER BY i) || 'i4 = 7' || repeat(')', depth) FROM generate_series(1, depth) AS i
$$;
SELECT d, clauses(nested(d)), differences(nested(d), replace(nested(d), 'FROM f', 'FROM l')) FROM unnest('{2,3,15,16,17,30}'::int[]) AS d;

-- right sides are evaluated for each scan: parameters, outer columns, sub-selects
SET plan_cache_mode = force_generic_plan;
PREPARE by_number (int8) AS SELECT id FROM f WHERE i4 >= $1 ORDER BY id LIMIT 4;
EXECUTE by_number (7);
EXECUTE by_number (2147483648);
EXECUTE by_number (-9223372036854775808);
EXECUTE by_number (NULL);
PREPARE by_array (int8[]) AS SELECT id, i4 FROM f WHERE i4 = ANY ($1) ORDER BY id;
EXECUTE by_array ('{-5,NULL,99999999999}');
EXECUTE by_array ('{}');
EXECUTE by_array (NULL);
SELECT array_agg(i) AS many FROM generate_series(-5, 100) AS i WHERE i <> 0 \gset
EXECUTE by_array (:'many');
PREPARE by_none (int8[]) AS SELECT count(*) FROM f WHERE i4 <> ALL ($1);
EXECUTE by_none ('{}');
EXECUTE by_none ('{-5,7}');
EXECUTE by_none ('{-5,7,NULL}');
EXECUTE by_none (:'many');
PREPARE by_text (text) AS SELECT count(*) FROM f WHERE t = $1;
EXECUTE by_text ('');
EXECUTE by_text ('日本');
EXECUTE by_text (NULL);
PREPARE by_bool (bool) AS SELECT count(*) FROM f WHERE bo = $1;
EXECUTE by_bool (true);
EXECUTE by_bool (false);
SELECT clauses('EXECUTE by_number (1)'), clauses('EXECUTE by_array (NULL)'), clauses('EXECUTE by_none (NULL)'), clauses('EXECUTE by_text (NULL)'), clauses('EXECUTE by_bool (NULL)');
RESET plan_cache_mode;
SELECT l.id, (SELECT count(*) FROM f WHERE f.i4 = l.i4 AND f.t > l.t) AS same FROM l WHERE l.i2 = 7 ORDER BY 1;
SELECT l.id, s.* FROM l, LATERAL (SELECT f.id, f.i4 FROM f WHERE f.i4 > l.i2 ORDER BY f.id LIMIT 2) AS s (fid, i4) WHERE l.id < 'r03' ORDER BY 1, 2;
SELECT differences('SELECT l.id, f.id FROM l JOIN f ON f.id = l.id AND f.i4 < l.i8', 'SELECT l.id, f.id FROM l JOIN l AS f ON f.id = l.id AND f.i4 < l.i8');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT f.id FROM (VALUES ('r01', 1), ('r02', 2)) AS v (id, i) JOIN f ON f.id = v.id AND f.i4 > v.i;
SELECT f.id FROM (VALUES ('r01', -1), ('r02', 2)) AS v (id, i) JOIN f ON f.id = v.id AND f.i4 > v.i;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;

-- what EXPLAIN shows
EXPLAIN (COSTS OFF) SELECT id FROM f WHERE i4 = 7 AND n = 7;
EXPLAIN (COSTS OFF, VERBOSE) SELECT count(*) FROM f WHERE i4 > 7;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM f WHERE id > 'a' AND i4 IS NULL LIMIT 2;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM wide WHERE i4 IS NULL AND (t > 'a' OR i4 IN (7, 8));
SET htable_fdw.enable_value_filter = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT count(*) FROM f WHERE i4 > 7;
RESET htable_fdw.enable_value_filter;

-- a limit travels when nothing is left to check, and a full scan is one for all its filter
SELECT q AS query, coalesce(shown(q, 'HBase Limit'), '-') AS "limit", fact(q, 'HBase Rows') AS sent
FROM unnest(ARRAY['SELECT id FROM f WHERE i4 = 7 LIMIT 1', 'SELECT id FROM f WHERE i4 = 7 AND t IS NULL ORDER BY id DESC LIMIT 1', 'SELECT id FROM f WHERE i4 = 7 AND n = 7 LIMIT 1', 'SELECT id FROM f WHERE i4 = 7 LIMIT 1 OFFSET 1']) AS q;
CREATE FOREIGN TABLE guarded (id text OPTIONS (column ':key') COLLATE "C", i4 int4 OPTIONS (column 'a:i4')) SERVER filters_hbase OPTIONS (table_name 'regress_filters', encoding 'binary', full_scan 'error');
SELECT outcome('SELECT id FROM guarded LIMIT 1'), outcome('SELECT id FROM guarded WHERE i4 = 7 LIMIT 1'), outcome('SELECT id FROM guarded WHERE i4 = 7 AND id > ''r10'' LIMIT 1');

-- no condition moves before a security barrier that it might leak from
CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM f WHERE t = 'a';
SELECT clauses('SELECT id FROM barrier WHERE i4 = 7'), clauses('SELECT id FROM barrier WHERE ts < ''2020-01-01''::timestamp');

-- two columns that show one cell, and a domain
CREATE DOMAIN small AS int CHECK (VALUE < 100);
CREATE FOREIGN TABLE twice (id text OPTIONS (column ':key') COLLATE "C", i4 int4 OPTIONS (column 'a:i4'), bytes bytea OPTIONS (column 'a:i4'), d small OPTIONS (column 'a:i4'))
  SERVER filters_hbase OPTIONS (table_name 'regress_filters', encoding 'binary');
SELECT id, i4, bytes FROM twice WHERE bytes = '\x00000007' AND i4 = 7 ORDER BY id LIMIT 2;
SELECT id, i4 FROM twice WHERE bytes < '\x00000007' AND i4 > 0 ORDER BY id LIMIT 2;
SELECT count(*) FROM twice WHERE d = 7;
SELECT outcome('SELECT count(*) FROM twice WHERE d > 7'), clauses('SELECT count(*) FROM twice WHERE d > 7');

-- cells that do not decode: an error when a row with one passes, whatever is selected; else they are not looked at
CREATE FOREIGN TABLE bad (id text OPTIONS (column ':key') COLLATE "C", i int4, v varchar(3) OPTIONS (encoding 'text') COLLATE "C", t text COLLATE "C", bo bool, x bytea)
  SERVER filters_hbase OPTIONS (table_name 'regress_filters_bad', family 'cf', encoding 'binary');
SELECT c AS condition, found, found = outcome('SELECT FROM bad WHERE ' || c) AND found = outcome('SELECT FROM bad WHERE ' || c || ' LIMIT 20') AND found = outcome('SELECT x FROM bad WHERE ' || c) AS always
FROM unnest(ARRAY['i = 5', 'i > 5 AND i < 8', 'i > 5', 'i < 5', 'i <= -1', 'i BETWEEN 6 AND 100', 'i <> 5', 'i IN (5, 9)', 'i IS NULL', 'i IS NOT NULL', 'i = 5 OR i = -1', 'i = 5 OR i IS NULL', 'v = ''abc''', 'v = ''abcd''', 'v > ''b''', 'v < ''abc''', 'v <> ''b''',
  't = ''x''', 't > ''x''', 't < ''y''', 't = ''''', 't LIKE ''x%''', 'v LIKE ''a%''', 'bo', 'NOT bo', 'bo = false', 'x = ''1''', 'x IS NULL', 'v IS NULL AND i = 5']) AS c, outcome('SELECT id FROM bad WHERE ' || c) AS found;
-- read as NULL: as a local table in which they are NULL
CREATE FOREIGN TABLE forgiving (id text OPTIONS (column ':key') COLLATE "C", i int4, v varchar(3) OPTIONS (encoding 'text') COLLATE "C", t text COLLATE "C", bo bool, x bytea)
  SERVER filters_hbase OPTIONS (table_name 'regress_filters_bad', family 'cf', encoding 'binary', on_bad_value 'null');
CREATE TABLE lforgiving (id text COLLATE "C", i int4, v varchar(3) COLLATE "C", t text COLLATE "C", bo bool, x bytea);
INSERT INTO lforgiving VALUES ('a_good', 5, 'abc', 'x', true, '1'), ('b_null', NULL, NULL, NULL, NULL, '1'), ('c_empty', NULL, '', '', NULL, '1'), ('d_one', NULL, NULL, NULL, NULL, '1'), ('e_three', NULL, NULL, NULL, NULL, '1'),
  ('f_five', NULL, NULL, NULL, NULL, '1'), ('g_eight', NULL, NULL, NULL, NULL, '1'), ('h_eight', NULL, NULL, NULL, NULL, '1'), ('i_three', NULL, NULL, NULL, NULL, '1'), ('j_three', NULL, NULL, NULL, NULL, '1'),
  ('k_five', NULL, NULL, NULL, NULL, '1'), ('l_five', NULL, NULL, NULL, NULL, '1'), ('m_minus', -1, 'b', 'y', false, '1'), ('n_nine', 9, 'zz', 'z', true, '1');
SET client_min_messages = error;
SELECT * FROM tried('forgiving', 'lforgiving', '{*,id,"v, t"}', ARRAY['i = 5', 'i > 5', 'i < 5', 'i <= -1', 'i <> 5', 'i NOT IN (5, 9)', 'i IN (5, 9)', 'i IS NULL', 'i IS NOT NULL', 'i = 5 OR i IS NULL', 'i > 5 OR t > ''x''', 'v = ''abc''', 'v = ''abcd''', 'v <> ''abc''', 'v > ''b''', 'v < ''b''',
  'v IS NULL', 'v IS NOT NULL', 't = ''x''', 't > ''x''', 't < ''y''', 't <> ''x''', 't LIKE ''x%''', 't IS NULL', 'bo', 'NOT bo', 'bo IS NULL', 'x = ''1''', 'x > ''0''', 'x IS NULL', 'x IS NOT NULL', 'i IS NULL AND x = ''1'''], true);
RESET client_min_messages;

\set VERBOSITY terse
DROP SCHEMA filters CASCADE;
DROP SERVER filters_hbase CASCADE;
