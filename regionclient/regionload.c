/*
 * regionload.c
 *		What region servers say of the load of their regions.
 *
 * The answer holds a RegionLoad for each region of the table on that server,
 * some thirty fields of which three are looked at.
 * Upstream: AdminProtos.GetRegionLoadResponse, ClusterStatus.proto (RegionLoad).
 */
#include "regionload.h"

#include "field.h"

/* RegionSpecifier.Type */
#define REGION_NAME		1

/* RegionSpecifier; only whole names are of use, and sent. */
static bool
parse_specifier(rc_bytes message, rc_bytes *name)
{
	rc_reader	r;
	rc_field	f;
	uint64_t	type = 0;

	*name = rc_bytes_of(NULL, 0);
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_VARINT))
			type = f.value;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			*name = f.bytes;
	}
	return !r.failed && type == REGION_NAME && name->len > 0;
}

/* A size beyond what Java's int holds is none. */
static bool
is_size(rc_reader *r, const rc_field *f)
{
	if (rc_field_is(r, f, RC_FIELD_VARINT) && f->value > INT32_MAX)
		r->failed = true;
	return !r->failed;
}

static bool
parse_load(rc_bytes message, rc_region_load *load)
{
	rc_reader	r;
	rc_field	f;
	bool		named = false;

	load->stored_mb = load->memory_mb = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
		{
			named = parse_specifier(f.bytes, &load->name);
			r.failed |= !named;
		}
		else if (f.number == 4 && is_size(&r, &f))
			load->stored_mb = f.value;
		else if (f.number == 6 && is_size(&r, &f))
			load->memory_mb = f.value;
	}
	return !r.failed && named;
}

bool
rc_region_load_next(rc_reader *r, rc_region_load *load)
{
	rc_field	f;

	while (rc_field_next(r, &f))
	{
		if (f.number != 1 || !rc_field_is(r, &f, RC_FIELD_BYTES))
			continue;
		if (parse_load(f.bytes, load))
			return true;
		r->failed = true;
	}
	return false;
}
