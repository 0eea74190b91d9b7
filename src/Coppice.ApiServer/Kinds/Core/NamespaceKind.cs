using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What keeps the names of most objects apart, and goes only when it is empty.</summary>
internal static class NamespaceKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Namespace>();

    public static ServedKind Served { get; } = new(Kind, new NamespaceStrategy(), new NamespaceTable())
    {
        NameRule = Names.Label,
        AnswersDeleted = true,
        // They are let go of one by one, never as a collection.
        Verbs = ServedKind.VerbsWithout("deletecollection"),
        Fields = FieldLabels.Of<Namespace>(("status.phase", space => space.Status.Phase)),
        Subresources = [Subresource.Replaced(Kind, "finalize"), Subresource.Status(Kind)],
    };
}
