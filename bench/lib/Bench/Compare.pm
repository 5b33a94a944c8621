# Compare.pm - one comparison: all sides in turns, medians and ratios, limits judged.
#
# A ratio is that of samples of one round, taken one after the other, so that what
# slows the machine for a while slows both; the median is over the rounds.
package Bench::Compare;
use strict;
use warnings;

use List::Util qw(min pairkeys pairs);

use Bench::Measure qw(spread);
use Bench::Rows;

use constant WARM_UP => 2;	# rounds: the JVMs compile, the servers' cache fills

# All sides in turns; the samples of each.
sub take_turns
{
	my ($row, $side, $rounds) = @_;
	my %samples;
	my $proven;
	for my $round (-WARM_UP .. $rounds - 1)
	{
		my @answers;
		for my $pair (grep { $side->{ $_->[0] } } pairs @{ $row->{sides} })
		{
			my ($name, $work) = @$pair;
			$row->{before}->($side, $name) if $row->{before};
			my $sample = $side->{$name}->sample($work, $row->{per});
			my $answer = delete $sample->{answer};
			$answer = $row->{answer}->($side, $name) if $row->{answer};
			push @answers, [ $name => $answer ] if defined $answer;
			push @{ $samples{$name} }, $sample if $round >= 0;
		}
		$proven //= $answers[0];
		Bench::Rows::must_agree($row->{name}, $proven, @answers) if $proven;
	}
	return \%samples;
}

sub compare
{
	my ($row, $side, $place, $rounds) = @_;
	$row->{check}->($side) if $row->{check};
	my $samples = take_turns($row, $side, min($rounds, $row->{rounds} // $rounds));
	my %result = (name => $row->{name}, place => $place, per => $row->{per},
		order => [grep { $samples->{$_} } pairkeys @{ $row->{sides} }]);
	for my $name (@{ $result{order} })
	{
		my @all = @{ $samples->{$name} };
		for my $figure (sort keys %{ $all[0] })
		{
			$result{sides}{$name}{$figure} = spread(map { $_->{$figure} } @all);
		}
		next if $name eq 'fdw';
		my $ours = $samples->{fdw};
		$result{ratio}{$name} = spread(map { $ours->[$_]{ms} / $all[$_]{ms} } 0 .. $#all);
	}
	$result{plan} = $side->{fdw}->plan({ @{ $row->{sides} } }->{fdw}) if $row->{sides}[1]{sql};
	$result{limits} = limits_of($row, \%result);
	return \%result;
}

sub limits_of
{
	my ($row, $result) = @_;
	my @limits;
	for my $name (grep { $result->{ratio}{$_} } sort keys %{ $row->{limits} // {} })
	{
		push @limits, judged('time', $name, $row->{limits}{$name}, $result->{ratio}{$name}{median});
	}
	for my $name (sort keys %{ $row->{client_cpu_limits} // {} })
	{
		my ($ours, $theirs) = map { $result->{sides}{$_}{client_cpu_s}{median} } 'fdw', $name;
		push @limits, judged('client CPU', $name, $row->{client_cpu_limits}{$name}, $ours / ($theirs || 0.01));
	}
	return \@limits;
}

sub judged
{
	my ($what, $against, $limit, $measured) = @_;
	return { what => $what, against => $against, limit => $limit, measured => $measured,
		pass => $measured <= $limit ? 1 : 0 };
}

1;
