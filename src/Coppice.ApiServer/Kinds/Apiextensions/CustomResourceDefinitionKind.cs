using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Apiextensions;

/// <summary>Kinds that are made by describing them.</summary>
internal static class CustomResourceDefinitionKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<CustomResourceDefinition>();

    public static ServedKind Served { get; } = new(Kind, new CustomResourceDefinitionStrategy(), new CustomResourceDefinitionTable())
    {
        NeedsVersion = true,
        Subresources = [Subresource.Status(Kind)],
    };
}
