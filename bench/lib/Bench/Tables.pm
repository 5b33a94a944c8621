# Tables.pm - the HBase tables of the benchmark and the foreign tables over them.
#
#	bench           ROWS rows in REGIONS regions; FDW and Java
#	bench_phoenix   the same, for Phoenix: its coprocessors come with its view
#	bench_64        the same in 64 regions
#	bench_quarter   the first quarter of the rows
#	bench_low, bench_high  a half each, the partitions of "parts"
#
# Foreign tables are in the schemas near and far, one for each way to the cluster.
package Bench::Tables;
use strict;
use warnings;

use Bench::Jvm;
use Bench::Proxy;

use constant {
	MANY_REGIONS => 64,
	ROW_BYTES => 180,			# in a store file
	CACHE_SHARE => 0.4,			# of the heap is block cache (hfile.block.cache.size)
};

my %SHAPE = (			# first row, behind the last, regions
	bench => sub { (0, $_[0]{rows}, $_[0]{regions}) },
	bench_phoenix => sub { (0, $_[0]{rows}, $_[0]{regions}) },
	bench_64 => sub { (0, $_[0]{rows}, MANY_REGIONS) },
	bench_quarter => sub { (0, int($_[0]{rows} / 4), $_[0]{regions}) },
	bench_low => sub { (0, int($_[0]{rows} / 2), $_[0]{regions}) },
	bench_high => sub { (int($_[0]{rows} / 2), $_[0]{rows}, $_[0]{regions}) });

my %FOREIGN = (			# foreign table => HBase table
	t => 'bench', many => 'bench_64', quarter => 'bench_quarter');

sub new
{
	my ($class, %option) = @_;
	my $self = bless { %option, loaded => {} }, $class;
	$self->{record} = "$ENV{HTABLE_SANDBOX}/bench-tables";
	$self->{there} = $option{keep} ? $self->read_record : {};
	return $self;
}

# Tables of earlier runs, with --keep: name => shape.
sub read_record
{
	my ($self) = @_;
	my %there;
	if (open(my $f, '<', $self->{record}))
	{
		while (my $line = <$f>) { $there{$1} = $2 if $line =~ /^(\S+) (.*)$/ }
	}
	return \%there;
}

sub write_record
{
	my ($self) = @_;
	open(my $f, '>', $self->{record}) or die "$self->{record}: $!\n";
	print $f "$_ $self->{there}{$_}\n" for sort keys %{ $self->{there} };
	close $f;
}

# Makes and fills a table, unless it is there.
sub load
{
	my ($self, $table) = @_;
	my @shape = $SHAPE{$table}->($self);
	if (($self->{there}{$table} // '') eq "@shape") { return }
	print STDERR "loading $table: ", $shape[1] - $shape[0], " rows in $shape[2] regions\n";
	delete $self->{there}{$table};
	$self->write_record;
	Bench::Jvm::run('bench-load', $table, @shape);
	$self->{there}{$table} = "@shape";
	$self->write_record;
}

# All that is measured comes from HBase's block cache, which scans of foreign tables
# do not fill; what does not fit into it would be read from files, every time.
sub warm
{
	my ($self, @tables) = @_;
	Bench::Jvm::run('bench-warm', @tables);
	my $bytes = 0;
	for my $shape (values %{ $self->{there} })
	{
		my ($from, $to) = split(' ', $shape);
		$bytes += ($to - $from) * ROW_BYTES;
	}
	my ($heap, $unit) = $ENV{HTABLE_HEAP} =~ /^(\d+)([gm])$/ or return;
	my $cache = CACHE_SHARE * $heap * ($unit eq 'g' ? 1 << 30 : 1 << 20);
	printf STDERR "warning: tables of %d MB in a block cache of %d MB: set HTABLE_HEAP\n",
		$bytes / 1e6, $cache / 1e6 if $bytes > $cache;
}

sub server
{
	my ($db, $name, $place, @option) = @_;
	my $address = Bench::Proxy::address($place);
	my ($port) = $ENV{HTABLE_QUORUM} =~ /:(\d+)$/;
	$db->do("DROP SERVER IF EXISTS $name CASCADE");
	$db->do("CREATE SERVER $name FOREIGN DATA WRAPPER htable_fdw OPTIONS ("
		. join(', ', "quorum '$address:$port'", "hosts '" . Bench::Proxy::NAME . "=$address'", @option) . ')');
	$db->do("CREATE USER MAPPING FOR CURRENT_USER SERVER $name");
}

my $COLUMNS = q{id text OPTIONS (column ':key') COLLATE "C", name text,
	age int OPTIONS (encoding 'binary'), city text, score float8 OPTIONS (encoding 'binary')};

sub foreign_table
{
	my ($db, $name, $server, $table) = @_;
	$db->do("CREATE FOREIGN TABLE $name ($COLUMNS) SERVER $server"
		. " OPTIONS (table_name '$table', family 'cf')");
}

# Server and schema of one way to the cluster, with the tables that are loaded.
sub declare
{
	my ($self, $db, $place) = @_;
	$db->do('CREATE EXTENSION IF NOT EXISTS htable_fdw SCHEMA public');
	server($db, $place, $place);
	$db->do("DROP SCHEMA IF EXISTS $place CASCADE");
	$db->do("CREATE SCHEMA $place");
	for my $name (sort keys %FOREIGN)
	{
		foreign_table($db, "$place.$name", $place, $FOREIGN{$name})
			if $self->{there}{$FOREIGN{$name}};
	}
	# As a user would: foreign tables have statistics only when asked for.
	$db->do("ANALYZE $place.t") if $self->{there}{bench};
}

# Two foreign partitions, each read one region at a time.
sub declare_partitions
{
	my ($self, $db, $place) = @_;
	my $middle = sprintf('r%09d', $self->{rows} / 2);
	server($db, "${place}_single", $place, "scan_window '1'");
	$db->do("CREATE TABLE $place.parts (id text COLLATE \"C\", name text, age int, city text,"
		. ' score float8) PARTITION BY RANGE (id)');
	foreign_table($db, "$place.$_", "${place}_single", "bench_$_") for qw(low high);
	$db->do("ALTER TABLE $place.parts ATTACH PARTITION $place.low FOR VALUES FROM (MINVALUE) TO ('$middle')");
	$db->do("ALTER TABLE $place.parts ATTACH PARTITION $place.high FOR VALUES FROM ('$middle') TO (MAXVALUE)");
}

1;
