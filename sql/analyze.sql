--
-- What the planner knows of tables: before ANALYZE from region servers, after
-- it from a sample.  Of estimates is shown only whether they are near.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA analyzes;
SET search_path = analyzes, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER analyze_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER analyze_hbase;

-- rows that a query is estimated to have
CREATE FUNCTION estimate(query text) RETURNS float8 LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN (plan #>> '{0,Plan,Plan Rows}')::float8;
END $$;

-- how far estimate and count are from each other: whether within a factor, else both
CREATE FUNCTION near(name text, factor float8, conditions text[]) RETURNS TABLE (condition text, near text)
LANGUAGE plpgsql AS $$
DECLARE
  query text;
  estimated float8;
  counted float8;
BEGIN
  FOREACH condition IN ARRAY conditions LOOP
    query := format('SELECT * FROM %s WHERE %s', name, condition);
    estimated := estimate(query);
    EXECUTE format('SELECT greatest(count(*), 1) FROM (%s) AS q', query) INTO counted;
    near := CASE WHEN estimated BETWEEN counted / factor AND counted * factor THEN 'yes'
                 ELSE format('no: %s estimated, %s there', estimated, counted) END;
    RETURN NEXT;
  END LOOP;
END $$;

-- the same of distinct values, after ANALYZE
CREATE FUNCTION distinct_near(name regclass, factor float8) RETURNS TABLE (attname name, near text)
LANGUAGE plpgsql AS $$
DECLARE
  estimated float8;
  counted float8;
BEGIN
  FOR attname, estimated IN
    SELECT s.attname, CASE WHEN n_distinct < 0 THEN -n_distinct * reltuples ELSE n_distinct END
    FROM pg_stats AS s JOIN pg_class AS c ON c.oid = name AND c.relname = tablename
      JOIN pg_namespace AS n ON n.oid = c.relnamespace AND nspname = schemaname
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = s.attname ORDER BY attnum LOOP
    EXECUTE format('SELECT count(DISTINCT %I) FROM %s', attname, name) INTO counted;
    near := CASE WHEN estimated BETWEEN counted / factor AND counted * factor THEN 'yes'
                 ELSE format('no: %s estimated, %s there', estimated, counted) END;
    RETURN NEXT;
  END LOOP;
END $$;

CREATE FOREIGN TABLE digits (id text OPTIONS (column ':key') COLLATE "C", n int, run int, mod int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze', family 'cf');
CREATE FOREIGN TABLE skew (id text OPTIONS (column ':key') COLLATE "C", n int, run int, mod int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_skew', family 'cf');
CREATE FOREIGN TABLE ints (id int8 OPTIONS (column ':key', encoding 'binary'), n int, run int, mod int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_int', family 'cf');
CREATE FOREIGN TABLE parts (
  a text OPTIONS (column ':key', terminator '|') COLLATE "C", b text OPTIONS (column ':key') COLLATE "C", n int, run int, mod int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_parts', family 'cf');
CREATE FOREIGN TABLE versions (id text OPTIONS (column ':key') COLLATE "C", at timestamptz OPTIONS (column ':timestamp'), n int, mod int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_versions', family 'cf', shape 'versions');
CREATE FOREIGN TABLE cells (id text OPTIONS (column ':key') COLLATE "C", name text OPTIONS (column ':qualifier') COLLATE "C", value text OPTIONS (column ':value'))
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_versions', shape 'cells', max_versions '1');
CREATE FOREIGN TABLE small (id text OPTIONS (column ':key') COLLATE "C", n int, mod int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_small', family 'cf');
CREATE FOREIGN TABLE empty (id text OPTIONS (column ':key') COLLATE "C", n int)
  SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_empty', family 'cf');

-- before ANALYZE: within a factor of 10
SELECT * FROM near('digits', 10, ARRAY['true', $$id >= 'user0010000'$$, $$id < 'user0001000'$$, $$id BETWEEN 'user0012000' AND 'user0012099'$$,
  $$id LIKE 'user00123%'$$, $$id >= 'user0019900'$$, $$id > 'v'$$, $$id < 'a'$$, $$id = 'user0000777'$$,
  $$id IN ('user0000777', 'user0010000', 'none')$$, $$id >= 'user0010000' AND n > 0$$]);
-- (inside a region keys are taken to be spread evenly)
SELECT * FROM near('skew', 10, ARRAY['true', $$id < 'a'$$, $$id < 'zz'$$]);
SELECT * FROM near('ints', 10, ARRAY['true', 'id < 1000', 'id BETWEEN 10000 AND 10099', 'id >= 19000', 'id = 777', 'id < 0', 'id < 1000 + 1.5 * 10']);
SELECT * FROM near('parts', 10, ARRAY['true', $$a = 't007'$$, $$a = 't007' AND b < '000100'$$, $$a >= 't010'$$, $$a = 't007' AND b = '000100'$$,
  $$(a, b) > ('t015', '000500')$$]);
SELECT * FROM near('versions', 10, ARRAY['true', $$id < 'k00600'$$, $$id = 'k00600'$$]);
SELECT * FROM near('cells', 10, ARRAY['true', $$id < 'k00600'$$, $$id = 'k00600'$$]);
SELECT * FROM near('small', 1, ARRAY['true', $$id >= 'a3'$$, $$id = 'a3'$$]);
SELECT * FROM near('empty', 1, ARRAY['true', $$id >= 'a3'$$]);

-- functions that are stable, and parameters, count as values where they are known
SELECT * FROM near('digits', 10, ARRAY[$$id < concat('user', '0001000')$$]);
PREPARE before(text) AS SELECT * FROM digits WHERE id < $1;
SET plan_cache_mode = force_custom_plan;
SELECT estimate($$EXECUTE before('user0000100')$$) < 1000 AS few, estimate($$EXECUTE before('user0019000')$$) > 2000 AS many;
SET plan_cache_mode = force_generic_plan;
SELECT estimate($$EXECUTE before('user0000100')$$) = estimate($$EXECUTE before('user0019000')$$) AS not_known;
RESET plan_cache_mode;
-- a value that cannot be a key is no error of an estimate
CREATE FOREIGN TABLE numbers (id numeric OPTIONS (column ':key', encoding 'ordered'), n int) SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_int', family 'cf');
SELECT estimate($$SELECT * FROM numbers WHERE id < 1e130000$$) > 0 AS estimated;

-- as with postgres_fdw: asked where that is wanted
SELECT sum(rpcs) AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase' \gset
ALTER FOREIGN TABLE digits OPTIONS (ADD use_remote_estimate 'off');
SELECT estimate('SELECT * FROM digits') AS default_rows;
SELECT sum(rpcs) = :rpcs AS asked_nothing FROM htable_get_connections() WHERE server_name = 'analyze_hbase';
ALTER SERVER analyze_hbase OPTIONS (ADD use_remote_estimate 'false');
ALTER FOREIGN TABLE digits OPTIONS (SET use_remote_estimate 'on');
SELECT estimate('SELECT * FROM skew') AS default_rows, estimate('SELECT * FROM digits') BETWEEN 2000 AND 200000 AS asked;
ALTER FOREIGN TABLE digits OPTIONS (DROP use_remote_estimate);
ALTER SERVER analyze_hbase OPTIONS (DROP use_remote_estimate);
-- single keys need no size: the only call is the Get
SELECT htable_disconnect('analyze_hbase');
SELECT count(*) FROM digits WHERE id = 'user0000777';
SELECT sum(rpcs) AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase' \gset
SELECT count(*) FROM digits WHERE id = 'user0000778';
SELECT sum(rpcs) - :rpcs AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase';
-- one answer serves a while
SELECT estimate('SELECT * FROM digits') > 0 AS estimated;
SELECT sum(rpcs) AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase' \gset
SELECT estimate($$SELECT * FROM digits WHERE id > 'user0019000'$$) > 0 AS estimated;
SELECT sum(rpcs) - :rpcs AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase';
-- nothing of it is an error: no such table, no user mapping
CREATE FOREIGN TABLE missing (id text OPTIONS (column ':key') COLLATE "C") SERVER analyze_hbase OPTIONS (table_name 'regress_none', family 'cf');
SELECT estimate('SELECT * FROM missing') AS default_rows;
CREATE SERVER unmapped FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum '127.0.0.1:1');
CREATE FOREIGN TABLE unmapped (id text OPTIONS (column ':key') COLLATE "C") SERVER unmapped OPTIONS (table_name 't', family 'cf');
SELECT estimate('SELECT * FROM unmapped') AS default_rows;
CREATE USER MAPPING FOR CURRENT_USER SERVER unmapped;
SELECT estimate('SELECT * FROM unmapped') AS default_rows;
ALTER SERVER unmapped OPTIONS (DROP quorum);
SELECT estimate('SELECT * FROM unmapped') AS default_rows;

-- a sample, although the table is small: it may be read whole by default
ALTER SERVER analyze_hbase OPTIONS (ADD analyze_size '400kB');
SELECT coalesce(sum(bytes_received), 0) AS bytes FROM htable_get_connections() WHERE server_name = 'analyze_hbase' \gset
ANALYZE digits;
SELECT sum(bytes_received) - :bytes < 500000 AS bounded FROM htable_get_connections() WHERE server_name = 'analyze_hbase';
SELECT * FROM near('digits', 2, ARRAY['true', $$id >= 'user0010000'$$, $$id < 'user0005000'$$, $$id BETWEEN 'user0008000' AND 'user0012000'$$,
  $$id LIKE 'user000%'$$, $$id = 'user0000777'$$, 'mod < 5']);
SELECT * FROM distinct_near('digits', 3);
SELECT correlation > 0.99 AS ordered FROM pg_stats WHERE schemaname = 'analyzes' AND tablename = 'digits' AND attname = 'id';
ANALYZE skew;
SELECT * FROM near('skew', 2, ARRAY['true', $$id < 'b'$$, $$id < 'a0009000'$$]);
SELECT * FROM distinct_near('skew', 3) WHERE attname IN ('id', 'mod');
ANALYZE ints;
SELECT * FROM near('ints', 2, ARRAY['true', 'id < 10000', 'id BETWEEN 5000 AND 15000', 'id = 777']);
SELECT * FROM distinct_near('ints', 3);
ANALYZE versions;
SELECT * FROM near('versions', 2, ARRAY['true', $$id < 'k03000'$$]);
ANALYZE cells;
SELECT * FROM near('cells', 2, ARRAY['true', $$id < 'k03000'$$, $$name = 'mod'$$]);
ALTER SERVER analyze_hbase OPTIONS (DROP analyze_size);

-- whole tables
ANALYZE digits, skew, ints, parts, versions, cells, small, empty;
SELECT relname, reltuples FROM pg_class WHERE relnamespace = 'analyzes'::regnamespace AND relkind = 'f' AND reltuples >= 0 ORDER BY relname COLLATE "C";
SELECT * FROM near('digits', 2, ARRAY['true', $$id >= 'user0010000'$$, $$id BETWEEN 'user0012000' AND 'user0012099'$$, $$id BETWEEN 'user0012345' AND 'user0012349'$$,
  $$id LIKE 'user001234%'$$, $$id > 'user0019990'$$, $$id > 'v'$$, $$id = 'user0000777'$$, 'mod = 3', 'run = 7']);
SELECT * FROM near('skew', 2, ARRAY['true', $$id < 'b'$$, $$id >= 'b'$$, $$id < 'a0001000'$$, $$id >= 'z01900'$$]);
SELECT * FROM near('ints', 2, ARRAY['true', 'id < 1000', 'id BETWEEN 10000 AND 10099', 'id = 777', 'id < 0']);
SELECT * FROM near('parts', 2, ARRAY['true', $$a = 't007'$$, $$a >= 't010'$$, $$a = 't007' AND b = '000100'$$, $$a = 't007' AND b < '000500'$$]);
SELECT * FROM near('versions', 2, ARRAY['true', $$id < 'k00600'$$, $$id = 'k00600'$$]);
SELECT * FROM near('small', 1, ARRAY['true', $$id >= 'a0'$$, $$id = 'a3'$$, 'mod = 0']);
SELECT name, d.* FROM unnest(ARRAY['digits', 'skew', 'ints', 'parts', 'versions', 'cells', 'small']) AS name, distinct_near(name::regclass, 3) AS d WHERE near <> 'yes';
-- nothing is asked when there are statistics
SELECT sum(rpcs) AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase' \gset
SELECT estimate($$SELECT * FROM digits WHERE id > 'user0019000'$$) > 0 AS estimated;
SELECT sum(rpcs) - :rpcs AS rpcs FROM htable_get_connections() WHERE server_name = 'analyze_hbase';

-- the same errors as those of a scan
CREATE FOREIGN TABLE bad (id text OPTIONS (column ':key') COLLATE "C", n int) SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_bad', family 'cf');
ANALYZE bad;
ALTER FOREIGN TABLE bad OPTIONS (ADD on_bad_value 'null');
ANALYZE bad;
SELECT attname, null_frac FROM pg_stats WHERE schemaname = 'analyzes' AND tablename = 'bad' ORDER BY attname;
ANALYZE missing;
-- a partition is part of its parent's statistics
CREATE TABLE parent (id text COLLATE "C", n int, mod int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE child PARTITION OF parent FOR VALUES FROM ('a') TO ('b') SERVER analyze_hbase OPTIONS (table_name 'regress_analyze_small', family 'cf');
ALTER FOREIGN TABLE child ALTER id OPTIONS (ADD column ':key');
ANALYZE parent;
SELECT count(*) FROM pg_stats WHERE schemaname = 'analyzes' AND tablename = 'parent';

\set VERBOSITY terse
DROP SCHEMA analyzes CASCADE;
DROP SERVER analyze_hbase CASCADE;
DROP SERVER unmapped CASCADE;
