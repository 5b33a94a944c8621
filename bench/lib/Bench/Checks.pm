# Checks.pm - what is measured of htable_fdw alone: how cost grows, first queries,
# memory, ANALYZE, partitions side by side.
#
# Each check returns measurements: { name, place, value, unit, limit, detail }, of
# which limit (the most that is promised) and detail may be missing.
package Bench::Checks;
use strict;
use warnings;

use List::Util qw(max min);

use Bench::Fdw;
use Bench::Measure qw(median spread peak_kb);
use Bench::Rows;

my $SCAN = 'SELECT count(name), sum(age), max(city), sum(score) FROM';

# name => the tables it needs, whether it goes through the proxy too, the work
sub checks
{
	return (
		{ name => 'range touches one region', tables => ['bench'], work => \&one_region },
		{ name => 'first query of a session', tables => ['bench'], far => 1, work => \&first_query },
		{ name => 'memory over a scan', tables => ['bench'], work => \&memory },
		{ name => 'four times the rows', tables => [ 'bench', 'bench_quarter' ], work => \&growth },
		{ name => '64 regions', tables => [ 'bench', 'bench_64' ], work => \&many_regions },
		{ name => 'ANALYZE', tables => ['bench'], far => 1, work => \&analyze },
		{ name => 'two foreign partitions', tables => [ 'bench_low', 'bench_high' ], far => 1,
			work => \&partitions });
}

sub one_region
{
	my ($run) = @_;
	my ($from, $to) = map { sprintf('r%09d', $_) } $run->{rows} * 0.4, $run->{rows} * 0.41;
	my $lines = $run->{near}->db->selectcol_arrayref('EXPLAIN (ANALYZE, VERBOSE, TIMING OFF)'
		. " SELECT * FROM t WHERE id >= '$from' AND id < '$to'");
	my ($regions) = map { /HBase Regions: (\d+)/ } @$lines;
	return { value => $regions // die("EXPLAIN shows no regions\n"), unit => 'regions', limit => 1 };
}

# The connection exists; what its first query adds is ours: loading the library,
# ZooKeeper, hbase:meta, the region server.
sub first_query
{
	my ($run, $place) = @_;
	my $query = sprintf("SELECT name FROM t WHERE id = 'r%09d'", 7);
	my (@first, @warm);
	for my $round (0 .. 2 * $run->{rounds})
	{
		my $side = Bench::Fdw->connect($place);
		$side->db->do('SELECT 1');
		my $first = $side->milliseconds($query);
		my @again = map { $side->milliseconds($query) } 1 .. 5;
		$side->db->disconnect;
		next if $round == 0;
		push @first, $first;
		push @warm, median(@again);
	}
	return { value => median(@first) - median(@warm), unit => 'ms above a warm one',
		$place eq 'near' ? (limit => 10) : (),
		detail => { first_ms => spread(@first), warm_ms => spread(@warm) } };
}

# Rows are thrown away by a cursor's MOVE, so only the scan itself can grow.
sub memory
{
	my ($run) = @_;
	my $side = Bench::Fdw->connect('near');
	my $pid = $side->client_pid;
	$side->db->begin_work;
	$side->db->do('DECLARE c NO SCROLL CURSOR FOR SELECT * FROM t');
	my $early = int(min(100_000, $run->{rows} / 10));
	$side->db->do("MOVE $early IN c");
	my $before = peak_kb($pid);
	$side->db->do('MOVE ALL IN c');
	my $after = peak_kb($pid);
	$side->db->commit;
	$side->db->disconnect;
	return { value => ($after - $before) / 1024, unit => "MB grown from row $early on", limit => 16,
		detail => { peak_mb => $after / 1024 } };
}

# Statements in turns: what each answered, always, and its ms.
sub in_turns
{
	my ($side, $rounds, @sql) = @_;
	my @work = map { { sql => $_ } } @sql;
	my (@ms, @answer);
	for my $round (-1 .. $rounds - 1)
	{
		for my $i (0 .. $#work)
		{
			my ($ms, $answer) = $side->perform($work[$i]);
			push @{ $ms[$i] }, $ms if $round >= 0;
			Bench::Rows::must_agree($sql[$i], [ before => $answer[$i] //= $answer ], [ now => $answer ]);
		}
	}
	return (\@answer, @ms);
}

sub growth
{
	my ($run) = @_;
	my (@ratio, @runs);
	for (1 .. 3)
	{
		my (undef, $quarter, $whole) = in_turns($run->{near}, 3, "$SCAN quarter", "$SCAN t");
		push @ratio, median(@$whole) / median(@$quarter);
		push @runs, { quarter_ms => spread(@$quarter), whole_ms => spread(@$whole) };
	}
	return { value => max(@ratio), unit => 'x the time, the worst of three runs', limit => 4.6,
		detail => { runs => \@runs } };
}

sub many_regions
{
	my ($run) = @_;
	my ($answer, $few, $many) = in_turns($run->{near}, $run->{rounds}, "$SCAN t", "$SCAN many");
	Bench::Rows::must_agree('64 regions', [ few => $answer->[0] ], [ many => $answer->[1] ]);
	return { value => median(map { $many->[$_] / $few->[$_] } 0 .. $#$few),
		unit => "x the time of $run->{regions} regions", limit => 1.15,
		detail => { few_ms => spread(@$few), many_ms => spread(@$many) } };
}

# The proxy counts bytes: the share is of what a scan of the whole table receives.
sub analyze
{
	my ($run, $place) = @_;
	my $side = $run->{$place};
	my @ms = map { $side->milliseconds('ANALYZE t') } 1 .. 3;
	my ($columns) = $side->db->selectrow_array(
		"SELECT count(*) FROM pg_stats WHERE schemaname = ? AND tablename = 't'", {}, $place);
	die "ANALYZE left no statistics\n" if $columns == 0;
	my @result = ({ value => median(@ms) / 1000, unit => 's', $place eq 'near' ? (limit => 3) : () });
	if ($place eq 'far')
	{
		my @mark = $run->{proxy}->bytes;
		$side->milliseconds($_), push @mark, $run->{proxy}->bytes for 'ANALYZE t', "$SCAN t";
		my ($part, $whole) = ($mark[1] - $mark[0], $mark[2] - $mark[1]);
		push @result, { name => 'bytes read by ANALYZE', value => 100 * $part / $whole,
			unit => '% of what a full scan receives', limit => 5,
			detail => { analyze_mb => $part / 1e6, scan_mb => $whole / 1e6 } };
	}
	return @result;
}

# One Append of both against the sum of each alone.
sub partitions
{
	my ($run, $place) = @_;
	my $side = $run->{$place};
	$run->{tables}->declare_partitions($side->db, $place);
	my ($answer, @ms) = in_turns($side, $run->{rounds}, map { "$SCAN $_" } qw(parts low high));
	my ($both, @each) = map { (split(/\|/))[0] } @$answer;
	die "different answers to partitions: $both rows, $each[0] and $each[1] alone\n"
		if $both != $each[0] + $each[1];
	my $plan = $side->plan({ sql => "$SCAN parts" });
	return { value => median(map { $ms[0][$_] / ($ms[1][$_] + $ms[2][$_]) } 0 .. $#{ $ms[0] }),
		unit => 'x the sum of the two alone', limit => $place eq 'near' ? 1 : 0.65,
		detail => { append_ms => spread(@{ $ms[0] }), low_ms => spread(@{ $ms[1] }),
			high_ms => spread(@{ $ms[2] }), plan => $plan } };
}

1;
