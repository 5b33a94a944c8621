/*
 * keyspace.h
 *		Where a key lies between two others, by the bytes that keys are made of.
 */
#ifndef HTABLE_KEYSPACE_H
#define HTABLE_KEYSPACE_H

#include "keyrange.h"

#include "lib/stringinfo.h"

/* Bytes of keys that are looked at. */
#define HTABLE_KEYSPACE_DEPTH	96

/* The bytes that are expected at a place, in order; size 0: not yet put together. */
typedef struct HtableAlphabet
{
	int			size;
	uint8		bytes[256];
} HtableAlphabet;

typedef struct HtableKeySpace
{
	uint32		seen[HTABLE_KEYSPACE_DEPTH][8]; /* by place, as sets of bits */
	HtableAlphabet alphabets[HTABLE_KEYSPACE_DEPTH];
} HtableKeySpace;

extern void htable_keyspace_learn(HtableKeySpace *space, HtableBytes key);

/* Between which keys; the upper one empty: all keys above the lower one. */
typedef struct HtableKeySpan
{
	HtableBytes lower;
	HtableBytes upper;
} HtableKeySpan;

/* Which part of the keys of the span, if they are spread evenly, is below this one: 0 to 1. */
extern double htable_keyspace_part(HtableKeySpace *space, HtableKeySpan span,
								   HtableBytes key);

/* Appends the key below which this part (0 to 1) of them is, as far as bytes can say. */
extern void htable_keyspace_key(HtableKeySpace *space, HtableKeySpan span, double part,
								StringInfo key);

#endif							/* HTABLE_KEYSPACE_H */
