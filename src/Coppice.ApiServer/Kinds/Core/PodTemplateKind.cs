using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Templates of pods that nothing runs by itself.</summary>
internal static class PodTemplateKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<PodTemplate>(), new PodTemplateStrategy(), new PodTemplateTable())
    {
        AnswersDeleted = true,
    };
}
