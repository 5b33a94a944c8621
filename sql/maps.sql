--
-- Maps: a column family, or the part of it with a prefix, as one jsonb or json.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA maps;
SET search_path = maps, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER maps_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER maps_hbase;
CREATE FOREIGN TABLE m (
  k text OPTIONS (column ':key') COLLATE "C",
  name text OPTIONS (column 'cf:name'),
  attr jsonb OPTIONS (column 'attr:'),
  pre jsonb OPTIONS (column 'attr:pre_*'),
  js json OPTIONS (column 'attr:')
) SERVER maps_hbase OPTIONS (table_name 'regress_maps');
-- keys are qualifiers, values are the newest cells' text; no cell is NULL
SELECT * FROM m;
SELECT k, attr->>'color' AS color, pre->>'pre_two' AS two, attr ? 'pre_' AS has_empty, attr->>'none' AS none FROM m;
SELECT k FROM m WHERE attr->>'color' = 'red';
SELECT k FROM m WHERE attr @> '{"pre_one": "1"}';
SELECT k, name FROM m WHERE attr IS NULL;
SELECT k, pre FROM m WHERE pre IS NOT NULL;
SELECT k, key, value FROM m, jsonb_each_text(attr) ORDER BY k, key COLLATE "C";
SELECT jsonb_object_agg(k, attr->'color') FROM m;
-- which rows there are does not depend on the maps that are read
SELECT count(*) FROM m;
SELECT k FROM m;
SELECT k, name FROM m;
SELECT clauses('SELECT * FROM m WHERE attr IS NULL'), clauses('SELECT * FROM m WHERE attr->>''color'' = ''red''');
SELECT shown('SELECT attr FROM m', 'HBase Columns') AS columns, shown('SELECT attr FROM m', 'Row Existence') AS rows, shown('SELECT name FROM m', 'HBase Columns') AS name_columns, shown('SELECT name FROM m', 'Row Existence') AS name_rows;
SELECT name FROM m WHERE name = 'Ana';
-- a map alone is its family
CREATE FOREIGN TABLE alone (k text OPTIONS (column ':key') COLLATE "C", attr jsonb OPTIONS (column 'attr:*')) SERVER maps_hbase OPTIONS (table_name 'regress_maps');
SELECT * FROM alone;
SELECT count(*) FROM alone;

-- members: where a query uses nothing else of a map, only their cells are read
CREATE TABLE l (k text COLLATE "C", name text, attr jsonb, pre jsonb, js jsonb);
INSERT INTO l SELECT k, name, attr, pre, js FROM m;
CREATE FOREIGN TABLE j (k text OPTIONS (column ':key') COLLATE "C", name text OPTIONS (column 'cf:name'), attr jsonb OPTIONS (column 'attr:'), pre jsonb OPTIONS (column 'attr:pre_*'), js jsonb OPTIONS (column 'attr:'))
  SERVER maps_hbase OPTIONS (table_name 'regress_maps');
SELECT query, shown(query, 'HBase Columns') AS columns, shown(query, 'Row Existence') AS rows FROM unnest(ARRAY[
  'SELECT attr->>''color'' FROM j', 'SELECT attr->''color'', attr[''pre_one''], pre->>''pre_two'' FROM j', 'SELECT attr->>''color'', attr FROM j', 'SELECT attr->>k FROM j',
  'SELECT attr ? ''color'' FROM j', 'SELECT k FROM j WHERE attr ? ''color''', 'SELECT k FROM j WHERE NOT attr ? ''color''', 'SELECT k FROM j WHERE attr->>''color'' = ''red''',
  'SELECT pre->>''color'' FROM j', 'SELECT j FROM j', 'SELECT count(attr->>''color''), max(name) FROM j GROUP BY js->>''pre_one''', 'SELECT (SELECT j.attr->>''color'') FROM j',
  'SELECT x.attr->>''color'' FROM j x JOIN l ON x.attr->>''pre_one'' = l.k', 'SELECT l.k, y.c FROM l LEFT JOIN (SELECT k, attr->>''color'' AS c FROM j) y ON y.k = l.k']) AS query;
SELECT query, differences(query, replace(query, 'FROM j', 'FROM l')) FROM unnest(ARRAY[
  'SELECT k, attr->>''color'' FROM j', 'SELECT k, attr->''color'', attr[''pre_one''], pre->>''pre_two'' FROM j', 'SELECT k, attr ? ''color'' FROM j', 'SELECT k, pre->>''color'', pre->''color'' FROM j',
  'SELECT k FROM j WHERE NOT attr ? ''color''', 'SELECT count(attr->>''color''), max(name) FROM j GROUP BY js->>''pre_one''', 'SELECT (SELECT x.attr->>''color'') FROM j x',
  'SELECT l.k, y.c FROM l LEFT JOIN (SELECT k, attr->>''color'' AS c FROM j) y ON y.k = l.k', 'SELECT x->>''color'' FROM (SELECT attr AS x FROM j UNION ALL SELECT pre FROM j) u']) AS query;
SELECT * FROM probe('j', 'l', ARRAY['attr->>''color'' = ''red''', 'attr->>''color'' <> ''red''', 'attr->>''color'' IN (''red'', ''green'')', 'attr->>''color'' IS NULL', 'attr->>''color'' IS NOT NULL', 'attr->>''pre_'' = ''''',
  'attr->>''pre_two'' LIKE ''2%''', '(attr->>''color'') COLLATE "C" > ''r''', 'attr->>''color'' > ''r'' COLLATE "C"', 'attr ? ''color''', 'NOT attr ? ''color''', 'attr ? ''color'' OR pre ? ''pre_x''', 'attr->''color'' = ''"red"''', 'attr[''color''] IS NULL',
  'pre->>''color'' = ''red''', 'pre->>''color'' IS NULL', 'pre ? ''color''', 'attr @> ''{"color": "red"}''', 'attr->>'''' = ''empty qualifier''', 'attr->>U&''\00E9t\00E9'' = U&''\590F''', 'attr->>''color'' = name', 'name = ''Ana'' AND attr->>''color'' = ''red''', 'attr->>''color'' = ''red'' OR name = ''Budi''',
  'k = ''a'' AND js->>''color'' = ''red''', 'attr->>name = ''x''']);
SELECT k FROM j WHERE attr->>'color' = 'red';
SELECT name FROM j WHERE attr ? 'pre_x' OR attr->>'color' = 'red';
PREPARE member (text) AS SELECT k FROM j WHERE attr->>'color' = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE member ('red');
EXECUTE member (NULL);
RESET plan_cache_mode;
SET htable_fdw.enable_projection = off;
SELECT differences('SELECT k, attr->>''color'' FROM j', 'SELECT k, attr->>''color'' FROM l');
RESET htable_fdw.enable_projection;

-- bytes that are no text: an error, null, or hexadecimal
CREATE FOREIGN TABLE b (k text OPTIONS (column ':key') COLLATE "C", bin jsonb OPTIONS (column 'bin:')) SERVER maps_hbase OPTIONS (table_name 'regress_maps');
SELECT outcome('SELECT * FROM b WHERE k = ''a''');
SELECT outcome('SELECT * FROM b WHERE k = ''z''');
SELECT count(*) FROM b;
-- ... of the members that are used only
SELECT k, bin->>'text' FROM b;
SELECT outcome('SELECT k FROM b WHERE bin->>''raw'' <> ''x''');
SELECT outcome('SELECT k FROM b WHERE bin ? ''raw''');
ALTER FOREIGN TABLE b ALTER COLUMN bin OPTIONS (on_bad_value 'null');
SELECT * FROM b;
SELECT k, bin->>'raw', bin->'raw' FROM b WHERE bin ? 'raw';
SELECT clauses('SELECT k FROM b WHERE bin->>''raw'' = ''x'' AND bin->>''raw'' IS NULL AND bin->>''raw'' IS NOT NULL AND bin ? ''raw''');
SELECT k FROM b WHERE bin->>'raw' IS NULL;
ALTER FOREIGN TABLE b ALTER COLUMN bin OPTIONS (ADD map_encoding 'hex');
SELECT * FROM b;
SELECT clauses('SELECT k FROM b WHERE bin->>''raw'' = ''x'' AND bin->>''raw'' IS NULL AND bin->>''raw'' IS NOT NULL AND bin ? ''raw''');
SELECT k FROM b WHERE bin->>'raw' = '\x00ff';
SELECT decode(substr(bin->>'raw', 3), 'hex') FROM b WHERE k = 'a';
ALTER FOREIGN TABLE b ALTER COLUMN bin OPTIONS (DROP map_encoding);
ALTER FOREIGN TABLE b OPTIONS (ADD map_encoding 'hex');
ALTER FOREIGN TABLE b ALTER COLUMN bin TYPE json;
SELECT * FROM b WHERE k = 'a';

-- declarations that make no sense
CREATE FOREIGN TABLE bad (k text OPTIONS (column ':key'), attr text OPTIONS (column 'attr:')) SERVER maps_hbase OPTIONS (table_name 'regress_maps');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad ALTER COLUMN attr TYPE jsonb;
ALTER FOREIGN TABLE bad OPTIONS (ADD shape 'versions');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad OPTIONS (SET shape 'cells');
SELECT outcome('TABLE bad');
ALTER FOREIGN TABLE bad ALTER COLUMN attr OPTIONS (ADD encoding 'binary');
ALTER FOREIGN TABLE bad ALTER COLUMN attr OPTIONS (ADD map_encoding 'base64');
ALTER FOREIGN TABLE bad ALTER COLUMN k OPTIONS (ADD map_encoding 'hex');

\set VERBOSITY terse
DROP SCHEMA maps CASCADE;
DROP SERVER maps_hbase CASCADE;
