using System.Diagnostics;

namespace Coppice.ExampleImages;

/// <summary>
/// The layer with a small Linux userland: busybox and bash, both static, from Debian's packages busybox-static and bash-static.
/// Every busybox command has its link, so that <c>kubectl exec … -- ls</c> works, and the terminal types that bash asks for are there.
/// </summary>
internal static class ShellLayer
{
    private const string Busybox = "/bin/busybox";
    private const string Bash = "/bin/bash-static";

    private static readonly string[] TerminalTypes = ["/lib/terminfo/x/xterm", "/lib/terminfo/x/xterm-256color", "/lib/terminfo/l/linux"];

    public static Layer Build()
    {
        var layer = new LayerWriter()
            .Directory("/tmp", writableByAll: true).Directory("/run").Directory("/var").Directory("/root")
            .Directory("/proc").Directory("/sys").Directory("/dev").Directory("/etc")
            .Link("/var/run", "/run")
            .File("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/tmp:/bin/false\n")
            .File("/etc/group", "root:x:0:\nnogroup:x:65534:\n")
            .File("/bin/busybox", Read(Busybox, "busybox-static"), executable: true)
            .Link("/usr/bin/env", "/bin/busybox");
        foreach (var command in BusyboxCommands())
        {
            layer.Link($"/bin/{command}", "/bin/busybox");
        }

        layer.File("/bin/bash", Read(Bash, "bash-static"), executable: true);
        foreach (var type in TerminalTypes.Where(File.Exists))
        {
            layer.File(type, File.ReadAllBytes(type));
        }

        return layer.Build();
    }

    private static byte[] Read(string path, string package) =>
        File.Exists(path) ? File.ReadAllBytes(path) : throw new FileNotFoundException($"{path} is missing; install the package {package}");

    private static IEnumerable<string> BusyboxCommands()
    {
        using var busybox = Process.Start(new ProcessStartInfo(Busybox, ["--list"]) { RedirectStandardOutput = true })!;
        var commands = busybox.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        busybox.WaitForExit();
        return commands.Where(command => command is not "busybox");
    }
}
