namespace Coppice.Testing;

/// <summary>How a command ended and what it said.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>Both streams, for messages that may come on either.</summary>
    public string Everything => Output + Error;

    /// <summary>The lines of the standard output, without empty ones.</summary>
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The standard output, if the command succeeded.</summary>
    /// <exception cref="CommandFailedException">It did not; says all there is to know.</exception>
    public string OrThrow() => Succeeded ? Output : throw new CommandFailedException(this);

    public override string ToString() => $"$ {CommandLine}\n{Output}{Error}(exit code {ExitCode})";
}

/// <summary>A command that had to succeed did not.</summary>
public sealed class CommandFailedException(CommandResult result) : Exception(result.ToString())
{
    public CommandResult Result { get; } = result;
}
