using Coppice.Objects;
using Coppice.Objects.Resource;

namespace Coppice.ApiServer.Kinds.Resource;

/// <summary>What claims look like that are made for pods.</summary>
internal static class ResourceClaimTemplateKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ResourceClaimTemplate>(), new ResourceClaimTemplateStrategy(), new ResourceClaimTemplateTable())
    {
        AnswersDeleted = true,
    };
}
