# HTableValues - random values: each as the text PostgreSQL reads and as the
# bytes HBase holds.
#
# The bytes are made here, in Perl, and not by the code under test.  Randomness
# is Perl's own generator, the same on every platform for one srand.
package HTableValues;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT_OK = qw(
	rnd pick draw bad_value chance
	random_value encode_value null_value bad_value random_key type_is_number type_has_exact_equality
	timestamp_text
	random_part random_part_constant encode_part
);

sub rnd { return int rand $_[0] }
# Bytes that are no value of a type.
sub bad_value
{
	my ($type, $encoding) = @_;
	my %width = (int2 => 2, int4 => 4, int8 => 8, float4 => 4, float8 => 8, uuid => 16);
	return pick('', '-', '1.5x', '1..5', '1 2', "\xFF", 'Nan0') if $encoding eq 'text';
	return join '', map { chr rnd(256) } 1 .. pick(grep { $_ != $width{$type} } 0, 1, 3, 4, 5, 8, 9, 15, 17);
}

# The next card of a deck, which is shuffled anew when it is used up: each card as
# often as any other, in random order.
my %decks;

sub draw
{
	my ($name, @cards) = @_;
	my $deck = $decks{$name} //= [];
	push @$deck, sort { $a->[0] <=> $b->[0] } map { [ rand, $_ ] } @cards unless @$deck;
	return (shift @$deck)->[1];
}

sub pick { return $_[ rnd(scalar @_) ] }
sub chance { return rand() < $_[0] }

# Shared beginnings, several bytes a character, and the ends of the byte range.
my @heads = ('a', 'ab', 'abc', 'b', 'B', 'h', 'k-', 'k-00', 'k-005', 'p', 'z', '~', ' ', '%', '_',
	'0', "\xC3\xA9", "\xC3\xA9t", "\xC3\xBF", "\xE4\xB8\xAD", "\xE4\xB8\xAD\xE6\x96\x87", "\xF0\x9F\x98\x80", "\x01");
my @tails = ('', '', 'a', 'b', 'c', 'Z', '0', '1', '05', '-x', ' ', '%', '_', "\x7F", "\xC3\xA9", "\xC3\xA4",
	"\xE6\x96\x87", "\xF4\x8F\xBF\xBF");

sub _random_text
{
	my $text = pick(@heads);
	$text .= pick(@tails) for 1 .. rnd(4);
	return $text;
}

sub _random_bytes
{
	my ($most) = @_;
	return join '', map { pick("\x00", "\x00", "\x01", "\x7F", "\x80", "\xFE", "\xFF", "\xFF", chr rnd(256)) }
		1 .. rnd($most + 1);
}

sub _random_integer
{
	my ($bits) = @_;
	my $max = $bits == 64 ? 9223372036854775807 : 2**($bits - 1) - 1;
	my $kind = rnd(10);
	return pick($max, -$max - 1, $max - 1, -$max) if $kind == 0;
	return rnd(41) - 20 if $kind < 6;
	return rnd(2000) - 1000 if $kind < 8;
	return (rnd(2**15) - 2**14) if $bits == 16;
	return (rnd(2**31) - 2**30);
}

sub _random_float
{
	my ($zeros) = @_;
	my $kind = rnd(12);
	return pick('NaN', 'Infinity', '-Infinity') if $kind == 0;
	return pick('0', $zeros ? '-0' : '0') if $kind == 1;
	return pick('1e+300', '-1e+300', '1e-300', '-1e-300') if $kind == 2;
	return (rnd(81) - 40) / 4 if $kind < 9;
	# few enough digits for Perl to print them all
	return (rnd(2**22) - 2**21) / 64;
}

# Unix milliseconds as PostgreSQL writes a timestamp in UTC.
sub timestamp_text
{
	my ($ms) = @_;
	use integer;
	my $seconds = $ms / 1000;
	my $rest = $ms % 1000;
	if ($rest < 0) { $rest += 1000; $seconds -= 1; }
	my @t = gmtime $seconds;
	return sprintf '%04d-%02d-%02d %02d:%02d:%02d.%03d+00', $t[5] + 1900, $t[4] + 1, @t[3, 2, 1, 0], $rest;
}

sub _random_ms { return 1_500_000_000_000 + rnd(400_000_000) * 500 - (chance(0.1) ? 1_900_000_000_000 : 0) }

# Text of a random value of a type (extreme values included).
sub random_text_of
{
	my ($type) = @_;
	return chance(0.08) ? '' : _random_text() if $type eq 'text' or $type eq 'varchar';
	return _random_integer(16) if $type eq 'int2';
	return _random_integer(32) if $type eq 'int4';
	return _random_integer(64) if $type eq 'int8';
	return _random_float(0) if $type eq 'float8';
	return chance(0.5) ? rnd(400) / 8 : (rnd(100000) - 50000) if $type eq 'float4';
	if ($type eq 'numeric')
	{
		my $scale = pick(0, 0, 1, 2, 4);
		return sprintf "%.${scale}f", (rnd(20001) - 10000) / 10**$scale;
	}
	return pick('true', 'false') if $type eq 'bool';
	return timestamp_text(_random_ms()) if $type eq 'timestamptz';
	return substr timestamp_text(_random_ms()), 0, 10 if $type eq 'date';
	if ($type eq 'uuid')
	{
		my $hex = unpack 'H*', join '', map { chr pick(0, 255, 128, rnd(256)) } 1 .. 16;
		return join '-', unpack 'A8A4A4A4A12', $hex;
	}
	return '\\x' . unpack 'H*', _random_bytes(6) if $type eq 'bytea';
	if ($type eq 'jsonb')
	{
		return pick('{}', '[]', 'null', '1', '"x"') if chance(0.3);
		return sprintf '{"a": %d, "b": [%d, null], "c": {"d": "%s"}}', rnd(5), rnd(100), pick('x', 'y', "\xC3\xA9");
	}
	die "no values of type $type";
}

# The shortest two's complement of a number, big-endian.
sub _twos_complement
{
	my ($number) = @_;
	my $bytes = pack 'q>', $number;
	$bytes = substr $bytes, 1
		while length $bytes > 1
		&& ($bytes =~ /^\x00[\x00-\x7F]/s || $bytes =~ /^\xFF[\x80-\xFF]/s);
	return $bytes;
}

sub _binary
{
	my ($type, $text) = @_;
	return $text if $type eq 'text' or $type eq 'varchar';
	return pack 's>', $text if $type eq 'int2';
	return pack 'l>', $text if $type eq 'int4';
	return pack 'q>', $text if $type eq 'int8';
	if ($type eq 'float8' or $type eq 'float4')
	{
		my $wide = $type eq 'float8';
		my $template = $wide ? 'd>' : 'f>';
		return pack $template, 9**9**9 if $text eq 'Infinity';
		return pack $template, -9**9**9 if $text eq '-Infinity';
		return pack 'H*', $wide ? pick('7ff8000000000000', 'fff8000000000000', '7ff0000000000001') : '7fc00000'
			if $text eq 'NaN';
		return pack 'H*', $wide ? '8000000000000000' : '80000000' if $text eq '-0';
		return pack $template, $text;
	}
	if ($type eq 'numeric')
	{
		my ($whole, $fraction) = $text =~ /^(-?\d+)(?:\.(\d+))?$/ or die $text;
		$fraction //= '';
		return pack('l>', length $fraction) . _twos_complement("$whole$fraction");
	}
	return $text eq 'true' ? "\xFF" : "\x00" if $type eq 'bool';
	if ($type eq 'timestamptz')
	{
		my ($y, $mo, $d, $h, $mi, $s, $ms) = $text =~ /^(\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)\.(\d{3})\+00$/ or die $text;
		require Time::Local;
		return pack 'q>', Time::Local::timegm_modern($s, $mi, $h, $d, $mo - 1, $y) * 1000 + $ms;
	}
	return pack 'H*', $text =~ s/-//gr if $type eq 'uuid';
	return pack 'H*', substr $text, 2 if $type eq 'bytea';
	die "no binary form of type $type";
}

# ---- OrderedBytes ----

# SQLite4's varuint, as far as exponents of random numerics go.
sub _varuint
{
	my ($n) = @_;
	die "varuint $n" if $n > 2287;
	return $n <= 240 ? chr $n : chr(241 + int(($n - 240) / 256)) . chr(($n - 240) % 256);
}

# Base-100 digits, two decimal digits each, from the first that is not zero.
sub _ordered_numeric
{
	my ($text) = @_;
	return { 'NaN' => "\x26", 'Infinity' => "\x23", '-Infinity' => "\x07" }->{$text} if $text =~ /[aI]/;
	my ($sign, $whole, $fraction) = $text =~ /^(-?)(\d+)(?:\.(\d+))?$/ or die $text;
	$fraction //= '';
	$whole = "0$whole" if length($whole) % 2;
	$fraction .= '0' if length($fraction) % 2;
	my @pairs = "$whole$fraction" =~ /(\d\d)/g;
	my $exponent = length($whole) / 2;
	while (@pairs && $pairs[0] == 0) { shift @pairs; $exponent--; }
	pop @pairs while @pairs && $pairs[-1] == 0;
	return "\x15" unless @pairs;
	my $digits = join '', map { chr(2 * $pairs[$_] + ($_ < $#pairs ? 1 : 0)) } 0 .. $#pairs;
	return chr($sign ? 0x13 - $exponent : 0x17 + $exponent) . ($sign ? ~$digits : $digits) if $exponent >= 1 && $exponent <= 10;
	my $e = _varuint(abs $exponent);
	return $sign ? "\x08" . ~($e . $digits) : "\x22$e$digits" if $exponent > 10;
	return $sign ? "\x14$e" . ~$digits : "\x16" . ~$e . $digits;
}

sub _ordered
{
	my ($type, $text, $descending) = @_;
	return _ordered_numeric($text) if $type eq 'numeric';
	return "4$text\0" if $type eq 'text';
	my $bytes = _binary($type, $text);
	if ($type eq 'bytea')
	{
		return "8$bytes" . ($descending ? "\0" : '') if chance(0.4) && !($descending && $bytes =~ /\0/);
		my $bits = unpack 'B*', $bytes;
		$bits .= '0' x (-length($bits) % 7);
		my @groups = length $bits ? $bits =~ /(.{7})/g : '0' x 7;
		return '7' . join '', map { pack 'B8', ($_ < $#groups ? '1' : '0') . $groups[$_] } 0 .. $#groups;
	}
	my $header = { int2 => '*', int4 => '+', int8 => ',', timestamptz => ',', float4 => '0', float8 => '1' }->{$type}
		// die "no ordered form of type $type";
	$bytes = pack 'H*', $type eq 'float8' ? '7ff8000000000000' : '7fc00000' if $text eq 'NaN';
	# negative floats have all bits turned around, everything else the sign
	return $header . ($type =~ /^float/ && $bytes =~ /^[\x80-\xFF]/s ? ~$bytes : $bytes ^ ("\x80" . "\0" x (length($bytes) - 1)));
}

# The bytes of NULL in an encoding, or undef.
sub null_value { return { ordered => "\x05", ordered_desc => "\xFA" }->{ $_[0] } }

# Other texts that mean the same value, as careless writers leave them.
sub _other_text_form
{
	my ($type, $text) = @_;
	return pick("+$text", "00$text", " $text ") if $type =~ /^int/ && $text >= 0;
	return pick($text eq 'true' ? ('t', 'yes', 'on', '1', 'TRUE') : ('f', 'no', 'off', '0', 'False')) if $type eq 'bool';
	return $text =~ s/ /T/r =~ s/\+00$/Z/r if $type eq 'timestamptz';
	return uc $text if $type eq 'uuid';
	return "  $text" if $type eq 'jsonb';
	return $text;
}

# The bytes of a value's text in an encoding.
sub encode_value
{
	my ($type, $encoding, $text) = @_;
	return _binary($type, $text) if $encoding eq 'binary';
	return _ordered($type, $text, 0) if $encoding eq 'ordered';
	return ~_ordered($type, $text, 1) if $encoding eq 'ordered_desc';
	return pack 'H*', substr $text, 2 if $type eq 'bytea';
	return chance(0.15) ? _other_text_form($type, $text) : $text;
}

# (text, bytes)
sub random_value
{
	my ($type, $encoding) = @_;
	my $text = random_text_of($type);
	if ($type eq 'numeric' && $encoding =~ /^ordered/)
	{
		$text = pick('NaN', 'Infinity', '-Infinity', '1e30', '-0.00001') if chance(0.05);
		$text = '1' . '0' x 30 if $text eq '1e30';
		# OrderedBytes keeps no scale
		$text =~ s/\.?0+$// if $text =~ /\./;
		$text = '0' if $text eq '-0';
	}
	return ($text, encode_value($type, $encoding, $text));
}

# (text, bytes) for a row key: never empty, dense enough that keys are neighbours.
sub random_key
{
	my ($type, $encoding) = @_;
	while (1)
	{
		my ($text, $bytes) = $type eq 'float8' && $encoding ne 'text'
			? do { my $f = _random_float(1); ($f, encode_value($type, $encoding, $f)) }
			: random_value($type, $encoding);
		return ($text, $bytes) if length $bytes;
	}
}

# ---- parts of a composite key ----

# Few values, so that keys share their beginnings: prefix pairs, the bytes around
# terminators, the ends of each type.  What no key can hold comes as a constant.
my %part_texts = (
	text => [ '', '', 'a', 'a', 'ab', 'abc', 'abcd', 'b', 'B', 'a!', 'a"', 'a$', 'a ', '!', '"', '~', 'a~', 'z', "\x01", "a\x01",
		"\x7F", "\xC3\xA9", "a\xC3\xA9", "\xF4\x8F\xBF\xBF", 'a:b', 'a{', '}' ],
	int2 => [ 0, 1, -1, 5, 255, 256, -256, 32767, -32768 ],
	int4 => [ 0, 0, 1, -1, 5, -5, 255, 256, -256, 65535, 2147483647, -2147483648 ],
	int8 => [ 0, 1, -1, 5, -5, 4294967296, '9223372036854775807', '-9223372036854775808' ],
	numeric => [ 0, 1, -1, '0.5', '-0.5', '12.345', '100', '-100', '1' . '0' x 30, 'NaN', 'Infinity', '-Infinity' ],
	float8 => [ 0, '-0', 1, -1, '0.5', '-0.5', 'NaN', 'Infinity', '-Infinity' ],
	bytea => [ '\\x', '\\x00', '\\xff', '\\x0000', '\\x00ff', '\\xff00', '\\xffff', '\\x61', '\\x6161', '\\x01', '\\x0101', '\\xfeff', '\\xffffff' ],
);

# The bytes of a value as a part of a key, or undef when no key can hold it.
sub encode_part
{
	my ($part, $text) = @_;
	my $null = null_value($part->{encoding});
	my $end = $part->{terminator} // '';
	return $null . $end unless defined $text;
	my $bytes = encode_value($part->{type}, $part->{encoding}, $text);
	if (my $length = $part->{length})
	{
		return undef if length $bytes > $length || ($part->{type} eq 'bytea' && length $bytes != $length);
		$bytes .= "\0" x ($length - length $bytes);
	}
	elsif ($part->{terminator} && $part->{type} =~ /^(text|bytea)$/ && $part->{encoding} !~ /^ordered/)
	{
		return undef if index("$bytes$end", $end) != length $bytes;
	}
	# only the last part may be a blob that has no end
	return undef if $part->{encoding} eq 'ordered' && $part->{type} eq 'bytea' && $bytes =~ /^8/ && !$part->{last};
	return $bytes . $end;
}

# (text, bytes) of a part that a key can hold.
sub random_part
{
	my ($part) = @_;
	while (1)
	{
		my $text = $part->{nullable} && chance(0.12) ? undef : pick(@{ $part_texts{ $part->{type} } });
		my $bytes = encode_part($part, $text);
		return ($text, $bytes) if defined $bytes;
	}
}

# Any value to compare a part with: too long, with a terminator inside, of another length.
sub random_part_constant
{
	my ($part) = @_;
	my $text = pick(@{ $part_texts{ $part->{type} } });
	return $text unless chance(0.5);
	if ($part->{type} eq 'text')
	{
		my $end = ($part->{terminator} // 'x') =~ s/\0//gr;
		return $text . pick($end, "${end}b", 'abcdefgh', 'a') if chance(0.7);
		return $end . $text;
	}
	return $text . pick('00', 'ff', '0001', '6100') if $part->{type} eq 'bytea';
	return $text;
}

sub type_is_number { return $_[0] =~ /^(int|float|numeric)/ }

# Are equal values always written alike?  (1.0 = 1.00, 0 = -0.)
sub type_has_exact_equality { return $_[0] !~ /^(float|numeric|jsonb)/ }

1;
