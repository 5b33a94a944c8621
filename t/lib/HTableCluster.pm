# HTableCluster - what the tests on the cluster do to it.
#
#	$c = HTableCluster->new				a BAIL_OUT unless `./sandbox cluster` is up
#	$c->kill_part($part)				kill -9; namenode datanode zookeeper master1 rs1 ...
#	$c->stall_part($part, $for, $then)	it stops for some s, goes on for some s, and is killed
#	$c->start_part($part)				again, and waits until it serves
#	$c->start_part_begin / start_wait	the same in two steps, for several parts
#	$c->revive							starts the parts that ended of their own accord
#	$c->part_at($port)					the part that listens there
#	$c->watch_table($table, $log)		begins `HTool faults TABLE`, its complaints go to a file
#	$c->faults(@words)					runs one of its commands; dies when it fails
package HTableCluster;

use strict;
use warnings;

use IPC::Open2 ();
use POSIX ();
use Test::More;
use Time::HiRes ();

sub new
{
	my ($class) = @_;
	my $program = $ENV{HTABLE_CLUSTER}
		or BAIL_OUT('HTABLE_CLUSTER is not set: run these tests with ./sandbox test --full');
	my $self = bless { program => $program, parts => {}, starting => [], pid => $$ }, $class;
	for (`$program cluster status`)
	{
		BAIL_OUT("the cluster is not up: $_") unless /^(\w+): running, pid \d+, 127\.0\.0\.1:(\d+)$/;
		$self->{parts}{$2} = $1;
	}
	return $self;
}

sub part_at
{
	my ($self, $port) = @_;
	return $self->{parts}{$port} // die "no part of the cluster has port $port\n";
}

sub kill_part
{
	my ($self, $part) = @_;
	system($self->{program}, 'cluster', 'kill', $part) == 0 or die "$part was not killed\n";
}

# What the part is asked meanwhile waits, and is done all at once when it goes on.
sub stall_part
{
	my ($self, $part, $for, $then) = @_;
	my ($pid) = map { /^\Q$part\E: running, pid (\d+)/ } `$self->{program} cluster status`;
	defined $pid && kill(STOP => $pid) or die "$part was not stopped\n";
	Time::HiRes::sleep($for);
	kill CONT => $pid;
	Time::HiRes::sleep($then);
	kill KILL => $pid;
}

sub start_part_begin
{
	my ($self, $part) = @_;
	my $pid = fork() // die "cannot fork: $!\n";
	if ($pid == 0)
	{
		exec $self->{program}, 'cluster', 'start', $part or POSIX::_exit(127);
	}
	push @{ $self->{starting} }, [ $part, $pid ];
}

# Waits for all parts that are starting.
sub start_wait
{
	my ($self) = @_;
	for (splice @{ $self->{starting} })
	{
		my ($part, $pid) = @$_;
		waitpid $pid, 0;
		die "$part did not start\n" if $? != 0;
	}
}

sub start_part
{
	my ($self, $part) = @_;
	$self->start_part_begin($part);
	$self->start_wait;
}

# A master or region server ends itself when ZooKeeper has given it up, which a busy
# machine is enough for; whoever runs a cluster has something that starts it again.
sub revive
{
	my ($self) = @_;
	$self->start_wait;
	for (`$self->{program} cluster status`)
	{
		$self->start_part_begin($1) if /^(\w+): stopped/;
	}
	$self->start_wait;
}

# ---- HTool faults ----

# The command of a Java tool for this cluster.  The client complains a lot while
# a cluster has trouble: that goes to a file.
sub htool_command
{
	my ($log, @words) = @_;
	return ('sh', '-c', 'exec "$@" 2>>"$0"', $log, 'java', '-Xmx384m', split(' ', $ENV{JAVA_OPTS} // ''), '-cp', $ENV{HBASE_CLASSPATH}, 'HTool', @words);
}

sub watch_table
{
	my ($self, $table, $log) = @_;
	$self->{faults_pid} = IPC::Open2::open2(my $out, my $in, htool_command($log, 'faults', $table));
	$in->autoflush(1);
	@$self{qw(faults_in faults_out)} = ($in, $out);
}

# What the command gives; dies with the reason when it fails.
sub faults
{
	my ($self, @words) = @_;
	print { $self->{faults_in} } join("\t", @words), "\n";
	my $line = readline $self->{faults_out};
	defined $line or die "HTool faults ended early\n";
	chomp $line;
	my ($verdict, $result) = split /\t/, $line, 2;
	die "@words: $result\n" if $verdict ne 'ok';
	return $result;
}

sub finish
{
	my ($self) = @_;
	return if $self->{pid} != $$;
	if (my $pid = delete $self->{faults_pid})
	{
		close $self->{faults_in};
		close $self->{faults_out};
		waitpid $pid, 0;
	}
}

sub DESTROY
{
	my ($self) = @_;
	local ($@, $!, $?);
	$self->finish;
}

1;
