--
-- What goes wrong, with which SQLSTATE and in which words.  After each error the
-- session goes on: a SELECT works.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA badinput;
SET search_path = badinput, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER badinput_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER badinput_hbase;
CREATE FOREIGN TABLE good (id text OPTIONS (column ':key') COLLATE "C", t text)
  SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf');
-- an outcome, and whether the session is usable after it
CREATE FUNCTION try(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text := outcome(query);
BEGIN
  IF (SELECT t FROM good WHERE id = 'ok') = 'fine' THEN RETURN result; END IF;
  RETURN result || E'\n  the session is no longer usable';
END $$;
\t on
\a

-- no way to HBase
CREATE SERVER closed FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '127.0.0.1:1', connect_timeout '2s');
CREATE SERVER two_closed FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '127.0.0.1:1,127.0.0.1:2', connect_timeout '2s');
CREATE SERVER no_quorum FOREIGN DATA WRAPPER htable_fdw;
CREATE SERVER wrong_parent FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', znode_parent '/nothing');
CREATE SERVER no_mapping FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
-- a port where something else listens: this very server
SELECT '127.0.0.1:' || current_setting('port') AS postgres \gset
CREATE SERVER not_zookeeper FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'postgres', connect_timeout '2s');
-- the first of two is dead, the second is not
SELECT '127.0.0.1:1,' || :'quorum' AS one_of_two \gset
CREATE SERVER one_closed FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'one_of_two');
CREATE USER MAPPING FOR CURRENT_USER SERVER closed;
CREATE USER MAPPING FOR CURRENT_USER SERVER two_closed;
CREATE USER MAPPING FOR CURRENT_USER SERVER no_quorum;
CREATE USER MAPPING FOR CURRENT_USER SERVER wrong_parent;
CREATE USER MAPPING FOR CURRENT_USER SERVER not_zookeeper;
CREATE USER MAPPING FOR CURRENT_USER SERVER one_closed;
DO $$
DECLARE
  s text;
BEGIN
  FOREACH s IN ARRAY ARRAY['closed', 'two_closed', 'no_quorum', 'wrong_parent', 'no_mapping', 'not_zookeeper', 'one_closed'] LOOP
    EXECUTE format('CREATE FOREIGN TABLE at_%s (id text OPTIONS (column '':key'') COLLATE "C", t text) SERVER %s OPTIONS (table_name ''regress_bad'', family ''cf'')', s, s);
  END LOOP;
END $$;
SELECT try('SELECT * FROM at_closed');
SELECT try('SELECT * FROM at_closed WHERE id = ''a''');
SELECT try('SELECT * FROM at_two_closed');
SELECT try('SELECT * FROM at_no_quorum');
SELECT try('SELECT * FROM at_wrong_parent');
SELECT try('SELECT * FROM at_no_mapping');
SELECT try('SELECT * FROM at_not_zookeeper');
SELECT try('SELECT t FROM at_one_closed WHERE id = ''ok''');
-- nothing to read, nothing to connect to
SELECT try('SELECT * FROM at_closed WHERE id = NULL'), try('SELECT * FROM at_closed LIMIT 0'), try('SELECT * FROM at_closed WHERE id = ''''');
-- without a function around it
\set VERBOSITY sqlstate
SELECT * FROM at_closed;
SELECT t FROM good WHERE id = 'ok';
\set VERBOSITY default

-- no such table, family or namespace; a disabled table
CREATE FOREIGN TABLE missing (id text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_missing', family 'cf');
CREATE FOREIGN TABLE no_namespace (id text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_no_namespace:t', family 'cf');
CREATE FOREIGN TABLE no_family (id text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'nofamily');
CREATE FOREIGN TABLE disabled (id text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_disabled', family 'cf');
-- a table whose name begins like another's is another table
CREATE FOREIGN TABLE begins_alike (id text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_ba', family 'cf');
SELECT try('SELECT * FROM missing');
SELECT try('SELECT * FROM missing WHERE id = ''a''');
SELECT try('SELECT count(*) FROM missing');
SELECT try('SELECT * FROM begins_alike');
SELECT try('SELECT * FROM no_namespace');
SELECT try('SELECT * FROM no_family');
SELECT try('SELECT * FROM no_family WHERE id = ''a''');
SELECT try('SELECT * FROM disabled');
SELECT try('SELECT * FROM disabled WHERE id = ''a''');
SELECT try('SELECT * FROM disabled WHERE id IN (''a'', ''b'', ''c'')');

-- cells that do not decode
CREATE FOREIGN TABLE bad (id text OPTIONS (column ':key') COLLATE "C", i int OPTIONS (encoding 'binary'), t text, n int) SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf');
SELECT * FROM bad WHERE id = 'ok';
SELECT id, t FROM bad WHERE id IN ('short', 'long', 'word', 'big');
SELECT count(*) FROM bad;
SELECT try(format('SELECT * FROM bad WHERE id = %L', k)) FROM unnest(ARRAY['short', 'long', 'empty', 'utf8', 'nul', 'cut', 'word', 'big', 'float', 'none']) AS k;
SELECT try('SELECT n FROM bad WHERE id = ''empty'''), try('SELECT t FROM bad WHERE id = ''empty''');
-- ... in a condition too
SELECT try('SELECT id FROM bad WHERE n > 1'), try('SELECT id FROM bad WHERE id <> ''short'' AND i > 1');
-- without a function around it
SELECT n FROM bad WHERE id = 'word';
SELECT t FROM bad WHERE id = 'utf8';
SELECT i FROM bad WHERE id = 'short';
SELECT t FROM good WHERE id = 'ok';
\t off
\a

-- on_bad_value 'null': NULL, and one warning with their number for each scan
CREATE FOREIGN TABLE lenient (id text OPTIONS (column ':key') COLLATE "C", i int OPTIONS (encoding 'binary'), t text, n int)
  SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf', on_bad_value 'null');
CREATE FOREIGN TABLE partly (id text OPTIONS (column ':key') COLLATE "C", t text OPTIONS (on_bad_value 'null'), n int)
  SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf');
SELECT * FROM lenient;
SELECT id, i FROM lenient WHERE id = 'short';
SELECT id FROM lenient;
SELECT id, t FROM lenient WHERE n IS NULL;
SELECT id FROM lenient WHERE i IS NULL AND id = 'long' LIMIT 1;
SELECT id, t FROM partly WHERE id IN ('utf8', 'ok');
SELECT id, n FROM partly WHERE id IN ('word', 'ok');

-- keys that do not decode
CREATE FOREIGN TABLE badkey (k int OPTIONS (column ':key', encoding 'binary'), v text) SERVER badinput_hbase OPTIONS (table_name 'regress_badkey', family 'cf');
CREATE FOREIGN TABLE skipkey (k int OPTIONS (column ':key', encoding 'binary'), v text) SERVER badinput_hbase OPTIONS (table_name 'regress_badkey', family 'cf', on_bad_key 'skip');
CREATE FOREIGN TABLE badtext (k text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_badtext', family 'cf');
CREATE FOREIGN TABLE skiptext (k text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_badtext', family 'cf', on_bad_key 'skip');
CREATE FOREIGN TABLE badword (k int OPTIONS (column ':key'), v text) SERVER badinput_hbase OPTIONS (table_name 'regress_badtext', family 'cf');
SELECT * FROM badkey;
SELECT * FROM badtext;
SELECT * FROM badword;
SELECT * FROM badkey WHERE k IN (1, 2, -1);
-- a key that is not read is not decoded ...
SELECT v FROM badkey;
SELECT count(*) FROM badkey;
-- ... but no condition on the key holds for one that is none
SELECT v FROM badkey WHERE k >= 1;
SELECT count(*) FROM badkey WHERE k >= 1;
SELECT v FROM badtext WHERE k > 'a';
SELECT * FROM skipkey;
SELECT v FROM skipkey;
SELECT count(*) FROM skipkey;
SELECT count(*) FROM skipkey WHERE k >= 1;
SELECT v FROM skipkey WHERE k >= 1 LIMIT 2;
SELECT k FROM skipkey ORDER BY k LIMIT 1;
SELECT * FROM skiptext;
SELECT k FROM skiptext ORDER BY k DESC;
SELECT k FROM skiptext WHERE k = 'd';

-- keys longer than HBase has them (32767 bytes): a comparison with one is still exact (trap 4)
CREATE FOREIGN TABLE long (k text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_longkey', family 'cf');
CREATE TABLE llong (k text COLLATE "C", v text);
INSERT INTO llong VALUES ('a', 'short key'), (repeat('k', 32767), 'the longest key');
SELECT length(k), v FROM long;
SELECT * FROM probe('long', 'llong', ARRAY['k = repeat(''k'', 32767)', 'k = repeat(''k'', 32768)', 'k = repeat(''k'', 1000000)', 'k > repeat(''k'', 32767)', 'k >= repeat(''k'', 32767)',
  'k >= repeat(''k'', 32768)', 'k > repeat(''k'', 32766)', 'k < repeat(''k'', 32768)', 'k <= repeat(''k'', 32768)', 'k < repeat(''k'', 32767)', 'k <= repeat(''k'', 32767)', 'k <= repeat(''k'', 32766)',
  'k >= repeat(''j'', 40000)', 'k <= repeat(''l'', 40000)', 'k LIKE repeat(''k'', 32768) || ''%''', 'k LIKE repeat(''k'', 32767) || ''%''', 'k ^@ repeat(''k'', 32766)', 'k ^@ repeat(''k'', 40000)',
  'k IN (''a'', repeat(''k'', 32768), repeat(''k'', 32767))', 'k > ''a'' AND k < repeat(''k'', 32768)']);
SELECT length(k) FROM long ORDER BY k DESC;
SELECT length(k) FROM long WHERE k > 'a' ORDER BY k DESC;

-- answers, rows and cells above max_response_size
CREATE SERVER badinput_little FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', max_response_size '64kB');
CREATE USER MAPPING FOR CURRENT_USER SERVER badinput_little;
CREATE FOREIGN TABLE large (k text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_hbase OPTIONS (table_name 'regress_large', family 'cf');
CREATE FOREIGN TABLE little (k text OPTIONS (column ':key') COLLATE "C", v text) SERVER badinput_little OPTIONS (table_name 'regress_large', family 'cf');
SELECT count(*), sum(length(v)), max(length(v)) FROM large;
\t on
\a
SELECT try('SELECT * FROM little WHERE k = ''cell''');
SELECT try('SELECT * FROM little WHERE k >= ''cell'' AND k < ''d''');
SELECT try('SELECT * FROM little');
SELECT try('SELECT k FROM little');
-- many rows that are small each are no such thing
SELECT try('SELECT * FROM little WHERE k > ''d''');
SELECT try('SELECT * FROM little WHERE k > ''d'' ORDER BY k DESC');
SELECT try('SELECT * FROM little WHERE k = ANY (ARRAY(SELECT ''rows'' || to_char(i, ''FM00'') FROM generate_series(0, 20) AS i))');
\t off
\a

-- full scans
CREATE FOREIGN TABLE warned (id text OPTIONS (column ':key') COLLATE "C", t text) SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf', full_scan 'warn');
CREATE FOREIGN TABLE refused (id text OPTIONS (column ':key') COLLATE "C", t text) SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf', full_scan 'error');
CREATE FOREIGN TABLE refused_nokey (t text) SERVER badinput_hbase OPTIONS (table_name 'regress_bad', family 'cf', full_scan 'error');
SELECT count(*) FROM warned;
SELECT id FROM warned WHERE id > 'utf8';
SELECT id FROM warned ORDER BY id LIMIT 1;
SELECT count(*) FROM warned WHERE id > '';
SELECT count(*) FROM refused;
SELECT id FROM refused WHERE t = 'fine';
SELECT id FROM refused WHERE t = 'fine' LIMIT 1;
SELECT id FROM refused WHERE id = 'ok' OR t = 'fine';
SELECT id FROM refused WHERE id = 'ok' AND t = 'fine';
SELECT id FROM refused WHERE id >= 'u';
SELECT id FROM refused LIMIT 1;
SELECT id FROM refused WHERE id <> 'ok';
SELECT count(*) FROM refused_nokey;
SELECT w.id FROM (VALUES ('ok'), ('word')) AS w (id) JOIN LATERAL (SELECT * FROM refused AS r WHERE r.id = w.id) AS q ON true;
EXPLAIN (COSTS OFF) SELECT * FROM refused;
ALTER SERVER badinput_hbase OPTIONS (ADD full_scan 'error');
SELECT count(*) FROM good;
SELECT count(*) > 0 AS rows FROM warned;
ALTER FOREIGN TABLE good OPTIONS (ADD full_scan 'allow');
SELECT count(*) FROM good;
ALTER SERVER badinput_hbase OPTIONS (DROP full_scan);

-- a table that is not updatable is refused by PostgreSQL itself
ALTER FOREIGN TABLE good OPTIONS (ADD updatable 'false');
\t on
\a
SELECT try('UPDATE good SET t = ''other'' WHERE id = ''ok''');
SELECT try('DELETE FROM good WHERE id = ''ok''');
\t off
\a
ANALYZE good;
SELECT t FROM good WHERE id = 'ok';

-- cancelled in the middle of a scan, in a subtransaction and outside
SET statement_timeout = '200ms';
SELECT count(pg_sleep(0.1)) FROM good;
SELECT t FROM good WHERE id = 'ok';
BEGIN;
SELECT id FROM good ORDER BY id LIMIT 1;
SAVEPOINT s;
SELECT count(pg_sleep(0.1)) FROM good;
ROLLBACK TO s;
SELECT t FROM good WHERE id = 'ok';
COMMIT;
RESET statement_timeout;

-- many failures in one session leave nothing behind
DO $$
BEGIN
  FOR i IN 1 .. 200 LOOP
    BEGIN
      PERFORM n FROM bad WHERE id = 'word';
    EXCEPTION WHEN invalid_text_representation THEN NULL;
    END;
  END LOOP;
END $$;
SELECT in_use, links <= 4 AS few_links FROM htable_get_connections() WHERE server_name = 'badinput_hbase' AND valid;

\set VERBOSITY terse
DROP SCHEMA badinput CASCADE;
DROP SERVER badinput_hbase, badinput_little, closed, two_closed, no_quorum, wrong_parent, no_mapping, not_zookeeper, one_closed CASCADE;
