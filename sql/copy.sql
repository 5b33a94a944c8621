--
-- COPY FROM: as INSERT, in batches.  The fixture must be new.
--
\getenv quorum HTABLE_QUORUM
\getenv srcdir PG_ABS_SRCDIR
CREATE SCHEMA cpy;
SET search_path = cpy, public;
\set ECHO none
\i :srcdir/sql/include/common.sql
\set ECHO all
CREATE SERVER cpy_hbase FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER cpy_hbase;
CREATE FOREIGN TABLE c (k text OPTIONS (column ':key') COLLATE "C", a text, n int CHECK (n < 1000000))
  SERVER cpy_hbase OPTIONS (table_name 'regress_copy', family 'cf', row_marker 'cf:_', batch_size '100');
COPY c FROM STDIN;
k1	one	1
k2	\N	2
k3		\N
\.
COPY c (k, n) FROM STDIN WITH (FORMAT csv);
k4,4
"k,4",5
\.
SELECT * FROM c;
-- a row that is there ends it; so does a bad row
COPY c FROM STDIN;
k6	six	6
k5	five	5
\.
COPY c FROM STDIN;
k7	seven	7
k8	eight	1000000
\.
COPY c FROM STDIN;
k9	nine	9
\N	no key	0
\.
SELECT k FROM c WHERE k > 'k5';
-- many rows, in batches of the table's batch_size
COPY c FROM PROGRAM 'seq 1 5000 | sed "s/.*/m&\tx&\t&/"';
SELECT count(*), sum(n), min(a), max(a) FROM c WHERE k LIKE 'm%';
-- upsert
CREATE FOREIGN TABLE u (k text OPTIONS (column ':key') COLLATE "C", a text, n int)
  SERVER cpy_hbase OPTIONS (table_name 'regress_copy', family 'cf', row_marker 'cf:_', insert_mode 'upsert', durability 'async_wal');
COPY u FROM PROGRAM 'seq 2501 7500 | sed "s/.*/m&\ty&\t&/"';
SELECT count(*), count(*) FILTER (WHERE a LIKE 'y%') FROM u WHERE k LIKE 'm%';
COPY u FROM PROGRAM 'seq 1 100 | sed "s/.*/m&\t\\\\N\t&/"';
SELECT count(*), count(a) FROM u WHERE k LIKE 'm%';
-- triggers and partitions
CREATE TABLE log (k text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.k); RETURN NULL; END $$;
CREATE TRIGGER a AFTER INSERT ON c FOR EACH ROW EXECUTE FUNCTION note();
COPY c FROM PROGRAM 'seq 1 250 | sed "s/.*/t&\tx\t&/"';
SELECT count(*), (SELECT count(*) FROM c WHERE k LIKE 't%') FROM log;
CREATE TABLE parted (k text COLLATE "C", a text, n int) PARTITION BY RANGE (k);
CREATE TABLE part_m PARTITION OF parted FOR VALUES FROM ('m') TO ('q');
CREATE FOREIGN TABLE part_q (n int, a text, k text OPTIONS (column ':key') COLLATE "C")
  SERVER cpy_hbase OPTIONS (table_name 'regress_copy', family 'cf', row_marker 'cf:_', batch_size '100');
ALTER TABLE parted ATTACH PARTITION part_q FOR VALUES FROM ('q') TO ('r');
COPY parted FROM PROGRAM 'for i in $(seq 1 500); do printf "%s%s\tx\t%s\n" $([ $((i % 2)) = 0 ] && echo m || echo q) $i $i; done';
SELECT tableoid::regclass, count(*) FROM parted WHERE k LIKE 'm%' OR k LIKE 'q%' GROUP BY 1 ORDER BY 1;
COPY part_q FROM STDIN;
1	x	z
\.
-- what COPY cannot write to
ALTER FOREIGN TABLE c OPTIONS (ADD updatable 'false');
COPY c FROM STDIN;
zz	x	1
\.
\set ECHO none
SET client_min_messages = error;
DROP SCHEMA cpy CASCADE;
DROP SERVER cpy_hbase CASCADE;
