/*
 * instant.c
 *		Moments as HBase counts them, in milliseconds since 1970, and the two
 *		types in which PostgreSQL shows them: timestamptz and the raw bigint.
 */
#include "htable_fdw.h"

#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/datetime.h"

/* Does a date and time end with a zone in figures or with Z, as one and the same moment everywhere? */
static bool
names_zone(const char *text)
{
	const char *time = strchr(text, ':');

	return time != NULL && strpbrk(time, "+-Zz") != NULL;
}

/*
 * A moment in text: milliseconds, or a date and time with its zone.  NULL, or
 * why it is none.  The session's settings do not matter.
 */
const char *
htable_instant_parse(const char *text, int64 *ms)
{
	char		work[MAXDATELEN + MAXDATEFIELDS];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	struct pg_tm tm;
	fsec_t		fsec;
	int			nfields;
	int			dtype;
	int			zone = 0;
	Timestamp	moment;

	if (text[0] != '\0' && text[strspn(text, "0123456789")] == '\0')
	{
		char	   *end;

		errno = 0;
		*ms = strtoll(text, &end, 10);
		return errno == 0 ? NULL : "The number of milliseconds is too large.";
	}
	if (strspn(text, "0123456789") != 4 || text[strspn(text, "0123456789-: .+TtZz")] != '\0')
		return "It is no date and time that begins with the year.";
	if (!names_zone(text))
		return "It names no time zone, so it would be another moment in other sessions.";
	if (ParseDateTime(text, work, sizeof(work), field, ftype, MAXDATEFIELDS, &nfields) != 0 ||
		compat_decode_date_time(field, ftype, nfields, &dtype, &tm, &fsec, &zone) != 0 ||
		dtype != DTK_DATE || tm2timestamp(&tm, fsec, &zone, &moment) != 0)
		return "It is no valid date and time.";
	*ms = htable_instant_floor(moment);
	return *ms >= 0 ? NULL : "HBase has no times before 1970.";
}

/* The millisecond that a moment is in. */
int64
htable_instant_floor(TimestampTz moment)
{
	int64		ms = moment / 1000;

	if (moment % 1000 < 0)
		ms--;
	return ms + HTABLE_EPOCH_SHIFT_MS;
}

/* A moment (ms since 1970) in the type of a column that shows such. */
Datum
htable_instant_show(const HtableColumn *column, int64 ms)
{
	TimestampTz value;

	if (column->typid == INT8OID)
		return Int64GetDatum(ms);
	if (ms >= HTABLE_FIRST_INFINITE_MS)
		TIMESTAMP_NOEND(value);
	else if (ms < MIN_TIMESTAMP / 1000 + HTABLE_EPOCH_SHIFT_MS)
		TIMESTAMP_NOBEGIN(value);
	else
		value = (ms - HTABLE_EPOCH_SHIFT_MS) * 1000;
	return TimestampTzGetDatum(value);
}

/* The other way round: 22008 for what HBase's timestamps cannot be. */
int64
htable_instant_of(const HtableColumn *column, Datum value)
{
	TimestampTz moment = column->typid == INT8OID ? 0 : DatumGetTimestampTz(value);
	int64		ms = column->typid == INT8OID ? DatumGetInt64(value) : htable_instant_floor(moment);

	if (column->typid != INT8OID && TIMESTAMP_NOT_FINITE(moment))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("cells cannot have an infinite timestamp, as in column \"%s\"", column->name)));
	if (column->typid != INT8OID && moment % 1000 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("HBase keeps timestamps in milliseconds, column \"%s\" has more digits", column->name),
				 errhint("Round the value, or declare the column with a precision of 3.")));
	if (ms < 0 || ms == RC_TIMESTAMP_LATEST)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp of column \"%s\" is out of range for HBase", column->name)));
	return ms;
}
