/*
 * sample.c
 *		A bounded sample of the rows of an HBase table.
 *
 * HBase knows no columns, so whoever wants to declare some has to look at rows.
 * Some regions, spread evenly over the table, are read from their beginnings,
 * each for its share of the rows.  What is kept of a column is evidence, not
 * values: how many cells there were, how long, and whether all of them were
 * text.
 */
#include "sample.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "codec.h"

/* Regions that are read; each costs a call or two. */
#define SAMPLE_REGIONS	10

/* Regions that are looked up to choose those from. */
#define SAMPLE_LISTED	1000

/* Bytes after which a sample is large enough, whatever rows were asked for. */
#define SAMPLE_BYTES	((int64) 16 * 1024 * 1024)

/* Text of more bytes is not taken for an integer: -9223372036854775808. */
#define INTEGER_LENGTH	20

static inline bool
same_bytes(rc_bytes a, rc_bytes b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

#define SH_PREFIX		found
#define SH_ELEMENT_TYPE HtableSampledColumn
#define SH_KEY_TYPE		HtableCellName
#define SH_KEY			name
#define SH_HASH_KEY(tb, key) \
	hash_combine(hash_bytes((key).family.data, (key).family.len), \
				 hash_bytes((key).qualifier.data, (key).qualifier.len))
#define SH_EQUAL(tb, a, b) \
	(same_bytes((a).family, (b).family) && same_bytes((a).qualifier, (b).qualifier))
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a) ((a)->hash)
#define SH_SCOPE		static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* A sample being taken; its client objects are closed on every way out. */
typedef struct Sampler
{
	HtableConnection *connection;
	const char *table_name;
	rc_regionwalk *walk;
	rc_scanner *scanner;
	HtableSample *sample;
	found_hash *found;
	MemoryContext row_context;	/* reset after each row */
	int64		bytes;
	int			nstarts;
	rc_bytes   *starts;			/* keys where reading begins, ascending */
} Sampler;

/* ---- evidence ---- */

static bool
is_text(rc_bytes value)
{
	HtableBadValue bad = {0};
	Size		ignored;

	return htable_text_to_server((const char *) value.data, value.len, &ignored, &bad) != NULL;
}

/* A text that bigint would write as it is. */
static bool
is_integer(rc_bytes value)
{
	char		text[INTEGER_LENGTH + 1];
	Size		sign = value.len > 0 && value.data[0] == '-';

	if (value.len == sign || value.len > INTEGER_LENGTH)
		return false;
	for (Size i = sign; i < value.len; i++)
	{
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
	}
	if (value.data[sign] == '0' && value.len > 1)
		return false;
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	errno = 0;
	(void) strtoll(text, NULL, 10);
	return errno == 0;
}

static void
add_evidence(HtableEvidence *evidence, rc_bytes value)
{
	uint8		header = value.len > 0 ? value.data[0] : 0;

	if (evidence->values++ == 0)
	{
		evidence->min_length = evidence->max_length = value.len;
		evidence->text = evidence->integers = true;
		evidence->header = header;
	}
	evidence->min_length = Min(evidence->min_length, value.len);
	evidence->max_length = Max(evidence->max_length, value.len);
	evidence->text = evidence->text && is_text(value);
	evidence->integers = evidence->integers && evidence->text && is_integer(value);
	if (evidence->header != header)
		evidence->header = 0;
}

static rc_bytes
copy_bytes(MemoryContext context, rc_bytes bytes)
{
	uint8	   *copy = MemoryContextAlloc(context, Max(bytes.len, 1));

	if (bytes.len > 0)
		memcpy(copy, bytes.data, bytes.len);
	return (rc_bytes) {copy, bytes.len};
}

static void
add_cell(Sampler *sampler, const rc_cell *cell)
{
	HtableCellName name = {cell->family, cell->qualifier};
	HtableSampledColumn *column;
	bool		known;

	column = found_insert(sampler->found, name, &known);
	if (!known)
	{
		/* the key was a view into the row */
		column->name.family = copy_bytes(sampler->found->ctx, cell->family);
		column->name.qualifier = copy_bytes(sampler->found->ctx, cell->qualifier);
		memset(&column->evidence, 0, sizeof(column->evidence));
	}
	add_evidence(&column->evidence, cell->value);
	sampler->bytes += cell->row.len + cell->family.len + cell->qualifier.len + cell->value.len;
}

static void
add_row(Sampler *sampler, const rc_row *row)
{
	MemoryContext caller = MemoryContextSwitchTo(sampler->row_context);

	sampler->sample->rows++;
	add_evidence(&sampler->sample->key, row->key);
	for (size_t i = 0; i < row->ncells; i++)
		add_cell(sampler, &row->cells[i]);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(sampler->row_context);
}

static int
compare_columns(const void *a, const void *b)
{
	const HtableSampledColumn *one = *(HtableSampledColumn *const *) a;
	const HtableSampledColumn *other = *(HtableSampledColumn *const *) b;
	int			cmp = htable_bytes_compare(one->name.family, other->name.family);

	return cmp != 0 ? cmp : htable_bytes_compare(one->name.qualifier, other->name.qualifier);
}

static void
sort_columns(Sampler *sampler)
{
	HtableSample *sample = sampler->sample;
	HtableSampledColumn *column;
	found_iterator i;

	sample->columns = palloc(Max(sampler->found->members, 1) * sizeof(*sample->columns));
	found_start_iterate(sampler->found, &i);
	while ((column = found_iterate(sampler->found, &i)) != NULL)
		sample->columns[sample->ncolumns++] = column;
	if (sample->ncolumns > 0)
		qsort(sample->columns, sample->ncolumns, sizeof(*sample->columns), compare_columns);
}

/* ---- reading ---- */

static rc_bytes
table_bytes(const Sampler *sampler)
{
	return (rc_bytes) {(const uint8_t *) sampler->table_name, strlen(sampler->table_name)};
}

/* Chooses where to read: regions at equal distances of those listed. */
static rc_status
choose_starts(Sampler *sampler, int rows, rc_error *err)
{
	rc_bytes   *listed = palloc(SAMPLE_LISTED * sizeof(rc_bytes));
	int			n = 0;
	rc_status	status;

	status = rc_regionwalk_open(htable_session_client(sampler->connection), table_bytes(sampler),
								&sampler->walk, err);
	while (status == RC_OK && n < SAMPLE_LISTED)
	{
		const rc_bytes *start;

		status = rc_regionwalk_next(sampler->walk, &start, err);
		if (status == RC_INTERRUPTED)
		{
			CHECK_FOR_INTERRUPTS();
			status = RC_OK;
		}
		else if (status == RC_OK && start == NULL)
			break;
		else if (status == RC_OK)
			listed[n++] = copy_bytes(CurrentMemoryContext, *start);
	}
	if (status != RC_OK)
		return status;
	sampler->nstarts = Min(Min(n, SAMPLE_REGIONS), rows);
	sampler->starts = palloc(sampler->nstarts * sizeof(rc_bytes));
	for (int i = 0; i < sampler->nstarts; i++)
		sampler->starts[i] = listed[(int64) i * n / sampler->nstarts];
	return RC_OK;
}

/* Reads the first rows from the i-th start on, not beyond the next. */
static rc_status
read_from(Sampler *sampler, int i, int rows, rc_error *err)
{
	rc_range	range = {.start_inclusive = true};
	rc_read		read = {0};
	const rc_row *row;
	rc_status	status;

	range.start = sampler->starts[i];
	if (i + 1 < sampler->nstarts)
		range.stop = sampler->starts[i + 1];
	else
		range.stop = (rc_bytes) {(const uint8_t *) "", 0};
	read.table = table_bytes(sampler);
	read.time_to = PG_INT64_MAX;
	read.max_versions = 1;
	read.ranges = &range;
	read.nranges = 1;
	read.limit = rows;
	status = rc_scanner_open(htable_session_client(sampler->connection), &read, &sampler->scanner, err);
	while (status == RC_OK && sampler->bytes < SAMPLE_BYTES)
	{
		status = rc_scanner_next(sampler->scanner, &row, err);
		if (status == RC_INTERRUPTED)
		{
			CHECK_FOR_INTERRUPTS();
			status = RC_OK;
		}
		else if (status == RC_OK && row == NULL)
			break;
		else if (status == RC_OK)
			add_row(sampler, row);
	}
	if (status == RC_OK)
	{
		rc_scanner_close(sampler->scanner, false);
		sampler->scanner = NULL;
	}
	return status;
}

static rc_status
take(Sampler *sampler, int rows, rc_error *err)
{
	rc_status	status = choose_starts(sampler, rows, err);
	int			left = rows;

	/* what one region does not have, the following ones may */
	for (int i = 0; status == RC_OK && i < sampler->nstarts && left > 0; i++)
	{
		int64		before = sampler->sample->rows;
		int			regions = sampler->nstarts - i;

		status = read_from(sampler, i, (left + regions - 1) / regions, err);
		left -= (int) (sampler->sample->rows - before);
	}
	return status;
}

/* Is the table's state the reason, so that others may be sampled? */
static bool
is_about_table(rc_status status)
{
	return status == RC_TABLE_MISSING || status == RC_TABLE_DISABLED || status == RC_ACCESS_DENIED;
}

HtableSample *
htable_sample_make(HtableConnection *connection, const char *table_name, int rows, rc_error *err)
{
	Sampler    *sampler = palloc0(sizeof(Sampler));
	rc_status	status = RC_OK;

	sampler->connection = connection;
	sampler->table_name = table_name;
	sampler->sample = palloc0(sizeof(HtableSample));
	sampler->found = found_create(CurrentMemoryContext, 64, NULL);
	sampler->row_context = AllocSetContextCreate(CurrentMemoryContext, "htable_fdw sample",
												 ALLOCSET_DEFAULT_SIZES);
	htable_session_set_deadline(connection);
	PG_TRY();
	{
		status = take(sampler, rows, err);
		if (status != RC_OK && !is_about_table(status))
			htable_host_raise(err, htable_session_server_name(connection), table_name);
	}
	PG_FINALLY();
	{
		rc_regionwalk_close(sampler->walk);
		rc_scanner_close(sampler->scanner, true);
	}
	PG_END_TRY();
	if (status != RC_OK)
		return NULL;
	sort_columns(sampler);
	return sampler->sample;
}

/* ---- in words ---- */

/* What bytes of one length that are not text may be. */
static const char *
guess_of_length(Size length)
{
	switch (length)
	{
		case 1:
			return "binary boolean?";
		case 2:
			return "binary smallint?";
		case 4:
			return "binary integer or real?";
		case 8:
			return "binary bigint, double precision or timestamp?";
		case 16:
			return "binary uuid?";
		default:
			return NULL;
	}
}

/* What the first byte of each value announces when all are the same, and the lengths fit. */
static const char *
guess_ordered(const HtableEvidence *evidence)
{
	bool		descending;
	const char *name = evidence->header ? rc_ordered_name(evidence->header, &descending) : NULL;

	/* one value proves little */
	if (name == NULL || evidence->values < 2)
		return NULL;
	return psprintf("ordered %s%s?", name, descending ? ", descending" : "");
}

/* "1 byte", "3 to 5 bytes" */
static char *
lengths(const HtableEvidence *evidence)
{
	if (evidence->min_length != evidence->max_length)
		return psprintf("%zu to %zu bytes", evidence->min_length, evidence->max_length);
	return psprintf("%zu byte%s", evidence->min_length, evidence->min_length == 1 ? "" : "s");
}

char *
htable_sample_words(const HtableEvidence *evidence, const char *noun)
{
	StringInfoData words;
	const char *ordered = guess_ordered(evidence);
	const char *fixed = NULL;

	initStringInfo(&words);
	appendStringInfo(&words, INT64_FORMAT " %s%s", evidence->values, noun, evidence->values == 1 ? "" : "s");
	if (evidence->values == 0)
		return words.data;
	appendStringInfo(&words, " of %s", lengths(evidence));
	if (evidence->min_length == evidence->max_length)
		fixed = guess_of_length(evidence->min_length);
	if (evidence->text)
		appendStringInfoString(&words, evidence->integers ? ", integers written as text" : ", text");
	else
	{
		appendStringInfoString(&words, ", not text");
		if (fixed != NULL || ordered != NULL)
			appendStringInfo(&words, ": %s%s%s", fixed ? fixed : "", fixed && ordered ? " " : "",
							 ordered ? ordered : "");
	}
	return words.data;
}
