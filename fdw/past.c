/*
 * past.c
 *		Does HBase still know the past that a scan asks for?
 *
 * A family keeps so many versions of a cell, for so long, and forgets what was
 * deleted, each at a flush or compaction of its own choosing.  So a read as of
 * a moment is exact only where none of that is limited.  The descriptors of a
 * table's families are asked of the master once in a connection's life; option
 * past_reads says what a read of an uncertain past gets.
 */
#include "codec.h"
#include "plan.h"

#include "access/xact.h"
#include "utils/memutils.h"

/* What is known of a table's families, in the connection's memory. */
typedef struct FamilyPast
{
	rc_bytes	name;
	char	   *limits;			/* in words, NULL: the past is whole */
} FamilyPast;

typedef struct TablePast
{
	char	   *table_name;
	int			nfamilies;
	FamilyPast *families;
} TablePast;

/* The foreign tables that the current statement has been warned of. */
static TimestampTz warned_statement;
static List *warned_tables;

/* ---- what the master knows ---- */

static void
append_limit(StringInfo limits, const char *words)
{
	appendStringInfo(limits, "%s%s", limits->len > 0 ? ", " : "", words);
}

/* What a family forgets of its past, in words; NULL: nothing. */
static char *
limits_of(const rc_family_desc *family)
{
	StringInfoData limits;

	initStringInfo(&limits);
	if (family->max_versions != RC_ALL_VERSIONS)
		append_limit(&limits, psprintf("keeps %d versions of a cell (VERSIONS)",
									   family->max_versions));
	if (family->keep_deleted == RC_KEEP_DELETED_FALSE)
		append_limit(&limits, "forgets deleted cells (KEEP_DELETED_CELLS)");
	if (family->ttl != RC_TTL_FOREVER)
		append_limit(&limits, psprintf("keeps cells for %d s (TTL)", family->ttl));
	return limits.len > 0 ? limits.data : NULL;
}

/* Copies what is needed of a descriptor, into the current memory context. */
static TablePast *
table_past(const char *table_name, const rc_table_desc *desc)
{
	TablePast  *past = palloc(sizeof(TablePast));

	past->table_name = pstrdup(table_name);
	past->nfamilies = (int) desc->nfamilies;
	past->families = palloc(sizeof(FamilyPast) * Max(desc->nfamilies, 1));
	for (int i = 0; i < past->nfamilies; i++)
	{
		rc_bytes	name = desc->families[i].name;
		uint8_t    *copy = palloc(Max(name.len, 1));

		memcpy(copy, name.data, name.len);
		past->families[i].name.data = copy;
		past->families[i].name.len = name.len;
		past->families[i].limits = limits_of(&desc->families[i]);
	}
	return past;
}

/*
 * The past of a table, asked for once; NULL and *err when the master does not
 * tell.  `timeout`: how long it may take, ms; 0: the operation's.
 */
static TablePast *
learn_past(HtableConnection *connection, const char *table_name, int timeout, rc_error *err)
{
	List	  **known = htable_session_pasts(connection);
	TablePast  *volatile past = NULL;
	rc_table_desc *desc;
	MemoryContext caller;
	ListCell   *lc;

	foreach(lc, *known)
	{
		if (strcmp(((TablePast *) lfirst(lc))->table_name, table_name) == 0)
			return lfirst(lc);
	}
	desc = htable_master_try_describe(connection, table_name, timeout, err);
	if (desc == NULL)
		return NULL;
	caller = MemoryContextSwitchTo(htable_session_context(connection));
	PG_TRY();
	{
		past = table_past(table_name, desc);
		*known = lappend(*known, past);
	}
	PG_FINALLY();
	{
		MemoryContextSwitchTo(caller);
		rc_table_desc_free(desc);
	}
	PG_END_TRY();
	return past;
}

/* ---- what a read gets ---- */

static bool
is_declared(const HtableMapping *mapping, rc_bytes family)
{
	for (int i = 0; i < mapping->nfamilies; i++)
	{
		if (htable_bytes_compare(mapping->families[i], family) == 0)
			return true;
	}
	return mapping->nfamilies == 0;
}

/* What the declared families forget, a line each; NULL: nothing. */
static char *
describe_limits(const HtableMapping *mapping, const TablePast *past)
{
	StringInfoData lines;

	initStringInfo(&lines);
	for (int i = 0; i < past->nfamilies; i++)
	{
		const FamilyPast *family = &past->families[i];

		if (family->limits == NULL || !is_declared(mapping, family->name))
			continue;
		appendStringInfo(&lines, "%sColumn family \"%s\" %s.", lines.len > 0 ? "\n" : "",
						 htable_show_bytes((const char *) family->name.data, family->name.len),
						 family->limits);
	}
	return lines.len > 0 ? lines.data : NULL;
}

/* Once for each statement and foreign table. */
static bool
first_warning(Oid relid)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();
	MemoryContext caller;

	if (warned_statement != statement)
	{
		list_free(warned_tables);
		warned_tables = NIL;
		warned_statement = statement;
	}
	if (list_member_oid(warned_tables, relid))
		return false;
	caller = MemoryContextSwitchTo(TopMemoryContext);
	warned_tables = lappend_oid(warned_tables, relid);
	MemoryContextSwitchTo(caller);
	return true;
}

static void
report(const HtableMapping *mapping, const char *limits)
{
	bool		refuse = mapping->past_reads == HTABLE_PAST_READS_ERROR;

	if (!refuse && !first_warning(mapping->relid))
		return;
	ereport(refuse ? ERROR : WARNING,
			(errcode(refuse ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_WARNING),
			 errmsg("HBase table \"%s\" may not know its past any more", mapping->table_name),
			 errdetail_internal("%s", limits),
			 errhint("If that is meant to be, set the option \"past_reads\" to \"allow\".")));
}

/*
 * A read of the past goes on, with a WARNING, or not, as option past_reads
 * says.  Errors: 0A000, and what becomes of asking the master.
 */
void
htable_past_check(HtableConnection *connection, const HtableMapping *mapping,
				  const HtableAsOf *as_of)
{
	bool		must_know = mapping->past_reads == HTABLE_PAST_READS_ERROR;
	int64		now = htable_instant_floor(GetCurrentStatementStartTimestamp());
	TablePast  *past;
	rc_error	err;
	char	   *limits;

	if (!as_of->given || as_of->time_to > now ||
		mapping->past_reads == HTABLE_PAST_READS_ALLOW)
		return;
	past = learn_past(connection, mapping->table_name,
					  must_know ? 0 : htable_session_connect_timeout(connection), &err);
	if (past == NULL && must_know)
		htable_host_raise(&err, htable_session_server_name(connection), mapping->table_name);
	if (past == NULL && err.status == RC_TABLE_MISSING)
		return;					/* which is the read's to say */
	limits = past != NULL ? describe_limits(mapping, past)
		: psprintf("The descriptors of its column families could not be read: %s",
				   htable_host_text(err.message));
	if (limits != NULL)
		report(mapping, limits);
}
