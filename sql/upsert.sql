--
-- INSERT with insert_mode 'upsert': what the statement names is written, NULL
-- removes, the rest of the row stays.  The fixture must be new.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA ups;
SET search_path = ups, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER ups_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER ups_hbase;
CREATE FOREIGN TABLE u (
  k text OPTIONS (column ':key') COLLATE "C", name text, city text, n int OPTIONS (encoding 'binary'),
  d text DEFAULT 'given', attr jsonb OPTIONS (column 'attr:')
) SERVER ups_hbase OPTIONS (table_name 'regress_upsert', family 'cf', insert_mode 'upsert');
CREATE FOREIGN TABLE cells (
  k text OPTIONS (column ':key') COLLATE "C", f text OPTIONS (column ':family') COLLATE "C",
  q text OPTIONS (column ':qualifier') COLLATE "C", v bytea OPTIONS (column ':value')
) SERVER ups_hbase OPTIONS (table_name 'regress_upsert', shape 'cells');
EXPLAIN (COSTS OFF) INSERT INTO u VALUES ('a', 'x');

-- columns that are not named stay, those that are NULL go; a default is a value
INSERT INTO u (k, n) VALUES ('a', 1);
SELECT * FROM u;
INSERT INTO u (k, name, city) VALUES ('a', 'Budi', NULL);
SELECT * FROM u;
SELECT k, f, q, convert_from(v, 'UTF8') FROM cells WHERE q <> 'n';
-- a map replaces the part of the family that it shows
INSERT INTO u (k, attr) VALUES ('a', '{"new": "1", "pre_new": "2"}');
SELECT attr FROM u;
CREATE FOREIGN TABLE pre (k text OPTIONS (column ':key') COLLATE "C", attr json OPTIONS (column 'attr:pre_*'))
  SERVER ups_hbase OPTIONS (table_name 'regress_upsert', family 'cf', insert_mode 'upsert');
INSERT INTO pre VALUES ('a', '{"pre_other": "3"}');
SELECT attr FROM u;
INSERT INTO u (k, name, attr) VALUES ('a', 'Citra', NULL);
SELECT * FROM u;

-- the last of several rows with one key counts, NULLs of each too
INSERT INTO u (k, name, n) VALUES ('b', 'one', 1), ('b', NULL, 2), ('b', 'three', NULL), ('c', 'x', 1), ('c', 'y', NULL), ('c', NULL, 3);
SELECT k, name, n FROM u;
INSERT INTO u (k, name) SELECT 'many' || i % 300, 'v' || i FROM generate_series(1, 3000) AS i;
SELECT count(*), min(substr(name, 2)::int), max(substr(name, 2)::int) FROM u WHERE k LIKE 'many%';
INSERT INTO u (k, name, n) SELECT 'many' || i % 300, CASE WHEN i % 2 = 0 THEN 'w' || i END, i FROM generate_series(1, 3000) AS i;
SELECT count(*), count(name), min(n), max(n) FROM u WHERE k LIKE 'many%';

-- RETURNING shows what is written, and refuses what it cannot know
INSERT INTO u (k, name) VALUES ('r', 'x') RETURNING k, name;
SELECT outcome('INSERT INTO u (k, name) VALUES (''r'', ''x'') RETURNING city');
SELECT outcome('INSERT INTO u (k, name) VALUES (''r'', ''x'') RETURNING u');
INSERT INTO u (k, name, city, n, d, attr) VALUES ('r', 'x', NULL, NULL, NULL, NULL) RETURNING *;
-- DO NOTHING asks for rows that are not there, so it inserts
EXPLAIN (COSTS OFF) INSERT INTO u (k, name) VALUES ('r', 'again') ON CONFLICT DO NOTHING;
INSERT INTO u (k, name) VALUES ('r', 'again'), ('s', 'new') ON CONFLICT DO NOTHING RETURNING k, name;
-- a row needs a value
SELECT outcome('INSERT INTO u (k, name, d) VALUES (''x'', NULL, NULL)');
-- a statement that reads the table
INSERT INTO u (k, name) SELECT k, name || '!' FROM u WHERE k IN ('a', 'r');
SELECT k, name FROM u WHERE k IN ('a', 'r');
-- columns of one cell must agree
CREATE FOREIGN TABLE twice (k text OPTIONS (column ':key'), a text OPTIONS (column 'cf:t'), b bytea OPTIONS (column 'cf:t'))
  SERVER ups_hbase OPTIONS (table_name 'regress_upsert', family 'cf', insert_mode 'upsert');
INSERT INTO twice VALUES ('t', 'x', NULL), ('t2', 'y', 'y');
SELECT outcome('INSERT INTO twice VALUES (''t'', ''x'', ''y'')');
SELECT k, a, encode(b, 'escape') FROM twice WHERE k LIKE 't%';
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA ups CASCADE;
DROP SERVER ups_hbase CASCADE;
