/*
 * option.h
 *		What the files of the options share: option.c (the table, reading a
 *		value), option_check.c (strings of a certain form) and
 *		option_validator.c (what CREATE and ALTER let in).
 */
#ifndef HTABLE_OPTION_H
#define HTABLE_OPTION_H

#include "htable_fdw.h"

#include "catalog/pg_namespace.h"
#include "utils/guc.h"

/* Stands for IMPORT FOREIGN SCHEMA, whose options core does not let us validate. */
#define HTABLE_IMPORT_CONTEXT	NamespaceRelationId

typedef enum HtableOptionKind
{
	HTABLE_OPTION_STRING,		/* char *, NULL when not given */
	HTABLE_OPTION_BOOLEAN,		/* bool */
	HTABLE_OPTION_INTEGER,		/* int */
	HTABLE_OPTION_TIME,			/* int, ms; units as in postgresql.conf */
	HTABLE_OPTION_SIZE,			/* Size, bytes; units as in postgresql.conf */
	HTABLE_OPTION_CHOICE		/* an enum */
} HtableOptionKind;

/*
 * Says in words why a string value is malformed, or returns NULL.  *must is
 * what the value must be, and completes the sentence `"option" must be ...`.
 */
typedef const char *(*HtableOptionCheck) (const char *value, const char **must);

typedef struct HtableOption
{
	Oid			context;		/* catalogue of the object it belongs to */
	const char *name;
	HtableOptionKind kind;
	const char *default_value;	/* NULL: none, or what the description says */
	Size		offset;			/* of its field in the resolved struct */
	const char *description;
	int			min;			/* integers, times and sizes */
	int			max;
	const struct config_enum_entry *choices;	/* of a choice */
	HtableOptionCheck check;	/* of a string */
	bool		superuser_only;
} HtableOption;

/* ---- option_check.c ---- */

extern const char *htable_check_servers(const char *value, const char **must);
extern const char *htable_check_znode_parent(const char *value, const char **must);
extern const char *htable_check_hosts(const char *value, const char **must);
extern const char *htable_check_user(const char *value, const char **must);
extern const char *htable_check_table_name(const char *value, const char **must);
extern const char *htable_check_family(const char *value, const char **must);
extern const char *htable_check_row_marker(const char *value, const char **must);
extern const char *htable_check_as_of(const char *value, const char **must);
extern const char *htable_check_column(const char *value, const char **must);
extern const char *htable_check_bytes(const char *value, const char **must);

/* ---- option.c ---- */

extern const HtableOption htable_options[];
extern const int htable_noptions;

extern const HtableOption *htable_option_find(Oid context, const char *name);
extern DefElem *htable_option_given(List *given, const char *name);

/* The choices in words, each between two of `quote`. */
extern char *htable_option_choices(const HtableOption *option, const char *quote);

/* Parses a value into the option's field of *result.  Errors: 22023. */
extern void htable_option_store(const HtableOption *option, const char *value, void *result);

/*
 * Fills the fields of a context's options: what is given, else the default.
 * Fields of options with neither are left as they are.
 */
extern void htable_option_resolve(Oid context, List *given, void *result);

#endif							/* HTABLE_OPTION_H */
