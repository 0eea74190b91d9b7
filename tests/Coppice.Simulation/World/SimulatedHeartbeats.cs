using Coppice.Client.Heartbeats;

namespace Coppice.Simulation.World;

/// <summary>The heartbeats of an agent, over the line of its machine: lost, late and repeated as all else that is sent there.</summary>
internal sealed class SimulatedHeartbeats(string node, SimulatedApi api, Line line) : IHeartbeatLine
{
    public async ValueTask<BeatAnswer> BeatAsync(Beat beat, CancellationToken stop)
    {
        await line.SendAsync(stop);
        var take = api.Heartbeats ?? throw new HttpRequestException("connection refused");
        var answer = take(node, beat);
        answer = line.IsRepeated() ? take(node, beat) : answer;
        await line.ReturnAsync(stop);
        return answer;
    }
}
