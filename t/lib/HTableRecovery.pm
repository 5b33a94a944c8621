# HTableRecovery - how long after an event readers get rows again.
#
# Two readers, the FDW's and Java's, read the same place of a table again and
# again and log each read: read KIND KEY BEGIN END ROWS ERROR (see Watch.java).
# From an event to the next one, the longest time in which a reader of its place
# got nothing is what the event did to it, if it is longer than HURT_MS; the
# reader has recovered when that ends.  Events that hurt both give a lag: the FDW's
# recovery minus Java's.
package HTableRecovery;

use strict;
use warnings;

use Exporter 'import';
use POSIX ();

our @EXPORT_OK = qw(read_log recovery lags percentile report);

# Longer than a read takes when all is well, on a busy machine too.
use constant HURT_MS => 250;

# Reads of a log: [kind, key, begin, end, rows, error], in their order.
sub read_log
{
	my ($file) = @_;
	my @reads;
	open my $in, '<', $file or die "cannot read $file: $!\n";
	while (<$in>)
	{
		chomp;
		my ($word, @fields) = split /\t/, $_, -1;
		push @reads, \@fields if $word eq 'read' && @fields == 6;
	}
	return \@reads;
}

sub _is_good
{
	my ($read) = @_;
	return $read->[5] eq '' && $read->[4] > 0;
}

# When a reader recovered from an event { key, fired, until }, in ms after it was
# made; undef when it was not hurt, or did not recover.
sub recovery
{
	my ($reads, $event) = @_;
	my ($since, $longest, $recovered) = ($event->{fired}, HURT_MS, undef);
	for my $read (@$reads)
	{
		my (undef, $key, $begin, $end) = @$read;
		next if $key ne $event->{key} || $end < $event->{fired} || $begin > $event->{until} || !_is_good($read);
		($longest, $recovered) = ($end - $since, $end - $event->{fired}) if $end - $since > $longest;
		$since = $end;
	}
	return $recovered;
}

# [event, FDW's recovery, Java's recovery] of the events that hurt both.
sub lags
{
	my ($events, $fdw, $java) = @_;
	my @lags;
	for my $event (@$events)
	{
		my ($ours, $theirs) = (recovery($fdw, $event), recovery($java, $event));
		push @lags, [ $event, $ours, $theirs ] if defined $ours && defined $theirs;
	}
	return @lags;
}

sub percentile
{
	my ($part, @values) = @_;
	@values = sort { $a <=> $b } @values or return;
	my $place = POSIX::ceil($part * @values) - 1;
	return $values[ $place < 0 ? 0 : $place ];
}

# Lines of a Markdown table: all kinds, then each.
sub report
{
	my (@lags) = @_;
	my @lines = ('| event | stalled both | lag p50 | lag p95 | lag max | FDW p50 | Java p50 |', '|---|---|---|---|---|---|---|');
	my %kinds = map { $_->[0]{kind} => 1 } @lags;
	for my $kind ('all', sort keys %kinds)
	{
		my @of = grep { $kind eq 'all' || $_->[0]{kind} eq $kind } @lags;
		next unless @of;
		my @lag = map { $_->[1] - $_->[2] } @of;
		push @lines, sprintf '| %s | %d | %s |', $kind, scalar @of, join ' | ', map { sprintf '%.2f s', $_ / 1000 }
			(map { percentile($_, @lag) } 0.5, 0.95, 1),
			percentile(0.5, map { $_->[1] } @of), percentile(0.5, map { $_->[2] } @of);
	}
	return @lines;
}

1;
