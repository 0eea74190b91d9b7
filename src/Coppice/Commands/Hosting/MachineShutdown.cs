using System.Runtime.InteropServices;

namespace Coppice.Commands.Hosting;

/// <summary>Whether the machine goes down: then its pods end before coppice does. A stop of coppice alone leaves them.</summary>
internal sealed class MachineShutdown
{
    /// <summary>SIGPWR: the power fails, or somebody wants it to look so.</summary>
    public const int PowerFails = 30;

    private volatile bool _isTold;

    /// <summary>A signal came.</summary>
    public void Note(PosixSignal signal) => _isTold |= (int)signal == PowerFails;

    /// <summary>By the signal, or as systemd says.</summary>
    public async Task<bool> IsUnderWayAsync()
    {
        if (_isTold || !BackgroundServer.HasSystemd)
        {
            return _isTold;
        }

        var state = "";
        await ProgramOutput.RunAsync("systemctl", ["is-system-running"], line => state += line, default);
        return state == "stopping";
    }
}
