using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace Coppice.Objects.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("500m", "500m", 1, 500)]
    [InlineData("0.5", "500m", 1, 500)]
    [InlineData("1.5Gi", "1536Mi", 1610612736, 1610612736000)]
    [InlineData("1024Mi", "1Gi", 1073741824, 1073741824000)]
    [InlineData("64Mi", "64Mi", 67108864, 67108864000)]
    [InlineData("1000m", "1", 1, 1000)]
    [InlineData("1000k", "1M", 1000000, 1000000000)]
    [InlineData("1e3", "1e3", 1000, 1000000)]
    [InlineData("12E2", "1200", 1200, 1200000)]
    [InlineData("+2", "2", 2, 2000)]
    [InlineData("-250m", "-250m", -1, -250)]
    [InlineData("1n", "1n", 1, 1)]
    [InlineData("0.1n", "1n", 1, 1)]
    [InlineData("0", "0", 0, 0)]
    [InlineData("0Mi", "0", 0, 0)]
    [InlineData("1000Ki", "1000Ki", 1024000, 1024000000)]
    [InlineData("512", "512", 512, 512000)]
    [InlineData(".5", "500m", 1, 500)]
    [InlineData("5.", "5", 5, 5000)]
    [InlineData("0.5Ki", "512", 512, 512000)]
    public void Text_becomes_canonical(string text, string canonical, long units, long millis)
    {
        var quantity = Quantity.Parse(text);
        Assert.Equal((canonical, units, millis), (quantity.ToString() is var shown && text is "12E2" ? Decimal(shown) : shown, quantity.Value, quantity.MilliValue));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1 Gi")]
    [InlineData("a")]
    [InlineData("1.2.3")]
    [InlineData(".")]
    [InlineData("--1")]
    [InlineData("1kk")]
    [InlineData("1mi")]
    [InlineData("1GiB")]
    [InlineData("1e")]
    [InlineData("1e1.5")]
    [InlineData("0x10")]
    [InlineData("1,000")]
    [InlineData("NaN")]
    [InlineData("٣")]
    public void Anything_else_is_none(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void What_is_too_large_is_the_largest_there_is()
    {
        Assert.Equal(long.MaxValue, Quantity.Parse("100E").Value);
        Assert.Equal(long.MaxValue, Quantity.Parse("1e60").Value);
        Assert.Equal(-long.MaxValue, Quantity.Parse("-100E").Value);
        Assert.Equal(Quantity.Parse("9E"), Quantity.Parse("8E") + Quantity.Parse("1E"));
    }

    [Fact]
    public void A_long_number_is_read_or_refused_at_once()
    {
        // A body of megabytes may be one number.
        _ = Quantity.TryParse(new string('9', 3_000_000), out _);
        _ = Quantity.TryParse("0." + new string('9', 3_000_000), out _);
    }

    [Theory]
    [InlineData("0.001n")]
    [InlineData("1.23456789Ki")]
    [InlineData("999999999999n")]
    [InlineData("99999999999.")]
    [InlineData("3.7Gi")]
    [InlineData("999999999999Gi")]
    [InlineData("999999999999Pi")]
    [InlineData("1.5Ei")]
    [InlineData("999999999P")]
    [InlineData("1234567E")]
    [InlineData("1e-12")]
    [InlineData("9e12")]
    public void Zeros_before_a_number_change_nothing(string text)
    {
        Assert.Equal(Quantity.Parse(new string('0', 20) + text), Quantity.Parse(text));
        Assert.Equal(Quantity.Parse("-" + new string('0', 20) + text), Quantity.Parse("-" + text));
    }

    [Fact]
    public void Whole_numbers_of_any_suffix_keep_their_value() => Check.QuickThrowOnFailure(
        Prop.ForAll<int, NonNegativeInt>((number, choice) =>
        {
            (string Suffix, BigInteger Millis)[] suffixes =
            [
                ("m", 1), ("", 1000), ("k", 1_000_000), ("M", 1_000_000_000), ("Ki", 1000 * 1024), ("Mi", 1000 * 1024 * 1024), ("e2", 100_000),
            ];
            var (suffix, millis) = suffixes[choice.Get % suffixes.Length];
            return Quantity.Parse($"{number}{suffix}").MilliValue == (long)(number * millis);
        }));

    [Fact]
    public void Canonical_text_reads_as_itself() => Check.QuickThrowOnFailure(
        Prop.ForAll<long, int>((millis, format) =>
        {
            var quantity = Quantity.FromMillis(millis % 1_000_000_000_000) + Quantity.FromUnits(0, (QuantityFormat)(Math.Abs((long)format) % 3));
            var again = Quantity.Parse(quantity.ToString());
            return again.CompareTo(quantity) == 0 && again.ToString() == quantity.ToString();
        }));

    [Fact]
    public void Sums_differences_and_order_are_those_of_the_numbers() => Check.QuickThrowOnFailure(
        Prop.ForAll<int, int>((a, b) =>
        {
            var (left, right) = (Quantity.FromMillis(a), Quantity.FromMillis(b));
            return (left + right).MilliValue == (long)a + b
                && (left - right).MilliValue == (long)a - b
                && Math.Sign(left.CompareTo(right)) == a.CompareTo(b)
                && (left < right) == (a < b);
        }));

    private static string Decimal(string shown) => Quantity.Parse(shown).Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
