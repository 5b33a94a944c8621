# Rows.pm - the comparisons: what each side does, and what is promised of the ratio.
#
# Each has a name; "per", how many of the thing a sample does; "sides", in the order
# in which they are taken: htable_fdw first, then Java with one scanner or thread,
# Java with four threads, Phoenix; and "limits": a side => the most that htable_fdw
# may take of its time.  "before" is done before the time of each sample begins,
# "rounds" the most that are taken, "answer" what is compared in place of what the
# work gave.  docs/performance.md explains them.
package Bench::Rows;
use strict;
use warnings;

use constant {
	AGE => 42,				# one of a hundred
	KEYS => 5000,
	LIMITS => 50,			# LIMIT queries in a sample
};

my $ALL = 'SELECT count(name), sum(age), max(city), sum(score) FROM';

# For one place (near or far); KEYS is what "id = ANY" asks for.
sub comparisons
{
	my ($place, $rows, $keys) = @_;
	my $near = $place eq 'near';
	my $points = $near ? KEYS : KEYS / 5;		# each is at least two delays
	my ($from, $to) = map { sprintf('r%09d', $_) } $rows * 0.4, $rows * 0.41;
	return (
		{ name => 'full scan', per => 1,
			sides => [ fdw => { sql => "$ALL t" }, java => '1 scan', java4 => '1 scan4',
				phoenix => '1 scan' ],
			limits => $near ? { java => 0.40, java4 => 0.70, phoenix => 0.25 } : { java => 0.40 },
			client_cpu_limits => $near ? { java => 0.35 } : {} },
		{ name => 'count(*)', per => 1,
			sides => [ fdw => { sql => 'SELECT count(*) FROM t' }, java => '1 count',
				phoenix => '1 count' ],
			limits => $near ? { java => 0.5 } : {} },
		{ name => 'one column of four', per => 1,
			sides => [ fdw => { sql => 'SELECT count(age), sum(age) FROM t' }, java => '1 column',
				phoenix => '1 column' ] },
		{ name => 'GROUP BY city', per => 1,
			sides => [ fdw => { sql => 'SELECT city, count(*), sum(age) FROM t GROUP BY city' },
				phoenix => '1 group' ],
			limits => $near ? { phoenix => 0.4 } : {} },
		{ name => 'filter keeping 1 %', per => 1,
			sides => [ fdw => { sql => "$ALL t WHERE age = " . AGE }, java => '1 filter ' . AGE,
				java4 => '1 filter4 ' . AGE, phoenix => '1 filter ' . AGE ],
			limits => $near ? { java => 0.75, java4 => 1.05 } : {} },
		{ name => 'range of 1 % in one region', per => 1,
			sides => [ fdw => { sql => "$ALL t WHERE id >= '$from' AND id < '$to'" },
				java => "1 range $from $to", phoenix => "1 range $from $to" ] },
		{ name => 'point query, prepared', per => $points,
			sides => [ fdw => { pgbench => point_script($rows), transactions => $points },
				java => "1 get $points", phoenix => "1 get $points" ],
			check => \&check_points,
			limits => $near ? { java => 1.1, phoenix => 0.2 } : {} },
		{ name => 'id = ANY of 5 000 keys', per => 1,
			sides => [ fdw => { sql => "$ALL t WHERE id = ANY (\$1)", bind => [$keys] },
				java => '1 keys ' . KEYS, phoenix => '1 keys ' . KEYS ],
			limits => $near ? { java => 0.5 } : {} },
		{ name => 'LIMIT 10', per => LIMITS,
			sides => [ fdw => { sql => "$ALL (SELECT * FROM t LIMIT 10) first", times => LIMITS },
				java => LIMITS . ' limit 10', phoenix => LIMITS . ' limit 10' ] });
}

# Random numbers of pgbench have no leading zeros: it takes them above 10^9.
sub point_script
{
	my ($rows) = @_;
	return sprintf("\\set n random(1000000000, %d)\n", 999_999_999 + $rows)
		. "SELECT name, age, city, score FROM t WHERE id = 'r' || substr(:n::text, 2);\n";
}

# pgbench does not look at rows: some are looked at here.
sub check_points
{
	my ($side) = @_;
	my (undef, $keys) = $side->{java}->perform('1 print-keys 100');
	my (undef, $theirs) = $side->{java}->perform('1 get 100');
	must_agree('point query', [ fdw => $side->{fdw}->get(split(' ', $keys)) ], [ java => $theirs ]);
}

# Dies unless all answers are the same; sums of floats depend on their order.
sub must_agree
{
	my ($name, $first, @other) = @_;
	for my $other (@other)
	{
		my @a = split(/\|/, $first->[1]);
		my @b = split(/\|/, $other->[1]);
		die "different answers to \"$name\": $first->[0] $first->[1], $other->[0] $other->[1]\n"
			if @a != @b || grep { !same_value($a[$_], $b[$_]) } 0 .. $#a;
	}
}

sub same_value
{
	my ($a, $b) = @_;
	return 1 if $a eq $b;
	return "$a$b" =~ /^[-\d.eE+]+$/ && abs($a - $b) <= 1e-9 * abs($a);
}

1;
