# HTableLedger - what sessions meant to write and what they were told, held
# against all versions that HBase has.
#
# A session writes a line before a statement and one after it:
#
#	open_log($file)									to be written
#	carry_out($db, $log, \%statement, $code)		token, kind, keys; a counter's amount
#
# A statement's token, SESSION.NUMBER, is in every row that it writes, in a:w and
# in b:w, so that the raw dump tells which statement wrote each version of each
# row.  Tables are such that no version is ever dropped.  Kinds of statements:
#
#	upsert, insert, nothing		rows put; unconditionally, once only, or unless they are there
#	update						a:w is read and becomes b:p: the versions of a row are a chain
#	delete
#	add							a:n grows by the session's own amount: digits of base 2^14
#
#	read_logs(@files)							statements
#	judge(\@statements, \@raw, \@visible)		the two dumps' lines -> \%verdict: a list of
#												complaints each: lost, phantom, torn, doubled
package HTableLedger;

use strict;
use warnings;

use Exporter 'import';
use HTableEvents qw(one_line);
use List::Util qw(max sum0 uniqnum);

our @EXPORT_OK = qw(open_log carry_out read_logs judge amount_of FAULTS FIRST);

use constant FAULTS => qw(lost phantom torn doubled);
use constant FIRST => '0.0';			# token of the rows that are there before
use constant DIGIT => 2**14;

# What a session adds to counters: none of its digits runs into the next one's.
sub amount_of { return DIGIT**$_[0] }

# ---- sessions ----

sub open_log
{
	my ($file) = @_;
	open my $log, '>', $file or die "cannot write $file: $!\n";
	$log->autoflush(1);
	return $log;
}

# What a failed statement says of rows: acknowledged, unknown.
sub _counts
{
	my ($error, @warnings) = @_;
	return ($1, $2) if $error =~ /Rows acknowledged: (\d+), unknown: (\d+), not written: \d+/;
	return ($1, $2) if "@warnings" =~ /Rows written: (\d+), unknown: (\d+)/;
	return (0, 0);
}

# Runs code, which gives the number of rows; true when it succeeded.
sub carry_out
{
	my ($db, $log, $statement, $code) = @_;
	my @warnings;
	local $SIG{__WARN__} = sub { push @warnings, @_ };
	local $db->{PrintWarn} = 1;
	print $log join("\t", 'intent', @$statement{qw(token kind)}, $statement->{amount} // '-', join ',', @{ $statement->{keys} }), "\n";
	my $count = eval { $code->() };
	my $error = $@;
	my ($acked, $unknown, $state) = defined $count ? ($count + 0, 0, '') : (_counts($error, @warnings), $db->state);
	print $log join("\t", 'outcome', $statement->{token}, $state, $acked, $unknown, one_line($error)), "\n";
	return defined $count;
}

# All statements in the order of their sessions; one without an outcome has none.
sub read_logs
{
	my (@files) = @_;
	my @statements;
	for my $file (@files)
	{
		open my $in, '<', $file or die "cannot read $file: $!\n";
		while (<$in>)
		{
			chomp;
			my ($word, @fields) = split /\t/, $_, -1;
			if ($word eq 'intent')
			{
				my %statement;
				@statement{qw(token kind amount)} = @fields;
				$statement{keys} = [ split /,/, $fields[3] ];
				push @statements, \%statement;
			}
			elsif ($word eq 'outcome')
			{
				@{ $statements[-1] }{qw(state acked unknown error)} = @fields[ 1 .. 4 ];
			}
		}
	}
	return @statements;
}

# ---- dumps ----

# Lines of a dump -> code that gives one row after the other:
# key, { column => [ [ ts, value ] ... ] }, the newest first; puts only.
sub _rows
{
	my ($lines) = @_;
	my $at = 0;
	return sub {
		return if $at >= @$lines;
		my ($row) = $lines->[$at] =~ /^([^\t]*)/;
		my %columns;
		while ($at < @$lines)
		{
			my ($key, $family, $qualifier, $ts, $type, $value) = split /\t/, $lines->[$at], -1;
			last if $key ne $row;
			push @{ $columns{"$family:$qualifier"} }, [ $ts, $value ] if $type eq 'Put';
			$at++;
		}
		return ($row, \%columns);
	};
}

# Bytes as HTool shows them -> a number of 8 bytes.
sub _number_of
{
	my ($shown) = @_;
	return unpack 'q>', $shown =~ s/\\x([0-9A-F]{2})/chr hex $1/ger;
}

# ---- judging ----

# Do the cells of each version belong together?  In all versions each time has one
# token in both families; what the client sees has one version of each.
sub _torn
{
	my ($columns) = @_;
	my ($left, $right) = map { join ' ', map { "$_->[1]\@$_->[0]" } @{ $columns->{$_} // [] } } qw(a:w b:w);
	return $left ne $right;
}

# Which statements wrote the row, by all of its versions: tokens, the oldest first.
sub _take_versions
{
	my ($known, $row, $columns, $verdict) = @_;
	my @tokens = reverse map { $_->[1] } @{ $columns->{'a:w'} // [] };
	push @{ $verdict->{torn} }, "row $row has versions that are not of one write" if _torn($columns);
	for my $token (grep { $_ ne FIRST } @tokens)
	{
		my $statement = $known->{$token};
		if (!$statement || !exists $statement->{found}{$row})
		{
			push @{ $verdict->{phantom} }, "row $row has a version of $token, which did not write it";
			next;
		}
		push @{ $verdict->{doubled} }, "row $row has $token again" if $statement->{found}{$row}++;
	}
	return @tokens;
}

# An UPDATE moves the token that it read to b:p, so each names the one before.
sub _judge_chain
{
	my ($row, $columns, $verdict) = @_;
	my %before = map { $_->[0] => $_->[1] } @{ $columns->{'b:p'} // [] };
	my $last;
	for my $version (reverse @{ $columns->{'a:w'} // [] })
	{
		my ($ts, $token) = @$version;
		push @{ $verdict->{lost} }, "row $row: $token read " . ($before{$ts} // 'nothing') . " and hides $last"
			if defined $last && ($before{$ts} // '') ne $last;
		$last = $token;
	}
}

# Rows that one session alone changes: what its statements may have left.  Puts
# are known by their tokens; an unknown DELETE may have been.
sub _judge_owned
{
	my ($row, $statements, $visible, $verdict) = @_;
	my %may = ('' => 1);
	for my $statement (@$statements)
	{
		if ($statement->{kind} eq 'delete')
		{
			$statement->{surely_there}++ if !$may{''};
			$statement->{maybe_there}++ if grep { $_ ne '' } keys %may;
			%may = $statement->{state} eq '' ? ('' => 1) : (%may, '' => 1) if $statement->{state} eq '' || $statement->{acked} + $statement->{unknown} > 0;
		}
		elsif ($statement->{found}{$row})
		{
			push @{ $verdict->{phantom} }, "row $row was there when $statement->{token} inserted it"
				if $statement->{kind} eq 'insert' && !$may{''};
			%may = ($statement->{token} => 1);
		}
	}
	return if $may{ $visible // '' };
	my $kind = defined $visible ? 'phantom' : 'lost';
	push @{ $verdict->{$kind} }, "row $row is " . ($visible // 'missing') . ' and not ' . join ' or ', sort keys %may;
}

# How often a session must, and may, have added to one row of its statement.  Of
# several rows it is not known which are those that were acknowledged.
sub _bounds
{
	my ($add) = @_;
	return (1, 1) if $add->{acked} == @{ $add->{keys} };
	return (0, $add->{acked} + $add->{unknown} > 0 ? 1 : 0);
}

# The part of a counter that each session added: as often as it was told, and no
# more than it may be.
sub _judge_counter
{
	my ($row, $adds, $value, $amounts, $verdict) = @_;
	my (%least, %most);
	for my $add (@$adds)
	{
		my ($least, $most) = _bounds($add);
		$least{ $add->{amount} } += $least;
		$most{ $add->{amount} } += $most;
	}
	my $rest = $value;
	for my $amount (@$amounts)
	{
		my $found = int($value / $amount) % DIGIT;
		$rest -= $found * $amount;
		$verdict->{added}{$amount} += $found;
		my ($least, $most) = ($least{$amount} // 0, $most{$amount} // 0);
		push @{ $verdict->{lost} }, "counter $row has $found of at least $least" if $found < $least;
		push @{ $verdict->{doubled} }, "counter $row has $found of at most $most" if $found > $most;
	}
	push @{ $verdict->{phantom} }, "counter $row has $rest that nobody added" if $rest != 0;
}

# The rows that statements wrote, each by its versions: as many as they were told.
# But for those that are deleted rows stay, so a statement that is done had them all.
sub _judge_counts
{
	my ($statements, $verdict) = @_;
	for my $statement (grep { $_->{state} eq '' && $_->{kind} !~ /^(?:nothing|delete)$/ } @$statements)
	{
		my $intended = @{ $statement->{keys} };
		push @{ $verdict->{lost} }, "$statement->{token} ($statement->{kind}) was told $statement->{acked} rows of $intended" if $statement->{acked} != $intended;
	}
	for my $statement (grep { $_->{kind} =~ /^(?:upsert|insert|nothing|update)$/ } @$statements)
	{
		my $found = grep { $_ } values %{ $statement->{found} };
		my ($least, $most) = ($statement->{acked}, $statement->{acked} + $statement->{unknown});
		$verdict->{unknown_found} += max(0, $found - $least);
		push @{ $verdict->{lost} }, ("$statement->{token} ($statement->{kind} $statement->{state}) wrote $found rows of $least") x ($least - $found)
			if $found < $least;
		push @{ $verdict->{phantom} }, ("$statement->{token} ($statement->{kind} $statement->{state}) wrote $found rows, at most $most") x ($found - $most)
			if $found > $most;
	}
}

# The rows that each DELETE found were those that were there.
sub _judge_deletes
{
	my ($statements, $verdict) = @_;
	for my $statement (grep { $_->{kind} eq 'delete' && $_->{state} eq '' } @$statements)
	{
		my ($least, $most) = map { $statement->{$_} // 0 } qw(surely_there maybe_there);
		push @{ $verdict->{lost} }, "$statement->{token} found $statement->{acked} rows to delete of $least" if $statement->{acked} < $least;
		push @{ $verdict->{phantom} }, "$statement->{token} found $statement->{acked} rows to delete, at most $most" if $statement->{acked} > $most;
	}
}

# The increments of each session altogether.
sub _judge_added
{
	my ($statements, $amounts, $verdict) = @_;
	for my $amount (@$amounts)
	{
		my @adds = grep { $_->{kind} eq 'add' && $_->{amount} == $amount } @$statements;
		my ($least, $unknown) = map { my $what = $_; sum0(map { $_->{$what} } @adds) } qw(acked unknown);
		my $found = $verdict->{added}{$amount} // 0;
		$verdict->{unknown_found} += max(0, $found - $least);
		push @{ $verdict->{lost} }, ("$found of $least increments by $amount") x ($least - $found) if $found < $least;
		push @{ $verdict->{doubled} }, ("$found increments by $amount, at most " . ($least + $unknown)) x ($found - $least - $unknown)
			if $found > $least + $unknown;
	}
}

# What the client sees of each row: its token, or that it is torn.
sub _visible
{
	my ($lines, $verdict) = @_;
	my (%token, %counter);
	my $next = _rows($lines);
	while (my ($row, $columns) = $next->())
	{
		my %newest = map { $_ => [ $columns->{$_}[0] ] } keys %$columns;
		if (exists $newest{'a:n'})
		{
			$counter{$row} = _number_of($newest{'a:n'}[0][1]);
			next;
		}
		push @{ $verdict->{torn} }, "row $row is not of one write" if _torn(\%newest) || !$newest{'a:w'} || !$newest{'a:_'};
		$token{$row} = $newest{'a:w'}[0][1] if $newest{'a:w'};
	}
	return (\%token, \%counter);
}

# A row with versions by these tokens, that these statements meant to write.
sub _judge_row
{
	my ($row, $columns, $tokens, $statements, $visible, $verdict) = @_;
	my %kinds = map { $_->{kind} => 1 } @$statements;
	if ($kinds{upsert} || $kinds{delete})
	{
		_judge_owned($row, $statements, $visible, $verdict);
		return;
	}
	_judge_chain($row, $columns, $verdict) if $kinds{update};
	push @{ $verdict->{doubled} }, "row $row was inserted by each of @$tokens" if ($kinds{nothing} || $kinds{insert}) && @$tokens > 1;
	push @{ $verdict->{lost} }, "row $row is " . ($visible // 'missing') . " and not $tokens->[-1]" if @$tokens && ($visible // '') ne $tokens->[-1];
}

sub judge
{
	my ($statements, $raw, $visible) = @_;
	my %verdict = (unknown_found => 0, map { $_ => [] } FAULTS);
	my (%known, %of_row);
	for my $statement (@$statements)
	{
		delete @$statement{qw(surely_there maybe_there)};
		$statement->{found} = { map { $_ => 0 } @{ $statement->{keys} } };
		$known{ $statement->{token} } = $statement;
		push @{ $of_row{$_} }, $statement for @{ $statement->{keys} };
	}
	my ($token, $counter) = _visible($visible, \%verdict);
	my $next = _rows($raw);
	while (my ($row, $columns) = $next->())
	{
		next if exists $columns->{'a:n'};
		my @tokens = _take_versions(\%known, $row, $columns, \%verdict);
		$verdict{rows}++;
		$verdict{versions} += @tokens;
		_judge_row($row, $columns, \@tokens, $of_row{$row} // [], $token->{$row}, \%verdict);
	}
	# what is skipped is there
	for my $statement (grep { $_->{kind} eq 'nothing' && $_->{state} eq '' } @$statements)
	{
		push @{ $verdict{lost} }, map { "row $_ was there for $statement->{token}" } grep { !exists $token->{$_} } @{ $statement->{keys} };
	}
	my @amounts = uniqnum(map { $_->{amount} } grep { $_->{kind} eq 'add' } @$statements);
	for my $row (sort keys %of_row)
	{
		my @adds = grep { $_->{kind} eq 'add' } @{ $of_row{$row} };
		_judge_counter($row, \@adds, $counter->{$row} // 0, \@amounts, \%verdict) if @adds;
	}
	_judge_counts($statements, \%verdict);
	_judge_deletes($statements, \%verdict);
	_judge_added($statements, \@amounts, \%verdict);
	return \%verdict;
}

1;
