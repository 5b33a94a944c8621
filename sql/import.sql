--
-- IMPORT FOREIGN SCHEMA: the tables of a namespace, with the columns that a
-- sample of rows shows; htable_describe() says what they were decided by.
--
\getenv quorum HTABLE_QUORUM
\getenv master HTABLE_MASTER_ADDRESS
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA import;
SET search_path = import, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER import_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER import_hbase;
-- the columns of all foreign tables of a schema
CREATE FUNCTION declared(in_schema text) RETURNS TABLE (tab text, col text, type text, options text) LANGUAGE sql AS $$
  SELECT relname, attname, format_type(atttypid, atttypmod) || CASE WHEN attcollation = '"C"'::regcollation THEN ' COLLATE "C"' ELSE '' END,
         array_to_string(attfdwoptions, ', ')
  FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
  WHERE relnamespace = in_schema::regnamespace AND attnum > 0 AND relkind = 'f'
  ORDER BY relname COLLATE "C", attnum
$$;

-- everything there is
CREATE SCHEMA all_of_it;
IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO all_of_it;
SELECT * FROM declared('all_of_it') WHERE tab NOT IN ('names', 'wide');
\pset format unaligned
SELECT * FROM declared('all_of_it') WHERE tab = 'names';
\pset format aligned
-- the table's own options
SELECT ftrelid::regclass, ftoptions FROM pg_foreign_table WHERE ftrelid::regclass::text LIKE 'all_of_it.%' ORDER BY 1;

-- they can be read at once
SELECT * FROM all_of_it.people ORDER BY id;
SELECT id, age::int * 2 AS twice FROM all_of_it.people WHERE id >= 'b' ORDER BY id;
SELECT "Upper Case", "f_id", "f_ctid", "f_a:b", "g_a:b", "g_a:b_2" FROM all_of_it.names;
SELECT encode(id, 'hex') AS id, encode(n, 'hex') AS n FROM all_of_it."binary" WHERE id > '\x0000000000000001';
SELECT count(*), count(early), count(middle), count(late) FROM all_of_it.spread;
SELECT count(*) FROM all_of_it.void;
SELECT * FROM all_of_it."dot.and-dash";
-- a foreign table has no more columns: the cells seen most often are declared
SELECT count(*), bool_or(col = 'q0000') AS first, bool_or(col = 'q1599') AS rare, bool_or(col = 'q1699') AS frequent
FROM declared('all_of_it') WHERE tab = 'wide';
SELECT q0000, q1699 FROM all_of_it.wide WHERE id = 'a';

-- some of it
CREATE SCHEMA few;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (people, "binary", missing) FROM SERVER import_hbase INTO few;
SELECT DISTINCT tab FROM declared('few') ORDER BY 1;
DROP FOREIGN TABLE few.people, few.binary;
IMPORT FOREIGN SCHEMA regress_import EXCEPT (people, names, wide, off, void, "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglong")
  FROM SERVER import_hbase INTO few;
SELECT DISTINCT tab FROM declared('few') ORDER BY 1;
-- what is there already is core's error, and then nothing is imported
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (people, spread) FROM SERVER import_hbase INTO few;
SELECT DISTINCT tab FROM declared('few') ORDER BY 1;

-- a larger or smaller sample
DROP SCHEMA few CASCADE;
CREATE SCHEMA few;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (spread) FROM SERVER import_hbase INTO few OPTIONS (sample_rows '3');
SELECT * FROM declared('few');
DROP FOREIGN TABLE few.spread;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (spread) FROM SERVER import_hbase INTO few OPTIONS (sample_rows '1');
SELECT * FROM declared('few');

-- all versions
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (people) FROM SERVER import_hbase INTO few OPTIONS (shape 'versions');
SELECT * FROM declared('few') WHERE tab = 'people';
SELECT id, extract(epoch FROM timestamp)::int AS seconds, cf_name, attr_name FROM few.people WHERE id = 'ann';

-- families as maps, also those of which no cell was seen
CREATE SCHEMA maps;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (people, "binary", void) FROM SERVER import_hbase INTO maps OPTIONS (columns 'maps');
SELECT * FROM declared('maps');
SELECT * FROM maps.people ORDER BY id;
SELECT id, cf FROM maps."binary" ORDER BY id;
DROP SCHEMA maps CASCADE;
CREATE SCHEMA maps;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (people) FROM SERVER import_hbase INTO maps OPTIONS (columns 'maps', shape 'versions');
SELECT * FROM declared('maps');

-- cells
CREATE SCHEMA cells;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (people, names, "binary", spread, void) FROM SERVER import_hbase INTO cells OPTIONS (shape 'cells');
SELECT * FROM declared('cells');
SELECT family, encode(qualifier, 'escape') AS qualifier, value FROM cells.names WHERE family = 'g';
SELECT family, qualifier, extract(epoch FROM timestamp) AS seconds, value FROM cells.people WHERE id = 'ann';
SELECT count(*) FROM cells.spread;
SELECT count(*) FROM cells.void;

-- the default namespace
CREATE SCHEMA by_default;
IMPORT FOREIGN SCHEMA "default" LIMIT TO (regress_scan) FROM SERVER import_hbase INTO by_default;
SELECT * FROM declared('by_default');
SELECT count(*) FROM by_default.regress_scan;
-- and HBase's own
IMPORT FOREIGN SCHEMA hbase LIMIT TO (meta) FROM SERVER import_hbase INTO by_default;
SELECT count(*) > 10 FROM by_default.meta;

-- without ZooKeeper
CREATE SERVER import_bootstrap FOREIGN DATA WRAPPER htable_fdw OPTIONS (bootstrap :'master');
CREATE USER MAPPING FOR CURRENT_USER SERVER import_bootstrap;
IMPORT FOREIGN SCHEMA regress_import LIMIT TO (spread) FROM SERVER import_bootstrap INTO by_default;
SELECT count(*) FROM by_default.spread;

-- what goes wrong
\t on
\a
SELECT outcome('IMPORT FOREIGN SCHEMA nothing FROM SERVER import_hbase INTO few');
SELECT outcome('IMPORT FOREIGN SCHEMA "no such" FROM SERVER import_hbase INTO few');
SELECT outcome(format('IMPORT FOREIGN SCHEMA %I FROM SERVER import_hbase INTO few', repeat('n', 63)));
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (samples ''3'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (sample_rows ''0'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (shape ''round'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (columns ''all'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (columns ''maps'', shape ''cells'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (quorum ''zk1'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few OPTIONS (sample_rows ''3'', sample_rows ''4'')');
CREATE SERVER import_nowhere FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '127.0.0.1:1', connect_timeout '2s');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_nowhere INTO few');
CREATE USER MAPPING FOR CURRENT_USER SERVER import_nowhere;
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_nowhere INTO few');
SELECT split_part(outcome('ALTER SERVER import_hbase OPTIONS (ADD sample_rows ''3'')'), E'\n  HINT', 1);

-- what the columns were decided by
SELECT part, family, qualifier, declaration, evidence FROM htable_describe('import_hbase', 'regress_import:people');
SELECT part, family, qualifier, declaration, evidence FROM htable_describe('import_hbase', 'regress_import:names');
SELECT part, family, qualifier, declaration, evidence FROM htable_describe('import_hbase', 'regress_import:binary');
SELECT part, family, qualifier, declaration, evidence FROM htable_describe('import_hbase', 'regress_import:void');
SELECT part, family, qualifier, declaration, evidence FROM htable_describe('import_hbase', 'regress_import:off');
SELECT qualifier, evidence FROM htable_describe('import_hbase', 'regress_import:spread', 6) WHERE part = 'column';
SELECT family, attributes ->> 'VERSIONS', attributes ->> 'TTL', attributes ->> 'KEEP_DELETED_CELLS'
FROM htable_describe('import_hbase', 'regress_import:people') WHERE part = 'family';
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''regress_import:missing'')');
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''no table'')');
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''regress_import:people'', 0)');
SELECT outcome('SELECT * FROM htable_describe(''missing'', ''regress_import:people'')');
-- it reads with the rights of its caller: nobody's until given
CREATE ROLE regress_import_role;
GRANT USAGE ON SCHEMA import, few TO regress_import_role;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA import TO regress_import_role;
GRANT CREATE ON SCHEMA few TO regress_import_role;
SET ROLE regress_import_role;
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''regress_import:people'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import FROM SERVER import_hbase INTO few');
RESET ROLE;
GRANT EXECUTE ON FUNCTION htable_describe TO regress_import_role;
SET ROLE regress_import_role;
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''regress_import:people'')');
RESET ROLE;
GRANT USAGE ON FOREIGN SERVER import_hbase TO regress_import_role;
SET ROLE regress_import_role;
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''regress_import:people'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import LIMIT TO ("binary") FROM SERVER import_hbase INTO few');
RESET ROLE;
CREATE USER MAPPING FOR regress_import_role SERVER import_hbase;
SET ROLE regress_import_role;
SELECT outcome('SELECT * FROM htable_describe(''import_hbase'', ''regress_import:binary'')');
SELECT outcome('IMPORT FOREIGN SCHEMA regress_import LIMIT TO ("binary") FROM SERVER import_hbase INTO few');
RESET ROLE;
-- all connections are given back
SELECT bool_or(in_use) FROM htable_get_connections();

\a
\t off
SET client_min_messages = warning;
DROP SERVER import_hbase, import_bootstrap, import_nowhere CASCADE;
DROP SCHEMA import, all_of_it, few, maps, cells, by_default CASCADE;
REVOKE EXECUTE ON FUNCTION htable_describe FROM regress_import_role;
DROP ROLE regress_import_role;
