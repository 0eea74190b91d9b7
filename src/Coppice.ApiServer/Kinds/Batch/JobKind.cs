using Coppice.Objects;
using Coppice.Objects.Batch;

namespace Coppice.ApiServer.Kinds.Batch;

/// <summary>Work that comes to an end.</summary>
internal static class JobKind
{
    private static readonly Kind Kind = BuiltInKinds.Of<Job>();

    public static ServedKind Served { get; } = new(Kind, new JobStrategy(), new JobTable())
    {
        Fields = FieldLabels.Of<Job>(("status.successful", job => $"{job.Status.Succeeded}")),
        Subresources = [Subresource.Status(Kind)],
    };
}
