/*
 * quorum_run.c
 *		Runs htable_quorum and reads what it found in ZooKeeper.
 *
 * The program is started with a pipe as its standard output, no other
 * descriptors, and default signal handling.  It prints lines
 *
 *		<znode> <hex of its contents>
 *		...
 *		end
 * or
 *		error <kind> <text>
 *		end
 *
 * Invariants: at most one program runs; its output is bounded; it never lives
 * longer than its deadline; it is killed and waited for as soon as it said
 * "end" or nobody wants its answer any more, so none is ever left behind.
 * Upstream of the formats: ZKMetadata, ProtobufUtil (PBUF magic), MetaTableLocator.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE				/* pipe2, posix_spawn_file_actions_addclosefrom_np */
#endif
#include "quorum_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "field.h"

/* All the output there can be: znodes of a few hundred bytes, in hex. */
#define MAX_OUTPUT		((size_t) 16 * 1024)

/* Time (ms) beyond its own time-out until the program counts as stuck. */
#define GRACE			1000

/* ZKMetadata.MAGIC */
#define ENVELOPE_MAGIC	0xFF

struct rc_quorum
{
	rc_source	source;			/* the pipe; first member: events arrive with it */
	rc_client  *client;
	pid_t		pid;			/* 0: none to be waited for */
	bool		running;		/* its answer is awaited */
	int64_t		expires;		/* of the answer, then of the process */
	char		output[MAX_OUTPUT];
	size_t		output_len;

	/* when it has run */
	rc_status	status;
	rc_cluster	cluster;
	rc_error	error;
};

/* ----- znodes ----- */

/* Takes the envelope and the magic off; false when either is cut.  Empty: nothing there yet. */
static bool
unwrap(rc_bytes *znode, bool *empty)
{
	rc_reader	r;
	rc_bytes	magic;

	rc_reader_init(&r, *znode);
	if (znode->len > 0 && znode->data[0] == ENVELOPE_MAGIC)
	{
		rc_reader_u8(&r);
		rc_reader_bytes(&r, rc_reader_u32(&r));
	}
	*empty = !r.failed && rc_reader_left(&r) == 0;
	if (*empty)
		return true;
	magic = rc_reader_bytes(&r, 4);
	if (r.failed || memcmp(magic.data, "PBUF", 4) != 0)
		return false;
	*znode = rc_bytes_of(r.at, rc_reader_left(&r));
	return true;
}

/*
 * The server that a znode names: MetaRegionServer and Master are alike.  An
 * empty znode is RC_NO_HBASE.
 */
static rc_status
parse_znode(const char *which, rc_bytes znode, rc_server_name *server, rc_error *err)
{
	rc_reader	r;
	rc_field	f;
	rc_bytes	name = {NULL, 0};
	bool		empty;

	if (!unwrap(&znode, &empty))
		return rc_error_set(err, RC_BAD_REGION_INFO, "malformed znode %s", which);
	if (empty)
		return rc_error_set(err, RC_NO_HBASE, "znode %s is empty", which);
	rc_reader_init(&r, znode);
	while (rc_field_next(&r, &f))
		if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
			name = f.bytes;
	if (r.failed || !rc_server_name_parse(name, server))
		return rc_error_set(err, RC_BAD_REGION_INFO, "malformed znode %s", which);
	return RC_OK;
}

rc_status
rc_quorum_parse_meta(rc_bytes znode, rc_server_name *server, rc_error *err)
{
	return parse_znode("meta-region-server", znode, server, err);
}

rc_status
rc_quorum_parse_master(rc_bytes znode, rc_server_name *server, rc_error *err)
{
	rc_status	status = parse_znode("master", znode, server, err);

	if (status != RC_NO_HBASE)
		return status;
	server->port = 0;
	return RC_OK;
}

/* The id of the cluster; not needed, so that a znode that is not there is no error. */
static rc_status
parse_id(rc_bytes znode, rc_cluster *cluster, rc_error *err)
{
	rc_reader	r;
	rc_field	f;
	rc_bytes	id = {NULL, 0};
	bool		empty;
	bool		good = unwrap(&znode, &empty);

	if (good && !empty)
	{
		rc_reader_init(&r, znode);
		while (rc_field_next(&r, &f))
			if (f.number == 1 && rc_field_is(&r, &f, RC_FIELD_BYTES))
				id = f.bytes;
		good = !r.failed;
	}
	if (good && rc_cluster_set_id(cluster, id))
		return RC_OK;
	return rc_error_set(err, RC_BAD_REGION_INFO, "malformed znode hbaseid");
}

/* ----- the program's answer ----- */

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes hex in place; the number of bytes, or -1. */
static ssize_t
unhex(char *text)
{
	size_t		n = 0;

	while (text[2 * n] != '\0')
	{
		int			high = hex_digit(text[2 * n]);
		int			low = hex_digit(text[2 * n + 1]);

		if (high < 0 || low < 0)
			return -1;
		text[n++] = (char) (high << 4 | low);
	}
	return (ssize_t) n;
}

/* Sets the error of "error <kind> <text>". */
static rc_status
parse_failure(char *text, rc_error *err)
{
	static const struct
	{
		const char *kind;
		rc_status	status;
	}			kinds[] = {
		{"unreachable ", RC_NO_ZOOKEEPER},
		{"nohbase ", RC_NO_HBASE},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(text, kinds[i].kind, strlen(kinds[i].kind)) == 0)
			return rc_error_set(err, kinds[i].status, "%s", text + strlen(kinds[i].kind));
	return rc_error_set(err, RC_HELPER_FAILED, "%s", text);
}

/* The contents of a line "<name> <hex>", decoded in place; false when the line is another. */
static bool
znode_line(char *line, const char *name, rc_bytes *znode, bool *malformed)
{
	size_t		len = strlen(name);
	ssize_t		n;

	if (strncmp(line, name, len) != 0 || line[len] != ' ')
		return false;
	n = unhex(line + len + 1);
	*malformed = n < 0;
	*znode = rc_bytes_of(line + len + 1, n < 0 ? 0 : (size_t) n);
	return true;
}

rc_status
rc_quorum_parse_output(char *output, rc_cluster *cluster, rc_error *err)
{
	bool		have_meta = false;
	char	   *save = NULL;

	memset(cluster, 0, sizeof(*cluster));
	for (char *line = strtok_r(output, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save))
	{
		rc_status	status = RC_OK;
		rc_bytes	znode;
		bool		malformed = false;

		if (strncmp(line, "error ", 6) == 0)
			return parse_failure(line + 6, err);
		if (znode_line(line, "meta-region-server", &znode, &malformed))
		{
			status = rc_quorum_parse_meta(znode, &cluster->meta, err);
			have_meta = true;
		}
		else if (znode_line(line, "master", &znode, &malformed))
			status = rc_quorum_parse_master(znode, &cluster->master, err);
		else if (znode_line(line, "hbaseid", &znode, &malformed))
			status = parse_id(znode, cluster, err);
		if (malformed)
			return rc_error_set(err, RC_HELPER_FAILED, "htable_quorum gave a malformed answer");
		if (status != RC_OK)
			return status;
	}
	return have_meta ? RC_OK : rc_error_set(err, RC_HELPER_FAILED, "htable_quorum gave no answer");
}

/* ----- the process ----- */

/* Waits for the process, which has been killed or has closed its output. */
static int
reap(rc_quorum *quorum)
{
	int			wstatus = 0;

	while (quorum->pid > 0 && waitpid(quorum->pid, &wstatus, 0) < 0 && errno == EINTR)
		;
	quorum->pid = 0;
	return wstatus;
}

static int
kill_and_reap(rc_quorum *quorum)
{
	if (quorum->pid > 0)
		kill(quorum->pid, SIGKILL);
	return reap(quorum);
}

/* Takes the answer.  It was the program's last act: nothing is lost by ending it. */
static void
run_finish(rc_quorum *quorum)
{
	quorum->running = false;
	rc_client_fd_close(quorum->client, &quorum->source);
	kill_and_reap(quorum);
	quorum->output[quorum->output_len] = '\0';
	quorum->status = rc_quorum_parse_output(quorum->output, &quorum->cluster, &quorum->error);
}

/* The program ended, or has to, without an answer. */
static void
run_abort(rc_quorum *quorum, rc_status status, const char *message)
{
	quorum->running = false;
	rc_client_fd_close(quorum->client, &quorum->source);
	quorum->status = rc_error_set(&quorum->error, status, "%s", message);
	kill_and_reap(quorum);
}

/* End of file before "end": says how the program ended. */
static void
run_died(rc_quorum *quorum)
{
	char		message[200];
	int			wstatus;

	quorum->running = false;
	rc_client_fd_close(quorum->client, &quorum->source);
	wstatus = reap(quorum);
	if (WIFSIGNALED(wstatus))
		snprintf(message, sizeof(message), "htable_quorum was ended by signal %d", WTERMSIG(wstatus));
	else
		snprintf(message, sizeof(message), "htable_quorum ended with exit code %d without an answer",
				 WEXITSTATUS(wstatus));
	quorum->status = rc_error_set(&quorum->error, RC_HELPER_FAILED, "%s", message);
}

static bool
output_complete(const rc_quorum *quorum)
{
	return quorum->output_len >= 4 &&
		memcmp(quorum->output + quorum->output_len - 4, "end\n", 4) == 0;
}

static void
quorum_ready(rc_source *source, uint32_t events)
{
	rc_quorum  *quorum = (rc_quorum *) source;

	(void) events;
	for (;;)
	{
		size_t		room = sizeof(quorum->output) - 1 - quorum->output_len;
		ssize_t		n;

		if (room == 0)
		{
			run_abort(quorum, RC_HELPER_FAILED, "htable_quorum gave too long an answer");
			return;
		}
		n = read(source->fd, quorum->output + quorum->output_len, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n <= 0)
		{
			run_died(quorum);
			return;
		}
		quorum->output_len += (size_t) n;
		if (output_complete(quorum))
		{
			run_finish(quorum);
			return;
		}
	}
}

/* Descriptors of the program: no input, the pipe, no errors, nothing else. */
static int
add_file_actions(posix_spawn_file_actions_t *actions, int output)
{
	int			error = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);

	if (error == 0)
		error = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 34)
	/* the host's own may lack O_CLOEXEC */
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
	return error;
}

/* The host may have blocked signals and set handlers; the program starts afresh. */
static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t	all;
	sigset_t	none;

	sigfillset(&all);
	sigemptyset(&none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setsigmask(attributes, &none);
	/* a group of its own: PostgreSQL signals a backend's whole group to cancel a query */
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
									POSIX_SPAWN_SETPGROUP);
}

/* Starts the program with its output to `output`; an errno, or 0. */
static int
spawn(rc_quorum *quorum, int output)
{
	const rc_config *config = &quorum->client->config;
	char		timeout[16];
	char	   *argv[] = {"htable_quorum", (char *) config->quorum, (char *) config->znode_parent,
		timeout, NULL};
	char		library_path[1024];
	char	   *envp[] = {"LC_ALL=C", NULL, NULL};
	const char *path = getenv("LD_LIBRARY_PATH");
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int			error;

	snprintf(timeout, sizeof(timeout), "%d", config->connect_timeout);
	/* nothing else of the host's environment is its business */
	if (path != NULL && strlen(path) < sizeof(library_path) - sizeof("LD_LIBRARY_PATH="))
	{
		snprintf(library_path, sizeof(library_path), "LD_LIBRARY_PATH=%s", path);
		envp[1] = library_path;
	}
	error = posix_spawn_file_actions_init(&actions);
	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error == 0)
	{
		error = add_file_actions(&actions, output);
		if (error == 0)
			error = set_attributes(&attributes);
		if (error == 0)
			error = posix_spawn(&quorum->pid, config->quorum_program, &actions, &attributes, argv, envp);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (error != 0)
		quorum->pid = 0;
	return error;
}

rc_status
rc_quorum_begin(rc_quorum *quorum, rc_error *err)
{
	rc_client  *client = quorum->client;
	int			ends[2];
	int			error;

	if (!rc_client_fd_acquire(client))
		return rc_error_set(err, RC_NO_DESCRIPTORS, "too many open files");
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
	{
		error = errno;
		client->host.fd_release(client->host.ctx);
		return rc_error_set(err, RC_NO_DESCRIPTORS, "could not create a pipe: %s", strerror(error));
	}
	quorum->source.fd = ends[0];
	error = rc_client_watch(client, &quorum->source, EPOLLIN) ? 0 : errno;
	/* the program writes little and must not see EAGAIN */
	if (error == 0 && fcntl(ends[1], F_SETFL, 0) < 0)
		error = errno;
	if (error == 0)
		error = spawn(quorum, ends[1]);
	close(ends[1]);
	if (error != 0)
	{
		rc_client_fd_close(client, &quorum->source);
		return rc_error_set(err, RC_HELPER_FAILED, "could not start \"%s\": %s",
							client->config.quorum_program, strerror(error));
	}
	quorum->running = true;
	quorum->output_len = 0;
	quorum->expires = rc_client_now(client) + client->config.connect_timeout + GRACE;
	return RC_OK;
}

rc_status
rc_quorum_poll(rc_quorum *quorum, rc_cluster *cluster, rc_error *err)
{
	if (quorum->running)
	{
		rc_client_want(quorum->client, quorum->expires, RC_WAIT_QUORUM);
		return RC_AGAIN;
	}
	*cluster = quorum->cluster;
	*err = quorum->error;
	return quorum->status;
}

void
rc_quorum_tick(rc_quorum *quorum, int64_t now)
{
	if (quorum->running && now >= quorum->expires)
		run_abort(quorum, RC_NO_ZOOKEEPER, "no answer from ZooKeeper in time");
}

void
rc_quorum_stop(rc_quorum *quorum)
{
	if (quorum->running)
		run_abort(quorum, RC_INTERRUPTED, "stopped");
}

int64_t
rc_quorum_next_tick(const rc_quorum *quorum)
{
	return quorum->running ? quorum->expires : INT64_MAX;
}

rc_quorum *
rc_quorum_create(rc_client *client, rc_error *err)
{
	rc_quorum  *quorum = rc_client_alloc(client, sizeof(rc_quorum));

	if (quorum == NULL)
	{
		rc_error_set(err, RC_NO_MEMORY, "out of memory");
		return NULL;
	}
	quorum->client = client;
	quorum->source.fd = -1;
	quorum->source.ready = quorum_ready;
	return quorum;
}

void
rc_quorum_destroy(rc_quorum *quorum)
{
	if (quorum == NULL)
		return;
	rc_client_fd_close(quorum->client, &quorum->source);
	kill_and_reap(quorum);
	rc_client_free(quorum->client, quorum);
}
