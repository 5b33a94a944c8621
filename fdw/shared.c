/*
 * shared.c
 *		What the sessions of this server share: where HBase clusters are.
 *
 * One session asks ZooKeeper (or a bootstrap server) where hbase:meta and the
 * master are; the answer serves all others, from PostgreSQL 17 on, whose
 * registry of dynamic shared memory needs no shared_preload_libraries.  Before,
 * each session asks by itself.
 *
 * What is shared is addresses and the cluster's id, never anything of a user.
 * An entry belongs to the whole text of the options that decide who is asked
 * (quorum or bootstrap, znode_parent, hosts): who writes another text, be it to
 * lead others astray, gets another entry; who writes the same text asks the
 * same servers.  A session publishes only what its own question was answered.
 * Who claims a question and does not come back delays others by CLAIM_MS at
 * most, and by no more than their own connect_timeout.
 *
 * Entries are few and of fixed size; the least recently used one makes room.
 * The lock is held for copying only: nothing here raises an error or waits for
 * anything else under it.
 */
#include "htable_fdw.h"

#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "utils/timestamp.h"

/* Clusters remembered: instances use a few. */
#define SHARED_ENTRIES	64

/* Longer options are not shared. */
#define SHARED_KEY		1024

/* How long others wait for a session that asks. */
#define CLAIM_MS		10000

typedef struct SharedEntry
{
	char		key[SHARED_KEY];	/* "" when free */
	bool		known;
	rc_cluster	cluster;
	uint64		generation;		/* of the answer; unique, never 0 */
	int			claimer;		/* process that asks, or 0 */
	TimestampTz claimed_until;
	uint64		used;			/* grows with each look */
} SharedEntry;

typedef struct SharedState
{
	LWLock		lock;
	uint64		generation;		/* last one given out */
	uint64		clock;			/* of SharedEntry.used */
	SharedEntry entries[SHARED_ENTRIES];
} SharedState;

/* NULL: not attached, or nothing can be shared. */
static SharedState *state = NULL;

static void
state_init(void *ptr)
{
	SharedState *new = ptr;

	memset(new, 0, sizeof(SharedState));
	compat_lwlock_init(&new->lock, "htable_fdw");
}

/* The memory goes away before connections are closed: gives back what this session claimed. */
static void
detach(int code, Datum arg)
{
	if (state == NULL)
		return;
	LWLockAcquire(&state->lock, LW_EXCLUSIVE);
	for (int i = 0; i < SHARED_ENTRIES; i++)
	{
		if (state->entries[i].claimer == MyProcPid)
			state->entries[i].claimer = 0;
	}
	LWLockRelease(&state->lock);
	state = NULL;
}

char *
htable_shared_key(const HtableServerOptions *options)
{
	char	   *key;

	if (!COMPAT_HAVE_SHARED_SEGMENTS || !IsUnderPostmaster)
		return NULL;
	key = psprintf("%s|%s|%s|%s", options->quorum ? options->quorum : "",
				   options->bootstrap ? options->bootstrap : "",
				   options->quorum ? options->znode_parent : "",
				   options->hosts ? options->hosts : "");
	if (strlen(key) >= SHARED_KEY)
		return NULL;
	if (state == NULL)
	{
		state = compat_shared_segment("htable_fdw", sizeof(SharedState), state_init);
		compat_lwlock_attach(&state->lock, "htable_fdw");
		before_shmem_exit(detach, (Datum) 0);
	}
	return key;
}

/* The entry of a key, NULL when there is none.  The lock is held. */
static SharedEntry *
find(const char *key)
{
	for (int i = 0; i < SHARED_ENTRIES; i++)
	{
		if (strcmp(state->entries[i].key, key) == 0)
			return &state->entries[i];
	}
	return NULL;
}

/* The same, made if need be in place of the one used longest ago. */
static SharedEntry *
find_or_make(const char *key)
{
	SharedEntry *entry = find(key);

	if (entry != NULL)
		return entry;
	entry = &state->entries[0];
	for (int i = 1; i < SHARED_ENTRIES; i++)
	{
		if (state->entries[i].used < entry->used)
			entry = &state->entries[i];
	}
	memset(entry, 0, sizeof(SharedEntry));
	strlcpy(entry->key, key, SHARED_KEY);
	return entry;
}

/* See rc_host.shared_look. */
rc_shared
htable_shared_look(const char *key, uint64 stale, rc_cluster *cluster, uint64 *generation)
{
	TimestampTz now = GetCurrentTimestamp();
	rc_shared	result;
	SharedEntry *entry;

	if (state == NULL)
		return RC_SHARED_UNKNOWN;
	LWLockAcquire(&state->lock, LW_EXCLUSIVE);
	entry = find_or_make(key);
	entry->used = ++state->clock;
	if (entry->known && entry->generation != stale)
	{
		*cluster = entry->cluster;
		*generation = entry->generation;
		result = RC_SHARED_KNOWN;
	}
	else if (entry->claimer != 0 && entry->claimer != MyProcPid && now < entry->claimed_until)
		result = RC_SHARED_PENDING;
	else
	{
		entry->claimer = MyProcPid;
		entry->claimed_until = TimestampTzPlusMilliseconds(now, CLAIM_MS);
		result = RC_SHARED_UNKNOWN;
	}
	LWLockRelease(&state->lock);
	return result;
}

/* See rc_host.shared_publish. */
void
htable_shared_publish(const char *key, const rc_cluster *cluster, uint64 *generation)
{
	SharedEntry *entry;

	if (state == NULL)
		return;
	LWLockAcquire(&state->lock, LW_EXCLUSIVE);
	entry = cluster != NULL ? find_or_make(key) : find(key);
	if (entry != NULL && entry->claimer == MyProcPid)
		entry->claimer = 0;
	if (cluster != NULL)
	{
		entry->known = true;
		entry->cluster = *cluster;
		entry->used = ++state->clock;
		*generation = entry->generation = ++state->generation;
	}
	LWLockRelease(&state->lock);
}
