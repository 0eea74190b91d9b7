using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Kinds.Batch;

/// <summary>Jobs by the clock.</summary>
internal static class CronJobKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<CronJob>();

    public static ServedKind Served { get; } = new(Kind, new CronJobStrategy(), new CronJobTable())
    {
        Subresources = [Subresource.Status(Kind)],
    };
}
