using Coppice.Node.Runtime;
using Coppice.Objects;
using Microsoft.Extensions.Logging;

namespace Coppice.Node;

public sealed partial class NodeAgent
{
    private void LogTakenOver(int pods) => LogTakenOver(services.Log, pods);

    private void LogStopping() => LogStopping(services.Log);

    private void LogRuntimeAway(string why) => LogRuntimeAway(services.Log, why);

    private void LogRuntimeBack() => LogRuntimeBack(services.Log);

    private void LogLeftover(PodIdentity pod) => LogLeftover(services.Log, Name(pod), pod.Uid);

    private void LogSwept(PodIdentity pod) => LogSwept(services.Log, Name(pod), pod.Uid);

    private void LogNotSwept(PodIdentity pod, string why) => LogNotSwept(services.Log, Name(pod), pod.Uid, why);

    // Of those without logs only the uid is known.
    private static string Name(PodIdentity pod) => pod.Name.Length > 0 ? new ObjectKey(pod.Namespace, pod.Name).ToString() : "?";

    private void LogWorkerBroke(ObjectKey pod, Exception broken) => LogWorkerBroke(services.Log, pod, broken);

    [LoggerMessage(Level = LogLevel.Information, Message = "The node agent has taken over {Pods} pods")]
    private static partial void LogTakenOver(ILogger log, int pods);

    [LoggerMessage(Level = LogLevel.Information, Message = "The node agent stops; containers run on")]
    private static partial void LogStopping(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The container runtime cannot be asked: {Why}")]
    private static partial void LogRuntimeAway(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "The container runtime can be asked again")]
    private static partial void LogRuntimeBack(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "It could not be seen what pods have left on the machine: {Why}")]
    private static partial void LogNotLooked(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Pod} ({Uid}) is in the runtime, but no longer in the API: it is ended")]
    private static partial void LogLeftover(ILogger log, string pod, string uid);

    [LoggerMessage(Level = LogLevel.Information, Message = "What was left of pod {Pod} ({Uid}) on the machine, which nobody knows, is removed")]
    private static partial void LogSwept(ILogger log, string pod, string uid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is left of pod {Pod} ({Uid}) on the machine cannot be removed: {Why}")]
    private static partial void LogNotSwept(ILogger log, string pod, string uid, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The logs of pod {Pod} could not be looked after: {Why}")]
    private static partial void LogUpkeepFailed(ILogger log, ObjectKey pod, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The node's pods have not their parts of the processors: {Why}")]
    private static partial void LogNotWeighed(ILogger log, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The network of pod {Pod} is broken, and it is given another: {Missing}")]
    private static partial void LogNetworkLost(ILogger log, ObjectKey pod, string missing);

    private void LogEndedBadly(Exception failed) => LogEndedBadly(services.Log, failed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A part of the node agent did not end cleanly")]
    private static partial void LogEndedBadly(ILogger log, Exception failed);

    [LoggerMessage(Level = LogLevel.Error, Message = "The worker of pod {Pod} broke off")]
    private static partial void LogWorkerBroke(ILogger log, ObjectKey pod, Exception broken);
}
