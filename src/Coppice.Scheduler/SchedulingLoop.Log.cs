using Microsoft.Extensions.Logging;

namespace Coppice.Scheduler;

public sealed partial class SchedulingLoop
{
    [LoggerMessage(6001, LogLevel.Warning, "{Pod} could not be bound to {Node} and is tried again: {Why}")]
    private partial void LogNotBound(string pod, string node, string why);

    [LoggerMessage(6002, LogLevel.Error, "{Pod} could not be bound to {Node} and is tried again")]
    private partial void LogBroken(Exception e, string pod, string node);

    [LoggerMessage(6003, LogLevel.Error, "{Pod} could not be planned and is tried again")]
    private partial void LogNotPlanned(Exception e, string pod);

    [LoggerMessage(6005, LogLevel.Warning, "Room for {Pod} on {Node} could not be made, and it is tried again: {Why}")]
    private partial void LogNotPreempted(string pod, string node, string why);

    [LoggerMessage(6006, LogLevel.Debug, "The volumes of {Pod} could not be chosen, and it is tried again: {Why}")]
    private partial void LogVolumesNotWritten(string pod, string why);

    [LoggerMessage(6007, LogLevel.Debug, "The devices of {Pod} could not be given back, and it is tried again: {Why}")]
    private partial void LogNotReserved(string pod, string why);

    [LoggerMessage(6004, LogLevel.Debug, "{Pod} could not be told of its node, or why it has none: {Why}")]
    private partial void LogNotTold(string pod, string why);
}
