namespace Coppice.Node.Devices.Cdi;

/// <summary>The versions of the specification, by what came with them.</summary>
internal static class CdiVersions
{
    public static readonly Version First = new(0, 1, 0);
    public static readonly Version MountTypes = new(0, 4, 0);
    public static readonly Version HostPaths = new(0, 5, 0);
    public static readonly Version Annotations = new(0, 6, 0);
    public static readonly Version Groups = new(0, 7, 0);
    public static readonly Version NetDevices = new(1, 1, 0);

    private static readonly HashSet<Version> All = [First, new(0, 2, 0), new(0, 3, 0), MountTypes, HostPaths, Annotations, Groups, new(0, 8, 0), new(1, 0, 0), NetDevices];

    /// <exception cref="FormatException">There is no such version.</exception>
    public static Version Parse(string? text) => Version.TryParse(text?.TrimStart('v'), out var version) && All.Contains(version) ? version : throw new FormatException($"invalid version {text}");
}
