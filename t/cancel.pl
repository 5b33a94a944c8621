# cancel.pl - cancel, statement_timeout and terminate answer within 250 ms,
# whatever the backend waits for.
#
# The real HBase is stopped (SIGSTOP, for a few seconds at a time: its own
# sessions time out later than that) during a scan, a Get and the first query of
# a session.  Servers that cannot be had that way are imitated by sockets: a
# ZooKeeper that accepts and stays silent, a region server that does not accept,
# and one that refuses; and by a region server that answers only what it wants to
# (HTableLiar).  There each state is tried by twenty sessions at once.
#
# Where parallel workers wait too, they must be gone when the leader has answered.
use strict;
use warnings;

use DBD::Pg qw(:async);
use FindBin;
use IO::Socket::INET;
use IPC::Open3 ();
use lib "$FindBin::RealBin/lib";

use HTableLiar;
use HTableTest qw(put now_ms wait_for child_processes);
use Test::More;
use Time::HiRes ();

use constant LIMIT_MS => 250;
use constant STOP_MS => 10_000;		# a longer stop could make HBase give up itself
use constant TIMEOUT_MS => 400;		# statement_timeout
use constant MANY => 20;
use constant MANY_TIMEOUT_MS => 3000;	# by then all of them wait

my $hbase = $ENV{HBASE_PID};
my $stopped_at;

END
{
	my $status = $?;
	kill 'CONT', $hbase if $hbase;
	$? = $status;
}
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);

BAIL_OUT('HBASE_PID is not set or not running') unless $hbase && kill 0, $hbase;

my $t = HTableTest->begin('cancel');
my $control = $t->connect;
my $version = $control->{pg_server_version};

# ---- the table ----

my $rows = 8000;
my $table = $t->table('big');
$t->htool("create\t$table\ta\tk02000\tk04000\tk06000",
	map { put($table, sprintf('k%05d', $_), 'a', 'v', 'x' x 200) } 1 .. $rows);

my $written = $t->table('written');
$t->htool("create\t$written\ta\tk5");

# A region server is looked for at another address than the real one.
my ($rs_host, $rs_port) = split /:/, $ENV{HTABLE_RS_ADDRESS} // '';
my $other_host = '127.0.0.77';

sub listener
{
	my (%options) = @_;
	return IO::Socket::INET->new(Proto => 'tcp', Listen => 500, ReuseAddr => 1, %options);
}

my $mute_zookeeper = listener(LocalAddr => '127.0.0.1', LocalPort => 0) or BAIL_OUT("no socket: $!");
$t->make_server($control, 'mute_zookeeper', quorum => '127.0.0.1:' . $mute_zookeeper->sockport);
my $mute_bootstrap = listener(LocalAddr => '127.0.0.1', LocalPort => 0) or BAIL_OUT("no socket: $!");
$t->make_server($control, 'mute_bootstrap', bootstrap => '127.0.0.1:' . $mute_bootstrap->sockport);
# also little that is read ahead: a cursor half-way has rows to wait for
$t->make_server($control, 'small_answers', fetch_bytes => '16kB', scan_window => '64kB', use_remote_estimate => 'off');
$t->make_server($control, 'elsewhere', hosts => "$rs_host=$other_host",
	quorum => $ENV{HTABLE_QUORUM} =~ s/\b127\.0\.0\.1\b/localhost/r) if $rs_host;

my $declare = sub {
	my ($name, $server, $options) = @_;
	$control->do("CREATE FOREIGN TABLE $name (k text OPTIONS (column ':key') COLLATE \"C\", v text)"
		. " SERVER $server OPTIONS (table_name '$table', family 'a'" . ($options // '') . ')');
};
$declare->('big', 'small_answers');
$declare->('shared', 'small_answers', ", parallel_workers '2'");
$t->make_server($control, 'second', fetch_bytes => '16kB', scan_window => '64kB', use_remote_estimate => 'off');
$declare->('on_second', 'second');
$declare->('sized', 'hbase');
for my $mode ('insert', 'upsert')
{
	$control->do("CREATE FOREIGN TABLE written_by_$mode (k text OPTIONS (column ':key') COLLATE \"C\", v text)"
		. " SERVER small_answers OPTIONS (table_name '$written', family 'a', row_marker 'a:_', insert_mode '$mode')");
}
$declare->('on_mute_zookeeper', 'mute_zookeeper');
$declare->('on_mute_bootstrap', 'mute_bootstrap');
$declare->('on_elsewhere', 'elsewhere') if $rs_host;

# One answer holds 50 rows of these.
my $liar_rows = 200;
my $liar = HTableLiar->new($t);
$liar->server($control, 'liar');

# ---- stopping HBase ----

# Is every thread of it stopped?
sub hbase_stands
{
	for my $stat (glob "/proc/$hbase/task/*/stat")
	{
		open my $f, '<', $stat or next;
		return 0 unless <$f> =~ /\) [Tt] /;
	}
	return 1;
}

sub stop_hbase
{
	kill 'STOP', $hbase or BAIL_OUT("cannot stop HBase: $!");
	# on a busy machine its threads run on for a moment
	wait_for(2, \&hbase_stands) or BAIL_OUT('HBase does not stop');
	$stopped_at = now_ms();
}

sub continue_hbase
{
	kill 'CONT', $hbase;
	my $ms = now_ms() - $stopped_at;
	note(sprintf 'HBase was stopped for %.1f s', $ms / 1000);
	diag(sprintf 'HBase was stopped for %.1f s: longer than is safe', $ms / 1000) if $ms > STOP_MS;
}

# ---- sessions that wait ----

sub new_session
{
	my ($prepare) = @_;
	my $db = $t->connect;
	my $session = { db => $db, pid => $db->{pg_pid} };
	$db->do($_) for @{ $prepare // [] };
	return $session;
}

# The same in psql, which shows the SQLSTATE of a connection's end too.
sub new_psql
{
	my ($prepare) = @_;
	local $ENV{PGAPPNAME} = 'tap_cancel_psql';
	my $pid = IPC::Open3::open3(my $in, my $out, undef, 'psql', '-X', '-q', '-At', '-v', 'VERBOSITY=verbose', '-d', 'tap_cancel',
		'-c', '\\o /dev/null', (map { ('-c', $_) } @{ $prepare // [] }), '-c', '\\o', '-c', 'SELECT pg_backend_pid()', '-f', '-');
	my $backend = readline $out;
	chomp $backend;
	return { psql => $pid, in => $in, out => $out, pid => $backend };
}

sub psql_send
{
	my ($session, $sql) = @_;
	print { $session->{in} } "\\o /dev/null\n$sql;\n";
	$session->{in}->flush;
}

# All that psql says until its end: (ms since then, SQLSTATE).
sub psql_result
{
	my ($session, $since) = @_;
	my $text = '';
	while (my $line = readline $session->{out})
	{
		$text .= $line;
		last if $text =~ /(?:FATAL|ERROR):  (\w{5}):/;
	}
	my $ms = now_ms() - $since;
	my ($state) = $text =~ /(?:FATAL|ERROR):  (\w{5}):/;
	close $session->{in};
	close $session->{out};
	waitpid $session->{psql}, 0;
	return ($ms, $state // "no error: $text");
}

sub wait_event
{
	my ($pid) = @_;
	return $control->selectrow_array(
		"SELECT coalesce(wait_event_type || ':' || wait_event, 'none') FROM pg_stat_activity WHERE pid = $pid AND state = 'active'") // 'not active';
}

# The parallel workers of a session, those that wait for HBase if so wanted.
sub workers_of
{
	my ($session, $event) = @_;
	my $workers = $control->selectall_arrayref(
		"SELECT pid, coalesce(wait_event_type || ':' || wait_event, 'none') FROM pg_stat_activity WHERE leader_pid = $session->{pid} AND pid <> leader_pid");
	return map { $_->[0] } grep { !$event || $_->[1] =~ $event } @$workers;
}

# Do as many workers wait as are wanted?
sub workers_wait
{
	my ($state, $session) = @_;
	return 1 unless $state->{workers};
	return wait_for(5, sub { workers_of($session, event('Connect|Meta|ScanOpen|ScanNext')) == $state->{workers} });
}

sub check_no_workers
{
	my ($state, $session, $how) = @_;
	return unless $state->{workers};
	my @left = grep { kill 0, $_ } @{ $session->{workers} // [] }, workers_of($session);
	is("@left", '', "$state->{what}: $how: no worker is left");
}

# The programs htable_quorum that run for these sessions.  One whose backend is
# gone would be a child of process 1.
sub quorum_programs
{
	my ($sessions, %options) = @_;
	return map { child_processes($_, 'htable_quorum', %options) } 1, map { $_->{pid} } @$sessions;
}

# Waits for the end of the statement: (ms since then, SQLSTATE).
sub result_of
{
	my ($session, $since) = @_;
	my $db = $session->{db};
	my $end = now_ms() + 20_000;
	while (now_ms() < $end)
	{
		my $ready = eval { $db->pg_ready };
		last if !defined $ready || $ready;
		Time::HiRes::sleep(0.001);
	}
	my $ms = now_ms() - $since;
	my $good = eval { $db->pg_result; 1 };
	my $state = $good ? 'no error' : $db->state;
	return ($ms, $state);
}

my (%times, @all_times);

sub check_answer
{
	my ($what, $ms, $state, $wanted) = @_;
	push @all_times, $ms;
	ok($ms <= LIMIT_MS && $state =~ /^(?:$wanted)$/, sprintf '%s answered with %s after %.0f ms', $what, $state, $ms);
}

# In the state that `sql` brings a session to: cancel (several times), time out,
# terminate.  Sessions are made by `session`, if need be before HBase stops.
sub check_state
{
	my (%state) = @_;
	my $what = $state{what};
	my @sessions = ((map { new_session($state{prepare}) } 1 .. 4), new_psql($state{prepare}));
	my ($one, $two, $three, $timed, $ended) = @sessions;

	stop_hbase() if $state{stop};
	for my $session ($one, $two, $three)
	{
		$session->{db}->do($state{sql}, { pg_async => PG_ASYNC });
		my $event = wait_for(5, sub { my $e = wait_event($session->{pid}); $e =~ $state{event} ? $e : undef });
		# not at once: it may only be on its way
		Time::HiRes::sleep(0.1 + rand 0.2);
		my $again = wait_for(1, sub { my $e = wait_event($session->{pid}); $e =~ $state{event} ? $e : undef }) // 'not so';
		ok($event && $again =~ $state{event}, "$what: waits: $again") if $session == $one;
		ok(workers_wait(\%state, $session), "$what: its workers wait too") if $session == $one && $state{workers};
		$session->{workers} = [ workers_of($session) ] if $state{workers};
		my $since = now_ms();
		$control->do("SELECT pg_cancel_backend($session->{pid})");
		check_answer("$what: cancel", result_of($session, $since), '57014');
		check_no_workers(\%state, $session, 'cancel');
	}

	$timed->{db}->do('SET statement_timeout = ' . TIMEOUT_MS);
	my $since = now_ms() + TIMEOUT_MS;
	$timed->{db}->do($state{sql}, { pg_async => PG_ASYNC });
	check_answer("$what: statement_timeout", result_of($timed, $since), '57014');
	check_no_workers(\%state, $timed, 'statement_timeout');

	psql_send($ended, $state{sql});
	wait_for(5, sub { wait_event($ended->{pid}) =~ $state{event} });
	Time::HiRes::sleep(0.1);
	$ended->{workers} = [ workers_of($ended) ] if $state{workers};
	$since = now_ms();
	$control->do("SELECT pg_terminate_backend($ended->{pid})");
	check_answer("$what: terminate", psql_result($ended, $since), '57P01');
	my $gone = wait_for(5, sub { !kill(0, $ended->{pid}) });
	my $ms = now_ms() - $since;
	push @all_times, $ms;
	cmp_ok($ms, '<=', LIMIT_MS, sprintf '%s: the terminated process is gone after %.0f ms', $what, $ms);
	check_no_workers(\%state, $ended, 'terminate');

	wait_for(1, sub { !quorum_programs(\@sessions) });
	is(join(' ', quorum_programs(\@sessions)), '', "$what: no htable_quorum runs on");

	continue_hbase() if $state{stop};
	check_usable($what, $_) for $one, $timed;
	wait_for(2, sub { !quorum_programs([ $one, $timed ]) });
	is(join(' ', quorum_programs([ $one, $timed ], zombies => 1)), '', "$what: no htable_quorum is left, nor its remains");
	$_->{db}->disconnect for $one, $two, $three, $timed;
	my $new = new_session();
	check_usable("$what, new session", $new);
	$new->{db}->disconnect;
}

sub check_usable
{
	my ($what, $session) = @_;
	my $db = $session->{db};
	my $count = eval {
		$db->do('ROLLBACK');
		$db->do('SET statement_timeout = 0');
		my ($n) = $db->selectrow_array('SELECT count(*) FROM big');
		$n;
	};
	is($count, $rows, "$what: the session goes on") or diag($@);
}

# ---- many sessions in one state ----

# Do all of them wait so?
sub all_wait
{
	my ($event, @sessions) = @_;
	my $pids = join ',', map { $_->{pid} } @sessions;
	my $events = $control->selectcol_arrayref("SELECT coalesce(wait_event_type || ':' || wait_event, 'none')"
		. " FROM pg_stat_activity WHERE pid IN ($pids) AND state = 'active'");
	return @$events == @sessions && !grep { $_ !~ $event } @$events;
}

# Brings sessions to the state.
sub bring_many
{
	my ($state, $send, @sessions) = @_;
	$state->{begin}->() if $state->{begin};
	$send->($_) for @sessions;
	my $there = wait_for(10, sub {
		my %asked = $state->{asked} ? $liar->asked : ();
		return (!$state->{asked} || $asked{ $state->{asked} } >= @sessions) && all_wait($state->{event}, @sessions);
	});
	ok($there, "$state->{what}: " . @sessions . ' sessions wait');
}

sub check_many_answers
{
	my ($what, $wanted, @answers) = @_;
	my @times = sort { $a <=> $b } map { $_->[0] } @answers;
	my @others = grep { $_ ne $wanted } map { $_->[1] } @answers;
	push @all_times, @times;
	ok(@answers == MANY && $times[-1] <= LIMIT_MS && !@others,
		sprintf "%s: %d times %s, median %.0f ms, slowest %.0f ms", $what, scalar @answers, $wanted, $times[ @times / 2 ], $times[-1])
		or diag("also: @others");
}

# Ends of statements that come by themselves, looked for in turn.
sub results_of_many
{
	my @open = @_;
	my @answers;
	my $end = now_ms() + 20_000;
	while (@open && now_ms() < $end)
	{
		my @still;
		for my $session (@open)
		{
			my $ready = eval { $session->{db}->pg_ready };
			if (defined $ready && !$ready) { push @still, $session; next }
			push @answers, [ result_of($session, $session->{since}) ];
		}
		@open = @still;
		Time::HiRes::sleep(0.001);
	}
	return @answers;
}

# As check_state, for states that many sessions can be in at once.
sub check_many
{
	my (%state) = @_;
	my $what = $state{what};
	my $send = sub { $_[0]{db}->do($state{sql}, { pg_async => PG_ASYNC }) };

	my @sessions = map { new_session() } 1 .. MANY;
	bring_many(\%state, $send, @sessions);
	my @answers;
	for my $session (@sessions)
	{
		my $since = now_ms();
		$control->do("SELECT pg_cancel_backend($session->{pid})");
		push @answers, [ result_of($session, $since) ];
	}
	check_many_answers("$what: cancel", '57014', @answers);
	$liar->table($liar_rows, 1);
	check_usable($what, $sessions[0]);
	$_->{db}->disconnect for @sessions;

	@sessions = map { new_session([ 'SET statement_timeout = ' . MANY_TIMEOUT_MS ]) } 1 .. MANY;
	bring_many(\%state, sub { $_[0]{since} = now_ms() + MANY_TIMEOUT_MS; $send->($_[0]) }, @sessions);
	check_many_answers("$what: statement_timeout", '57014', results_of_many(@sessions));
	$liar->table($liar_rows, 1);
	check_usable($what, $sessions[0]);
	$_->{db}->disconnect for @sessions;

	@sessions = map { new_psql() } 1 .. MANY;
	bring_many(\%state, sub { psql_send($_[0], $state{sql}) }, @sessions);
	@answers = ();
	for my $session (@sessions)
	{
		my $since = now_ms();
		$control->do("SELECT pg_terminate_backend($session->{pid})");
		my ($ms, $sqlstate) = psql_result($session, $since);
		wait_for(5, sub { !kill(0, $session->{pid}) });
		my $gone = now_ms() - $since;
		push @answers, [ $gone > $ms ? $gone : $ms, $sqlstate ];
	}
	check_many_answers("$what: terminate, and gone", '57P01', @answers);
	wait_for(2, sub { !quorum_programs(\@sessions) });
	is(join(' ', quorum_programs(\@sessions)), '', "$what: no htable_quorum runs on");
	$liar->table($liar_rows, 1);
}

# A state in which the liar does not answer, or only so.
sub check_liar
{
	my ($what, $names, $kind, $query, @lie) = @_;
	@lie = ('silence', $kind, -1) unless @lie;
	check_many(what => $what, event => event($names), sql => $query, asked => $kind,
		begin => sub { $liar->table($liar_rows, 1); $liar->lie(@lie) });
}

# Before 17 extensions have no names for their wait events.
sub event { my ($name) = @_; return $version >= 170000 ? qr/^Extension:Htable(?:$name)$/ : qr/^Extension:Extension$/ }

my $warm = ["SELECT count(*) FROM big WHERE k <= 'k00003'"];

check_state(what => 'scan, cursor half-way', stop => 1, event => event('ScanNext'),
	prepare => [ 'BEGIN', 'DECLARE c NO SCROLL CURSOR FOR SELECT k, v FROM big', 'FETCH 2500 FROM c' ],
	sql => 'FETCH ALL FROM c');

check_state(what => 'scan, first answer', stop => 1, event => event('ScanOpen|Meta'), prepare => $warm,
	sql => 'SELECT sum(length(v)) FROM big');

check_state(what => 'point look-up', stop => 1, event => event('Get'), prepare => $warm,
	sql => "SELECT v FROM big WHERE k = 'k00002'");

check_state(what => 'plan, sizes of regions', stop => 1, event => event('Sizes|Connect'),
	prepare => ["SELECT count(*) FROM sized WHERE k = 'k00003'"], sql => 'EXPLAIN SELECT * FROM sized');

check_state(what => 'ANALYZE', stop => 1, event => event('Sizes|Connect|Meta|ScanOpen|ScanNext'), prepare => $warm,
	sql => 'ANALYZE big');

# From 17 on other sessions have asked ZooKeeper already.
check_state(what => 'first query, ZooKeeper stopped', stop => 1, event => event($version >= 170000 ? 'Meta' : 'Quorum'),
	sql => 'SELECT count(*) FROM big');

# A session that knows the regions; workers know only what they are told.
my @shares = ('SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0', 'SELECT count(*) FROM big');

check_state(what => 'shared scan, the leader finds pieces', stop => 1, event => event('ScanOpen'), prepare => \@shares,
	sql => 'SELECT sum(length(v)) FROM shared');

# Both ends are boundaries of regions: the leader need not ask.
my $shared = "SELECT sum(length(v)) FROM shared WHERE k >= 'k02000' AND k < 'k06000'";
check_state(what => 'shared scan, only workers read', stop => 1, event => qr/^IPC:ExecuteGather$/, workers => 2,
	prepare => [ @shares, 'SET parallel_leader_participation = off' ], sql => $shared);
check_state(what => 'shared scan, all read', stop => 1, event => event('ScanOpen|ScanNext'), workers => 2, prepare => \@shares, sql => $shared);

check_state(what => 'asynchronous Append', stop => 1, event => qr/^IPC:AppendReady$/, prepare => $warm,
	sql => 'SELECT sum(length(v)) FROM (SELECT * FROM big UNION ALL SELECT * FROM on_second) AS halves');
check_state(what => 'asynchronous Append, cursor half-way', stop => 1, event => qr/^IPC:AppendReady$/,
	prepare => [ 'BEGIN', 'DECLARE c NO SCROLL CURSOR FOR SELECT * FROM big UNION ALL SELECT * FROM on_second', 'FETCH 3000 FROM c' ],
	sql => 'FETCH ALL FROM c');

my @knows_written = (@$warm, 'SELECT count(*) FROM written_by_insert');
check_state(what => 'INSERT, the look', stop => 1, event => event('Get'), prepare => \@knows_written,
	sql => "INSERT INTO written_by_insert VALUES ('k1', 'x')");
check_state(what => 'INSERT, rows are on their way', stop => 1, event => event('Write'), prepare => \@knows_written,
	sql => "INSERT INTO written_by_upsert VALUES ('k1', 'x')");
check_state(what => 'COPY that has filled what may be on its way', stop => 1, event => event('Write'), prepare => \@knows_written,
	sql => "INSERT INTO written_by_upsert SELECT 'k' || i, repeat('x', 1000) FROM generate_series(1, 1000000) AS i");

$control->do('CREATE SCHEMA imported');
check_state(what => 'import, the master is asked', stop => 1, event => event('Master'), prepare => $warm,
	sql => 'IMPORT FOREIGN SCHEMA "default" FROM SERVER small_answers INTO imported');

# From 17 on one of the sessions asks, and the others wait for it.
check_many(what => 'ZooKeeper accepts and is silent', event => event('Quorum|Shared'),
	sql => 'SELECT count(*) FROM on_mute_zookeeper');

# Nobody reads the preamble and the header: the question behind them waits.
check_many(what => 'region server accepts and is silent', event => event('Meta'), sql => 'SELECT count(*) FROM liar',
	begin => sub { $liar->table($liar_rows, 1); $liar->order('mute') });
check_liar('look-up in hbase:meta', 'Meta', 'meta', 'SELECT count(*) FROM liar');
check_liar('scanner open', 'ScanOpen', 'open', 'SELECT count(*) FROM liar');
check_liar('scanner next', 'ScanNext', 'next', 'SELECT count(*) FROM liar');
check_liar('Get', 'Get', 'get', "SELECT q FROM liar WHERE k = 'r0001'");
check_liar('pause before a retry', 'Backoff', 'open', 'SELECT count(*) FROM liar',
	'exception', 'open', -1, 'org.apache.hadoop.hbase.RegionTooBusyException');

check_many(what => 'bootstrap server accepts and is silent', event => event('Bootstrap|Shared'),
	sql => 'SELECT count(*) FROM on_mute_bootstrap');

SKIP:
{
	skip 'HTABLE_RS_ADDRESS is not set', 2 unless $rs_host;

	# each time it refuses, ZooKeeper is asked whether hbase:meta is elsewhere
	check_state(what => 'region server refuses', event => event('Backoff|Connect|Quorum|Shared'),
		sql => 'SELECT count(*) FROM on_elsewhere');

	# A queue of connections that is full: more are neither accepted nor refused.
	my $full = listener(LocalAddr => $other_host, LocalPort => $rs_port, Listen => 1) or skip "no socket on $other_host: $!", 1;
	my @fillers = map { IO::Socket::INET->new(Proto => 'tcp', PeerAddr => $other_host, PeerPort => $rs_port, Blocking => 0) } 1 .. 6;
	check_many(what => 'region server does not accept', event => event('Connect'),
		sql => 'SELECT count(*) FROM on_elsewhere');
}

# Not waiting at all: rows come faster than they are used.
{
	my $session = new_session($warm);
	$session->{db}->do('SELECT sum(x.n) FROM generate_series(1, 1000) g, LATERAL (SELECT count(*) AS n FROM big WHERE v <> g::text) x', { pg_async => PG_ASYNC });
	Time::HiRes::sleep(0.5);
	my $since = now_ms();
	$control->do("SELECT pg_cancel_backend($session->{pid})");
	check_answer('busy scan: cancel', result_of($session, $since), '57014');
	check_usable('busy scan', $session);
	$session->{db}->disconnect;
}

@all_times = sort { $a <=> $b } @all_times;
note(sprintf '%d answers: median %.0f ms, slowest %.0f ms', scalar @all_times, $all_times[ @all_times / 2 ], $all_times[-1]);

$liar->end;
$control->disconnect;
$t->finish;
done_testing();
