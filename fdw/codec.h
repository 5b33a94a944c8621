/*
 * codec.h
 *		What the codec_*.c files share.
 *
 * A codec is chosen by encoding and base type; a domain wraps the codec of its
 * base type with its constraints.
 */
#ifndef HTABLE_CODEC_H
#define HTABLE_CODEC_H

#include "htable_fdw.h"

typedef bool (*HtableDecode) (HtableCodec *codec, const char *data, Size len,
							  Datum *value, HtableBadValue *bad);
typedef void (*HtableEncode) (HtableCodec *codec, Datum value, StringInfo out);

/* What an encoding does with a type. */
typedef struct HtableCodecKind
{
	Oid			typid;
	HtableDecode decode;
	HtableEncode encode;
	bool		canonical;
	HtableKeyOrder key_order;
	int			width;
	HtableEncode encode_bound;	/* NULL: encode itself */
} HtableCodecKind;

/* A codec with what only its own functions need. */
typedef struct HtableCodecState
{
	HtableCodec codec;			/* first: the part that others see */
	Oid			base_type;		/* the type itself, or what a domain is over */
	int32		base_typmod;
	HtableDecode decode_ascending;	/* descending order: of the bytes turned around */
	HtableEncode encode_ascending;
	HtableEncode bound_ascending;
	HtableDecode decode_base;	/* domains: of the base type */
	void	   *domain_checks;	/* domain_check's cache */
	MemoryContext context;		/* lives as long as the codec */
	bool		reads_settings; /* its text form follows DateStyle and the like */
	bool		reads_clock;	/* its text form takes words like 'now' */
} HtableCodecState;

/* The kind for a base type; NULL: the encoding does not define the type. */
extern const HtableCodecKind *htable_text_kind(Oid typid);
extern const HtableCodecKind *htable_binary_kind(Oid typid);
extern const HtableCodecKind *htable_ordered_kind(Oid typid);

/* ---- codec_io.c, for the decoders ---- */

/* The encoding's name, as its option has it. */
extern const char *htable_encoding_name(HtableEncoding encoding);

/* Reports a value that does not decode: fills *bad and returns false, or raises. */
extern bool htable_bad_value(HtableBadValue *bad, int sqlerrcode,
							 const char *fmt,...) pg_attribute_printf(3, 4);

/* Wrong length: 22P03. */
extern bool htable_bad_length(HtableBadValue *bad, Size len, int expected);

/* Bytes as they may stand in a message: ASCII, the rest escaped, long ones cut. */
extern char *htable_show_bytes(const char *data, Size len);

/*
 * UTF-8 bytes as a string of the database encoding: `data` itself or memory in
 * the current context; not zero-terminated.  NULL (and *bad) when they are not
 * valid: 22021, 22P05.
 */
extern const char *htable_text_to_server(const char *data, Size len, Size *server_len,
										 HtableBadValue *bad);

/* A C string through the type's input function, under fixed settings. */
extern bool htable_input(HtableCodecState *state, char *string, Datum *value,
						 HtableBadValue *bad);

/* A value through the type's output function, under fixed settings. */
extern char *htable_output(HtableCodecState *state, Datum value);

/*
 * Timestamps as milliseconds since 1970.  Reading: 22008 beyond PostgreSQL's
 * range.  Writing raises rather than rounds: a key that is a little off is
 * another key.
 */
extern bool htable_timestamp_from_ms(HtableCodec *codec, int64 ms, Datum *value,
									 HtableBadValue *bad);
extern int64 htable_timestamp_to_ms(HtableCodec *codec, Datum value);

/* Memory of regionclient's decimals: palloc, which here returns NULL instead of raising. */
extern const rc_host htable_decimal_host;

/* Raises 53200 for RC_NO_MEMORY. */
extern void htable_check_decimal_memory(rc_status status);

/* The base type's decoder, then the domain's constraints (23514, 23502). */
extern bool htable_decode_domain(HtableCodec *codec, const char *data, Size len,
								 Datum *value, HtableBadValue *bad);

/* ---- codec_text.c: strings have the same bytes in every encoding ---- */

extern bool htable_decode_text(HtableCodec *codec, const char *data, Size len,
							   Datum *value, HtableBadValue *bad);
extern bool htable_decode_varchar(HtableCodec *codec, const char *data, Size len,
								  Datum *value, HtableBadValue *bad);
extern bool htable_decode_bpchar(HtableCodec *codec, const char *data, Size len,
								 Datum *value, HtableBadValue *bad);
extern bool htable_decode_bytea(HtableCodec *codec, const char *data, Size len,
								Datum *value, HtableBadValue *bad);
extern void htable_encode_text(HtableCodec *codec, Datum value, StringInfo out);
extern void htable_encode_bytea(HtableCodec *codec, Datum value, StringInfo out);

#endif							/* HTABLE_CODEC_H */
