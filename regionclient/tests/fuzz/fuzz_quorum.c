/*
 * fuzz_quorum.c
 *		What htable_quorum prints, and the znodes in it.
 */
#include "fuzz.h"

#include "quorum_run.h"

static void
check_server(const rc_server_name *server)
{
	must(server->host[0] != '\0');
	must(memchr(server->host, '\0', sizeof(server->host)) != NULL);
}

static void
check(const rc_server_name *server, const rc_error *err, rc_status status)
{
	if (status != RC_OK)
	{
		fuzz_check_error(err, status);
		return;
	}
	check_server(server);
	must(server->port != 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *output = malloc(size + 1);
	rc_cluster	cluster;
	rc_server_name server;
	rc_error	err;
	rc_status	status;

	if (size > 0)
		memcpy(output, data, size);
	output[size] = '\0';
	status = rc_quorum_parse_output(output, &cluster, &err);
	check(&cluster.meta, &err, status);
	if (status == RC_OK && cluster.master.port != 0)
		check_server(&cluster.master);
	free(output);
	check(&server, &err, rc_quorum_parse_meta(rc_bytes_of(data, size), &server, &err));
	return 0;
}
