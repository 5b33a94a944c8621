# Measure.pm - clocks, processor time and memory of processes, medians.
#
# Times are in ms of the monotonic clock, processor time in seconds (user and
# system, in the kernel's ticks of 10 ms), memory in kB.
package Bench::Measure;
use strict;
use warnings;

use Exporter 'import';
use List::Util qw(max min);
use POSIX qw(sysconf strftime _SC_CLK_TCK);
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

our @EXPORT_OK = qw(now median spread process_cpu reaped_cpu parent_of peak_kb peak_reset machine);

my $TICKS = sysconf(_SC_CLK_TCK);

sub now { return 1000 * clock_gettime(CLOCK_MONOTONIC) }

sub median
{
	my @v = sort { $a <=> $b } @_;
	return @v % 2 ? $v[$#v / 2] : ($v[@v / 2 - 1] + $v[@v / 2]) / 2;
}

sub spread
{
	return { median => median(@_), min => min(@_), max => max(@_) };
}

# The fields of /proc/PID/stat from the third on: state, parent, ...
sub stat_of
{
	my ($pid) = @_;
	open(my $f, '<', "/proc/$pid/stat") or die "no process $pid\n";
	return split(' ', (split(/\) /, <$f>))[-1]);
}

sub process_cpu
{
	my @field = stat_of(@_);
	return ($field[11] + $field[12]) / $TICKS;
}

# That of its children which have ended: a postmaster's sessions and workers.
sub reaped_cpu
{
	my @field = stat_of(@_);
	return ($field[13] + $field[14]) / $TICKS;
}

sub parent_of { return (stat_of(@_))[1] }

# Peak resident memory since the last reset (or since the start, where the kernel
# does not let us).
sub peak_kb
{
	my ($pid) = @_;
	open(my $f, '<', "/proc/$pid/status") or die "no process $pid\n";
	while (my $line = <$f>) { return $1 if $line =~ /^VmHWM:\s+(\d+) kB/ }
	die "no VmHWM of $pid\n";
}

sub peak_reset
{
	my ($pid) = @_;
	open(my $f, '>', "/proc/$pid/clear_refs") or return;
	print $f "5\n";
	close $f;
}

sub first_match
{
	my ($file, $pattern) = @_;
	open(my $f, '<', $file) or return 'unknown';
	while (my $line = <$f>) { return $1 if $line =~ $pattern }
	return 'unknown';
}

# What the figures were measured on.
sub machine
{
	my $kb = first_match('/proc/meminfo', qr/^MemTotal:\s+(\d+)/);
	return {
		date => strftime('%Y-%m-%d %H:%M UTC', gmtime),
		cores => 0 + `nproc`,
		processor => first_match('/proc/cpuinfo', qr/^model name\s*:\s*(.*?)\s*$/),
		memory_gb => sprintf('%.0f', $kb / 1024 / 1024),
		kernel => (POSIX::uname())[2],
		load_at_start => 0 + first_match('/proc/loadavg', qr/^(\S+)/) };
}

1;
