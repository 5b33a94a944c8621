/*
 * option_check.c
 *		Options that are strings of a certain form: why a value is malformed.
 */
#include "option.h"

#include <arpa/inet.h>

#include "mb/pg_wchar.h"

#define MAX_PORT		65535

static bool
is_host_name(const char *name, Size len)
{
	for (Size i = 0; i < len; i++)
	{
		unsigned char c = name[i];

		if (IS_HIGHBIT_SET(c) || (!isalnum(c) && strchr(".-_", c) == NULL))
			return false;
	}
	return len > 0;
}

static bool
is_numeric_address(const char *address)
{
	struct in6_addr ignored;

	return inet_pton(AF_INET, address, &ignored) == 1 ||
		inet_pton(AF_INET6, address, &ignored) == 1;
}

/* Why a member of a list of servers is malformed, or NULL. */
static const char *
check_member(char *member)
{
	char	   *port = strrchr(member, ':');
	char	   *end;
	long		number;

	if (strchr(member, '/') != NULL)
		return psprintf("A path like \"%s\" belongs in the option \"znode_parent\".",
						strchr(member, '/'));
	if (member[0] == '[')
	{
		end = strchr(member, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return psprintf("\"%s\" is not an address in brackets and a port.", member);
		*end = '\0';
		if (!is_numeric_address(member + 1))
			return psprintf("\"%s\" is not a numeric address.", member + 1);
		port = end[1] == ':' ? end + 1 : NULL;
	}
	else if (!is_host_name(member, port ? port - member : strlen(member)))
		return psprintf("\"%s\" is not a host name and a port.", member);
	if (port == NULL)
		return NULL;
	errno = 0;
	number = strtol(port + 1, &end, 10);
	if (!isdigit((unsigned char) port[1]) || *end != '\0' || errno != 0 ||
		number < 1 || number > MAX_PORT)
		return psprintf("The port \"%s\" is not an integer between 1 and %d.", port + 1, MAX_PORT);
	return NULL;
}

const char *
htable_check_servers(const char *value, const char **must)
{
	char	   *next = pstrdup(value);

	*must = "a list of \"host[:port]\" separated by commas";
	while (next != NULL)
	{
		char	   *member = strsep(&next, ",");
		const char *reason = check_member(member);

		if (reason != NULL)
			return reason;
	}
	return NULL;
}

const char *
htable_check_hosts(const char *value, const char **must)
{
	char	   *next = pstrdup(value);
	List	   *names = NIL;

	*must = "a list of \"name=address\" separated by commas";
	while (next != NULL)
	{
		char	   *entry = strsep(&next, ",");
		char	   *address = strchr(entry, '=');

		if (address == NULL || !is_host_name(entry, address - entry))
			return psprintf("\"%s\" is not a host name, \"=\" and an address.", entry);
		*address++ = '\0';
		if (!is_numeric_address(address))
			return psprintf("\"%s\" is not a numeric IPv4 or IPv6 address.", address);
		if (list_member(names, makeString(entry)))
			return psprintf("\"%s\" has two addresses.", entry);
		names = lappend(names, makeString(entry));
	}
	return NULL;
}

const char *
htable_check_znode_parent(const char *value, const char **must)
{
	*must = "a ZooKeeper path like \"/hbase\"";
	if (value[0] != '/')
		return "The value does not begin with \"/\".";
	if (value[strlen(value) - 1] == '/')
		return "The value ends with \"/\".";
	if (strstr(value, "//") != NULL)
		return "The value has an empty part.";
	return NULL;
}

const char *
htable_check_user(const char *value, const char **must)
{
	*must = "the name of an HBase user";
	return value[0] == '\0' ? "The value is empty." : NULL;
}

/* Namespaces and tables: letters, digits and a few signs (org.apache.hadoop.hbase.TableName). */
static const char *
check_table_part(const char *part, Size len, const char *signs)
{
	if (len == 0)
		return "The name or its namespace is empty.";
	if (part[0] == '.' || part[0] == '-')
		return psprintf("A name must not begin with \"%c\".", part[0]);
	for (Size i = 0; i < len; i++)
	{
		unsigned char c = part[i];

		if (!IS_HIGHBIT_SET(c) && !isalnum(c) && strchr(signs, c) == NULL)
			return psprintf("A name must not hold \"%c\".", c);
	}
	return NULL;
}

const char *
htable_check_table_name(const char *value, const char **must)
{
	const char *colon = strchr(value, ':');
	const char *reason = NULL;

	*must = "the name of an HBase table, \"table\" or \"namespace:table\"";
	if (colon != NULL)
		reason = check_table_part(value, colon - value, "_");
	if (reason == NULL)
	{
		const char *table = colon ? colon + 1 : value;

		reason = check_table_part(table, strlen(table), "_-.");
	}
	return reason;
}

/* Why bytes name no family (ColumnFamilyDescriptorBuilder.isLegalColumnFamilyName), or NULL. */
static const char *
check_family_name(const char *family, Size len)
{
	if (len == 0)
		return "The column family is empty.";
	if (family[0] == '.')
		return "A column family must not begin with \".\".";
	for (Size i = 0; i < len; i++)
	{
		if (iscntrl((unsigned char) family[i]) || strchr(":/\\", family[i]) != NULL)
			return "A column family must not hold \":\", \"/\", \"\\\" or control characters.";
	}
	return NULL;
}

const char *
htable_check_family(const char *value, const char **must)
{
	*must = "the name of a column family";
	return check_family_name(value, strlen(value));
}

const char *
htable_check_row_marker(const char *value, const char **must)
{
	const char *colon = strchr(value, ':');

	*must = "\"family:qualifier\"";
	if (colon == NULL)
		return "The value has no \":\".";
	if (colon[1] == '\0')
		return "The qualifier is empty.";
	return check_family_name(value, colon - value);
}

const char *
htable_check_as_of(const char *value, const char **must)
{
	int64		ms;

	*must = "a date and time with its zone, as \"2024-05-31 12:00:00+02\", or milliseconds since 1970";
	return htable_instant_parse(value, &ms);
}

const char *
htable_check_column(const char *value, const char **must)
{
	const char *colon = strchr(value, ':');

	*must = "\":key\", \":timestamp\", \":as_of\", \":ttl\", \":family\", \":qualifier\", \":value\", \":type\", \"family:qualifier\", \"family:\", \"family:prefix*\" or a qualifier";
	if (value[0] == '\0')
		return "The value is empty.";
	if (value[0] == ':')
	{
		static const char *const words[] = {
			":key", ":timestamp", ":as_of", ":ttl", ":family", ":qualifier", ":value", ":type"
		};

		for (int i = 0; i < lengthof(words); i++)
		{
			if (strcmp(value, words[i]) == 0)
				return NULL;
		}
		return psprintf("\"%s\" is not supported.", value);
	}
	return colon != NULL ? check_family_name(value, colon - value) : NULL;
}

static int
hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = pg_tolower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * Takes escapes out of a string: \xNN is a byte, \\ a backslash, all else
 * stands for itself, in UTF-8.  Returns why it is malformed, or NULL.
 */
static const char *
unescape(const char *value, rc_bytes *bytes)
{
	const unsigned char *in = (unsigned char *) pg_server_to_any(value, strlen(value), PG_UTF8);
	uint8_t    *out = palloc(strlen((const char *) in) + 1);

	bytes->data = out;
	while (*in != '\0')
	{
		if (*in != '\\')
			*out++ = *in++;
		else if (in[1] == '\\')
		{
			*out++ = '\\';
			in += 2;
		}
		else if (in[1] == 'x' && hex_digit(in[2]) >= 0 && hex_digit(in[3]) >= 0)
		{
			*out++ = (uint8_t) (hex_digit(in[2]) << 4 | hex_digit(in[3]));
			in += 4;
		}
		else
			return "A backslash is not followed by \"x\" and two hexadecimal digits, nor by a backslash.";
	}
	bytes->len = out - bytes->data;
	return bytes->len == 0 ? "The value is empty." : NULL;
}

const char *
htable_check_bytes(const char *value, const char **must)
{
	rc_bytes	ignored;

	*must = "bytes, as text or as \"\\xNN\"";
	return unescape(value, &ignored);
}

rc_bytes
htable_option_bytes(const char *value)
{
	rc_bytes	bytes;

	if (unescape(value, &bytes) != NULL)
		elog(ERROR, "malformed bytes in an option");
	return bytes;
}
