/*
 * fake_server.h
 *		A scripted region server on loopback, for faults that a real one will not
 *		give on demand, and a host whose clock stands still until it must wait.
 *
 * The server runs inside the host's wait hook, in the same thread: whenever
 * the client waits, pending requests are answered, and only when nothing moves
 * does the clock jump to the end of the wait.  So tests of time-outs and
 * pauses take no time.
 *
 * It serves one table "t" with rows "r0000" ... and one column f:q (value =
 * key), or what of these rows has been written (`stored`), cut into regions, the
 * n-th with 10 n MB in files and 1 MB in memory;
 * hbase:meta and htable_quorum's answer, which say that all of it is here; and
 * the master.  A test's hook sees every request first.
 */
#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include "cells.h"
#include "fake_wire.h"
#include "frame.h"
#include "wire.pb-c.h"

#define FAKE_MAX_REGIONS	16
#define FAKE_MAX_CONNS		128
#define FAKE_MAX_SCANNERS	256

typedef enum fake_kind
{
	FAKE_OPEN,
	FAKE_NEXT,
	FAKE_CLOSE,
	FAKE_GET,
	FAKE_MULTI,
	FAKE_META_SCAN,
	FAKE_META_STATE,
	FAKE_MASTER,				/* a call to the master, by its method */
	FAKE_REGISTRY,				/* a question to ClientMetaService, by its method */
	FAKE_SIZES,					/* GetRegionLoad */
	FAKE_WRITE,					/* a Multi of mutations: fake_write.h */
	FAKE_KINDS
} fake_kind;

typedef struct fake_region
{
	char		start[32];
	char		end[32];
	char		name[96];
	const char *state;			/* in hbase:meta; "OPEN" */
	bool		split;			/* a parent that is no longer served */
	bool		hidden;			/* no row in hbase:meta */
} fake_region;

typedef struct fake_scanner
{
	uint64_t	id;				/* 0: free */
	int			region;
	bool		reversed;
	int			at;				/* next row */
	int			last;			/* one past the last row, in the direction */
	int			piece;			/* pieces of the row at `at` given out */
	Htable__Wire__Scan *scan;	/* what is read, when the rows are in the store */
	Htable__Wire__MultiRowRangeFilter *ranges;	/* of its filter, or NULL */
	uint64_t	next_seq;
} fake_scanner;

typedef struct fake_conn
{
	int			fd;
	rc_buf		in;
	bool		greeted;		/* preamble and header have come */
} fake_conn;

typedef struct fake_request
{
	fake_kind	kind;
	fake_conn  *conn;
	uint32_t	call_id;
	const char *method;
	rc_bytes	param;			/* serialized */
	rc_bytes	cells;			/* its cell block */
	Htable__Wire__ScanRequest *scan;
	Htable__Wire__GetRequest *get;
	Htable__Wire__MultiRequest *multi;
	rc_buf	   *answer;			/* takes the answer instead of the connection */
} fake_request;

typedef struct fake_server
{
	int			listener;
	int			port;
	bool		refuse;			/* not listening: connects are refused */
	int			nrows;
	bool		stored;			/* of the rows those are there that are in the store (fake_write.h) */
	int			nregions;
	int			generation;		/* of the regions: opened so often */
	fake_region regions[FAKE_MAX_REGIONS];
	int			table_state;	/* as in TableState; -1 = no such table */
	int			procedure_runs; /* questions that are told that the master's procedure runs */
	int			procedure_asked;
	int			truncated;		/* times the table was */
	int			max_rows;		/* of one answer */
	int			pieces;			/* a row comes in so many partial results */
	bool		duplicate_flags;	/* the last piece says partial too */
	fake_conn	conns[FAKE_MAX_CONNS];
	fake_scanner scanners[FAKE_MAX_SCANNERS];
	uint64_t	next_scanner;
	int			count[FAKE_KINDS];	/* requests so far, this one included */
	int			accepted;
	size_t		cut_request;	/* a connection is closed once so many bytes of a request are there; 0: never */
	int			cut_requests;	/* so often */
	int			open_scanners;
	int			filtered;		/* scanners opened with a MultiRowRangeFilter */
	/* true: the hook has dealt with the request */
	bool		(*hook) (struct fake_server *server, fake_request *request);
	int			step;			/* for the hook's own use */
	int64_t		clock;
	int			interrupt_every;	/* waits that end with RC_INTERRUPTED; 0 = none */
	int			waits;
	char		program[256];	/* stands in for htable_quorum */
	bool		no_master;		/* there is no znode master (fake_write_program) */
	char		bootstrap[256];
	rc_config	config;
	rc_host		host;
} fake_server;

/* rows in regions of equal size */
extern void fake_start(fake_server *server, int nrows, int nregions);
extern void fake_stop(fake_server *server);
extern void fake_set_regions(fake_server *server, int nregions, int generation);

/* Where the server listens, anew: as after a restart. */
extern void fake_refuse(fake_server *server, bool refuse);

/* htable_quorum's answer, anew: a test has changed what it says. */
extern void fake_write_program(fake_server *server);

/* The client is to ask these servers ("%d" is this one's port, any number of times) instead of ZooKeeper. */
extern void fake_bootstrap(fake_server *server, const char *servers);

/* What a hook may do. */
extern void fake_serve(fake_server *server, fake_request *request); /* as without hook */
extern void fake_answer(fake_server *server, fake_request *request, rc_buf *frame); /* the same, not sent */
extern void fake_reply(fake_request *request, const rc_buf *message, const rc_buf *cells);
extern void fake_reply_bytes(fake_request *request, rc_bytes message);	/* without cells */
extern void fake_fail(fake_request *request, const char *java_class, const char *text);
extern void fake_lose_scanner(fake_server *server, uint64_t id);	/* 0: all of them */
extern void fake_hang_up(fake_server *server, fake_request *request);
extern void fake_reset(fake_conn *conn);
extern void fake_send(fake_conn *conn, const void *data, size_t len);

/* Between fake_server.c, fake_meta.c, fake_filter.c, fake_master.c and fake_host.c. */
extern void fake_serve_meta_scan(fake_server *server, fake_request *request);
extern void fake_serve_meta_state(fake_server *server, fake_request *request);
extern Htable__Wire__MultiRowRangeFilter *fake_filter_ranges(const Htable__Wire__Filter *filter);
extern bool fake_filter_keeps(const Htable__Wire__MultiRowRangeFilter *ranges, const char *row);
extern void fake_filter_free(Htable__Wire__MultiRowRangeFilter *ranges);
extern void fake_serve_master(fake_server *server, fake_request *request);
extern void fake_serve_registry(fake_server *server, fake_request *request);
extern void fake_serve_sizes(fake_server *server, fake_request *request);
extern void fake_die(const char *what);
extern bool fake_serve_all(fake_server *server);	/* true: there was something to do */
extern void fake_host(fake_server *server);

#endif							/* FAKE_SERVER_H */
