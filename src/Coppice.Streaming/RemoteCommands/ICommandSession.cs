namespace Coppice.Streaming.RemoteCommands;

/// <summary>A client's connection for one command, whatever the protocol.</summary>
internal interface ICommandSession : IAsyncDisposable
{
    CommandStreams Streams { get; }

    /// <summary>Completes, without error, when the client is gone or the session was disposed of. What it sent before can still be read.</summary>
    Task Gone { get; }

    /// <summary>Takes leave of a client that goes before the command has ended, and frees what nobody needs without it.</summary>
    ValueTask LeaveAsync();

    /// <summary>Ends the streams, tells how the command ended, and waits a moment for the client to take its leave.</summary>
    ValueTask FinishAsync(CommandOutcome outcome);
}

/// <summary>The numbers and names of a command's streams.</summary>
internal static class CommandStreamNames
{
    public const int Stdin = 0, Stdout = 1, Stderr = 2, Error = 3, Resize = 4;

    /// <summary>The SPDY header that says what a stream is.</summary>
    public const string Header = "streamType";

    public const string StdinName = "stdin", StdoutName = "stdout", StderrName = "stderr", ErrorName = "error", ResizeName = "resize";

    /// <summary>What was being done, for an error's message.</summary>
    public static string VerbOf(CommandRequest request) =>
        request.Command.Count == 0 ? "attaching to container" : "executing command in container";
}
