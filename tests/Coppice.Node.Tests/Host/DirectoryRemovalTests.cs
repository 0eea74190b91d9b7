using System.Diagnostics;
using Coppice.Node.Host;

namespace Coppice.Node.Tests.Host;

/// <summary>Directories that a container has filled, as badly as it can.</summary>
public sealed class DirectoryRemovalTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("coppice-removal-").FullName;

    private string Filled => Path.Combine(_root, "filled");

    public void Dispose()
    {
        Shell($"rm -rf {_root}");
    }

    [Fact]
    public void No_name_and_no_depth_is_in_the_way()
    {
        // Names that are no text, and a path of 60 000 bytes, which no call takes.
        Shell($$"""
            mkdir {{Filled}} && cd {{Filled}}
            touch "$(printf 'not\377text')" "$(printf 'line\nbreak')" '..removed-0'
            mkdir -p "$(printf 'dir\376')/..removed-1/inner"
            perl -e 'for (1..3000) { mkdir "aaaaaaaaaaaaaaaaaaa" or die; chdir "aaaaaaaaaaaaaaaaaaa" or die }'
            """);
        DirectoryRemoval.Remove(Filled);
        Assert.False(Path.Exists(Filled));
    }

    [Fact]
    public void What_links_lead_to_stays()
    {
        Directory.CreateDirectory(Filled + "/d");
        Directory.CreateDirectory(_root + "/outside");
        File.WriteAllText(_root + "/outside/file", "");
        File.CreateSymbolicLink(Filled + "/link", _root + "/outside");
        File.CreateSymbolicLink(Filled + "/d/link", "../../outside");
        DirectoryRemoval.Remove(Filled);
        Assert.True(File.Exists(_root + "/outside/file"));
        Assert.False(Path.Exists(Filled));
    }

    [Fact]
    public void What_is_mounted_stays()
    {
        Directory.CreateDirectory(Filled + "/deep/mount");
        Directory.CreateDirectory(_root + "/outside");
        File.WriteAllText(_root + "/outside/file", "");
        Shell($"mount --bind {_root}/outside {Filled}/deep/mount");
        try
        {
            Assert.ThrowsAny<IOException>(() => DirectoryRemoval.Remove(Filled));
            Assert.True(File.Exists(_root + "/outside/file"));
        }
        finally
        {
            Shell($"umount {Filled}/deep/mount");
        }
    }

    private static void Shell(string script)
    {
        using var shell = Process.Start("/bin/sh", ["-ec", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
