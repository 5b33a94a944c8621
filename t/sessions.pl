# sessions.pl - many sessions at once, and one session for a long time.
#
# 100 sessions that begin together all get their rows.  In one backend thousands
# of failing statements, rescans and connections leave descriptors and memory as
# they were.
use strict;
use warnings;

use DBD::Pg qw(:async);
use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put now_ms wait_for memory_kb descriptors child_processes sqlstate_of);
use Test::More;
use Time::HiRes ();

use constant SESSIONS => 100;
use constant MANY => 2000;
use constant MOST_GROWTH_KB => 1024;	# of the whole process, over MANY statements

my $t = HTableTest->begin('sessions');
my $db = $t->connect;

my $rows = 1000;
my $table = $t->table('rows');
my $bad = $t->table('bad');
$t->htool("create\t$table\ta;b\tk0250\tk0500\tk0750", "create\t$bad\ta",
	(map { my $k = sprintf 'k%04d', $_; (put($table, $k, 'a', 'v', "value $_"), put($table, $k, 'b', 'n', pack 'l>', $_)) } 1 .. $rows),
	put($bad, 'good', 'a', 'v', '1'), put($bad, 'wrong', 'a', 'v', 'no number'));

my $columns = "(k text OPTIONS (column ':key') COLLATE \"C\", v text OPTIONS (column 'a:v'), n int OPTIONS (column 'b:n', encoding 'binary'))";
$db->do("CREATE FOREIGN TABLE rows $columns SERVER $HTableTest::SERVER OPTIONS (table_name '$table')");
$db->do("CREATE FOREIGN TABLE missing $columns SERVER $HTableTest::SERVER OPTIONS (table_name 'tap_sessions_no_such_table')");
$db->do("CREATE FOREIGN TABLE no_family (k text OPTIONS (column ':key'), v text OPTIONS (column 'nothing:v')) SERVER $HTableTest::SERVER OPTIONS (table_name '$table')");
$db->do("CREATE FOREIGN TABLE bad (k text OPTIONS (column ':key'), v int OPTIONS (column 'a:v')) SERVER $HTableTest::SERVER OPTIONS (table_name '$bad')");
$t->make_server($db, 'nowhere', quorum => '127.0.0.1:1', connect_timeout => '200ms');
$db->do("CREATE FOREIGN TABLE nowhere $columns SERVER nowhere OPTIONS (table_name '$table')");

my $sum = $rows * ($rows + 1) / 2;

# ---- many sessions ----

{
	my ($limit, $used, $reserved) = map { $db->selectrow_array($_) } 'SHOW max_connections',
		"SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'", 'SHOW superuser_reserved_connections';
	my $sessions = SESSIONS;
	# superusers may use the reserved ones; two are left to whoever looks
	my $free = $limit - $used - 2;
	if ($free < $sessions)
	{
		diag("max_connections is $limit: only $free sessions instead of $sessions");
		$sessions = $free;
	}

	my $begin = now_ms();
	my @handles = map { $t->connect } 1 .. $sessions;
	my $connected = now_ms();

	my $run = sub {
		my ($sql, $expected) = @_;
		my $start = now_ms();
		for my $i (0 .. $#handles)
		{
			my $text = $sql;
			$text =~ s/%d/sprintf 'k%04d', $i + 1/ge;
			$handles[$i]->{private_sth} = $handles[$i]->prepare($text, { pg_async => PG_ASYNC, pg_direct => 1 });
			$handles[$i]->{private_sth}->execute;
		}
		my $good = 0;
		my %wrong;
		for my $i (0 .. $#handles)
		{
			my $row = eval { $handles[$i]->pg_result; $handles[$i]->{private_sth}->fetchall_arrayref };
			my $error = $@;
			my $got = $row ? join ';', map { join ',', @$_ } @$row : "error $error";
			my $want = ref $expected ? $expected->($i) : $expected;
			if ($got eq $want) { $good++ } else { $wrong{ substr $got, 0, 200 }++ }
			$handles[$i]->{private_sth} = undef;
		}
		diag("$wrong{$_} x $_") for keys %wrong;
		return ($good, now_ms() - $start);
	};

	my ($good, $ms) = $run->('SELECT count(*), sum(n), min(k), max(v) FROM rows', "$rows,$sum,k0001,value 999");
	is($good, $sessions, sprintf 'first query of %d sessions at once, a full scan: all rows (connected in %.0f ms, ran in %.0f ms)',
		$sessions, $connected - $begin, $ms);
	($good, $ms) = $run->("SELECT v, n FROM rows WHERE k = '%d'", sub { 'value ' . ($_[0] + 1) . ',' . ($_[0] + 1) });
	is($good, $sessions, sprintf 'a point query in each of %d sessions: all right (%.0f ms)', $sessions, $ms);
	is($sessions, SESSIONS, 'the sandbox allows ' . SESSIONS . ' sessions');

	my @pids = map { $_->{pg_pid} } @handles;
	wait_for(5, sub { !grep { child_processes($_, 'htable_quorum') } @pids });
	is(scalar(grep { child_processes($_, 'htable_quorum') } @pids), 0, 'no htable_quorum runs on');
	$_->disconnect for @handles;
}

# ---- one session ----

sub context_bytes
{
	my ($handle) = @_;
	return $handle->selectrow_array('SELECT sum(total_bytes) FROM pg_backend_memory_contexts');
}

# Runs code so often in a new session; descriptors and memory before and after.
sub check_flat
{
	my ($what, $count, $code) = @_;
	my $session = $t->connect;
	my $pid = $session->{pg_pid};
	my $measure = sub {
		return (descriptors($pid), context_bytes($session), memory_kb($pid, 'VmRSS'));
	};

	# the first statements fill caches
	$code->($session, $_) for 1 .. 200;
	my ($fds, $bytes, $rss) = $measure->();
	my $begin = now_ms();
	$code->($session, $_) for 1 .. $count;
	my $ms = now_ms() - $begin;
	my ($fds_after, $bytes_after, $rss_after) = $measure->();

	SKIP:
	{
		skip '/proc of the backend cannot be read', 2 unless defined $fds && defined $rss;
		cmp_ok($fds_after, '<=', $fds, "$what: $fds_after descriptors after, $fds before");
		cmp_ok($rss_after - $rss, '<=', MOST_GROWTH_KB, "$what: process grew by " . ($rss_after - $rss) . " kB from $rss kB");
	}
	cmp_ok($bytes_after - $bytes, '<=', 64 * 1024, "$what: memory contexts grew by " . ($bytes_after - $bytes) . " from $bytes bytes");
	note(sprintf '%s: %d in %.1f s', $what, $count, $ms / 1000);
	my ($n) = $session->selectrow_array('SELECT count(*) FROM rows');
	is($n, $rows, "$what: the session goes on");
	$session->disconnect;
}

my %states;
my @failing = (
	[ 'SELECT count(*) FROM missing' => 'HV00R' ],
	[ 'SELECT v FROM no_family' => 'HV005' ],
	[ 'SELECT v FROM bad' => '22P02' ],
	[ "SELECT 1 / length(substr(v, 1, 0)) FROM rows WHERE k > 'k0400'" => '22012' ],
);

check_flat('failing statements', MANY, sub {
	my ($session, $i) = @_;
	my ($sql, $state) = @{ $failing[ $i % @failing ] };
	my $got = sqlstate_of($session, sub { $session->selectall_arrayref($sql) });
	$states{ $got eq $state ? 'right' : "$got for $sql" }++;
});
is(join('; ', grep { $_ ne 'right' } sort keys %states), '', 'failing statements: the SQLSTATEs are as documented');

check_flat('rescans', MANY / 100, sub {
	my ($session) = @_;
	# a hundred rescans with a new key each
	my ($n) = $session->selectrow_array("SELECT count(v) FROM generate_series(1, 100) g,"
		. " LATERAL (SELECT v FROM rows WHERE k >= 'k' || lpad((g * 7 % 1000)::text, 4, '0') ORDER BY k LIMIT 1) r");
	die "rescans gave $n rows" unless $n == 100;
});

check_flat('aborted scans', MANY / 4, sub {
	my ($session) = @_;
	$session->do('BEGIN');
	$session->do('DECLARE c CURSOR FOR SELECT * FROM rows');
	$session->selectall_arrayref('FETCH 10 FROM c');
	$session->do('SAVEPOINT s');
	eval { $session->do("SELECT 1 / (n - n) FROM rows WHERE k = 'k0001'") };
	$session->do('ROLLBACK TO s');
	$session->selectall_arrayref('FETCH 10 FROM c');
	$session->do('ROLLBACK');
});

check_flat('reconnections', MANY / 20, sub {
	my ($session) = @_;
	$session->selectrow_array("SELECT v FROM rows WHERE k = 'k0001'");
	$session->selectrow_array('SELECT htable_disconnect_all()');
});

check_flat('unreachable clusters', 20, sub {
	my ($session, $i) = @_;
	return if $i > 20;
	my $state = sqlstate_of($session, sub { $session->selectall_arrayref('SELECT count(*) FROM nowhere') });
	die "SQLSTATE $state" unless $state eq '08001';
});

# ---- memory of one long scan ----

{
	my $big = $t->table('long');
	my $many = 100_000;
	$t->htool("create\t$big\ta\tk025000\tk050000\tk075000",
		map { put($big, sprintf('k%06d', $_), 'a', 'v', 'x' x 100) } 1 .. $many);
	$db->do("CREATE FOREIGN TABLE long (k text OPTIONS (column ':key') COLLATE \"C\", v text) SERVER $HTableTest::SERVER OPTIONS (table_name '$big', family 'a')");
	my $session = $t->connect;
	$session->do('BEGIN');
	$session->do('DECLARE c NO SCROLL CURSOR FOR SELECT * FROM long');
	$session->do('MOVE 20000 FROM c');
	my $before = memory_kb($session->{pg_pid}, 'VmHWM');
	$session->do('MOVE 79999 FROM c');
	my $after = memory_kb($session->{pg_pid}, 'VmHWM');
	my $last = $session->selectall_arrayref('FETCH ALL FROM c');
	is($last->[0][0] . ' ' . @$last, "k100000 1", "the last of $many rows");
	SKIP:
	{
		skip '/proc of the backend cannot be read', 1 unless defined $before;
		# the answers in flight grow to fetch_bytes
		cmp_ok($after - $before, '<=', 8 * 1024, 'peak memory grows by ' . ($after - $before) . ' kB between rows 20 000 and 100 000');
	}
	$session->do('ROLLBACK');
	$session->disconnect;
}

$db->disconnect;
$t->finish;
done_testing();
