using System.Globalization;
using System.Runtime.InteropServices;
using Coppice.Node.Host;
using Coppice.Node.Pressure;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Cri;
using Coppice.Objects.Core;

namespace Coppice.Node.Status;

/// <summary>This machine, from /proc, /sys and the runtime.</summary>
/// <param name="addresses">The node's, the primary first.</param>
/// <param name="dataDirectory">On the file system whose space pods use.</param>
/// <param name="health">Of the runtime and its network.</param>
public sealed class MachineObserver(
    string name, IReadOnlyList<string> addresses, string dataDirectory, CriRuntime runtime, RuntimeHealth health, NodePressure pressure) : INodeObserver
{
    private const string Version = "v1.36.0+coppice";

    private string _runtimeVersion = "";

    public async ValueTask<NodeFacts> FactsAsync(CancellationToken stop)
    {
        try
        {
            if (_runtimeVersion.Length == 0)
            {
                _runtimeVersion = await runtime.VersionAsync(stop);
            }
        }
        catch (RuntimeException)
        {
            // It is starting or away; the last version known stands, and the condition says the rest.
        }

        return new NodeFacts(name, addresses, Environment.ProcessorCount, MemoryInfo.Of("MemTotal"), new DriveInfo(dataDirectory).TotalSize, HugePages(), Info());
    }

    public async ValueTask<MachineHealth> HealthAsync(CancellationToken stop)
    {
        var (runtimeProblem, networkProblem, found) = await health.LookAsync(stop);
        return new MachineHealth(runtimeProblem, networkProblem, (await pressure.LookAsync(stop)).Conditions, found);
    }

    private NodeSystemInfo Info() => new()
    {
        MachineID = Line("/etc/machine-id"),
        SystemUUID = Line("/sys/class/dmi/id/product_uuid") is { Length: > 0 } uuid ? uuid : Line("/etc/machine-id"),
        BootID = Line("/proc/sys/kernel/random/boot_id"),
        KernelVersion = Line("/proc/sys/kernel/osrelease"),
        OsImage = Distribution(),
        ContainerRuntimeVersion = _runtimeVersion,
        KubeletVersion = Version,
        KubeProxyVersion = "",
        OperatingSystem = "linux",
        Architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64",
        Swap = MemoryInfo.Of("SwapTotal") is > 0 and var swap ? new() { Capacity = swap } : null,
    };

    private static string Distribution()
    {
        const string Field = "PRETTY_NAME=";
        var line = File.Exists("/etc/os-release") ? File.ReadLines("/etc/os-release").FirstOrDefault(one => one.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null ? "Linux" : line[Field.Length..].Trim('"');
    }

    private static List<KeyValuePair<string, long>> HugePages()
    {
        const string Root = "/sys/kernel/mm/hugepages";
        var result = new List<KeyValuePair<string, long>>();
        if (!Directory.Exists(Root))
        {
            return result;
        }

        foreach (var directory in Directory.EnumerateDirectories(Root).Order(StringComparer.Ordinal))
        {
            // hugepages-2048kB
            var size = Path.GetFileName(directory)["hugepages-".Length..^"kB".Length];
            if (!long.TryParse(size, CultureInfo.InvariantCulture, out var kilobytes) || !long.TryParse(Line(directory + "/nr_hugepages"), CultureInfo.InvariantCulture, out var count))
            {
                continue;
            }

            result.Add(new(Objects.Quantity.FromBytes(kilobytes << 10).ToString(), count * (kilobytes << 10)));
        }

        return result;
    }

    private static string Line(string path)
    {
        try
        {
            return File.Exists(path) ? KernelFiles.TextOf(path).Trim() : "";
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
