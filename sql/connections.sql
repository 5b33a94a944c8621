--
-- Connections of a session, who may do what, and what psql shows.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA connections;
SET search_path = connections, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER connections_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER connections_hbase;
CREATE FOREIGN TABLE f (id text OPTIONS (column ':key') COLLATE "C", v int OPTIONS (encoding 'text')) SERVER connections_hbase OPTIONS (table_name 'regress_connections', family 'cf');
COMMENT ON FOREIGN TABLE f IS 'rows of HBase';
SELECT htable_fdw_version();

-- made at the first read, kept, shown, closed
SELECT server_name, user_name, hbase_user, valid, in_use, links FROM htable_get_connections();
SELECT * FROM f;
SELECT server_name, user_name, hbase_user, valid, in_use, links > 0 AS links, rpcs > 0 AS rpcs, bytes_received > 0 AS bytes FROM htable_get_connections();
SELECT rpcs AS before FROM htable_get_connections() \gset
SELECT * FROM f;
SELECT rpcs > :before AS more FROM htable_get_connections();
SELECT htable_disconnect('connections_hbase');
SELECT count(*) FROM htable_get_connections();
SELECT htable_disconnect('connections_hbase');
SELECT htable_disconnect('no such server');
SELECT htable_disconnect(NULL);
SELECT * FROM f;
SELECT htable_disconnect_all();
SELECT htable_disconnect_all();
SELECT count(*) FROM htable_get_connections();
-- EXPLAIN connects to nothing where estimates do not
EXPLAIN (COSTS OFF) SELECT * FROM f;
SELECT count(*) FROM htable_get_connections();

-- a connection in use stays until its scan ends
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM f;
FETCH 1 FROM c;
SELECT server_name, valid, in_use FROM htable_get_connections();
SELECT htable_disconnect('connections_hbase');
SELECT server_name, valid, in_use FROM htable_get_connections();
FETCH 1 FROM c;
SELECT * FROM f;
SELECT server_name, valid, in_use FROM htable_get_connections() ORDER BY valid;
CLOSE c;
SELECT server_name, valid, in_use FROM htable_get_connections();
COMMIT;
SELECT server_name, valid, in_use FROM htable_get_connections();

-- ALTER SERVER: the next scan has a new connection, a running one keeps its own
BEGIN;
DECLARE c CURSOR FOR SELECT * FROM f;
FETCH 1 FROM c;
ALTER SERVER connections_hbase OPTIONS (ADD fetch_bytes '64kB');
SELECT valid, in_use FROM htable_get_connections();
FETCH 1 FROM c;
SELECT * FROM f;
SELECT valid, in_use FROM htable_get_connections() ORDER BY valid;
COMMIT;
SELECT valid, in_use FROM htable_get_connections();
-- rolled back together with the scan
BEGIN;
ALTER SERVER connections_hbase OPTIONS (SET fetch_bytes '128kB');
SELECT * FROM f;
ROLLBACK;
SELECT * FROM f;
-- keep_connections off: closed when the transaction ends
ALTER SERVER connections_hbase OPTIONS (ADD keep_connections 'off');
BEGIN;
SELECT * FROM f;
SELECT count(*) FROM htable_get_connections() WHERE valid;
COMMIT;
SELECT count(*) FROM htable_get_connections();
SELECT * FROM f;
SELECT count(*) FROM htable_get_connections();
ALTER SERVER connections_hbase OPTIONS (DROP keep_connections);
-- an unrelated server leaves ours alone
SELECT * FROM f;
CREATE SERVER connections_other FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
ALTER SERVER connections_other OPTIONS (ADD fetch_bytes '64kB');
SELECT server_name, valid FROM htable_get_connections();
-- an error in a scan gives the connection back
SELECT 1 / (v - v) FROM f;
SELECT valid, in_use FROM htable_get_connections();
-- a dropped server
CREATE USER MAPPING FOR CURRENT_USER SERVER connections_other;
CREATE FOREIGN TABLE g (id text OPTIONS (column ':key') COLLATE "C") SERVER connections_other OPTIONS (table_name 'regress_connections');
SELECT * FROM g;
SELECT server_name, valid FROM htable_get_connections() ORDER BY server_name;
DROP FOREIGN TABLE g;
DROP USER MAPPING FOR CURRENT_USER SERVER connections_other;
DROP SERVER connections_other;
SELECT server_name, valid FROM htable_get_connections() ORDER BY server_name;

-- who may do what
CREATE ROLE regress_htable_plain;
SELECT p.proname, has_function_privilege('regress_htable_plain', p.oid, 'EXECUTE') AS plain, p.provolatile AS volatility, p.proparallel AS parallel
FROM pg_proc AS p JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e' JOIN pg_extension AS e ON e.oid = d.refobjid
WHERE e.extname = 'htable_fdw' ORDER BY 1;
GRANT USAGE ON SCHEMA connections TO regress_htable_plain;
SET ROLE regress_htable_plain;
SELECT htable_disconnect('connections_hbase');
SELECT * FROM connections.f;
CREATE SERVER connections_plain FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '127.0.0.1');
RESET ROLE;
GRANT SELECT ON f TO regress_htable_plain;
SET ROLE regress_htable_plain;
\set VERBOSITY sqlstate
SELECT * FROM connections.f;
\set VERBOSITY default
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER connections_hbase TO regress_htable_plain;
SET ROLE regress_htable_plain;
CREATE USER MAPPING FOR CURRENT_USER SERVER connections_hbase OPTIONS (user 'hbase');
CREATE USER MAPPING FOR CURRENT_USER SERVER connections_hbase;
SELECT * FROM connections.f;
SELECT htable_disconnect('connections_hbase');
RESET ROLE;
-- a mapping for everybody: each role has a connection of its own, under its own name
DROP USER MAPPING FOR regress_htable_plain SERVER connections_hbase;
DROP USER MAPPING FOR CURRENT_USER SERVER connections_hbase;
CREATE USER MAPPING FOR PUBLIC SERVER connections_hbase;
SELECT htable_disconnect_all() IS NOT NULL AS closed;
SELECT * FROM f;
SET ROLE regress_htable_plain;
SELECT * FROM connections.f;
RESET ROLE;
SELECT server_name, user_name, hbase_user FROM htable_get_connections() ORDER BY user_name;

-- two-phase commit of a transaction that has read
BEGIN;
SELECT * FROM f;
PREPARE TRANSACTION 'regress_htable';
COMMIT PREPARED 'regress_htable';
SELECT count(*) FROM htable_get_connections() WHERE in_use;

-- what psql shows
\d f
\det+ connections.f
\dew htable_fdw
SELECT obj_description(oid, 'pg_extension'), extversion, extrelocatable FROM pg_extension WHERE extname = 'htable_fdw';

-- dropped and made again in the same session
\c -
SET search_path = connections, public;
SELECT current_database() AS db \gset
CREATE DATABASE regress_htable_again;
\c regress_htable_again
\getenv quorum HTABLE_QUORUM
CREATE EXTENSION htable_fdw;
CREATE SERVER hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER hbase;
CREATE FOREIGN TABLE f (id text OPTIONS (column ':key') COLLATE "C", v int) SERVER hbase OPTIONS (table_name 'regress_connections', family 'cf');
SELECT * FROM f;
DROP EXTENSION htable_fdw;
\set VERBOSITY terse
DROP EXTENSION htable_fdw CASCADE;
\set VERBOSITY default
SELECT * FROM f;
CREATE EXTENSION htable_fdw;
CREATE SERVER hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER hbase;
CREATE FOREIGN TABLE f (id text OPTIONS (column ':key') COLLATE "C", v int) SERVER hbase OPTIONS (table_name 'regress_connections', family 'cf');
SELECT * FROM f;
-- in a schema of its own
\set VERBOSITY terse
DROP EXTENSION htable_fdw CASCADE;
\set VERBOSITY default
CREATE SCHEMA elsewhere;
CREATE EXTENSION htable_fdw SCHEMA elsewhere;
SELECT elsewhere.htable_fdw_version();
SELECT count(*) >= 0 AS works FROM elsewhere.htable_get_connections();
\c :db
DROP DATABASE regress_htable_again;

\set VERBOSITY terse
DROP SCHEMA connections CASCADE;
DROP SERVER connections_hbase CASCADE;
DROP ROLE regress_htable_plain;
