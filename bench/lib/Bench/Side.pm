# Side.pm - what every side of a comparison has: how one sample of it is taken.
#
# A side says which processor time is its client's (client_cpu), whose memory is
# looked at (client_pid) and does the work (perform: ms and answer).
package Bench::Side;
use strict;
use warnings;

use Bench::Measure qw(process_cpu peak_kb peak_reset);

sub new
{
	my ($class, %field) = @_;
	return bless { %field, server_pid => $ENV{HBASE_PID} }, $class;
}

# One sample of WORK, of which PER are done: times are for one.
sub sample
{
	my ($self, $work, $per) = @_;
	my $pid = $self->client_pid;
	peak_reset($pid);
	my $proxy = $self->{proxy};
	my $bytes = $proxy ? $proxy->bytes : 0;
	my ($client, $server) = ($self->client_cpu, process_cpu($self->{server_pid}));
	my ($ms, $answer) = $self->perform($work);
	my %sample = (
		ms => $ms / $per,
		client_cpu_s => ($self->client_cpu - $client) / $per,
		server_cpu_s => (process_cpu($self->{server_pid}) - $server) / $per,
		peak_mb => peak_kb($pid) / 1024,
		answer => $answer);
	if ($proxy)
	{
		$sample{received_mb} = ($proxy->bytes - $bytes) / 1e6 / $per;
		die "$self->{name} does not go through the proxy\n" if $sample{received_mb} == 0;
	}
	return \%sample;
}

1;
