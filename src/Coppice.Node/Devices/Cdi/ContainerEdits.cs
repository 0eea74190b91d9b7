using Coppice.Node.Runtime;

namespace Coppice.Node.Devices.Cdi;

/// <summary>What a container gets beside what its pod says, so that it can use its devices.</summary>
public sealed record ContainerEdits(
    IReadOnlyList<KeyValuePair<string, string>> Environment, IReadOnlyList<ContainerDevice> Devices, IReadOnlyList<ContainerMount> Mounts, IReadOnlyList<long> Groups)
{
    public static readonly ContainerEdits None = new([], [], [], []);

    public bool IsEmpty => Environment.Count + Devices.Count + Mounts.Count + Groups.Count == 0;

    /// <summary>All of them together, in their order.</summary>
    public static ContainerEdits Of(IReadOnlyCollection<ContainerEdits> all) => new(
        [.. all.SelectMany(one => one.Environment)], [.. all.SelectMany(one => one.Devices)], [.. all.SelectMany(one => one.Mounts)], [.. all.SelectMany(one => one.Groups)]);

    /// <summary>The container with them: a variable that it has already is set anew, a mount on the same place takes the other's.</summary>
    public ContainerSpec ApplyTo(ContainerSpec spec) => IsEmpty ? spec : spec with
    {
        Environment = [.. spec.Environment.Where(one => !Environment.Any(mine => mine.Key == one.Key)), .. Environment],
        Mounts = [.. spec.Mounts.Where(one => !Mounts.Any(mine => mine.ContainerPath == one.ContainerPath)), .. Mounts],
        Devices = [.. spec.Devices, .. Devices],
        Security = spec.Security with { SupplementalGroups = [.. spec.Security.SupplementalGroups.Union(Groups)] },
    };
}

/// <summary>What a driver named is in no specification on this machine, or cannot be given to a container.</summary>
public sealed class UnresolvableDevicesException(string message) : RuntimeException(message);
