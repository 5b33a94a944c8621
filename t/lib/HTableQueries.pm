# HTableQueries - random queries over one table of a HTableModel.
#
# A query is text with {T} for the table under test and {J} for a local table to
# join, so the same text runs on the foreign table and on its local copy.
# Whatever SQL leaves open is kept out: sums of floats, which of several equal
# values a group shows, rows that a LIMIT without a total order picks (there the
# result must be a subset).
package HTableQueries;

use strict;
use warnings;

use HTableValues qw(rnd pick draw chance random_value type_is_number type_has_exact_equality);

# A query: sql, compare (ordered, set, subset), full (sql without its LIMIT),
# types and values of parameters, settings.
sub random_query
{
	my ($model) = @_;
	my $self = bless {
		model => $model,
		prepared => chance(0.25),
		types => [],
		makers => [],
		compare => 'set',
		settings => [ grep { chance(0.25) } qw(enable_hashjoin enable_mergejoin enable_material enable_memoize enable_nestloop) ],
	}, __PACKAGE__;

	my $kind = draw('kinds', @{ $self->_kinds });
	$self->$kind;
	$self->{kind} = $kind =~ s/^_make_//r;
	$self->{values} = [ map { [ map { $_->() } @{ $self->{makers} } ] } 1 .. ($self->{prepared} ? 2 : 1) ];
	return $self;
}

sub _kinds
{
	my ($self) = @_;
	return [
		('_make_plain') x 8, ('_make_count') x 3, ('_make_ordered') x 6, ('_make_limited') x 2,
		('_make_ties') x 2, ('_make_join') x 5, ('_make_lateral') x 2, ('_make_subquery') x 4,
		('_make_aggregate') x 3, ('_make_distinct') x 2, ('_make_self_join') x 2, ('_make_cursor') x 2,
		('_make_window') x 2, ('_make_union') x 2, ('_make_initplan') x 2, ('_make_failing') x 2,
		('_make_long_list') x 4,
	];
}

# ---- constants ----

sub quote
{
	my ($text) = @_;
	return 'NULL' unless defined $text;
	return "'" . ($text =~ s/'/''/gr) . "'";
}

# A constant, or a parameter; the maker gives its text (undef is NULL).
sub _constant
{
	my ($self, $type, $maker) = @_;
	if ($self->{prepared})
	{
		push @{ $self->{types} }, $type;
		push @{ $self->{makers} }, $maker;
		return '$' . @{ $self->{types} };
	}
	my $constant = quote($maker->()) . "::$type";
	return chance(0.06) ? "steady($constant)" : $constant;
}

sub _array_of
{
	return '{' . join(',', map { defined $_ ? '"' . (s/([\\"])/\\$1/gr) . '"' : 'NULL' } @_) . '}';
}

# Text near the values that the key has.
sub _key_text
{
	my ($self) = @_;
	my $model = $self->{model};
	my $type = $model->{key}{type};

	return (random_value($type, $model->{key}{encoding}))[0] if chance(0.1);
	my $rows = $model->{local_rows};
	my $text = $rows->[ rnd(scalar @$rows) ][0];
	if ($type eq 'text')
	{
		return pick(@{ $model->{border_text} }) if $model->{border_text} && chance(0.15);
		return pick($text, $text, $text . pick('a', ' ', '0'), '') if chance(0.6);
		# whole characters only
		return $text =~ s/(?:[\x00-\x7F]|[\xC0-\xFF][\x80-\xBF]*)\z//r;
	}
	return $text + pick(-1, 0, 0, 1) if $type eq 'int4' && abs($text) < 2_000_000_000;
	return $text;
}

# A constant to compare the key with: of its type, or of one that its operators take.
sub _key_constant
{
	my ($self) = @_;
	my $type = $self->{model}{key}{type};
	my $null = chance(0.03);

	return $self->_constant($type, sub { undef }) if $null;
	if ($type =~ /^int/ && chance(0.4))
	{
		my $other = pick('int2', 'int4', 'int8', 'numeric', 'float8');
		return $self->_constant($other, sub {
			# just beside a key
			return $self->_key_text . pick('.5', '.5', '.0') if $other =~ /^(numeric|float8)$/ && chance(0.5);
			return rnd(60) - 30 if $other eq 'int2';
			return pick(rnd(60) - 30, 2147483647, -2147483648, 70000) if $other eq 'int4';
			return pick(rnd(60) - 30, 2147483648, -2147483649, '9223372036854775807', '-9223372036854775808', 5000000000)
				if $other eq 'int8';
			return pick((rnd(240) - 120) / 4, '1e30', '-1e30', 'NaN', 'Infinity', '-Infinity',
				'9223372036854775807.5', '-9223372036854775808.5', '2147483647.5', '9223372036854775808')
				if $other eq 'numeric';
			return pick((rnd(240) - 120) / 4, '1e30', '-1e30', 'NaN', 'Infinity', '-Infinity', '9223372036854775807', '-0');
		});
	}
	if ($type eq 'float8' && chance(0.3))
	{
		return $self->_constant('float4', sub { pick('0.1', '-0.1', '1.5', '-0', 'NaN', 'Infinity', '16777217') });
	}
	if ($type eq 'timestamptz' && chance(0.3))
	{
		my $other = pick('timestamp', 'date');
		return $self->_constant($other, sub {
			return pick('infinity', '-infinity') if chance(0.1);
			my $text = substr $self->_key_text, 0, $other eq 'date' ? 10 : 19;
			return $text;
		});
	}
	if ($type eq 'timestamptz' && chance(0.2))
	{
		return $self->_constant($type, sub { pick('infinity', '-infinity', '2018-01-01 00:00:00.000001+00') });
	}
	return $self->_constant($type, sub { $self->_key_text });
}

sub _key_array
{
	my ($self) = @_;
	my $type = $self->{model}{key}{type};
	my $null = chance(0.04);

	$type = pick('int8', 'numeric', 'int2') if $type =~ /^int[48]$/ && chance(0.3);
	return $self->_constant($type . '[]', sub {
		return undef if $null;
		return _array_of(map { chance(0.15) ? undef
			: $type eq 'int2' ? rnd(60) - 30
			: $type eq 'numeric' && chance(0.3) ? pick('1.5', '-1e40', 'NaN')
			: $self->_key_text } 1 .. rnd(7));
	});
}

# ---- clauses ----

my @comparisons = ('=', '=', '<', '<=', '>', '>=', '<>');

sub _text_key_clause
{
	my ($self, $k) = @_;
	my $text = sub { $self->_constant('text', $_[0]) };
	my $prefix = sub { my $p = substr $self->_key_text, 0, 1 + rnd(3); $p =~ s/[\xC0-\xFF][\x80-\xBF]*\z// if $p =~ /[\x80-\xFF]\z/; $p =~ s/[\x80-\xFF]+\z//; $p };
	my $pattern = sub {
		my $p = $prefix->() =~ s/([\\%_])/\\$1/gr;
		return pick("$p%", "$p%", "$p%", "${p}_", "${p}_%", "%$p", "%$p%", $p, "$p%%", "a\\%%", '%', '', "$p%a", "\\a%", "\\_%");
	};
	# a nondeterministic collation has no patterns: they fail, if they are evaluated at all
	my $kind = $self->{model}{no_patterns} ? 8 + rnd(2) : rnd(10);
	return "$k LIKE " . $text->($pattern) if $kind < 3;
	return "$k NOT LIKE " . $text->($pattern) if $kind == 3;
	return "$k ^@ " . $text->($prefix) if $kind == 4;
	return "starts_with($k, " . $text->($prefix) . ')' if $kind == 5;
	return "$k " . pick('~<~', '~<=~', '~>=~', '~>~') . ' ' . $text->(sub { $self->_key_text }) if $kind == 6;
	return "$k COLLATE \"C\" " . pick('<', '>=') . ' ' . $text->(sub { $self->_key_text }) if $kind == 7;
	return "${k}::varchar " . pick('=', '<') . ' ' . $self->_constant('varchar', sub { $self->_key_text }) if $kind == 8;
	return "lower($k) = " . $text->(sub { lc $self->_key_text });
}

sub _key_clause
{
	my ($self, $k) = @_;
	my $kind = rnd(20);

	if ($self->{model}{key}{type} eq 'text' && $kind < 7)
	{
		return $self->_text_key_clause($k);
	}
	if ($kind < 10)
	{
		return "$k " . pick(@comparisons) . ' ' . $self->_key_constant;
	}
	return $self->_key_constant . ' ' . pick(@comparisons) . " $k" if $kind == 10;
	if ($kind < 13)
	{
		my ($a, $b) = ($self->_key_constant, $self->_key_constant);
		return "$k " . pick('', '', 'NOT ') . "BETWEEN " . pick('', '', 'SYMMETRIC ') . "$a AND $b";
	}
	if ($kind < 15)
	{
		return "$k IN (" . join(', ', map { $self->_key_constant } 1 .. 1 + rnd(5)) . ')';
	}
	return "$k " . pick('=', '=', '=', '<', '>=') . ' ANY(' . $self->_key_array . ')' if $kind < 17;
	return "$k " . pick('<>', '>', '<=') . ' ALL(' . $self->_key_array . ')' if $kind == 17;
	return "$k IS " . pick('', 'NOT ') . 'NULL' if $kind == 18;
	return "$k " . pick('IS DISTINCT FROM', 'IS NOT DISTINCT FROM') . ' ' . $self->_key_constant;
}

sub _cell_constant
{
	my ($self, $column, $place) = @_;
	my $type = $column->{type};
	return $self->_constant($type, sub {
		return undef if chance(0.04);
		my $rows = $self->{model}{local_rows};
		for (1 .. 5)
		{
			my $text = $rows->[ rnd(scalar @$rows) ][$place];
			return $text if defined $text;
		}
		return (random_value($type, $column->{encoding}))[0];
	});
}

sub _cell_clause
{
	my ($self, $alias) = @_;
	my $columns = $self->{model}{columns};
	return 'true' unless @$columns;
	my $i = rnd(scalar @$columns);
	my $column = $columns->[$i];
	my $c = "$alias.$column->{name}";
	my $type = $column->{type};
	my $constant = sub { $self->_cell_constant($column, $i + 1) };
	my $kind = rnd(12);

	return $self->_map_clause($column, $c) if $column->{map};
	return "$c IS NULL" if $kind == 0;
	return "$c IS NOT NULL" if $kind == 1;
	return pick($c, "NOT $c", "$c IS TRUE", "$c IS NOT TRUE", "$c IS UNKNOWN", "$c = false") if $type eq 'bool';
	return "$c IN (" . join(', ', map { $constant->() } 1 .. 1 + rnd(4)) . ')' if $kind == 2;
	return "$c BETWEEN " . $constant->() . ' AND ' . $constant->() if $kind == 3;
	return "coalesce($c, " . $constant->() . ') ' . pick('=', '>') . ' ' . $constant->() if $kind == 4;
	return "$c IS NOT DISTINCT FROM " . $constant->() if $kind == 5;
	if ($kind < 8)
	{
		return pick("$c LIKE 'q%'", "$c LIKE 'q_'", "$c ^@ 'q'", "$c LIKE '%1'", "$c NOT IN ('a', 'q1', '')", "$c > ''") if $column->{part} && $type eq 'text';
		return pick("length($c) > " . rnd(6), "$c LIKE '%a%'", "upper($c) > 'C'") if $type eq 'text';
		return pick("($c->>'a')::int > " . rnd(4), "$c \@> '{\"a\": 2}'", "jsonb_typeof($c) = 'object'") if $type eq 'jsonb';
		return "${c}::numeric % 3 = 0" if $type =~ /^int/;
		return "extract(year from $c) < 2018" if $type =~ /^(date|timestamptz)$/;
		return "length($c) > 2" if $type eq 'bytea';
	}
	return "$c " . pick(@comparisons) . ' ' . $constant->();
}

sub _member { return "$_[0]" . pick('->>', '->>', '->', '->') . "'" . pick('q1', 'q1', 'q2', 'q4', 'none', '', 'undeclared') . "'" }

sub _map_clause
{
	my ($self, $column, $c) = @_;
	my $texts = grep { !$_->{map} } @{ $self->{model}{columns} };
	my $m = _member($c) =~ s/->(?!>)/->>/r =~ s/->>>/->>/r;
	my $i = rnd($texts);
	my $constant = sub { $self->_cell_constant($self->{model}{columns}[$i], $i + 1) };
	return "$c ? " . pick("'q1'", "'q1'", "'q2'", "'none'", "'undeclared'", "''") if chance(0.5);
	my $kind = rnd(10);
	return "$c IS NULL" if $kind == 0;
	return "($m) IS NULL" if $kind == 2;
	return "($m) IS NOT NULL" if $kind == 3;
	return "($m) IN (" . $constant->() . ', ' . $constant->() . ')' if $kind == 4;
	return "($m) LIKE 'a%'" if $kind == 5;
	return "($m) COLLATE \"C\" >= " . $constant->() if $kind == 6;
	return "($c->'q1') = to_jsonb(" . $constant->() . ')' if $kind == 7;
	return "($m) <> " . $constant->() if $kind == 8;
	return "($m) = " . $constant->();
}

sub _time_clause
{
	my ($self, $at) = @_;
	my $type = $self->{model}{time_type};
	my $near = sub {
		my $rows = $self->{model}{local_rows};
		my $text = $rows->[ rnd(scalar @$rows) ][-1];
		return $text unless $type eq 'int8' && chance(0.3);
		return $text + pick(-1, 1);
	};
	my $constant = sub {
		if ($type eq 'int8')
		{
			my $other = pick('int8', 'int8', 'numeric', 'float8', 'int4');
			return $self->_constant($other, sub {
				return pick(-1, 0, 1, 1000) if $other eq 'int4';
				return $near->() if $other eq 'int8';
				return $near->() . pick('', '.5') if $other eq 'numeric';
				return pick('NaN', 'Infinity', '-Infinity', '1600000005000.5', '-1');
			});
		}
		my $other = pick('timestamptz', 'timestamptz', 'timestamptz', 'timestamp', 'date');
		return $self->_constant($other, sub {
			return undef if chance(0.03);
			return pick('infinity', '-infinity', '1970-01-01 00:00:00+00', '2020-09-13 12:26:40.0005+00',
				'2020-09-13 12:26:41.000001+00', '294000-01-01 00:00:00+00', '1969-12-31 23:59:59.999999+00')
				if $other eq 'timestamptz' && chance(0.4);
			my $text = $near->();
			return $text if $other eq 'timestamptz' || $text =~ /infinity/;
			$text =~ s/[. +].*// if $other eq 'date';
			return $text =~ s/[.+].*//r;
		});
	};
	my $kind = rnd(8);
	return "$at " . pick(@comparisons) . ' ' . $constant->() if $kind < 5;
	return "$at BETWEEN " . $constant->() . ' AND ' . $constant->() if $kind == 5;
	return "$at IN (" . $constant->() . ', ' . $constant->() . ')' if $kind == 6;
	return pick("$at IS NULL", "$at IS NOT NULL");
}

sub _clause
{
	my ($self, $alias, $depth) = @_;
	my $kind = rnd(20);

	if ($depth > 0 && $kind < 3)
	{
		return '(' . join(' OR ', map { $self->_clause($alias, $depth - 1) } 1 .. 2 + rnd(2)) . ')';
	}
	if ($depth > 0 && $kind == 3)
	{
		return '(' . join(' AND ', map { $self->_clause($alias, $depth - 1) } 1 .. 2) . ')';
	}
	if ($depth > 0 && $kind == 4)
	{
		# arms on the key alone
		return '(' . join(' OR ', map { $self->_key_clause("$alias.k") } 1 .. 2 + rnd(3)) . ')';
	}
	return 'NOT (' . $self->_clause($alias, $depth - 1) . ')' if $depth > 0 && $kind == 5;
	return $self->_time_clause("$alias.at") if $self->{model}{time_type} && $kind > 15;
	return 'random() >= 0' if $kind == 6 && chance(0.3);
	return $self->_cell_clause($alias) if $kind < 10;
	return $self->_key_clause("$alias.k");
}

sub _where
{
	my ($self, $alias) = @_;
	my $n = pick(0, 1, 1, 1, 2, 2, 3);
	my @maps = grep { $_->{map} } @{ $self->{model}{columns} };
	my @clauses = map { $self->_clause($alias, 2) } 1 .. $n;
	for my $chance (@maps ? (0.95, 0.6) : ())
	{
		next unless chance($chance);
		my $map = pick(@maps);
		push @clauses, $self->_map_clause($map, "$alias.$map->{name}");
	}
	return @clauses ? ' WHERE ' . join(' AND ', @clauses) : '';
}

# Keys beside those there are: what a long list has between them.
sub _near_key
{
	my ($self, $text) = @_;
	my $type = $self->{model}{key}{type};
	return $text if chance(0.3);
	return $text . pick('a' .. 'z', '0' .. '9', ' ', '~') if $type eq 'text';
	return $text . sprintf '%02x', rnd(256) if $type eq 'bytea';
	return $text + rnd(200) - 100 if $type eq 'int4' && abs($text) < 2_000_000_000;
	return (random_value($type, $self->{model}{key}{encoding}))[0];
}

# Many keys or ranges, of all the table or of a few rows and what is beside them.
sub _long_clause
{
	my ($self, $k) = @_;
	my $type = $self->{model}{key}{type};
	my @rows = @{ $self->{model}{local_rows} };
	if (chance(0.4))
	{
		my $from = rnd(scalar @rows);
		my $to = $from + 5 + rnd(20);
		@rows = @rows[ $from .. ($to < @rows ? $to : $#rows) ];
	}
	my $key = sub { $self->_near_key(pick(@rows)->[0]) };
	if (chance(0.3))
	{
		my $range = sub {
			my $low = $key->();
			my $high = $type eq 'text' ? $low . pick('', 'z', "\xC3\xA9") : $type eq 'int4' ? $low + rnd(5) : $key->();
			return "$k " . pick('>', '>=', '>=') . ' ' . quote($low) . "::$type AND $k " . pick('<', '<=', '<=') . ' ' . quote($high) . "::$type";
		};
		return '(' . join(' OR ', map { $range->() } 1 .. 9 + rnd(40)) . ')';
	}
	return "$k IN (" . join(', ', map { quote($key->()) . "::$type" } 1 .. pick(60, 150, 400)) . ')' if chance(0.3);
	my $n = pick(60, 150, 400, 1200, 2500);
	return "$k = ANY(" . $self->_constant($type . '[]', sub { _array_of(map { chance(0.01) ? undef : $key->() } 1 .. $n) }) . ')';
}

# ---- projections ----

sub _column_names
{
	my ($self) = @_;
	return ('k', (map { $_->{name} } @{ $self->{model}{columns} }), $self->{model}{time_type} ? 'at' : ());
}

sub _projection
{
	my ($self, $alias) = @_;
	my @names = $self->_column_names;
	my $kind = rnd(8);

	return '1' if $kind == 0;
	return $alias if $kind == 1;
	return "$alias.*" if $kind == 2;
	return "$alias.k" if $kind == 3;
	my @some = grep { chance(0.35) } @names;
	@some = pick(@names) unless @some;
	my %map = map { $_->{map} ? ($_->{name} => 1) : () } @{ $self->{model}{columns} };
	return join ', ', map { $map{$_} && chance(0.6) ? _member("$alias.$_") : "$alias.$_" } @some;
}

sub _limit
{
	my ($self) = @_;
	my $limit = '';
	my $small = sub { pick(0, 1, 2, 3, 5, 10, 100) };
	$limit .= ' LIMIT ' . ($self->{prepared} && chance(0.6) ? $self->_constant('int8', $small) : pick('ALL', 'NULL', map { $small->() } 1 .. 8));
	$limit .= ' OFFSET ' . ($self->{prepared} && chance(0.5) ? $self->_constant('int8', $small) : $small->()) if chance(0.3);
	return $limit;
}

# ORDER BY the key and whatever makes the order total; (text, is it total?)
sub _order
{
	my ($self, $alias) = @_;
	my $model = $self->{model};
	my $direction = pick('', ' DESC');
	my $order = " ORDER BY $alias.k$direction" . pick('', '', '', $direction ? ' NULLS LAST' : ' NULLS FIRST');
	my $unique = $model->{unique_key};

	if ($model->is_cells)
	{
		my @rest = map { "$alias.$_" } 'f', 'q', 'at' . pick(' DESC', ' DESC', ' DESC', '');
		splice @rest, rnd(4) if chance(0.4);
		@rest = reverse @rest if chance(0.1);
		return (join(', ', $order, @rest), $unique && @rest == 3 && !$model->{raw} && $model->{time_type} eq 'int8');
	}
	if ($model->is_versions)
	{
		return ($order, 0) unless $model->{time_type} && chance(0.8);
		return ("$order, $alias.at" . pick(' DESC', ' DESC', ''), $unique && $model->{time_type} eq 'int8');
	}
	$order .= ", $alias." . pick($self->_column_names) if chance(0.2);
	return ($order, $unique);
}

# ---- kinds of queries ----

sub _make_plain
{
	my ($self) = @_;
	$self->{sql} = 'SELECT ' . $self->_projection('t') . ' FROM {T} t' . $self->_where('t');
}

# Fails for some rows, by a function of the result: with all push-down or none.
sub _make_failing
{
	my ($self) = @_;
	my $error = pick('100 / (length(t.k::text) % 3)', "(t.k::text || 'x')::int4", "(t.k::text || '{')::jsonb");
	$self->{sql} = "SELECT $error FROM {T} t" . $self->_where('t');
}

# A long list: its rows in any order, in that of the key, or some of them.
sub _make_long_list
{
	my ($self) = @_;
	my @clauses = ($self->_long_clause('t.k'), map { chance(0.8) ? $self->_cell_clause('t') : $self->_clause('t', 1) } 1 .. pick(0, 1, 1, 1, 2));
	my $from = ' FROM {T} t WHERE ' . join ' AND ', @clauses;
	return $self->{sql} = "SELECT count(*)$from" if chance(0.2);
	$self->{full} = 'SELECT t.k, ' . $self->_projection('t') . $from;
	return $self->{sql} = $self->{full} if chance(0.4);
	my ($order, $total) = $self->_order('t');
	$self->{compare} = $total ? 'ordered' : 'subset';
	$self->{sql} = $self->{full} . $order . (chance(0.6) ? $self->_limit : '');
}

sub _make_count
{
	my ($self) = @_;
	$self->{sql} = 'SELECT count(*) FROM {T} t' . $self->_where('t');
}

sub _make_ordered
{
	my ($self) = @_;
	my $select = 'SELECT t.k, ' . $self->_projection('t') . ' FROM {T} t' . $self->_where('t');
	my ($order, $total) = $self->_order('t');
	$self->{full} = $select;
	$self->{compare} = $total ? 'ordered' : 'subset';
	$self->{sql} = $select . $order . (chance(0.7) ? $self->_limit : '');
}

# LIMIT without an order: any rows, but the right number of them.
sub _make_limited
{
	my ($self) = @_;
	$self->{full} = 'SELECT ' . $self->_projection('t') . ' FROM {T} t' . $self->_where('t');
	$self->{compare} = 'subset';
	$self->{sql} = $self->{full} . $self->_limit;
}

sub _make_ties
{
	my ($self) = @_;
	my $by = pick('k', $self->_column_names);
	$by = 'k' if $by ne 'k' && grep { $_->{name} eq $by && $_->{type} eq 'jsonb' } @{ $self->{model}{columns} };
	$self->{sql} = 'SELECT t.k, ' . $self->_projection('t') . ' FROM {T} t' . $self->_where('t')
		# under a constant all rows tie
		. ' ORDER BY ' . (chance(0.3) ? '1 + 0' : "t.$by") . pick('', ' DESC') . ' FETCH FIRST ' . pick(1, 2, 5) . ' ROWS WITH TIES';
}

sub _join_condition
{
	my ($self) = @_;
	my $type = $self->{model}{key}{type};
	my @list = ('t.k = j.k', 't.k = j.k', 't.k = j.k', 't.k < j.k', 't.k >= j.k AND t.k <= j.k2',
		't.k = ANY(ARRAY[j.k, j.k2])', 't.k = j.k OR t.k = j.k2', 't.k BETWEEN j.k AND j.k2', 't.k IN (j.k, j.k2)');
	push @list, 't.k = j.k8', 't.k = j.kn', 't.k < j.kn', 't.k > j.k8' if $type =~ /^int/;
	push @list, 't.k LIKE j.k', 't.k ^@ left(j.k, 1)', "t.k LIKE left(j.k, 1) || '%'" if $type eq 'text' && !$self->{model}{no_patterns};
	return pick(@list);
}

sub _make_join
{
	my ($self) = @_;
	my $join = pick('JOIN', 'JOIN', 'LEFT JOIN');
	my $on = $self->_join_condition;
	my @sides = ('{T} t', '{J} j');
	@sides = reverse @sides if chance(0.7);
	my $where = $self->_where('t');
	$where = '' if $join eq 'LEFT JOIN' && chance(0.5);
	my $columns = chance(0.3) ? 'count(*)' : 'j.id, ' . $self->_projection('t');
	$self->{sql} = "SELECT $columns FROM $sides[0] $join $sides[1] ON $on$where";
}

sub _make_lateral
{
	my ($self) = @_;
	my $on = $self->_join_condition =~ s/\bt\./u./gr;
	my $inner;
	if ($self->{model}{unique_key} && !$self->{model}->is_versions)
	{
		$inner = "SELECT u.k, " . $self->_projection('u') . " FROM {T} u WHERE $on ORDER BY u.k" . pick('', ' DESC') . ' LIMIT ' . pick(1, 2, 3);
	}
	else
	{
		$inner = "SELECT count(*) AS k FROM {T} u WHERE $on";
	}
	$self->{sql} = "SELECT j.id, x.* FROM {J} j " . pick('CROSS JOIN LATERAL', 'LEFT JOIN LATERAL')
		. " ($inner) x";
	$self->{sql} .= ' ON true' if $self->{sql} =~ /LEFT JOIN LATERAL/;
}

sub _make_subquery
{
	my ($self) = @_;
	my $on = $self->_join_condition;
	my $kind = rnd(6);
	my $where = $self->_where('t');
	my $and = $where ? $where =~ s/^ WHERE/ AND/r : '';
	my $projection = $self->_projection('t');

	if ($kind == 0) { $self->{sql} = "SELECT $projection FROM {T} t WHERE EXISTS (SELECT FROM {J} j WHERE $on)$and" }
	elsif ($kind == 1) { $self->{sql} = "SELECT $projection FROM {T} t WHERE NOT EXISTS (SELECT FROM {J} j WHERE $on)$and" }
	elsif ($kind == 2) { $self->{sql} = "SELECT $projection FROM {T} t WHERE t.k " . pick('', 'NOT ') . "IN (SELECT j.k FROM {J} j WHERE j.id > " . rnd(10) . ")$and" }
	elsif ($kind == 3) { $self->{sql} = "SELECT j.id FROM {J} j WHERE " . pick('', 'NOT ') . "EXISTS (SELECT FROM {T} t WHERE $on$and)" }
	elsif ($kind == 4) { $self->{sql} = "SELECT j.id FROM {J} j WHERE j.k IN (SELECT t.k FROM {T} t$where)" }
	else { $self->{sql} = "SELECT j.id, (SELECT count(*) FROM {T} t WHERE $on) FROM {J} j" }
}

sub _make_aggregate
{
	my ($self) = @_;
	my @columns = @{ $self->{model}{columns} };
	my @list = ('count(*)');
	for my $column (@columns)
	{
		my $c = "t.$column->{name}";
		my $type = $column->{type};
		push @list, "count($c)" if chance(0.2);
		push @list, "count(DISTINCT $c)" if chance(0.1);
		push @list, "sum($c)" if $type =~ /^(int|numeric)/ && chance(0.3);
		push @list, pick("min($c)", "max($c)") if $type =~ /^(int|text|date|timestamptz)/ && chance(0.3);
		push @list, pick("bool_or($c)", "bool_and($c)") if $type eq 'bool' && chance(0.4);
	}
	push @list, 'min(t.k)', 'max(t.k)' if $self->{model}{unique_key} && $self->{model}{key}{type} =~ /^(int|text|timestamptz)/ && chance(0.5);
	my @groups = map { "t.$_->{name}" } grep { $_->{type} =~ /^(bool|date|text|int4)$/ && !$_->{collate} } @columns;
	my $group = @groups && chance(0.5) ? pick(@groups) : undef;
	my $sql = 'SELECT ' . join(', ', $group // (), @list) . ' FROM {T} t' . $self->_where('t');
	$sql .= " GROUP BY $group" if $group;
	$sql .= ' HAVING count(*) > 1' if $group && chance(0.3);
	$self->{sql} = $sql;
}

sub _make_distinct
{
	my ($self) = @_;
	my $model = $self->{model};
	my @columns = map { "t.$_->{name}" } grep { type_has_exact_equality($_->{type}) } @{ $model->{columns} };
	push @columns, 't.k' if $model->{exact_key};
	return $self->_make_count unless @columns;
	$self->{sql} = 'SELECT DISTINCT ' . join(', ', pick(@columns), pick(@columns)) . ' FROM {T} t' . $self->_where('t');
}

sub _make_self_join
{
	my ($self) = @_;
	$self->{sql} = 'SELECT a.k, ' . $self->_projection('b') . ' FROM {T} a JOIN {T} b ON a.k = b.k WHERE '
		. $self->_key_clause('a.k') . ($self->{prepared} ? '' : ' AND ' . $self->_clause('b', 1));
}

sub _make_cursor
{
	my ($self) = @_;
	return $self->_make_plain unless $self->{model}{unique_key} && !$self->{model}->is_versions;
	$self->{prepared} = 0;
	$self->{compare} = 'ordered';
	my $query = 'SELECT t.k, ' . $self->_projection('t') . ' FROM {T} t' . $self->_where('t') . ' ORDER BY t.k' . pick('', ' DESC');
	$self->{sql} = $query;
	$self->{cursor} = [ map { pick('FETCH 3', 'FETCH BACKWARD 2', 'FETCH ABSOLUTE 5', 'MOVE 4', 'FETCH FIRST', 'FETCH LAST', 'FETCH 50', 'MOVE BACKWARD ALL') } 1 .. 5 ];
}

sub _make_window
{
	my ($self) = @_;
	return $self->_make_plain unless $self->{model}{unique_key} && !$self->{model}->is_versions;
	$self->{sql} = 'SELECT t.k, row_number() OVER (ORDER BY t.k' . pick('', ' DESC') . ') FROM {T} t' . $self->_where('t');
	return unless chance(0.5);
	$self->{compare} = 'subset';
	$self->{full} = $self->{sql};
	$self->{sql} .= ' LIMIT ' . pick(1, 3);
}

sub _make_union
{
	my ($self) = @_;
	my $all = pick('UNION ALL', 'UNION ALL', $self->{model}{exact_key} ? ('UNION', 'EXCEPT', 'INTERSECT') : ());
	my $select = sub { 'SELECT t.k FROM {T} t' . $self->_where('t') };
	$self->{sql} = $select->() . " $all " . $select->();
	return unless $all eq 'UNION ALL' && chance(0.4);
	$self->{full} = $self->{sql};
	$self->{compare} = 'subset';
	$self->{sql} .= ' LIMIT 4';
}

sub _make_initplan
{
	my ($self) = @_;
	my $value = pick('(SELECT j.k FROM {J} j WHERE j.id = ' . rnd(16) . ')', '(SELECT u.k FROM {T} u WHERE ' . $self->_key_clause('u.k') . ' ORDER BY u.k LIMIT 0)');
	$self->{sql} = 'SELECT ' . $self->_projection('t') . ' FROM {T} t WHERE t.k ' . pick('=', '<', '>=') . " $value";
}

1;
