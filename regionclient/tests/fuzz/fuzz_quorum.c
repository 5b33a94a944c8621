/*
 * fuzz_quorum.c
 *		What htable_quorum prints, and the znode in it.
 */
#include "fuzz.h"

#include "quorum_run.h"

static void
check(const rc_server_name *server, const rc_error *err, rc_status status)
{
	if (status != RC_OK)
	{
		fuzz_check_error(err, status);
		return;
	}
	must(server->host[0] != '\0' && server->port != 0);
	must(memchr(server->host, '\0', sizeof(server->host)) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *output = malloc(size + 1);
	rc_server_name server;
	rc_error	err;

	if (size > 0)
		memcpy(output, data, size);
	output[size] = '\0';
	check(&server, &err, rc_quorum_parse_output(output, &server, &err));
	free(output);
	check(&server, &err, rc_quorum_parse_meta(rc_bytes_of(data, size), &server, &err));
	return 0;
}
