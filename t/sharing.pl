# sharing.pl - from PostgreSQL 17 on sessions share what one of them found out
# about a cluster: many that begin at once ask once, and one that asks and goes
# away leaves the others to ask.  Before 17 each asks by itself, but not the
# parallel workers of one: these are told.
use strict;
use warnings;

use DBD::Pg qw(:async);
use FindBin;
use IO::Select;
use IO::Socket::INET;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put wait_for);
use Test::More;

use constant SESSIONS => 12;

my $t = HTableTest->begin('sharing');
my $control = $t->connect;
my $shares = $control->{pg_server_version} >= 170000;

my $table = $t->table('small');
$t->htool("create\t$table\ta", put($table, 'k', 'a', 'v', 'x'));

# Nobody listens to what a mute ZooKeeper says.
my $mute = IO::Socket::INET->new(Proto => 'tcp', Listen => 50, LocalAddr => '127.0.0.1', LocalPort => 0)
	or BAIL_OUT("no socket: $!");

# Host maps that no other run has: an entry belongs to all of the options.
$t->make_server($control, 'crowded', hosts => "crowd-$$=127.0.0.1");
$t->make_server($control, 'mute', quorum => '127.0.0.1:' . $mute->sockport, hosts => "mute-$$=127.0.0.1",
	connect_timeout => '60s');
for my $server ('crowded', 'mute')
{
	$control->do("CREATE FOREIGN TABLE on_$server (k text OPTIONS (column ':key') COLLATE \"C\", v text)"
		. " SERVER $server OPTIONS (table_name '$table', family 'a')");
}

# ---- many at once ----

my @crowd = map { $t->connect } 1 .. SESSIONS;
$_->do('SELECT * FROM on_crowded', { pg_async => PG_ASYNC }) for @crowd;
is(scalar(grep { $_->pg_result == 1 } @crowd), SESSIONS, 'sessions that begin at once all read');
my $asked = 0;
$asked += $_->selectrow_array("SELECT registry_reads FROM htable_get_connections() WHERE server_name = 'crowded'") for @crowd;
is($asked, $shares ? 1 : SESSIONS, $shares ? 'one of them asked where the cluster is' : 'each asked where the cluster is');
$_->disconnect for @crowd;

# ---- parallel workers ----

# Passes on to ZooKeeper what one connection after the other says, until it is killed.
sub start_door
{
	my $door = IO::Socket::INET->new(Proto => 'tcp', Listen => 5, LocalAddr => '127.0.0.1', LocalPort => 0) or BAIL_OUT("no socket: $!");
	my $pid = fork() // BAIL_OUT("cannot fork: $!");
	return ($pid, $door->sockport) if $pid;
	$SIG{TERM} = 'DEFAULT';
	while (my $client = $door->accept)
	{
		my $server = IO::Socket::INET->new(Proto => 'tcp', PeerAddr => $ENV{HTABLE_QUORUM}) or next;
		my $both = IO::Select->new($client, $server);
		PASS: while (1)
		{
			for my $from ($both->can_read)
			{
				sysread $from, my $bytes, 65536 or last PASS;
				syswrite $from == $client ? $server : $client, $bytes;
			}
		}
	}
}

{
	my ($pid, $port) = start_door();
	$t->make_server($control, 'door', quorum => "127.0.0.1:$port", connect_timeout => '5s', use_remote_estimate => 'off');
	$control->do("CREATE FOREIGN TABLE on_door (k text OPTIONS (column ':key') COLLATE \"C\", v text)"
		. " SERVER door OPTIONS (table_name '$table', family 'a', parallel_workers '2')");
	my $leader = $t->connect;
	is($leader->selectrow_array('SELECT count(*) FROM on_door'), 1, 'a session finds the cluster');
	kill TERM => $pid;
	waitpid $pid, 0;
	$leader->do($_) for 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0', 'SET parallel_leader_participation = off';
	my $plan = join "\n", @{ $leader->selectcol_arrayref('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM on_door') };
	like($plan, qr/^Gather \(actual rows=1\b[\s\S]*Workers Launched: [12]\b[\s\S]*Parallel Foreign Scan on on_door/, 'its workers need not ask');
	$leader->disconnect;
}

# ---- one that asks, and others that wait for it ----

sub begin_reading
{
	my $db = $t->connect;
	$db->do('SELECT * FROM on_mute', { pg_async => PG_ASYNC });
	return $db;
}

sub wait_event
{
	my ($db) = @_;
	return $control->selectrow_array('SELECT wait_event FROM pg_stat_activity WHERE pid = ' . $db->{pg_pid}) // '';
}

sub waits_for
{
	my ($db, $event) = @_;
	return wait_for(10, sub { wait_event($db) eq $event });
}

SKIP:
{
	skip 'PostgreSQL before 17 shares nothing', 5 unless $shares;

	my $asks = begin_reading();
	ok(waits_for($asks, 'HtableQuorum'), 'a session asks a ZooKeeper that does not answer');
	my $second = begin_reading();
	my $third = begin_reading();
	ok(waits_for($second, 'HtableShared') && waits_for($third, 'HtableShared'), 'others wait for it');
	$asks->pg_cancel;
	eval { $asks->pg_result };
	my $asking = wait_for(10, sub { (grep { wait_event($_) eq 'HtableQuorum' } $second, $third)[0] });
	my $waiting = $asking && $asking == $second ? $third : $second;
	ok($asking && wait_event($waiting) eq 'HtableShared', 'it is cancelled: one of the others asks');
	$control->do('SELECT pg_terminate_backend(' . $asking->{pg_pid} . ')');
	ok(waits_for($waiting, 'HtableQuorum'), 'that one is terminated: the other asks');
	$waiting->pg_cancel;
	eval { $waiting->pg_result };
	is($waiting->selectrow_array('SELECT 1'), 1, 'its session goes on');
	$_->disconnect for $asks, $waiting;
}

$control->disconnect;
$t->finish;
done_testing();
