namespace Coppice.Bench.Healing;

/// <summary>One thing that is measured in rounds: ours, and the floor beside it, in milliseconds.</summary>
internal sealed class Figure(string name, string goal)
{
    private readonly List<double> _ours = [];
    private readonly List<double> _floor = [];

    public void Ours(TimeSpan took) => _ours.Add(took.TotalMilliseconds);

    public void Floor(TimeSpan took) => _floor.Add(took.TotalMilliseconds);

    public void Print()
    {
        if (_ours.Count == 0)
        {
            return;
        }

        var ours = $"{name}: p50 {Middle(_ours):n1} ms ({_ours.Min():n1} to {_ours.Max():n1}, {_ours.Count} rounds), goal {goal}";
        var floor = _floor.Count == 0 ? "" : $"; floor {Middle(_floor):n1} ms ({_floor.Min():n1} to {_floor.Max():n1}), ratio {Middle(_ours) / Middle(_floor):n2}";
        Console.WriteLine($"{ours}{floor}; load {Load()}");
    }

    /// <summary>How busy the machine is: the load of the last minute.</summary>
    public static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    public static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
