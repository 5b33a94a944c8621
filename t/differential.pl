# differential.pl - the same random queries on foreign tables and on local copies.
#
# Every query runs on the local copy, on the foreign table with all push-down
# switches on, again with each switch off, with parallel workers wherever they can
# be, and on two foreign tables that an asynchronous Append puts together; all
# results must be the same, or all must fail with the same SQLSTATE (of several rows that
# fail, scans that run together may meet another one first: then one of its class).
# While the queries run, regions are split
# and reopened.  HTABLE_TEST_SEED and HTABLE_TEST_QUERIES change what is asked,
# HTABLE_TEST_MODELS (a pattern of names, bases included) of what.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableKeyQueries;
use HTableForms;
use HTableModel;
use HTableQueries;
use HTableTest qw(explain_text now_ms);
use HTableValues qw(rnd pick draw chance random_value random_part_constant);
use Test::More;

my $seed = $ENV{HTABLE_TEST_SEED} // 20240229;
my $queries = $ENV{HTABLE_TEST_QUERIES} // 2800;
my $most_shown = 10;

diag("differential: seed $seed, $queries queries");
srand $seed;

my $t = HTableTest->begin('differential');
my $db = $t->connect;

# Answers of some rows, and a window that some of them fill: so regions overlap, and wait for each other.
$db->do("ALTER SERVER hbase OPTIONS (ADD fetch_bytes '16kB', ADD scan_window '48kB')");

# ---- the tables ----

sub columns
{
	my ($encoding, @types) = @_;
	my $i = 0;
	return [
		map {
			my ($type, $own) = split /:/;
			$i++;
			{
				name => "c$i", type => $type, encoding => $own // $encoding,
				family => $i % 3 ? 'a' : 'b', qualifier => "q$i"
			}
		} @types
	];
}

my $all_text = [qw(text int4 int8 float8 numeric bool timestamptz date uuid bytea jsonb)];
my $all_binary = [qw(text int4 int8 float8 numeric bool timestamptz uuid bytea int2 float4)];
my @text_splits = ('a', 'b', 'h', 'k-005', 'p', "\xC3\xA9");
my @text_borders = map { ($_, "${_}a", "$_\x01") } @text_splits;

# Collations: C needs its name, since the database's own is C.UTF-8.
$db->do('CREATE FUNCTION steady(anyelement) RETURNS anyelement STABLE PARALLEL SAFE LANGUAGE plpgsql AS $$ BEGIN RETURN $1; END $$');
$db->do("CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");

sub text_key { return { type => 'text', encoding => 'text', collate => $_[0] } }

# Making an HBase table takes a second, so some are declared in several ways.
my %models;
my @models;
my $asked = $ENV{HTABLE_TEST_MODELS} // '.';

sub add_model
{
	my ($name, %declaration) = @_;
	return if $name !~ /$asked/;
	$declaration{base} = $models{ $declaration{base} } if $declaration{base};
	push @models, $models{$name} = HTableModel->new($t, name => $name, %declaration);
}

add_model('text_c', key => text_key('C'), exact_key => 1, unique_key => 1, columns => columns('text', @$all_text),
	splits => \@text_splits, border_text => \@text_borders, split => 'abc');
add_model('text_default', base => 'text_c', key => text_key(), exact_key => 1, unique_key => 1,
	columns => $models{text_c}{columns}, time_type => 'timestamptz');
add_model('text_icu', base => 'text_c', key => text_key('en-x-icu'), exact_key => 1, unique_key => 1,
	columns => [ @{ $models{text_c}{columns} }[ 0, 1, 4 ] ]);
add_model('text_nocase', base => 'text_c', key => text_key('nocase'), no_patterns => 1, columns => [ @{ $models{text_c}{columns} }[2] ]);

add_model('int4', key => { type => 'int4', encoding => 'binary' }, exact_key => 1, unique_key => 1,
	columns => columns('binary', @$all_binary), split => "\x00\x00\x00\x0A",
	splits => [ map { pack 'N', $_ } 5, 100, 0x4000_0000, 0x8000_0000, 0xC000_0000, 0xFFFF_FFF6 ]);
add_model('int4_bytes', base => 'int4', key => { type => 'bytea', encoding => 'text' }, exact_key => 1, unique_key => 1,
	columns => []);
add_model('int8', key => { type => 'int8', encoding => 'binary' }, exact_key => 1, unique_key => 1,
	columns => columns('text', 'int8', 'text', 'numeric', 'jsonb'), time_type => 'timestamptz',
	splits => [ map { pack 'q>', $_ } 5, 100, 1 << 40, '-9223372036854775808', -(1 << 40), -10 ]);
# two zeros, several NaNs
add_model('float8', key => { type => 'float8', encoding => 'binary' },
	columns => columns('binary', 'float8', 'text', 'float8:text', 'int8'),
	splits => [ map { pack 'H*', $_ } '3ff0000000000000', '4024000000000000', '7ff0000000000000',
		'8000000000000000', 'c000000000000000', 'fff0000000000000' ]);
add_model('bytea', key => { type => 'bytea', encoding => 'binary' }, exact_key => 1, unique_key => 1,
	columns => columns('text', 'bytea', 'text', 'int4'), split => "\x80\x00",
	splits => [ "\x00\x01", "\x01", "\x7F\xFF", "\x80", "\xFF", "\xFF\xFF" ]);
add_model('uuid', key => { type => 'uuid', encoding => 'binary' }, exact_key => 1, unique_key => 1, rows => 200,
	columns => columns('binary', 'uuid', 'bool', 'timestamptz'), splits => [ "\x01", "\x40", "\x80", "\x90", "\xF0", "\xFF\x80" ]);
add_model('timestamptz', key => { type => 'timestamptz', encoding => 'binary' }, exact_key => 1, unique_key => 1, rows => 200,
	columns => columns('binary', 'timestamptz', 'int4', 'date:text'),
	splits => [ map { pack 'q>', $_ } 1_500_000_000_000, 1_550_000_000_000, 1_600_000_000_000, 1_650_000_000_000,
		-400_000_000_000, -300_000_000_000 ]);
# OrderedBytes in both orders: numbers, strings, two zeros, two forms of a blob
my $all_ordered = [qw(text int4 int8 float8 numeric timestamptz bytea int2 float4)];
add_model('ordered_int4', key => { type => 'int4', encoding => 'ordered' }, exact_key => 1, unique_key => 1,
	columns => columns('ordered', @$all_ordered), split => "+\x80\x00\x00\x05",
	splits => [ "+", map { "+$_" } "\x7F\xFF\xFF\xF0", "\x80", "\x80\x00\x00\x08", "\xC0" ]);
add_model('ordered_int8', key => { type => 'int8', encoding => 'ordered_desc' }, exact_key => 1, unique_key => 1,
	columns => columns('ordered_desc', @$all_ordered), time_type => 'timestamptz', split => "\xD3\x80",
	splits => [ "\xD3", "\xD3\x7F", "\xD3\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xF8", "\xD3\x80\x00\x00\x00\x00\x00\x00\x08" ]);
add_model('ordered_float8', key => { type => 'float8', encoding => 'ordered' },
	columns => columns('ordered', 'float8', 'text', 'int8'), splits => [ "1", "1\x40", "1\x80", "1\xC0", "1\xC0\x24" ]);
add_model('ordered_numeric', key => { type => 'numeric', encoding => 'ordered_desc' }, unique_key => 1,
	columns => columns('ordered_desc', 'numeric', 'text', 'int4:text'),
	splits => [ "\xE5", "\xE6\xC0", "\xE7", "\xEA", "\xED", "\xEE" ]);
add_model('ordered_text', key => { type => 'text', encoding => 'ordered', collate => 'C' }, exact_key => 1, unique_key => 1,
	columns => columns('ordered', 'text', 'numeric', 'bytea'), splits => [ map { "4$_" } @text_splits ]);
add_model('ordered_text_desc', key => { type => 'text', encoding => 'ordered_desc', collate => 'C' }, exact_key => 1, unique_key => 1,
	columns => columns('ordered_desc', 'text', 'timestamptz'), splits => [ sort map { ~"4$_" } @text_splits ]);
add_model('ordered_bytea', key => { type => 'bytea', encoding => 'ordered' }, exact_key => 1,
	columns => columns('ordered', 'int4', 'text'), splits => [ "7", "7\x80", "7\xC0", "8", "8\x80" ]);
add_model('ordered_versions', shape => 'versions', history => 1, key => { type => 'int4', encoding => 'ordered_desc' }, exact_key => 1,
	rows => 120, columns => columns('ordered', 'text', 'int4', 'numeric'), time_type => 'timestamptz',
	splits => [ "\xD4", "\xD4\x7F\xFF\xFF\xFF", "\xD4\x80" ]);

# Row keys of several parts.
sub part
{
	my ($name, $type, %more) = @_;
	return { name => $name, type => $type, encoding => $type =~ /^(text|bytea)$/ ? 'text' : 'binary',
		$type eq 'text' ? (collate => 'C') : (), %more };
}

my $two_cells = columns('text', 'int4', 'text');
my @composite = (columns => $two_cells, exact_key => 1, unique_key => 1, rows => 300);
add_model('parts_fixed', @composite, splits => [ "a\0", "ab\0\0\x80" ], split => "a\0\0\0\x7F",
	keys => [ part('a', 'text', length => 4), part('b', 'int4'), part('c', 'text') ]);
add_model('parts_zero', @composite, splits => [ "a\0\xE8" ],
	keys => [ part('a', 'text', terminator => "\0"), part('b', 'numeric', encoding => 'ordered_desc'), part('c', 'bytea') ]);
add_model('parts_default', base => 'parts_zero', @composite,
	keys => [ part('a', 'text', terminator => "\0", collate => undef), part('b', 'numeric', encoding => 'ordered_desc'), part('c', 'bytea') ]);
add_model('parts_text', @composite, splits => [ 'a!' ], split => 'a#a',
	keys => [ part('a', 'text', terminator => '#'), part('b', 'text', terminator => '::'), part('c', 'int8', encoding => 'ordered', nullable => 1) ]);
add_model('parts_bytes', @composite, splits => [ "aa\x01" ],
	keys => [ part('a', 'bytea', length => 2), part('b', 'bytea', terminator => "\0"), part('c', 'text', terminator => '|') ]);
add_model('parts_literal', @composite, key_prefix => 'u#', splits => [ "u#+\x80\0\0\5" ],
	keys => [ part('a', 'int4', encoding => 'ordered', terminator => '#'), part('b', 'text', length => 3, terminator => '-') ]);
# two zeros and many NaNs, nulls between other parts
add_model('parts_float', @composite, exact_key => 0, unique_key => 0, splits => [ "\x80" ],
	keys => [ part('a', 'float8'), part('b', 'text', encoding => 'ordered', nullable => 1),
		part('c', 'numeric', encoding => 'ordered_desc', nullable => 1) ]);
add_model('parts_ordered', @composite, splits => [ "+\x80" ],
	keys => [ part('a', 'int4', encoding => 'ordered', nullable => 1), part('b', 'text', encoding => 'ordered_desc'),
		part('c', 'int2', encoding => 'binary') ]);
add_model('parts_versions', @composite, rows => 120, shape => 'versions', history => 1, time_type => 'timestamptz', splits => [ "a\0" ],
	keys => [ part('a', 'text', terminator => "\0"), part('b', 'int8', encoding => 'ordered_desc') ]);

# several texts for one number: the key is not unique here
add_model('int_text', key => { type => 'int4', encoding => 'text' }, exact_key => 1, rows => 250,
	columns => columns('text', 'text', 'int8', 'bool'), splits => [ '+', '-', '-5', '1', '3', '7' ]);

add_model('versions', shape => 'versions', history => 1, key => text_key('C'), exact_key => 1, rows => 120,
	columns => columns('text', 'text', 'int4:binary', 'numeric', 'bool'), time_type => 'timestamptz',
	splits => \@text_splits, border_text => \@text_borders, split => 'abc');
add_model('versions_two', base => 'versions', shape => 'versions', max_versions => 2, key => text_key('C'), exact_key => 1,
	columns => [ @{ $models{versions}{columns} }[ 0, 3 ] ], time_type => 'timestamptz');
add_model('versions_raw', base => 'versions', shape => 'versions', key => text_key(), exact_key => 1, unique_key => 1,
	columns => [ @{ $models{versions}{columns} }[ 1, 2 ] ], time_type => 'int8');
add_model('newest', base => 'versions', key => text_key('C'), exact_key => 1, unique_key => 1,
	columns => $models{versions}{columns}, time_type => 'int8');

# the past: the same tables as they were
add_model('past', base => 'versions', as_of => 1_600_000_012_000, key => text_key('C'), exact_key => 1, unique_key => 1,
	columns => $models{versions}{columns}, time_type => 'int8');
add_model('past_versions', base => 'versions', as_of => 1_600_000_020_000, shape => 'versions', key => text_key('C'), exact_key => 1,
	columns => $models{versions}{columns}, time_type => 'timestamptz');

# cells that do not decode, in both encodings
sub bad { return { %{ $_[0] }, bad => 1 } }
add_model('bad_cells', key => { type => 'int4', encoding => 'ordered' }, exact_key => 1, unique_key => 1, rows => 250,
	columns => [ map { bad($_) } @{ columns('binary', 'int4', 'int8', 'float8', 'int2', 'uuid', 'int4:text', 'float8:text') } ],
	options => { on_bad_value => 'null' }, splits => [ "+\x80" ]);

# a table of which nothing but its cells is known
add_model('history', shape => 'versions', history => 1, deletes => 1, key => text_key('C'), exact_key => 1, rows => 120,
	columns => columns('text', 'text', 'int4:binary', 'numeric'), extra => [ [ 'a', '' ], [ 'b', 'q1' ], [ 'z', "\xC3\xA9" ], [ 'z', 'Q' ] ],
	time_type => 'int8', splits => \@text_splits, border_text => \@text_borders);
add_model('cells', base => 'history', shape => 'cells', key => text_key('C'), exact_key => 1, unique_key => 1, time_type => 'int8');
add_model('cells_time', base => 'history', shape => 'cells', key => text_key('C'), exact_key => 1, unique_key => 1,
	time_type => 'timestamptz', max_versions => 2);
add_model('cells_raw', base => 'history', shape => 'cells', raw => 1, key => text_key('C'), exact_key => 1, unique_key => 1, time_type => 'int8');
add_model('cells_family', base => 'history', shape => 'cells', key => text_key(), exact_key => 1, unique_key => 1, time_type => 'int8',
	options => { family => 'a' });
add_model('bytes', shape => 'versions', history => 1, deletes => 1, key => { type => 'int4', encoding => 'ordered' }, exact_key => 1, rows => 100,
	columns => columns('text', 'text'), extra => [ [ 'a', '' ], [ 'a', "\x00\x01" ], [ 'a', "\xFF" ], [ 'b', "\x80\xFF" ] ], time_type => 'int8',
	splits => [ "+", "+\x80" ]);
add_model('cells_bytes', base => 'bytes', shape => 'cells', qualifier => 'bytea', key => { type => 'int4', encoding => 'ordered' },
	exact_key => 1, unique_key => 1, time_type => 'int8');
add_model('cells_bytes_raw', base => 'bytes', shape => 'cells', qualifier => 'bytea', raw => 1, key => { type => 'int4', encoding => 'ordered' },
	exact_key => 1, unique_key => 1, time_type => 'int8');

# families as maps, beside columns of their cells
my $map_columns = [ @{ columns('text', 'text', 'text', 'text', 'text') },
	{ name => 'ma', type => 'jsonb', map => 'a:' }, { name => 'mb', type => 'jsonb', map => 'b:' },
	{ name => 'mq', type => 'jsonb', map => 'a:q*' }, { name => 'mh', type => 'jsonb', map => 'a:', hex => 1 } ];
add_model('maps', key => text_key('C'), exact_key => 1, unique_key => 1, rows => 200, columns => $map_columns,
	extra => [ [ 'a', '' ] ], splits => \@text_splits, border_text => \@text_borders);
add_model('maps_only', base => 'maps', key => text_key('C'), exact_key => 1, unique_key => 1,
	columns => [ @{$map_columns}[ 0, 4, 6 ] ], time_type => 'int8');

# A local table to join: keys that exist, others, the same twice, NULLs.
sub create_parts_join_table
{
	my ($model) = @_;
	my @parts = @{ $model->{keys} };
	my @columns = map { "$_->{name} $_->{type}" . ($_->{collate} ? " COLLATE \"$_->{collate}\"" : '') } @parts;
	my @rows;
	for my $id (1 .. 14)
	{
		my $row = pick(@{ $model->{local_rows} });
		push @rows, [ $id, map { chance(0.05) ? undef : chance(0.1) ? random_part_constant($parts[$_]) : $row->[$_] } 0 .. $#parts ];
	}
	$db->do("CREATE TABLE j_$model->{name} (" . join(', ', 'id int', @columns) . ')');
	$t->copy_rows($db, "j_$model->{name}", \@rows);
	$db->do("ANALYZE j_$model->{name}");
}

sub create_join_table
{
	my ($model) = @_;
	return create_parts_join_table($model) if $model->{keys};
	my $key = $model->{key};
	my $type = $key->{type} . ($key->{collate} ? " COLLATE \"$key->{collate}\"" : '');
	my @keys = map { $model->{local_rows}[ rnd(scalar @{ $model->{local_rows} }) ][0] } 1 .. 12;
	my @rows;
	for my $id (1 .. 14)
	{
		my $k = chance(0.1) ? undef : chance(0.2) ? (random_value($key->{type}, $key->{encoding}))[0] : pick(@keys);
		push @rows, [ $id, $k, pick(undef, @keys), pick(undef, 5, -3, 7, 5000000000, '-9223372036854775808'),
			pick(undef, '5.5', '-3', '7.0', '1e25', 'NaN', '-0.5') ];
	}
	$db->do("CREATE TABLE j_$model->{name} (id int, k $type, k2 $type, k8 int8, kn numeric)");
	$t->copy_rows($db, "j_$model->{name}", \@rows);
	$db->do("ANALYZE j_$model->{name}");
}

my $begin = now_ms();
$t->make_server($db, 'small_answers', fetch_bytes => '16kB');
$t->htool(map { $_->script } @models);
for my $i (0 .. $#models)
{
	my $model = $models[$i];
	$model->create_foreign($db);
	$model->create_local($db);
	$model->create_halves($db, $i % 2 ? 'small_answers' : undef);
	create_join_table($model);
}
note(sprintf 'tables made in %.1f s', (now_ms() - $begin) / 1000);

# ---- running ----

# Text forms of cells and conditions must not follow the session's settings.
$db->do($_) for "SET TimeZone = 'America/New_York'", "SET DateStyle = 'SQL, DMY'", "SET IntervalStyle = 'sql_standard'",
	"SET client_min_messages = error", "SET statement_timeout = '30s'", "SET plan_cache_mode = force_generic_plan";

my @switches = map { $_->[0] }
	@{ $db->selectall_arrayref("SELECT name FROM pg_settings WHERE name LIKE 'htable\\_fdw.enable\\_%' ORDER BY 1") };
cmp_ok(scalar @switches, '>=', 5, 'there are switches to turn: ' . join ' ', map { s/.*enable_//r } @switches);

# How a query is run on foreign tables: what is set for it, and the tables.  Starting
# workers takes longer than most queries, so these have one of `turns` each.
my %parallel = (parallel_setup_cost => 0, parallel_tuple_cost => 0, min_parallel_table_scan_size => 0, max_parallel_workers_per_gather => 2);
my @variants = (
	{ name => 'all on', settings => {} },
	(map { { name => s/.*enable_//r . ' off', settings => { $_ => 'off' } } } @switches),
	{ name => 'asynchronous', settings => {}, prefix => 'h' },
	{ name => 'workers', turn => 0, settings => \%parallel },
	{ name => 'workers alone', turn => 1, settings => { %parallel, parallel_leader_participation => 'off' } },
	{ name => 'workers on halves', turn => 2, settings => \%parallel, prefix => 'h' },
);
my $turns = 3;

sub set_variant
{
	my ($variant) = @_;
	$db->do("SET $_ = $variant->{settings}{$_}") for sort keys %{ $variant->{settings} };
}

sub reset_variant
{
	my ($variant) = @_;
	$db->do("RESET $_") for sort keys %{ $variant->{settings} };
}

sub show_row { return join '|', map { defined $_ ? $_ : '<null>' } @{ $_[0] } }

sub fetch
{
	my ($sql) = @_;
	my $sth = $db->prepare($sql, { pg_direct => 1 });
	$sth->execute;
	return [] unless $sth->{NUM_OF_FIELDS};
	return [ map { show_row($_) } @{ $sth->fetchall_arrayref } ];
}

# The rows of a query on tables with this prefix: [rows] for each set of
# parameters, or the SQLSTATE.
sub run_query
{
	my ($query, $sql, $prefix) = @_;
	my $name = $query->{model}{name};
	my @results;

	$sql =~ s/\{T\}/${prefix}_$name/g;
	$sql =~ s/\{J\}/j_$name/g;
	my $good = eval {
		if ($query->{cursor})
		{
			$db->begin_work;
			$db->do("DECLARE c SCROLL CURSOR FOR $sql");
			push @results, map { fetch("$_ FROM c") } @{ $query->{cursor} };
			$db->commit;
		}
		elsif ($query->{prepared})
		{
			my $types = @{ $query->{types} } ? '(' . join(', ', @{ $query->{types} }) . ')' : '';
			$db->do("PREPARE q$types AS $sql");
			for my $values (@{ $query->{values} })
			{
				my $list = @$values ? '(' . join(', ', map { HTableQueries::quote($_) } @$values) . ')' : '';
				push @results, fetch("EXECUTE q$list");
			}
		}
		else
		{
			push @results, fetch($sql);
		}
		1;
	};
	my $state = $db->state || "none: $@";
	my $message = $@;
	$db->rollback unless $db->{AutoCommit};
	$db->do('DEALLOCATE ALL') if $query->{prepared};
	return $good ? { results => \@results } : { error => $state, message => $message };
}

# ---- comparing ----

sub as_set { return [ sort @{ $_[0] } ] }

sub same_lists
{
	my ($a, $b) = @_;
	return @$a == @$b && !grep { $a->[$_] ne $b->[$_] } 0 .. $#$a;
}

# Is every row (as often as it comes) among the others?
sub is_subset
{
	my ($rows, $all) = @_;
	my %left;
	$left{$_}++ for @$all;
	return !grep { --($left{$_} //= 0) < 0 } @$rows;
}

# undef when the foreign result is right, else what is wrong.
sub difference
{
	my ($query, $expected, $full, $got, $reorders) = @_;
	if (defined $expected->{error} || defined $got->{error})
	{
		my ($e, $g) = map { $_->{error} // 'no error' } $expected, $got;
		# of several rows that fail, the first one met is the error
		return undef if $reorders && $query->{compare} ne 'list' && $e =~ /^22/ && $g =~ /^22/;
		return $e eq $g ? undef : "expected $e, got $g: " . ($got->{message} // $expected->{message});
	}
	for my $i (0 .. $#{ $expected->{results} })
	{
		my ($e, $g) = ($expected->{results}[$i], $got->{results}[$i]);
		if ($query->{compare} eq 'subset')
		{
			next if @$e == @$g && is_subset($g, $full->{results}[$i]);
		}
		else
		{
			($e, $g) = (as_set($e), as_set($g)) if $query->{compare} eq 'set';
			next if same_lists($e, $g);
		}
		my (%e, %g);
		$e{$_}++ for @$e;
		$g{$_}++ for @$g;
		my @missing = grep { ($g{$_} // 0) < $e{$_} } sort keys %e;
		my @extra = grep { ($e{$_} // 0) < $g{$_} } sort keys %g;
		splice @missing, 3;
		splice @extra, 3;
		return sprintf "execution %d: expected %d rows, got %d\n  missing: %s\n  extra: %s",
			$i, scalar @$e, scalar @$g, join(' / ', @missing), join(' / ', @extra);
	}
	return undef;
}

# ---- what the plans used ----

my %features;
my $forms = HTableForms->new;
my @feature_patterns = (
	[ 'key condition' => qr/HBase Cond:/ ],
	[ 'reversed scan' => qr/HBase Direction: reversed/ ],
	[ 'limit' => qr/HBase Limit:/ ],
	[ 'clause checked again' => qr/checked again/ ],
	[ 'parameterised scan' => qr/Nested Loop[\s\S]*HBase Cond: .*(?:\$\d|\bj\.)/ ],
	[ 'order of the key without a sort' => qr/\A(?:(?!Sort)[\s\S])*HBase Direction: reversed/ ],
	[ 'time range' => qr/time range\b/ ],
	[ 'value filter' => qr/value filter\b/ ],
	[ 'columns by condition' => qr/: columns, / ],
	[ 'no values of cells' => qr/HBase Values: left out/ ],
	[ 'scans that workers share' => qr/Parallel Foreign Scan/ ],
	[ 'shared scans in order' => qr/Gather Merge(?:(?!Sort)[\s\S])*Parallel Foreign Scan/ ],
	[ 'partial aggregates of shared scans' => qr/Partial [\s\S]*Parallel Foreign Scan/ ],
	[ 'asynchronous scans' => qr/Async Foreign Scan/ ],
);

# Long lists are read by Gets, by scans with a filter, or by some of both.
my @list_features = ('a long list, none of it in filters', 'a long list in filters',
	'a long list in filters, reversed', 'a long list in filters with a value filter');

sub note_list
{
	my ($sql) = @_;
	my $plan = eval { join "\n", @{ fetch("EXPLAIN (ANALYZE, VERBOSE, COSTS OFF, TIMING OFF) $sql") } } // '';
	my ($ranges) = $plan =~ /HBase Ranges: (\d+)/;
	my ($filtered) = $plan =~ /HBase Filtered Ranges: (\d+)/;
	return if ($ranges // 0) < 30;
	my @met = $filtered ? (0, 1, scalar($plan =~ /HBase Direction: reversed/), scalar($plan =~ /value filter\b/)) : (1, 0, 0, 0);
	$features{ $list_features[$_] }++ for grep { $met[$_] } 0 .. $#met;
}

sub note_features
{
	my ($query, $prefix) = @_;
	$prefix //= 'f';
	my $sql = $query->{sql} =~ s/\{T\}/${prefix}_$query->{model}{name}/gr =~ s/\{J\}/j_$query->{model}{name}/gr;
	if ($query->{prepared})
	{
		my $types = @{ $query->{types} } ? '(' . join(', ', @{ $query->{types} }) . ')' : '';
		return unless eval { $db->do("PREPARE q$types AS $sql"); 1 };
		my $values = $query->{values}[0];
		$sql = 'EXECUTE q' . (@$values ? '(' . join(', ', map { HTableQueries::quote($_) } @$values) . ')' : '');
	}
	my $plan = eval { join "\n", @{ fetch("EXPLAIN (VERBOSE, COSTS OFF) $sql") } } // '';
	note_list($sql) if $query->{kind} eq 'long_list';
	$db->do('DEALLOCATE ALL') if $query->{prepared};
	$features{ $_->[0] }++ for grep { $plan =~ $_->[1] } @feature_patterns;
	$features{"rows seen by $_"}++ for $plan =~ /^\s*Row Existence: (.*)$/mg;
	return $plan;
}

# ---- the loop ----

my (%run, %bad);
my $shown = 0;
my $failing = 0;
my $rows_seen = 0;
my $slowest = 0;

sub report
{
	my ($number, $query, $variant, $difference) = @_;
	my $how = $variant->{name};
	$bad{ $query->{model}{name} }{$how}++;
	return diag("the same query, $how: " . $difference =~ s/\n.*//sr) if $query->{shown};
	return if $shown++ >= $most_shown;
	$query->{shown} = 1;
	my $values = join ' and ', map { '(' . join(', ', map { HTableQueries::quote($_) } @$_) . ')' } @{ $query->{values} };
	diag("seed $seed, query $number on $query->{model}{name}, $how:\n$query->{sql}\n"
		. ($query->{prepared} ? "types @{$query->{types}} values $values\n" : '')
		. ($query->{cursor} ? "cursor: @{$query->{cursor}}\n" : '')
		. "settings off: @{$query->{settings}}\n$difference\nplan:\n"
		. substr note_features($query, $variant->{prefix}) // '', 0, 1800);
}

my %expected_regions;

# Regions move under the running queries.
sub disturb
{
	my ($number) = @_;
	my @split = grep { $_->{split} } @models;
	my $script = $ENV{HTABLE_TEST_STILL} ? undef
		: $number == int($queries * 0.4) ? [ map { "split\t$_->{table}\t" . HTableTest::escape($_->{split}) } @split ]
		: $number == int($queries * 0.6) ? [ map { ("flush\t$_->{table}", "move\t$_->{table}\t" . HTableTest::escape($_->{split})) } @split ]
		: $number == int($queries * 0.8) ? [ map { "compact\t$_->{table}" } grep { defined } $split[0] ]
		: undef;
	$t->htool_send(@$script) if $script && @$script;
}

$begin = now_ms();
for my $number (1 .. $queries)
{
	disturb($number);
	my $model = draw('models', @models);
	my $query = $model->{keys} ? HTableKeyQueries::random_query($model) : HTableQueries::random_query($model);
	my $name = $model->{name};

	$db->do("SET $_ = off") for @{ $query->{settings} };
	my $expected = run_query($query, $query->{sql}, 'l');
	my $full = $query->{compare} eq 'subset' ? run_query($query, $query->{full}, 'l') : undef;
	# a LIMIT that is wrong fails only with it
	$full = $expected if $full && defined $expected->{error};
	$failing++ if defined $expected->{error};
	diag("no SQL: $query->{sql}\n$expected->{message}") if ($expected->{error} // '') eq '42601';
	$features{"fails with $expected->{error}"}++ if defined $expected->{error};
	$rows_seen += @$_ for map { @{ $_->{results} // [] } } $expected;
	note_features($query);
	$forms->count($query);
	for my $variant (grep { !defined $_->{turn} || $_->{turn} == $number % $turns } @variants)
	{
		set_variant($variant);
		my $start = now_ms();
		my $got = run_query($query, $query->{sql}, $variant->{prefix} // 'f');
		$slowest = now_ms() - $start if now_ms() - $start > $slowest;
		$run{$name}{ $variant->{name} }++;
		my $difference = difference($query, $expected, $full, $got, $variant->{prefix} || defined $variant->{turn});
		report($number, $query, $variant, $difference) if defined $difference;
		note_features($query, $variant->{prefix}) if $variant->{name} =~ /workers|async/;
		reset_variant($variant);
	}
	$db->do("RESET $_") for @{ $query->{settings} };
}
my $seconds = (now_ms() - $begin) / 1000;

for my $model (@models)
{
	for my $how (map { $_->{name} } @variants)
	{
		my $n = $run{ $model->{name} }{$how} // 0;
		is($bad{ $model->{name} }{$how} // 0, 0, "$model->{name}, $how: $n queries without a difference");
	}
}

for my $clause ($models{text_nocase} ? ("k LIKE 'a%'", "k ^@ 'a'", "starts_with(k, 'a')", "k LIKE 'abc'") : ())
{
	my @states = map { my $table = $_; HTableTest::sqlstate_of($db, sub { $db->selectall_arrayref("SELECT k FROM $table WHERE $clause") }) }
		'l_text_nocase', 'f_text_nocase';
	is($states[1], $states[0], "$clause under a nondeterministic collation: " . ($states[0] || 'works'));
}

$t->htool_wait;
for my $model (grep { $_->{split} } @models)
{
	my @regions = $t->htool("regions\t$model->{table}");
	is(scalar @regions, @{ $model->{splits} } + ($ENV{HTABLE_TEST_STILL} ? 1 : 2), "$model->{name} was split while the queries ran");
}

# A test that pushes nothing down would find nothing.
if ($queries >= 500 && $asked eq '.')
{
	cmp_ok($features{$_} // 0, '>', 5, "plans had: $_") for map { $_->[0] } @feature_patterns;
}
if ($queries >= 2000 && $asked eq '.')
{
	cmp_ok($features{$_} // 0, '>', 2, "there was: $_") for @list_features;
}
my $asked_forms = $forms->all;
if ($queries >= 2000 && $asked eq '.')
{
	cmp_ok($asked_forms->{$_}, '>=', 50, "asked at least 50 times: $_") for sort keys %$asked_forms;
}
note("asked $asked_forms->{$_} times: $_") for sort keys %$asked_forms;
note("$_: $features{$_}") for sort keys %features;
note(sprintf '%d queries (%d of them fail), %d runs, %d expected rows in %.1f s, slowest foreign run %d ms',
	$queries, $failing, $queries * (2 + @variants - $turns), $rows_seen, $seconds, $slowest);
cmp_ok($failing, '<', $queries / 10, 'few queries fail');

$db->disconnect;
$t->finish;
done_testing();
