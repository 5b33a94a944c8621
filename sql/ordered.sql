--
-- Encoding "ordered": values and row keys as OrderedBytes writes them
-- (sql/fixtures/ordered.cells, made by OrderedBytes itself), in both orders.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
SET client_min_messages = warning;
CREATE SCHEMA ordered;
SET search_path = ordered, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER hb_ordered FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb_ordered;
CREATE DOMAIN posint AS int CHECK (VALUE > 0);

-- cells of every type, in either order
CREATE FOREIGN TABLE a (
	k text OPTIONS (column ':key', encoding 'text') COLLATE "C",
	int2 int2, int4 int4, int8 int8, float4 float4, float8 float8, "numeric" numeric,
	"text" text, "varchar" varchar(3), bytes bytea, "time" timestamp
) SERVER hb_ordered OPTIONS (table_name 'regress_ordered', family 'a', encoding 'ordered');
CREATE FOREIGN TABLE d (
	k text OPTIONS (column ':key', encoding 'text') COLLATE "C",
	int2 int2 OPTIONS ("order" 'desc'), int4 int4 OPTIONS ("order" 'desc'), int8 int8 OPTIONS ("order" 'desc'),
	float4 float4 OPTIONS ("order" 'desc'), float8 float8 OPTIONS ("order" 'desc'),
	"numeric" numeric OPTIONS ("order" 'desc'), "text" text OPTIONS ("order" 'desc'),
	"varchar" varchar(3) OPTIONS ("order" 'desc'), bytes bytea OPTIONS ("order" 'desc'),
	"time" timestamp OPTIONS ("order" 'desc')
) SERVER hb_ordered OPTIONS (table_name 'regress_ordered', family 'd', encoding 'ordered');
\x on
SELECT * FROM a WHERE k IN ('full', 'zero', 'last', 'long') ORDER BY k;
\x off
SELECT differences('SELECT * FROM a WHERE k < ''b'' OR k > ''c''', 'SELECT * FROM d WHERE k < ''b'' OR k > ''c''');
-- the null of OrderedBytes is NULL, in a cell that exists
SELECT k, num_nulls(int2, int4, int8, float4, float8, "numeric", "text", "varchar", bytes, "time") AS nulls FROM a WHERE k = 'null';
SELECT k FROM a WHERE int4 IS NULL AND k >= 'f' ORDER BY k;
SELECT k FROM d WHERE int4 IS NULL AND k >= 'f' ORDER BY k;
SELECT "text" IS NULL AS is_null, "text" = '' AS is_empty FROM a WHERE k = 'zero';

-- other bytes are errors that say what was found
SELECT k, outcome(format('SELECT %I FROM %I WHERE k = %L', replace(substr(k, 5), 'int1', 'int2'), t, k))
  FROM a, unnest('{a,d}'::text[]) AS t WHERE k LIKE 'bad.%' ORDER BY k, t;
CREATE FOREIGN TABLE x (
	k text OPTIONS (column ':key', encoding 'text') COLLATE "C",
	int4 int4, float8 float8, "numeric" numeric, "text" text, bytes bytea, "time" timestamptz
) SERVER hb_ordered OPTIONS (table_name 'regress_ordered', family 'x', encoding 'ordered');
SELECT k, outcome(format('SELECT %I FROM x WHERE k = %L', c, k))
  FROM (VALUES (1, 'int4'), (2, 'int4'), (3, 'int4'), (4, 'int4'), (5, 'int4'), (6, 'text'), (7, 'text'), (8, 'text'), (9, 'numeric'),
               (10, 'numeric'), (11, 'numeric'), (12, 'numeric'), (13, 'numeric'), (14, 'bytes'), (15, 'bytes'), (16, 'float8'),
               (17, 'time'), (18, 'text'), (19, 'text')) AS v (n, c), LATERAL (SELECT 'x' || n AS k) AS w ORDER BY n;
ALTER FOREIGN TABLE x OPTIONS (ADD on_bad_value 'null');
SELECT count(*), count(int4), count(float8), count("numeric"), count("text"), count(bytes), count("time") FROM x;
-- types modified and wrapped
CREATE FOREIGN TABLE m (
	k text OPTIONS (column ':key', encoding 'text') COLLATE "C",
	"numeric" numeric(6,1), "time" timestamp(0), int4 posint
) SERVER hb_ordered OPTIONS (table_name 'regress_ordered', family 'a', encoding 'ordered');
SELECT * FROM m WHERE k = 'full';
SELECT outcome('SELECT int4 FROM m WHERE k = ''zero''');
SELECT outcome('SELECT "numeric" FROM m WHERE k = ''long''');

-- what is refused when it is declared or used
SELECT t, outcome(format('CREATE FOREIGN TABLE refused (c %s) SERVER hb_ordered OPTIONS (family ''a'', encoding ''ordered'')', t)),
       outcome('SELECT * FROM refused'), outcome('DROP FOREIGN TABLE refused')
  FROM unnest('{bool,date,char(3),uuid,jsonb,int4[],interval}'::text[]) AS t;
CREATE FOREIGN TABLE bad (c int OPTIONS ("order" 'down')) SERVER hb_ordered;
CREATE FOREIGN TABLE bad (c timestamptz OPTIONS (column ':timestamp', "order" 'desc')) SERVER hb_ordered;
CREATE FOREIGN TABLE bad (c int OPTIONS ("order" 'desc')) SERVER hb_ordered OPTIONS (family 'a');
SELECT outcome('SELECT * FROM bad');

-- row keys: a table for each type and order, and the same rows here
CREATE FUNCTION key_table(name text, type text, collate_as text DEFAULT '') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE f_%1$s (k %2$s OPTIONS (column '':key'') %3$s, n text OPTIONS (encoding ''text''))
    SERVER hb_ordered OPTIONS (table_name ''regress_ordered_%1$s'', family ''cf'', encoding ''ordered'')', name, type, collate_as);
  EXECUTE format('CREATE FOREIGN TABLE d_%1$s (k %2$s OPTIONS (column '':key'', "order" ''desc'') %3$s, n text OPTIONS (encoding ''text''))
    SERVER hb_ordered OPTIONS (table_name ''regress_ordered_%1$s_desc'', family ''cf'', encoding ''ordered'')', name, type, collate_as);
END $$;
SELECT key_table(name, type) FROM (VALUES ('int2', 'int2'), ('int4', 'int4'), ('int8', 'int8'), ('float4', 'float4'), ('float8', 'float8'),
  ('numeric', 'numeric'), ('bytes', 'bytea'), ('time', 'timestamptz')) AS v (name, type);
SELECT key_table('text', 'text', 'COLLATE "C"');
-- the label of a row is its value, as OrderedBytes was given it
CREATE TABLE l_int2 AS SELECT n::int2 AS k, n FROM f_int2;
CREATE TABLE l_int4 AS SELECT n::int4 AS k, n FROM f_int4;
CREATE TABLE l_int8 AS SELECT n::int8 AS k, n FROM f_int8;
CREATE TABLE l_float4 AS SELECT n::float4 AS k, n FROM f_float4;
CREATE TABLE l_float8 AS SELECT n::float8 AS k, n FROM f_float8;
CREATE TABLE l_numeric AS SELECT n::numeric AS k, n FROM f_numeric;
CREATE TABLE l_text AS SELECT n COLLATE "C" AS k, n FROM f_text;
CREATE TABLE l_bytes AS SELECT decode(substring(n FROM '^[0-9a-f]*'), 'hex') AS k, n FROM f_bytes WHERE n <> 'empty' UNION ALL SELECT '', 'empty';
CREATE TABLE l_time AS SELECT v.k::timestamptz AS k, v.n FROM (VALUES ('0001-01-01 00:00:00Z', 'year 1'), ('1969-12-31 23:59:59.999Z', 'before 1970'),
  ('1970-01-01 00:00:00Z', '1970'), ('1970-01-01 00:00:00.001Z', '1 ms'), ('2024-01-02 03:04:05.678Z', '2024'),
  ('2024-01-02 03:04:05.679Z', '2024 and 1 ms')) AS v (k, n);
SELECT t, differences('TABLE f_' || t, 'TABLE l_' || t) AS "asc", differences('TABLE d_' || t, 'TABLE l_' || t) AS "desc"
  FROM unnest('{int2,int4,int8,float4,float8,numeric,text,bytes,time}'::text[]) AS t;

-- every operator against constants of the key's type and of others: in range, out of range, fractions, NaN, infinities
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS numbers
FROM (VALUES ('int2', '{-32768,-5,-1,0,1,2,7,32767}'::text[]),
             ('int4', '{-2147483648,-32769,-5,-1,0,1,7,32768,2147483647}'),
             ('int8', '{-9223372036854775808,-2147483649,-5,0,7,2147483648,9007199254740993,9223372036854775807}'),
             ('numeric', '{-1e30,-9223372036854775809,-9223372036854775808.5,-5.5,-5,-0.5,0,0.5,6.999,7.0,9223372036854775807.5,1e30,NaN,Infinity,-Infinity}'),
             ('float8', '{-1e300,-9223372036854775808,-5.5,-5,-0,0,7,7.5,9223372036854775807,1e300,NaN,Infinity,-Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT t, p.* FROM unnest('{int2,int4,int8}'::text[]) AS t, unnest('{f,d}'::text[]) AS o,
  LATERAL probe_ops((o || '_' || t)::regclass, ('l_' || t)::regclass, 'k', '{=,<,<=,>,>=,<>}', :'numbers') AS p ORDER BY t, o DESC, p.op;
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS numbers
FROM (VALUES ('float8', '{-Infinity,-1e300,-1.5,-1.4999999999,-5e-324,-0,0,5e-324,0.1,1.5,1.50000000001,16777217,1e300,Infinity,NaN}'::text[]),
             ('float4', '{-Infinity,-1.5,-0.1,-0,0,0.5,0.1,1.5,16777216,Infinity,NaN}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT t, p.* FROM unnest('{float4,float8}'::text[]) AS t, unnest('{f,d}'::text[]) AS o,
  LATERAL probe_ops((o || '_' || t)::regclass, ('l_' || t)::regclass, 'k', '{=,<,<=,>,>=,<>}', :'numbers') AS p ORDER BY t, o DESC, p.op;
-- numerics: constants with more digits than OrderedBytes keeps lie between the keys
SELECT array_agg(quote_literal(v) || '::numeric') AS numbers
FROM unnest('{-Infinity,-1e131071,-1e30,-1.0e30,-999999999999999999999999999999.99999,-100.00,-12.3450000000000000000000000000000000001,-12.345,-0.001,-1e-16383,0,0.000,1e-16383,1e-20,0.1000,0.99999999999999999999999999999999999999,1,1.0000000000000000000000000000000000000000001,9.989,9.99,10,99,99.5,100,1234567890123456789.012345678901,1234567890123456789.0123456789014,1e22,1e131071,Infinity,NaN}'::text[]) AS v \gset
SELECT o, p.* FROM unnest('{f,d}'::text[]) AS o,
  LATERAL probe_ops((o || '_numeric')::regclass, 'l_numeric', 'k', '{=,<,<=,>,>=,<>}', :'numbers') AS p ORDER BY o DESC, p.op;
SELECT * FROM probe('f_numeric', 'l_numeric', ARRAY['k = 1', 'k = 10::int8', 'k > 9.99', 'k IN (1, 1.0, 100)', 'k BETWEEN 0 AND 1', 'k < -1 OR k > 1e20', 'k % 1 = 0 AND k < 1e20']);
-- strings: under "C"
SELECT array_agg(quote_literal(k)) AS texts FROM l_text \gset
SELECT o, p.* FROM unnest('{f,d}'::text[]) AS o,
  LATERAL probe_ops((o || '_text')::regclass, 'l_text', 'k', '{=,<,<=,>,>=,<>,~<~,~>=~}', array_cat(:'texts', ARRAY['''''', '(''a'' || chr(1))', '''é!'''])) AS p ORDER BY o DESC, p.op;
SELECT o, p.* FROM unnest('{f,d}'::text[]) AS o,
  LATERAL probe((o || '_text')::regclass, 'l_text', ARRAY['k LIKE ''a%''', 'k LIKE ''a''', 'k LIKE ''%a''', 'k LIKE ''a%b''', 'k ^@ ''a''', 'starts_with(k, '''')', 'k LIKE ''é%''',
    'k IN (''a'', ''b'', ''c'')', 'k = ANY (NULL)', 'k > ''a'' AND k < ''b''', 'k IS NULL', 'k IS NOT NULL']) AS p ORDER BY o DESC, p.condition;
CREATE COLLATION like_english (provider = icu, locale = 'en-US');
CREATE FOREIGN TABLE e_text (k text OPTIONS (column ':key') COLLATE like_english, n text OPTIONS (encoding 'text'))
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_text', family 'cf', encoding 'ordered');
CREATE TABLE le_text AS SELECT k COLLATE like_english AS k, n FROM l_text;
SELECT * FROM probe_ops('e_text', 'le_text', 'k', '{=,<,<=,>,>=,<>,~<~}', :'texts');
SELECT k FROM f_text WHERE k = 'ab' COLLATE "C";
-- blobs: two ways to write one, and no order
SELECT o, p.* FROM unnest('{f,d}'::text[]) AS o,
  LATERAL probe_ops((o || '_bytes')::regclass, 'l_bytes', 'k', '{=,<,<=,>,>=,<>}', (SELECT array_agg(quote_literal(k) || '::bytea') FROM l_bytes)) AS p ORDER BY o DESC, p.op;
SELECT n FROM f_bytes WHERE k IN ('\x61', '\x0102', '\x99') ORDER BY n;
-- timestamps
SELECT array_agg(quote_literal(v) || '::' || t ORDER BY t, ord) AS times
FROM (VALUES ('timestamptz', '{-Infinity,4713-01-01 BC,0001-01-01 00:00:00Z,1969-12-31 23:59:59.998999Z,1969-12-31 23:59:59.999Z,1970-01-01 00:00:00.000001Z,1970-01-01 00:00:00.001Z,2024-01-02 03:04:05.678Z,2024-01-02 03:04:05.6785Z,294276-12-31,Infinity}'::text[]),
             ('timestamp', '{1969-12-31 23:59:59.999,2024-01-02 03:04:05.6785}'), ('date', '{-Infinity,1970-01-01,2024-01-02,Infinity}')) AS x (t, vals),
     unnest(vals) WITH ORDINALITY AS u (v, ord) \gset
SELECT o, p.* FROM unnest('{f,d}'::text[]) AS o,
  LATERAL probe_ops((o || '_time')::regclass, 'l_time', 'k', '{=,<,<=,>,>=,<>}', :'times') AS p ORDER BY o DESC, p.op;

-- through parameters; one scan after the other, for the order of rows
SET enable_async_append = off;
SET plan_cache_mode = force_generic_plan;
PREPARE p (numeric, text) AS SELECT n FROM d_numeric WHERE k > $1 AND k < 200 UNION ALL SELECT n FROM d_text WHERE k LIKE $2;
EXECUTE p (9.98999999999999999999999999999999999, 'a%');
EXECUTE p (NULL, NULL);
RESET plan_cache_mode;
RESET enable_async_append;

-- the order of keys is the order of values, in both directions; a LIMIT goes with it
CREATE FUNCTION keys_in_order(tab text, by text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  EXECUTE format('SELECT string_agg(n, '' '') FROM (SELECT n FROM %s ORDER BY %s) AS q', tab, by) INTO result;
  RETURN result;
END $$;
SELECT t, keys_in_order(o || '_' || t, 'k ' || by) = keys_in_order('l_' || t, 'k ' || by) AS same,
       shown(format('SELECT n FROM %s_%s ORDER BY k %s', o, t, by), 'Node Type') AS plan,
       shown(format('SELECT n FROM %s_%s ORDER BY k %s', o, t, by), 'HBase Direction') AS direction
  FROM unnest('{int2,int4,int8,numeric,text,time}'::text[]) AS t, unnest('{f,d}'::text[]) AS o, unnest('{asc,desc}'::text[]) AS by ORDER BY t, o DESC, by;
EXPLAIN (COSTS OFF) SELECT k FROM d_int4 WHERE k > -3 ORDER BY k LIMIT 2;
SELECT k FROM d_int4 WHERE k > -3 ORDER BY k LIMIT 2;
SELECT k FROM d_int4 WHERE k > -3 ORDER BY k DESC LIMIT 2;
SELECT min(k), max(k) FROM f_numeric WHERE k > '-Infinity' AND k < 1e30;
-- two zeros are one value: the order ends with them
SELECT string_agg(n, ' ') FROM (SELECT n FROM f_float8 ORDER BY k, n) AS q;
SELECT string_agg(n, ' ') FROM (SELECT n FROM d_float8 ORDER BY k DESC, n DESC) AS q;
EXPLAIN (COSTS OFF) SELECT n FROM f_float8 ORDER BY k;
EXPLAIN (COSTS OFF) SELECT n FROM f_float8 ORDER BY k, n;
EXPLAIN (COSTS OFF) SELECT n FROM f_int4 ORDER BY k, n;
EXPLAIN (COSTS OFF) SELECT n FROM f_bytes ORDER BY k;
CREATE FOREIGN TABLE v (k float8 OPTIONS (column ':key', encoding 'ordered'), n text, t timestamptz OPTIONS (column ':timestamp'))
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_versions', family 'cf', shape 'versions');
SELECT n FROM v ORDER BY k, t DESC;
SELECT n FROM v WHERE k = 0 ORDER BY t DESC;
SELECT n FROM v WHERE k = 0 AND t >= '1970-01-01 00:00:02.4Z' ORDER BY t DESC;
EXPLAIN (COSTS OFF) SELECT n FROM v WHERE k = 0 ORDER BY t DESC;
-- a merge join takes the order of either table
SET enable_hashjoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT f.k FROM f_int4 AS f JOIN d_int4 AS d USING (k);
SELECT string_agg(f.k::text, ' ' ORDER BY f.k) FROM f_int4 AS f JOIN d_int4 AS d USING (k);
RESET enable_hashjoin;
RESET enable_nestloop;

-- a scale or a precision rounds, so that keys are compared here
CREATE FOREIGN TABLE s (k numeric(40,1) OPTIONS (column ':key'), n text OPTIONS (encoding 'text'))
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_numeric', family 'cf', encoding 'ordered', on_bad_key 'skip');
SELECT clauses('SELECT k FROM s WHERE k = 10');
SELECT n FROM s WHERE k = 10 ORDER BY n;
SELECT clauses('SELECT k FROM f_time WHERE k > now()'), clauses('SELECT k FROM f_numeric WHERE k > random()::numeric');

-- keys that are none: a null, another type, another order
CREATE FOREIGN TABLE b (k int OPTIONS (column ':key', encoding 'ordered'), n text)
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_badkeys', family 'cf');
SELECT outcome('SELECT k FROM b');
SELECT k, n FROM b WHERE k > 0;
ALTER FOREIGN TABLE b OPTIONS (ADD on_bad_key 'skip');
SET client_min_messages = notice;
SELECT k, n FROM b;
SET client_min_messages = warning;
SELECT count(*) FROM b WHERE k IS NULL;
-- a condition looks at keys of its own type only
CREATE FOREIGN TABLE bt (k text OPTIONS (column ':key', encoding 'ordered') COLLATE "C", n text)
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_badkeys', family 'cf');
CREATE FOREIGN TABLE bn (k numeric OPTIONS (column ':key', encoding 'ordered'), n text)
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_badkeys', family 'cf');
CREATE FOREIGN TABLE bd (k numeric OPTIONS (column ':key', encoding 'ordered', "order" 'desc'), n text)
  SERVER hb_ordered OPTIONS (table_name 'regress_ordered_badkeys', family 'cf');
SELECT outcome(format('SELECT n FROM %s WHERE k %s ''5''', t, op)) FROM unnest('{bt,bn,bd}'::text[]) AS t, unnest('{<,>}'::text[]) AS op;
SELECT outcome('SELECT n FROM bt WHERE k LIKE ''%''');

\set VERBOSITY terse
DROP SERVER hb_ordered CASCADE;
DROP SCHEMA ordered CASCADE;
