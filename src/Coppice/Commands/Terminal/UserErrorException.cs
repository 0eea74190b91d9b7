namespace Coppice.Commands.Terminal;

/// <summary>What ends a command for a reason its user can mend: the message says what is wrong and what to do.</summary>
internal sealed class UserErrorException(string message, int exitCode = ExitCodes.Failure, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;
}
