# HTableModel - one random HBase table, and what PostgreSQL must see of it.
#
# The model is a Perl copy of the cells.  HBase is loaded from it through HTool,
# the local table of PostgreSQL from the same cells by the rules of the
# documentation, so the local copy owes nothing to the code under test.
#
# A declaration is a hash:
#	name		of the SQL tables f_<name> (foreign) and l_<name> (local)
#	shape		row or versions
#	max_versions	with shape versions, optional
#	key			{ type, encoding, collate }
#	keys		instead of it the parts of a composite key: [ { name, type, encoding,
#				collate, length, terminator, nullable }, ... ]
#	key_prefix	bytes at which every key begins, optional
#	columns		[ { name, type, encoding, family, qualifier, collate }, ... ]
#	time_type	type of the column "at" (:timestamp), optional
#	options		{ further options of the foreign table }
#	rows		how many
#	splits		[ bytes, ... ]
#	history		true when cells have many versions, at extreme times too
#	base		another model, whose HBase table this one declares differently
package HTableModel;

use strict;
use warnings;

use HTableTest qw(escape put);
use HTableValues qw(rnd pick chance random_value null_value random_key random_part timestamp_text type_has_exact_equality);

# HBase times: below now, so that deletes cover them; and the first that is no timestamptz.
use constant FIRST_TIME => 1_600_000_000_000;
use constant FIRST_INFINITE_MS => 9_224_318_016_000_000;

sub new
{
	my ($class, $test, %declaration) = @_;
	my $self = bless { rows => 400, splits => [], options => {}, shape => 'row', %declaration }, $class;
	$self->{test} = $test;
	if (my $base = $self->{base})
	{
		$self->{$_} = $base->{$_} for qw(table cells key_text splits border_text);
		$self->{script} = [];
		$self->{key_text} = { map { $_ => '\\x' . unpack 'H*', $_ } keys %{ $self->{key_text} } }
			if $self->{key} && $self->{key}{type} eq 'bytea';
		return $self;
	}
	$self->{table} = $test->table($self->{name});
	$self->{cells} = {};
	$self->{key_text} = {};
	$self->_fill;
	return $self;
}

sub is_versions { return $_[0]{shape} eq 'versions' }

# ---- cells ----

# An older time twice in the same place would overwrite; callers do not mind.
sub _put
{
	my ($self, $row, $family, $qualifier, $time, $text, $bytes) = @_;
	$self->{cells}{$row}{"$family:$qualifier"}{$time} = [$text, $bytes];
	push @{ $self->{script} }, put($self->{table}, $row, $family, $qualifier, $bytes, $time);
}

sub _time
{
	my ($self) = @_;
	return FIRST_TIME + rnd(2000) * 1000 + pick(0, 0, 1, 500, 999) unless $self->{history};
	my $kind = rnd(20);
	# the two ends: the least, and beyond what PostgreSQL's timestamps reach
	return pick(0, 1, 999, 1000) if $kind == 0;
	return FIRST_INFINITE_MS + pick(-1, 0, 1, 5_000_000) if $kind == 1;
	return FIRST_TIME + rnd(30) * 1000;
}

sub _fill_row
{
	my ($self, $row) = @_;
	my $density = pick(0.1, 0.5, 0.9);
	my @row_times = map { $self->_time } 1 .. 4;
	for my $column (@{ $self->{columns} })
	{
		next unless chance($density);
		my $versions = $self->{history} ? 1 + rnd(5) : chance(0.1) ? 2 : 1;
		for (1 .. $versions)
		{
			my ($text, $bytes) = random_value($column->{type}, $column->{encoding});
			my $null = null_value($column->{encoding});
			($text, $bytes) = (undef, $null) if defined $null && chance(0.1);
			$self->_put($row, $column->{family}, $column->{qualifier}, pick(@row_times), $text, $bytes);
		}
	}
	# cells that nobody declares: in a declared family, and in another
	$self->_put($row, 'a', 'undeclared', $self->_time, undef, 'x') if chance(0.15);
	$self->_put($row, 'z', 'other', $self->_time, undef, 'x') if chance(0.1);
	return if $self->{cells}{$row};
	$self->_put($row, 'a', 'undeclared', $self->_time, undef, 'x') if chance(0.7);
}

# Deletes: a row, a column, one version.  They would not cover times to come.
sub _delete_some
{
	my ($self) = @_;
	for my $row (sort keys %{ $self->{cells} })
	{
		next unless chance(0.05);
		my $cells = $self->{cells}{$row};
		my $place = pick(sort keys %$cells);
		my ($family, $qualifier) = split /:/, $place, 2;
		my $kind = rnd(3);
		if ($kind == 0)
		{
			push @{ $self->{script} }, join "\t", 'delete', $self->{table}, escape($row), '-', '-', '-';
			delete $self->{cells}{$row};
			next;
		}
		if ($kind == 1)
		{
			push @{ $self->{script} }, join "\t", 'delete', $self->{table}, escape($row), $family, $qualifier, '-';
			delete $cells->{$place};
		}
		else
		{
			my ($newest) = sort { $b <=> $a } keys %{ $cells->{$place} };
			push @{ $self->{script} }, join "\t", 'delete-version', $self->{table}, escape($row), $family, $qualifier, $newest;
			delete $cells->{$place}{$newest};
			delete $cells->{$place} unless %{ $cells->{$place} };
		}
		delete $self->{cells}{$row} unless %$cells;
	}
}

# (texts of the parts, bytes) of a random row key
sub _random_composite_key
{
	my ($self) = @_;
	my @texts;
	my $bytes = $self->{key_prefix} // '';
	$self->{keys}[-1]{last} = 1;
	for my $part (@{ $self->{keys} })
	{
		my ($text, $part_bytes) = random_part($part);
		push @texts, $text;
		$bytes .= $part_bytes;
	}
	return length $bytes ? (\@texts, $bytes) : $self->_random_composite_key;
}

# Keys beside those with the prefix, which are not of the foreign table.
sub _fill_strangers
{
	my ($self) = @_;
	my $prefix = $self->{key_prefix} // return;
	my $before = substr($prefix, 0, -1) . chr(ord(substr $prefix, -1) - 1);
	push @{ $self->{script} }, put($self->{table}, $_, 'a', 'q1', '1', FIRST_TIME)
		for substr($prefix, 0, -1) || "\x01", "$before\xFF", substr($prefix, 0, -1) . chr(ord(substr $prefix, -1) + 1), "\xFF";
}

sub _fill
{
	my ($self) = @_;
	my $key = $self->{key};
	my @border = map { ($_, "$_\x00") } @{ $self->{splits} };

	$self->{script} = [
		join "\t", 'create', $self->{table}, 'a,VERSIONS=10;b,VERSIONS=10;z', map { escape($_) } @{ $self->{splits} }
	];
	for (1 .. $self->{rows})
	{
		my ($text, $bytes) = $key ? random_key($key->{type}, $key->{encoding}) : $self->_random_composite_key;
		if ($self->{border_text} && chance(0.05))
		{
			$text = $bytes = pick(@{ $self->{border_text} });
		}
		next if exists $self->{key_text}{$bytes};
		$self->{key_text}{$bytes} = $text;
		$self->_fill_row($bytes);
	}
	$self->_fill_strangers;
	push @{ $self->{script} }, "flush\t$self->{table}";
	$self->_delete_some unless $self->{history};
}

# ---- what PostgreSQL must see ----

sub _key_values
{
	my ($self, $row) = @_;
	my $text = $self->{key_text}{$row};
	return ref $text ? @$text : $text;
}

sub _families
{
	my ($self) = @_;
	my %families = map { $_->{family} => 1 } @{ $self->{columns} };
	$families{ $self->{options}{family} } = 1 if !%families && defined $self->{options}{family};
	return \%families;
}

sub _time_text
{
	my ($self, $ms) = @_;
	return $ms if $self->{time_type} eq 'int8';
	return 'infinity' if $ms >= FIRST_INFINITE_MS;
	# gmtime does not go that far
	return '294276-12-31 23:59:59.999+00' if $ms == FIRST_INFINITE_MS - 1;
	return timestamp_text($ms);
}

sub _rows_of_shape_row
{
	my ($self) = @_;
	my $families = $self->_families;
	my @rows;
	for my $row (sort keys %{ $self->{cells} })
	{
		my $cells = $self->{cells}{$row};
		my @seen = grep { my ($f) = split /:/; !%$families || $families->{$f} } keys %$cells;
		next unless @seen;
		my @out = $self->_key_values($row);
		for my $column (@{ $self->{columns} })
		{
			my $versions = $cells->{"$column->{family}:$column->{qualifier}"};
			my ($newest) = sort { $b <=> $a } keys %{ $versions // {} };
			push @out, defined $newest ? $versions->{$newest}[0] : undef;
		}
		if ($self->{time_type})
		{
			my ($newest) = sort { $b <=> $a } map { keys %{ $cells->{$_} } } @seen;
			push @out, $self->_time_text($newest);
		}
		push @rows, \@out;
	}
	return \@rows;
}

sub _rows_of_shape_versions
{
	my ($self) = @_;
	my @rows;
	for my $row (sort keys %{ $self->{cells} })
	{
		my %by_time;
		my $i = 0;
		for my $column (@{ $self->{columns} })
		{
			my $versions = $self->{cells}{$row}{"$column->{family}:$column->{qualifier}"} // {};
			my @times = sort { $b <=> $a } keys %$versions;
			splice @times, $self->{max_versions} if $self->{max_versions} && @times > $self->{max_versions};
			$by_time{$_}[$i] = $versions->{$_}[0] for @times;
			$i++;
		}
		for my $time (sort { $b <=> $a } keys %by_time)
		{
			my @values = @{ $by_time{$time} };
			$#values = $#{ $self->{columns} };
			push @rows, [$self->_key_values($row), @values, $self->{time_type} ? $self->_time_text($time) : ()];
		}
	}
	return \@rows;
}

sub local_rows
{
	my ($self) = @_;
	return $self->is_versions ? $self->_rows_of_shape_versions : $self->_rows_of_shape_row;
}

# ---- DDL and loading ----

sub _type_words
{
	my ($column, $options) = @_;
	return $column->{type} . ($options ? " OPTIONS ($options)" : '')
		. ($column->{collate} ? " COLLATE \"$column->{collate}\"" : '');
}

sub _encoding_options
{
	my ($encoding) = @_;
	return $encoding eq 'ordered_desc' ? "encoding 'ordered', \"order\" 'desc'" : "encoding '$encoding'";
}

# Bytes as the options write them.
sub _option_bytes { return "'" . ($_[0] =~ s/\\/\\\\/gr =~ s/([^\x20-\x7E])/sprintf '\\x%02X', ord $1/ger) . "'" }

sub _part_options
{
	my ($part) = @_;
	return join ', ', "column ':key'", _encoding_options($part->{encoding}),
		$part->{length} ? "length '$part->{length}'" : (), defined $part->{terminator} ? 'terminator ' . _option_bytes($part->{terminator}) : ();
}

# The key columns, each with the words that a maker has for it.
sub _key_columns
{
	my ($self, $options) = @_;
	return 'k ' . _type_words($self->{key}, $options ? "column ':key', " . _encoding_options($self->{key}{encoding}) : undef)
		if $self->{key};
	return map {
		"$_->{name} " . _type_words($_, $options ? _part_options($_) : undef)
			. ($options && $_->{encoding} =~ /^ordered/ && !$_->{nullable} ? ' NOT NULL' : '')
	} @{ $self->{keys} };
}

sub _local_columns
{
	my ($self) = @_;
	my @list = $self->_key_columns;
	push @list, map { "$_->{name} " . _type_words($_) } @{ $self->{columns} };
	push @list, "at $self->{time_type}" if $self->{time_type};
	return @list;
}

sub _foreign_columns
{
	my ($self) = @_;
	my @list = $self->_key_columns(1);
	push @list, map {
		"$_->{name} " . _type_words($_, "column '$_->{family}:$_->{qualifier}', " . _encoding_options($_->{encoding}))
			. ($_->{not_null} ? ' NOT NULL' : '')
	} @{ $self->{columns} };
	push @list, "at $self->{time_type} OPTIONS (column ':timestamp')" if $self->{time_type};
	return @list;
}

sub create_foreign
{
	my ($self, $db, $name) = @_;
	my %options = (table_name => $self->{table}, %{ $self->{options} });
	$options{key_prefix} = $self->{key_prefix} if defined $self->{key_prefix};
	$options{shape} = 'versions' if $self->is_versions;
	$options{max_versions} = $self->{max_versions} if $self->{max_versions};
	$db->do("CREATE FOREIGN TABLE " . ($name // "f_$self->{name}") . " ("
		. join(', ', $self->_foreign_columns) . ") SERVER $HTableTest::SERVER OPTIONS ("
		. join(', ', map { "$_ " . $db->quote($options{$_}) } sort keys %options) . ')');
}

sub create_local
{
	my ($self, $db) = @_;
	my $rows = $self->local_rows;
	$self->{local_rows} = $rows;
	$db->do("CREATE TABLE l_$self->{name} (" . join(', ', $self->_local_columns) . ')');
	$self->{test}->copy_rows($db, "l_$self->{name}", $rows);
	$db->do("ANALYZE l_$self->{name}");
}

# Lines for HTool that make and fill the HBase table.
sub script { return @{ $_[0]{script} } }

1;
