using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>How much the objects of a namespace may take together.</summary>
internal static class ResourceQuotaKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<ResourceQuota>();

    public static ServedKind Served { get; } = new(Kind, new ResourceQuotaStrategy(), new ResourceQuotaTable())
    {
        AnswersDeleted = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
