namespace Coppice.ApiServer.Audit;

/// <summary>Where the audit log is written, and how much of it is kept.</summary>
/// <param name="Path">Of the file that is written to; those that were full are beside it, with the time in their names.</param>
public sealed record AuditLogOptions(string Path)
{
    /// <summary>A file that has grown over this many bytes is put aside, and a new one is begun.</summary>
    /// <value>100 MiB, as Kubernetes' log.</value>
    public long BytesMax { get; init; } = 100L << 20;

    /// <summary>How many files that were put aside are kept; 0 for all.</summary>
    public int BackupsMax { get; init; }

    /// <summary>How long such files are kept; zero for ever.</summary>
    public TimeSpan AgeMax { get; init; }

    /// <summary>Files that are put aside are compressed with gzip.</summary>
    public bool Compress { get; init; }

    /// <summary>
    /// What may wait to be written, in bytes of all events together. The log of a disk that is slower than the requests, or full, has gaps;
    /// no request waits for it.
    /// </summary>
    /// <value>64 MiB: with a kilobyte an event, as many as a busy server has in some seconds.</value>
    public long WaitingBytesMax { get; init; } = 64L << 20;

    /// <summary>Who else is told; null for nobody.</summary>
    public AuditWebhookOptions? Webhook { get; init; }

    /// <summary>An event that is larger is told without the objects of its request and its answer.</summary>
    /// <value>10 MiB, as in Kubernetes where it truncates.</value>
    public int EventBytesMax { get; init; } = 10 << 20;
}
