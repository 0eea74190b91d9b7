namespace Coppice.ApiServer.Audit;

/// <summary>Who is told of requests by HTTP, and how many at a time. The defaults are Kubernetes'.</summary>
/// <param name="Receiver">Where events go, and by whose right.</param>
public sealed record AuditWebhookOptions(AuditReceiver Receiver)
{
    /// <summary>How many events go together at most.</summary>
    public int BatchMax { get; init; } = 400;

    /// <summary>How long the first event of a batch waits for others.</summary>
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many events may wait. What comes beyond that is lost, and said in the server's log; no request waits for it.</summary>
    public int WaitingMax { get; init; } = 10_000;

    /// <summary>The pause after the first failure; each further one is half as long again.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(10);
}
