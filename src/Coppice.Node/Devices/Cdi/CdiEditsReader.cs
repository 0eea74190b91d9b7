using Coppice.Node.Runtime;
using YamlDotNet.RepresentationModel;

namespace Coppice.Node.Devices.Cdi;

/// <summary>Reads containerEdits, of a device or of a whole specification, as strictly as CDI's own library.</summary>
internal static class CdiEditsReader
{
    private static readonly Dictionary<string, Version> EditFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["env"] = CdiVersions.First, ["deviceNodes"] = CdiVersions.First, ["hooks"] = CdiVersions.First, ["mounts"] = CdiVersions.First,
        ["intelRdt"] = CdiVersions.Groups, ["additionalGids"] = CdiVersions.Groups, ["netDevices"] = CdiVersions.NetDevices,
    };

    private static readonly Dictionary<string, Version> NodeFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["path"] = CdiVersions.First, ["type"] = CdiVersions.First, ["major"] = CdiVersions.First, ["minor"] = CdiVersions.First, ["fileMode"] = CdiVersions.First,
        ["permissions"] = CdiVersions.First, ["uid"] = CdiVersions.First, ["gid"] = CdiVersions.First, ["hostPath"] = CdiVersions.HostPaths,
    };

    private static readonly Dictionary<string, Version> MountFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hostPath"] = CdiVersions.First, ["containerPath"] = CdiVersions.First, ["options"] = CdiVersions.First, ["type"] = CdiVersions.MountTypes,
    };

    private static readonly Dictionary<string, Version> HookFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["hookName"] = CdiVersions.First, ["path"] = CdiVersions.First, ["args"] = CdiVersions.First, ["env"] = CdiVersions.First, ["timeout"] = CdiVersions.First,
    };

    private static readonly Dictionary<string, Version> RdtFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["closID"] = CdiVersions.Groups, ["l3CacheSchema"] = CdiVersions.Groups, ["memBwSchema"] = CdiVersions.Groups, ["enableCMT"] = CdiVersions.Groups,
        ["enableMBM"] = CdiVersions.Groups, ["schemata"] = CdiVersions.NetDevices, ["enableMonitoring"] = CdiVersions.NetDevices,
    };

    /// <param name="holder">Has them, or has none.</param>
    /// <exception cref="FormatException">They are not as they must be, or want what cannot be given to a container here.</exception>
    public static CdiEdits Read(CdiObject holder, Version version)
    {
        if (holder.Object("containerEdits") is not { } node)
        {
            return CdiEdits.None;
        }

        var edits = new CdiObject(node, version, EditFields);
        // A runc before 1.4 passes over them without a word: a container without them would seem to have its device.
        if (edits.Has("netDevices"))
        {
            throw new FormatException("netDevices cannot be given to a container");
        }

        var given = new ContainerEdits
        {
            Environment = [.. edits.Texts("env").Select(Variable)],
            Mounts = [.. edits.Objects("mounts").Select(one => MountIn(new(one, version, MountFields)))],
            Hooks = [.. edits.Objects("hooks").Select(one => HookIn(new(one, version, HookFields)))],
            Groups = [.. edits.Texts("additionalGids").Select(GroupOf)],
            IntelRdt = edits.Object("intelRdt") is { } rdt ? RdtIn(new(rdt, version, RdtFields)) : null,
        };
        return new(given, [.. edits.Objects("deviceNodes").Select(one => NodeIn(new(one, version, NodeFields)))]);
    }

    private static KeyValuePair<string, string> Variable(string text) =>
        text.IndexOf('=') is var sign and > 0 ? new(text[..sign], text[(sign + 1)..]) : throw new FormatException($"{text} is no variable");

    private static uint GroupOf(string text) => CdiObject.NumberOf(text) is >= 0 and <= uint.MaxValue and var id ? (uint)id : throw new FormatException($"{text} is no group");

    private static CdiDeviceNode NodeIn(CdiObject node)
    {
        var path = node.Required("path");
        var type = node.Text("type") ?? "";
        var permissions = node.Text("permissions") is { Length: > 0 } said ? said : "rwm";
        if (type is not ("" or "b" or "c" or "u" or "p") || (permissions != "none" && permissions.Any(one => one is not ('r' or 'w' or 'm'))))
        {
            throw new FormatException($"{path} has a type or permissions that there are not");
        }

        var access = permissions == "none" ? "" : permissions;
        return new(
            node.Text("hostPath") is { Length: > 0 } host ? host : path,
            new(path, type, node.Id("major") ?? 0, node.Id("minor") ?? 0, access, node.Id("fileMode"), node.Id("uid"), node.Id("gid")));
    }

    private static OciMount MountIn(CdiObject mount) =>
        new(mount.Required("hostPath"), mount.Required("containerPath"), mount.Text("type") is { Length: > 0 } type ? type : null, mount.Texts("options"));

    private static OciHook HookIn(CdiObject hook)
    {
        var name = hook.Required("hookName");
        if (name is not ("prestart" or "createRuntime" or "createContainer" or "startContainer" or "poststart" or "poststop"))
        {
            throw new FormatException($"invalid hook name {name}");
        }

        var environment = hook.Texts("env");
        foreach (var one in environment)
        {
            Variable(one);
        }

        return new(name, hook.Required("path"), hook.Texts("args"), environment, hook.Number("timeout") is { } seconds ? checked((int)seconds) : null);
    }

    private static IntelRdt RdtIn(CdiObject rdt)
    {
        var closId = rdt.Text("closID") ?? "";
        if (closId is "." or ".." || closId.Length >= 4096 || (closId != "/" && closId.AsSpan().ContainsAny('/', '\n')))
        {
            throw new FormatException("invalid ClosID");
        }

        return new(
            closId, rdt.Text("l3CacheSchema") ?? "", rdt.Text("memBwSchema") ?? "", rdt.Texts("schemata"),
            rdt.Flag("enableMonitoring"), rdt.Flag("enableCMT"), rdt.Flag("enableMBM"));
    }
}
