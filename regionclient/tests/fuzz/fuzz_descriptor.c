/*
 * fuzz_descriptor.c
 *		Answers of the master: descriptors, states, lists of names.  An input
 *		begins with the name of the table asked for.
 */
#include "fuzz.h"

#include "descriptor.h"

#define LIMIT	((size_t) 1024 * 1024)

static void
check_attributes(const rc_attribute *attributes, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		fuzz_touch(attributes[i].name);
		fuzz_touch(attributes[i].value);
	}
}

static void
check_desc(const rc_table_desc *desc, rc_bytes table)
{
	must(rc_bytes_equal(desc->name, table));
	check_attributes(desc->attributes, desc->nattributes);
	for (size_t i = 0; i < desc->nfamilies; i++)
	{
		const rc_family_desc *family = &desc->families[i];

		must(family->name.len > 0 && family->name.len <= 127);
		must(family->max_versions >= 0 && family->min_versions >= 0 && family->ttl >= 0);
		must(family->keep_deleted <= RC_KEEP_DELETED_TTL);
		fuzz_touch(family->name);
		check_attributes(family->attributes, family->nattributes);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_reader	in;
	rc_bytes	table;
	rc_bytes	message;
	rc_table_desc *desc;
	rc_table_list *list;
	rc_error	err;
	rc_status	status;
	bool		enabled;

	rc_reader_init(&in, rc_bytes_of(data, size));
	table = fuzz_piece(&in);
	message = golden_exact(rc_reader_bytes(&in, rc_reader_left(&in)));
	status = rc_descriptor_parse(&rc_host_standalone, LIMIT, table, message, &desc, &err);
	if (status == RC_OK)
		check_desc(desc, table);
	else
		fuzz_check_error(&err, status);
	rc_table_desc_free(desc);
	status = rc_descriptor_parse_names(&rc_host_standalone, LIMIT, message, &list, &err);
	for (size_t i = 0; status == RC_OK && i < list->n; i++)
		must(list->names[i].len > 0 && fuzz_touch(list->names[i]) + 1 > 0);
	rc_table_list_free(list);
	rc_descriptor_parse_state(message, &enabled, &err);
	golden_free(table);
	golden_free(message);
	return 0;
}
