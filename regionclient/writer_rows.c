/*
 * writer_rows.c
 *		The rows of a writer's actions without an outcome: a hash table.
 *
 * An action is in it from rc_writer_add on until its outcome, unless it is held
 * behind another of its row.
 */
#include "writer.h"

#include <string.h>

#define FIRST_BUCKETS	256

/* Multiplies words, as many fast hashes do; keys are the user's own, no defence is needed. */
#define FACTOR		UINT64_C(0x9FB21C651E98DF25)

uint64_t
rc_write_row_hash(rc_bytes row)
{
	uint64_t	hash = row.len * FACTOR;
	uint64_t	word;
	size_t		i = 0;

	for (; i + 8 <= row.len; i += 8)
	{
		memcpy(&word, row.data + i, 8);
		hash = (hash ^ word) * FACTOR;
		hash ^= hash >> 32;
	}
	word = 0;
	if (i < row.len)
		memcpy(&word, row.data + i, row.len - i);
	hash = (hash ^ word) * FACTOR;
	return hash ^ hash >> 29;
}

static write_action **
bucket_of(const write_rows *rows, uint64_t hash)
{
	return &rows->buckets[hash & (rows->nbuckets - 1)];
}

write_action *
rc_write_rows_find(const write_rows *rows, rc_bytes row, uint64_t hash)
{
	write_action *action = rows->nbuckets > 0 ? *bucket_of(rows, hash) : NULL;

	while (action != NULL && (action->hash != hash || !rc_bytes_equal(action->row, row)))
		action = action->next_in_bucket;
	return action;
}

static bool
grow(rc_writer *writer)
{
	write_rows	old = writer->rows;
	write_rows	new = {NULL, old.nbuckets > 0 ? old.nbuckets * 2 : FIRST_BUCKETS, old.n};

	new.buckets = rc_client_alloc(writer->client, new.nbuckets * sizeof(write_action *));
	if (new.buckets == NULL)
		return false;
	for (size_t i = 0; i < old.nbuckets; i++)
		while (old.buckets[i] != NULL)
		{
			write_action *action = old.buckets[i];
			write_action **to = bucket_of(&new, action->hash);

			old.buckets[i] = action->next_in_bucket;
			action->next_in_bucket = *to;
			*to = action;
		}
	rc_client_free(writer->client, old.buckets);
	writer->rows = new;
	return true;
}

bool
rc_write_rows_put(rc_writer *writer, write_action *action)
{
	write_rows *rows = &writer->rows;
	write_action **to;

	if (rows->n * 4 >= rows->nbuckets && !grow(writer) && rows->nbuckets == 0)
		return false;
	to = bucket_of(rows, action->hash);
	action->next_in_bucket = *to;
	*to = action;
	action->entered = true;
	rows->n++;
	return true;
}

void
rc_write_rows_remove(write_rows *rows, write_action *action)
{
	write_action **at = bucket_of(rows, action->hash);

	while (*at != action)
		at = &(*at)->next_in_bucket;
	*at = action->next_in_bucket;
	action->entered = false;
	rows->n--;
}
