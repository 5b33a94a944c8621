--
-- Option bootstrap: the cluster is found through HBase's own servers, without
-- ZooKeeper.  What is read is the same.
--
\getenv quorum HTABLE_QUORUM
\getenv master HTABLE_MASTER_ADDRESS
\getenv regionserver HTABLE_RS_ADDRESS
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA bootstrap;
SET search_path = bootstrap, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all

SELECT '127.0.0.1:1,' || :'master' AS second, '127.0.0.1:1,[::1]:2,localhost:3' AS nobody,
       :'master' || ',' || :'regionserver' AS two, '127.0.0.1:' || current_setting('port') AS postgres,
       :'quorum' || ',' || :'master' AS zookeeper \gset
CREATE SERVER by_quorum FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE SERVER by_master FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'master');
CREATE SERVER by_regionserver FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'regionserver');
CREATE SERVER by_two FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'two');
CREATE SERVER by_second FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'second');
CREATE SERVER by_nobody FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'nobody', connect_timeout '2s');
CREATE SERVER by_postgres FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'postgres', connect_timeout '2s');
-- neither answers as HBase does, but the last
CREATE SERVER by_zookeeper FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'zookeeper', connect_timeout '2s');
DO $$
DECLARE
  way text;
BEGIN
  FOREACH way IN ARRAY ARRAY['quorum', 'master', 'regionserver', 'two', 'second', 'nobody', 'postgres', 'zookeeper'] LOOP
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER by_%s', way);
    EXECUTE format('CREATE FOREIGN TABLE scan_%s (id text OPTIONS (column '':key'') COLLATE "C", a text, b text) SERVER by_%1$s OPTIONS (table_name ''regress_scan'', family ''cf'')', way);
  END LOOP;
END $$;
\t on
\a

-- the same rows, whoever is asked
SELECT count(*) > 0 FROM scan_quorum;
SELECT way, differences('SELECT * FROM scan_quorum', 'SELECT * FROM scan_' || way)
FROM unnest(ARRAY['master', 'regionserver', 'two', 'second', 'zookeeper']) AS way;
SELECT way, differences('(SELECT * FROM scan_quorum WHERE id >= ''b'' ORDER BY id DESC LIMIT 3)',
                        '(SELECT * FROM scan_' || way || ' WHERE id >= ''b'' ORDER BY id DESC LIMIT 3)')
FROM unnest(ARRAY['master', 'regionserver', 'two', 'second', 'zookeeper']) AS way;
-- one and the same cluster; each connection asked once
SELECT count(DISTINCT cluster_id), bool_and(cluster_id ~ '^[0-9a-f-]{36}$'), max(registry_reads) <= 1 AS once FROM htable_get_connections();
-- sessions begin with any server of a list: one that is not there makes no difference
DO $$
BEGIN
  FOR i IN 1 .. 8 LOOP
    PERFORM htable_disconnect('by_second');
    IF (SELECT count(*) FROM scan_second) = 0 THEN RAISE 'no rows'; END IF;
  END LOOP;
END $$;

-- nobody there; somebody else there
SELECT outcome('SELECT * FROM scan_nobody') ~ '^08001: could not connect to HBase server "by_nobody"\n  DETAIL: \S+: none of 3 bootstrap servers answered, the last: ';
SELECT outcome('SELECT * FROM scan_postgres') ~ '^(08001|08P01): ';
SELECT count(*) > 0 FROM scan_quorum;

-- one way or the other
SELECT outcome(format('ALTER SERVER by_quorum OPTIONS (ADD bootstrap %L)', :'master'));
SELECT outcome('ALTER SERVER by_master OPTIONS (ADD quorum ''zk1'')');
SELECT outcome('ALTER SERVER by_master OPTIONS (ADD znode_parent ''/hbase'')');
SELECT outcome('CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap ''h:0'')');
SELECT outcome('CREATE SERVER bad FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap '''')');
ALTER SERVER by_quorum OPTIONS (DROP quorum, ADD bootstrap :'two');
SELECT differences('SELECT * FROM scan_quorum', 'SELECT * FROM scan_master');
ALTER SERVER by_quorum OPTIONS (DROP bootstrap, ADD quorum :'quorum');
SELECT differences('SELECT * FROM scan_quorum', 'SELECT * FROM scan_master');
-- the default port is the masters'
ALTER SERVER by_nobody OPTIONS (SET bootstrap '127.0.0.255');
SELECT outcome('SELECT * FROM scan_nobody') LIKE '08001%';

\a
\t off
SET client_min_messages = warning;
DROP SERVER by_quorum, by_master, by_regionserver, by_two, by_second, by_nobody, by_postgres, by_zookeeper CASCADE;
DROP SCHEMA bootstrap CASCADE;
