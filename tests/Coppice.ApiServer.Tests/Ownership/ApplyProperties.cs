using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Coppice.ApiServer.Decoding;
using Coppice.ApiServer.Ownership;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Meta;
using FsCheck.Fluent;
using Xunit;
using static Coppice.ApiServer.Tests.Ownership.Sets;

namespace Coppice.ApiServer.Tests.Ownership;

/// <summary>What holds whoever applies and updates what, in any order.</summary>
public sealed class ApplyProperties
{
    private const int Cases = 3_000;

    private static readonly MergeShape Pods = Shape<Pod>();
    private static readonly JsonElement Empty = Json("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{}}""");
    private static readonly JsonElement Nothing = Json("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}""");
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void To_apply_twice_is_to_apply_once() => Check(random =>
    {
        var (pod, owners) = History(random);
        var applied = new RandomPods(random).Next();
        var once = Apply(Stored(pod), owners, applied, "m0");
        var twice = Apply(Stored(once.Object), once.Owners, applied, "m0");
        Assert.True(JsonElement.DeepEquals(Stored(once.Object), Stored(twice.Object)), $"{applied}\nonce makes\n{once.Object}\nand twice\n{twice.Object}");
        AssertSame(once.Owners, twice.Owners);
    });

    [Fact]
    public void Who_applies_owns_all_that_it_applies_and_others_what_they_had_and_it_did_not_change() => Check(random =>
    {
        var (pod, owners) = History(random);
        var applied = new RandomPods(random).Next();
        var after = Apply(pod, owners, applied, "m0");
        var configured = FieldExtraction.FieldsOf(applied, Pods);
        Assert.Equal(configured.Without(Set("""{"f:apiVersion":{},"f:kind":{},"f:metadata":{"f:name":{}}}""")), after.Owners.Find(By("m0"))?.Fields ?? FieldSet.Empty);
        var made = FieldComparison.Of(pod, after.Object, Pods);
        foreach (var owner in owners.All.Where(owner => owner.Manager.Name != "m0"))
        {
            var left = owner.Fields.Without(made.Added).Without(made.Modified).Without(made.Removed);
            Assert.Equal(left, after.Owners.Find(owner.Manager)?.Fields ?? FieldSet.Empty);
        }
    });

    [Fact]
    public void What_is_owned_is_there() => Check(random =>
    {
        var (pod, owners) = History(random);
        foreach (var owner in owners.All)
        {
            AssertThere(pod, owner.Fields, Pods, owner.Fields);
        }
    });

    [Fact]
    public void What_is_applied_is_so_and_stands_in_the_order_in_which_it_is_applied() => Check(random =>
    {
        var (pod, owners) = History(random);
        var applied = new RandomPods(random).Next();
        AssertHas(Apply(pod, owners, applied, "m0").Object, applied, Pods);
    });

    [Fact]
    public void Those_who_apply_different_fields_never_meet() => Check(random =>
    {
        var (one, other) = (new RandomPods(random).Next(), new RandomPods(random).Next());
        var fields = FieldExtraction.FieldsOf(one, Pods);
        other = FieldRemoval.Remove(other, fields.Without(Set("""{"f:apiVersion":{},"f:kind":{},"f:metadata":{"f:name":{}}}""")), Pods);
        if (ConfigurationCheck.Find(other, Pods) is not null)
        {
            // Of an element its key is gone: that is no configuration.
            return;
        }

        var first = Apply(Empty, Owners.None, one, "m0", force: false);
        var second = Apply(first.Object, first.Owners, other, "m1", force: false);
        AssertHas(second.Object, one, Pods);
    });

    [Fact]
    public void Who_applies_nothing_any_more_leaves_what_others_own_and_nobody_owned() => Check(random =>
    {
        var (pod, owners) = History(random);
        var after = Apply(pod, owners, Nothing, "m0");
        foreach (var owner in owners.All.Where(owner => owner.Manager.Name != "m0"))
        {
            AssertThere(after.Object, WithoutAlien(owner.Fields), Pods, owner.Fields);
        }

        Assert.Null(after.Owners.Find(By("m0")));
        var again = Apply(after.Object, after.Owners, Nothing, "m0");
        Assert.True(again.IsSame);
    });

    [Fact]
    public void Sets_obey_the_laws_of_sets() => Check(random =>
    {
        var maker = new RandomPods(random);
        var (a, b, c) = (FieldExtraction.FieldsOf(maker.Next(), Pods), FieldExtraction.FieldsOf(maker.Next(), Pods), FieldExtraction.FieldsOf(maker.Next(), Pods));
        Assert.Equal(a.Union(b), b.Union(a));
        Assert.Equal(a.Intersect(b), b.Intersect(a));
        Assert.Equal(a.Union(b).Union(c), a.Union(b.Union(c)));
        Assert.Equal(a.Without(b), a.Union(b).Without(b));
        Assert.Equal(a, a.Without(b).Union(a.Intersect(b)));
        Assert.True(a.Without(b).Intersect(b).IsEmpty);
        Assert.Equal(a, Set(Text(a)));
    });

    private static void Check(Action<Random> property) => FsCheck.Check.One(
        FsCheck.Config.QuickThrowOnFailure.WithMaxTest(Cases),
        Prop.ForAll(Gen.Choose(1, int.MaxValue - 1).ToArbitrary(), seed => property(new Random(seed))));

    /// <summary>A pod after some applied to it and some updated it.</summary>
    private static (JsonElement Pod, Owners Owners) History(Random random)
    {
        var (pod, owners) = (Empty, Owners.None);
        var maker = new RandomPods(random);
        for (var steps = random.Next(5); steps > 0; steps--)
        {
            if (random.Next(3) > 0)
            {
                var applied = Apply(pod, owners, maker.Next(), $"m{random.Next(3)}");
                (pod, owners) = (applied.Object, applied.Owners);
            }
            else
            {
                var next = maker.Next();
                var manager = By($"u{random.Next(2)}") with { Operation = ManagedFieldsOperationType.Update };
                (pod, owners) = (next, OwnershipChange.Update(owners, manager, FieldComparison.Of(pod, next, Pods), Now));
            }
        }

        return (pod, owners);
    }

    private static Manager By(string name) => new(name, ManagedFieldsOperationType.Apply, "v1", "");

    private static AppliedConfiguration.Outcome Apply(JsonElement pod, Owners owners, JsonElement configuration, string manager, bool force = true) =>
        AppliedConfiguration.Apply(pod, configuration, Pods, (owners, By(manager), force), FieldSet.Empty);

    /// <summary>As it is kept: of what was taken out whole nothing is left but what every pod has.</summary>
    private static JsonElement Stored(JsonElement pod) =>
        Json(Encoding.UTF8.GetString(ApiJson.WriteObject(ObjectDecoder.DecodeMerged(JsonMarshal.GetRawUtf8Value(pod).ToArray(), BuiltInKinds.Of<Pod>()))));

    private static void AssertSame(Owners one, Owners other)
    {
        Assert.Equal(one.All.Count, other.All.Count);
        Assert.All(one.All, owner => Assert.Equal(owner.Fields, other.Find(owner.Manager)?.Fields));
    }

    /// <summary>An element goes with all in it when nobody applies or owns it any more, though somebody has changed a field of it.</summary>
    private static FieldSet WithoutAlien(FieldSet fields)
    {
        var own = new FieldSetBuilder();
        foreach (var node in fields.Nodes)
        {
            if (node.IsMember || node.Element.Kind == PathKind.Field)
            {
                own.Add(node.Element, node.IsMember, WithoutAlien(node.Below));
            }
        }

        return own.Build();
    }

    private static void AssertThere(JsonElement value, FieldSet fields, MergeShape shape, FieldSet all)
    {
        foreach (var node in fields.Nodes)
        {
            var below = Step(value, node.Element, shape);
            Assert.False(below.IsAbsent(), $"{node.Element} of\n{all}\nis not in {value}");
            AssertThere(below, node.Below, shape.Below(node.Element), all);
        }
    }

    private static JsonElement Step(JsonElement value, PathElement step, MergeShape shape) => step.Kind == PathKind.Field
        ? value.Field(step.Text)
        : value.Elements().FirstOrDefault(element => ListSteps.Find(shape, shape.For(value), element, out _) == step);

    private static void AssertHas(JsonElement value, JsonElement applied, MergeShape shape)
    {
        switch (shape.For(applied))
        {
            case Granularity.Fields:
                Assert.All(applied.Fields(), field => AssertHas(value.Field(field.Name), field.Value, shape.Field(field.Name)));
                break;
            case Granularity.Whole:
                Assert.True(JsonElement.DeepEquals(value, applied), $"{applied} is not {value}");
                break;
            case var list:
                List<PathElement> wanted = [.. applied.Elements().Select(element => ListSteps.Find(shape, list, element, out _)!.Value)];
                Assert.Equal(wanted, value.Elements().Select(element => ListSteps.Find(shape, list, element, out _)!.Value).Where(wanted.Contains));
                Assert.All(applied.Elements(), element => AssertHas(Step(value, ListSteps.Find(shape, list, element, out _)!.Value, shape), element, shape.Element));
                break;
        }
    }
}
