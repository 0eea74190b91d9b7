using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>What somebody asks for of the cluster's devices.</summary>
internal static class ResourceClaimKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<ResourceClaim>();

    public static ServedKind Served { get; } = new(Kind, new ResourceClaimStrategy(), new ResourceClaimTable())
    {
        AnswersDeleted = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
