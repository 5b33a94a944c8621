/*
 * descriptor.c
 *		What the master says of tables: descriptors, states, lists of names.
 *
 * An answer is walked twice: once to count, so that one block of memory is
 * enough, then to fill that.  The block ends with a copy of the answer, into
 * which all bytes of a descriptor point.  Attributes that a family does not
 * have stand for HBase's defaults.
 * Upstream: TableDescriptorBuilder, ColumnFamilyDescriptorBuilder, HBase.proto
 * (TableSchema, ColumnFamilySchema), MasterProtos.
 */
#include "descriptor.h"

#include <string.h>

#include "field.h"
#include "wire.pb-c.h"

/* Byte.MAX_VALUE */
#define MAX_FAMILY_NAME		127

/* ColumnFamilyDescriptorBuilder.DEFAULT_MAX_VERSIONS, _MIN_VERSIONS */
#define DEFAULT_MAX_VERSIONS	1
#define DEFAULT_MIN_VERSIONS	0

/* The block of a descriptor, and of a list: what the caller sees, and how to free it. */
typedef struct desc_block
{
	rc_table_desc desc;
	rc_host		host;
} desc_block;

typedef struct list_block
{
	rc_table_list list;
	rc_host		host;
} list_block;

static rc_status
malformed(rc_error *err)
{
	return rc_error_set(err, RC_PROTOCOL, "malformed answer of the master");
}

/* ----- names ----- */

/* TableName as HBase writes it: without the namespace "default". */
static bool
parse_table_name(rc_bytes message, rc_bytes *ns, rc_bytes *qualifier)
{
	rc_reader	r;
	rc_field	f;

	*ns = *qualifier = rc_bytes_of(NULL, 0);
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			*ns = f.bytes;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			*qualifier = f.bytes;
	}
	if (rc_bytes_equal(*ns, rc_bytes_cstr("default")))
		ns->len = 0;
	return !r.failed && qualifier->len > 0;
}

static bool
is_table(rc_bytes ns, rc_bytes qualifier, rc_bytes table)
{
	size_t		skip = ns.len > 0 ? ns.len + 1 : 0;

	return table.len == skip + qualifier.len &&
		(skip == 0 || (memcmp(table.data, ns.data, ns.len) == 0 && table.data[ns.len] == ':')) &&
		memcmp(table.data + skip, qualifier.data, qualifier.len) == 0;
}

/* ----- attributes ----- */

/* BytesBytesPair */
static bool
parse_pair(rc_bytes message, rc_attribute *attribute)
{
	rc_reader	r;
	rc_field	f;

	attribute->name = attribute->value = rc_bytes_of(NULL, 0);
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			attribute->name = f.bytes;
		else if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			attribute->value = f.bytes;
	}
	return !r.failed;
}

/* Integer.parseInt, of numbers that are not negative. */
static bool
parse_int(rc_bytes text, int32_t *value)
{
	int64_t		n = 0;

	if (text.len == 0 || text.len > 10)
		return false;
	for (size_t i = 0; i < text.len; i++)
	{
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		n = n * 10 + (text.data[i] - '0');
	}
	*value = (int32_t) n;
	return n <= INT32_MAX;
}

static bool
is_word(rc_bytes text, const char *upper)
{
	if (text.len != strlen(upper))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((text.data[i] & ~0x20) != (uint8_t) upper[i])
			return false;
	return true;
}

/* KeepDeletedCells.getValue */
static bool
parse_keep_deleted(rc_bytes text, rc_keep_deleted *value)
{
	if (is_word(text, "FALSE"))
		*value = RC_KEEP_DELETED_FALSE;
	else if (is_word(text, "TRUE"))
		*value = RC_KEEP_DELETED_TRUE;
	else if (is_word(text, "TTL"))
		*value = RC_KEEP_DELETED_TTL;
	else
		return false;
	return true;
}

/* Takes what reading needs to know out of an attribute. */
static bool
take_attribute(rc_family_desc *family, const rc_attribute *attribute)
{
	rc_bytes	name = attribute->name;

	if (rc_bytes_equal(name, rc_bytes_cstr("VERSIONS")))
		return parse_int(attribute->value, &family->max_versions);
	if (rc_bytes_equal(name, rc_bytes_cstr("MIN_VERSIONS")))
		return parse_int(attribute->value, &family->min_versions);
	if (rc_bytes_equal(name, rc_bytes_cstr("TTL")))
		return parse_int(attribute->value, &family->ttl);
	if (rc_bytes_equal(name, rc_bytes_cstr("KEEP_DELETED_CELLS")))
		return parse_keep_deleted(attribute->value, &family->keep_deleted);
	return true;
}

/* ----- TableSchema ----- */

/* The only message of a repeated field 1; false when malformed, *n says how many there are. */
static bool
only_message(rc_bytes message, rc_bytes *first, size_t *n)
{
	rc_reader	r;
	rc_field	f;

	*n = 0;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES) && (*n)++ == 0)
			*first = f.bytes;
	return !r.failed;
}

/* Families and attributes of a TableSchema, and of one of its families. */
typedef struct counts
{
	size_t		families;
	size_t		attributes;
} counts;

static bool
count_schema(rc_bytes message, bool in_family, counts *n)
{
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 2 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			n->attributes++;
		else if (f.number == 3 && !in_family && rc_field_is(&r, &f, RC_FIELD_BYTES))
		{
			n->families++;
			if (!count_schema(f.bytes, true, n))
				return false;
		}
	}
	return !r.failed;
}

static bool
fill_family(rc_bytes message, rc_family_desc *family, rc_attribute **attributes)
{
	rc_reader	r;
	rc_field	f;

	family->max_versions = DEFAULT_MAX_VERSIONS;
	family->min_versions = DEFAULT_MIN_VERSIONS;
	family->ttl = RC_TTL_FOREVER;
	family->keep_deleted = RC_KEEP_DELETED_FALSE;
	family->attributes = *attributes;
	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			family->name = f.bytes;
		else if (f.number == 2)
		{
			rc_attribute *attribute = (*attributes)++;

			family->nattributes++;
			if (!parse_pair(f.bytes, attribute) || !take_attribute(family, attribute))
				return false;
		}
	}
	return !r.failed && family->name.len > 0 && family->name.len <= MAX_FAMILY_NAME;
}

/*
 * Fills in a counted schema.  The table's own attributes come first, whatever
 * their order in the message.
 */
static bool
fill_table(rc_bytes schema, rc_table_desc *desc, rc_family_desc *families, rc_attribute *attributes)
{
	rc_reader	r;
	rc_field	f;

	desc->attributes = attributes;
	rc_reader_init(&r, schema);
	while (rc_field_next(&r, &f))
	{
		if (f.number != 2)
			continue;
		desc->nattributes++;
		if (!parse_pair(f.bytes, attributes++))
			return false;
	}
	desc->families = families;
	rc_reader_init(&r, schema);
	while (rc_field_next(&r, &f))
		if (f.number == 3 && !fill_family(f.bytes, &families[desc->nfamilies++], &attributes))
			return false;
	return true;
}

static bool
schema_is_of(rc_bytes schema, rc_bytes table)
{
	rc_reader	r;
	rc_field	f;
	rc_bytes	ns;
	rc_bytes	qualifier;

	rc_reader_init(&r, schema);
	while (rc_field_next(&r, &f))
		if (f.number == 1)
			return rc_field_is(&r, &f, RC_FIELD_BYTES) &&
				parse_table_name(f.bytes, &ns, &qualifier) && is_table(ns, qualifier, table);
	return false;
}

/* Memory for a block with its arrays and bytes; *err is set when there is none. */
static void *
block_alloc(const rc_host *host, size_t limit, size_t size, rc_error *err)
{
	void	   *block;

	if (size > limit)
	{
		rc_error_set(err, RC_TOO_LARGE, "answer of the master takes %zu bytes of memory, more than "
					 "max_response_size of %zu bytes", size, limit);
		return NULL;
	}
	block = host->alloc(host->ctx, size);
	if (block == NULL)
		rc_error_set(err, RC_NO_MEMORY, "out of memory");
	else
		memset(block, 0, size);
	return block;
}

rc_status
rc_descriptor_parse(const rc_host *host, size_t limit, rc_bytes table, rc_bytes message,
					rc_table_desc **desc, rc_error *err)
{
	rc_bytes	schema = {NULL, 0};
	counts		n = {0, 0};
	size_t		tables;
	size_t		arrays;
	desc_block *block;
	uint8_t    *bytes;

	*desc = NULL;
	if (!only_message(message, &schema, &tables))
		return malformed(err);
	if (tables == 0)
		return rc_error_set(err, RC_TABLE_MISSING, "table \"%.*s\" does not exist",
							(int) table.len, (const char *) table.data);
	if (tables > 1 || !schema_is_of(schema, table) || !count_schema(schema, false, &n))
		return malformed(err);
	arrays = sizeof(desc_block) + n.families * sizeof(rc_family_desc) +
		n.attributes * sizeof(rc_attribute);
	block = block_alloc(host, limit, arrays + schema.len + table.len, err);
	if (block == NULL)
		return err->status;
	block->host = *host;
	bytes = (uint8_t *) block + arrays;
	memcpy(bytes, schema.data, schema.len);
	memcpy(bytes + schema.len, table.data, table.len);
	block->desc.name = rc_bytes_of(bytes + schema.len, table.len);
	*desc = &block->desc;
	if (fill_table(rc_bytes_of(bytes, schema.len), *desc, (rc_family_desc *) (block + 1),
				   (rc_attribute *) ((rc_family_desc *) (block + 1) + n.families)))
		return RC_OK;
	rc_table_desc_free(*desc);
	*desc = NULL;
	return malformed(err);
}

void
rc_table_desc_free(rc_table_desc *desc)
{
	desc_block *block = (desc_block *) desc;

	if (block != NULL)
		block->host.free(block->host.ctx, block);
}

/* ----- states ----- */

rc_status
rc_descriptor_parse_state(rc_bytes message, bool *enabled, rc_error *err)
{
	rc_bytes	state = {NULL, 0};
	size_t		n;
	rc_reader	r;
	rc_field	f;
	bool		found = false;

	if (!only_message(message, &state, &n) || n != 1)
		return malformed(err);
	rc_reader_init(&r, state);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_VARINT))
		{
			found = true;
			*enabled = f.value == HTABLE__WIRE__TABLE_STATE__STATE__ENABLED ||
				f.value == HTABLE__WIRE__TABLE_STATE__STATE__ENABLING;
		}
	return r.failed || !found ? malformed(err) : RC_OK;
}

/* ----- lists of names ----- */

/* A name's bytes are at most those of its message: two tags and lengths stand for the colon. */
static bool
fill_names(rc_bytes message, rc_bytes *names, uint8_t *bytes)
{
	rc_reader	r;
	rc_field	f;

	rc_reader_init(&r, message);
	while (rc_field_next(&r, &f))
	{
		rc_bytes	ns;
		rc_bytes	qualifier;

		if (f.number != 1)
			continue;
		if (!parse_table_name(f.bytes, &ns, &qualifier))
			return false;
		names->data = bytes;
		if (ns.len > 0)
		{
			memcpy(bytes, ns.data, ns.len);
			bytes += ns.len;
			*bytes++ = ':';
		}
		memcpy(bytes, qualifier.data, qualifier.len);
		bytes += qualifier.len;
		names->len = (size_t) (bytes - names->data);
		names++;
	}
	return true;
}

rc_status
rc_descriptor_parse_names(const rc_host *host, size_t limit, rc_bytes message,
						  rc_table_list **list, rc_error *err)
{
	rc_bytes	first;
	size_t		n;
	size_t		arrays;
	list_block *block;

	*list = NULL;
	if (!only_message(message, &first, &n))
		return malformed(err);
	arrays = sizeof(list_block) + n * sizeof(rc_bytes);
	block = block_alloc(host, limit, arrays + message.len, err);
	if (block == NULL)
		return err->status;
	block->host = *host;
	block->list.names = (rc_bytes *) (block + 1);
	block->list.n = n;
	*list = &block->list;
	if (fill_names(message, (rc_bytes *) (block + 1), (uint8_t *) block + arrays))
		return RC_OK;
	rc_table_list_free(*list);
	*list = NULL;
	return malformed(err);
}

void
rc_table_list_free(rc_table_list *list)
{
	list_block *block = (list_block *) list;

	if (block != NULL)
		block->host.free(block->host.ctx, block);
}
