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

-- bytes that are no text: an error, null, or hexadecimal
CREATE FOREIGN TABLE b (k text OPTIONS (column ':key') COLLATE "C", bin jsonb OPTIONS (column 'bin:')) SERVER maps_hbase OPTIONS (table_name 'regress_maps');
SELECT outcome('SELECT * FROM b WHERE k = ''a''');
SELECT outcome('SELECT * FROM b WHERE k = ''z''');
SELECT count(*) FROM b;
ALTER FOREIGN TABLE b ALTER COLUMN bin OPTIONS (on_bad_value 'null');
SELECT * FROM b;
ALTER FOREIGN TABLE b ALTER COLUMN bin OPTIONS (ADD map_encoding 'hex');
SELECT * FROM b;
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
