using System.Globalization;
using Coppice.Node.Host;

namespace Coppice.Node.Runtime.Containerd;

/// <summary>What of the machine decides how containerd must be configured.</summary>
/// <param name="CniPluginDirectory">Null where none of the usual places has the plugins.</param>
public sealed record HostFacts(bool CanRaiseOomScore, bool HasAppArmor, bool HasOverlay, string? CniPluginDirectory)
{
    private const int CapSysResource = 24;

    public static HostFacts Observe(ContainerdOptions options) => new(
        HasCapability(CapSysResource),
        Read("/sys/module/apparmor/parameters/enabled").StartsWith('Y') && File.Exists("/sbin/apparmor_parser"),
        KernelFileSystem.Overlay.IsThere() && !IsOnOverlay(options.Directory),
        options.CniPluginDirectories.FirstOrDefault(directory => File.Exists(Path.Combine(directory, "bridge"))));

    private static bool HasCapability(int number)
    {
        const string Field = "CapEff:";
        var line = Read("/proc/self/status").Split('\n').FirstOrDefault(one => one.StartsWith(Field, StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line[Field.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var set)
            && (set & (1UL << number)) != 0;
    }

    // An overlay cannot be the upper layer of another overlay: so it is inside most containers.
    private static bool IsOnOverlay(string directory)
    {
        var path = Path.GetFullPath(directory);
        var mount = MountTable.Read().Where(one => one.Holds(path)).MaxBy(one => one.MountPoint.Length);
        return mount?.FileSystem == "overlay";
    }

    private static string Read(string path) => File.Exists(path) ? File.ReadAllText(path) : "";
}
