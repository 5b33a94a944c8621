/*
 * readspec.h
 *		A private copy of an rc_read, with the parts that requests are made of.
 */
#ifndef RC_READSPEC_H
#define RC_READSPEC_H

#include "core.h"
#include "wire.pb-c.h"

struct rc_memory;

typedef struct rc_readspec
{
	rc_client  *client;
	rc_bytes	table;			/* as in hbase:meta: without "default:" */
	bool		meta;			/* the table is hbase:meta, whose rows have an order of their own */
	rc_range   *ranges;			/* no empty ones, keys of legal length */
	size_t		nranges;
	bool		(*more_ranges) (void *ctx, rc_range *range);	/* see rc_read */
	void	   *more_ctx;
	bool		reversed;
	uint64_t	limit;			/* rows in all, 0 = no limit */
	bool		whole;			/* see rc_read, as for the next four */
	bool		dense;
	bool		any_order;
	size_t		scan_window;
	int			scan_concurrency;
	bool		filtered;
	bool		filter_ranges;	/* lists of ranges may be put into a filter */
	bool		jumps;			/* the filter jumps far: what lies between is not to be read ahead */

	/* ready for Scan and Get */
	Htable__Wire__Column **columns;
	size_t		ncolumns;
	Htable__Wire__Filter *filter;	/* NULL: none */
	Htable__Wire__TimeRange time_range;
	bool		has_time_range;
	uint32_t	max_versions;
	bool		cache_blocks;
	bool		is_raw;			/* delete markers are wanted */
	Htable__Wire__NameBytesPair raw;	/* the one attribute */
	Htable__Wire__NameBytesPair *attributes[1];
	size_t		nattributes;

	struct rc_memory *memory;	/* all of the above */
} rc_readspec;

extern rc_status rc_readspec_init(rc_readspec *spec, rc_client *client,
								  const rc_read *read, rc_error *err);
extern void rc_readspec_free(rc_readspec *spec);

/* Does the read ask for cells of this family? */
extern bool rc_readspec_wants(const rc_readspec *spec, rc_bytes family);

/*
 * Cuts the keys of a range to legal length; false: no row lies in it.  The
 * views stay the caller's.
 */
extern bool rc_range_prepare(rc_range *range);

/* A range of one key; an empty key is none (HBase has no such row). */
extern bool rc_range_is_point(const rc_range *range);

static inline ProtobufCBinaryData
rc_binary_data(rc_bytes b)
{
	ProtobufCBinaryData data = {b.len, (uint8_t *) b.data};

	return data;
}

#endif							/* RC_READSPEC_H */
