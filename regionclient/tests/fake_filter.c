/*
 * fake_filter.c
 *		The filter of a scan, as far as the fake server knows it.
 */
#include "fake_server.h"

#include <string.h>

#define FILTER(name)	"org.apache.hadoop.hbase.filter." name

/* The ranges that a filter keeps, alone or as the first of a list that all must pass; NULL: none. */
Htable__Wire__MultiRowRangeFilter *
fake_filter_ranges(const Htable__Wire__Filter *filter)
{
	Htable__Wire__MultiRowRangeFilter *ranges = NULL;
	Htable__Wire__FilterList *list;

	if (filter == NULL)
		return NULL;
	if (strcmp(filter->name, FILTER("MultiRowRangeFilter")) == 0)
		return htable__wire__multi_row_range_filter__unpack(NULL, filter->serialized_filter.len,
															filter->serialized_filter.data);
	if (strcmp(filter->name, FILTER("FilterList")) != 0)
		return NULL;
	list = htable__wire__filter_list__unpack(NULL, filter->serialized_filter.len,
											 filter->serialized_filter.data);
	if (list == NULL)
		fake_die("malformed list of filters");
	if (list->operator_ == HTABLE__WIRE__FILTER_LIST__OPERATOR__MUST_PASS_ALL && list->n_filters > 0)
		ranges = fake_filter_ranges(list->filters[0]);
	htable__wire__filter_list__free_unpacked(list, NULL);
	return ranges;
}

static bool
holds(const Htable__Wire__RowRange *range, rc_bytes row)
{
	int			start = rc_bytes_compare(rc_bytes_of(range->start_row.data, range->start_row.len), row);
	int			stop = rc_bytes_compare(rc_bytes_of(range->stop_row.data, range->stop_row.len), row);

	return (start < 0 || (start == 0 && range->start_row_inclusive)) &&
		(range->stop_row.len == 0 || stop > 0 || (stop == 0 && range->stop_row_inclusive));
}

bool
fake_filter_keeps(const Htable__Wire__MultiRowRangeFilter *ranges, const char *row)
{
	if (ranges == NULL)
		return true;
	for (size_t i = 0; i < ranges->n_row_range_list; i++)
		if (holds(ranges->row_range_list[i], rc_bytes_cstr(row)))
			return true;
	return false;
}

void
fake_filter_free(Htable__Wire__MultiRowRangeFilter *ranges)
{
	if (ranges != NULL)
		htable__wire__multi_row_range_filter__free_unpacked(ranges, NULL);
}
