# chaos.pl - while the cluster has every kind of trouble, a scan gives every row
# once, in order and right, or one clear error.
#
# Regions are split, merged and moved, region servers and masters are killed and
# come back, ZooKeeper is restarted, in a random order, while one session scans the
# table by cursors without a break, another shares scans with parallel workers or
# has two of them wait together, and a third reads by keys.  Beside them the
# FDW and HBase's Java client read the same place: who gets rows again how long
# after the other is printed, and written to CHAOS_RESULTS.
#
#	CHAOS_EVENTS	how many events (105); SIGINT makes the next one the last
#	CHAOS_ROWS		rows of the table (500000)
#	CHAOS_SEED		of the random choices
#	CHAOS_RESULTS	a file for the times, in Markdown
use strict;
use warnings;

use Digest::MD5;
use File::Temp;
use FindBin;
use IO::Handle;
use List::Util qw(first max min sum);
use POSIX ();
use lib "$FindBin::RealBin/../lib";

use HTableCluster;
use HTableEvents qw(ms one_line);
use HTableRecovery qw(read_log lags report);
use HTableTest qw(put wait_for);
use Test::More;
use Time::HiRes qw(sleep);

my $events_wanted = $ENV{CHAOS_EVENTS} // 105;
my $rows = $ENV{CHAOS_ROWS} // 500_000;
my $seed = $ENV{CHAOS_SEED} // 20_261_120;
my @kinds = qw(split merge move server master zookeeper);
# Processes take their time to come back: fewer of those.
my @mixture = ((@kinds[0 .. 2]) x 3, (@kinds[3 .. 5]) x 2);

use constant FETCH => 1000;
use constant PAUSE => 0.004;		# s between fetches: a scan takes seconds
use constant LEAST_SUCCESS => 0.95;	# part of the scans

srand $seed;
note("seed $seed");

my $cluster = HTableCluster->new;
my $t = HTableTest->begin('chaos');
my $db = $t->connect;
my $dir = File::Temp->newdir;

# ---- the table ----

sub key_of { return sprintf 'k%06d', $_[0] }
sub n_of { return $_[0] * 7919 % 1_000_003 }
sub v_of { return sprintf 'value %08x of row %d', $_[0] * 2_654_435_761 % 4_294_967_296, $_[0] }

my $table = $t->table('rows');
{
	my $begin = ms();
	my @splits = map { key_of(int($rows * $_ / 8)) } 1 .. 7;
	$t->htool(join "\t", 'create', $table, 'a', @splits);
	for (my $from = 0; $from < $rows; $from += 50_000)
	{
		$t->htool(map { my $k = key_of($_); (put($table, $k, 'a', 'n', pack 'l>', n_of($_)), put($table, $k, 'a', 'v', v_of($_))) }
			$from .. min($from + 50_000, $rows) - 1);
	}
	$t->htool("flush\t$table");
	note(sprintf '%d rows in %.1f s', $rows, (ms() - $begin) / 1000);
}

$t->make_server($db, 'patient', operation_timeout => '120s');
$t->make_server($db, 'small_answers', operation_timeout => '120s', fetch_bytes => '64kB');
my $columns = "(k text OPTIONS (column ':key') COLLATE \"C\", n int OPTIONS (encoding 'binary'), v text)";
$db->do("CREATE FOREIGN TABLE rows $columns SERVER patient OPTIONS (table_name '$table', family 'a')");
$db->do("CREATE FOREIGN TABLE rows_small $columns SERVER small_answers OPTIONS (table_name '$table', family 'a')");
$db->do("CREATE FOREIGN TABLE rows_shared $columns SERVER small_answers OPTIONS (table_name '$table', family 'a', parallel_workers '2')");

# ---- readers: each in a process of its own, with a log ----

my $stop = 0;
my @readers;

# Runs code(log) again and again until it is told to stop.
sub start_reader
{
	my ($name, $code) = @_;
	my $pid = fork() // die "cannot fork: $!\n";
	if ($pid)
	{
		push @readers, $pid;
		return;
	}
	$SIG{TERM} = sub { $stop = 1 };
	$SIG{INT} = 'IGNORE';
	open my $log, '>', "$dir/$name" or POSIX::_exit(2);
	$log->autoflush(1);
	srand($seed + @readers);
	eval { $code->($log) until $stop; 1 } or print $log "died\t$@\n";
	close $log;
	POSIX::_exit(0);
}

my @all = map { key_of($_) . ' ' . n_of($_) . ' ' . v_of($_) } 0 .. $rows - 1;
my @few = map { key_of($_) } grep { n_of($_) < 300_000 } 0 .. $rows - 1;

# A fifth of the table, backwards: HBase seeks each row then, and as long as files
# are read that a compaction has replaced, no region is split.
sub backwards
{
	my $from = int rand $rows * 0.8;
	my $to = $from + int($rows / 5) - 1;
	return (sprintf("SELECT k || ' ' || n || ' ' || v FROM rows WHERE k BETWEEN '%s' AND '%s' ORDER BY k DESC", key_of($from), key_of($to)),
		[ reverse @all[ $from .. $to ] ]);
}

# name, weight, code that gives a query and the lines expected
my @scans = (
	[ 'forwards', 4, sub { return ("SELECT k || ' ' || n || ' ' || v FROM rows", \@all) } ],
	[ 'small answers', 3, sub { return ("SELECT k || ' ' || n || ' ' || v FROM rows_small", \@all) } ],
	[ 'backwards', 2, \&backwards ],
	[ 'filtered', 1, sub { return ('SELECT k FROM rows_small WHERE n < 300000', \@few) } ],
);

# All fetches of one scan: what is wrong with its rows, or ''.
sub scan
{
	my ($session, $sql, $expected, $count) = @_;
	$session->do('BEGIN');
	$session->do("DECLARE c NO SCROLL CURSOR FOR $sql");
	while (my @got = @{ $session->selectcol_arrayref('FETCH ' . FETCH . ' FROM c') })
	{
		my $from = $$count;
		$$count += @got;
		my @want = @$expected[ $from .. min($$count, scalar @$expected) - 1 ];
		if (join("\n", @got) ne join("\n", @want))
		{
			my $at = first { ($got[$_] // '') ne ($want[$_] // '') } 0 .. max($#got, $#want);
			return "row " . ($from + $at) . " is " . ($got[$at] // 'missing') . " and not " . ($want[$at] // 'missing');
		}
		sleep PAUSE;
	}
	$session->do('COMMIT');
	return $$count == @$expected ? '' : "$$count rows and not " . @$expected;
}

# Weighted choice among the scans.
sub choose_scan
{
	my @choice = map { ($_) x $_->[1] } @scans;
	return $choice[ rand @choice ];
}

my $session;

start_reader(scans => sub {
	my ($log) = @_;
	my ($name, undef, $make) = @{ choose_scan() };
	my ($sql, $expected) = $make->();
	my ($begin, $count, $wrong) = (ms(), 0);
	# the first scan of a session finds the regions anew
	if (!$session || rand() < 0.25)
	{
		$session->disconnect if $session;
		$session = $t->connect;
	}
	my $good = eval { $wrong = scan($session, $sql, $expected, \$count); 1 };
	my ($verdict, $state, $text) = ('right', '', '');
	($verdict, $text) = ('wrong', $wrong) if $good && $wrong ne '';
	($verdict, $state, $text) = ('error', $session->state, one_line($@)) if !$good;
	print $log join("\t", 'scan', $name, $begin, ms(), $count, $verdict, $state, $text), "\n";
	eval { $session->do('ROLLBACK') } if $verdict ne 'right';
});

# Whole scans at a time, since cursors begin no workers: what the database makes of all rows.
my $sums = join ' ', $rows, sum(map { n_of($_) } 0 .. $rows - 1), sum(map { length v_of($_) } 0 .. $rows - 1);
my @whole = (
	[ 'shared', "SELECT count(*) || ' ' || sum(n) || ' ' || sum(length(v)) FROM rows_shared", sub { $sums } ],
	[ 'shared, in order', "SELECT k || ' ' || n || ' ' || v FROM rows_shared ORDER BY k", sub { join "\n", @all } ],
	[ 'asynchronous', "SELECT count(*) || ' ' || sum(n) || ' ' || sum(length(v)) FROM (SELECT * FROM rows WHERE k < '"
			. key_of(int($rows / 2)) . "' UNION ALL SELECT * FROM rows_small WHERE k >= '" . key_of(int($rows / 2)) . "') AS halves", sub { $sums } ],
);

start_reader(whole => sub {
	my ($log) = @_;
	my ($name, $sql, $expected) = @{ $whole[ rand @whole ] };
	if (!$session || rand() < 0.25)
	{
		$session->disconnect if $session;
		$session = $t->connect;
		$session->do("SET $_ = 0") for qw(parallel_setup_cost parallel_tuple_cost);
	}
	my $begin = ms();
	my $got = eval { join "\n", @{ $session->selectcol_arrayref($sql) } };
	my $verdict = !defined $got ? 'error' : $got eq $expected->() ? 'right' : 'wrong';
	my ($state, $text) = $verdict eq 'error' ? ($session->state, one_line($@)) : ('', '');
	$text = one_line('got ' . substr $got, 0, 200) if $verdict eq 'wrong';
	print $log join("\t", 'scan', $name, $begin, ms(), '-', $verdict, $state, $text), "\n";
});

start_reader(points => sub {
	my ($log) = @_;
	$session //= $t->connect;
	my %ids = map { int(rand($rows * 1.02)) => 1 } 1 .. (rand() < 0.5 ? 1 : 2 + int rand 300);
	my @ids = sort { $a <=> $b } keys %ids;
	my $expected = join "\n", map { key_of($_) . ' ' . n_of($_) . ' ' . v_of($_) } grep { $_ < $rows } @ids;
	my $begin = ms();
	my $list = join ',', map { "'" . key_of($_) . "'" } @ids;
	my $got = eval { join "\n", @{ $session->selectcol_arrayref("SELECT k || ' ' || n || ' ' || v FROM rows WHERE k IN ($list) ORDER BY k") } };
	my $verdict = !defined $got ? 'error' : $got eq $expected ? 'right' : 'wrong';
	print $log join("\t", 'keys', scalar @ids, $begin, ms(), $verdict,
		$verdict eq 'error' ? ($session->state, one_line($@)) : ('', $verdict eq 'wrong' ? one_line("got $got") : '')), "\n";
	sleep 0.02;
});

pipe my $places_out, my $places_in or die "pipe: $!\n";
$places_in->autoflush(1);
my ($place, $turn) = (undef, 0);

start_reader(fdw => sub {
	my ($log) = @_;
	$session //= $t->connect;
	my $bits = '';
	vec($bits, fileno $places_out, 1) = 1;
	while (select my $ready = $bits, undef, undef, defined $place ? 0 : 0.05)
	{
		$place = readline $places_out // return $stop = 1;
		chomp $place;
	}
	return unless defined $place;
	my $kind = $turn++ % 2 ? 'scan' : 'get';
	my $sql = $kind eq 'get' ? "SELECT k, n, v FROM rows WHERE k = '$place'" : "SELECT k, n, v FROM rows WHERE k >= '$place' ORDER BY k LIMIT 100";
	my $begin = ms();
	my $got = eval { $session->selectall_arrayref($sql) };
	print $log join("\t", 'read', $kind, $place, $begin, ms(), $got ? scalar @$got : '-', $got ? '' : one_line($session->state . " $@")), "\n";
	sleep 0.02;
});
close $places_out;

# Java's readers
open my $java, '|-', 'sh', '-c', 'exec "$@" >"$0"', "$dir/java", HTableCluster::htool_command("$dir/java.err", 'watch', $table, FETCH, PAUSE * 1000)
	or die "HTool watch did not start: $!\n";
$java->autoflush(1);

# ---- events ----

$cluster->watch_table($table, "$dir/faults.err");
my $trouble = HTableEvents->new(cluster => $cluster, count => $events_wanted, mixture => \@mixture);

sub random_key { return key_of(int rand $rows) }

# Where both readers of one place read from now on.
sub read_at
{
	my ($key) = @_;
	print $places_in "$key\n";
	print $java "$key\n";
}

# Both have found their way.
read_at(random_key());
wait_for(60, sub { -s "$dir/fdw" && -s "$dir/java" && @{ read_log("$dir/java") } > 10 });

my $began = ms();
my $last;
my $enough = 0;
local $SIG{INT} = sub { $enough = 1 };
for my $planned ($trouble->planned)
{
	last if $enough;
	my $key = random_key();
	$last = $trouble->happen($planned, $key, sub {
		read_at($key);
		sleep 0.3;
		$last->{until} = ms() if $last;
	});
}
$trouble->settle;
sleep 1;
$last->{until} = ms();
my @events = $trouble->events;
note(sprintf '%d events in %.0f s', scalar @events, (ms() - $began) / 1000);

# ---- what the readers saw ----

kill TERM => @readers;
close $places_in;
close $java;
waitpid $_, 0 for @readers;

sub lines_of
{
	my ($name) = @_;
	open my $in, '<', "$dir/$name" or die "no log $name: $!\n";
	return map { chomp; [ split /\t/, $_, -1 ] } <$in>;
}

my @died = map { my $name = $_; map { "$name: $_->[1]" } grep { $_->[0] eq 'died' } lines_of($name) } qw(scans whole points fdw);
is("@died", '', 'the readers lived');

is($trouble->failures, '', 'every event was made');
my $made = $trouble->made;
is(scalar(grep { $made->{$_} } @kinds), scalar @kinds, join ', ', 'all kinds of events', map { "$made->{$_} $_" } grep { $made->{$_} } @kinds);

my @done = grep { $_->[0] eq 'scan' } map { lines_of($_) } qw(scans whole);
my %verdicts;
push @{ $verdicts{ $_->[5] } }, $_ for @done;
my @wrong = map { "$_->[1]: $_->[7]" } @{ $verdicts{wrong} // [] };
my @errors = @{ $verdicts{error} // [] };
diag("scan $_->[1] after $_->[4] rows: $_->[6] $_->[7]") for @errors;
is(join("\n", @wrong), '', sprintf '%d scans: none is short, doubled, out of order or wrong', scalar @done);
is(join("\n", map { "$_->[6] $_->[7]" } grep { $_->[6] !~ /^(08|57|HV|5[345])/ } @errors), '', 'scans that fail do so with a clear error');
my $right = @{ $verdicts{right} // [] };
cmp_ok($right, '>=', LEAST_SUCCESS * @done, sprintf '%d of %d scans gave all rows', $right, scalar @done);

# scans that were open when an event was made
my $hits = grep { my $event = $_; grep { $_->[2] < $event->{done} && $_->[3] > $event->{fired} } @done } @events;
cmp_ok($hits, '>=', min(100, scalar @events), "$hits events happened to open scans");

my @keys = grep { $_->[0] eq 'keys' } lines_of('points');
is(join("\n", map { "$_->[1] keys: $_->[6]" } grep { $_->[4] eq 'wrong' } @keys), '', sprintf '%d reads by keys: none is wrong', scalar @keys);
my @key_errors = grep { $_->[4] eq 'error' } @keys;
diag("read of $_->[1] keys: $_->[5] $_->[6]") for @key_errors;
is(join("\n", grep { $_ !~ /^(08|57|HV|5[345])/ } map { $_->[5] } @key_errors), '', 'reads by keys that fail do so with a clear error');
cmp_ok(@keys - @key_errors, '>=', LEAST_SUCCESS * @keys, sprintf '%d of %d reads by keys gave all rows', @keys - @key_errors, scalar @keys);

# ---- the independent reader ----

{
	my $digest = Digest::MD5->new;
	$digest->add(key_of($_), pack('l>', n_of($_)), v_of($_)) for 0 .. $rows - 1;
	my $expected = $digest->hexdigest;
	my @scans = grep { $_->[0] eq 'scan' && $_->[5] ne '-' } lines_of('java');
	is(join(' ', grep { $_ ne $expected } map { $_->[5] } @scans), '', scalar(@scans) . " scans by Java's client: the cluster lost nothing");
}

# ---- who recovers first ----

{
	my @lags = lags(\@events, read_log("$dir/fdw"), read_log("$dir/java"));
	my @lines = report(@lags);
	note('recovery: the FDW behind HBase\'s Java client');
	note($_) for @lines;
	for my $lag (grep { $_->[1] - $_->[2] > 2000 } @lags)
	{
		note(sprintf '%s at %s, %.1f s after the start: %.1f s, Java %.1f s', @{ $lag->[0] }{qw(kind key)}, ($lag->[0]{fired} - $began) / 1000, $lag->[1] / 1000, $lag->[2] / 1000);
	}
	if ($ENV{CHAOS_RESULTS})
	{
		open my $out, '>', $ENV{CHAOS_RESULTS} or die "cannot write $ENV{CHAOS_RESULTS}: $!\n";
		print $out POSIX::strftime("Measured %Y-%m-%d by ", gmtime),
			"`CHAOS_RESULTS=$ENV{CHAOS_RESULTS} CHAOS_SEED=$seed CHAOS_EVENTS=$events_wanted perl -I t t/full/chaos.pl` on the cluster of `./sandbox cluster up`: ",
			"$rows rows, ", scalar @events, " events while scans run; " . scalar @done . " scans through the FDW, $right of them whole, ",
			scalar @wrong, " wrong, ", scalar @errors, " ended by an error.\n\n",
			"Lag is the time at which the FDW reads the affected place again, minus the time at which the Java client (its own defaults) does; negative: the FDW is first.\n\n",
			map { "$_\n" } @lines;
		close $out;
	}
}

$cluster->finish;
$db->disconnect;
$t->finish;
done_testing();
