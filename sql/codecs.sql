-- Codecs: every type in both encodings, as other clients write them
-- (sql/fixtures/codecs.cells), and what becomes of bytes that do not decode.
\getenv quorum HTABLE_QUORUM
SET client_min_messages = warning;
SET datestyle = 'ISO, MDY';
SET intervalstyle = 'postgres';
SET timezone = 'UTC';
CREATE SCHEMA codecs;
SET search_path = codecs, public;
CREATE SERVER hb_codecs FOREIGN DATA WRAPPER htable_fdw OPTIONS (quorum :'quorum');
CREATE USER MAPPING FOR CURRENT_USER SERVER hb_codecs;
CREATE TYPE mood AS ENUM ('sedih', 'senang');
CREATE DOMAIN posint AS int CHECK (VALUE > 0);

CREATE FOREIGN TABLE t (
	k text OPTIONS (column ':key') COLLATE "C",
	"text" text, "varchar" varchar(3), "bpchar" char(4), "bytea" bytea, bool bool,
	int2 int2, int4 int4, int8 int8, float4 float4, float8 float8, "numeric" numeric,
	uuid uuid, date date, "timestamp" timestamp, timestamptz timestamptz, "time" time,
	"interval" interval, json json, jsonb jsonb, name name, mood mood, posint posint,
	ints int[], times timestamptz[], days daterange
) SERVER hb_codecs OPTIONS (table_name 'regress_codecs', family 't');

CREATE FOREIGN TABLE b (
	k text OPTIONS (column ':key') COLLATE "C",
	"text" text, "varchar" varchar(3), "bpchar" char(4), "bytea" bytea, bool bool,
	int2 int2, int4 int4, int8 int8, float4 float4, float8 float8, "numeric" numeric,
	uuid uuid, "timestamp" timestamp, timestamptz timestamptz, posint posint
) SERVER hb_codecs OPTIONS (table_name 'regress_codecs', family 'b', encoding 'binary');

-- every type, and the other forms of its text that a reader takes
\x on
SELECT * FROM t WHERE k IN ('full', 'loose') ORDER BY k;
SELECT * FROM b WHERE k IN ('full', 'loose', 'zero') ORDER BY k;
\x off
-- scale is kept, char(n) is filled up, an empty cell is an empty string and no NULL
SELECT "numeric", length("bpchar"::bytea) FROM t WHERE k = 'full';
SELECT "text" IS NULL AS is_null, "text" = '' AS is_empty, octet_length("bytea") FROM t WHERE k = 'loose';
SELECT "text" IS NULL AS is_null FROM t WHERE k = 'bad.t.int4.1';

-- what a cell means does not depend on the session
CREATE TEMP TABLE seen AS SELECT * FROM t WHERE k IN ('full', 'loose');
SET datestyle = 'German, DMY';
SET timezone = 'Asia/Jakarta';
SET intervalstyle = 'sql_standard';
SET extra_float_digits = -3;
SET bytea_output = 'escape';
SET array_nulls = off;
SELECT k, now = seen AS same
  FROM (SELECT k, t::text AS now FROM t WHERE k IN ('full', 'loose')) AS a
  JOIN (SELECT k, seen::text AS seen FROM seen) AS b USING (k) ORDER BY k;
SHOW datestyle;
SHOW timezone;
-- nor does an error leave other settings behind
SELECT date FROM t WHERE k = 'bad.t.date.1';
SHOW datestyle;
SHOW timezone;
SHOW intervalstyle;
SHOW extra_float_digits;
SHOW bytea_output;
SHOW array_nulls;
SET datestyle = 'ISO, MDY';
SET timezone = 'UTC';
SET intervalstyle = 'postgres';
RESET extra_float_digits;
RESET bytea_output;
RESET array_nulls;

-- each bad cell is an error that names column and row
SELECT format('SELECT %I FROM %I WHERE k = %L', split_part(k, '.', 3), split_part(k, '.', 2), k)
  FROM (SELECT k FROM t UNION ALL SELECT k FROM b) AS x WHERE k LIKE 'bad.%' ORDER BY k \gexec
SELECT int4 FROM t WHERE k = 'bad.t.int4.1';
\echo :LAST_ERROR_SQLSTATE
SELECT int2 FROM t WHERE k = 'bad.t.int2.1';
\echo :LAST_ERROR_SQLSTATE
SELECT "text" FROM t WHERE k = 'bad.t.text.1';
\echo :LAST_ERROR_SQLSTATE
SELECT "varchar" FROM t WHERE k = 'bad.t.varchar.1';
\echo :LAST_ERROR_SQLSTATE
SELECT int4 FROM b WHERE k = 'bad.b.int4.1';
\echo :LAST_ERROR_SQLSTATE
SELECT posint FROM t WHERE k = 'bad.t.posint.1';
\echo :LAST_ERROR_SQLSTATE
-- columns that are not read are not decoded
SELECT count(*) FROM t;
SELECT count(k) FROM b WHERE k LIKE 'bad.b.%' AND "varchar" IS NULL;

-- on_bad_value 'null': NULL, and one warning for each scan
ALTER FOREIGN TABLE t OPTIONS (ADD on_bad_value 'null');
ALTER FOREIGN TABLE b OPTIONS (ADD on_bad_value 'null');
SELECT int4, int4 IS NULL AS is_null FROM t WHERE k = 'bad.t.int4.1';
SELECT num_nulls(VARIADIC ARRAY["text", "varchar", "bpchar"::text, bool::text, int2::text, int4::text,
	int8::text, float4::text, float8::text, "numeric"::text, uuid::text, date::text,
	"timestamp"::text, timestamptz::text, "interval"::text, name::text, mood::text,
	posint::text, times::text, days::text]) AS nulls, count(*)
  FROM t WHERE k LIKE 'bad.t.%' GROUP BY 1;
SELECT num_nulls(VARIADIC ARRAY["text", bool::text, int2::text, int4::text, int8::text,
	float4::text, float8::text, "numeric"::text, uuid::text, "timestamp"::text,
	timestamptz::text, posint::text]) AS nulls, count(*)
  FROM b WHERE k LIKE 'bad.b.%' GROUP BY 1;
-- the column's own option counts more
ALTER FOREIGN TABLE b ALTER int4 OPTIONS (ADD on_bad_value 'error');
SELECT int2 FROM b WHERE k = 'bad.b.int2.1';
SELECT int4 FROM b WHERE k = 'bad.b.int4.1';

-- constants become the bytes of keys
CREATE FOREIGN TABLE key_uuid (k uuid OPTIONS (column ':key'), v text)
  SERVER hb_codecs OPTIONS (table_name 'regress_codec_uuid', family 'cf', encoding 'binary');
EXPLAIN (COSTS OFF) SELECT v FROM key_uuid WHERE k = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
SELECT v FROM key_uuid WHERE k = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
SELECT v FROM key_uuid WHERE k > 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
CREATE FOREIGN TABLE key_bytes (k bytea OPTIONS (column ':key'), v text)
  SERVER hb_codecs OPTIONS (table_name 'regress_codec_bytes', family 'cf');
SELECT v FROM key_bytes WHERE k = '\x00';
SELECT v FROM key_bytes WHERE k >= '\x610062' ORDER BY k;
CREATE FOREIGN TABLE key_time (k timestamp OPTIONS (column ':key'), v text)
  SERVER hb_codecs OPTIONS (table_name 'regress_codec_time', family 'cf', encoding 'binary');
SELECT k, v FROM key_time ORDER BY k;
SELECT v FROM key_time WHERE k = '1969-12-31 23:59:59.999';
SELECT v FROM key_time WHERE k <= '1970-01-01' ORDER BY k;
-- no key has microseconds, and all are before infinity
SELECT v FROM key_time WHERE k = '1970-01-01 00:00:00.0001';
SELECT count(*) FROM key_time WHERE k < 'infinity';
-- a type whose bytes are not one for each value is compared here
CREATE FOREIGN TABLE key_bool (k bool OPTIONS (column ':key'), v text)
  SERVER hb_codecs OPTIONS (table_name 'regress_codec_bool', family 'cf', encoding 'binary');
SELECT v FROM key_bool WHERE k ORDER BY v;
CREATE FOREIGN TABLE key_int (k int OPTIONS (column ':key'), v text)
  SERVER hb_codecs OPTIONS (table_name 'regress_codec_text_int', family 'cf', on_bad_key 'skip');
SELECT k, v FROM key_int WHERE k = 7 ORDER BY v;
ALTER FOREIGN TABLE key_int OPTIONS (DROP on_bad_key);
SELECT k, v FROM key_int WHERE k = 7 ORDER BY v;
\echo :LAST_ERROR_SQLSTATE

DROP SERVER hb_codecs CASCADE;
DROP SCHEMA codecs CASCADE;
