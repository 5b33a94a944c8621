/*
 * codec_io.c
 *		What all decoders use: bad values, character sets, timestamps in
 *		milliseconds, domains, and PostgreSQL's input and output functions under
 *		settings that do not depend on the session.
 *
 * The text form of a value must mean the same in every session, so input and
 * output functions run with DateStyle ISO, YMD (an ambiguous day and month is
 * refused, not guessed), time zone UTC, IntervalStyle iso_8601, extra_float_digits
 * 1, bytea_output hex, array_nulls on and xmloption content.
 */
#include "codec.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "common/int.h"
#include "datatype/timestamp.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/bytea.h"
#include "utils/float.h"
#include "utils/resowner.h"
#include "utils/timestamp.h"
#include "utils/xml.h"

/* Bytes of a value that a message shows. */
#define MAX_SHOWN	64

const char *
htable_encoding_name(HtableEncoding encoding)
{
	switch (encoding)
	{
		case HTABLE_ENCODING_TEXT:
			return "text";
		case HTABLE_ENCODING_BINARY:
			return "binary";
		case HTABLE_ENCODING_ORDERED:
			break;
	}
	return "ordered";
}

/* ---- bad values ---- */

bool
htable_bad_value(HtableBadValue *bad, int sqlerrcode, const char *fmt,...)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (;;)
	{
		va_list		args;
		int			needed;

		va_start(args, fmt);
		needed = appendStringInfoVA(&buf, fmt, args);
		va_end(args);
		if (needed == 0)
			break;
		enlargeStringInfo(&buf, needed);
	}
	if (bad == NULL)
		ereport(ERROR,
				(errcode(sqlerrcode),
				 errmsg_internal("%s", buf.data)));
	bad->sqlerrcode = sqlerrcode;
	bad->message = buf.data;
	return false;
}

bool
htable_bad_length(HtableBadValue *bad, Size len, int expected)
{
	return htable_bad_value(bad, ERRCODE_INVALID_BINARY_REPRESENTATION,
							"invalid length %zu: expected %d byte%s", len, expected,
							expected == 1 ? "" : "s");
}

char *
htable_show_bytes(const char *data, Size len)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (Size i = 0; i < Min(len, MAX_SHOWN); i++)
	{
		unsigned char c = data[i];

		if (c >= 0x20 && c < 0x7f)
			appendStringInfoChar(&buf, c);
		else
			appendStringInfo(&buf, "\\x%02x", c);
	}
	if (len > MAX_SHOWN)
		appendStringInfoString(&buf, "...");
	return buf.data;
}

/* The hex bytes of the character at data, as core's messages show it. */
static char *
show_character(const char *data, Size len)
{
	StringInfoData buf;
	int			n = Min(pg_encoding_mblen(PG_UTF8, data), (int) Min(len, 8));

	initStringInfo(&buf);
	for (int i = 0; i < n; i++)
		appendStringInfo(&buf, "%s0x%02x", i > 0 ? " " : "", (unsigned char) data[i]);
	return buf.data;
}

/* ---- character sets ---- */

/* Valid UTF-8 -> a database encoding that is neither UTF8 nor SQL_ASCII. */
static const char *
convert_to_server(const char *data, Size len, Size *server_len, HtableBadValue *bad)
{
	int			encoding = GetDatabaseEncoding();
	Oid			proc = FindDefaultConversionProc(PG_UTF8, encoding);
	Size		size = len * MAX_CONVERSION_GROWTH + 1;
	unsigned char *out;
	int			done;

	if (!OidIsValid(proc))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("default conversion function for encoding \"%s\" to \"%s\" does not exist",
						"UTF8", GetDatabaseEncodingName())));
	out = palloc_extended(size, MCXT_ALLOC_HUGE);
	done = pg_do_encoding_conversion_buf(proc, PG_UTF8, encoding, (unsigned char *) data, len,
										 out, size, true);
	if (done < len)
	{
		htable_bad_value(bad, ERRCODE_UNTRANSLATABLE_CHARACTER,
						 "character with byte sequence %s in encoding \"UTF8\" has no equivalent in encoding \"%s\"",
						 show_character(data + done, len - done), GetDatabaseEncodingName());
		return NULL;
	}
	*server_len = strlen((char *) out);
	return (char *) out;
}

/* Nothing but ASCII without zeros, which is the same text in every server encoding? */
static inline bool
is_plain(const char *data, Size len)
{
	const uint64 high = UINT64CONST(0x8080808080808080);
	const uint64 rest = UINT64CONST(0x7F7F7F7F7F7F7F7F);
	uint64		word;

	for (; len >= sizeof(word); data += sizeof(word), len -= sizeof(word))
	{
		memcpy(&word, data, sizeof(word));
		/* adding the rest sets the high bit of every byte but zero */
		if (((word | ~((word & rest) + rest)) & high) != 0)
			return false;
	}
	for (; len > 0; data++, len--)
	{
		if ((signed char) *data <= 0)
			return false;
	}
	return true;
}

const char *
htable_text_to_server(const char *data, Size len, Size *server_len, HtableBadValue *bad)
{
	int			encoding;

	*server_len = len;
	if (likely(is_plain(data, len)))
		return data;
	encoding = GetDatabaseEncoding();
	if (unlikely(!pg_verify_mbstr(PG_UTF8, data, len, true)))
	{
		int			valid = pg_encoding_verifymbstr(PG_UTF8, data, len);

		htable_bad_value(bad, ERRCODE_CHARACTER_NOT_IN_REPERTOIRE,
						 "invalid byte sequence for encoding \"UTF8\": %s",
						 show_character(data + valid, len - valid));
		return NULL;
	}
	if (encoding != PG_UTF8 && encoding != PG_SQL_ASCII && len > 0)
		return convert_to_server(data, len, server_len, bad);
	return data;
}

/* ---- timestamps in milliseconds since 1970 ---- */

bool
htable_timestamp_from_ms(HtableCodec *codec, int64 ms, Datum *value, HtableBadValue *bad)
{
	int32		typmod = ((HtableCodecState *) codec)->base_typmod;
	int64		since_2000;
	Timestamp	timestamp;

	if (pg_sub_s64_overflow(ms, HTABLE_EPOCH_SHIFT_MS, &since_2000) ||
		pg_mul_s64_overflow(since_2000, 1000, &timestamp) ||
		!IS_VALID_TIMESTAMP(timestamp))
		return htable_bad_value(bad, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
								"timestamp out of range: " INT64_FORMAT " ms", ms);
	*value = TimestampGetDatum(timestamp);
	if (typmod >= 0 && typmod < 3)
		*value = DirectFunctionCall2(timestamp_scale, *value, Int32GetDatum(typmod));
	return true;
}

int64
htable_timestamp_to_ms(HtableCodec *codec, Datum value)
{
	Timestamp	timestamp = DatumGetTimestamp(value);

	if (TIMESTAMP_NOT_FINITE(timestamp))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("an infinite timestamp has no form in encoding \"%s\"",
						htable_encoding_name(codec->encoding))));
	if (timestamp % 1000 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("encoding \"%s\" stores timestamps in milliseconds",
						htable_encoding_name(codec->encoding)),
				 errhint("Round the value, or declare the column with a precision of 3.")));
	return timestamp / 1000 + HTABLE_EPOCH_SHIFT_MS;
}

/* ---- decimals ---- */

static void *
decimal_alloc(void *ctx, size_t size)
{
	return palloc_extended(size, MCXT_ALLOC_NO_OOM);
}

static void
decimal_free(void *ctx, void *ptr)
{
	if (ptr != NULL)
		pfree(ptr);
}

/* It allocates and frees, and does nothing else. */
const rc_host htable_decimal_host = {.alloc = decimal_alloc,.free = decimal_free};

void
htable_check_decimal_memory(rc_status status)
{
	if (status == RC_NO_MEMORY)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
}

/* ---- input and output functions under fixed settings ---- */

typedef struct Settings
{
	int			date_style;
	int			date_order;
	int			interval_style;
	pg_tz	   *timezone;
	int			float_digits;
	int			bytea_output;
	bool		array_nulls;
	int			xmloption;
} Settings;

static void
settings_set(const Settings *s)
{
	DateStyle = s->date_style;
	DateOrder = s->date_order;
	IntervalStyle = s->interval_style;
	session_timezone = s->timezone;
	extra_float_digits = s->float_digits;
	bytea_output = s->bytea_output;
	Array_nulls = s->array_nulls;
	xmloption = s->xmloption;
}

/* Fixes the settings; what they were goes to *saved. */
static void
settings_fix(Settings *saved)
{
	Settings	fixed = {USE_ISO_DATES, DATEORDER_YMD, INTSTYLE_ISO_8601, pg_tzset("GMT"),
	1, BYTEA_OUTPUT_HEX, true, XMLOPTION_CONTENT};

	*saved = (Settings)
	{
		DateStyle, DateOrder, IntervalStyle, session_timezone,
			extra_float_digits, bytea_output, Array_nulls, xmloption
	};
	settings_set(&fixed);
}

#if defined(HTABLE_HAVE_SOFT_INPUT)
static bool
take_soft_error(ErrorSaveContext *escontext, HtableBadValue *bad)
{
	bad->sqlerrcode = escontext->error_data->sqlerrcode;
	bad->message = escontext->error_data->message;
	return false;
}
#endif

#if !defined(HTABLE_HAVE_SOFT_DOMAIN)

/* A call that raises an error for a bad value. */
typedef void (*RaisingCall) (HtableCodecState *state, char *string, Datum *value);

/* What input functions and domain checks say of bad values; tsvector says 42601. */
static bool
is_data_error(int sqlerrcode)
{
	int			category = ERRCODE_TO_CATEGORY(sqlerrcode);

	return category == ERRCODE_DATA_EXCEPTION ||
		category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
		sqlerrcode == ERRCODE_SYNTAX_ERROR || sqlerrcode == ERRCODE_PROGRAM_LIMIT_EXCEEDED;
}

/*
 * Runs a call in a subtransaction, so that its data errors become *bad.  In
 * parallel mode there are no subtransactions: there the error is raised.
 */
static bool
call_guarded(RaisingCall call, HtableCodecState *state, char *string, Datum *value,
			 HtableBadValue *bad)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool good = true;

	if (IsInParallelMode())
	{
		call(state, string, value);
		return true;
	}

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		call(state, string, value);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;

		if (!is_data_error(error->sqlerrcode))
			ReThrowError(error);
		bad->sqlerrcode = error->sqlerrcode;
		bad->message = error->message;
		good = false;
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return good;
}

static void
domain_check_raising(HtableCodecState *state, char *string, Datum *value)
{
	domain_check(*value, false, state->codec.typid, &state->domain_checks, state->context);
}
#endif

static void
input_raising(HtableCodecState *state, char *string, Datum *value)
{
	*value = InputFunctionCall(&state->codec.typinput, string, state->codec.typioparam,
							   state->base_typmod);
}

static bool
input_plain(HtableCodecState *state, char *string, Datum *value, HtableBadValue *bad)
{
	if (bad == NULL)
	{
		input_raising(state, string, value);
		return true;
	}
#if defined(HTABLE_HAVE_SOFT_INPUT)
	{
		ErrorSaveContext escontext = {T_ErrorSaveContext, .details_wanted = true};

		return InputFunctionCallSafe(&state->codec.typinput, string, state->codec.typioparam,
									 state->base_typmod, (Node *) &escontext, value) ||
			take_soft_error(&escontext, bad);
	}
#else
	return call_guarded(input_raising, state, string, value, bad);
#endif
}

/* The first word in a string whose meaning depends on the clock, or NULL. */
static const char *
clock_word(const char *string)
{
	static const char *const words[] = {"now", "today", "tomorrow", "yesterday"};

	while (*string != '\0')
	{
		Size		len = 0;

		while (isalpha((unsigned char) string[len]))
			len++;
		for (int i = 0; i < lengthof(words); i++)
		{
			if (len == strlen(words[i]) && pg_strncasecmp(string, words[i], len) == 0)
				return words[i];
		}
		string += Max(len, 1);
	}
	return NULL;
}

/* Core's hint is to change DateStyle, which has no influence here. */
static void
date_hint(void *arg)
{
	if (geterrcode() == ERRCODE_DATETIME_FIELD_OVERFLOW)
		errhint("Dates in cells are read year first, whatever \"datestyle\" is.");
}

/* input_plain for dates and times. */
static bool
input_time(HtableCodecState *state, char *string, Datum *value, HtableBadValue *bad)
{
	ErrorContextCallback callback = {error_context_stack, date_hint, NULL};
	bool		good;

	error_context_stack = &callback;
	good = input_plain(state, string, value, bad);
	error_context_stack = callback.previous;
	return good;
}

bool
htable_input(HtableCodecState *state, char *string, Datum *value, HtableBadValue *bad)
{
	Settings	saved;
	volatile bool good = false;

	if (!state->reads_settings)
		return input_plain(state, string, value, bad);
	if (state->reads_clock)
	{
		const char *word = clock_word(string);

		if (word != NULL)
			return htable_bad_value(bad, ERRCODE_INVALID_DATETIME_FORMAT,
									"invalid value for type %s: \"%s\" depends on the time of reading",
									format_type_be(state->base_type), word);
	}
	settings_fix(&saved);
	PG_TRY();
	{
		good = state->reads_clock ? input_time(state, string, value, bad) :
			input_plain(state, string, value, bad);
	}
	PG_FINALLY();
	{
		settings_set(&saved);
	}
	PG_END_TRY();
	return good;
}

char *
htable_output(HtableCodecState *state, Datum value)
{
	Settings	saved;
	char	   *volatile string = NULL;

	if (!state->reads_settings)
		return OutputFunctionCall(&state->codec.typoutput, value);
	settings_fix(&saved);
	PG_TRY();
	{
		string = OutputFunctionCall(&state->codec.typoutput, value);
	}
	PG_FINALLY();
	{
		settings_set(&saved);
	}
	PG_END_TRY();
	return string;
}

/* ---- domains ---- */

bool
htable_decode_domain(HtableCodec *codec, const char *data, Size len, Datum *value, HtableBadValue *bad)
{
	HtableCodecState *state = (HtableCodecState *) codec;

	if (!state->decode_base(codec, data, len, value, bad))
		return false;
	if (bad == NULL)
	{
		domain_check(*value, false, codec->typid, &state->domain_checks, state->context);
		return true;
	}
#if defined(HTABLE_HAVE_SOFT_DOMAIN)
	{
		ErrorSaveContext escontext = {T_ErrorSaveContext, .details_wanted = true};

		return domain_check_safe(*value, false, codec->typid, &state->domain_checks,
								 state->context, (Node *) &escontext) ||
			take_soft_error(&escontext, bad);
	}
#else
	return call_guarded(domain_check_raising, state, NULL, value, bad);
#endif
}
