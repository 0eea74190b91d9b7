using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>A lasting address for pods that come and go.</summary>
internal static class ServiceKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Service>();

    public static ServedKind Served { get; } = new(Kind, new ServiceStrategy(), new ServiceTable())
    {
        NameRule = Names.Label,
        AnswersDeleted = true,
        IsMadeByUpdate = true,
        Fields = FieldLabels.Of<Service>(("spec.clusterIP", service => service.Spec.ClusterIP), ("spec.type", service => service.Spec.Type)),
        Subresources = [Subresource.Proxy(Kind), Subresource.Status(Kind)],
    };
}
