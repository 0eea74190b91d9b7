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

    private void LogOrphan(PodIdentity pod) => LogOrphan(services.Log, Name(pod), pod.Uid);

    private void LogOrphanRemoved(PodIdentity pod) => LogOrphanRemoved(services.Log, Name(pod), pod.Uid);

    private void LogOrphanStays(PodIdentity pod, string why) => LogOrphanStays(services.Log, Name(pod), pod.Uid, why);

    // Of those without logs only the uid is known.
    private static string Name(PodIdentity pod) => pod.Name.Length > 0 ? new ObjectKey(pod.Namespace, pod.Name).ToString() : "?";

    private void LogWorkerBroke(ObjectKey pod, Exception broken) => LogWorkerBroke(services.Log, pod, broken);

    [LoggerMessage(3001, LogLevel.Information, "Node agent has taken over {Pods} pods")]
    private static partial void LogTakenOver(ILogger log, int pods);

    [LoggerMessage(3002, LogLevel.Information, "Node agent stops; containers run on")]
    private static partial void LogStopping(ILogger log);

    [LoggerMessage(3003, LogLevel.Warning, "The container runtime cannot be asked: {Why}")]
    private static partial void LogRuntimeAway(ILogger log, string why);

    [LoggerMessage(3004, LogLevel.Information, "The container runtime can be asked again")]
    private static partial void LogRuntimeBack(ILogger log);

    [LoggerMessage(3005, LogLevel.Warning, "Orphaned pods cannot be looked for on this machine: {Why}")]
    private static partial void LogOrphansUnknown(ILogger log, string why);

    [LoggerMessage(3006, LogLevel.Information, "Orphaned pod {Pod} ({Uid}) is in the container runtime, but no longer in the API: it is ended")]
    private static partial void LogOrphan(ILogger log, string pod, string uid);

    [LoggerMessage(3007, LogLevel.Information, "Orphaned pod {Pod} ({Uid}): its volumes, logs and cgroup, which nobody knows, are removed")]
    private static partial void LogOrphanRemoved(ILogger log, string pod, string uid);

    [LoggerMessage(3008, LogLevel.Warning, "Orphaned pod {Pod} ({Uid}): its volumes, logs and cgroup cannot be removed: {Why}")]
    private static partial void LogOrphanStays(ILogger log, string pod, string uid, string why);

    [LoggerMessage(3009, LogLevel.Warning, "Logs of pod {Pod} could not be rotated: {Why}")]
    private static partial void LogUpkeepFailed(ILogger log, ObjectKey pod, string why);

    [LoggerMessage(3010, LogLevel.Warning, "The cgroups of all pods cannot be given their CPU weights and process limits: {Why}")]
    private static partial void LogCgroupsFailed(ILogger log, string why);

    [LoggerMessage(3011, LogLevel.Warning, "The network of pod {Pod} is broken; CNI gives it another in a new sandbox: {Missing}")]
    private static partial void LogNetworkLost(ILogger log, ObjectKey pod, string missing);

    private void LogEndedBadly(Exception failed) => LogEndedBadly(services.Log, failed);

    [LoggerMessage(3012, LogLevel.Warning, "A part of the node agent did not end cleanly")]
    private static partial void LogEndedBadly(ILogger log, Exception failed);

    [LoggerMessage(3013, LogLevel.Error, "The worker of pod {Pod} broke off")]
    private static partial void LogWorkerBroke(ILogger log, ObjectKey pod, Exception broken);
}
