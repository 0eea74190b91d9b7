using Coppice.Client;
using Coppice.Node.Runtime;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Pods;

internal static partial class PodLog
{
    /// <summary>
    /// Something for a pod failed and is tried again. The runtime, the API or the file system refusing is part of the trade and is one
    /// line; anything else is a fault of ours, and is told with where it happened.
    /// </summary>
    /// <param name="what">In the form: stopping its sandbox.</param>
    public static void Failed(ILogger log, ObjectKey pod, string what, Exception failed)
    {
        if (failed is RuntimeException or ApiException or HostResourceException or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            OperationFailed(log, pod, what, failed.Message);
        }
        else
        {
            OperationBroke(log, pod, failed);
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "Pod {Pod}: {What} failed and is tried again: {Why}")]
    private static partial void OperationFailed(ILogger log, ObjectKey pod, string what, string why);

    [LoggerMessage(3102, LogLevel.Error, "Pod {Pod}: an operation broke off")]
    public static partial void OperationBroke(ILogger log, ObjectKey pod, Exception failed);
}
