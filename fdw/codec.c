/*
 * codec.c
 *		Makes the codec of a column: chooses it by encoding and type, and states
 *		what it promises.
 *
 * Types whose text form follows more of the session than codec_io.c can fix
 * (money, object identifiers by name) are refused.
 */
#include "codec.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

static bool
is_clock_type(Oid typid)
{
	return typid == DATEOID || typid == TIMEOID || typid == TIMETZOID ||
		typid == TIMESTAMPOID || typid == TIMESTAMPTZOID;
}

/* Types whose text form follows lc_monetary, search_path or the catalogues. */
static bool
is_session_type(Oid typid)
{
	switch (typid)
	{
		case CASHOID:
		case REGPROCOID:
		case REGPROCEDUREOID:
		case REGOPEROID:
		case REGOPERATOROID:
		case REGCLASSOID:
		case REGTYPEOID:
		case REGROLEOID:
		case REGNAMESPACEOID:
		case REGCONFIGOID:
		case REGDICTIONARYOID:
		case REGCOLLATIONOID:
			return true;
		default:
			return false;
	}
}

/* Types whose text form follows no setting. */
static bool
is_plain_type(Oid typid)
{
	switch (typid)
	{
		case NUMERICOID:
		case UUIDOID:
		case JSONOID:
		case JSONBOID:
			return true;
		default:
			return type_is_enum(typid);
	}
}

static bool contains_type(Oid typid, bool (*test) (Oid typid));

static bool
row_contains_type(Oid typid, bool (*test) (Oid typid))
{
	TupleDesc	desc = lookup_rowtype_tupdesc(typid, -1);
	bool		found = false;

	for (int i = 0; i < desc->natts && !found; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		found = !att->attisdropped && contains_type(att->atttypid, test);
	}
	ReleaseTupleDesc(desc);
	return found;
}

/* Is the type, or one it is made of, of a sort? */
static bool
contains_type(Oid typid, bool (*test) (Oid typid))
{
	Oid			base = getBaseType(typid);
	Oid			element = get_element_type(base);

	check_stack_depth();
	if (OidIsValid(element))
		return contains_type(element, test);
	if (type_is_range(base))
		return contains_type(get_range_subtype(base), test);
	if (type_is_multirange(base))
		return contains_type(get_multirange_range(base), test);
	if (get_typtype(base) == TYPTYPE_COMPOSITE)
		return row_contains_type(base, test);
	return test(base);
}

static void
refuse_type(Oid typid, HtableEncoding encoding, const char *column_name)
{
	Oid			base = getBaseType(typid);

	if (encoding == HTABLE_ENCODING_TEXT)
		ereport(ERROR,
				(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
				 errmsg("column \"%s\" cannot have type %s", column_name, format_type_be(typid)),
				 errdetail("Its text form depends on settings of the session."),
				 errhint("Declare the column as text and cast it in queries.")));
	ereport(ERROR,
			(errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
			 errmsg("column \"%s\" of type %s cannot have encoding \"%s\"",
					column_name, format_type_be(typid), htable_encoding_name(encoding)),
			 base == DATEOID ?
			 errdetail("HBase defines no bytes for dates: some programs store days in 4 bytes, others milliseconds in 8.") :
			 encoding == HTABLE_ENCODING_ORDERED ?
			 errdetail("OrderedBytes defines no bytes for this type.") :
			 errdetail("HBase defines no bytes for this type."),
			 base == DATEOID ?
			 errhint("Declare the column as integer or timestamp, or use encoding \"text\".") :
			 encoding == HTABLE_ENCODING_ORDERED && htable_binary_kind(base) != NULL ?
			 errhint("Use encoding \"binary\" or \"text\".") :
			 errhint("Use encoding \"text\".")));
}

/*
 * Strings in a database encoding other than UTF8: equality needs one byte
 * string for each character, ranges need the order of code points.
 */
static void
adjust_string(HtableCodec *codec)
{
	int			encoding = GetDatabaseEncoding();

	if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII || encoding == PG_LATIN1)
		return;
	codec->canonical = pg_encoding_max_length(encoding) == 1;
	codec->key_order = HTABLE_KEY_OPAQUE;
}

/* Where the type modifier or the database decide what the kind alone does not. */
static void
adjust_properties(HtableCodecState *state)
{
	HtableCodec *codec = &state->codec;

	switch (state->base_type)
	{
		case TEXTOID:
		case VARCHAROID:
			adjust_string(codec);
			break;
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
			/* a coarser precision than the stored one rounds */
			if (state->base_typmod >= 0 && state->base_typmod < 3)
			{
				codec->canonical = false;
				codec->key_order = HTABLE_KEY_OPAQUE;
			}
			break;
		case NUMERICOID:
			/* so does a scale */
			if (state->base_typmod >= 0)
			{
				codec->canonical = false;
				codec->key_order = HTABLE_KEY_OPAQUE;
			}
			break;
		default:
			break;
	}
}

/*
 * Has every value bytes?  HBase tells no empty cell from a missing one where it
 * tests one before a write.
 */
static bool
is_never_empty(const HtableCodecState *state)
{
	switch (state->base_type)
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case INTERVALOID:
		case UUIDOID:
		case JSONOID:
		case JSONBOID:
		case INETOID:
		case CIDROID:
			return true;
		case BPCHAROID:
			return state->base_typmod > (int32) VARHDRSZ;
		default:
			/* others have a header, or a text form that may be empty */
			return state->codec.encoding == HTABLE_ENCODING_ORDERED || state->codec.width > 0;
	}
}

static void
set_io_functions(HtableCodecState *state, bool uses_io)
{
	Oid			input;
	Oid			output;
	bool		is_varlena;

	getTypeInputInfo(state->base_type, &input, &state->codec.typioparam);
	fmgr_info(input, &state->codec.typinput);
	getTypeOutputInfo(state->base_type, &output, &is_varlena);
	fmgr_info(output, &state->codec.typoutput);
	if (uses_io && !is_plain_type(state->base_type))
	{
		state->reads_settings = true;
		state->reads_clock = contains_type(state->base_type, is_clock_type);
	}
}

/* ---- descending order: the complement of all bytes ---- */

static bool
decode_descending(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	char	   *copy = palloc_extended(Max(len, 1), MCXT_ALLOC_HUGE);

	memcpy(copy, data, len);
	rc_ordered_flip((uint8_t *) copy, len);
	return ((HtableCodecState *) codec)->decode_ascending(codec, copy, len, value, bad);
}

static void
encode_flipped(HtableEncode encode, HtableCodec *codec, Datum value, StringInfo out)
{
	int			begin = out->len;

	encode(codec, value, out);
	rc_ordered_flip((uint8_t *) out->data + begin, out->len - begin);
}

static void
encode_descending(HtableCodec *codec, Datum value, StringInfo out)
{
	encode_flipped(((HtableCodecState *) codec)->encode_ascending, codec, value, out);
}

static void
bound_descending(HtableCodec *codec, Datum value, StringInfo out)
{
	encode_flipped(((HtableCodecState *) codec)->bound_ascending, codec, value, out);
}

static void
set_descending(HtableCodecState *state)
{
	HtableCodec *codec = &state->codec;

	codec->descending = true;
	state->decode_ascending = codec->decode;
	state->encode_ascending = codec->encode;
	state->bound_ascending = codec->encode_bound;
	codec->decode = decode_descending;
	codec->encode = encode_descending;
	codec->encode_bound = bound_descending;
}

/* ---- making one ---- */

static const HtableCodecKind *
kind_of(HtableEncoding encoding, Oid typid)
{
	switch (encoding)
	{
		case HTABLE_ENCODING_TEXT:
			return htable_text_kind(typid);
		case HTABLE_ENCODING_BINARY:
			return htable_binary_kind(typid);
		case HTABLE_ENCODING_ORDERED:
			break;
	}
	return htable_ordered_kind(typid);
}

bool
htable_codec_decode_key(HtableCodec *codec, rc_bytes in, Datum *value, HtableBadValue *bad)
{
	if (htable_codec_is_null(codec, in))
		return htable_bad_value(bad, ERRCODE_NULL_VALUE_NOT_ALLOWED,
								"the row key is the null of encoding \"%s\"",
								htable_encoding_name(codec->encoding));
	return codec->decode(codec, (const char *) in.data, in.len, value, bad);
}

HtableCodec *
htable_codec_make(HtableEncoding encoding, bool descending, Oid typid, int32 typmod,
				  const char *column_name)
{
	static const uint8_t ordered_null[] = {RC_ORDERED_NULL, (uint8_t) ~RC_ORDERED_NULL};

	HtableCodecState *state = palloc0(sizeof(HtableCodecState));
	HtableCodec *codec = &state->codec;
	const HtableCodecKind *kind;

	state->base_typmod = typmod;
	state->base_type = getBaseTypeAndTypmod(typid, &state->base_typmod);
	state->context = CurrentMemoryContext;
	kind = kind_of(encoding, state->base_type);
	if (kind == NULL || (!OidIsValid(kind->typid) && contains_type(typid, is_session_type)))
		refuse_type(typid, encoding, column_name);

	codec->encoding = encoding;
	codec->typid = typid;
	codec->typmod = typmod;
	codec->canonical = kind->canonical;
	codec->key_order = kind->key_order;
	codec->width = kind->width;
	codec->decode = kind->decode;
	codec->encode = kind->encode;
	codec->encode_bound = kind->encode_bound != NULL ? kind->encode_bound : kind->encode;
	if (encoding == HTABLE_ENCODING_ORDERED)
		codec->null_form = (rc_bytes) {&ordered_null[descending ? 1 : 0], 1};
	if (descending)
		set_descending(state);
	adjust_properties(state);
	codec->never_empty = is_never_empty(state);
	set_io_functions(state, !OidIsValid(kind->typid));
	if (state->base_type != typid)
	{
		state->decode_base = codec->decode;
		codec->decode = htable_decode_domain;
	}
	return codec;
}
