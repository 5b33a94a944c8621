/* htable_fdw 1.0: a foreign-data wrapper for Apache HBase */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION htable_fdw" to load this file. \quit

CREATE FUNCTION htable_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FUNCTION htable_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FOREIGN DATA WRAPPER htable_fdw
  HANDLER htable_fdw_handler
  VALIDATOR htable_fdw_validator;

CREATE FUNCTION htable_fdw_version()
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION htable_fdw_version() IS 'version of the loaded htable_fdw library';

-- every option htable_fdw takes, from the table its validator uses
CREATE FUNCTION htable_fdw_options(
  OUT context text, OUT option text, OUT type text, OUT unit text,
  OUT default_value text, OUT superuser_only boolean, OUT description text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION htable_fdw_options() IS
  'the options of servers, user mappings, foreign tables and columns, with type, unit and default';

-- connections of this session
CREATE FUNCTION htable_get_connections(
  OUT server_name text, OUT user_name text, OUT hbase_user text, OUT valid boolean,
  OUT in_use boolean, OUT links integer, OUT rpcs bigint, OUT bytes_received bigint,
  OUT cluster_id text, OUT registry_reads bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION htable_get_connections() IS
  'connections to HBase that this session holds, with their calls and bytes received';

CREATE FUNCTION htable_disconnect(server_name text)
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION htable_disconnect(text) IS
  'closes this session''s connections to a foreign server; false when there was none or it is in use';

CREATE FUNCTION htable_disconnect_all()
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION htable_disconnect_all() IS
  'closes all of this session''s connections to HBase; false when none could be closed';

-- reads HBase, so it is nobody's who was not given it
CREATE FUNCTION htable_describe(
  server_name text, table_name text, sample_rows integer DEFAULT 100,
  OUT part text, OUT family text, OUT qualifier text, OUT declaration text, OUT evidence text,
  OUT attributes jsonb)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

REVOKE EXECUTE ON FUNCTION htable_describe(text, text, integer) FROM PUBLIC;

COMMENT ON FUNCTION htable_describe(text, text, integer) IS
  'descriptor of an HBase table, its families, and columns found in a sample of its rows with a declaration for each';
