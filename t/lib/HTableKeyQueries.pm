# HTableKeyQueries - random queries over a table whose row key has several parts.
#
# As HTableQueries, but all about the key: equality on some parts, lists, ranges
# on a part behind others, comparisons of rows, paging by key, joins on parts.
package HTableKeyQueries;

use strict;
use warnings;

use HTableQueries;
use HTableValues qw(rnd pick draw chance random_part random_part_constant);

sub random_query
{
	my ($model) = @_;
	my $self = bless {
		model => $model,
		prepared => chance(0.3),
		types => [],
		makers => [],
		compare => 'set',
		settings => [ grep { chance(0.25) } qw(enable_hashjoin enable_mergejoin enable_material enable_memoize enable_nestloop) ],
	}, __PACKAGE__;

	my $kind = draw('kinds of parts', map { "_make_$_" } qw(plain count ordered page join lateral semi_join aggregate long_list));
	$self->$kind;
	$self->{kind} = $kind =~ s/^_make_//r;
	$self->{values} = [ map { [ map { $_->() } @{ $self->{makers} } ] } 1 .. ($self->{prepared} ? 2 : 1) ];
	return $self;
}

sub _parts { return @{ $_[0]{model}{keys} } }

# ---- constants ----

sub _constant
{
	my ($self, $type, $maker) = @_;
	if ($self->{prepared})
	{
		push @{ $self->{types} }, $type;
		push @{ $self->{makers} }, $maker;
		return '$' . @{ $self->{types} };
	}
	my $constant = HTableQueries::quote($maker->()) . "::$type";
	return chance(0.06) ? "steady($constant)" : $constant;
}

# The texts of a random row's parts: constants from one row find it again.
sub _row
{
	my ($self) = @_;
	my $rows = $self->{model}{local_rows};
	return $rows->[ rnd(scalar @$rows) ];
}

# A constant for part $i, of a given row mostly.
sub _value
{
	my ($self, $i, $row) = @_;
	my $part = $self->{model}{keys}[$i];
	my $kind = rnd(20);
	return $self->_constant($part->{type}, sub { undef }) if $kind == 0;
	if ($part->{type} =~ /^int/ && $kind < 3)
	{
		my $other = pick('int8', 'numeric');
		return $self->_constant($other, sub { pick(-1, 0, 1, 5, 2147483648, -2147483649, $other eq 'numeric' ? (0.5, -0.5, 'NaN') : ()) });
	}
	return $self->_constant($part->{type}, sub { random_part_constant($part) }) if $kind < 6;
	$row //= $self->_row;
	my $text = $row->[$i];
	return $self->_constant($part->{type}, sub { $text });
}

# ---- conditions ----

my @comparisons = ('=', '<', '<=', '>', '>=');

sub _equal_clause
{
	my ($self, $alias, $i, $row) = @_;
	my $part = $self->{model}{keys}[$i];
	my $column = "$alias.$part->{name}";
	my $kind = rnd(10);
	return "$column IS NULL" if $part->{nullable} && $kind == 0;
	return "$column IN (" . join(', ', map { $self->_value($i, chance(0.4) ? $row : undef) } 1 .. 1 + rnd(4)) . ')' if $kind < 3;
	if ($kind == 3)
	{
		return "$column = ANY(" . $self->_constant("$part->{type}\[]", sub {
			HTableQueries::_array_of(map { chance(0.1) ? undef : chance(0.3) ? random_part_constant($part) : $self->_row->[$i] } 1 .. rnd(6))
		}) . ')';
	}
	return '(' . join(' OR ', map { "$column = " . $self->_value($i) } 1 .. 2) . ')' if $kind == 4;
	return "$column = " . $self->_value($i, $row);
}

sub _range_clause
{
	my ($self, $alias, $i, $row) = @_;
	my $part = $self->{model}{keys}[$i];
	my $column = "$alias.$part->{name}";
	my $kind = rnd(12);

	if ($part->{type} eq 'text' && $kind < 4)
	{
		my $prefix = sub { my $t = chance(0.3) ? random_part_constant($part) : $self->_row->[$i] // ''; $t =~ s/[^\x00-\x7F].*//s; substr $t, 0, rnd(3) };
		return "$column ^@ " . $self->_constant('text', $prefix) if $kind == 0;
		return "$column LIKE " . $self->_constant('text', sub { $prefix->() =~ s/([\\%_])/\\$1/gr . pick('%', '%', '', '_%', '_') });
	}
	return "$column IS NOT NULL" if $kind == 4;
	return "$column <> " . $self->_value($i, $row) if $kind == 5;
	return "$column BETWEEN " . $self->_value($i) . ' AND ' . $self->_value($i) if $kind < 8;
	return $self->_value($i, $row) . ' ' . pick(@comparisons) . " $column" if $kind == 8;
	return "$column " . pick('<', '>=') . ' ANY(' . $self->_constant("$part->{type}\[]", sub {
		HTableQueries::_array_of(map { $self->_row->[$i] } 0 .. rnd(3)) }) . ')' if $kind == 9;
	return "$column " . pick(@comparisons) . ' ' . $self->_value($i, $row);
}

# (a, b) op (x, y): leading parts, others, in another order, ours on either side.
sub _row_clause
{
	my ($self, $alias, $row, $op) = @_;
	my @parts = $self->_parts;
	my $n = @parts == 2 ? 2 : 2 + rnd(@parts - 1);
	my $first = chance(0.8) || $n == @parts ? 0 : 1;
	my @places = ($first .. $first + $n - 1);
	@places = reverse @places if chance(0.06);
	push @places, pick(0 .. $#parts) if chance(0.05);
	my (@left, @right);
	for my $i (@places)
	{
		push @left, "$alias.$parts[$i]{name}";
		push @right, $self->_value($i, chance(0.8) ? $row : undef);
	}
	# a pair that is no part of the key, or is the other way round
	if (chance(0.06)) { push @left, "$alias.c1"; push @right, $self->_constant('int4', sub { rnd(9) }) }
	if (chance(0.06)) { my $i = rnd(scalar @left); @left[$i, $i] = ($left[$i], $left[$i]); ($left[$i], $right[$i]) = ($right[$i], $left[$i]) }
	my ($l, $r) = map { '(' . join(', ', @$_) . ')' } \@left, \@right;
	$op //= pick('<', '<=', '>', '>=', '<', '<=', '>', '>=', '=', '<>');
	return chance(0.85) ? "$l $op $r" : "$r $op $l";
}

sub _in_clause
{
	my ($self, $alias) = @_;
	my @parts = $self->_parts;
	my $n = 2 + rnd(@parts - 1);
	return '(' . join(', ', map { "$alias.$_->{name}" } @parts[ 0 .. $n - 1 ]) . ') ' . pick('', '', '', 'NOT ') . 'IN ('
		. join(', ', map { my $row = $self->_row; '(' . join(', ', map { $self->_value($_, $row) } 0 .. $n - 1) . ')' } 1 .. 1 + rnd(4)) . ')';
}

# The beginning of the parts fixed, a range behind them, or something of several parts.
sub _clauses
{
	my ($self, $alias, $depth) = @_;
	my @parts = $self->_parts;
	my $row = $self->_row;
	my $kind = rnd(20);

	return ($self->_in_clause($alias)) if $kind < 2;
	return ($self->_row_clause($alias, $row)) if $kind < 5;
	if ($kind == 5 && $depth > 0)
	{
		return '(' . join(' OR ', map { join ' AND ', $self->_clauses($alias, $depth - 1) } 1 .. 2 + rnd(2)) . ')';
	}
	return ($self->_clauses($alias, $depth - 1), $self->_clauses($alias, 0)) if $kind == 6 && $depth > 0;
	return 'NOT (' . join(' AND ', $self->_clauses($alias, $depth - 1)) . ')' if $kind == 7 && $depth > 0;
	return "$alias.c1 " . pick(@comparisons) . ' ' . $self->_constant('int4', sub { rnd(9) }) if $kind == 8;
	if ($kind < 11)
	{
		# any parts
		my @some = grep { chance(0.6) } 0 .. $#parts;
		@some = (rnd(scalar @parts)) unless @some;
		return map { chance(0.5) ? $self->_equal_clause($alias, $_, $row) : $self->_range_clause($alias, $_, $row) } @some;
	}
	my $fixed = rnd(@parts + 1);
	my @clauses = map { $self->_equal_clause($alias, $_, $row) } 0 .. $fixed - 1;
	return @clauses if $fixed == @parts;
	push @clauses, $self->_range_clause($alias, $fixed, $row) if !@clauses || chance(0.7);
	push @clauses, $self->_range_clause($alias, $fixed, $row) if chance(0.2);
	if ($fixed < @parts - 1 && chance(0.25))
	{
		my ($l, $r) = (join(', ', map { "$alias.$_->{name}" } @parts[ $fixed .. $#parts ]),
			join(', ', map { $self->_value($_, $row) } $fixed .. $#parts));
		push @clauses, "($l) " . pick('<', '<=', '>', '>=') . " ($r)";
	}
	return @clauses;
}

sub _where
{
	my ($self, $alias) = @_;
	my @clauses = $self->_clauses($alias, 2);
	@clauses = $self->_clauses($alias, 2) unless @clauses;
	return @clauses ? ' WHERE ' . join(' AND ', @clauses) : '';
}

# ---- projections and orders ----

sub _key_list { my ($self, $alias) = @_; return join ', ', map { "$alias.$_->{name}" } $self->_parts }

sub _projection
{
	my ($self, $alias) = @_;
	my $kind = rnd(6);
	return "$alias.*" if $kind < 2;
	return $self->_key_list($alias) if $kind == 2;
	return "$alias.c1" if $kind == 3;
	return join ', ', map { "$alias.$_" } pick(map { $_->{name} } $self->_parts), pick('c1', 'c2');
}

sub _limit
{
	my ($self) = @_;
	my $small = sub { pick(0, 1, 2, 3, 5, 20) };
	return ' LIMIT ' . ($self->{prepared} && chance(0.6) ? $self->_constant('int8', $small) : $small->())
		. (chance(0.2) ? ' OFFSET ' . $small->() : '');
}

# Some leading parts in the direction of their bytes mostly; is it total?
sub _order
{
	my ($self, $alias, $n, $backward) = @_;
	my @parts = $self->_parts;
	my @order;
	for my $part (@parts[ 0 .. $n - 1 ])
	{
		my $descending = ($part->{encoding} eq 'ordered_desc') != $backward;
		$descending = !$descending if chance(0.08);
		my $nulls = $part->{nullable} && chance(0.8) ? ($descending ? ' NULLS LAST' : ' NULLS FIRST') : '';
		push @order, "$alias.$part->{name}" . ($descending ? ' DESC' : '') . $nulls;
	}
	shift @order if @order > 1 && chance(0.1);
	return join ', ', @order;
}

# ---- kinds of queries ----

sub _make_plain
{
	my ($self) = @_;
	$self->{sql} = 'SELECT ' . $self->_projection('t') . ' FROM {T} t' . $self->_where('t');
}

sub _make_count
{
	my ($self) = @_;
	$self->{sql} = 'SELECT count(*) FROM {T} t' . $self->_where('t');
}

sub _make_ordered
{
	my ($self) = @_;
	my $n = 1 + rnd(scalar $self->_parts);
	my $order = $self->_order('t', $n, chance(0.4));
	my $names = () = $order =~ /t\./g;
	my $total = $self->{model}{unique_key} && $names == $self->_parts && !$self->{model}->is_versions;
	$self->{compare} = $total ? 'ordered' : 'subset';
	# of an order that is not total the sort keys are compared, row by row
	my @by = $order =~ /(t\.\w+)/g;
	$self->{full} = 'SELECT ' . ($total ? $self->_key_list('t') . ', t.c2' : join(', ', @by)) . ' FROM {T} t' . $self->_where('t');
	$self->{compare} = 'ordered' if !$total && $self->{model}{exact_key};
	$self->{sql} = "$self->{full} ORDER BY $order" . (chance(0.6) ? $self->_limit : '');
}

# Many values of the first part, or of the first two: many ranges, or many keys.
sub _make_long_list
{
	my ($self) = @_;
	my @parts = $self->_parts;
	my $lists = @parts == 2 || chance(0.4) ? 2 : 1;
	my @where = map {
		my $i = $_;
		my $n = $lists == 1 ? pick(20, 80, 300) : pick(10, 30);
		"t.$parts[$i]{name} = ANY(" . $self->_constant("$parts[$i]{type}\[]", sub {
			HTableQueries::_array_of(map { chance(0.5) ? random_part_constant($parts[$i]) : $self->_row->[$i] } 1 .. $n) }) . ')'
	} 0 .. $lists - 1;
	push @where, $self->_range_clause('t', $lists, $self->_row) if $lists < @parts && chance(0.6);
	push @where, "t.c1 " . pick(@comparisons) . ' ' . $self->_constant('int4', sub { rnd(9) }) if chance(0.3);
	my $order = chance(0.4) ? ' ORDER BY ' . $self->_order('t', scalar @parts, chance(0.5)) : '';
	$self->{sql} = 'SELECT ' . $self->_key_list('t') . ', t.c2 FROM {T} t WHERE ' . join(' AND ', @where) . $order;
}

# Keyset paging: behind a row, in the order of the keys.
sub _make_page
{
	my ($self) = @_;
	my @parts = $self->_parts;
	my $row = $self->_row;
	my $back = chance(0.4);
	# leading parts may be fixed: a tenant's pages
	my $fixed = @parts > 2 && chance(0.4) ? 1 : 0;
	my @paged = @parts[ $fixed .. $#parts ];
	my @where = map { "t.$parts[$_]{name} = " . $self->_value($_, $row) } 0 .. $fixed - 1;
	push @where, '(' . join(', ', map { "t.$_->{name}" } @paged) . ') ' . ($back ? pick('<', '<=') : pick('>', '>=')) . ' ('
		. join(', ', map { $self->_value($_, chance(0.9) ? $row : undef) } $fixed .. $#parts) . ')';
	$self->{full} = 'SELECT ' . $self->_key_list('t') . ' FROM {T} t WHERE ' . join(' AND ', @where);
	$self->{compare} = $self->{model}{exact_key} ? 'ordered' : 'subset';
	$self->{sql} = $self->{full} . ' ORDER BY ' . join(', ', map { "t.$_->{name}" . ($back ? ' DESC' : '') } @paged) . $self->_limit;
	$self->{compare} = 'subset' if $self->{model}->is_versions && !$self->{model}{exact_key};
}

sub _join_condition
{
	my ($self, $alias) = @_;
	my @parts = $self->_parts;
	my $kind = rnd(8);
	my $n = $kind < 5 ? scalar @parts : 1 + rnd(scalar @parts);
	my @list = map { "$alias.$_->{name} = j.$_->{name}" } @parts[ 0 .. $n - 1 ];
	push @list, "$alias.$parts[$n]{name} " . pick('<', '>=', '=') . " j.$parts[$n]{name}" if $n < @parts && chance(0.6);
	return '(' . join(', ', map { "$alias.$_->{name}" } @parts) . ') ' . pick('<', '>=', '=') . ' ('
		. join(', ', map { "j.$_->{name}" } @parts) . ')' if $kind == 7;
	return join ' AND ', @list;
}

sub _make_join
{
	my ($self) = @_;
	my @sides = ('{T} t', '{J} j');
	@sides = reverse @sides if chance(0.7);
	my $where = chance(0.5) ? $self->_where('t') : '';
	my $join = pick('JOIN', 'JOIN', 'LEFT JOIN');
	$where = '' if $join eq 'LEFT JOIN' && chance(0.5);
	$self->{sql} = 'SELECT j.id, ' . $self->_projection('t') . " FROM $sides[0] $join $sides[1] ON " . $self->_join_condition('t') . $where;
}

sub _make_lateral
{
	my ($self) = @_;
	$self->{sql} = 'SELECT j.id, x.n FROM {J} j ' . pick('CROSS JOIN LATERAL', 'LEFT JOIN LATERAL')
		. ' (SELECT count(*) AS n FROM {T} u WHERE ' . $self->_join_condition('u') . ') x';
	$self->{sql} .= ' ON true' if $self->{sql} =~ /LEFT JOIN LATERAL/;
}

sub _make_semi_join
{
	my ($self) = @_;
	$self->{sql} = 'SELECT ' . $self->_projection('t') . ' FROM {T} t WHERE ' . pick('', 'NOT ')
		. 'EXISTS (SELECT FROM {J} j WHERE ' . $self->_join_condition('t') . ')';
}

sub _make_aggregate
{
	my ($self) = @_;
	return $self->_make_count unless $self->{model}{exact_key};
	my @parts = $self->_parts;
	my $group = join ', ', map { "t.$_->{name}" } @parts[ 0 .. rnd(scalar @parts) ];
	$self->{sql} = "SELECT $group, count(*), max(t.c1) FROM {T} t" . $self->_where('t') . " GROUP BY $group";
}

1;
