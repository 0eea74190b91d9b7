using System.Text;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using Coppice.Testing;

namespace Coppice.Objects.Tests;

public sealed class RoundTripTests
{
    private const int Rounds = 60;

    public static TheoryData<Type> Kinds => [.. BuiltInKinds.All.Select(kind => kind.Format.Read("{}"u8).GetType()).Distinct()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_record_that_is_said_to_be_read_as_it_is_written_is(Type type)
    {
        for (var seed = 0; seed < Rounds; seed++)
        {
            var item = (KubernetesObject)new RandomRecord(new Random(seed), oddities: seed % 3 * 10).Of(type);
            if (RoundTrip.Keeps(item))
            {
                var again = ApiJson.Read(ApiJson.WriteObject(item), type);
                Assert.True(item.Equals(again), $"seed {seed}: {item} was read as {again}");
                Assert.Equal(Encoding.UTF8.GetString(ApiJson.WriteObject(item)), Encoding.UTF8.GetString(ApiJson.WriteObject((KubernetesObject)again)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_read_from_the_JSON_of_whole_values_is_read_as_it_is_written(Type type)
    {
        var schema = RecordSchemas.Of(type);
        var json = Sample.Of(schema);
        var item = (KubernetesObject)ApiJson.Read(Encoding.UTF8.GetBytes(json), type);

        // Numbers with fractions, and JSON of any kind, have more than one form; but for sets of fields, which are read in one.
        var others = json.Replace("\"fieldsV1\":{\"any\":1}", "", StringComparison.Ordinal);
        Assert.Equal(!others.Contains("\"any\":", StringComparison.Ordinal) && !others.Contains("1.5", StringComparison.Ordinal), RoundTrip.Keeps(item));
    }

    [Fact]
    public void What_is_read_as_another_is_not_kept()
    {
        var pod = new Pod { Metadata = new() { Name = "one", CreationTimestamp = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero) }, Spec = new() { Containers = [new() { Name = "main" }] } };
        Assert.True(RoundTrip.Keeps(pod));
        Assert.True(RoundTrip.Keeps(pod with { Metadata = pod.Metadata with { Annotations = ValueMap.Of(("empty", "")) } }));
        Assert.False(RoundTrip.Keeps(pod with { Spec = pod.Spec with { NodeName = "" } }));
        Assert.False(RoundTrip.Keeps(pod with { Spec = pod.Spec with { NodeName = "half \ud83d" } }));
        Assert.False(RoundTrip.Keeps(pod with { Spec = pod.Spec with { Containers = [null!] } }));
        Assert.False(RoundTrip.Keeps(pod with { Metadata = pod.Metadata with { CreationTimestamp = pod.Metadata.CreationTimestamp!.Value.AddMilliseconds(1) } }));
        Assert.False(RoundTrip.Keeps(pod with { Metadata = pod.Metadata with { CreationTimestamp = pod.Metadata.CreationTimestamp!.Value.ToOffset(TimeSpan.FromHours(1)) } }));
        Assert.False(RoundTrip.Keeps(pod with { Metadata = pod.Metadata with { Annotations = ValueMap.Of(("half \ud83d", "text")) } }));
        Assert.False(RoundTrip.Keeps(pod with { Metadata = pod.Metadata with { ManagedFields = [new ManagedFieldsEntry { FieldsV1 = FieldsV1.Of("{ }"u8) }] } }));
        Assert.False(RoundTrip.Keeps(pod with { Spec = pod.Spec with { Overhead = ValueMap.Of(("memory", Quantity.Parse("0Mi"))) } }));
        Assert.True(RoundTrip.Keeps(pod with { Spec = pod.Spec with { Overhead = ValueMap.Of(("memory", Quantity.Parse("64Mi"))) } }));
    }
}
