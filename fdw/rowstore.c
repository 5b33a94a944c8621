/*
 * rowstore.c
 *		Rows that a statement is about to change, as they were read.
 *
 * A log of records, whose end is in memory.  A row's place is that of its
 * record: 47 bits in the form of a ctid.
 */
#include "rowstore.h"

#include "commands/tablespace.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* A row that came: places of different rows with one hash are numbered. */
typedef struct CameKey
{
	uint64		hash;
	uint64		number;
} CameKey;

typedef struct CameEntry
{
	CameKey		key;
	uint64		place;
	char		status;
} CameEntry;

#define SH_PREFIX came
#define SH_ELEMENT_TYPE CameEntry
#define SH_KEY_TYPE CameKey
#define SH_KEY key
#define SH_HASH_KEY(tb, key) ((uint32) ((key).hash + (key).number))
#define SH_EQUAL(tb, a, b) ((a).hash == (b).hash && (a).number == (b).number)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* Most bytes in memory, since a StringInfo takes no more than 1 GB. */
#define MOST_IN_MEMORY	((Size) 256 * 1024 * 1024)

struct HtableRowStore
{
	HtableRowStore *next;		/* of this backend */
	MemoryContext owner;
	Index		rti;
	MemoryContext context;
	ResourceOwner resowner;		/* of the file */
	BufFile    *file;			/* NULL: none yet */
	uint64		in_file;		/* bytes */
	StringInfoData tail;		/* what follows */
	int			begun;			/* where in the tail the row under way begins */
	int			ncells;			/* of it */
	came_hash  *came;
};

/* What a record begins with. */
typedef struct RecordHead
{
	int64		others;			/* as in HtableStoredRow */
	uint32		len;			/* of the whole record */
	uint32		key_len;
	uint32		ncells;
} RecordHead;

typedef struct CellHead
{
	uint64		timestamp;
	uint32		family_len;
	uint32		qualifier_len;
	int32		value_len;		/* -1: not kept */
	uint32		type;
} CellHead;

static HtableRowStore *stores = NULL;

/* ---- owners ---- */

static void
forget_store(void *arg)
{
	HtableRowStore **link = &stores;

	while (*link != NULL && *link != arg)
		link = &(*link)->next;
	if (*link != NULL)
		*link = (*link)->next;
}

static HtableRowStore *
make_store(MemoryContext owner, Index rti)
{
	MemoryContext context = AllocSetContextCreate(owner, "htable_fdw rows to change",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	HtableRowStore *store = palloc0(sizeof(HtableRowStore));
	MemoryContextCallback *callback = palloc0(sizeof(MemoryContextCallback));

	store->owner = owner;
	store->rti = rti;
	store->context = context;
	store->resowner = CurrentResourceOwner;
	store->begun = -1;
	initStringInfo(&store->tail);
	callback->func = forget_store;
	callback->arg = store;
	MemoryContextRegisterResetCallback(context, callback);
	store->next = stores;
	stores = store;
	MemoryContextSwitchTo(caller);
	return store;
}

HtableRowStore *
htable_rowstore_find(MemoryContext owner, Index rti, bool make)
{
	for (HtableRowStore *store = stores; store != NULL; store = store->next)
	{
		if (store->owner == owner && store->rti == rti)
			return store;
	}
	return make ? make_store(owner, rti) : NULL;
}

void
htable_rowstore_end(HtableRowStore *store)
{
	if (store == NULL || store->file == NULL)
		return;
	BufFileClose(store->file);
	store->file = NULL;
}

/* ---- places ---- */

static ItemPointerData
show_place(uint64 place)
{
	ItemPointerData shown;

	if (place >= UINT64CONST(1) << 47)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("too many rows to change in one statement")));
	ItemPointerSet(&shown, (BlockNumber) (place >> 15), (OffsetNumber) ((place & 0x7FFF) + 1));
	return shown;
}

static uint64
read_place(const ItemPointerData *shown)
{
	return ((uint64) ItemPointerGetBlockNumberNoCheck(shown) << 15) |
		(uint64) (ItemPointerGetOffsetNumberNoCheck(shown) - 1);
}

/* ---- writing ---- */

void
htable_rowstore_begin(HtableRowStore *store, rc_bytes key)
{
	RecordHead	head = {.key_len = (uint32) key.len};

	/* what an error left half done */
	if (store->begun >= 0)
		store->tail.len = store->begun;
	store->begun = store->tail.len;
	store->ncells = 0;
	appendBinaryStringInfo(&store->tail, (const char *) &head, sizeof(head));
	appendBinaryStringInfo(&store->tail, (const char *) key.data, key.len);
}

void
htable_rowstore_add(HtableRowStore *store, rc_bytes family, rc_bytes qualifier, uint64 timestamp,
					uint8 type, rc_bytes value)
{
	CellHead	head = {timestamp, (uint32) family.len, (uint32) qualifier.len,
	value.data == NULL ? -1 : (int32) value.len, type};

	appendBinaryStringInfo(&store->tail, (const char *) &head, sizeof(head));
	appendBinaryStringInfo(&store->tail, (const char *) family.data, family.len);
	if (qualifier.len > 0)
		appendBinaryStringInfo(&store->tail, (const char *) qualifier.data, qualifier.len);
	if (value.data != NULL)
		appendBinaryStringInfo(&store->tail, (const char *) value.data, value.len);
	store->ncells++;
}

static void
spill(HtableRowStore *store)
{
	if (store->file == NULL)
	{
		MemoryContext caller = MemoryContextSwitchTo(store->context);
		ResourceOwner resowner = CurrentResourceOwner;

		PrepareTempTablespaces();
		CurrentResourceOwner = store->resowner;
		PG_TRY();
		{
			store->file = BufFileCreateTemp(false);
		}
		PG_FINALLY();
		{
			CurrentResourceOwner = resowner;
		}
		PG_END_TRY();
		MemoryContextSwitchTo(caller);
	}
	if (BufFileSeek(store->file, 0, (off_t) store->in_file, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in the temporary file of rows to change: %m")));
	BufFileWrite(store->file, store->tail.data, store->tail.len);
	store->in_file += store->tail.len;
	resetStringInfo(&store->tail);
}

ItemPointerData
htable_rowstore_finish(HtableRowStore *store, int64 others)
{
	int			begun = store->begun;
	ItemPointerData place = show_place(store->in_file + begun);
	RecordHead	head;

	memcpy(&head, store->tail.data + begun, sizeof(head));
	head.len = store->tail.len - begun;
	head.ncells = store->ncells;
	head.others = others;
	memcpy(store->tail.data + begun, &head, sizeof(head));
	store->begun = -1;
	if ((Size) store->tail.len >= Min((Size) work_mem * 1024, MOST_IN_MEMORY))
		spill(store);
	return place;
}

/* ---- reading ---- */

static void
read_bytes(HtableRowStore *store, uint64 place, void *into, Size len)
{
	if (place >= store->in_file)
	{
		memcpy(into, store->tail.data + (place - store->in_file), len);
		return;
	}
	if (BufFileSeek(store->file, 0, (off_t) place, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("could not seek in the temporary file of rows to change: %m")));
	compat_buffile_read(store->file, into, len);
}

static rc_bytes
take_bytes(const char **at, Size len)
{
	rc_bytes	bytes = {(const uint8_t *) *at, len};

	*at += len;
	return bytes;
}

HtableStoredRow
htable_rowstore_get(HtableRowStore *store, const ItemPointerData *place)
{
	HtableStoredRow row = {0};
	RecordHead	head;
	char	   *record;
	const char *at;

	read_bytes(store, read_place(place), &head, sizeof(head));
	record = palloc(head.len);
	read_bytes(store, read_place(place), record, head.len);
	at = record + sizeof(head);
	row.key = take_bytes(&at, head.key_len);
	row.others = head.others;
	row.cells = palloc0(sizeof(rc_cell) * Max(head.ncells, 1));
	row.ncells = (int) head.ncells;
	for (int i = 0; i < row.ncells; i++)
	{
		rc_cell    *cell = &row.cells[i];
		CellHead	cell_head;

		memcpy(&cell_head, at, sizeof(cell_head));
		at += sizeof(cell_head);
		cell->timestamp = cell_head.timestamp;
		cell->type = (uint8_t) cell_head.type;
		cell->family = take_bytes(&at, cell_head.family_len);
		cell->qualifier = take_bytes(&at, cell_head.qualifier_len);
		if (cell_head.value_len >= 0)
			cell->value = take_bytes(&at, (Size) cell_head.value_len);
	}
	return row;
}

const rc_cell *
htable_rowstore_cell(const HtableStoredRow *row, rc_bytes family, rc_bytes qualifier)
{
	for (int i = 0; i < row->ncells; i++)
	{
		const rc_cell *cell = &row->cells[i];

		if (cell->type == RC_CELL_PUT && rc_bytes_equal(cell->qualifier, qualifier) &&
			rc_bytes_equal(cell->family, family))
			return cell;
	}
	return NULL;
}

/* ---- rows that come twice ---- */

/* What tells the row of a record from others, in the current memory context. */
static rc_bytes
identity_of(HtableRowStore *store, uint64 place, bool by_key)
{
	RecordHead	head;
	char	   *bytes;
	Size		len;

	read_bytes(store, place, &head, sizeof(head));
	len = by_key ? head.key_len : head.len - sizeof(head);
	bytes = palloc(Max(len, 1));
	read_bytes(store, place + sizeof(head), bytes, len);
	return (rc_bytes) {(uint8_t *) bytes, len};
}

bool
htable_rowstore_came_before(HtableRowStore *store, const ItemPointerData *place, bool by_key)
{
	rc_bytes	identity = identity_of(store, read_place(place), by_key);
	CameKey		look = {hash_bytes_extended(identity.data, (int) identity.len, 0), 0};
	CameEntry  *entry;
	bool		found;

	if (store->came == NULL)
		store->came = came_create(store->context, 256, NULL);
	for (;; look.number++)
	{
		entry = came_insert(store->came, look, &found);
		if (!found)
			break;
		if (rc_bytes_equal(identity_of(store, entry->place, by_key), identity))
			return true;
	}
	entry->place = read_place(place);
	return false;
}
