/*
 * keypart.c
 *		Where the parts of a row key end: as the foreign table declares it, and
 *		in a key.
 *
 * A key is its parts one after another, each with the literal bytes that its
 * option "terminator" puts behind it.  Every part but the last must have an
 * end that its bytes show; then a key is taken apart in one way only.  A key
 * that ends early, goes on behind the last part or lacks a terminator is a bad
 * key: nothing is filled in.
 */
#include "codec.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

/* ---- the declaration ---- */

static void
refuse_length(const HtableKeyPart *part, const HtableMapping *mapping)
{
	const HtableColumn *column = part->column;

	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 column->codec->encoding == HTABLE_ENCODING_ORDERED
			 ? errmsg("\"length\" has no meaning with \"encoding\" \"ordered\"")
			 : errmsg("\"length\" must be %d or absent", column->codec->width),
			 errdetail("Values of column \"%s\" of foreign table \"%s\" %s.", column->name,
					   mapping->relname,
					   column->codec->encoding == HTABLE_ENCODING_ORDERED
					   ? "end themselves" : "have a fixed width")));
}

static void
refuse_endless(const HtableColumn *column, const HtableMapping *mapping)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("key column \"%s\" of foreign table \"%s\" has no end",
					column->name, mapping->relname),
			 errdetail("Its values vary in length and other parts of the key follow."),
			 errhint("Set its option \"length\" or \"terminator\", or use encoding \"ordered\".")));
}

/* Are the bytes of its values UTF-8 without zero bytes, whatever the type? */
static bool
is_string(const HtableColumn *column)
{
	Oid			base = getBaseType(column->typid);

	if (base == BYTEAOID)
		return false;
	return column->codec->encoding == HTABLE_ENCODING_TEXT || base == TEXTOID ||
		base == VARCHAROID || base == BPCHAROID;
}

void
htable_keypart_init(HtableKeyPart *part, const HtableMapping *mapping,
					const HtableColumnOptions *options, bool last)
{
	const HtableColumn *column = part->column;
	const HtableCodec *codec = column->codec;
	bool		ordered = codec->encoding == HTABLE_ENCODING_ORDERED;
	bool		ends = last && options->terminator == NULL;
	bool		alone = ends && mapping->nkeys == 1;

	if (options->length > 0 && (ordered || (codec->width > 0 && options->length != codec->width)))
		refuse_length(part, mapping);
	if (options->terminator != NULL)
		part->terminator = htable_option_bytes(options->terminator);

	part->length = options->length > 0 ? options->length : codec->width;
	if (options->length > 0)
		part->end = is_string(column) ? HTABLE_PART_PADDED : HTABLE_PART_WIDTH;
	else if (alone || (ends && getBaseType(column->typid) == BYTEAOID))
		part->end = HTABLE_PART_REST;
	else if (ordered)
		part->end = HTABLE_PART_ORDERED;
	else if (codec->width > 0)
		part->end = HTABLE_PART_WIDTH;
	else if (ends)
		part->end = HTABLE_PART_REST;
	else if (part->terminator.len > 0)
		part->end = HTABLE_PART_TERMINATED;
	else
		refuse_endless(column, mapping);

	/* the row key itself is never NULL, a part of it may be */
	part->nullable = ordered && mapping->nkeys > 1 && !column->not_null;
	part->keeps_order = part->end != HTABLE_PART_TERMINATED ||
		(part->terminator.data[0] == 0 && (is_string(column) || part->terminator.len == 1));
}

/* ---- taking a key apart ---- */

static bool
bad_key(HtableBadValue *bad, const char *what)
{
	return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION, "%s", what);
}

/* The bytes of the part at the head of `rest`, without a terminator. */
static bool
find_end(const HtableKeyPart *part, rc_bytes rest, size_t *len, HtableBadValue *bad)
{
	const uint8_t *found;

	switch (part->end)
	{
		case HTABLE_PART_REST:
			*len = rest.len;
			return true;
		case HTABLE_PART_WIDTH:
		case HTABLE_PART_PADDED:
			*len = (size_t) part->length;
			if (unlikely(rest.len < *len))
				return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
										"the row key ends after %zu of the %d bytes of a part",
										rest.len, part->length);
			return true;
		case HTABLE_PART_TERMINATED:
			found = part->terminator.len == 1
				? memchr(rest.data, part->terminator.data[0], rest.len)
				: memmem(rest.data, rest.len, part->terminator.data, part->terminator.len);
			if (unlikely(found == NULL))
				return bad_key(bad, "the row key lacks the terminator of a part");
			*len = found - rest.data;
			return true;
		case HTABLE_PART_ORDERED:
			*len = rc_ordered_length(rest, part->column->codec->descending);
			if (unlikely(*len == 0))
				return bad_key(bad, "the row key has no whole value of OrderedBytes where a part begins");
			return true;
	}
	pg_unreachable();
}

bool
htable_keypart_take(const HtableKeyPart *part, rc_bytes *rest, rc_bytes *value,
					HtableBadValue *bad)
{
	size_t		len = 0;

	if (unlikely(!find_end(part, *rest, &len, bad)))
		return false;
	value->data = rest->data;
	value->len = len;
	if (part->end == HTABLE_PART_PADDED)
	{
		while (value->len > 0 && value->data[value->len - 1] == 0)
			value->len--;
	}
	rest->data += len;
	rest->len -= len;
	if (part->terminator.len == 0)
		return true;
	if (unlikely(rest->len < part->terminator.len ||
				 memcmp(rest->data, part->terminator.data, part->terminator.len) != 0))
		return bad_key(bad, "the row key lacks the terminator of a part");
	rest->data += part->terminator.len;
	rest->len -= part->terminator.len;
	return true;
}

bool
htable_keypart_left_over(rc_bytes rest, HtableBadValue *bad)
{
	return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
							"the row key goes on behind its last part: \"%s\"",
							htable_show_bytes((const char *) rest.data, rest.len));
}
