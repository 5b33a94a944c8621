# Fdw.pm - the side of htable_fdw: one session, and pgbench for single queries.
#
# Its client is PostgreSQL: processor time is that of the session, of its parallel
# workers and of pgbench with its session.  Memory is the session's own.
package Bench::Fdw;
use strict;
use warnings;
use parent 'Bench::Side';

use DBI;
use File::Temp;
use List::Util qw(sum0);
use Time::HiRes qw(sleep);

use Bench::Measure qw(now parent_of process_cpu reaped_cpu);

# SCHEMA holds foreign tables of the server that is near, or far (behind a proxy).
sub connect
{
	my ($class, $schema, $proxy) = @_;
	my $db = DBI->connect('dbi:Pg:', '', '',
		{ RaiseError => 1, PrintError => 0, AutoCommit => 1 });
	$db->do('SET client_min_messages = error');
	# one backend: on a machine that has the servers too, workers only take cores from them
	$db->do('SET max_parallel_workers_per_gather = 0');
	$db->do("SET search_path = $schema");
	return $class->new(name => 'fdw', schema => $schema, proxy => $proxy, db => $db,
		postmaster => parent_of($db->{pg_pid}));
}

sub db { return $_[0]{db} }
sub client_pid { return $_[0]{db}{pg_pid} }

# The workers of a parallel plan, and pgbench's session, have ended when it is asked:
# they are in what their parents have reaped.
sub client_cpu
{
	my ($self) = @_;
	my (undef, undef, $user, $system) = times;
	return process_cpu($self->client_pid) + reaped_cpu($self->{postmaster}) + $user + $system;
}

# Of pgbench's session nobody knows the memory.
sub sample
{
	my ($self, $work, @rest) = @_;
	my $sample = $self->SUPER::sample($work, @rest);
	delete $sample->{peak_mb} if $work->{pgbench};
	return $sample;
}

# WORK: { sql, bind, times }, { copy } or { pgbench, transactions }.
sub perform
{
	my ($self, $work) = @_;
	return $self->pgbench($work) if $work->{pgbench};
	return $self->copy($work) if $work->{copy};
	my $bind = $work->{bind} // [];
	my $query = $work->{prepared} //= $self->{db}->prepare($work->{sql});
	my $rows;
	my $begin = now();
	for (1 .. $work->{times} // 1)
	{
		$query->execute(@$bind);
		$rows = $query->fetchall_arrayref;
	}
	my $ms = now() - $begin;
	return ($ms, join('|', map { @$_ } sort { $a->[0] cmp $b->[0] } @$rows));
}

sub copy
{
	my ($self, $work) = @_;
	my $begin = now();
	$self->{db}->do($work->{copy});
	return (now() - $begin, undef);
}

# pgbench's own figure for a transaction, times their number.
sub pgbench
{
	my ($self, $work) = @_;
	my $script = File::Temp->new(SUFFIX => '.sql');
	print $script $work->{pgbench};
	close $script;
	local $ENV{PGOPTIONS} = "-c search_path=$self->{schema}";
	my $out = `pgbench -M prepared -n -c 1 -t $work->{transactions} -f $script 2>&1`;
	$out =~ /latency average = ([\d.]+) ms/ && $? == 0 or die "pgbench: $out\n";
	sleep(0.05);				# until its session has been reaped
	return ($1 * $work->{transactions}, undef);
}

# The rows of keys, one prepared query each: what a side's "get" answers.
sub get
{
	my ($self, @keys) = @_;
	my $query = $self->{db}->prepare('SELECT name, age, city, score FROM t WHERE id = ?');
	my @row;
	for my $key (@keys)
	{
		$query->execute($key);
		push @row, @{ $query->fetchall_arrayref };
	}
	my ($city) = sort { $b cmp $a } map { $_->[2] } @row;
	return join('|', scalar(@row), sum0(map { $_->[1] } @row), $city, sum0(map { $_->[3] } @row));
}

# Of any statement, its rows fetched.
sub milliseconds
{
	my ($self, $sql) = @_;
	my $statement = $self->{db}->prepare($sql);
	my $begin = now();
	$statement->execute;
	$statement->fetchall_arrayref if $statement->{NUM_OF_FIELDS};
	return now() - $begin;
}

# The plan, a line each; lists of keys are cut.
sub plan
{
	my ($self, $work) = @_;
	my $lines = $self->{db}->selectcol_arrayref("EXPLAIN $work->{sql}", {}, @{ $work->{bind} // [] });
	return [map { length > 160 ? substr($_, 0, 157) . '...' : $_ } @$lines];
}

1;
