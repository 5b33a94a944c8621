# HTableForms - the forms of queries, and how often the random ones had each.
#
# A form is a table, a kind of query, a condition or a use of it.  What a random
# test is said to have asked it must really have asked, and often enough.
package HTableForms;

use strict;
use warnings;

# Forms that the text of a query shows.
my @patterns = (
	[ '=' => qr/ = (?!ANY)/ ],
	[ '<>' => qr/ <> (?!ALL)/ ],
	[ '<' => qr/ < / ],
	[ '<=' => qr/ <= / ],
	[ '>' => qr/ > / ],
	[ '>=' => qr/ >= / ],
	[ 'BETWEEN' => qr/ BETWEEN / ],
	[ 'IN' => qr/ IN \((?!SELECT)/i ],
	[ 'ANY' => qr/ ANY\(/ ],
	[ 'ALL' => qr/ ALL\(/ ],
	[ 'LIKE' => qr/ LIKE / ],
	[ 'a prefix operator' => qr/ \^\@ |starts_with\(/ ],
	[ 'IS NULL' => qr/ IS NULL/ ],
	[ 'IS NOT NULL' => qr/ IS NOT NULL/ ],
	[ 'IS [NOT] DISTINCT' => qr/ DISTINCT FROM / ],
	[ 'OR' => qr/ OR / ],
	[ 'NOT' => qr/\bNOT \(/ ],
	[ 'rows compared' => qr/\(\w+\.\w+, [^()]*\) (?:[<>]=?|=) / ],
	[ 'a member of a map' => qr/->>?'/ ],
	[ 'a key in a map' => qr/ \? / ],
	[ 'LIMIT' => qr/LIMIT/ ],
	[ 'WITH TIES' => qr/WITH TIES/ ],
	[ 'descending order' => qr/ DESC/ ],
	[ 'a stable function' => qr/steady\(/ ],
	[ 'a time' => qr/\.at\b/ ],
	[ 'the empty string' => qr/''::text/ ],
	[ 'infinity or NaN' => qr/'-?(?:Infinity|infinity|NaN)'/ ],
	[ 'letters of several bytes' => qr/[\x80-\xFF]/ ],
);

sub new
{
	my ($class) = @_;
	return bless { counts => {} }, $class;
}

# The forms of one query.
sub _of
{
	my ($query) = @_;
	my $values = join ' ', map { defined $_ ? "'$_'" : 'NULL' } map { @$_ } @{ $query->{values} };
	my $text = "$query->{sql} " . join ' ', $values =~ s/'([^']*)'/'$1'::text/gr;
	return (
		"table $query->{model}{name}",
		($query->{model}{keys} ? 'keys of parts: ' : 'kind ') . $query->{kind},
		$query->{prepared} ? 'parameters' : (),
		$values =~ /NULL/ ? 'a parameter that is NULL' : (),
		map { $text =~ $_->[1] ? $_->[0] : () } @patterns
	);
}

sub count
{
	my ($self, $query) = @_;
	$self->{counts}{$_}++ for _of($query);
}

# All forms there are with their numbers, those never met too.
sub all
{
	my ($self) = @_;
	return { (map { $_->[0] => 0 } @patterns), %{ $self->{counts} } };
}

1;
