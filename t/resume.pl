# resume.pl - scans that go on while their regions change give every row once.
#
# Several cursors stand half-way, each of another kind.  Between the fetches the
# table is split, flushed, compacted, merged, its regions are closed and opened
# again, and rows come and go next to the ones that are read.  Then whole scans
# run without a break while the same happens in the background.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put now_ms);
use Test::More;

my $t = HTableTest->begin('resume');
my $db = $t->connect;

# ---- the tables: narrow rows, and rows wider than one answer ----

my $rows = 6000;
my $narrow = $t->table('narrow');
my $wide = $t->table('wide');
my @keys = map { sprintf 'k%05d', $_ } 1 .. $rows;
my @wide_keys = map { sprintf 'w%03d', $_ } 1 .. 60;

$t->htool("create\t$narrow\ta;b\t" . join("\t", map { "k0${_}000" } 1 .. 5), "create\t$wide\ta,VERSIONS=3\tw020\tw040",
	(map { (put($narrow, $_, 'a', 'v', 'x' x 50, 1000), put($narrow, $_, 'b', 'n', substr($_, 1) + 0, 2000)) } @keys),
	(map { my $k = $_; map { put($wide, $k, 'a', sprintf('q%02d', $_), 'y' x 2000, 1000 + $_ % 3) } 1 .. 30 } @wide_keys));

$t->make_server($db, 'small_answers', fetch_bytes => '16kB');
$db->do("CREATE FOREIGN TABLE narrow (k text OPTIONS (column ':key') COLLATE \"C\", v text OPTIONS (column 'a:v'), n int OPTIONS (column 'b:n'))"
	. " SERVER small_answers OPTIONS (table_name '$narrow')");
$db->do("CREATE FOREIGN TABLE narrow_history (k text OPTIONS (column ':key') COLLATE \"C\", v text OPTIONS (column 'a:v'), n int OPTIONS (column 'b:n'), at int8 OPTIONS (column ':timestamp'))"
	. " SERVER small_answers OPTIONS (table_name '$narrow', shape 'versions')");
my $cells = join ', ', map { sprintf "q%02d text", $_ } 1 .. 30;
$db->do("CREATE FOREIGN TABLE wide (k text OPTIONS (column ':key') COLLATE \"C\", $cells) SERVER small_answers OPTIONS (table_name '$wide', family 'a')");
$db->do("CREATE FOREIGN TABLE wide_history (k text OPTIONS (column ':key') COLLATE \"C\", $cells, at int8 OPTIONS (column ':timestamp')) SERVER small_answers OPTIONS (table_name '$wide', family 'a', shape 'versions')");

my $total = join ' + ', map { sprintf "length(q%02d)", $_ } 1 .. 30;

# what, query, expected lines, rows of a fetch
my @cursors = (
	[ 'forwards', 'SELECT k, n FROM narrow', [ map { "$_ " . (substr($_, 1) + 0) } @keys ], 700 ],
	[ 'backwards', 'SELECT k, n FROM narrow ORDER BY k DESC', [ map { "$_ " . (substr($_, 1) + 0) } reverse @keys ], 700 ],
	[ 'keys only', 'SELECT k FROM narrow', \@keys, 650 ],
	[ 'keys only, backwards', 'SELECT k FROM narrow ORDER BY k DESC', [ reverse @keys ], 650 ],
	# flushes and compactions under reversed scans, wherever these stand
	(map { [ "backwards, $_ at a time", 'SELECT k, n FROM narrow ORDER BY k DESC', [ map { "$_ " . (substr($_, 1) + 0) } reverse @keys ], $_ ] } 590, 624, 658, 692),
	(map { [ "keys only, backwards, $_ at a time", 'SELECT k FROM narrow ORDER BY k DESC', [ reverse @keys ], $_ ] } 590, 603, 629, 681),
	[ 'ranges', "SELECT k FROM narrow WHERE k BETWEEN 'k00500' AND 'k01999' OR k > 'k03999' AND k <= 'k05500'",
		[ grep { $_ ge 'k00500' && $_ le 'k01999' || $_ gt 'k03999' && $_ le 'k05500' } @keys ], 340 ],
	[ 'points', 'SELECT k, n FROM narrow WHERE k = ANY(ARRAY(SELECT \'k\' || lpad((i * 3)::text, 5, \'0\') FROM generate_series(1, 2000) i))',
		[ map { "$_ " . (substr($_, 1) + 0) } grep { substr($_, 1) % 3 == 0 } @keys ], 230 ],
	[ 'condition on a cell', 'SELECT k FROM narrow WHERE n % 2 = 0', [ grep { substr($_, 1) % 2 == 0 } @keys ], 340 ],
	[ 'limit', 'SELECT k FROM narrow ORDER BY k LIMIT 5500', [ @keys[ 0 .. 5499 ] ], 620 ],
	[ 'versions', 'SELECT k, at FROM narrow_history', [ map { ("$_ 2000", "$_ 1000") } @keys ], 1350 ],
	[ 'wide rows', "SELECT k, $total FROM wide", [ map { "$_ 60000" } @wide_keys ], 7 ],
	[ 'wide rows, backwards', "SELECT k, $total FROM wide ORDER BY k DESC", [ map { "$_ 60000" } reverse @wide_keys ], 7 ],
	[ 'wide rows, versions', 'SELECT k, at FROM wide_history', [ map { ("$_ 1002", "$_ 1001", "$_ 1000") } @wide_keys ], 20 ],
);

# Between two fetches; a region is split or merged once, since HBase wants its
# files rewritten before it does that again.  New rows stand between the old ones (a key with a "~"),
# and are left out of what is compared, but none may come twice.
my @changes = (
	[ "split\t$narrow\tk00500", "split\t$wide\tw010" ],
	[ "flush\t$narrow", "flush\t$wide", "compact\t$narrow" ],
	[ (map { put($narrow, "$_~", 'a', 'v', 'new') } @keys[ map { $_ * 100 } 0 .. 59 ]), "flush\t$narrow" ],
	[ "move\t$narrow\tk01500", "move\t$wide\tw020" ],
	[ "merge\t$narrow\tk02000" ],
	[ (map { "delete\t$narrow\t$_~\t-\t-\t-" } @keys[ map { $_ * 100 } 0 .. 29 ]), "compact\t$narrow" ],
	[ "split\t$narrow\tk05500", "split\t$wide\tw050", "move\t$narrow\tk05200" ],
);

# ---- cursors ----

my %got;
for my $cursor (@cursors)
{
	my ($what, $sql) = @$cursor;
	my $session = $t->connect;
	$session->do("SET statement_timeout = '60s'");
	$session->do('BEGIN');
	$session->do("DECLARE c NO SCROLL CURSOR FOR $sql");
	$cursor->[4] = $session;
	$got{$what} = [];
}

sub fetch_all_cursors
{
	my ($all) = @_;
	for my $cursor (@cursors)
	{
		my ($what, undef, undef, $count, $session) = @$cursor;
		next if $cursor->[5];
		my $list = eval { $session->selectall_arrayref('FETCH ' . ($all ? 'ALL' : $count) . ' FROM c') };
		if (!$list)
		{
			$cursor->[5] = $@;
			next;
		}
		push @{ $got{$what} }, map { join ' ', map { $_ // 'null' } @$_ } @$list;
	}
}

fetch_all_cursors();
for my $change (@changes)
{
	my $begin = now_ms();
	$t->htool(@$change);
	note(sprintf '%s...: %.1f s', $change->[0] =~ s/\t/ /gr, (now_ms() - $begin) / 1000);
	fetch_all_cursors();
}
fetch_all_cursors(1);

for my $cursor (@cursors)
{
	my ($what, undef, $expected, undef, $session, $error) = @$cursor;
	my @old = grep { !/~/ } @{ $got{$what} };
	my %seen;
	my @twice = grep { $seen{$_}++ == 1 } @{ $got{$what} };
	if ($what eq 'limit')
	{
		# new rows count against it
		my $n = @{ $got{$what} };
		$expected = [ @$expected[ 0 .. $#old ] ];
		is($n, 5500, "$what: as many rows as it says");
	}
	my ($first) = grep { ($old[$_] // 'nothing') ne ($expected->[$_] // 'nothing') } 0 .. ($#old > $#$expected ? $#old : $#$expected);
	is($error, undef, "$what: no error");
	is(@old . (defined $first ? " rows, at $first " . ($old[$first] // 'the end') : ''), scalar @$expected, "$what: every row once, in order");
	is("@twice", '', "$what: none twice");
	eval { $session->do('COMMIT') };
	$session->disconnect;
}

# ---- whole scans, all the time ----

{
	my @background = (
		"split\t$narrow\tk04500", "flush\t$narrow", "move\t$narrow\tk02600",
		"compact\t$narrow", "split\t$narrow\tk01500"
	);
	my $session = $t->connect;
	$session->do("SET statement_timeout = '60s'");
	my @queries = (
		[ "SELECT count(*), min(n), max(n), sum(n) FROM narrow WHERE n IS NOT NULL" => "$rows 1 $rows " . $rows * ($rows + 1) / 2 ],
		[ "SELECT count(k) FROM narrow WHERE k NOT LIKE '%~'" => "$rows" ],
		[ "SELECT n FROM narrow WHERE k = 'k02600'" => '2600' ],
		[ "SELECT string_agg(n::text, ' ') FROM (SELECT n FROM narrow WHERE k < 'k02700' AND n IS NOT NULL ORDER BY k DESC LIMIT 3) x" => '2699 2698 2697' ],
	);
	my ($runs, $slowest, %wrong) = (0, 0);
	my $finished = 0;

	$t->htool_send(@background);
	my $bits = '';
	vec($bits, fileno $t->{htool_out}, 1) = 1;
	while ($finished < 3)
	{
		for my $query (@queries)
		{
			my $begin = now_ms();
			my $row = eval { join ' ', $session->selectrow_array($query->[0]) } // "error: $@";
			my $ms = now_ms() - $begin;
			$slowest = $ms if $ms > $slowest;
			$runs++;
			$wrong{"$query->[0]: $row"}++ if $row ne $query->[1];
		}
		$finished++ if $finished || select my $ready = $bits, undef, undef, 0;
	}
	$t->htool_wait;
	is(join("\n", sort keys %wrong), '', sprintf '%d scans while regions change: all right (slowest %.0f ms)', $runs, $slowest);
	$session->disconnect;
}

# ---- a lease that runs out ----

SKIP:
{
	my $seconds = 60;
	if (open my $conf, '<', ($ENV{HBASE_CONF} // '.') . '/hbase-site.xml')
	{
		local $/;
		$seconds = $1 / 1000 if <$conf> =~ m{<name>hbase\.client\.scanner\.timeout\.period</name>\s*<value>(\d+)</value>};
	}
	skip "scanner leases of this HBase last $seconds s", 1 if $seconds > 10;
	my $session = $t->connect;
	$session->do('BEGIN');
	$session->do('DECLARE c NO SCROLL CURSOR FOR SELECT n FROM narrow WHERE n IS NOT NULL');
	my @n = map { $_->[0] } @{ $session->selectall_arrayref('FETCH 1500 FROM c') };
	sleep $seconds * 2 + 1;
	push @n, map { $_->[0] } @{ $session->selectall_arrayref('FETCH ALL FROM c') };
	is("@n", join(' ', 1 .. $rows), 'a cursor outlives its lease');
	$session->disconnect;
}

$db->disconnect;
$t->finish;
done_testing();
