/*
 * truncate.c
 *		TRUNCATE: the master makes the HBase table anew, with the same regions.
 *
 * That empties all of its families, is seen by everybody at once, and is not
 * rolled back, so it has to be allowed.
 */
#include "modify.h"

#include "miscadmin.h"
#include "utils/rel.h"

static void
check_truncatable(Relation rel, const HtableTableOptions *options)
{
	if (!options->truncatable)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("foreign table \"%s\" does not allow truncates",
						RelationGetRelationName(rel)),
				 errdetail("TRUNCATE would empty the whole HBase table \"%s\", for good.",
						   options->table_name),
				 errhint("Set the option \"truncatable\" of the foreign table or server to allow that.")));
	if (options->key_prefix != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("foreign table \"%s\" cannot be truncated", RelationGetRelationName(rel)),
				 errdetail("It shows the rows of one \"key_prefix\", and TRUNCATE would empty the whole HBase table \"%s\".",
						   options->table_name)));
}

/* The HBase tables, each once. */
static List *
tables_of(List *rels)
{
	List	   *names = NIL;
	ListCell   *lc;

	foreach(lc, rels)
	{
		Relation	rel = lfirst(lc);
		HtableTableOptions *options = htable_table_options(RelationGetRelid(rel));
		rc_bytes	name = htable_mapping_name(options->table_name);

		check_truncatable(rel, options);
		names = list_append_unique(names, makeString((char *) name.data));
	}
	return names;
}

static void
truncate_all(HtableConnection *connection, List *names)
{
	ListCell   *lc;

	foreach(lc, names)
		htable_master_truncate(connection, strVal(lfirst(lc)));
}

void
htableExecForeignTruncate(List *rels, DropBehavior behavior, bool restart_seqs)
{
	List	   *volatile names = tables_of(rels);
	ForeignTable *first = GetForeignTable(RelationGetRelid((Relation) linitial(rels)));
	HtableConnection *volatile connection = htable_session_acquire(first->serverid, GetUserId());

	PG_TRY();
	{
		truncate_all(connection, names);
	}
	PG_CATCH();
	{
		htable_session_release(connection);
		PG_RE_THROW();
	}
	PG_END_TRY();
	htable_session_release(connection);
}
