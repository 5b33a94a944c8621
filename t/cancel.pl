# cancel.pl - cancel, statement_timeout and terminate answer within 250 ms,
# whatever the backend waits for.
#
# The real HBase is stopped (SIGSTOP, for a few seconds at a time: its own
# sessions time out later than that) during a scan, a Get and the first query of
# a session.  Servers that cannot be had that way are imitated by sockets: a
# ZooKeeper and a region server that accept and stay silent, one that does not
# accept, and one that refuses.
use strict;
use warnings;

use DBD::Pg qw(:async);
use FindBin;
use IO::Socket::INET;
use IPC::Open3 ();
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put now_ms wait_for child_processes);
use Test::More;
use Time::HiRes ();

use constant LIMIT_MS => 250;
use constant STOP_MS => 10_000;		# a longer stop could make HBase give up itself
use constant TIMEOUT_MS => 400;		# statement_timeout

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

# A region server is looked for at another address than the real one.
my ($rs_host, $rs_port) = split /:/, $ENV{HTABLE_RS_ADDRESS} // '';
my $other_host = '127.0.0.77';

sub listener
{
	my (%options) = @_;
	return IO::Socket::INET->new(Proto => 'tcp', Listen => 50, ReuseAddr => 1, %options);
}

my $mute_zookeeper = listener(LocalAddr => '127.0.0.1', LocalPort => 0) or BAIL_OUT("no socket: $!");
$t->make_server($control, 'mute_zookeeper', quorum => '127.0.0.1:' . $mute_zookeeper->sockport);
my $mute_bootstrap = listener(LocalAddr => '127.0.0.1', LocalPort => 0) or BAIL_OUT("no socket: $!");
$t->make_server($control, 'mute_bootstrap', bootstrap => '127.0.0.1:' . $mute_bootstrap->sockport);
$t->make_server($control, 'small_answers', fetch_bytes => '16kB');
$t->make_server($control, 'elsewhere', hosts => "$rs_host=$other_host",
	quorum => $ENV{HTABLE_QUORUM} =~ s/\b127\.0\.0\.1\b/localhost/r) if $rs_host;

my $declare = sub {
	my ($name, $server) = @_;
	$control->do("CREATE FOREIGN TABLE $name (k text OPTIONS (column ':key') COLLATE \"C\", v text)"
		. " SERVER $server OPTIONS (table_name '$table', family 'a')");
};
$declare->('big', 'small_answers');
$declare->('on_mute_zookeeper', 'mute_zookeeper');
$declare->('on_mute_bootstrap', 'mute_bootstrap');
$declare->('on_elsewhere', 'elsewhere') if $rs_host;

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
		my $again = wait_event($session->{pid});
		ok($event && $again =~ $state{event}, "$what: waits: $again") if $session == $one;
		my $since = now_ms();
		$control->do("SELECT pg_cancel_backend($session->{pid})");
		check_answer("$what: cancel", result_of($session, $since), '57014');
	}

	$timed->{db}->do('SET statement_timeout = ' . TIMEOUT_MS);
	my $since = now_ms() + TIMEOUT_MS;
	$timed->{db}->do($state{sql}, { pg_async => PG_ASYNC });
	check_answer("$what: statement_timeout", result_of($timed, $since), '57014');

	psql_send($ended, $state{sql});
	wait_for(5, sub { wait_event($ended->{pid}) =~ $state{event} });
	Time::HiRes::sleep(0.1);
	$since = now_ms();
	$control->do("SELECT pg_terminate_backend($ended->{pid})");
	check_answer("$what: terminate", psql_result($ended, $since), '57P01');
	my $gone = wait_for(5, sub { !kill(0, $ended->{pid}) });
	my $ms = now_ms() - $since;
	push @all_times, $ms;
	cmp_ok($ms, '<=', LIMIT_MS, sprintf '%s: the terminated process is gone after %.0f ms', $what, $ms);

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

# Before 17 extensions have no names for their wait events.
sub event { my ($name) = @_; return $version >= 170000 ? qr/^Extension:Htable(?:$name)$/ : qr/^Extension:Extension$/ }

my $warm = ["SELECT count(*) FROM big WHERE k <= 'k00003'"];

check_state(what => 'scan, cursor half-way', stop => 1, event => event('Scan'),
	prepare => [ 'BEGIN', 'DECLARE c NO SCROLL CURSOR FOR SELECT k, v FROM big', 'FETCH 2500 FROM c' ],
	sql => 'FETCH ALL FROM c');

check_state(what => 'scan, first answer', stop => 1, event => event('Scan|Meta'), prepare => $warm,
	sql => 'SELECT sum(length(v)) FROM big');

check_state(what => 'point look-up', stop => 1, event => event('Get'), prepare => $warm,
	sql => "SELECT v FROM big WHERE k = 'k00002'");

# From 17 on other sessions have asked ZooKeeper already.
check_state(what => 'first query, ZooKeeper stopped', stop => 1, event => event($version >= 170000 ? 'Meta' : 'Quorum'),
	sql => 'SELECT count(*) FROM big');

$control->do('CREATE SCHEMA imported');
check_state(what => 'import, the master is asked', stop => 1, event => event('Master'), prepare => $warm,
	sql => 'IMPORT FOREIGN SCHEMA "default" FROM SERVER small_answers INTO imported');

check_state(what => 'ZooKeeper accepts and is silent', event => event('Quorum'),
	sql => 'SELECT count(*) FROM on_mute_zookeeper');

check_state(what => 'bootstrap server accepts and is silent', event => event('Bootstrap'),
	sql => 'SELECT count(*) FROM on_mute_bootstrap');

SKIP:
{
	skip 'HTABLE_RS_ADDRESS is not set', 4 unless $rs_host;

	check_state(what => 'region server refuses', event => event('Backoff|Connect'),
		sql => 'SELECT count(*) FROM on_elsewhere');

	my $silent = listener(LocalAddr => $other_host, LocalPort => $rs_port) or skip "no socket on $other_host: $!", 3;
	check_state(what => 'region server accepts and is silent', event => event('Meta|Connect|Scan'),
		sql => 'SELECT count(*) FROM on_elsewhere');
	close $silent;

	# A queue of connections that is full: more are neither accepted nor refused.
	my $full = listener(LocalAddr => $other_host, LocalPort => $rs_port, Listen => 1) or skip "no socket on $other_host: $!", 2;
	my @fillers = map { IO::Socket::INET->new(Proto => 'tcp', PeerAddr => $other_host, PeerPort => $rs_port, Blocking => 0) } 1 .. 6;
	check_state(what => 'region server does not accept', event => event('Connect'),
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

$control->disconnect;
$t->finish;
done_testing();
