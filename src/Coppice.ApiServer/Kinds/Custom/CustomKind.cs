using Coppice.ApiServer.Schemas;
using Coppice.Objects;
using Coppice.Objects.Apiextensions;

namespace Coppice.ApiServer.Kinds.Custom;

/// <summary>Kinds that were made at run time, from data alone.</summary>
public static class CustomKind
{
    /// <summary>A kind without a definition: nothing is asked of its objects but their metadata.</summary>
    public static ServedKind Served(Kind kind, bool hasStatus) => new(kind, new CustomStrategy(null, hasStatus), new CustomTable())
    {
        Subresources = hasStatus ? [Subresource.Status(kind)] : [],
    };

    /// <summary>One version of a definition.</summary>
    /// <param name="terminates">The definition is being deleted: nothing is made any more.</param>
    internal static ServedKind Served(Kind kind, CustomResourceDefinitionVersion version, StructuralSchema schema, bool terminates)
    {
        var hasStatus = version.Subresources?.Status is not null;
        return new ServedKind(kind, new CustomStrategy(schema, hasStatus) { Terminates = terminates }, new CustomTable())
        {
            Subresources = hasStatus ? [Subresource.Status(kind)] : [],
        };
    }
}
