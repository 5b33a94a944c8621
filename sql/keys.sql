--
-- Row keys of every type: a condition finds what it finds in a local table,
-- and goes to HBase where bytes allow it.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA keys;
SET search_path = keys, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER keys_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER keys_hbase;

-- int2, int4, int8: a range of numbers is up to two ranges of bytes
CREATE FOREIGN TABLE f2 (k int2 OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_int2', family 'cf');
CREATE FOREIGN TABLE f4 (k int4 OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_int4', family 'cf');
CREATE FOREIGN TABLE f8 (k int8 OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_int8', family 'cf');
CREATE TABLE l2 AS SELECT k::int2, k::text AS n FROM unnest(ARRAY[-32768, -5, -1, 0, 1, 7, 32767]) AS k;
CREATE TABLE l4 AS SELECT k::int4, k::text AS n FROM unnest(ARRAY[-2147483648, -5, -2, -1, 0, 1, 2, 7, 2147483647]) AS k;
CREATE TABLE l8 AS SELECT k::int8, k::text AS n FROM unnest(ARRAY['-9223372036854775808', '-9007199254740993', '-5', '-1', '0', '1', '7',
  '9007199254740993', '9223372036854775807']) AS k;
SELECT * FROM f2;
SELECT * FROM f4;
SELECT * FROM f8;
SELECT differences('TABLE f2', 'TABLE l2'), differences('TABLE f4', 'TABLE l4'), differences('TABLE f8', 'TABLE l8');

SELECT * FROM probe('f4', 'l4', ARRAY['k = 7', 'k = -5', 'k < 5', 'k <= -1', 'k > -3', 'k >= 0', 'k BETWEEN -2 AND 2', 'k BETWEEN 1 AND 7',
  'k BETWEEN -5 AND -2', 'k BETWEEN 2 AND -2', 'k IN (-1, 0, 7, 99)', 'k = ANY (''{-5,7,NULL}'')', 'k < -2 OR k > 2', 'k <> 0',
  'k > 2147483647', 'k < -2147483648', 'k >= -2147483648', 'k % 2 = 0', 'abs(k::int8) = 5', 'k + 0 = 7', 'k = NULL']);

-- every operator against constants of its own and of other types: in range, out of range, fractions, NaN, infinities
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS numbers
FROM (VALUES ('int2', '{-32768,-5,-1,0,1,2,7,32767}'::text[]),
             ('int4', '{-2147483648,-32769,-5,-1,0,1,7,32768,2147483647}'),
             ('int8', '{-9223372036854775808,-9007199254740993,-2147483649,-5,-1,0,7,2147483648,9007199254740993,9223372036854775807}'),
             ('numeric', '{-1e30,-9223372036854775809,-9223372036854775808.5,-5.5,-5,-0.5,0,0.5,6.999,7.0,7.001,9223372036854775807.5,9223372036854775808,1e30,NaN,Infinity,-Infinity}'),
             ('float8', '{-1e300,-9223372036854775808,-9.3e18,-5.5,-5,-0.5,-0,0,0.5,7,7.5,9007199254740992,9223372036854775807,9.3e18,1e300,NaN,Infinity,-Infinity}'),
             ('float4', '{-5.5,-5,-0.5,0,0.5,7,7.5,16777217,2147483648,9.3e18,NaN,Infinity,-Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('f2', 'l2', 'k', '{=,<,<=,>,>=,<>}', :'numbers');
SELECT * FROM probe_ops('f4', 'l4', 'k', '{=,<,<=,>,>=,<>}', :'numbers');
SELECT * FROM probe_ops('f8', 'l8', 'k', '{=,<,<=,>,>=,<>}', :'numbers');
-- the same through parameters of a generic plan
SET plan_cache_mode = force_generic_plan;
PREPARE p8 (int8) AS SELECT k FROM f4 WHERE k >= $1 ORDER BY k;
EXECUTE p8 (-2);
EXECUTE p8 (2147483648);
EXECUTE p8 (-9223372036854775808);
EXECUTE p8 (NULL);
PREPARE pn (numeric, numeric) AS SELECT k FROM f4 WHERE k > $1 AND k < $2 ORDER BY k;
EXECUTE pn (-5.5, 1.5);
EXECUTE pn ('-Infinity', 'NaN');
EXECUTE pn ('NaN', 1);
EXECUTE pn (NULL, 1);
PREPARE pa (int8[]) AS SELECT k FROM f4 WHERE k = ANY ($1) ORDER BY k;
EXECUTE pa ('{7,-5,2147483648,NULL,-9223372036854775808}');
EXECUTE pa ('{}');
SELECT clauses('EXECUTE p8 (1)'), clauses('EXECUTE pn (1, 1)'), clauses('EXECUTE pa (NULL)');
RESET plan_cache_mode;
-- byte order is not the order of numbers: no order is claimed, no LIMIT sent
SELECT k FROM f4 ORDER BY k;
SELECT k FROM f4 ORDER BY k DESC LIMIT 3;
EXPLAIN (COSTS OFF) SELECT k FROM f4 ORDER BY k LIMIT 3;
SELECT min(k), max(k) FROM f4;

-- float8 and float4: two zeros, infinities, NaNs; as PostgreSQL orders them
CREATE FOREIGN TABLE ff8 (k float8 OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_float8', family 'cf');
CREATE FOREIGN TABLE ff4 (k float4 OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_float4', family 'cf');
CREATE TABLE lf8 (k float8, n text);
INSERT INTO lf8 VALUES ('-inf', '-inf'), (-1.5, '-1.5'), (-5e-324, '-5e-324'), (0, '0.0'), ('-0', '-0.0'), (5e-324, '5e-324'),
  (1.5, '1.5'), (1e300, '1e+300'), ('inf', 'inf'), ('NaN', 'nan'), ('NaN', '-nan');
CREATE TABLE lf4 (k float4, n text);
INSERT INTO lf4 VALUES ('-inf', '-inf'), (-1.5, '-1.5'), ('-0', '-0.0'), (0, '0.0'), (0.5, '0.5'), (1.5, '1.5'), (16777216, '16777216.0'),
  ('inf', 'inf'), ('NaN', 'nan');
SELECT * FROM ff8 ORDER BY k, n;
SELECT * FROM ff4 ORDER BY k, n;
SELECT differences('TABLE ff8', 'TABLE lf8'), differences('TABLE ff4', 'TABLE lf4');
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS numbers
FROM (VALUES ('float8', '{-Infinity,-1e300,-1.5,-1.4999999999,-5e-324,-0,0,5e-324,0.1,1.5,1.50000000001,16777217,1e300,Infinity,NaN}'::text[]),
             ('float4', '{-Infinity,-1.5,-0.1,-0,0,0.5,0.1,1.5,16777216,Infinity,NaN}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('ff8', 'lf8', 'k', '{=,<,<=,>,>=,<>}', :'numbers');
SELECT * FROM probe_ops('ff4', 'lf4', 'k', '{=,<,<=,>,>=,<>}', :'numbers');
SELECT * FROM probe('ff8', 'lf8', ARRAY['k = 0', 'k > 0', 'k < 0', 'k >= 0', 'k <= 0', 'k = ''NaN''', 'k < ''NaN''', 'k > ''Infinity''',
  'k BETWEEN -1.5 AND 0', 'k IN (0, 1.5, ''NaN'')', 'k > 1', 'k = 1.5::numeric', 'k IS NULL']);

-- timestamptz: milliseconds since 1970; microseconds are rounded outwards
CREATE FOREIGN TABLE ft (k timestamptz OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_time', family 'cf');
CREATE FOREIGN TABLE ftn (k timestamp OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_time', family 'cf');
CREATE TABLE lt (k timestamptz, n text);
INSERT INTO lt VALUES ('0001-01-01 00:00:00Z', 'year 1'), ('1969-12-31 23:59:59.999Z', 'before 1970'), ('1970-01-01 00:00:00Z', '1970'),
  ('1970-01-01 00:00:00.001Z', '1 ms'), ('2024-01-02 03:04:05.678Z', '2024'), ('2024-01-02 03:04:05.679Z', '2024 and 1 ms');
CREATE TABLE ltn AS SELECT k AT TIME ZONE 'UTC' AS k, n FROM lt;
SELECT * FROM ft ORDER BY k;
SELECT differences('TABLE ft', 'TABLE lt'), differences('TABLE ftn', 'TABLE ltn');
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS times
FROM (VALUES ('timestamptz', '{-Infinity,4713-01-01 BC,0001-01-01 00:00:00Z,1969-12-31 23:59:59.998999Z,1969-12-31 23:59:59.999Z,1970-01-01 00:00:00Z,1970-01-01 00:00:00.000001Z,1970-01-01 00:00:00.000999Z,1970-01-01 00:00:00.001Z,2024-01-02 03:04:05.678Z,2024-01-02 03:04:05.6785Z,2024-01-02 03:04:05.679001Z,294276-12-31,Infinity}'::text[]),
             ('timestamp', '{-Infinity,1969-12-31 23:59:59.999,1970-01-01,2024-01-02 03:04:05.678,2024-01-02 03:04:05.6785,Infinity}'),
             ('date', '{-Infinity,1969-12-31,1970-01-01,2024-01-02,2024-01-03,Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT * FROM probe_ops('ft', 'lt', 'k', '{=,<,<=,>,>=,<>}', :'times');
SELECT * FROM probe_ops('ftn', 'ltn', 'k', '{=,<,<=,>,>=,<>}',
  (SELECT array_agg(t) FROM unnest(:'times'::text[]) AS t WHERE t NOT LIKE '%tz'));
-- a timestamp without time zone means one in the session's zone
SET timezone = 'America/New_York';
SELECT * FROM probe_ops('ft', 'lt', 'k', '{=,<,<=,>,>=,<>}', :'times');
SELECT k, n FROM ft WHERE k = timestamp '2024-01-01 22:04:05.678';
SET timezone = 'UTC';
SELECT * FROM probe('ft', 'lt', ARRAY['k > now() - interval ''1 h''', 'k < now() AND k > ''2020-01-01''', 'k = ANY (''{2024-01-02 03:04:05.678+00}'')',
  'k::date = ''2024-01-02''']);

-- uuid
CREATE FOREIGN TABLE fu (k uuid OPTIONS (column ':key', encoding 'binary'), n text)
  SERVER keys_hbase OPTIONS (table_name 'regress_key_uuid', family 'cf');
CREATE TABLE lu AS SELECT u::uuid AS k, left(u, 8) AS n FROM unnest(ARRAY['00000000-0000-0000-0000-000000000000', '12345678-9abc-def0-1234-56789abcdef0',
  '7fffffff-ffff-ffff-ffff-ffffffffffff', '80000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']) AS u;
SELECT * FROM fu;
SELECT * FROM probe_ops('fu', 'lu', 'k', '{=,<,<=,>,>=,<>}', (SELECT array_agg(quote_literal(k) || '::uuid') FROM lu));
SELECT * FROM probe('fu', 'lu', ARRAY['k IN (''12345678-9abc-def0-1234-56789abcdef0'', ''12345678-9abc-def0-1234-56789abcdef1'')']);
SELECT k FROM fu ORDER BY k DESC LIMIT 2;
EXPLAIN (COSTS OFF) SELECT k FROM fu ORDER BY k DESC LIMIT 2;

-- text: ranges only where bytes are the column's order; equality and prefixes under any deterministic collation
CREATE COLLATION like_english (provider = icu, locale = 'en-US');
CREATE COLLATION no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE FOREIGN TABLE fc (k text OPTIONS (column ':key') COLLATE "C", n int) SERVER keys_hbase OPTIONS (table_name 'regress_key_text', family 'cf');
CREATE FOREIGN TABLE fp (k text OPTIONS (column ':key') COLLATE "POSIX", n int) SERVER keys_hbase OPTIONS (table_name 'regress_key_text', family 'cf');
CREATE FOREIGN TABLE fe (k text OPTIONS (column ':key') COLLATE like_english, n int) SERVER keys_hbase OPTIONS (table_name 'regress_key_text', family 'cf');
CREATE FOREIGN TABLE fi (k text OPTIONS (column ':key') COLLATE no_case, n int) SERVER keys_hbase OPTIONS (table_name 'regress_key_text', family 'cf');
CREATE FOREIGN TABLE fv (k varchar(2) OPTIONS (column ':key') COLLATE "C", n int) SERVER keys_hbase OPTIONS (table_name 'regress_key_text', family 'cf');
CREATE FOREIGN TABLE fh (k char(2) OPTIONS (column ':key') COLLATE "C", n int) SERVER keys_hbase OPTIONS (table_name 'regress_key_text', family 'cf');
CREATE TABLE lc (k text COLLATE "C", n int);
INSERT INTO lc VALUES ('A', 1), ('B', 2), ('a', 3), ('a ', 4), ('aa', 5), ('b', 6), ('é', 7), ('Z', 8), ('z', 9);
CREATE TABLE lp (k text COLLATE "POSIX", n int);
INSERT INTO lp TABLE lc;
CREATE TABLE le (k text COLLATE like_english, n int);
INSERT INTO le TABLE lc;
CREATE TABLE li (k text COLLATE no_case, n int);
INSERT INTO li TABLE lc;
CREATE TABLE lv (k varchar(2) COLLATE "C", n int);
INSERT INTO lv TABLE lc;
CREATE TABLE lh (k char(2) COLLATE "C", n int);
INSERT INTO lh TABLE lc;
SELECT array_agg(quote_literal(k)) AS texts FROM lc \gset
SELECT * FROM probe_ops('fc', 'lc', 'k', '{=,<,<=,>,>=,<>,~<~,~>=~}', :'texts');
SELECT * FROM probe_ops('fp', 'lp', 'k', '{=,<,>=}', :'texts');
SELECT * FROM probe_ops('fe', 'le', 'k', '{=,<,<=,>,>=,<>,~<~,~<=~,~>~,~>=~}', :'texts');
SELECT * FROM probe_ops('fi', 'li', 'k', '{=,<,<=,>,>=,<>}', :'texts');
SELECT * FROM probe_ops('fv', 'lv', 'k', '{=,<,<=,>,>=,<>}', :'texts');
SELECT * FROM probe_ops('fh', 'lh', 'k', '{=,<,<=,>,>=,<>}', :'texts');
SELECT * FROM probe('fe', 'le', ARRAY['k LIKE ''a%''', 'k ^@ ''a''', 'k IN (''a'', ''b'')', 'k COLLATE "C" < ''a''', 'k < ''a'' COLLATE "C"', 'k COLLATE "C" > ''Z'' AND k < ''b''']);
SELECT * FROM probe('fi', 'li', ARRAY['k = ''A''', 'k IN (''a'', ''B'')', 'k COLLATE "C" = ''A''', 'k COLLATE "C" LIKE ''a%''']);
SELECT * FROM probe('fc', 'lc', ARRAY['k COLLATE like_english < ''a''', 'k COLLATE no_case = ''a''', 'k::varchar = ''a''', 'k::bpchar = ''a''', 'k = ''a''::varchar',
  'k = ''a''::name', 'k = ''a''::char(2)', 'k::bytea > ''\x61''']);
SELECT * FROM probe('fv', 'lv', ARRAY['k = ''a''', 'k LIKE ''a%''', 'k = ''a''::varchar', 'k IN (''a'', ''b'')', 'k = ANY (''{a,b}''::varchar[])', 'k > ''Z''', 'k = ''abc''']);
SELECT * FROM probe('fh', 'lh', ARRAY['k = ''a''', 'k LIKE ''a%''', 'k = ''a ''', 'k = ''a''::text', 'k > ''Z''']);
-- order is claimed under "C" only
SELECT string_agg(k, ',') FROM (SELECT k FROM fc ORDER BY k) AS q;
SELECT string_agg(k, ',') FROM (SELECT k FROM fe ORDER BY k) AS q;
SELECT string_agg(k, ',') FROM (SELECT k FROM fe ORDER BY k COLLATE "C") AS q;
SELECT string_agg(k, ',') FROM (SELECT k FROM fv ORDER BY k DESC) AS q;
EXPLAIN (COSTS OFF) SELECT k FROM fc ORDER BY k DESC;
EXPLAIN (COSTS OFF) SELECT k FROM fe ORDER BY k;
EXPLAIN (COSTS OFF) SELECT k FROM fv ORDER BY k;

-- numbers as text: '7' and '007' are two keys of one number, so comparisons stay here
CREATE FOREIGN TABLE fn (k int OPTIONS (column ':key'), n text) SERVER keys_hbase OPTIONS (table_name 'regress_key_number', family 'cf');
CREATE TABLE ln AS SELECT k::int, 'text ' || k AS n FROM unnest(ARRAY['-3', '0', '007', '7', '10', '100', '9']) AS k;
SELECT * FROM fn;
SELECT * FROM probe_ops('fn', 'ln', 'k', '{=,<,<=,>,>=,<>}', '{-3,0,7,8,10}');
SELECT k, n FROM fn ORDER BY k, n;

-- no order of their own: bool (any byte but zero is true), numeric
CREATE FOREIGN TABLE fo (k bool OPTIONS (column ':key', encoding 'binary'), n text) SERVER keys_hbase OPTIONS (table_name 'regress_key_bool', family 'cf');
CREATE TABLE lo (k bool, n text);
INSERT INTO lo VALUES (false, 'false'), (true, 'true too'), (true, 'true');
SELECT * FROM fo;
SELECT * FROM probe('fo', 'lo', ARRAY['k', 'NOT k', 'k = true', 'k > false', 'k IS TRUE', 'k IS NOT FALSE']);

-- a domain compares as its base type
CREATE DOMAIN small AS int4 CHECK (VALUE IS NULL OR VALUE < 2147483647);
CREATE FOREIGN TABLE fd (k small OPTIONS (column ':key', encoding 'binary'), n text) SERVER keys_hbase OPTIONS (table_name 'regress_key_int4', family 'cf');
SELECT * FROM probe('fd', 'l4', ARRAY['k = 7', 'k < 0', 'k BETWEEN -2 AND 2']);
-- a table without a key column
CREATE FOREIGN TABLE nokey (n text) SERVER keys_hbase OPTIONS (table_name 'regress_key_int4', family 'cf');
SELECT count(*), count(n) FROM nokey;

\set VERBOSITY terse
DROP SCHEMA keys CASCADE;
DROP SERVER keys_hbase CASCADE;
