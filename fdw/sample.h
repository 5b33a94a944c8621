/*
 * sample.h
 *		What a sample of rows shows of an HBase table, and the declaration of a
 *		foreign table made from it.
 *
 * For IMPORT FOREIGN SCHEMA and htable_describe().
 */
#ifndef HTABLE_SAMPLE_H
#define HTABLE_SAMPLE_H

#include "htable_fdw.h"

/* ---- sample.c: a bounded sample of rows ---- */

/* What a key or the cells of a column look like. */
typedef struct HtableEvidence
{
	int64		values;			/* seen */
	Size		min_length;
	Size		max_length;
	bool		text;			/* all are UTF-8 that this database can hold */
	bool		integers;		/* all are text, and integers as bigint writes them */
	uint8		header;			/* the first byte of each; 0: they differ, or there is none */
} HtableEvidence;

typedef struct HtableCellName
{
	rc_bytes	family;
	rc_bytes	qualifier;
} HtableCellName;

typedef struct HtableSampledColumn
{
	HtableCellName name;
	HtableEvidence evidence;
	uint32		hash;			/* sample.c's own */
	char		status;			/* likewise */
} HtableSampledColumn;

typedef struct HtableSample
{
	int64		rows;
	HtableEvidence key;
	int			ncolumns;
	HtableSampledColumn **columns;	/* by family and qualifier */
} HtableSample;

/*
 * Samples about so many rows of a table ("table" or "namespace:table").  All is
 * palloc'd.  NULL and *err: the table is gone or disabled, or HBase does not
 * let the user read it; other errors are raised.
 */
extern HtableSample *htable_sample_make(HtableConnection *connection, const char *table_name,
										int rows, rc_error *err);

/* In words, as "12 cells of 4 bytes, not text: binary integer or real?"; `noun` is singular. */
extern char *htable_sample_words(const HtableEvidence *evidence, const char *noun);

/* ---- declare.c: from a sample to columns ---- */

typedef struct HtableDeclaredColumn
{
	const HtableSampledColumn *sampled;
	char	   *name;			/* of the SQL column; NULL: it is left out */
	const char *left_out;		/* why */
} HtableDeclaredColumn;

/* A family as a map. */
typedef struct HtableDeclaredFamily
{
	rc_bytes	name;
	bool		text;			/* all values seen are text, and there were some */
} HtableDeclaredFamily;

typedef struct HtableDeclaration
{
	const HtableSample *sample;
	HtableShape shape;
	int			ncolumns;
	HtableDeclaredColumn *columns;	/* in the order of the sample */
	int			nleft_out;
	const HtableCellName *common;	/* a cell of the family that most columns are in; NULL: none */
	List	   *families;		/* HtableDeclaredFamily: declared as maps in place of the columns */
} HtableDeclaration;

extern HtableDeclaration *htable_declare(const HtableSample *sample, HtableShape shape);

/* Declares families as maps: those of the sample, and of the descriptor unless it is NULL. */
extern void htable_declare_maps(HtableDeclaration *declaration, const rc_table_desc *desc);

/* `"name" type OPTIONS (...)`, of the key and of a column that is not left out, for any table. */
extern char *htable_declare_key(const HtableDeclaration *declaration);
extern char *htable_declare_column(const HtableDeclaration *declaration, int i);

/* The whole CREATE FOREIGN TABLE command. */
extern char *htable_declare_table(const HtableDeclaration *declaration, const char *name,
								  const char *table_name, const char *server_name);

/* "family:qualifier" as it may stand in a message. */
extern char *htable_declare_cell_name(const HtableCellName *name);

#endif							/* HTABLE_SAMPLE_H */
