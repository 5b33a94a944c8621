/*
 * fake_store.c
 *		What the fake server has been told to write (see fake_write.h), and reads
 *		of it.
 */
#include "fake_write.h"

#include <stdio.h>
#include <string.h>

fake_store	fake_written;

void
fake_write_reset(void)
{
	memset(&fake_written, 0, sizeof(fake_written));
}

fake_cell *
fake_store_cell(const char *row, const char *column)
{
	for (size_t i = 0; i < fake_written.n; i++)
		if (strcmp(fake_written.cells[i].row, row) == 0 && strcmp(fake_written.cells[i].column, column) == 0)
			return &fake_written.cells[i];
	if (fake_written.n == 4096)
		fake_die("the store is full");
	snprintf(fake_written.cells[fake_written.n].row, 40, "%s", row);
	snprintf(fake_written.cells[fake_written.n].column, 40, "%s", column);
	return &fake_written.cells[fake_written.n++];
}

const fake_cell *
fake_write_find(const char *row, const char *column)
{
	return fake_store_cell(row, column);
}

bool
fake_write_is(const char *row, const char *column, const char *value)
{
	const fake_cell *c = fake_store_cell(row, column);

	return c->present && c->len == strlen(value) && memcmp(c->value, value, c->len) == 0;
}

int64_t
fake_write_number(const char *row, const char *column)
{
	const fake_cell *c = fake_store_cell(row, column);

	return c->present && c->len == 8 ? (int64_t) rc_load_u64(c->value) : -1;
}

bool
fake_store_has(const char *row)
{
	for (size_t i = 0; i < fake_written.n; i++)
		if (strcmp(fake_written.cells[i].row, row) == 0 && fake_written.cells[i].present)
			return true;
	return false;
}

void
fake_store_put(const char *row, const char *column, const void *value, size_t len)
{
	fake_cell  *c = fake_store_cell(row, column);

	c->len = len < sizeof(c->value) ? len : sizeof(c->value);
	memcpy(c->value, value, c->len);
	c->present = true;
}

/* ----- reading ----- */

/* The row's first column after that one. */
static const fake_cell *
column_after(const char *row, const char *column)
{
	const fake_cell *first = NULL;

	for (size_t i = 0; i < fake_written.n; i++)
	{
		const fake_cell *c = &fake_written.cells[i];

		if (c->present && strcmp(c->row, row) == 0 && strcmp(c->column, column) > 0 &&
			(first == NULL || strcmp(c->column, first->column) < 0))
			first = c;
	}
	return first;
}

/* Is the column, "f:q", among those that are read? */
static bool
is_read(const char *name, Htable__Wire__Column *const *columns, size_t n)
{
	size_t		family = strcspn(name, ":");
	rc_bytes	qualifier = rc_bytes_cstr(name + family + 1);

	for (size_t i = 0; i < n; i++)
	{
		const Htable__Wire__Column *c = columns[i];

		if (!rc_bytes_equal(rc_bytes_of(name, family), rc_bytes_of(c->family.data, c->family.len)))
			continue;
		for (size_t j = 0; j < c->n_qualifier; j++)
			if (rc_bytes_equal(qualifier, rc_bytes_of(c->qualifier[j].data, c->qualifier[j].len)))
				return true;
		if (c->n_qualifier == 0)
			return true;
	}
	return n == 0;
}

int
fake_store_read(const char *row, Htable__Wire__Column *const *columns, size_t n, rc_buf *cells)
{
	const fake_cell *c = column_after(row, "");
	int			ncells = 0;

	for (; c != NULL; c = column_after(row, c->column))
	{
		char		family[40];
		size_t		len = strcspn(c->column, ":");

		if (!is_read(c->column, columns, n))
			continue;
		snprintf(family, sizeof(family), "%.*s", (int) len, c->column);
		fake_put_cell(cells, row, family, c->column + len + 1, c->value, c->len);
		ncells++;
	}
	return ncells;
}
