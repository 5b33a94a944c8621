-- tour.sql: SQL over an HBase table, a plan with every query.
--
-- `./sandbox demo` runs it against the table "people", which a loader on
-- HBase's own Java client has filled from examples/data.  Its rows:
--   row key  p000001, p000002, ...
--   cf:nama  text          cf:umur  4-byte integer, kept in up to five versions
--   attr:source, attr:line  text: the landing file a person came from
\set QUIET on
\set ON_ERROR_STOP on
\pset pager off
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS htable_fdw CASCADE;
DROP SCHEMA IF EXISTS tour CASCADE;
CREATE SCHEMA tour;
SET search_path = tour, public;
\set QUIET off

\echo '--- 1. Declare the cluster and a table'
CREATE EXTENSION htable_fdw;
CREATE SERVER hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER hbase;

CREATE FOREIGN TABLE person (
    id     text OPTIONS (column ':key') COLLATE "C",
    nama   text,
    umur   int  OPTIONS (encoding 'binary'),
    source text OPTIONS (column 'attr:source'),
    seen   timestamptz OPTIONS (column ':timestamp')
) SERVER hbase OPTIONS (table_name 'people', family 'cf');

\echo '--- 2. One row key: a single Get'
SELECT id, nama, umur, source FROM person WHERE id = 'p000042';
EXPLAIN (COSTS OFF) SELECT id, nama, umur, source FROM person WHERE id = 'p000042';

\echo '--- 3. A range of row keys: only its part of the table is read'
SELECT id, nama, umur FROM person WHERE id BETWEEN 'p002998' AND 'p003003';
EXPLAIN (COSTS OFF, VERBOSE)
SELECT id, nama, umur FROM person WHERE id BETWEEN 'p002998' AND 'p003003';

\echo '--- 4. A prefix, and a filter on a cell: only the rows that pass are sent'
SELECT count(*), round(avg(umur), 1) AS umur FROM person WHERE id LIKE 'p0012%' AND source = 'json';
EXPLAIN (COSTS OFF, VERBOSE)
SELECT count(*), round(avg(umur), 1) AS umur FROM person WHERE id LIKE 'p0012%' AND source = 'json';

\echo '--- 5. The last rows first: a reversed scan of five rows'
SELECT id, nama FROM person ORDER BY id DESC LIMIT 5;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id, nama FROM person ORDER BY id DESC LIMIT 5;

\echo '--- 6. A join with a local table: one Get for each of its rows'
CREATE TABLE visit (person_id text COLLATE "C", at date);
INSERT INTO visit VALUES ('p000007', '2026-03-01'), ('p003500', '2026-03-02'),
                         ('p003500', '2026-03-09'), ('p999999', '2026-03-04');
ANALYZE visit;
SELECT v.at, p.id, p.nama FROM visit v JOIN person p ON p.id = v.person_id ORDER BY v.at;
EXPLAIN (COSTS OFF) SELECT v.at, p.id, p.nama FROM visit v JOIN person p ON p.id = v.person_id ORDER BY v.at;

\echo '--- 7. The whole table, grouped'
SELECT source, count(*), min(umur), max(umur) FROM person GROUP BY source ORDER BY source;

\echo '--- 8. History: the same HBase table in shape "versions", a row for each timestamp'
CREATE FOREIGN TABLE person_history (
    id   text OPTIONS (column ':key') COLLATE "C",
    at   timestamptz OPTIONS (column ':timestamp'),
    nama text,
    umur int  OPTIONS (encoding 'binary')
) SERVER hbase OPTIONS (table_name 'people', family 'cf', shape 'versions');

SET timezone = 'UTC';
SELECT * FROM person_history WHERE id = 'p000020';

\echo '--- 9. A time range: HBase reads only what was written since then'
SELECT count(*), min(at), max(at) FROM person_history
 WHERE at >= '2025-01-01';
EXPLAIN (COSTS OFF, VERBOSE)
SELECT count(*), min(at), max(at) FROM person_history
 WHERE at >= '2025-01-01';

\echo '--- 10. How old was everybody, year by year?'
SELECT extract(year FROM at)::int AS year, count(umur), round(avg(umur), 2) AS average
  FROM person_history GROUP BY 1 ORDER BY 1;
