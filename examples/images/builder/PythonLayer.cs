using System.Diagnostics;

namespace Coppice.ExampleImages;

/// <summary>
/// The layer with Python and its Kubernetes client library, of the Debian packages that are installed on this machine: without what
/// only people read, but with the compiled modules, without which each container would compile them anew.
/// </summary>
internal static class PythonLayer
{
    // What is needed for "import kubernetes", and openssl, by which a program gets a certificate.
    private static readonly string[] Packages =
    [
        "libc6", "zlib1g", "libexpat1", "libffi8", "libbz2-1.0", "liblzma5", "libyaml-0-2", "libssl3", "openssl",
        "python3-minimal", "python3.11-minimal", "libpython3.11-minimal", "libpython3.11-stdlib",
        "python3-kubernetes", "python3-certifi", "python3-dateutil", "python3-google-auth", "python3-cachetools", "python3-rsa",
        "python3-pyasn1", "python3-pyasn1-modules", "python3-requests", "python3-requests-oauthlib", "python3-oauthlib",
        "python3-chardet", "python3-idna", "python3-six", "python3-urllib3", "python3-websocket", "python3-yaml",
    ];

    private static readonly string[] NotNeeded = ["/usr/share/", "/etc/python3", "/gconv/", "/audit/", "/client/apis/", "/perl"];

    public static Layer Build()
    {
        var layer = new LayerWriter();
        foreach (var path in Files().Where(path => !NotNeeded.Any(path.Contains)))
        {
            Add(layer, path);
            if (Path.GetExtension(path) == ".py" && Compiled(path) is var compiled && File.Exists(compiled))
            {
                Add(layer, compiled);
            }
        }

        return layer.Build();
    }

    private static void Add(LayerWriter layer, string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is { } target)
        {
            layer.Link(path, target);
        }
        else if (file.Exists)
        {
            // Compiled modules are used only while their sources are as old as they were.
            layer.File(path, File.ReadAllBytes(path), file.UnixFileMode.HasFlag(UnixFileMode.UserExecute), file.LastWriteTimeUtc);
        }
    }

    private static string Compiled(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, "__pycache__", $"{Path.GetFileNameWithoutExtension(path)}.cpython-311.pyc");

    private static string[] Files()
    {
        using var dpkg = Process.Start(new ProcessStartInfo("dpkg-query", ["--listfiles", .. Packages]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaint = dpkg.StandardError.ReadToEndAsync();
        var files = dpkg.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        dpkg.WaitForExit();
        return dpkg.ExitCode == 0
            ? files
            : throw new InvalidOperationException($"a package is missing; install python3-kubernetes and openssl of Debian 12. dpkg-query says: {complaint.Result}");
    }
}
