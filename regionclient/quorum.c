/*
 * quorum.c
 *		The program htable_quorum: reads HBase's znodes once, prints them, ends.
 *
 *		htable_quorum QUORUM ZNODE_PARENT TIMEOUT_MS
 *
 * Prints "<znode> <hex>" lines, or "error <kind> <text>", and "end".  Kinds:
 * unreachable (no member of the quorum answers), nohbase (no such znodes),
 * failed (anything else).
 *
 * This is the only file that uses ZooKeeper's client library, which starts
 * threads, asserts, resolves names in the caller and may wait for seconds: so
 * it runs here, away from the database, under limits of time and memory.  The
 * main thread waits for nothing beyond the deadline; an alarm stands behind it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <zookeeper/zookeeper.h>

/* Address space (bytes); mostly reserved, for thread stacks and arenas. */
#define MEMORY_LIMIT	((rlim_t) 1024 * 1024 * 1024)

/* Seconds beyond the time-out until the alarm ends the program. */
#define ALARM_GRACE		2

/* How long saying goodbye to ZooKeeper may hold up the answer (ms). */
#define CLOSE_MS		100

/* What a znode of HBase may hold at most; ours have some 100 bytes. */
#define MAX_ZNODE		4096

typedef struct question
{
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct timespec deadline;	/* of CLOCK_MONOTONIC */
	int			session;		/* state of the session: a ZOO_..._STATE */
	int			pending;		/* znodes asked for and not answered */
	zhandle_t  *zh;
	bool		closed;			/* the session is */
} question;

typedef struct znode
{
	question   *question;
	const char *name;
	int			rc;				/* ZOK, ZNONODE ... */
	int			len;
	char		data[MAX_ZNODE];
} znode;

static void
session_changed(zhandle_t *zh, int type, int state, const char *path, void *ctx)
{
	question   *q = ctx;

	(void) zh;
	(void) path;
	if (type != ZOO_SESSION_EVENT)
		return;
	pthread_mutex_lock(&q->lock);
	q->session = state;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
}

static void
znode_read(int rc, const char *value, int len, const struct Stat *stat, const void *data)
{
	znode	   *z = (znode *) data;

	(void) stat;
	pthread_mutex_lock(&z->question->lock);
	z->rc = rc;
	if (rc == ZOK && len > MAX_ZNODE)
		z->rc = ZMARSHALLINGERROR;
	else if (rc == ZOK && len > 0)
	{
		memcpy(z->data, value, (size_t) len);
		z->len = len;
	}
	z->question->pending--;
	pthread_cond_broadcast(&z->question->changed);
	pthread_mutex_unlock(&z->question->lock);
}

static void
set_deadline(question *q, long timeout)
{
	clock_gettime(CLOCK_MONOTONIC, &q->deadline);
	q->deadline.tv_sec += timeout / 1000;
	q->deadline.tv_nsec += timeout % 1000 * 1000000;
	if (q->deadline.tv_nsec >= 1000000000)
	{
		q->deadline.tv_sec++;
		q->deadline.tv_nsec -= 1000000000;
	}
}

static bool
session_settled(const question *q)
{
	return q->session == ZOO_CONNECTED_STATE ||
		q->session == ZOO_AUTH_FAILED_STATE || q->session == ZOO_EXPIRED_SESSION_STATE;
}

static bool
znodes_settled(const question *q)
{
	return q->pending == 0;
}

/* Waits for a condition; false when the deadline came first. */
static bool
wait_for(question *q, bool (*condition) (const question *))
{
	bool		reached;

	pthread_mutex_lock(&q->lock);
	while (!(reached = condition(q)) &&
		   pthread_cond_timedwait(&q->changed, &q->lock, &q->deadline) == 0)
		;
	pthread_mutex_unlock(&q->lock);
	return reached;
}

static void
fail(const char *kind, const char *format,...)
{
	va_list		args;

	printf("error %s ", kind);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\nend\n");
	fflush(stdout);
}

static void
print_znode(const znode *z)
{
	printf("%s ", z->name);
	for (int i = 0; i < z->len; i++)
		printf("%02x", (unsigned char) z->data[i]);
	printf("\n");
}

/* Asks for one znode; a result of ZOK means the answer will come. */
static int
ask(zhandle_t *zh, const char *parent, znode *z)
{
	char		path[1024];
	int			n = snprintf(path, sizeof(path), "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, z->name);
	int			rc;

	if (n < 0 || (size_t) n >= sizeof(path))
		return ZBADARGUMENTS;
	pthread_mutex_lock(&z->question->lock);
	z->question->pending++;
	pthread_mutex_unlock(&z->question->lock);
	rc = zoo_aget(zh, path, 0, znode_read, z);
	if (rc != ZOK)
	{
		pthread_mutex_lock(&z->question->lock);
		z->question->pending--;
		pthread_mutex_unlock(&z->question->lock);
	}
	return rc;
}

static void
report(const char *quorum, const char *parent, const znode *meta, const znode *id,
	   const znode *master)
{
	if (meta->rc == ZCONNECTIONLOSS || meta->rc == ZOPERATIONTIMEOUT || meta->rc == ZSESSIONEXPIRED)
		fail("unreachable", "connection to ZooKeeper at %s was lost", quorum);
	else if (meta->rc == ZNONODE && id->rc == ZNONODE)
		fail("nohbase", "ZooKeeper has no znodes of HBase under \"%s\"", parent);
	else if (meta->rc == ZNONODE)
		fail("nohbase", "HBase under \"%s\" is not running: it has no znode meta-region-server", parent);
	else if (meta->rc != ZOK)
		fail("failed", "could not read znode meta-region-server: %s", zerror(meta->rc));
	else
	{
		print_znode(meta);
		if (id->rc == ZOK)
			print_znode(id);
		/* an ephemeral znode: reading does without a master */
		if (master->rc == ZOK)
			print_znode(master);
		printf("end\n");
		fflush(stdout);
	}
}

static bool
session_closed(const question *q)
{
	return q->closed;
}

static void *
close_session(void *ctx)
{
	question   *q = ctx;

	zookeeper_close(q->zh);
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->changed);
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

/*
 * Says goodbye, so that ZooKeeper frees the session at once.  That may take
 * seconds when the server does not answer any more: it gets CLOSE_MS.
 */
static void
say_goodbye(question *q)
{
	pthread_t	thread;

	set_deadline(q, CLOSE_MS);
	if (pthread_create(&thread, NULL, close_session, q) == 0)
		wait_for(q, session_closed);
}

static void
read_znodes(question *q, zhandle_t *zh, const char *quorum, const char *parent)
{
	static znode meta = {.name = "meta-region-server"};
	static znode id = {.name = "hbaseid"};
	static znode master = {.name = "master"};
	int			rc;

	meta.question = id.question = master.question = q;
	rc = ask(zh, parent, &meta);
	if (rc == ZOK)
		rc = ask(zh, parent, &id);
	if (rc == ZOK)
		rc = ask(zh, parent, &master);
	if (rc != ZOK)
		fail("failed", "could not ask ZooKeeper: %s", zerror(rc));
	else if (!wait_for(q, znodes_settled))
		fail("unreachable", "ZooKeeper at %s does not answer", quorum);
	else
	{
		/* before the answer, with which the reader ends this program */
		say_goodbye(q);
		report(quorum, parent, &meta, &id, &master);
	}
}

/* Bounds what the library may do to the machine, and how long. */
static void
set_limits(long timeout)
{
	struct rlimit memory = {MEMORY_LIMIT, MEMORY_LIMIT};
	struct rlimit core = {0, 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_AS, &memory);
	setrlimit(RLIMIT_CORE, &core);
	/* the default action of SIGALRM ends the program */
	alarm((unsigned) (timeout / 1000 + ALARM_GRACE));
}

static void
question_init(question *q, long timeout)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->changed, &attr);
	set_deadline(q, timeout);
}

int
main(int argc, char **argv)
{
	static question q;
	long		timeout = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
	zhandle_t  *zh;

	if (timeout <= 0 || timeout > INT32_MAX)
	{
		fprintf(stderr, "usage: htable_quorum QUORUM ZNODE_PARENT TIMEOUT_MS\n");
		return 2;
	}
	set_limits(timeout);
	question_init(&q, timeout);
	zoo_set_debug_level((ZooLogLevel) 0);
	zh = zookeeper_init(argv[1], session_changed, (int) timeout, NULL, &q, 0);
	if (zh == NULL)
	{
		fail("unreachable", "could not use the quorum %s: %s", argv[1], strerror(errno));
		_exit(0);
	}
	if (!wait_for(&q, session_settled))
	{
		fail("unreachable", "no member of the ZooKeeper quorum %s answered within %ld ms", argv[1], timeout);
		_exit(0);
	}
	if (q.session != ZOO_CONNECTED_STATE)
	{
		fail("failed", "ZooKeeper at %s refused the session", argv[1]);
		_exit(0);
	}
	q.zh = zh;
	read_znodes(&q, zh, argv[1], argv[2]);
	_exit(0);
}
