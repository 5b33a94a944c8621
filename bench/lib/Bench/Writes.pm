# Writes.pm - loading: COPY beside the same file loaded by the Java client and by
# Phoenix.
#
# Every sample begins with an empty table, made anew before its time begins.
package Bench::Writes;
use strict;
use warnings;

use List::Util qw(min);

use Bench::Jvm;
use Bench::Measure qw(median spread peak_kb);
use Bench::Rows;

use constant {
	TABLE => 'bench_write',
	PHOENIX_TABLE => 'bench_upsert',	# one of its own: it adds a cell to each row
	IN_FLIGHT => 4,				# lists of the Java client at a time, as htable_fdw's Multis
	INSERTS => 5,				# insert mode has one row of so many
	ROUNDS => 3,				# at most: a round is a minute
};

# Files of rows: all, and those for INSERT's promise.
sub files
{
	my ($rows) = @_;
	my %file = (all => $rows, some => int($rows / INSERTS));
	for my $name (keys %file)
	{
		my $path = "$ENV{HTABLE_SANDBOX}/bench-$name.tsv";
		Bench::Jvm::run('bench-file', $path, $file{$name});
		$file{$name} = $path;
	}
	return \%file;
}

sub declare
{
	my ($db) = @_;
	for my $mode (qw(upsert insert))
	{
		$db->do("CREATE FOREIGN TABLE w_$mode (id text OPTIONS (column ':key') COLLATE \"C\" NOT NULL,"
			. " name text NOT NULL, age int OPTIONS (encoding 'binary'), city text,"
			. " score float8 OPTIONS (encoding 'binary')) SERVER near"
			. " OPTIONS (table_name '@{[TABLE]}', family 'cf', insert_mode '$mode')");
	}
}

# The sides: this machine's htable_fdw, and JVMs of their own.
sub start_sides
{
	my ($run, $phoenix) = @_;
	my %side = (fdw => $run->{near},
		java => Bench::Jvm->start('bench-write', TABLE, $run->{rows}, undef, $run->{regions}));
	$side{phoenix} = Bench::Jvm->start('bench-phoenix', PHOENIX_TABLE, $run->{rows}, undef) if $phoenix;
	return \%side;
}

# Before each sample.
sub empty
{
	my ($side, $name, $regions) = @_;
	if ($name eq 'phoenix') { $side->{phoenix}->perform("1 empty $regions") }
	else { $side->{java}->perform('1 empty') }
}

# After it: what is in the table.
sub contents
{
	my ($side, $name) = @_;
	my (undef, $answer) = $name eq 'phoenix' ? $side->{phoenix}->perform('1 scan')
		: $side->{fdw}->perform({ sql => 'SELECT count(name), sum(age), max(city), sum(score) FROM w_upsert' });
	return $answer;
}

my @NAMES = ('COPY, upsert mode', 'COPY, insert mode');

sub names { return @NAMES }

sub comparisons
{
	my ($regions, $file) = @_;
	my $before = sub { empty(@_, $regions) };
	my %both = (per => 1, rounds => ROUNDS, before => $before, answer => \&contents);
	return (
		{ name => $NAMES[0], %both,
			sides => [ fdw => { copy => "COPY w_upsert FROM '$file->{all}'" }, java => "1 load $file->{all}",
				phoenix => "1 upsert $file->{all}" ],
			limits => { java => 0.65, phoenix => 0.33 } },
		{ name => $NAMES[1], %both,
			sides => [ fdw => { copy => "COPY w_insert FROM '$file->{some}'" },
				java => "1 insert $file->{some} @{[IN_FLIGHT]}" ],
			limits => { java => 1.3 } });
}

# htable_fdw alone: what the promise of INSERT costs, and what a COPY holds in memory.
sub checks
{
	my ($run, $side, $file) = @_;
	my (@ratio, @grown, %all);
	for my $round (0 .. min($run->{rounds}, ROUNDS))
	{
		my %ms;
		for my $mode (qw(upsert insert))
		{
			empty($side, 'fdw');
			my $fdw = Bench::Fdw->connect('near');
			$fdw->db->selectall_arrayref('SELECT * FROM w_upsert LIMIT 1');
			my $before = peak_kb($fdw->client_pid);
			($ms{$mode}) = $fdw->perform({ copy => "COPY w_$mode FROM '$file->{some}'" });
			push @grown, (peak_kb($fdw->client_pid) - $before) / 1024 if $round > 0;
			$fdw->db->disconnect;
		}
		next if $round == 0;
		push @ratio, $ms{insert} / $ms{upsert};
		push @{ $all{$_} }, $ms{$_} for keys %ms;
	}
	return ({ name => 'insert mode against upsert mode', value => median(@ratio), unit => 'x the time',
			limit => 4, detail => { map { ("${_}_ms" => spread(@{ $all{$_} })) } keys %all } },
		{ name => 'memory of a COPY', value => (sort { $b <=> $a } @grown)[0], unit => 'MB above its start',
			limit => 64 });
}

1;
