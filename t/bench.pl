#!/usr/bin/env perl
# bench.pl - the benchmark tells the truth: equal answers, honest ratios, a proxy that
# changes nothing but the time.  Needs no server.
use strict;
use warnings;

use FindBin qw($Bin);
use lib "$Bin/../bench/lib";

use File::Temp qw(tempdir);
use IO::Socket::INET;
use IPC::Open2;
use POSIX ();
use Test::More;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

use Bench::Compare;
use Bench::Plot;
use Bench::Report;
use Bench::Rows;

sub agree { return eval { Bench::Rows::must_agree('q', @_); 1 } ? 'agree' : $@ }

# ---- answers ----

is(agree([ fdw => '3|10|city|0.3' ], [ java => '3|10|city|0.30000000000000004' ]), 'agree',
	'sums of floats may depend on the order of rows');
like(agree([ fdw => '3|10|city|0.3' ], [ java => '3|11|city|0.3' ]), qr/^different answers to "q"/,
	'another sum is a different answer');
like(agree([ fdw => '3|10' ], [ java => '3|10|city' ]), qr/^different/, 'so is another number of values');
like(agree([ fdw => 'a|1' ], [ java => 'b|1' ]), qr/^different/, 'so is another text');

# ---- rounds ----

# A side that takes the times it is given, one after the other.
package Given
{
	sub new { my ($class, @ms) = @_; return bless { ms => \@ms, answer => '1|2' }, $class }
	sub sample
	{
		my ($self) = @_;
		return { ms => shift @{ $self->{ms} }, client_cpu_s => 0.1, answer => $self->{answer} };
	}
}

my $row = { name => 'q', per => 1, sides => [ fdw => {}, java => '1 q' ], limits => { java => 0.5 } };
my @slow = (1000, 1000);		# the rounds that do not count

sub compared
{
	my ($ours, $theirs, $more) = @_;
	return Bench::Compare::compare({ %$row, %{ $more // {} } },
		{ fdw => Given->new(@slow, @$ours), java => Given->new(@slow, @$theirs) }, 'near', scalar @$ours);
}

my $result = compared([ 10, 100, 30 ], [ 20, 400, 50 ]);
is($result->{ratio}{java}{median}, 0.5, 'a ratio is the median of what the rounds say, not of all times');
is($result->{sides}{fdw}{ms}{max}, 100, 'warm-up rounds do not count');
is($result->{limits}[0]{pass}, 1, 'a limit that is reached is kept');
is(compared([ 51 ], [ 100 ])->{limits}[0]{pass}, 0, 'a limit that is exceeded is missed');
{
	my $other = Given->new(1 .. 9);
	$other->{answer} = '1|3';
	ok(!eval { Bench::Compare::compare($row, { fdw => Given->new(1 .. 9), java => $other }, 'near', 1); 1 }
		&& $@ =~ /^different answers/, 'a side that finds something else ends the run');
}

# ---- the report ----

my $report = { comparisons => [$result], failures => [ { what => 'other row', reason => 'broken' } ],
	checks => [ { name => 'growth', place => 'near', value => 5, unit => 'x', limit => 4.6, pass => 0 } ],
	setting => { map({ $_ => 1 } qw(rows regions rounds warm_up heap cores processor memory_gb kernel
		load_at_start date command)), delay_ms => 1 } };
my $md = Bench::Report::markdown($report);
like($md, qr/^\| q: time \/ Java \| loopback \| 0\.50 \| 0\.5 \| pass \|$/m, 'the report shows kept limits');
like($md, qr/^\| growth: x \| loopback \| 5\.00 \| 4\.6 \| \*\*miss\*\* \|$/m, '... and missed ones');
like($md, qr/^- other row: broken$/m, '... and what could not be measured');

my $dir = tempdir(CLEANUP => 1);
Bench::Plot::write_svg($report, "$dir/plot.svg");
my $svg = do { local (@ARGV, $/) = "$dir/plot.svg"; <> };
is(scalar(() = $svg =~ /<rect class="java near" [^>]*height="9"/g), 1, 'the plot has a bar for each ratio');

# ---- the proxy ----

$SIG{ALRM} = sub { die "the proxy keeps us waiting\n" };
alarm 60;

my $build = `cc -std=gnu11 -Wall -Wextra -Werror -O2 -o $dir/proxy $Bin/../bench/proxy.c 2>&1`;
is($build, '', 'the proxy compiles without a warning');

my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "listen: $!";
my $pid = open2(my $out, my $in, "$dir/proxy", 20_000, '127.0.0.2', '127.0.0.1', $server->sockport);
is(readline($out), "ready\n", 'the proxy starts');
my $client = IO::Socket::INET->new(PeerAddr => '127.0.0.2', PeerPort => $server->sockport) or die "connect: $!";
my $peer = $server->accept;

my $begin = clock_gettime(CLOCK_MONOTONIC);
syswrite($client, 'ping');
sysread($peer, my $ping, 4);
syswrite($peer, 'pong');
sysread($client, my $pong, 4);
my $took = clock_gettime(CLOCK_MONOTONIC) - $begin;
is("$ping$pong", 'pingpong', 'bytes pass both ways');
cmp_ok($took, '>=', 0.04, 'a round trip takes the delay twice');

# More than a direction holds, so that it must stop reading and go on.
my $block = join('', map { chr(rand 256) } 1 .. 1 << 16);
my $blocks = 1600;
my $writer = fork // die "fork: $!";
if ($writer == 0)
{
	$peer->blocking(1);
	for (1 .. $blocks) { print $peer $block or die "write: $!" }
	close $peer;
	POSIX::_exit(0);
}
close $peer;
select(undef, undef, undef, 0.3);
my ($same, $got) = (0, '');
while (read($client, $got, length $block)) { $same++ if $got eq $block }
is($same, $blocks, 'all bytes come, in order, and then the end');
waitpid($writer, 0);
print $in "count\n";
is(readline($out), join(' ', 4, 4 + $blocks * length $block) . "\n", 'they are counted');
close $in;
waitpid($pid, 0);
is($?, 0, 'the proxy ends with its input');

done_testing();
