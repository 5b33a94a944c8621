/*
 * rowstore.h
 *		Rows that a statement is about to change, as they were read.
 */
#ifndef HTABLE_ROWSTORE_H
#define HTABLE_ROWSTORE_H

#include "htable_fdw.h"

#include "storage/itemptr.h"

/*
 * What an UPDATE or DELETE has to know of a row besides what SQL shows of it:
 * its key as it is in HBase, and of some cells their timestamps and bytes.  The
 * scan puts it here, and the row carries its place in the junk column ctid.
 * What does not fit into work_mem goes to a temporary file, which the end of
 * the scan closes: core ends what writes before it.
 */
typedef struct HtableRowStore HtableRowStore;

typedef struct HtableStoredRow
{
	rc_bytes	key;
	int64		others;			/* newest time of cells that the statement does not write; -1: none */
	rc_cell    *cells;			/* what is kept; type RC_CELL_DELETE_FAMILY: the newest time of a family */
	int			ncells;
} HtableStoredRow;

/*
 * The store of a relation (by its place in the range table) in the query that
 * `owner` belongs to, of which it is freed.  make: NULL is no answer.
 */
extern HtableRowStore *htable_rowstore_find(MemoryContext owner, Index rti, bool make);

/* Gives back its file; nothing may be asked of it any more.  NULL is allowed. */
extern void htable_rowstore_end(HtableRowStore *store);

/* Begins a row; then cells, where data NULL is a value not kept; then the row's place. */
extern void htable_rowstore_begin(HtableRowStore *store, rc_bytes key);
extern void htable_rowstore_add(HtableRowStore *store, rc_bytes family, rc_bytes qualifier,
								uint64 timestamp, uint8 type, rc_bytes value);
extern ItemPointerData htable_rowstore_finish(HtableRowStore *store, int64 others);

/* The row at a place, in the current memory context. */
extern HtableStoredRow htable_rowstore_get(HtableRowStore *store, const ItemPointerData *place);

/*
 * Did the row come before, from whichever place?  If not, it has come now.
 * by_key: one key is one row; else several parts of a row have the same.
 */
extern bool htable_rowstore_came_before(HtableRowStore *store, const ItemPointerData *place,
										bool by_key);

/* The cell of a column among those kept, or NULL. */
extern const rc_cell *htable_rowstore_cell(const HtableStoredRow *row, rc_bytes family,
										   rc_bytes qualifier);

#endif							/* HTABLE_ROWSTORE_H */
