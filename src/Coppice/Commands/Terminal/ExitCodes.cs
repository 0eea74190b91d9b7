namespace Coppice.Commands.Terminal;

/// <summary>What scripts can rely on.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>It was tried and failed.</summary>
    public const int Failure = 1;

    /// <summary>It was not tried: the machine or the command line is not as it must be (not root, port in use, package missing).</summary>
    public const int NotPossible = 2;

    /// <summary>There is no running cluster to ask.</summary>
    public const int NotRunning = 3;
}
