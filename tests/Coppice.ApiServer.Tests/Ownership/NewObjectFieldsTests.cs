using System.Text;
using Coppice.ApiServer.Ownership;
using Coppice.Objects;
using Coppice.Objects.Core;
using Xunit;
using static Coppice.ApiServer.Tests.Ownership.Sets;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>What is remembered of objects that are made alike is right for each of them.</summary>
public sealed class NewObjectFieldsTests
{
    private static readonly Kind Pods = BuiltInKinds.Of<Pod>();

    [Fact]
    public void Objects_that_are_alike_have_the_same_fields_and_others_have_their_own()
    {
        // Few names and values, so that many are alike.
        var maker = new RandomPods(new Random(7));
        var (asked, found) = (0, 0);
        for (; asked < 3000; asked++)
        {
            var pod = maker.Next();
            var fields = NewObjectFields.Find(Pods, Encoding.UTF8.GetBytes(pod.GetRawText()), of =>
            {
                found++;
                return FieldExtraction.FieldsOf(of, Shape<Pod>());
            }, pod);
            Assert.Equal(FieldExtraction.FieldsOf(pod, Shape<Pod>()), fields);
        }

        var again = NewObjectFields.Find(Pods, Alike("a"), field => FieldSet.OfPath("spec", field), "nodeName");
        Assert.Same(again, NewObjectFields.Find(Pods, Alike("b"), FieldSet (_) => throw new InvalidOperationException("it is known"), "b"));
        Assert.InRange(found, 1, asked);
    }

    [Theory]
    [InlineData("""{"spec":{"nodeName":"a"}}""", """{"spec":{"nodeName":""}}""")]
    [InlineData("""{"spec":{"priority":1}}""", """{"spec":{"priority":0}}""")]
    [InlineData("""{"spec":{"hostNetwork":true}}""", """{"spec":{"hostNetwork":false}}""")]
    [InlineData("""{"spec":{"containers":[{"name":"a"}]}}""", """{"spec":{"containers":[{"name":"b"}]}}""")]
    [InlineData("""{"spec":{"a":{},"b":1}}""", """{"spec":{"a":{"b":1}}}""")]
    [InlineData("""{"a":[1,11]}""", """{"a":[11,1]}""")]
    [InlineData("""{"a":[[],[1]]}""", """{"a":[[1],[]]}""")]
    public void What_decides_is_told_apart(string one, string other)
    {
        var first = NewObjectFields.Find(Pods, Encoding.UTF8.GetBytes(one), field => FieldSet.OfPath(field), "one");
        var second = NewObjectFields.Find(Pods, Encoding.UTF8.GetBytes(other), field => FieldSet.OfPath(field), "other");
        Assert.NotEqual(first, second);
    }

    private static byte[] Alike(string node) => Encoding.UTF8.GetBytes($$"""{"spec":{"nodeName":"{{node}}","alike":true} }""");
}
