# existence.pl - which rows a query sees must not depend on the columns it reads.
#
# Random sparse rows over two declared families and one that is not declared,
# read through foreign tables of 1 to 30 columns, with and without a NOT NULL
# column and the option row_marker.  Every projection must give the same keys.
# HTABLE_TEST_SEED changes the rows and the projections.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put explain_text explain_values);
use HTableValues qw(rnd pick chance);
use List::Util qw(shuffle);
use Test::More;

my $seed = $ENV{HTABLE_TEST_SEED} // 7;
diag("existence: seed $seed");
srand $seed;

my $t = HTableTest->begin('existence');
my $db = $t->connect;
$db->do("SET statement_timeout = '60s'");

my $table = $t->table('sparse');
my @places = map { (($_ % 2) ? 'a' : 'b') . ":q$_" } 1 .. 30;

# ---- cells ----

my %cells;
my @script = ("create\t$table\ta,VERSIONS=3;b,VERSIONS=3;z\tr0100\tr0200\tr0300\tr0300x");

sub add_cell
{
	my ($row, $place, $time) = @_;
	$cells{$row}{$place} = 1;
	push @script, put($table, $row, split(/:/, $place, 2), "v$row", $time);
}

for my $number (1 .. 400)
{
	my $row = sprintf 'r%04d', $number;
	my $kind = rnd(10);
	if ($kind == 0) { add_cell($row, 'a:undeclared') }
	elsif ($kind == 1) { add_cell($row, 'b:undeclared') }
	elsif ($kind == 2) { add_cell($row, 'z:other') }
	elsif ($kind == 3) { add_cell($row, pick(@places)) }
	else
	{
		my $density = pick(0.03, 0.2, 0.9);
		chance($density) and add_cell($row, $_, pick(1000, 2000, 3000)) for @places;
		add_cell($row, pick('a:undeclared', 'z:other')) if chance(0.2);
	}
	# an older version of the same cell, a deleted cell, a deleted row
	push @script, put($table, $row, 'a', 'q1', 'old', 500) if $cells{$row}{'a:q1'} && chance(0.3);
	if ($kind > 3 && chance(0.1) && $cells{$row} && $cells{$row}{'b:q2'})
	{
		push @script, join "\t", 'delete', $table, $row, 'b', 'q2', '-';
		delete $cells{$row}{'b:q2'};
		delete $cells{$row} unless %{ $cells{$row} };
	}
	if ($cells{$row} && chance(0.03))
	{
		push @script, join "\t", 'delete', $table, $row, '-', '-', '-';
		delete $cells{$row};
	}
	push @script, "flush\t$table" if $number == 200;
}
$t->htool(@script);

# The same rows with a cell that each of them has.
my $marked = $t->table('marked');
my @marked_script = ("create\t$marked\ta;b\tr0100\tr0200");
for my $row (sort keys %cells)
{
	push @marked_script, put($marked, $row, 'a', 'm', '');
	push @marked_script, map { put($marked, $row, split(/:/, $_, 2), "v$row") } grep { !/^z|undeclared/ } sort keys %{ $cells{$row} };
}
$t->htool(@marked_script);

# Rows with any cell in the families, in key order.
sub rows_in
{
	my (%families) = @_;
	return [ grep { grep { $families{ substr $_, 0, 1 } } keys %{ $cells{$_} } } sort keys %cells ];
}

# ---- declarations ----

my $tables = 0;

# A foreign table with the cells of these places; its name.
sub declare
{
	my ($hbase_table, $places, %options) = @_;
	my $name = 'f' . ++$tables;
	my $not_null = delete $options{not_null};
	my $at = delete $options{at};
	my @columns = ("k text OPTIONS (column ':key')");
	for my $place (@$places)
	{
		my $column = $place =~ s/.*://r;
		push @columns, "$column text OPTIONS (column '$place')" . (($not_null // '') eq $place ? ' NOT NULL' : '');
	}
	push @columns, "at timestamptz OPTIONS (column ':timestamp')" if $at;
	my $list = join ', ', "table_name '$hbase_table'", map { "$_ '$options{$_}'" } sort keys %options;
	$db->do("CREATE FOREIGN TABLE $name (" . join(', ', @columns) . ") SERVER $HTableTest::SERVER OPTIONS ($list)");
	return $name;
}

my %rules;

sub keys_of
{
	my ($sql) = @_;
	$rules{$_}++ for explain_values(explain_text($db, $sql), 'Row Existence');
	return [ sort map { $_->[0] } @{ $db->selectall_arrayref($sql) } ];
}

# Every single column, random subsets, none: the same keys, and the same count.
sub check_projections
{
	my ($name, $places, $expected, $what) = @_;
	my @columns = map { s/.*://r } @$places;
	my @projections = ([], (map { [$_] } @columns), [@columns]);
	push @projections, [ grep { chance(pick(0.1, 0.5, 0.9)) } @columns ] for 1 .. 8;
	my @wrong;

	for my $projection (@projections)
	{
		my $keys = keys_of('SELECT ' . join(', ', 'k', @$projection) . " FROM $name");
		push @wrong, join(',', 'k', @$projection) . ': ' . @$keys . ' rows' if "@$keys" ne "@$expected";
		# without the key: only the number can be seen
		next unless @$projection;
		my $rows = $db->selectall_arrayref('SELECT ' . join(', ', @$projection) . " FROM $name");
		push @wrong, join(',', @$projection) . ': ' . @$rows . ' rows' if @$rows != @$expected;
	}
	for my $count ('count(*)', 'count(k)', 'count(1)')
	{
		my ($n) = $db->selectrow_array("SELECT $count FROM $name");
		push @wrong, "$count is $n" if $n != @$expected;
	}
	my $none = $db->selectall_arrayref("SELECT FROM $name");
	push @wrong, 'no column: ' . @$none if @$none != @$expected;
	is(join("\n", @wrong), '', "$what: " . @projections . ' projections of ' . @columns . ' columns see ' . @$expected . ' rows');
}

# A clause on a cell: the rows that have the cell, whatever else is read.
sub check_clauses
{
	my ($name, $places, $expected, $what) = @_;
	my @wrong;
	for my $place (map { pick(@$places) } 1 .. 5)
	{
		my $column = $place =~ s/.*://r;
		my @with = grep { $cells{$_}{$place} } @$expected;
		my %with = map { $_ => 1 } @with;
		my @without = grep { !$with{$_} } @$expected;
		my %sql = (
			"$column >= ''" => \@with, "$column IS NOT NULL" => \@with, "$column IS NULL" => \@without,
			"$column IS NULL OR $column < 'vr0150'" => [ grep { !$with{$_} || "v$_" lt 'vr0150' } @$expected ],
			"$column = 'v' || k" => \@with, "coalesce($column, '') = ''" => \@without,
			"k > 'r0150' AND $column IS NULL" => [ grep { $_ gt 'r0150' } @without ],
		);
		for my $clause (sort keys %sql)
		{
			my $keys = keys_of("SELECT k FROM $name WHERE $clause");
			push @wrong, "$clause: " . @$keys . ' not ' . @{ $sql{$clause} } if "@$keys" ne "@{$sql{$clause}}";
			my ($n) = $db->selectrow_array("SELECT count(*) FROM $name WHERE $clause");
			push @wrong, "count with $clause: $n not " . @{ $sql{$clause} } if $n != @{ $sql{$clause} };
		}
	}
	is(join("\n", @wrong), '', "$what: clauses on cells see the right rows");
}

# ---- the checks ----

my $both = rows_in(a => 1, b => 1);
my @of_a = grep { /^a/ } @places;

for my $number (1, 2, 3, 5, 8, 12, 20, 30)
{
	my @some = (shuffle @places)[ 0 .. $number - 1 ];
	my %families = map { substr($_, 0, 1) => 1 } @some;
	my $expected = rows_in(%families);
	my $name = declare($table, \@some);
	check_projections($name, \@some, $expected, "$number columns of " . join(' and ', sort keys %families));
	check_clauses($name, \@some, $expected, "$number columns");
}

check_projections(declare($table, \@of_a), \@of_a, rows_in(a => 1), 'one family, wide');
check_projections(declare($table, [ @places, 'z:other' ]), [ @places, 'z:other' ], rows_in(a => 1, b => 1, z => 1), 'three families');
check_projections(declare($table, [], family => 'b'), [], rows_in(b => 1), 'only the key, of a family');
check_projections(declare($table, []), [], rows_in(a => 1, b => 1, z => 1), 'only the key, of all families');
check_projections(declare($table, \@places, at => 1), \@places, $both, 'with a timestamp column');

my $all = [ sort keys %cells ];
for my $number (1, 4, 15, 30)
{
	my @some = (shuffle @places)[ 0 .. $number - 1 ];
	check_projections(declare($marked, \@some, row_marker => 'a:m'), \@some, $all, "row_marker, $number columns")
		if grep { /^a/ } @some;
	check_projections(declare($marked, [ @some, 'a:m' ], not_null => 'a:m'), [ @some, 'a:m' ], $all, "NOT NULL, $number columns");
	check_clauses(declare($marked, [ @some, 'a:m' ], not_null => 'a:m'), \@some, $all, "NOT NULL, $number columns");
}

# With the switch off there is one rule, and the same rows.
$db->do('SET htable_fdw.enable_projection = off');
{
	my %before = %rules;
	%rules = ();
	my $name = declare($table, \@places);
	check_projections($name, \@places, $both, 'enable_projection off');
	is_deeply([ sort keys %rules ], ['whole families'], 'enable_projection off reads whole families');
	%rules = (%rules, %before);
}
$db->do('RESET htable_fdw.enable_projection');

# Reversed scans and limits under the rules that filter.
my $wide = declare($table, \@places);
my $c_wide = declare($table, \@places);
$db->do("ALTER FOREIGN TABLE $c_wide ALTER COLUMN k TYPE text COLLATE \"C\"");
for my $columns ('k', 'k, q1', 'k, q2, q3', 'k, ' . join ', ', map { s/.*://r } @places)
{
	for my $limit (1, 7, 150)
	{
		my $down = [ map { $_->[0] } @{ $db->selectall_arrayref("SELECT $columns FROM $c_wide ORDER BY k DESC LIMIT $limit") } ];
		is("@$down", join(' ', (reverse @$both)[ 0 .. $limit - 1 ]), "backwards, limit $limit: " . substr $columns, 0, 12);
	}
}

# Where the first cells are known to be long, their values stay where they are.
my $heavy = $t->table('heavy');
my @keys = map { sprintf 'h%03d', $_ } 1 .. 90;
$t->htool("create\t$heavy\ta;b", map {
	($_ =~ /[05]$/ ? () : put($heavy, $_, 'a', 'doc', 'x' x 3000), put($heavy, $_, 'b', 'q2', "v$_")) } @keys);
my $long = declare($heavy, [ 'a:doc', 'b:q2' ]);
$db->do("ANALYZE $long");
is(join(' ', @{ keys_of("SELECT k FROM $long") }), "@keys", 'long first cells: every row is seen');
my ($seen) = $db->selectrow_array("SELECT count(*) FROM $long");
is($seen, @keys, '... and counted');
my ($bytes) = explain_values(explain_text($db, "SELECT count(*) FROM $long", 'ANALYZE, VERBOSE'), 'HBase Bytes');
cmp_ok($bytes, '<', @keys * 200, '... without their values');
is($db->selectrow_array("SELECT count(*) FROM $long WHERE length(doc) = 3000"), 72, '... which are there where they are wanted');

for my $rule ('whole families', 'clause rejects rows without the column', 'row_marker', 'NOT NULL column',
	'first cell of each row', 'first cell of each row, without its value', 'first cell of each row and the wanted columns, by filter')
{
	cmp_ok($rules{$rule} // 0, '>', 0, "rule was used: $rule");
}

$db->disconnect;
$t->finish;
done_testing();
