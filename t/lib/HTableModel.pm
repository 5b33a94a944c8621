# HTableModel - one random HBase table, and what PostgreSQL must see of it.
#
# The model is a Perl copy of the cells.  HBase is loaded from it through HTool,
# the local table of PostgreSQL from the same cells by the rules of the
# documentation, so the local copy owes nothing to the code under test.
#
# A declaration is a hash:
#	name		of the SQL tables f_<name> (foreign) and l_<name> (local)
#	shape		row, versions or cells
#	max_versions	with shapes versions and cells, optional
#	raw			with shape cells: deletes are shown
#	qualifier	with shape cells: type of the column "q"; columns are made here
#	key			{ type, encoding, collate }
#	keys		instead of it the parts of a composite key: [ { name, type, encoding,
#				collate, length, terminator, nullable }, ... ]
#	key_prefix	bytes at which every key begins, optional
#	columns		[ { name, type, encoding, family, qualifier, collate, bad }, ... ],
#				bad: some cells do not decode, and are NULL
#				or { name, type => 'jsonb', map => 'family:prefix*', hex => 1 } of what is
#				in the others' families
#	time_type	type of the column "at" (:timestamp), optional
#	options		{ further options of the foreign table }
#	rows		how many
#	splits		[ bytes, ... ]
#	as_of		a moment (ms): what came later is not seen
#	history		true when cells have many versions, at extreme times too
#	deletes		true when some of these are deleted, at their times
#	extra		[ [ family, qualifier ], ... ] of cells that no column shows
#	base		another model, whose HBase table this one declares differently
package HTableModel;

use strict;
use warnings;

use HTableTest qw(escape put);
use HTableValues qw(rnd pick chance random_value null_value random_key random_part timestamp_text bad_value type_has_exact_equality);

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
		$self->{$_} = $base->{$_} for qw(table cells all_cells markers key_text splits border_text);
		$self->{columns} = $self->_parts_of_cells if $self->{shape} eq 'cells';
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

# Has a row key several rows of SQL?
sub is_versions { return $_[0]{shape} ne 'row' }

sub is_cells { return $_[0]{shape} eq 'cells' }

# The SQL columns of shape cells.
sub _parts_of_cells
{
	my ($self) = @_;
	my $type = $self->{qualifier} // 'text';
	return [
		{ name => 'f', type => 'text', collate => 'C', part => ':family' },
		{ name => 'q', type => $type, ($type eq 'text' ? (collate => 'C') : ()), part => ':qualifier' },
		{ name => 'v', type => 'bytea', encoding => 'text', part => ':value' },
		$self->{raw} ? { name => 'ty', type => 'text', part => ':type' } : ()
	];
}

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
		next if $column->{map} || !chance($density);
		my $versions = $self->{history} ? 1 + rnd(5) : chance(0.1) ? 2 : 1;
		for (1 .. $versions)
		{
			my ($text, $bytes) = random_value($column->{type}, $column->{encoding});
			my $null = null_value($column->{encoding});
			($text, $bytes) = (undef, $null) if defined $null && chance(0.1);
			($text, $bytes) = (undef, bad_value($column->{type}, $column->{encoding})) if $column->{bad} && chance(0.2);
			$self->_put($row, $column->{family}, $column->{qualifier}, pick(@row_times), $text, $bytes);
		}
	}
	for my $place (@{ $self->{extra} // [] })
	{
		next unless chance($density);
		$self->_put($row, @$place, pick(@row_times), undef, $self->{shape} eq 'row' ? pick('', 'x', 'yy') : pick('', "\x00\xFF", 'x', 'yy'))
			for 1 .. ($place->[0] eq 'z' ? 1 : 1 + rnd(2));
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

# Deletes of every kind at times that cells have.  What a marker hides, it hides
# whatever comes later; nothing is flushed after it, so all is still there.
sub _delete_at_times
{
	my ($self) = @_;
	$self->{all_cells} = { map { my $row = $self->{cells}{$_}; ($_ => { map { ($_ => { %{ $row->{$_} } }) } keys %$row }) }
		keys %{ $self->{cells} } };
	for my $row (sort keys %{ $self->{cells} })
	{
		next unless chance(0.4);
		my $cells = $self->{cells}{$row};
		for (1 .. 1 + rnd(2))
		{
			my $place = pick(sort keys %{ $self->{all_cells}{$row} });
			my $time = pick(sort keys %{ $self->{all_cells}{$row}{$place} });
			my ($family, $qualifier) = split /:/, $place, 2;
			my $type = pick('Delete', 'Delete', 'DeleteColumn', 'DeleteFamily');
			push @{ $self->{script} }, join "\t", $type eq 'Delete' ? 'delete-version' : 'delete', $self->{table}, escape($row),
				$family, $type eq 'DeleteFamily' ? '-' : escape($qualifier), $time;
			$qualifier = '' if $type eq 'DeleteFamily';
			$self->{markers}{$row}{"$family:$qualifier"}{$time}{$type} = 1;
			for my $hidden (keys %$cells)
			{
				next unless $type eq 'DeleteFamily' ? $hidden =~ /^$family:/ : $hidden eq $place;
				delete $cells->{$hidden}{$_} for grep { $type eq 'Delete' ? $_ == $time : $_ <= $time } keys %{ $cells->{$hidden} };
				delete $cells->{$hidden} unless %{ $cells->{$hidden} };
			}
		}
		delete $self->{cells}{$row} unless %$cells;
	}
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
	$self->_delete_at_times if $self->{deletes};
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
	my %families = map { (defined $_->{map} ? $_->{map} =~ s/:.*//r : $_->{family}) => 1 }
		grep { defined $_->{family} || $_->{map} } @{ $self->{columns} };
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

sub _json_string
{
	return '"' . ($_[0] =~ s/([\\"])/\\$1/gr =~ s/([\x00-\x1F])/sprintf '\\u%04x', ord $1/ger) . '"';
}

# The map of a column, undef when it has no cell.
sub _map_of
{
	my ($column, $cells) = @_;
	my $head = $column->{map} =~ s/\*\z//r;
	my @entries;
	for my $place (sort grep { index($_, $head) == 0 } keys %$cells)
	{
		my ($newest) = sort { $b <=> $a } keys %{ $cells->{$place} };
		my $bytes = $cells->{$place}{$newest}[1];
		push @entries, _json_string($place =~ s/^[^:]*://r) . ': '
			. _json_string($column->{hex} ? '\\x' . unpack 'H*', $bytes : $bytes);
	}
	return @entries ? '{' . join(', ', @entries) . '}' : undef;
}

# The cells of a row as of the moment that the declaration says.
sub _cells_of
{
	my ($self, $row) = @_;
	my $cells = $self->{cells}{$row};
	return $cells unless defined $self->{as_of};
	my %then;
	for my $place (keys %$cells)
	{
		my @times = grep { $_ <= $self->{as_of} } keys %{ $cells->{$place} };
		$then{$place} = { map { $_ => $cells->{$place}{$_} } @times } if @times;
	}
	return \%then;
}

sub _rows_of_shape_row
{
	my ($self) = @_;
	my $families = $self->_families;
	my @rows;
	for my $row (sort keys %{ $self->{cells} })
	{
		my $cells = $self->_cells_of($row);
		my @seen = grep { my ($f) = split /:/; !%$families || $families->{$f} } keys %$cells;
		next unless @seen;
		my @out = $self->_key_values($row);
		for my $column (@{ $self->{columns} })
		{
			if ($column->{map})
			{
				push @out, _map_of($column, $cells);
				next;
			}
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
			my $versions = $self->_cells_of($row)->{"$column->{family}:$column->{qualifier}"} // {};
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

sub _rows_of_shape_cells
{
	my ($self) = @_;
	my $families = $self->_families;
	my $all = $self->{raw} ? $self->{all_cells} : $self->{cells};
	my @rows;
	for my $row (sort keys %$all)
	{
		my %places = map { ($_ => 1) } keys %{ $all->{$row} }, $self->{raw} ? keys %{ $self->{markers}{$row} // {} } : ();
		for my $place (sort keys %places)
		{
			my ($family, $qualifier) = split /:/, $place, 2;
			next if %$families && !$families->{$family};
			my $shown = $self->{columns}[1]{type} eq 'bytea' ? '\\x' . unpack 'H*', $qualifier : $qualifier;
			my $versions = $all->{$row}{$place} // {};
			my @times = sort { $b <=> $a } keys %$versions;
			splice @times, $self->{max_versions} if $self->{max_versions} && @times > $self->{max_versions};
			my $add = sub {
				my ($time, $value, $type) = @_;
				push @rows, [$self->_key_values($row), $family, $shown, $value, $self->{raw} ? $type : (), $self->_time_text($time)];
			};
			$add->($_, '\\x' . unpack('H*', $versions->{$_}[1]), 'Put') for @times;
			next unless $self->{raw};
			my $markers = $self->{markers}{$row}{$place} // {};
			for my $time (keys %$markers)
			{
				$add->($time, undef, $_) for keys %{ $markers->{$time} };
			}
		}
	}
	return \@rows;
}

sub local_rows
{
	my ($self) = @_;
	return $self->_rows_of_shape_cells if $self->is_cells;
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
		"$_->{name} " . _type_words($_, $_->{part} ? "column '$_->{part}'"
			: $_->{map} ? "column '$_->{map}'" . ($_->{hex} ? ", map_encoding 'hex'" : '')
			: "column '$_->{family}:$_->{qualifier}', " . _encoding_options($_->{encoding}))
			. ($_->{not_null} ? ' NOT NULL' : '')
	} @{ $self->{columns} };
	push @list, "at $self->{time_type} OPTIONS (column ':timestamp')" if $self->{time_type};
	return @list;
}

sub create_foreign
{
	my ($self, $db, $name, $server) = @_;
	my %options = (table_name => $self->{table}, %{ $self->{options} });
	$options{key_prefix} = $self->{key_prefix} if defined $self->{key_prefix};
	$options{shape} = $self->{shape} if $self->is_versions;
	@options{qw(as_of past_reads)} = ($self->{as_of}, 'allow') if defined $self->{as_of};
	$options{raw} = 'on' if $self->{raw};
	$options{max_versions} = $self->{max_versions} if $self->{max_versions};
	$db->do("CREATE FOREIGN TABLE " . ($name // "f_$self->{name}") . " ("
		. join(', ', $self->_foreign_columns) . ") SERVER " . ($server // $HTableTest::SERVER) . " OPTIONS ("
		. join(', ', map { "$_ " . $db->quote($options{$_}) } sort keys %options) . ')');
}

# The same rows as an Append: those up to a key of one foreign table, the others of
# another, for every second model on another server.
sub create_halves
{
	my ($self, $db, $server) = @_;
	my $key = $self->{keys} ? $self->{keys}[0] : { name => 'k', %{ $self->{key} } };
	my @keys = sort grep { defined } map { $_->[0] } @{ $self->{local_rows} };
	my $middle = "$key->{name} <= " . $db->quote($keys[ @keys / 2 ]) . "::$key->{type}";
	$self->create_foreign($db, "other_$self->{name}", $server);
	$db->do("CREATE VIEW h_$self->{name} AS SELECT * FROM f_$self->{name} WHERE $middle"
		. " UNION ALL SELECT * FROM other_$self->{name} WHERE ($middle) IS NOT TRUE");
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
