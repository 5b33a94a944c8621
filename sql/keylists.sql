--
-- Long lists of keys and of ranges, read by Gets or by scans with a filter, and
-- nested loops that read a key for each outer row.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA keylists;
SET search_path = keylists, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER keylists_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER keylists_hbase;
CREATE FOREIGN TABLE list (id text OPTIONS (column ':key') COLLATE "C", n int, t text, m int OPTIONS (column 'g:m'))
  SERVER keylists_hbase OPTIONS (table_name 'regress_lists', family 'cf');
CREATE TABLE llist AS SELECT 'r' || lpad(i::text, 3, '0') COLLATE "C" AS id, CASE WHEN i % 5 <> 0 THEN i END AS n,
    CASE WHEN i % 7 <> 0 THEN 'text ' || i % 11 END AS t, i % 3 AS m
  FROM (SELECT generate_series(0, 76, 4) UNION ALL SELECT generate_series(80, 199)) AS s (i);
SELECT differences('TABLE list', 'TABLE llist');
CREATE FUNCTION keys(first int, last int, step int, tail text DEFAULT '') RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg('r' || lpad(i::text, 3, '0') || tail ORDER BY i % 7, i) FROM generate_series(first, last, step) AS i
$$;
-- ... and keys beside each, of which there is no row
CREATE FUNCTION many(first int, last int) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT array_agg(k || tail ORDER BY tail, k) FROM unnest(keys(first, last, 1)) AS k, unnest(ARRAY['', 'a', 'b', 'c', 'd', 'e']) AS tail
$$;
CREATE FUNCTION between_all(low text, high text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(format('id BETWEEN %L AND %L', 'r' || i || low, 'r' || i || high), ' OR ') FROM generate_series(10, 19) AS i
$$;

-- A condition held against the local table, with filters of ranges and without:
-- byte ranges asked for, and how many of them by filters.
CREATE FUNCTION lists(conditions text[], tail text DEFAULT '')
RETURNS TABLE (condition text, rows bigint, same boolean, ranges bigint, filtered bigint, same_by_gets boolean, filtered_then bigint)
LANGUAGE plpgsql AS $$
DECLARE
  one text;
  other text;
BEGIN
  FOREACH condition IN ARRAY conditions LOOP
    one := format('(SELECT * FROM list WHERE %s%s)', condition, tail);
    other := format('(SELECT * FROM llist WHERE %s%s)', condition, tail);
    EXECUTE format('SELECT count(*) FROM %s AS q', one) INTO rows;
    same := differences(one, other) = 0;
    ranges := fact(one, 'HBase Ranges');
    filtered := fact(one, 'HBase Filtered Ranges');
    SET htable_fdw.enable_range_filter = off;
    same_by_gets := differences(one, other) = 0;
    filtered_then := fact(one, 'HBase Filtered Ranges');
    RESET htable_fdw.enable_range_filter;
    condition := left(condition, 90);
    RETURN NEXT;
  END LOOP;
END $$;

-- keys that are thin are read by Gets, dense ones by scans, also within one list:
-- the last region has many, in the second one some are near to each other
SELECT * FROM lists(ARRAY[
  $$id = ANY (keys(0, 199, 1))$$,
  $$id = ANY (many(80, 199))$$,
  $$id = ANY (many(0, 199))$$,
  $$id = ANY (many(61, 69))$$,
  $$id = ANY (many(41, 79))$$,
  $$id = ANY (many(80, 199)) AND n > 100$$,
  $$id = ANY (many(80, 199)) AND n IS NULL$$,
  $$id = ANY (many(0, 199)) AND (n < 100 OR t = 'text 3') AND m = 1$$,
  $$id = ANY (many(0, 199)) AND n IS NULL AND t IS NULL$$,
  $$id = ANY (keys(80, 199, 1, 'x') || many(300, 400))$$]);
-- ... in the order of the keys, the first of them, and the last
SELECT * FROM lists(ARRAY[$$id = ANY (many(0, 199))$$, $$id = ANY (many(0, 199)) AND t > 'text 5'$$], ' ORDER BY id LIMIT 25');
SELECT * FROM lists(ARRAY[$$id = ANY (many(0, 199))$$, $$id = ANY (many(0, 199)) AND t > 'text 5'$$], ' ORDER BY id DESC LIMIT 90 OFFSET 20');
SELECT * FROM lists(ARRAY[$$id = ANY (many(0, 199))$$], ' ORDER BY id DESC');
SELECT array_agg(id) AS forward FROM (SELECT id FROM list WHERE id = ANY (keys(100, 199, 3) || many(300, 400)) ORDER BY id) AS q;
SELECT array_agg(id) AS backward FROM (SELECT id FROM list WHERE id = ANY (keys(100, 199, 3) || many(300, 400)) ORDER BY id DESC) AS q;
-- a LIMIT takes no more rows than it needs
SELECT fact($$SELECT id FROM list WHERE id = ANY (many(80, 199)) LIMIT 5$$, 'HBase Rows') AS rows,
  fact($$SELECT id FROM list WHERE id = ANY (keys(80, 199, 1)) LIMIT 5$$, 'HBase Rows') AS rows_by_gets,
  fact($$SELECT id FROM list WHERE id = ANY (keys(80, 199, 1)) LIMIT 5$$, 'HBase RPCs') AS rpcs;
-- rows without the wanted cells are rows
SELECT count(*), count(n), count(t) FROM list WHERE id = ANY (many(0, 199));
SELECT count(*) FROM list WHERE id = ANY (many(0, 199));
SELECT count(*), count(q.n) FROM (SELECT n FROM list WHERE id = ANY (many(0, 199)) OFFSET 0) AS q;

-- many ranges: closed, open, of prefixes, among keys
SELECT * FROM lists(ARRAY[
  between_all('2', '4'),
  (SELECT string_agg(format('id > %L AND id < %L', 'r' || i || '2', 'r' || i || '7'), ' OR ') FROM generate_series(10, 19) AS i),
  (SELECT string_agg(format('id LIKE %L', 'r' || lpad(i::text, 2, '0') || '%'), ' OR ') FROM generate_series(0, 19, 2) AS i),
  format('m = 2 AND (id = ANY (keys(0, 199, 1)) OR %s)', between_all('2', '4'))]);
-- the first has no beginning, the second spans a region
SELECT * FROM lists(ARRAY[format('id < %L OR id BETWEEN %L AND %L OR %s', 'r005', 'r020', 'r090', between_all('2', '4'))], ' ORDER BY id DESC');

-- a nested loop reads a key for each outer row, in one call; with Memoize each key once
CREATE TABLE wish AS SELECT i AS n, 'r' || lpad((i % 10 * 20)::text, 3, '0') COLLATE "C" AS id FROM generate_series(1, 40) AS i;
ANALYZE wish;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
EXPLAIN (COSTS OFF) SELECT w.n, l.t FROM wish AS w JOIN list AS l USING (id);
SELECT fact('SELECT w.n, l.t FROM wish AS w JOIN list AS l USING (id)', 'HBase RPCs') AS with_memoize;
SET enable_memoize = off;
SELECT fact('SELECT w.n, l.t FROM wish AS w JOIN list AS l USING (id)', 'HBase RPCs') AS without;
SELECT differences('SELECT w.n, l.t FROM wish AS w JOIN list AS l USING (id)', 'SELECT w.n, l.t FROM wish AS w JOIN llist AS l USING (id)');
RESET enable_memoize;
RESET enable_hashjoin;
RESET enable_mergejoin;
-- few outer rows against a table that may be large: no other join would do
SELECT plan_of('SELECT w.n, l.t FROM wish AS w JOIN list AS l USING (id)', '') #>> '{0,Plan,"Node Type"}' AS joined_by;
-- a list that comes from a table, and lists that change between executions
SELECT count(*), sum(l.n) FROM list AS l WHERE l.id = ANY (ARRAY(SELECT w.id FROM wish AS w));
PREPARE of_list (text[]) AS SELECT count(*), sum(n) FROM list WHERE id = ANY ($1);
SET plan_cache_mode = force_generic_plan;
EXECUTE of_list (many(0, 199));
EXECUTE of_list (keys(0, 199, 1, 'x'));
EXECUTE of_list ('{}');
EXECUTE of_list (ARRAY['r100', NULL, 'r101', 'r100', '']);
EXECUTE of_list (NULL);

\set VERBOSITY terse
DROP SCHEMA keylists CASCADE;
DROP SERVER keylists_hbase CASCADE;
