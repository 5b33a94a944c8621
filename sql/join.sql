--
-- Joins, parameters that change between scans, row locks, security, plans that
-- outlive what they were made for.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA joins;
SET search_path = joins, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER joins_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum', use_remote_estimate 'off');
CREATE USER MAPPING FOR CURRENT_USER SERVER joins_hbase;
CREATE FOREIGN TABLE dept (id text OPTIONS (column ':key') COLLATE "C", name text, size int)
  SERVER joins_hbase OPTIONS (table_name 'regress_dept', family 'cf');
CREATE FOREIGN TABLE emp (id int OPTIONS (column ':key', encoding 'binary'), name text, dept text)
  SERVER joins_hbase OPTIONS (table_name 'regress_emp', family 'cf');
CREATE TABLE ldept AS SELECT 'd' || i AS id, 'dept ' || i AS name, i * 10 AS size FROM generate_series(1, 5) AS i;
CREATE TABLE lemp AS SELECT i AS id, 'emp ' || i AS name, CASE WHEN i <> 7 THEN 'd' || i % 4 + 1 END AS dept FROM generate_series(1, 10) AS i;
SELECT differences('TABLE dept', 'TABLE ldept'), differences('TABLE emp', 'TABLE lemp');
CREATE TABLE wish (n int, id text COLLATE "C", emp int8);
INSERT INTO wish VALUES (1, 'd3', 1), (2, NULL, NULL), (3, 'd1', 9223372036854775800), (4, 'none', 0), (5, 'd3', 10), (6, '', -1);
ANALYZE wish, ldept, lemp;

-- trap 3: a rescan evaluates its parameters again.  Trap 10: a NULL one finds nothing
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
EXPLAIN (COSTS OFF) SELECT w.n, d.name FROM wish AS w JOIN dept AS d USING (id);
SELECT w.n, w.id, d.name FROM wish AS w JOIN dept AS d USING (id) ORDER BY n;
SELECT w.n, w.id, d.name FROM wish AS w LEFT JOIN dept AS d USING (id) ORDER BY n;
SELECT fact('SELECT w.n, d.name FROM wish AS w JOIN dept AS d USING (id)', 'HBase Rows') AS sent;
SET enable_memoize = off;
SELECT w.n, w.id, d.name FROM wish AS w LEFT JOIN dept AS d USING (id) ORDER BY n;
SELECT fact('SELECT w.n, d.name FROM wish AS w JOIN dept AS d USING (id)', 'HBase Rows') AS sent;
-- int4 key against an int8 column, in range and out of it
EXPLAIN (COSTS OFF) SELECT w.n, e.name FROM wish AS w JOIN emp AS e ON e.id = w.emp;
SELECT w.n, e.name FROM wish AS w LEFT JOIN emp AS e ON e.id = w.emp ORDER BY n;
-- ranges that depend on the outer row
EXPLAIN (COSTS OFF) SELECT w.n, d.id FROM wish AS w JOIN dept AS d ON d.id >= w.id AND d.id < 'd5';
SELECT w.n, w.id AS wish, d.id FROM wish AS w JOIN dept AS d ON d.id >= w.id AND d.id < 'd5' ORDER BY n, d.id;
SELECT w.n, e.id FROM wish AS w JOIN emp AS e ON e.id > w.emp AND e.id <= w.emp + 3 ORDER BY n, e.id;
SELECT w.n, d.id FROM wish AS w JOIN dept AS d ON d.id LIKE w.id || '%' ORDER BY n, d.id;
SELECT w.n, d.id FROM wish AS w JOIN dept AS d ON d.id = ANY (ARRAY[w.id, 'd' || w.n]) ORDER BY n, d.id;
SELECT w.n, d.id FROM wish AS w JOIN dept AS d ON d.id = w.id OR d.id = 'd' || w.n ORDER BY n, d.id;
-- two levels: the inner scans are of HBase as well
EXPLAIN (COSTS OFF) SELECT e.name, d.name FROM emp AS e JOIN dept AS d ON d.id = e.dept WHERE e.id IN (1, 5, 7);
SELECT e.name, d.name FROM emp AS e JOIN dept AS d ON d.id = e.dept WHERE e.id IN (1, 5, 7) ORDER BY 1;
SELECT w.n, e.name, d.name FROM wish AS w JOIN emp AS e ON e.id = w.n JOIN dept AS d ON d.id = e.dept ORDER BY n;
RESET enable_memoize;
RESET enable_material;
-- correlated subqueries, LATERAL, recursion, IN and EXISTS
SELECT n, (SELECT name FROM dept AS d WHERE d.id = w.id) FROM wish AS w ORDER BY n;
SELECT n, (SELECT count(*) FROM dept AS d WHERE d.id > w.id) FROM wish AS w ORDER BY n;
SELECT n, q.id FROM wish AS w LEFT JOIN LATERAL (SELECT id FROM dept AS d WHERE d.id > w.id ORDER BY id DESC LIMIT 2) AS q ON true ORDER BY n, q.id;
WITH RECURSIVE up (id) AS (SELECT 'd1' COLLATE "C" UNION ALL SELECT d.id FROM up JOIN dept AS d ON d.id = 'd' || (substr(up.id, 2)::int + 1)) SELECT * FROM up LIMIT 9;
SELECT n FROM wish AS w WHERE EXISTS (SELECT FROM dept AS d WHERE d.id = w.id) ORDER BY n;
SELECT n FROM wish AS w WHERE NOT EXISTS (SELECT FROM dept AS d WHERE d.id = w.id) ORDER BY n;
SELECT id FROM dept WHERE id IN (SELECT id FROM wish) ORDER BY id;
RESET enable_hashjoin;
RESET enable_mergejoin;

-- all kinds of joins by all methods against local tables
CREATE FUNCTION joins() RETURNS TABLE (method text, query text, rows bigint, same boolean) LANGUAGE plpgsql AS $$
BEGIN
  FOREACH method IN ARRAY ARRAY['nestloop', 'hashjoin', 'mergejoin'] LOOP
    PERFORM set_config('enable_' || m, CASE m WHEN method THEN 'on' ELSE 'off' END, true) FROM unnest(ARRAY['nestloop', 'hashjoin', 'mergejoin']) AS m;
    FOREACH query IN ARRAY ARRAY[
      'SELECT * FROM emp AS e JOIN dept AS d ON e.dept = d.id',
      'SELECT * FROM emp AS e LEFT JOIN dept AS d ON e.dept = d.id',
      'SELECT * FROM emp AS e RIGHT JOIN dept AS d ON e.dept = d.id AND e.id > 3',
      'SELECT e.id, d.size FROM emp AS e FULL JOIN dept AS d ON e.dept = d.id',
      'SELECT a.id FROM dept AS a JOIN dept AS b ON a.id = b.id JOIN ldept AS c ON c.id = a.id',
      'SELECT a.id, b.name FROM emp AS a JOIN emp AS b ON a.id = b.id AND a.id > 4',
      'SELECT d.id FROM dept AS d WHERE d.id NOT IN (SELECT dept FROM emp WHERE dept IS NOT NULL)',
      'SELECT d.name, count(e.id) FROM dept AS d LEFT JOIN emp AS e ON e.dept = d.id GROUP BY d.name',
      'SELECT a.id FROM emp AS a, emp AS b WHERE a.id = b.id + 1 AND b.id < 5'] LOOP
      EXECUTE format('SELECT count(*) FROM (%s) AS q', query) INTO rows;
      same := differences(query, regexp_replace(query, '\m(emp|dept) AS', 'l\1 AS', 'g')) = 0;
      RETURN NEXT;
    END LOOP;
  END LOOP;
END $$;
SELECT * FROM joins();
-- a merge join takes the order of row keys as it is, and marks and restores
SET enable_hashjoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT a.name, b.size FROM dept AS a JOIN dept AS b ON a.id = b.id;
SELECT a.name, b.size FROM dept AS a JOIN dept AS b ON a.id = b.id;
EXPLAIN (COSTS OFF) SELECT w.n, d.name FROM wish AS w JOIN dept AS d ON w.id = d.id;
SELECT w.n, d.name FROM wish AS w JOIN dept AS d ON w.id = d.id ORDER BY n;
RESET enable_hashjoin;
RESET enable_nestloop;

-- trap 2: LIMIT above a join, a grouping or a sort is not sent
SELECT shown('SELECT d.id FROM dept AS d JOIN wish AS w USING (id) LIMIT 1', 'HBase Limit');
SELECT count(*) FROM (SELECT d.id FROM dept AS d JOIN wish AS w USING (id) LIMIT 3) AS q;
SELECT e.id, d.name FROM emp AS e LEFT JOIN dept AS d ON d.id = e.dept ORDER BY e.id LIMIT 3 OFFSET 5;

-- an update that joins
UPDATE wish SET n = n + 100 FROM dept AS d WHERE d.id = wish.id AND d.size > 10;
DELETE FROM wish USING emp AS e WHERE e.id = wish.emp AND e.id = 10;
SELECT n, id FROM wish ORDER BY n;

-- trap 5: when a concurrent update makes PostgreSQL check a row again, pushed clauses are checked too
CREATE EXTENSION dblink;
CREATE TABLE task (n int PRIMARY KEY, dept text COLLATE "C", note text);
INSERT INTO task VALUES (1, 'd1', 'first'), (2, 'd2', 'second'), (3, 'd3', 'third');
SELECT format('host=%s port=%s dbname=%s user=%s', split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user) AS me \gset
CREATE FUNCTION wait_for_lock(who text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. 600 LOOP
    PERFORM pg_stat_clear_snapshot();
    IF EXISTS (SELECT FROM pg_stat_activity WHERE application_name = who AND wait_event_type = 'Lock') THEN RETURN true; END IF;
    PERFORM pg_sleep(0.05);
  END LOOP;
  RETURN false;
END $$;
CREATE FUNCTION at_once(connection text, change text, query text, OUT waited boolean, OUT result text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM dblink_connect('writer', connection);
  PERFORM dblink_exec('writer', 'BEGIN');
  PERFORM dblink_exec('writer', 'UPDATE joins.task SET ' || change);
  PERFORM dblink_connect('reader', connection || ' application_name=htable_epq');
  PERFORM dblink_exec('reader', 'SET search_path = joins; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off');
  PERFORM dblink_send_query('reader', 'SELECT coalesce(string_agg(q::text, '' '' ORDER BY q), ''none'') FROM (' || query || ') AS q');
  waited := wait_for_lock('htable_epq');
  PERFORM dblink_exec('writer', 'COMMIT');
  SELECT r INTO result FROM dblink_get_result('reader') AS t (r text);
  PERFORM dblink_disconnect('writer'), dblink_disconnect('reader');
END $$;
-- the updated row no longer joins: its department is another than that of the foreign row read before
SELECT * FROM at_once(:'me', 'dept = ''d5'' WHERE n = 2', 'SELECT t.n, t.dept, d.id FROM task AS t JOIN dept AS d ON d.id = t.dept ORDER BY t.n FOR UPDATE OF t');
-- ... and a clause on the foreign table alone goes on holding
SELECT * FROM at_once(:'me', 'note = ''changed'' WHERE n = 3', 'SELECT t.n, t.note, d.id FROM task AS t, dept AS d WHERE d.id = ''d3'' AND t.n > 1 ORDER BY t.n FOR UPDATE OF t');
SELECT * FROM at_once(:'me', 'dept = ''d1'' WHERE n = 3', 'SELECT t.n, t.dept, d.id FROM task AS t JOIN dept AS d ON d.id > t.dept AND d.id <= ''d4'' ORDER BY t.n, d.id FOR UPDATE OF t');
SELECT * FROM at_once(:'me', 'dept = ''d4'' WHERE n = 1', 'SELECT t.n, t.dept, d.id FROM task AS t LEFT JOIN dept AS d ON d.id = t.dept ORDER BY t.n FOR UPDATE OF t');
DROP EXTENSION dblink;

-- locks of foreign rows are refused, those of local rows are not
\t on
\a
SELECT outcome('SELECT * FROM dept FOR UPDATE');
SELECT outcome('SELECT * FROM dept FOR KEY SHARE');
SELECT outcome('SELECT * FROM task AS t JOIN dept AS d ON d.id = t.dept FOR UPDATE');
SELECT outcome('SELECT * FROM task AS t JOIN dept AS d ON d.id = t.dept FOR SHARE OF d');
SELECT outcome('SELECT * FROM task AS t JOIN dept AS d ON d.id = t.dept FOR UPDATE OF t');
SELECT outcome('SELECT * FROM (SELECT * FROM dept) AS q FOR UPDATE');
\t off
\a

-- a condition that could leak is not run before a security barrier
CREATE FUNCTION leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
CREATE VIEW small WITH (security_barrier) AS SELECT * FROM dept WHERE size < 30;
CREATE VIEW low WITH (security_barrier) AS SELECT * FROM dept WHERE id < 'd3';
SELECT id FROM small WHERE leak(name);
SELECT id FROM low WHERE leak(id);
SELECT clauses('SELECT * FROM small WHERE id LIKE ''d%'''), clauses('SELECT * FROM small WHERE id > ''d1''');
SELECT id FROM small WHERE id LIKE 'd%';
SELECT id FROM small WHERE id > 'd1';
-- ... nor before the row security of a partitioned table
CREATE ROLE regress_htable_secured;
CREATE TABLE parted (id text COLLATE "C", name text, size int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE part PARTITION OF parted FOR VALUES FROM ('d') TO ('e') SERVER joins_hbase OPTIONS (table_name 'regress_dept', family 'cf');
ALTER FOREIGN TABLE part ALTER COLUMN id OPTIONS (ADD column ':key');
ALTER TABLE parted ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON parted USING (size < 30);
GRANT SELECT ON parted TO regress_htable_secured;
GRANT USAGE ON SCHEMA joins TO regress_htable_secured;
CREATE USER MAPPING FOR regress_htable_secured SERVER joins_hbase;
SELECT id FROM parted WHERE id > 'd1' ORDER BY id DESC LIMIT 2;
SET ROLE regress_htable_secured;
SELECT id FROM parted ORDER BY id;
SELECT id FROM parted WHERE id LIKE 'd%' AND leak(name) ORDER BY id;
SELECT clauses('SELECT * FROM parted WHERE id LIKE ''d%'''), clauses('SELECT * FROM parted WHERE id > ''d1''');
SELECT id FROM parted WHERE id > 'd1' ORDER BY id LIMIT 1;
RESET ROLE;

-- trap 21: a plan is made for no role, no server and no table for ever
CREATE ROLE regress_htable_one;
CREATE ROLE regress_htable_two;
CREATE ROLE regress_htable_none;
CREATE USER MAPPING FOR regress_htable_one SERVER joins_hbase;
CREATE USER MAPPING FOR regress_htable_two SERVER joins_hbase OPTIONS (user 'second');
GRANT USAGE ON SCHEMA joins TO PUBLIC;
GRANT SELECT ON dept TO PUBLIC;
SELECT htable_disconnect_all() IS NOT NULL AS closed;
SET plan_cache_mode = force_generic_plan;
PREPARE names (text) AS SELECT name FROM dept WHERE id = $1;
SET ROLE regress_htable_one;
EXECUTE names ('d1');
SET ROLE regress_htable_two;
EXECUTE names ('d2');
SET ROLE regress_htable_none;
\set VERBOSITY sqlstate
EXECUTE names ('d2');
\set VERBOSITY default
RESET ROLE;
SELECT server_name, user_name, hbase_user, valid, in_use FROM htable_get_connections() ORDER BY user_name;
-- a function of another owner reads with the owner's mapping, and so does a view
CREATE FUNCTION as_owner(text) RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = joins AS 'SELECT name FROM dept WHERE id = $1';
ALTER FUNCTION as_owner(text) OWNER TO regress_htable_two;
CREATE FUNCTION as_caller(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT name FROM joins.dept WHERE id = $1); END $$;
CREATE VIEW of_owner AS SELECT id, name FROM dept;
ALTER VIEW of_owner OWNER TO regress_htable_two;
GRANT SELECT ON of_owner TO PUBLIC;
SELECT htable_disconnect_all() IS NOT NULL AS closed;
SET ROLE regress_htable_none;
SELECT as_owner('d1');
SELECT name FROM of_owner WHERE id = 'd2';
\set VERBOSITY sqlstate
SELECT as_caller('d1');
\set VERBOSITY default
RESET ROLE;
SELECT user_name, hbase_user FROM htable_get_connections() ORDER BY user_name;
SELECT as_caller('d1');
SET ROLE regress_htable_one;
SELECT as_caller('d2'), as_owner('d1');
RESET ROLE;
SELECT user_name, hbase_user FROM htable_get_connections() ORDER BY user_name;
-- the user mapping, the server and the table change under a prepared statement
ALTER USER MAPPING FOR regress_htable_two SERVER joins_hbase OPTIONS (SET user 'third');
SET ROLE regress_htable_two;
EXECUTE names ('d2');
RESET ROLE;
SELECT user_name, hbase_user FROM htable_get_connections() WHERE valid ORDER BY user_name;
EXECUTE names ('d3');
ALTER SERVER joins_hbase OPTIONS (SET quorum '127.0.0.1:1', ADD connect_timeout '1s');
\set VERBOSITY sqlstate
EXECUTE names ('d3');
\set VERBOSITY default
ALTER SERVER joins_hbase OPTIONS (SET quorum :'quorum', DROP connect_timeout);
EXECUTE names ('d3');
ALTER FOREIGN TABLE dept OPTIONS (SET table_name 'regress_scan');
EXECUTE names ('d3');
EXECUTE names ('a');
ALTER FOREIGN TABLE dept ALTER COLUMN name OPTIONS (ADD column 'cf:s');
EXECUTE names ('a');
ALTER FOREIGN TABLE dept ALTER COLUMN name OPTIONS (DROP column);
ALTER FOREIGN TABLE dept OPTIONS (SET table_name 'regress_dept');
EXECUTE names ('d3');
-- a switch turned off or on does not: it counts when a plan is made
SET htable_fdw.enable_key_range = off;
EXECUTE names ('d3');
RESET htable_fdw.enable_key_range;
DEALLOCATE names;
RESET plan_cache_mode;

-- trap 25: the first statement of a session may be a setting, an EXPLAIN or a prepared statement
\c -
SET htable_fdw.enable_limit = off;
EXPLAIN (COSTS OFF, VERBOSE) SELECT id FROM joins.dept LIMIT 1;
SHOW htable_fdw.enable_limit;
\c -
EXPLAIN (COSTS OFF) SELECT id FROM joins.dept WHERE id = 'd1';
\c -
PREPARE first AS SELECT name FROM joins.dept WHERE id = 'd1';
EXECUTE first;
\c -
SET htable_fdw.enable_key_range = 'perhaps';
SELECT count(*) FROM joins.dept;
SHOW htable_fdw.enable_key_range;
SET htable_fdw.enable_nothing = on;
\c -
SET htable_fdw.enable_nothing = on;
SELECT count(*) FROM joins.dept;

\set VERBOSITY terse
DROP SCHEMA joins CASCADE;
DROP SERVER joins_hbase CASCADE;
DROP ROLE regress_htable_secured, regress_htable_one, regress_htable_two, regress_htable_none;
