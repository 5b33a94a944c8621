--
-- INSERT into shapes "versions" and "cells": at a time, or as the newest.  The
-- fixture must be new.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA shp;
SET search_path = shp, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER shp_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER shp_hbase;
CREATE FOREIGN TABLE v (
  k text OPTIONS (column ':key') COLLATE "C", t bigint OPTIONS (column ':timestamp'), v text, w text
) SERVER shp_hbase OPTIONS (table_name 'regress_insert_shapes', family 'cf', shape 'versions', row_marker 'cf:_');
CREATE FOREIGN TABLE c (
  k text OPTIONS (column ':key') COLLATE "C", f text OPTIONS (column ':family') COLLATE "C",
  q text OPTIONS (column ':qualifier') COLLATE "C", t bigint OPTIONS (column ':timestamp'),
  v text OPTIONS (column ':value'), b bytea OPTIONS (column ':value'), ty text OPTIONS (column ':type')
) SERVER shp_hbase OPTIONS (table_name 'regress_insert_shapes', shape 'cells');
EXPLAIN (COSTS OFF) INSERT INTO v VALUES ('a', 1, 'x');
EXPLAIN (COSTS OFF) INSERT INTO c VALUES ('a', 'cf', 'v', 1, 'x');

-- versions: a row is a key and a time
INSERT INTO v VALUES ('a', 1500, 'between', 'w'), ('a', 3000, 'newest', NULL), ('b', 1000, NULL, 'w');
SELECT * FROM v WHERE k IN ('a', 'b');
SELECT outcome('INSERT INTO v VALUES (''a'', 2000, ''other'', NULL)');
SELECT outcome('INSERT INTO v VALUES (''x'', 1, ''y'', NULL), (''x'', 1, ''z'', NULL)');
INSERT INTO v VALUES ('a', 2000, 'other', NULL), ('a', 2001, 'new', NULL), ('a', 2001, 'twice', NULL) ON CONFLICT DO NOTHING RETURNING *;
SELECT outcome('INSERT INTO v VALUES (''gone'', 5000, ''hidden'', NULL)');
INSERT INTO v VALUES ('gone', 5001, 'seen', NULL);
SELECT * FROM v WHERE k = 'gone';
-- without a time it is newer than all that is there, and none takes another's place
INSERT INTO v (k, v) VALUES ('now', 'one'), ('now', 'two'), ('now', 'three');
INSERT INTO v (k, v) SELECT 'now', 'v' || i FROM generate_series(1, 5) AS i;
SELECT v FROM v WHERE k = 'now';
INSERT INTO v (k, v) VALUES ('future', 'newer') RETURNING t;
SELECT v FROM v WHERE k = 'future';

-- cells
INSERT INTO c VALUES ('c', 'cf', 'q', 10, 'ten', NULL), ('c', 'cf', 'q', 20, 'twenty', NULL), ('c', 'other', '', 10, NULL, '\x00'), ('c', 'cf', 'empty', 10, '', NULL);
SELECT k, f, q, t, b FROM c WHERE k = 'c';
SELECT outcome(format('INSERT INTO c VALUES (%s)', x)) FROM unnest(ARRAY[
  $$'c', 'cf', 'q', 10, 'again'$$, $$'c', 'cf', 'empty', 10, 'again'$$, $$'c', NULL, 'q', 10, 'x'$$, $$'c', 'cf', NULL, 10, 'x'$$,
  $$'c', 'cf', 'q', 11$$, $$'c', 'cf', 'q', 11, 'x', 'y'$$, $$'c', 'cf', 'q', 11, 'x', NULL, 'DeleteColumn'$$,
  $$'c', 'nope', 'q', 11, 'x'$$, $$'gone', 'cf', 'v', 4000, 'hidden'$$, $$'c', 'cf', 'q', 11, 'x', 'x', 'Put'$$]) AS x;
INSERT INTO c (k, f, q, v) SELECT 'series', 'cf', 'n', i::text FROM generate_series(1, 8) AS i;
SELECT count(*), count(DISTINCT t), string_agg(v, ' ' ORDER BY t DESC) FROM c WHERE k = 'series';
INSERT INTO c VALUES ('c', 'cf', 'q', 20, 'x'), ('c', 'cf', 'q', 30, 'thirty'), ('c', 'cf', 'q', 30, 'y') ON CONFLICT DO NOTHING;
SELECT t, v FROM c WHERE k = 'c' AND q = 'q';

-- upsert: at a time a cell is overwritten, and NULL removes it
CREATE FOREIGN TABLE vu (
  k text OPTIONS (column ':key') COLLATE "C", t bigint OPTIONS (column ':timestamp'), v text, w text
) SERVER shp_hbase OPTIONS (table_name 'regress_insert_shapes', family 'cf', shape 'versions', insert_mode 'upsert');
INSERT INTO vu VALUES ('a', 1500, 'over', NULL), ('a', 1600, 'only v', NULL);
INSERT INTO vu (k, t, w) VALUES ('a', 3000, 'added');
SELECT * FROM vu WHERE k = 'a';
CREATE FOREIGN TABLE cu (
  k text OPTIONS (column ':key') COLLATE "C", q text OPTIONS (column ':qualifier') COLLATE "C", t bigint OPTIONS (column ':timestamp'), v text OPTIONS (column ':value')
) SERVER shp_hbase OPTIONS (table_name 'regress_insert_shapes', family 'other', shape 'cells', insert_mode 'upsert');
INSERT INTO cu VALUES ('cu', 'a', 1, 'x'), ('cu', 'a', 1, 'y'), ('cu', 'b', 1, 'z');
SELECT * FROM cu WHERE k = 'cu';

-- refusals
CREATE FOREIGN TABLE raw (k text OPTIONS (column ':key'), f text OPTIONS (column ':family'), q text OPTIONS (column ':qualifier'), v text OPTIONS (column ':value'))
  SERVER shp_hbase OPTIONS (table_name 'regress_insert_shapes', shape 'cells', raw 'true');
SELECT outcome('INSERT INTO raw VALUES (''a'', ''cf'', ''q'', ''v'')');
CREATE FOREIGN TABLE one_family (k text OPTIONS (column ':key'), f text OPTIONS (column ':family'), q text OPTIONS (column ':qualifier'), v text OPTIONS (column ':value'))
  SERVER shp_hbase OPTIONS (table_name 'regress_insert_shapes', shape 'cells', family 'cf');
INSERT INTO one_family (k, q, v) VALUES ('one_family', 'q', 'v') RETURNING *;
SELECT outcome('INSERT INTO one_family VALUES (''a'', ''other'', ''q'', ''v'')');
SELECT outcome('INSERT INTO v SELECT k, t + 1, v, w FROM v ON CONFLICT DO NOTHING');
SELECT count(*) FROM v WHERE k = 'a';
INSERT INTO v SELECT k, t + 10, v, w FROM v WHERE k = 'a' AND t > 1900;
SELECT count(*) FROM v WHERE k = 'a';
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA shp CASCADE;
DROP SERVER shp_hbase CASCADE;
