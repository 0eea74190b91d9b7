using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Node.Pods;

internal static partial class PodLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Something for a pod did not work; trying again")]
    public static partial void OperationFailed(ILogger log, Exception failed);

    [LoggerMessage(Level = LogLevel.Error, Message = "Pod {Pod}: an operation broke off")]
    public static partial void OperationBroke(ILogger log, ObjectKey pod, Exception failed);
}
