using System.Text;
using Coppice.ApiServer.Decoding;
using Coppice.Objects;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Decoding;

/// <summary>What is read without the checks, because there is nothing to say of it, beside what the checks say.</summary>
public sealed class PlainReadingTests
{
    private const int Rounds = 30;
    private const int Spoilt = 20;

    public static TheoryData<string> Kinds => [.. BuiltInKinds.All.Select(kind => kind.ToString()).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Nothing_is_wrong_with_what_is_read_as_plain(string name)
    {
        var kind = BuiltInKinds.All.First(kind => kind.ToString() == name);
        var plain = 0;
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var item = (KubernetesObject)new RandomRecord(random, oddities: seed % 3 * 10).Of(kind.Format.Record!);
            var json = Encoding.UTF8.GetString(ApiJson.WriteObject(item));
            plain += PlainAndRight(kind, json) ? 1 : 0;
            for (var spoilt = 0; spoilt < Spoilt; spoilt++)
            {
                plain += PlainAndRight(kind, SpoiltJson.Of(json, random)) ? 1 : 0;
            }
        }

        // Times and bytes are always checked: kinds that have some in nearly every object are rarely plain.
        Assert.True(plain >= Rounds || kind.Name is "CertificateSigningRequest" or "Event", $"only {plain} were plain");
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a","labels":{"x":"1"}},"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"1"}}}]}}""", true)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"containers":[{"name":"c","ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":"http"}}}]}}""", true)]
    [InlineData("""{"metadata":{"name":"a","creationTimestamp":null}}""", false)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"containers":null}}""", false)]
    [InlineData("""{"metadata":{"name":"a"},"spec":{"conainters":[]}}""", false)]
    [InlineData("""{"metadata":{"name":"a","name":"b"}}""", false)]
    [InlineData("""{"metadata":{"name":"a","labels":{"x":"1","y":"2","x":"3"}}}""", false)]
    [InlineData("""{"metadata":{"name":1}}""", false)]
    [InlineData("""{"metadata":{"name":"a"}} {}""", false)]
    [InlineData("""{"metadata":{"n\u0061me":"a"}}""", false)]
    public void Plain_is_what_leaves_nothing_to_say(string json, bool isPlain) =>
        Assert.Equal(isPlain, BuiltInKinds.Of<Objects.Core.Pod>().Format.ReadPlain(Encoding.UTF8.GetBytes(json)) is not null);

    /// <returns>Whether it is read as plain; the checks must then find nothing.</returns>
    private static bool PlainAndRight(Kind kind, string json)
    {
        var text = Encoding.UTF8.GetBytes(json);
        if (kind.Format.ReadPlain(text) is not { } plain)
        {
            return false;
        }

        var report = StrictDecoder.Check(text, kind.Schema);
        Assert.True(report is { SyntaxError: null, FatalError: null, HasNulls: false, HasDuplicates: false, StrictErrors.Count: 0 }, $"{report} of {json}");
        Assert.Equal(kind.Format.Read(text), plain);
        return true;
    }
}
