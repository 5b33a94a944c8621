/*
 * session.c
 *		The connections of this backend: one client per foreign server and role.
 *
 * A connection is made at its first use and kept for the session, unless the
 * server option keep_connections says otherwise.  ALTER SERVER or ALTER USER
 * MAPPING marks it invalid: scans that hold it keep it, the next acquire makes
 * another.  Scans hold references; a reference is given back by the scan's end
 * or by the reset of its query's memory context, which an abort brings too, so
 * nothing here needs a list of scans.
 */
#include "htable_fdw.h"

#include "access/xact.h"
#include "catalog/pg_foreign_server.h"
#include "commands/defrem.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/syscache.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

/* ms after statement_timeout at which a server may drop the work */
#define DEADLINE_SLACK	1000

struct HtableConnection
{
	HtableConnection *next;
	Oid			serverid;
	Oid			userid;			/* role whose mapping is used */
	uint32		server_hash;	/* syscache hash values, for invalidation */
	bool		valid;			/* may be handed to new scans */
	int			references;
	MemoryContext context;		/* holds everything below and the struct itself */
	HtableServerOptions *options;
	HtableHost *host;
	rc_client  *client;
	TimestampTz statement;		/* start of the one whose deadline the client has */
	List	   *pasts;			/* past.c's */
	struct HtableTableSizes *sizes; /* tablesize.c's */
};

static HtableConnection *connections = NULL;
static char quorum_program[MAXPGPATH];

PG_FUNCTION_INFO_V1(htable_get_connections);
PG_FUNCTION_INFO_V1(htable_disconnect);
PG_FUNCTION_INFO_V1(htable_disconnect_all);

/* Closes the client without waiting and frees all of its memory.  Raises nothing. */
static void
connection_free(HtableConnection *connection)
{
	HtableConnection **link = &connections;

	while (*link != NULL && *link != connection)
		link = &(*link)->next;
	if (*link != NULL)
		*link = connection->next;
	rc_client_close(connection->client);
	htable_host_free(connection->host);
	MemoryContextDelete(connection->context);
}

/* A failed make leaves no context behind: it is a child of the caller's until it is whole. */
static HtableConnection *
connection_make(Oid serverid, Oid userid)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw connection",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	HtableConnection *connection = palloc0(sizeof(HtableConnection));
	HtableServerOptions *options = htable_server_options(serverid, userid);
	rc_config	config = {0};
	rc_error	err;

	connection->serverid = serverid;
	connection->userid = userid;
	connection->server_hash = GetSysCacheHashValue1(FOREIGNSERVEROID, ObjectIdGetDatum(serverid));
	connection->valid = true;
	connection->context = context;
	connection->options = options;
	connection->host = htable_host_make(context, htable_shared_key(options));

	config.quorum = options->quorum;
	config.bootstrap = options->bootstrap;
	config.znode_parent = options->znode_parent;
	config.hosts = options->hosts;
	config.user = options->user;
	config.quorum_program = quorum_program;
	config.connect_timeout = options->connect_timeout;
	config.rpc_timeout = options->rpc_timeout;
	config.operation_timeout = options->operation_timeout;
	config.max_response_size = options->max_response_size;
	config.fetch_bytes = options->fetch_bytes;
	if (rc_client_open(htable_host_hooks(connection->host), &config,
					   &connection->client, &err) != RC_OK)
		htable_host_raise(&err, options->server_name, "");

	MemoryContextSetParent(context, TopMemoryContext);
	MemoryContextSwitchTo(caller);
	connection->next = connections;
	connections = connection;
	return connection;
}

HtableConnection *
htable_session_acquire(Oid serverid, Oid userid)
{
	HtableConnection *connection;

	for (connection = connections; connection != NULL; connection = connection->next)
	{
		if (connection->valid && connection->serverid == serverid && connection->userid == userid)
			break;
	}
	if (connection == NULL)
		connection = connection_make(serverid, userid);
	connection->references++;
	return connection;
}

/* May run in an abort: raises nothing. */
void
htable_session_release(HtableConnection *connection)
{
	connection->references--;
	if (connection->references == 0 && !connection->valid)
		connection_free(connection);
}

rc_client *
htable_session_client(HtableConnection *connection)
{
	return connection->client;
}

HtableHost *
htable_session_host(HtableConnection *connection)
{
	return connection->host;
}

const char *
htable_session_server_name(HtableConnection *connection)
{
	return connection->options->server_name;
}

/* ms of the client's clock after which the statement is gone; 0: no such time. */
static int64
statement_deadline(const HtableConnection *connection)
{
	const rc_host *host = htable_host_hooks(connection->host);
	long		left;

	if (!get_timeout_active(STATEMENT_TIMEOUT))
		return 0;
	left = TimestampDifferenceMilliseconds(GetCurrentTimestamp(),
										   get_timeout_finish_time(STATEMENT_TIMEOUT));
	return host->now(host->ctx) + left + DEADLINE_SLACK;
}

int
htable_session_connect_timeout(const HtableConnection *connection)
{
	return connection->options->connect_timeout;
}

List **
htable_session_pasts(HtableConnection *connection)
{
	return &connection->pasts;
}

struct HtableTableSizes **
htable_session_sizes(HtableConnection *connection)
{
	return &connection->sizes;
}

MemoryContext
htable_session_context(const HtableConnection *connection)
{
	return connection->context;
}

/*
 * Lets the servers know when nobody waits any more: a little after
 * statement_timeout, so that the cancel itself comes from PostgreSQL.  Called
 * for every row, since a cursor lives through many statements.
 */
void
htable_session_set_deadline(HtableConnection *connection)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();

	if (likely(connection->statement == statement))
		return;
	connection->statement = statement;
	rc_client_set_deadline(connection->client, statement_deadline(connection));
}

void
htable_session_hurry(HtableConnection *connection, int timeout)
{
	const rc_host *host = htable_host_hooks(connection->host);
	int64		own = statement_deadline(connection);
	int64		until = host->now(host->ctx) + timeout;

	rc_client_set_deadline(connection->client, own != 0 ? Min(own, until) : until);
	connection->statement = 0;
}

/* ---- invalidation, ends of transactions and of the session ---- */

static void
invalidate_servers(Datum arg, int cacheid, uint32 hashvalue)
{
	HtableConnection *connection;

	for (connection = connections; connection != NULL; connection = connection->next)
	{
		/* a mapping's or a role's hash is not ours to compare: take all */
		if (hashvalue == 0 || cacheid != FOREIGNSERVEROID ||
			connection->server_hash == hashvalue)
			connection->valid = false;
	}
}

/* Closes what no scan holds and the session does not keep.  Raises nothing. */
static void
end_of_transaction(XactEvent event, void *arg)
{
	HtableConnection *connection = connections;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		event != XACT_EVENT_PREPARE)
		return;
	while (connection != NULL)
	{
		HtableConnection *next = connection->next;

		if (connection->references == 0 &&
			(!connection->valid || !connection->options->keep_connections))
			connection_free(connection);
		connection = next;
	}
}

/* htable_quorum must not outlive the backend that waits for it. */
static void
end_of_session(int code, Datum arg)
{
	for (HtableConnection *connection = connections; connection != NULL;
		 connection = connection->next)
		rc_client_close(connection->client);
	connections = NULL;
}

void
htable_session_init(void)
{
	char		pkglib[MAXPGPATH];

	get_pkglib_path(my_exec_path, pkglib);
	snprintf(quorum_program, sizeof(quorum_program), "%s/htable_quorum", pkglib);
	CacheRegisterSyscacheCallback(FOREIGNSERVEROID, invalidate_servers, (Datum) 0);
	CacheRegisterSyscacheCallback(USERMAPPINGOID, invalidate_servers, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, invalidate_servers, (Datum) 0);
	RegisterXactCallback(end_of_transaction, NULL);
	on_proc_exit(end_of_session, (Datum) 0);
}

/* ---- SQL functions ---- */

/*
 * htable_get_connections(): a row per connection of this session: foreign
 * server, role, HBase user, whether new scans may use it, whether one does,
 * TCP connections open now, calls sent and bytes received since it was made,
 * the id of the cluster, and how often this session asked where the cluster is.
 */
Datum
htable_get_connections(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	for (HtableConnection *connection = connections; connection != NULL;
		 connection = connection->next)
	{
		Datum		values[10];
		bool		nulls[10] = {false};
		rc_client_stats stats;
		const char *cluster;

		rc_client_get_stats(connection->client, &stats);
		cluster = rc_client_cluster_id(connection->client);
		values[0] = CStringGetTextDatum(connection->options->server_name);
		values[1] = CStringGetTextDatum(GetUserNameFromId(connection->userid, true) ?
										GetUserNameFromId(connection->userid, true) : "");
		values[2] = CStringGetTextDatum(connection->options->user);
		values[3] = BoolGetDatum(connection->valid);
		values[4] = BoolGetDatum(connection->references > 0);
		values[5] = Int32GetDatum(stats.links);
		values[6] = Int64GetDatum((int64) stats.rpcs);
		values[7] = Int64GetDatum((int64) stats.bytes_received);
		nulls[8] = cluster[0] == '\0';
		values[8] = CStringGetTextDatum(htable_host_text(cluster));
		values[9] = Int64GetDatum((int64) stats.registry_reads);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* Closes idle connections of serverid (any when invalid); those in use are closed by their last scan. */
static bool
disconnect(Oid serverid)
{
	HtableConnection *connection = connections;
	bool		closed = false;

	while (connection != NULL)
	{
		HtableConnection *next = connection->next;

		if (!OidIsValid(serverid) || connection->serverid == serverid)
		{
			connection->valid = false;
			if (connection->references == 0)
			{
				connection_free(connection);
				closed = true;
			}
		}
		connection = next;
	}
	return closed;
}

/*
 * htable_disconnect(server_name): true when an idle connection was closed;
 * one in use ends with its scan.  Errors: 42704 for an unknown server, 42501
 * without USAGE on it.
 */
Datum
htable_disconnect(PG_FUNCTION_ARGS)
{
	char	   *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
	ForeignServer *server = GetForeignServerByName(name, false);
	AclResult	acl = compat_foreign_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE);

	if (acl != ACLCHECK_OK)
		aclcheck_error(acl, OBJECT_FOREIGN_SERVER, name);
	PG_RETURN_BOOL(disconnect(server->serverid));
}

/* htable_disconnect_all(): true when at least one idle connection was closed. */
Datum
htable_disconnect_all(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(disconnect(InvalidOid));
}
