# dml.pl - the same random statements on foreign tables and on local ones.
#
# INSERT, UPDATE and DELETE with NULLs, empty strings, several rows, FROM and USING
# whose rows meet one target twice, RETURNING, row triggers, CHECK and generated
# columns: after each statement both tables hold the same rows, and the counts, the
# rows returned, what triggers saw, and SQLSTATEs are the same.  Statements that
# fail do so on one row, since rows that were sent stay.
#
# Then counters: sessions that add to the same numbers, by Increment and by compare
# and retry, lose nothing.  And rounds of SET c = NULL and SET c = 'x', which on
# HBase is a delete marker and a cell in one millisecond, also over cells that are
# stamped in the future.
#
# HTABLE_TEST_SEED, HTABLE_TEST_STATEMENTS, HTABLE_TEST_COUNTS and HTABLE_TEST_ROUNDS
# change what is done.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use HTableTest qw(put);
use HTableValues qw(rnd pick chance);
use POSIX ();
use Test::More;

my $seed = $ENV{HTABLE_TEST_SEED} // 6;
my $statements = $ENV{HTABLE_TEST_STATEMENTS} // 500;
my $counts = $ENV{HTABLE_TEST_COUNTS} // 150;
my $rounds = $ENV{HTABLE_TEST_ROUNDS} // 300;

diag("dml: seed $seed, $statements statements");
srand $seed;

my $t = HTableTest->begin('dml');
my $db = $t->connect;
$db->do("SET timezone = 'UTC'");
$db->do("SET client_min_messages = error");

# ---- values, as SQL writes them ----

my %pool = (
	text => [ "''", "'a'", "'x y'", "'\xC3\xA9'", "'NULL'", "E'\\t'", "'007'", "'0'" ],
	int4 => [ 0, 1, -1, 7, 42, -300, 2000000 ],
	int2 => [ 0, 1, -1, 300 ],
	int8 => [ 0, 1, -1, 9000000000, -9000000000, 255 ],
	float8 => [ 0, '1.5', '-2.25', "'1e300'", "'NaN'", "'-Infinity'" ],
	float4 => [ 0, '1.5', '-2.25' ],
	numeric => [ 0, '7.0', 7, '-12345.678', '1e30', "'NaN'" ],
	bool => [ 'true', 'false' ],
	timestamptz => [ "'2001-02-03 04:05:06.789+00'", "'1969-12-31 23:59:59+00'", "'2026-01-01+00'" ],
	date => [ "'2001-02-03'", "'1960-02-29'" ],
	uuid => [ "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'00000000-0000-0000-0000-000000000000'" ],
	bytea => [ "'\\x'", "'\\x00ff'", "'abc'" ],
	jsonb => [ q('{"a": 1}'), q('[]'), q('"s"') ],
	map => [ q('{"p": "1"}'), q('{"q": "", "r": "x"}'), qq('{"p": "2", "\xC3\xA9": "y"}') ],
);
# What an assignment may make of the row, by type; c is the column.
my %change = (
	text => [ "c || 'z'", "left(c, 3)", "coalesce(c, 'was null')" ],
	int4 => [ 'c % 1000 + 1', '-c', 'coalesce(c, 5)' ],
	int2 => [ 'c % 100' ],
	int8 => [ 'c + 3', 'c - 1', 'c / 2' ],
	float8 => [ 'c / 2' ], float4 => [ 'c / 2' ],
	numeric => [ 'c / 2 + 1' ],
	bool => [ 'NOT c' ],
	timestamptz => [ "c + interval '1 day'" ],
	date => [ 'c + 1' ],
	bytea => [ "c || '\\x01'" ],
	jsonb => [ 'to_jsonb(c)' ],
	map => [ q(c || '{"z": "9"}'), q(nullif(c - 'p', '{}')) ],
);

sub literal
{
	my ($column, $nulls) = @_;
	return 'NULL' if !$column->{needed} and chance($nulls // 0.2);
	# a BigDecimal is always a number
	my $value = pick(grep { $_ ne "'NaN'" || $column->{encoding} eq 'text' || $column->{type} ne 'numeric' } @{ $pool{ $column->{type} } });
	my $type = $column->{type} eq 'map' ? 'jsonb' : $column->{type};
	return "$value\::$type" if $value !~ /^-/;
	return "($value)::$type";
}

# ---- tables ----

sub declare
{
	my ($name, %d) = @_;
	my $hbase = $t->table($name);
	my $model = { name => $name, hbase => $hbase, %d };
	my $list = sub {
		my ($foreign) = @_;
		my @lines = 'k ' . $d{key}{type} . ($foreign ? " OPTIONS (column ':key', encoding '$d{key}{encoding}')" : '')
			. ($d{key}{type} eq 'text' ? ' COLLATE "C"' : '') . ' NOT NULL';
		for my $c (@{ $d{columns} })
		{
			my $type = $c->{type} eq 'map' ? 'jsonb' : $c->{type};
			my $options = $c->{type} eq 'map' ? "column 'attr:'" : "encoding '$c->{encoding}'";
			push @lines, "$c->{name} $type" . ($foreign ? " OPTIONS ($options)" : '') . ($c->{needed} ? ' NOT NULL' : '')
				. ($c->{extra} // '');
		}
		push @lines, @{ $d{constraints} // [] };
		return join ', ', @lines;
	};
	$t->htool("create\t$hbase\tcf,VERSIONS=3;attr\t5\tg\tp\t\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x20", @{ $d{script} // [] });
	$db->do("CREATE FOREIGN TABLE f_$name (" . $list->(1) . ") SERVER hbase OPTIONS (table_name '$hbase', family 'cf'"
		. ($d{options} // '') . ')');
	$db->do("CREATE TABLE l_$name (" . $list->(0) . ($d{duplicates} ? '' : ', PRIMARY KEY (k)') . ')');
	return $model;
}

my @text_types = qw(text int4 int8 float8 numeric bool timestamptz date uuid bytea jsonb);
my @binary_types = qw(text int2 int4 int8 float4 float8 numeric bool timestamptz uuid bytea);

sub columns
{
	my ($encoding, @types) = @_;
	my $i = 0;
	return map { { name => 'c' . ++$i, type => $_, encoding => $encoding } } @types;
}

my @text_keys = map { "'$_'" } 'a', 'b', 'f', 'g', 'h', 'k-1', 'k-2', 'p', 'q', "\xC3\xA9", ' ', 'z';
my $text = declare('text', key => { type => 'text', encoding => 'text' }, keys => \@text_keys,
	options => ", row_marker 'cf:_'", columns => [ columns('text', @text_types), { name => 'm', type => 'map', encoding => 'text' } ]);
my $binary = declare('binary', key => { type => 'int8', encoding => 'binary' }, keys => [ -5 .. 8, 1000 ],
	columns => [ columns('binary', @binary_types), { name => 'n', type => 'int8', encoding => 'binary', needed => 1 } ]);
# one number, several keys: each is a row of its own
my $loose = declare('loose', key => { type => 'int4', encoding => 'text' }, keys => [ 1 .. 9 ], duplicates => 1,
	options => ", row_marker 'cf:_'", columns => [ columns('text', 'text', 'int4', 'bool') ],
	script => [ map { put('tap_dml_loose', $_->[0], 'cf', 'c2', $_->[1], 1000) }
		[ '7', '1' ], [ '007', '002' ], [ '+7', '3' ], [ '08', '4' ] ]);
$db->do("INSERT INTO l_loose (k, c2) VALUES (7, 1), (7, 2), (7, 3), (8, 4)");
my $watched = declare('watched', key => { type => 'text', encoding => 'text' }, keys => \@text_keys,
	options => ", row_marker 'cf:_'", constraints => [ 'CHECK (c2 < 5000000)', 'CHECK (c2 IS NULL OR c2 + c3 < 9000000)' ],
	columns => [ columns('text', 'text', 'int4', 'int4', 'bool'),
		{ name => 'g', type => 'int4', encoding => 'binary', generated => 1, extra => ' GENERATED ALWAYS AS (c2 % 1000 * 2) STORED' } ]);
$db->do('CREATE TABLE seen (place serial, who text, what text, before text, after text)');
$db->do(<<'SQL');
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_WHEN = 'BEFORE' AND TG_OP <> 'DELETE' THEN
    IF NEW.c1 = 'a' THEN NEW.c1 := 'by trigger'; NEW.c4 := NULL; END IF;
    IF NEW.c2 = 42 THEN RETURN NULL; END IF;
    RETURN NEW;
  END IF;
  INSERT INTO seen (who, what, before, after)
    VALUES (left(TG_TABLE_NAME, 2), TG_WHEN || TG_OP,
            CASE WHEN TG_OP <> 'INSERT' THEN OLD::text END, CASE WHEN TG_OP <> 'DELETE' THEN NEW::text END);
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
SQL
for my $table (qw(f_watched l_watched))
{
	$db->do("CREATE TRIGGER before_row BEFORE INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION watch()");
	$db->do("CREATE TRIGGER after_row AFTER INSERT OR UPDATE OR DELETE ON $table FOR EACH ROW EXECUTE FUNCTION watch()");
}

# ---- statements; TABLE stands for the table ----

sub is_assignable { return grep { !$_->{generated} } @{ $_[0]{columns} } }

sub condition
{
	my ($model) = @_;
	my @columns = @{ $model->{columns} };
	my $kind = rnd(8);
	my $key = pick(@{ $model->{keys} });
	return 'true' if $kind == 0;
	return "TABLE.k = $key" if $kind <= 2;
	return "TABLE.k IN ($key, " . pick(@{ $model->{keys} }) . ')' if $kind == 3;
	return "TABLE.k >= $key" if $kind == 4;
	my $column = pick(grep { $_->{type} !~ /json|map/ } @columns);
	return "TABLE.$column->{name} IS " . pick('NULL', 'NOT NULL') if $kind == 5;
	return "TABLE.$column->{name} " . pick('=', '<', '>=', '<>') . ' ' . literal($column, 0);
}

sub assignments
{
	my ($model, $from) = @_;
	my @left = is_assignable($model);
	my @set;
	for (0 .. rnd(3))
	{
		my ($column) = splice @left, rnd(scalar @left), 1;
		my $changes = $change{ $column->{type} };
		my $expression = literal($column);
		if ($changes and !$column->{needed} and chance(0.4))
		{
			($expression = pick(@$changes)) =~ s/\bc\b/TABLE.$column->{name}/g;
		}
		push @set, "$column->{name} = $expression";
		last unless @left;
	}
	push @set, 'k = TABLE.k' if chance(0.05);
	return join ', ', @set;
}

sub returning { return chance(0.5) ? '' : ' RETURNING ' . pick('*', 'TABLE.k', 'TABLE.k, TABLE.c1, TABLE.c2') }

# Of several source rows for one target the first one counts, whichever it is: they say the same.
sub sources
{
	my ($model) = @_;
	my @keys = map { pick(@{ $model->{keys} }) } 0 .. 1 + rnd(5);
	push @keys, $keys[0];
	# BEFORE triggers of a foreign table are called before it is known that a row comes again
	@keys = keys %{ { map { $_ => 1 } @keys } } if $model == $watched;
	return '(VALUES ' . join(', ', map { "($_)" } sort @keys) . ') AS v (i)';
}

sub insert
{
	my ($model) = @_;
	my @columns = grep { $_->{needed} || chance(0.7) } is_assignable($model);
	my %used;
	my @keys = grep { !$model->{duplicates} && chance(0.1) || !$used{$_}++ } map { pick(@{ $model->{keys} }) } 0 .. rnd(4);
	if ($model->{duplicates})
	{
		my %there = map { $_->[0] => 1 } @{ $db->selectall_arrayref("SELECT k FROM l_$model->{name}") };
		@keys = grep { !$there{$_} } @keys or return 'SELECT 1';
	}
	# rows that triggers watch are sent one by one, so only one may fail
	splice @keys, 1 if $model == $watched and chance(0.6);
	my $skips = !$model->{duplicates} && (@keys > 1 && $model == $watched || chance(0.5));
	my @rows = map { my $key = $_; '(' . join(', ', $key, map { literal($_) } @columns) . ')' } @keys;
	return 'INSERT INTO TABLE (' . join(', ', 'k', map { $_->{name} } @columns) . ') VALUES ' . join(', ', @rows)
		. ($skips ? ' ON CONFLICT DO NOTHING' : '') . returning();
}

sub statement
{
	my ($model) = @_;
	my $kind = rnd(20);
	my $key = pick(@{ $model->{keys} });
	return insert($model) if $kind < 7;
	return 'UPDATE TABLE SET ' . assignments($model) . ' WHERE ' . condition($model) . returning() if $kind < 12;
	return 'UPDATE TABLE SET ' . assignments($model) . ' FROM ' . sources($model) . ' WHERE TABLE.k = v.i' . returning()
		if $kind < 14;
	return 'DELETE FROM TABLE WHERE ' . condition($model) . returning() if $kind == 14 and chance(0.5);
	return "DELETE FROM TABLE WHERE TABLE.k = $key" . returning() if $kind < 16;
	return 'DELETE FROM TABLE USING ' . sources($model) . ' WHERE TABLE.k = v.i AND ' . condition($model) . returning()
		if $kind == 16;
	if ($model == $binary)
	{
		my $column = pick('c4', 'n');
		return "UPDATE TABLE SET $column = $column " . pick('+', '-') . ' ' . pick(1, 2, 1000000, 9223372036854775807, '(-3)')
			. " WHERE k = $key" . pick('', " RETURNING k, $column", ' RETURNING *');
	}
	if ($model == $watched)
	{
		return "UPDATE TABLE SET c2 = " . pick(4999999, 5000000, 42, 3) . ", c3 = " . pick(0, 5000000, 'NULL', 1)
			. " WHERE k = $key" . returning();
	}
	return "UPDATE TABLE SET " . assignments($model) . " WHERE k IN (SELECT k FROM TABLE AS other WHERE k > $key)" . returning();
}

# What becomes of a statement: its count and rows, or its SQLSTATE.
sub run
{
	my ($sql, $table) = @_;
	$sql =~ s/\bTABLE\b/$table/g;
	my $result = eval {
		my $handle = $db->prepare($sql);
		my $count = $handle->execute;
		my $rows = $handle->{NUM_OF_FIELDS} ? $handle->fetchall_arrayref : [];
		join "\n", 'count ' . $count, sort map { join '|', map { $_ // '-' } @$_ } @$rows;
	};
	return defined $result ? $result : 'error ' . $db->state;
}

my %failing;
my $wrong = 0;
my $changed = 0;
for my $model ($text, $binary, $loose, $watched)
{
	my $name = $model->{name};
	my $bad = 0;
	for my $number (1 .. $statements / 4)
	{
		my $sql = statement($model);
		my $local = run($sql, "l_$name");
		my $foreign = run($sql, "f_$name");
		$foreign =~ s/\bf_$name\b/l_$name/g;
		my $differing = $db->selectrow_array("SELECT count(*) FROM ((TABLE f_$name EXCEPT ALL TABLE l_$name)"
			. " UNION ALL (TABLE l_$name EXCEPT ALL TABLE f_$name)) AS d");
		$failing{$1}++ if $local =~ /^error (\w+)/;
		$changed++ if $local =~ /^count [1-9]/;
		next if $local eq $foreign and $differing == 0;
		if ($bad++ < 5)
		{
			fail("$name, statement $number");
			diag("$sql\nlocal: $local\nforeign: $foreign\nrows that differ: $differing");
		}
		# both begin again from the same rows
		$db->do("DELETE FROM f_$name");
		$db->do("DELETE FROM l_$name");
		last if $model->{duplicates};
	}
	is($bad, 0, "$name: foreign and local table are the same after each of " . int($statements / 4) . ' statements');
}
my $seen = "SELECT what, before, after, count(*) FROM seen WHERE who = \$1 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
is_deeply($db->selectall_arrayref($seen, undef, 'f_'), $db->selectall_arrayref($seen, undef, 'l_'),
	'row triggers have seen the same rows');
cmp_ok($changed, '>', $statements / 4, 'many statements changed rows');
ok($failing{$_}, "some statements failed with $_") for $statements < 400 ? () : qw(23505 23514);

# ---- sessions that add to the same numbers ----

sub count_in_sessions
{
	my ($name, $setting, $update) = @_;
	my @pids;
	for my $number (1 .. 4)
	{
		my $pid = fork // die "fork: $!";
		if ($pid == 0)
		{
			my $session = $t->connect;
			$session->do($setting);
			for (1 .. $counts)
			{
				my $tries = 0;
				until (eval { $session->do($update) == 1 })
				{
					POSIX::_exit(1) if $session->state ne '40001' or ++$tries > 1000;
				}
			}
			POSIX::_exit(0);
		}
		push @pids, $pid;
	}
	my $failed = 0;
	for (@pids) { waitpid $_, 0; $failed++ if $? }
	is($failed, 0, "$name: every session did its work");
}

my $counters = $t->table('counters');
$t->htool("create\t$counters\tcf,VERSIONS=1");
$db->do("CREATE FOREIGN TABLE counters (k text OPTIONS (column ':key') COLLATE \"C\", n int8 OPTIONS (encoding 'binary')) SERVER hbase OPTIONS (table_name '$counters', family 'cf')");
$db->do("INSERT INTO counters VALUES ('increment', 0), ('compare', 0)");
count_in_sessions('Increment', 'SET htable_fdw.enable_increment = on', "UPDATE counters SET n = n + 1 WHERE k = 'increment'");
count_in_sessions('compare and retry', 'SET htable_fdw.enable_increment = off', "UPDATE counters SET n = n + 1 WHERE k = 'compare'");
is_deeply($db->selectall_arrayref('SELECT k, n FROM counters ORDER BY k'),
	[ [ 'compare', 4 * $counts ], [ 'increment', 4 * $counts ] ], 'four sessions that add lose nothing');

# ---- a value that goes and comes in one millisecond ----

my $flips = $t->table('flips');
$t->htool("create\t$flips\tcf,VERSIONS=3", put($flips, 'future', 'cf', 'c', 'old', 4102444800000),
	put($flips, 'future', 'cf', 'other', '1', 1000), put($flips, 'now', 'cf', 'c', 'old', 1000), put($flips, 'now', 'cf', 'other', '1', 1000));
$db->do("CREATE FOREIGN TABLE flips (k text OPTIONS (column ':key') COLLATE \"C\", c text, other int) SERVER hbase OPTIONS (table_name '$flips', family 'cf')");
for my $key ('now', 'future')
{
	my $gone = $db->prepare("UPDATE flips SET c = NULL WHERE k = '$key'");
	my $come = $db->prepare("UPDATE flips SET c = 'x' WHERE k = '$key'");
	my $again = $db->prepare("UPDATE flips SET c = c || 'y' WHERE k = '$key'");
	my $read = $db->prepare("SELECT c FROM flips WHERE k = '$key'");
	my $missing = 0;
	for (1 .. $rounds)
	{
		$gone->execute;
		$read->execute;
		$missing++ if defined $read->fetchall_arrayref->[0][0];
		$come->execute;
		$again->execute;
		$read->execute;
		my $value = $read->fetchall_arrayref->[0][0];
		$missing++ if !defined $value or $value ne 'xy';
	}
	is($missing, 0, "$rounds rounds of NULL and a value lose nothing ($key)");
}

$t->finish;
done_testing();
