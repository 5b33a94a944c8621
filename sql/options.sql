-- Options: what the validator lets in, what it refuses and in which words, and
-- what only shows when a foreign table is used.  No HBase needed.
\set SHOW_CONTEXT never
SET client_min_messages = warning;

-- every option has a context, a type and one line of words
SELECT context, option, type, unit, default_value, superuser_only FROM htable_fdw_options();
SELECT count(*) AS without_words FROM htable_fdw_options() WHERE description = '' OR description IS NULL;
-- the reference page says the same (tools/gen-options)
\set page `cat "$PG_ABS_SRCDIR/docs/reference.md"`
SELECT context, option AS not_on_the_page FROM htable_fdw_options()
 WHERE strpos(:'page', format('| `%s` | %s | %s | %s |', option,
              type || coalesce(' (' || unit || ')', ''),
              coalesce('`' || default_value || '`', ''),
              description || CASE WHEN superuser_only THEN ' (superusers only)' ELSE '' END)) = 0;
SELECT count(*) = (SELECT count(*) FROM htable_fdw_options()) AS page_has_no_others
  FROM regexp_matches(substring(:'page' FROM 'options: begin(.*)options: end'), '^\| `', 'gn');

-- the wrapper itself has no options
ALTER FOREIGN DATA WRAPPER htable_fdw OPTIONS (ADD quorum 'zk1');
\echo :LAST_ERROR_SQLSTATE

-- server: unknown, nearly known, and at home elsewhere
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (something 'else');
\echo :LAST_ERROR_SQLSTATE
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorums 'zk1');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (table_name 't');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS ("user" 'hbase');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS ("Quorum" 'zk1');

-- quorum
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '');
\echo :LAST_ERROR_SQLSTATE
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1,');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1, zk2');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1:');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1:0');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1:65536');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1:21 81');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1:-1');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum ':2181');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1:2181/hbase');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '::1');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '[::1:2181');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '[zk1]:2181');

-- znode_parent
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (znode_parent 'hbase');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (znode_parent '');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (znode_parent '/hbase/');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (znode_parent '//hbase');

-- hosts
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (hosts 'rs1');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (hosts 'rs1=rs2');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (hosts 'rs1=10.0.0.256');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (hosts '=10.0.0.1');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (hosts 'rs1=10.0.0.1,rs1=10.0.0.2');

-- times, sizes, booleans and choices
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (connect_timeout '0');
\echo :LAST_ERROR_SQLSTATE
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (connect_timeout '-1');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (rpc_timeout 'soon');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (operation_timeout '2 weeks');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (operation_timeout '30d');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (max_response_size '65535');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (max_response_size '1GB');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (max_response_size '128 megabytes');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (fetch_bytes '1kB');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (fetch_bytes '2MB', max_response_size '1MB');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (keep_connections 'perhaps');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (full_scan 'never');

-- all that is good, in the forms a user may write it
CREATE SERVER good FOREIGN DATA WRAPPER htable_fdw OPTIONS (
	quorum 'zk1,zk-2.example:2182,10.0.0.1:1,[::1]:65535,[fe80::2]', znode_parent '/hbase-secure/a',
	hosts 'rs1=10.0.0.1,rs_2.example=::1', connect_timeout '500ms', rpc_timeout '1500',
	operation_timeout '2 min', max_response_size '1MB', fetch_bytes '512kB',
	keep_connections 'off', full_scan 'WARN');
-- a later change is checked together with what is there
ALTER SERVER good OPTIONS (SET fetch_bytes '2MB');
ALTER SERVER good OPTIONS (SET max_response_size '64kB');
ALTER SERVER good OPTIONS (DROP fetch_bytes, SET max_response_size '64kB');
DROP SERVER good;

-- user mappings: the HBase name is a superuser's to give
CREATE SERVER hb FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum 'zk1');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb OPTIONS (username 'hbase');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb OPTIONS (password 'secret');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb OPTIONS ("user" '');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb OPTIONS ("user" 'hbase');
CREATE ROLE regress_htable_plain;
GRANT USAGE ON FOREIGN SERVER hb TO regress_htable_plain;
SET ROLE regress_htable_plain;
CREATE USER MAPPING FOR regress_htable_plain SERVER hb OPTIONS ("user" 'hbase');
\echo :LAST_ERROR_SQLSTATE
CREATE USER MAPPING FOR regress_htable_plain SERVER hb;
ALTER USER MAPPING FOR regress_htable_plain SERVER hb OPTIONS (ADD "user" 'hbase');
RESET ROLE;
ALTER USER MAPPING FOR regress_htable_plain SERVER hb OPTIONS (ADD "user" 'app');
-- the role may go back to its own name
SET ROLE regress_htable_plain;
ALTER USER MAPPING FOR regress_htable_plain SERVER hb OPTIONS (SET "user" 'hbase');
ALTER USER MAPPING FOR regress_htable_plain SERVER hb OPTIONS (DROP "user");
RESET ROLE;

-- foreign tables
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS ("table" 't');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (quorum 'zk1');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (famly 'cf');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (table_name '');
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (table_name 'a:b:c');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (table_name ':t');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (table_name 'ns:');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (table_name '-t');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (table_name 'my table');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (family '');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (family 'cf:');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (shape 'columns');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (shape 'versions', max_versions '0');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (shape 'versions', max_versions 'all');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (max_versions '3');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (encoding 'utf8');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (row_marker 'cf');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (row_marker 'cf:');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (row_marker ':q');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (cache_blocks '2');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (on_bad_value 'skip');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (on_bad_key 'null');
CREATE FOREIGN TABLE full_table (k text OPTIONS (column ':key')) SERVER hb OPTIONS (
	table_name 'ns:t.1-x_', family 'cf', shape 'versions', max_versions '3', encoding 'binary',
	row_marker 'cf:a:b', cache_blocks 'on', full_scan 'error', on_bad_value 'null',
	on_bad_key 'skip');
-- shape and max_versions hold together through changes
ALTER FOREIGN TABLE full_table OPTIONS (SET shape 'row');
ALTER FOREIGN TABLE full_table OPTIONS (DROP shape);
ALTER FOREIGN TABLE full_table OPTIONS (DROP shape, DROP max_versions);
DROP FOREIGN TABLE full_table;

-- columns
CREATE FOREIGN TABLE bad (k text OPTIONS (col ':key')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (colum ':key')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (family 'cf')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column '')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column ':Key')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column ':tags')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column '.cf:')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column 'c/f:pre*')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column '.cf:q')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (encoding 'json')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (on_bad_value 'skip')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column ':key', on_bad_value 'null')) SERVER hb;
CREATE FOREIGN TABLE bad (k text OPTIONS (column ':timestamp', on_bad_value 'null')) SERVER hb;
CREATE FOREIGN TABLE bad (k int8 OPTIONS (column ':timestamp', encoding 'binary')) SERVER hb;

-- what shows when a table is used
CREATE FOREIGN TABLE endless_part (a text OPTIONS (column ':key'), b text OPTIONS (column ':key')) SERVER hb;
EXPLAIN SELECT * FROM endless_part;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE two_times (a int8 OPTIONS (column ':timestamp'), b int8 OPTIONS (column ':timestamp')) SERVER hb;
EXPLAIN SELECT * FROM two_times;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE odd_time (a timestamp OPTIONS (column ':timestamp')) SERVER hb;
EXPLAIN SELECT * FROM odd_time;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE no_family (k text OPTIONS (column ':key'), a text) SERVER hb;
EXPLAIN SELECT * FROM no_family;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE "no name" (k text OPTIONS (column ':key')) SERVER hb;
EXPLAIN SELECT * FROM "no name";
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE no_dates (d date) SERVER hb OPTIONS (family 'cf', encoding 'binary');
EXPLAIN SELECT * FROM no_dates;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE no_json (j jsonb OPTIONS (encoding 'binary')) SERVER hb OPTIONS (family 'cf');
EXPLAIN SELECT * FROM no_json;
CREATE DOMAIN day AS date;
CREATE FOREIGN TABLE no_days (d day[] OPTIONS (encoding 'binary')) SERVER hb OPTIONS (family 'cf');
EXPLAIN SELECT * FROM no_days;
CREATE FOREIGN TABLE no_money (m money) SERVER hb OPTIONS (family 'cf');
EXPLAIN SELECT * FROM no_money;
\echo :LAST_ERROR_SQLSTATE
CREATE FOREIGN TABLE no_class (c regclass[]) SERVER hb OPTIONS (family 'cf');
EXPLAIN SELECT * FROM no_class;

-- what writing depends on
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (updatable 'perhaps');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (batch_size '0');
CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (insert_mode 'insert');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (batch_size '4001');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (insert_mode 'replace');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (durability 'none');
CREATE FOREIGN TABLE bad (k text) SERVER hb OPTIONS (truncatable '');
CREATE FOREIGN TABLE two_ttl (k text OPTIONS (column ':key'), a interval OPTIONS (column ':ttl'), b interval OPTIONS (column ':ttl')) SERVER hb;
EXPLAIN SELECT * FROM two_ttl;
CREATE FOREIGN TABLE no_ttl (k text OPTIONS (column ':key'), a int OPTIONS (column ':ttl')) SERVER hb;
EXPLAIN SELECT * FROM no_ttl;
CREATE FOREIGN TABLE bad (k text, a interval OPTIONS (column ':ttl', encoding 'binary')) SERVER hb;

-- a server without quorum, a role without mapping
CREATE SERVER empty FOREIGN DATA WRAPPER htable_fdw;
CREATE FOREIGN TABLE nowhere (k text OPTIONS (column ':key')) SERVER empty;
\set VERBOSITY sqlstate
SELECT * FROM nowhere;
\set VERBOSITY default
CREATE USER MAPPING FOR CURRENT_USER SERVER empty;
SELECT * FROM nowhere;
\echo :LAST_ERROR_SQLSTATE

DROP SERVER empty CASCADE;
DROP SERVER hb CASCADE;
DROP DOMAIN day;
DROP ROLE regress_htable_plain;
