--
-- TRUNCATE: the whole HBase table, if the option says so.  The fixture must be new.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA trc;
SET search_path = trc, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER trc_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER trc_hbase;
CREATE FOREIGN TABLE t (k text OPTIONS (column ':key') COLLATE "C", a text) SERVER trc_hbase OPTIONS (table_name 'regress_truncate', family 'cf');
CREATE FOREIGN TABLE all_cells (k text OPTIONS (column ':key'), f text OPTIONS (column ':family'), q text OPTIONS (column ':qualifier'))
  SERVER trc_hbase OPTIONS (table_name 'regress_truncate', shape 'cells');
SELECT outcome('TRUNCATE t');
SELECT count(*) FROM all_cells;
ALTER SERVER trc_hbase OPTIONS (ADD truncatable 'true');
ALTER FOREIGN TABLE t OPTIONS (ADD truncatable 'false');
SELECT outcome('TRUNCATE t');
-- none is truncated if one of them may not be
SELECT outcome('TRUNCATE all_cells, t');
SELECT count(*) FROM all_cells;
ALTER FOREIGN TABLE t OPTIONS (DROP truncatable);
CREATE FOREIGN TABLE prefixed (k text OPTIONS (column ':key'), a text) SERVER trc_hbase OPTIONS (table_name 'regress_truncate', family 'cf', key_prefix 'p');
SELECT outcome('TRUNCATE prefixed');
BEGIN READ ONLY;
TRUNCATE t;
ROLLBACK;
-- all families, once for both tables; it is not rolled back, and regions stay
BEGIN;
TRUNCATE t, all_cells;
ROLLBACK;
SELECT count(*) FROM all_cells;
SELECT fact('SELECT * FROM t', 'HBase Regions');
INSERT INTO t VALUES ('a', 'again');
SELECT * FROM t;
-- what is not there, or disabled
CREATE FOREIGN TABLE missing (k text OPTIONS (column ':key'), a text) SERVER trc_hbase OPTIONS (table_name 'regress_truncate_no', family 'cf');
CREATE FOREIGN TABLE disabled (k text OPTIONS (column ':key'), a text) SERVER trc_hbase OPTIONS (table_name 'regress_truncate_off', family 'cf');
SELECT outcome('TRUNCATE missing');
SELECT outcome('TRUNCATE disabled');
SELECT outcome('INSERT INTO disabled VALUES (''a'', ''x'')');
CREATE ROLE trc_reader;
GRANT USAGE ON SCHEMA trc TO trc_reader;
GRANT SELECT, INSERT ON t TO trc_reader;
SET ROLE trc_reader;
TRUNCATE trc.t;
RESET ROLE;
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA trc CASCADE;
DROP SERVER trc_hbase CASCADE;
DROP ROLE trc_reader;
