using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Kinds.Apps;

/// <summary>A number of pods that keep their names and their storage.</summary>
internal static class StatefulSetKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<StatefulSet>();

    public static ServedKind Served { get; } = new(Kind, new StatefulSetStrategy(), new StatefulSetTable())
    {
        NameRule = Names.Label,
        Replicas = Replicas.Of<StatefulSet>(
            item => item.Spec.Replicas ?? 1,
            item => item.Status.Replicas,
            item => LabelQuery.Of(item.Spec.Selector),
            (item, count) => item with { Spec = item.Spec with { Replicas = count } }),
        Subresources = [Subresource.Scale(UnstoredKinds.Scale), Subresource.Status(Kind)],
    };
}
