# Makefile of htable_fdw (PGXS).  Targets: all, install, installcheck, unit, unit-asan, fuzz.

EXTENSION = htable_fdw
MODULE_big = htable_fdw
DATA = sql/htable_fdw--1.0.sql
PGFILEDESC = "htable_fdw - foreign-data wrapper for Apache HBase"

# The client library, apart from the program that alone links libzookeeper.
RC_SRCS = $(filter-out regionclient/quorum.c regionclient/wire.pb-c.c, \
		$(sort $(wildcard regionclient/*.c)))
RC_OBJS = $(RC_SRCS:.c=.o) regionclient/wire.pb-c.o
FDW_OBJS = $(patsubst %.c,%.o,$(sort $(wildcard fdw/*.c)))
OBJS = $(RC_OBJS) $(FDW_OBJS)

QUORUM = regionclient/htable_quorum
UNIT_SRCS = $(sort $(wildcard regionclient/tests/test_*.c))
UNIT_PROGRAMS = regionclient/tests/rc_cat.c regionclient/tests/rc_put.c regionclient/tests/liar.c
UNIT_HELPERS = $(filter-out $(UNIT_SRCS) $(UNIT_PROGRAMS), \
		$(sort $(wildcard regionclient/tests/*.c)))

REGRESS = $(patsubst sql/%.sql,%,$(filter-out sql/htable_fdw--%.sql,$(sort $(wildcard sql/*.sql))))
REGRESS_OPTS = --inputdir=. --load-extension=htable_fdw $(EXTRA_REGRESS_OPTS)

EXTRA_CLEAN = regionclient/wire.pb-c.c regionclient/wire.pb-c.h $(QUORUM) build-unit build-fuzz \
		.built-for $(DEPFILES)

PG_CPPFLAGS = -I$(srcdir) -I$(srcdir)/regionclient -DHTABLE_FDW_VERSION=\"1.0\"
PG_CFLAGS = -std=gnu11 -Wextra -Wno-unused-parameter -Wno-sign-compare \
		-Wno-missing-field-initializers -fvisibility=hidden
SHLIB_LINK = -lprotobuf-c

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
srcdir ?= .
# No bitcode: it would need the clang of the server's build.
override with_llvm = no
all: $(QUORUM)
include $(PGXS)

# Header dependencies, written by the compiler beside each object.
override CPPFLAGS += -MMD -MP
DEPFILES = $(OBJS:.o=.d)
-include $(DEPFILES)

regionclient/wire.pb-c.c: regionclient/wire.proto
	protoc-c --proto_path=regionclient --c_out=regionclient $<
regionclient/wire.pb-c.h: regionclient/wire.pb-c.c ;
$(OBJS): | regionclient/wire.pb-c.c

# Objects made for one PostgreSQL are made again for another.
$(OBJS): .built-for
.built-for: FORCE
	@for="$$($(PG_CONFIG) --version --configure)"; \
	[ "$$(cat $@ 2>/dev/null)" = "$$for" ] || echo "$$for" >$@
FORCE:

# htable_quorum: a program of its own, because libzookeeper starts threads,
# asserts and waits (see docs/architecture.md).
$(QUORUM): regionclient/quorum.c
	$(CC) -std=gnu11 -Wall -Wextra -Wshadow -O2 -g -DTHREADED -o $@ $< -lzookeeper_mt

install: install-quorum
install-quorum: $(QUORUM)
	$(MKDIR_P) '$(DESTDIR)$(pkglibdir)'
	$(INSTALL_PROGRAM) $(QUORUM) '$(DESTDIR)$(pkglibdir)/htable_quorum'
uninstall: uninstall-quorum
uninstall-quorum:
	rm -f '$(DESTDIR)$(pkglibdir)/htable_quorum'

# Unit tests of regionclient: no server, no PostgreSQL.  Each prints TAP.
UNIT_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -g -I. -Iregionclient
ASAN_CFLAGS = -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
UNIT_NAMES = $(notdir $(UNIT_SRCS:.c=))
UNIT_HEADERS = $(wildcard regionclient/*.h regionclient/tests/*.h)

build-unit/%.o: regionclient/%.c $(UNIT_HEADERS) | regionclient/wire.pb-c.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) -O2 -c -o $@ $<
build-unit/asan/%.o: regionclient/%.c $(UNIT_HEADERS) | regionclient/wire.pb-c.c
	@mkdir -p $(@D)
	$(CC) $(UNIT_CFLAGS) $(ASAN_CFLAGS) -c -o $@ $<

UNIT_LIB = $(patsubst regionclient/%.c,%.o,$(RC_SRCS) $(UNIT_HELPERS)) wire.pb-c.o
build-unit/test_%: build-unit/tests/test_%.o $(addprefix build-unit/,$(UNIT_LIB))
	$(CC) $(UNIT_CFLAGS) -o $@ $^ -lprotobuf-c
build-unit/asan/test_%: build-unit/asan/tests/test_%.o $(addprefix build-unit/asan/,$(UNIT_LIB))
	$(CC) $(UNIT_CFLAGS) $(ASAN_CFLAGS) -o $@ $^ -lprotobuf-c
build-unit/rc_cat build-unit/rc_put build-unit/liar: build-unit/%: build-unit/tests/%.o $(addprefix build-unit/,$(UNIT_LIB))
	$(CC) $(UNIT_CFLAGS) -o $@ $^ -lprotobuf-c

unit: $(addprefix build-unit/,$(UNIT_NAMES)) $(QUORUM)
	@tools/run-unit build-unit $(UNIT_NAMES)
unit-asan: $(addprefix build-unit/asan/,$(UNIT_NAMES)) $(QUORUM)
	@tools/run-unit build-unit/asan $(UNIT_NAMES)

# Fuzz targets of regionclient's readers: clang with libFuzzer (Debian: clang-14,
# libclang-rt-14-dev).  tools/run-fuzz runs them.
FUZZ_CC = clang-14
FUZZ_CFLAGS = -O1 -fsanitize=fuzzer-no-link,address,undefined \
		-fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_NAMES = $(notdir $(basename $(sort $(wildcard regionclient/tests/fuzz/fuzz_*.c))))
FUZZ_HEADERS = $(UNIT_HEADERS) $(wildcard regionclient/tests/fuzz/*.h)
FUZZ_LIB = $(patsubst regionclient/%.c,%.o,$(RC_SRCS)) tests/golden.o wire.pb-c.o

build-fuzz/%.o: regionclient/%.c $(FUZZ_HEADERS) | regionclient/wire.pb-c.c
	@mkdir -p $(@D)
	$(FUZZ_CC) $(UNIT_CFLAGS) $(FUZZ_CFLAGS) -c -o $@ $<
build-fuzz/fuzz_%: build-fuzz/tests/fuzz/fuzz_%.o $(addprefix build-fuzz/,$(FUZZ_LIB))
	$(FUZZ_CC) $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ -lprotobuf-c

fuzz: $(addprefix build-fuzz/,$(FUZZ_NAMES))

.SECONDARY:
.PHONY: FORCE unit unit-asan fuzz install-quorum uninstall-quorum
