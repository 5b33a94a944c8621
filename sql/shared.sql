--
-- What one session found out about a cluster the others need not ask again, from
-- PostgreSQL 17 on; before, each asks by itself.  The queries are the same.
--
\getenv quorum HTABLE_QUORUM
\getenv master HTABLE_MASTER_ADDRESS
CREATE SCHEMA shared;
SET search_path = shared, public;
SELECT current_setting('server_version_num')::int >= 170000 AS shares \gset
-- host maps that no other test has: an entry belongs to all of the options
SELECT format('one-%s=127.0.0.1', txid_current()) AS one, format('two-%s=127.0.0.1', txid_current()) AS two \gset
CREATE SERVER shared_one FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', hosts :'one');
CREATE SERVER shared_same FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', hosts :'one');
CREATE SERVER shared_other FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', hosts :'two');
CREATE SERVER shared_bootstrap FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'master', hosts :'one');
DO $$
DECLARE
  server text;
BEGIN
  FOREACH server IN ARRAY ARRAY['one', 'same', 'other', 'bootstrap'] LOOP
    EXECUTE format('CREATE USER MAPPING FOR CURRENT_USER SERVER shared_%s', server);
    EXECUTE format('CREATE FOREIGN TABLE scan_%s (id text OPTIONS (column '':key'') COLLATE "C", n text)
                    SERVER shared_%1$s OPTIONS (table_name ''regress_scan'', family ''cf'')', server);
  END LOOP;
END $$;
CREATE VIEW reads AS SELECT server_name, registry_reads, cluster_id IS NOT NULL AS id FROM htable_get_connections();

-- the first session asks
SELECT count(*) FROM scan_one;
SELECT * FROM reads;
-- again, with a connection that is new
SELECT htable_disconnect('shared_one');
SELECT count(*) FROM scan_one;
SELECT registry_reads = CASE WHEN :'shares' THEN 0 ELSE 1 END AS as_it_should, id FROM reads;

-- another session does not
\c -
SET search_path = shared, public;
SELECT current_setting('server_version_num')::int >= 170000 AS shares \gset
SELECT count(*) FROM scan_one;
SELECT registry_reads = CASE WHEN :'shares' THEN 0 ELSE 1 END AS as_it_should, id FROM reads;
-- nor for another server with the same options
SELECT count(*) FROM scan_same;
SELECT registry_reads = CASE WHEN :'shares' THEN 0 ELSE 1 END AS as_it_should, id FROM reads WHERE server_name = 'shared_same';
-- with other options it does, and with another way to the cluster
SELECT count(*) FROM scan_other;
SELECT count(*) FROM scan_bootstrap;
SELECT * FROM reads WHERE server_name IN ('shared_other', 'shared_bootstrap') ORDER BY 1;
-- nor does another user's session
CREATE ROLE regress_shared_role;
GRANT USAGE ON SCHEMA shared TO regress_shared_role;
GRANT SELECT ON scan_one, reads TO regress_shared_role;
CREATE USER MAPPING FOR regress_shared_role SERVER shared_one;
SET ROLE regress_shared_role;
SELECT count(*) FROM scan_one;
RESET ROLE;
SELECT count(*), bool_and(registry_reads = CASE WHEN :'shares' THEN 0 ELSE 1 END) AS as_it_should FROM reads WHERE server_name = 'shared_one';

SET client_min_messages = warning;
DROP SERVER shared_one, shared_same, shared_other, shared_bootstrap CASCADE;
DROP SCHEMA shared CASCADE;
DROP ROLE regress_shared_role;
