using Coppice.Node.Runtime;
using YamlDotNet.Core;

namespace Coppice.Node.Devices.Cdi;

/// <summary>
/// The specifications of the Container Device Interface on this machine: what a container gets that has a device of a name such as
/// "example.com/gpu=0". Drivers write them, some for each claim; they are read when a container starts.
/// </summary>
/// <param name="directories">Those that come later count before the others.</param>
public sealed class CdiSpecs(IReadOnlyList<string> directories)
{
    /// <summary>Where everybody has them: those that stay, and those of this start of the machine.</summary>
    public static readonly IReadOnlyList<string> UsualDirectories = ["/etc/cdi", "/var/run/cdi"];

    /// <summary>What all of the devices together give.</summary>
    /// <exception cref="UnresolvableDevicesException">One of them is not here, or wants what cannot be given.</exception>
    public ContainerEdits Resolve(IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return ContainerEdits.None;
        }

        var found = new List<(CdiSpec Spec, CdiDevice Device)>();
        var missing = new List<string>();
        var known = Read();
        foreach (var name in names)
        {
            if (Find(known, name) is { } device)
            {
                found.Add(device);
            }
            else
            {
                missing.Add(name);
            }
        }

        if (missing.Count > 0)
        {
            throw new UnresolvableDevicesException($"CDI device injection failed: unresolvable CDI devices {string.Join(", ", missing)}");
        }

        // What is the same for all devices of a specification is given once, before what is a device's own.
        var given = new HashSet<CdiSpec>();
        return ContainerEdits.Of([.. found.SelectMany(one => given.Add(one.Spec) ? [one.Spec.Edits.Resolve(), one.Device.Edits.Resolve()] : (ContainerEdits[])[one.Device.Edits.Resolve()])]);
    }

    /// <returns>Null as well if two of equal rank say different things: nobody can tell which is meant.</returns>
    private static (CdiSpec Spec, CdiDevice Device)? Find(List<(int Rank, CdiSpec Spec)> known, string name)
    {
        var all = (from one in known
                   from device in one.Spec.Devices
                   where $"{one.Spec.Kind}={device.Name}" == name
                   orderby one.Rank descending
                   select (one.Rank, one.Spec, Device: device)).ToList();
        return all.Count == 0 || (all.Count > 1 && all[1].Rank == all[0].Rank) ? null : (all[0].Spec, all[0].Device);
    }

    private List<(int Rank, CdiSpec Spec)> Read()
    {
        List<(int, CdiSpec)> known = [];
        for (var rank = 0; rank < directories.Count; rank++)
        {
            foreach (var file in FilesIn(directories[rank]))
            {
                // What cannot be read is a matter of the devices in it alone: they are missing.
                if (TryRead(file) is { } spec)
                {
                    known.Add((rank, spec));
                }
            }
        }

        return known;
    }

    private static IEnumerable<string> FilesIn(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory).Where(file => Path.GetExtension(file) is ".json" or ".yaml").Order(StringComparer.Ordinal)
        : [];

    private static CdiSpec? TryRead(string file)
    {
        try
        {
            return CdiSpec.Parse(File.ReadAllText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException or FormatException or OverflowException)
        {
            return null;
        }
    }
}
