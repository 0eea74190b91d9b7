using System.Text.Json;
using Coppice.ApiServer.Ownership;
using Coppice.Objects;
using Coppice.Testing;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>What differs between two versions is found in the parts that may differ as it is in all of their JSON. A failure names the seed that replays it.</summary>
public sealed class VersionDifferenceTests
{
    private const int Rounds = 40;

    public static TheoryData<string> Kinds => [.. BuiltInKinds.All.Select(kind => kind.ToString())];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_same_fields_differ_as_in_the_whole_JSON(string name)
    {
        var kind = BuiltInKinds.All.Single(one => one.ToString() == name);
        var shape = MergeShape.Of(kind.Schema);
        for (var seed = 0; seed < Rounds; seed++)
        {
            var random = new Random(seed);
            var (old, now) = Versions(kind, random);
            var whole = Compare(ApiJson.WriteObject(old), ApiJson.WriteObject(now), shape);
            var (oldParts, nowParts) = VersionDifference.Write(old, now, _ => false);
            Assert.True(whole.Equals(Compare(oldParts, nowParts, shape)), $"seed {seed}: {whole}");

            var ignored = kind.Schema.Fields[random.Next(kind.Schema.Fields.Count)].JsonName;
            (oldParts, nowParts) = VersionDifference.Write(old, now, field => field == ignored);
            Assert.True(whole.Without(FieldSet.OfPath(ignored)).Equals(Compare(oldParts, nowParts, shape)), $"seed {seed} without {ignored}: {whole}");
        }
    }

    [Fact]
    public void What_is_the_very_same_is_not_written_and_of_another_list_that_is_owned_whole_only_that_it_is_another()
    {
        var old = new Coppice.Objects.Core.Endpoints { Metadata = new() { Name = "one" }, Subsets = [new() { Addresses = [new() { Ip = "10.0.0.1" }] }] };
        Assert.Equal(("{}", "{}"), Texts(old, old with { }));
        Assert.Equal(("""{"subsets":0}""", """{"subsets":1}"""), Texts(old, old with { Subsets = [new() { Addresses = [new() { Ip = "10.0.0.2" }] }] }));
        Assert.Equal(("""{"subsets":[{"addresses":[{"ip":"10.0.0.1"}]}]}""", "{}"), Texts(old, old with { Subsets = [] }));

        // This is not what will be read, so that only its JSON tells.
        var odd = """{"subsets":[{"addresses":[{"ip":"10.0.0.1","hostname":""}]}]}""";
        Assert.Equal(("""{"subsets":[{"addresses":[{"ip":"10.0.0.1"}]}]}""", odd), Texts(old, old with { Subsets = [new() { Addresses = [new() { Ip = "10.0.0.1", Hostname = "" }] }] }));

        static (string, string) Texts(KubernetesObject old, KubernetesObject now)
        {
            var (before, after) = VersionDifference.Write(old, now, _ => false);
            return (System.Text.Encoding.UTF8.GetString(before.Span), System.Text.Encoding.UTF8.GetString(after.Span));
        }
    }

    private static (KubernetesObject Old, KubernetesObject Now) Versions(Kind kind, Random random)
    {
        var type = kind.Format.Read("{}"u8).GetType();
        var made = new RandomRecord(random, oddities: random.Next(3) * 10);
        var old = kind.Format.Read(ApiJson.WriteObject((KubernetesObject)made.Of(type)));
        var again = kind.Format.Read(ApiJson.WriteObject(old));
        var now = (KubernetesObject)made.Of(type);
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is not null))
        {
            if (random.Next(3) is > 0 and var from)
            {
                property.SetValue(now, property.GetValue(from == 1 ? old : again));
            }
        }

        return (old, now);
    }

    private static FieldComparison Compare(ReadOnlyMemory<byte> old, ReadOnlyMemory<byte> now, MergeShape shape)
    {
        using var before = JsonDocument.Parse(old);
        using var after = JsonDocument.Parse(now);
        return FieldComparison.Of(before.RootElement, after.RootElement, shape);
    }
}
