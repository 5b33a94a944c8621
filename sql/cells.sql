--
-- Shape cells: a row for each cell, for tables of which nothing else is known.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA cells;
SET search_path = cells, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER cells_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER cells_hbase;
\set parts 'k text OPTIONS (column '':key'') COLLATE "C", f text OPTIONS (column '':family'') COLLATE "C", q text OPTIONS (column '':qualifier'') COLLATE "C", t int8 OPTIONS (column '':timestamp'')'
CREATE FOREIGN TABLE c (:parts, v bytea OPTIONS (column ':value')) SERVER cells_hbase OPTIONS (table_name 'regress_cells', shape 'cells');
CREATE FOREIGN TABLE r (:parts, v bytea OPTIONS (column ':value'), type text OPTIONS (column ':type')) SERVER cells_hbase OPTIONS (table_name 'regress_cells', shape 'cells', raw 'true');
CREATE TABLE rl (k text COLLATE "C", f text COLLATE "C", q text COLLATE "C", t int8, v bytea, type text);
INSERT INTO rl VALUES
  ('a', 'attr', 'n', 1500, 'attr n', 'Put'), ('a', 'attr', 'w', 2500, '\x0001ff', 'Put'), ('a', 'cf', '', 1000, 'empty qualifier', 'Put'),
  ('a', 'cf', 'n', 3000, '3', 'Put'), ('a', 'cf', 'n', 2000, '2', 'Put'), ('a', 'cf', 'n', 1000, '1', 'Put'), ('a', 'cf', 'v', 2000, 'a2', 'Put'),
  ('b', 'cf', 'v', 1000, 'b1', 'Put'), ('b', 'cf', U&'\00E9t\00E9', 1000, 'summer', 'Put'), ('b', 'zz', 'V', 5000, '', 'Put'),
  ('n', 'attr', '', 3000, NULL, 'DeleteFamily'), ('n', 'attr', 'w', 4000, 'w4000', 'Put'), ('n', 'attr', 'w', 2000, 'hidden', 'Put'),
  ('n', 'cf', 'n', 2000, NULL, 'Delete'), ('n', 'cf', 'n', 2000, 'n2', 'Put'), ('n', 'cf', 'n', 1000, 'n1', 'Put'),
  ('n', 'cf', 'v', 1600, NULL, 'DeleteColumn'), ('n', 'cf', 'v', 1500, 'v1500', 'Put'), ('n', 'cf', 'x', 1500, 'x1500', 'Put'),
  ('x', 'attr', '', 7000, NULL, 'DeleteFamily'), ('x', 'cf', '', 7000, NULL, 'DeleteFamily'), ('x', 'cf', 'v', 6000, 'deleted with its row', 'Put'),
  ('x', 'zz', '', 7000, NULL, 'DeleteFamily'), ('x', 'zz', 'v', 8000, 'after the delete', 'Put'),
  ('z', 'attr', 'w', 9223372036854775806, 'the last', 'Put'), ('z', 'attr', 'w', 0, 'the first', 'Put');
CREATE TABLE l AS SELECT k, f, q, t, v FROM rl
  WHERE type = 'Put' AND v NOT IN ('hidden', 'n2', 'v1500', 'deleted with its row');
-- every cell that is not deleted, with all of its versions; raw: the deleted ones and the markers too
SELECT * FROM c;
SELECT * FROM r;
SELECT differences('TABLE c', 'TABLE l'), differences('TABLE r', 'TABLE rl');
SELECT count(*), count(q), count(v) FROM c;
SELECT count(*), count(q), count(v), count(*) FILTER (WHERE type <> 'Put') FROM r;
-- one row for each cell whatever is looked at
SELECT k, count(*) FROM c GROUP BY k ORDER BY k;
SELECT q FROM c WHERE k = 'a';
SELECT t FROM r WHERE k = 'n';

-- conditions on where a cell is; what HBase sends are rows of HBase
SELECT array_agg(c) AS conditions FROM unnest(ARRAY['f = ''cf''', 'f = ''nope''', 'f = ''''', 'f = NULL', 'f <> ''cf''', 'f IN (''cf'', ''zz'')', 'f IN (''cf'', ''nope'')', 'f IN (''nope'', ''none'')', 'f NOT IN (''cf'', ''zz'')',
  'f > ''b''', 'f < ''b''', 'f LIKE ''a%''', 'f ^@ ''z''', 'f IS NULL', 'f IS NOT NULL', 'f = repeat(''x'', 200)',
  'q = ''n''', 'q = ''''', 'q <> ''n''', 'q <> ''''', 'q > ''''', 'q <= ''''', 'q IN (''n'', ''v'')', 'q IN ('''', NULL, ''w'')', 'q NOT IN (''n'', NULL)', 'q >= ''n'' AND q < ''w''', 'q LIKE ''n%''', 'q LIKE ''''', 'q LIKE ''%''', 'q LIKE ''_''', 'q ^@ ''''',
  'q = U&''\00E9t\00E9''', 'q LIKE U&''\00E9%''', 'q IS NULL', 'q IS NOT NULL', 'upper(q) = ''V''', 'q > f', 'q = repeat(''x'', 40000)',
  'f = ''cf'' AND q = ''n''', 'f = ''cf'' AND q IN ('''', ''v'', ''none'')', 'f IN (''cf'', ''attr'') AND q IN (''n'', ''w'')', 'f IN (''cf'', ''nope'') AND q = ''n''', 'f = ''cf'' AND q > ''n''', 'f = ''cf'' AND f IN (''zz'', ''attr'')', 'f = ''cf'' AND q = ''n'' AND q IN (''v'', ''w'')',
  '(f = ''cf'' AND q = ''n'') OR (f = ''attr'' AND q > ''n'') OR f = ''zz''', 'f = ''cf'' OR q = ''w''', 'f = ''cf'' OR k = ''z''', '(f <> ''cf'' OR q <> ''n'') AND k < ''c''',
  'k = ''a'' AND f = ''cf''', 'k IN (''a'', ''n'') AND f = ''cf'' AND q = ''n''', 'k > ''a'' AND q = ''v''', 'v = ''\x31''', 'v IS NULL',
  't >= 2000', 't = 2000', 't < 2000', 't > 2000 AND f = ''cf''', 'f = ''cf'' AND q = ''n'' AND t BETWEEN 1500 AND 2500', 't IN (1000, 2000)']) AS c \gset
SELECT * FROM probe('c', 'l', :'conditions');
SELECT * FROM probe('r', 'rl', :'conditions');
SELECT * FROM probe('r', 'rl', ARRAY['type = ''Put''', 'type LIKE ''Delete%'' AND f = ''cf''']);
-- a list that is too long is checked here
SELECT clauses($$SELECT * FROM c WHERE q = ANY ((SELECT array_agg(i::text) FROM generate_series(1, 40) i)::text[])$$), clauses('SELECT * FROM c WHERE q IN (''n'', ''1'', ' || string_agg(quote_literal(i), ', ') || ')') FROM generate_series(2, 33) AS i;
SELECT k, t FROM c WHERE q = ANY ((SELECT array_agg(i::text) || '{n}' FROM generate_series(1, 40) i)::text[]) AND f = 'cf';

-- parameters: another value, another read
SET plan_cache_mode = force_generic_plan;
PREPARE one (text, text) AS SELECT k, f, q, t FROM c WHERE f = $1 AND q = $2;
EXECUTE one ('cf', 'v');
EXECUTE one ('nope', 'v');
EXECUTE one ('attr', 'n');
EXECUTE one (NULL, 'v');
PREPARE several (text[], text[]) AS SELECT k, f, q, t FROM c WHERE f = ANY ($1) AND q = ANY ($2);
EXECUTE several ('{cf,nope}', '{v,x}');
EXECUTE several ('{cf,attr}', '{w}');
EXECUTE several ('{}', '{w}');
RESET plan_cache_mode;
SELECT w.f, c.k, c.q FROM (VALUES ('zz'), ('nope'), ('attr'), (NULL)) AS w (f) LEFT JOIN LATERAL (SELECT * FROM c WHERE c.f = w.f) AS c ON true ORDER BY 1, 2, 3;

-- qualifiers that are no text: in bytea they are values like others, in text they are bad
CREATE FOREIGN TABLE b (k text OPTIONS (column ':key') COLLATE "C", q bytea OPTIONS (column ':qualifier'), v bytea OPTIONS (column ':value')) SERVER cells_hbase OPTIONS (table_name 'regress_cells_bytes', shape 'cells');
CREATE TABLE bl (k text COLLATE "C", q bytea, v bytea);
INSERT INTO bl VALUES ('k1', '', 'none'), ('k1', '\x0001', '1'), ('k1', '\x0002', '2'), ('k1', '\xfffe', 'last'), ('k1', 'text', 'text'),
  ('k2', '\x0002', '2 again'), ('k2', '\x80', '\x76616c75652080'), ('k2', 'text', 'text again');
SELECT * FROM b;
SELECT * FROM probe('b', 'bl', ARRAY['q = ''\x0002''', 'q IN (''\x80'', ''\xfffe'', ''text'')', 'q > ''\x80''', 'q >= ''\x00'' AND q < ''\x74''', 'q <> ''\x0001''', 'q = ''''', 'q IS NULL']);
CREATE FOREIGN TABLE bt (k text OPTIONS (column ':key') COLLATE "C", q text OPTIONS (column ':qualifier') COLLATE "C", v text OPTIONS (column ':value')) SERVER cells_hbase OPTIONS (table_name 'regress_cells_bytes', shape 'cells');
SELECT outcome('SELECT q FROM bt');
SELECT count(*) FROM bt;
SELECT q, v FROM bt WHERE q = 'text';
SELECT outcome('SELECT v FROM bt');
SELECT outcome('SELECT k FROM bt WHERE q > ''u''');
ALTER FOREIGN TABLE bt OPTIONS (on_bad_value 'null');
SELECT k, q FROM bt;
SELECT clauses('SELECT * FROM bt WHERE q = ''text'' AND q > ''a'' AND q IS NULL AND q IS NOT NULL');
SELECT k, q FROM bt WHERE q > 'a';
SELECT k FROM bt WHERE q IS NULL;
-- such a qualifier is NULL: there is no order to rely on
EXPLAIN (COSTS OFF) SELECT k, q FROM bt ORDER BY k, q;

-- order: key either way, then by family and qualifier, newest first
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY k, f, q, t DESC;
SELECT k, f, q, t FROM c ORDER BY k, f, q, t DESC;
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY k DESC, f, q, t DESC;
SELECT k, f, q, t FROM c ORDER BY k DESC, f, q, t DESC;
EXPLAIN (COSTS OFF) SELECT * FROM c WHERE k = 'a' ORDER BY f, q;
EXPLAIN (COSTS OFF) SELECT * FROM c WHERE f = 'cf' ORDER BY k, q, t DESC;
EXPLAIN (COSTS OFF) SELECT * FROM c WHERE f = 'cf' AND q = 'n' ORDER BY k, t DESC;
SELECT k, t FROM c WHERE f = 'cf' AND q = 'n' ORDER BY k, t DESC;
EXPLAIN (COSTS OFF) SELECT * FROM c WHERE k = 'a' AND f = 'cf' AND q = 'n' ORDER BY t DESC LIMIT 1;
SELECT t FROM c WHERE k = 'a' AND f = 'cf' AND q = 'n' ORDER BY t DESC LIMIT 1;
-- not these
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY k, q;
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY k, f DESC;
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY k, f, q, t;
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY k, f COLLATE "en-x-icu";
EXPLAIN (COSTS OFF) SELECT * FROM c ORDER BY f, q;

-- LIMIT: so many rows of HBase are enough
EXPLAIN (VERBOSE, COSTS OFF) SELECT k, f, q FROM c WHERE f = 'cf' AND q >= 'n' ORDER BY k LIMIT 3;
SELECT k, f, q FROM c WHERE f = 'cf' AND q >= 'n' ORDER BY k LIMIT 3;
SELECT k, f, q FROM c ORDER BY k, f, q LIMIT 2 OFFSET 6;
SELECT shown('SELECT * FROM c WHERE v = ''\x31'' LIMIT 1', 'HBase Limit');
SELECT v FROM c WHERE v = '\x31' LIMIT 1;
SELECT fact('SELECT * FROM c LIMIT 1', 'HBase Rows');

-- what is asked for: values stay where they are unless they are wanted
SELECT shown('SELECT k, f, q, t FROM c', 'HBase Values') AS no_value, shown('SELECT count(*) FROM c', 'HBase Values') AS no_column, shown('SELECT v FROM c', 'HBase Values') AS value, shown('SELECT k FROM c WHERE v IS NULL', 'HBase Values') AS value_tested;
SELECT fact('SELECT k, q FROM c', 'HBase Bytes') < fact('SELECT k, q, v FROM c', 'HBase Bytes') AS fewer_bytes;
SELECT fact('SELECT q FROM c WHERE f = ''zz''', 'HBase Bytes') < fact('SELECT q FROM c', 'HBase Bytes') / 3 AS fewer_bytes;
SET htable_fdw.enable_projection = off;
SELECT * FROM probe('c', 'l', ARRAY['f = ''cf'' AND q = ''n''', 'f = ''nope''']);
SELECT shown('SELECT k, f, q, t FROM c WHERE f = ''cf''', 'HBase Values');
RESET htable_fdw.enable_projection;

-- option family: that one; max_versions: of each column the newest so many
CREATE FOREIGN TABLE c1 (:parts, v bytea OPTIONS (column ':value')) SERVER cells_hbase OPTIONS (table_name 'regress_cells', shape 'cells', family 'cf', max_versions '1');
SELECT * FROM c1;
CREATE TABLE l1 AS SELECT DISTINCT ON (k, f, q) * FROM l WHERE f = 'cf' ORDER BY k, f, q, t DESC;
SELECT * FROM probe('c1', 'l1', ARRAY['f = ''attr''', 'q = ''v''', 'f = ''cf'' AND q IN (''v'', '''')', 'q LIKE ''v%''']);
EXPLAIN (VERBOSE, COSTS OFF) SELECT k, q FROM c1 WHERE q = 'n' OR q = 'v' ORDER BY k, q;
CREATE FOREIGN TABLE r1 (:parts, v bytea OPTIONS (column ':value'), type text OPTIONS (column ':type')) SERVER cells_hbase OPTIONS (table_name 'regress_cells', shape 'cells', family 'cf', max_versions '1', raw 'true');
-- markers count as versions
SELECT k, q, t, type FROM r1 WHERE k = 'n';
CREATE FOREIGN TABLE c_none (:parts) SERVER cells_hbase OPTIONS (table_name 'regress_cells', shape 'cells', family 'none');
SELECT outcome('TABLE c_none');

-- a raw read takes no time range, so it has no past
SET htable_fdw.as_of = '3000';
SELECT outcome('SELECT count(*) FROM r');
RESET htable_fdw.as_of;
SELECT count(*) FROM r WHERE t >= 3000;

-- values of any type and encoding, twice if need be
CREATE FOREIGN TABLE typed (k text OPTIONS (column ':key') COLLATE "C", q varchar OPTIONS (column ':qualifier'), n int OPTIONS (column ':value'), b text OPTIONS (column ':value'), at timestamptz OPTIONS (column ':timestamp'))
  SERVER cells_hbase OPTIONS (table_name 'regress_cells', shape 'cells', family 'cf');
SELECT * FROM typed WHERE q = 'n' AND k = 'a' AND n > 1;
SELECT outcome('SELECT n FROM typed');
SELECT * FROM typed WHERE at > '1970-01-01 00:00:01.5Z' AND q = 'n';
ALTER FOREIGN TABLE typed ALTER COLUMN n OPTIONS (on_bad_value 'null');
SELECT q, n, b FROM typed WHERE k = 'b';
SELECT sum(n) FROM typed;
-- a cell of a row in a join, a sub-select, a row as a whole
SELECT a.k, a.q, b.q FROM c a JOIN c b ON a.k = b.k AND a.f = b.f AND a.q < b.q WHERE a.k = 'a' AND a.t = b.t ORDER BY 1, 2, 3;
SELECT c FROM c WHERE k = 'b';

-- declarations that make no sense
CREATE FOREIGN TABLE bad (k text OPTIONS (column ':key'), v text) SERVER cells_hbase OPTIONS (shape 'cells', family 'cf');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad ALTER COLUMN v OPTIONS (ADD column 'cf:v');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad ALTER COLUMN v OPTIONS (SET column ':value');
ALTER FOREIGN TABLE bad OPTIONS (SET shape 'row');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad OPTIONS (SET shape 'cells');
ALTER FOREIGN TABLE bad ADD COLUMN f int OPTIONS (column ':family');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad ALTER COLUMN f TYPE text;
ALTER FOREIGN TABLE bad ADD COLUMN f2 text OPTIONS (column ':family');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad ALTER COLUMN f2 TYPE bytea, ALTER COLUMN f2 OPTIONS (SET column ':qualifier');
ALTER FOREIGN TABLE bad ADD COLUMN ty bytea OPTIONS (column ':type');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad OPTIONS (ADD raw 'perhaps');
ALTER FOREIGN TABLE bad OPTIONS (SET shape 'row', ADD raw 'true');
ALTER FOREIGN TABLE bad OPTIONS (ADD row_marker 'cf:v');
ALTER FOREIGN TABLE bad ALTER COLUMN f OPTIONS (ADD encoding 'binary');
ALTER FOREIGN TABLE bad ALTER COLUMN ty OPTIONS (ADD on_bad_value 'null');
ALTER FOREIGN TABLE bad ALTER COLUMN ty OPTIONS (ADD "order" 'desc');

\set VERBOSITY terse
DROP SCHEMA cells CASCADE;
DROP SERVER cells_hbase CASCADE;
