/*
 * fuzz_bootstrap.c
 *		Answers of ClientMetaService.  An input is three of them: the cluster's
 *		id, the active master, the locations of hbase:meta.
 */
#include "fuzz.h"

#include "bootstrap.h"

static void
check_server(const rc_server_name *server)
{
	must(server->host[0] != '\0');
	must(memchr(server->host, '\0', sizeof(server->host)) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rc_reader	in;
	rc_bytes	pieces[3];
	rc_cluster	cluster;
	rc_error	err;
	rc_status	status;

	rc_reader_init(&in, rc_bytes_of(data, size));
	for (int i = 0; i < 3; i++)
		pieces[i] = fuzz_piece(&in);
	status = rc_bootstrap_parse(pieces[0], pieces[1], pieces[2], &cluster, &err);
	if (status == RC_OK)
	{
		must(cluster.meta.port != 0);
		check_server(&cluster.meta);
		if (cluster.master.port != 0)
			check_server(&cluster.master);
		must(memchr(cluster.id, '\0', sizeof(cluster.id)) != NULL);
	}
	else
		fuzz_check_error(&err, status);
	for (int i = 0; i < 3; i++)
		golden_free(pieces[i]);
	return 0;
}
